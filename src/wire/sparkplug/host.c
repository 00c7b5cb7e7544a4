#include "wire/sparkplug/host.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "wire/sparkplug/host_data.h"
#include "wire/sparkplug/payload_value.h"
#include "wire/sparkplug/topic.h"

// A node is online from its NBIRTH to its NDEATH. In between its messages carry a number from 0 to 255,
// and with `expected` the one that is due, a message is by (number - expected) mod 256
//
//     0          the next: taken, and with it those that waited for it
//     1 to 127   early: it waits, for at most the reordering timeout
//     else       behind: it was given up before and is late; or it came twice; or so many are missing
//
// When the timeout ends, the numbers that are missing are a gap, what waits is taken, and the node is
// asked for a rebirth. NBIRTH begins a new count, and NDEATH has no number: it is good when its bdSeq is
// that of the NBIRTH, and else the will of a session that is over, delivered late.
//
// Messages of a node without a birth wait, too: they may only have overtaken it. Messages that came
// before an NBIRTH but were sent after it, by their time, go on waiting behind it.
//
// Source: Sparkplug 3.0.0, clauses 5.3 (ordering), 5.4 to 5.6 (births and deaths), 5.12 (commands), 5.13
// and 6.4.26 (STATE).

enum { NUMBERS = 256, FAR = 128, ASK_MOST_TIMES = 64 };

static const maru_time device_patience_us = INT64_C(5000000); // for a DBIRTH behind an NBIRTH

// ---- names

const char *host_event_name(enum host_event_kind kind) {
    static const char *const name[N_HOST_EVENT] = {
        "node born", "node died", "device born",    "device died",     "gap",
        "late",      "duplicate", "old node death", "rebirth request", "refused"};
    return kind < N_HOST_EVENT ? name[kind] : "";
}

const char *host_cause_name(enum host_cause cause) {
    static const char *const name[N_HOST_CAUSE] = {"",
                                                   "missing messages",
                                                   "unknown node",
                                                   "unknown device",
                                                   "unknown metric",
                                                   "no connection"};
    return cause < N_HOST_CAUSE ? name[cause] : "";
}

// ---- a host

struct host_options host_usual(const char *host_id, uint64_t hash_key) {
    return (struct host_options){.host_id = host_id,
                                 .is_primary = true,
                                 .reorder_us = 2000000,
                                 .rebirth_us = 10000000,
                                 .max_bytes = (size_t)256 << 20,
                                 .hash_key = hash_key};
}

maru_status host_new(const struct host_options *options, struct host_sink sink, struct host **host,
                     maru_error *err) {
    const size_t n = options->host_id ? strlen(options->host_id) : 0;
    if (!options->host_id || n > TOPIC_MAX_NAME_BYTES ||
        !topic_is_name((struct payload_text){options->host_id, (uint32_t)n})) {
        return fail(err, MARU_E_USAGE, "a host of Sparkplug needs a name without /, + and #");
    }
    struct host *made = alloc_new(1, sizeof *made + n + 1);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory for a Sparkplug host");
    }
    made->options = *options;
    made->host_id = (char *)(made + 1);
    memcpy(made->host_id, options->host_id, n);
    made->options.host_id = made->host_id;
    made->sink = sink;
    made->due_us = INT64_MAX;
    book_init(&made->book, options->max_bytes, options->hash_key);
    *host = made;
    return MARU_OK;
}

void host_free(struct host *host) {
    if (host) {
        book_fini(&host->book);
        alloc_free(host);
    }
}

// ---- telling

static void tell(struct host *host, const struct host_event *event) {
    struct host_event told = *event;
    told.text = told.text ? told.text : "";
    host->sink.event(host->sink.of, &told);
}

static void tell_node(struct host *host, const struct book_node *node, enum host_event_kind kind,
                      enum host_cause cause, maru_time now) {
    tell(host,
         &(struct host_event){
             .kind = (uint8_t)kind, .cause = (uint8_t)cause, .at_us = now, .name = node->name});
}

