#include "control/charts/chart_table.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "control/charts/spread.h"
#include "control/equipment/grid.h"
#include "control/equipment/name_list.h"
#include "plant/dialect/timespec.h"
#include "plant/faults.h"

// A row is a chart. Names are unlike each other; numbers are those of chart_defaults where a cell is empty.

enum {
    COLUMN_CHART,
    COLUMN_SIGNAL,
    COLUMN_KIND,
    COLUMN_SIZE,
    COLUMN_RULES,
    COLUMN_TARGET,
    COLUMN_LOWER,
    COLUMN_UPPER,
    N_COLUMN,
    MAX_UNITS = 1000000000,
};

static const struct grid_column columns[N_COLUMN] = {
    {"chart", "관리도", true},    {"signal", "신호", true},     {"kind", "종류", true},
    {"size", "크기", false},      {"rules", "규칙", false},     {"target", "목표", false},
    {"lower", "규격하한", false}, {"upper", "규격상한", false},
};

static const char *const kinds[N_CHART_KIND] = {"i-mr", "xbar-r", "xbar-s", "ewma", "cusum",
                                                "p",    "np",     "c",      "u"};
static const char *const sets[N_RULES] = {"default", "limits", "western electric", "nelson"};

const char *chart_kind_name(enum chart_kind kind) { return kinds[kind]; }

struct draft {
    struct chart_table *table;
    struct name_list names;
    uint32_t cap;
};

// The place of a word among n; n: it is none of them.
static uint32_t find_word(const struct csv_field *cell, const char *const *words, uint32_t n) {
    uint32_t i = 0;
    while (i < n && !word_is(cell->bytes, cell->n, words[i])) {
        i++;
    }
    return i;
}

static bool read_name(const struct grid_row *row, uint32_t column) {
    const struct csv_field *cell = &row->cell[column];
    if (cell->n == 0 || cell->n > CHARTS_MAX_NAME_BYTES || memchr(cell->bytes, '\n', cell->n)) {
        grid_fault(row, column, "at most 255 bytes", "a name is wanted");
        return false;
    }
    return true;
}

static bool read_size(const struct grid_row *row, struct chart_def *def) {
    const struct csv_field *cell = &row->cell[COLUMN_SIZE];
    int64_t size = 0;
    if (cell->n == 0) {
        if (def->options.kind == CHART_P || def->options.kind == CHART_NP) {
            grid_fault(row, COLUMN_SIZE, "how many units are looked at", "p and np need a size");
            return false;
        }
        return true;
    }
    if (!number_int64(cell->bytes, cell->n, &size) || size < 1 || size > MAX_UNITS) {
        grid_fault(row, COLUMN_SIZE, "a whole number from 1 to 1000000000", "not a size");
        return false;
    }
    const bool is_counted = chart_is_counted((enum chart_kind)def->options.kind);
    if (!is_counted && size > SPREAD_MAX_SD) {
        grid_fault(row, COLUMN_SIZE, "another size", "more than %d values in a subgroup",
                   SPREAD_MAX_SD);
        return false;
    }
    if (is_counted) {
        def->units = (double)size;
    } else {
        def->size = def->options.size = (uint32_t)size;
    }
    return true;
}

static bool read_target(const struct grid_row *row, struct chart_def *def) {
    const struct csv_field *cell = &row->cell[COLUMN_TARGET];
    if (cell->n > 0 && !number_double(cell->bytes, cell->n, &def->options.target)) {
        grid_fault(row, COLUMN_TARGET, "a number such as 12.5", "not a number");
        return false;
    }
    return true;
}

// One of the limits that values have to keep.
static bool read_limit(const struct grid_row *row, uint32_t column, double *out) {
    const struct csv_field *cell = &row->cell[column];
    *out = NAN;
    if (cell->n > 0 && (!number_double(cell->bytes, cell->n, out) || !isfinite(*out))) {
        grid_fault(row, column, "a number such as 12.5", "not a number");
        return false;
    }
    return true;
}

