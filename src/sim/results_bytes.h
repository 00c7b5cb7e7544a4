// What a run came to, as bytes: results that are made in one process and read in another.
#ifndef SIM_RESULTS_BYTES_H
#define SIM_RESULTS_BYTES_H

#include "base/arena.h"
#include "base/binary.h"
#include "maru/sim.h"

// How results lie in memory: in an arena of their own, at its beginning.
struct owned_results {
    maru_results results;
    struct arena arena;
};

enum { RESULTS_MAX_BYTES = 1 << 28 };

// Appended, all but the names, which are the plant's. Nothing is rounded; every NaN is the same.
//   errors  stick to `out`
void results_add(struct text *out, const maru_results *results);

// The same results back, with the names of this model's plant.
//   memory  maru_results_free
//   errors  MARU_E_INPUT: not of this model, or no such thing; MARU_E_MEMORY, MARU_E_LIMIT
MARU_MUST_USE maru_status results_read(struct binary *in, const maru_model *model,
                                       maru_results **out, maru_error *err);

#endif
