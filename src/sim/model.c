#include "sim/model.h"

#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/status.h"
#include "base/wide.h"
#include "plant/fingerprint.h"
#include "sim/ranking.h"
#include "sim/twin.h"

// Compiling a plant: names and tables become arrays that the loop indexes without asking.
//
// The order of everything is the order of the plant's tables, so that two dialects of one plant
// compile to the same model. Widths of the event calendar follow from the plant's own rates: a
// bucket as wide as four to eight events at the mean, and as many buckets as cover the
// longest ordinary job (calendar.h says why).

enum { MODEL_MAX_BYTES = 1 << 30 };

static uint32_t share_of_2_32(double share) {
    const double scaled = share * 4294967296.0;
    return scaled >= 4294967295.0 ? UINT32_MAX : (uint32_t)scaled;
}

// The longest span that is drawn, us: 100 years. Tails beyond it are cut.
#define LONGEST_DRAW (INT64_C(36525) * MARU_DAY)

static maru_time to_span(double us) {
    return us < 0 ? 0 : us < (double)LONGEST_DRAW ? (maru_time)us : LONGEST_DRAW;
}

maru_time dist_draw(const struct dist *dist, uint64_t bits) {
    switch (dist->kind) {
    case DIST_NONE:
        return 0;
    case DIST_CONSTANT:
        return dist->a;
    case DIST_UNIFORM:
        return dist->a + wide_share(dist->b - dist->a, bits);
    case DIST_EXPONENTIAL:
        return to_span(-(double)dist->a * exact_ln(random_open(bits)));
    case DIST_LOGNORMAL: {
        const double mean = (double)dist->a;
        const double ratio = mean > 0 ? (double)dist->b / mean : 0;
        const double variance = exact_ln(1 + ratio * ratio);
        const double z = exact_normal_quantile(random_open(bits));
        // exp(mu + sigma z) with mu = ln(mean) - variance / 2
        const double sigma = __builtin_sqrt(variance);
        return to_span(mean * exact_exp(sigma * z - variance / 2));
    }
    case DIST_TRIANGULAR: {
        const double low = (double)dist->a, mode = (double)dist->b, high = (double)dist->c;
        const double u = random_open(bits);
        const double width = high - low;
        if (width <= 0) {
            return dist->a;
        }
        const double turn = (mode - low) / width;
        return u < turn ? (maru_time)(low + __builtin_sqrt(u * width * (mode - low)))
                        : (maru_time)(high - __builtin_sqrt((1 - u) * width * (high - mode)));
    }
    case DIST_EMPIRICAL:
        return dist->n_value > 0 ? dist->value[(uint32_t)(((bits >> 32) * dist->n_value) >> 32)]
                                 : 0;
    }
    return 0;
}

maru_time model_setup_us(const struct maru_model *model, uint32_t step, uint32_t from,
                         bool routes_too) {
    const struct plant_step *s = &model->plant->step[step];
    if (s->setup == PLANT_NONE || (s->setup == from && !s->setup_always)) {
        return 0;
    }
    if (s->setup_time.kind != DIST_NONE) {
        return routes_too ? (maru_time)dist_mean(&s->setup_time) : 0;
    }
    const struct plant_setup *setup = &model->plant->setup[s->setup];
    maru_time from_any = 0;
    for (uint32_t i = 0; i < setup->n_change; i++) {
        const struct plant_change *change = &model->plant->change[setup->change_first + i];
        if (change->from == from && from != SIM_NONE) {
            return change->time_us;
        }
        if (change->from == PLANT_NONE) {
            from_any = change->time_us;
        }
    }
    return from_any;
}

// ---- taking memory: all tables of a model come from its arena ----

struct builder {
    struct maru_model *model;
    bool refused;
};

static void *take(struct builder *b, size_t n, size_t size) {
    enum { LINE = 64 }; // tables start on a cache line, so that a row of 64 bytes is one
    if (n > (SIZE_MAX - LINE) / size) {
        b->refused = true;
        return NULL;
    }
    char *block = arena_take(&b->model->arena, 1, n * size + LINE);
    b->refused = b->refused || !block;
    return block ? block + (LINE - (uintptr_t)block % LINE) % LINE : NULL;
}

