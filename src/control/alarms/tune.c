#include "control/alarms/tune.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "control/alarms/alarms.h"
#include "plant/dialect/timespec.h"
#include "signal/sample.h"

// Alarms of one test (above, below, outside) are tuned, each alone on the series of its signal, without
// causes and floods; all others are counted by a replay of the real thing. The budget of an operator is
// shared by filling up: alarms below the share keep what they take, the rest have the same each.
//
// The search goes from what changes least to what changes most, and takes the first that fits: wider
// deadbands (multiples of the noise, the median step between samples), longer delays, looser limits
// (percentiles of what was normal, that is not shortly before a stop). None that would miss a stop is taken.

struct series {
    const maru_time *at_us; // (n)
    const double *value;    // (n), numbers of good quality
    size_t n;
};

struct search {
    const struct alarm_table *table;
    const struct tune_history *history;
    const struct tune_options *options;
    struct arena *arena;
    struct series *series;           // (n_signal)
    maru_time *before_us, *after_us; // (n_sample + 1): when an alarm came
    double *sorted;                  // (n_sample + 1)
};

struct replayed {
    const struct condition_leaf *leaf;
    const struct alarm_def *def;
    struct tune_setting setting;
    maru_time due_us, went_us;
    bool is_true, is_active, is_waiting;
    maru_time *came_us;
    uint32_t n_came;
};

struct tune_options tune_usual(void) {
    return (struct tune_options){.budget_per_h = 6.0, .before_us = INT64_C(1800) * 1000000};
}

const char *tune_statement(enum tune_statement statement, bool is_korean) {
    static const char *const text[2][N_TUNE_STATEMENT] = {{
#define X(name, english, korean) english,
                                                              TUNE_STATEMENTS(X)
#undef X
                                                          },
                                                          {
#define X(name, english, korean) korean,
                                                              TUNE_STATEMENTS(X)
#undef X
                                                          }};
    return (unsigned)statement < N_TUNE_STATEMENT ? text[is_korean][statement] : "";
}

// ---- replay of one test: what alarms.c does, for one alarm alone (a test compares the two)

static void end_delay(struct replayed *r, maru_time at_us) {
    r->is_waiting = false;
    r->is_active = r->is_true;
    if (r->is_active) {
        r->came_us[r->n_came++] = at_us;
    } else {
        r->went_us = at_us;
    }
}

static void change(struct replayed *r, bool is_true, maru_time at_us) {
    if (r->is_waiting && r->due_us <= at_us) {
        end_delay(r, r->due_us);
    }
    r->is_true = is_true;
    r->is_waiting = is_true != r->is_active;
    if (!r->is_waiting) {
        return;
    }
    const maru_time dead_us = r->went_us + r->def->dead_us;
    r->due_us = at_us + (is_true ? r->setting.on_us : r->def->off_us);
    r->due_us = is_true && dead_us > r->due_us ? dead_us : r->due_us;
    if (r->due_us <= at_us) {
        end_delay(r, at_us);
    }
}

static bool judge(const struct replayed *r, double value) {
    const double band = r->is_true ? r->setting.deadband : 0.0;
    const bool is_above = value > r->setting.high - band;
    const bool is_below = value < r->setting.low + band;
    return (r->leaf->kind != CONDITION_BELOW && is_above) ||
           (r->leaf->kind != CONDITION_ABOVE && is_below);
}

// When the alarm would have come: into came_us (room for one a sample); gives how often.
static uint32_t replay(const struct search *s, uint32_t alarm, const struct tune_setting *setting,
                       maru_time *came_us) {
    const struct alarm_def *def = &s->table->alarm[alarm];
    struct replayed r = {.leaf = &s->table->leaf[def->first_leaf],
                         .def = def,
                         .setting = *setting,
                         .went_us = INT64_MIN / 2,
                         .came_us = came_us};
    const struct series *series = &s->series[r.leaf->signal];
    for (size_t i = 0; i < series->n; i++) {
        const bool is_true = judge(&r, series->value[i]);
        if (is_true != r.is_true) {
            change(&r, is_true, series->at_us[i]);
        }
    }
    if (r.is_waiting && r.due_us <= s->history->to_us) {
        end_delay(&r, r.due_us);
    }
    return r.n_came;
}

// ---- stops

