// The calendar of pending events: a wheel of buckets for what comes soon, a heap for what comes
// late.
//
// Events are ordered by (time, rank, order of insertion). An event is a node with a fixed number
// (whose event it is), so nothing is allocated and cancelling is possible. Its key is time * 8 +
// rank. A bucket is a ring in order of keys, known by its last; one spans 2^bucket_shift us, about
// the mean time between two events, so that it holds one or two. The wheel covers n_bucket of them
// from the cursor on. What lies beyond waits in the heap, ordered by (key, order of insertion), and
// moves into the wheel when the cursor comes near; as nothing with the same key can have been put
// into the wheel directly before that, order of insertion needs no number inside the wheel: among
// equal keys a new node goes last.
//
// Brown, R.: Calendar queues: a fast O(1) priority queue implementation for the simulation event
// set problem. CACM 31(10), 1988, doi 10.1145/63039.63045; here with fixed widths, because a plant
// says its own rate of events.
#ifndef SIM_CALENDAR_H
#define SIM_CALENDAR_H

#include "sim/state.h"

// Ranks at the same time: tools come back and jobs end before lots arrive, and new trouble comes
// last.
enum event_rank { RANK_UP, RANK_JOB_END, RANK_RELEASE, RANK_ARRIVE, RANK_PM_DUE, RANK_FAIL };

// Times from here on never come: nothing is fired then, and sums of a few of them still fit.
#define SIM_FOREVER (INT64_C(1) << 58)

static inline int64_t event_key(maru_time at, enum event_rank rank) {
    return at * 8 + (int64_t)rank;
}

static inline int64_t bucket_of(const struct maru_model *m, int64_t key) {
    return key >> (m->bucket_shift + 3);
}

static inline void calendar_put_near(const struct maru_model *m, struct state *s, uint32_t node,
                                     int64_t key) {
    const uint32_t at = (uint32_t)bucket_of(m, key) & (m->n_bucket - 1);
    const uint32_t last = s->bucket[at];
    struct node *its = &s->node[node];
    its->is_far = 0;
    s->head->n_near++;
    if (last == SIM_NONE) {
        its->next = node;
        s->bucket[at] = node;
        s->bucket_used[at / 64] |= UINT64_C(1) << (at % 64);
        return;
    }
    uint32_t before = last;
    if (s->node[last].key <= key) {
        s->bucket[at] = node;
    } else {
        while (s->node[s->node[before].next].key <= key) {
            before = s->node[before].next;
        }
    }
    its->next = s->node[before].next;
    s->node[before].next = node;
}

void calendar_put_far(struct state *s, uint32_t node, int64_t key);

// Let `node` happen at `at`. It must not be pending.
static inline void calendar_put(const struct maru_model *m, struct state *s, uint32_t node,
                                maru_time at, enum event_rank rank) {
    const int64_t key = event_key(at < SIM_FOREVER ? at : SIM_FOREVER, rank);
    s->node[node].key = key;
    if (bucket_of(m, key) - s->head->cursor < (int64_t)m->n_bucket) {
        calendar_put_near(m, s, node, key);
    } else {
        calendar_put_far(s, node, key);
    }
}

// Take a pending node out.
void calendar_cancel(const struct maru_model *m, struct state *s, uint32_t node);

// Move the cursor to the bucket of the next event with a key up to `limit` and return the first
// node there; SIM_NONE, and nothing has moved, when there is none.
uint32_t calendar_seek(const struct maru_model *m, struct state *s, int64_t limit);

// The next event with a key up to `limit` without taking it, SIM_NONE when there is none.
static inline uint32_t calendar_peek(const struct maru_model *m, struct state *s, int64_t limit) {
    const uint32_t last = s->bucket[(uint32_t)s->head->cursor & (m->n_bucket - 1)];
    if (last != SIM_NONE) {
        const uint32_t node = s->node[last].next;
        return s->node[node].key <= limit ? node : SIM_NONE;
    }
    return calendar_seek(m, s, limit);
}

// Take out what calendar_peek gave.
static inline void calendar_pop(const struct maru_model *m, struct state *s, uint32_t node) {
    const uint32_t at = (uint32_t)s->head->cursor & (m->n_bucket - 1);
    const uint32_t last = s->bucket[at];
    if (last == node) {
        s->bucket[at] = SIM_NONE;
        s->bucket_used[at / 64] &= ~(UINT64_C(1) << (at % 64));
    } else {
        s->node[last].next = s->node[node].next;
    }
    s->node[node].key = INT64_MAX;
    s->head->n_near--;
}

// Start empty: no node is pending.
void calendar_init(const struct maru_model *m, struct state *s, size_t n_node);

#endif
