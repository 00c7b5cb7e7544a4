#include "plant/freeze.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "plant/dialect/sheet.h"
#include "plant/dialect/timespec.h"
#include "plant/flow.h"

// A table of the draft becomes an array of the model, row by row in the same order; texts and
// values are copied, so that the draft can go. Memory refused anywhere is remembered by the arena
// and asked for once, at the end.

struct freezing {
    const struct draft *draft;
    maru_plant *plant;
    const struct plant_values **values; // (names.n) by name of the file; scratch
    bool is_short;
};

static void *take(struct freezing *f, size_t n, size_t size) {
    // One more than needed: never a request for nothing.
    void *block = arena_take(&f->plant->arena, n + 1, size);
    f->is_short = f->is_short || !block;
    return block;
}

static const char *keep(struct freezing *f, const char *text) {
    if (!text) {
        return NULL;
    }
    const char *kept = arena_text(&f->plant->arena, text, strlen(text));
    f->is_short = f->is_short || !kept;
    return kept;
}

static const char *keep_name(struct freezing *f, uint32_t name) {
    return keep(f, draft_text(f->draft, name));
}

// Files of values, each once; drawn spans share them.
static void freeze_values(struct freezing *f) {
    const struct draft *d = f->draft;
    struct plant_values *values = take(f, d->n_values, sizeof *values);
    for (uint32_t i = 0; !f->is_short && i < d->n_values; i++) {
        const struct draft_values *v = &d->values[i];
        maru_time *value = take(f, v->n_value, sizeof *value);
        if (value) {
            memcpy(value, v->value, v->n_value * sizeof *value);
        }
        values[i] = (struct plant_values){keep_name(f, v->name), v->n_value, value};
        f->values[v->name] = &values[i];
    }
    f->plant->values = values;
    f->plant->n_values = d->n_values;
}

static struct dist keep_dist(struct freezing *f, const struct dist *dist) {
    struct dist kept = *dist;
    if (dist->kind == DIST_EMPIRICAL) {
        const struct plant_values *v =
            f->values[draft_find(f->draft, dist->file, strlen(dist->file))];
        kept.value = v->value;
        kept.file = v->file;
    }
    return kept;
}

static maru_time from_start(const struct freezing *f, const struct moment *m) {
    return m->is_date ? m->us - f->draft->start : m->us;
}

// The arrays, in the order of plant.h. Each returns with f->is_short where the arena was full.

static void freeze_plant(struct freezing *f) {
    const struct draft *d = f->draft;
    const struct draft_plant *row =
        d->rows[TABLE_PLANT].n > 0 ? draft_row(d, TABLE_PLANT, 0) : NULL;
    f->plant->name = keep(f, row && row->name ? row->name : "plant");
    f->plant->time_zone = keep(f, row && row->time_zone ? row->time_zone : "UTC");
    f->plant->start_date = d->start;
    struct text text;
    text_init(&text, 64);
    date_write(&text, d->start);
    f->is_short = f->is_short || text.status != MARU_OK;
    f->plant->start = keep(f, text.bytes ? text.bytes : "");
    text_fini(&text);
}

static void freeze_places(struct freezing *f) {
    const struct draft *d = f->draft;
    struct plant_area *area = take(f, d->area.n, sizeof *area);
    struct plant_location *location = take(f, d->location.n, sizeof *location);
    const uint32_t n = d->location.n;
    struct dist *move = take(f, (size_t)n * n, sizeof *move);
    if (f->is_short) {
        return;
    }
    for (uint32_t i = 0; i < d->area.n; i++) {
        area[i].name = keep_name(f, d->area.item[i].name);
    }
    for (uint32_t i = 0; i < n; i++) {
        location[i].name = keep_name(f, d->location.item[i].name);
    }
    for (uint32_t i = 0; i < d->rows[TABLE_MOVE].n; i++) {
        const struct draft_move *m = draft_row(d, TABLE_MOVE, i);
        if (m->from != PLANT_NONE && m->to != PLANT_NONE) {
            move[(size_t)m->from * n + m->to] = keep_dist(f, &m->time);
        }
    }
    f->plant->area = area;
    f->plant->n_area = d->area.n;
    f->plant->location = location;
    f->plant->n_location = n;
    f->plant->move = move;
}

