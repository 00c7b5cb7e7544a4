#include "connect/presence.h"

#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/status.h"

// A node or device was heard last when its last good sample was; and that is where its gap begins when it dies, when our connection
// breaks, or when numbers of its messages are missing. A gap is told twice: as far as it is known when it begins, so that it is on
// record whatever comes, and whole when the node or device is born again.
//
// What a node sends is numbered as one. So a device that was lost with its node, and is born with it, needs no gap of its own.
//
// A broken connection may be found out late: for as long as a dead one can go unnoticed, nothing says that a node was silent by its own
// will. Before that it was heard of by being connected.

static const maru_time slack_us = 5000000;      // clocks as near as that agree
static const maru_time window_us = 600000000;   // in which the quickest sample is looked for
static const maru_time on_way_us = 60000000;    // a birth, at most
static const maru_time unnoticed_us = 40000000; // a broken connection: twice the keep-alive
static const maru_time together_us =
    100000;                                 // a device born so soon after its node was born with it
static const maru_time every_us = 10000000; // between two gaps for data that cannot be used

struct unit { // a node or device
    bool is_node, is_lost;
    bool is_asked;      // a node: for a rebirth
    bool is_with_node;  // a device: lost when its node was
    uint32_t node;      // of a device
    enum gap_code code; // why it is lost, or its data cannot be used
    maru_time heard_us; // 0: never
    maru_time late_us
        [2]; // a node: the least that a sample was behind our clock, in this window and the last
    maru_time began_us;    // of this window
    maru_time born_us;     // 0: it is not
    maru_time dropping_us; // since when data of it comes that cannot be used, 0: it can
    maru_time told_us;     // of that, last
    uint64_t n_dropped;    // since then
};

struct presence {
    presence_gap gap;
    void *of;
    struct names names;
    struct unit *unit; // (names.n)
    size_t cap;
    uint32_t *dead; // (n_dead): devices, since the last settling
    size_t n_dead, cap_dead;
    uint32_t recent_node, recent_device; // that a sample came of last
};

maru_status presence_new(presence_gap gap, void *of, struct presence **out, maru_error *err) {
    struct presence *presence = alloc_new(1, sizeof *presence);
    if (!presence) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    presence->gap = gap;
    presence->of = of;
    presence->recent_node = presence->recent_device = UINT32_MAX;
    names_init(&presence->names, PRESENCE_MAX_BYTES);
    *out = presence;
    return MARU_OK;
}

void presence_free(struct presence *presence) {
    if (presence) {
        names_fini(&presence->names);
        alloc_free(presence->unit);
        alloc_free(presence->dead);
        alloc_free(presence);
    }
}

// ---- names

// The bytes of a name before its k-th slash, all of it where there are fewer; 0 where that is empty.
static size_t before_slash(const char *name, size_t n, int k) {
    size_t at = 0;
    for (; at < n; at++) {
        k -= name[at] == '/';
        if (k == 0) {
            break;
        }
    }
    return at;
}

static bool make_room(struct presence *presence) {
    if (presence->names.n < presence->cap) {
        return true;
    }
    const size_t cap = presence->cap == 0 ? 64 : 2 * presence->cap;
    struct unit *unit = alloc_resize(presence->unit, cap, sizeof *unit);
    if (unit) {
        presence->unit = unit;
        presence->cap = cap;
    }
    return unit != NULL;
}

// The unit of a name, made where there is none yet; UINT32_MAX where there is no room.
static uint32_t get_unit(struct presence *presence, const char *name, size_t n) {
    uint32_t at = names_find(&presence->names, name, n);
    if (at != UINT32_MAX || !make_room(presence) ||
        names_add(&presence->names, name, n, &at, NULL) != MARU_OK) {
        return at;
    }
    presence->unit[at] = (struct unit){.node = UINT32_MAX};
    return at;
}

static uint32_t get_node(struct presence *presence, const char *name, size_t n) {
    const uint32_t at = get_unit(presence, name, before_slash(name, n, 2));
    if (at != UINT32_MAX) {
        presence->unit[at].is_node = true;
    }
    return at;
}

static uint32_t get_device(struct presence *presence, const char *name, size_t n) {
    const uint32_t node = get_node(presence, name, n);
    const uint32_t at = node != UINT32_MAX ? get_unit(presence, name, n) : UINT32_MAX;
    if (at != UINT32_MAX) {
        presence->unit[at].node = node;
    }
    return at;
}

// ---- gaps

