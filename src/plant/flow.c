#include "plant/flow.h"

#include "base/alloc.h"

// Passes. A lot at step j goes on with probability 1 - q_j and back to r_j with q_j = sampling_j *
// rework_j. In the long run one more lot crosses the border behind j forwards than backwards, so
// the passes a_j follow from the end to the start:
//
//     a_j (1 - q_j) = 1 + sum over k > j with r_k <= j of a_k q_k
//
// Transport. p_l is the chance that a lot's last performed step stood at location l. The move to
// step j costs sum_l p_l move(l, location_j); lots coming back from rework are taken to come from
// where those on their first pass do.
//
// Times in the tool (SMT2020's table of times): n wafers, p one draw a job, c interval, L and U
// load and unload. The second column is how long the tool cannot take the next lot.
//
//     per lot                L + p + U              the same
//     per wafer              L + n p + U            the same
//     per batch              L + p + U              the same / lots in a full batch
//     per lot, interval      L + p + U              c
//     per wafer, interval    L + p + (n - 1) c + U  n c
//     cascade, no interval   as above               p, or n p: loading overlaps
//
// With an interval below half the time the second place is the slower one, and p - c stands for c.

static const double us_per_day = 86400e6;

double dist_mean(const struct dist *dist) {
    switch (dist->kind) {
    case DIST_NONE:
        return 0;
    case DIST_CONSTANT:
    case DIST_EXPONENTIAL:
    case DIST_LOGNORMAL:
        return (double)dist->a;
    case DIST_UNIFORM:
        return ((double)dist->a + (double)dist->b) / 2;
    case DIST_TRIANGULAR:
        return ((double)dist->a + (double)dist->b + (double)dist->c) / 3;
    case DIST_EMPIRICAL: {
        double sum = 0;
        for (uint32_t i = 0; i < dist->n_value; i++) {
            sum += (double)dist->value[i];
        }
        return dist->n_value > 0 ? sum / dist->n_value : 0;
    }
    }
    return 0;
}

// From one unit to the next in a cascading tool: its two places take c and p - c, and the slower
// one sets the beat.
static double beat_us(const struct plant_step *step) {
    const double mean = dist_mean(&step->time);
    const double first = step->interval_us > 0 ? (double)step->interval_us : mean;
    return first > mean - first ? first : mean - first;
}

static double processing_us(const struct plant_step *step, uint32_t wafers) {
    const double mean = dist_mean(&step->time);
    if (step->per != PER_WAFER) {
        return mean;
    }
    return step->interval_us > 0 ? mean + (double)(wafers - 1) * beat_us(step) : mean * wafers;
}

double flow_process_us(const maru_plant *plant, const struct plant_step *step, uint32_t wafers) {
    const struct plant_group *group = &plant->group[step->group];
    return (double)group->load_us + processing_us(step, wafers) + (double)group->unload_us;
}

double flow_occupancy_us(const maru_plant *plant, const struct plant_step *step, uint32_t wafers) {
    if (plant->group[step->group].is_cascade && step->per != PER_BATCH) {
        return step->per == PER_WAFER ? beat_us(step) * wafers : beat_us(step);
    }
    const uint32_t lots = step->batch_max / wafers;
    return flow_process_us(plant, step, wafers) / (lots > 1 ? lots : 1);
}

double flow_lots_per_day(const struct plant_release *release) {
    const double every_days = dist_mean(&release->every) / us_per_day;
    const double all_days = (double)release->n_release * every_days;
    const double lots = release->lots_each;
    if (all_days < FLOW_MIN_DAYS) {
        return lots * (double)release->n_release / FLOW_MIN_DAYS;
    }
    return lots / every_days;
}

// Chance that the last performed step of a lot stood at a location, for the few where it is not 0.
struct whereabouts {
    double *chance;     // (n_location)
    uint32_t *location; // (n) with a chance above 0
    uint32_t n;
};

struct scratch {
    double *ending; // (longest route) zeroed: a_k q_k of the loops that go back to this step
    double *move;   // us (n_location from, n_location to)
    struct whereabouts at;
};

