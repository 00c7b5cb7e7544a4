#include "serve/api/asked_time.h"
#include "serve/http/request.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "serve/api/fields.h"
#include "serve/floor/floors.h"
#include "serve/floor/past.h"
#include "study/json_writer.h"

// The control charts of the floor: how each stands, its points over a time by its present limits, and limits frozen anew. Points are
// worked out from the stored samples, beginning with the first of the time asked for; the events of kind chart tell what was
// found when it came.

enum { MAX_POINTS = 20000 };

static double to_s(maru_time us) { return (double)us * 1e-6; }

static maru_status no_chart(struct request *request, maru_error *err) {
    return request_refuse(request, 404, err, "there is no chart '%.100s'", request->param[0]);
}

static const char *severity_name(uint8_t severity) {
    return severity == SEVERITY_VIOLATION ? "violation"
           : severity == SEVERITY_WARNING ? "warning"
                                          : "none";
}

// ---- the list

static void add_line(struct json *json, const char *key, const struct chart_line *line) {
    json_open_object(json, key);
    json_add_number(json, "lower", line->lower);
    json_add_number(json, "center", line->center);
    json_add_number(json, "upper", line->upper);
    json_close(json);
}

static void add_limits(struct json *json, const struct chart_live *live) {
    if (!live->is_frozen) {
        json_add_string(json, "limits", NULL);
        return;
    }
    const struct chart_limits *limits = &live->limits;
    json_open_object(json, "limits");
    json_add_count(json, "version", limits->version);
    json_add_number(json, "from", to_s(limits->period.from_us));
    json_add_number(json, "to", to_s(limits->period.until_us));
    json_add_count(json, "points", limits->period.n_point);
    json_add_number(json, "center", limits->center);
    json_add_number(json, "sigma", limits->sigma);
    add_line(json, "level", &limits->usual_level);
    add_line(json, "spread", &limits->usual_spread);
    json_close(json);
}

static void add_members(struct json *json, const struct chart_def *def,
                        const struct chart_live *live, int64_t signal) {
    json_add_string(json, "chart", def->name);
    json_add_string(json, "signal", def->signal);
    if (signal > 0) {
        json_add_integer(json, "signalId", signal);
    } else {
        json_add_string(json, "signalId", NULL);
    }
    json_add_number(json, "target", def->options.target);
    json_add_number(json, "lower", def->specification.lower);
    json_add_number(json, "upper", def->specification.upper);
    json_add_string(json, "kind", chart_kind_name((enum chart_kind)def->options.kind));
    json_add_count(json, "size", def->size);
    add_limits(json, live);
    if (live->last_us > 0) {
        json_add_number(json, "lastAt", to_s(live->last_us));
    } else {
        json_add_string(json, "lastAt", NULL);
    }
    json_add_number(json, "last", live->last);
    json_add_string(json, "severity", severity_name(live->severity));
    json_add_count(json, "violations", live->n_violation);
    json_add_count(json, "late", live->n_late);
}

