#include "stopwatch.h"

#include "base/random.h"
#include "learn/living/living_model.h"
#include "learn/living/living_rows.h"
#include "learn/trees/forest.h"
#include "study/models/model_wish.h"
#include "train/trees/boosting.h"
#include "train/trial_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A model at work: 300 trees of depth 6 over 30 columns, a row by names answered and counted, and a truth learned from, each timed alone. Beside
// it the forest alone on the same rows. Then a window of models of odd rows and of remaining life of 14 columns: 20 units as tools, of which
// each has at least 60 windows behind it.

enum { N_ROW = 10000, N_FEATURE = 30, N_ASKED = 20000, N_ERROR = 500 };

struct living_case {
    struct trial_rows rows;
    struct living_rows *living;
    struct forest *forest;
    void *scratch;
    struct recipe_cell cell[N_FEATURE];
};

static void need(bool is_true) {
    if (!is_true) {
        abort();
    }
}

static struct forest *fit(const struct trial_rows *rows) {
    struct boosting_options options = boosting_usual(BOOSTING_NUMBER);
    struct boosting *boosting = NULL;
    struct forest *forest = NULL;
    struct text model;
    options.min_child_weight = 0.1;
    need(boosting_fit(&rows->rows, NULL, &options, &boosting, NULL) == MARU_OK);
    text_init(&model, 1 << 28);
    need(boosting_model(boosting, &model, NULL) == MARU_OK);
    need(forest_read_xgboost(model.bytes, model.n_bytes, &forest, NULL) == MARU_OK);
    text_fini(&model);
    boosting_free(boosting);
    return forest;
}

static char names[N_FEATURE][16];
static const char *name_of[N_FEATURE];

static void name_columns(void) {
    for (uint32_t f = 0; f < N_FEATURE; f++) {
        snprintf(names[f], sizeof names[f], "sensor%u.mean", f);
        name_of[f] = names[f];
    }
}

static void make_recipe(struct fitted_model *m) {
    static struct recipe_column column[N_FEATURE];
    static struct feature feature[N_FEATURE];
    name_columns();
    for (uint32_t f = 0; f < N_FEATURE; f++) {
        column[f] = (struct recipe_column){names[f], "", NULL, 0, FRAME_NUMBER};
        feature[f] = (struct feature){FEATURE_NUMBER, f, 0};
    }
    m->recipe = (struct recipe){
        .column = column, .feature = feature, .n_column = N_FEATURE, .n_feature = N_FEATURE};
}

static void make_reference(struct fitted_model *m, const float *x, struct arena *arena) {
    struct drift_reference *reference = arena_take(arena, N_FEATURE, sizeof *reference);
    double *value = arena_take(arena, N_ROW, sizeof *value);
    double *error = arena_take(arena, N_ERROR, sizeof *error);
    need(reference && value && error);
    for (uint32_t f = 0; f < N_FEATURE; f++) {
        for (uint32_t i = 0; i < N_ROW; i++) {
            value[i] = (double)x[(size_t)i * N_FEATURE + f];
        }
        need(drift_keep_numbers(value, N_ROW, MODEL_MAX_BINS, arena, &reference[f], NULL) ==
             MARU_OK);
    }
    for (uint32_t i = 0; i < N_ERROR; i++) {
        error[i] = (i + 0.5) / N_ERROR;
    }
    m->reference = reference;
    m->errors = (struct model_errors){error, N_ERROR, N_ERROR, 1};
}

