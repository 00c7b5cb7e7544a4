// The Tennessee Eastman process: is something wrong (detection), and which fault is it (diagnosis)?
//
// Detection. The usual monitor (learn/faults) is fitted on d00.dat, 500 normal samples; its limits come from the same file by blocks held out. What
// is told of a sample is the largest of its statistics, each over its limit: an alarm above 1. The same statistic is then judged by
// the threshold that exactly 1 % of the normal test run d00_te.dat is above, so that methods can be compared at one rate.
//
// Diagnosis. Each sample becomes its variables and what the monitor could not predict of them, and level, slope and spread of both over
// two windows (learn/faults/fault_watch); boosted trees (train/faults) learn them from d01.dat to d21.dat, which are faulty from the first sample on. Rows
// held out are blocks of time, as far from what is learnt as the longest window is. They chose windows and trees.
//
// Judged are the samples after the 160th of dNN_te.dat. Where a test file is not there, its fault is judged for detection on the
// training file, and figures say so. Faults 3, 9 and 15 move next to nothing: they are told apart from the mean of the other 18.
//
// Intervals: blocks of 40 samples are drawn anew, as neighbors share their luck.

#include "base/number.h"
#include "base/status.h"
#include "learn/faults/fault_model.h"
#include "learn/measures/group_share.h"
#include "learn/measures/row_order.h"
#include "study/sets/sets.h"
#include "train/faults/fault_fit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    VARIABLES = 52,
    FAULTS = 21,
    ONSET = 160, // samples of a test file before the fault comes
    BLOCK = 40,  // samples that are drawn together
    MINUTES = 3, // between samples
    ROUNDS = 1000,
    MOST_SAMPLES = 100000, // of a file
    MOST_BYTES = 64 << 20,
    FOLDS = 5,
};
static const uint32_t windows[] = {10, 40};

struct run_file {
    double *value; // (n, VARIABLES)
    uint32_t n;    // 0: there is no such file
};

// One sample of a file that is judged.
struct judged {
    uint32_t fault, sample;
    bool is_faulty, is_standin; // stand-in: from a training file
    bool is_alarm, is_alarm_1;  // by the monitor's limits; at 1 %
    bool is_diagnosed;
    double statistic;
    struct fault_name answer;
};

struct tep {
    const struct set_run *run;
    struct set_result *result;
    maru_error *err;
    struct arena arena;
    struct run_file train[FAULTS + 1], test[FAULTS + 1];
    struct fault_samples samples; // of all training files, a run each
    struct fault_model model;     // its arena is not used
    uint32_t class_fault[FAULTS];
    struct judged *judged;
    uint32_t n_judged, first[FAULTS + 1], n[FAULTS + 1]; // of each fault's file
    double threshold_1;
};

static bool is_hidden(uint32_t fault) { return fault == 3 || fault == 9 || fault == 15; }

// ---- files

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static maru_status parse(struct tep *t, const char *name, const struct text *text,
                         struct run_file *out) {
    const size_t most = (size_t)MOST_SAMPLES * VARIABLES;
    size_t n = 0, n_token = 0;
    for (size_t i = 0; i < text->n_bytes; i++) {
        n_token += !is_blank(text->bytes[i]) && (i == 0 || is_blank(text->bytes[i - 1])) ? 1 : 0;
    }
    if (n_token == 0 || n_token % VARIABLES != 0 || n_token > most) {
        return fail(t->err, MARU_E_INPUT, "%s has %zu numbers, not some samples of %d", name,
                    n_token, VARIABLES);
    }
    double *value = arena_take(&t->arena, n_token, sizeof *value);
    if (!value) {
        return arena_refusal(&t->arena, t->err);
    }
    const size_t n_sample = n_token / VARIABLES;
    const bool is_turned = strcmp(name, "d00.dat") == 0; // one variable a line
    for (size_t i = 0; i < text->n_bytes;) {
        size_t end = i;
        while (end < text->n_bytes && !is_blank(text->bytes[end])) {
            end++;
        }
        if (end > i) {
            const size_t at = is_turned ? n % n_sample * VARIABLES + n / n_sample : n;
            if (!number_double(text->bytes + i, end - i, &value[at])) {
                return fail(t->err, MARU_E_INPUT, "number %zu of %s is none", n + 1, name);
            }
            n++;
        }
        i = end + 1;
    }
    *out = (struct run_file){value, (uint32_t)n_sample};
    return MARU_OK;
}

