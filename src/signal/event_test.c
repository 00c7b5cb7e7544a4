#include "signal/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

static struct event lot_event(void) {
    return (struct event){.at_us = -5,
                          .kind = EVENT_LOT,
                          .source = "노광기1",
                          .name = "started",
                          .lot = "L7",
                          .wafer = "",
                          .recipe = "R",
                          .step = "120",
                          .detail = "{}"};
}

static void test_events_come_back(void **state) {
    (void)state;
    struct event event = lot_event(), back;
    struct text text;
    text_init(&text, 1 << 16);
    event_write(&text, &event);
    const size_t n_one = text.n_bytes;
    event.at_us = INT64_MAX;
    event_write(&text, &event);
    const uint8_t *bytes = (const uint8_t *)text.bytes;
    struct packed_bytes from = {bytes, bytes + text.n_bytes};
    assert_int_equal(event_next(&from, &back, NULL), MARU_OK);
    assert_true(back.at_us == -5);
    for (int i = 0; i < N_EVENT_TEXT; i++) {
        assert_string_equal(back.text[i], event.text[i]);
    }
    assert_int_equal(event_next(&from, &back, NULL), MARU_OK);
    assert_true(back.at_us == INT64_MAX);
    assert_int_equal(event_next(&from, &back, NULL), MARU_MORE);
    for (size_t n = 1; n < n_one; n++) {
        from = (struct packed_bytes){bytes, bytes + n};
        assert_int_equal(event_next(&from, &back, NULL), MARU_E_INPUT);
    }
    text_fini(&text);
}

static void test_what_an_event_needs(void **state) {
    (void)state;
    char longer[EVENT_MAX_TEXT_BYTES + 1];
    memset(longer, 'x', EVENT_MAX_TEXT_BYTES);
    longer[EVENT_MAX_TEXT_BYTES] = '\0';
    struct event event = lot_event();
    maru_error err = {0};
    assert_int_equal(event_check(&event, NULL), MARU_OK);
    event.source = "";
    assert_int_equal(event_check(&event, &err), MARU_E_INPUT);
    assert_string_equal(err.text, "an event needs its source");
    event = lot_event();
    event.lot = longer;
    assert_int_equal(event_check(&event, NULL), MARU_E_LIMIT);
    event.lot = longer + 1;
    assert_int_equal(event_check(&event, NULL), MARU_OK);
    event.detail = "\xff";
    assert_int_equal(event_check(&event, NULL), MARU_E_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_come_back),
        cmocka_unit_test(test_what_an_event_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
