#include "live/fake/fault_table.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "live/fake/life.h"
#include "plant/dialect/timespec.h"
#include "plant/plant.h"

// Row by row; the word of the fault says what its target and its value have to be. A tool's name has a slash in
// it, and the group's may have more: the number behind the last one that fits counts.

enum column {
#define X(name, english, korean, is_required) COLUMN_##name,
    FAULT_COLUMNS(X)
#undef X
        N_COLUMN
};
static const struct grid_column columns[N_COLUMN] = {
#define X(name, english, korean, is_required) {english, korean, is_required},
    FAULT_COLUMNS(X)
#undef X
};

enum value { VALUE_NOTHING, VALUE_SPAN, VALUE_OFFSET, VALUE_NUMBER };

struct kind {
    const char *english, *korean;
    enum fault_of of;
    enum value value;
    double share;
};
static const struct kind kinds[N_FAULT_KIND] = {
#define X(name, english, korean, of, value, share)                                                 \
    {english, korean, FAULT_OF_##of, VALUE_##value, share},
    FAULT_KINDS(X)
#undef X
};
static const char *const links[N_FAULT_LINK] = {
#define X(name, word) word,
    FAULT_LINKS(X)
#undef X
};

enum { ARENA_BYTES = 64 << 20 };

struct reading {
    struct fault_table *table;
    const maru_plant *plant;
};

enum fault_of fault_of(enum fault_kind kind) { return kinds[kind].of; }

// ---- targets

// The tool whose name the bytes begin with; *n_used bytes of them.
static bool find_tool(const maru_plant *plant, const char *bytes, size_t n, uint32_t *tool,
                      size_t *n_used) {
    bool is_found = false;
    for (uint32_t g = 0; g < plant->n_group; g++) {
        const struct plant_group *group = &plant->group[g];
        const size_t n_name = strlen(group->name);
        if (n_name + 2 > n || memcmp(group->name, bytes, n_name) != 0 || bytes[n_name] != '/') {
            continue;
        }
        const char *number = bytes + n_name + 1, *end = memchr(number, '/', n - n_name - 1);
        const size_t n_number = end ? (size_t)(end - number) : n - n_name - 1;
        int64_t k = 0;
        if (number_int64(number, n_number, &k) && number[0] != '+' && k >= 1 &&
            k <= group->n_tool && (!is_found || n_name + 1 + n_number > *n_used)) {
            *tool = group->first_tool + (uint32_t)k - 1;
            *n_used = n_name + 1 + n_number;
            is_found = true;
        }
    }
    return is_found;
}

static bool find_variable(const char *bytes, size_t n, uint32_t *variable) {
    for (uint32_t v = 0; v < N_FAKE_VARIABLE; v++) {
        const char *name = life_tag_kind((enum life_tag)((uint32_t)LIFE_TAG_PROCESS + v))->name;
        if (strlen(name) == n && memcmp(name, bytes, n) == 0) {
            *variable = v;
            return true;
        }
    }
    return false;
}

static maru_status read_link(struct reading *r, const struct grid_row *row, struct fault_row *out,
                             maru_error *err) {
    const struct csv_field *cell = &row->cell[COLUMN_TARGET];
    for (uint32_t i = 0; i < N_FAULT_LINK; i++) {
        const size_t n = strlen(links[i]);
        const bool has_part = cell->n > n + 1 && cell->bytes[n] == '/';
        if (cell->n >= n && memcmp(cell->bytes, links[i], n) == 0 && (cell->n == n || has_part)) {
            out->link = (enum fault_link)i;
            out->part =
                has_part ? arena_text(&r->table->arena, cell->bytes + n + 1, cell->n - n - 1) : "";
            return out->part ? MARU_OK : arena_refusal(&r->table->arena, err);
        }
    }
    grid_fault(row, COLUMN_TARGET,
               "sparkplug, modbus, secs or opcua, or a part of one: secs/Etch/3",
               "no connection has this name");
    return MARU_MORE;
}

static bool read_tool(const struct reading *r, const struct grid_row *row, struct fault_row *out) {
    const struct csv_field *cell = &row->cell[COLUMN_TARGET];
    const bool is_signal = kinds[out->kind].of == FAULT_OF_SIGNAL;
    size_t n = 1;
    out->tool = UINT32_MAX;
    out->variable = UINT32_MAX;
    if (cell->bytes[0] != '*' && !find_tool(r->plant, cell->bytes, cell->n, &out->tool, &n)) {
        grid_fault(row, COLUMN_TARGET, "a tool such as GROUP/1, or * for all of them",
                   "the plant has no such tool");
        return false;
    }
    if (n == cell->n) {
        return true;
    }
    if (is_signal && cell->bytes[n] == '/' &&
        find_variable(cell->bytes + n + 1, cell->n - n - 1, &out->variable)) {
        return true;
    }
    grid_fault(row, COLUMN_TARGET,
               is_signal ? "one that it measures, such as GROUP/1/Process/Flow"
                         : "the name of the tool alone, GROUP/1",
               "the tool has no such value");
    return false;
}

// ---- values

static bool read_number(const struct grid_row *row, struct fault_row *out) {
    const struct csv_field *cell = &row->cell[COLUMN_VALUE];
    if (!number_double(cell->bytes, cell->n, &out->number) || fabs(out->number) > FAULT_MAX_VALUE ||
        (out->kind == FAULT_NOISE && out->number < 0)) {
        grid_fault(row, COLUMN_VALUE,
                   out->kind == FAULT_NOISE   ? "a standard deviation, from 0 to 1e9"
                   : out->kind == FAULT_DRIFT ? "how much an hour, from -1e9 to 1e9"
                                              : "how high, from -1e9 to 1e9",
                   "this fault needs a number");
        return false;
    }
    return true;
}

static bool read_value(const struct grid_row *row, struct fault_row *out) {
    const struct csv_field *cell = &row->cell[COLUMN_VALUE];
    struct complaint why;
    switch (kinds[out->kind].value) {
    case VALUE_NOTHING:
        if (cell->n > 0) {
            grid_fault(row, COLUMN_VALUE, "nothing", "this fault has no value");
        }
        return cell->n == 0;
    case VALUE_NUMBER:
        return read_number(row, out);
    case VALUE_SPAN:
    case VALUE_OFFSET:
        break;
    }
    const bool is_good = kinds[out->kind].value == VALUE_SPAN
                             ? span_read(cell->bytes, cell->n, &out->span_us, &why)
                             : offset_read(cell->bytes, cell->n, &out->span_us, &why);
    if (!is_good) {
        grid_fault(row, COLUMN_VALUE, why.right, "%s", why.wrong);
    }
    return is_good;
}

static bool read_share(const struct grid_row *row, struct fault_row *out) {
    const struct csv_field *cell = &row->cell[COLUMN_SHARE];
    struct complaint why;
    out->share = kinds[out->kind].share;
    if (cell->n == 0) {
        return true;
    }
    if (out->share <= 0) {
        grid_fault(row, COLUMN_SHARE, "nothing", "this fault has no share");
        return false;
    }
    if (!share_read(cell->bytes, cell->n, false, &out->share, &why)) {
        grid_fault(row, COLUMN_SHARE, why.right, "%s", why.wrong);
        return false;
    }
    return true;
}

static bool read_times(const struct grid_row *row, struct fault_row *out) {
    struct complaint why;
    maru_time for_us = 0;
    bool is_good =
        offset_read(row->cell[COLUMN_AT].bytes, row->cell[COLUMN_AT].n, &out->at_us, &why);
    if (!is_good) {
        grid_fault(row, COLUMN_AT, why.right, "%s", why.wrong);
    }
    out->until_us = INT64_MAX;
    if (row->cell[COLUMN_FOR].n > 0) {
        if (!span_read(row->cell[COLUMN_FOR].bytes, row->cell[COLUMN_FOR].n, &for_us, &why)) {
            grid_fault(row, COLUMN_FOR, why.right, "%s", why.wrong);
            is_good = false;
        } else if (for_us == 0) {
            grid_fault(row, COLUMN_FOR, "a span above 0, or nothing: to the end",
                       "a fault of no length");
            is_good = false;
        }
        out->until_us = out->at_us + for_us;
    }
    return is_good;
}

static bool read_kind(const struct grid_row *row, struct fault_row *out) {
    const struct csv_field *cell = &row->cell[COLUMN_FAULT];
    for (uint32_t i = 0; i < N_FAULT_KIND; i++) {
        if (word_is(cell->bytes, cell->n, kinds[i].english) ||
            word_is(cell->bytes, cell->n, kinds[i].korean)) {
            out->kind = (enum fault_kind)i;
            return true;
        }
    }
    grid_fault(
        row, COLUMN_FAULT,
        "drop, delay, repeat, reorder or malformed; clock, stuck, drift, spike or noise; failure",
        "there is no such fault");
    return false;
}

static maru_status take_row(void *context, const struct grid_row *row, maru_error *err) {
    struct reading *r = context;
    struct fault_row out = {.part = "", .tool = UINT32_MAX, .variable = UINT32_MAX};
    if (!read_kind(row, &out)) {
        return MARU_OK;
    }
    bool is_good = read_times(row, &out);
    is_good = read_value(row, &out) && is_good;
    is_good = read_share(row, &out) && is_good;
    if (kinds[out.kind].of == FAULT_OF_LINK) {
        const maru_status st = read_link(r, row, &out, err);
        if (st != MARU_OK) {
            return st == MARU_MORE ? MARU_OK : st;
        }
    } else if (!read_tool(r, row, &out)) {
        return MARU_OK;
    }
    if (r->table->n_row == FAULT_MAX_ROWS) {
        return fail_at(err, MARU_E_LIMIT, row->form->file, row->line, 0,
                       "the table has more than %d rows", FAULT_MAX_ROWS);
    }
    if (is_good) {
        r->table->row[r->table->n_row++] = out;
    }
    return MARU_OK;
}

// ---- the table

maru_status fault_table_read(const char *file, const char *bytes, size_t n, const maru_plant *plant,
                             maru_faults *faults, struct fault_table *out, maru_error *err) {
    struct fault_table table = {0};
    if (n > FAULT_MAX_BYTES) {
        return fail_at(err, MARU_E_LIMIT, file, 0, 0, "a table has more than 8 MiB");
    }
    arena_init(&table.arena, ARENA_BYTES);
    table.row = arena_take(&table.arena, FAULT_MAX_ROWS, sizeof *table.row);
    struct reading r = {&table, plant};
    const struct grid_form form = {file, columns, N_COLUMN};
    maru_status st = table.row ? MARU_OK : arena_refusal(&table.arena, err);
    st = st == MARU_OK ? grid_read(&form, bytes, n, faults, take_row, &r, err) : st;
    st = st == MARU_OK && faults_is_short(faults) ? fail(err, MARU_E_MEMORY, "no memory") : st;
    st = st == MARU_OK ? faults_status(faults, err) : st;
    if (st != MARU_OK) {
        fault_table_fini(&table);
        return st;
    }
    *out = table;
    return MARU_OK;
}

void fault_table_fini(struct fault_table *table) {
    arena_fini(&table->arena);
    *table = (struct fault_table){0};
}

const char *fault_word(enum fault_kind kind) { return kinds[kind].english; }

void fault_target_write(const struct fault_row *row, const maru_plant *plant, struct text *out) {
    char name[LIFE_MAX_TEXT_BYTES];
    if (kinds[row->kind].of == FAULT_OF_LINK) {
        text_addf(out, "%s%s%s", links[row->link], row->part[0] ? "/" : "", row->part);
        return;
    }
    if (row->tool == UINT32_MAX) {
        text_addz(out, "*");
    } else {
        life_tool_name(plant, row->tool, name);
        text_addz(out, name);
    }
    if (row->variable != UINT32_MAX) {
        text_addf(out, "/%s",
                  life_tag_kind((enum life_tag)((uint32_t)LIFE_TAG_PROCESS + row->variable))->name);
    }
}

static void write_row(const struct fault_row *row, const maru_plant *plant, struct text *cell,
                      struct text *out) {
    const struct kind *kind = &kinds[row->kind];
    span_write(out, row->at_us);
    text_addz(out, ",");
    if (row->until_us != INT64_MAX) {
        span_write(out, row->until_us - row->at_us);
    }
    text_addz(out, ",");
    text_clear(cell);
    fault_target_write(row, plant, cell);
    text_add_csv(out, cell->bytes ? cell->bytes : "");
    text_addf(out, ",%s,", kind->english);
    if (kind->value == VALUE_NUMBER) {
        text_add_double(out, row->number);
    } else if (kind->value != VALUE_NOTHING) {
        span_write(out, row->span_us);
    }
    text_addz(out, ",");
    if (kind->share > 0) {
        text_add_double(out, row->share);
    }
    text_addz(out, "\n");
}

void fault_table_write(const struct fault_table *table, const maru_plant *plant, struct text *out) {
    struct text cell;
    text_init(&cell, FAULT_MAX_BYTES);
    text_addz(out, "at,for,target,fault,value,share\n");
    for (uint32_t i = 0; i < table->n_row; i++) {
        write_row(&table->row[i], plant, &cell, out);
    }
    text_fini(&cell);
}

bool fault_table_has_link(const struct fault_table *table, enum fault_link link) {
    for (uint32_t i = 0; i < table->n_row; i++) {
        if (kinds[table->row[i].kind].of == FAULT_OF_LINK && table->row[i].link == link) {
            return true;
        }
    }
    return false;
}
