#include "wire/sparkplug/edge.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/status.h"
#include "wire/sparkplug/payload.h"
#include "wire/sparkplug/payload_value.h"
#include "wire/sparkplug/topic.h"

// A session is a will with its number (bdSeq), a connection, and births. A rebirth is the births again
// in the same session: same bdSeq, sequence numbers from 0 on. Every message but the death takes the
// next number. The alias of a metric is its number here plus 1, so it is unique in the whole node.
//
// With a primary host the node is online only while that host is. Of its STATE messages one that is
// older than the last is the will of a connection before, delivered late, and changes nothing.
//
// The last value of each metric is kept for births; a text in memory of its own.
//
// Source: Sparkplug 3.0.0, clauses 5.4 to 5.8, 5.12 and 6.4.17 to 6.4.25.

struct edge_metric {
    char *name;
    char *unit; // NULL: none
    uint32_t device;
    uint8_t type; // enum payload_type
    bool has_value;
    struct sample last; // a text: in `text`
    char *text;
};

struct edge_device {
    char *name;
    bool is_there;
};

struct edge {
    struct edge_options options;
    char *group, *node, *host;
    struct edge_sink sink;
    struct edge_device *device; // (n_device), device 0 is the node
    uint32_t n_device, cap_device;
    struct edge_metric *metric; // (n_metric)
    uint32_t n_metric, cap_metric;
    uint8_t session, seq;
    bool is_connected, is_online;
    bool has_state;
    uint64_t state_ms;
};

enum { MESSAGE_BYTES = 1 << 26 };

static struct payload_text text_of(const char *zero_terminated) {
    return (struct payload_text){zero_terminated, (uint32_t)strlen(zero_terminated)};
}

static uint64_t to_ms(maru_time us) { return us > 0 ? (uint64_t)(us / 1000) : 0; }

static char *copy_text(const char *bytes, size_t n) {
    char *copy = alloc_new(n + 1, 1);
    if (copy && n > 0) {
        memcpy(copy, bytes, n);
    }
    return copy;
}

// ---- making

static maru_status no_memory(maru_error *err) {
    return fail(err, MARU_E_MEMORY, "no memory for a Sparkplug node");
}

static bool is_name(const char *name) {
    return strlen(name) <= TOPIC_MAX_NAME_BYTES && topic_is_name(text_of(name));
}

// One more item in an array that grows by doubling.
static bool grow(void **items, uint32_t n, uint32_t *cap, size_t size) {
    if (n < *cap) {
        return true;
    }
    const uint32_t more = *cap > 0 ? 2 * *cap : 8;
    void *grown = alloc_resize(*items, more, size);
    if (grown) {
        *items = grown;
        *cap = more;
    }
    return grown != NULL;
}

maru_status edge_new(const struct edge_options *options, struct edge_sink sink, struct edge **edge,
                     maru_error *err) {
    const bool has_host = options->primary_host && options->primary_host[0] != '\0';
    if (!is_name(options->group) || !is_name(options->node) ||
        (has_host && !is_name(options->primary_host))) {
        return fail(err, MARU_E_USAGE, "a Sparkplug node needs names without /, + and #");
    }
    struct edge *made = alloc_new(1, sizeof *made);
    if (!made) {
        return no_memory(err);
    }
    made->options = *options;
    made->sink = sink;
    made->session = options->session;
    made->group = copy_text(options->group, strlen(options->group));
    made->node = copy_text(options->node, strlen(options->node));
    made->host = has_host ? copy_text(options->primary_host, strlen(options->primary_host))
                          : copy_text("", 0);
    made->options.group = made->group;
    made->options.node = made->node;
    made->options.primary_host = made->host;
    uint32_t own = 0;
    if (!made->group || !made->node || !made->host ||
        edge_add_device(made, "", &own, NULL) != MARU_OK) {
        edge_free(made);
        return no_memory(err);
    }
    *edge = made;
    return MARU_OK;
}

void edge_free(struct edge *edge) {
    if (!edge) {
        return;
    }
    edge_clear(edge);
    if (edge->n_device > 0) {
        alloc_free(edge->device[0].name);
    }
    alloc_free(edge->device);
    alloc_free(edge->metric);
    alloc_free(edge->group);
    alloc_free(edge->node);
    alloc_free(edge->host);
    alloc_free(edge);
}

