#include "base/json.h"

#include "base/alloc.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

// All events as text, `n_more` bytes seen more at a time: `{k(a)n(1)}.`, `!` and the byte for an error.
static void show(const char *bytes, size_t n, size_t n_more, struct text *out) {
    struct json_reader reader;
    json_init(&reader);
    size_t n_seen = n_more < n ? n_more : n;
    for (;;) {
        struct json_event event;
        maru_error err = {0};
        const struct json_reader before = reader;
        const maru_status st = json_next(&reader, bytes, n_seen, n_seen == n, &event, &err);
        if (st == MARU_MORE) {
            assert_true(n_seen < n && memcmp(&before, &reader, sizeof reader) == 0);
            n_seen = n - n_seen > n_more ? n_seen + n_more : n;
            continue;
        }
        if (st != MARU_OK) {
            assert_true(err.text[0] != '\0');
            text_addf(out, "!%s %u", maru_status_name(st), err.column);
            return;
        }
        static const char *const sign[] = {"{", "}", "[", "]", "k", "s", "n", "T", "F", "N", "."};
        text_addz(out, sign[event.kind]);
        if (event.bytes) {
            char meant[300];
            assert_true(event.n <= sizeof meant);
            text_addz(out, "(");
            text_add(out, meant, json_unescape(&event, meant));
            text_addz(out, ")");
        }
        if (event.kind == JSON_END) {
            return;
        }
    }
}

struct json_case {
    const char *input, *want;
};

static const struct json_case cases[] = {
    {"{}", "{}."},
    {" [ ] ", "[]."},
    {"{\"a\":1,\"b\":[true,false,null]}", "{k(a)n(1)k(b)[TFN]}."},
    {"\"\"", "s()."},
    {"-0.5e+3", "n(-0.5e+3)."},
    {"0", "n(0)."},
    {"-0", "n(-0)."},
    {"\"\\u00e9\\ud83d\\ude00\\n\\/\"", "s(\xC3\xA9\xF0\x9F\x98\x80\n/)."},
    {"\"\xEC\x98\xA8\"", "s(\xEC\x98\xA8)."},
    {"[[[[1]]],{\"\":{}}]", "[[[[n(1)]]]{k(){}}]."},
    {"", "!input 1"},
    {"[1,]", "[n(1)!input 4"},
    {"{\"a\":1,}", "{k(a)n(1)!input 8"},
    {"[,1]", "[!input 2"},
    {"[1 2]", "[n(1)!input 4"},
    {"{1:2}", "{!input 2"},
    {"{\"a\" 1}", "{!input 6"},
    {"[1}", "[n(1)!input 3"},
    {"01", "!input 1"},
    {"-01", "!input 1"},
    {"1.", "!input 3"},
    {".5", "!input 1"},
    {"+1", "!input 1"},
    {"1e", "!input 3"},
    {"nul", "!input 4"},
    {"nulL", "!input 4"},
    {"NaN", "!input 1"},
    {"1 1", "n(1)!input 3"},
    {"\"a\nb\"", "!input 3"},
    {"\"\\x\"", "!input 2"},
    {"\"\\u12\"", "!input 2"},
    {"\"\\ud800\"", "!input 2"},
    {"\"\\ud800\\u0041\"", "!input 2"},
    {"\"\\udc00\"", "!input 2"},
    {"\"\xFF\"", "!input 2"},
    {"\xEF\xBB\xBF{}", "!input 1"},
    {"// a\n1", "!input 1"},
};

static void test_events_and_refusals(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out;
        text_init(&out, 1 << 16);
        show(cases[i].input, strlen(cases[i].input), SIZE_MAX, &out);
        if (strcmp(out.bytes, cases[i].want) != 0) {
            fail_msg("row %zu, %s: %s, want %s", i, cases[i].input, out.bytes, cases[i].want);
        }
        text_fini(&out);
    }
}

static void test_any_split_gives_the_same(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t n_more = 1; n_more < 5; n_more++) {
            struct text out;
            text_init(&out, 1 << 16);
            show(cases[i].input, strlen(cases[i].input), n_more, &out);
            if (strcmp(out.bytes, cases[i].want) != 0) {
                fail_msg("row %zu by %zu: %s, want %s", i, n_more, out.bytes, cases[i].want);
            }
            text_fini(&out);
        }
    }
}

static void test_each_prefix_asks_for_more(void **state) {
    (void)state;
    static const char whole[] = "{\"a\\u00e9\":[1.5e3,true,null,\"\\ud83d\\ude00\"],\"b\":{}}";
    for (size_t k = 0; k < sizeof whole - 1; k++) {
        struct json_reader reader;
        json_init(&reader);
        struct json_event event;
        maru_status st = MARU_OK;
        while (st == MARU_OK) {
            st = json_next(&reader, whole, k, false, &event, NULL);
        }
        assert_int_equal(st, MARU_MORE);
    }
}

static void test_depth_is_limited(void **state) {
    (void)state;
    char deep[2 * DOCUMENT_MAX_DEPTH + 4];
    for (size_t over = 0; over < 2; over++) {
        const size_t n = DOCUMENT_MAX_DEPTH + over;
        memset(deep, '[', n);
        memset(deep + n, ']', n);
        struct arena arena;
        arena_init(&arena, 1 << 20);
        struct json_tree tree;
        assert_int_equal(json_read(deep, 2 * n, &arena, &tree, NULL),
                         over ? MARU_E_LIMIT : MARU_OK);
        arena_fini(&arena);
    }
}

static void test_trees(void **state) {
    (void)state;
    static const char text[] = "{\"a\":[1,{\"b\":\"\\u0041,{[\"}],\"c\":null,\"\":true}";
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct json_tree tree;
    assert_int_equal(json_read(text, sizeof text - 1, &arena, &tree, NULL), MARU_OK);
    assert_int_equal(tree.n, 7);
    assert_int_equal(tree.node[0].n_below, 6);
    const uint32_t a = json_member(&tree, 0, "a", 1);
    assert_int_equal(a, 1);
    assert_int_equal(tree.node[a].n_below, 3);
    const uint32_t b = json_member(&tree, 3, "b", 1);
    assert_int_equal(tree.node[b].n_text, 4);
    assert_memory_equal(tree.node[b].text, "A,{[", 4);
    assert_int_equal(json_member(&tree, 0, "c", 1), 5);
    assert_int_equal(json_member(&tree, 0, "", 0), 6);
    assert_int_equal(json_member(&tree, 0, "d", 1), 0);
    assert_int_equal(json_member(&tree, a, "a", 1), 0);
    arena_fini(&arena);
    arena_init(&arena, 64); // a tree that does not fit
    assert_int_equal(json_read(text, sizeof text - 1, &arena, &tree, NULL), MARU_E_LIMIT);
    alloc_fail_after(0);
    arena_fini(&arena);
    arena_init(&arena, 1 << 20);
    assert_int_equal(json_read(text, sizeof text - 1, &arena, &tree, NULL), MARU_E_MEMORY);
    alloc_fail_after(UINT64_MAX);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_and_refusals),
        cmocka_unit_test(test_any_split_gives_the_same),
        cmocka_unit_test(test_each_prefix_asks_for_more),
        cmocka_unit_test(test_depth_is_limited),
        cmocka_unit_test(test_trees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
