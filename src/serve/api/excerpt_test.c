#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/api/excerpt.h"

#include <string.h>

static void lists_are_cut_and_nothing_else(void **state) {
    (void)state;
    static const struct {
        const char *json, *want;
        size_t most;
    } cases[] = {
        {"{\"a\": 1, \"replications\": [{\"x\": [1, 2]}, {\"x\": \"],}\"}, 3], \"z\": [4, 5]}",
         "{\"a\": 1, \"replications\": [{\"x\": [1, 2]}], \"z\": [4, 5]}", 1},
        {"{\"a\": 1, \"replications\": [{\"x\": [1, 2]}, {\"x\": \"],}\"}, 3], \"z\": [4, 5]}",
         "{\"a\": 1, \"replications\": [{\"x\": [1, 2]}, {\"x\": \"],}\"}], \"z\": [4, 5]}", 2},
        {"{\"replications\": [1, 2, 3]}", "{\"replications\": [1, 2, 3]}", 3},
        {"{\"replications\": [1, 2, 3]}", "{\"replications\": [1, 2, 3]}", 9},
        {"{\"replications\": [1, 2, 3]}", "{\"replications\": [1, 2, 3]}", 0}, // 0: all
        {"{\n\"replications\": [\n{\"a\":1},\n{\"b\":2}\n]\n}\n",
         "{\n\"replications\": [\n{\"a\":1}]\n}\n", 1},
        {"{\"replications\":[]}", "{\"replications\":[]}", 1},
        {"{\"replications\": 7}", "{\"replications\": 7}", 1},
        {"{\"run\": {\"replications\": [1, 2]}, \"s\": \"\\\"\"}",
         "{\"run\": {\"replications\": [1, 2]}, \"s\": \"\\\"\"}", 1}, // not of the outermost
        {"{\"t\": \"\\\"replications\\\": [\", \"replications\": [\"a\\\\\", 2]}",
         "{\"t\": \"\\\"replications\\\": [\", \"replications\": [\"a\\\\\"]}", 1},
        {"{}", "{}", 1},
        {"", "", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out;
        text_init(&out, 1 << 12);
        excerpt_add(&out, cases[i].json, cases[i].most);
        const char *got = out.bytes ? out.bytes : "";
        if (strcmp(got, cases[i].want) != 0) {
            fail_msg("case %zu: '%s', want '%s'", i, got, cases[i].want);
        }
        text_fini(&out);
    }
}

// What is cut off anywhere is no JSON of ours, and still nothing is read behind its end.
static void any_prefix_is_borne(void **state) {
    (void)state;
    static const char whole[] =
        "{\"a\\\"\": [1], \"replications\": [{\"x\": \"\\\\\"}, [2, 3], 4]}";
    for (size_t n = 0; n < sizeof whole; n++) {
        char part[sizeof whole];
        struct text out;
        text_init(&out, 1 << 12);
        memcpy(part, whole, n);
        part[n] = '\0';
        excerpt_add(&out, part, 1);
        assert_int_equal(out.status, MARU_OK);
        assert_true(out.n_bytes <= n);
        text_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_cut_and_nothing_else),
        cmocka_unit_test(any_prefix_is_borne),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
