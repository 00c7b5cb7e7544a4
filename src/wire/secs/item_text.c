#include "wire/secs/item_text.h"

#include "base/number.h"
#include "base/status.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// Both ways walk the tree with a stack of open lists instead of recursion.
//
// Reading writes each item with three length bytes, as nothing is known of its length yet, and when it
// closes, moves what it holds together. An inner item closes before the outer one, so every byte is
// moved at most once a level.
//
// Floats are laid out as Python's repr does (an exponent below 1e-4 and from 1e16), an F8 always with
// a point or an exponent. An F4 is read as a double and rounded once more, which differs from one
// rounding only where a decimal of more than 9 digits lies all but in the middle of two floats.

enum { N_DIGITS_F4 = 9, N_DIGITS_F8 = 17 };

// ---- printing

// A finite value above zero as DIGITS[0].DIGITS[1..] * 10^power.
struct digits {
    char digit[N_DIGITS_F8];
    int n;
    int power;
};

// Rounds to n digits. False when that does not read back as `value`.
static bool round_to(double value, int n, bool is_single, struct digits *out) {
    char printed[64];
    snprintf(printed, sizeof printed, "%.*e", n - 1, value);
    out->n = 0;
    const char *p = printed;
    for (; *p != 'e' && *p != '\0'; p++) { // steps over the locale's decimal separator
        if (*p >= '0' && *p <= '9' && out->n < N_DIGITS_F8) {
            out->digit[out->n++] = *p;
        }
    }
    int64_t power = 0;
    if (*p == '\0' || !number_int64(p + 1, strlen(p + 1), &power)) {
        return false;
    }
    out->power = (int)power;
    char plain[64];
    const int n_plain =
        snprintf(plain, sizeof plain, "%.*se%d", out->n, out->digit, out->power + 1 - out->n);
    double back = 0.0;
    if (!number_double(plain, (size_t)n_plain, &back)) {
        return false;
    }
    return is_single ? (float)back == (float)value : back == value;
}

static void find_shortest(double value, bool is_single, struct digits *out) {
    // So many digits survive any normal number, so fewer show as zeros at the end.
    const bool is_normal = value >= (is_single ? (double)FLT_MIN : DBL_MIN);
    int n = is_single ? FLT_DIG : DBL_DIG;
    n = is_normal ? n : 1;
    while (!round_to(value, n, is_single, out) && n < (is_single ? N_DIGITS_F4 : N_DIGITS_F8)) {
        n++;
    }
    while (out->n > 1 && out->digit[out->n - 1] == '0') {
        out->n--;
    }
}

static void add_digits(struct text *out, const struct digits *d, bool is_single) {
    static const char zeros[] = "00000000000000000000";
    const int n_whole = d->power + 1;
    if (d->power < -4 || d->power >= 16) {
        text_add(out, d->digit, 1);
        if (d->n > 1) {
            text_addf(out, ".%.*s", d->n - 1, d->digit + 1);
        }
        text_addf(out, "e%c%02d", d->power < 0 ? '-' : '+', d->power < 0 ? -d->power : d->power);
    } else if (n_whole <= 0) {
        text_addf(out, "0.%.*s%.*s", -n_whole, zeros, d->n, d->digit);
    } else if (n_whole < d->n) {
        text_addf(out, "%.*s.%.*s", n_whole, d->digit, d->n - n_whole, d->digit + n_whole);
    } else {
        text_addf(out, "%.*s%.*s%s", d->n, d->digit, n_whole - d->n, zeros, is_single ? "" : ".0");
    }
}

static void add_float(struct text *out, double value, bool is_single) {
    if (isnan(value)) {
        text_addz(out, "nan");
        return;
    }
    text_addz(out, signbit(value) ? "-" : "");
    value = fabs(value);
    if (isinf(value)) {
        text_addz(out, "inf");
    } else if (value == 0.0) {
        text_addz(out, is_single ? "0" : "0.0");
    } else {
        struct digits d = {.n = 0};
        find_shortest(value, is_single, &d);
        add_digits(out, &d, is_single);
    }
}

static bool is_plain(uint8_t byte) { return byte >= 0x20 && byte <= 0x7E && byte != '"'; }

static void print_text(const struct secs_item *item, uint32_t n_shown, struct text *out) {
    uint32_t k = 0;
    while (k < n_shown) {
        uint32_t n_run = 0;
        while (n_run < n_shown - k && is_plain(item->bytes[k + n_run])) {
            n_run++;
        }
        if (n_run == 0) {
            text_addf(out, " 0x%02X", (unsigned)item->bytes[k]);
            k++;
        } else {
            text_addz(out, " \"");
            text_add(out, (const char *)item->bytes + k, n_run);
            text_addz(out, "\"");
            k += n_run;
        }
    }
}

