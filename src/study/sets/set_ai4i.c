// AI4I 2020: which machine fails? 5 folds, twice, each with its part of the failures; the five columns of failure modes are no inputs.
//
// In each training part: combinations are searched (train/combination_search), trees are chosen on folds inside it, with the answers
// there the threshold of the largest F1, and 5 forests are averaged. The test fold is answered once. The type of the product is
// given as three columns of yes and no.
//
// The interval draws machines anew, each with both of its answers. Which combinations were found, and in how many of the ten training
// parts, is told as figures.

#include "study/sets/set_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "learn/measures/bootstrap.h"
#include "learn/measures/measures.h"
#include "train/trees/boosting_choice.h"
#include "train/trees/combination_search.h"

enum { TYPES = 3, NUMBERS = 5, FEATURES = TYPES + NUMBERS, FOLDS = 5, REPEATS = 2, INNER = 4 };
enum { RESAMPLES = 101, MOST_COMBINATION = 5, ROUNDS = 2000, SHORT_ROWS = 2500, MOST_FOUND = 64 };

static const char *const column_name[NUMBERS] = {"Air temperature [K]", "Process temperature [K]",
                                                 "Rotational speed [rpm]", "Torque [Nm]",
                                                 "Tool wear [min]"};
static const char *const feature_name[FEATURES] = {
    "Type L",           "Type M", "Type H",   "air temperature", "process temperature",
    "rotational speed", "torque", "tool wear"};
static const char *const feature_unit[FEATURES] = {"-", "-", "-", "K", "K", "rpm", "Nm", "min"};

struct suspect {
    struct combination combination;
    uint32_t n; // training parts in which it was found
};

struct ai4i {
    const struct set_run *run;
    struct set_result *result;
    maru_error *err;
    struct arena arena;
    float *x, *y;
    uint32_t n_row, n_fold, n_repeat;
    double *probability[2]; // (REPEATS, n_row), without and with combinations
    uint8_t *alarm[2];
    struct suspect suspect[MOST_FOUND];
    uint32_t n_suspect, n_part;
};

// ---- the file

static maru_status read_rows(struct ai4i *a) {
    static const char *const type[TYPES] = {"L", "M", "H"};
    struct set_table table;
    uint32_t column[NUMBERS], of_type = 0, of_failure = 0;
    maru_status st =
        set_table_read(a->run, "ai4i2020", "ai4i2020.csv", ',', &a->arena, &table, a->err);
    if (st == MARU_OK) {
        st = set_table_column(&table, "Type", &of_type, a->err);
    }
    if (st == MARU_OK) {
        st = set_table_column(&table, "Machine failure", &of_failure, a->err);
    }
    for (uint32_t k = 0; st == MARU_OK && k < NUMBERS; k++) {
        st = set_table_column(&table, column_name[k], &column[k], a->err);
    }
    if (st != MARU_OK) {
        return st;
    }
    a->n_row = table.n_row - 1;
    a->n_row = a->run->is_short && a->n_row > SHORT_ROWS ? SHORT_ROWS : a->n_row;
    a->x = arena_take(&a->arena, (size_t)a->n_row * FEATURES + 1, sizeof *a->x);
    a->y = arena_take(&a->arena, (size_t)a->n_row + 1, sizeof *a->y);
    if (!a->x || !a->y) {
        return arena_refusal(&a->arena, a->err);
    }
    for (uint32_t i = 0; i < a->n_row; i++) {
        const char *of = table.cell[(size_t)(i + 1) * table.n_column + of_type];
        for (uint32_t k = 0; k < TYPES; k++) {
            a->x[(size_t)i * FEATURES + k] = strcmp(of, type[k]) == 0 ? 1 : 0;
        }
        for (uint32_t k = 0; k < NUMBERS; k++) {
            a->x[(size_t)i * FEATURES + TYPES + k] = set_table_number(&table, i + 1, column[k]);
        }
        a->y[i] = set_table_number(&table, i + 1, of_failure) > 0 ? 1 : 0;
    }
    return MARU_OK;
}

// ---- a fold

static maru_status deal(struct ai4i *a, const struct boosting_rows *rows, uint32_t n_fold,
                        uint64_t seed, struct arena *arena, struct splits *out) {
    uint32_t *stratum = arena_take(arena, (size_t)rows->n_row + 1, sizeof *stratum);
    if (!stratum) {
        return arena_refusal(arena, a->err);
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        stratum[i] = rows->y[i] > 0;
    }
    const struct splits_input input = {.kind = SPLITS_RANDOM,
                                       .n_row = rows->n_row,
                                       .n_fold = n_fold,
                                       .stratum = stratum,
                                       .seed = seed};
    return splits_make(&input, arena, out, a->err);
}

