#include "control/equipment/ideals.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "plant/dialect/timespec.h"
#include "plant/faults.h"

// A row is known by its three names as one text; a search asks for the eight texts in which some of them are left out, from the
// most to the least special.

enum { COLUMN_PRODUCT, COLUMN_STEP, COLUMN_TOOL, COLUMN_IDEAL, N_COLUMN };
enum { NAME_BYTES = 255, KEY_BYTES = 3 * (NAME_BYTES + 1) };

static const struct grid_column columns[N_COLUMN] = {
    {"product", "제품", false},
    {"step", "공정", false},
    {"tool", "호기", false},
    {"ideal", "이론시간", true},
};

struct draft {
    struct ideals *ideals;
    uint32_t cap;
};

static size_t make_key(char key[KEY_BYTES], const char *product, const char *step,
                       const char *tool) {
    return (size_t)snprintf(key, KEY_BYTES, "%.255s\n%.255s\n%.255s", product, step, tool);
}

static bool read_names(const struct grid_row *row) {
    for (uint32_t i = COLUMN_PRODUCT; i <= COLUMN_TOOL; i++) {
        if (row->cell[i].n > NAME_BYTES || memchr(row->cell[i].bytes, '\n', row->cell[i].n)) {
            grid_fault(row, i, "at most 255 bytes", "the name is too long");
            return false;
        }
    }
    return true;
}

static maru_status keep(struct draft *d, const char *key, size_t n, maru_time ideal_us,
                        maru_error *err) {
    struct ideals *ideals = d->ideals;
    if (ideals->names.n >= d->cap) {
        const uint32_t cap = d->cap < 64 ? 64 : 2 * d->cap;
        maru_time *more = alloc_resize(ideals->ideal_us, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        ideals->ideal_us = more;
        d->cap = cap;
    }
    const uint32_t number = name_list_add(&ideals->names, key, n);
    if (number == NAME_NONE) {
        return arena_refusal(&ideals->arena, err);
    }
    ideals->ideal_us[number] = ideal_us;
    return MARU_OK;
}

static maru_status take_row(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    const struct csv_field *cell = row->cell;
    struct complaint why;
    char key[KEY_BYTES];
    maru_time ideal_us = 0;
    if (!read_names(row)) {
        return MARU_OK;
    }
    if (!span_read(cell[COLUMN_IDEAL].bytes, cell[COLUMN_IDEAL].n, &ideal_us, &why)) {
        grid_fault(row, COLUMN_IDEAL, why.right, "%s", why.wrong);
        return MARU_OK;
    }
    if (ideal_us == 0) {
        grid_fault(row, COLUMN_IDEAL, "a time above 0, such as 60 s", "a unit takes no time");
        return MARU_OK;
    }
    const size_t n =
        make_key(key, cell[COLUMN_PRODUCT].bytes, cell[COLUMN_STEP].bytes, cell[COLUMN_TOOL].bytes);
    if (name_list_find(&d->ideals->names, key, n) != NAME_NONE) {
        grid_fault(row, COLUMN_IDEAL, "one row for each product, step and tool",
                   "this product, step and tool have a row already");
        return MARU_OK;
    }
    return keep(d, key, n, ideal_us, err);
}

maru_status ideals_read(const char *file, const char *bytes, size_t n, maru_faults *faults,
                        struct ideals *out, maru_error *err) {
    struct ideals ideals = {0};
    struct draft d = {.ideals = &ideals};
    const struct grid_form form = {file, columns, N_COLUMN};
    arena_init(&ideals.arena, IDEALS_MAX_BYTES);
    name_list_init(&ideals.names, &ideals.arena);
    maru_status st = grid_read(&form, bytes, n, faults, take_row, &d, err);
    st = st == MARU_OK ? faults_status(faults, err) : st;
    if (st != MARU_OK) {
        ideals_fini(&ideals);
        return st;
    }
    *out = ideals;
    out->names.arena = &out->arena;
    return MARU_OK;
}

void ideals_fini(struct ideals *ideals) {
    name_list_fini(&ideals->names);
    arena_fini(&ideals->arena);
    alloc_free(ideals->ideal_us);
    *ideals = (struct ideals){0};
}

maru_time ideals_find(const struct ideals *ideals, const char *product, const char *step,
                      const char *tool) {
    char key[KEY_BYTES];
    for (unsigned left_out = 0; left_out < 8 && ideals->names.n > 0; left_out++) {
        const size_t n = make_key(key, left_out & 4 ? "" : product, left_out & 2 ? "" : step,
                                  left_out & 1 ? "" : tool);
        const uint32_t number = name_list_find(&ideals->names, key, n);
        if (number != NAME_NONE) {
            return ideals->ideal_us[number];
        }
    }
    return 0;
}
