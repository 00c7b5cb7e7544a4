// A model of process faults, and what it says of samples, for people and programs.
#ifndef STUDY_FAULT_CARD_H
#define STUDY_FAULT_CARD_H

#include "learn/faults/fault_model.h"
#include "study/table.h"
#include "study/words/words.h"

// How often normal rows raise an alarm, how soon each fault is seen, how often it gets its name and for which other it is taken, what to
// beware of.
void fault_card_add_text(struct text *out, const struct fault_model *model, enum lang lang,
                         struct look look);

// The same as one JSON document, with the confusion of all faults.
void fault_card_add_json(struct text *out, const struct fault_model *model);

// One answer as sentences on one line.
void fault_card_add_why(struct text *out, const struct fault_model *model,
                        const struct fault_answer *answer, enum lang lang);

#endif
