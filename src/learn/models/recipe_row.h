// One row without a table: values that come by their names, in the same order each time, become the numbers that a model asks.
#ifndef LEARN_RECIPE_ROW_H
#define LEARN_RECIPE_ROW_H

#include "learn/models/recipe.h"

struct recipe_cell {
    const char *word; // NULL: it is a number; "": missing
    double number;    // NaN, or infinite: missing
};

struct recipe_row {
    const struct recipe *recipe;
    const uint32_t *cell;     // (recipe->n_column) which cell each column is, UINT32_MAX: none
    uint32_t n_cell, n_found; // columns that there are cells for
};

// Find the columns of a recipe among the names of cells; of two of one name the first counts.
//   in      name (n_cell)
//   memory  in `arena`; the recipe stays where it is
//   errors  MARU_E_INPUT: not one column is there; MARU_E_MEMORY, MARU_E_LIMIT
//   cost    O(columns * n_cell)
MARU_MUST_USE maru_status recipe_row_bind(const struct recipe *recipe, const char *const *name,
                                          uint32_t n_cell, struct arena *arena,
                                          struct recipe_row *out, maru_error *err);

// The numbers of one row: the same as recipe_apply makes of a table with these columns. A number may stand for a word, and a word that
// is a number for a number.
//   in      cell (n_cell)
//   out     x (recipe->n_feature), NaN: missing; how many cells have a word that training rows did not have
uint32_t recipe_row_fill(const struct recipe_row *row, const struct recipe_cell *cell, float *x);

#endif
