#include "train/trees/boosting.h"

#include "train/trial_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct boosting *fit(const struct trial_rows *rows, const struct trial_rows *judge,
                            const struct boosting_options *options) {
    struct boosting *made = NULL;
    maru_error err = {0};
    if (boosting_fit(&rows->rows, judge ? &judge->rows : NULL, options, &made, &err) != MARU_OK) {
        fail_msg("not fitted: %s", err.text);
    }
    return made;
}

static struct text model(struct boosting *boosting) {
    struct text out;
    text_init(&out, 1 << 28);
    assert_int_equal(boosting_model(boosting, &out, NULL), MARU_OK);
    return out;
}

static bool three_more(const void *context) { return --**(int *const *)context > 0; }

static void stopped_between_rounds(void **state) {
    (void)state;
    int n_left = 3, *const left = &n_left;
    struct boosting *made = NULL;
    struct boosting_options options = boosting_usual(BOOSTING_NUMBER);
    options.goes_on = three_more;
    options.context = &left;
    struct trial_rows rows = trial_rows_new(7, 100, 3, &options, 0.1F, 0);
    assert_int_equal(boosting_fit(&rows.rows, NULL, &options, &made, NULL), MARU_E_STOPPED);
    assert_null(made);
    assert_int_equal(n_left, 0);
    trial_rows_free(&rows);
}

static void same_bytes(void **state) {
    (void)state;
    for (enum boosting_goal goal = 0; goal < N_BOOSTING_GOAL; goal++) {
        struct boosting_options options = boosting_usual(goal);
        options.n_class = 3;
        options.n_round = 20;
        options.subsample = 0.8;
        options.colsample = 0.5;
        struct trial_rows rows = trial_rows_new(7, 3000, 12, &options, 0.1F, 0);
        struct text first = {0};
        for (uint32_t k = 0; k < 4; k++) { // twice with one thread, with two, with another seed
            options.n_thread = k == 2 ? 2 : 1;
            options.seed = k == 3 ? 99 : 5;
            struct boosting *made = fit(&rows, NULL, &options);
            assert_int_equal(boosting_n_round(made), 20);
            assert_int_equal(boosting_n_group(made), goal == BOOSTING_CLASS ? 3 : 1);
            struct text bytes = model(made);
            boosting_free(made);
            if (k == 0) {
                first = bytes;
                continue;
            }
            const bool is_same = bytes.n_bytes == first.n_bytes &&
                                 memcmp(bytes.bytes, first.bytes, first.n_bytes) == 0;
            if (is_same != (k < 3)) {
                fail_msg("goal %d, fit %u: the bytes are %s", (int)goal, k,
                         is_same ? "the same" : "others");
            }
            text_fini(&bytes);
        }
        text_fini(&first);
        trial_rows_free(&rows);
    }
}

// Half of the answers are noise, so that more rounds soon do harm on other rows.
static void stops_early(void **state) {
    (void)state;
    struct boosting_options options = boosting_usual(BOOSTING_NUMBER);
    options.patience = 10;
    struct trial_rows rows = trial_rows_new(11, 800, 6, &options, 0, 0);
    struct trial_rows judge = trial_rows_new(12, 800, 6, &options, 0, 0);
    for (uint32_t i = 0; i < 800; i++) {
        rows.y[i] += 8 * trial_number(13, i);
        judge.y[i] += 8 * trial_number(14, i);
    }
    struct boosting *made = fit(&rows, &judge, &options);
    const uint32_t n_best = boosting_n_round(made);
    assert_in_range(n_best, 2, 299);
    // The judging rows are only looked at: as many rounds without them are the same trees.
    options.n_round = n_best;
    options.patience = 0;
    struct boosting *again = fit(&rows, NULL, &options);
    float one[800], other[800];
    assert_int_equal(boosting_ask(made, &judge.rows, BOOSTING_ANSWER, one, NULL), MARU_OK);
    assert_int_equal(boosting_ask(again, &judge.rows, BOOSTING_ANSWER, other, NULL), MARU_OK);
    assert_memory_equal(one, other, sizeof one);
    // One round fewer and one more are no better on them.
    double loss[3] = {0};
    for (uint32_t k = 0; k < 3; k++) {
        struct boosting *near = again;
        if (k != 1) {
            options.n_round = n_best + k - 1;
            near = fit(&rows, NULL, &options);
        }
        assert_int_equal(boosting_ask(near, &judge.rows, BOOSTING_ANSWER, one, NULL), MARU_OK);
        for (uint32_t i = 0; i < 800; i++) {
            const double off = (double)one[i] - (double)judge.y[i];
            loss[k] += off * off;
        }
        if (k != 1) {
            boosting_free(near);
        }
    }
    assert_true(loss[1] <= loss[0] && loss[1] <= loss[2]);
    boosting_free(made);
    boosting_free(again);
    trial_rows_free(&rows);
    trial_rows_free(&judge);
}

