#include "sim/state_check.h"
#include "sim/trial.h"
#include "sim/twin.h"

#include <stdlib.h>

// What a look at the floor tells is what the events have told: each lot once, where its last event
// left it, and each tool in the state that its last event gave it.

enum { MAX_LOT = 100000, MAX_TOOL = 64 };

struct told { // by events
    const maru_model *model;
    struct {
        bool is_in_plant;
        maru_lot_where where;
        uint32_t tool, step;
        maru_time since;
    } lot[MAX_LOT];
    bool is_down[MAX_TOOL];
    uint32_t n_start[MAX_TOOL], n_fail[MAX_TOOL];
};

static void tell(void *context, const maru_event *event) {
    struct told *told = context;
    if (event->lot != MARU_NONE) {
        assert_true(event->lot < MAX_LOT);
        told->lot[event->lot].is_in_plant = event->kind != MARU_EV_FINISH;
        told->lot[event->lot].step = event->step;
        told->lot[event->lot].since = event->time_us;
    }
    switch (event->kind) {
    case MARU_EV_ARRIVE:
        told->lot[event->lot].where = MARU_LOT_WAITING;
        break;
    case MARU_EV_START:
        told->lot[event->lot].where = MARU_LOT_IN_TOOL;
        told->lot[event->lot].tool = event->tool;
        told->n_start[event->tool]++;
        break;
    case MARU_EV_END:
    case MARU_EV_RELEASE:
        told->lot[event->lot].where = MARU_LOT_MOVING;
        break;
    case MARU_EV_FAIL:
        told->n_fail[event->tool]++;
        told->is_down[event->tool] = true;
        break;
    case MARU_EV_MAINTENANCE:
        told->is_down[event->tool] = true;
        break;
    case MARU_EV_UP:
        told->is_down[event->tool] = false;
        break;
    case MARU_EV_SKIP:
    case MARU_EV_REWORK:
    case MARU_EV_FINISH:
    case MARU_EV_SETUP:
    case MARU_EV_LATE_QUEUE:
        break;
    }
}

static void require_lot(const struct told *told, const maru_sim *sim, const maru_lot_now *lot) {
    const maru_time now = maru_sim_now(sim);
    assert_true(told->lot[lot->lot].is_in_plant);
    assert_int_equal(lot->where, told->lot[lot->lot].where);
    assert_int_equal(lot->group, sim->model->hop[lot->step].group);
    assert_true(lot->until_us >= now);
    if (lot->where == MARU_LOT_WAITING) {
        assert_int_equal(lot->since_us, told->lot[lot->lot].since);
        assert_int_equal(lot->step, told->lot[lot->lot].step);
    } else if (lot->where == MARU_LOT_IN_TOOL) {
        assert_int_equal(lot->tool, told->lot[lot->lot].tool);
        assert_int_equal(lot->group, sim->model->tool_group[lot->tool]);
    }
}

static void require_floor(const struct told *told, const maru_sim *sim) {
    static maru_lot_now lot[MAX_LOT];
    static uint8_t seen[MAX_LOT];
    maru_tool_now tool[MAX_TOOL];
    uint32_t n_in_plant = 0;
    memset(seen, 0, sizeof seen);
    maru_sim_look_at_lots(sim, lot);
    for (uint32_t i = 0; i < maru_sim_lot_count(sim); i++) {
        assert_false(seen[lot[i].lot]);
        seen[lot[i].lot] = 1;
        require_lot(told, sim, &lot[i]);
    }
    for (uint32_t i = 0; i < MAX_LOT; i++) {
        n_in_plant += told->lot[i].is_in_plant;
    }
    assert_int_equal(n_in_plant, maru_sim_lot_count(sim));
    maru_sim_look_at_tools(sim, tool);
    for (uint32_t i = 0; i < maru_sim_tool_count(sim); i++) {
        const bool is_down = tool[i].state == MARU_TOOL_SCHEDULED_DOWN ||
                             tool[i].state == MARU_TOOL_UNSCHEDULED_DOWN;
        assert_int_equal(is_down, told->is_down[i]);
        assert_true(tool[i].until_us >= maru_sim_now(sim));
    }
}

