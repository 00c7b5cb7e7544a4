#include "control/charts/chart.h"

#include "control/charts/spread.h"

#include <math.h>

// EWMA: z = lambda x + (1 - lambda) z, from the target on. Its variance after n points is the final one
// times 1 - (1 - lambda)^(2 n), so that the first limits are narrower (S. W. Roberts, Technometrics 1
// (1959) 239-250; J. M. Lucas, M. S. Saccucci, Technometrics 32 (1990) 1-12).
//
// CUSUM: with y the distance from the target in standard errors, up = max(0, up + y - k) and down = max(0,
// down - y - k); a sum above h is a signal. With a head start both begin at h / 2 (J. M. Lucas, R. B.
// Crosier, Technometrics 24 (1982) 199-205).

void chart_start(const struct chart_limits *limits, struct chart_state *state) {
    const struct chart_options *options = &limits->options;
    const double start = options->has_headstart ? 0.5 * options->h : 0.0;
    *state = (struct chart_state){
        .previous = NAN,
        .ewma = isnan(options->target) ? limits->center : options->target,
        .ewma_rest = 1.0,
        .cusum = {start, start},
    };
    rule_start(&state->rules);
}

static bool is_point(const struct chart_options *options, const struct subgroup *point) {
    if (!isfinite(point->level) || !(point->size > 0.0 && point->size < INFINITY)) {
        return false;
    }
    switch ((enum chart_kind)options->kind) {
    case CHART_XBAR_R:
        return point->size <= SPREAD_MAX_RANGE;
    case CHART_I_MR:
    case CHART_XBAR_S:
    case CHART_EWMA:
    case CHART_CUSUM:
        return point->size <= (options->size == 1 ? 1.0 : SPREAD_MAX_SD);
    case CHART_P:
    case CHART_NP:
        return point->level >= 0.0 && point->level <= point->size;
    case CHART_C:
    case CHART_U:
        return point->level >= 0.0;
    case N_CHART_KIND:
        break;
    }
    return false;
}

static void add_missing(const struct chart_limits *limits, struct chart_state *state,
                        struct chart_verdict *out) {
    rule_start(&state->rules);
    state->previous = NAN;
    *out = (struct chart_verdict){.is_missing = true,
                                  .value = NAN,
                                  .value_down = NAN,
                                  .line = chart_level_line(limits, limits->mean_size),
                                  .spread = NAN,
                                  .spread_line = {NAN, NAN, NAN}};
}

// The lines of the usual size are known already.
static struct chart_line level_line(const struct chart_limits *limits, double size) {
    return size == limits->usual_size ? limits->usual_level : chart_level_line(limits, size);
}

static struct chart_line spread_line(const struct chart_limits *limits, double size) {
    return size == limits->usual_size ? limits->usual_spread : chart_spread_line(limits, size);
}

static bool is_outside(const struct chart_line *line, double value) {
    return value > line->upper || value < line->lower; // false where either is NaN
}

// X-bar, single values, shares and counts: the point itself against its limits, and the runs.
static uint32_t judge_level(const struct chart_limits *limits, const struct rule_set *rules,
                            struct chart_state *state, const struct subgroup *point,
                            struct chart_verdict *out) {
    const bool is_rate = limits->options.kind == CHART_P || limits->options.kind == CHART_U;
    out->value = is_rate ? point->level / point->size : point->level;
    out->line = level_line(limits, point->size);
    const double reach = out->line.upper - out->line.center;
    const double z = 3.0 * (out->value - out->line.center) / reach;
    uint32_t bits = rule_step(rules, &state->rules, z, is_outside(&out->line, out->value));
    if (limits->options.kind == CHART_I_MR) {
        out->spread = fabs(point->level - state->previous);
        state->previous = point->level;
    } else {
        out->spread =
            chart_is_counted((enum chart_kind)limits->options.kind) ? (double)NAN : point->spread;
    }
    out->spread_line = spread_line(limits, point->size);
    if (is_outside(&out->spread_line, out->spread)) {
        bits |= 1u << RULE_SPREAD;
    }
    return bits;
}

static uint32_t judge_ewma(const struct chart_limits *limits, struct chart_state *state,
                           const struct subgroup *point, struct chart_verdict *out) {
    const double lambda = limits->options.lambda;
    out->value = state->ewma + lambda * (point->level - state->ewma);
    if (isfinite(out->value)) { // a point beyond all numbers signals, and is not remembered
        state->ewma = out->value;
        state->ewma_rest *= (1.0 - lambda) * (1.0 - lambda);
    }
    out->line = level_line(limits, point->size);
    const double reach = (out->line.upper - out->line.center) * sqrt(1.0 - state->ewma_rest);
    out->line.lower = out->line.center - reach;
    out->line.upper = out->line.center + reach;
    return is_outside(&out->line, out->value) ? 1u << RULE_BEYOND : 0;
}

static uint32_t judge_cusum(const struct chart_limits *limits, struct chart_state *state,
                            const struct subgroup *point, struct chart_verdict *out) {
    const struct chart_options *options = &limits->options;
    const double target = isnan(options->target) ? limits->center : options->target;
    const double y = (point->level - target) / chart_error_of(limits, point->size);
    const double step[2] = {y - options->k, -y - options->k};
    for (int way = 0; way < 2; way++) {
        const double sum = state->cusum[way] + step[way];
        state->cusum[way] = sum > 0.0 ? sum : 0.0;
        state->n_since_zero[way] =
            sum > 0.0 && state->n_since_zero[way] < UINT32_MAX ? state->n_since_zero[way] + 1 : 0;
    }
    out->value = state->cusum[0];
    out->value_down = -state->cusum[1];
    out->line = level_line(limits, point->size);
    return is_outside(&out->line, out->value) || is_outside(&out->line, out->value_down)
               ? 1u << RULE_BEYOND
               : 0;
}

void chart_add(const struct chart_limits *limits, const struct rule_set *rules,
               struct chart_state *state, const struct subgroup *point, struct chart_verdict *out) {
    if (!is_point(&limits->options, point)) {
        add_missing(limits, state, out);
        return;
    }
    state->n_point++;
    *out = (struct chart_verdict){.value_down = NAN, .spread = NAN, .spread_line = {NAN, NAN, NAN}};
    uint32_t bits = 0;
    if (limits->options.kind == CHART_EWMA) {
        bits = judge_ewma(limits, state, point, out);
    } else if (limits->options.kind == CHART_CUSUM) {
        bits = judge_cusum(limits, state, point, out);
    } else {
        bits = judge_level(limits, rules, state, point, out);
    }
    out->rules = rule_heeded(rules, bits);
    out->severity = (uint8_t)rule_severity(rules, out->rules);
}
