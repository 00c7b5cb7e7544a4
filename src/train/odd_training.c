#include "train/odd_training.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/anomaly/odd_model.h"
#include "learn/measures/bootstrap.h"
#include "learn/measures/measures.h"
#include "learn/measures/row_order.h"
#include "learn/share.h"
#include "train/frame_digest.h"

#define ODD_TRAINING_BYTES ((size_t)16 << 30)
enum { TEST_BLOCKS = 40, HELD_FOR_ALPHA = 5 };

struct work {
    const struct odd_training *in;
    struct arena *arena;
    uint32_t *row; // (n) of the frame, by time
    uint32_t n, n_train, n_test;
    double *x;              // (n, n_feature)
    struct odd_model model; // being put together; its arena is not used
    // of later rows
    struct anomaly_verdict *verdict; // (n_test)
    uint8_t *is_odd;                 // (n_test)
    uint32_t *cluster;               // (n_test) blocks of neighbors
    uint32_t *n_cause;               // (n_feature) odd rows of which it is the first cause
};

static void warn(struct work *w, enum odd_warning warning) {
    w->model.warnings |= UINT32_C(1) << warning;
}

static maru_status tell(const struct work *w, double share, maru_error *err) {
    return !w->in->progress || w->in->progress(w->in->context, share, "")
               ? MARU_OK
               : fail(err, MARU_E_STOPPED, "stopped");
}

// ---- rows

static const int64_t *times_of(const struct work *w) {
    const uint32_t column = w->in->roles->time_column;
    return column == UINT32_MAX ? NULL : w->in->frame->column[column].time;
}

// By time where it is known; rows without one are left out then.
static maru_status order_rows(struct work *w, maru_error *err) {
    const uint32_t n_row = w->in->frame->n_row;
    const int64_t *time = times_of(w);
    double *key = arena_take(w->arena, (size_t)n_row + 1, sizeof *key);
    uint32_t *order = arena_take(w->arena, (size_t)n_row + 1, sizeof *order);
    uint32_t *spare = arena_take(w->arena, (size_t)n_row + 1, sizeof *spare);
    w->row = arena_take(w->arena, (size_t)n_row + 1, sizeof *w->row);
    if (!key || !order || !spare || !w->row) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t i = 0; i < n_row; i++) {
        key[i] = time ? (double)time[i] : (double)i;
    }
    row_order(key, n_row, order, spare);
    for (uint32_t i = 0; i < n_row; i++) {
        w->row[w->n] = order[i];
        w->n += !time || time[order[i]] != FRAME_NO_TIME;
    }
    w->n_test = w->n / ODD_PARTS;
    w->n_train = w->n - w->n_test;
    if (!time) {
        warn(w, ODD_WARN_NO_TIME);
    }
    w->model.train_from = time && w->n > 0 ? time[w->row[0]] : INT64_MIN;
    w->model.train_to = time && w->n > 0 ? time[w->row[w->n_train - 1]] : INT64_MIN;
    w->model.test_from = time && w->n_test > 0 ? time[w->row[w->n_train]] : INT64_MIN;
    w->model.test_to = time && w->n > 0 ? time[w->row[w->n - 1]] : INT64_MIN;
    return w->n >= ODD_LEAST_ROWS
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "%u rows, and fewer than %d say nothing", w->n,
                      ODD_LEAST_ROWS);
}

static maru_status make_rows(struct work *w, maru_error *err) {
    const struct frame *frame = w->in->frame;
    uint32_t *column = arena_take(w->arena, (size_t)frame->n_column + 1, sizeof *column);
    if (!column) {
        return arena_refusal(w->arena, err);
    }
    struct recipe_input input = {
        .frame = frame, .column = column, .row = w->row, .n_row = w->n_train};
    for (uint32_t c = 0; c < frame->n_column; c++) {
        const uint8_t role = w->in->roles->column[c].role;
        column[input.n_column] = c;
        input.n_column += role == ROLE_INPUT || role == ROLE_TOOL;
    }
    maru_status st = recipe_make(&input, w->arena, &w->model.recipe, err);
    const uint32_t n_feature = w->model.recipe.n_feature;
    if (st == MARU_OK && n_feature > ANOMALY_MAX_COLUMNS) {
        return fail(err, MARU_E_LIMIT, "more than %d columns and words to learn from",
                    ANOMALY_MAX_COLUMNS);
    }
    float *x = alloc_new((size_t)w->n * n_feature + 1, sizeof *x);
    w->x = arena_take(w->arena, (size_t)w->n * n_feature + 1, sizeof *w->x);
    if (st == MARU_OK && (!x || !w->x)) {
        st = x ? arena_refusal(w->arena, err) : fail(err, MARU_E_MEMORY, "no memory");
    }
    struct recipe_fit fit;
    st = st == MARU_OK ? recipe_apply(&w->model.recipe, frame, w->row, w->n, x, &fit, err) : st;
    for (size_t i = 0; st == MARU_OK && i < (size_t)w->n * n_feature; i++) {
        w->x[i] = (double)x[i];
    }
    alloc_free(x);
    return st;
}

