// Lives from rows, their curves, and the columns that were known of them.

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/drift/many_tests.h"
#include "train/lives/survival_inside.h"

#define CURVE_LEVEL 0.95

// ---- lives

static bool is_life(const struct survival_training *in, uint32_t row) {
    const double age = in->frame->column[in->age].number[row];
    return age > 0 && isfinite(age) && (!in->failed || isfinite(in->failed[row]));
}

// A number for each unit that a row names, in the order in which they are first seen; UINT32_MAX: it names none.
static maru_status number_units(const struct survival_work *w, uint32_t *unit, uint32_t *n_unit,
                                maru_error *err) {
    const struct frame *frame = w->in->frame;
    const struct frame_column *column = &frame->column[w->in->unit];
    struct names seen;
    maru_status st = MARU_OK;
    names_init(&seen, SIZE_MAX / 2);
    for (uint32_t i = 0; st == MARU_OK && i < frame->n_row; i++) {
        char text[40];
        const char *name = text;
        size_t n = 0;
        unit[i] = UINT32_MAX;
        const bool is_word = column->kind == FRAME_WORD || column->kind == FRAME_TEXT;
        if (is_word && column->word[i] != FRAME_NO_WORD) {
            name = column->words.name[column->word[i]];
            n = column->words.n_byte[column->word[i]];
        } else if (column->kind == FRAME_NUMBER && isfinite(column->number[i])) {
            n = (size_t)snprintf(text, sizeof text, "%.17g", column->number[i]);
        }
        st = n > 0 ? names_add(&seen, name, n, &unit[i], err) : MARU_OK;
    }
    *n_unit = seen.n;
    names_fini(&seen);
    return st;
}

struct unit_rows_of { // rows of a unit: the youngest and the oldest, UINT32_MAX: none
    uint32_t first, last;
};

static maru_status find_units(struct survival_work *w, maru_error *err) {
    const struct frame *frame = w->in->frame;
    const double *age = frame->column[w->in->age].number;
    uint32_t n_unit = 0;
    uint32_t *unit = arena_take(w->arena, (size_t)frame->n_row + 1, sizeof *unit);
    struct unit_rows_of *of = arena_take(w->arena, (size_t)frame->n_row + 1, sizeof *of);
    if (!unit || !of) {
        return arena_refusal(w->arena, err);
    }
    const maru_status st = number_units(w, unit, &n_unit, err);
    for (uint32_t u = 0; u < n_unit; u++) {
        of[u] = (struct unit_rows_of){UINT32_MAX, UINT32_MAX};
    }
    for (uint32_t i = 0; st == MARU_OK && i < frame->n_row; i++) {
        if (unit[i] == UINT32_MAX || !is_life(w->in, i)) {
            w->model.n_left_out++;
            continue;
        }
        struct unit_rows_of *its = &of[unit[i]];
        its->first = its->first == UINT32_MAX || age[i] < age[its->first] ? i : its->first;
        its->last = its->last == UINT32_MAX || age[i] > age[its->last] ? i : its->last;
    }
    for (uint32_t u = 0; st == MARU_OK && u < n_unit; u++) {
        if (of[u].first != UINT32_MAX) {
            w->row[w->n] = of[u].first;
            w->time[w->n] = age[of[u].last];
            w->is_failed[w->n++] = !w->in->failed || w->in->failed[of[u].last] > 0;
        }
    }
    return st;
}

static void find_rows(struct survival_work *w) {
    const double *age = w->in->frame->column[w->in->age].number;
    for (uint32_t i = 0; i < w->in->frame->n_row; i++) {
        if (is_life(w->in, i)) {
            w->row[w->n] = i;
            w->time[w->n] = age[i];
            w->is_failed[w->n++] = !w->in->failed || w->in->failed[i] > 0;
        } else {
            w->model.n_left_out++;
        }
    }
}

