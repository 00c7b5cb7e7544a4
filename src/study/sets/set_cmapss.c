// C-MAPSS: turbofan engines that wear until they fail, FD001 to FD004. Training engines run to failure, test engines stop earlier; one prediction for
// each, at its last row: cycles that it still had.
//
// Protocol: models see the training rows and, of the test engines, only how many rows each has, which tells at which ages the question
// is asked; all choices are made by units held out of training (train/lives/unit_life.h). Answers of several seeds are averaged. Errors are
// told twice: with the true life capped at 125 cycles, as the label in training is, and as it stands; papers mix both. Where
// the file of true lives is missing (FD003, FD004 are judged by others), the figures are those of the held-out units alone.
//
// Source: A. Saxena, K. Goebel, D. Simon, N. Eklund, PHM 2008.

#include "study/sets/sets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "learn/measures/bootstrap.h"
#include "learn/measures/number_measures.h"
#include "train/lives/unit_life.h"

enum {
    COLUMNS = 24, // 3 settings, 21 sensors
    CMAPSS_MAX_BYTES = 256 << 20,
    CMAPSS_MAX_ROWS = 1000000,
    CAP = 125,
    SHORT_ENGINES = 24,
    BOOTSTRAP_ROUNDS = 2000,
    SEED_STEP = 100000, // each run takes seeds of its own from this many
};

static const bool is_setting[COLUMNS] = {true, true, true};

struct engines {
    float *x; // (n_row, COLUMNS)
    uint32_t *unit;
    double *order;
    uint32_t n_row, cap_row;
};

struct goal {
    const char *name;
    double ordinary, ordinary_uncapped, wanted;
};
static const struct goal goals[] = {
    {"FD001", 13.5, 14.8, 12.5},
    {"FD002", 13.3, 25.9, 13.0},
    {"FD003", 12.9, 14.8, 12.0},
    {"FD004", 14.8, 26.6, 14.0},
};

struct trial {
    const struct set_run *run;
    const struct goal *goal;
    struct engines train, test;
    uint32_t n_unit;                // of test
    uint32_t *age;                  // (n_unit) rows of each, in the order of the file
    uint32_t *last;                 // (n_unit) its last row
    double *truth;                  // (n_unit); NULL: not here
    double *capped;                 // (n_unit) truth, capped
    double *remaining, *low, *high; // (n_unit) mean of seeds
    double *one;                    // (n_unit) answers of one seed
    struct life_report report;      // of the last seed
    double held_out;                // mean of the seeds' errors on held-out units
    double share;                   // of progress, where the seed began
};

// ---- reading

static void engines_fini(struct engines *e) {
    alloc_free(e->x);
    alloc_free(e->unit);
    alloc_free(e->order);
}

static maru_status grow(struct engines *e, maru_error *err) {
    if (e->n_row < e->cap_row) {
        return MARU_OK;
    }
    if (e->n_row >= CMAPSS_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "more than %d rows of engines", CMAPSS_MAX_ROWS);
    }
    const uint32_t cap = e->cap_row > 0 ? 2 * e->cap_row : 4096;
    float *x = alloc_resize(e->x, (size_t)cap * COLUMNS, sizeof *x);
    e->x = x ? x : e->x;
    uint32_t *unit = x ? alloc_resize(e->unit, cap, sizeof *unit) : NULL;
    e->unit = unit ? unit : e->unit;
    double *order = unit ? alloc_resize(e->order, cap, sizeof *order) : NULL;
    e->order = order ? order : e->order;
    e->cap_row = order ? cap : e->cap_row;
    return order ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The next number of a line, NaN where it says so; false: there is none, or something else.
static bool next_number(const char **at, const char *end, double *out) {
    while (*at < end && is_blank(**at)) {
        (*at)++;
    }
    const char *from = *at;
    while (*at < end && !is_blank(**at)) {
        (*at)++;
    }
    const size_t n = (size_t)(*at - from);
    if (n == 3 && (memcmp(from, "NaN", 3) == 0 || memcmp(from, "nan", 3) == 0)) {
        *out = (double)NAN;
        return true;
    }
    return number_double(from, n, out);
}

static bool is_rest_blank(const char *at, const char *end) {
    while (at < end && is_blank(*at)) {
        at++;
    }
    return at == end;
}

// unit, cycle, 24 values
static bool read_line(const char *at, const char *end, struct engines *e) {
    double unit = 0, value = 0;
    if (!next_number(&at, end, &unit) || !(unit >= 0 && unit <= 1e6) ||
        !next_number(&at, end, &e->order[e->n_row]) || !isfinite(e->order[e->n_row])) {
        return false;
    }
    e->unit[e->n_row] = (uint32_t)unit;
    for (uint32_t k = 0; k < COLUMNS; k++) {
        if (!next_number(&at, end, &value)) {
            return false;
        }
        e->x[(size_t)e->n_row * COLUMNS + k] = (float)value;
    }
    e->n_row++;
    return is_rest_blank(at, end);
}

