#include "serve/api/listing.h"
#include "serve/api/told_faults.h"
#include "serve/http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "control/alarms/alarm_table.h"
#include "control/assets/asset_table.h"
#include "control/equipment/ideals.h"
#include "control/equipment/mapping.h"
#include "control/equipment/shift_table.h"
#include "control/fdc/window_table.h"
#include "live/following/follow_table.h"
#include "serve/floor/floors.h"

// The tables that people write for the floor: what signals mean, ideal times, alarms. A table is read before it is kept, and one
// with faults is refused with all of them; the floor goes on by the new one before the answer goes out.

// ---- what each name is read by

typedef maru_status (*read_table)(const struct text *body, maru_faults *faults, maru_error *err);

static maru_status read_assets(const struct text *body, maru_faults *faults, maru_error *err) {
    struct asset_table table;
    const maru_status st =
        asset_table_read("assets.csv", body->bytes, body->n_bytes, faults, &table, err);
    if (st == MARU_OK) {
        asset_table_fini(&table);
    }
    return st;
}

static maru_status read_equipment(const struct text *body, maru_faults *faults, maru_error *err) {
    struct mapping mapping;
    const maru_status st =
        mapping_read("equipment.csv", body->bytes, body->n_bytes, NULL, faults, &mapping, err);
    if (st == MARU_OK) {
        mapping_fini(&mapping);
    }
    return st;
}

static maru_status read_ideals(const struct text *body, maru_faults *faults, maru_error *err) {
    struct ideals ideals;
    const maru_status st =
        ideals_read("ideals.csv", body->bytes, body->n_bytes, faults, &ideals, err);
    if (st == MARU_OK) {
        ideals_fini(&ideals);
    }
    return st;
}

static maru_status read_alarms(const struct text *body, maru_faults *faults, maru_error *err) {
    struct alarm_table table;
    const maru_status st =
        alarm_table_read("alarms.csv", body->bytes, body->n_bytes, faults, &table, err);
    if (st == MARU_OK) {
        alarm_table_fini(&table);
    }
    return st;
}

static maru_status read_charts(const struct text *body, maru_faults *faults, maru_error *err) {
    struct chart_table table;
    const maru_status st =
        chart_table_read("charts.csv", body->bytes, body->n_bytes, faults, &table, err);
    if (st == MARU_OK) {
        chart_table_fini(&table);
    }
    return st;
}

static maru_status read_shifts(const struct text *body, maru_faults *faults, maru_error *err) {
    struct shifts shifts;
    return shift_table_read("shifts.csv", body->bytes, body->n_bytes, faults, &shifts, err);
}

static maru_status read_windows(const struct text *body, maru_faults *faults, maru_error *err) {
    struct window_table table;
    const maru_status st =
        window_table_read("windows.csv", body->bytes, body->n_bytes, faults, &table, err);
    if (st == MARU_OK) {
        window_table_fini(&table);
    }
    return st;
}

// What names mean for twins that follow: whether a plant has what it names, each twin tells.
static maru_status read_follow(const struct text *body, maru_faults *faults, maru_error *err) {
    struct follow_table table;
    const maru_status st =
        follow_table_read("follow.csv", body->bytes, body->n_bytes, faults, &table, err);
    if (st == MARU_OK) {
        follow_table_fini(&table);
    }
    return st;
}

static const struct document_kind {
    const char *name;
    read_table read;
} kinds[] = {
    {FLOOR_ALARMS, read_alarms},       {FLOOR_ASSETS, read_assets},   {FLOOR_CHARTS, read_charts},
    {FLOOR_EQUIPMENT, read_equipment}, {"follow", read_follow},       {FLOOR_IDEALS, read_ideals},
    {FLOOR_SHIFTS, read_shifts},       {FLOOR_WINDOWS, read_windows},
};

