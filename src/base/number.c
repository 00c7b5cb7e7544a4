#include "base/number.h"

#include "base/wide.h"

#include <math.h>
#include <string.h>

// One scanner reads [+-]digits[.digits][e[+-]digits] into sign, significant digits and a power of
// ten; the doubles and the scaled integers are two ways to finish.
//
//     "-0025.0665e2"  ->  is_negative, digit "250665", exponent -2       value = 250665 * 10^-2
//
// Doubles. At most 2^53 and a power of ten up to 22: both are exact doubles, so that one
// multiplication or division rounds once, correctly. Up to 19 digits over a power of ten are one
// division of 128 bits. Everything else is long division of two big
// integers, bit by bit:
//
//     value = above / below = 2^shift * (1.b1 b2 ... b52 and a rest), rounded half to even
//
// which takes a microsecond, asks nothing of the C library (strtod obeys the locale) and is plainly
// right. A double is decided by 767 significant digits and whether anything follows them; so 780
// are kept, and a cut tail is one more digit 1. That bounds the integers: at most 1111 digits, 3700
// bits.
//
// Scaled integers. digits < 10^18 and unit < 2^63, so the product stays below 2^123: exact in 128
// bits.

enum {
    MAX_DIGITS = 780,
    MAX_SCALED_DIGITS = 18,
    MAX_EXACT_POWER = 22,
    MAX_EXACT_DIGITS = 19,
    MAX_SHORT_DIGITS = 15
};

// A double lies between 10^LOWEST and 10^HIGHEST, generously.
enum { LOWEST_POWER = -330, HIGHEST_POWER = 310, BIG_LIMBS = 120 };

struct decimal {
    bool is_negative;
    bool is_cut;      // digits other than 0 were left out behind digit[n_digit - 1]
    int64_t exponent; // of ten, for the digits as one integer
    size_t n_digit;   // 0 for zero; neither the first nor the last digit is 0
    char digit[MAX_DIGITS + 1];
};

