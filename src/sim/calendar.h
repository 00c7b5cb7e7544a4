// The calendar of pending events: the sorted list of what comes now, a wheel of unsorted buckets
// for what comes soon, a heap for what comes late.
//
// Events are ordered by (time, rank, order of insertion). An event is a node with a fixed number
// (whose event it is), so nothing is allocated and cancelling is possible. Its key is time * 8 +
// rank. A bucket spans 2^bucket_shift us, a few times the mean time between two events. A new event
// goes in front of the chain of its bucket, whatever its time; when the cursor reaches the bucket,
// the chain is sorted once and becomes the list of what comes now. So putting and taking have next
// to no branches that depend on luck, and what the next events will touch can be fetched ahead.
// Reading a chain backwards gives the order of insertion, so that ties need no number.
//
// The wheel covers the n_bucket - 1 buckets behind that of the cursor. What lies beyond waits in
// the heap, ordered by (key, order of insertion), and moves into the wheel when the cursor comes
// near; nothing with the same key can have been put into the wheel directly before that.
//
// Brown, R.: Calendar queues: a fast O(1) priority queue implementation for the simulation event
// set problem. CACM 31(10), 1988, doi 10.1145/63039.63045; here with fixed widths, because a plant
// says its own rate of events, and with sorting put off as in a ladder queue (Tang, Goh, Thng:
// Ladder queue, ACM TOMACS 15(3), 2005, doi 10.1145/1103323.1103324).
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
    s->node[node].next = s->bucket[at];
    s->bucket[at] = node;
    s->bucket_used[at / 64] |= UINT64_C(1) << (at % 64);
}

// The rare cases of calendar_put: in the bucket of the cursor, or late.
void calendar_put_aside(const struct maru_model *m, struct state *s, uint32_t node, int64_t key);

// Let `node` happen at `at`. It must not be pending.
static inline void calendar_put(const struct maru_model *m, struct state *s, uint32_t node,
                                maru_time at, enum event_rank rank) {
    const int64_t key = event_key(at < SIM_FOREVER ? at : SIM_FOREVER, rank);
    const int64_t ahead = bucket_of(m, key) - s->head->cursor;
    s->node[node].key = key;
    if (__builtin_expect(ahead > 0 && ahead < (int64_t)m->n_bucket, 1)) {
        calendar_put_near(m, s, node, key);
    } else {
        calendar_put_aside(m, s, node, key);
    }
}

// Take a pending node out.
void calendar_cancel(const struct maru_model *m, struct state *s, uint32_t node);

// Move the cursor to the bucket of the next event with a key up to `limit`, sort it and return its
// first node; SIM_NONE, and nothing has moved, when there is none. Nothing is left of the cursor's
// own bucket.
uint32_t calendar_seek(const struct maru_model *m, struct state *s, int64_t limit);

// The next event with a key up to `limit` without taking it, SIM_NONE when there is none.
static inline uint32_t calendar_peek(const struct maru_model *m, struct state *s, int64_t limit) {
    const uint32_t node = s->head->now_first;
    if (node == SIM_NONE) {
        return calendar_seek(m, s, limit);
    }
    return s->node[node].key <= limit ? node : SIM_NONE;
}

// Take out what calendar_peek gave.
static inline void calendar_pop(struct state *s, uint32_t node) {
    s->head->now_first = s->node[node].next;
    s->node[node].key = INT64_MAX;
}

// Start empty: no node is pending.
void calendar_init(const struct maru_model *m, struct state *s, size_t n_node);

#endif
