#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/snapshot.h"
#include "plant/plant.h"
#include "serve/twins/live_twin.h"
#include "serve/twins/tool_name.h"
#include "serve/twins/twins.h"

// Looks at a twin, at its present or at any time of its past (?time=): the floor as bytes, tool groups, a tool,
// lots, a lot, and how it went so far. A look is a copy of the state, run on its own; what a tool or a lot
// has done before is found by running the time in question again and listening.

enum { MAX_LOTS = 5000, MAX_QUEUE = 50, MAX_HISTORY = 4000, MAX_AHEAD = 20 };
#define WINDOW_US MARU_DAY // of utilisation, and of what is counted against plan

static double to_s(maru_time us) { return (double)us * 1e-6; }

static void add_time(struct json *json, const char *key, maru_time us) {
    json_add_number(json, key, us == INT64_MAX || us == INT64_MIN ? NAN : to_s(us));
}

// ---- a look

struct look {
    struct twin *twin;
    const maru_plant *plant;
    struct moment moment;
    struct acts acts;
    maru_time begin_us, now_us; // of the twin's past; of the look
    bool is_live;               // a floor's: its past is not run again
};

static maru_status look_begin(struct request *request, struct look *look, maru_error *err) {
    const char *text = request_query(request, "time");
    char *end = NULL;
    const double time = text[0] ? strtod(text, &end) : -1;
    *look = (struct look){0};
    if (text[0] && (*end || !(time >= 0 && time <= (double)PLAYER_MAX_TIME * 1e-6))) {
        return request_refuse(request, 400, err,
                              "time: seconds since the start of the plant are wanted");
    }
    maru_status st =
        twins_hold(request->server->twins, request->tenant, request->param[0], &look->twin, err);
    if (st != MARU_OK || !look->twin) {
        return st;
    }
    const maru_time at = text[0] ? (maru_time)llround(time * 1e6) : -1;
    struct player_state state;
    twin_look(look->twin, &state);
    look->begin_us = state.begin_us;
    look->plant = look->twin->plant;
    look->is_live = look->twin->live;
    if (look->is_live) {
        look->moment.acted_us = INT64_MAX;
        st = live_twin_present(look->twin->live, at, &look->moment.sim, err);
        request->status = st == MARU_E_RANGE ? 409 : request->status;
    } else {
        st = player_moment(look->twin->player, at, &look->moment, &look->acts, err);
    }
    look->now_us = look->moment.sim ? maru_sim_now(look->moment.sim) : 0;
    return st;
}

static void look_end(struct request *request, struct look *look) {
    moment_fini(&look->moment);
    acts_fini(&look->acts);
    twins_release(request->server->twins, look->twin);
}

// Look, tell what is seen, and give back what was held.
static maru_status with_look(struct request *request,
                             maru_status (*tell)(struct request *request, const struct look *look,
                                                 maru_error *err),
                             maru_error *err) {
    struct look look;
    maru_status st = look_begin(request, &look, err);
    st = st == MARU_OK && look.twin ? tell(request, &look, err) : st;
    look_end(request, &look);
    return st;
}

// A copy at an earlier time, to run on from while somebody listens; its acts are those of the look.
static maru_status look_back(const struct look *look, maru_time from_us, struct moment *out,
                             maru_error *err) {
    struct acts acts;
    if (look->is_live) {
        *out = (struct moment){.acted_us = INT64_MAX};
        return maru_sim_copy(look->moment.sim, &out->sim, err);
    }
    const maru_time at = from_us > look->begin_us ? from_us : look->begin_us;
    const maru_status st = player_moment(look->twin->player, at, out, &acts, err);
    acts_fini(&acts);
    return st;
}

// The window of utilisation is shorter where the twin's past is.
static maru_time window_begin(const struct look *look) {
    const maru_time from = look->is_live ? look->now_us : look->now_us - WINDOW_US;
    return from > look->begin_us ? from : look->begin_us;
}

// Lots on the floor, in the order of their numbers.
static int by_number(const void *a, const void *b) {
    const uint32_t x = ((const maru_lot_now *)a)->lot, y = ((const maru_lot_now *)b)->lot;
    return (x > y) - (x < y);
}

