#include "learn/survival/lifetimes.h"

#include <math.h>
#include <stddef.h>

#include "base/status.h"

maru_status lifetimes_check(const struct lifetimes *lives, maru_error *err) {
    if (lives->n == 0) {
        return fail(err, MARU_E_RANGE, "there are no lives");
    }
    for (uint32_t i = 0; i < lives->n; i++) {
        const double entry = lives->entry ? lives->entry[i] : 0.0;
        if (!(lives->time[i] > 0.0 && isfinite(lives->time[i])) || lives->is_failed[i] > 1) {
            return fail(err, MARU_E_RANGE, "life %u has no age above 0, or no end", i + 1);
        }
        if (!(entry >= 0.0 && entry < lives->time[i])) {
            return fail(err, MARU_E_RANGE, "life %u was first watched after its end", i + 1);
        }
    }
    return MARU_OK;
}

uint32_t lifetimes_failures(const struct lifetimes *lives) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < lives->n; i++) {
        n += lives->is_failed[i];
    }
    return n;
}
