// Members of a JSON object that somebody sent, read strictly: what is not known, of another kind or out of
// range is refused with its JSON pointer in err->file.
#ifndef SERVE_FIELDS_H
#define SERVE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

struct json_t;

// Parse an object whose members are all among `known` (ends with NULL). No bytes are an empty object.
//   memory  fields_close frees *out, also after an error; texts that are read live as long
MARU_MUST_USE maru_status fields_open(struct json_t **out, const char *bytes, size_t n,
                                      const char *const *known, maru_error *err);
void fields_close(struct json_t *json);

// Each leaves *out as it is where the member is absent.
MARU_MUST_USE maru_status field_text(const struct json_t *json, const char *key, size_t max,
                                     const char **out, maru_error *err);
MARU_MUST_USE maru_status field_number(const struct json_t *json, const char *key, double lowest,
                                       double highest, double *out, maru_error *err);
MARU_MUST_USE maru_status field_count(const struct json_t *json, const char *key, int64_t lowest,
                                      int64_t highest, int64_t *out, maru_error *err);
MARU_MUST_USE maru_status field_bool(const struct json_t *json, const char *key, bool *out,
                                     maru_error *err);

// MARU_E_INPUT at a pointer: "POINTER: RIGHT".
maru_status field_wrong(maru_error *err, const char *pointer, const char *right);

#endif