void edge_clear(struct edge *edge) {
    for (uint32_t i = 1; i < edge->n_device; i++) {
        alloc_free(edge->device[i].name);
    }
    for (uint32_t i = 0; i < edge->n_metric; i++) {
        alloc_free(edge->metric[i].name);
        alloc_free(edge->metric[i].unit);
        alloc_free(edge->metric[i].text);
    }
    edge->n_device = edge->n_device > 0 ? 1 : 0;
    edge->n_metric = 0;
}

maru_status edge_add_device(struct edge *edge, const char *name, uint32_t *device,
                            maru_error *err) {
    if (edge->n_device > 0 && !is_name(name)) {
        return fail(err, MARU_E_USAGE, "a Sparkplug node needs names without /, + and #");
    }
    if (edge->n_device > EDGE_MAX_DEVICES) {
        return fail(err, MARU_E_LIMIT, "a Sparkplug node has more than %d devices",
                    EDGE_MAX_DEVICES);
    }
    char *copy = copy_text(name, strlen(name));
    if (!copy ||
        !grow((void **)&edge->device, edge->n_device, &edge->cap_device, sizeof *edge->device)) {
        alloc_free(copy);
        return no_memory(err);
    }
    edge->device[edge->n_device] = (struct edge_device){copy, true};
    *device = edge->n_device++;
    return MARU_OK;
}

static bool is_simple(uint32_t type) {
    return (type >= PAYLOAD_INT8 && type <= PAYLOAD_TEXT) || type == PAYLOAD_UUID;
}

maru_status edge_add_metric(struct edge *edge, uint32_t device, const char *name, uint32_t type,
                            uint32_t *metric, maru_error *err) {
    const size_t n = strlen(name);
    if (device >= edge->n_device || n == 0 || n > PAYLOAD_MAX_NAME_BYTES ||
        !text_is_utf8(name, n) || !is_simple(type)) {
        return fail(err, MARU_E_USAGE, "a metric needs a name, a device and a simple type");
    }
    if (edge->n_metric == EDGE_MAX_METRICS) {
        return fail(err, MARU_E_LIMIT, "there are more than %d metrics", EDGE_MAX_METRICS);
    }
    char *copy = copy_text(name, n);
    if (!copy ||
        !grow((void **)&edge->metric, edge->n_metric, &edge->cap_metric, sizeof *edge->metric)) {
        alloc_free(copy);
        return no_memory(err);
    }
    edge->metric[edge->n_metric] =
        (struct edge_metric){.name = copy, .device = device, .type = (uint8_t)type};
    *metric = edge->n_metric++;
    return MARU_OK;
}

maru_status edge_set_unit(struct edge *edge, uint32_t metric, const char *unit, maru_error *err) {
    const size_t n = strlen(unit);
    if (metric >= edge->n_metric || n > PAYLOAD_MAX_UNIT_BYTES || !text_is_utf8(unit, n)) {
        return fail(err, MARU_E_USAGE, "a unit of at most %d bytes of UTF-8 is wanted",
                    PAYLOAD_MAX_UNIT_BYTES);
    }
    char *copy = n > 0 ? copy_text(unit, n) : NULL;
    if (n > 0 && !copy) {
        return no_memory(err);
    }
    alloc_free(edge->metric[metric].unit);
    edge->metric[metric].unit = copy;
    return MARU_OK;
}

maru_status edge_set_type(struct edge *edge, uint32_t metric, uint32_t type, maru_error *err) {
    if (metric >= edge->n_metric || !is_simple(type)) {
        return fail(err, MARU_E_USAGE, "a metric needs a name, a device and a simple type");
    }
    struct edge_metric *its = &edge->metric[metric];
    alloc_free(its->text);
    its->text = NULL;
    its->has_value = false;
    its->type = (uint8_t)type;
    return MARU_OK;
}

// ---- publishing

