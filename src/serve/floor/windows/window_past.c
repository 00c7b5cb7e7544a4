#include "serve/floor/windows/window_past.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/floor/past.h"
#include "serve/floor/windows/window_making.h"

// Events and the signals that say the step are heard in the order of time. Windows that follow each other by time are asked from the
// summaries of their signals: those that have samples.

#define DAY_US INT64_C(86400000000)

struct hearing {
    struct window_watch *watch;
    maru_time now_us;
    int64_t last; // number of an event
    size_t n;
};

static maru_status take(void *context, uint32_t tag, const struct sample *sample, maru_error *err) {
    const struct hearing *hearing = context;
    (void)err;
    window_watch_sample_of(hearing->watch, tag, sample, hearing->now_us);
    return MARU_OK;
}

static maru_status take_event(void *context, const struct event *event, maru_error *err) {
    const struct hearing *hearing = context;
    (void)err;
    window_watch_event(hearing->watch, event, hearing->now_us);
    return MARU_OK;
}

static bool wants_events(const struct window_watch *w) {
    for (uint32_t i = 0; i < w->table.n; i++) {
        if (!w->live[i].is_deaf && w->table.window[i].by != WINDOW_BY_TIME) {
            return true;
        }
    }
    return false;
}

// Events of a time, to_us: none, and signals of steps, each from where it was heard, but not before from_us.
static maru_status hear_span(struct window_watch *w, struct signals *signals, maru_time events_us,
                             const maru_time span[2], maru_time now_us, maru_error *err) {
    const maru_time from_us = span[0], to_us = span[1];
    struct hearing hearing = {.watch = w, .now_us = now_us};
    struct past_signal *signal = alloc_new(w->n_input + 1, sizeof *signal);
    struct past past = {
        .signal = signal, .from_us = to_us, .to_us = to_us, .take = take, .context = &hearing};
    if (!signal) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    if (events_us < to_us && wants_events(w)) {
        past.take_event = take_event;
        past.from_us = events_us;
    }
    for (uint32_t i = 0; i < w->n_input; i++) {
        const struct window_place *place = &w->place[w->input[i].place];
        if (w->input[i].signal == WINDOW_NONE && !w->live[place->row].is_deaf) {
            const maru_time heard_us = place->heard_us < from_us ? from_us : place->heard_us + 1;
            signal[past.n_signal++] = (struct past_signal){place->by_signal, i, heard_us};
            past.from_us = heard_us < past.from_us ? heard_us : past.from_us;
        }
    }
    const maru_status st = past.from_us < past.to_us ? past_read(signals, &past, err) : MARU_OK;
    alloc_free(signal);
    return st;
}

// Windows by time of one signal that have samples.
static maru_status touch_signal(struct window_watch *w, uint32_t at, int64_t signal,
                                struct signals *signals, const maru_time span[2], maru_time now_us,
                                maru_error *err) {
    const maru_time length_us = w->table.window[w->place[at].row].length_us;
    const maru_time to_us = window_floor(span[1], length_us);
    maru_time from_us = -window_floor(-span[0], length_us); // the next that begins
    if (to_us - from_us > SIGNALS_MAX_COLUMNS * length_us) {
        from_us = to_us - SIGNALS_MAX_COLUMNS * length_us;
    }
    const size_t n = from_us < to_us ? (size_t)((to_us - from_us) / length_us) : 0;
    struct summary *column = n > 0 ? alloc_new(n, sizeof *column) : NULL;
    if (n == 0 || !column) {
        return n == 0 ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = signals_draw(signals, signal, from_us, to_us, column, n, err);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        if (column[i].n > 0) {
            window_watch_touch(w, at, from_us + (maru_time)i * length_us, now_us);
        }
    }
    alloc_free(column);
    return st;
}

static maru_status touch_places(struct window_watch *w, struct signals *signals, maru_time from_us,
                                maru_time to_us, maru_time now_us, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < w->by_place.n; i++) {
        const struct window_place *place = &w->place[i];
        const struct window_def *def = &w->table.window[place->row];
        if (def->by != WINDOW_BY_TIME || w->live[place->row].is_deaf) {
            continue;
        }
        const maru_time heard_us =
            place->heard_us > from_us + def->length_us ? place->heard_us - def->length_us : from_us;
        const maru_time span[2] = {heard_us, to_us};
        for (uint32_t k = 0; st == MARU_OK && k < def->n_signal; k++) {
            if (place->signal[k] > 0) {
                st = touch_signal(w, i, place->signal[k], signals, span, now_us, err);
            }
        }
    }
    return st;
}

