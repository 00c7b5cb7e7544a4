#include "learn/measures/measures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/measures/class_measures.h"
#include "learn/measures/number_measures.h"
#include "learn/measures/row_order.h"

enum { N = 60, N_TRIAL = 200 };

static void near(double got, double want, double by) {
    if (!(fabs(got - want) <= by)) {
        fail_msg("%.12g, want %.12g", got, want);
    }
}

static struct scored scored_of(const double *score, const uint8_t *is_yes, uint32_t n,
                               struct arena *arena) {
    struct scored s;
    assert_int_equal(scored_init(score, is_yes, n, arena, &s, NULL), MARU_OK);
    return s;
}

// Scores of few levels, so that many are equal, with counts from 0 to 3.
struct sample {
    double score[N];
    uint8_t is_yes[N];
    uint32_t count[N];
    double copy[4 * N]; // each row as often as it counts
    uint8_t copy_is_yes[4 * N];
    uint32_t n_copy;
};

static struct sample sample_of(uint64_t seed) {
    struct sample s = {.n_copy = 0};
    for (uint32_t i = 0; i < N; i++) {
        const struct random_block r = random_at(seed, 1, i);
        s.score[i] = (r.word[0] % 17) / 16.0;
        s.is_yes[i] = (uint8_t)(r.word[1] % 16 < r.word[0] % 17);
        s.count[i] = r.word[2] % 4;
        for (uint32_t k = 0; k < s.count[i]; k++) {
            s.copy[s.n_copy] = s.score[i];
            s.copy_is_yes[s.n_copy++] = s.is_yes[i];
        }
    }
    return s;
}

// By every pair.
static double auc_of_pairs(const struct sample *s) {
    double u = 0, n = 0;
    for (uint32_t i = 0; i < s->n_copy; i++) {
        for (uint32_t j = 0; j < s->n_copy; j++) {
            if (s->copy_is_yes[i] && !s->copy_is_yes[j]) {
                u += s->copy[i] > s->copy[j] ? 1.0 : s->copy[i] == s->copy[j] ? 0.5 : 0.0;
                n += 1.0;
            }
        }
    }
    return u / n;
}

// By every threshold: what is gained in recall times the precision there; and the largest F1.
static double average_precision_of_steps(const struct sample *s, double *best_f1) {
    double sum = 0, recall_before = 0;
    *best_f1 = 0;
    for (int level = 16; level >= 0; level--) {
        double hits = 0, alarms = 0, yes = 0;
        for (uint32_t i = 0; i < s->n_copy; i++) {
            const double is_alarm = s->copy[i] >= level / 16.0 ? 1.0 : 0.0;
            alarms += is_alarm;
            hits += s->copy_is_yes[i] ? is_alarm : 0.0;
            yes += s->copy_is_yes[i];
        }
        sum += alarms > 0 ? (hits / yes - recall_before) * hits / alarms : 0.0;
        recall_before = hits / yes;
        *best_f1 = fmax(*best_f1, 2.0 * hits / (alarms + yes));
    }
    return sum;
}

// Law: counts are copies of rows, and measures are what their definitions say, by hand.
static void definitions(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < N_TRIAL; seed++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        const struct sample s = sample_of(seed);
        const struct scored a = scored_of(s.score, s.is_yes, N, &arena);
        const struct scored b = scored_of(s.copy, s.copy_is_yes, s.n_copy, &arena);
        double f1 = 0, threshold = 0;
        near(measure_auc(&a, s.count), auc_of_pairs(&s), 1e-12);
        near(measure_average_precision(&a, s.count), average_precision_of_steps(&s, &f1), 1e-12);
        near(measure_best_f1(&a, s.count, &threshold), f1, 1e-12);
        near(measure_decided(&a, s.count, threshold).f1, f1, 1e-12);
        near(measure_auc(&b, NULL), measure_auc(&a, s.count), 1e-12);
        near(measure_log_loss(&b, NULL), measure_log_loss(&a, s.count), 1e-12);
        near(measure_brier(&b, NULL), measure_brier(&a, s.count), 1e-12);
        const struct decided d = measure_decided(&a, s.count, 0.5);
        assert_int_equal(d.hits + d.false_alarms + d.misses + d.quiet, s.n_copy);
        near(d.f1, 2.0 / (1.0 / d.precision + 1.0 / d.recall), 1e-12);
        arena_fini(&arena);
    }
}

