#include "serve/api/asked_time.h"
#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "serve/floor/floors.h"

// The tools of the floor as they are now, their states over time, and their OEE over shifts, days or any span. Times are seconds since 1970.

enum { MAX_ROWS = 20000, MAX_REASONS = 10, MAX_STATES = 20000 };
#define LEVEL 0.9
#define LONGEST_US (INT64_C(400) * 86400 * 1000000)

static double to_s(maru_time us) { return (double)us * 1e-6; }

static maru_status no_tools(struct request *request, maru_error *err) {
    return request_refuse(request, 404, err, "there is no table of equipment yet: put one first");
}

// ---- now

static void add_word(struct json *json, const char *key, const struct tool_states *tools,
                     uint32_t word) {
    json_add_string(json, key, word > 0 ? tools->words.name[word] : NULL);
}

static void add_tool(struct json *json, const struct tool_states *tools, uint32_t i,
                     maru_time now_us) {
    const struct tool_state *tool = &tools->tool[i];
    const struct timeline_interval at = timeline_at(&tool->timeline, now_us);
    const enum e10_state state = e10_state_of(at.substate);
    const struct timeline_knowledge *last = &tool->timeline.last;
    const bool has_since = timeline_since(&tool->timeline) <= at.from_us;
    json_open_object(json, NULL);
    json_add_string(json, "tool", tools->mapping.tools.name[i]);
    json_add_string(json, "state", e10_state_name(state, false));
    json_add_string(json, "state_ko", e10_state_name(state, true));
    json_add_string(json, "substate", e10_substate_name(at.substate, false));
    json_add_string(json, "substate_ko", e10_substate_name(at.substate, true));
    if (has_since) {
        json_add_number(json, "since", to_s(at.from_us));
    } else {
        json_add_string(json, "since", NULL);
    }
    json_add_string(json, "reason",
                    at.reason > 0 ? tools->mapping.reasons.name[at.reason - 1] : NULL);
    add_word(json, "lot", tools, tool->lot.word);
    add_word(json, "product", tools, production_now(&tool->production, PRODUCTION_PRODUCT));
    add_word(json, "step", tools, production_now(&tool->production, PRODUCTION_STEP));
    json_add_bool(json, "linkLost", last->is_lost);
    json_add_bool(json, "byHand", last->is_by_hand);
    json_add_count(json, "contradictions", last->n_contradiction);
    json_add_count(json, "strayEnds", last->n_stray);
    json_add_count(json, "tooLate", tool->timeline.n_too_late + tool->production.n_too_late);
    json_close(json);
}

static void list_tools(struct request *request, const struct floor *floor) {
    struct json json;
    const maru_time now_us = clock_unix_us();
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_count(&json, "behind", floor->n_behind);
    json_add_string(&json, "problem", floor->problem[0] ? floor->problem : NULL);
    json_add_number(&json, "pastFrom", to_s(floor->from_us));
    json_open_list(&json, "items");
    for (uint32_t i = 0; i < floor->tools->n_tool; i++) {
        add_tool(&json, floor->tools, i, now_us);
    }
    json_close(&json);
    json_close(&json);
}

maru_status api_list_equipment(struct request *request, maru_error *err) {
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    maru_status st = MARU_OK;
    if (floor && floor->tools) {
        list_tools(request, floor);
    } else {
        st = no_tools(request, err);
    }
    floors_leave(request->server->floors, floor);
    return st;
}

// ---- states over time

static void add_state(struct json *json, const struct tool_states *tools,
                      const struct timeline_interval *at) {
    const enum e10_state state = e10_state_of(at->substate);
    json_open_object(json, NULL);
    json_add_number(json, "from", to_s(at->from_us));
    json_add_number(json, "to", to_s(at->to_us));
    json_add_string(json, "state", e10_state_name(state, false));
    json_add_string(json, "state_ko", e10_state_name(state, true));
    json_add_string(json, "substate", e10_substate_name(at->substate, false));
    json_add_string(json, "substate_ko", e10_substate_name(at->substate, true));
    json_add_string(json, "reason",
                    at->reason > 0 ? tools->mapping.reasons.name[at->reason - 1] : NULL);
    json_close(json);
}

