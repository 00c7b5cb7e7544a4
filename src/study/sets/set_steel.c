// Steel plates: which of seven faults has a plate? 5 folds, each with its part of every fault.
//
// In each training part combinations are searched, and options of trees, with and without the combinations, are chosen on folds inside it;
// 3 forests are averaged. Beside it XGBoost as it comes (100 trees a class of depth 6, eta 0.3), on the same folds. Intervals draw plates
// anew; that of the difference keeps the two answers of a plate together.

#include "study/sets/set_table.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "learn/measures/bootstrap.h"
#include "learn/measures/class_measures.h"
#include "train/trees/boosting_choice.h"
#include "train/trees/combination_search.h"

enum { FEATURES = 27, CLASSES = 7, FOLDS = 5, INNER = 3, MOST_COMBINATION = 8, ROUNDS = 2000 };

struct steel {
    const struct set_run *run;
    struct set_result *result;
    maru_error *err;
    struct arena arena;
    struct boosting_rows rows;
    const char **class_name;     // (CLASSES)
    uint32_t *truth, *answer[2]; // (n_row) ours, and of XGBoost as it comes
    uint32_t n_combined;         // folds in which combinations were chosen
};

// ---- the file

static maru_status read_rows(struct steel *s) {
    struct set_table t;
    maru_status st =
        set_table_read(s->run, "steel_plates", "steel_plates.csv", ',', &s->arena, &t, s->err);
    if (st == MARU_OK && t.n_column != FEATURES + CLASSES) {
        st = fail(s->err, MARU_E_INPUT, "this row has %u cells, the first one %u", t.n_column,
                  FEATURES + CLASSES);
    }
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n = t.n_row - 1;
    float *x = arena_take(&s->arena, (size_t)n * FEATURES + 1, sizeof *x);
    float *y = arena_take(&s->arena, (size_t)n + 1, sizeof *y);
    s->truth = arena_take(&s->arena, (size_t)n + 1, sizeof *s->truth);
    s->answer[0] = arena_take(&s->arena, (size_t)n + 1, sizeof *s->truth);
    s->answer[1] = arena_take(&s->arena, (size_t)n + 1, sizeof *s->truth);
    if (!x || !y || !s->truth || !s->answer[0] || !s->answer[1]) {
        return arena_refusal(&s->arena, s->err);
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < FEATURES; k++) {
            x[(size_t)i * FEATURES + k] = set_table_number(&t, i + 1, k);
        }
        for (uint32_t c = 0; c < CLASSES; c++) {
            s->truth[i] = set_table_number(&t, i + 1, FEATURES + c) > 0 ? c : s->truth[i];
        }
        y[i] = (float)s->truth[i];
    }
    s->class_name = t.cell + FEATURES;
    s->rows = (struct boosting_rows){x, y, NULL, n, FEATURES};
    return MARU_OK;
}

// ---- a fold

static maru_status deal(struct steel *s, const struct boosting_rows *rows, uint32_t n_fold,
                        struct arena *arena, struct splits *out) {
    uint32_t *stratum = arena_take(arena, (size_t)rows->n_row + 1, sizeof *stratum);
    if (!stratum) {
        return arena_refusal(arena, s->err);
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        stratum[i] = (uint32_t)rows->y[i];
    }
    const struct splits_input input = {.kind = SPLITS_RANDOM,
                                       .n_row = rows->n_row,
                                       .n_fold = n_fold,
                                       .stratum = stratum,
                                       .seed = s->run->seed};
    return splits_make(&input, arena, out, s->err);
}

static struct boosting_options as_it_comes(const struct steel *s) {
    struct boosting_options options = boosting_usual(BOOSTING_CLASS);
    options.n_class = CLASSES;
    options.n_round = s->run->is_short ? 10 : 100;
    options.eta = 0.3;
    options.n_thread = s->run->n_thread;
    options.seed = (uint32_t)s->run->seed;
    return options;
}

static uint32_t list_options(const struct steel *s, struct boosting_options *out) {
    static const struct {
        uint32_t depth, round;
        double colsample;
    } tried[] = {{4, 200, 0.5}, {6, 200, 0.5}};
    const uint32_t n = s->run->is_short ? 1 : sizeof tried / sizeof *tried;
    for (uint32_t i = 0; i < n; i++) {
        out[i] = as_it_comes(s);
        out[i].n_depth = tried[i].depth;
        out[i].n_round = s->run->is_short ? 10 : tried[i].round;
        out[i].colsample = tried[i].colsample;
        out[i].subsample = 0.8;
        out[i].eta = s->run->is_short ? 0.3 : 0.08;
    }
    return n;
}

