#include "live/following/tying.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/names.h"
#include "base/number.h"
#include "base/status.h"
#include "control/equipment/e10.h"
#include "plant/faults.h"
#include "plant/plant.h"

// What an event means is found in three steps, each first in the table and then by usual names:
//
//     what happened   its name, or kind/name; `lot` in front, case, blanks and signs do not count
//     to what         tool of the detail, else the source, whole or its last parts: "line1/Litho/Litho-1" is
//                     Litho/1; the lot is the event's
//     where           route and step of the detail; its number in the route, its name, or the recipe
//                     "ROUTE.3". A name that several steps have is told apart by the tool's group
//
// A number wins over a name, since it is the one that cannot mean two things.

enum { NAME_BYTES = FOLLOW_MAX_NAME_BYTES + 1, NO_TOOL = -1, MANY_TOOLS = -2 };
#define INDEX_BYTES (64u << 20)

struct tying {
    const struct maru_model *model;
    const maru_plant *plant;
    struct follow_table table; // of its rows those that the plant bears out
    struct names tool_names;   // as plain() writes them
    int64_t *tool_of_name;     // (tool_names.n), NO_TOOL, MANY_TOOLS
    size_t n_tool_room;
    struct names equipment; // as the table of equipment names them
    uint32_t *tool_of_equipment;
    size_t n_equipment_room;
    struct names products, routes;
    maru_time zero_us;
    double speed;
};

// ---- words

struct usual {
    const char *word;
    enum follow_meaning means;
};

static const struct usual lot_words[] = {
    {"released", FOLLOW_MEANS_RELEASED},
    {"created", FOLLOW_MEANS_RELEASED},
    {"launched", FOLLOW_MEANS_RELEASED},
    {"투입", FOLLOW_MEANS_RELEASED},
    {"arrived", FOLLOW_MEANS_ARRIVED},
    {"queued", FOLLOW_MEANS_ARRIVED},
    {"도착", FOLLOW_MEANS_ARRIVED},
    {"sent", FOLLOW_MEANS_SENT},
    {"dispatched", FOLLOW_MEANS_SENT},
    {"departed", FOLLOW_MEANS_SENT},
    {"이동", FOLLOW_MEANS_SENT},
    {"started", FOLLOW_MEANS_STARTED},
    {"start", FOLLOW_MEANS_STARTED},
    {"trackin", FOLLOW_MEANS_STARTED},
    {"trackedin", FOLLOW_MEANS_STARTED},
    {"movein", FOLLOW_MEANS_STARTED},
    {"processstarted", FOLLOW_MEANS_STARTED},
    {"processingstarted", FOLLOW_MEANS_STARTED},
    {"착공", FOLLOW_MEANS_STARTED},
    {"finished", FOLLOW_MEANS_ENDED},
    {"ended", FOLLOW_MEANS_ENDED},
    {"end", FOLLOW_MEANS_ENDED},
    {"completed", FOLLOW_MEANS_ENDED},
    {"complete", FOLLOW_MEANS_ENDED},
    {"trackout", FOLLOW_MEANS_ENDED},
    {"trackedout", FOLLOW_MEANS_ENDED},
    {"moveout", FOLLOW_MEANS_ENDED},
    {"processended", FOLLOW_MEANS_ENDED},
    {"processcompleted", FOLLOW_MEANS_ENDED},
    {"processingcompleted", FOLLOW_MEANS_ENDED},
    {"완공", FOLLOW_MEANS_ENDED},
    {"skipped", FOLLOW_MEANS_SKIPPED},
    {"건너뜀", FOLLOW_MEANS_SKIPPED},
    {"rework", FOLLOW_MEANS_REWORK},
    {"reworked", FOLLOW_MEANS_REWORK},
    {"재작업", FOLLOW_MEANS_REWORK},
    {"held", FOLLOW_MEANS_HELD},
    {"hold", FOLLOW_MEANS_HELD},
    {"onhold", FOLLOW_MEANS_HELD},
    {"보류", FOLLOW_MEANS_HELD},
    {"freed", FOLLOW_MEANS_FREED},
    {"unheld", FOLLOW_MEANS_FREED},
    {"holdreleased", FOLLOW_MEANS_FREED},
    {"offhold", FOLLOW_MEANS_FREED},
    {"보류해제", FOLLOW_MEANS_FREED},
    {"done", FOLLOW_MEANS_FINISHED},
    {"shipped", FOLLOW_MEANS_FINISHED},
    {"출하", FOLLOW_MEANS_FINISHED},
    {"scrapped", FOLLOW_MEANS_SCRAPPED},
    {"scrap", FOLLOW_MEANS_SCRAPPED},
    {"폐기", FOLLOW_MEANS_SCRAPPED},
};
static const struct usual tool_words[] = {
    {"state", FOLLOW_MEANS_STATE},
    {"e10", FOLLOW_MEANS_STATE},
    {"상태", FOLLOW_MEANS_STATE},
    {"down", FOLLOW_MEANS_DOWN},
    {"failed", FOLLOW_MEANS_DOWN},
    {"고장", FOLLOW_MEANS_DOWN},
    {"maintenance", FOLLOW_MEANS_MAINTENANCE},
    {"보전", FOLLOW_MEANS_MAINTENANCE},
    {"up", FOLLOW_MEANS_UP},
    {"repaired", FOLLOW_MEANS_UP},
    {"복구", FOLLOW_MEANS_UP},
    {"setup", FOLLOW_MEANS_SETUP},
    {"준비교체", FOLLOW_MEANS_SETUP},
};

