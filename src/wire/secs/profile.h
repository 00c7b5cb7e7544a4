// What one kind of tool is like, as a table (CSV): its variables, reports, events, alarms, traces and
// commands, what they mean, and where it departs from the usual. Quirks are settings here, not code.
//
//     row,id,name,kind,unit,list,means,value,low,high
//     setting,,device,,,,,1,,
//     variable,2001,ChamberPressure,SV,mTorr,,,<F4 12.5>,,
//     report,10,lot,,,2001 2004,,,,
//     event,4001,LotStarted,,,10,lot start,,,
//
// An id is kept as text: equipment sends the same id as U1, U4 or text. docs/SECS.md describes the columns.
// The same table makes a fake equipment of that kind (secs/equipment.h): `value` is what it starts with.
#ifndef WIRE_SECS_PROFILE_H
#define WIRE_SECS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"
#include "wire/secs/item.h"
#include "wire/secs/session.h"

enum {
    PROFILE_MAX_FILE_BYTES = 8 << 20,
    PROFILE_MAX_MODEL_BYTES = 64 << 20,
    PROFILE_MAX_ROWS = 20000,
    PROFILE_MAX_ID_BYTES = 80, // of an id as text, without its 0
};

#define PROFILE_NONE UINT32_MAX

// Settings: field, name in the table, how it is read, value when it is not there, lowest, highest.
#define PROFILE_SETTINGS(X)                                                                        \
    X(is_active, "active", YES, 0, 0, 1)                                                           \
    X(device, "device", COUNT, HSMS_ANY_DEVICE, 0, 0xFFFF)                                         \
    X(t3_us, "t3", SECONDS, 45000000, 1000, INT64_C(86400000000))                                  \
    X(t5_us, "t5", SECONDS, 10000000, 1000, INT64_C(86400000000))                                  \
    X(t6_us, "t6", SECONDS, 5000000, 1000, INT64_C(86400000000))                                   \
    X(t7_us, "t7", SECONDS, 10000000, 1000, INT64_C(86400000000))                                  \
    X(t8_us, "t8", SECONDS, 5000000, 1000, INT64_C(86400000000))                                   \
    X(linktest_us, "linktest", SECONDS, 60000000, 0, INT64_C(86400000000))                         \
    X(establish_us, "establish", SECONDS, 10000000, 1000, INT64_C(86400000000))                    \
    X(max_open, "open", COUNT, 8, 1, HSMS_MAX_OPEN)                                                \
    X(max_frame_bytes, "frame", COUNT, 1 << 24, 1024, HSMS_MAX_FRAME_BYTES)                        \
    X(id_kind, "id kind", KIND, SECS_U4, 0, 0)                                                     \
    X(data_id_kind, "data id kind", KIND, SECS_U4, 0, 0)                                           \
    X(time_digits, "time", COUNT, 16, 12, 16)                                                      \
    X(clock_offset_min, "clock offset", COUNT, 0, -1440, 1440)                                     \
    X(does_name_itself, "name in s1f13", YES, 0, 0, 1)                                             \
    X(does_ask_online, "go online", YES, 1, 0, 1)                                                  \
    X(does_set_clock, "set clock", YES, 0, 0, 1)                                                   \
    X(does_define, "define reports", YES, 1, 0, 1)                                                 \
    X(does_clear, "clear reports", YES, 1, 0, 1)                                                   \
    X(does_enable_all, "enable all events", YES, 0, 0, 1)                                          \
    X(does_enable_alarms, "enable alarms", YES, 1, 0, 1)                                           \
    X(does_ask_spool, "ask for spooled", YES, 1, 0, 1)                                             \
    X(does_want_spool, "spool", YES, 0, 0, 1)                                                      \
    X(does_list_alarms, "alarms as list", YES, 0, 0, 1)                                            \
    X(n_a_message, "reports a message", COUNT, 0, 0, 10000)                                        \
    X(command_function, "command", COUNT, 41, 41, 49)                                              \
    X(command_ack, "command answer", COUNT, 4, 0, 4)                                               \
    X(control_state, "control", COUNT, 5, 1, 5)                                                    \
    X(does_answer_offline, "answer off-line", YES, 0, 0, 1)                                        \
    X(n_terminal, "terminals", COUNT, 1, 1, 255)

struct profile_settings {
#define PROFILE_FIELD(field, name, how, usual, low, high) int64_t field;
    PROFILE_SETTINGS(PROFILE_FIELD)
#undef PROFILE_FIELD
    const char *model,
        *version; // MDLN and SOFTREV of the fake equipment, or of a host that names itself
};

