#include "wire/sparkplug/payload.h"

#include "base/alloc.h"
#include "wire/sparkplug/payload_value.h"
#include "wire/sparkplug/payload_vectors.h"
#include "wire/sparkplug/protobuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

enum { MOST_BYTES = 1 << 20, N_VECTOR = sizeof payload_vectors / sizeof *payload_vectors };

static size_t from_hex(const char *hex, uint8_t *bytes) {
    const size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

static void test_what_another_library_wrote(void **state) {
    (void)state;
    for (size_t i = 0; i < N_VECTOR; i++) {
        const struct payload_vector *v = &payload_vectors[i];
        uint8_t bytes[4096];
        assert_true(strlen(v->hex) / 2 <= sizeof bytes);
        const size_t n = from_hex(v->hex, bytes);
        struct arena arena;
        arena_init(&arena, MOST_BYTES);
        struct text json, again;
        text_init(&json, MOST_BYTES);
        text_init(&again, MOST_BYTES);
        struct payload payload;
        maru_error err = {0};
        if (payload_read(bytes, n, &arena, &payload, &err) != MARU_OK) {
            fail_msg("%s: byte %u: %s", v->name, err.column, err.text);
        }
        payload_json(&payload, &json);
        if (strcmp(json.bytes, v->json) != 0) {
            fail_msg("%s:\n%s\nwant\n%s", v->name, json.bytes, v->json);
        }
        payload_write(&payload, &again);
        if (again.n_bytes != n || memcmp(again.bytes, bytes, n) != 0) {
            fail_msg("%s: written again it has %zu bytes, want %zu the same", v->name,
                     again.n_bytes, n);
        }
        text_fini(&json);
        text_fini(&again);
        arena_fini(&arena);
    }
}

// A part of a message is a shorter message or none; it never reads beyond its end (the sanitizers look).
static void test_each_prefix_is_whole_or_refused(void **state) {
    (void)state;
    size_t n_refused = 0;
    for (size_t i = 0; i < N_VECTOR; i++) {
        uint8_t bytes[4096];
        const size_t n = from_hex(payload_vectors[i].hex, bytes);
        for (size_t k = 0; k < n; k++) {
            uint8_t *part = malloc(k > 0 ? k : 1);
            assert_non_null(part);
            memcpy(part, bytes, k);
            struct arena arena;
            arena_init(&arena, MOST_BYTES);
            struct payload payload = {.seq = 77};
            maru_error err = {0};
            const maru_status st = payload_read(part, k, &arena, &payload, &err);
            if (st != MARU_OK) {
                assert_int_equal(st, MARU_E_INPUT);
                assert_true(err.column >= 1 && err.column <= k + 1 && payload.seq == 77);
                n_refused++;
            }
            arena_fini(&arena);
            free(part);
        }
    }
    assert_true(n_refused > 1000);
}

struct bad_case {
    const char *hex;
    maru_status want;
    uint32_t column;
    const char *part; // of the sentence
};

static void test_what_is_refused(void **state) {
    (void)state;
    static const struct bad_case cases[] = {
        {"08", MARU_E_INPUT, 2, "ends inside a number"},
        {"08ffffffffffffffffff02", MARU_E_INPUT, 11, "more than 64 bits"},
        {"0801"
         "0802",
         MARU_E_INPUT, 4, "twice"},
        {"1801"
         "1802",
         MARU_E_INPUT, 4, "twice"},
        {"0a0101", MARU_E_INPUT, 3, "cannot have"},
        {"1001", MARU_E_INPUT, 2, "cannot have"},
        {"1205", MARU_E_INPUT, 3, "longer than"},
        {"0b0c", MARU_E_INPUT, 2, "not in use"},
        {"0001", MARU_E_INPUT, 2, "cannot be"},
        {"1203"
         "0a01ff",
         MARU_E_INPUT, 5, "not UTF-8"},
        {"1204"
         "50015802",
         MARU_E_INPUT, 6, "two values"},
        {"1206"
         "4a04"
         "0a026161",
         MARU_E_INPUT, 5, "more keys than values"},
        {"1205"
         "8a0102"
         "0801",
         MARU_E_INPUT, 6, "do not fit its columns"},
        {"120c"
         "8a0109"
         "0801"
         "120161"
         "1803"
         "2200",
         MARU_E_INPUT, 6, "do not fit its columns"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[64];
        const size_t n = from_hex(cases[i].hex, bytes);
        struct arena arena;
        arena_init(&arena, MOST_BYTES);
        struct payload payload;
        maru_error err = {0};
        const maru_status st = payload_read(bytes, n, &arena, &payload, &err);
        if (st != cases[i].want || err.column != cases[i].column ||
            !strstr(err.text, cases[i].part)) {
            fail_msg("row %zu: %s, byte %u: %s", i, maru_status_name(st), err.column, err.text);
        }
        arena_fini(&arena);
    }
}

// Unknown fields, and numbers in both forms that protobuf knows, are no fault.
static void test_what_is_let_through(void **state) {
    (void)state;
    static const char hex[] = "3205"
                              "68656c6c6f" // an extension of the payload
                              "1215"
                              "8a0112"
                              "0802"
                              "120161"
                              "120162"
                              "1a02"
                              "0a03"
                              "2204"
                              "0a00"
                              "0a00"
                              "1208"
                              "2003"
                              "50fbffffff0f" // -5 as Int32
                              "120d"
                              "2003"
                              "50fbffffffffffffffff01"; // and in 64 bits
    uint8_t bytes[128];
    const size_t n = from_hex(hex, bytes);
    struct arena arena;
    arena_init(&arena, MOST_BYTES);
    struct payload payload;
    maru_error err = {0};
    if (payload_read(bytes, n, &arena, &payload, &err) != MARU_OK) {
        fail_msg("byte %u: %s", err.column, err.text);
    }
    assert_int_equal(payload.metrics.n, 3);
    const struct payload_metric *metric = payload.metrics.item;
    const uint32_t *types = metric[0].value.data_set->types.item;
    assert_int_equal(types[0], PAYLOAD_DOUBLE);
    assert_int_equal(types[1], PAYLOAD_INT32);
    for (int i = 1; i <= 2; i++) {
        struct sample sample = {0};
        assert_int_equal(
            payload_sample(metric[i].type, false, &metric[i].value, &arena, &sample, NULL),
            MARU_OK);
        assert_int_equal(sample.value.integer, -5);
    }
    arena_fini(&arena);
}

// n templates, each inside the one before: a bomb for readers that call themselves.
static void nest(struct text *out, uint32_t n) {
    struct text inner;
    text_init(&inner, MOST_BYTES);
    for (uint32_t i = 0; i < n; i++) {
        struct text next;
        text_init(&next, MOST_BYTES);
        const size_t metric = protobuf_open(&next, 2);
        const size_t templ = protobuf_open(&next, 18);
        text_add(&next, inner.bytes ? inner.bytes : "", inner.n_bytes);
        protobuf_close(&next, templ);
        protobuf_close(&next, metric);
        text_fini(&inner);
        inner = next;
    }
    text_add(out, inner.bytes, inner.n_bytes);
    text_fini(&inner);
}

static void test_depth_and_counts_are_limited(void **state) {
    (void)state;
    static const struct {
        uint32_t n;
        maru_status want;
    } depths[] = {{1, MARU_OK},
                  {PAYLOAD_MAX_DEPTH / 2, MARU_OK},
                  {PAYLOAD_MAX_DEPTH / 2 + 1, MARU_E_LIMIT},
                  {5000, MARU_E_LIMIT}};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        struct text bomb;
        text_init(&bomb, MOST_BYTES);
        nest(&bomb, depths[i].n);
        struct arena arena;
        arena_init(&arena, MOST_BYTES);
        struct payload payload;
        const maru_status st = payload_read(bomb.bytes, bomb.n_bytes, &arena, &payload, NULL);
        if (st != depths[i].want) {
            fail_msg("%u deep: %s", depths[i].n, maru_status_name(st));
        }
        arena_fini(&arena);
        text_fini(&bomb);
    }
    char *many = malloc((size_t)2 * (PAYLOAD_MAX_METRICS + 1));
    assert_non_null(many);
    for (size_t i = 0; i <= PAYLOAD_MAX_METRICS; i++) {
        many[2 * i] = 0x12; // an empty metric
        many[2 * i + 1] = 0;
    }
    for (size_t over = 0; over < 2; over++) {
        struct arena arena;
        arena_init(&arena, (size_t)1 << 30);
        struct payload payload;
        assert_int_equal(
            payload_read(many, 2 * (PAYLOAD_MAX_METRICS + over), &arena, &payload, NULL),
            over ? MARU_E_LIMIT : MARU_OK);
        arena_fini(&arena);
        arena_init(&arena, 1 << 16); // a small cap is met before any of it is made
        assert_int_equal(
            payload_read(many, (size_t)2 * PAYLOAD_MAX_METRICS, &arena, &payload, NULL),
            MARU_E_LIMIT);
        arena_fini(&arena);
    }
    free(many);
}

static void test_memory_that_fails_is_told(void **state) {
    (void)state;
    uint8_t bytes[4096];
    const size_t n = from_hex(payload_vectors[N_VECTOR - 3].hex, bytes);
    struct arena arena;
    arena_init(&arena, MOST_BYTES);
    struct payload payload = {.seq = 5};
    alloc_fail_after(0);
    const maru_status st = payload_read(bytes, n, &arena, &payload, NULL);
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(st, MARU_E_MEMORY);
    assert_int_equal(payload.seq, 5);
    arena_fini(&arena);
}

struct array_case {
    uint32_t type;
    const char *hex;
    const char *want; // NULL: refused
};

// The examples of clause 6.4.16, and what is wrong by a byte.
static void test_arrays_of_the_specification(void **state) {
    (void)state;
    static const struct array_case cases[] = {
        {PAYLOAD_INT8_ARRAY, "e97b", "[-23,123]"}, // the example says EF, which is -17
        {PAYLOAD_INT16_ARRAY, "d08a3075", "[-30000,30000]"},
        {PAYLOAD_INT32_ARRAY, "fffffffffaafcb12", "[-1,315338746]"},
        {PAYLOAD_INT64_ARRAY, "ce0672ac189cbac4c4ba9c18ac7206ce",
         "[-4270929666821191986,-3601064768563266876]"},
        {PAYLOAD_UINT8_ARRAY, "17fa", "[23,250]"},
        {PAYLOAD_UINT16_ARRAY, "1e0088cc", "[30,52360]"},
        {PAYLOAD_UINT32_ARRAY, "3400000049fb55c4", "[52,3293969225]"},
        {PAYLOAD_UINT64_ARRAY, "3400000000000000d99e02d1b27637e4", "[52,16444743074749521625]"},
        {PAYLOAD_FLOAT_ARRAY, "0000c03f", "[1.5]"},
        {PAYLOAD_DOUBLE_ARRAY, "9a9999999999b93f0000000000000000", "[0.1,0]"},
        {PAYLOAD_BOOLEAN_ARRAY, "0c00000034d0",
         "[false,false,true,true,false,true,false,false,true,true,false,true]"},
        {PAYLOAD_STRING_ARRAY,
         "41424300"
         "68656c6c6f00",
         "[\"ABC\",\"hello\"]"},
        {PAYLOAD_DATE_TIME_ARRAY, "c7d0907524010000", "[1256102875335]"},
        {PAYLOAD_INT32_ARRAY, "", "[]"},
        {PAYLOAD_BOOLEAN_ARRAY, "00000000", "[]"},
        {PAYLOAD_BOOLEAN_ARRAY, "", "[]"},
        {PAYLOAD_STRING_ARRAY, "00", "[\"\"]"},
        {PAYLOAD_INT32_ARRAY, "ffffff", NULL},
        {PAYLOAD_BOOLEAN_ARRAY, "0c000000ff", NULL},
        {PAYLOAD_BOOLEAN_ARRAY, "ffffffff00", NULL},
        {PAYLOAD_BOOLEAN_ARRAY, "0100", NULL},
        {PAYLOAD_STRING_ARRAY, "4142", NULL},
        {PAYLOAD_STRING_ARRAY, "ff00", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[64];
        const size_t n = from_hex(cases[i].hex, bytes);
        const struct payload_value value = {.kind = PAYLOAD_HAS_BYTES,
                                            .text = {(const char *)bytes, (uint32_t)n}};
        struct arena arena;
        arena_init(&arena, MOST_BYTES);
        struct sample sample = {0};
        const maru_status st = payload_sample(cases[i].type, false, &value, &arena, &sample, NULL);
        if ((st == MARU_OK) != (cases[i].want != NULL)) {
            fail_msg("row %zu: %s", i, maru_status_name(st));
        }
        if (st == MARU_OK && (sample.n_text != strlen(cases[i].want) ||
                              memcmp(sample.value.text, cases[i].want, sample.n_text) != 0)) {
            fail_msg("row %zu: %.*s, want %s", i, (int)sample.n_text, sample.value.text,
                     cases[i].want);
        }
        arena_fini(&arena);
    }
}

struct whole_case {
    uint32_t type;
    uint8_t kind;
    bool is_good;
    uint64_t bits;
    int64_t want;
};

static void test_numbers_of_each_width(void **state) {
    (void)state;
    static const struct whole_case cases[] = {
        {PAYLOAD_INT8, PAYLOAD_HAS_INT, true, 0xFB, -5},
        {PAYLOAD_INT8, PAYLOAD_HAS_INT, true, 0xFFFFFFFB, -5},
        {PAYLOAD_INT8, PAYLOAD_HAS_INT, true, 0xFFFFFF80, -128},
        {PAYLOAD_INT8, PAYLOAD_HAS_INT, false, 0xFFFFFF7F, 0},
        {PAYLOAD_INT8, PAYLOAD_HAS_INT, false, 0x100, 0},
        {PAYLOAD_INT16, PAYLOAD_HAS_INT, true, 0x8000, -32768},
        {PAYLOAD_INT16, PAYLOAD_HAS_INT, false, 0x10000, 0},
        {PAYLOAD_INT32, PAYLOAD_HAS_INT, true, 0x80000000, INT32_MIN},
        {PAYLOAD_INT32, PAYLOAD_HAS_LONG, true, UINT64_MAX, -1},
        {PAYLOAD_INT32, PAYLOAD_HAS_LONG, false, UINT64_C(0x7FFFFFFFFFFFFFFF), 0},
        {PAYLOAD_INT64, PAYLOAD_HAS_LONG, true, UINT64_C(1) << 63, INT64_MIN},
        {PAYLOAD_UINT8, PAYLOAD_HAS_INT, true, 255, 255},
        {PAYLOAD_UINT8, PAYLOAD_HAS_INT, false, 256, 0},
        {PAYLOAD_UINT32, PAYLOAD_HAS_INT, true, UINT32_MAX, UINT32_MAX},
        {PAYLOAD_UINT32, PAYLOAD_HAS_LONG, true, UINT32_MAX, UINT32_MAX},
        {PAYLOAD_UINT32, PAYLOAD_HAS_LONG, false, UINT64_C(1) << 32, 0},
        {PAYLOAD_UINT64, PAYLOAD_HAS_LONG, true, INT64_MAX, INT64_MAX},
        {PAYLOAD_DATE_TIME, PAYLOAD_HAS_LONG, true, 1700000000123, 1700000000123},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct payload_value value = {.kind = cases[i].kind, .number = cases[i].bits};
        struct sample sample = {0};
        const maru_status st = payload_sample(cases[i].type, false, &value, NULL, &sample, NULL);
        if (st != (cases[i].is_good ? MARU_OK : MARU_E_RANGE) ||
            sample.value.integer != cases[i].want) {
            fail_msg("row %zu: %s %lld", i, maru_status_name(st), (long long)sample.value.integer);
        }
        struct payload_value back;
        struct sample other = {0};
        if (cases[i].is_good) { // and what we write reads back
            assert_int_equal(payload_value_of(cases[i].type, &sample, &back, NULL), MARU_OK);
            assert_int_equal(payload_sample(cases[i].type, false, &back, NULL, &other, NULL),
                             MARU_OK);
            assert_true(sample_is_same_value(&sample, &other));
        }
    }
    const struct payload_value top = {.kind = PAYLOAD_HAS_LONG, .number = UINT64_MAX};
    struct sample sample = {0};
    assert_int_equal(payload_sample(PAYLOAD_UINT64, false, &top, NULL, &sample, NULL), MARU_OK);
    assert_int_equal(sample.type, SAMPLE_DOUBLE);
    assert_true(sample.value.number == 18446744073709551616.0);
}

static void test_nulls_qualities_and_wrong_kinds(void **state) {
    (void)state;
    struct sample sample = {.at_us = 3};
    const struct payload_value none = {0};
    assert_int_equal(payload_sample(PAYLOAD_DOUBLE, true, &none, NULL, &sample, NULL), MARU_OK);
    assert_true(sample.type == SAMPLE_DOUBLE && isnan(sample.value.number));
    assert_true(sample.quality == QUALITY_BAD && sample.at_us == 3);
    for (uint32_t type = PAYLOAD_INT8; type <= PAYLOAD_UUID; type++) {
        assert_int_equal(payload_sample(type, false, &none, NULL, &sample, NULL), MARU_E_INPUT);
    }
    assert_int_equal(payload_sample(PAYLOAD_UNKNOWN, true, &none, NULL, &sample, NULL),
                     MARU_E_INPUT);
    static const struct {
        uint64_t code;
        uint8_t want;
    } codes[] = {{0, QUALITY_BAD},
                 {192, QUALITY_GOOD},
                 {500, 0x14},
                 {64, QUALITY_UNCERTAIN},
                 {501, QUALITY_BAD}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const struct payload_text key = {"Quality", 7};
        const struct payload_property value = {
            .type = PAYLOAD_INT32, .value = {.kind = PAYLOAD_HAS_INT, .number = codes[i].code}};
        const struct payload_properties set = {.keys = {1, &key}, .values = {1, &value}};
        assert_int_equal(payload_quality(&set), codes[i].want);
    }
    assert_int_equal(payload_quality(NULL), QUALITY_GOOD);
}

static void test_units_of_properties(void **state) {
    static const struct {
        const char *key[2], *value[2], *want;
    } cases[] = {
        {{"engUnit", NULL}, {"°C", NULL}, "°C"},
        {{"Engineering Units", NULL}, {"rpm", NULL}, "rpm"},
        {{"engineering_units", NULL}, {"rpm", NULL}, "rpm"},
        {{"Unit", "engUnit"}, {"K", "°C"}, "°C"}, // the more certain one
        {{"engUnit", "units"}, {"", "bar"}, "bar"},
        {{"engUnit", NULL}, {"a\nb", NULL}, ""},
        {{"Quality", "engLow"}, {"x", "y"}, ""},
        {{"unity", NULL}, {"x", NULL}, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct payload_text key[2];
        struct payload_property value[2] = {{0}};
        uint32_t n = 0;
        for (; n < 2 && cases[i].key[n]; n++) {
            const char *text = cases[i].value[n];
            key[n] = (struct payload_text){cases[i].key[n], (uint32_t)strlen(cases[i].key[n])};
            value[n].type = PAYLOAD_STRING;
            value[n].value = (struct payload_value){.kind = PAYLOAD_HAS_TEXT,
                                                    .text = {text, (uint32_t)strlen(text)}};
        }
        const struct payload_properties set = {.keys = {n, key}, .values = {n, value}};
        const struct payload_text got = payload_unit(&set);
        if (!payload_text_is(got, cases[i].want)) {
            fail_msg("case %zu: %.*s", i, (int)got.n, got.bytes);
        }
        value[0].is_null = true;
        assert_false(n == 1 && payload_unit(&set).n > 0);
    }
    assert_int_equal(payload_unit(NULL).n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_of_properties),
        cmocka_unit_test(test_what_another_library_wrote),
        cmocka_unit_test(test_each_prefix_is_whole_or_refused),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_what_is_let_through),
        cmocka_unit_test(test_depth_and_counts_are_limited),
        cmocka_unit_test(test_memory_that_fails_is_told),
        cmocka_unit_test(test_arrays_of_the_specification),
        cmocka_unit_test(test_numbers_of_each_width),
        cmocka_unit_test(test_nulls_qualities_and_wrong_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
