// How rows of training wandered: where each column stands for each product that was made, and for how many rows it stays where it is. Rows that come later are
// held against that: a campaign of a product that training has seen is no drift, and of 200 rows that are alike there may be no more to learn than of 20.
//
// A value counts by the score of its bin (drift_scores). The product is the word of that column of words which says most about the others.
#ifndef LEARN_WANDER_H
#define LEARN_WANDER_H

#include <stdint.h>

#include "learn/drift/drift.h"

enum {
    WANDER_MAX_COLUMNS = 16, // of words that are tried
    WANDER_LEAST_ROWS = 10,  // of a word, for it to have levels
};

struct wander {
    uint32_t first,
        n_word; // features that are 1 where the product is this word; n_word 0: there is one product
    const uint64_t *n_row; // (n_word + 1) rows of each; the last: those of none of the words
    const double
        *level; // (n_word + 1, n_feature) mean score of each, 0 of fewer than WANDER_LEAST_ROWS
    const double *spread; // (n_feature) variance of scores about these
    const double *spell;  // (n_feature) rows that together say no more than one alone, 1 to n
};

struct wander_words {
    uint32_t first, n_word;
};

struct wander_input {
    const float *x; // (n_row, n_feature) in the order that they came
    uint32_t n_row, n_feature;
    const struct drift_reference *reference; // (n_feature)
    const double *weight;                    // (n_feature) how much each matters; 0 of words
    const struct wander_words
        *words; // (n_words), columns of words; of more than WANDER_MAX_COLUMNS the first
    uint32_t n_words;
};

//   memory  from `arena`
//   errors  what the arena says
//   cost    O(n_row x n_feature x n_words)
//   source  lag-one correlation and its bias: F. H. C. Marriott, J. A. Pope, Biometrika 41 (1954) 390-402; batch means: A. M. Law,
//           Simulation Modeling and Analysis, 5th ed. 2015, 9.5.3
MARU_MUST_USE maru_status wander_find(const struct wander_input *input, struct arena *arena,
                                      struct wander *out, maru_error *err);

// The product of a row: 0 to n_word.
//   in      x (n_feature)
uint32_t wander_product(const struct wander *wander, const float *x);

// How many rows say no more than one alone, where the steps from one to the next have half the mean square `step` and the values the variance `spread`:
// (1 + r) / (1 - r) of r = 1 - step / spread, which few rows make too small. 1 to n.
double wander_spell(double step, double spread, double n);

// The spell of values in the order that they came.
//   in      value (n), NaN: missing
//   memory  from `arena`
//   errors  what the arena says
MARU_MUST_USE maru_status wander_spell_of(const double *value, uint32_t n, struct arena *arena,
                                          double *spell, maru_error *err);

// What share of n codes that follow each other counts, in (0, 1]: 1 where neighbors are not alike. The smaller of (1 - r) / (1 + r), r
// the correlation of neighbors, and of what the means of ten parts differ by.
//   in      code (n) at intervals of `step`, a ring of n with its oldest at `from`
//   source  G. S. Maddala, I.-M. Kim: Unit Roots, Cointegration and Structural Change, 1998 (long-run variance); batch means: A. M. Law,
//           Simulation Modeling and Analysis, 5th ed. 2015, 9.5.3
double rows_worth(const uint8_t *code, uint32_t n, uint32_t step, uint32_t from);

#endif