// A file that may be missing has no samples then.
static maru_status read_file(struct tep *t, const char *name, bool may_miss, struct run_file *out) {
    struct text text;
    text_init(&text, MOST_BYTES);
    maru_status st = set_read_file(t->run, "tep", name, &text, t->err);
    if (st == MARU_E_IO && may_miss) {
        st = MARU_OK;
    } else if (st == MARU_OK) {
        st = parse(t, name, &text, out);
    }
    text_fini(&text);
    return st;
}

static maru_status read_files(struct tep *t) {
    maru_status st = MARU_OK;
    for (uint32_t k = 0; k <= FAULTS && st == MARU_OK; k++) {
        char name[32];
        snprintf(name, sizeof name, "d%02u.dat", k);
        st = read_file(t, name, false, &t->train[k]);
        snprintf(name, sizeof name, "d%02u_te.dat", k);
        if (st == MARU_OK) {
            st = read_file(t, name, k > 0, &t->test[k]);
        }
        if (st == MARU_OK && k > 0 && t->test[k].n > 0 && t->test[k].n <= ONSET) {
            st = fail(t->err, MARU_E_INPUT, "%s ends before its fault begins", name);
        }
    }
    return st;
}

// ---- detection

static struct fault_fit_options options_of(const struct tep *t) {
    struct fault_fit_options o = {.alpha = monitor_defaults().alpha,
                                  .n_window = 2,
                                  .n_fold = FOLDS,
                                  .every = t->run->is_short ? 16 : 1,
                                  .names = diagnosis_usual()};
    memcpy(o.window, windows, sizeof windows);
    o.names.trees.n_thread = t->run->n_thread;
    o.names.trees.seed = (uint32_t)t->run->seed;
    o.names.trees.n_round = t->run->is_short ? 4 : o.names.trees.n_round;
    o.names.trees.n_depth = t->run->is_short ? 2 : o.names.trees.n_depth;
    o.names.n_member = t->run->n_seed;
    return o;
}

// All training files behind each other.
static maru_status join_files(struct tep *t) {
    uint32_t n = 0;
    for (uint32_t k = 0; k <= FAULTS; k++) {
        n += t->train[k].n;
    }
    double *x = arena_take(&t->arena, (size_t)n * VARIABLES, sizeof *x);
    uint32_t *run = arena_take(&t->arena, n, sizeof *run);
    if (!x || !run) {
        return arena_refusal(&t->arena, t->err);
    }
    uint32_t row = 0;
    for (uint32_t k = 0; k <= FAULTS; k++) {
        memcpy(x + (size_t)row * VARIABLES, t->train[k].value,
               (size_t)t->train[k].n * VARIABLES * sizeof *x);
        for (uint32_t i = 0; i < t->train[k].n; i++) {
            run[row++] = k;
        }
    }
    t->samples = (struct fault_samples){x, run, run, n, VARIABLES, FAULTS};
    t->model.n_column = VARIABLES;
    t->model.n_window = 2;
    memcpy(t->model.window, windows, sizeof windows);
    t->model.class_fault = t->class_fault;
    return MARU_OK;
}

static maru_status fit_monitor(struct tep *t) {
    const struct fault_fit_options options = options_of(t);
    const maru_status st = join_files(t);
    return st == MARU_OK
               ? fault_fit_monitor(&t->samples, &options, &t->arena, &t->model.monitor, t->err)
               : st;
}

static void watch(struct tep *t, struct fault_state *state, uint32_t fault) {
    const bool is_standin = t->test[fault].n == 0;
    const struct run_file *file = is_standin ? &t->train[fault] : &t->test[fault];
    t->first[fault] = t->n_judged;
    t->n[fault] = file->n;
    fault_start(state);
    for (uint32_t i = 0; i < file->n; i++) {
        struct fault_answer answer;
        fault_step(&t->model, state, file->value + (size_t)i * VARIABLES, &answer);
        t->judged[t->n_judged++] =
            (struct judged){.fault = fault,
                            .sample = i,
                            .is_faulty = fault > 0 && (is_standin || i >= ONSET),
                            .is_standin = is_standin,
                            .is_alarm = answer.is_alarm,
                            .statistic = answer.statistic};
    }
}

