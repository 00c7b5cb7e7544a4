#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "serve/api/diff.h"
#include "serve/api/examples.h"
#include "serve/api/naming.h"
#include "serve/api/upload.h"
#include "serve/runs/asking.h"
#include "serve/twins/twins.h"
#include "study/check.h"

// ---- as JSON

static void add_facts(struct json *json, const struct version_row *row) {
    json_add_string(json, "plant", row->plant);
    json_add_string(json, "name", row->name);
    json_add_integer(json, "version", row->number);
    request_add_time(json, "created", row->created_ms);
    json_add_string(json, "by", row->by);
    json_add_bool(json, "sound", row->facts.is_sound);
    json_open_object(json, "counts");
    json_add_count(json, "faults", row->facts.n_fault);
    json_add_count(json, "warnings", row->facts.n_warning);
    json_add_count(json, "notes", row->facts.n_note);
    json_close(json);
    if (row->facts.size[0]) {
        json_add_raw(json, "size", row->facts.size);
    }
}

static maru_status add_table(void *context, const char *name, int64_t n_bytes, maru_error *err) {
    (void)err;
    struct json *json = context;
    json_open_object(json, NULL);
    json_add_string(json, "name", name);
    json_add_integer(json, "bytes", n_bytes);
    json_close(json);
    return MARU_OK;
}

struct one_version {
    struct json json;
    int64_t number;
    char plant[STORE_ID_BYTES];
};

static maru_status see_version(void *context, const struct version_row *row, maru_error *err) {
    (void)err;
    struct one_version *one = context;
    snprintf(one->plant, sizeof one->plant, "%s", row->plant);
    one->number = row->number;
    add_facts(&one->json, row);
    return MARU_OK;
}

// A version with its tables, as a whole object; the outermost where `key` is NULL.
maru_status plant_tell_version(struct request *request, const char *plant, int64_t number,
                               maru_error *err) {
    struct one_version one = {.number = number};
    json_writer_init(&one.json, &request->out);
    json_open_object(&one.json, NULL);
    maru_status st = tenant_see_one_version(request->tenant, plant, number, see_version, &one, err);
    if (st == MARU_OK) {
        json_open_list(&one.json, "tables");
        st = tenant_each_table(request->tenant, plant, one.number, add_table, &one.json, err);
        json_close(&one.json);
        json_close(&one.json);
    }
    return st;
}

// "latest" is 0.
static maru_status read_version(struct request *request, const char *text, int64_t *number,
                                maru_error *err) {
    char *end = NULL;
    const long long n = strcmp(text, "latest") == 0 ? 0 : strtoll(text, &end, 10);
    if ((end && (*end || end == text || n < 1)) || strlen(text) > 9) {
        return request_refuse(request, 404, err,
                              "'%.20s' is no version: a number from 1, or latest, is wanted", text);
    }
    *number = n;
    return MARU_OK;
}

// ---- uploads

static void add_size(struct text *out, const maru_plant *plant) {
    const maru_plant_size size = maru_plant_sizes(plant);
    text_addf(out,
              "{\"products\": %u, \"routes\": %u, \"steps\": %u, \"areas\": %u, \"groups\": %u, "
              "\"tools\": %u}",
              size.n_product, size.n_route, size.n_step, size.n_area, size.n_group, size.n_tool);
}

// Keep tables as a version, with what a check says of them; plant "": a new one, else `after` is the version
// that must be its newest, 0: whichever it is.
static maru_status keep(struct request *request, const struct tables *tables, const char *plant,
                        int64_t after, maru_error *err) {
    struct check check = {0};
    struct tables utf8;
    struct text size, checked;
    char id[STORE_ID_BYTES] = "", name[STORE_NAME_BYTES] = "";
    int64_t number = after;
    text_init(&size, 1 << 12);
    text_init(&checked, REQUEST_MAX_ANSWER_BYTES);
    maru_status st = upload_to_utf8(tables, &utf8, err);
    naming_find(&utf8, request_query(request, "file"), name);
    st = st == MARU_OK ? check_files(&check, utf8.file, utf8.n, err) : st;
    tables_fini(&utf8);
    if (st == MARU_OK) {
        check_add_json(&checked, &check, NULL);
        if (check.plant) {
            add_size(&size, check.plant);
        }
        st = checked.status != MARU_OK ? fail(err, checked.status, "no memory") : MARU_OK;
    }
    if (st == MARU_OK) {
        if (request_query(request, "name")[0]) {
            snprintf(name, sizeof name, "%s", request_query(request, "name"));
        }
        snprintf(id, sizeof id, "%s", plant);
        const struct version_facts facts = {
            .is_sound = check.plant != NULL,
            .n_fault = (uint32_t)maru_faults_count(check.faults, MARU_FAULT),
            .n_warning = (uint32_t)maru_faults_count(check.faults, MARU_WARNING),
            .n_note = (uint32_t)maru_faults_count(check.faults, MARU_NOTE),
            .size = size.bytes ? size.bytes : "",
            .check = checked.bytes ? checked.bytes : ""};
        st = tenant_add_version(request->tenant, id, name, request->who.name, tables->file,
                                tables->n, &facts, &number, err);
        request->status = st == MARU_E_RANGE ? 412 : 0; // somebody else was first
    }
    check_fini(&check);
    text_fini(&size);
    text_fini(&checked);
    if (st == MARU_OK) {
        st = plant_tell_version(request, id, number, err);
        request->status = 201;
    }
    return st;
}

