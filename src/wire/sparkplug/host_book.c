#include "wire/sparkplug/host_book.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Every byte that lives longer than a message is asked for here and counted against max_bytes, so what
// nodes send can fill the book and no more. A unit is one block, sized before it is taken:
//
//     [ metrics | by_name | by_alias | names in full, each with its 0 ]
//
// Tables are open, half full at most, and are never deleted from: a birth makes a unit anew. Hashes are
// keyed with a number that nodes do not know, so they cannot choose names that meet in one place.
// Nodes hang in buckets, because they do go: where all places are taken, one that is not online is
// forgotten, the next one in turn.

// ---- memory

static maru_status refuse_bytes(const struct host_book *book, maru_error *err) {
    return fail(err, MARU_E_LIMIT, "Sparkplug nodes take more than %zu bytes", book->max_bytes);
}

static maru_status take(struct host_book *book, size_t n, void **block, maru_error *err) {
    if (n > book->max_bytes - book->n_bytes) {
        (void)refuse_bytes(book, err);
        return MARU_E_LIMIT;
    }
    *block = alloc_new(1, n);
    if (!*block) {
        (void)fail(err, MARU_E_MEMORY, "no memory for a Sparkplug node");
        return MARU_E_MEMORY;
    }
    book->n_bytes += n;
    return MARU_OK;
}

static void give(struct host_book *book, void *block, size_t n) {
    if (block) {
        alloc_free(block);
        book->n_bytes -= n;
    }
}

void book_init(struct host_book *book, size_t max_bytes, uint64_t key) {
    memset(book, 0, sizeof *book);
    book->max_bytes = max_bytes;
    book->key = key;
    for (uint32_t i = 0; i < BOOK_BUCKETS; i++) {
        book->bucket[i] = BOOK_NONE;
    }
}

// ---- finding

static uint64_t mix(uint64_t x) {
    x ^= x >> 32;
    x *= UINT64_C(0xD6E8FEB86659FD93);
    x ^= x >> 32;
    x *= UINT64_C(0xD6E8FEB86659FD93);
    return x ^ x >> 32;
}

uint32_t book_hash(const struct host_book *book, const void *bytes, size_t n) {
    const unsigned char *at = bytes;
    uint64_t hash = mix(book->key ^ n);
    for (; n >= 8; n -= 8, at += 8) {
        uint64_t word = 0;
        memcpy(&word, at, 8);
        hash = mix(hash ^ word) + book->key;
    }
    uint64_t word = 0;
    for (size_t i = 0; i < n; i++) {
        word |= (uint64_t)at[i] << (8 * i);
    }
    return (uint32_t)mix(hash ^ word);
}

static uint32_t node_bucket(const struct host_book *book, struct payload_text group,
                            struct payload_text name) {
    const uint32_t pair[2] = {book_hash(book, group.bytes, group.n),
                              book_hash(book, name.bytes, name.n)};
    return book_hash(book, pair, sizeof pair) % BOOK_BUCKETS;
}

static bool is_node(const struct book_node *node, struct payload_text group,
                    struct payload_text name) {
    return node->n_group == group.n && memcmp(node->name, group.bytes, group.n) == 0 &&
           payload_text_is(name, node->name + group.n + 1);
}

uint32_t book_find_node(const struct host_book *book, struct payload_text group,
                        struct payload_text name) {
    uint32_t i = book->bucket[node_bucket(book, group, name)];
    while (i != BOOK_NONE && !is_node(&book->node[i], group, name)) {
        i = book->node[i].next;
    }
    return i;
}

struct book_metric *book_by_name(const struct host_book *book, const struct book_unit *unit,
                                 struct payload_text name) {
    if (unit->n == 0) {
        return NULL;
    }
    uint32_t at = book_hash(book, name.bytes, name.n) & (unit->n_slot - 1);
    for (; unit->by_name[at] > 0; at = (at + 1) & (unit->n_slot - 1)) {
        struct book_metric *metric = &unit->metric[unit->by_name[at] - 1];
        if (metric->n_name - metric->n_prefix == name.n &&
            (name.n == 0 || memcmp(metric->name + metric->n_prefix, name.bytes, name.n) == 0)) {
            return metric;
        }
    }
    return NULL;
}

static uint32_t alias_slot(const struct book_unit *unit, uint64_t alias) {
    uint32_t at = (uint32_t)mix(alias) & (unit->n_slot - 1);
    while (unit->by_alias[at] > 0 && unit->metric[unit->by_alias[at] - 1].alias != alias) {
        at = (at + 1) & (unit->n_slot - 1);
    }
    return at;
}

struct book_metric *book_by_alias(const struct book_unit *unit, uint64_t alias) {
    if (unit->n == 0) {
        return NULL;
    }
    const uint32_t slot = unit->by_alias[alias_slot(unit, alias)];
    return slot > 0 ? &unit->metric[slot - 1] : NULL;
}

// ---- nodes

static size_t name_bytes(const struct book_node *node) { return strlen(node->name) + 1; }

