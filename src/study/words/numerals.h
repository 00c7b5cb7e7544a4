// Numbers for people: thousands separated by commas, as many decimals as asked for, a dash where
// there is none.
#ifndef STUDY_NUMERALS_H
#define STUDY_NUMERALS_H

#include <stddef.h>
#include <stdint.h>

#include "base/interval.h"

// A number in its own small room, so that it can be made inside an expression: numeral(x, 2).text.
struct numeral {
    char text[64];
};

struct numeral numeral(double value, int decimals);
struct numeral numeral_count(uint64_t value);
struct numeral numeral_percent(double share, int decimals); // "12.3 %"
struct numeral numeral_signed(double value, int decimals);  // "+1.20", with a true minus sign

// "39.01 ± 0.12"; without the second part where one replication tells no width.
struct numeral numeral_interval(struct interval interval, double scale, int decimals);

// Rounded to about three digits with k, M, G: "1.23 M".
struct numeral numeral_short(double value);

#endif
