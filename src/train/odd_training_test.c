#include "train/odd_training.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "learn/anomaly/odd_model.h"

enum { N = 2000, NUMBERS = 6, COLUMNS = NUMBERS + 2 };

// Six columns that go together; from some row on a share of rows has two of them broken apart, and the label says which.
struct trial {
    struct frame frame;
    struct roles roles;
};

struct planted {
    double share; // of rows that are odd
    double shift; // of all later rows
    bool is_told; // the label follows the odd ones
    bool has_time;
};

static double drawn(uint64_t seed, uint32_t row, uint32_t what) {
    const struct random_block block = random_at(seed, what, row);
    return exact_normal_quantile(random_open((uint64_t)block.word[0] << 32 | block.word[1]));
}

static void open_trial(struct trial *t, uint64_t seed, const struct planted *planted) {
    static const char *const names[COLUMNS] = {"a", "b", "c", "d", "e", "f", "time", "label"};
    *t = (struct trial){0};
    assert_int_equal(frame_init(&t->frame, N, COLUMNS, 1 << 26, NULL), MARU_OK);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        t->frame.column[c].name = names[c];
        t->frame.column[c].unit = "";
        assert_int_equal(frame_make_column(&t->frame, c,
                                           c < NUMBERS    ? FRAME_NUMBER
                                           : c == NUMBERS ? FRAME_TIME
                                                          : FRAME_WORD,
                                           NULL),
                         MARU_OK);
    }
    for (uint32_t i = 0; i < N; i++) {
        struct frame_column *column = t->frame.column;
        const double common = drawn(seed, i, 20);
        const bool is_odd = drawn(seed, i, 21) < exact_normal_quantile(planted->share);
        for (uint32_t c = 0; c < NUMBERS; c++) {
            column[c].number[i] = (is_odd && c < 2 ? 2.5 * drawn(seed, i, 30 + c) : common) +
                                  0.3 * drawn(seed, i, c) + (i >= N * 3 / 4 ? planted->shift : 0);
        }
        column[1].number[i] = i % 40 == 3 ? (double)NAN : column[1].number[i];
        column[NUMBERS].time[i] = planted->has_time ? (int64_t)i * 60000000 : FRAME_NO_TIME;
        const bool is_bad = planted->is_told ? is_odd : drawn(seed, i, 22) < -2;
        assert_int_equal(names_add(&column[NUMBERS + 1].words, is_bad ? "NG" : "OK", 2,
                                   &column[NUMBERS + 1].word[i], NULL),
                         MARU_OK);
    }
    const struct roles_hints hints = {
        .target = "label", .bad = "NG", .lower = (double)NAN, .upper = (double)NAN};
    assert_int_equal(roles_find(&t->frame, &hints, &t->roles, NULL), MARU_OK);
}

static void close_trial(struct trial *t) {
    roles_fini(&t->roles);
    frame_fini(&t->frame);
}

static struct odd_training usual(const struct trial *t) {
    return (struct odd_training){.frame = &t->frame,
                                 .roles = &t->roles,
                                 .has_label = true,
                                 .alpha = 0.02,
                                 .seed = 1,
                                 .title = "trial",
                                 .version = "1"};
}