// Without blanks and signs, in small letters. False: nothing is left, or it is too long.
static bool plain(const char *from, size_t n_from, char signs, char to[NAME_BYTES], size_t *n) {
    *n = 0;
    for (size_t i = 0; i < n_from; i++) {
        const char c = from[i];
        const bool is_sign = c == ' ' || c == '_' || c == '-' || c == '.' || c == '/' || c == '#';
        const char out = is_sign ? signs : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        if (out != '\0') {
            if (*n == NAME_BYTES - 1) {
                return false;
            }
            to[(*n)++] = out;
        }
    }
    to[*n] = '\0';
    return *n > 0;
}

static bool find_usual(const struct usual *list, size_t n_list, const char *word,
                       enum follow_meaning *means) {
    for (size_t i = 0; i < n_list; i++) {
        if (strcmp(list[i].word, word) == 0) {
            *means = list[i].means;
            return true;
        }
    }
    return false;
}

// ---- making one

static uint32_t find_name(const struct names *names, const char *name) {
    return names_find(names, name, strlen(name));
}

static maru_status index_tool(struct tying *t, const char *name, uint32_t tool, maru_error *err) {
    char key[NAME_BYTES];
    size_t n = 0;
    uint32_t number = 0;
    if (!plain(name, strlen(name), '-', key, &n)) {
        return MARU_OK;
    }
    const uint32_t n_before = t->tool_names.n;
    const maru_status st = names_add(&t->tool_names, key, n, &number, err);
    if (st != MARU_OK) {
        return st;
    }
    if (number == t->n_tool_room) {
        const size_t room = 2 * t->n_tool_room + 64;
        int64_t *more = alloc_resize(t->tool_of_name, room, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        t->tool_of_name = more;
        t->n_tool_room = room;
    }
    const bool is_new = t->tool_names.n > n_before;
    t->tool_of_name[number] =
        is_new || t->tool_of_name[number] == (int64_t)tool ? (int64_t)tool : MANY_TOOLS;
    return MARU_OK;
}

// "GROUP/3" of each tool, and the group alone where it has one tool.
static maru_status index_tools(struct tying *t, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t g = 0; st == MARU_OK && g < t->plant->n_group; g++) {
        const struct plant_group *group = &t->plant->group[g];
        for (uint32_t k = 0; st == MARU_OK && k < group->n_tool; k++) {
            char name[2 * NAME_BYTES];
            struct text text;
            text_init(&text, sizeof name);
            text_addf(&text, "%s/%u", group->name, (unsigned)k + 1);
            st = text.status == MARU_OK ? index_tool(t, text.bytes, group->first_tool + k, err)
                                        : MARU_OK;
            text_fini(&text);
        }
        if (st == MARU_OK && group->n_tool == 1) {
            st = index_tool(t, group->name, group->first_tool, err);
        }
    }
    return st;
}

