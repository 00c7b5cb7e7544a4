#include "train/model_tuning.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"

enum { STRONGEST = 10 };

struct work {
    const struct tuning_input *in;
    struct arena *arena;
    uint32_t n_row, n_feature, n_group, n_fold;
    uint32_t *row; // (n_row) of a side of a fold
    float *x, *y;  // (n_row, n_feature), (n_row): rows of a side
    float *margin; // (n_row, n_group) of the try in hand
    double *gain;  // (n_feature)
    double *loss;  // (n_attempt, n_fold)
    uint32_t n_attempt, n_done;
    uint64_t n_cell;        // as in the input
    bool is_thin;           // tries learn from a part of the rows
    float *weight;          // (n_row) of a row of that part
    uint32_t *count, *seen; // (n_group + 1) rows of each class; those gone through
    float *answer;          // (n_row, n_group) of the rows of a fold
};

// ---- rows of a side

static uint32_t class_of(const struct work *w, uint32_t row) {
    const struct kind_task *task = w->in->task;
    return task->goal == MODEL_NUMBER ? 0 : (uint32_t)task->rows->y[row];
}

// The most rows that a class may keep, so that all together keep at most n_most: rare ones keep theirs.
static uint32_t most_of_class(const uint32_t *count, uint32_t n_class, uint64_t n_most) {
    uint32_t least = 1, most = UINT32_MAX / 2;
    while (least < most) {
        const uint32_t middle = least + (most - least + 1) / 2;
        uint64_t n = 0;
        for (uint32_t c = 0; c < n_class; c++) {
            n += count[c] < middle ? count[c] : middle;
        }
        if (n <= n_most) {
            least = middle;
        } else {
            most = middle - 1;
        }
    }
    return least;
}

// Every so many-th row of each common class, with the weight of so many.
static uint32_t thin_out(struct work *w, uint32_t n) {
    const uint32_t n_class = w->n_group + 1;
    memset(w->count, 0, n_class * sizeof *w->count);
    memset(w->seen, 0, n_class * sizeof *w->seen);
    for (uint32_t i = 0; i < n; i++) {
        w->count[class_of(w, w->row[i])]++;
    }
    const uint32_t most = most_of_class(w->count, n_class, w->n_cell / w->n_feature);
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t class = class_of(w, w->row[i]);
        const uint32_t stride = (w->count[class] + most - 1) / most;
        if (w->seen[class]++ % stride == 0) {
            w->weight[n_kept] = (float)stride;
            w->row[n_kept++] = w->row[i];
        }
    }
    return n_kept;
}

static uint32_t take_rows(struct work *w, uint32_t fold, enum splits_side side) {
    const struct boosting_rows *rows = w->in->task->rows;
    uint32_t n = splits_rows(w->in->splits, fold, side, w->row);
    n = side == SPLITS_TRAIN && w->is_thin ? thin_out(w, n) : n;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(w->x + (size_t)i * w->n_feature, rows->x + (size_t)w->row[i] * w->n_feature,
               w->n_feature * sizeof *w->x);
        w->y[i] = rows->y[w->row[i]];
    }
    return n;
}

// ---- losses

static double log_loss(double margin, bool is_yes) {
    const double m = is_yes ? margin : -margin; // ln(1 + exp(-m)), without overflow
    return m > 0 ? exact_ln(1 + exact_exp(-m)) : -m + exact_ln(1 + exact_exp(m));
}

static double class_loss(const float *margin, uint32_t n, uint32_t truth) {
    double most = (double)margin[0], sum = 0;
    for (uint32_t k = 1; k < n; k++) {
        most = fmax(most, (double)margin[k]);
    }
    for (uint32_t k = 0; k < n; k++) {
        sum += exact_exp((double)margin[k] - most);
    }
    return exact_ln(sum) - ((double)margin[truth] - most);
}

static double loss_of(const struct work *w, const float *margin, float y) {
    switch ((enum model_goal)w->in->task->goal) {
    case MODEL_YES_NO:
        return log_loss((double)margin[0], y > 0.5F);
    case MODEL_CLASS:
        return class_loss(margin, w->n_group, (uint32_t)y);
    case MODEL_NUMBER:
        return ((double)margin[0] - (double)y) * ((double)margin[0] - (double)y);
    case N_MODEL_GOAL:
    default:
        return (double)NAN;
    }
}

// ---- one fold of one try

