#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/charts/chart_table.h"

#include <math.h>
#include <string.h>

// Laws: an empty cell is the usual number, and each fault of a table is told with its place.

static void cells_become_options(void **state) {
    static const char text[] = "관리도,신호,종류,크기,규칙,목표,규격하한,규격상한\n"
                               "두께,l/t,xbar-r,4,Nelson,,-1.5,\nbad,l/b,p,200,,,,\n"
                               "shift,l/t,cusum,,limits,12.5,10,15\nx,l/x,i-mr,,,,,\n";
    struct chart_table table;
    (void)state;
    maru_faults *faults = maru_faults_new();
    assert_int_equal(chart_table_read("charts.csv", text, strlen(text), faults, &table, NULL),
                     MARU_OK);
    assert_int_equal(table.n, 4);
    assert_string_equal(table.chart[0].name, "두께");
    assert_int_equal(table.chart[0].size, 4);
    assert_int_equal(table.chart[0].rules.severity[RULE_TREND], SEVERITY_VIOLATION);
    assert_int_equal(table.chart[1].options.kind, CHART_P);
    assert_int_equal(table.chart[1].size, 1);
    assert_true(table.chart[1].units == 200);
    assert_true(table.chart[2].options.target == 12.5);
    assert_int_equal(table.chart[2].rules.severity[RULE_NINE], SEVERITY_IGNORE);
    assert_true(table.chart[3].size == 1 && isnan(table.chart[3].options.target));
    assert_true(table.chart[0].specification.lower == -1.5);
    assert_true(isnan(table.chart[0].specification.upper));
    assert_true(table.chart[2].specification.upper == 15);
    assert_true(table.chart[2].specification.target == 12.5);
    assert_true(isnan(table.chart[3].specification.lower));
    chart_table_fini(&table);
    maru_faults_free(faults);
}

static void faults_have_their_place(void **state) {
    static const struct {
        const char *text, *want;
        uint32_t row, column;
    } cases[] = {
        {"chart,signal,kind\nA,s,pie\n", "unknown word", 2, 3},
        {"chart,signal,kind\n,s,c\n", "the cell is empty", 2, 1},
        {"chart,signal,kind,size\nA,s,p,\n", "p and np need a size", 2, 4},
        {"chart,signal,kind,size\nA,s,c,0\n", "not a size", 2, 4},
        {"chart,signal,kind,size\nA,s,xbar-r,26\n", "", 2, 4},
        {"chart,signal,kind,size\nA,s,ewma,1001\n", "more than 1000 values", 2, 4},
        {"chart,signal,kind,target\nA,s,ewma,x\n", "not a number", 2, 4},
        {"chart,signal,kind,rules\nA,s,c,all\n", "unknown word", 2, 4},
        {"chart,signal,kind,lower\nA,s,i-mr,x\n", "not a number", 2, 4},
        {"chart,signal,kind,upper\nA,s,i-mr,inf\n", "not a number", 2, 4},
        {"chart,signal,kind,lower,upper\nA,s,i-mr,5,5\n", "cross", 2, 5},
        {"chart,signal,kind,lower\nA,s,c,5\n", "counts have no specification", 2, 4},
        {"chart,signal,kind\nA,s,c\nA,t,c\n", "there is a chart of this name already", 3, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chart_table table;
        maru_error err = {0};
        maru_faults *faults = maru_faults_new();
        assert_int_equal(chart_table_read("charts.csv", cases[i].text, strlen(cases[i].text),
                                          faults, &table, &err),
                         MARU_E_INPUT);
        const maru_fault *fault = maru_faults_get(faults, 0);
        if (!strstr(fault->wrong, cases[i].want) || fault->row != cases[i].row ||
            fault->column != cases[i].column) {
            fail_msg("row %zu: %u %u %s", i, fault->row, fault->column, fault->wrong);
        }
        maru_faults_free(faults);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_become_options),
        cmocka_unit_test(faults_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
