#include "learn/faults/fault_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/sealed.h"
#include "learn/faults/run_order.h"

// A Gaussian process with a memory of one sample: five columns, neighbors alike by 0.6, a sample like the one before by 0.5. Its monitor makes a
// model without names.

enum { COLUMNS = 5, TRAIN = 4000, LATER = 20000 };

static double normal(uint64_t stream, uint64_t i) {
    const struct random_block r = random_at(91, stream, i);
    return exact_normal_quantile(random_open(((uint64_t)r.word[1] << 32) | r.word[0]));
}

static void make(uint64_t stream, uint32_t n, double *x) {
    double before[COLUMNS] = {0.0};
    for (uint32_t i = 0; i < n; i++) {
        double common = 0.0;
        for (uint32_t c = 0; c < COLUMNS; c++) {
            const double fresh = normal(stream, (uint64_t)i * COLUMNS + c);
            common = c == 0 ? fresh : 0.6 * common + 0.8 * fresh;
            before[c] = 0.5 * before[c] + common;
            x[(size_t)i * COLUMNS + c] = 100.0 * c + (c + 1) * before[c];
        }
    }
}

struct given {
    struct arena arena;
    struct fault_model model;
    const char *column[COLUMNS];
    struct fault_told told[2];
};

static const struct fault_figure unknown = {(double)NAN, (double)NAN, (double)NAN};

static struct given *given(double alpha) {
    static struct given g;
    static double x[TRAIN * COLUMNS];
    struct arena scratch;
    struct monitor_options options = monitor_defaults();
    g = (struct given){.column = {"a", "b", "c", "d", "온도"}};
    options.alpha = alpha;
    make(1, TRAIN, x);
    arena_init(&g.arena, 1 << 22);
    arena_init(&scratch, 1 << 24);
    const struct monitor_part part = {x, TRAIN};
    const struct monitor_data data = {&part, 1, COLUMNS};
    for (uint32_t k = 0; k < 2; k++) {
        g.told[k] = (struct fault_told){.name = k ? "leak" : "plug",
                                        .n_row = 10,
                                        .n_run = 2,
                                        .n_missed = k,
                                        .taken_for = k ? FAULT_NONE : 1,
                                        .delay = k ? (double)NAN : 3.0,
                                        .detected = {0.5, 0.4, 0.6},
                                        .named = unknown,
                                        .taken = 0.25,
                                        .unknown = (double)NAN,
                                        .unseen = (double)NAN};
    }
    g.model = (struct fault_model){.column = g.column,
                                   .n_column = COLUMNS,
                                   .target = "fault",
                                   .normal = "정상",
                                   .unit = "run",
                                   .order = "",
                                   .title = "trial.csv",
                                   .version = "1",
                                   .window = {5},
                                   .n_window = 1,
                                   .told = g.told,
                                   .n_fault = 2,
                                   .alpha = alpha,
                                   .false_alarms = {0.01, 0.005, 0.02},
                                   .detected = {0.5, 0.4, 0.6},
                                   .named = unknown,
                                   .unknown = unknown,
                                   .unseen = unknown,
                                   .n_normal = TRAIN,
                                   .n_normal_tried = 500,
                                   .n_run = 3,
                                   .warnings = 5,
                                   .data = "00112233445566778899aabbccddeeff"};
    assert_int_equal(monitor_fit(&options, &data, &g.arena, &scratch, &g.model.monitor, NULL),
                     MARU_OK);
    arena_fini(&scratch);
    return &g;
}

static void write(const struct fault_model *model, struct text *out) {
    text_init(out, 1 << 22);
    assert_int_equal(fault_model_write(model, out, NULL), MARU_OK);
}