static void tell_gap(struct host *host, const struct book_node *node, enum host_cause cause,
                     uint32_t n_missing, uint32_t n_dropped, maru_time now) {
    tell(host, &(struct host_event){.kind = HOST_GAP,
                                    .cause = (uint8_t)cause,
                                    .at_us = now,
                                    .name = node->name,
                                    .n_missing = n_missing,
                                    .n_dropped = n_dropped});
}

static maru_status refused(struct host *host, const char *name, uint32_t n_dropped,
                           const maru_error *err, maru_time now) {
    tell(host, &(struct host_event){.kind = HOST_REFUSED,
                                    .at_us = now,
                                    .name = name,
                                    .n_dropped = n_dropped,
                                    .text = err->text});
    return err->code;
}

static void tell_device(struct host *host, const struct book_node *node,
                        const struct book_unit *unit, enum host_event_kind kind, maru_time now) {
    struct text name;
    text_init(&name, (size_t)3 * (TOPIC_MAX_NAME_BYTES + 1));
    text_addf(&name, "%s/%s", node->name, unit->device);
    tell(host, &(struct host_event){.kind = (uint8_t)kind,
                                    .at_us = now,
                                    .name = name.status == MARU_OK ? name.bytes : node->name});
    text_fini(&name);
}

// Publishes what was written; without memory nothing is published, and whoever waits will ask again.
static void publish(struct host *host, const struct text *topic, const struct text *bytes,
                    uint8_t qos, bool is_retained) {
    if (topic->status == MARU_OK && bytes->status == MARU_OK) {
        host->sink.publish(host->sink.of, &(struct host_message){topic->bytes, bytes->bytes,
                                                                 bytes->n_bytes, qos, is_retained});
    }
}

// ---- STATE

static void write_state(const struct host *host, bool is_online, struct text *topic,
                        struct text *payload) {
    const struct topic where = {.type = TOPIC_STATE,
                                .host = {host->host_id, (uint32_t)strlen(host->host_id)}};
    topic_write(&where, topic);
    topic_state_write(&(struct topic_state){is_online, host->session_ms}, payload);
}

static void publish_state(struct host *host, bool is_online) {
    if (!host->options.is_primary) {
        return;
    }
    struct text topic, payload;
    text_init(&topic, TOPIC_MAX_NAME_BYTES + 32);
    text_init(&payload, TOPIC_MAX_STATE_BYTES);
    write_state(host, is_online, &topic, &payload);
    publish(host, &topic, &payload, 1, true);
    text_fini(&topic);
    text_fini(&payload);
}

void host_will(struct host *host, maru_time now, struct text *topic, struct text *payload) {
    host->session_ms = now > 0 ? (uint64_t)(now / 1000) : 0;
    write_state(host, false, topic, payload);
}

void host_connected(struct host *host, maru_time now) {
    host->is_connected = true;
    publish_state(host, true);
    // Nodes that came back before us have told their births to nobody.
    host->seek_us = now + host->options.reorder_us;
    host->due_us = host->seek_us < host->due_us ? host->seek_us : host->due_us;
}

void host_stop(struct host *host, maru_time now) {
    host->session_ms = now > 0 ? (uint64_t)(now / 1000) : 0;
    publish_state(host, false);
}

static maru_status on_state(struct host *host, const struct topic *topic, const void *bytes,
                            size_t n, maru_time now, maru_error *err) {
    if (!payload_text_is(topic->host, host->host_id)) {
        return MARU_OK; // another host's
    }
    struct topic_state state = {0};
    maru_error fault = {0};
    const maru_status st = topic_state_read(bytes, n, &state, &fault);
    if (st != MARU_OK) {
        if (err) {
            *err = fault;
        }
        return refused(host, host->host_id, 0, &fault, now);
    }
    if (!state.is_online && host->is_connected) {
        publish_state(host, true); // the will of an earlier connection has come behind our birth
    }
    return MARU_OK;
}

