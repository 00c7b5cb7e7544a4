#include "wire/json/floor_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

static maru_status read_one(const char *text, size_t n, struct event *out, struct arena *arena) {
    arena_init(arena, 1 << 20);
    return floor_event_read(text, n, "MES", 7, arena, out, NULL);
}

static void test_what_a_floor_tells(void **state) {
    (void)state;
    static const char started[] =
        "{\"n\":17,\"event\":\"lot_started\",\"at_us\":1700000000123456,\"lot\":\"Pa-63\","
        "\"step\":3,\"recipe\":\"Pa.3\",\"group\":\"Litho\",\"tool\":\"Litho/1\"}";
    static const struct {
        const char *text, *kind, *source, *name, *lot, *step;
        maru_time at_us;
    } row[] = {
        {started, "lot", "Litho/1", "started", "Pa-63", "3", 1700000000123456},
        {"{\"event\":\"tool_state\",\"tool\":\"E1\",\"state\":\"failed\"}", "state", "E1", "state",
         "", "", 7},
        {"{\"event\":\"alarm_set\",\"tool\":\"E1\",\"code\":203}", "alarm", "E1", "set", "", "", 7},
        {"{\"event\":\"lot_released\",\"lot\":\"가\"}", "lot", "MES", "released", "가", "", 7},
        {"{\"event\":\"lot_\"}", "other", "MES", "lot_", "", "", 7},
        {"{\"event\":\"shift\",\"at_us\":\"x\",\"lot\":{}}", "other", "MES", "shift", "", "", 7},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct event event;
        struct arena arena;
        assert_int_equal(read_one(row[i].text, strlen(row[i].text), &event, &arena), MARU_OK);
        assert_string_equal(event.kind, row[i].kind);
        assert_string_equal(event.source, row[i].source);
        assert_string_equal(event.name, row[i].name);
        assert_string_equal(event.lot, row[i].lot);
        assert_string_equal(event.step, row[i].step);
        assert_string_equal(event.detail, row[i].text);
        assert_true(event.at_us == row[i].at_us);
        arena_fini(&arena);
    }
    for (size_t n = 0; n < sizeof started - 1; n++) { // every prefix is refused
        struct event event;
        struct arena arena;
        assert_int_equal(read_one(started, n, &event, &arena), MARU_E_INPUT);
        arena_fini(&arena);
    }
}

static void test_what_is_no_event(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "[]",
                                      "7",
                                      "{}",
                                      "{\"event\":\"\"}",
                                      "{\"event\":[]}",
                                      "{\"event\":\"a\\u0000b\"",
                                      "{\"event\":\"x\"} {}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct event event;
        struct arena arena;
        assert_int_equal(read_one(bad[i], strlen(bad[i]), &event, &arena), MARU_E_INPUT);
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_floor_tells),
        cmocka_unit_test(test_what_is_no_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
