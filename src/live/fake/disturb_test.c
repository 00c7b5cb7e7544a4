#include "live/fake/disturb.h"

#include <math.h>

#include "live/fake/life.h"
#include "plant/plant.h"
#include "sim/trial.h"

// Each fault does what it says, where and when it says so, and nothing else.

static struct fault_table table_of(const maru_plant *plant, const char *rows) {
    char text[6 * LIFE_MAX_TEXT_BYTES];
    struct fault_table table;
    maru_faults *faults = maru_faults_new();
    snprintf(text, sizeof text, "at,for,target,fault,value,share\n%s", rows);
    assert_int_equal(
        fault_table_read("faults.csv", text, strlen(text), plant, faults, &table, NULL), MARU_OK);
    maru_faults_free(faults);
    return table;
}

static struct disturb *disturb_of(const maru_plant *plant, const struct fault_table *table) {
    struct disturb *disturb = NULL;
    assert_int_equal(disturb_new(table, 1, plant->n_tool, &disturb, NULL), MARU_OK);
    return disturb;
}

static void sensors(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_full);
    char name[LIFE_MAX_TEXT_BYTES], rows[5 * LIFE_MAX_TEXT_BYTES];
    // also before the fake begins: in its past, and before the plant's
    life_tool_name(plant, 1, name);
    snprintf(rows, sizeof rows,
             "10 s,10 s,%s/Process/Flow,stuck,,\n0,,%s/Process/Power,drift,36,\n"
             "20 s,,*/Process/Speed,spike,1000,25 %%\n20 s,,%s/Process/Leak,noise,2,\n"
             "30 s,5 s,%s,clock,-7 s,\n",
             name, name, name, name);
    struct fault_table table = table_of(plant, rows);
    struct disturb *disturb = disturb_of(plant, &table), *same = disturb_of(plant, &table);
    double sum = 0, squares = 0;
    int n_spike = 0, n = 0;
    for (int s = 0; s < 4000; s++) {
        const maru_time at = s * MARU_SECOND;
        disturb_go(disturb, at);
        disturb_go(same, at);
        const double flow = disturb_value(disturb, 1, FAKE_FLOW, s);
        assert_true(flow == (s >= 10 && s < 20 ? 10 : s)); // the first value since it is stuck
        assert_true(disturb_value(disturb, 0, FAKE_FLOW, s) == s);
        const double power = disturb_value(disturb, 1, FAKE_POWER, 5);
        assert_true(fabs(power - 5 - s * 0.01) < 1e-9); // 36 an hour
        const double speed = disturb_value(disturb, 0, FAKE_SPEED, 1);
        assert_true(speed == 1 || (s >= 20 && speed == 1001));
        const double leak = disturb_value(disturb, 1, FAKE_LEAK, 0);
        assert_true(leak == disturb_value(same, 1, FAKE_LEAK, 0));
        n += s >= 20;
        n_spike += speed > 1;
        sum += leak;
        squares += leak * leak;
        assert_true(disturb_time(disturb, 1, at) == at - (s >= 30 && s < 35 ? 7 * MARU_SECOND : 0));
        assert_true(disturb_time(disturb, 2, at) == at);
    }
    const double share = (double)n_spike / n;
    assert_true(fabs(share - 0.25) < 5 * sqrt(0.25 * 0.75 / n));
    assert_true(fabs(sum / n) < 5 * 2 / sqrt(n));
    assert_true(fabs(sqrt(squares / n) - 2) < 0.15);
    disturb_free(disturb);
    disturb_free(same);
    fault_table_fini(&table);
    maru_plant_free(plant);
}

// At twice the speed a failure after ten minutes comes twenty minutes on in the plant; rows may be in any order.
static void tools_fail(void **state) {
    (void)state;
    struct trial t = trial_new(trial_full, NULL, 5);
    char name[LIFE_MAX_TEXT_BYTES], rows[5 * LIFE_MAX_TEXT_BYTES];
    const maru_plant *plant = maru_model_plant(t.model);
    life_tool_name(plant, 0, name);
    snprintf(rows, sizeof rows,
             "2 h,10 min,%s,failure,,\n10 min,30 min,%s,failure,,\n-1 h,5 min,%s,failure,,\n"
             "-15 h,10 min,%s,failure,,\n",
             name, name, name, name);
    struct fault_table table = table_of(plant, rows);
    struct acts acts = {0};
    assert_int_equal(disturb_acts(&table, plant, MARU_DAY, 2, &acts, NULL), MARU_OK);
    assert_int_equal(acts.n, 8);
    struct life *life = NULL;
    const struct life_options options = {
        .model = t.model, .seed = 5, .begin_us = MARU_DAY / 2, .acts = &acts};
    assert_int_equal(life_new(&options, &life, NULL), MARU_OK);
    const struct {
        int minute;
        bool is_down;
    } want[] = {{-121, false}, {-120, true}, {-111, true}, {-110, false}, {20, true},  {79, true},
                {80, false},   {239, false}, {240, true},  {259, true},   {260, false}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_int_equal(life_run(life, MARU_DAY + want[i].minute * MARU_MINUTE, NULL, NULL),
                         MARU_OK);
        const bool is_down = life_tool_state(life, 0) == MARU_TOOL_UNSCHEDULED_DOWN;
        if (is_down != want[i].is_down) {
            fail_msg("after %d min: %d", want[i].minute, is_down);
        }
    }
    life_free(life);
    acts_fini(&acts);
    fault_table_fini(&table);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sensors),
        cmocka_unit_test(tools_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
