// Which rows a model learns from, and on which it is tried. Rows of a factory are not independent: neighbors in time and rows of one unit
// or lot share their luck, so that rows dealt out by chance show the answers beforehand.
#ifndef LEARN_SPLITS_H
#define LEARN_SPLITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { SPLITS_MAX_FOLDS = 62 };

enum splits_kind {
    SPLITS_EXPANDING, // learn before, try after: fold 0 is only learned from, fold k is tried after learning from all before
    SPLITS_BLOCKS,    // fold k is a block of time, learned from all others before and after
    SPLITS_GROUPS,    // whole units or lots, folds of about the same number of rows
    SPLITS_RANDOM,    // each row by chance: optimistic wherever rows are not independent
    N_SPLITS_KIND
};

struct splits_input {
    uint32_t n_row;
    uint32_t n_fold; // tried, 2 to SPLITS_MAX_FOLDS; for EXPANDING 1 to that
    // (n_row) of EXPANDING and BLOCKS, any unit; NULL: rows stand in their order, one a unit
    const int64_t *time;
    int64_t gap; // at least 0: rows nearer than this to a tried block are not learned from
    // (n_row) below n_group; NULL: none. GROUPS needs it; with EXPANDING and BLOCKS rows are not
    // learned from whose group is also tried; RANDOM takes none
    const uint32_t *group;
    // (n_row) RANDOM alone: each fold gets its part of each value; NULL: none
    const uint32_t *stratum;
    uint64_t seed; // of RANDOM, and of ties in GROUPS
    uint32_t n_group;
    uint8_t kind; // enum splits_kind
};

enum splits_side { SPLITS_UNUSED, SPLITS_TRAIN, SPLITS_TEST };

struct splits {
    // (n_row) 0 .. n_fold - 1 the fold in which a row is tried; for EXPANDING 1 .. n_fold, 0:
    // never
    const uint8_t *fold;
    uint32_t n_row, n_fold, first; // folds are first .. first + n_fold - 1
    bool is_optimistic;            // RANDOM
    uint8_t kind;
    const int64_t *begin, *end; // (first + n_fold) first and last time of a fold; NULL without time
    const int64_t *time;        // (n_row) as given; NULL: the row's number
    int64_t gap;
    const uint32_t *group;       // (n_row) as given
    const uint64_t *group_folds; // (n_group) bit k: the group has a row in fold k
};

// Deal the rows into folds. Rows of one time, or of one group for GROUPS, are in one fold.
//   in      arrays are kept by reference
//   memory  from `arena`
//   errors  MARU_E_RANGE: fewer rows, times or groups than folds, a group out of range, a gap below 0, what a kind needs or does not
//           take; what the arena says
//   cost    O(n log n)
MARU_MUST_USE maru_status splits_make(const struct splits_input *input, struct arena *arena,
                                      struct splits *out, maru_error *err);

// On which side a row is when fold k is tried.
enum splits_side splits_side_of(const struct splits *splits, uint32_t row, uint32_t k);

// All rows of a side, in rising order; their number.
//   out     row (n_row)
uint32_t splits_rows(const struct splits *splits, uint32_t k, enum splits_side side, uint32_t *row);

#endif
