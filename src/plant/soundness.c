#include "plant/soundness.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "plant/dialect/timespec.h"
#include "plant/resolve.h"

// Table by table; a cell that was at fault already is passed over, so that one slip is said once.

static const char right_span[] = "within 100 years of the start of the plant";

static maru_time from_start(const struct draft *draft, const struct moment *m) {
    return m->is_date ? m->us - draft->start : m->us;
}

// Is the moment given, good, and near enough to the start to be computed with?
static bool is_moment(struct draft *draft, struct source *at, int field, const struct moment *m) {
    if (!is_given(at, field) || is_bad(at, field)) {
        return false;
    }
    const maru_time t = from_start(draft, m);
    if (t > TIMESPEC_MAX_US || t < -TIMESPEC_MAX_US) {
        draft_fault(draft, MARU_FAULT, at, field, right_span,
                    "too far from the start of the plant");
        return false;
    }
    return true;
}

static void check_start(struct draft *draft) {
    const maru_time earliest = INT64_C(-70) * 365 * 86400 * 1000000;
    const maru_time latest = INT64_C(330) * 365 * 86400 * 1000000;
    if (draft->start < earliest || draft->start > latest) {
        draft_fault_file(draft, MARU_FAULT, NULL, 0, 0, NULL, "a year from 1901 to 2299",
                         "the plant starts in a year that dates cannot be computed from");
    }
}

// Tool groups

static void check_groups(struct draft *draft) {
    uint64_t n_tool = 0;
    for (uint32_t i = 0; i < draft->rows[TABLE_GROUP].n; i++) {
        const struct draft_group *g = draft_row(draft, TABLE_GROUP, i);
        n_tool += g->n_tool;
    }
    if (n_tool > PLANT_MAX_TOOLS) {
        draft->limit = "more than 1000000 tools";
    }
    if (draft->location.n > PLANT_MAX_LOCATIONS) {
        draft->limit = "more than 500 locations";
    }
}

// Setups

// Rows by the setup they change to; then, setup by setup, the row that named each other setup last
// tells whether a change is there twice.
static void check_double_changes(struct draft *draft) {
    const uint32_t n = draft->rows[TABLE_SETUP].n;
    const uint32_t n_setup = draft->setup.n;
    uint32_t *end = arena_take(&draft->arena, n_setup + 2, sizeof *end); // of the rows of a setup
    uint32_t *row = arena_take(&draft->arena, n + 1, sizeof *row);
    uint32_t *last =
        arena_take(&draft->arena, n_setup + 1, sizeof *last); // from -> 1 + place in row[]
    if (!end || !row || !last) {
        draft->is_short = true;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct draft_setup *s = draft_row(draft, TABLE_SETUP, i);
        if (s->to != PLANT_NONE && s->is_change) {
            end[s->to + 1]++;
        }
    }
    for (uint32_t to = 0; to < n_setup; to++) {
        end[to + 1] += end[to];
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct draft_setup *s = draft_row(draft, TABLE_SETUP, i);
        if (s->to != PLANT_NONE && s->is_change) {
            row[end[s->to]++] = i;
        }
    }
    for (uint32_t to = 0, k = 0; to < n_setup; to++) {
        for (const uint32_t first = k; k < end[to]; k++) {
            struct draft_setup *s = draft_row(draft, TABLE_SETUP, row[k]);
            uint32_t *const seen = &last[s->from + 1]; // 0: from any
            if (*seen > first) {
                const struct draft_setup *other = draft_row(draft, TABLE_SETUP, row[*seen - 1]);
                draft_fault(draft, MARU_FAULT, &s->at, SETUP_TO, "each change once",
                            "line %u has a time for this change already", other->at.line);
            }
            *seen = k + 1;
        }
    }
}

static void check_min_runs(struct draft *draft) {
    uint32_t *min_run = arena_take(&draft->arena, draft->setup.n + 1, sizeof *min_run);
    draft->is_short = draft->is_short || !min_run;
    for (uint32_t i = 0; min_run && i < draft->rows[TABLE_SETUP].n; i++) {
        struct draft_setup *s = draft_row(draft, TABLE_SETUP, i);
        if (s->to == PLANT_NONE || s->min_run == 0) {
            continue;
        }
        if (min_run[s->to] > 0 && min_run[s->to] != s->min_run) {
            char right[64];
            snprintf(right, sizeof right, "%u, or nothing", min_run[s->to]);
            draft_fault(draft, MARU_FAULT, &s->at, SETUP_MIN_RUN, right,
                        "another row gives this setup another minimum run");
        }
        min_run[s->to] = s->min_run;
    }
}

