// How far answers that are numbers lie from the truth, and how well intervals hold it. `count` (n) says how often a row counts, NULL
// for once each. No row, or a row that counts and has a NaN, makes a measure NaN: what has no answer is not left out silently.
#ifndef LEARN_NUMBER_MEASURES_H
#define LEARN_NUMBER_MEASURES_H

#include <stdint.h>

struct answered {
    const double *truth, *answer; // (n)
    uint32_t n;
};

double measure_rmse(const struct answered *a, const uint32_t *count);
double measure_mae(const struct answered *a, const uint32_t *count);

// 1 - squared errors over those of the mean of the truth; below 0 worse than that mean. NaN where the truth is one value.
double measure_r2(const struct answered *a, const uint32_t *count);

// The sum of exp(-d / 13) - 1 for answers too low and exp(d / 10) - 1 for those too high, d = answer - truth: late warnings of a
// remaining life cost more. Infinite where one answer is hopeless.
//   source  A. Saxena, K. Goebel, D. Simon, N. Eklund: Damage propagation modeling for aircraft engine run-to-failure simulation. PHM 2008
double measure_phm08(const struct answered *a, const uint32_t *count);

// Intervals beside what came true.
struct bounded {
    const double *truth, *low, *high; // (n); low and high may be infinite
    uint32_t n;
};

double measure_coverage(const struct bounded *b,
                        const uint32_t *count); // share with low <= truth <= high
double measure_mean_width(const struct bounded *b, const uint32_t *count); // mean of high - low

// Width plus 2 / alpha times how far the truth lies outside, on average: lower is better, and only true quantiles are best.
//   in      level in (0, 1), alpha = 1 - level
//   source  T. Gneiting, A. E. Raftery, JASA 102 (2007) 359-378, eq. 43
double measure_interval_score(const struct bounded *b, double level, const uint32_t *count);

#endif
