#include "study/words/numerals.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct numeral no_number = {"–"};

// Put a comma between each three digits of the whole part.
static void group_digits(char *text, size_t room) {
    size_t first = 0;
    while (text[first] && (text[first] < '0' || text[first] > '9')) {
        first++;
    }
    size_t n_digit = 0;
    while (text[first + n_digit] >= '0' && text[first + n_digit] <= '9') {
        n_digit++;
    }
    size_t n = strlen(text);
    for (size_t i = 3; i < n_digit && n + 1 < room; i += 3) {
        char *at = text + first + n_digit - i;
        memmove(at + 1, at, strlen(at) + 1);
        *at = ',';
        n++;
    }
}

struct numeral numeral(double value, int decimals) {
    if (!isfinite(value)) {
        return no_number;
    }
    struct numeral out;
    if (fabs(value) >= 1e15) {
        snprintf(out.text, sizeof out.text, "%.3g", value);
        return out;
    }
    snprintf(out.text, sizeof out.text, "%.*f", decimals, value);
    // No "-0.00".
    if (out.text[0] == '-' && strspn(out.text + 1, "0.") == strlen(out.text + 1)) {
        memmove(out.text, out.text + 1, strlen(out.text));
    }
    group_digits(out.text, sizeof out.text);
    return out;
}

struct numeral numeral_count(uint64_t value) {
    struct numeral out;
    snprintf(out.text, sizeof out.text, "%llu", (unsigned long long)value);
    group_digits(out.text, sizeof out.text);
    return out;
}

struct numeral numeral_percent(double share, int decimals) {
    struct numeral out = numeral(share * 100, decimals);
    if (isfinite(share)) {
        memcpy(out.text + strlen(out.text), " %", 3);
    }
    return out;
}

struct numeral numeral_signed(double value, int decimals) {
    if (!isfinite(value)) {
        return no_number;
    }
    const struct numeral plain = numeral(fabs(value), decimals);
    const bool is_zero = strspn(plain.text, "0.") == strlen(plain.text);
    struct numeral out;
    snprintf(out.text, sizeof out.text, "%s%.50s",
             is_zero     ? ""
             : value < 0 ? "−"
                         : "+",
             plain.text);
    return out;
}

struct numeral numeral_interval(struct interval interval, double scale, int decimals) {
    const struct numeral mean = numeral(interval.mean * scale, decimals);
    if (!isfinite(interval.half_width) || !isfinite(interval.mean)) {
        return mean;
    }
    struct numeral out;
    snprintf(out.text, sizeof out.text, "%.28s ± %.28s", mean.text,
             numeral(interval.half_width * scale, decimals).text);
    return out;
}

struct numeral numeral_short(double value) {
    if (!isfinite(value)) {
        return no_number;
    }
    static const char *const unit[] = {"", " k", " M", " G", " T"};
    size_t step = 0;
    double part = fabs(value);
    while (part >= 1000 && step + 1 < sizeof unit / sizeof unit[0]) {
        part /= 1000;
        step++;
    }
    struct numeral out;
    const int decimals = part >= 100 || (step == 0 && part == floor(part)) ? 0 : part >= 10 ? 1 : 2;
    snprintf(out.text, sizeof out.text, "%s%.*f%s", value < 0 ? "−" : "", decimals, part,
             unit[step]);
    return out;
}
