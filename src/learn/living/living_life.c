// A model of remaining life at work. A unit is a tool, or a lot or wafer where the model names its unit so; its windows come one after the
// other, and its history grows with them. An event says that a life has ended: the next window is the first of another one.
//
//     window -> unit_past (rows in the order of their ends) -> features -> life_answer_of -> remaining, interval
//     end    -> the life before goes on to take late windows; it is judged when the next life begins:
//               what was said of each window beside how long it ran -> errors, coverage_watch
//
// What is left is counted as in training: in hours between the ends of windows, where the order was a time or hours; in the column of the
// order, where windows have it; else in windows. Features look at rows alone, not at the order.

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "learn/history/life_table.h"
#include "learn/living/coverage_watch.h"
#include "learn/living/far_watch.h"
#include "learn/living/life_units.h"
#include "learn/living/living_cells.h"
#include "learn/living/living_kind.h"

#define US_PER_H 3.6e9
#define FAR_AWAY                                                                                   \
    8.0 // deviations: at most 1 of 64 rows of training, whatever they were like (Chebyshev)

struct living_life {
    struct life_table table;
    const struct life_parts *parts;
    struct arena room, bound;
    uint32_t *cell;                 // (n_column) of the model's columns, UINT32_MAX: none
    uint32_t unit_cell, order_cell; // UINT32_MAX: the tool; the end of the window
    bool is_counted;                // neither hours nor a column: windows are counted
    float *x, *feature;
    void *scratch;
    struct unit_state state;
    struct life_units units;
    struct far_watch far;
    struct coverage_watch coverage;
    uint32_t last_far; // column of the last window, UINT32_MAX: none
    double squares;    // of errors, and those since it was forgiven
    uint64_t n_life, n_truth, n_held;
};

// ---- opening

static maru_status take_room(struct living_life *l, maru_error *err) {
    const struct unit_scale *scale = l->parts->scale;
    const size_t n_scratch = l->parts->forest ? forest_scratch_bytes(l->parts->forest) : 0;
    l->x = arena_take(&l->room, l->table.n_column, sizeof *l->x);
    l->feature = arena_take(&l->room, unit_history_n_feature(scale), sizeof *l->feature);
    l->scratch = arena_take(&l->room, n_scratch / sizeof(double) + 1, sizeof(double));
    return l->x && l->feature && l->scratch ? unit_history_begin(scale, &l->room, &l->state, err)
                                            : arena_refusal(&l->room, err);
}

static void close_life(void *its) {
    struct living_life *l = its;
    life_units_fini(&l->units);
    arena_fini(&l->bound);
    arena_fini(&l->room);
    life_table_fini(&l->table);
    alloc_free(l);
}

static maru_status open_life(const void *bytes, size_t n, const struct living_options *options,
                             void **out, maru_error *err) {
    struct living_life *l = alloc_new(1, sizeof *l);
    if (!l) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&l->room, SIZE_MAX / 2);
    maru_status st = life_table_read(bytes, n, &l->table, err);
    if (st == MARU_OK) {
        l->parts = life_model_parts(l->table.model);
        life_units_init(&l->units, l->parts->scale);
        st = take_room(l, err);
    }
    st = st == MARU_OK ? far_watch_init(&l->far, &options->inputs, l->table.n_column, err) : st;
    l->last_far = UINT32_MAX;
    if (st != MARU_OK) {
        close_life(l);
        return st;
    }
    *out = l;
    return MARU_OK;
}

static const char *fingerprint_of(const void *its) {
    return ((const struct living_life *)its)->table.fingerprint;
}

static bool counts_hours(const struct life_table *table) {
    return strcmp(table->order, "time") == 0 || strcmp(table->counted_in, "h") == 0;
}

static maru_status bind_life(void *its, const char *const *name, uint32_t n, maru_error *err) {
    struct living_life *l = its;
    uint32_t n_found = 0;
    arena_fini(&l->bound);
    arena_init(&l->bound, 1 << 24);
    l->cell = arena_take(&l->bound, l->table.n_column, sizeof *l->cell);
    if (!l->cell) {
        return arena_refusal(&l->bound, err);
    }
    for (uint32_t c = 0; c < l->table.n_column; c++) {
        l->cell[c] = living_cell_named(l->table.column[c].name, name, n);
        n_found += l->cell[c] != UINT32_MAX;
    }
    l->unit_cell = living_unit_cell(l->table.unit, name, n);
    l->order_cell =
        counts_hours(&l->table) ? UINT32_MAX : living_cell_named(l->table.order, name, n);
    l->is_counted = !counts_hours(&l->table) && l->order_cell == UINT32_MAX;
    return n_found > 0 ? MARU_OK
                       : fail(err, MARU_E_INPUT,
                              "there is none of the columns of the model, such as \"%s\"",
                              l->table.column[0].name);
}

// ---- windows

