#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "serve/api/fields.h"
#include "serve/links/links.h"
#include "study/words/korean.h"

// Connections to equipment: made, changed, switched, and how each stands. What is kept and what is open change together, the
// kept first; a connection that is kept as on and cannot be opened says why.

enum { MAX_NAME = 100, MAX_SETTINGS = 1 << 20 };

// ---- as JSON

static double to_s(maru_time us) { return (double)us * 1e-6; }

static void add_sentence(struct json *json, const char *key, const char *sentence) {
    if (sentence[0] == '\0') {
        json_add_string(json, key, NULL);
        return;
    }
    struct text korean;
    text_init(&korean, 1 << 13);
    korean_add(&korean, sentence);
    json_open_object(json, key);
    json_add_string(json, "en", sentence);
    json_add_string(json, "ko", korean.bytes ? korean.bytes : sentence);
    json_close(json);
    text_fini(&korean);
}

static void add_look(struct json *json, const struct connection_look *look) {
    json_add_string(json, "state", connection_state_name(look->state));
    json_add_number(json, "since", to_s(look->since_us));
    add_sentence(json, "problem", look->problem);
    json_add_count(json, "tries", look->n_try);
    json_add_count(json, "gaps", look->n_gap);
    json_add_number(json, "samplesPerSecond", look->samples_a_s);
    json_add_count(json, "samples", look->counts.n_sample);
    json_add_count(json, "events", look->counts.n_event);
    json_add_count(json, "refused", look->counts.n_refused);
    add_sentence(json, "lastRefused", look->counts.refused);
    if (look->counts.last_us == 0) {
        json_add_string(json, "lastAt", NULL);
    } else {
        json_add_number(json, "lastAt", to_s(look->counts.last_us));
    }
    json_add_number(json, "clockAhead", to_s(look->counts.skew_us));
}

static maru_status add_connection(struct json *json, struct request *request,
                                  const struct connection_row *row, maru_error *err) {
    struct connection_look look = {.since_us = row->created_ms * 1000};
    struct text settings;
    text_init(&settings, MAX_SETTINGS);
    (void)links_look(request->server->links, request->who.tenant, row->id, &look);
    if (links_show_settings(row, &settings, NULL) != MARU_OK) {
        text_clear(&settings);
        text_addz(&settings, "{}"); // of a newer maru
    }
    json_open_object(json, NULL);
    json_add_string(json, "id", row->id);
    json_add_string(json, "name", row->name);
    json_add_string(json, "kind", row->kind);
    json_add_bool(json, "on", row->is_on);
    json_add_raw(json, "settings", settings.bytes);
    request_add_time(json, "created", row->created_ms);
    json_add_string(json, "by", row->by);
    add_look(json, &look);
    json_close(json);
    text_fini(&settings);
    return settings.status == MARU_OK ? MARU_OK : fail(err, settings.status, "too many settings");
}

struct telling {
    struct request *request;
    struct list list;
};

static maru_status list_connection(void *context, const struct connection_row *row,
                                   maru_error *err) {
    struct telling *telling = context;
    telling->list.n++;
    snprintf(telling->list.last, sizeof telling->list.last, "%s", row->id);
    return add_connection(&telling->list.json, telling->request, row, err);
}

maru_status api_list_connections(struct request *request, maru_error *err) {
    struct page page;
    struct telling telling = {.request = request};
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&telling.list, &request->out, page.limit);
        st = tenant_each_connection(request->tenant, &page, list_connection, &telling, err);
        list_end(&telling.list);
    }
    return st;
}

static maru_status tell_one(void *context, const struct connection_row *row, maru_error *err) {
    struct request *request = context;
    struct json json;
    json_writer_init(&json, &request->out);
    return add_connection(&json, request, row, err);
}

static maru_status tell(struct request *request, const char *id, maru_error *err) {
    const maru_status st = tenant_see_one_connection(request->tenant, id, tell_one, request, err);
    request->status = st == MARU_E_USAGE ? 404 : request->status;
    return st;
}

maru_status api_get_connection(struct request *request, maru_error *err) {
    return tell(request, request->param[0], err);
}

// ---- made and changed

struct change { // of a connection, with texts of its own
    char id[STORE_ID_BYTES], name[MAX_NAME + 1], kind[32];
    json_t *settings;
    char *dumped; // jansson's
    bool is_on;
};

static void change_fini(struct change *change) {
    json_decref(change->settings);
    free(change->dumped);
}