static maru_status look_at_lots(const struct look *look, maru_lot_now **out, uint32_t *n,
                                maru_error *err) {
    *n = maru_sim_lot_count(look->moment.sim);
    *out = alloc_new((size_t)*n + 1, sizeof **out);
    if (!*out) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_sim_look_at_lots(look->moment.sim, *out);
    qsort(*out, *n, sizeof **out, by_number);
    return MARU_OK;
}

static uint32_t first_step(const maru_plant *plant, uint32_t step) {
    return plant->route[plant->step[step].route].first_step;
}

static const char *step_name(const maru_plant *plant, uint32_t step) {
    return plant->step[step].name ? plant->step[step].name : "";
}

// ---- the floor as bytes

static maru_status tell_floor(struct request *request, const struct look *look, maru_error *err) {
    struct view *view = NULL;
    struct player_state state;
    const maru_status st = view_new(look->moment.sim, view_usual_priority(look->plant), &view, err);
    if (st != MARU_OK || !view) {
        return st;
    }
    twin_look(look->twin, &state);
    view->end_us = state.end_us;
    view->speed = (float)state.speed;
    view_write(&request->out, NULL, view);
    view_release(view);
    request->type = "application/vnd.maru.floor";
    return MARU_OK;
}

maru_status api_get_floor(struct request *request, maru_error *err) {
    return with_look(request, tell_floor, err);
}

// ---- the whole state, to begin with elsewhere

static maru_status tell_state(struct request *request, const struct look *look, maru_error *err) {
    const size_t n = maru_sim_bytes(look->moment.sim);
    char *bytes = alloc_new(n, 1);
    if (!bytes) {
        return fail(err, MARU_E_MEMORY, "no memory for a copy of the state");
    }
    maru_sim_save(look->moment.sim, bytes);
    const maru_status st = snapshot_add(&request->out, bytes, n, err);
    alloc_free(bytes);
    request->type = "application/octet-stream";
    snprintf(request->disposition, sizeof request->disposition,
             "attachment; filename=\"twin-%.32s-%.0f.maru\"", look->twin->id,
             (double)look->now_us * 1e-6);
    return st;
}

maru_status api_get_state(struct request *request, maru_error *err) {
    return with_look(request, tell_state, err);
}

// ---- tool groups

struct tally { // of one group
    uint32_t in_process, at_risk, state[MARU_TOOL_NONSCHEDULED + 1];
    double wait_us;
};

static double busy_us(const maru_group_now *group) {
    return (double)group->productive_us + (double)group->setup_us;
}

static void add_group(struct json *json, const struct look *look, uint32_t g,
                      const struct tally *tally, const maru_group_now *now,
                      const maru_group_now *before, double window_us) {
    const struct plant_group *group = &look->plant->group[g];
    const double down_us = (double)(now->scheduled_down_us - before->scheduled_down_us) +
                           (double)(now->unscheduled_down_us - before->unscheduled_down_us);
    const double up_us = window_us * group->n_tool - down_us;
    json_open_object(json, NULL);
    json_add_string(json, "name", group->name);
    json_add_count(json, "queue", now->n_waiting);
    json_add_count(json, "in_process", tally->in_process);
    json_open_list(json, "tools");
    for (size_t i = 0; i <= MARU_TOOL_NONSCHEDULED; i++) {
        json_add_count(json, NULL, tally->state[i]);
    }
    json_close(json);
    json_add_number(json, "utilization",
                    up_us > 0 && !group->is_delay ? (busy_us(now) - busy_us(before)) / up_us : NAN);
    json_add_number(json, "wait", now->n_waiting > 0 ? tally->wait_us * 1e-6 / now->n_waiting : 0);
    json_add_count(json, "risk", tally->at_risk);
    json_close(json);
}

static void count_lots(const struct look *look, const maru_lot_now *lot, uint32_t n,
                       struct tally *tally) {
    for (uint32_t i = 0; i < n; i++) {
        struct tally *its = &tally[lot[i].group];
        its->in_process += lot[i].where == MARU_LOT_IN_TOOL;
        its->at_risk += view_is_at_risk(look->plant, &lot[i], look->now_us);
        its->wait_us +=
            lot[i].where == MARU_LOT_WAITING ? (double)(look->now_us - lot[i].since_us) : 0;
    }
}

