#include "study/quality/quality_capability.h"

#include <math.h>

#include "base/alloc.h"
#include "base/status.h"

// Limits are those that somebody says, else those that the table says (wire/sheet/sheet_limits.c), else those of the verdict. What a
// table says is believed where a fifth of the values lie within: rows of limits that belong to something else are no limits of this.

static const double believable = 0.2;

bool quality_limits_written(const struct quality *q, uint32_t column, struct specification *out) {
    if (!q->reading || column >= q->reading->n_column ||
        q->frame->column[column].kind != FRAME_NUMBER) {
        return false;
    }
    const struct sheet_column *said = &q->reading->column[column];
    uint32_t n = 0, n_in = 0;
    if (isnan(said->lower) && isnan(said->upper)) {
        return false;
    }
    for (uint32_t i = 0; i < q->frame->n_row; i++) {
        const double x = q->frame->column[column].number[i];
        n += !isnan(x) ? 1U : 0U;
        n_in += !isnan(x) && !(x < said->lower) && !(x > said->upper) ? 1U : 0U;
    }
    *out = (struct specification){said->lower, said->upper, (double)NAN};
    return n > 0 && n_in >= believable * n;
}

bool quality_limits_judge(const struct quality *q, struct roles_hints *out) {
    uint32_t most = 0;
    for (uint32_t k = 0; k < q->frame->n_column; k++) {
        struct specification spec = {(double)NAN, (double)NAN, (double)NAN};
        uint32_t n_out = 0;
        const bool has_limits = quality_limits_written(q, k, &spec);
        for (uint32_t i = 0; has_limits && i < q->frame->n_row; i++) {
            const double x = q->frame->column[k].number[i];
            n_out += x < spec.lower || x > spec.upper;
        }
        if (n_out > most) {
            most = n_out;
            out->target = q->frame->column[k].name;
            out->lower = spec.lower;
            out->upper = spec.upper;
        }
    }
    return most > 0;
}

static maru_status find_capability(const struct quality *q, struct quality_column *column,
                                   maru_error *err) {
    const struct frame *frame = q->frame;
    const double *number = frame->column[column->column].number;
    double *values = alloc_new(2 * (size_t)frame->n_row + 1, sizeof *values);
    size_t n = 0;
    double range = 0, before = (double)NAN, within[2] = {(double)NAN, (double)NAN};
    size_t n_range = 0;
    if (!values) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t k = 0; k < frame->n_row;
         k++) { // within: from one unit to the next, in the order of time
        const double x = number[q->order[k]];
        if (isfinite(x)) {
            range += isnan(before) ? 0.0 : fabs(x - before);
            n_range += isnan(before) ? 0 : 1;
            before = x;
            values[n++] = x;
        }
    }
    if (n_range > 1) {
        within[0] = range / (double)n_range / 1.1283791670955126; // d2 of two values
        within[1] = 0.62 * (double)n_range; // degrees of freedom of the mean moving range, nearly
    }
    maru_error why = {0};
    const maru_status st = capability_of(values, n, &column->specification, within, q->level,
                                         values + frame->n_row, &column->capability, &why);
    alloc_free(values);
    column->has_capability = st == MARU_OK;
    if (st == MARU_E_RANGE) { // limits that cross are the user's
        return fail(err, MARU_E_INPUT, "limits of \"%s\": %s", frame->column[column->column].name,
                    why.text);
    }
    return st == MARU_E_INPUT ? MARU_OK : st;
}

maru_status quality_capabilities_find(struct quality *q, const struct quality_options *options,
                                      maru_error *err) {
    const struct target *target = &q->roles.target;
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < options->n_limit; i++) {
        const struct quality_limit *limit = &options->limit[i];
        const uint32_t column = frame_find(q->frame, limit->column);
        bool is_there = false;
        for (uint32_t k = 0; st == MARU_OK && k < q->n_column; k++) {
            if (q->column[k].column == column) {
                q->column[k].specification =
                    (struct specification){limit->lower, limit->upper, (double)NAN};
                st = find_capability(q, &q->column[k], err);
                is_there = true;
            }
        }
        if (st == MARU_OK && !is_there) {
            st = fail(err, MARU_E_INPUT, "\"%s\" is no column of numbers that has limits",
                      limit->column);
        }
    }
    for (uint32_t k = 0; st == MARU_OK && k < q->n_column; k++) {
        struct quality_column *column = &q->column[k];
        if (isnan(column->specification.lower) && isnan(column->specification.upper) &&
            quality_limits_written(q, column->column, &column->specification)) {
            st = find_capability(q, column, err);
        }
    }
    for (uint32_t k = 0; st == MARU_OK && k < q->n_column; k++) {
        const bool has_limits = !isnan(target->lower) || !isnan(target->upper);
        if (q->column[k].column == target->column && has_limits && !q->column[k].has_capability) {
            q->column[k].specification =
                (struct specification){target->lower, target->upper, (double)NAN};
            st = find_capability(q, &q->column[k], err);
        }
    }
    return st;
}
