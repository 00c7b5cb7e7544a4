// From which probability on an alarm pays. A miss costs something, a false alarm costs something else; nothing else decides.
#ifndef LEARN_THRESHOLD_H
#define LEARN_THRESHOLD_H

#include <stdint.h>

#include "learn/measures/measures.h"

enum { THRESHOLD_MAX_POINTS = 1000, THRESHOLD_MAX_ROUNDS = 10000 };

struct costs {
    double miss, false_alarm; // finite, at least 0, not both 0; one unit
};

// The threshold with the least expected cost if probabilities are calibrated: false_alarm / (false_alarm + miss). NaN for costs out of
// range.
//   source  C. Elkan: The foundations of cost-sensitive learning, IJCAI 2001, eq. 2
double threshold_of_costs(const struct costs *costs);

struct cost_point {
    double threshold;       // alarm where score >= threshold; +infinity: never
    double cost, low, high; // mean of a row, with its interval
    uint64_t alarms, misses, false_alarms;
};

struct cost_input {
    const struct scored *scored; // at least one row
    struct costs costs;
    const uint32_t *cluster; // (n) as in bootstrap.h; NULL: rows on their own
    uint32_t n_cluster;
    uint32_t n_point; // 2 to THRESHOLD_MAX_POINTS thresholds at most
    uint32_t n_round; // 20 to THRESHOLD_MAX_ROUNDS, of the intervals
    double level;
    uint64_t seed;
};

struct cost_curve {
    // (n_point) by falling threshold, the first never alarms, the last always
    const struct cost_point *point;
    uint32_t n_point;
    uint32_t best; // of the points, that with the least cost (the highest threshold among equals)
    // of the rounds, those in which the best one costs less than both never and always: below 0.95
    // not sure
    double best_share_less;
};

// The cost that thresholds would have had on these rows. The best point flatters on the rows it was chosen on.
//   memory  points and scratch from `arena`: 8 bytes a point and round
//   errors  MARU_E_RANGE; what the arena says
//   cost    O(n_round n)
MARU_MUST_USE maru_status cost_curve_of(const struct cost_input *input, struct arena *arena,
                                        struct cost_curve *out, maru_error *err);

#endif