static maru_status tell_groups(struct request *request, const struct look *look, maru_error *err) {
    const size_t n = look->plant->n_group;
    const maru_time from = window_begin(look);
    struct tally *tally = alloc_new(n, sizeof *tally);
    maru_group_now *now = alloc_new(2 * n, sizeof *now);
    maru_tool_now *tool = alloc_new((size_t)look->plant->n_tool + 1, sizeof *tool);
    maru_lot_now *lot = NULL;
    struct moment before = {0};
    struct json json;
    uint32_t n_lot = 0;
    maru_status st = MARU_OK;
    if (!tally || !now || !tool) {
        st = fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    st = look_at_lots(look, &lot, &n_lot, err);
    st = st == MARU_OK ? look_back(look, from, &before, err) : st;
    if (st != MARU_OK || !lot) {
        goto done;
    }
    maru_sim_look_at_tools(look->moment.sim, tool);
    for (uint32_t t = 0; t < look->plant->n_tool; t++) {
        tally[look->plant->tool_group[t]].state[tool[t].state]++;
    }
    count_lots(look, lot, n_lot, tally);
    maru_sim_look_at_groups(look->moment.sim, now);
    maru_sim_look_at_groups(before.sim, now + n);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    add_time(&json, "time", look->now_us);
    json_open_list(&json, "groups");
    for (uint32_t g = 0; g < n; g++) {
        add_group(&json, look, g, &tally[g], &now[g], &now[n + g], (double)(look->now_us - from));
    }
    json_close(&json);
    json_close(&json);
done:
    moment_fini(&before);
    alloc_free(lot);
    alloc_free(tool);
    alloc_free(tally);
    alloc_free(now);
    return st;
}

maru_status api_list_groups(struct request *request, maru_error *err) {
    return with_look(request, tell_groups, err);
}

// ---- the last day

static bool has_due_dates(const maru_plant *plant) {
    bool has = false;
    for (uint32_t i = 0; i < plant->n_release; i++) {
        has |= plant->release[i].due_after_us != INT64_MAX;
    }
    for (uint32_t i = 0; i < plant->n_stock; i++) {
        has |= plant->stock[i].due_us != INT64_MAX;
    }
    return has;
}

// What is not known is null.
static void add_known(struct json *json, const char *key, uint64_t count, bool is_known) {
    json_add_number(json, key, is_known ? (double)count : NAN);
}

static void add_day(struct json *json, const char *product, const maru_day_now *day,
                    bool is_known) {
    json_open_object(json, NULL);
    json_add_string(json, "product", product);
    add_known(json, "released", day->n_released, is_known);
    json_add_count(json, "planned", day->n_planned);
    add_known(json, "done", day->n_done, is_known);
    add_known(json, "due", day->n_due, is_known);
    add_known(json, "on_time", day->n_on_time, is_known);
    json_add_count(json, "late", day->n_late);
    json_close(json);
}

static maru_status tell_day(struct request *request, const struct look *look, maru_error *err) {
    maru_day_now *day = alloc_new((size_t)look->plant->n_product + 1, sizeof *day);
    struct json json;
    if (!day) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const bool is_known = maru_sim_look_at_day(look->moment.sim, day) || look->is_live;
    live_twin_add_to_day(look->twin->live, look->now_us, day);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    add_time(&json, "time", look->now_us);
    add_time(&json, "seconds", look->now_us < WINDOW_US ? look->now_us : WINDOW_US);
    json_add_bool(&json, "has_due", has_due_dates(look->plant));
    json_open_list(&json, "products");
    for (uint32_t p = 0; p < look->plant->n_product; p++) {
        add_day(&json, look->plant->product[p].name, &day[p], is_known);
    }
    json_close(&json);
    json_close(&json);
    alloc_free(day);
    return MARU_OK;
}

maru_status api_get_day(struct request *request, maru_error *err) {
    return with_look(request, tell_day, err);
}

// ---- one tool

static const char *state_name(maru_tool_state state) {
    static const char *const name[] = {"standby",     "productive",     "setup",
                                       "engineering", "scheduled_down", "unscheduled_down",
                                       "nonscheduled"};
    return name[state];
}

struct tool_watch { // what a tool did while it was listened to
    uint32_t tool, n_lot;
    bool is_down;
    maru_time last_us, since_us, busy_us, down_us;
};

static void count_up_to(struct tool_watch *watch, maru_time now) {
    watch->down_us += watch->is_down ? now - watch->last_us : 0;
    watch->busy_us += !watch->is_down && watch->n_lot > 0 ? now - watch->last_us : 0;
    watch->last_us = now;
}

static void hear_tool(void *context, const maru_event *event) {
    struct tool_watch *watch = context;
    if (event->tool != watch->tool || event->kind == MARU_EV_LATE_QUEUE) {
        return;
    }
    count_up_to(watch, event->time_us);
    const bool was_busy = watch->n_lot > 0, was_down = watch->is_down;
    watch->n_lot += event->kind == MARU_EV_START;
    watch->n_lot -= event->kind == MARU_EV_END && watch->n_lot > 0;
    if (event->kind == MARU_EV_FAIL || event->kind == MARU_EV_MAINTENANCE) {
        watch->is_down = true;
    } else if (event->kind == MARU_EV_UP) {
        watch->is_down = false;
    }
    if (was_busy != (watch->n_lot > 0) || was_down != watch->is_down ||
        event->kind == MARU_EV_SETUP) {
        watch->since_us = event->time_us;
    }
}

static void add_tool_lot(struct json *json, const struct look *look, const maru_lot_now *lot) {
    json_open_object(json, NULL);
    json_add_count(json, "lot", lot->lot);
    json_add_string(json, "product", look->plant->product[lot->product].name);
    json_add_count(json, "step", lot->step - first_step(look->plant, lot->step));
    json_add_string(json, "step_name", step_name(look->plant, lot->step));
    json_add_integer(json, "priority", lot->priority);
    if (lot->where == MARU_LOT_WAITING) {
        add_time(json, "since", lot->since_us);
    } else if (lot->until_us != INT64_MAX) {
        add_time(json, "ends", lot->until_us);
    }
    json_close(json);
}

static maru_status add_tool_lots(struct json *json, const struct look *look, uint32_t tool,
                                 maru_error *err) {
    const uint32_t group = look->plant->tool_group[tool];
    maru_lot_now *lot = NULL;
    uint32_t n = 0, n_queue = 0;
    const maru_status st = look_at_lots(look, &lot, &n, err);
    if (st != MARU_OK || !lot) {
        return st;
    }
    json_open_list(json, "lots");
    for (uint32_t i = 0; i < n; i++) {
        if (lot[i].tool == tool) {
            add_tool_lot(json, look, &lot[i]);
        }
    }
    json_close(json);
    json_open_list(json, "queue");
    for (uint32_t i = 0; i < n; i++) {
        if (lot[i].where == MARU_LOT_WAITING && lot[i].group == group && n_queue++ < MAX_QUEUE) {
            add_tool_lot(json, look, &lot[i]);
        }
    }
    json_close(json);
    json_add_count(json, "n_queue", n_queue);
    alloc_free(lot);
    return st;
}

static void add_tool_facts(struct json *json, const struct look *look, const maru_tool_now *now,
                           const struct tool_watch *watch, maru_time from) {
    const maru_plant *plant = look->plant;
    const struct plant_group *group = &plant->group[plant->tool_group[watch->tool]];
    char name[TOOL_NAME_BYTES];
    tool_name_write(plant, watch->tool, name);
    json_add_string(json, "name", name);
    json_add_string(json, "group", group->name);
    json_add_count(json, "number", watch->tool - group->first_tool + 1);
    json_add_string(json, "area", group->area < plant->n_area ? plant->area[group->area].name : "");
    json_add_string(json, "state", state_name(now->state));
    json_add_bool(json, "stopped", now->is_stopped);
    add_time(json, "since", watch->since_us);
    if (now->until_us != INT64_MAX) {
        add_time(json, "until", now->until_us);
    }
    if (now->setup != MARU_NONE) {
        json_add_string(json, "setup", plant->setup[now->setup].name);
    }
    const double up_us = (double)(look->now_us - from - watch->down_us);
    json_add_number(json, "utilization", up_us > 0 ? (double)watch->busy_us / up_us : NAN);
    if (now->maintenance != MARU_NONE) {
        json_open_object(json, "next_maintenance");
        json_add_string(json, "name", plant->downtime[now->maintenance].name);
        add_time(json, "due", now->maintenance_us);
        json_close(json);
    }
}

// Run the last day again and listen to the tool; `tool` is room for a look at all.
static maru_status watch_tool(const struct look *look, maru_time from, maru_tool_now *tool,
                              struct tool_watch *watch, maru_error *err) {
    struct moment moment = {0};
    maru_lot_now *lot = NULL;
    uint32_t n = 0;
    maru_status st = look_back(look, from, &moment, err);
    if (st != MARU_OK) {
        goto done;
    }
    n = maru_sim_lot_count(moment.sim);
    lot = alloc_new((size_t)n + 1, sizeof *lot);
    if (!lot) {
        st = fail(err, MARU_E_MEMORY, "no memory");
        goto done;
    }
    maru_sim_look_at_lots(moment.sim, lot);
    for (uint32_t i = 0; i < n; i++) {
        watch->n_lot += lot[i].tool == watch->tool;
    }
    maru_sim_look_at_tools(moment.sim, tool);
    watch->is_down = tool[watch->tool].state == MARU_TOOL_SCHEDULED_DOWN ||
                     tool[watch->tool].state == MARU_TOOL_UNSCHEDULED_DOWN;
    watch->last_us = watch->since_us = maru_sim_now(moment.sim);
    maru_sim_set_trace(moment.sim, hear_tool, watch);
    st = moment_go(&moment, &look->acts, look->now_us, err);
    count_up_to(watch, look->now_us);
done:
    moment_fini(&moment);
    alloc_free(lot);
    return st;
}

static maru_status tell_tool(struct request *request, const struct look *look, maru_error *err) {
    struct tool_watch watch = {0};
    struct json json;
    const maru_time from = window_begin(look);
    if (!tool_name_find(look->plant, request->param[1], strlen(request->param[1]),
                        request->param[2], &watch.tool)) {
        return fail(err, MARU_E_USAGE, "there is no such tool; GROUP/1 is the first of its group");
    }
    maru_tool_now *tool = alloc_new((size_t)look->plant->n_tool + 1, sizeof *tool);
    if (!tool) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = watch_tool(look, from, tool, &watch, err);
    if (st == MARU_OK) {
        maru_sim_look_at_tools(look->moment.sim, tool);
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        add_time(&json, "time", look->now_us);
        add_tool_facts(&json, look, &tool[watch.tool], &watch, from);
        st = add_tool_lots(&json, look, watch.tool, err);
        json_close(&json);
    }
    alloc_free(tool);
    return st;
}

maru_status api_get_tool(struct request *request, maru_error *err) {
    return with_look(request, tell_tool, err);
}

// ---- lots

// name: "" where nobody has given it one.
static void add_lot(struct json *json, const struct look *look, const maru_lot_now *lot,
                    const char *called) {
    static const char *const where[] = {"moving", "waiting", "processing"};
    const maru_plant *plant = look->plant;
    const struct plant_route *route = &plant->route[plant->step[lot->step].route];
    json_add_count(json, "lot", lot->lot);
    if (called[0]) {
        json_add_string(json, "name", called);
    }
    json_add_string(json, "product", plant->product[lot->product].name);
    json_add_integer(json, "priority", lot->priority);
    json_add_count(json, "wafers", lot->wafers);
    json_add_count(json, "step", lot->step - route->first_step);
    json_add_count(json, "steps", route->n_step);
    json_add_string(json, "step_name", step_name(plant, lot->step));
    json_add_string(json, "where", where[lot->where]);
    json_add_string(json, "group", plant->group[lot->group].name);
    if (lot->tool != MARU_NONE) {
        char name[TOOL_NAME_BYTES];
        tool_name_write(plant, lot->tool, name);
        json_add_string(json, "tool", name);
    }
    if (lot->since_us != INT64_MIN) {
        add_time(json, "since", lot->since_us);
    }
    if (lot->until_us != INT64_MAX) {
        add_time(json, "until", lot->until_us);
    }
    add_time(json, "released", lot->released_us);
    add_time(json, "due", lot->due_us);
    if (lot->queue_end_us != INT64_MAX) {
        add_time(json, "queue_limit", lot->queue_end_us);
    }
}

// Does the number, product, step or tool group have the text in it?
static bool is_wanted(const maru_plant *plant, const maru_lot_now *lot, const char *name,
                      const char *text) {
    char number[16];
    snprintf(number, sizeof number, "%u", lot->lot);
    return text[0] == '\0' || strstr(number, text) || strcasestr(name, text) ||
           strcasestr(plant->product[lot->product].name, text) ||
           strcasestr(step_name(plant, lot->step), text) ||
           strcasestr(plant->group[lot->group].name, text);
}

static maru_status tell_lots(struct request *request, const struct look *look, maru_error *err) {
    struct list list;
    struct page page;
    maru_lot_now *lot = NULL;
    uint32_t n = 0;
    maru_status st = request_page_of(request, MAX_LOTS, &page, err);
    st = st == MARU_OK ? look_at_lots(look, &lot, &n, err) : st;
    if (st != MARU_OK || !lot) {
        return st;
    }
    char(*name)[FOLLOWING_NAME_BYTES] = NULL;
    st = live_twin_names(look->twin->live, lot, n, &name, err);
    if (st != MARU_OK) {
        alloc_free(lot);
        return st;
    }
    const char *search = request_query(request, "search");
    const unsigned long after = strtoul(page.after, NULL, 10);
    list_begin(&list, &request->out, page.limit);
    for (uint32_t i = 0; i < n && list.n < page.limit; i++) {
        const char *its_name = name ? name[i] : "";
        if ((page.after[0] && lot[i].lot <= after) ||
            !is_wanted(look->plant, &lot[i], its_name, search)) {
            continue;
        }
        json_open_object(&list.json, NULL);
        add_lot(&list.json, look, &lot[i], its_name);
        json_close(&list.json);
        list.n++;
        snprintf(list.last, sizeof list.last, "%u", lot[i].lot);
    }
    list_end(&list);
    alloc_free(name);
    alloc_free(lot);
    return MARU_OK;
}

maru_status api_list_lots(struct request *request, maru_error *err) {
    return with_look(request, tell_lots, err);
}

// ---- one lot

struct stay { // at one step
    uint32_t step, tool;
    maru_time arrived_us, started_us, ended_us; // INT64_MIN: not yet
};

struct lot_watch {
    uint32_t lot;
    struct stay *stay; // (MAX_HISTORY) the last ones
    size_t n;          // all there were
};

static struct stay *last_stay(struct lot_watch *watch) {
    return watch->n > 0 ? &watch->stay[(watch->n - 1) % MAX_HISTORY] : NULL;
}

static void hear_lot(void *context, const maru_event *event) {
    struct lot_watch *watch = context;
    if (event->lot != watch->lot) {
        return;
    }
    struct stay *last = last_stay(watch);
    if (event->kind == MARU_EV_ARRIVE) {
        watch->stay[watch->n++ % MAX_HISTORY] = (struct stay){.step = event->step,
                                                              .tool = MARU_NONE,
                                                              .arrived_us = event->time_us,
                                                              .started_us = INT64_MIN,
                                                              .ended_us = INT64_MIN};
    } else if (last && event->kind == MARU_EV_START) {
        last->tool = event->tool;
        last->started_us = event->time_us;
    } else if (last && event->kind == MARU_EV_END) {
        last->ended_us = event->time_us;
    }
}

static void add_stay(struct json *json, const maru_plant *plant, const struct stay *stay) {
    json_open_object(json, NULL);
    json_add_count(json, "step", stay->step - first_step(plant, stay->step));
    json_add_string(json, "step_name", step_name(plant, stay->step));
    json_add_string(json, "group", plant->group[plant->step[stay->step].group].name);
    if (stay->tool != MARU_NONE) {
        char name[TOOL_NAME_BYTES];
        tool_name_write(plant, stay->tool, name);
        json_add_string(json, "tool", name);
    } else {
        json_add_string(json, "tool", NULL);
    }
    add_time(json, "arrived", stay->arrived_us);
    add_time(json, "started", stay->started_us);
    add_time(json, "ended", stay->ended_us);
    json_close(json);
}

static void add_ahead(struct json *json, const maru_plant *plant, uint32_t step) {
    const struct plant_route *route = &plant->route[plant->step[step].route];
    const uint32_t end = route->first_step + route->n_step;
    json_open_list(json, "ahead");
    for (uint32_t s = step + 1; s < end && s <= step + MAX_AHEAD; s++) {
        json_open_object(json, NULL);
        json_add_count(json, "step", s - route->first_step);
        json_add_string(json, "step_name", step_name(plant, s));
        json_add_string(json, "group", plant->group[plant->step[s].group].name);
        json_close(json);
    }
    json_close(json);
}

static void add_lot_story(struct request *request, const struct look *look, const maru_lot_now *lot,
                          const char *name, const struct lot_watch *watch) {
    struct json json;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    add_time(&json, "time", look->now_us);
    add_lot(&json, look, lot, name);
    json_open_list(&json, "history");
    for (size_t i = watch->n > MAX_HISTORY ? watch->n - MAX_HISTORY : 0; i < watch->n; i++) {
        add_stay(&json, look->plant, &watch->stay[i % MAX_HISTORY]);
    }
    json_close(&json);
    add_ahead(&json, look->plant, lot->step);
    json_close(&json);
}

// Run again what has been since the lot was released, and listen to it.
static maru_status watch_lot(const struct look *look, const maru_lot_now *lot,
                             struct lot_watch *watch, maru_error *err) {
    struct moment moment = {0};
    maru_status st = look_back(look, lot->released_us > 0 ? lot->released_us - 1 : 0, &moment, err);
    if (st == MARU_OK) {
        maru_sim_set_trace(moment.sim, hear_lot, watch);
        st = moment_go(&moment, &look->acts, look->now_us, err);
    }
    moment_fini(&moment);
    return st;
}

static maru_status tell_lot(struct request *request, const struct look *look, maru_error *err) {
    char *end = NULL;
    maru_lot_now *lot = NULL;
    uint32_t n = 0;
    struct lot_watch watch = {.lot = (uint32_t)strtoul(request->param[1], &end, 10)};
    maru_status st = look_at_lots(look, &lot, &n, err);
    if (st != MARU_OK || !lot) {
        return st;
    }
    const maru_lot_now key = {.lot = watch.lot};
    const maru_lot_now *its = *end ? NULL : bsearch(&key, lot, n, sizeof *lot, by_number);
    watch.stay = alloc_new(MAX_HISTORY, sizeof *watch.stay);
    if (!its) {
        st = fail(err, MARU_E_USAGE, "this lot is not on the floor at that time");
    } else if (!watch.stay) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    } else {
        char(*name)[FOLLOWING_NAME_BYTES] = NULL;
        st = watch_lot(look, its, &watch, err);
        st = st == MARU_OK ? live_twin_names(look->twin->live, its, 1, &name, err) : st;
        if (st == MARU_OK) {
            add_lot_story(request, look, its, name ? name[0] : "", &watch);
        }
        alloc_free(name);
    }
    alloc_free(watch.stay);
    alloc_free(lot);
    return st;
}

