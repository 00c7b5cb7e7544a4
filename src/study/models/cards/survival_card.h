// A model of how long units live, and what it says of units, for people and programs.
#ifndef STUDY_SURVIVAL_CARD_H
#define STUDY_SURVIVAL_CARD_H

#include "learn/survival/survival_model.h"
#include "study/table.h"
#include "study/words/words.h"

// Whether units wear, when to replace them, what shortens lives, how good that was on lives held out, what to beware of.
void survival_card_add_text(struct text *out, const struct survival_model *model, enum lang lang,
                            struct look look);

// The same as one JSON document, with the curves.
void survival_card_add_json(struct text *out, const struct survival_model *model);

#endif