static maru_status answer_rows(struct work *w, const struct kind *kind, const struct text *bytes,
                               uint32_t n, maru_error *err) {
    struct predictor *predictor = NULL;
    maru_status st = predictor_read((enum predictor_kind)kind->predictor, bytes->bytes,
                                    bytes->n_bytes, &predictor, err);
    if (st != MARU_OK) {
        return st;
    }
    void *scratch = alloc_new(predictor_scratch_bytes(predictor) + 1, 1);
    if (scratch) {
        predictor_margins(predictor, w->x, n, scratch, w->answer);
    } else {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    alloc_free(scratch);
    predictor_free(predictor);
    return st;
}

static void note_strongest(struct work *w, double *strong) {
    for (uint32_t k = 0; k < STRONGEST && k < w->n_feature; k++) {
        uint32_t best = 0;
        for (uint32_t f = 1; f < w->n_feature; f++) {
            best = w->gain[f] > w->gain[best] ? f : best;
        }
        if (w->gain[best] <= 0) {
            return;
        }
        strong[best] += 1.0 / w->n_fold;
        w->gain[best] = 0;
    }
}

// Margins of the fold's rows go to their places; the fold's mean loss.
static void keep_answers(struct work *w, uint32_t n, double *loss) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        const float *margin = w->answer + (size_t)i * w->n_group;
        memcpy(w->margin + (size_t)w->row[i] * w->n_group, margin, w->n_group * sizeof *margin);
        sum += loss_of(w, margin, w->y[i]);
    }
    *loss = n > 0 ? sum / n : (double)NAN;
}

static maru_status try_fold(struct work *w, const struct kind *kind, uint32_t try, uint32_t fold,
                            double *loss, double *strong, maru_error *err) {
    const uint32_t k = w->in->splits->first + fold;
    const uint32_t n_train = take_rows(w, k, SPLITS_TRAIN);
    struct boosting_rows rows = {w->x, w->y, w->is_thin ? w->weight : NULL, n_train, w->n_feature};
    struct kind_task task = *w->in->task;
    task.rows = &rows;
    struct kind_fitted fitted = {.gain = w->gain};
    text_init(&fitted.bytes, MODEL_MAX_BYTES);
    text_init(&fitted.source, MODEL_MAX_BYTES);
    maru_status st = n_train == 0 ? fail(err, MARU_E_INPUT, "a fold without rows to learn from")
                                  : kind->fit(&task, try, &fitted, err);
    if (st == MARU_OK) {
        note_strongest(w, strong);
        const uint32_t n_test = take_rows(w, k, SPLITS_TEST);
        st = answer_rows(w, kind, &fitted.bytes, n_test, err);
        if (st == MARU_OK) {
            keep_answers(w, n_test, loss);
        }
    }
    text_fini(&fitted.source);
    text_fini(&fitted.bytes);
    return st;
}

// ---- all tries

static void tell_progress(const struct work *w, const char *what) {
    if (w->in->progress) {
        w->in->progress(w->in->context, (double)w->n_done / ((w->n_attempt + 1) * w->n_fold), what);
    }
}

static void forget_margins(struct work *w) {
    for (size_t i = 0; i < (size_t)w->n_row * w->n_group; i++) {
        w->margin[i] = NAN;
    }
}

static maru_status try_settings(struct work *w, const struct kind *kind, uint32_t try, double *loss,
                                double *strong, maru_error *err) {
    char what[KIND_NAME_BYTES];
    kind->describe(try, what);
    forget_margins(w);
    memset(strong, 0, w->n_feature * sizeof *strong);
    maru_status st = MARU_OK;
    for (uint32_t fold = 0; st == MARU_OK && fold < w->n_fold; fold++, w->n_done++) {
        tell_progress(w, what);
        st = try_fold(w, kind, try, fold, &loss[fold], strong, err);
    }
    return st;
}

static double mean_of(const double *value, uint32_t n) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += value[i];
    }
    return sum / n;
}

// Standard error of the mean of a - b over folds; b NULL: of a. Infinite for one fold, where nothing is known of it.
static double error_of(const double *a, const double *b, uint32_t n) {
    double mean = 0, square = 0;
    for (uint32_t i = 0; i < n; i++) {
        mean += (a[i] - (b ? b[i] : 0)) / n;
    }
    for (uint32_t i = 0; i < n; i++) {
        const double d = a[i] - (b ? b[i] : 0) - mean;
        square += d * d;
    }
    return n > 1 ? sqrt(square / (n - 1) / n) : 0;
}

// The first whose losses are, fold by fold, no surer above the best ones' than one standard error.
static uint32_t choose(const struct work *w) {
    uint32_t best = 0;
    for (uint32_t t = 1; t < w->n_attempt; t++) {
        best = mean_of(w->loss + (size_t)t * w->n_fold, w->n_fold) <
                       mean_of(w->loss + (size_t)best * w->n_fold, w->n_fold)
                   ? t
                   : best;
    }
    const double *least = w->loss + (size_t)best * w->n_fold;
    for (uint32_t t = 0; t < best; t++) {
        const double *of = w->loss + (size_t)t * w->n_fold;
        if (mean_of(of, w->n_fold) - mean_of(least, w->n_fold) <= error_of(of, least, w->n_fold)) {
            return t;
        }
    }
    return best;
}

