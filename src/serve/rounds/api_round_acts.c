#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/api/fields.h"
#include "serve/compute/compute.h"
#include "serve/http/request.h"
#include "serve/rounds/round_awarding.h"
#include "serve/rounds/round_leasing.h"
#include "serve/rounds/round_watching.h"
#include "study/json_writer.h"

// What the operator of this server does with a round: award, lease, watch, reclaim. Leases and reclaims are kept with the round first and
// carried out then; the answer says when both are done.

// ---- award

maru_status api_award_round(struct request *request, maru_error *err) {
    static const char *const known[] = {"rules", "keep", NULL};
    struct awarding_asked asked = {.round = request->param[0], .by = request->who.name};
    char id[STORE_ID_BYTES] = "";
    struct kept_round kept;
    json_t *fields = NULL;
    struct json json;
    maru_status st = kept_round_load(request->server->store, request->param[0], &kept, err);
    kept_round_fini(&kept);
    st = st == MARU_OK
             ? fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err)
             : st;
    st = st == MARU_OK ? field_text(fields, "rules", 1 << 16, &asked.rules, err) : st;
    asked.keeps = asked.rules == NULL;
    st = st == MARU_OK ? field_bool(fields, "keep", &asked.keeps, err) : st;
    st = st == MARU_OK ? awarding_begin(request->server->awarding, &asked, id, err) : st;
    request->status = st == MARU_OK ? 202 : st == MARU_E_RANGE ? 409 : 0;
    fields_close(fields);
    if (st == MARU_OK) {
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        json_add_string(&json, "id", id);
        json_close(&json);
    }
    return st;
}

maru_status api_cancel_round_award(struct request *request, maru_error *err) {
    struct kept_round kept;
    struct json json;
    const maru_status st = kept_round_load(request->server->store, request->param[0], &kept, err);
    kept_round_fini(&kept);
    if (st != MARU_OK) {
        return st;
    }
    if (!awarding_cancel(request->server->awarding, request->param[0])) {
        return request_refuse(request, 409, err, "no award of this round is being solved");
    }
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_close(&json);
    return MARU_OK;
}

static void add_state(struct json *json, const char *id, const char *state, double progress) {
    json_open_object(json, NULL);
    json_add_string(json, "id", id);
    json_add_string(json, "state", state);
    json_add_number(json, "progress", progress);
}

// Two JSON objects as one: all members of the second behind those of the first.
static void add_joined(struct text *out, const struct text *first, const struct text *second) {
    size_t n = first->n_bytes;
    while (n > 0 && first->bytes[n - 1] != '}') {
        n--;
    }
    text_add(out, first->bytes, n > 0 ? n - 1 : 0);
    text_addz(out, ",");
    text_add(out, second->bytes + 1, second->n_bytes - 1);
}

// What was solved since the server began.
static void tell_look(struct request *request, struct awarding_look *look) {
    const bool has_failed = !look->is_running && look->problem.code != MARU_OK;
    const bool is_cancelled = has_failed && look->problem.code == MARU_E_STOPPED;
    struct text state;
    struct json json;
    text_init(&state, 1 << 16);
    json_writer_init(&json, &state);
    add_state(&json, look->id,
              look->is_running ? "running"
              : is_cancelled   ? "cancelled"
              : has_failed     ? "failed"
                               : "done",
              look->done);
    if (has_failed) {
        json_open_object(&json, "problem");
        json_add_string(&json, "detail", look->problem.text);
        json_add_string(&json, "file", look->problem.file);
        json_add_count(&json, "row", look->problem.row);
        json_add_count(&json, "column", look->problem.column);
        json_close(&json);
    }
    json_close(&json);
    if (look->result.n_bytes > 0) {
        add_joined(&request->out, &state, &look->result);
    } else {
        text_add(&request->out, state.bytes, state.n_bytes);
    }
    text_fini(&state);
}

// What was awarded, by an earlier server.
static maru_status tell_kept(struct request *request, struct kept_round *kept, maru_error *err) {
    const struct round_place place = kept_round_place(kept);
    struct round_answer *answer = alloc_new(1, sizeof *answer);
    maru_faults *faults = maru_faults_new();
    struct json json;
    maru_status st = answer && faults ? round_answer_read(answer, &place, &kept->facts, faults, err)
                                      : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        json_writer_init(&json, &request->out);
        add_state(&json, "", "done", 1);
        awarding_add(&json, answer);
        json_close(&json);
    }
    if (answer) {
        round_answer_fini(answer);
    }
    alloc_free(answer);
    maru_faults_free(faults);
    return st;
}

maru_status api_get_round_award(struct request *request, maru_error *err) {
    struct awarding_look look;
    struct kept_round kept;
    maru_status st = kept_round_load(request->server->store, request->param[0], &kept, err);
    if (st == MARU_OK && awarding_look(request->server->awarding, request->param[0], &look)) {
        tell_look(request, &look);
        text_fini(&look.result);
    } else if (st == MARU_OK && kept_round_state(&kept, 0) >= ROUND_AWARDED) {
        st = tell_kept(request, &kept, err);
    } else if (st == MARU_OK) {
        st = fail(err, MARU_E_USAGE, "this round is not awarded yet");
    }
    kept_round_fini(&kept);
    return st;
}

