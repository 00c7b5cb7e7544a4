#include "learn/splits/splits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { N = 400, N_TRIAL = 60 };

struct data {
    int64_t time[N];
    uint32_t group[N], stratum[N];
};

// Times in any order and with ties, lots that overlap in time, a rare class.
static void make(struct data *d, uint64_t seed) {
    for (uint32_t i = 0; i < N; i++) {
        const struct random_block r = random_at(seed, 9, i);
        d->time[i] = (int64_t)(r.word[0] % 150) - 70;
        d->group[i] = (uint32_t)(d->time[i] + 70 + r.word[1] % 12) / 6;
        d->stratum[i] = r.word[2] % 20 == 0;
    }
}

static void count(const struct splits *s, uint32_t *n) {
    memset(n, 0, (SPLITS_MAX_FOLDS + 1) * sizeof *n);
    for (uint32_t i = 0; i < s->n_row; i++) {
        n[s->fold[i]]++;
    }
}

// Laws: a row is tried once at most; whoever learns does so from before, not from within the gap, and never from a tried lot.
static void by_time(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < N_TRIAL; seed++) {
        struct data d;
        struct arena arena;
        struct splits s;
        make(&d, seed);
        arena_init(&arena, 1 << 20);
        const struct splits_input in = {.kind = seed % 2 ? SPLITS_EXPANDING : SPLITS_BLOCKS,
                                        .n_row = N,
                                        .n_fold = 2 + (uint32_t)seed % 7,
                                        .time = d.time,
                                        .gap = (int64_t)seed % 5,
                                        .group = seed % 3 ? d.group : NULL,
                                        .n_group = 40};
        assert_int_equal(splits_make(&in, &arena, &s, NULL), MARU_OK);
        for (uint32_t k = s.first; k < s.first + s.n_fold; k++) {
            uint32_t train[N], test[N], unused[N];
            const uint32_t n_train = splits_rows(&s, k, SPLITS_TRAIN, train);
            const uint32_t n_test = splits_rows(&s, k, SPLITS_TEST, test);
            assert_int_equal(n_train + n_test + splits_rows(&s, k, SPLITS_UNUSED, unused), N);
            assert_true(n_test > 0);
            for (uint32_t a = 0; a < n_train; a++) {
                for (uint32_t b = 0; b < n_test; b++) {
                    const int64_t later = d.time[test[b]] - d.time[train[a]];
                    assert_true(later != 0);
                    assert_true(later >= in.gap || -later >= in.gap);
                    assert_true(in.kind == SPLITS_BLOCKS || later > 0);
                    assert_true(!in.group || d.group[test[b]] != d.group[train[a]]);
                }
            }
        }
        arena_fini(&arena);
    }
}

// Law: folds of time follow each other, and none has more than its part and the rows of one time.
static void even_in_time(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < N_TRIAL; seed++) {
        struct data d;
        struct arena arena;
        struct splits s;
        uint32_t n[SPLITS_MAX_FOLDS + 1];
        make(&d, seed);
        arena_init(&arena, 1 << 20);
        const struct splits_input in = {
            .kind = SPLITS_EXPANDING, .n_row = N, .n_fold = 4, .time = d.time};
        assert_int_equal(splits_make(&in, &arena, &s, NULL), MARU_OK);
        count(&s, n);
        for (uint32_t k = 0; k <= 4; k++) {
            assert_in_range(n[k], N / 5 - 12, N / 5 + 12);
            assert_true(k == 0 || s.begin[k] > s.end[k - 1]);
        }
        arena_fini(&arena);
    }
}

// Law: a group is in one fold, and folds differ by no more than the smallest group allows: here by less than the largest.
static void by_group(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < N_TRIAL; seed++) {
        struct data d;
        struct arena arena;
        struct splits s;
        uint32_t n[SPLITS_MAX_FOLDS + 1], where[40], size[40] = {0}, largest = 0;
        make(&d, seed);
        arena_init(&arena, 1 << 20);
        const struct splits_input in = {.kind = SPLITS_GROUPS,
                                        .n_row = N,
                                        .n_fold = 5,
                                        .group = d.group,
                                        .n_group = 40,
                                        .seed = seed};
        assert_int_equal(splits_make(&in, &arena, &s, NULL), MARU_OK);
        memset(where, 0xff, sizeof where);
        for (uint32_t i = 0; i < N; i++) {
            const uint32_t g = d.group[i];
            assert_true(where[g] == UINT32_MAX || where[g] == s.fold[i]);
            where[g] = s.fold[i];
            largest = ++size[g] > largest ? size[g] : largest;
        }
        count(&s, n);
        for (uint32_t k = 0; k < 5; k++) {
            assert_in_range(n[k], N / 5 - largest, N / 5 + largest);
        }
        arena_fini(&arena);
    }
}

