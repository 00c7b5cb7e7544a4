// tests/onnx_models.c FOLDER: models of trees and linear ones as ONNX, rows for them, and what we answer: for tests/onnx.sh, which asks a runtime of others.
#include "learn/models/onnx_linear.h"
#include "learn/trees/onnx.h"
#include "train/linear/linear.h"
#include "train/trees/boosting.h"
#include "train/trial_rows.h"

#include <stdio.h>
#include <string.h>

enum { N_ASKED = 200 };

static void need(bool is_true, const char *what) {
    if (!is_true) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}

static void write_file(const char *folder, size_t i, const char *name, const void *bytes,
                       size_t n) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%zu.%s", folder, i, name);
    FILE *file = fopen(path, "wb");
    need(file && fwrite(bytes, 1, n, file) == n && fclose(file) == 0, path);
}

// Combinations of the first columns, 0 where the model has none.
static const struct combination combined[] = {{COMBINATION_RATIO, 0, 1},
                                              {COMBINATION_PRODUCT, 1, 2},
                                              {COMBINATION_DIFFERENCE, 2, 0},
                                              {COMBINATION_SUM, 0, 1}};
enum { N_COMBINED = sizeof combined / sizeof *combined };

static void write_columns(const char *folder, size_t i, const struct trial_rows *rows,
                          uint32_t n_column) {
    for (uint32_t k = 1; k < N_ASKED; k++) { // the first columns of each row, one after the other
        memmove(rows->x + (size_t)k * n_column, rows->x + (size_t)k * rows->rows.n_feature,
                n_column * sizeof *rows->x);
    }
    write_file(folder, i, "rows", rows->x, (size_t)N_ASKED * n_column * sizeof *rows->x);
}

// The last n columns of some rows become combinations.
static void combine(struct trial_rows *rows, uint32_t n_row, uint32_t n) {
    const uint32_t n_feature = rows->rows.n_feature;
    for (uint32_t i = 0; i < n_row; i++) {
        float *x = rows->x + (size_t)i * n_feature;
        for (uint32_t k = 0; k < n; k++) {
            x[n_feature - n + k] = combination_value(&combined[k], x);
        }
    }
}

// Rows to ask: one whose ratio is no float any more, one that is divided by 0.
static void ask_extremes(struct trial_rows *rows, uint32_t n) {
    float *second = rows->x + rows->rows.n_feature;
    if (n > 0) {
        rows->x[0] = 3e38F;
        rows->x[1] = 1e-9F;
        second[1] = 0;
        combine(rows, 2, n);
    }
}

static void make(const char *folder, size_t i, struct boosting_options options, uint32_t n_feature,
                 uint32_t n_step) {
    options.min_child_weight = 0.1;
    const struct onnx_columns columns = {combined, n_feature > 9 ? N_COMBINED : 0};
    struct trial_rows rows = trial_rows_new(i, 800, n_feature, &options, 0.2F, n_step);
    combine(&rows, rows.rows.n_row, columns.n);
    struct boosting *boosting = NULL;
    need(boosting_fit(&rows.rows, NULL, &options, &boosting, NULL) == MARU_OK, "not fitted");
    struct text model, onnx;
    text_init(&model, 1 << 28);
    text_init(&onnx, 1 << 28);
    struct forest *forest = NULL;
    need(boosting_model(boosting, &model, NULL) == MARU_OK &&
             forest_read_xgboost(model.bytes, model.n_bytes, &forest, NULL) == MARU_OK &&
             onnx_write(forest, &columns, &onnx, NULL) == MARU_OK,
         "not written");
    const uint32_t n_group = forest_shape_of(forest).n_group;
    float *answer = malloc((size_t)N_ASKED * n_group * sizeof *answer);
    void *scratch = malloc(forest_scratch_bytes(forest));
    need(answer && scratch, "no memory");
    ask_extremes(&rows, columns.n);
    forest_margins(forest, rows.x, N_ASKED, scratch, answer);
    forest_answers(forest, N_ASKED, answer);
    write_file(folder, i, "onnx", onnx.bytes, onnx.n_bytes);
    write_columns(folder, i, &rows, n_feature - columns.n);
    write_file(folder, i, "want", answer, (size_t)N_ASKED * n_group * sizeof *answer);
    printf("%zu %u %u %s\n", i, n_feature - columns.n, n_group,
           options.goal == BOOSTING_NUMBER   ? "number"
           : options.goal == BOOSTING_YES_NO ? "yes_no"
                                             : "class");
    text_fini(&model);
    text_fini(&onnx);
    free(answer);
    free(scratch);
    forest_free(forest);
    boosting_free(boosting);
    trial_rows_free(&rows);
}

