// JSON out: objects, lists and values in order, commas and line breaks by themselves.
#ifndef STUDY_JSON_WRITER_H
#define STUDY_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { JSON_MAX_DEPTH = 16, JSON_LINES = 4 }; // values deeper than JSON_LINES stand on one line

struct json {
    struct text *out;
    size_t depth;
    bool has_item[JSON_MAX_DEPTH];
    char close[JSON_MAX_DEPTH];
};

void json_writer_init(struct json *json, struct text *out);

// key: NULL inside a list and for the outermost value. NaN and infinity are written as null.
void json_open_object(struct json *json, const char *key);
void json_open_list(struct json *json, const char *key);
void json_close(struct json *json); // of the last object or list; the outermost one ends its line
void json_add_number(struct json *json, const char *key, double value);
void json_add_count(struct json *json, const char *key, uint64_t value);
void json_add_integer(struct json *json, const char *key, int64_t value);
void json_add_bool(struct json *json, const char *key, bool value);
void json_add_string(struct json *json, const char *key, const char *value); // NULL: null
void json_add_raw(struct json *json, const char *key, const char *value);    // JSON already

#endif