// The statistic that as few samples of the normal test run as make up 1 % are above.
static maru_status find_threshold(struct tep *t) {
    const uint32_t n = t->n[0];
    double *value = arena_take(&t->arena, n, sizeof *value);
    uint32_t *order = arena_take(&t->arena, n, sizeof *order);
    uint32_t *spare = arena_take(&t->arena, n, sizeof *spare);
    if (!value || !order || !spare) {
        return arena_refusal(&t->arena, t->err);
    }
    for (uint32_t i = 0; i < n; i++) {
        value[i] = t->judged[t->first[0] + i].statistic;
    }
    row_order(value, n, order, spare);
    t->threshold_1 = value[order[n - 1 - n / 100]];
    for (uint32_t i = 0; i < t->n_judged; i++) {
        t->judged[i].is_alarm_1 = t->judged[i].statistic > t->threshold_1;
    }
    return MARU_OK;
}

static maru_status detect(struct tep *t) {
    size_t n = 0;
    for (uint32_t k = 0; k <= FAULTS; k++) {
        n += t->test[k].n > 0 ? t->test[k].n : t->train[k].n;
    }
    t->judged = arena_take(&t->arena, n, sizeof *t->judged);
    if (!t->judged) {
        return arena_refusal(&t->arena, t->err);
    }
    struct fault_state state;
    maru_status st = fit_monitor(t);
    st = st == MARU_OK ? fault_state_init(&t->model, &t->arena, &state, t->err) : st;
    for (uint32_t k = 0; k <= FAULTS && st == MARU_OK; k++) {
        watch(t, &state, k);
    }
    return st == MARU_OK ? find_threshold(t) : st;
}

// ---- diagnosis

// Learn the names of faults; `is_left_out` (FAULTS + 1) or NULL.
static maru_status learn(struct tep *t, const bool *is_left_out, uint32_t n_fold) {
    struct fault_fit_options options = options_of(t);
    struct fault_trees trees;
    options.n_fold = n_fold;
    options.is_left_out = is_left_out;
    fault_trees_fini(&t->model.trees);
    const maru_status st =
        fault_fit_names(&t->samples, &options, &t->model.monitor, &trees, t->class_fault, t->err);
    if (st == MARU_OK) {
        t->model.trees = trees;
    }
    return st;
}

// Ask about the samples of a test file.
//   out     answer (n), from the arena; those before the onset have no meaning
static maru_status ask(struct tep *t, uint32_t fault, struct fault_answer **answer) {
    const struct run_file *file = &t->test[fault];
    struct arena arena;
    struct fault_state state;
    arena_init(&arena, 1 << 26);
    *answer = arena_take(&t->arena, file->n, sizeof **answer);
    maru_status st = *answer ? fault_state_init(&t->model, &arena, &state, t->err)
                             : arena_refusal(&t->arena, t->err);
    for (uint32_t i = 0; i < file->n && st == MARU_OK; i++) {
        fault_step(&t->model, &state, file->value + (size_t)i * VARIABLES, &(*answer)[i]);
    }
    arena_fini(&arena);
    return st;
}

static struct set_figure *figure(struct tep *t, const char *english, const char *korean,
                                 double value) {
    return set_add_figure(t->result, english, korean, value);
}

static maru_status diagnose_all(struct tep *t) {
    maru_status st = learn(t, NULL, t->run->is_short ? 2 : FOLDS);
    for (uint32_t k = 1; k <= FAULTS && st == MARU_OK; k++) {
        struct fault_answer *answer = NULL;
        if (t->test[k].n == 0) {
            continue;
        }
        st = ask(t, k, &answer);
        for (uint32_t i = ONSET; i < t->test[k].n && st == MARU_OK; i++) {
            struct judged *j = &t->judged[t->first[k] + i];
            j->answer = answer[i].name;
            j->is_diagnosed = true;
        }
    }
    if (st == MARU_OK) {
        figure(t, "diagnosis, accuracy of training rows held out", "진단 정확도, 떼어 둔 학습 행",
               t->model.trees.accuracy);
    }
    return st;
}

// ---- figures

typedef bool choice(const struct judged *row, uint32_t which);

