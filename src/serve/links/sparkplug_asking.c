#include "serve/links/sparkplug_asking.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "serve/api/fields.h"
#include "signal/sample.h"

enum { MAX_VALUES = 100, MAX_TOOL_BYTES = 400, MAX_POINTER_BYTES = 300 };

struct place { // "group/node/device" in its parts
    char text[MAX_TOOL_BYTES];
    struct host_target to;
};

static maru_status read_place(const json_t *body, struct place *out, maru_error *err) {
    const char *tool = "";
    const maru_status st = field_text(body, "tool", MAX_TOOL_BYTES - 1, &tool, err);
    if (st != MARU_OK) {
        return st;
    }
    snprintf(out->text, sizeof out->text, "%s", tool);
    char *node = strchr(out->text, '/');
    char *device = node ? strchr(node + 1, '/') : NULL;
    if (!node || node == out->text || node[1] == '\0' || node + 1 == device ||
        (device && (device[1] == '\0' || strchr(device + 1, '/')))) {
        return field_wrong(err, "/tool", "group/node or group/node/device is wanted");
    }
    *node = '\0';
    if (device) {
        *device = '\0';
    }
    out->to = (struct host_target){
        .group = out->text, .node = node + 1, .device = device ? device + 1 : ""};
    return MARU_OK;
}

static bool read_value(const json_t *value, struct sample *out) {
    *out = (struct sample){.quality = QUALITY_GOOD};
    if (json_is_boolean(value)) {
        out->type = SAMPLE_BOOL;
        out->value.integer = json_is_true(value);
    } else if (json_is_integer(value)) {
        out->type = SAMPLE_INTEGER;
        out->value.integer = json_integer_value(value);
    } else if (json_is_real(value)) {
        out->type = SAMPLE_DOUBLE;
        out->value.number = json_real_value(value);
    } else if (json_is_string(value)) {
        out->type = SAMPLE_TEXT;
        out->value.text = json_string_value(value);
        out->n_text = (uint32_t)json_string_length(value);
    } else {
        return false;
    }
    return true;
}

static maru_status write_all(struct sparkplug_connection *sparkplug, struct place *place,
                             json_t *values, maru_time wait_us, bool is_dry, maru_error *err) {
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(values, key, value) {
        struct sample sample;
        if (!read_value(value, &sample)) {
            return field_wrong(err, "/values", "texts, numbers, true and false are wanted");
        }
        place->to.metric = key;
        maru_error why = {0};
        const maru_status st =
            is_dry ? MARU_OK : sparkplug_write(sparkplug, &place->to, &sample, wait_us, &why);
        if (st == MARU_E_INPUT) {
            char pointer[MAX_POINTER_BYTES];
            snprintf(pointer, sizeof pointer, "/values/%.200s", key);
            return field_wrong(err, pointer, why.text);
        }
        if (st != MARU_OK) {
            *err = why;
            return st;
        }
    }
    return MARU_OK;
}

maru_status sparkplug_asking(struct sparkplug_connection *sparkplug, const json_t *body,
                             bool is_dry, struct text *out, maru_error *err) {
    struct place place;
    double wait_s = 10;
    const char *ask = json_string_value(json_object_get(body, "ask"));
    json_t *values = json_object_get(body, "values");
    maru_status st = read_place(body, &place, err);
    st = st == MARU_OK ? field_number(body, "wait", 0.1, 20, &wait_s, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if (!ask || strcmp(ask, "write") != 0) {
        return field_wrong(err, "/ask", "write is wanted");
    }
    if (!json_is_object(values) || json_object_size(values) == 0 ||
        json_object_size(values) > MAX_VALUES) {
        return field_wrong(err, "/values", "an object of 1 to 100 metrics and values is wanted");
    }
    st = write_all(sparkplug, &place, values, (maru_time)(wait_s * 1e6), is_dry, err);
    if (st == MARU_OK && !is_dry) {
        text_addf(out, "\"outcome\":\"sent\",\"text\":\"\",\"value\":%zu",
                  json_object_size(values));
    }
    return st;
}
