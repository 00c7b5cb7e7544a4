#include "live/view.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "plant/plant.h"

// A message is a head and three lists, docs/TWIN.md. Both views have their tools and lots in rising order,
// so what has changed is found by walking over them side by side.

enum { KIND_WHOLE = 1, KIND_CHANGES, KIND_BEAT };
enum { RISK_SHARE = 10 }; // at risk: less than 1/10 of the queue-time limit is left

// ---- views

static int by_number(const void *a, const void *b) {
    const uint32_t x = ((const struct view_lot *)a)->lot, y = ((const struct view_lot *)b)->lot;
    return (x > y) - (x < y);
}

bool view_is_at_risk(const maru_plant *plant, const maru_lot_now *lot, maru_time now) {
    if (lot->queue_end_us == INT64_MAX) {
        return false;
    }
    maru_time limit = 0; // the step's that leads here: the last one before it that has a limit
    const struct plant_route *route = &plant->route[plant->product[lot->product].route];
    for (uint32_t s = lot->step; s > route->first_step && limit == 0; s--) {
        limit = plant->step[s - 1].queue_us;
    }
    return lot->queue_end_us - now < limit / RISK_SHARE;
}

static struct view_lot told(const maru_plant *plant, const maru_lot_now *lot, maru_time now,
                            int32_t usual) {
    unsigned what = (unsigned)lot->where;
    what |= lot->due_us < now ? VIEW_LOT_LATE : 0;
    what |= view_is_at_risk(plant, lot, now) ? VIEW_LOT_AT_RISK : 0;
    what |= lot->priority > usual ? VIEW_LOT_HOT : 0;
    return (struct view_lot){.lot = lot->lot,
                             .place = lot->where == MARU_LOT_IN_TOOL ? lot->tool : lot->group,
                             .step =
                                 lot->step - plant->route[plant->step[lot->step].route].first_step,
                             .product = lot->product,
                             .wafers = lot->wafers,
                             .priority = lot->priority,
                             .what = (uint8_t)what};
}

int32_t view_usual_priority(const maru_plant *plant) {
    const struct plant_release *most = NULL;
    double rate = -1;
    for (uint32_t i = 0; i < plant->n_release; i++) {
        const struct plant_release *release = &plant->release[i];
        const double mean = dist_mean(&release->every);
        const double its = release->lots_each / (mean > 1 ? mean : 1);
        if (its > rate) {
            rate = its;
            most = release;
        }
    }
    return most ? most->priority : 0;
}

maru_status view_new(const maru_sim *sim, int32_t usual, struct view **out, maru_error *err) {
    const uint32_t n_tool = maru_sim_tool_count(sim), n_lot = maru_sim_lot_count(sim);
    const maru_plant *plant = maru_model_plant(maru_sim_model(sim));
    struct view *view = alloc_new(1, sizeof *view);
    maru_tool_now *tool = alloc_new(n_tool, sizeof *tool);
    maru_lot_now *lot = alloc_new((size_t)n_lot + 1, sizeof *lot);
    if (!view || !tool || !lot) {
        goto no_memory;
    }
    view->tool = alloc_new((size_t)n_tool + 1, sizeof *view->tool);
    view->lot = alloc_new((size_t)n_lot + 1, sizeof *view->lot);
    if (!view->tool || !view->lot) {
        goto no_memory;
    }
    maru_sim_look_at_tools(sim, tool);
    maru_sim_look_at_lots(sim, lot);
    view->time_us = maru_sim_now(sim);
    view->n_tool = n_tool;
    view->n_lot = n_lot;
    for (uint32_t i = 0; i < n_tool; i++) {
        view->tool[i] = (uint8_t)tool[i].state;
    }
    for (uint32_t i = 0; i < n_lot; i++) {
        view->lot[i] = told(plant, &lot[i], view->time_us, usual);
    }
    qsort(view->lot, n_lot, sizeof *view->lot, by_number);
    atomic_init(&view->n_holder, 1);
    alloc_free(tool);
    alloc_free(lot);
    *out = view;
    return MARU_OK;
no_memory:
    if (view) {
        alloc_free(view->tool);
        alloc_free(view->lot);
    }
    alloc_free(view);
    alloc_free(tool);
    alloc_free(lot);
    return fail(err, MARU_E_MEMORY, "no memory to look at a twin");
}

void view_hold(struct view *view) { atomic_fetch_add(&view->n_holder, 1); }

void view_release(struct view *view) {
    if (view && atomic_fetch_sub(&view->n_holder, 1) == 1) {
        alloc_free(view->tool);
        alloc_free(view->lot);
        alloc_free(view);
    }
}

// ---- bytes

static void add_little_endian(struct text *out, uint64_t value, size_t n) {
    char bytes[8];
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (char)(unsigned char)(value >> (8 * i));
    }
    text_add(out, bytes, n);
}