static uint64_t bits_of(const struct secs_item *item, uint32_t k) {
    const uint32_t width = secs_kind_width((enum secs_kind)item->kind);
    uint64_t bits = 0;
    for (uint32_t i = 0; i < width; i++) {
        bits = bits << 8 | item->bytes[(size_t)k * width + i];
    }
    return bits;
}

static void print_number(const struct secs_item *item, uint32_t k, struct text *out) {
    int64_t whole = 0;
    double value = 0.0;
    text_addz(out, " ");
    switch ((enum secs_kind)item->kind) {
    case SECS_U1:
    case SECS_U2:
    case SECS_U4:
    case SECS_U8:
        text_addf(out, "%llu", (unsigned long long)bits_of(item, k));
        return;
    case SECS_F4:
    case SECS_F8:
        (void)secs_number(item, k, &value);
        add_float(out, value, item->kind == SECS_F4);
        return;
    case SECS_BOOLEAN:
        text_addz(out, item->bytes[k] != 0 ? "TRUE" : "FALSE");
        return;
    case SECS_B:
        text_addf(out, "0x%02X", (unsigned)item->bytes[k]);
        return;
    case SECS_I1:
    case SECS_I2:
    case SECS_I4:
    case SECS_I8:
    case SECS_L:
    case SECS_A:
    case SECS_J:
    case SECS_C2:
    case N_SECS_KIND:
    default:
        (void)secs_integer(item, k, &whole);
        text_addf(out, "%lld", (long long)whole);
        return;
    }
}

static uint32_t n_shown_of(const struct secs_item *item, bool is_short) {
    return is_short && item->n > SECS_MAX_SHOWN ? SECS_N_SHOWN : item->n;
}

static void print_values(const struct secs_item *item, bool is_short, struct text *out) {
    const uint32_t n_shown = n_shown_of(item, is_short);
    text_addf(out, "<%s", secs_kind_name((enum secs_kind)item->kind));
    if (secs_is_text(item)) {
        print_text(item, n_shown, out);
    } else {
        for (uint32_t k = 0; k < n_shown && out->status == MARU_OK; k++) {
            print_number(item, k, out);
        }
    }
    if (n_shown < item->n) {
        text_addf(out, " ... %u in all", (unsigned)item->n);
    }
    text_addz(out, ">");
}

void secs_print(const struct secs_item *item, bool is_short, struct text *out) {
    struct {
        const struct secs_item *list;
        uint32_t left;
    } open[SECS_MAX_DEPTH] = {{0}};
    uint32_t depth = 0;
    for (;;) {
        if (item->kind == SECS_L) {
            text_addf(out, "<L [%u]", (unsigned)item->n);
        } else {
            print_values(item, is_short, out);
        }
        if (item->kind == SECS_L && item->n > 0) {
            open[depth].list = item;
            open[depth].left = n_shown_of(item, is_short);
            depth++;
            item++;
        } else {
            text_addz(out, item->kind == SECS_L ? ">" : "");
            item += item->span;
        }
        while (depth > 0 && open[depth - 1].left == 0) {
            depth--;
            const struct secs_item *list = open[depth].list;
            if (n_shown_of(list, is_short) < list->n) {
                text_addf(out, " ... %u in all", (unsigned)list->n);
            }
            text_addz(out, ">");
            item = list + list->span;
        }
        if (depth == 0 || out->status != MARU_OK) {
            return;
        }
        open[depth - 1].left--;
        text_addz(out, " ");
    }
}

// ---- reading

struct reader {
    const char *bytes;
    size_t n, at, line_at;
    uint32_t line;
    struct text *out;
    uint32_t depth;
    struct {
        size_t start; // of its bytes in `out`
        uint32_t n;   // items so far
        int64_t said; // its count as written, -1 where there is none
    } open[SECS_MAX_DEPTH];
    maru_error *err;
};

static maru_status wrong(const struct reader *r, const char *what) {
    return fail_at(r->err, MARU_E_INPUT, NULL, r->line, (uint32_t)(r->at - r->line_at) + 1, "%s",
                   what);
}

static char look(const struct reader *r) { return r->at < r->n ? r->bytes[r->at] : '\0'; }

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void skip_blanks(struct reader *r) {
    for (; is_blank(look(r)); r->at++) {
        if (look(r) == '\n') {
            r->line++;
            r->line_at = r->at + 1;
        }
    }
}

// The bytes up to a blank or a bracket.
static size_t word_bytes(const struct reader *r) {
    size_t n = 0;
    while (n < r->n - r->at && !is_blank(r->bytes[r->at + n]) &&
           !memchr("<>[]\"", r->bytes[r->at + n], 5)) {
        n++;
    }
    return n;
}

