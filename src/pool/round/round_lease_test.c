#include "pool/round/round_lease.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pool/round/round_rules.h"
#include "pool/round/trial_round.h"

enum { MOST_EVENTS = 64 };
struct seen {
    struct lease_event event[MOST_EVENTS];
    uint32_t n;
    struct lease_event stands; // the last
    int32_t told_day;
};

static maru_status see(void *context, const struct lease_event *event, maru_error *err) {
    struct seen *seen = context;
    (void)err;
    if (event->kind == LEASE_STANDS) {
        seen->stands = *event;
        return MARU_OK;
    }
    assert_true(seen->n < MOST_EVENTS);
    seen->event[seen->n++] = *event;
    return MARU_OK;
}

static void begin(struct trial_round *trial) {
    trial_begin(trial, 100);
    trial->round.rules.idle_milli = 100;
    trial->round.rules.warn_days = 3;
    trial->round.rules.reclaim_days = 2;
    trial->round.rules.n_quarter = 2;
    (void)trial_add(trial, 1, 10, 1);
}

static void test_credits_are_those_of_all_hours(void **state) {
    (void)state;
    static struct trial_round trial;
    struct round_award award;
    struct lease lease[2];
    begin(&trial);
    assert_int_equal(round_award_init(&trial.round, &award, NULL), MARU_OK);
    award.site[0] = 0;
    award.gpus[0] = 7;
    assert_int_equal(round_leases(&trial.round, &award, lease), 1);
    assert_int_equal(lease[0].from_day, 20454); // 2026-01-01
    assert_int_equal(lease[0].until_day - lease[0].from_day, 181);
    assert_int_equal(lease[0].credits_milli, INT64_C(7) * 181 * 24 * 1000);
    round_award_fini(&award);
}

static void test_a_warning_then_a_reclaim_then_anew(void **state) {
    (void)state;
    static struct trial_round trial;
    begin(&trial);
    struct lease lease[8] = {{.gpus = 10, .from_day = 100, .until_day = 200}};
    // 24 GPU hours are a tenth: not idle. The second idle stretch has one use of 30 % of one GPU.
    const struct lease_use use[] = {{0, 0, 100, 24000},
                                    {0, 0, 103, 12000},
                                    {0, 0, 103, 12000},
                                    {0, 0, 105, 7200},
                                    {0, 1, 106, 999000}}; // of another type
    struct seen seen = {.n = 0};
    const struct lease_world world = {&trial.round, lease, 1, use, 5, 100, 108, NULL};
    assert_int_equal(lease_watch(&world, see, &seen, NULL), MARU_OK);
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.event[0].kind, LEASE_WARNED);
    assert_int_equal(seen.event[0].day, 106);
    assert_int_equal(seen.event[1].kind, LEASE_RECLAIMED);
    assert_int_equal(seen.event[1].day, 108);
    assert_int_equal(seen.event[1].gpus, 10);
    assert_int_equal(seen.event[1].kept, 1);

    uint32_t n = 1;
    lease_reclaim(&trial.round, &seen.event[1], 108, lease, &n);
    assert_int_equal(n, 2);
    assert_int_equal(lease[0].until_day, 109);
    assert_int_equal(lease[1].gpus, 1);
    assert_int_equal(lease[1].from_day, 109);
    assert_int_equal(lease[1].until_day, 200);

    // What is past stays as it was when it is watched again, with the shorter leases, further on.
    struct seen again = {.n = 0};
    const struct lease_world later = {&trial.round, lease, n, use, 5, 100, 113, NULL};
    assert_int_equal(lease_watch(&later, see, &again, NULL), MARU_OK);
    assert_int_equal(again.n, 4);
    assert_int_equal(again.event[1].kept, 1);
    assert_int_equal(again.event[3].kept, 0);
    assert_int_equal(again.event[3].gpus, 1);
}

