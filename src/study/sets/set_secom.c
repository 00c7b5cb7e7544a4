// SECOM: which wafers fail the test at the end of the line? 590 measurements, few fails, and a process that drifts.
//
// Trained on the first 80 % of the rows by time, tried once on the last 20 %. What is chosen (train/linear: how clearly a column must
// speak, and the penalty) is chosen inside the first part: four later blocks, each answered by models of what came before. A trend of
// time takes part in fitting, so that a column is not trusted because it and the fails fell together over the weeks.
//
// Beside it, to show how easily people are fooled: the same by five blocks of time; by random folds, which show a model the wafers next to
// those that it is tried on; and with the columns selected once on all rows before the folds are dealt.

#include "study/sets/set_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "learn/drift/drift.h"
#include "learn/measures/bootstrap.h"
#include "learn/measures/measures.h"
#include "train/linear/linear.h"
#include "train/trees/boosting_choice.h"

enum { INNER = 4, FOLDS = 5, ROUNDS = 2000, LEAKED = 40, DRIFT_BINS = 10 };

static const double lambdas[] = {1, 0.1, 0.01, 0.001};
static const double clear[] = {0, 2, 2.5, 3};
enum { N_LAMBDA = sizeof lambdas / sizeof *lambdas, N_CLEAR = sizeof clear / sizeof *clear };

struct secom {
    const struct set_run *run;
    struct set_result *result;
    maru_error *err;
    struct arena arena;
    struct boosting_rows rows;
    uint32_t n_train;
    struct linear_options option[N_CLEAR];
    struct linear_grid grid;
};

// A model's scores of the rows on which it was tried.
struct tried {
    double *score;
    uint8_t *is_yes;
    uint32_t n;
};

// ---- the files

static maru_status read_rows(struct secom *s) {
    struct set_table values, labels;
    maru_status st = set_table_read(s->run, "secom", "secom.data", ' ', &s->arena, &values, s->err);
    if (st == MARU_OK) {
        st = set_table_read(s->run, "secom", "secom_labels.data", ' ', &s->arena, &labels, s->err);
    }
    if (st == MARU_OK && labels.n_row != values.n_row) {
        st = fail(s->err, MARU_E_INPUT, "the files of the set have %u and %u rows", values.n_row,
                  labels.n_row);
    }
    if (st != MARU_OK) {
        return st;
    }
    const size_t n = (size_t)values.n_row * values.n_column;
    float *x = arena_take(&s->arena, n + 1, sizeof *x);
    float *y = arena_take(&s->arena, (size_t)values.n_row + 1, sizeof *y);
    if (!x || !y) {
        return arena_refusal(&s->arena, s->err);
    }
    for (uint32_t i = 0; i < values.n_row; i++) {
        y[i] = set_table_number(&labels, i, 0) > 0 ? 1 : 0;
        for (uint32_t k = 0; k < values.n_column; k++) {
            x[(size_t)i * values.n_column + k] = set_table_number(&values, i, k);
        }
    }
    s->rows = (struct boosting_rows){x, y, NULL, values.n_row, values.n_column};
    s->n_train = values.n_row * 4 / 5;
    return MARU_OK;
}

static void list_options(struct secom *s) {
    for (uint32_t i = 0; i < N_CLEAR; i++) {
        s->option[i] = linear_usual(LINEAR_YES_NO);
        s->option[i].least_t = clear[i];
        s->option[i].n_trend = 1;
    }
    s->grid = (struct linear_grid){s->option, N_CLEAR, lambdas, N_LAMBDA};
    if (s->run->is_short) { // one that screens, a strong penalty
        s->grid = (struct linear_grid){s->option + 1, 1, lambdas, 2};
    }
}

// ---- a model

