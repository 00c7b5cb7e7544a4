#include "connect/mqtt_connection.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/mqtt_address.h"
#include "io/clock.h"
#include "wire/sparkplug/host.h"

// libmosquitto, with its loop in our hands. It answers a message of QoS 1 before it hands it over, but told that other threads
// exist it only queues the answer, and the queue goes out with mosquitto_loop_write. So: read what has come, make it
// durable, then write. A kill before the write leaves the messages with the broker.

enum {
    KEEPALIVE_S = 20,
    MAX_READ_AT_ONCE = 2000, // messages before a commit
    MAX_READ_US = 20000,     // and time
    TICK_US = 1000000,
};

struct mqtt_connection {
    struct connection connection; // first
    struct mqtt_address address;
    char ca_file[MQTT_MAX_URL_BYTES], client_id[64], topic[192];
    struct mosquitto *mosq;
    struct host *host;
    struct text will_topic, will;
    uint64_t n_read;
    bool is_accepted;
    char refused[MARU_ERROR_TEXT_BYTES]; // by the broker
};

// ---- what the host application gives

static void take_sample(void *of, const struct host_sample *sample) {
    struct mqtt_connection *mqtt = of;
    if (sample->is_transient) {
        return;
    }
    // group/node/device/metric: where it stands are the first three, or two
    const struct intake_name name = {.bytes = sample->name, .n = sample->n_name, .unit = ""};
    connection_take_sample(&mqtt->connection, &name, &sample->sample);
}

static void take_event(void *of, const struct host_event *event) {
    struct mqtt_connection *mqtt = of;
    char source[SIGNALS_MAX_NAME_BYTES];
    snprintf(source, sizeof source, "%.200s/%.300s", mqtt->connection.name, event->name);
    if (event->kind == HOST_GAP) {
        connection_add_gap(&mqtt->connection, source, event->at_us, event->at_us,
                           host_cause_name((enum host_cause)event->cause), event->n_missing);
        return;
    }
    if (event->kind == HOST_DUPLICATE || event->kind == HOST_OLD_DEATH) {
        return; // ordinary, and harmless
    }
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addz(&detail, "{\"cause\":");
    text_add_json(&detail, host_cause_name((enum host_cause)event->cause));
    text_addz(&detail, ",\"text\":");
    text_add_json(&detail, event->text);
    text_addz(&detail, "}");
    const struct event told = {.at_us = event->at_us,
                               .kind = "connection",
                               .source = source,
                               .name = host_event_name((enum host_event_kind)event->kind),
                               .lot = "",
                               .wafer = "",
                               .recipe = "",
                               .step = "",
                               .detail = detail.status == MARU_OK ? detail.bytes : "{}"};
    connection_take_event(&mqtt->connection, &told);
    text_fini(&detail);
}

static void take_message(void *of, const struct host_message *message) {
    struct mqtt_connection *mqtt = of;
    if (mqtt->mosq) {
        (void)mosquitto_publish(mqtt->mosq, NULL, message->topic, (int)message->n, message->bytes,
                                message->qos, message->is_retained);
    }
}

// ---- what the broker gives

static void on_connect(struct mosquitto *mosq, void *of, int code) {
    struct mqtt_connection *mqtt = of;
    if (code == 4 || code == 5) {
        snprintf(mqtt->refused, sizeof mqtt->refused,
                 "the broker refuses this user and password: look at both");
        return;
    }
    if (code != 0) {
        snprintf(mqtt->refused, sizeof mqtt->refused, "the broker refuses: %s",
                 mosquitto_connack_string(code));
        return;
    }
    mqtt->is_accepted = true;
    (void)mosquitto_subscribe(mosq, NULL, mqtt->topic, 1);
    (void)mosquitto_subscribe(mosq, NULL, "spBv1.0/STATE/+", 1);
    connection_is_up(&mqtt->connection);
    host_connected(mqtt->host, clock_unix_us());
}

static void on_message(struct mosquitto *mosq, void *of, const struct mosquitto_message *message) {
    struct mqtt_connection *mqtt = of;
    (void)mosq;
    mqtt->n_read++;
    (void)host_message_in(mqtt->host, message->topic, message->payload, (size_t)message->payloadlen,
                          clock_unix_us(), NULL);
}

// ---- the thread

