#include "learn/wafer/wafer_table.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/status.h"
#include "learn/roles/role_words.h"

// Two passes over the rows: the first finds what the coordinates span and which wafer a row is of, the second fills the places. A wafer is
// found by its lot and name in an open table of at least twice as many slots as rows can begin wafers.

struct die_row {
    uint64_t lot, wafer;
    int64_t x, y;
    bool is_good;
};

struct table_reading {
    const struct frame *frame;
    const struct wafer_columns *columns;
    struct wafer_list *out;
    uint32_t *slot; // (n_slot) map + 1; 0: free
    uint64_t n_slot;
    uint64_t *lot, *wafer; // (n_row) of each map
    int64_t least_x, most_x, least_y, most_y;
};

enum { LARGEST_COORDINATE = 1000000000 };

// What a cell says, as bits that are equal where cells are; false where it is missing.
static bool key_of(const struct frame_column *column, uint32_t row, uint64_t *key) {
    switch ((enum frame_kind)column->kind) {
    case FRAME_NUMBER: {
        const double value = column->number[row] + 0.0; // -0 is 0
        memcpy(key, &value, sizeof *key);
        return !isnan(value);
    }
    case FRAME_TIME:
        *key = (uint64_t)column->time[row];
        return column->time[row] != FRAME_NO_TIME;
    case FRAME_WORD:
    case FRAME_TEXT:
        *key = column->word[row];
        return column->word[row] != FRAME_NO_WORD;
    case FRAME_EMPTY:
    case N_FRAME_KIND:
    default:
        return false;
    }
}

static bool bin_of(const struct table_reading *t, uint32_t row, bool *is_good) {
    const struct frame_column *column = &t->frame->column[t->columns->bin];
    uint64_t key = 0;
    if (!key_of(column, row, &key)) {
        return false;
    }
    if (column->kind == FRAME_NUMBER) {
        *is_good = column->number[row] == t->columns->good_bin;
    } else {
        *is_good = column->kind != FRAME_TIME &&
                   words_is(WORDS_GOOD, column->words.name[column->word[row]]);
    }
    return true;
}

// A row; *is_whole is false where something is missing.
static maru_status read_row(const struct table_reading *t, uint32_t row, struct die_row *out,
                            bool *is_whole, maru_error *err) {
    const struct wafer_columns *c = t->columns;
    const struct frame_column *column = t->frame->column;
    const double x = column[c->x].number[row], y = column[c->y].number[row];
    out->lot = 0;
    *is_whole = (c->lot == WAFER_NO_COLUMN || key_of(&column[c->lot], row, &out->lot)) &&
                key_of(&column[c->wafer], row, &out->wafer) && !isnan(x) && !isnan(y) &&
                bin_of(t, row, &out->is_good);
    if (!*is_whole) {
        return MARU_OK;
    }
    if (x != floor(x) || y != floor(y) || fabs(x) > LARGEST_COORDINATE ||
        fabs(y) > LARGEST_COORDINATE) {
        return fail_at(err, MARU_E_INPUT, NULL, t->frame->line ? t->frame->line[row] : row + 1, 0,
                       "the place of a die is no whole number");
    }
    out->x = (int64_t)x;
    out->y = (int64_t)y;
    return MARU_OK;
}

// The map of a row's wafer, a new one where there was none.
static uint32_t map_of(struct table_reading *t, const struct die_row *die, uint32_t row) {
    struct digest digest;
    digest_init(&digest);
    digest_u64(&digest, die->lot);
    digest_u64(&digest, die->wafer);
    uint64_t at = digest.lane[0] & (t->n_slot - 1);
    for (; t->slot[at] != 0; at = (at + 1) & (t->n_slot - 1)) {
        const uint32_t map = t->slot[at] - 1;
        if (t->lot[map] == die->lot && t->wafer[map] == die->wafer) {
            return map;
        }
    }
    const uint32_t map = t->out->n_map++;
    t->slot[at] = map + 1;
    t->lot[map] = die->lot;
    t->wafer[map] = die->wafer;
    t->out->first_row[map] = row;
    return map;
}

