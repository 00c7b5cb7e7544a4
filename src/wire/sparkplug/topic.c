#include "wire/sparkplug/topic.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/status.h"

// A topic is cut at its slashes, at most five parts, before any part is looked at. Names are kept as
// they come: Sparkplug knows no escapes in them, and what MQTT uses as a wildcard cannot be a name.
//
// Hosts before 3.0 said ONLINE and OFFLINE under STATE/HOST, without the namespace: these topics are
// refused like any other that is not Sparkplug B 3.0.
//
// Source: Sparkplug 3.0.0, clauses 4 and 6.4.26.

static const char namespace_3[] = "spBv1.0";

enum { MOST_PARTS = 5 };

const char *topic_type_name(enum topic_type type) {
    static const char *const name[N_TOPIC_TYPE] = {"NBIRTH", "NDATA",  "NDEATH", "NCMD", "DBIRTH",
                                                   "DDATA",  "DDEATH", "DCMD",   "STATE"};
    return type < N_TOPIC_TYPE ? name[type] : "";
}

bool topic_is_name(struct payload_text name) {
    if (name.n == 0 || name.n > TOPIC_MAX_NAME_BYTES || !text_is_utf8(name.bytes, name.n)) {
        return false;
    }
    for (uint32_t i = 0; i < name.n; i++) {
        const unsigned char c = (unsigned char)name.bytes[i];
        if (c < 0x20 || c == 0x7F || c == '+' || c == '#' || c == '/') {
            return false;
        }
    }
    return true;
}

static maru_status check_name(struct payload_text name, maru_error *err) {
    if (name.n > TOPIC_MAX_NAME_BYTES) {
        return fail(err, MARU_E_LIMIT, "a name in a topic has more than %d bytes",
                    TOPIC_MAX_NAME_BYTES);
    }
    return topic_is_name(name) ? MARU_OK
                               : fail(err, MARU_E_INPUT,
                                      "a name in a topic that is empty or has +, # or "
                                      "characters that cannot be shown");
}

// Cuts at slashes; 0: more than MOST_PARTS.
static size_t cut(const char *bytes, size_t n, struct payload_text part[MOST_PARTS]) {
    size_t n_part = 0;
    size_t begin = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && bytes[i] != '/') {
            continue;
        }
        if (n_part == MOST_PARTS) {
            return 0;
        }
        part[n_part++] = (struct payload_text){bytes + begin, (uint32_t)(i - begin)};
        begin = i + 1;
    }
    return n_part;
}

static maru_status read_names(const struct payload_text *part, size_t n_part, struct topic *topic,
                              maru_error *err) {
    uint8_t type = 0;
    while (type < TOPIC_STATE && !payload_text_is(part[2], topic_type_name(type))) {
        type++;
    }
    if (type == TOPIC_STATE || n_part != (type >= TOPIC_DBIRTH ? 5 : 4)) {
        return fail(err, MARU_E_INPUT, "not a topic of Sparkplug B 3.0");
    }
    struct topic found = {.type = type, .group = part[1], .node = part[3]};
    maru_status st = check_name(found.group, err);
    st = st == MARU_OK ? check_name(found.node, err) : st;
    if (st == MARU_OK && n_part == 5) {
        found.device = part[4];
        st = check_name(found.device, err);
    }
    if (st == MARU_OK) {
        *topic = found;
    }
    return st;
}

maru_status topic_read(const char *bytes, size_t n, struct topic *topic, maru_error *err) {
    struct payload_text part[MOST_PARTS];
    const size_t n_part = n <= UINT16_MAX ? cut(bytes, n, part) : 0; // MQTT's own limit
    if (n_part < 3 || !payload_text_is(part[0], namespace_3)) {
        return fail(err, MARU_E_INPUT, "not a topic of Sparkplug B 3.0");
    }
    if (n_part > 3) {
        return read_names(part, n_part, topic, err);
    }
    if (!payload_text_is(part[1], "STATE")) {
        return fail(err, MARU_E_INPUT, "not a topic of Sparkplug B 3.0");
    }
    const maru_status st = check_name(part[2], err);
    if (st == MARU_OK) {
        *topic = (struct topic){.type = TOPIC_STATE, .host = part[2]};
    }
    return st;
}

static void add_part(struct text *out, struct payload_text part) {
    text_addz(out, "/");
    text_add(out, part.bytes, part.n);
}

void topic_write(const struct topic *topic, struct text *out) {
    text_addz(out, namespace_3);
    if (topic->type == TOPIC_STATE) {
        text_addz(out, "/STATE");
        add_part(out, topic->host);
        return;
    }
    add_part(out, topic->group);
    text_addf(out, "/%s", topic_type_name((enum topic_type)topic->type));
    add_part(out, topic->node);
    if (topic->type >= TOPIC_DBIRTH) {
        add_part(out, topic->device);
    }
}

// ---- STATE

maru_status topic_state_read(const char *bytes, size_t n, struct topic_state *state,
                             maru_error *err) {
    if (n > TOPIC_MAX_STATE_BYTES) {
        return fail(err, MARU_E_LIMIT, "the state of a host has more than %d bytes",
                    TOPIC_MAX_STATE_BYTES);
    }
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct json_tree tree;
    maru_status st = json_read(bytes, n, &arena, &tree, err);
    if (st == MARU_OK) {
        const uint32_t online = json_member(&tree, 0, "online", 6);
        const uint32_t timestamp = json_member(&tree, 0, "timestamp", 9);
        const struct json_node *flag = &tree.node[online];
        const struct json_node *time = &tree.node[timestamp];
        int64_t ms = -1;
        if (online == 0 || timestamp == 0 ||
            (flag->kind != JSON_TRUE && flag->kind != JSON_FALSE) || time->kind != JSON_NUMBER ||
            !number_int64(time->text, time->n_text, &ms) || ms < 0) {
            st = fail(err, MARU_E_INPUT, "the state of a host needs \"online\" and \"timestamp\"");
        } else {
            *state = (struct topic_state){flag->kind == JSON_TRUE, (uint64_t)ms};
        }
    }
    arena_fini(&arena);
    return st;
}

void topic_state_write(const struct topic_state *state, struct text *out) {
    text_addf(out, "{\"online\":%s,\"timestamp\":%" PRIu64 "}", state->is_online ? "true" : "false",
              state->timestamp_ms);
}
