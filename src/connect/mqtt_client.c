#include "connect/mqtt_client.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "connect/reach.h"
#include "io/clock.h"

// libmosquitto, with its loop in our hands. It answers a message of QoS 1 before it hands it over, but told that other threads
// exist it only queues the answer, and the queue goes out with mosquitto_loop_write. So: read what has come, make it
// durable, then write. A kill before the write leaves the messages with the broker.

enum {
    KEEPALIVE_S = 20,
    MAX_READ_AT_ONCE = 2000, // messages before a commit
    MAX_READ_US = 20000,     // and time
    TICK_US = 1000000,
    FORGET_TRIES = 50, // of 100 ms
    SUBSCRIBE_AT_ONCE = 100,
};

maru_status mqtt_check(const struct mqtt_options *options, maru_error *err) {
    struct mqtt_address address;
    if (strlen(options->client_id) >= MQTT_MAX_ID_BYTES) {
        return fail(err, MARU_E_USAGE, "a client id of at most %d bytes is wanted",
                    MQTT_MAX_ID_BYTES - 1);
    }
    return mqtt_address_read(options->url, &address, err);
}

// ---- what the broker gives

// It is up when it hears: what is published before a broker has answered to a subscription may pass it by.
static void is_up_if_heard(struct mqtt_client *client) {
    if (client->n_asked == 0 && !client->refused[0]) {
        connection_is_up(&client->connection);
    }
}

static void on_connect(struct mosquitto *mosq, void *of, int code) {
    struct mqtt_client *client = of;
    (void)mosq;
    if (code == 4 || code == 5) {
        snprintf(client->refused, sizeof client->refused,
                 "the broker refuses this user and password: look at both");
        return;
    }
    if (code != 0) {
        snprintf(client->refused, sizeof client->refused, "the broker refuses: %s",
                 mosquitto_connack_string(code));
        return;
    }
    client->is_accepted = true;
    client->user->up(client, clock_unix_us());
    is_up_if_heard(client);
}

static void on_subscribe(struct mosquitto *mosq, void *of, int number, int n, const int *granted) {
    struct mqtt_client *client = of;
    (void)mosq;
    (void)number;
    for (int i = 0; i < n; i++) {
        if (granted[i] > 2) {
            snprintf(client->refused, sizeof client->refused,
                     "the broker does not let this user read one of the topics");
        }
    }
    if (client->n_asked > 0 && --client->n_asked == 0) {
        is_up_if_heard(client);
    }
}

static void on_publish(struct mosquitto *mosq, void *of, int number) {
    struct mqtt_client *client = of;
    (void)mosq;
    if (client->user->published) {
        client->user->published(client, number);
    }
}

static void on_unsubscribe(struct mosquitto *mosq, void *of, int number) {
    struct mqtt_client *client = of;
    (void)mosq;
    if (client->user->echoed) {
        client->user->echoed(client, number);
    }
}

static void on_message(struct mosquitto *mosq, void *of, const struct mosquitto_message *message) {
    struct mqtt_client *client = of;
    (void)mosq;
    const maru_time now = clock_unix_us();
    client->n_read++;
    client->last_us = now > client->last_us ? now : client->last_us + 1;
    const struct mqtt_message given = {.topic = message->topic,
                                       .bytes = message->payloadlen > 0 ? message->payload : "",
                                       .n = (size_t)message->payloadlen,
                                       .is_retained = message->retain,
                                       .now = client->last_us};
    if (client->user->message) {
        client->user->message(client, &given);
    }
}

void mqtt_client_subscribe(struct mqtt_client *client, const char *const *filter, size_t n) {
    for (size_t at = 0; at < n; at += SUBSCRIBE_AT_ONCE) {
        // libmosquitto is older than const
        union {
            const char *const *in;
            char *const *out;
        } list = {.in = filter + at};
        const size_t left = n - at;
        const int count = (int)(left < SUBSCRIBE_AT_ONCE ? left : SUBSCRIBE_AT_ONCE);
        const int code =
            mosquitto_subscribe_multiple(client->mosq, NULL, count, list.out, 1, 0, NULL);
        if (code != MOSQ_ERR_SUCCESS) {
            snprintf(client->refused, sizeof client->refused, "the topics cannot be asked for: %s",
                     mosquitto_strerror(code));
            return;
        }
        client->n_asked++;
    }
}

int mqtt_client_publish(struct mqtt_client *client, const char *topic, const void *bytes, size_t n,
                        int qos, bool is_retained) {
    int number = 0;
    return client->mosq && mosquitto_publish(client->mosq, &number, topic, (int)n, bytes, qos,
                                             is_retained) == MOSQ_ERR_SUCCESS
               ? number
               : 0;
}

// Taking back a filter that was never asked for is answered all the same (MQTT 3.1.1, 3.10.4), needs no rights and changes nothing.
int mqtt_client_ask_echo(struct mqtt_client *client) {
    int number = 0;
    return client->mosq &&
                   mosquitto_unsubscribe(client->mosq, &number, "maru/echo") == MOSQ_ERR_SUCCESS
               ? number
               : 0;
}