struct cursor {
    const char *bytes;
    size_t n;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool skip_sign(struct cursor *in) {
    if (in->n == 0 || (*in->bytes != '+' && *in->bytes != '-')) {
        return false;
    }
    const bool is_negative = *in->bytes == '-';
    in->bytes++;
    in->n--;
    return is_negative;
}

// Reads the digits at the cursor into the decimal; false when there is none.
static bool take_digits(struct cursor *in, struct decimal *d, bool is_fraction) {
    const char *const first = in->bytes;
    for (; in->n > 0 && is_digit(*in->bytes); in->bytes++, in->n--) {
        const char c = *in->bytes;
        const bool is_leading_zero = d->n_digit == 0 && c == '0';
        const bool is_kept = !is_leading_zero && d->n_digit < MAX_DIGITS;
        if (is_kept) {
            d->digit[d->n_digit++] = c;
        } else if (!is_leading_zero && c != '0') {
            d->is_cut = true;
        }
        if (is_fraction && (is_kept || is_leading_zero)) {
            d->exponent--;
        } else if (!is_fraction && !is_kept && !is_leading_zero) {
            d->exponent++;
        }
    }
    return in->bytes != first;
}

static bool take_exponent(struct cursor *in, struct decimal *d) {
    const bool is_negative = skip_sign(in);
    const char *const first = in->bytes;
    // Held far above any length of text, far below overflow: the sum with the digits keeps its
    // sign.
    const int64_t ceiling = INT64_C(100000000000000000);
    int64_t value = 0;
    for (; in->n > 0 && is_digit(*in->bytes); in->bytes++, in->n--) {
        value = value < ceiling ? value * 10 + (*in->bytes - '0') : value;
    }
    value = value < ceiling ? value : ceiling;
    d->exponent += is_negative ? -value : value;
    return in->bytes != first;
}

static void drop_last_zeros(struct decimal *d) {
    while (d->n_digit > 0 && !d->is_cut && d->digit[d->n_digit - 1] == '0') {
        d->n_digit--;
        d->exponent++;
    }
}

static bool scan_decimal(const char *bytes, size_t n, struct decimal *d) {
    struct cursor in = {bytes, n};
    d->is_negative = skip_sign(&in);
    d->is_cut = false;
    d->exponent = 0;
    d->n_digit = 0;
    if (!take_digits(&in, d, false)) {
        return false;
    }
    if (in.n > 0 && *in.bytes == '.') {
        in.bytes++;
        in.n--;
        if (!take_digits(&in, d, true)) {
            return false;
        }
    }
    if (in.n > 0 && (*in.bytes == 'e' || *in.bytes == 'E')) {
        in.bytes++;
        in.n--;
        if (!take_exponent(&in, d)) {
            return false;
        }
    }
    drop_last_zeros(d);
    return in.n == 0;
}

// The digits as one integer; the caller has checked that there are at most 19.
static uint64_t mantissa_of(const struct decimal *d) {
    uint64_t mantissa = 0;
    for (size_t i = 0; i < d->n_digit; i++) {
        mantissa = mantissa * 10 + (uint64_t)(d->digit[i] - '0');
    }
    return mantissa;
}

static const double exact_power[MAX_EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

// [+-]digits[.digits] of at most 15 digits, as most numbers are: the same as fast_double, straight from the bytes. False: another
// way must tell.
static bool short_double(const char *bytes, size_t n, double *out) {
    const bool is_signed = n > 0 && (bytes[0] == '-' || bytes[0] == '+');
    const size_t begin = is_signed ? 1 : 0;
    size_t point = n;
    uint64_t mantissa = 0;
    if (n <= begin || n - begin > MAX_SHORT_DIGITS + 1) {
        return false;
    }
    for (size_t i = begin; i < n; i++) {
        if (is_digit(bytes[i])) {
            mantissa = mantissa * 10 + (uint64_t)(bytes[i] - '0');
        } else if (bytes[i] == '.' && point == n && i > begin && i + 1 < n) {
            point = i;
        } else {
            return false;
        }
    }
    const size_t n_behind = point < n ? n - point - 1 : 0;
    if (n - begin - (point < n) > MAX_SHORT_DIGITS) {
        return false;
    }
    const double value = (double)mantissa / exact_power[n_behind];
    *out = bytes[0] == '-' ? -value : value;
    return true;
}

static bool fast_double(const struct decimal *d, double *out) {
    if (d->n_digit > 16 || d->exponent > MAX_EXACT_POWER || d->exponent < -MAX_EXACT_POWER) {
        return false;
    }
    const uint64_t mantissa = mantissa_of(d);
    if (mantissa > UINT64_C(1) << 53) {
        return false;
    }
    *out = d->exponent < 0 ? (double)mantissa / exact_power[-d->exponent]
                           : (double)mantissa * exact_power[d->exponent];
    return true;
}

// 17 digits with a point among them, as programs write doubles: one division of 128 bits by 64, whose quotient has at least 57
// bits and whose rest tells what lies below them.
static bool quotient_double(const struct decimal *d, double *out) {
    if (d->n_digit > MAX_EXACT_DIGITS || d->exponent < -MAX_EXACT_DIGITS || d->exponent >= 0 ||
        (int64_t)d->n_digit + d->exponent < -1) {
        return false;
    }
    uint64_t below = 1;
    for (int64_t i = d->exponent; i < 0; i++) {
        below *= 10;
    }
    const wide_u128 above = (wide_u128)mantissa_of(d) << 64;
    const wide_u128 quotient = above / below;
    const bool is_more = above != quotient * below;
    const uint64_t high = (uint64_t)(quotient >> 64);
    const int n_bits =
        high > 0 ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll((uint64_t)quotient);
    const int n_dropped = n_bits - 53;
    const wide_u128 half = (wide_u128)1 << (n_dropped - 1);
    const wide_u128 rest = quotient & (2 * half - 1);
    uint64_t bits = (uint64_t)(quotient >> n_dropped);
    bits += rest > half || (rest == half && (is_more || (bits & 1) == 1));
    *out = ldexp((double)bits, n_dropped - 64);
    return true;
}

// limb[0] + limb[1] 2^32 + ..., without zeros at the top.
struct big {
    uint32_t limb[BIG_LIMBS];
    int n;
};

static void multiply_add(struct big *b, uint32_t factor, uint32_t term) {
    uint64_t carry = term;
    for (int i = 0; i < b->n; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry > 0) {
        b->limb[b->n++] = (uint32_t)carry;
    }
}

static void multiply_power_of_ten(struct big *b, int64_t power) {
    for (; power >= 9; power -= 9) {
        multiply_add(b, 1000000000, 0);
    }
    for (; power > 0; power--) {
        multiply_add(b, 10, 0);
    }
}

static void shift_left(struct big *b, int n_bits) {
    const int n_limb = n_bits / 32;
    if (n_limb > 0) {
        memmove(b->limb + n_limb, b->limb, (size_t)b->n * sizeof *b->limb);
        memset(b->limb, 0, (size_t)n_limb * sizeof *b->limb);
        b->n += n_limb;
    }
    multiply_add(b, UINT32_C(1) << n_bits % 32, 0);
}

static int bits_of(const struct big *b) { return 32 * b->n - __builtin_clz(b->limb[b->n - 1]); }

static int compare(const struct big *a, const struct big *b) {
    if (a->n != b->n) {
        return a->n < b->n ? -1 : 1;
    }
    for (int i = a->n - 1; i >= 0; i--) {
        if (a->limb[i] != b->limb[i]) {
            return a->limb[i] < b->limb[i] ? -1 : 1;
        }
    }
    return 0;
}

// a -= b, where a >= b.
static void subtract(struct big *a, const struct big *b) {
    uint64_t borrow = 0;
    for (int i = 0; i < a->n; i++) {
        const uint64_t part = (i < b->n ? b->limb[i] : 0) + borrow;
        borrow = a->limb[i] < part;
        a->limb[i] = (uint32_t)(a->limb[i] - part);
    }
    while (a->n > 0 && a->limb[a->n - 1] == 0) {
        a->n--;
    }
}

// The value as above / below, with above / below in [1, 2) times 2^shift.
static int as_fraction(const struct decimal *d, struct big *above, struct big *below) {
    above->n = 1;
    above->limb[0] = (uint32_t)(d->digit[0] - '0');
    below->n = 1;
    below->limb[0] = 1;
    for (size_t i = 1; i < d->n_digit; i++) {
        multiply_add(above, 10, (uint32_t)(d->digit[i] - '0'));
    }
    multiply_power_of_ten(d->exponent < 0 ? below : above,
                          d->exponent < 0 ? -d->exponent : d->exponent);
    int shift = bits_of(above) - bits_of(below);
    shift_left(shift > 0 ? below : above, shift > 0 ? shift : -shift);
    if (compare(above, below) < 0) {
        shift_left(above, 1);
        shift--;
    }
    return shift;
}

// The first n bits of above / below in [1, 2), rounded half to even.
static uint64_t divide(struct big *above, const struct big *below, int n) {
    uint64_t quotient = 0;
    for (int i = 0; i < n; i++) {
        quotient <<= 1;
        if (compare(above, below) >= 0) {
            subtract(above, below);
            quotient |= 1;
        }
        shift_left(above, 1);
    }
    const int half = compare(above, below);
    return quotient + (half > 0 || (half == 0 && (quotient & 1) == 1) ? 1 : 0);
}

// Correctly rounded, for any digits (at least one) and exponent; infinite where it is too large.
static double slow_double(struct decimal *d) {
    if (d->is_cut) { // n_digit is MAX_DIGITS; there is room for one more
        d->digit[d->n_digit++] = '1';
        d->exponent--;
    }
    const int64_t power = (int64_t)d->n_digit + d->exponent;
    if (power < LOWEST_POWER || power > HIGHEST_POWER) {
        return power > 0 ? INFINITY : 0.0;
    }
    struct big above, below;
    const int shift = as_fraction(d, &above, &below);
    // 53 bits, fewer below the normal range; the first one, when it is there, is not stored.
    const int n_bits = shift >= -1022 ? 53 : 53 + 1022 + shift;
    if (n_bits < 0 || shift > 1023) {
        return n_bits < 0 ? 0.0 : INFINITY;
    }
    uint64_t bits = divide(&above, &below, n_bits);
    if (n_bits == 53) { // a carry out of the fraction moves the exponent up by one, as it must
        bits += (uint64_t)(shift + 1022) << 52;
    }
    double value = 0.0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool number_double(const char *bytes, size_t n, double *out) {
    struct decimal d;
    if (short_double(bytes, n, out)) {
        return true;
    }
    if (!scan_decimal(bytes, n, &d)) {
        return false;
    }
    double value = 0.0;
    if (d.n_digit > 0 && !fast_double(&d, &value) && !quotient_double(&d, &value)) {
        value = slow_double(&d);
    }
    if (!isfinite(value)) {
        return false;
    }
    *out = d.is_negative ? -value : value;
    return true;
}

// Gives a magnitude its sign; false when it does not fit.
static bool signed_of(uint64_t magnitude, bool is_negative, int64_t *out) {
    if (magnitude > (uint64_t)INT64_MAX + (is_negative ? 1 : 0)) {
        return false;
    }
    if (magnitude > (uint64_t)INT64_MAX) {
        *out = INT64_MIN;
    } else {
        *out = is_negative ? -(int64_t)magnitude : (int64_t)magnitude;
    }
    return true;
}

bool number_int64(const char *bytes, size_t n, int64_t *out) {
    struct cursor in = {bytes, n};
    const bool is_negative = skip_sign(&in);
    if (in.n == 0) {
        return false;
    }
    uint64_t magnitude = 0;
    for (; in.n > 0; in.bytes++, in.n--) {
        if (!is_digit(*in.bytes)) {
            return false;
        }
        const uint64_t digit = (uint64_t)(*in.bytes - '0');
        if (magnitude > (UINT64_MAX - digit) / 10) {
            return false;
        }
        magnitude = magnitude * 10 + digit;
    }
    return signed_of(magnitude, is_negative, out);
}

// product * 10^exponent, or false when above 2^63.
static bool scale_up(wide_u128 product, int64_t exponent, uint64_t *out) {
    const wide_u128 limit = (wide_u128)1 << 63;
    for (; exponent > 0 && product > 0 && product <= limit; exponent--) {
        product *= 10;
    }
    *out = (uint64_t)product;
    return product <= limit;
}

// product / 10^shift, half away from zero, or false when above 2^63. The product is below 10^37.
static bool scale_down(wide_u128 product, int64_t shift, uint64_t *out) {
    if (shift > 38) {
        *out = 0;
        return true;
    }
    wide_u128 divisor = 1;
    for (int64_t i = 0; i < shift; i++) {
        divisor *= 10;
    }
    const wide_u128 rest = product % divisor;
    const wide_u128 rounded = product / divisor + (rest >= divisor - rest ? 1 : 0);
    *out = (uint64_t)rounded;
    return rounded <= (wide_u128)1 << 63;
}

bool number_scaled(const char *bytes, size_t n, int64_t unit, int64_t *out) {
    struct decimal d;
    if (unit <= 0 || !scan_decimal(bytes, n, &d) || d.n_digit > MAX_SCALED_DIGITS) {
        return false;
    }
    const wide_u128 product = (wide_u128)mantissa_of(&d) * (wide_u128)unit;
    uint64_t magnitude = 0;
    const bool fits = d.exponent >= 0 ? scale_up(product, d.exponent, &magnitude)
                                      : scale_down(product, -d.exponent, &magnitude);
    return fits && signed_of(magnitude, d.is_negative, out);
}
