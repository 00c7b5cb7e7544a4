#include "learn/living/living_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "learn/living/trial_living.h"

enum { N_TRAIN = 400, LONG = 10000 };

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.17g is not %.17g within %g", got, want, by);
    }
}

static struct living_rows *open_living(struct trial_world *world, uint32_t n_train) {
    const struct living_options options = living_options_usual();
    struct text bytes;
    struct living_rows *living = NULL;
    maru_error err = {0};
    trial_living_bytes(world, n_train, &bytes);
    assert_true(bytes.n_bytes > 0);
    if (living_rows_new(bytes.bytes, bytes.n_bytes, &options, &living, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(living_rows_bind(living, trial_columns, TRIAL_CELLS, NULL), MARU_OK);
    text_fini(&bytes);
    return living;
}

// The next row is answered, counts, and its truth comes at once. The answer.
static struct model_answer go_on(struct living_rows *living, struct trial_world *world) {
    const struct trial_living_row row = trial_next(world);
    const char *tool = row.cell[4].word;
    struct model_answer answer;
    bool is_judged = false;
    double error = -1;
    living_rows_answer(living, row.cell, tool, &answer);
    assert_int_equal(living_rows_count(living, &is_judged, NULL), MARU_OK);
    struct living_truth truth = {answer.value, row.truth, answer.low, answer.high, tool};
    if (world->goal == MODEL_CLASS) {
        truth.value = living->room.probability[(uint32_t)row.truth];
        truth.truth = 1;
    }
    assert_int_equal(truth_watch_step(&living->truths, &truth, &error, NULL), MARU_OK);
    near(error, trial_error(&row, world->goal), 1e-5);
    return answer;
}

static const uint8_t goals[] = {MODEL_YES_NO, MODEL_CLASS, MODEL_NUMBER};

enum { N_GOAL = sizeof goals / sizeof *goals };

// The first of n rows after which it should not be used any more, n: none.
static uint32_t row_of_end(struct living_rows *living, struct trial_world *world, uint32_t n,
                           enum living_reason *reason) {
    for (uint32_t i = 0; i < n; i++) {
        (void)go_on(living, world);
        *reason = living_rows_reason(living);
        if (*reason != LIVING_FINE) {
            return i;
        }
    }
    return n;
}

// In worlds without drift, where rows are alone or alike, nearly nothing is switched off within LONG rows.
static void without_drift_it_goes_on(void **state) {
    (void)state;
    enum { N_SEED = 8 };
    static const double alike[] = {0, 0.8};
    uint32_t n_off = 0;
    for (uint32_t k = 0; k < 2 * N_GOAL; k++) {
        for (uint64_t seed = 1; seed <= N_SEED; seed++) {
            struct trial_world world = {.seed = seed, .goal = goals[k / 2], .alike = alike[k % 2]};
            enum living_reason reason = LIVING_FINE;
            struct living_rows *living = open_living(&world, N_TRAIN);
            n_off += row_of_end(living, &world, LONG, &reason) < LONG;
            assert_int_equal(living->inputs.n_row,
                             reason == LIVING_FINE ? LONG : living->inputs.n_row);
            living_rows_free(living);
        }
    }
    assert_in_range(n_off, 0, 2); // of 48
}

// A column that the model relies on moves by two standard deviations: it is switched off for its inputs, in every world.
static void inputs_that_drift_end_it(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct trial_world world = {
            .seed = seed, .goal = goals[seed % N_GOAL], .alike = seed % 2 ? 0 : 0.7};
        struct living_rows *living = open_living(&world, N_TRAIN);
        enum living_reason reason = LIVING_FINE;
        assert_int_equal(row_of_end(living, &world, 500, &reason), 500);
        world.shift = 2;
        assert_in_range(row_of_end(living, &world, 600, &reason), 50, 599);
        assert_int_equal(reason, LIVING_INPUTS);
        const struct input_verdict *v = &living->inputs.verdict;
        assert_int_equal(v->worst[0].feature, 0);
        assert_int_equal(v->worst[0].verdict, DRIFT_MUCH);
        near(v->changed, 0.6, 1e-12);
        assert_true(v->largest == v->worst[0].index);
        living_rows_forgive(living);
        assert_int_equal(living_rows_reason(living), LIVING_FINE);
        assert_int_equal(living->inputs.verdict.verdict, DRIFT_UNKNOWN);
        living_rows_free(living);
    }
}

// Where most rows lie far away from what was learned from there is nothing to wait for; where every second does, there may be.
static void rows_that_lie_far_away_end_it_at_once(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct trial_world world = {.seed = seed, .goal = goals[seed % N_GOAL]};
        struct living_rows *living = open_living(&world, N_TRAIN);
        enum living_reason reason = LIVING_FINE;
        const uint32_t before = seed % 2 ? 0 : 210; // nothing has been seen, or a whole ring
        assert_int_equal(row_of_end(living, &world, before, &reason), before);
        for (uint32_t i = 0; i < 60; i++) {
            world.shift = i % 2 ? 0 : 30;
            (void)go_on(living, &world);
            assert_int_equal(living_rows_reason(living), LIVING_FINE);
        }
        living_rows_forgive(living);
        for (uint32_t i = 0; i < 50; i++) {
            world.shift = i % 7 == 6 ? 0 : 30;
            (void)go_on(living, &world);
        }
        reason = living_rows_reason(living);
        assert_int_equal(reason, LIVING_INPUTS);
        assert_int_equal(living->inputs.verdict.worst[0].feature, 0);
        assert_int_equal(living->inputs.verdict.worst[0].verdict, DRIFT_MUCH);
        living_rows_free(living);
    }
}

