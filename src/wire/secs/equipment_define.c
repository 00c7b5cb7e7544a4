#include "wire/secs/equipment_inside.h"

#include "base/alloc.h"

#include <string.h>

// What a host defines. Each message is looked at whole before anything is changed, so that a refused one
// changes nothing (E5: if an error condition is detected the entire message is rejected).

static void put_code(struct text *out, uint8_t code) { secs_put_byte(out, code); }

// ---- S2F33: reports

static void unlink_report(struct equipment *e, uint32_t report) {
    for (uint32_t i = 0; i < e->profile->n_event; i++) {
        struct equipment_links *links = &e->links[i];
        uint32_t n = 0;
        for (uint32_t k = 0; k < links->n; k++) {
            if (links->report[k] != report) {
                // Rows behind the one that goes move up by one.
                links->report[n++] = links->report[k] - (links->report[k] > report);
            }
        }
        links->n = n;
    }
}

static void remove_report(struct equipment *e, uint32_t report) {
    alloc_free(e->report[report].variable);
    memmove(&e->report[report], &e->report[report + 1],
            (e->n_report - report - 1) * sizeof *e->report);
    e->n_report--;
    unlink_report(e, report);
}

enum {
    DEFINE_GOOD = 0,
    DEFINE_NO_SPACE = 1,
    DEFINE_INVALID = 2,
    DEFINE_AGAIN = 3,
    DEFINE_UNKNOWN = 4
};

// Code for one row, -1 where it is of the wrong shape.
static int check_report(const struct equipment *e, const struct secs_item *row) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    const struct secs_item *list = secs_child(row, 1);
    if (!secs_is_list(row, 2) || !list || list->kind != SECS_L ||
        !profile_id_of(secs_child(row, 0), id)) {
        return -1;
    }
    if (list->n == 0) {
        return DEFINE_GOOD; // deleted, where there is one
    }
    if (equipment_report_at(e, id) != PROFILE_NONE) {
        return DEFINE_AGAIN;
    }
    const struct secs_item *item = list + 1;
    for (uint32_t i = 0; i < list->n; i++) {
        char variable[PROFILE_MAX_ID_BYTES + 1];
        if (!profile_id_of(item, variable)) {
            return -1;
        }
        if (profile_variable_at(e->profile, variable) == PROFILE_NONE) {
            return DEFINE_UNKNOWN;
        }
        item += item->span;
    }
    return list->n <= EQUIPMENT_MAX_VARIABLES ? DEFINE_GOOD : DEFINE_NO_SPACE;
}

static bool add_report(struct equipment *e, const struct secs_item *row) {
    const struct secs_item *list = secs_child(row, 1);
    struct equipment_report report = {.n_variable = list->n};
    (void)profile_id_of(secs_child(row, 0), report.id);
    const uint32_t old = equipment_report_at(e, report.id);
    if (old != PROFILE_NONE) {
        remove_report(e, old); // twice in one message: the last one counts
    }
    if (list->n == 0) {
        return true;
    }
    report.variable =
        e->n_report < EQUIPMENT_MAX_REPORTS ? alloc_new(list->n, sizeof *report.variable) : NULL;
    if (!report.variable) {
        return false;
    }
    const struct secs_item *item = list + 1;
    for (uint32_t i = 0; i < list->n; i++) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        (void)profile_id_of(item, id);
        report.variable[i] = profile_variable_at(e->profile, id);
        item += item->span;
    }
    e->report[e->n_report++] = report;
    return true;
}

bool equipment_hear_reports(struct equipment *e, const struct secs_item *root, struct text *out) {
    const struct secs_item *list = secs_child(root, 1);
    if (!secs_is_list(root, 2) || !list || list->kind != SECS_L) {
        return false;
    }
    int code = DEFINE_GOOD;
    uint32_t n_new = 0;
    const struct secs_item *row = list + 1;
    for (uint32_t i = 0; i < list->n && code == DEFINE_GOOD; i++) {
        code = check_report(e, row);
        n_new += code == DEFINE_GOOD && secs_child(row, 1)->n > 0;
        row += row->span;
    }
    if (code < 0) {
        return false;
    }
    if (n_new > EQUIPMENT_MAX_REPORTS - e->n_report) {
        code = DEFINE_NO_SPACE;
    }
    if (code == DEFINE_GOOD && list->n == 0) { // all go
        while (e->n_report > 0) {
            remove_report(e, e->n_report - 1);
        }
    }
    row = list + 1;
    for (uint32_t i = 0; i < list->n && code == DEFINE_GOOD; i++) {
        code = add_report(e, row) ? DEFINE_GOOD : DEFINE_NO_SPACE;
        row += row->span;
    }
    put_code(out, (uint8_t)code);
    return true;
}