// What rule.csv says counts before the group's own ranking.
static void freeze_ranking(struct freezing *f, const struct draft_group *g,
                           struct plant_group *group) {
    const struct draft *d = f->draft;
    const struct draft_rule *rule =
        g->rule != PLANT_NONE ? draft_row(d, TABLE_RULE, g->rule) : NULL;
    const char *ranking = rule ? rule->text : g->ranking;
    if (!ranking) {
        return;
    }
    const struct source *at = rule ? &rule->at : &g->at;
    const struct sheet *sheet = &d->sheet[at->sheet];
    const uint32_t column = sheet->column_of[rule ? (int)RULE_TEXT : (int)GROUP_RANKING];
    group->ranking = keep(f, ranking);
    group->ranking_at = (struct plant_cell){
        .file = keep(f, sheet->file),
        .header = keep(f, sheet->header[column - 1].bytes),
        .row = at->line,
        .column = column,
    };
}

static void freeze_groups(struct freezing *f) {
    const struct draft *d = f->draft;
    const uint32_t n = d->rows[TABLE_GROUP].n;
    struct plant_group *group = take(f, n, sizeof *group);
    uint32_t n_tool = 0;
    for (uint32_t i = 0; !f->is_short && i < n; i++) {
        const struct draft_group *g = draft_row(d, TABLE_GROUP, i);
        group[i] = (struct plant_group){
            .name = keep_name(f, g->name),
            .area = g->area,
            .location = g->location,
            .n_tool = g->n_tool,
            .n_tool_before = g->n_tool,
            .first_tool = n_tool,
            .load_us = g->load,
            .unload_us = g->unload,
            .is_delay = g->is_delay != 0,
            .is_cascade = g->is_cascade != 0,
            .wakes_by_setup = g->wakes_by_setup != 0,
            .batch_by_step = g->batch_by_any == 0,
            .avoids_setup = g->avoids_setup != 0,
            .reserves_hot = g->reserves_hot != 0,
            .row = g->at.line,
        };
        freeze_ranking(f, g, &group[i]);
        n_tool += g->n_tool;
    }
    uint32_t *tool_group = take(f, n_tool, sizeof *tool_group);
    if (f->is_short) {
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < group[i].n_tool; k++) {
            tool_group[group[i].first_tool + k] = i;
        }
    }
    const struct draft_group *first = n > 0 ? draft_row(d, TABLE_GROUP, 0) : NULL;
    f->plant->tools_file = keep(f, first ? d->sheet[first->at.sheet].file : "");
    f->plant->group = group;
    f->plant->n_group = n;
    f->plant->tool_group = tool_group;
    f->plant->n_tool = n_tool;
}

// Changes stand setup by setup, in the order of their rows.
static void freeze_setups(struct freezing *f) {
    const struct draft *d = f->draft;
    const uint32_t n_row = d->rows[TABLE_SETUP].n;
    const uint32_t n = d->setup.n;
    struct plant_setup *setup = take(f, n, sizeof *setup);
    struct plant_change *change = take(f, n_row, sizeof *change);
    uint32_t *filled = take(f, n, sizeof *filled);
    if (f->is_short) {
        return;
    }
    for (uint32_t i = 0; i < n_row; i++) {
        const struct draft_setup *s = draft_row(d, TABLE_SETUP, i);
        setup[s->to].n_change += s->is_change ? 1 : 0;
        setup[s->to].min_run = s->min_run > 0 ? s->min_run : setup[s->to].min_run;
    }
    uint32_t n_change = 0;
    for (uint32_t i = 0; i < n; i++) {
        setup[i].name = keep_name(f, d->setup.item[i].name);
        setup[i].change_first = n_change;
        n_change += setup[i].n_change;
    }
    for (uint32_t i = 0; i < n_row; i++) {
        const struct draft_setup *s = draft_row(d, TABLE_SETUP, i);
        if (s->is_change) {
            change[setup[s->to].change_first + filled[s->to]++] =
                (struct plant_change){.from = s->from, .time_us = s->time};
        }
    }
    f->plant->setup = setup;
    f->plant->n_setup = n;
    f->plant->change = change;
    f->plant->n_change = n_change;
}

static void freeze_products(struct freezing *f, struct plant_product *product) {
    for (uint32_t i = 0; !f->is_short && i < f->plant->n_product; i++) {
        const struct draft_product *p = draft_row(f->draft, TABLE_PRODUCT, i);
        product[i] = (struct plant_product){
            .name = keep_name(f, p->name), .family = keep(f, p->family), .route = p->route};
    }
}

