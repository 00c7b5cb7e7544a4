#include "control/equipment/mapping.h"

#include "base/alloc.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char good[] =
    "equipment,tool,signal,value,means,subject,reason\n"
    "ETCH-03,Etch/1,ProcessState,RUN,productive,,\n"
    "ETCH-03,Etch/1,ProcessState,IDLE,standby,,\n"
    "ETCH-03,Etch/1,ProcessState,*,not known,,state not in the table\n"
    "ETCH-03,Etch/1,AlarmSet,17,begin unscheduled down: repair,vacuum,\"vacuum, low\"\n"
    "ETCH-03,Etch/1,AlarmClear,17,end unscheduled down,vacuum,\n"
    "ETCH-03,Etch/1,LotStart,,lot begin,,\n"
    "ETCH-03,Etch/1,LotEnd,,lot end,,\n"
    "ETCH-03,Etch/1,EPT,,e116 state,,\n"
    "\n"
    "press,Etch/2,speed,0..0.5,정지,,\n"
    "press,Etch/2,speed,> 0.5,가공,,\n"
    "press,Etch/2,speed,< 0,알수없음,,\n"
    "press,Etch/2,door,true,비계획정지 시작,문,문열림\n"
    "press,Etch/2,door,false,비계획정지 종료,문,\n"
    "press,Etch/2,count,,양품누계,,\n"
    "press,Etch/2,link,0,통신두절,,\n"
    "press,Etch/2,link,1,link back whole,,\n";

static maru_status read(const char *text, size_t n, struct mapping *mapping, maru_faults **faults,
                        maru_error *err) {
    *faults = maru_faults_new();
    assert_non_null(*faults);
    return mapping_read("equipment.csv", text, n, NULL, *faults, mapping, err);
}

static struct sample sample_of(const char *text, double number) {
    struct sample sample = {.at_us = 5, .quality = QUALITY_GOOD};
    if (text) {
        sample.type = SAMPLE_TEXT;
        sample.value.text = text;
        sample.n_text = (uint32_t)strlen(text);
    } else {
        sample.type = SAMPLE_DOUBLE;
        sample.value.number = number;
    }
    return sample;
}

static const struct {
    const char *equipment, *signal, *text;
    double number;
    int kind, substate; // -1: nothing
    const char *reason;
} values[] = {
    {"ETCH-03", "ProcessState", "run", 0, TIMELINE_SAY, E10_SUB_REGULAR, ""},
    {"ETCH-03", "ProcessState", "IDLE", 0, TIMELINE_SAY, E10_SUB_IDLE, ""},
    {"ETCH-03", "ProcessState", "PAUSED", 0, TIMELINE_SAY, E10_SUB_NOT_KNOWN,
     "state not in the table"},
    {"ETCH-03", "AlarmSet", NULL, 17, TIMELINE_BEGIN, E10_SUB_REPAIR, "vacuum, low"},
    {"ETCH-03", "AlarmSet", "17", 0, TIMELINE_BEGIN, E10_SUB_REPAIR, "vacuum, low"},
    {"ETCH-03", "AlarmSet", NULL, 18, -1, -1, ""},
    {"ETCH-03", "AlarmClear", NULL, 17, TIMELINE_END, E10_SUB_FAILED, ""},
    {"ETCH-03", "LotStart", "L123", 0, TIMELINE_BEGIN, E10_SUB_REGULAR, ""},
    {"ETCH-03", "LotEnd", "L123", 0, TIMELINE_END, E10_SUB_REGULAR, ""},
    {"ETCH-03", "EPT", NULL, 0, TIMELINE_SAY, E10_SUB_IDLE, ""},
    {"ETCH-03", "EPT", NULL, 1, TIMELINE_SAY, E10_SUB_REGULAR, ""},
    {"ETCH-03", "EPT", NULL, 2, TIMELINE_SAY, E10_SUB_FAILED, ""},
    {"ETCH-03", "EPT", NULL, 3, -1, -1, ""},
    {"ETCH-03", "EPT", "x", 0, -1, -1, ""},
    {"ETCH-03", "speed", NULL, 0, -1, -1, ""},
    {"press", "speed", NULL, 0, TIMELINE_SAY, E10_SUB_FAILED, ""},
    {"press", "speed", NULL, 0.5, TIMELINE_SAY, E10_SUB_FAILED, ""},
    {"press", "speed", NULL, 0.500001, TIMELINE_SAY, E10_SUB_REGULAR, ""},
    {"press", "speed", NULL, -1, TIMELINE_SAY, E10_SUB_NOT_KNOWN, ""},
    {"press", "speed", "fast", 0, -1, -1, ""},
    {"press", "speed", NULL, (double)NAN, -1, -1, ""},
    {"press", "door", NULL, 1, TIMELINE_BEGIN, E10_SUB_FAILED, "문열림"},
    {"press", "door", "FALSE", 0, TIMELINE_END, E10_SUB_FAILED, ""},
    {"press", "count", NULL, 5, -1, -1, ""},
    {"press", "link", NULL, 0, TIMELINE_LOST, 0, ""},
    {"press", "link", NULL, 1, TIMELINE_BACK_WHOLE, 0, ""},
};

