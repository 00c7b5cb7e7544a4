#include "learn/drift/error_watch.h"

#include <math.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"

// CUSUM: sum = max(0, sum + z - slack), alarm above the bound. z is the normal quantile of (rank + 1/2) / (n + 1), where rank is how many of
// the n reference errors are below, equal ones half.
//
// Run length: the sum between 0 and h stands in one of STATES cells, of width w; the first is half as wide, around 0. From cell i it goes
// to cell j with the probability that z - k leads into it from the middle of i. Steps until it leaves solve (I - Q) L = 1.

enum { STATES = 100 };

// Gauss's elimination; I - Q is diagonally dominant, so that no rows have to be changed.
static void solve(double a[STATES][STATES], double *x) {
    for (int i = 0; i < STATES; i++) {
        for (int r = i + 1; r < STATES; r++) {
            const double by = a[r][i] / a[i][i];
            for (int c = i; c < STATES; c++) {
                a[r][c] -= by * a[i][c];
            }
            x[r] -= by * x[i];
        }
    }
    for (int i = STATES - 1; i >= 0; i--) {
        for (int c = i + 1; c < STATES; c++) {
            x[i] -= a[i][c] * x[c];
        }
        x[i] /= a[i][i];
    }
}

double cusum_run_length(double k, double h, double shift) {
    if (!(h > 0.0 && isfinite(k) && isfinite(h) && isfinite(shift))) {
        return NAN;
    }
    const double w = 2.0 * h / (2.0 * STATES - 1.0);
    double a[STATES][STATES], steps[STATES];
    for (int i = 0; i < STATES; i++) {
        double before = 0;
        for (int j = 0; j < STATES; j++) {
            const double below = normal_below((j - i + 0.5) * w + k - shift);
            a[i][j] = (i == j ? 1.0 : 0.0) - (below - before);
            before = below;
        }
        steps[i] = 1.0;
    }
    solve(a, steps);
    return steps[0];
}

// Siegmund's run length without shift is (exp(x) - x - 1) / (2 k^2) with x = 2 k (h + 1.166), within a few percent: where to look.
static double siegmund_bound(double k, double run_length) {
    double x = 1.0;
    for (int i = 0; i < 40; i++) {
        x = exact_ln(2.0 * k * k * run_length + 1.0 + x);
    }
    return fmax(x / (2.0 * k) - 1.166, 0.0);
}

// The bound that gives a run length without shift. ln(run length) is nearly a line in the bound, so that false position is there soon; the side
// that stays counts half as much each time (Illinois).
static double bound_for(double slack, double run_length) {
    const double want = exact_ln(run_length);
    const double near = siegmund_bound(slack, run_length);
    double low = fmax(near - 1.0, 0.01), high = near + 1.0;
    double f_low = exact_ln(cusum_run_length(slack, low, 0.0)) - want;
    double f_high = exact_ln(cusum_run_length(slack, high, 0.0)) - want;
    if (f_low >= 0.0) { // one score beyond the slack is as rare already
        return low;
    }
    for (int i = 0, side = 0; i < 60 && high - low > 1e-6; i++) {
        const double at = (low * f_high - high * f_low) / (f_high - f_low);
        const double f = exact_ln(cusum_run_length(slack, at, 0.0)) - want;
        if (fabs(f) < 1e-6) {
            return at;
        }
        if (f < 0.0) {
            low = at;
            f_low = f;
            f_high = side < 0 ? f_high / 2.0 : f_high;
            side = -1;
        } else {
            high = at;
            f_high = f;
            f_low = side > 0 ? f_low / 2.0 : f_low;
            side = 1;
        }
    }
    return high;
}

maru_status error_watch_init(struct error_watch *watch, const double *sorted, uint32_t n,
                             double slack, double run_length, maru_error *err) {
    if (n < ERROR_WATCH_LEAST) {
        return fail(err, MARU_E_RANGE, "%u errors are too few to watch by, at least %d", n,
                    ERROR_WATCH_LEAST);
    }
    if (!(slack >= 0.1 && slack <= 2.0 && run_length >= 10.0 && run_length <= 1e6)) {
        return fail(err, MARU_E_RANGE, "no watch of slack %g and run length %g", slack, run_length);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!isfinite(sorted[i]) || (i > 0 && sorted[i] < sorted[i - 1])) {
            return fail(err, MARU_E_RANGE, "error %u is not finite, or not in order", i + 1);
        }
    }
    *watch = (struct error_watch){
        .sorted = sorted, .n = n, .slack = slack, .bound = bound_for(slack, run_length)};
    return MARU_OK;
}

// How many of the sorted ones are below x, or (with equal) not above it.
static uint32_t below(const struct error_watch *w, double x, bool equal) {
    uint32_t low = 0, high = w->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (w->sorted[middle] < x || (equal && w->sorted[middle] == x)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool error_watch_step(struct error_watch *w, double error) {
    if (isnan(error)) {
        return w->is_alarm;
    }
    const double rank = ((double)below(w, error, false) + below(w, error, true)) / 2.0;
    const double z = exact_normal_quantile((rank + 0.5) / (w->n + 1.0));
    w->sum = fmax(w->sum + z - w->slack, 0.0);
    w->last = z;
    w->n_step++;
    w->since = w->sum > 0.0 ? w->since + 1 : 0;
    w->is_alarm = w->is_alarm || w->sum > w->bound;
    return w->is_alarm;
}

void error_watch_reset(struct error_watch *w) {
    w->sum = 0.0;
    w->since = 0;
    w->is_alarm = false;
}
