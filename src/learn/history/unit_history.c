#include "learn/history/unit_history.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"

// Windows are summed anew for each row: 60 values a signal cost less than a cache miss, and no running sum drifts away from what a
// table would give. Slopes are least squares over the rows of a window, drawn towards 0 while the window is short: with m rows the
// spread of their places is m (m^2 - 1) / 12, and `steady` is added to it. They are told as change over a window (of 30 rows at most).

static const double steady = 50.0;
static const double ewm_keep = 0.9;
#define EWM_MOST 10.001 // of all weights: 1 / (1 - ewm_keep), and what rounding adds

// ---- order

static bool is_before(const struct unit_rows *rows, uint32_t a, uint32_t b) {
    if (rows->unit[a] != rows->unit[b]) {
        return rows->unit[a] < rows->unit[b];
    }
    return rows->order[a] < rows->order[b];
}

// Merge two runs that are in order, each next to the other.
static void merge(const struct unit_rows *rows, const uint32_t *from, uint32_t *to, uint32_t start,
                  uint32_t middle, uint32_t end) {
    uint32_t a = start, b = middle;
    for (uint32_t k = start; k < end; k++) {
        const bool is_second = a >= middle || (b < end && is_before(rows, from[b], from[a]));
        to[k] = is_second ? from[b++] : from[a++];
    }
}

static void sort(const struct unit_rows *rows, uint32_t *row, uint32_t *spare) {
    const uint32_t n = rows->n_row;
    uint32_t *from = row, *to = spare;
    for (uint64_t width = 1; width < n; width *= 2) {
        for (uint64_t at = 0; at < n; at += 2 * width) {
            const uint64_t middle = at + width < n ? at + width : n;
            const uint64_t end = at + 2 * width < n ? at + 2 * width : n;
            merge(rows, from, to, (uint32_t)at, (uint32_t)middle, (uint32_t)end);
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != row) {
        memcpy(row, from, n * sizeof *row);
    }
}

static maru_status check_rows(const struct unit_rows *rows, maru_error *err) {
    if (rows->n_row == 0 || rows->n_column == 0) {
        return fail(err, MARU_E_RANGE, "there is nothing to learn from: no rows or no columns");
    }
    if (rows->n_row > PAST_MAX_ROWS || rows->n_column > PAST_MAX_COLUMNS) {
        return fail(err, MARU_E_LIMIT, "more than %d rows or %d columns", PAST_MAX_ROWS,
                    PAST_MAX_COLUMNS);
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        if (!isfinite(rows->order[i])) {
            return fail_at(err, MARU_E_RANGE, NULL, i + 1, 0, "the order of a row is missing");
        }
    }
    return MARU_OK;
}

static maru_status cut_units(const struct unit_rows *rows, struct unit_order *order,
                             maru_error *err) {
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const uint32_t row = order->row[i], last = i > 0 ? order->row[i - 1] : row;
        if (i > 0 && rows->unit[row] == rows->unit[last]) {
            if (!(rows->order[row] > rows->order[last])) {
                return fail_at(err, MARU_E_RANGE, NULL, row + 1, 0,
                               "two rows of one unit have the same order");
            }
            continue;
        }
        if (order->n_unit == PAST_MAX_UNITS) {
            return fail(err, MARU_E_LIMIT, "more than %d units", PAST_MAX_UNITS);
        }
        order->start[order->n_unit++] = i;
    }
    order->start[order->n_unit] = rows->n_row;
    return MARU_OK;
}

maru_status unit_order_of(const struct unit_rows *rows, struct arena *arena, struct unit_order *out,
                          maru_error *err) {
    maru_status st = check_rows(rows, err);
    if (st != MARU_OK) {
        return st;
    }
    struct unit_order made = {.row = arena_take(arena, rows->n_row, sizeof *made.row),
                              .start =
                                  arena_take(arena, (size_t)rows->n_row + 1, sizeof *made.start)};
    uint32_t *spare = alloc_new(rows->n_row, sizeof *spare);
    if (!made.row || !made.start || !spare) {
        st = spare ? arena_refusal(arena, err) : fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        made.row[i] = i;
    }
    sort(rows, made.row, spare);
    st = cut_units(rows, &made, err);
    if (st == MARU_OK) {
        *out = made;
    }
done:
    alloc_free(spare);
    return st;
}

// ---- scale

