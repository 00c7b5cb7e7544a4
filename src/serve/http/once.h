// Idempotency-Key: a POST that is asked again with its key is done once and answered twice.
#ifndef SERVE_ONCE_H
#define SERVE_ONCE_H

#include "serve/http/request.h"
#include "store/replay.h"

struct once {
    struct replay_claim claim;
    bool has_key;
    bool is_secret; // its answer has a secret, which is kept nowhere
    bool is_done;   // the answer is there already: the handler is not to be called
};

// Before the handler: look whether the key was used. With is_done the answer stands in the request.
//   errors  with the status of HTTP in the request: 400 no key; 409 it is being worked on, or made a
//           secret; 422 the key belongs to another request
MARU_MUST_USE maru_status once_begin(struct once *once, struct request *request, maru_error *err);

// After the handler, which gave `st`: keep its answer, or where it lost against another request of the same
// key give the answer of that one.
maru_status once_end(struct once *once, struct request *request, maru_status st, maru_error *err);

#endif
