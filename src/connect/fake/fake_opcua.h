// Fake equipment as a server of OPC UA: a program of gateway/opcua that runs in Node.js as a child, and is told values by
// its stdin, JSON texts a line each. It ends when its stdin does, so also when this program is killed.
#ifndef CONNECT_FAKE_OPCUA_H
#define CONNECT_FAKE_OPCUA_H

#include "connect/fake/fake_plan.h"
#include "maru/status.h"

enum { FAKE_MAX_OPCUA_BYTES = 64 << 20 }; // that wait for the child

struct fake_opcua_options {
    const char *folder; // gateway/opcua, built
    const char *address;
    int port; // to listen at
    int told; // that clients are told: of a relay in front, or the same
};

struct fake_opcua_look {
    uint64_t n_value, n_dropped; // dropped: the child did not take them
};

struct fake_opcua;

// Start it, and wait until it listens, two minutes at most.
//   memory  fake_opcua_close; the plan must outlive it
//   errors  MARU_E_IO: Node.js or the program is not there, or it does not start; MARU_E_MEMORY
MARU_MUST_USE maru_status fake_opcua_open(const struct fake_plan *plan,
                                          const struct fake_opcua_options *options,
                                          struct fake_opcua **out, maru_error *err);
// Accepts NULL.
//   out     *last, unless NULL
void fake_opcua_close(struct fake_opcua *fake, struct fake_opcua_look *last);

// Tell values. What the child does not take in time waits, and beyond a limit is dropped.
void fake_opcua_put(struct fake_opcua *fake, const struct fake_value *value, size_t n);

#endif
