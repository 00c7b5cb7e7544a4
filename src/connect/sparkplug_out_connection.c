#include "connect/sparkplug_out_connection.h"

#include <mosquitto.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "connect/outgoing.h"
#include "io/clock.h"
#include "wire/sparkplug/topic.h"

// One batch (outgoing.c) is on its way at a time: its samples become messages as fast as the socket takes them, then the broker is asked
// for an echo (mqtt_client.h), and with the echo the batch is done. A signal that no birth has told of makes the batch wait for a
// rebirth, of which there is one a second at most.
//
// The number of the session (bdSeq) is a signal of the connection's own, as its position is.

enum {
    TICK_US = 20000,
    VALUES_OF_MESSAGE = 500,
    MESSAGES_OF_TICK = 20,
    ARENA_BYTES = 1 << 24,
    WILL_BYTES = 4096,
};
#define BIRTH_EVERY_US INT64_C(1000000)
#define BACK_EVERY_US INT64_C(5000000)
static const char session_name[] = "session";

struct sparkplug_out {
    struct mqtt_client client; // first
    struct outgoing outgoing;
    struct sparkplug_node node;
    struct arena arena; // of the options
    char commands[3 * (TOPIC_MAX_NAME_BYTES + 1)], state[2 * (TOPIC_MAX_NAME_BYTES + 1)];
    struct text will_topic, will;
    uint8_t session;
    bool was_online;
    bool is_host_new;  // since the last tick
    bool must_go_back; // a host has asked for births, and has missed what went out before
    uint64_t host_ms;  // of the newest STATE of the primary host
    maru_time safe_us; // the position when the node came online: what is behind it may be missed
    maru_time online_us, born_us, back_us;
    int echo; // that is waited for, 0: none
    uint64_t n_in_batch;
    struct edge_value value[VALUES_OF_MESSAGE];
};

// ---- what the node gives

static void publish(void *of, const struct edge_message *message) {
    struct sparkplug_out *out = of;
    (void)mqtt_client_publish(&out->client, message->topic, message->bytes, message->n, 0, false);
}

static void refuse_command(void *of, uint32_t metric, const struct sample *sample) {
    struct sparkplug_out *out = of;
    (void)metric;
    (void)sample;
    intake_refuse(out->client.connection.intake,
                  "a host wants to write: what is given away cannot be written");
}

static void begin_anew(struct sparkplug_out *out) {
    outgoing_rewind(&out->outgoing);
    out->n_in_batch = 0;
    out->echo = 0;
}

// ---- births

// Signals that are new, or stand elsewhere, are told of.
static void look_at_node(struct sparkplug_out *out, maru_time now) {
    struct sparkplug_node *node = &out->node;
    if (signals_naming(node->signals) != node->naming ||
        (int64_t)signals_count(node->signals) > node->last_id) {
        maru_error err = {0};
        if (sparkplug_node_learn(node, &err) != MARU_OK) {
            return; // to be tried again
        }
    }
    const bool is_due = now - out->born_us >= BIRTH_EVERY_US || now < out->born_us;
    if (node->needs_birth && is_due && sparkplug_node_refresh(node, NULL) == MARU_OK) {
        node->needs_birth = false;
        edge_rebirth(node->edge, now);
        out->born_us = now;
    }
}

static bool wants(void *of, int64_t signal, bool *is_wanted) {
    struct sparkplug_out *out = of;
    if (signal > out->node.last_id && sparkplug_node_learn(&out->node, NULL) != MARU_OK) {
        return false;
    }
    *is_wanted = sparkplug_node_find(&out->node, signal) != NULL;
    return true;
}

// ---- data

// The next samples as values; 0: there are none, or they wait for a birth.
static uint32_t collect(struct sparkplug_out *out, struct arena *arena) {
    struct sparkplug_node *node = &out->node;
    struct batch_sample one;
    uint32_t n = 0;
    while (n < VALUES_OF_MESSAGE && outgoing_next(&out->outgoing, &one)) {
        if (one.signal > node->last_id && sparkplug_node_learn(node, NULL) != MARU_OK) {
            outgoing_unread(&out->outgoing); // the same again at the next tick
            break;
        }
        if (node->needs_birth) {
            outgoing_unread(&out->outgoing);
            break;
        }
        if (sparkplug_node_find(node, one.signal)) {
            if (!sparkplug_node_fit(node, one.signal, &one.sample, arena, &out->value[n])) {
                outgoing_unread(&out->outgoing);
                break;
            }
            n++;
        }
    }
    return n;
}

