#include "study/json_writer.h"

#include <assert.h>

void json_writer_init(struct json *json, struct text *out) { *json = (struct json){.out = out}; }

static void break_line(struct json *json) {
    text_addz(json->out, "\n");
    for (size_t i = 0; i < json->depth; i++) {
        text_addz(json->out, "  ");
    }
}

static void begin_value(struct json *json, const char *key) {
    if (json->depth > 0) {
        bool *has_item = &json->has_item[json->depth - 1];
        text_addz(json->out, *has_item ? "," : "");
        *has_item = true;
        if (json->depth < JSON_LINES) {
            break_line(json);
        }
    }
    if (key) {
        text_add_json(json->out, key);
        text_addz(json->out, ":");
    }
}

static void open_value(struct json *json, const char *key, const char *open, char close) {
    assert(json->depth < JSON_MAX_DEPTH);
    begin_value(json, key);
    text_addz(json->out, open);
    json->has_item[json->depth] = false;
    json->close[json->depth++] = close;
}

void json_open_object(struct json *json, const char *key) { open_value(json, key, "{", '}'); }

void json_open_list(struct json *json, const char *key) { open_value(json, key, "[", ']'); }

void json_close(struct json *json) {
    assert(json->depth > 0);
    json->depth--;
    if (json->has_item[json->depth] && json->depth + 1 < JSON_LINES) {
        break_line(json);
    }
    text_add(json->out, &json->close[json->depth], 1);
    if (json->depth == 0) {
        text_addz(json->out, "\n");
    }
}

void json_add_number(struct json *json, const char *key, double value) {
    begin_value(json, key);
    text_add_double(json->out, value);
}

void json_add_count(struct json *json, const char *key, uint64_t value) {
    begin_value(json, key);
    text_addf(json->out, "%llu", (unsigned long long)value);
}

void json_add_integer(struct json *json, const char *key, int64_t value) {
    begin_value(json, key);
    text_addf(json->out, "%lld", (long long)value);
}

void json_add_bool(struct json *json, const char *key, bool value) {
    begin_value(json, key);
    text_addz(json->out, value ? "true" : "false");
}

void json_add_string(struct json *json, const char *key, const char *value) {
    begin_value(json, key);
    if (value) {
        text_add_json(json->out, value);
    } else {
        text_addz(json->out, "null");
    }
}

void json_add_raw(struct json *json, const char *key, const char *value) {
    begin_value(json, key);
    text_addz(json->out, value);
}