static maru_status make_client(struct mqtt_connection *mqtt, maru_error *err) {
    struct mosquitto *mosq = mosquitto_new(mqtt->client_id, true, mqtt);
    const struct mqtt_address *address = &mqtt->address;
    if (!mosq) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    mqtt->mosq = mosq;
    (void)mosquitto_threaded_set(mosq, true); // answers wait for loop_write: see above
    mosquitto_connect_callback_set(mosq, on_connect);
    mosquitto_message_callback_set(mosq, on_message);
    (void)mosquitto_max_inflight_messages_set(mosq, 0);
    host_will(mqtt->host, clock_unix_us(), &mqtt->will_topic, &mqtt->will);
    int code = mosquitto_will_set(mosq, mqtt->will_topic.bytes, (int)mqtt->will.n_bytes,
                                  mqtt->will.bytes, 1, true);
    if (code == MOSQ_ERR_SUCCESS && address->user[0]) {
        code = mosquitto_username_pw_set(mosq, address->user, address->password);
    }
    if (code == MOSQ_ERR_SUCCESS && address->is_tls) {
        code = mqtt->ca_file[0] ? mosquitto_tls_set(mosq, mqtt->ca_file, NULL, NULL, NULL, NULL)
                                : mosquitto_tls_set(mosq, NULL, "/etc/ssl/certs", NULL, NULL, NULL);
    }
    return code == MOSQ_ERR_SUCCESS ? MARU_OK
                                    : fail(err, MARU_E_IO, "the connection cannot be set up: %s",
                                           mosquitto_strerror(code));
}

static maru_status say(int code, maru_error *err) {
    if (code == MOSQ_ERR_TLS) {
        return fail(err, MARU_E_IO,
                    "the broker's certificate is not trusted: name its authority in ca_file");
    }
    return fail(err, MARU_E_IO, "the connection to the broker broke: %s",
                code == MOSQ_ERR_ERRNO ? strerrorname_np(errno) : mosquitto_strerror(code));
}

// Read what has come, a moment long at most.
static int read_some(struct mqtt_connection *mqtt) {
    const int64_t end_us = clock_unix_us() + MAX_READ_US;
    const uint64_t n_end = mqtt->n_read + MAX_READ_AT_ONCE;
    int code = MOSQ_ERR_SUCCESS;
    for (;;) {
        struct pollfd file = {.fd = mosquitto_socket(mqtt->mosq), .events = POLLIN};
        if (file.fd < 0 || poll(&file, 1, 0) <= 0 || mqtt->n_read >= n_end ||
            intake_is_full(mqtt->connection.intake) || clock_unix_us() >= end_us) {
            return code;
        }
        code = mosquitto_loop_read(mqtt->mosq, 1);
        if (code != MOSQ_ERR_SUCCESS) {
            return code;
        }
    }
}

// Until it breaks or is stopped.
static maru_status serve(struct mqtt_connection *mqtt, maru_error *err) {
    struct connection *connection = &mqtt->connection;
    const int64_t accept_us = clock_unix_us() + (int64_t)KEEPALIVE_S * 1000000;
    while (!atomic_load(&connection->is_stopping)) {
        const int64_t now = clock_unix_us();
        const maru_time due_us = host_due(mqtt->host);
        const bool wants_write = mosquitto_want_write(mqtt->mosq);
        const short ready = connection_wait(connection, mosquitto_socket(mqtt->mosq),
                                            wants_write ? POLLIN | POLLOUT : POLLIN,
                                            due_us < now + TICK_US ? due_us : now + TICK_US);
        int code = ready & (POLLIN | POLLERR | POLLHUP) ? read_some(mqtt) : MOSQ_ERR_SUCCESS;
        host_tick(mqtt->host, clock_unix_us());
        if (!connection_commit(connection)) {
            return fail(err, MARU_E_IO, "what had come could not be kept");
        }
        if (code == MOSQ_ERR_SUCCESS && mosquitto_want_write(mqtt->mosq)) {
            code = mosquitto_loop_write(mqtt->mosq, 1);
        }
        code = code == MOSQ_ERR_SUCCESS ? mosquitto_loop_misc(mqtt->mosq) : code;
        if (mqtt->refused[0]) {
            return fail(err, MARU_E_IO, "%s", mqtt->refused);
        }
        if (code != MOSQ_ERR_SUCCESS) {
            return say(code, err);
        }
        if (!mqtt->is_accepted && clock_unix_us() > accept_us) {
            return fail(err, MARU_E_IO, "the broker does not answer the request to connect");
        }
    }
    return MARU_OK;
}

static void say_goodbye(struct mqtt_connection *mqtt) {
    if (!mqtt->is_accepted) {
        return;
    }
    host_stop(mqtt->host, clock_unix_us());
    for (int i = 0; i < 10 && mosquitto_want_write(mqtt->mosq); i++) {
        if (mosquitto_loop_write(mqtt->mosq, 1) != MOSQ_ERR_SUCCESS) {
            break;
        }
    }
    (void)mosquitto_disconnect(mqtt->mosq);
    (void)mosquitto_loop_write(mqtt->mosq, 1);
}

