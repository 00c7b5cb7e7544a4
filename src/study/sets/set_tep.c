// The Tennessee Eastman process: is something wrong (detection), and which fault is it (diagnosis)?
//
// Detection. The usual monitor of control/fdc is fitted on d00.dat, 500 normal samples; its limits come from the same file by blocks held out. What
// is told of a sample is the largest of its statistics, each over its limit: an alarm above 1. The same statistic is then judged by
// the threshold that exactly 1 % of the normal test run d00_te.dat is above, so that methods can be compared at one rate.
//
// Diagnosis. Each sample becomes its variables and what the monitor could not predict of them, and level, slope and spread of both over
// two windows (learn/trailing); boosted trees (train/diagnosis) learn them from d01.dat to d21.dat, which are faulty from the first sample on. Rows
// held out are blocks of time, as far from what is learnt as the longest window is. They chose windows and trees.
//
// Judged are the samples after the 160th of dNN_te.dat. Where a test file is not there, its fault is judged for detection on the
// training file, and figures say so. Faults 3, 9 and 15 move next to nothing: they are told apart from the mean of the other 18.
//
// Intervals: blocks of 40 samples are drawn anew, as neighbors share their luck.

#include "base/number.h"
#include "base/status.h"
#include "control/fdc/monitor.h"
#include "learn/measures/bootstrap.h"
#include "learn/measures/row_order.h"
#include "learn/trailing.h"
#include "study/sets/sets.h"
#include "train/faults/diagnosis.h"

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
    struct diagnosis_answer answer; // fault - 1
};

