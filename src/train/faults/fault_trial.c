// What a model of process faults is worth, on rows that it has not seen.
//
// A model of the rows that are not set aside watches every run from its beginning, as it would live. Alarms: of normal rows those set aside
// count; of faulty ones all do, as nothing is learnt from them for alarms. Names: of the alarms of faults those set aside count. Unknown faults:
// a part of the faults is left out of learning, then another; of their alarms, how many get no name?

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "learn/measures/group_share.h"
#include "learn/measures/row_order.h"
#include "learn/share.h"
#include "train/faults/fault_inside.h"

enum { BLOCK = 40, UNSEEN_PARTS = 2, UNSEEN_FOLDS = 2 };

static const double mostly = 0.8; // of unknown faults, that should be called so

static const struct fault_figure nothing_known = {(double)NAN, (double)NAN, (double)NAN};

// What was said of each row.
struct said {
    bool is_ready, is_alarm, has_name, is_unknown;
    uint32_t fault; // its name, from 1
};

// Rows that are chosen for a figure.
struct chosen {
    uint8_t *is_hit;
    uint32_t *group, *cluster;
    uint32_t n, n_cluster, last;
};

struct trial {
    struct fault_work *w;
    struct said *said, *unseen; // (n_row)
    uint32_t *at;               // (n_row) where it stands in its stretch
    struct chosen chosen;
    uint32_t *class_fault; // (n_fault)
};

static maru_status open_trial(struct trial *t, maru_error *err) {
    struct arena *arena = t->w->arena;
    const struct fault_samples *s = &t->w->samples;
    const size_t n = (size_t)s->n_row + 1;
    t->said = arena_take(arena, n, sizeof *t->said);
    t->unseen = arena_take(arena, n, sizeof *t->unseen);
    t->at = arena_take(arena, n, sizeof *t->at);
    t->chosen.is_hit = arena_take(arena, n, sizeof *t->chosen.is_hit);
    t->chosen.group = arena_take(arena, n, sizeof *t->chosen.group);
    t->chosen.cluster = arena_take(arena, n, sizeof *t->chosen.cluster);
    t->class_fault = arena_take(arena, (size_t)s->n_fault + 1, sizeof *t->class_fault);
    if (!t->said || !t->unseen || !t->at || !t->chosen.is_hit || !t->chosen.group ||
        !t->chosen.cluster || !t->class_fault) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 1; i < s->n_row; i++) {
        const bool is_same = s->run[i] == s->run[i - 1] && s->fault[i] == s->fault[i - 1];
        t->at[i] = is_same ? t->at[i - 1] + 1 : 0;
    }
    return MARU_OK;
}

// ---- watching

// Every run, from its beginning.
static maru_status watch_all(const struct trial *t, const struct fault_model *model,
                             struct said *said, maru_error *err) {
    const struct fault_samples *s = &t->w->samples;
    struct arena arena;
    struct fault_state state;
    arena_init(&arena, (size_t)1 << 28);
    const maru_status st = fault_state_init(model, &arena, &state, err);
    for (uint32_t i = 0; i < s->n_row && st == MARU_OK; i++) {
        struct fault_answer a;
        if (i == 0 || s->run[i] != s->run[i - 1]) {
            fault_start(&state);
        }
        fault_step(model, &state, s->x + (size_t)i * s->n_column, &a);
        said[i] = (struct said){a.is_ready, a.is_alarm, a.has_name, a.name.is_unknown,
                                a.has_name ? a.name.fault : 0};
    }
    arena_fini(&arena);
    return st;
}

// What a model says whose names are learnt with these options; the number of names that were.
static maru_status ask_model(const struct trial *t, const struct fault_model *model,
                             const struct fault_fit_options *options, struct said *said,
                             uint32_t *n_learnt, maru_error *err) {
    struct fault_model asked = *model;
    maru_status st = fault_fit_names(&t->w->samples, options, &model->monitor, &asked.trees,
                                     t->class_fault, err);
    if (st != MARU_OK) {
        return st;
    }
    asked.class_fault = t->class_fault;
    st = watch_all(t, &asked, said, err);
    *n_learnt = asked.trees.n_fault;
    fault_trees_fini(&asked.trees);
    return st;
}