// Shapley values add up to the margin, and features that do nothing get next to nothing.
static void shap_adds_up(void **state) {
    (void)state;
    for (enum boosting_goal goal = 0; goal < N_BOOSTING_GOAL; goal++) {
        struct boosting_options options = boosting_usual(goal);
        options.n_class = 4;
        options.n_round = 30;
        struct trial_rows rows = trial_rows_new(21, 500, 8, &options, 0.1F, 0);
        struct boosting *made = fit(&rows, NULL, &options);
        const uint32_t n_group = boosting_n_group(made);
        float *margin = malloc(sizeof(float) * 500 * n_group);
        float *shap = malloc(sizeof(float) * 500 * n_group * 9);
        assert_true(margin && shap);
        assert_int_equal(boosting_ask(made, &rows.rows, BOOSTING_MARGIN, margin, NULL), MARU_OK);
        assert_int_equal(boosting_ask(made, &rows.rows, BOOSTING_SHAP, shap, NULL), MARU_OK);
        double used = 0, unused = 0;
        for (uint32_t i = 0; i < 500 * n_group; i++) {
            double sum = 0;
            for (uint32_t k = 0; k < 9; k++) {
                sum += (double)shap[9 * i + k];
                used += k < 4 ? fabs((double)shap[9 * i + k]) : 0;
                unused += k >= 4 && k < 8 ? fabs((double)shap[9 * i + k]) : 0;
            }
            assert_true(fabs(sum - (double)margin[i]) < 1e-3);
        }
        assert_true(used > 2 * unused);
        double gain[8];
        assert_int_equal(boosting_gain(made, gain, NULL), MARU_OK);
        assert_true(gain[0] > gain[5] && gain[1] > gain[6] && gain[3] > gain[7]);
        free(margin);
        free(shap);
        boosting_free(made);
        trial_rows_free(&rows);
    }
}

static void opens_again(void **state) {
    (void)state;
    struct boosting_options options = boosting_usual(BOOSTING_CLASS);
    options.n_class = 5;
    options.n_round = 7;
    struct trial_rows rows = trial_rows_new(31, 400, 5, &options, 0.2F, 0);
    struct boosting *made = fit(&rows, NULL, &options);
    struct text bytes = model(made);
    struct boosting *opened = NULL;
    assert_int_equal(boosting_open(bytes.bytes, bytes.n_bytes, &opened, NULL), MARU_OK);
    assert_int_equal(boosting_n_group(opened), 5);
    assert_int_equal(boosting_n_round(opened), 7);
    assert_int_equal(boosting_n_feature(opened), 5);
    static float one[2000], other[2000];
    assert_int_equal(boosting_ask(made, &rows.rows, BOOSTING_ANSWER, one, NULL), MARU_OK);
    assert_int_equal(boosting_ask(opened, &rows.rows, BOOSTING_ANSWER, other, NULL), MARU_OK);
    assert_memory_equal(one, other, sizeof one);
    maru_error err = {0};
    struct boosting *none = NULL;
    assert_int_equal(boosting_open("{\"learner\":", 11, &none, &err), MARU_E_INPUT);
    assert_null(none);
    assert_null(strchr(err.text, '\n'));
    assert_true(strncmp(err.text, "XGBoost refuses: ", 17) == 0 && strlen(err.text) > 20);
    text_fini(&bytes);
    boosting_free(made);
    boosting_free(opened);
    trial_rows_free(&rows);
}