bool mqtt_client_is_blocked(const struct mqtt_client *client) {
    return client->mosq && mosquitto_want_write(client->mosq);
}

// ---- the thread

static int set_login(struct mosquitto *mosq, const struct mqtt_address *address,
                     const char *ca_file) {
    int code = MOSQ_ERR_SUCCESS;
    if (address->user[0]) {
        code = mosquitto_username_pw_set(mosq, address->user, address->password);
    }
    if (code == MOSQ_ERR_SUCCESS && address->is_tls) {
        code = ca_file[0] ? mosquitto_tls_set(mosq, ca_file, NULL, NULL, NULL, NULL)
                          : mosquitto_tls_set(mosq, NULL, "/etc/ssl/certs", NULL, NULL, NULL);
    }
    return code;
}

static maru_status make_mosquitto(struct mqtt_client *client, maru_error *err) {
    struct mosquitto *mosq = mosquitto_new(client->client_id, !client->is_session_kept, client);
    if (!mosq) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    client->mosq = mosq;
    (void)mosquitto_threaded_set(mosq, true); // answers wait for loop_write: see above
    mosquitto_connect_callback_set(mosq, on_connect);
    mosquitto_subscribe_callback_set(mosq, on_subscribe);
    mosquitto_unsubscribe_callback_set(mosq, on_unsubscribe);
    mosquitto_message_callback_set(mosq, on_message);
    mosquitto_publish_callback_set(mosq, on_publish);
    (void)mosquitto_max_inflight_messages_set(mosq, 0);
    const int code = set_login(mosq, &client->address, client->ca_file);
    if (code != MOSQ_ERR_SUCCESS) {
        return fail(err, MARU_E_IO, "the connection cannot be set up: %s",
                    mosquitto_strerror(code));
    }
    return client->user->prepare ? client->user->prepare(client, mosq, err) : MARU_OK;
}

static maru_status say(int code, maru_error *err) {
    if (code == MOSQ_ERR_TLS) {
        return fail(err, MARU_E_IO,
                    "the broker's certificate is not trusted: name its authority in caFile");
    }
    if (code == MOSQ_ERR_KEEPALIVE) { // libmosquitto has no words for it
        return fail(err, MARU_E_IO, "the connection to the broker broke: no answer for %d s",
                    KEEPALIVE_S);
    }
    return fail(err, MARU_E_IO, "the connection to the broker broke: %s",
                code == MOSQ_ERR_ERRNO ? strerrorname_np(errno) : mosquitto_strerror(code));
}

// Read what has come, a moment long at most.
static int read_some(struct mqtt_client *client) {
    const int64_t end_us = clock_unix_us() + MAX_READ_US;
    const uint64_t n_end = client->n_read + MAX_READ_AT_ONCE;
    for (;;) {
        struct pollfd file = {.fd = mosquitto_socket(client->mosq), .events = POLLIN};
        if (file.fd < 0 || poll(&file, 1, 0) <= 0 || client->n_read >= n_end ||
            intake_is_full(client->connection.intake) || clock_unix_us() >= end_us) {
            return MOSQ_ERR_SUCCESS;
        }
        const int code = mosquitto_loop_read(client->mosq, 1);
        if (code != MOSQ_ERR_SUCCESS) {
            return code;
        }
    }
}

// One round: wait, read, make durable, answer.
static maru_status serve_once(struct mqtt_client *client, maru_error *err) {
    struct connection *connection = &client->connection;
    const int64_t now = clock_unix_us();
    const maru_time due_us = client->user->due ? client->user->due(client) : INT64_MAX;
    const bool wants_write = mosquitto_want_write(client->mosq);
    const short ready = connection_wait(connection, mosquitto_socket(client->mosq),
                                        wants_write ? POLLIN | POLLOUT : POLLIN,
                                        due_us < now + TICK_US ? due_us : now + TICK_US);
    int code = ready & (POLLIN | POLLERR | POLLHUP) ? read_some(client) : MOSQ_ERR_SUCCESS;
    if (client->is_accepted && client->user->tick) {
        client->user->tick(client, clock_unix_us());
    }
    if (!connection_commit(connection)) {
        return fail(err, MARU_E_IO, "what had come could not be kept");
    }
    if (code == MOSQ_ERR_SUCCESS && mosquitto_want_write(client->mosq)) {
        code = mosquitto_loop_write(client->mosq, 1);
    }
    code = code == MOSQ_ERR_SUCCESS ? mosquitto_loop_misc(client->mosq) : code;
    if (client->refused[0]) {
        return fail(err, MARU_E_IO, "%s", client->refused);
    }
    return code == MOSQ_ERR_SUCCESS ? MARU_OK : say(code, err);
}