static void write_topic(const struct edge *edge, enum topic_type type, uint32_t device,
                        struct text *out) {
    const struct topic topic = {.type = (uint8_t)type,
                                .group = text_of(edge->group),
                                .node = text_of(edge->node),
                                .device = text_of(edge->device[device].name)};
    topic_write(&topic, out);
}

// False: there was no memory for it.
static bool publish(struct edge *edge, enum topic_type type, uint32_t device,
                    struct payload *payload) {
    struct text topic, bytes;
    text_init(&topic, (size_t)4 * (TOPIC_MAX_NAME_BYTES + 1));
    text_init(&bytes, MESSAGE_BYTES);
    if (type != TOPIC_NDEATH) {
        payload->has |= 1U << PAYLOAD_SEQ;
        payload->seq = edge->seq;
    }
    write_topic(edge, type, device, &topic);
    payload_write(payload, &bytes);
    const bool is_good = topic.status == MARU_OK && bytes.status == MARU_OK;
    if (is_good) {
        edge->seq = (uint8_t)(edge->seq + (type != TOPIC_NDEATH));
        edge->sink.publish(edge->sink.of,
                           &(struct edge_message){topic.bytes, bytes.bytes, bytes.n_bytes});
    }
    text_fini(&topic);
    text_fini(&bytes);
    return is_good;
}

static struct payload_metric session_metric(const struct edge *edge, maru_time now) {
    return (struct payload_metric){.has = 1U << PAYLOAD_METRIC_NAME |
                                          1U << PAYLOAD_METRIC_TIMESTAMP |
                                          1U << PAYLOAD_METRIC_TYPE,
                                   .name = {"bdSeq", 5},
                                   .timestamp_ms = to_ms(now),
                                   .type = PAYLOAD_INT64,
                                   .value = {.kind = PAYLOAD_HAS_LONG, .number = edge->session}};
}

static struct payload death_of(const struct payload_metric *session, maru_time now) {
    return (struct payload){
        .has = 1U << PAYLOAD_TIMESTAMP, .timestamp_ms = to_ms(now), .metrics = {1, session}};
}

void edge_will(struct edge *edge, maru_time now, struct text *topic, struct text *bytes) {
    edge->session = edge->options.session++;
    const struct payload_metric session = session_metric(edge, now);
    const struct payload death = death_of(&session, now);
    write_topic(edge, TOPIC_NDEATH, 0, topic);
    payload_write(&death, bytes);
}

// ---- births

static struct payload_metric birth_metric(const struct edge *edge, uint32_t i, maru_time now) {
    const struct edge_metric *metric = &edge->metric[i];
    struct payload_metric out = {.has = 1U << PAYLOAD_METRIC_NAME | 1U << PAYLOAD_METRIC_TYPE |
                                        1U << PAYLOAD_METRIC_TIMESTAMP,
                                 .name = text_of(metric->name),
                                 .type = metric->type,
                                 .timestamp_ms = to_ms(now)};
    if (edge->options.has_aliases) {
        out.has |= 1U << PAYLOAD_METRIC_ALIAS;
        out.alias = (uint64_t)i + 1;
    }
    if (metric->has_value) {
        out.timestamp_ms = to_ms(metric->last.at_us);
    }
    if (!metric->has_value ||
        payload_value_of(metric->type, &metric->last, &out.value, NULL) != MARU_OK) {
        out.has |= 1U << PAYLOAD_METRIC_NULL;
        out.is_null = true;
    }
    return out;
}

// The properties that say that a value is not good, and a unit; nothing is said of good values.
static void add_properties(struct arena *arena, const struct sample *sample, const char *unit,
                           struct payload_metric *metric) {
    enum { MOST = 2 };
    struct payload_text *key = arena_take(arena, MOST, sizeof *key);
    struct payload_property *property = arena_take(arena, MOST, sizeof *property);
    struct payload_properties *set = arena_take(arena, 1, sizeof *set);
    uint32_t n = 0;
    if (!key || !property || !set) {
        return;
    }
    if (sample && sample->quality != QUALITY_GOOD) {
        key[n] = text_of("Quality");
        property[n++] = (struct payload_property){
            .has = 1U << 1,
            .type = PAYLOAD_INT32,
            .value = {.kind = PAYLOAD_HAS_INT, .number = sample->quality}};
    }
    if (unit) {
        key[n] = text_of("engUnit");
        property[n++] =
            (struct payload_property){.has = 1U << 1,
                                      .type = PAYLOAD_STRING,
                                      .value = {.kind = PAYLOAD_HAS_TEXT, .text = text_of(unit)}};
    }
    if (n > 0) {
        set->keys = (struct payload_list){n, key};
        set->values = (struct payload_list){n, property};
        metric->has |= 1U << PAYLOAD_METRIC_PROPERTIES;
        metric->properties = set;
    }
}

