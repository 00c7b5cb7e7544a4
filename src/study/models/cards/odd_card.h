// A model of odd rows, for people and programs.
#ifndef STUDY_ODD_CARD_H
#define STUDY_ODD_CARD_H

#include "learn/anomaly/odd_model.h"
#include "study/table.h"
#include "study/words/words.h"

// How often good rows are called odd, how often later rows were, what made them so, whether they are those that a label calls bad.
void odd_card_add_text(struct text *out, const struct odd_model *model, enum lang lang,
                       struct look look);
void odd_card_add_json(struct text *out, const struct odd_model *model);

#endif
