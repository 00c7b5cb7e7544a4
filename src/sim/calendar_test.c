#include "sim/calendar.h"

#include "sim/trial.h"

#include <stdlib.h>

// The calendar against a plain list: whatever is put and cancelled, what comes out is in the order
// of (time, rank, insertion), each event once, and asking does not change the answer.

enum { N_NODE = 400, N_TURN = 60000 };

struct pending { // an event of the list
    int64_t key;
    uint64_t order;
    bool is_pending;
};

struct bench { // a calendar without a twin around it, and the list
    struct maru_model model;
    struct state s;
    struct head head;
    struct pending list[N_NODE];
    uint64_t n_put, counter;
    maru_time now;
};

static struct bench *bench_new(uint32_t bucket_shift, uint32_t n_bucket) {
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->model.bucket_shift = bucket_shift;
    b->model.n_bucket = n_bucket;
    b->s.head = &b->head;
    b->s.node = calloc(N_NODE, sizeof *b->s.node);
    b->s.lot = calloc(N_NODE, sizeof *b->s.lot); // whose events they are
    b->s.far = calloc(N_NODE, sizeof *b->s.far);
    b->s.bucket = calloc(n_bucket, sizeof *b->s.bucket);
    b->s.bucket_used = calloc(n_bucket / 64, sizeof *b->s.bucket_used);
    assert_true(b->s.node && b->s.lot && b->s.far && b->s.bucket && b->s.bucket_used);
    calendar_init(&b->model, &b->s, N_NODE);
    return b;
}

static void bench_free(struct bench *b) {
    free(b->s.node);
    free(b->s.lot);
    free(b->s.far);
    free(b->s.bucket);
    free(b->s.bucket_used);
    free(b);
}

static void put(struct bench *b, uint32_t node, maru_time at, enum event_rank rank) {
    assert_false(b->list[node].is_pending);
    calendar_put(&b->model, &b->s, node, at, rank);
    b->list[node] = (struct pending){event_key(at, rank), b->n_put++, true};
}

static void cancel(struct bench *b, uint32_t node) {
    assert_true(b->list[node].is_pending);
    calendar_cancel(&b->model, &b->s, node);
    b->list[node].is_pending = false;
    assert_true(b->s.node[node].key == INT64_MAX);
}

static uint32_t first_of_list(const struct bench *b, int64_t limit) {
    uint32_t first = SIM_NONE;
    for (uint32_t i = 0; i < N_NODE; i++) {
        const struct pending *p = &b->list[i];
        if (!p->is_pending || p->key > limit) {
            continue;
        }
        if (first == SIM_NONE || p->key < b->list[first].key ||
            (p->key == b->list[first].key && p->order < b->list[first].order)) {
            first = i;
        }
    }
    return first;
}

// Take the next event up to the limit, if any; the list must know it as the next too.
static uint32_t pop(struct bench *b, int64_t limit) {
    const uint32_t want = first_of_list(b, limit);
    const uint32_t node = calendar_peek(&b->model, &b->s, limit);
    assert_int_equal(node, want);
    if (node == SIM_NONE) {
        return node;
    }
    assert_int_equal(calendar_peek(&b->model, &b->s, limit), want);
    assert_true(b->s.node[node].key == b->list[node].key);
    b->now = b->list[node].key >> 3;
    calendar_pop(&b->s, node);
    b->list[node].is_pending = false;
    return node;
}

static uint32_t n_pending(const struct bench *b) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < N_NODE; i++) {
        n += b->s.node[i].key != INT64_MAX;
    }
    return n;
}

static uint32_t n_in_list(const struct bench *b) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < N_NODE; i++) {
        n += b->list[i].is_pending;
    }
    return n;
}

static uint64_t draw(struct bench *b, uint64_t n) { return trial_random(1, &b->counter, n); }

