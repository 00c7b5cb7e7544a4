// The scheduler: a state machine. Jobs come, nodes change, time goes on; what is to be started and stopped comes out.
//
//   submit, end, requeue, set_node, hold -> pool_decide -> decisions: start here, stop this for that
//
// It knows no clock and no job's command: `now` is given (us, never backwards), and who calls it does what it decides. Same
// calls, same decisions, on every machine. The whole state can be copied: what would happen is found out by trying it on a
// copy. What holds always: no GPU, CPU or byte is given out twice; a gang starts whole or not at all; what could start with
// nobody harmed does start (work conserving); who waits first gets a time that no backfilled job can move back.
//
// sources: Ghodsi et al., Dominant Resource Fairness, NSDI 2011; Lifka, The ANL/IBM SP scheduling system, JSSPP 1995 (EASY
// backfill); Zhao et al., HiveD, OSDI 2020.
#ifndef POOL_POOL_H
#define POOL_POOL_H

#include "pool/accounts.h"
#include "pool/pool_policy.h"

enum { POOL_MAX_JOBS = 4000000, POOL_MAX_PARTS = 65536, POOL_MAX_CALENDAR = 4096 };
#define POOL_NO_JOB UINT32_MAX

struct pool;
struct home;

struct pool_ask {
    struct want want;  // of one part
    uint32_t n_part;   // all at once: a gang where above 1
    uint32_t account;  // a row without children
    int64_t limit_us;  // it is stopped after so long
    int64_t grace_us;  // it wants between the signal and the end; 0: the policy's
    int32_t priority;  // inside its account, higher first
    bool can_stop;     // it may be stopped for others, and goes on later
    bool checkpoints;  // then it goes on from where it was
    uint32_t calendar; // of the reservation that it belongs to, from 1; 0: none
    uint64_t tag;      // the caller's own
};

enum pool_state { POOL_ABSENT, POOL_WAITING, POOL_RUNNING, POOL_STOPPING };

enum stop_reason {
    STOP_RECLAIM, // for who is inside his guarantee
    STOP_PRIORITY,
    STOP_POWER,
    STOP_NODE, // its node is drained for good or down
    STOP_BUDGET,
    STOP_RESERVED, // a reservation begins
    STOP_REASONS
};

enum decision_kind { DECISION_START, DECISION_STOP };
struct decision {
    enum decision_kind kind;
    uint32_t job;
    uint64_t tag;
    // of a start
    const struct pool_part *part; // (n_part), valid during the call
    uint32_t n_part;
    bool is_backfill, is_borrowed;
    // of a stop
    enum stop_reason reason;
    uint32_t for_job; // POOL_NO_JOB: none
    int64_t grace_us;
};
typedef maru_status (*pool_see)(void *context, const struct decision *decision, maru_error *err);

// The cluster and the accounts stay the caller's and outlive the pool and its copies.
//   in      kind: what is usually asked (placement.h); n_kind 0: learned from the jobs that come
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
struct pool_world {
    const struct cluster *cluster;
    const struct accounts *accounts;
    const struct pool_policy *policy; // copied
    const struct want_kind *kind;     // copied
    uint32_t n_kind;
};
MARU_MUST_USE maru_status pool_new(const struct pool_world *world, struct pool **out,
                                   maru_error *err);
void pool_free(struct pool *pool);
MARU_MUST_USE maru_status pool_copy(const struct pool *pool, struct pool **out, maru_error *err);

// A job waits.
//   out     *job: its number until pool_end, then it may become another's
//   errors  MARU_E_RANGE: it could never run here, with a sentence that says why and what would; MARU_E_LIMIT; MARU_E_MEMORY
MARU_MUST_USE maru_status pool_submit(struct pool *pool, int64_t now_us, const struct pool_ask *ask,
                                      uint32_t *job, maru_error *err);
// A job runs there already, since then: after a restart, or where somebody else decides. It needs not fit its limits.
//   errors  MARU_E_RANGE: what it holds is not free; MARU_E_MEMORY
MARU_MUST_USE maru_status pool_adopt(struct pool *pool, int64_t now_us, const struct pool_ask *ask,
                                     const struct pool_part *part, int64_t started_us,
                                     uint32_t *job, maru_error *err);