static void values_mean_events(void **state) {
    (void)state;
    struct mapping mapping;
    maru_faults *faults = NULL;
    maru_error err = {0};
    if (read(good, sizeof good - 1, &mapping, &faults, &err) != MARU_OK) {
        fail_msg("%u:%u %s", err.row, err.column, err.text);
    }
    maru_faults_free(faults);
    assert_int_equal(mapping.n_rule, 16);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const struct sample sample = sample_of(values[i].text, values[i].number);
        const uint32_t key = mapping_find(&mapping, values[i].equipment, values[i].signal);
        const struct mapping_rule *rule = mapping_match(&mapping, key, &sample);
        struct timeline_event event = {0};
        const bool is_event = rule && mapping_event(rule, &sample, 0, &event);
        if (is_event != (values[i].kind >= 0) ||
            (is_event && (event.kind != values[i].kind || event.substate != values[i].substate))) {
            fail_msg("row %zu: %d, kind %d, substate %d", i, is_event, event.kind, event.substate);
        }
        if (is_event) {
            assert_int_equal(event.at_us, 5);
            assert_string_equal(event.reason > 0 ? mapping.reasons.name[event.reason - 1] : "",
                                values[i].reason);
        }
    }
    const struct mapping_rule *count =
        &mapping.rule[mapping.first_rule[mapping_find(&mapping, "press", "count")]];
    assert_int_equal(count->meaning, MAPPING_GOOD_TOTAL);
    assert_string_equal(mapping.tools.name[count->tool], "Etch/2");
    assert_int_equal(mapping_find(&mapping, "press", ""), NAME_NONE);
    assert_null(mapping_match(&mapping, NAME_NONE, &(struct sample){0}));
    mapping_fini(&mapping);
    mapping_fini(&mapping);
}

// What begins by one signal and ends by another is one thing by its subject, and lots by their name.
static void subjects_join_signals(void **state) {
    (void)state;
    struct mapping mapping;
    maru_faults *faults = NULL;
    assert_int_equal(read(good, sizeof good - 1, &mapping, &faults, NULL), MARU_OK);
    maru_faults_free(faults);
    static const char *const pair[][2] = {{"AlarmSet", "AlarmClear"}, {"LotStart", "LotEnd"}};
    struct timeline_event begin[2], end[2];
    for (size_t i = 0; i < 2; i++) {
        const struct sample sample = sample_of(i == 0 ? "17" : "L9", 0);
        const uint32_t from = mapping_find(&mapping, "ETCH-03", pair[i][0]);
        const uint32_t to = mapping_find(&mapping, "ETCH-03", pair[i][1]);
        assert_true(mapping_event(mapping_match(&mapping, from, &sample), &sample, 0, &begin[i]));
        assert_true(mapping_event(mapping_match(&mapping, to, &sample), &sample, 0, &end[i]));
        assert_int_equal(begin[i].subject, end[i].subject);
    }
    assert_int_not_equal(begin[0].subject, begin[1].subject);
    mapping_fini(&mapping);
}

static void written_tables_read_back(void **state) {
    (void)state;
    struct mapping mapping, again;
    maru_faults *faults = NULL;
    struct text once, twice;
    text_init(&once, 1 << 20);
    text_init(&twice, 1 << 20);
    assert_int_equal(read(good, sizeof good - 1, &mapping, &faults, NULL), MARU_OK);
    maru_faults_free(faults);
    mapping_write(&mapping, &once);
    assert_int_equal(read(once.bytes, once.n_bytes, &again, &faults, NULL), MARU_OK);
    maru_faults_free(faults);
    mapping_write(&again, &twice);
    assert_string_equal(once.bytes, twice.bytes);
    assert_int_equal(again.n_rule, mapping.n_rule);
    text_fini(&once);
    text_fini(&twice);
    mapping_fini(&mapping);
    mapping_fini(&again);
}

static const struct {
    const char *text;
    uint32_t row, column;
    const char *want;
} bad[] = {
    {"", 0, 0, "the table is empty"},
    {"equipment,signal\nA,x\n", 1, 0, "a required column is missing"},
    {"equipment,signal,means\nA,x,sleeping\n", 2, 3, "not known"},
    {"equipment,signal,means\nA,x,begin\n", 2, 3, "not known"},
    {"equipment,signal,means\nA,x,begin lot\n", 2, 3, "not known"},
    {"equipment,signal,means\nA,,standby\n", 2, 2, "the cell is empty"},
    {"equipment,signal,means,value\nA,x,standby,> fast\n", 2, 4, "not a number"},
    {"equipment,signal,means,value\nA,x,standby,> 1.7976931348623157e308\n", 2, 4, "not a number"},
    {"equipment,signal,means,value\nA,x,standby,1\nA,x,repair,0..5\n", 3, 0, "row 2 says"},
    {"equipment,signal,means,value\nA,x,standby,\nA,x,repair,*\n", 3, 0, "row 2 says"},
    {"equipment,signal,means,value\nA,x,standby,on\nA,y,standby,on\nA,x,repair,ON\n", 4, 0,
     "row 2 says"},
    {"equipment,signal,means,value\nA,x,standby,>= 5\nA,x,repair,<= 5\n", 3, 0, "row 2 says"},
    {"equipment,signal,means\n\"A\nB\",x,standby\n", 2, 1, "a line break"},
};

