#include "serve/rounds/round_watching.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/log.h"
#include "serve/rounds/round_leasing.h"
#include "serve/rounds/round_use.h"
#include "study/json_writer.h"

// The thread has no state that matters: all it goes by is the round, its record and the attempts of jobs. Killed at any moment, the next
// server looks again and finds what is missing. What it keeps in memory is only how things stood, for people who look.

enum { FIRST_LOOK_S = 2, MANY_ROUNDS = 1000, TRIES = 3, NAME_BYTES = ROUND_MAX_NAME_BYTES };

// ---- one look

// Use is what was brought, and what the pool has measured; only the former is kept with the round.
static maru_status watch_kept(struct store *store, struct compute *compute,
                              const struct round_look *look, struct kept_round *kept,
                              maru_faults *faults, struct round_done *done, maru_error *err) {
    const struct round_place place = kept_round_place(kept);
    const int32_t yesterday = round_use_day(look->now_ms * 1000) - 1;
    char time[CLOCK_TEXT_BYTES];
    clock_text(look->now_ms, time);
    const struct round_doing doing = {&place, time, yesterday, look->reclaims, look->waits};
    const uint32_t use = round_kept_find("usage.csv"), leases = round_kept_find("leases.csv");
    struct text brought, before;
    const bool had_use = kept->memory.has[use];
    text_init(&brought, ROUNDS_MAX_FILE_BYTES);
    text_init(&before, ROUNDS_MAX_FILE_BYTES);
    text_add(&brought, kept->memory.file[use].bytes ? kept->memory.file[use].bytes : "",
             kept->memory.file[use].n_bytes);
    text_add(&before, kept->memory.file[leases].bytes, kept->memory.file[leases].n_bytes);
    maru_status st = round_use_add(store, compute, kept, yesterday, err);
    st = st == MARU_OK ? round_watch_folder(&doing, faults, done, err) : st;
    text_clear(&kept->memory.file[use]);
    text_add(&kept->memory.file[use], brought.bytes ? brought.bytes : "", brought.n_bytes);
    kept->memory.has[use] = had_use;
    if (st == MARU_OK && look->reclaims && done->n_due > 0) {
        kept->is_applied = false;
        st = round_leasing_credits(kept, &before, time, err);
    }
    text_fini(&brought);
    text_fini(&before);
    return st;
}

static void log_events(const char *round, const struct round_done *done) {
    for (uint32_t i = 0; i < done->n_event; i++) {
        const struct lease_event *event = &done->event[i];
        struct log_line line;
        if (!done->is_new[i]) {
            continue;
        }
        log_open(&line, LOG_WARN, event->kind == LEASE_WARNED ? "lease idle" : "lease reclaimed");
        log_add_string(&line, "round", round);
        log_add_string(&line, "tenant", done->round->institution[event->institution]);
        log_add_string(&line, "type", done->round->type[event->type].name);
        log_add_integer(&line, "idle_days", event->idle_days);
        log_add_integer(&line, "gpus", event->gpus);
        log_add_integer(&line, "kept", event->kept);
        log_close(&line);
    }
}

maru_status round_look_once(struct store *store, struct compute *compute,
                            const struct round_look *look, maru_faults *faults,
                            struct round_done *done, maru_error *err) {
    struct kept_round kept;
    *done = (struct round_done){.n_lease = 0};
    maru_status st = kept_round_load(store, look->round, &kept, err);
    if (st == MARU_OK && kept_round_state(&kept, 0) != ROUND_LEASED) {
        st = fail(err, MARU_E_RANGE, "this round is not leased yet");
    }
    st = st == MARU_OK ? watch_kept(store, compute, look, &kept, faults, done, err) : st;
    if (st == MARU_OK && done->has_changed) {
        st = kept_round_keep(store, &kept, look->by, err);
        if (st == MARU_OK) {
            log_events(look->round, done);
        }
    }
    st = st == MARU_OK && !kept.is_applied
             ? round_leasing_apply(store, compute, &kept, look->by, err)
             : st;
    kept_round_fini(&kept);
    return st;
}

// ---- how things stood

struct standing { // of an institution and type
    char institution[NAME_BYTES], type[NAME_BYTES];
    uint32_t gpus, idle_days;
    int32_t reclaim_day; // the first on which it may be taken back; LEASE_UNTOLD: it is not warned
    int64_t used, leased;
};

