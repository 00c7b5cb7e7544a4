#include "learn/faults/run_order.h"

#include <math.h>

#include "base/status.h"
#include "learn/measures/row_order.h"

// Each row gets two numbers, of its run and of its time; sorted by time and then, stably, by run.

// Values of a column as numbers: NaN where there is none.
static double key_of(const struct frame_column *column, uint32_t row) {
    switch (column->kind) {
    case FRAME_NUMBER:
        return column->number[row];
    case FRAME_TIME:
        return column->time[row] == FRAME_NO_TIME ? (double)NAN : (double)column->time[row];
    case FRAME_WORD:
    case FRAME_TEXT:
        return column->word[row] == FRAME_NO_WORD ? (double)NAN : (double)column->word[row];
    default:
        return (double)NAN;
    }
}

static maru_status check(const struct frame *frame, uint32_t unit, uint32_t order,
                         maru_error *err) {
    if (unit != UINT32_MAX && frame->column[unit].kind == FRAME_EMPTY) {
        return fail(err, MARU_E_INPUT, "\"%.80s\" has no values", frame->column[unit].name);
    }
    if (order != UINT32_MAX && frame->column[order].kind != FRAME_NUMBER &&
        frame->column[order].kind != FRAME_TIME) {
        return fail(err, MARU_E_INPUT, "\"%.80s\" orders nothing: it has no numbers or times",
                    frame->column[order].name);
    }
    return MARU_OK;
}

maru_status run_order_find(const struct frame *frame, uint32_t unit, uint32_t order,
                           struct arena *arena, struct run_order *out, maru_error *err) {
    const uint32_t n_row = frame->n_row;
    const size_t n = (size_t)n_row + 1;
    double *time = arena_take(arena, n, sizeof *time);
    double *run_key = arena_take(arena, n, sizeof *run_key);
    uint32_t *by_time = arena_take(arena, n, sizeof *by_time);
    uint32_t *by_run = arena_take(arena, n, sizeof *by_run);
    uint32_t *spare = arena_take(arena, n, sizeof *spare);
    uint32_t *row = arena_take(arena, n, sizeof *row);
    uint32_t *run = arena_take(arena, n, sizeof *run);
    if (!time || !run_key || !by_time || !by_run || !spare || !row || !run) {
        return arena_refusal(arena, err);
    }
    const maru_status st = check(frame, unit, order, err);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = 0; i < n_row; i++) {
        time[i] = order == UINT32_MAX ? (double)i : key_of(&frame->column[order], i);
    }
    row_order(time, n_row, by_time, spare);
    for (uint32_t i = 0; i < n_row; i++) {
        run_key[i] = unit == UINT32_MAX ? 0.0 : key_of(&frame->column[unit], by_time[i]);
    }
    row_order(run_key, n_row, by_run, spare);
    struct run_order made = {.row = row, .run = run};
    for (uint32_t i = 0; i < n_row; i++) {
        const uint32_t at = by_run[i], its = by_time[at];
        if (isnan(run_key[at]) || isnan(time[its])) {
            continue;
        }
        const bool is_next = made.n == 0 || run_key[at] != run_key[by_run[i - 1]];
        made.n_run += is_next ? 1 : 0;
        run[made.n] = made.n_run - 1;
        row[made.n++] = its;
    }
    *out = made;
    return MARU_OK;
}
