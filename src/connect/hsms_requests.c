#include "connect/hsms_requests.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"

// A table of slots. Who asks fills a slot and sleeps on it; the connection's thread takes the slots in the order of their numbers, and
// fills in the answer. Who has waited long enough leaves: then the slot is free when its answer comes, or at once where nobody has
// taken it yet. A token holds the slot and how often it was used, so that a late answer cannot meet the next one's slot.

enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_TAKEN, SLOT_ANSWERED, SLOT_LEFT };

struct slot {
    enum slot_state state;
    uint32_t n_used;
    uint64_t order;
    char tool[HSMS_MAX_NAME_BYTES];
    uint8_t stream, function;
    struct text body;
    struct hsms_answer answer;
};

struct requests {
    pthread_mutex_t lock;
    pthread_cond_t is_answered;
    struct slot slot[HSMS_MAX_REQUESTS];
    uint64_t order;
    bool has_ended;
};

void hsms_answer_init(struct hsms_answer *answer) {
    *answer = (struct hsms_answer){.code = -1};
    text_init(&answer->item, HSMS_MAX_FRAME_BYTES);
}

void hsms_answer_fini(struct hsms_answer *answer) { text_fini(&answer->item); }

maru_status requests_new(struct requests **out, maru_error *err) {
    struct requests *requests = alloc_new(1, sizeof *requests);
    if (!requests) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&requests->lock, NULL);
    pthread_cond_init(&requests->is_answered, &attributes);
    pthread_condattr_destroy(&attributes);
    for (int i = 0; i < HSMS_MAX_REQUESTS; i++) {
        text_init(&requests->slot[i].body, HSMS_MAX_FRAME_BYTES);
        hsms_answer_init(&requests->slot[i].answer);
    }
    *out = requests;
    return MARU_OK;
}

void requests_free(struct requests *requests) {
    if (requests) {
        for (int i = 0; i < HSMS_MAX_REQUESTS; i++) {
            text_fini(&requests->slot[i].body);
            hsms_answer_fini(&requests->slot[i].answer);
        }
        pthread_cond_destroy(&requests->is_answered);
        pthread_mutex_destroy(&requests->lock);
        alloc_free(requests);
    }
}

// ---- for who asks

static void free_slot(struct slot *slot) {
    text_fini(&slot->body);
    text_init(&slot->body, HSMS_MAX_FRAME_BYTES);
    hsms_answer_fini(&slot->answer);
    hsms_answer_init(&slot->answer);
    slot->state = SLOT_FREE;
    slot->n_used++;
}

static maru_status fill_slot(struct requests *requests, const struct hsms_request *request,
                             struct slot **out, maru_error *err) {
    int i = 0;
    while (i < HSMS_MAX_REQUESTS && requests->slot[i].state != SLOT_FREE) {
        i++;
    }
    if (i == HSMS_MAX_REQUESTS) {
        return fail(err, MARU_E_LIMIT,
                    "%d requests to the equipment are waiting, no more are taken",
                    HSMS_MAX_REQUESTS);
    }
    struct slot *slot = &requests->slot[i];
    if (request->body) {
        text_add(&slot->body, request->body->bytes, request->body->n_bytes);
        if (request->body->status != MARU_OK || slot->body.status != MARU_OK) {
            free_slot(slot);
            return fail(err, MARU_E_LIMIT, "the message is too long, or there is no memory for it");
        }
    }
    snprintf(slot->tool, sizeof slot->tool, "%s", request->tool);
    slot->stream = request->stream;
    slot->function = request->function;
    slot->order = requests->order++;
    slot->state = SLOT_WAITING;
    *out = slot;
    return MARU_OK;
}

static struct timespec in_ms(int64_t ms) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static void give(struct slot *slot, struct hsms_answer *answer) {
    hsms_answer_fini(answer);
    *answer = slot->answer; // its item goes with it
    hsms_answer_init(&slot->answer);
}

