// How jobs stand to what is guaranteed, where another schedules them (Slurm): which of them are inside their account's guarantee, in
// the account's own order. Pure.
//
// What runs counts first, whatever it was when it began: an account that has its guarantee already is inside with nothing more. Then those
// that wait, by priority and age. The first that is too large for what is left keeps it from those behind it, so that small jobs never
// keep a large one out for good; one that is larger than the whole guarantee is never inside, and keeps nothing.
#ifndef POOL_STANDING_H
#define POOL_STANDING_H

#include "pool/accounts.h"
#include "pool/pool_policy.h"

enum standing {
    STANDING_NONE,     // nothing is guaranteed to anybody
    STANDING_INSIDE,   // nobody may have it stopped, and it may have those stopped that borrow
    STANDING_BORROWED, // it may be stopped for who is inside
    STANDING_FIRM,     // it may not be stopped, so it stands on what is guaranteed to nobody
};

struct standing_job {
    uint32_t account;
    uint32_t
        types; // bit t: it takes GPUs of type t; 0: of any. Of one that runs: those it has, if that is known
    uint32_t n_gpu; // all parts
    int32_t priority;
    int64_t created_us;
    bool runs, can_stop;
};
struct standing_told {
    enum standing standing;
    uint32_t holder; // of STANDING_INSIDE: the account whose guarantee it is
};

// What an account is guaranteed beside what those below it are, of each type; and what nobody is.
//   out     own (accounts->n x n_type), loose (n_type); false: nobody is guaranteed anything
bool standing_own(const struct accounts *accounts, const struct cluster *cluster, uint32_t *own,
                  uint32_t *loose);

struct standing_asked {
    const struct accounts *accounts;
    const struct cluster *cluster;
    const struct pool_policy *policy;
    const struct standing_job *job; // (n)
    uint32_t n;
};
//   in      jobs in any order; those of one age stand in theirs
//   out     told (n)
//   errors  MARU_E_MEMORY
//   cost    O(n log n + accounts x types)
MARU_MUST_USE maru_status standing_decide(const struct standing_asked *asked,
                                          struct standing_told *told, maru_error *err);

#endif
