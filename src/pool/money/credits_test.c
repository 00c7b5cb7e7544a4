#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/credits.h"

#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "pool/money/index_order.h"

// Laws: nothing is lost and nothing appears (granted = left + spent + expired; balance = all that came - all that went), the order of
// spendings does not matter, and what expires first is spent first, microcredit by microcredit as a slow reference has it.

enum { N_GRANT = 6, N_SPEND = 40, UNTIL = 60 };

static uint64_t draw(uint64_t *k, uint64_t n) {
    const struct random_block block = random_at(11, 3, (*k)++);
    return (((uint64_t)block.word[0] << 32) | block.word[1]) % n;
}

struct scene {
    struct credit_grant grant[N_GRANT];
    struct credit_spend spend[N_SPEND];
    struct credit_book book;
};

static void make(struct scene *s, uint64_t *k) {
    s->book = (struct credit_book){.grant = s->grant, .spend = s->spend};
    s->book.n_grant = draw(k, N_GRANT + 1);
    s->book.n_spend = draw(k, N_SPEND + 1);
    for (size_t i = 0; i < N_GRANT; i++) {
        const int64_t from = (int64_t)draw(k, 40);
        const int64_t amount = (int64_t)draw(k, 90);
        const bool is_ending = draw(k, 4) != 0;
        s->grant[i] = (struct credit_grant){
            i, amount, from, is_ending ? from + 1 + (int64_t)draw(k, 30) : CREDITS_NEVER};
    }
    for (size_t i = 0; i < N_SPEND; i++) {
        const int64_t at = (int64_t)draw(k, UNTIL);
        s->spend[i] = (struct credit_spend){at, (int64_t)draw(k, 12)};
    }
}

// One moment after the other, one microcredit after the other.
static int64_t slow_balance(const struct scene *s, int64_t at, int64_t left[N_GRANT],
                            int64_t *expired) {
    int64_t debt = 0, balance = 0;
    *expired = 0;
    for (size_t i = 0; i < N_GRANT; i++) {
        left[i] = i < s->book.n_grant ? s->grant[i].amount_micro : 0;
    }
    for (int64_t now = 0; now <= at; now++) {
        for (int pass = 0; pass < 2; pass++) { // debts first
            for (size_t i = 0; pass && i < s->book.n_spend; i++) {
                debt += s->spend[i].at_us == now ? s->spend[i].amount_micro : 0;
            }
            for (bool has_found = true; has_found && debt > 0;) {
                size_t best = N_GRANT;
                has_found = false;
                for (size_t i = 0; i < s->book.n_grant; i++) {
                    const struct credit_grant *g = &s->grant[i];
                    if (g->from_us <= now && now < g->until_us && left[i] > 0 &&
                        (best == N_GRANT || g->until_us < s->grant[best].until_us)) {
                        best = i;
                    }
                }
                if (best < N_GRANT) {
                    left[best]--;
                    debt--;
                    has_found = true;
                }
            }
        }
    }
    for (size_t i = 0; i < s->book.n_grant; i++) {
        if (s->grant[i].until_us <= at) {
            *expired += left[i];
            left[i] = 0;
        } else if (s->grant[i].from_us <= at) {
            balance += left[i];
        }
    }
    return balance - debt;
}

static void as_the_slow_one(void **state) {
    (void)state;
    uint64_t k = 0;
    for (int round = 0; round < 1500; round++) {
        struct scene s;
        struct credit_left left[N_GRANT];
        struct credit_state now;
        int64_t slow[N_GRANT], expired = 0;
        make(&s, &k);
        const int64_t at = (int64_t)draw(&k, UNTIL);
        const int64_t balance = slow_balance(&s, at, slow, &expired);
        assert_int_equal(credits_settle(&s.book, at, left, &now, NULL), MARU_OK);
        assert_int_equal(now.balance_micro, balance);
        assert_int_equal(now.expired_micro, expired);
        for (size_t i = 0; i < s.book.n_grant; i++) {
            assert_int_equal(left[i].left_micro, slow[i]);
        }
    }
}

