#include "wire/secs/item.h"

#include "base/alloc.h"
#include "wire/secs/item_text.h"
#include "wire/secs/trial_lines.h"

#include <math.h>

enum { MAX_BYTES = 1 << 26 };

static const struct secs_item *decode(const uint8_t *bytes, size_t n, struct arena *arena) {
    const struct secs_item *root = NULL;
    maru_error err = {0};
    if (secs_decode(bytes, n, arena, &root, &err) != MARU_OK) {
        fail_msg("%zu bytes: %s", n, err.text);
    }
    return root;
}

static void expect_bytes(const char *where, uint32_t line, const struct text *got,
                         const uint8_t *want, size_t n) {
    assert_int_equal(got->status, MARU_OK);
    if (got->n_bytes != n || (n > 0 && memcmp(got->bytes, want, n) != 0)) {
        fail_msg("%s:%u: %zu bytes written, want %zu", where, line, got->n_bytes, n);
    }
}

// Bytes to text; where is_shortest, back to the same bytes, from the items and from the text.
static void expect_lines(const char *name, bool is_shortest) {
    struct trial_lines lines;
    trial_open(&lines, name);
    for (char *line = trial_next(&lines); line; line = trial_next(&lines)) {
        size_t n = 0;
        uint8_t *bytes = trial_hex(line, &n);
        const char *want = strchr(line, '\t') + 1;
        struct arena arena;
        arena_init(&arena, MAX_BYTES);
        const struct secs_item *root = decode(bytes, n, &arena);
        struct text got, again;
        text_init(&got, MAX_BYTES);
        text_init(&again, MAX_BYTES);
        secs_print(root, false, &got);
        if (strcmp(got.bytes, want) != 0) {
            fail_msg("%s:%u: '%.300s', want '%.300s'", name, lines.line, got.bytes, want);
        }
        maru_error err = {0};
        if (secs_read_text(got.bytes, got.n_bytes, &again, &err) != MARU_OK) {
            fail_msg("%s:%u: %u:%u: %s", name, lines.line, err.row, err.column, err.text);
        }
        text_clear(&got);
        secs_put_item(&got, root);
        if (is_shortest) { // a TRUE of 0x7F is written as 0x01
            expect_bytes(name, lines.line, &again, bytes, n);
            expect_bytes(name, lines.line, &got, bytes, n);
        }
        text_fini(&got);
        text_fini(&again);
        arena_fini(&arena);
        free(bytes);
    }
    assert_true(lines.line > 5);
    trial_close(&lines);
}

static void recorded_items(void **state) {
    (void)state;
    expect_lines("items.txt", true);
    expect_lines("items_big.txt", true);
    expect_lines("items_loose.txt", false);
}

// Each is refused in words of its own, and nothing is touched.
static void bad_items(void **state) {
    (void)state;
    struct trial_lines lines;
    trial_open(&lines, "items_bad.txt");
    for (char *line = trial_next(&lines); line; line = trial_next(&lines)) {
        size_t n = 0;
        uint8_t *bytes = trial_hex(line, &n);
        struct arena arena;
        arena_init(&arena, MAX_BYTES);
        const struct secs_item *root = (const struct secs_item *)&arena;
        maru_error err = {0};
        const maru_status st = secs_decode(bytes, n, &arena, &root, &err);
        if (st != MARU_E_INPUT || err.text[0] == '\0' || err.column == 0 || err.column > n + 1) {
            fail_msg("line %u: %s at %u: %s", lines.line, maru_status_name(st), err.column,
                     err.text);
        }
        assert_ptr_equal(root, &arena);
        assert_int_equal(arena.used_bytes, 0);
        arena_fini(&arena);
        free(bytes);
    }
    assert_int_equal(lines.line, 20);
    trial_close(&lines);
}

struct refusal {
    const char *hex;
    const char *want;
};

static const struct refusal refusals[] = {
    {"40", "the format byte at 0 says that no length follows"},
    {"41", "1 bytes wanted at 1, 0 there"},
    {"430001", "3 bytes wanted at 1, 2 there"},
    {"41034142", "3 bytes wanted at 2, 2 there"},
    {"b1020001", "2 bytes at 0 are no whole number of U4"},
    {"0101", "a list of 1 items at 0, but only 0 bytes follow"},
    {"0102a5020102", "an item is wanted at 6, where the bytes end"},
    {"0103a50107", "a list of 3 items at 0, but only 3 bytes follow"},
    {"fd0100", "the format code 0o77 at 0 is not defined"},
    {"21000000", "2 bytes behind the item, at 2"},
};