maru_status api_list_charts(struct request *request, maru_error *err) {
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    struct json json;
    (void)err;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    for (uint32_t i = 0; floor && floor->charts && i < floor->charts->table.n; i++) {
        json_open_object(&json, NULL);
        add_members(&json, &floor->charts->table.chart[i], &floor->charts->live[i],
                    floor->charts->signal[i]);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
    floors_leave(request->server->floors, floor);
    return MARU_OK;
}

// ---- one, with its points

struct drawing {
    struct json *json;
    struct chart_watch *watch; // one chart, that nobody else has
    uint32_t n;
    bool is_more;
};

static void add_point(struct drawing *drawing, const struct chart_verdict *verdict,
                      maru_time at_us) {
    struct json *json = drawing->json;
    json_open_object(json, NULL);
    json_add_number(json, "at", to_s(at_us));
    json_add_number(json, "value", verdict->value);
    json_add_number(json, "lower", verdict->line.lower);
    json_add_number(json, "center", verdict->line.center);
    json_add_number(json, "upper", verdict->line.upper);
    json_add_number(json, "spread", verdict->spread);
    json_add_number(json, "spreadUpper", verdict->spread_line.upper);
    json_add_string(json, "severity", severity_name(verdict->severity));
    json_open_list(json, "rules");
    for (int rule = 0; rule < N_RULE; rule++) {
        if (verdict->rules >> rule & 1) {
            json_add_string(json, NULL, rule_name((enum rule)rule));
        }
    }
    json_close(json);
    json_close(json);
}

static void draw(void *context, const struct chart_verdict *verdict, maru_time at_us) {
    struct drawing *drawing = context;
    if (drawing->n == MAX_POINTS) {
        drawing->is_more = true;
        return;
    }
    drawing->n++;
    add_point(drawing, verdict, at_us);
}

static maru_status take(void *context, uint32_t tag, const struct sample *sample, maru_error *err) {
    struct drawing *drawing = context;
    (void)tag;
    if (drawing->is_more) {
        return fail(err, MARU_E_STOPPED, "enough");
    }
    chart_watch_sample_of(drawing->watch, 0, sample);
    return MARU_OK;
}

// A copy of one chart as it stands, that begins anew.
struct copied {
    struct chart_def def;
    struct chart_live live;
    struct chart_watch watch;
};

static maru_status draw_points(struct request *request, struct copied *copied, int64_t signal,
                               struct json *json, maru_error *err) {
    struct signals *signals = NULL;
    struct drawing drawing = {.json = json, .watch = &copied->watch};
    const struct past_signal wanted = {signal, 0, SIGNALS_FROM_US};
    struct past past = {.signal = &wanted,
                        .n_signal = signal > 0 && copied->live.is_frozen,
                        .to_us = clock_unix_us(),
                        .take = take,
                        .context = &drawing};
    maru_status st = asked_time(request, "to", &past.to_us, err);
    past.from_us = past.to_us - INT64_C(86400000000);
    st = st == MARU_OK ? asked_time(request, "from", &past.from_us, err) : st;
    if (st == MARU_OK && past.from_us >= past.to_us) {
        st = fail(err, MARU_E_INPUT, "from is wanted before to");
    }
    st = st == MARU_OK ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                       : st;
    copied->watch.table = (struct chart_table){.chart = &copied->def, .n = 1};
    copied->watch.live = &copied->live;
    copied->watch.see = draw;
    copied->watch.context = &drawing;
    copied->live.heard_us = INT64_MIN;
    copied->live.n = 0;
    chart_start(&copied->live.limits, &copied->live.state);
    json_open_list(json, "points");
    st = st == MARU_OK ? past_read(signals, &past, err) : st;
    copied->watch.context = NULL;
    json_close(json);
    json_add_bool(json, "more", drawing.is_more);
    return st == MARU_E_STOPPED && drawing.is_more ? MARU_OK : st;
}

maru_status api_get_chart(struct request *request, maru_error *err) {
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    struct chart_watch *charts = floor ? floor->charts : NULL;
    const char *name = request->param[0];
    const uint32_t i = charts ? names_find(&charts->by_name, name, strlen(name)) : UINT32_MAX;
    struct copied copied = {0};
    struct json json;
    int64_t signal = 0;
    json_writer_init(&json, &request->out);
    if (i != UINT32_MAX) {
        floor_meet_signals(floor);
        json_open_object(&json, NULL);
        add_members(&json, &charts->table.chart[i], &charts->live[i], charts->signal[i]);
        copied.def = charts->table.chart[i];
        copied.live = charts->live[i];
        signal = charts->signal[i];
    }
    floors_leave(request->server->floors, floor);
    if (i == UINT32_MAX) {
        return no_chart(request, err);
    }
    const maru_status st = draw_points(request, &copied, signal, &json, err);
    json_close(&json);
    return st;
}

// ---- limits

static maru_status freeze(struct request *request, struct floor *floor, maru_time from_us,
                          maru_time to_us, maru_error *err) {
    const char *name = request->param[0], *who = request->who.name;
    struct chart_watch *charts = floor->charts;
    const uint32_t i = names_find(&charts->by_name, name, strlen(name));
    const struct engine_act act = {who, "freeze limits", name, ""};
    struct json json;
    if (i == UINT32_MAX) {
        return no_chart(request, err);
    }
    floor_meet_signals(floor);
    maru_status st = chart_watch_freeze(charts, i, floor->signals, from_us, to_us, who, err);
    request->status = st == MARU_E_INPUT ? 422 : 0;
    st = st == MARU_OK ? floor_save(floor, FLOOR_CHARTS, &act, err) : st;
    if (st == MARU_OK) {
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        add_members(&json, &charts->table.chart[i], &charts->live[i], charts->signal[i]);
        json_close(&json);
    }
    return st;
}

maru_status api_freeze_chart(struct request *request, maru_error *err) {
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
    if (st != MARU_OK) {
        return st;
    }
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    st = floor && floor->charts
             ? freeze(request, floor, (maru_time)(from_s * 1e6), (maru_time)(until_s * 1e6), err)
             : no_chart(request, err);
    floors_leave(request->server->floors, floor);
    return st;
}
