// The runs of maru's launches in what `sacct -P` has printed: Slurm's side of the agreement (sacct_agreement.h).
//
// A launch is a job called MARK.LAUNCH, or a task of a job array: 12_7 of MARK.NAME.1000 is told as NAME_1007, of MARK.NAME as NAME_7.
// Columns are found by their names: JobName, Account, Start, End and AllocTRES have to be there, JobID too where rows of steps or of
// arrays are.
#ifndef POOL_SACCT_RUNS_H
#define POOL_SACCT_RUNS_H

#include "base/names.h"
#include "pool/money/sacct_agreement.h"
#include "pool/trace/pool_sheet.h"

enum { SACCT_MAX_RUNS = 1 << 20, SACCT_NAME_BYTES = 128 };

struct sacct_asked {
    const char *mark;
    int32_t offset_min;        // from UTC, of times that are no seconds since 1970
    int64_t from_us, until_us; // runs that ended in [from, until)
};
struct sacct_runs {
    struct agreement_row *row;    // (n) in the order of the text; job is the number of the launch
    struct names launch, account; // launches without the mark
    uint32_t n, cap;
    uint32_t n_other;          // jobs of others
    uint32_t n_open;           // not ended, or they never held anything
    uint32_t n_outside;        // ended at another time
    int64_t first_us, last_us; // ends of those in `row`; 0: there are none
};

//   memory  sacct_runs_fini, also after an error
//   errors  MARU_E_INPUT: a table without these columns, or a cell that is none; the first is told; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status sacct_runs_read(const char *bytes, size_t n,
                                          const struct sacct_asked *asked, struct sacct_runs *out,
                                          maru_error *err);
void sacct_runs_fini(struct sacct_runs *runs);

#endif