static void remember(struct ai4i *a, const struct combination_found *found) {
    for (uint32_t i = 0; i < found->n; i++) {
        const struct combination *c = &found->combination[i];
        uint32_t k = 0;
        while (k < a->n_suspect && memcmp(&a->suspect[k].combination, c, sizeof *c) != 0) {
            k++;
        }
        if (k == a->n_suspect && k < MOST_FOUND) {
            a->suspect[a->n_suspect++].combination = *c;
        }
        if (k < MOST_FOUND) {
            a->suspect[k].n++;
        }
    }
}

static maru_status widen(struct ai4i *a, const struct combination_found *found,
                         const struct boosting_rows *rows, struct arena *arena,
                         struct boosting_rows *out) {
    const uint32_t n_wide = rows->n_feature + found->n;
    float *wide = arena_take(arena, (size_t)rows->n_row * n_wide + 1, sizeof *wide);
    if (!wide) {
        return arena_refusal(arena, a->err);
    }
    combination_widen(found, rows->x, rows->n_row, rows->n_feature, wide);
    *out = (struct boosting_rows){wide, rows->y, NULL, rows->n_row, n_wide};
    return MARU_OK;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The threshold of the largest F1 on rows that their models had not seen: the middle one of many resamples, since the best one of a single
// table hangs on a few rows.
static maru_status best_threshold(struct ai4i *a, const float *answer,
                                  const struct boosting_rows *rows, struct arena *arena,
                                  double *out) {
    double *score = arena_take(arena, (size_t)rows->n_row + 1, sizeof *score);
    uint8_t *is_yes = arena_take(arena, (size_t)rows->n_row + 1, 1);
    if (!score || !is_yes) {
        return arena_refusal(arena, a->err);
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        score[i] = (double)answer[i];
        is_yes[i] = rows->y[i] > 0;
    }
    struct scored scored;
    struct bootstrap_draws draws = {.n_row = rows->n_row, .seed = a->run->seed};
    maru_status st = scored_init(score, is_yes, rows->n_row, arena, &scored, a->err);
    if (st == MARU_OK) {
        st = bootstrap_draws_init(&draws, arena, a->err);
    }
    double best[RESAMPLES];
    for (uint32_t i = 0; st == MARU_OK && i < RESAMPLES; i++) {
        best[i] = 0.5;
        measure_best_f1(&scored, bootstrap_draw(&draws, i), &best[i]);
    }
    if (st == MARU_OK) {
        qsort(best, RESAMPLES, sizeof *best, by_value);
        *out = best[RESAMPLES / 2];
    }
    return st;
}

// Options that are tried: shallow and deep, few and many trees, cuts at 256 places or nearly everywhere.
static uint32_t list_options(const struct ai4i *a, uint64_t seed, struct boosting_options *out) {
    static const struct {
        uint32_t depth, round, cut;
        double least;
    } tried[] = {{4, 200, 256, 1}, {4, 200, 2048, 1}, {6, 200, 2048, 0.2}};
    const uint32_t n = a->run->is_short ? 1 : sizeof tried / sizeof *tried;
    for (uint32_t i = 0; i < n; i++) {
        out[i] = boosting_usual(BOOSTING_YES_NO);
        out[i].n_depth = tried[i].depth;
        out[i].n_round = a->run->is_short ? 60 : tried[i].round;
        out[i].min_child_weight = tried[i].least;
        out[i].n_cut = tried[i].cut;
        out[i].subsample = 0.8;
        out[i].colsample = 0.8;
        out[i].eta = 0.07;
        out[i].n_thread = a->run->n_thread;
        out[i].seed = (uint32_t)seed * 100;
    }
    return n;
}

// Choose and fit on `train`, answer `test`; *threshold is that of an alarm.
static maru_status answer_part(struct ai4i *a, const struct boosting_rows *train,
                               const struct boosting_rows *test, float *answer, double *threshold) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct boosting_options option[8];
    const struct boosting_grid grid = {option, list_options(a, a->run->seed, option), 1};
    struct splits splits = {0};
    struct boosting_choice choice = {0};
    float *inside = arena_take(&arena, (size_t)train->n_row + 1, sizeof *inside);
    maru_status st = inside ? deal(a, train, INNER, a->run->seed + 7, &arena, &splits)
                            : arena_refusal(&arena, a->err);
    if (st == MARU_OK) {
        st = boosting_choose(train, &splits, &grid, &choice, inside, a->err);
    }
    if (st == MARU_OK) {
        st = best_threshold(a, inside, train, &arena, threshold);
    }
    if (st == MARU_OK) {
        st = boosting_blend(train, &option[choice.option], a->run->is_short ? 1 : 5, test, answer,
                            a->err);
    }
    arena_fini(&arena);
    return st;
}