static void refuses(void **state) {
    (void)state;
    for (int k = 0; k < 24; k++) {
        struct boosting_options options =
            boosting_usual(k == 10 ? BOOSTING_CLASS : BOOSTING_YES_NO);
        struct trial_rows rows = trial_rows_new(41, 20, 3, &options, 0, 0);
        struct trial_rows judge = trial_rows_new(42, 20, k == 21 ? 2 : 3, &options, 0, 0);
        float weight[20];
        for (int i = 0; i < 20; i++) {
            weight[i] = 1;
        }
        rows.rows.weight = weight;
        options.n_round = 2;
        maru_status want = MARU_E_RANGE;
        switch (k) {
        case 0:
            options.goal = N_BOOSTING_GOAL;
            break;
        case 1:
            options.n_round = 0;
            break;
        case 2:
            options.n_round = BOOSTING_MAX_ROUNDS + 1;
            break;
        case 3:
            options.n_depth = 0;
            break;
        case 4:
            options.n_depth = BOOSTING_MAX_DEPTH + 1;
            break;
        case 5:
            options.n_thread = 0;
            break;
        case 6:
            options.eta = (double)NAN;
            break;
        case 7:
            options.subsample = 0;
            break;
        case 8:
            options.colsample = 1.5;
            break;
        case 9:
            options.lambda = -1;
            break;
        case 10:
            options.n_class = 1;
            break;
        case 11:
            options.scale_pos_weight = 0;
            break;
        case 12:
            rows.rows.n_row = 0;
            break;
        case 13:
            rows.rows.n_row = BOOSTING_MAX_ROWS + 1, want = MARU_E_LIMIT;
            break;
        case 14:
            rows.x[7] = INFINITY;
            break;
        case 15:
            rows.y[3] = NAN;
            break;
        case 16:
            rows.y[3] = 2;
            break;
        case 17:
            weight[5] = 0;
            break;
        case 18:
            weight[5] = NAN;
            break;
        case 19:
            judge.y[0] = 0.5F;
            break;
        case 20:
            judge.x[0] = -INFINITY;
            break;
        case 22:
            options.n_cut = 1;
            break;
        case 23:
            options.n_cut = BOOSTING_MAX_CUTS + 1;
            break;
        default:
            break;
        }
        struct boosting *made = NULL;
        maru_error err = {0};
        const maru_status st = boosting_fit(&rows.rows, &judge.rows, &options, &made, &err);
        if (st != want || made || !err.text[0]) {
            fail_msg("case %d: %s, %s", k, maru_status_name(st), err.text);
        }
        trial_rows_free(&rows);
        trial_rows_free(&judge);
    }
}

// A limit that lies between two neighbors of 4000 rows: 256 cuts pass by it, 4096 meet it.
static void more_cuts_find_a_sharp_limit(void **state) {
    (void)state;
    enum { N_ROW = 4000, LIMIT = 3990 };
    static float x[N_ROW], y[N_ROW], answer[N_ROW];
    for (int i = 0; i < N_ROW; i++) {
        x[i] = (float)i;
        y[i] = i >= LIMIT;
    }
    const struct boosting_rows rows = {x, y, NULL, N_ROW, 1};
    for (int is_fine = 0; is_fine < 2; is_fine++) {
        struct boosting_options options = boosting_usual(BOOSTING_YES_NO);
        options.n_round = 30;
        options.min_child_weight = 0;
        options.n_cut = is_fine ? BOOSTING_MAX_CUTS : 0;
        struct boosting *made = NULL;
        assert_int_equal(boosting_fit(&rows, NULL, &options, &made, NULL), MARU_OK);
        assert_int_equal(boosting_ask(made, &rows, BOOSTING_ANSWER, answer, NULL), MARU_OK);
        assert_true((answer[LIMIT] > answer[LIMIT - 1]) == is_fine);
        boosting_free(made);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopped_between_rounds),
        cmocka_unit_test(same_bytes),
        cmocka_unit_test(stops_early),
        cmocka_unit_test(shap_adds_up),
        cmocka_unit_test(opens_again),
        cmocka_unit_test(refuses),
        cmocka_unit_test(more_cuts_find_a_sharp_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
