#include "plant/fingerprint.h"

#include <string.h>

// Field by field in the order of plant.h, counts before arrays. A new field of the model belongs
// here too.

static void add_text(struct digest *d, const char *text) {
    digest_u64(d, text ? 1 : 0);
    if (text) {
        digest_bytes(d, text, strlen(text));
    }
}

static void add_dist(struct digest *d, const struct dist *dist) {
    digest_u64(d, dist->kind);
    digest_i64(d, dist->a);
    digest_i64(d, dist->b);
    digest_i64(d, dist->c);
    digest_u64(d, dist->n_value);
    for (uint32_t i = 0; i < dist->n_value; i++) {
        digest_i64(d, dist->value[i]);
    }
    add_text(d, dist->file);
}

static void add_places(struct digest *d, const maru_plant *p) {
    for (uint32_t i = 0; i < p->n_area; i++) {
        add_text(d, p->area[i].name);
    }
    for (uint32_t i = 0; i < p->n_location; i++) {
        add_text(d, p->location[i].name);
    }
    for (size_t i = 0; i < (size_t)p->n_location * p->n_location; i++) {
        add_dist(d, &p->move[i]);
    }
}

static void add_groups(struct digest *d, const maru_plant *p) {
    for (uint32_t i = 0; i < p->n_group; i++) {
        const struct plant_group *g = &p->group[i];
        add_text(d, g->name);
        add_text(d, g->ranking);
        const bool flag[] = {g->is_delay,      g->is_cascade,   g->wakes_by_setup,
                             g->batch_by_step, g->avoids_setup, g->reserves_hot};
        for (size_t k = 0; k < sizeof flag / sizeof *flag; k++) {
            digest_u64(d, flag[k]);
        }
        const uint32_t number[] = {g->area, g->location, g->n_tool, g->first_tool};
        for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
            digest_u64(d, number[k]);
        }
        digest_i64(d, g->load_us);
        digest_i64(d, g->unload_us);
    }
    for (uint32_t i = 0; i < p->n_tool; i++) {
        digest_u64(d, p->tool_group[i]);
    }
}

static void add_setups(struct digest *d, const maru_plant *p) {
    for (uint32_t i = 0; i < p->n_setup; i++) {
        add_text(d, p->setup[i].name);
        digest_u64(d, p->setup[i].min_run);
        digest_u64(d, p->setup[i].change_first);
        digest_u64(d, p->setup[i].n_change);
    }
    for (uint32_t i = 0; i < p->n_change; i++) {
        digest_u64(d, p->change[i].from);
        digest_i64(d, p->change[i].time_us);
    }
}

static void add_step(struct digest *d, const struct plant_step *s) {
    add_text(d, s->name);
    const uint32_t number[] = {s->route,     s->group,     (uint32_t)s->per, s->batch_min,
                               s->batch_max, s->setup,     s->setup_always,  s->keep_for,
                               s->kept_from, s->rework_to, s->queue_to,      s->queue_from};
    for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
        digest_u64(d, number[k]);
    }
    add_dist(d, &s->time);
    add_dist(d, &s->setup_time);
    digest_i64(d, s->interval_us);
    digest_i64(d, s->queue_us);
    const double value[] = {s->rework, s->sampling, s->process_us, s->remaining_us, s->passes};
    for (size_t k = 0; k < sizeof value / sizeof *value; k++) {
        digest_double(d, value[k]);
    }
}

static void add_routes(struct digest *d, const maru_plant *p) {
    for (uint32_t i = 0; i < p->n_product; i++) {
        add_text(d, p->product[i].name);
        add_text(d, p->product[i].family);
        digest_u64(d, p->product[i].route);
        digest_double(d, p->product[i].raw_process_us);
    }
    for (uint32_t i = 0; i < p->n_route; i++) {
        add_text(d, p->route[i].name);
        digest_u64(d, p->route[i].first_step);
        digest_u64(d, p->route[i].n_step);
    }
    for (uint32_t i = 0; i < p->n_step; i++) {
        add_step(d, &p->step[i]);
    }
}

