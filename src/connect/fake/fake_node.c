#include "connect/fake/fake_node.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/reach.h"
#include "io/clock.h"
#include "wire/sparkplug/payload.h"

// The state machine (wire/sparkplug/edge.h) says whether a value went out. One that did not is kept in a ring;
// the machine remembers it all the same, so that the next birth tells the present, and the ring follows as
// historical data.

enum {
    KEEPALIVE_S = 20,
    ANSWER_US = 10000000, // the broker has to accept within this time
    FIRST_WAIT_US = 500000,
    LONGEST_WAIT_US = 10000000,
    // In one message: hours of many sensors must not be more messages than a broker keeps for a client (1000 as a rule).
    CATCH_UP_VALUES = 5000,
    WRITE_MS = 2000, // at the end
};

// ---- what the state machine wants

static void publish(void *of, const struct edge_message *message) {
    struct fake_node *node = of;
    if (!node->mosq || message->n > FAKE_MAX_OUT_BYTES) {
        return;
    }
    if (mosquitto_publish(node->mosq, NULL, message->topic, (int)message->n, message->bytes, 0,
                          false) == MOSQ_ERR_SUCCESS) {
        node->look->n_message++;
        node->look->n_byte += message->n;
        node->look->n_birth += strstr(message->topic, "/NBIRTH/") != NULL;
    }
}

static void ignore_command(void *of, uint32_t metric, const struct sample *sample) {
    (void)of;
    (void)metric;
    (void)sample;
}

// ---- making

static uint32_t metric_type(uint8_t type) {
    switch ((enum sample_type)type) {
    case SAMPLE_INTEGER:
        return PAYLOAD_INT64;
    case SAMPLE_BOOL:
        return PAYLOAD_BOOLEAN;
    case SAMPLE_TEXT:
        return PAYLOAD_STRING;
    case SAMPLE_DOUBLE:
    case N_SAMPLE_TYPE:
        break;
    }
    return PAYLOAD_DOUBLE;
}

static maru_status add_device(struct fake_node *node, const struct fake_device *device,
                              uint32_t *tag_metric, maru_error *err) {
    uint32_t number = 0;
    maru_status st = MARU_OK;
    if (device->name[0] != '\0') {
        st = edge_add_device(node->edge, device->name, &number, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < device->n_tag; i++) {
        const uint32_t tag = device->first_tag + i;
        const struct fake_tag *its = &node->plan->tag[tag];
        st = edge_add_metric(node->edge, number, its->name, metric_type(its->type),
                             &tag_metric[tag], err);
    }
    return st;
}

maru_status fake_node_init(struct fake_node *node, const char *name, const struct fake_plan *plan,
                           uint32_t *tag_metric, maru_error *err) {
    const int64_t now = clock_unix_us();
    node->plan = plan;
    node->tag_metric = tag_metric;
    node->wait_us = FIRST_WAIT_US;
    snprintf(node->name, sizeof node->name, "%s", name);
    node->random = (uint64_t)now * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)(uintptr_t)node;
    snprintf(node->client_id, sizeof node->client_id, "maru-fake-%016llx",
             (unsigned long long)node->random);
    const struct edge_options options = {.group = plan->plant,
                                         .node = name,
                                         .primary_host = node->options->primary_host,
                                         .has_aliases = true,
                                         .session = (uint8_t)(now / 1000000)};
    const struct edge_sink sink = {node, publish, ignore_command};
    maru_status st = edge_new(&options, sink, &node->edge, err);
    for (uint32_t i = 0; st == MARU_OK && i < plan->n_device; i++) {
        if (strcmp(plan->device[i].node, name) == 0) {
            st = add_device(node, &plan->device[i], tag_metric, err);
        }
    }
    return st;
}

static void drop_oldest(struct fake_node *node) {
    alloc_free(node->kept[node->first_kept].text);
    node->first_kept = (node->first_kept + 1) % node->kept_room;
    node->n_kept--;
    node->look->n_kept--;
}

void fake_node_fini(struct fake_node *node) {
    while (node->n_kept > 0) {
        drop_oldest(node);
    }
    if (node->mosq) {
        mosquitto_destroy(node->mosq);
    }
    edge_free(node->edge);
    alloc_free(node->kept);
    *node = (struct fake_node){0};
}

// ---- keeping

static bool grow(struct fake_node *node) {
    const size_t room = node->kept_room * 2 + 1024;
    struct fake_kept *grown = alloc_new(room, sizeof *grown);
    if (!grown) {
        return false;
    }
    for (size_t i = 0; i < node->n_kept; i++) {
        grown[i] = node->kept[(node->first_kept + i) % node->kept_room];
    }
    alloc_free(node->kept);
    node->kept = grown;
    node->first_kept = 0;
    node->kept_room = room;
    return true;
}

