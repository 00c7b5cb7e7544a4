#include "learn/living/rivals.h"

#include <math.h>

#include "base/random.h"

// d is how much nearer the second was, in [-1, 1]. Who bets a part s of what he has on d > 0 has 1 + s d times as much afterwards; where the
// second is no better, that grows on average at no bet, and so passes 1 / 0.05 at any time with probability 0.05 at most. Bets are divided
// among RIVALS_N_STAKE parts; half of 0.05 is for each side.

#define ENOUGH 40.0 // 2 / 0.05

static const double stake[RIVALS_N_STAKE] = {0.05, 0.1, 0.2, 0.4, 0.8};

void rivals_step(struct rivals *r, const double error[2], const double share[2]) {
    for (int i = 0; i < 2; i++) {
        if (!isfinite(error[i]) || !(share[i] >= 0.0 && share[i] <= 1.0)) {
            return;
        }
    }
    const double d = share[0] - share[1];
    r->n++;
    r->n_nearer += error[1] < error[0];
    r->n_alike += error[1] == error[0];
    r->first_sum += error[0];
    r->second_sum += error[1];
    for (int k = 0; k < RIVALS_N_STAKE; k++) {
        r->rise[k] += exact_ln(1.0 + stake[k] * d);
        r->fall[k] += exact_ln(1.0 - stake[k] * d);
    }
}

static bool is_enough(const double *ln) {
    double sum = 0;
    for (int k = 0; k < RIVALS_N_STAKE; k++) {
        sum += exact_exp(fmin(ln[k], 100.0)) / RIVALS_N_STAKE;
    }
    return sum >= ENOUGH;
}

enum rivals_verdict rivals_verdict_of(const struct rivals *r) {
    if (r->n < RIVALS_LEAST) {
        return RIVALS_UNDECIDED;
    }
    return is_enough(r->rise)   ? RIVALS_SECOND_BETTER
           : is_enough(r->fall) ? RIVALS_FIRST_BETTER
                                : RIVALS_UNDECIDED;
}

void rivals_write(const struct rivals *r, struct text *out) {
    binary_add_u64(out, r->n);
    binary_add_u64(out, r->n_nearer);
    binary_add_u64(out, r->n_alike);
    binary_add_double(out, r->first_sum);
    binary_add_double(out, r->second_sum);
    for (int k = 0; k < RIVALS_N_STAKE; k++) {
        binary_add_double(out, r->rise[k]);
        binary_add_double(out, r->fall[k]);
    }
}

struct rivals rivals_read(struct binary *in) {
    struct rivals r = {.n = binary_u64(in)};
    r.n_nearer = binary_u64(in);
    r.n_alike = binary_u64(in);
    r.first_sum = binary_double(in);
    r.second_sum = binary_double(in);
    bool is_bad = r.n_nearer > r.n || r.n_alike > r.n - r.n_nearer || !(r.first_sum >= 0.0) ||
                  !(r.second_sum >= 0.0);
    for (int k = 0; k < RIVALS_N_STAKE; k++) {
        r.rise[k] = binary_double(in);
        r.fall[k] = binary_double(in);
        is_bad = is_bad || !isfinite(r.rise[k]) || !isfinite(r.fall[k]);
    }
    in->is_bad = in->is_bad || is_bad || isinf(r.first_sum) || isinf(r.second_sum);
    if (in->is_bad) {
        r = (struct rivals){0};
    }
    return r;
}
