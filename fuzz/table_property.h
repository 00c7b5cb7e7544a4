// What every reader of a table that people write keeps: what is refused has a fault that says what would be right, and what is taken
// has none.
//
//     struct reading reading = reading_begin();
//     const maru_status st = NAME_read(..., reading.faults, &table, &reading.err);
//     if (reading_end(&reading, st)) ...
#ifndef FUZZ_TABLE_PROPERTY_H
#define FUZZ_TABLE_PROPERTY_H

#include "target.h"

#include "base/text.h"
#include "maru/plant.h"

#include <string.h>

struct reading {
    maru_faults *faults;
    maru_error err;
};

static inline struct reading reading_begin(void) {
    struct reading reading = {.faults = maru_faults_new()};
    must(reading.faults != NULL);
    return reading;
}

// Was the table taken?
static inline bool reading_end(struct reading *reading, maru_status st) {
    maru_faults *faults = reading->faults;
    must((st == MARU_OK) == (maru_faults_count(faults, MARU_FAULT) == 0) || st == MARU_E_LIMIT);
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        must(maru_faults_get(faults, i)->right[0] != '\0');
    }
    must(st == MARU_OK || reading->err.text[0] != '\0');
    maru_faults_free(faults);
    return st == MARU_OK;
}

// What was written, read and written again.
static inline void must_be_same(const struct text *once, const struct text *twice) {
    must(once->status == MARU_OK && twice->status == MARU_OK);
    must(once->n_bytes == twice->n_bytes);
    must(once->n_bytes == 0 || memcmp(once->bytes, twice->bytes, once->n_bytes) == 0);
}

#endif
