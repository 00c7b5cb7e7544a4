#include "learn/models/recipe_row.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"

// What a table of one row would give, without one: the names are looked for once, and a row is a walk over the recipe's columns.

maru_status recipe_row_bind(const struct recipe *recipe, const char *const *name, uint32_t n_cell,
                            struct arena *arena, struct recipe_row *out, maru_error *err) {
    struct recipe_row made = {.recipe = recipe, .n_cell = n_cell};
    uint32_t *cell = arena_take(arena, (size_t)recipe->n_column + 1, sizeof *cell);
    if (!cell) {
        return arena_refusal(arena, err);
    }
    for (uint32_t c = 0; c < recipe->n_column; c++) {
        cell[c] = UINT32_MAX;
        for (uint32_t i = 0; i < n_cell && cell[c] == UINT32_MAX; i++) {
            cell[c] = strcmp(name[i], recipe->column[c].name) == 0 ? i : UINT32_MAX;
        }
        made.n_found += cell[c] != UINT32_MAX;
    }
    if (made.n_found == 0) {
        return fail(err, MARU_E_INPUT, "there is none of the columns of the model, such as \"%s\"",
                    recipe->column[0].name);
    }
    made.cell = cell;
    *out = made;
    return MARU_OK;
}

static float number_of(const struct recipe_cell *cell) {
    double value = cell->number;
    if (cell->word && !number_double(cell->word, strlen(cell->word), &value)) {
        return NAN;
    }
    const float x = (float)value;
    return isinf(x) ? NAN : x;
}

static bool is_missing(const struct recipe_cell *cell) {
    return cell->word ? cell->word[0] == '\0' : !isfinite(cell->number);
}

// n_word: it is none of them.
static uint32_t word_of(const struct recipe_column *column, const struct recipe_cell *cell) {
    for (uint32_t w = 0; cell->word && w < column->n_word; w++) {
        if (strcmp(cell->word, column->word[w]) == 0) {
            return w;
        }
    }
    return cell->word ? column->n_word : recipe_word_of_number(column, cell->number);
}

static uint32_t fill_words(const struct recipe_column *column, const struct recipe_cell *cell,
                           float *x) {
    const bool is_there = cell && !is_missing(cell);
    const uint32_t word = is_there ? word_of(column, cell) : column->n_word;
    for (uint32_t w = 0; w < column->n_word; w++) {
        x[w] = !is_there ? NAN : word == w ? 1.0F : 0.0F;
    }
    return is_there && recipe_is_new_word(column, word);
}

uint32_t recipe_row_fill(const struct recipe_row *row, const struct recipe_cell *cell, float *x) {
    uint32_t n_new = 0;
    float *const begin = x;
    for (uint32_t c = 0; c < row->recipe->n_column; c++) {
        const struct recipe_column *column = &row->recipe->column[c];
        const struct recipe_cell *one = row->cell[c] != UINT32_MAX ? &cell[row->cell[c]] : NULL;
        if (column->kind == FRAME_NUMBER) {
            *x++ = one ? number_of(one) : NAN;
        } else {
            n_new += fill_words(column, one, x);
            x += column->n_word;
        }
    }
    recipe_finish_row(row->recipe, begin);
    return n_new;
}