// The inputs stay, what is to be told moves: it is switched off for its errors. That also holds where rows are alike.
static void errors_that_grow_end_it(void **state) {
    (void)state;
    static const double bias[] = {4, 5, 4};
    static const uint32_t most[] = {300, 1500, 30};
    for (uint64_t seed = 1; seed <= 24; seed++) {
        const uint32_t k = (uint32_t)(seed % N_GOAL);
        struct trial_world world = {.seed = seed, .goal = goals[k], .alike = seed % 2 ? 0 : 0.7};
        struct living_rows *living = open_living(&world, N_TRAIN);
        enum living_reason reason = LIVING_FINE;
        assert_int_equal(row_of_end(living, &world, 500, &reason), 500);
        world.bias = bias[k];
        const uint32_t row = row_of_end(living, &world, 2000, &reason);
        assert_in_range(row, 3, most[k]);
        assert_int_equal(reason, LIVING_ERRORS);
        const struct error_state errors = truth_watch_errors(&living->truths);
        assert_true(errors.sum > errors.bound);
        const double since = truth_watch_mean_since(&living->truths);
        assert_true(since > errors.usual && since > truth_watch_mean(&living->truths));
        living_rows_forgive(living);
        assert_int_equal(living_rows_reason(living), LIVING_FINE);
        living_rows_free(living);
    }
}

// A column that the model hardly looks at may drift as it likes, and so may the mix of words; words never seen may not.
static void what_does_not_matter_ends_nothing(void **state) {
    (void)state;
    struct trial_world world = {.seed = 3, .goal = MODEL_NUMBER};
    struct living_rows *living = open_living(&world, N_TRAIN);
    struct model_answer answer;
    bool is_judged = false;
    for (uint32_t i = 0; i < 600; i++) {
        struct trial_living_row row = trial_next(&world);
        row.cell[2].number += i < 300 ? 10 : 0;
        row.cell[4].word = i < 300 ? row.cell[4].word : "A";
        living_rows_answer(living, row.cell, "A", &answer);
        assert_int_equal(living_rows_count(living, &is_judged, NULL), MARU_OK);
        if (i == 299 || i == 599) { // c, then the columns of the tools
            assert_int_equal(living->inputs.verdict.verdict, DRIFT_SOME);
            assert_int_equal(living->inputs.verdict.worst[0].verdict,
                             i == 299 ? DRIFT_MUCH : DRIFT_SOME); // a half of training had A
            assert_int_equal(living->inputs.verdict.worst[0].feature == 2, i == 299);
        }
    }
    assert_int_equal(living_rows_reason(living), LIVING_FINE);
    for (uint32_t i = 0; i < 220; i++) {
        struct trial_living_row row = trial_next(&world);
        row.cell[4].word = "C";
        living_rows_answer(living, row.cell, "C", &answer);
        assert_int_equal(living_rows_count(living, &is_judged, NULL), MARU_OK);
    }
    assert_int_equal(living_rows_reason(living), LIVING_INPUTS);
    near(living->inputs.verdict.unknown, 1, 0);
    living_rows_free(living);
}

