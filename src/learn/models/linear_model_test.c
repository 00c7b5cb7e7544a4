#include "learn/models/linear_model.h"

#include "base/alloc.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_FEATURE = 6, MOST_GROUP = 4, N_ROW = 50 };

struct numbers {
    float low[N_FEATURE], high[N_FEATURE], center[N_FEATURE];
    double base[MOST_GROUP], weight[MOST_GROUP * N_FEATURE], missing[MOST_GROUP * N_FEATURE];
    struct linear_draft draft;
};

static double drawn(uint64_t seed, uint64_t at) { // -2 to 2
    const struct random_block block = random_at(seed, 1, at);
    return 4 * random_open((uint64_t)block.word[0] << 32 | block.word[1]) - 2;
}

static void draw(struct numbers *n, enum linear_goal goal, uint32_t n_group, uint64_t seed) {
    for (uint32_t k = 0; k < N_FEATURE; k++) {
        n->center[k] = (float)drawn(seed, k);
        n->low[k] = n->center[k] - 1;
        n->high[k] = n->center[k] + 1;
    }
    for (uint32_t i = 0; i < MOST_GROUP * N_FEATURE; i++) {
        n->weight[i] = drawn(seed + 1, i);
        n->missing[i] = drawn(seed + 2, i);
    }
    for (uint32_t g = 0; g < MOST_GROUP; g++) {
        n->base[g] = drawn(seed + 3, g);
    }
    n->draft = (struct linear_draft){
        {goal, N_FEATURE, n_group}, n->low, n->high, n->center, n->base, n->weight, n->missing};
}

static struct linear_model *made_of(const struct numbers *n) {
    struct linear_model *made = NULL;
    assert_int_equal(linear_model_make(&n->draft, &made, NULL), MARU_OK);
    return made;
}

static void draw_rows(float *x, uint64_t seed) {
    for (uint32_t i = 0; i < N_ROW * N_FEATURE; i++) {
        x[i] = (float)(2 * drawn(seed, i));
        x[i] = i % 7 == 0 ? NAN : i % 11 == 0 ? INFINITY : i % 13 == 0 ? -INFINITY : x[i];
    }
}

static const struct {
    enum linear_goal goal;
    uint32_t n_group;
} kinds[] = {{LINEAR_YES_NO, 1}, {LINEAR_NUMBER, 1}, {LINEAR_CLASS, 2}, {LINEAR_CLASS, 4}};

enum { N_KIND = sizeof kinds / sizeof *kinds };

static void margins_are_what_the_formula_says(void **state) {
    (void)state;
    for (size_t i = 0; i < N_KIND; i++) {
        struct numbers n;
        draw(&n, kinds[i].goal, kinds[i].n_group, i);
        struct linear_model *model = made_of(&n);
        float x[N_ROW * N_FEATURE];
        double margin[N_ROW * MOST_GROUP], added[N_FEATURE];
        draw_rows(x, i);
        linear_model_margins(model, x, N_ROW, margin);
        for (uint32_t r = 0; r < N_ROW; r++) {
            for (uint32_t g = 0; g < kinds[i].n_group; g++) {
                double want = n.base[g], told = n.base[g];
                linear_model_why(model, x + (size_t)r * N_FEATURE, g, added);
                for (uint32_t k = 0; k < N_FEATURE; k++) {
                    const float value = x[r * N_FEATURE + k];
                    const double off =
                        fmin(fmax((double)value, (double)n.low[k]), (double)n.high[k]);
                    want += isnan(value)
                                ? n.missing[g * N_FEATURE + k]
                                : n.weight[g * N_FEATURE + k] * (off - (double)n.center[k]);
                    told += added[k];
                }
                assert_true(fabs(margin[r * kinds[i].n_group + g] - want) < 1e-6);
                assert_true(fabs(margin[r * kinds[i].n_group + g] - told) < 1e-12);
            }
        }
        linear_model_free(model);
    }
}

