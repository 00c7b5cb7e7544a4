// What somebody asks a GEM tool over HTTP, as messages of SECS, and the answer as JSON.
#ifndef SERVE_HSMS_ASKING_H
#define SERVE_HSMS_ASKING_H

#include "base/text.h"
#include "connect/hsms_connection.h"
#include "serve/links/link_kind.h"

// A request as JSON: tool, ask (command, variables, constants, setConstants, recipes, recipe, sendRecipe, text) and what that needs.
//   in      is_dry: only look whether it could be sent
//   out     the answer as members of an object is appended, nothing where it is dry
//   errors  MARU_E_INPUT with the JSON pointer as file; of hsms_ask
MARU_MUST_USE maru_status hsms_asking(struct hsms_connection *hsms, const struct json_t *body,
                                      bool is_dry, struct text *out, maru_error *err);

#endif
