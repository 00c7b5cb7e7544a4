#include "sim/follow/remaining.h"

#include "base/wide.h"
#include "sim/model.h"

// Every sampler of the twin grows or falls with the bits it is given, as the inverse of a
// distribution does. So the draws beyond a limit are those of one run of bits that ends at 0 or at
// 2^64 - 1: its other end is found by halving. Bits that lie in it are kept; others are as likely to
// be one as the other outside of it, and are stretched from there into it.

bool remaining_bits(remaining_fn at, const void *context, maru_time limit, uint64_t *bits) {
    if (at(context, *bits) > limit) {
        return true;
    }
    const bool grows = at(context, UINT64_MAX) > limit;
    if (!grows && !(at(context, 0) > limit)) {
        return false;
    }
    uint64_t in = grows ? UINT64_MAX : 0, out = *bits; // in: beyond the limit; out: not
    while ((in > out ? in - out : out - in) > 1) {
        const uint64_t mid = in / 2 + out / 2 + (in & out & 1);
        if (at(context, mid) > limit) {
            in = mid;
        } else {
            out = mid;
        }
    }
    const uint64_t n_in = grows ? UINT64_MAX - in : in; // in the run beside its end
    const uint64_t n_out = grows ? in : UINT64_MAX - in;
    const uint64_t place = grows ? *bits : *bits - in - 1; // of those outside
    const uint64_t share = (uint64_t)((wide_u128)n_in * place / n_out);
    *bits = grows ? UINT64_MAX - share : share;
    return true;
}

static maru_time draw(const void *context, uint64_t bits) { return dist_draw(context, bits); }

maru_time remaining_draw(const struct dist *dist, maru_time elapsed, uint64_t bits) {
    if (elapsed <= 0) {
        return dist_draw(dist, bits);
    }
    if (dist->kind == DIST_EXPONENTIAL) { // it does not remember
        return elapsed + dist_draw(dist, bits);
    }
    return remaining_bits(draw, dist, elapsed, &bits) ? dist_draw(dist, bits) : elapsed;
}
