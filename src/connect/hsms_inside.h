// What the files of the connection share.
//
//     hsms_connection.c  opening, the thread's loop
//     hsms_peers.c       sockets: listening, connecting, bytes in and out
//     hsms_floor.c       tools: which one it is, what it says, up and down, gaps
#ifndef CONNECT_HSMS_INSIDE_H
#define CONNECT_HSMS_INSIDE_H

#include <poll.h>

#include "connect/hsms_connection.h"
#include "connect/hsms_taking.h"

struct hsms_peer;

struct hsms_tool { // as long as the connection
    char name[HSMS_MAX_NAME_BYTES];
    const struct hsms_tool_row *row; // NULL: in no row
    const struct profile *kind;      // its table
    struct taking taking;
    struct hsms_peer *peer;    // that it is connected by, or NULL
    maru_time lost_us;         // since when it says nothing; 0: it is ready
    maru_time heard_us;        // when bytes of it came last; 0: never
    bool is_recalled;          // lost_us is from before this program ran
    maru_time try_us, wait_us; // active: when it is tried next, and how long after that

    // Shown to others, under the lock.
    char model[HSMS_MAX_MODEL_BYTES], version[HSMS_MAX_MODEL_BYTES], address[HSMS_ADDRESS_BYTES];
    char problem[MARU_ERROR_TEXT_BYTES];
    enum gem_control control;
    bool is_connected, is_ready;
    bool is_set_up; // it took all of its set-up, since we run
    uint32_t n_refused;
    maru_time since_us;
    uint64_t n_try, n_gap, n_event, n_problem;
};

enum peer_state {
    PEER_CONNECTING,
    PEER_OPEN,
    PEER_ENDING
}; // ending: what is left is written, then it is closed

struct hsms_peer { // one connection
    enum peer_state state;
    int fd;
    struct in6_addr ip;
    struct hsms_tool *tool; // NULL: not known yet
    bool is_sure;           // of the tool
    struct profile profile; // of the host: the tables of its kind, the settings of the connection
    struct gem_host *host;
    maru_time began_us, now_us; // now_us: the last that the host was told
    short ready;                // what poll said
};

struct hsms_connection {
    struct connection connection; // first
    struct hsms_options options;  // its texts are not kept but these
    char host[HSMS_ADDRESS_BYTES];
    struct hsms_tools tools;
    struct requests *requests;
    uint32_t n_tool;
    struct hsms_tool **tool; // (n_tool) rows of the table first
    uint32_t n_peer;
    struct hsms_peer **peer; // (n_peer)
    struct pollfd *file;     // (HSMS_MAX_PEERS + 2)
    int listening;           // -1: not
    atomic_int port;
    maru_time now_us;       // never goes back but by is_clock_back
    bool is_clock_back;     // it did: all connections are begun anew
    maru_time next_turn_us; // not before then
    bool has_more;          // bytes that have come and were left for the next turn
};

// The time, for all that the thread does.
maru_time hsms_now(struct hsms_connection *hsms);

// ---- hsms_peers.c

//   errors  MARU_E_IO: why the port cannot be listened at
MARU_MUST_USE maru_status hsms_listen(struct hsms_connection *hsms, maru_error *err);
void hsms_accept(struct hsms_connection *hsms);

// Begin a connection to a tool whose time has come.
void hsms_connect_due(struct hsms_connection *hsms);
maru_time hsms_connect_deadline(const struct hsms_connection *hsms);

void hsms_read(struct hsms_connection *hsms, struct hsms_peer *peer);
void hsms_write(struct hsms_connection *hsms, struct hsms_peer *peer);
bool hsms_has_output(const struct hsms_peer *peer, size_t *n);

// Close all that is ending; without is_durable, what waits to be written to them is not.
void hsms_close_ended(struct hsms_connection *hsms);
void hsms_free_peer(struct hsms_connection *hsms, struct hsms_peer *peer);

// ---- hsms_floor.c

// Take what its host has to say. Does nothing where it has nothing.
void hsms_pull(struct hsms_connection *hsms, struct hsms_peer *peer);

// The peer is no more: tells its tool, if it has one.
void hsms_tool_is_down(struct hsms_connection *hsms, struct hsms_tool *tool, const char *why);

// A tool that has this name; one without a row is made where there is none yet.
struct hsms_tool *hsms_find_tool(struct hsms_connection *hsms, const char *name);
struct hsms_tool *hsms_add_tool(struct hsms_connection *hsms, const char *name,
                                const struct hsms_tool_row *row);

// What the store holds of tools from before is their last word: of samples (struct connection, recall), and of events.
void hsms_recall_sample(void *context, const char *name, size_t n, maru_time at_us);
void hsms_recall_events(struct hsms_connection *hsms);

// The next try: a growing while from now.
void hsms_try_later(struct hsms_connection *hsms, struct hsms_tool *tool);

// Give what others ask for to the hosts.
void hsms_take_requests(struct hsms_connection *hsms);

// Up: at least one tool is ready.
void hsms_show_state(struct hsms_connection *hsms);

#endif
