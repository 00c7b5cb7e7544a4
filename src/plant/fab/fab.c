#include "plant/fab/fab.h"

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"

#include <math.h>
#include <string.h>

// A fab is planned in this order.
//
//   groups     each area gets its share of the groups, half of them for the front end of the line,
//              half for the back end
//   routes     layers of about 12 steps, front end then back end, each with one exposure; each step
//              draws a group of its area and end and a time around the group's; groups that no step
//              has drawn are dropped
//   rates      one lot a day asks for x_g tools of group g at the wanted load. The rate is the
//              highest for which the rounded-up tools are not more than there are; what is left
//              goes to the groups with the highest load; then the rate is raised until the busiest
//              group is at the load.
//   waits      by Kingman's and Sakasegawa's formulas (Hopp and Spearman, Factory Physics, ch. 8),
//              for the lots that are on the floor at time 0: each step holds rate * (process +
//              wait) of them, by Little's law
//
// All numbers are our own, of the order of those of real fabs. No table of SMT2020 is copied.

enum { LOT_WAFERS = 25, LAYER_STEPS = 12, MAX_GROUPS = 512 };
enum { STREAM_GROUP = 1, STREAM_ROUTE, STREAM_STEP }; // of random numbers

static const double day_min = 1440, week_h = 168, load_min = 2; // load and unload
static const double move_min = 7.5;

const struct fab_kind fab_kinds[FAB_N_AREA] = {
    //               name         wafer  batch  sampled low  high  next  repair
    [FAB_LITHO] = {"Litho", true, false, false, 0.9, 1.6, 0, 9.5},
    [FAB_DRY] = {"Dry_Etch", true, false, false, 1.5, 3.0, 0, 4.2},
    [FAB_WET] = {"Wet_Etch", true, false, false, 0.9, 2.0, 0.75, 3.4},
    [FAB_DIFFUSION] = {"Diffusion", false, true, false, 180, 420, 0, 2.6},
    [FAB_TF] = {"TF", false, false, false, 35, 75, 0.85, 6.8},
    [FAB_IMPLANT] = {"Implant", true, false, false, 0.9, 1.7, 0.75, 8.8},
    [FAB_LITHO_MET] = {"Litho_Met", false, false, true, 14, 26, 0, 0.7},
    [FAB_DEF_MET] = {"Def_Met", false, false, true, 18, 38, 0, 0.7},
    [FAB_PLANAR] = {"Planar", false, false, false, 30, 60, 0.70, 3.2},
    [FAB_DIELECTRIC] = {"Dielectric", false, false, false, 40, 85, 0.90, 8.6},
    [FAB_TF_MET] = {"TF_Met", false, false, true, 12, 24, 0, 0.7},
    [FAB_DELAY] = {"Delay", false, false, false, 120, 240, 0, 0},
};

// Layers: the areas of their steps in order. FAB_N_AREA ends a layer.
static const enum fab_area front_layer[] = {
    FAB_WET, FAB_DIFFUSION, FAB_TF_MET, FAB_LITHO, FAB_DEF_MET, FAB_LITHO_MET, FAB_IMPLANT,
    FAB_WET, FAB_DEF_MET,   FAB_DRY,    FAB_WET,   FAB_TF_MET,  FAB_N_AREA};
static const enum fab_area back_layer[] = {
    FAB_DIELECTRIC, FAB_TF_MET, FAB_LITHO,  FAB_DEF_MET, FAB_LITHO_MET, FAB_DRY,   FAB_WET,
    FAB_DEF_MET,    FAB_TF,     FAB_PLANAR, FAB_WET,     FAB_TF_MET,    FAB_N_AREA};

double fab_draw(const struct fab *fab, uint64_t stream, uint64_t counter, double low, double high) {
    const struct random_block block = random_at(fab->spec.seed, stream, counter);
    return low + (high - low) * random_open((uint64_t)block.word[0] << 32 | block.word[1]);
}

// ---- groups ----

// Areas in the order of the enum: a small fab has only the first ones.
static uint32_t count_areas(const struct fab *fab) {
    const uint32_t all = FAB_DELAY; // the delay is no area of tools
    return fab->spec.n_tool / 2 < all
               ? (fab->spec.n_tool + 1) / 2 > 5 ? (fab->spec.n_tool + 1) / 2 : 5
               : all;
}

