#include "sim/trial.h"

#include "plant/plant.h"

// A changed plant is the plant with that change and no other: what is set to what it is changes nothing,
// and a tool more somewhere does not change the luck of those elsewhere.

enum { DAYS = 120 };

static maru_plant *changed(const maru_plant *plant, const char *name, const char *value) {
    maru_plant *out = NULL;
    maru_error err = {0};
    const maru_change change = {name, value};
    if (maru_plant_change(plant, &change, 1, &out, &err) != MARU_OK) {
        fail_msg("%s=%s: %s", name, value, err.text);
    }
    return out;
}

static maru_results *results_of(const maru_plant *plant) {
    maru_model *model = trial_model(plant, NULL);
    maru_sim *sim = NULL;
    assert_int_equal(maru_sim_new(model, 5, &sim, NULL), MARU_OK);
    trial_run(sim, DAYS * MARU_DAY);
    maru_results *results = trial_results(sim);
    maru_sim_free(sim);
    maru_model_free(model);
    return results;
}

static maru_results *with(const maru_plant *plant, const char *name, const char *value) {
    maru_plant *other = changed(plant, name, value);
    maru_results *results = results_of(other);
    maru_plant_free(other);
    return results;
}

static void what_stays_as_it_is_changes_nothing(void **state) {
    (void)state;
    static const maru_change same[] = {
        {"tools:Litho", "+0"},       {"tools:Furnace", "5"},       {"downtime:*", "100"},
        {"downtime:Litho", "100.0"}, {"releases:A", "100"},        {"releases:B", "100.000"},
        {"failures:*", "100"},       {"repairs:*", "100"},         {"failures:Litho", "100"},
        {"process:*", "100"},        {"process:Furnace", "100.0"}, {"priority:B", "10"}};
    maru_plant *plant = trial_plant(trial_full);
    maru_results *want = results_of(plant);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        maru_results *have = with(plant, same[i].name, same[i].value);
        const bool is_same =
            strcmp(same[i].name, "priority:B") != 0; // one lot in stock has another
        if (is_same && strcmp(want->digest, have->digest) != 0) {
            fail_msg("%s=%s changes the run", same[i].name, same[i].value);
        }
        maru_results_free(have);
    }
    maru_results_free(want);
    maru_plant_free(plant);
}

// Nobody ever waits for Hold, so one place more there must not change the cycle time of a single lot,
// although all tools behind it have other numbers.
static void luck_stays_with_its_tool(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_results *want = results_of(plant), *more = with(plant, "tools:Hold", "+1");
    maru_results *first = with(plant, "tools:Clean", "+1");
    assert_true(want->n_lot_step == more->n_lot_step);
    for (uint32_t i = 0; i < want->n_class; i++) {
        assert_true(want->class_[i].cycle_mean_us == more->class_[i].cycle_mean_us ||
                    want->class_[i].n_measured == 0);
    }
    for (uint32_t g = 0; g < want->n_group;
         g++) { // failures come at the same times of the calendar
        const double before = want->group[g].unscheduled_down * want->group[g].n_tool;
        const double after = first->group[g].unscheduled_down * first->group[g].n_tool;
        if (strcmp(want->group[g].name, "Clean") != 0 && before > 0) {
            assert_true(after > before * 0.98 && after < before * 1.02);
        }
    }
    maru_results_free(want);
    maru_results_free(more);
    maru_results_free(first);
    maru_plant_free(plant);
}

