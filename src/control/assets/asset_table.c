#include "control/assets/asset_table.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "plant/dialect/timespec.h"

// Rows become assets and rules in the order of the table. Levels are looked at when all rows are there, since a table need not tell a
// parent before what stands in it: each must be below the nearest one above it whose level is said.

enum column {
#define X(name, english, korean) COLUMN_##name,
    ASSET_COLUMNS(X)
#undef X
        N_COLUMN
};

static const struct grid_column columns[N_COLUMN] = {
#define X(name, english, korean) {english, korean, false},
    ASSET_COLUMNS(X)
#undef X
};

static const struct {
    const char *english, *korean;
    uint32_t rank;
} levels[N_ASSET_LEVEL] = {{"", "", 0},
#define X(name, rank, english, korean) {english, korean, rank},
                           ASSET_LEVELS(X)
#undef X
};

const char *asset_level_name(enum asset_level level, bool is_korean) {
    return level >= N_ASSET_LEVEL ? "" : is_korean ? levels[level].korean : levels[level].english;
}

uint32_t asset_level_rank(enum asset_level level) {
    return level < N_ASSET_LEVEL ? levels[level].rank : 0;
}

struct draft {
    struct asset_table *table;
    struct placing_rule *rule; // (n_rule, cap_rule)
    uint32_t cap_asset, cap_tool, cap_rule;
    maru_faults *faults;
    const char *file;
};

// ---- cells

// The whole path: the parent's, and the asset's own.
static bool read_path(const struct grid_row *row, char out[PLACING_MAX_NAME_BYTES]) {
    const struct csv_field *parent = &row->cell[COLUMN_PARENT], *own = &row->cell[COLUMN_ASSET];
    out[0] = '\0';
    if (own->n == 0) {
        if (parent->n > 0) {
            grid_fault(row, COLUMN_PARENT, "the asset that stands in it", "a parent of nothing");
        }
        return parent->n == 0;
    }
    if (own->n + parent->n + 2 > PLACING_MAX_NAME_BYTES) {
        grid_fault(row, COLUMN_ASSET, "at most 511 bytes with all its levels",
                   "the path is too long");
        return false;
    }
    snprintf(out, PLACING_MAX_NAME_BYTES, "%s%s%s", parent->bytes, parent->n > 0 ? "/" : "",
             own->bytes);
    const char *fault = placing_path_fault(out);
    if (fault) {
        grid_fault(row, COLUMN_ASSET, "levels with a slash between, such as ulsan/press/press-1",
                   "%s", fault);
    }
    return !fault;
}

static bool names_are_good(const struct grid_row *row) {
    bool is_good = true;
    for (uint32_t i = 0; i < N_COLUMN; i++) {
        const struct csv_field *cell = &row->cell[i];
        const uint32_t most = i == COLUMN_NAME || i == COLUMN_KOREAN || i == COLUMN_TOOL ||
                                      i == COLUMN_GROUP || i == COLUMN_LEVEL
                                  ? ASSET_MAX_NAME_BYTES
                                  : PLACING_MAX_NAME_BYTES - 1;
        if (strpbrk(cell->bytes, "\n\r\t")) {
            grid_fault(row, i, "one line", "a line break or tab inside the text");
            is_good = false;
        } else if (cell->n > most) {
            grid_fault(row, i, "a shorter one", "the name is longer than %u bytes", most);
            is_good = false;
        }
    }
    return is_good;
}

static bool read_level(const struct grid_row *row, uint8_t *out) {
    const struct csv_field *cell = &row->cell[COLUMN_LEVEL];
    for (uint32_t i = 0; i < N_ASSET_LEVEL; i++) {
        if (word_is(cell->bytes, cell->n, levels[i].english) ||
            word_is(cell->bytes, cell->n, levels[i].korean)) {
            *out = (uint8_t)i;
            return true;
        }
    }
    grid_fault(row, COLUMN_LEVEL,
               "enterprise, site, area, line, process cell, work center, cell, unit, work unit, "
               "tool, module, or one of these in Korean",
               "this level is not known");
    return false;
}

// ---- rules