// The mean over faults of the share of chosen rows that are hit, with its interval.
static maru_status add_share(struct tep *t, const char *english, const char *korean, uint32_t which,
                             choice *is_chosen, choice *is_hit) {
    struct arena arena;
    arena_init(&arena, 1 << 26);
    uint8_t *hit = arena_take(&arena, t->n_judged, sizeof *hit);
    uint32_t *group = arena_take(&arena, t->n_judged, sizeof *group);
    uint32_t *cluster = arena_take(&arena, t->n_judged, sizeof *cluster);
    maru_status st = MARU_OK;
    if (!hit || !group || !cluster) {
        st = arena_refusal(&arena, t->err);
        goto done;
    }
    uint32_t n = 0, n_cluster = 0, last_fault = UINT32_MAX, last_block = UINT32_MAX;
    for (uint32_t i = 0; i < t->n_judged; i++) {
        const struct judged *row = &t->judged[i];
        if (!is_chosen(row, which)) {
            continue;
        }
        const uint32_t block = row->sample / BLOCK;
        n_cluster += row->fault != last_fault || block != last_block ? 1 : 0;
        last_fault = row->fault;
        last_block = block;
        hit[n] = is_hit(row, which) ? 1 : 0;
        group[n] = row->fault;
        cluster[n++] = n_cluster - 1;
    }
    const struct group_share_rows rows = {
        hit, group, cluster, n, n_cluster, t->run->is_short ? 50 : ROUNDS, t->run->seed};
    struct bootstrap got;
    st = group_share(&rows, &arena, &got, t->err);
    if (st == MARU_OK && n > 0) {
        struct set_figure *f = figure(t, english, korean, got.value);
        if (f) {
            f->low = got.low;
            f->high = got.high;
        }
    }
done:
    arena_fini(&arena);
    return st;
}

static bool normal_rows(const struct judged *row, uint32_t which) {
    (void)which;
    return row->fault == 0;
}
static bool tested_rows(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_faulty && !row->is_standin && !is_hidden(row->fault);
}
static bool detectable_rows(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_faulty && !is_hidden(row->fault);
}
static bool hidden_rows(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_faulty && is_hidden(row->fault);
}
static bool all_faulty_rows(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_faulty;
}
static bool rows_of_fault(const struct judged *row, uint32_t which) {
    return row->is_faulty && row->fault == which;
}
static bool is_alarm(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_alarm;
}
static bool is_alarm_1(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_alarm_1;
}
static bool diagnosed_rows(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_diagnosed;
}
static bool diagnosed_detectable(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_diagnosed && !is_hidden(row->fault);
}
static bool diagnosed_hidden(const struct judged *row, uint32_t which) {
    (void)which;
    return row->is_diagnosed && is_hidden(row->fault);
}
static bool diagnosed_alarms(const struct judged *row, uint32_t which) {
    return diagnosed_detectable(row, which) && row->is_alarm;
}
static bool diagnosed_known(const struct judged *row, uint32_t which) {
    return diagnosed_detectable(row, which) && !row->answer.is_unknown;
}
static bool diagnosed_of_fault(const struct judged *row, uint32_t which) {
    return row->is_diagnosed && row->fault == which;
}
static bool is_right(const struct judged *row, uint32_t which) {
    (void)which;
    return row->answer.fault == row->fault;
}
static bool is_called_unknown(const struct judged *row, uint32_t which) {
    (void)which;
    return row->answer.is_unknown;
}

struct share_row {
    const char *english, *korean;
    choice *is_chosen, *is_hit;
    double ordinary, wanted;
    bool is_less_better;
};

static maru_status add_shares(struct tep *t, const struct share_row *rows, size_t n) {
    maru_status st = MARU_OK;
    for (size_t i = 0; i < n && st == MARU_OK; i++) {
        const uint32_t before = t->result->n_figure;
        st = add_share(t, rows[i].english, rows[i].korean, 0, rows[i].is_chosen, rows[i].is_hit);
        if (t->result->n_figure > before) {
            struct set_figure *f = &t->result->figure[before];
            f->ordinary = rows[i].ordinary > 0.0 ? rows[i].ordinary : (double)NAN;
            f->wanted = rows[i].wanted > 0.0 ? rows[i].wanted : (double)NAN;
            f->is_less_better = rows[i].is_less_better;
        }
    }
    return st;
}

// Samples from the onset to the first alarm, in minutes; NaN: none came.
static double delay_of(const struct tep *t, uint32_t fault) {
    uint32_t onset = UINT32_MAX;
    for (uint32_t i = 0; i < t->n[fault]; i++) {
        const struct judged *row = &t->judged[t->first[fault] + i];
        if (row->is_faulty) {
            onset = onset == UINT32_MAX ? i : onset;
            if (row->is_alarm) {
                return (double)(i - onset) * MINUTES;
            }
        }
    }
    return (double)NAN;
}