static void nothing_is_lost(void **state) {
    (void)state;
    uint64_t k = 1000000;
    for (int round = 0; round < 500; round++) {
        struct scene s;
        struct credit_left left[N_GRANT];
        struct credit_state now;
        make(&s, &k);
        for (int64_t at = -1; at < UNTIL; at += 7) {
            int64_t granted = 0, spent = 0;
            assert_int_equal(credits_settle(&s.book, at, left, &now, NULL), MARU_OK);
            for (size_t i = 0; i < s.book.n_grant; i++) {
                granted += s.grant[i].from_us <= at ? s.grant[i].amount_micro : 0;
                assert_int_equal(left[i].left_micro + left[i].spent_micro + left[i].expired_micro,
                                 s.grant[i].amount_micro);
            }
            for (size_t i = 0; i < s.book.n_spend; i++) {
                spent += s.spend[i].at_us <= at ? s.spend[i].amount_micro : 0;
            }
            assert_int_equal(now.granted_micro, granted);
            assert_int_equal(now.spent_micro, spent);
            assert_int_equal(now.balance_micro, granted - spent - now.expired_micro);
            assert_true(now.debt_micro >= 0 && now.in_force_spent_micro <= now.in_force_micro);
        }
    }
}

static void order_does_not_matter(void **state) {
    (void)state;
    uint64_t k = 2000000;
    for (int round = 0; round < 300; round++) {
        struct scene s, other;
        struct credit_state a, b;
        make(&s, &k);
        other = s;
        other.book = (struct credit_book){other.grant, other.spend, s.book.n_grant, s.book.n_spend};
        for (size_t i = s.book.n_spend; i > 1; i--) {
            const size_t with = draw(&k, i);
            const struct credit_spend moved = other.spend[i - 1];
            other.spend[i - 1] = other.spend[with];
            other.spend[with] = moved;
        }
        assert_int_equal(credits_settle(&s.book, UNTIL, NULL, &a, NULL), MARU_OK);
        assert_int_equal(credits_settle(&other.book, UNTIL, NULL, &b, NULL), MARU_OK);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

static void by_hand(void **state) {
    (void)state;
    const struct credit_grant grant[] = {{1, 100, 0, CREDITS_NEVER}, {2, 50, 10, 20}};
    const struct credit_spend spend[] = {{5, 30}, {12, 20}, {25, 100}};
    const struct credit_book book = {grant, spend, 2, 3};
    const struct {
        int64_t at, balance, expired, next;
    } cases[] = {
        {-1, 0, 0, 0},
        {0, 100, 0, 10},
        {5, 70, 0, 10},
        {10, 120, 0, 20},
        {12, 100, 0, 20}, // 20 of what expires at 20
        {19, 100, 0, 20},
        {20, 70, 30, CREDITS_NEVER},
        {25, -30, 30, CREDITS_NEVER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct credit_state now;
        assert_int_equal(credits_settle(&book, cases[i].at, NULL, &now, NULL), MARU_OK);
        if (now.balance_micro != cases[i].balance || now.expired_micro != cases[i].expired ||
            credits_next_change(&book, cases[i].at) != cases[i].next) {
            fail_msg("at %lld: %lld", (long long)cases[i].at, (long long)now.balance_micro);
        }
    }
}

static void what_is_refused(void **state) {
    (void)state;
    struct credit_state now;
    const struct credit_grant backwards = {1, 1, 5, 5}, below = {1, -1, 0, 5},
                              much = {1, CREDITS_MAX_AMOUNT, 0, 5};
    const struct credit_grant five[] = {much, much, much, much, much};
    const struct credit_spend back = {3, -1}, huge = {3, INT64_MAX};
    static struct credit_grant many[CREDITS_MAX_GRANTS + 1];
    const struct {
        struct credit_book book;
        maru_status want;
    } cases[] = {
        {{&backwards, NULL, 1, 0}, MARU_E_RANGE},
        {{&below, NULL, 1, 0}, MARU_E_RANGE},
        {{NULL, &back, 0, 1}, MARU_E_RANGE},
        {{NULL, &huge, 0, 1}, MARU_E_RANGE},
        {{five, NULL, 4, 0}, MARU_OK},
        {{five, NULL, 5, 0}, MARU_E_LIMIT},
        {{NULL, NULL, 0, 0}, MARU_OK},
        {{many, NULL, CREDITS_MAX_GRANTS + 1, 0}, MARU_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const maru_status st = credits_settle(&cases[i].book, 4, NULL, &now, NULL);
        if (st != cases[i].want) {
            fail_msg("case %zu: %s", i, maru_status_name(st));
        }
    }
}

static void at_the_cap(void **state) {
    (void)state;
    static struct credit_grant grant[CREDITS_MAX_GRANTS];
    struct credit_state now;
    for (int i = 0; i < CREDITS_MAX_GRANTS; i++) {
        grant[i] = (struct credit_grant){(uint64_t)i, 3, i, 2 * i + 1};
    }
    const struct credit_spend spend = {CREDITS_MAX_GRANTS, 1};
    const struct credit_book book = {grant, &spend, CREDITS_MAX_GRANTS, 1};
    assert_int_equal(credits_settle(&book, CREDITS_MAX_GRANTS, NULL, &now, NULL), MARU_OK);
    assert_int_equal(now.balance_micro, 3 * (CREDITS_MAX_GRANTS / 2) - 1);
}

static void warnings(void **state) {
    (void)state;
    const struct {
        int64_t spent, amount;
        uint32_t want;
    } cases[] = {{0, 0, 0},
                 {5, 0, 0},
                 {499, 1000, 0},
                 {500, 1000, 1},
                 {799, 1000, 1},
                 {800, 1000, 2},
                 {950, 1000, 3},
                 {999, 1000, 3},
                 {1000, 1000, 4},
                 {1, 1, 4},
                 {INT64_MAX, INT64_MAX, 4},
                 {INT64_MAX / 2, INT64_MAX, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(credit_warning(cases[i].spent, cases[i].amount), cases[i].want);
    }
}

static void memory_runs_out(void **state) {
    (void)state;
    uint64_t k = 5;
    struct scene s;
    struct credit_state now = {.balance_micro = 77};
    make(&s, &k);
    s.book.n_grant = N_GRANT;
    for (uint64_t i = 0;; i++) {
        alloc_fail_after(i);
        const maru_status st = credits_settle(&s.book, 30, NULL, &now, NULL);
        alloc_fail_after(UINT64_MAX);
        if (st == MARU_OK) {
            assert_int_equal(i, 7);
            return;
        }
        assert_int_equal(st, MARU_E_MEMORY);
        assert_int_equal(now.balance_micro, 77);
    }
}

static bool is_less(const void *context, uint32_t a, uint32_t b) {
    const uint64_t *key = context;
    return key[a] != key[b] ? key[a] < key[b] : a < b;
}

static void rows_come_in_order(void **state) {
    (void)state;
    static uint64_t key[3000];
    static uint32_t index[3000];
    uint64_t k = 77;
    for (uint32_t n = 0; n < 3000; n += 1 + n / 3) {
        bool has[3000] = {false};
        for (uint32_t i = 0; i < n; i++) {
            key[i] = draw(&k, 1 + n / 2);
            index[i] = i;
        }
        index_order(index, n, is_less, key);
        for (uint32_t i = 0; i < n; i++) {
            assert_false(has[index[i]]);
            has[index[i]] = true;
            assert_true(i == 0 || is_less(key, index[i - 1], index[i]));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_slow_one),
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(by_hand),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(at_the_cap),
        cmocka_unit_test(warnings),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(rows_come_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
