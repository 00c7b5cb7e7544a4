#include "wire/secs/equipment_inside.h"

#include "base/number.h"
#include "wire/secs/gem_code.h"

#include <string.h>

// A row for each message that a host may send: the function that appends the body of the answer, or says
// that the message is not of its shape. What E30 leaves open is done as most tools do: an id that is not
// known gets an empty item in its place.

typedef bool (*answerer)(struct equipment *e, const struct secs_item *root, struct text *out);

static bool is_nothing(const struct secs_item *root) { return !root || root->n == 0; }

// A list of ids, each one or none; no list is no good.
static bool is_ids(const struct secs_item *root) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    if (!root || root->kind != SECS_L) {
        return false;
    }
    const struct secs_item *item = root + 1;
    for (uint32_t i = 0; i < root->n; i++) {
        if (!profile_id_of(item, id)) {
            return false;
        }
        item += item->span;
    }
    return true;
}

static bool of_kind(const struct equipment *e, uint32_t variable, enum profile_kind kind) {
    return e->profile->variable[variable].kind == kind;
}

typedef void (*putter)(struct equipment *e, uint32_t row, struct text *out);

// One row for each id; all variables of the kind where there is none. `unknown` gets the id as it came.
static bool put_variables(struct equipment *e, const struct secs_item *root, enum profile_kind kind,
                          putter put, void (*unknown)(const struct secs_item *id, struct text *out),
                          struct text *out) {
    const struct profile *p = e->profile;
    const bool is_all = is_nothing(root) && (!root || root->kind == SECS_L);
    if (!is_all && !is_ids(root)) {
        return false;
    }
    if (is_all) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < p->n_variable; i++) {
            n += of_kind(e, i, kind);
        }
        secs_put_list(out, n);
        for (uint32_t i = 0; i < p->n_variable; i++) {
            if (of_kind(e, i, kind)) {
                put(e, i, out);
            }
        }
        return true;
    }
    secs_put_list(out, root->n);
    const struct secs_item *item = root + 1;
    for (uint32_t i = 0; i < root->n; i++) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        (void)profile_id_of(item, id);
        const uint32_t variable = profile_variable_at(p, id);
        const bool is_right =
            variable != PROFILE_NONE && (of_kind(e, variable, kind) || kind == PROFILE_SV);
        if (is_right) {
            put(e, variable, out);
        } else {
            unknown(item, out);
        }
        item += item->span;
    }
    return true;
}

static void put_empty_list(const struct secs_item *id, struct text *out) {
    (void)id;
    secs_put_list(out, 0);
}

static void put_id_and(const struct secs_item *id, uint32_t n_empty, struct text *out) {
    secs_put_list(out, 1 + n_empty);
    secs_put_item(out, id);
    for (uint32_t i = 0; i < n_empty; i++) {
        secs_put_ascii(out, "");
    }
}

static void put_unknown_name(const struct secs_item *id, struct text *out) {
    put_id_and(id, 2, out);
}
static void put_unknown_constant(const struct secs_item *id, struct text *out) {
    put_id_and(id, 5, out);
}

static void put_name(struct equipment *e, uint32_t variable, struct text *out) {
    const struct profile_variable *v = &e->profile->variable[variable];
    secs_put_list(out, 3);
    profile_put_id(e->profile, v->id, out);
    secs_put_ascii(out, v->name);
    secs_put_ascii(out, v->unit);
}

static void put_constant(struct equipment *e, uint32_t variable, struct text *out) {
    const struct profile_variable *v = &e->profile->variable[variable];
    secs_put_list(out, 6);
    profile_put_id(e->profile, v->id, out);
    secs_put_ascii(out, v->name);
    if (v->has_range) {
        secs_put_double(out, SECS_F8, v->low);
        secs_put_double(out, SECS_F8, v->high);
    } else {
        secs_put_ascii(out, "");
        secs_put_ascii(out, "");
    }
    if (v->value) {
        text_add(out, (const char *)v->value, v->n_value);
    } else {
        secs_put_ascii(out, "");
    }
    secs_put_ascii(out, v->unit);
}