// ---- rebirths

static void write_command(const struct topic *where, const struct payload_metric *metric,
                          maru_time now, struct text *topic, struct text *bytes) {
    const struct payload payload = {.has = 1U << PAYLOAD_TIMESTAMP | 1U << PAYLOAD_METRICS,
                                    .timestamp_ms = now > 0 ? (uint64_t)(now / 1000) : 0,
                                    .metrics = {1, metric}};
    topic_write(where, topic);
    payload_write(&payload, bytes);
}

static void publish_command(struct host *host, const struct topic *where,
                            const struct payload_metric *metric, maru_time now) {
    struct text topic, bytes;
    text_init(&topic, (size_t)4 * (TOPIC_MAX_NAME_BYTES + 1));
    text_init(&bytes, SAMPLE_MAX_TEXT_BYTES + 2 * PAYLOAD_MAX_NAME_BYTES);
    write_command(where, metric, now, &topic, &bytes);
    publish(host, &topic, &bytes, 0, false);
    text_fini(&topic);
    text_fini(&bytes);
}

static struct topic topic_of(const struct book_node *node, enum topic_type type) {
    const char *name = node->name + node->n_group + 1;
    return (struct topic){.type = (uint8_t)type,
                          .group = {node->name, node->n_group},
                          .node = {name, (uint32_t)strlen(name)}};
}

static void ask_rebirth(struct host *host, struct book_node *node, enum host_cause cause,
                        maru_time now) {
    if (!host->options.is_primary || now < node->ask_at_us) {
        return;
    }
    const maru_time most = host->options.rebirth_us * ASK_MOST_TIMES;
    node->ask_every_us = node->ask_every_us > 0 ? 2 * node->ask_every_us : host->options.rebirth_us;
    node->ask_every_us = node->ask_every_us < most ? node->ask_every_us : most;
    node->ask_at_us = now + node->ask_every_us;
    const struct payload_metric metric = {.has = 1U << PAYLOAD_METRIC_NAME |
                                                 1U << PAYLOAD_METRIC_TIMESTAMP |
                                                 1U << PAYLOAD_METRIC_TYPE,
                                          .name = {"Node Control/Rebirth", 20},
                                          .timestamp_ms = now > 0 ? (uint64_t)(now / 1000) : 0,
                                          .type = PAYLOAD_BOOLEAN,
                                          .value = {.kind = PAYLOAD_HAS_FLAG, .number = 1}};
    const struct topic where = topic_of(node, TOPIC_NCMD);
    publish_command(host, &where, &metric, now);
    tell_node(host, node, HOST_REBIRTH_ASKED, cause, now);
}

// ---- deaths

static void end_device(struct host *host, struct book_node *node, uint32_t unit, maru_time now) {
    struct book_unit *ended = &node->unit[unit];
    host_data_stale(host, ended, now);
    if (ended->is_born) {
        ended->is_born = false;
        tell_device(host, node, ended, HOST_DEVICE_DIED, now);
    }
    ended->awaits_birth = false;
}

// All of a node goes bad; nothing more is believed until it is born again.
static void end_node(struct host *host, struct book_node *node, maru_time now) {
    for (uint32_t i = 1; i < node->n_unit; i++) {
        end_device(host, node, i, now);
    }
    host_data_stale(host, &node->unit[0], now);
    node->unit[0].is_born = false;
    node->is_online = false;
    node->device_due_us = INT64_MAX;
}

// ---- messages in order

static void wait_until(struct host *host, maru_time due) {
    host->due_us = due < host->due_us ? due : host->due_us;
}

// What a message's metrics came to, told once.
static void tell_tally(struct host *host, struct book_node *node, const struct host_tally *tally,
                       maru_time now) {
    if (tally->n_refused > 0) {
        (void)refused(host, node->name, tally->n_refused, &tally->err, now);
    }
    if (tally->n_unknown > 0) {
        tell_gap(host, node, HOST_UNKNOWN_METRIC, 0, tally->n_unknown, now);
        ask_rebirth(host, node, HOST_UNKNOWN_METRIC, now);
    }
}