static void require_groups(const maru_sim *sim) {
    maru_group_now group[16];
    maru_results *results = trial_results(sim);
    assert_true(results->n_group <= 16);
    maru_sim_look_at_groups(sim, group);
    for (uint32_t g = 0; g < results->n_group; g++) {
        const maru_group_result *want = &results->group[g];
        const double all = (double)maru_sim_now(sim) * want->n_tool;
        assert_true((double)group[g].productive_us / all - want->productive < 1e-9);
        assert_true((double)group[g].setup_us / all - want->setup < 1e-9);
        assert_true((double)group[g].unscheduled_down_us / all - want->unscheduled_down < 1e-9);
        assert_int_equal(group[g].n_lot, want->n_lot);
    }
    assert_int_equal(maru_sim_out_count(sim), results->n_out);
    maru_results_free(results);
}

static void the_floor_is_what_events_have_told(void **state) {
    (void)state;
    static const char *const settings[] = {NULL, "cascade_entry=when_free; failure_job=resume",
                                           "failure_in_pm=skip"};
    for (size_t i = 0; i < 3; i++) {
        struct told *told = calloc(1, sizeof *told);
        assert_non_null(told);
        struct trial t = trial_new(trial_full, settings[i], 7);
        told->model = t.model;
        maru_lot_now lot[8];
        assert_int_equal(maru_sim_lot_count(t.sim), 3); // the stock, about to arrive
        maru_sim_look_at_lots(t.sim, lot);
        for (uint32_t k = 0; k < 3; k++) {
            told->lot[lot[k].lot].is_in_plant = true;
        }
        maru_sim_set_trace(t.sim, tell, told);
        for (int hour = 0; hour < 400; hour++) {
            trial_run(t.sim, hour * MARU_HOUR + 7 * MARU_MINUTE);
            require_floor(told, t.sim);
        }
        require_groups(t.sim);
        trial_free(&t);
        free(told);
    }
}

