#include "wire/secs/hsms.h"

#include "wire/secs/trial_lines.h"

enum { MAX_BYTES = 1 << 26, MAX_FRAME = 1 << 20 };

static const char *const conversations[] = {
    "are_you_there", "clock",    "constants",      "errors",         "establish",
    "events",        "loopback", "online_offline", "remote_command", "establish_equipment_active",
    "hsms_control",  "status",   "interleaved",    "terminal",       "reconnect",
    "trace",
};

// Each recorded frame is its line of text, and is written again as it was.
static void expect_conversation(const char *name) {
    struct trial_lines caps, texts;
    char file[64];
    snprintf(file, sizeof file, "%s.cap", name);
    trial_open(&caps, file);
    snprintf(file, sizeof file, "%s.txt", name);
    trial_open(&texts, file);
    for (char *cap = trial_next(&caps); cap; cap = trial_next(&caps)) {
        const char *want = trial_next(&texts);
        assert_non_null(want);
        if (cap[0] == '#') {
            continue;
        }
        size_t n = 0;
        uint8_t *bytes = trial_hex(strrchr(cap, ' ') + 1, &n);
        struct hsms_frame frame = {0};
        size_t n_used = 0;
        assert_int_equal(hsms_next(bytes, n, MAX_FRAME, &frame, &n_used, NULL), MARU_OK);
        assert_int_equal(n_used, n);
        struct text got, again;
        text_init(&got, MAX_BYTES);
        text_init(&again, MAX_BYTES);
        text_add(&got, want, 4); // the direction
        hsms_print(&frame, &got);
        if (strcmp(got.bytes, want) != 0) {
            fail_msg("%s:%u: '%s', want '%s'", name, caps.line, got.bytes, want);
        }
        hsms_put(&again, &frame.header, frame.body, frame.n_body);
        assert_int_equal(again.n_bytes, n);
        assert_memory_equal(again.bytes, bytes, n);
        text_fini(&got);
        text_fini(&again);
        free(bytes);
    }
    assert_null(trial_next(&texts));
    trial_close(&caps);
    trial_close(&texts);
}

static void recorded_frames(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++) {
        expect_conversation(conversations[i]);
    }
}

static void each_prefix_asks_for_more(void **state) {
    (void)state;
    static const uint8_t whole[] = {0, 0, 0, 12, 0, 1, 0x81, 3, 0, 0, 9, 8, 7, 6, 1, 0};
    struct hsms_frame frame = {.n_body = 77};
    size_t n_used = 99;
    for (size_t n = 0; n < sizeof whole; n++) {
        assert_int_equal(hsms_next(whole, n, 12, &frame, &n_used, NULL), MARU_MORE);
        assert_true(frame.n_body == 77 && n_used == 99);
    }
    assert_int_equal(hsms_next(whole, sizeof whole, 12, &frame, &n_used, NULL), MARU_OK);
    assert_int_equal(n_used, sizeof whole);
    assert_int_equal(frame.n_body, 2);
    assert_int_equal(frame.header.system, 0x09080706);
    assert_true(hsms_wants_reply(&frame.header));
    assert_int_equal(hsms_stream(&frame.header), 1);
    assert_int_equal(hsms_next(whole, 4, 11, &frame, &n_used, NULL), MARU_E_LIMIT);
}

static void refuses_what_is_no_frame(void **state) {
    (void)state;
    static const uint8_t brief[] = {0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const uint8_t huge[] = {0xFF, 0xFF, 0xFF, 0xFF};
    struct hsms_frame frame = {.n_body = 77};
    size_t n_used = 99;
    maru_error err = {0};
    assert_int_equal(hsms_next(brief, sizeof brief, MAX_FRAME, &frame, &n_used, &err),
                     MARU_E_INPUT);
    assert_string_equal(err.text, "a frame of 9 bytes, which is shorter than its header");
    assert_int_equal(hsms_next(huge, sizeof huge, MAX_FRAME, &frame, &n_used, &err), MARU_E_LIMIT);
    assert_string_equal(err.text, "a frame of 4294967295 bytes, 1048576 are allowed");
    assert_true(frame.n_body == 77 && n_used == 99);
}

static void a_full_buffer_holds_no_half_frame(void **state) {
    (void)state;
    struct text out;
    text_init(&out, 20);
    const struct hsms_header header = hsms_data(1, 1, 1, true, 5);
    hsms_put(&out, &header, NULL, 0);
    assert_int_equal(out.n_bytes, 14);
    hsms_put(&out, &header, NULL, 0);
    assert_int_equal(out.n_bytes, 14);
    assert_int_equal(out.status, MARU_E_LIMIT);
    text_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_frames),
        cmocka_unit_test(each_prefix_asks_for_more),
        cmocka_unit_test(refuses_what_is_no_frame),
        cmocka_unit_test(a_full_buffer_holds_no_half_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
