// How sure any measure is: take as many rows again by lot, with repetition, measure, and see how far the results spread. Where rows come
// in clusters that share their luck (a unit, a lot, a block of time), whole clusters are drawn: single rows would claim too much.
#ifndef LEARN_BOOTSTRAP_H
#define LEARN_BOOTSTRAP_H

#include <stdint.h>

#include "base/arena.h"

enum {
    BOOTSTRAP_MAX_ROUNDS = 100000,
    BOOTSTRAP_FEW_RARE =
        20, // rows (or clusters) with the rare class, below which an interval is not to be trusted
    BOOTSTRAP_FEW_CLUSTERS = 10, // clusters, or rows where there are none: the same
};

// A measure of rows that count as often as `count` (n_row) says, NaN where it has no meaning. It reads `data` and changes nothing.
typedef double bootstrap_measure(const void *data, const uint32_t *count);

// The measures of measures.h and number_measures.h in this form: data is a struct scored, answered or bounded. F1 and the like need a
// threshold: write such a one beside the caller.
double bootstrap_auc(const void *scored, const uint32_t *count);
double bootstrap_average_precision(const void *scored, const uint32_t *count);
double bootstrap_log_loss(const void *scored, const uint32_t *count);
double bootstrap_brier(const void *scored, const uint32_t *count);
double bootstrap_best_f1(const void *scored, const uint32_t *count);
double bootstrap_rmse(const void *answered, const uint32_t *count);
double bootstrap_mae(const void *answered, const uint32_t *count);
double bootstrap_r2(const void *answered, const uint32_t *count);
double bootstrap_coverage(const void *bounded, const uint32_t *count);

struct bootstrap_input {
    bootstrap_measure *measure;
    const void *data; // handed to measure
    uint32_t n_row;
    const uint32_t *cluster; // (n_row) below n_cluster; NULL: each row on its own
    uint32_t n_cluster;
    const uint8_t *is_rare; // (n_row) not 0: of the rare class; NULL: there is none
    uint32_t n_round;       // 1 to BOOTSTRAP_MAX_ROUNDS; 1000 is enough for 95 %
    double level;           // such as 0.95
    uint64_t seed;
};

enum bootstrap_warning {
    BOOTSTRAP_TOO_FEW_RARE = 1,     // fewer than BOOTSTRAP_FEW_RARE of it: too small to say
    BOOTSTRAP_TOO_FEW_CLUSTERS = 2, // fewer than BOOTSTRAP_FEW_CLUSTERS: too small to say
    BOOTSTRAP_OFTEN_UNDEFINED = 4,  // in more than one of twenty rounds the measure had no meaning
};

struct bootstrap {
    double value;       // of the rows as they are
    double low, high;   // quantiles of the rounds; NaN where fewer than 20 had a value
    double sd;          // of the rounds
    uint32_t n_round;   // rounds with a value
    uint32_t n_cluster; // that have a row; rows where there are no clusters
    uint32_t n_rare;    // rows of the rare class
    uint32_t warnings;  // enum bootstrap_warning
};

// Percentile interval of a measure. The same bytes for the same input, and the same draws for every measure of the same rows and seed: so the
// difference of two models is a measure too, and its interval is that of pairs.
//   memory  scratch from `arena`: 4 bytes a row, 4 a cluster and 8 a round
//   errors  MARU_E_RANGE: no row, cluster out of range, n_round, level; what the arena says
//   cost    n_round times (the measure and a pass over the rows)
//   source  B. Efron, R. J. Tibshirani: An Introduction to the Bootstrap, 1993, ch. 13; clusters: A. C. Davison, D. V. Hinkley:
//           Bootstrap Methods and their Application, 1997, 3.8
MARU_MUST_USE maru_status bootstrap_interval(const struct bootstrap_input *input,
                                             struct arena *arena, struct bootstrap *out,
                                             maru_error *err);

// ---- the draws themselves, for what is no single measure

struct bootstrap_draws {
    uint32_t n_row;          // at least 1
    const uint32_t *cluster; // as above
    uint32_t n_cluster;
    uint64_t seed;
    // Filled by bootstrap_draws_init; without clusters the three are one array.
    uint32_t *count;       // (n_row)
    uint32_t *drawn;       // (n_cluster) how often
    uint32_t *member;      // (n_drawn_from) clusters that have a row
    uint32_t n_drawn_from; // such clusters, or rows where there are none
};

// Make ready what the caller has begun: the first four fields.
//   memory  from `arena`
//   errors  MARU_E_RANGE; what the arena says
MARU_MUST_USE maru_status bootstrap_draws_init(struct bootstrap_draws *draws, struct arena *arena,
                                               maru_error *err);

// How often each row counts in a round: the same for the same seed and round, whatever was drawn before.
//   memory  (n_row) of `draws`, until the next call
const uint32_t *bootstrap_draw(const struct bootstrap_draws *draws, uint64_t round);

#endif