static void take_device_birth(struct host *host, struct book_node *node,
                              const struct host_incoming *in, maru_time now) {
    uint32_t unit = 0;
    maru_error err = {0};
    struct host_tally tally = {0};
    maru_status st = book_get_unit(&host->book, node, in->device, &unit, &err);
    st = st == MARU_OK ? host_data_birth(host, node, unit, in, &err) : st;
    if (st != MARU_OK) {
        (void)refused(host, node->name, in->payload->metrics.n, &err, now);
        return;
    }
    tell_device(host, node, &node->unit[unit], HOST_DEVICE_BORN, now);
    host_data_samples(host, node, unit, in, &tally);
    tell_tally(host, node, &tally, now);
}

// Does what a message says. It is its turn, or it is late.
static void take(struct host *host, struct book_node *node, const struct host_incoming *in,
                 maru_time now) {
    if (in->type == TOPIC_DBIRTH) {
        take_device_birth(host, node, in, now);
        return;
    }
    const uint32_t unit = book_find_unit(node, in->device);
    if (unit == BOOK_NONE || !node->unit[unit].is_born || node->unit[unit].awaits_birth) {
        if (in->type == TOPIC_DDATA) {
            tell_gap(host, node, HOST_UNKNOWN_DEVICE, 0, in->payload->metrics.n, now);
            ask_rebirth(host, node, HOST_UNKNOWN_DEVICE, now);
        }
        return;
    }
    if (in->type == TOPIC_DDEATH) {
        end_device(host, node, unit, now);
        return;
    }
    struct host_tally tally = {0};
    host_data_samples(host, node, unit, in, &tally);
    tell_tally(host, node, &tally, now);
}

static bool is_missing(const struct book_node *node, uint8_t seq) {
    return node->missing[seq / 64] >> seq % 64 & 1;
}

static void set_missing(struct book_node *node, uint8_t seq, bool is_set) {
    const uint64_t bit = UINT64_C(1) << seq % 64;
    node->missing[seq / 64] =
        is_set ? node->missing[seq / 64] | bit : node->missing[seq / 64] & ~bit;
}

static bool is_recent(const struct book_node *node, uint8_t seq, uint32_t hash) {
    const uint32_t at = seq % NODE_RECENT;
    return node->recent[at].is_set && node->recent[at].seq == seq && node->recent[at].hash == hash;
}

static void remember(struct book_node *node, uint8_t seq, uint32_t hash) {
    const uint32_t at = seq % NODE_RECENT;
    node->recent[at].is_set = true;
    node->recent[at].seq = seq;
    node->recent[at].hash = hash;
}

// The number is used up: it is known by its hash if it comes again, and what was given up half a round
// ago cannot come any more.
static void advance(struct book_node *node, uint8_t seq, uint32_t hash) {
    remember(node, seq, hash);
    node->expected = (uint8_t)(seq + 1);
    set_missing(node, seq, false);
    set_missing(node, (uint8_t)(seq + FAR), false);
}

// Takes a message that waited, and lets it go.
static void take_held(struct host *host, struct book_node *node, uint32_t i, maru_time now) {
    const struct book_held *held = node->held[i];
    struct arena arena;
    arena_init(&arena, HOST_MAX_MESSAGE_BYTES);
    struct payload payload;
    maru_error err = {0};
    const maru_status st = payload_read(held->bytes, held->n, &arena, &payload, &err);
    advance(node, held->seq, book_hash(&host->book, held->bytes, held->n));
    if (st == MARU_OK) {
        const struct host_incoming in = {.type = held->type,
                                         .device = {held->device, (uint32_t)strlen(held->device)},
                                         .payload = &payload,
                                         .now = now,
                                         .arena = &arena};
        take(host, node, &in, now);
    } else {
        (void)refused(host, node->name, 0, &err, now);
    }
    book_release(&host->book, node, i);
    arena_fini(&arena);
}

