#include "learn/living/living_model.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"

struct living_options living_options_usual(void) {
    return (struct living_options){input_options_usual(), truth_options_usual()};
}

maru_status living_new(const void *bytes, size_t n, const struct living_options *options,
                       struct living **out, maru_error *err) {
    struct living *l = alloc_new(1, sizeof *l);
    if (!l) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = fitted_model_read(bytes, n, &l->model, err);
    if (st != MARU_OK) {
        alloc_free(l);
        return st;
    }
    st = answer_room_init(&l->model, &l->room, err);
    st = st == MARU_OK ? input_watch_init(&l->inputs, &l->model, &options->inputs, err) : st;
    st = st == MARU_OK ? truth_watch_init(&l->truths, &l->model, &options->truths, err) : st;
    if (st == MARU_OK) {
        l->x = alloc_new((size_t)l->model.recipe.n_feature + 1, sizeof *l->x);
        st = l->x ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st != MARU_OK) {
        living_free(l);
        return st;
    }
    *out = l;
    return MARU_OK;
}

void living_free(struct living *l) {
    if (l) {
        truth_watch_fini(&l->truths);
        input_watch_fini(&l->inputs);
        answer_room_fini(&l->room);
        arena_fini(&l->arena);
        alloc_free(l->x);
        fitted_model_fini(&l->model);
        alloc_free(l);
    }
}

maru_status living_bind(struct living *l, const char *const *name, uint32_t n, maru_error *err) {
    arena_fini(&l->arena);
    arena_init(&l->arena, 1 << 24);
    l->row = (struct recipe_row){0};
    return recipe_row_bind(&l->model.recipe, name, n, &l->arena, &l->row, err);
}

void living_answer(struct living *l, const struct recipe_cell *cell, const char *tool,
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

maru_status living_count(struct living *l, bool *is_judged, maru_error *err) {
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

double living_truth_of(const struct living *l, const char *cell) {
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

double living_share(const struct living *l, double error) {
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

enum living_reason living_reason(const struct living *l) {
    return truth_watch_errors(&l->truths).verdict == ERRORS_WORSE ? LIVING_ERRORS
           : l->inputs.verdict.verdict == DRIFT_MUCH              ? LIVING_INPUTS
                                                                  : LIVING_FINE;
}

void living_forgive(struct living *l) {
    input_watch_reset(&l->inputs);
    truth_watch_reset(&l->truths);
}
