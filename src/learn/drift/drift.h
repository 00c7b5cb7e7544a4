// Is a column still what the model has learned from? Its reference is kept in the model: bins with about the same number of rows each, or
// the words of a category, and how many rows each had. Recent values are counted into the same bins.
#ifndef LEARN_DRIFT_H
#define LEARN_DRIFT_H

#include <stdint.h>

#include "base/arena.h"

enum { DRIFT_MAX_BINS = 64, DRIFT_MAX_WORDS = 100000 };

// Bins are: a cell for each span of values, or for each word; then one for words never seen (categories), then one for missing.
struct drift_reference {
    // (n_edge) rising strictly: bin k holds edge[k - 1] < value <= edge[k]; NULL for categories
    const double *edge;
    uint32_t n_edge;
    uint32_t n_word;       // 0 for numbers
    const uint64_t *count; // (drift_bins_of)
    uint64_t n;            // their sum
    // smallest and largest finite value; NaN where there is none, and for categories
    double least, most;
};

uint32_t drift_bins_of(const struct drift_reference *reference);

// Is it one that may be compared with? For those that were kept as bytes: edges rise, counts add up, sizes are within their caps.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status drift_check(const struct drift_reference *reference, maru_error *err);

// Keep what a column of numbers was. NaN is missing; infinite values count to the outer bins.
//   in      value (n), n_bin 2 to DRIFT_MAX_BINS, fewer where values repeat; 10 is usual
//   memory  from `arena`
//   errors  MARU_E_RANGE, MARU_E_LIMIT; what the arena says
MARU_MUST_USE maru_status drift_keep_numbers(const double *value, uint32_t n, uint32_t n_bin,
                                             struct arena *arena, struct drift_reference *out,
                                             maru_error *err);

// The same of a column of words.
//   in      word (n) below n_word, or UINT32_MAX: missing
MARU_MUST_USE maru_status drift_keep_words(const uint32_t *word, uint32_t n, uint32_t n_word,
                                           struct arena *arena, struct drift_reference *out,
                                           maru_error *err);

// Count recent values into the bins. A word of n_word or more is one never seen.
//   out     count (drift_bins_of), added to
void drift_count_number(const struct drift_reference *reference, double value, uint64_t *count);
void drift_count_word(const struct drift_reference *reference, uint32_t word, uint64_t *count);
// The bin that it counts to.
uint32_t drift_bin_of_number(const struct drift_reference *reference, double value);

// A number for each bin: the mean of the standard normal distribution where the bin's rows lie in it, by rank; of a bin without rows its edge, of the missing
// ones 0. Their mean over the rows of the reference is 0.
//   out     score (drift_bins_of)
void drift_scores(const struct drift_reference *reference, double *score);

enum drift_verdict {
    DRIFT_UNKNOWN, // no recent values, or no reference
    DRIFT_NONE,
    DRIFT_SOME, // corrected index of 0.1 or more
    DRIFT_MUCH, // 0.25 or more
    N_DRIFT_VERDICT
};

struct drift {
    double index;     // PSI; each bin counts half a row more, so that none is empty
    double by_chance; // what it is on average without drift: (bins - 1) (1 / n + 1 / m)
    double corrected; // index - by_chance, at least 0
    double p; // that the counts differ as much without drift: chi-square of the two rows of counts
    double chi_square, freedom; // what p is from; sparse bins are taken together
    uint64_t n, n_reference;
    uint64_t n_unseen, n_missing; // recent: words never seen, missing
    // enum drift_verdict by `corrected` alone; to raise an alarm, p of all columns together has to
    // be small too: many_tests.h
    uint8_t size;
};

// Compare recent counts with the reference.
//   in      count (drift_bins_of)
//   source  B. Yurdakul: Statistical properties of population stability index, dissertation, Western Michigan University 2018 (its mean
//           and its chi-square); N. Siddiqi: Credit Risk Scorecards, 2006 (0.1, 0.25)
struct drift drift_of(const struct drift_reference *reference, const uint64_t *count);

// ---- outside of what was seen

// How many of n values of a column lie outside of what was seen: below least, above most, a word never seen.
struct drift_outside {
    uint64_t n, n_below, n_above, n_unseen; // n: values that are not missing
};
void drift_outside_number(const struct drift_reference *reference, double value,
                          struct drift_outside *out);
void drift_outside_word(const struct drift_reference *reference, uint32_t word,
                        struct drift_outside *out);

// ---- without bins

struct two_samples {
    double d; // largest distance of the two shares below a value
    double p; // that it is as large where both come from one world; too large where values repeat
    uint32_t n, m;
};

// Kolmogorov and Smirnov's test of two samples.
//   in      a (n), b (m) sorted rising, without NaN. NaN where one is empty
//   source  W. H. Press et al.: Numerical Recipes, 3rd ed. 2007, 14.3.3; M. A. Stephens, JRSS B 32 (1970) 115-122 (small samples)
struct two_samples two_samples_compare(const double *a, uint32_t n, const double *b, uint32_t m);

#endif
