#include <math.h>
#include <string.h>

#include "wire/sheet/sheet_inside.h"

// Limits as people write them: a row of the table that says 규격, spec, LSL or USL in front, or the name of a column itself.
//
//     규격 | 10.00±0.05 | 8.0 +0.2/-0.1 | 9.95~10.05 | 0.03 이하 | ≥ 20
//     LSL  | 9.95       | 7.9           |            |           | 20
//     내경 10.00±0.05 mm
//
// A cell becomes numbers and signs, words between them mean nothing, and the signs tell which pattern it is. Anything else is no limit.

enum { MAX_PARTS = 6, LABEL_BYTES = 48 };

enum part_kind { PART_NUMBER, PART_BOTH, PART_TO, PART_PLUS, PART_MINUS, PART_MOST, PART_LEAST };

struct part {
    uint8_t kind; // enum part_kind
    double number;
};

struct parts {
    struct part part[MAX_PARTS];
    uint32_t n;
    bool is_too_long;
};

static void add(struct parts *parts, enum part_kind kind, double number) {
    if (parts->n < MAX_PARTS) {
        parts->part[parts->n++] = (struct part){(uint8_t)kind, number};
    } else {
        parts->is_too_long = true;
    }
}

// Signs of more than one byte, and words, longest first where one begins another.
static const struct {
    const char *text;
    uint8_t kind;
} signs[] = {
    {"+/-", PART_BOTH},   {"+-", PART_BOTH},   {"±", PART_BOTH},     {"~", PART_TO},
    {"〜", PART_TO},      {"～", PART_TO},     {"∼", PART_TO},       {"..", PART_TO},
    {"–", PART_TO},       {"≤", PART_MOST},    {"<=", PART_MOST},    {"≦", PART_MOST},
    {"<", PART_MOST},     {"≥", PART_LEAST},   {">=", PART_LEAST},   {"≧", PART_LEAST},
    {">", PART_LEAST},    {"이하", PART_MOST}, {"미만", PART_MOST},  {"이내", PART_MOST},
    {"以下", PART_MOST},  {"max", PART_MOST},  {"이상", PART_LEAST}, {"초과", PART_LEAST},
    {"以上", PART_LEAST}, {"min", PART_LEAST}, {"+", PART_PLUS},     {"-", PART_MINUS},
};

static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) {
    return (small(c) >= 'a' && small(c) <= 'z') || ((unsigned char)c & 0x80) != 0 || c == '_';
}

static bool starts_with(const char *bytes, size_t n, const char *text) {
    size_t i = 0;
    while (i < n && text[i] != '\0' && small(bytes[i]) == text[i]) {
        i++;
    }
    return text[i] == '\0';
}

// Bytes of the number at the start, 0: there is none.
static size_t take_number(struct cell_signs of, const char *bytes, size_t n, double *number) {
    size_t used = 0;
    while (used < n &&
           (is_digit(bytes[used]) || bytes[used] == of.decimal ||
            (bytes[used] == of.thousands && of.thousands != '\0')) &&
           !starts_with(bytes + used, n - used, "..")) {
        used++;
    }
    while (used > 0 && !is_digit(bytes[used - 1])) {
        used--; // "10." and "10," are 10
    }
    return used > 0 && cell_number(of, bytes, used, number) && isfinite(*number) ? used : 0;
}

static struct parts split(struct cell_signs of, const char *bytes, size_t n) {
    struct parts parts = {.n = 0};
    bool is_word = false; // inside of one: "x1" has no number
    for (size_t i = 0; i < n;) {
        double number = 0;
        const bool may_begin = !is_word && (is_digit(bytes[i]) || bytes[i] == of.decimal);
        const size_t used = may_begin ? take_number(of, bytes + i, n - i, &number) : 0;
        if (used > 0) {
            add(&parts, PART_NUMBER, number);
            i += used;
            continue;
        }
        size_t k = 0;
        while (k < sizeof signs / sizeof *signs && !starts_with(bytes + i, n - i, signs[k].text)) {
            k++;
        }
        if (k < sizeof signs / sizeof *signs) {
            add(&parts, (enum part_kind)signs[k].kind, 0);
            i += strlen(signs[k].text);
            is_word = false;
        } else {
            is_word = is_letter(bytes[i]) || (is_word && is_digit(bytes[i]));
            i++;
        }
    }
    return parts;
}