static maru_status parse(const struct text *text, const char *name, struct engines *e,
                         maru_error *err) {
    const char *at = text->bytes, *end = text->bytes ? text->bytes + text->n_bytes : NULL;
    for (uint32_t line = 1; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if (!is_rest_blank(at, stop)) {
            const maru_status st = grow(e, err);
            if (st != MARU_OK) {
                return st;
            }
            if (!read_line(at, stop, e)) {
                return fail_at(err, MARU_E_INPUT, name, line, 0,
                               "a line of engines is a unit, a cycle and 24 numbers");
            }
        }
        at = stop < end ? stop + 1 : end;
    }
    return e->n_row > 0 ? MARU_OK : fail_at(err, MARU_E_INPUT, name, 0, 0, "there are no engines");
}

static maru_status read_engines(const struct trial *t, const char *part, struct engines *e,
                                maru_error *err) {
    char name[32];
    snprintf(name, sizeof name, "%s_%s.txt", part, t->goal->name);
    struct text text;
    text_init(&text, CMAPSS_MAX_BYTES);
    maru_status st = set_read_file(t->run, "cmapss", name, &text, err);
    st = st == MARU_OK ? parse(&text, name, e, err) : st;
    text_fini(&text);
    return st;
}

// Test engines: rows of one stand together.
static maru_status find_units(struct trial *t, maru_error *err) {
    const struct engines *e = &t->test;
    for (uint32_t i = 0; i < e->n_row; i++) {
        t->n_unit += i == 0 || e->unit[i] != e->unit[i - 1];
    }
    t->age = alloc_new(t->n_unit, sizeof *t->age);
    t->last = alloc_new(t->n_unit, sizeof *t->last);
    t->capped = alloc_new(t->n_unit, sizeof *t->capped);
    t->remaining = alloc_new(t->n_unit, sizeof *t->remaining);
    t->low = alloc_new(t->n_unit, sizeof *t->low);
    t->high = alloc_new(t->n_unit, sizeof *t->high);
    t->one = alloc_new(t->n_unit, sizeof *t->one);
    if (!t->age || !t->last || !t->capped || !t->remaining || !t->low || !t->high || !t->one) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    uint32_t u = 0;
    for (uint32_t i = 0; i < e->n_row; i++) {
        u += i > 0 && e->unit[i] != e->unit[i - 1];
        t->age[u]++;
        t->last[u] = i;
    }
    return MARU_OK;
}

// One true life a line. No file: nobody knows here.
static maru_status read_truth(struct trial *t, maru_error *err) {
    char name[32];
    snprintf(name, sizeof name, "RUL_%s.txt", t->goal->name);
    struct text text;
    text_init(&text, CMAPSS_MAX_BYTES);
    maru_status st = set_read_file(t->run, "cmapss", name, &text, NULL);
    if (st == MARU_E_IO) {
        text_fini(&text);
        return MARU_OK;
    }
    double *truth = alloc_new(t->n_unit, sizeof *truth);
    const char *at = text.bytes, *end = text.bytes ? text.bytes + text.n_bytes : NULL;
    bool is_fine = st == MARU_OK && truth;
    for (uint32_t u = 0; is_fine && u < t->n_unit; u++) {
        const char *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        stop = stop ? stop : end;
        is_fine = next_number(&at, stop, &truth[u]) && truth[u] >= 0 && is_rest_blank(at, stop);
        at = stop && stop < end ? stop + 1 : end;
    }
    text_fini(&text);
    if (!is_fine) {
        alloc_free(truth);
        return !truth ? fail(err, MARU_E_MEMORY, "no memory")
                      : fail_at(err, MARU_E_INPUT, name, 0, 0,
                                "a number a line is wanted, one for each test engine");
    }
    t->truth = truth;
    for (uint32_t u = 0; u < t->n_unit; u++) {
        t->capped[u] = truth[u] < CAP ? truth[u] : CAP;
    }
    return MARU_OK;
}

// ---- fitting and asking

static bool seed_progress(void *context, double share) {
    const struct trial *t = context;
    set_progress(t->run, t->share + share / t->run->n_seed, t->goal->name);
    return true;
}

