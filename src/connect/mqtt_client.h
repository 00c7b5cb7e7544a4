// A connection to a broker of MQTT, whatever stands in its messages: address, login, session, and the order read, make durable, acknowledge.
//
// Messages of QoS 1 are acknowledged when what they brought is durable: until then the broker keeps them, also over a kill. With a session
// that is kept, the broker keeps what comes while nobody is connected, too, as far as its own limits go.
#ifndef CONNECT_MQTT_CLIENT_H
#define CONNECT_MQTT_CLIENT_H

#include "connect/connection.h"
#include "connect/mqtt_address.h"

enum { MQTT_MAX_URL_BYTES = 512, MQTT_MAX_ID_BYTES = 128 };

struct mosquitto;

struct mqtt_options {
    const char *name;    // of the connection, the first part of its signals' names
    const char *url;     // mqtt://[user:password@]host[:1883], mqtts://...[:8883]
    const char *ca_file; // certificates that are trusted, "": the system's; of mqtts alone
    const char *
        client_id; // unlike any other at the broker; "": one by chance, and a session that is not kept
};

struct mqtt_message {
    const char *topic; // 0-terminated
    const char *bytes;
    size_t n;
    bool is_retained; // it stood at the broker before we asked
    maru_time now;    // later than that of the message before
};

// What stands on a client. All are called by its thread; those that are NULL are left out.
struct mqtt_user {
    maru_status (*prepare)(void *of, struct mosquitto *mosq, maru_error *err); // before each try
    void (*up)(void *of, maru_time now);
    void (*message)(void *of, const struct mqtt_message *message);
    maru_time (*due)(void *of);              // when tick is wanted next
    void (*tick)(void *of, maru_time now);   // after each round
    void (*published)(void *of, int number); // the broker has it
    void (*echoed)(void *of, int number); // it has all that was sent before this echo was asked for
    void (*stop)(void *of, maru_time now); // the connection will end in good order
    void (*down)(void *of, maru_time now);
};

struct mqtt_client {
    struct connection connection; // first
    struct mqtt_address address;
    char ca_file[MQTT_MAX_URL_BYTES], client_id[MQTT_MAX_ID_BYTES];
    bool is_session_kept;
    const struct mqtt_user *user;
    struct mosquitto *mosq; // NULL: there is no connection
    uint64_t n_read;
    maru_time last_us; // of a message
    bool is_accepted;
    uint32_t n_asked;                    // requests to subscribe that the broker has not answered
    char refused[MARU_ERROR_TEXT_BYTES]; // by the broker
};

// Can it be opened with these?
//   errors  MARU_E_USAGE
MARU_MUST_USE maru_status mqtt_check(const struct mqtt_options *options, maru_error *err);

// Make it ready, with its connection.
//   in      user: static; it is given the client as `of`, which is the first member of what stands on it
//   memory  mqtt_client_fini, also after an error
//   errors  as mqtt_check; MARU_E_MEMORY, MARU_E_IO
MARU_MUST_USE maru_status mqtt_client_init(struct mqtt_client *client, struct signals *signals,
                                           const struct mqtt_options *options,
                                           const struct mqtt_user *user, maru_error *err);
void mqtt_client_fini(struct mqtt_client *client); // accepts an all-zero one

// Connect, and stay connected, in a thread of its own; and end it.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status mqtt_client_start(struct mqtt_client *client, maru_error *err);
void mqtt_client_stop(struct mqtt_client *client);

// To be called from `up` on: read these filters (n) with QoS 1. What the broker refuses is the connection's problem.
void mqtt_client_subscribe(struct mqtt_client *client, const char *const *filter, size_t n);

// Publish; while there is no connection nothing happens.
//   out  the number that `published` is told; 0: it was not taken
int mqtt_client_publish(struct mqtt_client *client, const char *topic, const void *bytes, size_t n,
                        int qos, bool is_retained);

// Ask for an echo: a broker reads what a client sends in its order, so with the echo it has all that went before, also what has no
// acknowledgement of its own (QoS 0).
//   out  the number that `echoed` is told; 0: it was not taken
int mqtt_client_ask_echo(struct mqtt_client *client);

// Is there still something that the socket has not taken?
bool mqtt_client_is_blocked(const struct mqtt_client *client);

// End the session that the broker keeps for this client id, as well as that can be done within some seconds.
void mqtt_forget(const struct mqtt_options *options);

#endif
