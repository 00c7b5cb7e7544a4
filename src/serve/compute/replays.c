#include "serve/compute/replays.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/log.h"
#include "study/replay/replay_report.h"

// A list in the order of coming. The thread takes the first that waits; only it touches the study of one that it has. What came of it is
// written as texts while the study is there, so that a kept one is small and looking at it is a copy.

struct one {
    char id[STORE_ID_BYTES];
    enum replay_state state;
    double progress;
    maru_error problem;
    struct replay_study *study; // until it has ended
    struct text json, page[N_LANG];
    struct one *next;
    struct replays *replays;
};

struct replays {
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    pthread_t thread;
    struct one *first, **end;
    uint32_t n_open, n_kept;
    bool is_stopping, is_started;
};

static void free_study(struct replay_study *study) {
    if (study) {
        replay_study_close(study);
        alloc_free(study);
    }
}

static void free_one(struct one *one) {
    free_study(one->study);
    text_fini(&one->json);
    text_fini(&one->page[LANG_EN]);
    text_fini(&one->page[LANG_KO]);
    alloc_free(one);
}

// ---- the thread

static bool go_on(void *context, double share) {
    struct one *const one = context;
    pthread_mutex_lock(&one->replays->lock);
    one->progress = share;
    const bool goes_on = !one->replays->is_stopping;
    pthread_mutex_unlock(&one->replays->lock);
    return goes_on;
}

static maru_status write_result(struct one *one, maru_error *err) {
    struct json json;
    json_writer_init(&json, &one->json);
    json_open_object(&json, NULL);
    replay_add_json(&json, one->study);
    json_close(&json);
    maru_status st = one->json.status == MARU_OK
                         ? MARU_OK
                         : fail(err, one->json.status, "the result is too large");
    for (enum lang lang = LANG_EN; st == MARU_OK && lang < N_LANG; lang++) {
        st = replay_add_report(&one->page[lang], one->study, lang, err);
    }
    return st;
}

static void play(struct one *one) {
    maru_error err = {0};
    maru_status st = replay_study_run(one->study, go_on, one, &err);
    st = st == MARU_OK ? write_result(one, &err) : st;
    free_study(one->study);
    pthread_mutex_lock(&one->replays->lock);
    one->study = NULL;
    one->problem = err;
    one->state = st == MARU_OK ? REPLAY_DONE : REPLAY_FAILED;
    one->progress = st == MARU_OK ? 1 : one->progress;
    one->replays->n_open--;
    one->replays->n_kept++;
    pthread_mutex_unlock(&one->replays->lock);
    if (st != MARU_OK && st != MARU_E_STOPPED) {
        log_say(LOG_WARN, "replay failed", err.text);
    }
}

// With the lock held: the oldest that have ended go where there are too many.
static void forget(struct replays *replays) {
    for (struct one **at = &replays->first; *at && replays->n_kept > REPLAYS_MAX_KEPT;) {
        struct one *const one = *at;
        if (one->state < REPLAY_DONE) {
            at = &one->next;
            continue;
        }
        *at = one->next;
        replays->end = one->next ? replays->end : at;
        replays->n_kept--;
        free_one(one);
    }
}

static struct one *next_one(struct replays *replays) {
    struct one *one = NULL;
    pthread_mutex_lock(&replays->lock);
    while (!one && !replays->is_stopping) {
        for (one = replays->first; one && one->state != REPLAY_WAITS; one = one->next) {
        }
        if (!one) {
            pthread_cond_wait(&replays->has_work, &replays->lock);
        }
    }
    one = replays->is_stopping ? NULL : one;
    if (one) {
        one->state = REPLAY_RUNS;
    }
    pthread_mutex_unlock(&replays->lock);
    return one;
}

static void *work(void *context) {
    struct replays *const replays = context;
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), REPLAYS_NICE);
    for (struct one *one = NULL; (one = next_one(replays)) != NULL;) {
        play(one);
    }
    return NULL;
}

// ---- beginning and end

maru_status replays_start(struct replays **out, maru_error *err) {
    struct replays *const replays = alloc_new(1, sizeof *replays);
    if (!replays) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    pthread_mutex_init(&replays->lock, NULL);
    pthread_cond_init(&replays->has_work, NULL);
    replays->end = &replays->first;
    replays->is_started = pthread_create(&replays->thread, NULL, work, replays) == 0;
    if (!replays->is_started) {
        replays_stop(replays);
        return fail(err, MARU_E_MEMORY, "no thread for replays");
    }
    *out = replays;
    return MARU_OK;
}

void replays_stop(struct replays *replays) {
    if (!replays) {
        return;
    }
    pthread_mutex_lock(&replays->lock);
    replays->is_stopping = true;
    pthread_cond_signal(&replays->has_work);
    pthread_mutex_unlock(&replays->lock);
    if (replays->is_started) {
        pthread_join(replays->thread, NULL);
    }
    while (replays->first) {
        struct one *const one = replays->first;
        replays->first = one->next;
        free_one(one);
    }
    pthread_cond_destroy(&replays->has_work);
    pthread_mutex_destroy(&replays->lock);
    alloc_free(replays);
}

// ---- asking and looking

maru_status replays_add(struct replays *replays, struct replay_study *study,
                        char id[STORE_ID_BYTES], maru_error *err) {
    struct one *const one = alloc_new(1, sizeof *one);
    if (!one) {
        free_study(study);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    one->study = study;
    one->replays = replays;
    text_init(&one->json, REPLAYS_MAX_TEXT);
    text_init(&one->page[LANG_EN], REPLAYS_MAX_TEXT);
    text_init(&one->page[LANG_KO], REPLAYS_MAX_TEXT);
    store_make_id(one->id);
    pthread_mutex_lock(&replays->lock);
    const bool has_room = replays->n_open < REPLAYS_MAX_OPEN;
    if (has_room) {
        replays->n_open++;
        *replays->end = one;
        replays->end = &one->next;
        snprintf(id, STORE_ID_BYTES, "%s", one->id);
        forget(replays);
        pthread_cond_signal(&replays->has_work);
    }
    pthread_mutex_unlock(&replays->lock);
    if (!has_room) {
        free_one(one);
        return fail(err, MARU_E_LIMIT, "%d replays wait already: try again later",
                    REPLAYS_MAX_OPEN);
    }
    return MARU_OK;
}

maru_status replays_look(struct replays *replays, const char *id, struct replay_look *look,
                         enum replay_result which, enum lang lang, struct text *out,
                         maru_error *err) {
    pthread_mutex_lock(&replays->lock);
    struct one *one = replays->first;
    while (one && strcmp(one->id, id) != 0) {
        one = one->next;
    }
    if (one) {
        *look = (struct replay_look){one->state, one->progress, one->problem};
        if (out && one->state == REPLAY_DONE) {
            const struct text *const text = which == REPLAY_JSON ? &one->json : &one->page[lang];
            text_add(out, text->bytes, text->n_bytes);
        }
    }
    pthread_mutex_unlock(&replays->lock);
    return one ? MARU_OK
               : fail(err, MARU_E_USAGE, "there is no such replay, or it is not kept any more");
}
