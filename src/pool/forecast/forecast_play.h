// One future of a pool: a copy is played forward with runs that are drawn, and jobs that come as they did lately.
#ifndef POOL_FORECAST_PLAY_H
#define POOL_FORECAST_PLAY_H

#include "pool/forecast/runtime_history.h"

struct future_wish {
    const struct runtime_history *history;
    int64_t now_us;
    uint64_t seed, future; // the same draws for the same two, whatever the job in question asks for
    uint32_t job;          // that waits
    uint64_t n_most;       // things that happen, then it is given up
};

// Play a copy, which is no more than rest afterwards, until a job starts.
//   out     *start_us, INT64_MAX: not within n_most; *n_used
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status future_play(struct pool *copy, const struct future_wish *wish,
                                      int64_t *start_us, uint64_t *n_used, maru_error *err);

#endif
