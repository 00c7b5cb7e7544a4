#include "control/alarms/alarm_table.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char good[] =
    "alarm,condition,priority,text,on_delay,off_delay,dead_time,cause,operator,escalate,ack\n"
    "HOT,furnace/temp > 850 deadband 5,critical,\"too hot, look\",5 s,1 min,,POWER,line 1,10 "
    "min,yes\n"
    "POWER,power = 0,1,정전,,,,,line 1,,\n"
    "\n"
    "DOOR,door = 1 and furnace/temp > 100,낮음,,,,30 s,HOT,,,no\n";

static maru_status read(const char *text, size_t n, struct alarm_table *table, maru_faults **faults,
                        maru_error *err) {
    *faults = maru_faults_new();
    assert_non_null(*faults);
    return alarm_table_read("alarms.csv", text, n, *faults, table, err);
}

static void a_table_is_read_and_written(void **state) {
    (void)state;
    struct alarm_table table, again;
    maru_faults *faults = NULL;
    maru_error err = {0};
    assert_int_equal(read(good, sizeof good - 1, &table, &faults, &err), MARU_OK);
    maru_faults_free(faults);
    assert_int_equal(table.n_alarm, 3);
    assert_int_equal(table.n_signal, 3);
    assert_int_equal(table.n_operator, 2);
    const struct alarm_def *hot = &table.alarm[alarm_table_find(&table, "HOT")];
    assert_string_equal(hot->text, "too hot, look");
    assert_int_equal(hot->on_us, 5000000);
    assert_int_equal(hot->off_us, 60000000);
    assert_int_equal(hot->escalate_us, 600000000);
    assert_int_equal(hot->cause, alarm_table_find(&table, "POWER"));
    assert_int_equal(hot->priority, ALARM_CRITICAL);
    assert_true(hot->needs_ack);
    const struct alarm_def *door = &table.alarm[2];
    assert_int_equal(door->priority, ALARM_LOW);
    assert_false(door->needs_ack);
    assert_int_equal(door->dead_us, 30000000);
    assert_string_equal(table.operator_[door->operator_], "");
    // furnace/temp: looked at by HOT and DOOR
    const uint32_t temp = alarm_table_signal(&table, "furnace/temp");
    assert_int_equal(table.signal_first[temp + 1] - table.signal_first[temp], 2);
    assert_int_equal(table.leaf_alarm[table.signal_leaf[table.signal_first[temp]]], 0);
    assert_int_equal(table.leaf_alarm[table.signal_leaf[table.signal_first[temp] + 1]], 2);
    assert_int_equal(table.signal_first[table.n_signal], table.n_leaf);
    assert_int_equal(table.effect_first[1] - table.effect_first[0], 1); // of HOT: DOOR
    assert_int_equal(table.effect[table.effect_first[0]], 2);
    assert_int_equal(table.effect[table.effect_first[1]], 0); // of POWER: HOT
    assert_int_equal(table.effect_first[3], 2);
    assert_int_equal(alarm_table_find(&table, "no such"), ALARM_NONE);

    struct text text, twice;
    text_init(&text, 1 << 20);
    text_init(&twice, 1 << 20);
    alarm_table_write(&table, &text);
    assert_int_equal(read(text.bytes, text.n_bytes, &again, &faults, &err), MARU_OK);
    maru_faults_free(faults);
    alarm_table_write(&again, &twice);
    assert_string_equal(text.bytes, twice.bytes);
    text_fini(&text);
    text_fini(&twice);
    alarm_table_fini(&again);
    alarm_table_fini(&table);
    alarm_table_fini(&table);
}

