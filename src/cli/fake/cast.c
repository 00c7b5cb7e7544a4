#include "cli/fake/cast.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "connect/mqtt_address.h"

// Where the table has faults of a connection, its relay stands between: an edge node goes out through a gate
// of its own, a server listens behind one.

struct cast {
    const struct cast_options *options;
    struct gates gates[N_FAULT_LINK];
    struct fake_sparkplug *sparkplug;
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
                                                   .via = gates_port,
                                                   .via_of = &cast->gates[FAULT_LINK_SPARKPLUG]};
    const maru_status st = open_sparkplug_gates(cast, err);
    return st == MARU_OK ? fake_sparkplug_open(&asked->stage->plan, &options, &cast->sparkplug, err)
                         : st;
}

// ---- all of them

maru_status cast_open(const struct cast_options *options, struct cast **out, maru_error *err) {
    struct cast *cast = alloc_new(1, sizeof *cast);
    if (!cast) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    cast->options = options;
    const maru_status st = open_sparkplug(cast, err);
    if (st != MARU_OK) {
        cast_close(cast, NULL);
        return st;
    }
    *out = cast;
    return MARU_OK;
}

maru_status cast_put(struct cast *cast, const struct fake_value *news, size_t n_news,
                     const struct fake_value *quiet, size_t n_quiet, maru_error *err) {
    (void)quiet;
    (void)n_quiet;
    maru_status st = MARU_OK;
    if (cast->sparkplug && n_news > 0) {
        st = fake_sparkplug_put(cast->sparkplug, news, n_news, err);
    }
    return st;
}

void cast_look(struct cast *cast, struct cast_look *out) {
    *out = (struct cast_look){0};
    if (cast->sparkplug) {
        fake_sparkplug_look(cast->sparkplug, &out->sparkplug);
    }
}

void cast_close(struct cast *cast, struct cast_look *last) {
    struct cast_look look = {0};
    if (!cast) {
        return;
    }
    fake_sparkplug_close(cast->sparkplug, &look.sparkplug);
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