static maru_status tell_detection(struct tep *t) {
    static const struct share_row rows[] = {
        {"false alarms on d00_te, limits from d00", "d00_te 오경보율, d00에서 얻은 한계",
         normal_rows, is_alarm, 0.029, 0, true},
        {"false alarms on d00_te, at 1 %", "d00_te 오경보율, 1 %에 맞춤", normal_rows, is_alarm_1,
         0, 0.01, true},
        {"detection, limits from d00, test files", "검출률, d00에서 얻은 한계, 시험 파일",
         tested_rows, is_alarm, 0, 0, false},
        {"detection at 1 %, test files", "검출률, 오경보 1 %, 시험 파일", tested_rows, is_alarm_1,
         0, 0.85, false},
        {"detection, limits from d00, 18 faults", "검출률, d00에서 얻은 한계, 18가지",
         detectable_rows, is_alarm, 0, 0, false},
        {"detection at 1 %, 18 faults", "검출률, 오경보 1 %, 18가지", detectable_rows, is_alarm_1,
         0, 0.85, false},
        {"detection at 1 %, faults 3, 9 and 15", "검출률, 오경보 1 %, 3·9·15번", hidden_rows,
         is_alarm_1, 0, 0, false},
        {"detection at 1 %, all 21", "검출률, 오경보 1 %, 21가지 모두", all_faulty_rows, is_alarm_1,
         0.605, 0, false},
    };
    maru_status st = add_shares(t, rows, sizeof rows / sizeof *rows);
    for (uint32_t k = 1; k <= FAULTS && st == MARU_OK; k++) {
        char english[64], korean[96];
        const bool is_standin = t->test[k].n == 0;
        snprintf(english, sizeof english, "fault %u%s, at 1 %%", k,
                 is_standin ? " (training file)" : "");
        snprintf(korean, sizeof korean, "%u번%s, 오경보 1 %%", k, is_standin ? "(학습 파일)" : "");
        st = add_share(t, english, korean, k, rows_of_fault, is_alarm_1);
        if (st == MARU_OK) {
            snprintf(english, sizeof english, "fault %u, limits from d00", k);
            snprintf(korean, sizeof korean, "%u번, d00에서 얻은 한계", k);
            st = add_share(t, english, korean, k, rows_of_fault, is_alarm);
        }
        snprintf(english, sizeof english, "fault %u, minutes to the first alarm", k);
        snprintf(korean, sizeof korean, "%u번, 첫 경보까지 분", k);
        struct set_figure *f = st == MARU_OK ? figure(t, english, korean, delay_of(t, k)) : NULL;
        if (f) {
            f->is_less_better = true;
        }
    }
    return st;
}

// Runs of a detectable fault whose answers, added up over all samples that are alarms, are right.
static void tell_runs(struct tep *t) {
    uint32_t n = 0, n_right = 0;
    for (uint32_t k = 1; k <= FAULTS; k++) {
        double votes[FAULTS + 1] = {0.0};
        if (t->test[k].n == 0 || is_hidden(k)) {
            continue;
        }
        uint32_t best = 0;
        for (uint32_t i = 0; i < t->n[k]; i++) {
            const struct judged *row = &t->judged[t->first[k] + i];
            if (row->is_diagnosed && row->is_alarm) {
                votes[row->answer.fault] += (double)row->answer.probability;
            }
        }
        for (uint32_t f = 1; f <= FAULTS; f++) {
            best = votes[f] > votes[best] ? f : best;
        }
        n++;
        n_right += best == k ? 1 : 0;
    }
    figure(t, "diagnosis, share of runs that are right", "진단 정확도, 실험 단위",
           n > 0 ? (double)n_right / n : (double)NAN);
}