// The first signal that lies far away from all of its regime, or, where no signal is there at all, the first one; UINT32_MAX: none.
static uint32_t far_column(const struct living_life *l) {
    const struct unit_scale *s = l->parts->scale;
    const size_t at = (size_t)regimes_of(&s->regimes, l->x, s->setting) * s->n_signal;
    uint32_t n_missing = 0;
    for (uint32_t k = 0; k < s->n_signal; k++) {
        const double z = ((double)l->x[s->signal[k]] - s->mean[at + k]) * s->scale[at + k];
        n_missing += isnan(z) ? 1 : 0;
        if (fabs(z) > FAR_AWAY) {
            return s->signal[k];
        }
    }
    return n_missing == s->n_signal ? s->signal[0] : UINT32_MAX;
}

static double order_of(const struct living_life *l, const struct living_window *window) {
    return l->order_cell == UINT32_MAX ? (double)window->at_us / US_PER_H
                                       : living_cell_number(&window->cell[l->order_cell]);
}

static void judge(struct living_life *l, const struct unit_past *past) {
    const struct past_said *said = past->said, *last = said + past->n_said - 1;
    uint32_t n = 0, n_held = 0;
    for (uint32_t i = 0; i < past->n_said; i++) {
        const double left =
            l->is_counted ? (double)(past->n_said - 1 - i) : last->order - said[i].order;
        const double truth = fmin(fmax(left, 0), l->parts->cap);
        const double error = truth - said[i].value;
        if (isfinite(left) && isfinite(error)) {
            n++;
            n_held += said[i].low <= truth && truth <= said[i].high;
            l->squares += error * error;
        }
    }
    if (n > 0) {
        l->n_life++;
        l->n_truth += n;
        l->n_held += n_held;
        coverage_watch_step(&l->coverage, (double)n_held / n, l->parts->level);
    }
}

// The life before is over for good once the next one has a window.
static void judge_before(struct living_life *l, struct life_of_unit *unit) {
    if (unit->before && !unit->is_judged && unit->before->n_said > 0) {
        judge(l, unit->before);
    }
    unit->is_judged = true;
}

static void say(struct living_life *l, struct unit_past *past, uint32_t place,
                const struct living_window *window, struct living_said *said) {
    struct past_said *kept = &past->said[place];
    if (unit_past_is_recent(past, place)) {
        unit_past_state(past, place, &l->state);
        unit_history_features(&l->state, l->feature);
        const struct life_answer answer = life_answer_of(l->parts, l->feature, l->scratch);
        kept->order = order_of(l, window);
        kept->value = answer.remaining;
        kept->low = answer.low;
        kept->high = answer.high;
        kept->is_open = answer.is_open;
    }
    said->is_there = true;
    said->value = kept->value;
    said->low = kept->low;
    said->high = kept->high;
    said->is_open = kept->is_open;
}

static maru_status answer(void *its, const struct living_window *window, struct living_said *said,
                          maru_error *err) {
    struct living_life *l = its;
    const char *name = l->unit_cell == UINT32_MAX ? window->tool : window->cell[l->unit_cell].word;
    struct life_of_unit *unit = NULL;
    for (uint32_t c = 0; c < l->table.n_column; c++) {
        l->x[c] =
            l->cell[c] == UINT32_MAX ? NAN : (float)living_cell_number(&window->cell[l->cell[c]]);
        l->x[c] = isfinite(l->x[c]) ? l->x[c] : NAN;
    }
    l->last_far = far_column(l);
    said->outside = l->last_far == UINT32_MAX ? NULL : l->table.column[l->last_far].name;
    const maru_status st = life_units_get(&l->units, name ? name : "", window->at_us, &unit, err);
    if (st != MARU_OK || !unit) {
        return st; // older than all units that are known, and no room for it
    }
    const bool is_before = window->at_us <= unit->ended_us;
    struct unit_past *past = is_before ? unit->before : unit->now;
    const uint32_t place =
        past ? unit_past_put(past, window->at_us, window->key, l->x) : UINT32_MAX;
    if (place != UINT32_MAX) {
        say(l, past, place, window, said);
    }
    if (!is_before) {
        judge_before(l, unit);
    }
    return MARU_OK;
}

static maru_status count(void *its, bool *is_judged, maru_error *err) {
    struct living_life *l = its;
    (void)err;
    *is_judged = far_watch_step(&l->far, l->last_far);
    return MARU_OK;
}

static maru_status end(void *its, const struct living_end *what, maru_error *err) {
    struct living_life *l = its;
    struct life_of_unit *unit = life_units_find(&l->units, living_unit_of_end(l->table.unit, what));
    struct unit_past *next = NULL;
    if (!unit || what->at_us <= unit->ended_us) {
        return MARU_OK;
    }
    const maru_status st = unit_past_new(l->parts->scale, &next, err);
    if (st != MARU_OK) {
        return st;
    }
    judge_before(l, unit);
    unit_past_split(unit->now, what->at_us, next);
    unit_past_free(unit->before);
    unit->before = unit->now;
    unit->now = next;
    unit->ended_us = what->at_us;
    unit->is_judged = false;
    if (next->n_said > 0) {
        judge_before(l, unit);
    }
    return MARU_OK;
}

