// Tools that speak SECS/GEM over HSMS (docs/SECS.md): any number on one port that they connect to, or a list that we connect to.
//
// What a tool sends is acknowledged (S6F12, S5F2, S6F2, ...) when what it brought is durable: until then the tool keeps it, also over a
// kill, as far as it spools. One thread reads from all tools that have something, makes all of it durable with one commit, and then
// writes the answers.
#ifndef CONNECT_HSMS_CONNECTION_H
#define CONNECT_HSMS_CONNECTION_H

#include "connect/connection.h"
#include "connect/hsms_requests.h"
#include "connect/hsms_tools.h"

enum {
    HSMS_MAX_PEERS = 2100,           // connections at a time, of all tools and of who is not known
    HSMS_MAX_UNSELECTED = 256,       // of them that are not selected: the oldest one has to go
    HSMS_MAX_UNKNOWN = 200,          // tools that no row fits
    HSMS_MAX_READ_BYTES = 1 << 18,   // from one tool, before the others have their turn
    HSMS_MAX_BEHIND_BYTES = 1 << 20, // of answers not taken, before a tool is read from no more
};

// What is meant where nothing is said: passive, all addresses, port 5000.
struct hsms_options hsms_usual(const char *name);

// Can it be opened with these?
//   errors  MARU_E_INPUT with the row and field of a table, MARU_E_USAGE, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status hsms_check(const struct hsms_options *options, maru_error *err);

struct hsms_connection;

// Listen or connect, and go on so, in a thread of its own.
//   memory  hsms_close; the signals outlive it; nothing of the options is kept
//   errors  as hsms_check; MARU_E_IO
MARU_MUST_USE maru_status hsms_open(struct signals *signals, const struct hsms_options *options,
                                    struct hsms_connection **out, maru_error *err);
void hsms_close(struct hsms_connection *hsms); // accepts NULL; nobody may be in it

void hsms_look_at(struct hsms_connection *hsms, struct connection_look *out);

// The port that it listens at, once it does; 0 before.
int hsms_port(struct hsms_connection *hsms);

// ---- one tool of it

struct hsms_tool_look {
    const char *name;            // in the table, or the address
    const char *model, *version; // MDLN and SOFTREV, "" where it never said them
    const char *address;         // that it is or was connected from or to, "": never
    const char *control;         // gem_control_text
    const char *problem;         // why it is not ready, or why it last was not; "": never
    bool is_known;               // it has a row in the table
    bool is_connected, is_ready; // ready: its set-up is through
    uint32_t n_refused;          // messages of the set-up that it refused
    maru_time since_us;          // is_ready, or is not
    uint64_t n_try, n_gap, n_event, n_problem;
};
typedef void (*hsms_see_tool)(void *context, const struct hsms_tool_look *tool);

// All tools, in the order of the table, then those that are in no row.
//   threads  any; `see` is called under a lock: it must not call back
void hsms_each_tool(struct hsms_connection *hsms, hsms_see_tool see, void *context);

// Ask a tool, and wait for its answer: a command (S2F41), a constant (S2F15), a recipe (S7F3), a text (S10F3), ... Request and answer are
// kept as events of kind "command", and the request is durable before it is sent.
//   out      *answer, hsms_answer_init before: its outcome tells what became of it; GEM_LOST: the tool is not there
//   errors   MARU_E_USAGE: no such tool, or an even function; MARU_E_LIMIT, MARU_E_IO: as requests_ask
//   threads  any but its own
MARU_MUST_USE maru_status hsms_ask(struct hsms_connection *hsms, const struct hsms_request *request,
                                   struct hsms_answer *answer, maru_error *err);

// The table of a tool's kind, for the bodies of requests (wire/secs/gem_ask.h); NULL: there is no such tool.
//   memory  the connection's
const struct profile *hsms_profile_of(struct hsms_connection *hsms, const char *tool);

#endif
