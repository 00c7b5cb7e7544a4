#include "plant/resolve.h"

#include <stdio.h>
#include <string.h>

#include "plant/dialect/sheet.h"
#include "plant/nearest.h"

// Entities without a table of their own are numbered by first appearance:
//   areas, locations   in the rows of the tool groups
//   setups             as "to" in the setup tables, then as "from", then in the steps
//   routes             in the rows of the steps, which stand together
// A written plant names them in the same order, so that reading it again gives the same numbers.

static uint32_t list_add(struct draft *draft, struct draft_list *list, uint32_t name,
                         uint32_t row) {
    if (!draft_grow((void **)&list->item, list->n, &list->cap, sizeof *list->item)) {
        draft->is_short = true;
        return PLANT_NONE;
    }
    list->item[list->n] = (struct draft_entity){.name = name, .row = row};
    if (list->of_name[name] == PLANT_NONE) {
        list->of_name[name] = list->n;
    }
    return list->n++;
}

// Known or new; PLANT_NONE for no name.
static uint32_t list_index(struct draft *draft, struct draft_list *list, uint32_t name) {
    if (name == 0) {
        return PLANT_NONE;
    }
    const uint32_t known = list->of_name[name];
    return known != PLANT_NONE ? known : list_add(draft, list, name, PLANT_NONE);
}

// Say that a name is not one of `what`, with the nearest that is.
static void say_unknown(struct draft *draft, struct source *at, int field, uint32_t name,
                        const uint32_t *of_name, const char *what) {
    char right[2 * PLANT_MAX_NAME_BYTES];
    const uint32_t near = nearest_name(draft, name, of_name);
    if (near > 0) {
        snprintf(right, sizeof right, "did you mean %s?", draft_text(draft, near));
    } else {
        snprintf(right, sizeof right, "the name of %s", what);
    }
    draft_fault(draft, MARU_FAULT, at, field, right, "there is no such name: not %s", what);
}

// A kind of things that are named, and the table that has them.
struct known {
    const uint32_t *of_name;
    enum draft_table table;
    const char *what;
};

// The index of a name that must be known. Nothing is said where the cell is at fault, or the table
// that could have the name is.
static uint32_t look_up(struct draft *draft, struct source *at, int field, uint32_t name,
                        const struct known *known) {
    if (name == 0 || is_bad(at, field)) {
        return PLANT_NONE;
    }
    const uint32_t *of_name = known->of_name;
    const char *what = known->what;
    if (of_name[name] == PLANT_NONE && !draft->is_partial[known->table]) {
        say_unknown(draft, at, field, name, of_name, what);
    }
    return of_name[name];
}

// Index the rows of a table by name, which must be unique.
static void index_rows(struct draft *draft, enum draft_table table, int field, size_t name_offset,
                       uint32_t *of_name) {
    for (uint32_t i = 0; i < draft->rows[table].n; i++) {
        struct source *at = draft_row(draft, table, i);
        const uint32_t name = *(const uint32_t *)((const char *)at + name_offset);
        if (name == 0) {
            continue;
        }
        if (of_name[name] == PLANT_NONE) {
            of_name[name] = i;
            continue;
        }
        const struct source *first = draft_row(draft, table, of_name[name]);
        draft_fault(draft, MARU_FAULT, at, field, "each name once", "line %u has the same name",
                    first->line);
    }
}

static void resolve_groups(struct draft *draft) {
    for (uint32_t i = 0; i < draft->rows[TABLE_GROUP].n; i++) {
        struct draft_group *g = draft_row(draft, TABLE_GROUP, i);
        g->area = list_index(draft, &draft->area, g->area_name > 0 ? g->area_name : g->name);
        g->location = list_index(draft, &draft->location, g->location_name);
    }
}

