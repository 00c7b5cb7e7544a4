#include "serve/http/hands.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/http/request.h"

// One list of requests in the order they came; a free thread takes the first of the tenant that has the
// fewest in hand, so that many large uploads of one do not keep out another. Nor do a few long ones: no tenant
// has all threads.

struct hands {
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct request *first, **end; // waiting
    struct request *in_hand[HANDS_THREADS];
    size_t n_waiting, n_thread;
    pthread_t thread[HANDS_THREADS];
    bool is_ending;
    void (*done)(struct request *request);
};

static size_t n_in_hand(const struct hands *hands, const char *tenant) {
    size_t n = 0;
    for (size_t i = 0; i < HANDS_THREADS; i++) {
        n += hands->in_hand[i] && strcmp(hands->in_hand[i]->who.tenant, tenant) == 0;
    }
    return n;
}

static size_t n_waiting_of(const struct hands *hands, const char *tenant) {
    size_t n = 0;
    for (const struct request *request = hands->first; request; request = request->next_waiting) {
        n += strcmp(request->who.tenant, tenant) == 0;
    }
    return n;
}

static struct request *take_next(struct hands *hands) {
    struct request **best = NULL;
    size_t fewest = HANDS_OF_TENANT;
    for (struct request **link = &hands->first; *link; link = &(*link)->next_waiting) {
        const size_t n = n_in_hand(hands, (*link)->who.tenant);
        if (n < fewest) {
            fewest = n;
            best = link;
        }
    }
    struct request *request = best ? *best : NULL;
    if (request) {
        *best = request->next_waiting;
        if (hands->end == &request->next_waiting) {
            hands->end = best;
        }
        hands->n_waiting--;
    }
    return request;
}

static size_t free_place(const struct hands *hands) {
    size_t i = 0;
    while (hands->in_hand[i]) {
        i++;
    }
    return i; // there are as many places as threads
}

static void *work(void *context) {
    struct hands *hands = context;
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), HANDS_NICE);
    pthread_mutex_lock(&hands->lock);
    for (;;) {
        struct request *request = take_next(hands);
        if (!request && hands->is_ending && !hands->first) {
            break;
        }
        if (!request) {
            pthread_cond_wait(&hands->has_work, &hands->lock);
            continue;
        }
        const size_t place = free_place(hands);
        hands->in_hand[place] = request;
        pthread_mutex_unlock(&hands->lock);
        request_handle(request);
        pthread_mutex_lock(&hands->lock);
        hands->in_hand[place] = NULL; // from `done` on it is no longer ours
        if (hands->is_ending) {       // who sleeps for want of a share looks again
            pthread_cond_broadcast(&hands->has_work);
        }
        pthread_mutex_unlock(&hands->lock);
        hands->done(request);
        pthread_mutex_lock(&hands->lock);
    }
    pthread_mutex_unlock(&hands->lock);
    return NULL;
}

maru_status hands_start(void (*done)(struct request *request), struct hands **out,
                        maru_error *err) {
    struct hands *hands = alloc_new(1, sizeof *hands);
    if (!hands) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    pthread_mutex_init(&hands->lock, NULL);
    pthread_cond_init(&hands->has_work, NULL);
    hands->end = &hands->first;
    hands->done = done;
    while (hands->n_thread < HANDS_THREADS) {
        if (pthread_create(&hands->thread[hands->n_thread], NULL, work, hands) != 0) {
            hands_stop(hands);
            return fail(err, MARU_E_MEMORY, "no thread can be started");
        }
        hands->n_thread++;
    }
    *out = hands;
    return MARU_OK;
}

void hands_stop(struct hands *hands) {
    if (!hands) {
        return;
    }
    pthread_mutex_lock(&hands->lock);
    hands->is_ending = true;
    pthread_cond_broadcast(&hands->has_work);
    pthread_mutex_unlock(&hands->lock);
    for (size_t i = 0; i < hands->n_thread; i++) {
        pthread_join(hands->thread[i], NULL);
    }
    pthread_cond_destroy(&hands->has_work);
    pthread_mutex_destroy(&hands->lock);
    alloc_free(hands);
}

bool hands_take(struct hands *hands, struct request *request) {
    pthread_mutex_lock(&hands->lock);
    const bool has_room = hands->n_waiting < HANDS_MAX_WAITING && !hands->is_ending &&
                          n_waiting_of(hands, request->who.tenant) < HANDS_MAX_OF_TENANT;
    if (has_room) {
        request->next_waiting = NULL;
        *hands->end = request;
        hands->end = &request->next_waiting;
        hands->n_waiting++;
        pthread_cond_signal(&hands->has_work);
    }
    pthread_mutex_unlock(&hands->lock);
    return has_room;
}
