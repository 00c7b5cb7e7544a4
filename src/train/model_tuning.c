#include "train/model_tuning.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "train/thinning.h"

enum { STRONGEST = 10, BLOCKS = 20 };
enum { TRY_NAME_BYTES = KIND_NAME_BYTES + 32 };
#define SEARCH_WORK                                                                                \
    UINT64_C(50000000) // rows times pairs of columns that a search for combinations goes through

// Of neighboring rows: one row's loss resembles the next one's, and a mean of four folds has hardly a standard error.
struct block_loss {
    double sum;
    uint32_t n;
};

struct work {
    const struct tuning_input *in;
    struct arena *arena;
    uint32_t n_row, n_feature, n_group, n_fold;
    uint32_t n_wide;         // columns of x now: n_feature and combinations
    uint32_t *row;           // (n_row) of a side of a fold
    float *x, *y;            // (n_row, n_wide), (n_row): rows of a side
    float *margin;           // (n_row, n_group) of the try in hand
    double *gain;            // (n_wide)
    struct block_loss *loss; // (n_attempt, BLOCKS), those with combinations behind the others
    uint32_t n_attempt, n_plain, n_done; // tries; those without combinations
    bool is_combined;                    // the try in hand
    struct combination_found *found;     // (n_fold)
    struct tuned *out;
    uint64_t n_cell; // as in the input
    bool is_thin;    // tries learn from a part of the rows
    float *weight;   // (n_row) of a row of that part
    float *answer;   // (n_row, n_group) of the rows of a fold
};

// ---- rows of a side

// Take some of all rows; as many columns as the side has.
static void copy_rows(struct work *w, uint32_t n, const struct combination_found *found) {
    const struct boosting_rows *rows = w->in->task->rows;
    for (uint32_t i = 0; i < n; i++) {
        float *to = w->x + (size_t)i * w->n_wide;
        memcpy(to, rows->x + (size_t)w->row[i] * w->n_feature, w->n_feature * sizeof *to);
        for (uint32_t k = w->n_feature; k < w->n_wide; k++) {
            to[k] = combination_value(&found->combination[k - w->n_feature], to);
        }
        w->y[i] = rows->y[w->row[i]];
    }
}

static maru_status thin_out(struct work *w, uint64_t n_most, uint32_t *n, maru_error *err) {
    const struct thinning thinning = {
        .y = w->in->task->goal == MODEL_NUMBER ? NULL : w->in->task->rows->y,
        .n_class = w->in->task->goal == MODEL_CLASS ? w->in->task->n_class : 2,
        .n_most = n_most};
    return thinning_keep(&thinning, w->row, *n, w->weight, w->arena, n, err);
}

static maru_status take_rows(struct work *w, uint32_t fold, enum splits_side side, uint32_t *n,
                             maru_error *err) {
    const struct combination_found *found =
        w->is_combined ? &w->found[fold - w->in->splits->first] : NULL;
    maru_status st = MARU_OK;
    *n = splits_rows(w->in->splits, fold, side, w->row);
    w->n_wide = w->n_feature + (found ? found->n : 0);
    if (side == SPLITS_TRAIN && w->is_thin) {
        st = thin_out(w, w->n_cell / w->n_wide, n, err);
    }
    if (st == MARU_OK) {
        copy_rows(w, *n, found);
    }
    return st;
}

// ---- combinations

static maru_status search_rows(struct work *w, uint32_t n, struct combination_found *out,
                               maru_error *err) {
    static const enum boosting_goal goals[N_MODEL_GOAL] = {
        [MODEL_YES_NO] = BOOSTING_YES_NO,
        [MODEL_CLASS] = BOOSTING_CLASS,
        [MODEL_NUMBER] = BOOSTING_NUMBER,
    };
    const uint64_t most = SEARCH_WORK / ((uint64_t)w->n_feature * w->n_feature);
    maru_status st = n > most ? thin_out(w, most, &n, err) : MARU_OK;
    if (st != MARU_OK) {
        return st;
    }
    w->n_wide = w->n_feature;
    copy_rows(w, n, NULL);
    const struct boosting_rows rows = {w->x, w->y, NULL, n, w->n_feature};
    const struct combination_wish wish = {.goal = goals[w->in->task->goal],
                                          .n_class = w->in->task->n_class,
                                          .most = RECIPE_MAX_COMBINATIONS,
                                          .unit = w->in->unit,
                                          .n_thread = w->in->task->n_thread,
                                          .seed = (uint32_t)w->in->task->seed};
    return combination_search(&rows, &wish, out, err);
}

