#include "sim/calendar.h"

#include <string.h>

// The slow half of the calendar: the heap of late events, cancelling, and the next bucket in use
// with its sorting.

void calendar_init(const struct maru_model *m, struct state *s, size_t n_node) {
    for (size_t i = 0; i < n_node; i++) {
        s->node[i] = (struct node){.key = INT64_MAX, .next = SIM_NONE};
    }
    for (uint32_t i = 0; i < m->n_bucket; i++) {
        s->bucket[i] = SIM_NONE;
    }
    s->head->now_first = SIM_NONE;
    s->head->now_last = SIM_NONE;
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

static void put_far(struct state *s, uint32_t node, int64_t key) {
    s->node[node].is_far = 1;
    const uint32_t at = s->head->n_far++;
    s->far[at] = (struct far_event){.key = key, .order = s->head->next_order++, .node = node};
    sift_up(s->far, at);
}

// Into the list of what comes now, behind those with the same key.
static void put_now(struct state *s, uint32_t node, int64_t key) {
    struct head *head = s->head;
    struct node *its = &s->node[node];
    if (head->now_first == SIM_NONE || s->node[head->now_last].key <= key) {
        its->next = SIM_NONE;
        if (head->now_first == SIM_NONE) {
            head->now_first = node;
        } else {
            s->node[head->now_last].next = node;
        }
        head->now_last = node;
        return;
    }
    uint32_t *link = &head->now_first; // ends before the last
    while (s->node[*link].key <= key) {
        link = &s->node[*link].next;
    }
    its->next = *link;
    *link = node;
}

void calendar_put_aside(const struct maru_model *m, struct state *s, uint32_t node, int64_t key) {
    if (bucket_of(m, key) <= s->head->cursor) {
        put_now(s, node, key);
    } else {
        put_far(s, node, key);
    }
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

static void cancel_now(struct state *s, uint32_t node) {
    struct head *head = s->head;
    uint32_t *link = &head->now_first, before = SIM_NONE;
    while (*link != node) {
        before = *link;
        link = &s->node[before].next;
    }
    *link = s->node[node].next;
    head->now_last = head->now_last == node ? before : head->now_last;
}

static void cancel_near(const struct maru_model *m, struct state *s, uint32_t node) {
    const uint32_t at = (uint32_t)bucket_of(m, s->node[node].key) & (m->n_bucket - 1);
    uint32_t *link = &s->bucket[at];
    while (*link != node) {
        link = &s->node[*link].next;
    }
    *link = s->node[node].next;
    if (s->bucket[at] == SIM_NONE) {
        s->bucket_used[at / 64] &= ~(UINT64_C(1) << (at % 64));
    }
}

void calendar_cancel(const struct maru_model *m, struct state *s, uint32_t node) {
    struct node *its = &s->node[node];
    if (its->is_far) {
        uint32_t at = 0;
        while (s->far[at].node != node) {
            at++;
        }
        remove_far(s, at);
    } else if (bucket_of(m, its->key) == s->head->cursor) {
        cancel_now(s, node);
    } else {
        cancel_near(m, s, node);
    }
    its->key = INT64_MAX;
    its->is_far = 0;
}

// ---- the next bucket ----

// Distance from the cursor to the next bucket in use, 0 when none is.
static int64_t next_used(const struct maru_model *m, const struct state *s) {
    const uint32_t mask = m->n_bucket - 1;
    const uint32_t from = ((uint32_t)s->head->cursor + 1) & mask;
    uint32_t word = from / 64;
    uint64_t bits = s->bucket_used[word] & (UINT64_MAX << (from % 64));
    for (uint32_t n = 0; !bits && n < m->n_bucket / 64; n++) {
        word = (word + 1) & (m->n_bucket / 64 - 1);
        bits = s->bucket_used[word];
    }
    if (!bits) {
        return 0;
    }
    const uint32_t at = word * 64 + (uint32_t)__builtin_ctzll(bits);
    return (int64_t)((at - from) & mask) + 1;
}

// Whether the chain has an event with a key up to `limit`.
static bool has_before(const struct state *s, uint32_t node, int64_t limit) {
    while (node != SIM_NONE && s->node[node].key > limit) {
        node = s->node[node].next;
    }
    return node != SIM_NONE;
}

// Two sorted lists into one; the first list's come first among equals.
static uint32_t merge(struct state *s, uint32_t a, uint32_t b) {
    uint32_t first = SIM_NONE, *end = &first;
    while (a != SIM_NONE && b != SIM_NONE) {
        uint32_t *from = s->node[a].key <= s->node[b].key ? &a : &b;
        *end = *from;
        end = &s->node[*from].next;
        *from = *end;
    }
    *end = a != SIM_NONE ? a : b;
    return first;
}

// Merge sort from the bottom up: list[k] has 2^k nodes. What comes later out of the chain was put
// there earlier.
static void sort_long(struct state *s, uint32_t chain) {
    uint32_t list[32], sorted = SIM_NONE;
    memset(list, 0xff, sizeof list); // SIM_NONE
    while (chain != SIM_NONE) {
        uint32_t some = chain, k = 0;
        chain = s->node[chain].next;
        s->node[some].next = SIM_NONE;
        for (; list[k] != SIM_NONE; k++) {
            some = merge(s, some, list[k]);
            list[k] = SIM_NONE;
        }
        list[k] = some;
    }
    for (uint32_t k = 0; k < 32; k++) {
        sorted = merge(s, sorted, list[k]);
    }
    s->head->now_first = sorted;
    for (; sorted != SIM_NONE; sorted = s->node[sorted].next) {
        s->head->now_last = sorted;
    }
}

// Where the lot or the tool of an event stands, for a hint to the cache; for other events it is
// that of some tool.
static inline const void *owner(const struct maru_model *m, const struct state *s, uint32_t node) {
    _Static_assert(sizeof *s->lot == sizeof *s->tool, "an index serves both");
    const int is_lot = node >= m->lot_node;
    const char *first = is_lot ? (const char *)s->lot : (const char *)s->tool;
    const size_t of_tool = node < m->pm_node ? node / 2 : 0;
    return first + (is_lot ? node - m->lot_node : of_tool) * sizeof *s->lot;
}

enum { MAX_SHORT = 16 };

// Sort a chain, never an empty one, into the list of what comes now. Short chains, nearly all, by
// counting for each node those that come before it: n^2/2 comparisons, but no branch depends on
// them.
static void sort(const struct maru_model *m, struct state *s, uint32_t chain) {
    uint32_t node[MAX_SHORT], place[MAX_SHORT] = {0}, sorted[MAX_SHORT] = {0}, n = 0;
    int64_t key[MAX_SHORT];
    uint32_t it = chain;
    do {
        if (n == MAX_SHORT) {
            sort_long(s, chain);
            return;
        }
        node[n] = it;
        key[n++] = s->node[it].key;
        __builtin_prefetch(owner(m, s, it), 1);
        it = s->node[it].next;
    } while (it != SIM_NONE);
    for (uint32_t i = 1; i < n; i++) {
        uint32_t before = 0;
        for (uint32_t k = 0; k < i; k++) { // i was put earlier than k
            const uint32_t is_later = key[k] < key[i];
            before += is_later;
            place[k] += 1 - is_later;
        }
        place[i] = before;
    }
    for (uint32_t i = 0; i < n; i++) {
        sorted[place[i]] = node[i];
    }
    for (uint32_t i = 0; i + 1 < n; i++) {
        s->node[sorted[i]].next = sorted[i + 1];
    }
    s->node[sorted[n - 1]].next = SIM_NONE;
    s->head->now_first = sorted[0];
    s->head->now_last = sorted[n - 1];
}

uint32_t calendar_seek(const struct maru_model *m, struct state *s, int64_t limit) {
    struct head *head = s->head;
    const uint32_t mask = m->n_bucket - 1;
    const int64_t ahead = next_used(m, s);
    int64_t cursor = head->cursor + ahead;
    if (ahead == 0) {
        if (head->n_far == 0 || s->far[0].key > limit) {
            return SIM_NONE;
        }
        cursor = bucket_of(m, s->far[0].key);
    } else if (bucket_of(m, limit) <= cursor &&
               !has_before(s, s->bucket[(uint32_t)cursor & mask], limit)) {
        return SIM_NONE;
    }
    head->cursor = cursor;
    while (head->n_far > 0 && bucket_of(m, s->far[0].key) - cursor < (int64_t)m->n_bucket) {
        const struct far_event first = s->far[0];
        remove_far(s, 0);
        s->node[first.node].is_far = 0;
        calendar_put_near(m, s, first.node, first.key);
    }
    const uint32_t at = (uint32_t)cursor & mask;
    const uint32_t chain = s->bucket[at];
    s->bucket[at] = SIM_NONE;
    s->bucket_used[at / 64] &= ~(UINT64_C(1) << (at % 64));
    sort(m, s, chain);
    return head->now_first;
}
