#include "learn/anomaly/anomaly.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/random.h"

enum { P = 8, N = 400, WORK = P * P + 4 * P };

static double normal(uint64_t stream, uint64_t i) {
    const struct random_block r = random_at(9, stream, i);
    return exact_normal_quantile(random_open(((uint64_t)r.word[1] << 32) | r.word[0]));
}

// Columns that two things move, each with a little of its own: units and levels are all different.
static void make(uint64_t stream, uint32_t n, double *x) {
    for (uint32_t i = 0; i < n; i++) {
        const double a = normal(stream, 100ULL * i), b = normal(stream, 100ULL * i + 1);
        for (uint32_t c = 0; c < P; c++) {
            const double own = 0.3 * normal(stream, 100ULL * i + 2 + c);
            x[i * P + c] = 50.0 * c + (1.0 + c) * ((c % 2 ? a : b) + (c == 7 ? a : 0.0) + own);
        }
    }
}

static maru_status try(const struct anomaly_options *options, const double *x, uint32_t n,
                       uint32_t p, struct arena *arena, struct anomaly *out) {
    struct arena scratch;
    arena_init(&scratch, 1 << 26);
    const struct anomaly_rows rows = {x, n, p};
    const maru_status st = anomaly_fit(options, &rows, arena, &scratch, out, NULL);
    arena_fini(&scratch);
    return st;
}

static struct anomaly learn(const struct anomaly_options *options, const double *x, uint32_t p,
                            struct arena *arena) {
    struct anomaly out = {0};
    assert_int_equal(try(options, x, N, p, arena, &out), MARU_OK);
    return out;
}

static struct anomaly_verdict judge(const struct anomaly *a, const double *row) {
    double work[WORK];
    struct anomaly_verdict out;
    assert_true(anomaly_work(a) <= WORK);
    anomaly_judge(a, row, work, &out);
    return out;
}

// Of new good rows a share of about a has a tail of at most a, and the score is about standard normal.
static void promise_of_the_tail(void **state) {
    (void)state;
    static double x[N * P], other[4000 * P];
    make(1, N, x);
    make(2, 4000, other);
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct anomaly_options options = anomaly_usual();
    for (int k = 0; k < 2; k++) {
        options.is_in_order = k == 0;
        const struct anomaly a = learn(&options, x, P, &arena);
        assert_int_equal(a.n_held, N);
        uint32_t n_20 = 0, n_2 = 0;
        double sum = 0.0, squares = 0.0;
        for (uint32_t i = 0; i < 4000; i++) {
            const struct anomaly_verdict v = judge(&a, other + (size_t)i * P);
            assert_true(v.tail >= 1.0 / (N + 1) && v.tail <= 1.0);
            n_20 += v.tail <= 0.2 ? 1 : 0;
            n_2 += v.tail <= 0.02 ? 1 : 0;
            sum += v.score / 4000;
            squares += v.score * v.score / 4000;
        }
        assert_in_range(n_20, 560, 1000); // 800 wanted, three standard errors of a quantile of 400
        assert_in_range(n_2, 20, 165);    // 80 wanted
        assert_true(fabs(sum) < 0.15 && fabs(squares - 1.0) < 0.35);
    }
    arena_fini(&arena);
}

// Without correlation the distance is the sum of squares, brought to the scale of a normal value.
static void closed_form(void **state) {
    (void)state;
    static double x[N * P];
    make(1, N, x);
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct anomaly_options options = anomaly_usual();
    options.shrinkage = 1.0;
    const struct anomaly a = learn(&options, x, P, &arena);
    for (uint32_t i = 0; i < 20; i++) {
        double sum = 0.0;
        for (uint32_t c = 0; c < P; c++) {
            const double w = (x[i * P + c] - a.center[c]) / a.scale[c];
            sum += w * w;
        }
        const double want = (cbrt(sum / P) - 1.0 + 2.0 / (9.0 * P)) / sqrt(2.0 / (9.0 * P));
        assert_true(fabs(judge(&a, x + (size_t)i * P).score - want) < 1e-9);
    }
    arena_fini(&arena);
}

// What is missing is as if its column had never been there.
static void missing_is_not_there(void **state) {
    (void)state;
    static double x[N * P], few[N * P];
    make(1, N, x);
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct anomaly_options options = anomaly_usual();
    options.shrinkage = 0.05;
    const struct anomaly all = learn(&options, x, P, &arena);
    for (uint32_t i = 0; i < N; i++) {
        for (uint32_t c = 0; c < P - 3; c++) {
            few[i * (P - 3) + c] = x[i * P + c + (c >= 2 ? 3 : 0)];
        }
    }
    const struct anomaly part = learn(&options, few, P - 3, &arena);
    for (uint32_t i = 0; i < 50; i++) {
        double row[P];
        memcpy(row, x + (size_t)i * P, sizeof row);
        row[2] = NAN;
        row[3] = INFINITY;
        row[4] = -INFINITY;
        const struct anomaly_verdict v = judge(&all, row);
        assert_int_equal(v.n_missing, 3);
        const double want = judge(&part, few + (size_t)i * (P - 3)).score;
        if (!(fabs(v.score - want) < 1e-8)) {
            fail_msg("row %u: %.12g, not %.12g", i, v.score, want);
        }
    }
    const double none[P] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    assert_true(isnan(judge(&all, none).score) && isnan(judge(&all, none).tail));
    arena_fini(&arena);
}