static void answers_are_probabilities(void **state) {
    (void)state;
    for (size_t i = 0; i < N_KIND; i++) {
        struct numbers n;
        draw(&n, kinds[i].goal, kinds[i].n_group, i + 10);
        struct linear_model *model = made_of(&n);
        const uint32_t n_group = kinds[i].n_group;
        double value[2 * MOST_GROUP] = {0.5, -3, 900, -900, 1, 2, 3, 4}, margin[2 * MOST_GROUP];
        memcpy(margin, value, sizeof value);
        linear_model_answers(model, 2, value);
        for (uint32_t r = 0; r < 2; r++) {
            double sum = 0;
            for (uint32_t g = 0; g < n_group; g++) {
                const double m = margin[r * n_group + g], got = value[r * n_group + g];
                sum += got;
                for (uint32_t h = 0; h < g; h++) { // odds are the exponential of the difference
                    const double other = value[r * n_group + h];
                    assert_true(fabs(got - other * exact_exp(m - margin[r * n_group + h])) <
                                    1e-12 ||
                                other < 1e-300);
                }
                if (kinds[i].goal == LINEAR_YES_NO) {
                    assert_true(fabs(got - 1 / (1 + exact_exp(-m))) < 1e-15);
                } else if (kinds[i].goal == LINEAR_NUMBER) {
                    assert_true(got == m);
                }
            }
            assert_true(kinds[i].goal != LINEAR_CLASS || fabs(sum - 1) < 1e-12);
        }
        linear_model_free(model);
    }
}

static struct text written(const struct linear_model *model) {
    struct text out;
    text_init(&out, 1 << 20);
    assert_int_equal(linear_model_write(model, &out, NULL), MARU_OK);
    return out;
}

static void bytes_come_back_the_same(void **state) {
    (void)state;
    for (size_t i = 0; i < N_KIND; i++) {
        struct numbers n;
        draw(&n, kinds[i].goal, kinds[i].n_group, i + 20);
        struct linear_model *model = made_of(&n), *again = NULL;
        struct text once = written(model);
        assert_int_equal(linear_model_read(once.bytes, once.n_bytes, &again, NULL), MARU_OK);
        struct text twice = written(again);
        assert_int_equal(once.n_bytes, twice.n_bytes);
        assert_memory_equal(once.bytes, twice.bytes, once.n_bytes);
        char a[33], b[33];
        linear_model_fingerprint(model, a);
        linear_model_fingerprint(again, b);
        assert_string_equal(a, b);
        linear_model_free(again);
        for (size_t k = 0; k < once.n_bytes; k++) { // cut off, and changed by one bit
            again = NULL;
            assert_int_not_equal(linear_model_read(once.bytes, k, &again, NULL), MARU_OK);
            once.bytes[k] = (char)(once.bytes[k] ^ (1 << (k % 8)));
            assert_int_not_equal(linear_model_read(once.bytes, once.n_bytes, &again, NULL),
                                 MARU_OK);
            once.bytes[k] = (char)(once.bytes[k] ^ (1 << (k % 8)));
            assert_null(again);
        }
        text_fini(&once);
        text_fini(&twice);
        linear_model_free(model);
    }
}

static void contradictions_are_refused(void **state) {
    (void)state;
    struct numbers good;
    draw(&good, LINEAR_CLASS, 3, 5);
    for (int i = 0; i < 9; i++) {
        struct numbers n;
        draw(&n, LINEAR_CLASS, 3, 5);
        switch (i) {
        case 0:
            n.low[1] = n.high[1] + 1;
            break;
        case 1:
            n.center[2] = NAN;
            break;
        case 2:
            n.base[2] = (double)INFINITY;
            break;
        case 3:
            n.weight[17] = (double)NAN;
            break;
        case 4:
            n.missing[17] = (double)NAN;
            break;
        case 5:
            n.draft.shape.n_group = 1;
            break;
        case 6:
            n.draft.shape.n_feature = 0;
            break;
        case 7:
            n.draft.shape.goal = N_LINEAR_GOAL;
            break;
        default:
            n.high[0] = INFINITY;
            break;
        }
        struct linear_model *made = NULL;
        maru_error err = {0};
        assert_int_not_equal(linear_model_make(&n.draft, &made, &err), MARU_OK);
        assert_null(made);
        assert_true(err.text[0] != 0);
    }
    for (uint64_t k = 0;; k++) { // no memory: refused whole
        struct linear_model *made = NULL;
        alloc_fail_after(k);
        const maru_status st = linear_model_make(&good.draft, &made, NULL);
        alloc_fail_after(UINT64_MAX);
        if (st == MARU_OK) {
            assert_true(k > 1);
            linear_model_free(made);
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
        assert_null(made);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(margins_are_what_the_formula_says),
        cmocka_unit_test(answers_are_probabilities),
        cmocka_unit_test(bytes_come_back_the_same),
        cmocka_unit_test(contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
