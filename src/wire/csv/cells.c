#include "wire/csv/cells.h"

#include <string.h>

#include "base/number.h"

// What files of measurements (samples_csv.h) and spreadsheets (wire/sheet/spreadsheet.h) have in common: the single cell. Which signs stand
// in numbers is not said anywhere, so the cells are weighed: two digits behind a comma speak for a decimal comma, three for thousands
// if a point follows.

enum { CELL_BYTES = 64 };

static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

static bool is_word(const char *cell, size_t n, const char *word) {
    for (size_t i = 0; i < n; i++) {
        if (small(cell[i]) != word[i]) { // a word that is shorter has a 0 here
            return false;
        }
    }
    return word[n] == '\0';
}

bool cell_is_one_of(const char *cell, size_t n, const char *const *words, size_t n_word) {
    for (size_t i = 0; i < n_word; i++) {
        if (strlen(words[i]) >= n && is_word(cell, n, words[i])) {
            return true;
        }
    }
    return false;
}

bool cell_has_any(const char *cell, size_t n, const char *const *words, size_t n_word) {
    char low[CELL_BYTES];
    const size_t n_low = n < sizeof low ? n : sizeof low - 1;
    for (size_t i = 0; i < n_low; i++) {
        low[i] = small(cell[i]);
    }
    low[n_low] = '\0';
    for (size_t i = 0; i < n_word; i++) {
        if (strstr(low, words[i])) {
            return true;
        }
    }
    return false;
}

bool cell_is_missing(const char *cell, size_t n) {
    static const char *const words[] = {
        "",
        "-",
        "--",
        "nan",
        "n/a",
        "na",
        "#n/a",
        "null",
        "none",
        "#value!",
        "#ref!",
        "#num!",
        "#name?",
        "#div/0!",
        "#null!",
        ".",
        "\xEA\xB2\xB0\xEC\xB8\xA1",                         // 결측
        "\xEC\xB8\xA1\xEC\xA0\x95\xEB\xB6\x88\xEA\xB0\x80", // 측정불가
        "\xEC\xB8\xA1\xEC\xA0\x95 \xEB\xB6\x88\xEA\xB0\x80",
        "\xEB\xAF\xB8\xEC\xB8\xA1\xEC\xA0\x95"}; // 미측정
    return n == 0 || (n < 16 && cell_is_one_of(cell, n, words, sizeof words / sizeof *words));
}

bool cell_says_time(const char *cell, size_t n) {
    static const char *const words[] = {"time",
                                        "date",
                                        "\xEC\x8B\x9C\xEA\xB0\x84",  // 시간
                                        "\xEC\x9D\xBC\xEC\x8B\x9C",  // 일시
                                        "\xEB\x82\xA0\xEC\xA7\x9C",  // 날짜
                                        "\xEC\x8B\x9C\xEA\xB0\x81",  // 시각
                                        "\xEC\x9D\xBC\xEC\x9E\x90"}; // 일자
    return cell_has_any(cell, n, words, sizeof words / sizeof *words);
}

bool cell_is_bracketed(const char *cell, size_t n) {
    return n > 1 &&
           ((cell[0] == '(' && cell[n - 1] == ')') || (cell[0] == '[' && cell[n - 1] == ']'));
}

// ---- numbers

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Copies the digits before the decimal sign; false: thousands that are not in groups of three.
static bool copy_whole(char thousands, const char *cell, size_t n, size_t *at, char *to,
                       size_t *n_to) {
    size_t n_group = 0;
    bool has_groups = false;
    for (; *at < n; (*at)++) {
        if (is_digit(cell[*at])) {
            to[(*n_to)++] = cell[*at];
            n_group++;
        } else if (thousands && cell[*at] == thousands) {
            if (n_group == 0 || n_group > 3 || (has_groups && n_group != 3)) {
                return false;
            }
            has_groups = true;
            n_group = 0;
        } else {
            break;
        }
    }
    return !has_groups || n_group == 3;
}

