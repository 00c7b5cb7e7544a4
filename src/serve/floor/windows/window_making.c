#include "serve/floor/windows/window_making.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/floor/windows/window_samples.h"

// A window becomes an event of kind measurement, and where it is faulty one of kind fault: source the tool, name the window, time its
// end. What is made again replaces itself, since an event is known by these and its lot; a fault that is none any more says so. The
// values are samples of signals, too, named TOOL/WINDOW.SIGNAL.FEATURE, so that charts and alarms take them like any other.

#define AGAIN_US                                                                                   \
    INT64_C(5000000) // after which it is tried again where the store could not be read or written

struct making {
    struct window_watch *watch;
    struct signals *signals;
    maru_time now_us;
    struct window_samples samples;
};

const char *window_severity_name(uint8_t severity) {
    return severity == WINDOW_FAULTY ? "violation" : severity == WINDOW_GOOD ? "none" : "unjudged";
}

// ---- samples become values

static maru_status make_values(struct making *m, const struct window_place *place,
                               const struct window_span *span, double *value, maru_error *err) {
    const struct window_def *def = &m->watch->table.window[place->row];
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < def->n_signal; i++) {
        const struct sample *sample = NULL;
        struct window window;
        size_t n = 0;
        st = window_samples_of(&m->samples, place, i, span, &sample, &n, err);
        st = st == MARU_OK
                 ? window_of(&def->options, span->from_us, span->until_us, sample, n, &window, err)
                 : st;
        for (uint32_t k = 0; st == MARU_OK && k < def->n_feature; k++) {
            value[i * def->n_feature + k] =
                m->samples.is_too_many ? (double)NAN : window.feature[def->feature[k]];
        }
        if (m->samples.is_too_many) {
            struct window_live *live = &m->watch->live[place->row];
            snprintf(live->problem, sizeof live->problem,
                     "more than %d samples of a signal in a window", WINDOW_MAX_SAMPLES);
        }
    }
    return st;
}

// ---- told

static void add_number(struct text *out, const char *key, double value) {
    text_addf(out, ",\"%s\":", key);
    text_add_double(out, value);
}

static void add_value_name(struct text *out, const struct window_def *def, uint32_t i) {
    struct text name;
    text_init(&name, 1024);
    window_def_value_name(def, i, &name);
    text_add_json(out, name.bytes ? name.bytes : "");
    text_fini(&name);
}

void window_tell_blame(struct text *out, const struct window_told *told) {
    const struct window_verdict *v = told->verdict;
    const uint32_t n_value = window_def_values(told->def);
    uint32_t first[REFERENCE_MAX_BLAMED], n_told = 0;
    text_addz(out, ",\"outside\":{");
    for (uint32_t i = 0; i < n_value && n_told < WINDOW_MAX_TOLD_OUTSIDE; i++) {
        if (v->is_outside[i]) {
            const struct context_limit limit = reference_limit(told->reference, told->key, i);
            text_addz(out, n_told++ > 0 ? "," : "");
            add_value_name(out, told->def, i);
            text_addz(out, ":{\"value\":");
            text_add_double(out, told->value[i]);
            add_number(out, "lower", limit.lower);
            add_number(out, "upper", limit.upper);
            text_addz(out, "}");
        }
    }
    text_addz(out, "}");
    add_number(out, "t2", v->statistic[0]);
    add_number(out, "t2Limit", v->limit[0]);
    add_number(out, "spe", v->statistic[1]);
    add_number(out, "speLimit", v->limit[1]);
    text_addz(out, ",\"blame\":[");
    const uint32_t n_first = window_verdict_blame(v, n_value, first);
    for (uint32_t i = 0; i < n_first; i++) {
        text_addz(out, i > 0 ? ",{\"feature\":" : "{\"feature\":");
        add_value_name(out, told->def, first[i]);
        add_number(out, "t2", isnan(v->statistic[0]) ? NAN : v->blame[first[i]]);
        add_number(out, "spe", isnan(v->statistic[1]) ? NAN : v->blame[n_value + first[i]]);
        text_addz(out, "}");
    }
    text_addz(out, "]");
}

static void add_span(struct text *out, const struct window_span *span) {
    text_addz(out, "{\"from\":");
    text_add_double(out, (double)span->from_us * 1e-6);
    add_number(out, "until", (double)span->until_us * 1e-6);
}

static void tell(struct making *m, const char *kind, const struct window_told *told,
                 const struct window_span *span, const struct text *detail) {
    const struct event event = {.at_us = span->until_us,
                                .kind = kind,
                                .source = told->key->tool,
                                .name = told->def->name,
                                .lot = window_span_text(span, SPAN_LOT),
                                .wafer = window_span_text(span, SPAN_WAFER),
                                .recipe = window_span_text(span, SPAN_RECIPE),
                                .step = window_span_text(span, SPAN_STEP),
                                .detail = detail->bytes};
    if (detail->status == MARU_OK) {
        news_add_event(m->watch->news, &event);
    } else {
        m->watch->news->n_dropped++;
    }
}