static void reasons(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        size_t n = 0;
        uint8_t *bytes = trial_hex(refusals[i].hex, &n);
        struct arena arena;
        arena_init(&arena, MAX_BYTES);
        const struct secs_item *root = NULL;
        maru_error err = {0};
        assert_int_equal(secs_decode(bytes, n, &arena, &root, &err), MARU_E_INPUT);
        assert_string_equal(err.text, refusals[i].want);
        arena_fini(&arena);
        free(bytes);
    }
}

static void put_text(struct text *out, const char *text) {
    maru_error err = {0};
    if (secs_read_text(text, strlen(text), out, &err) != MARU_OK) {
        fail_msg("%s: %u:%u: %s", text, err.row, err.column, err.text);
    }
}

static const char nested[] =
    "<L [4] <A \"LOT\" 0x0D> <L [0]> <L [2] <U4 1 2> <L [1] <F8 0.5>>> <BOOLEAN TRUE>>";

// No prefix of an item is an item, and each is refused without a trace.
static void each_prefix_is_refused(void **state) {
    (void)state;
    struct text whole;
    text_init(&whole, MAX_BYTES);
    put_text(&whole, nested);
    for (size_t n = 1; n < whole.n_bytes; n++) {
        struct arena arena;
        arena_init(&arena, MAX_BYTES);
        const struct secs_item *root = NULL;
        uint8_t *exact = malloc(n);
        assert_non_null(exact);
        memcpy(exact, whole.bytes, n);
        assert_int_equal(secs_decode(exact, n, &arena, &root, NULL), MARU_E_INPUT);
        assert_null(root);
        assert_int_equal(arena.used_bytes, 0);
        free(exact);
        arena_fini(&arena);
    }
    text_fini(&whole);
}

static void walks_by_spans(void **state) {
    (void)state;
    struct text bytes;
    text_init(&bytes, MAX_BYTES);
    put_text(&bytes, nested);
    struct arena arena;
    arena_init(&arena, MAX_BYTES);
    const struct secs_item *root = decode((const uint8_t *)bytes.bytes, bytes.n_bytes, &arena);
    assert_int_equal(root->span, 8);
    assert_int_equal(secs_child(root, 2)->span, 4);
    assert_int_equal(secs_child(root, 3)->kind, SECS_BOOLEAN);
    assert_null(secs_child(root, 4));
    assert_null(secs_child(NULL, 0));
    assert_null(secs_child(secs_child(root, 0), 0));
    int64_t whole = 0;
    assert_true(secs_integer(secs_child(secs_child(root, 2), 0), 1, &whole));
    assert_int_equal(whole, 2);
    assert_false(secs_integer(secs_child(secs_child(root, 2), 0), 2, &whole));
    assert_false(secs_integer(root, 0, &whole));
    arena_fini(&arena);
    text_fini(&bytes);
    text_init(&bytes, 10);
    assert_int_equal(secs_decode(NULL, 0, &arena, &root, NULL), MARU_OK);
    assert_null(root);
}

struct sameness {
    const char *a, *b;
    bool by_value, loosely;
};

