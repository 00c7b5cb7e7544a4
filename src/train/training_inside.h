// What the files of training share.
#ifndef TRAIN_TRAINING_INSIDE_H
#define TRAIN_TRAINING_INSIDE_H

#include "learn/splits/splits.h"
#include "train/model_tuning.h"
#include "train/training.h"

// Rows with a target, in the order of time or as they stand.
struct training_rows {
    uint32_t n;
    uint32_t *row;   // (n) of the frame
    int64_t *time;   // (n) us, never falling; NULL: not known
    uint32_t *group; // (n) below n_group; NULL: none
    uint32_t n_group;
    float *y;         // (n) 0 or 1, a class, a number
    uint32_t n_class; // CLASS
    const char **class_name;
    uint32_t n_unknown; // rows without a target
};

struct training { // in hand
    const struct training_input *in;
    struct arena *arena;
    uint8_t goal, split;
    uint32_t group_column; // UINT32_MAX: none
    struct training_rows all;
    uint32_t *train, *test; // (n_train), (n_test) of `all`
    uint32_t n_train, n_test;
    struct recipe recipe;
    float *x_train, *y_train, *x_test;
    struct tuned tuned;
    struct kind_fitted fitted;
    struct fitted_model model; // being put together; its arena is not used
};

// Which rows, in which order, with which target: goal, split, group_column, all.
maru_status training_find_rows(struct training *t, maru_error *err);

// Deal some of `all` (NULL: all of them) into folds by the training's split.
maru_status training_deal(const struct training *t, const uint32_t *some, uint32_t n,
                          uint32_t n_fold, struct splits *out, maru_error *err);

// Calibration, threshold and intervals from what the tuned model answered for rows it had not seen.
maru_status training_find_doubt(struct training *t, maru_error *err);

// Everything on the card but the tries: asks the model for the rows set aside, once.
maru_status training_fill_card(struct training *t, maru_error *err);

#endif
