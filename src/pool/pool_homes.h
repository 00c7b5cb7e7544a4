// Private guarantees: which GPUs are whose. Each account with a guarantee has a home, its private cluster: whole nodes, then
// parts of nodes, as many GPUs of each type as it is guaranteed beyond what accounts below it are. Frozen, and shared by copies.
#ifndef POOL_POOL_HOMES_H
#define POOL_POOL_HOMES_H

#include <stdatomic.h>

#include "pool/accounts.h"
#include "pool/space.h"

enum { HOMES_MAX_BYTES = 1 << 30 }; // of all homes

struct home_node { // some GPUs of a node, with as large a share of its CPUs and memory
    uint32_t node;
    uint8_t first_gpu, n_gpu;
};

struct home {
    struct cluster cluster; // of its own, in the order of `node`
    struct accounts
        accounts; // row 0: whose it is; those below that have no home of their own follow
    const struct home_node *node; // (cluster.n_node), rising
};

struct home_piece {    // of a node
    uint32_t home, at; // its number there
};

struct homes {
    atomic_uint n_user;
    struct arena arena;
    struct home *home;  // (n)
    uint32_t *of;       // (accounts) home in which an account's jobs are at home; UINT32_MAX: none
    uint32_t *row;      // (accounts) its row there
    uint32_t *piece_at; // (nodes + 1) first of a node's pieces
    struct home_piece *piece; // in the order of nodes, then of homes
    uint32_t n;
};

// The same cluster and accounts have the same homes.
//   memory  homes_free by each who has it by homes_new or homes_keep
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status homes_new(const struct cluster *cluster, const struct accounts *accounts,
                                    struct homes **out, maru_error *err);
struct homes *homes_keep(struct homes *homes);
void homes_free(struct homes *homes);

// A part there as a part of the pool's nodes; and back, false: it is not all inside.
void homes_part_out(const struct home *home, struct pool_part *part);
bool homes_part_in(const struct home *home, struct pool_part *part);

#endif
