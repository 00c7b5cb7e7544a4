#include "study/quality/quality.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "study/quality/quality_capability.h"
#include "study/quality/quality_charts.h"
#include "study/quality/quality_kinds.h"

enum { N_SHUFFLE = 999, N_SHIFT = 400, SEOUL_MIN = 540 };
#define QUALITY_MAX_BYTES ((size_t)4 << 30)

struct quality_options quality_usual(void) {
    return (struct quality_options){
        .roles = {.lower = (double)NAN, .upper = (double)NAN},
        .level = 0.95,
        .seed = 1,
        .offset_min = SEOUL_MIN,
    };
}

// ---- the order of time

struct timed {
    maru_time at_us;
    uint32_t row;
};

// Stable: rows of one moment stay as they stand.
static void sort(struct timed *timed, struct timed *scratch, uint32_t n) {
    for (uint32_t width = 1; width < n; width *= 2) {
        for (uint32_t from = 0; from < n; from += 2 * width) {
            const uint32_t middle = from + width < n ? from + width : n;
            const uint32_t to = middle + width < n ? middle + width : n;
            uint32_t a = from, b = middle;
            for (uint32_t k = from; k < to; k++) {
                const bool takes_a = a < middle && (b == to || timed[a].at_us <= timed[b].at_us);
                scratch[k] = takes_a ? timed[a++] : timed[b++];
            }
        }
        memcpy(timed, scratch, n * sizeof *timed);
    }
}

// A row without a time stands beside the one before it.
static maru_status find_order(struct quality *q, maru_error *err) {
    const struct frame *frame = q->frame;
    uint32_t *order = arena_take(&q->arena, (size_t)frame->n_row + 1, sizeof *order);
    const uint32_t column = q->roles.time_column;
    if (!order) {
        return arena_refusal(&q->arena, err);
    }
    for (uint32_t i = 0; i < frame->n_row; i++) {
        order[i] = i;
    }
    q->order = order;
    if (column == UINT32_MAX || frame->column[column].kind != FRAME_TIME) {
        return MARU_OK;
    }
    const maru_time *time = frame->column[column].time;
    struct timed *timed = alloc_new(2 * (size_t)frame->n_row + 1, sizeof *timed);
    if (!timed) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_time before = INT64_MIN;
    for (uint32_t i = 0; i < frame->n_row; i++) {
        before = time[i] == FRAME_NO_TIME ? before : time[i];
        timed[i] = (struct timed){before, i};
    }
    sort(timed, timed + frame->n_row, frame->n_row);
    for (uint32_t i = 0; i < frame->n_row; i++) {
        order[i] = timed[i].row;
    }
    alloc_free(timed);
    q->has_time = true;
    return MARU_OK;
}

static maru_status cut_periods(struct quality *q, const struct quality_options *options,
                               maru_error *err) {
    const uint32_t column = q->roles.time_column;
    const struct periods_input input = {
        .order = q->order,
        .n_order = q->frame->n_row,
        .time = q->has_time ? q->frame->column[column].time : NULL,
        .bad = q->roles.bad,
        .weight = q->roles.weight,
        .offset_min = options->offset_min,
    };
    const maru_status st = periods_cut(&input, &q->arena, &q->periods, err);
    if (st == MARU_OK) {
        q->trend = periods_trend(&q->periods, q->roles.target.form != TARGET_NUMBER, q->level);
    }
    return st;
}

// ---- columns of numbers

static bool is_measured(const struct quality *q, uint32_t i) {
    const uint8_t role = q->roles.column[i].role;
    const bool is_target = role == ROLE_TARGET && (q->roles.target.form == TARGET_NUMBER ||
                                                   q->roles.target.form == TARGET_LIMITS);
    return q->frame->column[i].kind == FRAME_NUMBER && (role == ROLE_INPUT || is_target);
}

static void find_means(const struct quality *q, const double *number, double *mean) {
    for (uint32_t p = 0; p < q->periods.n; p++) {
        const struct period *period = &q->periods.period[p];
        double sum = 0;
        uint32_t n = 0;
        for (uint32_t k = period->first; k < period->first + period->n_row; k++) {
            const double x = number[q->order[k]];
            if (isfinite(x)) {
                sum += x;
                n++;
            }
        }
        mean[p] = n > 0 ? sum / n : (double)NAN;
    }
}

static maru_status find_changes(struct quality *q, const struct quality_options *options,
                                maru_error *err) {
    struct change *change = arena_take(&q->arena, (size_t)q->n_column + 1, sizeof *change);
    if (!change) {
        return arena_refusal(&q->arena, err);
    }
    const maru_status st =
        steadiness_find(q->mean, q->n_column, q->periods.n, N_SHUFFLE, options->seed, change, err);
    for (uint32_t i = 0; st == MARU_OK && i < q->n_column; i++) {
        q->column[i].change = change[i];
    }
    return st;
}

