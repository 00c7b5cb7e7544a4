#include "io/gunzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define ZLIB_CONST // its input is not written to
#include <zlib.h>

#include <cmocka.h>

#include "io/files.h"

enum { N_PLAIN = 200000, N_PACKED = 300000 };
static unsigned char plain[N_PLAIN], packed[2 * N_PACKED];

static size_t pack(const void *bytes, size_t n, unsigned char *out, size_t n_out) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    stream.next_in = bytes;
    stream.avail_in = (uInt)n;
    stream.next_out = out;
    stream.avail_out = (uInt)n_out;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return n_out - stream.avail_out;
}

static void fill(void) {
    uint32_t word = 1;
    for (size_t i = 0; i < N_PLAIN; i++) {
        word = word * 1664525 + 1013904223;
        plain[i] = (unsigned char)(i % 7 == 0 ? word >> 24 : i / 100);
    }
}

static void what_was_packed_comes_back(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, N_PLAIN};
    struct text out;
    text_init(&out, N_PLAIN);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const size_t n = pack(plain, sizes[i], packed, N_PACKED);
        text_clear(&out);
        assert_int_equal(gunzip_bytes(packed, n, &out, NULL), MARU_OK);
        assert_int_equal(out.n_bytes, sizes[i]);
        assert_true(sizes[i] == 0 || memcmp(out.bytes, plain, sizes[i]) == 0);
    }
    text_fini(&out);
}

static void members_are_joined(void **state) {
    (void)state;
    struct text out;
    text_init(&out, N_PLAIN);
    size_t n = pack(plain, 1000, packed, N_PACKED);
    n += pack(plain + 1000, 70000, packed + n, N_PACKED);
    assert_int_equal(gunzip_bytes(packed, n, &out, NULL), MARU_OK);
    assert_int_equal(out.n_bytes, 71000);
    assert_memory_equal(out.bytes, plain, 71000);
    text_fini(&out);
}

// Every prefix is refused as cut off, every flipped bit of data or checksum as damage: never a crash, never wrong bytes as if right.
static void damage_is_refused(void **state) {
    (void)state;
    const size_t n = pack(plain, 900, packed, N_PACKED);
    struct text out;
    text_init(&out, N_PLAIN);
    for (size_t k = 0; k < n; k++) {
        text_clear(&out);
        assert_int_equal(gunzip_bytes(packed, k, &out, NULL), MARU_E_INPUT);
    }
    uint32_t n_harmless = 0;
    for (size_t k = 10; k < n; k++) { // behind the header, some of whose bytes say nothing
        packed[k] ^= 0x20;
        text_clear(&out);
        const maru_status st = gunzip_bytes(packed, n, &out, NULL);
        n_harmless += st == MARU_OK; // bits that fill the last byte of the data up
        assert_true(st == MARU_E_INPUT || memcmp(out.bytes, plain, 900) == 0);
        packed[k] ^= 0x20;
    }
    assert_true(n_harmless <= 1);
    packed[n] = 'x';
    text_clear(&out);
    assert_int_equal(gunzip_bytes(packed, n + 1, &out, NULL), MARU_E_INPUT);
    text_fini(&out);
}

static void the_cap_holds(void **state) {
    (void)state;
    static const unsigned char zeros[N_PLAIN];
    const size_t n = pack(zeros, N_PLAIN, packed, N_PACKED);
    struct text out;
    maru_error err = {0};
    text_init(&out, N_PLAIN - 1);
    assert_int_equal(gunzip_bytes(packed, n, &out, &err), MARU_E_LIMIT);
    assert_true(strlen(err.text) > 0);
    text_fini(&out);
}

static void files_come_packed_or_not(void **state) {
    (void)state;
    char path[] = "/tmp/maru-gunzip-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    struct text out;
    text_init(&out, N_PLAIN);
    assert_int_equal(gunzip_file(path, &out, NULL), MARU_OK);
    assert_int_equal(out.n_bytes, 0);
    assert_int_equal(files_replace(path, "plain", 5, NULL), MARU_OK);
    assert_int_equal(gunzip_file(path, &out, NULL), MARU_OK);
    assert_string_equal(out.bytes, "plain");
    const size_t n = pack("packed", 6, packed, N_PACKED);
    assert_int_equal(files_replace(path, packed, n, NULL), MARU_OK);
    text_clear(&out);
    assert_int_equal(gunzip_file(path, &out, NULL), MARU_OK);
    assert_string_equal(out.bytes, "packed");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(gunzip_file(path, &out, NULL), MARU_E_IO);
    text_fini(&out);
}

int main(void) {
    fill();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_back), cmocka_unit_test(members_are_joined),
        cmocka_unit_test(damage_is_refused),          cmocka_unit_test(the_cap_holds),
        cmocka_unit_test(files_come_packed_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