static maru_status ask(struct trial *t, const struct life_model *model, maru_error *err) {
    struct life_unit *unit = NULL;
    maru_status st = life_unit_new(model, &unit, err);
    for (uint32_t u = 0; st == MARU_OK && u < t->n_unit; u++) {
        life_unit_clear(unit);
        for (uint32_t i = t->last[u] + 1 - t->age[u]; st == MARU_OK && i <= t->last[u]; i++) {
            st = life_unit_add(unit, t->test.x + (size_t)i * COLUMNS, t->test.order[i], err);
        }
        struct life_answer answer = {0};
        st = st == MARU_OK ? life_unit_answer(unit, &answer, err) : st;
        t->one[u] = answer.remaining;
        t->remaining[u] += answer.remaining / t->run->n_seed;
        t->low[u] += answer.low / t->run->n_seed;
        t->high[u] += answer.high / t->run->n_seed;
    }
    life_unit_free(unit);
    return st;
}

static maru_status fit_and_ask(struct trial *t, uint64_t seed, maru_error *err) {
    struct unit_rows rows = {t->train.x, t->train.unit,  t->train.order,
                             is_setting, t->train.n_row, COLUMNS};
    struct life_options options = life_usual();
    options.cap = CAP;
    options.age = t->age;
    options.n_age = t->n_unit;
    options.n_thread = t->run->n_thread;
    options.seed = seed;
    options.progress = seed_progress;
    options.context = t;
    if (t->run->is_short) {
        for (uint32_t i = 1, n = 1; i < t->train.n_row && n <= SHORT_ENGINES; i++) {
            n += t->train.unit[i] != t->train.unit[i - 1];
            rows.n_row = n > SHORT_ENGINES ? i : rows.n_row;
        }
        options.n_net = 1;
        options.n_epoch = 6;
        options.n_round = 40;
    }
    struct text bytes;
    text_init(&bytes, LIFE_MAX_BYTES);
    struct life_model *model = NULL;
    maru_status st = life_fit(&rows, &options, &bytes, &t->report, err);
    st = st == MARU_OK ? life_model_read(bytes.bytes, bytes.n_bytes, &model, err) : st;
    st = st == MARU_OK ? ask(t, model, err) : st;
    t->held_out += t->report.rmse / t->run->n_seed;
    life_model_free(model);
    text_fini(&bytes);
    return st;
}

// ---- figures

static double phm08(const void *answered, const uint32_t *count) {
    return measure_phm08(answered, count);
}

// A figure with its interval over engines; NULL where there is no room for it.
static maru_status add_measure(const struct trial *t, struct set_result *result,
                               const char *const name[2], bootstrap_measure *measure,
                               const void *data, struct set_figure **out, maru_error *err) {
    const struct bootstrap_input input = {.measure = measure,
                                          .data = data,
                                          .n_row = t->n_unit,
                                          .n_round = BOOTSTRAP_ROUNDS,
                                          .level = 0.95,
                                          .seed = t->run->seed};
    struct arena arena;
    arena_init(&arena, CMAPSS_MAX_BYTES);
    struct bootstrap found;
    const maru_status st = bootstrap_interval(&input, &arena, &found, err);
    arena_fini(&arena);
    *out = st == MARU_OK ? set_add_figure(result, name[0], name[1], found.value) : NULL;
    if (*out) {
        (*out)->low = found.low;
        (*out)->high = found.high;
        (*out)->is_less_better = true;
    }
    return st;
}

static maru_status add_errors(const struct trial *t, struct set_result *result, maru_error *err) {
    const struct answered capped = {t->capped, t->remaining, t->n_unit};
    const struct answered whole = {t->truth, t->remaining, t->n_unit};
    static const char *const name[][2] = {
        {"RMSE, life capped at 125", "RMSE, 수명 상한 125"},
        {"RMSE, life as it is", "RMSE, 상한 없음"},
        {"PHM08 score, life capped at 125", "PHM08 점수, 수명 상한 125"},
        {"PHM08 score, life as it is", "PHM08 점수, 상한 없음"},
    };
    maru_status st = MARU_OK;
    for (uint32_t k = 0; st == MARU_OK && k < 4; k++) {
        struct set_figure *figure = NULL;
        st = add_measure(t, result, name[k], k < 2 ? bootstrap_rmse : phm08,
                         k % 2 == 0 ? &capped : &whole, &figure, err);
        if (figure && k < 2) {
            figure->ordinary = k == 0 ? t->goal->ordinary : t->goal->ordinary_uncapped;
            figure->wanted = k == 0 ? t->goal->wanted : (double)NAN;
        }
    }
    return st;
}

