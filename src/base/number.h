// Strict, locale-independent reading of numbers: the whole field must be one, with one meaning.
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// [+-]digits, no spaces, fits int64. False leaves *out untouched.
bool number_int64(const char *bytes, size_t n, int64_t *out);

// [+-]digits[.digits][e[+-]digits], e or E, correctly rounded (half to even; too small is 0). No
// hex, inf or nan; false when beyond the largest double.
bool number_double(const char *bytes, size_t n, double *out);

// A decimal number times `unit` (> 0), rounded half away from zero to an integer, computed exactly
// in integers, so that 25.0665 min is 1503990000 us on every machine. At most 18 significant
// digits. False when not a number or too large.
bool number_scaled(const char *bytes, size_t n, int64_t unit, int64_t *out);

#endif
