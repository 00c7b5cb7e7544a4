#include "serve/runs/model_options.h"

#include <jansson.h>

#include "base/status.h"
#include "serve/api/fields.h"

static maru_status set_all(json_t *json, maru_options *options, maru_error *err) {
    const char *name;
    json_t *value;
    json_object_foreach(json, name, value) {
        maru_error why = {0};
        if (!json_is_string(value)) {
            return field_wrong(err, "/options", "each value is a text, such as \"100\"");
        }
        if (maru_options_set(options, name, json_string_value(value), &why) != MARU_OK) {
            return fail(err, why.code, "%.60s: %.250s", name, why.text);
        }
    }
    return MARU_OK;
}

maru_status model_options_read(const char *bytes, size_t n, maru_options **out, maru_error *err) {
    json_error_t why;
    json_t *json = json_loadb(bytes ? bytes : "", n, JSON_REJECT_DUPLICATES, &why);
    maru_options *options = maru_options_new();
    maru_status st = options ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK && !json_is_object(json)) {
        st = field_wrong(err, "/options", "an object of texts is wanted");
    }
    st = st == MARU_OK ? set_all(json, options, err) : st;
    json_decref(json);
    if (st != MARU_OK) {
        maru_options_free(options);
        return st;
    }
    *out = options;
    return MARU_OK;
}