static uint32_t count_groups(const struct fab *fab, uint32_t n_area) {
    const uint32_t tools = fab->spec.n_tool;
    const uint32_t wanted = tools <= 1050 ? tools / 10 : 105 + (tools - 1050) / 50;
    // Two steps for each group at least, so that few are dropped again.
    const uint32_t most = fab->spec.n_product * fab->spec.n_step / 2;
    uint32_t n = wanted < most ? wanted : most;
    n = n < MAX_GROUPS - 1 ? n : MAX_GROUPS - 1;
    return n > n_area ? n : n_area;
}

static double down_of_calendar(const struct fab_group *group) {
    const double repair = fab_kinds[group->area].repair_h;
    return repair / (week_h + repair) + (group->has_weekly ? group->weekly_h / week_h : 0) +
           group->monthly_h / (30 * 24) + group->quarterly_h / (91 * 24);
}

static enum fab_setup draw_setup(enum fab_area area, double chance) {
    switch (area) {
    case FAB_LITHO:
        return chance < 0.3 ? FAB_RETICLE : FAB_NO_SETUP;
    case FAB_IMPLANT:
        return chance < 0.5 ? FAB_GAS : FAB_NO_SETUP;
    case FAB_DRY:
        return chance < 0.2 ? FAB_RECIPE : FAB_NO_SETUP;
    case FAB_WET:
    case FAB_DIFFUSION:
    case FAB_TF:
    case FAB_LITHO_MET:
    case FAB_DEF_MET:
    case FAB_PLANAR:
    case FAB_DIELECTRIC:
    case FAB_TF_MET:
    case FAB_DELAY:
    case FAB_N_AREA:
        break;
    }
    return FAB_NO_SETUP;
}

static void draw_group(const struct fab *fab, struct fab_group *group, uint64_t counter) {
    const struct fab_kind *kind = &fab_kinds[group->area];
    const uint64_t at = counter * 8;
    group->time_min = fab_draw(fab, STREAM_GROUP, at, kind->low_min, kind->high_min);
    group->setup = draw_setup(group->area, fab_draw(fab, STREAM_GROUP, at + 1, 0, 1));
    group->has_weekly = fab_draw(fab, STREAM_GROUP, at + 2, 0, 1) < 0.75;
    group->by_wafers = fab_draw(fab, STREAM_GROUP, at + 3, 0, 1) < 0.3;
    const double scale = kind->is_sampled ? 0.4 : 1; // metrology needs less care
    group->weekly_h = scale * fab_draw(fab, STREAM_GROUP, at + 4, 1.5, 4);
    group->monthly_h = scale * fab_draw(fab, STREAM_GROUP, at + 5, 5, 10);
    group->quarterly_h = scale * fab_draw(fab, STREAM_GROUP, at + 6, 9, 18);
    group->up = group->area == FAB_DELAY ? 1 : 1 - down_of_calendar(group);
    group->batch_max =
        kind->is_batch ? 4 + (uint32_t)fab_draw(fab, STREAM_GROUP, at + 7, 0, 3) : 0; // 4 to 6 lots
    group->batch_min = group->batch_max > 0 ? group->batch_max - 1 : 0;
}

static void make_groups(struct fab *fab) {
    const uint32_t n_area = count_areas(fab), n = count_groups(fab, n_area);
    for (uint32_t i = 0; i < n; i++) {
        struct fab_group *group = &fab->group[i];
        *group =
            (struct fab_group){.area = (enum fab_area)(i % n_area), .is_back = i / n_area % 2 == 1};
        draw_group(fab, group, i);
    }
    fab->group[n] = (struct fab_group){.area = FAB_DELAY};
    draw_group(fab, &fab->group[n], n);
    fab->n_group = n + 1;
}

// ---- routes ----

// Groups of an area that work for this end of the line; both ends where there is only one.
static uint32_t find_groups(const struct fab *fab, enum fab_area area, bool is_back,
                            uint32_t *found) {
    uint32_t n = 0, n_area = 0;
    for (uint32_t i = 0; i < fab->n_group; i++) {
        if (fab->group[i].area == area && fab->group[i].is_back == is_back) {
            found[n++] = i;
        }
    }
    for (uint32_t i = 0; n == 0 && i < fab->n_group; i++) {
        if (fab->group[i].area == area) {
            found[n_area++] = i;
        }
    }
    return n > 0 ? n : n_area;
}