struct looked { // of a round
    char round[ROUND_MAX_ID + 1];
    int64_t at_ms;
    int32_t last_day;
    struct standing *standing; // (n)
    uint32_t n;
};

struct watching {
    struct store *store;
    struct compute *compute;
    uint32_t minutes;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; // of all below
    pthread_cond_t is_told;
    bool stops;
    struct looked *looked; // (n_looked)
    uint32_t n_looked;
};

static void note(struct watching *w, const char *round, int64_t now_ms,
                 const struct round_done *done) {
    struct standing *standing = alloc_new((size_t)done->n_stand + 1, sizeof *standing);
    struct looked *looked = NULL;
    for (uint32_t i = 0; standing && i < done->n_stand; i++) {
        const struct lease_event *event = &done->stand[i];
        standing[i] = (struct standing){
            .gpus = event->gpus,
            .idle_days = event->idle_days,
            .used = event->used,
            .leased = event->leased,
            .reclaim_day = event->told_day == LEASE_UNTOLD
                               ? LEASE_UNTOLD
                               : event->told_day + (int32_t)done->round->rules.reclaim_days};
        snprintf(standing[i].institution, NAME_BYTES, "%s",
                 done->round->institution[event->institution]);
        snprintf(standing[i].type, NAME_BYTES, "%s", done->round->type[event->type].name);
    }
    pthread_mutex_lock(&w->lock);
    for (uint32_t i = 0; i < w->n_looked; i++) {
        looked = strcmp(w->looked[i].round, round) == 0 ? &w->looked[i] : looked;
    }
    if (!looked && w->n_looked < MANY_ROUNDS) {
        looked = &w->looked[w->n_looked++];
        snprintf(looked->round, sizeof looked->round, "%s", round);
    }
    if (looked && standing) {
        alloc_free(looked->standing);
        looked->standing = standing;
        looked->n = done->n_stand;
        looked->at_ms = now_ms;
        looked->last_day = done->last_day;
        standing = NULL;
    }
    pthread_mutex_unlock(&w->lock);
    alloc_free(standing);
}

static void add_standing(struct json *json, const struct standing *one) {
    json_open_object(json, NULL);
    json_add_string(json, "institution", one->institution);
    json_add_string(json, "type", one->type);
    json_add_count(json, "gpus", one->gpus);
    json_add_number(json, "used", one->leased > 0 ? (double)one->used / (double)one->leased : 0);
    json_add_count(json, "idle_days", one->idle_days);
    if (one->reclaim_day != LEASE_UNTOLD) {
        struct text day;
        text_init(&day, 64);
        round_day_write(&day, one->reclaim_day);
        json_add_string(json, "reclaim_on", day.bytes);
        text_fini(&day);
    }
    json_close(json);
}

void watching_add(struct json *json, struct watching *watching, const char *round,
                  const char *institution) {
    if (!watching) {
        return;
    }
    pthread_mutex_lock(&watching->lock);
    for (uint32_t i = 0; i < watching->n_looked; i++) {
        const struct looked *looked = &watching->looked[i];
        if (strcmp(looked->round, round) == 0) {
            char when[CLOCK_TEXT_BYTES];
            struct text day;
            clock_text(looked->at_ms, when);
            text_init(&day, 64);
            round_day_write(&day, looked->last_day);
            json_open_object(json, "watched");
            json_add_string(json, "time", when);
            json_add_string(json, "last_day", day.bytes);
            json_open_list(json, "leases");
            for (uint32_t k = 0; k < looked->n; k++) {
                if (!institution || strcmp(institution, looked->standing[k].institution) == 0) {
                    add_standing(json, &looked->standing[k]);
                }
            }
            json_close(json);
            json_close(json);
            text_fini(&day);
        }
    }
    pthread_mutex_unlock(&watching->lock);
}

// ---- the thread