// ---- S1

static bool s1f1(struct equipment *e, const struct secs_item *root, struct text *out) {
    (void)root;
    secs_put_list(out, 2);
    secs_put_ascii(out, e->profile->set.model);
    secs_put_ascii(out, e->profile->set.version);
    return true;
}

static bool s1f3(struct equipment *e, const struct secs_item *root, struct text *out) {
    return put_variables(e, root, PROFILE_SV, equipment_put_value, put_empty_list, out);
}

static bool s1f11(struct equipment *e, const struct secs_item *root, struct text *out) {
    return put_variables(e, root, PROFILE_SV, put_name, put_unknown_name, out);
}

static bool s1f15(struct equipment *e, const struct secs_item *root, struct text *out) {
    (void)root;
    equipment_set_control(e, EQUIPMENT_HOST_OFFLINE);
    secs_put_byte(out, 0);
    return true;
}

static bool s1f17(struct equipment *e, const struct secs_item *root, struct text *out) {
    (void)root;
    uint8_t code = 0;
    if (e->control >= EQUIPMENT_LOCAL) {
        code = 2;
    } else if (e->control != EQUIPMENT_HOST_OFFLINE) {
        code = 1;
    } else {
        equipment_set_control(e, EQUIPMENT_REMOTE);
    }
    secs_put_byte(out, code);
    return true;
}

static bool s1f21(struct equipment *e, const struct secs_item *root, struct text *out) {
    return put_variables(e, root, PROFILE_DV, put_name, put_unknown_name, out);
}

// An event's name and the variables that the table has with it.
static void put_event_name(struct equipment *e, uint32_t event, struct text *out) {
    const struct profile_event *v = &e->profile->event[event];
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->n_report; i++) {
        n += e->profile->report[v->report[i]].n_variable;
    }
    secs_put_list(out, 3);
    profile_put_id(e->profile, v->id, out);
    secs_put_ascii(out, v->name);
    secs_put_list(out, n);
    for (uint32_t i = 0; i < v->n_report; i++) {
        const struct profile_report *report = &e->profile->report[v->report[i]];
        for (uint32_t k = 0; k < report->n_variable; k++) {
            profile_put_id(e->profile, e->profile->variable[report->variable[k]].id, out);
        }
    }
}

static bool s1f23(struct equipment *e, const struct secs_item *root, struct text *out) {
    const bool is_all = !root || secs_is_list(root, 0);
    if (!is_all && !is_ids(root)) {
        return false;
    }
    const uint32_t n = is_all ? e->profile->n_event : root->n;
    secs_put_list(out, n);
    const struct secs_item *item = is_all ? NULL : root + 1;
    for (uint32_t i = 0; i < n; i++) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        uint32_t event = i;
        if (item) {
            (void)profile_id_of(item, id);
            event = profile_event_at(e->profile, id);
        }
        if (event != PROFILE_NONE) {
            put_event_name(e, event, out);
        } else {
            secs_put_list(out, 3);
            secs_put_item(out, item);
            secs_put_ascii(out, "");
            secs_put_list(out, 0);
        }
        item = item ? item + item->span : NULL;
    }
    return true;
}

// ---- S2

static bool s2f13(struct equipment *e, const struct secs_item *root, struct text *out) {
    return put_variables(e, root, PROFILE_EC, equipment_put_value, put_empty_list, out);
}

static bool s2f29(struct equipment *e, const struct secs_item *root, struct text *out) {
    return put_variables(e, root, PROFILE_EC, put_constant, put_unknown_constant, out);
}

enum { CONSTANT_UNKNOWN = 1, CONSTANT_RANGE = 3 };