static void take_ready(struct host *host, struct book_node *node, maru_time now) {
    for (uint32_t i = 0; i < node->n_held;) {
        if (node->held[i]->seq == node->expected) {
            take_held(host, node, i, now);
            i = 0;
        } else {
            i++;
        }
    }
}

// The message that waits with the number nearest to the one expected.
static uint32_t nearest(const struct book_node *node) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < node->n_held; i++) {
        const uint8_t here = (uint8_t)(node->held[i]->seq - node->expected);
        if (here < (uint8_t)(node->held[best]->seq - node->expected)) {
            best = i;
        }
    }
    return best;
}

// So many numbers will not come: `seq` is the next.
static void give_up(struct host *host, struct book_node *node, uint8_t seq, maru_time now) {
    const uint8_t n_missing = (uint8_t)(seq - node->expected);
    if (n_missing == 0) {
        return;
    }
    for (uint8_t i = 0; i < n_missing && n_missing < FAR; i++) {
        set_missing(node, (uint8_t)(node->expected + i), true);
    }
    node->expected = seq;
    tell_gap(host, node, HOST_SEQUENCE, n_missing, 0, now);
}

// Takes what has waited too long, or everything: something before it is missing.
static void end_waiting(struct host *host, struct book_node *node, bool is_all, maru_time now) {
    while (node->n_held > 0 && (is_all || now - node->held[0]->at_us >= host->options.reorder_us)) {
        const uint32_t next = nearest(node);
        give_up(host, node, node->held[next]->seq, now);
        take_held(host, node, next, now);
        take_ready(host, node, now);
    }
}

static void drop_held(struct host *host, struct book_node *node, maru_time now) {
    const uint32_t n = node->n_held;
    while (node->n_held > 0) {
        book_release(&host->book, node, node->n_held - 1);
    }
    if (n > 0) {
        tell_gap(host, node, HOST_UNKNOWN_NODE, 0, n, now);
    }
}

// Lets a message wait. False: there is no room for it.
static bool hold(struct host *host, struct book_node *node, const struct host_incoming *in,
                 maru_time now) {
    const struct book_held held = {.seq = (uint8_t)in->payload->seq,
                                   .type = in->type,
                                   .at_us = now,
                                   .timestamp_ms = in->payload->timestamp_ms,
                                   .n = in->n};
    if (host->options.reorder_us == 0 ||
        !book_hold(&host->book, node, &held, in->bytes, in->device)) {
        return false;
    }
    wait_until(host, now + host->options.reorder_us);
    return true;
}

static bool is_held(const struct book_node *node, uint8_t seq) {
    for (uint32_t i = 0; i < node->n_held; i++) {
        if (node->held[i]->seq == seq) {
            return true;
        }
    }
    return false;
}

static void take_next(struct host *host, struct book_node *node, const struct host_incoming *in,
                      maru_time now) {
    advance(node, (uint8_t)in->payload->seq, in->hash);
    take(host, node, in, now);
    take_ready(host, node, now);
}

// A message of a node that is not online.
static void on_stranger(struct host *host, struct book_node *node, const struct host_incoming *in,
                        maru_time now) {
    if (is_held(node, (uint8_t)in->payload->seq)) {
        tell_node(host, node, HOST_DUPLICATE, HOST_NO_CAUSE, now);
    } else if (!hold(host, node, in, now)) {
        drop_held(host, node, now);
        tell_gap(host, node, HOST_UNKNOWN_NODE, 0, 1, now);
        ask_rebirth(host, node, HOST_UNKNOWN_NODE, now);
    }
}