static bool is_word(const char *word, size_t n, const char *what) {
    return strlen(what) == n && memcmp(word, what, n) == 0;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static maru_status read_byte(struct reader *r, const char *word, size_t n) {
    if (n != 4 || word[0] != '0' || word[1] != 'x' || hex_digit(word[2]) < 0 ||
        hex_digit(word[3]) < 0) {
        return wrong(r, "a byte as 0x and two hex digits is wanted");
    }
    const char byte = (char)(hex_digit(word[2]) * 16 + hex_digit(word[3]));
    text_add(r->out, &byte, 1);
    return MARU_OK;
}

// Takes the quoted run at `at`.
static maru_status read_quoted(struct reader *r) {
    const char *run = r->bytes + r->at + 1;
    size_t n = 0;
    while (n < r->n - r->at - 1 && is_plain((uint8_t)run[n])) {
        n++;
    }
    if (n == r->n - r->at - 1 || run[n] != '"') {
        r->at += 1 + n;
        return wrong(r,
                     "bytes 20 to 7E and a closing quote are wanted; others stand outside as 0xNN");
    }
    text_add(r->out, run, n);
    r->at += n + 2;
    return MARU_OK;
}

// Appends the value of a word as an item and takes its header off again.
static maru_status put_value(struct reader *r, enum secs_kind kind, bool is_whole, int64_t whole,
                             double value) {
    struct text *out = r->out;
    const size_t start = out->n_bytes;
    if (is_whole) {
        secs_put_integer(out, kind, whole);
    } else {
        secs_put_double(out, kind, value);
    }
    if (out->status == MARU_E_RANGE) {
        out->status = MARU_OK;
        return wrong(r, "this number does not fit its kind");
    }
    if (out->status == MARU_OK) {
        const size_t n = out->n_bytes - start - 2;
        memmove(out->bytes + start, out->bytes + start + 2, n);
        out->n_bytes = start + n;
    }
    return MARU_OK;
}

// Digits beyond int64, up to the largest U8.
static bool read_large(const char *word, size_t n, uint64_t *value) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t digit = (uint64_t)(word[i] - '0');
        if (word[i] < '0' || word[i] > '9' || sum > (UINT64_MAX - digit) / 10) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = sum;
    return n > 0;
}

static maru_status read_whole(struct reader *r, enum secs_kind kind, const char *word, size_t n) {
    int64_t whole = 0;
    uint64_t large = 0;
    if (number_int64(word, n, &whole)) {
        return put_value(r, kind, true, whole, 0.0);
    }
    if (kind == SECS_U8 && read_large(word, n, &large)) {
        char bytes[8];
        for (uint32_t i = 0; i < 8; i++) {
            bytes[i] = (char)(large >> 8 * (7 - i));
        }
        text_add(r->out, bytes, sizeof bytes);
        return MARU_OK;
    }
    return wrong(r, "a whole number that fits its kind is wanted");
}

static maru_status read_float(struct reader *r, enum secs_kind kind, const char *word, size_t n) {
    double value = 0.0;
    if (is_word(word, n, "nan")) {
        value = (double)NAN;
    } else if (is_word(word, n, "inf") || is_word(word, n, "-inf")) {
        value = word[0] == '-' ? -(double)INFINITY : (double)INFINITY;
    } else if (!number_double(word, n, &value) ||
               (kind == SECS_F4 && isinf((double)(float)value))) {
        return wrong(r, "a number that fits its kind, inf, -inf or nan is wanted");
    }
    return put_value(r, kind, false, 0, value);
}

static maru_status read_word(struct reader *r, enum secs_kind kind) {
    const char *word = r->bytes + r->at;
    const size_t n = word_bytes(r);
    maru_status st = MARU_OK;
    if (kind == SECS_BOOLEAN) {
        const bool is_true = is_word(word, n, "TRUE");
        if (!is_true && !is_word(word, n, "FALSE")) {
            return wrong(r, "TRUE or FALSE is wanted");
        }
        text_add(r->out, is_true ? "\1" : "\0", 1);
    } else if (kind == SECS_B || kind == SECS_A || kind == SECS_J || kind == SECS_C2) {
        st = read_byte(r, word, n);
    } else if (kind == SECS_F4 || kind == SECS_F8) {
        st = read_float(r, kind, word, n);
    } else {
        st = read_whole(r, kind, word, n);
    }
    r->at += st == MARU_OK ? n : 0;
    return st;
}

// The item whose bytes begin at `start` with SECS_HEAD_BYTES of room is complete: write its header.
static maru_status close_item(struct reader *r, size_t start, enum secs_kind kind, size_t length) {
    struct text *out = r->out;
    if (out->status != MARU_OK) {
        return MARU_OK; // told once, in the end
    }
    if (length > SECS_MAX_LENGTH) {
        return wrong(r, "the item is longer than three length bytes can say");
    }
    uint8_t head[SECS_HEAD_BYTES];
    const size_t n_head = secs_head(kind, (uint32_t)length, head);
    const size_t begin = start + SECS_HEAD_BYTES;
    memcpy(out->bytes + start, head, n_head);
    memmove(out->bytes + start + n_head, out->bytes + begin, out->n_bytes - begin);
    out->n_bytes -= SECS_HEAD_BYTES - n_head;
    return MARU_OK;
}

