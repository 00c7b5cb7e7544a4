#include "pool/pool_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/random.h"

// What is written reads back the same, whatever the rules; what is refused is refused where it stands.

static uint64_t drawn;

static uint64_t draw(void) {
    const struct random_block block = random_at(5, 3, drawn++);
    return (uint64_t)block.word[0] << 32 | block.word[1];
}

static int64_t draw_span(void) {
    static const int64_t unit[] = {1, 1000, 1000000, 60000000, 3600000000, 86400000000};
    if (draw() % 8 == 0) {
        return (int64_t)(draw() >> 1);
    }
    const int64_t n = (int64_t)(draw() % 500);
    return n * unit[draw() % 6];
}

static struct pool_policy random_policy(void) {
    struct pool_policy policy; // its padding too is compared
    memset(&policy, 0, sizeof policy);
    policy.placement = (enum placement_rule)(draw() % PLACEMENT_RULES);
    policy.backfill = (enum backfill_rule)(draw() % BACKFILL_RULES);
    policy.reclaim = (enum reclaim_rule)(draw() % RECLAIM_RULES);
    policy.guarantee = (enum guarantee_rule)(draw() % GUARANTEE_RULES);
    policy.shed = (enum shed_order)(draw() % SHED_ORDERS);
    policy.backfill_depth = (uint32_t)(draw() % 1000001);
    policy.memory_milli = (uint32_t)(draw() % 1001);
    policy.half_life_us = draw_span();
    policy.longest_wait_us = draw_span();
    policy.grace_us = draw_span();
    policy.protect_us = draw_span();
    policy.can_borrow = draw() & 1;
    const uint64_t shift = 1 + draw() % 63;
    policy.cap_watts = draw() >> shift;
    policy.seed = draw() >> 1;
    return policy;
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 5000; i++) {
        const struct pool_policy policy = random_policy();
        struct pool_policy again;
        memset(&again, 0, sizeof again);
        struct text text;
        maru_error err;
        text_init(&text, 1 << 16);
        pool_policy_write(&text, &policy);
        assert_int_equal(pool_policy_read(&again, text.bytes, text.n_bytes, &err), MARU_OK);
        assert_int_equal(again.placement, policy.placement);
        assert_int_equal(again.backfill, policy.backfill);
        assert_int_equal(again.reclaim, policy.reclaim);
        assert_int_equal(again.guarantee, policy.guarantee);
        assert_int_equal(again.shed, policy.shed);
        assert_int_equal(again.backfill_depth, policy.backfill_depth);
        assert_int_equal(again.memory_milli, policy.memory_milli);
        assert_true(again.half_life_us == policy.half_life_us);
        assert_true(again.longest_wait_us == policy.longest_wait_us);
        assert_true(again.grace_us == policy.grace_us);
        assert_true(again.protect_us == policy.protect_us);
        assert_int_equal(again.can_borrow, policy.can_borrow);
        assert_true(again.cap_watts == policy.cap_watts && again.seed == policy.seed);
        text_fini(&text);
    }
}

static void nothing_said_is_the_standard(void **state) {
    (void)state;
    struct pool_policy read, standard;
    struct text a, b;
    text_init(&a, 1 << 16);
    text_init(&b, 1 << 16);
    pool_policy_default(&standard);
    assert_int_equal(pool_policy_read(&read, "", 0, NULL), MARU_OK);
    pool_policy_write(&a, &read);
    pool_policy_write(&b, &standard);
    assert_string_equal(a.bytes, b.bytes);
    text_fini(&a);
    text_fini(&b);
}

static void what_is_wrong_is_refused_in_its_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t row;
        uint64_t column;
        const char *says;
    } bad[] = {
        {"placement = \"best\"", 1, 13, "fgd"},
        {"backfill = \"easy\"\nreclaim = \"all\"", 2, 11, "borrowed"},
        {"guarantee = 3", 1, 13, "private"},
        {"shed = true", 1, 8, "youngest"},
        {"backfill_depth = 1000001", 1, 18, "1000000"},
        {"backfill_depth = -1", 1, 18, "0"},
        {"\n\nmemory_thousandths = 1001", 3, 22, "1000"},
        {"half_life = 7", 1, 13, "7d"},
        {"half_life = \"7 d\"", 1, 13, "7d"},
        {"grace = \"-1s\"", 1, 9, "90s"},
        {"grace = \"106751992d\"", 1, 9, "90s"}, // past what microseconds can count
        {"grace = \"\"", 1, 9, "90s"},
        {"grace = \"9\"", 1, 9, "90s"},
        {"can_borrow = \"yes\"", 1, 14, "true or false"},
        {"cap_watts = -5", 1, 13, "0"},
        {"seed = \"x\"", 1, 8, "0"},
        {"tempo = 1", 1, 1, "placement"},
        {"grace = \"9s\"\ngrace = \"9s\"", 2, 1, "further up"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pool_policy policy, before;
        maru_error err = {0};
        memset(&policy, 0x5a, sizeof policy);
        before = policy;
        const maru_status st = pool_policy_read(&policy, bad[i].text, strlen(bad[i].text), &err);
        if (st != MARU_E_INPUT || err.row != bad[i].row || err.column != bad[i].column ||
            !strstr(err.text, bad[i].says)) {
            fail_msg("%s: status %d at %llu:%llu, %s", bad[i].text, (int)st,
                     (unsigned long long)err.row, (unsigned long long)err.column, err.text);
        }
        assert_memory_equal(&policy, &before, sizeof policy); // untouched
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(nothing_said_is_the_standard),
        cmocka_unit_test(what_is_wrong_is_refused_in_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