struct tep {
    const struct set_run *run;
    struct set_result *result;
    maru_error *err;
    struct arena arena;
    struct monitor monitor;
    double *history;
    struct run_file train[FAULTS + 1], test[FAULTS + 1];
    struct judged *judged;
    uint32_t n_judged, first[FAULTS + 1], n[FAULTS + 1]; // of each fault's file
    double threshold_1;
    uint32_t n_feature;
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

static maru_status fit_monitor(struct tep *t) {
    struct arena scratch;
    arena_init(&scratch, 1 << 28);
    const struct monitor_options options = monitor_defaults();
    const struct monitor_part part = {t->train[0].value, t->train[0].n};
    const struct monitor_data data = {&part, 1, VARIABLES};
    const maru_status st = monitor_fit(&options, &data, &t->arena, &scratch, &t->monitor, t->err);
    arena_fini(&scratch);
    t->history = arena_take(&t->arena, (size_t)MONITOR_MAX_LAG * VARIABLES, sizeof *t->history);
    return st != MARU_OK ? st : t->history ? MARU_OK : arena_refusal(&t->arena, t->err);
}

// The largest statistic over its limit; 0 before the monitor is ready.
static double statistic_of(const struct monitor *m, const struct monitor_verdict *v) {
    double most = 0.0;
    for (int i = 0; i < N_STATISTIC && v->is_ready; i++) {
        if (m->is_active[i] && isfinite(v->statistic[i])) {
            const double own = m->limit[i][m->options.limit];
            most = fmax(most, v->statistic[i] / (isnan(own) ? m->limit[i][LIMIT_MATCHED] : own));
        }
    }
    return most;
}

static void watch(struct tep *t, uint32_t fault) {
    const bool is_standin = t->test[fault].n == 0;
    const struct run_file *file = is_standin ? &t->train[fault] : &t->test[fault];
    struct monitor_state state;
    monitor_start(&t->monitor, t->history, &state);
    t->first[fault] = t->n_judged;
    t->n[fault] = file->n;
    for (uint32_t i = 0; i < file->n; i++) {
        struct monitor_verdict v;
        monitor_step(&t->monitor, &state, file->value + (size_t)i * VARIABLES, NULL, &v);
        t->judged[t->n_judged++] =
            (struct judged){.fault = fault,
                            .sample = i,
                            .is_faulty = fault > 0 && (is_standin || i >= ONSET),
                            .is_standin = is_standin,
                            .is_alarm = v.is_alarm,
                            .statistic = statistic_of(&t->monitor, &v)};
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
    const maru_status st = fit_monitor(t);
    for (uint32_t k = 0; k <= FAULTS && st == MARU_OK; k++) {
        watch(t, k);
    }
    return st == MARU_OK ? find_threshold(t) : st;
}

// ---- diagnosis

// Features of a file's samples from `from` on, each `every`-th.
static maru_status add_features(struct tep *t, const struct run_file *file, uint32_t from,
                                uint32_t every, float *out) {
    struct trailing_options options = {.n_column = 2 * VARIABLES, .n_window = 2};
    memcpy(options.window, windows, sizeof windows);
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct trailing trailing;
    const maru_status st = trailing_init(&options, &arena, &trailing, t->err);
    float *spare = st == MARU_OK ? arena_take(&arena, trailing.n_feature, sizeof *spare) : NULL;
    const struct monitor *m = &t->monitor;
    struct monitor_state state;
    monitor_start(m, t->history, &state);
    for (uint32_t i = 0; i < file->n && spare; i++) {
        const double *sample = file->value + (size_t)i * VARIABLES;
        double x[2 * VARIABLES], left[MONITOR_MAX_FEATURES];
        const bool is_ready = monitor_features(m, &state, sample, left);
        for (uint32_t j = 0; j < VARIABLES; j++) {
            x[j] = m->sd[j] > 0.0 ? (sample[j] - m->mean[j]) / m->sd[j] : 0.0;
            x[VARIABLES + j] =
                is_ready ? (left[j] - m->feature_mean[j]) * m->feature_scale[j] : (double)NAN;
        }
        const bool is_kept = i >= from && (i - from) % every == 0;
        trailing_step(&trailing, x, is_kept ? out : spare);
        out += is_kept ? trailing.n_feature : 0;
    }
    arena_fini(&arena);
    return st != MARU_OK ? st : spare ? MARU_OK : fail(t->err, MARU_E_MEMORY, "no memory");
}

// Training rows of some faults, and how they are held out.
struct lesson {
    struct diagnosis_rows rows;
    struct splits splits;
    struct arena arena;
    uint32_t fault_of[FAULTS]; // class -> fault
};

static maru_status make_lesson(struct tep *t, const bool *is_left_out, uint32_t n_fold,
                               struct lesson *out) {
    arena_init(&out->arena, (size_t)1 << 32);
    const uint32_t every = t->run->is_short ? 16 : 1;
    uint32_t n = 0, n_fault = 0;
    for (uint32_t k = 1; k <= FAULTS; k++) {
        n += is_left_out[k] ? 0 : (t->train[k].n + every - 1) / every;
    }
    float *x = arena_take(&out->arena, (size_t)n * t->n_feature, sizeof *x);
    uint32_t *fault = arena_take(&out->arena, n, sizeof *fault);
    int64_t *time = arena_take(&out->arena, n, sizeof *time);
    if (!x || !fault || !time) {
        return arena_refusal(&out->arena, t->err);
    }
    maru_status st = MARU_OK;
    uint32_t row = 0;
    for (uint32_t k = 1; k <= FAULTS && st == MARU_OK; k++) {
        if (is_left_out[k]) {
            continue;
        }
        st = add_features(t, &t->train[k], 0, every, x + (size_t)row * t->n_feature);
        for (uint32_t i = 0; i < t->train[k].n; i += every, row++) {
            fault[row] = n_fault;
            time[row] = i;
        }
        out->fault_of[n_fault++] = k;
    }
    out->rows = (struct diagnosis_rows){x, fault, n, t->n_feature, n_fault};
    const struct splits_input input = {
        .kind = SPLITS_BLOCKS, .n_row = n, .n_fold = n_fold, .time = time, .gap = windows[1]};
    return st == MARU_OK ? splits_make(&input, &out->arena, &out->splits, t->err) : st;
}

static maru_status learn(struct tep *t, const struct lesson *lesson, struct diagnosis **out) {
    struct diagnosis_options options = diagnosis_usual();
    options.trees.n_thread = t->run->n_thread;
    options.trees.seed = (uint32_t)t->run->seed;
    options.trees.n_round = t->run->is_short ? 4 : options.trees.n_round;
    options.trees.n_depth = t->run->is_short ? 2 : options.trees.n_depth;
    options.n_member = t->run->n_seed;
    return diagnosis_fit(&lesson->rows, &lesson->splits, &options, out, t->err);
}

// Ask about the faulty samples of a test file.
//   out     answer (n), from the arena
static maru_status ask(struct tep *t, struct diagnosis *d, uint32_t fault,
                       struct diagnosis_answer **answer) {
    const uint32_t n = t->test[fault].n - ONSET;
    struct arena arena;
    arena_init(&arena, (size_t)1 << 31);
    float *x = arena_take(&arena, (size_t)n * t->n_feature, sizeof *x);
    *answer = arena_take(&t->arena, n, sizeof **answer);
    maru_status st = !x         ? arena_refusal(&arena, t->err)
                     : !*answer ? arena_refusal(&t->arena, t->err)
                                : add_features(t, &t->test[fault], ONSET, 1, x);
    if (st == MARU_OK) {
        st = diagnosis_ask(d, x, n, *answer, NULL, t->err);
    }
    arena_fini(&arena);
    return st;
}

static struct set_figure *figure(struct tep *t, const char *english, const char *korean,
                                 double value) {
    return set_add_figure(t->result, english, korean, value);
}

static maru_status diagnose_all(struct tep *t) {
    static const bool none[FAULTS + 1] = {false};
    struct lesson lesson = {0};
    struct diagnosis *d = NULL;
    maru_status st = make_lesson(t, none, t->run->is_short ? 2 : FOLDS, &lesson);
    if (st == MARU_OK) {
        st = learn(t, &lesson, &d);
    }
    for (uint32_t k = 1; k <= FAULTS && st == MARU_OK; k++) {
        struct diagnosis_answer *answer = NULL;
        if (t->test[k].n == 0) {
            continue;
        }
        st = ask(t, d, k, &answer);
        for (uint32_t i = 0; i < t->test[k].n - ONSET && st == MARU_OK; i++) {
            struct judged *j = &t->judged[t->first[k] + ONSET + i];
            j->answer = answer[i];
            j->answer.fault = lesson.fault_of[answer[i].fault];
            j->is_diagnosed = true;
        }
    }
    if (st == MARU_OK) {
        const struct diagnosis_facts facts = diagnosis_facts_of(d);
        figure(t, "diagnosis, accuracy of training rows held out", "진단 정확도, 떼어 둔 학습 행",
               facts.accuracy);
    }
    diagnosis_free(d);
    arena_fini(&lesson.arena);
    return st;
}

// ---- figures

// Rows that are hit or not, in groups that weigh the same.
struct shares {
    const uint8_t *is_hit;
    const uint32_t *group;
    uint32_t n_row;
};

static double mean_share(const void *data, const uint32_t *count) {
    const struct shares *s = data;
    double n[FAULTS + 1] = {0.0}, hit[FAULTS + 1] = {0.0};
    for (uint32_t i = 0; i < s->n_row; i++) {
        n[s->group[i]] += count ? count[i] : 1;
        hit[s->group[i]] += s->is_hit[i] ? (count ? count[i] : 1) : 0;
    }
    double sum = 0.0, n_group = 0.0;
    for (uint32_t k = 0; k <= FAULTS; k++) {
        sum += n[k] > 0.0 ? hit[k] / n[k] : 0.0;
        n_group += n[k] > 0.0 ? 1.0 : 0.0;
    }
    return n_group > 0.0 ? sum / n_group : (double)NAN;
}

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
    const struct shares shares = {hit, group, n};
    const struct bootstrap_input input = {.measure = mean_share,
                                          .data = &shares,
                                          .n_row = n,
                                          .cluster = cluster,
                                          .n_cluster = n_cluster,
                                          .n_round = t->run->is_short ? 50 : ROUNDS,
                                          .level = 0.95,
                                          .seed = t->run->seed};
    struct bootstrap got = {0};
    if (n > 0) {
        st = bootstrap_interval(&input, &arena, &got, t->err);
    }
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
        struct lesson lesson = {0};
        struct diagnosis *d = NULL;
        st = make_lesson(t, is_left_out, 2, &lesson);
        if (st == MARU_OK) {
            st = learn(t, &lesson, &d);
        }
        for (uint32_t k = 1; k <= FAULTS && st == MARU_OK; k++) {
            struct diagnosis_answer *answer = NULL;
            if (!is_left_out[k]) {
                continue;
            }
            st = ask(t, d, k, &answer);
            for (uint32_t i = 0; i < t->test[k].n - ONSET && st == MARU_OK; i++) {
                n++;
                n_unknown += answer[i].is_unknown ? 1 : 0;
            }
        }
        diagnosis_free(d);
        arena_fini(&lesson.arena);
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
    t.n_feature = 2 * VARIABLES * (1 + N_TRAILING_KIND * 2);
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
    arena_fini(&t.arena);
    return st;
}