// False: the node has gone offline meanwhile.
static bool send_values(struct sparkplug_out *out, uint32_t n, maru_time now) {
    struct edge *edge = out->node.edge;
    const bool is_late = out->outgoing.is_read_back;
    bool is_sent = false;
    maru_status st = edge_data(edge, out->value, n, is_late, now, &is_sent, NULL);
    for (uint32_t i = 0; (st == MARU_E_RANGE || st == MARU_E_USAGE) && i < n; i++) { // one of them
        if (edge_data(edge, &out->value[i], 1, is_late, now, &is_sent, NULL) != MARU_OK) {
            intake_refuse(out->client.connection.intake, "a sample that cannot be published");
            is_sent = true;
        }
    }
    out->n_in_batch += is_sent ? n : 0;
    return is_sent;
}

static void send_some(struct sparkplug_out *out, maru_time now) {
    struct arena arena;
    bool is_sent = true;
    for (int i = 0; is_sent && i < MESSAGES_OF_TICK && !mqtt_client_is_blocked(&out->client); i++) {
        arena_init(&arena, ARENA_BYTES);
        const uint32_t n = collect(out, &arena);
        is_sent = n > 0 && send_values(out, n, now);
        if (n > 0 && !is_sent) {
            begin_anew(out);
        }
        arena_fini(&arena);
    }
}

static void finish_batch(struct sparkplug_out *out, maru_time now) {
    outgoing_done(&out->outgoing, out->n_in_batch, now);
    out->n_in_batch = 0;
    out->echo = 0;
}

static void go_back_to_online(struct sparkplug_out *out) {
    struct outgoing *outgoing = &out->outgoing;
    outgoing->until_us = out->safe_us < outgoing->until_us ? out->safe_us : outgoing->until_us;
    begin_anew(out);
    outgoing_go_back(outgoing);
}

// A broker that was killed tells a host's old STATE as if it were there: when a newer one comes, all since the node came online goes out
// again. A host that asks for a rebirth has missed something, too: if the node came online of late, perhaps all since then, for the
// host may have come behind it. It gets that at once the first time, then every now and then.
static void look_at_host(struct sparkplug_out *out, maru_time now) {
    if (out->is_host_new) {
        go_back_to_online(out);
        out->node.needs_birth = true; // it has none of this session
        out->must_go_back = false;
    } else if (out->must_go_back && now - out->back_us >= BACK_EVERY_US) {
        if (now - out->online_us < OUTGOING_EARLIER_US) {
            go_back_to_online(out);
        } else {
            outgoing_go_back(&out->outgoing);
        }
        out->must_go_back = false;
        out->back_us = now;
    }
    out->is_host_new = false;
}

static void tick(void *of, maru_time now) {
    struct sparkplug_out *out = of;
    struct outgoing *outgoing = &out->outgoing;
    const bool is_online = edge_is_online(out->node.edge);
    if (is_online && !out->was_online) { // nobody knows what of the last minute has arrived
        begin_anew(out);
        out->safe_us = outgoing->until_us;
        outgoing_go_back(outgoing);
        out->born_us = out->online_us = now;
        out->back_us = 0;
        out->is_host_new = out->must_go_back = false;
    }
    out->was_online = is_online;
    if (!is_online) {
        return; // what comes waits with the follower, or in the store
    }
    look_at_host(out, now);
    look_at_node(out, now);
    if (!outgoing->is_batch) {
        outgoing_fetch(outgoing, now);
    }
    if (outgoing->is_batch && out->echo == 0) {
        send_some(out, now);
        if (outgoing_is_all_read(outgoing) && out->n_in_batch == 0) {
            finish_batch(out, now); // nothing of it was given away
        } else if (outgoing_is_all_read(outgoing)) {
            out->echo = mqtt_client_ask_echo(&out->client);
        }
    }
}

// ---- what the client gives

