#include "learn/measures/measures.h"

#include <math.h>
#include <stdbool.h>

#include "base/random.h"
#include "base/status.h"
#include "learn/measures/row_order.h"

// Measures of order walk down the scores, one group of equal scores after the other: all of a group are taken in at once, so that the
// order of equal rows means nothing. Counts of rows and pairs are whole numbers, exact below 2^53.

maru_status scored_init(const double *score, const uint8_t *is_yes, uint32_t n, struct arena *arena,
                        struct scored *out, maru_error *err) {
    for (uint32_t i = 0; i < n; i++) {
        if (isnan(score[i])) {
            return fail(err, MARU_E_RANGE, "row %u has no score", i + 1);
        }
        if (is_yes[i] > 1) {
            return fail(err, MARU_E_RANGE, "row %u has a truth that is neither 0 nor 1", i + 1);
        }
    }
    uint32_t *order = arena_take(arena, n, sizeof *order);
    uint32_t *spare = arena_take(arena, n, sizeof *spare);
    double *key = arena_take(arena, n, sizeof *key);
    if (!order || !spare || !key) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        key[i] = -score[i];
    }
    row_order(key, n, order, spare);
    *out = (struct scored){score, is_yes, order, n};
    return MARU_OK;
}

static uint64_t times(const uint32_t *count, uint32_t row) { return count ? count[row] : 1; }

// Rows of yes and of no.
struct both {
    uint64_t yes, no;
};

static struct both totals(const struct scored *s, const uint32_t *count) {
    struct both all = {0, 0};
    for (uint32_t i = 0; i < s->n; i++) {
        *(s->is_yes[i] ? &all.yes : &all.no) += times(count, i);
    }
    return all;
}

// Rows of the group of equal scores that begins at `*at` of the order, which moves behind it.
static struct both next_group(const struct scored *s, const uint32_t *count, uint32_t *at) {
    struct both group = {0, 0};
    const double score = s->score[s->order[*at]];
    for (; *at < s->n && s->score[s->order[*at]] == score; (*at)++) {
        const uint32_t row = s->order[*at];
        *(s->is_yes[row] ? &group.yes : &group.no) += times(count, row);
    }
    return group;
}

double measure_auc(const struct scored *s, const uint32_t *count) {
    struct both above = {0, 0};
    double u = 0;
    for (uint32_t at = 0; at < s->n;) {
        const struct both g = next_group(s, count, &at);
        u += (double)g.no * ((double)above.yes + 0.5 * (double)g.yes);
        above.yes += g.yes;
        above.no += g.no;
    }
    return above.yes && above.no ? u / ((double)above.yes * (double)above.no) : (double)NAN;
}

double measure_average_precision(const struct scored *s, const uint32_t *count) {
    struct both above = {0, 0};
    double sum = 0;
    for (uint32_t at = 0; at < s->n;) {
        const struct both g = next_group(s, count, &at);
        above.yes += g.yes;
        above.no += g.no;
        if (g.yes > 0) {
            sum += (double)g.yes * ((double)above.yes / (double)(above.yes + above.no));
        }
    }
    return above.yes ? sum / (double)above.yes : (double)NAN;
}

static bool is_probability(double p) { return p >= 0.0 && p <= 1.0; }

// The mean over rows of a loss of (probability, truth).
static double mean_loss(const struct scored *s, const uint32_t *count,
                        double (*loss)(double p, bool is_yes)) {
    double sum = 0;
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const uint64_t k = times(count, i);
        if (k == 0) {
            continue;
        }
        if (!is_probability(s->score[i])) {
            return NAN;
        }
        sum += (double)k * loss(s->score[i], s->is_yes[i] != 0);
        n += k;
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

static double log_of_truth(double p, bool is_yes) {
    const double least = 1e-15, right = is_yes ? p : 1.0 - p;
    return -exact_ln(fmin(fmax(right, least), 1.0 - least));
}

static double squared(double p, bool is_yes) {
    const double off = p - (is_yes ? 1.0 : 0.0);
    return off * off;
}

double measure_log_loss(const struct scored *s, const uint32_t *count) {
    return mean_loss(s, count, log_of_truth);
}

double measure_brier(const struct scored *s, const uint32_t *count) {
    return mean_loss(s, count, squared);
}

static double share(uint64_t part, uint64_t all) {
    return all > 0 ? (double)part / (double)all : (double)NAN;
}

static double f1_of(uint64_t hits, uint64_t false_alarms, uint64_t misses) {
    return share(2 * hits, 2 * hits + false_alarms + misses);
}

struct decided measure_decided(const struct scored *s, const uint32_t *count, double threshold) {
    struct decided d = {0};
    for (uint32_t i = 0; i < s->n; i++) {
        const bool is_alarm = s->score[i] >= threshold;
        uint64_t *const cell = s->is_yes[i] ? (is_alarm ? &d.hits : &d.misses)
                                            : (is_alarm ? &d.false_alarms : &d.quiet);
        *cell += times(count, i);
    }
    d.precision = share(d.hits, d.hits + d.false_alarms);
    d.recall = share(d.hits, d.hits + d.misses);
    d.specificity = share(d.quiet, d.quiet + d.false_alarms);
    d.f1 = f1_of(d.hits, d.false_alarms, d.misses);
    d.balanced_accuracy = (d.recall + d.specificity) / 2.0;
    d.accuracy = share(d.hits + d.quiet, d.hits + d.quiet + d.misses + d.false_alarms);
    return d;
}

double measure_best_f1(const struct scored *s, const uint32_t *count, double *threshold) {
    const struct both all = totals(s, count);
    struct both above = {0, 0};
    double best = NAN, best_threshold = NAN;
    for (uint32_t at = 0; at < s->n;) {
        const double score = s->score[s->order[at]];
        const struct both g = next_group(s, count, &at);
        above.yes += g.yes;
        above.no += g.no;
        const double f1 = f1_of(above.yes, above.no, all.yes - above.yes);
        if (g.yes + g.no > 0 && !(f1 <= best)) {
            best = f1;
            best_threshold = score;
        }
    }
    if (threshold) {
        *threshold = best_threshold;
    }
    return best;
}