// ---- classes ----

static uint32_t class_of(uint32_t *product, int32_t *priority, uint32_t *n, uint32_t its_product,
                         int32_t its_priority) {
    for (uint32_t i = 0; i < *n; i++) {
        if (product[i] == its_product && priority[i] == its_priority) {
            return i;
        }
    }
    product[*n] = its_product;
    priority[*n] = its_priority;
    return (*n)++;
}

static void build_classes(struct builder *b) {
    struct maru_model *m = b->model;
    const maru_plant *p = m->plant;
    const size_t most = (size_t)p->n_release + p->n_stock;
    uint32_t *product = take(b, most, sizeof *product);
    int32_t *priority = take(b, most, sizeof *priority);
    uint32_t *of_release = take(b, p->n_release, sizeof *of_release);
    uint32_t *of_stock = take(b, p->n_stock, sizeof *of_stock);
    if (b->refused) {
        return;
    }
    for (uint32_t i = 0; i < p->n_release; i++) {
        of_release[i] =
            class_of(product, priority, &m->n_class, p->release[i].product, p->release[i].priority);
    }
    for (uint32_t i = 0; i < p->n_stock; i++) {
        of_stock[i] =
            class_of(product, priority, &m->n_class, p->stock[i].product, p->stock[i].priority);
    }
    m->lowest_priority = m->n_class > 0 ? priority[0] : 0;
    for (uint32_t i = 0; i < m->n_class; i++) {
        m->lowest_priority = priority[i] < m->lowest_priority ? priority[i] : m->lowest_priority;
    }
    m->class_product = product;
    m->class_priority = priority;
    m->release_class = of_release;
    m->stock_class = of_stock;
}

// ---- rules ----

static const char *rule_text(const struct maru_model *m, uint32_t group) {
    const maru_options *o = &m->options;
    const struct plant_group *g = &m->plant->group[group];
    for (uint32_t i = o->n_group_rule; i > 0; i--) { // the last word counts
        if (strcmp(o->group_rule[i - 1].group, g->name) == 0) {
            return o->group_rule[i - 1].rule;
        }
    }
    if (o->rule[0]) {
        return o->rule;
    }
    return g->ranking ? g->ranking : "fifo";
}

// A ranking of the plant is input: the refusal says whose it is and where it stands.
static maru_status refuse_ranking(const struct plant_group *group, maru_status status,
                                  maru_error *err) {
    const struct plant_cell *at = &group->ranking_at;
    const maru_status st = status == MARU_E_USAGE ? MARU_E_INPUT : status;
    return fail_at(err, st, at->file, at->row, at->column, "the ranking of %s cannot be used: %s",
                   group->name, err ? err->text : "");
}

static maru_status build_rules(struct builder *b, struct group_plan *group, maru_error *err) {
    struct maru_model *m = b->model;
    for (uint32_t i = 0; i < m->options.n_group_rule; i++) {
        bool found = false;
        for (uint32_t g = 0; g < m->n_group && !found; g++) {
            found = strcmp(m->plant->group[g].name, m->options.group_rule[i].group) == 0;
        }
        if (!found) {
            return fail(err, MARU_E_USAGE, "rule:%s: the plant has no tool group of this name",
                        m->options.group_rule[i].group);
        }
    }
    // groups mostly share a few texts: one compiled rule for each different text, with setups and
    // without
    const char **text = take(b, m->n_group, sizeof *text);
    bool *with_setup = take(b, m->n_group, sizeof *with_setup);
    struct group_rule *rule = take(b, m->n_group, sizeof *rule);
    if (b->refused) {
        return arena_refusal(&m->arena, err);
    }
    uint32_t n_rule = 0;
    for (uint32_t g = 0; g < m->n_group; g++) {
        const char *its = rule_text(m, g);
        uint32_t r = 0;
        while (r < n_rule && (strcmp(text[r], its) != 0 || with_setup[r] != group[g].ranks_setup)) {
            r++;
        }
        if (r == n_rule) {
            const maru_status st =
                ranking_build(m->options.queue_rule, group[g].ranks_setup, its, &rule[n_rule], err);
            if (st != MARU_OK) {
                const struct plant_group *its_group = &m->plant->group[g];
                return its == its_group->ranking ? refuse_ranking(its_group, st, err) : st;
            }
            with_setup[n_rule] = group[g].ranks_setup;
            text[n_rule++] = its;
        }
        group[g].rule = r;
    }
    m->rule = rule;
    return MARU_OK;
}

