#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/percent.h"

#include <string.h>

static void texts_are_taken_apart(void **state) {
    (void)state;
    static const struct {
        const char *text, *want; // NULL: refused
    } cases[] = {
        {"", ""},
        {"Litho", "Litho"},
        {"CVD%2F3%3bA", "CVD/3;A"},
        {"%EB%85%B8%EA%B4%91#2", "노광#2"},
        {"노광%232", "노광#2"},
        {"50%", "50%"},
        {"50%3", "50%3"},
        {"50%zz", "50%zz"},
        {"%%41", "%A"},
        {"%2541", "%41"}, // once, not twice
        {"a+b", "a+b"},
        {"a%00b", NULL},
        {"%00", NULL},
        {"%2500", "%00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        memcpy(text, cases[i].text, strlen(cases[i].text) + 1);
        const bool is_good = percent_decode(text);
        const char *want = cases[i].want ? cases[i].want : cases[i].text; // as it was
        if (is_good != (cases[i].want != NULL) || strcmp(text, want) != 0) {
            fail_msg("%s: got '%s', want '%s'", cases[i].text, text, want);
        }
    }
}

// What is written is read back, and has no byte in it that means something else.
static void texts_come_through(void **state) {
    (void)state;
    static const char *const names[] = {"CVD/3;A", "a=b", "100%",   "%3B", " a ", "노광 #2",
                                        "*",       "",    "x, y:z", "%",   " ",   "\xff\xfe"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct text out;
        text_init(&out, 1 << 10);
        percent_add(&out, names[i], ";=/");
        if (out.bytes) {
            assert_null(strpbrk(out.bytes, ";=/"));
            assert_true(out.bytes[0] != ' ' && out.bytes[out.n_bytes - 1] != ' ');
            assert_true(percent_decode(out.bytes));
        }
        assert_string_equal(out.bytes ? out.bytes : "", names[i]);
        text_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_taken_apart),
        cmocka_unit_test(texts_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