// It is over, whatever it was: waiting, running or stopping.
void pool_end(struct pool *pool, int64_t now_us, uint32_t job);
// It was stopped, or its node was lost, and goes on later: it waits again, with the place in the queue that it had.
//   in      left_us: of its limit
void pool_requeue(struct pool *pool, int64_t now_us, uint32_t job, int64_t left_us);
void pool_set_node(struct pool *pool, int64_t now_us, uint32_t node, enum node_state state);
// No job of the account, or below it, starts; those that run are stopped (STOP_BUDGET).
void pool_hold(struct pool *pool, int64_t now_us, uint32_t account, bool is_held);
// Watts of all sites, 0: no cap. What is above is shed by the policy's order.
void pool_set_cap(struct pool *pool, int64_t now_us, uint64_t cap_watts);
// Keep nodes free for the jobs of a calendar (pool_ask.calendar = *calendar) from then until then.
//   errors  MARU_E_RANGE: they overlap with another; MARU_E_LIMIT
MARU_MUST_USE maru_status pool_reserve(struct pool *pool, int64_t from_us, int64_t until_us,
                                       const uint32_t *node, uint32_t n_node, uint32_t *calendar,
                                       maru_error *err);
void pool_unreserve(struct pool *pool, uint32_t calendar);

// Decide what is to be done now. What is started is running, what is stopped is stopping when `see` is told of it. `see` must not
// call the pool; what it refuses ends the deciding with that status, and is decided again at the next call.
MARU_MUST_USE maru_status pool_decide(struct pool *pool, int64_t now_us, pool_see see,
                                      void *context, maru_error *err);
// When something may have to be decided although nothing is told before: a reservation begins, a wait gets too long. INT64_MAX: never.
int64_t pool_next_us(const struct pool *pool);

// ---- looking

struct pool_look {
    enum pool_state state;
    const struct pool_ask *ask;
    const struct pool_part *part;     // (ask->n_part) while it holds them
    int64_t submitted_us, started_us; // started_us: of this run, where it runs
    int64_t left_us;                  // of its limit
    bool is_borrowed;
    uint32_t n_stopped; // how often it was
};
// All numbers of jobs that are there are below.
uint32_t pool_n_job(const struct pool *pool);
// POOL_ABSENT: there is none of this number.
void pool_look(const struct pool *pool, uint32_t job, struct pool_look *out);

struct account_look {
    uint32_t n_waiting, n_running;
    const uint32_t *milli; // GPUs in use by type (n_type), in thousandths
    double share;          // its dominant share now, 0 to 1
    double remembered;     // the same with its past, as the policy weighs it
    double standing;       // by which siblings are ordered: lowest first
    bool is_held;
};
void pool_look_account(const struct pool *pool, uint32_t account, struct account_look *out);
// Set what an account is remembered to have used, after a restart.
void pool_remember(struct pool *pool, int64_t now_us, uint32_t account, double remembered);

// The private cluster of an account's guarantee under GUARANTEE_PRIVATE (pool_homes.h; what it is worth: pool_private.h), and its
// row there; NULL: it has none.
const struct home *pool_home(const struct pool *pool, uint32_t account, uint32_t *row);

// The jobs that wait, in the order in which they would be tried now.
//   out     job (at most n); returns how many
uint32_t pool_queue(struct pool *pool, int64_t now_us, uint32_t *job, uint32_t n);
const struct space *pool_space(const struct pool *pool);
uint64_t pool_watts(const struct pool *pool); // at the meters, all sites

// ---- why does it wait

enum wait_reason {
    WAIT_NOT,       // it could start now
    WAIT_BEHIND,    // others are before it, and what is free is kept for them
    WAIT_FULL,      // too little is free
    WAIT_SCATTERED, // enough is free, but not together
    WAIT_LIMIT,     // its account has all it may have
    WAIT_HELD,      // its account is held: no credits
    WAIT_RESERVED,  // what is free is reserved for others
    WAIT_POWER,     // the power cap
    WAIT_NODES,     // nodes that it could use are down or drained
    WAIT_STOPPING,  // others are being stopped for it
    WAIT_REASONS
};
struct pool_why {
    enum wait_reason reason;
    uint32_t n_ahead; // jobs that are before it and want the same types
    uint32_t
        blocker; // of WAIT_BEHIND: the first of them; of WAIT_LIMIT and WAIT_HELD: the account; else POOL_NO_JOB
    uint32_t n_free, n_missing; // whole GPUs of its types
    int64_t planned_us; // when it begins if all who run take all their time; INT64_MAX: not known
};
void pool_why(struct pool *pool, int64_t now_us, uint32_t job, struct pool_why *out);
// The same of many jobs, each once: what is ahead is counted, and the future played, once for all of them.
//   out     out (n)
//   errors  MARU_E_MEMORY
//   cost    that of the last to begin, not of each
MARU_MUST_USE maru_status pool_whys(struct pool *pool, int64_t now_us, const uint32_t *job,
                                    uint32_t n, struct pool_why *out, maru_error *err);

#endif