// ---- steps ----

static void build_time(const struct dist *time, struct hop *hop) {
    switch (time->kind) {
    case DIST_NONE:
        break;
    case DIST_CONSTANT:
        hop->time_us = time->a;
        break;
    case DIST_UNIFORM:
        hop->time_us = time->a;
        hop->span_us = time->b - time->a;
        break;
    case DIST_EXPONENTIAL:
    case DIST_LOGNORMAL:
    case DIST_TRIANGULAR:
    case DIST_EMPIRICAL:
        hop->flags |= HOP_ODD_TIME;
        break;
    }
}

// Chains of steps that share a tool get a memory of the lot; a route's memories are numbered from
// 0.
static void build_keeps(struct maru_model *m, struct hop *hop) {
    const maru_plant *p = m->plant;
    for (uint32_t r = 0; r < p->n_route; r++) {
        uint32_t n_memory = 0;
        for (uint32_t i = 0; i < p->route[r].n_step; i++) {
            const uint32_t s = p->route[r].first_step + i;
            const struct plant_step *step = &p->step[s];
            if (step->keep_for == PLANT_NONE) {
                continue;
            }
            if (!(hop[s].flags & HOP_KEPT)) {
                hop[s].keep = (uint8_t)n_memory++;
            }
            hop[s].flags |= HOP_KEEP;
            hop[step->keep_for].flags |= HOP_KEPT;
            hop[step->keep_for].keep = hop[s].keep;
        }
        m->n_keep = n_memory > m->n_keep ? n_memory : m->n_keep;
    }
}

static void build_limits(struct builder *b, struct hop *hop) {
    struct maru_model *m = b->model;
    const maru_plant *p = m->plant;
    uint32_t n = 0;
    for (uint32_t s = 0; s < p->n_step; s++) {
        n += p->step[s].queue_to != PLANT_NONE;
    }
    struct queue_limit *queue = take(b, n, sizeof *queue);
    if (b->refused) {
        return;
    }
    for (uint32_t s = 0; s < p->n_step; s++) {
        const uint32_t to = p->step[s].queue_to;
        if (to == PLANT_NONE) {
            continue;
        }
        double work = 0;
        for (uint32_t k = s + 1; k <= to; k++) {
            work += p->step[k].sampling * p->step[k].process_us;
        }
        queue[m->n_queue] = (struct queue_limit){
            .from = s, .to = to, .limit_us = p->step[s].queue_us, .work_us = work};
        hop[s].flags |= HOP_QUEUE_START;
        hop[s].queue = m->n_queue;
        hop[to].flags |= HOP_QUEUE_END;
        m->n_queue++;
    }
    m->queue = queue;
}

static void build_batches(struct builder *b, struct hop *hop) {
    struct maru_model *m = b->model;
    const maru_plant *p = m->plant;
    uint32_t n = 0;
    for (uint32_t s = 0; s < p->n_step; s++) {
        n += p->step[s].batch_max > 0;
    }
    struct batch_step *batch = take(b, n, sizeof *batch);
    if (b->refused) {
        return;
    }
    for (uint32_t s = 0; s < p->n_step; s++) {
        const struct plant_step *step = &p->step[s];
        if (step->batch_max == 0) {
            continue;
        }
        const bool full = m->options.batch_start == BATCH_START_FULL;
        batch[m->n_batch] =
            (struct batch_step){.step = s,
                                .group = step->group,
                                .min_wafers = full ? step->batch_max : step->batch_min,
                                .max_wafers = step->batch_max};
        hop[s].flags |= HOP_BATCH;
        hop[s].batch = m->n_batch++;
    }
    m->batch = batch;
}