static void on_sequenced(struct host *host, struct book_node *node, const struct host_incoming *in,
                         maru_time now) {
    const uint8_t seq = (uint8_t)in->payload->seq;
    const uint8_t ahead = (uint8_t)(seq - node->expected);
    if (!node->is_online) {
        on_stranger(host, node, in, now);
    } else if (ahead == 0) {
        take_next(host, node, in, now);
    } else if (is_recent(node, seq, in->hash) || is_held(node, seq)) {
        tell_node(host, node, HOST_DUPLICATE, HOST_NO_CAUSE, now);
    } else if (ahead >= FAR && is_missing(node, seq)) {
        set_missing(node, seq, false);
        remember(node, seq, in->hash);
        tell_node(host, node, HOST_LATE, HOST_NO_CAUSE, now);
        take(host, node, in, now);
    } else if (ahead >= FAR || !hold(host, node, in, now)) {
        end_waiting(host, node, true, now);
        give_up(host, node, seq, now);
        take_next(host, node, in, now);
        ask_rebirth(host, node, HOST_SEQUENCE, now);
    }
}

// ---- births and deaths of nodes

static bool find_session(const struct payload *payload, uint64_t *session) {
    const struct payload_metric *metric = payload->metrics.item;
    for (uint32_t i = 0; i < payload->metrics.n; i++) {
        const bool is_number =
            metric[i].value.kind == PAYLOAD_HAS_LONG || metric[i].value.kind == PAYLOAD_HAS_INT;
        if (is_number && payload_text_is(metric[i].name, "bdSeq")) {
            *session = metric[i].value.number;
            return true;
        }
    }
    return false;
}

// What waits and was sent before this birth is of the time before: taken if that is known, else lost.
static void settle_before(struct host *host, struct book_node *node, uint64_t birth_ms,
                          maru_time now) {
    uint32_t n_dropped = 0;
    for (uint32_t i = 0; i < node->n_held;) {
        if (node->held[i]->timestamp_ms >= birth_ms) {
            i++;
        } else if (node->is_online) {
            give_up(host, node, node->held[i]->seq, now);
            take_held(host, node, i, now);
        } else {
            book_release(&host->book, node, i);
            n_dropped++;
        }
    }
    if (n_dropped > 0) {
        tell_gap(host, node, HOST_UNKNOWN_NODE, 0, n_dropped, now);
    }
}

static void begin_session(struct host *host, struct book_node *node, const struct payload *payload,
                          maru_time now) {
    node->is_online = true;
    node->is_sought = false;
    node->has_session = find_session(payload, &node->session);
    node->expected = (uint8_t)(payload->seq + 1);
    node->ask_at_us = now;
    node->ask_every_us = 0;
    memset(node->missing, 0, sizeof node->missing);
    memset(node->recent, 0, sizeof node->recent);
    node->device_due_us = INT64_MAX;
    for (uint32_t i = 1; i < node->n_unit; i++) {
        if (node->unit[i].is_born) {
            node->unit[i].awaits_birth = true;
            node->device_due_us = now + device_patience_us;
        }
    }
    if (node->device_due_us < INT64_MAX) {
        wait_until(host, node->device_due_us);
    }
}

static maru_status on_node_birth(struct host *host, struct book_node *node,
                                 const struct host_incoming *in, maru_time now, maru_error *err) {
    settle_before(host, node, in->payload->timestamp_ms, now);
    maru_error fault = {0};
    const maru_status st = host_data_birth(host, node, 0, in, &fault);
    if (st != MARU_OK) {
        if (err) {
            *err = fault;
        }
        return refused(host, node->name, in->payload->metrics.n, &fault, now);
    }
    begin_session(host, node, in->payload, now);
    tell_node(host, node, HOST_NODE_BORN, HOST_NO_CAUSE, now);
    struct host_tally tally = {0};
    host_data_samples(host, node, 0, in, &tally);
    tell_tally(host, node, &tally, now);
    take_ready(host, node, now);
    return MARU_OK;
}