static struct living_rows *open_living(const struct forest *forest, const float *x) {
    static const double width[1] = {0.8};
    static const bool is_own[1];
    const struct living_options options = living_options_usual();
    struct fitted_model m = {.goal = MODEL_NUMBER, .target = "t", .unit = "", .bad = ""};
    struct arena arena;
    struct text trees, bytes;
    struct living_rows *living = NULL;
    arena_init(&arena, 1 << 28);
    text_init(&trees, 1 << 28);
    text_init(&bytes, 1 << 28);
    m.level = 0.8;
    m.conformal =
        (struct conformal){.level = 0.8, .below = width, .above = width, .is_own = is_own};
    m.card = (struct model_card){.title = "", .version = "", .group = ""};
    make_recipe(&m);
    make_reference(&m, x, &arena);
    need(fitted_model_find_wander(&m, x, N_ROW, &arena, NULL) == MARU_OK);
    need(forest_write(forest, &trees, NULL) == MARU_OK);
    need(predictor_read(PREDICTOR_TREES, trees.bytes, trees.n_bytes, &m.predictor, NULL) ==
         MARU_OK);
    need(fitted_model_write(&m, &bytes, NULL) == MARU_OK);
    need(living_rows_new(bytes.bytes, bytes.n_bytes, &options, &living, NULL) == MARU_OK);
    need(living_rows_bind(living, name_of, N_FEATURE, NULL) == MARU_OK);
    predictor_free(m.predictor);
    text_fini(&trees);
    text_fini(&bytes);
    arena_fini(&arena);
    return living;
}

