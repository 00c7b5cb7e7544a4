// What the pool cost whoever owns it, month by month: by the document `pool-owned-cost` (pool/money/owned_cost.h), what there was, and what
// ran on it.
//
// A month goes by the version that was the newest at its end, months before the first version by that one: what is changed later leaves
// months that are over as they are.
#ifndef SERVE_OWNED_MAKING_H
#define SERVE_OWNED_MAKING_H

#include "pool/money/usage.h"
#include "serve/compute/pool_documents.h"

struct owned_change { // so many GPUs of a type, from then on
    int64_t at_us;
    uint32_t type; // of the cluster
    uint64_t n_gpu;
    struct owned_power power; // of one
};
struct owned_asked {
    struct store *store;
    const struct cluster *cluster; // its types
    const struct usage_row *row;   // (n_row) with their power
    size_t n_row;
    const struct owned_change *there; // (n_there) in the order of time
    size_t n_there;
    int64_t first_month;
    uint32_t n_month;
    int64_t now_us;
};
struct pool_owned {
    struct owned_bill *month; // (n_month) all zero where nothing is known of it
    struct owned_bill *type;  // (n_type of the cluster) all months together
    int64_t *co2_g;           // (n_month)
    struct owned_bill all;
    int64_t since_us; // nothing is known of what there was before
    struct document_told told;
};
//   out     *out NULL: there is no document that says anything
//   memory  in the arena
//   errors  MARU_E_LIMIT: the pool has changed too often, or costs more than can be counted; MARU_E_MEMORY; those of the store
MARU_MUST_USE maru_status pool_owned_make(const struct owned_asked *asked, struct arena *arena,
                                          struct pool_owned **out, maru_error *err);

// The document that holds, as it is written.
//   errors  as pool_document_load
MARU_MUST_USE maru_status pool_owned_load(struct store *store, struct owned_cost *out,
                                          struct document_told *told, maru_error *err);

#endif
