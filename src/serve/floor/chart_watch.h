// The control charts of one tenant, live: samples make points, points are judged by frozen limits, and what is not in order is told.
// One caller at a time.
#ifndef SERVE_CHART_WATCH_H
#define SERVE_CHART_WATCH_H

#include "base/names.h"
#include "control/charts/chart_table.h"
#include "serve/floor/news.h"

#define EVENT_CHART "chart"

#define CHART_NONE UINT32_MAX

enum { CHART_MAX_VALUES = 1000 };

struct chart_live {
    struct chart_limits limits; // while is_frozen
    struct chart_state state;
    double value[CHART_MAX_VALUES]; // (n), of the point that begins
    uint32_t n;
    maru_time heard_us; // of the last sample
    maru_time last_us;  // of the last point
    uint64_t n_late, n_signal, n_violation;
    double last; // what the last point charts
    uint8_t severity;
    bool is_frozen;
};

struct chart_watch {
    struct chart_table table;
    int64_t version;
    struct names by_name;
    struct chart_live *live; // (table.n)
    int64_t *signal;         // (table.n), id; 0: there is none yet
    struct names by_signal;
    uint32_t *first;   // (table.n), by the number of the signal's name: its first chart
    uint32_t *next;    // (table.n), the next chart of the same signal; CHART_NONE: no more
    struct news *news; // NULL: nobody is told
    // Every point, where somebody draws; NULL: nobody.
    void (*see)(void *context, const struct chart_verdict *verdict, maru_time at_us);
    void *context;
    bool is_changed;
};

// From the table as it is kept; no limits yet, and nothing heard before now_us.
//   memory  chart_watch_free
//   errors  of chart_table_read
MARU_MUST_USE maru_status chart_watch_new(const struct text *table, int64_t version,
                                          maru_time now_us, struct chart_watch **out,
                                          maru_error *err);
void chart_watch_free(struct chart_watch *watch); // accepts NULL

// The first chart that looks at this signal, CHART_NONE: none does. From then on it is known.
uint32_t chart_watch_signal(struct chart_watch *watch, const struct signal_row *row);
// Take a sample of a signal, for this chart and the others that look at it. One that is not newer than the last changes nothing and
// is counted.
void chart_watch_sample(struct chart_watch *watch, uint32_t first, const struct sample *sample);
// The same for one chart.
void chart_watch_sample_of(struct chart_watch *watch, uint32_t chart, const struct sample *sample);

// Estimate limits from stored samples of [from_us, to_us), freeze them under the next version, and begin anew.
//   errors  of past_read and chart_estimate; the limits are as they were
MARU_MUST_USE maru_status chart_watch_freeze(struct chart_watch *watch, uint32_t chart,
                                             struct signals *signals, maru_time from_us,
                                             maru_time to_us, const char *who, maru_error *err);

// Take over limits and states of charts of the same name, signal and options.
void chart_watch_inherit(struct chart_watch *watch, const struct chart_watch *old);

// Limits and states as bytes, by the names of the charts; those that are not there any more are left out.
void chart_watch_save(const struct chart_watch *watch, struct text *out);
void chart_watch_load(struct chart_watch *watch, const struct text *bytes);

#endif