// A word that the recipe leaves out, since the zeros of the others stand for it, is none that was never seen.
static void the_word_that_zeros_stand_for(void **state) {
    (void)state;
    struct trial_world world = {.seed = 4, .goal = MODEL_NUMBER, .is_half_known = true};
    struct living_rows *living = open_living(&world, N_TRAIN);
    assert_string_equal(living->model.recipe.column[4].word[1], "Z");
    for (uint32_t i = 0; i < 400; i++) {
        (void)go_on(living, &world);
    }
    near(living->inputs.verdict.unknown, 0, 0);
    assert_int_equal(living_rows_reason(living), LIVING_FINE);
    living_rows_free(living);
}

// Intervals hold the truth as often as they say, also after the noise has changed; before any truth they are about those of training.
static void intervals_hold(void **state) {
    (void)state;
    struct trial_world world = {.seed = 5, .goal = MODEL_NUMBER};
    struct living_rows *living = open_living(&world, N_TRAIN);
    const double learned = living->model.conformal.above[0];
    const struct conformal_interval first = truth_watch_interval(&living->truths, "A", 0);
    near(first.high, learned, 0.25 * learned);
    assert_true(first.low == -first.high);
    for (uint32_t i = 0; i < 1500; i++) {
        (void)go_on(living, &world);
    }
    world.bias = 2;
    const uint64_t held = living->truths.n_held, n = living->truths.n_interval;
    for (uint32_t i = 0; i < 1500; i++) {
        (void)go_on(living, &world);
    }
    assert_int_equal(n, 1500);
    near((double)held / 1500, 0.8, 0.04);
    near((double)(living->truths.n_held - held) / 1500, 0.8, 0.04);
    living_rows_free(living);
}

// A tool gets widths of its own from TRUTHS_TOOL_ROWS truths on; until then, and for those without a name, those of all hold.
static void tools_have_widths_of_their_own(void **state) {
    (void)state;
    struct trial_world world = {.seed = 6, .goal = MODEL_NUMBER};
    struct living_rows *living = open_living(&world, N_TRAIN);
    struct truth_watch *w = &living->truths;
    double error = 0;
    for (uint32_t i = 0; i < 400; i++) {
        const bool is_b = i % 2 == 1;
        const struct living_truth truth = {0, is_b ? 10 : -1, (double)NAN, (double)NAN,
                                           is_b ? "B" : "A"};
        if (i < 2 * TRUTHS_TOOL_ROWS) {
            near(truth_watch_interval(w, "B", 0).high, truth_watch_interval(w, "", 0).high, 0);
        }
        assert_int_equal(truth_watch_step(w, &truth, &error, NULL), MARU_OK);
        near(error, is_b ? 10 : 1, 0);
    }
    assert_int_equal(w->n_interval, 0);
    near(truth_watch_interval(w, "A", 7).high, 8, 0);
    near(truth_watch_interval(w, "B", 7).low, -3, 0);
    near(truth_watch_interval(w, "C", 7).low, -3, 0); // of all
    char name[16];
    for (uint32_t i = 0; i < 2 * TRUTHS_MAX_TOOLS; i++) { // more than there is room for
        snprintf(name, sizeof name, "T%u", i);
        const struct living_truth truth = {0, 1, 0, 2, name};
        assert_int_equal(truth_watch_step(w, &truth, &error, NULL), MARU_OK);
    }
    assert_int_equal(w->n_tool, TRUTHS_MAX_TOOLS);
    assert_int_equal(w->n_held, 2 * TRUTHS_MAX_TOOLS);
    const struct living_truth none = {0, (double)NAN, 0, 2, "A"};
    assert_int_equal(truth_watch_step(w, &none, &error, NULL), MARU_E_RANGE);
    living_rows_free(living);
}

