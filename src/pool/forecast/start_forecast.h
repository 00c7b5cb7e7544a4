// When will a job start, and what would help: found out by playing copies of the pool forward, each with luck of its own.
//
// A future draws how long the jobs that run go on, how long those that start will run, and what comes meanwhile, all of what
// happened before (runtime_history.h). The middle of the starts is the forecast, eight of ten lie in its band. Other asks for the
// same work are tried with the same luck. Pure: the same state, history and seed give the same answer.
//
// source: D. Tsafrir, Y. Etsion, D. G. Feitelson, Backfilling using system-generated predictions rather than user runtime
// estimates, IEEE TPDS 18(6), 2007 (runs of the same user foretell the next)
#ifndef POOL_START_FORECAST_H
#define POOL_START_FORECAST_H

#include "pool/forecast/runtime_history.h"

enum { FORECAST_MAX_FUTURES = 64, FORECAST_MAX_HELPS = 4 };

struct forecast_wish {
    const struct runtime_history *history;
    int64_t now_us;
    uint64_t seed;
    uint32_t n_future; // 1 to FORECAST_MAX_FUTURES
    uint64_t n_event;  // things that happen, in all futures together: what it may cost
};

struct forecast_band { // INT64_MAX: later than was looked, or never
    int64_t p10_us, p50_us, p90_us;
    uint32_t n_future; // that were played; fewer where they cost too much
};

// When a job that waits starts.
//   errors  MARU_E_RANGE: it does not wait, or the wish is out of range; MARU_E_MEMORY
//   cost    n_future copies, n_event decidings
MARU_MUST_USE maru_status forecast_start(const struct pool *pool, uint32_t job,
                                         const struct forecast_wish *wish,
                                         struct forecast_band *out, maru_error *err);

enum help_kind { HELP_GPUS, HELP_TYPE, HELP_TIME, HELP_CAN_STOP, HELP_KINDS };
struct forecast_help {
    enum help_kind kind;
    struct pool_ask ask; // that would start much sooner
    struct forecast_band start;
};

// What of these, each by itself, would let it start in less than half the time: half the GPUs, any type, a shorter limit (a half, a
// quarter, an eighth: the longest that does), being one that may be stopped. Each is tried as if it were handed in now.
//   in      band: of the job itself, with the same wish
//   out     help (FORECAST_MAX_HELPS), *n
//   errors  as forecast_start
MARU_MUST_USE maru_status forecast_helps(const struct pool *pool, uint32_t job,
                                         const struct forecast_wish *wish,
                                         const struct forecast_band *band,
                                         struct forecast_help *help, uint32_t *n, maru_error *err);

#endif
