#include "sim/calendar.h"

// The slow half of the calendar: the heap of late events, cancelling, and looking for the next
// bucket in use.

void calendar_init(const struct maru_model *m, struct state *s, size_t n_node) {
    for (size_t i = 0; i < n_node; i++) {
        s->node[i] = (struct node){.key = INT64_MAX, .next = SIM_NONE};
    }
    for (uint32_t i = 0; i < m->n_bucket; i++) {
        s->bucket[i] = SIM_NONE;
    }
}

static bool is_before(const struct far_event *a, const struct far_event *b) {
    return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static void sift_up(struct far_event *far, uint32_t at) {
    const struct far_event it = far[at];
    while (at > 0 && is_before(&it, &far[(at - 1) / 2])) {
        far[at] = far[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    far[at] = it;
}

static void sift_down(struct far_event *far, uint32_t n, uint32_t at) {
    const struct far_event it = far[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= n) {
            break;
        }
        if (child + 1 < n && is_before(&far[child + 1], &far[child])) {
            child++;
        }
        if (!is_before(&far[child], &it)) {
            break;
        }
        far[at] = far[child];
        at = child;
    }
    far[at] = it;
}

void calendar_put_far(struct state *s, uint32_t node, int64_t key) {
    s->node[node].is_far = 1;
    const uint32_t at = s->head->n_far++;
    s->far[at] = (struct far_event){.key = key, .order = s->head->next_order++, .node = node};
    sift_up(s->far, at);
}

static void remove_far(struct state *s, uint32_t at) {
    const uint32_t n = --s->head->n_far;
    if (at == n) {
        return;
    }
    s->far[at] = s->far[n];
    sift_down(s->far, n, at);
    sift_up(s->far, at);
}

void calendar_cancel(const struct maru_model *m, struct state *s, uint32_t node) {
    struct node *its = &s->node[node];
    if (its->is_far) {
        uint32_t at = 0;
        while (s->far[at].node != node) {
            at++;
        }
        remove_far(s, at);
    } else {
        const uint32_t at = (uint32_t)bucket_of(m, its->key) & (m->n_bucket - 1);
        uint32_t before = s->bucket[at];
        while (s->node[before].next != node) {
            before = s->node[before].next;
        }
        if (before == node) {
            s->bucket[at] = SIM_NONE;
            s->bucket_used[at / 64] &= ~(UINT64_C(1) << (at % 64));
        } else {
            s->node[before].next = its->next;
            s->bucket[at] = s->bucket[at] == node ? before : s->bucket[at];
        }
        s->head->n_near--;
    }
    its->key = INT64_MAX;
    its->is_far = 0;
}

// Distance from the cursor to the next bucket in use; at least one is.
static int64_t next_used(const struct maru_model *m, const struct state *s) {
    const uint32_t mask = m->n_bucket - 1;
    const uint32_t from = (uint32_t)s->head->cursor & mask;
    uint32_t word = from / 64;
    uint64_t bits = s->bucket_used[word] & (UINT64_MAX << (from % 64));
    while (!bits) {
        word = (word + 1) & (m->n_bucket / 64 - 1);
        bits = s->bucket_used[word];
        if (word ==
            from / 64) { // once around: only buckets behind the cursor are left in this word
            break;
        }
    }
    const uint32_t at = word * 64 + (uint32_t)__builtin_ctzll(bits);
    return (int64_t)((at - from) & mask);
}

// Ask the cache for what the events of this bucket will touch first, and for the node of the next.
// Only hints.
static inline void fetch_ahead(const struct maru_model *m, const struct state *s, uint32_t at) {
    const uint32_t last = s->bucket[at];
    uint32_t node = last;
    do {
        node = s->node[node].next;
        if (node >= m->lot_node) {
            __builtin_prefetch(&s->lot[node - m->lot_node], 1);
        } else if (node < m->pm_node) {
            __builtin_prefetch(&s->tool[node / 2], 1);
        }
    } while (node != last);
    const uint64_t later = s->bucket_used[at / 64] & ~(UINT64_MAX >> (63 - at % 64));
    if (later) {
        const uint32_t next = s->bucket[at / 64 * 64 + (uint32_t)__builtin_ctzll(later)];
        __builtin_prefetch(&s->node[next]);
    }
}

uint32_t calendar_seek(const struct maru_model *m, struct state *s, int64_t limit) {
    struct head *head = s->head;
    int64_t cursor = head->cursor;
    if (head->n_near > 0) {
        cursor += next_used(m, s);
        if (s->node[s->node[s->bucket[(uint32_t)cursor & (m->n_bucket - 1)]].next].key > limit) {
            return SIM_NONE;
        }
    } else if (head->n_far > 0 && s->far[0].key <= limit) {
        cursor = bucket_of(m, s->far[0].key);
    } else {
        return SIM_NONE;
    }
    head->cursor = cursor;
    while (head->n_far > 0 && bucket_of(m, s->far[0].key) - cursor < (int64_t)m->n_bucket) {
        const struct far_event first = s->far[0];
        remove_far(s, 0);
        calendar_put_near(m, s, first.node, first.key);
    }
    fetch_ahead(m, s, (uint32_t)cursor & (m->n_bucket - 1));
    return s->node[s->bucket[(uint32_t)cursor & (m->n_bucket - 1)]].next;
}
