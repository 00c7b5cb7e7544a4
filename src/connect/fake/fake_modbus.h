// Fake equipment as a server of Modbus TCP: the present values of all tools as input registers, and the same as
// holding registers. To read, not to write.
//
// 512 tools are a unit, from 1 on; 128 registers are a tool. Doubles are f32, integers u32, texts 32 bytes of
// UTF-8, all with the highest byte first. fake_modbus_write_table says where each stands.
#ifndef CONNECT_FAKE_MODBUS_H
#define CONNECT_FAKE_MODBUS_H

#include "base/text.h"
#include "connect/fake/fake_plan.h"
#include "maru/status.h"

enum {
    FAKE_MAX_MODBUS_UNITS = 247,
    FAKE_MAX_MODBUS_CLIENTS = 64,
    FAKE_MODBUS_TOOL_WORDS = 128,
    FAKE_MODBUS_UNIT_TOOLS = 512,
};

struct fake_modbus_look {
    uint64_t n_client, n_answer, n_refused; // connections so far; exceptions
};

struct fake_modbus;

// Listen; port 0: any that is free.
//   out     *got: the port
//   memory  fake_modbus_close; the plan must outlive it
//   errors  MARU_E_IO; MARU_E_LIMIT: too many tools, or tags of one; MARU_E_MEMORY
MARU_MUST_USE maru_status fake_modbus_open(const struct fake_plan *plan, const char *address,
                                           int port, struct fake_modbus **out, int *got,
                                           maru_error *err);
// Accepts NULL.
//   out     *last, unless NULL
void fake_modbus_close(struct fake_modbus *fake, struct fake_modbus_look *last);

// These are the values now. Those of devices that are no tools are left out.
void fake_modbus_put(struct fake_modbus *fake, const struct fake_value *value, size_t n);

// Append the table of registers that maru's own connection reads (wire/modbus/registers.h).
//   errors  as fake_modbus_open
MARU_MUST_USE maru_status fake_modbus_write_table(const struct fake_plan *plan, struct text *out,
                                                  maru_error *err);

#endif
