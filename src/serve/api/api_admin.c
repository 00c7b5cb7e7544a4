#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "serve/links/links.h"
#include "serve/twins/twins.h"
#include "study/json_writer.h"

// Who asks, tenants, tokens, the audit log.

static maru_status read_json(const struct request *request, json_t **out, maru_error *err) {
    json_error_t why;
    const struct text *body = &request->body;
    *out = json_loadb(body->bytes ? body->bytes : "", body->n_bytes, JSON_REJECT_DUPLICATES, &why);
    if (json_is_object(*out)) {
        return MARU_OK;
    }
    const bool is_json = *out != NULL;
    json_decref(*out);
    *out = NULL;
    return fail_at(err, MARU_E_INPUT, "/", is_json ? 0 : (uint32_t)why.line,
                   is_json ? 0 : (uint32_t)why.column,
                   is_json ? "an object is wanted" : "this is no JSON: %s", why.text);
}

// ---- who asks

maru_status api_me(struct request *request, maru_error *err) {
    (void)err;
    struct json json;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_string(&json, "tenant", request->who.tenant);
    json_add_string(&json, "role", role_name(request->who.role));
    json_add_string(&json, "name", request->who.name);
    json_add_bool(&json, "open", request->is_open);
    json_add_string(&json, "version", maru_version());
    json_close(&json);
    return MARU_OK;
}

// ---- tenants

static maru_status add_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    (void)err;
    struct list *list = context;
    json_open_object(&list->json, NULL);
    json_add_string(&list->json, "name", row->name);
    request_add_time(&list->json, "created", row->created_ms);
    json_close(&list->json);
    list->n++;
    snprintf(list->last, sizeof list->last, "%s", row->name);
    return MARU_OK;
}

maru_status api_list_tenants(struct request *request, maru_error *err) {
    struct page page;
    struct list list;
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, page.limit);
        st = store_each_tenant(request->server->store, &page, add_tenant, &list, err);
        list_end(&list);
    }
    return st;
}

maru_status api_create_tenant(struct request *request, maru_error *err) {
    json_t *body = NULL;
    char secret[STORE_SECRET_BYTES] = "";
    struct token token = {.name = "first admin", .role = ROLE_ADMIN};
    maru_status st = read_json(request, &body, err);
    if (st != MARU_OK) {
        return st;
    }
    const char *name = json_string_value(json_object_get(body, "name"));
    if (!name || json_object_size(body) != 1 || !store_is_tenant_name(name)) {
        json_decref(body);
        return fail_at(
            err, MARU_E_INPUT, "/name", 0, 0,
            "a name is wanted: a letter, then letters, digits or '-', lower case, at most "
            "%d",
            STORE_TENANT_BYTES - 1);
    }
    st = store_add_tenant(request->server->store, name, err);
    request->status = st == MARU_E_USAGE ? 409 : 0;
    if (st == MARU_OK) {
        snprintf(token.tenant, sizeof token.tenant, "%s", name);
        st = store_add_token(request->server->store, &token, secret, err);
    }
    st = st == MARU_OK
             ? tenant_audit(request->tenant, request->who.name, "create tenant", name, "", err)
             : st;
    if (st == MARU_OK) {
        struct json json;
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        json_add_string(&json, "name", name);
        request_add_time(&json, "created", token.created_ms);
        json_add_string(&json, "token", secret);
        json_close(&json);
        request->status = 201;
    }
    json_decref(body);
    return st;
}

maru_status api_delete_tenant(struct request *request, maru_error *err) {
    struct text removed;
    const char *name = request->param[0];
    if (strcmp(name, request->who.tenant) == 0) {
        return request_refuse(request, 409, err, "tenant %s stays: you belong to it", name);
    }
    text_init(&removed, 1 << 12);
    jobs_cancel_tenant(request->server->jobs, name);
    twins_close(request->server->twins, name, "", "");
    links_close(request->server->links, name, "");
    maru_status st = store_delete_tenant(request->server->store, name, &removed, err);
    st = st == MARU_OK
             ? tenant_audit(request->tenant, request->who.name, "delete tenant", name, "", err)
             : st;
    if (st == MARU_OK) {
        struct json json;
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        json_add_string(&json, "name", name);
        json_open_list(&json, "removed");
        char *at = removed.bytes;
        for (char *end; at && (end = strchr(at, '\n')); at = end + 1) {
            *end = '\0';
            json_add_string(&json, NULL, at);
        }
        json_close(&json);
        json_close(&json);
    }
    text_fini(&removed);
    return st;
}

// ---- tokens