static int64_t find_tool(const struct tying *t, const char *name, size_t n_name) {
    char key[NAME_BYTES];
    size_t n = 0;
    if (!plain(name, n_name, '-', key, &n)) {
        return NO_TOOL;
    }
    const uint32_t number = names_find(&t->tool_names, key, n);
    return number == UINT32_MAX ? NO_TOOL : t->tool_of_name[number];
}

static maru_status index_names(struct tying *t, maru_error *err) {
    maru_status st = MARU_OK;
    uint32_t number = 0;
    for (uint32_t p = 0; st == MARU_OK && p < t->plant->n_product; p++) {
        const char *name = t->plant->product[p].name;
        st = names_add(&t->products, name, strlen(name), &number, err);
    }
    for (uint32_t r = 0; st == MARU_OK && r < t->plant->n_route; r++) {
        const char *name = t->plant->route[r].name;
        st = names_add(&t->routes, name, strlen(name), &number, err);
    }
    return st;
}

// What equipment is called in its table: the first tool that a row of it names.
static maru_status index_equipment(struct tying *t, const struct mapping *mapping,
                                   maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; mapping && st == MARU_OK && i < mapping->n_rule; i++) {
        const struct mapping_rule *rule = &mapping->rule[i];
        const char *key = mapping->keys.name[rule->key], *tool = mapping->tools.name[rule->name];
        const char *end = strchr(key, '\n');
        const int64_t found = end ? find_tool(t, tool, strlen(tool)) : NO_TOOL;
        uint32_t number = 0;
        if (found < 0 || end == key) {
            continue;
        }
        st = names_add(&t->equipment, key, (size_t)(end - key), &number, err);
        if (st == MARU_OK && number == t->n_equipment_room) {
            const size_t room = 2 * t->n_equipment_room + 64;
            uint32_t *more = alloc_resize(t->tool_of_equipment, room, sizeof *more);
            if (!more) {
                return fail(err, MARU_E_MEMORY, "no memory");
            }
            t->tool_of_equipment = more;
            t->n_equipment_room = room;
        }
        if (st == MARU_OK) {
            t->tool_of_equipment[number] = (uint32_t)found;
        }
    }
    return st;
}

// ---- steps

static const struct plant_route *route_at(const struct tying *t, uint32_t route) {
    return &t->plant->route[route];
}

// By its number in the route, from 1.
static bool step_by_number(const struct tying *t, uint32_t route, const char *text,
                           uint32_t *step) {
    int64_t k = 0;
    if (!number_int64(text, strlen(text), &k) || k < 1 || k > route_at(t, route)->n_step) {
        return false;
    }
    *step = route_at(t, route)->first_step + (uint32_t)k - 1;
    return true;
}

// By its name, in a route or (MARU_NONE) in all; where several have it, those of the tool's group
// (MARU_NONE: it is not known). The number of those that fit.
static uint32_t step_by_name(const struct tying *t, uint32_t route, uint32_t group,
                             const char *name, uint32_t *step) {
    const uint32_t first = route == MARU_NONE ? 0 : route_at(t, route)->first_step;
    const uint32_t n = route == MARU_NONE ? t->plant->n_step : route_at(t, route)->n_step;
    uint32_t n_found = 0, n_of_group = 0, of_group = 0;
    for (uint32_t i = first; name[0] && i < first + n; i++) {
        const struct plant_step *its = &t->plant->step[i];
        if (!its->name || strcmp(its->name, name) != 0) {
            continue;
        }
        *step = n_found++ == 0 ? i : *step;
        if (its->group == group) {
            of_group = n_of_group++ == 0 ? i : of_group;
        }
    }
    if (n_found > 1 && n_of_group == 1) {
        *step = of_group;
        return 1;
    }
    return n_found;
}

