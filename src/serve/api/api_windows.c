#include "serve/api/asked_time.h"
#include "serve/api/asked_window.h"
#include "serve/http/request.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "plant/dialect/timespec.h"
#include "serve/api/fields.h"
#include "serve/floor/windows/window_making.h"
#include "serve/floor/windows/window_past.h"
#include "study/json_writer.h"
#include "study/words/korean.h"

// The windows of the floor: how each row of the table stands, its windows over a time, and references frozen anew. What windows
// measured stands in events of kind measurement and is judged by what is frozen now; the events of kind fault tell what was found
// when it came. Events are read first, and only then the floor is entered, so that nobody waits for a query.

enum {
    WINDOWS_LIMIT = 200,
    WINDOWS_MOST = 2000,     // of an answer
    WINDOWS_LOOKED = 200000, // events that are looked through for it
    WINDOWS_BYTES = 64 << 20,
    CONTEXTS_MOST = 1000,
    CONTEXT_VALUES_MOST = 20000, // limits of an answer
    TOOLS_MOST = 1000,
};

#define CONTEXTS_S 1.0 // for limits of contexts that nobody has asked for before

static double to_s(maru_time us) { return (double)us * 1e-6; }

// ---- a row of the table

static void add_frozen(struct json *json, const struct window_live *live) {
    if (!live->reference) {
        json_add_string(json, "frozen", NULL);
        return;
    }
    const struct window_frozen *frozen = &live->frozen;
    json_open_object(json, "frozen");
    json_add_count(json, "version", frozen->version);
    json_add_number(json, "from", to_s(frozen->from_us));
    json_add_number(json, "to", to_s(frozen->to_us));
    json_add_count(json, "windows", frozen->n_window);
    json_add_count(json, "contexts", frozen->n_context);
    json_add_string(json, "by", frozen->by);
    json_add_number(json, "at", to_s(frozen->at_us));
    json_close(json);
}

static void add_last(struct json *json, const struct window_last *last) {
    if (last->at_us == 0) {
        json_add_string(json, "last", NULL);
        return;
    }
    json_open_object(json, "last");
    json_add_number(json, "at", to_s(last->at_us));
    json_add_string(json, "tool", last->tool);
    json_add_string(json, "recipe", last->recipe);
    json_add_string(json, "step", last->step);
    json_add_string(json, "severity", window_severity_name(last->severity));
    json_close(json);
}

static void add_by(struct json *json, const struct window_def *def) {
    struct text length;
    text_init(&length, 64);
    span_write(&length, def->length_us);
    json_add_string(json, "by",
                    def->by == WINDOW_BY_TIME     ? length.bytes
                    : def->by == WINDOW_BY_SIGNAL ? def->by_signal
                                                  : "events");
    text_fini(&length);
}

static void add_problem(struct json *json, enum lang lang, const char *problem) {
    struct text text;
    text_init(&text, 1 << 12);
    sentence_add(&text, lang, problem);
    json_add_string(json, "problem", text.bytes ? text.bytes : problem);
    text_fini(&text);
}

static void add_members(const struct request *request, struct json *json,
                        const struct window_watch *windows, uint32_t row) {
    const struct window_def *def = &windows->table.window[row];
    const struct window_live *live = &windows->live[row];
    json_add_string(json, "name", def->name);
    json_add_string(json, "tool", def->tool);
    add_by(json, def);
    json_open_list(json, "signals");
    for (uint32_t i = 0; i < def->n_signal; i++) {
        json_add_string(json, NULL, def->signal[i]);
    }
    json_close(json);
    json_open_list(json, "features");
    for (uint32_t i = 0; i < def->n_feature; i++) {
        json_add_string(json, NULL, window_feature_name((enum window_feature)def->feature[i]));
    }
    json_close(json);
    add_frozen(json, live);
    json_add_count(json, "measured", live->n_measured);
    json_add_count(json, "faults", live->n_fault);
    json_add_count(json, "unended", live->n_unended);
    json_add_count(json, "late", live->n_late);
    json_add_count(json, "dropped", live->n_dropped);
    add_last(json, &live->last);
    if (live->problem[0]) {
        add_problem(json, request_language(request), live->problem);
    }
}