// The first of n sorted times that is at or after a moment.
static uint32_t first_from(const maru_time *times, uint32_t n, maru_time at_us) {
    uint32_t low = 0, high = n;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (times[mid] < at_us) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static bool has_stop(const struct search *s, maru_time at_us) {
    const struct tune_history *h = s->history;
    const uint32_t i = first_from(h->stop_us, h->n_stop, at_us);
    return i < h->n_stop && h->stop_us[i] - at_us <= s->options->before_us;
}

// Has one of the alarms come before this stop?
static bool is_warned(const struct search *s, uint32_t stop, const maru_time *came_us, uint32_t n) {
    const maru_time stop_us = s->history->stop_us[stop];
    const uint32_t i = first_from(came_us, n, stop_us - s->options->before_us);
    return i < n && came_us[i] <= stop_us;
}

static uint32_t count_missed(const struct search *s, uint32_t n_before, uint32_t n_after,
                             uint32_t *n_warned) {
    uint32_t n_missed = 0;
    *n_warned = 0;
    for (uint32_t i = 0; i < s->history->n_stop; i++) {
        const bool was = is_warned(s, i, s->before_us, n_before);
        *n_warned += was;
        n_missed += was && !is_warned(s, i, s->after_us, n_after);
    }
    return n_missed;
}

// ---- what is normal

static void sift(double *value, size_t at, size_t n) {
    const double it = value[at];
    for (size_t child = 2 * at + 1; child < n; child = 2 * at + 1) {
        child += child + 1 < n && value[child + 1] > value[child];
        if (!(value[child] > it)) {
            break;
        }
        value[at] = value[child];
        at = child;
    }
    value[at] = it;
}

static void sort(double *value, size_t n) { // heap sort
    for (size_t i = n / 2; i-- > 0;) {
        sift(value, i, n);
    }
    for (size_t i = n; i-- > 1;) {
        const double last = value[i];
        value[i] = value[0];
        value[0] = last;
        sift(value, 0, i);
    }
}

static double percentile(const double *sorted, size_t n, double p) {
    return sorted[(size_t)(p * (double)(n - 1) + 0.5)];
}

enum { N_DEADBAND = 4, N_DELAY = 5, N_LIMIT = 5 };

struct choices {
    double deadband[N_DEADBAND], low[N_LIMIT], high[N_LIMIT];
    maru_time on_us[N_DELAY];
};

// The median of the steps between neighbors.
static double noise_of(const struct search *s, const struct series *series) {
    size_t n = 0;
    for (size_t i = 1; i < series->n; i++) {
        s->sorted[n++] = fabs(series->value[i] - series->value[i - 1]);
    }
    sort(s->sorted, n);
    return n > 0 ? percentile(s->sorted, n, 0.5) : 0.0;
}

static void choose(const struct search *s, uint32_t alarm, const struct tune_setting *was,
                   struct choices *out) {
    static const double factor[N_DEADBAND] = {0, 2, 4, 8},
                        share[N_LIMIT] = {0, 0.99, 0.999, 0.9999, 1};
    static const int delay_s[N_DELAY] = {0, 5, 15, 60, 300};
    const struct condition_leaf *leaf = &s->table->leaf[s->table->alarm[alarm].first_leaf];
    const struct series *series = &s->series[leaf->signal];
    const double noise = noise_of(s, series);
    for (int i = 0; i < N_DEADBAND; i++) {
        out->deadband[i] = factor[i] * noise > was->deadband ? factor[i] * noise : was->deadband;
    }
    for (int i = 0; i < N_DELAY; i++) {
        const maru_time on_us = delay_s[i] * INT64_C(1000000);
        out->on_us[i] = on_us > was->on_us ? on_us : was->on_us;
    }
    size_t n = 0;
    for (size_t i = 0; i < series->n; i++) {
        if (!has_stop(s, series->at_us[i])) {
            s->sorted[n++] = series->value[i];
        }
    }
    sort(s->sorted, n);
    for (int i = 0; i < N_LIMIT; i++) { // looser ones alone; the first is as it was
        const double high = i > 0 && n > 0 ? percentile(s->sorted, n, share[i]) : was->high;
        const double low = i > 0 && n > 0 ? percentile(s->sorted, n, 1.0 - share[i]) : was->low;
        out->high[i] = high > was->high ? high : was->high;
        out->low[i] = low < was->low ? low : was->low;
    }
}

// ---- the search

static bool is_tunable(const struct alarm_table *table, uint32_t alarm) {
    const struct alarm_def *def = &table->alarm[alarm];
    return def->n_code == 1 && table->leaf[def->first_leaf].kind <= CONDITION_OUTSIDE;
}

static void try_setting(const struct search *s, uint32_t alarm, const struct tune_setting *setting,
                        double share, struct tune_proposal *best) {
    const struct condition_leaf *leaf = &s->table->leaf[s->table->alarm[alarm].first_leaf];
    if (leaf->kind == CONDITION_OUTSIDE && setting->deadband > setting->high - setting->low) {
        return; // would never end
    }
    const uint32_t n = replay(s, alarm, setting, s->after_us);
    uint32_t n_warned = 0;
    if (n < best->n_after && count_missed(s, best->n_before, n, &n_warned) == 0) {
        best->now = *setting;
        best->n_after = n;
        best->is_changed = true;
        best->is_over = n > share;
    }
}

static void search_settings(const struct search *s, uint32_t alarm, double share,
                            struct tune_proposal *best) {
    struct choices choices;
    choose(s, alarm, &best->was, &choices);
    for (int limit = 0; limit < N_LIMIT; limit++) {
        for (int delay = 0; delay < N_DELAY; delay++) {
            for (int band = 0; band < N_DEADBAND; band++) {
                const struct tune_setting setting = {choices.low[limit], choices.high[limit],
                                                     choices.deadband[band], choices.on_us[delay]};
                try_setting(s, alarm, &setting, share, best);
                if (!best->is_over) {
                    return;
                }
            }
        }
    }
}

// Which of the past alarms would not have come: those with none of the new ones before the next.
static maru_status list_gone(const struct search *s, uint32_t n_after, struct tune_proposal *p,
                             maru_error *err) {
    struct tune_gone *gone = arena_take(s->arena, TUNE_MAX_GONE, sizeof *gone);
    if (!gone) {
        return arena_refusal(s->arena, err);
    }
    for (uint32_t i = 0; i < p->n_before; i++) {
        const uint32_t k = first_from(s->after_us, n_after, s->before_us[i]);
        if (k < n_after && (i + 1 == p->n_before || s->after_us[k] < s->before_us[i + 1])) {
            continue;
        }
        const bool is_before_stop = has_stop(s, s->before_us[i]);
        if (p->n_gone < TUNE_MAX_GONE) {
            gone[p->n_gone] = (struct tune_gone){s->before_us[i], is_before_stop};
        }
        p->n_gone++;
        p->n_gone_with_stop += is_before_stop;
    }
    p->gone = gone;
    return MARU_OK;
}

static maru_status propose(const struct search *s, uint32_t alarm, double share, bool *warned,
                           struct tune_proposal *p, maru_error *err) {
    p->n_before = replay(s, alarm, &p->was, s->before_us);
    for (uint32_t i = 0; i < s->history->n_stop; i++) {
        warned[i] = warned[i] || is_warned(s, i, s->before_us, p->n_before);
    }
    p->n_after = p->n_before;
    p->is_over = p->n_before > share;
    if (p->is_over) {
        search_settings(s, alarm, share, p);
    }
    const uint32_t n_after = replay(s, alarm, &p->now, s->after_us);
    p->n_missed = count_missed(s, p->n_before, n_after, &p->n_warned);
    return p->is_changed ? list_gone(s, n_after, p, err) : MARU_OK;
}

// ---- the budget

// What each alarm of an operator may take so that all together take `budget`: those that take less keep
// it, the rest share what is left.
static double share_of(const struct search *s, const struct tune_proposal *p, uint32_t operator_,
                       double budget) {
    double share = 0.0, left = budget;
    uint32_t n_above = 0, n_last = UINT32_MAX;
    while (n_above != n_last) { // each turn some fall below; the share only grows
        n_last = n_above;
        n_above = 0;
        left = budget;
        for (uint32_t i = 0; i < s->table->n_alarm; i++) {
            if (s->table->alarm[i].operator_ == operator_) {
                n_above += p[i].n_before > share;
                left -= p[i].n_before > share ? 0.0 : p[i].n_before;
            }
        }
        share = n_above > 0 && left > 0.0 ? fmax(share, left / n_above) : fmax(share, left);
    }
    return share > 0.0 ? share : 0.0;
}

// ---- the history

static maru_status check(const struct alarm_table *table, const struct tune_history *h,
                         const struct tune_options *options, maru_error *err) {
    if (!(options->budget_per_h > 0.0) || options->before_us < 0 ||
        options->before_us > ALARMS_MAX_TIME) {
        return fail(err, MARU_E_USAGE,
                    "a budget of alarms is above 0, and the time before a stop is not below 0");
    }
    if (h->from_us >= h->to_us || h->from_us < -ALARMS_MAX_TIME / 2 ||
        h->to_us > ALARMS_MAX_TIME / 2 || h->n_sample >= UINT32_MAX) {
        return fail(err, MARU_E_INPUT, "the history ends before it begins, or is too long");
    }
    maru_time last_us = h->from_us;
    for (size_t i = 0; i < h->n_sample; i++) {
        if (h->sample[i].signal >= table->n_signal || h->sample[i].at_us < last_us ||
            h->sample[i].at_us > h->to_us) {
            return fail(err, MARU_E_INPUT,
                        "sample %zu of the history is out of order, or of no signal", i + 1);
        }
        last_us = h->sample[i].at_us;
    }
    for (uint32_t i = 1; i < h->n_stop; i++) {
        if (h->stop_us[i] < h->stop_us[i - 1]) {
            return fail(err, MARU_E_INPUT, "stop %u of the history is out of order", i + 1);
        }
    }
    return MARU_OK;
}

// Takes the samples apart by signal.
static bool make_series(struct search *s) {
    const struct tune_history *h = s->history;
    const size_t n_signal = s->table->n_signal;
    maru_time *at_us = arena_take(s->arena, h->n_sample + 1, sizeof *at_us);
    double *value = arena_take(s->arena, h->n_sample + 1, sizeof *value);
    size_t *first = arena_take(s->arena, n_signal + 2, sizeof *first);
    s->series = arena_take(s->arena, n_signal + 1, sizeof *s->series);
    if (!at_us || !value || !first || !s->series) {
        return false;
    }
    for (int pass = 0; pass < 2; pass++) { // count, then fill
        for (size_t i = 0; i < h->n_sample; i++) {
            const struct tune_sample *sample = &h->sample[i];
            if (sample->quality < QUALITY_UNCERTAIN || isnan(sample->value)) {
                continue;
            }
            if (pass == 0) {
                first[sample->signal + 1]++;
            } else {
                const size_t at = first[sample->signal] + s->series[sample->signal].n++;
                at_us[at] = sample->at_us;
                value[at] = sample->value;
            }
        }
        for (size_t k = 0; pass == 0 && k < n_signal; k++) {
            first[k + 1] += first[k];
            s->series[k] = (struct series){at_us + first[k], value + first[k], 0};
        }
    }
    return true;
}

struct hearing {
    const struct search *search;
    const struct tune_proposal *proposal;
    bool *warned; // (n_stop)
};

static void hear(void *context, const struct alarm_change *change) {
    const struct hearing *hearing = context;
    const struct search *s = hearing->search;
    const struct tune_history *h = s->history;
    const bool is_told =
        change->news == ALARM_MOVED && (change->to == ALARM_UNACKED || change->to == ALARM_ACKED);
    if (!is_told || hearing->proposal[change->alarm].is_tunable) {
        return;
    }
    for (uint32_t i = first_from(h->stop_us, h->n_stop, change->at_us);
         i < h->n_stop && h->stop_us[i] - change->at_us <= s->options->before_us; i++) {
        hearing->warned[i] = true;
    }
}

// How often the others come: the real thing, replayed.
static maru_status count_others(const struct search *s, struct tune_proposal *p, bool *warned,
                                maru_error *err) {
    struct hearing hearing = {s, p, warned};
    struct alarms alarms;
    const struct tune_history *h = s->history;
    const struct alarms_options options = alarms_usual();
    maru_status st = alarms_init(&alarms, s->table, &options, h->from_us, err);
    if (st != MARU_OK) {
        return st;
    }
    alarms_listen(&alarms, hear, &hearing);
    for (size_t i = 0; i < h->n_sample && st == MARU_OK; i++) {
        const struct tune_sample *x = &h->sample[i];
        st = alarms_sample(&alarms, x->signal, x->at_us, x->value, x->quality, err);
        st = st == MARU_OK ? alarms_advance(&alarms, x->at_us, err) : st;
    }
    st = st == MARU_OK ? alarms_advance(&alarms, h->to_us, err) : st;
    for (uint32_t i = 0; i < s->table->n_alarm; i++) {
        if (!p[i].is_tunable) {
            p[i].n_before = alarms.n_came[i];
            p[i].n_after = alarms.n_came[i];
        }
    }
    alarms_fini(&alarms);
    return st;
}

static void describe(const struct search *s, struct tune_proposal *p) {
    for (uint32_t i = 0; i < s->table->n_alarm; i++) {
        const struct alarm_def *def = &s->table->alarm[i];
        const struct condition_leaf *leaf = &s->table->leaf[def->first_leaf];
        p[i].is_tunable = is_tunable(s->table, i);
        p[i].n_told = s->history->n_told ? s->history->n_told[i] : TUNE_NOT_TOLD;
        p[i].was.on_us = def->on_us;
        if (p[i].is_tunable) {
            p[i].was = (struct tune_setting){leaf->low, leaf->high, leaf->deadband, def->on_us};
            p[i].n_before = replay(s, i, &p[i].was, s->before_us);
        }
        p[i].now = p[i].was;
    }
}

static maru_status run(struct search *s, struct tune_proposal *p, struct tune_operator *operators,
                       struct tune_result *out, maru_error *err) {
    const struct alarm_table *table = s->table;
    bool *warned = arena_take(s->arena, (size_t)s->history->n_stop + 1, sizeof *warned);
    if (!warned) {
        return arena_refusal(s->arena, err);
    }
    describe(s, p);
    maru_status st = count_others(s, p, warned, err);
    for (uint32_t i = 0; i < table->n_operator; i++) {
        operators[i].share_per_h = share_of(s, p, i, s->options->budget_per_h * out->hours);
    }
    for (uint32_t i = 0; i < table->n_alarm && st == MARU_OK; i++) {
        if (s->options->look) {
            s->options->look(s->options->watcher, (double)i / table->n_alarm);
        }
        struct tune_operator *operator_ = &operators[table->alarm[i].operator_];
        const double share = operator_->share_per_h; // in all, until below
        if (p[i].is_tunable) {
            st = propose(s, i, share, warned, &p[i], err);
        } else {
            p[i].is_over = p[i].n_before > share;
        }
        operator_->before_per_h += p[i].n_before / out->hours;
        operator_->after_per_h += p[i].n_after / out->hours;
    }
    for (uint32_t i = 0; i < table->n_operator; i++) {
        operators[i].share_per_h /= out->hours;
    }
    for (uint32_t i = 0; i < s->history->n_stop; i++) {
        out->n_unwarned += !warned[i];
    }
    return st;
}

maru_status tune_run(const struct alarm_table *table, const struct tune_history *history,
                     const struct tune_options *options, struct arena *arena,
                     struct tune_result *out, maru_error *err) {
    maru_status st = check(table, history, options, err);
    if (st != MARU_OK) {
        return st;
    }
    struct search s = {.table = table, .history = history, .options = options, .arena = arena};
    s.before_us = arena_take(arena, history->n_sample + 2, sizeof *s.before_us);
    s.after_us = arena_take(arena, history->n_sample + 2, sizeof *s.after_us);
    s.sorted = arena_take(arena, history->n_sample + 1, sizeof *s.sorted);
    struct tune_proposal *p = arena_take(arena, (size_t)table->n_alarm + 1, sizeof *p);
    struct tune_operator *operators =
        arena_take(arena, (size_t)table->n_operator + 1, sizeof *operators);
    if (!s.before_us || !s.after_us || !s.sorted || !p || !operators || !make_series(&s)) {
        return arena_refusal(arena, err);
    }
    struct tune_result result = {.n_alarm = table->n_alarm,
                                 .n_operator = table->n_operator,
                                 .n_stop = history->n_stop,
                                 .hours = (double)(history->to_us - history->from_us) / 3.6e9,
                                 .proposal = p,
                                 .operator_ = operators};
    result.has_statement[TUNE_NO_STOPS] = history->n_stop == 0;
    result.has_statement[TUNE_NONE_MISSED] = history->n_stop > 0;
    result.has_statement[TUNE_TOO_SHORT] = result.hours < 24.0;
    st = run(&s, p, operators, &result, err);
    if (st == MARU_OK) {
        *out = result;
    }
    return st;
}

// ---- JSON

static void write_number(struct text *out, const char *key, double value) {
    text_addf(out, "\"%s\":", key);
    text_add_double(out, value);
}

static void write_setting(const struct condition_leaf *leaf, const struct tune_setting *setting,
                          struct text *out) {
    text_addz(out, "{");
    if (leaf->kind != CONDITION_ABOVE) {
        write_number(out, "low", setting->low);
        text_addz(out, ",");
    }
    if (leaf->kind != CONDITION_BELOW) {
        write_number(out, "high", setting->high);
        text_addz(out, ",");
    }
    write_number(out, "deadband", setting->deadband);
    text_addf(out, ",\"on_delay_us\":%lld}", (long long)setting->on_us);
}

// The cells of the table that a setting stands for.
static void write_cells(const struct alarm_table *table, const struct condition_leaf *leaf,
                        const struct tune_setting *setting, struct text *out) {
    struct condition_leaf now = *leaf;
    struct text cell;
    text_init(&cell, (size_t)2 * CONDITION_MAX_TEXT);
    now.low = setting->low;
    now.high = setting->high;
    now.deadband = setting->deadband;
    alarm_table_write_test(table, &now, &cell);
    text_addz(out, ",\"condition\":");
    text_add_json(out, cell.bytes ? cell.bytes : "");
    text_clear(&cell);
    if (setting->on_us > 0) {
        span_write(&cell, setting->on_us);
    }
    text_addz(out, ",\"on_delay\":");
    text_add_json(out, cell.n_bytes > 0 ? cell.bytes : "");
    text_fini(&cell);
}

static void write_proposal(const struct alarm_table *table, uint32_t alarm,
                           const struct tune_result *result, struct text *out) {
    const struct tune_proposal *p = &result->proposal[alarm];
    const struct condition_leaf *leaf = &table->leaf[table->alarm[alarm].first_leaf];
    text_addz(out, "{\"alarm\":");
    text_add_json(out, table->alarm[alarm].name);
    text_addf(out, ",\"tunable\":%s,\"changed\":%s,\"over\":%s,", p->is_tunable ? "true" : "false",
              p->is_changed ? "true" : "false", p->is_over ? "true" : "false");
    write_number(out, "before_per_h", p->n_before / result->hours);
    text_addz(out, ",");
    write_number(out, "after_per_h", p->n_after / result->hours);
    text_addf(out, ",\"before\":%u,\"after\":%u,\"warned\":%u,\"missed\":%u", p->n_before,
              p->n_after, p->n_warned, p->n_missed);
    if (p->n_told != TUNE_NOT_TOLD) {
        text_addf(out, ",\"told\":%u", p->n_told);
    }
    if (p->is_tunable) {
        text_addz(out, ",\"was\":");
        write_setting(leaf, &p->was, out);
        text_addz(out, ",\"now\":");
        write_setting(leaf, &p->now, out);
        write_cells(table, leaf, &p->now, out);
    }
    text_addf(out, ",\"gone\":%u,\"gone_with_stop\":%u,\"gone_at\":[", p->n_gone,
              p->n_gone_with_stop);
    for (uint32_t i = 0; i < p->n_gone && i < TUNE_MAX_GONE; i++) {
        text_addf(out, "%s{\"at_us\":%lld,\"stop\":%s}", i > 0 ? "," : "",
                  (long long)p->gone[i].at_us, p->gone[i].has_stop ? "true" : "false");
    }
    text_addz(out, "]}");
}

void tune_write(const struct alarm_table *table, const struct tune_result *result, bool is_korean,
                struct text *out) {
    text_addz(out, "{");
    write_number(out, "hours", result->hours);
    text_addf(out, ",\"stops\":%u,\"stops_unwarned\":%u,\"statements\":[", result->n_stop,
              result->n_unwarned);
    bool is_first = true;
    for (uint32_t i = 0; i < N_TUNE_STATEMENT; i++) {
        if (result->has_statement[i]) {
            text_addz(out, is_first ? "" : ",");
            text_add_json(out, tune_statement((enum tune_statement)i, is_korean));
            is_first = false;
        }
    }
    text_addz(out, "],\"operators\":[");
    for (uint32_t i = 0; i < result->n_operator; i++) {
        text_addz(out, i > 0 ? ",{\"operator\":" : "{\"operator\":");
        text_add_json(out, table->operator_[i]);
        text_addz(out, ",");
        write_number(out, "before_per_h", result->operator_[i].before_per_h);
        text_addz(out, ",");
        write_number(out, "after_per_h", result->operator_[i].after_per_h);
        text_addz(out, ",");
        write_number(out, "share_per_h", result->operator_[i].share_per_h);
        text_addz(out, "}");
    }
    text_addz(out, "],\"proposals\":[");
    for (uint32_t i = 0; i < result->n_alarm; i++) {
        text_addz(out, i > 0 ? "," : "");
        write_proposal(table, i, result, out);
    }
    text_addz(out, "]}");
}
