#include "base/binary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void write_all(struct text *out) {
    binary_add_u8(out, 200);
    binary_add_u32(out, 0x01020304);
    binary_add_u64(out, UINT64_MAX - 1);
    binary_add_double(out, -0.1);
    binary_add_double(out, -NAN);
    binary_add_string(out, "두께");
    binary_add_string(out, "");
    binary_add_u32(out, 3);
    binary_add_u8(out, 1);
    binary_add_u8(out, 2);
    binary_add_u8(out, 3);
}

// What is written is read back, and whatever is cut off is bad.
static void each_prefix_is_bad(void **state) {
    (void)state;
    struct text out;
    text_init(&out, 1000);
    write_all(&out);
    for (size_t n = 0; n <= out.n_bytes; n++) {
        struct arena arena;
        arena_init(&arena, 1000);
        struct binary in = binary_of(out.bytes, n);
        const uint8_t a = binary_u8(&in);
        const uint32_t b = binary_u32(&in);
        const uint64_t c = binary_u64(&in);
        const double d = binary_double(&in), e = binary_double(&in);
        const char *f = binary_string(&in, &arena), *g = binary_string(&in, &arena);
        const uint32_t n_item = binary_count(&in, 3, 1);
        uint32_t sum = 0;
        for (uint32_t i = 0; i < n_item; i++) {
            sum += binary_u8(&in);
        }
        assert_int_equal(in.is_bad, n < out.n_bytes);
        if (!in.is_bad) {
            assert_int_equal(a, 200);
            assert_int_equal(b, 0x01020304);
            assert_true(c == UINT64_MAX - 1 && d == -0.1 && isnan(e));
            assert_string_equal(f, "두께");
            assert_string_equal(g, "");
            assert_int_equal(sum, 6);
            assert_int_equal(in.left, 0);
        }
        arena_fini(&arena);
    }
    assert_int_equal((unsigned char)out.bytes[1], 4); // low byte first
    text_fini(&out);
}

static void what_cannot_be_is_bad(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1000);
    static const unsigned char many[] = {255, 255, 255, 255, 1, 2, 3};
    struct binary in = binary_of(many, sizeof many);
    assert_int_equal(binary_count(&in, UINT32_MAX, 1), 0);
    assert_true(in.is_bad);
    static const unsigned char nan[] = {0, 0, 0, 0, 0, 0, 0xF8, 0x7F},
                               other[] = {1, 0, 0, 0, 0, 0, 0xF8, 0x7F};
    in = binary_of(nan, sizeof nan);
    assert_true(isnan(binary_double(&in)) && !in.is_bad);
    in = binary_of(other, sizeof other); // one that is never written
    assert_true(isnan(binary_double(&in)) && in.is_bad);
    static const struct {
        size_t n;
        char bytes[2];
    } texts[] = {{1, {0}}, {1, {(char)0xFF}}, {2, {'a', 0}}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct text out;
        text_init(&out, 100);
        binary_add_block(&out, texts[i].bytes, texts[i].n);
        in = binary_of(out.bytes, out.n_bytes);
        assert_string_equal(binary_string(&in, &arena), "");
        assert_true(in.is_bad);
        char letters[8] = "before";
        in = binary_of(out.bytes, out.n_bytes);
        binary_letters(&in, letters, sizeof letters);
        assert_string_equal(letters, "");
        assert_true(in.is_bad);
        text_fini(&out);
    }
    arena_fini(&arena);
}

static void letters_fit_or_are_refused(void **state) {
    (void)state;
    for (size_t n = 1; n < 8; n++) {
        struct text out;
        char letters[8] = "before";
        text_init(&out, 100);
        binary_add_string(&out, "four");
        struct binary in = binary_of(out.bytes, out.n_bytes);
        binary_letters(&in, letters, n);
        assert_string_equal(letters, n > 4 ? "four" : "");
        assert_int_equal(binary_is_end(&in), n > 4);
        text_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_prefix_is_bad),
        cmocka_unit_test(what_cannot_be_is_bad),
        cmocka_unit_test(letters_fit_or_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