static uint32_t add_control(struct edge *edge, struct payload_metric *metric, maru_time now) {
    metric[0] = session_metric(edge, now);
    metric[1] = session_metric(edge, now);
    metric[1].name = text_of("Node Control/Rebirth");
    metric[1].type = PAYLOAD_BOOLEAN;
    metric[1].value = (struct payload_value){.kind = PAYLOAD_HAS_FLAG, .number = 0};
    return 2;
}

static bool publish_birth(struct edge *edge, uint32_t device, maru_time now) {
    struct arena arena;
    arena_init(&arena, (size_t)1 << 30);
    struct payload_metric *metric = arena_take(&arena, (size_t)edge->n_metric + 2, sizeof *metric);
    bool is_good = metric != NULL;
    uint32_t n = is_good && device == 0 ? add_control(edge, metric, now) : 0;
    for (uint32_t i = 0; is_good && i < edge->n_metric; i++) {
        if (edge->metric[i].device == device) {
            metric[n] = birth_metric(edge, i, now);
            const struct edge_metric *its = &edge->metric[i];
            add_properties(&arena, its->has_value ? &its->last : NULL, its->unit, &metric[n]);
            n++;
        }
    }
    struct payload payload = {
        .has = 1U << PAYLOAD_TIMESTAMP, .timestamp_ms = to_ms(now), .metrics = {n, metric}};
    is_good = is_good && publish(edge, device == 0 ? TOPIC_NBIRTH : TOPIC_DBIRTH, device, &payload);
    arena_fini(&arena);
    return is_good;
}

// All births. Without memory the node stays offline, and the next rebirth tries again.
static void publish_births(struct edge *edge, maru_time now) {
    edge->seq = 0;
    bool is_good = publish_birth(edge, 0, now);
    for (uint32_t i = 1; is_good && i < edge->n_device; i++) {
        is_good = !edge->device[i].is_there || publish_birth(edge, i, now);
    }
    edge->is_online = is_good;
}

void edge_connected(struct edge *edge, maru_time now) {
    edge->is_connected = true;
    edge->has_state = false;
    if (edge->host[0] == '\0') {
        publish_births(edge, now);
    }
}

void edge_rebirth(struct edge *edge, maru_time now) {
    if (edge->is_online) {
        publish_births(edge, now);
    }
}

void edge_disconnected(struct edge *edge) {
    edge->is_connected = false;
    edge->is_online = false;
}

static void publish_death(struct edge *edge, maru_time now) {
    const struct payload_metric session = session_metric(edge, now);
    struct payload death = death_of(&session, now);
    (void)publish(edge, TOPIC_NDEATH, 0, &death);
    edge->is_online = false;
}

void edge_stop(struct edge *edge, maru_time now) {
    if (edge->is_online) {
        publish_death(edge, now);
    }
}

bool edge_is_online(const struct edge *edge) { return edge->is_online; }

void edge_set_device(struct edge *edge, uint32_t device, bool is_there, maru_time now) {
    if (device == 0 || device >= edge->n_device || edge->device[device].is_there == is_there) {
        return;
    }
    edge->device[device].is_there = is_there;
    if (!edge->is_online) {
        return;
    }
    struct payload payload = {.has = 1U << PAYLOAD_TIMESTAMP, .timestamp_ms = to_ms(now)};
    if (is_there) {
        (void)publish_birth(edge, device, now);
    } else {
        (void)publish(edge, TOPIC_DDEATH, device, &payload);
    }
}

// ---- data

