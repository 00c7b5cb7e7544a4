#include "train/faults/fault_training.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/faults/fault_model.h"

// A process of six columns with faults that move one of them each; runs of 60 rows, or one long run a fault. The first column is the run, the
// second the fault, the third the time, then the six.

enum { SIGNALS = 6, FIRST = 3, COLUMNS = FIRST + SIGNALS, MOST_ROWS = 4000 };

struct maker {
    struct frame frame;
    uint32_t n;
    uint32_t watched[SIGNALS];
};

static double normal(uint64_t stream, uint64_t i) {
    const struct random_block r = random_at(53, stream, i);
    return exact_normal_quantile(random_open(((uint64_t)r.word[1] << 32) | r.word[0]));
}

static void begin(struct maker *m) {
    static const char *const names[COLUMNS] = {"run", "fault", "t", "a", "b", "c", "d", "e", "f"};
    *m = (struct maker){0};
    assert_int_equal(frame_init(&m->frame, MOST_ROWS, COLUMNS, 1 << 24, NULL), MARU_OK);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        m->frame.column[c].name = names[c];
        m->frame.column[c].unit = "";
        assert_int_equal(frame_make_column(&m->frame, c, c == 1 ? FRAME_WORD : FRAME_NUMBER, NULL),
                         MARU_OK);
    }
    names_init(&m->frame.column[1].words, 1 << 16);
    for (uint32_t c = 0; c < SIGNALS; c++) {
        m->watched[c] = FIRST + c;
    }
    m->frame.n_row = 0;
}

static void end(struct maker *m) { frame_fini(&m->frame); }

// Rows of one run; `moved` of SIGNALS is none. word NULL: nothing is said.
static void add_run(struct maker *m, uint32_t run, const char *word, uint32_t n, uint32_t moved,
                    double far) {
    struct frame *f = &m->frame;
    uint32_t number = FRAME_NO_WORD;
    if (word) {
        assert_int_equal(names_add(&f->column[1].words, word, strlen(word), &number, NULL),
                         MARU_OK);
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t row = f->n_row++;
        assert_true(row < MOST_ROWS);
        f->line[row] = row + 2;
        f->column[0].number[row] = run;
        f->column[1].word[row] = number;
        f->column[2].number[row] = i;
        for (uint32_t c = 0; c < SIGNALS; c++) {
            f->column[FIRST + c].number[row] = 10.0 * c + normal(c, row) + (c == moved ? far : 0.0);
        }
    }
}

static struct fault_training input_of(const struct maker *m) {
    return (struct fault_training){.frame = &m->frame,
                                   .column = m->watched,
                                   .n_column = SIGNALS,
                                   .target = 1,
                                   .unit = 0,
                                   .order = 2,
                                   .alpha = 0.01,
                                   .seed = 1,
                                   .n_round = 6,
                                   .n_thread = 1,
                                   .title = "trial",
                                   .version = "1"};
}

static maru_status train(const struct fault_training *in, struct fault_model *model) {
    struct text bytes;
    maru_error err = {0};
    text_init(&bytes, 1 << 26);
    maru_status st = fault_training_run(in, &bytes, &err);
    if (st == MARU_OK) {
        st = fault_model_read(bytes.bytes, bytes.n_bytes, model, &err);
        assert_int_equal(st, MARU_OK);
    } else {
        assert_true(err.text[0] && bytes.n_bytes == 0);
    }
    text_fini(&bytes);
    return st;
}

static bool warns(const struct fault_model *m, enum fault_warning warning) {
    return (m->warnings >> warning & 1) != 0;
}

static void make_runs(struct maker *m) {
    begin(m);
    for (uint32_t r = 0; r < 8; r++) {
        add_run(m, r, "정상", 100, SIGNALS, 0.0);
    }
    for (uint32_t k = 0; k < 4; k++) {
        static const char *const names[] = {"leak", "plug", "stick", "drift"};
        for (uint32_t r = 0; r < 3; r++) {
            add_run(m, 10 + 3 * k + r, names[k], 60, k, 5.0);
        }
    }
}