// Law: AUC depends on the order alone, and is mirrored where scores are.
static void order_alone(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < N_TRIAL; seed++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        const struct sample s = sample_of(seed);
        double bent[N], mirrored[N];
        for (uint32_t i = 0; i < N; i++) {
            bent[i] = exact_exp(9.0 * s.score[i]) - 70.0;
            mirrored[i] = -s.score[i];
        }
        const struct scored a = scored_of(s.score, s.is_yes, N, &arena);
        const struct scored b = scored_of(bent, s.is_yes, N, &arena);
        const struct scored c = scored_of(mirrored, s.is_yes, N, &arena);
        near(measure_auc(&b, NULL), measure_auc(&a, NULL), 0.0);
        near(measure_average_precision(&b, NULL), measure_average_precision(&a, NULL), 0.0);
        near(measure_auc(&c, NULL), 1.0 - measure_auc(&a, NULL), 1e-12);
        arena_fini(&arena);
    }
}

// Hanley and McNeil 1982, table I: ratings of 58 normal and 51 abnormal images; their area is 0.893.
static void published_area(void **state) {
    static const uint32_t normal[] = {33, 6, 6, 11, 2}, abnormal[] = {3, 2, 2, 11, 33};
    double score[10];
    uint8_t is_yes[10];
    uint32_t count[10];
    struct arena arena;
    (void)state;
    for (uint32_t i = 0; i < 10; i++) {
        score[i] = i % 5;
        is_yes[i] = i >= 5;
        count[i] = i < 5 ? normal[i] : abnormal[i - 5];
    }
    arena_init(&arena, 1 << 16);
    const struct scored s = scored_of(score, is_yes, 10, &arena);
    near(measure_auc(&s, count), 0.893, 5e-4);
    arena_fini(&arena);
}

// Law: log loss and Brier of the true share are its entropy and p (1 - p), and no other constant has less.
static void proper(void **state) {
    enum { YES = 13 };
    uint8_t is_yes[N];
    double p[N];
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    for (uint32_t i = 0; i < N; i++) {
        is_yes[i] = i < YES;
    }
    const double q = (double)YES / N;
    for (int k = 1; k < 100; k++) {
        for (uint32_t i = 0; i < N; i++) {
            p[i] = k / 100.0;
        }
        const struct scored s = scored_of(p, is_yes, N, &arena);
        const double x = k / 100.0;
        near(measure_log_loss(&s, NULL), -q * exact_ln(x) - (1.0 - q) * exact_ln(1.0 - x), 1e-12);
        near(measure_brier(&s, NULL), q * (1.0 - q) + (x - q) * (x - q), 1e-12);
        near(measure_average_precision(&s, NULL), q, 1e-12);
        near(measure_auc(&s, NULL), 0.5, 0.0);
    }
    arena_fini(&arena);
}