static void require_sound(const maru_sim *sim) {
    maru_error err = {0};
    if (state_check(sim, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static void tools_stop_and_are_mended(void **state) {
    (void)state;
    static const char *const settings[] = {NULL, "cascade_entry=when_free; failure_job=resume",
                                           "failure_in_pm=overlap", "failure_job=after"};
    uint64_t counter = 0;
    for (size_t i = 0; i < 4; i++) {
        struct told *told = calloc(1, sizeof *told);
        assert_non_null(told);
        struct trial t = trial_new(trial_full, settings[i], 11);
        maru_sim_set_trace(t.sim, tell, told);
        for (int hour = 1; hour < 600; hour++) {
            trial_run(t.sim, hour * MARU_HOUR);
            const uint32_t tool = (uint32_t)trial_random(i, &counter, t.model->n_tool);
            maru_tool_now now[MAX_TOOL];
            if (trial_random(i, &counter, 2) == 0) {
                maru_sim_stop_tool(t.sim, tool);
                maru_sim_stop_tool(t.sim, tool); // as if it were once
                maru_sim_look_at_tools(t.sim, now);
                assert_true(now[tool].is_stopped);
                assert_int_equal(now[tool].state, MARU_TOOL_UNSCHEDULED_DOWN);
                assert_true(now[tool].until_us == INT64_MAX);
            } else {
                maru_sim_mend_tool(t.sim, tool);
                maru_sim_look_at_tools(t.sim, now);
                assert_false(now[tool].is_stopped);
            }
            require_sound(t.sim);
        }
        maru_sim_stop_tool(t.sim, MARU_NONE); // nobody
        maru_sim_mend_tool(t.sim, MARU_NONE);
        trial_free(&t);
        free(told);
    }
}

static void a_stopped_tool_does_nothing_and_goes_on_where_it_was(void **state) {
    (void)state;
    struct trial t = trial_new(trial_line, NULL, 1);
    struct told *told = calloc(1, sizeof *told);
    assert_non_null(told);
    maru_sim_set_trace(t.sim, tell, told);
    trial_run(t.sim, 5 * MARU_MINUTE); // the first lot is in the press until minute 20
    maru_sim_stop_tool(t.sim, 0);
    trial_run(t.sim, 65 * MARU_MINUTE);
    assert_int_equal(told->n_start[0], 1); // those of minutes 30 and 60 wait
    assert_int_equal(told->n_start[1], 0);
    assert_int_equal(told->n_fail[0], 1);
    maru_sim_mend_tool(t.sim, 0);
    trial_run(t.sim, 80 * MARU_MINUTE - 1);
    assert_int_equal(told->n_start[1], 0);
    trial_run(t.sim, 80 * MARU_MINUTE); // 15 minutes of its work were left
    assert_int_equal(told->n_start[1], 1);
    assert_int_equal(told->n_start[0], 2);
    trial_free(&t);
    free(told);
}

static void a_stop_is_part_of_the_state(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 3);
    trial_run(t.sim, 100 * MARU_HOUR);
    maru_sim_stop_tool(t.sim, 4);
    const size_t n = maru_sim_bytes(t.sim);
    void *bytes = malloc(n);
    assert_non_null(bytes);
    maru_sim_save(t.sim, bytes);
    maru_sim *again = NULL;
    assert_int_equal(maru_sim_load(t.model, bytes, n, &again, NULL), MARU_OK);
    for (int i = 0; i < 2; i++) {
        maru_sim *sim = i == 0 ? t.sim : again;
        trial_run(sim, 130 * MARU_HOUR);
        maru_sim_mend_tool(sim, 4);
        trial_run(sim, 300 * MARU_HOUR);
    }
    assert_string_equal(trial_digest(t.sim), trial_digest(again));
    maru_sim_free(again);
    free(bytes);
    trial_free(&t);
}

// ---- the last day

// One tool and constant times: a lot every 6 h, done after 5 h and due after 4, 5 or 30 h. What a day
// holds can be counted by hand.
static const char day_plant[] = "=== routes.csv\nroute,tools,time\nA,P,5 h\nB,Q,5 h\nC,R,5 h\n"
                                "=== tools.csv\ntools,count\nP,1\nQ,1\nR,1\n"
                                "=== releases.csv\nstream,product,every,due_after\n"
                                "a,A,6 h,4 h\nb,B,6 h,5 h\nc,C,6 h,30 h\n";

struct day_row {
    maru_time at_h;
    maru_day_now want[3];
};

static void require_day(const maru_sim *sim, const maru_day_now *want, uint32_t n) {
    maru_day_now day[8];
    assert_true(maru_sim_look_at_day(sim, day));
    for (uint32_t p = 0; p < n; p++) {
        const maru_day_now *is = &day[p], *w = &want[p];
        if (is->n_released != w->n_released || is->n_planned != w->n_planned ||
            is->n_done != w->n_done || is->n_due != w->n_due || is->n_on_time != w->n_on_time ||
            is->n_late != w->n_late) {
            fail_msg("at %g h product %u: %d %d %d %d %d %d",
                     (double)maru_sim_now(sim) / (double)MARU_HOUR, (unsigned)p,
                     (int)is->n_released, (int)is->n_planned, (int)is->n_done, (int)is->n_due,
                     (int)is->n_on_time, (int)is->n_late);
        }
    }
}

static void a_day_is_counted_by_due_dates(void **state) {
    (void)state;
    // released, planned, done, due, on time, late. Lots are released at 0, 6, 12 ...; those of A are
    // done an hour after their due date, those of B at it, those of C 25 h before.
    static const struct day_row row[] = {
        {0, {{1, 1, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 0}}},
        {4, {{1, 1, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 0}}}, // due now: not yet late
        {5, {{1, 1, 1, 1, 0, 0}, {1, 1, 1, 0, 0, 0}, {1, 1, 1, 0, 0, 0}}},
        {24, {{5, 5, 4, 4, 0, 0}, {5, 5, 4, 4, 4, 0}, {5, 5, 4, 0, 0, 0}}},
        // after 5 h: A's were due at 10, 16, 22, 28, B's at 11, 17, 23, and one is due now
        {29, {{4, 4, 4, 4, 0, 0}, {4, 4, 4, 3, 3, 0}, {4, 4, 4, 0, 0, 0}}},
        // after 24 h: C's due at 30, 36, 42 were done at 5, 11, 17, before this day began
        {48, {{4, 4, 4, 4, 0, 0}, {4, 4, 4, 4, 4, 0}, {4, 4, 4, 3, 3, 0}}},
        {49, {{4, 4, 4, 4, 0, 0}, {4, 4, 4, 4, 4, 0}, {4, 4, 4, 4, 4, 0}}},
    };
    struct trial t = trial_new(day_plant, NULL, 1);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        trial_run(t.sim, row[i].at_h * MARU_HOUR);
        require_day(t.sim, row[i].want, 3);
        require_sound(t.sim);
    }
    trial_run(t.sim, 64 * MARU_HOUR + 30 * MARU_MINUTE); // A's lot of 60 h was due at 64 h
    maru_day_now day[3];
    assert_true(maru_sim_look_at_day(t.sim, day));
    assert_int_equal(day[0].n_late, 1);
    assert_int_equal(day[1].n_late, 0);
    trial_free(&t);
}

// The same counted from events and by walking over all lots there ever were.
struct ledger {
    maru_time released, done, due; // due: 0: none of the streams
} ledger[MAX_LOT];
static uint32_t n_ledger;

static void note(void *context, const maru_event *event) {
    (void)context;
    if (event->kind == MARU_EV_RELEASE) {
        ledger[event->lot] = (struct ledger){event->time_us, INT64_MAX, 0};
        n_ledger = event->lot + 1;
    } else if (event->kind == MARU_EV_FINISH) {
        ledger[event->lot].done = event->time_us;
    }
}

static void a_day_is_what_events_have_told(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    maru_sim_set_trace(t.sim, note, NULL);
    for (int hour = 1; hour < 900; hour += 7) {
        static maru_lot_now lot[MAX_LOT];
        trial_run(t.sim, hour * MARU_HOUR);
        maru_sim_look_at_lots(t.sim, lot);
        for (uint32_t i = 0; i < maru_sim_lot_count(t.sim); i++) { // each is seen on the floor
            ledger[lot[i].lot].due = lot[i].due_us;
        }
        const maru_time now = hour * MARU_HOUR, from = now > MARU_DAY ? now - MARU_DAY : -1;
        uint64_t released = 0, done = 0, due = 0, on_time = 0, late = 0;
        for (uint32_t i = 3; i < n_ledger; i++) { // behind the stock
            const struct ledger *l = &ledger[i];
            const bool is_due = l->due > from && l->due < now;
            released += l->released > from;
            done += l->done > from && l->done <= now;
            due += is_due;
            on_time += is_due && l->done <= l->due;
            late += l->due < now && l->done > now;
        }
        maru_day_now day[2];
        assert_true(maru_sim_look_at_day(t.sim, day));
        assert_int_equal(day[0].n_released + day[1].n_released, released);
        if (hour > 200) { // the stock is done, and a day ago
            assert_int_equal(day[0].n_done + day[1].n_done, done);
            assert_int_equal(day[0].n_due + day[1].n_due, due);
            assert_int_equal(day[0].n_on_time + day[1].n_on_time, on_time);
            assert_int_equal(day[0].n_late + day[1].n_late, late);
        }
    }
    trial_free(&t);
}

static void a_day_outlives_a_save_and_a_warm_up(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 9);
    maru_day_now want[2], day[2];
    trial_run(t.sim, 300 * MARU_HOUR);
    assert_true(maru_sim_look_at_day(t.sim, want));
    maru_sim_reset_statistics(t.sim);
    const size_t n = maru_sim_bytes(t.sim);
    void *bytes = malloc(n);
    assert_non_null(bytes);
    maru_sim_save(t.sim, bytes);
    maru_sim *again = NULL;
    assert_int_equal(maru_sim_load(t.model, bytes, n, &again, NULL), MARU_OK);
    assert_true(maru_sim_look_at_day(again, day));
    assert_true(want[0].n_done + want[1].n_done > 10 && want[0].n_due + want[1].n_due > 10);
    assert_memory_equal(day, want, sizeof day);
    maru_sim_free(again);
    free(bytes);
    trial_free(&t);
}

