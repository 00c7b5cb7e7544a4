// What a model says of the rows of a table, and that as CSV, as JSON, or as one number a line.
#ifndef STUDY_PREDICTIONS_H
#define STUDY_PREDICTIONS_H

#include "learn/models/fitted_model.h"

struct predictions {
    struct arena arena;
    uint32_t n_row;
    const uint32_t *line;              // (n_row) of the file; 0: of none
    const struct model_answer *answer; // (n_row)
    const double *probability;         // (n_row, n_class) of a class model
    struct recipe_fit fit;
    uint32_t n_outside; // rows with a value outside of what the model has seen
    uint32_t n_alarm;
};

// Ask for all rows of a frame.
//   memory  predictions_fini; the frame outlives it
//   errors  MARU_E_INPUT: the frame has no column of the model; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status predictions_make(const struct fitted_model *model,
                                           const struct frame *frame, struct predictions *out,
                                           maru_error *err);
void predictions_fini(struct predictions *predictions); // accepts an all-zero one

enum predictions_form { PREDICTIONS_CSV, PREDICTIONS_PLAIN, PREDICTIONS_JSON };

// Append them. CSV: line, prediction, interval or threshold, what is outside; plain: the number, or the class, a line.
void predictions_add(struct text *out, const struct fitted_model *model,
                     const struct predictions *predictions, enum predictions_form form);

#endif
