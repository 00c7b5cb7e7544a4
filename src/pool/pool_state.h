// What the scheduler's own files share: its whole state, arrays that name each other by index. Nobody else includes this.
//
//   pool.c         jobs come and go; new, copy, free
//   pool_parts.c   what jobs hold: parts in lists by node, and the heap of their ends
//   pool_shares.c  what accounts use and used, guarantees, limits, who stands before whom
//   pool_lines.c   the lines in which jobs wait: one for each account and kind of ask
//   pool_future.c  would a job fit if others were gone
//   pool_plan.c    when the first that waits can begin, and what others leave alone for it
//   pool_stops.c   who is stopped whoever waits: for power, a budget, a node, a reservation
//   pool_reclaim.c who is stopped for whom, and what he is promised
//   pool_homes.c   private guarantees: which GPUs are whose
//   pool_private.c homes played as pools of their own, and who is covered by that
//   pool_claim.c   covered jobs begin, and guests are stopped for them
//   pool_decide.c  what is started now
//   pool_look.c    what others see
//   pool_why.c     why one waits
//
// A kind is what is asked without who asks: equal wants and counts, with the same nodes to stand on, fit or do not fit together.
// Once one of a kind was found to have no room, its kind is closed until a node that could take a part gets room: so a long
// queue costs nothing. Which nodes are out of the question for a kind is told by their marks (space.h): homes for those who are
// no guests, and for all what is claimed or promised.
#ifndef POOL_POOL_STATE_H
#define POOL_POOL_STATE_H

#include "pool/pool.h"

#define NONE UINT32_MAX
enum {
    PART_CLASSES = 17,    // blocks of 1, 2, 4 ... POOL_MAX_PARTS parts
    RESOURCES_BESIDE = 2, // CPU and memory, behind the types
};

struct pool_job {
    struct pool_ask ask;
    int64_t submitted_us, started_us, left_us;
    int64_t since_us; // when it began to wait
    int64_t end_us;   // by its limit, or its grace where it is stopping; INT64_MAX: not known
    uint64_t order;   // of submission
    uint64_t started; // order of starts
    uint32_t part, size_class;       // first of its block of parts; NONE: none
    uint32_t line, prev, next;       // where it waits
    uint32_t heap_at;                // in ends
    uint32_t wait_prev, wait_next;   // all that wait, by since when they do
    uint32_t older, younger;         // running borrowed jobs of all accounts, by their start
    uint32_t own_older, own_younger; // those of the same holder (or of those who have none)
    uint32_t for_job, n_pending, n_stopped;
    uint32_t charged; // account whose guarantee it counts in; NONE: borrowed
    uint8_t charged_type, state;
    uint32_t shadow;    // its number at its account's home, NONE: it is not there (pool_private.c)
    int64_t claimed_us; // since then it is to be at home
    uint64_t claim_order; // of claims
    uint64_t claim_tried; // pool->n_change when it was tried last and its place was seen to
    int64_t ran_us;       // in earlier runs, as far as it goes on from them
    uint8_t reason;       // why it is stopping
    bool is_covered;      // it runs at home, so it has to run here
    bool is_claimed;      // and does not yet
    bool is_cleared;      // its place is being cleared, so it goes nowhere else
    bool is_home;         // it stands at its own place there
    bool is_borrowed;
    bool is_shown; // what is promised to it is taken, for a look at what would be
    // What it will hold is chosen; it begins when the last that is stopped for it is gone.
    bool is_promised;
};

struct part_link {            // beside each part
    uint32_t job, prev, next; // of the same node
};

struct pool_kind {
    struct want want;
    uint32_t n_part;
    uint32_t hash_next;
    uint32_t n_job, active_at;
    uint32_t first_line;   // of those that wait, NONE: none
    uint64_t n_fit;        // parts that there is room for, while it is closed
    uint64_t unplanned_at; // the deciding in which one who waited too long had no plan
    uint64_t long_plan;    // the plan beside which those who outlast it found no room
    uint8_t skips;         // marks of nodes that it may not stand on
    bool is_closed;
    bool is_counted;   // n_fit is exact
    bool has_no_place; // its account's home alone could ever take it: always closed
};

struct pool_line {
    uint32_t account, kind;
    uint32_t first, last, n;
    uint32_t prev, next;         // of the same kind
    uint32_t own_prev, own_next; // of the same account
    uint32_t hash_next;
    uint32_t n_stop;       // of them, those that can be stopped
    uint64_t barred_at;    // pool->n_shares when its account might start none of them
    uint32_t cursor;       // the one to try next in this deciding
    uint64_t cursor_turn;  // the turn that it is of
    uint64_t vain_turn;    // state of the borrowed in which stopping others did not help
    int64_t vain_until_us; // and it cannot help before
};

