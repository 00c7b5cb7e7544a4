// What the card says: how the model answered the rows set aside, which it sees here once, each figure with an interval over resampled
// rows; beside it what answering the same each time reaches.

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/status.h"
#include "learn/drift/many_tests.h"
#include "learn/measures/bootstrap.h"
#include "learn/measures/class_measures.h"
#include "learn/measures/measures.h"
#include "learn/measures/number_measures.h"
#include "learn/models/dependence.h"
#include "train/frame_digest.h"
#include "train/training_inside.h"

enum { TEST_BLOCKS = 40 }; // of neighbors in time that are drawn together

#define DRIFT_SURE 0.01

struct tried { // rows set aside, with what was answered
    uint32_t n;
    struct model_answer *answer;
    double *truth, *value, *low, *high;
    uint8_t *is_yes;
    uint32_t *class, *answered; // CLASS
    uint32_t *cluster, n_cluster;
    double threshold, miss, false_alarm;
    uint32_t n_class;
    uint64_t *confusion; // (n_class, n_class) scratch
    struct scored scored;
    double mean; // of the training rows
};

// ---- measures in the form that resampling wants; data is a struct tried

static struct decided decided(const struct tried *tried, const uint32_t *count) {
    return measure_decided(&tried->scored, count, tried->threshold);
}

static double auc(const void *data, const uint32_t *count) {
    return measure_auc(&((const struct tried *)data)->scored, count);
}
static double average_precision(const void *data, const uint32_t *count) {
    return measure_average_precision(&((const struct tried *)data)->scored, count);
}
static double brier(const void *data, const uint32_t *count) {
    return measure_brier(&((const struct tried *)data)->scored, count);
}
static double log_loss(const void *data, const uint32_t *count) {
    return measure_log_loss(&((const struct tried *)data)->scored, count);
}
static double recall(const void *data, const uint32_t *count) {
    return decided(data, count).recall;
}
static double precision(const void *data, const uint32_t *count) {
    return decided(data, count).precision;
}
static double f1(const void *data, const uint32_t *count) { return decided(data, count).f1; }

static double cost(const void *data, const uint32_t *count) {
    const struct tried *tried = data;
    const struct decided d = decided(tried, count);
    const double n = (double)(d.hits + d.false_alarms + d.misses + d.quiet);
    return n > 0
               ? ((double)d.misses * tried->miss + (double)d.false_alarms * tried->false_alarm) / n
               : (double)NAN;
}

static struct answered answered(const struct tried *tried) {
    return (struct answered){tried->truth, tried->value, tried->n};
}
static double rmse(const void *data, const uint32_t *count) {
    const struct answered a = answered(data);
    return measure_rmse(&a, count);
}
static double mae(const void *data, const uint32_t *count) {
    const struct answered a = answered(data);
    return measure_mae(&a, count);
}
static double r2(const void *data, const uint32_t *count) {
    const struct answered a = answered(data);
    return measure_r2(&a, count);
}
static double coverage(const void *data, const uint32_t *count) {
    const struct tried *tried = data;
    const struct bounded b = {tried->truth, tried->low, tried->high, tried->n};
    return measure_coverage(&b, count);
}
static double width(const void *data, const uint32_t *count) {
    const struct tried *tried = data;
    const struct bounded b = {tried->truth, tried->low, tried->high, tried->n};
    return measure_mean_width(&b, count);
}

static struct confusion confuse(const struct tried *tried, const uint32_t *count) {
    struct confusion confusion = {tried->confusion, tried->n_class};
    if (confusion_count(&confusion, tried->class, tried->answered, tried->n, count, NULL) !=
        MARU_OK) {
        confusion.n_class = 0;
    }
    return confusion;
}
static double accuracy(const void *data, const uint32_t *count) {
    const struct confusion c = confuse(data, count);
    return confusion_accuracy(&c);
}
static double macro_f1(const void *data, const uint32_t *count) {
    const struct confusion c = confuse(data, count);
    return confusion_macro_f1(&c);
}
static double balanced_accuracy(const void *data, const uint32_t *count) {
    const struct confusion c = confuse(data, count);
    return confusion_balanced_accuracy(&c);
}

