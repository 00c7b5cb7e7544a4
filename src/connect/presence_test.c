#include "connect/presence.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

static const maru_time T0 = INT64_C(1700000000000000);
static const maru_time second = 1000000;

enum { MOST_GAPS = 20000 };

struct told {
    struct presence *presence;
    struct text text; // "source code from until missing;", in ms since T0
    size_t n;
    struct span {
        maru_time from_us, until_us;
    } gap[MOST_GAPS];
};

static void take_gap(void *of, const struct connection_gap *gap) {
    struct told *told = of;
    assert_true(gap->from_us <= gap->until_us);
    assert_true(gap->cause[0] != '\0');
    text_addf(&told->text, "%s %s %lld %lld %llu;", gap->source, gap_code_name(gap->code),
              (long long)((gap->from_us - T0) / 1000), (long long)((gap->until_us - T0) / 1000),
              (unsigned long long)gap->n_missing);
    assert_true(told->n < MOST_GAPS);
    told->gap[told->n++] = (struct span){gap->from_us, gap->until_us};
}

static void start(struct told *told) {
    told->n = 0;
    text_init(&told->text, 1 << 24);
    assert_int_equal(presence_new(take_gap, told, &told->presence, NULL), MARU_OK);
}

static void end(struct told *told) {
    presence_free(told->presence);
    text_fini(&told->text);
}

static void says(struct told *told, const char *want) {
    text_add(&told->text, "", 1);
    assert_int_equal(told->text.status, MARU_OK);
    assert_string_equal(told->text.bytes, want);
    text_clear(&told->text);
}

static void sample(struct told *told, const char *name, maru_time at_us, uint8_t quality,
                   maru_time now) {
    const struct host_sample given = {
        .name = name,
        .n_name = (uint32_t)strlen(name),
        .sample = {.at_us = at_us, .type = SAMPLE_INTEGER, .quality = quality}};
    presence_take_sample(told->presence, &given, now);
}

static void good(struct told *told, const char *name, maru_time now) {
    sample(told, name, now, QUALITY_GOOD, now);
}

static void event(struct told *told, enum host_event_kind kind, enum host_cause cause,
                  const char *name, maru_time now) {
    presence_take_event(told->presence,
                        &(struct host_event){.kind = (uint8_t)kind,
                                             .cause = (uint8_t)cause,
                                             .at_us = now,
                                             .name = name,
                                             .n_missing = cause == HOST_SEQUENCE,
                                             .n_dropped = cause == HOST_UNKNOWN_NODE,
                                             .text = ""});
}

static void born(struct told *told, const char *name, maru_time now) {
    const bool is_node = strchr(strchr(name, '/') + 1, '/') == NULL;
    event(told, is_node ? HOST_NODE_BORN : HOST_DEVICE_BORN, HOST_NO_CAUSE, name, now);
}

static void test_a_death_and_a_birth_are_a_gap(void **state) {
    (void)state;
    struct told told;
    start(&told);
    born(&told, "g/n", T0);
    good(&told, "g/n/t", T0 + second);
    sample(&told, "g/n/t", T0 + 3 * second, QUALITY_BAD, T0 + 3 * second); // our own word
    event(&told, HOST_NODE_DIED, HOST_NO_CAUSE, "g/n", T0 + 3 * second);
    presence_settle(told.presence, T0 + 3 * second);
    says(&told, "g/n node_died 1000 3000 0;");
    born(&told, "g/n", T0 + 9 * second);
    says(&told, "g/n node_died 1000 9000 0;");
    good(&told, "g/n/t", T0 + 10 * second);
    says(&told, "");
    end(&told);
}

static void test_a_broken_connection_is_a_gap_of_each(void **state) {
    (void)state;
    struct told told;
    start(&told);
    born(&told, "g/n", T0);
    born(&told, "g/n/d", T0);
    good(&told, "g/n/d/t", T0 + second);
    event(&told, HOST_DEVICE_DIED, HOST_NO_CAUSE, "g/n/d", T0 + 2 * second);
    event(&told, HOST_GAP, HOST_CONNECTION, "g/n", T0 + 2 * second);
    presence_settle(told.presence, T0 + 2 * second);
    says(&told, "g/n no_connection 1000 2000 0;"); // which is its device's, too
    born(&told, "g/n", T0 + 5 * second);
    born(&told, "g/n/d", T0 + 5 * second + 50000);
    says(&told, "g/n no_connection 1000 5000 0;");
    end(&told);
}

