// A model of wafer maps for people and programs: what it tells apart, and how good it was on lots that it had never seen.
#ifndef STUDY_MAP_CARD_H
#define STUDY_MAP_CARD_H

#include "study/table.h"
#include "study/words/words.h"
#include "train/maps/map_model.h"

void map_card_add_text(struct text *out, const struct map_model *map, enum lang lang,
                       struct look look);
void map_card_add_json(struct text *out, const struct map_model *map);

#endif
