#include "base/status.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#undef fail // cmocka's macro hides ours

static void every_status_has_its_own_name(void **state) {
    (void)state;
    for (int a = MARU_OK; a <= MARU_E_STOPPED; a++) {
        assert_string_not_equal(maru_status_name((maru_status)a), "unknown");
        for (int b = MARU_OK; b < a; b++) {
            assert_string_not_equal(maru_status_name((maru_status)a),
                                    maru_status_name((maru_status)b));
        }
    }
    assert_string_equal(maru_status_name((maru_status)99), "unknown");
}

static void the_version_is_that_of_the_build(void **state) {
    (void)state;
    assert_string_equal(maru_version(), MARU_VERSION);
}

static void an_error_has_its_place(void **state) {
    (void)state;
    maru_error err;
    memset(&err, 0x5A, sizeof err);
    assert_int_equal(fail_at(&err, MARU_E_INPUT, "tools.csv", 3, 7, "no unit in '%s'", "12"),
                     MARU_E_INPUT);
    assert_int_equal(err.code, MARU_E_INPUT);
    assert_int_equal(err.row, 3);
    assert_int_equal(err.column, 7);
    assert_string_equal(err.file, "tools.csv");
    assert_string_equal(err.text, "no unit in '12'");
    assert_int_equal(fail(&err, MARU_E_RANGE, "%d%%", 120), MARU_E_RANGE);
    assert_int_equal(err.row, 0);
    assert_int_equal(err.column, 0);
    assert_string_equal(err.file, "");
    assert_string_equal(err.text, "120%");
}

static void no_record_is_fine(void **state) {
    (void)state;
    assert_int_equal(fail(NULL, MARU_E_LIMIT, "%d", 1), MARU_E_LIMIT);
    assert_int_equal(fail_at(NULL, MARU_E_IO, NULL, 1, 1, "%d", 1), MARU_E_IO);
}

// A caller adds the place to an error by writing the error into itself.
static void a_record_may_be_written_into_itself(void **state) {
    (void)state;
    maru_error err;
    (void)fail_at(&err, MARU_E_INPUT, "routes.csv", 1, 2, "bad");
    (void)fail_at(&err, err.code, err.file, err.row, 9, "%s: %s", err.file, err.text);
    assert_string_equal(err.file, "routes.csv");
    assert_string_equal(err.text, "routes.csv: bad");
    assert_int_equal(err.column, 9);
}

// The law: whatever the length, the texts end in time, at a whole character, and lose no more than
// one.
static void long_texts_are_cut_at_a_character(void **state) {
    (void)state;
    static const char *const character[] = {"a", "\xC3\xA9", "\xEB\xA7\x88", "\xF0\x9F\x8F\xAD"};
    for (size_t kind = 0; kind < 4; kind++) {
        for (size_t lead = 0; lead < 5; lead++) {
            char whole[1000] = "";
            memset(whole, 'x', lead);
            size_t n = lead;
            for (; n < 600; n += kind + 1) {
                memcpy(whole + n, character[kind], kind + 1);
            }
            whole[n] = '\0';
            maru_error err;
            (void)fail_at(&err, MARU_E_INPUT, whole, 1, 1, "%s", whole);
            const size_t n_file = strlen(err.file);
            const size_t n_text = strlen(err.text);
            assert_true(text_is_utf8(err.file, n_file) && text_is_utf8(err.text, n_text));
            assert_in_range(n_file, sizeof err.file - 1 - kind, sizeof err.file - 1);
            assert_in_range(n_text, sizeof err.text - 1 - kind, sizeof err.text - 1);
            assert_memory_equal(err.text, whole, n_text);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_own_name),
        cmocka_unit_test(the_version_is_that_of_the_build),
        cmocka_unit_test(an_error_has_its_place),
        cmocka_unit_test(no_record_is_fine),
        cmocka_unit_test(a_record_may_be_written_into_itself),
        cmocka_unit_test(long_texts_are_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
