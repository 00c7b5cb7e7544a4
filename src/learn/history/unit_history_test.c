#include "learn/history/unit_history.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { UNITS = 6, EACH = 90, ROWS = UNITS * EACH, COLUMNS = 5 };

// Columns: setting, signal, constant, signal, setting.
static const bool is_setting[COLUMNS] = {true, false, false, false, true};

struct trial {
    float x[ROWS * COLUMNS];
    uint32_t unit[ROWS];
    double order[ROWS];
    struct unit_rows rows;
    struct arena arena;
};

static double chance(uint64_t stream, uint64_t place) {
    return random_at(3, stream, place).word[0] / 4294967296.0;
}

// Rows of all units in a shuffled order; two regimes, of which the second moves the signals by `lift`.
static void make(struct trial *t, double lift) {
    for (uint32_t i = 0; i < ROWS; i++) {
        const uint32_t place = i * 143 % ROWS; // 143 and 540 have no common factor
        const uint32_t unit = place / EACH, age = place % EACH;
        const bool is_high = chance(0, place) < 0.5;
        float *x = t->x + (size_t)i * COLUMNS;
        x[0] = is_high ? 35.0F : 0.0F;
        x[1] = (float)(500 + 0.1 * age * unit + chance(1, place) + (is_high ? lift : 0));
        x[2] = is_high ? 7 : 3;
        x[3] = (float)(-4 + 0.02 * age + chance(2, place) - (is_high ? lift : 0));
        x[4] = is_high ? 0.8F : 0.0F;
        t->unit[i] = 100 - unit;
        t->order[i] = 10 + 2.0 * age;
    }
    t->rows = (struct unit_rows){t->x, t->unit, t->order, is_setting, ROWS, COLUMNS};
    arena_init(&t->arena, 1 << 22);
}

