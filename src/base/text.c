#include "base/text.h"

#include "base/alloc.h"
#include "base/number.h"
#include "base/wide.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// One heap block that doubles up to the creator's cap. Each append makes room first and then
// copies, so that a refused append leaves the text as it was, with its status set; from then on
// nothing is added.
//
// Doubles: the first of 15, 16, 17 digits, correctly rounded, that reads back as the same double is
// the shortest (15 digits survive any normal double, so that fewer digits show as zeros at the end,
// which are dropped; subnormal numbers start at 1 digit). From 1e-10 to below 1e14 the digits are
// exact integers of 128 bits: a double is m 2^e, its decimal with k digits behind the point is
// m 5^k 2^(e + k) rounded, and it reads back where it is off by less than half of 5^k 2^(e + k).
// Elsewhere snprintf gives them; digits and exponent are picked out of "%e", whatever the locale puts
// between them. They are laid out here: plain from 1e-6 up to below 1e21, with an exponent outside,
// as JavaScript does.
//
// A fixed number of decimals is "%f" with its separator replaced by a point in the same way.
//
// JSON and HTML writers never let bytes out that are not UTF-8: each one that is not becomes
// U+FFFD.

enum { TEXT_MIN_BYTES = 128, MAX_DOUBLE_DIGITS = 17 };

static const char replacement[] = "\xEF\xBF\xBD"; // U+FFFD

void text_init(struct text *text, size_t max_bytes) {
    *text = (struct text){.max_bytes = max_bytes};
}

void text_fini(struct text *text) {
    if (text) {
        alloc_free(text->bytes);
        *text = (struct text){0};
    }
}

void text_clear(struct text *text) {
    text->n_bytes = 0;
    text->status = MARU_OK;
    if (text->bytes) {
        text->bytes[0] = '\0';
    }
}

// Makes room for n more bytes and a 0, or sets the status and says false.
static bool reserve(struct text *text, size_t n) {
    if (text->status != MARU_OK) {
        return false;
    }
    if (n > text->max_bytes - text->n_bytes || text->n_bytes + n == SIZE_MAX) {
        text->status = MARU_E_LIMIT;
        return false;
    }
    const size_t need = text->n_bytes + n + 1;
    if (need <= text->cap_bytes) {
        return true;
    }
    size_t cap = text->cap_bytes > SIZE_MAX / 2 ? SIZE_MAX : text->cap_bytes * 2;
    cap = cap > TEXT_MIN_BYTES ? cap : TEXT_MIN_BYTES;
    cap = cap - 1 > text->max_bytes ? text->max_bytes + 1 : cap;
    cap = cap > need ? cap : need;
    char *bytes = alloc_resize(text->bytes, cap, 1);
    if (!bytes) {
        text->status = MARU_E_MEMORY;
        return false;
    }
    text->bytes = bytes;
    text->cap_bytes = cap;
    return true;
}

void text_add(struct text *text, const char *bytes, size_t n) {
    if (n == 0 || !reserve(text, n)) {
        return;
    }
    memcpy(text->bytes + text->n_bytes, bytes, n);
    text->n_bytes += n;
    text->bytes[text->n_bytes] = '\0';
}

void text_addz(struct text *text, const char *zero_terminated) {
    text_add(text, zero_terminated, strlen(zero_terminated));
}

static void add_formatted(struct text *text, const char *format, va_list args) MARU_PRINTF(2, 0);

static void add_formatted(struct text *text, const char *format, va_list args) {
    char small[256];
    va_list again;
    va_copy(again, args);
    const int n = vsnprintf(small, sizeof small, format, args);
    if (n < 0) { // more than INT_MAX bytes, or a wide character that has no bytes
        text->status = text->status == MARU_OK ? MARU_E_LIMIT : text->status;
    } else if ((size_t)n < sizeof small) {
        text_add(text, small, (size_t)n);
    } else if (reserve(text, (size_t)n)) {
        vsnprintf(text->bytes + text->n_bytes, (size_t)n + 1, format, again);
        text->n_bytes += (size_t)n;
    }
    va_end(again);
}

