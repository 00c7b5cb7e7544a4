// Payloads into the book and out to the sink: births, data, and what goes bad.
#ifndef WIRE_SPARKPLUG_HOST_DATA_H
#define WIRE_SPARKPLUG_HOST_DATA_H

#include "base/arena.h"
#include "wire/sparkplug/host.h"
#include "wire/sparkplug/host_book.h"

struct host {
    struct host_options options; // host_id is our own
    char *host_id;
    struct host_sink sink;
    struct host_book book;
    bool is_connected;
    uint64_t session_ms; // of the last will
    maru_time due_us;    // nothing waits for longer than this; INT64_MAX: nothing waits
    maru_time seek_us;   // from then on nodes that were online before are asked for a rebirth
};

// A message as it is handled.
struct host_incoming {
    uint8_t type; // enum topic_type
    struct payload_text device;
    const struct payload *payload;
    const void *bytes; // it again, as it came
    size_t n;
    uint32_t hash;
    maru_time now;
    struct arena *arena;
};

// What came of the metrics of one message.
struct host_tally {
    uint32_t n_unknown; // not in the birth, or of another type
    uint32_t n_refused; // could not be read; `err` says why the first could not
    maru_error err;
};

// A birth: the unit's metrics are now these. Those that are gone go bad.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY: the unit is as it was, and nothing was told
maru_status host_data_birth(struct host *host, struct book_node *node, uint32_t unit,
                            const struct host_incoming *in, maru_error *err);

// The values of a birth or data message, in their order.
void host_data_samples(struct host *host, struct book_node *node, uint32_t unit,
                       const struct host_incoming *in, struct host_tally *tally);

// All last values of the unit become bad.
void host_data_stale(struct host *host, struct book_unit *unit, maru_time now);

#endif