static void faults_say_where_and_what(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mapping mapping;
        maru_faults *faults = NULL;
        maru_error err = {0};
        const maru_status st = read(bad[i].text, strlen(bad[i].text), &mapping, &faults, &err);
        const maru_fault *fault = maru_faults_get(faults, 0);
        if (st != MARU_E_INPUT || !fault || fault->row != bad[i].row ||
            fault->column != bad[i].column || !strstr(fault->wrong, bad[i].want) ||
            fault->right[0] == '\0') {
            fail_msg("row %zu: %d '%s' at %u:%u", i, (int)st, fault ? fault->wrong : "",
                     fault ? fault->row : 0, fault ? fault->column : 0);
        }
        maru_faults_free(faults);
    }
    static const char beside[] = "equipment,signal,means,value\nA,x,standby,> 5\nA,x,repair,<= 5\n";
    struct mapping mapping;
    maru_faults *faults = NULL;
    assert_int_equal(read(beside, sizeof beside - 1, &mapping, &faults, NULL), MARU_OK);
    maru_faults_free(faults);
    mapping_fini(&mapping);
}

static void tools_are_those_of_the_plant(void **state) {
    (void)state;
    maru_plant *plant = NULL;
    maru_error err = {0};
    if (maru_plant_open("examples/minifab", NULL, &plant, &err) != MARU_OK) {
        fail_msg("%s: %s", err.file, err.text);
    }
    static const char text[] = "equipment,tool,signal,means\n"
                               "A,Diffusion/2,x,standby\n"
                               "B,Diffusion/3,x,standby\n"
                               "C,Diffusion,x,standby\n"
                               "Diffusion/1,,x,standby\n"
                               "D,,x,standby\n";
    maru_faults *faults = maru_faults_new();
    struct mapping mapping;
    assert_int_equal(
        mapping_read("equipment.csv", text, sizeof text - 1, plant, faults, &mapping, &err),
        MARU_E_INPUT);
    assert_int_equal(maru_faults_count(faults, MARU_FAULT), 3);
    assert_int_equal(maru_faults_get(faults, 0)->row, 3);
    assert_int_equal(maru_faults_get(faults, 0)->column, 2);
    assert_int_equal(maru_faults_get(faults, 2)->row, 6);
    maru_faults_free(faults);
    maru_plant_free(plant);
}

static void failing_memory_leaves_nothing(void **state) {
    (void)state;
    for (uint64_t k = 0;; k++) {
        struct mapping mapping;
        maru_error err = {0};
        maru_faults *faults = maru_faults_new();
        alloc_fail_after(k);
        const maru_status st =
            mapping_read("equipment.csv", good, sizeof good - 1, NULL, faults, &mapping, &err);
        alloc_fail_after(UINT64_MAX);
        maru_faults_free(faults);
        if (st == MARU_OK) {
            mapping_fini(&mapping);
            assert_true(k > 5);
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
    }
    for (size_t n = 0; n < sizeof good - 1; n++) { // every prefix is read or refused
        struct mapping mapping;
        maru_faults *faults = NULL;
        const maru_status st = read(good, n, &mapping, &faults, NULL);
        assert_true(st == MARU_OK || st == MARU_E_INPUT);
        if (st == MARU_OK) {
            mapping_fini(&mapping);
        }
        maru_faults_free(faults);
    }
}

static void counters_count_on(void **state) {
    (void)state;
    assert_int_equal(mapping_units(100, 107), 7);
    assert_int_equal(mapping_units(100, 100), 0);
    assert_int_equal(mapping_units(100, 3), 3); // it has begun again
    assert_int_equal(mapping_units(0, 4), 4);
    assert_int_equal(mapping_units(5, -1), 0);
    assert_int_equal(mapping_units(5, (double)NAN), 0);
    assert_int_equal(mapping_units((double)NAN, 4), 4);
    assert_int_equal(mapping_units(0, (double)INFINITY), UINT32_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_mean_events),
        cmocka_unit_test(subjects_join_signals),
        cmocka_unit_test(written_tables_read_back),
        cmocka_unit_test(faults_say_where_and_what),
        cmocka_unit_test(tools_are_those_of_the_plant),
        cmocka_unit_test(failing_memory_leaves_nothing),
        cmocka_unit_test(counters_count_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