static void derive_passes(const struct plant_route *route, struct plant_step *step,
                          double *ending) {
    double back = 0; // a_k q_k of the loops around the border behind step j
    for (uint32_t j = route->n_step; j-- > 0;) {
        struct plant_step *s = &step[route->first_step + j];
        const double q = s->rework_to != PLANT_NONE ? s->sampling * s->rework : 0;
        s->passes = (1 + back) / (1 - q);
        back -= ending[j];
        ending[j] = 0;
        const uint32_t to = q > 0 ? s->rework_to - route->first_step : j;
        if (to < j) {
            back += s->passes * q;
            ending[to] += s->passes * q;
        }
    }
}

static double expected_move_us(const struct scratch *x, uint32_t n_location, uint32_t to) {
    double sum = 0;
    for (uint32_t i = 0; to != PLANT_NONE && i < x->at.n; i++) {
        const uint32_t from = x->at.location[i];
        sum += x->at.chance[from] * x->move[(size_t)from * n_location + to];
    }
    return sum;
}

// A step at `to` was performed with this chance.
static void go_on(struct whereabouts *at, uint32_t to, double chance) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < at->n; i++) {
        const uint32_t location = at->location[i];
        at->chance[location] *= 1 - chance;
        if (at->chance[location] > 0) {
            at->location[n++] = location;
        }
    }
    at->n = n;
    if (to != PLANT_NONE && chance > 0) {
        if (!(at->chance[to] > 0)) {
            at->location[at->n++] = to;
        }
        at->chance[to] += chance;
    }
}

static double derive_raw_process(const maru_plant *plant, const struct plant_route *route,
                                 struct scratch *x) {
    double sum = 0;
    go_on(&x->at, PLANT_NONE, 1); // a lot comes from nowhere
    for (uint32_t j = 0; j < route->n_step; j++) {
        const struct plant_step *s = &plant->step[route->first_step + j];
        const uint32_t location = plant->group[s->group].location;
        const double move = expected_move_us(x, plant->n_location, location);
        sum += s->passes * s->sampling * (move + s->process_us);
        go_on(&x->at, location, s->sampling);
    }
    return sum;
}

static void derive_times(const maru_plant *plant, const struct plant_route *route,
                         struct plant_step *step) {
    double later = 0;
    for (uint32_t j = route->n_step; j-- > 0;) {
        struct plant_step *s = &step[route->first_step + j];
        s->process_us = flow_process_us(plant, s, PLANT_LOT_WAFERS);
        later += s->sampling * s->process_us;
        s->remaining_us = later;
    }
}

static void derive(const maru_plant *plant, struct plant_step *step, struct plant_product *product,
                   struct scratch *x) {
    const size_t n_move = (size_t)plant->n_location * plant->n_location;
    for (size_t i = 0; i < n_move; i++) {
        x->move[i] = dist_mean(&plant->move[i]);
    }
    for (uint32_t r = 0; r < plant->n_route; r++) {
        derive_passes(&plant->route[r], step, x->ending);
        derive_times(plant, &plant->route[r], step);
    }
    for (uint32_t i = 0; i < plant->n_product; i++) {
        product[i].raw_process_us = derive_raw_process(plant, &plant->route[product[i].route], x);
    }
}

bool flow_derive(const maru_plant *plant, struct plant_step *step, struct plant_product *product) {
    const size_t n = plant->n_location;
    struct scratch x = {
        .ending = alloc_new(plant->n_step, sizeof *x.ending),
        .move = alloc_new(n * n + 1, sizeof *x.move),
        .at = {.chance = alloc_new(n + 1, sizeof *x.at.chance),
               .location = alloc_new(n + 1, sizeof *x.at.location)},
    };
    const bool is_whole = x.ending && x.move && x.at.chance && x.at.location;
    if (is_whole) {
        derive(plant, step, product, &x);
    }
    alloc_free(x.ending);
    alloc_free(x.move);
    alloc_free(x.at.chance);
    alloc_free(x.at.location);
    return is_whole;
}
