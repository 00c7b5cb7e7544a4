#include "learn/faults/monitor.h"

#include <math.h>
#include <string.h>

// The living side: a sample against a frozen model (monitor_fit.c says what it consists of).
//
// What a variable contributes: T2 = sum over variables j of g_j sum over components of t v_j / value, with g
// the centered features, whose parts may be negative and add up to T2; SPE is the sum of squares of what the
// components leave of g. For lagged features a variable's parts of all lags are added (P. Nomikos, J. F.
// MacGregor, Technometrics 37 (1995) 41-59).

// A value further away counts as this far (standard deviations): one spike of a sensor must neither
// overflow nor keep the smoothed statistics up for long.
#define FARTHEST 100.0

// A feature that components explain, or leave, by less than this has no part of its own.
#define NO_WEIGHT 1e-9

static void standardise(const struct monitor *m, const double *sample, double *z) {
    for (uint32_t j = 0; j < m->n_variable; j++) {
        const double x = sample[j];
        const double far = isfinite(x) && m->sd[j] > 0.0 ? (x - m->mean[j]) / m->sd[j] : 0.0;
        z[j] = fmin(fmax(far, -FARTHEST), FARTHEST);
    }
}

static void remember(const struct monitor *m, struct monitor_state *state, const double *z) {
    const size_t p = m->n_variable;
    const size_t n_lag = m->options.n_lag;
    if (n_lag > 0) {
        memmove(state->history + p, state->history, (n_lag - 1) * p * sizeof *z);
        memcpy(state->history, z, p * sizeof *z);
    }
    state->n_sample++;
}

// The features of a sample, before they are centered; the sample joins the history.
bool monitor_features(const struct monitor *m, struct monitor_state *state, const double *sample,
                      double *feature) {
    const size_t p = m->n_variable;
    const size_t n_past = m->options.n_lag * p;
    double z[MONITOR_MAX_VARIABLES];
    standardise(m, sample, z);
    memcpy(feature, z, p * sizeof *z);
    if (m->options.dynamics == MONITOR_LAGGED) {
        memcpy(feature + p, state->history, n_past * sizeof *z);
    } else if (m->options.dynamics == MONITOR_INNOVATIONS) {
        for (size_t j = 0; j < p; j++) {
            const double *row = m->prediction + j * n_past;
            double sum = 0.0;
            for (size_t i = 0; i < n_past; i++) {
                sum += row[i] * state->history[i];
            }
            feature[j] -= sum;
        }
    }
    const bool is_ready = state->n_sample >= m->options.n_lag;
    remember(m, state, z);
    return is_ready;
}

void monitor_start(const struct monitor *monitor, double *history, struct monitor_state *state) {
    const size_t n = (size_t)monitor->options.n_lag * monitor->n_variable;
    for (size_t i = 0; i < n; i++) {
        history[i] = 0.0;
    }
    *state = (struct monitor_state){.smooth = {monitor->usual[0], monitor->usual[1]},
                                    .history = history};
}

// Adds what each variable contributes, when the scores are known.
static void add_blame(const struct monitor *m, const double *g, const double *score,
                      double *blame) {
    double in_t2[MONITOR_MAX_FEATURES] = {0.0};
    double modelled[MONITOR_MAX_FEATURES] = {0.0};
    for (size_t k = 0; k < m->n_component; k++) {
        const double *v = m->vector + k * m->n_feature;
        const double weight = score[k] / m->value[k];
        for (size_t i = 0; i < m->n_feature; i++) {
            in_t2[i] += weight * v[i];
            modelled[i] += score[k] * v[i];
        }
    }
    const size_t p = m->n_variable;
    for (size_t j = 0; j < 2 * p; j++) {
        blame[j] = 0.0;
    }
    for (size_t i = 0; i < m->n_feature; i++) {
        blame[i % p] += g[i] * in_t2[i];
        blame[p + i % p] += (g[i] - modelled[i]) * (g[i] - modelled[i]);
    }
}

// T2 is g' M g with M = sum over components of v v' / value, SPE is g' C g with C = 1 - sum of v v'; without feature j as it is, they fall by
// (M g)_j^2 / M_jj and (C g)_j^2 / C_jj.
void monitor_weights(const struct monitor *monitor, double *weight) {
    const struct monitor *m = monitor;
    const size_t q = m->n_feature;
    for (size_t i = 0; i < q; i++) {
        weight[i] = 0.0;
        weight[q + i] = 1.0;
    }
    for (size_t k = 0; k < m->n_component; k++) {
        const double *v = m->vector + k * q;
        for (size_t i = 0; i < q; i++) {
            weight[i] += v[i] * v[i] / m->value[k];
            weight[q + i] -= v[i] * v[i];
        }
    }
}