// A minus in front of a number, where no number stands before it, is its sign.
static void join_signs(struct parts *parts) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < parts->n; i++) {
        const bool is_sign =
            parts->part[i].kind == PART_MINUS && i + 1 < parts->n &&
            parts->part[i + 1].kind == PART_NUMBER &&
            (n == 0 || parts->part[n - 1].kind == PART_TO || parts->part[n - 1].kind == PART_MOST ||
             parts->part[n - 1].kind == PART_LEAST);
        if (is_sign) {
            parts->part[n++] = (struct part){PART_NUMBER, -parts->part[++i].number};
        } else {
            parts->part[n++] = parts->part[i];
        }
    }
    parts->n = n;
}

static bool is_pattern(const struct parts *parts, const char *pattern) {
    static const char letter[] = {'n', 'b', 't', 'p', 'm', 'u', 'l'}; // of enum part_kind
    uint32_t i = 0;
    while (i < parts->n && pattern[i] == letter[parts->part[i].kind]) {
        i++;
    }
    return i == parts->n && pattern[i] == '\0';
}

static struct sheet_limits limits(double lower, double upper) {
    return lower < upper ? (struct sheet_limits){lower, upper}
                         : (struct sheet_limits){(double)NAN, (double)NAN};
}

struct sheet_limits sheet_read_limits(struct cell_signs of, const char *cell, size_t n) {
    const struct sheet_limits none = {(double)NAN, (double)NAN};
    struct parts parts = split(of, cell, n);
    join_signs(&parts);
    const struct part *p = parts.part;
    if (parts.is_too_long) {
        return none;
    }
    if (is_pattern(&parts, "nbn")) {
        return limits(p[0].number - p[2].number, p[0].number + p[2].number);
    }
    if (is_pattern(&parts, "bn")) {
        return limits(-p[1].number, p[1].number);
    }
    if (is_pattern(&parts, "npnmn")) {
        return limits(p[0].number - p[4].number, p[0].number + p[2].number);
    }
    if (is_pattern(&parts, "nmnpn")) {
        return limits(p[0].number - p[2].number, p[0].number + p[4].number);
    }
    if (is_pattern(&parts, "ntn")) {
        return limits(p[0].number, p[2].number);
    }
    if (is_pattern(&parts, "nmn")) {
        return limits(p[0].number, p[2].number);
    }
    if (is_pattern(&parts, "un") || is_pattern(&parts, "nu")) {
        return (struct sheet_limits){(double)NAN, p[parts.part[0].kind == PART_MOST].number};
    }
    if (is_pattern(&parts, "ln") || is_pattern(&parts, "nl")) {
        return (struct sheet_limits){p[parts.part[0].kind == PART_LEAST].number, (double)NAN};
    }
    return none;
}

bool sheet_has_limits(struct sheet_limits of) { return !isnan(of.lower) || !isnan(of.upper); }

// ---- rows

static bool is_label(const struct csv_field *cell, const char *words) {
    char key[LABEL_BYTES] = "|";
    size_t n = 1;
    for (size_t i = 0; i < cell->n; i++) {
        const char c = small(cell->bytes[i]);
        const bool is_none =
            c == ' ' || c == '(' || c == ')' || c == '.' || c == ':' || c == '[' || c == ']';
        if (n + 2 >= sizeof key) {
            return false;
        }
        if (!is_none) {
            key[n++] = c;
        }
    }
    key[n++] = '|';
    key[n] = '\0';
    return n > 2 && strstr(words, key) != NULL;
}