// Choose inside `train` and fit on all of it.
static maru_status fit(struct secom *s, const struct boosting_rows *train,
                       struct linear_choice *choice, struct linear_model **out) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct splits splits = {0};
    const struct splits_input input = {
        .kind = SPLITS_EXPANDING, .n_row = train->n_row, .n_fold = s->run->is_short ? 2 : INNER};
    maru_status st = splits_make(&input, &arena, &splits, s->err);
    if (st == MARU_OK) {
        st = linear_choose(train, &splits, &s->grid, choice, s->err);
    }
    if (st == MARU_OK) {
        st = linear_fit(train, &s->grid.option[choice->option], &lambdas[choice->lambda], 1, out,
                        s->err);
    }
    arena_fini(&arena);
    return st;
}

static maru_status new_tried(struct secom *s, uint32_t n, struct tried *out) {
    *out = (struct tried){arena_take(&s->arena, (size_t)n + 1, sizeof(double)),
                          arena_take(&s->arena, (size_t)n + 1, 1), 0};
    return out->score && out->is_yes ? MARU_OK : arena_refusal(&s->arena, s->err);
}

static void add_answers(const struct linear_model *model, const struct boosting_rows *test,
                        struct tried *tried) {
    linear_model_margins(model, test->x, test->n_row, tried->score + tried->n);
    for (uint32_t i = 0; i < test->n_row; i++) {
        tried->is_yes[tried->n + i] = test->y[i] > 0;
    }
    tried->n += test->n_row;
}

// ---- figures

static maru_status add_auc(struct secom *s, const struct tried *tried, const char *english,
                           const char *korean, struct set_figure **out) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct scored scored;
    struct bootstrap interval = {0};
    maru_status st = scored_init(tried->score, tried->is_yes, tried->n, &arena, &scored, s->err);
    if (st == MARU_OK) {
        const struct bootstrap_input input = {.measure = bootstrap_auc,
                                              .data = &scored,
                                              .n_row = tried->n,
                                              .is_rare = tried->is_yes,
                                              .n_round = s->run->is_short ? 200 : ROUNDS,
                                              .level = 0.95,
                                              .seed = s->run->seed};
        st = bootstrap_interval(&input, &arena, &interval, s->err);
    }
    arena_fini(&arena);
    *out = st == MARU_OK ? set_add_figure(s->result, english, korean, interval.value) : NULL;
    if (*out) {
        (*out)->low = interval.low;
        (*out)->high = interval.high;
    }
    return st;
}

// The last 20 %, once.
static maru_status try_later(struct secom *s) {
    const size_t begin = (size_t)s->n_train * s->rows.n_feature;
    const struct boosting_rows train = {s->rows.x, s->rows.y, NULL, s->n_train, s->rows.n_feature};
    const struct boosting_rows test = {s->rows.x + begin, s->rows.y + s->n_train, NULL,
                                       s->rows.n_row - s->n_train, s->rows.n_feature};
    struct linear_choice choice = {0};
    struct linear_model *model = NULL;
    struct tried tried = {0};
    struct set_figure *figure = NULL;
    maru_status st = fit(s, &train, &choice, &model);
    if (st == MARU_OK) {
        st = new_tried(s, test.n_row, &tried);
    }
    if (st == MARU_OK) {
        add_answers(model, &test, &tried);
        st = add_auc(s, &tried, "AUC by time", "시간순 AUC", &figure);
    }
    linear_model_free(model);
    if (st != MARU_OK || !figure) {
        return st;
    }
    figure->ordinary = 0.65;
    figure->wanted = 0.70;
    set_add_figure(s->result, "least t (chosen)", "최소 t (선택)",
                   s->grid.option[choice.option].least_t);
    set_add_figure(s->result, "penalty (chosen)", "벌점 (선택)", lambdas[choice.lambda]);
    set_add_figure(s->result, "AUC inside training", "학습 구간 안의 AUC", 1 - choice.loss);
    struct text *out = &s->result->predictions;
    text_addz(out, "row,fail,score\n");
    for (uint32_t i = 0; i < tried.n; i++) {
        text_addf(out, "%u,%d,", s->n_train + i + 1, tried.is_yes[i]);
        text_add_fixed(out, tried.score[i], 9);
        text_addz(out, "\n");
    }
    return MARU_OK;
}

