// Server-sent events: a run as it goes on.
#ifndef SERVE_STREAM_H
#define SERVE_STREAM_H

#include "serve/http/request.h"

// Answer with the events of a run of the caller's tenant, which is there.
MARU_MUST_USE maru_status stream_follow(struct request *request, const char *run, maru_error *err);

// Let all streams end, so that the server can.
void stream_end_all(struct server *server);

#endif
