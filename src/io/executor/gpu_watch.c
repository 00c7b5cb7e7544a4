#include "io/executor/gpu_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "io/clock.h"
#include "io/executor/nvml.h"

// Utilisation is a mean over the time between looks; energy is the difference of the card's own counter, and where a card has none, its power
// over that time. What is told is copied under a lock between two calls of the library, so the last look that came back counts.

enum { LOOK_S = 1, END_S = 2 };

struct figures {
    double seconds, busy; // seen, and of it busy, of all GPUs together
    double energy_mj;
};

struct gpu_watch {
    const char *library;
    uint32_t gpus;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t is_asked;
    bool is_ending;
    struct figures told;
    double looked_s[LAUNCH_MAX_GPUS]; // when each was seen last; 0: not yet
    uint64_t energy_mj[LAUNCH_MAX_GPUS];
};

static void see_gpu(struct gpu_watch *watch, uint32_t gpu, const struct gpu_look *look,
                    struct figures *sum) {
    const double now = clock_seconds();
    const double span = watch->looked_s[gpu] > 0 ? now - watch->looked_s[gpu] : 0;
    const bool has_counter = look->energy_mj >= watch->energy_mj[gpu] && watch->energy_mj[gpu] > 0;
    if (span > 0) {
        sum->seconds += span;
        sum->busy += span * (look->busy_percent < 100 ? look->busy_percent : 100) / 100;
        sum->energy_mj += has_counter ? (double)(look->energy_mj - watch->energy_mj[gpu])
                                      : span * look->milliwatts;
    }
    watch->looked_s[gpu] = now;
    watch->energy_mj[gpu] = look->energy_mj;
}

static void look_at_all(struct gpu_watch *watch, struct nvml *nvml, struct figures *sum) {
    const uint32_t n = nvml_count(nvml);
    for (uint32_t g = 0; g < n && g < LAUNCH_MAX_GPUS; g++) {
        if (watch->gpus >> g & 1) {
            struct gpu_look look;
            nvml_look(nvml, g, &look);
            see_gpu(watch, g, &look, sum);
        }
    }
}

// True: it is to end, and looks once more.
static bool rest(struct gpu_watch *watch, const struct figures *sum) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_S;
    pthread_mutex_lock(&watch->lock);
    watch->told = *sum;
    if (!watch->is_ending) {
        (void)pthread_cond_timedwait(&watch->is_asked, &watch->lock, &until);
    }
    const bool is_ending = watch->is_ending;
    pthread_mutex_unlock(&watch->lock);
    return is_ending;
}

static void *watch_gpus(void *context) {
    struct gpu_watch *watch = context;
    struct nvml *nvml = NULL;
    struct figures sum = {0};
    if (nvml_open(watch->library, &nvml, NULL) != MARU_OK || !nvml) {
        return NULL;
    }
    bool is_ending = false;
    for (bool is_last = false; !is_last; is_ending = rest(watch, &sum)) {
        is_last = is_ending;
        look_at_all(watch, nvml, &sum);
    }
    nvml_close(nvml);
    return NULL;
}

struct gpu_watch *gpu_watch_start(const char *library, uint32_t gpus) {
    struct gpu_watch *watch = library[0] && gpus ? alloc_new(1, sizeof *watch) : NULL;
    if (!watch) {
        return NULL;
    }
    watch->library = library;
    watch->gpus = gpus;
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->is_asked, NULL);
    if (pthread_create(&watch->thread, NULL, watch_gpus, watch) != 0) {
        alloc_free(watch);
        return NULL;
    }
    return watch;
}

bool gpu_watch_end(struct gpu_watch *watch, struct launch_look *look) {
    if (!watch) {
        return true;
    }
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += END_S;
    pthread_mutex_lock(&watch->lock);
    watch->is_ending = true;
    pthread_cond_signal(&watch->is_asked);
    pthread_mutex_unlock(&watch->lock);
    const bool is_clean = pthread_timedjoin_np(watch->thread, NULL, &until) == 0;
    pthread_mutex_lock(&watch->lock);
    const struct figures told = watch->told;
    pthread_mutex_unlock(&watch->lock);
    if (told.seconds > 0) {
        look->has_gpu_use = true;
        look->gpu_busy_milli = (uint16_t)(1000 * told.busy / told.seconds + 0.5);
        look->gpu_energy_mj = (int64_t)told.energy_mj;
    }
    if (is_clean) {
        pthread_mutex_destroy(&watch->lock);
        pthread_cond_destroy(&watch->is_asked);
        alloc_free(watch);
    }
    return is_clean;
}