static void resolve_setups(struct draft *draft) {
    const uint32_t n = draft->rows[TABLE_SETUP].n;
    for (uint32_t i = 0; i < n; i++) {
        struct draft_setup *s = draft_row(draft, TABLE_SETUP, i);
        s->to = list_index(draft, &draft->setup, s->to_name);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct draft_setup *s = draft_row(draft, TABLE_SETUP, i);
        s->from = list_index(draft, &draft->setup, s->from_name);
        s->is_change = is_given(&s->at, SETUP_FROM) || is_given(&s->at, SETUP_TIME);
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_STEP].n; i++) {
        struct draft_step *s = draft_row(draft, TABLE_STEP, i);
        s->setup = list_index(draft, &draft->setup, s->setup_name);
    }
}

// Does a step begin a route that is not the one above it?
static bool begins_route(const struct draft *draft, const struct draft_step *step) {
    const struct draft_list *routes = &draft->route;
    if (routes->n == 0) {
        return true;
    }
    return step->route_name != 0 && routes->item[routes->n - 1].name != step->route_name;
}

static void resolve_routes(struct draft *draft) {
    struct draft_list *routes = &draft->route;
    for (uint32_t i = 0; i < draft->rows[TABLE_STEP].n; i++) {
        struct draft_step *step = draft_row(draft, TABLE_STEP, i);
        if (begins_route(draft, step)) {
            const uint32_t known = routes->of_name[step->route_name];
            if (known != PLANT_NONE) {
                const struct draft_step *first =
                    draft_row(draft, TABLE_STEP, routes->item[known].row);
                draft_fault(draft, MARU_FAULT, &step->at, STEP_ROUTE,
                            "the rows of a route together, each route once",
                            "the route began at line %u of %s already", first->at.line,
                            draft->sheet[first->at.sheet].file);
            }
            if (list_add(draft, routes, step->route_name, i) == PLANT_NONE) {
                return;
            }
        }
        struct draft_entity *route = &routes->item[routes->n - 1];
        route->n_row++;
        if (step->number > 0 && step->number != route->n_row && !is_bad(&step->at, STEP_NUMBER)) {
            char right[32];
            snprintf(right, sizeof right, "%u", route->n_row);
            draft_fault(draft, MARU_FAULT, &step->at, STEP_NUMBER, right,
                        "the steps of a route are numbered from 1 without gaps");
        }
    }
}

static void resolve_names(struct draft *draft) {
    const struct known routes = {draft->route.of_name, TABLE_STEP, "a route"};
    const struct known areas = {draft->area.of_name, TABLE_GROUP, "an area of the tool groups"};
    const struct known groups = {draft->group_of_name, TABLE_GROUP, "a tool group"};
    const struct known products = {draft->product_of_name, TABLE_PRODUCT, "a product"};
    for (uint32_t i = 0; i < draft->rows[TABLE_PRODUCT].n; i++) {
        struct draft_product *p = draft_row(draft, TABLE_PRODUCT, i);
        p->route = look_up(draft, &p->at, PRODUCT_ROUTE, p->route_name, &routes);
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_STEP].n; i++) {
        struct draft_step *s = draft_row(draft, TABLE_STEP, i);
        s->group = look_up(draft, &s->at, STEP_TOOLS, s->tools, &groups);
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_CALENDAR].n; i++) {
        struct draft_calendar *c = draft_row(draft, TABLE_CALENDAR, i);
        c->area = look_up(draft, &c->at, CALENDAR_AREA, c->area_name, &areas);
        c->group = look_up(draft, &c->at, CALENDAR_TOOLS, c->tools, &groups);
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_RELEASE].n; i++) {
        struct draft_release *r = draft_row(draft, TABLE_RELEASE, i);
        r->product = look_up(draft, &r->at, RELEASE_PRODUCT, r->product_name, &products);
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_PLACE].n; i++) {
        struct draft_place *p = draft_row(draft, TABLE_PLACE, i);
        p->group = look_up(draft, &p->at, PLACE_TOOLS, p->tools, &groups);
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_STOCK].n; i++) {
        struct draft_stock *s = draft_row(draft, TABLE_STOCK, i);
        s->product = look_up(draft, &s->at, STOCK_PRODUCT, s->product_name, &products);
    }
}

