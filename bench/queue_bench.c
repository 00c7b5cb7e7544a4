#include "stopwatch.h"

#include "base/random.h"
#include "sim/calendar.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// The event calendar in the hold model: take the next event, put it back some time later; n events
// are pending all the time. Beside it, in the same run, a 4-ary heap of 16-byte entries, the usual
// choice.
//
// Spans are like those of a fab: 19 of 20 exponential with a mean of 2 h (lots), one of 20 with a
// mean of a week (failures, maintenance).

enum { N_HOLD = 4000000, N_SPAN = 1 << 16 };

static maru_time *spans; // us (N_SPAN)

static void make_spans(void) {
    spans = calloc(N_SPAN, sizeof *spans);
    if (!spans) {
        exit(1);
    }
    for (uint64_t i = 0; i < N_SPAN; i++) {
        const struct random_block block = random_at(1, 1, i);
        const double mean = block.word[2] % 20 == 0 ? 168.0 : 2.0;
        const double u = random_open((uint64_t)block.word[0] << 32 | block.word[1]);
        spans[i] = 1 + (maru_time)(-log(u) * mean * (double)MARU_HOUR);
    }
}

static void *zeroed(size_t n, size_t size) {
    void *block = calloc(n, size);
    if (!block) {
        exit(1);
    }
    return block;
}

// ---- the calendar ----

struct calendar {
    struct maru_model model;
    struct state s;
};

static struct calendar *new_calendar(uint32_t n) {
    struct calendar *c = zeroed(1, sizeof *c);
    const double gap_us = 10.3 * (double)MARU_HOUR / n; // mean span over pending events
    while ((double)(UINT64_C(2) << c->model.bucket_shift) <= gap_us * 8) {
        c->model.bucket_shift++;
    }
    c->model.n_bucket = 1024;
    while (c->model.n_bucket < 1u << 17 &&
           (double)c->model.n_bucket * (double)(UINT64_C(1) << c->model.bucket_shift) <
               10.0 * (double)MARU_HOUR) {
        c->model.n_bucket *= 2;
    }
    c->s.head = zeroed(1, sizeof *c->s.head);
    c->s.node = zeroed(n, sizeof *c->s.node);
    c->s.far = zeroed(n, sizeof *c->s.far);
    c->s.bucket = zeroed(c->model.n_bucket, sizeof *c->s.bucket);
    c->s.bucket_used = zeroed(c->model.n_bucket / 64, sizeof *c->s.bucket_used);
    calendar_init(&c->model, &c->s, n);
    for (uint32_t i = 0; i < n; i++) {
        calendar_put(&c->model, &c->s, i, spans[i % N_SPAN], RANK_ARRIVE);
    }
    return c;
}

static maru_time hold_calendar(void *queue) {
    struct calendar *c = queue;
    maru_time now = 0;
    for (uint32_t i = 0; i < N_HOLD; i++) {
        const uint32_t node = calendar_peek(&c->model, &c->s, INT64_MAX - 1);
        now = c->s.node[node].key >> 3;
        calendar_pop(&c->s, node);
        calendar_put(&c->model, &c->s, node, now + spans[(i * 31 + node) % N_SPAN], RANK_ARRIVE);
    }
    return now;
}

// ---- the heap ----

struct entry {
    int64_t key;
    uint64_t order; // sequence << 32 | node
};

struct heap {
    uint32_t n;
    uint64_t next;
    struct entry *entry;
};

static bool is_before(const struct entry *a, const struct entry *b) {
    return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static void heap_put(struct heap *h, uint32_t node, int64_t key) {
    const struct entry it = {key, h->next++ << 32 | node};
    uint32_t at = h->n++;
    while (at > 0 && is_before(&it, &h->entry[(at - 1) / 4])) {
        h->entry[at] = h->entry[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    h->entry[at] = it;
}

static struct entry heap_pop(struct heap *h) {
    const struct entry top = h->entry[0], it = h->entry[--h->n];
    uint32_t at = 0;
    for (uint32_t child = 1; child < h->n; child = 4 * at + 1) {
        const uint32_t end = child + 4 < h->n ? child + 4 : h->n;
        uint32_t best = child;
        for (uint32_t i = child + 1; i < end; i++) {
            best = is_before(&h->entry[i], &h->entry[best]) ? i : best;
        }
        if (!is_before(&h->entry[best], &it)) {
            break;
        }
        h->entry[at] = h->entry[best];
        at = best;
    }
    h->entry[at] = it;
    return top;
}

static struct heap *new_heap(uint32_t n) {
    struct heap *h = zeroed(1, sizeof *h);
    h->entry = zeroed(n, sizeof *h->entry);
    for (uint32_t i = 0; i < n; i++) {
        heap_put(h, i, spans[i % N_SPAN]);
    }
    return h;
}

static maru_time hold_heap(void *queue) {
    struct heap *h = queue;
    maru_time now = 0;
    for (uint32_t i = 0; i < N_HOLD; i++) {
        const struct entry next = heap_pop(h);
        const uint32_t node = (uint32_t)next.order;
        now = next.key;
        heap_put(h, node, now + spans[(i * 31 + node) % N_SPAN]);
    }
    return now;
}

// ---- cases ----

static void time_hold(const char *name, maru_time (*hold)(void *queue), void *queue) {
    double seconds[N_REPEAT];
    maru_time sum = 0;
    // time goes on: each repetition starts where the last ended
    for (int i = -1; i < N_REPEAT; i++) {
        const double start = bench_cpu_s();
        sum ^= hold(queue);
        seconds[i < 0 ? 0 : i] = bench_cpu_s() - start;
    }
    char extra[64];
    snprintf(extra, sizeof extra, "\"check\":%lld",
             (long long)sum); // keeps the work from being left out
    bench_line(name, "event", N_HOLD, bench_median(seconds), extra);
}

static void run_calendar(const char *name, void *context) {
    time_hold(name, hold_calendar, new_calendar(*(const uint32_t *)context));
}

static void run_heap(const char *name, void *context) {
    time_hold(name, hold_heap, new_heap(*(const uint32_t *)context));
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    static uint32_t sizes[] = {600, 6000, 60000};
    static const char *const names[][2] = {{"queue_calendar_600", "queue_heap4_600"},
                                           {"queue_calendar_6000", "queue_heap4_6000"},
                                           {"queue_calendar_60000", "queue_heap4_60000"}};
    make_spans();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        bench_case(&bench, names[i][0], run_calendar, &sizes[i]);
        bench_case(&bench, names[i][1], run_heap, &sizes[i]);
    }
    return bench.is_bad ? 1 : 0;
}
