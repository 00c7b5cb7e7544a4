// What a tool worked on lately, by its events that begin and end: which lot, wafer and recipe a moment belongs to.
#ifndef SERVE_WINDOW_RUNS_H
#define SERVE_WINDOW_RUNS_H

#include "signal/event.h"

enum { WINDOW_RUNS = 16 }; // of a tool that are remembered

enum { RUN_LOT, RUN_WAFER, RUN_RECIPE, N_RUN_TEXT };

struct window_run {
    maru_time from_us, until_us; // INT64_MAX: it goes on
    char *text[N_RUN_TEXT];
};

struct window_runs {
    struct window_run run[WINDOW_RUNS]; // (n), a ring; the next one goes to `at`
    uint32_t n, at;
};

// *runs NULL: there were none yet. One that is told again changes nothing.
//   memory  window_runs_free; where there is none, the run is not remembered
void window_runs_begin(struct window_runs **runs, const struct event *event);
void window_runs_end(struct window_runs *runs, const struct event *event); // runs may be NULL
void window_runs_free(struct window_runs *runs);                           // accepts NULL

// The run that began last of those that go on at this moment, NULL: none is known.
const struct window_run *window_runs_at(const struct window_runs *runs, maru_time at_us);

#endif