static maru_status make_room(struct work *w, struct tuned *out, maru_error *err) {
    const size_t n_row = (size_t)w->n_row + 1;
    w->row = arena_take(w->arena, n_row, sizeof *w->row);
    w->x = arena_take(w->arena, n_row * w->n_feature, sizeof *w->x);
    w->y = arena_take(w->arena, n_row, sizeof *w->y);
    w->margin = arena_take(w->arena, n_row * w->n_group, sizeof *w->margin);
    w->answer = arena_take(w->arena, n_row * w->n_group, sizeof *w->answer);
    w->gain = arena_take(w->arena, w->n_feature, sizeof *w->gain);
    w->weight = arena_take(w->arena, n_row, sizeof *w->weight);
    w->count = arena_take(w->arena, (size_t)w->n_group + 1, sizeof *w->count);
    w->seen = arena_take(w->arena, (size_t)w->n_group + 1, sizeof *w->seen);
    w->loss = arena_take(w->arena, (size_t)w->n_attempt * w->n_fold, sizeof *w->loss);
    out->strong = arena_take(w->arena, w->n_feature, sizeof *out->strong);
    return w->row && w->x && w->y && w->margin && w->answer && w->gain && w->weight && w->count &&
                   w->seen && w->loss && out->strong
               ? MARU_OK
               : arena_refusal(w->arena, err);
}

static maru_status list_attempts(struct work *w, uint32_t chosen, struct tuned *out,
                                 maru_error *err) {
    struct card_try *attempt = arena_take(w->arena, w->n_attempt, sizeof *attempt);
    uint32_t at = 0;
    for (uint32_t k = 0; attempt && k < w->in->n_kind; k++) {
        const struct kind *kind = w->in->kind[k];
        for (uint32_t t = 0; t < kind->n_try; t++, at++) {
            char name[KIND_NAME_BYTES];
            const double *loss = w->loss + (size_t)at * w->n_fold;
            kind->describe(t, name);
            attempt[at] = (struct card_try){arena_text(w->arena, name, strlen(name)),
                                            mean_of(loss, w->n_fold),
                                            error_of(loss, NULL, w->n_fold), at == chosen};
            if (!attempt[at].name) {
                return arena_refusal(w->arena, err);
            }
            out->kind = at == chosen ? kind : out->kind;
            out->try = at == chosen ? t : out->try;
        }
    }
    out->attempt = attempt;
    out->n_attempt = w->n_attempt;
    return attempt ? MARU_OK : arena_refusal(w->arena, err);
}

maru_status model_tuning_run(const struct tuning_input *input, struct arena *arena,
                             struct tuned *out, maru_error *err) {
    struct tuned made = {0};
    struct work w = {.in = input,
                     .arena = arena,
                     .n_row = input->task->rows->n_row,
                     .n_feature = input->task->rows->n_feature,
                     .n_group = input->task->goal == MODEL_CLASS ? input->task->n_class : 1,
                     .n_fold = input->splits->n_fold,
                     .n_cell = input->n_cell > 0 ? input->n_cell : TUNING_CELLS};
    w.is_thin = (uint64_t)w.n_row * w.n_feature > w.n_cell;
    for (uint32_t k = 0; k < input->n_kind; k++) {
        w.n_attempt += input->kind[k]->n_try;
    }
    if (w.n_attempt == 0 || w.n_attempt > MODEL_MAX_TRIES) {
        return fail(err, MARU_E_RANGE, "%u settings to try, 1 to %d can be", w.n_attempt,
                    MODEL_MAX_TRIES);
    }
    maru_status st = make_room(&w, &made, err);
    uint32_t at = 0;
    for (uint32_t k = 0; st == MARU_OK && k < input->n_kind; k++) {
        for (uint32_t t = 0; st == MARU_OK && t < input->kind[k]->n_try; t++, at++) {
            st = try_settings(&w, input->kind[k], t, w.loss + (size_t)at * w.n_fold, made.strong,
                              err);
        }
    }
    st = st == MARU_OK ? list_attempts(&w, choose(&w), &made, err) : st;
    assert(st != MARU_OK || made.kind); // one of the tries is chosen
    if (st == MARU_OK) {
        w.is_thin = false; // once more, which is cheaper than keeping the answers of all tries
        st = try_settings(&w, made.kind, made.try, w.loss, made.strong, err);
        made.margin = w.margin;
        made.n_group = w.n_group;
    }
    *out = st == MARU_OK ? made : *out;
    return st;
}
