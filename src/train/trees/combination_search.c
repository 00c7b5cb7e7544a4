#include "train/trees/combination_search.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// The model of single columns is a sum of trees of one question, so that whatever two columns say together is left over, also where
// deeper trees would come near it in steps. Each combination that is found becomes a column of the next model; what only repeats
// it then has nothing left to explain.

enum { N_ROUND = 200, N_SHUFFLE = 20 };

struct search {
    const struct boosting_rows *rows;
    const struct combination_wish *wish;
    struct combination_found found;
    struct combination *list;
    uint32_t n_list, n_group;
    float *wide, *answer;    // (n_row, columns), (n_row, n_group)
    double *left, *variance; // (n_group, n_row)
    struct arena arena;
};

void combination_widen(const struct combination_found *found, const float *x, size_t n_row,
                       uint32_t n_feature, float *wide) {
    const size_t n_wide = (size_t)n_feature + found->n;
    for (size_t i = 0; i < n_row; i++) {
        const float *row = x + i * n_feature;
        memcpy(wide + i * n_wide, row, n_feature * sizeof *row);
        for (uint32_t k = 0; k < found->n; k++) {
            wide[i * n_wide + n_feature + k] = combination_value(&found->combination[k], row);
        }
    }
}

static void leave_over(struct search *s) {
    const uint32_t n_row = s->rows->n_row;
    double squares = 0;
    for (uint32_t i = 0; i < n_row; i++) {
        for (uint32_t g = 0; g < s->n_group; g++) {
            const double p = (double)s->answer[(size_t)i * s->n_group + g];
            const double y = s->wish->goal == BOOSTING_CLASS ? (s->rows->y[i] == (float)g ? 1 : 0)
                                                             : (double)s->rows->y[i];
            s->left[(size_t)g * n_row + i] = y - p;
            s->variance[(size_t)g * n_row + i] = p * (1 - p);
            squares += (y - p) * (y - p) / n_row;
        }
    }
    // For numbers a bin is judged in units of their spread: half a row is added there, as for classes half an event.
    for (uint32_t i = 0; i < n_row && s->wish->goal == BOOSTING_NUMBER; i++) {
        s->left[i] /= squares > 0 ? sqrt(squares) : 1;
        s->variance[i] = 1;
    }
}

static maru_status model_single(struct search *s, maru_error *err) {
    struct boosting_options options = boosting_usual(s->wish->goal);
    options.n_class = s->wish->n_class;
    options.n_depth = 1;
    options.n_round = N_ROUND;
    options.n_thread = s->wish->n_thread;
    options.seed = s->wish->seed;
    combination_widen(&s->found, s->rows->x, s->rows->n_row, s->rows->n_feature, s->wide);
    const struct boosting_rows rows = {.x = s->wide,
                                       .y = s->rows->y,
                                       .n_row = s->rows->n_row,
                                       .n_feature = s->rows->n_feature + s->found.n};
    struct boosting *model = NULL;
    maru_status st = boosting_fit(&rows, NULL, &options, &model, err);
    if (st == MARU_OK) {
        st = boosting_ask(model, &rows, BOOSTING_ANSWER, s->answer, err);
    }
    boosting_free(model);
    return st;
}

// What is found leaves the list: a model of steps never exhausts it, and it would be found again.
static void take(struct search *s, const struct combination_score *score) {
    s->found.combination[s->found.n] = s->list[score->best];
    s->found.score[s->found.n] = score->score;
    s->found.chance[s->found.n++] = score->chance;
    s->n_list--;
    memmove(s->list + score->best, s->list + score->best + 1,
            (s->n_list - score->best) * sizeof *s->list);
}

static maru_status search_on(struct search *s, bool *is_end, maru_error *err) {
    maru_status st = model_single(s, err);
    if (st != MARU_OK) {
        return st;
    }
    leave_over(s);
    const struct combination_rows rows = {s->rows->x, s->rows->n_row, s->rows->n_feature,
                                          s->wish->unit};
    const struct combination_left left = {s->left, s->variance, s->n_group, N_SHUFFLE,
                                          (uint64_t)s->wish->seed << 8 | s->found.n};
    struct combination_score score = {0};
    struct arena scratch;
    arena_init(&scratch, SIZE_MAX);
    st = combinations_best(&rows, s->list, s->n_list, &left, &scratch, &score, err);
    arena_fini(&scratch);
    if (st == MARU_OK && score.score > score.chance) {
        take(s, &score);
        *is_end = s->n_list == 0;
    } else {
        *is_end = true;
    }
    return st;
}

static maru_status prepare(struct search *s, maru_error *err) {
    const struct combination_rows rows = {s->rows->x, s->rows->n_row, s->rows->n_feature,
                                          s->wish->unit};
    const maru_status st = combinations_list(&rows, &s->arena, &s->list, &s->n_list, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t n_row = s->rows->n_row, n_wide = (size_t)s->rows->n_feature + s->wish->most;
    s->wide = arena_take(&s->arena, n_row * n_wide, sizeof *s->wide);
    s->answer = arena_take(&s->arena, n_row * s->n_group, sizeof *s->answer);
    s->left = arena_take(&s->arena, n_row * s->n_group, sizeof *s->left);
    s->variance = arena_take(&s->arena, n_row * s->n_group, sizeof *s->variance);
    return s->wide && s->answer && s->left && s->variance ? MARU_OK : arena_refusal(&s->arena, err);
}

maru_status combination_search(const struct boosting_rows *rows,
                               const struct combination_wish *wish, struct combination_found *out,
                               maru_error *err) {
    if (wish->most > COMBINATIONS_MAX_FOUND) {
        return fail(err, MARU_E_RANGE, "at most %d combinations are kept", COMBINATIONS_MAX_FOUND);
    }
    struct search s = {
        .rows = rows, .wish = wish, .n_group = wish->goal == BOOSTING_CLASS ? wish->n_class : 1};
    arena_init(&s.arena, SIZE_MAX);
    maru_status st = prepare(&s, err);
    bool is_end = s.n_list == 0;
    while (st == MARU_OK && !is_end && s.found.n < wish->most) {
        st = search_on(&s, &is_end, err);
    }
    arena_fini(&s.arena);
    if (st == MARU_OK) {
        *out = s.found;
    }
    return st;
}