static bool read_specification(const struct grid_row *row, struct chart_def *def) {
    struct specification *spec = &def->specification;
    if (!read_limit(row, COLUMN_LOWER, &spec->lower) ||
        !read_limit(row, COLUMN_UPPER, &spec->upper)) {
        return false;
    }
    if (spec->lower >= spec->upper) {
        grid_fault(row, COLUMN_UPPER, "more than the lower limit",
                   "the limits of the specification cross");
        return false;
    }
    if (chart_is_counted((enum chart_kind)def->options.kind) &&
        (isfinite(spec->lower) || isfinite(spec->upper))) {
        grid_fault(row, isfinite(spec->lower) ? COLUMN_LOWER : COLUMN_UPPER, "an empty cell",
                   "counts have no specification");
        return false;
    }
    spec->target = def->options.target;
    return true;
}

static bool read_options(const struct grid_row *row, struct chart_def *def) {
    const uint32_t kind = find_word(&row->cell[COLUMN_KIND], kinds, N_CHART_KIND);
    const struct csv_field *rules = &row->cell[COLUMN_RULES];
    const uint32_t set = rules->n > 0 ? find_word(rules, sets, N_RULES) : RULES_DEFAULT;
    maru_error why = {0};
    if (kind == N_CHART_KIND) {
        grid_fault(row, COLUMN_KIND, "i-mr, xbar-r, xbar-s, ewma, cusum, p, np, c or u",
                   "unknown word");
        return false;
    }
    if (set == N_RULES) {
        grid_fault(row, COLUMN_RULES, "default, limits, western electric or nelson",
                   "unknown word");
        return false;
    }
    def->options = chart_defaults((enum chart_kind)kind);
    def->rules = rule_set_of((enum rules)set);
    def->size = chart_is_counted((enum chart_kind)kind) ? 1 : def->options.size;
    def->units = 1;
    if (!read_size(row, def) || !read_target(row, def) || !read_specification(row, def)) {
        return false;
    }
    if (chart_options_check(&def->options, &why) != MARU_OK) {
        grid_fault(row, COLUMN_SIZE, "another size", "%s", why.text);
        return false;
    }
    return true;
}

static maru_status keep(struct draft *d, const struct grid_row *row, struct chart_def *def,
                        maru_error *err) {
    struct chart_table *table = d->table;
    const struct csv_field *name = &row->cell[COLUMN_CHART], *signal = &row->cell[COLUMN_SIGNAL];
    if (table->n >= d->cap) {
        const uint32_t cap = d->cap < 64 ? 64 : 2 * d->cap;
        struct chart_def *more = alloc_resize(table->chart, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        table->chart = more;
        d->cap = cap;
    }
    def->name = arena_text(&table->arena, name->bytes, name->n);
    def->signal = arena_text(&table->arena, signal->bytes, signal->n);
    if (!def->name || !def->signal || name_list_add(&d->names, name->bytes, name->n) == NAME_NONE) {
        return arena_refusal(&table->arena, err);
    }
    table->chart[table->n++] = *def;
    return MARU_OK;
}

static maru_status take_row(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    const struct csv_field *name = &row->cell[COLUMN_CHART];
    struct chart_def def = {0};
    if (!read_name(row, COLUMN_CHART) || !read_name(row, COLUMN_SIGNAL) ||
        !read_options(row, &def)) {
        return MARU_OK;
    }
    if (name_list_find(&d->names, name->bytes, name->n) != NAME_NONE) {
        grid_fault(row, COLUMN_CHART, "a name of its own for each chart",
                   "there is a chart of this name already");
        return MARU_OK;
    }
    if (d->table->n == CHARTS_MAX) {
        return fail(err, MARU_E_LIMIT, "more than %d charts", CHARTS_MAX);
    }
    return keep(d, row, &def, err);
}

maru_status chart_table_read(const char *file, const char *bytes, size_t n, maru_faults *faults,
                             struct chart_table *out, maru_error *err) {
    struct chart_table table = {0};
    struct draft d = {.table = &table};
    const struct grid_form form = {file, columns, N_COLUMN};
    arena_init(&table.arena, CHARTS_MAX_TABLE_BYTES);
    name_list_init(&d.names, &table.arena);
    maru_status st = grid_read(&form, bytes, n, faults, take_row, &d, err);
    st = st == MARU_OK ? faults_status(faults, err) : st;
    name_list_fini(&d.names);
    if (st != MARU_OK) {
        chart_table_fini(&table);
        return st;
    }
    *out = table;
    return MARU_OK;
}

void chart_table_fini(struct chart_table *table) {
    alloc_free(table->chart);
    arena_fini(&table->arena);
    *table = (struct chart_table){0};
}