struct pool_account {
    double share;    // dominant, now
    double surplus;  // what it is remembered above its share, at the epoch
    uint32_t holder; // nearest that has a guarantee, itself or above; NONE: none
    uint32_t depth;
    uint32_t n_waiting, n_running; // it and below
    uint32_t n_own_waiting;
    uint32_t first_line;
    uint32_t waiting_at;       // in the list of accounts that wait
    uint32_t oldest, youngest; // borrowed jobs whose holder it is
    uint32_t candidate;        // of the pick
    uint64_t candidate_pick;
    uint64_t changed;   // pool->n_shares when its use, or what is inside its guarantee, changed
    uint32_t open_job;  // its first of open kinds, NONE: none
    uint64_t open_list; // the list of those that have one that it is in
    bool is_open_stale; // it may be another now
    bool is_inner;      // it has children
    bool is_held;       // itself
    bool is_below_held; // itself or one above
};

struct pool_node {
    uint32_t first_part;
    uint32_t plan_at;     // in the plan's nodes, NONE: not of it
    uint32_t sim_at;      // in sim while a future is looked at, NONE: untouched by it
    uint32_t promised_to; // the job whose promise was made last here
    uint32_t n_claimed;   // parts that are to be at home here, and are not yet
    uint16_t n_promised;  // parts that are promised here
    uint16_t n_calendar;  // reservations that it is in
    bool is_home;         // of somebody who has a private guarantee
};

struct pool_shape { // nodes that are alike when empty
    uint32_t node, n;
    uint32_t n_loose; // of them, those that are nobody's home
};

struct plan_node {
    uint32_t node;
    int64_t cpu_milli, memory_mib, n_whole; // what the one planned for leaves of it then
};

struct sim_node { // of a future that is looked at
    uint32_t node, room;
    bool is_looked; // at who may be stopped there
    struct node_free free;
};

struct pool_calendar {
    int64_t from_us, until_us;
    uint32_t first_node, n_node; // in calendar_node; 0: free
};

// Every array of the state, with how many of it are there: the same list makes, copies and frees them.
#define POOL_ARRAYS(X)                                                                             \
    X(struct pool_job, job, cap_job)                                                               \
    X(uint32_t, ends, cap_job)                                                                     \
    X(uint32_t, scratch, cap_job)                                                                  \
    X(uint32_t, scratch2, cap_job)                                                                 \
    X(struct pool_part, part, cap_part)                                                            \
    X(struct part_link, link, cap_part)                                                            \
    X(struct pool_kind, kind, cap_kind)                                                            \
    X(uint32_t, active, cap_kind)                                                                  \
    X(uint32_t, kind_bucket, n_kind_bucket)                                                        \
    X(struct pool_line, line, cap_line)                                                            \
    X(uint32_t, line_bucket, n_line_bucket)                                                        \
    X(struct pool_account, account, n_account)                                                     \
    X(uint64_t, used, n_used)                                                                      \
    X(uint64_t, inside, n_inside)                                                                  \
    X(uint64_t, own, n_inside)                                                                     \
    X(uint32_t, milli, n_inside)                                                                   \
    X(uint32_t, claim, cap_job)                                                                    \
    X(uint32_t, promised, cap_promised)                                                            \
    X(uint32_t, open, n_account)                                                                   \
    X(uint32_t, waiting, n_account)                                                                \
    X(struct pool_node, node, n_node)                                                              \
    X(struct pool_shape, shape, n_shape)                                                           \
    X(struct plan_node, plan_node, cap_plan_node)                                                  \
    X(struct sim_node, sim, cap_sim)                                                               \
    X(struct pool_calendar, calendar, cap_calendar)                                                \
    X(uint32_t, calendar_node, cap_calendar_node)                                                  \
    X(uint64_t, site_load, n_site)

struct pool {
    const struct cluster *cluster;
    const struct accounts *accounts;
    struct pool_policy policy;
    struct space *space;
    struct placement *placement;

#define POOL_FIELD(type, name, count) type *name;
    POOL_ARRAYS(POOL_FIELD)
#undef POOL_FIELD

    uint32_t cap_job, cap_part, cap_kind, cap_line, cap_plan_node, cap_sim, cap_promised,
        cap_calendar, cap_calendar_node;
    uint32_t n_kind_bucket, n_line_bucket, n_account, n_node, n_shape, n_site;
    size_t n_used, n_inside; // accounts x resources, accounts x types