void monitor_reconstruct(const struct monitor *monitor, const double *feature, const double *weight,
                         double *part) {
    const struct monitor *m = monitor;
    const size_t q = m->n_feature;
    double g[MONITOR_MAX_FEATURES];
    for (size_t i = 0; i < q; i++) {
        g[i] = (feature[i] - m->feature_mean[i]) * m->feature_scale[i];
        part[i] = 0.0;
        part[q + i] = g[i];
    }
    for (size_t k = 0; k < m->n_component; k++) {
        const double *v = m->vector + k * q;
        double t = 0.0;
        for (size_t i = 0; i < q; i++) {
            t += v[i] * g[i];
        }
        for (size_t i = 0; i < q; i++) {
            part[i] += t / m->value[k] * v[i];
            part[q + i] -= t * v[i];
        }
    }
    for (size_t i = 0; i < 2 * q; i++) {
        part[i] = weight[i] > NO_WEIGHT ? part[i] * part[i] / weight[i] : 0.0;
    }
}

void monitor_raw(const struct monitor *monitor, const double *feature, double statistic[2],
                 double *blame) {
    const struct monitor *m = monitor;
    const size_t q = m->n_feature;
    double g[MONITOR_MAX_FEATURES];
    double score[MONITOR_MAX_FEATURES];
    double left = 0.0; // of the squares, what the components do not explain
    for (size_t i = 0; i < q; i++) {
        g[i] = (feature[i] - m->feature_mean[i]) * m->feature_scale[i];
        left += g[i] * g[i];
    }
    statistic[0] = 0.0;
    for (size_t k = 0; k < m->n_component; k++) {
        const double *v = m->vector + k * q;
        double t = 0.0;
        for (size_t i = 0; i < q; i++) {
            t += v[i] * g[i];
        }
        score[k] = t;
        statistic[0] += t * t / m->value[k];
        left -= t * t;
    }
    statistic[1] = left > 0.0 ? left : 0.0;
    if (blame) {
        add_blame(m, g, score, blame);
    }
}

static void count_faults(const struct monitor *m, const double *sample,
                         struct monitor_verdict *verdict) {
    for (uint32_t j = 0; j < m->n_variable; j++) {
        const bool is_missing = !isfinite(sample[j]);
        verdict->n_missing += is_missing ? 1 : 0;
        const bool has_moved = m->sd[j] == 0.0 && !is_missing &&
                               fabs(sample[j] - m->mean[j]) > 1e-9 * (1.0 + fabs(m->mean[j]));
        verdict->n_moved += has_moved ? 1 : 0;
    }
    verdict->is_alarm = verdict->n_moved > 0;
}

static double limit_of(const struct monitor *m, enum monitor_statistic statistic) {
    const double own = m->limit[statistic][m->options.limit];
    return isnan(own) ? m->limit[statistic][LIMIT_MATCHED] : own;
}

void monitor_judge(const struct monitor *monitor, struct monitor_state *state, const double *sample,
                   const double *feature, double *blame, struct monitor_verdict *verdict) {
    const struct monitor *m = monitor;
    *verdict = (struct monitor_verdict){.is_ready = true};
    count_faults(m, sample, verdict);
    double *s = verdict->statistic;
    monitor_raw(m, feature, s, blame);
    for (int i = 0; i < 2; i++) {
        state->smooth[i] += m->options.lambda * (s[i] - state->smooth[i]);
        s[i + 2] = state->smooth[i];
    }
    if (m->n_component == m->n_feature) {
        s[MONITOR_SPE] = s[MONITOR_SPE_SMOOTH] = NAN;
    }
    for (int i = 0; i < N_STATISTIC; i++) {
        verdict->is_over[i] = m->is_active[i] && s[i] > limit_of(m, (enum monitor_statistic)i);
        verdict->is_alarm = verdict->is_alarm || verdict->is_over[i];
    }
}

void monitor_step(const struct monitor *monitor, struct monitor_state *state, const double *sample,
                  double *blame, struct monitor_verdict *verdict) {
    double feature[MONITOR_MAX_FEATURES] = {0.0};
    *verdict = (struct monitor_verdict){0};
    if (monitor_features(monitor, state, sample, feature)) {
        monitor_judge(monitor, state, sample, feature, blame, verdict);
    }
}

// NaN: alarms do not go by it.
static double over_limit(const struct monitor *m, const struct monitor_verdict *v,
                         enum monitor_statistic statistic) {
    return v->is_ready && m->is_active[statistic] && isfinite(v->statistic[statistic])
               ? v->statistic[statistic] / limit_of(m, statistic)
               : (double)NAN;
}

enum monitor_statistic monitor_worst(const struct monitor *monitor,
                                     const struct monitor_verdict *verdict) {
    int worst = 0;
    double most = 0.0;
    for (int i = 0; i < N_STATISTIC; i++) {
        const double over = over_limit(monitor, verdict, (enum monitor_statistic)i);
        worst = over > most ? i : worst;
        most = over > most ? over : most;
    }
    return (enum monitor_statistic)worst;
}

double monitor_largest(const struct monitor *monitor, const struct monitor_verdict *verdict) {
    const double over = over_limit(monitor, verdict, monitor_worst(monitor, verdict));
    return over > 0.0 ? over : 0.0;
}
