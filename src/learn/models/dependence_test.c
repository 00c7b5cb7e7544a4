#include "learn/models/dependence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/models/linear_model.h"

enum { N_FEATURE = 4, N_ROW = 1200, MOST_CLASS = 3 };

// Two columns of numbers and one of two words; weights that are known.
static const double weight[MOST_CLASS * N_FEATURE] = {0.5, -2, 1, 3, 0, 0.01, 0, 0, 0, 0, 0, -1};

struct trial {
    struct fitted_model model;
    float x[N_ROW * N_FEATURE];
};

static void assert_near(double value, double want, double apart) {
    if (!(fabs(value - want) <= apart)) {
        fail_msg("%g, want %g", value, want);
    }
}

static double drawn(uint32_t at, uint32_t what) {
    const struct random_block block = random_at(3, what, at);
    return random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

static void open_trial(struct trial *t, enum linear_goal goal, uint32_t n_group) {
    static const char *const words[] = {"A", "B"};
    static const struct recipe_column columns[] = {{"heat", "°C", NULL, 0, FRAME_NUMBER},
                                                   {"load", "", NULL, 0, FRAME_NUMBER},
                                                   {"tool", "", words, 2, FRAME_WORD}};
    static const struct feature features[] = {
        {FEATURE_NUMBER, 0, 0}, {FEATURE_NUMBER, 1, 0}, {FEATURE_WORD, 2, 0}, {FEATURE_WORD, 2, 1}};
    static const float low[N_FEATURE] = {-1e6F, -1e6F, 0, 0}, high[N_FEATURE] = {1e6F, 1e6F, 1, 1},
                       center[N_FEATURE] = {0};
    static const double base[MOST_CLASS] = {10}, missing[MOST_CLASS * N_FEATURE] = {0};
    static const struct drift_reference seen[N_FEATURE] = {{.least = -1e9, .most = 1e9},
                                                           {.least = -1e9, .most = 1e9},
                                                           {.least = 0, .most = 1},
                                                           {.least = 0, .most = 1}};
    static const double side[] = {1, 1}, bound[MOST_CLASS] = {1, 1, 1};
    static const bool is_own[MOST_CLASS] = {0};
    const struct linear_draft draft = {
        {goal, N_FEATURE, n_group}, low, high, center, base, weight, missing};
    struct linear_model *linear = NULL;
    struct text bytes;
    *t = (struct trial){0};
    text_init(&bytes, 1 << 20);
    assert_int_equal(linear_model_make(&draft, &linear, NULL), MARU_OK);
    assert_int_equal(linear_model_write(linear, &bytes, NULL), MARU_OK);
    assert_int_equal(
        predictor_read(PREDICTOR_LINEAR, bytes.bytes, bytes.n_bytes, &t->model.predictor, NULL),
        MARU_OK);
    t->model.goal = goal == LINEAR_CLASS ? MODEL_CLASS : MODEL_NUMBER;
    t->model.n_class = goal == LINEAR_CLASS ? n_group : 0;
    t->model.recipe = (struct recipe){
        .column = columns, .feature = features, .n_column = 3, .n_feature = N_FEATURE};
    t->model.reference = seen;
    t->model.conformal = (struct conformal){.below = side, .above = side, .is_own = is_own};
    t->model.sets = (struct conformal_sets){.n_class = n_group, .bound = bound, .is_own = is_own};
    linear_model_free(linear);
    text_fini(&bytes);
    for (uint32_t i = 0; i < N_ROW; i++) {
        float *x = t->x + (size_t)i * N_FEATURE;
        x[0] = i % 10 == 0 ? NAN : (float)(180 + 20 * drawn(i, 0));
        x[1] = (float)(i % 5);
        x[2] = drawn(i, 1) < 0.3 ? 1 : 0;
        x[3] = 1 - x[2];
    }
}

static struct card_dependence found(const struct trial *t, uint32_t feature) {
    struct card_dependence out = {0};
    assert_int_equal(dependence_find(&t->model, t->x, N_ROW, feature, &out, NULL), MARU_OK);
    assert_int_equal(out.feature, feature);
    return out;
}

// What a weight says is what is followed: steps of the answer are the weight times steps of the value.
static void the_curve_of_a_line_is_the_line(void **state) {
    (void)state;
    struct trial t;
    open_trial(&t, LINEAR_NUMBER, 1);
    for (uint32_t f = 0; f < 2; f++) {
        const struct card_dependence d = found(&t, f);
        assert_int_equal(d.n_point, f == 0 ? MODEL_MAX_POINTS : 5);
        assert_int_equal(d.of_class, UINT32_MAX);
        for (uint32_t p = 1; p < d.n_point; p++) {
            const double step = d.point[p].at - d.point[p - 1].at;
            assert_true(step > 0);
            assert_near(d.point[p].value - d.point[p - 1].value, weight[f] * step, 1e-4);
        }
    }
    predictor_free(t.model.predictor);
}

// The values are the middles of equal parts of what was seen.
static void the_values_lie_where_rows_lie(void **state) {
    (void)state;
    struct trial t;
    open_trial(&t, LINEAR_NUMBER, 1);
    const struct card_dependence d = found(&t, 0);
    for (uint32_t p = 0; p < d.n_point; p++) {
        uint32_t n_below = 0, n = 0;
        for (uint32_t i = 0; i < N_ROW; i++) {
            const double value = (double)t.x[(size_t)i * N_FEATURE];
            n += isfinite(value) != 0;
            n_below += value < d.point[p].at;
        }
        assert_near((double)n_below / n, (p + 0.5) / MODEL_MAX_POINTS, 0.01);
    }
    predictor_free(t.model.predictor);
}

// "A" instead of "B": the weight of A comes, that of B goes.
static void a_word_takes_the_place_of_the_others(void **state) {
    (void)state;
    struct trial t;
    open_trial(&t, LINEAR_NUMBER, 1);
    const struct card_dependence d = found(&t, 2);
    double share_b = 0;
    for (uint32_t i = 0; i < DEPENDENCE_ROWS; i++) {
        share_b +=
            (double)t.x[(uint64_t)i * N_ROW / DEPENDENCE_ROWS * N_FEATURE + 3] / DEPENDENCE_ROWS;
    }
    assert_int_equal(d.n_point, 2);
    assert_true(d.point[0].at == 0 && d.point[1].at == 1);
    assert_near(d.point[1].value - d.point[0].value, weight[2] - share_b * weight[3], 1e-4);
    predictor_free(t.model.predictor);
}

// Of classes the one that moves most is told: the third alone goes with the word.
static void of_classes_the_liveliest_is_told(void **state) {
    (void)state;
    struct trial t;
    open_trial(&t, LINEAR_CLASS, MOST_CLASS);
    const struct card_dependence d = found(&t, 3);
    assert_true(d.of_class < MOST_CLASS && d.n_point == 2);
    for (uint32_t p = 0; p < d.n_point; p++) {
        assert_true(d.point[p].value >= 0 && d.point[p].value <= 1);
    }
    predictor_free(t.model.predictor);
}

static void one_value_is_no_curve(void **state) {
    (void)state;
    struct trial t;
    open_trial(&t, LINEAR_NUMBER, 1);
    for (uint32_t i = 0; i < N_ROW; i++) {
        t.x[(size_t)i * N_FEATURE] = i % 2 ? 181 : NAN;
        t.x[(size_t)i * N_FEATURE + 1] = i % 2 ? NAN : INFINITY;
    }
    assert_int_equal(found(&t, 0).n_point, 0);
    assert_int_equal(found(&t, 1).n_point, 0);
    struct card_dependence out = {0};
    assert_int_equal(dependence_find(&t.model, t.x, 0, 0, &out, NULL), MARU_OK);
    assert_int_equal(out.n_point, 0);
    predictor_free(t.model.predictor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_of_a_line_is_the_line),
        cmocka_unit_test(the_values_lie_where_rows_lie),
        cmocka_unit_test(a_word_takes_the_place_of_the_others),
        cmocka_unit_test(of_classes_the_liveliest_is_told),
        cmocka_unit_test(one_value_is_no_curve),
    };
    return cmocka_run_group_tests_name("dependence", tests, NULL, NULL);
}
