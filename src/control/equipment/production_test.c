#include "control/equipment/production.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = 400 };

#define PRODUCT PRODUCTION_PRODUCT
#define STEP PRODUCTION_STEP
#define GOOD PRODUCTION_GOOD
#define SCRAP PRODUCTION_SCRAP
#define TOTAL PRODUCTION_GOOD_TOTAL
#define SCRAPS PRODUCTION_SCRAP_TOTAL

static uint32_t item_of(void *context, uint32_t product, uint32_t step) {
    (void)context;
    return 10 * product + step;
}

// What a store has of it: all that was put, for what is to be put again.
struct told {
    struct production_note note[MAX];
    uint32_t n;
};

static void put_again(struct production *p, const struct told *told, uint32_t key,
                      const struct production_note *late) {
    const struct production_note *next = NULL;
    uint32_t again = 0;
    for (uint32_t i = 0; i < told->n; i++) {
        const struct production_note *one = &told->note[i];
        const maru_time from_us = late->at_us + (key <= late->key);
        const bool is_it = one->key == key && one->kind == late->kind && one->at_us >= from_us;
        next = is_it && (!next || one->at_us < next->at_us) ? one : next;
    }
    if (next) {
        assert_int_equal(production_put(p, next, &again, NULL), MARU_OK);
    }
}

static void put(struct production *p, struct told *told, struct production_note note) {
    uint32_t again = 0;
    assert_int_equal(production_put(p, &note, &again, NULL), MARU_OK);
    if (again != UINT32_MAX) {
        put_again(p, told, again, &note);
    }
    assert_true(told->n < MAX);
    told->note[told->n++] = note;
}

// "time:item good/scrap" of all counts.
static const char *counts(struct production *p, char *out, size_t cap) {
    size_t n = 0;
    out[0] = '\0';
    assert_int_equal(production_count(p, NULL), MARU_OK);
    for (uint32_t i = 0; i < p->yields.n && n + 64 < cap; i++) {
        const struct yield *y = &p->yields.yield[i];
        n += (size_t)snprintf(out + n, cap - n, "%s%lld:%u %u/%u", n > 0 ? ", " : "",
                              (long long)y->at_us, y->item, y->good, y->scrap);
    }
    return out;
}

struct story {
    const char *what;
    struct production_note note[12];
    uint32_t n;
    const char *want;
};

static const struct story stories[] = {
    {"nothing is known of the first value of a counter",
     {{10, 500, 7, TOTAL}, {20, 503, 7, TOTAL}},
     2,
     "20:0 3/0"},
    {"a counter that went back has begun again",
     {{10, 500, 7, TOTAL}, {20, 2, 7, TOTAL}, {30, 5, 7, TOTAL}},
     3,
     "20:0 2/0, 30:0 3/0"},
    {"counts belong to what the tool has then",
     {{10, 1, 1, PRODUCT}, {10, 2, 2, STEP}, {20, 5, 7, GOOD}, {30, 3, 2, STEP}, {40, 6, 7, GOOD}},
     5,
     "20:12 5/0, 40:13 6/0"},
    {"a row says what it is and how many at one moment",
     {{10, 4, 7, GOOD}, {10, 1, 1, PRODUCT}, {20, 5, 7, GOOD}, {20, 2, 1, PRODUCT}},
     4,
     "10:10 4/0, 20:20 5/0"},
    {"a step that comes late",
     {{10, 1, 2, STEP}, {20, 5, 7, GOOD}, {40, 6, 8, SCRAP}, {30, 2, 2, STEP}},
     4,
     "20:1 5/0, 40:2 0/6"},
    {"the value of a counter that comes late parts what it made",
     {{10, 1, 2, STEP},
      {20, 100, 7, TOTAL},
      {50, 110, 7, TOTAL},
      {40, 2, 2, STEP},
      {30, 104, 7, TOTAL}},
     5,
     "30:1 4/0, 50:2 6/0"},
    {"an earlier first value of a counter",
     {{20, 100, 7, TOTAL}, {30, 103, 7, TOTAL}, {10, 98, 7, TOTAL}},
     3,
     "20:0 2/0, 30:0 3/0"},
    {"a late word, between repeats that were passed over",
     {{10, 1, 2, STEP}, {20, 1, 2, STEP}, {30, 1, 2, STEP}, {40, 5, 7, GOOD}, {15, 2, 2, STEP}},
     5,
     "40:1 5/0"},
    {"a counter that did not go back: what it said first is replaced",
     {{10, 90, 7, TOTAL},
      {20, 90, 7, TOTAL},
      {19, 94, 7, TOTAL},
      {20, 94, 7, TOTAL},
      {30, 95, 7, TOTAL}},
     5,
     "19:0 4/0, 30:0 1/0"},
    {"a word that is replaced, in front of a repeat",
     {{10, 1, 2, STEP},
      {20, 2, 2, STEP},
      {30, 2, 2, STEP},
      {20, 1, 2, STEP},
      {25, 5, 7, GOOD},
      {35, 6, 7, GOOD}},
     6,
     "25:1 5/0, 35:2 6/0"},
    {"two counters of one tool",
     {{10, 1, 7, TOTAL}, {10, 1, 8, SCRAPS}, {20, 4, 7, TOTAL}, {20, 3, 8, SCRAPS}},
     4,
     "20:0 3/0, 20:0 0/2"},
};

