// A model at work: rows come one by one, each is answered at once; truths come later, or never. It watches what comes in and how wrong it is,
// and its intervals follow. It decides nothing: `living_reason` says when it should not be used any more.
//
//     row -> recipe_row -> fitted_model -> answer -> intervals of truth_watch
//             \-> input_watch                  truth -> truth_watch
#ifndef LEARN_LIVING_MODEL_H
#define LEARN_LIVING_MODEL_H

#include "learn/living/input_watch.h"
#include "learn/living/truth_watch.h"
#include "learn/models/recipe_row.h"

enum { LIVING_MAX_STATE_BYTES = 64 << 20 };

struct living_options {
    struct input_options inputs;
    struct truth_options truths;
};
struct living_options living_options_usual(void);

struct living {
    struct fitted_model model;
    struct answer_room room;
    struct arena arena;    // of the row
    struct recipe_row row; // row.cell NULL: not bound
    float *x;              // (n_feature) of the last row
    struct input_watch inputs;
    struct truth_watch truths;
};

// From the bytes of a model.
//   memory  living_free
//   errors  of fitted_model_read, input_watch_init, truth_watch_init
MARU_MUST_USE maru_status living_new(const void *bytes, size_t n,
                                     const struct living_options *options, struct living **out,
                                     maru_error *err);
void living_free(struct living *living); // accepts NULL

// What the values of rows are called, from now on.
//   errors  of recipe_row_bind; rows cannot be answered then
MARU_MUST_USE maru_status living_bind(struct living *living, const char *const *name, uint32_t n,
                                      maru_error *err);

// Answer a row; intervals are those that hold now.
//   in      cell (n) as bound; tool: "" where it is not known
//   out     answer; probabilities of classes are in living->room until the next
//   cost    that of the model, and O(features)
void living_answer(struct living *living, const struct recipe_cell *cell, const char *tool,
                   struct model_answer *answer);

// Let the row that was answered last count among those that came.
//   out     *is_judged: there is a new verdict about inputs
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status living_count(struct living *living, bool *is_judged, maru_error *err);

// What a cell of its target says: 0 or 1, bad (YES_NO), the number of a class, a number; NaN: nothing that the model knows.
double living_truth_of(const struct living *living, const char *cell);

// The share of an error among those of training, in [0, 1]; NaN: there are none.
double living_share(const struct living *living, double error);

enum living_reason { LIVING_FINE, LIVING_INPUTS, LIVING_ERRORS };

// Why it should not be used any more.
enum living_reason living_reason(const struct living *living);

// Somebody says it is to be used all the same: what spoke against it is forgotten; widths are not.
void living_forgive(struct living *living);

// What it has seen as bytes, the same on every machine: `MARULIVE`, version, fingerprint of the model, state, digest.
MARU_MUST_USE maru_status living_write(const struct living *living, struct text *out,
                                       maru_error *err);

// Take up what was written of the same model with the same options.
//   errors  MARU_E_INPUT: of another model or version, cut off, changed, contradicting itself: it has then seen nothing; MARU_E_MEMORY
MARU_MUST_USE maru_status living_read(struct living *living, const void *bytes, size_t n,
                                      maru_error *err);

#endif
