#include "plant/dialect/cell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "plant/dialect/timespec.h"
#include "plant/dialect/values.h"

// A reader a kind, found by table. Each sees the bytes of its cell and, for AutoSched's times, the
// cells beside it.

struct cell {
    struct draft *draft;
    struct source *at;
    const struct column *column;
    const struct sheet_column *where;
    const char *bytes;
    size_t n;
    void *out;
};

static struct csv_field cell_at(const struct cell *c, uint16_t column) {
    if (column == 0 || column > c->at->n_cell) {
        return (struct csv_field){"", 0};
    }
    return c->at->cell[column - 1];
}

static void refuse(const struct cell *c, const struct complaint *why) {
    draft_fault(c->draft, MARU_FAULT, c->at, c->column->field, why->right, "%s", why->wrong);
}

// The complaint is about the cell of `column` where there is one.
static void refuse_part(const struct cell *c, uint16_t column, const struct complaint *why) {
    draft_fault_column(c->draft, c->at, c->column->field, column > 0 ? column : c->where->value,
                       why->right, "%s", why->wrong);
}

// Line breaks and tabs, which a quoted cell may hold, would break every list that shows the text.
static bool is_line(struct cell *c) {
    for (size_t i = 0; i < c->n; i++) {
        if ((unsigned char)c->bytes[i] < 0x20) {
            refuse(c, &(struct complaint){"a line break or tab inside the text", "one line"});
            return false;
        }
    }
    return true;
}

static void read_name(struct cell *c) {
    if (c->n > PLANT_MAX_NAME_BYTES) {
        refuse(c, &(struct complaint){"the name is too long", "at most 255 bytes"});
        return;
    }
    if (is_line(c)) {
        *(uint32_t *)c->out = draft_name(c->draft, c->bytes, c->n);
    }
}

static void read_text(struct cell *c) {
    if (is_line(c)) {
        *(const char **)c->out = c->bytes;
    }
}

// Whole numbers may end in ".0", as spreadsheets write them.
static bool integer_read(const char *bytes, size_t n, int64_t *out) {
    const char *point = memchr(bytes, '.', n);
    if (!point) {
        return number_int64(bytes, n, out);
    }
    for (const char *p = point + 1; p < bytes + n; p++) {
        if (*p != '0') {
            return false;
        }
    }
    return number_int64(bytes, (size_t)(point - bytes), out);
}

static bool read_integer(const struct cell *c, int64_t *out) {
    char right[96];
    snprintf(right, sizeof right, "a whole number from %" PRId64 " to %" PRId64, c->column->least,
             c->column->most);
    int64_t value = 0;
    if (!integer_read(c->bytes, c->n, &value)) {
        refuse(c, &(struct complaint){"not a whole number", right});
        return false;
    }
    if (value < c->column->least || value > c->column->most) {
        refuse(c, &(struct complaint){value < 0 && c->column->least >= 0
                                          ? "a negative number"
                                          : "a number outside of what is allowed",
                                      right});
        return false;
    }
    *out = value;
    return true;
}

static void read_count(struct cell *c) {
    int64_t value = 0;
    if (read_integer(c, &value)) {
        *(uint32_t *)c->out = (uint32_t)value;
    }
}

static void read_long(struct cell *c) { read_integer(c, c->out); }

static void read_word(struct cell *c) {
    for (const struct word *w = c->column->words; w->text; w++) {
        if (word_is(c->bytes, c->n, w->text)) {
            *(uint32_t *)c->out = w->value;
            return;
        }
    }
    refuse(c, &(struct complaint){"unknown word", c->column->right});
}

static void read_share(struct cell *c) {
    struct complaint why;
    if (!share_read(c->bytes, c->n, c->column->kind == CELL_PERCENT, c->out, &why)) {
        refuse(c, &why);
    }
}

