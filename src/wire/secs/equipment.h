// The tool's side of GEM (SEMI E30), made from the same table as the host's: a fake equipment to try a host
// on, and the peer that our own host is tested against. A state machine without sockets or clock.
//
// It answers what a host asks (S1, S2, S5, S6, S7, S10), keeps the reports, links and enables that the host
// defines, sends events, alarms and traces, spools while the link is down, and raises S9. What the tool does
// is the caller's: he sets values, fires events and says when a command is done.
#ifndef WIRE_SECS_EQUIPMENT_H
#define WIRE_SECS_EQUIPMENT_H

#include "wire/secs/profile.h"
#include "wire/secs/session.h"

enum {
    EQUIPMENT_MAX_REPORTS = 1000,
    EQUIPMENT_MAX_VARIABLES = 4096, // in one report or trace
    EQUIPMENT_MAX_LINKS = 64,       // reports of one event
    EQUIPMENT_MAX_TRACES = 32,
    EQUIPMENT_MAX_PROGRAMS = 1000,
    EQUIPMENT_MAX_WAITING = 10000,         // messages to send, and as many spooled
    EQUIPMENT_MAX_BYTES = 1 << 28,         // of messages that wait and are spooled, and of programs
    EQUIPMENT_MAX_MESSAGE_BYTES = 1 << 28, // memory for one message taken apart
};

// E30's numbers of the control states.
enum equipment_control {
    EQUIPMENT_OFFLINE = 1,
    EQUIPMENT_ATTEMPTS_ONLINE = 2,
    EQUIPMENT_HOST_OFFLINE = 3,
    EQUIPMENT_LOCAL = 4,
    EQUIPMENT_REMOTE = 5,
};

enum equipment_output_kind {
    EQUIPMENT_CONNECT,       // open a connection
    EQUIPMENT_CLOSED,        // close it; code: enum hsms_end
    EQUIPMENT_COMMUNICATING, // code 1 or 0
    EQUIPMENT_CONTROL,       // code: enum equipment_control
    EQUIPMENT_COMMAND, // the host's command `index` of the table was taken: item has its parameters
    EQUIPMENT_CONSTANT, // the host has set variable `index`
    EQUIPMENT_TEXT,     // a text for terminal `code`: item
    EQUIPMENT_PROGRAM,  // the host has sent a program: item has name and body
    EQUIPMENT_TIME,     // the host has set the clock
    EQUIPMENT_NO_REPLY, // to stream, function of ours; code -1 for none in time, else the reply's code
    EQUIPMENT_REFUSED, // S9F`code` was sent to stream, function
};

//   memory  the equipment's and its session's, until the next call of either
struct equipment_output {
    enum equipment_output_kind kind;
    maru_time at_us;
    uint8_t stream, function;
    int32_t code;
    uint32_t index;
    const struct secs_item *item;
};

struct equipment;

// A tool as the table says, with the values that it starts with.
//   memory  *out is the caller's, equipment_free; the profile must live as long
//   errors  MARU_E_USAGE, MARU_E_MEMORY
MARU_MUST_USE maru_status equipment_new(const struct profile *profile, struct equipment **out,
                                        maru_error *err);
void equipment_free(struct equipment *equipment);

struct hsms_session *equipment_session(struct equipment *equipment);
MARU_MUST_USE bool equipment_next(struct equipment *equipment, maru_time now_us,
                                  struct equipment_output *output);
maru_time equipment_deadline(const struct equipment *equipment);

// Set a variable (index in the profile) to the item in these bytes; copied.
//   errors  MARU_E_INPUT: not one item; MARU_E_MEMORY
MARU_MUST_USE maru_status equipment_set(struct equipment *equipment, uint32_t variable,
                                        const void *item, size_t n, maru_error *err);

// Something has happened: tell the host if it wants to know (an event, an alarm), or tell it anyway (a text
// for its terminal). Sent, spooled or, where neither can be, lost.
//   errors  MARU_E_LIMIT: too much waits; MARU_E_MEMORY
MARU_MUST_USE maru_status equipment_fire(struct equipment *equipment, uint32_t event,
                                         maru_error *err);
MARU_MUST_USE maru_status equipment_alarm(struct equipment *equipment, uint32_t alarm, bool is_set,
                                          maru_error *err);
MARU_MUST_USE maru_status equipment_say(struct equipment *equipment, uint8_t terminal,
                                        const char *text, maru_error *err);

// Send any primary.
MARU_MUST_USE maru_status equipment_tell(struct equipment *equipment, uint8_t stream,
                                         uint8_t function, bool wants_reply,
                                         const struct text *body, maru_error *err);

// The operator's switch: off-line, local, remote, or an attempt to go on-line (S1F1).
MARU_MUST_USE maru_status equipment_switch(struct equipment *equipment,
                                           enum equipment_control control, maru_error *err);

bool equipment_is_communicating(const struct equipment *equipment);
enum equipment_control equipment_control_state(const struct equipment *equipment);
uint32_t equipment_n_spooled(const struct equipment *equipment);

#endif