static void a_day_says_when_it_has_lost_lots(void **state) {
    (void)state;
    maru_day_now day[1];
    struct trial t = trial_new(trial_line, NULL, 1); // a lot in 30 min, done after 30 min
    const uint32_t room = t.model->n_done;
    t.model->n_done = 10;
    trial_run(t.sim, 5 * MARU_HOUR + MARU_HOUR / 2 - 1);
    assert_true(maru_sim_look_at_day(t.sim, day));
    assert_int_equal(day[0].n_done, 10);
    trial_run(t.sim, 5 * MARU_HOUR + MARU_HOUR / 2); // one more
    assert_false(maru_sim_look_at_day(t.sim, day));
    t.model->n_done = room;
    trial_run(t.sim, 29 * MARU_HOUR + MARU_HOUR / 2 - 1);
    assert_false(maru_sim_look_at_day(t.sim, day));
    trial_run(t.sim, 29 * MARU_HOUR + MARU_HOUR / 2); // the one that was lost is of the day before
    assert_true(maru_sim_look_at_day(t.sim, day));
    assert_int_equal(day[0].n_done, 48);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_floor_is_what_events_have_told),
        cmocka_unit_test(tools_stop_and_are_mended),
        cmocka_unit_test(a_stopped_tool_does_nothing_and_goes_on_where_it_was),
        cmocka_unit_test(a_stop_is_part_of_the_state),
        cmocka_unit_test(a_day_is_counted_by_due_dates),
        cmocka_unit_test(a_day_is_what_events_have_told),
        cmocka_unit_test(a_day_outlives_a_save_and_a_warm_up),
        cmocka_unit_test(a_day_says_when_it_has_lost_lots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
