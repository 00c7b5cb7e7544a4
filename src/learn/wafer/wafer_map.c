#include "learn/wafer/wafer_map.h"

#include <stdbool.h>

#include "base/alloc.h"
#include "base/status.h"

// A picture's cell covers height / side rows and width / side columns of the map, in fractions. In units of 1 / side of a place all
// edges are whole numbers, so that shares are quotients of integers and come out the same everywhere.

static uint32_t u16_at(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

maru_status wafer_map_read(const uint8_t *bytes, size_t n, struct wafer_map *out, size_t *n_used,
                           maru_error *err) {
    if (n < WAFER_RECORD_HEAD_BYTES) {
        return MARU_MORE;
    }
    const uint32_t height = u16_at(bytes), width = u16_at(bytes + 2);
    if (height == 0 || width == 0) {
        return fail_at(err, MARU_E_INPUT, NULL, 0, height == 0 ? 1 : 3,
                       "a wafer map has no rows or no columns");
    }
    if (height > WAFER_MAX_SIDE || width > WAFER_MAX_SIDE) {
        return fail_at(err, MARU_E_LIMIT, NULL, 0, height > WAFER_MAX_SIDE ? 1 : 3,
                       "a wafer map has more than %d places on a side", WAFER_MAX_SIDE);
    }
    if (bytes[5] != 0) {
        return fail_at(err, MARU_E_INPUT, NULL, 0, 6, "these bytes are no wafer map");
    }
    const size_t n_place = (size_t)height * width;
    if (n - WAFER_RECORD_HEAD_BYTES < n_place) {
        return MARU_MORE;
    }
    const uint8_t *die = bytes + WAFER_RECORD_HEAD_BYTES;
    for (size_t i = 0; i < n_place; i++) {
        if (die[i] >= N_WAFER_DIE) {
            return fail_at(err, MARU_E_INPUT, NULL, 0, (uint32_t)i + WAFER_RECORD_HEAD_BYTES + 1,
                           "a place of a wafer map is neither empty, good nor bad");
        }
    }
    *out = (struct wafer_map){height, width, bytes[4], u16_at(bytes + 6) | u16_at(bytes + 8) << 16,
                              die};
    *n_used = WAFER_RECORD_HEAD_BYTES + n_place;
    return MARU_OK;
}

// The record at *at, added to the maps.
static maru_status add_map(const uint8_t *bytes, size_t n, struct wafer_map **map, uint32_t *n_map,
                           size_t *n_used, maru_error *err) {
    struct wafer_map next;
    maru_status st = wafer_map_read(bytes, n, &next, n_used, err);
    if (st == MARU_MORE) {
        st = fail(err, MARU_E_INPUT, "the wafer maps are cut off");
    }
    if (st != MARU_OK) {
        if (err) {
            err->row = *n_map + 1;
        }
        return st;
    }
    const bool is_full = (*n_map & (*n_map - 1)) == 0; // room is doubled at each power of two
    if (is_full) {
        struct wafer_map *grown =
            alloc_resize(*map, *n_map > 0 ? 2 * (size_t)*n_map : 1, sizeof **map);
        if (!grown) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        *map = grown;
    }
    (*map)[(*n_map)++] = next;
    return MARU_OK;
}

maru_status wafer_maps_read(const uint8_t *bytes, size_t n, struct wafer_map **map, uint32_t *n_map,
                            maru_error *err) {
    struct wafer_map *made = NULL;
    uint32_t n_made = 0;
    maru_status st = MARU_OK;
    while (st == MARU_OK && n > 0) {
        size_t n_used = 0;
        st = add_map(bytes, n, &made, &n_made, &n_used, err);
        bytes += n_used;
        n -= n_used;
    }
    if (st != MARU_OK) {
        alloc_free(made);
        return st;
    }
    *map = made;
    *n_map = n_made;
    return MARU_OK;
}

// How much of [first, end) lies in the place [at * side, (at + 1) * side).
static uint64_t overlap(uint32_t first, uint32_t end, uint32_t at, uint32_t side) {
    const uint32_t low = at * side > first ? at * side : first;
    const uint32_t high = (at + 1) * side < end ? (at + 1) * side : end;
    return high - low;
}

static void fill_cell(const struct wafer_map *map, uint32_t side, uint32_t row, uint32_t column,
                      uint8_t cell[2]) {
    const uint32_t top = row * map->height, bottom = top + map->height;
    const uint32_t left = column * map->width, right = left + map->width;
    uint64_t n_of[N_WAFER_DIE] = {0};
    for (uint32_t y = top / side; y * side < bottom; y++) {
        const uint64_t high = overlap(top, bottom, y, side);
        for (uint32_t x = left / side; x * side < right; x++) {
            n_of[map->die[(size_t)y * map->width + x]] += high * overlap(left, right, x, side);
        }
    }
    const uint64_t n_die = n_of[WAFER_GOOD] + n_of[WAFER_BAD], n_all = n_die + n_of[WAFER_NO_DIE];
    cell[0] = (uint8_t)(n_die > 0 ? (255 * n_of[WAFER_BAD] + n_die / 2) / n_die : 0);
    cell[1] = (uint8_t)(n_all > 0 ? (255 * n_die + n_all / 2) / n_all : 0);
}

void wafer_picture(const struct wafer_map *map, uint32_t side, uint8_t *cell) {
    for (uint32_t y = 0; y < side; y++) {
        for (uint32_t x = 0; x < side; x++, cell += 2) {
            fill_cell(map, side, y, x, cell);
        }
    }
}
