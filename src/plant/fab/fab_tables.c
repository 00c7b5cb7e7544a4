#include "base/status.h"
#include "base/text.h"
#include "plant/fab/fab.h"

#include <math.h>

// A planned fab as maru CSV tables (docs/PLANT.md).

enum { TABLE_BYTES_MAX = 1 << 30, HOT_PER_THOUSAND = 25, SPREAD_PER_CENT = 5, STREAM_STOCK = 100 };

static const char *const variants[][FAB_N_VARIANT] = {
    [FAB_NO_SETUP] = {"", "", "", ""},
    [FAB_RETICLE] = {"Reticle_A", "Reticle_B", "Reticle_C", "Reticle_D"},
    [FAB_GAS] = {"Gas_As", "Gas_B", "Gas_BF2", "Gas_P"},
    [FAB_RECIPE] = {"Recipe_A", "Recipe_B", "Recipe_C", "Recipe_D"},
};

static void add_group_name(struct text *out, const struct fab_group *group) {
    if (group->area == FAB_DELAY) {
        text_addz(out, "Delay");
        return;
    }
    text_addf(out, "%s_%s_%02u", fab_kinds[group->area].name, group->is_back ? "BE" : "FE",
              group->number);
}

static maru_status put_table(const char *name, struct text *table, maru_put_file put, void *context,
                             maru_error *err) {
    maru_status st = table->status;
    if (st == MARU_OK) {
        st = put(context,
                 &(maru_file){.name = name, .bytes = table->bytes, .n_bytes = table->n_bytes}, err);
    } else {
        st = fail(err, st, "no memory for %s", name);
    }
    text_clear(table);
    return st;
}

static void add_plant(struct text *out, const struct fab *fab) {
    text_addf(out, "name,start,time_zone\nfab of %u tools (seed %llu),2024-01-01 00:00:00,UTC\n",
              fab->spec.n_tool, (unsigned long long)fab->spec.seed);
}

static void add_products(struct text *out, const struct fab *fab) {
    text_addz(out, "product,route,family\n");
    for (uint32_t p = 0; p < fab->spec.n_product; p++) {
        text_addf(out, "part_%u,route_%u,fab\n", p + 1, p + 1);
    }
}

static void add_tools(struct text *out, const struct fab *fab) {
    text_addz(out, "tools,count,area,location,kind,load,unload,cascade,ranking,wake,min_run\n");
    for (uint32_t i = 0; i < fab->n_group; i++) {
        const struct fab_group *group = &fab->group[i];
        const struct fab_kind *kind = &fab_kinds[group->area];
        add_group_name(out, group);
        if (group->area == FAB_DELAY) {
            text_addf(out, ",%u,Delay,,delay,,,,fifo,,\n", group->n_tool);
            continue;
        }
        text_addf(out, ",%u,%s,Fab,tool,1 min,1 min,%s,\"priority desc, setup, fifo\",%s,%s\n",
                  group->n_tool, kind->name, kind->interval > 0 ? "yes" : "no",
                  group->setup != FAB_NO_SETUP ? "setup" : "any",
                  group->has_min_run ? "yes" : "no");
    }
}

// "uniform(a, b) min" around a mean.
static void add_time(struct text *out, double mean_min) {
    const double part = mean_min * SPREAD_PER_CENT / 100;
    text_addf(out, "\"uniform(%.3f, %.3f) min\"", mean_min - part, mean_min + part);
}

static void add_step_number(struct text *out, uint32_t step) {
    text_addz(out, ",");
    if (step != UINT32_MAX) {
        text_addf(out, "%u", step + 1);
    }
}