// How far ahead: now, inside the bucket, at borders of buckets, in the wheel, about its end, far.
static maru_time random_time(struct bench *b) {
    const maru_time width = (maru_time)1 << b->model.bucket_shift;
    const maru_time span = width * b->model.n_bucket;
    const maru_time from = b->now;
    switch (draw(b, 8)) {
    case 0:
        return from;
    case 1:
        return from + (maru_time)draw(b, (uint64_t)width);
    case 2: { // a border, or 1 us off it
        const maru_time border = from / width + 1 + (maru_time)draw(b, b->model.n_bucket);
        return border * width - (maru_time)draw(b, 2);
    }
    case 3:
    case 4:
        return from + (maru_time)draw(b, (uint64_t)span);
    case 5: // about where the wheel ends
        return (from / width + b->model.n_bucket + (maru_time)draw(b, 3) - 1) * width;
    case 6:
        return from + span + (maru_time)draw(b, (uint64_t)span * 3);
    default: // one of few times, so that ties are common
        return from - from % (4 * width) + (maru_time)(4 + draw(b, 3)) * 4 * width;
    }
}

static void turn(struct bench *b) {
    const uint32_t node = (uint32_t)draw(b, N_NODE);
    const uint64_t what = draw(b, 100);
    if (what < 45) {
        if (!b->list[node].is_pending) {
            const maru_time at = random_time(b);
            put(b, node, at, (enum event_rank)draw(b, RANK_FAIL + 1));
        }
    } else if (what < 55) {
        if (b->list[node].is_pending) {
            cancel(b, node);
        }
    } else if (what < 60) { // a run that ends before the next event: nothing moves
        const uint32_t next = first_of_list(b, INT64_MAX - 1);
        if (next != SIM_NONE) {
            const int64_t cursor = b->head.cursor;
            assert_int_equal(pop(b, b->list[next].key - 1), SIM_NONE);
            assert_true(b->head.cursor == cursor);
        }
    } else {
        pop(b, INT64_MAX - 1);
    }
    assert_int_equal(n_pending(b), n_in_list(b));
    for (uint32_t i = 1; i < b->head.n_far; i++) { // none is before the one above it
        const struct far_event *above = &b->s.far[(i - 1) / 2], *it = &b->s.far[i];
        assert_true(above->key < it->key || (above->key == it->key && above->order < it->order));
    }
}

static void the_order_is_that_of_a_sorted_list(void **state) {
    (void)state;
    static const struct {
        uint32_t bucket_shift, n_bucket;
    } shapes[] = {{0, 64}, {4, 64}, {10, 128}, {20, 1024}, {40, 64}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct bench *b = bench_new(shapes[i].bucket_shift, shapes[i].n_bucket);
        for (int k = 0; k < N_TURN / 5; k++) {
            turn(b);
        }
        while (pop(b, INT64_MAX - 1) != SIM_NONE) {
        }
        assert_int_equal(n_pending(b), 0);
        for (uint32_t k = 0; k < shapes[i].n_bucket; k++) {
            assert_int_equal(b->s.bucket[k], SIM_NONE);
        }
        for (uint32_t k = 0; k < shapes[i].n_bucket / 64; k++) {
            assert_true(b->s.bucket_used[k] == 0);
        }
        bench_free(b);
    }
}

// Equal keys come in the order of insertion, also where the first was put while it was far off.
static void ties_across_the_end_of_the_wheel(void **state) {
    (void)state;
    struct bench *b = bench_new(4, 64);
    const maru_time late = 64 * 16 + 8;
    put(b, 7, late, RANK_ARRIVE);
    put(b, 3, late, RANK_ARRIVE);
    assert_int_equal(b->head.n_far, 2);
    put(b, 9, 20, RANK_FAIL); // the next bucket: the wheel then reaches the late ones
    assert_int_equal(pop(b, INT64_MAX - 1), 9);
    assert_int_equal(b->head.n_far, 0);
    put(b, 1, late, RANK_ARRIVE);
    put(b, 2, late, RANK_UP);
    const uint32_t want[] = {2, 7, 3, 1};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pop(b, INT64_MAX - 1), want[i]);
    }
    bench_free(b);
}

// Far events are taken out of any place of the heap, and the rest stays in order.
static void cancelling_in_the_heap(void **state) {
    (void)state;
    for (uint32_t gone = 0; gone < 40; gone++) {
        struct bench *b = bench_new(0, 64);
        for (uint32_t i = 0; i < 40; i++) {
            put(b, i, 1000 + (maru_time)((i * 17 + gone) % 40) * 10, RANK_ARRIVE);
        }
        assert_int_equal(b->head.n_far, 40);
        cancel(b, gone);
        cancel(b, (gone + 20) % 40);
        uint32_t n = 0;
        while (pop(b, INT64_MAX - 1) != SIM_NONE) {
            n++;
        }
        assert_int_equal(n, 38);
        bench_free(b);
    }
}