// Code for one pair of id and value, -1 where it is none.
static int check_constant(const struct equipment *e, const struct secs_item *pair) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    if (!secs_is_list(pair, 2) || !profile_id_of(secs_child(pair, 0), id)) {
        return -1;
    }
    const uint32_t variable = profile_variable_at(e->profile, id);
    if (variable == PROFILE_NONE || !of_kind(e, variable, PROFILE_EC)) {
        return CONSTANT_UNKNOWN;
    }
    const struct profile_variable *v = &e->profile->variable[variable];
    double value = 0.0;
    const bool is_good = !v->has_range || (secs_number(secs_child(pair, 1), 0, &value) &&
                                           value >= v->low && value <= v->high);
    return is_good ? 0 : CONSTANT_RANGE;
}

static void set_constant(struct equipment *e, const struct secs_item *pair) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    (void)profile_id_of(secs_child(pair, 0), id);
    const uint32_t variable = profile_variable_at(e->profile, id);
    struct text value;
    text_init(&value, (size_t)e->profile->set.max_frame_bytes);
    secs_put_item(&value, secs_child(pair, 1));
    if (value.status == MARU_OK) {
        text_fini(&e->value[variable]);
        e->value[variable] = value;
        struct equipment_output *o = equipment_out(e, EQUIPMENT_CONSTANT);
        if (o) {
            o->index = variable;
        }
    } else {
        text_fini(&value);
    }
}

static bool s2f15(struct equipment *e, const struct secs_item *root, struct text *out) {
    if (!root || root->kind != SECS_L) {
        return false;
    }
    int code = 0;
    const struct secs_item *pair = root + 1;
    for (uint32_t i = 0; i < root->n && code == 0; i++) {
        code = check_constant(e, pair);
        pair += pair->span;
    }
    if (code < 0) {
        return false;
    }
    pair = root + 1;
    for (uint32_t i = 0; i < root->n && code == 0; i++) {
        set_constant(e, pair);
        pair += pair->span;
    }
    secs_put_byte(out, (uint8_t)code);
    return true;
}

static bool s2f17(struct equipment *e, const struct secs_item *root, struct text *out) {
    (void)root;
    equipment_put_time(e, out);
    return true;
}

static bool s2f31(struct equipment *e, const struct secs_item *root, struct text *out) {
    maru_time at_us = 0;
    if (!secs_is_text(root)) {
        return false;
    }
    const bool is_time = gem_time_read(root->bytes, root->n, &at_us);
    if (is_time) {
        e->clock_us = at_us - e->profile->set.clock_offset_min * 60000000 - e->now_us;
        (void)equipment_out(e, EQUIPMENT_TIME);
    }
    secs_put_byte(out, is_time ? 0 : 1);
    return true;
}

static bool s2f25(struct equipment *e, const struct secs_item *root, struct text *out) {
    (void)e;
    if (root) {
        secs_put_item(out, root);
    }
    return true;
}

// The parameters that the command does not have; `out` gets a row for each.
static uint32_t put_bad_parameters(const struct profile_command *command,
                                   const struct secs_item *list, struct text *out) {
    uint32_t n_bad = 0;
    const struct secs_item *pair = list + 1;
    for (uint32_t i = 0; i < list->n; i++) {
        char name[PROFILE_MAX_ID_BYTES + 1];
        bool is_known = false;
        const bool has_name = profile_id_of(secs_child(pair, 0), name);
        for (uint32_t k = 0; has_name && command && k < command->n_parameter; k++) {
            is_known = is_known || strcmp(command->parameter[k], name) == 0;
        }
        if (!is_known && command) {
            n_bad++;
            secs_put_list(out, 2);
            secs_put_item(out, secs_child(pair, 0));
            secs_put_byte(out, 1); // CPACK: there is no such parameter
        }
        pair += pair->span;
    }
    return n_bad;
}

