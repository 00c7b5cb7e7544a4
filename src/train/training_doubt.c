// How sure answers are, learnt from what the tuned model answered for training rows that it had not seen in its folds.

#include <math.h>

#include "base/distribution.h"
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

// How wrong row i was answered, by what was made of the margins meanwhile.
static double error_of(const struct training *t, const struct seen *seen, uint32_t i) {
    const double *margin = seen->margin + (size_t)i * t->tuned.n_group;
    switch ((enum model_goal)t->goal) {
    case MODEL_YES_NO:
        return model_error(MODEL_YES_NO, calibration_answer(&t->model.calibration, margin[0]),
                           seen->is_yes[i]);
    case MODEL_CLASS:
        return model_error(MODEL_CLASS, margin[seen->class[i]], 1.0);
    case MODEL_NUMBER:
    case N_MODEL_GOAL:
    default:
        return model_error(MODEL_NUMBER, margin[0], seen->truth[i]);
    }
}

// Of more than MODEL_MAX_ERRORS, those in the middle of as many equal parts.
static maru_status keep_errors(struct training *t, const struct seen *seen, maru_error *err) {
    double *error = arena_take(t->arena, (size_t)seen->n + 1, sizeof *error);
    uint32_t n = 0;
    if (!error) {
        return arena_refusal(t->arena, err);
    }
    for (uint32_t i = 0; i < seen->n; i++) {
        error[n] = error_of(t, seen, i);
        n += isfinite(error[n]) != 0;
    }
    double spell = 1;
    const maru_status st = wander_spell_of(error, n, t->arena, &spell, err);
    if (st != MARU_OK) {
        return st;
    }
    empirical_sort(error, n);
    const uint32_t n_kept = n < MODEL_MAX_ERRORS ? n : MODEL_MAX_ERRORS;
    for (uint32_t i = 0; n_kept < n && i < n_kept; i++) {
        error[i] = error[(2 * (uint64_t)i + 1) * n / (2 * (uint64_t)n_kept)];
    }
    t->model.errors = (struct model_errors){error, n_kept, n, spell};
    return MARU_OK;
}

static maru_status find_by_goal(struct training *t, const struct seen *seen, maru_error *err) {
    switch ((enum model_goal)t->goal) {
    case MODEL_YES_NO:
        return find_calibration(t, seen, err);
    case MODEL_CLASS:
        return find_sets(t, seen, err);
    case MODEL_NUMBER:
        return find_intervals(t, seen, err);
    case N_MODEL_GOAL:
    default:
        return fail(err, MARU_E_RANGE, "there is no such goal");
    }
}

maru_status training_find_doubt(struct training *t, maru_error *err) {
    struct seen seen = {0};
    t->model.level = t->in->level;
    maru_status st = find_seen(t, &seen, err);
    st = st == MARU_OK ? find_by_goal(t, &seen, err) : st;
    return st == MARU_OK ? keep_errors(t, &seen, err) : st;
}