static void drop_node(struct host_book *book, uint32_t i) {
    struct book_node *node = &book->node[i];
    while (node->n_held > 0) {
        book_release(book, node, node->n_held - 1);
    }
    for (uint32_t k = 0; k < node->n_unit; k++) {
        book_drop_unit(book, &node->unit[k]);
        give(book, node->unit[k].device, strlen(node->unit[k].device) + 1);
    }
    give(book, node->unit, node->cap_unit * sizeof *node->unit);
    give(book, node->name, name_bytes(node));
    memset(node, 0, sizeof *node);
}

void book_fini(struct host_book *book) {
    for (uint32_t i = 0; i < book->n_node; i++) {
        if (book->node[i].is_used) {
            drop_node(book, i);
        }
    }
    alloc_free(book->node);
    memset(book, 0, sizeof *book);
}

// Takes a node out of its bucket and forgets it.
static void forget_node(struct host_book *book, uint32_t i) {
    const struct book_node *node = &book->node[i];
    const struct payload_text group = {node->name, node->n_group};
    const struct payload_text name = {node->name + node->n_group + 1,
                                      (uint32_t)strlen(node->name + node->n_group + 1)};
    uint32_t *link = &book->bucket[node_bucket(book, group, name)];
    while (*link != i) {
        link = &book->node[*link].next;
    }
    *link = node->next;
    drop_node(book, i);
}

// A free place: the next one, or that of a node that is not online; BOOK_NONE where all are.
static uint32_t free_place(struct host_book *book) {
    if (book->n_node < HOST_MAX_NODES) {
        return book->n_node;
    }
    for (uint32_t tried = 0; tried < book->n_node; tried++) {
        book->hand = (book->hand + 1) % book->n_node;
        if (!book->node[book->hand].is_online) {
            return book->hand;
        }
    }
    return BOOK_NONE;
}

static maru_status grow_nodes(struct host_book *book, maru_error *err) {
    if (book->n_node < book->cap_node) {
        return MARU_OK;
    }
    const uint32_t cap = book->cap_node > 0 ? 2 * book->cap_node : 16;
    const size_t n_more = (cap - book->cap_node) * sizeof *book->node;
    if (n_more > book->max_bytes - book->n_bytes) {
        return refuse_bytes(book, err);
    }
    struct book_node *node = alloc_resize(book->node, cap, sizeof *node);
    if (!node) {
        return fail(err, MARU_E_MEMORY, "no memory for a Sparkplug node");
    }
    memset(node + book->cap_node, 0, n_more);
    book->node = node;
    book->cap_node = cap;
    book->n_bytes += n_more;
    return MARU_OK;
}

static maru_status make_node(struct host_book *book, struct payload_text group,
                             struct payload_text name, struct book_node *node, maru_error *err) {
    const size_t n_name = (size_t)group.n + 1 + name.n + 1;
    maru_status st = take(book, n_name, (void **)&node->name, err);
    if (st != MARU_OK) {
        return st;
    }
    memcpy(node->name, group.bytes, group.n);
    node->name[group.n] = '/';
    memcpy(node->name + group.n + 1, name.bytes, name.n);
    node->n_group = group.n;
    uint32_t own = 0;
    st = book_get_unit(book, node, (struct payload_text){"", 0}, &own, err);
    if (st != MARU_OK) {
        give(book, node->unit, node->cap_unit * sizeof *node->unit);
        give(book, node->name, n_name);
    }
    return st;
}