static void write_answers(const struct boosting_rows *test, const uint32_t *row, const float *share,
                          uint32_t *answer) {
    for (uint32_t i = 0; i < test->n_row; i++) {
        uint32_t best = 0;
        for (uint32_t c = 1; c < CLASSES; c++) {
            best = share[i * CLASSES + c] > share[i * CLASSES + best] ? c : best;
        }
        answer[row[i]] = best;
    }
}

struct part {
    struct boosting_rows train, test;
    uint32_t *test_row;
    float *share; // (n_test, CLASSES)
    struct arena arena;
};

static maru_status widen(struct steel *s, struct part *p, const struct combination_found *found,
                         struct boosting_rows *train, struct boosting_rows *test) {
    const size_t n_wide = FEATURES + found->n;
    float *of_train = arena_take(&p->arena, p->train.n_row * n_wide + 1, sizeof *of_train);
    float *of_test = arena_take(&p->arena, p->test.n_row * n_wide + 1, sizeof *of_test);
    if (!of_train || !of_test) {
        return arena_refusal(&p->arena, s->err);
    }
    combination_widen(found, p->train.x, p->train.n_row, FEATURES, of_train);
    combination_widen(found, p->test.x, p->test.n_row, FEATURES, of_test);
    *train = (struct boosting_rows){of_train, p->train.y, NULL, p->train.n_row, (uint32_t)n_wide};
    *test = (struct boosting_rows){of_test, p->test.y, NULL, p->test.n_row, (uint32_t)n_wide};
    return MARU_OK;
}

static maru_status answer_ours(struct steel *s, struct part *p) {
    struct combination_found found = {0};
    const struct combination_wish wish = {.goal = BOOSTING_CLASS,
                                          .n_class = CLASSES,
                                          .most = s->run->is_short ? 1 : MOST_COMBINATION,
                                          .n_thread = s->run->n_thread,
                                          .seed = (uint32_t)s->run->seed};
    struct boosting_rows train = {0}, test = {0};
    struct splits splits = {0};
    struct boosting_options option[8];
    const struct boosting_grid grid = {option, list_options(s, option), 1};
    struct boosting_choice single = {0}, wide = {0};
    maru_status st = combination_search(&p->train, &wish, &found, s->err);
    if (st == MARU_OK) {
        st = widen(s, p, &found, &train, &test);
    }
    if (st == MARU_OK) {
        st = deal(s, &train, INNER, &p->arena, &splits);
    }
    if (st == MARU_OK) {
        st = boosting_choose(&p->train, &splits, &grid, &single, NULL, s->err);
    }
    if (st == MARU_OK) {
        st = boosting_choose(&train, &splits, &grid, &wide, NULL, s->err);
    }
    if (st != MARU_OK) {
        return st;
    }
    const bool is_wide = wide.loss < single.loss;
    s->n_combined += is_wide ? 1 : 0;
    return boosting_blend(is_wide ? &train : &p->train,
                          &option[is_wide ? wide.option : single.option], s->run->is_short ? 1 : 3,
                          is_wide ? &test : &p->test, p->share, s->err);
}

static maru_status run_fold(struct steel *s, const struct splits *splits, uint32_t fold) {
    struct part p = {0};
    arena_init(&p.arena, SIZE_MAX);
    p.test_row = arena_take(&p.arena, (size_t)s->rows.n_row + 1, sizeof *p.test_row);
    p.share = arena_take(&p.arena, (size_t)s->rows.n_row * CLASSES + 1, sizeof *p.share);
    maru_status st = p.test_row && p.share ? MARU_OK : arena_refusal(&p.arena, s->err);
    if (st == MARU_OK) {
        const uint32_t n = splits_rows(splits, fold, SPLITS_TRAIN, p.test_row);
        st = boosting_rows_of(&s->rows, p.test_row, n, &p.arena, &p.train, s->err);
    }
    if (st == MARU_OK) {
        const uint32_t n = splits_rows(splits, fold, SPLITS_TEST, p.test_row);
        st = boosting_rows_of(&s->rows, p.test_row, n, &p.arena, &p.test, s->err);
    }
    const struct boosting_options plain = as_it_comes(s);
    if (st == MARU_OK) {
        st = boosting_blend(&p.train, &plain, 1, &p.test, p.share, s->err);
    }
    if (st == MARU_OK) {
        write_answers(&p.test, p.test_row, p.share, s->answer[1]);
        st = answer_ours(s, &p);
    }
    if (st == MARU_OK) {
        write_answers(&p.test, p.test_row, p.share, s->answer[0]);
    }
    arena_fini(&p.arena);
    return st;
}

