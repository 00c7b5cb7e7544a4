#include "wire/json/floor_event.h"

#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/status.h"

// `event` says what happened and, by its first word, of what kind that is: lot_started is "started" of kind lot, tool_state of kind
// state, alarm_set of kind alarm; any other word is a kind of its own. The whole object is kept as the detail.

static const struct {
    const char *prefix, *kind;
} kinds[] = {{"lot_", EVENT_LOT},
             {"tool_", EVENT_STATE},
             {"alarm_", EVENT_ALARM},
             {"measured_", EVENT_MEASUREMENT}};

static const char *member(const struct json_tree *tree, const char *key, struct arena *arena) {
    const uint32_t i = json_member(tree, 0, key, strlen(key));
    if (i == 0 || (tree->node[i].kind != JSON_TEXT && tree->node[i].kind != JSON_NUMBER)) {
        return "";
    }
    const char *text = arena_text(arena, tree->node[i].text, tree->node[i].n_text);
    return text ? text : "";
}

// A text that is not longer than an event may have, or nothing.
static const char *short_member(const struct json_tree *tree, const char *key,
                                struct arena *arena) {
    const char *text = member(tree, key, arena);
    return strlen(text) < EVENT_MAX_TEXT_BYTES ? text : "";
}

static void take_name(const char *told, struct event *out) {
    out->kind = "other";
    out->name = told;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t n = strlen(kinds[i].prefix);
        if (strncmp(told, kinds[i].prefix, n) == 0 && told[n] != '\0') {
            out->kind = kinds[i].kind;
            out->name = told + n;
        }
    }
}

maru_status floor_event_read(const char *bytes, size_t n, const char *otherwise, maru_time at_us,
                             struct arena *arena, struct event *out, maru_error *err) {
    struct json_tree tree = {0};
    maru_status st = json_read(bytes, n, arena, &tree, err);
    if (st != MARU_OK) {
        return st;
    }
    if (tree.n == 0 || tree.node[0].kind != JSON_OBJECT) {
        return fail(err, MARU_E_INPUT, "an event of the floor is a JSON object");
    }
    const char *told = short_member(&tree, "event", arena);
    if (told[0] == '\0') {
        return fail(err, MARU_E_INPUT, "an event of the floor has a member event");
    }
    struct event event = {.at_us = at_us};
    take_name(told, &event);
    const char *time = member(&tree, "at_us", arena);
    (void)number_int64(time, strlen(time), &event.at_us);
    const char *tool = short_member(&tree, "tool", arena);
    event.source = tool[0] ? tool : otherwise;
    event.lot = short_member(&tree, "lot", arena);
    event.wafer = short_member(&tree, "wafer", arena);
    event.recipe = short_member(&tree, "recipe", arena);
    event.step = short_member(&tree, "step", arena);
    event.detail = n < EVENT_MAX_DETAIL_BYTES ? arena_text(arena, bytes, n) : "{}";
    if (!event.detail) {
        return arena_refusal(arena, err);
    }
    st = event_check(&event, err);
    if (st == MARU_OK) {
        *out = event;
    }
    return st;
}
