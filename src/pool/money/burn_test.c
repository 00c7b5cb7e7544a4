#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pool/money/burn.h"

#include <string.h>

#include "base/alloc.h"
#include "base/random.h"

// Laws: what is charged up to the moment that is told is covered, to the last microcredit, and a microsecond more is not; who asks again
// later, when a part is charged, is told the same moment; nobody spends more than his budget.

enum { N_RUN = 5, N_GRANT = 4, N_ACCOUNT = 5, N_PRICE = 4, N_BUDGET = 3 };
static const int64_t hour_us = INT64_C(3600) * 1000000, second_us = 1000000;
static const uint32_t parents[N_ACCOUNT] = {0, 0, 0, 1, 1};

static uint64_t draw(uint64_t *k, uint64_t n) {
    const struct random_block block = random_at(23, 5, (*k)++);
    return (((uint64_t)block.word[0] << 32) | block.word[1]) % n;
}

struct scene {
    struct arena arena;
    struct prices prices;
    struct credit_grant grant[N_GRANT];
    struct credit_left left[N_GRANT];
    struct price_gpus gpus[N_RUN];
    struct burn_run run[N_RUN];
    struct burn_budget budget[N_BUDGET];
    struct burn_asked asked;
};

// So dear that each microsecond of each run costs more than a millionth of a credit.
static void make(struct scene *s, uint64_t *k) {
    struct price_line line[N_PRICE];
    *s = (struct scene){0};
    for (uint32_t i = 0; i < N_PRICE; i++) {
        line[i] = (struct price_line){
            "x",
            i ? (int64_t)i * 20 * second_us : -hour_us,
            {.credits_micro = INT64_C(8000000000) + (int64_t)draw(k, 9000000000)}};
    }
    arena_init(&s->arena, 1 << 20);
    assert_int_equal(prices_make(line, N_PRICE, &s->arena, &s->prices, NULL), MARU_OK);
    for (uint32_t i = 0; i < N_GRANT; i++) {
        const int64_t from = i ? (int64_t)draw(k, 60) * second_us : -1;
        const int64_t amount = (int64_t)draw(k, 400000000);
        s->grant[i] =
            (struct credit_grant){i, amount, from, from + 1 + (int64_t)draw(k, 90) * second_us};
        s->left[i].left_micro = s->grant[i].amount_micro;
    }
    for (uint32_t i = 0; i < N_RUN; i++) {
        const int64_t started = -(int64_t)draw(k, 10) * second_us;
        s->gpus[i] = (struct price_gpus){PRICE_TYPES, 1000 * (1 + draw(k, 3))};
        const uint32_t account = 1 + (uint32_t)draw(k, N_ACCOUNT - 1);
        const bool is_ending = draw(k, 3) == 0;
        s->run[i] =
            (struct burn_run){.use = {&s->gpus[i], 1, 0, 0},
                              .account = account,
                              .started_us = started,
                              .charged_us = 0,
                              .ends_us = is_ending ? (int64_t)draw(k, 50) * second_us : BURN_NEVER};
    }
    s->asked = (struct burn_asked){.prices = &s->prices,
                                   .grant = s->grant,
                                   .left = s->left,
                                   .run = s->run,
                                   .budget = s->budget,
                                   .parent = parents,
                                   .n_grant = N_GRANT,
                                   .n_run = 1 + (uint32_t)draw(k, N_RUN),
                                   .n_account = N_ACCOUNT};
}