// ---- figures

static double of_answers(const struct steel *s, int whose, bool is_f1, const uint32_t *count) {
    uint64_t n[CLASSES * CLASSES];
    struct confusion confusion = {n, CLASSES};
    if (confusion_count(&confusion, s->truth, s->answer[whose], s->rows.n_row, count, NULL) !=
        MARU_OK) {
        return (double)NAN;
    }
    return is_f1 ? confusion_macro_f1(&confusion) : confusion_accuracy(&confusion);
}

static double our_accuracy(const void *s, const uint32_t *count) {
    return of_answers(s, 0, false, count);
}
static double our_f1(const void *s, const uint32_t *count) { return of_answers(s, 0, true, count); }
static double their_accuracy(const void *s, const uint32_t *count) {
    return of_answers(s, 1, false, count);
}
static double their_f1(const void *s, const uint32_t *count) {
    return of_answers(s, 1, true, count);
}
static double gained_f1(const void *s, const uint32_t *count) {
    return our_f1(s, count) - their_f1(s, count);
}

static maru_status add_figures(struct steel *s) {
    const struct {
        bootstrap_measure *measure;
        const char *english, *korean;
    } wanted[] = {
        {our_accuracy, "accuracy", "정확도"},
        {our_f1, "macro F1", "매크로 F1"},
        {their_accuracy, "accuracy, XGBoost as it comes", "정확도, XGBoost 기본값"},
        {their_f1, "macro F1, XGBoost as it comes", "매크로 F1, XGBoost 기본값"},
        {gained_f1, "macro F1 gained", "매크로 F1 차이"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct arena arena;
        arena_init(&arena, SIZE_MAX);
        const struct bootstrap_input input = {.measure = wanted[i].measure,
                                              .data = s,
                                              .n_row = s->rows.n_row,
                                              .n_round = s->run->is_short ? 200 : ROUNDS,
                                              .level = 0.95,
                                              .seed = s->run->seed};
        struct bootstrap interval;
        const maru_status st = bootstrap_interval(&input, &arena, &interval, s->err);
        arena_fini(&arena);
        if (st != MARU_OK) {
            return st;
        }
        struct set_figure *figure =
            set_add_figure(s->result, wanted[i].english, wanted[i].korean, interval.value);
        if (figure) {
            figure->low = interval.low;
            figure->high = interval.high;
        }
    }
    return MARU_OK;
}

static void write_predictions(struct steel *s) {
    struct text *out = &s->result->predictions;
    text_addz(out, "row,fault,answer\n");
    for (uint32_t i = 0; i < s->rows.n_row; i++) {
        text_addf(out, "%u,%s,%s\n", i + 1, s->class_name[s->truth[i]],
                  s->class_name[s->answer[0][i]]);
    }
}

maru_status set_steel(const struct set_run *run, struct set_result *result, maru_error *err) {
    struct steel s = {.run = run, .result = result, .err = err};
    arena_init(&s.arena, SIZE_MAX);
    struct splits splits = {0};
    maru_status st = read_rows(&s);
    if (st == MARU_OK) {
        st = deal(&s, &s.rows, run->is_short ? 2 : FOLDS, &s.arena, &splits);
    }
    for (uint32_t k = 0; st == MARU_OK && k < splits.n_fold; k++) {
        set_progress(run, (double)k / splits.n_fold, "folds");
        st = run_fold(&s, &splits, splits.first + k);
    }
    if (st == MARU_OK) {
        st = add_figures(&s);
    }
    if (st == MARU_OK) {
        set_add_figure(result, "folds with combinations", "조합을 쓴 묶음", s.n_combined);
        write_predictions(&s);
    }
    arena_fini(&s.arena);
    return st;
}