// What takes the place of a cancelled one may have to go up: it comes from another branch.
static void cancelling_lets_the_last_rise(void **state) {
    (void)state;
    static const maru_time at[] = {1,   100, 2,   110, 120, 3, 4, 130,
                                   140, 150, 160, 5,   6,   7, 8}; // a heap as it stands
    enum { N = sizeof at / sizeof at[0] };
    for (uint32_t gone = 0; gone < N; gone++) {
        struct bench *b = bench_new(0, 64);
        for (uint32_t i = 0; i < N; i++) {
            put(b, i, 1000 * at[i], RANK_ARRIVE);
        }
        cancel(b, gone);
        while (b->head.n_far > 0) {
            const uint32_t first = first_of_list(b, INT64_MAX - 1);
            assert_int_equal(b->s.far[0].node, first);
            cancel(b, first);
        }
        bench_free(b);
    }
}

// Chains of any length are sorted, with ties in the order of insertion.
static void chains_of_any_length(void **state) {
    (void)state;
    for (uint32_t n = 1; n <= N_NODE; n += n < 40 ? 1 : 19) {
        struct bench *b = bench_new(10, 64);
        for (uint32_t i = 0; i < n; i++) { // all in one bucket, few different times
            const maru_time at = 1024 + (maru_time)draw(b, n / 3 + 1);
            put(b, i, at, (enum event_rank)draw(b, 2));
        }
        for (uint32_t i = 0; i < n; i++) {
            assert_int_not_equal(pop(b, INT64_MAX - 1), SIM_NONE);
        }
        assert_int_equal(n_pending(b), 0);
        bench_free(b);
    }
}

// First, middle, last and only one of the chain of a bucket that comes, and of the list of now.
static void cancelling_in_a_chain(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 2 * 4 * 4; i++) {
        const uint32_t n = i / 8 + 1, gone = i / 2 % 4;
        const maru_time at = i % 2 ? 100 : 1100; // in the bucket of the cursor, or in the next
        struct bench *b = bench_new(10, 64);
        for (uint32_t k = 0; k < n; k++) {
            put(b, k, at + (maru_time)k, RANK_ARRIVE);
        }
        if (gone < n) {
            cancel(b, gone);
            put(b, gone, at, RANK_UP); // and what was cancelled can be put again
            assert_int_equal(pop(b, INT64_MAX - 1), gone);
        }
        for (uint32_t k = 0; k < n; k++) {
            if (k != gone) {
                assert_int_equal(pop(b, INT64_MAX - 1), k);
            }
        }
        put(b, 0, at + 500, RANK_UP); // the list's end is where it was
        assert_int_equal(pop(b, INT64_MAX - 1), 0);
        bench_free(b);
    }
}

// An event at the limit is within it; one at the last us of a bucket comes before the next
// bucket's.
static void limits_and_borders_are_exact(void **state) {
    (void)state;
    struct bench *b = bench_new(4, 64);
    for (uint32_t i = 0; i < 6; i++) {
        put(b, i, 16 * (maru_time)(i / 2 + 1) - (i % 2 == 0), RANK_FAIL);
    }
    for (uint32_t i = 0; i < 6; i++) {
        const int64_t key = b->list[i].key;
        assert_int_equal(pop(b, key - 1), SIM_NONE);
        assert_int_equal(pop(b, key), i);
    }
    const maru_time late = (maru_time)16 * 64 * 5;
    put(b, 0, late, RANK_UP); // empty wheel: straight to the far one, not before its time
    assert_int_equal(b->head.n_far, 1);
    assert_int_equal(pop(b, event_key(late, RANK_UP) - 1), SIM_NONE);
    assert_int_equal(b->head.n_far, 1);
    assert_int_equal(pop(b, event_key(late, RANK_UP)), 0);
    bench_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_that_of_a_sorted_list),
        cmocka_unit_test(ties_across_the_end_of_the_wheel),
        cmocka_unit_test(cancelling_in_the_heap),
        cmocka_unit_test(cancelling_lets_the_last_rise),
        cmocka_unit_test(chains_of_any_length),
        cmocka_unit_test(cancelling_in_a_chain),
        cmocka_unit_test(limits_and_borders_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