static int by_time(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const float *next_row(struct living_case *c, uint32_t i) {
    const float *x = c->rows.x + (size_t)(i * 7919U % N_ROW) * N_FEATURE;
    for (uint32_t f = 0; f < N_FEATURE; f++) {
        c->cell[f] = (struct recipe_cell){NULL, (double)x[f]};
    }
    return x;
}

static double ask_forest(struct living_case *c, uint32_t i) {
    const float *x = next_row(c, i);
    float margin = 0;
    const double begin = bench_wall_s();
    forest_margin(c->forest, x, c->scratch, &margin);
    return bench_wall_s() - begin;
}

static double ask_living(struct living_case *c, uint32_t i) {
    struct model_answer answer;
    bool is_judged = false;
    (void)next_row(c, i);
    const double begin = bench_wall_s();
    living_rows_answer(c->living, c->cell, "tool", &answer);
    need(living_rows_count(c->living, &is_judged, NULL) == MARU_OK);
    return bench_wall_s() - begin;
}

static double learn_truth(struct living_case *c, uint32_t i) {
    const struct random_block luck = random_at(1, 2, i);
    const struct living_truth truth = {0, luck.word[0] / 4294967296.0, -0.8, 0.8, "tool"};
    double error = 0;
    const double begin = bench_wall_s();
    need(truth_watch_step(&c->living->truths, &truth, &error, NULL) == MARU_OK);
    (void)living_rows_reason(c->living);
    return bench_wall_s() - begin;
}

static void time_all(const char *name, struct living_case *c,
                     double (*one)(struct living_case *, uint32_t)) {
    static double took[N_ASKED];
    double all[N_REPEAT], p50[N_REPEAT], p99[N_REPEAT];
    for (int k = -1; k < N_REPEAT; k++) { // one round to warm up
        double total = 0;
        for (uint32_t i = 0; i < N_ASKED; i++) {
            total += took[i] = one(c, i);
        }
        if (k >= 0) {
            qsort(took, N_ASKED, sizeof *took, by_time);
            all[k] = total;
            p50[k] = took[N_ASKED / 2];
            p99[k] = took[N_ASKED - N_ASKED / 100];
        }
    }
    char extra[128];
    snprintf(extra, sizeof extra, "\"p50_us\":%.3f,\"p99_us\":%.3f", 1e6 * bench_median(p50),
             1e6 * bench_median(p99));
    bench_line(name, "row", N_ASKED, bench_median(all), extra);
}

static void run(const char *name, void *context) {
    struct living_case c = {0};
    const struct boosting_options options = boosting_usual(BOOSTING_NUMBER);
    (void)name;
    (void)context;
    c.rows = trial_rows_new(1, N_ROW, N_FEATURE, &options, 0.1F, 0);
    c.forest = fit(&c.rows);
    c.living = open_living(c.forest, c.rows.x);
    c.scratch = malloc(forest_scratch_bytes(c.forest));
    need(c.scratch != NULL);
    time_all("living_forest_alone", &c, ask_forest);
    time_all("living_row", &c, ask_living);
    time_all("living_truth", &c, learn_truth);
    living_rows_free(c.living);
    forest_free(c.forest);
    trial_rows_free(&c.rows);
    free(c.scratch);
}

// ---- other kinds

enum { N_SIGNAL = 14, N_UNIT = 20, LIFE = 120 };

struct kind_case {
    struct living *living;
    struct recipe_cell cell[N_SIGNAL];
    char unit[N_UNIT][8];
    uint32_t n; // windows so far
};

static double signal_of(uint32_t unit, uint32_t at, uint32_t signal) {
    const struct random_block luck = random_at(5 + unit, signal, at);
    return luck.word[0] / 4294967296.0 + (signal % 3 == 0 ? 2.0 * (at % LIFE) / LIFE : 0.0);
}

static void add_units(struct text *out) {
    text_addz(out, "unit,cycle");
    for (uint32_t k = 0; k < N_SIGNAL; k++) {
        text_addf(out, ",%s", name_of[k]);
    }
    for (uint32_t i = 0; i < N_UNIT * LIFE; i++) {
        text_addf(out, "\nU%u,%u", i / LIFE, i % LIFE + 1);
        for (uint32_t k = 0; k < N_SIGNAL; k++) {
            text_addz(out, ",");
            text_add_double(out, signal_of(i / LIFE, i % LIFE, k));
        }
    }
    text_addz(out, "\n");
}

static struct living *open_kind(const char *goal) {
    const struct living_options options = living_options_usual();
    struct model_wish wish;
    struct text table, bytes;
    struct living *living = NULL;
    const bool is_life = strcmp(goal, "life") == 0;
    text_init(&table, 1 << 24);
    text_init(&bytes, 1 << 28);
    name_columns();
    add_units(&table);
    model_wish_init(&wish);
    need(model_wish_take(&wish, "goal", goal, NULL) == MARU_OK);
    need(model_wish_take(&wish, is_life ? "unit" : "leave_out", "unit", NULL) == MARU_OK);
    need(model_wish_take(&wish, is_life ? "order" : "leave_out", "cycle", NULL) == MARU_OK);
    const struct model_training training = {.wish = &wish,
                                            .bytes = table.bytes,
                                            .n_bytes = table.n_bytes,
                                            .title = "t",
                                            .version = "1",
                                            .n_thread = 1};
    need(model_train(&training, &bytes, NULL) == MARU_OK);
    need(living_new(bytes.bytes, bytes.n_bytes, &options, &living, NULL) == MARU_OK);
    need(living_bind(living, name_of, N_SIGNAL, NULL) == MARU_OK);
    model_wish_fini(&wish);
    text_fini(&table);
    text_fini(&bytes);
    return living;
}

static double ask_kind(struct kind_case *c) {
    const uint32_t unit = c->n % N_UNIT, at = c->n / N_UNIT;
    struct living_said said;
    bool is_judged = false;
    for (uint32_t k = 0; k < N_SIGNAL; k++) {
        c->cell[k] = (struct recipe_cell){NULL, signal_of(unit, at, k)};
    }
    const struct living_window window = {c->cell, c->unit[unit], at * INT64_C(60000000), c->n++};
    const double begin = bench_wall_s();
    need(living_answer(c->living, &window, &said, NULL) == MARU_OK && said.is_there);
    need(living_count(c->living, &is_judged, NULL) == MARU_OK);
    return bench_wall_s() - begin;
}

static void run_kind(const char *name, void *context) {
    struct kind_case c = {.living = open_kind(context)};
    static double took[N_ASKED];
    double total = 0;
    for (uint32_t u = 0; u < N_UNIT; u++) {
        snprintf(c.unit[u], sizeof c.unit[u], "U%u", u);
    }
    for (uint32_t i = 0; i < 60 * N_UNIT; i++) { // until all that features look back at is there
        (void)ask_kind(&c);
    }
    for (uint32_t i = 0; i < N_ASKED; i++) {
        total += took[i] = ask_kind(&c);
    }
    qsort(took, N_ASKED, sizeof *took, by_time);
    char extra[128];
    snprintf(extra, sizeof extra, "\"p50_us\":%.3f,\"p99_us\":%.3f", 1e6 * took[N_ASKED / 2],
             1e6 * took[N_ASKED - N_ASKED / 100]);
    bench_line(name, "window", N_ASKED, total, extra);
    living_free(c.living);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    bench_case(&bench, "living", run, NULL);
    bench_case(&bench, "living_odd", run_kind, "odd");
    bench_case(&bench, "living_life", run_kind, "life");
    return bench.is_bad;
}
