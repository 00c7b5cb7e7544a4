#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/api/fields.h"
#include "serve/floor/floors.h"
#include "serve/floor/tuning.h"

// The alarms of the floor as they are now, and what people do to them. What somebody has done is on the disk, with its entry in the
// audit log, before he is answered.

enum { MAX_ALARMS = 1000, DEFAULT_ALARMS = 200 };

static double to_s(maru_time us) { return (double)us * 1e-6; }

static void add_time(struct json *json, const char *key, maru_time us) {
    if (us == 0) {
        json_add_string(json, key, NULL);
    } else {
        json_add_number(json, key, to_s(us));
    }
}

// What its condition looks at, each once; id null: there is no such signal yet.
static void add_signals(struct json *json, const struct alarm_watch *watch, uint32_t i) {
    const struct alarm_table *table = &watch->table;
    const struct alarm_def *alarm = &table->alarm[i];
    const struct condition_leaf *leaf = table->leaf + alarm->first_leaf;
    json_open_list(json, "signals");
    for (uint32_t k = 0; k < alarm->n_leaf; k++) {
        const uint32_t signal = leaf[k].signal;
        uint32_t before = 0;
        while (before < k && leaf[before].signal != signal) {
            before++;
        }
        if (before < k) {
            continue;
        }
        json_open_object(json, NULL);
        if (watch->signal[signal] > 0) {
            json_add_integer(json, "id", watch->signal[signal]);
        } else {
            json_add_string(json, "id", NULL);
        }
        json_add_string(json, "name", table->signal[signal]);
        json_close(json);
    }
    json_close(json);
}

static void add_alarm(struct json *json, const struct alarm_watch *watch, uint32_t i) {
    const struct alarm_table *table = &watch->table;
    const struct alarm_def *alarm = &table->alarm[i];
    const struct alarm_note *note = &watch->note[i];
    const struct alarms *live = &watch->alarms;
    const uint8_t state = live->shown[i];
    struct text condition;
    text_init(&condition, 1 << 14);
    alarm_table_write_condition(table, i, &condition);
    json_open_object(json, NULL);
    json_add_string(json, "alarm", alarm->name);
    json_add_string(json, "state", alarm_state_name((enum alarm_state)state, false));
    json_add_string(json, "state_ko", alarm_state_name((enum alarm_state)state, true));
    add_time(json, "since", note->since_us);
    json_add_string(json, "priority", alarm_priority_name(alarm->priority, false));
    json_add_string(json, "priority_ko", alarm_priority_name(alarm->priority, true));
    json_add_count(json, "level", live->level[i]);
    json_add_string(json, "text", alarm->text);
    json_add_string(json, "condition", condition.bytes ? condition.bytes : "");
    add_signals(json, watch, i);
    json_add_string(json, "operator", table->operator_[alarm->operator_]);
    json_add_string(json, "cause",
                    alarm->cause == ALARM_NONE ? NULL : table->alarm[alarm->cause].name);
    json_add_bool(json, "toAcknowledge", (live->flags[i] & ALARM_IS_OPEN) != 0);
    json_add_bool(json, "chattering", (live->flags[i] & ALARM_IS_CHATTERING) != 0);
    add_time(json, "shelvedUntil", live->shelf_us[i]);
    json_add_string(json, "by", note->who[0] ? note->who : NULL);
    json_add_string(json, "note", note->what[0] ? note->what : NULL);
    add_time(json, "byAt", note->person_us);
    json_add_count(json, "came", live->n_came[i]);
    json_add_count(json, "suppressed", live->n_hidden[i]);
    json_close(json);
    text_fini(&condition);
}

// ---- the list: what is not normal by itself, the most urgent and newest first; all in the order of the table

struct picked {
    uint32_t alarm;
    uint8_t state, priority;
    maru_time since_us;
};

static int compare(const void *a, const void *b) {
    const struct picked *x = a, *y = b;
    if (x->priority != y->priority) {
        return x->priority < y->priority ? -1 : 1;
    }
    if (x->since_us != y->since_us) {
        return x->since_us > y->since_us ? -1 : 1;
    }
    return x->alarm < y->alarm ? -1 : x->alarm > y->alarm;
}

