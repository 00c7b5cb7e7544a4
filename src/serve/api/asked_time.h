// A moment in a request's query.
#ifndef SERVE_ASKED_TIME_H
#define SERVE_ASKED_TIME_H

#include "serve/http/request.h"

// ?name=, seconds since 1970-01-01 UTC; *out stays as it is where it is absent.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status asked_time(const struct request *request, const char *name,
                                     maru_time *out, maru_error *err);

#endif