static maru_status take_row(void *context, const struct connection_row *row, maru_error *err) {
    struct change *change = context;
    (void)err;
    snprintf(change->id, sizeof change->id, "%s", row->id);
    snprintf(change->name, sizeof change->name, "%s", row->name);
    snprintf(change->kind, sizeof change->kind, "%s", row->kind);
    change->settings = json_loads(row->settings, 0, NULL);
    change->is_on = row->is_on;
    return MARU_OK;
}

// A password that was shown as *** stays what it is.
static void keep_password(json_t *settings, const json_t *old) {
    const char *url = json_string_value(json_object_get(settings, "url"));
    const char *before = json_string_value(json_object_get(old, "url"));
    const char *mask = url ? strstr(url, ":***@") : NULL;
    const char *at = before ? strrchr(before, '@') : NULL;
    if (!mask || !at) {
        return;
    }
    const char *start = strstr(before, "://");
    const char *colon = start ? memchr(start + 3, ':', (size_t)(at - start - 3)) : NULL;
    if (colon) {
        struct text whole;
        text_init(&whole, 1 << 12);
        text_add(&whole, url, (size_t)(mask - url));
        text_add(&whole, colon, (size_t)(at - colon));
        text_addz(&whole, mask + 4);
        if (whole.status == MARU_OK) {
            json_object_set_new(settings, "url", json_string(whole.bytes));
        }
        text_fini(&whole);
    }
}

