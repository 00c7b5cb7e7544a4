#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/prices.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "pool/money/civil_date.h"

// Laws: pieces add up to the whole, whatever they are; the whole is the exact cost cut down; a table that is written reads back the same.

enum { HOUR_S = 3600 };
static const int64_t second_us = 1000000, hour_us = INT64_C(3600) * 1000000;

struct scene {
    struct arena arena;
    struct prices prices;
};

static void make(struct scene *s, const struct price_line *line, uint32_t n) {
    maru_error err = {0};
    arena_init(&s->arena, 1 << 24);
    if (prices_make(line, n, &s->arena, &s->prices, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static const struct price_line usual[] = {
    {"h100", 0, {.credits_micro = 2500000, .krw_milli = 3500000}},
    {"*", 0, {.credits_micro = 1000000, .krw_milli = 1400000}},
    {"cpu", 0, {.credits_micro = 10000, .krw_milli = 14000}},
    {"memory", 0, {.credits_micro = 1024, .krw_milli = 0}},
    {"H100", 10 * HOUR_S *INT64_C(1000000), {.credits_micro = 3000001, .krw_milli = 4200001}},
    {"a100", 7 * HOUR_S *INT64_C(1000000), {.credits_micro = 777777, .krw_milli = 1}},
};
enum { N_USUAL = sizeof usual / sizeof *usual };

static int64_t charge(const struct scene *s, const struct price_use *use, int64_t started,
                      int64_t from, int64_t until, int64_t *krw) {
    struct money money = {0};
    maru_error err = {0};
    const struct price_span span = {started, from, until};
    if (prices_charge(&s->prices, use, &span, &money, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    *krw = money.krw_milli;
    return money.credits_micro;
}

static void closed_forms(void **state) {
    (void)state;
    struct scene s;
    make(&s, usual, N_USUAL);
    const uint32_t h100 = prices_find(&s.prices, "H100"), a100 = prices_find(&s.prices, "a100");
    assert_int_equal(h100, prices_find(&s.prices, "h100"));
    assert_int_equal(prices_find(&s.prices, "b200"), PRICE_OTHER);
    const struct {
        struct price_gpus gpus;
        uint64_t cpu_milli, memory_mib;
        int64_t started, from, until; // s
        int64_t credits, krw;
    } cases[] = {
        {{h100, 4000}, 0, 0, 0, 0, 3600, 10000000, 14000000},
        {{h100, 500}, 0, 0, 0, 0, 3600, 1250000, 1750000},
        {{h100, 1000}, 2000, 1024, 0, 0, 3600, 2500000 + 20000 + 1024, 3500000 + 28000},
        {{h100, 1000}, 0, 0, 0, 0, 0, 0, 0},
        {{h100, 1000}, 0, 0, 0, 0, 1, 694, 972}, // 694.4, 972.2
        {{h100, 1000}, 0, 0, 0, 1, 2, 694, 972}, // 1388.8 - 694
        {{h100, 1000}, 0, 0, 0, 2, 3, 695, 972}, // 2083.3 - 1388
        {{h100, 1000}, 0, 0, 0, 9 * 3600, 11 * 3600, 5500001, 7700001},
        {{a100, 1000},
         0,
         0,
         0,
         6 * 3600,
         8 * 3600,
         1777777,
         1400001}, // the other's price, then its own
        {{PRICE_OTHER, 1000}, 0, 0, 0, 0, 7200, 2000000, 2800000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct price_use use = {&cases[i].gpus, 1, cases[i].cpu_milli, cases[i].memory_mib};
        int64_t krw = 0;
        const int64_t credits = charge(&s, &use, cases[i].started * second_us,
                                       cases[i].from * second_us, cases[i].until * second_us, &krw);
        if (credits != cases[i].credits || krw != cases[i].krw) {
            fail_msg("case %zu: %lld credits, %lld won", i, (long long)credits, (long long)krw);
        }
    }
    arena_fini(&s.arena);
}

static uint64_t draw(uint64_t counter, uint64_t n) {
    const struct random_block block = random_at(7, 1, counter);
    return (((uint64_t)block.word[0] << 32) | block.word[1]) % n;
}

static void pieces_are_the_whole(void **state) {
    (void)state;
    struct scene s;
    uint64_t k = 0;
    make(&s, usual, N_USUAL);
    for (int round = 0; round < 300; round++) {
        const struct price_gpus gpus[2] = {{PRICE_TYPES + (uint32_t)draw(k, 2), draw(k + 1, 9000)},
                                           {PRICE_OTHER, draw(k + 2, 3)}};
        const struct price_use use = {gpus, 2, draw(k + 3, 100000), draw(k + 4, 3000000)};
        k += 5;
        const int64_t started = (int64_t)draw(k++, 9 * (uint64_t)hour_us);
        int64_t from = started, credits = 0, krw = 0, n = 0, won = 0;
        for (const int64_t pieces = (int64_t)draw(k++, 20); n <= pieces; n++) {
            const int64_t until = from + (int64_t)draw(k++, n % 3 ? (uint64_t)hour_us : 5000);
            credits += charge(&s, &use, started, from, until, &won);
            krw += won;
            from = until;
        }
        int64_t whole_krw = 0;
        assert_int_equal(charge(&s, &use, started, started, from, &whole_krw), credits);
        assert_int_equal(whole_krw, krw);
    }
    arena_fini(&s.arena);
}

// Microsecond by microsecond, in fractions of one denominator, across a change of the price.
static void the_whole_is_exact_and_cut_down(void **state) {
    (void)state;
    struct scene s;
    const int64_t change = 10 * hour_us;
    make(&s, usual, N_USUAL);
    for (int64_t n = 0; n < 4000; n += 37) {
        const struct price_gpus gpus = {prices_find(&s.prices, "h100"), 1000 + (uint64_t)n};
        const struct price_use use = {&gpus, 1, 0, 0};
        const int64_t before = n * 977, after = n * 1013;
        // below 2^63: 4e6 us x 5000 x 3e6 = 6e16
        const int64_t exact =
            ((int64_t)gpus.milli * (before * 2500000 + after * 3000001)) / (1000 * hour_us);
        int64_t krw = 0;
        assert_int_equal(charge(&s, &use, change - before, change - before, change + after, &krw),
                         exact);
    }
    arena_fini(&s.arena);
}

static void what_cannot_be_charged(void **state) {
    (void)state;
    struct scene s;
    struct money money = {.credits_micro = 5};
    make(&s, usual + 4, 2);
    const struct price_gpus h100 = {prices_find(&s.prices, "h100"), 1000},
                            other = {PRICE_OTHER, 1000}, none = {PRICE_OTHER, 0},
                            many = {prices_find(&s.prices, "h100"), UINT64_MAX}, unknown = {99, 1};
    const struct {
        const struct price_gpus *gpus;
        struct price_span span;
        maru_status want;
    } cases[] = {
        {&h100, {0, 0, hour_us}, MARU_E_INPUT},
        {&h100, {9 * hour_us, 9 * hour_us, 11 * hour_us}, MARU_E_INPUT},
        {&h100, {10 * hour_us, 10 * hour_us, 11 * hour_us}, MARU_OK},
        {&other, {10 * hour_us, 10 * hour_us, 11 * hour_us}, MARU_E_INPUT},
        {&other, {10 * hour_us, 10 * hour_us, 10 * hour_us}, MARU_OK},
        {&none, {0, 0, hour_us}, MARU_OK},
        {&many, {10 * hour_us, 10 * hour_us, 11 * hour_us}, MARU_E_LIMIT},
        {&unknown, {10 * hour_us, 10 * hour_us, 11 * hour_us}, MARU_E_RANGE},
        {&h100, {11 * hour_us, 10 * hour_us, 11 * hour_us}, MARU_E_RANGE},
        {&h100, {10 * hour_us, 12 * hour_us, 11 * hour_us}, MARU_E_RANGE},
        {&h100, {INT64_MIN, 0, INT64_MAX}, MARU_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct price_use use = {cases[i].gpus, 1, 0, 0};
        const maru_status st = prices_charge(&s.prices, &use, &cases[i].span, &money, NULL);
        if (st != cases[i].want) {
            fail_msg("case %zu: %s", i, maru_status_name(st));
        }
    }
    arena_fini(&s.arena);
}

// At the caps: the dearest price, a million GPUs of it, a hundred years.
static void nothing_overflows(void **state) {
    (void)state;
    struct scene s;
    struct money money;
    const struct price_line dear = {"x", 0, {PRICES_MAX_AMOUNT, PRICES_MAX_AMOUNT}};
    make(&s, &dear, 1);
    uint64_t n_good = 0;
    for (uint64_t milli = 1; milli < UINT64_MAX / 2; milli *= 2) {
        const struct price_gpus gpus = {PRICE_TYPES, milli};
        const struct price_use use = {&gpus, 1, 0, 0};
        const struct price_span span = {0, 0, PRICES_MAX_RUN_US}, hour = {0, 0, hour_us};
        const maru_status st = prices_charge(&s.prices, &use, &span, &money, NULL);
        assert_true(st == MARU_OK || st == MARU_E_LIMIT);
        if (prices_charge(&s.prices, &use, &hour, &money, NULL) == MARU_OK) {
            assert_int_equal(money.credits_micro, (int64_t)milli * (PRICES_MAX_AMOUNT / 1000));
            n_good++;
        }
    }
    assert_true(n_good > 10);
    arena_fini(&s.arena);
}

static const char table[] = "\xEF\xBB\xBF시작,자원,크레딧,원\r\n"
                            "2026-01-01,H100,2.5,3500\r\n"
                            "2026-07-01T00:00:00Z,h100,3.000001,\r\n"
                            "\r\n"
                            "2026-01-01,*,1,1400.125\r\n"
                            "2026-01-01,\"rtx, pro\",0,0\r\n";

static void tables_come_back(void **state) {
    (void)state;
    struct scene s, again;
    struct text out, twice;
    maru_error err = {0};
    arena_init(&s.arena, 1 << 24);
    arena_init(&again.arena, 1 << 24);
    text_init(&out, 1 << 16);
    text_init(&twice, 1 << 16);
    if (prices_read(table, sizeof table - 1, CIVIL_SEOUL_MIN, &s.arena, &s.prices, &err) !=
        MARU_OK) {
        fail_msg("%u %u %s", err.row, err.column, err.text);
    }
    assert_int_equal(s.prices.n, 4);
    const uint32_t h100 = prices_find(&s.prices, "h100");
    assert_int_equal(s.prices.first[h100 + 1] - s.prices.first[h100], 2);
    assert_int_equal(s.prices.row[s.prices.first[h100]].from_us,
                     INT64_C(1767193200) * second_us); // 2026-01-01 in Seoul
    assert_int_equal(s.prices.row[s.prices.first[h100] + 1].an_hour.credits_micro, 3000001);
    assert_int_equal(s.prices.row[s.prices.first[PRICE_OTHER]].an_hour.krw_milli, 1400125);
    prices_write(&out, &s.prices, 540);
    assert_int_equal(prices_read(out.bytes, out.n_bytes, 0, &again.arena, &again.prices, NULL),
                     MARU_OK);
    prices_write(&twice, &again.prices, 540);
    assert_string_equal(out.bytes, twice.bytes);
    text_fini(&out);
    text_fini(&twice);
    arena_fini(&s.arena);
    arena_fini(&again.arena);
}

static void faults_have_their_place(void **state) {
    (void)state;
    static const struct {
        const char *table;
        uint32_t row, column;
    } cases[] = {
        {"", 1, 0},
        {"\n\n", 1, 0},
        {"from,resource\n", 1, 0},
        {"from,resource,credits,tax\n", 1, 4},
        {"from,resource,credits,from\n", 1, 4},
        {"from,resource,credits\n2026-01-01,h100\n", 2, 2},
        {"from,resource,credits\n2026-02-30,h100,1\n", 2, 1},
        {"from,resource,credits\n2026-01-01,h100,-1\n", 2, 3},
        {"from,resource,credits\n2026-01-01,h100,\n", 2, 3},
        {"from,resource,credits\n2026-01-01,h100,1.0000001\n", 2, 3},
        {"from,resource,credits\n2026-01-01,h100,1e3\n", 2, 3},
        {"from,resource,credits\n2026-01-01,h100,nan\n", 2, 3},
        {"from,resource,credits,krw\n2026-01-01,h100,1,0.0001\n", 2, 4},
        {"from,resource,credits\n\n2026-01-01,,1\n", 3, 0},
        {"from,resource,credits\n2026-01-01,h100,1000000000.1\n", 2, 0},
        {"from,resource,credits\n2026-01-01,h,1\n2026-01-01,x,1\n\n2026-01-01,H,2\n", 5, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene s = {.prices = {.n = 77}};
        maru_error err = {0};
        arena_init(&s.arena, 1 << 24);
        const maru_status st =
            prices_read(cases[i].table, strlen(cases[i].table), 0, &s.arena, &s.prices, &err);
        if (st != MARU_E_INPUT || err.row != cases[i].row || err.column != cases[i].column ||
            s.prices.n != 77) {
            fail_msg("case %zu: %s %u %u %s", i, maru_status_name(st), err.row, err.column,
                     err.text);
        }
        arena_fini(&s.arena);
    }
}

static void memory_runs_out(void **state) {
    (void)state;
    for (uint64_t k = 0;; k++) {
        struct scene s = {.prices = {.n = 77}};
        arena_init(&s.arena, 1 << 24);
        alloc_fail_after(k);
        const maru_status st = prices_read(table, sizeof table - 1, 0, &s.arena, &s.prices, NULL);
        alloc_fail_after(UINT64_MAX);
        arena_fini(&s.arena);
        if (st == MARU_OK) {
            assert_true(k > 0);
            return;
        }
        assert_int_equal(st, MARU_E_MEMORY);
        assert_int_equal(s.prices.n, 77);
    }
}

static void at_most_so_many(void **state) {
    (void)state;
    static struct price_line line[PRICES_MAX_ROWS + 1];
    static char name[PRICES_MAX_RESOURCES + 1][8];
    struct scene s;
    for (uint32_t i = 0; i <= PRICES_MAX_ROWS; i++) { // the latest first
        line[i] = (struct price_line){"x", PRICES_MAX_ROWS - (int64_t)i, {i, i}};
    }
    make(&s, line, PRICES_MAX_ROWS);
    for (uint32_t i = 1; i < s.prices.n; i++) {
        assert_true(s.prices.row[i - 1].from_us < s.prices.row[i].from_us);
    }
    assert_int_equal(prices_make(line, PRICES_MAX_ROWS + 1, &s.arena, &s.prices, NULL),
                     MARU_E_LIMIT);
    for (uint32_t i = 0; i <= PRICES_MAX_RESOURCES; i++) {
        snprintf(name[i], sizeof name[i], "g%u", i);
        line[i].resource = name[i];
    }
    assert_int_equal(prices_make(line, PRICES_MAX_RESOURCES + 1, &s.arena, &s.prices, NULL),
                     MARU_E_LIMIT);
    arena_fini(&s.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(pieces_are_the_whole),
        cmocka_unit_test(the_whole_is_exact_and_cut_down),
        cmocka_unit_test(what_cannot_be_charged),
        cmocka_unit_test(nothing_overflows),
        cmocka_unit_test(tables_come_back),
        cmocka_unit_test(faults_have_their_place),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(at_most_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
