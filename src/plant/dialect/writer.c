#include <inttypes.h>
#include <string.h>

#include "base/status.h"
#include "plant/dialect/timespec.h"
#include "plant/draft.h"

// The tables of docs/PLANT.md, one after the other through one buffer. Rows stand in the order of
// the model, and every setup, group and route has a row, so that reading them again numbers
// everything the same way. A table that would have no rows and is not required is not written.

struct writing {
    const maru_plant *plant;
    struct text text;
    maru_put_file put;
    void *context;
};

// Cells: each begins with the comma that parts it from the last.

static void next_cell(struct text *t) { text_addz(t, ","); }

static void cell_text(struct text *t, const char *text) {
    next_cell(t);
    if (text) {
        text_add_csv(t, text);
    }
}

static void cell_span(struct text *t, maru_time span) {
    next_cell(t);
    span_write(t, span);
}

static void cell_span_or_none(struct text *t, maru_time span) {
    next_cell(t);
    if (span != 0) {
        span_write(t, span);
    }
}

static void cell_count(struct text *t, uint64_t count) { text_addf(t, ",%" PRIu64, count); }

static void cell_count_or_none(struct text *t, uint64_t count) {
    next_cell(t);
    if (count > 0) {
        text_addf(t, "%" PRIu64, count);
    }
}

// A chance has commas of its own, so it goes through a buffer that quotes it.
static void cell_chance(struct text *t, const struct dist *dist) {
    struct text chance;
    text_init(&chance, t->max_bytes);
    chance_write(&chance, dist);
    next_cell(t);
    if (chance.bytes) {
        text_add_csv(t, chance.bytes);
    }
    if (chance.status != MARU_OK && t->status == MARU_OK) {
        t->status = chance.status;
    }
    text_fini(&chance);
}

static void cell_cycle(struct text *t, const struct dist *dist, bool by_wafers) {
    if (by_wafers) {
        text_addf(t, ",%" PRId64 " wafers", dist->a);
    } else {
        cell_chance(t, dist);
    }
}

static void cell_yes(struct text *t, bool yes) { text_addz(t, yes ? ",yes" : ","); }

// Number of a step in its route.
static void cell_step(struct text *t, const maru_plant *p, uint32_t route, uint32_t step) {
    cell_count_or_none(t, step != PLANT_NONE ? step - p->route[route].first_step + 1 : 0);
}

// Tables

static void write_plant(struct text *t, const maru_plant *p) {
    text_addz(t, "name,start,time_zone\n");
    text_add_csv(t, p->name);
    cell_text(t, p->start);
    cell_text(t, p->time_zone);
    text_addz(t, "\n");
}

static void write_products(struct text *t, const maru_plant *p) {
    text_addz(t, "product,route,family\n");
    for (uint32_t i = 0; i < p->n_product; i++) {
        text_add_csv(t, p->product[i].name);
        cell_text(t, p->route[p->product[i].route].name);
        cell_text(t, p->product[i].family);
        text_addz(t, "\n");
    }
}

static void write_step(struct text *t, const maru_plant *p, const struct plant_step *s) {
    static const char *const per[] = {
        [PER_LOT] = "lot", [PER_WAFER] = "wafer", [PER_BATCH] = "batch"};
    cell_text(t, s->name);
    cell_text(t, p->group[s->group].name);
    cell_chance(t, &s->time);
    cell_text(t, per[s->per]);
    cell_span_or_none(t, s->interval_us);
    cell_count_or_none(t, s->batch_min);
    cell_count_or_none(t, s->batch_max);
    cell_text(t, s->setup != PLANT_NONE ? p->setup[s->setup].name : NULL);
    cell_chance(t, &s->setup_time);
    cell_text(t, s->setup_always ? "always" : NULL);
    cell_step(t, p, s->route, s->keep_for);
    next_cell(t);
    if (s->rework_to != PLANT_NONE) {
        text_add_double(t, s->rework);
    }
    cell_step(t, p, s->route, s->rework_to);
    next_cell(t);
    if (s->sampling < 1) {
        text_add_double(t, s->sampling);
    }
    next_cell(t);
    if (s->queue_to != PLANT_NONE) {
        span_write(t, s->queue_us);
    }
    cell_step(t, p, s->route, s->queue_to);
}

static void write_routes(struct text *t, const maru_plant *p) {
    text_addz(t, "route,step,name,tools,time,per,interval,batch_min,batch_max,setup,setup_time,"
                 "setup_when,keep_tool_for,rework,rework_to,sampling,queue_limit,queue_to\n");
    for (uint32_t r = 0; r < p->n_route; r++) {
        for (uint32_t k = 0; k < p->route[r].n_step; k++) {
            text_add_csv(t, p->route[r].name);
            cell_count(t, k + 1);
            write_step(t, p, &p->step[p->route[r].first_step + k]);
            text_addz(t, "\n");
        }
    }
}

