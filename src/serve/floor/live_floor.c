#include "serve/floor/live_floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/floor/models/model_keeping.h"
#include "serve/floor/past.h"
#include "serve/floor/recalling.h"
#include "serve/floor/windows/window_keeping.h"
#include "serve/floor/windows/window_making.h"
#include "serve/floor/windows/window_past.h"
#include "serve/log.h"
#include "signal/batch.h"

// The thread asks its follower for what was written, a few times a second at least, so that alarms come within a second of their
// sample. What comes is sorted by time in parts, each sample goes where its signal's route says, and what is concluded is written
// as events before the state that it came from is kept: so a kill in between only tells the same again, which replaces itself.
//
// What people do to alarms is kept before they are answered.

enum { WAIT_MS = 100, SAVE_US = 30000000, PART = 1 << 16 };
#define MAKING_S 0.02 // of each round, for windows that are due

static void say(struct floor *floor, const maru_error *err) {
    if (strcmp(floor->problem, err->text) != 0) { // once
        snprintf(floor->problem, sizeof floor->problem, "%s", err->text);
        log_say(LOG_ERROR, "floor", err->text);
    }
}

// ---- routes

struct routing {
    struct floor *floor;
    int64_t last;
    size_t n;
};

static const struct floor_route no_route = {NAME_NONE, ALARM_NONE, CHART_NONE, WINDOW_NONE};

static maru_status add_route(void *context, const struct signal_row *row, maru_error *err) {
    struct routing *routing = context;
    struct floor *floor = routing->floor;
    routing->last = row->id;
    routing->n++;
    if ((size_t)row->id >= floor->n_route) {
        const size_t n = 2 * (size_t)row->id + 64;
        struct floor_route *route = alloc_resize(floor->route, n, sizeof *route);
        if (!route) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        for (size_t i = floor->n_route; i < n; i++) {
            route[i] = no_route;
        }
        floor->route = route;
        floor->n_route = n;
    }
    floor->route[row->id] = (struct floor_route){
        .key = floor->tools ? tool_states_key(floor->tools, row) : NAME_NONE,
        .alarm = floor->alarms ? alarm_watch_signal(floor->alarms, row) : ALARM_NONE,
        .chart = floor->charts ? chart_watch_signal(floor->charts, row) : CHART_NONE,
        .window = floor->windows ? window_watch_signal(floor->windows, row) : WINDOW_NONE};
    return MARU_OK;
}

void floor_meet_signals(struct floor *floor) {
    enum { AT_ONCE = 1000 };
    struct routing routing = {.floor = floor, .last = floor->known};
    maru_status st = MARU_OK;
    do {
        routing.n = 0;
        st = signals_each(floor->signals, routing.last, AT_ONCE, add_route, &routing, NULL);
    } while (st == MARU_OK && routing.n == AT_ONCE);
    floor->known = routing.last;
}

// ---- what comes

struct coming {
    struct floor *floor;
    struct batch_sample *sample; // (PART)
    uint32_t *order;             // (PART)
    size_t n;
};

static _Thread_local const struct batch_sample *sorted; // for compare

static int compare(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const maru_time u = sorted[x].sample.at_us, v = sorted[y].sample.at_us;
    return u != v ? (u < v ? -1 : 1) : x < y ? -1 : x > y;
}

static void feed(struct coming *coming) {
    struct floor *floor = coming->floor;
    const maru_time now_us = clock_unix_us();
    for (uint32_t i = 0; i < coming->n; i++) {
        coming->order[i] = i;
    }
    sorted = coming->sample;
    qsort(coming->order, coming->n, sizeof *coming->order, compare);
    for (size_t i = 0; i < coming->n; i++) {
        const struct batch_sample *one = &coming->sample[coming->order[i]];
        const struct floor_route *route = &floor->route[one->signal];
        if (route->key != NAME_NONE) {
            tool_states_sample(floor->tools, route->key, &one->sample);
        }
        if (route->alarm != ALARM_NONE) {
            alarm_watch_sample(floor->alarms, route->alarm, &one->sample, now_us);
        }
        if (route->chart != CHART_NONE) {
            chart_watch_sample(floor->charts, route->chart, &one->sample);
        }
        if (route->window != WINDOW_NONE) {
            window_watch_sample(floor->windows, route->window, &one->sample, now_us);
        }
    }
    coming->n = 0;
}

