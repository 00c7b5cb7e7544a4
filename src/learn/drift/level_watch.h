// Do columns still stand where they stood in training? Four memories of each, of about 60 to 4000 rows, tell it: short ones see a large shift soon, long ones a small
// one at last.
//
// What is remembered is the score of a value's bin less the level of the row's product (learn/drift/wander.h). Rows that follow each other are alike, in training and
// now, so that a mean of n of them has the variance spread x spell / n; the larger spell holds, of training's and of what is seen now.
#ifndef LEARN_LEVEL_WATCH_H
#define LEARN_LEVEL_WATCH_H

#include "base/binary.h"
#include "learn/drift/wander.h"

enum { LEVEL_SPANS = 4 };

struct level_input {                         // what training looked like
    const struct drift_reference *reference; // (n_feature)
    const struct wander *wander;
    uint32_t n_feature;
    const uint32_t *first; // (n_feature + 1) where the scores of each feature's bins begin
};

struct level_watch {
    struct level_input in;
    double *score;  // (first[n_feature])
    double *recent; // (LEVEL_SPANS, n_feature) means of the last rows, of each span
    double *square,
        *step;    // (n_feature) of the third span: of squares, and of half the squares of steps
    double *last; // (n_feature) of the row before
    double *mix;  // (LEVEL_SPANS, n_word + 1) shares of products
    double left[LEVEL_SPANS]; // what the beginning, of which nothing is known, still weighs
    uint64_t n;
};

// A watch that has seen nothing.
//   memory  from `arena`; what input points to stays where it is
//   errors  what the arena says
MARU_MUST_USE maru_status level_watch_init(struct level_watch *watch,
                                           const struct level_input *input, struct arena *arena,
                                           maru_error *err);
void level_watch_reset(struct level_watch *watch);

// The next row.
//   in      bin and x (n_feature)
//   cost    O(n_feature + n_word)
void level_watch_step(struct level_watch *watch, const uint8_t *bin, const float *x);

// How many rows of a feature say no more than one alone, 1 or more.
double level_watch_spell(const struct level_watch *watch, uint32_t feature);

// That a feature's level strays as far without drift; 1 where there are too few rows to tell. The four spans are corrected for.
//   source  S. W. Roberts, Technometrics 1 (1959) 239-250 (means that forget); W. Schmid, Frontiers in Statistical Quality Control 5 (1997) 115-137 (rows that are alike)
double level_watch_p(const struct level_watch *watch, uint32_t feature, double spell);

void level_watch_write(const struct level_watch *watch, struct text *out);
void level_watch_read(struct level_watch *watch, struct binary *in); // hostile: in->is_bad tells

#endif