// What an event or a variable stands for.
#define PROFILE_MEANINGS(X)                                                                        \
    X(NOTHING, "")                                                                                 \
    X(LOT_START, "lot start")                                                                      \
    X(LOT_END, "lot end")                                                                          \
    X(WAFER_START, "wafer start")                                                                  \
    X(WAFER_END, "wafer end")                                                                      \
    X(MOVE, "move")             /* E90: a substrate is at a new location */                        \
    X(PRODUCTIVE, "productive") /* E10 states, from here */                                        \
    X(STANDBY, "standby")                                                                          \
    X(ENGINEERING, "engineering")                                                                  \
    X(SCHEDULED_DOWN, "scheduled down")                                                            \
    X(UNSCHEDULED_DOWN, "unscheduled down")                                                        \
    X(NONSCHEDULED, "nonscheduled") /* to here */                                                  \
    X(OFFLINE, "offline")                                                                          \
    X(LOCAL, "local")                                                                              \
    X(REMOTE, "remote")                                                                            \
    X(SPOOL_BEGIN, "spool begin")                                                                  \
    X(SPOOL_END, "spool end")                                                                      \
    X(LOT, "lot") /* of variables, from here */                                                    \
    X(SUBSTRATE, "substrate")                                                                      \
    X(LOCATION, "location")                                                                        \
    X(RECIPE, "recipe")                                                                            \
    X(STEP, "step")                                                                                \
    X(CLOCK, "clock")                                                                              \
    X(CONTROL_STATE, "control state")                                                              \
    X(EVENTS_ENABLED, "events enabled")                                                            \
    X(ALARMS_ENABLED, "alarms enabled")                                                            \
    X(ALARMS_SET, "alarms set")                                                                    \
    X(TIME_FORMAT, "time format")

enum profile_meaning {
#define PROFILE_MEANING(name, word) MEANS_##name,
    PROFILE_MEANINGS(PROFILE_MEANING)
#undef PROFILE_MEANING
        N_MEANING
};

enum profile_kind { PROFILE_SV, PROFILE_DV, PROFILE_EC };

struct profile_variable {
    const char *id, *name, *unit;
    enum profile_kind kind;
    enum profile_meaning means;
    const uint8_t *value; // (n_value) an item's bytes; NULL where the table has none
    uint32_t n_value;
    bool has_range; // of a constant: both ends
    double low, high;
};

struct profile_report {
    const char *id, *name;
    uint32_t n_variable;
    const uint32_t *variable; // (n_variable) indices
};

struct profile_event {
    const char *id, *name;
    enum profile_meaning means;
    uint32_t n_report;
    const uint32_t *report; // (n_report) indices
};

struct profile_alarm {
    const char *id, *text;
    uint8_t category; // ALCD without its set bit
};

struct profile_trace {
    const char *id;
    int64_t period_us;
    uint32_t n_group, n_total;
    uint32_t n_variable;
    const uint32_t *variable;
};

struct profile_command {
    const char *name;
    uint32_t n_parameter;
    const char *const *parameter;
    uint32_t done; // index of the event that says so, or PROFILE_NONE
};

// Rows by their id, so that a message with a hundred thousand ids costs no more than its length.
struct profile_index {
    uint32_t mask;  // slots - 1, a power of two less one
    uint32_t *slot; // (mask + 1) row + 1, or 0
};

struct profile {
    struct profile_settings set;
    uint32_t n_variable, n_report, n_event, n_alarm, n_trace, n_command;
    const struct profile_variable *variable;
    const struct profile_report *report;
    const struct profile_event *event;
    const struct profile_alarm *alarm;
    const struct profile_trace *trace;
    const struct profile_command *command;
    struct profile_index variables, reports, events, alarms;
    struct arena *arena; // all of it
};

// Read a table.
//   memory  *out is the caller's, profile_free; nothing of `bytes` is kept
//   errors  MARU_E_INPUT with line and field, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status profile_read(const char *bytes, size_t n, struct profile **out,
                                       maru_error *err);
void profile_free(struct profile *profile);

// The session that its settings ask for.
struct hsms_settings profile_session(const struct profile *profile);

// Index of the row with this id, name or meaning, or PROFILE_NONE.
//   cost  ids of variables, reports, events and alarms: O(1); else O(rows)
uint32_t profile_variable_at(const struct profile *profile, const char *id);
uint32_t profile_variable_named(const struct profile *profile, const char *name);
uint32_t profile_variable_meaning(const struct profile *profile, enum profile_meaning means);
uint32_t profile_report_at(const struct profile *profile, const char *id);
uint32_t profile_event_at(const struct profile *profile, const char *id);
uint32_t profile_event_meaning(const struct profile *profile, enum profile_meaning means);
uint32_t profile_alarm_at(const struct profile *profile, const char *id);
uint32_t profile_trace_at(const struct profile *profile, const char *id);
uint32_t profile_command_named(const struct profile *profile, const char *name, size_t n);

const char *profile_meaning_word(enum profile_meaning means);

// The text of an id as it came (a number of any kind, or text); false where the item is no id.
bool profile_id_of(const struct secs_item *item, char out[PROFILE_MAX_ID_BYTES + 1]);

// Append an id in the kind that the tool wants: a number where it is one, and fits, else text.
void profile_put_id(const struct profile *profile, const char *id, struct text *out);

#endif