static void tell_measurement(struct making *m, const struct window_told *told,
                             const struct window_span *span) {
    const uint32_t n_value = window_def_values(told->def);
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    add_span(&detail, span);
    text_addf(&detail, ",\"severity\":\"%s\",\"values\":{",
              window_severity_name(told->verdict->severity));
    for (uint32_t i = 0, n = 0; i < n_value; i++) {
        if (isfinite(told->value[i])) {
            text_addz(&detail, n++ > 0 ? "," : "");
            add_value_name(&detail, told->def, i);
            text_addz(&detail, ":");
            text_add_double(&detail, told->value[i]);
        }
    }
    text_addz(&detail, "}}");
    tell(m, EVENT_MEASUREMENT, told, span, &detail);
    text_fini(&detail);
}

static void tell_fault(struct making *m, const struct window_told *told,
                       const struct window_span *span, uint32_t version) {
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    add_span(&detail, span);
    text_addf(&detail, ",\"version\":%u", version);
    if (told->verdict->severity != WINDOW_FAULTY) {
        text_addz(&detail, ",\"withdrawn\":true");
    }
    window_tell_blame(&detail, told);
    text_addz(&detail, "}");
    tell(m, EVENT_FAULT, told, span, &detail);
    text_fini(&detail);
}

// ---- values as signals

// The name of value i of a place, or of T2, SPE and the number of values outside behind them.
static void add_name(struct text *out, const struct window_def *def, uint32_t i) {
    static const char *const other[] = {"t2", "spe", "outside"};
    const uint32_t n_value = window_def_values(def);
    text_addf(out, "%s.", def->name);
    if (i < n_value) {
        window_def_value_name(def, i, out);
    } else {
        text_addz(out, other[i - n_value]);
    }
}

static maru_status declare(struct making *m, struct window_place *place, maru_error *err) {
    const struct window_def *def = &m->watch->table.window[place->row];
    const uint32_t n = window_def_values(def) + 3;
    struct signal_row *row = alloc_new(n, sizeof *row);
    struct arena arena;
    struct text name;
    maru_status st = row ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    arena_init(&arena, 1 << 20);
    text_init(&name, SIGNALS_MAX_NAME_BYTES);
    for (uint32_t i = 0; row && st == MARU_OK && i < n; i++) {
        text_clear(&name);
        text_addf(&name, "%s/%s/", NEWS_SOURCE, place->tool);
        const size_t n_head = name.n_bytes;
        add_name(&name, def, i);
        row[i].source =
            name.status == MARU_OK ? arena_text(&arena, name.bytes, name.n_bytes) : NULL;
        row[i].name = row[i].source ? row[i].source + n_head : NULL;
        row[i].asset = place->asset ? place->asset : place->tool;
        row[i].unit = "";
        row[i].type = SAMPLE_DOUBLE;
        st = row[i].source ? MARU_OK : fail(err, MARU_E_LIMIT, "the name of a value is too long");
    }
    st = st == MARU_OK ? signals_declare(m->signals, row, n, place->made_signal, err) : st;
    text_fini(&name);
    arena_fini(&arena);
    alloc_free(row);
    return st;
}

// What cannot be written waits, and no more is made meanwhile.
static maru_status flush(struct making *m, maru_error *err) {
    struct window_watch *w = m->watch;
    const maru_status st =
        w->n_out > 0 ? signals_write(m->signals, w->out, w->n_out, err) : MARU_OK;
    w->n_out = st == MARU_OK ? 0 : w->n_out;
    return st;
}