// Known faults are seen and named in runs held out, normal ones raise few alarms; a new run is answered as it should be.
static void faults_are_seen_and_named(void **state) {
    (void)state;
    struct maker m;
    struct fault_model model = {0};
    make_runs(&m);
    const struct fault_training in = input_of(&m);
    assert_int_equal(train(&in, &model), MARU_OK);
    assert_string_equal(model.normal, "정상");
    assert_int_equal(model.n_fault, 4);
    assert_int_equal(model.n_normal, 800);
    assert_int_equal(model.n_run, 20);
    assert_true(model.false_alarms.value < 0.05 && model.false_alarms.high > 0.0);
    assert_true(model.detected.value > 0.95 && model.named.value > 0.9);
    assert_false(warns(&model, FAULT_WARN_ONE_RUN) || warns(&model, FAULT_WARN_NOT_SAID) ||
                 warns(&model, FAULT_WARN_NO_TIME) || warns(&model, FAULT_WARN_HIDDEN));
    assert_true(model.told != NULL);
    for (uint32_t k = 0; k < 4 && model.told; k++) {
        const struct fault_told *told = &model.told[k];
        assert_true(told->is_learnt && told->is_by_run && told->n_run == 3 && told->n_row == 180);
        assert_true(told->n_missed == 0 && told->delay <= 2.0 && isfinite(told->unseen));
        assert_in_range(told->n_tried, 50, 60); // one run of three
    }
    struct arena arena;
    struct fault_state run;
    struct fault_answer a;
    arena_init(&arena, 1 << 22);
    assert_int_equal(fault_state_init(&model, &arena, &run, NULL), MARU_OK);
    for (uint32_t k = 0; k < 4; k++) {
        uint32_t n_right = 0, n_cause = 0;
        fault_start(&run);
        for (uint32_t i = 0; i < 50; i++) {
            double x[SIGNALS];
            for (uint32_t c = 0; c < SIGNALS; c++) {
                x[c] = 10.0 * c + normal(100 + k, (uint64_t)i * SIGNALS + c) + (c == k ? 5.0 : 0.0);
            }
            fault_step(&model, &run, x, &a);
            n_right += a.is_alarm && a.name.fault == k ? 1 : 0;
            n_cause += a.is_alarm && a.cause[0].column == k ? 1 : 0;
        }
        assert_true(n_right > 40 && n_cause > 40);
    }
    arena_fini(&arena);
    fault_model_fini(&model);
    end(&m);
}

// The same bytes again and with two threads; the order of the table's rows does not matter where time and runs say it.
static void same_bytes(void **state) {
    (void)state;
    struct maker m;
    struct text bytes[2];
    make_runs(&m);
    struct fault_training in = input_of(&m);
    for (int k = 0; k < 2; k++) {
        text_init(&bytes[k], 1 << 26);
        in.n_thread = k ? 2 : 1;
        assert_int_equal(fault_training_run(&in, &bytes[k], NULL), MARU_OK);
    }
    assert_int_equal(bytes[0].n_bytes, bytes[1].n_bytes);
    assert_memory_equal(bytes[0].bytes, bytes[1].bytes, bytes[0].n_bytes);
    text_fini(&bytes[0]);
    text_fini(&bytes[1]);
    end(&m);
}

// One run a fault: names are tried on its later rows, and the card says so; rows that say nothing are counted, not taken as normal.
static void one_run_a_fault(void **state) {
    (void)state;
    struct maker m;
    struct fault_model model = {0};
    begin(&m);
    add_run(&m, 0, "normal", 600, SIGNALS, 0.0);
    add_run(&m, 1, "leak", 300, 0, 5.0);
    add_run(&m, 2, "plug", 300, 1, 5.0);
    add_run(&m, 3, "tiny", 3, 2, 5.0);
    add_run(&m, 4, "hidden", 200, SIGNALS, 0.0);
    add_run(&m, 5, NULL, 50, 3, 5.0);
    const struct fault_training in = input_of(&m);
    assert_int_equal(train(&in, &model), MARU_OK);
    assert_true(warns(&model, FAULT_WARN_ONE_RUN) && warns(&model, FAULT_WARN_NOT_SAID) &&
                warns(&model, FAULT_WARN_HIDDEN) && warns(&model, FAULT_WARN_FEW_ROWS) &&
                warns(&model, FAULT_WARN_UNSEEN));
    assert_int_equal(model.n_left_out, 50);
    assert_int_equal(model.n_normal_tried, 150);
    const struct fault_told *told = model.told;
    assert_true(told != NULL);
    if (told) {
        assert_true(told[0].is_learnt && !told[0].is_by_run && !told[2].is_learnt);
        assert_true(told[2].detected.value > 0.5 && isnan(told[2].named.value));
        assert_true(told[3].detected.value < 0.1);
    }
    fault_model_fini(&model);
    end(&m);
}