static bool put_command(struct equipment *e, const struct secs_item *name,
                        const struct secs_item *list, struct text *out) {
    if (!secs_is_text(name) || !list || list->kind != SECS_L) {
        return false;
    }
    const struct secs_item *pair = list + 1;
    for (uint32_t i = 0; i < list->n; i++) {
        if (!secs_is_list(pair, 2) || !secs_is_text(secs_child(pair, 0))) {
            return false;
        }
        pair += pair->span;
    }
    const uint32_t at = profile_command_named(e->profile, (const char *)name->bytes, name->n);
    const struct profile_command *command = at != PROFILE_NONE ? &e->profile->command[at] : NULL;
    struct text bad;
    text_init(&bad, (size_t)e->profile->set.max_frame_bytes);
    const uint32_t n_bad = put_bad_parameters(command, list, &bad);
    const uint8_t taken = (uint8_t)e->profile->set.command_ack;
    secs_put_list(out, 2);
    secs_put_byte(out, !command ? 1 : n_bad > 0 ? 3 : taken);
    secs_put_list(out, n_bad);
    text_add(out, bad.bytes, bad.n_bytes);
    text_fini(&bad);
    struct equipment_output *o = command && n_bad == 0 ? equipment_out(e, EQUIPMENT_COMMAND) : NULL;
    if (o) {
        o->index = at;
        o->item = list;
    }
    return true;
}

static bool s2f41(struct equipment *e, const struct secs_item *root, struct text *out) {
    return secs_is_list(root, 2) && put_command(e, secs_child(root, 0), secs_child(root, 1), out);
}

static bool s2f49(struct equipment *e, const struct secs_item *root, struct text *out) {
    return secs_is_list(root, 4) && put_command(e, secs_child(root, 2), secs_child(root, 3), out);
}

// Streams to spool; with functions named, the whole stream is spooled all the same.
static bool s2f43(struct equipment *e, const struct secs_item *root, struct text *out) {
    bool is_spooled[128] = {false};
    if (!root || root->kind != SECS_L) {
        return false;
    }
    uint8_t code = 0;
    const struct secs_item *row = root + 1;
    for (uint32_t i = 0; i < root->n; i++) {
        int64_t stream = 0;
        const struct secs_item *functions = secs_child(row, 1);
        if (!secs_is_list(row, 2) || !secs_integer(secs_child(row, 0), 0, &stream) || !functions ||
            functions->kind != SECS_L) {
            return false;
        }
        if (stream < 1 || stream > 127) {
            code = 2;
        } else if (stream == 1) {
            code = 1; // E30: stream 1 is never spooled
        } else {
            is_spooled[stream] = true;
        }
        row += row->span;
    }
    if (code == 0) {
        memcpy(e->is_spooled, is_spooled, sizeof is_spooled);
    }
    secs_put_list(out, 2);
    secs_put_byte(out, code == 0 ? 0 : 1);
    secs_put_list(out, 0);
    return true;
}

// ---- S5

static bool s5f3(struct equipment *e, const struct secs_item *root, struct text *out) {
    int64_t code = 0;
    const struct secs_item *id = secs_child(root, 1);
    if (!secs_is_list(root, 2) || !secs_integer(secs_child(root, 0), 0, &code) || !id) {
        return false;
    }
    const bool is_all = id->n == 0;
    char name[PROFILE_MAX_ID_BYTES + 1];
    if (!is_all && !profile_id_of(id, name)) {
        return false;
    }
    const uint32_t alarm = is_all ? PROFILE_NONE : profile_alarm_at(e->profile, name);
    for (uint32_t i = 0; i < e->profile->n_alarm; i++) {
        if (is_all || i == alarm) {
            e->is_alarm_on[i] = (code & 0x80) != 0;
        }
    }
    secs_put_byte(out, is_all || alarm != PROFILE_NONE ? 0 : 1);
    return true;
}

