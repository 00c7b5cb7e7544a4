#include "base/sealed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// What was sealed opens to what it held; each prefix, each other byte, name and version is refused, and says why.
static void what_was_sealed_opens(void **state) {
    (void)state;
    struct text out;
    struct binary held;
    char print[33] = "", again[33];
    maru_error err;
    text_init(&out, 1000);
    text_addz(&out, "before");
    const size_t from = sealed_begin(&out, "MARUTEST", 7);
    binary_add_u64(&out, 12345);
    assert_int_equal(sealed_end(&out, from, NULL), MARU_OK);
    const char *bytes = out.bytes + from;
    const size_t n = out.n_bytes - from;
    assert_int_equal(n, SEALED_HEAD_BYTES + 8 + SEALED_TAIL_BYTES);
    assert_int_equal(sealed_open(bytes, n, "MARUTEST", 7, &held, print, NULL), MARU_OK);
    assert_int_equal(held.left, 8);
    assert_int_equal(binary_u64(&held), 12345);
    assert_int_equal(strlen(print), 32);
    for (size_t k = 0; k < n; k++) {
        assert_int_equal(sealed_open(bytes, k, "MARUTEST", 7, &held, again, NULL), MARU_E_INPUT);
        out.bytes[from + k] ^= 1;
        assert_int_equal(sealed_open(bytes, n, "MARUTEST", 7, &held, again, NULL), MARU_E_INPUT);
        out.bytes[from + k] ^= 1;
    }
    assert_int_equal(sealed_open(bytes, n, "MARUTEST", 8, &held, again, &err), MARU_E_INPUT);
    assert_string_equal(err.text, "a model of version 7, and this program reads 8");
    assert_false(sealed_is(bytes, 7, "MARUTEST"));
    assert_false(sealed_is(bytes, n, "MARUELSE"));
    text_fini(&out);
}

// A text that was too small says so, and holds no half of a seal that opens.
static void a_full_text_is_told(void **state) {
    (void)state;
    struct text out;
    maru_error err;
    text_init(&out, SEALED_HEAD_BYTES + 4);
    const size_t from = sealed_begin(&out, "MARUTEST", 1);
    binary_add_u64(&out, 1);
    assert_int_equal(sealed_end(&out, from, &err), MARU_E_LIMIT);
    text_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens),
        cmocka_unit_test(a_full_text_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