static uint32_t step_or_none(uint32_t first, uint32_t number) {
    return number > 0 ? first + number - 1 : PLANT_NONE;
}

static void freeze_step(struct freezing *f, const struct draft_step *s, uint32_t route,
                        struct plant_step *out) {
    const uint32_t first = f->draft->route.item[route].row;
    *out = (struct plant_step){
        .name = keep(f, s->name),
        .route = route,
        .group = s->group,
        .per = (enum step_per)s->per,
        .time = keep_dist(f, &s->time),
        .interval_us = s->interval,
        .batch_min = s->batch_min,
        .batch_max = s->batch_max,
        .setup = s->setup,
        .setup_always = s->setup_always != 0,
        .setup_time = keep_dist(f, &s->setup_time),
        .keep_for = step_or_none(first, s->keep_for),
        .kept_from = PLANT_NONE,
        .rework_to = step_or_none(first, s->rework_to),
        .rework = s->rework,
        .sampling = s->sampling,
        .queue_to = step_or_none(first, s->queue_to),
        .queue_us = s->queue,
        .queue_from = PLANT_NONE,
        .row = s->at.line,
    };
}

static void freeze_routes(struct freezing *f, struct plant_step *step) {
    const struct draft *d = f->draft;
    struct plant_route *route = take(f, d->route.n, sizeof *route);
    for (uint32_t r = 0; !f->is_short && r < d->route.n; r++) {
        const struct draft_entity *e = &d->route.item[r];
        const struct draft_step *first = draft_row(d, TABLE_STEP, e->row);
        route[r] = (struct plant_route){
            .name = keep_name(f, e->name),
            .file = keep(f, d->sheet[first->at.sheet].file),
            .first_step = e->row,
            .n_step = e->n_row,
        };
        for (uint32_t i = e->row; i < e->row + e->n_row; i++) {
            freeze_step(f, draft_row(d, TABLE_STEP, i), r, &step[i]);
        }
    }
    for (uint32_t i = 0; !f->is_short && i < f->plant->n_step; i++) {
        if (step[i].keep_for != PLANT_NONE) {
            step[step[i].keep_for].kept_from = i;
        }
        if (step[i].queue_to != PLANT_NONE && step[step[i].queue_to].queue_from == PLANT_NONE) {
            step[step[i].queue_to].queue_from = i;
        }
    }
    f->plant->route = route;
    f->plant->n_route = d->route.n;
}

static void freeze_calendars(struct freezing *f) {
    const struct draft *d = f->draft;
    const uint32_t n = d->rows[TABLE_CALENDAR].n;
    struct plant_calendar *calendar = take(f, n, sizeof *calendar);
    for (uint32_t i = 0; !f->is_short && i < n; i++) {
        const struct draft_calendar *c = draft_row(d, TABLE_CALENDAR, i);
        const struct dist *first =
            c->first.dist.kind != DIST_NONE ? &c->first.dist : &c->every.dist;
        calendar[i] = (struct plant_calendar){
            .name = keep_name(f, c->name),
            .area = c->area,
            .group = c->group,
            .kind = (enum downtime_kind)c->kind,
            .by_wafers = c->every.by_wafers,
            .every = keep_dist(f, &c->every.dist),
            .first = keep_dist(f, first),
            .duration = keep_dist(f, &c->duration),
        };
    }
    f->plant->calendar = calendar;
    f->plant->n_calendar = n;
}

// How many calendars hold for each group, and for how many groups each area stands.
static uint64_t count_downtimes(const maru_plant *p, uint32_t *n_of_group, uint32_t *n_in_area) {
    uint64_t n = 0;
    for (uint32_t g = 0; g < p->n_group; g++) {
        n_in_area[p->group[g].area]++;
    }
    for (uint32_t c = 0; c < p->n_calendar; c++) {
        const struct plant_calendar *cal = &p->calendar[c];
        n += cal->group != PLANT_NONE ? 1 : n_in_area[cal->area];
        if (cal->group != PLANT_NONE) {
            n_of_group[cal->group]++;
        }
    }
    return n;
}

static void add_downtime(const maru_plant *p, uint32_t calendar, uint32_t group,
                         struct plant_downtime *out) {
    const struct plant_calendar *c = &p->calendar[calendar];
    *out = (struct plant_downtime){
        .name = c->name,
        .group = group,
        .kind = c->kind,
        .by_wafers = c->by_wafers,
        .every = c->every,
        .first = c->first,
        .duration = c->duration,
        .calendar = calendar,
    };
}