void text_addf(struct text *text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_formatted(text, format, args);
    va_end(args);
}

// A finite value above zero as 0.DIGITS * 10^point.
struct digits {
    char digit[MAX_DOUBLE_DIGITS];
    int n;
    int point;
};

// Rounds to n digits. False when the text does not read back as `value`.
static bool round_to(double value, int n, struct digits *out) {
    char printed[64];
    snprintf(printed, sizeof printed, "%.*e", n - 1, value);
    out->n = 0;
    const char *p = printed;
    for (; *p != 'e' && *p != '\0'; p++) { // steps over the locale's decimal separator
        if (*p >= '0' && *p <= '9' && out->n < MAX_DOUBLE_DIGITS) {
            out->digit[out->n++] = *p;
        }
    }
    int64_t power = 0;
    if (*p == '\0' || !number_int64(p + 1, strlen(p + 1), &power)) {
        return false;
    }
    out->point = (int)power + 1;
    char plain[64];
    const int n_plain =
        snprintf(plain, sizeof plain, "%.*se%d", out->n, out->digit, out->point - out->n);
    double back = 0.0;
    return number_double(plain, (size_t)n_plain, &back) && back == value;
}

// m 2^e times 10^k as a whole number: cut, rounded half to even, and does that read back as m 2^e?
struct scaled {
    uint64_t cut, rounded;
    bool is_same;
};

enum { NORMAL_BITS = 53 };

// k from 0 to 27: 5^27 has 63 bits.
static struct scaled scale(uint64_t m, int e, int k) {
    uint64_t five = 1;
    for (int i = 0; i < k; i++) {
        five *= 5;
    }
    const wide_u128 product = (wide_u128)m * five;
    const int shift = -(e + k);
    if (shift <= 0) {
        const uint64_t whole = (uint64_t)(product << -shift);
        return (struct scaled){whole, whole, true};
    }
    const wide_u128 one = (wide_u128)1 << shift;
    const wide_u128 below = product & (one - 1);
    struct scaled s = {.cut = (uint64_t)(product >> shift)};
    const bool is_up = below > one / 2 || (below == one / 2 && (s.cut & 1) == 1);
    const wide_u128 off = is_up ? one - below : below;
    const bool is_even = (m & 1) == 0;
    s.rounded = s.cut + is_up;
    s.is_same = 2 * off < five || (2 * off == five && is_even);
    if (m == UINT64_C(1) << (NORMAL_BITS - 1) && !is_up) { // the next one below is half as far
        s.is_same = 4 * off <= five;
    }
    return s;
}

static const uint64_t power_of_ten[] = { // 10^14, 10^15, 10^16

    UINT64_C(100000000000000), UINT64_C(1000000000000000), UINT64_C(10000000000000000)};

// Digits of 15, 16 or 17, by integers. False: `value` is out of their reach.
static bool shortest_whole(double value, struct digits *out) {
    uint64_t bits = 0;
    if (!(value >= 1e-10 && value < 1e14)) {
        return false;
    }
    memcpy(&bits, &value, sizeof bits);
    const uint64_t implied = UINT64_C(1) << (NORMAL_BITS - 1);
    const uint64_t m = (bits & (implied - 1)) | implied;
    const int e = (int)(bits >> (NORMAL_BITS - 1)) - 1023 - (NORMAL_BITS - 1);
    out->point = ((e + NORMAL_BITS - 1 + 1024) * 1233) / 4096 - 307; // off by one at most
    for (int n = DBL_DIG; n <= MAX_DOUBLE_DIGITS; n++) {
        const uint64_t least = power_of_ten[n - DBL_DIG];
        struct scaled s = scale(m, e, n - out->point);
        while (s.cut < least || s.cut >= least * 10) {
            out->point += s.cut < least ? -1 : 1;
            s = scale(m, e, n - out->point);
        }
        if (s.is_same) {
            const bool is_longer = s.rounded == least * 10; // 9.99 came to 10.0
            out->point += is_longer;
            out->n = n;
            s.rounded /= is_longer ? 10 : 1;
            for (int i = n - 1; i >= 0; i--, s.rounded /= 10) {
                out->digit[i] = (char)('0' + s.rounded % 10);
            }
            return true;
        }
    }
    return false;
}