static const struct {
    const char *text;
    uint32_t row, column;
    const char *want;
} bad[] = {
    {"", 0, 0, "the table is empty"},
    {"alarm\nA\n", 1, 0, "a required column is missing"},
    {"alarm,condition,alarm\nA,x bad,B\n", 1, 3, "column 1 has the same name"},
    {"alarm,condition\nA,x >\n", 2, 2, "at letter 4: a number is wanted"},
    {"alarm,condition\nA,\n", 2, 2, "the cell is empty"},
    {"alarm,condition\nA,x bad\nA,y bad\n", 3, 1, "the same name"},
    {"alarm,condition,priority\nA,x bad,urgent\n", 2, 3, "unknown word"},
    {"alarm,condition,priority\nA,x bad,5\n", 2, 3, "unknown word"},
    {"alarm,condition,on_delay\nA,x bad,5\n", 2, 3, "unit is missing"},
    {"alarm,condition,off_delay\nA,x bad,-5 s\n", 2, 3, "negative"},
    {"alarm,condition,ack\nA,x bad,perhaps\n", 2, 3, "unknown word"},
    {"alarm,condition,cause\nA,x bad,B\n", 2, 0, "there is no alarm of this name"},
    {"alarm,condition,cause\nA,x bad,B\nB,x bad,A\n", 2, 0, "in a circle"},
    {"alarm,condition,cause\nA,x bad,A\n", 2, 0, "in a circle"},
    {"alarm,condition\nA,x bad\n\"B\n", 3, 1, "never closed"},
    {"alarm,condition\nA,\xFF\n", 0, 0, "no text"},
    {"경보,조건,우선순위\n과열,온도 > ,긴급\n", 2, 2, "a number is wanted"},
};

static void faults_say_where_and_what(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct alarm_table table;
        maru_faults *faults = NULL;
        maru_error err = {0};
        const maru_status st = read(bad[i].text, strlen(bad[i].text), &table, &faults, &err);
        const maru_fault *fault = NULL;
        for (size_t k = 0; k < maru_faults_kept(faults); k++) {
            const maru_fault *f = maru_faults_get(faults, k);
            fault = !fault && f->severity == MARU_FAULT ? f : fault;
        }
        if (st != MARU_E_INPUT || !fault || fault->row != bad[i].row ||
            fault->column != bad[i].column || !strstr(fault->wrong, bad[i].want) ||
            fault->right[0] == '\0') {
            fail_msg("row %zu: %d '%s' at %u:%u", i, (int)st, fault ? fault->wrong : "",
                     fault ? fault->row : 0, fault ? fault->column : 0);
        }
        maru_faults_free(faults);
    }
}

static void all_faults_are_found_at_once(void **state) {
    (void)state;
    static const char text[] = "alarm,condition,priority,ack,note\n"
                               "A,x >,urgent,yes,1\n"
                               "B,x bad,low,maybe,2\n"
                               "C,x bad,low,no,3\n";
    struct alarm_table table;
    maru_faults *faults = NULL;
    maru_error err = {0};
    assert_int_equal(read(text, sizeof text - 1, &table, &faults, &err), MARU_E_INPUT);
    assert_int_equal(maru_faults_count(faults, MARU_FAULT), 3);
    assert_int_equal(maru_faults_count(faults, MARU_NOTE), 1);
    assert_int_equal(err.row, 2);
    maru_faults_free(faults);
}

static void every_prefix_is_read_or_refused(void **state) {
    (void)state;
    for (size_t n = 0; n < sizeof good - 1; n++) {
        struct alarm_table table;
        maru_faults *faults = NULL;
        maru_error err = {0};
        const maru_status st = read(good, n, &table, &faults, &err);
        assert_true(st == MARU_OK || (st == MARU_E_INPUT && err.text[0] != '\0'));
        if (st == MARU_OK) {
            alarm_table_fini(&table);
        }
        maru_faults_free(faults);
    }
}

static void failing_memory_leaves_nothing(void **state) {
    (void)state;
    for (uint64_t k = 0;; k++) {
        struct alarm_table table;
        maru_error err = {0};
        maru_faults *faults = maru_faults_new();
        alloc_fail_after(k);
        const maru_status st =
            alarm_table_read("alarms.csv", good, sizeof good - 1, faults, &table, &err);
        alloc_fail_after(UINT64_MAX);
        maru_faults_free(faults);
        if (st == MARU_OK) {
            alarm_table_fini(&table);
            assert_true(k > 5);
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_and_written),
        cmocka_unit_test(faults_say_where_and_what),
        cmocka_unit_test(all_faults_are_found_at_once),
        cmocka_unit_test(every_prefix_is_read_or_refused),
        cmocka_unit_test(failing_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