maru_status survival_find_lives(struct survival_work *w, maru_error *err) {
    const struct frame_column *age = &w->in->frame->column[w->in->age];
    const size_t n = (size_t)w->in->frame->n_row + 1;
    if (age->kind != FRAME_NUMBER) {
        return fail(err, MARU_E_INPUT, "\"%s\" is no column of numbers", age->name);
    }
    if (w->in->frame->n_row > SURVIVAL_MAX_LIVES && w->in->unit == UINT32_MAX) {
        return fail(err, MARU_E_LIMIT, "more than %d lives", SURVIVAL_MAX_LIVES);
    }
    w->row = arena_take(w->arena, n, sizeof *w->row);
    w->time = arena_take(w->arena, n, sizeof *w->time);
    w->is_failed = arena_take(w->arena, n, sizeof *w->is_failed);
    if (!w->row || !w->time || !w->is_failed) {
        return arena_refusal(w->arena, err);
    }
    maru_status st = MARU_OK;
    if (w->in->unit == UINT32_MAX) {
        find_rows(w);
    } else {
        st = find_units(w, err);
    }
    for (uint32_t i = 0; i < w->n; i++) {
        w->model.n_failed += w->is_failed[i];
    }
    w->model.n_life = w->n;
    return st != MARU_OK ? st
           : w->n >= SURVIVAL_LEAST_LIVES
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "%u lives, and fewer than %d say nothing", w->n,
                      SURVIVAL_LEAST_LIVES);
}

// ---- curves

// Of many steps as many as are kept, evenly, the last one too.
static maru_status keep_points(struct survival_work *w, const struct survival *s,
                               struct survival_curve *out, maru_error *err) {
    const uint32_t n = s->n_step < SURVIVAL_MAX_STEPS ? s->n_step : SURVIVAL_MAX_STEPS;
    struct survival_point *point = arena_take(w->arena, (size_t)n + 1, sizeof *point);
    if (!point) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct survival_step *step = &s->step[(uint64_t)(i + 1) * s->n_step / n - 1];
        point[i] = (struct survival_point){step->time, step->surviving, step->low, step->high};
    }
    out->point = point;
    out->n_point = n;
    return MARU_OK;
}

// The curve of lives of one group; of all of them where `group` is NULL.
static maru_status add_curve(struct survival_work *w, const uint32_t *group, uint32_t which,
                             const char *name, struct survival_curve *out, maru_error *err) {
    double *time = arena_take(w->arena, (size_t)w->n + 1, sizeof *time);
    uint8_t *is_failed = arena_take(w->arena, (size_t)w->n + 1, sizeof *is_failed);
    if (!time || !is_failed) {
        return arena_refusal(w->arena, err);
    }
    struct lifetimes lives = {.time = time, .is_failed = is_failed};
    for (uint32_t i = 0; i < w->n; i++) {
        if (!group || group[i] == which) {
            time[lives.n] = w->time[i];
            is_failed[lives.n++] = w->is_failed[i];
        }
    }
    *out = (struct survival_curve){.name = name, .n = lives.n};
    out->median = (struct survival_age){(double)INFINITY, (double)INFINITY, (double)INFINITY};
    struct survival survival;
    maru_status st =
        lives.n > 0 ? survival_estimate(&lives, CURVE_LEVEL, w->arena, &survival, err) : MARU_OK;
    if (st == MARU_OK && lives.n > 0) {
        out->n_failed = survival.n_failed;
        out->median = survival_quantile(&survival, 0.5);
        st = keep_points(w, &survival, out, err);
    }
    return st;
}

// Groups of a column of words: the words, then one for lives without any. NaN in *p: nothing to compare.
static maru_status test_groups(struct survival_work *w, const struct frame_column *column,
                               uint32_t *group, double *p, maru_error *err) {
    const struct lifetimes lives = {w->time, w->is_failed, NULL, w->n};
    struct log_rank test;
    *p = (double)NAN;
    if (column->kind != FRAME_WORD || column->words.n < 2 ||
        column->words.n + 1 > LOGRANK_MAX_GROUPS) {
        return MARU_OK;
    }
    for (uint32_t i = 0; i < w->n; i++) {
        const uint32_t word = column->word[w->row[i]];
        group[i] = word == FRAME_NO_WORD ? column->words.n : word;
    }
    const maru_status st = log_rank_test(&lives, group, column->words.n + 1, w->arena, &test, err);
    *p = st == MARU_OK ? test.p : (double)NAN;
    return st == MARU_E_RANGE ? MARU_OK : st; // no two groups at risk: nothing to compare
}

