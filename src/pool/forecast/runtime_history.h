// What jobs did before: how long they ran of what they were given, and which came when. Of it, how long others will run, and
// what will come, is drawn.
//
// A run counts in four groups: its account and size, its account, its size, all. A draw takes a run of the narrowest group,
// and goes on to a wider one the more probably the fewer runs the narrow one has that fit, so a new account is drawn as others are.
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

// Jobs that come from now on: those of before again, from a moment on that is drawn, at the same hour where there are days.
struct comings {
    const struct runtime_history *history;
    uint32_t at;      // of the next
    int64_t shift_us; // between then and now
    int64_t span_us;
};
void comings_begin(struct comings *comings, const struct runtime_history *history, int64_t now_us,
                   const struct random_block *luck);
// When the next comes, INT64_MAX: never; it, and on to the one behind it.
int64_t comings_next_us(const struct comings *comings);
const struct pool_ask *comings_take(struct comings *comings);

#endif
