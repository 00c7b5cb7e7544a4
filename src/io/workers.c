#include "io/workers.h"

#include "base/status.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <time.h>

// The only shared state is the next number and how many threads still work, under one lock that is
// taken once a job.

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t changed; // n_working has come to 0
    size_t next, n_job, n_working;
    workers_job job;
    void *context;
};

static bool take(struct workers *workers, size_t *index) {
    pthread_mutex_lock(&workers->lock);
    const bool is_left = workers->next < workers->n_job;
    if (is_left) {
        *index = workers->next++;
    }
    pthread_mutex_unlock(&workers->lock);
    return is_left;
}

static void *work(void *argument) {
    struct workers *workers = argument;
    size_t index = 0;
    while (take(workers, &index)) {
        workers->job(workers->context, index);
    }
    pthread_mutex_lock(&workers->lock);
    workers->n_working--;
    pthread_cond_signal(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

static void look_on(struct workers *workers, workers_look look) {
    pthread_mutex_lock(&workers->lock);
    while (workers->n_working > 0) {
        struct timespec until = {0};
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WORKERS_LOOK_MS * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
        if (look) {
            pthread_mutex_unlock(&workers->lock);
            look(workers->context);
            pthread_mutex_lock(&workers->lock);
        }
    }
    pthread_mutex_unlock(&workers->lock);
}

maru_status workers_run(size_t n_job, size_t n_thread, workers_job job, workers_look look,
                        void *context, maru_error *err) {
    struct workers workers = {.n_job = n_job, .job = job, .context = context};
    pthread_t thread[WORKERS_MAX];
    n_thread = n_thread < 1 ? 1 : n_thread;
    n_thread = n_thread > WORKERS_MAX ? WORKERS_MAX : n_thread;
    n_thread = n_thread > n_job ? n_job : n_thread;

    pthread_mutex_init(&workers.lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&workers.changed, &attributes);
    pthread_condattr_destroy(&attributes);

    // Fewer threads than asked for do the same work; the lock is held so that none of them counts
    // itself out too early.
    size_t n_started = 0;
    pthread_mutex_lock(&workers.lock);
    while (n_started < n_thread && pthread_create(&thread[n_started], NULL, work, &workers) == 0) {
        n_started++;
    }
    workers.n_working = n_started;
    pthread_mutex_unlock(&workers.lock);
    look_on(&workers, look);
    for (size_t i = 0; i < n_started; i++) {
        pthread_join(thread[i], NULL);
    }
    pthread_cond_destroy(&workers.changed);
    pthread_mutex_destroy(&workers.lock);
    if (n_started == 0 && n_job > 0) {
        return fail(err, MARU_E_MEMORY, "the system gives no thread");
    }
    return MARU_OK;
}

size_t workers_cores(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    const int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (size_t)n;
}
