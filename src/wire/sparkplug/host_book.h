// What a host knows of nodes: their devices, their metrics, and messages that wait. Memory and finding
// alone; what it means is host.c's and host_data.c's.
#ifndef WIRE_SPARKPLUG_HOST_BOOK_H
#define WIRE_SPARKPLUG_HOST_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"
#include "wire/sparkplug/host.h"
#include "wire/sparkplug/payload.h"
#include "wire/sparkplug/topic.h"

enum { NODE_RECENT = 128, BOOK_BUCKETS = 4096, BOOK_NONE = INT32_MAX };

struct book_metric {
    const char *name; // in full, 0-terminated
    uint32_t n_name;
    uint32_t n_prefix; // "group/node/": the metric's own name is behind it
    uint64_t alias;
    bool has_alias;
    bool has_value;
    uint8_t type;        // enum payload_type
    uint8_t sample_type; // of the last value
    int64_t last;        // its bits; 0 of a text
    maru_time last_us;   // when
    // A birth said at confirmed_us that what was taken at held_us holds; 0: none did.
    maru_time confirmed_us, held_us;
};

// A node's own metrics, or those of a device: one block of memory, made anew by each birth.
struct book_unit {
    char *device; // "" for the node itself, 0-terminated
    bool is_born;
    bool awaits_birth; // the node was born anew, and this device not yet
    void *block;
    size_t n_block;
    struct book_metric *metric; // (n)
    uint32_t n;
    uint32_t n_slot;    // a power of two
    uint32_t *by_name;  // (n_slot), 0: free, else metric + 1
    uint32_t *by_alias; // (n_slot)
};

struct book_held {
    uint8_t seq;
    uint8_t type; // enum topic_type
    maru_time at_us;
    uint64_t timestamp_ms;
    char *device; // in the same block, 0-terminated
    uint8_t *bytes;
    size_t n;
};

struct book_node {
    char *name; // "group/node", 0-terminated
    uint32_t n_group;
    uint32_t next; // in its bucket
    bool is_used, is_online;
    bool is_sought; // it was online when this host lost its connection, and is not yet again
    bool has_session;
    uint8_t expected; // sequence number
    uint64_t session; // bdSeq
    maru_time ask_at_us, ask_every_us;
    maru_time device_due_us; // INT64_MAX: no device is waited for
    uint32_t n_unheard;      // messages dropped since the last event about it
    uint64_t missing[4];     // bit n: sequence number n was given up
    struct {
        uint32_t hash;
        uint8_t seq;
        bool is_set;
    } recent[NODE_RECENT];
    struct book_unit *unit; // (n_unit), unit 0 is the node itself
    uint32_t n_unit, cap_unit;
    struct book_held *held[HOST_MAX_HELD]; // (n_held), by arrival
    uint32_t n_held;
};

struct host_book {
    struct book_node *node; // (n_node)
    uint32_t n_node, cap_node;
    uint32_t hand; // where the search for a node to forget goes on
    uint32_t bucket[BOOK_BUCKETS];
    size_t n_bytes, max_bytes;
    uint64_t key;
};

// A metric of a birth.
struct book_entry {
    struct payload_text name;
    uint64_t alias;
    bool has_alias;
    uint8_t type;
};

void book_init(struct host_book *book, size_t max_bytes, uint64_t key);
void book_fini(struct host_book *book);

uint32_t book_hash(const struct host_book *book, const void *bytes, size_t n);

// The node, or BOOK_NONE.
uint32_t book_find_node(const struct host_book *book, struct payload_text group,
                        struct payload_text name);

// The node, new where it is not known. Where there is no room a node that is not online is forgotten.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY: nothing has changed
maru_status book_get_node(struct host_book *book, struct payload_text group,
                          struct payload_text name, uint32_t *node, maru_error *err);

// The unit of a device ("" for the node itself), or BOOK_NONE; and the same, new where it is not known.
uint32_t book_find_unit(const struct book_node *node, struct payload_text device);
maru_status book_get_unit(struct host_book *book, struct book_node *node,
                          struct payload_text device, uint32_t *unit, maru_error *err);

// What births are made of: a unit with these metrics, apart. A name that comes twice is there once, an alias that comes twice
// belongs to the first. It becomes the node's with book_replace_unit, or goes with book_drop_unit.
maru_status book_make_unit(struct host_book *book, struct payload_text prefix,
                           const struct book_entry *entry, uint32_t n, struct book_unit *made,
                           maru_error *err);
void book_replace_unit(struct host_book *book, struct book_unit *unit, struct book_unit *made);
void book_drop_unit(struct host_book *book, struct book_unit *unit);

// The metric, or NULL. `name` is its own, without the prefix.
struct book_metric *book_by_name(const struct host_book *book, const struct book_unit *unit,
                                 struct payload_text name);
struct book_metric *book_by_alias(const struct book_unit *unit, uint64_t alias);

// Keep a copy of the message that `what` describes; let one go.
//   out     false: HOST_MAX_HELD wait, or there is no memory for one more
bool book_hold(struct host_book *book, struct book_node *node, const struct book_held *what,
               const void *bytes, struct payload_text device);
void book_release(struct host_book *book, struct book_node *node, uint32_t held);

#endif
