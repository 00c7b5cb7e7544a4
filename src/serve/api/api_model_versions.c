#include "serve/api/asked_sheet.h"
#include "serve/api/told_model.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "study/models/model_asking.h"

// One version: its card, its bytes, the same for other programs, and what it says of a spreadsheet, of which nothing is kept.

#define VERSION_MAX_FRAME_BYTES ((size_t)2 << 30)

// The version of a path, opened.
//   memory  model_file_close; text_fini(bytes), also after an error
static maru_status open_version(struct request *request, int64_t number, struct text *bytes,
                                struct model_file **out, maru_error *err) {
    const maru_status st =
        tenant_get_model_version(request->tenant, request->param[0], number, bytes, err);
    return st == MARU_OK ? model_file_open(bytes->bytes, bytes->n_bytes, out, err) : st;
}

maru_status api_get_model_version(struct request *request, maru_error *err) {
    struct text bytes, card;
    struct model_file *file = NULL;
    int64_t number = 0;
    text_init(&bytes, TENANT_MAX_MODEL_BYTES);
    text_init(&card, REQUEST_MAX_ANSWER_BYTES);
    maru_status st = model_version_number(request->param[1], &number, err);
    st = st == MARU_OK ? open_version(request, number, &bytes, &file, err) : st;
    if (st == MARU_OK) {
        model_file_add_json(file, &card);
        st = card.status == MARU_OK
                 ? model_version_tell(request, request->param[0], number, card.bytes, err)
                 : fail(err, card.status, "the card is too large");
    }
    model_file_close(file);
    text_fini(&card);
    text_fini(&bytes);
    return st;
}

static void attach(struct request *request, int64_t number, const char *ending) {
    request->type = "application/octet-stream";
    snprintf(request->disposition, sizeof request->disposition,
             "attachment; filename=\"model-%.32s-%lld.%s\"", request->param[0], (long long)number,
             ending);
}

maru_status api_get_model_file(struct request *request, maru_error *err) {
    int64_t number = 0;
    maru_status st = model_version_number(request->param[1], &number, err);
    st = st == MARU_OK ? tenant_get_model_version(request->tenant, request->param[0], number,
                                                  &request->out, err)
                       : st;
    if (st == MARU_OK) {
        attach(request, number, "maru");
    }
    return st;
}

maru_status api_get_model_onnx(struct request *request, maru_error *err) {
    struct text bytes;
    struct model_file *file = NULL;
    int64_t number = 0;
    text_init(&bytes, TENANT_MAX_MODEL_BYTES);
    maru_status st = model_version_number(request->param[1], &number, err);
    st = st == MARU_OK ? open_version(request, number, &bytes, &file, err) : st;
    if (st == MARU_OK) {
        st = model_file_onnx(file, &request->out, err);
        request->status = st == MARU_E_INPUT ? 422 : 0;
    }
    if (st == MARU_OK) {
        attach(request, number, "onnx");
    }
    model_file_close(file);
    text_fini(&bytes);
    return st;
}

// ---- predictions of a spreadsheet

enum { SHEET_NAME_BYTES = 128 };

struct asked_of_model {
    int64_t number; // 0: the champion, else the newest
    bool wants_why;
    char sheet[SHEET_NAME_BYTES];
};

static maru_status take_asked(void *context, const char *name, const char *value, size_t n,
                              maru_error *err) {
    struct asked_of_model *asked = context;
    char copy[SHEET_NAME_BYTES];
    if (n >= sizeof copy || memchr(value, '\0', n)) {
        return fail(err, MARU_E_INPUT, "%.60s: a text is wanted that is not too long", name);
    }
    memcpy(copy, value, n);
    copy[n] = '\0';
    if (strcmp(name, "version") == 0) {
        return copy[0] ? model_version_number(copy, &asked->number, err) : MARU_OK;
    }
    if (strcmp(name, "why") == 0) {
        asked->wants_why = copy[0] && strcmp(copy, "0") != 0;
        return MARU_OK;
    }
    if (strcmp(name, "sheet") == 0) {
        memcpy(asked->sheet, copy, n + 1);
        return MARU_OK;
    }
    static const char known[] = "file,format,lang,sheet,version,why";
    return fail(err, MARU_E_INPUT, "'%.60s' is not known here; known are: %s", name, known);
}

static maru_status choose_form(struct request *request, enum predictions_form *out,
                               maru_error *err) {
    const char *format = request_query(request, "format");
    if (format[0] && strcmp(format, "json") != 0 && strcmp(format, "csv") != 0) {
        return fail(err, MARU_E_INPUT, "format: json or csv is wanted");
    }
    *out = strcmp(format, "csv") == 0 ? PREDICTIONS_CSV : PREDICTIONS_JSON;
    return MARU_OK;
}

static maru_status take_champion(void *context, const struct model_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)context = row->champion;
    return MARU_OK;
}

static maru_status take_newest(void *context, const struct model_version_row *row,
                               maru_error *err) {
    int64_t *number = context;
    (void)err;
    *number = *number == 0 ? row->number : *number; // newest first
    return MARU_OK;
}

static maru_status choose_version(struct request *request, int64_t *number, maru_error *err) {
    const char *model = request->param[0];
    maru_status st = MARU_OK;
    if (*number == 0) {
        st = tenant_see_one_model(request->tenant, model, take_champion, number, err);
    }
    if (st == MARU_OK && *number == 0) {
        st = tenant_each_model_version(request->tenant, model, take_newest, number, err);
    }
    return st == MARU_OK && *number == 0
               ? request_refuse(request, 409, err, "this model has no version yet")
               : st;
}

maru_status api_predict_model(struct request *request, maru_error *err) {
    struct asked_of_model asked = {.number = 0};
    struct asked_sheet sheet;
    struct text bytes;
    struct model_file *file = NULL;
    enum predictions_form form = PREDICTIONS_JSON;
    text_init(&bytes, TENANT_MAX_MODEL_BYTES);
    maru_status st = choose_form(request, &form, err);
    st = st == MARU_OK ? asked_sheet_read(request, take_asked, &asked, &sheet, err) : st;
    st = st == MARU_OK ? choose_version(request, &asked.number, err) : st;
    st = st == MARU_OK ? open_version(request, asked.number, &bytes, &file, err) : st;
    if (st == MARU_OK) {
        const struct asked_predictions predictions = {.file = file,
                                                      .bytes = sheet.bytes,
                                                      .n = sheet.n,
                                                      .cap_bytes = VERSION_MAX_FRAME_BYTES,
                                                      .sheet = asked.sheet,
                                                      .form = form,
                                                      .wants_why = asked.wants_why,
                                                      .lang = request_language(request)};
        request->type = form == PREDICTIONS_CSV ? "text/csv; charset=utf-8" : request->type;
        st = model_asking_predict(&predictions, &request->out, err);
    }
    model_file_close(file);
    text_fini(&bytes);
    return st;
}
