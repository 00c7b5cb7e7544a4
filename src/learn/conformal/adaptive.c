#include "learn/conformal/adaptive.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/sealed.h"
#include "base/status.h"

// Each expert i lets a share miss_i of scores lie beyond its width, and moves it by speed_i (alpha - whether it missed), alpha = 1 - level.
// With beta, the largest share to miss at which the score would still have been within, its loss is the pinball loss of miss_i as a
// quantile alpha of beta; weights fall as exp(-RATE loss) and are mixed a little, so that an expert may come back. The width is that of
// the mean of miss_i by weight; miss_i is at most 1, so that scores that never miss are not held against those to come. RATE and the mixing are those that the paper finds best for stretches of STRETCH steps.
//
// Bytes: NAME, version, window, n, next, n_expert, 0 (4 bytes each), level, speed, n_step, n_hit, miss and weight of the experts, recent,
// digest of all that.

#define STRETCH 500.0
#define SLOWEST 0.001 // each expert after the first is twice as fast

enum { VERSION = 1 };

static const char its_name[] = "MARUADPT";

static uint32_t experts_of(double speed) { return speed > 0.0 ? 1 : ADAPTIVE_N_EXPERT; }

static bool is_option(double level, double speed, uint32_t window) {
    return level >= 0.5 && level <= 0.99 && speed >= 0.0 && speed <= 1.0 &&
           window >= ADAPTIVE_LEAST_WINDOW && window <= ADAPTIVE_MAX_WINDOW;
}

// The first of the sorted scores that is not below this one.
static uint32_t place_of(const struct adaptive *s, double score) {
    uint32_t low = 0, high = s->n;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (s->sorted[middle] < score) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void push(struct adaptive *s, double score) {
    if (s->n == s->window) {
        const uint32_t old = place_of(s, s->recent[s->next]);
        memmove(s->sorted + old, s->sorted + old + 1, (s->n - old - 1) * sizeof *s->sorted);
        s->n--;
    }
    const uint32_t at = place_of(s, score);
    memmove(s->sorted + at + 1, s->sorted + at, (s->n - at) * sizeof *s->sorted);
    s->sorted[at] = score;
    s->recent[s->next] = score;
    s->n++;
    s->next = (s->next + 1) % s->window;
}

static bool is_ready(const struct adaptive *s) { return s->n >= ADAPTIVE_LEAST_WINDOW; }

// What a share `miss` of scores lies beyond; never less than the smallest score seen.
static double width_of(const struct adaptive *s, double miss) {
    const double rank = ceil((s->n + 1.0) * (1.0 - miss) * (1.0 - 1e-12));
    if (!is_ready(s) || rank > s->n) {
        return INFINITY;
    }
    return s->sorted[rank < 1.0 ? 0 : (uint32_t)rank - 1];
}

maru_status adaptive_init(struct adaptive *state, const struct adaptive_options *options,
                          const double *score, uint32_t n, maru_error *err) {
    if (!is_option(options->level, options->speed, options->window)) {
        return fail(err, MARU_E_RANGE, "no intervals of level %g by %u scores at speed %g",
                    options->level, options->window, options->speed);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!isfinite(score[i])) {
            return fail(err, MARU_E_RANGE, "score %u is not finite", i + 1);
        }
    }
    memset(state, 0, sizeof *state);
    state->level = options->level;
    state->speed = options->speed;
    state->window = options->window;
    state->n_expert = experts_of(options->speed);
    for (uint32_t i = 0; i < state->n_expert; i++) {
        state->miss[i] = 1.0 - options->level;
        state->weight[i] = 1.0 / state->n_expert;
    }
    for (uint32_t i = n > state->window ? n - state->window : 0; i < n; i++) {
        push(state, score[i]);
    }
    return MARU_OK;
}

double adaptive_width(const struct adaptive *state) {
    double miss = 0;
    for (uint32_t i = 0; i < state->n_expert; i++) {
        miss += state->weight[i] * state->miss[i];
    }
    return width_of(state, miss);
}

static double rate_of(double alpha, double n_expert) {
    const double hit = 1.0 - alpha,
                 spread = alpha * alpha * hit * hit; // times (alpha + hit), which is 1
    return sqrt(3.0 / STRETCH) * sqrt((exact_ln(STRETCH * n_expert) + 2.0) / spread);
}