// ---- lease, watch, reclaim

enum act { ACT_LEASE, ACT_WATCH, ACT_RECLAIM };

struct acting {
    struct request *request;
    enum act act;
    struct kept_round kept;
    struct round_done done;
    maru_faults *faults;
    char time[CLOCK_TEXT_BYTES];
};

static void add_event(struct json *json, const struct acting *a, const struct lease_event *event) {
    struct text day, detail;
    text_init(&day, 64);
    text_init(&detail, 1024);
    round_day_write(&day, event->day);
    text_addf(&detail, "%s=%s ", "type", a->done.round->type[event->type].name);
    text_addf(&detail, "%s=%u ", "idle_days", event->idle_days);
    text_addf(&detail, "%s=%u %s=%u", "gpus", event->gpus, "kept", event->kept);
    json_open_object(json, NULL);
    json_add_string(json, "time", day.bytes);
    json_add_string(json, "what", event->kind == LEASE_WARNED ? "warn" : "reclaim");
    json_add_string(json, "subject", a->done.round->institution[event->institution]);
    json_add_string(json, "detail", detail.bytes);
    json_close(json);
    text_fini(&day);
    text_fini(&detail);
}

static void tell_done(struct acting *a) {
    struct json json;
    json_writer_init(&json, &a->request->out);
    json_open_object(&json, NULL);
    json_add_count(&json, "n_lease", a->done.n_lease);
    json_add_count(&json, "n_warned", a->done.n_warned);
    json_add_count(&json, "n_due", a->done.n_due);
    json_add_count(&json, "gpus", a->done.gpus);
    json_open_list(&json, "events");
    for (uint32_t i = 0; i < a->done.n_event; i++) {
        add_event(&json, a, &a->done.event[i]);
    }
    json_close(&json);
    json_close(&json);
}

static maru_status lease(struct acting *a, maru_error *err) {
    const struct round_place place = kept_round_place(&a->kept);
    const struct round_doing doing = {&place, a->time, INT32_MIN, false, false};
    const enum round_state state = kept_round_state(&a->kept, 0);
    if (state != ROUND_AWARDED) {
        return request_refuse(a->request, 409, err,
                              state == ROUND_LEASED ? "this round is leased already"
                                                    : "this round is not awarded yet");
    }
    maru_status st = round_lease_folder(&doing, a->faults, &a->done, err);
    if (st == MARU_OK) {
        a->kept.leased_ms = clock_unix_ms();
        a->kept.is_applied = false;
        st = round_leasing_credits(&a->kept, NULL, a->time, err);
    }
    return st;
}

static maru_status lease_kept(struct acting *a, maru_error *err) {
    struct store *store = a->request->server->store;
    maru_status st = kept_round_load(store, a->request->param[0], &a->kept, err);
    st = st == MARU_OK ? lease(a, err) : st;
    st = st == MARU_OK ? kept_round_keep(store, &a->kept, a->request->who.name, err) : st;
    return st == MARU_OK ? round_leasing_apply(store, a->request->server->compute, &a->kept,
                                               a->request->who.name, err)
                         : st;
}

// People need not wait for the days since a warning was told: they decide by the days that were idle.
static maru_status look(struct acting *a, maru_error *err) {
    const struct request *request = a->request;
    const struct round_look asked = {request->param[0], request->who.name, a->act == ACT_RECLAIM,
                                     false, clock_unix_ms()};
    return round_look_once(request->server->store, request->server->compute, &asked, a->faults,
                           &a->done, err);
}

static maru_status act_on(struct request *request, enum act act, maru_error *err) {
    struct acting *a = alloc_new(1, sizeof *a);
    if (!a) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    a->request = request;
    a->act = act;
    a->faults = maru_faults_new();
    clock_text(clock_unix_ms(), a->time);
    maru_status st = !a->faults         ? fail(err, MARU_E_MEMORY, "no memory")
                     : act == ACT_LEASE ? lease_kept(a, err)
                                        : look(a, err);
    request->status = st == MARU_E_RANGE && request->status == 0 ? 409 : request->status;
    if (st == MARU_OK) {
        tell_done(a);
    }
    round_done_fini(&a->done);
    kept_round_fini(&a->kept);
    maru_faults_free(a->faults);
    alloc_free(a);
    return st;
}

maru_status api_lease_round(struct request *request, maru_error *err) {
    return act_on(request, ACT_LEASE, err);
}

maru_status api_watch_round(struct request *request, maru_error *err) {
    return act_on(request, ACT_WATCH, err);
}

maru_status api_reclaim_round(struct request *request, maru_error *err) {
    return act_on(request, ACT_RECLAIM, err);
}
