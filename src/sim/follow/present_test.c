#include "sim/follow/present.h"

#include "sim/follow/floor_trial.h"
#include "sim/state_check.h"

// A present is a valid state at any moment of any floor; what the floor shows is in it as it is, and what
// nobody sees fits what was seen: futures of it have the floor's own future among them.

enum { SEED = 31 };

static maru_sim *present_of(struct mirror *mirror, const maru_model *model, maru_time now,
                            uint64_t seed) {
    const struct present_plan plan = {mirror_look(mirror), model, now, seed};
    maru_sim *sim = NULL;
    maru_error err = {0};
    if (present_new(&plan, &sim, &err) != MARU_OK) {
        fail_msg("no present: %s", err.text);
    }
    if (state_check(sim, &err) != MARU_OK) {
        fail_msg("at %lld: %s", (long long)now, err.text);
    }
    return sim;
}

// A failure or maintenance waits for the job to end: nobody on the floor sees it, so the present may have
// the tool take one lot more.
static bool is_about_to_stop(const struct tool *t) {
    return t->flags & TOOL_FAILURE_DUE || t->pm_due != 0;
}

static void require_same_floor(const struct floor *f, const maru_sim *sim) {
    uint32_t have[64], want[64];
    bool is_open[64] = {false}; // groups where more may have started
    struct floor twin = {.model = f->model};
    memcpy(&twin.sim, &sim, sizeof twin.sim); // it is only looked at
    floor_count(f, want);
    floor_count(&twin, have);
    assert_memory_equal(have, want, f->model->n_group * sizeof *have);
    for (uint32_t i = 0; i < f->model->n_tool; i++) {
        const struct tool *a = &f->sim->s.tool[i], *b = &sim->s.tool[i];
        const uint8_t told = TOOL_IN_PM | TOOL_STOPPED;
        const bool may_take = is_about_to_stop(a);
        is_open[f->model->tool_group[i]] |= may_take;
        if ((a->n_down > 0) != (b->n_down > 0) || (a->flags & told) != (b->flags & told) ||
            (!may_take &&
             (a->n_job != b->n_job || a->run_left != b->run_left || a->setup != b->setup))) {
            fail_msg("at %lld tool %u: jobs %u want %u, down %u want %u, run %u want %u",
                     (long long)maru_sim_now(f->sim), i, b->n_job, a->n_job, b->n_down, a->n_down,
                     b->run_left, a->run_left);
        }
    }
    for (uint32_t g = 0; g < f->model->n_group; g++) {
        assert_true(is_open[g] || f->sim->s.group[g].n_waiting == sim->s.group[g].n_waiting);
        assert_int_equal(f->sim->s.group[g].n_held, sim->s.group[g].n_held);
    }
}

static void follow(const char *settings, bool is_exact) {
    maru_plant *plant = trial_plant(trial_full);
    maru_model *model = trial_model(plant, settings);
    struct floor f = floor_new(plant, settings, "100", SEED);
    struct mirror *mirror = floor_mirror(model, 0);
    size_t told = 0, k = 0;
    for (maru_time at = floor_next(&f); at < 40 * MARU_DAY; at = floor_next(&f)) {
        floor_run(&f, at);
        for (; told < f.n; told++) {
            floor_tell(mirror, &f.word[told], at);
        }
        if (k++ % 23 == 0) {
            maru_sim *sim = present_of(mirror, model, at, k);
            if (is_exact) {
                require_same_floor(&f, sim);
            }
            maru_error err = {0};
            trial_run(sim, at + MARU_DAY);
            if (state_check(sim, &err) != MARU_OK) {
                fail_msg("a day after %lld: %s", (long long)at, err.text);
            }
            maru_sim_free(sim);
        }
    }
    assert_true(k > 5000);
    mirror_free(mirror);
    floor_free(&f);
    maru_model_free(model);
    maru_plant_free(plant);
}

static void it_is_the_floor(void **state) {
    (void)state;
    follow("reserve=off", true);
}

static void with_other_assumptions_too(void **state) {
    (void)state;
    follow("failure_job=resume; failure_in_pm=skip; cascade_entry=when_free; "
           "min_run_count=started; reserve=off",
           true);
    follow("pm_repeat=end; cascade_choice=as_free; batch_start=full; load=90; reserve=off", true);
}

// A tool that a reservation has kept from lots looks for one in a present, and only at its next event on
// a floor that is a twin itself: so reservations are only looked at for their validity.
static void reservations_are_valid(void **state) {
    (void)state;
    follow(NULL, false);
    follow("reserve=priority; reserve_priority=20", false);
}

// ---- a place to wait, of which floors tell the arrival alone

static const char waits[] = "=== products.csv\nproduct,route\nA,a\n"
                            "=== routes.csv\nroute,tools,time\na,Press,20 min\na,Hold,60 min\n"
                            "a,Press,20 min\n"
                            "=== tools.csv\ntools,count,kind\nPress,2,\nHold,2,delay\n"
                            "=== releases.csv\nstream,product,every\na,A,30 day\n";

static void tell(struct belief *b, int minute, enum told_kind kind, uint32_t lot, uint32_t step) {
    struct told told = told_new(kind, minute * MARU_MINUTE);
    told.lot = lot;
    told.step = step;
    belief_apply(b, &told);
}

static void what_waits_has_waited(void **state) {
    (void)state;
    enum { N_LOT = 3 };
    struct trial t = trial_new(waits, NULL, 1);
    struct belief b = {0};
    assert_int_equal(belief_init(&b, t.model, N_LOT, NULL), MARU_OK);
    for (uint32_t lot = 0; lot < N_LOT; lot++) {
        belief_clear_lot(&b, lot, lot);
        tell(&b, 1, TOLD_ARRIVED, lot, 0);
        tell(&b, 10, TOLD_ENDED, lot, 0);
        tell(&b, 20 + (int)lot, TOLD_ARRIVED, lot, 1);
    }
    const uint64_t n_before = b.head->n_caught_up;
    const struct present_plan plan = {&b, t.model, 60 * MARU_MINUTE, 1};
    maru_sim *sim = NULL;
    maru_lot_now lot[N_LOT];
    assert_int_equal(present_new(&plan, &sim, NULL), MARU_OK);
    assert_int_equal(state_check(sim, NULL), MARU_OK);
    assert_int_equal(maru_sim_lot_count(sim), N_LOT);
    maru_sim_look_at_lots(sim, lot);
    for (uint32_t i = 0; i < N_LOT; i++) { // there is room for two: the third waits for it
        const bool is_in = lot[i].where == MARU_LOT_IN_TOOL;
        assert_int_equal(is_in, lot[i].lot < 2);
        assert_true(!is_in || lot[i].until_us == (80 + (maru_time)lot[i].lot) * MARU_MINUTE);
    }
    trial_run(sim, MARU_DAY);
    assert_int_equal(state_check(sim, NULL), MARU_OK);
    maru_sim_free(sim);
    tell(&b, 80, TOLD_ARRIVED, 0, 2);          // it has been there, and nothing was missed
    tell(&b, 81, TOLD_FINISHED, 1, MARU_NONE); // it has: at its last step
    assert_int_equal(b.head->n_caught_up, n_before + 1);
    assert_int_equal(b.head->n_step_missed, 1);
    belief_fini(&b);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_has_waited),
        cmocka_unit_test(it_is_the_floor),
        cmocka_unit_test(with_other_assumptions_too),
        cmocka_unit_test(reservations_are_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