static void shortest_printed(double value, struct digits *out) {
    int n = value < DBL_MIN ? 1 : DBL_DIG;
    while (!round_to(value, n, out) && n < MAX_DOUBLE_DIGITS) {
        n++;
    }
}

static void shortest(double value, struct digits *out) {
    if (!shortest_whole(value, out)) {
        shortest_printed(value, out);
    }
    while (out->n > 1 && out->digit[out->n - 1] == '0') {
        out->n--;
    }
}

static void add_digits(struct text *text, const struct digits *d) {
    if (d->point > 21 || d->point < -5) {
        text_add(text, d->digit, 1);
        if (d->n > 1) {
            text_add(text, ".", 1);
            text_add(text, d->digit + 1, (size_t)d->n - 1);
        }
        text_addf(text, "e%d", d->point - 1);
    } else if (d->point <= 0) {
        text_add(text, "0.00000", (size_t)(2 - d->point));
        text_add(text, d->digit, (size_t)d->n);
    } else if (d->point < d->n) {
        text_add(text, d->digit, (size_t)d->point);
        text_add(text, ".", 1);
        text_add(text, d->digit + d->point, (size_t)(d->n - d->point));
    } else {
        text_addf(text, "%.*s%.*s", d->n, d->digit, d->point - d->n, "00000000000000000000");
    }
}

void text_add_double(struct text *text, double value) {
    if (!isfinite(value)) {
        text_add(text, "null", 4);
        return;
    }
    if (signbit(value)) {
        text_add(text, "-", 1);
        value = -value;
    }
    if (value < 1e15 && value == (double)(int64_t)value) {
        text_addf(text, "%lld", (long long)value);
        return;
    }
    struct digits d = {.n = 0};
    shortest(value, &d);
    add_digits(text, &d);
}

void text_add_fixed(struct text *text, double value, int n_decimal) {
    if (!isfinite(value)) {
        text_add(text, "null", 4);
        return;
    }
    n_decimal = n_decimal < 0 ? 0 : n_decimal;
    n_decimal = n_decimal > MAX_DOUBLE_DIGITS ? MAX_DOUBLE_DIGITS : n_decimal;
    char printed[DBL_MAX_10_EXP + MAX_DOUBLE_DIGITS + 16]; // and the locale's separator
    snprintf(printed, sizeof printed, "%.*f", n_decimal, fabs(value));
    const size_t n_whole = strspn(printed, "0123456789");
    if (value < 0.0 && strpbrk(printed, "123456789")) {
        text_add(text, "-", 1);
    }
    text_add(text, printed, n_whole);
    if (n_decimal > 0) {
        text_add(text, ".", 1);
        text_addz(text, printed + strlen(printed) - n_decimal);
    }
}

static bool is_tail(unsigned char c) { return (c & 0xC0) == 0x80; }

