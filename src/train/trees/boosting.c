#include "train/trees/boosting.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <xgboost/c_api.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/random.h"
#include "base/status.h"

// XGBoost through its C API. What it may be asked is checked before it is asked, because its own refusals are long lines with a trace
// of its stack; what it refuses all the same becomes one sentence.
//
// Sameness: tree_method hist, whose sums are kept in double precision and cut into blocks of rows that do not depend on the number of
// threads; the draws of rows and features hang on the seed alone. boosting_test fits with one thread and with two.
//
// The first guess (base_score) is the mean of y, so that a rare defect does not cost the first trees.

struct boosting {
    BoosterHandle handle;
    uint32_t n_round, n_group, n_feature;
};

struct fitting {
    const struct boosting_options *options;
    DMatrixHandle rows, judge; // judge may be NULL
    struct boosting *made;
    double best_loss;
    uint32_t best_round; // rounds up to the best one
    maru_error *err;
};

// ---- what XGBoost says

// Its sentence lies between "] " and the end of the line, behind the time and the place in its source.
static maru_status refused(maru_error *err) {
    const char *said = XGBGetLastError();
    const char *line = strstr(said, ": ");
    line = line ? line + 2 : said;
    return fail(err, MARU_E_INPUT, "XGBoost refuses: %.*s", (int)strcspn(line, "\n"), line);
}

static maru_status set(BoosterHandle handle, const char *name, const char *value, maru_error *err) {
    return XGBoosterSetParam(handle, name, value) == 0 ? MARU_OK : refused(err);
}

static maru_status set_number(BoosterHandle handle, const char *name, double value,
                              maru_error *err) {
    struct text text;
    text_init(&text, 64);
    text_add_double(&text, value);
    maru_status st = text.status;
    if (st == MARU_OK) {
        st = set(handle, name, text.bytes, err);
    }
    text_fini(&text);
    return st;
}

// ---- what may be asked

struct boosting_options boosting_usual(enum boosting_goal goal) {
    return (struct boosting_options){.goal = goal,
                                     .n_class = 2,
                                     .n_round = 300,
                                     .n_depth = 6,
                                     .n_thread = 1,
                                     .eta = 0.1,
                                     .min_child_weight = 1,
                                     .subsample = 1,
                                     .colsample = 1,
                                     .lambda = 1,
                                     .scale_pos_weight = 1};
}

static bool is_share(double value) { return value > 0 && value <= 1; }
static bool is_amount(double value) { return value >= 0 && value <= 1e9; }

static maru_status check_options(const struct boosting_options *o, maru_error *err) {
    if ((unsigned)o->goal >= N_BOOSTING_GOAL || !is_share(o->eta) || !is_share(o->subsample) ||
        !is_share(o->colsample) || !is_amount(o->min_child_weight) || !is_amount(o->lambda) ||
        !is_amount(o->scale_pos_weight) || o->scale_pos_weight == 0) {
        return fail(err, MARU_E_RANGE, "an option of the trees is outside its range");
    }
    if (o->n_round == 0 || o->n_round > BOOSTING_MAX_ROUNDS) {
        return fail(err, MARU_E_RANGE, "the number of rounds is from 1 to %d", BOOSTING_MAX_ROUNDS);
    }
    if (o->n_cut == 1 || o->n_cut > BOOSTING_MAX_CUTS) {
        return fail(err, MARU_E_RANGE, "the number of cuts is from 2 to %d, or 0",
                    BOOSTING_MAX_CUTS);
    }
    if (o->n_depth == 0 || o->n_depth > BOOSTING_MAX_DEPTH) {
        return fail(err, MARU_E_RANGE, "the depth of trees is from 1 to %d", BOOSTING_MAX_DEPTH);
    }
    if (o->goal == BOOSTING_CLASS && (o->n_class < 2 || o->n_class > BOOSTING_MAX_CLASSES)) {
        return fail(err, MARU_E_RANGE, "the number of classes is from 2 to %d",
                    BOOSTING_MAX_CLASSES);
    }
    if (o->n_thread == 0 || o->n_thread > BOOSTING_MAX_THREADS) {
        return fail(err, MARU_E_RANGE, "the number of threads is from 1 to %d",
                    BOOSTING_MAX_THREADS);
    }
    return MARU_OK;
}