// "ROUTE.3", "ROUTE/3" or "ROUTE/NAME".
static bool step_by_both(const struct tying *t, const char *text, uint32_t *step) {
    for (const char *at = text; *at; at++) {
        if (*at != '.' && *at != '/') {
            continue;
        }
        const uint32_t route = names_find(&t->routes, text, (size_t)(at - text));
        if (route != UINT32_MAX && (step_by_number(t, route, at + 1, step) ||
                                    step_by_name(t, route, MARU_NONE, at + 1, step) == 1)) {
            return true;
        }
    }
    return false;
}

static uint32_t find_group(const struct tying *t, const char *name) {
    for (uint32_t g = 0; name[0] && g < t->plant->n_group; g++) {
        if (strcmp(t->plant->group[g].name, name) == 0) {
            return g;
        }
    }
    return MARU_NONE;
}

// ---- the table against the plant

static void say(maru_faults *faults, const struct follow_row *row, const char *right,
                const char *format, ...) MARU_PRINTF(4, 5);

static void say(maru_faults *faults, const struct follow_row *row, const char *right,
                const char *format, ...) {
    const struct fault_place place = {"follow.csv", row->line, 3, "means", row->means};
    va_list args;
    va_start(args, format);
    faults_add(faults, MARU_FAULT, &place, right, format, args);
    va_end(args);
}

static bool is_borne_out(const struct tying *t, const struct follow_row *row, maru_faults *faults) {
    uint32_t step = 0;
    if (row->about == FOLLOW_TOOL && find_tool(t, row->means, strlen(row->means)) < 0) {
        say(faults, row, "a tool group of the plant and a number, such as Litho/1",
            "the plant has no tool of this name");
        return false;
    }
    if (row->about == FOLLOW_STEP && !step_by_both(t, row->means, &step)) {
        say(faults, row, "a route of the plant and a step of it, such as Main/3",
            "the plant has no such step");
        return false;
    }
    if (row->about == FOLLOW_PRODUCT && find_name(&t->products, row->means) == UINT32_MAX) {
        say(faults, row, "a product of the plant", "the plant has no product of this name");
        return false;
    }
    return true;
}

static maru_status copy_table(struct tying *t, const struct follow_table *table,
                              maru_faults *faults, maru_error *err) {
    struct text text;
    maru_faults *none = maru_faults_new();
    text_init(&text, FOLLOW_MAX_TABLE_BYTES);
    text_addz(&text, "what,name,means\n");
    for (uint32_t i = 0; i < table->keys.n; i++) {
        if (is_borne_out(t, &table->row[i], faults)) {
            follow_table_write_row(&table->row[i], &text);
        }
    }
    maru_status st =
        none && text.status == MARU_OK ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        st = follow_table_read("follow.csv", text.bytes, text.n_bytes, none, &t->table, err);
    }
    maru_faults_free(none);
    text_fini(&text);
    return st;
}

maru_status tying_new(const struct tying_options *options, maru_faults *faults, struct tying **out,
                      maru_error *err) {
    struct tying *t = alloc_new(1, sizeof *t);
    if (!t) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    t->model = options->model;
    t->plant = maru_model_plant(options->model);
    t->zero_us = options->zero_us;
    t->speed = options->speed;
    names_init(&t->tool_names, INDEX_BYTES);
    names_init(&t->equipment, INDEX_BYTES);
    names_init(&t->products, INDEX_BYTES);
    names_init(&t->routes, INDEX_BYTES);
    maru_status st = index_tools(t, err);
    st = st == MARU_OK ? index_names(t, err) : st;
    st = st == MARU_OK ? index_equipment(t, options->equipment, err) : st;
    st = st == MARU_OK && options->table ? copy_table(t, options->table, faults, err) : st;
    if (st != MARU_OK) {
        tying_free(t);
        return st;
    }
    *out = t;
    return MARU_OK;
}