static void on_node_death(struct host *host, struct book_node *node, const struct payload *payload,
                          maru_time now) {
    uint64_t session = 0;
    const bool has_session = find_session(payload, &session);
    if (!node->is_online || (has_session && node->has_session && session != node->session)) {
        tell_node(host, node, HOST_OLD_DEATH, HOST_NO_CAUSE, now);
        return;
    }
    end_waiting(host, node, true, now);
    end_node(host, node, now);
    tell_node(host, node, HOST_NODE_DIED, HOST_NO_CAUSE, now);
}

// ---- what comes in

static maru_status refuse_message(struct host *host, const char *name, const maru_error *fault,
                                  maru_time now, maru_error *err) {
    if (err) {
        *err = *fault;
    }
    return refused(host, name, 0, fault, now);
}

static maru_status on_payload(struct host *host, const struct topic *topic,
                              const struct host_incoming *in, maru_time now, maru_error *err) {
    maru_error fault = {0};
    uint32_t at = 0;
    if (topic->type == TOPIC_NDEATH &&
        book_find_node(&host->book, topic->group, topic->node) == BOOK_NONE) {
        return MARU_OK; // of a node that was never heard of
    }
    const maru_status st = book_get_node(&host->book, topic->group, topic->node, &at, &fault);
    if (st != MARU_OK) {
        return refuse_message(host, "", &fault, now, err);
    }
    struct book_node *node = &host->book.node[at];
    if (topic->type == TOPIC_NDEATH) {
        on_node_death(host, node, in->payload, now);
        return MARU_OK;
    }
    if (!(in->payload->has & 1U << PAYLOAD_SEQ) || in->payload->seq >= NUMBERS) {
        (void)fail(&fault, MARU_E_INPUT, "a message without a sequence number from 0 to 255");
        return refuse_message(host, node->name, &fault, now, err);
    }
    if (topic->type == TOPIC_NBIRTH) {
        return on_node_birth(host, node, in, now, err);
    }
    on_sequenced(host, node, in, now);
    return MARU_OK;
}

maru_status host_message_in(struct host *host, const char *topic, const void *bytes, size_t n,
                            maru_time now, maru_error *err) {
    struct topic where;
    maru_error fault = {0};
    maru_status st = topic_read(topic, strlen(topic), &where, &fault);
    if (st != MARU_OK) {
        return refuse_message(host, "", &fault, now, err);
    }
    if (where.type == TOPIC_STATE) {
        return on_state(host, &where, bytes, n, now, err);
    }
    if (where.type == TOPIC_NCMD || where.type == TOPIC_DCMD) {
        return MARU_OK; // of a host to a node
    }
    struct arena arena;
    arena_init(&arena, HOST_MAX_MESSAGE_BYTES);
    struct payload payload;
    st = payload_read(bytes, n, &arena, &payload, &fault);
    if (st == MARU_OK) {
        const struct host_incoming in = {
            .type = where.type,
            .device = where.device.n > 0 ? where.device : (struct payload_text){"", 0},
            .payload = &payload,
            .bytes = bytes,
            .n = n,
            .now = now,
            .arena = &arena,
            .hash = book_hash(&host->book, bytes, n)};
        st = on_payload(host, &where, &in, now, err);
    } else {
        const uint32_t known = book_find_node(&host->book, where.group, where.node);
        const char *name = known == BOOK_NONE ? "" : host->book.node[known].name;
        st = refuse_message(host, name, &fault, now, err);
    }
    arena_fini(&arena);
    return st;
}

// ---- time

static void tick_node(struct host *host, struct book_node *node, maru_time now) {
    if (node->n_held > 0 && now - node->held[0]->at_us >= host->options.reorder_us) {
        if (node->is_online) {
            end_waiting(host, node, false, now);
            ask_rebirth(host, node, HOST_SEQUENCE, now);
        } else {
            drop_held(host, node, now);
            ask_rebirth(host, node, HOST_UNKNOWN_NODE, now);
        }
    }
    if (node->is_sought && host->is_connected && now >= host->seek_us) {
        node->is_sought = false;
        ask_rebirth(host, node, HOST_CONNECTION, now);
    }
    if (now >= node->device_due_us) {
        node->device_due_us = INT64_MAX;
        for (uint32_t i = 1; i < node->n_unit; i++) {
            if (node->unit[i].awaits_birth) {
                end_device(host, node, i, now);
            }
        }
    }
}