// The row of rule.csv that holds for each tool group: its own, or that for all others.
static void resolve_rules(struct draft *draft) {
    const struct known groups = {draft->group_of_name, TABLE_GROUP, "a tool group"};
    uint32_t *row_of_name = draft_ids(draft); // that of no name is for all others
    for (uint32_t i = 0; row_of_name && i < draft->rows[TABLE_RULE].n; i++) {
        struct draft_rule *r = draft_row(draft, TABLE_RULE, i);
        if (is_bad(&r->at, RULE_TOOLS)) {
            continue;
        }
        look_up(draft, &r->at, RULE_TOOLS, r->tools, &groups);
        const uint32_t known = row_of_name[r->tools];
        if (known == PLANT_NONE) {
            row_of_name[r->tools] = i;
            continue;
        }
        const struct draft_rule *first = draft_row(draft, TABLE_RULE, known);
        draft_fault(draft, MARU_FAULT, &r->at, RULE_TOOLS,
                    r->tools > 0 ? "each tool group once" : "one row for all other tool groups",
                    "line %u gives their rule already", first->at.line);
    }
    for (uint32_t i = 0; row_of_name && i < draft->rows[TABLE_GROUP].n; i++) {
        struct draft_group *g = draft_row(draft, TABLE_GROUP, i);
        const uint32_t own = row_of_name[g->name];
        g->rule = own != PLANT_NONE ? own : row_of_name[0];
    }
}

// A location without tool groups is nowhere: its moves are left out.
static uint32_t resolve_location(struct draft *draft, struct draft_move *m, int field,
                                 uint32_t name) {
    const uint32_t *of_name = draft->location.of_name;
    if (name == 0 || of_name[name] != PLANT_NONE) {
        return name > 0 ? of_name[name] : PLANT_NONE;
    }
    if (draft->is_partial[TABLE_GROUP]) {
        return PLANT_NONE;
    }
    char right[2 * PLANT_MAX_NAME_BYTES] = "a location of the tool groups";
    const uint32_t near = nearest_name(draft, name, of_name);
    if (near > 0) {
        snprintf(right, sizeof right, "did you mean %s?", draft_text(draft, near));
    }
    draft_fault(draft, MARU_WARNING, &m->at, field, right,
                "no tool group stands at this location: the row has no effect");
    return PLANT_NONE;
}

static void resolve_moves(struct draft *draft) {
    for (uint32_t i = 0; i < draft->rows[TABLE_MOVE].n; i++) {
        struct draft_move *m = draft_row(draft, TABLE_MOVE, i);
        m->from = resolve_location(draft, m, MOVE_FROM, m->from_name);
        m->to = resolve_location(draft, m, MOVE_TO, m->to_name);
    }
}

void draft_resolve(struct draft *draft) {
    struct draft_list *const list[] = {&draft->area, &draft->location, &draft->setup,
                                       &draft->route};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        list[i]->of_name = draft_ids(draft);
    }
    draft->product_of_name = draft_ids(draft);
    draft->group_of_name = draft_ids(draft);
    uint32_t *const release_of_name = draft_ids(draft);
    uint32_t *const stock_of_name = draft_ids(draft);
    if (draft->is_short) {
        return;
    }
    index_rows(draft, TABLE_GROUP, GROUP_NAME, offsetof(struct draft_group, name),
               draft->group_of_name);
    index_rows(draft, TABLE_PRODUCT, PRODUCT_NAME, offsetof(struct draft_product, name),
               draft->product_of_name);
    index_rows(draft, TABLE_RELEASE, RELEASE_NAME, offsetof(struct draft_release, name),
               release_of_name);
    index_rows(draft, TABLE_STOCK, STOCK_NAME, offsetof(struct draft_stock, name), stock_of_name);
    resolve_groups(draft);
    resolve_setups(draft);
    resolve_routes(draft);
    resolve_names(draft);
    resolve_rules(draft);
    resolve_moves(draft);
}

uint32_t draft_step_at(const struct draft *draft, uint32_t route, uint32_t number) {
    const struct draft_entity *r = &draft->route.item[route];
    return number >= 1 && number <= r->n_row ? r->row + number - 1 : PLANT_NONE;
}
