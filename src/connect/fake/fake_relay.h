// Faults of connections: stands between fake equipment and whoever talks with it, on a thread of its own, and cuts,
// delays, repeats, swaps or spoils what the equipment says.
//
// It knows where messages end (fake_frames.h), and nothing else of a protocol. Without a fault at work all
// bytes pass as they come.
#ifndef CONNECT_FAKE_RELAY_H
#define CONNECT_FAKE_RELAY_H

#include "connect/fake/fake_frames.h"
#include "maru/status.h"

enum {
    FAKE_MAX_GATES = 2000,
    FAKE_MAX_PAIRS = 4000,
    FAKE_MAX_HELD_BYTES = 64 << 20, // on the way one way, and more is not read
};

enum fake_harm {
    FAKE_HARM_DROP,
    FAKE_HARM_DELAY,
    FAKE_HARM_REPEAT,
    FAKE_HARM_REORDER,
    FAKE_HARM_MALFORMED,
    N_FAKE_HARM
};

struct fake_link_fault {
    enum fake_harm harm;
    const char *part;          // of the gates, "": all
    int64_t from_us, until_us; // since 1970
    int64_t delay_us;          // of a delay
    double share;              // of the messages; of repeat, reorder, malformed
};

struct fake_relay_options {
    enum fake_framing framing;
    const struct fake_link_fault *fault; // (n_fault); must outlive it
    uint32_t n_fault;
    uint64_t seed;
};

struct fake_gate {
    const char *part;    // what faults call it; copied
    const char *address; // where it listens, port 0: any
    int port;
    const char *host; // where it goes on to; copied
    int host_port;
    bool is_toward_client; // the equipment is behind it, and not the one who connects
};

struct fake_relay_look {
    uint64_t n_pair;              // connections so far
    uint64_t n_frame;             // messages of the equipment
    uint64_t n_harm[N_FAKE_HARM]; // connections cut, messages delayed, repeated, ...
};

struct fake_relay;

//   memory  fake_relay_close
//   errors  MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status fake_relay_open(const struct fake_relay_options *options,
                                          struct fake_relay **out, maru_error *err);

// One more gate.
//   out     *port: where it listens
//   errors  MARU_E_IO; MARU_E_LIMIT; MARU_E_MEMORY
MARU_MUST_USE maru_status fake_relay_add(struct fake_relay *relay, const struct fake_gate *gate,
                                         int *port, maru_error *err);

void fake_relay_look(struct fake_relay *relay, struct fake_relay_look *out);

// Accepts NULL.
//   out     *last, unless NULL
void fake_relay_close(struct fake_relay *relay, struct fake_relay_look *last);

#endif