// Logistic regression as it is usual: every column that varies, weakly held, nothing chosen.
static maru_status try_plain(struct secom *s) {
    const size_t begin = (size_t)s->n_train * s->rows.n_feature;
    const struct boosting_rows train = {s->rows.x, s->rows.y, NULL, s->n_train, s->rows.n_feature};
    const struct boosting_rows test = {s->rows.x + begin, s->rows.y + s->n_train, NULL,
                                       s->rows.n_row - s->n_train, s->rows.n_feature};
    struct linear_options options = linear_usual(LINEAR_YES_NO);
    options.clip = 0;
    options.is_balanced = true;
    const double lambda = 1e-3;
    struct linear_model *model = NULL;
    struct tried tried = {0};
    struct set_figure *figure = NULL;
    maru_status st = linear_fit(&train, &options, &lambda, 1, &model, s->err);
    if (st == MARU_OK) {
        st = new_tried(s, test.n_row, &tried);
    }
    if (st == MARU_OK) {
        add_answers(model, &test, &tried);
        st =
            add_auc(s, &tried, "AUC by time, plain logistic", "시간순 AUC, 기본 로지스틱", &figure);
    }
    linear_model_free(model);
    return st;
}

static maru_status try_trees(struct secom *s) {
    const size_t begin = (size_t)s->n_train * s->rows.n_feature;
    const struct boosting_rows train = {s->rows.x, s->rows.y, NULL, s->n_train, s->rows.n_feature};
    const struct boosting_rows test = {s->rows.x + begin, s->rows.y + s->n_train, NULL,
                                       s->rows.n_row - s->n_train, s->rows.n_feature};
    struct boosting_options options = boosting_usual(BOOSTING_YES_NO);
    options.n_thread = s->run->n_thread;
    options.n_round = s->run->is_short ? 20 : 200;
    options.n_depth = 4;
    struct tried tried = {0};
    struct set_figure *figure = NULL;
    float *answer = arena_take(&s->arena, (size_t)test.n_row + 1, sizeof *answer);
    maru_status st = answer ? new_tried(s, test.n_row, &tried) : arena_refusal(&s->arena, s->err);
    if (st == MARU_OK) {
        st = boosting_blend(&train, &options, 1, &test, answer, s->err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < test.n_row; i++) {
        tried.score[i] = (double)answer[i];
        tried.is_yes[i] = test.y[i] > 0;
        tried.n++;
    }
    return st == MARU_OK ? add_auc(s, &tried, "AUC by time, trees", "시간순 AUC, 트리", &figure)
                         : st;
}

// ---- folds

struct fold_kind {
    uint8_t kind; // enum splits_kind
    bool is_leaking;
    const char *english, *korean;
};

// Set the columns that are not among the first `n` by |t| on all rows to missing: a selection that has seen the answers.
static maru_status leak(struct secom *s, float **out) {
    struct linear_options options = linear_usual(LINEAR_YES_NO);
    const double all = LINEAR_MOST_LAMBDA; // weights are then t, but for a factor
    struct linear_model *model = NULL;
    maru_status st = linear_fit(&s->rows, &options, &all, 1, &model, s->err);
    if (st != MARU_OK) {
        return st;
    }
    const struct linear_draft *d = linear_model_draft(model);
    const uint32_t n_feature = s->rows.n_feature;
    const size_t n = (size_t)s->rows.n_row * n_feature;
    float *x = arena_take(&s->arena, n + 1, sizeof *x);
    double *size = arena_take(&s->arena, (size_t)n_feature + 1, sizeof *size);
    if (!x || !size) {
        linear_model_free(model);
        return arena_refusal(&s->arena, s->err);
    }
    for (uint32_t k = 0; k < n_feature; k++) {
        double squares = 0;
        for (uint32_t i = 0; i < s->rows.n_row; i++) {
            const float value = s->rows.x[(size_t)i * n_feature + k];
            const float held = fminf(fmaxf(value, d->low[k]), d->high[k]);
            squares +=
                isnan(value) ? 0 : (double)(held - d->center[k]) * (double)(held - d->center[k]);
        }
        size[k] = fabs(d->weight[k]) * sqrt(squares);
    }
    linear_model_free(model);
    for (uint32_t k = 0; k < n_feature; k++) {
        uint32_t n_above = 0;
        for (uint32_t other = 0; other < n_feature; other++) {
            n_above += size[other] > size[k];
        }
        for (uint32_t i = 0; i < s->rows.n_row; i++) {
            const size_t at = (size_t)i * n_feature + k;
            x[at] = n_above < LEAKED ? s->rows.x[at] : NAN;
        }
    }
    *out = x;
    return MARU_OK;
}

// One fold. What is chosen by time inside needs rows in order, which those of a part keep.
static maru_status try_fold(struct secom *s, const struct boosting_rows *rows,
                            const struct splits *splits, uint32_t fold, bool is_leaking,
                            struct tried *tried, double *sum, double *weight) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    uint32_t *row = arena_take(&arena, (size_t)rows->n_row + 1, sizeof *row);
    struct boosting_rows train = {0}, test = {0};
    struct linear_model *model = NULL;
    struct linear_choice choice = {0};
    maru_status st = row ? MARU_OK : arena_refusal(&arena, s->err);
    if (st == MARU_OK) {
        const uint32_t n = splits_rows(splits, fold, SPLITS_TRAIN, row);
        st = boosting_rows_of(rows, row, n, &arena, &train, s->err);
    }
    if (st == MARU_OK) {
        const uint32_t n = splits_rows(splits, fold, SPLITS_TEST, row);
        st = boosting_rows_of(rows, row, n, &arena, &test, s->err);
    }
    if (st == MARU_OK) {
        st = is_leaking ? linear_fit(&train, &s->option[0], &lambdas[1], 1, &model, s->err)
                        : fit(s, &train, &choice, &model);
    }
    const uint32_t begin = tried->n;
    struct scored scored;
    if (st == MARU_OK) {
        add_answers(model, &test, tried);
        st = scored_init(tried->score + begin, tried->is_yes + begin, test.n_row, &arena, &scored,
                         s->err);
    }
    const double auc = st == MARU_OK ? measure_auc(&scored, NULL) : (double)NAN;
    if (st == MARU_OK && !isnan(auc)) {
        double n_yes = 0;
        for (uint32_t i = 0; i < test.n_row; i++) {
            n_yes += test.y[i] > 0;
        }
        *sum += n_yes * auc;
        *weight += n_yes;
    }
    linear_model_free(model);
    arena_fini(&arena);
    return st;
}

