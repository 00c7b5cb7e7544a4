// What the names and values of protocols mean for the tools of the plant: a table that engineers write.
//
// Each row says of one signal (a tag, a variable, an event) of one equipment what a value of it means: a
// state, a beginning or end, a lot, a count. Columns and words: docs/EQUIPMENT.md.
#ifndef CONTROL_MAPPING_H
#define CONTROL_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "control/equipment/mapping_list.h"
#include "control/equipment/name_list.h"
#include "control/equipment/timeline.h"
#include "maru/plant.h"
#include "signal/sample.h"

enum mapping_meaning {
    MAPPING_STATE, // the whole state is `substate`
    MAPPING_BEGIN, // `subject` begins it
    MAPPING_END,   // and ends it
#define X(name, english, korean) MAPPING_##name,
    MAPPING_MEANINGS(X)
#undef X
        N_MAPPING_MEANING
};

enum {
    MAPPING_MAX_NAME_BYTES = 255,
    MAPPING_MAX_VALUES = 256, // rows of one signal
    MAPPING_MAX_BYTES = 256 << 20,
};

struct mapping_rule {
    uint32_t key;     // its signal
    uint32_t tool;    // of the plant; without a plant its name
    uint32_t name;    // of mapping.tools
    uint32_t subject; // of BEGIN and END: for timeline_event
    uint32_t reason;  // of mapping.reasons, + 1; 0: none
    uint8_t meaning, substate;
    bool is_any;      // any value, where no other row of the signal takes it
    const char *word; // a text, ASCII case aside; NULL: a number from low to high
    double low, high;
};

struct mapping {
    struct arena arena;
    struct name_list keys;     // equipment, line break, signal
    struct name_list subjects; // equipment, line break, subject
    struct name_list tools;    // as written
    struct name_list reasons;
    const struct mapping_rule *rule; // (n_rule), key by key
    const uint32_t *first_rule;      // (keys.n + 1)
    uint32_t n_rule;
};

// Read a table in CSV. All that is wrong is said in faults.
//   in      UTF-8; plant: whose tools are meant ("GROUP/1"), NULL: tools are what the table names
//   out     *out: mapping_fini gives it back; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults, err names the first; MARU_E_LIMIT,
//           MARU_E_MEMORY
MARU_MUST_USE maru_status mapping_read(const char *file, const char *bytes, size_t n,
                                       const maru_plant *plant, maru_faults *faults,
                                       struct mapping *out, maru_error *err);
void mapping_fini(struct mapping *mapping);

// Write it as a table that reads back the same.
void mapping_write(const struct mapping *mapping, struct text *out);

// The key of a signal; NAME_NONE where the table says nothing of it. Keys stay the same, so a caller asks
// once for each signal.
uint32_t mapping_find(const struct mapping *mapping, const char *equipment, const char *signal);

// What a value of the signal means; NULL: nothing.
//   cost    linear in the rows of the signal
const struct mapping_rule *mapping_match(const struct mapping *mapping, uint32_t key,
                                         const struct sample *sample);

// The event for the tool's timeline that a sample is by a rule; false: it is none (a lot's name, a count).
// task: the last task type, for E116.
bool mapping_event(const struct mapping_rule *rule, const struct sample *sample, int64_t task,
                   struct timeline_event *out);

// The units that a counter has made since its last value. One that went back has begun again from 0.
uint32_t mapping_units(double last_total, double total);

#endif
