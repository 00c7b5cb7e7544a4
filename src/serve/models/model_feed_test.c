#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/models/model_feed.h"

#include <stdio.h>
#include <string.h>

// Law: what is written reads back the same. And what is no feed is refused where it is wrong.

#define HOUR (INT64_C(3600) * 1000000)

static maru_status read_feed(const char *text, struct model_feed *out, maru_error *err) {
    return model_feed_read(text, strlen(text), out, err);
}

static void test_read_and_written(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool has_truth;
        maru_time within_us;
    } cases[] = {
        {"{\"window\":\"step\"}", false, 0},
        {"{\"window\":\"\\uad6c\\uac04 \\\"1\\\"\"}", false, 0},
        {"{\"window\":\"a\",\"truth\":{\"event\":\"thickness\",\"value\":\"nm\"}}", true,
         168 * HOUR},
        {"{\"truth\":{\"within_h\":0.1,\"value\":\"v\",\"event\":\"e\"},\"window\":\"a\"}", true,
         HOUR / 10},
        {"{\"window\":\"a\",\"truth\":{\"event\":\"e\",\"value\":\"v\",\"within_h\":8760}}", true,
         8760 * HOUR},
        {"{\"window\":\"a\",\"end\":{\"event\":\"pump_replaced\"}}", false, 0},
        {"{\"window\":\"a\",\"end\":{\"event\":\"r\"},\"truth\":{\"event\":\"e\",\"value\":\"v\"}}",
         true, 168 * HOUR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model_feed feed = {0}, again = {0};
        struct text text;
        text_init(&text, 1 << 13);
        assert_int_equal(read_feed(cases[i].text, &feed, NULL), MARU_OK);
        assert_int_equal(feed.has_truth, cases[i].has_truth);
        assert_true(feed.within_us == cases[i].within_us);
        model_feed_write(&feed, &text);
        assert_int_equal(read_feed(text.bytes, &again, NULL), MARU_OK);
        assert_memory_equal(&feed, &again, sizeof feed);
        text_fini(&text);
    }
}

// Any event of the name ends a life, but not what maru says itself.
static void test_ends(void **state) {
    (void)state;
    static const struct {
        const char *kind, *source, *name;
        bool want;
    } cases[] = {{"maintenance", "etch-1", "pump_replaced", true},
                 {"lot", "etch-1", "pump_replaced", true},
                 {"maintenance", "etch-1", "pump", false},
                 {"maintenance", "maru", "pump_replaced", false},
                 {"prediction", "etch-1", "pump_replaced", false}};
    struct model_feed feed = {0}, none = {0};
    assert_int_equal(
        read_feed("{\"window\":\"a\",\"end\":{\"event\":\"pump_replaced\"}}", &feed, NULL),
        MARU_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct event event = {
            .kind = cases[i].kind, .source = cases[i].source, .name = cases[i].name};
        assert_int_equal(model_feed_ends(&feed, &event), cases[i].want);
        assert_false(model_feed_ends(&none, &event));
    }
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *text, *pointer;
    } cases[] = {
        {"", "/feed"},
        {"[]", "/feed"},
        {"{\"window\":\"a\",\"window\":\"b\"}", "/feed"},
        {"{}", "/feed/window"},
        {"{\"window\":\"\"}", "/feed/window"},
        {"{\"window\":\"a\\u0001\"}", "/feed/window"},
        {"{\"window\":3}", "/feed/window"},
        {"{\"window\":\"a\",\"rows\":1}", "/feed"},
        {"{\"window\":\"a\",\"truth\":1}", "/truth"},
        {"{\"window\":\"a\",\"truth\":{\"value\":\"v\"}}", "/truth/event"},
        {"{\"window\":\"a\",\"truth\":{\"event\":\"e\"}}", "/truth/value"},
        {"{\"window\":\"a\",\"truth\":{\"event\":\"e\",\"value\":\"v\",\"x\":1}}", "/truth"},
        {"{\"window\":\"a\",\"truth\":{\"event\":\"e\",\"value\":\"v\",\"within_h\":0}}",
         "/truth/within_h"},
        {"{\"window\":\"a\",\"truth\":{\"event\":\"e\",\"value\":\"v\",\"within_h\":8761}}",
         "/truth/within_h"},
        {"{\"window\":\"a\",\"truth\":{\"event\":\"e\",\"value\":\"v\",\"within_h\":\"1\"}}",
         "/truth/within_h"},
        {"{\"window\":\"a\",\"end\":\"e\"}", "/end"},
        {"{\"window\":\"a\",\"end\":{}}", "/end/event"},
        {"{\"window\":\"a\",\"end\":{\"event\":\"e\",\"value\":\"v\"}}", "/end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model_feed feed = {0};
        maru_error err = {0};
        assert_int_equal(read_feed(cases[i].text, &feed, &err), MARU_E_INPUT);
        if (strcmp(err.file, cases[i].pointer) != 0) {
            fail_msg("%s: %s, want %s", cases[i].text, err.file, cases[i].pointer);
        }
    }
}

static void test_long_names(void **state) {
    (void)state;
    struct model_feed feed = {0};
    for (int n = FEED_MAX_TEXT_BYTES - 1; n <= FEED_MAX_TEXT_BYTES; n++) {
        char text[FEED_MAX_TEXT_BYTES + 64];
        snprintf(text, sizeof text, "{\"window\":\"%0*d\"}", n, 1);
        assert_int_equal(read_feed(text, &feed, NULL),
                         n < FEED_MAX_TEXT_BYTES ? MARU_OK : MARU_E_INPUT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_and_written),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