static struct fab_step draw_step(const struct fab *fab, uint32_t group, uint64_t counter) {
    const struct fab_kind *kind = &fab_kinds[fab->group[group].area];
    const uint64_t at = counter * 8;
    struct fab_step step = {
        .group = group,
        .time_min = fab->group[group].time_min * fab_draw(fab, STREAM_STEP, at, 0.75, 1.25),
        .sampling =
            kind->is_sampled ? 0.2 + 0.1 * (int)fab_draw(fab, STREAM_STEP, at + 1, 0, 6) : 1,
        .passes = 1,
        .setup = UINT32_MAX,
        .rework_to = UINT32_MAX,
        .keep_for = UINT32_MAX,
        .queue_to = UINT32_MAX};
    if (fab->group[group].setup != FAB_NO_SETUP) {
        step.setup = (uint32_t)fab_draw(fab, STREAM_STEP, at + 2, 0, FAB_N_VARIANT);
    }
    return step;
}

// The next step of a layer whose area this fab has; the layer begins anew when it is over.
static enum fab_area next_area(const uint32_t *n_of_area, const enum fab_area *layer, uint32_t *at,
                               bool *is_over) {
    for (;;) {
        if (layer[*at] == FAB_N_AREA) {
            *at = 0;
            *is_over = true;
        }
        const enum fab_area area = layer[(*at)++];
        if (n_of_area[area] > 0) {
            return area;
        }
    }
}

static void make_route(const struct fab *fab, uint32_t product, const uint32_t *n_of_area,
                       uint32_t *found) {
    struct fab_step *step = fab->step + (size_t)product * fab->spec.n_step;
    const uint32_t n_front = fab->spec.n_step / 2;
    uint32_t at = 0, layer = 0;
    bool is_back = false;
    for (uint32_t i = 0; i < fab->spec.n_step; i++) {
        bool is_over = false;
        enum fab_area area =
            next_area(n_of_area, is_back ? back_layer : front_layer, &at, &is_over);
        if (is_over) {
            layer++;
            const bool was_back = is_back;
            is_back = i >= n_front;
            at = is_back != was_back ? 0 : at;
            // A lot rests after every sixth layer, as after an anneal.
            area = is_back != was_back ? next_area(n_of_area, back_layer, &at, &is_over) : area;
            area = layer % 6 == 0 ? FAB_DELAY : area;
        }
        const uint64_t counter = (uint64_t)product * FAB_MAX_STEPS + i;
        const uint32_t n = find_groups(fab, area, is_back && area != FAB_DELAY, found);
        const uint32_t drawn = (uint32_t)fab_draw(fab, STREAM_ROUTE, counter, 0, n);
        step[i] = draw_step(fab, found[drawn < n ? drawn : n - 1], counter);
    }
}

static enum fab_area area_of(const struct fab *fab, const struct fab_step *step) {
    return fab->group[step->group].area;
}

// What binds steps together: rework to the exposure, the same lens again, limits between clean and
// furnace.
static void bind_steps(const struct fab *fab, uint32_t product) {
    struct fab_step *step = fab->step + (size_t)product * fab->spec.n_step;
    uint32_t exposure = UINT32_MAX, n_exposure = 0, n_clean = 0;
    for (uint32_t i = 0; i < fab->spec.n_step; i++) {
        const uint64_t at = ((uint64_t)product * FAB_MAX_STEPS + i) * 8;
        const enum fab_area area = area_of(fab, &step[i]);
        if (area == FAB_LITHO) {
            exposure = i;
            n_exposure++;
            // Every third exposure binds the next one on the same tools.
            for (uint32_t k = i + 1; n_exposure % 3 == 0 && k < fab->spec.n_step; k++) {
                if (step[k].group == step[i].group) {
                    step[i].keep_for = k;
                    break;
                }
            }
        } else if (area == FAB_LITHO_MET && exposure != UINT32_MAX) {
            step[i].rework_to = exposure;
            step[i].rework = fab_draw(fab, STREAM_STEP, at + 3, 0.005, 0.018);
            const double back = step[i].sampling * step[i].rework;
            for (uint32_t k = exposure; k <= i; k++) {
                step[k].passes /= 1 - back;
            }
            exposure = UINT32_MAX;
        } else if (area == FAB_WET && i + 1 < fab->spec.n_step &&
                   area_of(fab, &step[i + 1]) == FAB_DIFFUSION) {
            n_clean++;
            step[i].queue_to = n_clean % 2 == 0 ? i + 1 : UINT32_MAX;
        }
    }
}