static void test_a_device_may_be_lost_alone_and_found_late(void **state) {
    (void)state;
    struct told told;
    start(&told);
    born(&told, "g/n", T0);
    born(&told, "g/n/d", T0);
    good(&told, "g/n/d/t", T0 + second);
    good(&told, "g/n/t", T0 + 2 * second);
    event(&told, HOST_DEVICE_DIED, HOST_NO_CAUSE, "g/n/d", T0 + 3 * second);
    presence_settle(told.presence, T0 + 3 * second);
    says(&told, "g/n/d device_died 1000 3000 0;");
    born(&told, "g/n/d", T0 + 4 * second);
    says(&told, "g/n/d device_died 1000 4000 0;");
    // with its node, but born a second behind it: the node's messages were whole until 5 s
    good(&told, "g/n/t", T0 + 5 * second);
    event(&told, HOST_DEVICE_DIED, HOST_NO_CAUSE, "g/n/d", T0 + 6 * second);
    event(&told, HOST_NODE_DIED, HOST_NO_CAUSE, "g/n", T0 + 6 * second);
    presence_settle(told.presence, T0 + 6 * second);
    born(&told, "g/n", T0 + 7 * second);
    born(&told, "g/n/d", T0 + 8 * second);
    says(&told, "g/n node_died 5000 6000 0;g/n node_died 5000 7000 0;g/n/d node_died 5000 8000 0;");
    end(&told);
}

static void test_missing_numbers_are_a_gap_from_the_last_sample(void **state) {
    (void)state;
    struct told told;
    start(&told);
    born(&told, "g/n", T0);
    good(&told, "g/n/t", T0 + second);
    event(&told, HOST_GAP, HOST_SEQUENCE, "g/n", T0 + 4 * second);
    says(&told, "g/n missing_messages 1000 4000 1;");
    event(&told, HOST_REBIRTH_ASKED, HOST_SEQUENCE, "g/n", T0 + 4 * second);
    good(&told, "g/n/t", T0 + 5 * second);
    born(&told, "g/n", T0 + 6 * second); // as it was asked to be
    says(&told, "");
    good(&told, "g/n/t", T0 + 7 * second);
    born(&told, "g/n", T0 + 9 * second); // by itself
    says(&told, "g/n born_again 7000 9000 0;");
    end(&told);
}

static void test_what_cannot_be_used_is_told_now_and_then(void **state) {
    (void)state;
    struct told told;
    start(&told);
    for (int i = 1; i <= 25; i++) {
        event(&told, HOST_GAP, HOST_UNKNOWN_NODE, "g/n", T0 + i * second);
    }
    says(&told, "g/n unknown_node 1000 1000 1;g/n unknown_node 1000 11000 10;g/n unknown_node 1000 "
                "21000 10;");
    born(&told, "g/n", T0 + 26 * second);
    says(&told, "g/n unknown_node 1000 26000 4;");
    born(&told, "g/other", T0 + 26 * second); // never heard of before: nothing is missing
    says(&told, "");
    end(&told);
}

static void test_what_was_heard_before_a_start_is_remembered(void **state) {
    (void)state;
    struct told told;
    start(&told);
    presence_recall(told.presence, "g/n/t", 5, T0 + second);
    presence_recall(told.presence, "g/n/u", 5, T0);
    presence_recall(told.presence, "g/n/d/t", 7, T0 - second);
    presence_recall(told.presence, "odd", 3, T0); // no name of Sparkplug's
    born(&told, "g/n", T0 + 9 * second);
    born(&told, "g/n/d", T0 + 9 * second);
    says(&told, "g/n not_running 1000 9000 0;");
    end(&told);
}

static void test_a_quiet_node_was_there_as_long_as_the_connection(void **state) {
    (void)state;
    struct told told;
    start(&told);
    born(&told, "g/n", T0);
    event(&told, HOST_GAP, HOST_CONNECTION, "g/n", T0 + 3600 * second);
    says(&told, "g/n no_connection 3560000 3600000 0;");
    end(&told);
}

static void test_samples_that_waited_count_by_their_own_time(void **state) {
    (void)state;
    for (int clock_s = -3600; clock_s <= 3600; clock_s += 3600) { // of the node
        struct told told;
        start(&told);
        born(&told, "g/n", T0);
        sample(&told, "g/n/t", T0 + (10 + clock_s) * second, QUALITY_GOOD, T0 + 10 * second);
        sample(&told, "g/n/t", T0 + (11 + clock_s) * second, QUALITY_GOOD, T0 + 19 * second);
        event(&told, HOST_NODE_DIED, HOST_NO_CAUSE, "g/n", T0 + 20 * second);
        says(&told, "g/n node_died 11000 20000 0;");
        end(&told);
    }
}