// {"example": "line"} in place of tables.
static maru_status read_example(struct request *request, struct tables *out, maru_error *err) {
    json_t *json = json_loadb(request->body.bytes ? request->body.bytes : "", request->body.n_bytes,
                              JSON_REJECT_DUPLICATES, NULL);
    const char *id = json_string_value(json_object_get(json, "example"));
    const maru_status st = id && json_object_size(json) == 1
                               ? examples_get(id, out, err)
                               : fail_at(err, MARU_E_INPUT, "/example", 0, 0,
                                         "an object is wanted such as {\"example\": \"line\"}");
    json_decref(json);
    return st;
}

maru_status api_create_plant(struct request *request, maru_error *err) {
    struct tables tables = {0};
    const char *type = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_TYPE);
    const bool is_example = type && strncmp(type, "application/json", 16) == 0;
    if (strlen(request_query(request, "name")) > STORE_NAME_BYTES - 4) {
        return fail_at(err, MARU_E_INPUT, "name", 0, 0, "a name has at most %d bytes",
                       STORE_NAME_BYTES - 4);
    }
    maru_status st =
        is_example ? read_example(request, &tables, err) : upload_read(request, &tables, err);
    st = st == MARU_OK ? keep(request, &tables, "", 0, err) : st;
    tables_fini(&tables);
    return st;
}

// Take over the old tables that the new ones do not replace.
static maru_status keep_rest(struct tables *tables, struct tables *old, maru_error *err) {
    for (size_t i = 0; i < old->n; i++) {
        bool is_new = false;
        for (size_t k = 0; k < tables->n && !is_new; k++) {
            is_new = strcmp(tables->file[k].name, old->file[i].name) == 0;
        }
        if (!is_new) {
            union {
                const void *kept;
                char *owned;
            } bytes = {.kept = old->file[i].bytes};
            old->file[i].bytes = NULL; // taken over
            const maru_status st =
                tables_add(tables, old->file[i].name, bytes.owned, old->file[i].n_bytes, err);
            if (st != MARU_OK) {
                return st;
            }
        }
    }
    return MARU_OK;
}

// If-Match: the number of the version that was edited, in quotes as an entity tag is; 0: any will do.
static maru_status read_if_match(struct request *request, int64_t *number, maru_error *err) {
    const char *text =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_MATCH);
    char *end = NULL;
    *number = 0;
    if (!text || strcmp(text, "*") == 0) {
        return MARU_OK;
    }
    const long long n = text[0] == '"' ? strtoll(text + 1, &end, 10) : 0;
    *number = n;
    return n > 0 && strcmp(end, "\"") == 0
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "If-Match: the number of a version is wanted, as \"3\"");
}

maru_status api_create_version(struct request *request, maru_error *err) {
    struct tables tables = {0}, old = {0};
    const char *plant = request->param[0];
    int64_t after = 0;
    maru_status st = read_if_match(request, &after, err);
    st = st == MARU_OK ? upload_read(request, &tables, err) : st;
    if (st == MARU_OK && strcmp(request_query(request, "keep"), "true") == 0) {
        st = tenant_get_tables(request->tenant, plant, 0, NULL, &old, err);
        st = st == MARU_OK ? keep_rest(&tables, &old, err) : st;
    }
    st = st == MARU_OK ? keep(request, &tables, plant, after, err) : st;
    tables_fini(&tables);
    tables_fini(&old);
    return st;
}

// ---- asking

// A plant up to the tables of its newest version, which come between.
static void begin_plant(struct json *json, const struct plant_row *row) {
    json_open_object(json, NULL);
    json_add_string(json, "id", row->id);
    json_add_string(json, "name", row->name);
    request_add_time(json, "created", row->created_ms);
    json_add_integer(json, "versions", row->n_version);
    json_open_object(json, "latest");
    add_facts(json, &row->latest);
    json_open_list(json, "tables");
}

static void end_plant(struct json *json) {
    json_close(json);
    json_close(json);
    json_close(json);
}

static maru_status list_plant(void *context, const struct plant_row *row, maru_error *err) {
    (void)err;
    struct list *list = context;
    begin_plant(&list->json, row);
    end_plant(&list->json); // in lists without tables
    list->n++;
    snprintf(list->last, sizeof list->last, "%s", row->id);
    return MARU_OK;
}

maru_status api_list_plants(struct request *request, maru_error *err) {
    struct page page;
    struct list list;
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, page.limit);
        st = tenant_each_plant(request->tenant, &page, list_plant, &list, err);
        list_end(&list);
    }
    return st;
}