static void without_meaning(void **state) {
    static const double p[] = {0.1, 0.9, 2.0};
    static const uint8_t no[] = {0, 0, 0}, wrong[] = {0, 2, 0};
    static const uint32_t never[] = {0, 0, 0}, not_last[] = {1, 1, 0};
    struct arena arena;
    struct scored s = {0};
    maru_error err = {0};
    (void)state;
    arena_init(&arena, 1 << 16);
    assert_int_equal(scored_init(p, wrong, 3, &arena, &s, &err), MARU_E_RANGE);
    const double nan_score[] = {0.1, (double)NAN};
    assert_int_equal(scored_init(nan_score, no, 2, &arena, &s, &err), MARU_E_RANGE);
    assert_int_equal(scored_init(p, no, 0, &arena, &s, &err), MARU_OK);
    assert_true(isnan(measure_auc(&s, NULL)) && isnan(measure_brier(&s, NULL)));
    assert_true(isnan(measure_best_f1(&s, NULL, NULL)));
    s = scored_of(p, no, 3, &arena);
    assert_true(isnan(measure_auc(&s, NULL)) && isnan(measure_average_precision(&s, NULL)));
    assert_true(isnan(measure_log_loss(&s, NULL))); // 2.0 is no probability
    near(measure_log_loss(&s, not_last), -(exact_ln(0.9) + exact_ln(0.1)) / 2.0, 1e-12);
    assert_true(isnan(measure_brier(&s, never)) && isnan(measure_auc(&s, never)));
    assert_true(isnan(measure_decided(&s, never, 0.5).accuracy));
    arena_fini(&arena);
    arena_init(&arena, 8);
    assert_int_equal(scored_init(p, no, 3, &arena, &s, &err), MARU_E_LIMIT);
    arena_fini(&arena);
}

static void numbers(void **state) {
    static const double truth[] = {10, 20, 30, 40}, answer[] = {12, 17, 30, 45};
    static const double low[] = {8, 18, 31, 30}, high[] = {12, 20, 35, (double)INFINITY};
    static const uint32_t twice[] = {2, 2, 2, 2}, first[] = {1, 0, 0, 0};
    const struct answered a = {truth, answer, 4};
    const struct bounded b = {truth, low, high, 4};
    (void)state;
    near(measure_rmse(&a, NULL), sqrt(38.0 / 4.0), 1e-12);
    near(measure_mae(&a, NULL), 2.5, 1e-12);
    near(measure_r2(&a, NULL), 1.0 - 38.0 / 500.0, 1e-12);
    const double score = exact_exp(0.2) + exact_exp(3.0 / 13.0) + exact_exp(0.5) - 3.0;
    near(measure_phm08(&a, NULL), score, 1e-12);
    near(measure_phm08(&a, twice), 2.0 * score, 1e-12);
    near(measure_rmse(&a, twice), measure_rmse(&a, NULL), 1e-12);
    near(measure_r2(&a, twice), measure_r2(&a, NULL), 1e-12);
    near(measure_coverage(&b, NULL), 0.75, 0.0);
    near(measure_mean_width(&b, first), 4.0, 0.0);
    assert_true(isinf(measure_mean_width(&b, NULL)));
    const struct bounded three = {truth, low, high, 3};
    near(measure_interval_score(&three, 0.8, NULL), (4.0 + 2.0 + 4.0 + 10.0) / 3.0, 1e-12);
    assert_true(isnan(measure_r2(&a, first)));
    const double gap[] = {12, 17, (double)NAN, 45};
    const struct answered with_gap = {truth, gap, 4}, none = {truth, gap, 0};
    assert_true(isnan(measure_rmse(&with_gap, NULL)) && isnan(measure_r2(&with_gap, NULL)));
    near(measure_rmse(&with_gap, first), 2.0, 1e-12);
    assert_true(isnan(measure_rmse(&none, NULL)) && isnan(measure_phm08(&none, NULL)));
    const struct bounded unknown = {truth, gap, high, 4};
    assert_true(isnan(measure_coverage(&unknown, NULL)));
}

