#include "sim/state.h"

#include "base/alloc.h"
#include "sim/trial.h"

#include <stdlib.h>

// The loop: no memory asked for, time never goes back, cut anywhere without a trace, lots neither
// made nor lost, and a plant that overflows stops as it stood before.

enum { DAYS = 60 };

// ---- memory

static void a_run_asks_for_no_memory(void **state) {
    (void)state;
    maru_plant *plants[] = {trial_plant(trial_full), trial_plant(trial_line), trial_fab(30, 3)};
    for (size_t i = 0; i < 3; i++) {
        maru_model *model = trial_model(plants[i], NULL);
        maru_sim *sim = NULL;
        assert_int_equal(maru_sim_new(model, 5, &sim, NULL), MARU_OK);
        const uint64_t before = alloc_count();
        const size_t n_bytes = maru_sim_bytes(sim);
        trial_run(sim, DAYS * MARU_DAY);
        assert_int_equal(alloc_count() - before, 0);
        assert_int_equal(maru_sim_bytes(sim), n_bytes);
        maru_sim_free(sim);
        maru_model_free(model);
        maru_plant_free(plants[i]);
    }
}

// ---- cutting

static void any_slices_give_one_run(void **state) {
    (void)state;
    static const struct {
        const char *tables, *settings;
        uint64_t n_slice;
    } rows[] = {
        {trial_full, NULL, 50},
        {trial_full, "cascade_entry=when_free; failure_job=after; pm_repeat=end", 200},
        {trial_full, "tool_choice=random; failure_in_pm=overlap; queue_rule=qtcr", 5000},
        {trial_line, NULL, 1000},
    };
    uint64_t counter = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trial whole = trial_new(rows[i].tables, rows[i].settings, 3 + i);
        struct trial cut = trial_new(rows[i].tables, rows[i].settings, 3 + i);
        trial_run(whole.sim, DAYS * MARU_DAY);
        const maru_time mean = DAYS * MARU_DAY / (maru_time)rows[i].n_slice;
        maru_time now = 0;
        while (now < DAYS * MARU_DAY) {
            // borders of hours too: points of the series end there
            const uint64_t kind = trial_random(1, &counter, 4);
            now += (maru_time)trial_random(1, &counter, 2 * (uint64_t)mean);
            now = kind == 0 ? (now / MARU_HOUR + 1) * MARU_HOUR : now;
            now = now < DAYS * MARU_DAY ? now : DAYS * MARU_DAY;
            trial_run(cut.sim, now);
            assert_true(maru_sim_now(cut.sim) == now);
        }
        assert_string_equal(trial_digest(whole.sim), trial_digest(cut.sim));
        trial_free(&whole);
        trial_free(&cut);
    }
}

static void an_event_at_the_end_is_inside(void **state) {
    (void)state;
    struct trial t = trial_new(trial_line, NULL, 1); // releases at 0, 30, 60, ... min
    trial_run(t.sim, 30 * MARU_MINUTE - 1);
    assert_int_equal(t.sim->s.head->n_released, 1);
    trial_run(t.sim, 30 * MARU_MINUTE);
    assert_int_equal(t.sim->s.head->n_released, 2);
    const char *const digest = trial_digest(t.sim);
    trial_run(t.sim, 30 * MARU_MINUTE); // nothing is left to do then, nor before
    trial_run(t.sim, 0);
    trial_run(t.sim, -MARU_DAY);
    trial_run(t.sim, INT64_MIN);
    assert_true(maru_sim_now(t.sim) == 30 * MARU_MINUTE);
    assert_string_equal(trial_digest(t.sim), digest);
    trial_free(&t);
}

// Without releases left a run to the end of time stops by itself at the last event.
static void a_run_for_ever_ends_with_the_last_event(void **state) {
    (void)state;
    struct trial t = trial_new("=== routes.csv\nroute,tools,time\nA,Press,20 min\n"
                               "=== tools.csv\ntools,count\nPress,1\n"
                               "=== releases.csv\nstream,product,every,count\nA,A,30 min,3\n",
                               NULL, 1);
    trial_run(t.sim, INT64_MAX);
    assert_true(maru_sim_now(t.sim) == 80 * MARU_MINUTE);
    assert_int_equal(t.sim->s.head->n_out, 3);
    trial_run(t.sim, 90 * MARU_MINUTE);
    assert_true(maru_sim_now(t.sim) == 90 * MARU_MINUTE);
    trial_free(&t);
}