void tying_free(struct tying *t) {
    if (t) {
        follow_table_fini(&t->table);
        names_fini(&t->tool_names);
        names_fini(&t->equipment);
        names_fini(&t->products);
        names_fini(&t->routes);
        alloc_free(t->tool_of_name);
        alloc_free(t->tool_of_equipment);
        alloc_free(t);
    }
}

// ---- an event

struct reading {
    const struct tying *tying;
    const struct event *event;
    struct json_tree tree; // of its detail
    struct arena *arena;
    struct tied *out;
    uint32_t route; // MARU_NONE: not told
    maru_error *err;
};

// A text or number of the detail, "" where there is none.
static const char *member(const struct reading *r, const char *key) {
    const uint32_t i = r->tree.n > 0 ? json_member(&r->tree, 0, key, strlen(key)) : 0;
    const struct json_node *node = i > 0 ? &r->tree.node[i] : NULL;
    const char *text = node && (node->kind == JSON_TEXT || node->kind == JSON_NUMBER)
                           ? arena_text(r->arena, node->text, node->n_text)
                           : NULL;
    return text ? text : "";
}

static bool number_member(const struct reading *r, const char *key, int64_t *out) {
    const char *text = member(r, key);
    return number_int64(text, strlen(text), out);
}

static const char *first_of(const char *a, const char *b) { return a[0] ? a : b; }

maru_time tying_time(const struct tying *t, maru_time unix_us) {
    const double us = ((double)unix_us - (double)t->zero_us) * t->speed;
    const double most = (double)TOLD_MAX_TIME;
    return t->speed == 1 ? unix_us - t->zero_us : (maru_time)fmax(-most, fmin(us, most));
}

static void read_times(struct reading *r, int64_t number) {
    const struct tying *t = r->tying;
    struct told *told = &r->out->told;
    int64_t value = 0;
    const maru_time at_us = r->event->at_us;
    r->out->has_plant_time = number_member(r, "plant_us", &told->at_us);
    if (!r->out->has_plant_time) {
        told->at_us = tying_time(t, at_us);
    }
    if (number_member(r, "plant_due_us", &value)) {
        told->due_us = value;
    } else if (number_member(r, "due_us", &value) && value > -TOLD_MAX_TIME &&
               value < TOLD_MAX_TIME) {
        told->due_us = told->at_us + (tying_time(t, value) - tying_time(t, at_us));
    }
    told->order = number_member(r, "n", &value) && value > 0 ? (uint64_t)value : (uint64_t)number;
}

// ---- what happened

static bool is_kind(const struct reading *r, const char *kind) {
    return strcmp(r->event->kind, kind) == 0;
}

// The state that an event tells: FOLLOW_MEANS_NOTHING where it changes nothing that is followed.
static enum follow_meaning state_of(const struct reading *r) {
    const char *told = first_of(member(r, "state"), first_of(member(r, "to"), member(r, "value")));
    const char *said = member(r, "event"); // GEM: "Setup", which E10 counts as scheduled down
    uint8_t substate = 0, finer = 0;
    if (!e10_read(told, strlen(told), &substate)) {
        return FOLLOW_MEANS_NOTHING;
    }
    if (e10_read(said, strlen(said), &finer) && e10_state_of(finer) == e10_state_of(substate)) {
        substate = finer;
    }
    if (substate == E10_SUB_SETUP) {
        return FOLLOW_MEANS_SETUP;
    }
    switch (e10_state_of(substate)) {
    case E10_PRODUCTIVE:
    case E10_STANDBY:
    case E10_ENGINEERING:
        return FOLLOW_MEANS_UP;
    case E10_SCHEDULED_DOWN:
        return FOLLOW_MEANS_MAINTENANCE;
    case E10_UNSCHEDULED_DOWN:
        return FOLLOW_MEANS_DOWN;
    case E10_NON_SCHEDULED:
    case E10_UNKNOWN:
    case N_E10_STATE:
        break;
    }
    return FOLLOW_MEANS_NOTHING;
}