// ---- figures

static void begin(struct chosen *c) {
    c->n = c->n_cluster = 0;
    c->last = UINT32_MAX;
}

// Neighbors in blocks of a stretch: rows of another stretch, or of another block of this one, begin a new one.
static void choose(struct trial *t, uint32_t row, uint32_t group, bool is_hit) {
    struct chosen *c = &t->chosen;
    const bool is_near = c->last != UINT32_MAX && row - c->last == t->at[row] - t->at[c->last] &&
                         t->at[row] > t->at[c->last] &&
                         t->at[row] / BLOCK == t->at[c->last] / BLOCK;
    c->n_cluster += is_near ? 0 : 1;
    c->is_hit[c->n] = is_hit ? 1 : 0;
    c->group[c->n] = group;
    c->cluster[c->n++] = c->n_cluster - 1;
    c->last = row;
}

// The share of what was chosen, never surer than Wilson's interval where it is one group, or where all rows agree.
static maru_status figure(struct trial *t, bool is_one_group, struct fault_figure *out,
                          maru_error *err) {
    const struct chosen *c = &t->chosen;
    const struct group_share_rows rows = {c->is_hit,    c->group,     c->cluster,    c->n,
                                          c->n_cluster, FAULT_ROUNDS, t->w->in->seed};
    struct arena arena;
    struct bootstrap got;
    arena_init(&arena, (size_t)1 << 32);
    const maru_status st = group_share(&rows, &arena, &got, err);
    arena_fini(&arena);
    if (st != MARU_OK) {
        return st;
    }
    *out = (struct fault_figure){got.value, got.low, got.high};
    if (c->n > 0 && (is_one_group || !(got.low < got.high))) {
        uint64_t n_hit = 0;
        for (uint32_t i = 0; i < c->n; i++) {
            n_hit += c->is_hit[i];
        }
        const struct share share = share_of(n_hit, c->n, 0.95);
        out->low = !(out->low < share.low) ? share.low : out->low;
        out->high = !(out->high > share.high) ? share.high : out->high;
    }
    return MARU_OK;
}

// fault FAULT_NONE: all of them.
static bool is_faulty(const struct trial *t, uint32_t row, uint32_t fault) {
    const uint32_t its = t->w->samples.fault[row];
    return its != FAULT_NORMAL && t->said[row].is_ready && (fault == FAULT_NONE || its == fault);
}

static bool is_named(const struct trial *t, uint32_t row, uint32_t fault) {
    return is_faulty(t, row, fault) && t->w->side[row] == FAULT_TEST && t->said[row].is_alarm &&
           t->said[row].has_name && t->w->told[t->w->samples.fault[row] - 1].is_learnt;
}

static maru_status tell_false_alarms(struct trial *t, maru_error *err) {
    const struct fault_samples *s = &t->w->samples;
    begin(&t->chosen);
    for (uint32_t i = 0; i < s->n_row; i++) {
        if (s->fault[i] == FAULT_NORMAL && t->w->side[i] == FAULT_TEST && t->said[i].is_ready) {
            choose(t, i, 0, t->said[i].is_alarm);
        }
    }
    t->w->model.n_normal_tried = t->chosen.n;
    return figure(t, true, &t->w->model.false_alarms, err);
}

static maru_status tell_detected(struct trial *t, uint32_t fault, struct fault_figure *out,
                                 maru_error *err) {
    begin(&t->chosen);
    for (uint32_t i = 0; i < t->w->samples.n_row; i++) {
        if (is_faulty(t, i, fault)) {
            choose(t, i, t->w->samples.fault[i], t->said[i].is_alarm);
        }
    }
    return figure(t, fault != FAULT_NONE, out, err);
}