static maru_status write_values(struct making *m, struct window_place *place, maru_time at_us,
                                const double *value, const struct window_verdict *verdict,
                                maru_error *err) {
    const uint32_t n_value = window_def_values(&m->watch->table.window[place->row]);
    const bool is_judged = verdict->severity != WINDOW_UNJUDGED;
    const double other[3] = {verdict->statistic[0], verdict->statistic[1],
                             is_judged ? (double)verdict->n_outside : NAN};
    maru_status st = place->made_signal[0] == 0 ? declare(m, place, err) : MARU_OK;
    if (st == MARU_OK && m->watch->n_out + n_value + 3 > WINDOW_MAX_OUT_SAMPLES) {
        st = flush(m, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < n_value + 3; i++) {
        const double one = i < n_value ? value[i] : other[i - n_value];
        if (isfinite(one)) {
            m->watch->out[m->watch->n_out++] = (struct batch_sample){place->made_signal[i],
                                                                     {.at_us = at_us,
                                                                      .type = SAMPLE_DOUBLE,
                                                                      .quality = QUALITY_GOOD,
                                                                      .value.number = one}};
        }
    }
    return st;
}

// ---- one window

static void remember(struct window_live *live, const struct window_place *place,
                     const struct window_span *span, uint8_t severity) {
    if (span->until_us >= live->last.at_us) {
        live->last.at_us = span->until_us;
        live->last.severity = severity;
        snprintf(live->last.tool, sizeof live->last.tool, "%s", place->tool);
        snprintf(live->last.recipe, sizeof live->last.recipe, "%.127s",
                 window_span_text(span, SPAN_RECIPE));
        snprintf(live->last.step, sizeof live->last.step, "%.127s",
                 window_span_text(span, SPAN_STEP));
    }
}

static maru_status judge_and_tell(struct making *m, struct window_place *place,
                                  struct window_span *span, const double *value, maru_error *err) {
    struct window_watch *w = m->watch;
    struct window_live *live = &w->live[place->row];
    const struct context_key key = {window_span_text(span, SPAN_RECIPE),
                                    window_span_text(span, SPAN_STEP), place->tool};
    struct window_verdict verdict = {
        .severity = WINDOW_UNJUDGED, .statistic = {NAN, NAN}, .limit = {NAN, NAN}};
    const maru_status st =
        live->reference ? reference_judge(live->reference, &key, value, &verdict, err) : MARU_OK;
    if (st != MARU_OK) {
        return st;
    }
    const struct window_told told = {&w->table.window[place->row], value, &verdict, live->reference,
                                     &key};
    const bool is_fault = verdict.severity == WINDOW_FAULTY;
    live->n_measured += !span->is_told;
    live->n_fault += is_fault && !span->was_fault;
    live->n_fault -= !is_fault && span->was_fault && live->n_fault > 0;
    remember(live, place, span, verdict.severity);
    tell_measurement(m, &told, span);
    if (is_fault || span->was_fault) {
        tell_fault(m, &told, span, live->frozen.version);
    }
    span->was_fault = is_fault;
    span->is_told = true;
    return write_values(m, place, span->until_us, value, &verdict, err);
}

static bool has_samples(const struct window_def *def, const double *value) {
    for (uint32_t i = 0; i < window_def_values(def); i++) {
        const uint8_t feature = def->feature[i % def->n_feature];
        if (feature == WINDOW_COUNT ? value[i] > 0
                                    : feature != WINDOW_MISSING && isfinite(value[i])) {
            return true;
        }
    }
    return false;
}

static maru_status make_one(struct making *m, struct window_place *place, struct window_span *span,
                            maru_error *err) {
    const struct window_def *def = &m->watch->table.window[place->row];
    double value[CONTEXT_MAX_FEATURES] = {0.0};
    if (def->by == WINDOW_BY_SIGNAL && !span->is_told) {
        window_watch_name_run(place, span); // where its events came later than its samples
    }
    if (!window_def_wants(def, window_span_text(span, SPAN_RECIPE),
                          window_span_text(span, SPAN_STEP))) {
        return MARU_OK;
    }
    maru_status st = MARU_OK;
    if (!window_samples_cover(&m->samples, place, span)) {
        st = window_samples_ahead(&m->samples, place, def->n_signal, span, m->now_us, err);
    }
    st = st == MARU_OK ? make_values(m, place, span, value, err) : st;
    if (st != MARU_OK || (def->by == WINDOW_BY_TIME && !has_samples(def, value))) {
        return st;
    }
    if (m->watch->see) {
        st = m->watch->see(m->watch->context, place, span, value, err);
    }
    return st == MARU_OK && m->watch->news ? judge_and_tell(m, place, span, value, err) : st;
}

maru_status window_make_due(struct window_watch *watch, struct signals *signals, double budget_s,
                            bool *is_left, maru_error *err) {
    const maru_time now_us = clock_unix_us();
    const double begin_s = clock_seconds();
    struct making m = {
        .watch = watch, .signals = signals, .now_us = now_us, .samples = {.signals = signals}};
    struct window_span *span = NULL;
    uint32_t at = 0;
    *is_left = false;
    maru_status st = flush(&m, err); // what could not be written before
    while (st == MARU_OK && (span = window_watch_next(watch, now_us, &at)) != NULL) {
        if (*is_left && !window_samples_cover(&m.samples, &watch->place[at], span)) {
            break; // its turn comes
        }
        if (!watch->out) {
            watch->out = alloc_new(WINDOW_MAX_OUT_SAMPLES, sizeof *watch->out);
        }
        st = watch->out ? make_one(&m, &watch->place[at], span, err)
                        : fail(err, MARU_E_MEMORY, "no memory");
        if (st == MARU_E_IO || st == MARU_E_MEMORY) {
            span->due_us = now_us + AGAIN_US;
        } else {
            window_watch_made(watch, at, span);
        }
        *is_left = clock_seconds() - begin_s > budget_s;
    }
    *is_left = span != NULL;
    const maru_status flushed = flush(&m, st == MARU_OK ? err : NULL);
    window_samples_fini(&m.samples);
    return st == MARU_OK ? flushed : st;
}
