// The search for the strongest cut of each column, and what the same search finds by chance.
#ifndef LEARN_CAUSE_SEARCH_H
#define LEARN_CAUSE_SEARCH_H

#include "learn/causes/cause_columns.h"

// What a set of rows holds of the target, and what it would hold if nothing went with anything.
struct cause_tally {
    double observed, expected, n;
    double block[CAUSE_MAX_BLOCKS]; // rows in each block of time
};

void cause_tally_add(struct cause_tally *to, const struct cause_tally *more);

// How strongly the rows of `in` differ from the others of `all`: about a chi-square of one degree of freedom where rows are
// independent; negative where they have less than expected. 0 where nothing can be said.
double cause_strength(const struct cause_span *span, const struct cause_moment *moment,
                      const struct cause_tally *in, const struct cause_tally *all);

struct cause_cut {
    uint64_t in, all; // sets of codes
    double strength;  // as above
};

struct cause_search {
    const struct cause_rows *rows;
    struct cause_span span;
    struct cause_column *column; // (n_column)
    uint32_t n_column;
    uint8_t *move;     // (n_column) enum cause_move, how its targets are moved
    uint32_t *slot;    // (n_column) where its codes lie: columns of one move stand together
    uint32_t *in_slot; // (n_column) the column there
    uint8_t *code;     // (n_column in blocks, n_early, columns of a block)
    uint32_t stride;   // columns of a block
    float *count;      // (n_column, CAUSE_CODES, CAUSE_MAX_BLOCKS) rows
    uint32_t *seen;    // (n_column, CAUSE_CODES) of the target itself, weights
    float *root; // (1 + n_move, n_column) root of the strongest; first that of the target itself
    double *mean, *spread;         // (n_column) of the roots of moved targets
    double *mean_all, *spread_all; // (n_column) with that of the target itself
    double *largest;               // (n_move) largest of all columns, in spreads; sorted
    struct cause_moment moment;    // of the target itself
    struct cause_cut *best;        // (n_column) of the target itself
    uint64_t n_cut;
};

// Columns must be different. Fills all.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status cause_search_run(const struct cause_rows *rows,
                                           struct cause_column *column, uint32_t n_column,
                                           const struct causes_input *input, struct arena *arena,
                                           struct cause_search *out, maru_error *err);

// Strength of a set of codes of a column, in the early rows.
double cause_search_strength(const struct cause_search *search, uint32_t column, uint64_t in,
                             uint64_t all);

// A strength in spreads of what moved targets give in the column; what chance passes in one of the columns once in twenty.
double cause_search_spreads(const struct cause_search *search, uint32_t column, double strength);
double cause_search_threshold(const struct cause_search *search);

// The share of targets, this one among them, whose largest of all columns is at least as large.
double cause_search_p(const struct cause_search *search, uint32_t column, double strength);

uint8_t cause_search_code(const struct cause_search *search, uint32_t column, uint32_t place);

#endif