// Neighbors that differ in nothing that is told are one.
static bool is_same(const struct timeline_interval *a, const struct timeline_interval *b) {
    return a->substate == b->substate && a->reason == b->reason && a->to_us == b->from_us;
}

// False: there are more than MAX_STATES.
static bool tell_states(struct json *json, const struct tool_states *tools, uint32_t i,
                        const maru_time span_us[2], uint32_t *n) {
    const struct timeline *timeline = &tools->tool[i].timeline;
    struct timeline_walk walk = timeline_walk(timeline, span_us[0], span_us[1]);
    struct timeline_interval next, at;
    bool is_all = true;
    json_open_object(json, NULL);
    json_add_string(json, "tool", tools->mapping.tools.name[i]);
    json_open_list(json, "states");
    bool has = timeline_next(&walk, &at);
    while (has && is_all) {
        const bool has_next = timeline_next(&walk, &next);
        if (has_next && is_same(&at, &next)) {
            at.to_us = next.to_us;
            continue;
        }
        add_state(json, tools, &at);
        is_all = ++*n < MAX_STATES || !has_next;
        at = next;
        has = has_next;
    }
    json_close(json);
    json_close(json);
    return is_all;
}

static maru_status list_states(struct request *request, const struct tool_states *tools,
                               const maru_time span_us[2], maru_error *err) {
    const char *tool = request_query(request, "tool");
    struct json json;
    uint32_t n = 0, n_tool = 0;
    bool is_all = true;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_number(&json, "from", to_s(span_us[0]));
    json_add_number(&json, "to", to_s(span_us[1]));
    json_open_list(&json, "items");
    for (uint32_t i = 0; i < tools->n_tool && is_all; i++) {
        if (tool[0] == '\0' || strcmp(tool, tools->mapping.tools.name[i]) == 0) {
            is_all = tell_states(&json, tools, i, span_us, &n);
            n_tool++;
        }
    }
    json_close(&json);
    json_add_bool(&json, "more", !is_all);
    json_close(&json);
    return tool[0] && n_tool == 0
               ? request_refuse(request, 404, err, "there is no tool '%.100s'", tool)
               : MARU_OK;
}

maru_status api_list_states(struct request *request, maru_error *err) {
    const maru_time now_us = clock_unix_us();
    maru_time span_us[2] = {0, now_us};
    maru_status st = asked_time(request, "to", &span_us[1], err);
    span_us[1] = span_us[1] < now_us ? span_us[1] : now_us; // what comes is not known
    span_us[0] = span_us[1] - INT64_C(86400000000);
    st = st == MARU_OK ? asked_time(request, "from", &span_us[0], err) : st;
    if (st == MARU_OK && span_us[0] >= span_us[1]) {
        st = fail(err, MARU_E_INPUT, "from is wanted before to");
    }
    if (st != MARU_OK) {
        return st;
    }
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    st = floor && floor->tools ? list_states(request, floor->tools, span_us, err)
                               : no_tools(request, err);
    floors_leave(request->server->floors, floor);
    return st;
}

// ---- OEE

struct oee_query {
    maru_time from_us, to_us;
    bool by_shift, by_day;
    const char *tool;
    const struct shifts *shifts;   // for windows
    const struct shifts *calendar; // for time off; NULL: nobody has said
};

static maru_status read_query(const struct request *request, struct oee_query *out,
                              maru_error *err) {
    const char *by = request_query(request, "by");
    *out = (struct oee_query){.to_us = clock_unix_us(),
                              .by_shift = strcmp(by, "shift") == 0,
                              .by_day = strcmp(by, "day") == 0,
                              .tool = request_query(request, "tool")};
    maru_status st = asked_time(request, "to", &out->to_us, err);
    out->from_us = out->to_us - INT64_C(86400000000);
    st = st == MARU_OK ? asked_time(request, "from", &out->from_us, err) : st;
    if (st == MARU_OK && out->from_us >= out->to_us) {
        st = fail(err, MARU_E_INPUT, "from is wanted before to");
    }
    if (st == MARU_OK && out->to_us - out->from_us > LONGEST_US) {
        st = fail(err, MARU_E_INPUT, "at most 400 days are told at once");
    }
    if (st == MARU_OK && by[0] && !out->by_shift && !out->by_day) {
        st = fail(err, MARU_E_INPUT, "by is wanted as shift or day");
    }
    return st;
}

