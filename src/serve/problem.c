#include "serve/problem.h"

#include "base/text.h"
#include "study/korean.h"

void problem_add_kept(struct json *json, const char *key, const char *title, int status,
                      const maru_error *err) {
    struct text korean;
    text_init(&korean, 1 << 13);
    korean_add(&korean, err->text);
    json_open_object(json, key);
    json_add_string(json, "type", "about:blank");
    json_add_string(json, "title", title);
    json_add_integer(json, "status", status);
    json_add_string(json, "detail", err->text);
    json_add_string(json, "detail_ko", korean.bytes ? korean.bytes : err->text);
    json_close(json);
    text_fini(&korean);
}
