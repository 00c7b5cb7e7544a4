// Where does a request end, and what does it say? Header lines that contradict each other are refused, since whatever stands
// in front of the server may have taken the other one (request smuggling: RFC 9112, 6.1, 6.3, 11.2).
#ifndef SERVE_FRAMING_H
#define SERVE_FRAMING_H

#include "serve/http/request.h"

// Look at the header lines of a request; `version` is "HTTP/1.1" or "HTTP/1.0".
//   errors  with request->status 400, or 501 for a coding that is not known
MARU_MUST_USE maru_status framing_check(struct request *request, const char *version,
                                        maru_error *err);

// Cut the target of a request into what is kept of it: the path, as it is written, and whose address it is where the target
// is a whole one ("http://localhost/v1/me").
void framing_take_target(struct request *request, const char *target);

#endif