static void make_linear(const char *folder, size_t i, enum linear_goal goal, uint32_t n_class,
                        uint32_t n_feature) {
    static const enum boosting_goal like[] = {BOOSTING_YES_NO, BOOSTING_CLASS, BOOSTING_NUMBER};
    struct boosting_options shape = boosting_usual(like[goal]);
    shape.n_class = n_class;
    const struct onnx_columns columns = {combined, n_feature > 9 ? N_COMBINED : 0};
    struct trial_rows rows = trial_rows_new(i, 800, n_feature, &shape, 0.2F, 0);
    combine(&rows, rows.rows.n_row, columns.n);
    struct linear_options options = linear_usual(goal);
    options.n_class = n_class;
    options.knows_missing = i % 2 == 0;
    const double lambda = 0.01;
    struct linear_model *model = NULL;
    struct text onnx;
    text_init(&onnx, 1 << 28);
    need(linear_fit(&rows.rows, &options, &lambda, 1, &model, NULL) == MARU_OK &&
             onnx_write_linear(model, &columns, &onnx, NULL) == MARU_OK,
         "not written");
    const uint32_t n_group = linear_model_draft(model)->shape.n_group;
    double *margin = malloc((size_t)N_ASKED * n_group * sizeof *margin);
    float *answer = malloc((size_t)N_ASKED * n_group * sizeof *answer);
    need(margin && answer, "no memory");
    ask_extremes(&rows, columns.n);
    rows.x[n_feature - columns.n - 1] = 1e30F; // far outside of what was seen
    linear_model_margins(model, rows.x, N_ASKED, margin);
    linear_model_answers(model, N_ASKED, margin);
    for (size_t k = 0; k < (size_t)N_ASKED * n_group; k++) {
        answer[k] = (float)margin[k];
    }
    write_file(folder, i, "onnx", onnx.bytes, onnx.n_bytes);
    write_columns(folder, i, &rows, n_feature - columns.n);
    write_file(folder, i, "want", answer, (size_t)N_ASKED * n_group * sizeof *answer);
    static const char *const names[] = {"yes_no", "class", "number"};
    printf("%zu %u %u %s\n", i, n_feature - columns.n, n_group, names[goal]);
    text_fini(&onnx);
    free(answer);
    free(margin);
    linear_model_free(model);
    trial_rows_free(&rows);
}

int main(int argc, char **argv) {
    need(argc == 2, "a folder is wanted");
    size_t n = 0;
    for (enum boosting_goal goal = 0; goal < N_BOOSTING_GOAL; goal++) {
        static const struct {
            uint32_t n_round, n_depth, n_class, n_feature, n_step;
        } cases[] = {{1, 1, 2, 3, 0}, {50, 6, 3, 10, 8}, {120, 4, 7, 30, 0}, {15, 10, 9, 1, 0}};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct boosting_options options = boosting_usual(goal);
            options.n_round = cases[i].n_round;
            options.n_depth = cases[i].n_depth;
            options.n_class = cases[i].n_class;
            make(argv[1], n++, options, cases[i].n_feature, cases[i].n_step);
        }
    }
    for (enum linear_goal goal = 0; goal < N_LINEAR_GOAL; goal++) {
        make_linear(argv[1], n++, goal, 2, 4);
        make_linear(argv[1], n++, goal, 3, 30);
    }
    return 0;
}
