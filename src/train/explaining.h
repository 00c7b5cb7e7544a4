// Why a model answered as it did: what each feature of a row adds to what the answer is made of (log odds, the log weight of a class, a
// number). With the usual answer they add up to it.
#ifndef TRAIN_EXPLAINING_H
#define TRAIN_EXPLAINING_H

#include "learn/models/fitted_model.h"

struct explainer;

// Opens what the library that fitted the model needs to explain it.
//   memory  the model outlives it
//   errors  MARU_E_INPUT: the model does not carry it, or another one's; MARU_E_MEMORY
MARU_MUST_USE maru_status explainer_open(const struct fitted_model *model, struct explainer **out,
                                         maru_error *err);
void explainer_close(struct explainer *explainer); // accepts NULL

// Explain rows that the model's recipe has made.
//   in      x (n_row, n_feature); group (n_row): of a class model the class, NULL: 0
//   out     added (n_row, n_feature); usual (n_row) what they are added to
//   errors  MARU_E_RANGE: an infinite value; MARU_E_INPUT, MARU_E_MEMORY
//   source  trees: Shapley values, S. Lundberg, G. Erion, S.-I. Lee, arXiv 1802.03888; linear: weight times distance from the usual value
struct explained {
    const float *x;
    const uint32_t *group;
    uint32_t n_row;
};
MARU_MUST_USE maru_status explainer_ask(struct explainer *explainer, const struct explained *rows,
                                        double *added, double *usual, maru_error *err);

#endif
