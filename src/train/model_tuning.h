// Which kind of model, with which settings? Each is fitted on folds of the training rows and tried on the rows left out; the plainest of those
// that are as good as the best, within the doubt of the difference, is taken. What it answered for rows left out is what calibration
// and intervals are learnt from, and the rows that a model is judged on in the end take no part.
#ifndef TRAIN_MODEL_TUNING_H
#define TRAIN_MODEL_TUNING_H

#include "base/arena.h"
#include "learn/splits/splits.h"
#include "train/kinds/kinds.h"
#include "train/trees/combination_search.h"

enum { TUNING_CELLS = 1 << 22 };

struct tuning_input {
    const struct kind_task *task;   // rows: all training rows, weights are not looked at
    const struct splits *splits;    // of these rows
    const struct kind *const *kind; // (n_kind)
    uint32_t n_kind;
    uint64_t n_cell; // values that a try learns from, about; 0: TUNING_CELLS
    // Are combinations of columns searched in each fold, and each try made with those, too? Not with more columns than
    // COMBINATIONS_MAX_FEATURES.
    bool wants_combinations;
    const char *const *unit; // (n_feature) or NULL, as in combinations.h
    // false: stop; NULL: nobody looks
    bool (*progress)(void *context, double share, const char *what);
    void *context;
};

struct tuned {
    const struct kind *kind;
    uint32_t try;
    const struct card_try *attempt; // (n_attempt)
    uint32_t n_attempt;
    float *
        margin; // (n_row, n_group) what the chosen one answered for rows that it had not seen; NaN: tried in no fold
    double *strong; // (n_feature) share of folds in which a feature was among the strongest ten
    uint32_t n_group;
    bool is_combined; // with the combinations that the rows in hand have
    struct tuned_combination {
        struct combination of;
        double strong; // as above
    } * combination;   // (n_combination)
    uint32_t n_combination;
};

// Fit the tries on the folds. Where a fold has more values, tries learn from a part of its rows: common classes are thinned out, and
// weighted so that shares stay as they are, while rare ones keep all rows. They are tried on all rows left out, and the chosen one
// learns from all.
//   memory  in `arena`
//   errors  of the kinds; MARU_E_INPUT: no fold has rows of both classes; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    folds times tries fits
MARU_MUST_USE maru_status model_tuning_run(const struct tuning_input *input, struct arena *arena,
                                           struct tuned *out, maru_error *err);

// The combinations of all training rows of a task, or of a part of them where they are many.
//   memory  scratch from `arena`
//   errors  of combination_search
MARU_MUST_USE maru_status model_tuning_combine(const struct tuning_input *input,
                                               struct arena *arena, struct combination_found *out,
                                               maru_error *err);

#endif