// ---- learning

// Of more scores than are kept, as many evenly by rank.
static void keep_held(struct work *w) {
    struct anomaly *a = &w->model.anomaly;
    double *held = arena_take(w->arena, ODD_MAX_HELD, sizeof *held);
    if (held && a->n_held > ODD_MAX_HELD) {
        for (uint32_t i = 0; i < ODD_MAX_HELD; i++) {
            held[i] = a->held[(2 * (uint64_t)i + 1) * a->n_held / (UINT64_C(2) * ODD_MAX_HELD)];
        }
        a->held = held;
        a->n_held = ODD_MAX_HELD;
    }
}

static maru_status learn(struct work *w, maru_error *err) {
    struct anomaly_options options = anomaly_usual();
    const struct anomaly_rows rows = {w->x, w->n_train, w->model.recipe.n_feature};
    struct arena scratch;
    options.is_in_order = true;
    arena_init(&scratch, ODD_TRAINING_BYTES);
    maru_status st = tell(w, 0.1, err);
    st = st == MARU_OK ? anomaly_fit(&options, &rows, w->arena, &scratch, &w->model.anomaly, err)
                       : st;
    arena_fini(&scratch);
    if (st == MARU_OK) {
        keep_held(w);
        if (w->model.anomaly.n_held < HELD_FOR_ALPHA / w->in->alpha) {
            warn(w, ODD_WARN_FEW_ROWS);
        }
    }
    return st == MARU_OK ? tell(w, 0.8, err) : st;
}

// ---- later rows

static maru_status judge_later(struct work *w, maru_error *err) {
    const uint32_t n_feature = w->model.recipe.n_feature, n = w->n_test;
    const struct anomaly *a = &w->model.anomaly;
    double *room = arena_take(w->arena, anomaly_work(a) + 1, sizeof *room);
    w->verdict = arena_take(w->arena, (size_t)n + 1, sizeof *w->verdict);
    w->is_odd = arena_take(w->arena, (size_t)n + 1, sizeof *w->is_odd);
    w->cluster = arena_take(w->arena, (size_t)n + 1, sizeof *w->cluster);
    w->n_cause = arena_take(w->arena, (size_t)n_feature + 1, sizeof *w->n_cause);
    if (!room || !w->verdict || !w->is_odd || !w->cluster || !w->n_cause) {
        return arena_refusal(w->arena, err);
    }
    memset(w->n_cause, 0, n_feature * sizeof *w->n_cause);
    const uint32_t n_block = n < TEST_BLOCKS ? n : TEST_BLOCKS;
    for (uint32_t i = 0; i < n; i++) {
        const double *row = w->x + (size_t)(w->n_train + i) * n_feature;
        anomaly_judge(a, row, room, &w->verdict[i]);
        w->is_odd[i] = odd_model_calls(&w->model, &w->verdict[i]);
        w->cluster[i] = (uint32_t)((uint64_t)i * n_block / n);
        struct anomaly_cause cause[ANOMALY_MAX_CAUSES];
        if (w->is_odd[i] && anomaly_explain(a, row, room, cause) > 0) {
            w->n_cause[cause[0].column]++;
        }
        w->model.n_odd += w->is_odd[i];
    }
    return MARU_OK;
}

static double odd_share(const void *data, const uint32_t *count) {
    const struct work *w = data;
    double n_odd = 0, n = 0;
    for (uint32_t i = 0; i < w->n_test; i++) {
        n += count ? count[i] : 1;
        n_odd += w->is_odd[i] ? (count ? count[i] : 1) : 0;
    }
    return n > 0 ? n_odd / n : (double)NAN;
}

static maru_status measure(struct work *w, bootstrap_measure *its, const void *data, uint32_t n,
                           struct odd_figure *out, maru_error *err) {
    const struct bootstrap_input input = {.measure = its,
                                          .data = data,
                                          .n_row = n,
                                          .cluster = w->cluster,
                                          .n_cluster = TEST_BLOCKS,
                                          .n_round = ODD_ROUNDS,
                                          .level = 0.95,
                                          .seed = w->in->seed};
    struct bootstrap found;
    const maru_status st = bootstrap_interval(&input, w->arena, &found, err);
    if (st == MARU_OK) {
        *out = (struct odd_figure){found.value, found.low, found.high};
    }
    return st;
}

