#include "train/training.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { N = 480, COLUMNS = 9 };

// A line whose defects come above 82 degrees on tool B; thickness follows temperature and pressure; the kind of defect follows both.
struct trial {
    struct frame frame;
    struct roles roles;
};

static double number(uint64_t seed, uint32_t row, uint32_t column) {
    const struct random_block block = random_at(seed, column, row);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static void put_word(struct frame_column *column, uint32_t row, const char *word) {
    assert_int_equal(names_add(&column->words, word, strlen(word), &column->word[row], NULL),
                     MARU_OK);
}

static void make_columns(struct frame *frame, uint32_t n) {
    static const struct {
        const char *name;
        enum frame_kind kind;
    } columns[COLUMNS] = {
        {"time", FRAME_TIME},          {"lot", FRAME_WORD},         {"tool", FRAME_WORD},
        {"temperature", FRAME_NUMBER}, {"pressure", FRAME_NUMBER},  {"humidity", FRAME_NUMBER},
        {"result", FRAME_WORD},        {"thickness", FRAME_NUMBER}, {"defect kind", FRAME_WORD}};
    assert_int_equal(frame_init(frame, n, COLUMNS, 1 << 24, NULL), MARU_OK);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        frame->column[c].name = columns[c].name;
        frame->column[c].unit = "";
        assert_int_equal(frame_make_column(frame, c, columns[c].kind, NULL), MARU_OK);
    }
}

static void make_row(struct frame *frame, uint64_t seed, uint32_t i, bool is_noise) {
    static const char *const tools[] = {"A", "B"};
    char lot[32];
    snprintf(lot, sizeof lot, "L%u", i / 10);
    const double temperature = 78 + 8 * number(seed, i, 1), pressure = 2 + number(seed, i, 2);
    const bool is_b = number(seed, i, 3) < 0.5;
    const bool is_hot = temperature > 82 && is_b;
    const double risk = is_noise ? 0.2 : is_hot ? 0.6 : 0.05;
    frame->column[0].time[i] = (int64_t)i * 60000000;
    put_word(&frame->column[1], i, lot);
    put_word(&frame->column[2], i, tools[is_b]);
    frame->column[3].number[i] = i % 17 == 5 ? (double)NAN : temperature;
    frame->column[4].number[i] = pressure;
    frame->column[5].number[i] = number(seed, i, 4);
    put_word(&frame->column[6], i, number(seed, i, 5) < risk ? "NG" : "OK");
    frame->column[7].number[i] =
        0.1 * (temperature - 80) + pressure + 0.2 * (number(seed, i, 6) - 0.5);
    const bool is_mistaken =
        number(seed, i, 7) < 0.1; // without mistakes a column that says it all is a consequence
    put_word(&frame->column[8], i,
             temperature > 83 && !is_mistaken ? "burn"
             : pressure > 2.5                 ? "crack"
                                              : "void");
}

static void make_table(struct trial *trial, uint64_t seed, uint32_t n, bool is_noise) {
    *trial = (struct trial){0};
    make_columns(&trial->frame, n);
    for (uint32_t i = 0; i < n; i++) {
        make_row(&trial->frame, seed, i, is_noise);
    }
}

static void find_roles(struct trial *trial, const char *target) {
    struct role_hint hints[3];
    size_t n_hint = 0;
    static const char *const targets[] = {"result", "thickness", "defect kind"};
    for (size_t i = 0; i < 3; i++) { // what else was measured afterwards is no cause
        if (strcmp(target, targets[i]) != 0) {
            hints[n_hint++] = (struct role_hint){targets[i], ROLE_LEAK};
        }
    }
    const struct roles_hints said = {.target = target,
                                     .lower = (double)NAN,
                                     .upper = (double)NAN,
                                     .hint = hints,
                                     .n_hint = n_hint};
    assert_int_equal(roles_find(&trial->frame, &said, &trial->roles, NULL), MARU_OK);
}

static void open_trial(struct trial *trial, uint64_t seed, uint32_t n, bool is_noise,
                       const char *target) {
    make_table(trial, seed, n, is_noise);
    find_roles(trial, target);
}

static void close_trial(struct trial *trial) {
    roles_fini(&trial->roles);
    frame_fini(&trial->frame);
}

static maru_status train(const struct training_input *input, struct text *bytes, maru_error *err) {
    text_init(bytes, MODEL_MAX_BYTES);
    return training_run(input, bytes, err);
}

