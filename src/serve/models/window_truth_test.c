#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/models/window_truth.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"

// Cases of how truths come, and the law that the quick way finds what looking at every event finds.

#define S INT64_C(1000000)
#define HOUR (3600 * S)
#define NONE UINT32_MAX

static const struct truth_wanted wanted = {"thickness", "value", 10 * HOUR};

static void test_cases(void **state) {
    (void)state;
    static const struct truth_key event[] = {
        {10 * HOUR, "cd-1", "A", ""},  {12 * HOUR, "cd-1", "A", "2"}, {13 * HOUR, "cd-1", "A", "3"},
        {14 * HOUR, "cd-1", "A", "2"}, {10 * HOUR, "cd-1", "B", ""},  {10 * HOUR, "cd-0", "B", ""},
        {9 * HOUR, "etch-1", "", ""},  {8 * HOUR, "etch-2", "", ""},
    };
    static const struct {
        const char *what;
        struct truth_key window;
        uint32_t want;
    } cases[] = {
        {"later, of the lot", {9 * HOUR, "etch-1", "A", ""}, 0},
        {"at its end", {10 * HOUR, "etch-1", "A", ""}, 0},
        {"the second window of the lot", {11 * HOUR, "etch-1", "A", ""}, 1},
        {"of its wafer", {11 * HOUR, "etch-1", "A", "3"}, 2},
        {"of a lot as a whole, before that of its wafer", {9 * HOUR, "etch-1", "A", "3"}, 0},
        {"told again: the first counts", {11 * HOUR, "etch-1", "A", "2"}, 1},
        {"told again, behind the first", {13 * HOUR, "etch-1", "A", "2"}, 3},
        {"another wafer", {11 * HOUR, "etch-1", "A", "4"}, NONE},
        {"before the window", {15 * HOUR, "etch-1", "A", ""}, NONE},
        {"within the time", {0, "etch-1", "A", ""}, 0},
        {"too late", {-1, "etch-1", "A", ""}, NONE},
        {"another lot", {9 * HOUR, "etch-1", "C", ""}, NONE},
        {"two at once: by the tool", {9 * HOUR, "etch-1", "B", ""}, 5},
        {"no lot: of the tool", {7 * HOUR, "etch-1", "", ""}, 6},
        {"no lot: of the other tool", {7 * HOUR, "etch-2", "", ""}, 7},
        {"no lot: of a third one", {7 * HOUR, "etch-3", "", ""}, NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct truth_list windows = {&cases[i].window, 1};
        const struct truth_list events = {event, sizeof event / sizeof *event};
        uint32_t match = 77;
        assert_int_equal(truth_join(&wanted, &windows, &events, &match, NULL), MARU_OK);
        if (match != cases[i].want) {
            fail_msg("%s: %u, want %u", cases[i].what, match, cases[i].want);
        }
    }
}

static bool comes_before(const struct truth_key *a, const struct truth_key *b) {
    const int tool = strcmp(a->tool, b->tool);
    return a->at_us != b->at_us ? a->at_us < b->at_us
           : tool != 0          ? tool < 0
                                : strcmp(a->wafer, b->wafer) < 0;
}

static uint32_t look_at_all(const struct truth_key *window, const struct truth_list *events) {
    uint32_t first = NONE;
    for (uint32_t i = 0; i < events->n; i++) {
        if (truth_is_of(&wanted, window, &events->key[i]) &&
            (first == NONE || comes_before(&events->key[i], &events->key[first]))) {
            first = i;
        }
    }
    return first;
}

// Few lots, wafers and moments, so that there are many ties.
static struct truth_key draw(uint64_t stream, uint64_t counter) {
    static const char *const tool[] = {"a", "b"}, *const lot[] = {"", "L", "M"},
                             *const wafer[] = {"", "1", "2"};
    const struct random_block r = random_at(7, stream, counter);
    return (struct truth_key){(maru_time)(r.word[0] % 30) * HOUR, tool[r.word[1] % 2],
                              lot[r.word[2] % 3], wafer[r.word[3] % 3]};
}

static void test_law(void **state) {
    (void)state;
    struct truth_key window[40], event[60];
    uint32_t match[40];
    for (uint32_t round = 0; round < 300; round++) {
        const struct truth_list windows = {window, 40}, events = {event, round % 61};
        for (uint32_t i = 0; i < windows.n; i++) {
            window[i] = draw((uint64_t)2 * round, i);
        }
        for (uint32_t i = 0; i < events.n; i++) {
            event[i] = draw((uint64_t)2 * round + 1, i);
        }
        assert_int_equal(truth_join(&wanted, &windows, &events, match, NULL), MARU_OK);
        for (uint32_t i = 0; i < windows.n; i++) {
            assert_int_equal(match[i], look_at_all(&window[i], &events));
        }
    }
}

static void test_memory(void **state) {
    (void)state;
    const struct truth_key key = {0, "a", "L", ""};
    const struct truth_list list = {&key, 1};
    uint32_t match = 0;
    for (uint64_t k = 0; k < 2; k++) {
        alloc_fail_after(k);
        assert_int_equal(truth_join(&wanted, &list, &list, &match, NULL), MARU_E_MEMORY);
    }
    alloc_fail_after(UINT64_MAX);
}

static void test_values(void **state) {
    (void)state;
    static const struct {
        const char *detail, *cell; // NULL: it says nothing
    } cases[] = {
        {"{\"value\":402.75}", "402.75"},
        {"{\"value\":4.0275e2,\"lot\":\"A\"}", "402.75"},
        {"{\"values\":{\"other\":1,\"value\":-0.5}}", "-0.5"},
        {"{\"values\":{\"value\":2},\"value\":1}", "1"},
        {"{\"value\":\"bad\"}", "bad"},
        {"{\"value\":\"\\ubd88\\ub7c9, \\\"A\\\"\"}", "불량, \"A\""},
        {"{\"value\":true}", "true"},
        {"{\"value\":null}", NULL},
        {"{\"value\":\"\"}", NULL},
        {"{\"value\":\"a\\u0000b\"}", NULL},
        {"{\"value\":[1]}", NULL},
        {"{\"value\":1e999}", NULL},
        {"{\"values\":[1]}", NULL},
        {"{\"other\":1}", NULL},
        {"[\"value\",1]", NULL},
        {"{\"value\":1", NULL},
        {"", NULL},
    };
    struct text cell;
    text_init(&cell, TRUTH_MAX_VALUE_BYTES);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bool is_said = truth_value(&wanted, cases[i].detail, &cell);
        if (is_said != (cases[i].cell != NULL) ||
            (is_said && strcmp(cell.bytes, cases[i].cell) != 0)) {
            fail_msg("%s: %s", cases[i].detail, is_said ? cell.bytes : "nothing");
        }
    }
    text_fini(&cell);
    assert_true(truth_number(&wanted, cases[0].detail) == 402.75);
    assert_true(isnan(truth_number(&wanted, cases[4].detail)));
}

static void test_wanted(void **state) {
    (void)state;
    struct event event = {.at_us = 5, .text = {"measurement", "cd-1", "thickness", "A", "2"}};
    assert_true(truth_is_wanted(&wanted, &event));
    const struct truth_key key = truth_key_of(&event);
    assert_true(key.at_us == 5 && strcmp(key.lot, "A") == 0 && strcmp(key.wafer, "2") == 0);
    event.source = "maru";
    assert_false(truth_is_wanted(&wanted, &event));
    event.source = "cd-1";
    event.name = "width";
    assert_false(truth_is_wanted(&wanted, &event));
    event.name = "thickness";
    event.kind = "prediction";
    assert_false(truth_is_wanted(&wanted, &event));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),  cmocka_unit_test(test_law),    cmocka_unit_test(test_memory),
        cmocka_unit_test(test_values), cmocka_unit_test(test_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