static void add_losses(struct json *json, const struct oee_sums *sums) {
    enum oee_loss order[N_OEE_LOSS];
    const uint32_t n = oee_rank(sums, order);
    json_open_list(json, "losses");
    for (uint32_t i = 0; i < n; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "loss", oee_loss_name(order[i], false));
        json_add_string(json, "loss_ko", oee_loss_name(order[i], true));
        json_add_bool(json, "big", oee_loss_is_big(order[i]));
        json_add_number(json, "seconds", sums->loss_us[order[i]] * 1e-6);
        json_add_count(json, "count", sums->n_loss[order[i]]);
        json_close(json);
    }
    json_close(json);
}

static void add_reliability(struct json *json, const struct oee_sums *sums) {
    const struct reliability r = reliability_of(&sums->reliability, LEVEL);
    json_open_object(json, "reliability");
    json_add_count(json, "failures", sums->reliability.n_failure);
    json_add_number(json, "mtbf", r.mtbf_productive_us * 1e-6);
    json_add_number(json, "mtbfLeast", r.mtbf_least_us * 1e-6);
    json_add_number(json, "mtbfMost", r.mtbf_most_us * 1e-6);
    json_add_number(json, "level", LEVEL);
    json_add_number(json, "mtbfUptime", r.mtbf_uptime_us * 1e-6);
    json_add_number(json, "mttr", r.mttr_us * 1e-6);
    json_add_number(json, "meanDown", r.mean_down_us * 1e-6);
    json_add_number(json, "mtta", r.mtta_us * 1e-6);
    json_close(json);
}

static void add_figures(struct json *json, const struct oee_sums *sums) {
    const struct oee oee = oee_of(sums);
    json_add_number(json, "known", oee.known);
    json_open_object(json, "e79");
    json_add_number(json, "availability", oee.availability);
    json_add_number(json, "operational", oee.operational);
    json_add_number(json, "rate", oee.rate);
    json_add_number(json, "performance", oee.performance);
    json_add_number(json, "quality", oee.quality);
    json_add_number(json, "oee", oee.oee);
    json_close(json);
    json_open_object(json, "iso22400");
    json_add_number(json, "availability", oee.iso_availability);
    json_add_number(json, "effectiveness", oee.iso_effectiveness);
    json_add_number(json, "quality", oee.iso_quality);
    json_add_number(json, "oee", oee.iso_oee);
    json_add_number(json, "nee", oee.iso_nee);
    json_add_number(json, "busy", to_s(oee.busy_us));
    json_close(json);
    json_add_number(json, "uptime", oee.uptime);
    json_add_number(json, "utilization", oee.utilization);
    json_open_object(json, "units");
    json_add_count(json, "good", sums->good);
    json_add_count(json, "scrap", sums->scrap);
    json_add_count(json, "rework", sums->rework);
    json_add_count(json, "withoutIdealTime", sums->n_unpriced);
    json_close(json);
    json_add_bool(json, "tooFast", oee.is_too_fast);
    add_losses(json, sums);
    add_reliability(json, sums);
}

static void add_reasons(struct json *json, const struct tool_states *tools,
                        const struct timeline *timeline, const struct oee_query *query,
                        const struct shift_window *window) {
    struct oee_reason reason[MAX_REASONS];
    uint32_t n = 0;
    oee_reasons(timeline, query->calendar, window->from_us, window->to_us, reason, MAX_REASONS, &n);
    json_open_list(json, "reasons");
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t code = reason[i].reason;
        json_open_object(json, NULL);
        json_add_string(json, "substate", e10_substate_name(reason[i].substate, false));
        json_add_string(json, "substate_ko", e10_substate_name(reason[i].substate, true));
        json_add_string(json, "reason",
                        code > 0 && code <= tools->mapping.reasons.n
                            ? tools->mapping.reasons.name[code - 1]
                            : NULL);
        json_add_number(json, "seconds", to_s(reason[i].us));
        json_add_count(json, "count", reason[i].n);
        json_close(json);
    }
    json_close(json);
}