static void test_a_birth_may_have_waited_too(void **state) {
    (void)state;
    struct told told;
    start(&told);
    born(&told, "g/n", T0);
    good(&told, "g/n/t", T0); // quick: the clocks agree
    event(&told, HOST_NODE_DIED, HOST_NO_CAUSE, "g/n", T0 + second);
    born(&told, "g/n", T0 + 30 * second); // sent at 20 s
    sample(&told, "g/n/t", T0 + 20 * second, QUALITY_GOOD, T0 + 30 * second);
    event(&told, HOST_NODE_DIED, HOST_NO_CAUSE, "g/n", T0 + 31 * second);
    says(&told, "g/n node_died 0 1000 0;g/n node_died 0 30000 0;g/n node_died 20000 31000 0;");
    end(&told);
}

// ---- the law: every span in which samples are missing lies in gaps

struct line { // of a device that says something ten times a second
    maru_time last_us;
    bool has_lost; // since then
};

static bool is_covered(const struct told *told, maru_time from_us, maru_time until_us) {
    while (from_us < until_us) { // gaps may be told one after the other
        maru_time next_us = from_us;
        for (size_t i = told->n; i-- > 0;) {
            const struct span *gap = &told->gap[i];
            if (gap->from_us <= from_us && gap->until_us > next_us) {
                next_us = gap->until_us;
            }
        }
        if (next_us == from_us) {
            return false;
        }
        from_us = next_us;
    }
    return true;
}

static void test_every_span_without_samples_lies_in_gaps(void **state) {
    static const maru_time step_us = 100000;
    (void)state;
    for (uint32_t seed = 0; seed < 50; seed++) {
        struct told *told = test_malloc(sizeof *told);
        struct line line = {.last_us = T0};
        bool is_up = true, is_born = true;
        start(told);
        born(told, "g/n", T0);
        born(told, "g/n/d", T0);
        for (maru_time now = T0 + step_us; now < T0 + 120 * second; now += step_us) {
            const uint64_t chance = random_at(seed, 1, (uint64_t)now).word[0] % 100;
            if (is_born && is_up && chance == 0) { // the node dies
                event(told, HOST_DEVICE_DIED, HOST_NO_CAUSE, "g/n/d", now);
                event(told, HOST_NODE_DIED, HOST_NO_CAUSE, "g/n", now);
                is_born = false;
            } else if (is_born && is_up && chance == 1) { // our connection
                event(told, HOST_DEVICE_DIED, HOST_NO_CAUSE, "g/n/d", now);
                event(told, HOST_GAP, HOST_CONNECTION, "g/n", now);
                is_born = is_up = false;
            } else if (is_born && is_up && chance == 2) { // the device
                event(told, HOST_DEVICE_DIED, HOST_NO_CAUSE, "g/n/d", now);
                is_up = false;
            } else if (!(is_born && is_up) && chance < 5) {
                if (!is_born) {
                    born(told, "g/n", now - 1);
                }
                born(told, "g/n/d", now - 1);
                is_born = is_up = true;
            } else if (is_born && is_up && chance == 5) { // messages are missing
                line.has_lost = true;
                event(told, HOST_GAP, HOST_SEQUENCE, "g/n", now);
            }
            presence_settle(told->presence, now);
            if (!is_born || !is_up) {
                line.has_lost = true;
                continue;
            }
            good(told, "g/n/d/t", now);
            if (line.has_lost && !is_covered(told, line.last_us, now - 1)) {
                fail_msg("seed %u: %lld to %lld ms lies in no gap: %s", seed,
                         (long long)((line.last_us - T0) / 1000), (long long)((now - T0) / 1000),
                         told->text.bytes);
            }
            line = (struct line){.last_us = now};
        }
        assert_true(told->n > 5);
        end(told);
        test_free(told);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_death_and_a_birth_are_a_gap),
        cmocka_unit_test(test_a_broken_connection_is_a_gap_of_each),
        cmocka_unit_test(test_a_device_may_be_lost_alone_and_found_late),
        cmocka_unit_test(test_missing_numbers_are_a_gap_from_the_last_sample),
        cmocka_unit_test(test_what_cannot_be_used_is_told_now_and_then),
        cmocka_unit_test(test_what_was_heard_before_a_start_is_remembered),
        cmocka_unit_test(test_a_quiet_node_was_there_as_long_as_the_connection),
        cmocka_unit_test(test_samples_that_waited_count_by_their_own_time),
        cmocka_unit_test(test_a_birth_may_have_waited_too),
        cmocka_unit_test(test_every_span_without_samples_lies_in_gaps),
    };
    return cmocka_run_group_tests_name("presence", tests, NULL, NULL);
}
