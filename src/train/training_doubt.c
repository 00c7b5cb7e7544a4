// How sure answers are, learnt from what the tuned model answered for training rows that it had not seen in its folds.

#include <math.h>

#include "base/status.h"
#include "learn/calibration/threshold.h"
#include "train/training_inside.h"

enum { ASYMMETRIC_ROWS = 500 }; // from so many on each side of an interval gets a width of its own

struct seen { // rows that were tried in a fold
    uint32_t n;
    double *margin; // (n, n_group)
    double *truth;  // (n)
    uint8_t *is_yes;
    uint32_t *class;
};

static maru_status find_seen(struct training *t, struct seen *seen, maru_error *err) {
    const uint32_t n_group = t->tuned.n_group;
    const size_t n = (size_t)t->n_train + 1;
    seen->margin = arena_take(t->arena, n * n_group, sizeof *seen->margin);
    seen->truth = arena_take(t->arena, n, sizeof *seen->truth);
    seen->is_yes = arena_take(t->arena, n, sizeof *seen->is_yes);
    seen->class = arena_take(t->arena, n, sizeof *seen->class);
    if (!seen->margin || !seen->truth || !seen->is_yes || !seen->class) {
        return arena_refusal(t->arena, err);
    }
    for (uint32_t i = 0; i < t->n_train; i++) {
        const float *margin = t->tuned.margin + (size_t)i * n_group;
        if (isnan(margin[0])) {
            continue;
        }
        for (uint32_t k = 0; k < n_group; k++) {
            seen->margin[(size_t)seen->n * n_group + k] = (double)margin[k];
        }
        seen->truth[seen->n] = (double)t->y_train[i];
        seen->is_yes[seen->n] = t->y_train[i] > 0.5F;
        seen->class[seen->n++] = t->goal == MODEL_CLASS ? (uint32_t)t->y_train[i] : 0;
    }
    return seen->n > 0
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "no row was left to learn from how sure answers are");
}

static maru_status find_calibration(struct training *t, const struct seen *seen, maru_error *err) {
    const struct costs costs = {t->in->miss_cost, t->in->false_alarm_cost};
    t->model.miss_cost = costs.miss;
    t->model.false_alarm_cost = costs.false_alarm;
    t->model.threshold = threshold_of_costs(&costs);
    if (isnan(t->model.threshold)) {
        return fail(err, MARU_E_RANGE,
                    "costs of a miss and of a false alarm are numbers from 0 on, not both 0");
    }
    return calibration_fit(CALIBRATION_BY_SIZE, seen->margin, seen->is_yes, seen->n, t->arena,
                           &t->model.calibration, err);
}

static maru_status find_intervals(struct training *t, const struct seen *seen, maru_error *err) {
    const struct conformal_input input = {
        .kind = seen->n >= ASYMMETRIC_ROWS ? CONFORMAL_ASYMMETRIC : CONFORMAL_SYMMETRIC,
        .level = t->in->level,
        .truth = seen->truth,
        .low = seen->margin,
        .high = seen->margin,
        .n = seen->n,
    };
    return conformal_fit(&input, t->arena, &t->model.conformal, err);
}

static maru_status find_sets(struct training *t, const struct seen *seen, maru_error *err) {
    for (uint32_t i = 0; i < seen->n; i++) {
        predictor_soften(seen->margin + (size_t)i * t->tuned.n_group, t->tuned.n_group);
    }
    const struct conformal_sets_input input = {
        .kind = CONFORMAL_LEAST,
        .level = t->in->level,
        .probability = seen->margin,
        .truth = seen->class,
        .n = seen->n,
        .n_class = t->all.n_class,
    };
    return conformal_sets_fit(&input, t->arena, &t->model.sets, err);
}

maru_status training_find_doubt(struct training *t, maru_error *err) {
    struct seen seen = {0};
    const maru_status st = find_seen(t, &seen, err);
    if (st != MARU_OK) {
        return st;
    }
    t->model.level = t->in->level;
    switch ((enum model_goal)t->goal) {
    case MODEL_YES_NO:
        return find_calibration(t, &seen, err);
    case MODEL_CLASS:
        return find_sets(t, &seen, err);
    case MODEL_NUMBER:
        return find_intervals(t, &seen, err);
    case N_MODEL_GOAL:
    default:
        return fail(err, MARU_E_RANGE, "there is no such goal");
    }
}
