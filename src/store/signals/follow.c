#include <errno.h>
#include <time.h>

#include "base/alloc.h"
#include "base/status.h"
#include "store/signals/inner.h"

// Followers get what has become durable as the bytes that it was written with, each into a buffer of its own, so that whoever
// writes waits for nobody who watches.

struct follower {
    struct signals *signals;
    struct text samples, events;
    bool has_missed;
};

maru_status signals_follow(struct signals *signals, struct follower **out, maru_error *err) {
    struct follower *follower = alloc_new(1, sizeof *follower);
    if (!follower) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    follower->signals = signals;
    text_init(&follower->samples, SIGNALS_MAX_FOLLOW_BYTES);
    text_init(&follower->events, SIGNALS_MAX_FOLLOW_BYTES);
    size_t i = 0;
    pthread_mutex_lock(&signals->lock);
    while (i < SIGNALS_MAX_FOLLOWERS && signals->follower[i]) {
        i++;
    }
    if (i < SIGNALS_MAX_FOLLOWERS) {
        signals->follower[i] = follower;
    }
    pthread_mutex_unlock(&signals->lock);
    if (i == SIGNALS_MAX_FOLLOWERS) {
        alloc_free(follower);
        return fail(err, MARU_E_LIMIT, "more than %d follow these signals", SIGNALS_MAX_FOLLOWERS);
    }
    *out = follower;
    return MARU_OK;
}

void signals_unfollow(struct follower *follower) {
    if (!follower) {
        return;
    }
    struct signals *signals = follower->signals;
    pthread_mutex_lock(&signals->lock);
    for (size_t i = 0; i < SIGNALS_MAX_FOLLOWERS; i++) {
        if (signals->follower[i] == follower) {
            signals->follower[i] = NULL;
        }
    }
    pthread_mutex_unlock(&signals->lock);
    text_fini(&follower->samples);
    text_fini(&follower->events);
    alloc_free(follower);
}

void follow_tell(struct signals *signals, const struct text *samples, const struct text *events) {
    for (size_t i = 0; i < SIGNALS_MAX_FOLLOWERS; i++) {
        struct follower *follower = signals->follower[i];
        if (!follower) {
            continue;
        }
        text_add(&follower->samples, samples->bytes, samples->n_bytes);
        text_add(&follower->events, events->bytes, events->n_bytes);
        if (follower->samples.status != MARU_OK || follower->events.status != MARU_OK) {
            text_clear(&follower->samples); // a part of a write would be worse than none
            text_clear(&follower->events);
            follower->has_missed = true;
        }
    }
}

static struct timespec after(int ms) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static void swap(struct text *a, struct text *b) {
    const struct text other = *a;
    *a = *b;
    *b = other;
}

bool signals_take_followed(struct follower *follower, int wait_ms, struct text *samples,
                           struct text *events) {
    struct signals *signals = follower->signals;
    const struct timespec until = after(wait_ms);
    text_clear(samples);
    text_clear(events);
    pthread_mutex_lock(&signals->lock);
    int waited = 0;
    while (follower->samples.n_bytes == 0 && follower->events.n_bytes == 0 &&
           !follower->has_missed && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&signals->is_done, &signals->lock, &until);
    }
    swap(samples, &follower->samples);
    swap(events, &follower->events);
    follower->samples.max_bytes = follower->events.max_bytes = SIGNALS_MAX_FOLLOW_BYTES;
    const bool has_missed = follower->has_missed;
    follower->has_missed = false;
    pthread_mutex_unlock(&signals->lock);
    return has_missed;
}