// Those of each fold's own rows. Where fewer than half of the folds have any, none is tried.
static maru_status search_folds(struct work *w, bool *is_worth, maru_error *err) {
    uint32_t n_with = 0;
    maru_status st = MARU_OK;
    for (uint32_t fold = 0; st == MARU_OK && fold < w->n_fold; fold++) {
        const uint32_t n =
            splits_rows(w->in->splits, w->in->splits->first + fold, SPLITS_TRAIN, w->row);
        st = n > 0 ? search_rows(w, n, &w->found[fold], err) : MARU_OK;
        n_with += w->found[fold].n > 0;
    }
    *is_worth = 2 * n_with >= w->n_fold;
    return st;
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

static void note_combination(struct work *w, const struct combination *of) {
    struct tuned *out = w->out;
    for (uint32_t k = 0; k < out->n_combination; k++) {
        struct tuned_combination *known = &out->combination[k];
        if (known->of.kind == of->kind && known->of.a == of->a && known->of.b == of->b) {
            known->strong += 1.0 / w->n_fold;
            return;
        }
    }
    out->combination[out->n_combination++] = (struct tuned_combination){*of, 1.0 / w->n_fold};
}

static void note_strongest(struct work *w, uint32_t fold) {
    for (uint32_t k = 0; k < STRONGEST && k < w->n_wide; k++) {
        uint32_t best = 0;
        for (uint32_t f = 1; f < w->n_wide; f++) {
            best = w->gain[f] > w->gain[best] ? f : best;
        }
        if (w->gain[best] <= 0) {
            return;
        }
        if (best < w->n_feature) {
            w->out->strong[best] += 1.0 / w->n_fold;
        } else {
            note_combination(w, &w->found[fold].combination[best - w->n_feature]);
        }
        w->gain[best] = 0;
    }
}

// Margins and losses of the fold's rows go to their places.
static void keep_answers(struct work *w, uint32_t n, struct block_loss *loss) {
    for (uint32_t i = 0; i < n; i++) {
        const float *margin = w->answer + (size_t)i * w->n_group;
        struct block_loss *block = &loss[(uint64_t)w->row[i] * BLOCKS / w->n_row];
        memcpy(w->margin + (size_t)w->row[i] * w->n_group, margin, w->n_group * sizeof *margin);
        block->sum += loss_of(w, margin, w->y[i]);
        block->n++;
    }
}

static maru_status try_fold(struct work *w, const struct kind *kind, uint32_t try, uint32_t fold,
                            struct block_loss *loss, maru_error *err) {
    const uint32_t k = w->in->splits->first + fold;
    uint32_t n_train, n_test;
    maru_status st = take_rows(w, k, SPLITS_TRAIN, &n_train, err);
    if (st != MARU_OK || n_train == 0) {
        return st != MARU_OK ? st : fail(err, MARU_E_INPUT, "a fold without rows to learn from");
    }
    struct boosting_rows rows = {w->x, w->y, w->is_thin ? w->weight : NULL, n_train, w->n_wide};
    struct kind_task task = *w->in->task;
    task.rows = &rows;
    struct kind_fitted fitted = {.gain = w->gain};
    text_init(&fitted.bytes, MODEL_MAX_BYTES);
    text_init(&fitted.source, MODEL_MAX_BYTES);
    st = kind->fit(&task, try, &fitted, err);
    if (st == MARU_OK) {
        note_strongest(w, fold);
        st = take_rows(w, k, SPLITS_TEST, &n_test, err);
    }
    st = st == MARU_OK ? answer_rows(w, kind, &fitted.bytes, n_test, err) : st;
    if (st == MARU_OK) {
        keep_answers(w, n_test, loss);
    }
    text_fini(&fitted.source);
    text_fini(&fitted.bytes);
    return st;
}

// ---- all tries

static maru_status tell_progress(const struct work *w, const char *what, maru_error *err) {
    const double share = (double)w->n_done / ((w->n_attempt + 1) * w->n_fold);
    return !w->in->progress || w->in->progress(w->in->context, share, what)
               ? MARU_OK
               : fail(err, MARU_E_STOPPED, "stopped");
}

static void forget_margins(struct work *w) {
    for (size_t i = 0; i < (size_t)w->n_row * w->n_group; i++) {
        w->margin[i] = NAN;
    }
}

static void describe(const struct kind *kind, uint32_t try, bool is_combined,
                     char out[TRY_NAME_BYTES]) {
    char what[KIND_NAME_BYTES];
    kind->describe(try, what);
    snprintf(out, TRY_NAME_BYTES, "%s%s", is_combined ? "combined: " : "", what);
}

static maru_status try_settings(struct work *w, const struct kind *kind, uint32_t try,
                                struct block_loss *loss, maru_error *err) {
    char what[TRY_NAME_BYTES];
    describe(kind, try, w->is_combined, what);
    forget_margins(w);
    memset(w->out->strong, 0, w->n_feature * sizeof *w->out->strong);
    memset(loss, 0, BLOCKS * sizeof *loss);
    w->out->n_combination = 0;
    maru_status st = MARU_OK;
    for (uint32_t fold = 0; st == MARU_OK && fold < w->n_fold; fold++, w->n_done++) {
        st = tell_progress(w, what, err);
        st = st != MARU_OK ? st : try_fold(w, kind, try, fold, loss, err);
    }
    return st;
}

static maru_status try_kinds(struct work *w, struct block_loss *loss, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t k = 0; st == MARU_OK && k < w->in->n_kind; k++) {
        for (uint32_t t = 0; st == MARU_OK && t < w->in->kind[k]->n_try; t++, loss += BLOCKS) {
            st = try_settings(w, w->in->kind[k], t, loss, err);
        }
    }
    return st;
}