// Take out the groups that no step has drawn; the delay stays last, and goes when it is not used.
static void drop_groups(struct fab *fab, uint32_t *new_index) {
    const size_t n_step = (size_t)fab->spec.n_product * fab->spec.n_step;
    memset(new_index, 0, fab->n_group * sizeof *new_index);
    for (size_t i = 0; i < n_step; i++) {
        new_index[fab->step[i].group] = 1;
    }
    uint32_t n = 0, number[FAB_N_AREA][2] = {{0}};
    for (uint32_t i = 0; i < fab->n_group; i++) {
        if (new_index[i] == 0) {
            continue;
        }
        fab->group[n] = fab->group[i];
        fab->group[n].number = ++number[fab->group[n].area][fab->group[n].is_back];
        new_index[i] = n++;
    }
    fab->n_group = n;
    for (size_t i = 0; i < n_step; i++) {
        fab->step[i].group = new_index[fab->step[i].group];
    }
}

static void make_routes(struct fab *fab, uint32_t *scratch) {
    uint32_t n_of_area[FAB_N_AREA] = {0};
    for (uint32_t i = 0; i < fab->n_group; i++) {
        n_of_area[fab->group[i].area]++;
    }
    for (uint32_t p = 0; p < fab->spec.n_product; p++) {
        make_route(fab, p, n_of_area, scratch);
    }
    drop_groups(fab, scratch);
    for (uint32_t p = 0; p < fab->spec.n_product; p++) {
        bind_steps(fab, p);
    }
}

// ---- rates ----

double fab_process_min(const struct fab *fab, const struct fab_step *step) {
    const struct fab_kind *kind = &fab_kinds[area_of(fab, step)];
    const double hands = area_of(fab, step) == FAB_DELAY ? 0 : load_min;
    if (!kind->per_wafer) {
        return hands + step->time_min;
    }
    const double next = kind->interval > 0 ? kind->interval : 1;
    return hands + step->time_min * (1 + next * (LOT_WAFERS - 1));
}

double fab_occupancy_min(const struct fab *fab, const struct fab_step *step) {
    const struct fab_kind *kind = &fab_kinds[area_of(fab, step)];
    if (kind->interval > 0) {
        return step->time_min * kind->interval * (kind->per_wafer ? LOT_WAFERS : 1);
    }
    // Batches begin before they are full: half a lot is missing on average.
    const uint32_t lots = fab->group[step->group].batch_max;
    return fab_process_min(fab, step) / (lots > 0 ? lots - 0.5 : 1);
}

// Minutes of setup that a lot is expected to cost: lots of the same setup are taken one after the
// other where they can.
static double setup_min(enum fab_setup setup) {
    switch (setup) {
    case FAB_RETICLE:
        return 6 * 0.6;
    case FAB_GAS:
        return 25 * 0.3;
    case FAB_RECIPE:
        return 8 * 0.35;
    case FAB_NO_SETUP:
        break;
    }
    return 0;
}

static void sum_visits(struct fab *fab) {
    const size_t n_step = (size_t)fab->spec.n_product * fab->spec.n_step;
    for (size_t i = 0; i < n_step; i++) {
        const struct fab_step *step = &fab->step[i];
        struct fab_group *group = &fab->group[step->group];
        const double visits = step->passes * step->sampling / fab->spec.n_product;
        group->visits += visits;
        group->tool_min += visits * fab_occupancy_min(fab, step);
        group->setup_min += visits * setup_min(group->setup);
    }
}

// Share of the time of one tool that is up, for one lot a day.
static double tools_for_one(const struct fab_group *group) {
    return (group->tool_min + group->setup_min) / (day_min * group->up);
}