static bool is_asked(const struct alarm_watch *watch, uint32_t i, const char *state,
                     const char *operator_) {
    const uint8_t is = watch->alarms.shown[i];
    const bool fits = state[0] == '\0'               ? is != ALARM_NORMAL
                      : strcmp(state, "active") == 0 ? is == ALARM_UNACKED || is == ALARM_ACKED
                      : strcmp(state, "all") == 0
                          ? true
                          : strcmp(state, alarm_state_name((enum alarm_state)is, false)) == 0;
    return fits &&
           (operator_[0] == '\0' ||
            strcmp(operator_, watch->table.operator_[watch->table.alarm[i].operator_]) == 0);
}

static maru_status list_alarms(struct request *request, const struct alarm_watch *watch,
                               uint32_t limit, maru_error *err) {
    const char *state = request_query(request, "state");
    const char *operator_ = request_query(request, "operator");
    struct picked *picked = alloc_new(watch->table.n_alarm + 1, sizeof *picked);
    struct json json;
    uint32_t n = 0;
    if (!picked) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < watch->table.n_alarm; i++) {
        if (is_asked(watch, i, state, operator_)) {
            picked[n++] = (struct picked){i, watch->alarms.shown[i], watch->table.alarm[i].priority,
                                          watch->note[i].since_us};
        }
    }
    qsort(picked, n, sizeof *picked, compare);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_integer(&json, "version", watch->version);
    json_add_count(&json, "count", n);
    json_open_object(&json, "states");
    for (int i = 0; i < N_ALARM_STATE; i++) {
        json_add_count(&json, alarm_state_name((enum alarm_state)i, false),
                       alarms_count(&watch->alarms, (enum alarm_state)i));
    }
    json_close(&json);
    json_open_list(&json, "items");
    for (uint32_t i = 0; i < n && i < limit; i++) {
        add_alarm(&json, watch, picked[i].alarm);
    }
    json_close(&json);
    json_close(&json);
    alloc_free(picked);
    return MARU_OK;
}

// Where no table was put yet there is no alarm, by version 0 of it: who looks again and again asks for nothing that is missing.
static void list_none(struct request *request) {
    struct json json;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_integer(&json, "version", 0);
    json_add_count(&json, "count", 0);
    json_open_object(&json, "states");
    for (int i = 0; i < N_ALARM_STATE; i++) {
        json_add_count(&json, alarm_state_name((enum alarm_state)i, false), 0);
    }
    json_close(&json);
    json_open_list(&json, "items");
    json_close(&json);
    json_close(&json);
}

static maru_status no_alarms(struct request *request, maru_error *err) {
    return request_refuse(request, 404, err, "there is no table of alarms yet: put one first");
}

maru_status api_list_alarms(struct request *request, maru_error *err) {
    const char *text = request_query(request, "limit");
    int64_t limit = DEFAULT_ALARMS;
    if (text[0] && (!number_int64(text, strlen(text), &limit) || limit < 1 || limit > MAX_ALARMS)) {
        return fail(err, MARU_E_INPUT, "%s is wanted from 1 to %lld", "limit",
                    (long long)MAX_ALARMS);
    }
    struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
    maru_status st = MARU_OK;
    if (floor && floor->alarms) {
        st = list_alarms(request, floor->alarms, (uint32_t)limit, err);
    } else {
        list_none(request);
    }
    floors_leave(request->server->floors, floor);
    return st;
}

// ---- what people do

struct asked {
    maru_time until_us;
    const char *note;
};

static maru_status read_asked(enum alarm_act act, const struct json_t *body, struct asked *out,
                              maru_error *err) {
    double until_s = 0;
    maru_status st = field_text(body, "note", WATCH_MAX_NOTE_BYTES, &out->note, err);
    if (st == MARU_OK && act == ALARM_ACT_SHELVE) {
        st = field_number(body, "until", 0, 1e12, &until_s, err);
        if (st == MARU_OK && until_s == 0) {
            st = field_wrong(err, "/until", "seconds since 1970-01-01 UTC are wanted");
        }
        out->until_us = (maru_time)(until_s * 1e6);
    }
    return st;
}

static const char *const action_name[] = {"acknowledge alarm", "shelve alarm", "unshelve alarm",
                                          "remove alarm", "return alarm"};

