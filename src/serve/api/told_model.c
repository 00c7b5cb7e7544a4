#include "serve/api/told_model.h"
#include "serve/floor/floors.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"

// What a version's card says first is kept as JSON beside its bytes, so that a list opens no model.

static void add_ms(struct json *json, const char *key, int64_t ms) {
    json_add_number(json, key, (double)ms * 1e-3);
}

static void add_version_number(struct json *json, const char *key, int64_t number) {
    if (number > 0) {
        json_add_integer(json, key, number);
    } else {
        json_add_string(json, key, NULL);
    }
}

static void add_text_or_null(struct json *json, const char *key, const char *text) {
    json_add_string(json, key, text[0] ? text : NULL);
}

static void add_json_or_null(struct json *json, const char *key, const char *value) {
    if (value[0]) {
        json_add_raw(json, key, value);
    } else {
        json_add_string(json, key, NULL);
    }
}

// One member of the facts, or null.
static void add_fact(struct json *json, const json_t *facts, const char *key, const char *absent) {
    const json_t *value = json_object_get(facts, key);
    char *dumped = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_add_raw(json, key, dumped ? dumped : absent);
    free(dumped); // jansson's
}

static void add_facts(struct json *json, const char *text, bool wants_warnings) {
    json_t *facts = json_loads(text, 0, NULL);
    add_fact(json, facts, "headline", "null");
    if (wants_warnings) {
        add_fact(json, facts, "warnings", "[]");
    }
    json_decref(facts);
}

void model_add_members(struct json *json, const struct model_row *row) {
    json_add_string(json, "id", row->id);
    json_add_string(json, "name", row->name);
    json_add_string(json, "goal", row->goal);
    json_add_string(json, "target", row->target);
    if (row->unit[0]) {
        json_add_string(json, "unit", row->unit);
    }
    add_json_or_null(json, "feed", row->feed);
    add_ms(json, "created", row->created_ms);
    json_add_string(json, "by", row->by);
    add_version_number(json, "champion", row->champion);
    add_version_number(json, "challenger", row->challenger);
    json_open_object(json, "use");
    json_add_bool(json, "is_on", row->is_on);
    json_add_string(json, "reason", row->reason);
    add_ms(json, "since", row->since_ms);
    json_add_string(json, "by", row->set_by);
    json_close(json);
    add_text_or_null(json, "training", row->training);
    add_facts(json, row->facts, false);
}

void model_version_add_members(struct json *json, const struct model_version_row *row) {
    json_add_integer(json, "version", row->number);
    json_add_string(json, "role", model_role_name(row->role));
    json_add_string(json, "goal", row->goal);
    json_add_string(json, "target", row->target);
    if (row->unit[0]) {
        json_add_string(json, "unit", row->unit);
    }
    json_add_string(json, "kind", row->kind);
    json_add_string(json, "fingerprint", row->fingerprint);
    json_add_string(json, "data", row->data);
    json_add_string(json, "program", row->program);
    add_ms(json, "made", row->created_ms);
    json_add_string(json, "by", row->by);
    if (row->promoted_ms > 0) {
        add_ms(json, "promoted", row->promoted_ms);
        json_add_string(json, "promoted_by", row->promoted_by);
    }
    add_text_or_null(json, "dataset", row->dataset);
    add_text_or_null(json, "run", row->run);
    json_add_integer(json, "bytes", row->n_bytes);
    add_facts(json, row->facts, true);
}

// ---- one model

static maru_status see_model(void *context, const struct model_row *row, maru_error *err) {
    (void)err;
    model_add_members(context, row);
    return MARU_OK;
}

static maru_status see_version(void *context, const struct model_version_row *row,
                               maru_error *err) {
    struct json *json = context;
    (void)err;
    json_open_object(json, NULL);
    model_version_add_members(json, row);
    json_close(json);
    return MARU_OK;
}

maru_status model_tell_short(struct request *request, const char *id, struct text *out,
                             maru_error *err) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    const maru_status st = tenant_see_one_model(request->tenant, id, see_model, &json, err);
    json_close(&json);
    return st;
}

maru_status model_tell(struct request *request, const char *id, maru_error *err) {
    struct json json;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    maru_status st = tenant_see_one_model(request->tenant, id, see_model, &json, err);
    if (st == MARU_OK) {
        json_open_list(&json, "versions");
        st = tenant_each_model_version(request->tenant, id, see_version, &json, err);
        json_close(&json);
        struct floor *floor = floors_enter(request->server->floors, request->who.tenant);
        model_watch_tell(floor ? floor->models : NULL, id, "live", &json);
        floors_leave(request->server->floors, floor);
    }
    json_close(&json);
    return st;
}

// ---- one version

struct telling {
    struct json json;
    const char *card;
};

static maru_status see_one(void *context, const struct model_version_row *row, maru_error *err) {
    struct telling *telling = context;
    (void)err;
    json_open_object(&telling->json, NULL);
    model_version_add_members(&telling->json, row);
    if (telling->card) {
        json_add_raw(&telling->json, "card", telling->card);
    }
    json_close(&telling->json);
    return MARU_OK;
}

maru_status model_version_tell(struct request *request, const char *model, int64_t number,
                               const char *card, maru_error *err) {
    struct telling telling = {.card = card};
    json_writer_init(&telling.json, &request->out);
    return tenant_see_one_model_version(request->tenant, model, number, see_one, &telling, err);
}

maru_status model_version_number(const char *text, int64_t *out, maru_error *err) {
    int64_t number = 0;
    if (!number_int64(text, strlen(text), &number) || number < 1) {
        return fail(err, MARU_E_USAGE, "there is no such model, or no such version of it");
    }
    *out = number;
    return MARU_OK;
}
