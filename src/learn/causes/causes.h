// What goes with the defects, strongest first, and which of it holds on later data. "When zone 3 is above 82.1, 9.8 % are defective
// instead of 2.1 %" is easily found by chance among hundreds of columns and thousands of cuts; what is told here has stood two
// tests: in the earlier rows against the largest that the same search finds when the target is moved along in time, and in the
// later rows, which took no part in finding it.
//
// It says what goes together, never what makes what. Shares of the earlier rows are those of the luckiest cut and flatter it; those
// of the later rows do not.
#ifndef LEARN_CAUSES_H
#define LEARN_CAUSES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "learn/share.h"
#include "signal/frame.h"

enum {
    CAUSES_MAX_FOUND = 24,    // findings told
    CAUSES_MAX_LEVELS = 62,   // words of a column looked at one by one; rarer ones are others
    CAUSES_MAX_WITHIN = 3,    // strongest findings inside of which others are looked for
    CAUSES_MAX_SHIFTS = 10000 // targets moved along
};

enum causes_target {
    CAUSES_BAD,  // 0 good, 1 bad
    CAUSES_LOW,  // a number, low is bad: yield
    CAUSES_HIGH, // a number, high is bad: scrap, cost
};

#define CAUSES_NO_CLUSTER UINT32_MAX

struct causes_input {
    const struct frame *frame;
    const double *target;   // (n_row), NaN: unknown
    uint8_t kind;           // enum causes_target
    const uint32_t *column; // (n_column) of the frame, those that may be causes
    uint32_t n_column;
    const uint32_t *order; // (n_row) rows in the order of time, NULL: as they stand
    const uint32_t
        *cluster; // (n_row) lot of a row, below n_cluster or CAUSES_NO_CLUSTER; NULL: none
    uint32_t n_cluster;
    uint64_t seed;
    uint32_t n_shift;     // 200 to CAUSES_MAX_SHIFTS; 400 is enough
    const bool *is_later; // (n_row) rows where findings are tried; NULL: the last three tenths
    size_t cap_bytes;     // of what is found, and of the memory of each search
};

enum cause_how {
    CAUSE_ABOVE,       // value > low
    CAUSE_AT_MOST,     // value <= high
    CAUSE_BETWEEN,     // low < value <= high
    CAUSE_OUTSIDE,     // value <= low or value > high
    CAUSE_ONE_OF,      // a word of `word`
    CAUSE_NONE_OF,     // a word, and none of `word`
    CAUSE_MISSING,     // no value
    CAUSE_NOT_MISSING, // some value
    N_CAUSE_HOW
};

enum cause_verdict {
    CAUSE_HOLDS,         // also in the later rows
    CAUSE_TOO_FEW,       // the later rows leave room for nothing and for half of what was found
    CAUSE_DOES_NOT_HOLD, // in the later rows
    N_CAUSE_VERDICT
};

// What is seen in a part of the rows. For a target in numbers `value` of a share is the mean, n_bad is 0, and low and high are those
// of the mean.
struct cause_part {
    struct share in, out;               // rows where it is so, and where it is not; 95 %
    struct share_difference difference; // in - out
    double design_effect; // by which the rows say less than independent ones; 1: no less
    double p; // early: adjusted for all that was searched; later: of this one alone, one-sided
};

struct cause {
    uint32_t column; // of the frame
    uint8_t how;     // enum cause_how; always so that `in` is the worse side
    uint8_t verdict; // enum cause_verdict
    double low, high;
    const uint32_t *word; // (n_word) of the column
    uint32_t n_word;
    double strength; // what it is sorted by, in spreads of what chance gives
    struct cause_part early, later;
    const uint32_t
        *companion; // (n_companion) columns that say the same: beside this they add little
    uint32_t n_companion;
    const struct cause *within; // the strongest that also holds among the rows inside; NULL: none
};

// A word of a column, against all other words of it.
struct cause_level {
    uint32_t word;
    struct share early, later; // 95 %
    bool is_worse;             // than the others, in the early rows
    double p;                  // early, adjusted for all that was searched
};

// Tools, machines, lots, operators, materials: do the defects have one in common?
struct cause_common {
    uint32_t column;
    struct cause_level *level; // (n_level), worst first
    uint32_t n_level;
    uint64_t n_other, n_missing; // rows with rarer words, with none
    double p;                    // of the column, early, adjusted for all that was searched
};

// What the data cannot tell, as bits.
enum causes_warning {
    CAUSES_FEW_ROWS = 1,      // too few to look at all
    CAUSES_FEW_BAD = 2,       // fewer than 10 bad ones in the earlier rows
    CAUSES_ONE_CLASS = 4,     // all good, all bad or all equal
    CAUSES_NOTHING_LATER = 8, // no bad ones in the later rows
    CAUSES_FEW_SHIFTS = 16,   // too few rows or lots in a row to tell chance from cause
    CAUSES_CLUSTERED = 32,  // lots, or spans of time, differ more than chance: intervals are wider
    CAUSES_UNSEARCHED = 64, // some columns were left out: no value, one value, dates or texts
};

struct causes_searched {
    uint32_t n_column, n_left_out; // looked at; left out
    uint64_t n_cut;
    uint32_t n_row, n_unknown; // with a target; without
    uint32_t n_early, n_later, n_bad_early, n_bad_later;
    uint32_t n_group;   // lots; rows where there are none
    uint64_t n_missing; // cells
    uint32_t n_shift;   // targets moved along, which the p-values come from
    double base;        // share of bad ones, or mean, in the earlier rows
    double least_half;  // smallest difference that four of five times would have been found,
    double least_tenth; // where a cut takes half, or a tenth, of the rows; NaN: none
    double design_effect;
    uint32_t warnings; // enum causes_warning
};

struct causes {
    struct arena arena;
    struct cause *cause; // (n_cause) holds, too few, does not hold; in each strongest first
    uint32_t n_cause, n_holding, n_more; // n_more: found but not told, beyond CAUSES_MAX_FOUND
    struct cause_common *common;         // (n_common)
    uint32_t n_common;
    struct causes_searched searched;
};

// Look for what goes with the target. The answer is the same bytes each time, whatever the order of the columns or the unit
// of their values.
//   out     *out, to be given back by causes_fini
//   errors  MARU_E_RANGE for targets that are none, an order that is none, lots or columns out of range; MARU_E_LIMIT,
//           MARU_E_MEMORY. Too little data is no error but a warning
//   cost    O(bad rows * columns * shifts); a byte a row and column
//   source  P. H. Westfall, S. S. Young: Resampling-Based Multiple Testing, Wiley 1993 (largest statistic); K. D. Harris: A
//           shift test for independence in generic time series, 2020, arXiv:2012.06862 (shifts); docs/SOURCES.md
MARU_MUST_USE maru_status causes_find(const struct causes_input *input, struct causes *out,
                                      maru_error *err);
void causes_fini(struct causes *causes); // accepts an all-zero one

#endif
