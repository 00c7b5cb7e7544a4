#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/snapshot.h"
#include "plant/plant.h"
#include "serve/api/fields.h"
#include "serve/api/upload.h"
#include "serve/http/problem.h"
#include "serve/runs/model_options.h"
#include "serve/runs/stream.h"
#include "serve/twins/follows.h"
#include "serve/twins/forecasting.h"
#include "serve/twins/live_twin.h"
#include "serve/twins/tool_name.h"
#include "serve/twins/twins.h"

// Twins: made, played, sent through time, forked, broken. A request is acknowledged when the store has what
// it changes. Times are seconds since the start of the plant.

#define MAX_TIME_S ((double)PLAYER_MAX_TIME * 1e-6)
#define MAX_SPAN_S 3.2e9

enum { MAX_CODED_BYTES = (TWINS_MAX_STATE_BYTES + SNAPSHOT_HEADER_BYTES + 2) / 3 * 4 };

static maru_time to_us(double seconds) { return (maru_time)llround(seconds * 1e6); }
static double to_s(maru_time us) { return (double)us * 1e-6; }

// ---- as JSON

struct events { // of a twin, as its plant names the tools
    struct json *json;
    const maru_plant *plant;
};

static maru_status add_event(void *context, const struct act_row *row, maru_error *err) {
    (void)err;
    static const char *const kind[] = {"down", "up", "reseed"};
    struct events *events = context;
    json_open_object(events->json, NULL);
    json_add_number(events->json, "time", to_s(row->at_us));
    json_add_string(events->json, "kind", kind[row->kind]);
    if (row->kind == KEPT_RESEED) {
        json_add_count(events->json, "seed", row->seed);
    } else {
        char name[TOOL_NAME_BYTES];
        tool_name_write(events->plant, row->tool, name);
        json_add_string(events->json, "tool", name);
    }
    if (row->for_us > 0) {
        json_add_number(events->json, "for", to_s(row->for_us));
    }
    json_add_string(events->json, "by", row->by);
    json_close(events->json);
    return MARU_OK;
}

static const char *mode_name(const struct player_state *state) {
    static const char *const name[] = {"paused", "playing", "seeking", "failed", "following"};
    return name[state->mode];
}

static void add_twin(struct json *json, struct server *server, const char *tenant,
                     const struct twin_row *row) {
    struct player_state state = {.mode = row->follows[0]   ? PLAYER_FOLLOWING
                                         : row->is_playing ? PLAYER_PLAYING
                                                           : PLAYER_PAUSED,
                                 .speed = row->speed,
                                 .time_us = row->time_us,
                                 .end_us = row->end_us};
    const bool is_open = twins_look(server->twins, tenant, row->id, &state);
    json_add_string(json, "id", row->id);
    json_add_string(json, "name", row->name);
    json_add_string(json, "plant", row->plant);
    json_add_integer(json, "version", row->version);
    json_add_string(json, "state", mode_name(&state));
    json_add_number(json, "speed", state.speed);
    json_add_number(json, "time", to_s(state.time_us));
    json_add_number(json, "end", to_s(state.end_us));
    if (row->begin_us > 0) {
        json_add_number(json, "begin", to_s(row->begin_us));
    }
    if (row->follows[0]) {
        json_add_raw(json, "follows", row->follows);
    }
    json_add_number(json, "rate", state.rate);
    if (is_open) {
        json_add_count(json, "wip", state.n_lot);
    }
    json_add_count(json, "seed", row->seed);
    json_add_raw(json, "options", row->options);
    if (row->origin[0]) {
        json_open_object(json, "origin");
        json_add_string(json, "twin", row->origin);
        json_add_number(json, "time", to_s(row->origin_us));
        json_close(json);
    }
    if (row->forecast[0]) {
        json_add_string(json, "forecast", row->forecast);
    }
    request_add_time(json, "created", row->created_ms);
    json_add_string(json, "by", row->by);
    if (state.mode == PLAYER_FAILED) {
        problem_add_kept(json, "problem", "The twin failed", 422, &state.err);
    }
}

struct one_twin {
    struct json json;
    struct server *server;
    const char *tenant;
};

static maru_status see_twin(void *context, const struct twin_row *row, maru_error *err) {
    (void)err;
    struct one_twin *one = context;
    add_twin(&one->json, one->server, one->tenant, row);
    return MARU_OK;
}