static void write_tools(struct text *t, const maru_plant *p) {
    text_addz(t, "tools,count,area,location,kind,load,unload,cascade,ranking,wake,batch_by,min_run,"
                 "reserve_hot\n");
    for (uint32_t i = 0; i < p->n_group; i++) {
        const struct plant_group *g = &p->group[i];
        text_add_csv(t, g->name);
        cell_count(t, g->n_tool);
        cell_text(t, p->area[g->area].name);
        cell_text(t, g->location != PLANT_NONE ? p->location[g->location].name : NULL);
        cell_text(t, g->is_delay ? "delay" : NULL);
        cell_span_or_none(t, g->load_us);
        cell_span_or_none(t, g->unload_us);
        cell_yes(t, g->is_cascade);
        cell_text(t, g->ranking);
        cell_text(t, g->wakes_by_setup ? "setup" : NULL);
        cell_text(t, g->batch_by_step ? NULL : "any");
        cell_yes(t, g->avoids_setup);
        cell_yes(t, g->reserves_hot);
        text_addz(t, "\n");
    }
}

// A setup without changes still gets a row: it keeps its number, and its minimum run.
static void write_setups(struct text *t, const maru_plant *p) {
    text_addz(t, "to,from,time,min_run\n");
    for (uint32_t i = 0; i < p->n_setup; i++) {
        const struct plant_setup *s = &p->setup[i];
        for (uint32_t k = 0; k < s->n_change || k == 0; k++) {
            text_add_csv(t, s->name);
            if (k < s->n_change) {
                const struct plant_change *c = &p->change[s->change_first + k];
                cell_text(t, c->from != PLANT_NONE ? p->setup[c->from].name : NULL);
                cell_span(t, c->time_us);
            } else {
                text_addz(t, ",,");
            }
            cell_count_or_none(t, k == 0 ? s->min_run : 0);
            text_addz(t, "\n");
        }
    }
}

static void write_calendars(struct text *t, const maru_plant *p) {
    text_addz(t, "name,kind,area,tools,every,first,duration\n");
    for (uint32_t i = 0; i < p->n_calendar; i++) {
        const struct plant_calendar *c = &p->calendar[i];
        text_add_csv(t, c->name);
        cell_text(t, c->kind == DOWN_FAILURE ? "failure" : "maintenance");
        cell_text(t, c->area != PLANT_NONE ? p->area[c->area].name : NULL);
        cell_text(t, c->group != PLANT_NONE ? p->group[c->group].name : NULL);
        cell_cycle(t, &c->every, c->by_wafers);
        cell_cycle(t, &c->first, c->by_wafers);
        cell_chance(t, &c->duration);
        text_addz(t, "\n");
    }
}

static void write_releases(struct text *t, const maru_plant *p) {
    text_addz(t, "stream,product,every,wafers,priority,start,count,lots,due_after,hot,order\n");
    for (uint32_t i = 0; i < p->n_release; i++) {
        const struct plant_release *r = &p->release[i];
        text_add_csv(t, r->name);
        cell_text(t, p->product[r->product].name);
        cell_chance(t, &r->every);
        cell_count(t, r->wafers);
        text_addf(t, ",%" PRId32, r->priority);
        cell_span_or_none(t, r->start_us);
        cell_count_or_none(t, r->n_release != UINT64_MAX ? r->n_release : 0);
        cell_count(t, r->lots_each);
        next_cell(t);
        if (r->due_after_us != INT64_MAX) {
            span_write(t, r->due_after_us);
        }
        cell_yes(t, r->is_hot);
        cell_text(t, r->order);
        text_addz(t, "\n");
    }
}

static void write_stock(struct text *t, const maru_plant *p) {
    text_addz(t, "lot,product,priority,wafers,step,start,due,hot,order\n");
    for (uint32_t i = 0; i < p->n_stock; i++) {
        const struct plant_stock *s = &p->stock[i];
        text_add_csv(t, s->name);
        cell_text(t, p->product[s->product].name);
        text_addf(t, ",%" PRId32, s->priority);
        cell_count(t, s->wafers);
        cell_step(t, p, p->product[s->product].route, s->step);
        next_cell(t);
        if (s->start_known) {
            date_write(t, p->start_date + s->start_us);
        }
        next_cell(t);
        if (s->due_us != INT64_MAX) {
            date_write(t, p->start_date + s->due_us);
        }
        cell_yes(t, s->is_hot);
        cell_text(t, s->order);
        text_addz(t, "\n");
    }
}