// With combinations, where the folds have any.
static maru_status try_combined(struct work *w, maru_error *err) {
    bool is_worth = false;
    maru_status st = tell_progress(w, "combinations", err);
    st = st == MARU_OK ? search_folds(w, &is_worth, err) : st;
    if (st == MARU_OK && is_worth) {
        w->is_combined = true;
        w->n_attempt = 2 * w->n_plain;
        st = try_kinds(w, w->loss + (size_t)w->n_plain * BLOCKS, err);
    }
    return st;
}

static double mean_of(const struct block_loss *block) {
    double sum = 0, n = 0;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        sum += block[i].sum;
        n += block[i].n;
    }
    return sum / n;
}

// Standard error of the mean of a - b, of the same rows; b NULL: of a.
static double error_of(const struct block_loss *a, const struct block_loss *b) {
    const double mean = mean_of(a) - (b ? mean_of(b) : 0);
    double square = 0, n = 0;
    uint32_t n_block = 0;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        const double off = a[i].sum - (b ? b[i].sum : 0) - mean * a[i].n;
        square += off * off;
        n += a[i].n;
        n_block += a[i].n > 0;
    }
    return n_block > 1 ? sqrt(square * n_block / (n_block - 1)) / n : 0;
}

// The first whose losses are, block by block, no surer above the best ones' than one standard error.
static uint32_t choose(const struct work *w) {
    uint32_t best = 0;
    for (uint32_t t = 1; t < w->n_attempt; t++) {
        best = mean_of(w->loss + (size_t)t * BLOCKS) < mean_of(w->loss + (size_t)best * BLOCKS)
                   ? t
                   : best;
    }
    const struct block_loss *least = w->loss + (size_t)best * BLOCKS;
    for (uint32_t t = 0; t < best; t++) {
        const struct block_loss *of = w->loss + (size_t)t * BLOCKS;
        if (mean_of(of) - mean_of(least) <= error_of(of, least)) {
            return t;
        }
    }
    return best;
}

static maru_status make_room(struct work *w, maru_error *err) {
    const size_t n_row = (size_t)w->n_row + 1;
    const size_t n_wide = (size_t)w->n_feature + RECIPE_MAX_COMBINATIONS;
    w->row = arena_take(w->arena, n_row, sizeof *w->row);
    w->x = arena_take(w->arena, n_row * n_wide, sizeof *w->x);
    w->y = arena_take(w->arena, n_row, sizeof *w->y);
    w->margin = arena_take(w->arena, n_row * w->n_group, sizeof *w->margin);
    w->answer = arena_take(w->arena, n_row * w->n_group, sizeof *w->answer);
    w->weight = arena_take(w->arena, n_row, sizeof *w->weight);
    w->gain = arena_take(w->arena, n_wide, sizeof *w->gain);
    w->loss = arena_take(w->arena, (size_t)2 * w->n_plain * BLOCKS, sizeof *w->loss);
    w->found = arena_take(w->arena, w->n_fold, sizeof *w->found);
    w->out->strong = arena_take(w->arena, w->n_feature, sizeof *w->out->strong);
    w->out->combination = arena_take(w->arena, (size_t)w->n_fold * RECIPE_MAX_COMBINATIONS,
                                     sizeof *w->out->combination);
    return w->row && w->x && w->y && w->margin && w->answer && w->weight && w->gain && w->loss &&
                   w->found && w->out->strong && w->out->combination
               ? MARU_OK
               : arena_refusal(w->arena, err);
}

