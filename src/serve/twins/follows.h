// What a twin follows: asked for as JSON, kept as it was read (docs/openapi.json, Follows).
#ifndef SERVE_FOLLOWS_H
#define SERVE_FOLLOWS_H

#include <stdbool.h>

#include "base/text.h"
#include "live/following/following.h"

enum { FOLLOWS_MAX_TABLE_BYTES = 64, FOLLOWS_MAX_SOURCE_BYTES = 256, FOLLOWS_MAX_HOURS = 168 };

struct follows {
    char source[FOLLOWING_MAX_SOURCES][FOLLOWS_MAX_SOURCE_BYTES];
    size_t n_source;
    char table[FOLLOWS_MAX_TABLE_BYTES]; // document
    maru_time window_us, every_us, span_us;
    maru_time zero_us; // where has_zero
    bool has_zero, is_by_wall;
    double speed;
    size_t n_rep;
};

struct json_t;
// Read an object; what is absent is as usual.
//   errors  MARU_E_INPUT with the pointer in err->file
MARU_MUST_USE maru_status follows_read(struct follows *follows, struct json_t *json,
                                       maru_error *err);
// The same from what was kept.
MARU_MUST_USE maru_status follows_parse(struct follows *follows, const char *text, maru_error *err);
void follows_write(const struct follows *follows, struct text *out);

#endif
