#include "sim/follow/validity.h"

#include <math.h>
#include <stdlib.h>

#include "sim/trial.h"

// Claims whose truth is one more draw of the same kind hold as often as they say, whatever that kind is;
// claims that are too sure or beside it do not.

enum { N_VALUE = 49, N_CLAIMS = 4000 };

static double draw(int kind, uint64_t *counter) {
    const double u = ((double)trial_random(7, counter, 1 << 30) + 0.5) / (1 << 30);
    switch (kind) {
    case 0:
        return 1e9 * u; // even
    case 1:
        return floor(6 * u * u); // few counts, unevenly
    case 2:
        return u < 0.6 ? 5 : floor(20 * u); // mostly one value
    default:
        return u < 0.3 ? 0 : -log(u) * 1e8; // a mixture
    }
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct score judge(int kind, double scale, double shift) {
    struct score score = {0};
    double value[N_VALUE];
    uint64_t counter = 0;
    for (int i = 0; i < N_CLAIMS; i++) {
        for (int k = 0; k < N_VALUE; k++) {
            value[k] = draw(kind, &counter);
        }
        qsort(value, N_VALUE, sizeof *value, by_value);
        score_add(&score, value, N_VALUE, draw(kind, &counter) * scale + shift, 0.5);
    }
    return score;
}

static void right_claims_hold(void **state) {
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        const struct score score = judge(kind, 1, 0);
        const double n = (double)score.n;
        assert_int_equal(score.n + score.n_certain, N_CLAIMS);
        if (fabs(score.inside / n - 0.8) > 0.02 || fabs(score.below / n - 0.1) > 0.015) {
            fail_msg("kind %d: %.3f inside, %.3f below", kind, score.inside / n, score.below / n);
        }
        for (int k = 0; k < VALIDITY_N_BIN; k++) {
            assert_true(fabs(score.rank[k] / n - 0.1) < 0.02);
        }
        assert_true(fabs(score.inside + score.below + score.above - n) < 1e-6 * n);
    }
}

static void wrong_ones_do_not(void **state) {
    (void)state;
    const struct score late = judge(0, 1, 3e8), wide = judge(0, 0.2, 4e8);
    assert_true(late.above > 0.3 * (double)late.n && late.below < 0.01 * (double)late.n);
    assert_true(wide.inside > 0.99 * (double)wide.n);
    struct score sure = {0};
    double same[N_VALUE];
    for (int k = 0; k < N_VALUE; k++) {
        same[k] = 7;
    }
    score_add(&sure, same, N_VALUE, 7, 0.5);
    score_add(&sure, same, N_VALUE, 9, 0.5);
    assert_int_equal(sure.n, 0);
    assert_int_equal(sure.n_certain, 2);
    assert_int_equal(sure.n_certain_right, 1);
}

static void claims_wait_for_their_time(void **state) {
    (void)state;
    struct trial t = trial_new(trial_line, NULL, 1);
    struct belief b = {0};
    struct validity *v = NULL;
    assert_int_equal(belief_init(&b, t.model, 8, NULL), MARU_OK);
    assert_int_equal(validity_new(&v, NULL), MARU_OK);
    for (uint32_t lot = 0; lot < 4;
         lot++) { // released at 0, 1, 2, 3 h; the first two are done at 4, 5 h
        belief_clear_lot(&b, lot, 100 + lot);
        struct told told = told_new(TOLD_RELEASED, lot * MARU_HOUR);
        told.lot = lot;
        told.product = 0;
        belief_apply(&b, &told);
    }
    for (uint32_t lot = 0; lot < 2; lot++) {
        struct told told = told_new(TOLD_FINISHED, (4 + lot) * MARU_HOUR);
        told.lot = lot;
        belief_apply(&b, &told);
    }
    const double hours[] = {3, 4, 5, 6, 7, 8, 9}, count[] = {0, 1, 2, 3, 4, 5, 6};
    double at[7];
    for (int k = 0; k < 7; k++) {
        at[k] = hours[k] * (double)MARU_HOUR;
    }
    struct claim lot = {.kind = CLAIM_LOT, .lot = 0, .number = 100, .to_us = 10 * MARU_HOUR};
    const struct claim all = {.kind = CLAIM_ALL, .from_us = 4 * MARU_HOUR, .to_us = 9 * MARU_HOUR};
    assert_int_equal(validity_claim(v, &lot, at, 7, NULL), MARU_OK);
    lot.number = 99; // of a lot that was here before
    assert_int_equal(validity_claim(v, &lot, at, 7, NULL), MARU_OK);
    assert_int_equal(validity_claim(v, &all, count, 7, NULL), MARU_OK);
    assert_int_equal(validity_claim(v, &all, count, 0, NULL), MARU_E_RANGE);
    validity_judge(v, &b, 9 * MARU_HOUR - 1);
    assert_int_equal(validity_look(v).n_open, 3);
    validity_judge(v, &b, 9 * MARU_HOUR);
    struct validity_result result = validity_look(v);
    assert_int_equal(result.n_open, 2);
    assert_int_equal(result.score[CLAIM_ALL].n, 1); // the one done at 5 h: rank 1 of 0 to 7
    assert_true(fabs(result.score[CLAIM_ALL].rank[2] - 0.4) < 1e-9); // of 1/8 to 3/8
    struct text image; // kept and taken up again, the claims are judged the same
    text_init(&image, 1 << 20);
    validity_save(v, &image);
    validity_free(v);
    for (size_t n = 0; n < image.n_bytes; n++) {
        assert_int_equal(validity_load(image.bytes, n, &v, NULL), MARU_E_INPUT);
    }
    assert_int_equal(validity_load(image.bytes, image.n_bytes, &v, NULL), MARU_OK);
    text_fini(&image);
    validity_judge(v, &b, 10 * MARU_HOUR);
    result = validity_look(v);
    assert_int_equal(result.n_open, 0);
    assert_int_equal(result.n_lost, 1);
    assert_int_equal(result.score[CLAIM_LOT].n, 1);
    assert_int_equal(validity_claim(v, &lot, at, 7, NULL), MARU_OK);
    validity_forget(v);
    assert_int_equal(validity_look(v).n_open, 0);
    assert_int_equal(validity_look(v).n_lost, 2);
    validity_free(v);
    belief_fini(&b);
    trial_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_claims_hold),
        cmocka_unit_test(wrong_ones_do_not),
        cmocka_unit_test(claims_wait_for_their_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
