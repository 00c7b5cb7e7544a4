// The share that survives an age, without assuming a form: Kaplan and Meier, Nelson and Aalen, and whether groups differ (log-rank).
#ifndef LEARN_KAPLAN_MEIER_H
#define LEARN_KAPLAN_MEIER_H

#include "base/arena.h"
#include "learn/survival/lifetimes.h"

enum { LOGRANK_MAX_GROUPS = 50 };

struct survival_step {
    double time;
    uint32_t n_at_risk, n_failed;
    double surviving; // just after `time`
    double se;        // Greenwood; NaN where surviving is 0
    double low, high; // on the scale of ln(-ln S), so within [0, 1]; NaN where surviving is 0
    double hazard, hazard_se; // Nelson and Aalen's cumulative one
};

struct survival {
    const struct survival_step *step; // (n_step) at each age with a failure, rising
    uint32_t n_step, n, n_failed;
    double level, last; // last: the greatest age seen; beyond it nothing is known
};

//   in      level such as 0.95
//   memory  from `arena`
//   errors  MARU_E_RANGE; what the arena says
//   cost    O(n log n)
//   source  E. L. Kaplan, P. Meier, JASA 53 (1958) 457-481; O. Borgan, K. Liestol, Scandinavian Journal of Statistics 17 (1990) 35-41
//           (interval); O. Aalen, Annals of Statistics 6 (1978) 701-726
MARU_MUST_USE maru_status survival_estimate(const struct lifetimes *lives, double level,
                                            struct arena *arena, struct survival *out,
                                            maru_error *err);

// The share that survives `age`: 1 before the first failure, NaN beyond the last age seen where units were still running.
double survival_at(const struct survival *s, double age);

// The age by which a share p of units has failed, with its interval: the ages at which S, and its upper and lower bound, are 1 - p or
// less. Infinite where they never come down to it. p 0.5 is the median.
struct survival_age {
    double value, low, high;
};
struct survival_age survival_quantile(const struct survival *s, double p);

struct log_rank {
    double chi_square, p;
    uint32_t df;
    double observed[LOGRANK_MAX_GROUPS], expected[LOGRANK_MAX_GROUPS]; // (n_group) failures
};

// Do groups live equally long? Groups without a unit at risk at any failure take no part.
//   in      group (n) below n_group, n_group 2 to LOGRANK_MAX_GROUPS
//   errors  MARU_E_RANGE, also where nothing can be compared: no failure, or one group; what the arena says
//   source  N. Mantel, Cancer Chemotherapy Reports 50 (1966) 163-170
MARU_MUST_USE maru_status log_rank_test(const struct lifetimes *lives, const uint32_t *group,
                                        uint32_t n_group, struct arena *arena, struct log_rank *out,
                                        maru_error *err);

#endif
