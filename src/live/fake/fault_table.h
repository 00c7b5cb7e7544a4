// What goes wrong with fake equipment, and when: a table that people write.
//
//     at,for,target,fault,value,share
//     10 min,30 s,sparkplug,drop,,
//     0,,secs/Etch/3,delay,2 s,
//     5 min,10 min,Etch/3/Process/Vibration,drift,0.5,
//     1 h,2 h,Etch/3,failure,,
//
// Targets are tools ("Etch/3"), their measured values ("Etch/3/Process/Flow"; a tool alone: all of its own),
// connections ("sparkplug", or a part of one: "sparkplug/Litho", "secs/Etch/3"), and * for all tools.
#ifndef LIVE_FAKE_FAULT_TABLE_H
#define LIVE_FAKE_FAULT_TABLE_H

#include "base/arena.h"
#include "base/text.h"
#include "live/fake/fault_list.h"
#include "live/fake/process.h"
#include "maru/plant.h"

enum { FAULT_MAX_ROWS = 10000, FAULT_MAX_BYTES = 8 << 20, FAULT_MAX_VALUE = 1000 * 1000 * 1000 };

enum fault_kind {
#define X(name, ...) FAULT_##name,
    FAULT_KINDS(X)
#undef X
        N_FAULT_KIND
};
enum fault_link {
#define X(name, word) FAULT_LINK_##name,
    FAULT_LINKS(X)
#undef X
        N_FAULT_LINK
};
enum fault_of { FAULT_OF_LINK, FAULT_OF_TOOL, FAULT_OF_SIGNAL };

struct fault_row {
    maru_time at_us, until_us; // since the fake began, below 0: in its past; INT64_MAX: to its end
    enum fault_kind kind;
    enum fault_link link;
    const char *part;  // of the link, "": all of it
    uint32_t tool;     // UINT32_MAX: all
    uint32_t variable; // enum fake_variable, UINT32_MAX: all
    double number;     // drift: a hour; spike: its height; noise: its standard deviation
    maru_time span_us; // delay, clock
    double share;      // of the messages, or values
};

struct fault_table {
    struct arena arena;
    struct fault_row *row; // (n_row), as they stand in the table
    uint32_t n_row;
};

enum fault_of fault_of(enum fault_kind kind);

// Read a table in CSV. All that is wrong is said in faults.
//   in      UTF-8; plant: whose tools are meant
//   out     *out: fault_table_fini gives it back; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first; MARU_E_LIMIT,
//           MARU_E_MEMORY
MARU_MUST_USE maru_status fault_table_read(const char *file, const char *bytes, size_t n,
                                           const maru_plant *plant, maru_faults *faults,
                                           struct fault_table *out, maru_error *err);
void fault_table_fini(struct fault_table *table); // accepts an all-zero one

// Write it as a table that reads back the same.
void fault_table_write(const struct fault_table *table, const maru_plant *plant, struct text *out);

// What a row says of itself: "Litho/1/Process/Power", and the word "drift".
void fault_target_write(const struct fault_row *row, const maru_plant *plant, struct text *out);
const char *fault_word(enum fault_kind kind);

// Is there one for this link?
bool fault_table_has_link(const struct fault_table *table, enum fault_link link);

#endif