static void add_token(struct json *json, const struct token *token) {
    json_add_string(json, "id", token->id);
    json_add_string(json, "name", token->name);
    json_add_string(json, "role", role_name(token->role));
    request_add_time(json, "created", token->created_ms);
    if (token->expires_ms > 0) {
        request_add_time(json, "expires", token->expires_ms);
    }
}

static maru_status list_token(void *context, const struct token *token, maru_error *err) {
    (void)err;
    struct list *list = context;
    json_open_object(&list->json, NULL);
    add_token(&list->json, token);
    json_close(&list->json);
    list->n++;
    snprintf(list->last, sizeof list->last, "%s", token->id);
    return MARU_OK;
}

maru_status api_list_tokens(struct request *request, maru_error *err) {
    struct page page;
    struct list list;
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, page.limit);
        st = store_each_token(request->server->store, request->who.tenant, &page, list_token, &list,
                              err);
        list_end(&list);
    }
    return st;
}

static maru_status read_token(const json_t *body, struct token *token, maru_error *err) {
    const json_t *name = json_object_get(body, "name"), *role = json_object_get(body, "role");
    const json_t *days = json_object_get(body, "expires_days");
    const size_t n_known = (size_t)(name != NULL) + (role != NULL) + (days != NULL);
    if (json_object_size(body) != n_known) {
        return fail_at(err, MARU_E_INPUT, "/", 0, 0, "name, role and expires_days are known here");
    }
    if (!json_is_string(role) || !role_find(json_string_value(role), &token->role)) {
        return fail_at(err, MARU_E_INPUT, "/role", 0, 0,
                       "viewer, engineer, operator or admin is wanted");
    }
    if (name && (!json_is_string(name) || json_string_length(name) > 80)) {
        return fail_at(err, MARU_E_INPUT, "/name", 0, 0, "a text of at most 80 bytes is wanted");
    }
    if (days && (!json_is_integer(days) || json_integer_value(days) < 1 ||
                 json_integer_value(days) > 3650)) {
        return fail_at(err, MARU_E_INPUT, "/expires_days", 0, 0, "1 to 3650 days are wanted");
    }
    snprintf(token->name, sizeof token->name, "%s", name ? json_string_value(name) : "");
    token->expires_ms = days ? clock_unix_ms() + json_integer_value(days) * INT64_C(86400000) : 0;
    return MARU_OK;
}

maru_status api_create_token(struct request *request, maru_error *err) {
    json_t *body = NULL;
    char secret[STORE_SECRET_BYTES] = "";
    struct token token = {0};
    maru_status st = read_json(request, &body, err);
    if (st != MARU_OK) {
        return st;
    }
    st = read_token(body, &token, err);
    json_decref(body);
    snprintf(token.tenant, sizeof token.tenant, "%s", request->who.tenant);
    st = st == MARU_OK ? store_add_token(request->server->store, &token, secret, err) : st;
    st = st == MARU_OK ? tenant_audit(request->tenant, request->who.name, "create token", token.id,
                                      role_name(token.role), err)
                       : st;
    if (st == MARU_OK) {
        struct json json;
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        add_token(&json, &token);
        json_add_string(&json, "token", secret);
        json_close(&json);
        request->status = 201;
    }
    return st;
}

maru_status api_delete_token(struct request *request, maru_error *err) {
    const maru_status st =
        store_delete_token(request->server->store, request->who.tenant, request->param[0], err);
    if (st != MARU_OK) {
        return st;
    }
    request->status = 204;
    return tenant_audit(request->tenant, request->who.name, "delete token", request->param[0], "",
                        err);
}

// ---- audit

static maru_status list_entry(void *context, const struct audit_row *row, maru_error *err) {
    (void)err;
    struct list *list = context;
    json_open_object(&list->json, NULL);
    json_add_integer(&list->json, "number", row->number);
    request_add_time(&list->json, "at", row->at_ms);
    json_add_string(&list->json, "who", row->who);
    json_add_string(&list->json, "action", row->action);
    json_add_string(&list->json, "subject", row->subject);
    json_add_string(&list->json, "detail", row->detail);
    json_add_string(&list->json, "hash", row->hash);
    json_close(&list->json);
    list->n++;
    snprintf(list->last, sizeof list->last, "%lld", (long long)row->number);
    return MARU_OK;
}

maru_status api_list_audit(struct request *request, maru_error *err) {
    struct page page;
    struct list list;
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, page.limit);
        st = tenant_each_audit(request->tenant, &page, list_entry, &list, err);
        list_end(&list);
    }
    return st;
}
