#include "stopwatch.h"

#include "learn/trees/forest.h"
#include "train/trees/boosting.h"
#include "train/trial_rows.h"

#include <stdio.h>
#include <string.h>

#include <xgboost/c_api.h>

// A forest of 300 trees of depth 6 over 30 columns, a tenth of the values missing: one row and 10 000 rows, ours beside XGBoost's own calls on
// the same model and rows, one thread each. Before anything is timed, the margins are compared bit by bit.

enum { N_ROW = 10000, N_FEATURE = 30, N_ASKED = 20000 };

struct trees_case {
    struct trial_rows rows;
    struct boosting *boosting;
    struct forest *forest;
    BoosterHandle peer; // the same model, for XGBoost's own calls in place
    void *scratch;
    float *margin;
};

static const char peer_asks[] =
    "{\"type\":1,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
    "\"strict_shape\":false,\"missing\":NaN,\"cache_id\":0}";

static void need(bool is_true) {
    if (!is_true) {
        abort();
    }
}

static const float *ask_peer(const struct trees_case *c, const float *x, size_t n_row) {
    char where[160];
    const bst_ulong *shape = NULL;
    bst_ulong n_dim = 0;
    const float *out = NULL;
    snprintf(where, sizeof where,
             "{\"data\":[%zu,true],\"shape\":[%zu,%d],\"typestr\":\"<f4\",\"version\":3}",
             (size_t)x, n_row, N_FEATURE);
    need(XGBoosterPredictFromDense(c->peer, where, peer_asks, NULL, &shape, &n_dim, &out) == 0);
    return out;
}

static struct trees_case prepare(void) {
    struct trees_case c = {0};
    struct boosting_options options = boosting_usual(BOOSTING_YES_NO);
    options.min_child_weight = 0.1;
    c.rows = trial_rows_new(1, N_ROW, N_FEATURE, &options, 0.1F, 0);
    need(boosting_fit(&c.rows.rows, NULL, &options, &c.boosting, NULL) == MARU_OK);
    struct text model;
    text_init(&model, 1 << 28);
    need(boosting_model(c.boosting, &model, NULL) == MARU_OK);
    need(forest_read_xgboost(model.bytes, model.n_bytes, &c.forest, NULL) == MARU_OK);
    need(XGBoosterCreate(NULL, 0, &c.peer) == 0 &&
         XGBoosterLoadModelFromBuffer(c.peer, model.bytes, model.n_bytes) == 0 &&
         XGBoosterSetParam(c.peer, "nthread", "1") == 0);
    text_fini(&model);
    c.scratch = malloc(forest_scratch_bytes(c.forest));
    c.margin = malloc(N_ROW * sizeof *c.margin);
    need(c.scratch && c.margin);
    forest_margins(c.forest, c.rows.x, N_ROW, c.scratch, c.margin);
    need(memcmp(c.margin, ask_peer(&c, c.rows.x, N_ROW), N_ROW * sizeof *c.margin) == 0);
    return c;
}

static void finish(struct trees_case *c) {
    trial_rows_free(&c->rows);
    boosting_free(c->boosting);
    forest_free(c->forest);
    XGBoosterFree(c->peer);
    free(c->scratch);
    free(c->margin);
}

static int by_time(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Each row alone, timed alone.
static void time_rows(const char *name, struct trees_case *c, bool is_peer) {
    static double took[N_ASKED];
    double all[N_REPEAT], p50[N_REPEAT], p99[N_REPEAT];
    float sum = 0;
    for (int k = -1; k < N_REPEAT; k++) { // one round to warm up
        double total = 0;
        for (uint32_t i = 0; i < N_ASKED; i++) {
            const float *x = c->rows.x + (size_t)(i * 7919U % N_ROW) * N_FEATURE;
            float margin = 0;
            const double begin = bench_wall_s();
            if (is_peer) {
                margin = *ask_peer(c, x, 1);
            } else {
                forest_margin(c->forest, x, c->scratch, &margin);
            }
            took[i] = bench_wall_s() - begin;
            total += took[i];
            sum += margin;
        }
        if (k >= 0) {
            qsort(took, N_ASKED, sizeof *took, by_time);
            all[k] = total;
            p50[k] = took[N_ASKED / 2];
            p99[k] = took[N_ASKED - N_ASKED / 100];
        }
    }
    char extra[128];
    snprintf(extra, sizeof extra, "\"p50_us\":%.3f,\"p99_us\":%.3f,\"is_nan\":%d",
             1e6 * bench_median(p50), 1e6 * bench_median(p99), sum != sum);
    bench_line(name, "row", N_ASKED, bench_median(all), extra);
}

static double time_batch(struct trees_case *c, bool is_peer) {
    double took[N_REPEAT];
    for (int k = -1; k < N_REPEAT; k++) {
        const double begin = bench_cpu_s();
        if (is_peer) {
            (void)ask_peer(c, c->rows.x, N_ROW);
        } else {
            forest_margins(c->forest, c->rows.x, N_ROW, c->scratch, c->margin);
        }
        if (k >= 0) {
            took[k] = bench_cpu_s() - begin;
        }
    }
    return bench_median(took);
}

static void one_row(const char *name, void *context) {
    (void)name;
    (void)context;
    struct trees_case c = prepare();
    time_rows("trees_row", &c, false);
    time_rows("trees_row_xgboost", &c, true);
    finish(&c);
}

static void batch(const char *name, void *context) {
    (void)name;
    (void)context;
    struct trees_case c = prepare();
    const double peer_s = time_batch(&c, true);
    const bool is_wide = forest_is_wide(c.forest);
    char extra[128];
    double own_s = time_batch(&c, false);
    snprintf(extra, sizeof extra, "\"is_wide\":%d,\"times_xgboost\":%.2f", is_wide, peer_s / own_s);
    bench_line("trees_batch", "row", N_ROW, own_s, extra);
    forest_forgo_wide(c.forest);
    own_s = time_batch(&c, false);
    snprintf(extra, sizeof extra, "\"is_wide\":0,\"times_xgboost\":%.2f", peer_s / own_s);
    bench_line("trees_batch_plain", "row", N_ROW, own_s, extra);
    bench_line("trees_batch_xgboost", "row", N_ROW, peer_s, "");
    finish(&c);
}

int main(int argc, char **argv) {
    struct bench bench = bench_init(argc, argv);
    bench_case(&bench, "trees_row", one_row, NULL);
    bench_case(&bench, "trees_batch", batch, NULL);
    return bench.is_bad;
}