bool cell_number(struct cell_signs signs, const char *cell, size_t n, double *number) {
    char plain[CELL_BYTES];
    size_t n_plain = 0;
    size_t at = 0;
    if (n == 0 || n >= sizeof plain) {
        return false;
    }
    if (cell[0] == '-' || cell[0] == '+') {
        plain[n_plain++] = cell[at++];
    }
    if (!copy_whole(signs.thousands, cell, n, &at, plain, &n_plain)) {
        return false;
    }
    for (; at < n; at++) {
        const bool is_decimal = cell[at] == signs.decimal;
        if (!is_decimal && (cell[at] == '.' || cell[at] == ',')) {
            return false;
        }
        plain[n_plain++] = cell[at];
        if (is_decimal) {
            plain[n_plain - 1] = '.';
        }
    }
    return number_double(plain, n_plain, number);
}

bool cell_day_and_clock(const struct csv_field *day, const struct csv_field *clock,
                        enum moment_form form, int32_t offset_min, maru_time *at_us) {
    char both[CELL_BYTES];
    if (day->n + 1 >= sizeof both || clock->n >= sizeof both - day->n - 1) {
        return false;
    }
    memcpy(both, day->bytes, day->n);
    both[day->n] = ' ';
    memcpy(both + day->n + 1, clock->bytes, clock->n);
    return moment_read(both, day->n + 1 + clock->n, form, offset_min, at_us);
}

// ---- signs

// How a number is written: which signs stand in it, and how many digits behind the last.
struct writing {
    uint32_t n_point, n_comma, n_blank, n_quote, n_behind;
    char last;
};

static bool read_writing(const char *cell, size_t n, struct writing *w) {
    *w = (struct writing){0};
    for (size_t i = 0; i < n; i++) {
        const char c = cell[i];
        if (is_digit(c)) {
            w->n_behind++;
            continue;
        }
        if ((c == '-' || c == '+') && i == 0) {
            continue;
        }
        w->n_point += c == '.';
        w->n_comma += c == ',';
        w->n_blank += c == ' ';
        w->n_quote += c == '\'';
        if (c != '.' && c != ',' && c != ' ' && c != '\'') {
            return false;
        }
        w->last = c;
        w->n_behind = 0;
    }
    return w->n_point + w->n_comma + w->n_blank + w->n_quote > 0;
}

void cell_weigh(const char *cell, size_t n, struct cell_evidence *e) {
    struct writing w;
    if (n >= CELL_BYTES || !read_writing(cell, n, &w)) {
        return;
    }
    const bool has_both = w.n_point > 0 && w.n_comma > 0;
    e->blank_group += w.n_blank > 0;
    e->quote_group += w.n_quote > 0;
    if (w.last == ',') {
        e->comma_decimal += w.n_comma == 1 && (w.n_behind != 3 || has_both);
        e->comma_group += !has_both && w.n_behind == 3;
        e->point_group += has_both;
    } else if (w.last == '.') {
        e->point_decimal += w.n_point == 1 && !(w.n_comma == 0 && w.n_behind == 3);
        e->point_group += w.n_point > 1 && w.n_behind == 3;
        e->comma_group += has_both;
    }
}

bool cell_signs_of(const struct cell_evidence *e, char decimal, struct cell_signs *signs) {
    struct cell_signs made = {
        .decimal = decimal ? decimal : (e->comma_decimal > e->point_decimal ? ',' : '.')};
    bool is_ambiguous = false;
    if (made.decimal == ',') {
        made.thousands = e->point_group > 0 ? '.' : '\0';
    } else if (e->comma_group > 0) {
        made.thousands = ',';
        is_ambiguous = !decimal && e->point_decimal == 0;
    }
    if (!made.thousands && e->blank_group > 0) {
        made.thousands = ' ';
    } else if (!made.thousands && e->quote_group > 0) {
        made.thousands = '\'';
    }
    *signs = made;
    return is_ambiguous;
}