static maru_status act_on(struct request *request, struct floor *floor, enum alarm_act act,
                          const struct asked *asked, maru_error *err) {
    const char *alarm = request->param[0], *who = request->who.name;
    maru_status st = alarm_watch_act(floor->alarms, alarm, act, clock_unix_us(), asked->until_us,
                                     who, asked->note, err);
    if (st != MARU_OK) {
        request->status = st == MARU_E_RANGE ? 404 : 409;
        return st;
    }
    const struct engine_act kept = {who, action_name[act], alarm, asked->note};
    st = floor_save(floor, FLOOR_ALARMS, &kept, err);
    if (st == MARU_OK) {
        struct json json;
        const uint32_t i = names_find(&floor->alarms->by_name, alarm, strlen(alarm));
        json_writer_init(&json, &request->out);
        add_alarm(&json, floor->alarms, i);
    }
    return st;
}

static maru_status do_act(struct request *request, enum alarm_act act, maru_error *err) {
    static const char *const known[] = {"note", NULL}, *const known_shelf[] = {"note", "until",
                                                                               NULL};
    const char *const *members = act == ALARM_ACT_SHELVE ? known_shelf : known;
    struct asked asked = {.note = ""};
    struct json_t *body = NULL;
    maru_status st = fields_open(&body, request->body.bytes, request->body.n_bytes, members, err);
    st = st == MARU_OK ? read_asked(act, body, &asked, err) : st;
    if (st == MARU_OK) {
        struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
        st = floor && floor->alarms ? act_on(request, floor, act, &asked, err)
                                    : no_alarms(request, err);
        floors_leave(request->server->floors, floor);
    }
    fields_close(body);
    return st;
}

maru_status api_acknowledge_alarm(struct request *request, maru_error *err) {
    return do_act(request, ALARM_ACT_ACKNOWLEDGE, err);
}

maru_status api_shelve_alarm(struct request *request, maru_error *err) {
    return do_act(request, ALARM_ACT_SHELVE, err);
}

maru_status api_unshelve_alarm(struct request *request, maru_error *err) {
    return do_act(request, ALARM_ACT_UNSHELVE, err);
}

maru_status api_remove_alarm(struct request *request, maru_error *err) {
    return do_act(request, ALARM_ACT_REMOVE, err);
}

maru_status api_return_alarm(struct request *request, maru_error *err) {
    return do_act(request, ALARM_ACT_RETURN, err);
}

// ---- against a budget

#define LONGEST_US (INT64_C(100) * 86400 * 1000000)

static maru_status read_tuning(const struct json_t *body, struct tuning *out, maru_error *err) {
    const double now_s = to_s(clock_unix_us());
    double budget = 0, from_s = 0, until_s = now_s;
    maru_status st = field_number(body, "budget", 0.001, 1e6, &budget, err);
    st = st == MARU_OK ? field_number(body, "to", 0, 1e10, &until_s, err) : st;
    from_s = until_s - 7 * 86400.0;
    st = st == MARU_OK ? field_number(body, "from", 0, 1e10, &from_s, err) : st;
    out->budget_per_h = budget;
    out->from_us = (maru_time)(from_s * 1e6);
    out->to_us = (maru_time)(until_s * 1e6);
    if (st == MARU_OK && (out->from_us >= out->to_us || out->to_us - out->from_us > LONGEST_US)) {
        st = field_wrong(err, "/from", "before to is wanted, at most 100 days");
    }
    return st;
}

struct tuned {
    struct text *out;
    bool is_korean;
};

static void tell_tuned(void *context, const struct alarm_table *table,
                       const struct tune_result *result) {
    const struct tuned *tuned = context;
    tune_write(table, result, tuned->is_korean, tuned->out);
}

maru_status api_tune_alarms(struct request *request, maru_error *err) {
    static const char *const known[] = {"budget", "from", "to", NULL};
    struct tuned tuned = {&request->out, request_language(request) == LANG_KO};
    struct tuning tuning = {0};
    struct json_t *body = NULL;
    struct signals *signals = NULL;
    struct text table;
    text_init(&table, TENANT_MAX_DOCUMENT_BYTES);
    tuning.table = &table;
    maru_status st = fields_open(&body, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? read_tuning(body, &tuning, err) : st;
    if (st == MARU_OK) {
        st = tenant_get_document(request->tenant, FLOOR_ALARMS, 0, &table, NULL, NULL, err);
        st = st == MARU_E_USAGE ? no_alarms(request, err) : st;
    }
    st = st == MARU_OK ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                       : st;
    st = st == MARU_OK ? tuning_run(signals, &tuning, tell_tuned, &tuned, err) : st;
    st = st == MARU_OK && request->out.status != MARU_OK
             ? fail(err, request->out.status, "the answer is too large")
             : st;
    fields_close(body);
    text_fini(&table);
    return st;
}