// A setup that no row and no step gives a time: said once, where a step first needs it.
static void check_timeless_setups(struct draft *draft) {
    bool *has_time = arena_take(&draft->arena, draft->setup.n + 1, sizeof *has_time);
    draft->is_short = draft->is_short || !has_time;
    for (uint32_t i = 0; has_time && i < draft->rows[TABLE_SETUP].n; i++) {
        const struct draft_setup *s = draft_row(draft, TABLE_SETUP, i);
        if (s->to != PLANT_NONE && s->is_change) {
            has_time[s->to] = true;
        }
    }
    for (uint32_t i = 0; has_time && i < draft->rows[TABLE_STEP].n; i++) {
        struct draft_step *s = draft_row(draft, TABLE_STEP, i);
        if (s->setup == PLANT_NONE || has_time[s->setup] || s->setup_time.kind != DIST_NONE) {
            continue;
        }
        has_time[s->setup] = true;
        draft_fault(draft, MARU_NOTE, &s->at, STEP_SETUP,
                    "a setup time at the step, or a row of the setup table",
                    "no time is given for changing to this setup: it takes none");
    }
}

// Calendars

static void check_calendars(struct draft *draft) {
    for (uint32_t i = 0; i < draft->rows[TABLE_CALENDAR].n; i++) {
        struct draft_calendar *c = draft_row(draft, TABLE_CALENDAR, i);
        if (is_bad(&c->at, CALENDAR_EVERY) || is_bad(&c->at, CALENDAR_DURATION)) {
            continue;
        }
        const double every = dist_mean(&c->every.dist);
        if (!(every > 0)) {
            draft_fault(draft, MARU_FAULT, &c->at, CALENDAR_EVERY,
                        c->every.by_wafers ? "1 wafer or more" : "a time above 0",
                        "the calendar would come without end");
        } else if (c->kind == DOWN_MAINTENANCE && !c->every.by_wafers &&
                   dist_mean(&c->duration) >= every) {
            draft_fault(draft, MARU_WARNING, &c->at, CALENDAR_DURATION,
                        "a duration below the time between two",
                        "the maintenance takes longer than the time until the next");
        }
    }
}

// Releases and stock

static void check_every(struct draft *draft, struct draft_release *r) {
    if (is_bad(&r->at, RELEASE_EVERY) || is_bad(&r->at, RELEASE_COUNT)) {
        return;
    }
    if (r->every.kind == DIST_NONE && is_given(&r->at, RELEASE_COUNT) && r->count > 1) {
        draft_fault(draft, MARU_FAULT, &r->at, RELEASE_EVERY, "the time between two releases",
                    "more than one release, but no time between them");
    } else if (r->every.kind != DIST_NONE && !(dist_mean(&r->every) > 0)) {
        draft_fault(draft, MARU_FAULT, &r->at, RELEASE_EVERY,
                    "a time above 0; more lots at once: the number of lots in each release",
                    "no time between releases");
    }
}

static void check_release(struct draft *draft, struct draft_release *r) {
    check_every(draft, r);
    const bool has_start = is_moment(draft, &r->at, RELEASE_START, &r->start);
    const maru_time start = has_start ? from_start(draft, &r->start) : 0;
    if (start < 0) {
        draft_fault(draft, MARU_FAULT, &r->at, RELEASE_START, "the start of the plant or later",
                    "before the start of the plant");
    }
    const bool has_due = r->due.is_date && is_moment(draft, &r->at, RELEASE_DUE, &r->due);
    if (has_due && from_start(draft, &r->due) < start) {
        draft_fault(draft, MARU_FAULT, &r->at, RELEASE_DUE, "START or later",
                    "due before it starts");
    } else if (has_due && from_start(draft, &r->due) - start > TIMESPEC_MAX_US) {
        draft_fault(draft, MARU_FAULT, &r->at, RELEASE_DUE, "at most 100 years after START",
                    "too far from the start");
    }
}

