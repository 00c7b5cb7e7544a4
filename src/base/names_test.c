#include "base/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/alloc.h"

// The law: a name keeps its number, whatever comes after it.
static void test_numbers_stay(void **state) {
    (void)state;
    struct names names;
    names_init(&names, 1 << 20);
    assert_int_equal(names_find(&names, "a", 1), UINT32_MAX);
    for (uint32_t i = 0; i < 5000; i++) {
        char text[16];
        const size_t n = (size_t)snprintf(text, sizeof text, "name%u", i);
        uint32_t number = 0;
        assert_int_equal(names_add(&names, text, n, &number, NULL), MARU_OK);
        assert_int_equal(number, i);
        assert_int_equal(names_add(&names, text, n, &number, NULL), MARU_OK);
        assert_int_equal(number, i);
        assert_string_equal(names.name[i], text);
    }
    assert_int_equal(names_find(&names, "name17", 6), 17);
    assert_int_equal(names_find(&names, "name1", 5), 1);
    assert_int_equal(names_find(&names, "name5000", 8), UINT32_MAX);
    names_fini(&names);
}

static void test_bytes_of_all_kinds(void **state) {
    (void)state;
    struct names names;
    names_init(&names, 1 << 10);
    uint32_t number = 9;
    assert_int_equal(names_add(&names, "", 0, &number, NULL), MARU_OK);
    assert_int_equal(number, 0);
    assert_int_equal(names_add(&names, "a\0b", 3, &number, NULL), MARU_OK);
    assert_int_equal(names_add(&names, "a\0c", 3, &number, NULL), MARU_OK);
    assert_int_equal(number, 2);
    names_fini(&names);
}

static void test_refusals_change_nothing(void **state) {
    (void)state;
    struct names names;
    uint32_t number = 9;
    names_init(&names, 64);
    assert_int_equal(names_add(&names, "first", 5, &number, NULL), MARU_OK);
    maru_status st = MARU_OK;
    for (int i = 0; i < 30 && st == MARU_OK; i++) {
        char text[16];
        st = names_add(&names, text, (size_t)snprintf(text, sizeof text, "next%d", i), &number,
                       NULL);
    }
    assert_int_equal(st, MARU_E_LIMIT);
    assert_int_equal(names_find(&names, "first", 5), 0);
    names_fini(&names);
    for (uint64_t k = 0; k < 4; k++) {
        names_init(&names, 1 << 10);
        alloc_fail_after(k);
        st = names_add(&names, "x", 1, &number, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(st, MARU_E_MEMORY);
        assert_int_equal(names_find(&names, "x", 1), UINT32_MAX);
        assert_int_equal(names_add(&names, "x", 1, &number, NULL), MARU_OK);
        names_fini(&names);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_stay),
        cmocka_unit_test(test_bytes_of_all_kinds),
        cmocka_unit_test(test_refusals_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
