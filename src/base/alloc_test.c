#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void memory_is_zeroed(void **state) {
    (void)state;
    unsigned char *block = alloc_new(100, 10);
    assert_non_null(block);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(block[i], 0);
    }
    alloc_free(block);
}

static void an_overflowing_size_is_refused(void **state) {
    (void)state;
    assert_null(alloc_new(SIZE_MAX / 2, 3));
    assert_null(alloc_resize(NULL, SIZE_MAX / 2, 3));
}

static void nothing_is_still_a_block(void **state) {
    (void)state;
    void *none = alloc_new(0, 8);
    void *nothing = alloc_resize(NULL, 8, 0);
    assert_non_null(none);
    assert_non_null(nothing);
    assert_ptr_not_equal(none, nothing);
    alloc_free(none);
    alloc_free(nothing);
    alloc_free(NULL);
}

static void resize_keeps_what_was_there(void **state) {
    (void)state;
    char *block = alloc_new(4, 1);
    assert_non_null(block);
    memcpy(block, "abc", 4);
    char *larger = alloc_resize(block, 100000, 1);
    assert_non_null(larger);
    assert_string_equal(larger, "abc");
    alloc_fail_after(0);
    assert_null(alloc_resize(larger, 200000, 1));
    alloc_fail_after(UINT64_MAX);
    assert_string_equal(larger, "abc");
    alloc_free(larger);
}

// The law of the fuse: exactly n requests succeed, and each is counted, granted or not.
static void exactly_n_requests_succeed(void **state) {
    (void)state;
    for (uint64_t n = 0; n < 5; n++) {
        const uint64_t before = alloc_count();
        alloc_fail_after(n);
        for (uint64_t k = 0; k < 8; k++) {
            void *block = k % 2 == 0 ? alloc_new(1, 1) : alloc_resize(NULL, 1, 1);
            assert_int_equal(block != NULL, k < n);
            alloc_free(block);
        }
        assert_int_equal(alloc_count() - before, 8);
    }
    alloc_fail_after(UINT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed),
        cmocka_unit_test(an_overflowing_size_is_refused),
        cmocka_unit_test(nothing_is_still_a_block),
        cmocka_unit_test(resize_keeps_what_was_there),
        cmocka_unit_test(exactly_n_requests_succeed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