static void put_alarm(struct equipment *e, uint32_t alarm, struct text *out) {
    const struct profile_alarm *a = &e->profile->alarm[alarm];
    secs_put_list(out, 3);
    secs_put_byte(out, (uint8_t)(a->category | (e->is_alarm_set[alarm] ? 0x80 : 0)));
    profile_put_id(e->profile, a->id, out);
    secs_put_ascii(out, a->text);
}

// An alarm that is not known: no category and no text (E5).
static void put_alarm_of(struct equipment *e, const char *id, struct text *out) {
    const uint32_t alarm = profile_alarm_at(e->profile, id);
    if (alarm != PROFILE_NONE) {
        put_alarm(e, alarm, out);
        return;
    }
    secs_put_list(out, 3);
    secs_put_bytes(out, SECS_B, "", 0);
    profile_put_id(e->profile, id, out);
    secs_put_ascii(out, "");
}

// Ids as a list, as the values of one item, or none for all.
static bool s5f5(struct equipment *e, const struct secs_item *root, struct text *out) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    if (is_nothing(root)) {
        secs_put_list(out, e->profile->n_alarm);
        for (uint32_t i = 0; i < e->profile->n_alarm; i++) {
            put_alarm(e, i, out);
        }
        return true;
    }
    if (root->kind != SECS_L && !secs_is_text(root)) {
        secs_put_list(out, root->n);
        for (uint32_t k = 0; k < root->n; k++) {
            int64_t number = 0;
            if (!secs_integer(root, k, &number)) {
                return false;
            }
            struct text text;
            text_init(&text, sizeof id);
            text_addf(&text, "%lld", (long long)number);
            put_alarm_of(e, text.status == MARU_OK ? text.bytes : "", out);
            text_fini(&text);
        }
        return true;
    }
    if (secs_is_text(root) ? !profile_id_of(root, id) : !is_ids(root)) {
        return false;
    }
    const uint32_t n = root->kind == SECS_L ? root->n : 1;
    const struct secs_item *item = root->kind == SECS_L ? root + 1 : root;
    secs_put_list(out, n);
    for (uint32_t i = 0; i < n; i++) {
        (void)profile_id_of(item, id);
        put_alarm_of(e, id, out);
        item += item->span;
    }
    return true;
}

static bool s5f7(struct equipment *e, const struct secs_item *root, struct text *out) {
    (void)root;
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->profile->n_alarm; i++) {
        n += e->is_alarm_on[i];
    }
    secs_put_list(out, n);
    for (uint32_t i = 0; i < e->profile->n_alarm; i++) {
        if (e->is_alarm_on[i]) {
            put_alarm(e, i, out);
        }
    }
    return true;
}

// ---- S6

static bool s6f15(struct equipment *e, const struct secs_item *root, struct text *out) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    if (!profile_id_of(root, id)) {
        return false;
    }
    const uint32_t event = profile_event_at(e->profile, id);
    if (event != PROFILE_NONE) {
        equipment_put_event(e, event, out);
        return true;
    }
    secs_put_list(out, 3);
    secs_put_integer(out, SECS_U4, 0);
    secs_put_item(out, root);
    secs_put_list(out, 0);
    return true;
}

static bool s6f19(struct equipment *e, const struct secs_item *root, struct text *out) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    if (!profile_id_of(root, id)) {
        return false;
    }
    const uint32_t at = equipment_report_at(e, id);
    const uint32_t n = at != PROFILE_NONE ? e->report[at].n_variable : 0;
    secs_put_list(out, n);
    for (uint32_t i = 0; i < n; i++) {
        equipment_put_value(e, e->report[at].variable[i], out);
    }
    return true;
}

static bool s6f23(struct equipment *e, const struct secs_item *root, struct text *out) {
    int64_t code = 0;
    if (!root || root->n != 1 || !secs_integer(root, 0, &code) || code < 0 || code > 1) {
        return false;
    }
    secs_put_byte(out, e->spooled.n > 0 ? 0 : 2);
    if (code == 0) {
        e->is_unloading = e->spooled.n > 0;
    } else {
        equipment_drop_queue(e, &e->spooled);
    }
    e->is_spooling = e->is_unloading;
    return true;
}

