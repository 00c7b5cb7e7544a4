// Every word that the command and its report say, in both languages.
//
// A text may hold places {1} to {9} for arguments. In Korean the particle behind an argument
// depends on its last sound:
// "{1}[은/는]" takes the first form after a consonant, the second after a vowel, "[으로/로]" as the
// grammar wants it.
#ifndef STUDY_WORDS_H
#define STUDY_WORDS_H

#include "base/text.h"
#include "study/words/fault_words_list.h"
#include "study/words/kind_words_list.h"
#include "study/words/map_words_list.h"
#include "study/words/pool_words_list.h"
#include "study/words/replay_words_list.h"
#include "study/words/round_words_list.h"
#include "study/words/words_list.h"

enum lang { LANG_EN, LANG_KO, N_LANG };

#define WORD_ID(id, en, ko) W_##id,
enum word {
    WORDS(WORD_ID) KIND_WORDS(WORD_ID) MAP_WORDS(WORD_ID) FAULT_WORDS(WORD_ID) POOL_WORDS(WORD_ID)
        REPLAY_WORDS(WORD_ID) ROUND_WORDS(WORD_ID) HELP_WORDS(WORD_ID) N_WORD
};
#undef WORD_ID

// The text as it stands in the list.
//   memory  static
const char *word(enum lang lang, enum word id);

// Append a text with its places filled. arguments: up to 9, a NULL behind the last.
void words_add(struct text *out, enum lang lang, enum word id, const char *const *arguments);

// The same for a text that does not stand in the list.
void words_fill(struct text *out, enum lang lang, const char *text, const char *const *arguments);

// The language that the environment asks for: Korean when LC_ALL, LC_MESSAGES or LANG (the first
// that is set) starts with "ko", else English.
enum lang words_language(const char *lc_all, const char *lc_messages, const char *lang);

#endif