static bool find_in_table(const struct reading *r, enum follow_meaning *means) {
    const struct event *e = r->event;
    char both[2 * NAME_BYTES];
    const size_t n_kind = strlen(e->kind), n_name = strlen(e->name);
    const struct follow_row *row = NULL;
    if (n_kind + 1 + n_name < sizeof both) {
        memcpy(both, e->kind, n_kind);
        both[n_kind] = '/';
        memcpy(both + n_kind + 1, e->name, n_name + 1);
        row = follow_table_find(&r->tying->table, FOLLOW_EVENT, both);
    }
    row = row ? row : follow_table_find(&r->tying->table, FOLLOW_EVENT, e->name);
    row = row ? row : follow_table_find(&r->tying->table, FOLLOW_EVENT, member(r, "event"));
    *means = row ? (enum follow_meaning)row->meaning : FOLLOW_MEANS_NOTHING;
    return row != NULL;
}

static maru_status no_meaning(const struct reading *r) {
    return fail(r->err, MARU_E_INPUT, "nobody has said what %s means: give it a row in the table",
                r->event->name);
}

static maru_status find_usually(const struct reading *r, enum follow_meaning *means) {
    const struct event *e = r->event;
    char word[NAME_BYTES] = "";
    size_t n = 0;
    const bool is_word = plain(e->name, strlen(e->name), '\0', word, &n);
    const size_t n_lot_words = sizeof lot_words / sizeof *lot_words;
    const size_t n_tool_words = sizeof tool_words / sizeof *tool_words;
    *means = FOLLOW_MEANS_NOTHING;
    if (is_kind(r, EVENT_STATE)) {
        if (!is_word || !find_usual(tool_words, n_tool_words, word, means)) {
            // maru's own are named after their tool
            *means = member(r, "to")[0] && strcmp(e->source, "maru") == 0 ? FOLLOW_MEANS_STATE
                                                                          : FOLLOW_MEANS_NOTHING;
        }
        return MARU_OK;
    }
    if (!is_kind(r, EVENT_LOT) && !is_kind(r, "event") && !is_kind(r, "other")) {
        return MARU_OK;
    }
    const char *rest = is_word && strncmp(word, "lot", 3) == 0 && word[3] ? word + 3 : word;
    const bool is_of_lot = e->lot[0] || is_kind(r, EVENT_LOT);
    if (is_word && is_of_lot && find_usual(lot_words, n_lot_words, rest, means)) {
        return MARU_OK;
    }
    return is_of_lot ? no_meaning(r) : MARU_OK;
}

static maru_status find_meaning(const struct reading *r, enum follow_meaning *means) {
    const maru_status st = find_in_table(r, means) ? MARU_OK : find_usually(r, means);
    if (st == MARU_OK && *means == FOLLOW_MEANS_STATE) {
        *means = state_of(r);
    }
    return st;
}

// ---- to what

// A tool by what somebody calls it, whole or its last parts.
static int64_t tool_called(const struct tying *t, const char *name) {
    for (const char *part = name; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL) {
        const struct follow_row *row = follow_table_find(&t->table, FOLLOW_TOOL, part);
        const uint32_t equipment = row ? UINT32_MAX : find_name(&t->equipment, part);
        const int64_t found = row ? find_tool(t, row->means, strlen(row->means))
                              : equipment != UINT32_MAX ? (int64_t)t->tool_of_equipment[equipment]
                                                        : find_tool(t, part, strlen(part));
        if (found != NO_TOOL) {
            return found;
        }
    }
    return NO_TOOL;
}

