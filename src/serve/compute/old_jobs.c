#include "serve/compute/old_jobs.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "io/files.h"
#include "serve/compute/job_folder.h"
#include "serve/log.h"
#include "store/jobs/kept_jobs.h"

// A job goes from the store first, in one transaction that refuses one that somebody has just let run again; then its folder. A row always
// comes before its folder, so a folder of yesterday without a row is one that was left.

enum { PORTION = 50, EVERY_S = 3600, PATH_BYTES = 4096, DAY_S = 86400 };

struct old_job {
    char id[STORE_ID_BYTES], batch[STORE_ID_BYTES];
};
struct turning {
    const struct old_jobs_asked *asked;
    struct tenant *tenant;
    const char *name;
    struct old_job job[PORTION];
    size_t n;
    uint64_t n_gone;
};

static void complain(const struct turning *turning, const char *job, const maru_error *err) {
    struct log_line line;
    log_open(&line, LOG_ERROR, "old jobs");
    log_add_string(&line, "tenant", turning->name);
    log_add_string(&line, "job", job);
    log_add_string(&line, "detail", err->text);
    log_close(&line);
}

static bool is_stopping(const struct turning *turning) {
    return turning->asked->is_stopping && turning->asked->is_stopping(turning->asked->context);
}

// ---- jobs

static maru_status see_old(void *context, const struct job_row *row, maru_error *err) {
    struct turning *turning = context;
    (void)err;
    if (turning->n < PORTION) {
        struct old_job *job = &turning->job[turning->n++];
        snprintf(job->id, sizeof job->id, "%s", row->id);
        snprintf(job->batch, sizeof job->batch, "%s", row->batch);
    }
    return MARU_OK;
}

static maru_status count_row(void *context, const struct job_row *row, maru_error *err) {
    (void)row;
    (void)err;
    ++*(size_t *)context;
    return MARU_OK;
}

static maru_status count_batch(struct tenant *tenant, const char *batch, size_t *n,
                               maru_error *err) {
    const struct job_filter filter = {.project = "", .batch = batch, .state = ""};
    const struct page page = {.limit = 1, .after = ""};
    *n = 0;
    return tenant_each_job(tenant, &filter, &page, count_row, n, err);
}

static maru_status let_go(struct turning *turning, const struct old_job *job, maru_error *err) {
    size_t n_left = 1;
    maru_status st = tenant_delete_job(turning->tenant, job->id, "maru", err);
    if (st == MARU_E_RANGE || st == MARU_E_USAGE) {
        return MARU_OK; // it runs again, or somebody was quicker
    }
    turning->n_gone += st == MARU_OK;
    st = st == MARU_OK ? count_batch(turning->tenant, job->batch, &n_left, err) : st;
    return st == MARU_OK ? job_folder_remove(turning->asked->folder, turning->name, job->id,
                                             n_left == 0 ? job->batch : NULL, err)
                         : st;
}

static void let_all_go(struct turning *turning) {
    const int64_t before_us =
        turning->asked->now_us - turning->asked->days * DAY_S * INT64_C(1000000);
    maru_error err = {0};
    maru_status st = MARU_OK;
    uint64_t n_before;
    do {
        n_before = turning->n_gone;
        turning->n = 0;
        st = tenant_each_old_job(turning->tenant, before_us, PORTION, see_old, turning, &err);
        if (st != MARU_OK) {
            complain(turning, "", &err);
        }
        for (size_t i = 0; st == MARU_OK && i < turning->n && !is_stopping(turning); i++) {
            st = let_go(turning, &turning->job[i], &err);
            if (st != MARU_OK) {
                complain(turning, turning->job[i].id, &err);
            }
        }
    } while (st == MARU_OK && turning->n == PORTION && turning->n_gone > n_before &&
             !is_stopping(turning));
}

// ---- folders

static maru_status has_job(struct turning *turning, const char *id, bool is_batch, bool *has,
                           maru_error *err) {
    size_t n = 0;
    maru_status st = is_batch ? count_batch(turning->tenant, id, &n, err)
                              : tenant_see_one_job(turning->tenant, id, count_row, &n, err);
    st = st == MARU_E_USAGE ? MARU_OK : st;
    *has = n > 0;
    return st;
}

static bool is_old(int folder, const char *name, int64_t now_us) {
    struct stat its;
    return fstatat(folder, name, &its, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(its.st_mode) &&
           its.st_mtime < now_us / 1000000 - DAY_S;
}

static void sweep(struct turning *turning, const char *path, bool is_batch) {
    DIR *dir = opendir(path);
    for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry && !is_stopping(turning);
         entry = readdir(dir)) {
        bool has = true;
        maru_error err = {0};
        if (!store_is_id(entry->d_name) ||
            !is_old(dirfd(dir), entry->d_name, turning->asked->now_us)) {
            continue;
        }
        struct text folder;
        text_init(&folder, PATH_BYTES);
        files_join(&folder, path, entry->d_name);
        maru_status st = has_job(turning, entry->d_name, is_batch, &has, &err);
        if (st == MARU_OK && !has && folder.status == MARU_OK) {
            st = tree_remove(folder.bytes, &err);
        }
        if (st != MARU_OK) {
            complain(turning, entry->d_name, &err);
        }
        text_fini(&folder);
    }
    if (dir) {
        closedir(dir);
    }
}

