// Who asks, and may he?
#ifndef SERVE_ADMISSION_H
#define SERVE_ADMISSION_H

#include "serve/http/request.h"

// Find who asks and hold his tenant, in request->who and request->tenant; nothing for a public route.
//   errors  all of them with request->status: 401, 403, 507, 503
MARU_MUST_USE maru_status admission_let_in(struct request *request, maru_error *err);

#endif
