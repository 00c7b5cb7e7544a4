#include "serve/api/asked_sheet.h"
#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/workbook/workbook.h"
#include "study/models/model_asking.h"

// Spreadsheets that are kept, so that models can be trained from them again. What cannot be read as a table is not kept.

#define DATASET_MAX_FRAME_BYTES ((size_t)2 << 30)

// ---- as JSON

static void add_dataset(struct json *json, const struct dataset_row *row) {
    json_open_object(json, NULL);
    json_add_string(json, "id", row->id);
    json_add_string(json, "name", row->name);
    json_add_integer(json, "bytes", row->n_bytes);
    if (row->n_row > 0) {
        json_add_integer(json, "rows", row->n_row);
    }
    json_add_string(json, "fingerprint", row->fingerprint);
    json_add_number(json, "created", (double)row->created_ms * 1e-3);
    json_add_string(json, "by", row->by);
    json_add_string(json, "source", row->source);
    if (row->made_from[0]) {
        json_add_raw(json, "made_from", row->made_from);
    } else {
        json_add_string(json, "made_from", NULL);
    }
    json_close(json);
}

static maru_status list_dataset(void *context, const struct dataset_row *row, maru_error *err) {
    struct list *list = context;
    (void)err;
    add_dataset(&list->json, row);
    list->n++;
    snprintf(list->last, sizeof list->last, "%s", row->id);
    return MARU_OK;
}

maru_status api_list_datasets(struct request *request, maru_error *err) {
    struct page page;
    struct list list;
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, page.limit);
        st = tenant_each_dataset(request->tenant, &page, list_dataset, &list, err);
        list_end(&list);
    }
    return st;
}

static maru_status tell_one(void *context, const struct dataset_row *row, maru_error *err) {
    struct json json;
    (void)err;
    json_writer_init(&json, context);
    add_dataset(&json, row);
    return MARU_OK;
}

maru_status dataset_tell(struct request *request, const char *id, maru_error *err) {
    return tenant_see_one_dataset(request->tenant, id, tell_one, &request->out, err);
}

maru_status api_get_dataset(struct request *request, maru_error *err) {
    return dataset_tell(request, request->param[0], err);
}

// ---- keeping

static maru_status refuse_field(void *context, const char *name, const char *value, size_t n,
                                maru_error *err) {
    (void)context, (void)value, (void)n;
    return fail(err, MARU_E_INPUT, "'%.60s' is not known here; known are: %s", name, "file");
}

// The file's name, cut at a letter where it is too long, without what no name has.
static void name_of(const struct asked_sheet *asked, char out[STORE_NAME_BYTES]) {
    size_t n = strlen(asked->title);
    n = n < STORE_NAME_BYTES ? n : STORE_NAME_BYTES - 1;
    while (n > 0 && !text_is_utf8(asked->title, n)) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned char byte = (unsigned char)asked->title[i];
        out[i] = (char)(byte < ' ' || byte == 127 ? ' ' : byte);
    }
    out[n] = '\0';
    if (n == 0) {
        snprintf(out, STORE_NAME_BYTES, "data.csv");
    }
}

maru_status api_create_dataset(struct request *request, maru_error *err) {
    struct asked_sheet asked;
    char id[STORE_ID_BYTES], name[STORE_NAME_BYTES];
    bool is_new = false;
    uint64_t n_row = 0;
    maru_status st = asked_sheet_read(request, refuse_field, NULL, &asked, err);
    st = st == MARU_OK
             ? model_asking_count_rows(asked.bytes, asked.n, DATASET_MAX_FRAME_BYTES, &n_row, err)
             : st;
    if (st == MARU_OK) {
        name_of(&asked, name);
        const struct dataset_row row = {.name = name,
                                        .by = request->who.name,
                                        .n_bytes = (int64_t)asked.n,
                                        .n_row = (int64_t)n_row,
                                        .source = "upload",
                                        .made_from = ""};
        st = tenant_add_dataset(request->tenant, &row, asked.bytes, id, &is_new, err);
    }
    if (st == MARU_OK) {
        request->status = is_new ? 201 : 200;
        st = dataset_tell(request, id, err);
    }
    return st;
}

maru_status api_delete_dataset(struct request *request, maru_error *err) {
    const maru_status st =
        tenant_delete_dataset(request->tenant, request->param[0], request->who.name, err);
    request->status = st == MARU_OK ? 204 : 0;
    return st;
}

// ---- the file

static maru_status take_name(void *context, const struct dataset_row *row, maru_error *err) {
    (void)err;
    snprintf(context, STORE_NAME_BYTES, "%s", row->name);
    return MARU_OK;
}

maru_status dataset_read(struct request *request, const char *id, char name[STORE_NAME_BYTES],
                         struct text *out, maru_error *err) {
    const maru_status st = tenant_see_one_dataset(request->tenant, id, take_name, name, err);
    return st == MARU_OK ? tenant_get_dataset(request->tenant, id, out, err) : st;
}

maru_status api_get_dataset_file(struct request *request, maru_error *err) {
    char name[STORE_NAME_BYTES];
    const maru_status st = dataset_read(request, request->param[0], name, &request->out, err);
    if (st == MARU_OK) {
        const bool is_workbook = workbook_is(request->out.bytes, request->out.n_bytes);
        request->type = "application/octet-stream";
        snprintf(request->disposition, sizeof request->disposition,
                 "attachment; filename=\"dataset-%.32s.%s\"", request->param[0],
                 is_workbook ? workbook_ending(request->out.bytes, request->out.n_bytes) : "csv");
    }
    return st;
}