// Until it breaks or is stopped.
static maru_status serve(struct mqtt_client *client, maru_error *err) {
    const int64_t accept_us = clock_unix_us() + (int64_t)KEEPALIVE_S * 1000000;
    maru_status st = MARU_OK;
    while (st == MARU_OK && !atomic_load(&client->connection.is_stopping)) {
        st = serve_once(client, err);
        if (st == MARU_OK && (!client->is_accepted || client->n_asked > 0) &&
            clock_unix_us() > accept_us) {
            return fail(err, MARU_E_IO, "the broker does not answer the request to connect");
        }
    }
    return st;
}

static void say_goodbye(struct mqtt_client *client) {
    if (client->user->stop) {
        client->user->stop(client, clock_unix_us());
    }
    for (int i = 0; i < 10 && mosquitto_want_write(client->mosq); i++) {
        if (mosquitto_loop_write(client->mosq, 1) != MOSQ_ERR_SUCCESS) {
            break;
        }
    }
    (void)mosquitto_disconnect(client->mosq);
    (void)mosquitto_loop_write(client->mosq, 1);
}

static maru_status connect_once(struct mqtt_client *client, maru_error *err) {
    const struct mqtt_address *address = &client->address;
    maru_status st = reach_probe(address->host, address->port, err);
    client->is_accepted = false;
    client->n_asked = 0;
    client->refused[0] = '\0';
    st = st == MARU_OK ? make_mosquitto(client, err) : st;
    if (st == MARU_OK) {
        const int code = mosquitto_connect(client->mosq, address->host, address->port, KEEPALIVE_S);
        st = code == MOSQ_ERR_SUCCESS ? MARU_OK : say(code, err);
    }
    st = st == MARU_OK ? serve(client, err) : st;
    if (client->is_accepted) {
        if (st == MARU_OK) {
            say_goodbye(client);
        }
        if (client->user->down) {
            client->user->down(client, clock_unix_us());
        }
        (void)connection_commit(&client->connection); // what is known to be stale now
    }
    mosquitto_destroy(client->mosq);
    client->mosq = NULL;
    return st;
}

static void *run(void *context) {
    struct mqtt_client *client = context;
    while (!atomic_load(&client->connection.is_stopping)) {
        maru_error err = {0};
        if (connect_once(client, &err) != MARU_OK) {
            connection_is_down(&client->connection, err.text);
        }
    }
    return NULL;
}

// ---- beginning and end

static pthread_once_t library = PTHREAD_ONCE_INIT;
static void start_library(void) { (void)mosquitto_lib_init(); }

maru_status mqtt_client_init(struct mqtt_client *client, struct signals *signals,
                             const struct mqtt_options *options, const struct mqtt_user *user,
                             maru_error *err) {
    (void)pthread_once(&library, start_library);
    maru_status st = mqtt_check(options, err);
    st = st == MARU_OK ? mqtt_address_read(options->url, &client->address, err) : st;
    st = st == MARU_OK ? connection_init(&client->connection, signals, options->name, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    client->user = user;
    client->connection.quiet_us = (maru_time)2 * KEEPALIVE_S * 1000000;
    snprintf(client->ca_file, sizeof client->ca_file, "%s", options->ca_file);
    client->is_session_kept = options->client_id[0] != '\0';
    const uint64_t key = (uint64_t)clock_unix_us() * UINT64_C(0x9E3779B97F4A7C15);
    if (client->is_session_kept) {
        snprintf(client->client_id, sizeof client->client_id, "%s", options->client_id);
    } else {
        snprintf(client->client_id, sizeof client->client_id, "maru-%016llx",
                 (unsigned long long)key);
    }
    return MARU_OK;
}

void mqtt_client_fini(struct mqtt_client *client) { connection_fini(&client->connection); }

maru_status mqtt_client_start(struct mqtt_client *client, maru_error *err) {
    return connection_start(&client->connection, run, client, err);
}

void mqtt_client_stop(struct mqtt_client *client) { connection_stop(&client->connection); }

static void end_at_once(struct mosquitto *mosq, void *of, int code) {
    (void)of;
    (void)code;
    (void)mosquitto_disconnect(mosq);
}

void mqtt_forget(const struct mqtt_options *options) {
    struct mqtt_address address;
    (void)pthread_once(&library, start_library);
    if (!options->client_id[0] || mqtt_address_read(options->url, &address, NULL) != MARU_OK) {
        return;
    }
    struct mosquitto *mosq =
        mosquitto_new(options->client_id, true, NULL); // a clean one ends the old
    if (!mosq) {
        return;
    }
    mosquitto_connect_callback_set(mosq, end_at_once);
    int code = set_login(mosq, &address, options->ca_file);
    code = code == MOSQ_ERR_SUCCESS
               ? mosquitto_connect_async(mosq, address.host, address.port, KEEPALIVE_S)
               : code;
    for (int i = 0; i < FORGET_TRIES && code == MOSQ_ERR_SUCCESS; i++) {
        code = mosquitto_loop(mosq, 100, 1);
    }
    mosquitto_destroy(mosq);
}
