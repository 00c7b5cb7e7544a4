#include "train/lives/survival_training.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/survival/survival_model.h"

enum { LIVES = 400, COLUMNS = 5 };

// Lives of Weibull form with shape 2 and scale 1000 h; load doubles the hazard for each unit of it, material B halves the life; noise does
// nothing. Watching ends at 1500 h.
static const double shape = 2, scale = 1000;

struct trial {
    struct frame frame;
    double failed[LIVES];
    struct survival_training in;
};

static double drawn(uint64_t seed, uint32_t row, uint32_t what) {
    const struct random_block block = random_at(seed, what, row);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static bool go_on(void *context, double share, const char *what) {
    (void)what;
    assert_true(share >= 0 && share <= 1);
    return ++*(int *)context < 3;
}

static void open_trial(struct trial *t, uint64_t seed, bool is_noise) {
    static const char *const names[COLUMNS] = {"unit", "hours", "load", "material", "noise"};
    static const uint8_t kinds[COLUMNS] = {FRAME_NUMBER, FRAME_NUMBER, FRAME_NUMBER, FRAME_WORD,
                                           FRAME_NUMBER};
    static const uint32_t columns[] = {2, 3, 4};
    *t = (struct trial){0};
    assert_int_equal(frame_init(&t->frame, LIVES, COLUMNS, 1 << 24, NULL), MARU_OK);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        t->frame.column[c].name = names[c];
        t->frame.column[c].unit = c == 1 ? "h" : "";
        assert_int_equal(frame_make_column(&t->frame, c, (enum frame_kind)kinds[c], NULL), MARU_OK);
    }
    for (uint32_t i = 0; i < LIVES; i++) {
        const double load = 4 * drawn(seed, i, 1);
        const bool is_b = drawn(seed, i, 2) < 0.5;
        const double risk = is_noise ? 0 : log(2.0) * (load - 2) + (is_b ? 2 * log(2.0) : 0);
        const double life = scale * pow(-log(drawn(seed, i, 3)), 1 / shape) * exp(-risk / shape);
        struct frame_column *column = t->frame.column;
        column[0].number[i] = i + 1;
        column[1].number[i] = life < 1500 ? life : 1500;
        t->failed[i] = life < 1500;
        column[2].number[i] = i % 50 == 7 ? (double)NAN : load;
        assert_int_equal(names_add(&column[3].words, is_b ? "B" : "A", 1, &column[3].word[i], NULL),
                         MARU_OK);
        column[4].number[i] = drawn(seed, i, 4);
    }
    t->in = (struct survival_training){.frame = &t->frame,
                                       .age = 1,
                                       .unit = UINT32_MAX,
                                       .failed = t->failed,
                                       .ended = "failed",
                                       .column = columns,
                                       .n_column = 3,
                                       .cost_planned = 1,
                                       .cost_failure = 10,
                                       .level = 0.8,
                                       .seed = 1,
                                       .title = "trial",
                                       .version = "1"};
}