// ---- measured time

static void statistics_begin_anew(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 2), other = trial_new(trial_full, NULL, 2);
    trial_run(t.sim, 20 * MARU_DAY + 7);
    trial_run(other.sim, 20 * MARU_DAY + 7);
    maru_sim_reset_statistics(t.sim);
    maru_results *r = trial_results(t.sim);
    assert_true(r->from_us == r->to_us && r->from_us == 20 * MARU_DAY + 7);
    assert_int_equal(r->n_out, 0);
    assert_int_equal(r->n_released, 0);
    assert_int_equal(r->n_point, 0);
    assert_int_equal(r->wip_max, r->wip_now);
    for (uint32_t g = 0; g < r->n_group; g++) {
        assert_int_equal(r->group[g].n_lot, 0);
        assert_true(r->group[g].queue_mean == 0);
    }
    for (uint32_t q = 0; q < r->n_queue; q++) {
        assert_int_equal(r->queue[q].n_pass, 0);
    }
    maru_results_free(r);
    trial_run(t.sim, DAYS * MARU_DAY);
    trial_run(other.sim, DAYS * MARU_DAY);
    // the course of events is the same, what was measured is the rest
    assert_int_equal(t.sim->s.head->n_event, other.sim->s.head->n_event);
    assert_memory_equal(t.sim->s.head->trace, other.sim->s.head->trace, 16);
    r = trial_results(t.sim);
    maru_results *all = trial_results(other.sim);
    assert_true(r->n_out > 0 && r->n_out < all->n_out);
    assert_int_equal(r->n_event, all->n_event);
    maru_results_free(r);
    maru_results_free(all);
    trial_free(&t);
    trial_free(&other);
}

// ---- a plant that overflows

static void max_lot_stops_before_the_release(void **state) {
    (void)state;
    struct trial t = trial_new(trial_flood, "max_lot=300", 4);
    struct trial roomy = trial_new(trial_flood, "max_lot=3000", 4);
    maru_error err = {0};
    assert_int_equal(maru_sim_run(t.sim, 30 * MARU_DAY, &err), MARU_E_LIMIT);
    assert_int_equal(err.code, MARU_E_LIMIT);
    assert_non_null(strstr(err.text, "300"));
    assert_int_equal(t.sim->s.head->n_in_plant, 300);
    const maru_time now = maru_sim_now(t.sim);
    // a twin with more room is the same up to there, and its next lot comes later
    trial_run(roomy.sim, now);
    assert_int_equal(roomy.sim->s.head->n_event, t.sim->s.head->n_event);
    assert_string_equal(trial_digest(roomy.sim), trial_digest(t.sim));
    // and it stays so however often it is asked
    const size_t n = maru_sim_bytes(t.sim);
    unsigned char *bytes = malloc(n), *again = malloc(n);
    assert_true(bytes && again);
    maru_sim_save(t.sim, bytes);
    assert_int_equal(maru_sim_run(t.sim, 30 * MARU_DAY, &err), MARU_E_LIMIT);
    assert_int_equal(maru_sim_bytes(t.sim), n);
    maru_sim_save(t.sim, again);
    assert_memory_equal(bytes, again, n);
    trial_run(t.sim, now); // what lies before the release can still be run to
    free(bytes);
    free(again);
    trial_free(&t);
    trial_free(&roomy);
}

static void without_memory_to_grow_a_run_can_go_on_later(void **state) {
    (void)state;
    struct trial t = trial_new(trial_flood, NULL, 4), other = trial_new(trial_flood, NULL, 4);
    maru_error err = {0};
    alloc_fail_after(0);
    const maru_status status = maru_sim_run(t.sim, 10 * MARU_DAY, &err);
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(status, MARU_E_MEMORY);
    assert_true(err.text[0] != '\0');
    trial_run(t.sim, 10 * MARU_DAY);
    trial_run(other.sim, 10 * MARU_DAY);
    assert_string_equal(trial_digest(t.sim), trial_digest(other.sim));
    trial_free(&t);
    trial_free(&other);
}