// Units do not matter, nor does the order of columns.
static void units_and_order(void **state) {
    (void)state;
    static double x[N * P], y[N * P];
    make(1, N, x);
    for (uint32_t i = 0; i < N; i++) {
        for (uint32_t c = 0; c < P; c++) {
            y[i * P + (c * 3) % P] = c % 2 ? 1000.0 - 8.0 * x[i * P + c] : x[i * P + c] / 32.0;
        }
    }
    struct arena arena;
    arena_init(&arena, 1 << 24);
    const struct anomaly_options options = anomaly_usual();
    const struct anomaly a = learn(&options, x, P, &arena), b = learn(&options, y, P, &arena);
    assert_true(a.shrinkage == b.shrinkage);
    for (uint32_t i = 0; i < N; i++) {
        assert_true(fabs(judge(&a, x + (size_t)i * P).score - judge(&b, y + (size_t)i * P).score) <
                    0.02);
    }
    arena_fini(&arena);
}

// Values that are usual each on its own but do not belong together are odd; the culprit is named first, with what it should be.
static void broken_relation(void **state) {
    (void)state;
    static double x[N * P], other[200 * P];
    make(1, N, x);
    make(3, 200, other);
    struct arena arena;
    arena_init(&arena, 1 << 24);
    const struct anomaly_options options = anomaly_usual();
    const struct anomaly a = learn(&options, x, P, &arena);
    uint32_t n_found = 0, n_first = 0, n_near = 0, n_odd = 0;
    for (uint32_t i = 0; i < 200; i++) {
        double *row = other + (size_t)i * P, work[WORK];
        const uint32_t culprit = i % 7;
        const double was = row[culprit], middle = a.center[culprit], scale = a.scale[culprit];
        row[culprit] = middle + (was > middle ? -1.2 : 1.2) * scale; // nothing special
        if (fabs(was - middle) < scale) {
            continue;
        }
        struct anomaly_cause cause[ANOMALY_MAX_CAUSES];
        const uint32_t n = anomaly_explain(&a, row, work, cause);
        n_odd++;
        n_found += judge(&a, row).tail <= 0.02 ? 1 : 0;
        n_first += n > 0 && cause[0].column == culprit ? 1 : 0;
        n_near += n > 0 && fabs(cause[0].expected - was) < 3.0 * cause[0].sd ? 1 : 0;
        assert_true(n == 0 || (cause[0].sd > 0.0 && cause[0].value == row[cause[0].column]));
        for (uint32_t k = 1; k < n; k++) {
            assert_true(cause[k].left <= cause[k - 1].left + 1.0);
        }
    }
    assert_in_range(n_odd, 40, 100);
    assert_true(n_found * 10 > n_odd * 9);
    assert_true(n_first * 10 > n_odd * 9);
    assert_true(n_near * 10 > n_odd * 9);
    arena_fini(&arena);
}

// From the middle of everything one value goes astray, however little: it is the first cause, whatever the correlations.
static void one_culprit_is_first(void **state) {
    (void)state;
    static double x[N * P];
    make(4, N, x);
    struct arena arena;
    arena_init(&arena, 1 << 24);
    const struct anomaly_options options = anomaly_usual();
    const struct anomaly a = learn(&options, x, P, &arena);
    for (uint32_t c = 0; c < P; c++) {
        for (int far = 2; far < 12; far++) {
            double row[P], work[WORK];
            memcpy(row, a.center, sizeof row);
            row[c] += (far % 2 ? 1.0 : -1.0) * far * a.scale[c];
            struct anomaly_cause cause[ANOMALY_MAX_CAUSES];
            const uint32_t n = anomaly_explain(&a, row, work, cause);
            assert_true(n >= 1);
            assert_int_equal(cause[0].column, c);
            if (n == 1) {
                assert_true(fabs(cause[0].expected - a.center[c]) < 1e-6 * a.scale[c]);
            }
        }
    }
    arena_fini(&arena);
}