// ---- how it does

static enum living_reason reason_of(const void *its) {
    const struct living_life *l = its;
    return coverage_watch_is_less(&l->coverage)       ? LIVING_ERRORS
           : far_watch_verdict(&l->far) == DRIFT_MUCH ? LIVING_INPUTS
                                                      : LIVING_FINE;
}

static void forgive(void *its) {
    struct living_life *l = its;
    far_watch_reset(&l->far);
    l->coverage = (struct coverage_watch){0};
}

static void state_of(const void *its, struct living_state *out) {
    const struct living_life *l = its;
    const uint8_t verdict = far_watch_verdict(&l->far);
    const double wealth = coverage_watch_wealth(&l->coverage);
    out->inputs.verdict = verdict;
    out->inputs.n = far_watch_windows(&l->far);
    out->inputs.largest = verdict == DRIFT_UNKNOWN ? (double)NAN : far_watch_share(&l->far);
    if (l->far.rows > 0) {
        out->inputs.worst[out->inputs.n_worst++] = (struct living_worst){
            l->table.column[l->far.column].name, far_watch_share(&l->far), verdict};
    }
    out->errors.verdict = l->coverage.n == 0                     ? ERRORS_UNKNOWN
                          : coverage_watch_is_less(&l->coverage) ? ERRORS_WORSE
                                                                 : ERRORS_USUAL;
    out->errors.is_coverage = true;
    out->errors.n = l->n_truth;
    out->errors.n_life = l->n_life;
    out->errors.sum = l->coverage.n > 0 ? exact_ln(fmax(wealth, 1)) : (double)NAN;
    out->errors.bound = exact_ln((double)COVERAGE_RUN_LENGTH);
    out->errors.mean = l->n_truth > 0 ? sqrt(l->squares / (double)l->n_truth) : (double)NAN;
    out->errors.mean_since = out->errors.mean;
    out->errors.usual = l->table.rmse;
    out->level = l->parts->level;
    out->n_interval = l->n_truth;
    out->n_held = l->n_held;
}

static uint32_t n_unit(const void *its) { return ((const struct living_life *)its)->units.n; }

static void unit_told(const void *its, uint32_t i, struct living_unit *out) {
    const struct life_of_unit *unit = ((const struct living_life *)its)->units.unit[i];
    const struct unit_past *past =
        unit->now->n_said > 0 || !unit->before ? unit->now : unit->before;
    const uint32_t n =
        past->n_said < LIVING_MAX_TOLD_VALUES ? past->n_said : LIVING_MAX_TOLD_VALUES;
    out->name = unit->name;
    out->at_us = unit->last_us;
    out->n = unit_past_rows(unit->now);
    out->is_ended = past != unit->now;
    for (uint32_t k = past->n_said - n; k < past->n_said; k++) {
        out->recent[out->n_recent++] = past->said[k].value;
        out->value = past->said[k].value;
        out->low = past->said[k].low;
        out->high = past->said[k].high;
        out->is_open = past->said[k].is_open;
    }
}

// ---- bytes: counts, watches, units

static void write_state(const void *its, struct text *out) {
    const struct living_life *l = its;
    binary_add_u64(out, l->n_life);
    binary_add_u64(out, l->n_truth);
    binary_add_u64(out, l->n_held);
    binary_add_double(out, l->squares);
    coverage_watch_write(&l->coverage, out);
    far_watch_write(&l->far, out);
    life_units_write(&l->units, out);
}

static maru_status clear(void *its, maru_error *err) {
    struct living_life *l = its;
    (void)err;
    l->n_life = l->n_truth = l->n_held = 0;
    l->squares = 0;
    l->coverage = (struct coverage_watch){0};
    far_watch_reset(&l->far);
    l->far.n_row = 0;
    life_units_fini(&l->units);
    life_units_init(&l->units, l->parts->scale);
    return MARU_OK;
}

static maru_status read_state(void *its, struct binary *in, maru_error *err) {
    struct living_life *l = its;
    l->n_life = binary_u64(in);
    l->n_truth = binary_u64(in);
    l->n_held = binary_u64(in);
    l->squares = binary_double(in);
    in->is_bad = in->is_bad || l->n_held > l->n_truth || l->n_life > l->n_truth ||
                 !(l->squares >= 0 && isfinite(l->squares));
    l->coverage = coverage_watch_read(in);
    far_watch_read(&l->far, in);
    return life_units_read(&l->units, in, err);
}

const struct living_kind living_kind_life = {
    .is = life_table_is,
    .open = open_life,
    .close = close_life,
    .fingerprint = fingerprint_of,
    .bind = bind_life,
    .answer = answer,
    .count = count,
    .end = end,
    .reason = reason_of,
    .forgive = forgive,
    .state = state_of,
    .n_unit = n_unit,
    .unit = unit_told,
    .write = write_state,
    .clear = clear,
    .read = read_state,
};
