// The definitions of alarms, read from a table and frozen: which condition, how urgent, whose, and what
// keeps it from crying wolf. Columns and meaning: docs/ALARMS.md.
#ifndef CONTROL_ALARM_TABLE_H
#define CONTROL_ALARM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "control/alarms/condition.h"
#include "maru/plant.h"

#define ALARM_NONE UINT32_MAX

enum alarm_priority { ALARM_CRITICAL, ALARM_HIGH, ALARM_MEDIUM, ALARM_LOW, N_ALARM_PRIORITY };

enum {
    ALARMS_MAX = 100000,         // in one table
    ALARMS_MAX_SIGNALS = 100000, // that they look at
    ALARMS_MAX_OPERATORS = 1000,
    ALARMS_MAX_CAUSES = 16, // causes of causes
    ALARMS_MAX_NAME_BYTES = 255,
    ALARMS_MAX_TEXT_BYTES = 1000,
    ALARMS_MAX_TABLE_BYTES = 256 << 20,
};

struct alarm_def {
    const char *name, *text; // text: "" where none is given
    maru_time on_us, off_us; // how long the condition holds, or holds no more, before it counts
    maru_time dead_us;       // after it went, it does not come again for so long
    maru_time escalate_us;   // unacknowledged for so long: a level higher; 0: never
    uint32_t cause;          // while this one is active, this alarm is suppressed; ALARM_NONE
    uint32_t operator_;      // who answers for it
    uint32_t first_leaf, n_leaf, first_code, n_code;
    uint8_t priority; // enum alarm_priority
    bool needs_ack;
};

struct alarm_table {
    struct arena arena; // owns all that follows
    uint32_t n_alarm, n_signal, n_operator, n_leaf, n_code;
    const struct alarm_def *alarm;     // (n_alarm), in the order of the table
    const char *const *signal;         // (n_signal) names
    const char *const *operator_;      // (n_operator) names; 0 is ""
    const struct condition_leaf *leaf; // (n_leaf), alarm by alarm
    const uint32_t *leaf_alarm;        // (n_leaf)
    const uint8_t *code;          // (n_code), alarm by alarm; leaves count from the alarm's first
    const uint32_t *signal_first; // (n_signal + 1): of signal_leaf
    const uint32_t *signal_leaf;  // (n_leaf), signal by signal
    const uint32_t *effect_first; // (n_alarm + 1): of effect
    const uint32_t *effect;       // alarms whose cause it is
};

// Read a table in CSV. All that is wrong is said in faults.
//   in      UTF-8; file: its name, for faults
//   out     *out: alarm_table_fini gives it back; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first; MARU_E_LIMIT,
//           MARU_E_MEMORY
MARU_MUST_USE maru_status alarm_table_read(const char *file, const char *bytes, size_t n,
                                           maru_faults *faults, struct alarm_table *out,
                                           maru_error *err);
void alarm_table_fini(struct alarm_table *table);

// Write it as a table that reads back the same.
void alarm_table_write(const struct alarm_table *table, struct text *out);

// Write the condition of one alarm.
void alarm_table_write_condition(const struct alarm_table *table, uint32_t alarm, struct text *out);
// Write a condition that is this one test.
void alarm_table_write_test(const struct alarm_table *table, const struct condition_leaf *leaf,
                            struct text *out);

// The number of an alarm or signal by its name; ALARM_NONE where there is none.
//   cost    linear
uint32_t alarm_table_find(const struct alarm_table *table, const char *name);
uint32_t alarm_table_signal(const struct alarm_table *table, const char *name);

// "critical", "긴급".
//   memory  static
const char *alarm_priority_name(uint8_t priority, bool is_korean);

#endif