static maru_status find_columns(struct quality *q, const struct quality_options *options,
                                maru_error *err) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < q->frame->n_column; i++) {
        n += is_measured(q, i);
    }
    q->column = arena_take(&q->arena, (size_t)n + 1, sizeof *q->column);
    q->mean = arena_take(&q->arena, (size_t)n * q->periods.n + 1, sizeof *q->mean);
    if (!q->column || !q->mean) {
        return arena_refusal(&q->arena, err);
    }
    for (uint32_t i = 0; i < q->frame->n_column; i++) {
        if (is_measured(q, i)) {
            find_means(q, q->frame->column[i].number, q->mean + (size_t)q->n_column * q->periods.n);
            q->column[q->n_column++] = (struct quality_column){
                .column = i, .specification = {(double)NAN, (double)NAN, (double)NAN}};
        }
    }
    return find_changes(q, options, err);
}

// ---- causes

static maru_status find_causes(struct quality *q, const struct quality_options *options,
                               maru_error *err) {
    const struct frame *frame = q->frame;
    uint32_t *column = arena_take(&q->arena, (size_t)frame->n_column + 1, sizeof *column);
    uint32_t n = 0;
    if (!column) {
        return arena_refusal(&q->arena, err);
    }
    for (uint32_t i = 0; i < frame->n_column; i++) {
        const uint8_t role = q->roles.column[i].role;
        if (role == ROLE_INPUT || role == ROLE_TOOL) {
            column[n++] = i;
        }
    }
    const uint32_t lot = q->roles.lot_column;
    const bool has_lots = lot != UINT32_MAX && frame->column[lot].word != NULL;
    const bool is_number =
        q->roles.target.form == TARGET_NUMBER || q->roles.target.form == TARGET_COUNT;
    const bool is_low_bad = q->roles.target.form == TARGET_NUMBER && q->roles.target.is_low_bad;
    const struct causes_input input = {
        .frame = frame,
        .target = q->roles.bad,
        .kind = !is_number   ? CAUSES_BAD
                : is_low_bad ? CAUSES_LOW
                             : CAUSES_HIGH,
        .column = column,
        .n_column = n,
        .order = q->order,
        .cluster = has_lots ? frame->column[lot].word : NULL,
        .n_cluster = has_lots ? frame->column[lot].words.n : 0,
        .seed = options->seed,
        .n_shift = N_SHIFT,
        .cap_bytes = QUALITY_MAX_BYTES,
    };
    return causes_find(&input, &q->causes, err);
}

// ---- all of it

// Where nothing is a verdict, but limits are written: bad is what lies outside of those that most lie outside of.
static maru_status find_roles(struct quality *q, const struct quality_options *options,
                              maru_error *err) {
    struct roles_hints hints = options->roles;
    maru_status st = roles_find(q->frame, &hints, &q->roles, err);
    if (st != MARU_OK || q->roles.target.form != TARGET_NONE || !quality_limits_judge(q, &hints)) {
        return st;
    }
    roles_fini(&q->roles);
    return roles_find(q->frame, &hints, &q->roles, err);
}

static maru_status find_all(struct quality *q, const struct quality_options *options,
                            maru_error *err) {
    maru_status st = find_roles(q, options, err);
    st = st == MARU_OK ? find_order(q, err) : st;
    st = st == MARU_OK ? cut_periods(q, options, err) : st;
    st = st == MARU_OK ? quality_kinds_find(q, err) : st;
    st = st == MARU_OK ? find_columns(q, options, err) : st;
    st = st == MARU_OK ? quality_charts_find(q, err) : st;
    st = st == MARU_OK ? quality_capabilities_find(q, options, err) : st;
    const bool has_target = st == MARU_OK && q->roles.target.form != TARGET_NONE;
    return has_target ? find_causes(q, options, err) : st;
}

maru_status quality_find(const struct frame *frame, const struct quality_options *options,
                         struct quality *out, maru_error *err) {
    struct quality q = {.frame = frame,
                        .reading = options->reading,
                        .level = options->level,
                        .offset_min = options->offset_min};
    arena_init(&q.arena, QUALITY_MAX_BYTES);
    const maru_status st = find_all(&q, options, err);
    if (st != MARU_OK) {
        quality_fini(&q);
        return st;
    }
    *out = q;
    return MARU_OK;
}

void quality_fini(struct quality *quality) {
    causes_fini(&quality->causes);
    roles_fini(&quality->roles);
    arena_fini(&quality->arena);
    *quality = (struct quality){0};
}