static struct unit_scale fitted(struct trial *t) {
    struct unit_scale scale;
    maru_error err = {0};
    if (unit_history_fit(&t->rows, &t->arena, &scale, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return scale;
}

static struct unit_state begun(const struct unit_scale *scale, struct trial *t) {
    struct unit_state state;
    assert_int_equal(unit_history_begin(scale, &t->arena, &state, NULL), MARU_OK);
    return state;
}

static void in_order(void **state) {
    (void)state;
    struct trial t;
    make(&t, 0);
    struct unit_order order;
    assert_int_equal(unit_order_of(&t.rows, &t.arena, &order, NULL), MARU_OK);
    assert_int_equal(order.n_unit, UNITS);
    assert_int_equal(order.start[UNITS], ROWS);
    bool seen[ROWS] = {false};
    for (uint32_t u = 0; u < UNITS; u++) {
        for (uint32_t i = order.start[u]; i < order.start[u + 1]; i++) {
            assert_false(seen[order.row[i]]);
            seen[order.row[i]] = true;
            assert_int_equal(t.unit[order.row[i]], t.unit[order.row[order.start[u]]]);
            assert_true(i == order.start[u] || t.order[order.row[i]] > t.order[order.row[i - 1]]);
        }
    }
    t.order[5] = t.order[6];
    t.unit[5] = t.unit[6];
    assert_int_equal(unit_order_of(&t.rows, &t.arena, &order, NULL), MARU_E_RANGE);
    t.order[5] = (double)INFINITY;
    assert_int_equal(unit_order_of(&t.rows, &t.arena, &order, NULL), MARU_E_RANGE);
    arena_fini(&t.arena);
}

// What the regime adds to a signal changes no feature, and constant columns and settings are no signals.
static void regimes_are_taken_out(void **state) {
    (void)state;
    struct trial t[2];
    float feature[2][EACH][PAST_OF_UNIT + 2 * PAST_OF_SIGNAL];
    for (uint32_t k = 0; k < 2; k++) {
        make(&t[k], k == 0 ? 0 : 64);
        const struct unit_scale scale = fitted(&t[k]);
        assert_int_equal(scale.regimes.n_regime, 2);
        assert_int_equal(scale.n_signal, 2);
        assert_int_equal(scale.signal[0], 1);
        assert_int_equal(scale.signal[1], 3);
        struct unit_state unit = begun(&scale, &t[k]);
        struct unit_order order;
        assert_int_equal(unit_order_of(&t[k].rows, &t[k].arena, &order, NULL), MARU_OK);
        for (uint32_t i = 0; i < EACH; i++) {
            const uint32_t row = order.row[i];
            assert_int_equal(
                unit_history_add(&unit, t[k].x + (size_t)row * COLUMNS, t[k].order[row], NULL),
                MARU_OK);
            unit_history_features(&unit, feature[k][i]);
        }
        arena_fini(&t[k].arena);
    }
    for (uint32_t i = 0; i < EACH; i++) {
        for (uint32_t f = 0; f < PAST_OF_UNIT + 2 * PAST_OF_SIGNAL; f++) {
            if (!(fabsf(feature[0][i][f] - feature[1][i][f]) < 1e-3F)) {
                fail_msg("row %u, feature %u: %g and %g", i, f, (double)feature[0][i][f],
                         (double)feature[1][i][f]);
            }
        }
    }
}

// A signal that rises by b a row: windows of m rows lie b (m - 1) / 2 behind, slopes are b, drawn towards 0 as the header of the .c says.
static void a_line(void **state) {
    (void)state;
    struct trial t;
    make(&t, 0);
    const struct unit_scale scale = fitted(&t);
    struct unit_state unit = begun(&scale, &t);
    const float low[COLUMNS] = {0};
    const size_t at = (size_t)regimes_of(&scale.regimes, low, scale.setting) * scale.n_signal;
    const double b = 0.25, mean = scale.mean[at], each = 1 / scale.scale[at];
    const uint32_t window[] = {5, 15, 30};
    for (uint32_t n = 1; n <= 200; n++) {
        const float x[COLUMNS] = {0, (float)(mean + each * b * n), 3, NAN, 0};
        assert_int_equal(unit_history_add(&unit, x, n, NULL), MARU_OK);
        float feature[PAST_OF_UNIT + 2 * PAST_OF_SIGNAL];
        unit_history_features(&unit, feature);
        assert_true(feature[0] == (float)n);
        const float *of = feature + PAST_OF_UNIT;
        for (uint32_t w = 0; w < 3; w++) {
            const double m = n < window[w] ? n : window[w];
            assert_true(fabs((double)of[w] - b * (n - (m - 1) / 2)) < 1e-3);
        }
        for (uint32_t w = 0; w < 3; w++) {
            const uint32_t long_one = w == 2 ? PAST_WINDOW : window[w + 1];
            const double m = n < long_one ? n : long_one, spread = m * (m * m - 1) / 12;
            const double want = b * spread / (spread + 50) * (w == 0 ? 15 : 30);
            assert_true(fabs((double)of[4 + w] - want) < 1e-3);
        }
        const double first = n < PAST_BEGINNING ? n : PAST_BEGINNING;
        assert_true(fabs((double)of[8] - b * (first + 1) / 2) < 1e-3);
        assert_true(fabs((double)(of[7] + of[8] - of[1])) < 1e-4);
        assert_true(fabs((double)of[9] - b * (n + 1) / 2.0) < 1e-3);
        for (uint32_t f = 0; f < PAST_OF_SIGNAL; f++) { // a signal that never came is at its mean
            assert_true(of[PAST_OF_SIGNAL + f] == 0.0F);
        }
    }
    arena_fini(&t.arena);
}

// A cleared unit is a new one, a row out of order changes nothing, and scales read back give the same bits.
static void same_bits(void **state) {
    (void)state;
    struct trial t;
    make(&t, 3);
    const struct unit_scale scale = fitted(&t);
    struct text out;
    text_init(&out, 1 << 20);
    unit_history_write(&scale, &out);
    struct unit_scale again;
    for (size_t n = 0; n <= out.n_bytes; n++) {
        struct binary in = binary_of(out.bytes, n);
        assert_int_equal(unit_history_read(&in, &t.arena, &again, NULL),
                         n == out.n_bytes ? MARU_OK : MARU_E_INPUT);
    }
    struct unit_state one = begun(&scale, &t), other = begun(&again, &t);
    for (uint32_t i = 0; i < 70; i++) {
        assert_int_equal(unit_history_add(&other, t.x + (size_t)i * COLUMNS, i, NULL), MARU_OK);
    }
    unit_history_clear(&other);
    for (uint32_t i = 0; i < 130; i++) {
        float x[COLUMNS], feature[2][PAST_OF_UNIT + 2 * PAST_OF_SIGNAL];
        memcpy(x, t.x + (size_t)i * COLUMNS, sizeof x);
        x[3] = i % 7 ? x[3] : INFINITY;
        assert_int_equal(unit_history_add(&one, x, i, NULL), MARU_OK);
        assert_int_equal(unit_history_add(&one, x, i, NULL), MARU_E_RANGE);
        assert_int_equal(unit_history_add(&other, x, i, NULL), MARU_OK);
        unit_history_features(&one, feature[0]);
        unit_history_features(&other, feature[1]);
        assert_memory_equal(feature[0], feature[1], sizeof feature[0]);
    }
    text_fini(&out);
    arena_fini(&t.arena);
}

static void refused(void **state) {
    (void)state;
    struct trial t;
    make(&t, 0);
    struct unit_scale scale;
    struct unit_rows rows = t.rows;
    rows.n_row = 0;
    assert_int_equal(unit_history_fit(&rows, &t.arena, &scale, NULL), MARU_E_RANGE);
    rows.n_row = 1; // nothing varies
    assert_int_equal(unit_history_fit(&rows, &t.arena, &scale, NULL), MARU_E_RANGE);
    rows.n_row = PAST_MAX_ROWS + 1;
    assert_int_equal(unit_history_fit(&rows, &t.arena, &scale, NULL), MARU_E_LIMIT);
    for (uint32_t i = 0; i < ROWS * COLUMNS; i++) {
        t.x[i] = i % 2 ? NAN : INFINITY;
    }
    assert_int_equal(unit_history_fit(&t.rows, &t.arena, &scale, NULL), MARU_E_RANGE);
    arena_fini(&t.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order), cmocka_unit_test(regimes_are_taken_out),
        cmocka_unit_test(a_line),   cmocka_unit_test(same_bits),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
