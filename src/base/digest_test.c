#include "base/digest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct hex {
    char digit[33];
};

static struct hex hex_of(const struct digest *digest) {
    struct hex hex = {""};
    digest_hex(digest, hex.digit);
    return hex;
}

static struct hex of_bytes(const void *bytes, size_t n) {
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, bytes, n);
    return hex_of(&digest);
}

static struct hex of_double(double value) {
    struct digest digest;
    digest_init(&digest);
    digest_double(&digest, value);
    return hex_of(&digest);
}

static struct hex of_pair(uint64_t a, uint64_t b) {
    struct digest digest;
    digest_init(&digest);
    digest_u64(&digest, a);
    digest_u64(&digest, b);
    return hex_of(&digest);
}

// Stored results carry digests, so that these may never change.
static void golden_values(void **state) {
    (void)state;
    struct digest digest;
    digest_init(&digest);
    assert_string_equal(hex_of(&digest).digit, "2029b9fec8999e87e74caf1e9e447180");
    digest_u64(&digest, 1);
    digest_i64(&digest, -1);
    digest_double(&digest, 0.1);
    digest_bytes(&digest, "golden value", 12);
    assert_string_equal(hex_of(&digest).digit, "1101632aac8c6aa43154bfc6b3fa6707");
}

static void asking_changes_nothing(void **state) {
    (void)state;
    struct digest digest;
    digest_init(&digest);
    digest_u64(&digest, 5);
    const struct hex once = hex_of(&digest);
    assert_string_equal(hex_of(&digest).digit, once.digit);
    assert_int_equal(strspn(once.digit, "0123456789abcdef"), 32);
    assert_int_equal(once.digit[32], '\0');
}

static void the_order_and_the_number_of_values_matter(void **state) {
    (void)state;
    for (uint64_t a = 0; a < 30; a++) {
        for (uint64_t b = 0; b < a; b++) {
            assert_string_not_equal(of_pair(a, b).digit, of_pair(b, a).digit);
        }
    }
    struct hex seen[50];
    struct digest digest;
    digest_init(&digest);
    for (int i = 0; i < 50; i++) { // zeros count too
        seen[i] = hex_of(&digest);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(seen[i].digit, seen[k].digit);
        }
        digest_u64(&digest, 0);
    }
}

static void bytes_end_where_they_end(void **state) {
    (void)state;
    static const unsigned char zeros[40] = {0};
    for (size_t n = 0; n < sizeof zeros; n++) {
        for (size_t m = 0; m < n; m++) {
            assert_string_not_equal(of_bytes(zeros, n).digit, of_bytes(zeros, m).digit);
        }
    }
    struct digest a, b;
    digest_init(&a);
    digest_init(&b);
    digest_bytes(&a, "ab", 2);
    digest_bytes(&a, "c", 1);
    digest_bytes(&b, "a", 1);
    digest_bytes(&b, "bc", 2);
    assert_string_not_equal(hex_of(&a).digit, hex_of(&b).digit);
    assert_string_equal(of_bytes(NULL, 0).digit, of_bytes("", 0).digit);
}

static void equal_doubles_are_equal(void **state) {
    (void)state;
    assert_string_equal(of_double(0.0).digit, of_double(-0.0).digit);
    assert_string_equal(of_double(NAN).digit, of_double(-NAN).digit);
    assert_string_equal(of_double(NAN).digit, of_double(INFINITY - INFINITY).digit);
    assert_string_not_equal(of_double(1.0).digit, of_double(-1.0).digit);
    assert_string_not_equal(of_double(1.0).digit, of_double(nextafter(1.0, 2.0)).digit);
    assert_string_not_equal(of_double(NAN).digit, of_double(INFINITY).digit);
}

static int differing_bits(const struct digest *a, const struct digest *b) {
    const struct hex x = hex_of(a);
    const struct hex y = hex_of(b);
    int n = 0;
    for (int i = 0; i < 32; i++) {
        const char one[2] = {x.digit[i], '\0'};
        const char two[2] = {y.digit[i], '\0'};
        n += __builtin_popcountl(strtoul(one, NULL, 16) ^ strtoul(two, NULL, 16));
    }
    return n;
}

// The law: one bit changed anywhere changes both lanes, and about half of the digest.
static void each_bit_counts(void **state) {
    (void)state;
    int n_sum = 0;
    for (int at = 0; at < 4; at++) {
        for (int bit = 0; bit < 64; bit++) {
            struct digest a, b;
            digest_init(&a);
            digest_init(&b);
            for (int i = 0; i < 4; i++) {
                const uint64_t value = (uint64_t)i * 1000;
                digest_u64(&a, value);
                digest_u64(&b, i == at ? value ^ UINT64_C(1) << bit : value);
            }
            assert_true(a.lane[0] != b.lane[0] && a.lane[1] != b.lane[1]);
            const int n = differing_bits(&a, &b);
            assert_in_range(n, 30, 98); // 64 +- 6 standard deviations
            n_sum += n;
        }
    }
    assert_in_range(n_sum, 256 * 60, 256 * 68);
}

static int compare(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// Small numbers, as results are full of them: no lane alone has two pairs in common.
static void small_pairs_do_not_collide(void **state) {
    (void)state;
    enum { SIDE = 300, N = SIDE * SIDE };
    static uint64_t lane[2][N];
    for (uint64_t i = 0; i < N; i++) {
        struct digest digest;
        digest_init(&digest);
        digest_u64(&digest, i / SIDE);
        digest_u64(&digest, i % SIDE);
        lane[0][i] = digest.lane[0];
        lane[1][i] = digest.lane[1];
    }
    for (int k = 0; k < 2; k++) {
        qsort(lane[k], N, sizeof lane[k][0], compare);
        for (int i = 1; i < N; i++) {
            assert_true(lane[k][i] != lane[k][i - 1]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_values),
        cmocka_unit_test(asking_changes_nothing),
        cmocka_unit_test(the_order_and_the_number_of_values_matter),
        cmocka_unit_test(bytes_end_where_they_end),
        cmocka_unit_test(equal_doubles_are_equal),
        cmocka_unit_test(each_bit_counts),
        cmocka_unit_test(small_pairs_do_not_collide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