static void add_number(struct text *out, uint64_t value) { // LEB128
    char bytes[10];
    size_t n = 0;
    do {
        const unsigned more = value > 127 ? 128 : 0;
        bytes[n++] = (char)(unsigned char)((value & 127) | more);
        value >>= 7;
    } while (value > 0);
    text_add(out, bytes, n);
}

static void add_signed(struct text *out, int64_t value) {
    add_number(out, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static void add_byte(struct text *out, uint8_t value) { text_add(out, (const char *)&value, 1); }

// An entry's number, told by what lies between it and the one before.
struct gaps {
    uint32_t next; // the smallest number that may come
};
static void add_gap(struct text *out, struct gaps *gaps, uint32_t number) {
    add_number(out, number - gaps->next);
    gaps->next = number + 1;
}

// A list whose length is known only behind it: entries are counted in a first round, without `out`.
static uint32_t tools(struct text *out, const struct view *before, const struct view *now) {
    struct gaps gaps = {0};
    uint32_t n = 0;
    for (uint32_t i = 0; i < now->n_tool; i++) {
        if (before && before->tool[i] == now->tool[i]) {
            continue;
        }
        n++;
        if (out) {
            add_gap(out, &gaps, i);
            add_byte(out, now->tool[i]);
        }
    }
    return n;
}

static uint32_t lots_gone(struct text *out, const struct view *before, const struct view *now) {
    struct gaps gaps = {0};
    uint32_t n = 0, k = 0;
    for (uint32_t i = 0; before && i < before->n_lot; i++) {
        const uint32_t lot = before->lot[i].lot;
        while (k < now->n_lot && now->lot[k].lot < lot) {
            k++;
        }
        if (k == now->n_lot || now->lot[k].lot != lot) {
            n++;
            if (out) {
                add_gap(out, &gaps, lot);
            }
        }
    }
    return n;
}

static void add_lot(struct text *out, struct gaps *gaps, const struct view_lot *lot, bool is_new) {
    add_gap(out, gaps, lot->lot);
    add_byte(out, is_new ? lot->what | VIEW_LOT_DETAILS : lot->what);
    add_number(out, lot->place);
    add_number(out, lot->step);
    if (is_new) {
        add_number(out, lot->product);
        add_number(out, lot->wafers);
        add_signed(out, lot->priority);
    }
}

static uint32_t lots(struct text *out, const struct view *before, const struct view *now) {
    struct gaps gaps = {0};
    uint32_t n = 0, k = 0;
    for (uint32_t i = 0; i < now->n_lot; i++) {
        const struct view_lot *lot = &now->lot[i], *old = NULL;
        while (before && k < before->n_lot && before->lot[k].lot < lot->lot) {
            k++;
        }
        if (before && k < before->n_lot && before->lot[k].lot == lot->lot) {
            old = &before->lot[k];
        }
        if (old && old->what == lot->what && old->place == lot->place && old->step == lot->step) {
            continue;
        }
        n++;
        if (out) {
            add_lot(out, &gaps, lot, !old);
        }
    }
    return n;
}

void view_write(struct text *out, const struct view *before, const struct view *now) {
    typedef uint32_t (*list)(struct text *, const struct view *, const struct view *);
    static const list LIST[] = {tools, lots_gone, lots};
    enum { N_LIST = sizeof LIST / sizeof LIST[0] };
    uint32_t n[N_LIST], n_all = 0;
    before = before && before->n_tool == now->n_tool ? before : NULL;
    for (size_t i = 0; i < N_LIST; i++) {
        n[i] = LIST[i](NULL, before, now);
        n_all += n[i];
    }
    const size_t start = out->n_bytes;
    const bool jumped = before && before->n_jump != now->n_jump;
    uint32_t speed;
    memcpy(&speed, &now->speed, sizeof speed);
    add_little_endian(out, 0, 4);
    add_byte(out, !before ? KIND_WHOLE : n_all > 0 ? KIND_CHANGES : KIND_BEAT);
    add_byte(out, (uint8_t)(now->flags | (jumped ? VIEW_JUMPED : 0)));
    add_little_endian(out, 0, 2);
    add_little_endian(out, speed, 4);
    add_little_endian(out, (uint64_t)now->time_us, 8);
    add_little_endian(out, (uint64_t)now->end_us, 8);
    for (size_t i = 0; i < N_LIST && (!before || n_all > 0); i++) {
        add_number(out, n[i]);
        LIST[i](out, before, now);
    }
    if (out->status == MARU_OK) {
        const uint32_t length = (uint32_t)(out->n_bytes - start - 4);
        for (size_t i = 0; i < 4; i++) {
            out->bytes[start + i] = (char)(unsigned char)(length >> (8 * i));
        }
    }
}
