#include "learn/measures/bootstrap.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/distribution.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/measures/measures.h"
#include "learn/measures/number_measures.h"

// Round r draws from stream r of the seed: block k serves draws 2 k and 2 k + 1. So a round does not depend on those before it. What is
// drawn are clusters that have a row; rows count as often as their cluster was drawn.

double bootstrap_auc(const void *scored, const uint32_t *count) {
    return measure_auc(scored, count);
}
double bootstrap_average_precision(const void *scored, const uint32_t *count) {
    return measure_average_precision(scored, count);
}
double bootstrap_log_loss(const void *scored, const uint32_t *count) {
    return measure_log_loss(scored, count);
}
double bootstrap_brier(const void *scored, const uint32_t *count) {
    return measure_brier(scored, count);
}
double bootstrap_best_f1(const void *scored, const uint32_t *count) {
    return measure_best_f1(scored, count, NULL);
}
double bootstrap_rmse(const void *answered, const uint32_t *count) {
    return measure_rmse(answered, count);
}
double bootstrap_mae(const void *answered, const uint32_t *count) {
    return measure_mae(answered, count);
}
double bootstrap_r2(const void *answered, const uint32_t *count) {
    return measure_r2(answered, count);
}
double bootstrap_coverage(const void *bounded, const uint32_t *count) {
    return measure_coverage(bounded, count);
}

const uint32_t *bootstrap_draw(const struct bootstrap_draws *d, uint64_t round) {
    memset(d->drawn, 0, d->n_cluster * sizeof *d->drawn);
    for (uint32_t k = 0; k < d->n_drawn_from; k += 2) {
        const struct random_block r = random_at(d->seed, round, k / 2);
        for (uint32_t half = 0; half < 2 && k + half < d->n_drawn_from; half++) {
            const uint64_t bits =
                (half ? r.word[2] : r.word[0]) | (uint64_t)(half ? r.word[3] : r.word[1]) << 32;
            const uint32_t at = (uint32_t)(((wide_u128)bits * d->n_drawn_from) >> 64);
            d->drawn[d->cluster ? d->member[at] : at]++;
        }
    }
    for (uint32_t i = 0; d->cluster && i < d->n_row; i++) {
        d->count[i] = d->drawn[d->cluster[i]];
    }
    return d->count;
}

static maru_status check(const struct bootstrap_input *input, maru_error *err) {
    if (input->n_round == 0 || input->n_round > BOOTSTRAP_MAX_ROUNDS ||
        !(input->level > 0.0 && input->level < 1.0)) {
        return fail(err, MARU_E_RANGE, "an interval of level %g from %u rounds", input->level,
                    input->n_round);
    }
    return MARU_OK;
}

// Clusters that have a row.
static void find_members(struct bootstrap_draws *d) {
    for (uint32_t i = 0; i < d->n_row; i++) {
        d->drawn[d->cluster[i]] = 1;
    }
    for (uint32_t c = 0; c < d->n_cluster; c++) {
        if (d->drawn[c]) {
            d->member[d->n_drawn_from++] = c;
        }
    }
}

maru_status bootstrap_draws_init(struct bootstrap_draws *draws, struct arena *arena,
                                 maru_error *err) {
    struct bootstrap_draws d = *draws;
    if (d.n_row == 0) {
        return fail(err, MARU_E_RANGE, "there are no rows to draw from");
    }
    for (uint32_t i = 0; d.cluster && i < d.n_row; i++) {
        if (d.cluster[i] >= d.n_cluster) {
            return fail(err, MARU_E_RANGE, "row %u is in cluster %u, there are %u", i + 1,
                        d.cluster[i], d.n_cluster);
        }
    }
    d.n_cluster = d.cluster ? d.n_cluster : d.n_row;
    d.count = arena_take(arena, d.n_row, sizeof *d.count);
    d.drawn = d.cluster ? arena_take(arena, d.n_cluster, sizeof *d.drawn) : d.count;
    d.member = d.cluster ? arena_take(arena, d.n_cluster, sizeof *d.member) : d.count;
    if (!d.count || !d.drawn || !d.member) {
        return arena_refusal(arena, err);
    }
    d.n_drawn_from = d.cluster ? 0 : d.n_row;
    if (d.cluster) {
        find_members(&d);
    }
    *draws = d;
    return MARU_OK;
}

// Rows of the rare class, and in how many clusters they lie: twenty bad wafers of one lot are one event.
static void count_rare(const struct bootstrap_input *input, const struct bootstrap_draws *d,
                       struct bootstrap *out) {
    uint32_t n_place = 0;
    memset(d->drawn, 0, d->n_cluster * sizeof *d->drawn);
    for (uint32_t i = 0; input->is_rare && i < input->n_row; i++) {
        if (input->is_rare[i]) {
            const uint32_t place = input->cluster ? input->cluster[i] : i;
            out->n_rare++;
            n_place += d->drawn[place]++ == 0;
        }
    }
    out->warnings |= input->is_rare && n_place < BOOTSTRAP_FEW_RARE ? BOOTSTRAP_TOO_FEW_RARE : 0U;
    out->warnings |= d->n_drawn_from < BOOTSTRAP_FEW_CLUSTERS ? BOOTSTRAP_TOO_FEW_CLUSTERS : 0U;
}

static double spread_of(const double *value, uint32_t n) {
    double mean = 0, squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        mean += value[i] / n;
    }
    for (uint32_t i = 0; i < n; i++) {
        squares += (value[i] - mean) * (value[i] - mean);
    }
    return n > 1 ? sqrt(squares / (n - 1.0)) : (double)NAN;
}

maru_status bootstrap_interval(const struct bootstrap_input *input, struct arena *arena,
                               struct bootstrap *out, maru_error *err) {
    struct bootstrap_draws d = {.n_row = input->n_row,
                                .cluster = input->cluster,
                                .n_cluster = input->n_cluster,
                                .seed = input->seed};
    maru_status st = check(input, err);
    st = st == MARU_OK ? bootstrap_draws_init(&d, arena, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    double *value = arena_take(arena, input->n_round, sizeof *value);
    if (!value) {
        return arena_refusal(arena, err);
    }
    assert(d.count && d.drawn);
    struct bootstrap b = {.n_cluster = d.n_drawn_from, .low = NAN, .high = NAN};
    count_rare(input, &d, &b);
    b.value = input->measure(input->data, NULL);
    for (uint32_t round = 0; round < input->n_round; round++) {
        const double v = input->measure(input->data, bootstrap_draw(&d, round));
        if (!isnan(v)) {
            value[b.n_round++] = v;
        }
    }
    b.sd = spread_of(value, b.n_round);
    if (b.n_round >= 20) {
        empirical_sort(value, b.n_round);
        b.low = empirical_quantile(value, b.n_round, (1.0 - input->level) / 2.0);
        b.high = empirical_quantile(value, b.n_round, (1.0 + input->level) / 2.0);
    }
    b.warnings |= input->n_round - b.n_round > input->n_round / 20 ? BOOTSTRAP_OFTEN_UNDEFINED : 0U;
    *out = b;
    return MARU_OK;
}