// Calendars of areas become one downtime for each group of the area: counted, then filled in order
// of calendars.
static void expand_calendars(struct freezing *f) {
    maru_plant *p = f->plant;
    uint32_t *next = take(f, p->n_group, sizeof *next); // downtime to fill, by group
    uint32_t *n_in_area = take(f, p->n_area, sizeof *n_in_area);
    uint32_t *first_in_area = take(f, p->n_area, sizeof *first_in_area);
    uint32_t *member = take(f, p->n_group, sizeof *member);        // groups, area by area
    uint32_t *n_for_area = take(f, p->n_area, sizeof *n_for_area); // calendars
    if (f->is_short) {
        return;
    }
    const uint64_t n = count_downtimes(p, next, n_in_area);
    if (n > PLANT_MAX_DOWNTIMES) {
        p->arena.is_full = true;
        f->is_short = true;
        return;
    }
    struct plant_downtime *downtime = take(f, (size_t)n, sizeof *downtime);
    if (f->is_short) {
        return;
    }
    for (uint32_t c = 0; c < p->n_calendar; c++) {
        if (p->calendar[c].area != PLANT_NONE) {
            n_for_area[p->calendar[c].area]++;
        }
    }
    for (uint32_t a = 0, at = 0; a < p->n_area; a++) {
        first_in_area[a] = at;
        at += n_in_area[a];
        n_in_area[a] = 0;
    }
    uint32_t at = 0;
    for (uint32_t g = 0; g < p->n_group; g++) {
        const uint32_t a = p->group[g].area;
        const uint32_t n_here = next[g] + n_for_area[a];
        member[first_in_area[a] + n_in_area[a]++] = g;
        next[g] = at;
        at += n_here;
    }
    for (uint32_t c = 0; c < p->n_calendar; c++) {
        const struct plant_calendar *cal = &p->calendar[c];
        if (cal->group != PLANT_NONE) {
            add_downtime(p, c, cal->group, &downtime[next[cal->group]++]);
            continue;
        }
        for (uint32_t k = 0; k < n_in_area[cal->area]; k++) {
            const uint32_t g = member[first_in_area[cal->area] + k];
            add_downtime(p, c, g, &downtime[next[g]++]);
        }
    }
    p->downtime = downtime;
    p->n_downtime = (uint32_t)n;
}

static void freeze_releases(struct freezing *f) {
    const struct draft *d = f->draft;
    const uint32_t n = d->rows[TABLE_RELEASE].n;
    struct plant_release *release = take(f, n, sizeof *release);
    for (uint32_t i = 0; !f->is_short && i < n; i++) {
        const struct draft_release *r = draft_row(d, TABLE_RELEASE, i);
        const maru_time start = from_start(f, &r->start);
        const maru_time due_after = r->due.is_date ? from_start(f, &r->due) - start : r->due_after;
        const uint64_t n_release = r->every.kind == DIST_NONE ? 1 : (uint64_t)r->count;
        release[i] = (struct plant_release){
            .name = keep_name(f, r->name),
            .order = keep(f, r->order),
            .product = r->product,
            .priority = (int32_t)r->priority,
            .wafers = r->wafers,
            .start_us = start,
            .every = keep_dist(f, &r->every),
            .n_release = n_release > 0 ? n_release : UINT64_MAX,
            .lots_each = r->lots,
            .due_after_us = is_given(&r->at, RELEASE_DUE) ? due_after : INT64_MAX,
            .is_hot = r->is_hot != 0,
        };
    }
    f->plant->release = release;
    f->plant->n_release = n;
}

static void freeze_stock(struct freezing *f) {
    const struct draft *d = f->draft;
    const uint32_t n = d->rows[TABLE_STOCK].n;
    struct plant_stock *stock = take(f, n, sizeof *stock);
    for (uint32_t i = 0; !f->is_short && i < n; i++) {
        const struct draft_stock *s = draft_row(d, TABLE_STOCK, i);
        const uint32_t route = f->plant->product[s->product].route;
        const bool start_known = is_given(&s->at, STOCK_START);
        stock[i] = (struct plant_stock){
            .name = keep_name(f, s->name),
            .order = keep(f, s->order),
            .product = s->product,
            .priority = (int32_t)s->priority,
            .wafers = s->wafers,
            .step = f->plant->route[route].first_step + s->step - 1,
            .start_known = start_known,
            .start_us = start_known ? from_start(f, &s->start) : 0,
            .due_us = is_given(&s->at, STOCK_DUE) ? from_start(f, &s->due) : INT64_MAX,
            .is_hot = s->is_hot != 0,
        };
    }
    f->plant->stock = stock;
    f->plant->n_stock = n;
}

