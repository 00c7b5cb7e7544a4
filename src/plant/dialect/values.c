#include "plant/dialect/values.h"

#include <string.h>

#include "base/alloc.h"
#include "plant/dialect/sheet.h"

// A file of values is a table with one column and no header; the draft remembers each by its name
// and unit.

struct collecting {
    struct draft *draft;
    const char *file;
    maru_time unit_us;
    maru_time *value; // (n)
    uint32_t n, cap;
    bool is_bad;
};

static bool take_value(void *context, const struct csv_row *row) {
    struct collecting *c = context;
    struct complaint why = {"more than one cell", "one time a line"};
    maru_time value = 0;
    if (c->n >= PLANT_MAX_VALUES) {
        c->draft->limit = "a file of values has more than 1000000 lines";
        return false;
    }
    if (row->n_field != 1 ||
        !value_read(row->field[0].bytes, row->field[0].n, c->unit_us, &value, &why)) {
        draft_fault_file(c->draft, MARU_FAULT, c->file, row->line, 1, NULL, why.right,
                         "'%.40s': %s", row->field[0].bytes, why.wrong);
        c->is_bad = true;
        return true;
    }
    if (!draft_grow((void **)&c->value, c->n, &c->cap, sizeof *c->value)) {
        c->draft->is_short = true;
        return false;
    }
    c->value[c->n++] = value;
    return true;
}

// Let value[at] sink to its place in a heap of n with the largest on top.
static void sift_down(maru_time *value, uint32_t n, uint32_t at) {
    const maru_time sinking = value[at];
    for (uint32_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && value[child + 1] > value[child] ? 1 : 0;
        if (value[child] <= sinking) {
            break;
        }
        value[at] = value[child];
        at = child;
    }
    value[at] = sinking;
}

// Heapsort: no memory of its own, and no input is slow.
static void sort(maru_time *value, uint32_t n) {
    for (uint32_t i = n / 2; i-- > 0;) {
        sift_down(value, n, i);
    }
    for (uint32_t left = n; left > 1; left--) {
        const maru_time top = value[0];
        value[0] = value[left - 1];
        value[left - 1] = top;
        sift_down(value, left - 1, 0);
    }
}

static const struct draft_values *values_read(struct draft *draft, uint32_t name, size_t index,
                                              maru_time unit_us) {
    if (!draft_grow((void **)&draft->values, draft->n_values, &draft->cap_values,
                    sizeof *draft->values)) {
        draft->is_short = true;
        return NULL;
    }
    struct collecting c = {.draft = draft, .file = draft->file[index].name, .unit_us = unit_us};
    const bool is_whole =
        sheet_rows(draft, index, &(struct sheet_style){',', true}, take_value, &c);
    struct draft_values *values = &draft->values[draft->n_values++];
    *values = (struct draft_values){.name = name, .unit_us = unit_us};
    maru_time *kept = NULL;
    if (c.n > 0 && is_whole && !c.is_bad) {
        kept = arena_take(&draft->arena, c.n, sizeof *kept);
        draft->is_short = draft->is_short || !kept;
    }
    if (kept) {
        memcpy(kept, c.value, c.n * sizeof *kept);
        sort(kept, c.n);
        values->value = kept;
        values->n_value = c.n;
    }
    alloc_free(c.value);
    return values;
}

static bool is_table(const char *name) {
    static const char *const tables[] = {"plant.csv",  "products.csv",  "routes.csv",   "tools.csv",
                                         "setups.csv", "calendars.csv", "releases.csv", "stock.csv",
                                         "moves.csv",  "layout.csv",    "rail.csv"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (word_is(name, strlen(name), tables[i])) {
            return true;
        }
    }
    return false;
}

static size_t file_find(const struct draft *draft, const char *name) {
    for (size_t i = 0; i < draft->n_file; i++) {
        if (draft->file[i].bytes && strcmp(draft->file[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool values_load(struct draft *draft, struct chance *chance, struct complaint *why) {
    const char *text = arena_text(&draft->arena, chance->file, chance->n_file);
    const uint32_t name = text ? draft_name(draft, text, chance->n_file) : 0;
    if (name == 0) {
        draft->is_short = true;
        *why = (struct complaint){"out of memory", ""};
        return false;
    }
    const struct draft_values *values = NULL;
    for (uint32_t i = 0; i < draft->n_values && !values; i++) {
        values = draft->values[i].name == name ? &draft->values[i] : NULL;
    }
    if (!values) {
        const size_t index = file_find(draft, text);
        if (index == SIZE_MAX || is_table(text) || chance->n_file > PLANT_MAX_NAME_BYTES) {
            *why = (struct complaint){"no such file of values in the folder",
                                      "a file with one time a line"};
            return false;
        }
        values = values_read(draft, name, index, chance->unit_us);
    }
    if (!values || !values->value) {
        *why = (struct complaint){"the file of values cannot be used", "one time a line"};
        return false;
    }
    if (values->unit_us != chance->unit_us) {
        *why = (struct complaint){"the same file of values stands elsewhere with another unit",
                                  "one unit for each file"};
        return false;
    }
    chance->dist = (struct dist){.kind = DIST_EMPIRICAL,
                                 .n_value = values->n_value,
                                 .value = values->value,
                                 .file = draft_text(draft, name)};
    return true;
}