static maru_status tell_named(struct trial *t, uint32_t fault, struct fault_figure *out,
                              maru_error *err) {
    begin(&t->chosen);
    for (uint32_t i = 0; i < t->w->samples.n_row; i++) {
        if (is_named(t, i, fault)) {
            choose(t, i, t->w->samples.fault[i], t->said[i].fault == t->w->samples.fault[i]);
        }
    }
    return figure(t, fault != FAULT_NONE, out, err);
}

static maru_status tell_unknown(struct trial *t, uint32_t fault, struct fault_figure *out,
                                maru_error *err) {
    begin(&t->chosen);
    for (uint32_t i = 0; i < t->w->samples.n_row; i++) {
        if (is_named(t, i, fault)) {
            choose(t, i, t->w->samples.fault[i], t->said[i].is_unknown);
        }
    }
    return figure(t, fault != FAULT_NONE, out, err);
}

// ---- each fault

// Samples until the first alarm of each stretch, in the middle of all; a stretch without any lasts forever.
static maru_status tell_delay(const struct trial *t, uint32_t fault, struct fault_told *told,
                              maru_error *err) {
    const struct fault_samples *s = &t->w->samples;
    double *delay = arena_take(t->w->arena, (size_t)s->n_row + 1, sizeof *delay);
    uint32_t *order = arena_take(t->w->arena, (size_t)s->n_row + 1, sizeof *order);
    uint32_t *spare = arena_take(t->w->arena, (size_t)s->n_row + 1, sizeof *spare);
    uint32_t n = 0;
    if (!delay || !order || !spare) {
        return arena_refusal(t->w->arena, err);
    }
    for (uint32_t i = 0; i < s->n_row; i++) {
        if (s->fault[i] != fault) {
            continue;
        }
        told->n_row++;
        if (t->at[i] == 0) {
            delay[n++] = INFINITY;
        }
        if (t->said[i].is_alarm && isinf(delay[n - 1])) {
            delay[n - 1] = t->at[i];
        }
    }
    told->n_run = n;
    for (uint32_t i = 0; i < n; i++) {
        told->n_missed += isinf(delay[i]) ? 1 : 0;
    }
    row_order(delay, n, order, spare);
    const double middle = n > 0 ? delay[order[(n - 1) / 2]] : INFINITY;
    told->delay = isinf(middle) ? (double)NAN : middle;
    return MARU_OK;
}

// The fault that a fault is taken for most often.
static void tell_confusion(const struct trial *t, uint32_t fault, struct fault_told *told,
                           uint32_t *n_as) {
    const struct fault_samples *s = &t->w->samples;
    uint32_t n = 0, best = fault == 1 ? 2 : 1;
    memset(n_as, 0, (size_t)(s->n_fault + 1) * sizeof *n_as);
    for (uint32_t i = 0; i < s->n_row; i++) {
        if (is_named(t, i, fault)) {
            n_as[t->said[i].fault]++;
            n++;
        }
    }
    for (uint32_t k = 1; k <= s->n_fault; k++) {
        best = k != fault && n_as[k] > n_as[best] ? k : best;
    }
    const bool is_taken = best <= s->n_fault && n_as[best] > 0;
    told->n_tried = n;
    told->taken_for = is_taken ? best - 1 : FAULT_NONE;
    told->taken = n > 0 ? (is_taken ? (double)n_as[best] / n : 0.0) : (double)NAN;
}

static maru_status tell_fault(struct trial *t, uint32_t fault, uint32_t *n_as, maru_error *err) {
    struct fault_told *told = &t->w->told[fault - 1];
    struct fault_figure unknown;
    told->name = t->w->name[fault];
    told->is_by_run = t->w->n_run_of[fault] > 1;
    told->unseen = (double)NAN;
    maru_status st = tell_delay(t, fault, told, err);
    tell_confusion(t, fault, told, n_as);
    st = st == MARU_OK ? tell_detected(t, fault, &told->detected, err) : st;
    st = st == MARU_OK ? tell_named(t, fault, &told->named, err) : st;
    st = st == MARU_OK ? tell_unknown(t, fault, &unknown, err) : st;
    if (st == MARU_OK) {
        told->unknown = unknown.value;
    }
    return st;
}

