// The host's side of GEM (SEMI E30) for one tool, over one HSMS session: a state machine without sockets
// or clock.
//
// It establishes communications (S1F13/14, from either side, crossing too), takes the tool on-line,
// defines the profile's reports, links and enables its events and alarms, starts its traces, and then
// turns what the tool says into outputs: samples with a name, events with named values and what they mean,
// alarms, gaps. Requests of the caller go in as bodies (secs/gem_ask.h) and come back as GEM_REPLY.
//
// The caller moves bytes between the socket and gem_host_session(), and after each receive, opened, closed
// or deadline pulls gem_host_next until it says false. All times are us since 1970-01-01 UTC.
#ifndef WIRE_SECS_GEM_H
#define WIRE_SECS_GEM_H

#include "signal/sample.h"
#include "wire/secs/gem_code.h"
#include "wire/secs/profile.h"
#include "wire/secs/session.h"

enum {
    GEM_MAX_REQUESTS = 256,  // of a host that wait to be sent or answered
    GEM_MAX_SAMPLES = 65536, // values of one message that become samples; further ones are left out
    GEM_MAX_MESSAGE_BYTES = 1 << 28, // memory for one message taken apart
};

enum gem_output_kind {
    GEM_CONNECT, // open a connection to the tool (an active session)
    GEM_CLOSED,  // close it; text: why, code: enum hsms_end
    GEM_COMMUNICATION, // code 1: communications are established (name, id: the tool's MDLN and SOFTREV, where
                       // it said them), 0: they are not
    GEM_CONTROL,  // code: enum gem_control
    GEM_READY,    // the set-up is through; code: how many of its messages were refused
    GEM_PROBLEM,  // something was refused or not understood: stream, function, code, text
    GEM_GAP,      // code 1: data may be missing from now on, text: why; 0: up to now
    GEM_SAMPLE,   // name, index, sample, id
    GEM_EVENT,    // id, name, means, value, lot, substrate, location, recipe
    GEM_ALARM,    // id, text, code: category, is_set
    GEM_TERMINAL, // text from the tool's terminal `code`
    GEM_PROGRAM,  // the tool sent program `name`: item
    GEM_REPLY,    // to a request: token, outcome, stream, function, item, code, text
    GEM_MESSAGE,  // a primary that has no meaning here (it was answered with an abort): item
};

enum gem_control { GEM_CONTROL_UNKNOWN, GEM_OFFLINE, GEM_ONLINE, GEM_LOCAL, GEM_REMOTE };

enum gem_outcome {
    GEM_ANSWERED,
    GEM_ABORTED,     // SxF0
    GEM_NOT_REPLIED, // T3
    GEM_NOT_TAKEN,   // rejected by HSMS
    GEM_REFUSED,     // by an S9 message; code: its function
    GEM_LOST,        // the connection ended first
    GEM_UNREADABLE,  // the answer's body is broken
};

struct gem_value {
    const char *id, *name;                   // "" where the profile does not know it
    const struct profile_variable *variable; // NULL then
    const struct secs_item *item;
};

// Which fields count stands at the kinds; the others are 0, "" or NULL.
//   memory  the host's and its session's, until the next call of either
struct gem_output {
    enum gem_output_kind kind;
    maru_time at_us;
    uint8_t stream, function;
    bool is_set;
    int32_t code; // -1 where there is none
    enum gem_outcome outcome;
    enum profile_meaning means;
    uint64_t token;
    const char *id, *name, *text;
    const char *lot, *substrate, *location, *recipe,
        *step;      // of an event: from its variables with this meaning
    uint32_t index; // of a sample in a variable of many values
    struct sample sample;
    const struct secs_item *item;
    uint32_t n_value;
    const struct gem_value *value; // (n_value)
};

struct gem_host;

// A host for a tool of this kind.
//   memory  *out is the caller's, gem_host_free; the profile must live as long
//   errors  MARU_E_USAGE, MARU_E_MEMORY
MARU_MUST_USE maru_status gem_host_new(const struct profile *profile, struct gem_host **out,
                                       maru_error *err);
void gem_host_free(struct gem_host *host);

// Where bytes, opened and closed go in and bytes come out. Its events are the host's to pull.
struct hsms_session *gem_host_session(struct gem_host *host);

MARU_MUST_USE bool gem_host_next(struct gem_host *host, maru_time now_us,
                                 struct gem_output *output);
maru_time gem_host_deadline(const struct gem_host *host);

// Ask the tool; GEM_REPLY brings the token back. It waits until communications are established and no more
// transactions are open than the tool takes.
//   in      function: odd; body: one item, or nothing; copied
//   errors  MARU_E_LIMIT: too many requests wait; MARU_E_MEMORY
MARU_MUST_USE maru_status gem_host_ask(struct gem_host *host, uint8_t stream, uint8_t function,
                                       const struct text *body, uint64_t token, maru_error *err);

// It turns out to be a tool of another kind: go on with this table. Only before the call that follows GEM_COMMUNICATION with code 1:
// nothing that depends on the table has been sent then.
//   in      profile: lives as long as the host; its max_open is at most that of the table before
//   errors  MARU_E_USAGE: as hsms_session_change; all is as it was
MARU_MUST_USE maru_status gem_host_become(struct gem_host *host, const struct profile *profile,
                                          maru_error *err);

bool gem_host_is_communicating(const struct gem_host *host);
enum gem_control gem_host_control(const struct gem_host *host);

// "off-line", "on-line", "local", "remote", "unknown".
//   memory  static
const char *gem_control_text(enum gem_control control);

#endif