static void tell(struct presence *presence, uint32_t at, enum gap_code code, maru_time now,
                 uint64_t n_missing) {
    const struct unit *unit = &presence->unit[at];
    const maru_time since_us = unit->dropping_us != 0 ? unit->dropping_us : unit->heard_us;
    presence->gap(presence->of, &(struct connection_gap){
                                    .source = presence->names.name[at],
                                    .from_us = since_us != 0 && since_us < now ? since_us : now,
                                    .until_us = now,
                                    .code = code,
                                    .cause = gap_code_text(code),
                                    .n_missing = n_missing,
                                });
}

static void lose(struct presence *presence, uint32_t at, enum gap_code code, maru_time now) {
    struct unit *unit = &presence->unit[at];
    if (unit->is_lost) {
        return;
    }
    unit->is_lost = true;
    unit->code = code;
    unit->born_us = 0;
    if (code == GAP_NO_CONNECTION && unit->heard_us < now - unnoticed_us) {
        unit->heard_us = now - unnoticed_us;
    }
    if (unit->is_node) {
        tell(presence, at, code, now, 0);
    }
}

// It is born. What it was lost for is told whole, unless that is a part of what its node was lost for.
static void find_again(struct presence *presence, uint32_t at, maru_time now) {
    struct unit *unit = &presence->unit[at];
    const maru_time node_us = unit->is_node ? 0 : presence->unit[unit->node].born_us;
    const bool is_told = unit->is_with_node && node_us != 0 && now - node_us <= together_us;
    if ((unit->is_lost && !is_told) || unit->n_dropped > 0) {
        tell(presence, at, unit->code, now, unit->n_dropped);
    } else if (unit->is_node && unit->born_us != 0 && !unit->is_asked) {
        tell(presence, at, GAP_BORN_AGAIN, now, 0); // nobody has told of its death
    }
    unit->is_lost = unit->is_asked = unit->is_with_node = false;
    unit->dropping_us = unit->told_us = 0;
    unit->n_dropped = 0;
    unit->born_us = now;
    unit->heard_us = now - on_way_us > unit->heard_us ? now - on_way_us : unit->heard_us;
}

// Data came that cannot be used before a birth: told at once, then now and then, and with the birth.
static void drop(struct presence *presence, uint32_t at, enum gap_code code,
                 const struct host_event *event) {
    struct unit *unit = &presence->unit[at];
    const maru_time now = event->at_us;
    if (unit->dropping_us == 0) {
        unit->dropping_us = unit->heard_us != 0 ? unit->heard_us : now;
        unit->code = unit->is_lost ? unit->code : code;
    }
    unit->is_lost = unit->is_lost || code == GAP_UNKNOWN_NODE;
    unit->n_dropped += event->n_dropped;
    if (unit->told_us == 0 || now - unit->told_us >= every_us) {
        tell(presence, at, code, now, unit->n_dropped);
        unit->told_us = now;
        unit->n_dropped = 0;
    }
}

static void take_gap(struct presence *presence, uint32_t node, const struct host_event *event) {
    switch ((enum host_cause)event->cause) {
    case HOST_CONNECTION:
        lose(presence, node, GAP_NO_CONNECTION, event->at_us);
        return;
    case HOST_SEQUENCE:
        tell(presence, node, GAP_MISSING_MESSAGES, event->at_us, event->n_missing);
        return;
    case HOST_UNKNOWN_NODE:
        drop(presence, node, GAP_UNKNOWN_NODE, event);
        return;
    case HOST_UNKNOWN_DEVICE:
        drop(presence, node, GAP_UNKNOWN_DEVICE, event);
        return;
    case HOST_UNKNOWN_METRIC:
        drop(presence, node, GAP_UNKNOWN_METRIC, event);
        return;
    case HOST_NO_CAUSE:
    case N_HOST_CAUSE:
        return;
    }
}

// ---- devices

// Whether it died alone or with its node is known when the host has said all.
static void take_device_death(struct presence *presence, uint32_t at, maru_time now) {
    if (presence->n_dead == presence->cap_dead) {
        const size_t cap = presence->cap_dead == 0 ? 64 : 2 * presence->cap_dead;
        uint32_t *dead = alloc_resize(presence->dead, cap, sizeof *dead);
        if (!dead) {
            return;
        }
        presence->dead = dead;
        presence->cap_dead = cap;
    }
    lose(presence, at, GAP_DEVICE_DIED, now);
    presence->dead[presence->n_dead++] = at;
}

