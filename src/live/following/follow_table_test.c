#include "live/following/follow_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static maru_status read_text(const char *text, struct follow_table *table, maru_faults **faults) {
    *faults = maru_faults_new();
    assert_non_null(*faults);
    return follow_table_read("follow.csv", text, strlen(text), *faults, table, NULL);
}

static void both_languages_say_the_same(void **state) {
    (void)state;
    static const char *const text[] = {
        "what,name,means\nevent,TRACK_IN,started\nevent,lot/HOLD,held\ntool,ETCH-03,Etch/1\n"
        "step,1000.Gate,Main/3\nproduct,\"P,1\",Pa\nevent,DoorOpened,nothing\n",
        "의미,이름,구분\n착공,TRACK_IN,이벤트\n보류,lot/HOLD,이벤트\nEtch/1,ETCH-03,설비\n"
        "Main/3,1000.Gate,공정\nPa,\"P,1\",제품\n무시,DoorOpened,이벤트\n"};
    struct text written[2];
    for (int i = 0; i < 2; i++) {
        struct follow_table table;
        maru_faults *faults;
        assert_int_equal(read_text(text[i], &table, &faults), MARU_OK);
        const struct follow_row *row = follow_table_find(&table, FOLLOW_EVENT, "TRACK_IN");
        assert_non_null(row);
        assert_int_equal(row->meaning, TOLD_STARTED);
        assert_null(follow_table_find(&table, FOLLOW_TOOL, "TRACK_IN"));
        assert_null(follow_table_find(&table, FOLLOW_EVENT, "track_in"));
        assert_string_equal(follow_table_find(&table, FOLLOW_PRODUCT, "P,1")->means, "Pa");
        text_init(&written[i], 1 << 16);
        follow_table_write(&table, &written[i]);
        follow_table_fini(&table);
        maru_faults_free(faults);
    }
    assert_string_equal(written[0].bytes, written[1].bytes);
    struct follow_table again;
    maru_faults *none;
    assert_int_equal(read_text(written[0].bytes, &again, &none), MARU_OK);
    text_clear(&written[1]);
    follow_table_write(&again, &written[1]); // what is written reads back
    assert_string_equal(written[0].bytes, written[1].bytes);
    follow_table_fini(&again);
    maru_faults_free(none);
    text_fini(&written[0]);
    text_fini(&written[1]);
}

static void all_faults_are_said_at_once(void **state) {
    (void)state;
    struct follow_table table;
    maru_faults *faults;
    char longest[400], text[1024];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    snprintf(text, sizeof text,
             "what,name,means\nlot,A,started\nevent,B,sleeps\ntool,,Etch/1\nevent,C,held\n"
             "event,C,freed\ntool,%s,Etch/1\n",
             longest);
    assert_int_equal(read_text(text, &table, &faults), MARU_E_INPUT);
    static const struct { uint32_t row, column; } want[] = {{2, 1}, {3, 3}, {4, 2}, {6, 2}, {7, 2}};
    assert_int_equal(maru_faults_kept(faults), 5);
    for (size_t i = 0; i < 5; i++) {
        const maru_fault *fault = maru_faults_get(faults, i);
        assert_int_equal(fault->row, want[i].row);
        assert_int_equal(fault->column, want[i].column);
        assert_true(fault->right[0] != '\0');
    }
    maru_faults_free(faults);
    assert_int_equal(read_text("name,means\na,b\n", &table, &faults), MARU_E_INPUT);
    maru_faults_free(faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_languages_say_the_same),
        cmocka_unit_test(all_faults_are_said_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