void host_tick(struct host *host, maru_time now) {
    if (now < host->due_us) {
        return;
    }
    maru_time due = host->is_connected && host->seek_us > now ? host->seek_us : INT64_MAX;
    for (uint32_t i = 0; i < host->book.n_node; i++) {
        struct book_node *node = &host->book.node[i];
        tick_node(host, node, now);
        if (node->n_held > 0 && node->held[0]->at_us + host->options.reorder_us < due) {
            due = node->held[0]->at_us + host->options.reorder_us;
        }
        if (node->is_used && node->device_due_us < due) {
            due = node->device_due_us;
        }
    }
    host->due_us = due;
}

maru_time host_due(const struct host *host) { return host->due_us; }

void host_disconnected(struct host *host, maru_time now) {
    host->is_connected = false;
    for (uint32_t i = 0; i < host->book.n_node; i++) {
        struct book_node *node = &host->book.node[i];
        if (node->is_online) {
            node->is_sought = true;
            end_waiting(host, node, true, now);
            end_node(host, node, now);
            tell_gap(host, node, HOST_CONNECTION, 0, 0, now);
        } else {
            drop_held(host, node, now);
        }
        node->ask_at_us = now;
        node->ask_every_us = 0;
    }
}

// ---- commands

static struct payload_text text_of(const char *zero_terminated) {
    return (struct payload_text){zero_terminated, (uint32_t)strlen(zero_terminated)};
}

maru_status host_write(struct host *host, const struct host_target *to, const struct sample *sample,
                       maru_time now, maru_error *err) {
    const uint32_t at = book_find_node(&host->book, text_of(to->group), text_of(to->node));
    const uint32_t unit =
        at == BOOK_NONE ? BOOK_NONE : book_find_unit(&host->book.node[at], text_of(to->device));
    if (unit == BOOK_NONE || !host->book.node[at].is_online ||
        !host->book.node[at].unit[unit].is_born) {
        return fail(err, MARU_E_INPUT, "this node or device is not online");
    }
    const struct book_unit *found = &host->book.node[at].unit[unit];
    const struct book_metric *known = book_by_name(&host->book, found, text_of(to->metric));
    if (!known) {
        return fail(err, MARU_E_INPUT, "the node has no metric of this name");
    }
    struct payload_metric out = {.has = 1U << PAYLOAD_METRIC_TIMESTAMP | 1U << PAYLOAD_METRIC_TYPE,
                                 .timestamp_ms = now > 0 ? (uint64_t)(now / 1000) : 0,
                                 .type = known->type};
    if (known->has_alias) {
        out.has |= 1U << PAYLOAD_METRIC_ALIAS;
        out.alias = known->alias;
    } else {
        out.has |= 1U << PAYLOAD_METRIC_NAME;
        out.name = text_of(to->metric);
    }
    const maru_status st = payload_value_of(known->type, sample, &out.value, err);
    if (st != MARU_OK) {
        return st;
    }
    struct topic where = topic_of(&host->book.node[at], to->device[0] ? TOPIC_DCMD : TOPIC_NCMD);
    where.device = text_of(to->device);
    publish_command(host, &where, &out, now);
    return MARU_OK;
}

struct host_counts host_count(const struct host *host) {
    struct host_counts counts = {.n_bytes = host->book.n_bytes};
    for (uint32_t i = 0; i < host->book.n_node; i++) {
        const struct book_node *node = &host->book.node[i];
        counts.n_node += node->is_used;
        counts.n_online += node->is_online;
        for (uint32_t k = 0; k < node->n_unit; k++) {
            counts.n_device_online += k > 0 && node->unit[k].is_born;
            counts.n_metric += node->unit[k].n;
        }
    }
    return counts;
}
