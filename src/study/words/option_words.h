// The options of the model for people and programs: what each means, in both languages, and as JSON.
#ifndef STUDY_OPTION_WORDS_H
#define STUDY_OPTION_WORDS_H

#include "base/text.h"
#include "maru/sim.h"
#include "study/words/words.h"

// One sentence, and what may be chosen.
//   memory  static
const char *option_meaning(const maru_option *option, enum lang lang);
const char *option_choices(const maru_option *option, enum lang lang);

// {"items": [{"name", "default", "kind", "choices" or "lowest" and "highest", "meaning"}, ...]}
void options_add_json(struct text *out);

#endif
