// A model's card for people: on a terminal, and as JSON.
#ifndef STUDY_CARD_H
#define STUDY_CARD_H

#include "learn/models/fitted_model.h"
#include "study/table.h"
#include "study/words/words.h"

// What it is for, what it learned from, how good it was on rows that it had never seen, what it goes by, what to beware of.
void card_add_text(struct text *out, const struct fitted_model *model, enum lang lang,
                   struct look look);

// The same as one JSON document, with everything on the card.
void card_add_json(struct text *out, const struct fitted_model *model);

// One warning as a line of a card, of whichever kind of model.
void card_add_warning(struct text *out, struct look look, const char *text);

// The warning's name in the JSON: "no_better".
void card_warning_key(enum card_warning warning, char *out, size_t n_bytes);

#endif
