// The live state of all alarms: samples, time and what operators do in; changes out.
//
// States are those of ISA-18.2. Conditions are judged at the time of the samples, delays run by it, and
// the clock is the caller's: alarms_advance says up to when everything has been heard. All mutable state
// is one block without pointers, so it can be saved, loaded and replayed: the same input in the same
// order gives the same changes. The rules: docs/ALARMS.md.
#ifndef CONTROL_ALARMS_H
#define CONTROL_ALARMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/alarms/alarm_list.h"
#include "control/alarms/alarm_table.h"

enum alarm_state {
#define X(name, english, korean)                                                                   \
    ALARM_##name, // SUPPRESSED: active, but its cause is too, or a flood
    ALARM_STATES(X)
#undef X
        N_ALARM_STATE
};

enum alarm_news {
    ALARM_MOVED,     // from one state to another
    ALARM_ESCALATED, // not acknowledged for too long: n is the level
    ALARM_CHATTERS,  // came CHATTER times within a minute
    ALARM_CHATTERS_NO_MORE,
    ALARM_STANDS,       // stands for longer than options.standing_us
    ALARM_FLOOD_BEGINS, // alarm is the operator; n: alarms within the window
    ALARM_FLOOD_ENDS,   // n: alarms that came meanwhile, n_hidden: that were suppressed
    N_ALARM_NEWS,
};

enum alarm_why {     // why it moved
    ALARM_BY_SIGNAL, // its condition
    ALARM_BY_CAUSE,  // its cause came or went
    ALARM_BY_FLOOD,  // a flood began or ended
    ALARM_BY_PERSON, // who, why
    ALARM_BY_TIME,   // a shelf ran out
    N_ALARM_WHY,
};

struct alarm_change {
    maru_time at_us; // when it was so, by the time of the samples
    uint32_t alarm;  // or operator
    uint32_t n, n_hidden;
    uint32_t who, note; // of a person: the caller's codes
    uint8_t news, from, to, why;
};

typedef void (*alarms_tell)(void *context, const struct alarm_change *change);

struct alarms_options {
    maru_time flood_window_us; // 10 min
    uint32_t flood_begins;     // more than so many within the window: 10 (at most ALARMS_MAX_FLOOD)
    uint32_t flood_ends;       // fewer than so many: 5
    uint8_t flood_hides;       // in a flood, alarms of this priority and below are suppressed;
                               // N_ALARM_PRIORITY: none
    maru_time chatter_us;      // 3 times within it: 1 min
    maru_time standing_us;     // 24 h
    maru_time longest_shelf_us; // 8 h
};

enum { ALARMS_MAX_FLOOD = 31, ALARMS_MAX_LEVEL = 5, ALARMS_CHATTER = 3 };
#define ALARMS_MAX_TIME (INT64_MAX / 4) // us, either way

// X(type, name, how many): all of the state.
#define ALARMS_ARRAYS(X)                                                                           \
    X(int64_t, signal_us, n_signal)  /* of its last sample */                                      \
    X(int64_t, leaf_us, n_leaf)      /* of the sample that rates are counted from */               \
    X(double, leaf_value, n_leaf)    /* that sample */                                             \
    X(int64_t, went_us, n_alarm)     /* when it was last active */                                 \
    X(int64_t, shelf_us, n_alarm)    /* shelved until then, 0: not */                              \
    X(int64_t, came_us, 3 * n_alarm) /* its last three annunciations, the latest first */          \
    X(int64_t, flood_us, (ALARMS_MAX_FLOOD + 1) * n_operator) /* the same of an operator */        \
    X(int64_t, due_us, n_timer)                                                                    \
    X(uint32_t, timer_at, n_timer)         /* in the heap, ALARM_NONE: it does not run */          \
    X(uint32_t, heap, n_timer)             /* (n_heap) */                                          \
    X(uint32_t, leaves, n_alarm)           /* bit: this leaf is true */                            \
    X(uint32_t, n_came, n_alarm)           /* annunciations */                                     \
    X(uint32_t, n_hidden, n_alarm)         /* that its cause or a flood kept back */               \
    X(uint32_t, n_effects_hidden, n_alarm) /* that it kept back of others */                       \
    X(uint32_t, flood_came, n_operator)    /* in the present flood */                              \
    X(uint32_t, flood_hidden, n_operator)                                                          \
    X(uint8_t, n_above, n_alarm) /* of its causes that are active */                               \
    X(uint8_t, flags, n_alarm)                                                                     \
    X(uint8_t, shown, n_alarm) /* enum alarm_state */                                              \
    X(uint8_t, level, n_alarm) /* of escalation */                                                 \
    X(uint8_t, in_flood, n_operator)

