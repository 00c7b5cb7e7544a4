// A connection to equipment that speaks Modbus TCP: the registers of a table (wire/modbus/registers.h) are polled, each in its period.
//
// What does not answer is bad: one read that the equipment refuses, one unit behind a gateway that is silent, or all of it. Each is told in
// words, and tried again after a growing while, without the others having to wait for it.
#ifndef CONNECT_MODBUS_CONNECTION_H
#define CONNECT_MODBUS_CONNECTION_H

#include "connect/connection.h"

enum {
    MODBUS_MAX_URL_BYTES = 512,
    MODBUS_MAX_TIMEOUT_MS = 10000,
    MODBUS_MAX_GAP = 100,
};

struct modbus_options {
    const char *name;  // of the connection, the first part of its signals' names
    const char *url;   // modbus://host[:502]
    const char *table; // CSV
    int64_t timeout_ms;
    int64_t most_words; // registers in one read, 1 to 125
    int64_t gap; // registers that nobody wants and that are read all the same, to save a read
};

struct modbus_connection;

// Can it be opened with these?
//   errors  MARU_E_USAGE; as registers_read's and registers_plan's
MARU_MUST_USE maru_status modbus_check(const struct modbus_options *options, maru_error *err);

// Connect, and stay connected, in a thread of its own.
//   memory  modbus_end; the signals outlive it
//   errors  as modbus_check; MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status modbus_open(struct signals *signals, const struct modbus_options *options,
                                      struct modbus_connection **out, maru_error *err);
void modbus_end(struct modbus_connection *modbus); // accepts NULL; modbus_close is libmodbus's

void modbus_look_at(struct modbus_connection *modbus, struct connection_look *out);

#endif