static void write_state(const struct living_rows *living, struct text *out) {
    text_init(out, LIVING_MAX_STATE_BYTES);
    assert_int_equal(living_rows_write(living, out, NULL), MARU_OK);
}

// What is written and read back at any row goes on as if nothing had been.
static void a_kill_changes_nothing(void **state) {
    (void)state;
    for (uint32_t k = 0; k < N_GOAL; k++) {
        struct trial_world world = {.seed = 7 + k, .goal = goals[k], .alike = 0.5}, other;
        struct living_rows *one = open_living(&world, N_TRAIN);
        struct trial_world first = {.seed = 7 + k, .goal = goals[k], .alike = 0.5};
        struct living_rows *two = open_living(&first, N_TRAIN);
        struct text bytes, again;
        for (uint32_t i = 0; i < 700; i++) {
            world.shift = i > 500 ? 2 : 0;
            other = world;
            const struct model_answer a = go_on(one, &world), b = go_on(two, &other);
            assert_true(a.value == b.value && (a.low == b.low || isnan(a.low)));
            if (i % 53 == 0) {
                write_state(two, &bytes);
                assert_int_equal(living_rows_read(two, bytes.bytes, bytes.n_bytes, NULL), MARU_OK);
                write_state(two, &again);
                assert_int_equal(bytes.n_bytes, again.n_bytes);
                assert_memory_equal(bytes.bytes, again.bytes, bytes.n_bytes);
                text_fini(&bytes);
                text_fini(&again);
            }
        }
        write_state(one, &bytes);
        write_state(two, &again);
        assert_int_equal(bytes.n_bytes, again.n_bytes);
        assert_memory_equal(bytes.bytes, again.bytes, bytes.n_bytes);
        text_fini(&bytes);
        text_fini(&again);
        living_rows_free(one);
        living_rows_free(two);
    }
}

// Every cut, every changed byte, and the state of another model are refused, and the model has then seen nothing.
static void damaged_states_are_refused(void **state) {
    (void)state;
    struct trial_world world = {.seed = 11, .goal = MODEL_NUMBER};
    struct trial_world elsewhere = {.seed = 12, .goal = MODEL_NUMBER};
    struct living_rows *living = open_living(&world, N_TRAIN);
    struct living_rows *stranger = open_living(&elsewhere, N_TRAIN);
    struct text bytes;
    for (uint32_t i = 0; i < 230; i++) {
        (void)go_on(living, &world);
    }
    write_state(living, &bytes);
    assert_int_equal(living_rows_read(stranger, bytes.bytes, bytes.n_bytes, NULL), MARU_E_INPUT);
    for (size_t i = 0; i < bytes.n_bytes; i += 7) {
        assert_int_equal(living_rows_read(living, bytes.bytes, i, NULL), MARU_E_INPUT);
        bytes.bytes[i] = (char)(bytes.bytes[i] ^ 4);
        assert_int_equal(living_rows_read(living, bytes.bytes, bytes.n_bytes, NULL), MARU_E_INPUT);
        bytes.bytes[i] = (char)(bytes.bytes[i] ^ 4);
    }
    assert_int_equal(living->inputs.n_row, 0);
    assert_int_equal(living->truths.n, 0);
    assert_int_equal(living_rows_read(living, bytes.bytes, bytes.n_bytes, NULL), MARU_OK);
    assert_int_equal(living->inputs.n_row, 230);
    text_fini(&bytes);
    living_rows_free(living);
    living_rows_free(stranger);
}