// Bytes of the UTF-8 character at p, where `left` > 0 bytes are; 0 when it is none.
static size_t character_bytes(const unsigned char *p, size_t left) {
    const unsigned char c = p[0];
    if (c < 0x80) {
        return 1;
    }
    if (c >= 0xC2 && c <= 0xDF) {
        return left > 1 && is_tail(p[1]) ? 2 : 0;
    }
    if (c >= 0xE0 && c <= 0xEF) {
        if (left < 3 || !is_tail(p[1]) || !is_tail(p[2])) {
            return 0;
        }
        const bool is_overlong = c == 0xE0 && p[1] < 0xA0;
        const bool is_surrogate = c == 0xED && p[1] > 0x9F;
        return is_overlong || is_surrogate ? 0 : 3;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        if (left < 4 || !is_tail(p[1]) || !is_tail(p[2]) || !is_tail(p[3])) {
            return 0;
        }
        const bool is_overlong = c == 0xF0 && p[1] < 0x90;
        const bool is_beyond = c == 0xF4 && p[1] > 0x8F;
        return is_overlong || is_beyond ? 0 : 4;
    }
    return 0;
}

bool text_is_utf8(const char *bytes, size_t n) {
    const unsigned char *p = (const unsigned char *)bytes;
    while (n > 0) {
        uint64_t eight = 0; // letters of ASCII, which most bytes are, go by eight
        if (n >= sizeof eight) {
            memcpy(&eight, p, sizeof eight);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                p += sizeof eight;
                n -= sizeof eight;
                continue;
            }
        }
        const size_t n_character = character_bytes(p, n);
        if (n_character == 0) {
            return false;
        }
        p += n_character;
        n -= n_character;
    }
    return true;
}

// What stands for a byte in JSON, or NULL when it stands for itself. `<` is escaped so that JSON
// can stand inside a <script> of a report.
static const char *json_escape(unsigned char c, char room[7]) {
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        break;
    }
    if (c >= 0x20 && c != '<') {
        return NULL;
    }
    snprintf(room, 7, "\\u%04x", (unsigned)c);
    return room;
}

// The same for HTML and SVG. XML knows no control characters but these three.
static const char *html_escape(unsigned char c, char room[7]) {
    (void)room;
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        break;
    }
    const bool is_control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    return is_control ? replacement : NULL;
}

// Adds runs of bytes that stand for themselves at once, and the others through `escape`.
static void add_escaped(struct text *text, const char *zero_terminated,
                        const char *(*escape)(unsigned char, char[7])) {
    const unsigned char *p = (const unsigned char *)zero_terminated;
    size_t left = strlen(zero_terminated);
    size_t n_run = 0;
    while (n_run < left) {
        const size_t n = character_bytes(p + n_run, left - n_run);
        char room[7];
        const char *instead = n == 0 ? replacement : escape(p[n_run], room);
        if (!instead) {
            n_run += n;
            continue;
        }
        text_add(text, (const char *)p, n_run);
        text_addz(text, instead);
        p += n_run + 1; // only single bytes are replaced
        left -= n_run + 1;
        n_run = 0;
    }
    text_add(text, (const char *)p, n_run);
}

void text_add_json(struct text *text, const char *zero_terminated) {
    text_add(text, "\"", 1);
    add_escaped(text, zero_terminated, json_escape);
    text_add(text, "\"", 1);
}

void text_add_html(struct text *text, const char *zero_terminated) {
    add_escaped(text, zero_terminated, html_escape);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Also where a reader would take away what is not quoted: blanks around it, a byte order mark
// before.
static bool must_quote(const char *field, size_t n) {
    if (n == 0) {
        return false;
    }
    return strpbrk(field, ",\"\r\n\t;") != NULL || is_blank(field[0]) || is_blank(field[n - 1]) ||
           strncmp(field, "\xEF\xBB\xBF", 3) == 0;
}

void text_add_csv(struct text *text, const char *zero_terminated) {
    const size_t n = strlen(zero_terminated);
    if (!must_quote(zero_terminated, n)) {
        text_add(text, zero_terminated, n);
        return;
    }
    text_add(text, "\"", 1);
    const char *p = zero_terminated;
    for (const char *quote = strchr(p, '"'); quote; quote = strchr(p, '"')) {
        text_add(text, p, (size_t)(quote - p) + 1);
        text_add(text, "\"", 1);
        p = quote + 1;
    }
    text_addz(text, p);
    text_add(text, "\"", 1);
}
