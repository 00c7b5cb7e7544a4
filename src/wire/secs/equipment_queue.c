#include "wire/secs/equipment_inside.h"

#include "base/alloc.h"
#include "base/status.h"

// What the tool has to say: rings of messages, first in, first out. A message that was sent of a stream that is spooled moves to the ring
// of those that wait for their answers. They have numbers one after the other, so that the answer's token finds its message; they go from
// the front when they are answered.

bool equipment_keep(struct equipment *e, size_t n) {
    if (n > EQUIPMENT_MAX_BYTES - e->n_bytes) {
        return false;
    }
    e->n_bytes += n;
    return true;
}

void equipment_pop(struct equipment *e, struct equipment_queue *q) {
    struct equipment_message *m = &q->message[q->first];
    e->n_bytes -= m->body.n_bytes;
    text_fini(&m->body);
    q->first = q->first + 1 < q->cap ? q->first + 1 : 0;
    q->n--;
}

// Row of the ring that is k behind the first.
static uint32_t place(const struct equipment_queue *q, uint32_t k) {
    const uint32_t at = q->first + k;
    return at < q->cap ? at : at - q->cap;
}

void equipment_drop_queue(struct equipment *e, struct equipment_queue *queue) {
    while (queue->n > 0) {
        equipment_pop(e, queue);
    }
    alloc_free(queue->message);
    *queue = (struct equipment_queue){0};
}

static bool grow(struct equipment_queue *q) {
    const uint32_t cap = q->cap > 0 ? q->cap * 2 : 16;
    struct equipment_message *message = alloc_new(cap, sizeof *message);
    if (!message) {
        return false;
    }
    for (uint32_t i = 0; i < q->n; i++) {
        message[i] = q->message[place(q, i)];
    }
    alloc_free(q->message);
    q->message = message;
    q->first = 0;
    q->cap = cap;
    return true;
}

maru_status equipment_push(struct equipment *e, struct equipment_queue *q, uint8_t stream,
                           uint8_t function, bool wants_reply, const struct text *body,
                           maru_error *err) {
    struct text copy;
    text_init(&copy, (size_t)e->profile->set.max_frame_bytes);
    text_add(&copy, body ? body->bytes : NULL, body ? body->n_bytes : 0);
    const maru_status st = body && body->status != MARU_OK ? body->status : copy.status;
    if (st != MARU_OK) {
        text_fini(&copy);
        return fail(err, st, "the message is too long, or there is no memory for it");
    }
    const bool has_room = q->n < EQUIPMENT_MAX_WAITING;
    if (!has_room || (q->n == q->cap && !grow(q)) || !equipment_keep(e, copy.n_bytes)) {
        text_fini(&copy);
        return fail(err, MARU_E_LIMIT, "too many messages wait for the host");
    }
    q->message[place(q, q->n)] =
        (struct equipment_message){stream, function, wants_reply, false, copy};
    q->n++;
    return MARU_OK;
}

// It was answered, or never will be.
void equipment_settle_sent(struct equipment *e, uint64_t token) {
    const uint64_t number = token >> 16;
    if (number >= e->first_sent && number - e->first_sent < e->sent.n) {
        struct equipment_queue *q = &e->sent;
        q->message[place(q, (uint32_t)(number - e->first_sent))].is_answered = true;
        while (q->n > 0 && q->message[q->first].is_answered) {
            equipment_pop(e, q);
            e->first_sent++;
        }
    }
}

// The first of a queue was sent, and is kept; it is dropped where there is no memory.
void equipment_keep_sent(struct equipment *e, struct equipment_queue *from) {
    struct equipment_queue *to = &e->sent;
    if (to->n == to->cap && !grow(to)) {
        equipment_pop(e, from);
        return;
    }
    to->message[place(to, to->n++)] = from->message[from->first];
    from->first = from->first + 1 < from->cap ? from->first + 1 : 0;
    from->n--;
}
