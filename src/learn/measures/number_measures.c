#include "learn/measures/number_measures.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/random.h"

// Each measure is a mean of a loss of one row. A NaN that counts goes through every sum, so that it needs no test of its own; only
// comparisons need one.

static double times(const uint32_t *count, uint32_t row) {
    return count ? (double)count[row] : 1.0;
}

static double total(const uint32_t *count, uint32_t n) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += times(count, i);
    }
    return sum;
}

static double sum_of_losses(const struct answered *a, const uint32_t *count,
                            double (*loss)(double truth, double answer)) {
    double sum = 0;
    for (uint32_t i = 0; i < a->n; i++) {
        const double k = times(count, i);
        sum += k > 0.0 ? k * loss(a->truth[i], a->answer[i]) : 0.0;
    }
    return sum;
}

static double squared(double truth, double answer) { return (answer - truth) * (answer - truth); }
static double absolute(double truth, double answer) { return fabs(answer - truth); }
static double first(double truth, double answer) {
    (void)answer;
    return truth;
}

static double late_costs_more(double truth, double answer) {
    const double d = answer - truth;
    return exact_exp(d < 0.0 ? -d / 13.0 : d / 10.0) - 1.0;
}

// 0 / 0 is NaN: no row.
double measure_rmse(const struct answered *a, const uint32_t *count) {
    return sqrt(sum_of_losses(a, count, squared) / total(count, a->n));
}

double measure_mae(const struct answered *a, const uint32_t *count) {
    return sum_of_losses(a, count, absolute) / total(count, a->n);
}

double measure_r2(const struct answered *a, const uint32_t *count) {
    const double mean = sum_of_losses(a, count, first) / total(count, a->n);
    double spread = 0;
    for (uint32_t i = 0; i < a->n; i++) {
        const double k = times(count, i);
        spread += k > 0.0 ? k * squared(mean, a->truth[i]) : 0.0;
    }
    return spread > 0.0 ? 1.0 - sum_of_losses(a, count, squared) / spread : (double)NAN;
}

double measure_phm08(const struct answered *a, const uint32_t *count) {
    return total(count, a->n) > 0.0 ? sum_of_losses(a, count, late_costs_more) : (double)NAN;
}

// The mean over rows of what `loss` says of (truth, low, high).
static double mean_of_bounds(const struct bounded *b, const uint32_t *count, double extra,
                             double (*loss)(double truth, double low, double high, double extra)) {
    double sum = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        const double k = times(count, i);
        if (k > 0.0) {
            const bool is_known = !isnan(b->truth[i]) && !isnan(b->low[i]) && !isnan(b->high[i]);
            sum += is_known ? k * loss(b->truth[i], b->low[i], b->high[i], extra) : (double)NAN;
        }
    }
    return sum / total(count, b->n);
}

static double is_inside(double truth, double low, double high, double unused) {
    (void)unused;
    return low <= truth && truth <= high ? 1.0 : 0.0;
}

static double width(double truth, double low, double high, double unused) {
    (void)truth;
    (void)unused;
    return high - low;
}

static double width_and_misses(double truth, double low, double high, double penalty) {
    const double off = truth < low ? low - truth : truth > high ? truth - high : 0.0;
    return high - low + penalty * off;
}

double measure_coverage(const struct bounded *b, const uint32_t *count) {
    return mean_of_bounds(b, count, 0.0, is_inside);
}

double measure_mean_width(const struct bounded *b, const uint32_t *count) {
    return mean_of_bounds(b, count, 0.0, width);
}

double measure_interval_score(const struct bounded *b, double level, const uint32_t *count) {
    if (!(level > 0.0 && level < 1.0)) {
        return NAN;
    }
    return mean_of_bounds(b, count, 2.0 / (1.0 - level), width_and_misses);
}