static const struct sameness samenesses[] = {
    {"<U1 5>", "<U4 5>", true, true},
    {"<U1 5>", "<I8 5>", true, true},
    {"<U4 5>", "<F4 5>", true, true},
    {"<I1 -1>", "<U8 18446744073709551615>", false, false},
    {"<I8 -9223372036854775808>", "<F8 -9223372036854775808.0>", true, true},
    {"<I8 9223372036854775807>", "<F8 9223372036854775808.0>", false, false},
    {"<U8 18446744073709551615>", "<U8 18446744073709551615>", true, true},
    {"<F4 0.1>", "<F8 0.1>", false, false},
    {"<F4 0.5>", "<F8 0.5>", true, true},
    {"<F4 nan>", "<F8 nan>", true, true},
    {"<F8 inf>", "<F8 -inf>", false, false},
    {"<F8 -0.0>", "<U1 0>", true, true},
    {"<A \"5\">", "<U4 5>", false, true},
    {"<U4 5>", "<A \"5\">", false, true},
    {"<A \"5 \">", "<U4 5>", false, false},
    {"<A \"x\">", "<J \"x\">", true, true},
    {"<A \"x\">", "<B 0x78>", false, false},
    {"<B 0x05>", "<U4 5>", false, true},
    {"<BOOLEAN TRUE>", "<B 0x01>", false, true},
    {"<U4 1 2>", "<U1 1 2>", true, true},
    {"<U4 1 2>", "<U1 1>", false, false},
    {"<U4>", "<I2>", true, true},
    {"<L <U4 1> <L>>", "<L <I1 1> <L>>", true, true},
    {"<L <U4 1> <L>>", "<L <L> <U4 1>>", false, false},
    {"<L <L <U1 1>> <U1 2>>", "<L <L <U1 1> <U1 2>>>", false, false},
    {"<L>", "<A>", false, false},
};

static void same_by_value(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof samenesses / sizeof *samenesses; i++) {
        const struct sameness *c = &samenesses[i];
        struct text a, b;
        text_init(&a, MAX_BYTES);
        text_init(&b, MAX_BYTES);
        put_text(&a, c->a);
        put_text(&b, c->b);
        struct arena arena;
        arena_init(&arena, MAX_BYTES);
        const struct secs_item *x = decode((const uint8_t *)a.bytes, a.n_bytes, &arena);
        const struct secs_item *y = decode((const uint8_t *)b.bytes, b.n_bytes, &arena);
        if (secs_is_same(x, y, SECS_BY_VALUE) != c->by_value ||
            secs_is_same(y, x, SECS_BY_VALUE) != c->by_value ||
            secs_is_same(x, y, SECS_LOOSELY) != c->loosely ||
            secs_is_same(y, x, SECS_LOOSELY) != c->loosely) {
            fail_msg("%s and %s", c->a, c->b);
        }
        assert_true(secs_is_same(x, x, SECS_BY_VALUE));
        assert_false(secs_is_same(x, NULL, SECS_LOOSELY));
        arena_fini(&arena);
        text_fini(&a);
        text_fini(&b);
    }
}

struct text_case {
    const char *text;
    const char *want; // as printed, or "!line:column"
};

static const struct text_case text_cases[] = {
    {"<L\n  <U4 1>\n  <A 'x'>>", "!3:6"},
    {" <L <U4 1>\r\n\t<A>> \n", "<L [2] <U4 1> <A>>"},
    {"<C2 0x00 0x02 \"abc\">", "<C2 0x00 0x02 \"abc\">"},
    {"<F4 16777217>", "<F4 16777216>"},
    {"<F4 1e5>", "<F4 100000>"},
    {"<F8 1e15>", "<F8 1000000000000000.0>"},
    {"<F8 1e16>", "<F8 1e+16>"},
    {"<F8 0.00012>", "<F8 0.00012>"},
    {"<F8 0.000012>", "<F8 1.2e-05>"},
    {"<F8 -0.0>", "<F8 -0.0>"},
    {"<F4 1e39>", "!1:5"},
    {"<F8 1e400>", "!1:5"},
    {"<U1 256>", "!1:5"},
    {"<U1 -1>", "!1:5"},
    {"<U8 18446744073709551616>", "!1:5"},
    {"<I8 -9223372036854775809>", "!1:5"},
    {"<I1 -129>", "!1:5"},
    {"<U4 1.5>", "!1:5"},
    {"<B 0x1>", "!1:4"},
    {"<BOOLEAN true>", "!1:10"},
    {"<X 1>", "!1:2"},
    {"<L [2] <A>>", "!1:11"},
    {"<L [x]>", "!1:5"},
    {"<A \"a", "!1:6"},
    {"<A \"\t\">", "!1:5"},
    {"<A> <A>", "!1:5"},
    {"", "!1:1"},
    {"<L <U4", "!1:7"},
    {"<B 0x00 ... 600 in all>", "!1:9"},
};

