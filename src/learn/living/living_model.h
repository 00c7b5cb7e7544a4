// A model at work, of any kind that can live: windows come one by one, each is answered at once; truths and ends of lives come later, or never.
// It watches what comes in and how wrong it is. It decides nothing: `living_reason` says when it should not be used any more.
//
//     window -> living_answer -> what is said          living_rows.c: yes or no, a class, a number
//            -> living_count                           living_odd.c: how odd it is
//     truth  -> living_learn                           living_life.c: how long its unit still runs
//     end    -> living_end                             living_survival.c: the same by its age
#ifndef LEARN_LIVING_MODEL_H
#define LEARN_LIVING_MODEL_H

#include "learn/living/living_kind.h"

struct living;

// From the bytes of a model.
//   memory  living_free
//   errors  MARU_E_INPUT: of no kind that can live; of the kind's own reader; MARU_E_MEMORY
MARU_MUST_USE maru_status living_new(const void *bytes, size_t n,
                                     const struct living_options *options, struct living **out,
                                     maru_error *err);
void living_free(struct living *living); // accepts NULL

// What the values of windows are called, from now on.
//   errors  MARU_E_INPUT: the model looks at none of them; windows cannot be answered then
MARU_MUST_USE maru_status living_bind(struct living *living, const char *const *name, uint32_t n,
                                      maru_error *err);

// Answer a window. A unit's history takes it in, once, however often it is made.
//   out     said: texts and lists last until the next answer
//   errors  MARU_E_MEMORY: nothing is said
//   cost    that of the model, and O(features)
MARU_MUST_USE maru_status living_answer(struct living *living, const struct living_window *window,
                                        struct living_said *said, maru_error *err);

// Let the window that was answered last count among those that came.
//   out     *is_judged: there is a new verdict about inputs
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status living_count(struct living *living, bool *is_judged, maru_error *err);

// A unit failed, or was replaced: its history begins anew, and what was said of it is compared with how long it ran. An end that is told
// twice, or is older than the last one of its unit, changes nothing.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status living_end(struct living *living, const struct living_end *end,
                                     maru_error *err);

// Does it want to know when lives end?
bool living_has_lives(const struct living *living);

// What a cell of its target says: 0 or 1, bad (yes or no), the number of a class, a number; NaN: nothing that the model knows.
double living_truth_of(const struct living *living, const char *cell);

// Learn from a truth.
//   out     *error
//   errors  MARU_E_RANGE: not finite, or no probability; all is as before
MARU_MUST_USE maru_status living_learn(struct living *living, const struct living_truth *truth,
                                       double *error, maru_error *err);

// An error between 0 and 1: a probability's as it is, a number's by its share among those of training. NaN: there are none.
double living_share(const struct living *living, double error);

// Why it should not be used any more.
enum living_reason living_reason(const struct living *living);

// Somebody says it is to be used all the same: what spoke against it is forgotten; widths and histories are not.
void living_forgive(struct living *living);

struct living_state living_state_of(const struct living *living);

// Units whose lives are told, by name; 0 for kinds without them.
uint32_t living_units(const struct living *living);
void living_unit_of(const struct living *living, uint32_t unit, struct living_unit *out);

// As living_bytes_write and living_bytes_read.
MARU_MUST_USE maru_status living_write(const struct living *living, struct text *out,
                                       maru_error *err);
MARU_MUST_USE maru_status living_read(struct living *living, const void *bytes, size_t n,
                                      maru_error *err);

#endif
