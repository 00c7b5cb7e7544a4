#include "serve/floor/windows/window_runs.h"

#include <string.h>

#include "base/alloc.h"

// A few runs are enough: a stretch of a signal is asked for when it ends, or when it has settled. A batch has a run for each lot, and
// the last one speaks for it.

static void clear(struct window_run *run) {
    for (int i = 0; i < N_RUN_TEXT; i++) {
        alloc_free(run->text[i]);
    }
    *run = (struct window_run){0};
}

void window_runs_free(struct window_runs *runs) {
    for (uint32_t i = 0; runs && i < runs->n; i++) {
        clear(&runs->run[i]);
    }
    alloc_free(runs);
}

static char *copy(const char *text) {
    const size_t n = strlen(text) + 1;
    char *out = alloc_new(n, 1);
    if (out) {
        memcpy(out, text, n);
    }
    return out;
}

static bool is_same(const struct window_run *run, const struct event *event) {
    return strcmp(run->text[RUN_LOT], event->lot) == 0 &&
           strcmp(run->text[RUN_WAFER], event->wafer) == 0;
}

void window_runs_begin(struct window_runs **runs, const struct event *event) {
    struct window_runs *r = *runs ? *runs : alloc_new(1, sizeof *r);
    struct window_run made = {
        event->at_us, INT64_MAX, {copy(event->lot), copy(event->wafer), copy(event->recipe)}};
    bool is_known = !r || !made.text[RUN_LOT] || !made.text[RUN_WAFER] || !made.text[RUN_RECIPE];
    for (uint32_t i = 0; !is_known && i < r->n; i++) {
        is_known = r->run[i].from_us == event->at_us && is_same(&r->run[i], event);
    }
    *runs = r;
    if (is_known) {
        clear(&made);
        return;
    }
    clear(&r->run[r->at]);
    r->run[r->at] = made;
    r->at = (r->at + 1) % WINDOW_RUNS;
    r->n += r->n < WINDOW_RUNS;
}

void window_runs_end(struct window_runs *runs, const struct event *event) {
    struct window_run *last = NULL;
    for (uint32_t i = 0; runs && i < runs->n; i++) {
        struct window_run *run = &runs->run[i];
        const bool is_its = event->lot[0] ? is_same(run, event) : true;
        if (is_its && run->until_us == INT64_MAX && run->from_us < event->at_us &&
            (!last || run->from_us > last->from_us)) {
            last = run;
        }
    }
    if (last) {
        last->until_us = event->at_us;
    }
}

const struct window_run *window_runs_at(const struct window_runs *runs, maru_time at_us) {
    const struct window_run *last = NULL;
    for (uint32_t i = 0; runs && i < runs->n; i++) {
        const struct window_run *run = &runs->run[i];
        if (run->from_us <= at_us && at_us < run->until_us &&
            (!last || run->from_us >= last->from_us)) {
            last = run;
        }
    }
    return last;
}
