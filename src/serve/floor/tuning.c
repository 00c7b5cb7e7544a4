#include "serve/floor/tuning.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/status.h"
#include "serve/floor/alarm_watch.h"
#include "serve/floor/past.h"

// The history is the stored samples of the table's signals, merged by time, with the stops and the alarms that stand in the events.

// Of the work, reading is a third as a rule.

enum { ARENA_BYTES = 512 << 20, DETAIL_BYTES = 1 << 20, LOOK_SAMPLES = 1 << 14 };
#define READING 0.3

struct history {
    const struct tuning *tuning;
    struct alarm_watch *watch; // for names
    struct tune_sample *sample;
    size_t n, cap;
    maru_time *stop_us;
    uint32_t n_stop, cap_stop;
    uint32_t *n_told; // (table.n_alarm)
};

static void *make_room(void *old, size_t n, size_t *cap, size_t size) {
    if (n < *cap) {
        return old;
    }
    const size_t wanted = *cap < 1024 ? 1024 : 2 * *cap;
    void *more = alloc_resize(old, wanted, size);
    *cap = more ? wanted : *cap;
    return more;
}

static maru_status take(void *context, uint32_t tag, const struct sample *sample, maru_error *err) {
    struct history *history = context;
    if (history->n == TUNING_MAX_SAMPLES) {
        return fail(err, MARU_E_LIMIT, "more than %d samples: ask for a shorter time",
                    TUNING_MAX_SAMPLES);
    }
    struct tune_sample *more = make_room(history->sample, history->n, &history->cap, sizeof *more);
    if (!more) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    history->sample = more;
    history->sample[history->n++] = (struct tune_sample){.at_us = sample->at_us,
                                                         .value = sample_number(sample),
                                                         .signal = tag,
                                                         .quality = sample->quality};
    const struct tuning *tuning = history->tuning;
    if (tuning->look && history->n % LOOK_SAMPLES == 0) { // they come in the order of time
        tuning->look(tuning->watcher, READING * (double)(sample->at_us - tuning->from_us) /
                                          (double)(tuning->to_us - tuning->from_us));
    }
    return MARU_OK;
}

static maru_status read_samples(struct signals *signals, const struct tuning *tuning,
                                struct history *history, maru_error *err) {
    const uint32_t n = history->watch->table.n_signal;
    struct past_signal *signal = alloc_new(n + 1, sizeof *signal);
    struct past past = {.signal = signal,
                        .from_us = tuning->from_us,
                        .to_us = tuning->to_us,
                        .take = take,
                        .context = history};
    if (!signal) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        if (history->watch->signal[i] > 0) {
            signal[past.n_signal++] =
                (struct past_signal){history->watch->signal[i], i, SIGNALS_FROM_US};
        }
    }
    const maru_status st = past_read(signals, &past, err);
    alloc_free(signal);
    return st;
}

// ---- what happened

// Is a member of an event's detail this text?
static bool detail_says(const struct event *event, const char *key, const char *want) {
    struct arena arena;
    struct json_tree tree;
    arena_init(&arena, DETAIL_BYTES);
    bool is_so = json_read(event->detail, strlen(event->detail), &arena, &tree, NULL) == MARU_OK;
    const uint32_t at = is_so ? json_member(&tree, 0, key, strlen(key)) : 0;
    is_so = at > 0 && tree.node[at].kind == JSON_TEXT && strcmp(tree.node[at].text, want) == 0;
    arena_fini(&arena);
    return is_so;
}

static maru_status see_stop(void *context, int64_t id, const struct event *event, maru_error *err) {
    struct history *history = context;
    size_t cap = history->cap_stop;
    (void)id;
    if (!detail_says(event, "state", "unscheduled down")) {
        return MARU_OK;
    }
    maru_time *more = make_room(history->stop_us, history->n_stop, &cap, sizeof *more);
    if (!more) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    history->cap_stop = (uint32_t)cap;
    history->stop_us = more;
    history->stop_us[history->n_stop++] = event->at_us;
    return MARU_OK;
}

static maru_status see_alarm(void *context, int64_t id, const struct event *event,
                             maru_error *err) {
    struct history *history = context;
    const uint32_t alarm = names_find(&history->watch->by_name, event->name, strlen(event->name));
    (void)id;
    (void)err;
    if (alarm != UINT32_MAX && detail_says(event, "news", "moved") &&
        detail_says(event, "state", "unacknowledged")) {
        history->n_told[alarm]++;
    }
    return MARU_OK;
}

static maru_status read_events(struct signals *signals, const struct tuning *tuning,
                               struct history *history, maru_error *err) {
    struct event_filter filter = {.from_us = tuning->from_us,
                                  .to_us = tuning->to_us,
                                  .before_us = INT64_MAX,
                                  .limit = TUNING_MAX_EVENTS,
                                  .kind = EVENT_STATE,
                                  .source = NEWS_SOURCE,
                                  .lot = ""};
    maru_status st = signals_each_event(signals, &filter, see_stop, history, err);
    filter.kind = EVENT_ALARM;
    st = st == MARU_OK ? signals_each_event(signals, &filter, see_alarm, history, err) : st;
    for (uint32_t i = 0; i < history->n_stop / 2; i++) { // they came newest first
        const maru_time other = history->stop_us[i];
        history->stop_us[i] = history->stop_us[history->n_stop - 1 - i];
        history->stop_us[history->n_stop - 1 - i] = other;
    }
    return st;
}

// ----

static void look(void *watcher, double share) {
    const struct tuning *tuning = watcher;
    tuning->look(tuning->watcher, READING + (1 - READING) * share);
}

static maru_status search(const struct history *history, tuning_tell tell, void *context,
                          maru_error *err) {
    const struct tuning *tuning = history->tuning;
    const struct alarm_table *table = &history->watch->table;
    const struct tune_history past = {.sample = history->sample,
                                      .n_sample = history->n,
                                      .stop_us = history->stop_us,
                                      .n_stop = history->n_stop,
                                      .n_told = history->n_told,
                                      .from_us = tuning->from_us,
                                      .to_us = tuning->to_us};
    struct tuning watcher = *tuning;
    struct tune_options options = tune_usual();
    struct tune_result result;
    struct arena arena;
    options.budget_per_h = tuning->budget_per_h > 0 ? tuning->budget_per_h : options.budget_per_h;
    options.look = tuning->look ? look : NULL;
    options.watcher = &watcher;
    arena_init(&arena, ARENA_BYTES);
    const maru_status st = tune_run(table, &past, &options, &arena, &result, err);
    if (st == MARU_OK) {
        tell(context, table, &result);
    }
    arena_fini(&arena);
    return st;
}

maru_status tuning_run(struct signals *signals, const struct tuning *tuning, tuning_tell tell,
                       void *context, maru_error *err) {
    struct history history = {.tuning = tuning};
    maru_status st = alarm_watch_new(tuning->table, 1, tuning->from_us, &history.watch, err);
    if (st == MARU_OK) {
        history.n_told = alloc_new(history.watch->table.n_alarm + 1, sizeof *history.n_told);
        st = history.n_told ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    st = st == MARU_OK ? alarm_watch_find_signals(history.watch, signals, err) : st;
    st = st == MARU_OK ? read_samples(signals, tuning, &history, err) : st;
    st = st == MARU_OK ? read_events(signals, tuning, &history, err) : st;
    st = st == MARU_OK ? search(&history, tell, context, err) : st;
    alarm_watch_free(history.watch);
    alloc_free(history.sample);
    alloc_free(history.stop_us);
    alloc_free(history.n_told);
    return st;
}