static uint32_t tools_for(const struct fab *fab, double lots_per_day) {
    double sum = 0;
    for (uint32_t i = 0; i < fab->n_group; i++) {
        if (fab->group[i].area != FAB_DELAY) {
            const double n = ceil(lots_per_day * tools_for_one(&fab->group[i]) / fab->spec.load);
            sum += n > 1 ? n : 1;
        }
    }
    return sum > FAB_MAX_TOOLS * 2 ? FAB_MAX_TOOLS * 2 : (uint32_t)sum;
}

static uint32_t busiest_group(const struct fab *fab) {
    uint32_t best = 0;
    double best_load = -1;
    for (uint32_t i = 0; i < fab->n_group; i++) {
        const struct fab_group *group = &fab->group[i];
        const double load = group->area == FAB_DELAY ? -1 : tools_for_one(group) / group->n_tool;
        best = load > best_load ? i : best;
        best_load = load > best_load ? load : best_load;
    }
    return best;
}

// Minimum runs need several tools a setup: where every tool holds out for lots of its own setup,
// and those can only come through a step that needs another one, nothing moves any more.
static void fit_setups(struct fab *fab) {
    const size_t n_step = (size_t)fab->spec.n_product * fab->spec.n_step;
    for (uint32_t i = 0; i < fab->n_group; i++) {
        struct fab_group *group = &fab->group[i];
        group->has_min_run = group->setup == FAB_GAS && group->n_tool >= 2 * FAB_N_VARIANT;
    }
    for (size_t i = 0; i < n_step; i++) {
        struct fab_step *step = &fab->step[i];
        const uint32_t n_tool = fab->group[step->group].n_tool;
        if (step->setup != UINT32_MAX && n_tool < 2 * FAB_N_VARIANT) {
            step->setup %= n_tool / 2 > 1 ? n_tool / 2 : 1;
        }
    }
}

// A batch waits for its lots at least this long on average, so small flows get small batches.
static void fit_batches(struct fab *fab) {
    const double most_wait_min = 8 * 60;
    for (uint32_t i = 0; i < fab->n_group; i++) {
        struct fab_group *group = &fab->group[i];
        if (group->batch_max > 0) {
            const double lots_min =
                fab->lots_per_day / fab->spec.n_product / day_min; // of one route and step
            const uint32_t fill = 1 + (uint32_t)(2 * most_wait_min * lots_min);
            group->batch_min = fill < group->batch_max ? fill : group->batch_max - 1;
        }
    }
}

static void share_tools(struct fab *fab) {
    double low = 0, high = 1e6;
    for (int i = 0; i < 100; i++) {
        const double middle = (low + high) / 2;
        if (tools_for(fab, middle) <= fab->spec.n_tool) {
            low = middle;
        } else {
            high = middle;
        }
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < fab->n_group; i++) {
        struct fab_group *group = &fab->group[i];
        if (group->area != FAB_DELAY) {
            const double tools = ceil(low * tools_for_one(group) / fab->spec.load);
            group->n_tool = tools > 1 ? (uint32_t)tools : 1;
            n += group->n_tool;
        }
    }
    for (; n < fab->spec.n_tool; n++) {
        fab->group[busiest_group(fab)].n_tool++;
    }
    const struct fab_group *busiest = &fab->group[busiest_group(fab)];
    fab->lots_per_day = fab->spec.load * busiest->n_tool / tools_for_one(busiest);
    fit_batches(fab);
    fit_setups(fab);
}

// ---- waits ----

// Kingman and Sakasegawa: (ca^2 + ce^2) / 2 * u^(sqrt(2 (m + 1)) - 1) / (m (1 - u)) * te, where
// failures make the effective time te = t / A longer and its ce^2 = c0^2 + (1 + cr^2) A (1 - A) mr
// / t larger.
static void expect_wait(const struct fab *fab, struct fab_group *group) {
    if (group->area == FAB_DELAY || group->visits <= 0) {
        return;
    }
    const double lots = group->batch_max > 0 ? group->batch_max : 1;
    const double visits = fab->lots_per_day * group->visits;
    const double time = (group->tool_min + group->setup_min) / group->visits * lots;
    const double repair = 60 * fab_kinds[group->area].repair_h, up = group->up;
    const double varied = 0.1 + 2 * up * (1 - up) * repair / time;
    const double busy = visits / lots * time / (day_min * up * group->n_tool);
    const double power = sqrt(2.0 * (group->n_tool + 1)) - 1;
    const double queue = exact_exp(power * exact_ln(busy)) / (group->n_tool * (1 - busy));
    group->wait_min = (1 + varied) / 2 * queue * time / up;
}