static maru_status find_its_tool(const struct reading *r, bool is_of_lot) {
    const char *named = member(r, "tool");
    const bool is_maru = strcmp(r->event->source, "maru") == 0;
    const char *called = first_of(named, is_maru ? r->event->name : r->event->source);
    const int64_t tool = tool_called(r->tying, called);
    if (tool >= 0) {
        r->out->told.tool = (uint32_t)tool;
        return MARU_OK;
    }
    if (is_of_lot && !named[0]) {
        return MARU_OK; // it need not say, and the source is no tool
    }
    return tool == MANY_TOOLS
               ? fail(r->err, MARU_E_INPUT,
                      "%s may be several tools of the plant: give it a row in the table", called)
               : fail(r->err, MARU_E_INPUT, "the plant has no tool %s: give it a row in the table",
                      called);
}

static maru_status find_product(struct reading *r) {
    const struct tying *t = r->tying;
    const char *named = member(r, "product"), *route = member(r, "route");
    const struct follow_row *row = follow_table_find(&t->table, FOLLOW_PRODUCT, named);
    const uint32_t product = find_name(&t->products, row ? row->means : named);
    const uint32_t its_route = find_name(&t->routes, route);
    if (product != UINT32_MAX) {
        r->out->told.product = product;
    } else if (r->out->told.kind == TOLD_RELEASED) {
        return named[0]
                   ? fail(r->err, MARU_E_INPUT,
                          "the plant has no product %s: give it a row in the table", named)
                   : fail(r->err, MARU_E_INPUT, "a lot is released, and its product is not told");
    }
    r->route = its_route != UINT32_MAX ? its_route
               : product != UINT32_MAX ? t->plant->product[product].route
                                       : MARU_NONE;
    return MARU_OK;
}

// ---- where

// By the table, then by number, name and recipe. False: nothing of it is a step of the plant.
static bool find_told_step(const struct reading *r, bool *is_doubtful) {
    const struct tying *t = r->tying;
    const struct event *e = r->event;
    uint32_t *step = &r->out->told.step;
    const char *const called[] = {first_of(member(r, "step"), e->step), member(r, "step_name"),
                                  first_of(member(r, "recipe"), e->recipe)};
    const uint32_t tool = r->out->told.tool;
    const uint32_t group =
        tool == MARU_NONE ? find_group(t, member(r, "group")) : t->plant->tool_group[tool];
    *is_doubtful = false;
    for (size_t i = 0; i < 3; i++) {
        const struct follow_row *row = follow_table_find(&t->table, FOLLOW_STEP, called[i]);
        if (row && step_by_both(t, row->means, step)) {
            return true;
        }
    }
    if (r->route != MARU_NONE && step_by_number(t, r->route, called[0], step)) {
        return true;
    }
    for (size_t i = 0; i < 3; i++) {
        if (step_by_both(t, called[i], step)) {
            return true;
        }
        const uint32_t n = step_by_name(t, r->route, group, called[i], step);
        if (n == 1) {
            return true;
        }
        *is_doubtful |= n > 1;
    }
    return false;
}

static bool needs_step(enum told_kind kind) {
    return kind == TOLD_ENDED || kind == TOLD_REWORK || kind == TOLD_SKIPPED || kind == TOLD_SENT ||
           kind == TOLD_ARRIVED || kind == TOLD_STARTED;
}