// Law: of two classes, macro F1 and balanced accuracy are those of yes or no, averaged over both sides.
static void two_classes(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < N_TRIAL; seed++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        const struct sample s = sample_of(seed);
        uint32_t truth[N], answer[N];
        uint64_t cells[4];
        uint8_t other[N];
        double mirrored[N];
        for (uint32_t i = 0; i < N; i++) {
            truth[i] = s.is_yes[i];
            answer[i] = s.score[i] >= 0.5;
            other[i] = !s.is_yes[i];
            mirrored[i] = answer[i] ? 0.0 : 1.0;
        }
        struct confusion c = {cells, 2};
        assert_int_equal(confusion_count(&c, truth, answer, N, s.count, NULL), MARU_OK);
        const struct scored a = scored_of(s.score, s.is_yes, N, &arena);
        const struct scored b = scored_of(mirrored, other, N, &arena);
        const struct decided yes = measure_decided(&a, s.count, 0.5);
        const struct decided no = measure_decided(&b, s.count, 0.5);
        near(confusion_macro_f1(&c), (yes.f1 + no.f1) / 2.0, 1e-12);
        near(confusion_balanced_accuracy(&c), yes.balanced_accuracy, 1e-12);
        near(confusion_accuracy(&c), yes.accuracy, 1e-12);
        near(confusion_class(&c, 1).precision, yes.precision, 1e-12);
        near(confusion_class(&c, 0).recall, yes.specificity, 1e-12);
        arena_fini(&arena);
    }
}

static void classes(void **state) {
    static const uint32_t truth[] = {0, 0, 1, 1, 2}, answer[] = {0, 1, 1, 1, 0};
    static const uint8_t labels[] = {1, 0, 0, 1, 1, 1}, said[] = {1, 0, 0, 0, 1, 1};
    static const uint32_t count[] = {2, 5, 1};
    uint64_t cells[16];
    struct confusion c = {cells, 4};
    (void)state;
    assert_int_equal(confusion_count(&c, truth, answer, 5, NULL, NULL), MARU_OK);
    near(confusion_macro_f1(&c), (0.5 + 0.8 + 0.0) / 3.0, 1e-12); // class 3 is nowhere
    near(confusion_accuracy(&c), 0.6, 1e-12);
    near(confusion_balanced_accuracy(&c), (0.5 + 1.0 + 0.0) / 3.0, 1e-12);
    assert_int_equal(confusion_count(&c, truth, answer, 0, NULL, NULL), MARU_OK);
    assert_true(isnan(confusion_macro_f1(&c)) && isnan(confusion_accuracy(&c)));
    c.n_class = 2;
    assert_int_equal(confusion_count(&c, truth, answer, 5, NULL, NULL), MARU_E_RANGE);
    c.n_class = CONFUSION_MAX_CLASSES + 1;
    assert_int_equal(confusion_count(&c, truth, answer, 5, NULL, NULL), MARU_E_LIMIT);
    near(measure_exact_match(labels, said, 3, 2, NULL), 2.0 / 3.0, 1e-12);
    near(measure_exact_match(labels, said, 3, 2, count), 3.0 / 8.0, 1e-12);
    assert_true(isnan(measure_exact_match(labels, said, 0, 2, NULL)));
}

// Law: rows come out sorted, equal ones as they stood, those without a key last, each once.
static void rows_in_order(void **state) {
    enum { MOST = 300 };
    (void)state;
    for (uint32_t n = 0; n < MOST; n += n < 20 ? 1 : 13) {
        double key[MOST] = {0};
        uint32_t order[MOST], spare[MOST];
        for (uint32_t i = 0; i < n; i++) {
            const struct random_block r = random_at(5, n, i);
            key[i] = r.word[0] % 9 == 0 ? (double)NAN : r.word[1] % 40;
        }
        row_order(key, n, order, spare);
        uint64_t sum = 0;
        for (uint32_t i = 0; i < n; i++) {
            sum += order[i];
            if (i > 0) {
                const double a = key[order[i - 1]], b = key[order[i]];
                const int is_equal = a == b || (isnan(a) && isnan(b));
                assert_true(a < b || (isnan(b) && !isnan(a)) ||
                            (is_equal && order[i - 1] < order[i]));
            }
        }
        assert_int_equal(sum, (uint64_t)n * (n - (n > 0)) / 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions),     cmocka_unit_test(order_alone),
        cmocka_unit_test(published_area),  cmocka_unit_test(proper),
        cmocka_unit_test(without_meaning), cmocka_unit_test(numbers),
        cmocka_unit_test(two_classes),     cmocka_unit_test(classes),
        cmocka_unit_test(rows_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
