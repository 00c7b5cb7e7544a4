// How a row of a table becomes the numbers that a model asks: which columns, which words of them. Made from training rows alone, kept in the
// model, and applied to any table that has columns of the same names.
#ifndef LEARN_RECIPE_H
#define LEARN_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/binary.h"
#include "base/text.h"
#include "learn/combinations/combinations.h"
#include "maru/status.h"
#include "signal/frame.h"

enum {
    RECIPE_MAX_COLUMNS = 20000,
    RECIPE_MAX_FEATURES = 20000,
    RECIPE_MAX_WORDS = 30, // of a column that become features; rarer ones are none of them
    RECIPE_LEAST_ROWS = 5, // that a word needs to become a feature
    RECIPE_MAX_COMBINATIONS = 16,
};

enum feature_form {
    FEATURE_NUMBER, // the value of a column of numbers
    FEATURE_WORD, // 1 where the column has this word, 0 where it has another, missing where it has none
    FEATURE_COMBINED, // a product, ratio, difference or sum of two features of numbers
    N_FEATURE_FORM
};

struct recipe_column {
    const char *name, *unit;
    const char *const *word; // (n_word) the words that became features
    uint32_t n_word;
    uint8_t kind; // FRAME_NUMBER or FRAME_WORD
};

struct feature {
    uint8_t form;    // enum feature_form
    uint32_t column; // of the recipe; FEATURE_COMBINED: the combination
    uint32_t word;   // of the column
};

struct recipe {
    const struct recipe_column *column; // (n_column)
    const struct feature *feature; // (n_feature), in the order of their columns, then combinations
    const struct combination *combination; // (n_combination) of features of numbers
    uint32_t n_column, n_feature, n_combination;
};

// A recipe for some columns of a frame: numbers as they are, each word of a column of words that enough rows have.
//   in      column (n_column) of the frame; row (n_row): the training rows
//   memory  in `arena`; the frame may go
//   errors  MARU_E_INPUT: no column is left with two values; MARU_E_LIMIT, MARU_E_MEMORY
struct recipe_input {
    const struct frame *frame;
    const uint32_t *column, *row;
    uint32_t n_column, n_row;
};
MARU_MUST_USE maru_status recipe_make(const struct recipe_input *input, struct arena *arena,
                                      struct recipe *out, maru_error *err);

// The same recipe with combinations as features behind its own.
//   in      recipe without combinations; combination (n) of its features of numbers, n up to RECIPE_MAX_COMBINATIONS
//   memory  in `arena`; columns stay the recipe's
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status recipe_combine(const struct recipe *recipe,
                                         const struct combination *combination, uint32_t n,
                                         struct arena *arena, struct recipe *out, maru_error *err);

// Fill in the combinations of a row whose other features are there.
//   in/out  x (n_feature)
void recipe_finish_row(const struct recipe *recipe, float *x);

// What a table lacks for a recipe.
struct recipe_fit {
    uint32_t n_found;    // columns found by name and of the kind that is needed
    const char *missing; // the first that was not, NULL: none
    uint64_t n_new_word,
        n_odd; // cells with a new word (recipe_is_new_word); infinite numbers, taken as missing
};

// Rows as numbers.
//   in      row (n_row) of the frame, NULL: the first n_row
//   out     x (n_row, n_feature), NaN: missing
//   errors  MARU_E_INPUT: not one column is there; MARU_E_MEMORY
MARU_MUST_USE maru_status recipe_apply(const struct recipe *recipe, const struct frame *frame,
                                       const uint32_t *row, uint32_t n_row, float *x,
                                       struct recipe_fit *fit, maru_error *err);

// Which word of a column a number is as text; n_word: none.
uint32_t recipe_word_of_number(const struct recipe_column *column, double number);

// Is what recipe_word_of_number and others call none of the words surely one that training rows did not have often? A column that became one
// feature had other words, too, and does not know which: there nothing is new.
bool recipe_is_new_word(const struct recipe_column *column, uint32_t word);

// "zone 3 [°C]", "tool = ETCH-2", "torque [Nm] × speed [rpm]".
void recipe_name_feature(const struct recipe *recipe, uint32_t feature, struct text *out);

void recipe_write(const struct recipe *recipe, struct text *out);

// Read it back. Bytes are hostile.
//   memory  in `arena`
//   errors  MARU_E_INPUT, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status recipe_read(struct binary *in, struct arena *arena, struct recipe *out,
                                      maru_error *err);

#endif