static void build_steps(struct builder *b) {
    struct maru_model *m = b->model;
    const maru_plant *p = m->plant;
    struct hop *hop = take(b, p->n_step, sizeof *hop);
    if (b->refused) {
        return;
    }
    for (uint32_t s = 0; s < p->n_step; s++) {
        const struct plant_step *step = &p->step[s];
        const struct plant_group *group = &p->group[step->group];
        const struct plant_route *route = &p->route[step->route];
        struct hop *h = &hop[s];
        *h = (struct hop){
            .group = step->group,
            .setup = step->setup,
            .location = group->location == PLANT_NONE ? 0 : (uint8_t)(group->location + 1),
            .interval_us = step->interval_us,
            .work_ms = (uint32_t)(step->process_us / 1000 < 4e9 ? step->process_us / 1000 : 4e9),
            .queue = SIM_NONE,
            .queue_end = SIM_NONE,
            .batch = SIM_NONE};
        build_time(&step->time, h);
        h->flags |= step->per == PER_WAFER ? HOP_PER_WAFER : 0;
        h->flags |= group->is_cascade ? HOP_CASCADE : 0;
        h->flags |= step->setup_always ? HOP_ALWAYS_SETUP : 0;
        if (step->sampling < 1) {
            h->flags |= HOP_SAMPLED;
            h->sample = share_of_2_32(step->sampling);
        }
        if (step->rework > 0 && step->rework_to != PLANT_NONE) {
            h->flags |= HOP_REWORK;
            h->rework = share_of_2_32(step->rework);
            h->rework_to = step->rework_to;
        }
        h->flags |= s + 1 == route->first_step + route->n_step ? HOP_LAST : 0;
    }
    build_keeps(m, hop);
    build_limits(b, hop);
    build_batches(b, hop);
    m->hop = hop;
}

// ---- groups and their downtimes ----

// Whether the setup that a step needs can make a difference in the ranking.
static bool ranks_setup(const struct maru_model *m, const struct plant_step *step) {
    if (step->setup == PLANT_NONE) {
        return false;
    }
    return m->options.rank_setup == RANK_SETUP_ALL ||
           (step->setup_time.kind == DIST_NONE && m->plant->setup[step->setup].n_change > 0);
}

static void build_groups(struct builder *b, struct group_plan *group) {
    struct maru_model *m = b->model;
    const maru_plant *p = m->plant;
    for (uint32_t g = 0; g < p->n_group; g++) {
        const struct plant_group *from = &p->group[g];
        group[g] = (struct group_plan){
            .load_us = from->load_us,
            .unload_us = from->unload_us,
            .first_tool = from->first_tool,
            .n_tool = from->n_tool,
            .is_delay = from->is_delay,
            .cascade = from->is_cascade,
            .plans_entry = from->is_cascade && m->options.cascade_entry == CASCADE_ENTRY_WHEN_FREE,
            .wakes_by_setup = from->wakes_by_setup,
            .min_run = from->avoids_setup && m->options.min_run != MIN_RUN_OFF,
            .reserves = from->reserves_hot && m->options.reserve != RESERVE_OFF};
    }
    // sorted by group: the last one written is the first of the group
    for (uint32_t d = p->n_downtime; d > 0; d--) {
        struct group_plan *of = &group[p->downtime[d - 1].group];
        of->first_downtime = d - 1;
        of->n_downtime++;
        of->wafer_downtimes = of->wafer_downtimes << 1 | p->downtime[d - 1].by_wafers;
    }
    for (uint32_t s = 0; s < p->n_step; s++) {
        struct group_plan *of = &group[p->step[s].group];
        of->n_step++;
        of->ranks_setup = of->ranks_setup || ranks_setup(m, &p->step[s]);
        of->has_keep = of->has_keep || p->step[s].kept_from != PLANT_NONE;
        of->n_batch_step += p->step[s].batch_max > 0;
    }
    for (uint32_t g = 0; g < p->n_group; g++) {
        group[g].batch = group[g].n_batch_step > 0;
        group[g].mixes_batches = group[g].batch && group[g].n_batch_step < group[g].n_step;
    }
}