// ---- the trace

enum where { OUTSIDE, ON_THE_WAY, WAITING, IN_TOOL, LEFT_TOOL, GONE };

struct watch {
    maru_time last;
    unsigned char *where; // (n_lot)
    uint32_t n_lot;
    uint64_t n_in, n_out, n[MARU_EV_LATE_QUEUE + 1];
};

// What an event of a lot wants before it, and makes of it; stock begins on the way.
static const struct {
    bool of_lot;
    unsigned before; // bits
    enum where after;
} moves[] = {
    [MARU_EV_RELEASE] = {true, 1 << OUTSIDE, ON_THE_WAY},
    [MARU_EV_ARRIVE] = {true, 1 << ON_THE_WAY | 1 << LEFT_TOOL, WAITING},
    [MARU_EV_START] = {true, 1 << WAITING, IN_TOOL},
    [MARU_EV_END] = {true, 1 << IN_TOOL, LEFT_TOOL},
    [MARU_EV_SKIP] = {true, 1 << ON_THE_WAY | 1 << LEFT_TOOL, ON_THE_WAY},
    [MARU_EV_REWORK] = {true, 1 << LEFT_TOOL, ON_THE_WAY},
    [MARU_EV_FINISH] = {true, 1 << ON_THE_WAY | 1 << LEFT_TOOL, GONE},
    [MARU_EV_LATE_QUEUE] = {true, 1 << WAITING, WAITING},
    [MARU_EV_SETUP] = {false, 0, OUTSIDE},
    [MARU_EV_FAIL] = {false, 0, OUTSIDE},
    [MARU_EV_MAINTENANCE] = {false, 0, OUTSIDE},
    [MARU_EV_UP] = {false, 0, OUTSIDE},
};

static void see(void *context, const maru_event *event) {
    struct watch *w = context;
    assert_true(event->time_us >= w->last);
    w->last = event->time_us;
    w->n[event->kind]++;
    assert_string_not_equal(maru_event_name(event->kind), "unknown");
    if (!moves[event->kind].of_lot) {
        assert_true(event->tool != MARU_NONE);
        return;
    }
    assert_true(event->lot < w->n_lot && event->product != MARU_NONE);
    if (!(moves[event->kind].before >> w->where[event->lot] & 1)) {
        fail_msg("lot %u: %s while in state %d", event->lot, maru_event_name(event->kind),
                 w->where[event->lot]);
    }
    w->where[event->lot] = (unsigned char)moves[event->kind].after;
    w->n_in += event->kind == MARU_EV_RELEASE;
    w->n_out += event->kind == MARU_EV_FINISH;
}

static void lots_are_neither_made_nor_lost(void **state) {
    (void)state;
    static const char *const settings[] = {NULL, "cascade_entry=when_free; reserve=priority",
                                           "min_run=soft; batch_start=full; failure_job=after"};
    for (size_t i = 0; i < 3; i++) {
        struct trial t = trial_new(trial_full, settings[i], 11 + i);
        const uint32_t n_stock = maru_plant_sizes(t.plant).n_stock;
        struct watch w = {.n_lot = 100000, .n_in = n_stock};
        w.where = calloc(w.n_lot, 1);
        assert_non_null(w.where);
        memset(w.where, ON_THE_WAY, n_stock);
        maru_sim_set_trace(t.sim, see, &w);
        for (int day = 1; day <= DAYS; day++) {
            trial_run(t.sim, day * MARU_DAY);
            assert_int_equal(w.n_in, w.n_out + t.sim->s.head->n_in_plant);
            assert_true(w.last <= maru_sim_now(t.sim));
        }
        assert_int_equal(w.n_in - n_stock, t.sim->s.head->n_released);
        assert_int_equal(w.n_out, t.sim->s.head->n_out);
        uint32_t n_inside = 0;
        for (uint32_t lot = 0; lot < w.n_lot; lot++) {
            n_inside += w.where[lot] != OUTSIDE && w.where[lot] != GONE;
        }
        assert_int_equal(n_inside, t.sim->s.head->n_in_plant);
        assert_true(w.n[MARU_EV_START] >= w.n[MARU_EV_END]);
        for (int kind = 0; kind <= MARU_EV_LATE_QUEUE; kind++) { // nothing went unseen
            if (w.n[kind] == 0) {
                fail_msg("the plant has no event '%s'", maru_event_name((maru_event_kind)kind));
            }
        }
        free(w.where);
        trial_free(&t);
    }
    assert_string_equal(maru_event_name((maru_event_kind)99), "unknown");
}