// The mean AUC of the folds, each by its fails.
static maru_status try_folds(struct secom *s, const struct fold_kind *kind) {
    struct boosting_rows rows = s->rows;
    uint32_t *stratum = arena_take(&s->arena, (size_t)rows.n_row + 1, sizeof *stratum);
    struct tried tried = {0};
    maru_status st = stratum ? new_tried(s, rows.n_row, &tried) : arena_refusal(&s->arena, s->err);
    float *leaked = NULL;
    if (st == MARU_OK && kind->is_leaking) {
        st = leak(s, &leaked);
        rows.x = leaked;
    }
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = 0; i < rows.n_row; i++) {
        stratum[i] = rows.y[i] > 0;
    }
    const struct splits_input input = {.kind = kind->kind,
                                       .n_row = rows.n_row,
                                       .n_fold = FOLDS,
                                       .stratum = kind->kind == SPLITS_RANDOM ? stratum : NULL,
                                       .seed = s->run->seed};
    struct splits splits = {0};
    double sum = 0, weight = 0;
    st = splits_make(&input, &s->arena, &splits, s->err);
    for (uint32_t k = 0; st == MARU_OK && k < splits.n_fold; k++) {
        st = try_fold(s, &rows, &splits, splits.first + k, kind->is_leaking, &tried, &sum, &weight);
    }
    if (st == MARU_OK) {
        set_add_figure(s->result, kind->english, kind->korean,
                       weight > 0 ? sum / weight : (double)NAN);
    }
    return st;
}