static maru_status check_x(const struct boosting_rows *rows, maru_error *err) {
    if (rows->n_row == 0 || rows->n_feature == 0) {
        return fail(err, MARU_E_RANGE, "there is nothing to learn from: no rows or no columns");
    }
    if (rows->n_row > BOOSTING_MAX_ROWS || rows->n_feature > BOOSTING_MAX_FEATURES) {
        return fail(err, MARU_E_LIMIT, "more than %d rows or %d columns", BOOSTING_MAX_ROWS,
                    BOOSTING_MAX_FEATURES);
    }
    const size_t n = (size_t)rows->n_row * rows->n_feature;
    for (size_t i = 0; i < n; i++) {
        if (isinf(rows->x[i])) {
            return fail_at(err, MARU_E_RANGE, NULL, (uint32_t)(i / rows->n_feature) + 1,
                           (uint32_t)(i % rows->n_feature) + 1, "a value is infinite");
        }
    }
    return MARU_OK;
}

static bool is_answer(const struct boosting_options *o, float y) {
    switch (o->goal) {
    case BOOSTING_YES_NO:
        return y == 0.0F || y == 1.0F;
    case BOOSTING_CLASS:
        return y >= 0 && y < (float)o->n_class && y == floorf(y);
    case BOOSTING_NUMBER:
    case N_BOOSTING_GOAL:
    default:
        return isfinite(y);
    }
}

static maru_status check_rows(const struct boosting_rows *rows, const struct boosting_options *o,
                              maru_error *err) {
    const maru_status st = check_x(rows, err);
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = 0; i < rows->n_row; i++) {
        if (!is_answer(o, rows->y[i])) {
            return fail_at(err, MARU_E_RANGE, NULL, i + 1, 0,
                           "what is to be predicted is missing, or is none of its classes");
        }
        if (rows->weight && !(rows->weight[i] > 0 && rows->weight[i] <= 1e9F)) {
            return fail_at(err, MARU_E_RANGE, NULL, i + 1, 0, "a weight is not above 0");
        }
    }
    return MARU_OK;
}

// ---- fitting

static maru_status give_rows(const struct boosting_rows *rows, uint32_t n_thread,
                             DMatrixHandle *out, maru_error *err) {
    DMatrixHandle made = NULL;
    if (XGDMatrixCreateFromMat_omp(rows->x, rows->n_row, rows->n_feature, NAN, &made,
                                   (int)n_thread) != 0) {
        return refused(err);
    }
    if ((rows->y && XGDMatrixSetFloatInfo(made, "label", rows->y, rows->n_row) != 0) ||
        (rows->weight && XGDMatrixSetFloatInfo(made, "weight", rows->weight, rows->n_row) != 0)) {
        XGDMatrixFree(made);
        return refused(err);
    }
    *out = made;
    return MARU_OK;
}

static double mean_of(const struct boosting_rows *rows) {
    double sum = 0, all = 0;
    for (uint32_t i = 0; i < rows->n_row; i++) {
        const double weight = rows->weight ? (double)rows->weight[i] : 1.0;
        sum += weight * (double)rows->y[i];
        all += weight;
    }
    return sum / all;
}

// The next share towards a half whose log odds lie close to a number of single precision: any good logarithm then rounds to the same
// one, so that our forest begins where XGBoost does, to the last bit.
static float clear_share(float share) {
    for (int i = 0; i < 1000; i++, share = nextafterf(share, 0.5F)) {
        const double odds = -exact_ln((double)(1.0F / share - 1.0F));
        const float rounded = fabsf((float)odds);
        const double gap = (double)nextafterf(rounded, INFINITY) - (double)rounded;
        if (fabs(fabs(odds) - (double)rounded) < 0.15 * gap) {
            break;
        }
    }
    return share;
}

