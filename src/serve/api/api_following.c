#include "serve/api/listing.h"
#include "serve/http/request.h"

#include "base/status.h"
#include "serve/twins/twins.h"

// How a twin follows its floor: what was heard, what did not fit, and how well its forecasts held.

maru_status api_get_following(struct request *request, maru_error *err) {
    struct twin *twin = NULL;
    maru_status st =
        twins_hold(request->server->twins, request->tenant, request->param[0], &twin, err);
    if (st == MARU_OK) {
        st = request_refuse(request, 409, err, "this twin plays by itself, and follows no floor");
    }
    twins_release(request->server->twins, twin);
    return st;
}