static void made_of(const struct trial *t, struct survival_model *out) {
    struct text bytes;
    maru_error err = {0};
    text_init(&bytes, SURVIVAL_MAX_BYTES);
    if (survival_training_run(&t->in, &bytes, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(survival_model_read(bytes.bytes, bytes.n_bytes, out, NULL), MARU_OK);
    text_fini(&bytes);
}

// The ratio of the hazard for one unit of load, which the first effect tells for one deviation of it.
static bool holds_two(const struct survival_model *m) {
    const struct survival_effect *load = &m->effect[0];
    return pow(load->low, 1 / load->step) < 2 && 2 < pow(load->high, 1 / load->step);
}

// The planted shape, effects and groups are found; what has no effect shows none.
static void what_was_planted_is_found(void **state) {
    (void)state;
    struct trial t;
    struct survival_model m;
    open_trial(&t, 5, false);
    made_of(&t, &m);
    assert_int_equal(m.n_life, LIVES);
    assert_true(m.weibull.shape.low < shape && shape < m.weibull.shape.high);
    assert_true(m.concordance.low > 0.6 && m.concordance.high < 0.95);
    assert_true(m.coverage.low < 0.8 && 0.8 < m.coverage.high);
    assert_string_equal(m.group, "material");
    assert_true(m.group_p < 1e-6 && m.n_curve == 3);
    assert_int_equal(m.n_effect, 3); // load, material, noise
    assert_true(holds_two(&m) && m.effect[0].p < 1e-6);
    assert_true(m.effect[2].low < 1 && 1 < m.effect[2].high);
    assert_true(m.replacement.is_planned && m.replacement.is_sure);
    assert_false(m.warnings >> SURVIVAL_WARN_NO_BETTER & 1);
    assert_false(m.warnings >> SURVIVAL_WARN_FORM & 1);
    survival_model_fini(&m);
    frame_fini(&t.frame);
}

// What a unit is told is what lives of its kind do: of a known distribution, within a tenth.
static void answers_are_those_of_the_distribution(void **state) {
    (void)state;
    struct trial t;
    struct survival_model m;
    open_trial(&t, 6, false);
    made_of(&t, &m);
    for (int is_b = 0; is_b < 2; is_b++) {
        for (int load = 1; load < 4; load++) {
            const uint32_t word = m.recipe.feature[1].word;
            const bool tells_b = strcmp(m.recipe.column[1].word[word], "B") == 0;
            const float x[] = {(float)load, (float)(is_b == tells_b), 0.5F};
            const double risk = log(2.0) * (load - 2) + (is_b ? 2 * log(2.0) : 0);
            const double clock = exp(risk / shape), age = 200;
            const double past = pow(age * clock / scale, shape);
            const double median = scale * pow(past + log(2.0), 1 / shape) / clock - age;
            const struct survival_answer a = survival_ask(&m, survival_risk(&m, x), age);
            if (fabs(a.remaining.value - median) > 0.2 * median) {
                fail_msg("load %d, B %d: %g, want %g", load, is_b, a.remaining.value, median);
            }
            const double later = pow((age + m.horizon) * clock / scale, shape);
            assert_true(fabs(a.surviving.value - exp(past - later)) < 0.1);
            assert_true(a.remaining.low < a.remaining.value &&
                        a.remaining.value < a.remaining.high);
            assert_true(a.surviving.low <= a.surviving.value &&
                        a.surviving.value <= a.surviving.high);
        }
    }
    survival_model_fini(&m);
    frame_fini(&t.frame);
}

// Where columns say nothing the model goes by age alone, and says so.
static void noise_is_called_noise(void **state) {
    (void)state;
    uint32_t n_told = 0;
    for (uint64_t seed = 20; seed < 25; seed++) {
        struct trial t;
        struct survival_model m;
        const float x[] = {3, 1, 0.9F};
        open_trial(&t, seed, true);
        made_of(&t, &m);
        const bool is_told = m.warnings >> SURVIVAL_WARN_NO_BETTER & 1;
        n_told += is_told;
        assert_true(!is_told || survival_risk(&m, x) == 0);
        survival_model_fini(&m);
        frame_fini(&t.frame);
    }
    assert_true(n_told >= 4);
}

// Rows of a unit are one life: its greatest age, with what its first row said.
static void rows_of_a_unit_are_one_life(void **state) {
    (void)state;
    struct trial t;
    struct survival_model m, of_ends;
    open_trial(&t, 7, false);
    made_of(&t, &of_ends);
    for (uint32_t i = 0; i < LIVES; i++) { // each second row becomes the end of the unit before it
        struct frame_column *column = t.frame.column;
        const uint32_t unit = i / 2;
        column[0].number[i] = unit;
        if (i % 2 == 0) {
            column[1].number[i] = column[1].number[i + 1] / 2;
            column[2].number[i] = column[2].number[i + 1];
            column[3].word[i] = column[3].word[i + 1];
            column[2].number[i + 1] = 99; // is not looked at
            t.failed[i] = 0;
        }
    }
    t.in.unit = 0;
    made_of(&t, &m);
    assert_int_equal(m.n_life, LIVES / 2);
    assert_true(holds_two(&m));
    assert_true(m.weibull.shape.low < shape && shape < m.weibull.shape.high);
    survival_model_fini(&m);
    survival_model_fini(&of_ends);
    frame_fini(&t.frame);
}

// Names that all differ are read as texts: then each row is a life.
static void units_may_be_texts(void **state) {
    (void)state;
    struct trial t;
    struct survival_model m;
    open_trial(&t, 10, false);
    struct frame_column *column = &t.frame.column[3];
    column->kind = FRAME_TEXT;
    for (uint32_t i = 0; i < LIVES; i++) {
        char name[16];
        const int n = snprintf(name, sizeof name, "P%u", i);
        assert_int_equal(names_add(&column->words, name, (size_t)n, &column->word[i], NULL),
                         MARU_OK);
    }
    t.in.unit = 3;
    t.in.n_column = 1;
    made_of(&t, &m);
    assert_int_equal(m.n_life, LIVES);
    survival_model_fini(&m);
    frame_fini(&t.frame);
}

static void hostile_tables_are_refused(void **state) {
    (void)state;
    for (int k = 0; k < 8; k++) {
        struct trial t;
        struct text bytes;
        maru_error err = {0};
        int n_look = 0;
        open_trial(&t, 8, false);
        text_init(&bytes, SURVIVAL_MAX_BYTES);
        for (uint32_t i = 0; i < LIVES; i++) {
            double *age = &t.frame.column[1].number[i];
            *age = k == 0 ? (double)NAN : k == 1 ? -5 : k == 2 && i > 3 ? 0 : k == 3 ? 7 : *age;
            t.failed[i] = k == 4 ? 0 : k == 3 ? 1 : t.failed[i];
        }
        t.in.age = k == 5 ? 3 : 1;
        t.in.level = k == 6 ? 1.5 : 0.8;
        t.in.progress = k == 7 ? go_on : NULL;
        t.in.context = &n_look;
        const maru_status st = survival_training_run(&t.in, &bytes, &err);
        const maru_status want = k == 6 ? MARU_E_RANGE : k == 7 ? MARU_E_STOPPED : MARU_E_INPUT;
        if (st != want || (st != MARU_OK && !err.text[0]) || bytes.n_bytes > 0) {
            fail_msg("case %d: %d, \"%s\"", k, (int)st, err.text);
        }
        text_fini(&bytes);
        frame_fini(&t.frame);
    }
}

// Without columns, without a column of failures: age alone.
static void ages_alone_are_enough(void **state) {
    (void)state;
    struct trial t;
    struct survival_model m;
    open_trial(&t, 9, true);
    t.in.n_column = 0;
    t.in.failed = NULL;
    t.in.ended = "";
    t.in.horizon = 100;
    made_of(&t, &m);
    assert_int_equal(m.n_failed, LIVES);
    assert_true(m.horizon == 100 && m.n_effect == 0 && m.n_curve == 1);
    assert_true(survival_risk(&m, NULL) == 0 && isnan(m.concordance.value));
    survival_model_fini(&m);
    frame_fini(&t.frame);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_planted_is_found),
        cmocka_unit_test(answers_are_those_of_the_distribution),
        cmocka_unit_test(noise_is_called_noise),
        cmocka_unit_test(rows_of_a_unit_are_one_life),
        cmocka_unit_test(units_may_be_texts),
        cmocka_unit_test(hostile_tables_are_refused),
        cmocka_unit_test(ages_alone_are_enough),
    };
    return cmocka_run_group_tests_name("survival_training", tests, NULL, NULL);
}
