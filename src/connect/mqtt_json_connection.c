#include "connect/mqtt_json_connection.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/status.h"
#include "wire/json/topic_table.h"

// The table's filters are what is subscribed to. A message that none of its rows wants comes from a subscription of an earlier table,
// which the broker keeps with the session: it is counted as refused, so that somebody sees it.
//
// A message that stood at the broker before we asked (retained) may be a year old: where it has no time of its own it is taken as
// uncertain, since the time of arrival says nothing then.

enum { MAX_TABLE_ARENA_BYTES = 64 << 20, MAX_MESSAGE_ARENA_BYTES = 64 << 20 };

static const maru_time recalled_us =
    INT64_C(86400000000); // messages have times of their own, perhaps old ones

struct mqtt_json {
    struct mqtt_client client; // first
    struct arena arena;        // of the table
    struct topic_table table;
    struct names filters; // each once
    struct arena scratch; // of a message
    int32_t offset_min;
};

static void up(void *of, maru_time now) {
    struct mqtt_json *json = of;
    (void)now;
    mqtt_client_subscribe(&json->client, json->filters.name, json->filters.n);
}

static void refuse(struct mqtt_json *json, const char *topic, const char *why) {
    char sentence[MARU_ERROR_TEXT_BYTES];
    snprintf(sentence, sizeof sentence, "%.100s: %.*s", topic, (int)(sizeof sentence - 110), why);
    intake_refuse(json->client.connection.intake, sentence);
}

static void take_all(struct mqtt_json *json, const struct mqtt_message *message,
                     const struct table_result *result) {
    for (uint32_t i = 0; i < result->n; i++) {
        struct sample sample = result->sample[i].sample;
        if (message->is_retained && sample.at_us == message->now &&
            sample.quality == QUALITY_GOOD) {
            sample.quality = QUALITY_UNCERTAIN;
        }
        const struct intake_name name = {
            .bytes = result->sample[i].name, .n = result->sample[i].n_name, .unit = ""};
        connection_take_sample(&json->client.connection, &name, &sample);
    }
    if (result->n_refused > 0) {
        refuse(json, message->topic, result->error.text);
    }
    if (result->n_row == 0) {
        refuse(json, message->topic, "no row of the table wants this topic");
    }
}

static void take_in(void *of, const struct mqtt_message *message) {
    struct mqtt_json *json = of;
    struct table_result result = {0};
    maru_error err = {0};
    const struct table_message given = {.topic = message->topic,
                                        .bytes = message->bytes,
                                        .n = message->n,
                                        .now = message->now,
                                        .default_offset_min = json->offset_min};
    arena_init(&json->scratch, MAX_MESSAGE_ARENA_BYTES);
    if (topic_table_take(&json->table, &given, &json->scratch, &result, &err) == MARU_OK) {
        take_all(json, message, &result);
    } else {
        refuse(json, message->topic, err.text);
    }
    arena_fini(&json->scratch);
}

static const struct mqtt_user user = {.up = up, .message = take_in};

// ---- opening

static maru_status read_table(const struct mqtt_json_options *options, struct arena *arena,
                              struct topic_table *table, maru_error *err) {
    if (options->table[0] == '\0') {
        return fail(err, MARU_E_INPUT, "a table of topics is wanted, with topic, value and name");
    }
    return topic_table_read(options->table, strlen(options->table), arena, table, err);
}

maru_status mqtt_json_check(const struct mqtt_json_options *options, maru_error *err) {
    struct topic_table table;
    struct arena arena;
    arena_init(&arena, MAX_TABLE_ARENA_BYTES);
    maru_status st = mqtt_check(&options->mqtt, err);
    st = st == MARU_OK ? read_table(options, &arena, &table, err) : st;
    arena_fini(&arena);
    return st;
}

static maru_status prepare(struct mqtt_json *json, struct signals *signals,
                           const struct mqtt_json_options *options, maru_error *err) {
    arena_init(&json->arena, MAX_TABLE_ARENA_BYTES);
    names_init(&json->filters, MAX_TABLE_ARENA_BYTES);
    json->offset_min = options->offset_min;
    maru_status st = read_table(options, &json->arena, &json->table, err);
    for (uint32_t i = 0; st == MARU_OK && i < json->table.n; i++) {
        const char *filter = topic_table_filter(&json->table, i);
        uint32_t number = 0;
        if (names_find(&json->filters, filter, strlen(filter)) == UINT32_MAX) {
            st = names_add(&json->filters, filter, strlen(filter), &number, err);
        }
    }
    st = st == MARU_OK ? mqtt_client_init(&json->client, signals, &options->mqtt, &user, err) : st;
    json->client.connection.recalled_us = recalled_us;
    return st;
}

static void release(struct mqtt_json *json) {
    mqtt_client_fini(&json->client);
    names_fini(&json->filters);
    arena_fini(&json->arena);
    alloc_free(json);
}

maru_status mqtt_json_open(struct signals *signals, const struct mqtt_json_options *options,
                           struct mqtt_json **out, maru_error *err) {
    struct mqtt_json *json = alloc_new(1, sizeof *json);
    if (!json) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = prepare(json, signals, options, err);
    st = st == MARU_OK ? mqtt_client_start(&json->client, err) : st;
    if (st != MARU_OK) {
        release(json);
        return st;
    }
    *out = json;
    return MARU_OK;
}

void mqtt_json_close(struct mqtt_json *json) {
    if (json) {
        mqtt_client_stop(&json->client);
        release(json);
    }
}

void mqtt_json_look_at(struct mqtt_json *json, struct connection_look *out) {
    connection_look_at(&json->client.connection, out);
}