maru_status requests_ask(struct requests *requests, const struct hsms_request *request,
                         int wake_file, struct hsms_answer *answer, maru_error *err) {
    struct slot *slot = NULL;
    const struct timespec until = in_ms(request->wait_ms > 0 ? request->wait_ms : 0);
    pthread_mutex_lock(&requests->lock);
    maru_status st = requests->has_ended ? fail(err, MARU_E_IO, "the connection is being closed")
                                         : fill_slot(requests, request, &slot, err);
    if (st == MARU_OK && slot) {
        (void)!write(wake_file, "", 1);
        int waited = 0;
        while (slot->state != SLOT_ANSWERED && waited != ETIMEDOUT) {
            waited = pthread_cond_timedwait(&requests->is_answered, &requests->lock, &until);
        }
        if (slot->state == SLOT_ANSWERED) {
            give(slot, answer);
            free_slot(slot);
        } else {
            st = fail(err, MARU_E_IO,
                      slot->state == SLOT_WAITING
                          ? "the request was not sent in this time, and will not be"
                          : "no answer came in this time: whether it was done is not known");
            if (slot->state == SLOT_WAITING) {
                free_slot(slot);
            } else {
                slot->state = SLOT_LEFT;
            }
        }
    }
    pthread_mutex_unlock(&requests->lock);
    return st;
}

// ---- for the connection's thread

static uint64_t token_of(const struct requests *requests, const struct slot *slot) {
    return (uint64_t)slot->n_used << 32 | (uint64_t)(slot - requests->slot);
}

bool requests_take(struct requests *requests, struct request_taken *out) {
    struct slot *first = NULL;
    pthread_mutex_lock(&requests->lock);
    for (int i = 0; i < HSMS_MAX_REQUESTS; i++) {
        struct slot *slot = &requests->slot[i];
        if (slot->state == SLOT_WAITING && (!first || slot->order < first->order)) {
            first = slot;
        }
    }
    if (first) {
        first->state = SLOT_TAKEN;
        *out = (struct request_taken){.token = token_of(requests, first),
                                      .stream = first->stream,
                                      .function = first->function,
                                      .body = first->body};
        memcpy(out->tool, first->tool, sizeof out->tool);
        text_init(&first->body, HSMS_MAX_FRAME_BYTES); // it is the taker's now
    }
    pthread_mutex_unlock(&requests->lock);
    return first != NULL;
}

static struct slot *find_slot(struct requests *requests, uint64_t token) {
    const uint64_t i = token & 0xFFFFFFFF;
    struct slot *slot = i < HSMS_MAX_REQUESTS ? &requests->slot[i] : NULL;
    const bool is_it = slot && (slot->state == SLOT_TAKEN || slot->state == SLOT_LEFT) &&
                       slot->n_used == (uint32_t)(token >> 32);
    return is_it ? slot : NULL;
}

static void answer_slot(struct requests *requests, struct slot *slot) {
    if (slot->state == SLOT_LEFT) {
        free_slot(slot);
    } else {
        slot->state = SLOT_ANSWERED;
        pthread_cond_broadcast(&requests->is_answered);
    }
}

void requests_answer(struct requests *requests, uint64_t token, const struct gem_output *reply) {
    pthread_mutex_lock(&requests->lock);
    struct slot *slot = find_slot(requests, token);
    if (slot) {
        struct hsms_answer *answer = &slot->answer;
        answer->outcome = reply->outcome;
        answer->stream = reply->stream;
        answer->function = reply->function;
        answer->code = reply->code;
        snprintf(answer->text, sizeof answer->text, "%s", reply->text);
        if (reply->item) {
            secs_put_item(&answer->item, reply->item);
        }
        if (answer->item.status != MARU_OK) { // no memory
            answer->outcome = GEM_UNREADABLE;
        }
        answer_slot(requests, slot);
    }
    pthread_mutex_unlock(&requests->lock);
}

static void refuse(struct requests *requests, struct slot *slot, enum gem_outcome outcome,
                   const char *why) {
    slot->answer.outcome = outcome;
    slot->answer.stream = slot->stream;
    snprintf(slot->answer.text, sizeof slot->answer.text, "%s", why);
    answer_slot(requests, slot);
}

void requests_refuse(struct requests *requests, uint64_t token, enum gem_outcome outcome,
                     const char *why) {
    pthread_mutex_lock(&requests->lock);
    struct slot *slot = find_slot(requests, token);
    if (slot) {
        refuse(requests, slot, outcome, why);
    }
    pthread_mutex_unlock(&requests->lock);
}

void requests_end(struct requests *requests) {
    pthread_mutex_lock(&requests->lock);
    requests->has_ended = true;
    for (int i = 0; i < HSMS_MAX_REQUESTS; i++) {
        struct slot *slot = &requests->slot[i];
        if (slot->state == SLOT_WAITING || slot->state == SLOT_TAKEN || slot->state == SLOT_LEFT) {
            refuse(requests, slot, GEM_LOST, "the connection is being closed");
        }
    }
    pthread_mutex_unlock(&requests->lock);
}