// Resampling few odd rows, or none, claims too much: the interval is no narrower than Wilson's.
static void widen_odd(struct work *w) {
    const struct share share = share_of(w->model.n_odd, w->n_test, 0.95);
    struct odd_figure *odd = &w->model.odd;
    odd->low = odd->low < share.low ? odd->low : share.low;
    odd->high = odd->high > share.high ? odd->high : share.high;
}

static void tell_columns(struct work *w) {
    struct odd_model *m = &w->model;
    while (m->n_told < ODD_MAX_COLUMNS_TOLD) {
        uint32_t best = 0;
        for (uint32_t f = 1; f < m->recipe.n_feature; f++) {
            best = w->n_cause[f] > w->n_cause[best] ? f : best;
        }
        if (w->n_cause[best] == 0) {
            return;
        }
        m->told[m->n_told++] = (struct odd_told){best, w->n_cause[best]};
        w->n_cause[best] = 0;
    }
}

// ---- the label

static struct odd_figure figure_of(struct share share) {
    return (struct odd_figure){share.value, share.low, share.high};
}

// How the odd ones coincide with the bad ones, among later rows whose label is known.
static maru_status compare_label(struct work *w, maru_error *err) {
    const double *bad = w->in->roles->bad;
    double *score = arena_take(w->arena, (size_t)w->n_test + 1, sizeof *score);
    uint8_t *is_bad = arena_take(w->arena, (size_t)w->n_test + 1, sizeof *is_bad);
    if (!score || !is_bad) {
        return arena_refusal(w->arena, err);
    }
    uint64_t n_of[2] = {0}, n_bad_of[2] = {0};
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->n_test; i++) {
        const double its = bad[w->row[w->n_train + i]];
        if (!isfinite(its)) {
            continue;
        }
        n_of[w->is_odd[i]]++;
        n_bad_of[w->is_odd[i]] += its > 0.5;
        if (isfinite(w->verdict[i].score)) {
            score[n] = w->verdict[i].score;
            is_bad[n] = its > 0.5;
            w->cluster[n++] = w->cluster[i];
        }
    }
    const struct share odd = share_of(n_bad_of[1], n_of[1], 0.95);
    const struct share others = share_of(n_bad_of[0], n_of[0], 0.95);
    w->model.bad_of_odd = figure_of(odd);
    w->model.bad_of_others = figure_of(others);
    struct scored scored;
    maru_status st = n > 0 ? scored_init(score, is_bad, n, w->arena, &scored, err) : MARU_OK;
    st = st == MARU_OK && n > 0 ? measure(w, bootstrap_auc, &scored, n, &w->model.auc, err) : st;
    if (!(w->model.auc.low > 0.5)) {
        warn(w, ODD_WARN_NO_MATCH);
    }
    return st;
}

// ---- the whole

static maru_status run(struct work *w, struct text *bytes, maru_error *err) {
    struct odd_model *m = &w->model;
    const struct odd_figure unknown = {(double)NAN, (double)NAN, (double)NAN};
    m->odd = m->auc = m->bad_of_odd = m->bad_of_others = unknown;
    m->alpha = w->in->alpha;
    maru_status st = order_rows(w, err);
    st = st == MARU_OK ? make_rows(w, err) : st;
    st = st == MARU_OK ? learn(w, err) : st;
    st = st == MARU_OK ? judge_later(w, err) : st;
    st = st == MARU_OK ? measure(w, odd_share, w, w->n_test, &m->odd, err) : st;
    st = st == MARU_OK && w->in->has_label ? compare_label(w, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    widen_odd(w);
    tell_columns(w);
    if (m->odd.low > m->alpha) {
        warn(w, ODD_WARN_MOVED);
    }
    m->label = w->in->has_label ? w->in->frame->column[w->in->roles->target.column].name : "";
    m->n_train = w->n_train;
    m->n_test = w->n_test;
    m->title = w->in->title;
    m->version = w->in->version;
    frame_digest(w->in->frame, m->data);
    return odd_model_write(m, bytes, err);
}

maru_status odd_training_run(const struct odd_training *input, struct text *bytes,
                             maru_error *err) {
    if (!(input->alpha > 0 && input->alpha < 0.5)) {
        return fail(err, MARU_E_RANGE, "the level of good rows lies between 0.5 and 1");
    }
    struct arena arena;
    arena_init(&arena, ODD_TRAINING_BYTES);
    struct work w = {.in = input, .arena = &arena};
    const maru_status st = run(&w, bytes, err);
    arena_fini(&arena);
    return st;
}