// Sorted by tool, so that it is the same plant in any order of its rows.
static void freeze_layout(struct freezing *f) {
    const struct draft *d = f->draft;
    const uint32_t n = d->rows[TABLE_PLACE].n;
    struct plant_place *place = take(f, n, sizeof *place);
    uint32_t *row_of = take(f, n > 0 ? f->plant->n_tool : 0, sizeof *row_of); // from 1
    for (uint32_t i = 0; !f->is_short && i < n; i++) {
        const struct draft_place *p = draft_row(d, TABLE_PLACE, i);
        if (p->group != PLANT_NONE) {
            row_of[p->tool] = i + 1;
        }
    }
    uint32_t n_place = 0;
    for (uint32_t t = 0; !f->is_short && n > 0 && t < f->plant->n_tool; t++) {
        if (row_of[t] == 0) {
            continue;
        }
        const struct draft_place *p = draft_row(d, TABLE_PLACE, row_of[t] - 1);
        place[n_place++] = (struct plant_place){
            .tool = t,
            .x_m = p->x,
            .y_m = p->y,
            .heading_deg = p->heading,
            .width_m = p->width,
            .depth_m = p->depth,
            .height_m = p->height,
            .asset = keep(f, p->asset),
        };
    }
    f->plant->place = place;
    f->plant->n_place = n_place;
}

static void freeze_rails(struct freezing *f) {
    const struct draft *d = f->draft;
    const uint32_t n = d->rows[TABLE_RAIL].n;
    struct plant_rail_node *node = take(f, d->n_rail_node, sizeof *node);
    struct plant_rail *rail = take(f, n, sizeof *rail);
    for (uint32_t i = 0; !f->is_short && i < d->n_rail_node; i++) {
        node[i] = d->rail_node[i];
    }
    for (uint32_t i = 0; !f->is_short && i < n; i++) {
        const struct draft_rail *r = draft_row(d, TABLE_RAIL, i);
        rail[i] = (struct plant_rail){r->from, r->to};
    }
    f->plant->rail_node = node;
    f->plant->rail = rail;
    f->plant->n_rail_node = d->n_rail_node;
    f->plant->n_rail = n;
}

static void freeze_all(struct freezing *f) {
    maru_plant *p = f->plant;
    p->n_product = f->draft->rows[TABLE_PRODUCT].n;
    p->n_step = f->draft->rows[TABLE_STEP].n;
    struct plant_product *product = take(f, p->n_product, sizeof *product);
    struct plant_step *step = take(f, p->n_step, sizeof *step);
    p->product = product;
    p->step = step;
    void (*const part[])(struct freezing *) = {freeze_plant,   freeze_values, freeze_places,
                                               freeze_groups,  freeze_setups, freeze_calendars,
                                               freeze_releases};
    for (size_t i = 0; !f->is_short && i < sizeof part / sizeof *part; i++) {
        part[i](f);
    }
    if (f->is_short) {
        return;
    }
    freeze_products(f, product);
    freeze_routes(f, step);
    if (!f->is_short) {
        freeze_stock(f);
        freeze_layout(f);
        freeze_rails(f);
        expand_calendars(f);
    }
    if (!f->is_short) {
        f->is_short = !flow_derive(p, step, product);
    }
}

maru_status draft_freeze(const struct draft *draft, maru_plant **out, maru_error *err) {
    maru_plant *plant = alloc_new(1, sizeof *plant);
    if (!plant) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    arena_init(&plant->arena, PLANT_MAX_MODEL_BYTES);
    struct freezing f = {.draft = draft, .plant = plant};
    f.values = alloc_new(draft->names.n, sizeof *f.values);
    f.is_short = !f.values;
    if (!f.is_short) {
        freeze_all(&f);
    }
    alloc_free(f.values);
    if (f.is_short) {
        const maru_status st = plant->arena.is_full
                                   ? fail(err, MARU_E_LIMIT, "the plant is too large for the model")
                                   : fail(err, MARU_E_MEMORY, "out of memory");
        maru_plant_free(plant);
        return st;
    }
    *out = plant;
    return MARU_OK;
}
