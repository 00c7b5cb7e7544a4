#include "serve/api/told_faults.h"

#include "study/json_writer.h"
#include "study/words/korean.h"

// Each fault with its place, and what is wrong and would be right in both languages.

static void add_sentence(struct json *json, const char *key, const char *key_ko,
                         const char *sentence) {
    struct text korean;
    text_init(&korean, 1 << 13);
    korean_add(&korean, sentence ? sentence : "");
    json_add_string(json, key, sentence ? sentence : "");
    json_add_string(json, key_ko, korean.bytes ? korean.bytes : "");
    text_fini(&korean);
}

static void add_faults(struct json *json, const maru_faults *faults) {
    json_open_list(json, "faults");
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        const maru_fault *fault = maru_faults_get(faults, i);
        json_open_object(json, NULL);
        json_add_string(json, "severity",
                        fault->severity == MARU_FAULT     ? "fault"
                        : fault->severity == MARU_WARNING ? "warning"
                                                          : "note");
        json_add_string(json, "file", fault->file);
        json_add_count(json, "row", fault->row);
        json_add_count(json, "column", fault->column);
        json_add_string(json, "header", fault->header);
        json_add_string(json, "value", fault->value);
        add_sentence(json, "wrong", "wrong_ko", fault->wrong);
        add_sentence(json, "right", "right_ko", fault->right);
        json_close(json);
    }
    json_close(json);
}

void told_faults_refuse(struct request *request, const maru_faults *faults, const maru_error *err) {
    struct json json;
    struct text detail;
    text_init(&detail, 1 << 13);
    sentence_add(&detail, request_language(request), err->text);
    request->status = 422;
    request->type = "application/problem+json";
    text_clear(&request->out);
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_string(&json, "type", "about:blank");
    json_add_string(&json, "title", "Unprocessable Content");
    json_add_integer(&json, "status", 422);
    json_add_string(&json, "detail", detail.bytes ? detail.bytes : err->text);
    json_add_string(&json, "file", err->file);
    json_add_count(&json, "row", err->row);
    json_add_count(&json, "column", err->column);
    add_faults(&json, faults);
    json_close(&json);
    text_fini(&detail);
}
