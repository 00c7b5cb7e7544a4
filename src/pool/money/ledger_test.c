#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/ledger.h"

#include <string.h>

#include "base/alloc.h"
#include "base/random.h"

// Laws: an entry that is written twice counts once; the balance is the sum of all entries, whatever order they came in; charges of an
// attempt have no gap and no overlap.

enum { N_ACCOUNT = 4, N_JOB = 20, N_PIECE = 6, MOST = 400 };
static const uint32_t parents[N_ACCOUNT] = {0, 0, 0, 1};

static uint64_t draw(uint64_t *k, uint64_t n) {
    const struct random_block block = random_at(31, 5, (*k)++);
    return (((uint64_t)block.word[0] << 32) | block.word[1]) % n;
}

static struct ledger *new_ledger(void) {
    struct ledger *ledger = NULL;
    assert_int_equal(ledger_new(parents, N_ACCOUNT, &ledger, NULL), MARU_OK);
    return ledger;
}

static maru_status add(struct ledger *ledger, const struct ledger_entry *entry) {
    return ledger_add(ledger, entry, NULL, NULL);
}

static int64_t signed_amount(const struct ledger_entry *entry) {
    return entry->kind == LEDGER_CHARGE ? -entry->amount.credits_micro
                                        : entry->amount.credits_micro;
}

// A story: jobs whose attempts are charged piece by piece, some given back, grants, adjustments. In an order that is allowed.
static uint32_t story(struct ledger_entry *entry, uint64_t *k) {
    uint32_t n = 0;
    for (uint64_t i = 0; i < 8; i++) {
        const int64_t from = (int64_t)draw(k, 50);
        const int64_t until = from + 1 + (int64_t)draw(k, 100);
        entry[n++] = (struct ledger_entry){.kind = LEDGER_GRANT,
                                           .key = i,
                                           .at_us = from,
                                           .until_us = until,
                                           .amount = {.credits_micro = (int64_t)draw(k, 300)}};
        entry[n++] = (struct ledger_entry){.kind = LEDGER_ADJUSTMENT,
                                           .key = i,
                                           .at_us = from,
                                           .until_us = CREDITS_NEVER,
                                           .amount = {.credits_micro = (int64_t)draw(k, 40) - 20}};
    }
    for (uint64_t job = 0; job < N_JOB; job++) {
        int64_t at = (int64_t)draw(k, 80);
        for (uint64_t piece = 0; piece < 1 + draw(k, N_PIECE); piece++) {
            const int64_t until = at + 1 + (int64_t)draw(k, 9);
            const int64_t amount = (int64_t)draw(k, 30);
            entry[n++] = (struct ledger_entry){.kind = LEDGER_CHARGE,
                                               .account = (uint32_t)job % N_ACCOUNT,
                                               .key = job,
                                               .attempt = (uint32_t)job % 3,
                                               .at_us = at,
                                               .until_us = until,
                                               .amount = {.credits_micro = amount}};
            if (draw(k, 4) == 0) {
                entry[n] = entry[n - 1];
                entry[n].kind = LEDGER_REFUND;
                entry[n].key = n;
                entry[n].job = job;
                entry[n].amount.credits_micro = (int64_t)draw(k, (uint64_t)amount + 1);
                n++;
            }
            at = until;
        }
    }
    return n;
}

static void the_balance_is_the_sum(void **state) {
    (void)state;
    static struct ledger_entry entry[MOST], expired[CREDITS_MAX_GRANTS];
    uint64_t k = 0;
    for (int round = 0; round < 200; round++) {
        struct ledger *ledger = new_ledger();
        const uint32_t n = story(entry, &k);
        uint32_t n_expired = 0, n_entry = 0;
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(add(ledger, &entry[i]), MARU_OK);
        }
        const struct credit_book book = ledger_book(ledger);
        for (int64_t at = -1; at < 160; at += 13) {
            struct credit_state now;
            int64_t sum = 0;
            assert_int_equal(credits_settle(&book, at, NULL, &now, NULL), MARU_OK);
            assert_int_equal(ledger_expiries(ledger, at, expired, &n_expired, NULL), MARU_OK);
            for (uint32_t i = 0; i < n; i++) {
                sum += entry[i].at_us <= at ? signed_amount(&entry[i]) : 0;
            }
            for (uint32_t i = 0; i < n_expired; i++) {
                assert_true(expired[i].at_us <= at);
                sum += expired[i].amount.credits_micro;
            }
            assert_int_equal(now.balance_micro, sum);
        }
        const struct ledger_entry *kept = ledger_entries(ledger, &n_entry);
        assert_int_equal(n_entry, n);
        assert_int_equal(kept[n - 1].at_us, entry[n - 1].at_us);
        ledger_free(ledger);
    }
}