static bool is_length(const char *bytes, size_t n, double *out) {
    static const struct {
        const char *unit;
        double in_a_metre;
    } units[] = {{"mm", 1000}, {"m", 1}, {"", 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t n_unit = strlen(units[i].unit);
        if (n <= n_unit || memcmp(bytes + n - n_unit, units[i].unit, n_unit) != 0) {
            continue;
        }
        size_t n_number = n - n_unit;
        while (n_unit > 0 && n_number > 0 && bytes[n_number - 1] == ' ') {
            n_number--;
        }
        double value = 0;
        if (number_double(bytes, n_number, &value)) {
            *out = value / units[i].in_a_metre;
            return true;
        }
    }
    return false;
}

static void read_measure(struct cell *c) {
    const bool is_angle = c->column->kind == CELL_DEGREES;
    const double least = (double)c->column->least;
    const double most = (double)c->column->most;
    char right[96];
    if (is_angle) {
        snprintf(right, sizeof right, "degrees from %" PRId64 " to %" PRId64, c->column->least,
                 c->column->most);
    } else if (least >= 0) {
        snprintf(right, sizeof right,
                 "metres such as 2.5, or 2500 mm, above %" PRId64 " to %" PRId64, c->column->least,
                 c->column->most);
    } else {
        snprintf(right, sizeof right,
                 "metres such as 2.5, or 2500 mm, from %" PRId64 " to %" PRId64, c->column->least,
                 c->column->most);
    }
    double value = 0;
    if (is_angle ? !number_double(c->bytes, c->n, &value) : !is_length(c->bytes, c->n, &value)) {
        refuse(c, &(struct complaint){is_angle ? "not an angle" : "not a length", right});
    } else if (value < least || value > most || (!is_angle && least >= 0 && value <= 0)) {
        refuse(c, &(struct complaint){!is_angle && least >= 0 && value <= 0
                                          ? "not above 0"
                                          : "a number outside of what is allowed",
                                      right});
    } else {
        *(double *)c->out = value;
    }
}

// Value and unit in columns of their own; the fault points at the one that is wrong.
static bool read_parts(const struct cell *c, uint16_t value_column, maru_time *out) {
    const struct csv_field value = cell_at(c, value_column);
    const struct csv_field unit = cell_at(c, c->where->unit);
    struct complaint why;
    if (span_read_parts(value.bytes, value.n, unit.bytes, unit.n, out, &why)) {
        return true;
    }
    maru_time unused = 0;
    struct complaint unit_why;
    const bool is_unit = !span_read_parts("1", 1, unit.bytes, unit.n, &unused, &unit_why);
    refuse_part(c, is_unit ? c->where->unit : value_column, is_unit ? &unit_why : &why);
    return false;
}

static void read_span(struct cell *c) {
    if ((c->column->flags & COLUMN_PARTS) != 0) {
        read_parts(c, c->where->value, c->out);
        return;
    }
    struct complaint why;
    if (!span_read(c->bytes, c->n, c->out, &why)) {
        refuse(c, &why);
    }
}

static bool read_chance_parts(const struct cell *c, struct dist *out) {
    const struct csv_field name = cell_at(c, c->where->dist);
    const struct csv_field second = cell_at(c, c->where->second);
    maru_time mean = 0;
    maru_time half_width = 0;
    if (!read_parts(c, c->where->value, &mean) ||
        (second.n > 0 && !read_parts(c, c->where->second, &half_width))) {
        return false;
    }
    struct complaint why;
    if (!chance_from_parts(name.bytes, name.n, mean, half_width, second.n > 0 ? 2 : 1, out, &why)) {
        const bool is_name = strstr(why.wrong, "distribution") != NULL;
        refuse_part(c, is_name ? c->where->dist : c->where->second, &why);
        return false;
    }
    return true;
}

static bool read_chance_text(const struct cell *c, struct dist *out) {
    struct chance chance;
    struct complaint why;
    if (!chance_read(c->bytes, c->n, &chance, &why)) {
        refuse(c, &why);
        return false;
    }
    if (chance.dist.kind == DIST_EMPIRICAL && !values_load(c->draft, &chance, &why)) {
        refuse(c, &why);
        return false;
    }
    *out = chance.dist;
    return true;
}

static bool read_dist(const struct cell *c, struct dist *out) {
    return (c->column->flags & COLUMN_PARTS) != 0 ? read_chance_parts(c, out)
                                                  : read_chance_text(c, out);
}

static void read_chance(struct cell *c) { read_dist(c, c->out); }

// `8000 wafers`; AutoSched: 8000 with the unit `pieces` or none. 0: not a number of wafers; -1: a
// bad one.
static int wafers_read(const struct cell *c, int64_t *out) {
    struct csv_field unit = cell_at(c, c->where->unit);
    size_t n_number = c->n;
    if ((c->column->flags & COLUMN_PARTS) == 0) {
        while (n_number > 0 && strchr("0123456789.+-", c->bytes[n_number - 1]) == NULL) {
            n_number--;
        }
        unit = (struct csv_field){c->bytes + n_number, (uint32_t)(c->n - n_number)};
        while (unit.n > 0 && *unit.bytes == ' ') {
            unit.bytes++;
            unit.n--;
        }
    }
    const bool is_wafers = word_is(unit.bytes, unit.n, "wafers") ||
                           word_is(unit.bytes, unit.n, "wafer") ||
                           word_is(unit.bytes, unit.n, "pieces");
    if (!is_wafers && !(unit.n == 0 && (c->column->flags & COLUMN_PARTS) != 0)) {
        return 0;
    }
    int64_t value = 0;
    const bool is_good =
        integer_read(c->bytes, n_number, &value) && value >= 0 && value <= UINT32_MAX;
    *out = value;
    return is_good ? 1 : -1;
}

static void read_cycle(struct cell *c) {
    struct cycle *out = c->out;
    int64_t wafers = 0;
    const int is_wafers = wafers_read(c, &wafers);
    const struct csv_field dist = cell_at(c, c->where->dist);
    if (is_wafers == 0) {
        read_dist(c, &out->dist);
    } else if (is_wafers < 0) {
        refuse(c,
               &(struct complaint){"not a number of wafers",
                                   "a whole number of wafers, 0 or more, or a time with its unit"});
    } else if (dist.n > 0 && !word_is(dist.bytes, dist.n, "constant")) {
        refuse_part(c, c->where->dist,
                    &(struct complaint){"a number of wafers cannot be drawn", "constant"});
    } else {
        *out = (struct cycle){{.kind = DIST_CONSTANT, .a = wafers}, true};
    }
}

static void read_moment(struct cell *c) {
    struct moment *out = c->out;
    struct complaint why;
    const bool is_date = (c->column->flags & COLUMN_PARTS) != 0 || (c->n > 4 && c->bytes[4] == '-');
    bool is_good = false;
    if (!is_date) {
        is_good = offset_read(c->bytes, c->n, &out->us, &why);
    } else if ((c->column->flags & COLUMN_PARTS) != 0) {
        is_good = date_read_us_order(c->bytes, c->n, &out->us, &why);
    } else {
        is_good = date_read(c->bytes, c->n, &out->us, &why);
    }
    out->is_date = is_date;
    if (!is_good) {
        refuse(c, &(struct complaint){why.wrong, is_date ? why.right
                                                         : "a date such as 2018-01-31 13:05:59, or "
                                                           "a time after the start such as 3 day"});
    }
}

static void (*const readers[])(struct cell *) = {
    [CELL_NAME] = read_name,     [CELL_TEXT] = read_text,      [CELL_COUNT] = read_count,
    [CELL_INTEGER] = read_long,  [CELL_WORD] = read_word,      [CELL_SHARE] = read_share,
    [CELL_PERCENT] = read_share, [CELL_LENGTH] = read_measure, [CELL_DEGREES] = read_measure,
    [CELL_SPAN] = read_span,     [CELL_CHANCE] = read_chance,  [CELL_CYCLE] = read_cycle,
    [CELL_MOMENT] = read_moment,
};

static void set_default(const struct column *column, void *out) {
    switch ((enum cell_kind)column->kind) {
    case CELL_COUNT:
    case CELL_WORD:
        *(uint32_t *)out = (uint32_t)column->otherwise;
        return;
    case CELL_INTEGER:
        *(int64_t *)out = column->otherwise;
        return;
    case CELL_SHARE:
    case CELL_PERCENT:
        *(double *)out = (double)column->otherwise;
        return;
    case CELL_IGNORED:
    case CELL_NAME:
    case CELL_TEXT:
    case CELL_LENGTH:
    case CELL_DEGREES:
    case CELL_SPAN:
    case CELL_CHANCE:
    case CELL_CYCLE:
    case CELL_MOMENT:
        return; // all zero
    }
}

void cell_read(struct draft *draft, struct source *at, const struct column *column,
               const struct sheet_column *where) {
    struct cell c = {.draft = draft,
                     .at = at,
                     .column = column,
                     .where = where,
                     .out = (char *)at + column->offset};
    const struct csv_field text = cell_at(&c, where->value);
    c.bytes = text.bytes;
    c.n = text.n;
    set_default(column, c.out);
    if (c.n > 0) {
        at->given |= FIELD_BIT(column->field);
        void (*const read)(struct cell *) = readers[column->kind];
        if (read) {
            read(&c);
        }
    } else if ((column->flags & COLUMN_REQUIRED) != 0) {
        at->bad |= FIELD_BIT(column->field); // a missing column was said once, in the header
        if (where->value > 0) {
            draft_fault(draft, MARU_FAULT, at, column->field, "a value", "the cell is empty");
        }
    }
}