// Somebody may change the round at the same time: then it is looked at again.
static void look_at(struct watching *w, const char *round) {
    maru_status st = MARU_E_RANGE;
    maru_error err = {0};
    for (int i = 0; st == MARU_E_RANGE && i < TRIES; i++) {
        const struct round_look look = {round, "server", true, true, clock_unix_ms()};
        maru_faults *faults = maru_faults_new();
        struct round_done done = {.n_lease = 0};
        st = faults ? round_look_once(w->store, w->compute, &look, faults, &done, &err)
                    : fail(&err, MARU_E_MEMORY, "no memory");
        if (st == MARU_OK) {
            note(w, round, look.now_ms, &done);
        }
        round_done_fini(&done);
        maru_faults_free(faults);
    }
    if (st != MARU_OK) {
        struct log_line line;
        log_open(&line, LOG_ERROR, "round look");
        log_add_string(&line, "round", round);
        log_add_string(&line, "detail", err.text);
        log_close(&line);
    }
}

static bool is_leased(struct watching *w, const char *round) {
    struct kept_round kept;
    const maru_status st = kept_round_load(w->store, round, &kept, NULL);
    const bool is = st == MARU_OK && kept_round_state(&kept, 0) == ROUND_LEASED;
    kept_round_fini(&kept);
    return is;
}

static bool stops(struct watching *w) {
    pthread_mutex_lock(&w->lock);
    const bool is = w->stops;
    pthread_mutex_unlock(&w->lock);
    return is;
}

static void look_at_all(struct watching *w) {
    char(*id)[ROUND_MAX_ID + 1] = alloc_new(MANY_ROUNDS, sizeof *id);
    maru_error err = {0};
    uint32_t n = 0;
    if (!id || kept_round_each(w->store, id, MANY_ROUNDS, &n, &err) != MARU_OK) {
        log_say(LOG_ERROR, "round look", err.text);
    }
    for (uint32_t i = 0; i < n && !stops(w); i++) {
        if (is_leased(w, id[i])) {
            look_at(w, id[i]);
        }
    }
    alloc_free(id);
}

// False: it is over.
static bool sleep_for(struct watching *w, int64_t seconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    int failed = 0;
    pthread_mutex_lock(&w->lock);
    while (!w->stops && failed == 0) {
        failed = pthread_cond_timedwait(&w->is_told, &w->lock, &until);
    }
    const bool goes_on = !w->stops;
    pthread_mutex_unlock(&w->lock);
    return goes_on;
}

static void *work(void *context) {
    struct watching *w = context;
    for (int64_t wait_s = FIRST_LOOK_S; sleep_for(w, wait_s); wait_s = (int64_t)w->minutes * 60) {
        look_at_all(w);
    }
    return NULL;
}

static bool make_lock(struct watching *w) {
    pthread_condattr_t how;
    if (pthread_condattr_init(&how) != 0) {
        return false;
    }
    const bool is_made = pthread_condattr_setclock(&how, CLOCK_MONOTONIC) == 0 &&
                         pthread_cond_init(&w->is_told, &how) == 0;
    pthread_condattr_destroy(&how);
    return is_made && pthread_mutex_init(&w->lock, NULL) == 0;
}

maru_status watching_start(struct store *store, struct compute *compute, uint32_t minutes,
                           struct watching **out, maru_error *err) {
    struct watching *w = alloc_new(1, sizeof *w);
    struct looked *looked = alloc_new(MANY_ROUNDS, sizeof *looked);
    if (!w || !looked || !make_lock(w)) {
        alloc_free(w);
        alloc_free(looked);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    w->store = store;
    w->compute = compute;
    w->minutes = minutes;
    w->looked = looked;
    w->has_thread = minutes > 0 && pthread_create(&w->thread, NULL, work, w) == 0;
    *out = w;
    return minutes == 0 || w->has_thread ? MARU_OK
                                         : fail(err, MARU_E_MEMORY, "no thread can be started");
}

void watching_stop(struct watching *watching) {
    if (!watching) {
        return;
    }
    pthread_mutex_lock(&watching->lock);
    watching->stops = true;
    pthread_cond_signal(&watching->is_told);
    pthread_mutex_unlock(&watching->lock);
    if (watching->has_thread) {
        pthread_join(watching->thread, NULL);
    }
    for (uint32_t i = 0; i < watching->n_looked; i++) {
        alloc_free(watching->looked[i].standing);
    }
    alloc_free(watching->looked);
    pthread_cond_destroy(&watching->is_told);
    pthread_mutex_destroy(&watching->lock);
    alloc_free(watching);
}
