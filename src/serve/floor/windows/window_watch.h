// The windows of one tenant as they begin and end, live: from events and samples to spans of tools that wait to be made into values
// (window_making.h). One caller at a time.
#ifndef SERVE_WINDOW_WATCH_H
#define SERVE_WINDOW_WATCH_H

#include "base/names.h"
#include "control/fdc/reference.h"
#include "control/fdc/window_table.h"
#include "serve/floor/news.h"
#include "serve/floor/windows/window_runs.h"
#include "store/tenant.h"

#define EVENT_FAULT "fault"
#define WINDOW_NONE UINT32_MAX
#define WINDOW_OPEN INT64_MAX
#define WINDOW_SETTLE_US INT64_C(2000000)                // samples come late, and in batches
#define WINDOW_LONGEST_US (INT64_C(2) * 86400 * 1000000) // one that has not ended by then does not

enum {
    WINDOW_MAX_PLACES = 20000,  // tools of all rows
    WINDOW_MAX_SPANS = 200000,  // that are open, or wait to be made
    WINDOW_MAX_INPUTS = 400000, // signals of all of them
    WINDOW_MADE_SPANS = 16,     // of a tool that are made anew when samples come late
    WINDOW_MAX_NAMES_BYTES = 64 << 20,
    WINDOW_TOOL_BYTES = CONTEXT_MAX_NAME_BYTES,
};

enum { SPAN_LOT, SPAN_WAFER, SPAN_RECIPE, SPAN_STEP, N_SPAN_TEXT };

struct window_span {
    maru_time from_us, until_us; // WINDOW_OPEN: it goes on
    maru_time due_us;            // by the clock, when it is to be made; WINDOW_OPEN: not yet
    bool is_gone;                // was made, or never ended
    bool was_fault, is_told;     // as it was told before
    char *text;                  // N_SPAN_TEXT texts, each with its 0
};

struct window_place { // a tool of a row
    uint32_t row;
    const char *tool;
    char *asset;              // where its signals stand, NULL: no signal is known
    int64_t *signal;          // (n_signal), 0: there is none yet
    int64_t by_signal;        // the same
    int64_t *made_signal;     // (values + 3: T2, SPE, outside), 0: not declared yet
    struct window_span *span; // (n_span, cap_span), as they began
    uint32_t n_span, cap_span, n_gone;
    struct window_span *made; // (n_made), a ring
    uint32_t n_made, made_at;
    maru_time made_from_us, made_until_us; // of what is in it
    maru_time heard_us;          // of its samples; of those of by_signal, where it has one
    maru_time bucket_us;         // by time: the last window that waits
    uint32_t hint;               // of the spans, where it was looked for
    maru_time first_us, last_us; // by time: no span begins before or behind
    char *value;                 // of by_signal, NULL: none
    struct window_runs *runs;    // by signal: what the tool works on, NULL: nothing was told
    bool is_met;                 // a window began here
};

struct window_input {             // what a signal means
    uint32_t place, signal, next; // signal: of the row, WINDOW_NONE: by_signal
};

struct window_frozen { // version 0: nothing
    uint32_t version, n_context, n_window;
    maru_time from_us, to_us, at_us;
    char by[STORE_NAME_BYTES];
};

struct window_last {
    maru_time at_us; // 0: nothing was measured
    char tool[WINDOW_TOOL_BYTES], recipe[WINDOW_TOOL_BYTES], step[WINDOW_TOOL_BYTES];
    uint8_t severity;
};

struct window_live {             // a row
    struct reference *reference; // NULL: nothing is frozen
    struct window_frozen frozen;
    uint64_t n_measured, n_fault, n_unended, n_late, n_dropped;
    struct window_last last;
    char problem[200]; // "": none
    bool is_new;       // its past was not looked at
    bool is_deaf;      // nothing that comes means anything to it now
};

struct window_watch {
    struct window_table table;
    int64_t version;
    struct names by_name, by_place, wanted; // rows; row/tool; names of signals below their tools
    struct window_live *live;               // (table.n)
    struct window_place *place;             // (by_place.n, cap_place)
    uint32_t *first_wanted, *next_wanted;   // by number of the name; by (row, signal or by_signal)
    uint32_t *wanted_row, *wanted_signal;   // of each of these
    struct window_input *input;             // (n_input, cap_input)
    uint32_t cap_place, n_input, cap_input, n_wanted;
    uint32_t n_span;            // in all places
    uint32_t at_place, at_span; // where to look for the next that is due
    maru_time next_due_us;      // nothing is due before
    int64_t heard_event;        // number of the last event that was heard
    struct batch_sample *out;   // (n_out), values that are not written yet; NULL: none ever were
    size_t n_out;
    struct news *news;      // NULL: nobody is told, and nothing is written
    bool is_changed;        // since it was kept
    bool is_frozen_changed; // the same of references
    // Each window when it was made; NULL: nobody sees them.
    maru_status (*see)(void *context, const struct window_place *place,
                       const struct window_span *span, const double *value, maru_error *err);
    void *context;
};

// From the table as it is kept.
//   memory  window_watch_free
//   errors  of window_table_read
MARU_MUST_USE maru_status window_watch_new(const struct text *table, int64_t version,
                                           struct window_watch **out, maru_error *err);
void window_watch_free(struct window_watch *watch); // accepts NULL

// The first input of a signal, WINDOW_NONE: nothing looks at it. From then on it is known; forget_signals lets all be asked again.
uint32_t window_watch_signal(struct window_watch *watch, const struct signal_row *row);
void window_watch_forget_signals(struct window_watch *watch);

// Take what has come; now_us: by the clock. Events of an unknown tool, and samples that are too late, are counted or mean nothing.
void window_watch_sample(struct window_watch *watch, uint32_t first, const struct sample *sample,
                         maru_time now_us);
void window_watch_sample_of(struct window_watch *watch, uint32_t input, const struct sample *sample,
                            maru_time now_us);
void window_watch_event(struct window_watch *watch, const struct event *event, maru_time now_us);

// A window by time of this place that has samples.
void window_watch_touch(struct window_watch *watch, uint32_t place, maru_time at_us,
                        maru_time now_us);

// The next window that is due, to be given back as made or gone before the next call; NULL: nothing is.
struct window_span *window_watch_next(struct window_watch *watch, maru_time now_us,
                                      uint32_t *place);
void window_watch_made(struct window_watch *watch, uint32_t place, struct window_span *span);

// Let a stretch of a signal have lot, wafer and recipe of what the tool worked on in its middle, where it has none.
void window_watch_name_run(const struct window_place *place, struct window_span *span);

// One of the texts of a span.
const char *window_span_text(const struct window_span *span, int which);
// Begin and end of a row's windows by time.
maru_time window_floor(maru_time at_us, maru_time length_us);

// The place of a tool, made where it is not there; WINDOW_NONE: there is no room for it.
uint32_t window_watch_place(struct window_watch *watch, uint32_t row, const char *tool, size_t n);
// Put a span as it was kept; its text, N_SPAN_TEXT of them with their 0, is the watch's from here on. `is_made`: it waits for late
// samples only.
void window_watch_put(struct window_watch *watch, uint32_t place, const struct window_span *span,
                      bool is_made);
char *window_span_join(const char *const text[N_SPAN_TEXT]); // NULL: no memory

#endif