// Law: by chance folds are of one size, each stratum too, and another seed is another deal.
static void by_chance(void **state) {
    struct data d;
    struct arena arena;
    struct splits s, other;
    uint32_t n[SPLITS_MAX_FOLDS + 1], rare[7] = {0}, n_rare = 0;
    (void)state;
    make(&d, 1);
    arena_init(&arena, 1 << 20);
    struct splits_input in = {.kind = SPLITS_RANDOM, .n_row = N, .n_fold = 7, .stratum = d.stratum};
    assert_int_equal(splits_make(&in, &arena, &s, NULL), MARU_OK);
    in.seed = 1;
    assert_int_equal(splits_make(&in, &arena, &other, NULL), MARU_OK);
    assert_true(s.is_optimistic && memcmp(s.fold, other.fold, N) != 0);
    count(&s, n);
    for (uint32_t i = 0; i < N; i++) {
        rare[s.fold[i]] += d.stratum[i];
        n_rare += d.stratum[i];
    }
    for (uint32_t k = 0; k < 7; k++) {
        assert_in_range(n[k], N / 7, N / 7 + 1);
        assert_in_range(rare[k], n_rare / 7, n_rare / 7 + 1);
    }
    arena_fini(&arena);
}

static void refused(void **state) {
    static const int64_t same[] = {5, 5, 5, 5}, far[] = {INT64_MIN, INT64_MIN, INT64_MAX, 0};
    static const uint32_t group[] = {0, 0, 0, 9};
    struct arena arena;
    struct splits s;
    maru_error err;
    const struct splits_input bad[] = {
        {.kind = SPLITS_BLOCKS, .n_row = 4, .n_fold = 2, .time = same},
        {.kind = SPLITS_BLOCKS, .n_row = 4, .n_fold = 1},
        {.kind = SPLITS_BLOCKS, .n_row = 0, .n_fold = 2},
        {.kind = SPLITS_EXPANDING, .n_row = 4, .n_fold = 4},
        {.kind = SPLITS_EXPANDING, .n_row = 4, .n_fold = 2, .gap = -1},
        {.kind = SPLITS_EXPANDING, .n_row = 100, .n_fold = SPLITS_MAX_FOLDS + 1},
        {.kind = SPLITS_GROUPS, .n_row = 4, .n_fold = 2},
        {.kind = SPLITS_GROUPS, .n_row = 4, .n_fold = 2, .group = group, .n_group = 9},
        {.kind = SPLITS_GROUPS, .n_row = 4, .n_fold = 3, .group = group, .n_group = 10},
        {.kind = SPLITS_RANDOM, .n_row = 4, .n_fold = 2, .group = group, .n_group = 10},
        {.kind = SPLITS_RANDOM, .n_row = 1, .n_fold = 2},
        {.kind = SPLITS_RANDOM, .n_row = 4, .n_fold = 2, .gap = 1},
        {.kind = SPLITS_BLOCKS, .n_row = 4, .n_fold = 2, .stratum = group},
        {.kind = N_SPLITS_KIND, .n_row = 4, .n_fold = 2},
    };
    (void)state;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (splits_make(&bad[i], &arena, &s, &err) != MARU_E_RANGE) {
            fail_msg("row %zu is not refused", i);
        }
    }
    const struct splits_input wide = {
        .kind = SPLITS_EXPANDING, .n_row = 4, .n_fold = 2, .time = far, .gap = INT64_MAX};
    assert_int_equal(splits_make(&wide, &arena, &s, &err), MARU_OK);
    assert_int_equal(splits_side_of(&s, 0, 2), SPLITS_TRAIN); // further away than int64 can say
    assert_int_equal(splits_side_of(&s, 3, 2), SPLITS_TRAIN);
    arena_fini(&arena);
}

// With memory for a part of it alone: a refusal each time, and once there is enough an answer.
static void short_of_memory(void **state) {
    static struct data d;
    make(&d, 1);
    const struct splits_input in = {
        .kind = SPLITS_GROUPS, .n_row = N, .n_fold = 5, .group = d.group, .n_group = 40};
    struct splits s;
    bool is_enough = false;
    (void)state;
    for (size_t cap = 0; !is_enough; cap += 64) {
        struct arena arena;
        arena_init(&arena, cap);
        const maru_status st = splits_make(&in, &arena, &s, NULL);
        assert_true(st == MARU_OK || st == MARU_E_LIMIT);
        is_enough = st == MARU_OK;
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_time),  cmocka_unit_test(even_in_time),
        cmocka_unit_test(by_group), cmocka_unit_test(by_chance),
        cmocka_unit_test(refused),  cmocka_unit_test(short_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