// After a crash nobody knows what was written: from anywhere on, all again, and again.
static void twice_is_once(void **state) {
    (void)state;
    static struct ledger_entry entry[MOST];
    uint64_t k = 1000000;
    for (int round = 0; round < 100; round++) {
        struct ledger *once = new_ledger(), *often = new_ledger();
        struct credit_state a, b;
        const uint32_t n = story(entry, &k);
        uint32_t reached = 0, n_new = 0;
        while (reached < n) {
            const uint32_t from = reached ? (uint32_t)draw(&k, reached) : 0;
            const uint32_t until = reached + 1 + (uint32_t)draw(&k, n - reached);
            for (uint32_t i = from; i < until; i++) {
                bool is_new = false;
                assert_int_equal(ledger_add(often, &entry[i], &is_new, NULL), MARU_OK);
                assert_int_equal(is_new, i >= reached);
                n_new += is_new;
            }
            reached = until;
        }
        assert_int_equal(n_new, n);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(add(once, &entry[i]), MARU_OK);
        }
        const struct credit_book x = ledger_book(once), y = ledger_book(often);
        assert_int_equal(credits_settle(&x, 90, NULL, &a, NULL), MARU_OK);
        assert_int_equal(credits_settle(&y, 90, NULL, &b, NULL), MARU_OK);
        assert_memory_equal(&a, &b, sizeof a);
        for (uint32_t account = 0; account < N_ACCOUNT; account++) {
            assert_int_equal(ledger_spent(once, account, 10, 70),
                             ledger_spent(often, account, 10, 70));
        }
        ledger_free(once);
        ledger_free(often);
    }
}

// Attempts in another order, with their own entries in theirs.
static void order_does_not_matter(void **state) {
    (void)state;
    static struct ledger_entry entry[MOST];
    uint64_t k = 2000000;
    for (int round = 0; round < 100; round++) {
        struct ledger *a = new_ledger(), *b = new_ledger();
        struct credit_state x, y;
        const uint32_t n = story(entry, &k);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(add(a, &entry[i]), MARU_OK);
        }
        for (uint64_t job = N_JOB; job-- > 0;) {
            for (uint32_t i = 16; i < n; i++) {
                if ((entry[i].kind == LEDGER_REFUND ? entry[i].job : entry[i].key) == job) {
                    assert_int_equal(add(b, &entry[i]), MARU_OK);
                }
            }
        }
        for (uint32_t i = 16; i-- > 0;) {
            assert_int_equal(add(b, &entry[i]), MARU_OK);
        }
        const struct credit_book p = ledger_book(a), q = ledger_book(b);
        for (int64_t at = 0; at < 160; at += 9) {
            assert_int_equal(credits_settle(&p, at, NULL, &x, NULL), MARU_OK);
            assert_int_equal(credits_settle(&q, at, NULL, &y, NULL), MARU_OK);
            assert_memory_equal(&x, &y, sizeof x);
        }
        ledger_free(a);
        ledger_free(b);
    }
}

static struct ledger_entry charge(uint64_t job, int64_t from, int64_t until, int64_t amount) {
    return (struct ledger_entry){.kind = LEDGER_CHARGE,
                                 .account = 3,
                                 .key = job,
                                 .attempt = 1,
                                 .at_us = from,
                                 .until_us = until,
                                 .amount = {.credits_micro = amount}};
}