static void keep(struct fake_node *node, const struct fake_value *value) {
    if (node->n_kept == FAKE_MAX_KEPT) {
        drop_oldest(node);
        node->look->n_dropped++;
    }
    const bool has_text = value->sample.type == SAMPLE_TEXT;
    struct fake_kept kept = {.tag = value->tag, .sample = value->sample};
    if (has_text) {
        kept.text = alloc_new((size_t)value->sample.n_text + 1, 1);
        if (kept.text && value->sample.n_text > 0) {
            memcpy(kept.text, value->sample.value.text, value->sample.n_text);
        }
        kept.sample.value.text = kept.text;
    }
    if ((has_text && !kept.text) || (node->n_kept == node->kept_room && !grow(node))) {
        alloc_free(kept.text);
        node->look->n_dropped++;
        return;
    }
    node->kept[(node->first_kept + node->n_kept) % node->kept_room] = kept;
    node->n_kept++;
    node->look->n_kept++;
}

// ---- the connection

static double chance(struct fake_node *node) { // xorshift64*
    uint64_t x = node->random | 1;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    node->random = x;
    return (double)(x * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

static void note_online(struct fake_node *node) {
    const bool is_online = edge_is_online(node->edge);
    node->look->n_online += is_online && !node->was_online;
    node->look->n_online -= !is_online && node->was_online;
    node->was_online = is_online;
}

void fake_node_lost(struct fake_node *node, const char *problem, maru_time now) {
    if (problem[0] != '\0') {
        snprintf(node->look->problem, sizeof node->look->problem, "%s", problem);
    }
    if (node->mosq) {
        mosquitto_destroy(node->mosq);
        node->mosq = NULL;
    }
    node->is_accepted = false;
    edge_disconnected(node->edge);
    note_online(node);
    node->try_us = now + node->wait_us + (maru_time)(0.5 * chance(node) * (double)node->wait_us);
    node->wait_us = 2 * node->wait_us < LONGEST_WAIT_US ? 2 * node->wait_us : LONGEST_WAIT_US;
}

static void on_connect(struct mosquitto *mosq, void *of, int code) {
    struct fake_node *node = of;
    char topic[600];
    if (code != 0) {
        snprintf(node->look->problem, sizeof node->look->problem, "the broker refuses: %s",
                 mosquitto_connack_string(code));
        return;
    }
    node->is_accepted = true;
    node->wait_us = FIRST_WAIT_US;
    snprintf(topic, sizeof topic, "spBv1.0/%s/NCMD/%s", node->plan->plant, node->name);
    (void)mosquitto_subscribe(mosq, NULL, topic, 1);
    snprintf(topic, sizeof topic, "spBv1.0/%s/DCMD/%s/#", node->plan->plant, node->name);
    (void)mosquitto_subscribe(mosq, NULL, topic, 1);
    if (node->options->primary_host[0] != '\0') {
        snprintf(topic, sizeof topic, "spBv1.0/STATE/%s", node->options->primary_host);
        (void)mosquitto_subscribe(mosq, NULL, topic, 1);
    }
    edge_connected(node->edge, clock_unix_us());
}

static void on_message(struct mosquitto *mosq, void *of, const struct mosquitto_message *message) {
    struct fake_node *node = of;
    maru_error err = {0};
    (void)mosq;
    if (edge_message_in(node->edge, message->topic, message->payload, (size_t)message->payloadlen,
                        clock_unix_us(), &err) != MARU_OK) {
        snprintf(node->look->problem, sizeof node->look->problem, "%s", err.text);
    }
}

static int set_up(struct fake_node *node, maru_time now) {
    const struct mqtt_address *address = node->address;
    struct text topic, bytes;
    text_init(&topic, 2000);
    text_init(&bytes, 2000);
    mosquitto_connect_callback_set(node->mosq, on_connect);
    mosquitto_message_callback_set(node->mosq, on_message);
    edge_will(node->edge, now, &topic, &bytes);
    int code =
        mosquitto_will_set(node->mosq, topic.bytes, (int)bytes.n_bytes, bytes.bytes, 1, false);
    if (code == MOSQ_ERR_SUCCESS && address->user[0]) {
        code = mosquitto_username_pw_set(node->mosq, address->user, address->password);
    }
    if (code == MOSQ_ERR_SUCCESS && address->is_tls) {
        const bool has_file = node->options->ca_file[0] != '\0';
        code = mosquitto_tls_set(node->mosq, has_file ? node->options->ca_file : NULL,
                                 has_file ? NULL : "/etc/ssl/certs", NULL, NULL, NULL);
    }
    text_fini(&topic);
    text_fini(&bytes);
    return code;
}

void fake_node_try(struct fake_node *node, maru_time now) {
    maru_error err = {0};
    if (node->mosq || now < node->try_us) {
        return;
    }
    const int via = node->options->via ? node->options->via(node->options->via_of, node->name) : 0;
    const char *host = via > 0 ? "127.0.0.1" : node->address->host;
    const int port = via > 0 ? via : node->address->port;
    if (reach_probe(host, port, &err) != MARU_OK) {
        fake_node_lost(node, err.text, now);
        return;
    }
    node->mosq = mosquitto_new(node->client_id, true, node);
    int code = node->mosq ? set_up(node, now) : MOSQ_ERR_NOMEM;
    code = code == MOSQ_ERR_SUCCESS ? mosquitto_connect(node->mosq, host, port, KEEPALIVE_S) : code;
    node->accept_us = clock_unix_us() + ANSWER_US;
    if (code != MOSQ_ERR_SUCCESS) {
        fake_node_lost(node, mosquitto_strerror(code), clock_unix_us());
    }
}

void fake_node_serve(struct fake_node *node, short ready, maru_time now) {
    if (!node->mosq) {
        return;
    }
    int code = MOSQ_ERR_SUCCESS;
    if (ready & (POLLIN | POLLERR | POLLHUP)) {
        code = mosquitto_loop_read(node->mosq, 1);
    }
    if (code == MOSQ_ERR_SUCCESS && (ready & POLLOUT || mosquitto_want_write(node->mosq))) {
        code = mosquitto_loop_write(node->mosq, 1);
    }
    code = code == MOSQ_ERR_SUCCESS ? mosquitto_loop_misc(node->mosq) : code;
    note_online(node);
    if (code != MOSQ_ERR_SUCCESS) {
        fake_node_lost(node, code == MOSQ_ERR_CONN_REFUSED ? "" : mosquitto_strerror(code), now);
    } else if (!node->is_accepted && now > node->accept_us) {
        fake_node_lost(node, "the broker does not answer the request to connect", now);
    }
}

bool fake_node_is_blocked(const struct fake_node *node) {
    return node->mosq && mosquitto_want_write(node->mosq);
}

// ---- values

void fake_node_put(struct fake_node *node, const struct fake_value *value, uint32_t n,
                   maru_time now) {
    struct edge_value *told = alloc_new((size_t)n + 1, sizeof *told);
    bool is_sent = false;
    for (uint32_t i = 0; told && i < n; i++) {
        told[i] = (struct edge_value){node->tag_metric[value[i].tag], value[i].sample};
    }
    maru_error err = {0};
    if (told && edge_data(node->edge, told, n, false, now, &is_sent, &err) != MARU_OK) {
        snprintf(node->look->problem, sizeof node->look->problem, "%s", err.text);
    }
    alloc_free(told);
    for (uint32_t i = 0; !is_sent && i < n; i++) {
        keep(node, &value[i]);
    }
    node->look->n_value += is_sent ? n : 0;
}

void fake_node_catch_up(struct fake_node *node, maru_time now) {
    const bool has_some = node->n_kept > 0 && edge_is_online(node->edge);
    struct edge_value *value = has_some ? alloc_new(CATCH_UP_VALUES, sizeof *value) : NULL;
    while (value && node->n_kept > 0 && edge_is_online(node->edge) && !fake_node_is_blocked(node)) {
        const uint32_t n =
            (uint32_t)(node->n_kept < CATCH_UP_VALUES ? node->n_kept : CATCH_UP_VALUES);
        for (uint32_t i = 0; i < n; i++) {
            const struct fake_kept *kept = &node->kept[(node->first_kept + i) % node->kept_room];
            value[i] = (struct edge_value){node->tag_metric[kept->tag], kept->sample};
        }
        bool is_sent = false;
        if (edge_data(node->edge, value, n, true, now, &is_sent, NULL) != MARU_OK || !is_sent) {
            break;
        }
        for (uint32_t i = 0; i < n; i++) {
            drop_oldest(node);
        }
        node->look->n_value += n;
        node->look->n_historical += n;
    }
    alloc_free(value);
}

void fake_node_stop(struct fake_node *node, maru_time now) {
    if (!node->mosq) {
        return;
    }
    edge_stop(node->edge, now);
    const maru_time until = now + (maru_time)WRITE_MS * 1000;
    while (fake_node_is_blocked(node) && clock_unix_us() < until) {
        struct pollfd file = {.fd = mosquitto_socket(node->mosq), .events = POLLOUT};
        if (poll(&file, 1, 100) < 0 || mosquitto_loop_write(node->mosq, 1) != MOSQ_ERR_SUCCESS) {
            break;
        }
    }
    (void)mosquitto_disconnect(node->mosq);
    mosquitto_destroy(node->mosq);
    node->mosq = NULL;
    edge_disconnected(node->edge);
    note_online(node);
}