static maru_status read_count(struct reader *r, int64_t *said) {
    *said = -1;
    skip_blanks(r);
    if (look(r) != '[') {
        return MARU_OK;
    }
    r->at++;
    const size_t n = word_bytes(r);
    if (!number_int64(r->bytes + r->at, n, said) || *said < 0 || n == r->n - r->at ||
        r->bytes[r->at + n] != ']') {
        return wrong(r, "the count of a list is wanted: [3]");
    }
    r->at += n + 1;
    return MARU_OK;
}

static maru_status open_list(struct reader *r, size_t start) {
    if (r->depth == SECS_MAX_DEPTH) {
        return fail_at(r->err, MARU_E_LIMIT, NULL, r->line, (uint32_t)(r->at - r->line_at) + 1,
                       "more than %d lists inside each other", SECS_MAX_DEPTH);
    }
    int64_t said = 0;
    const maru_status st = read_count(r, &said);
    if (st == MARU_OK) {
        r->open[r->depth].start = start;
        r->open[r->depth].n = 0;
        r->open[r->depth].said = said;
        r->depth++;
    }
    return st;
}

static maru_status read_values(struct reader *r, enum secs_kind kind, size_t start) {
    for (;;) {
        skip_blanks(r);
        if (look(r) == '>') {
            r->at++;
            return close_item(r, start, kind, r->out->n_bytes - start - SECS_HEAD_BYTES);
        }
        const bool is_text = kind == SECS_A || kind == SECS_J || kind == SECS_C2;
        if (r->at == r->n) {
            return wrong(r, "the item is never closed with >");
        }
        const maru_status st = is_text && look(r) == '"' ? read_quoted(r) : read_word(r, kind);
        if (st != MARU_OK || r->out->status != MARU_OK) {
            return st;
        }
    }
}

// Takes `<KIND` and, unless it is a list, all up to its `>`.
static maru_status read_item(struct reader *r) {
    if (look(r) != '<') {
        return wrong(r, "an item is wanted, such as <U4 1>");
    }
    r->at++;
    const size_t n = word_bytes(r);
    enum secs_kind kind = SECS_L;
    if (!secs_kind_named(r->bytes + r->at, n, &kind)) {
        return wrong(r, "the kind of an item is wanted: L B BOOLEAN A J C2 I1 I2 I4 I8 U1 U2 U4 U8 "
                        "F4 F8");
    }
    r->at += n;
    const size_t start = r->out->n_bytes;
    text_add(r->out, "\0\0\0", SECS_HEAD_BYTES);
    if (r->depth > 0) {
        r->open[r->depth - 1].n++;
    }
    return kind == SECS_L ? open_list(r, start) : read_values(r, kind, start);
}

static maru_status close_list(struct reader *r) {
    r->depth--;
    const uint32_t n = r->open[r->depth].n;
    if (r->open[r->depth].said >= 0 && r->open[r->depth].said != n) {
        return fail_at(r->err, MARU_E_INPUT, NULL, r->line, (uint32_t)(r->at - r->line_at) + 1,
                       "the list says [%lld] and holds %u items", (long long)r->open[r->depth].said,
                       (unsigned)n);
    }
    r->at++;
    return close_item(r, r->open[r->depth].start, SECS_L, n);
}

static maru_status read_tree(struct reader *r) {
    do {
        skip_blanks(r);
        const bool does_close = r->depth > 0 && look(r) == '>';
        const maru_status st = does_close ? close_list(r) : read_item(r);
        if (st != MARU_OK || r->out->status != MARU_OK) {
            return st;
        }
    } while (r->depth > 0);
    skip_blanks(r);
    return r->at == r->n ? MARU_OK : wrong(r, "text behind the item");
}

maru_status secs_read_text(const char *bytes, size_t n, struct text *out, maru_error *err) {
    struct reader r;
    r.bytes = bytes;
    r.n = n;
    r.at = 0;
    r.line_at = 0;
    r.line = 1;
    r.out = out;
    r.depth = 0;
    r.err = err;
    const size_t before = out->n_bytes;
    maru_status st = out->status == MARU_OK ? read_tree(&r) : out->status;
    if (st == MARU_OK && out->status != MARU_OK) {
        st = fail(err, out->status, "the message is too long, or there is no memory for it");
    }
    if (st != MARU_OK) {
        out->n_bytes = before;
    }
    return st;
}
