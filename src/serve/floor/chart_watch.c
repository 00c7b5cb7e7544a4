#include "serve/floor/chart_watch.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/floor/past.h"
#include "serve/floor/signal_names.h"

// `size` samples of good quality, one behind the other, are a point. Until limits are frozen a chart only listens.
//
// Saved are, chart by chart: name and signal with their 0, the options, and struct chart_live as it is.

enum { NAMES_BYTES = 64 << 20, CHART_MAX_POINTS = 1000000 };

// Put a chart in front of the others of its signal.
static maru_status join(struct chart_watch *w, uint32_t chart, maru_error *err) {
    const char *signal = w->table.chart[chart].signal;
    const uint32_t n_before = w->by_signal.n;
    uint32_t number = 0;
    const maru_status st = names_add(&w->by_signal, signal, strlen(signal), &number, err);
    if (st == MARU_OK) {
        w->next[chart] = number < n_before ? w->first[number] : CHART_NONE;
        w->first[number] = chart;
    }
    return st;
}

static maru_status read_table(struct chart_watch *w, const struct text *table, maru_error *err) {
    maru_faults *faults = maru_faults_new();
    if (!faults) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = chart_table_read("charts.csv", table->bytes ? table->bytes : "",
                                            table->n_bytes, faults, &w->table, err);
    maru_faults_free(faults);
    return st;
}

static maru_status make_charts(struct chart_watch *w, maru_time now_us, maru_error *err) {
    uint32_t number = 0;
    maru_status st = MARU_OK;
    w->live = alloc_new(w->table.n + 1, sizeof *w->live);
    w->signal = alloc_new(w->table.n + 1, sizeof *w->signal);
    w->first = alloc_new(w->table.n + 1, sizeof *w->first);
    w->next = alloc_new(w->table.n + 1, sizeof *w->next);
    if (!w->live || !w->signal || !w->first || !w->next) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; st == MARU_OK && i < w->table.n; i++) {
        const char *name = w->table.chart[i].name;
        w->live[i].heard_us = now_us;
        w->live[i].last = NAN;
        st = names_add(&w->by_name, name, strlen(name), &number, err);
        st = st == MARU_OK ? join(w, i, err) : st;
    }
    return st;
}

maru_status chart_watch_new(const struct text *table, int64_t version, maru_time now_us,
                            struct chart_watch **out, maru_error *err) {
    struct chart_watch *w = alloc_new(1, sizeof *w);
    if (!w) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    w->version = version;
    names_init(&w->by_name, NAMES_BYTES);
    names_init(&w->by_signal, NAMES_BYTES);
    maru_status st = read_table(w, table, err);
    st = st == MARU_OK ? make_charts(w, now_us, err) : st;
    if (st != MARU_OK) {
        chart_watch_free(w);
        return st;
    }
    *out = w;
    return MARU_OK;
}

void chart_watch_free(struct chart_watch *w) {
    if (w) {
        chart_table_fini(&w->table);
        names_fini(&w->by_name);
        names_fini(&w->by_signal);
        alloc_free(w->first);
        alloc_free(w->next);
        alloc_free(w->live);
        alloc_free(w->signal);
        alloc_free(w);
    }
}

uint32_t chart_watch_signal(struct chart_watch *w, const struct signal_row *row) {
    struct signal_names names = {0};
    signal_names_of(row, &names);
    for (int k = 0; k < N_SIGNAL_NAME; k++) {
        const uint32_t number = names_find(&w->by_signal, names.name[k], strlen(names.name[k]));
        if (number != UINT32_MAX) {
            for (uint32_t i = w->first[number]; i != CHART_NONE; i = w->next[i]) {
                w->signal[i] = row->id;
            }
            return w->first[number];
        }
    }
    return CHART_NONE;
}

// ---- points

static struct subgroup point_of(const struct chart_def *def, const double *value, uint32_t n) {
    return chart_is_counted((enum chart_kind)def->options.kind)
               ? (struct subgroup){.level = value[0], .spread = NAN, .size = def->units}
               : subgroup_of((enum chart_kind)def->options.kind, value, n);
}

static void add_number(struct text *out, const char *key, double value) {
    text_addf(out, ",\"%s\":", key);
    text_add_double(out, value);
}