static void made_of(const struct odd_training *in, struct odd_model *out) {
    struct text bytes, again;
    maru_error err = {0};
    text_init(&bytes, ODD_MAX_BYTES);
    text_init(&again, ODD_MAX_BYTES);
    if (odd_training_run(in, &bytes, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(odd_model_read(bytes.bytes, bytes.n_bytes, out, NULL), MARU_OK);
    assert_int_equal(odd_model_write(out, &again, NULL), MARU_OK);
    assert_int_equal(again.n_bytes, bytes.n_bytes);
    assert_memory_equal(again.bytes, bytes.bytes, bytes.n_bytes);
    text_fini(&again);
    text_fini(&bytes);
}

static bool warns(const struct odd_model *m, enum odd_warning warning) {
    return m->warnings >> warning & 1;
}

// Where all rows are good, as many later ones are called odd as may be.
static void good_rows_are_called_odd_as_often_as_said(void **state) {
    (void)state;
    uint32_t n_odd = 0, n = 0;
    for (uint64_t seed = 1; seed < 5; seed++) {
        const struct planted planted = {.share = 1e-9, .has_time = true};
        struct trial t;
        struct odd_model m;
        open_trial(&t, seed, &planted);
        struct odd_training in = usual(&t);
        made_of(&in, &m);
        assert_false(warns(&m, ODD_WARN_NO_TIME) || warns(&m, ODD_WARN_FEW_ROWS));
        assert_true(warns(&m, ODD_WARN_NO_MATCH));
        n_odd += m.n_odd;
        n += m.n_test;
        odd_model_fini(&m);
        close_trial(&t);
    }
    assert_in_range(n_odd, n / 100, n * 3 / 100); // 2 % wanted, three standard errors
}

// Rows whose values are usual and only do not belong together are found, and are those of the label.
static void planted_rows_are_found(void **state) {
    (void)state;
    const struct planted planted = {.share = 0.05, .is_told = true, .has_time = true};
    struct trial t;
    struct odd_model m;
    open_trial(&t, 7, &planted);
    struct odd_training in = usual(&t);
    made_of(&in, &m);
    assert_string_equal(m.label, "label");
    assert_true(m.auc.low > 0.8);
    assert_true(m.bad_of_odd.low > m.bad_of_others.high);
    assert_false(warns(&m, ODD_WARN_NO_MATCH));
    assert_true(m.n_told > 0 && m.told[0].feature < 2); // a or b
    for (uint32_t c = 0; c < m.recipe.n_column; c++) {
        assert_string_not_equal(m.recipe.column[c].name, "label");
    }
    odd_model_fini(&m);
    close_trial(&t);
}

static void a_line_that_moves_on_is_told(void **state) {
    (void)state;
    const struct planted planted = {.share = 1e-9, .shift = 4};
    struct trial t;
    struct odd_model m;
    open_trial(&t, 8, &planted);
    struct odd_training in = usual(&t);
    in.roles = &t.roles;
    in.has_label = false;
    t.roles.time_column = UINT32_MAX; // as they stand
    made_of(&in, &m);
    assert_true(warns(&m, ODD_WARN_MOVED) && warns(&m, ODD_WARN_NO_TIME));
    assert_true(!m.label[0] && isnan(m.auc.value) && m.odd.low > 0.1);
    odd_model_fini(&m);
    close_trial(&t);
}

static bool never(void *context, double share, const char *what) {
    (void)context;
    (void)share;
    (void)what;
    return false;
}

static void hostile_tables_are_refused(void **state) {
    (void)state;
    for (int k = 0; k < 5; k++) {
        const struct planted planted = {.share = 0.02, .has_time = k != 0};
        struct trial t;
        struct text bytes;
        maru_error err = {0};
        open_trial(&t, 9, &planted);
        struct odd_training in = usual(&t);
        text_init(&bytes, ODD_MAX_BYTES);
        for (uint32_t i = 0; k == 1 && i < N; i++) {
            for (uint32_t c = 0; c < NUMBERS; c++) {
                t.frame.column[c].number[i] = 1;
            }
        }
        t.roles.time_column = k == 0 ? NUMBERS : t.roles.time_column; // all times missing
        in.alpha = k == 2 ? 0 : k == 3 ? 0.9 : in.alpha;
        in.progress = k == 4 ? never : NULL;
        const maru_status st = odd_training_run(&in, &bytes, &err);
        const maru_status want = k < 2 ? MARU_E_INPUT : k < 4 ? MARU_E_RANGE : MARU_E_STOPPED;
        if (st != want || !err.text[0] || bytes.n_bytes > 0) {
            fail_msg("case %d: %d, \"%s\"", k, (int)st, err.text);
        }
        text_fini(&bytes);
        close_trial(&t);
    }
}

static void damaged_bytes_are_refused(void **state) {
    (void)state;
    const struct planted planted = {.share = 0.02, .has_time = true};
    struct trial t;
    struct text bytes;
    struct odd_model none;
    open_trial(&t, 10, &planted);
    const struct odd_training in = usual(&t);
    text_init(&bytes, ODD_MAX_BYTES);
    assert_int_equal(odd_training_run(&in, &bytes, NULL), MARU_OK);
    for (size_t n = 0; n < bytes.n_bytes; n += 37) {
        assert_int_equal(odd_model_read(bytes.bytes, n, &none, NULL), MARU_E_INPUT);
        bytes.bytes[n] ^= 8;
        assert_int_equal(odd_model_read(bytes.bytes, bytes.n_bytes, &none, NULL), MARU_E_INPUT);
        bytes.bytes[n] ^= 8;
    }
    text_fini(&bytes);
    close_trial(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_rows_are_called_odd_as_often_as_said),
        cmocka_unit_test(planted_rows_are_found),
        cmocka_unit_test(a_line_that_moves_on_is_told),
        cmocka_unit_test(hostile_tables_are_refused),
        cmocka_unit_test(damaged_bytes_are_refused),
    };
    return cmocka_run_group_tests_name("odd_training", tests, NULL, NULL);
}
