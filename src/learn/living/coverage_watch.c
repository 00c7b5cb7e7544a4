#include "learn/living/coverage_watch.h"

#include <math.h>

// A stake f wins f (level - held) / (1 - level): what is lost at most is f, and while the expected share is `level` or more nothing is to be
// gained on average. Each stake bets max(wealth, 1); wealth of WEALTH_MOST is as good as any more.

#define WEALTH_MOST 1e9

static const double stake[COVERAGE_N_STAKE] = {0.05, 0.1, 0.2, 0.4, 0.8};

void coverage_watch_step(struct coverage_watch *w, double held, double level) {
    const double gain = (level - held) / (1 - level);
    w->n++;
    for (int k = 0; k < COVERAGE_N_STAKE; k++) {
        w->wealth[k] = fmin(fmax(w->wealth[k], 1) * (1 + stake[k] * gain), WEALTH_MOST);
    }
}

double coverage_watch_wealth(const struct coverage_watch *w) {
    double sum = 0;
    for (int k = 0; k < COVERAGE_N_STAKE; k++) {
        sum += w->wealth[k];
    }
    return sum / COVERAGE_N_STAKE;
}

bool coverage_watch_is_less(const struct coverage_watch *w) {
    return coverage_watch_wealth(w) >= COVERAGE_RUN_LENGTH;
}

void coverage_watch_write(const struct coverage_watch *w, struct text *out) {
    binary_add_u64(out, w->n);
    for (int k = 0; k < COVERAGE_N_STAKE; k++) {
        binary_add_double(out, w->wealth[k]);
    }
}

struct coverage_watch coverage_watch_read(struct binary *in) {
    const struct coverage_watch none = {0};
    struct coverage_watch w = {.n = binary_u64(in)};
    for (int k = 0; k < COVERAGE_N_STAKE; k++) {
        w.wealth[k] = binary_double(in);
        in->is_bad = in->is_bad || !(w.wealth[k] >= 0 && w.wealth[k] <= WEALTH_MOST);
    }
    return in->is_bad ? none : w;
}