// Where trees begin: XGBoost wants a probability that is neither 0 nor 1.
static double first_guess(const struct boosting_rows *rows, enum boosting_goal goal) {
    if (goal == BOOSTING_CLASS) {
        return 0.5;
    }
    const double mean = mean_of(rows);
    return goal == BOOSTING_NUMBER ? (double)(float)mean
                                   : (double)clear_share((float)fmin(fmax(mean, 1e-4), 1 - 1e-4));
}

static maru_status set_options(const struct fitting *fitting, const struct boosting_rows *rows) {
    static const struct {
        const char *objective, *loss;
    } words[N_BOOSTING_GOAL] = {{"binary:logistic", "logloss"},
                                {"multi:softprob", "mlogloss"},
                                {"reg:squarederror", "rmse"}};
    const struct boosting_options *o = fitting->options;
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"base_score", first_guess(rows, o->goal)},
        {"nthread", o->n_thread},
        {"seed", o->seed},
        {"max_depth", o->n_depth},
        {"eta", o->eta},
        {"min_child_weight", o->min_child_weight},
        {"subsample", o->subsample},
        {"colsample_bytree", o->colsample},
        {"lambda", o->lambda},
        {o->n_cut > 0 ? "max_bin" : NULL, o->n_cut},
        {o->goal == BOOSTING_YES_NO ? "scale_pos_weight" : NULL, o->scale_pos_weight},
        {o->goal == BOOSTING_CLASS ? "num_class" : NULL, o->n_class},
    };
    BoosterHandle handle = fitting->made->handle;
    maru_status st = set(handle, "verbosity", "0", fitting->err);
    if (st == MARU_OK) {
        st = set(handle, "tree_method", "hist", fitting->err);
    }
    if (st == MARU_OK) {
        st = set(handle, "objective", words[o->goal].objective, fitting->err);
    }
    if (st == MARU_OK) {
        st = set(handle, "eval_metric", words[o->goal].loss, fitting->err);
    }
    for (size_t i = 0; st == MARU_OK && i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].name) {
            st = set_number(handle, numbers[i].name, numbers[i].value, fitting->err);
        }
    }
    return st;
}

// Looks at the loss on the judging rows after `n_round` rounds, which XGBoost tells as text: "[7]\tjudge-rmse:0.25".
static maru_status judge_round(struct fitting *fitting, uint32_t n_round) {
    const char *name = "judge", *said = NULL;
    if (XGBoosterEvalOneIter(fitting->made->handle, (int)n_round, &fitting->judge, &name, 1,
                             &said) != 0) {
        return refused(fitting->err);
    }
    double loss = 0;
    const char *colon = strrchr(said, ':');
    if (!colon || !number_double(colon + 1, strlen(colon + 1), &loss)) {
        return fail(fitting->err, MARU_E_INPUT,
                    "the loss on the judging rows is no number: the trees run away");
    }
    if (n_round == 1 || loss < fitting->best_loss) {
        fitting->best_loss = loss;
        fitting->best_round = n_round;
    }
    return MARU_OK;
}

static maru_status grow(struct fitting *fitting) {
    const struct boosting_options *o = fitting->options;
    uint32_t n_round = 0;
    while (n_round < o->n_round) {
        if (o->goes_on && !o->goes_on(o->context)) {
            return fail(fitting->err, MARU_E_STOPPED, "stopped");
        }
        if (XGBoosterUpdateOneIter(fitting->made->handle, (int)n_round, fitting->rows) != 0) {
            return refused(fitting->err);
        }
        n_round++;
        if (fitting->judge) {
            const maru_status st = judge_round(fitting, n_round);
            if (st != MARU_OK) {
                return st;
            }
            if (n_round - fitting->best_round >= o->patience) {
                break;
            }
        }
    }
    if (!fitting->judge || fitting->best_round == n_round) {
        fitting->made->n_round = n_round;
        return MARU_OK;
    }
    BoosterHandle best = NULL;
    if (XGBoosterSlice(fitting->made->handle, 0, (int)fitting->best_round, 1, &best) != 0) {
        return refused(fitting->err);
    }
    XGBoosterFree(fitting->made->handle);
    fitting->made->handle = best;
    fitting->made->n_round = fitting->best_round;
    return MARU_OK;
}