static void contradictions(void **state) {
    (void)state;
    struct ledger *ledger = new_ledger();
    const struct ledger_entry grant = {
        .kind = LEDGER_GRANT, .key = 7, .until_us = 10, .amount = {.credits_micro = 100}};
    struct ledger_entry other_grant = grant, refund = charge(99, 10, 20, 5), late = grant;
    const struct ledger_entry first = charge(5, 10, 20, 8), second = charge(5, 20, 30, 9);
    int64_t until = 0;
    other_grant.amount.credits_micro++;
    refund.kind = LEDGER_REFUND;
    refund.job = 5;
    assert_false(ledger_charged_until(ledger, 5, 1, &until));
    assert_int_equal(add(ledger, &refund), MARU_E_RANGE); // of nothing
    assert_int_equal(add(ledger, &grant), MARU_OK);
    assert_int_equal(add(ledger, &first), MARU_OK);
    assert_int_equal(add(ledger, &second), MARU_OK);
    assert_true(ledger_charged_until(ledger, 5, 1, &until) && until == 30);
    assert_false(ledger_charged_until(ledger, 5, 2, &until));
    assert_int_equal(add(ledger, &refund), MARU_OK);
    assert_int_equal(add(ledger, &refund), MARU_OK);
    late.until_us = late.at_us;
    struct ledger_entry more = refund, nobody = first, sort = first, below = first;
    more.key++;
    nobody.account = N_ACCOUNT;
    sort.kind = LEDGER_EXPIRY;
    below.amount.credits_micro = -1;
    const struct ledger_entry bad[] = {other_grant,
                                       charge(5, 31, 40, 1),
                                       charge(5, 25, 40, 1),
                                       charge(5, 10, 20, 9),
                                       charge(5, 10, 19, 8),
                                       charge(5, 0, 30, 1),
                                       charge(6, 5, 5, 1),
                                       more,
                                       nobody,
                                       sort,
                                       below,
                                       late};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (add(ledger, &bad[i]) != MARU_E_RANGE) {
            fail_msg("case %zu is taken", i);
        }
    }
    assert_int_equal(ledger_spent(ledger, 1, 0, 100), 12); // 8 - 5 + 9, of the project below
    assert_int_equal(ledger_spent(ledger, 0, 0, 20), 3);
    assert_int_equal(ledger_spent(ledger, 2, 0, 100), 0);
    ledger_free(ledger);
    assert_int_equal(ledger_new((const uint32_t[]){0, 1}, 2, &ledger, NULL), MARU_E_RANGE);
    assert_int_equal(ledger_new(NULL, 0, &ledger, NULL), MARU_E_RANGE);
    ledger_free(NULL);
}

static void memory_runs_out(void **state) {
    (void)state;
    static struct ledger_entry entry[MOST];
    uint64_t k = 7;
    const uint32_t n = story(entry, &k);
    uint32_t n_refused = 0;
    for (uint64_t fails = 0;; fails++) {
        struct ledger *ledger = NULL;
        bool has_failed = false;
        alloc_fail_after(fails);
        if (ledger_new(parents, N_ACCOUNT, &ledger, NULL) != MARU_OK) {
            alloc_fail_after(UINT64_MAX);
            n_refused++;
            continue;
        }
        for (uint32_t i = 0; i < n; i++) {
            const maru_status st = add(ledger, &entry[i]);
            if (st != MARU_OK) { // what was refused is simply tried again
                assert_int_equal(st, MARU_E_MEMORY);
                alloc_fail_after(UINT64_MAX);
                assert_int_equal(add(ledger, &entry[i]), MARU_OK);
                has_failed = true;
                n_refused++;
            }
        }
        alloc_fail_after(UINT64_MAX);
        uint32_t n_entry = 0;
        (void)ledger_entries(ledger, &n_entry);
        assert_int_equal(n_entry, n);
        ledger_free(ledger);
        if (!has_failed) {
            break;
        }
    }
    assert_true(n_refused > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_balance_is_the_sum), cmocka_unit_test(twice_is_once),
        cmocka_unit_test(order_does_not_matter),  cmocka_unit_test(contradictions),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
