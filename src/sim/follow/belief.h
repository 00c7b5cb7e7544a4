// What is believed of a floor: where each lot is and what each tool does, as far as it was told.
//
// A state machine over the events of told.h in their order. The floor is always right: what an event
// says becomes the belief, and where it does not follow from what was believed, either events in
// between were missed (they are caught up with) or the two contradict each other (a discrepancy,
// kept with what was believed). One block of arrays without pointers, so that a copy is one copy.
//
// Not for several threads at once while events are taken; const looks may be shared.
#ifndef SIM_FOLLOW_BELIEF_H
#define SIM_FOLLOW_BELIEF_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/follow/told.h"
#include "sim/model.h"

enum lot_believed { // where a lot is
    PLACE_UNHEARD,  // only its name is known
    PLACE_ON_WAY,   // to its step
    PLACE_QUEUE,    // of its step
    PLACE_TOOL,     // in work at its step
    PLACE_GONE,
};

enum belief_flag {
    BELIEF_HELD = 1 << 0,
    BELIEF_HOT = 1 << 1,
    BELIEF_RELEASED = 1 << 2, // its release was told, not guessed
    BELIEF_COUNTED = 1 << 3,  // as a release of its stream
    BELIEF_ALONE = 1 << 4,    // its job began in an empty tool
    BELIEF_GUESSED = 1 << 5,  // it has moved on untold: the event may still come
    BELIEF_TIMED = 1 << 6,    // the start of its job was told
    BELIEF_SCRAPPED = 1 << 7,
};

struct belief_lot {
    maru_time heard_us; // the last event of it that counted
    uint64_t heard_order;
    maru_time since_us; // where it is; the start of a job is put off by what its tool was down
    maru_time released_us, due_us; // INT64_MIN: unknown; INT64_MAX: never
    maru_time queue_start_us;      // when the queue-time limit `queue` opened
    maru_time held_us;             // on hold since
    maru_time setup_us;            // expected, of the job that it is in
    uint32_t number;               // of its name, in the order in which they were first heard
    uint32_t step, done_step;      // done_step: the last that it has done, SIM_NONE: none
    uint32_t tool, next;           // in work: SIM_NONE: nobody knows where; the next lot in it
    uint32_t job;                  // of its tool: lots with the same are together in it
    uint32_t class_, queue;        // queue: SIM_NONE: none is open
    uint16_t wafers;
    uint8_t place, flags, heard_kind, location;
    uint16_t spare;
};

enum tool_believed { TOOL_UP, TOOL_DOWN, TOOL_MAINTAINED };

struct belief_tool {
    maru_time heard_us;
    maru_time since_us;   // in its state
    maru_time start_us;   // it last took a lot, INT64_MIN: never
    maru_time end_us;     // it last gave one back
    maru_time mended_us;  // its last failure ended, INT64_MIN: none was told
    maru_time watched_us; // its failures are counted since then, INT64_MIN: since the first event
    maru_time setup_at_us, setup_us; // when it was told to set up, and how long that takes
    maru_time tail_us; // cascades: what the job given back last spent in its second place
    uint32_t setup, first, n_lot; // first: of the lots in it
    uint32_t downtime;            // of its group: what it is down for, SIM_NONE: not known
    uint32_t n_job;               // jobs begun
    uint32_t n_started, n_ended;  // lots since its setup was changed
    uint8_t state, is_end_told;
    uint8_t is_up_guessed; // a lot was started in it while it was down: the word may still come
    uint8_t spare;
};

struct belief_instance { // a downtime of one tool
    maru_time begin_us;  // it last began, INT64_MIN: never heard
    maru_time end_us;
    uint64_t wafers; // since it last began
};

struct belief_release {
    uint64_t n_done;
    maru_time last_us; // INT64_MIN: none was told
};

struct seen { // ratios of what was seen to what the plant says
    double n, sum, square;
    double planned; // sum of the squared relative deviations that the plant gives them
};

struct belief_pace { // of a tool group
    struct seen process, repair;
    double n_failure, expected; // failures told, and how many the plant had expected
};

enum discrepancy_kind {
    DISCREPANCY_ROUTE,     // a lot at a step that its product never does
    DISCREPANCY_BACKWARD,  // before a step that it has done, and no rework leads there
    DISCREPANCY_GROUP,     // in a tool that does not do its step
    DISCREPANCY_TWICE,     // in one tool while it is in another
    DISCREPANCY_ELSEWHERE, // it ends in a tool that it did not start in
    DISCREPANCY_GONE,      // it had left the plant
    DISCREPANCY_CROWDED,   // a batch larger than its step allows
    N_DISCREPANCY
};

