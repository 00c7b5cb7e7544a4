#include "live/history.h"

#include "base/alloc.h"
#include "sim/trial.h"

// The law: a moment is the same, bit for bit, however it was reached.

enum { DAYS = 20, ROOM = 16 << 20 };

static void require_same(const struct moment *a, const struct moment *b, maru_time at) {
    if (strcmp(trial_digest(a->sim), trial_digest(b->sim)) != 0) {
        fail_msg("two ways to hour %d differ", (int)(at / MARU_HOUR));
    }
    maru_tool_now x[64], y[64];
    memset(x, 0, sizeof x);
    memset(y, 0, sizeof y);
    maru_sim_look_at_tools(a->sim, x);
    maru_sim_look_at_tools(b->sim, y);
    for (uint32_t i = 0; i < maru_sim_tool_count(a->sim); i++) {
        assert_int_equal(x[i].state, y[i].state);
        assert_int_equal(x[i].is_stopped, y[i].is_stopped);
    }
}

static struct moment fresh(const struct history *history) {
    struct moment moment = {0};
    assert_int_equal(history_find(history, -1, &moment, NULL), MARU_OK);
    return moment;
}

static void go(struct history *history, struct moment *moment, maru_time until) {
    maru_error err = {0};
    if (history_go(history, moment, until, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static void any_moment_is_the_same_by_any_way(void **state) {
    (void)state;
    static const size_t rooms[] = {0, 1 << 20, ROOM}; // no state kept, few, all
    struct trial t = trial_new(trial_full, NULL, 5);
    for (size_t r = 0; r < 3; r++) {
        struct history *history = NULL;
        uint64_t counter = 0;
        assert_int_equal(history_new(t.sim, rooms[r], &history, NULL), MARU_OK);
        struct acts *acts = history_acts(history);
        assert_int_equal(acts_stop(acts, 3, 0, 5 * MARU_HOUR, NULL), MARU_OK); // at the very start
        for (int i = 0; i < 40; i++) {
            const maru_time at =
                (maru_time)trial_random(r, &counter, (uint64_t)DAYS * 24 * 60) * MARU_MINUTE;
            const uint32_t tool = (uint32_t)trial_random(r, &counter, maru_sim_tool_count(t.sim));
            assert_int_equal(i % 3 ? acts_stop(acts, tool, at, i * MARU_HOUR, NULL)
                                   : acts_mend(acts, tool, at, NULL),
                             MARU_OK);
        }
        const struct act reseed = {.at_us = 9 * MARU_DAY, .seed = 77, .kind = ACT_RESEED};
        assert_int_equal(acts_add(acts, reseed, NULL), MARU_OK);
        struct moment on = fresh(history);
        go(history, &on, DAYS * MARU_DAY);
        for (int i = 0; i < 30; i++) {
            const maru_time at =
                (maru_time)trial_random(r, &counter, (uint64_t)DAYS * 24 * 60) * MARU_MINUTE;
            struct moment jumped = {0}, straight = fresh(history);
            assert_int_equal(history_find(history, at, &jumped, NULL), MARU_OK);
            assert_true(jumped.acted_us <= at);
            go(history, &jumped, at);
            assert_int_equal(moment_go(&straight, acts, at, NULL), MARU_OK);
            require_same(&jumped, &straight, at);
            moment_fini(&jumped);
            moment_fini(&straight);
        }
        struct moment again = {0};
        assert_int_equal(history_find(history, 7 * MARU_DAY, &again, NULL), MARU_OK);
        go(history, &again, DAYS * MARU_DAY);
        require_same(&on, &again, DAYS * MARU_DAY);
        if (rooms[r] == ROOM) {
            assert_true(history_count(history) > 8);
        }
        moment_fini(&again);
        moment_fini(&on);
        history_free(history);
    }
    trial_free(&t);
}

static void what_is_done_to_the_past_is_the_past(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 6);
    struct history *history = NULL;
    assert_int_equal(history_new(t.sim, ROOM, &history, NULL), MARU_OK);
    struct moment before = fresh(history), after = {0}, straight = {0};
    go(history, &before, 10 * MARU_DAY);
    const size_t n = history_count(history);
    assert_int_equal(acts_stop(history_acts(history), 0, 5 * MARU_DAY, MARU_DAY, NULL), MARU_OK);
    history_forget(history, 5 * MARU_DAY);
    assert_true(history_count(history) < n && history_count(history) > 1);
    assert_int_equal(history_find(history, 10 * MARU_DAY, &after, NULL), MARU_OK);
    assert_true(after.acted_us < 5 * MARU_DAY);
    go(history, &after, 10 * MARU_DAY);
    straight = fresh(history);
    assert_int_equal(moment_go(&straight, history_acts(history), 10 * MARU_DAY, NULL), MARU_OK);
    require_same(&after, &straight, 10 * MARU_DAY);
    assert_string_not_equal(trial_digest(before.sim), trial_digest(after.sim));
    moment_fini(&before);
    moment_fini(&after);
    moment_fini(&straight);
    history_free(history);
    trial_free(&t);
}

// A state that was saved is another beginning: from there on everything is as in the twin it was saved from.
static void a_saved_state_is_a_beginning(void **state) {
    (void)state;
    const maru_time saved_us = 3 * MARU_DAY, end_us = 8 * MARU_DAY;
    struct trial t = trial_new(trial_full, NULL, 5);
    struct history *whole = NULL, *later = NULL;
    maru_sim *first = NULL;
    assert_int_equal(history_new(t.sim, ROOM, &whole, NULL), MARU_OK);
    struct moment moment = fresh(whole);
    go(whole, &moment, saved_us);
    const size_t n = maru_sim_bytes(moment.sim);
    char *bytes = alloc_new(n, 1);
    maru_sim_save(moment.sim, bytes);
    assert_int_equal(maru_sim_load(t.model, bytes, n, &first, NULL), MARU_OK);
    assert_int_equal(history_new(first, ROOM, &later, NULL), MARU_OK);
    maru_sim_free(first);
    alloc_free(bytes);
    moment_fini(&moment);
    assert_int_equal(history_begin(whole), 0);
    assert_int_equal(history_begin(later), saved_us);
    struct history *const both[] = {whole, later};
    for (size_t i = 0; i < 2; i++) { // at the very beginning of the later one too
        assert_int_equal(acts_stop(history_acts(both[i]), 1, saved_us, MARU_DAY, NULL), MARU_OK);
        assert_int_equal(acts_stop(history_acts(both[i]), 2, 5 * MARU_DAY, MARU_DAY, NULL),
                         MARU_OK);
        history_forget(both[i], saved_us);
    }
    for (maru_time at = saved_us; at <= end_us; at += 7 * MARU_HOUR) {
        struct moment a = {0}, b = {0};
        assert_int_equal(history_find(whole, at, &a, NULL), MARU_OK);
        assert_int_equal(history_find(later, at, &b, NULL), MARU_OK);
        go(whole, &a, at);
        go(later, &b, at);
        require_same(&a, &b, at);
        moment_fini(&a);
        moment_fini(&b);
    }
    history_free(whole);
    history_free(later);
    trial_free(&t);
}

static void a_second_stop_takes_the_place_of_the_first(void **state) {
    (void)state;
    struct acts acts = {0}, copy = {0};
    assert_int_equal(acts_stop(&acts, 2, 10, 100, NULL), MARU_OK); // until 110
    assert_int_equal(acts_stop(&acts, 2, 50, 100, NULL), MARU_OK); // until 150 and not 110
    assert_int_equal(acts_stop(&acts, 3, 50, 0, NULL), MARU_OK);
    assert_int_equal(acts.n, 4);
    assert_int_equal(acts.act[3].at_us, 150);
    assert_int_equal(acts_mend(&acts, 2, 60, NULL), MARU_OK); // and not at 150
    assert_int_equal(acts.n, 4);
    assert_int_equal(acts.act[3].at_us, 60);
    assert_int_equal(acts_copy(&acts, &copy, NULL), MARU_OK);
    assert_int_equal(copy.n, 4);
    assert_memory_equal(copy.act, acts.act, 4 * sizeof *copy.act);
    acts_fini(&copy);
    acts_fini(&acts);
    maru_status st = MARU_OK;
    for (int i = 0; i <= HISTORY_MAX_ACTS && st == MARU_OK; i++) {
        st = acts_stop(&acts, 1, i, 0, NULL);
    }
    assert_int_equal(st, MARU_E_LIMIT);
    acts_fini(&acts);
}

static void states_keep_within_their_room(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 7);
    struct history *history = NULL;
    const size_t room = 6 * maru_sim_bytes(t.sim);
    assert_int_equal(history_new(t.sim, room, &history, NULL), MARU_OK);
    struct moment moment = fresh(history);
    for (int day = 1; day < 200; day += 3) {
        go(history, &moment, day * MARU_DAY);
        assert_true(history_count(history) <= 7);
    }
    assert_true(history_count(history) >= 3);
    moment_fini(&moment);
    history_free(history);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_moment_is_the_same_by_any_way),
        cmocka_unit_test(what_is_done_to_the_past_is_the_past),
        cmocka_unit_test(a_saved_state_is_a_beginning),
        cmocka_unit_test(a_second_stop_takes_the_place_of_the_first),
        cmocka_unit_test(states_keep_within_their_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
