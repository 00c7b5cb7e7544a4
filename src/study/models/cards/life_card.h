// A model of remaining life, and what it says of units, for people and programs.
#ifndef STUDY_LIFE_CARD_H
#define STUDY_LIFE_CARD_H

#include "learn/history/life_table.h"
#include "study/models/predictions.h"
#include "study/words/words.h"

// What it looks at, what it learned from, how far off it was for units held out, what to beware of.
void life_card_add_text(struct text *out, const struct life_table *table, enum lang lang);
void life_card_add_json(struct text *out, const struct life_table *table);

// Remaining life of units. CSV: unit, rows, remaining, low, high, whether it may be more; plain: the number a line.
void life_asked_add(struct text *out, const struct life_table *table,
                    const struct life_asked *asked, enum predictions_form form);

#endif
