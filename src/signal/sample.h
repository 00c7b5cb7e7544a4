// One sample of a signal: when, what, and how good it is. What every protocol gives, and the store keeps.
#ifndef SIGNAL_SAMPLE_H
#define SIGNAL_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum sample_type { SAMPLE_DOUBLE, SAMPLE_INTEGER, SAMPLE_BOOL, SAMPLE_TEXT, N_SAMPLE_TYPE };

// As OPC's quality byte says it: the two high bits decide, the rest is kept as it came.
enum { QUALITY_BAD = 0x00, QUALITY_UNCERTAIN = 0x40, QUALITY_GOOD = 0xC0 };

enum { SAMPLE_MAX_TEXT_BYTES = 65536 };

struct sample {
    maru_time at_us; // since 1970-01-01 UTC
    uint8_t type;    // enum sample_type
    uint8_t quality; // 0 to 255, QUALITY_GOOD where the source does not say
    uint32_t n_text; // bytes of `text`; 0 for other types
    union {
        double number;
        int64_t integer;  // SAMPLE_BOOL: 0 or 1
        const char *text; // not 0-terminated; memory: its source's
    } value;
};

// "double", "integer", "bool", "text".
//   memory  static
const char *sample_type_name(enum sample_type type);

// Is it the same value of the same type? Doubles are compared by their bits, so that NaN is itself.
bool sample_is_same_value(const struct sample *a, const struct sample *b);

// The value as a number: doubles, integers and bools; NaN for text.
double sample_number(const struct sample *sample);

#endif