static maru_status read_change(struct request *request, struct change *change, bool is_new,
                               maru_error *err) {
    static const char *const known_new[] = {"name", "kind", "on", "settings", NULL};
    static const char *const known_old[] = {"name", "on", "settings", NULL};
    json_t *body = NULL;
    const char *name = change->name, *kind = change->kind;
    maru_status st = fields_open(&body, request->body.bytes, request->body.n_bytes,
                                 is_new ? known_new : known_old, err);
    st = st == MARU_OK ? field_text(body, "name", MAX_NAME, &name, err) : st;
    st = st == MARU_OK && is_new ? field_text(body, "kind", sizeof change->kind - 1, &kind, err)
                                 : st;
    st = st == MARU_OK ? field_bool(body, "on", &change->is_on, err) : st;
    json_t *settings = json_object_get(body, "settings");
    if (st == MARU_OK && settings && !json_is_object(settings)) {
        st = field_wrong(err, "/settings", "an object is wanted");
    }
    if (st == MARU_OK && (name[0] == '\0' || strchr(name, '/'))) {
        st = field_wrong(err, "/name", "a name without / is wanted");
    }
    if (st == MARU_OK) {
        if (name != change->name) {
            snprintf(change->name, sizeof change->name, "%s", name);
        }
        if (kind != change->kind) {
            snprintf(change->kind, sizeof change->kind, "%s", kind);
        }
        if (settings) {
            keep_password(settings, change->settings);
            links_complete(change->kind, settings, change->settings);
            json_decref(change->settings);
            change->settings = json_incref(settings);
        }
        change->dumped = json_dumps(change->settings, JSON_COMPACT);
        st = change->dumped ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    fields_close(body);
    return st;
}

static struct connection_row row_of(const struct request *request, const struct change *change) {
    return (struct connection_row){.id = change->id,
                                   .name = change->name,
                                   .kind = change->kind,
                                   .by = request->who.name,
                                   .settings = change->dumped,
                                   .is_on = change->is_on};
}

// What is open follows what is kept.
static maru_status switch_to(struct request *request, const struct connection_row *row,
                             maru_error *err) {
    if (row->is_on) {
        return links_open(request->server->links, request->who.tenant, row, err);
    }
    links_close(request->server->links, request->who.tenant, row->id);
    return MARU_OK;
}

static maru_status as_status(struct request *request, maru_status st) {
    request->status = st == MARU_E_RANGE ? 409 : st == MARU_E_USAGE ? 422 : request->status;
    return st;
}

maru_status api_create_connection(struct request *request, maru_error *err) {
    struct change change = {.is_on = true, .settings = json_object()};
    maru_status st = read_change(request, &change, true, err);
    struct connection_row row = row_of(request, &change);
    st = st == MARU_OK ? as_status(request, links_check(request->server->links, request->who.tenant,
                                                        &row, err))
                       : st;
    if (st == MARU_OK) {
        st = as_status(request, tenant_add_connection(request->tenant, &row, change.id, err));
    }
    st = st == MARU_OK ? switch_to(request, &row, err) : st;
    if (st == MARU_OK) {
        request->status = 201;
        st = tell(request, change.id, err);
    }
    change_fini(&change);
    return st;
}

maru_status api_change_connection(struct request *request, maru_error *err) {
    struct change change = {0};
    maru_status st =
        tenant_see_one_connection(request->tenant, request->param[0], take_row, &change, err);
    if (st == MARU_E_USAGE) {
        request->status = 404;
    }
    st = st == MARU_OK ? read_change(request, &change, false, err) : st;
    struct connection_row row = row_of(request, &change);
    st = st == MARU_OK ? as_status(request, links_check(request->server->links, request->who.tenant,
                                                        &row, err))
                       : st;
    st = st == MARU_OK ? as_status(request, tenant_set_connection(request->tenant, &row, err)) : st;
    st = st == MARU_OK ? switch_to(request, &row, err) : st;
    st = st == MARU_OK ? tell(request, change.id, err) : st;
    change_fini(&change);
    return st;
}

maru_status api_delete_connection(struct request *request, maru_error *err) {
    struct change change = {0};
    maru_status st =
        tenant_see_one_connection(request->tenant, request->param[0], take_row, &change, err);
    st = st == MARU_OK
             ? tenant_delete_connection(request->tenant, request->param[0], request->who.name, err)
             : st;
    if (st == MARU_OK) {
        links_close(request->server->links, request->who.tenant, request->param[0]);
        change.dumped = json_dumps(change.settings, JSON_COMPACT);
        const struct connection_row row = {.kind = change.kind,
                                           .settings = change.dumped ? change.dumped : "{}"};
        links_forget(&row);
        request->status = 204;
    }
    request->status = st == MARU_E_USAGE ? 404 : request->status;
    change_fini(&change);
    return st;
}

// ---- asked

// What only looks; the rest changes what equipment does, and needs who may.
static bool is_reading(const char *ask) {
    static const char *const reading[] = {"variables", "constants", "recipes", "recipe"};
    for (size_t i = 0; i < sizeof reading / sizeof reading[0]; i++) {
        if (strcmp(ask, reading[i]) == 0) {
            return true;
        }
    }
    return false;
}

static maru_status audit_asked(struct request *request, const struct change *row,
                               const json_t *body, maru_error *err) {
    const char *member[] = {"tool", "ask", "name", "text"}, *text[4];
    char subject[MAX_NAME + 300], detail[700];
    for (int i = 0; i < 4; i++) {
        text[i] = json_string_value(json_object_get(body, member[i]));
        text[i] = text[i] ? text[i] : "";
    }
    char *values = json_dumps(json_object_get(body, "values"), JSON_COMPACT);
    snprintf(subject, sizeof subject, "%s/%.250s", row->name, text[0]);
    snprintf(detail, sizeof detail, "%.40s %.200s%.200s %.200s", text[1], text[2], text[3],
             values ? values : "");
    free(values); // jansson's
    return tenant_audit(request->tenant, request->who.name, "ask equipment", subject, detail, err);
}

static maru_status ask(struct request *request, const struct change *row, const json_t *body,
                       maru_error *err) {
    struct links *links = request->server->links;
    const char *tenant = request->who.tenant, *id = request->param[0];
    const char *ask = json_string_value(json_object_get(body, "ask"));
    maru_status st = links_ask(links, tenant, id, body, true, NULL, err);
    if (st == MARU_OK && !is_reading(ask ? ask : "") && request->who.role < ROLE_OPERATOR) {
        return request_refuse(request, 403, err, "this needs the role %s, and the token has %s",
                              role_name(ROLE_OPERATOR), role_name(request->who.role));
    }
    st = st == MARU_OK ? audit_asked(request, row, body, err) : st;
    if (st == MARU_OK) {
        text_addz(&request->out, "{");
        st = links_ask(links, tenant, id, body, false, &request->out, err);
        text_addz(&request->out, "}\n");
    }
    request->status = st == MARU_E_USAGE || st == MARU_E_RANGE ? 409 : st == MARU_E_IO ? 504 : 0;
    return st;
}

maru_status api_ask_connection(struct request *request, maru_error *err) {
    static const char *const known[] = {"tool", "ask",     "name", "values", "ids",
                                        "text", "content", "wait", NULL};
    struct change change = {0};
    json_t *body = NULL;
    maru_status st =
        tenant_see_one_connection(request->tenant, request->param[0], take_row, &change, err);
    if (st == MARU_E_USAGE) {
        request->status = 404;
    }
    st = st == MARU_OK ? fields_open(&body, request->body.bytes, request->body.n_bytes, known, err)
                       : st;
    st = st == MARU_OK ? ask(request, &change, body, err) : st;
    fields_close(body);
    change_fini(&change);
    return st;
}