static bool cell_is_good(const struct grid_row *row, uint32_t column, const char *fault) {
    if (fault) {
        grid_fault(row, column,
                   "such as line1/*/press/**, and in other cells the number of a star in braces",
                   "%s", fault);
    }
    return !fault;
}

static bool read_rule(const struct grid_row *row, const char *path, struct placing_rule *rule) {
    const char *pattern = row->cell[COLUMN_SIGNALS].bytes;
    *rule = (struct placing_rule){pattern, path, row->cell[COLUMN_AS].bytes,
                                  row->cell[COLUMN_UNIT].bytes};
    if (!cell_is_good(row, COLUMN_SIGNALS, placing_pattern_fault(pattern))) {
        return false;
    }
    bool is_good = cell_is_good(row, COLUMN_ASSET, placing_fill_fault(pattern, rule->asset));
    is_good = cell_is_good(row, COLUMN_AS, placing_fill_fault(pattern, rule->name)) && is_good;
    is_good = cell_is_good(row, COLUMN_UNIT, placing_fill_fault(pattern, rule->unit)) && is_good;
    if (!rule->asset[0] && !rule->name[0] && !rule->unit[0]) {
        grid_fault(row, COLUMN_SIGNALS, "the asset, or a name or unit for these signals",
                   "signals of which nothing is said");
        return false;
    }
    return is_good;
}

