#include "control/charts/normality.h"

#include "base/distribution.h"
#include "base/interval.h"
#include "base/random.h"

#include <math.h>

// A^2 = -n - the mean of (2 i - 1) (ln below(z_i) + ln above(z_(n + 1 - i))) over i = 1 ... n, with z the
// sorted values in standard deviations from their mean; times 1 + 0.75 / n + 2.25 / n^2 its distribution
// hardly depends on n.

enum { FEWEST = 8 };

static double p_value(double a2) {
    if (a2 < 0.2) {
        return 1.0 - exact_exp(-13.436 + a2 * (101.14 - a2 * 223.73));
    }
    if (a2 < 0.34) {
        return 1.0 - exact_exp(-8.318 + a2 * (42.796 - a2 * 59.938));
    }
    if (a2 < 0.6) {
        return exact_exp(0.9177 - a2 * (4.279 + a2 * 1.38));
    }
    return a2 < 10.0 ? exact_exp(1.2937 - a2 * (5.709 - a2 * 0.0186)) : 0.0;
}

struct normality normality_of(const double *sorted, size_t n) {
    const struct interval m = interval_of(sorted, n, 0.95);
    if (n < FEWEST || m.n != n || !(m.sd > 0.0)) {
        return (struct normality){NAN, NAN};
    }
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double below = normal_below((sorted[i] - m.mean) / m.sd);
        const double above = normal_above((sorted[n - 1 - i] - m.mean) / m.sd);
        sum += (double)(2 * i + 1) * (exact_ln(below) + exact_ln(above));
    }
    const double size = (double)n;
    const double a2 = (-size - sum / size) * (1.0 + 0.75 / size + 2.25 / (size * size));
    return (struct normality){a2, p_value(a2)};
}