static maru_status take(struct unit_scale *s, uint32_t n_column, struct arena *arena,
                        maru_error *err) {
    *s = (struct unit_scale){.n_column = n_column};
    s->signal = arena_take(arena, n_column, sizeof *s->signal);
    s->setting = arena_take(arena, n_column, sizeof *s->setting);
    return s->signal && s->setting ? MARU_OK : arena_refusal(arena, err);
}

struct sums {
    double sum[REGIMES_MAX], squares[REGIMES_MAX];
    uint32_t n[REGIMES_MAX];
};

// Mean and deviation of a column within each regime; false: it varies in none.
static bool moments(const struct unit_rows *rows, const uint8_t *regime, uint32_t column,
                    uint32_t n_regime, double *mean, double *scale) {
    struct sums s = {0};
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const double v = (double)rows->x[(size_t)i * rows->n_column + column];
        if (isfinite(v)) {
            s.sum[regime[i]] += v;
            s.n[regime[i]]++;
        }
    }
    for (uint32_t r = 0; r < n_regime; r++) {
        mean[r] = s.n[r] > 0 ? s.sum[r] / s.n[r] : 0.0;
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const double away = (double)rows->x[(size_t)i * rows->n_column + column] - mean[regime[i]];
        s.squares[regime[i]] += isfinite(away) ? away * away : 0.0;
    }
    bool varies = false;
    for (uint32_t r = 0; r < n_regime; r++) {
        const double deviation = s.n[r] > 1 ? sqrt(s.squares[r] / s.n[r]) : 0.0;
        scale[r] = deviation > 1e-7 * fabs(mean[r]) && deviation > 1e-30 ? 1.0 / deviation : 0.0;
        varies |= scale[r] > 0;
    }
    return varies;
}

static maru_status scale_signals(const struct unit_rows *rows, const uint8_t *regime,
                                 struct arena *arena, struct unit_scale *s, maru_error *err) {
    const uint32_t n_regime = s->regimes.n_regime, n = rows->n_column;
    double *mean = alloc_new((size_t)n * n_regime, sizeof *mean);
    double *scale = alloc_new((size_t)n * n_regime, sizeof *scale);
    maru_status st = MARU_OK;
    if (!mean || !scale) {
        st = fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    for (uint32_t c = 0; c < n; c++) {
        const size_t at = (size_t)s->n_signal * n_regime;
        if (!rows->is_setting[c] && moments(rows, regime, c, n_regime, mean + at, scale + at)) {
            s->signal[s->n_signal++] = c;
        }
    }
    if (s->n_signal == 0) {
        st = fail(err, MARU_E_RANGE, "no column varies, settings aside: there is nothing to learn");
        goto done;
    }
    const size_t n_value = (size_t)n_regime * s->n_signal;
    s->mean = arena_take(arena, n_value, sizeof *s->mean);
    s->scale = arena_take(arena, n_value, sizeof *s->scale);
    if (!s->mean || !s->scale) {
        st = arena_refusal(arena, err);
        goto done;
    }
    for (uint32_t k = 0; k < s->n_signal; k++) {
        for (uint32_t r = 0; r < n_regime; r++) {
            s->mean[(size_t)r * s->n_signal + k] = mean[(size_t)k * n_regime + r];
            s->scale[(size_t)r * s->n_signal + k] = scale[(size_t)k * n_regime + r];
        }
    }
done:
    alloc_free(mean);
    alloc_free(scale);
    return st;
}

maru_status unit_history_fit(const struct unit_rows *rows, struct arena *arena,
                             struct unit_scale *out, maru_error *err) {
    maru_status st = check_rows(rows, err);
    struct unit_scale made = {0};
    if (st != MARU_OK || (st = take(&made, rows->n_column, arena, err)) != MARU_OK) {
        return st;
    }
    for (uint32_t c = 0; c < rows->n_column; c++) {
        if (rows->is_setting[c]) {
            made.setting[made.n_setting++] = c;
        }
    }
    const struct regimes_input input = {rows->x, rows->n_row, rows->n_column, made.setting,
                                        made.n_setting};
    st = regimes_fit(&input, arena, &made.regimes, err);
    if (st != MARU_OK) {
        return st;
    }
    uint8_t *regime = alloc_new(rows->n_row, 1);
    if (!regime) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        regime[i] =
            (uint8_t)regimes_of(&made.regimes, rows->x + (size_t)i * rows->n_column, made.setting);
    }
    st = scale_signals(rows, regime, arena, &made, err);
    alloc_free(regime);
    if (st == MARU_OK) {
        *out = made;
    }
    return st;
}