// Whose luck a tool and each of its downtimes have: their numbers in the plant before any change of
// the number of tools, and behind all those for tools that are new.
static maru_status build_luck(struct builder *b, const struct group_plan *group, maru_error *err) {
    struct maru_model *m = b->model;
    uint32_t *tool = take(b, m->n_tool, sizeof *tool);
    uint32_t *instance = take(b, m->n_instance, sizeof *instance);
    if (b->refused) {
        return arena_refusal(&m->arena, err);
    }
    uint32_t new_tool = 0, new_instance = 0;
    for (uint32_t g = 0; g < m->n_group; g++) {
        const uint32_t before = m->plant->group[g].n_tool_before;
        new_tool += before;
        new_instance += before * group[g].n_downtime;
    }
    for (uint32_t g = 0, old_tool = 0, old_instance = 0; g < m->n_group; g++) {
        const uint32_t before = m->plant->group[g].n_tool_before, n = group[g].n_downtime;
        for (uint32_t k = 0; k < group[g].n_tool; k++) {
            const uint32_t at = group[g].first_tool + k;
            tool[at] = k < before ? old_tool + k : new_tool++;
            for (uint32_t d = 0; d < n; d++) {
                instance[group[g].first_instance + k * n + d] =
                    k < before ? old_instance + k * n + d : new_instance++;
            }
        }
        old_tool += before;
        old_instance += before * n;
    }
    m->tool_luck = tool;
    m->instance_luck = instance;
    return MARU_OK;
}

static maru_status build_instances(struct builder *b, struct group_plan *group, maru_error *err) {
    struct maru_model *m = b->model;
    uint32_t *tool_group = take(b, m->n_tool, sizeof *tool_group);
    if (b->refused) {
        return arena_refusal(&m->arena, err);
    }
    uint32_t n = 0;
    for (uint32_t g = 0; g < m->n_group; g++) {
        if (group[g].n_downtime > 32) {
            return fail(err, MARU_E_LIMIT,
                        "tool group %s has %u failures and maintenances, at most 32 are possible",
                        m->plant->group[g].name, group[g].n_downtime);
        }
        group[g].first_instance = n;
        n += group[g].n_tool * group[g].n_downtime;
        for (uint32_t k = 0; k < group[g].n_tool; k++) {
            tool_group[group[g].first_tool + k] = g;
        }
    }
    uint32_t *of = take(b, n, sizeof *of);
    if (b->refused) {
        return arena_refusal(&m->arena, err);
    }
    for (uint32_t t = 0, i = 0; t < m->n_tool; t++) {
        for (uint32_t k = 0; k < group[tool_group[t]].n_downtime; k++) {
            of[i++] = t;
        }
    }
    m->n_instance = n;
    m->tool_group = tool_group;
    m->instance_tool = of;
    return build_luck(b, group, err);
}

static void build_moves(struct builder *b) {
    struct maru_model *m = b->model;
    const maru_plant *p = m->plant;
    m->n_location = p->n_location + 1;
    struct dist *move = take(b, (size_t)m->n_location * m->n_location, sizeof *move);
    for (uint32_t from = 0; !b->refused && from < p->n_location; from++) {
        for (uint32_t to = 0; to < p->n_location; to++) {
            move[(from + 1) * m->n_location + to + 1] = p->move[from * p->n_location + to];
        }
    }
    m->move = move;
}

// Which products ask for a setup: a minimum run is not held for lots that can no longer come.
static void build_setup_products(struct builder *b) {
    struct maru_model *m = b->model;
    const maru_plant *p = m->plant;
    m->n_product_words = (p->n_product + 63) / 64;
    uint64_t *products = take(b, (size_t)p->n_setup * m->n_product_words, sizeof *products);
    for (uint32_t i = 0; !b->refused && i < p->n_product; i++) {
        const struct plant_route *route = &p->route[p->product[i].route];
        for (uint32_t k = 0; k < route->n_step; k++) {
            const uint32_t setup = p->step[route->first_step + k].setup;
            if (setup != PLANT_NONE) {
                products[setup * m->n_product_words + i / 64] |= UINT64_C(1) << (i % 64);
            }
        }
    }
    m->setup_products = products;
}

