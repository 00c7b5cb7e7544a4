// Replications that are done in parts, elsewhere: which runs a part has, and what came of them as bytes. Any cut into parts gives the
// runs that one machine would have given, to the last bit, since each run depends on its model and its seed alone.
#ifndef STUDY_RUN_PARTS_H
#define STUDY_RUN_PARTS_H

#include "study/runs.h"

enum { RUN_PART_VERSION = 1 }; // of the bytes

struct run_span {
    size_t first, n;
};
// Runs of part number `part`, below n_part: each run is in one part, and none has two more than another.
struct run_span run_part_span(size_t n_run, size_t n_part, size_t part);

struct run_work { // all that is asked
    const struct runs_plan *plan;
    struct run *run; // (n_run)
    size_t n_run;
};

// The same wherever the same is asked: models, seeds, times, the state to begin with.
void run_work_digest(const struct run_work *work, char out[33]);

// The runs of the span with what came of them, appended.
//   errors  MARU_E_STOPPED: one of them was stopped, so this is no part; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status run_part_add(struct text *out, const struct run_work *work,
                                       struct run_span span, maru_error *err);

// Put them into work->run[span.first ..), whose results were NULL.
//   memory  runs_fini frees the results
//   errors  MARU_E_INPUT: cut short, changed, of other work or of another part; MARU_E_MEMORY, MARU_E_LIMIT. Then no run is touched
MARU_MUST_USE maru_status run_part_read(const void *bytes, size_t n, const struct run_work *work,
                                        struct run_span span, maru_error *err);

#endif
