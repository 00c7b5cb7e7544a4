#include "cli/fake/cast.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/mqtt_address.h"
#include "connect/reach.h"

// Where the table has faults of a connection, its relay stands between: an edge node goes out through a gate
// of its own, a server listens behind one.

struct cast {
    const struct cast_options *options;
    struct gates gates[N_FAULT_LINK];
    struct fake_sparkplug *sparkplug;
    struct fake_modbus *modbus;
    struct fake_secs *secs;
    struct fake_opcua *opcua;
    enum cast_whom whom;
};

// ---- Sparkplug B

static maru_status open_sparkplug_gates(struct cast *cast, maru_error *err) {
    const struct fake_plan *plan = &cast->options->stage->plan;
    struct gates *gates = &cast->gates[FAULT_LINK_SPARKPLUG];
    struct mqtt_address to;
    maru_status st = mqtt_address_read(cast->options->sparkplug, &to, err);
    st = st == MARU_OK ? gates_open(gates, cast->options->faults, FAULT_LINK_SPARKPLUG,
                                    FAKE_FRAMES_MQTT, cast->options->wall_us, err)
                       : st;
    if (st == MARU_OK && gates->relay && to.is_tls) {
        return fail(err, MARU_E_USAGE, "faults of a connection need mqtt://, not mqtts://");
    }
    for (uint32_t i = 0; st == MARU_OK && gates->relay && i < plan->n_device; i++) {
        const struct fake_gate gate = {.part = plan->device[i].node,
                                       .address = "127.0.0.1",
                                       .host = to.host,
                                       .host_port = to.port};
        int port = 0;
        if (gates_port(gates, gate.part) == 0) {
            st = gates_add(gates, &gate, &port, err);
        }
    }
    return st;
}

static maru_status open_sparkplug(struct cast *cast, maru_error *err) {
    const struct cast_options *asked = cast->options;
    if (!asked->sparkplug) {
        return MARU_OK;
    }
    const struct fake_sparkplug_options options = {.url = asked->sparkplug,
                                                   .ca_file = asked->ca_file,
                                                   .primary_host = asked->host,
                                                   .is_held = asked->has_past,
                                                   .via = gates_port,
                                                   .via_of = &cast->gates[FAULT_LINK_SPARKPLUG]};
    const maru_status st = open_sparkplug_gates(cast, err);
    return st == MARU_OK ? fake_sparkplug_open(&asked->stage->plan, &options, &cast->sparkplug, err)
                         : st;
}

// ---- servers

// A gate in front of what listens at a port of 127.0.0.1.
static maru_status add_front(struct cast *cast, enum fault_link link, const char *part, int port,
                             int behind, maru_error *err) {
    int got = 0;
    const struct fake_gate gate = {.part = part,
                                   .address = cast->options->bind,
                                   .port = port,
                                   .host = "127.0.0.1",
                                   .host_port = behind,
                                   .is_toward_client = true};
    return gates_add(&cast->gates[link], &gate, &got, err);
}

static maru_status open_modbus(struct cast *cast, maru_error *err) {
    const struct cast_options *asked = cast->options;
    struct gates *gates = &cast->gates[FAULT_LINK_MODBUS];
    int got = 0;
    if (asked->modbus == 0) {
        return MARU_OK;
    }
    maru_status st = gates_open(gates, asked->faults, FAULT_LINK_MODBUS, FAKE_FRAMES_MODBUS,
                                asked->wall_us, err);
    const bool has_gate = gates->relay != NULL;
    st = st == MARU_OK ? fake_modbus_open(&asked->stage->plan, has_gate ? "127.0.0.1" : asked->bind,
                                          has_gate ? 0 : asked->modbus, &cast->modbus, &got, err)
                       : st;
    return st == MARU_OK && has_gate
               ? add_front(cast, FAULT_LINK_MODBUS, "", asked->modbus, got, err)
               : st;
}

