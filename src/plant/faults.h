// What a check has found: the list behind maru_faults.
#ifndef PLANT_FAULTS_H
#define PLANT_FAULTS_H

#include <stdarg.h>
#include <stdbool.h>

#include "maru/plant.h"

enum {
    FAULTS_MAX_KEPT = 1000,      // of each severity; more are only counted
    FAULTS_MAX_VALUE_BYTES = 80, // of a value as found
    FAULTS_MAX_NAME_BYTES = 255, // of a file or column name
    FAULTS_MAX_TEXT_BYTES = 400, // of a sentence
};

// Where a fault was found. NULL and 0 stand for "not meant".
struct fault_place {
    const char *file;
    uint32_t row, column;
    const char *header, *value;
};

// Add one; texts are copied and shortened. Without memory the fault is counted and faults_is_short
// is true from then on.
void faults_add(maru_faults *faults, maru_severity severity, const struct fault_place *place,
                const char *right, const char *format, va_list args) MARU_PRINTF(5, 0);

bool faults_is_short(const maru_faults *faults);

// Fill err with the first MARU_FAULT.
//   errors  MARU_E_INPUT where there is one
MARU_MUST_USE maru_status faults_status(const maru_faults *faults, maru_error *err);

#endif