static void read(const struct text *bytes, struct fitted_model *model) {
    maru_error err = {0};
    const maru_status st = fitted_model_read(bytes->bytes, bytes->n_bytes, model, &err);
    if (st != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static void make(const struct training_input *input, struct fitted_model *model) {
    struct text bytes;
    maru_error err = {0};
    if (train(input, &bytes, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    read(&bytes, model);
    text_fini(&bytes);
}

static bool warns(const struct fitted_model *model, enum card_warning warning) {
    return model->card.warnings >> warning & 1;
}

// What was planted is found, on rows that the model has not seen, and two trainings give the same bytes.
static void a_planted_defect_is_learnt(void **state) {
    (void)state;
    struct trial trial;
    open_trial(&trial, 1, N, false, "result");
    struct training_input input = training_usual(&trial.frame, &trial.roles);
    struct text bytes, again;
    struct fitted_model model;
    assert_int_equal(train(&input, &bytes, NULL), MARU_OK);
    input.n_thread = 2;
    assert_int_equal(train(&input, &again, NULL), MARU_OK);
    assert_int_equal(bytes.n_bytes, again.n_bytes);
    assert_memory_equal(bytes.bytes, again.bytes, bytes.n_bytes);
    read(&bytes, &model);
    assert_int_equal(model.goal, MODEL_YES_NO);
    assert_string_equal(model.bad, "NG");
    assert_true(model.card.figure[CARD_AUC].low > 0.6);
    assert_true(model.card.figure[CARD_COST].value < model.card.figure[CARD_COST].constant);
    assert_false(warns(&model, CARD_WARN_NO_BETTER));
    assert_int_equal(model.card.n_train + model.card.n_test, N);
    assert_true(model.card.train_to < model.card.test_from);
    double brier = 0; // on folds of the training rows, near that of the rows set aside
    for (uint32_t i = 0; i < model.errors.n; i++) {
        brier += model.errors.sorted[i] / model.errors.n;
    }
    assert_true(model.card.figure[CARD_BRIER].low < brier &&
                brier < model.card.figure[CARD_BRIER].high);
    struct text name;
    text_init(&name, 100);
    recipe_name_feature(&model.recipe, model.card.suspect[0].feature, &name);
    assert_true(strcmp(name.bytes, "temperature") == 0 || strncmp(name.bytes, "tool", 4) == 0);
    text_fini(&name);
    fitted_model_fini(&model);
    text_fini(&again);
    text_fini(&bytes);
    close_trial(&trial);
}

// What two columns say only together is found as a column that a person can read.
static void a_planted_product_is_found(void **state) {
    (void)state;
    enum { ROWS = 1500 };
    struct trial trial;
    struct fitted_model model;
    struct text name;
    make_table(&trial, 4, ROWS, false);
    for (uint32_t i = 0; i < ROWS; i++) {
        const double power = trial.frame.column[4].number[i] * trial.frame.column[5].number[i];
        const bool is_bad = (power > 0.9 && power < 1.5) != (number(4, i, 9) < 0.03);
        put_word(&trial.frame.column[6], i, is_bad ? "NG" : "OK");
    }
    find_roles(&trial, "result");
    const struct training_input input = training_usual(&trial.frame, &trial.roles);
    make(&input, &model);
    text_init(&name, 100);
    recipe_name_feature(&model.recipe, model.card.suspect[0].feature, &name);
    assert_string_equal(name.bytes, "pressure × humidity");
    assert_true(model.card.suspect[0].stability >= 0.5);
    assert_true(model.card.figure[CARD_AUC].low > 0.9);
    text_fini(&name);
    fitted_model_fini(&model);
    close_trial(&trial);
}

// Where nothing is to be learnt the card says so.
static void noise_is_called_noise(void **state) {
    (void)state;
    uint32_t n_told = 0;
    for (uint64_t seed = 10; seed < 13; seed++) {
        struct trial trial;
        struct fitted_model model;
        open_trial(&trial, seed, 200, true, "result");
        const struct training_input input = training_usual(&trial.frame, &trial.roles);
        make(&input, &model);
        n_told += warns(&model, CARD_WARN_NO_BETTER);
        fitted_model_fini(&model);
        close_trial(&trial);
    }
    assert_true(n_told >= 2);
}

// Numbers: intervals hold the truth about as often as they say; a value outside of what was seen is flagged.
static void a_number_comes_with_its_interval(void **state) {
    (void)state;
    struct trial trial;
    struct fitted_model model;
    open_trial(&trial, 2, N, false, "thickness");
    const struct training_input input = training_usual(&trial.frame, &trial.roles);
    make(&input, &model);
    assert_int_equal(model.goal, MODEL_NUMBER);
    assert_true(model.card.figure[CARD_R2].low > 0.7);
    assert_true(model.card.figure[CARD_COVERAGE].low < 0.8 &&
                model.card.figure[CARD_COVERAGE].high > 0.8);
    assert_true(model.card.figure[CARD_WIDTH].value < 0.6);
    // The errors that are kept are those that the intervals were learned from.
    assert_true(model.errors.n > 100 && model.errors.n == model.errors.n_row);
    assert_true(conformal_quantile(model.errors.sorted, model.errors.n, model.level) ==
                model.conformal.above[0]);
    float x[16] = {0};
    assert_true(model.recipe.n_feature <= 16);
    struct model_answer answer;
    for (uint32_t f = 0; f < model.recipe.n_feature; f++) {
        x[f] = f == 1 ? 1000 : (float)model.reference[f].least;
    }
    assert_int_equal(fitted_model_answer_rows(&model, x, 1, &answer, NULL, NULL), MARU_OK);
    assert_true(answer.low < answer.value && answer.value < answer.high);
    assert_int_equal(answer.n_outside, 1);
    assert_int_equal(answer.outside, 1);
    fitted_model_fini(&model);
    close_trial(&trial);
}

static void classes_are_told_apart(void **state) {
    (void)state;
    struct trial trial;
    struct fitted_model model;
    open_trial(&trial, 3, N, false, "defect kind");
    struct training_input input = training_usual(&trial.frame, &trial.roles);
    input.goal = MODEL_CLASS;
    input.split = CARD_SPLIT_GROUP;
    make(&input, &model);
    assert_int_equal(model.n_class, 3);
    assert_string_equal(model.card.group, "lot");
    assert_true(model.card.figure[CARD_BALANCED_ACCURACY].low > 0.7);
    assert_true(model.errors.sorted[model.errors.n - 1] <= 1);
    assert_float_equal(conformal_quantile(model.errors.sorted, model.errors.n, model.level),
                       model.sets.bound[0], 0);
    fitted_model_fini(&model);
    close_trial(&trial);
}

// Every cut and every changed byte of a model is refused.
static void damaged_models_are_refused(void **state) {
    (void)state;
    struct trial trial;
    struct text bytes;
    open_trial(&trial, 4, 120, false, "result");
    struct training_input input = training_usual(&trial.frame, &trial.roles);
    input.split = CARD_SPLIT_RANDOM;
    assert_int_equal(train(&input, &bytes, NULL), MARU_OK);
    struct fitted_model model;
    read(&bytes, &model);
    assert_true(warns(&model, CARD_WARN_OPTIMISTIC)); // neighbors resemble each other
    fitted_model_fini(&model);
    for (size_t n = 0; n < bytes.n_bytes; n += n < 2000 ? 1 : 997) {
        assert_int_not_equal(fitted_model_read(bytes.bytes, n, &model, NULL), MARU_OK);
    }
    for (size_t i = 0; i < bytes.n_bytes; i += i < 2000 ? 1 : 997) {
        bytes.bytes[i] = (char)(bytes.bytes[i] ^ 0x10);
        assert_int_not_equal(fitted_model_read(bytes.bytes, bytes.n_bytes, &model, NULL), MARU_OK);
        bytes.bytes[i] = (char)(bytes.bytes[i] ^ 0x10);
    }
    text_fini(&bytes);
    close_trial(&trial);
}

static void bad_tables_are_refused(void **state) {
    (void)state;
    struct text bytes;
    struct trial trial;
    maru_error err = {0};
    open_trial(&trial, 5, 30, false, "thickness");
    struct training_input input = training_usual(&trial.frame, &trial.roles);
    assert_int_equal(train(&input, &bytes, &err), MARU_E_INPUT); // too few rows
    assert_non_null(strstr(err.text, "30 rows"));
    text_fini(&bytes);
    close_trial(&trial);
    open_trial(&trial, 6, 100, false, "thickness");
    for (uint32_t i = 0; i < 100; i++) {
        trial.frame.column[7].number[i] = 1;
    }
    input = training_usual(&trial.frame, &trial.roles);
    assert_int_equal(train(&input, &bytes, &err), MARU_E_INPUT); // one value
    text_fini(&bytes);
    input.goal = MODEL_CLASS; // of numbers
    assert_int_equal(train(&input, &bytes, &err), MARU_E_INPUT);
    text_fini(&bytes);
    input.level = 1;
    assert_int_equal(train(&input, &bytes, &err), MARU_E_RANGE);
    text_fini(&bytes);
    close_trial(&trial);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_defect_is_learnt),
        cmocka_unit_test(a_planted_product_is_found),
        cmocka_unit_test(noise_is_called_noise),
        cmocka_unit_test(a_number_comes_with_its_interval),
        cmocka_unit_test(classes_are_told_apart),
        cmocka_unit_test(damaged_models_are_refused),
        cmocka_unit_test(bad_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
