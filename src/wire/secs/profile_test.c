#include "wire/secs/profile.h"

#include "base/alloc.h"
#include "wire/secs/item_text.h"
#include "wire/secs/trial_etch.h"

static void reads_a_tool(void **state) {
    (void)state;
    struct profile *p = trial_profile(ETCH_TOOL "setting,,t3,,,,,0.5,,\n"
                                                "trace,T1,,,,2001 RECIPE,,0.25,4,100\n");
    assert_int_equal(p->n_variable, 25);
    assert_int_equal(p->n_report, 3);
    assert_int_equal(p->n_event, 13);
    assert_int_equal(p->n_alarm, 2);
    assert_int_equal(p->n_command, 3);
    assert_int_equal(p->set.t3_us, 500000);
    assert_int_equal(p->set.t5_us, 10000000);
    assert_string_equal(p->set.model, "MARU-ETCH");
    const uint32_t limit = profile_variable_named(p, "PressureLimit");
    assert_string_equal(p->variable[limit].id, "6002");
    assert_true(p->variable[limit].has_range && p->variable[limit].low == 0.5);
    assert_int_equal(p->variable[limit].kind, PROFILE_EC);
    assert_int_equal(p->variable[limit].n_value, 6); // F4
    const struct profile_event *event = &p->event[profile_event_at(p, "4003")];
    assert_int_equal(event->means, MEANS_LOT_END);
    const struct profile_report *report = &p->report[event->report[0]];
    assert_string_equal(p->variable[report->variable[1]].name, "WaferCount");
    assert_int_equal(p->trace[0].period_us, 250000);
    assert_int_equal(p->trace[0].n_group, 4);
    const struct profile_command *command = &p->command[profile_command_named(p, "PP_SELECT", 9)];
    assert_int_equal(command->n_parameter, 2);
    assert_string_equal(command->parameter[1], "LOTID");
    assert_string_equal(p->event[command->done].id, "4201");
    assert_int_equal(profile_command_named(p, "PP_SEL", 6), PROFILE_NONE);
    assert_int_equal(profile_event_at(p, "9"), PROFILE_NONE);
    profile_free(p);
    profile_free(NULL);
}

struct fault {
    const char *rows; // behind the header
    uint32_t line, column;
};

static const struct fault faults[] = {
    {"variable,,x,SV,,,,,,\n", 2, 2},
    {"variable,a b,x,SV,,,,,,\n", 2, 2},
    {"variable,1,x,XX,,,,,,\n", 2, 4},
    {"variable,1,x,SV,,,,,,\nvariable,1,y,SV,,,,,,\n", 3, 2},
    {"variable,1,x,SV,,,lot start,,,\n", 2, 7},
    {"variable,1,x,SV,,,,<U4,,\n", 2, 8},
    {"variable,1,x,EC,,,,,1,\n", 2, 10},
    {"variable,1,x,EC,,,,,2,1\n", 2, 10},
    {"variable,1,x,EC,,,,,a,1\n", 2, 9},
    {"report,1,,,,2,,,,\n", 2, 6},
    {"report,1,,,,,,,,\nreport,1,,,,,,,,\n", 3, 2},
    {"event,1,,,,1,,,,\n", 2, 6},
    {"event,1,,,,,lot,,,\n", 2, 7},
    {"alarm,1,x,128,,,,,,\n", 2, 4},
    {"trace,1,,,,,,0,,\n", 2, 8},
    {"trace,1,,,,,,1,x,\n", 2, 9},
    {"command,,,,,,,,,\n", 2, 3},
    {"command,,A,,,,,9,,\n", 2, 8},
    {"setting,,nonsense,,,,,1,,\n", 2, 3},
    {"setting,,t3,,,,,0,,\n", 2, 8},
    {"setting,,id kind,,,,,F4,,\n", 2, 8},
    {"setting,,active,,,,,maybe,,\n", 2, 8},
    {"setting,,open,,,,,1025,,\n", 2, 8},
    {"something,,,,,,,,,\n", 2, 1},
};

