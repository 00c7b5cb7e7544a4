#include "learn/living/living_rows.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/sealed.h"
#include "base/status.h"

// ---- opening

static maru_status name_features(struct living_rows *l, maru_error *err) {
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

maru_status living_rows_new(const void *bytes, size_t n, const struct living_options *options,
                            struct living_rows **out, maru_error *err) {
    struct living_rows *l = alloc_new(1, sizeof *l);
    if (!l) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    arena_init(&l->names, LIVING_MAX_NAMES_BYTES);
    maru_status st = fitted_model_read(bytes, n, &l->model, err);
    if (st != MARU_OK) {
        alloc_free(l);
        return st;
    }
    st = name_features(l, err);
    st = st == MARU_OK ? answer_room_init(&l->model, &l->room, err) : st;
    st = st == MARU_OK ? input_watch_init(&l->inputs, &l->model, &options->inputs, err) : st;
    st = st == MARU_OK ? truth_watch_init(&l->truths, &l->model, &options->truths, err) : st;
    if (st == MARU_OK) {
        l->x = alloc_new((size_t)l->model.recipe.n_feature + 1, sizeof *l->x);
        st = l->x ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st != MARU_OK) {
        living_rows_free(l);
        return st;
    }
    *out = l;
    return MARU_OK;
}

void living_rows_free(struct living_rows *l) {
    if (l) {
        truth_watch_fini(&l->truths);
        input_watch_fini(&l->inputs);
        answer_room_fini(&l->room);
        arena_fini(&l->arena);
        arena_fini(&l->names);
        alloc_free(l->x);
        fitted_model_fini(&l->model);
        alloc_free(l);
    }
}

maru_status living_rows_bind(struct living_rows *l, const char *const *name, uint32_t n,
                             maru_error *err) {
    arena_fini(&l->arena);
    arena_init(&l->arena, 1 << 24);
    l->row = (struct recipe_row){0};
    return recipe_row_bind(&l->model.recipe, name, n, &l->arena, &l->row, err);
}

void living_rows_answer(struct living_rows *l, const struct recipe_cell *cell, const char *tool,
                        struct model_answer *answer) {
    (void)recipe_row_fill(&l->row, cell, l->x);
    fitted_model_answer_one(&l->model, l->x, &l->room, answer);
    if (l->model.goal == MODEL_NUMBER) {
        const struct conformal_interval around =
            truth_watch_interval(&l->truths, tool, answer->value);
        answer->low = around.low;
        answer->high = around.high;
    }
}

maru_status living_rows_count(struct living_rows *l, bool *is_judged, maru_error *err) {
    return input_watch_step(&l->inputs, l->x, is_judged, err);
}

// ---- what a cell says

// One of those that a model calls bad: a word or a number, "≠ 1", "< 0.5", "> 3". NaN: it asks for a number, and the cell is none.
static double is_bad_by(const char *bad, size_t n, const char *cell) {
    static const char *const sign[] = {"≠ ", "< ", "> "};
    double limit = 0, value = 0;
    if (strlen(cell) == n && memcmp(cell, bad, n) == 0) {
        return 1;
    }
    for (int i = 0; i < 3; i++) {
        const size_t n_sign = strlen(sign[i]);
        if (n > n_sign && memcmp(bad, sign[i], n_sign) == 0 &&
            number_double(bad + n_sign, n - n_sign, &limit)) {
            const bool is_number = number_double(cell, strlen(cell), &value);
            const bool is = i == 0 ? value != limit : i == 1 ? value < limit : value > limit;
            return is_number ? is : (double)NAN;
        }
    }
    const bool are_numbers =
        number_double(bad, n, &limit) && number_double(cell, strlen(cell), &value);
    return are_numbers && value == limit;
}

// The list of what is bad is divided by ", "; a word may have that, too.
static double is_bad(const char *bad, const char *cell) {
    double is = is_bad_by(bad, strlen(bad), cell);
    while (is == 0 && bad[0]) {
        const char *next = strstr(bad, ", ");
        is = is_bad_by(bad, next ? (size_t)(next - bad) : strlen(bad), cell);
        bad = next ? next + 2 : "";
    }
    return is;
}

double living_rows_truth_of(const struct living_rows *l, const char *cell) {
    double number = (double)NAN;
    switch ((enum model_goal)l->model.goal) {
    case MODEL_YES_NO:
        return cell[0] && l->model.bad[0] ? is_bad(l->model.bad, cell) : number;
    case MODEL_CLASS:
        for (uint32_t k = 0; k < l->model.n_class; k++) {
            if (strcmp(cell, l->model.class_name[k]) == 0) {
                return k;
            }
        }
        return number;
    case MODEL_NUMBER:
        return number_double(cell, strlen(cell), &number) ? number : (double)NAN;
    case N_MODEL_GOAL:
    default:
        return number;
    }
}

double living_rows_share(const struct living_rows *l, double error) {
    const struct model_errors *known = &l->model.errors;
    uint32_t low = 0, high = known->n, below = 0;
    while (low < high) { // those that are below
        const uint32_t middle = low + (high - low) / 2;
        if (known->sorted[middle] < error) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    below = low;
    while (low < known->n && known->sorted[low] == error) {
        low++;
    }
    return known->n > 0 && !isnan(error) ? ((double)below + low) / 2.0 / known->n : (double)NAN;
}

enum living_reason living_rows_reason(const struct living_rows *l) {
    return truth_watch_errors(&l->truths).verdict == ERRORS_WORSE ? LIVING_ERRORS
           : l->inputs.verdict.verdict == DRIFT_MUCH              ? LIVING_INPUTS
                                                                  : LIVING_FINE;
}

void living_rows_forgive(struct living_rows *l) {
    input_watch_reset(&l->inputs);
    truth_watch_reset(&l->truths);
}

// ---- as a kind

static bool is_rows(const void *bytes, size_t n) { return sealed_is(bytes, n, "MARUMODL"); }

static maru_status open_rows(const void *bytes, size_t n, const struct living_options *options,
                             void **out, maru_error *err) {
    struct living_rows *l = NULL;
    const maru_status st = living_rows_new(bytes, n, options, &l, err);
    *out = st == MARU_OK ? l : *out;
    return st;
}

static void close_rows(void *its) { living_rows_free(its); }

static const char *fingerprint_of(const void *its) {
    return ((const struct living_rows *)its)->model.fingerprint;
}

static maru_status bind_rows(void *its, const char *const *name, uint32_t n, maru_error *err) {
    return living_rows_bind(its, name, n, err);
}

static maru_status answer_window(void *its, const struct living_window *window,
                                 struct living_said *said, maru_error *err) {
    struct living_rows *l = its;
    struct model_answer answer;
    (void)err;
    living_rows_answer(l, window->cell, window->tool, &answer);
    said->is_there = true;
    said->value = answer.value;
    said->outside = answer.outside == UINT32_MAX ? NULL : l->name[answer.outside];
    if (l->model.goal == MODEL_NUMBER) {
        said->low = answer.low;
        said->high = answer.high;
    } else if (l->model.goal == MODEL_YES_NO) {
        said->has_alarm = true;
        said->is_alarm = answer.is_alarm;
    } else {
        said->class_name = l->model.class_name[answer.answer];
        said->probability = l->room.probability;
        said->n_class = l->model.n_class;
    }
    return MARU_OK;
}

static maru_status count_row(void *its, bool *is_judged, maru_error *err) {
    return living_rows_count(its, is_judged, err);
}

static double truth_of(const void *its, const char *cell) {
    return living_rows_truth_of(its, cell);
}

static maru_status learn(void *its, const struct living_truth *truth, double *error,
                         maru_error *err) {
    return truth_watch_step(&((struct living_rows *)its)->truths, truth, error, err);
}

static double share_among(const void *its, double error) {
    const struct living_rows *l = its;
    return l->model.goal == MODEL_NUMBER ? living_rows_share(l, error) : error;
}

static enum living_reason reason_of(const void *its) { return living_rows_reason(its); }

static void forgive(void *its) { living_rows_forgive(its); }

static void state_of(const void *its, struct living_state *out) {
    const struct living_rows *l = its;
    const struct input_verdict *v = &l->inputs.verdict;
    const struct truth_watch *truths = &l->truths;
    const struct error_state errors = truth_watch_errors(truths);
    out->inputs.verdict = v->verdict;
    out->inputs.n = l->inputs.n;
    out->inputs.largest = v->largest;
    for (uint32_t i = 0; i < v->n_worst; i++) {
        out->inputs.worst[out->inputs.n_worst++] = (struct living_worst){
            l->name[v->worst[i].feature], v->worst[i].index, v->worst[i].verdict};
    }
    out->errors.verdict = errors.verdict;
    out->errors.n = truths->n;
    out->errors.sum = truths->has_reference ? errors.sum : (double)NAN;
    out->errors.bound = truths->has_reference ? errors.bound : (double)NAN;
    out->errors.mean = truth_watch_mean(truths);
    out->errors.mean_since = truth_watch_mean_since(truths);
    out->errors.usual = errors.usual;
    out->level = truths->all ? truths->all->level : (double)NAN;
    out->n_interval = truths->n_interval;
    out->n_held = truths->n_held;
}

static void write_state(const void *its, struct text *out) {
    const struct living_rows *l = its;
    input_watch_write(&l->inputs, out);
    truth_watch_write(&l->truths, out);
}

static maru_status clear(void *its, maru_error *err) {
    struct living_rows *l = its;
    input_watch_reset(&l->inputs);
    l->inputs.n_row = l->inputs.n_judged = 0;
    return truth_watch_clear(&l->truths, err);
}

static maru_status read_state(void *its, struct binary *in, maru_error *err) {
    struct living_rows *l = its;
    input_watch_read(&l->inputs, in);
    return truth_watch_read(&l->truths, in, err);
}

const struct living_kind living_kind_rows = {
    .is = is_rows,
    .open = open_rows,
    .close = close_rows,
    .fingerprint = fingerprint_of,
    .bind = bind_rows,
    .answer = answer_window,
    .count = count_row,
    .truth_of = truth_of,
    .learn = learn,
    .share = share_among,
    .reason = reason_of,
    .forgive = forgive,
    .state = state_of,
    .write = write_state,
    .clear = clear,
    .read = read_state,
};

maru_status living_rows_write(const struct living_rows *l, struct text *out, maru_error *err) {
    return living_bytes_write(&living_kind_rows, l, out, err);
}

maru_status living_rows_read(struct living_rows *l, const void *bytes, size_t n, maru_error *err) {
    return living_bytes_read(&living_kind_rows, l, bytes, n, err);
}