// ---- a unit

maru_status unit_history_begin(const struct unit_scale *scale, struct arena *arena,
                               struct unit_state *out, maru_error *err) {
    const uint32_t n = scale->n_signal;
    double *all = arena_take(arena, (size_t)n * (PAST_WINDOW + 3), sizeof *all);
    if (!all) {
        return arena_refusal(arena, err);
    }
    double *sum = all + (size_t)n * PAST_WINDOW;
    *out = (struct unit_state){
        .scale = scale, .ring = all, .sum = sum, .first = sum + n, .ewm = sum + 2 * (size_t)n};
    return MARU_OK;
}

// Numbers of a unit, which lie behind each other from its ring on.
static size_t n_number(const struct unit_state *state) {
    return (size_t)state->scale->n_signal * (PAST_WINDOW + 3);
}

void unit_history_clear(struct unit_state *state) {
    memset(state->ring, 0, n_number(state) * sizeof *state->ring);
    state->n = 0;
    state->weight = state->began = state->now = 0;
}

void unit_history_copy(const struct unit_state *from, struct unit_state *to) {
    memcpy(to->ring, from->ring, n_number(from) * sizeof *to->ring);
    to->weight = from->weight;
    to->began = from->began;
    to->now = from->now;
    to->n = from->n;
}

maru_status unit_history_add(struct unit_state *state, const float *x, double order,
                             maru_error *err) {
    const struct unit_scale *s = state->scale;
    if (!isfinite(order) || (state->n > 0 && !(order > state->now))) {
        return fail(err, MARU_E_RANGE, "a row that is not behind the one before it");
    }
    const uint32_t n = s->n_signal, regime = regimes_of(&s->regimes, x, s->setting);
    const double *mean = s->mean + (size_t)regime * n, *scale = s->scale + (size_t)regime * n;
    const double *last = state->ring + (size_t)((state->n + PAST_WINDOW - 1) % PAST_WINDOW) * n;
    double *now = state->ring + (size_t)(state->n % PAST_WINDOW) * n;
    for (uint32_t k = 0; k < n; k++) {
        const double z = ((double)x[s->signal[k]] - mean[k]) * scale[k];
        now[k] = isfinite(z) ? z : (state->n > 0 ? last[k] : 0.0);
        state->sum[k] += now[k];
        state->first[k] += state->n < PAST_BEGINNING ? now[k] : 0.0;
        state->ewm[k] = state->ewm[k] * ewm_keep + now[k];
    }
    state->weight = state->weight * ewm_keep + 1;
    state->began = state->n == 0 ? order : state->began;
    state->now = order;
    state->n++;
    return MARU_OK;
}

struct line {
    double mean, slope;
};

// The line through the last m values of a signal; age 0 is now.
static struct line line_of(const struct unit_state *state, uint32_t k, uint32_t m) {
    const uint32_t n = state->scale->n_signal;
    double sum = 0, product = 0;
    const double middle = (m - 1) / 2.0;
    for (uint32_t age = 0; age < m; age++) {
        const double v = state->ring[(size_t)((state->n - 1 - age) % PAST_WINDOW) * n + k];
        sum += v;
        product += v * (middle - age);
    }
    const double spread = m * ((double)m * m - 1) / 12;
    return (struct line){sum / m, product / (spread + steady)};
}

static void signal_features(const struct unit_state *state, uint32_t k, float *out) {
    static const uint32_t window[] = {5, 15, 30, 60};
    struct line line[4];
    for (uint32_t w = 0; w < 4; w++) {
        line[w] = line_of(state, k, state->n < window[w] ? (uint32_t)state->n : window[w]);
    }
    const uint64_t n_first = state->n < PAST_BEGINNING ? state->n : PAST_BEGINNING;
    const double beginning = state->first[k] / (double)n_first;
    const double value[PAST_OF_SIGNAL] = {
        line[0].mean,       line[1].mean,
        line[2].mean,       state->ewm[k] / state->weight,
        line[1].slope * 15, line[2].slope * 30,
        line[3].slope * 30, line[1].mean - beginning,
        beginning,          state->sum[k] / (double)state->n,
    };
    for (uint32_t i = 0; i < PAST_OF_SIGNAL; i++) {
        out[i] = (float)value[i];
    }
}