static maru_status span_rows(struct table_reading *t, maru_error *err) {
    for (uint32_t row = 0; row < t->frame->n_row; row++) {
        struct die_row die = {0};
        bool is_whole = false;
        const maru_status st = read_row(t, row, &die, &is_whole, err);
        if (st != MARU_OK) {
            return st;
        }
        if (!is_whole) {
            t->out->n_skipped++;
            continue;
        }
        (void)map_of(t, &die, row);
        t->least_x = die.x < t->least_x ? die.x : t->least_x;
        t->most_x = die.x > t->most_x ? die.x : t->most_x;
        t->least_y = die.y < t->least_y ? die.y : t->least_y;
        t->most_y = die.y > t->most_y ? die.y : t->most_y;
    }
    if (t->out->n_map == 0) {
        return fail(err, MARU_E_INPUT, "there is no wafer in the table");
    }
    if (t->most_x - t->least_x >= WAFER_MAX_SIDE || t->most_y - t->least_y >= WAFER_MAX_SIDE) {
        return fail(err, MARU_E_LIMIT, "a wafer map has more than %d places on a side",
                    WAFER_MAX_SIDE);
    }
    t->out->width = (uint32_t)(t->most_x - t->least_x + 1);
    t->out->height = (uint32_t)(t->most_y - t->least_y + 1);
    return MARU_OK;
}

static maru_status fill_maps(struct table_reading *t, maru_error *err) {
    struct wafer_list *list = t->out;
    const size_t n_place = (size_t)list->height * list->width;
    uint8_t *die = arena_take(&list->arena, list->n_map, n_place);
    list->map = die ? arena_take(&list->arena, list->n_map, sizeof *list->map) : NULL;
    if (!list->map) {
        return arena_refusal(&list->arena, err);
    }
    for (uint32_t i = 0; i < list->n_map; i++) {
        list->map[i] = (struct wafer_map){list->height, list->width, 0, i, die + i * n_place};
    }
    for (uint32_t row = 0; row < t->frame->n_row; row++) {
        struct die_row at = {0};
        bool is_whole = false;
        const maru_status st = read_row(t, row, &at, &is_whole, err);
        if (st != MARU_OK || !is_whole) {
            continue; // the first pass has refused what is wrong
        }
        uint8_t *place = die + map_of(t, &at, row) * n_place +
                         (size_t)(at.y - t->least_y) * list->width + (size_t)(at.x - t->least_x);
        list->n_again += *place != WAFER_NO_DIE;
        *place = at.is_good ? WAFER_GOOD : WAFER_BAD;
    }
    return MARU_OK;
}

static bool is_number(const struct frame *frame, uint32_t column) {
    return column < frame->n_column && frame->column[column].kind == FRAME_NUMBER;
}

static maru_status check_columns(const struct frame *frame, const struct wafer_columns *c,
                                 maru_error *err) {
    if ((c->lot != WAFER_NO_COLUMN && c->lot >= frame->n_column) || c->wafer >= frame->n_column ||
        c->bin >= frame->n_column) {
        return fail(err, MARU_E_INPUT, "the table has no column for lot, wafer or bin");
    }
    if (!is_number(frame, c->x) || !is_number(frame, c->y)) {
        return fail(err, MARU_E_INPUT, "the columns for the place of a die hold no numbers");
    }
    return MARU_OK;
}

static maru_status take_room(struct table_reading *t, maru_error *err) {
    const uint32_t n_row = t->frame->n_row;
    t->n_slot = 2;
    while (t->n_slot < 2 * (uint64_t)n_row) {
        t->n_slot *= 2;
    }
    t->slot = alloc_new(t->n_slot, sizeof *t->slot);
    t->lot = alloc_new((size_t)n_row + 1, sizeof *t->lot);
    t->wafer = alloc_new((size_t)n_row + 1, sizeof *t->wafer);
    t->out->first_row = arena_take(&t->out->arena, (size_t)n_row + 1, sizeof *t->out->first_row);
    if (!t->out->first_row) {
        return arena_refusal(&t->out->arena, err);
    }
    return t->slot && t->lot && t->wafer ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

maru_status wafer_table_read(const struct frame *frame, const struct wafer_columns *columns,
                             struct wafer_list *out, maru_error *err) {
    struct wafer_list list = {0};
    struct table_reading t = {.frame = frame,
                              .columns = columns,
                              .out = &list,
                              .least_x = INT64_MAX,
                              .most_x = INT64_MIN,
                              .least_y = INT64_MAX,
                              .most_y = INT64_MIN};
    maru_status st = check_columns(frame, columns, err);
    if (st != MARU_OK) {
        return st;
    }
    arena_init(&list.arena, WAFER_MAX_TABLE_BYTES);
    st = take_room(&t, err);
    if (st == MARU_OK) {
        st = span_rows(&t, err);
    }
    if (st == MARU_OK) {
        st = fill_maps(&t, err);
    }
    alloc_free(t.slot);
    alloc_free(t.lot);
    alloc_free(t.wafer);
    if (st != MARU_OK) {
        wafer_list_fini(&list);
        return st;
    }
    *out = list;
    return MARU_OK;
}

void wafer_list_fini(struct wafer_list *list) {
    arena_fini(&list->arena);
    *list = (struct wafer_list){0};
}