// ---- S2F35: links

enum { LINK_GOOD = 0, LINK_NO_SPACE = 1, LINK_AGAIN = 3, LINK_NO_EVENT = 4, LINK_NO_REPORT = 5 };

static int check_link(const struct equipment *e, const struct secs_item *row) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    const struct secs_item *list = secs_child(row, 1);
    if (!secs_is_list(row, 2) || !list || list->kind != SECS_L ||
        !profile_id_of(secs_child(row, 0), id)) {
        return -1;
    }
    const uint32_t event = profile_event_at(e->profile, id);
    if (event == PROFILE_NONE) {
        return LINK_NO_EVENT;
    }
    const struct secs_item *item = list + 1;
    for (uint32_t i = 0; i < list->n; i++) {
        if (!profile_id_of(item, id)) {
            return -1;
        }
        if (equipment_report_at(e, id) == PROFILE_NONE) {
            return LINK_NO_REPORT;
        }
        item += item->span;
    }
    if (list->n > EQUIPMENT_MAX_LINKS) {
        return LINK_NO_SPACE;
    }
    return list->n > 0 && e->links[event].n > 0 ? LINK_AGAIN : LINK_GOOD;
}

static void set_links(struct equipment *e, const struct secs_item *row) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    (void)profile_id_of(secs_child(row, 0), id);
    struct equipment_links *links = &e->links[profile_event_at(e->profile, id)];
    const struct secs_item *list = secs_child(row, 1);
    const struct secs_item *item = list + 1;
    links->n = 0;
    for (uint32_t i = 0; i < list->n; i++) {
        (void)profile_id_of(item, id);
        links->report[links->n++] = equipment_report_at(e, id);
        item += item->span;
    }
}

bool equipment_hear_links(struct equipment *e, const struct secs_item *root, struct text *out) {
    const struct secs_item *list = secs_child(root, 1);
    if (!secs_is_list(root, 2) || !list || list->kind != SECS_L) {
        return false;
    }
    int code = LINK_GOOD;
    const struct secs_item *row = list + 1;
    for (uint32_t i = 0; i < list->n && code == LINK_GOOD; i++) {
        code = check_link(e, row);
        row += row->span;
    }
    if (code < 0) {
        return false;
    }
    row = list + 1;
    for (uint32_t i = 0; i < list->n && code == LINK_GOOD; i++) {
        set_links(e, row);
        row += row->span;
    }
    put_code(out, (uint8_t)code);
    return true;
}

// ---- S2F37: events on and off

bool equipment_hear_enable(struct equipment *e, const struct secs_item *root, struct text *out) {
    int64_t is_on = 0;
    const struct secs_item *list = secs_child(root, 1);
    if (!secs_is_list(root, 2) || !secs_integer(secs_child(root, 0), 0, &is_on) || !list ||
        list->kind != SECS_L) {
        return false;
    }
    bool is_good = true;
    for (int pass = 0; pass < 2 && is_good; pass++) { // look, then do
        const struct secs_item *item = list + 1;
        for (uint32_t i = 0; i < list->n; i++) {
            char id[PROFILE_MAX_ID_BYTES + 1];
            if (!profile_id_of(item, id)) {
                return false;
            }
            const uint32_t event = profile_event_at(e->profile, id);
            is_good = is_good && event != PROFILE_NONE;
            if (pass == 1 && event != PROFILE_NONE) {
                e->is_event_on[event] = is_on != 0;
            }
            item += item->span;
        }
    }
    for (uint32_t i = 0; list->n == 0 && i < e->profile->n_event; i++) {
        e->is_event_on[i] = is_on != 0;
    }
    put_code(out, is_good ? 0 : 1);
    return true;
}

// ---- S2F23: traces

