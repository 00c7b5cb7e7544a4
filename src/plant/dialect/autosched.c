#include "plant/dialect/autosched.h"

#include <string.h>

#include "plant/dialect/timespec.h"

// The tables one after the other, then what only the dialect knows how to join:
// - routes stand in the files that part.txt names;
// - a row of attach.txt and the calendar it names (downcal.txt, pmcal.txt) make one calendar;
// - dates become times: 0 is the earliest START of order.txt, or the last of WIP.txt if sooner;
// - a tool group's SETUPGRP must be one of setupgrp.txt.

static const struct sheet_style tab_text = {'\t', false};

// tool.txt.1l is also found as tool.txt.
static size_t form_file(const struct draft *draft, const struct form *form) {
    const size_t index = sheet_find(draft, form->file);
    return index == SIZE_MAX && form->table == TABLE_GROUP ? sheet_find(draft, "tool.txt") : index;
}

bool autosched_is(const struct draft *draft) {
    for (size_t i = 0; i < autosched_n_form; i++) {
        if (form_file(draft, &autosched_forms[i]) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

static void read_routes(struct draft *draft) {
    for (uint32_t i = 0; i < draft->rows[TABLE_PRODUCT].n; i++) {
        struct draft_product *p = draft_row(draft, TABLE_PRODUCT, i);
        if (p->file == 0) {
            continue;
        }
        const size_t index = sheet_find(draft, draft_text(draft, p->file));
        if (index == SIZE_MAX) {
            draft_fault(draft, MARU_FAULT, &p->at, PRODUCT_FILE, "a file of this folder",
                        "there is no such file");
            draft->is_partial[TABLE_STEP] = true;
        } else if (!draft->is_used[index]) {
            sheet_read(draft, index, &autosched_route, &tab_text);
        }
    }
}

// Calendars

// Cycles by name: the first row of each, PLANT_NONE where there is none.
static uint32_t *cycles_by_name(struct draft *draft) {
    uint32_t *of_name = draft_ids(draft);
    for (uint32_t i = 0; of_name && i < draft->rows[TABLE_CYCLE].n; i++) {
        struct draft_cycle *c = draft_row(draft, TABLE_CYCLE, i);
        if (c->name == 0) {
            continue;
        }
        if (of_name[c->name] != PLANT_NONE) {
            draft_fault(draft, MARU_FAULT, &c->at, CALENDAR_NAME, "each name once",
                        "a calendar of this name stands above");
        } else {
            of_name[c->name] = i;
        }
    }
    return of_name;
}

static bool can_join(const struct draft_attach *a, const struct draft_cycle *c) {
    const uint64_t bad = a->at.bad | c->at.bad;
    const uint64_t needed = FIELD_BIT(CALENDAR_KIND) | FIELD_BIT(CALENDAR_AREA) |
                            FIELD_BIT(CALENDAR_TOOLS) | FIELD_BIT(CALENDAR_FIRST) |
                            FIELD_BIT(CALENDAR_EVERY) | FIELD_BIT(CALENDAR_DURATION);
    return (bad & needed) == 0;
}

static void join(struct draft *draft, struct draft_attach *a, const struct draft_cycle *c) {
    if (a->type != c->kind) {
        draft_fault(draft, MARU_FAULT, &a->at, CALENDAR_KIND,
                    "down for a calendar of downcal.txt, pm for one of pmcal.txt",
                    "the calendar is of the other type");
        return;
    }
    if (is_given(&a->at, CALENDAR_FIRST) && a->first.by_wafers != c->every.by_wafers) {
        draft_fault(draft, MARU_FAULT, &a->at, CALENDAR_FIRST,
                    "a time with its unit for calendars by time, a number of wafers (unit empty or "
                    "pieces) for those by pieces",
                    "the first occurrence does not go with the type of the calendar");
        return;
    }
    struct draft_calendar *calendar = draft_add(draft, TABLE_CALENDAR);
    if (!calendar) {
        return;
    }
    *calendar = (struct draft_calendar){
        .at = a->at,
        .name = a->calendar,
        .kind = a->type,
        .area_name = a->resource == ATTACH_AREA ? a->name : 0,
        .tools = a->resource == ATTACH_GROUP ? a->name : 0,
        .every = c->every,
        .first = a->first,
        .duration = c->duration,
    };
}

static void join_calendars(struct draft *draft) {
    const uint32_t *of_name = cycles_by_name(draft);
    const uint32_t n_attach = draft->rows[TABLE_ATTACH].n;
    bool *is_attached = arena_take(&draft->arena, draft->rows[TABLE_CYCLE].n + 1, 1);
    draft->is_short = draft->is_short || !is_attached;
    for (uint32_t i = 0; of_name && is_attached && i < n_attach; i++) {
        struct draft_attach *a = draft_row(draft, TABLE_ATTACH, i);
        const uint32_t cycle = of_name[a->calendar];
        if (a->calendar > 0 && cycle == PLANT_NONE && draft->is_partial[TABLE_CYCLE]) {
            continue;
        }
        if (a->calendar > 0 && cycle == PLANT_NONE) {
            draft_fault(draft, MARU_FAULT, &a->at, CALENDAR_NAME,
                        "a DOWNCALNAME of downcal.txt or a PMCALNAME of pmcal.txt",
                        "there is no calendar of this name");
        } else if (a->calendar > 0) {
            is_attached[cycle] = true;
            const struct draft_cycle *c = draft_row(draft, TABLE_CYCLE, cycle);
            if (can_join(a, c)) {
                join(draft, a, c);
            }
        }
    }
    for (uint32_t i = 0; is_attached && i < draft->rows[TABLE_CYCLE].n; i++) {
        struct draft_cycle *c = draft_row(draft, TABLE_CYCLE, i);
        if (!is_attached[i] && c->name > 0) {
            draft_fault(draft, MARU_NOTE, &c->at, CALENDAR_NAME,
                        "a row of attach.txt that names it",
                        "the calendar is not attached to anything");
        }
    }
}

// Dates

static maru_time find_start(const struct draft *draft) {
    maru_time first_release = INT64_MAX;
    maru_time last_stock = INT64_MIN;
    for (uint32_t i = 0; i < draft->rows[TABLE_RELEASE].n; i++) {
        const struct draft_release *r = draft_row(draft, TABLE_RELEASE, i);
        if (r->start.is_date && !is_bad(&r->at, RELEASE_START) && r->start.us < first_release) {
            first_release = r->start.us;
        }
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_STOCK].n; i++) {
        const struct draft_stock *s = draft_row(draft, TABLE_STOCK, i);
        if (s->start.is_date && !is_bad(&s->at, STOCK_START) && s->start.us > last_stock) {
            last_stock = s->start.us;
        }
    }
    const bool is_stock = last_stock != INT64_MIN && last_stock < first_release;
    const maru_time start = is_stock ? last_stock : first_release;
    return start != INT64_MAX ? start : draft->start;
}

// A lot that seems to have started at time 0 did not: AutoSched was not told when.
static void forget_unknown_starts(struct draft *draft) {
    for (uint32_t i = 0; i < draft->rows[TABLE_STOCK].n; i++) {
        struct draft_stock *s = draft_row(draft, TABLE_STOCK, i);
        if (s->start.us == draft->start) {
            s->at.given &= ~FIELD_BIT(STOCK_START);
        }
    }
}

// Setup groups

static void check_setup_groups(struct draft *draft) {
    uint32_t *row_of_name = draft_ids(draft); // only the first row of a setup group names it
    for (uint32_t i = 0; row_of_name && i < draft->rows[TABLE_SETUP].n; i++) {
        const struct draft_setup *s = draft_row(draft, TABLE_SETUP, i);
        row_of_name[s->group_name] = i;
    }
    for (uint32_t g = 0; row_of_name && g < draft->rows[TABLE_GROUP].n; g++) {
        struct draft_group *group = draft_row(draft, TABLE_GROUP, g);
        if (group->setups > 0 && row_of_name[group->setups] == PLANT_NONE) {
            draft_fault(draft, MARU_FAULT, &group->at, GROUP_SETUPS, "a SETUPGRP of setupgrp.txt",
                        "there is no setup group of this name");
        }
    }
}

void autosched_read(struct draft *draft) {
    for (size_t i = 0; i < autosched_n_form; i++) {
        const struct form *form = &autosched_forms[i];
        const size_t index = form_file(draft, form);
        if (index != SIZE_MAX) {
            sheet_read(draft, index, form, &tab_text);
        } else if (form->is_required) {
            draft->is_partial[form->table] = true;
            draft_fault_file(draft, MARU_FAULT, form->file, 0, 0, NULL,
                             "part.txt, tool.txt.1l, order.txt and the route files",
                             "this table is missing");
        }
    }
    read_routes(draft);
    check_setup_groups(draft);
    join_calendars(draft);
    draft->start = find_start(draft);
    forget_unknown_starts(draft);
}
