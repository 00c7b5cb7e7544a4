// A model of rows at work (yes or no, a class, a number): each row is answered at once; truths come later, or never. It watches what comes in and
// how wrong it is, and its intervals follow.
//
//     row -> recipe_row -> fitted_model -> answer -> intervals of truth_watch
//             \-> input_watch                  truth -> truth_watch
#ifndef LEARN_LIVING_ROWS_H
#define LEARN_LIVING_ROWS_H

#include "learn/living/living_kind.h"

struct living_rows {
    struct fitted_model model;
    struct answer_room room;
    struct arena arena;    // of the row
    struct arena names;    // of features
    const char **name;     // (n_feature)
    struct recipe_row row; // row.cell NULL: not bound
    float *x;              // (n_feature) of the last row
    struct input_watch inputs;
    struct truth_watch truths;
};

// From the bytes of a model.
//   memory  living_free
//   errors  of fitted_model_read, input_watch_init, truth_watch_init
MARU_MUST_USE maru_status living_rows_new(const void *bytes, size_t n,
                                          const struct living_options *options,
                                          struct living_rows **out, maru_error *err);
void living_rows_free(struct living_rows *living); // accepts NULL

// What the values of rows are called, from now on.
//   errors  of recipe_row_bind; rows cannot be answered then
MARU_MUST_USE maru_status living_rows_bind(struct living_rows *living, const char *const *name,
                                           uint32_t n, maru_error *err);

// Answer a row; intervals are those that hold now.
//   in      cell (n) as bound; tool: "" where it is not known
//   out     answer; probabilities of classes are in living->room until the next
//   cost    that of the model, and O(features)
void living_rows_answer(struct living_rows *living, const struct recipe_cell *cell,
                        const char *tool, struct model_answer *answer);

// Let the row that was answered last count among those that came.
//   out     *is_judged: there is a new verdict about inputs
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status living_rows_count(struct living_rows *living, bool *is_judged,
                                            maru_error *err);

// What a cell of its target says: 0 or 1, bad (YES_NO), the number of a class, a number; NaN: nothing that the model knows.
double living_rows_truth_of(const struct living_rows *living, const char *cell);

// The share of an error among those of training, in [0, 1]; NaN: there are none.
double living_rows_share(const struct living_rows *living, double error);

// Why it should not be used any more.
enum living_reason living_rows_reason(const struct living_rows *living);

// Somebody says it is to be used all the same: what spoke against it is forgotten; widths are not.
void living_rows_forgive(struct living_rows *living);

// What it has seen as bytes, as living_bytes_write and living_bytes_read.
MARU_MUST_USE maru_status living_rows_write(const struct living_rows *living, struct text *out,
                                            maru_error *err);
MARU_MUST_USE maru_status living_rows_read(struct living_rows *living, const void *bytes, size_t n,
                                           maru_error *err);

#endif