// Normal samples raise alarms as often as was asked for: the limits of a Gaussian process, whose T2 is chi-square, hold what they say. The
// smoothed statistic's alarms come in rows, so the share spreads more than single samples would.
static void false_alarms_are_as_many_as_asked_for(void **state) {
    (void)state;
    static double x[LATER * COLUMNS];
    make(2, LATER, x);
    for (int k = 0; k < 2; k++) {
        const double alpha = k ? 0.05 : 0.01;
        struct given *g = given(alpha);
        struct fault_state run;
        uint32_t n_alarm = 0, n_over = 0;
        const double limit = g->model.monitor.limit[MONITOR_T2][LIMIT_MATCHED];
        const double smooth = g->model.monitor.limit[MONITOR_T2_SMOOTH][LIMIT_MATCHED];
        assert_int_equal(fault_state_init(&g->model, &g->arena, &run, NULL), MARU_OK);
        for (uint32_t i = 0; i < LATER; i++) {
            struct fault_answer a;
            fault_step(&g->model, &run, x + (size_t)i * COLUMNS, &a);
            assert_int_equal(a.is_ready, i > 0);
            assert_int_equal(a.is_alarm, a.is_ready && a.statistic > 1.0);
            assert_int_equal(a.n_cause > 0, a.is_alarm);
            assert_false(a.has_name);
            n_alarm += a.is_alarm ? 1 : 0;
            n_over += a.is_ready && run.watch.state.smooth[0] <= smooth && a.is_alarm ? 1 : 0;
        }
        const double share = (double)n_alarm / LATER;
        const double sharp = (double)n_over / LATER; // by T2 alone
        if (!(share > 0.6 * alpha && share < 1.5 * alpha && sharp > 0.3 * alpha &&
              sharp < 0.6 * alpha)) {
            fail_msg("%.4f of normal samples are alarms, asked for %.2f; %.4f by T2 alone", share,
                     alpha, sharp);
        }
        // Theory: chi-square of five degrees of freedom, half of alpha for each of two statistics.
        const double wanted = k ? 12.83 : 16.75;
        if (!(fabs(limit - wanted) < 0.08 * wanted)) {
            fail_msg("the limit of T2 is %.2f, in theory %.2f", limit, wanted);
        }
        arena_fini(&g->arena);
    }
}

// What is read back answers the same, bit for bit, and is written the same.
static void read_back_answers_the_same(void **state) {
    (void)state;
    struct given *g = given(0.01);
    struct text bytes, again;
    struct fault_model read;
    static double x[500 * COLUMNS];
    write(&g->model, &bytes);
    assert_true(fault_model_is(bytes.bytes, bytes.n_bytes));
    assert_int_equal(fault_model_read(bytes.bytes, bytes.n_bytes, &read, NULL), MARU_OK);
    write(&read, &again);
    assert_int_equal(bytes.n_bytes, again.n_bytes);
    assert_memory_equal(bytes.bytes, again.bytes, bytes.n_bytes);
    assert_string_equal(read.column[4], "온도");
    assert_string_equal(read.told[1].name, "leak");
    assert_true(read.told[0].taken_for == 1 && isnan(read.told[1].delay));
    struct fault_state one, other;
    assert_int_equal(fault_state_init(&g->model, &g->arena, &one, NULL), MARU_OK);
    assert_int_equal(fault_state_init(&read, &g->arena, &other, NULL), MARU_OK);
    make(3, 500, x);
    for (uint32_t i = 0; i < 500; i++) {
        struct fault_answer a, b;
        x[(size_t)i * COLUMNS + i % COLUMNS] += i > 300 ? 30.0 : 0.0;
        fault_step(&g->model, &one, x + (size_t)i * COLUMNS, &a);
        fault_step(&read, &other, x + (size_t)i * COLUMNS, &b);
        assert_true(a.statistic == b.statistic && a.is_alarm == b.is_alarm);
        assert_int_equal(a.n_cause, b.n_cause);
        for (uint32_t k = 0; k < a.n_cause; k++) {
            assert_true(a.cause[k].column == b.cause[k].column);
            assert_true(a.cause[k].share == b.cause[k].share);
        }
    }
    fault_model_fini(&read);
    text_fini(&bytes);
    text_fini(&again);
    arena_fini(&g->arena);
}

// A run that is begun anew is as one that never was another; a sample without values is no alarm; the variable that moved speaks most.
static void runs_do_not_know_each_other(void **state) {
    (void)state;
    struct given *g = given(0.01);
    struct fault_state run, fresh;
    static double x[200 * COLUMNS];
    static const double nothing[COLUMNS] = {(double)NAN, (double)NAN, (double)NAN, (double)NAN,
                                            (double)NAN};
    struct fault_answer a, b;
    assert_int_equal(fault_state_init(&g->model, &g->arena, &run, NULL), MARU_OK);
    assert_int_equal(fault_state_init(&g->model, &g->arena, &fresh, NULL), MARU_OK);
    make(4, 200, x);
    for (uint32_t i = 0; i < 100; i++) {
        fault_step(&g->model, &run, x + (size_t)i * COLUMNS, &a);
    }
    fault_start(&run);
    for (uint32_t i = 100; i < 200; i++) {
        fault_step(&g->model, &run, x + (size_t)i * COLUMNS, &a);
        fault_step(&g->model, &fresh, x + (size_t)i * COLUMNS, &b);
        assert_true(a.is_ready == b.is_ready && a.statistic == b.statistic);
    }
    fault_step(&g->model, &run, nothing, &a);
    assert_true(a.n_missing == COLUMNS && isfinite(a.statistic));
    for (uint32_t c = 0; c < COLUMNS; c++) {
        double moved[COLUMNS];
        fault_start(&run);
        for (uint32_t i = 0; i < 100; i++) {
            fault_step(&g->model, &run, x + (size_t)i * COLUMNS, &a);
        }
        memcpy(moved, x + (size_t)100 * COLUMNS, sizeof moved);
        moved[c] += 20.0 * (c + 1);
        fault_step(&g->model, &run, moved, &a);
        assert_true(a.is_alarm && a.cause[0].column == c);
        for (uint32_t k = 0; k < a.n_cause; k++) {
            assert_true(k == 0 || a.cause[k].share <= a.cause[k - 1].share);
            assert_true(a.cause[k].share > 0.0 && a.cause[k].share <= 1.0);
        }
        assert_true(a.cause[0].share > 0.5);
    }
    arena_fini(&g->arena);
}

