#include "connect/sparkplug_connection.h"

#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/mqtt_client.h"
#include "connect/presence.h"
#include "io/clock.h"
#include "wire/json/floor_event.h"

// A host application (wire/sparkplug/host.h) on a client of MQTT: its will is the host's STATE, its messages go in and out.

enum { MAX_EVENT_BYTES = 1 << 20 };

struct writing { // what somebody in another thread wants to be written
    const struct host_target *to;
    const struct sample *sample;
    bool is_done;
    maru_status status;
    maru_error err;
};

struct sparkplug_connection {
    struct mqtt_client client; // first
    char topic[192];
    struct host *host;
    struct presence *presence;
    maru_time now; // that the host was told last
    struct text will_topic, will;
    pthread_mutex_t lock;  // of what follows
    pthread_cond_t is_new; // something of it
    bool is_up;
    struct writing *writing; // NULL: nobody wants anything
};

// ---- what the host application gives

// A text tag `Event` whose value is a JSON object with a member `event` tells what happened on the floor: kept as an event, not as a
// sample. False: it is none.
static bool take_floor_event(struct sparkplug_connection *sparkplug,
                             const struct host_sample *sample) {
    static const char tag[] = "/Event";
    const size_t n_tag = sizeof tag - 1;
    const struct sample *text = &sample->sample;
    if (text->type != SAMPLE_TEXT || text->n_text == 0 || text->value.text[0] != '{' ||
        sample->n_name < n_tag || memcmp(sample->name + sample->n_name - n_tag, tag, n_tag) != 0) {
        return false;
    }
    struct arena arena;
    struct event event;
    char otherwise[EVENT_MAX_TEXT_BYTES];
    snprintf(otherwise, sizeof otherwise, "%.*s", (int)(sample->n_name - n_tag), sample->name);
    arena_init(&arena, MAX_EVENT_BYTES);
    const bool is_one = floor_event_read(text->value.text, text->n_text, otherwise, text->at_us,
                                         &arena, &event, NULL) == MARU_OK;
    if (is_one) {
        connection_take_event(&sparkplug->client.connection, &event);
    }
    arena_fini(&arena);
    return is_one;
}

static void take_sample(void *of, const struct host_sample *sample) {
    struct sparkplug_connection *sparkplug = of;
    presence_take_sample(sparkplug->presence, sample, sparkplug->now);
    if (sample->is_transient || take_floor_event(sparkplug, sample)) {
        return;
    }
    // group/node/device/folder/metric: where it stands are the first three, or two; folders are of its name
    const struct intake_name name = {.bytes = sample->name,
                                     .n = sample->n_name,
                                     .n_asset = sample->n_place,
                                     .unit = sample->unit};
    connection_take_sample(&sparkplug->client.connection, &name, &sample->sample);
}

static void name_source(const struct sparkplug_connection *sparkplug, const char *name,
                        char source[SIGNALS_MAX_NAME_BYTES]) {
    snprintf(source, SIGNALS_MAX_NAME_BYTES, "%.200s/%.300s", sparkplug->client.connection.name,
             name);
}

static void take_gap(void *of, const struct connection_gap *gap) {
    struct sparkplug_connection *sparkplug = of;
    char source[SIGNALS_MAX_NAME_BYTES];
    struct connection_gap told = *gap;
    name_source(sparkplug, gap->source, source);
    told.source = source;
    connection_add_gap(&sparkplug->client.connection, &told);
}

static void take_event(void *of, const struct host_event *event) {
    struct sparkplug_connection *sparkplug = of;
    char source[SIGNALS_MAX_NAME_BYTES];
    presence_take_event(sparkplug->presence, event);
    if (event->kind == HOST_GAP || event->kind == HOST_DUPLICATE || event->kind == HOST_OLD_DEATH) {
        return; // told as a gap; or ordinary, and harmless
    }
    name_source(sparkplug, event->name, source);
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
    connection_take_event(&sparkplug->client.connection, &told);
    text_fini(&detail);
}

static void take_message(void *of, const struct host_message *message) {
    struct sparkplug_connection *sparkplug = of;
    (void)mqtt_client_publish(&sparkplug->client, message->topic, message->bytes, message->n,
                              message->qos, message->is_retained);
}

// ---- what the client gives

static maru_status prepare_will(void *of, struct mosquitto *mosq, maru_error *err) {
    struct sparkplug_connection *sparkplug = of;
    host_will(sparkplug->host, clock_unix_us(), &sparkplug->will_topic, &sparkplug->will);
    const int code =
        mosquitto_will_set(mosq, sparkplug->will_topic.bytes, (int)sparkplug->will.n_bytes,
                           sparkplug->will.bytes, 1, true);
    return code == MOSQ_ERR_SUCCESS ? MARU_OK
                                    : fail(err, MARU_E_IO, "the connection cannot be set up: %s",
                                           mosquitto_strerror(code));
}