// ---- what came since

static maru_status see_event(void *context, int64_t id, const struct event *event,
                             maru_error *err) {
    struct hearing *hearing = context;
    (void)err;
    hearing->last = id;
    hearing->n++;
    window_watch_event(hearing->watch, event, hearing->now_us);
    return MARU_OK;
}

maru_status window_past_hear(struct window_watch *w, struct signals *signals, maru_time now_us,
                             maru_error *err) {
    enum { AT_ONCE = 10000 };
    struct hearing hearing = {.watch = w, .now_us = now_us, .last = w->heard_event};
    maru_status st = MARU_OK;
    do {
        hearing.n = 0;
        st = signals_each_event_after(signals, hearing.last, AT_ONCE, see_event, &hearing, err);
    } while (st == MARU_OK && hearing.n == AT_ONCE);
    if (st == MARU_OK) {
        w->is_changed = w->is_changed || w->heard_event != hearing.last;
        w->heard_event = hearing.last;
    }
    return st;
}

// Only new rows hear, or only the others do.
static bool let_hear(struct window_watch *w, bool is_new) {
    bool has_some = false;
    for (uint32_t i = 0; i < w->table.n; i++) {
        w->live[i].is_deaf = w->live[i].is_new != is_new;
        has_some = has_some || !w->live[i].is_deaf;
    }
    return has_some;
}

maru_status window_past_recall(struct window_watch *w, struct signals *signals, maru_time now_us,
                               maru_error *err) {
    const maru_time from_us = now_us - WINDOW_PAST_US, to_us = now_us + DAY_US;
    const maru_time span[2] = {from_us, to_us};
    int64_t last = 0;
    maru_status st = signals_last_event(signals, &last, err);
    if (st == MARU_OK && let_hear(w, true)) {
        st = hear_span(w, signals, from_us, span, now_us, err);
    }
    for (uint32_t i = 0; i < w->table.n; i++) {
        w->live[i].is_deaf = false;
    }
    // Events are heard by their number, below.
    st = st == MARU_OK ? hear_span(w, signals, to_us, span, now_us, err) : st;
    for (uint32_t i = 0; i < w->table.n; i++) {
        w->live[i].is_new = w->live[i].is_new && st != MARU_OK;
    }
    st = st == MARU_OK ? touch_places(w, signals, from_us, to_us, now_us, err) : st;
    if (w->heard_event == 0) {
        w->heard_event = last;
    }
    return st == MARU_OK ? window_past_hear(w, signals, now_us, err) : st;
}

// ---- windows of a time

static maru_status see_row(void *context, const struct signal_row *row, maru_error *err) {
    struct hearing *hearing = context;
    (void)err;
    hearing->last = row->id;
    hearing->n++;
    (void)window_watch_signal(hearing->watch, row);
    return MARU_OK;
}

static maru_status meet_signals(struct window_watch *w, struct signals *signals, maru_error *err) {
    enum { AT_ONCE = 1000 };
    struct hearing hearing = {.watch = w};
    maru_status st = MARU_OK;
    do {
        hearing.n = 0;
        st = signals_each(signals, hearing.last, AT_ONCE, see_row, &hearing, err);
    } while (st == MARU_OK && hearing.n == AT_ONCE);
    return st;
}

static maru_status make_all(struct window_watch *w, struct signals *signals, maru_error *err) {
    bool is_left = true;
    maru_status st = MARU_OK;
    while (st == MARU_OK && is_left) {
        st = window_make_due(w, signals, 1e9, &is_left, err);
    }
    return st;
}

// Windows by time, a stretch after the other that signals_draw takes.
static maru_status touch_all(struct window_watch *w, uint32_t row, struct signals *signals,
                             const maru_time span[2], maru_error *err) {
    const struct window_def *def = &w->table.window[row];
    const maru_time stretch_us = SIGNALS_MAX_COLUMNS * def->length_us;
    maru_status st = MARU_OK;
    if (def->by != WINDOW_BY_TIME) {
        return MARU_OK;
    }
    if ((span[1] - span[0]) / def->length_us >= WINDOW_MAX_LENGTHS) {
        return fail(err, MARU_E_LIMIT, "more than %d windows: ask for a shorter time",
                    WINDOW_MAX_LENGTHS);
    }
    maru_time from_us = span[0];
    while (st == MARU_OK && from_us < span[1] && w->live[row].n_dropped == 0) {
        const maru_time end_us = window_floor(from_us, def->length_us) + stretch_us;
        const maru_time to_us = end_us < span[1] ? end_us : span[1];
        st = touch_places(w, signals, from_us, to_us, span[0], err);
        from_us = to_us;
    }
    return st;
}

