// A small neural net that answers numbers: layers of rectified sums, fitted by Adam, in plain C.
//
// Where what is wanted bends smoothly with many columns that say nearly the same, such a net errs elsewhere than trees do, so that both together err
// less. Fitting is deterministic: the same rows, options and seed give the same bits on every machine.
#ifndef LEARN_SMALL_NET_H
#define LEARN_SMALL_NET_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum {
    NET_MAX_ROWS = 10000000,
    NET_MAX_FEATURES = 20000,
    NET_MAX_LAYERS = 4,
    NET_MAX_WIDTH = 512,
    NET_MAX_EPOCHS = 1000,
    NET_MAX_BATCH = 4096,
};

struct net_rows {
    const float *x;      // (n_row, n_feature), row after row; NaN: missing, taken as the mean
    const float *y;      // (n_row)
    const float *weight; // (n_row), at least 0; NULL: 1 for each
    uint32_t n_row, n_feature;
};

struct net_options {
    uint32_t n_layer;               // hidden ones, 1 to NET_MAX_LAYERS
    uint32_t width[NET_MAX_LAYERS]; // (n_layer) of each, 1 to NET_MAX_WIDTH
    uint32_t n_epoch;               // passes over the rows
    uint32_t n_batch;               // rows of a step
    double rate;    // of the first step, above 0, at most 1; falls to 0 as half a cosine
    double decay;   // of weights, a share of rate each step; at least 0, rate x decay at most 1
    double dropout; // share of hidden values left out at each step, at least 0, below 1
    uint64_t seed;
};

struct net;

// Options that suit some ten thousand rows: layers of 64 and 32, 20 passes in steps of 128 rows.
struct net_options net_usual(void);

// Fit to the least squared error. Columns and answers are brought to mean 0 and deviation 1 first; a column that does not vary counts for nothing.
//   out     *out, to be freed with net_free
//   errors  MARU_E_RANGE: an option or a value outside, no rows; MARU_E_LIMIT; MARU_E_MEMORY
//   cost    O(n_epoch x n_row x weights)
//   source  D. P. Kingma, J. Ba: Adam, ICLR 2015, algorithm 1; I. Loshchilov, F. Hutter: decoupled weight decay, ICLR 2019, algorithm 2, and
//           SGDR, ICLR 2017, eq. 5 (cosine); K. He et al., ICCV 2015, eq. 10 (first weights)
MARU_MUST_USE maru_status net_fit(const struct net_rows *rows, const struct net_options *options,
                                  struct net **out, maru_error *err);
void net_free(struct net *net); // accepts NULL

uint32_t net_n_feature(const struct net *net);

// The answer for one row.
//   in      x (n_feature), NaN: missing; a value far outside of what was learned counts as 10 deviations
//   cost    O(weights), no memory taken
//   threads any number on one net
double net_answer(const struct net *net, const float *x);

// As bytes, the same on every machine: `MARUSNET`, version, sizes, numbers low byte first, digest.
//   errors  net_read: MARU_E_INPUT: no net, of another version, cut off, too long, changed, not finite; MARU_E_LIMIT; MARU_E_MEMORY.
//           net_write: what sticks to `out`
MARU_MUST_USE maru_status net_write(const struct net *net, struct text *out, maru_error *err);
MARU_MUST_USE maru_status net_read(const void *bytes, size_t n, struct net **out, maru_error *err);

#endif