// Tools that connect go out through gates of their own; tools that listen have one in front of each.
static maru_status add_secs_gates(struct cast *cast, bool is_before, maru_error *err) {
    const struct cast_options *asked = cast->options;
    const struct fake_plan *plan = &asked->stage->plan;
    maru_status st = MARU_OK;
    uint32_t n = 0;
    for (uint32_t i = 0; st == MARU_OK && i < plan->n_device; i++) {
        int got = 0;
        if (plan->device[i].tool[0] == '\0') {
            continue;
        }
        if (is_before && asked->secs->is_active) {
            const struct fake_gate gate = {.part = plan->device[i].tool,
                                           .address = "127.0.0.1",
                                           .host = asked->secs->address,
                                           .host_port = asked->secs->port};
            st = gates_add(&cast->gates[FAULT_LINK_SECS], &gate, &got, err);
        } else if (!is_before && !asked->secs->is_active) {
            st = add_front(cast, FAULT_LINK_SECS, plan->device[i].tool, asked->secs->port + (int)n,
                           fake_secs_port(cast->secs, n), err);
        }
        n++;
    }
    return st;
}

static maru_status open_secs(struct cast *cast, maru_error *err) {
    const struct cast_options *asked = cast->options;
    struct gates *gates = &cast->gates[FAULT_LINK_SECS];
    if (!asked->secs) {
        return MARU_OK;
    }
    maru_status st =
        gates_open(gates, asked->faults, FAULT_LINK_SECS, FAKE_FRAMES_HSMS, asked->wall_us, err);
    struct fake_secs_options options = *asked->secs;
    if (st == MARU_OK && gates->relay) {
        options.via = gates_port;
        options.via_of = gates;
        options.is_hidden = true;
        st = add_secs_gates(cast, true, err);
    }
    st = st == MARU_OK ? fake_secs_open(&asked->stage->plan, &options, &cast->secs, err) : st;
    return st == MARU_OK && gates->relay ? add_secs_gates(cast, false, err) : st;
}

// Behind a gate it listens at a port that was free a moment ago.
static maru_status open_opcua(struct cast *cast, maru_error *err) {
    const struct cast_options *asked = cast->options;
    struct gates *gates = &cast->gates[FAULT_LINK_OPCUA];
    struct fake_opcua_options options = {.folder = asked->gateway,
                                         .address = asked->bind,
                                         .port = asked->opcua,
                                         .told = asked->opcua};
    if (asked->opcua == 0) {
        return MARU_OK;
    }
    maru_status st =
        gates_open(gates, asked->faults, FAULT_LINK_OPCUA, FAKE_FRAMES_OPCUA, asked->wall_us, err);
    if (st == MARU_OK && gates->relay) {
        int file = -1;
        options.address = "127.0.0.1";
        st = reach_listen("127.0.0.1", 0, &file, &options.port, err);
        if (st == MARU_OK) {
            close(file);
        }
    }
    st = st == MARU_OK ? fake_opcua_open(&asked->stage->plan, &options, &cast->opcua, err) : st;
    return st == MARU_OK && gates->relay
               ? add_front(cast, FAULT_LINK_OPCUA, "", asked->opcua, options.port, err)
               : st;
}

// ---- all of them

maru_status cast_open(const struct cast_options *options, struct cast **out, maru_error *err) {
    struct cast *cast = alloc_new(1, sizeof *cast);
    if (!cast) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    cast->options = options;
    maru_status st = open_sparkplug(cast, err);
    st = st == MARU_OK ? open_modbus(cast, err) : st;
    st = st == MARU_OK ? open_secs(cast, err) : st;
    st = st == MARU_OK ? open_opcua(cast, err) : st;
    if (st != MARU_OK) {
        cast_close(cast, NULL);
        return st;
    }
    *out = cast;
    return MARU_OK;
}

void cast_turn(struct cast *cast, enum cast_whom whom) {
    cast->whom = whom;
    if (whom == CAST_ALL && cast->sparkplug) {
        fake_sparkplug_begin(cast->sparkplug);
    }
}

