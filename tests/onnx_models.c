// tests/onnx_models.c FOLDER: models of trees as ONNX, rows for them, and what we answer: for tests/onnx.sh, which asks a runtime of others.
#include "learn/trees/onnx.h"
#include "train/boosting.h"
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

static void make(const char *folder, size_t i, struct boosting_options options, uint32_t n_feature,
                 uint32_t n_step) {
    options.min_child_weight = 0.1;
    struct trial_rows rows = trial_rows_new(i, 800, n_feature, &options, 0.2F, n_step);
    struct boosting *boosting = NULL;
    need(boosting_fit(&rows.rows, NULL, &options, &boosting, NULL) == MARU_OK, "not fitted");
    struct text model, onnx;
    text_init(&model, 1 << 28);
    text_init(&onnx, 1 << 28);
    struct forest *forest = NULL;
    need(boosting_model(boosting, &model, NULL) == MARU_OK &&
             forest_read_xgboost(model.bytes, model.n_bytes, &forest, NULL) == MARU_OK &&
             onnx_write(forest, &onnx, NULL) == MARU_OK,
         "not written");
    const uint32_t n_group = forest_shape_of(forest).n_group;
    float *answer = malloc((size_t)N_ASKED * n_group * sizeof *answer);
    void *scratch = malloc(forest_scratch_bytes(forest));
    need(answer && scratch, "no memory");
    forest_margins(forest, rows.x, N_ASKED, scratch, answer);
    forest_answers(forest, N_ASKED, answer);
    write_file(folder, i, "onnx", onnx.bytes, onnx.n_bytes);
    write_file(folder, i, "rows", rows.x, (size_t)N_ASKED * n_feature * sizeof *rows.x);
    write_file(folder, i, "want", answer, (size_t)N_ASKED * n_group * sizeof *answer);
    printf("%zu %u %u %s\n", i, n_feature, n_group,
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
    return 0;
}
