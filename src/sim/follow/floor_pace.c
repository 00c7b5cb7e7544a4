#include "sim/follow/floor_pace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/status.h"
#include "plant/plant.h"

// Factors become changes of the plant (process:, repairs:, failures:), so that everything that follows
// from processing times follows here too. A factor that is 1 within half a thousandth is left out.
//
// Processing and repairs: seen_shrunk with priors of 10 % and 20 % around 1. Failures: a Gamma prior
// worth 25 of them, (n + 25) / (expected + 25); up time is counted with the wait for the job to end,
// which makes the rate too low by that share, less than 2 % on the plants of the tests.

#define PROCESS_SPREAD 0.1
#define REPAIR_SPREAD 0.2
#define FAILURE_WEIGHT 25
#define FURTHEST 3.0 // deviations
#define LEAST_DIFFERENCE 0.0005

enum { PACE_MAX_BYTES = 1 << 26, VALUE_BYTES = 24 };

// Failures that the plant expects of a tool in a microsecond.
static double rate_of(const struct maru_model *m, uint32_t group) {
    double rate = 0;
    for (uint32_t k = 0; k < m->group[group].n_downtime; k++) {
        const struct plant_downtime *row = &m->plant->downtime[m->group[group].first_downtime + k];
        const double mean = dist_mean(&row->every);
        rate += row->kind == DOWN_FAILURE && !row->by_wafers && mean > 0 ? 1 / mean : 0;
    }
    return rate;
}

struct pace pace_of(const struct belief *b, uint32_t group, maru_time now) {
    const struct belief_pace *seen = &b->pace[group];
    const struct group_plan *plan = &b->model->group[group];
    const double rate = rate_of(b->model, group);
    double expected = seen->expected;
    for (uint32_t k = 0; rate > 0 && b->head->began_us != INT64_MIN && k < plan->n_tool; k++) {
        const struct belief_tool *tool = &b->tool[plan->first_tool + k];
        const maru_time from = tool->watched_us == INT64_MIN ? b->head->began_us : tool->watched_us;
        if (tool->state != TOOL_DOWN && now > from) {
            expected += rate * (double)(now - from);
        }
    }
    const struct seen_mean process = seen_shrunk(&seen->process, PROCESS_SPREAD);
    const struct seen_mean repair = seen_shrunk(&seen->repair, REPAIR_SPREAD);
    const double failures = seen->n_failure + FAILURE_WEIGHT;
    return (struct pace){
        .process = process.mean,
        .repair = repair.mean,
        .failure = failures / (expected + FAILURE_WEIGHT),
        .process_off = process.deviation,
        .repair_off = repair.deviation,
        .failure_off = sqrt(failures) / (expected + FAILURE_WEIGHT),
        .n_process = seen->process.n,
        .n_failure = seen->n_failure,
    };
}

// ---- a pace that may as well be

// A normal draw within three deviations, and half of the mean at least.
static double draw(double mean, double deviation, uint32_t luck) {
    const double z = exact_normal_quantile(((double)luck + 0.5) / 4294967296.0);
    const double at = mean + deviation * (z < -FURTHEST ? -FURTHEST : z > FURTHEST ? FURTHEST : z);
    return at > mean / 2 ? at : mean / 2;
}

static struct pace draw_pace(const struct pace *its, uint64_t seed, uint32_t group) {
    const struct random_block luck = random_at(seed, group, 0);
    struct pace drawn = *its;
    drawn.process = draw(its->process, its->process_off, luck.word[0]);
    drawn.repair = draw(its->repair, its->repair_off, luck.word[1]);
    drawn.failure = draw(its->failure, its->failure_off, luck.word[2]);
    return drawn;
}

struct changes {
    struct arena arena;
    maru_change *list; // (3 n_group)
    size_t n;
};

static bool add(struct changes *changes, const char *what, const char *group, double factor) {
    if (factor > 1 - LEAST_DIFFERENCE && factor < 1 + LEAST_DIFFERENCE) {
        return true;
    }
    const long long share = (long long)(factor * 100000 + 0.5); // thousandths of a percent
    const size_t n_name = strlen(what) + strlen(group) + 1;
    char *name = arena_take(&changes->arena, n_name, 1);
    char *value = arena_take(&changes->arena, VALUE_BYTES, 1);
    if (!name || !value) {
        return false;
    }
    snprintf(name, n_name, "%s%s", what, group);
    snprintf(value, VALUE_BYTES, "%lld.%03lld", share / 1000, share % 1000);
    changes->list[changes->n++] = (maru_change){name, value};
    return true;
}

static maru_status list_changes(struct changes *changes, const struct belief *b, maru_time now,
                                const uint64_t *seed, maru_error *err) {
    const struct maru_model *m = b->model;
    changes->list = arena_take(&changes->arena, 3 * (size_t)m->n_group + 1, sizeof *changes->list);
    bool is_whole = changes->list != NULL;
    for (uint32_t g = 0; is_whole && g < m->n_group; g++) {
        const struct pace likeliest = pace_of(b, g, now);
        const struct pace pace = seed ? draw_pace(&likeliest, *seed, g) : likeliest;
        const char *name = m->plant->group[g].name;
        is_whole = add(changes, "process:", name, pace.process) &&
                   add(changes, "repairs:", name, pace.repair) &&
                   add(changes, "failures:", name, pace.failure);
    }
    return is_whole ? MARU_OK : arena_refusal(&changes->arena, err);
}

maru_status paced_init(struct paced *paced, const struct belief *b, maru_time now,
                       const uint64_t *seed, maru_error *err) {
    const struct maru_model *m = b->model;
    struct changes changes = {0};
    struct paced made = {0};
    arena_init(&changes.arena, PACE_MAX_BYTES);
    maru_status st = list_changes(&changes, b, now, seed, err);
    st =
        st == MARU_OK ? maru_plant_change(m->plant, changes.list, changes.n, &made.plant, err) : st;
    st = st == MARU_OK ? maru_model_new(made.plant, &m->options, &made.model, err) : st;
    arena_fini(&changes.arena);
    if (st != MARU_OK) {
        paced_fini(&made);
        return st;
    }
    maru_model_set_choose(made.model, m->choose);
    *paced = made;
    return MARU_OK;
}

void paced_fini(struct paced *paced) {
    maru_model_free(paced->model);
    maru_plant_free(paced->plant);
    *paced = (struct paced){0};
}