static void by_time(void **state) {
    char got[2048];
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        const struct story *story = &stories[i];
        for (int is_counted_each = 0; is_counted_each < 2; is_counted_each++) {
            struct production p;
            struct told told = {.n = 0};
            assert_int_equal(production_init(&p, 64, item_of, NULL, NULL), MARU_OK);
            for (uint32_t k = 0; k < 2 * story->n; k++) { // all of it twice, in the same order
                put(&p, &told, story->note[k % story->n]);
                if (is_counted_each) {
                    (void)counts(&p, got, sizeof got);
                }
            }
            if (strcmp(counts(&p, got, sizeof got), story->want) != 0) {
                fail_msg("%s: %s, want %s", story->what, got, story->want);
            }
            production_fini(&p);
        }
    }
}

static uint64_t below(uint64_t *drawn, uint64_t n) {
    return random_at(7, 1, (*drawn)++).word[0] % n;
}

// What a signal tells at one moment is one value, as in a store.
static uint32_t make_notes(uint64_t *drawn, struct production_note *note) {
    static const uint8_t kind[] = {PRODUCT, STEP, GOOD, SCRAP, TOTAL, SCRAPS, PRODUCT};
    const uint32_t n = 20 + (uint32_t)below(drawn, 80);
    double total[sizeof kind] = {0};
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t key = (uint32_t)below(drawn, sizeof kind);
        const bool is_counter = kind[key] >= PRODUCTION_GOOD_TOTAL;
        total[key] = below(drawn, 20) == 0 ? 0 : total[key] + (double)below(drawn, 3);
        note[i] = (struct production_note){(maru_time)(i - i % 3), 0, key, kind[key]};
        note[i].value = is_counter ? total[key] : (double)below(drawn, 3);
        for (uint32_t k = 0; k < i; k++) {
            if (note[k].at_us == note[i].at_us && note[k].key == key) {
                note[i].value = note[k].value;
            }
        }
    }
    return n;
}

static void any_order(void **state) {
    char want[8192], got[8192];
    uint64_t drawn = 0;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct production_note note[MAX];
        const uint32_t n = make_notes(&drawn, note);
        struct production in_order, shuffled;
        struct told told = {.n = 0}, of_shuffled = {.n = 0};
        assert_int_equal(production_init(&in_order, 128, item_of, NULL, NULL), MARU_OK);
        assert_int_equal(production_init(&shuffled, 128, item_of, NULL, NULL), MARU_OK);
        for (uint32_t i = 0; i < n; i++) {
            put(&in_order, &told, note[i]);
        }
        for (uint32_t i = n; i > 0; i--) {
            const uint32_t k = (uint32_t)below(&drawn, i);
            const struct production_note one = note[k];
            note[k] = note[i - 1];
            note[i - 1] = one;
            put(&shuffled, &of_shuffled, one);
            if (below(&drawn, 8) == 0) {
                (void)counts(&shuffled, got, sizeof got);
            }
        }
        assert_string_equal(counts(&shuffled, got, sizeof got),
                            counts(&in_order, want, sizeof want));
        assert_int_equal(production_now(&shuffled, STEP), production_now(&in_order, STEP));
        assert_int_equal(production_now(&shuffled, PRODUCT), production_now(&in_order, PRODUCT));
        production_fini(&in_order);
        production_fini(&shuffled);
    }
}

// The oldest are let go, and what was counted of them stays counted.
static void more_than_fit(void **state) {
    struct production p;
    uint64_t good = 0;
    uint32_t again = 0;
    (void)state;
    assert_int_equal(production_init(&p, YIELDS_MIN_COUNTS, item_of, NULL, NULL), MARU_OK);
    for (uint32_t i = 0; i < 1000; i++) {
        const struct production_note total = {INT64_C(10) * i, 3.0 * i, 7, TOTAL};
        const struct production_note step = {INT64_C(10) * i + 5, i % 7, 2, STEP};
        assert_int_equal(production_put(&p, &total, &again, NULL), MARU_OK);
        assert_int_equal(production_put(&p, &step, &again, NULL), MARU_OK);
        if (i > 10) { // in between, and too late
            const struct production_note late = {INT64_C(10) * i - 1, 3.0 * i - 1, 7, TOTAL};
            const struct production_note too_late = {1, 1, 7, TOTAL};
            assert_int_equal(production_put(&p, &late, &again, NULL), MARU_OK);
            assert_int_equal(production_put(&p, &too_late, &again, NULL), MARU_E_RANGE);
        }
    }
    assert_int_equal(production_count(&p, NULL), MARU_OK);
    for (uint32_t i = 0; i < p.yields.n; i++) {
        good += p.yields.yield[i].good;
    }
    assert_int_equal(good + p.yields.folded_good, 3 * 999);
    assert_int_equal(p.n_too_late, 989);
    production_fini(&p);
}

static void no_such_value(void **state) {
    const struct production_note wrong[] = {
        {1, -1, 1, GOOD}, {1, 5e9, 1, GOOD}, {1, 1e16, 1, TOTAL}, {1, 1, 1, N_PRODUCTION_KIND}};
    struct production p;
    uint32_t again = 0;
    (void)state;
    assert_int_equal(production_init(&p, 5, item_of, NULL, NULL), MARU_E_RANGE);
    assert_int_equal(production_init(&p, 64, item_of, NULL, NULL), MARU_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(production_put(&p, &wrong[i], &again, NULL), MARU_E_RANGE);
        assert_int_equal(again, UINT32_MAX);
    }
    assert_int_equal(p.n, 0);
    production_fini(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_time),
        cmocka_unit_test(any_order),
        cmocka_unit_test(more_than_fit),
        cmocka_unit_test(no_such_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