static maru_status read_sealed(const char *held, size_t n) {
    struct text sealed;
    struct fault_model model = {0};
    text_init(&sealed, 1 << 22);
    const size_t from = sealed_begin(&sealed, "MARUFALT", 1);
    text_add(&sealed, held, n);
    assert_int_equal(sealed_end(&sealed, from, NULL), MARU_OK);
    const maru_status st = fault_model_read(sealed.bytes, sealed.n_bytes, &model, NULL);
    if (st == MARU_OK) {
        fault_model_fini(&model);
    }
    text_fini(&sealed);
    return st;
}

// Cut off or changed anywhere, also with a digest that is right, it is refused or read, and nothing else.
static void damage_is_refused(void **state) {
    (void)state;
    struct given *g = given(0.01);
    struct text bytes;
    struct fault_model read;
    write(&g->model, &bytes);
    for (size_t n = 0; n < bytes.n_bytes; n += n < 200 ? 1 : 97) {
        assert_int_equal(fault_model_read(bytes.bytes, n, &read, NULL), MARU_E_INPUT);
    }
    char *const held = bytes.bytes + SEALED_HEAD_BYTES;
    const size_t n = bytes.n_bytes - SEALED_HEAD_BYTES - SEALED_TAIL_BYTES;
    assert_int_equal(read_sealed(held, n), MARU_OK);
    for (size_t k = 0; k < n; k += 7) {
        assert_int_equal(read_sealed(held, k), MARU_E_INPUT);
    }
    uint32_t n_refused = 0;
    for (size_t k = 0; k < n; k++) {
        held[k] = (char)(held[k] ^ 0xff);
        n_refused += read_sealed(held, n) == MARU_OK ? 0 : 1;
        held[k] = (char)(held[k] ^ 0xff);
    }
    assert_true(n_refused > n / 8);
    text_fini(&bytes);
    arena_fini(&g->arena);
}

// Run by run, each by its time; rows without a run or a time are left out.
static void rows_run_by_run(void **state) {
    (void)state;
    static const double unit[] = {2, 1, 2, NAN, 1, 2, 1}, time[] = {5, 9, 1, 1, 3, NAN, 3};
    static const uint32_t row[] = {4, 6, 1, 2, 0}, run[] = {0, 0, 0, 1, 1};
    struct frame frame;
    struct arena arena;
    struct run_order order;
    arena_init(&arena, 1 << 16);
    assert_int_equal(frame_init(&frame, 7, 3, 1 << 16, NULL), MARU_OK);
    assert_int_equal(frame_make_column(&frame, 0, FRAME_NUMBER, NULL), MARU_OK);
    assert_int_equal(frame_make_column(&frame, 1, FRAME_NUMBER, NULL), MARU_OK);
    assert_int_equal(frame_make_column(&frame, 2, FRAME_WORD, NULL), MARU_OK);
    memcpy(frame.column[0].number, unit, sizeof unit);
    memcpy(frame.column[1].number, time, sizeof time);
    frame.column[2].name = "w";
    assert_int_equal(run_order_find(&frame, 0, 1, &arena, &order, NULL), MARU_OK);
    assert_int_equal(order.n, 5);
    assert_int_equal(order.n_run, 2);
    assert_memory_equal(order.row, row, sizeof row);
    assert_memory_equal(order.run, run, sizeof run);
    assert_int_equal(run_order_find(&frame, UINT32_MAX, UINT32_MAX, &arena, &order, NULL), MARU_OK);
    assert_true(order.n == 7 && order.n_run == 1 && order.row[6] == 6);
    assert_int_equal(run_order_find(&frame, 0, 2, &arena, &order, NULL), MARU_E_INPUT);
    frame_fini(&frame);
    arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(false_alarms_are_as_many_as_asked_for),
        cmocka_unit_test(read_back_answers_the_same),
        cmocka_unit_test(runs_do_not_know_each_other),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(rows_run_by_run),
    };
    return cmocka_run_group_tests_name("fault_model", tests, NULL, NULL);
}