maru_status api_get_lot(struct request *request, maru_error *err) {
    return with_look(request, tell_lot, err);
}

// ---- how it went so far

static void add_points(struct json *json, const char *key, const double *value, uint32_t n) {
    json_open_list(json, key);
    for (uint32_t i = 0; i < n; i++) {
        json_add_number(json, NULL, value[i]);
    }
    json_close(json);
}

static void add_history(struct request *request, const struct look *look, const maru_results *r) {
    struct json json;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    add_time(&json, "time", look->now_us);
    add_time(&json, "point_seconds", r->point_us);
    json_add_count(&json, "n", r->n_point);
    json_add_string(&json, "digest", r->digest);
    add_points(&json, "wip", r->wip, r->n_point);
    add_points(&json, "released", r->released, r->n_point);
    add_points(&json, "done", r->done, r->n_point);
    json_open_list(&json, "groups");
    for (uint32_t g = 0; g < r->n_group; g++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "name", r->group[g].name);
        add_points(&json, "queue", &r->queue_length[(size_t)g * r->n_point], r->n_point);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}

static maru_status tell_history(struct request *request, const struct look *look, maru_error *err) {
    maru_results *results = NULL;
    if (look->is_live) { // its look has found that there is something
        return api_tell_floor_history(request, look->twin->live);
    }
    const maru_status st = maru_sim_results(look->moment.sim, &results, err);
    if (st != MARU_OK || !results) {
        return st;
    }
    add_history(request, look, results);
    maru_results_free(results);
    return MARU_OK;
}

maru_status api_get_history(struct request *request, maru_error *err) {
    return with_look(request, tell_history, err);
}
