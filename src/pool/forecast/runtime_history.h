// What jobs did before: how long they ran of what they were given, and which came when. Of it, how long others will run, and
// what will come, is drawn.
//
// A run counts in five groups: its account, limit and size, its account and limit, its limit, its account, all. A draw takes a run
// of the narrowest group, and goes on to a wider one the more probably the fewer runs the narrow one has that fit, so a new
// account is drawn as others are. Limits are told apart because people ask for round ones: what was given an hour used another
// share of it than what was given a day (Tsafrir, Etsion, Feitelson, Modeling user runtime estimates, JSSPP 2005).
// A job that has run so long already is drawn from those that ran longer. Each group keeps its latest runs.
#ifndef POOL_RUNTIME_HISTORY_H
#define POOL_RUNTIME_HISTORY_H

#include "base/random.h"
#include "pool/pool.h"

enum {
    RUNTIMES_MAX_GROUPS = 4096, // then the one that was fed longest ago makes room
    RUNTIMES_MAX_RUNS = 128,    // of a group
    RUNTIMES_MAX_COMINGS = 4096,
};

struct runtime_history;

//   memory  runtimes_free; errors MARU_E_MEMORY
MARU_MUST_USE maru_status runtimes_new(struct runtime_history **out, maru_error *err);
void runtimes_free(struct runtime_history *history);
MARU_MUST_USE maru_status runtimes_copy(const struct runtime_history *history,
                                        struct runtime_history **out, maru_error *err);

// A job ended by itself or by its limit. Runs that others stopped say nothing and are not told.
//   in      left_us: what it was given for this run, INT64_MAX: no limit
//   errors  MARU_E_MEMORY: it is not counted
MARU_MUST_USE maru_status runtimes_end(struct runtime_history *history, const struct pool_ask *ask,
                                       int64_t left_us, int64_t run_us, maru_error *err);
// A job came. Times never go back.
void runtimes_come(struct runtime_history *history, int64_t now_us, const struct pool_ask *ask);

// How long a job runs in all that has run for ran_us: above ran_us, or left_us.
int64_t runtimes_draw(const struct runtime_history *history, const struct pool_ask *ask,
                      int64_t left_us, int64_t ran_us, const struct random_block *luck);

// Jobs that come from now on: those of before again, hour by hour, each hour from one of the past that is drawn, at the same
// time of day where whole days are known.
struct comings {
    const struct runtime_history *history;
    uint32_t at, n_of_hour; // the next, and the one behind the last of this hour
    uint32_t n_hour;        // so far
    int64_t now_us;         // when it began
    int64_t shift_us;       // between then and now
    uint64_t seed;
};
void comings_begin(struct comings *comings, const struct runtime_history *history, int64_t now_us,
                   const struct random_block *luck);
// When the next comes, INT64_MAX: never; it, and on to the one behind it.
int64_t comings_next_us(const struct comings *comings);
const struct pool_ask *comings_take(struct comings *comings);

#endif