// The twin and what was done to it.
static maru_status tell_twin(struct request *request, const struct twin *twin, maru_error *err) {
    struct one_twin one = {.server = request->server, .tenant = request->who.tenant};
    struct events events = {.json = &one.json, .plant = twin->plant};
    json_writer_init(&one.json, &request->out);
    json_open_object(&one.json, NULL);
    maru_status st = tenant_see_one_twin(request->tenant, twin->id, see_twin, &one, err);
    json_open_list(&one.json, "events");
    st = st == MARU_OK ? tenant_each_act(request->tenant, twin->id, add_event, &events, err) : st;
    json_close(&one.json);
    json_close(&one.json);
    return st;
}

struct twin_list {
    struct list list; // first
    struct server *server;
    const char *tenant;
};

static maru_status list_twin(void *context, const struct twin_row *row, maru_error *err) {
    (void)err;
    struct twin_list *twins = context;
    json_open_object(&twins->list.json, NULL);
    add_twin(&twins->list.json, twins->server, twins->tenant, row);
    json_close(&twins->list.json);
    twins->list.n++;
    snprintf(twins->list.last, sizeof twins->list.last, "%s", row->id);
    return MARU_OK;
}

maru_status api_list_twins(struct request *request, maru_error *err) {
    struct page page;
    struct twin_list twins = {.server = request->server, .tenant = request->who.tenant};
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&twins.list, &request->out, page.limit);
        st = tenant_each_twin(request->tenant, request_query(request, "plant"), &page, list_twin,
                              &twins, err);
        list_end(&twins.list);
    }
    return st;
}

// ---- making one

static maru_status see_number(void *context, const struct version_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)context = row->number;
    return MARU_OK;
}