static int64_t clip(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

// Charge all runs in [from, until), cut where grants change, and give the state at `until`.
static void charge_all(const struct scene *s, int64_t from, int64_t until, struct credit_left *left,
                       struct credit_state *now) {
    static struct credit_spend spend[N_RUN * 4 * N_GRANT];
    struct credit_book book = {s->grant, spend, N_GRANT, 0};
    for (uint32_t i = 0; i < s->asked.n_run; i++) {
        const struct burn_run *run = &s->run[i];
        const int64_t end = clip(until, from, run->ends_us > from ? run->ends_us : from);
        for (int64_t at = from; at < end;) {
            const int64_t change = credits_next_change(&book, at);
            const struct price_span span = {run->started_us, at, change < end ? change : end};
            struct money money;
            assert_int_equal(prices_charge(&s->prices, &run->use, &span, &money, NULL), MARU_OK);
            spend[book.n_spend++] = (struct credit_spend){at, money.credits_micro};
            at = span.until_us;
        }
    }
    assert_int_equal(credits_settle(&book, until - 1, left, now, NULL), MARU_OK);
}

static int64_t forecast(const struct scene *s) {
    struct burn_told told = {0};
    maru_error err = {0};
    if (burn_forecast(&s->asked, &told, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return told.empty_us;
}

static void covered_to_the_last_microcredit(void **state) {
    (void)state;
    uint64_t k = 0;
    int n_empty = 0;
    for (int round = 0; round < 1000; round++) {
        struct scene s;
        struct credit_state now;
        make(&s, &k);
        const int64_t empty = forecast(&s);
        if (empty != BURN_NEVER && empty > 0) {
            charge_all(&s, 0, empty, NULL, &now);
            assert_int_equal(now.debt_micro, 0);
            n_empty++;
        }
        if (empty != BURN_NEVER) {
            charge_all(&s, 0, empty + 1, NULL, &now);
            assert_true(now.debt_micro > 0);
        } else {
            charge_all(&s, 0, 300 * second_us, NULL, &now);
            assert_int_equal(now.debt_micro, 0);
        }
        arena_fini(&s.arena);
    }
    assert_true(n_empty > 300);
}

static void later_the_same(void **state) {
    (void)state;
    uint64_t k = 1000000;
    for (int round = 0; round < 300; round++) {
        struct scene s;
        struct credit_state now;
        make(&s, &k);
        const int64_t empty = forecast(&s);
        if (empty != BURN_NEVER && empty > 1) {
            const int64_t later = 1 + (int64_t)draw(&k, (uint64_t)empty - 1);
            charge_all(&s, 0, later, s.left, &now);
            for (uint32_t i = 0; i < s.asked.n_run; i++) {
                s.run[i].charged_us = later;
            }
            for (uint32_t i = 0; i < N_GRANT;
                 i++) { // those that expire between `later` - 1 and `later`
                s.left[i].left_micro = s.grant[i].until_us <= later ? 0 : s.left[i].left_micro;
            }
            s.asked.now_us = later;
            assert_int_equal(forecast(&s), empty);
        }
        arena_fini(&s.arena);
    }
}

// One GPU at p an hour and B credits: floor(p t / hour) <= B, so t is the last before B + 1.
static void a_closed_form(void **state) {
    (void)state;
    struct scene s;
    uint64_t k = 0;
    make(&s, &k);
    const struct price_line line = {"x", -hour_us, {.credits_micro = 2500000}};
    assert_int_equal(prices_make(&line, 1, &s.arena, &s.prices, NULL), MARU_OK);
    s.grant[0] = (struct credit_grant){1, 10000000, -1, CREDITS_NEVER};
    s.left[0].left_micro = 10000000;
    s.gpus[0].milli = 1000;
    s.run[0] = (struct burn_run){{&s.gpus[0], 1, 0, 0}, 1, 0, 0, BURN_NEVER};
    s.asked.n_run = s.asked.n_grant = 1;
    assert_int_equal(forecast(&s), (10000001 * hour_us + 2499999) / 2500000 - 1);
    assert_int_equal(forecast(&s), 4 * hour_us + 1439); // 4 hours, and less than a microcredit
    s.run[0].ends_us = 4 * hour_us;
    assert_int_equal(forecast(&s), BURN_NEVER);
    s.asked.debt_micro = 1;
    assert_int_equal(forecast(&s), 0);
    s.asked.debt_micro = 0;
    s.run[0].ends_us = BURN_NEVER;
    s.asked.now_us = 5 * hour_us; // nobody charged for five hours: it was gone an hour ago
    assert_int_equal(forecast(&s), 4 * hour_us + 1439);
    s.asked.n_run = 0;
    assert_int_equal(forecast(&s), BURN_NEVER);
    arena_fini(&s.arena);
}

static bool is_in(uint32_t account, uint32_t above) {
    while (account != above && account) {
        account = parents[account];
    }
    return account == above;
}

static void nobody_above_his_budget(void **state) {
    (void)state;
    uint64_t k = 3000000;
    int n_stopped = 0;
    for (int round = 0; round < 500; round++) {
        struct scene s;
        int64_t budget[N_BUDGET], stop[N_RUN];
        struct burn_told told = {0, budget, stop};
        make(&s, &k);
        s.asked.n_budget = N_BUDGET;
        for (uint32_t i = 0; i < N_BUDGET; i++) {
            const int64_t from = -(int64_t)draw(&k, 3) * second_us;
            const uint32_t account = (uint32_t)draw(&k, N_ACCOUNT);
            const int64_t until = from + (int64_t)(1 + draw(&k, 60)) * second_us;
            s.budget[i] = (struct burn_budget){account, from, until, (int64_t)draw(&k, 200000000)};
        }
        assert_int_equal(burn_forecast(&s.asked, &told, NULL), MARU_OK);
        for (uint32_t b = 0; b < N_BUDGET; b++) {
            int64_t spent = 0;
            for (uint32_t i = 0; i < s.asked.n_run; i++) {
                const int64_t end = s.run[i].ends_us < stop[i] ? s.run[i].ends_us : stop[i];
                const int64_t until = end < s.budget[b].until_us ? end : s.budget[b].until_us;
                struct money money = {0};
                if (is_in(s.run[i].account, s.budget[b].account) && until > 0) {
                    const struct price_span span = {s.run[i].started_us, 0, until};
                    assert_int_equal(prices_charge(&s.prices, &s.run[i].use, &span, &money, NULL),
                                     MARU_OK);
                }
                spent += money.credits_micro;
                assert_true(stop[i] <= told.empty_us);
                n_stopped += stop[i] < told.empty_us;
            }
            assert_true(spent <= s.budget[b].left_micro);
        }
        arena_fini(&s.arena);
    }
    assert_true(n_stopped > 100);
}

static void signals(void **state) {
    (void)state;
    const struct {
        int64_t now, stop, grace, signal, end;
        bool is_cut;
    } cases[] = {
        // s
        {0, 100, 30, 70, 100, false}, {0, 30, 30, 0, 30, false},    {0, 20, 30, 0, 20, true},
        {0, 4, 30, 0, 4, true},       {0, 3, 30, 0, 4, true},       {0, 1, 2, 0, 2, false},
        {0, 0, 30, 0, 4, true},       {10, 8, 30, 10, 12, true},    {10, 4, 30, 10, 10, true},
        {10, 5, 0, 10, 10, false},    {0, 100, 0, 100, 100, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct burn_stop plan = burn_plan(cases[i].now * second_us, cases[i].stop * second_us,
                                                cases[i].grace * second_us);
        if (plan.signal_us != cases[i].signal * second_us ||
            plan.end_us != cases[i].end * second_us || plan.is_cut != cases[i].is_cut) {
            fail_msg("case %zu: %lld %lld", i, (long long)plan.signal_us, (long long)plan.end_us);
        }
    }
    assert_int_equal(burn_plan(5, BURN_NEVER, 7).signal_us, BURN_NEVER);
    // Never signalled before now, nor ended before it is signalled, nor more than 5 s behind the last credit unless now is later.
    uint64_t k = 9;
    for (int i = 0; i < 10000; i++) {
        const int64_t now = (int64_t)draw(&k, 1000000), stop = (int64_t)draw(&k, 100000000);
        const int64_t grace = (int64_t)draw(&k, 60000000);
        const struct burn_stop plan = burn_plan(now, stop, grace);
        assert_true(plan.signal_us >= now && plan.end_us >= plan.signal_us && plan.end_us >= stop);
        assert_true(plan.end_us <= stop + 5000000 || plan.end_us == now);
        assert_int_equal(plan.is_cut, plan.end_us - plan.signal_us < grace);
    }
}

static void what_is_refused(void **state) {
    (void)state;
    struct burn_told told = {.empty_us = 7};
    uint64_t k = 0;
    for (int i = 0; i < 7; i++) {
        static const uint32_t circle[N_ACCOUNT] = {0, 0, 3, 3, 1};
        struct scene s;
        make(&s, &k);
        s.asked.parent = i == 0 ? circle : parents;
        s.run[0].account = i == 1 ? N_ACCOUNT : 1;
        s.run[0].charged_us = i == 2 ? 1 : i == 3 ? INT64_MIN : 0;
        s.gpus[0].resource = i == 4 ? PRICE_OTHER : PRICE_TYPES;
        s.asked.n_budget = i == 5 ? BURN_MAX_BUDGETS + 1 : 0;
        s.asked.n_account = i == 6 ? 0 : N_ACCOUNT;
        const maru_status want = i == 4 ? MARU_E_INPUT : i == 5 ? MARU_E_LIMIT : MARU_E_RANGE;
        assert_int_equal(burn_forecast(&s.asked, &told, NULL), want);
        assert_int_equal(told.empty_us, 7);
        arena_fini(&s.arena);
    }
}

static void memory_runs_out(void **state) {
    (void)state;
    struct burn_told told = {.empty_us = 7};
    struct scene s;
    uint64_t k = 0, i = 0;
    make(&s, &k);
    maru_status st = MARU_E_MEMORY;
    for (; st != MARU_OK; i++) {
        alloc_fail_after(i);
        st = burn_forecast(&s.asked, &told, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK || (st == MARU_E_MEMORY && told.empty_us == 7));
    }
    assert_int_equal(i, 5);
    arena_fini(&s.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(covered_to_the_last_microcredit),
        cmocka_unit_test(later_the_same),
        cmocka_unit_test(a_closed_form),
        cmocka_unit_test(nobody_above_his_budget),
        cmocka_unit_test(signals),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
