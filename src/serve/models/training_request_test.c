#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/models/training_request.h"

#include <string.h>

// Laws: what is kept of a request reads back as itself, without what is not of the training, in one order whatever the order was; what is
// refused is refused at its member.

static void expect_kept(const char *asked, const char *kept) {
    struct training_request first, second;
    maru_error err = {0};
    if (training_request_read(&first, asked, strlen(asked), true, &err) != MARU_OK) {
        fail_msg("%s: %s", asked, err.text);
    }
    assert_string_equal(first.kept.bytes, kept);
    assert_int_equal(training_request_read(&second, kept, strlen(kept), false, NULL), MARU_OK);
    assert_string_equal(second.kept.bytes, kept);
    assert_string_equal(second.dataset, first.dataset);
    training_request_fini(&first);
    training_request_fini(&second);
}

static void what_is_kept_reads_back(void **state) {
    (void)state;
    expect_kept("{\"dataset\":\"a\"}", "{\"dataset\":\"a\"}");
    expect_kept(
        "{\"target\":\"판정\",\"name\":\"n\",\"dataset\":\"a\",\"feed\":{\"window\":\"w\"}}",
        "{\"dataset\":\"a\",\"target\":\"판정\"}");
    expect_kept(
        "{\"seed\":3,\"level\":0.9,\"leave_out\":[\"b\",\"a\"],\"dataset\":\"a\",\"cap\":2}",
        "{\"cap\":2,\"dataset\":\"a\",\"leave_out\":[\"b\",\"a\"],\"level\":0.90000000000000002"
        ",\"seed\":3}");
}

static void refusals_say_where(void **state) {
    (void)state;
    static const struct {
        const char *asked, *pointer;
        bool is_new;
    } cases[] = {
        {"", "/dataset", true},
        {"[]", "/", true},
        {"{\"dataset\":\"\"}", "/dataset", true},
        {"{\"dataset\":1}", "/dataset", true},
        {"{\"dataset\":\"a\",\"colour\":1}", "/", true},
        {"{\"dataset\":\"a\",\"name\":\"x\"}", "/", false},
        {"{\"dataset\":\"a\",\"feed\":{}}", "/", false},
        {"{\"dataset\":\"a\",\"target\":[\"b\"]}", "/target", true},
        {"{\"dataset\":\"a\",\"target\":\"b\\u0000c\"}", "/", true},
        {"{\"dataset\":\"a\",\"cause\":\"b\"}", "/cause", true},
        {"{\"dataset\":\"a\",\"cause\":[1]}", "/cause", true},
        {"{\"dataset\":\"a\",\"limits\":[\"b\"]}", "/limits", true},
        {"{\"dataset\":\"a\",\"seed\":1.5}", "/seed", true},
        {"{\"dataset\":\"a\",\"seed\":-1}", "/seed", true},
        {"{\"dataset\":\"a\",\"level\":\"0.9\"}", "/level", true},
        {"{\"dataset\":\"a\",\"dataset\":\"b\"}", "/", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct training_request request;
        maru_error err = {0};
        const maru_status st = training_request_read(&request, cases[i].asked,
                                                     strlen(cases[i].asked), cases[i].is_new, &err);
        if (st != MARU_E_INPUT || strcmp(err.file, cases[i].pointer) != 0) {
            fail_msg("%s: %d at %s: %s", cases[i].asked, (int)st, err.file, err.text);
        }
        training_request_fini(&request);
    }
}

// Each text of a list is one wish, and there is room for so many.
static void lists_have_an_end(void **state) {
    (void)state;
    struct training_request request;
    struct text asked;
    maru_error err = {0};
    text_init(&asked, 1 << 20);
    text_addz(&asked, "{\"dataset\":\"a\",\"cause\":[\"a\"");
    for (int i = 0; i < REQUEST_MAX_WISHES; i++) {
        text_addf(&asked, ",\"%d\"", i);
    }
    text_addz(&asked, "]}");
    assert_int_equal(training_request_read(&request, asked.bytes, asked.n_bytes, true, &err),
                     MARU_E_INPUT);
    assert_string_equal(err.file, "/cause");
    training_request_fini(&request);
    text_fini(&asked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_reads_back),
        cmocka_unit_test(refusals_say_where),
        cmocka_unit_test(lists_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
