#include "live/following/tying.h"

#include "base/status.h"
#include "plant/plant.h"
#include "sim/trial.h"

// What `maru fake`, GEM tools and execution systems say, in rows: what it is tied to, or why not.

// Tools: Litho 0, 1; Etch-A 2; Ash 3. Ash has one tool. "Coat" is two steps of Main, in different groups.
static const char small[] = "=== products.csv\nproduct,route\nPa,Main\nPb,Short\n"
                            "=== routes.csv\nroute,step,name,tools,time\nMain,1,Coat,Litho,20 "
                            "min\nMain,2,Dry,Etch-A,10 min\n"
                            "Main,3,Coat,Ash,10 min\nShort,1,Only,Litho,10 min\n"
                            "=== tools.csv\ntools,count\nLitho,2\nEtch-A,1\nAsh,1\n"
                            "=== releases.csv\nstream,product,every\na,Pa,1 h\nb,Pb,2 h\n";

enum { ZERO_S = 1700000000 };
#define ZERO_US (INT64_C(1000000) * ZERO_S)

struct bench {
    struct trial t;
    struct tying *tying;
    maru_faults *faults;
};

static struct bench begin(const char *table_text, const char *equipment_text) {
    struct bench b = {.t = trial_new(small, NULL, 1), .faults = maru_faults_new()};
    struct follow_table table = {0};
    struct mapping mapping = {0};
    maru_faults *none = maru_faults_new();
    struct tying_options options = {.model = b.t.model, .zero_us = ZERO_US, .speed = 1};
    if (table_text) {
        assert_int_equal(
            follow_table_read("follow.csv", table_text, strlen(table_text), none, &table, NULL),
            MARU_OK);
        options.table = &table;
    }
    if (equipment_text) {
        assert_int_equal(mapping_read("equipment.csv", equipment_text, strlen(equipment_text), NULL,
                                      none, &mapping, NULL),
                         MARU_OK);
        options.equipment = &mapping;
    }
    assert_int_equal(tying_new(&options, b.faults, &b.tying, NULL), MARU_OK);
    follow_table_fini(&table);
    if (equipment_text) {
        mapping_fini(&mapping);
    }
    maru_faults_free(none);
    return b;
}

static void end(struct bench *b) {
    tying_free(b->tying);
    maru_faults_free(b->faults);
    trial_free(&b->t);
}

static struct tying_lot it_is_at_2(void *context, const char *lot) {
    (void)context;
    const struct tying_lot known = {0, 1}, none = {MARU_NONE, MARU_NONE};
    return strcmp(lot, "known") == 0 ? known : none;
}

struct row {
    const char *kind, *source, *name, *lot, *recipe, *step, *detail;
    int want; // told_kind; -1: nothing follows; -2: untied
    uint32_t tool, at_step;
    const char *why; // of -2
};

static void require_row(struct tying *tying, const struct row *row, size_t i) {
    const struct event event = {.at_us = ZERO_US + 5000000,
                                .kind = row->kind,
                                .source = row->source,
                                .name = row->name,
                                .lot = row->lot,
                                .wafer = "",
                                .recipe = row->recipe,
                                .step = row->step,
                                .detail = row->detail};
    struct tied out;
    maru_error err = {0};
    const maru_status st = tying_read(tying, &event, 77, it_is_at_2, NULL, &out, &err);
    const int got = st == MARU_E_INPUT ? -2 : out.is_needed ? (int)out.told.kind : -1;
    if (got != row->want) {
        fail_msg("row %zu: %d, want %d: %s", i, got, row->want, err.text);
    }
    if (got == -2 && !strstr(err.text, row->why)) {
        fail_msg("row %zu: %s", i, err.text);
    }
    if (got >= 0 && (out.told.tool != row->tool || out.told.step != row->at_step)) {
        fail_msg("row %zu: tool %u, want %u; step %u, want %u", i, out.told.tool, row->tool,
                 out.told.step, row->at_step);
    }
}

#define NO MARU_NONE

