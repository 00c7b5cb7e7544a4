// Wafer maps from a table with a row for each die: lot, wafer, x, y, bin, as testers and spreadsheets write them.
#ifndef LEARN_WAFER_TABLE_H
#define LEARN_WAFER_TABLE_H

#include "learn/wafer/wafer_map.h"
#include "signal/frame.h"

#define WAFER_NO_COLUMN UINT32_MAX

enum { WAFER_MAX_TABLE_BYTES = 1 << 30 }; // of all maps

struct wafer_columns {
    uint32_t lot; // column of the frame, or WAFER_NO_COLUMN
    uint32_t wafer, x, y, bin;
    double
        good_bin; // of a bin that is a number: usually 1. A word is good where it says so: "pass", "양품"
};

struct wafer_list {
    struct wafer_map
        *map; // (n_map), in the order in which they begin; label 0, number counted from 0
    uint32_t *first_row; // (n_map) of the frame: whose lot and wafer it is
    uint32_t n_map;
    uint32_t height, width; // of all maps: what the coordinates of the whole table span
    uint32_t n_skipped;     // rows without a lot, a wafer, a place or a bin
    uint32_t n_again;       // rows of a die that was there before: the last one counts
    struct arena arena;
};

// Read the maps. All have the size that the coordinates of the table span, so that wafers with a few dies compare with whole ones.
//   in      x and y: whole numbers
//   out     *out, to be freed with wafer_list_fini
//   errors  MARU_E_INPUT: no such column, a coordinate that is no whole number (row: its line), no map at all; MARU_E_LIMIT: more than
//           WAFER_MAX_SIDE places on a side, WAFER_MAX_TABLE_BYTES; MARU_E_MEMORY
//   cost    O(rows + places of all maps)
MARU_MUST_USE maru_status wafer_table_read(const struct frame *frame,
                                           const struct wafer_columns *columns,
                                           struct wafer_list *out, maru_error *err);
void wafer_list_fini(struct wafer_list *list); // accepts an all-zero one

#endif