static maru_status run_way(struct ai4i *a, uint32_t repeat, bool is_combined,
                           const struct boosting_rows *train, const struct boosting_rows *test,
                           const uint32_t *test_row) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct combination_found found = {0};
    const struct combination_wish wish = {.goal = BOOSTING_YES_NO,
                                          .most = MOST_COMBINATION,
                                          .unit = feature_unit,
                                          .n_thread = a->run->n_thread,
                                          .seed = (uint32_t)a->run->seed};
    struct boosting_rows wide_train = {0}, wide_test = {0};
    maru_status st = is_combined ? combination_search(train, &wish, &found, a->err) : MARU_OK;
    if (st == MARU_OK) {
        st = widen(a, &found, train, &arena, &wide_train);
    }
    if (st == MARU_OK) {
        st = widen(a, &found, test, &arena, &wide_test);
    }
    float *answer = arena_take(&arena, (size_t)test->n_row + 1, sizeof *answer);
    double threshold = 0.5;
    if (st == MARU_OK) {
        remember(a, &found);
        st = answer ? answer_part(a, &wide_train, &wide_test, answer, &threshold)
                    : arena_refusal(&arena, a->err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < test->n_row; i++) {
        const size_t at = (size_t)repeat * a->n_row + test_row[i];
        a->probability[is_combined][at] = (double)answer[i];
        a->alarm[is_combined][at] = (double)answer[i] >= threshold;
    }
    arena_fini(&arena);
    return st;
}

static maru_status run_fold(struct ai4i *a, uint32_t repeat, const struct splits *splits,
                            uint32_t fold) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const struct boosting_rows all = {a->x, a->y, NULL, a->n_row, FEATURES};
    struct boosting_rows train = {0}, test = {0};
    uint32_t *row = arena_take(&arena, (size_t)a->n_row + 1, sizeof *row);
    maru_status st = row ? MARU_OK : arena_refusal(&arena, a->err);
    if (st == MARU_OK) {
        const uint32_t n = splits_rows(splits, fold, SPLITS_TRAIN, row);
        st = boosting_rows_of(&all, row, n, &arena, &train, a->err);
    }
    if (st == MARU_OK) {
        const uint32_t n = splits_rows(splits, fold, SPLITS_TEST, row);
        st = boosting_rows_of(&all, row, n, &arena, &test, a->err);
    }
    for (int way = 0; st == MARU_OK && way < 2; way++) {
        st = run_way(a, repeat, way == 1, &train, &test, row);
    }
    a->n_part++;
    set_progress(a->run, (double)a->n_part / (a->n_fold * a->n_repeat), "folds");
    arena_fini(&arena);
    return st;
}

// ---- figures

struct answers {
    const struct ai4i *a;
    int way;
};

static double share_f1(const struct ai4i *a, const uint8_t *alarm, const uint32_t *count) {
    double hits = 0, wrong = 0;
    for (uint32_t i = 0; i < a->n_row; i++) {
        const double n = count ? count[i] : 1;
        hits += n * (alarm[i] && a->y[i] > 0);
        wrong += n * ((alarm[i] != 0) != (a->y[i] > 0));
    }
    return hits + wrong > 0 ? 2 * hits / (2 * hits + wrong) : (double)NAN;
}

static double mean_f1(const void *data, const uint32_t *count) {
    const struct answers *of = data;
    double sum = 0;
    for (uint32_t r = 0; r < of->a->n_repeat; r++) {
        sum += share_f1(of->a, of->a->alarm[of->way] + (size_t)r * of->a->n_row, count);
    }
    return sum / of->a->n_repeat;
}

static maru_status add_f1(struct ai4i *a, int way, const char *english, const char *korean,
                          double ordinary, double wanted) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const struct answers answers = {a, way};
    uint8_t *is_rare = arena_take(&arena, (size_t)a->n_row + 1, 1);
    if (!is_rare) {
        return arena_refusal(&arena, a->err);
    }
    for (uint32_t i = 0; i < a->n_row; i++) {
        is_rare[i] = a->y[i] > 0;
    }
    const struct bootstrap_input input = {.measure = mean_f1,
                                          .data = &answers,
                                          .n_row = a->n_row,
                                          .is_rare = is_rare,
                                          .n_round = a->run->is_short ? 200 : ROUNDS,
                                          .level = 0.95,
                                          .seed = a->run->seed};
    struct bootstrap interval;
    const maru_status st = bootstrap_interval(&input, &arena, &interval, a->err);
    arena_fini(&arena);
    struct set_figure *figure =
        st == MARU_OK ? set_add_figure(a->result, english, korean, interval.value) : NULL;
    if (figure) {
        figure->low = interval.low;
        figure->high = interval.high;
        figure->ordinary = ordinary;
        figure->wanted = wanted;
    }
    return st;
}

