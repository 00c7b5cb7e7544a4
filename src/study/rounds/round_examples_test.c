#include "study/rounds/round_examples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "study/rounds/round_asking.h"

struct example {
    struct text text[ROUND_FILES];
    struct round_tables tables;
};

static void read_tables(struct example *e) {
    struct round_bytes file[ROUND_FILES] = {{NULL, 0}};
    maru_faults *faults = maru_faults_new();
    maru_error err = {0};
    for (int i = 0; i < ROUND_FILES; i++) {
        if (e->text[i].n_bytes > 0) {
            file[i] = (struct round_bytes){e->text[i].bytes, e->text[i].n_bytes};
        }
    }
    if (round_tables_read(file, faults, &e->tables, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    maru_faults_free(faults);
}

static void init(struct example *e) {
    for (int i = 0; i < ROUND_FILES; i++) {
        text_init(&e->text[i], ROUNDS_MAX_FILE_BYTES);
    }
}

static void fini(struct example *e) {
    round_tables_fini(&e->tables);
    for (int i = 0; i < ROUND_FILES; i++) {
        text_fini(&e->text[i]);
    }
}

static void test_the_national_round_has_the_totals_that_were_reported(void **state) {
    (void)state;
    static struct example e;
    init(&e);
    assert_int_equal(round_example("national_2026", e.text, NULL), MARU_OK);
    read_tables(&e);
    const struct round *round = &e.tables.round;
    int64_t asked = 0, there = 0;
    for (uint32_t i = 0; i < round->n_line; i++) {
        asked += round->line[i].gpus;
    }
    for (uint32_t s = 0; s < round->n_site; s++) {
        there += round_runnable(round, s, 0, NULL);
    }
    assert_int_equal(round->n_application, 514);
    assert_int_equal(asked, 13712);
    assert_int_equal(there, 4224);
    fini(&e);
}

static void test_the_plan_has_260_000_and_power_for_fewer_until_2029(void **state) {
    (void)state;
    static struct example e;
    init(&e);
    assert_int_equal(round_example("korea_260k", e.text, NULL), MARU_OK);
    read_tables(&e);
    const struct round *round = &e.tables.round;
    const uint32_t last = round->rules.n_quarter - 1;
    int64_t arrived = 0, run = 0, run_2028 = 0;
    for (uint32_t s = 0; s < round->n_site; s++) {
        arrived += round->stock[round_stock_at(round, s, 0, last)];
        run += round_runnable(round, s, last, NULL);
        run_2028 += round_runnable(round, s, 9, NULL);
    }
    assert_int_equal(arrived, 260000);
    assert_int_equal(run, 260000);
    assert_in_range(run_2028, 150000, 259999);
    fini(&e);
}

// The same numbers, the same bytes; and whatever is asked for is asked for exactly.
static void test_what_is_generated_adds_up_and_comes_again(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const uint32_t n = 1 + (uint32_t)seed * 37 % 400;
        const struct round_generated what = {
            seed, n, 8 * n + 8 * (uint32_t)(seed % 5) * n, 1 + n / 2, "2026Q2", "2027Q1"};
        static struct example e, again;
        init(&e);
        init(&again);
        assert_int_equal(round_example("national_2026", e.text, NULL), MARU_OK);
        text_clear(&e.text[ROUND_FILE_APPLICATIONS]);
        text_clear(&e.text[ROUND_FILE_SCORES]);
        round_generate(&what, &e.text[ROUND_FILE_APPLICATIONS], &e.text[ROUND_FILE_SCORES]);
        round_generate(&what, &again.text[0], &again.text[1]);
        assert_string_equal(e.text[ROUND_FILE_APPLICATIONS].bytes, again.text[0].bytes);
        assert_string_equal(e.text[ROUND_FILE_SCORES].bytes, again.text[1].bytes);
        read_tables(&e);
        uint32_t asked = 0;
        for (uint32_t i = 0; i < e.tables.round.n_line; i++) {
            asked += e.tables.round.line[i].gpus;
        }
        assert_int_equal(e.tables.round.n_application, n);
        assert_int_equal(asked, what.gpus);
        fini(&e);
        fini(&again);
    }
}

static void test_an_unknown_example_is_refused(void **state) {
    (void)state;
    static struct example e;
    init(&e);
    assert_int_equal(round_example("national", e.text, NULL), MARU_E_USAGE);
    fini(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_national_round_has_the_totals_that_were_reported),
        cmocka_unit_test(test_the_plan_has_260_000_and_power_for_fewer_until_2029),
        cmocka_unit_test(test_what_is_generated_adds_up_and_comes_again),
        cmocka_unit_test(test_an_unknown_example_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