void unit_history_features(const struct unit_state *state, float *feature) {
    feature[0] = (float)state->n;
    feature[1] = (float)exact_ln((double)state->n);
    for (uint32_t k = 0; k < state->scale->n_signal; k++) {
        signal_features(state, k, feature + PAST_OF_UNIT + (size_t)k * PAST_OF_SIGNAL);
    }
}

uint32_t unit_history_n_feature(const struct unit_scale *scale) {
    return PAST_OF_UNIT + scale->n_signal * PAST_OF_SIGNAL;
}

// ---- bytes

void unit_history_keep(const struct unit_state *state, struct text *out) {
    binary_add_u64(out, state->n);
    if (state->n > 0) {
        binary_add_double(out, state->weight);
        binary_add_double(out, state->began);
        binary_add_double(out, state->now);
        binary_add_doubles(out, state->ring, n_number(state));
    }
}

void unit_history_take(struct unit_state *state, struct binary *in) {
    unit_history_clear(state);
    const uint64_t n = binary_u64(in);
    if (n > 0 && binary_has(in, n_number(state) + 3, sizeof *state->ring)) {
        state->n = n;
        state->weight = binary_double(in);
        state->began = binary_double(in);
        state->now = binary_double(in);
        binary_doubles(in, state->ring, n_number(state));
        in->is_bad = in->is_bad || !(state->weight >= 1 && state->weight <= EWM_MOST) ||
                     !isfinite(state->now) || !(state->began <= state->now);
    } else {
        in->is_bad = in->is_bad || n > 0;
    }
    if (in->is_bad) {
        unit_history_clear(state);
    }
}

void unit_history_write(const struct unit_scale *scale, struct text *out) {
    binary_add_u32(out, scale->n_column);
    binary_add_u32(out, scale->n_signal);
    binary_add_u32(out, scale->n_setting);
    for (uint32_t k = 0; k < scale->n_signal; k++) {
        binary_add_u32(out, scale->signal[k]);
    }
    for (uint32_t k = 0; k < scale->n_setting; k++) {
        binary_add_u32(out, scale->setting[k]);
    }
    regimes_write(&scale->regimes, out);
    const size_t n = (size_t)scale->regimes.n_regime * scale->n_signal;
    binary_add_doubles(out, scale->mean, n);
    binary_add_doubles(out, scale->scale, n);
}

// Columns rise and lie within the row.
static bool read_columns(struct binary *in, uint32_t *column, uint32_t n, uint32_t n_column) {
    for (uint32_t k = 0; k < n; k++) {
        column[k] = binary_u32(in);
        if (column[k] >= n_column || (k > 0 && column[k] <= column[k - 1])) {
            return false;
        }
    }
    return !in->is_bad;
}

maru_status unit_history_read(struct binary *in, struct arena *arena, struct unit_scale *out,
                              maru_error *err) {
    const uint32_t n_column = binary_u32(in), n_signal = binary_u32(in), n_setting = binary_u32(in);
    if (in->is_bad || n_column > PAST_MAX_COLUMNS || n_signal == 0 ||
        n_setting > REGIMES_MAX_SETTINGS || n_setting >= n_column ||
        n_signal > n_column - n_setting) {
        return fail(err, MARU_E_INPUT, "columns of a history that contradict themselves");
    }
    maru_status st = take(out, n_column, arena, err);
    if (st != MARU_OK) {
        return st;
    }
    out->n_signal = n_signal;
    out->n_setting = n_setting;
    if (!read_columns(in, out->signal, n_signal, n_column) ||
        !read_columns(in, out->setting, n_setting, n_column)) {
        return fail(err, MARU_E_INPUT, "columns of a history that contradict themselves");
    }
    st = regimes_read(in, arena, &out->regimes, err);
    if (st != MARU_OK) {
        return st;
    }
    if (out->regimes.n_setting != n_setting) {
        return fail(err, MARU_E_INPUT, "a history whose settings contradict themselves");
    }
    const size_t n = (size_t)out->regimes.n_regime * n_signal;
    out->mean = arena_take(arena, n, sizeof *out->mean);
    out->scale = arena_take(arena, n, sizeof *out->scale);
    if (!out->mean || !out->scale) {
        return arena_refusal(arena, err);
    }
    binary_doubles(in, out->mean, n);
    binary_doubles(in, out->scale, n);
    return in->is_bad ? fail(err, MARU_E_INPUT, "a history that has no numbers") : MARU_OK;
}