maru_status window_past_gather(struct window_watch *w, uint32_t row, struct signals *signals,
                               const maru_time span[2], maru_error *err) {
    const maru_time events_us = span[0] - WINDOW_LONGEST_US; // what the tools worked on then
    const maru_time heard[2] = {span[0], span[1] + 1};       // what ends a window at span[1], too
    for (uint32_t i = 0; i < w->table.n; i++) {
        w->live[i].is_deaf = i != row;
    }
    // All is due as soon as it has settled, since nobody comes any more.
    maru_status st = meet_signals(w, signals, err);
    st = st == MARU_OK ? hear_span(w, signals, events_us, heard, span[0], err) : st;
    st = st == MARU_OK ? touch_all(w, row, signals, span, err) : st;
    st = st == MARU_OK ? make_all(w, signals, err) : st;
    if (st == MARU_OK && w->live[row].n_dropped > 0) {
        st = fail(err, MARU_E_LIMIT, "more than %d windows: ask for a shorter time",
                  WINDOW_MAX_SPANS);
    }
    return st;
}

// ---- a reference

struct gathering {
    struct window_watch *watch;
    struct reference *reference;
    maru_time from_us, to_us;
    uint32_t n_unnamed;
    const struct window_place *last; // and what it was doing
    maru_time last_from_us, last_until_us;
    char last_recipe[WINDOW_TOOL_BYTES], last_step[WINDOW_TOOL_BYTES];
};

// Lots that a tool works on together are a window each, of the same samples: one run, which is learnt from once. They follow each other.
static bool is_same_run(struct gathering *g, const struct window_place *place,
                        const struct window_span *span, const struct context_key *key) {
    const bool is_same = place == g->last && span->from_us == g->last_from_us &&
                         span->until_us == g->last_until_us &&
                         strcmp(key->recipe, g->last_recipe) == 0 &&
                         strcmp(key->step, g->last_step) == 0;
    g->last = place;
    g->last_from_us = span->from_us;
    g->last_until_us = span->until_us;
    snprintf(g->last_recipe, sizeof g->last_recipe, "%s", key->recipe);
    snprintf(g->last_step, sizeof g->last_step, "%s", key->step);
    return is_same;
}

static maru_status gather(void *context, const struct window_place *place,
                          const struct window_span *span, const double *value, maru_error *err) {
    struct gathering *g = context;
    const struct context_key key = {window_span_text(span, SPAN_RECIPE),
                                    window_span_text(span, SPAN_STEP), place->tool};
    if (span->from_us < g->from_us || span->until_us > g->to_us ||
        is_same_run(g, place, span, &key)) {
        return MARU_OK;
    }
    const maru_status st = reference_add(g->reference, &key, value, err);
    g->n_unnamed += st == MARU_E_INPUT;
    return st == MARU_E_INPUT ? MARU_OK : st;
}

maru_status window_past_reference(struct window_watch *w, uint32_t row, struct signals *signals,
                                  maru_time from_us, maru_time to_us, struct reference **out,
                                  maru_error *err) {
    const struct window_def *def = &w->table.window[row];
    const struct reference_options options = {def->false_alarms, window_def_values(def),
                                              def->n_least};
    struct gathering g = {.watch = w, .from_us = from_us, .to_us = to_us};
    const maru_time span[2] = {from_us, to_us};
    maru_status st = reference_new(&options, &g.reference, err);
    w->see = gather;
    w->context = &g; // cppcheck-suppress autoVariables; the watch is this call's own
    st = st == MARU_OK ? window_past_gather(w, row, signals, span, err) : st;
    if (st == MARU_OK && reference_windows(g.reference) == 0) {
        st = fail(err, MARU_E_INPUT, "no window lies in that time");
    }
    st = st == MARU_OK ? reference_fit(g.reference, err) : st;
    if (st != MARU_OK) {
        reference_free(g.reference);
        return st;
    }
    *out = g.reference;
    return MARU_OK;
}