// Without a column of faults all is normal, and only alarms are learnt; one fault gets no name either.
static void detection_alone(void **state) {
    (void)state;
    struct maker m;
    struct fault_model model = {0};
    begin(&m);
    add_run(&m, 0, "OK", 400, SIGNALS, 0.0);
    struct fault_training in = input_of(&m);
    in.target = in.unit = in.order = UINT32_MAX;
    assert_int_equal(train(&in, &model), MARU_OK);
    assert_true(model.n_fault == 0 && model.trees.n_fault == 0 && model.n_normal == 400);
    assert_true(warns(&model, FAULT_WARN_UNLABELED) && warns(&model, FAULT_WARN_NO_UNIT) &&
                warns(&model, FAULT_WARN_NO_TIME));
    fault_model_fini(&model);
    add_run(&m, 1, "leak", 100, 0, 5.0);
    in = input_of(&m);
    assert_int_equal(train(&in, &model), MARU_OK);
    assert_true(model.n_fault == 1 && model.trees.n_fault == 0);
    assert_true(warns(&model, FAULT_WARN_NO_NAMES) && model.detected.value > 0.9);
    fault_model_fini(&model);
    end(&m);
}

// What says nothing is refused in words.
static void refusals(void **state) {
    (void)state;
    struct maker m;
    struct fault_model model = {0};
    begin(&m);
    struct fault_training in = input_of(&m);
    assert_int_equal(train(&in, &model), MARU_E_INPUT); // no row
    add_run(&m, 0, "OK", 1, SIGNALS, 0.0);
    assert_int_equal(train(&in, &model), MARU_E_INPUT); // one row
    add_run(&m, 0, "OK", 300, SIGNALS, 0.0);
    in.normal = "leak";
    assert_int_equal(train(&in, &model), MARU_E_INPUT); // no such word
    in = input_of(&m);
    in.n_column = 0;
    assert_int_equal(train(&in, &model), MARU_E_INPUT);
    in = input_of(&m);
    in.order = 1;
    assert_int_equal(train(&in, &model), MARU_E_INPUT); // words order nothing
    in = input_of(&m);
    in.alpha = 0.0;
    assert_int_equal(train(&in, &model), MARU_E_RANGE);
    in.alpha = (double)NAN;
    assert_int_equal(train(&in, &model), MARU_E_RANGE);
    in = input_of(&m);
    in.target = FIRST; // 301 different numbers
    assert_int_equal(train(&in, &model), MARU_E_LIMIT);
    in = input_of(&m);
    for (uint32_t i = 0; i < m.frame.n_row; i++) { // constant columns
        for (uint32_t c = 0; c < SIGNALS; c++) {
            m.frame.column[FIRST + c].number[i] = 7.0;
        }
    }
    assert_int_equal(train(&in, &model), MARU_E_INPUT);
    for (uint32_t i = 0; i < m.frame.n_row; i++) { // all missing
        for (uint32_t c = 0; c < SIGNALS; c++) {
            m.frame.column[FIRST + c].number[i] = (double)NAN;
        }
    }
    assert_int_equal(train(&in, &model), MARU_E_INPUT);
    end(&m);
    begin(&m);
    add_run(&m, 0, "leak", 300, 0, 5.0);
    add_run(&m, 1, "plug", 300, 1, 5.0);
    assert_int_equal(train(&in, &model), MARU_E_INPUT); // no word that means normal
    in.normal = "plug";
    assert_int_equal(train(&in, &model), MARU_OK);
    assert_string_equal(model.normal, "plug");
    fault_model_fini(&model);
    end(&m);
}

// Missing values here and there, and a column that never moves, change nothing that matters.
static void gaps_and_constants(void **state) {
    (void)state;
    struct maker m;
    struct fault_model model = {0};
    make_runs(&m);
    for (uint32_t i = 0; i < m.frame.n_row; i++) {
        m.frame.column[FIRST + SIGNALS - 1].number[i] = 3.0;
        if (i % 11 == 4) {
            m.frame.column[FIRST + i % (SIGNALS - 1)].number[i] = (double)NAN;
        }
    }
    const struct fault_training in = input_of(&m);
    assert_int_equal(train(&in, &model), MARU_OK);
    assert_true(model.detected.value > 0.85 && model.named.value > 0.8);
    fault_model_fini(&model);
    end(&m);
}

static bool stop_after(void *context, double share, const char *what) {
    (void)share;
    (void)what;
    return --*(int *)context > 0;
}

static void it_stops_when_told(void **state) {
    (void)state;
    struct maker m;
    struct fault_model model = {0};
    make_runs(&m);
    struct fault_training in = input_of(&m);
    for (int n = 1; n < 200; n *= 3) {
        int left = n;
        in.progress = stop_after;
        in.context = &left;
        assert_int_equal(train(&in, &model), MARU_E_STOPPED);
    }
    end(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_seen_and_named),
        cmocka_unit_test(same_bytes),
        cmocka_unit_test(one_run_a_fault),
        cmocka_unit_test(detection_alone),
        cmocka_unit_test(refusals),
        cmocka_unit_test(gaps_and_constants),
        cmocka_unit_test(it_stops_when_told),
    };
    return cmocka_run_group_tests_name("fault_training", tests, NULL, NULL);
}