static void write_moves(struct text *t, const maru_plant *p) {
    text_addz(t, "from,to,time\n");
    for (uint32_t a = 0; a < p->n_location; a++) {
        for (uint32_t b = 0; b < p->n_location; b++) {
            const struct dist *move = &p->move[(size_t)a * p->n_location + b];
            if (move->kind != DIST_NONE) {
                text_add_csv(t, p->location[a].name);
                cell_text(t, p->location[b].name);
                cell_chance(t, move);
                text_addz(t, "\n");
            }
        }
    }
}

static void cell_size(struct text *t, double size_m) {
    next_cell(t);
    if (size_m > 0) {
        text_add_double(t, size_m);
    }
}

static void write_layout(struct text *t, const maru_plant *p) {
    text_addz(t, "tools,number,x,y,heading,width,depth,height,asset\n");
    for (uint32_t i = 0; i < p->n_place; i++) {
        const struct plant_place *place = &p->place[i];
        const struct plant_group *group = &p->group[p->tool_group[place->tool]];
        text_add_csv(t, group->name);
        cell_count(t, place->tool - group->first_tool + 1);
        next_cell(t);
        text_add_double(t, place->x_m);
        next_cell(t);
        text_add_double(t, place->y_m);
        next_cell(t);
        if (place->heading_deg < 0 || place->heading_deg > 0) {
            text_add_double(t, place->heading_deg);
        }
        cell_size(t, place->width_m);
        cell_size(t, place->depth_m);
        cell_size(t, place->height_m);
        cell_text(t, place->asset);
        text_addz(t, "\n");
    }
}

static void write_rails(struct text *t, const maru_plant *p) {
    text_addz(t, "x1,y1,x2,y2\n");
    for (uint32_t i = 0; i < p->n_rail; i++) {
        const struct plant_rail_node *from = &p->rail_node[p->rail[i].from];
        const struct plant_rail_node *to = &p->rail_node[p->rail[i].to];
        text_add_double(t, from->x_m);
        next_cell(t);
        text_add_double(t, from->y_m);
        next_cell(t);
        text_add_double(t, to->x_m);
        next_cell(t);
        text_add_double(t, to->y_m);
        text_addz(t, "\n");
    }
}

static maru_status put_text(struct writing *w, const char *name, maru_error *err) {
    if (w->text.status == MARU_E_LIMIT) {
        return fail_at(err, MARU_E_LIMIT, name, 0, 0, "the table would have more than 64 MiB");
    }
    if (w->text.status != MARU_OK) {
        return fail(err, w->text.status, "out of memory");
    }
    const maru_file file = {.name = name, .bytes = w->text.bytes, .n_bytes = w->text.n_bytes};
    const maru_status st = w->put(w->context, &file, err);
    text_clear(&w->text);
    return st;
}

struct table {
    const char *name;
    bool is_wanted;
    void (*write)(struct text *, const maru_plant *);
};

static bool has_moves(const maru_plant *p) {
    const size_t n = (size_t)p->n_location * p->n_location;
    for (size_t i = 0; i < n; i++) {
        if (p->move[i].kind != DIST_NONE) {
            return true;
        }
    }
    return false;
}

static maru_status write_tables(struct writing *w, maru_error *err) {
    const maru_plant *p = w->plant;
    const struct table table[] = {
        {"plant.csv", true, write_plant},
        {"products.csv", true, write_products},
        {"routes.csv", true, write_routes},
        {"tools.csv", true, write_tools},
        {"setups.csv", p->n_setup > 0, write_setups},
        {"calendars.csv", p->n_calendar > 0, write_calendars},
        {"releases.csv", true, write_releases},
        {"stock.csv", p->n_stock > 0, write_stock},
        {"moves.csv", has_moves(p), write_moves},
        {"layout.csv", p->n_place > 0, write_layout},
        {"rail.csv", p->n_rail > 0, write_rails},
    };
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof table / sizeof *table; i++) {
        if (table[i].is_wanted) {
            table[i].write(&w->text, p);
            st = put_text(w, table[i].name, err);
        }
    }
    return st;
}

static maru_status write_values(struct writing *w, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < w->plant->n_values; i++) {
        const struct plant_values *values = &w->plant->values[i];
        for (uint32_t k = 0; k < values->n_value; k++) {
            span_write(&w->text, values->value[k]);
            text_addz(&w->text, "\n");
        }
        st = put_text(w, values->file, err);
    }
    return st;
}

maru_status maru_plant_write(const maru_plant *plant, maru_put_file put, void *context,
                             maru_error *err) {
    struct writing w = {.plant = plant, .put = put, .context = context};
    text_init(&w.text, PLANT_MAX_FILE_BYTES);
    maru_status st = write_tables(&w, err);
    if (st == MARU_OK) {
        st = write_values(&w, err);
    }
    text_fini(&w.text);
    return st;
}