static void set_up(struct sparkplug_connection *sparkplug, bool is_up) {
    pthread_mutex_lock(&sparkplug->lock);
    sparkplug->is_up = is_up;
    pthread_cond_broadcast(&sparkplug->is_new);
    pthread_mutex_unlock(&sparkplug->lock);
}

static void up(void *of, maru_time now) {
    struct sparkplug_connection *sparkplug = of;
    const char *const filter[] = {sparkplug->topic, "spBv1.0/STATE/+"};
    mqtt_client_subscribe(&sparkplug->client, filter, 2);
    sparkplug->now = now;
    host_connected(sparkplug->host, now);
    set_up(sparkplug, true);
}

static void take_in(void *of, const struct mqtt_message *message) {
    struct sparkplug_connection *sparkplug = of;
    sparkplug->now = message->now;
    (void)host_message_in(sparkplug->host, message->topic, message->bytes, message->n, message->now,
                          NULL);
    presence_settle(sparkplug->presence, message->now);
}

static maru_time due(void *of) {
    const struct sparkplug_connection *sparkplug = of;
    return host_due(sparkplug->host);
}

// ---- writing

// Kept before the message leaves, which only waits in line until what has come is durable.
static void tell_written(struct sparkplug_connection *sparkplug, const struct writing *writing,
                         maru_time now) {
    const struct host_target *to = writing->to;
    const struct sample *sample = writing->sample;
    char name[SIGNALS_MAX_NAME_BYTES], source[SIGNALS_MAX_NAME_BYTES];
    snprintf(name, sizeof name, "%.120s/%.120s%s%.120s", to->group, to->node,
             to->device[0] ? "/" : "", to->device);
    name_source(sparkplug, name, source);
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addz(&detail, "{\"value\":");
    if (sample->type == SAMPLE_TEXT) {
        text_add_json(&detail, sample->value.text);
    } else if (sample->type == SAMPLE_BOOL) {
        text_addz(&detail, sample->value.integer ? "true" : "false");
    } else {
        text_add_double(&detail, sample_number(sample));
    }
    text_addz(&detail, "}");
    const struct event event = {.at_us = now,
                                .kind = EVENT_COMMAND,
                                .source = source,
                                .name = to->metric,
                                .lot = "",
                                .wafer = "",
                                .recipe = "",
                                .step = "",
                                .detail = detail.status == MARU_OK ? detail.bytes : "{}"};
    connection_take_event(&sparkplug->client.connection, &event);
    text_fini(&detail);
}

static void write_wanted(struct sparkplug_connection *sparkplug, maru_time now) {
    pthread_mutex_lock(&sparkplug->lock);
    struct writing *writing = sparkplug->writing;
    if (writing) {
        writing->status =
            host_write(sparkplug->host, writing->to, writing->sample, now, &writing->err);
        if (writing->status == MARU_OK) {
            tell_written(sparkplug, writing, now);
        }
        writing->is_done = true;
        sparkplug->writing = NULL;
        pthread_cond_broadcast(&sparkplug->is_new);
    }
    pthread_mutex_unlock(&sparkplug->lock);
}

// Wait for another's turn to end, then for our own. Called with the lock.
static maru_status write_in_turn(struct sparkplug_connection *sparkplug, struct writing *writing,
                                 const struct timespec *until, maru_error *err) {
    int waited = 0;
    while (sparkplug->is_up && sparkplug->writing && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&sparkplug->is_new, &sparkplug->lock, until);
    }
    if (sparkplug->is_up && !sparkplug->writing) {
        sparkplug->writing = writing;
        (void)!write(sparkplug->client.connection.wake[1], "", 1);
    }
    while (sparkplug->is_up && sparkplug->writing == writing && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&sparkplug->is_new, &sparkplug->lock, until);
    }
    if (sparkplug->writing == writing) {
        sparkplug->writing = NULL;
        pthread_cond_broadcast(&sparkplug->is_new);
    }
    if (!writing->is_done) {
        return sparkplug->is_up
                   ? fail(err, MARU_E_IO, "the request was not sent in this time, and will not be")
                   : fail(err, MARU_E_RANGE, "the connection is not up: nothing was sent");
    }
    return writing->status == MARU_OK || writing->status == MARU_E_MEMORY
               ? writing->status
               : fail(err, MARU_E_INPUT, "%s", writing->err.text);
}