static void usual_names_need_no_table(void **state) {
    (void)state;
    static const struct row rows[] = {
        // maru fake
        {"lot", "Fab/MES", "released", "Pa-1", "", "", "{\"product\":\"Pa\",\"wafers\":25}",
         TOLD_RELEASED, NO, NO, ""},
        {"lot", "Fab/MES", "arrived", "Pa-1", "Main.2", "2",
         "{\"product\":\"Pa\",\"route\":\"Main\",\"step\":2,\"group\":\"Etch-A\"}", TOLD_ARRIVED,
         NO, 1, ""},
        {"lot", "Litho/2", "started", "Pa-1", "Main.1", "1",
         "{\"product\":\"Pa\",\"route\":\"Main\",\"step\":1,\"tool\":\"Litho/2\"}", TOLD_STARTED, 1,
         0, ""},
        {"lot", "Litho/2", "finished", "Pa-1", "", "1",
         "{\"route\":\"Main\",\"step\":1,\"tool\":\"Litho/2\"}", TOLD_ENDED, 1, 0, ""},
        {"lot", "Fab/MES", "rework", "Pa-1", "", "1", "{\"route\":\"Main\",\"step\":1}",
         TOLD_REWORK, NO, 0, ""},
        {"lot", "Fab/MES", "skipped", "Pa-1", "", "2", "{\"route\":\"Main\",\"step\":2}",
         TOLD_SKIPPED, NO, 1, ""},
        {"lot", "Fab/MES", "done", "Pa-1", "", "", "{}", TOLD_FINISHED, NO, NO, ""},
        {"state", "Ash/1", "state", "", "", "", "{\"tool\":\"Ash/1\",\"state\":\"failed\"}",
         TOLD_DOWN, 3, NO, ""},
        {"state", "Ash/1", "state", "", "", "", "{\"state\":\"maintenance\"}", TOLD_MAINTENANCE, 3,
         NO, ""},
        {"state", "Ash/1", "state", "", "", "", "{\"state\":\"standby\"}", TOLD_UP, 3, NO, ""},
        {"state", "Ash/1", "state", "", "", "", "{\"state\":\"setup\"}", -1, 3, NO, ""},
        {"alarm", "Ash/1", "set", "", "", "", "{\"code\":203}", -1, NO, NO, ""},
        // GEM tools by a profile: the source is the connection and the tool
        {"lot", "fab2/Litho-1", "started", "Pa-1", "Main.1", "1",
         "{\"ceid\":\"101\",\"values\":{}}", TOLD_STARTED, 0, 0, ""},
        {"lot", "fab2/Litho-1", "finished", "Pa-1", "Main.1", "", "{}", TOLD_ENDED, 0, 0, ""},
        {"state", "fab2/Litho-1", "E10", "", "", "",
         "{\"event\":\"Failed\",\"from\":\"standby\",\"to\":\"unscheduled down\"}", TOLD_DOWN, 0,
         NO, ""},
        {"state", "fab2/Litho-1", "E10", "", "", "",
         "{\"event\":\"Setup\",\"from\":\"standby\",\"to\":\"scheduled down\"}", -1, 0, NO, ""},
        {"state", "fab2/Litho-1", "E10", "", "", "",
         "{\"event\":\"Maintenance\",\"to\":\"scheduled down\"}", TOLD_MAINTENANCE, 0, NO, ""},
        {"state", "fab2/Litho-1", "control", "", "", "", "{\"to\":\"remote\"}", -1, NO, NO, ""},
        {"wafer", "fab2/Litho-1", "moved", "Pa-1", "", "", "{}", -1, NO, NO, ""},
        {"event", "fab2/Litho-1", "ProcessStarted", "Pa-1", "Main.1", "", "{}", TOLD_STARTED, 0, 0,
         ""},
        {"event", "fab2/Litho-1", "DoorOpened", "", "", "", "{}", -1, NO, NO, ""},
        // states that maru has concluded
        {"state", "maru", "Litho/2", "", "", "", "{\"from\":\"standby\",\"to\":\"repair\"}",
         TOLD_DOWN, 1, NO, ""},
        // execution systems
        {"lot", "MES", "TRACK_IN", "Pa-1", "", "", "{\"tool\":\"Etch-A\",\"step_name\":\"Dry\"}",
         TOLD_STARTED, 2, 1, ""},
        {"lot", "MES", "Move-Out", "known", "", "Coat", "{\"tool\":\"ash\"}", TOLD_ENDED, 3, 2, ""},
        {"lot", "MES", "hold", "Pa-1", "", "", "{}", TOLD_HELD, NO, NO, ""},
        {"lot", "MES", "보류해제", "Pa-1", "", "", "{}", TOLD_FREED, NO, NO, ""},
        {"lot", "MES", "scrapped", "Pa-1", "", "", "not json", TOLD_SCRAPPED, NO, NO, ""},
        {"lot", "Ash", "started", "known", "", "", "{}", TOLD_STARTED, 3, 1,
         ""}, // where it is believed
    };
    struct bench b = begin(NULL, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        require_row(b.tying, &rows[i], i);
    }
    end(&b);
}

