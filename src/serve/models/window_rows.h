// Windows of one row of the table of windows as a spreadsheet, with the truth of each where it has come: what a model learns from, and
// what it is asked of live.
//
//     time,tool,recipe,step,lot,wafer,temp.mean,temp.sd,thickness
//     2026-11-23T02:29:17.250000Z,etch-1,ox,main,L17,3,61.25,0.5,402.75
#ifndef SERVE_WINDOW_ROWS_H
#define SERVE_WINDOW_ROWS_H

#include "serve/floor/windows/window_watch.h"
#include "serve/models/window_truth.h"
#include "store/signals/signals.h"

enum {
    WINDOW_MAX_ROWS_BYTES = 128 << 20,    // of such a spreadsheet
    WINDOW_MAX_ROWS_KEPT_BYTES = 1 << 29, // of its windows in memory
};

struct window_rows_asked {
    uint32_t row;
    maru_time from_us, to_us;
    const struct truth_wanted *truth; // NULL: none is wanted
};

struct window_rows_found {
    uint32_t n_row, n_truth; // rows, and those with a truth
};

// The first line. A truth is called as its value is; where a column is called so already, EVENT.VALUE. truth NULL: none.
void window_rows_head(const struct window_def *def, const struct truth_wanted *truth,
                      struct text *out);

// One window; errors stick in `out`.
//   in      value (window_def_values); truth: a cell as it is, NULL: there is no such column
void window_rows_add(const struct window_def *def, const char *tool, const struct window_span *span,
                     const double *value, const char *truth, struct text *out);

// All windows of a row that lie within [from_us, to_us), in the order of their end, tool, begin, lot and wafer, made from what is stored
// as they would be live.
//   in      a watch of its own, to which nothing has come yet
//   out     `out`: head and rows; *found
//   errors  MARU_E_INPUT: there are none; MARU_E_LIMIT: too many windows, events or bytes; MARU_E_MEMORY; of the store
//   cost    as window_past_gather, and a look at each event from the first window on until no truth may come any more
MARU_MUST_USE maru_status window_rows_read(struct window_watch *watch, struct signals *signals,
                                           const struct window_rows_asked *asked,
                                           struct window_rows_found *found, struct text *out,
                                           maru_error *err);

#endif