static void take_samples(struct coming *coming, const struct text *bytes) {
    struct floor *floor = coming->floor;
    struct batch_reader reader = {.from = packed_text(bytes)};
    struct batch_sample one;
    while (bytes->n_bytes > 0 && batch_next(&reader, &one, NULL) == MARU_OK) {
        if (one.signal > floor->known) {
            floor_meet_signals(floor);
        }
        if (one.signal < 1 || (size_t)one.signal >= floor->n_route) {
            continue;
        }
        const struct floor_route *route = &floor->route[one.signal];
        if (route->key == NAME_NONE && route->alarm == ALARM_NONE && route->chart == CHART_NONE &&
            route->window == WINDOW_NONE) {
            continue;
        }
        coming->sample[coming->n++] = one;
        if (coming->n == PART) {
            feed(coming);
        }
    }
    feed(coming);
}

static void take_events(struct floor *floor, const struct text *bytes) {
    struct packed_bytes from = packed_text(bytes);
    struct event event;
    while (event_next(&from, &event, NULL) == MARU_OK) {
        if (floor->tools && strcmp(event.source, NEWS_SOURCE) != 0) {
            tool_states_event(floor->tools, &event);
        }
    }
}

// Windows hear events by their number, so that each is heard once, over kills too.
static void take_windows(struct floor *floor, bool has_events) {
    maru_error err = {0};
    maru_status st = MARU_OK;
    if (has_events) {
        st = window_past_hear(floor->windows, floor->signals, clock_unix_us(), &err);
        if (st == MARU_OK && floor->models) {
            st = model_watch_hear(floor->models, &err);
        }
    }
    st = st == MARU_OK ? window_make_due(floor->windows, floor->signals, MAKING_S,
                                         &floor->has_due_windows, &err)
                       : st;
    if (floor->models) {
        const maru_status flushed = model_watch_flush(floor->models, st == MARU_OK ? &err : NULL);
        st = st == MARU_OK ? flushed : st;
    }
    if (st != MARU_OK) {
        say(floor, &err);
    }
}

static void take(struct coming *coming, const struct text *samples, const struct text *events) {
    struct floor *floor = coming->floor;
    take_samples(coming, samples);
    take_events(floor, events);
    if (floor->windows) {
        take_windows(floor, events->n_bytes > 0);
    }
    if (floor->alarms) {
        alarm_watch_advance(floor->alarms, clock_unix_us() - ALARM_WATCH_HEARD_US);
    }
    if (floor->tools) {
        tool_states_tell(floor->tools, &floor->news);
    }
}

// ---- kept

static maru_status save_alarms(struct floor *floor, const struct engine_act *act, maru_error *err) {
    struct text bytes;
    text_init(&bytes, TENANT_MAX_ENGINE_BYTES);
    alarm_watch_save(floor->alarms, &bytes);
    const maru_status st =
        bytes.status == MARU_OK
            ? tenant_keep_engine(floor->tenant, FLOOR_ALARMS, bytes.bytes, bytes.n_bytes, act, err)
            : fail(err, bytes.status, "the state of the alarms is too large to be kept");
    text_fini(&bytes);
    floor->alarms->is_changed = st != MARU_OK;
    return st;
}

static maru_status save_charts(struct floor *floor, const struct engine_act *act, maru_error *err) {
    struct text bytes;
    text_init(&bytes, TENANT_MAX_ENGINE_BYTES);
    chart_watch_save(floor->charts, &bytes);
    const maru_status st =
        bytes.status == MARU_OK
            ? tenant_keep_engine(floor->tenant, FLOOR_CHARTS, bytes.bytes, bytes.n_bytes, act, err)
            : fail(err, bytes.status, "the state of the charts is too large to be kept");
    text_fini(&bytes);
    floor->charts->is_changed = st != MARU_OK;
    return st;
}

static maru_status keep_windows(struct floor *floor, const char *engine, const struct text *bytes,
                                const struct engine_act *act, maru_error *err) {
    return bytes->status == MARU_OK
               ? tenant_keep_engine(floor->tenant, engine, bytes->bytes, bytes->n_bytes, act, err)
               : fail(err, bytes->status, "the state of the windows is too large to be kept");
}

