#include "plant/faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void add(maru_faults *faults, maru_severity severity, const struct fault_place *place,
                const char *format, ...) MARU_PRINTF(4, 5);

static void add(maru_faults *faults, maru_severity severity, const struct fault_place *place,
                const char *format, ...) {
    va_list args;
    va_start(args, format);
    faults_add(faults, severity, place, "something else", format, args);
    va_end(args);
}

// Every fault is counted; a thousand of each severity are kept, so notes never hide a fault.
static void counts_all_and_keeps_some(void **state) {
    (void)state;
    maru_faults *faults = maru_faults_new();
    const struct fault_place place = {.file = "a.csv", .row = 7};
    for (int i = 0; i < FAULTS_MAX_KEPT + 5; i++) {
        add(faults, MARU_NOTE, &place, "note %d", i);
    }
    maru_error err = {0};
    assert_int_equal(faults_status(faults, &err), MARU_OK);
    add(faults, MARU_FAULT, &place, "wrong by %d", 3);
    assert_int_equal(maru_faults_count(faults, MARU_NOTE), FAULTS_MAX_KEPT + 5);
    assert_int_equal(maru_faults_count(faults, MARU_FAULT), 1);
    assert_int_equal(maru_faults_kept(faults), FAULTS_MAX_KEPT + 1);
    const maru_fault *last = maru_faults_get(faults, FAULTS_MAX_KEPT);
    assert_string_equal(last->wrong, "wrong by 3");
    assert_string_equal(last->header, "");
    assert_null(maru_faults_get(faults, FAULTS_MAX_KEPT + 1));
    assert_int_equal(faults_status(faults, &err), MARU_E_INPUT);
    assert_string_equal(err.file, "a.csv");
    assert_int_equal(err.row, 7);
    assert_string_equal(err.text, "wrong by 3: something else");
    maru_faults_free(faults);
    maru_faults_free(NULL);
}

// A long value is cut between characters, whatever its bytes are.
static void shortens_between_characters(void **state) {
    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        char value[400] = "abcd";
        size_t n = lead;
        for (; n + 3 < sizeof value; n += 3) {
            memcpy(value + n, "\xEA\xB0\x80", 3);
        }
        value[n] = '\0';
        maru_faults *faults = maru_faults_new();
        const struct fault_place place = {.value = value, .header = "h"};
        add(faults, MARU_WARNING, &place, "%s", "x");
        const maru_fault *fault = maru_faults_get(faults, 0);
        const size_t n_kept = strlen(fault->value);
        assert_true(n_kept <= FAULTS_MAX_VALUE_BYTES && n_kept > FAULTS_MAX_VALUE_BYTES - 6);
        assert_true(text_is_utf8(fault->value, n_kept));
        assert_string_equal(fault->value + n_kept - 3, "...");
        maru_faults_free(faults);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_all_and_keeps_some),
                                       cmocka_unit_test(shortens_between_characters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
