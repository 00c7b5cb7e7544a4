// Replications: the same or several models run to the same day, each with its own seed, on all
// cores.
#ifndef STUDY_RUNS_H
#define STUDY_RUNS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/interval.h"
#include "base/text.h"
#include "maru/sim.h"
#include "study/columns.h"

enum { RUNS_MAX = 1000 }; // replications of one model

struct run { // one replication
    const maru_model *model;
    uint64_t seed;
    // what came of it
    maru_status status; // MARU_E_STOPPED and MARU_E_LIMIT leave results up to now_us, others none
    maru_error err;
    maru_results *results;
    maru_time now_us;
    bool is_warm;   // the warm-up was over, so that results are without it
    double seconds; // of wall clock
    _Atomic uint64_t n_lot_step;
    _Atomic int64_t at_us; // how far it is, for progress
};

struct runs_plan {
    maru_time warmup_us, until_us;
    const struct text *from; // saved state to begin with; NULL: the plant's stock at time 0
    bool is_reseeded;        // with `from`: give each run the future of its seed
    size_t n_thread;
    // called with the twin of each run before and after it, on the thread of the run; may be NULL
    maru_status (*before)(void *context, maru_sim *sim, maru_error *err);
    maru_status (*after)(void *context, maru_sim *sim, maru_error *err);
    void *context;
    // asked between two slices, on any thread: true stops all runs; may be NULL
    bool (*is_stopped)(void *watcher);
    // called ten times a second by the thread of runs_do, and at the end; may be NULL
    void (*look)(void *watcher, const struct runs_plan *plan, const struct run *run, size_t n);
    void *watcher;
};

// Do run[0 .. n).
//   out     status and results of each run; runs that never began have MARU_E_STOPPED and no results
//   memory  runs_fini frees the results
//   errors  MARU_E_MEMORY: no thread
MARU_MUST_USE maru_status runs_do(const struct runs_plan *plan, struct run *run, size_t n,
                                  maru_error *err);

// How far they are, 0 to 1.
double runs_share(const struct runs_plan *plan, const struct run *run, size_t n);
void runs_fini(struct run *run, size_t n);

// The first status that is not MARU_OK, the worst first (memory, limit, others, stopped), with its
// run.
const struct run *runs_worst(const struct run *run, size_t n);

// How many have results.
size_t runs_with_results(const struct run *run, size_t n);

// Mean and 95 % interval of one column over the runs that have results.
struct interval runs_interval(const struct run *run, size_t n, const struct column *column,
                              size_t index);

enum { RUNS_SHORT_DAYS = 2 };

// The unit to show numbers of this unit in: cycle times below RUNS_SHORT_DAYS are shown in hours.
enum column_unit runs_unit(const struct run *run, size_t n, enum column_unit unit);

// The results that stand for all where only one set can be shown: the first there are. NULL: none.
const maru_results *runs_first(const struct run *run, size_t n);

#endif