// ---- sizes ----

static double mean_interval_us(const struct plant_release *release) {
    const double mean = dist_mean(&release->every);
    return mean > 1 ? mean : 1;
}

static void size_calendar(struct maru_model *m) {
    const maru_plant *p = m->plant;
    double events_per_us = 0, lots = 0, longest = 1;
    for (uint32_t i = 0; i < p->n_release; i++) {
        const struct plant_release *release = &p->release[i];
        const uint32_t product = release->product;
        const double rate =
            release->lots_each / mean_interval_us(release) * (double)m->options.load_percent / 100;
        events_per_us += rate * (2.0 * p->route[p->product[product].route].n_step + 2);
        lots += rate * m->raw_us[product] * 2.5;
    }
    for (uint32_t s = 0; s < p->n_step; s++) {
        longest = p->step[s].process_us > longest ? p->step[s].process_us : longest;
    }
    const double gap = events_per_us > 0 ? 1 / events_per_us : (double)MARU_MINUTE;
    while (m->bucket_shift < 40 && (double)(UINT64_C(2) << m->bucket_shift) <= gap * 8) {
        m->bucket_shift++;
    }
    m->n_bucket = 1024;
    while (m->n_bucket < (1u << 17) &&
           (double)m->n_bucket * (double)(UINT64_C(1) << m->bucket_shift) < longest * 1.1) {
        m->n_bucket *= 2;
    }
    double room = lots > 2.0 * p->n_stock ? lots : 2.0 * p->n_stock;
    room = room < 240 ? 240 : room;
    const double most = (double)m->options.max_lot;
    m->n_lot_start = (uint32_t)(room + 16 < most ? room + 16 : most);
    if (m->n_lot_start < p->n_stock) {
        m->n_lot_start = p->n_stock;
    }
    m->n_done = measure_done_room(m);
}

// Everything that decides the course of a run, so that a state saved under another plant is
// refused.
static uint64_t fingerprint(const struct maru_model *m) {
    struct digest d;
    digest_init(&d);
    plant_digest(m->plant, &d);
    for (uint32_t g = 0; g < m->n_group; g++) {
        digest_bytes(&d, rule_text(m, g), strlen(rule_text(m, g)));
    }
#define X(field, name, first, choices, meaning) digest_u64(&d, m->options.field);
    OPTION_CHOICES(X)
#undef X
#define X(field, name, first, lowest, highest, meaning) digest_i64(&d, m->options.field);
    OPTION_NUMBERS(X)
#undef X
    return d.lane[0];
}

static maru_status build_flow_factors(struct builder *b, maru_error *err) {
    struct maru_model *m = b->model;
    if (m->options.queue_rule != QUEUE_RULE_QTS) {
        return MARU_OK;
    }
    double *flow_factor = take(b, m->n_step, sizeof *flow_factor);
    maru_options *options = alloc_new(1, sizeof *options);
    maru_model *pilot = NULL;
    maru_status st = MARU_OK;
    if (b->refused || !options) {
        st = fail(err, MARU_E_MEMORY, "no memory for the pilot run of queue_rule=qts");
        goto done;
    }
    *options = m->options;
    options->queue_rule = QUEUE_RULE_NONE;
    st = maru_model_new(m->plant, options, &pilot, err);
    if (st != MARU_OK || !pilot) {
        goto done;
    }
    pilot->measures_steps = true;
    st = model_pilot(pilot, flow_factor, err);
    m->flow_factor = flow_factor;
done:
    maru_model_free(pilot);
    alloc_free(options);
    return st;
}