static void tell(struct chart_watch *w, uint32_t chart, const struct chart_verdict *verdict,
                 maru_time at_us) {
    struct text detail;
    bool is_first = true;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addf(&detail, "{\"severity\":\"%s\",\"version\":%u,\"rules\":[",
              verdict->severity == SEVERITY_VIOLATION ? "violation" : "warning",
              w->live[chart].limits.version);
    for (int rule = 0; rule < N_RULE; rule++) {
        if (verdict->rules >> rule & 1) {
            text_addf(&detail, "%s\"%s\"", is_first ? "" : ",", rule_name((enum rule)rule));
            is_first = false;
        }
    }
    text_addz(&detail, "]");
    add_number(&detail, "value", verdict->value);
    add_number(&detail, "lower", verdict->line.lower);
    add_number(&detail, "center", verdict->line.center);
    add_number(&detail, "upper", verdict->line.upper);
    add_number(&detail, "spread", verdict->spread);
    text_addz(&detail, "}");
    news_add(w->news, at_us, EVENT_CHART, w->table.chart[chart].name, "", &detail);
    text_fini(&detail);
}

static void judge(struct chart_watch *w, uint32_t chart, maru_time at_us) {
    const struct chart_def *def = &w->table.chart[chart];
    struct chart_live *live = &w->live[chart];
    const struct subgroup point = point_of(def, live->value, live->n);
    struct chart_verdict verdict;
    live->n = 0;
    if (!live->is_frozen) {
        return;
    }
    chart_add(&live->limits, &def->rules, &live->state, &point, &verdict);
    live->last_us = at_us;
    live->last = verdict.value;
    live->severity = verdict.severity;
    live->n_violation += verdict.severity == SEVERITY_VIOLATION;
    if (w->see) {
        w->see(w->context, &verdict, at_us);
    }
    if (verdict.severity != SEVERITY_IGNORE && w->news) {
        tell(w, chart, &verdict, at_us);
    }
}

void chart_watch_sample_of(struct chart_watch *w, uint32_t chart, const struct sample *sample) {
    struct chart_live *live = &w->live[chart];
    const double value = sample_number(sample);
    if (sample->at_us <= live->heard_us) {
        live->n_late++;
        return;
    }
    live->heard_us = sample->at_us;
    w->is_changed = true;
    if (sample->quality < QUALITY_UNCERTAIN || !isfinite(value)) {
        return;
    }
    live->value[live->n++] = value;
    if (live->n >= w->table.chart[chart].size) {
        judge(w, chart, sample->at_us);
    }
}

void chart_watch_sample(struct chart_watch *w, uint32_t first, const struct sample *sample) {
    for (uint32_t i = first; i != CHART_NONE; i = w->next[i]) {
        chart_watch_sample_of(w, i, sample);
    }
}

// ---- limits

struct reference {
    const struct chart_def *def;
    struct subgroup *point;
    size_t n, cap;
    double value[CHART_MAX_VALUES];
    uint32_t n_value;
};