static maru_status add_groups(struct survival_work *w, const struct frame_column *column,
                              uint32_t *group, struct survival_curve *curve, maru_error *err) {
    double p;
    maru_status st = test_groups(w, column, group, &p, err);
    for (uint32_t k = 0; st == MARU_OK && k < column->words.n; k++) {
        st = add_curve(w, group, k, column->words.name[k], &curve[w->model.n_curve], err);
        w->model.n_curve += st == MARU_OK && curve[w->model.n_curve].n > 0;
    }
    return st;
}

maru_status survival_find_curves(struct survival_work *w, maru_error *err) {
    const uint32_t n_column = w->in->n_column;
    uint32_t *group = arena_take(w->arena, (size_t)w->n + 1, sizeof *group);
    double *p = arena_take(w->arena, (size_t)n_column + 1, sizeof *p);
    double *held = arena_take(w->arena, (size_t)n_column + 1, sizeof *held);
    struct survival_curve *curve = arena_take(w->arena, SURVIVAL_MAX_CURVES, sizeof *curve);
    if (!group || !p || !held || !curve) {
        return arena_refusal(w->arena, err);
    }
    maru_status st = MARU_OK;
    uint32_t n_tested = 0, best = UINT32_MAX, tested_best = 0;
    double least = 2;
    for (uint32_t c = 0; st == MARU_OK && c < n_column; c++) {
        double one;
        st = test_groups(w, &w->in->frame->column[w->in->column[c]], group, &one, err);
        if (st == MARU_OK && isfinite(one)) {
            best = one < least ? w->in->column[c] : best;
            tested_best = one < least ? n_tested : tested_best;
            least = one < least ? one : least;
            p[n_tested++] = one;
        }
    }
    st = st == MARU_OK && n_tested > 0 ? many_tests_holm(p, n_tested, w->arena, held, err) : st;
    st = st == MARU_OK ? add_curve(w, NULL, 0, "", &curve[0], err) : st;
    w->model.n_curve = 1;
    w->model.curve = curve;
    w->model.group = "";
    w->model.group_p = (double)NAN;
    if (st == MARU_OK && best != UINT32_MAX) {
        w->model.group = w->in->frame->column[best].name;
        w->model.group_p = held[tested_best];
        st = add_groups(w, &w->in->frame->column[best], group, curve, err);
    }
    return st;
}

// ---- columns

static void fill_missing(double *x, uint32_t n_row, uint32_t n_feature) {
    for (uint32_t f = 0; f < n_feature; f++) {
        double sum = 0;
        uint32_t n = 0;
        for (uint32_t i = 0; i < n_row; i++) {
            const double value = x[(size_t)i * n_feature + f];
            sum += isfinite(value) ? value : 0;
            n += isfinite(value) != 0;
        }
        for (uint32_t i = 0; i < n_row; i++) {
            double *value = &x[(size_t)i * n_feature + f];
            *value = isfinite(*value) ? *value : n > 0 ? sum / n : 0;
        }
    }
}

maru_status survival_find_columns(struct survival_work *w, maru_error *err) {
    if (w->in->n_column == 0) {
        return MARU_OK;
    }
    const struct recipe_input input = {w->in->frame, w->in->column, w->row, w->in->n_column, w->n};
    maru_status st = recipe_make(&input, w->arena, &w->model.recipe, err);
    if (st == MARU_E_INPUT) { // each of them is the same for all units
        w->model.recipe = (struct recipe){0};
        return MARU_OK;
    }
    const uint32_t n_feature = w->model.recipe.n_feature;
    if (st == MARU_OK && n_feature > COX_MAX_COLUMNS) {
        return fail(err, MARU_E_LIMIT, "more than %d columns and words to learn from",
                    COX_MAX_COLUMNS);
    }
    float *x = alloc_new((size_t)w->n * n_feature + 1, sizeof *x);
    w->x = arena_take(w->arena, (size_t)w->n * n_feature + 1, sizeof *w->x);
    if (st == MARU_OK && (!x || !w->x)) {
        st = x ? arena_refusal(w->arena, err) : fail(err, MARU_E_MEMORY, "no memory");
    }
    struct recipe_fit fit;
    st = st == MARU_OK ? recipe_apply(&w->model.recipe, w->in->frame, w->row, w->n, x, &fit, err)
                       : st;
    for (size_t i = 0; st == MARU_OK && i < (size_t)w->n * n_feature; i++) {
        w->x[i] = (double)x[i];
    }
    alloc_free(x);
    if (st == MARU_OK) {
        fill_missing(w->x, w->n, n_feature);
    }
    return st;
}
