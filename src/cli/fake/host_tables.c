#include "cli/fake/host_tables.h"

#include "base/status.h"
#include "connect/fake/fake_modbus.h"
#include "live/fake/life.h"
#include "plant/dialect/timespec.h"
#include "plant/plant.h"

// equipment.csv (docs/EQUIPMENT.md) is for Sparkplug's names: the equipment is GROUP/NODE/DEVICE, the signal a tag.
// Units are wafers. The ideal time of one is the time of its step alone, in a batch that is full: loading and
// unloading, half batches, and tools slower than the tables say are what OEE calls lost speed.

static void add_meaning(struct text *out, const struct fake_plan *plan,
                        const struct fake_device *device, const char *signal, const char *value,
                        const char *means) {
    struct text name;
    text_init(&name, 1 << 12);
    text_addf(&name, "%s/%s/%s", plan->plant, device->node, device->name);
    text_add_csv(out, name.bytes ? name.bytes : "");
    text_addz(out, ",");
    text_add_csv(out, device->tool);
    text_addf(out, ",%s,%s,%s\n", signal, value, means);
    text_fini(&name);
}

static void add_meanings(const struct fake_plan *plan, struct text *out) {
    static const char *const state[][2] = {{"productive", "productive"},
                                           {"standby", "standby"},
                                           {"setup", "scheduled down: setup"},
                                           {"maintenance", "maintenance"},
                                           {"failed", "failed"},
                                           {"engineering", "engineering"},
                                           {"non-scheduled", "non-scheduled"}};
    text_addz(out, "equipment,tool,signal,value,means\n");
    for (uint32_t i = 0; i < plan->n_device; i++) {
        const struct fake_device *device = &plan->device[i];
        if (device->tool[0] == '\0') {
            continue;
        }
        for (size_t s = 0; s < sizeof state / sizeof state[0]; s++) {
            add_meaning(out, plan, device, "State", state[s][0], state[s][1]);
        }
        add_meaning(out, plan, device, "Job/Lot", "", "lot");
        add_meaning(out, plan, device, "Job/Product", "", "product");
        add_meaning(out, plan, device, "Job/Step", "", "step");
        add_meaning(out, plan, device, "Count/Good", "", "good total");
        add_meaning(out, plan, device, "Count/Scrap", "", "scrap total");
    }
}

// ---- ideal times

static uint32_t wafers_of(const maru_plant *plant, uint32_t product) {
    for (uint32_t i = 0; i < plant->n_release; i++) {
        if (plant->release[i].product == product && plant->release[i].wafers > 0) {
            return plant->release[i].wafers;
        }
    }
    return PLANT_LOT_WAFERS;
}

// us a wafer at best; 0: it takes no time.
static double ideal_of(const struct plant_step *step, uint32_t wafers) {
    const bool is_cascade = step->interval_us > 0;
    const double us = is_cascade ? (double)step->interval_us : dist_mean(&step->time);
    return step->per == PER_WAFER ? us : us / (step->batch_max > 0 ? step->batch_max : wafers);
}

static void add_ideals(const struct host_tables_options *options, struct text *out) {
    const maru_plant *plant = options->plant;
    text_addz(out, "product,step,tool,ideal\n");
    for (uint32_t p = 0; p < plant->n_product; p++) {
        const struct plant_route *route = &plant->route[plant->product[p].route];
        const uint32_t wafers = wafers_of(plant, p);
        for (uint32_t k = 0; k < route->n_step; k++) {
            const double us =
                ideal_of(&plant->step[route->first_step + k], wafers) / options->speed;
            if (us >= 1) {
                text_add_csv(out, plant->product[p].name);
                text_addf(out, ",%u,,", k + 1);
                span_write(out, (maru_time)us);
                text_addz(out, "\n");
            }
        }
    }
}

// ---- where signals stand, and windows of fault detection

