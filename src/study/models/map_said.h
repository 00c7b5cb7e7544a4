// What a model says of the wafer maps of a table: the pattern of each, why, and which lots share one.
#ifndef STUDY_MAP_SAID_H
#define STUDY_MAP_SAID_H

#include "learn/wafer/lot_patterns.h"
#include "study/models/predictions.h"
#include "train/maps/map_model.h"

enum { MAP_SAID_WHY = 3 }; // reasons that are told of a map

struct map_said {
    const struct map_model *model;
    const struct frame *frame;
    uint32_t column[N_MAP_COLUMN]; // of the frame, UINT32_MAX: none
    struct wafer_list list;
    const uint32_t *class, *second; // (list.n_map)
    const double *probability, *second_probability;
    const uint32_t *lot;         // (list.n_map) below n_lot
    const char *const *lot_name; // (n_lot)
    uint32_t n_lot;
    const struct wafer_reason *reason; // (list.n_map, MAP_SAID_WHY); NULL: not asked for
    const uint32_t *n_reason;          // (list.n_map)
    const struct lot_pattern *shared;  // (n_shared)
    uint32_t n_shared;
    struct arena arena;
};

// Ask for all maps of a frame.
//   memory  map_said_fini; model and frame outlive it
//   errors  of wafer_table_read; MARU_E_INPUT: a column of the model is not there; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    some ms a map
MARU_MUST_USE maru_status map_said_make(const struct map_model *model, const struct frame *frame,
                                        bool wants_why, struct map_said *out, maru_error *err);
void map_said_fini(struct map_said *said); // accepts an all-zero one

// Append it. CSV: line, lot, wafer, pattern, probability, bad dies; plain: the pattern a line; JSON: with the dies of each map as
// digits row by row (0 none, 1 good, 2 bad), and the lots that share a pattern.
void map_said_add(struct text *out, const struct map_said *said, enum predictions_form form);

#endif