// Listen more to experts whose share to miss was nearer to what it should have been.
static void weigh(struct adaptive *s, double alpha, double beta) {
    const double rate = rate_of(alpha, s->n_expert), mixed = 1.0 / (2.0 * STRETCH);
    double sum = 0;
    for (uint32_t i = 0; i < s->n_expert; i++) {
        const double off = beta - s->miss[i];
        s->weight[i] *= exact_exp(-rate * (alpha * off - fmin(0.0, off)));
        sum += s->weight[i];
    }
    for (uint32_t i = 0; i < s->n_expert; i++) {
        s->weight[i] = (1.0 - mixed) * s->weight[i] / sum + mixed / s->n_expert;
    }
}

maru_status adaptive_step(struct adaptive *state, double score, maru_error *err) {
    if (!isfinite(score)) {
        return fail(err, MARU_E_RANGE, "a score is not finite");
    }
    if (is_ready(state)) {
        const double alpha = 1.0 - state->level;
        const double beta = 1.0 - place_of(state, score) / (state->n + 1.0);
        state->n_step++;
        state->n_hit += score <= adaptive_width(state);
        double missed[ADAPTIVE_N_EXPERT] = {0};
        for (uint32_t i = 0; i < state->n_expert; i++) {
            missed[i] = score > width_of(state, state->miss[i]) ? 1.0 : 0.0;
        }
        if (state->n_expert > 1) {
            weigh(state, alpha, beta);
        }
        for (uint32_t i = 0; i < state->n_expert; i++) {
            const double speed = state->speed > 0.0 ? state->speed : ldexp(SLOWEST, (int)i);
            state->miss[i] = fmin(state->miss[i] + speed * (alpha - missed[i]), 1.0);
        }
    }
    push(state, score);
    return MARU_OK;
}

// ---- bytes

maru_status adaptive_write(const struct adaptive *s, struct text *out, maru_error *err) {
    const size_t from = sealed_begin(out, its_name, VERSION);
    const uint32_t word[] = {s->window, s->n, s->next, s->n_expert, 0};
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        binary_add_u32(out, word[i]);
    }
    binary_add_double(out, s->level);
    binary_add_double(out, s->speed);
    binary_add_u64(out, s->n_step);
    binary_add_u64(out, s->n_hit);
    for (uint32_t i = 0; i < s->n_expert; i++) {
        binary_add_double(out, s->miss[i]);
        binary_add_double(out, s->weight[i]);
    }
    binary_add_doubles(out, s->recent, s->n);
    return sealed_end(out, from, err);
}

static maru_status contradiction(maru_error *err) {
    return fail(err, MARU_E_INPUT, "a state of intervals that contradicts itself");
}

static bool read_head(struct binary *in, struct adaptive *s) {
    s->window = binary_u32(in);
    s->n = binary_u32(in);
    s->next = binary_u32(in);
    s->n_expert = binary_u32(in);
    const uint32_t nothing = binary_u32(in);
    s->level = binary_double(in);
    s->speed = binary_double(in);
    s->n_step = binary_u64(in);
    s->n_hit = binary_u64(in);
    return nothing == 0 && is_option(s->level, s->speed, s->window) &&
           s->n_expert == experts_of(s->speed) && s->n <= s->window && !signbit(s->speed) &&
           s->n_hit <= s->n_step && (s->n < s->window ? s->next == s->n : s->next < s->window) &&
           in->left == 8 * (2 * (size_t)s->n_expert + s->n);
}

maru_status adaptive_read(const void *bytes, size_t n, struct adaptive *state, maru_error *err) {
    struct binary in;
    char fingerprint[33];
    memset(state, 0, sizeof *state);
    const maru_status st = sealed_open(bytes, n, its_name, VERSION, &in, fingerprint, err);
    if (st != MARU_OK || !read_head(&in, state)) {
        return st != MARU_OK ? st : contradiction(err);
    }
    double sum = 0;
    for (uint32_t i = 0; i < state->n_expert; i++) {
        state->miss[i] = binary_double(&in);
        state->weight[i] = binary_double(&in);
        sum += state->weight[i];
        if (!(fabs(state->miss[i]) <= 1.0 && state->weight[i] >= 0.0)) {
            return contradiction(err);
        }
    }
    binary_doubles(&in, state->recent, state->n);
    if (!(fabs(sum - 1.0) < 1e-9) || !binary_is_end(&in)) {
        return contradiction(err);
    }
    memcpy(state->sorted, state->recent, state->n * sizeof *state->sorted);
    empirical_sort(state->sorted, state->n);
    return MARU_OK;
}