static maru_status save_models(struct floor *floor, maru_error *err) {
    struct text bytes;
    text_init(&bytes, TENANT_MAX_ENGINE_BYTES);
    model_keeping_save(floor->models, &bytes);
    const maru_status st =
        bytes.status == MARU_OK
            ? tenant_keep_engine(floor->tenant, FLOOR_MODELS, bytes.bytes, bytes.n_bytes, NULL, err)
            : fail(err, bytes.status, "the state of the models is too large to be kept");
    text_fini(&bytes);
    floor->models->is_changed = st != MARU_OK;
    return st;
}

static maru_status save_windows(struct floor *floor, const struct engine_act *act,
                                maru_error *err) {
    struct window_watch *windows = floor->windows;
    struct text bytes;
    maru_status st = MARU_OK;
    text_init(&bytes, TENANT_MAX_ENGINE_BYTES);
    if (act || windows->is_frozen_changed) {
        window_keeping_save_frozen(windows, &bytes);
        st = keep_windows(floor, FLOOR_FROZEN, &bytes, act, err);
        windows->is_frozen_changed = st != MARU_OK;
    }
    if (st == MARU_OK && windows->is_changed) {
        text_clear(&bytes);
        window_keeping_save(windows, clock_unix_us(), &bytes);
        st = keep_windows(floor, FLOOR_WINDOWS, &bytes, NULL, err);
        windows->is_changed = st != MARU_OK;
    }
    text_fini(&bytes);
    return st;
}

maru_status floor_save(struct floor *floor, const char *engine, const struct engine_act *act,
                       maru_error *err) {
    const bool is_of_alarms = act && strcmp(engine, FLOOR_ALARMS) == 0;
    const bool is_of_charts = act && strcmp(engine, FLOOR_CHARTS) == 0;
    const bool is_of_windows = act && strcmp(engine, FLOOR_FROZEN) == 0;
    maru_status st = news_flush(&floor->news, floor->signals, err);
    if (st == MARU_OK && floor->alarms && (floor->alarms->is_changed || is_of_alarms)) {
        st = save_alarms(floor, is_of_alarms ? act : NULL, err);
    }
    if (st == MARU_OK && floor->charts && (floor->charts->is_changed || is_of_charts)) {
        st = save_charts(floor, is_of_charts ? act : NULL, err);
    }
    if (st == MARU_OK && floor->models && floor->models->is_changed) {
        st = save_models(floor, err); // before windows: one that is made again is known then
    }
    if (st == MARU_OK && floor->windows) {
        st = save_windows(floor, is_of_windows ? act : NULL, err);
    }
    floor->saved_us = clock_unix_us();
    return st;
}

// Conclusions go out at once, the state of the alarms every now and then.
static void keep(struct floor *floor, bool is_last) {
    maru_error err = {0};
    const maru_time now_us = clock_unix_us();
    const bool is_due = is_last || now_us - floor->saved_us > SAVE_US || now_us < floor->saved_us;
    const maru_status st =
        is_due ? floor_save(floor, "", NULL, &err) : news_flush(&floor->news, floor->signals, &err);
    if (st != MARU_OK) {
        say(floor, &err);
    } else {
        floor->told_us = now_us;
    }
}

// ---- the thread

// Read the documents and what is kept, as if it all came now. The engines that are there go on with what they know.
static void make(struct floor *floor) {
    maru_error err = {0};
    floor->problem[0] = '\0';
    if (recalling_read_documents(floor, &err) != MARU_OK) {
        say(floor, &err);
    }
    for (size_t i = 0; i < floor->n_route; i++) {
        floor->route[i] = no_route;
    }
    floor->known = 0;
    if (floor->windows) {
        window_watch_forget_signals(floor->windows);
    }
    floor_meet_signals(floor);
    if (recalling_read_past(floor, &err) != MARU_OK) {
        say(floor, &err);
    }
    floor->ready_us = clock_unix_us();
}

static void catch_up(struct floor *floor) {
    maru_error err = {0};
    floor->n_behind++;
    log_say(LOG_WARN, "floor", "fell behind what is written, and reads it back");
    if (recalling_read_past(floor, &err) != MARU_OK) {
        say(floor, &err);
    }
}

