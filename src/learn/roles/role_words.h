// Words in the names of columns and in their cells that tell what a column is.
#ifndef LEARN_ROLE_WORDS_H
#define LEARN_ROLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum word_list {
    WORDS_TARGET,     // the verdict, or how many are bad
    WORDS_BAD_NAME,   // of them, a larger number is worse
    WORDS_GOOD_NAME,  // of them, a larger number is better
    WORDS_COUNT_NAME, // says that it counts
    WORDS_SHARE_NAME, // says that it is a share
    WORDS_KIND_NAME,  // kinds of defects
    WORDS_AMOUNT,     // of how many
    WORDS_TIME_MADE,  // when it was made rather than typed in
    WORDS_LOT,
    WORDS_TOOL,
    WORDS_IDENTIFIER,
    WORDS_LOWER, // limits
    WORDS_UPPER,
    WORDS_AFTER, // written after the verdict
    WORDS_REMARK,
    WORDS_GOOD, // cells
    WORDS_BAD,
    WORDS_YES,
    N_WORD_LIST
};

// Does a name have one of the words? Korean ones anywhere, others as a word of their own: "LotNo", "lot_no" and "LOT NO" all have "lot".
bool words_in_name(enum word_list list, const char *name);

// Is a cell one of the words, but for case and blanks?
bool words_is(enum word_list list, const char *cell);

#endif