static maru_status check_values(const struct edge *edge, const struct edge_value *value, uint32_t n,
                                struct payload_value *made, maru_error *err) {
    for (uint32_t i = 0; i < n; i++) {
        if (value[i].metric >= edge->n_metric) {
            return fail(err, MARU_E_USAGE, "there is no metric %u", value[i].metric);
        }
        const maru_status st =
            payload_value_of(edge->metric[value[i].metric].type, &value[i].sample, &made[i], err);
        if (st != MARU_OK) {
            return st;
        }
    }
    return MARU_OK;
}

static maru_status keep_value(struct edge_metric *metric, const struct sample *sample,
                              maru_error *err) {
    char *text = NULL;
    if (sample->type == SAMPLE_TEXT) {
        text = copy_text(sample->value.text, sample->n_text);
        if (!text) {
            return no_memory(err);
        }
    }
    alloc_free(metric->text);
    metric->text = text;
    metric->last = *sample;
    if (text) {
        metric->last.value.text = text;
    }
    metric->has_value = true;
    return MARU_OK;
}

// The values of one device, as one message.
static bool publish_data(struct edge *edge, uint32_t device, const struct edge_value *value,
                         const struct payload_value *made, uint32_t n, bool is_historical,
                         maru_time now) {
    struct arena arena;
    arena_init(&arena, (size_t)1 << 30);
    struct payload_metric *metric = arena_take(&arena, n, sizeof *metric);
    uint32_t n_own = 0;
    for (uint32_t i = 0; metric && i < n; i++) {
        const struct edge_metric *known = &edge->metric[value[i].metric];
        if (known->device != device) {
            continue;
        }
        struct payload_metric *out = &metric[n_own++];
        out->has = 1U << PAYLOAD_METRIC_TIMESTAMP | 1U << PAYLOAD_METRIC_TYPE;
        out->type = known->type;
        out->timestamp_ms = to_ms(value[i].sample.at_us);
        out->value = made[i];
        if (edge->options.has_aliases) {
            out->has |= 1U << PAYLOAD_METRIC_ALIAS;
            out->alias = (uint64_t)value[i].metric + 1;
        } else {
            out->has |= 1U << PAYLOAD_METRIC_NAME;
            out->name = text_of(known->name);
        }
        if (is_historical) {
            out->has |= 1U << PAYLOAD_METRIC_HISTORICAL;
            out->is_historical = true;
        }
        add_properties(&arena, &value[i].sample, NULL, out);
    }
    struct payload payload = {
        .has = 1U << PAYLOAD_TIMESTAMP, .timestamp_ms = to_ms(now), .metrics = {n_own, metric}};
    const bool is_good =
        metric &&
        (n_own == 0 || publish(edge, device == 0 ? TOPIC_NDATA : TOPIC_DDATA, device, &payload));
    arena_fini(&arena);
    return is_good;
}

static bool has_values_of(const struct edge *edge, const struct edge_value *value, uint32_t n,
                          uint32_t device) {
    for (uint32_t i = 0; i < n; i++) {
        if (edge->metric[value[i].metric].device == device) {
            return true;
        }
    }
    return false;
}

maru_status edge_data(struct edge *edge, const struct edge_value *value, uint32_t n,
                      bool is_historical, maru_time now, bool *is_sent, maru_error *err) {
    struct payload_value *made = alloc_new((size_t)n + 1, sizeof *made);
    if (!made) {
        return no_memory(err);
    }
    maru_status st = check_values(edge, value, n, made, err);
    for (uint32_t i = 0; st == MARU_OK && !is_historical && i < n; i++) {
        st = keep_value(&edge->metric[value[i].metric], &value[i].sample, err);
    }
    bool is_good = st == MARU_OK && edge->is_online;
    for (uint32_t device = 0; is_good && device < edge->n_device; device++) {
        if (has_values_of(edge, value, n, device)) {
            is_good = edge->device[device].is_there &&
                      publish_data(edge, device, value, made, n, is_historical, now);
        }
    }
    if (st == MARU_OK) {
        *is_sent = is_good;
    }
    alloc_free(made);
    return st;
}