static void add_step(struct text *out, const struct fab *fab, uint32_t product, uint32_t i) {
    const struct fab_step *step = &fab->step[(size_t)product * fab->spec.n_step + i];
    const struct fab_group *group = &fab->group[step->group];
    const struct fab_kind *kind = &fab_kinds[group->area];
    text_addf(out, "route_%u,%u,%03u_%s,", product + 1, i + 1, i + 1, kind->name);
    add_group_name(out, group);
    text_addz(out, ",");
    add_time(out, step->time_min);
    text_addf(out, ",%s,", kind->is_batch ? "batch" : kind->per_wafer ? "wafer" : "lot");
    if (kind->interval > 0) {
        text_addf(out, "%.4f min", step->time_min * kind->interval);
    }
    text_addz(out, ",");
    if (kind->is_batch) {
        text_addf(out, "%u,%u", group->batch_min * 25, group->batch_max * 25);
    } else {
        text_addz(out, ",");
    }
    if (step->setup != UINT32_MAX) {
        text_addf(out, ",%s,%s", variants[group->setup][step->setup],
                  group->setup == FAB_RETICLE ? "6 min" : "");
    } else {
        text_addz(out, ",,");
    }
    add_step_number(out, step->keep_for);
    if (step->rework_to != UINT32_MAX) {
        text_addf(out, ",%.2f %%", 100 * step->rework);
    } else {
        text_addz(out, ",");
    }
    add_step_number(out, step->rework_to);
    if (step->sampling < 1) {
        text_addf(out, ",%.0f %%", 100 * step->sampling);
    } else {
        text_addz(out, ",");
    }
    if (step->queue_to != UINT32_MAX) {
        text_addf(out, ",%.0f h,%u\n", step->queue_h, step->queue_to + 1);
    } else {
        text_addz(out, ",,\n");
    }
}

static void add_routes(struct text *out, const struct fab *fab) {
    text_addz(out, "route,step,name,tools,time,per,interval,batch_min,batch_max,setup,setup_time,"
                   "keep_tool_for,rework,"
                   "rework_to,sampling,queue_limit,queue_to\n");
    for (uint32_t p = 0; p < fab->spec.n_product; p++) {
        for (uint32_t i = 0; i < fab->spec.n_step; i++) {
            add_step(out, fab, p, i);
        }
    }
}

static void add_setups(struct text *out, const struct fab *fab) {
    bool is_used[FAB_RECIPE + 1][FAB_N_VARIANT] = {{false}};
    const size_t n_step = (size_t)fab->spec.n_product * fab->spec.n_step;
    for (size_t i = 0; i < n_step; i++) {
        const struct fab_step *step = &fab->step[i];
        if (step->setup != UINT32_MAX) {
            is_used[fab->group[step->group].setup][step->setup] = true;
        }
    }
    text_addz(out, "to,from,time,min_run\n");
    for (uint32_t v = 0; v < FAB_N_VARIANT; v++) {
        if (is_used[FAB_GAS][v]) {
            text_addf(out, "%s,,25 min,4\n", variants[FAB_GAS][v]);
        }
    }
    for (uint32_t v = 0; v < FAB_N_VARIANT; v++) {
        if (is_used[FAB_RECIPE][v]) {
            text_addf(out, "%s,,8 min,\n", variants[FAB_RECIPE][v]);
        }
    }
}

static void add_maintenance(struct text *out, const struct fab_group *group, const char *name,
                            double every_days, double wafers, double hours) {
    add_group_name(out, group);
    text_addf(out, "_%s,maintenance,,", name);
    add_group_name(out, group);
    if (wafers > 0) {
        text_addf(out, ",%.0f wafers", wafers);
    } else {
        text_addf(out, ",%.0f day", every_days);
    }
    text_addf(out, ",\"uniform(%.2f, %.2f) h\"\n", hours * 0.8, hours * 1.2);
}

static void add_calendars(struct text *out, const struct fab *fab) {
    bool has_area[FAB_N_AREA] = {false};
    text_addz(out, "name,kind,area,tools,every,duration\n");
    for (uint32_t i = 0; i < fab->n_group; i++) {
        const enum fab_area area = fab->group[i].area;
        if (area != FAB_DELAY && !has_area[area]) {
            has_area[area] = true;
            text_addf(out, "%s_fails,failure,%s,,exponential(168) h,exponential(%.1f) h\n",
                      fab_kinds[area].name, fab_kinds[area].name, fab_kinds[area].repair_h);
        }
    }
    for (uint32_t i = 0; i < fab->n_group; i++) {
        const struct fab_group *group = &fab->group[i];
        if (group->area == FAB_DELAY) {
            continue;
        }
        if (group->has_weekly) {
            add_maintenance(out, group, "week", 7, 0, group->weekly_h);
        }
        // As many wafers as a tool does in a month, to the hundred.
        const double month = 30 * 25 * group->visits * fab->lots_per_day / group->n_tool;
        const double wafers = group->by_wafers && month >= 100 ? round(month / 100) * 100 : 0;
        add_maintenance(out, group, "month", 30, wafers, group->monthly_h);
        add_maintenance(out, group, "quarter", 91, 0, group->quarterly_h);
    }
}

