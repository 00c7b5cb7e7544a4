// The search for combinations of columns: a model of the single ones, what it leaves over, the combination that explains most of it, and
// on from there.
#ifndef TRAIN_COMBINATION_SEARCH_H
#define TRAIN_COMBINATION_SEARCH_H

#include "learn/combinations/combinations.h"
#include "train/trees/boosting.h"

enum { COMBINATIONS_MAX_FOUND = 16 };

struct combination_wish {
    enum boosting_goal goal;
    uint32_t n_class;
    uint32_t most;           // combinations, up to COMBINATIONS_MAX_FOUND
    const char *const *unit; // (n_feature) or NULL, as in combinations.h
    uint32_t n_thread;
    uint32_t seed;
};

struct combination_found {
    uint32_t n;
    struct combination combination[COMBINATIONS_MAX_FOUND]; // the one that says most first
    double score[COMBINATIONS_MAX_FOUND];                   // as in combinations.h
    double chance[COMBINATIONS_MAX_FOUND];                  // the most that shuffling reached
};

// Search in rows; those of a test must not be among them. It ends when the best one says no more than chance.
//   in      rows as for boosting_fit; weights are not looked at
//   errors  as boosting_fit and combinations_best
//   cost    `most` fits of 200 trees of one question each
MARU_MUST_USE maru_status combination_search(const struct boosting_rows *rows,
                                             const struct combination_wish *wish,
                                             struct combination_found *out, maru_error *err);

// Rows with the combinations as columns behind their own.
//   in      x (n_row, n_feature)
//   out     wide (n_row, n_feature + found->n)
void combination_widen(const struct combination_found *found, const float *x, size_t n_row,
                       uint32_t n_feature, float *wide);

#endif