enum { TRACE_NO_SPACE = 2, TRACE_PERIOD = 3, TRACE_VARIABLE = 4, TRACE_GROUP = 5 };

// hhmmss or hhmmsscc; 0 where it is neither.
static int64_t read_period(const struct secs_item *item) {
    int64_t pair[4] = {0};
    if (!secs_is_text(item) || (item->n != 6 && item->n != 8)) {
        return 0;
    }
    for (uint32_t i = 0; i < item->n; i++) {
        if (item->bytes[i] < '0' || item->bytes[i] > '9') {
            return 0;
        }
        pair[i / 2] = pair[i / 2] * 10 + (item->bytes[i] - '0');
    }
    if (pair[1] > 59 || pair[2] > 59) {
        return 0;
    }
    return ((pair[0] * 60 + pair[1]) * 60 + pair[2]) * 1000000 + pair[3] * 10000;
}

static struct equipment_trace *trace_for(struct equipment *e, const char *id) {
    struct equipment_trace *unused = NULL;
    for (uint32_t i = 0; i < EQUIPMENT_MAX_TRACES; i++) {
        struct equipment_trace *t = &e->trace[i];
        if (t->is_on && strcmp(t->id, id) == 0) {
            return t;
        }
        unused = !t->is_on && !unused ? t : unused;
    }
    return unused;
}

static bool begin_trace(struct equipment *e, const char *id, const struct secs_item *list,
                        const struct equipment_trace *wanted) {
    struct equipment_trace *t = trace_for(e, id);
    uint32_t *variable = t ? alloc_new(list->n + 1U, sizeof *variable) : NULL;
    if (!variable) {
        return false;
    }
    const struct secs_item *item = list + 1;
    for (uint32_t i = 0; i < list->n; i++) {
        char name[PROFILE_MAX_ID_BYTES + 1];
        (void)profile_id_of(item, name);
        variable[i] = profile_variable_at(e->profile, name);
        item += item->span;
    }
    alloc_free(t->variable);
    text_fini(&t->kept);
    *t = *wanted;
    t->variable = variable;
    t->n_variable = list->n;
    t->is_on = true;
    t->next_us = e->now_us + t->period_us;
    memcpy(t->id, id, strlen(id) + 1);
    text_init(&t->kept, (size_t)e->profile->set.max_frame_bytes);
    return true;
}

static void end_trace(struct equipment *e, const char *id) {
    for (uint32_t i = 0; i < EQUIPMENT_MAX_TRACES; i++) {
        e->trace[i].is_on = e->trace[i].is_on && strcmp(e->trace[i].id, id) != 0;
    }
}

bool equipment_hear_trace(struct equipment *e, const struct secs_item *root, struct text *out) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    int64_t n_total = 0;
    int64_t n_group = 0;
    const struct secs_item *list = secs_child(root, 4);
    if (!secs_is_list(root, 5) || !profile_id_of(secs_child(root, 0), id) ||
        !secs_integer(secs_child(root, 2), 0, &n_total) ||
        !secs_integer(secs_child(root, 3), 0, &n_group) || !list || list->kind != SECS_L) {
        return false;
    }
    if (n_total == 0) {
        end_trace(e, id);
        put_code(out, 0);
        return true;
    }
    int code = 0;
    const struct secs_item *item = list + 1;
    for (uint32_t i = 0; i < list->n; i++) {
        char name[PROFILE_MAX_ID_BYTES + 1];
        if (!profile_id_of(item, name) || profile_variable_at(e->profile, name) == PROFILE_NONE) {
            code = TRACE_VARIABLE;
        }
        item += item->span;
    }
    const struct equipment_trace wanted = {.period_us = read_period(secs_child(root, 1)),
                                           .n_total = (uint32_t)n_total,
                                           .n_group = (uint32_t)n_group};
    if (code == 0 && wanted.period_us == 0) {
        code = TRACE_PERIOD;
    } else if (code == 0 && (n_group < 1 || n_group > n_total || n_total > INT32_MAX)) {
        code = TRACE_GROUP;
    } else if (code == 0 &&
               (list->n > EQUIPMENT_MAX_VARIABLES || !begin_trace(e, id, list, &wanted))) {
        code = TRACE_NO_SPACE;
    }
    put_code(out, (uint8_t)code);
    return true;
}
