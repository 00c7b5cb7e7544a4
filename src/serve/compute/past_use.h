// What was used of the pool, from the attempts that are kept: who held what from when until when.
#ifndef SERVE_PAST_USE_H
#define SERVE_PAST_USE_H

#include "base/names.h"
#include "pool/money/usage.h"
#include "store/store.h"

// One run on one type of GPU; a gang on two types has two, the first of them with all cores and memory.
struct past_run {
    uint32_t account;       // of past_use.account: "tenant/project"
    uint32_t type;          // of past_use.type; UINT32_MAX: no GPU
    struct usage_row usage; // without account and type
};
struct past_use {
    struct names account, type;
    struct past_run *run; // (n_run) by tenant, job and attempt
    size_t n_run, cap_run;
    uint64_t n_job;  // that the runs are of
    uint32_t n_away; // tenants whose database did not answer: what they used is not there
};

// Of all attempts that ran at since_us or later; tenant NULL: of all tenants. One whose database does not answer is left out, and told
// in the log.
//   in      node_type: the type of a node of this name, NULL where it is not known; for what was kept without
//   memory  past_use_fini, also after an error
//   errors  MARU_E_LIMIT, MARU_E_MEMORY; those of the store
typedef const char *(*past_node_type)(void *context, const char *node);
MARU_MUST_USE maru_status past_use_read(struct store *store, const char *tenant, int64_t since_us,
                                        past_node_type node_type, void *context,
                                        struct past_use *out, maru_error *err);
// More, of tenants that are gone (store/jobs/gone_use.h).
MARU_MUST_USE maru_status past_use_add_gone(struct store *store, int64_t since_us,
                                            past_node_type node_type, void *context,
                                            struct past_use *past, maru_error *err);
void past_use_fini(struct past_use *past);

#endif