// ---- S7

static uint32_t program_at(const struct equipment *e, const struct secs_item *name) {
    struct text bytes;
    text_init(&bytes, (size_t)e->profile->set.max_frame_bytes);
    secs_put_item(&bytes, name);
    uint32_t i = 0;
    while (i < e->n_program &&
           (e->program[i].name.n_bytes != bytes.n_bytes ||
            memcmp(e->program[i].name.bytes, bytes.bytes, bytes.n_bytes) != 0)) {
        i++;
    }
    text_fini(&bytes);
    return i < e->n_program ? i : PROFILE_NONE;
}

static bool is_program_name(const struct secs_item *name) {
    return name && name->kind != SECS_L && name->n > 0;
}

static bool s7f1(struct equipment *e, const struct secs_item *root, struct text *out) {
    int64_t n_bytes = 0;
    if (!secs_is_list(root, 2) || !is_program_name(secs_child(root, 0)) ||
        !secs_integer(secs_child(root, 1), 0, &n_bytes)) {
        return false;
    }
    const bool has_room = n_bytes >= 0 && n_bytes < e->profile->set.max_frame_bytes &&
                          e->n_program < EQUIPMENT_MAX_PROGRAMS;
    secs_put_byte(out, has_room ? 0 : 2);
    return true;
}

static void remove_program(struct equipment *e, uint32_t at) {
    e->n_bytes -= e->program[at].name.n_bytes + e->program[at].body.n_bytes;
    text_fini(&e->program[at].name);
    text_fini(&e->program[at].body);
    memmove(&e->program[at], &e->program[at + 1], (e->n_program - at - 1) * sizeof *e->program);
    e->n_program--;
}

static bool s7f3(struct equipment *e, const struct secs_item *root, struct text *out) {
    if (!secs_is_list(root, 2) || !is_program_name(secs_child(root, 0))) {
        return false;
    }
    const uint32_t old = program_at(e, secs_child(root, 0));
    if (old != PROFILE_NONE) {
        remove_program(e, old);
    }
    struct equipment_program program;
    text_init(&program.name, (size_t)e->profile->set.max_frame_bytes);
    text_init(&program.body, (size_t)e->profile->set.max_frame_bytes);
    secs_put_item(&program.name, secs_child(root, 0));
    secs_put_item(&program.body, secs_child(root, 1));
    const bool is_kept = program.name.status == MARU_OK && program.body.status == MARU_OK &&
                         e->n_program < EQUIPMENT_MAX_PROGRAMS &&
                         equipment_keep(e, program.name.n_bytes + program.body.n_bytes);
    if (is_kept) {
        e->program[e->n_program++] = program;
        struct equipment_output *o = equipment_out(e, EQUIPMENT_PROGRAM);
        if (o) {
            o->item = root;
        }
    } else {
        text_fini(&program.name);
        text_fini(&program.body);
    }
    secs_put_byte(out, is_kept ? 0 : 1);
    return true;
}

static bool s7f5(struct equipment *e, const struct secs_item *root, struct text *out) {
    if (!is_program_name(root)) {
        return false;
    }
    const uint32_t at = program_at(e, root);
    secs_put_list(out, at != PROFILE_NONE ? 2 : 0);
    if (at != PROFILE_NONE) {
        text_add(out, e->program[at].name.bytes, e->program[at].name.n_bytes);
        text_add(out, e->program[at].body.bytes, e->program[at].body.n_bytes);
    }
    return true;
}