// Which name the alarms of each fault got, in classes of the trees that are kept, which are those of the trial or more.
static void count_confusion(const struct trial *t, const uint32_t *class_of, uint32_t n_class,
                            uint32_t *confusion) {
    for (uint32_t i = 0; i < t->w->samples.n_row; i++) {
        if (is_named(t, i, FAULT_NONE)) {
            const uint32_t truth = class_of[t->w->samples.fault[i]],
                           said = class_of[t->said[i].fault];
            confusion[truth * n_class + said]++;
        }
    }
}

static maru_status tell_table(struct trial *t, uint32_t *n_as, maru_error *err) {
    struct fault_work *w = t->w;
    uint32_t n_class = 0;
    for (uint32_t k = 0; k < w->samples.n_fault; k++) {
        n_as[k + 1] = w->told[k].is_learnt ? n_class++ : 0;
    }
    uint32_t *confusion = arena_take(w->arena, (size_t)n_class * n_class + 1, sizeof *confusion);
    if (!confusion) {
        return arena_refusal(w->arena, err);
    }
    count_confusion(t, n_as, n_class, confusion);
    w->model.confusion = confusion;
    return MARU_OK;
}

// ---- faults that nobody has seen

// The share of the alarms of each fault that got no name.
static void tell_unseen(struct trial *t) {
    const struct chosen *c = &t->chosen;
    for (uint32_t k = 1; k <= t->w->samples.n_fault; k++) {
        uint32_t n = 0, n_hit = 0;
        for (uint32_t i = 0; i < c->n; i++) {
            n += c->group[i] == k ? 1 : 0;
            n_hit += c->group[i] == k ? c->is_hit[i] : 0;
        }
        t->w->told[k - 1].unseen = n > 0 ? (double)n_hit / n : (double)NAN;
    }
}

// Every other learnt fault is left out, then the rest. Rows of a fault that is left out are all new.
static maru_status try_unseen(struct trial *t, const struct fault_model *model, maru_error *err) {
    struct fault_work *w = t->w;
    const struct fault_samples *s = &w->samples;
    maru_status st = MARU_OK;
    begin(&t->chosen);
    for (uint32_t part = 0; part < UNSEEN_PARTS && st == MARU_OK; part++) {
        bool is_left_out[DIAGNOSIS_MAX_FAULTS + 1] = {false};
        struct fault_fit_options options = w->options;
        uint32_t n_learnt = 0;
        for (uint32_t k = 1, seen = 0; k <= s->n_fault; k++) {
            is_left_out[k] = w->told[k - 1].is_learnt && seen % UNSEEN_PARTS == part;
            seen += w->told[k - 1].is_learnt ? 1 : 0;
        }
        options.n_fold = UNSEEN_FOLDS;
        options.is_left_out = is_left_out;
        st = ask_model(t, model, &options, t->unseen, &n_learnt, err);
        for (uint32_t i = 0; i < s->n_row && st == MARU_OK; i++) {
            if (is_left_out[s->fault[i]] && t->unseen[i].is_alarm && t->unseen[i].has_name) {
                choose(t, i, s->fault[i], t->unseen[i].is_unknown);
            }
        }
        st = st == MARU_OK ? fault_tell(w, 0.45 + 0.1 * part, err) : st;
    }
    st = st == MARU_OK ? figure(t, false, &w->model.unseen, err) : st;
    if (st == MARU_OK) {
        tell_unseen(t);
    }
    return st;
}

// ---- what to beware of