static maru_status take(void *context, uint32_t tag, const struct sample *sample, maru_error *err) {
    struct reference *reference = context;
    const double value = sample_number(sample);
    (void)tag;
    if (sample->quality < QUALITY_UNCERTAIN || !isfinite(value)) {
        return MARU_OK;
    }
    reference->value[reference->n_value++] = value;
    if (reference->n_value < reference->def->size) {
        return MARU_OK;
    }
    if (reference->n == CHART_MAX_POINTS) {
        return fail(err, MARU_E_LIMIT, "more than %d points: ask for a shorter time",
                    CHART_MAX_POINTS);
    }
    if (reference->n == reference->cap) {
        const size_t cap = reference->cap < 256 ? 256 : 2 * reference->cap;
        struct subgroup *more = alloc_resize(reference->point, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        reference->point = more;
        reference->cap = cap;
    }
    reference->point[reference->n++] =
        point_of(reference->def, reference->value, reference->n_value);
    reference->n_value = 0;
    return MARU_OK;
}

static void tell_frozen(struct chart_watch *w, uint32_t chart, maru_time at_us, const char *who) {
    const struct chart_limits *limits = &w->live[chart].limits;
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addf(&detail, "{\"news\":\"frozen\",\"version\":%u,\"points\":%u,\"by\":", limits->version,
              limits->period.n_point);
    text_add_json(&detail, who);
    add_number(&detail, "lower", limits->usual_level.lower);
    add_number(&detail, "center", limits->usual_level.center);
    add_number(&detail, "upper", limits->usual_level.upper);
    text_addz(&detail, "}");
    news_add(w->news, at_us, EVENT_CHART, w->table.chart[chart].name, "", &detail);
    text_fini(&detail);
}

maru_status chart_watch_freeze(struct chart_watch *w, uint32_t chart, struct signals *signals,
                               maru_time from_us, maru_time to_us, const char *who,
                               maru_error *err) {
    const struct chart_def *def = &w->table.chart[chart];
    struct chart_live *live = &w->live[chart];
    const struct past_signal signal = {w->signal[chart], 0, SIGNALS_FROM_US};
    struct reference reference = {.def = def};
    const struct past past = {.signal = &signal,
                              .n_signal = w->signal[chart] > 0,
                              .from_us = from_us,
                              .to_us = to_us,
                              .take = take,
                              .context = &reference};
    struct chart_limits limits;
    maru_status st = past_read(signals, &past, err);
    if (st == MARU_OK) {
        st = chart_estimate(&def->options, reference.point, NULL, reference.n, &limits, err);
    }
    alloc_free(reference.point);
    if (st != MARU_OK) {
        return st;
    }
    limits.version = live->is_frozen ? live->limits.version + 1 : 1;
    limits.period.from_us = from_us;
    limits.period.until_us = to_us;
    live->limits = limits;
    live->is_frozen = true;
    live->n = 0;
    chart_start(&live->limits, &live->state);
    w->is_changed = true;
    if (w->news) {
        tell_frozen(w, chart, to_us, who);
    }
    return MARU_OK;
}

// ---- kept

static bool is_same_chart(const struct chart_def *a, const struct chart_def *b) {
    return strcmp(a->signal, b->signal) == 0 && a->options.kind == b->options.kind &&
           a->size == b->size && memcmp(&a->units, &b->units, sizeof a->units) == 0 &&
           (a->options.target == b->options.target ||
            (isnan(a->options.target) && isnan(b->options.target)));
}

void chart_watch_inherit(struct chart_watch *w, const struct chart_watch *old) {
    for (uint32_t i = 0; i < w->table.n; i++) {
        const char *name = w->table.chart[i].name;
        const uint32_t k = names_find(&old->by_name, name, strlen(name));
        if (k != UINT32_MAX && is_same_chart(&w->table.chart[i], &old->table.chart[k])) {
            w->live[i] = old->live[k];
        }
    }
}

// What has to be the same for a saved state to be taken up.
static void add_head(struct text *out, const struct chart_def *def) {
    text_addf(out, "%s\n%s\n%u %u ", def->name, def->signal, def->options.kind, def->size);
    text_add_double(out, def->units);
    text_addz(out, " ");
    text_add_double(out, def->options.target);
    text_addz(out, "\n");
}

void chart_watch_save(const struct chart_watch *w, struct text *out) {
    for (uint32_t i = 0; i < w->table.n; i++) {
        add_head(out, &w->table.chart[i]);
        text_add(out, (const char *)&w->live[i], sizeof w->live[i]);
    }
}

// The bytes of one chart, NULL: they are not there. A head ends with its third line break.
static const char *find_saved(const struct text *bytes, const struct text *head) {
    size_t at = 0;
    while (at < bytes->n_bytes) {
        size_t end = at;
        for (int n = 0; n < 3 && end < bytes->n_bytes; end++) {
            n += bytes->bytes[end] == '\n';
        }
        if (bytes->n_bytes - end < sizeof(struct chart_live)) {
            return NULL;
        }
        if (end - at == head->n_bytes && memcmp(bytes->bytes + at, head->bytes, end - at) == 0) {
            return bytes->bytes + end;
        }
        at = end + sizeof(struct chart_live);
    }
    return NULL;
}

void chart_watch_load(struct chart_watch *w, const struct text *bytes) {
    struct text head;
    text_init(&head, 1 << 12);
    for (uint32_t i = 0; i < w->table.n; i++) {
        struct chart_live live;
        text_clear(&head);
        add_head(&head, &w->table.chart[i]);
        const char *saved = find_saved(bytes, &head);
        if (saved) {
            memcpy(&live, saved, sizeof live);
            if (live.n < w->table.chart[i].size) {
                w->live[i] = live;
            }
        }
    }
    text_fini(&head);
}