enum alarm_flag {
    ALARM_IS_TRUE = 1,   // its condition, without delays
    ALARM_IS_ACTIVE = 2, // with delays
    ALARM_IS_TOLD = 4,   // annunciated since it became active
    ALARM_IS_OPEN = 8,   // to be acknowledged
    ALARM_IS_OUT = 16,   // out of service
    ALARM_IS_CHATTERING = 32,
    ALARM_IS_FLOODED = 64, // kept back by a flood
    ALARM_N_FLAGS = 128,
};

struct alarms {
    const struct alarm_table *table;
    struct alarms_options options;
    alarms_tell tell;
    void *context;
    maru_time now_us;
    uint32_t n_alarm, n_signal, n_leaf, n_operator, n_timer, n_heap;
    uint64_t n_sample, n_late;
    unsigned char *block; // all arrays
    size_t block_bytes;
#define X(type, name, count) type *name;
    ALARMS_ARRAYS(X)
#undef X
};

// EEMUA 191 and ISA-18.2: 10 alarms in 10 minutes, a shelf of at most a shift, and so on.
struct alarms_options alarms_usual(void);

// All alarms normal at start_us, when all signals were heard for the first time.
//   in      table and tell live as long as the alarms
//   memory  alarms_fini frees
//   errors  MARU_E_USAGE: options that make no sense; MARU_E_RANGE: start_us; MARU_E_MEMORY
MARU_MUST_USE maru_status alarms_init(struct alarms *alarms, const struct alarm_table *table,
                                      const struct alarms_options *options, maru_time start_us,
                                      maru_error *err);
void alarms_fini(struct alarms *alarms);

// Who hears of changes: during the calls below. NULL: nobody.
void alarms_listen(struct alarms *alarms, alarms_tell tell, void *context);

// Take a sample. One that is older than the last of its signal changes nothing and is counted.
//   in      signal: of the table; quality: OPC's byte
//   errors  MARU_E_RANGE: no such signal, or a time beyond ALARMS_MAX_TIME
//   cost    linear in the tests of the signal; where an alarm changes, also log n
MARU_MUST_USE maru_status alarms_sample(struct alarms *alarms, uint32_t signal, maru_time at_us,
                                        double value, uint8_t quality, maru_error *err);

// Everything before now_us has been heard: delays, shelves and silences that end by then, end.
//   errors  MARU_E_RANGE: beyond ALARMS_MAX_TIME. An earlier now_us than before does nothing
MARU_MUST_USE maru_status alarms_advance(struct alarms *alarms, maru_time now_us, maru_error *err);

// What people do. who and note are the caller's codes, told with the change.
//   errors  MARU_E_RANGE: no such alarm or time; MARU_E_USAGE: there is nothing to acknowledge, a shelf
//           ends before it begins or lasts too long, it is not shelved, or already (out of) service
MARU_MUST_USE maru_status alarms_ack(struct alarms *alarms, uint32_t alarm, maru_time at_us,
                                     uint32_t who, uint32_t note, maru_error *err);
MARU_MUST_USE maru_status alarms_shelve(struct alarms *alarms, uint32_t alarm, maru_time at_us,
                                        maru_time until_us, uint32_t who, uint32_t note,
                                        maru_error *err);
MARU_MUST_USE maru_status alarms_unshelve(struct alarms *alarms, uint32_t alarm, maru_time at_us,
                                          uint32_t who, uint32_t note, maru_error *err);
MARU_MUST_USE maru_status alarms_set_service(struct alarms *alarms, uint32_t alarm, bool is_in,
                                             maru_time at_us, uint32_t who, uint32_t note,
                                             maru_error *err);

// How many alarms are in a state.
uint32_t alarms_count(const struct alarms *alarms, enum alarm_state state);

// "unacknowledged", "미확인".
//   memory  static
const char *alarm_state_name(enum alarm_state state, bool is_korean);

// ---- timers, shared with what saves and checks them: by kind, then by alarm, leaf or operator

enum alarm_timer {
    TIMER_DELAY,
    TIMER_ESCALATE,
    TIMER_SHELF,
    TIMER_STANDING,
    TIMER_CHATTER,
    N_ALARM_TIMER, // then one a leaf, for silence, and one an operator, for floods
};

// Lay out the arrays in block: what ALARMS_ARRAYS says.
//   out     the bytes that they take; block NULL: only that
size_t alarms_lay_out(struct alarms *alarms, unsigned char *block);

// The state that an alarm should be shown in, of what is known of it.
uint8_t alarms_state_of(const struct alarms *alarms, uint32_t alarm);

#endif