// A tool's signals stand in an asset that is called as the tool is, GROUP/1: so they meet the floor's events, which name
// tools so.
static void add_assets(const struct host_tables_options *options, struct text *out) {
    const struct fake_plan *plan = options->plan;
    struct text pattern;
    text_init(&pattern, 1 << 12);
    text_addz(out, "asset,level,name,tool,signals\n");
    for (uint32_t i = 0; i < plan->n_device; i++) {
        const struct fake_device *device = &plan->device[i];
        if (device->tool[0] == '\0') {
            continue;
        }
        text_clear(&pattern);
        text_addf(&pattern, "*/%s/%s/%s/**", plan->plant, device->node, device->name);
        text_add_csv(out, device->tool);
        text_addz(out, ",tool,");
        text_add_csv(out, device->tool);
        text_addz(out, ",");
        text_add_csv(out, device->tool);
        text_addz(out, ",");
        text_add_csv(out, pattern.bytes ? pattern.bytes : "");
        text_addz(out, "\n");
    }
    text_fini(&pattern);
}

// A row a tool group: what its tools measure from the start of a lot to its end. Not its first quarter, in which set
// points are reached; means and spreads of what is controlled and of what drives it, few enough for a monitor of some
// twenty runs. The coolant follows too slowly; vibration, leaks and particles show wear alone.
// Tools that take many lots at once have none: each of these lots would be a run, all of them the same one, and limits
// would be learnt from fewer runs than are counted.
static bool has_batches(const maru_plant *plant, uint32_t group) {
    for (uint32_t i = 0; i < plant->n_step; i++) {
        if (plant->step[i].group == group && plant->step[i].batch_max > 0) {
            return true;
        }
    }
    return false;
}

static void add_windows(const struct host_tables_options *options, struct text *out) {
    static const enum fake_variable looked_at[] = {FAKE_TEMPERATURE, FAKE_FLOW, FAKE_POWER,
                                                   FAKE_CURRENT};
    const maru_plant *plant = options->plant;
    struct text cell;
    text_init(&cell, 1 << 12);
    text_addz(out, "window,tool,signals,by,head,features,least\n");
    for (uint32_t g = 0; g < plant->n_group; g++) {
        if (plant->group[g].is_delay || plant->group[g].n_tool == 0 || has_batches(plant, g)) {
            continue;
        }
        text_clear(&cell);
        text_addf(&cell, "%s-run", plant->group[g].name);
        text_add_csv(out, cell.bytes ? cell.bytes : "");
        text_addz(out, ",");
        text_clear(&cell);
        text_addf(&cell, "%s/*", plant->group[g].name);
        text_add_csv(out, cell.bytes ? cell.bytes : "");
        for (size_t i = 0; i < sizeof looked_at / sizeof looked_at[0]; i++) {
            const uint32_t tag = (uint32_t)LIFE_TAG_PROCESS + (uint32_t)looked_at[i];
            text_addf(out, "%s%s", i > 0 ? " " : ",", life_tag_kind((enum life_tag)tag)->name);
        }
        text_addz(out, ",events,25 %,mean sd,10\n");
    }
    text_fini(&cell);
}

static maru_status put(struct written *written, const char *name, struct text *text,
                       maru_error *err) {
    if (text->status != MARU_OK) {
        return fail(err, text->status, "no memory");
    }
    const maru_file file = {name, text->bytes, text->n_bytes, NULL};
    const maru_status st = written_put(written, &file, err);
    text_clear(text);
    return st;
}

maru_status host_tables_write(const struct host_tables_options *options, struct written *written,
                              maru_error *err) {
    const struct fake_plan *plan = options->plan;
    struct text text;
    text_init(&text, (size_t)1 << 30);
    maru_status st = written_begin(written, true, err);
    st = st == MARU_OK ? fake_modbus_write_table(plan, &text, err) : st;
    st = st == MARU_OK ? put(written, "registers.csv", &text, err) : st;
    st = st == MARU_OK ? fake_secs_write_profile(plan, &text, err) : st;
    st = st == MARU_OK ? put(written, "secs_tool.csv", &text, err) : st;
    st = st == MARU_OK ? fake_secs_write_tools(plan, options->secs, &text, err) : st;
    st = st == MARU_OK ? put(written, "secs_tools.csv", &text, err) : st;
    if (st == MARU_OK) {
        add_meanings(plan, &text);
        st = put(written, "equipment.csv", &text, err);
    }
    if (st == MARU_OK) {
        add_ideals(options, &text);
        st = put(written, "ideals.csv", &text, err);
    }
    if (st == MARU_OK) {
        add_assets(options, &text);
        st = put(written, "assets.csv", &text, err);
    }
    if (st == MARU_OK) {
        add_windows(options, &text);
        st = put(written, "windows.csv", &text, err);
    }
    text_fini(&text);
    return st;
}
