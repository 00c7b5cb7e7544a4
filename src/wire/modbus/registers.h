// Modbus by a table: which registers are which signals; the reads that get them all; registers into
// samples, and back for writing and for fake equipment.
//
//     name,unit_id,kind,address,type,order,scale,offset,unit,period_ms
//     press/force,1,holding,100,i32,CDAB,0.01,0,kN,500
//     press/open,1,coil,7,bool,,,,,500
//     press/alarm,1,input,20,bit 3,,,,,1000
//     press/serial,1,holding,200,string 16,,,,,60000
//
// name, kind, address and type are required; the order of columns is free. Addresses are those of the
// protocol, from 0: what manuals call 40001 is holding 0. order says how the bytes of a number come,
// ABCD the first one highest: ABCD (the usual), DCBA, BADC, CDAB.
#ifndef WIRE_MODBUS_REGISTERS_H
#define WIRE_MODBUS_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"
#include "signal/sample.h"

enum {
    REGISTERS_MAX_POINTS = 20000,
    REGISTERS_MAX_READ = 125,       // registers in one read: Modbus, function codes 3 and 4
    REGISTERS_MAX_READ_BITS = 2000, // bits in one read: function codes 1 and 2
    REGISTERS_MAX_NAME_BYTES = 1024,
    REGISTERS_MAX_PERIOD_MS = 86400000,
};

enum registers_kind { REGISTERS_COIL, REGISTERS_DISCRETE, REGISTERS_HOLDING, REGISTERS_INPUT };

enum registers_type {
    REGISTERS_BOOL,
    REGISTERS_U16,
    REGISTERS_I16,
    REGISTERS_U32,
    REGISTERS_I32,
    REGISTERS_U64,
    REGISTERS_I64,
    REGISTERS_F32,
    REGISTERS_F64,
    REGISTERS_BIT,
    REGISTERS_STRING,
    N_REGISTERS_TYPE,
};

enum registers_order { REGISTERS_ABCD, REGISTERS_DCBA, REGISTERS_BADC, REGISTERS_CDAB };

struct register_point {
    const char *name, *unit; // 0-terminated
    uint8_t unit_id;         // 0 to 255, 1 where the table does not say
    uint8_t kind;            // enum registers_kind
    uint8_t type;            // enum registers_type
    uint8_t order;           // enum registers_order
    uint8_t bit;             // of REGISTERS_BIT, 0 the lowest
    uint16_t address;
    uint16_t n_word;      // registers, or 1 bit
    uint16_t n_bytes;     // of REGISTERS_STRING
    double scale, offset; // value = registers * scale + offset
    maru_time period_us;
};

struct register_table {
    uint32_t n;
    const struct register_point *point; // (n)
};

// Read a table from CSV.
//   memory  in the arena
//   errors  MARU_E_INPUT with row and column; MARU_E_LIMIT; MARU_E_MEMORY
maru_status registers_read(const char *bytes, size_t n, struct arena *arena,
                           struct register_table *table, maru_error *err);

struct register_block { // one read
    uint8_t unit_id, kind;
    uint16_t address, n; // registers, or bits
    maru_time period_us;
    uint32_t first, n_point; // its points: plan.order[first], ...
};

struct register_plan {
    uint32_t n_block, n_point;
    const struct register_block *block; // (n_block)
    const uint32_t *order;              // (n_point) numbers of points
};

// The reads that get all points: neighbours of one period together, with at most `gap` registers between
// them that nobody wants. No point is cut in two.
//   in      most_words: 1 to REGISTERS_MAX_READ; less for equipment that cannot do as many
//   memory  in the arena
//   errors  MARU_E_USAGE: most_words out of range, or a text longer than it. MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O(n log n)
maru_status registers_plan(const struct register_table *table, uint16_t most_words, uint16_t gap,
                           struct arena *arena, struct register_plan *plan, maru_error *err);

// What a read has brought, as samples: one for each of its points, in its order.
//   in      word (block.n) of holding and input registers, or bit (block.n), a byte each, of coils and
//           discrete inputs; both NULL: the read has failed, and all are bad
//   out     sample (block.n_point). Whole numbers without scale are integers; NaN and texts that are not
//           UTF-8 are bad
//   memory  texts in the arena
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
struct register_content {
    const uint16_t *word;
    const uint8_t *bit;
    maru_time at_us;
};
maru_status registers_decode(const struct register_table *table, const struct register_plan *plan,
                             const struct register_block *block,
                             const struct register_content *content, struct arena *arena,
                             struct sample *sample);

// A sample as the registers of its point (n_word), or as one bit in word[0] (0 or 1) of a coil.
//   in, out  word: a REGISTERS_BIT changes its bit alone
//   errors   MARU_E_RANGE: does not fit, or is NaN. MARU_E_USAGE: a text for a number or the other way round
maru_status registers_encode(const struct register_point *point, const struct sample *sample,
                             uint16_t *word, maru_error *err);

#endif