// A saved state as it comes: base64 of what `maru sim --save` and GET .../state give.
//   out     row->state and row->n_state are in *bytes
//   memory  the caller frees *bytes, also after an error
static maru_status read_state(const json_t *json, unsigned char **bytes, struct twin_row *row,
                              maru_error *err) {
    const char *coded = "";
    maru_status st = field_text(json, "state", MAX_CODED_BYTES, &coded, err);
    const size_t n_coded = strlen(coded), room = n_coded / 4 * 3 + 3;
    size_t n = 0;
    if (st != MARU_OK || !json_object_get(json, "state")) {
        return st;
    }
    *bytes = alloc_new(room, 1);
    if (!*bytes) {
        return fail(err, MARU_E_MEMORY, "no memory for a saved state");
    }
    maru_error why = {0};
    if (sodium_base642bin(*bytes, room, coded, n_coded, NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
        return field_wrong(err, "/state", "base64 of a saved state is wanted");
    }
    st = snapshot_open("this", *bytes, n, &row->state, &row->n_state, &why);
    return st == MARU_OK ? MARU_OK : field_wrong(err, "/state", why.text);
}

// Can the version be played with these options, from this state?
static maru_status try_model(struct request *request, struct twin_row *row, maru_error *err) {
    maru_plant *plant = NULL;
    maru_options *options = NULL;
    maru_model *model = NULL;
    maru_sim *first = NULL;
    maru_status st = upload_open_plant(request->tenant, row->plant, row->version, &plant, err);
    if (st == MARU_E_INPUT) {
        st = request_refuse(request, 409, err,
                            "this version has faults and cannot be played: mend them first");
    }
    if (st == MARU_OK) {
        st = model_options_read(row->options, strlen(row->options), &options, err);
        st = st == MARU_OK ? maru_model_new(plant, options, &model, err) : st;
        st = st == MARU_OK ? twins_begin(model, row->seed, row->state, row->n_state, &first, err)
                           : st;
        request->status = st == MARU_OK ? 0 : 422;
    }
    if (st == MARU_OK) {
        row->begin_us = maru_sim_now(first);
        row->time_us = row->begin_us;
        row->end_us = row->begin_us;
    }
    maru_sim_free(first);
    maru_model_free(model);
    maru_options_free(options);
    maru_plant_free(plant);
    return st;
}

static maru_status tell_new(struct request *request, const char *id, maru_error *err) {
    struct twin *twin = NULL;
    maru_status st = twins_hold(request->server->twins, request->tenant, id, &twin, err);
    st = st == MARU_OK ? tell_twin(request, twin, err) : st;
    twins_release(request->server->twins, twin);
    request->status = st == MARU_OK ? 201 : request->status;
    return st;
}

// What it follows, as it is kept: not with what would play it.
static maru_status read_follows(const json_t *json, struct text *out, struct twin_row *row,
                                maru_error *err) {
    static const char *const not_with[] = {"speed", "playing", "state"};
    json_t *its = json_object_get(json, "follows");
    struct follows follows;
    if (!its) {
        return MARU_OK;
    }
    for (size_t i = 0; i < sizeof not_with / sizeof *not_with; i++) {
        if (json_object_get(json, not_with[i])) {
            return field_wrong(
                err, "/follows",
                "a twin that follows a floor does not play: no speed, playing or state is wanted");
        }
    }
    const maru_status st = follows_read(&follows, its, err);
    if (st == MARU_OK) {
        follows_write(&follows, out);
        row->follows = out->bytes;
        row->speed = follows.speed;
    }
    return st == MARU_OK && out->status != MARU_OK ? fail(err, MARU_E_MEMORY, "no memory") : st;
}

maru_status api_create_twin(struct request *request, maru_error *err) {
    static const char *const known[] = {"plant", "version", "name",  "options", "seed",
                                        "speed", "playing", "state", "follows", NULL};
    json_t *json = NULL;
    unsigned char *state = NULL;
    char *options = NULL, id[STORE_ID_BYTES];
    int64_t seed = 1;
    struct text follows;
    text_init(&follows, 1 << 16);
    struct twin_row row = {
        .name = "", .origin = "", .speed = 60, .is_playing = true, .by = request->who.name};
    maru_status st = fields_open(&json, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_text(json, "plant", 32, &row.plant, err) : st;
    st = st == MARU_OK ? field_text(json, "name", STORE_NAME_BYTES - 4, &row.name, err) : st;
    st = st == MARU_OK ? field_count(json, "version", 1, 100000000, &row.version, err) : st;
    st = st == MARU_OK ? field_count(json, "seed", 0, INT64_MAX, &seed, err) : st;
    st = st == MARU_OK ? field_number(json, "speed", 0, PLAYER_MAX_SPEED, &row.speed, err) : st;
    st = st == MARU_OK ? field_bool(json, "playing", &row.is_playing, err) : st;
    st = st == MARU_OK ? read_state(json, &state, &row, err) : st;
    st = st == MARU_OK ? read_follows(json, &follows, &row, err) : st;
    if (st == MARU_OK && !row.plant) {
        st = field_wrong(err, "/plant", "the id of a plant is wanted");
    }
    if (st == MARU_OK) {
        options = json_dumps(json_object_get(json, "options"), JSON_COMPACT);
        row.options = options ? options : "{}";
        row.seed = (uint64_t)seed;
        st = tenant_see_one_version(request->tenant, row.plant, row.version, see_number,
                                    &row.version, err);
    }
    st = st == MARU_OK ? try_model(request, &row, err) : st;
    st = st == MARU_OK ? tenant_add_twin(request->tenant, &row, id, err) : st;
    st = st == MARU_OK ? tell_new(request, id, err) : st;
    free(options); // jansson's
    text_fini(&follows);
    alloc_free(state);
    fields_close(json);
    return st;
}

// ---- one twin

// Hold the twin of the path while `do_it` is done to it, then tell it.
static maru_status with_twin(struct request *request, void *context,
                             maru_status (*do_it)(struct request *request, struct twin *twin,
                                                  void *context, maru_error *err),
                             maru_error *err) {
    struct twin *twin = NULL;
    maru_status st =
        twins_hold(request->server->twins, request->tenant, request->param[0], &twin, err);
    st = st == MARU_OK && do_it ? do_it(request, twin, context, err) : st;
    st = st == MARU_OK ? tell_twin(request, twin, err) : st;
    twins_release(request->server->twins, twin);
    return st;
}

maru_status api_get_twin(struct request *request, maru_error *err) {
    return with_twin(request, NULL, NULL, err);
}

maru_status api_delete_twin(struct request *request, maru_error *err) {
    const maru_status st =
        tenant_delete_twin(request->tenant, request->param[0], request->who.name, err);
    if (st == MARU_OK) {
        twins_close(request->server->twins, request->who.tenant, request->param[0], "");
        request->status = 204;
    }
    return st;
}

// What makes no sense of a twin whose present is a floor's.
static maru_status be_played(struct request *request, const struct twin *twin, maru_error *err) {
    return twin->live
               ? request_refuse(request, 409, err,
                                "this twin follows a floor, whose time nobody sets: fork it, and "
                                "play what it might become")
               : MARU_OK;
}

static maru_status play(struct request *request, struct twin *twin, void *context,
                        maru_error *err) {
    const double *speed = context;
    struct player_state state;
    const maru_status may = be_played(request, twin, err);
    if (may != MARU_OK) {
        return may;
    }
    player_look(twin->player, &state);
    player_play(twin->player, *speed >= 0 ? *speed : state.speed);
    return twins_keep(twin, request->tenant, "play twin", request->who.name, err);
}

maru_status api_play_twin(struct request *request, maru_error *err) {
    static const char *const known[] = {"speed", NULL};
    json_t *json = NULL;
    double speed = -1;
    maru_status st = fields_open(&json, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_number(json, "speed", 0, PLAYER_MAX_SPEED, &speed, err) : st;
    st = st == MARU_OK ? with_twin(request, &speed, play, err) : st;
    fields_close(json);
    return st;
}

static maru_status pause_it(struct request *request, struct twin *twin, void *context,
                            maru_error *err) {
    (void)context;
    const maru_status may = be_played(request, twin, err);
    if (may != MARU_OK) {
        return may;
    }
    player_pause(twin->player);
    return twins_keep(twin, request->tenant, "pause twin", request->who.name, err);
}

maru_status api_pause_twin(struct request *request, maru_error *err) {
    static const char *const known[] = {NULL};
    json_t *json = NULL;
    maru_status st = fields_open(&json, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? with_twin(request, NULL, pause_it, err) : st;
    fields_close(json);
    return st;
}

// What is before the beginning of a saved state is not known.
static maru_status be_after_begin(struct request *request, const struct twin *twin, maru_time at,
                                  maru_error *err) {
    struct player_state state;
    player_look(twin->player, &state);
    return at < state.begin_us
               ? request_refuse(request, 409, err,
                                "this twin has no past before %.0f s, where it begins",
                                to_s(state.begin_us))
               : MARU_OK;
}

static maru_status seek(struct request *request, struct twin *twin, void *context,
                        maru_error *err) {
    const double *time = context;
    maru_status st = be_played(request, twin, err);
    st = st == MARU_OK ? be_after_begin(request, twin, to_us(*time), err) : st;
    if (st != MARU_OK) {
        return st;
    }
    player_seek(twin->player, to_us(*time));
    return twins_keep(twin, request->tenant, "seek twin", request->who.name, err);
}

maru_status api_seek_twin(struct request *request, maru_error *err) {
    static const char *const known[] = {"time", NULL};
    json_t *json = NULL;
    double time = -1;
    maru_status st = fields_open(&json, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_number(json, "time", 0, MAX_TIME_S, &time, err) : st;
    if (st == MARU_OK && time < 0) {
        st = field_wrong(err, "/time", "seconds since the start of the plant are wanted");
    }
    st = st == MARU_OK ? with_twin(request, &time, seek, err) : st;
    fields_close(json);
    return st;
}

// ---- what is done to it

struct injection {
    const char *kind, *tool;
    double for_s;
};

static maru_status inject(struct request *request, struct twin *twin, void *context,
                          maru_error *err) {
    const struct injection *injection = context;
    struct act_row act = {.kind = strcmp(injection->kind, "up") == 0 ? KEPT_MEND : KEPT_STOP,
                          .for_us = to_us(injection->for_s),
                          .by = request->who.name};
    const maru_status may = be_played(request, twin, err);
    if (may != MARU_OK) {
        return may;
    }
    if (!tool_name_read(twin->plant, injection->tool, &act.tool)) {
        return field_wrong(err, "/tool", "no such tool; GROUP/1 is the first of a tool group");
    }
    maru_status st = act.kind == KEPT_MEND
                         ? player_mend_tool(twin->player, act.tool, &act.at_us, err)
                         : player_stop_tool(twin->player, act.tool, act.for_us, &act.at_us, err);
    if (st != MARU_OK) {
        return st;
    }
    st = tenant_add_act(request->tenant, twin->id, &act, err);
    if (st != MARU_OK) { // it must not happen: open the twin again as the store knows it
        twins_close(request->server->twins, request->who.tenant, twin->id, "");
    }
    return st;
}

maru_status api_inject_event(struct request *request, maru_error *err) {
    static const char *const known[] = {"kind", "tool", "for", NULL};
    json_t *json = NULL;
    struct injection injection = {.kind = "", .tool = ""};
    maru_status st = fields_open(&json, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_text(json, "kind", 8, &injection.kind, err) : st;
    st = st == MARU_OK ? field_text(json, "tool", TOOL_NAME_BYTES - 1, &injection.tool, err) : st;
    st = st == MARU_OK ? field_number(json, "for", 0, MAX_SPAN_S, &injection.for_s, err) : st;
    if (st == MARU_OK && strcmp(injection.kind, "down") != 0 && strcmp(injection.kind, "up") != 0) {
        st = field_wrong(err, "/kind", "down or up is wanted");
    }
    st = st == MARU_OK ? with_twin(request, &injection, inject, err) : st;
    fields_close(json);
    return st;
}

// ---- forks

struct fork {
    struct twin_row row;
    double time;
    int64_t seed;
    struct text options;
    void *state; // of a floor
};

static maru_status keep_origin(void *context, const struct twin_row *row, maru_error *err) {
    struct fork *fork = context;
    text_addz(&fork->options, row->options);
    fork->row.version = row->version;
    return fork->options.status == MARU_OK ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

// The state of the floor at a time, with which the fork begins.
static maru_status fork_floor(struct twin *twin, struct fork *fork, maru_error *err) {
    maru_sim *sim = NULL;
    const maru_time at = fork->time < 0 ? -1 : to_us(fork->time);
    const maru_status st = live_twin_present(twin->live, at, &sim, err);
    if (st != MARU_OK) {
        return st;
    }
    const size_t n = maru_sim_bytes(sim);
    fork->state = alloc_new(n, 1);
    if (fork->state) {
        maru_sim_save(sim, fork->state);
        fork->row.state = fork->state;
        fork->row.n_state = n;
        fork->row.begin_us = maru_sim_now(sim);
        fork->time = to_s(fork->row.begin_us);
    }
    maru_sim_free(sim);
    return fork->state ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory for a copy of the state");
}

static maru_status fork_it(struct request *request, struct twin *twin, struct fork *fork,
                           maru_error *err) {
    char id[STORE_ID_BYTES];
    struct player_state state;
    if (twin->live) {
        const maru_status may = fork_floor(twin, fork, err);
        if (may != MARU_OK) {
            request->status = may == MARU_E_RANGE ? 409 : 0;
            return may;
        }
    }
    twin_look(twin, &state);
    const maru_time at = twin->live       ? fork->row.begin_us
                         : fork->time < 0 ? state.time_us
                                          : to_us(fork->time);
    if (!twin->live && at > state.end_us) {
        return request_refuse(request, 409, err,
                              "the twin has not been there yet: its end is at %.0f s",
                              to_s(state.end_us));
    }
    maru_status st = twin->live ? MARU_OK : be_after_begin(request, twin, at, err);
    st =
        st == MARU_OK ? tenant_see_one_twin(request->tenant, twin->id, keep_origin, fork, err) : st;
    fork->row.plant = twin->plant_id;
    fork->row.options = fork->options.bytes ? fork->options.bytes : "{}";
    fork->row.seed = twin->seed;
    fork->row.origin = twin->id;
    fork->row.origin_us = at;
    fork->row.speed = state.speed;
    fork->row.time_us = at;
    fork->row.end_us = at;
    st = st == MARU_OK ? tenant_add_twin(request->tenant, &fork->row, id, err) : st;
    if (st == MARU_OK && fork->seed >= 0) { // another luck from here on
        const struct act_row reseed = {.kind = KEPT_RESEED,
                                       .at_us = at,
                                       .seed = (uint64_t)fork->seed,
                                       .by = request->who.name};
        st = tenant_add_act(request->tenant, id, &reseed, err);
    }
    return st == MARU_OK ? tell_new(request, id, err) : st;
}

maru_status api_fork_twin(struct request *request, maru_error *err) {
    static const char *const known[] = {"name", "time", "seed", "playing", NULL};
    json_t *json = NULL;
    struct twin *twin = NULL;
    struct fork fork = {.row = {.name = "", .by = request->who.name}, .time = -1, .seed = -1};
    text_init(&fork.options, 1 << 16);
    maru_status st = fields_open(&json, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_text(json, "name", STORE_NAME_BYTES - 4, &fork.row.name, err) : st;
    st = st == MARU_OK ? field_number(json, "time", 0, MAX_TIME_S, &fork.time, err) : st;
    st = st == MARU_OK ? field_count(json, "seed", 0, INT64_MAX, &fork.seed, err) : st;
    st = st == MARU_OK ? field_bool(json, "playing", &fork.row.is_playing, err) : st;
    if (st == MARU_OK) {
        st = twins_hold(request->server->twins, request->tenant, request->param[0], &twin, err);
    }
    st = st == MARU_OK ? fork_it(request, twin, &fork, err) : st;
    twins_release(request->server->twins, twin);
    alloc_free(fork.state);
    text_fini(&fork.options);
    fields_close(json);
    return st;
}

// ---- forecasts

// A run that names the twin and the time: what is asked is what the store knows of both.
static maru_status keep_forecast(struct request *request, const struct twin *twin,
                                 const struct forecasting *forecasting, char run[STORE_ID_BYTES],
                                 maru_error *err) {
    struct text text;
    text_init(&text, 1 << 12);
    forecasting_write(forecasting, &text);
    const struct run_row row = {.name = "",
                                .plant = twin->plant_id,
                                .version = twin->version,
                                .kind = "forecast",
                                .by = request->who.name,
                                .request = text.bytes};
    const maru_status st = text.status == MARU_OK ? tenant_add_run(request->tenant, &row, run, err)
                                                  : fail(err, MARU_E_MEMORY, "no memory");
    text_fini(&text);
    return st;
}

static maru_status start_forecast(struct request *request, struct twin *twin,
                                  struct forecasting *forecasting, maru_error *err) {
    char run[STORE_ID_BYTES] = "";
    struct jobs *jobs = request->server->jobs;
    struct player_state state;
    twin_look(twin, &state);
    if (state.mode == PLAYER_SEEKING || state.mode == PLAYER_FAILED) {
        return request_refuse(request, 409, err, "the twin is on its way to a time, or has failed");
    }
    snprintf(forecasting->twin, sizeof forecasting->twin, "%s", twin->id);
    forecasting->time_us = state.time_us;
    maru_status st = jobs_have_room(jobs, request->who.tenant, err);
    st = st == MARU_OK && !twin->live ? twins_keep(twin, request->tenant, NULL, "", err) : st;
    st = st == MARU_OK ? keep_forecast(request, twin, forecasting, run, err) : st;
    st = st == MARU_OK ? jobs_add(jobs, request->who.tenant, run, err) : st;
    if (st == MARU_E_LIMIT) {
        request->status = 429;
    }
    if (st == MARU_E_LIMIT && run[0]) {
        (void)!tenant_delete_run(request->tenant, run, request->who.name, NULL);
    }
    st = st == MARU_OK ? tenant_set_forecast(request->tenant, twin->id, run, err) : st;
    st = st == MARU_OK ? run_add_json(&request->out, request->server, request->tenant, run, err)
                       : st;
    request->status = st == MARU_OK ? 202 : request->status;
    return st;
}

maru_status api_forecast_twin(struct request *request, maru_error *err) {
    static const char *const known[] = {"hours", "replications", NULL};
    json_t *json = NULL;
    struct twin *twin = NULL;
    struct forecasting forecasting = {0};
    double hours = 24;
    int64_t n_rep = 100;
    maru_status st = fields_open(&json, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_number(json, "hours", 0.1, 9600, &hours, err) : st;
    st = st == MARU_OK ? field_count(json, "replications", 1, FUTURES_MAX, &n_rep, err) : st;
    forecasting.span_us = (maru_time)llround(hours * (double)MARU_HOUR);
    forecasting.n_rep = (size_t)n_rep;
    if (st == MARU_OK) {
        st = twins_hold(request->server->twins, request->tenant, request->param[0], &twin, err);
    }
    st = st == MARU_OK ? start_forecast(request, twin, &forecasting, err) : st;
    twins_release(request->server->twins, twin);
    fields_close(json);
    return st;
}