maru_status sparkplug_write(struct sparkplug_connection *sparkplug, const struct host_target *to,
                            const struct sample *sample, maru_time wait_us, maru_error *err) {
    struct writing writing = {.to = to, .sample = sample};
    const maru_time until_us = clock_unix_us() + wait_us;
    const struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
                                   .tv_nsec = (long)(until_us % 1000000) * 1000};
    pthread_mutex_lock(&sparkplug->lock);
    const maru_status st = write_in_turn(sparkplug, &writing, &until, err);
    pthread_mutex_unlock(&sparkplug->lock);
    return st;
}

// ---- the client's turns

static void tick(void *of, maru_time now) {
    struct sparkplug_connection *sparkplug = of;
    sparkplug->now = now;
    host_tick(sparkplug->host, now);
    presence_settle(sparkplug->presence, now);
    write_wanted(sparkplug, now);
}

static void stop(void *of, maru_time now) {
    const struct sparkplug_connection *sparkplug = of;
    host_stop(sparkplug->host, now);
}

static void down(void *of, maru_time now) {
    struct sparkplug_connection *sparkplug = of;
    sparkplug->now = now;
    set_up(sparkplug, false);
    host_disconnected(sparkplug->host, now);
    presence_settle(sparkplug->presence, now);
}

static void recall(void *of, const char *name, size_t n, maru_time at_us) {
    struct sparkplug_connection *sparkplug = of;
    presence_recall(sparkplug->presence, name, n, at_us);
}

static const struct mqtt_user user = {.prepare = prepare_will,
                                      .up = up,
                                      .message = take_in,
                                      .due = due,
                                      .tick = tick,
                                      .stop = stop,
                                      .down = down};

// ---- opening

maru_status sparkplug_check(const struct sparkplug_options *options, maru_error *err) {
    if (strpbrk(options->group, "+#/") || strlen(options->group) > 128) {
        return fail(err, MARU_E_USAGE, "a group of Sparkplug has no +, # or / in its name");
    }
    return mqtt_check(&options->mqtt, err);
}

static maru_status prepare(struct sparkplug_connection *sparkplug, struct signals *signals,
                           const struct sparkplug_options *options, maru_error *err) {
    maru_status st = sparkplug_check(options, err);
    st = st == MARU_OK ? mqtt_client_init(&sparkplug->client, signals, &options->mqtt, &user, err)
                       : st;
    if (st != MARU_OK) {
        return st;
    }
    snprintf(sparkplug->topic, sizeof sparkplug->topic, "spBv1.0/%s/#",
             options->group[0] ? options->group : "+");
    const uint64_t key = (uint64_t)clock_unix_us() * UINT64_C(0x9E3779B97F4A7C15);
    struct host_options host = host_usual(options->host_id, key);
    host.is_primary = options->is_primary;
    text_init(&sparkplug->will_topic, MQTT_MAX_URL_BYTES);
    text_init(&sparkplug->will, 4096);
    const struct host_sink sink = {sparkplug, take_sample, take_event, take_message};
    st = presence_new(take_gap, sparkplug, &sparkplug->presence, err);
    sparkplug->client.connection.recall = recall;
    return st == MARU_OK ? host_new(&host, sink, &sparkplug->host, err) : st;
}

static void release(struct sparkplug_connection *sparkplug) {
    host_free(sparkplug->host);
    presence_free(sparkplug->presence);
    text_fini(&sparkplug->will_topic);
    text_fini(&sparkplug->will);
    mqtt_client_fini(&sparkplug->client);
    pthread_cond_destroy(&sparkplug->is_new);
    pthread_mutex_destroy(&sparkplug->lock);
    alloc_free(sparkplug);
}

maru_status sparkplug_open(struct signals *signals, const struct sparkplug_options *options,
                           struct sparkplug_connection **out, maru_error *err) {
    struct sparkplug_connection *sparkplug = alloc_new(1, sizeof *sparkplug);
    if (!sparkplug) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    pthread_mutex_init(&sparkplug->lock, NULL);
    pthread_cond_init(&sparkplug->is_new, NULL);
    maru_status st = prepare(sparkplug, signals, options, err);
    st = st == MARU_OK ? mqtt_client_start(&sparkplug->client, err) : st;
    if (st != MARU_OK) {
        release(sparkplug);
        return st;
    }
    *out = sparkplug;
    return MARU_OK;
}

void sparkplug_close(struct sparkplug_connection *sparkplug) {
    if (sparkplug) {
        mqtt_client_stop(&sparkplug->client);
        release(sparkplug);
    }
}

void sparkplug_look_at(struct sparkplug_connection *sparkplug, struct connection_look *out) {
    connection_look_at(&sparkplug->client.connection, out);
}
