// What a replay adds up while it goes: who runs and waits, GPUs, energy, all as integrals over time.
#ifndef STUDY_REPLAY_SUMS_H
#define STUDY_REPLAY_SUMS_H

#include "study/replay/trace_replay.h"

#define REPLAY_HOUR_US 3600000000.0

struct replay_sums;

MARU_MUST_USE maru_status replay_sums_new(const struct replay_ask *ask, struct replay_sums **out,
                                          maru_error *err);
void replay_sums_free(struct replay_sums *sums);

// Time passes until then; what holds now held so long.
void replay_sums_pass(struct replay_sums *sums, int64_t now_us);
// A job waits from now on; starts; runs no more.
void replay_sums_wait(struct replay_sums *sums, uint32_t job);
void replay_sums_start(struct replay_sums *sums, uint32_t job, const struct pool_part *part,
                       uint32_t n_part);
//   in      part (n_part): that it held
void replay_sums_end(struct replay_sums *sums, uint32_t job, const struct pool_part *part,
                     uint32_t n_part);
// A node is in this state from now on; what it fails under has ended.
void replay_sums_node(struct replay_sums *sums, uint32_t node, enum node_state state);

// Put the figures into *out, whose waits are there.
MARU_MUST_USE maru_status replay_sums_tell(struct replay_sums *sums, struct replay *out,
                                           maru_error *err);

// The value that a share of n sorted ones is at most: the nearest rank. n above 0.
double replay_quantile(const double *value, uint32_t n, double share);
// For qsort.
int replay_by_value(const void *a, const void *b);

#endif