static void what_cannot_be_tied_says_why(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"lot", "MES", "blessed", "Pa-1", "", "", "{}", -2, 0, 0, "what blessed means"},
        {"lot", "MES", "released", "Pa-1", "", "", "{}", -2, 0, 0, "its product is not told"},
        {"lot", "MES", "released", "Pa-1", "", "", "{\"product\":\"Pz\"}", -2, 0, 0,
         "no product Pz"},
        {"lot", "MES", "started", "", "", "", "{}", -2, 0, 0, "of which lot"},
        {"lot", "MES", "started", "Pa-1", "", "1", "{\"product\":\"Pa\",\"tool\":\"Ion/1\"}", -2, 0,
         0, "no tool Ion/1"},
        {"lot", "MES", "arrived", "Pa-1", "", "", "{}", -2, 0, 0, "at which step"},
        {"lot", "MES", "arrived", "Pa-1", "", "Bake", "{}", -2, 0, 0, "no step Bake"},
        {"lot", "MES", "arrived", "Pa-1", "", "4", "{\"route\":\"Main\"}", -2, 0, 0, "no step 4"},
        {"lot", "MES", "arrived", "Pa-1", "", "Coat", "{\"route\":\"Main\"}", -2, 0, 0,
         "several steps"},
        {"state", "Ion/1", "state", "", "", "", "{\"state\":\"failed\"}", -2, 0, 0,
         "no tool Ion/1"},
    };
    struct bench b = begin(NULL, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        require_row(b.tying, &rows[i], i);
    }
    end(&b);
}

static void a_table_comes_first(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"lot", "MES", "blessed", "Pa-1", "", "Bake", "{\"tool\":\"PHO-7\"}", TOLD_STARTED, 1, 1,
         ""},
        {"lot", "MES", "started", "Pa-1", "", "Bake", "{}", -1, 0, 0, ""},
        {"lot", "MES", "released", "x", "", "", "{\"product\":\"ware 1\"}", TOLD_RELEASED, NO, NO,
         ""},
        {"shift", "ETCH-03", "s", "", "", "", "{\"value\":\"pm\"}", TOLD_MAINTENANCE, 2, NO, ""},
        {"lot", "line/OVEN 9", "track out", "known", "", "", "{}", TOLD_ENDED, 3, 1, ""},
        {"state", "Litho/1", "state", "", "", "", "{\"state\":\"failed\"}", TOLD_DOWN, 0, NO, ""},
    };
    struct bench b =
        begin("what,name,means\nevent,blessed,started\nevent,lot/started,nothing\n"
              "event,shift/s,state\ntool,PHO-7,Litho/2\ntool,ETCH-03,Etch-A/1\n"
              "step,Bake,Main/2\nproduct,ware 1,Pb\ntool,X,Ion/1\nstep,Y,Main/9\n"
              "product,Z,Pz\n",
              "equipment,tool,signal,value,means\nOVEN 9,Ash/1,state,RUN,productive\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        require_row(b.tying, &rows[i], i);
    }
    assert_int_equal(maru_faults_kept(b.faults), 3); // what the plant does not have
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(maru_faults_get(b.faults, i)->row, 9 + i);
    }
    end(&b);
}

static void times_and_order_are_the_tellers(void **state) {
    (void)state;
    struct bench b = begin(NULL, NULL);
    struct event event = {.at_us = ZERO_US + 7,
                          .kind = "lot",
                          .source = "MES",
                          .name = "released",
                          .lot = "a",
                          .wafer = "",
                          .recipe = "",
                          .step = "",
                          .detail = "{\"product\":\"Pa\",\"due_us\":1700000000000100}"};
    struct tied out;
    assert_int_equal(tying_read(b.tying, &event, 77, NULL, NULL, &out, NULL), MARU_OK);
    assert_true(out.told.at_us == 7 && out.told.order == 77 && out.told.due_us == 100);
    event.detail = "{\"product\":\"Pa\",\"n\":5,\"plant_us\":1000,\"plant_due_us\":2000,"
                   "\"priority\":20,\"wafers\":24}";
    assert_int_equal(tying_read(b.tying, &event, 77, NULL, NULL, &out, NULL), MARU_OK);
    assert_true(out.told.at_us == 1000 && out.told.order == 5 && out.told.due_us == 2000);
    assert_true(out.told.priority == 20 && out.told.wafers == 24 && out.has_plant_time);
    event.detail = "{\"product\":\"Pa\",\"due_us\":-9223372036854775808,\"wafers\":99999999999,"
                   "\"plant_us\":9223372036854775807}";
    assert_int_equal(tying_read(b.tying, &event, 77, NULL, NULL, &out, NULL), MARU_OK);
    assert_true(out.told.due_us == INT64_MIN &&
                out.told.wafers == 0); // told_check refuses its time
    end(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_names_need_no_table),
        cmocka_unit_test(what_cannot_be_tied_says_why),
        cmocka_unit_test(a_table_comes_first),
        cmocka_unit_test(times_and_order_are_the_tellers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