// Half of the time in which a batch of one route and step comes together.
static double batch_wait_min(const struct fab *fab, const struct fab_group *group) {
    const double lots_min = fab->lots_per_day / fab->spec.n_product / day_min;
    return group->batch_min > 1 ? (group->batch_min - 1) / 2.0 / lots_min : 0;
}

static void expect_cycles(struct fab *fab) {
    for (uint32_t i = 0; i < fab->n_group; i++) {
        expect_wait(fab, &fab->group[i]);
    }
    double delayed = 0; // lots at rest
    for (uint32_t p = 0; p < fab->spec.n_product; p++) {
        fab->cycle_min[p] = 0;
        for (uint32_t i = 0; i < fab->spec.n_step; i++) {
            struct fab_step *step = &fab->step[(size_t)p * fab->spec.n_step + i];
            const struct fab_group *group = &fab->group[step->group];
            const double wait = group->wait_min + batch_wait_min(fab, group);
            const double here = fab_process_min(fab, step) + move_min + wait;
            fab->cycle_min[p] += step->passes * step->sampling * here;
            delayed += group->area == FAB_DELAY
                           ? step->time_min * fab->lots_per_day / day_min / fab->spec.n_product
                           : 0;
            if (step->queue_to != UINT32_MAX) {
                const struct fab_group *next = &fab->group[step[1].group];
                const double hours =
                    3 * (next->wait_min + batch_wait_min(fab, next) + move_min) / 60;
                step->queue_h = hours < 2 ? 2 : hours > 24 ? 24 : ceil(hours);
            }
        }
    }
    struct fab_group *delay = &fab->group[fab->n_group - 1];
    if (delay->area == FAB_DELAY) {
        delay->n_tool = 10 + (uint32_t)(3 * delayed);
    }
}

static maru_status check_spec(const struct fab_spec *spec, maru_error *err) {
    if (spec->n_tool < FAB_MIN_TOOLS || spec->n_tool > FAB_MAX_TOOLS) {
        return fail(err, MARU_E_RANGE, "%u tools: %d to %d are possible", spec->n_tool,
                    FAB_MIN_TOOLS, FAB_MAX_TOOLS);
    }
    if (spec->n_product < 1 || spec->n_product > FAB_MAX_PRODUCTS) {
        return fail(err, MARU_E_RANGE, "%u products: 1 to %d are possible", spec->n_product,
                    FAB_MAX_PRODUCTS);
    }
    if (spec->n_step < FAB_MIN_STEPS || spec->n_step > FAB_MAX_STEPS) {
        return fail(err, MARU_E_RANGE, "%u steps: %d to %d are possible", spec->n_step,
                    FAB_MIN_STEPS, FAB_MAX_STEPS);
    }
    if (!(spec->load > 0 && spec->load < 1)) {
        return fail(err, MARU_E_RANGE, "the load must be above 0 and below 1");
    }
    return MARU_OK;
}

maru_status fab_make(const struct fab_spec *spec, maru_put_file put, void *context,
                     maru_error *err) {
    maru_status st = check_spec(spec, err);
    if (st != MARU_OK) {
        return st;
    }
    struct fab fab = {.spec = *spec};
    uint32_t *scratch = alloc_new(MAX_GROUPS, sizeof *scratch);
    fab.group = alloc_new(MAX_GROUPS, sizeof *fab.group);
    fab.step = alloc_new((size_t)spec->n_product * spec->n_step, sizeof *fab.step);
    fab.cycle_min = alloc_new(spec->n_product, sizeof *fab.cycle_min);
    if (scratch && fab.group && fab.step && fab.cycle_min) {
        make_groups(&fab);
        make_routes(&fab, scratch);
        sum_visits(&fab);
        share_tools(&fab);
        expect_cycles(&fab);
        st = fab_write(&fab, put, context, err);
    } else {
        st = fail(err, MARU_E_MEMORY, "no memory for a fab of %u tools", spec->n_tool);
    }
    alloc_free(scratch);
    alloc_free(fab.group);
    alloc_free(fab.step);
    alloc_free(fab.cycle_min);
    return st;
}
