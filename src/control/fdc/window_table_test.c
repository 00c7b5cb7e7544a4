#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "control/fdc/window_table.h"

#include <string.h>

// Laws: what is read is written and read back the same, an empty cell is the usual, each fault is told with its place, and no memory
// is a status.

static maru_status read(const char *text, struct window_table *table) {
    maru_faults *faults = maru_faults_new();
    assert_non_null(faults);
    const maru_status st =
        window_table_read("windows.csv", text, strlen(text), faults, table, NULL);
    maru_faults_free(faults);
    return st;
}

static const char good[] = "구간,설비,신호,기준,시작,끝,레시피,공정,앞,뒤,특징,오경보율,최소\n"
                           "식각,etch-*,\"temp 'gas flow' \"\"a "
                           "'b\"\"\",이벤트,TRACK_IN,TRACK_OUT,ox*,*,5 %,2 s,mean SD,1 %,10\n"
                           "steps,,Process/Power,recipe step,,,,main,0,,,,\n"
                           "all,plant/**,temp,60 s,,,,,,10 s,count time_mean,0.001,2\n";

static void cells_become_definitions(void **state) {
    struct window_table table;
    (void)state;
    assert_int_equal(read(good, &table), MARU_OK);
    assert_int_equal(table.n, 3);
    const struct window_def *w = table.window;
    assert_string_equal(w[0].name, "식각");
    assert_int_equal(w[0].n_signal, 3);
    assert_string_equal(w[0].signal[1], "gas flow");
    assert_string_equal(w[0].signal[2], "a 'b");
    assert_int_equal(w[0].n_feature, 2);
    assert_int_equal(w[0].feature[1], WINDOW_SD);
    assert_true(w[0].options.head_share == 0.05 && w[0].options.tail_us == 2000000);
    assert_true(w[0].false_alarms == 0.01 && w[0].n_least == 10);
    assert_true(window_def_begins(&w[0], "TRACK_IN") && !window_def_begins(&w[0], "started"));
    assert_true(window_def_ends(&w[0], "TRACK_OUT") && !window_def_ends(&w[0], "TRACK_IN"));
    assert_true(window_def_wants(&w[0], "ox1", "x") && !window_def_wants(&w[0], "poly", "x"));
    assert_int_equal(w[1].by, WINDOW_BY_SIGNAL);
    assert_string_equal(w[1].by_signal, "recipe step");
    assert_string_equal(w[1].tool, "**");
    assert_int_equal(window_def_values(&w[1]), 5);
    assert_true(w[1].false_alarms == 0.01 && w[1].n_least == 20);
    assert_int_equal(w[2].by, WINDOW_BY_TIME);
    assert_true(w[2].length_us == 60000000);
    window_table_fini(&table);
}

static void usual_events(void **state) {
    static const char *const begin[] = {"started", "Lot Started", "TRACK-IN", "착공"};
    static const char *const end[] = {"finished", "Track_Out", "완공", "Processing Completed"};
    const struct window_def def = {.begin = "", .end = "", .recipe = "", .step = ""};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const bool is_lot = i == 1; // a word more than the usual one
        assert_true(window_def_begins(&def, begin[i]) != is_lot);
        assert_true(window_def_ends(&def, end[i]) && !window_def_begins(&def, end[i]));
    }
    assert_false(window_def_begins(&def, "") || window_def_ends(&def, "start"));
    assert_true(window_def_wants(&def, "", "") && window_def_wants(&def, "a/b", "c"));
}

static void is_written_and_read_back(void **state) {
    struct window_table table, again;
    struct text once, twice;
    (void)state;
    text_init(&once, 1 << 16);
    text_init(&twice, 1 << 16);
    assert_int_equal(read(good, &table), MARU_OK);
    window_table_write(&table, &once);
    assert_int_equal(read(once.bytes, &again), MARU_OK);
    window_table_write(&again, &twice);
    assert_string_equal(once.bytes, twice.bytes);
    assert_true(again.window[0].options.head_share == table.window[0].options.head_share);
    text_fini(&once);
    text_fini(&twice);
    window_table_fini(&table);
    window_table_fini(&again);
}

static void faults_have_their_place(void **state) {
    static const struct {
        const char *text, *want;
        uint32_t row, column;
    } cases[] = {
        {"window,tool\nA,t\n", "a required column is missing", 1, 0},
        {"window,signals\n,s\n", "the cell is empty", 2, 1},
        {"window,signals\nA, \n", "the cell is empty", 2, 2},
        {"window,signals\nA,a b a\n", "twice the same", 2, 2},
        {"window,signals\nA,/a\n", "no name of a signal", 2, 2},
        {"window,signals\nA,a 'b\n", "a quote is not closed", 2, 2},
        {"window,signals,features\nA,a,mode\n", "unknown word", 2, 3},
        {"window,signals,features\nA,a,mean mean\n", "twice the same", 2, 3},
        {"window,signals,by\nA,a,1 ms\n", "not a length of windows", 2, 3},
        {"window,signals,by\nA,a,/x\n", "nothing that windows are made by", 2, 3},
        {"window,signals,by,begin\nA,a,x,go\n", "only windows by events", 2, 4},
        {"window,signals,by,step\nA,a,60 s,x\n", "no recipe and no step", 2, 4},
        {"window,signals,head\nA,a,x\n", "not a share and no time", 2, 3},
        {"window,signals,head,tail\nA,a,50 %,50 %\n", "nothing of a window is left", 2, 4},
        {"window,signals,by,head,tail\nA,a,60 s,30 s,30 s\n", "nothing of a window is left", 2, 5},
        {"window,signals,tool\nA,a,a**\n", "**", 2, 3},
        {"window,signals,false_alarms\nA,a,0\n", "not a share of false alarms", 2, 3},
        {"window,signals,false_alarms\nA,a,60 %\n", "not a share of false alarms", 2, 3},
        {"window,signals,least\nA,a,1\n", "not a number of windows", 2, 3},
        {"window,signals\nA,a\nA,b\n", "there is a window of this name already", 3, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct window_table table;
        maru_error err = {0};
        maru_faults *faults = maru_faults_new();
        assert_int_equal(window_table_read("windows.csv", cases[i].text, strlen(cases[i].text),
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

// 52 signals of five features are 260 values.
static void too_many_values(void **state) {
    struct text text;
    struct window_table table;
    (void)state;
    text_init(&text, 1 << 16);
    text_addz(&text, "window,signals,features\nA,");
    for (int i = 0; i < 52; i++) {
        text_addf(&text, "s%d ", i);
    }
    text_addz(&text, ",");
    const size_t n = text.n_bytes;
    text_addz(&text, "mean sd min max slope\n");
    assert_int_equal(read(text.bytes, &table), MARU_E_INPUT);
    text.n_bytes = n;
    text_addz(&text, "mean sd min max\n");
    assert_int_equal(read(text.bytes, &table), MARU_OK);
    window_table_fini(&table);
    text_fini(&text);
}

static void memory_may_end(void **state) {
    (void)state;
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st != MARU_OK; k++) {
        struct window_table table = {0};
        maru_faults *faults = maru_faults_new();
        alloc_fail_after(k);
        st = window_table_read("windows.csv", good, strlen(good), faults, &table, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK || st == MARU_E_MEMORY);
        window_table_fini(&table);
        maru_faults_free(faults);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_become_definitions), cmocka_unit_test(usual_events),
        cmocka_unit_test(is_written_and_read_back), cmocka_unit_test(faults_have_their_place),
        cmocka_unit_test(too_many_values),          cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