static maru_status tell_diagnosis(struct tep *t) {
    static const struct share_row rows[] = {
        {"diagnosis, samples, without 3, 9 and 15", "진단 정확도, 표본, 3·9·15번 제외",
         diagnosed_detectable, is_right, 0, 0, false},
        {"diagnosis, samples with an alarm, without them", "진단 정확도, 경보가 난 표본, 제외",
         diagnosed_alarms, is_right, 0, 0, false},
        {"diagnosis, samples not called unknown, without them",
         "진단 정확도, 아는 고장이라 답한 표본, 제외", diagnosed_known, is_right, 0, 0, false},
        {"diagnosis, samples called unknown, without them", "모르는 고장이라 답한 비율, 제외",
         diagnosed_detectable, is_called_unknown, 0, 0, true},
        {"diagnosis, samples of faults 3, 9 and 15", "진단 정확도, 3·9·15번", diagnosed_hidden,
         is_right, 0, 0, false},
        {"diagnosis, samples of all tested faults", "진단 정확도, 시험한 고장 모두", diagnosed_rows,
         is_right, 0, 0, false},
    };
    maru_status st = add_shares(t, rows, sizeof rows / sizeof *rows);
    tell_runs(t);
    for (uint32_t k = 1; k <= FAULTS && st == MARU_OK; k++) {
        char english[64], korean[96];
        snprintf(english, sizeof english, "diagnosis of fault %u", k);
        snprintf(korean, sizeof korean, "%u번 진단 정확도", k);
        st = add_share(t, english, korean, k, diagnosed_of_fault, is_right);
    }
    return st;
}

// ---- faults that nobody has seen

// Every other detectable fault is left out of what is learnt, then the rest: how often do they get no name?
static maru_status tell_unseen(struct tep *t) {
    uint32_t n = 0, n_unknown = 0;
    maru_status st = MARU_OK;
    for (uint32_t part = 0; part < 2 && st == MARU_OK; part++) {
        bool is_left_out[FAULTS + 1] = {false};
        for (uint32_t k = 1, seen = 0; k <= FAULTS; k++) {
            const bool is_tested = t->test[k].n > 0 && !is_hidden(k);
            is_left_out[k] = is_tested && seen % 2 == part;
            seen += is_tested ? 1 : 0;
        }
        st = learn(t, is_left_out, 2);
        for (uint32_t k = 1; k <= FAULTS && st == MARU_OK; k++) {
            struct fault_answer *answer = NULL;
            if (!is_left_out[k]) {
                continue;
            }
            st = ask(t, k, &answer);
            for (uint32_t i = ONSET; i < t->test[k].n && st == MARU_OK; i++) {
                n++;
                n_unknown += answer[i].name.is_unknown ? 1 : 0;
            }
        }
        set_progress(t->run, 0.6 + 0.2 * part, "faults that nobody has seen");
    }
    if (st == MARU_OK && n > 0) {
        figure(t, "faults left out of learning, called unknown",
               "학습에 없던 고장을 모른다고 한 비율", (double)n_unknown / n);
    }
    return st;
}

// ---- the file for others

static void write_rows(struct tep *t) {
    struct text *out = &t->result->predictions;
    text_addz(out,
              "fault,sample,statistic,alarm,alarm_at_1_percent,diagnosis,probability,unknown\n");
    for (uint32_t i = 0; i < t->n_judged; i++) {
        const struct judged *row = &t->judged[i];
        struct text *to = row->is_standin ? &t->result->details : out;
        if (row->is_standin && to->n_bytes == 0) {
            text_addz(to, "fault,sample,statistic,alarm,alarm_at_1_percent\n");
        }
        text_addf(to, "%u,%u,", row->fault, row->sample + 1);
        text_add_double(to, row->statistic);
        text_addf(to, ",%d,%d", row->is_alarm, row->is_alarm_1);
        if (row->is_diagnosed) {
            text_addf(to, ",%u,", row->answer.fault);
            text_add_fixed(to, (double)row->answer.probability, 4);
            text_addf(to, ",%d", row->answer.is_unknown);
        } else if (!row->is_standin) {
            text_addz(to, ",,,");
        }
        text_addz(to, "\n");
    }
}

maru_status set_tep(const struct set_run *run, struct set_result *result, maru_error *err) {
    struct tep t = {.run = run, .result = result, .err = err};
    arena_init(&t.arena, (size_t)1 << 30);
    maru_status st = read_files(&t);
    if (st == MARU_OK) {
        set_progress(run, 0.05, "detection");
        st = detect(&t);
    }
    if (st == MARU_OK) {
        st = tell_detection(&t);
    }
    if (st == MARU_OK) {
        set_progress(run, 0.2, "diagnosis");
        st = diagnose_all(&t);
    }
    if (st == MARU_OK) {
        st = tell_diagnosis(&t);
    }
    if (st == MARU_OK && !run->is_short) {
        set_progress(run, 0.6, "faults that nobody has seen");
        st = tell_unseen(&t);
    }
    if (st == MARU_OK) {
        write_rows(&t);
    }
    fault_trees_fini(&t.model.trees);
    arena_fini(&t.arena);
    return st;
}
