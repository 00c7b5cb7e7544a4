// What the files of training on lives share.
#ifndef TRAIN_SURVIVAL_INSIDE_H
#define TRAIN_SURVIVAL_INSIDE_H

#include "base/arena.h"
#include "learn/survival/survival_model.h"
#include "train/lives/survival_training.h"

struct survival_work {
    const struct survival_training *in;
    struct arena *arena;
    uint32_t n;         // lives
    uint32_t *row;      // (n) of the frame: what was known of it
    double *time;       // (n) above 0
    uint8_t *is_failed; // (n)
    double *x;          // (n, recipe.n_feature), missing values at the mean; NULL: no covariates
    double *risk;       // (n) of lives held out, by folds that had not seen them
    double *share;      // (n) of lives like this one that had ended by its age, by such a fold
    double *plain;      // (n) the same by age alone
    uint8_t *fold;      // (n)
    struct survival_effect *effect; // the model's
    struct survival_model model;    // being put together; its arena is not used
};

// Which lives there are: row, time, is_failed, n_left_out.
maru_status survival_find_lives(struct survival_work *w, maru_error *err);

// Curves of all lives and of the groups that differ most.
maru_status survival_find_curves(struct survival_work *w, maru_error *err);

// Covariates as numbers.
maru_status survival_find_columns(struct survival_work *w, maru_error *err);

// Cox's regression on some of the lives (NULL: all).
struct survival_part {
    const uint32_t *life; // (n)
    uint32_t n;
};
maru_status survival_fit_effects(const struct survival_work *w, const struct survival_part *part,
                                 struct arena *arena, struct cox *out, maru_error *err);

// A Weibull distribution of ages on clocks that go exp(risk / shape) times as fast; risk (n of the part) may be NULL.
maru_status survival_fit_clock(const struct survival_work *w, const struct survival_part *part,
                               const double *risk, struct weibull *out, maru_error *err);

// What folds say: concordance, coverage.
maru_status survival_try(struct survival_work *w, maru_error *err);

// Does an effect change with age? Marks those of the model's effects that surely do.
maru_status survival_check_ages(struct survival_work *w, maru_error *err);

#endif