static int32_t tell_day(void *context, const struct lease_event *warning) {
    const struct seen *seen = context;
    assert_int_equal(warning->kind, LEASE_WARNED);
    return seen->told_day;
}

// Three idle days bring the warning, of day 102. Whoever is told on day T has all the days of the rules from T on, whatever T is; who is not
// told loses nothing; who uses the GPUs in between neither.
static void test_nobody_loses_before_the_days_since_he_was_told(void **state) {
    (void)state;
    static struct trial_round trial;
    begin(&trial);
    const struct lease lease = {.gpus = 10, .from_day = 100, .until_day = 200};
    for (int32_t told_day = 90; told_day <= 130; told_day++) {
        for (int32_t last_day = 100; last_day < 125; last_day++) {
            const int32_t due =
                (told_day > 103 ? told_day : 103) + 1; // with that day two idle ones
            struct seen seen = {.told_day = told_day};
            const struct lease_world world = {&trial.round, &lease,   1,       NULL, 0,
                                              100,          last_day, tell_day};
            assert_int_equal(lease_watch(&world, see, &seen, NULL), MARU_OK);
            assert_int_equal(seen.n > 0, last_day >= 102);
            assert_int_equal(seen.n > 1, last_day >= due);
            assert_true(seen.n < 2 || seen.event[1].day == due);
            if (last_day < due) {
                assert_int_equal(seen.stands.idle_days, last_day - 99);
                assert_int_equal(seen.stands.told_day, last_day >= 102 ? told_day : LEASE_UNTOLD);
            }
        }
    }
    struct seen untold = {.told_day = LEASE_UNTOLD}, used = {.told_day = 110};
    const struct lease_use on_110 = {0, 0, 110, 24000};
    struct lease_world world = {&trial.round, &lease, 1, NULL, 0, 100, 150, tell_day};
    assert_int_equal(lease_watch(&world, see, &untold, NULL), MARU_OK);
    assert_int_equal(untold.n, 1);
    world.use = &on_110;
    world.n_use = 1;
    world.last_day = 111;
    assert_int_equal(lease_watch(&world, see, &used, NULL), MARU_OK);
    assert_int_equal(used.n, 1);
    assert_int_equal(used.stands.idle_days, 1);
    assert_int_equal(used.stands.used, 24000);
    assert_int_equal(used.stands.leased, 7 * 240000);
}

// Behind the day of a reclaim there is what was kept, no more and no less.
static void test_a_reclaim_leaves_what_was_kept(void **state) {
    (void)state;
    static struct trial_round trial;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        begin(&trial);
        trial.seed = seed;
        struct lease lease[16];
        uint32_t n = 1 + trial_below(&trial, 4);
        int64_t before = 0, after = 0;
        for (uint32_t i = 0; i < n; i++) {
            lease[i] = (struct lease){.gpus = 1 + trial_below(&trial, 9),
                                      .from_day = (int32_t)trial_below(&trial, 16),
                                      .until_day = 20 + (int32_t)trial_below(&trial, 30)};
            before += lease[i].gpus;
        }
        const struct lease_event event = {.kind = LEASE_RECLAIMED,
                                          .day = 15,
                                          .gpus = (uint32_t)before,
                                          .kept = trial_below(&trial, (uint32_t)before + 1)};
        lease_reclaim(&trial.round, &event, 15, lease, &n);
        for (uint32_t i = 0; i < n; i++) {
            after += lease[i].from_day <= 16 && lease[i].until_day > 16 ? lease[i].gpus : 0;
            assert_true(lease[i].from_day < lease[i].until_day);
        }
        assert_int_equal(after, event.kept);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_credits_are_those_of_all_hours),
        cmocka_unit_test(test_a_warning_then_a_reclaim_then_anew),
        cmocka_unit_test(test_nobody_loses_before_the_days_since_he_was_told),
        cmocka_unit_test(test_a_reclaim_leaves_what_was_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