// Few rows of training, rows without any value, no memory: nothing breaks.
static void hard_cases(void **state) {
    (void)state;
    for (uint32_t n = 1; n < 70; n += 17) { // too few errors to watch by, in most
        struct trial_world world = {.seed = 13, .goal = MODEL_NUMBER};
        struct living_rows *living = open_living(&world, n);
        (void)go_on(living, &world);
        assert_int_equal(truth_watch_errors(&living->truths).verdict,
                         n < ERROR_WATCH_LEAST ? ERRORS_UNKNOWN : ERRORS_USUAL);
        const struct recipe_cell none[TRIAL_CELLS] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
        struct model_answer answer;
        bool is_judged = false;
        for (uint32_t i = 0; i < 300; i++) {
            living_rows_answer(living, none, "", &answer);
            assert_int_equal(answer.n_missing, TRIAL_FEATURES);
            assert_int_equal(living_rows_count(living, &is_judged, NULL), MARU_OK);
        }
        living_rows_free(living);
    }
    struct trial_world world = {.seed = 13, .goal = MODEL_NUMBER};
    struct text bytes;
    trial_living_bytes(&world, 200, &bytes);
    const struct living_options options = living_options_usual();
    struct living_rows *living = NULL;
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st == MARU_E_MEMORY; k++) {
        alloc_fail_after(k);
        st = living_rows_new(bytes.bytes, bytes.n_bytes, &options, &living, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_E_MEMORY || st == MARU_OK);
    }
    assert_int_equal(living_rows_bind(living, trial_columns + 4, 1, NULL), MARU_OK);
    static const char *const strange[] = {"x"};
    assert_int_equal(living_rows_bind(living, strange, 1, NULL), MARU_E_INPUT);
    living_rows_free(living);
    text_fini(&bytes);
}

// What a cell says, by what the model calls bad.
static void cells_tell_the_truth(void **state) {
    (void)state;
    static const struct {
        const char *bad, *cell;
        double want;
    } cases[] = {
        {"NG", "NG", 1},         {"NG", "OK", 0},         {"NG, NOK", "NOK", 1},
        {"NG, NOK", "NG", 1},    {"NG, NOK", "N", 0},     {"a, b", "a, b", 1},
        {"1", "1", 1},           {"1", "1.0", 1},         {"1", "0", 0},
        {"≠ 1", "1", 0},         {"≠ 1", "2", 1},         {"≠ 1", "x", (double)NAN},
        {"< 3", "2.9", 1},       {"< 3", "3", 0},         {"< 3, > 5", "5.1", 1},
        {"< 3, > 5", "4", 0},    {"< 3, > 5", "1e9", 1},  {"< 3, > 5", "", (double)NAN},
        {"", "NG", (double)NAN}, {"NG", "", (double)NAN},
    };
    for (uint32_t g = 0; g < N_GOAL; g++) {
        struct trial_world world = {.seed = 17, .goal = goals[g]};
        struct living_rows *living = open_living(&world, 60);
        for (size_t i = 0; goals[g] == MODEL_YES_NO && i < sizeof cases / sizeof *cases; i++) {
            living->model.bad = cases[i].bad;
            const double got = living_rows_truth_of(living, cases[i].cell);
            if (!(got == cases[i].want || (isnan(got) && isnan(cases[i].want)))) {
                fail_msg("\"%s\" of \"%s\": %g", cases[i].cell, cases[i].bad, got);
            }
        }
        if (goals[g] == MODEL_CLASS) {
            assert_true(living_rows_truth_of(living, "y") == 1);
        }
        if (goals[g] == MODEL_NUMBER) {
            assert_true(living_rows_truth_of(living, "-1.5e3") == -1500);
        }
        assert_true(goals[g] == MODEL_YES_NO || isnan(living_rows_truth_of(living, "w")));
        living_rows_free(living);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_drift_it_goes_on),
        cmocka_unit_test(inputs_that_drift_end_it),
        cmocka_unit_test(rows_that_lie_far_away_end_it_at_once),
        cmocka_unit_test(errors_that_grow_end_it),
        cmocka_unit_test(what_does_not_matter_ends_nothing),
        cmocka_unit_test(the_word_that_zeros_stand_for),
        cmocka_unit_test(intervals_hold),
        cmocka_unit_test(tools_have_widths_of_their_own),
        cmocka_unit_test(a_kill_changes_nothing),
        cmocka_unit_test(damaged_states_are_refused),
        cmocka_unit_test(hard_cases),
        cmocka_unit_test(cells_tell_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
