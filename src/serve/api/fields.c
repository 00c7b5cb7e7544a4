#include "serve/api/fields.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"

maru_status field_wrong(maru_error *err, const char *pointer, const char *right) {
    return fail_at(err, MARU_E_INPUT, pointer, 0, 0, "%s: %s", pointer, right);
}

static maru_status wrong(maru_error *err, const char *key, const char *right) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", key);
    return field_wrong(err, pointer, right);
}

static maru_status refuse_unknown(json_t *json, const char *const *known, maru_error *err) {
    const char *name;
    json_t *value;
    json_object_foreach(json, name, value) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], name) != 0) {
            i++;
        }
        if (known[i]) {
            continue;
        }
        struct text list;
        text_init(&list, 1000);
        for (i = 0; known[i]; i++) {
            text_addf(&list, "%s%s", i == 0 ? "" : ", ", known[i]);
        }
        const maru_status st =
            fail_at(err, MARU_E_INPUT, "/", 0, 0, "'%.60s' is not known here; known are: %s", name,
                    list.bytes ? list.bytes : "");
        text_fini(&list);
        return st;
    }
    return MARU_OK;
}

maru_status fields_open(json_t **out, const char *bytes, size_t n, const char *const *known,
                        maru_error *err) {
    json_error_t why;
    *out = n > 0 ? json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &why) : json_object();
    if (!json_is_object(*out)) {
        return fail_at(err, MARU_E_INPUT, "/", *out || n == 0 ? 0 : (uint32_t)why.line,
                       *out || n == 0 ? 0 : (uint32_t)why.column,
                       *out || n == 0 ? "an object is wanted" : "this is no JSON: %s", why.text);
    }
    return refuse_unknown(*out, known, err);
}

void fields_close(json_t *json) { json_decref(json); }

maru_status field_text(const json_t *json, const char *key, size_t max, const char **out,
                       maru_error *err) {
    const json_t *value = json_object_get(json, key);
    if (!value) {
        return MARU_OK;
    }
    if (!json_is_string(value) || json_string_length(value) > max ||
        strlen(json_string_value(value)) != json_string_length(value)) {
        return wrong(err, key, "a text is wanted that is not too long");
    }
    *out = json_string_value(value);
    return MARU_OK;
}

maru_status field_number(const json_t *json, const char *key, double lowest, double highest,
                         double *out, maru_error *err) {
    const json_t *value = json_object_get(json, key);
    if (!value) {
        return MARU_OK;
    }
    const double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= lowest && number <= highest)) {
        char right[100];
        snprintf(right, sizeof right, "a number from %.15g to %.15g is wanted", lowest, highest);
        return wrong(err, key, right);
    }
    *out = number;
    return MARU_OK;
}

maru_status field_count(const json_t *json, const char *key, int64_t lowest, int64_t highest,
                        int64_t *out, maru_error *err) {
    const json_t *value = json_object_get(json, key);
    if (!value) {
        return MARU_OK;
    }
    const int64_t count = json_integer_value(value);
    if (!json_is_integer(value) || count < lowest || count > highest) {
        char right[80];
        snprintf(right, sizeof right, "a whole number from %lld to %lld is wanted",
                 (long long)lowest, (long long)highest);
        return wrong(err, key, right);
    }
    *out = count;
    return MARU_OK;
}

maru_status field_bool(const json_t *json, const char *key, bool *out, maru_error *err) {
    const json_t *value = json_object_get(json, key);
    if (value && !json_is_boolean(value)) {
        return wrong(err, key, "true or false is wanted");
    }
    *out = value ? json_is_true(value) : *out;
    return MARU_OK;
}