static void text_of_items(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof text_cases / sizeof *text_cases; i++) {
        const struct text_case *c = &text_cases[i];
        struct text bytes, got;
        text_init(&bytes, MAX_BYTES);
        text_init(&got, MAX_BYTES);
        text_addz(&bytes, "=");
        maru_error err = {0};
        const maru_status st = secs_read_text(c->text, strlen(c->text), &bytes, &err);
        struct arena arena;
        arena_init(&arena, MAX_BYTES);
        if (st == MARU_OK) {
            secs_print(decode((const uint8_t *)bytes.bytes + 1, bytes.n_bytes - 1, &arena), false,
                       &got);
        } else {
            assert_int_equal(bytes.n_bytes, 1);
            text_addf(&got, "!%u:%u", err.row, err.column);
        }
        if (strcmp(got.bytes, c->want) != 0) {
            fail_msg("'%s': '%s' (%s), want '%s'", c->text, got.bytes, err.text, c->want);
        }
        arena_fini(&arena);
        text_fini(&bytes);
        text_fini(&got);
    }
}

// Depth, count and length have their limits; a length above what three bytes say is never written.
static void limits(void **state) {
    (void)state;
    struct text bytes;
    text_init(&bytes, MAX_BYTES);
    for (uint32_t i = 0; i < SECS_MAX_DEPTH; i++) {
        secs_put_list(&bytes, 1);
    }
    const size_t n = bytes.n_bytes;
    secs_put_list(&bytes, 0);
    struct arena arena;
    arena_init(&arena, MAX_BYTES);
    (void)decode((const uint8_t *)bytes.bytes, bytes.n_bytes, &arena);
    bytes.n_bytes = n;
    secs_put_list(&bytes, 1);
    secs_put_list(&bytes, 0);
    const struct secs_item *root = NULL;
    assert_int_equal(secs_decode((const uint8_t *)bytes.bytes, bytes.n_bytes, &arena, &root, NULL),
                     MARU_E_LIMIT);
    text_clear(&bytes);
    secs_put_list(&bytes, SECS_MAX_ITEMS);
    for (uint32_t i = 0; i < SECS_MAX_ITEMS; i++) {
        secs_put_list(&bytes, 0);
    }
    assert_int_equal(secs_decode((const uint8_t *)bytes.bytes, bytes.n_bytes, &arena, &root, NULL),
                     MARU_E_LIMIT);
    text_clear(&bytes);
    char *long_text = calloc(SECS_MAX_LENGTH + 1, 1);
    assert_non_null(long_text);
    secs_put_bytes(&bytes, SECS_B, long_text, SECS_MAX_LENGTH);
    assert_int_equal(bytes.status, MARU_OK);
    secs_put_bytes(&bytes, SECS_B, long_text, SECS_MAX_LENGTH + 1);
    assert_int_equal(bytes.status, MARU_E_LIMIT);
    free(long_text);
    text_clear(&bytes);
    secs_put_integer(&bytes, SECS_I2, 32768);
    assert_int_equal(bytes.status, MARU_E_RANGE);
    text_fini(&bytes);
    arena_fini(&arena);
}

static void no_memory(void **state) {
    (void)state;
    struct text bytes;
    text_init(&bytes, MAX_BYTES);
    put_text(&bytes, nested);
    struct arena arena;
    arena_init(&arena, MAX_BYTES);
    const struct secs_item *root = NULL;
    alloc_fail_after(0);
    const maru_status st =
        secs_decode((const uint8_t *)bytes.bytes, bytes.n_bytes, &arena, &root, NULL);
    struct text other;
    text_init(&other, MAX_BYTES);
    const maru_status read = secs_read_text(nested, sizeof nested - 1, &other, NULL);
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(st, MARU_E_MEMORY);
    assert_int_equal(read, MARU_E_MEMORY);
    assert_null(root);
    arena_init(&arena, 100);
    assert_int_equal(secs_decode((const uint8_t *)bytes.bytes, bytes.n_bytes, &arena, &root, NULL),
                     MARU_E_LIMIT);
    arena_fini(&arena);
    text_fini(&bytes);
    text_fini(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_items), cmocka_unit_test(bad_items),
        cmocka_unit_test(reasons),        cmocka_unit_test(each_prefix_is_refused),
        cmocka_unit_test(walks_by_spans), cmocka_unit_test(same_by_value),
        cmocka_unit_test(text_of_items),  cmocka_unit_test(limits),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
