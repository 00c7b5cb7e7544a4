// Maps of a wafer: for each place of a grid no die, a good die, or a bad one.
//
// A record is 10 bytes and then height x width: height, width (16 bits), label, 0 (8 bits), number (32 bits), low byte first; then the
// places row by row, 0 no die, 1 good, 2 bad. Records lie behind each other.
#ifndef LEARN_WAFER_MAP_H
#define LEARN_WAFER_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum {
    WAFER_MAX_SIDE = 512, // places on a side of a map
    WAFER_RECORD_HEAD_BYTES = 10,
};

enum wafer_die { WAFER_NO_DIE, WAFER_GOOD, WAFER_BAD, N_WAFER_DIE };

struct wafer_map {
    uint32_t height, width; // 1 to WAFER_MAX_SIDE
    uint32_t label;         // a class, or bits of labels, as whoever wrote it says
    uint32_t number;
    const uint8_t *die; // (height x width) enum wafer_die, kept by reference
};

// Read the record that n bytes begin with.
//   out     *out points into the bytes; *n_used bytes were the record
//   errors  MARU_MORE: the bytes end within it; MARU_E_INPUT, with the byte of the record, counted from 1, as column: a side of 0, a
//           byte that is to be 0, a place of another kind; MARU_E_LIMIT: a side above WAFER_MAX_SIDE
//   cost    O(places)
MARU_MUST_USE maru_status wafer_map_read(const uint8_t *bytes, size_t n, struct wafer_map *out,
                                         size_t *n_used, maru_error *err);

// Read all records of n bytes.
//   out     *map (*n_map), in their order; their places point into the bytes
//   memory  *map to be freed with alloc_free
//   errors  those of wafer_map_read, with the record, counted from 1, as row; MARU_E_INPUT: the last record is cut off; MARU_E_MEMORY
MARU_MUST_USE maru_status wafer_maps_read(const uint8_t *bytes, size_t n, struct wafer_map **map,
                                          uint32_t *n_map, maru_error *err);

// A map as a square picture of two channels, for nets: how many of the dies of a cell are bad, and how much of the cell is die, each 0
// to 255. A cell takes each place as far as it lies in it: a larger map is averaged, a smaller one spread.
//   in      side: 1 to WAFER_MAX_SIDE
//   out     cell (side x side x 2)
void wafer_picture(const struct wafer_map *map, uint32_t side, uint8_t *cell);

#endif