static maru_status build(struct builder *b, maru_error *err) {
    struct maru_model *m = b->model;
    const maru_plant *p = m->plant;
    m->n_step = p->n_step;
    m->n_group = p->n_group;
    m->n_tool = p->n_tool;
    m->n_release = p->n_release;
    m->n_setup = p->n_setup;
    if (p->n_location > 254) {
        return fail(err, MARU_E_LIMIT, "%u locations, at most 254 are possible", p->n_location);
    }
    struct group_plan *group = take(b, p->n_group, sizeof *group);
    double *raw = take(b, p->n_product, sizeof *raw);
    double *per_remaining = take(b, p->n_step, sizeof *per_remaining);
    if (b->refused) {
        return arena_refusal(&m->arena, err);
    }
    for (uint32_t i = 0; i < p->n_product; i++) {
        raw[i] = p->product[i].raw_process_us > 0 ? p->product[i].raw_process_us : 1;
    }
    m->raw_us = raw;
    for (uint32_t s = 0; s < p->n_step; s++) {
        const double remaining = p->step[s].remaining_us;
        per_remaining[s] = remaining > 1 ? 1 / remaining : 1;
    }
    m->per_remaining = per_remaining;
    build_classes(b);
    build_steps(b);
    build_groups(b, group);
    build_moves(b);
    build_setup_products(b);
    if (b->refused) {
        return arena_refusal(&m->arena, err);
    }
    m->group = group;
    if (m->n_class > UINT16_MAX) {
        return fail(err, MARU_E_LIMIT, "%u pairs of product and priority, at most %d are possible",
                    m->n_class, UINT16_MAX);
    }
    if (m->n_keep > UINT8_MAX) {
        return fail(err, MARU_E_LIMIT,
                    "%u chains of kept tools in one route, at most %d are possible", m->n_keep,
                    UINT8_MAX);
    }
    maru_status st = build_rules(b, group, err);
    if (st == MARU_OK) {
        st = build_instances(b, group, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t g = 0; g < m->n_group; g++) {
        const struct group_rule *rule = &m->rule[group[g].rule];
        const uint32_t from = rule->leads_by_priority ? 1 : 0;
        const bool by_arrival = rule->n_left == from; // nothing stands between priority and arrival
        const bool waits_empty =
            group[g].cascade && m->options.cascade_setup == CASCADE_SETUP_EMPTY;
        const bool all_alike =
            !group[g].has_keep && !group[g].min_run && !group[g].batch && !waits_empty;
        group[g].all_alike = all_alike;
        group[g].plain = by_arrival && all_alike;
        group[g].any_tool = all_alike && !group[g].wakes_by_setup &&
                            m->options.tool_choice == TOOL_LONGEST_IDLE &&
                            (!group[g].cascade || m->options.cascade_choice == CASCADE_AS_FREE ||
                             m->options.cascade_choice == CASCADE_AS_ASKED);
    }
    m->pm_node = 2 * m->n_tool;
    m->place_node = 3 * m->n_tool;
    m->instance_node = 4 * m->n_tool;
    m->release_node = m->instance_node + m->n_instance;
    m->lot_node = m->release_node + m->n_release;
    size_calendar(m);
    m->fingerprint = fingerprint(m);
    return build_flow_factors(b, err);
}

maru_status maru_model_new(const maru_plant *plant, const maru_options *options, maru_model **out,
                           maru_error *err) {
    maru_model *model = alloc_new(1, sizeof *model);
    if (!model) {
        return fail(err, MARU_E_MEMORY, "no memory for a model");
    }
    arena_init(&model->arena, MODEL_MAX_BYTES);
    model->plant = plant;
    if (options) {
        model->options = *options;
    } else {
#define X(field, name, first, lowest, highest, meaning) model->options.field = (first);
        OPTION_NUMBERS(X)
#undef X
    }
    struct builder builder = {.model = model};
    const maru_status st = build(&builder, err);
    if (st != MARU_OK) {
        maru_model_free(model);
        return st;
    }
    *out = model;
    return MARU_OK;
}

void maru_model_free(maru_model *model) {
    if (model) {
        arena_fini(&model->arena);
        alloc_free(model);
    }
}

const maru_plant *maru_model_plant(const maru_model *model) { return model->plant; }

void maru_model_set_choose(maru_model *model, maru_choose choose) { model->choose = choose; }