struct figure_of { // of a goal
    uint8_t goal, figure;
    bootstrap_measure *measure;
};
static const struct figure_of figures[] = {
    {MODEL_YES_NO, CARD_AUC, auc},
    {MODEL_YES_NO, CARD_AVERAGE_PRECISION, average_precision},
    {MODEL_YES_NO, CARD_BRIER, brier},
    {MODEL_YES_NO, CARD_LOG_LOSS, log_loss},
    {MODEL_YES_NO, CARD_RECALL, recall},
    {MODEL_YES_NO, CARD_PRECISION, precision},
    {MODEL_YES_NO, CARD_F1, f1},
    {MODEL_YES_NO, CARD_COST, cost},
    {MODEL_CLASS, CARD_ACCURACY, accuracy},
    {MODEL_CLASS, CARD_MACRO_F1, macro_f1},
    {MODEL_CLASS, CARD_BALANCED_ACCURACY, balanced_accuracy},
    {MODEL_NUMBER, CARD_RMSE, rmse},
    {MODEL_NUMBER, CARD_MAE, mae},
    {MODEL_NUMBER, CARD_R2, r2},
    {MODEL_NUMBER, CARD_COVERAGE, coverage},
    {MODEL_NUMBER, CARD_WIDTH, width},
};

// ---- asking the model, once

// Units and lots are drawn whole; without them neighbors in time are.
static maru_status find_clusters(struct training *t, struct tried *tried, maru_error *err) {
    tried->cluster = arena_take(t->arena, (size_t)tried->n + 1, sizeof *tried->cluster);
    if (!tried->cluster) {
        return arena_refusal(t->arena, err);
    }
    const bool has_groups = t->all.group && t->split != CARD_SPLIT_RANDOM;
    const uint32_t n_block = tried->n < TEST_BLOCKS ? tried->n : TEST_BLOCKS;
    for (uint32_t i = 0; i < tried->n; i++) {
        tried->cluster[i] = has_groups ? t->all.group[t->test[i]]
                            : t->split == CARD_SPLIT_TIME
                                ? (uint32_t)((uint64_t)i * n_block / tried->n)
                                : i;
    }
    tried->n_cluster = has_groups                    ? t->all.n_group
                       : t->split == CARD_SPLIT_TIME ? n_block
                                                     : tried->n;
    return MARU_OK;
}

static maru_status take_room(struct training *t, struct tried *tried, maru_error *err) {
    struct arena *arena = t->arena;
    const size_t n = (size_t)tried->n + 1;
    tried->answer = arena_take(arena, n, sizeof *tried->answer);
    tried->truth = arena_take(arena, n, sizeof *tried->truth);
    tried->value = arena_take(arena, n, sizeof *tried->value);
    tried->low = arena_take(arena, n, sizeof *tried->low);
    tried->high = arena_take(arena, n, sizeof *tried->high);
    tried->is_yes = arena_take(arena, n, sizeof *tried->is_yes);
    tried->class = arena_take(arena, n, sizeof *tried->class);
    tried->answered = arena_take(arena, n, sizeof *tried->answered);
    tried->confusion =
        arena_take(arena, (size_t)tried->n_class * tried->n_class + 1, sizeof *tried->confusion);
    return tried->answer && tried->truth && tried->value && tried->low && tried->high &&
                   tried->is_yes && tried->class && tried->answered && tried->confusion
               ? MARU_OK
               : arena_refusal(arena, err);
}

static maru_status ask(struct training *t, struct tried *tried, maru_error *err) {
    *tried = (struct tried){.n = t->n_test,
                            .n_class = t->all.n_class,
                            .threshold = t->model.threshold,
                            .miss = t->model.miss_cost,
                            .false_alarm = t->model.false_alarm_cost};
    maru_status st = take_room(t, tried, err);
    st = st == MARU_OK ? find_clusters(t, tried, err) : st;
    st = st == MARU_OK
             ? fitted_model_answer_rows(&t->model, t->x_test, tried->n, tried->answer, NULL, err)
             : st;
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = 0; i < tried->n; i++) {
        const float y = t->all.y[t->test[i]];
        tried->truth[i] = (double)y;
        tried->is_yes[i] = y > 0.5F;
        tried->class[i] = t->goal == MODEL_CLASS ? (uint32_t)y : 0;
        tried->value[i] = tried->answer[i].value;
        tried->low[i] = tried->answer[i].low;
        tried->high[i] = tried->answer[i].high;
        tried->answered[i] = tried->answer[i].answer;
    }
    for (uint32_t i = 0; i < t->n_train; i++) {
        tried->mean += (double)t->y_train[i] / t->n_train;
    }
    return t->goal == MODEL_YES_NO
               ? scored_init(tried->value, tried->is_yes, tried->n, t->arena, &tried->scored, err)
               : MARU_OK;
}