static void work(struct floor *floor, struct coming *coming) {
    struct text samples, events;
    text_init(&samples, SIGNALS_MAX_FOLLOW_BYTES);
    text_init(&events, SIGNALS_MAX_FOLLOW_BYTES);
    bool is_ending = false;
    while (!is_ending) {
        const bool has_missed = signals_take_followed(
            floor->follower, floor->has_due_windows ? 1 : WAIT_MS, &samples, &events);
        pthread_mutex_lock(&floor->lock);
        const uint64_t wanted = floor->wanted;
        if (wanted != floor->taken) {
            make(floor);
        } else if (has_missed) {
            catch_up(floor);
        }
        take(coming, &samples, &events);
        is_ending = floor->is_ending;
        keep(floor, is_ending);
        floor->taken = wanted;
        pthread_cond_broadcast(&floor->is_taken);
        pthread_mutex_unlock(&floor->lock);
    }
    text_fini(&samples);
    text_fini(&events);
}

static void *run(void *context) {
    struct floor *floor = context;
    struct coming coming = {.floor = floor,
                            .sample = alloc_new(PART, sizeof *coming.sample),
                            .order = alloc_new(PART, sizeof *coming.order)};
    if (coming.sample && coming.order) {
        work(floor, &coming);
    } else {
        log_say(LOG_ERROR, "floor", "no memory");
        floor_end(floor); // nobody waits for it
    }
    alloc_free(coming.sample);
    alloc_free(coming.order);
    return NULL;
}

maru_status floor_open(struct store *store, const char *tenant, struct floor **out,
                       maru_error *err) {
    struct floor *floor = alloc_new(1, sizeof *floor);
    if (!floor) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    floor->store = store;
    floor->wanted = 1;
    snprintf(floor->tenant_name, sizeof floor->tenant_name, "%s", tenant);
    pthread_mutex_init(&floor->lock, NULL);
    pthread_cond_init(&floor->is_taken, NULL);
    news_init(&floor->news);
    maru_status st = store_hold(store, tenant, &floor->tenant, err);
    st = st == MARU_OK ? tenant_open_signals(store, floor->tenant, &floor->signals, err) : st;
    st = st == MARU_OK ? signals_follow(floor->signals, &floor->follower, err) : st;
    maru_error why = {0};
    if (st == MARU_OK && recalling_read_assets(floor, &why) != MARU_OK) {
        say(floor, &why); // the rest works all the same
    }
    if (st == MARU_OK && pthread_create(&floor->thread, NULL, run, floor) != 0) {
        st = fail(err, MARU_E_MEMORY, "no more threads");
    }
    floor->has_thread = st == MARU_OK;
    if (st != MARU_OK) {
        floor_close(floor);
        return st;
    }
    *out = floor;
    return MARU_OK;
}

void floor_end(struct floor *floor) {
    pthread_mutex_lock(&floor->lock);
    floor->is_ending = true;
    pthread_cond_broadcast(&floor->is_taken);
    pthread_mutex_unlock(&floor->lock);
}

void floor_close(struct floor *floor) {
    if (!floor) {
        return;
    }
    floor_end(floor);
    if (floor->has_thread) {
        pthread_join(floor->thread, NULL);
    }
    signals_unfollow(floor->follower);
    tool_states_free(floor->tools);
    alarm_watch_free(floor->alarms);
    chart_watch_free(floor->charts);
    window_watch_free(floor->windows);
    model_watch_free(floor->models);
    alloc_free(floor->shifts);
    asset_table_fini(floor->assets);
    alloc_free(floor->assets);
    news_fini(&floor->news);
    alloc_free(floor->route);
    store_release(floor->store, floor->tenant);
    pthread_cond_destroy(&floor->is_taken);
    pthread_mutex_destroy(&floor->lock);
    alloc_free(floor);
}

static void await_reading(struct floor *floor, uint64_t wanted) {
    while (floor->has_thread && !floor->is_ending && floor->taken < wanted) {
        pthread_cond_wait(&floor->is_taken, &floor->lock);
    }
}

void floor_enter(struct floor *floor) {
    pthread_mutex_lock(&floor->lock);
    await_reading(floor, 1);
}

void floor_refresh(struct floor *floor) {
    pthread_mutex_lock(&floor->lock);
    await_reading(floor, ++floor->wanted);
    pthread_mutex_unlock(&floor->lock);
}
