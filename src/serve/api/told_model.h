// Models and their versions as the API tells them.
#ifndef SERVE_TOLD_MODEL_H
#define SERVE_TOLD_MODEL_H

#include "serve/http/request.h"
#include "study/json_writer.h"

// The members of a model, of an object that is open.
void model_add_members(struct json *json, const struct model_row *row);
void model_version_add_members(struct json *json, const struct model_version_row *row);

// A model with its versions, as one object in request->out.
//   errors  MARU_E_USAGE: there is none
MARU_MUST_USE maru_status model_tell(struct request *request, const char *id, maru_error *err);
// The same appended to `out`, without its versions.
MARU_MUST_USE maru_status model_tell_short(struct request *request, const char *id,
                                           struct text *out, maru_error *err);
// A version, in request->out; card: JSON of its card, NULL: without.
MARU_MUST_USE maru_status model_version_tell(struct request *request, const char *model,
                                             int64_t number, const char *card, maru_error *err);

// The version that a path or a query names.
//   errors  MARU_E_USAGE: that is no number of one
MARU_MUST_USE maru_status model_version_number(const char *text, int64_t *out, maru_error *err);

#endif
