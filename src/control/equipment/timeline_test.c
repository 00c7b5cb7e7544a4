#include "control/equipment/timeline.h"

#include "base/alloc.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// Events as a short text, one each: TIME KIND SUBSTATE SUBJECT, and the states that come of them as
// "from:substate".

struct event_row {
    maru_time at_us;
    enum timeline_kind kind;
    enum e10_substate substate;
    uint32_t subject;
};

struct event_case {
    const char *what;
    struct event_row event[8];
    uint32_t n;
    const char *want; // of [0, 100)
    uint64_t n_contradiction, n_stray;
};

#define SUB(name) E10_SUB_##name

static const struct event_case cases[] = {
    {"nothing is not standby", {{0}}, 0, "0:not known", 0, 0},
    {"a lot",
     {{10, TIMELINE_BEGIN, SUB(REGULAR), 1}, {60, TIMELINE_END, SUB(REGULAR), 1}},
     2,
     "0:not known 10:regular production 60:idle",
     0,
     0},
    {"two lots overlap",
     {{10, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {20, TIMELINE_BEGIN, SUB(REGULAR), 2},
      {30, TIMELINE_END, SUB(REGULAR), 1},
      {40, TIMELINE_END, SUB(REGULAR), 2}},
     4,
     "0:not known 10:regular production 30:regular production 40:idle",
     0,
     0},
    {"one lot follows the other without a gap",
     {{10, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {30, TIMELINE_BEGIN, SUB(REGULAR), 2},
      {30, TIMELINE_END, SUB(REGULAR), 1},
      {40, TIMELINE_END, SUB(REGULAR), 2}},
     4,
     "0:not known 10:regular production 30:regular production 40:idle",
     0,
     0},
    {"a failure interrupts a lot, which goes on",
     {{10, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {20, TIMELINE_BEGIN, SUB(REPAIR_DELAY), 7},
      {30, TIMELINE_BEGIN, SUB(REPAIR), 7},
      {50, TIMELINE_END, SUB(FAILED), 7},
      {60, TIMELINE_END, SUB(REGULAR), 1}},
     5,
     "0:not known 10:regular production 20:waiting for repair 30:repair 50:regular production "
     "60:idle",
     0,
     0},
    {"a lot begins while the tool is down: down it stays",
     {{10, TIMELINE_SAY, SUB(FAILED), 0},
      {20, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {50, TIMELINE_END, SUB(FAILED), 0}},
     3,
     "0:not known 10:failed 50:regular production",
     1,
     0},
    {"what the tool says ends what was open",
     {{10, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {20, TIMELINE_BEGIN, SUB(FAILED), 7},
      {50, TIMELINE_SAY, SUB(NO_PRODUCT), 0},
      {60, TIMELINE_END, SUB(REGULAR), 1}},
     4,
     "0:not known 10:regular production 20:failed 50:no product",
     0,
     1},
    {"unscheduled goes before scheduled",
     {{10, TIMELINE_BEGIN, SUB(MAINTENANCE), 3},
      {20, TIMELINE_BEGIN, SUB(FAILED), 7},
      {30, TIMELINE_END, SUB(FAILED), 7},
      {40, TIMELINE_END, SUB(MAINTENANCE), 3}},
     4,
     "0:not known 10:maintenance 20:failed 30:maintenance 40:idle",
     0,
     0},
    {"waiting for hands while nobody is scheduled is off, repairing is not",
     {{10, TIMELINE_BEGIN, SUB(REPAIR_DELAY), 7},
      {20, TIMELINE_BEGIN, SUB(OFF), 9},
      {50, TIMELINE_BEGIN, SUB(REPAIR), 7},
      {60, TIMELINE_END, SUB(REPAIR), 7},
      {80, TIMELINE_END, SUB(OFF), 9}},
     5,
     "0:not known 10:waiting for repair 20:off 50:repair 60:off 80:idle",
     0,
     0},
    {"work in time that is not scheduled is work",
     {{10, TIMELINE_BEGIN, SUB(OFF), 9},
      {20, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {30, TIMELINE_END, SUB(REGULAR), 1}},
     3,
     "0:not known 10:off 20:regular production 30:off",
     1,
     0},
    {"a lost link is time of its own, until the tool says something",
     {{10, TIMELINE_SAY, SUB(IDLE), 0},
      {20, TIMELINE_LOST, 0, 0},
      {30, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {40, TIMELINE_BACK, 0, 0},
      {50, TIMELINE_SAY, SUB(IDLE), 0}},
     5,
     "0:not known 10:idle 20:not known 50:idle",
     0,
     0},
    {"a lost link of which everything was told is none",
     {{10, TIMELINE_SAY, SUB(IDLE), 0},
      {20, TIMELINE_LOST, 0, 0},
      {30, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {40, TIMELINE_BACK_WHOLE, 0, 0}},
     4,
     "0:not known 10:idle 30:regular production",
     0,
     0},
    {"a lot of before the gap is not taken to run behind it, a failure is",
     {{5, TIMELINE_BEGIN, SUB(REGULAR), 1},
      {10, TIMELINE_BEGIN, SUB(FAILED), 7},
      {20, TIMELINE_LOST, 0, 0},
      {40, TIMELINE_BACK, 0, 0},
      {50, TIMELINE_END, SUB(REGULAR), 1},
      {60, TIMELINE_END, SUB(FAILED), 7}},
     6,
     "0:not known 5:regular production 10:failed 20:not known 50:failed 60:idle",
     0,
     1},
    {"a person goes before the tool",
     {{10, TIMELINE_SAY, SUB(REGULAR), 0},
      {20, TIMELINE_HAND, SUB(EXPERIMENT), 0},
      {30, TIMELINE_SAY, SUB(IDLE), 0},
      {35, TIMELINE_LOST, 0, 0},
      {40, TIMELINE_BACK_WHOLE, 0, 0},
      {50, TIMELINE_HAND_END, 0, 0}},
     6,
     "0:not known 10:regular production 20:process experiment 50:idle",
     0,
     0},
};

static struct timeline_event event_of(const struct event_row *row) {
    return (struct timeline_event){.at_us = row->at_us,
                                   .subject = row->subject,
                                   .kind = (uint8_t)row->kind,
                                   .substate = (uint8_t)row->substate};
}

static void show(const struct timeline *timeline, char *out, size_t size) {
    size_t n = 0;
    out[0] = '\0';
    struct timeline_walk walk = timeline_walk(timeline, 0, 100);
    for (struct timeline_interval at; timeline_next(&walk, &at);) {
        n += (size_t)snprintf(out + n, size - n, "%s%d:%s", n > 0 ? " " : "", (int)at.from_us,
                              e10_substate_name(at.substate, false));
        assert_true(n < size);
    }
}

static void events_move_states(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct event_case *c = &cases[i];
        for (int is_backward = 0; is_backward < 2; is_backward++) {
            struct timeline timeline;
            assert_int_equal(timeline_init(&timeline, 16, NULL), MARU_OK);
            for (uint32_t k = 0; k < c->n; k++) {
                const struct timeline_event event =
                    event_of(&c->event[is_backward ? c->n - 1 - k : k]);
                assert_int_equal(timeline_put(&timeline, &event, NULL), MARU_OK);
                assert_int_equal(timeline_put(&timeline, &event, NULL), MARU_OK);
            }
            char got[512];
            show(&timeline, got, sizeof got);
            if (strcmp(got, c->want) != 0 || timeline.last.n_contradiction != c->n_contradiction ||
                timeline.last.n_stray != c->n_stray || timeline.n_repeated != c->n) {
                fail_msg("%s (%d):\n %s, %d contradictions, %d strays\n %s", c->what, is_backward,
                         got, (int)timeline.last.n_contradiction, (int)timeline.last.n_stray,
                         c->want);
            }
            timeline_fini(&timeline);
        }
    }
}

// ---- laws

static uint32_t below(uint64_t seed, uint64_t counter, uint32_t n) {
    return random_at(seed, 1, counter).word[0] % n;
}

static struct timeline_event random_event(uint64_t seed, uint64_t counter, uint32_t span) {
    const struct random_block block = random_at(seed, 2, counter);
    return (struct timeline_event){.at_us = block.word[0] % span,
                                   .kind = (uint8_t)(block.word[1] % N_TIMELINE_KIND),
                                   .substate = (uint8_t)(block.word[2] % N_E10_SUBSTATE),
                                   .subject = block.word[3] % 3,
                                   .reason = block.word[3] / 3 % 2};
}

static bool is_same_timeline(const struct timeline *a, const struct timeline *b) {
    const struct timeline_knowledge *know = &a->last, *other = &b->last;
    if (a->n != b->n || know->n_open != other->n_open || know->n_stray != other->n_stray ||
        know->n_contradiction != other->n_contradiction || know->n_too_many != other->n_too_many) {
        return false;
    }
    for (uint32_t i = 0; i < a->n; i++) {
        const struct timeline_point *p = &a->point[i], *q = &b->point[i];
        if (p->event.at_us != q->event.at_us || p->event.kind != q->event.kind ||
            p->substate != q->substate || p->subject != q->subject || p->reason != q->reason) {
            return false;
        }
    }
    return true;
}

// Law: in whatever order events come, and however often, the states are those of the right order; one that is taken back leaves no trace.
static void any_order_gives_the_same(void **state) {
    (void)state;
    enum { N = 40, ROUNDS = 400 };
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct timeline_event event[N];
        struct timeline sorted, shuffled;
        assert_int_equal(timeline_init(&sorted, 64, NULL), MARU_OK);
        assert_int_equal(timeline_init(&shuffled, 64, NULL), MARU_OK);
        for (uint32_t i = 0; i < N; i++) {
            event[i] = random_event(seed, i, seed % 2 ? 30 : 1000);
        }
        for (uint32_t t = 0; t < 1000; t++) { // in the order of time
            for (uint32_t i = 0; i < N; i++) {
                if (event[i].at_us == t) {
                    assert_int_equal(timeline_put(&sorted, &event[i], NULL), MARU_OK);
                }
            }
        }
        for (uint32_t i = N; i-- > 1;) {
            const uint32_t k = below(seed, i, i + 1);
            const struct timeline_event swap = event[i];
            event[i] = event[k];
            event[k] = swap;
        }
        for (uint32_t i = 0; i < N; i++) {
            assert_int_equal(timeline_put(&shuffled, &event[i], NULL), MARU_OK);
            assert_int_equal(timeline_put(&shuffled, &event[below(seed, 100 + i, i + 1)], NULL),
                             MARU_OK);
            const struct timeline_event wrong = {
                .at_us = 2000 + i, .kind = TIMELINE_SAY, .substate = SUB(REGULAR)};
            assert_int_equal(timeline_put(&shuffled, &wrong, NULL), MARU_OK);
            timeline_take_back(&shuffled, wrong.at_us);
            timeline_take_back(&shuffled, wrong.at_us - 1); // nothing is there
        }
        if (!is_same_timeline(&sorted, &shuffled)) {
            fail_msg("seed %d", (int)seed);
        }
        timeline_fini(&sorted);
        timeline_fini(&shuffled);
    }
}

// Law: the time of all states is the span, however it is cut; and what is folded adds up with the rest.
static void time_adds_up(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct timeline whole, folded;
        assert_int_equal(timeline_init(&whole, 1000, NULL), MARU_OK);
        assert_int_equal(timeline_init(&folded, 16, NULL), MARU_OK);
        for (uint32_t i = 0; i < 200; i++) {
            struct timeline_event event = random_event(seed, i, 5);
            event.at_us += 10 * (maru_time)i; // almost in order
            event.kind = event.kind == TIMELINE_BACK_WHOLE ? TIMELINE_BACK : event.kind;
            assert_int_equal(timeline_put(&whole, &event, NULL), MARU_OK);
            assert_int_equal(timeline_put(&folded, &event, NULL), MARU_OK);
        }
        timeline_forget(&folded, 1500 + (maru_time)below(seed, 1, 300));
        assert_true(folded.n <= 16 && folded.is_folded);
        const maru_time since_us = timeline_since(&whole);
        assert_int_equal(timeline_since(&folded), since_us);
        maru_time all[N_E10_SUBSTATE] = {0}, parts[N_E10_SUBSTATE] = {0}, kept[N_E10_SUBSTATE];
        assert_int_equal(timeline_sum(&whole, since_us, 2500, all, NULL), MARU_OK);
        const maru_time cut_us = since_us + (maru_time)below(seed, 2, 2000);
        assert_int_equal(timeline_sum(&whole, since_us, cut_us, parts, NULL), MARU_OK);
        assert_int_equal(timeline_sum(&whole, cut_us, 2500, parts, NULL), MARU_OK);
        memcpy(kept, folded.folded_us, sizeof kept);
        assert_int_equal(timeline_sum(&folded, folded.base_us, 2500, kept, NULL), MARU_OK);
        maru_time sum = 0;
        for (uint32_t i = 0; i < N_E10_SUBSTATE; i++) {
            sum += all[i];
        }
        assert_int_equal(sum, 2500 - since_us);
        assert_memory_equal(all, parts, sizeof all);
        assert_memory_equal(all, kept, sizeof all);
        timeline_fini(&whole);
        timeline_fini(&folded);
    }
}

static void what_is_folded_is_refused(void **state) {
    (void)state;
    struct timeline timeline;
    assert_int_equal(timeline_init(&timeline, 16, NULL), MARU_OK);
    struct timeline_event event = {.kind = TIMELINE_SAY, .substate = E10_SUB_REGULAR};
    for (event.at_us = 100; event.at_us < 117; event.at_us++) {
        assert_int_equal(timeline_put(&timeline, &event, NULL), MARU_OK);
    }
    assert_int_equal(timeline.n, 13); // a quarter made room
    assert_int_equal(timeline.base_us, 103);
    maru_error err;
    event.at_us = 102;
    assert_int_equal(timeline_put(&timeline, &event, &err), MARU_E_RANGE);
    assert_int_equal(timeline.n_too_late, 1);
    maru_time us[N_E10_SUBSTATE] = {0};
    assert_int_equal(timeline_sum(&timeline, 102, 110, us, &err), MARU_E_RANGE);
    assert_int_equal(timeline_sum(&timeline, 110, 109, us, &err), MARU_E_RANGE);
    assert_int_equal(us[E10_SUB_REGULAR], 0);
    struct timeline_interval at = timeline_at(&timeline, 110);
    assert_int_equal(at.substate, E10_SUB_REGULAR);
    assert_int_equal(at.from_us, 103);
    at = timeline_at(&timeline, 50);
    assert_int_equal(at.substate, E10_SUB_NOT_KNOWN);
    timeline_fini(&timeline);
}

static void bad_events_change_nothing(void **state) {
    (void)state;
    static const struct timeline_event bad[] = {
        {.kind = N_TIMELINE_KIND},
        {.kind = TIMELINE_SAY, .substate = N_E10_SUBSTATE},
        {.kind = TIMELINE_SAY, .at_us = INT64_MAX},
        {.kind = TIMELINE_SAY, .at_us = INT64_MIN},
    };
    struct timeline timeline;
    assert_int_equal(timeline_init(&timeline, TIMELINE_MIN_EVENTS - 1, NULL), MARU_E_RANGE);
    assert_int_equal(timeline_init(&timeline, TIMELINE_MAX_EVENTS + 1, NULL), MARU_E_RANGE);
    assert_int_equal(timeline_init(&timeline, 16, NULL), MARU_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        maru_error err = {0};
        const maru_status st = timeline_put(&timeline, &bad[i], &err);
        assert_true(st == (i < 2 ? MARU_E_INPUT : MARU_E_RANGE) && err.text[0] != '\0');
        assert_int_equal(timeline.n, 0);
    }
    const struct timeline_event good = {.kind = TIMELINE_SAY};
    alloc_fail_after(0);
    assert_int_equal(timeline_put(&timeline, &good, NULL), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(timeline.n, 0);
    assert_int_equal(timeline_put(&timeline, &good, NULL), MARU_OK);
    timeline_fini(&timeline);
    timeline_fini(&timeline);
}

static void too_many_open_things_are_counted(void **state) {
    (void)state;
    struct timeline timeline;
    assert_int_equal(timeline_init(&timeline, 64, NULL), MARU_OK);
    for (uint32_t i = 0; i < TIMELINE_MAX_OPEN + 3; i++) {
        const struct timeline_event event = {
            .at_us = i, .subject = i, .kind = TIMELINE_BEGIN, .substate = E10_SUB_REGULAR};
        assert_int_equal(timeline_put(&timeline, &event, NULL), MARU_OK);
    }
    assert_int_equal(timeline.last.n_open, TIMELINE_MAX_OPEN);
    assert_int_equal(timeline.last.n_too_many, 3);
    timeline_fini(&timeline);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_move_states),
        cmocka_unit_test(any_order_gives_the_same),
        cmocka_unit_test(time_adds_up),
        cmocka_unit_test(what_is_folded_is_refused),
        cmocka_unit_test(bad_events_change_nothing),
        cmocka_unit_test(too_many_open_things_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