static void sweep_all(struct turning *turning) {
    struct text own, sent;
    text_init(&own, PATH_BYTES);
    text_init(&sent, PATH_BYTES);
    files_join(&own, turning->asked->folder, turning->name);
    job_folder_path(&sent, turning->asked->folder, turning->name, "in", NULL);
    if (own.status == MARU_OK && sent.status == MARU_OK) {
        sweep(turning, own.bytes, false);
        sweep(turning, sent.bytes, true);
    }
    text_fini(&own);
    text_fini(&sent);
}

// ---- a turn

static maru_status turn_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct turning *turning = context;
    maru_error why = {0};
    turning->name = row->name;
    maru_status st = store_hold(turning->asked->store, row->name, &turning->tenant, &why);
    if (st == MARU_OK) {
        if (turning->asked->days > 0) {
            let_all_go(turning);
        }
        sweep_all(turning);
        store_release(turning->asked->store, turning->tenant);
    } else if (st != MARU_E_USAGE) {
        complain(turning, "", &why);
    }
    return is_stopping(turning) ? fail(err, MARU_E_STOPPED, "stopped") : MARU_OK;
}

uint64_t old_jobs_turn(const struct old_jobs_asked *asked) {
    struct turning *turning = alloc_new(1, sizeof *turning);
    maru_error err = {0};
    if (!turning) {
        log_say(LOG_ERROR, "old jobs", "no memory");
        return 0;
    }
    turning->asked = asked;
    const maru_status st = store_visit_tenants(asked->store, turn_tenant, turning, &err);
    if (st != MARU_OK && st != MARU_E_STOPPED) {
        log_say(LOG_ERROR, "old jobs", err.text);
    }
    const uint64_t n_gone = turning->n_gone;
    alloc_free(turning);
    return n_gone;
}

// ---- the thread

struct old_jobs {
    struct store *store;
    char *folder;
    int64_t days;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t is_told;
    bool is_stopping;
};

static bool asks_to_stop(void *context) {
    struct old_jobs *old = context;
    pthread_mutex_lock(&old->lock);
    const bool is = old->is_stopping;
    pthread_mutex_unlock(&old->lock);
    return is;
}

static bool waits(struct old_jobs *old) {
    struct timespec until;
    int code = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += EVERY_S;
    pthread_mutex_lock(&old->lock);
    while (!old->is_stopping && code == 0) {
        code = pthread_cond_timedwait(&old->is_told, &old->lock, &until);
    }
    const bool goes_on = !old->is_stopping;
    pthread_mutex_unlock(&old->lock);
    return goes_on;
}

static void *run(void *context) {
    struct old_jobs *old = context;
    do {
        const struct old_jobs_asked asked = {.store = old->store,
                                             .folder = old->folder,
                                             .now_us = clock_unix_us(),
                                             .days = old->days,
                                             .is_stopping = asks_to_stop,
                                             .context = old};
        const uint64_t n = old_jobs_turn(&asked);
        if (n > 0) {
            struct log_line line;
            log_open(&line, LOG_INFO, "jobs gone");
            log_add_integer(&line, "jobs", (int64_t)n);
            log_add_integer(&line, "days", old->days);
            log_close(&line);
        }
    } while (waits(old));
    return NULL;
}

maru_status old_jobs_start(struct store *store, const char *folder, int64_t days,
                           struct old_jobs **out, maru_error *err) {
    struct old_jobs *old = alloc_new(1, sizeof *old);
    const size_t n = strlen(folder) + 1;
    if (!old || !(old->folder = alloc_new(n, 1))) {
        alloc_free(old);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(old->folder, folder, n);
    old->store = store;
    old->days = days;
    pthread_mutex_init(&old->lock, NULL);
    pthread_cond_init(&old->is_told, NULL);
    if (pthread_create(&old->thread, NULL, run, old) != 0) {
        pthread_mutex_destroy(&old->lock);
        pthread_cond_destroy(&old->is_told);
        alloc_free(old->folder);
        alloc_free(old);
        return fail(err, MARU_E_MEMORY, "no memory for a thread");
    }
    *out = old;
    return MARU_OK;
}

void old_jobs_stop(struct old_jobs *old) {
    if (!old) {
        return;
    }
    pthread_mutex_lock(&old->lock);
    old->is_stopping = true;
    pthread_cond_signal(&old->is_told);
    pthread_mutex_unlock(&old->lock);
    pthread_join(old->thread, NULL);
    pthread_mutex_destroy(&old->lock);
    pthread_cond_destroy(&old->is_told);
    alloc_free(old->folder);
    alloc_free(old);
}