static void watching_changes_nothing(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 8), other = trial_new(trial_full, NULL, 8);
    struct watch w = {.n_lot = 100000};
    w.where = calloc(w.n_lot, 1);
    assert_non_null(w.where);
    memset(w.where, ON_THE_WAY, maru_plant_sizes(t.plant).n_stock);
    maru_sim_set_trace(t.sim, see, &w);
    trial_run(t.sim, 20 * MARU_DAY);
    trial_run(other.sim, 20 * MARU_DAY);
    assert_string_equal(trial_digest(t.sim), trial_digest(other.sim));
    free(w.where);
    trial_free(&t);
    trial_free(&other);
}

// ---- the widest numbers that tables may hold

static void the_longest_times_do_not_overflow(void **state) {
    (void)state;
    struct trial t =
        trial_new("=== routes.csv\nroute,tools,time,per\nA,Slow,36525 day,wafer\nB,Wide,"
                  "\"lognormal(1, 36525) day\",lot\nB,Wide,exponential(36525) day,lot\n"
                  "=== tools.csv\ntools,count\nSlow,50\nWide,90\n"
                  "=== calendars.csv\nname,kind,tools,every,duration\n"
                  "f,failure,Wide,exponential(36525) day,exponential(36525) day\n"
                  "=== releases.csv\nstream,product,every,wafers,count,due_after\n"
                  "a,A,1 h,10000,50,36525 day\nb,B,1 h,25,90,\n",
                  NULL, 1);
    trial_run(t.sim, 100 * MARU_DAY);
    assert_true(t.sim->s.head->n_in_plant >= 50);
    trial_free(&t);
}

// ---- a rule in C

static uint32_t take_none(const maru_view *view, const maru_candidate *candidate, uint32_t n) {
    (void)view;
    (void)candidate;
    return n;
}

static uint32_t take_first(const maru_view *view, const maru_candidate *candidate, uint32_t n) {
    assert_true(n > 0 && view->model && view->tool < 100);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(candidate[i].arrived_us <= view->now_us);
        assert_true(candidate[i].process_us >= 0 && candidate[i].setup_us >= 0);
    }
    return 0;
}

static void a_rule_in_c(void **state) {
    (void)state;
    struct trial t = trial_new(trial_line, NULL, 1), own = trial_new(trial_line, NULL, 1);
    maru_model_set_choose(t.model, take_first);
    trial_run(t.sim, 10 * MARU_DAY);
    trial_run(own.sim, 10 * MARU_DAY);
    assert_memory_equal(t.sim->s.head->trace, own.sim->s.head->trace, 16); // first in, first out
    maru_model_set_choose(t.model, take_none);
    trial_run(t.sim, 20 * MARU_DAY); // nobody goes any more: lots wait, the run goes on
    assert_true(t.sim->s.head->n_in_plant > 400);
    trial_free(&t);
    trial_free(&own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_asks_for_no_memory),
        cmocka_unit_test(any_slices_give_one_run),
        cmocka_unit_test(an_event_at_the_end_is_inside),
        cmocka_unit_test(a_run_for_ever_ends_with_the_last_event),
        cmocka_unit_test(statistics_begin_anew),
        cmocka_unit_test(max_lot_stops_before_the_release),
        cmocka_unit_test(without_memory_to_grow_a_run_can_go_on_later),
        cmocka_unit_test(lots_are_neither_made_nor_lost),
        cmocka_unit_test(watching_changes_nothing),
        cmocka_unit_test(the_longest_times_do_not_overflow),
        cmocka_unit_test(a_rule_in_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
