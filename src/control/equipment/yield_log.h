// What a tool has made: counts of good units, scrap and rework, sorted by the time they were finished.
//
// As with states, counts come late and repeated: the same count twice is one, and the order of coming
// leaves no trace. The oldest are dropped into sums when there are too many.
#ifndef CONTROL_YIELD_LOG_H
#define CONTROL_YIELD_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/status.h"

struct yield {
    maru_time at_us; // when the units were finished: they count there
    uint32_t item;   // what was made: a product at a step, the caller's number
    uint32_t id;     // tells two counts of the same moment apart, such as a lot
    uint32_t good, scrap, rework;
};

enum { YIELDS_MAX_COUNTS = 1 << 20, YIELDS_MIN_COUNTS = 16 };

struct yield_log {
    struct yield *yield; // (n), sorted
    uint32_t n, cap, max;
    bool is_folded;
    maru_time base_us; // what was finished before or at it may be in the sums
    uint64_t folded_good, folded_scrap, folded_rework;
    uint64_t n_repeated, n_too_late;
};

// An empty one that keeps at most max_counts (YIELDS_MIN_COUNTS to YIELDS_MAX_COUNTS).
//   errors  MARU_E_RANGE
MARU_MUST_USE maru_status yield_log_init(struct yield_log *log, uint32_t max_counts,
                                         maru_error *err);
void yield_log_fini(struct yield_log *log);

// Put a count where it belongs.
//   errors  MARU_E_RANGE: older than what is kept (counted); MARU_E_MEMORY. Both change nothing else
//   cost    O(1) behind the last, else linear in the counts kept
MARU_MUST_USE maru_status yield_log_put(struct yield_log *log, const struct yield *yield,
                                        maru_error *err);

// Forget all that was finished at or after a moment.
void yield_log_cut(struct yield_log *log, maru_time from_us);

// The first count finished at or after a moment; log->n where there is none.
uint32_t yield_log_find(const struct yield_log *log, maru_time at_us);

#endif