static void open_row(struct json *json, const struct oee_query *query, const char *tool,
                     const struct shift_window *window) {
    json_open_object(json, NULL);
    json_add_string(json, "tool", tool);
    json_add_number(json, "from", to_s(window->from_us));
    json_add_number(json, "to", to_s(window->to_us));
    if (window->shift < query->shifts->n_shift) {
        json_add_string(json, "shift", query->shifts->shift[window->shift].name);
    }
    if (query->by_shift || query->by_day) {
        char day[CLOCK_TEXT_BYTES];
        clock_text(window->day * INT64_C(86400000), day);
        day[10] = '\0';
        json_add_string(json, "day", day);
    }
}

// One window: each tool, and where more than one is asked for, all together.
static maru_status tell_window(struct json *json, const struct tool_states *tools,
                               const struct oee_query *query, const struct shift_window *window,
                               uint32_t *n_row, maru_error *err) {
    struct oee_options options = tool_states_oee(tools);
    struct oee_sums all = {0};
    uint32_t n = 0;
    options.shifts = query->calendar;
    for (uint32_t i = 0; i < tools->n_tool; i++) {
        const struct tool_state *tool = &tools->tool[i];
        const char *name = tools->mapping.tools.name[i];
        struct oee_sums sums = {0};
        if (query->tool[0] && strcmp(query->tool, name) != 0) {
            continue;
        }
        if (++*n_row > MAX_ROWS) {
            return fail(err, MARU_E_LIMIT, "more than %d rows: ask for less at once", MAX_ROWS);
        }
        const maru_status st = oee_add(&tool->timeline, &tool->production.yields, &options,
                                       window->from_us, window->to_us, &sums, err);
        if (st != MARU_OK) {
            return st;
        }
        open_row(json, query, name, window);
        add_figures(json, &sums);
        add_reasons(json, tools, &tool->timeline, query, window);
        json_close(json);
        oee_join(&all, &sums);
        n++;
    }
    if (n > 1) {
        open_row(json, query, NULL, window);
        add_figures(json, &all);
        json_close(json);
    }
    return MARU_OK;
}

// The next window at or after at_us; false: there is none.
static bool next_window(const struct oee_query *query, maru_time at_us, struct shift_window *out) {
    if (query->by_shift) {
        return shifts_next(query->shifts, at_us, out);
    }
    if (query->by_day) {
        *out = shifts_day(query->shifts, at_us);
        return true;
    }
    *out = (struct shift_window){
        .from_us = query->from_us, .to_us = query->to_us, .shift = SHIFTS_MAX};
    return true;
}

static maru_status tell_oee(struct request *request, const struct tool_states *tools,
                            const struct oee_query *query, maru_error *err) {
    struct json json;
    struct shift_window window;
    maru_status st = MARU_OK;
    uint32_t n_row = 0;
    maru_time at_us = query->from_us;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    while (st == MARU_OK && at_us < query->to_us && next_window(query, at_us, &window)) {
        const maru_time next_us = window.to_us;
        window.from_us = window.from_us > query->from_us ? window.from_us : query->from_us;
        window.to_us = window.to_us < query->to_us ? window.to_us : query->to_us;
        if (window.from_us < window.to_us) {
            st = tell_window(&json, tools, query, &window, &n_row, err);
        }
        at_us = next_us;
    }
    json_close(&json);
    json_close(&json);
    if (st == MARU_OK && n_row == 0 && query->tool[0]) {
        st = request_refuse(request, 404, err, "there is no tool '%.100s'", query->tool);
    }
    request->status = st == MARU_E_RANGE ? 422 : request->status;
    return st;
}

maru_status api_get_oee(struct request *request, maru_error *err) {
    struct oee_query query;
    const struct shifts usual = shifts_usual();
    maru_status st = read_query(request, &query, err);
    if (st != MARU_OK) {
        return st;
    }
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    query.calendar = floor ? floor->shifts : NULL;
    query.shifts = query.calendar ? query.calendar : &usual;
    st = floor && floor->tools ? tell_oee(request, floor->tools, &query, err)
                               : no_tools(request, err);
    floors_leave(request->server->floors, floor);
    return st;
}