static void faults_have_a_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char csv[512];
        snprintf(csv, sizeof csv, "row,id,name,kind,unit,list,means,value,low,high\n%s",
                 faults[i].rows);
        struct profile *p = NULL;
        maru_error err = {0};
        const maru_status st = profile_read(csv, strlen(csv), &p, &err);
        if (st != MARU_E_INPUT || err.row != faults[i].line || err.column != faults[i].column ||
            p || err.text[0] == '\0') {
            fail_msg("%s: %s %u:%u %s", faults[i].rows, maru_status_name(st), err.row, err.column,
                     err.text);
        }
    }
    static const char *const headers[] = {"", "id,name\n", "row,row\n", "row,colour\n", "\xFF\n"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct profile *p = NULL;
        assert_int_equal(profile_read(headers[i], strlen(headers[i]), &p, NULL), MARU_E_INPUT);
    }
}

// Columns may stand in any order, and those that are not needed be left out.
static void columns_in_any_order(void **state) {
    (void)state;
    struct profile *p = trial_profile("name,row,id\n# a remark\n\nP,variable,5\nQ,event,6\n");
    assert_string_equal(p->variable[0].name, "P");
    assert_string_equal(p->event[0].id, "6");
    profile_free(p);
}

static void ids_of_any_kind(void **state) {
    (void)state;
    static const struct {
        const char *item, *id; // NULL: no id
    } cases[] = {
        {"<U4 5>", "5"},
        {"<I1 -5>", "-5"},
        {"<A \"LOT 5\">", "LOT 5"},
        {"<A \"5  \">", "5"},
        {"<B 0x05>", "5"},
        {"<F8 5.0>", "5"},
        {"<U4 1 2>", NULL},
        {"<U4>", NULL},
        {"<L <U4 1>>", NULL},
        {"<A>", NULL},
        {"<BOOLEAN TRUE>", NULL},
        {"<F8 5.5>", NULL},
        {"<A 0x00 \"a\">", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text bytes;
        struct arena arena;
        text_init(&bytes, 1000);
        arena_init(&arena, 10000);
        assert_int_equal(secs_read_text(cases[i].item, strlen(cases[i].item), &bytes, NULL),
                         MARU_OK);
        char id[PROFILE_MAX_ID_BYTES + 1] = "";
        const bool is_id = profile_id_of(trial_decode(bytes.bytes, bytes.n_bytes, &arena), id);
        if (is_id != (cases[i].id != NULL) || (is_id && strcmp(id, cases[i].id) != 0)) {
            fail_msg("%s: '%s'", cases[i].item, id);
        }
        arena_fini(&arena);
        text_fini(&bytes);
    }
    assert_false(profile_id_of(NULL, NULL));
}

static void ids_go_out_in_the_kind_wanted(void **state) {
    (void)state;
    static const struct {
        const char *kind, *id, *want;
    } cases[] = {
        {"U4", "5", "<U4 5>"},
        {"U2", "5", "<U2 5>"},
        {"A", "5", "<A \"5\">"},
        {"U4", "R5", "<A \"R5\">"},
        {"U2", "65536", "<A \"65536\">"},
        {"I8", "-1", "<I8 -1>"},
        {"U4", "007", "<A \"007\">"},
        {"U4", "0", "<U4 0>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char csv[256];
        snprintf(csv, sizeof csv, "row,name,value\nsetting,id kind,%s\n", cases[i].kind);
        struct profile *p = trial_profile(csv);
        struct text bytes, got;
        struct arena arena;
        text_init(&bytes, 1000);
        text_init(&got, 1000);
        arena_init(&arena, 10000);
        profile_put_id(p, cases[i].id, &bytes);
        assert_int_equal(bytes.status, MARU_OK);
        secs_print(trial_decode(bytes.bytes, bytes.n_bytes, &arena), false, &got);
        assert_string_equal(got.bytes, cases[i].want);
        arena_fini(&arena);
        text_fini(&bytes);
        text_fini(&got);
        profile_free(p);
    }
}

static void no_memory(void **state) {
    (void)state;
    static const char csv[] = ETCH_TOOL;
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st != MARU_OK; k++) {
        struct profile *p = NULL;
        alloc_fail_after(k);
        st = profile_read(csv, strlen(csv), &p, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK || (st == MARU_E_MEMORY && !p));
        assert_true(k < 1000);
        profile_free(p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_tool),
        cmocka_unit_test(faults_have_a_place),
        cmocka_unit_test(columns_in_any_order),
        cmocka_unit_test(ids_of_any_kind),
        cmocka_unit_test(ids_go_out_in_the_kind_wanted),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
