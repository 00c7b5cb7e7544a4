#include "serve/api/asked_sheet.h"

#include <string.h>

#include "base/status.h"
#include "serve/http/header_list.h"
#include "study/quality/quality_asking.h"

// A spreadsheet comes with hints of how it is read, or is one that is kept. What comes is answered from memory: nothing of it is written anywhere, nor is
// the answer kept, not even for an Idempotency-Key (once.c).

#define QUALITY_MAX_FRAME_BYTES ((size_t)2 << 30)

static maru_status take_hint(void *context, const char *name, const char *value, size_t n,
                             maru_error *err) {
    return quality_asking_take(context, name, value, n, err);
}

// ---- how it is told

static maru_status choose_format(struct request *request, enum quality_format *out,
                                 maru_error *err) {
    const char *format = request_query(request, "format");
    const bool is_said = format[0] != '\0';
    if (is_said && strcmp(format, "json") != 0 && strcmp(format, "html") != 0) {
        return fail(err, MARU_E_INPUT, "format: json or html is wanted");
    }
    const bool is_page = is_said ? strcmp(format, "html") == 0
                                 : header_list_prefers(request_header(request, "Accept"),
                                                       "text/html", "application/json");
    *out = is_page ? QUALITY_PAGE : QUALITY_JSON;
    return MARU_OK;
}

struct question {
    struct quality_asking *asking;
    struct quality_sheet sheet;
};

static maru_status begin(struct request *request, struct question *question, maru_error *err) {
    question->sheet.cap_bytes = QUALITY_MAX_FRAME_BYTES;
    question->sheet.lang = request_language(request);
    const maru_status st = choose_format(request, &question->sheet.format, err);
    return st == MARU_OK ? quality_asking_new(&question->asking, err) : st;
}

static maru_status answer(struct request *request, struct question *question, maru_error *err) {
    if (question->sheet.format == QUALITY_PAGE) {
        request->type = "text/html; charset=utf-8";
    }
    return quality_asking_answer(question->asking, &question->sheet, &request->out, err);
}

maru_status api_ask_quality(struct request *request, maru_error *err) {
    struct asked_sheet asked = {.bytes = NULL};
    struct question question = {.asking = NULL};
    maru_status st = begin(request, &question, err);
    st = st == MARU_OK ? asked_sheet_read(request, take_hint, question.asking, &asked, err) : st;
    question.sheet.bytes = asked.bytes;
    question.sheet.n = asked.n;
    question.sheet.title = asked.title;
    st = st == MARU_OK ? answer(request, &question, err) : st;
    quality_asking_free(question.asking);
    return st;
}

maru_status api_get_dataset_quality(struct request *request, maru_error *err) {
    struct asked_sheet asked = {.bytes = NULL};
    struct question question = {.asking = NULL};
    struct text bytes;
    char name[STORE_NAME_BYTES];
    text_init(&bytes, TENANT_MAX_DATASET_BYTES);
    maru_status st = begin(request, &question, err);
    st = st == MARU_OK ? asked_form_read(request, take_hint, question.asking, &asked, err) : st;
    st = st == MARU_OK ? dataset_read(request, request->param[0], name, &bytes, err) : st;
    question.sheet.bytes = bytes.bytes;
    question.sheet.n = bytes.n_bytes;
    question.sheet.title = name;
    st = st == MARU_OK ? answer(request, &question, err) : st;
    quality_asking_free(question.asking);
    text_fini(&bytes);
    return st;
}