// AUC and average precision of the first repeat.
static maru_status add_order(struct ai4i *a) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    uint8_t *is_yes = arena_take(&arena, (size_t)a->n_row + 1, 1);
    struct scored scored;
    maru_status st = is_yes ? MARU_OK : arena_refusal(&arena, a->err);
    for (uint32_t i = 0; st == MARU_OK && i < a->n_row; i++) {
        is_yes[i] = a->y[i] > 0;
    }
    if (st == MARU_OK) {
        st = scored_init(a->probability[1], is_yes, a->n_row, &arena, &scored, a->err);
    }
    if (st == MARU_OK) {
        struct set_figure *auc =
            set_add_figure(a->result, "AUC", "AUC", measure_auc(&scored, NULL));
        struct set_figure *precision = set_add_figure(a->result, "average precision", "평균 정밀도",
                                                      measure_average_precision(&scored, NULL));
        if (auc && precision) {
            auc->ordinary = 0.982;
            precision->ordinary = 0.880;
        }
    }
    arena_fini(&arena);
    return st;
}

static void add_suspects(struct ai4i *a) {
    for (uint32_t n = a->n_part; n > 0; n--) { // the most often found first
        for (uint32_t k = 0; k < a->n_suspect; k++) {
            if (a->suspect[k].n != n) {
                continue;
            }
            struct text name;
            text_init(&name, 1 << 10);
            combination_name(&a->suspect[k].combination, feature_name, &name);
            char english[64], korean[96];
            snprintf(english, sizeof english, "found: %s", name.bytes ? name.bytes : "");
            snprintf(korean, sizeof korean, "찾은 조합: %s", name.bytes ? name.bytes : "");
            set_add_figure(a->result, english, korean, (double)n / a->n_part);
            text_fini(&name);
        }
    }
}

static void write_predictions(struct ai4i *a) {
    struct text *out = &a->result->predictions;
    text_addz(out, "row,repeat,failure,probability,alarm\n");
    for (uint32_t r = 0; r < a->n_repeat; r++) {
        for (uint32_t i = 0; i < a->n_row; i++) {
            const size_t at = (size_t)r * a->n_row + i;
            text_addf(out, "%u,%u,%d,", i + 1, r + 1, a->y[i] > 0);
            text_add_fixed(out, a->probability[1][at], 6);
            text_addf(out, ",%d\n", a->alarm[1][at]);
        }
    }
}

static maru_status run_all(struct ai4i *a) {
    const struct boosting_rows all = {a->x, a->y, NULL, a->n_row, FEATURES};
    maru_status st = MARU_OK;
    for (uint32_t r = 0; st == MARU_OK && r < a->n_repeat; r++) {
        struct splits splits = {0};
        st = deal(a, &all, a->n_fold, a->run->seed + r, &a->arena, &splits);
        for (uint32_t k = 0; st == MARU_OK && k < a->n_fold; k++) {
            st = run_fold(a, r, &splits, splits.first + k);
        }
    }
    if (st == MARU_OK) {
        st = add_f1(a, 1, "F1", "F1", 0.838, 0.85);
    }
    if (st == MARU_OK) {
        st = add_f1(a, 0, "F1 without combinations", "조합 없는 F1", 0.733, (double)NAN);
    }
    if (st == MARU_OK) {
        st = add_order(a);
    }
    if (st == MARU_OK) {
        add_suspects(a);
        write_predictions(a);
    }
    return st;
}

maru_status set_ai4i(const struct set_run *run, struct set_result *result, maru_error *err) {
    struct ai4i a = {.run = run, .result = result, .err = err, .n_fold = run->is_short ? 3 : FOLDS};
    a.n_repeat = run->is_short ? 1 : REPEATS;
    arena_init(&a.arena, SIZE_MAX);
    maru_status st = read_rows(&a);
    for (int way = 0; st == MARU_OK && way < 2; way++) {
        a.probability[way] = arena_take(&a.arena, (size_t)REPEATS * a.n_row + 1, sizeof(double));
        a.alarm[way] = arena_take(&a.arena, (size_t)REPEATS * a.n_row + 1, 1);
        st = a.probability[way] && a.alarm[way] ? MARU_OK : arena_refusal(&a.arena, err);
    }
    if (st == MARU_OK) {
        st = run_all(&a);
    }
    arena_fini(&a.arena);
    return st;
}
