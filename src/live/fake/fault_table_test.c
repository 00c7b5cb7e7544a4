#include "live/fake/fault_table.h"

#include "plant/plant.h"
#include "sim/trial.h"

// A good table says what it says; each thing that is wrong is told with its row and column.

static const char tables[] = "=== products.csv\nproduct,route\nA,a\n"
                             "=== routes.csv\nroute,tools,time\na,Etch,2 min\na,A/1,2 min\n"
                             "=== tools.csv\ntools,count\nEtch,3\nA/1,2\n"
                             "=== releases.csv\nstream,product,every,wafers\nS,A,1 h,25\n";

static const char good[] = "at,for,target,fault,value,share\n"
                           "10 min,30 s,sparkplug,drop,,\n"
                           "0,,secs/Etch/3,delay,2 s,\n"
                           "1 h,5 min,sparkplug/Litho,repeat,,20 %\n"
                           "1 h,5 min,modbus,reorder,,\n"
                           "5 min,10 min,Etch/3/Process/Vibration,drift,0.5,\n"
                           "0,,A/1/2,고착,,\n"
                           "0,,*/Process/Flow,spike,-100,\n"
                           "2 h,1 h,Etch/2,clock,-5 s,\n"
                           "1 h,2 h,*,failure,,\n"
                           "-40 min,3 min,Etch/1,failure,,\n";

static maru_status read(const maru_plant *plant, const char *text, struct fault_table *table,
                        maru_faults **faults) {
    *faults = maru_faults_new();
    assert_non_null(*faults);
    return fault_table_read("faults.csv", text, strlen(text), plant, *faults, table, NULL);
}

static void good_ones(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(tables);
    maru_faults *faults = NULL;
    struct fault_table table;
    assert_int_equal(read(plant, good, &table, &faults), MARU_OK);
    maru_faults_free(faults);
    assert_int_equal(table.n_row, 10);
    const struct fault_row *row = table.row;
    assert_int_equal(row[0].kind, FAULT_DROP);
    assert_int_equal(row[0].at_us, 10 * MARU_MINUTE);
    assert_int_equal(row[0].until_us, 10 * MARU_MINUTE + 30 * MARU_SECOND);
    assert_string_equal(row[0].part, "");
    assert_int_equal(row[1].link, FAULT_LINK_SECS);
    assert_string_equal(row[1].part, "Etch/3");
    assert_int_equal(row[1].span_us, 2 * MARU_SECOND);
    assert_true(row[1].until_us == INT64_MAX);
    assert_true(row[2].share > 0.1999 && row[2].share < 0.2001);
    assert_true(row[3].share > 0.0999 && row[3].share < 0.1001); // the usual one
    assert_int_equal(row[4].tool, 2);
    assert_int_equal(row[4].variable, FAKE_VIBRATION);
    assert_true(row[4].number > 0.4999 && row[4].number < 0.5001);
    assert_int_equal(row[5].tool, 4); // the group is "A/1"
    assert_int_equal(row[5].kind, FAULT_STUCK);
    assert_true(row[5].variable == UINT32_MAX);
    assert_true(row[6].tool == UINT32_MAX && row[6].variable == FAKE_FLOW);
    assert_true(row[7].span_us == -5 * MARU_SECOND);
    assert_int_equal(row[8].kind, FAULT_FAILURE);
    assert_true(row[9].at_us == -40 * MARU_MINUTE && row[9].until_us == -37 * MARU_MINUTE);
    assert_true(fault_table_has_link(&table, FAULT_LINK_SECS));
    assert_false(fault_table_has_link(&table, FAULT_LINK_OPCUA));
    struct text once, twice;
    text_init(&once, 1 << 16);
    text_init(&twice, 1 << 16);
    fault_table_write(&table, plant, &once);
    fault_table_fini(&table);
    assert_int_equal(read(plant, once.bytes, &table, &faults), MARU_OK);
    maru_faults_free(faults);
    fault_table_write(&table, plant, &twice);
    assert_string_equal(once.bytes, twice.bytes);
    text_fini(&once);
    text_fini(&twice);
    fault_table_fini(&table);
    maru_plant_free(plant);
}

static void each_wrong_thing_is_told(void **state) {
    (void)state;
    static const struct {
        const char *row;
        uint32_t column;
    } bad[] = {
        {"x,,Etch/1,stuck,,", 1},
        {"-s,,Etch/1,stuck,,", 1},
        {"0,0 s,Etch/1,stuck,,", 2},
        {"0,soon,Etch/1,stuck,,", 2},
        {"0,,Etch/4,stuck,,", 3},
        {"0,,Etch/0,stuck,,", 3},
        {"0,,Etch/+1,stuck,,", 3},
        {"0,,Etch,stuck,,", 3},
        {"0,,A/1,stuck,,", 3},
        {"0,,Etch/1/Process/Love,stuck,,", 3},
        {"0,,Etch/1/State,stuck,,", 3},
        {"0,,Etch/1/Process/Flow,clock,1 s,", 3},
        {"0,,sparkplug,stuck,,", 3},
        {"0,,Etch/1,drop,,", 3},
        {"0,,sparkplugs,drop,,", 3},
        {"0,,*,drop,,", 3},
        {"0,,Etch/1,quake,,", 4},
        {"0,,sparkplug,delay,,", 5},
        {"0,,sparkplug,delay,-1 s,", 5},
        {"0,,sparkplug,drop,5,", 5},
        {"0,,Etch/1,noise,-1,", 5},
        {"0,,Etch/1,drift,nan,", 5},
        {"0,,Etch/1,spike,1e10,", 5},
        {"0,,Etch/1,clock,5,", 5},
        {"0,,sparkplug,drop,,5 %", 6},
        {"0,,sparkplug,repeat,,101 %", 6},
        {"0,,sparkplug,repeat,,often", 6},
    };
    maru_plant *plant = trial_plant(tables);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[200];
        maru_faults *faults = NULL;
        struct fault_table table;
        snprintf(text, sizeof text, "at,for,target,fault,value,share\n%s\n", bad[i].row);
        if (read(plant, text, &table, &faults) != MARU_E_INPUT ||
            maru_faults_count(faults, MARU_FAULT) != 1) {
            fail_msg("%s: %zu faults", bad[i].row, maru_faults_count(faults, MARU_FAULT));
        }
        const maru_fault *fault = maru_faults_get(faults, 0);
        if (fault->row != 2 || fault->column != bad[i].column) {
            fail_msg("%s: row %u, column %u: %s", bad[i].row, fault->row, fault->column,
                     fault->wrong);
        }
        assert_true(fault->right[0] != '\0');
        maru_faults_free(faults);
    }
    maru_plant_free(plant);
}

static void a_long_table_is_refused(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(tables);
    struct text text;
    struct fault_table table;
    maru_faults *faults = NULL;
    text_init(&text, 1 << 20);
    text_addz(&text, "at,target,fault\n");
    for (int i = 0; i < FAULT_MAX_ROWS; i++) {
        text_addz(&text, "0,*,stuck\n");
    }
    assert_int_equal(read(plant, text.bytes, &table, &faults), MARU_OK);
    maru_faults_free(faults);
    fault_table_fini(&table);
    text_addz(&text, "0,*,stuck\n");
    assert_int_equal(read(plant, text.bytes, &table, &faults), MARU_E_LIMIT);
    maru_faults_free(faults);
    text_fini(&text);
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones),
        cmocka_unit_test(each_wrong_thing_is_told),
        cmocka_unit_test(a_long_table_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