maru_status cast_put(struct cast *cast, const struct fake_value *news, size_t n_news,
                     const struct fake_value *quiet, size_t n_quiet, maru_error *err) {
    const bool has_others = cast->whom != CAST_WITH_PAST;
    maru_status st = MARU_OK;
    if (has_others && cast->modbus) {
        fake_modbus_put(cast->modbus, news, n_news);
        fake_modbus_put(cast->modbus, quiet, n_quiet);
    }
    if (has_others && cast->secs) {
        fake_secs_put(cast->secs, news, n_news);
        fake_secs_put(cast->secs, quiet, n_quiet);
    }
    if (has_others && cast->opcua) {
        fake_opcua_put(cast->opcua, news, n_news);
    }
    if (cast->whom != CAST_WITHOUT_PAST && cast->sparkplug && n_news > 0) {
        st = fake_sparkplug_put(cast->sparkplug, news, n_news, err);
    }
    return st;
}

void cast_look(struct cast *cast, struct cast_look *out) {
    *out = (struct cast_look){0};
    if (cast->sparkplug) {
        fake_sparkplug_look(cast->sparkplug, &out->sparkplug);
    }
    if (cast->secs) {
        fake_secs_look(cast->secs, &out->secs);
    }
}

void cast_close(struct cast *cast, struct cast_look *last) {
    struct cast_look look = {0};
    if (!cast) {
        return;
    }
    fake_sparkplug_close(cast->sparkplug, &look.sparkplug);
    fake_modbus_close(cast->modbus, &look.modbus);
    fake_secs_close(cast->secs, &look.secs);
    fake_opcua_close(cast->opcua, &look.opcua);
    for (int i = 0; i < N_FAULT_LINK; i++) {
        gates_close(&cast->gates[i], &look.link[i]);
    }
    alloc_free(cast);
    if (last) {
        *last = look;
    }
}

// ---- what was sent

static void add_sparkplug(struct json *json, const struct fake_sparkplug_look *look) {
    json_open_object(json, "sparkplug");
    json_add_count(json, "nodes", look->n_node);
    json_add_count(json, "births", look->n_birth);
    json_add_count(json, "messages", look->n_message);
    json_add_count(json, "bytes", look->n_byte);
    json_add_count(json, "values", look->n_value);
    json_add_count(json, "historical", look->n_historical);
    json_add_count(json, "kept", look->n_kept);
    json_add_count(json, "lost", look->n_dropped);
    json_add_string(json, "problem", look->problem);
    json_close(json);
}

void cast_add_json(struct json *json, const struct cast_look *look) {
    static const char *const link[N_FAULT_LINK] = {
#define X(name, word) word,
        FAULT_LINKS(X)
#undef X
    };
    static const char *const harm[N_FAKE_HARM] = {"cut", "delayed", "repeated", "swapped",
                                                  "spoilt"};
    add_sparkplug(json, &look->sparkplug);
    json_open_object(json, "modbus");
    json_add_count(json, "clients", look->modbus.n_client);
    json_add_count(json, "answers", look->modbus.n_answer);
    json_add_count(json, "refused", look->modbus.n_refused);
    json_close(json);
    json_open_object(json, "secs");
    json_add_count(json, "tools", look->secs.n_tool);
    json_add_count(json, "connections", look->secs.n_connection);
    json_add_count(json, "events", look->secs.n_event);
    json_add_count(json, "lost", look->secs.n_lost);
    json_add_string(json, "problem", look->secs.problem);
    json_close(json);
    json_open_object(json, "opcua");
    json_add_count(json, "values", look->opcua.n_value);
    json_add_count(json, "lost", look->opcua.n_dropped);
    json_close(json);
    json_open_object(json, "links");
    for (int i = 0; i < N_FAULT_LINK; i++) {
        json_open_object(json, link[i]);
        json_add_count(json, "connections", look->link[i].n_pair);
        json_add_count(json, "messages", look->link[i].n_frame);
        for (int k = 0; k < N_FAKE_HARM; k++) {
            json_add_count(json, harm[k], look->link[i].n_harm[k]);
        }
        json_close(json);
    }
    json_close(json);
}