static void keep_session(struct sparkplug_out *out) {
    const struct intake_name name = {
        .bytes = session_name, .n = sizeof session_name - 1, .unit = ""};
    const struct sample sample = {.at_us = clock_unix_us(),
                                  .type = SAMPLE_INTEGER,
                                  .quality = QUALITY_GOOD,
                                  .value = {.integer = out->session}};
    connection_take_sample(&out->client.connection, &name, &sample);
}

static maru_status prepare_will(void *of, struct mosquitto *mosq, maru_error *err) {
    struct sparkplug_out *out = of;
    keep_session(out);
    out->session++;
    text_clear(&out->will_topic);
    text_clear(&out->will);
    edge_will(out->node.edge, clock_unix_us(), &out->will_topic, &out->will);
    const int code = mosquitto_will_set(mosq, out->will_topic.bytes, (int)out->will.n_bytes,
                                        out->will.bytes, 1, false);
    return code == MOSQ_ERR_SUCCESS ? MARU_OK
                                    : fail(err, MARU_E_IO, "the connection cannot be set up: %s",
                                           mosquitto_strerror(code));
}

static void up(void *of, maru_time now) {
    struct sparkplug_out *out = of;
    const char *const filter[] = {out->commands, out->state};
    mqtt_client_subscribe(&out->client, filter, out->state[0] ? 2 : 1);
    begin_anew(out);
    out->was_online = false;
    if (sparkplug_node_learn(&out->node, NULL) == MARU_OK &&
        sparkplug_node_refresh(&out->node, NULL) == MARU_OK) {
        out->node.needs_birth = false; // what is missing is told by a rebirth
    }
    edge_connected(out->node.edge, now);
}

static void take_in(void *of, const struct mqtt_message *message) {
    struct sparkplug_out *out = of;
    struct topic_state state = {0};
    maru_error err = {0};
    if (strcmp(message->topic, out->commands) == 0) {
        out->must_go_back = true;
    } else if (topic_state_read(message->bytes, message->n, &state, NULL) == MARU_OK &&
               state.is_online) {
        out->is_host_new = out->was_online && state.timestamp_ms > out->host_ms;
        out->host_ms = state.timestamp_ms > out->host_ms ? state.timestamp_ms : out->host_ms;
    }
    if (edge_message_in(out->node.edge, message->topic, message->bytes, message->n, message->now,
                        &err) != MARU_OK) {
        intake_refuse(out->client.connection.intake, err.text);
    }
}

static maru_time due(void *of) {
    (void)of;
    return clock_unix_us() + TICK_US;
}

static void echoed(void *of, int number) {
    struct sparkplug_out *out = of;
    if (out->echo != 0 && number == out->echo) {
        finish_batch(out, clock_unix_us());
    }
}

static void stop(void *of, maru_time now) {
    struct sparkplug_out *out = of;
    outgoing_keep(&out->outgoing, now);
    edge_stop(out->node.edge, now);
}

static void down(void *of, maru_time now) {
    struct sparkplug_out *out = of;
    (void)now;
    edge_disconnected(out->node.edge);
    out->was_online = false;
    begin_anew(out);
}

static const struct mqtt_user user = {.prepare = prepare_will,
                                      .up = up,
                                      .message = take_in,
                                      .due = due,
                                      .tick = tick,
                                      .echoed = echoed,
                                      .stop = stop,
                                      .down = down};

// ---- opening

static bool is_name(const char *name) {
    return topic_is_name((struct payload_text){name, (uint32_t)strlen(name)});
}

maru_status sparkplug_out_check(const struct sparkplug_out_options *options, maru_error *err) {
    if (!is_name(options->group) || !is_name(options->node) ||
        (options->primary_host[0] && !is_name(options->primary_host))) {
        return fail(err, MARU_E_USAGE, "a Sparkplug node needs names without /, + and #");
    }
    if (options->n_asset + options->n_prefix == 0 || options->n_asset > NODE_MAX_WANTED ||
        options->n_prefix > NODE_MAX_WANTED) {
        return fail(err, MARU_E_USAGE,
                    "1 to %d assets, or beginnings of names such as line1/, are wanted: what comes "
                    "back from the broker must not go out again",
                    NODE_MAX_WANTED);
    }
    return mqtt_check(&options->mqtt, err);
}