static maru_status keep_rule(struct draft *d, const struct placing_rule *rule, maru_error *err) {
    struct asset_table *table = d->table;
    struct arena *arena = &table->arena;
    if (table->n_rule == d->cap_rule) {
        const uint32_t cap = d->cap_rule < 64 ? 64 : 2 * d->cap_rule;
        struct placing_rule *more = alloc_resize(d->rule, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        d->rule = more;
        d->cap_rule = cap;
    }
    const struct placing_rule kept = {arena_text(arena, rule->pattern, strlen(rule->pattern)),
                                      arena_text(arena, rule->asset, strlen(rule->asset)),
                                      arena_text(arena, rule->name, strlen(rule->name)),
                                      arena_text(arena, rule->unit, strlen(rule->unit))};
    if (!kept.pattern || !kept.asset || !kept.name || !kept.unit) {
        return arena_refusal(arena, err);
    }
    d->rule[table->n_rule++] = kept;
    return placing_add(table->placing, &kept, err);
}

// ---- assets

static bool make_room(struct draft *d) {
    struct asset_table *table = d->table;
    if (table->paths.n == d->cap_asset) {
        const uint32_t cap = d->cap_asset < 64 ? 64 : 2 * d->cap_asset;
        struct asset *more = alloc_resize(table->asset, cap, sizeof *more);
        if (!more) {
            return false;
        }
        table->asset = more;
        d->cap_asset = cap;
    }
    if (table->tools.n == d->cap_tool) {
        const uint32_t cap = d->cap_tool < 64 ? 64 : 2 * d->cap_tool;
        uint32_t *more = alloc_resize(table->of_tool, cap, sizeof *more);
        if (!more) {
            return false;
        }
        table->of_tool = more;
        d->cap_tool = cap;
    }
    return true;
}

// Is this path, or this tool, another row's already?
static bool is_taken(const struct draft *d, const struct grid_row *row, const char *path) {
    const struct asset_table *table = d->table;
    const struct csv_field *tool = &row->cell[COLUMN_TOOL];
    const struct asset *known = asset_table_find(table, path, strlen(path));
    const struct asset *of_tool = asset_table_find_tool(table, tool->bytes);
    if (known) {
        grid_fault(row, COLUMN_ASSET, "one row that describes each asset",
                   "row %u describes this asset already", known->line);
    }
    if (of_tool) {
        grid_fault(row, COLUMN_TOOL, "one asset for each tool", "row %u has this tool already",
                   of_tool->line);
    }
    return known || of_tool;
}

static const char *keep_cell(struct draft *d, const struct grid_row *row, uint32_t column) {
    return arena_text(&d->table->arena, row->cell[column].bytes, row->cell[column].n);
}

static maru_status keep_asset(struct draft *d, const struct grid_row *row, const char *path,
                              uint8_t level, maru_error *err) {
    struct asset_table *table = d->table;
    if (!make_room(d)) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const struct csv_field *tool = &row->cell[COLUMN_TOOL];
    struct asset made = {.name = keep_cell(d, row, COLUMN_NAME),
                         .korean = keep_cell(d, row, COLUMN_KOREAN),
                         .tool = keep_cell(d, row, COLUMN_TOOL),
                         .group = keep_cell(d, row, COLUMN_GROUP),
                         .level = level,
                         .line = row->line};
    const uint32_t at = made.name && made.korean && made.tool && made.group
                            ? name_list_add(&table->paths, path, strlen(path))
                            : NAME_NONE;
    if (at == NAME_NONE) {
        return arena_refusal(&table->arena, err);
    }
    made.path = table->paths.name[at];
    table->asset[at] = made;
    if (tool->n > 0) {
        const uint32_t number = name_list_add(&table->tools, tool->bytes, tool->n);
        if (number == NAME_NONE) {
            return arena_refusal(&table->arena, err);
        }
        table->of_tool[number] = at;
    }
    return MARU_OK;
}

static bool describes(const struct grid_row *row) {
    return row->cell[COLUMN_LEVEL].n + row->cell[COLUMN_NAME].n + row->cell[COLUMN_KOREAN].n +
               row->cell[COLUMN_TOOL].n + row->cell[COLUMN_GROUP].n >
           0;
}

static maru_status take_asset(struct draft *d, const struct grid_row *row, const char *path,
                              maru_error *err) {
    uint8_t level = ASSET_LEVEL_NONE;
    if (path[0] == '\0') {
        grid_fault(row, COLUMN_ASSET, "its path, such as ulsan/press/press-1",
                   "a row without an asset");
        return MARU_OK;
    }
    if (strpbrk(path, "{}")) {
        grid_fault(row, COLUMN_ASSET, "its path without braces, in a row of its own",
                   "an asset that signals make up cannot be described");
        return MARU_OK;
    }
    if (!read_level(row, &level) || is_taken(d, row, path)) {
        return MARU_OK;
    }
    return keep_asset(d, row, path, level, err);
}

static maru_status take_row(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    struct placing_rule rule;
    char path[PLACING_MAX_NAME_BYTES];
    if (!names_are_good(row) || !read_path(row, path)) {
        return MARU_OK;
    }
    const bool has_signals = row->cell[COLUMN_SIGNALS].n > 0;
    if (!has_signals && row->cell[COLUMN_AS].n + row->cell[COLUMN_UNIT].n > 0) {
        grid_fault(row, row->cell[COLUMN_AS].n > 0 ? COLUMN_AS : COLUMN_UNIT,
                   "the signals that are meant", "a name or unit of no signal");
        return MARU_OK;
    }
    maru_status st = MARU_OK;
    if (has_signals && read_rule(row, path, &rule)) {
        st = keep_rule(d, &rule, err);
    }
    if (st == MARU_E_LIMIT && err) {
        err->row = row->line;
    }
    return st == MARU_OK && (!has_signals || describes(row)) ? take_asset(d, row, path, err) : st;
}

// ---- the whole

static void check_level(const struct draft *d, const struct asset *asset) {
    const struct asset *above = NULL;
    for (size_t n = strlen(asset->path); n > 0 && !above; n--) {
        if (asset->path[n - 1] == '/') {
            const struct asset *one = asset_table_find(d->table, asset->path, n - 1);
            above = one && one->level != ASSET_LEVEL_NONE ? one : NULL;
        }
    }
    if (above && levels[asset->level].rank <= levels[above->level].rank) {
        const struct grid_form form = {d->file, columns, N_COLUMN};
        const struct grid_row row = {
            .form = &form,
            .faults = d->faults,
            .line = asset->line,
            .cell[COLUMN_LEVEL] = {levels[asset->level].english,
                                   (uint32_t)strlen(levels[asset->level].english)}};
        grid_fault(&row, COLUMN_LEVEL,
                   "a level below: enterprise, site, area, line, cell or unit, tool, module",
                   "it stands in a %s (row %u)", levels[above->level].english, above->line);
    }
}

static maru_status freeze(struct draft *d, maru_error *err) {
    struct asset_table *table = d->table;
    for (uint32_t i = 0; i < table->paths.n; i++) {
        if (table->asset[i].level != ASSET_LEVEL_NONE) {
            check_level(d, &table->asset[i]);
        }
    }
    struct placing_rule *rule =
        arena_take(&table->arena, (size_t)table->n_rule + 1, sizeof *table->rule);
    if (!rule) {
        return arena_refusal(&table->arena, err);
    }
    if (table->n_rule > 0) {
        memcpy(rule, d->rule, table->n_rule * sizeof *rule);
    }
    table->rule = rule;
    return faults_status(d->faults, err);
}

maru_status asset_table_read(const char *file, const char *bytes, size_t n, maru_faults *faults,
                             struct asset_table *out, maru_error *err) {
    struct asset_table *table = alloc_new(1, sizeof *table); // lists point at its arena
    if (!table) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    struct draft d = {.table = table, .faults = faults, .file = file};
    const struct grid_form form = {file, columns, N_COLUMN};
    arena_init(&table->arena, ASSET_MAX_BYTES);
    name_list_init(&table->paths, &table->arena);
    name_list_init(&table->tools, &table->arena);
    maru_status st = placing_new(&table->placing, err);
    st = st == MARU_OK ? grid_read(&form, bytes, n, faults, take_row, &d, err) : st;
    st = st == MARU_OK ? freeze(&d, err) : st;
    if (st == MARU_OK) {
        *out = *table;
        out->paths.arena = NULL; // nothing is added any more
        out->tools.arena = NULL;
    } else {
        asset_table_fini(table);
    }
    alloc_free(d.rule);
    alloc_free(table);
    return st;
}

void asset_table_fini(struct asset_table *table) {
    if (table) {
        name_list_fini(&table->paths);
        name_list_fini(&table->tools);
        placing_free(table->placing);
        arena_fini(&table->arena);
        alloc_free(table->asset);
        alloc_free(table->of_tool);
        *table = (struct asset_table){0};
    }
}

static void write_cells(struct text *out, const char *const cell[N_COLUMN]) {
    for (uint32_t i = 0; i < N_COLUMN; i++) {
        text_addz(out, i > 0 ? "," : "");
        text_add_csv(out, cell[i] ? cell[i] : "");
    }
    text_addz(out, "\n");
}

void asset_table_write(const struct asset_table *table, struct text *out) {
    const char *header[N_COLUMN];
    for (uint32_t i = 0; i < N_COLUMN; i++) {
        header[i] = columns[i].english;
    }
    write_cells(out, header);
    for (uint32_t i = 0; i < table->paths.n; i++) {
        const struct asset *asset = &table->asset[i];
        const char *const cell[N_COLUMN] = {
            [COLUMN_ASSET] = asset->path, [COLUMN_LEVEL] = levels[asset->level].english,
            [COLUMN_NAME] = asset->name,  [COLUMN_KOREAN] = asset->korean,
            [COLUMN_TOOL] = asset->tool,  [COLUMN_GROUP] = asset->group};
        write_cells(out, cell);
    }
    for (uint32_t i = 0; i < table->n_rule; i++) {
        const struct placing_rule *rule = &table->rule[i];
        const char *const cell[N_COLUMN] = {[COLUMN_ASSET] = rule->asset,
                                            [COLUMN_SIGNALS] = rule->pattern,
                                            [COLUMN_AS] = rule->name,
                                            [COLUMN_UNIT] = rule->unit};
        write_cells(out, cell);
    }
}

const struct asset *asset_table_find(const struct asset_table *table, const char *path, size_t n) {
    const uint32_t at = name_list_find(&table->paths, path, n);
    return at == NAME_NONE ? NULL : &table->asset[at];
}

const struct asset *asset_table_find_tool(const struct asset_table *table, const char *tool) {
    const uint32_t at = name_list_find(&table->tools, tool, strlen(tool));
    return at == NAME_NONE || tool[0] == '\0' ? NULL : &table->asset[table->of_tool[at]];
}
