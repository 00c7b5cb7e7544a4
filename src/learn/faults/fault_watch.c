#include "learn/faults/fault_watch.h"

#include <math.h>

#include "base/status.h"

// Smoothing is linear, so that smoothed parts are parts of the smoothed statistic: its alarm is explained by all samples that have made it, not
// by the last one alone.

#define FARTHEST 1e9

maru_status fault_watch_init(const struct monitor *monitor, const uint32_t *window,
                             uint32_t n_window, struct arena *arena, struct fault_watch *out,
                             maru_error *err) {
    const size_t p = monitor->n_variable;
    struct trailing_options options = {.n_column = 2 * monitor->n_variable, .n_window = n_window};
    if (monitor->options.dynamics != MONITOR_INNOVATIONS || n_window > TRAILING_MAX_WINDOWS) {
        return fail(err, MARU_E_RANGE, "faults are watched by innovations, in up to %d windows",
                    TRAILING_MAX_WINDOWS);
    }
    for (uint32_t w = 0; w < n_window; w++) {
        options.window[w] = window[w];
    }
    struct fault_watch made = {.monitor = monitor};
    const maru_status st = trailing_init(&options, arena, &made.trailing, err);
    if (st != MARU_OK) {
        return st;
    }
    made.n_feature = made.trailing.n_feature;
    made.history = arena_take(arena, monitor->options.n_lag * p, sizeof *made.history);
    made.left = arena_take(arena, p, sizeof *made.left);
    made.x = arena_take(arena, 2 * p, sizeof *made.x);
    made.weight = arena_take(arena, 2 * p, sizeof *made.weight);
    made.part = arena_take(arena, 2 * p, sizeof *made.part);
    made.smooth = arena_take(arena, 2 * p, sizeof *made.smooth);
    if (!made.history || !made.left || !made.x || !made.weight || !made.part || !made.smooth) {
        return arena_refusal(arena, err);
    }
    monitor_weights(monitor, made.weight);
    fault_watch_start(&made);
    *out = made;
    return MARU_OK;
}

void fault_watch_start(struct fault_watch *watch) {
    monitor_start(watch->monitor, watch->history, &watch->state);
    trailing_start(&watch->trailing);
    for (size_t j = 0; j < 2 * (size_t)watch->monitor->n_variable; j++) {
        watch->smooth[j] = 0.0;
    }
}

// Standard deviations from the mean, cut where numbers of single precision would end; NaN stays missing.
static double cut(double z) { return z > FARTHEST ? FARTHEST : z < -FARTHEST ? -FARTHEST : z; }

static void tell_sample(struct fault_watch *watch, const double *sample, bool is_ready) {
    const struct monitor *m = watch->monitor;
    const uint32_t p = m->n_variable;
    for (uint32_t j = 0; j < p; j++) {
        watch->x[j] = m->sd[j] > 0.0 ? cut((sample[j] - m->mean[j]) / m->sd[j]) : 0.0;
        watch->x[p + j] =
            is_ready ? (watch->left[j] - m->feature_mean[j]) * m->feature_scale[j] : (double)NAN;
    }
}

void fault_watch_step(struct fault_watch *watch, const double *sample,
                      struct monitor_verdict *verdict, float *feature) {
    const struct monitor *m = watch->monitor;
    const bool is_ready = monitor_features(m, &watch->state, sample, watch->left);
    *verdict = (struct monitor_verdict){0};
    if (is_ready) {
        monitor_judge(m, &watch->state, sample, watch->left, NULL, verdict);
        monitor_reconstruct(m, watch->left, watch->weight, watch->part);
        for (size_t j = 0; j < 2 * (size_t)m->n_variable; j++) {
            watch->smooth[j] += m->options.lambda * (watch->part[j] - watch->smooth[j]);
        }
    }
    if (feature) {
        tell_sample(watch, sample, is_ready);
        trailing_step(&watch->trailing, watch->x, feature);
    }
}

void fault_watch_shares(const struct fault_watch *watch, const struct monitor_verdict *verdict,
                        double *share) {
    const struct monitor *m = watch->monitor;
    const size_t p = m->n_variable;
    const enum monitor_statistic worst = monitor_worst(m, verdict);
    const double *part =
        (worst == MONITOR_T2 || worst == MONITOR_SPE ? watch->part : watch->smooth) +
        (worst == MONITOR_SPE || worst == MONITOR_SPE_SMOOTH ? p : 0);
    const double all = verdict->is_ready ? verdict->statistic[worst] : 0.0;
    for (size_t j = 0; j < p; j++) {
        share[j] = all > 0.0 ? fmin(part[j] / all, 1.0) : 0.0;
    }
}