void presence_settle(struct presence *presence, maru_time now) {
    for (size_t i = 0; i < presence->n_dead; i++) {
        struct unit *unit = &presence->unit[presence->dead[i]];
        const struct unit *node = &presence->unit[unit->node];
        if (unit->is_lost && node->is_lost) { // up to there, what the node said was whole
            unit->is_with_node = true;
            unit->code = node->code;
            unit->heard_us = node->heard_us > unit->heard_us ? node->heard_us : unit->heard_us;
        } else if (unit->is_lost) {
            tell(presence, presence->dead[i], GAP_DEVICE_DIED, now, 0);
        }
    }
    presence->n_dead = 0;
}

// ---- what a host gives

static bool is_under(const struct names *names, uint32_t at, const char *name, size_t n) {
    return at != UINT32_MAX && names->n_byte[at] < n && name[names->n_byte[at]] == '/' &&
           memcmp(names->name[at], name, names->n_byte[at]) == 0;
}

static void hear(struct presence *presence, uint32_t at, maru_time heard_us) {
    if (at != UINT32_MAX && heard_us > presence->unit[at].heard_us) {
        presence->unit[at].heard_us = heard_us;
    }
}

// When a sample was taken, by our clock. It may have waited on its way, so its own time counts; what even the quickest sample is behind or
// ahead is the node's clock.
static maru_time time_of(struct presence *presence, maru_time at_us, maru_time now) {
    maru_time late_us = now - at_us;
    if (presence->recent_node != UINT32_MAX) {
        struct unit *node = &presence->unit[presence->recent_node];
        if (now - node->began_us >= window_us) {
            node->late_us[1] = node->began_us == 0 ? INT64_MAX : node->late_us[0];
            node->late_us[0] = INT64_MAX;
            node->began_us = now;
        }
        node->late_us[0] = late_us < node->late_us[0] ? late_us : node->late_us[0];
        late_us = node->late_us[1] < node->late_us[0] ? node->late_us[1] : node->late_us[0];
    }
    const maru_time ours_us = late_us > slack_us || late_us < -slack_us ? at_us + late_us : at_us;
    return ours_us < now ? ours_us : now;
}

void presence_take_sample(struct presence *presence, const struct host_sample *sample,
                          maru_time now) {
    if (sample->is_historical || (sample->sample.quality & QUALITY_GOOD) == QUALITY_BAD) {
        return;
    }
    const struct names *names = &presence->names;
    const char *name = sample->name;
    const size_t n = sample->n_name;
    if (!is_under(names, presence->recent_node, name, n)) {
        presence->recent_node = names_find(names, name, before_slash(name, n, 2));
    }
    if (!is_under(names, presence->recent_device, name, n)) {
        presence->recent_device = names_find(names, name, before_slash(name, n, 3));
    }
    const maru_time heard_us = time_of(presence, sample->sample.at_us, now);
    hear(presence, presence->recent_node, heard_us);
    hear(presence, presence->recent_device, heard_us);
}

void presence_take_event(struct presence *presence, const struct host_event *event) {
    const size_t n = strlen(event->name);
    const bool is_device = event->kind == HOST_DEVICE_BORN || event->kind == HOST_DEVICE_DIED;
    const uint32_t at =
        is_device ? get_device(presence, event->name, n) : get_node(presence, event->name, n);
    if (at == UINT32_MAX) {
        return;
    }
    switch ((enum host_event_kind)event->kind) {
    case HOST_NODE_BORN:
    case HOST_DEVICE_BORN:
        find_again(presence, at, event->at_us);
        return;
    case HOST_NODE_DIED:
        lose(presence, at, GAP_NODE_DIED, event->at_us);
        return;
    case HOST_DEVICE_DIED:
        take_device_death(presence, at, event->at_us);
        return;
    case HOST_GAP:
        take_gap(presence, at, event);
        return;
    case HOST_REBIRTH_ASKED:
        presence->unit[at].is_asked = true;
        return;
    case HOST_LATE:
    case HOST_DUPLICATE:
    case HOST_OLD_DEATH:
    case HOST_REFUSED:
    case N_HOST_EVENT:
        return;
    }
}

static void recall_unit(struct presence *presence, uint32_t at, maru_time at_us) {
    if (at != UINT32_MAX) {
        struct unit *unit = &presence->unit[at];
        unit->is_lost = true;
        unit->is_with_node = !unit->is_node;
        unit->code = GAP_NOT_RUNNING;
        hear(presence, at, at_us);
    }
}

void presence_recall(struct presence *presence, const char *name, size_t n, maru_time at_us) {
    const size_t n_device = before_slash(name, n, 3);
    recall_unit(presence, get_node(presence, name, n), at_us);
    if (n_device <
        n) { // of a device, or else of a metric whose name has slashes, which is never born
        recall_unit(presence, get_device(presence, name, n_device), at_us);
    }
}
