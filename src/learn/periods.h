// Rows in the order of time, cut into periods: how many are bad in each, and is it getting worse?
#ifndef LEARN_PERIODS_H
#define LEARN_PERIODS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "learn/share.h"
#include "maru/status.h"

enum period_unit {
    PERIOD_ROWS, // as many rows in each: where no time is known, or calendar units are too few
    PERIOD_HOUR,
    PERIOD_DAY,
    PERIOD_WEEK, // from Monday
    PERIOD_MONTH,
    N_PERIOD_UNIT
};

struct period {
    maru_time from_us;     // of the unit, UTC; PERIOD_ROWS: of its first row, 0: not known
    uint32_t first, n_row; // of the order
    double n, bad;         // units with a verdict, and bad ones; for a number as target its sum
};

struct periods {
    uint8_t unit; // enum period_unit
    uint32_t n;
    const struct period *period; // (n)
};

// What is looked at: rows by numbers, as roles.h has them.
struct periods_input {
    const uint32_t *order; // (n_order) rows, oldest first
    uint32_t n_order;
    const maru_time *time; // (rows), NULL: none is known; FRAME_NO_TIME is put to the row before
    const double *bad;     // (rows), NaN: unknown
    const double *weight;  // (rows), NULL: 1 each
    int32_t offset_min;    // of the local clock, east is positive
};

// Cut into calendar units, the smallest one that gives at most PERIODS_MOST periods and at least PERIODS_LEAST; else into PERIODS_USUAL
// equal parts, or fewer where rows are few.
//   memory  in the arena
//   errors  MARU_E_MEMORY, MARU_E_LIMIT
enum { PERIODS_LEAST = 8, PERIODS_USUAL = 25, PERIODS_MOST = 70 };
MARU_MUST_USE maru_status periods_cut(const struct periods_input *in, struct arena *arena,
                                      struct periods *out, maru_error *err);

// The rate over the periods, by weighted least squares on their numbers.
struct trend {
    uint32_t n;         // periods that counted
    double mean;        // of all
    double first, last; // the line at both ends
    double t, df, p;    // of its slope; NaN where fewer than 4 periods count
    double
        dispersion; // variance between periods over that of chance alone, at least 1; NaN for numbers
    struct share early, late; // the first and the last third of the units, for shares
};

// is_share: the target is good or bad, so chance alone has its known variance.
//   cost    O(periods)
struct trend periods_trend(const struct periods *periods, bool is_share, double level);

#endif