static bool s7f17(struct equipment *e, const struct secs_item *root, struct text *out) {
    if (!root || root->kind != SECS_L) {
        return false;
    }
    bool is_good = true;
    for (int pass = 0; pass < 2 && is_good; pass++) { // look, then do
        const struct secs_item *name = root + 1;
        for (uint32_t i = 0; i < root->n; i++) {
            const uint32_t at = is_program_name(name) ? program_at(e, name) : PROFILE_NONE;
            is_good = is_good && (at != PROFILE_NONE || pass == 1);
            if (pass == 1 && at != PROFILE_NONE) {
                remove_program(e, at);
            }
            name += name->span;
        }
    }
    while (root->n == 0 && e->n_program > 0) {
        remove_program(e, e->n_program - 1);
    }
    secs_put_byte(out, is_good ? 0 : 4);
    return true;
}

static bool s7f19(struct equipment *e, const struct secs_item *root, struct text *out) {
    (void)root;
    secs_put_list(out, e->n_program);
    for (uint32_t i = 0; i < e->n_program; i++) {
        text_add(out, e->program[i].name.bytes, e->program[i].name.n_bytes);
    }
    return true;
}

// ---- S10

static bool put_terminal(struct equipment *e, const struct secs_item *root, bool are_lines,
                         struct text *out) {
    int64_t terminal = 0;
    const struct secs_item *text = secs_child(root, 1);
    const bool is_shape = are_lines ? text && text->kind == SECS_L : secs_is_text(text);
    if (!secs_is_list(root, 2) || !secs_integer(secs_child(root, 0), 0, &terminal) || !is_shape) {
        return false;
    }
    const bool is_there = terminal >= 0 && terminal < e->profile->set.n_terminal;
    secs_put_byte(out, is_there ? 0 : 2);
    struct equipment_output *o = is_there ? equipment_out(e, EQUIPMENT_TEXT) : NULL;
    if (o) {
        o->code = (int32_t)terminal;
        o->item = text;
    }
    return true;
}

static bool s10f3(struct equipment *e, const struct secs_item *root, struct text *out) {
    return put_terminal(e, root, false, out);
}

static bool s10f5(struct equipment *e, const struct secs_item *root, struct text *out) {
    return put_terminal(e, root, true, out);
}

static const struct {
    uint8_t stream, function;
    answerer answer;
} answerers[] = {
    {1, 1, s1f1},
    {1, 3, s1f3},
    {1, 11, s1f11},
    {1, 15, s1f15},
    {1, 17, s1f17},
    {1, 21, s1f21},
    {1, 23, s1f23},
    {2, 13, s2f13},
    {2, 15, s2f15},
    {2, 17, s2f17},
    {2, 23, equipment_hear_trace},
    {2, 25, s2f25},
    {2, 29, s2f29},
    {2, 31, s2f31},
    {2, 33, equipment_hear_reports},
    {2, 35, equipment_hear_links},
    {2, 37, equipment_hear_enable},
    {2, 41, s2f41},
    {2, 43, s2f43},
    {2, 49, s2f49},
    {5, 3, s5f3},
    {5, 5, s5f5},
    {5, 7, s5f7},
    {6, 15, s6f15},
    {6, 19, s6f19},
    {6, 23, s6f23},
    {7, 1, s7f1},
    {7, 3, s7f3},
    {7, 5, s7f5},
    {7, 17, s7f17},
    {7, 19, s7f19},
    {10, 3, s10f3},
    {10, 5, s10f5},
};

enum equipment_answer equipment_hear(struct equipment *e, uint8_t stream, uint8_t function,
                                     const struct secs_item *root, struct text *out) {
    bool knows_stream = false;
    for (size_t i = 0; i < sizeof answerers / sizeof *answerers; i++) {
        knows_stream = knows_stream || answerers[i].stream == stream;
        if (answerers[i].stream == stream && answerers[i].function == function) {
            return answerers[i].answer(e, root, out) ? ANSWER_GOOD : ANSWER_ILLEGAL;
        }
    }
    return knows_stream ? ANSWER_NO_FUNCTION : ANSWER_NO_STREAM;
}
