// Do attempts and charges of all tenants agree with what `sacct -P` says? pool/money/sacct_agreement.h has the comparison.
//
// What a run should have cost is worked out from sacct's own times, with what the attempt held and the prices of those moments, from
// the tenant's first grant on. A run that was stopped as its credits ended has its last seconds free, so its charge is not held against it.
#ifndef SERVE_SLURM_AGREEMENT_H
#define SERVE_SLURM_AGREEMENT_H

#include "pool/money/sacct_runs.h"
#include "store/store.h"

struct slurm_agreement {
    struct sacct_runs sacct;    // its launches: those of both sides
    struct agreement_row *maru; // (n_maru)
    uint32_t n_maru;
    uint32_t n_cut;            // stopped as their credits ended
    int64_t from_us, until_us; // runs that ended in between were compared
    struct agreement_told told;
};

// Compare runs that ended in [asked->from_us, asked->until_us); where those are INT64_MIN and INT64_MAX, from the first end in the text
// to the last one.
//   memory  slurm_agreement_fini, also after an error; rows that `see` is told are valid during the call
//   errors  those of sacct_runs_read and of see; MARU_E_IO: a tenant's data cannot be read; MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O(attempts since then + entries of the ledgers)
MARU_MUST_USE maru_status slurm_agreement_make(struct store *store, const char *text,
                                               const struct sacct_asked *asked, agreement_see see,
                                               void *context, struct slurm_agreement *out,
                                               maru_error *err);
void slurm_agreement_fini(struct slurm_agreement *agreement);

#endif