// ---- drift

// Which columns of the last 20 % are no longer what they were, by the index with what chance makes taken off.
static maru_status add_drift(struct secom *s) {
    uint32_t n_much = 0, n_looked = 0;
    struct text *out = &s->result->details;
    text_addz(out, "column,psi_corrected,p\n");
    for (uint32_t k = 0; k < s->rows.n_feature; k++) {
        struct arena arena;
        arena_init(&arena, SIZE_MAX);
        double *value = arena_take(&arena, s->rows.n_row, sizeof *value);
        struct drift_reference reference;
        maru_status st = value ? MARU_OK : arena_refusal(&arena, s->err);
        for (uint32_t i = 0; st == MARU_OK && i < s->rows.n_row; i++) {
            value[i] = (double)s->rows.x[(size_t)i * s->rows.n_feature + k];
        }
        if (st == MARU_OK) {
            st = drift_keep_numbers(value, s->n_train, DRIFT_BINS, &arena, &reference, s->err);
        }
        uint64_t *count =
            st == MARU_OK ? arena_take(&arena, drift_bins_of(&reference), sizeof *count) : NULL;
        if (st == MARU_OK && count) {
            for (uint32_t i = s->n_train; i < s->rows.n_row; i++) {
                drift_count_number(&reference, value[i], count);
            }
            const struct drift drift = drift_of(&reference, count);
            n_much += drift.size == DRIFT_MUCH;
            n_looked += reference.least < reference.most;
            text_addf(out, "%u,", k + 1);
            text_add_fixed(out, drift.corrected, 4);
            text_addz(out, ",");
            text_add_double(out, drift.p);
            text_addz(out, "\n");
        }
        arena_fini(&arena);
        if (st != MARU_OK) {
            return st;
        }
    }
    set_add_figure(s->result, "columns that vary", "값이 변하는 열", n_looked);
    set_add_figure(s->result, "of them drifted much", "그중 크게 달라진 열", n_much);
    return MARU_OK;
}

maru_status set_secom(const struct set_run *run, struct set_result *result, maru_error *err) {
    static const struct fold_kind kinds[] = {
        {SPLITS_BLOCKS, false, "AUC, 5 blocks of time", "AUC, 시간 구간 5개"},
        {SPLITS_RANDOM, false, "AUC, random folds (optimistic)", "AUC, 무작위 분할 (낙관적)"},
        {SPLITS_RANDOM, true, "AUC, columns selected before (a leak)",
         "AUC, 열을 미리 고름 (누설)"},
    };
    struct secom s = {.run = run, .result = result, .err = err};
    arena_init(&s.arena, SIZE_MAX);
    list_options(&s);
    maru_status st = read_rows(&s);
    if (st == MARU_OK) {
        st = try_later(&s);
    }
    if (st == MARU_OK) {
        st = try_plain(&s);
    }
    if (st == MARU_OK) {
        st = try_trees(&s);
    }
    const uint32_t n_kind = run->is_short ? 0 : sizeof kinds / sizeof *kinds;
    for (uint32_t i = 0; st == MARU_OK && i < n_kind; i++) {
        set_progress(run, (i + 1.0) / (n_kind + 1), "folds");
        st = try_folds(&s, &kinds[i]);
    }
    if (st == MARU_OK) {
        st = add_drift(&s);
    }
    arena_fini(&s.arena);
    return st;
}
