// Faults of connections, from a table of faults to the relays of protocols.
#ifndef CLI_FAKE_GATES_H
#define CLI_FAKE_GATES_H

#include "connect/fake/fake_relay.h"
#include "live/fake/fault_table.h"

enum { GATES_MAX_GATES = FAKE_MAX_GATES };

struct gates { // of one protocol
    struct fake_link_fault *fault;
    struct fake_relay *relay; // NULL: the table has no fault of this connection
    struct {
        char part[256];
        int port;
    } * gate; // (n_gate) that were added
    uint32_t n_gate;
};

// A relay where the table has faults of this link; begin_us: when the table's time begins, since 1970.
//   memory  gates_close, also after an error
//   errors  MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status gates_open(struct gates *gates, const struct fault_table *table,
                                     enum fault_link link, enum fake_framing framing,
                                     int64_t begin_us, maru_error *err);
// One more gate; its port is found again by gates_port.
//   errors  as fake_relay_add
MARU_MUST_USE maru_status gates_add(struct gates *gates, const struct fake_gate *gate, int *port,
                                    maru_error *err);
// The port of a part's gate, 0: it has none. of: struct gates
int gates_port(void *of, const char *part);
//   out     *last, unless NULL
void gates_close(struct gates *gates, struct fake_relay_look *last);

#endif