static maru_status list_attempts(struct work *w, uint32_t chosen, maru_error *err) {
    struct card_try *attempt = arena_take(w->arena, w->n_attempt, sizeof *attempt);
    uint32_t at = 0;
    for (uint32_t pass = 0; attempt && at < w->n_attempt; pass++) {
        for (uint32_t k = 0; k < w->in->n_kind; k++) {
            const struct kind *kind = w->in->kind[k];
            for (uint32_t t = 0; t < kind->n_try; t++, at++) {
                char name[TRY_NAME_BYTES];
                const struct block_loss *loss = w->loss + (size_t)at * BLOCKS;
                describe(kind, t, pass > 0, name);
                attempt[at] = (struct card_try){arena_text(w->arena, name, strlen(name)),
                                                mean_of(loss), error_of(loss, NULL), at == chosen};
                if (!attempt[at].name) {
                    return arena_refusal(w->arena, err);
                }
                w->out->kind = at == chosen ? kind : w->out->kind;
                w->out->try = at == chosen ? t : w->out->try;
            }
        }
    }
    w->out->attempt = attempt;
    w->out->n_attempt = w->n_attempt;
    w->out->is_combined = chosen >= w->n_plain;
    return attempt ? MARU_OK : arena_refusal(w->arena, err);
}

static struct work work_of(const struct tuning_input *input, struct arena *arena,
                           struct tuned *out) {
    struct work w = {.in = input,
                     .arena = arena,
                     .out = out,
                     .n_row = input->task->rows->n_row,
                     .n_feature = input->task->rows->n_feature,
                     .n_group = input->task->goal == MODEL_CLASS ? input->task->n_class : 1,
                     .n_fold = input->splits ? input->splits->n_fold : 1,
                     .n_cell = input->n_cell > 0 ? input->n_cell : TUNING_CELLS};
    w.is_thin = (uint64_t)w.n_row * w.n_feature > w.n_cell;
    for (uint32_t k = 0; k < input->n_kind; k++) {
        w.n_plain += input->kind[k]->n_try;
    }
    w.n_attempt = w.n_plain;
    return w;
}

static bool may_combine(const struct tuning_input *input) {
    return input->wants_combinations && input->task->rows->n_feature <= COMBINATIONS_MAX_FEATURES;
}

// The chosen one once more, from all rows, which is cheaper than keeping the answers of all tries.
static maru_status ask_chosen(struct work *w, maru_error *err) {
    w->is_combined = w->out->is_combined;
    w->is_thin = false;
    const maru_status st = try_settings(w, w->out->kind, w->out->try, w->loss, err);
    w->out->margin = w->margin;
    w->out->n_group = w->n_group;
    return st;
}

maru_status model_tuning_run(const struct tuning_input *input, struct arena *arena,
                             struct tuned *out, maru_error *err) {
    struct tuned made = {0};
    struct work w = work_of(input, arena, &made);
    if (w.n_plain == 0 || 2 * w.n_plain > MODEL_MAX_TRIES) {
        return fail(err, MARU_E_RANGE, "%u settings to try, 1 to %d can be", w.n_plain,
                    MODEL_MAX_TRIES / 2);
    }
    maru_status st = make_room(&w, err);
    assert(st != MARU_OK || w.loss);
    st = st == MARU_OK ? try_kinds(&w, w.loss, err) : st;
    st = st == MARU_OK && may_combine(input) ? try_combined(&w, err) : st;
    st = st == MARU_OK ? list_attempts(&w, choose(&w), err) : st;
    assert(st != MARU_OK || made.kind); // one of the tries is chosen
    st = st == MARU_OK ? ask_chosen(&w, err) : st;
    *out = st == MARU_OK ? made : *out;
    return st;
}

maru_status model_tuning_combine(const struct tuning_input *input, struct arena *arena,
                                 struct combination_found *out, maru_error *err) {
    struct tuned none = {0};
    struct work w = work_of(input, arena, &none);
    const maru_status st = make_room(&w, err);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = 0; i < w.n_row; i++) {
        w.row[i] = i;
    }
    return search_rows(&w, w.n_row, out, err);
}