static void add_calendars(struct digest *d, const maru_plant *p) {
    for (uint32_t i = 0; i < p->n_calendar; i++) {
        const struct plant_calendar *c = &p->calendar[i];
        add_text(d, c->name);
        digest_u64(d, c->area);
        digest_u64(d, c->group);
        digest_u64(d, c->kind);
        digest_u64(d, c->by_wafers);
        add_dist(d, &c->every);
        add_dist(d, &c->first);
        add_dist(d, &c->duration);
    }
    for (uint32_t i = 0; i < p->n_downtime; i++) {
        const struct plant_downtime *down = &p->downtime[i];
        add_text(d, down->name);
        digest_u64(d, down->group);
        digest_u64(d, down->kind);
        digest_u64(d, down->by_wafers);
        add_dist(d, &down->every);
        add_dist(d, &down->first);
        add_dist(d, &down->duration);
        digest_u64(d, down->calendar);
    }
}

static void add_lots(struct digest *d, const maru_plant *p) {
    for (uint32_t i = 0; i < p->n_release; i++) {
        const struct plant_release *r = &p->release[i];
        add_text(d, r->name);
        add_text(d, r->order);
        digest_u64(d, r->product);
        digest_i64(d, r->priority);
        digest_u64(d, r->wafers);
        digest_i64(d, r->start_us);
        add_dist(d, &r->every);
        digest_u64(d, r->n_release);
        digest_u64(d, r->lots_each);
        digest_i64(d, r->due_after_us);
        digest_u64(d, r->is_hot);
    }
    for (uint32_t i = 0; i < p->n_stock; i++) {
        const struct plant_stock *s = &p->stock[i];
        add_text(d, s->name);
        add_text(d, s->order);
        digest_u64(d, s->product);
        digest_i64(d, s->priority);
        digest_u64(d, s->wafers);
        digest_u64(d, s->step);
        digest_u64(d, s->start_known);
        digest_i64(d, s->start_us);
        digest_i64(d, s->due_us);
        digest_u64(d, s->is_hot);
    }
}

void plant_digest_places(const maru_plant *p, struct digest *d) {
    digest_u64(d, p->n_place);
    for (uint32_t i = 0; i < p->n_place; i++) {
        const struct plant_place *place = &p->place[i];
        digest_u64(d, place->tool);
        const double number[] = {place->x_m,     place->y_m,     place->heading_deg,
                                 place->width_m, place->depth_m, place->height_m};
        for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
            digest_double(d, number[k]);
        }
        add_text(d, place->asset);
    }
    digest_u64(d, p->n_rail);
    for (uint32_t i = 0; i < p->n_rail; i++) {
        const struct plant_rail_node *end[] = {&p->rail_node[p->rail[i].from],
                                               &p->rail_node[p->rail[i].to]};
        digest_u64(d, p->rail[i].from);
        digest_u64(d, p->rail[i].to);
        for (size_t k = 0; k < 2; k++) {
            digest_double(d, end[k]->x_m);
            digest_double(d, end[k]->y_m);
        }
    }
}

void plant_digest(const maru_plant *p, struct digest *d) {
    add_text(d, p->name);
    add_text(d, p->start);
    add_text(d, p->time_zone);
    digest_i64(d, p->start_date);
    const uint32_t count[] = {p->n_area,     p->n_location, p->n_group, p->n_tool, p->n_setup,
                              p->n_change,   p->n_product,  p->n_route, p->n_step, p->n_calendar,
                              p->n_downtime, p->n_release,  p->n_stock};
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
        digest_u64(d, count[i]);
    }
    add_places(d, p);
    add_groups(d, p);
    add_setups(d, p);
    add_routes(d, p);
    add_calendars(d, p);
    add_lots(d, p);
}