static maru_status see_plant(void *context, const struct plant_row *row, maru_error *err) {
    (void)err;
    struct one_version *one = context;
    one->number = row->latest.number;
    begin_plant(&one->json, row);
    return MARU_OK;
}

maru_status api_get_plant(struct request *request, maru_error *err) {
    struct one_version one = {0};
    const char *plant = request->param[0];
    json_writer_init(&one.json, &request->out);
    maru_status st = tenant_see_one_plant(request->tenant, plant, see_plant, &one, err);
    if (st == MARU_OK) {
        st = tenant_each_table(request->tenant, plant, one.number, add_table, &one.json, err);
        end_plant(&one.json);
    }
    return st;
}

maru_status api_rename_plant(struct request *request, maru_error *err) {
    struct asked_name asked;
    maru_status st = asked_name_read(&asked, request->body.bytes, request->body.n_bytes, err);
    if (st == MARU_OK && !asked.name[0]) {
        st = fail_at(err, MARU_E_INPUT, "/name", 0, 0, "a plant needs a name");
    }
    if (st == MARU_OK) {
        st = tenant_rename_plant(request->tenant, request->param[0], asked.name, request->who.name,
                                 err);
    }
    asked_name_fini(&asked);
    return st == MARU_OK ? api_get_plant(request, err) : st;
}

maru_status api_delete_plant(struct request *request, maru_error *err) {
    const maru_status st =
        tenant_delete_plant(request->tenant, request->param[0], request->who.name, err);
    if (st == MARU_OK) {
        twins_close(request->server->twins, request->who.tenant, "", request->param[0]);
        request->status = 204;
    }
    return st;
}

static maru_status list_version(void *context, const struct version_row *row, maru_error *err) {
    (void)err;
    struct list *list = context;
    json_open_object(&list->json, NULL);
    add_facts(&list->json, row);
    json_open_list(&list->json, "tables");
    json_close(&list->json);
    json_close(&list->json);
    list->n++;
    snprintf(list->last, sizeof list->last, "%lld", (long long)row->number);
    return MARU_OK;
}

maru_status api_list_versions(struct request *request, maru_error *err) {
    struct page page;
    struct list list;
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, page.limit);
        st = tenant_each_version(request->tenant, request->param[0], &page, list_version, &list,
                                 err);
        list_end(&list);
    }
    return st;
}

maru_status api_get_version(struct request *request, maru_error *err) {
    int64_t number = 0;
    const maru_status st = read_version(request, request->param[1], &number, err);
    return st == MARU_OK ? plant_tell_version(request, request->param[0], number, err) : st;
}

maru_status api_check_version(struct request *request, maru_error *err) {
    int64_t number = 0;
    const maru_status st = read_version(request, request->param[1], &number, err);
    return st == MARU_OK
               ? tenant_get_check(request->tenant, request->param[0], number, &request->out, err)
               : st;
}

maru_status api_get_table(struct request *request, maru_error *err) {
    struct tables tables = {0};
    int64_t number = 0;
    maru_status st = read_version(request, request->param[1], &number, err);
    if (st == MARU_OK) {
        st = tenant_get_tables(request->tenant, request->param[0], number, request->param[2],
                               &tables, err);
    }
    if (st == MARU_OK) {
        text_add(&request->out, tables.file[0].bytes, tables.file[0].n_bytes);
        request->type = "text/csv"; // in the letters it came in
    }
    tables_fini(&tables);
    return st;
}

maru_status api_get_archive(struct request *request, maru_error *err) {
    struct tables tables = {0};
    int64_t number = 0;
    maru_status st = read_version(request, request->param[1], &number, err);
    if (st == MARU_OK) {
        st = tenant_get_tables(request->tenant, request->param[0], number, NULL, &tables, err);
    }
    st = st == MARU_OK ? upload_write_zip(&tables, &request->out, err) : st;
    if (st == MARU_OK) {
        request->type = "application/zip";
        snprintf(request->disposition, sizeof request->disposition,
                 "attachment; filename=\"plant-%.32s-%.9s.zip\"", request->param[0],
                 request->param[1]);
    }
    tables_fini(&tables);
    return st;
}

maru_status api_diff_versions(struct request *request, maru_error *err) {
    struct tables from = {0}, to = {0};
    int64_t a = 0, b = 0;
    const char *asked = request_query(request, "from");
    maru_status st = read_version(request, request->param[1], &b, err);
    st = st == MARU_OK ? read_version(request, asked[0] ? asked : "?", &a, err) : st;
    st = st == MARU_OK ? tenant_get_tables(request->tenant, request->param[0], a, NULL, &from, err)
                       : st;
    st = st == MARU_OK ? tenant_get_tables(request->tenant, request->param[0], b, NULL, &to, err)
                       : st;
    st = st == MARU_OK ? diff_add_json(&request->out, a, &from, b, &to, err) : st;
    tables_fini(&from);
    tables_fini(&to);
    return st;
}