static maru_status find_step(struct reading *r, tying_find_lot find, void *context) {
    struct told *told = &r->out->told;
    struct tying_lot lot = {MARU_NONE, MARU_NONE};
    bool is_doubtful = false;
    const bool is_told = r->event->step[0] || r->event->recipe[0] || member(r, "step")[0] ||
                         member(r, "step_name")[0] || member(r, "recipe")[0];
    const char *number = first_of(member(r, "step"), r->event->step);
    int64_t k = 0;
    const bool is_number = number_int64(number, strlen(number), &k);
    if (is_told && !(is_number && r->route == MARU_NONE) && find_told_step(r, &is_doubtful)) {
        return MARU_OK;
    }
    if (find) { // asked last, since it may take a while to be known
        lot = find(context, r->out->lot);
        r->route = r->route == MARU_NONE ? lot.route : r->route;
    }
    if (is_told && find_told_step(r, &is_doubtful)) {
        return MARU_OK;
    }
    told->step = MARU_NONE;
    if (!needs_step(told->kind)) {
        return MARU_OK;
    }
    if (is_doubtful) {
        return fail(r->err, MARU_E_INPUT,
                    "several steps have this name: tell the number of the step in its route");
    }
    if (is_told) {
        return fail(r->err, MARU_E_INPUT, "the plant has no step %s: give it a row in the table",
                    first_of(r->event->step, first_of(r->event->recipe, member(r, "step"))));
    }
    if (lot.route == MARU_NONE || told->kind == TOLD_REWORK || told->kind == TOLD_SKIPPED) {
        return fail(r->err, MARU_E_INPUT, "the event does not say at which step the lot is");
    }
    told->step = lot.step;
    r->out->is_assumed = true;
    return MARU_OK;
}

// ---- all of it

static void describe(struct reading *r) {
    struct told *told = &r->out->told;
    int64_t value = 0;
    if (number_member(r, "wafers", &value) && value > 0 && value <= UINT16_MAX) {
        told->wafers = (uint32_t)value;
    }
    if (number_member(r, "priority", &value) && value > INT32_MIN && value <= INT32_MAX) {
        told->priority = (int32_t)value;
    }
}

static maru_status tie(struct reading *r, tying_find_lot find, void *context) {
    enum follow_meaning means = FOLLOW_MEANS_NOTHING;
    struct tied *out = r->out;
    maru_status st = find_meaning(r, &means);
    if (st != MARU_OK || means >= FOLLOW_MEANS_STATE) {
        return st;
    }
    out->told.kind = (enum told_kind)means;
    const bool is_of_lot = told_is_of_lot(out->told.kind);
    if (is_of_lot && r->event->lot[0] == '\0') {
        return fail(r->err, MARU_E_INPUT, "the event does not say of which lot it is");
    }
    out->lot = is_of_lot ? r->event->lot : "";
    st = find_its_tool(r, is_of_lot);
    st = st == MARU_OK ? find_product(r) : st;
    if (st == MARU_OK && is_of_lot) {
        describe(r);
        st = find_step(r, find, context);
    } else if (st == MARU_OK && out->told.kind == TOLD_SETUP) {
        bool is_doubtful = false;
        if (!find_told_step(r, &is_doubtful)) {
            return MARU_OK; // the next lot will tell for what
        }
    }
    out->told.is_known = out->told.kind == TOLD_UP;
    out->is_needed = st == MARU_OK;
    return st;
}

maru_status tying_read(struct tying *t, const struct event *event, int64_t number,
                       tying_find_lot find, void *context, struct tied *out, maru_error *err) {
    struct arena arena;
    struct reading r = {
        .tying = t, .event = event, .arena = &arena, .out = out, .route = MARU_NONE, .err = err};
    *out = (struct tied){.told = told_new(TOLD_RELEASED, 0), .lot = ""};
    arena_init(&arena, TYING_MAX_DETAIL_BYTES);
    maru_status st = json_read(event->detail, strlen(event->detail), &arena, &r.tree, NULL);
    if (st == MARU_E_MEMORY) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    } else {
        if (st != MARU_OK || r.tree.n == 0 || r.tree.node[0].kind != JSON_OBJECT) {
            r.tree.n = 0; // a detail that is no object says nothing
        }
        read_times(&r, number);
        st = tie(&r, find, context);
    }
    arena_fini(&arena);
    return st;
}