maru_status book_get_node(struct host_book *book, struct payload_text group,
                          struct payload_text name, uint32_t *node, maru_error *err) {
    const uint32_t known = book_find_node(book, group, name);
    if (known != BOOK_NONE) {
        *node = known;
        return MARU_OK;
    }
    const uint32_t place = free_place(book);
    if (place == BOOK_NONE) {
        return fail(err, MARU_E_LIMIT, "more than %d Sparkplug nodes are online", HOST_MAX_NODES);
    }
    maru_status st = place == book->n_node ? grow_nodes(book, err) : MARU_OK;
    struct book_node made = {.is_used = true, .device_due_us = INT64_MAX};
    st = st == MARU_OK ? make_node(book, group, name, &made, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if (place == book->n_node) {
        book->n_node++;
    } else {
        forget_node(book, place);
    }
    const uint32_t bucket = node_bucket(book, group, name);
    made.next = book->bucket[bucket];
    book->bucket[bucket] = place;
    book->node[place] = made;
    *node = place;
    return MARU_OK;
}

// ---- units

uint32_t book_find_unit(const struct book_node *node, struct payload_text device) {
    for (uint32_t i = 0; i < node->n_unit; i++) {
        if (payload_text_is(device, node->unit[i].device)) {
            return i;
        }
    }
    return BOOK_NONE;
}

static maru_status grow_units(struct host_book *book, struct book_node *node, maru_error *err) {
    if (node->n_unit < node->cap_unit) {
        return MARU_OK;
    }
    const uint32_t cap = node->cap_unit > 0 ? 2 * node->cap_unit : 1;
    void *unit = NULL;
    const maru_status st = take(book, cap * sizeof *node->unit, &unit, err);
    if (st != MARU_OK) {
        return st;
    }
    if (node->n_unit > 0) {
        memcpy(unit, node->unit, node->n_unit * sizeof *node->unit);
    }
    give(book, node->unit, node->cap_unit * sizeof *node->unit);
    node->unit = unit;
    node->cap_unit = cap;
    return MARU_OK;
}

maru_status book_get_unit(struct host_book *book, struct book_node *node,
                          struct payload_text device, uint32_t *unit, maru_error *err) {
    const uint32_t known = book_find_unit(node, device);
    if (known != BOOK_NONE) {
        *unit = known;
        return MARU_OK;
    }
    if (node->n_unit > HOST_MAX_DEVICES) {
        return fail(err, MARU_E_LIMIT, "a Sparkplug node has more than %d devices",
                    HOST_MAX_DEVICES);
    }
    void *name = NULL;
    maru_status st = grow_units(book, node, err);
    st = st == MARU_OK ? take(book, (size_t)device.n + 1, &name, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    if (device.n > 0) {
        memcpy(name, device.bytes, device.n);
    }
    node->unit[node->n_unit] = (struct book_unit){.device = name};
    *unit = node->n_unit++;
    return MARU_OK;
}

void book_drop_unit(struct host_book *book, struct book_unit *unit) {
    give(book, unit->block, unit->n_block);
    char *device = unit->device;
    *unit = (struct book_unit){.device = device};
}

void book_replace_unit(struct host_book *book, struct book_unit *unit, struct book_unit *made) {
    book_drop_unit(book, unit);
    char *device = unit->device;
    *unit = *made;
    unit->device = device;
}

static void add_metric(const struct host_book *book, struct book_unit *unit,
                       const struct book_entry *entry, struct payload_text prefix, char **names) {
    if (book_by_name(book, unit, entry->name)) {
        return;
    }
    struct book_metric *metric = &unit->metric[unit->n];
    metric->name = *names;
    metric->n_prefix = prefix.n;
    metric->n_name = prefix.n + entry->name.n;
    metric->type = entry->type;
    memcpy(*names, prefix.bytes, prefix.n);
    if (entry->name.n > 0) {
        memcpy(*names + prefix.n, entry->name.bytes, entry->name.n);
    }
    *names += metric->n_name + 1;
    unit->n++;
    uint32_t at = book_hash(book, entry->name.bytes, entry->name.n) & (unit->n_slot - 1);
    while (unit->by_name[at] > 0) {
        at = (at + 1) & (unit->n_slot - 1);
    }
    unit->by_name[at] = unit->n;
    if (entry->has_alias) {
        at = alias_slot(unit, entry->alias);
        if (unit->by_alias[at] == 0) {
            metric->alias = entry->alias;
            metric->has_alias = true;
            unit->by_alias[at] = unit->n;
        }
    }
}

maru_status book_make_unit(struct host_book *book, struct payload_text prefix,
                           const struct book_entry *entry, uint32_t n, struct book_unit *made,
                           maru_error *err) {
    uint32_t n_slot = 2;
    while (n_slot < 2 * n) {
        n_slot *= 2;
    }
    size_t n_names = 0;
    for (uint32_t i = 0; i < n; i++) {
        n_names += (size_t)prefix.n + entry[i].name.n + 1;
    }
    const size_t n_metrics = n * sizeof *made->metric;
    const size_t n_block = n_metrics + (size_t)2 * n_slot * sizeof *made->by_name + n_names;
    void *block = NULL;
    const maru_status st = take(book, n_block, &block, err);
    if (st != MARU_OK) {
        return st;
    }
    *made = (struct book_unit){.block = block, .n_block = n_block, .n_slot = n_slot};
    made->metric = block;
    made->by_name = (uint32_t *)(void *)((char *)block + n_metrics);
    made->by_alias = made->by_name + n_slot;
    char *names = (char *)(made->by_alias + n_slot);
    for (uint32_t i = 0; i < n; i++) {
        add_metric(book, made, &entry[i], prefix, &names);
    }
    return MARU_OK;
}

// ---- messages that wait

static size_t held_bytes(const struct book_held *held) {
    return sizeof *held + strlen(held->device) + 1 + held->n;
}

bool book_hold(struct host_book *book, struct book_node *node, const struct book_held *what,
               const void *bytes, struct payload_text device) {
    void *block = NULL;
    if (node->n_held == HOST_MAX_HELD ||
        take(book, sizeof *what + device.n + 1 + what->n, &block, NULL) != MARU_OK) {
        return false;
    }
    struct book_held *held = block;
    *held = *what;
    held->device = (char *)(held + 1);
    held->bytes = (uint8_t *)held->device + device.n + 1;
    if (device.n > 0) {
        memcpy(held->device, device.bytes, device.n);
    }
    if (what->n > 0) {
        memcpy(held->bytes, bytes, what->n);
    }
    node->held[node->n_held++] = held;
    return true;
}

void book_release(struct host_book *book, struct book_node *node, uint32_t held) {
    give(book, node->held[held], held_bytes(node->held[held]));
    node->n_held--;
    for (uint32_t i = held; i < node->n_held; i++) {
        node->held[i] = node->held[i + 1];
    }
}