static maru_status fit_given(struct fitting *fitting, const struct boosting_rows *rows,
                             const struct boosting_rows *judge) {
    maru_status st = give_rows(rows, fitting->options->n_thread, &fitting->rows, fitting->err);
    if (st == MARU_OK && judge && fitting->options->patience > 0) {
        st = give_rows(judge, fitting->options->n_thread, &fitting->judge, fitting->err);
    }
    if (st != MARU_OK) {
        return st;
    }
    const DMatrixHandle cached[] = {fitting->rows, fitting->judge};
    if (XGBoosterCreate(cached, fitting->judge ? 2 : 1, &fitting->made->handle) != 0) {
        return refused(fitting->err);
    }
    st = set_options(fitting, rows);
    return st == MARU_OK ? grow(fitting) : st;
}

maru_status boosting_fit(const struct boosting_rows *rows, const struct boosting_rows *judge,
                         const struct boosting_options *options, struct boosting **out,
                         maru_error *err) {
    maru_status st = check_options(options, err);
    if (st == MARU_OK) {
        st = check_rows(rows, options, err);
    }
    if (st == MARU_OK && judge) {
        st = check_rows(judge, options, err);
    }
    if (st == MARU_OK && judge && judge->n_feature != rows->n_feature) {
        st = fail(err, MARU_E_RANGE, "the judging rows have other columns");
    }
    if (st != MARU_OK) {
        return st;
    }
    struct fitting fitting = {.options = options, .err = err};
    fitting.made = alloc_new(1, sizeof *fitting.made);
    if (!fitting.made) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    fitting.made->n_feature = rows->n_feature;
    fitting.made->n_group = options->goal == BOOSTING_CLASS ? options->n_class : 1;
    st = fit_given(&fitting, rows, judge);
    XGDMatrixFree(fitting.rows);
    XGDMatrixFree(fitting.judge);
    if (st != MARU_OK) {
        boosting_free(fitting.made);
        return st;
    }
    *out = fitting.made;
    return MARU_OK;
}

void boosting_free(struct boosting *boosting) {
    if (boosting) {
        XGBoosterFree(boosting->handle);
        alloc_free(boosting);
    }
}

// ---- bytes

maru_status boosting_model(struct boosting *boosting, struct text *out, maru_error *err) {
    bst_ulong n = 0;
    const char *bytes = NULL;
    if (XGBoosterSaveModelToBuffer(boosting->handle, "{\"format\":\"json\"}", &n, &bytes) != 0) {
        return refused(err);
    }
    text_add(out, bytes, n);
    return out->status == MARU_OK ? MARU_OK
                                  : fail(err, out->status, "no room for the bytes of the trees");
}

// The shape of an answer tells how many values it has.
static maru_status ask_shape(struct boosting *made, maru_error *err) {
    bst_ulong n_feature = 0, n_dim = 0;
    int n_round = 0;
    if (XGBoosterGetNumFeature(made->handle, &n_feature) != 0 ||
        XGBoosterBoostedRounds(made->handle, &n_round) != 0) {
        return refused(err);
    }
    made->n_feature = (uint32_t)n_feature;
    made->n_round = (uint32_t)n_round;
    made->n_group = 1;
    float *row = alloc_new(n_feature, sizeof *row);
    if (!row) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    DMatrixHandle one = NULL;
    const struct boosting_rows rows = {.x = row, .n_row = 1, .n_feature = made->n_feature};
    maru_status st = give_rows(&rows, 1, &one, err);
    const bst_ulong *shape = NULL;
    const float *values = NULL;
    static const char question[] = "{\"type\":0,\"training\":false,\"iteration_begin\":0,"
                                   "\"iteration_end\":0,\"strict_shape\":true}";
    if (st == MARU_OK &&
        XGBoosterPredictFromDMatrix(made->handle, one, question, &shape, &n_dim, &values) != 0) {
        st = refused(err);
    }
    if (st == MARU_OK && n_dim >= 2) {
        made->n_group = (uint32_t)shape[1];
    }
    XGDMatrixFree(one);
    alloc_free(row);
    return st;
}

