// A model of odd rows at work: each window gets its score, whether it is odd, and which columns make it so. Nobody has to say what was true.

#include <math.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/anomaly/odd_model.h"
#include "learn/living/living_kind.h"
#include "learn/living/odd_watch.h"

struct living_odd {
    struct odd_model model;
    struct arena names, bound, room; // of features; of the names of cells; of answers
    const char **name;               // (n_feature)
    struct recipe_row row;           // row.cell NULL: not bound
    float *x;                        // (n_feature) of the last row
    double *value;                   // the same
    double *work;
    double limit; // the score above which rows are odd, +infinity: no score is
    struct odd_watch watch;
    struct odd_window last;
};

// ---- opening

static maru_status name_features(struct living_odd *l, maru_error *err) {
    const uint32_t n = l->model.recipe.n_feature;
    l->name = arena_take(&l->names, (size_t)n + 1, sizeof *l->name);
    for (uint32_t f = 0; l->name && f < n; f++) {
        struct text name;
        text_init(&name, 1 << 16);
        recipe_name_feature(&l->model.recipe, f, &name);
        l->name[f] = arena_text(&l->names, name.bytes ? name.bytes : "", name.n_bytes);
        text_fini(&name);
    }
    return l->names.is_full || !l->name ? arena_refusal(&l->names, err) : MARU_OK;
}

// A row is odd where (scores held out that are at least as high + 1) / (n_held + 1) is at most alpha.
static double limit_of(const struct odd_model *model) {
    const double most = floor(model->alpha * (model->anomaly.n_held + 1.0) - 1);
    const uint32_t n = model->anomaly.n_held;
    return most < 0   ? (double)INFINITY
           : most < n ? model->anomaly.held[n - 1 - (uint32_t)most]
                      : -(double)INFINITY;
}

static maru_status take_room(struct living_odd *l, const struct living_options *options,
                             maru_error *err) {
    const uint32_t n = l->model.recipe.n_feature;
    const double later = l->model.odd.high;
    l->x = arena_take(&l->room, (size_t)n + 1, sizeof *l->x);
    l->value = arena_take(&l->room, (size_t)n + 1, sizeof *l->value);
    l->work = arena_take(&l->room, anomaly_work(&l->model.anomaly) + 1, sizeof *l->work);
    l->limit = limit_of(&l->model);
    if (!l->x || !l->value || !l->work) {
        return arena_refusal(&l->room, err);
    }
    const double promised = isfinite(later) ? fmax(l->model.alpha, later) : l->model.alpha;
    return odd_watch_init(&l->watch, &options->inputs, fmin(fmax(promised, 0), 1), n, err);
}

static void close_odd(void *its) {
    struct living_odd *l = its;
    odd_watch_fini(&l->watch);
    arena_fini(&l->names);
    arena_fini(&l->bound);
    arena_fini(&l->room);
    odd_model_fini(&l->model);
    alloc_free(l);
}

static maru_status open_odd(const void *bytes, size_t n, const struct living_options *options,
                            void **out, maru_error *err) {
    struct living_odd *l = alloc_new(1, sizeof *l);
    if (!l) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&l->names, LIVING_MAX_NAMES_BYTES);
    arena_init(&l->room, SIZE_MAX / 2);
    l->last.column = UINT32_MAX;
    maru_status st = odd_model_read(bytes, n, &l->model, err);
    st = st == MARU_OK ? name_features(l, err) : st;
    st = st == MARU_OK ? take_room(l, options, err) : st;
    if (st != MARU_OK) {
        close_odd(l);
        return st;
    }
    *out = l;
    return MARU_OK;
}

static const char *fingerprint_of(const void *its) {
    return ((const struct living_odd *)its)->model.fingerprint;
}

static maru_status bind_odd(void *its, const char *const *name, uint32_t n, maru_error *err) {
    struct living_odd *l = its;
    arena_fini(&l->bound);
    arena_init(&l->bound, 1 << 24);
    l->row = (struct recipe_row){0};
    return recipe_row_bind(&l->model.recipe, name, n, &l->bound, &l->row, err);
}

// ---- windows

static void say_why(struct living_odd *l, struct living_said *said) {
    struct anomaly_cause cause[ANOMALY_MAX_CAUSES];
    const uint32_t n = anomaly_explain(&l->model.anomaly, l->value, l->work, cause);
    for (uint32_t i = 0; i < n && i < LIVING_MAX_CAUSES; i++) {
        said->cause[said->n_cause++] = (struct living_cause){
            l->name[cause[i].column], cause[i].value, cause[i].expected, cause[i].sd};
    }
    l->last.column = n > 0 ? cause[0].column : UINT32_MAX;
}

static maru_status answer(void *its, const struct living_window *window, struct living_said *said,
                          maru_error *err) {
    struct living_odd *l = its;
    struct anomaly_verdict verdict;
    (void)err;
    (void)recipe_row_fill(&l->row, window->cell, l->x);
    for (uint32_t f = 0; f < l->model.recipe.n_feature; f++) {
        l->value[f] = (double)l->x[f];
    }
    anomaly_judge(&l->model.anomaly, l->value, l->work, &verdict);
    said->is_there = said->has_alarm = true;
    said->is_alarm = odd_model_calls(&l->model, &verdict);
    said->value = verdict.tail;
    said->score = verdict.score;
    said->limit = isfinite(l->limit) ? l->limit : (double)NAN;
    l->last =
        (struct odd_window){said->is_alarm, isnan(verdict.score) && !said->is_alarm, UINT32_MAX};
    if (said->is_alarm) {
        say_why(l, said);
    }
    return MARU_OK;
}

static maru_status count(void *its, bool *is_judged, maru_error *err) {
    struct living_odd *l = its;
    (void)err;
    *is_judged = odd_watch_step(&l->watch, &l->last);
    return MARU_OK;
}

// ---- how it does

static enum living_reason reason_of(const void *its) {
    return ((const struct living_odd *)its)->watch.verdict.verdict == DRIFT_MUCH ? LIVING_INPUTS
                                                                                 : LIVING_FINE;
}

static void forgive(void *its) { odd_watch_reset(&((struct living_odd *)its)->watch); }

static void state_of(const void *its, struct living_state *out) {
    const struct living_odd *l = its;
    const struct odd_verdict *v = &l->watch.verdict;
    out->inputs.verdict = v->verdict;
    out->inputs.n = l->watch.n;
    out->inputs.largest = out->inputs.odd = v->odd;
    out->inputs.promised = l->watch.promised;
    for (uint32_t i = 0; i < v->n_worst; i++) {
        out->inputs.worst[out->inputs.n_worst++] =
            (struct living_worst){l->name[v->worst[i].column], v->worst[i].share, v->verdict};
    }
}

static void write_state(const void *its, struct text *out) {
    odd_watch_write(&((const struct living_odd *)its)->watch, out);
}

static maru_status clear(void *its, maru_error *err) {
    struct living_odd *l = its;
    (void)err;
    odd_watch_reset(&l->watch);
    l->watch.n_row = 0;
    return MARU_OK;
}

static maru_status read_state(void *its, struct binary *in, maru_error *err) {
    (void)err;
    odd_watch_read(&((struct living_odd *)its)->watch, in);
    return MARU_OK;
}

const struct living_kind living_kind_odd = {
    .is = odd_model_is,
    .open = open_odd,
    .close = close_odd,
    .fingerprint = fingerprint_of,
    .bind = bind_odd,
    .answer = answer,
    .count = count,
    .reason = reason_of,
    .forgive = forgive,
    .state = state_of,
    .write = write_state,
    .clear = clear,
    .read = read_state,
};
