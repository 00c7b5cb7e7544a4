// Shares of rows that are hit, with their doubt: the mean over groups, each of which counts the same however many rows it has, and whole
// blocks of neighbors are drawn anew, as they share their luck.
#ifndef LEARN_GROUP_SHARE_H
#define LEARN_GROUP_SHARE_H

#include "learn/measures/bootstrap.h"

enum { SHARES_MAX_GROUPS = 256 };

struct group_share_rows {
    const uint8_t *is_hit;   // (n_row) 0 or 1
    const uint32_t *group;   // (n_row) below SHARES_MAX_GROUPS
    const uint32_t *cluster; // (n_row) blocks of neighbors, below n_cluster
    uint32_t n_row, n_cluster;
    uint32_t n_round;
    uint64_t seed;
};

// The share and its interval of 95 %.
//   out     *out; all NaN for no rows
//   errors  MARU_E_RANGE: a group or cluster out of range; of bootstrap_interval
//   cost    n_round passes over the rows
MARU_MUST_USE maru_status group_share(const struct group_share_rows *rows, struct arena *arena,
                                      struct bootstrap *out, maru_error *err);

#endif
