// What a model says of the rows of a table, and that as CSV, as JSON, or as one number a line.
#ifndef STUDY_PREDICTIONS_H
#define STUDY_PREDICTIONS_H

#include "learn/models/fitted_model.h"
#include "study/words/words.h"

enum { PREDICTIONS_WHY = 3 }; // the strongest features that are told of a row

struct prediction_why {
    uint32_t feature; // UINT32_MAX: no more
    double added;     // to the log odds of bad, the log weight of the class, the number
    float value;      // of the row
};

struct predictions {
    struct arena arena;
    uint32_t n_row;
    const uint32_t *line;              // (n_row) of the file; 0: of none
    const struct model_answer *answer; // (n_row)
    const double *probability;         // (n_row, n_class) of a class model
    const struct prediction_why
        *why; // (n_row, PREDICTIONS_WHY) strongest first; NULL: not asked for
    struct recipe_fit fit;
    uint32_t n_outside; // rows with a value outside of what the model has seen
    uint32_t n_alarm;
};

// Ask for all rows of a frame; wants_why: also what made each answer.
//   memory  predictions_fini; the frame outlives it
//   errors  MARU_E_INPUT: the frame has no column of the model; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status predictions_make(const struct fitted_model *model,
                                           const struct frame *frame, bool wants_why,
                                           struct predictions *out, maru_error *err);
void predictions_fini(struct predictions *predictions); // accepts an all-zero one

enum predictions_form { PREDICTIONS_CSV, PREDICTIONS_PLAIN, PREDICTIONS_JSON };

// Append them. CSV: line, prediction, interval or threshold, what is outside, why in words; plain: the number, or the class, a line.
void predictions_add(struct text *out, const struct fitted_model *model,
                     const struct predictions *predictions, enum predictions_form form,
                     enum lang lang);

#endif
