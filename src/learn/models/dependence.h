// How a model's answer goes with one feature: for each of some values of it, what the model answers on average when training rows have that
// value there and are otherwise as they are. It says what the model does, not what the line does: where columns go together, some of
// these rows do not exist.
#ifndef LEARN_DEPENDENCE_H
#define LEARN_DEPENDENCE_H

#include "learn/models/fitted_model.h"

enum { DEPENDENCE_ROWS = 500 }; // of the training rows that are asked with each value

// Follow one feature. Values are the middles of equal parts of what the rows have, or all of them where they are few; of a word: no and yes, and
// where it is yes the other words of its column are no.
//   in      x (n_row, n_feature): training rows; feature below n_feature. The model answers: all but its card is in place
//   out     n_point 0: the rows have fewer than two values of it. CLASS: the class whose probability it moves most
//   errors  MARU_E_MEMORY
//   cost    DEPENDENCE_ROWS x MODEL_MAX_POINTS answers
//   source  J. H. Friedman, Annals of Statistics 29 (2001) 1189-1232, section 8.2 (partial dependence)
MARU_MUST_USE maru_status dependence_find(const struct fitted_model *model, const float *x,
                                          uint32_t n_row, uint32_t feature,
                                          struct card_dependence *out, maru_error *err);

#endif