struct discrepancy { // what was believed when something else was told, which is believed now
    struct told told;
    enum discrepancy_kind kind;
    enum lot_believed place;
    uint32_t step, tool;
};

enum {
    BELIEF_N_DISCREPANCY = 64, // kept; counted beyond it
    BELIEF_MAX_SEEN = 4096,    // observations that count in a mean: old ones fade
};

struct belief_head {
    uint32_t n_lot_room, spare;
    uint32_t n_live, n_held;      // lots on the floor; on hold
    maru_time began_us, heard_us; // first event and latest one, INT64_MIN: none yet
    uint64_t n_told,
        n_late; // events that counted; that came after later ones of the same lot or tool
    uint64_t
        n_caught_up; // events that were missed, as later ones showed; those that come yet are not
    uint64_t n_step_missed; // steps that were done untold
    uint64_t n_unannounced; // lots whose release was not told
    uint64_t n_finished, n_scrapped, n_discrepancy[N_DISCREPANCY];
    double hold_us, n_hold; // sum of the times on hold that have ended
    struct discrepancy discrepancy[BELIEF_N_DISCREPANCY];
};

// X(type, name, count)
#define BELIEF_ARRAYS(X)                                                                           \
    X(struct belief_head, head, 1)                                                                 \
    X(struct belief_tool, tool, m->n_tool)                                                         \
    X(struct belief_instance, instance, m->n_instance)                                             \
    X(struct belief_release, release, m->n_release)                                                \
    X(struct belief_pace, pace, m->n_group)                                                        \
    X(uint64_t, product_done, m->plant->n_product) /* lots finished */                             \
    X(struct belief_lot, lot, n_lot)                                                               \
    X(uint32_t, keep, (size_t)n_lot * m->n_keep) /* tools kept by each lot */

struct belief {
    const struct maru_model *model;
    void *block;
    size_t block_bytes;
#define X(type, name, count) type *name;
    BELIEF_ARRAYS(X)
#undef X
};

// An empty floor with room for n_lot lots, none of them heard of.
//   memory  belief_fini frees
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status belief_init(struct belief *belief, const struct maru_model *model,
                                      uint32_t n_lot, maru_error *err);
void belief_fini(struct belief *belief); // accepts an all-zero belief

// The same belief with room for more lots.
//   errors  MARU_E_MEMORY: nothing has changed
MARU_MUST_USE maru_status belief_grow(struct belief *belief, uint32_t n_lot, maru_error *err);

// Make `to` what `from` is; both of one model and size.
void belief_copy(const struct belief *from, struct belief *to);

// A place for a lot, as if nothing had been heard of it.
void belief_clear_lot(struct belief *belief, uint32_t lot, uint32_t number);

// Believe an event that told_check has let through, with a lot that there is room for.
//   cost    O(lots in the tool); O(steps of the route) where events were missed
void belief_apply(struct belief *belief, const struct told *told);

struct seen_mean {
    double mean, deviation; // what is believed of it, and how far it may be off
};

// The mean of n observed ratios, drawn towards 1: a normal prior of that spread around 1, and the
// spread of the observations from themselves, with a prior worth 5 of them of what the plant gives them
// and a hundredth.
//   source  Gelman et al., Bayesian Data Analysis, 3rd ed., eq. 2.12
struct seen_mean seen_shrunk(const struct seen *seen, double prior_spread);

// Lots on the floor by tool group: on their way to it, waiting, in its tools, on hold there.
//   out     (groups of the model)
void belief_count_by_group(const struct belief *belief, uint32_t *out);

// Is it one that events could have left behind? For bytes from outside: every number in it is one of the
// model, and the lots in tools are lists without a loop.
bool belief_is_sound(const struct belief *belief);

// Count a discrepancy, and keep what was believed.
void belief_note(struct belief *belief, const struct told *told, enum discrepancy_kind kind);

// What is told in the first moment of all, later than the start of the plant, is where things stand: it
// began before.
static inline bool belief_is_first_look(const struct belief *belief, maru_time at_us) {
    return at_us == belief->head->began_us && at_us > 0;
}

// ---- tools (belief_tools.c); what lots do to them
void belief_tool_take(struct belief *belief, uint32_t lot, const struct told *told);
// The lot is no longer in its tool. is_told: the end of its job was.
void belief_tool_give(struct belief *belief, uint32_t lot, maru_time at_us, bool is_told);
void belief_tool_event(struct belief *belief, const struct told *told);
// The lot has done its step, untold.
void belief_guess_done(struct belief *belief, uint32_t lot, maru_time at_us);

#endif