static void check_stock(struct draft *draft, struct draft_stock *s) {
    if (is_moment(draft, &s->at, STOCK_START, &s->start) && from_start(draft, &s->start) > 0) {
        draft_fault(draft, MARU_FAULT, &s->at, STOCK_START, "the start of the plant or earlier",
                    "a lot on the floor that starts after the start of the plant");
    }
    is_moment(draft, &s->at, STOCK_DUE, &s->due);
    if (s->product == PLANT_NONE || is_bad(&s->at, STOCK_STEP)) {
        return;
    }
    const struct draft_product *p = draft_row(draft, TABLE_PRODUCT, s->product);
    if (p->route != PLANT_NONE && draft_step_at(draft, p->route, s->step) == PLANT_NONE) {
        char right[64];
        snprintf(right, sizeof right, "1 to %u", draft->route.item[p->route].n_row);
        draft_fault(draft, MARU_FAULT, &s->at, STOCK_STEP, right,
                    "the route of the product has no such step");
    }
}

static void check_lots(struct draft *draft) {
    for (uint32_t i = 0; i < draft->rows[TABLE_RELEASE].n; i++) {
        check_release(draft, draft_row(draft, TABLE_RELEASE, i));
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_STOCK].n; i++) {
        check_stock(draft, draft_row(draft, TABLE_STOCK, i));
    }
    if (draft->rows[TABLE_RELEASE].n == 0 && draft->rows[TABLE_STOCK].n == 0) {
        draft_fault_file(draft, MARU_WARNING, NULL, 0, 0, NULL, "a stream of releases",
                         "nothing is released, and nothing is on the floor");
    }
}

// Products that nobody makes, routes that nobody follows

static void check_use(struct draft *draft) {
    bool *is_made = arena_take(&draft->arena, draft->rows[TABLE_PRODUCT].n + 1, sizeof *is_made);
    bool *is_followed = arena_take(&draft->arena, draft->route.n + 1, sizeof *is_followed);
    if (!is_made || !is_followed) {
        draft->is_short = true;
        return;
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_RELEASE].n; i++) {
        const struct draft_release *r = draft_row(draft, TABLE_RELEASE, i);
        if (r->product != PLANT_NONE) {
            is_made[r->product] = true;
        }
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_STOCK].n; i++) {
        const struct draft_stock *s = draft_row(draft, TABLE_STOCK, i);
        if (s->product != PLANT_NONE) {
            is_made[s->product] = true;
        }
    }
    for (uint32_t i = 0; i < draft->rows[TABLE_PRODUCT].n; i++) {
        struct draft_product *p = draft_row(draft, TABLE_PRODUCT, i);
        if (p->route != PLANT_NONE) {
            is_followed[p->route] = true;
        }
        if (!is_made[i] && p->name > 0) {
            draft_fault(draft, MARU_WARNING, &p->at, PRODUCT_NAME, "a release, or stock, of it",
                        "the product %s is never released and not on the floor",
                        draft_text(draft, p->name));
        }
    }
    for (uint32_t r = 0; r < draft->route.n; r++) {
        const struct draft_entity *route = &draft->route.item[r];
        if (!is_followed[r]) {
            struct draft_step *first = draft_row(draft, TABLE_STEP, route->row);
            draft_fault(draft, MARU_NOTE, &first->at, STEP_ROUTE, "a product that follows it",
                        "no product follows this route");
        }
    }
}

// Moves

static void check_moves(struct draft *draft) {
    const size_t n = draft->location.n;
    if (n > PLANT_MAX_LOCATIONS) {
        return; // said
    }
    bool *is_set = arena_take(&draft->arena, n * n + 1, sizeof *is_set);
    draft->is_short = draft->is_short || !is_set;
    for (uint32_t i = 0; is_set && i < draft->rows[TABLE_MOVE].n; i++) {
        struct draft_move *m = draft_row(draft, TABLE_MOVE, i);
        if (m->from == PLANT_NONE || m->to == PLANT_NONE) {
            continue;
        }
        bool *const cell = &is_set[m->from * n + m->to];
        if (*cell) {
            draft_fault(draft, MARU_FAULT, &m->at, MOVE_FROM, "each pair of locations once",
                        "another row gives the time of this move");
        }
        *cell = true;
    }
}