// ---- figures

static void warn(struct training *t, enum card_warning warning) {
    t->model.card.warnings |= 1U << warning;
}

static maru_status fill_figures(struct training *t, const struct tried *tried, maru_error *err) {
    struct model_card *card = &t->model.card;
    for (uint32_t i = 0; i < N_CARD_FIGURE; i++) {
        card->figure[i] = (struct card_figure){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    }
    for (uint32_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (figures[i].goal != t->goal) {
            continue;
        }
        const struct bootstrap_input input = {
            .measure = figures[i].measure,
            .data = tried,
            .n_row = tried->n,
            .cluster = tried->cluster,
            .n_cluster = tried->n_cluster,
            .is_rare = t->goal == MODEL_YES_NO ? tried->is_yes : NULL,
            .n_round = TRAINING_ROUNDS,
            .level = 0.95,
            .seed = t->in->seed,
        };
        struct bootstrap found;
        const maru_status st = bootstrap_interval(&input, t->arena, &found, err);
        if (st != MARU_OK) {
            return st;
        }
        struct card_figure *figure = &card->figure[figures[i].figure];
        figure->value = found.value;
        figure->low = found.low;
        figure->high = found.high;
        if (found.warnings & BOOTSTRAP_TOO_FEW_RARE) {
            warn(t, CARD_WARN_FEW_RARE);
        }
        if (found.warnings & BOOTSTRAP_TOO_FEW_CLUSTERS) {
            warn(t, CARD_WARN_FEW_ROWS);
        }
    }
    return MARU_OK;
}

// What answering the training rows' share, mean or most frequent class each time reaches.
static void fill_constants(struct training *t, struct tried *tried) {
    struct card_figure *figure = t->model.card.figure;
    double rate = 0, square = 0, distance = 0;
    for (uint32_t i = 0; i < tried->n; i++) {
        const double d = tried->truth[i] - tried->mean;
        rate += (double)tried->is_yes[i] / tried->n;
        square += d * d / tried->n;
        distance += fabs(d) / tried->n;
    }
    if (t->goal == MODEL_YES_NO) {
        figure[CARD_AUC].constant = 0.5;
        figure[CARD_AVERAGE_PRECISION].constant = rate;
        figure[CARD_BRIER].constant = square;
        figure[CARD_LOG_LOSS].constant =
            -rate * exact_ln(tried->mean) - (1 - rate) * exact_ln(1 - tried->mean);
        figure[CARD_COST].constant =
            tried->mean >= tried->threshold ? (1 - rate) * tried->false_alarm : rate * tried->miss;
    } else if (t->goal == MODEL_NUMBER) {
        figure[CARD_RMSE].constant = sqrt(square);
        figure[CARD_MAE].constant = distance;
    } else {
        uint32_t *count = tried->answered; // scratch: the answers are counted by now
        memset(count, 0, tried->n * sizeof *count);
        uint32_t most = 0, n_most = 0, n_right = 0;
        for (uint32_t k = 0; k < tried->n_class; k++) {
            uint32_t n = 0;
            for (uint32_t i = 0; i < t->n_train; i++) {
                n += (uint32_t)t->y_train[i] == k;
            }
            most = n > n_most ? k : most;
            n_most = n > n_most ? n : n_most;
        }
        for (uint32_t i = 0; i < tried->n; i++) {
            n_right += tried->class[i] == most;
        }
        figure[CARD_ACCURACY].constant = (double)n_right / tried->n;
        figure[CARD_BALANCED_ACCURACY].constant = 1.0 / tried->n_class;
    }
}

static void judge(struct training *t) {
    const struct card_figure *figure = t->model.card.figure;
    const struct card_figure *order = &figure[t->goal == MODEL_YES_NO   ? CARD_AUC
                                              : t->goal == MODEL_NUMBER ? CARD_R2
                                                                        : CARD_BALANCED_ACCURACY];
    const double constant = t->goal == MODEL_NUMBER ? 0 : order->constant;
    if (!(order->low > constant)) {
        warn(t, CARD_WARN_NO_BETTER);
    }
    if (t->goal == MODEL_NUMBER && isinf(figure[CARD_WIDTH].value)) {
        warn(t, CARD_WARN_WIDE);
    }
    if (t->split == CARD_SPLIT_RANDOM) {
        warn(t, CARD_WARN_OPTIMISTIC);
    }
    if (!t->all.time && t->split == CARD_SPLIT_TIME) {
        warn(t, CARD_WARN_NO_TIME);
    }
}

static maru_status fill_reliability(struct training *t, const struct tried *tried,
                                    maru_error *err) {
    struct model_card *card = &t->model.card;
    const struct reliability_input input = {tried->value, tried->is_yes, tried->n, MODEL_MAX_BINS,
                                            0.95};
    const maru_status st =
        reliability_table(&input, t->arena, card->reliability, &card->n_reliability, err);
    if (st == MARU_OK) {
        card->figure[CARD_CALIBRATION_ERROR].value =
            reliability_error(card->reliability, card->n_reliability);
        uint32_t n_off = 0;
        for (uint32_t i = 0; i < card->n_reliability; i++) {
            const struct reliability_bin *bin = &card->reliability[i];
            n_off += bin->mean < bin->came_true.low || bin->mean > bin->came_true.high;
        }
        if (n_off > 2 && n_off * 4 > card->n_reliability) {
            warn(t, CARD_WARN_MISCALIBRATED);
        }
    }
    return st;
}

// ---- columns

static maru_status keep_references(struct training *t, maru_error *err) {
    const uint32_t n_feature = t->recipe.n_feature;
    struct drift_reference *reference = arena_take(t->arena, n_feature, sizeof *reference);
    double *value = arena_take(t->arena, (size_t)t->n_train + 1, sizeof *value);
    if (!reference || !value) {
        return arena_refusal(t->arena, err);
    }
    for (uint32_t f = 0; f < n_feature; f++) {
        for (uint32_t i = 0; i < t->n_train; i++) {
            value[i] = (double)t->x_train[(size_t)i * n_feature + f];
        }
        const maru_status st =
            drift_keep_numbers(value, t->n_train, MODEL_MAX_BINS, t->arena, &reference[f], err);
        if (st != MARU_OK) {
            return st;
        }
    }
    t->model.reference = reference;
    return MARU_OK;
}

static struct drift drift_of_feature(const struct training *t, uint32_t f) {
    uint64_t count[DRIFT_MAX_BINS + 3] = {0};
    for (uint32_t i = 0; i < t->n_test; i++) {
        drift_count_number(&t->model.reference[f],
                           (double)t->x_test[(size_t)i * t->recipe.n_feature + f], count);
    }
    return drift_of(&t->model.reference[f], count);
}

// The most drifted ones first.
static void list_drift(struct training *t, const double *index) {
    struct model_card *card = &t->model.card;
    for (uint32_t k = 0; k < MODEL_MAX_SUSPECTS; k++) {
        uint32_t best = UINT32_MAX;
        for (uint32_t f = 0; f < t->recipe.n_feature; f++) {
            bool is_listed = false;
            for (uint32_t j = 0; j < card->n_drift; j++) {
                is_listed = is_listed || card->drift[j].feature == f;
            }
            if (!is_listed && index[f] > 0 && (best == UINT32_MAX || index[f] > index[best])) {
                best = f;
            }
        }
        if (best == UINT32_MAX) {
            return;
        }
        card->drift[card->n_drift++] = (struct card_drift){best, index[best]};
    }
}

static maru_status fill_drift(struct training *t, maru_error *err) {
    const uint32_t n = t->recipe.n_feature;
    double *p = arena_take(t->arena, n, sizeof *p);
    double *index = arena_take(t->arena, n, sizeof *index);
    if (!p || !index) {
        return arena_refusal(t->arena, err);
    }
    for (uint32_t f = 0; f < n; f++) {
        const struct drift drift = drift_of_feature(t, f);
        p[f] = drift.p;
        index[f] = drift.size >= DRIFT_SOME ? drift.corrected : 0;
    }
    const maru_status st = many_tests_bh(p, n, t->arena, p, err);
    for (uint32_t f = 0; st == MARU_OK && f < n; f++) {
        index[f] = p[f] <= DRIFT_SURE ? index[f] : 0;
        t->model.card.n_drifting += index[f] > 0;
    }
    if (st == MARU_OK && t->model.card.n_drifting > 0) {
        warn(t, CARD_WARN_DRIFT);
        list_drift(t, index);
    }
    return st;
}

// The share of folds in which a feature was among the strongest.
static double strength_of(const struct training *t, uint32_t feature) {
    const struct recipe *recipe = &t->recipe;
    const struct feature *f = &recipe->feature[feature];
    if (f->form != FEATURE_COMBINED) {
        return fmin(t->tuned.strong[feature], 1);
    }
    const struct combination *of = &recipe->combination[f->column];
    for (uint32_t k = 0; k < t->tuned.n_combination; k++) {
        const struct tuned_combination *known = &t->tuned.combination[k];
        if (known->of.kind == of->kind && known->of.a == of->a && known->of.b == of->b) {
            return fmin(known->strong, 1);
        }
    }
    return 0;
}

static maru_status fill_dependences(struct training *t, maru_error *err) {
    struct model_card *card = &t->model.card;
    struct card_dependence *dependence =
        arena_take(t->arena, MODEL_MAX_DEPENDENCES, sizeof *dependence);
    if (!dependence) {
        return arena_refusal(t->arena, err);
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < card->n_suspect && i < MODEL_MAX_DEPENDENCES; i++) {
        struct card_dependence *next = &dependence[card->n_dependence];
        st =
            dependence_find(&t->model, t->x_train, t->n_train, card->suspect[i].feature, next, err);
        card->n_dependence += st == MARU_OK && next->n_point > 0;
    }
    card->dependence = dependence;
    return st;
}

static void fill_suspects(struct training *t) {
    struct model_card *card = &t->model.card;
    double *gain = t->fitted.gain, sum = 0;
    for (uint32_t f = 0; f < t->recipe.n_feature; f++) {
        sum += gain[f];
    }
    while (card->n_suspect < MODEL_MAX_SUSPECTS) {
        uint32_t best = 0;
        for (uint32_t f = 1; f < t->recipe.n_feature; f++) {
            best = gain[f] > gain[best] ? f : best;
        }
        if (gain[best] <= 0) {
            return;
        }
        card->suspect[card->n_suspect++] =
            (struct card_suspect){best, gain[best] / sum, strength_of(t, best)};
        gain[best] = 0;
    }
}

// ---- what it was made of

static void fill_origin(struct training *t) {
    struct model_card *card = &t->model.card;
    frame_digest(t->in->frame, card->data);
    card->title = t->in->title;
    card->version = t->in->version;
    card->seed = t->in->seed;
    card->split = t->split;
    card->group = t->group_column != UINT32_MAX && t->split != CARD_SPLIT_RANDOM
                      ? t->in->frame->column[t->group_column].name
                      : "";
    card->n_row = t->in->frame->n_row;
    card->n_unknown = t->all.n_unknown;
    card->n_train = t->n_train;
    card->n_test = t->n_test;
    for (uint32_t i = 0; t->goal == MODEL_YES_NO && i < t->n_train; i++) {
        card->n_bad_train += t->y_train[i] > 0.5F;
    }
    for (uint32_t i = 0; t->goal == MODEL_YES_NO && i < t->n_test; i++) {
        card->n_bad_test += t->all.y[t->test[i]] > 0.5F;
    }
    const int64_t *time = t->all.time;
    card->train_from = time ? time[t->train[0]] : INT64_MIN;
    card->train_to = time ? time[t->train[t->n_train - 1]] : INT64_MIN;
    card->test_from = time ? time[t->test[0]] : INT64_MIN;
    card->test_to = time ? time[t->test[t->n_test - 1]] : INT64_MIN;
}

maru_status training_fill_card(struct training *t, maru_error *err) {
    struct tried tried;
    fill_origin(t);
    maru_status st = keep_references(t, err);
    st = st == MARU_OK ? ask(t, &tried, err) : st;
    st = st == MARU_OK ? fill_figures(t, &tried, err) : st;
    if (st == MARU_OK && t->goal == MODEL_YES_NO) {
        st = fill_reliability(t, &tried, err);
    }
    st = st == MARU_OK ? fill_drift(t, err) : st;
    if (st == MARU_OK) {
        fill_constants(t, &tried);
        judge(t);
        fill_suspects(t);
        t->model.card.attempt = t->tuned.attempt;
        t->model.card.n_attempt = t->tuned.n_attempt;
        st = fill_dependences(t, err);
        st = st == MARU_OK
                 ? fitted_model_find_wander(&t->model, t->x_train, t->n_train, t->arena, err)
                 : st;
    }
    return st;
}
