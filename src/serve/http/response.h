// The answer of a request on its way to libmicrohttpd: headers, tags, compression, what is kept ready.
#ifndef SERVE_RESPONSE_H
#define SERVE_RESPONSE_H

#include "serve/http/request.h"

// Send what is in the request: kept, a stream, a file of the program or `out`.
enum MHD_Result response_send(struct request *request);

// Make what is in `out` the answer that is kept, in memory of just its size.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status response_keep(struct request *request, maru_error *err);

#endif