static void warn_of_faults(struct fault_work *w, uint32_t n_learnt) {
    const struct fault_model *m = &w->model;
    const double usual = fmax(m->alpha, m->false_alarms.high);
    for (uint32_t k = 0; k < w->samples.n_fault; k++) {
        const struct fault_told *told = &w->told[k];
        if (!(told->detected.low > usual)) {
            fault_warn(w, FAULT_WARN_HIDDEN);
        }
        if (told->is_learnt && !told->is_by_run) {
            fault_warn(w, FAULT_WARN_ONE_RUN);
        }
        if (!told->is_learnt && n_learnt > 0) {
            fault_warn(w, FAULT_WARN_FEW_ROWS);
        }
    }
    if (w->samples.n_fault > 0 && n_learnt == 0) {
        fault_warn(w, FAULT_WARN_NO_NAMES);
    }
    if (n_learnt > 0 && !(m->unseen.low > mostly)) {
        fault_warn(w, FAULT_WARN_UNSEEN);
    }
}

static void warn_of_all(struct fault_work *w) {
    const struct fault_model *m = &w->model;
    if (m->false_alarms.low > m->alpha) {
        fault_warn(w, FAULT_WARN_FALSE_ALARMS);
    }
    if (m->n_normal_tried * m->alpha < 1) {
        fault_warn(w, FAULT_WARN_FEW_NORMAL);
    }
}

// ---- the whole

static maru_status tell_all(struct trial *t, maru_error *err) {
    struct fault_work *w = t->w;
    uint32_t *n_as = arena_take(w->arena, (size_t)w->samples.n_fault + 2, sizeof *n_as);
    if (!n_as) {
        return arena_refusal(w->arena, err);
    }
    maru_status st = tell_false_alarms(t, err);
    st = st == MARU_OK ? tell_detected(t, FAULT_NONE, &w->model.detected, err) : st;
    st = st == MARU_OK ? tell_named(t, FAULT_NONE, &w->model.named, err) : st;
    st = st == MARU_OK ? tell_unknown(t, FAULT_NONE, &w->model.unknown, err) : st;
    for (uint32_t k = 1; k <= w->samples.n_fault && st == MARU_OK; k++) {
        st = tell_fault(t, k, n_as, err);
    }
    return st == MARU_OK ? tell_table(t, n_as, err) : st;
}

maru_status fault_try(struct fault_work *w, maru_error *err) {
    struct trial t = {.w = w};
    const uint32_t n_fault = w->samples.n_fault;
    uint8_t *is_used = arena_take(w->arena, (size_t)w->samples.n_row + 1, sizeof *is_used);
    w->told = arena_take(w->arena, (size_t)n_fault + 1, sizeof *w->told);
    if (!is_used || !w->told) {
        return arena_refusal(w->arena, err);
    }
    for (uint32_t i = 0; i < w->samples.n_row; i++) {
        is_used[i] = w->side[i] == FAULT_TRAIN;
    }
    struct fault_model model = w->model;
    struct fault_fit_options options = w->options;
    uint32_t n_learnt = 0;
    options.is_used = is_used;
    w->model.unseen = nothing_known;
    maru_status st = open_trial(&t, err);
    st = st == MARU_OK ? fault_fit_monitor(&w->samples, &options, w->arena, &model.monitor, err)
                       : st;
    st = st == MARU_OK ? fault_tell(w, 0.05, err) : st;
    st = st == MARU_OK ? ask_model(&t, &model, &options, t.said, &n_learnt, err) : st;
    for (uint32_t k = 0; k < n_learnt && st == MARU_OK; k++) {
        w->told[t.class_fault[k] - 1].is_learnt = true;
    }
    st = st == MARU_OK ? tell_all(&t, err) : st;
    st = st == MARU_OK ? fault_tell(w, 0.35, err) : st;
    st = st == MARU_OK && n_learnt >= 2 * UNSEEN_PARTS ? try_unseen(&t, &model, err) : st;
    if (st == MARU_OK) {
        warn_of_faults(w, n_learnt);
        warn_of_all(w);
    }
    return st;
}