static maru_status connect_once(struct mqtt_connection *mqtt, maru_error *err) {
    struct connection *connection = &mqtt->connection;
    maru_status st = connection_probe(connection, mqtt->address.host, mqtt->address.port, err);
    mqtt->is_accepted = false;
    mqtt->refused[0] = '\0';
    st = st == MARU_OK ? make_client(mqtt, err) : st;
    if (st == MARU_OK) {
        const int code =
            mosquitto_connect(mqtt->mosq, mqtt->address.host, mqtt->address.port, KEEPALIVE_S);
        st = code == MOSQ_ERR_SUCCESS ? MARU_OK : say(code, err);
    }
    st = st == MARU_OK ? serve(mqtt, err) : st;
    if (mqtt->is_accepted) {
        if (st == MARU_OK) {
            say_goodbye(mqtt);
        }
        host_disconnected(mqtt->host, clock_unix_us());
        (void)connection_commit(connection); // what is known to be stale now
    }
    mosquitto_destroy(mqtt->mosq);
    mqtt->mosq = NULL;
    return st;
}

static void *run(void *context) {
    struct mqtt_connection *mqtt = context;
    while (!atomic_load(&mqtt->connection.is_stopping)) {
        maru_error err = {0};
        if (connect_once(mqtt, &err) != MARU_OK) {
            connection_is_down(&mqtt->connection, err.text);
        }
    }
    return NULL;
}

// ---- opening

maru_status mqtt_check(const struct mqtt_options *options, maru_error *err) {
    struct mqtt_address address;
    const maru_status st = mqtt_address_read(options->url, &address, err);
    if (st != MARU_OK) {
        return st;
    }
    if (strpbrk(options->group, "+#/") || strlen(options->group) > 128) {
        return fail(err, MARU_E_USAGE, "a group of Sparkplug has no +, # or / in its name");
    }
    return MARU_OK;
}

static maru_status prepare(struct mqtt_connection *mqtt, struct signals *signals,
                           const struct mqtt_options *options, maru_error *err) {
    maru_status st = connection_init(&mqtt->connection, signals, options->name, err);
    if (st != MARU_OK) {
        return st;
    }
    st = mqtt_check(options, err);
    if (st != MARU_OK) {
        return st;
    }
    st = mqtt_address_read(options->url, &mqtt->address, err);
    if (st != MARU_OK) {
        return st;
    }
    snprintf(mqtt->ca_file, sizeof mqtt->ca_file, "%s", options->ca_file);
    snprintf(mqtt->topic, sizeof mqtt->topic, "spBv1.0/%s/#",
             options->group[0] ? options->group : "+");
    const uint64_t key = (uint64_t)clock_unix_us() * UINT64_C(0x9E3779B97F4A7C15);
    snprintf(mqtt->client_id, sizeof mqtt->client_id, "maru-%016llx", (unsigned long long)key);
    struct host_options host = host_usual(options->host_id, key);
    host.is_primary = options->is_primary;
    text_init(&mqtt->will_topic, MQTT_MAX_URL_BYTES);
    text_init(&mqtt->will, 4096);
    const struct host_sink sink = {mqtt, take_sample, take_event, take_message};
    return host_new(&host, sink, &mqtt->host, err);
}

static void release(struct mqtt_connection *mqtt) {
    host_free(mqtt->host);
    text_fini(&mqtt->will_topic);
    text_fini(&mqtt->will);
    connection_fini(&mqtt->connection);
    alloc_free(mqtt);
}

static pthread_once_t library = PTHREAD_ONCE_INIT;
static void start_library(void) { (void)mosquitto_lib_init(); }

maru_status mqtt_open(struct signals *signals, const struct mqtt_options *options,
                      struct mqtt_connection **out, maru_error *err) {
    (void)pthread_once(&library, start_library);
    struct mqtt_connection *mqtt = alloc_new(1, sizeof *mqtt);
    if (!mqtt) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = prepare(mqtt, signals, options, err);
    st = st == MARU_OK ? connection_start(&mqtt->connection, run, mqtt, err) : st;
    if (st != MARU_OK) {
        release(mqtt);
        return st;
    }
    *out = mqtt;
    return MARU_OK;
}

void mqtt_close(struct mqtt_connection *mqtt) {
    if (mqtt) {
        connection_stop(&mqtt->connection);
        release(mqtt);
    }
}

void mqtt_look_at(struct mqtt_connection *mqtt, struct connection_look *out) {
    connection_look_at(&mqtt->connection, out);
}