static const struct document_kind *find_kind(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

// ---- asking

static void add_row(struct json *json, const struct document_row *row) {
    json_add_string(json, "name", row->name);
    json_add_integer(json, "version", row->number);
    request_add_time(json, "created", row->created_ms);
    json_add_string(json, "by", row->by);
    json_add_integer(json, "bytes", row->n_bytes);
}

static maru_status list_row(void *context, const struct document_row *row, maru_error *err) {
    struct list *list = context;
    (void)err;
    json_open_object(&list->json, NULL);
    add_row(&list->json, row);
    json_close(&list->json);
    list->n++;
    snprintf(list->last, sizeof list->last, "%lld", (long long)row->number);
    return MARU_OK;
}

maru_status api_list_documents(struct request *request, maru_error *err) {
    struct list list;
    list_begin(&list, &request->out, TENANT_MAX_DOCUMENTS + 1);
    const maru_status st = tenant_each_document(request->tenant, list_row, &list, err);
    list_end(&list);
    return st;
}

maru_status api_list_document_versions(struct request *request, maru_error *err) {
    struct list list;
    struct page page;
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, page.limit);
        st = tenant_each_document_version(request->tenant, request->param[0], &page, list_row,
                                          &list, err);
        list_end(&list);
    }
    return st;
}

static maru_status see_row(void *context, const struct document_row *row, maru_error *err) {
    struct json *json = context;
    (void)err;
    json_open_object(json, NULL);
    add_row(json, row);
    return MARU_OK;
}

maru_status api_get_document(struct request *request, maru_error *err) {
    struct text table;
    struct json json;
    text_init(&table, TENANT_MAX_DOCUMENT_BYTES);
    json_writer_init(&json, &request->out);
    const maru_status st =
        tenant_get_document(request->tenant, request->param[0], 0, &table, see_row, &json, err);
    if (st == MARU_OK) {
        json_add_string(&json, "text", table.bytes ? table.bytes : "");
        json_close(&json);
    }
    text_fini(&table);
    return st;
}

maru_status api_get_document_version(struct request *request, maru_error *err) {
    const char *text = request->param[1];
    int64_t number = 0;
    if (!number_int64(text, strlen(text), &number) || number < 1) {
        return fail(err, MARU_E_USAGE, "there is no such document, or no such version of it");
    }
    const maru_status st = tenant_get_document(request->tenant, request->param[0], number,
                                               &request->out, NULL, NULL, err);
    if (st == MARU_OK) {
        request->type = "text/csv; charset=utf-8";
        snprintf(request->disposition, sizeof request->disposition,
                 "attachment; filename=\"%.60s.csv\"", request->param[0]);
    }
    return st;
}

// ---- changing

static maru_status read_if_match(const struct request *request, int64_t *number, maru_error *err) {
    const char *text = request_header(request, "If-Match");
    const size_t n = strlen(text);
    *number = 0;
    if (n == 0 || strcmp(text, "*") == 0) {
        return MARU_OK;
    }
    return n > 2 && text[0] == '"' && text[n - 1] == '"' && number_int64(text + 1, n - 2, number) &&
                   *number > 0
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "If-Match: the number of a version is wanted, as \"3\"");
}

static maru_status keep(struct request *request, int64_t number, maru_error *err) {
    const struct document_row row = {.name = request->param[0],
                                     .by = request->who.name,
                                     .n_bytes = (int64_t)request->body.n_bytes};
    struct json json;
    maru_status st = tenant_add_document(request->tenant, &row, request->body.bytes, &number, err);
    if (st != MARU_OK) {
        request->status = st == MARU_E_RANGE ? 412 : 0; // somebody else was first
        return st;
    }
    st = floors_refresh(request->server->floors, request->who.tenant, err);
    request->status = number == 1 ? 201 : 200;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_string(&json, "name", row.name);
    json_add_integer(&json, "version", number);
    json_add_integer(&json, "bytes", row.n_bytes);
    json_close(&json);
    return st;
}

maru_status api_put_document(struct request *request, maru_error *err) {
    const struct document_kind *kind = find_kind(request->param[0]);
    int64_t number = 0;
    if (!kind) {
        return fail(
            err, MARU_E_USAGE,
            "documents are alarms, assets, charts, equipment, follow, ideals, shifts and windows");
    }
    maru_status st = read_if_match(request, &number, err);
    if (st != MARU_OK) {
        return st;
    }
    if (request->body.n_bytes == 0) {
        return fail(err, MARU_E_INPUT, "the table is empty");
    }
    maru_faults *faults = maru_faults_new();
    if (!faults) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    st = kind->read(&request->body, faults, err);
    if (st == MARU_E_INPUT) {
        told_faults_refuse(request, faults, err);
        st = MARU_OK;
    } else if (st == MARU_OK) {
        st = keep(request, number, err);
    }
    maru_faults_free(faults);
    return st;
}
