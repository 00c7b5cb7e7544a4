#include "serve/links/upkeep.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/log.h"
#include "store/tenant.h"

enum { FIRST_S = 60, EVERY_S = 600 };

struct upkeep {
    struct store *store;
    struct retention retention;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t is_stopping_now;
    atomic_bool is_stopping;
};

static bool waits(struct upkeep *upkeep, int seconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&upkeep->lock);
    int code = 0;
    while (!upkeep->is_stopping && code == 0) {
        code = pthread_cond_timedwait(&upkeep->is_stopping_now, &upkeep->lock, &until);
    }
    const bool goes_on = !upkeep->is_stopping;
    pthread_mutex_unlock(&upkeep->lock);
    return goes_on;
}

static maru_status keep_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct upkeep *upkeep = context;
    struct tenant *tenant = NULL;
    struct signals *signals = NULL;
    (void)err;
    maru_error why = {0};
    maru_status st = store_hold(upkeep->store, row->name, &tenant, &why);
    st = st == MARU_OK ? tenant_open_signals(upkeep->store, tenant, &signals, &why) : st;
    st = st == MARU_OK ? signals_retain(signals, clock_unix_us(), &upkeep->retention, &why) : st;
    store_release(upkeep->store, tenant);
    if (st != MARU_OK) {
        log_say(LOG_ERROR, "old samples", why.text); // of one tenant: the others go on
    }
    return upkeep->is_stopping ? MARU_E_STOPPED : MARU_OK;
}

static void *run(void *context) {
    struct upkeep *upkeep = context;
    for (bool goes_on = waits(upkeep, FIRST_S); goes_on; goes_on = waits(upkeep, EVERY_S)) {
        maru_error err = {0};
        const maru_status st = store_visit_tenants(upkeep->store, keep_tenant, upkeep, &err);
        if (st != MARU_OK && st != MARU_E_STOPPED) {
            log_say(LOG_ERROR, "old samples", err.text);
        }
    }
    return NULL;
}

maru_status upkeep_start(struct store *store, const struct retention *retention,
                         struct upkeep **out, maru_error *err) {
    *out = NULL;
    if (retention->raw_days <= 0 && retention->minute_days <= 0 && retention->hour_days <= 0) {
        return MARU_OK;
    }
    struct upkeep *upkeep = alloc_new(1, sizeof *upkeep);
    if (!upkeep) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    upkeep->store = store;
    upkeep->retention = *retention;
    pthread_mutex_init(&upkeep->lock, NULL);
    pthread_cond_init(&upkeep->is_stopping_now, NULL);
    if (pthread_create(&upkeep->thread, NULL, run, upkeep) != 0) {
        alloc_free(upkeep);
        return fail(err, MARU_E_MEMORY, "no thread can be started");
    }
    *out = upkeep;
    return MARU_OK;
}

void upkeep_stop(struct upkeep *upkeep) {
    if (upkeep) {
        pthread_mutex_lock(&upkeep->lock);
        upkeep->is_stopping = true;
        pthread_cond_broadcast(&upkeep->is_stopping_now);
        pthread_mutex_unlock(&upkeep->lock);
        pthread_join(upkeep->thread, NULL);
        pthread_cond_destroy(&upkeep->is_stopping_now);
        pthread_mutex_destroy(&upkeep->lock);
        alloc_free(upkeep);
    }
}