// A few wild rows among those that are learnt from change little: limits of good rows stay, and the wild ones are still the oddest.
static void odd_rows_among_the_known(void **state) {
    (void)state;
    static double x[N * P], clean[N * P];
    make(1, N, x);
    memcpy(clean, x, sizeof x);
    for (uint32_t i = 7; i < N; i += 50) {
        for (uint32_t c = 0; c < P; c++) {
            x[i * P + c] = 50.0 * c + (c % 3 ? 1e6 : -1e300);
        }
    }
    struct arena arena;
    arena_init(&arena, 1 << 24);
    const struct anomaly_options options = anomaly_usual();
    const struct anomaly a = learn(&options, x, P, &arena), b = learn(&options, clean, P, &arena);
    for (uint32_t c = 0; c < P; c++) {
        assert_true(fabs(a.center[c] - b.center[c]) < 0.2 * b.scale[c]);
        assert_true(a.scale[c] < 1.3 * b.scale[c]);
    }
    assert_true(judge(&a, x + (size_t)7 * P).tail <= 8.5 / (N + 1));
    assert_true(isfinite(judge(&a, x + (size_t)7 * P).score));
    arena_fini(&arena);
}

static void columns_that_do_not_move(void **state) {
    (void)state;
    static double x[N * (P + 3)];
    static double plain[N * P];
    make(1, N, plain);
    for (uint32_t i = 0; i < N; i++) {
        double *row = x + (size_t)i * (P + 3);
        row[0] = 7.0;
        row[1] = NAN;
        memcpy(row + 2, plain + (size_t)i * P, P * sizeof *row);
        row[P + 2] = row[4]; // a column twice
    }
    struct arena arena;
    arena_init(&arena, 1 << 24);
    const struct anomaly_options options = anomaly_usual();
    const struct anomaly a = learn(&options, x, P + 3, &arena);
    assert_int_equal(a.n_moving, P + 1);
    double row[P + 3], work[256];
    memcpy(row, x, sizeof row);
    struct anomaly_verdict v;
    anomaly_judge(&a, row, work, &v);
    assert_int_equal(v.n_new, 0);
    row[0] = 8.0;
    row[1] = 0.0;
    anomaly_judge(&a, row, work, &v);
    assert_int_equal(v.n_new, 2);
    struct anomaly_cause cause[ANOMALY_MAX_CAUSES];
    const uint32_t n = anomaly_explain(&a, row, work, cause);
    assert_true(n >= 2 && cause[0].is_new && cause[0].column == 0 && cause[0].expected == 7.0);
    assert_true(cause[1].is_new && cause[1].column == 1 && isnan(cause[1].expected));
    arena_fini(&arena);
}

static void refusals(void **state) {
    (void)state;
    static double x[N * P], flat[N * P];
    make(1, N, x);
    const struct anomaly_options usual = anomaly_usual();
    struct anomaly_options one = usual, many = usual, negative = usual, none = usual;
    one.n_fold = 1;
    many.n_fold = ANOMALY_MAX_FOLDS + 1;
    negative.shrinkage = -0.1;
    none.shrinkage = NAN;
    static double missing[N * P];
    for (int i = 0; i < N * P; i++) {
        missing[i] = i % 2 ? (double)NAN : (double)INFINITY;
    }
    const struct {
        const struct anomaly_options *options;
        const double *x;
        uint32_t n, p;
        maru_status want;
    } cases[] = {
        {&one, x, N, P, MARU_E_RANGE},
        {&many, x, N, P, MARU_E_RANGE},
        {&negative, x, N, P, MARU_E_RANGE},
        {&none, x, N, P, MARU_E_RANGE},
        {&usual, x, 0, P, MARU_E_INPUT},
        {&usual, x, N, 0, MARU_E_INPUT},
        {&usual, x, 1, P, MARU_E_INPUT},
        {&usual, x, ANOMALY_LEAST_ROWS - 1, P, MARU_E_INPUT},
        {&usual, flat, N, P, MARU_E_INPUT},
        {&usual, missing, N, P, MARU_E_INPUT},
        {&usual, x, UINT32_MAX, P, MARU_E_LIMIT},
        {&usual, x, N, ANOMALY_MAX_COLUMNS + 1, MARU_E_LIMIT},
        {&usual, x, ANOMALY_LEAST_ROWS, P, MARU_OK},
        {&usual, x, N, 1, MARU_OK},
        {&usual, x, 20, 160, MARU_OK}, // more columns than rows
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 24);
        struct anomaly out = {0};
        const maru_status got =
            try(cases[i].options, cases[i].x, cases[i].n, cases[i].p, &arena, &out);
        if (got != cases[i].want) {
            fail_msg("case %zu: %d, not %d", i, (int)got, (int)cases[i].want);
        }
        arena_fini(&arena);
    }
    const uint64_t before = alloc_count();
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct anomaly out;
    assert_int_equal(try(&usual, x, N, P, &arena, &out), MARU_OK);
    arena_fini(&arena);
    const uint64_t n_ask = alloc_count() - before;
    for (uint64_t k = 0; k < n_ask; k++) {
        arena_init(&arena, 1 << 24);
        alloc_fail_after(k);
        const maru_status got = try(&usual, x, N, P, &arena, &out);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(got, MARU_E_MEMORY);
        arena_fini(&arena);
    }
    arena_init(&arena, 1 << 12);
    assert_int_equal(try(&usual, x, N, P, &arena, &out), MARU_OK);
    arena_fini(&arena);
    arena_init(&arena, 1 << 10);
    assert_int_equal(try(&usual, x, N, P, &arena, &out), MARU_E_LIMIT);
    arena_fini(&arena);
}