static maru_status add_coverage(const struct trial *t, struct set_result *result, maru_error *err) {
    const struct bounded bounded = {t->capped, t->low, t->high, t->n_unit};
    static const char *const name[2] = {"share held by intervals of 80 %, capped",
                                        "80 % 구간의 포함률, 수명 상한 125"};
    struct set_figure *figure = NULL;
    const maru_status st = add_measure(t, result, name, bootstrap_coverage, &bounded, &figure, err);
    if (figure) {
        figure->is_less_better = false;
    }
    if (st == MARU_OK) {
        set_add_figure(result, "mean width of these intervals", "그 구간의 평균 너비",
                       measure_mean_width(&bounded, NULL));
    }
    return st;
}

static void add_held_out(const struct trial *t, struct set_result *result) {
    const struct life_report *r = &t->report;
    set_add_figure(result, "RMSE on units held out of training", "학습에서 뺀 설비의 RMSE",
                   t->held_out);
    set_add_figure(result, "of these, last seed: nets alone", "마지막 시드: 신경망만",
                   r->rmse_nets);
    set_add_figure(result, "of these, last seed: trees alone", "마지막 시드: 트리만",
                   r->rmse_trees);
    set_add_figure(result, "share of the trees, last seed", "마지막 시드: 트리의 몫",
                   r->tree_share);
    set_add_figure(result, "operating regimes found", "찾은 운전 조건 수", r->n_regime);
}

static void add_seed(const struct trial *t, struct set_result *result, uint64_t seed) {
    if (t->truth) {
        const struct answered one = {t->capped, t->one, t->n_unit};
        char english[64], korean[96];
        snprintf(english, sizeof english, "RMSE capped, seed %d alone", (int)(seed % 1000000));
        snprintf(korean, sizeof korean, "RMSE 상한 125, 시드 %d만", (int)(seed % 1000000));
        struct set_figure *figure =
            set_add_figure(result, english, korean, measure_rmse(&one, NULL));
        if (figure) {
            figure->is_less_better = true;
        }
    }
}

// Judges want one number a line, in the order of the engines.
static void write_predictions(const struct trial *t, struct set_result *result) {
    text_addz(&result->details, "unit,prediction,low,high\n");
    for (uint32_t u = 0; u < t->n_unit; u++) {
        text_add_fixed(&result->predictions, t->remaining[u], 3);
        text_addz(&result->predictions, "\n");
        text_addf(&result->details, "%u,", t->test.unit[t->last[u]]);
        text_add_fixed(&result->details, t->remaining[u], 3);
        text_addz(&result->details, ",");
        text_add_fixed(&result->details, t->low[u], 3);
        text_addz(&result->details, ",");
        text_add_fixed(&result->details, t->high[u], 3);
        text_addz(&result->details, "\n");
    }
}

static maru_status measure_all(const struct trial *t, struct set_result *result, maru_error *err) {
    maru_status st = MARU_OK;
    if (t->truth) {
        st = add_errors(t, result, err);
        st = st == MARU_OK ? add_coverage(t, result, err) : st;
    }
    if (st == MARU_OK) {
        add_held_out(t, result);
        write_predictions(t, result);
    }
    return st;
}

static maru_status run_trial(struct trial *t, struct set_result *result, maru_error *err) {
    maru_status st = read_engines(t, "train", &t->train, err);
    st = st == MARU_OK ? read_engines(t, "test", &t->test, err) : st;
    st = st == MARU_OK ? find_units(t, err) : st;
    st = st == MARU_OK ? read_truth(t, err) : st;
    for (uint32_t k = 0; st == MARU_OK && k < t->run->n_seed; k++) {
        t->share = (double)k / t->run->n_seed;
        st = fit_and_ask(t, t->run->seed + (uint64_t)k * SEED_STEP, err);
        if (st == MARU_OK && k < 20) {
            add_seed(t, result, t->run->seed + (uint64_t)k * SEED_STEP);
        }
    }
    return st == MARU_OK ? measure_all(t, result, err) : st;
}

maru_status set_cmapss(const struct set_run *run, struct set_result *result, maru_error *err) {
    const char *name = strchr(run->name, '-');
    struct trial t = {.run = run};
    for (size_t k = 0; name && k < sizeof goals / sizeof *goals; k++) {
        t.goal = strcmp(name + 3, goals[k].name + 2) == 0 ? &goals[k] : t.goal;
    }
    if (!t.goal || run->n_seed == 0) {
        return fail(err, MARU_E_USAGE, "no such set of engines");
    }
    const maru_status st = run_trial(&t, result, err);
    engines_fini(&t.train);
    engines_fini(&t.test);
    alloc_free(t.age);
    alloc_free(t.last);
    alloc_free(t.truth);
    alloc_free(t.capped);
    alloc_free(t.remaining);
    alloc_free(t.low);
    alloc_free(t.high);
    alloc_free(t.one);
    return st;
}