maru_status edge_keep(struct edge *edge, const struct edge_value *value, uint32_t n,
                      maru_error *err) {
    struct payload_value *made = alloc_new((size_t)n + 1, sizeof *made);
    if (!made) {
        return no_memory(err);
    }
    maru_status st = check_values(edge, value, n, made, err);
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        st = keep_value(&edge->metric[value[i].metric], &value[i].sample, err);
    }
    alloc_free(made);
    return st;
}

// ---- what comes in

static void on_state(struct edge *edge, const struct topic_state *state, maru_time now) {
    if (edge->has_state && state->timestamp_ms < edge->state_ms) {
        return; // of a connection before
    }
    edge->has_state = true;
    edge->state_ms = state->timestamp_ms;
    if (state->is_online && !edge->is_online && edge->is_connected) {
        publish_births(edge, now);
    } else if (!state->is_online && edge->is_online) {
        publish_death(edge, now);
    }
}

// The metric that a command means, or UINT32_MAX.
static uint32_t find_metric(const struct edge *edge, uint32_t device,
                            const struct payload_metric *metric) {
    if (metric->has & 1U << PAYLOAD_METRIC_ALIAS && edge->options.has_aliases) {
        const uint64_t i = metric->alias - 1;
        return i < edge->n_metric && edge->metric[i].device == device ? (uint32_t)i : UINT32_MAX;
    }
    for (uint32_t i = 0; i < edge->n_metric; i++) {
        if (edge->metric[i].device == device &&
            payload_text_is(metric->name, edge->metric[i].name)) {
            return i;
        }
    }
    return UINT32_MAX;
}

static bool is_rebirth(const struct payload_metric *metric) {
    return payload_text_is(metric->name, "Node Control/Rebirth") &&
           metric->value.kind == PAYLOAD_HAS_FLAG && metric->value.number;
}

static maru_status on_command(struct edge *edge, uint32_t device, const struct payload *payload,
                              struct arena *arena, maru_time now, maru_error *err) {
    const struct payload_metric *metric = payload->metrics.item;
    bool wants_births = false;
    for (uint32_t i = 0; i < payload->metrics.n; i++) {
        const uint32_t found = find_metric(edge, device, &metric[i]);
        wants_births = wants_births || (device == 0 && is_rebirth(&metric[i]));
        if (found == UINT32_MAX) {
            continue;
        }
        struct sample sample = {.at_us = now};
        const maru_status st = payload_sample(edge->metric[found].type, metric[i].is_null,
                                              &metric[i].value, arena, &sample, err);
        if (st != MARU_OK) {
            return st;
        }
        edge->sink.command(edge->sink.of, found, &sample);
    }
    if (wants_births && edge->is_connected && (edge->is_online || edge->host[0] == '\0')) {
        publish_births(edge, now);
    }
    return MARU_OK;
}

static uint32_t find_device(const struct edge *edge, struct payload_text name) {
    uint32_t i = 0;
    while (i < edge->n_device && !payload_text_is(name, edge->device[i].name)) {
        i++;
    }
    return i;
}

maru_status edge_message_in(struct edge *edge, const char *topic, const void *bytes, size_t n,
                            maru_time now, maru_error *err) {
    struct topic where;
    maru_status st = topic_read(topic, strlen(topic), &where, err);
    if (st != MARU_OK) {
        return st;
    }
    if (where.type == TOPIC_STATE) {
        struct topic_state state;
        if (edge->host[0] == '\0' || !payload_text_is(where.host, edge->host)) {
            return MARU_OK;
        }
        st = topic_state_read(bytes, n, &state, err);
        if (st == MARU_OK) {
            on_state(edge, &state, now);
        }
        return st;
    }
    const uint32_t device = where.type == TOPIC_DCMD ? find_device(edge, where.device) : 0;
    if ((where.type != TOPIC_NCMD && where.type != TOPIC_DCMD) || device == edge->n_device ||
        !payload_text_is(where.group, edge->group) || !payload_text_is(where.node, edge->node)) {
        return MARU_OK; // for somebody else
    }
    struct arena arena;
    arena_init(&arena, MESSAGE_BYTES);
    struct payload payload;
    st = payload_read(bytes, n, &arena, &payload, err);
    st = st == MARU_OK ? on_command(edge, device, &payload, &arena, now, err) : st;
    arena_fini(&arena);
    return st;
}