// ---- rows of factories (docs/MODELS.md reports these figures)

enum { MOST_ROWS = 2000, MOST_COLUMNS = 600 };

static uint32_t read_rows(const char *name, uint32_t n_column, double *x) {
    const char *data = getenv("MARU_DATA");
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", data ? data : "../shared/data", name);
    FILE *file = fopen(path, "r");
    if (!file) {
        print_message("skipped: no %s (set MARU_DATA)\n", path);
        skip();
    }
    static char line[1 << 16];
    uint32_t n = 0;
    while (n < MOST_ROWS && fgets(line, sizeof line, file)) {
        char *at = line, *end = line;
        uint32_t k = 0;
        for (; k < n_column; k++, at = end + (*end == ',' ? 1 : 0)) {
            x[(size_t)n * n_column + k] = strtod(at, &end);
            if (end == at) {
                break;
            }
        }
        n += k == n_column ? 1 : 0; // not its heading
    }
    fclose(file);
    return n;
}

// Half of the columns of a row come from another one: each value is usual, only together they are not. How often does such a row lie
// further off than a good one? Learnt from `n_known` rows, tried on the others.
static double told_apart(double *x, uint32_t n, uint32_t n_known, uint32_t p, bool is_in_order) {
    struct arena arena;
    arena_init(&arena, 1 << 28);
    struct anomaly_options options = anomaly_usual();
    options.is_in_order = is_in_order;
    struct anomaly a;
    const struct anomaly_rows rows = {x, n_known, p};
    assert_int_equal(anomaly_fit(&options, &rows, &arena, &arena, &a, NULL), MARU_OK);
    double *work = arena_take(&arena, anomaly_work(&a), sizeof *work);
    double *row = arena_take(&arena, p, sizeof *row);
    assert_true(work && row);
    static double good[MOST_ROWS], mixed[MOST_ROWS];
    const uint32_t n_try = n - n_known;
    for (uint32_t i = 0; i < n_try; i++) {
        const double *one = x + (size_t)(n_known + i) * p;
        const double *other = x + (size_t)(n_known + (i + n_try / 3) % n_try) * p;
        for (uint32_t c = 0; c < p; c++) {
            row[c] = random_at(31, i, c).word[0] % 2 ? one[c] : other[c];
        }
        struct anomaly_verdict v;
        anomaly_judge(&a, one, work, &v);
        good[i] = v.score;
        anomaly_judge(&a, row, work, &v);
        mixed[i] = v.score;
    }
    double sum = 0.0;
    for (uint32_t i = 0; i < n_try; i++) {
        for (uint32_t k = 0; k < n_try; k++) {
            sum += mixed[i] > good[k] ? 1.0 : mixed[i] == good[k] ? 0.5 : 0.0;
        }
    }
    arena_fini(&arena);
    return sum / n_try / n_try;
}

static void planted_in_real_rows(void **state) {
    (void)state;
    static double x[MOST_ROWS * MOST_COLUMNS], steel[MOST_ROWS * 27];
    uint32_t n = read_rows("secom/secom.data", 590, x);
    const double secom = told_apart(x, n, n * 4 / 5, 590, true);
    n = read_rows("steel_plates/steel_plates.csv", 27, x);
    for (uint32_t i = 0; i < n; i++) { // rows stand by kind of fault: mix them
        memcpy(steel + (size_t)i * 27, x + (size_t)(i * 1009ULL % n) * 27, 27 * sizeof *x);
    }
    const double plates = told_apart(steel, n, n * 4 / 5, 27, false);
    print_message("mixed rows told from good ones: SECOM %.3f, steel plates %.3f\n", secom, plates);
    assert_true(secom > 0.9);
    assert_true(plates > 0.85);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promise_of_the_tail),
        cmocka_unit_test(closed_form),
        cmocka_unit_test(missing_is_not_there),
        cmocka_unit_test(units_and_order),
        cmocka_unit_test(broken_relation),
        cmocka_unit_test(one_culprit_is_first),
        cmocka_unit_test(odd_rows_among_the_known),
        cmocka_unit_test(columns_that_do_not_move),
        cmocka_unit_test(refusals),
        cmocka_unit_test(planted_in_real_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