    uint32_t n_job, free_job; // slots used so far; those that are free again
    uint32_t n_ends;          // running and stopping
    uint32_t n_part, free_part[PART_CLASSES];
    uint32_t n_kind, free_kind, n_active;
    uint32_t n_line, free_line;
    uint32_t n_waiting; // accounts with jobs that wait
    uint32_t n_open;    // of those, with jobs of open kinds (pool_decide.c)
    uint32_t n_promised, n_claim;
    uint32_t oldest, youngest;            // borrowed jobs
    uint32_t first_waiting, last_waiting; // by since when
    uint32_t n_calendar, n_calendar_node;

    int64_t now_us, epoch_us; // of surplus
    double decay;             // from the epoch to now
    uint64_t n_shares,
        loose_changed; // changes of what accounts use; the last of what nobody is guaranteed
    uint64_t n_change, n_claimed; // changes on nodes of homes (pool_private.c); claims so far
    uint64_t order, started, turn, n_deciding, pick, plan, borrowed_turn;
    uint64_t open_list,
        opening; // lists of those with open kinds; how often a kind was opened or a job came

    uint64_t loose[CLUSTER_MAX_TYPES]; // thousandths that are guaranteed to nobody
    uint64_t
        loose_used[CLUSTER_MAX_TYPES]; // by those who cannot be stopped and are in no guarantee
    double per[CLUSTER_MAX_TYPES + RESOURCES_BESIDE]; // 1 / what the cluster has of a resource
    bool has_guarantees;

    uint32_t head;   // the first that waits, NONE: none
    int64_t head_us; // when it is planned
    uint32_t n_plan_node, n_sim;
    uint32_t n_since; // jobs that ended since it was planned

    struct homes *homes;   // of private guarantees, shared by copies; NULL: there are none
    struct shadow *shadow; // (n_shadow)
    uint32_t n_shadow;

    uint64_t cap_watts;
    uint32_t n_stopping;
    int64_t calendar_us; // when jobs have to stop for a reservation
    int64_t retry_us;    // when jobs that are protected no longer are, and somebody waits for that
    bool is_hold_due, is_node_due,
        is_power_due; // something was told after which jobs may have to stop
};

// Room for `need` of `size` bytes, at least doubling; what is new is zero.
bool pool_grow(void **array, uint32_t *cap, uint32_t need, size_t size);

// A job has its parts and runs since then; it has them no longer.
void pool_hold_parts(struct pool *pool, uint32_t job, int64_t started_us);
void pool_drop_parts(struct pool *pool, uint32_t job);
// Of two that wait, in the order in which they are tried (the head, and who has waited too long, come before all).
bool decide_before(const struct pool *pool, uint32_t a, uint32_t b);
// When somebody will have waited too long; INT64_MAX: nobody, or somebody has already.
int64_t decide_next_us(const struct pool *pool);
// Of all that wait, the head and the urgent too, after queue_prepare.
void queue_prepare(struct pool *pool);
bool queue_before(const struct pool *pool, uint32_t a, uint32_t b);
// It no longer waits; its line goes with its last, unless a promise took it out already.
void pool_end_waiting(struct pool *pool, uint32_t job);

// Play a pool forward, with limits for run times, until a job starts; INT64_MAX: not within so many events.
int64_t pool_play_until(struct pool *pool, uint32_t job, uint32_t n_most);

// Could this ever run here, were nobody else? Says in `ask` what is meant where several forms mean the same.
MARU_MUST_USE maru_status pool_check(const struct pool *pool, struct pool_ask *ask,
                                     maru_error *err);

// Could it ever run on nodes that are nobody's home?
bool pool_has_place(const struct pool *pool, const struct pool_ask *ask);

static inline bool pool_is_private(const struct pool *pool) { return pool->homes != NULL; }
static inline uint32_t pool_n_resource(const struct pool *pool) {
    return pool->cluster->n_type + RESOURCES_BESIDE;
}
static inline int64_t pool_later(int64_t us, int64_t more) {
    return more > INT64_MAX - us ? INT64_MAX : us + more;
}
// What is borrowed can be stopped for who is inside his guarantee.
static inline bool pool_reclaims(const struct pool *pool) {
    return pool->policy.reclaim != RECLAIM_NONE || pool->policy.guarantee == GUARANTEE_PRIVATE;
}
static inline uint32_t part_gpus(const struct pool_part *part) {
    uint32_t n = 0;
    for (uint32_t bits = part->gpus; bits; bits &= bits - 1) {
        n++;
    }
    return n;
}
// Thousandths of GPUs that it wants, all parts.
static inline uint64_t ask_milli(const struct pool_ask *ask) {
    return (uint64_t)ask->n_part * ask->want.n_gpu *
           (ask->want.n_gpu > 1 ? GPU_WHOLE : ask->want.gpu_milli);
}

#endif
