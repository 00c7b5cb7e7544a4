// How a model's answers go with a column, as one sentence: where they rise or fall, and where they no longer do.
#ifndef STUDY_DEPENDENCE_WORDS_H
#define STUDY_DEPENDENCE_WORDS_H

#include "learn/models/fitted_model.h"
#include "study/words/words.h"

// What a curve does. All but flat: between the points `from` and `to`, or around `from`.
enum curve_form { CURVE_FLAT, CURVE_RISE, CURVE_FALL, CURVE_VALLEY, CURVE_PEAK };

struct curve {
    uint8_t form; // enum curve_form
    uint32_t from, to;
};

// The form of at least two points; changes up to `least` are none.
struct curve curve_of(const struct dependence_point *point, uint32_t n, double least);

// "zone 3 [°C]: from 181 to 193, the share of bad ones rises from 2 % to 9 %; above that it changes no more"
void dependence_add_words(struct text *out, const struct fitted_model *model,
                          const struct card_dependence *dependence, enum lang lang);

#endif