static enum sheet_limit_row label_of(const struct csv_field *cell) {
    if (is_label(cell,
                 "|규격상한|상한규격|규격상한usl|상한usl|상한|상한값|usl|upperlimit|upperspec|"
                 "upperspeclimit|specmax|규격max|規格上限|上限|上规格限|")) {
        return SHEET_LIMIT_UPPER;
    }
    if (is_label(cell,
                 "|규격하한|하한규격|규격하한lsl|하한lsl|하한|하한값|lsl|lowerlimit|lowerspec|"
                 "lowerspeclimit|specmin|규격min|規格下限|下限|下规格限|")) {
        return SHEET_LIMIT_LOWER;
    }
    return is_label(cell, "|규격|규격치|규격값|관리규격|제품규격|도면규격|검사규격|검사기준|"
                          "관리기준|판정기준|기준|공차|"
                          "도면치수|spec|specification|specs|speclimit|limits|tolerance|toleranz|"
                          "sollwert|規格|规格|公差|")
               ? SHEET_LIMIT_BOTH
               : SHEET_NO_LIMIT;
}

static struct sheet_limits of_cell(struct cell_signs of, enum sheet_limit_row row,
                                   const struct csv_field *cell) {
    double number = 0;
    if (row == SHEET_LIMIT_BOTH || !cell_number(of, cell->bytes, cell->n, &number)) {
        return sheet_read_limits(of, cell->bytes, cell->n);
    }
    return row == SHEET_LIMIT_LOWER ? (struct sheet_limits){number, (double)NAN}
                                    : (struct sheet_limits){(double)NAN, number};
}

enum sheet_limit_row sheet_limit_row_of(struct cell_signs of, const struct csv_row *row) {
    uint32_t k = 0;
    while (k + 1 < row->n_field && row->field[k].n == 0) {
        k++;
    }
    const enum sheet_limit_row found = row->n_field > 0 ? label_of(&row->field[k]) : SHEET_NO_LIMIT;
    for (uint32_t i = k + 1; found != SHEET_NO_LIMIT && i < row->n_field; i++) {
        if (sheet_has_limits(of_cell(of, found, &row->field[i]))) {
            return found;
        }
    }
    return SHEET_NO_LIMIT;
}

// A name or what stands in its brackets says limits only by signs that nothing else has: "1/min" is none.
static struct sheet_limits of_name(struct cell_signs of, const char *name, bool is_bracketed) {
    const bool is_sure =
        strstr(name, "±") || strstr(name, "+/-") ||
        (is_bracketed && (strchr(name, '~') || strstr(name, "≤") || strstr(name, "≥")));
    return is_sure ? sheet_read_limits(of, name, strlen(name))
                   : (struct sheet_limits){(double)NAN, (double)NAN};
}

bool sheet_unit_is_limits(const struct sheet_look *look, const char *unit) {
    return sheet_has_limits(of_name(look->signs, unit, true));
}

struct sheet_limits sheet_find_limits(const struct sheet_look *look, uint32_t column,
                                      const struct sheet_name *name) {
    struct sheet_limits out = {(double)NAN, (double)NAN};
    for (uint32_t i = 0; i < look->n; i++) {
        if (look->limit_row[i] != SHEET_NO_LIMIT) {
            const struct sheet_limits more =
                of_cell(look->signs, (enum sheet_limit_row)look->limit_row[i],
                        sheet_cell(&look->row[i], column));
            out.lower = isnan(out.lower) ? more.lower : out.lower;
            out.upper = isnan(out.upper) ? more.upper : out.upper;
        }
    }
    if (!sheet_has_limits(out)) {
        out = of_name(look->signs, name->unit, true);
    }
    if (!sheet_has_limits(out)) {
        out = of_name(look->signs, name->name, false);
    }
    return isnan(out.lower) || isnan(out.upper) || out.lower < out.upper
               ? out
               : (struct sheet_limits){(double)NAN, (double)NAN};
}
