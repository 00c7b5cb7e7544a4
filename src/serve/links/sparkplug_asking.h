// What somebody tells a Sparkplug node or device over HTTP: values of its metrics, as NCMD or DCMD.
#ifndef SERVE_SPARKPLUG_ASKING_H
#define SERVE_SPARKPLUG_ASKING_H

#include "base/text.h"
#include "connect/sparkplug_connection.h"
#include "serve/links/link_kind.h"

// A request as JSON: tool ("group/node" or "group/node/device"), ask ("write"), values (an object by metric), wait.
//   in      is_dry: only look whether it could be sent
//   out     the answer as members of an object is appended, nothing where it is dry
//   errors  MARU_E_INPUT with the JSON pointer; of sparkplug_write: what stands before in `values` was sent
MARU_MUST_USE maru_status sparkplug_asking(struct sparkplug_connection *sparkplug,
                                           const struct json_t *body, bool is_dry, struct text *out,
                                           maru_error *err);

#endif
