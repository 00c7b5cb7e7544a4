// Topics of Sparkplug B 3.0, and the state of a host that one of them carries.
//
//     spBv1.0/GROUP/TYPE/NODE[/DEVICE]        spBv1.0/STATE/HOST
#ifndef WIRE_SPARKPLUG_TOPIC_H
#define WIRE_SPARKPLUG_TOPIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"
#include "wire/sparkplug/payload.h"

enum { TOPIC_MAX_NAME_BYTES = 255, TOPIC_MAX_STATE_BYTES = 1024 };

enum topic_type {
    TOPIC_NBIRTH,
    TOPIC_NDATA,
    TOPIC_NDEATH,
    TOPIC_NCMD,
    TOPIC_DBIRTH, // from here on: of a device
    TOPIC_DDATA,
    TOPIC_DDEATH,
    TOPIC_DCMD,
    TOPIC_STATE,
    N_TOPIC_TYPE,
};

struct topic {
    uint8_t type;                            // enum topic_type
    struct payload_text group, node, device; // device: of D types alone
    struct payload_text host;                // of STATE alone
};

// Read a topic.
//   memory  names lie in `bytes`
//   errors  MARU_E_INPUT: no topic of Sparkplug B, or a name that is empty, has +, #, control characters
//           or bytes that are not UTF-8. MARU_E_LIMIT: a name of more than TOPIC_MAX_NAME_BYTES
maru_status topic_read(const char *bytes, size_t n, struct topic *topic, maru_error *err);

// Append it to `out`; errors stick there.
void topic_write(const struct topic *topic, struct text *out);

// "NBIRTH", ...
//   memory  static
const char *topic_type_name(enum topic_type type);

// May this be a group, node, device or host? The same names as topic_read takes.
bool topic_is_name(struct payload_text name);

// The payload of a STATE topic: {"online":true,"timestamp":1700000000000}.
struct topic_state {
    bool is_online;
    uint64_t timestamp_ms; // since 1970 UTC
};

// Read and write it. Members other than these two are let through.
//   errors  MARU_E_INPUT: not JSON, or one of the two is missing or of another kind. MARU_E_LIMIT
maru_status topic_state_read(const char *bytes, size_t n, struct topic_state *state,
                             maru_error *err);
void topic_state_write(const struct topic_state *state, struct text *out);

#endif