maru_status api_list_windows(struct request *request, maru_error *err) {
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    struct json json;
    (void)err;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    for (uint32_t i = 0; floor && floor->windows && i < floor->windows->table.n; i++) {
        json_open_object(&json, NULL);
        add_members(request, &json, floor->windows, i);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
    floors_leave(request->server->floors, floor);
    return MARU_OK;
}

// ---- what is asked for

struct asked {
    const char *name, *tool, *recipe, *step; // "": all
    maru_time from_us, to_us;
    int64_t limit;
    struct arena arena;
    const struct event **event; // (n), newest first
    uint32_t n, n_looked;
    bool is_more;
};

static maru_status read_asked(struct request *request, struct asked *asked, maru_error *err) {
    const char *limit = request_query(request, "limit");
    *asked = (struct asked){.name = request->param[0],
                            .tool = request_query(request, "tool"),
                            .recipe = request_query(request, "recipe"),
                            .step = request_query(request, "step"),
                            .to_us = clock_unix_us() + 1,
                            .limit = WINDOWS_LIMIT};
    arena_init(&asked->arena, WINDOWS_BYTES);
    maru_status st = asked_time(request, "to", &asked->to_us, err);
    asked->from_us = asked->to_us - INT64_C(86400000000);
    st = st == MARU_OK ? asked_time(request, "from", &asked->from_us, err) : st;
    if (st == MARU_OK && asked->from_us >= asked->to_us) {
        st = fail(err, MARU_E_INPUT, "from is wanted before to");
    }
    if (st == MARU_OK && limit[0] &&
        (!number_int64(limit, strlen(limit), &asked->limit) || asked->limit < 1 ||
         asked->limit > WINDOWS_MOST)) {
        st = fail(err, MARU_E_INPUT, "limit is a number from 1 to %d", WINDOWS_MOST);
    }
    return st;
}

static bool is_wanted(const struct asked *asked, const struct event *event) {
    return strcmp(event->name, asked->name) == 0 &&
           (!asked->recipe[0] || strcmp(event->recipe, asked->recipe) == 0) &&
           (!asked->step[0] || strcmp(event->step, asked->step) == 0);
}

static maru_status see_event(void *context, int64_t id, const struct event *event,
                             maru_error *err) {
    struct asked *asked = context;
    (void)id;
    asked->n_looked++;
    if (!is_wanted(asked, event)) {
        return MARU_OK;
    }
    struct event *copy = arena_take(&asked->arena, 1, sizeof *copy);
    bool is_whole = copy && asked->n < asked->limit;
    for (int i = 0; is_whole && i < N_EVENT_TEXT; i++) {
        copy->text[i] = arena_text(&asked->arena, event->text[i], strlen(event->text[i]));
        is_whole = copy->text[i] != NULL;
    }
    if (!is_whole) {
        asked->is_more = true;
        return fail(err, MARU_E_STOPPED, "enough");
    }
    copy->at_us = event->at_us;
    asked->event[asked->n++] = copy;
    return MARU_OK;
}

static maru_status read_events(struct request *request, struct asked *asked, maru_error *err) {
    const struct event_filter filter = {.from_us = asked->from_us,
                                        .to_us = asked->to_us,
                                        .before_us = INT64_MAX,
                                        .limit = WINDOWS_LOOKED,
                                        .kind = EVENT_MEASUREMENT,
                                        .source = asked->tool,
                                        .lot = ""};
    struct signals *signals = NULL;
    asked->event = arena_take(&asked->arena, (size_t)asked->limit, sizeof *asked->event);
    maru_status st =
        asked->event ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                     : arena_refusal(&asked->arena, err);
    st = st == MARU_OK ? signals_each_event(signals, &filter, see_event, asked, err) : st;
    asked->is_more = asked->is_more || asked->n_looked == WINDOWS_LOOKED;
    return st == MARU_E_STOPPED && asked->is_more ? MARU_OK : st;
}

// ---- windows

// A number of the detail, NaN: there is none.
static double detail_number(const struct json_tree *tree, uint32_t object, const char *key,
                            size_t n_key) {
    const uint32_t at = json_member(tree, object, key, n_key);
    double value = NAN;
    if (at > 0 && tree->node[at].kind == JSON_NUMBER) {
        (void)number_double(tree->node[at].text, tree->node[at].n_text, &value);
    }
    return value;
}

static void read_values(const struct window_def *def, const struct json_tree *tree, double *value) {
    const uint32_t values = json_member(tree, 0, "values", 6);
    struct text name;
    text_init(&name, 1024);
    for (uint32_t i = 0; i < window_def_values(def); i++) {
        text_clear(&name);
        window_def_value_name(def, i, &name);
        value[i] = values > 0 && tree->node[values].kind == JSON_OBJECT
                       ? detail_number(tree, values, name.bytes, name.n_bytes)
                       : (double)NAN;
    }
    text_fini(&name);
}

static void add_value_named(struct json *json, const struct window_def *def, uint32_t i,
                            double value, bool is_key) {
    struct text name;
    text_init(&name, 1024);
    window_def_value_name(def, i, &name);
    if (is_key) {
        json_add_number(json, name.bytes, value);
    } else {
        json_add_string(json, NULL, name.bytes);
    }
    text_fini(&name);
}

static void add_blame(struct json *json, const struct window_def *def,
                      const struct window_verdict *v) {
    const uint32_t n_value = window_def_values(def);
    uint32_t first[REFERENCE_MAX_BLAMED];
    const uint32_t n = v->severity == WINDOW_FAULTY ? window_verdict_blame(v, n_value, first) : 0;
    json_open_list(json, "blame");
    for (uint32_t i = 0; i < n; i++) {
        struct text name;
        text_init(&name, 1024);
        window_def_value_name(def, first[i], &name);
        json_open_object(json, NULL);
        json_add_string(json, "feature", name.bytes);
        json_add_number(json, "t2", isnan(v->statistic[0]) ? NAN : v->blame[first[i]]);
        json_add_number(json, "spe", isnan(v->statistic[1]) ? NAN : v->blame[n_value + first[i]]);
        json_close(json);
        text_fini(&name);
    }
    json_close(json);
}

static void add_verdict(struct json *json, const struct window_def *def,
                        const struct window_verdict *v) {
    json_add_string(json, "severity", window_severity_name(v->severity));
    json_open_list(json, "outside");
    for (uint32_t i = 0; i < window_def_values(def); i++) {
        if (v->is_outside[i]) {
            add_value_named(json, def, i, 0, false);
        }
    }
    json_close(json);
    json_add_number(json, "t2", v->statistic[0]);
    json_add_number(json, "spe", v->statistic[1]);
    json_add_number(json, "t2Limit", v->limit[0]);
    json_add_number(json, "speLimit", v->limit[1]);
    add_blame(json, def, v);
}

static maru_status add_window(struct json *json, const struct window_def *def,
                              struct reference *reference, const struct event *event,
                              maru_error *err) {
    double value[CONTEXT_MAX_FEATURES] = {0.0};
    struct window_verdict verdict = {
        .severity = WINDOW_UNJUDGED, .statistic = {NAN, NAN}, .limit = {NAN, NAN}};
    const struct context_key key = {event->recipe, event->step, event->source};
    struct arena arena;
    struct json_tree tree;
    arena_init(&arena, 8 << 20);
    maru_status st = MARU_OK;
    if (json_read(event->detail, strlen(event->detail), &arena, &tree, NULL) == MARU_OK) {
        read_values(def, &tree, value);
        st = reference ? reference_judge(reference, &key, value, &verdict, err) : MARU_OK;
        json_open_object(json, NULL);
        json_add_number(json, "at", to_s(event->at_us));
        json_add_number(json, "from", detail_number(&tree, 0, "from", 4));
        json_add_number(json, "until", detail_number(&tree, 0, "until", 5));
        json_add_string(json, "tool", event->source);
        json_add_string(json, "lot", event->lot);
        json_add_string(json, "wafer", event->wafer);
        json_add_string(json, "recipe", event->recipe);
        json_add_string(json, "step", event->step);
        json_open_object(json, "values");
        for (uint32_t i = 0; i < window_def_values(def); i++) {
            add_value_named(json, def, i, value[i], true);
        }
        json_close(json);
        add_verdict(json, def, &verdict);
        json_close(json);
    }
    arena_fini(&arena);
    return st;
}

static maru_status add_windows(struct json *json, const struct window_watch *windows, uint32_t row,
                               const struct asked *asked, maru_error *err) {
    maru_status st = MARU_OK;
    json_open_list(json, "windows");
    for (uint32_t i = asked->n; st == MARU_OK && i-- > 0;) {
        st = add_window(json, &windows->table.window[row], windows->live[row].reference,
                        asked->event[i], err);
    }
    json_close(json);
    json_add_bool(json, "more", asked->is_more);
    return st;
}

// ---- contexts and tools

static const char *source_name(uint8_t source) {
    return source == CONTEXT_OWN ? "own" : source == CONTEXT_ALL_TOOLS ? "all tools" : "none";
}

static void add_limits(struct json *json, const struct window_def *def,
                       const struct reference *reference, const struct context_key *key) {
    json_open_object(json, "limits");
    for (uint32_t i = 0; i < window_def_values(def); i++) {
        const struct context_limit limit = reference_limit(reference, key, i);
        if (limit.source != CONTEXT_NONE) {
            struct text name;
            text_init(&name, 1024);
            window_def_value_name(def, i, &name);
            json_open_object(json, name.bytes);
            json_add_number(json, "lower", limit.lower);
            json_add_number(json, "center", limit.center);
            json_add_number(json, "upper", limit.upper);
            json_close(json);
            text_fini(&name);
        }
    }
    json_close(json);
}

static maru_status add_context(struct json *json, const struct window_def *def,
                               struct reference *reference, uint32_t i, maru_error *err) {
    const struct reference_context context = reference_context(reference, i);
    double limit[2] = {NAN, NAN};
    uint8_t source = CONTEXT_NONE;
    for (uint32_t k = 0; k < window_def_values(def); k++) {
        const struct context_limit one = reference_limit(reference, &context.key, k);
        source = one.source < source ? one.source : source;
    }
    const maru_status st = reference_limits(reference, &context.key, limit, err);
    json_open_object(json, NULL);
    json_add_string(json, "recipe", context.key.recipe);
    json_add_string(json, "step", context.key.step);
    json_add_string(json, "tool", context.key.tool);
    json_add_count(json, "windows", context.n);
    json_add_string(json, "source", source_name(source));
    add_limits(json, def, reference, &context.key);
    json_add_number(json, "t2", limit[0]);
    json_add_number(json, "spe", limit[1]);
    json_close(json);
    return st;
}

static maru_status add_contexts(struct json *json, const struct window_watch *windows, uint32_t row,
                                const struct asked *asked, maru_error *err) {
    const struct window_def *def = &windows->table.window[row];
    struct reference *reference = windows->live[row].reference;
    const uint32_t n = reference ? reference_contexts(reference) : 0;
    const double end_s = clock_seconds() + CONTEXTS_S;
    uint32_t n_added = 0;
    bool is_more = false;
    maru_status st = MARU_OK;
    json_open_list(json, "contexts");
    for (uint32_t i = 0; st == MARU_OK && !is_more && i < n; i++) {
        const struct context_key key = reference_context(reference, i).key;
        const bool is_asked = (!asked->tool[0] || strcmp(asked->tool, key.tool) == 0) &&
                              (!asked->recipe[0] || strcmp(asked->recipe, key.recipe) == 0) &&
                              (!asked->step[0] || strcmp(asked->step, key.step) == 0);
        is_more = is_asked && (n_added == CONTEXTS_MOST || clock_seconds() > end_s ||
                               (n_added + 1) * window_def_values(def) > CONTEXT_VALUES_MOST);
        if (is_asked && !is_more) {
            st = add_context(json, def, reference, i, err);
            n_added++;
        }
    }
    json_close(json);
    json_add_bool(json, "moreContexts", is_more);
    return st;
}

static void add_tool(struct json *json, const struct window_def *def,
                     const struct window_place *place) {
    static const char *const other[] = {"t2", "spe", "outside"};
    const uint32_t n_value = window_def_values(def);
    json_open_object(json, NULL);
    json_add_string(json, "tool", place->tool);
    json_open_object(json, "signals");
    for (uint32_t i = 0; i < def->n_signal; i++) {
        if (place->signal[i] > 0) {
            json_add_integer(json, def->signal[i], place->signal[i]);
        }
    }
    json_close(json);
    json_open_object(json, "made");
    for (uint32_t i = 0; place->made_signal[0] > 0 && i < n_value + 3; i++) {
        struct text name;
        text_init(&name, 1024);
        if (i < n_value) {
            window_def_value_name(def, i, &name);
        }
        json_add_integer(json, i < n_value ? name.bytes : other[i - n_value],
                         place->made_signal[i]);
        text_fini(&name);
    }
    json_close(json);
    json_close(json);
}

static void add_tools(struct json *json, const struct window_watch *windows, uint32_t row) {
    uint32_t n = 0;
    bool has_met = false;
    for (uint32_t i = 0; i < windows->by_place.n; i++) {
        has_met = has_met || (windows->place[i].row == row && windows->place[i].is_met);
    }
    json_open_list(json, "tools");
    for (uint32_t i = 0; i < windows->by_place.n && n < TOOLS_MOST; i++) {
        const struct window_place *place = &windows->place[i];
        if (place->row == row && (place->is_met || !has_met)) {
            add_tool(json, &windows->table.window[row], place);
            n++;
        }
    }
    json_close(json);
}

static maru_status tell(struct request *request, struct window_watch *windows, uint32_t row,
                        const struct asked *asked, maru_error *err) {
    struct json json;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    add_members(request, &json, windows, row);
    maru_status st = add_contexts(&json, windows, row, asked, err);
    add_tools(&json, windows, row);
    st = st == MARU_OK ? add_windows(&json, windows, row, asked, err) : st;
    json_close(&json);
    return st;
}

maru_status api_get_window(struct request *request, maru_error *err) {
    struct asked asked;
    maru_status st = read_asked(request, &asked, err);
    st = st == MARU_OK ? read_events(request, &asked, err) : st;
    if (st == MARU_OK) {
        struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
        const uint32_t row = asked_window_row(floor, request->param[0]);
        if (row != UINT32_MAX) {
            floor_meet_signals(floor);
            st = tell(request, floor->windows, row, &asked, err);
        } else {
            st = asked_window_refuse(request, request->param[0], err);
        }
        floors_leave(request->server->floors, floor);
    }
    arena_fini(&asked.arena);
    return st;
}

// ---- freezing

// Put the reference in the place of the one that was there; it is the floor's then.
static maru_status install(struct request *request, struct floor *floor, int64_t version,
                           struct reference *reference, const maru_time span[2], maru_error *err) {
    const uint32_t row = asked_window_row(floor, request->param[0]);
    const struct engine_act act = {request->who.name, "freeze windows", request->param[0], ""};
    struct json json;
    if (row == UINT32_MAX || floor->windows->version != version) {
        reference_free(reference);
        return request_refuse(request, 409, err, "the table of windows has changed meanwhile");
    }
    struct window_live *live = &floor->windows->live[row];
    struct window_frozen frozen = {.version = live->frozen.version + 1,
                                   .n_context = reference_contexts(reference),
                                   .n_window = reference_windows(reference),
                                   .from_us = span[0],
                                   .to_us = span[1],
                                   .at_us = clock_unix_us()};
    snprintf(frozen.by, sizeof frozen.by, "%s", request->who.name);
    reference_free(live->reference);
    live->reference = reference;
    live->frozen = frozen;
    floor->windows->is_frozen_changed = floor->windows->is_changed = true;
    const maru_status st = floor_save(floor, FLOOR_FROZEN, &act, err);
    if (st == MARU_OK) {
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        add_members(request, &json, floor->windows, row);
        json_close(&json);
    }
    return st;
}

static maru_status freeze(struct request *request, const maru_time span[2], maru_error *err) {
    struct signals *signals = NULL;
    struct window_watch *watch = NULL;
    struct reference *reference = NULL;
    uint32_t row = UINT32_MAX;
    maru_status st = asked_window_watch(request, request->param[0], &watch, &row, err);
    st = st == MARU_OK ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                       : st;
    if (st == MARU_OK) {
        st = window_past_reference(watch, row, signals, span[0], span[1], &reference, err);
        request->status = st == MARU_E_INPUT ? 422 : 0;
    }
    const int64_t version = watch ? watch->version : 0;
    window_watch_free(watch);
    if (st == MARU_OK) {
        struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
        st = install(request, floor, version, reference, span, err);
        floors_leave(request->server->floors, floor);
    }
    return st;
}

maru_status api_freeze_window(struct request *request, maru_error *err) {
    static const char *const known[] = {"from", "to", NULL};
    struct json_t *body = NULL;
    double from_s = -1, until_s = to_s(clock_unix_us());
    maru_status st = fields_open(&body, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_number(body, "from", 0, 1e10, &from_s, err) : st;
    st = st == MARU_OK ? field_number(body, "to", 0, 1e10, &until_s, err) : st;
    if (st == MARU_OK && (from_s < 0 || from_s >= until_s)) {
        st = field_wrong(err, "/from", "seconds since 1970-01-01 UTC are wanted");
    }
    fields_close(body);
    const maru_time span[2] = {(maru_time)(from_s * 1e6), (maru_time)(until_s * 1e6)};
    return st == MARU_OK ? freeze(request, span, err) : st;
}
