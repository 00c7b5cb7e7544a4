#include "io/executor/gpu_lookout.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"

// Looks are rounds over all cards, made when somebody asks. Each card is copied under the lock when it has been looked at, so what
// was seen is whole; between the copies the thread is in the driver, without the lock, and `at` says at which card.
//
// A round that was asked for while one runs is another one: what it tells is not older than the question.

enum { ANSWER_SHARE = 5, END_S = 2, NOBODY = -1, PATH_BYTES = 4096 };

struct gpu_lookout {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t asked, seen;
    uint64_t n_asked, n_begun, n_done; // rounds
    double begun_s;                    // the round that runs; 0: none does
    double patience_s;
    int at; // the card that is looked at, NOBODY: the driver as a whole
    bool is_ending;
    uint32_t n;
    struct gpu_look look[NVML_MAX_GPUS];
    char path[PATH_BYTES];
    char found[PATH_BYTES]; // "": not known yet; written once
};

static void look_around(struct gpu_lookout *lookout, struct nvml *nvml) {
    const uint32_t n = nvml_count(nvml);
    for (uint32_t i = 0; i < n; i++) {
        struct gpu_look look;
        pthread_mutex_lock(&lookout->lock);
        lookout->at = (int)i;
        pthread_mutex_unlock(&lookout->lock);
        nvml_look(nvml, i, &look);
        pthread_mutex_lock(&lookout->lock);
        lookout->look[i] = look;
        pthread_mutex_unlock(&lookout->lock);
    }
    pthread_mutex_lock(&lookout->lock);
    lookout->n = n;
    pthread_mutex_unlock(&lookout->lock);
}

// Wait to be asked; false: it is to end.
static bool next_round(struct gpu_lookout *lookout) {
    pthread_mutex_lock(&lookout->lock);
    if (lookout->begun_s > 0) {
        lookout->n_done = lookout->n_begun;
        lookout->begun_s = 0;
        pthread_cond_broadcast(&lookout->seen);
    }
    while (!lookout->is_ending && lookout->n_asked == lookout->n_begun) {
        pthread_cond_wait(&lookout->asked, &lookout->lock);
    }
    lookout->n_begun = lookout->n_asked;
    lookout->begun_s = clock_seconds();
    lookout->at = NOBODY;
    const bool is_ending = lookout->is_ending;
    pthread_mutex_unlock(&lookout->lock);
    return !is_ending;
}

static void keep_path(struct gpu_lookout *lookout, const struct nvml *nvml) {
    pthread_mutex_lock(&lookout->lock);
    snprintf(lookout->found, sizeof lookout->found, "%s", nvml ? nvml_path(nvml) : "");
    pthread_mutex_unlock(&lookout->lock);
}

static void *keep_looking(void *context) {
    struct gpu_lookout *lookout = context;
    struct nvml *nvml = NULL;
    bool is_open = false;
    while (next_round(lookout)) {
        if (!is_open && nvml_open(lookout->path, &nvml, NULL) == MARU_OK) {
            is_open = true;
            keep_path(lookout, nvml);
        }
        look_around(lookout, nvml);
    }
    nvml_close(nvml);
    return NULL;
}

static struct timespec after(double seconds) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    const int64_t ns = at.tv_nsec + (int64_t)(seconds * 1e9);
    at.tv_sec += (time_t)(ns / 1000000000);
    at.tv_nsec = (long)(ns % 1000000000);
    return at;
}

void gpu_lookout_renew(struct gpu_lookout *lookout) {
    if (!lookout) {
        return;
    }
    const double longest_s = lookout->patience_s / ANSWER_SHARE;
    const struct timespec until = after(longest_s);
    pthread_mutex_lock(&lookout->lock);
    const uint64_t wanted = ++lookout->n_asked;
    const bool hangs = lookout->begun_s > 0 && clock_seconds() - lookout->begun_s > longest_s;
    pthread_cond_signal(&lookout->asked);
    while (!hangs && lookout->n_done < wanted &&
           pthread_cond_timedwait(&lookout->seen, &lookout->lock, &until) != ETIMEDOUT) {
    }
    pthread_mutex_unlock(&lookout->lock);
}

maru_status gpu_lookout_open(const char *library, uint32_t patience_ms, struct gpu_lookout **out,
                             maru_error *err) {
    struct gpu_lookout *lookout = alloc_new(1, sizeof *lookout);
    if (!lookout) {
        return fail(err, MARU_E_MEMORY, "no memory for GPUs");
    }
    snprintf(lookout->path, sizeof lookout->path, "%s", library);
    lookout->patience_s = (patience_ms ? patience_ms : GPU_PATIENCE_MS) / 1000.0;
    lookout->at = NOBODY;
    pthread_mutex_init(&lookout->lock, NULL);
    pthread_cond_init(&lookout->asked, NULL);
    pthread_cond_init(&lookout->seen, NULL);
    if (pthread_create(&lookout->thread, NULL, keep_looking, lookout) != 0) {
        alloc_free(lookout);
        return fail(err, MARU_E_IO, "no thread can be started for GPUs");
    }
    gpu_lookout_renew(lookout);
    *out = lookout;
    return MARU_OK;
}

void gpu_lookout_close(struct gpu_lookout *lookout) {
    if (!lookout) {
        return;
    }
    const struct timespec until = after(END_S);
    pthread_mutex_lock(&lookout->lock);
    lookout->is_ending = true;
    pthread_cond_signal(&lookout->asked);
    pthread_mutex_unlock(&lookout->lock);
    if (pthread_timedjoin_np(lookout->thread, NULL, &until) != 0) {
        return; // it hangs in the driver, and has the memory
    }
    pthread_cond_destroy(&lookout->asked);
    pthread_cond_destroy(&lookout->seen);
    pthread_mutex_destroy(&lookout->lock);
    alloc_free(lookout);
}

uint32_t gpu_lookout_count(struct gpu_lookout *lookout) {
    if (!lookout) {
        return 0;
    }
    pthread_mutex_lock(&lookout->lock);
    const uint32_t n = lookout->n;
    pthread_mutex_unlock(&lookout->lock);
    return n;
}

const char *gpu_lookout_path(struct gpu_lookout *lookout) {
    if (!lookout) {
        return "";
    }
    pthread_mutex_lock(&lookout->lock);
    const char *found = lookout->found[0] ? lookout->found : "";
    pthread_mutex_unlock(&lookout->lock);
    return found;
}

// With the lock.
static bool is_silent(const struct gpu_lookout *lookout) {
    return lookout->begun_s > 0 && clock_seconds() - lookout->begun_s > lookout->patience_s;
}

void gpu_lookout_look(struct gpu_lookout *lookout, uint32_t gpu, struct gpu_look *out) {
    pthread_mutex_lock(&lookout->lock);
    *out = lookout->look[gpu];
    if (is_silent(lookout) && (lookout->at == NOBODY || lookout->at == (int)gpu)) {
        snprintf(out->reason, sizeof out->reason, "GPU %u is silent: its driver hangs", gpu);
    }
    pthread_mutex_unlock(&lookout->lock);
}

void gpu_lookout_silence(struct gpu_lookout *lookout, char out[NVML_REASON_BYTES]) {
    out[0] = '\0';
    pthread_mutex_lock(&lookout->lock);
    if (is_silent(lookout) && lookout->n == 0) {
        snprintf(out, NVML_REASON_BYTES, "%s", "the driver of the GPUs hangs");
    }
    pthread_mutex_unlock(&lookout->lock);
}
