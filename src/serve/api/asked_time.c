#include "serve/api/asked_time.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"

maru_status asked_time(const struct request *request, const char *name, maru_time *out,
                       maru_error *err) {
    const char *text = request_query(request, name);
    double seconds = 0;
    if (text[0] == '\0') {
        return MARU_OK;
    }
    if (!number_double(text, strlen(text), &seconds) || !(fabs(seconds) < 1e12)) {
        return fail(err, MARU_E_INPUT, "%s is wanted as seconds since 1970-01-01 UTC", name);
    }
    *out = (maru_time)llround(seconds * 1e6);
    return MARU_OK;
}
