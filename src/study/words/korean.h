// What the program says in Korean, made of the English sentence.
//
// A sentence is written in English where the fault is found, and nowhere else. Here a table of patterns
// (korean_list.h) finds what it is made of, so that Korean needs no second sprintf beside each of them,
// and a program may still look for the English.
#ifndef STUDY_KOREAN_H
#define STUDY_KOREAN_H

#include <stdbool.h>

#include "base/text.h"
#include "study/words/words.h"

// Append the Korean of a sentence, or of its parts between ": " where only they are known. What is not
// known stays as it is; false: nothing of it was known.
bool korean_add(struct text *out, const char *sentence);

// The same in the language that is asked for.
void sentence_add(struct text *out, enum lang lang, const char *sentence);

#endif