void draft_check(struct draft *draft) {
    check_start(draft);
    check_groups(draft);
    draft_check_steps(draft);
    draft_check_batches(draft);
    check_double_changes(draft);
    check_min_runs(draft);
    check_timeless_setups(draft);
    check_calendars(draft);
    check_lots(draft);
    check_use(draft);
    check_moves(draft);
    draft_check_places(draft);
    draft_check_rails(draft);
}

// With the frozen model

static void check_passes(struct draft *draft, const maru_plant *plant) {
    for (uint32_t r = 0; r < plant->n_route; r++) {
        const struct plant_route *route = &plant->route[r];
        for (uint32_t i = route->first_step; i < route->first_step + route->n_step; i++) {
            if (!(plant->step[i].passes <= PLANT_MAX_PASSES)) {
                struct draft_step *step = draft_row(draft, TABLE_STEP, i);
                draft_fault(
                    draft, MARU_FAULT, &step->at, -1, "shares of rework that let lots go on",
                    "rework brings a lot here more than %d times on average", PLANT_MAX_PASSES);
                break; // once a route
            }
        }
    }
}

static void check_loads(struct draft *draft, const maru_plant *plant) {
    maru_group_load *load = alloc_new(plant->n_group + 1, sizeof *load);
    if (!load) {
        draft->is_short = true;
        return;
    }
    maru_plant_load(plant, load);
    for (uint32_t g = 0; g < plant->n_group; g++) {
        if (!(load[g].load > 1)) {
            continue;
        }
        struct draft_group *group = draft_row(draft, TABLE_GROUP, g);
        if (load[g].down >= 1) {
            draft_fault(draft, MARU_WARNING, &group->at, GROUP_NAME,
                        "failures and maintenance that leave time to work",
                        "the tools are down all the time (%.1f %%)", 100 * load[g].down);
        } else {
            char right[96];
            snprintf(right, sizeof right, "%.0f tools, or fewer releases",
                     ceil(load[g].load * load[g].n_tool));
            draft_fault(draft, MARU_WARNING, &group->at, GROUP_COUNT, right,
                        "the releases ask for %.1f %% of what %s can do", 100 * load[g].load,
                        load[g].group);
        }
    }
    alloc_free(load);
}

// With fewer tools than setups that have minimum runs, all tools can hold runs whose lots stand
// behind yet another setup of the same group.
static void check_run_waits(struct draft *draft, const maru_plant *plant) {
    uint32_t *seen = alloc_new(plant->n_setup + 1, sizeof *seen); // group + 1 that needs it last
    if (!seen) {
        draft->is_short = true;
        return;
    }
    for (uint32_t g = 0; g < plant->n_group; g++) {
        if (!plant->group[g].avoids_setup) {
            continue;
        }
        uint32_t n_run = 0;
        for (uint32_t i = 0; i < plant->n_step; i++) {
            const uint32_t setup = plant->step[i].setup;
            if (plant->step[i].group == g && setup != PLANT_NONE &&
                plant->setup[setup].min_run > 1 && seen[setup] != g + 1) {
                seen[setup] = g + 1;
                n_run++;
            }
        }
        if (n_run > plant->group[g].n_tool) {
            struct draft_group *group = draft_row(draft, TABLE_GROUP, g);
            char right[80];
            snprintf(right, sizeof right, "at least %u tools, or no minimum runs here", n_run);
            draft_fault(
                draft, MARU_WARNING, &group->at, GROUP_MIN_RUN, right,
                "%u setups with minimum runs, but fewer tools (%u): lots can wait for each other "
                "until the twin gives a run up (option min_run_patience)",
                n_run, plant->group[g].n_tool);
        }
    }
    alloc_free(seen);
}

void draft_check_flow(struct draft *draft, const maru_plant *plant) {
    check_passes(draft, plant);
    if (maru_faults_count(draft->faults, MARU_FAULT) == 0) {
        check_loads(draft, plant);
        check_run_waits(draft, plant);
    }
}