maru_status boosting_open(const char *bytes, size_t n, struct boosting **out, maru_error *err) {
    struct boosting *made = alloc_new(1, sizeof *made);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = MARU_OK;
    if (XGBoosterCreate(NULL, 0, &made->handle) != 0 ||
        XGBoosterLoadModelFromBuffer(made->handle, bytes, n) != 0) {
        st = refused(err);
    }
    if (st == MARU_OK) {
        st = set(made->handle, "nthread", "1", err);
    }
    if (st == MARU_OK) {
        st = ask_shape(made, err);
    }
    if (st != MARU_OK) {
        boosting_free(made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

uint32_t boosting_n_round(const struct boosting *boosting) { return boosting->n_round; }
uint32_t boosting_n_group(const struct boosting *boosting) { return boosting->n_group; }
uint32_t boosting_n_feature(const struct boosting *boosting) { return boosting->n_feature; }

// ---- questions

maru_status boosting_ask(struct boosting *boosting, const struct boosting_rows *rows,
                         enum boosting_question question, float *answer, maru_error *err) {
    static const int type[N_BOOSTING_QUESTION] = {0, 1, 2};
    maru_status st = check_x(rows, err);
    if (st == MARU_OK && rows->n_feature != boosting->n_feature) {
        st = fail(err, MARU_E_RANGE, "the trees know %u columns, the row has %u",
                  boosting->n_feature, rows->n_feature);
    }
    if (st != MARU_OK) {
        return st;
    }
    const struct boosting_rows only_x = {
        .x = rows->x, .n_row = rows->n_row, .n_feature = rows->n_feature};
    DMatrixHandle given = NULL;
    st = give_rows(&only_x, 1, &given, err);
    if (st != MARU_OK) {
        return st;
    }
    char asked[160];
    snprintf(asked, sizeof asked,
             "{\"type\":%d,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
             "\"strict_shape\":true}",
             type[question]);
    const bst_ulong *shape = NULL;
    bst_ulong n_dim = 0;
    const float *values = NULL;
    if (XGBoosterPredictFromDMatrix(boosting->handle, given, asked, &shape, &n_dim, &values) != 0) {
        st = refused(err);
    } else {
        size_t n = 1;
        for (bst_ulong i = 0; i < n_dim; i++) {
            n *= shape[i];
        }
        const size_t n_each = question == BOOSTING_SHAP ? (size_t)rows->n_feature + 1 : 1;
        if (n != (size_t)rows->n_row * boosting->n_group * n_each) {
            st = fail(err, MARU_E_INPUT, "XGBoost answers in another shape");
        } else {
            memcpy(answer, values, n * sizeof *answer);
        }
    }
    XGDMatrixFree(given);
    return st;
}

maru_status boosting_gain(struct boosting *boosting, double *gain, maru_error *err) {
    bst_ulong n_name = 0, n_dim = 0;
    const char **names = NULL;
    const bst_ulong *shape = NULL;
    const float *score = NULL;
    if (XGBoosterFeatureScore(boosting->handle, "{\"importance_type\":\"total_gain\"}", &n_name,
                              &names, &n_dim, &shape, &score) != 0) {
        return refused(err);
    }
    for (uint32_t i = 0; i < boosting->n_feature; i++) {
        gain[i] = 0;
    }
    for (bst_ulong i = 0; i < n_name; i++) { // without names of their own features are f0, f1, ...
        int64_t feature = 0;
        if (names[i][0] == 'f' && number_int64(names[i] + 1, strlen(names[i] + 1), &feature) &&
            feature >= 0 && feature < (int64_t)boosting->n_feature) {
            gain[feature] = (double)score[i];
        }
    }
    return MARU_OK;
}