static maru_status copy_list(struct sparkplug_out *out, const char *const *from, size_t n,
                             const char *const **to, maru_error *err) {
    const char **list = arena_take(&out->arena, n + 1, sizeof *list);
    bool is_good = list != NULL;
    for (size_t i = 0; is_good && i < n; i++) {
        list[i] = arena_text(&out->arena, from[i], strlen(from[i]));
        is_good = list[i] != NULL;
    }
    *to = list;
    return is_good ? MARU_OK : arena_refusal(&out->arena, err);
}

// The number of the next session: one more than the last one that was kept.
static maru_status find_session(struct sparkplug_out *out, struct signals *signals,
                                maru_error *err) {
    char own[SIGNALS_MAX_NAME_BYTES];
    struct last_sample last = {0};
    snprintf(own, sizeof own, "%.400s/%s", out->client.connection.name, session_name);
    const int64_t signal = signals_find(signals, own, strlen(own));
    const maru_status st = signal > 0 ? signals_last(signals, &signal, 1, &last, err) : MARU_OK;
    if (st == MARU_OK && signal > 0 && last.sample.type == SAMPLE_INTEGER) {
        out->session = (uint8_t)(last.sample.value.integer + 1);
    }
    return st;
}

static maru_status make_node(struct sparkplug_out *out, struct signals *signals,
                             const struct sparkplug_out_options *options, maru_error *err) {
    struct sparkplug_node *node = &out->node;
    const struct edge_options edge = {.group = options->group,
                                      .node = options->node,
                                      .primary_host = options->primary_host,
                                      .has_aliases = true,
                                      .session = out->session};
    node->signals = signals;
    node->own = out->client.connection.name;
    node->n_asset = options->n_asset;
    node->n_prefix = options->n_prefix;
    maru_status st = copy_list(out, options->asset, options->n_asset, &node->asset, err);
    st =
        st == MARU_OK ? copy_list(out, options->prefix, options->n_prefix, &node->prefix, err) : st;
    return st == MARU_OK ? sparkplug_node_init(
                               node, &edge, (struct edge_sink){out, publish, refuse_command}, err)
                         : st;
}

static maru_status prepare(struct sparkplug_out *out, struct signals *signals,
                           const struct sparkplug_out_options *options, maru_error *err) {
    arena_init(&out->arena, ARENA_BYTES);
    text_init(&out->will_topic, WILL_BYTES);
    text_init(&out->will, WILL_BYTES);
    out->outgoing.wants = wants;
    out->outgoing.of = out;
    maru_status st = sparkplug_out_check(options, err);
    st = st == MARU_OK ? mqtt_client_init(&out->client, signals, &options->mqtt, &user, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    snprintf(out->commands, sizeof out->commands, "spBv1.0/%s/NCMD/%s", options->group,
             options->node);
    if (options->primary_host[0]) {
        snprintf(out->state, sizeof out->state, "spBv1.0/STATE/%s", options->primary_host);
    }
    st = find_session(out, signals, err);
    st = st == MARU_OK ? make_node(out, signals, options, err) : st;
    return st == MARU_OK ? outgoing_init(&out->outgoing, signals, &out->client.connection, err)
                         : st;
}

static void release(struct sparkplug_out *out) {
    outgoing_fini(&out->outgoing);
    mqtt_client_fini(&out->client);
    sparkplug_node_fini(&out->node);
    arena_fini(&out->arena);
    text_fini(&out->will_topic);
    text_fini(&out->will);
    alloc_free(out);
}

maru_status sparkplug_out_open(struct signals *signals, const struct sparkplug_out_options *options,
                               struct sparkplug_out **made, maru_error *err) {
    struct sparkplug_out *out = alloc_new(1, sizeof *out);
    if (!out) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = prepare(out, signals, options, err);
    st = st == MARU_OK ? mqtt_client_start(&out->client, err) : st;
    if (st != MARU_OK) {
        release(out);
        return st;
    }
    *made = out;
    return MARU_OK;
}

void sparkplug_out_close(struct sparkplug_out *out) {
    if (out) {
        mqtt_client_stop(&out->client);
        release(out);
    }
}

void sparkplug_out_look_at(struct sparkplug_out *out, struct connection_look *look) {
    connection_look_at(&out->client.connection, look);
    outgoing_look_at(&out->outgoing, look);
}