// Raw process time, minutes, with transport.
static double raw_min(const struct fab *fab, uint32_t product) {
    double sum = 0;
    for (uint32_t i = 0; i < fab->spec.n_step; i++) {
        const struct fab_step *step = &fab->step[(size_t)product * fab->spec.n_step + i];
        sum += step->passes * step->sampling * (fab_process_min(fab, step) + 7.5);
    }
    return sum;
}

static double allowance_h(const struct fab *fab, uint32_t product) {
    return ceil(1.15 * fab->cycle_min[product] / 60);
}

static void add_releases(struct text *out, const struct fab *fab) {
    text_addz(out, "stream,product,every,wafers,priority,start,due_after\n");
    for (uint32_t p = 0; p < fab->spec.n_product; p++) {
        const double every = 1440 * fab->spec.n_product / fab->lots_per_day;
        const double hot = HOT_PER_THOUSAND / 1000.0;
        const double first = fab_draw(fab, STREAM_STOCK, UINT64_MAX - p, 0, 1);
        text_addf(out, "regular_%u,part_%u,%.3f min,25,10,%.0f min,%.0f h\n", p + 1, p + 1,
                  every / (1 - hot), first * every, allowance_h(fab, p));
        text_addf(out, "hot_%u,part_%u,%.2f min,25,20,%.0f min,%.0f h\n", p + 1, p + 1, every / hot,
                  first * every / hot, ceil(1.35 * raw_min(fab, p) / 60));
    }
}

// Lots on the floor at time 0, as many as pass by in one cycle time, spread over it.
static void add_stock_of(struct text *out, const struct fab *fab, uint32_t product) {
    const double lots = fab->lots_per_day / fab->spec.n_product / 1440 * fab->cycle_min[product];
    const uint32_t n = (uint32_t)(lots + 0.5);
    double until = 0; // minutes after release at which the lots of step i leave it
    uint32_t lot = 0;
    for (uint32_t i = 0; i < fab->spec.n_step; i++) {
        const struct fab_step *step = &fab->step[(size_t)product * fab->spec.n_step + i];
        const struct fab_group *group = &fab->group[step->group];
        const double batch = group->batch_min > 1 ? (group->batch_min - 1) / 2.0 * 1440 *
                                                        fab->spec.n_product / fab->lots_per_day
                                                  : 0;
        until += step->passes * step->sampling *
                 (fab_process_min(fab, step) + 7.5 + group->wait_min + batch);
        while (lot < n && (lot + 0.5) / n * fab->cycle_min[product] <= until) {
            const double age_h = (lot + 0.5) / n * fab->cycle_min[product] / 60;
            text_addf(out, "stock_%u_%u,part_%u,10,25,%u,,%.0f h\n", product + 1, ++lot,
                      product + 1, i + 1, allowance_h(fab, product) - floor(age_h));
        }
    }
}

static void add_stock(struct text *out, const struct fab *fab) {
    text_addz(out, "lot,product,priority,wafers,step,start,due\n");
    for (uint32_t p = 0; p < fab->spec.n_product; p++) {
        add_stock_of(out, fab, p);
    }
}

static void add_moves(struct text *out, const struct fab *fab) {
    (void)fab;
    text_addz(out, "from,to,time\nFab,Fab,\"uniform(5, 10) min\"\n");
}

maru_status fab_write(const struct fab *fab, maru_put_file put, void *context, maru_error *err) {
    static const struct {
        const char *name;
        void (*add)(struct text *out, const struct fab *fab);
    } tables[] = {
        {"plant.csv", add_plant},       {"products.csv", add_products},
        {"tools.csv", add_tools},       {"routes.csv", add_routes},
        {"setups.csv", add_setups},     {"calendars.csv", add_calendars},
        {"releases.csv", add_releases}, {"stock.csv", add_stock},
        {"moves.csv", add_moves},
    };
    struct text table;
    text_init(&table, TABLE_BYTES_MAX);
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof tables / sizeof tables[0]; i++) {
        tables[i].add(&table, fab);
        st = put_table(tables[i].name, &table, put, context, err);
    }
    text_fini(&table);
    return st;
}