static void changes_do_what_they_say(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_results *base = results_of(plant);
    maru_results *slow = with(plant, "tools:Implant", "-1");
    maru_results *more = with(plant, "releases:A", "125");
    maru_results *half = with(plant, "downtime:Clean", "50");
    maru_plant *hot = changed(plant, "priority:B", "30");
    uint32_t clean = 0;
    while (strcmp(base->group[clean].name, "Clean") != 0) {
        clean++;
    }
    assert_true(slow->wip_mean > base->wip_mean * 1.1);
    assert_true((double)more->n_released > (double)base->n_released * 1.1);
    assert_true(half->group[clean].unscheduled_down < base->group[clean].unscheduled_down * 0.6);
    assert_true(half->group[clean].unscheduled_down > base->group[clean].unscheduled_down * 0.4);
    for (uint32_t i = 0; i < hot->n_release; i++) {
        const bool is_b = strcmp(hot->product[hot->release[i].product].name, "B") == 0;
        assert_true((hot->release[i].priority == 30) == is_b);
    }
    maru_plant_free(hot);
    maru_results_free(base);
    maru_results_free(slow);
    maru_results_free(more);
    maru_results_free(half);
    maru_plant_free(plant);
}

// Processing of one group takes half as long again, and of no other; load and unload stay.
static void slow_tools_are_slow(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    maru_plant *slow = changed(plant, "process:Clean", "150");
    maru_plant *often = changed(plant, "failures:*", "200");
    maru_plant *quick = changed(plant, "repairs:*", "50");
    for (uint32_t s = 0; s < plant->n_step; s++) {
        const bool is_clean = strcmp(plant->group[plant->step[s].group].name, "Clean") == 0;
        const double load = 2 * (double)MARU_MINUTE * is_clean; // and unload
        const double want = load + (plant->step[s].process_us - load) * (is_clean ? 1.5 : 1);
        const double have = slow->step[s].process_us;
        assert_true(have > want * (1 - 1e-9) && have < want * (1 + 1e-9));
        assert_true(slow->step[s].time.a == plant->step[s].time.a * (is_clean ? 3 : 2) / 2);
        assert_true(slow->step[s].interval_us ==
                    plant->step[s].interval_us * (is_clean ? 3 : 2) / 2);
    }
    assert_true(slow->product[0].raw_process_us > plant->product[0].raw_process_us);
    for (uint32_t i = 0; i < plant->n_downtime; i++) {
        const bool is_failure = plant->downtime[i].kind == DOWN_FAILURE;
        assert_true(often->downtime[i].every.a ==
                    plant->downtime[i].every.a / (is_failure ? 2 : 1));
        assert_true(often->downtime[i].duration.a == plant->downtime[i].duration.a);
        assert_true(quick->downtime[i].duration.a ==
                    plant->downtime[i].duration.a / (is_failure ? 2 : 1));
    }
    maru_plant_free(slow);
    maru_plant_free(often);
    maru_plant_free(quick);
    maru_plant_free(plant);
}

static void nonsense_is_refused(void **state) {
    (void)state;
    static const maru_change bad[] = {{"tools:Nobody", "+1"},  {"tools:Litho", ""},
                                      {"tools:Litho", "-3"},   {"tools:Litho", "0"},
                                      {"tools:Litho", "1e9"},  {"tools:Litho", "9999999999"},
                                      {"tools:Litho", "more"}, {"downtime:Nobody", "50"},
                                      {"downtime:*", "-1"},    {"downtime:*", "x"},
                                      {"downtime:*", "10001"}, {"failures:Nobody", "50"},
                                      {"failures:*", "0"},     {"process:Nobody", "50"},
                                      {"process:*", "0"},      {"process:*", "10001"},
                                      {"releases:A", "0"},     {"releases:Litho", "50"},
                                      {"priority:A", "high"},  {"priority:A", "99999999999"},
                                      {"colour:A", "red"},     {"", ""},
                                      {"tools:", "+1"}};
    maru_plant *plant = trial_plant(trial_full);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        maru_plant *out = NULL;
        maru_error err = {0};
        const maru_status st = maru_plant_change(plant, &bad[i], 1, &out, &err);
        if (st != MARU_E_USAGE || out || !err.text[0]) {
            fail_msg("%s=%s is not refused", bad[i].name, bad[i].value);
        }
    }
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stays_as_it_is_changes_nothing),
        cmocka_unit_test(luck_stays_with_its_tool),
        cmocka_unit_test(changes_do_what_they_say),
        cmocka_unit_test(slow_tools_are_slow),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
