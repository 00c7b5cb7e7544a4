#include "live/follower.h"

#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "sim/follow/present.h"

// What is told late would look as if it had not happened: a lot that has left its tool as still in it.
// So a forecast begins where nearly all has been told, mirror_lag ago.
//
// It draws FORECAST_PACES paces that the floor may have by what was learned of it, and makes each future of a
// present of its own at one of them, with other luck also in what is under way. With the likeliest pace
// alone, futures of constant times would agree on what nobody can know. What the futures say goes to the
// claims: of each product, of all, and of the lots that nearly all futures see done by the end; of others too
// few are done to tell a right interval from a wrong one.

enum { FORECAST_PACES = 32 };

#define NEAR_ITS_END 0.9 // share of futures in which a lot is done

struct follower {
    const maru_model *model;
    struct mirror *mirror;
    struct validity *validity;
    struct paced paced;
    maru_time window_us;
};

maru_status follower_new(const maru_model *model, const struct mirror_options *options,
                         struct follower **out, maru_error *err) {
    struct follower *f = alloc_new(1, sizeof *f);
    if (!f) {
        return fail(err, MARU_E_MEMORY, "no memory to follow a floor");
    }
    f->model = model;
    f->window_us = options->window_us;
    maru_status st = mirror_new(model, options, &f->mirror, err);
    st = st == MARU_OK ? validity_new(&f->validity, err) : st;
    if (st != MARU_OK) {
        follower_free(f);
        return st;
    }
    *out = f;
    return MARU_OK;
}

void follower_free(struct follower *f) {
    if (f) {
        mirror_free(f->mirror);
        validity_free(f->validity);
        paced_fini(&f->paced);
        alloc_free(f);
    }
}

struct mirror *follower_mirror(struct follower *f) {
    return f->mirror;
}

static maru_status find_pace(struct follower *f, bool is_paced, const maru_model **model,
                             maru_error *err) {
    struct paced paced = {0};
    *model = f->model;
    if (!is_paced) {
        return MARU_OK;
    }
    const maru_status st =
        paced_init(&paced, mirror_look(f->mirror), mirror_now(f->mirror), NULL, err);
    if (st == MARU_OK) {
        paced_fini(&f->paced);
        f->paced = paced;
        *model = paced.model;
    }
    return st;
}

maru_status follower_present(struct follower *f, bool is_paced, uint64_t seed, maru_sim **out,
                             maru_error *err) {
    const maru_time now = mirror_now(f->mirror) - mirror_lag(f->mirror);
    struct present_plan plan = {.now_us = now, .seed = seed};
    const maru_status st = find_pace(f, is_paced, &plan.model, err);
    plan.belief = mirror_look_at(f->mirror, now);
    return st == MARU_OK ? present_new(&plan, out, err) : st;
}

struct kept_claim {
    struct claim claim;
    size_t first, n; // of its values
};

struct forecast { // one, in the making
    struct follower_plan plan;
    const maru_model *model; // the follower's, or the paced one
    struct paced paced;
    struct paced *drawn; // as the pace may be as well (n_drawn)
    size_t n_drawn;
    struct belief belief; // a copy
    maru_time now_us, end_us;
    uint32_t *lot_of; // place in the belief by the number of the lot, less the lowest (n_number)
    uint32_t lowest, n_number;
    struct kept_claim *claim; // (n_claim, n_claim_room)
    double *value;            // (n_value, n_value_room)
    size_t n_claim, n_claim_room, n_value, n_value_room;
    bool is_short; // of memory for claims
};

static maru_status begin(void *watcher, uint64_t seed, maru_sim **out, maru_error *err) {
    const struct forecast *forecast = watcher;
    const size_t n = forecast->n_drawn;
    const maru_model *model = n > 0 ? forecast->drawn[seed % n].model : forecast->model;
    const struct present_plan plan = {&forecast->belief, model, forecast->now_us, seed};
    return present_new(&plan, out, err);
}

static bool make_room(struct forecast *f, size_t n) {
    if (f->n_claim == f->n_claim_room) {
        const size_t room = 2 * f->n_claim_room + 64;
        struct kept_claim *more = alloc_resize(f->claim, room, sizeof *more);
        if (!more) {
            return false;
        }
        f->claim = more;
        f->n_claim_room = room;
    }
    if (f->n_value_room - f->n_value < n) {
        const size_t room = 2 * (f->n_value_room + n);
        double *more = alloc_resize(f->value, room, sizeof *more);
        if (!more) {
            return false;
        }
        f->value = more;
        f->n_value_room = room;
    }
    return true;
}

static void claim(struct forecast *f, const struct claim *claim, const double *values, size_t n) {
    if (!make_room(f, n)) {
        f->is_short = true;
        return;
    }
    f->claim[f->n_claim++] = (struct kept_claim){*claim, f->n_value, n};
    memcpy(f->value + f->n_value, values, n * sizeof *values);
    f->n_value += n;
}

static void see_lot(void *watcher, const struct futures_lot *lot, const double *done_us, size_t n) {
    struct forecast *forecast = watcher;
    const double end = (double)forecast->end_us;
    double value[VALIDITY_MAX_VALUES];
    size_t n_done = 0;
    const uint32_t at = lot->lot - forecast->lowest;
    if (at >= forecast->n_number || n == 0) {
        return; // released after now
    }
    for (size_t i = 0; i < n; i++) {
        n_done += done_us[i] < end;
        value[i] = done_us[i] < end ? done_us[i] : end;
    }
    if ((double)n_done >= NEAR_ITS_END * (double)n) {
        const struct claim its = {.kind = CLAIM_LOT,
                                  .lot = forecast->lot_of[at],
                                  .number = lot->lot,
                                  .from_us = forecast->now_us,
                                  .to_us = forecast->end_us};
        claim(forecast, &its, value, n);
    }
}

static void see_product(void *watcher, uint32_t product, const double *done, size_t n) {
    struct forecast *forecast = watcher;
    const struct claim its = {.kind = product == MARU_NONE ? CLAIM_ALL : CLAIM_PRODUCT,
                              .product = product,
                              .from_us = forecast->now_us,
                              .to_us = forecast->end_us};
    claim(forecast, &its, done, n);
}

static bool is_stopped(void *watcher) {
    const struct follower_plan *plan = &((const struct forecast *)watcher)->plan;
    return plan->is_stopped && plan->is_stopped(plan->watcher);
}

static void look(void *watcher, double share) {
    const struct follower_plan *plan = &((const struct forecast *)watcher)->plan;
    if (plan->look) {
        plan->look(plan->watcher, share);
    }
}

static maru_status find_numbers(struct forecast *forecast, maru_error *err) {
    const struct belief *b = &forecast->belief;
    uint32_t lowest = UINT32_MAX, highest = 0;
    for (uint32_t i = 0; i < b->head->n_lot_room; i++) {
        const bool is_here = b->lot[i].place != PLACE_UNHEARD && b->lot[i].place != PLACE_GONE;
        lowest = is_here && b->lot[i].number < lowest ? b->lot[i].number : lowest;
        highest = is_here && b->lot[i].number > highest ? b->lot[i].number : highest;
    }
    forecast->lowest = lowest;
    forecast->n_number = lowest <= highest ? highest - lowest + 1 : 0;
    forecast->lot_of = alloc_new((size_t)forecast->n_number + 1, sizeof *forecast->lot_of);
    if (!forecast->lot_of) {
        return fail(err, MARU_E_MEMORY, "no memory for futures");
    }
    for (uint32_t i = 0; i < b->head->n_lot_room; i++) {
        if (b->lot[i].place != PLACE_UNHEARD && b->lot[i].place != PLACE_GONE) {
            forecast->lot_of[b->lot[i].number - lowest] = i;
        }
    }
    return MARU_OK;
}

// Where nearly all has been told; and what happens in one moment is told in parts, so it is before the last
// one where that was told just now.
static maru_time origin_of(struct follower *f) {
    const maru_time now = mirror_now(f->mirror), at = now - mirror_lag(f->mirror);
    const maru_time heard = mirror_look(f->mirror)->head->heard_us;
    return heard <= at && heard > now - MARU_SECOND ? heard - 1 : at;
}

maru_status follower_begin_forecast(struct follower *f, const struct follower_plan *plan,
                                    struct forecast **out, maru_error *err) {
    if (plan->is_judged && plan->n_rep > VALIDITY_MAX_VALUES) {
        return fail(err, MARU_E_RANGE, "from 1 to %d futures can be asked for",
                    VALIDITY_MAX_VALUES);
    }
    struct forecast *made = alloc_new(1, sizeof *made);
    if (!made) {
        return fail(err, MARU_E_MEMORY, "no memory for futures");
    }
    made->plan = *plan;
    made->model = f->model;
    made->now_us = origin_of(f);
    const struct belief *now = mirror_look_at(f->mirror, made->now_us);
    maru_status st = belief_init(&made->belief, f->model, now->head->n_lot_room, err);
    if (st == MARU_OK) {
        belief_copy(now, &made->belief);
        st = find_numbers(made, err);
    }
    if (st != MARU_OK) {
        forecast_free(made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

static maru_status find_paces(struct forecast *f, maru_error *err) {
    const size_t n = f->plan.n_rep < FORECAST_PACES ? f->plan.n_rep : FORECAST_PACES;
    f->drawn = alloc_new(n + 1, sizeof *f->drawn);
    if (!f->drawn) {
        return fail(err, MARU_E_MEMORY, "no memory for futures");
    }
    maru_status st = paced_init(&f->paced, &f->belief, f->now_us, NULL, err);
    f->model = st == MARU_OK ? f->paced.model : f->model;
    for (; st == MARU_OK && f->n_drawn < n; f->n_drawn += st == MARU_OK) {
        const struct random_block luck = random_at(f->plan.seed, (uint64_t)f->now_us, f->n_drawn);
        const uint64_t seed = (uint64_t)luck.word[2] << 32 | luck.word[3];
        st = paced_init(&f->drawn[f->n_drawn], &f->belief, f->now_us, &seed, err);
    }
    return st;
}

maru_status forecast_run(struct forecast *forecast, struct futures *out, maru_error *err) {
    const struct follower_plan *plan = &forecast->plan;
    struct moment now = {.acted_us = INT64_MAX};
    const struct acts none = {0};
    *out = (struct futures){0};
    maru_status st = plan->is_paced ? find_paces(forecast, err) : MARU_OK;
    const struct present_plan present = {&forecast->belief, forecast->model, forecast->now_us,
                                         plan->seed};
    st = st == MARU_OK ? present_new(&present, &now.sim, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    now.acted_us = forecast->now_us = maru_sim_now(now.sim);
    forecast->end_us = forecast->now_us + plan->span_us;
    const struct futures_plan futures = {.now = &now,
                                         .begin = begin,
                                         .see_lot = plan->is_judged ? see_lot : NULL,
                                         .see_product = plan->is_judged ? see_product : NULL,
                                         .acts = &none,
                                         .seed = plan->seed,
                                         .n_rep = plan->n_rep,
                                         .n_thread = plan->n_thread,
                                         .span_us = plan->span_us,
                                         .is_stopped = is_stopped,
                                         .look = look,
                                         .watcher = forecast};
    st = futures_run(&futures, out, err);
    moment_fini(&now);
    return st == MARU_OK && forecast->is_short ? fail(err, MARU_E_MEMORY, "no memory for claims")
                                               : st;
}

maru_status follower_end_forecast(struct follower *f, struct forecast *forecast, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < forecast->n_claim; i++) {
        const struct kept_claim *its = &forecast->claim[i];
        st = validity_claim(f->validity, &its->claim, forecast->value + its->first, its->n, err);
    }
    forecast->n_claim = 0;
    return st;
}

void forecast_free(struct forecast *forecast) {
    if (forecast) {
        belief_fini(&forecast->belief);
        paced_fini(&forecast->paced);
        for (size_t i = 0; i < forecast->n_drawn; i++) {
            paced_fini(&forecast->drawn[i]);
        }
        alloc_free(forecast->drawn);
        alloc_free(forecast->lot_of);
        alloc_free(forecast->claim);
        alloc_free(forecast->value);
        alloc_free(forecast);
    }
}

maru_status follower_forecast(struct follower *f, const struct follower_plan *plan,
                              struct futures *out, maru_error *err) {
    struct forecast *forecast = NULL;
    *out = (struct futures){0};
    maru_status st = follower_begin_forecast(f, plan, &forecast, err);
    st = st == MARU_OK && forecast ? forecast_run(forecast, out, err) : st;
    st = st == MARU_OK && forecast ? follower_end_forecast(f, forecast, err) : st;
    if (forecast) { // its plant stays, for whoever tells the futures
        paced_fini(&f->paced);
        f->paced = forecast->paced;
        forecast->paced = (struct paced){0};
    }
    forecast_free(forecast);
    return st;
}

// ---- as bytes: the length of the mirror's, the mirror, the claims

void follower_save(const struct follower *f, struct text *out) {
    const size_t start = out->n_bytes;
    uint64_t n = 0;
    text_add(out, (const char *)&n, sizeof n);
    mirror_save(f->mirror, out);
    n = out->n_bytes - start - sizeof n;
    validity_save(f->validity, out);
    if (out->status == MARU_OK) {
        memcpy(out->bytes + start, &n, sizeof n);
    }
}

maru_status follower_load(const maru_model *model, const struct mirror_options *options,
                          const void *bytes, size_t n, struct follower **out, maru_error *err) {
    uint64_t n_mirror = 0;
    if (n < sizeof n_mirror) {
        return fail(err, MARU_E_INPUT, "what was kept of this floor is damaged");
    }
    memcpy(&n_mirror, bytes, sizeof n_mirror);
    const char *at = (const char *)bytes + sizeof n_mirror;
    const size_t n_left = n - sizeof n_mirror;
    if (n_mirror > n_left) {
        return fail(err, MARU_E_INPUT, "what was kept of this floor is damaged");
    }
    struct follower *f = alloc_new(1, sizeof *f);
    if (!f) {
        return fail(err, MARU_E_MEMORY, "no memory to follow a floor");
    }
    f->model = model;
    f->window_us = options->window_us;
    maru_status st = mirror_load(model, options, at, n_mirror, &f->mirror, err);
    st = st == MARU_OK ? validity_load(at + n_mirror, n_left - n_mirror, &f->validity, err) : st;
    if (st != MARU_OK) {
        follower_free(f);
        return st;
    }
    *out = f;
    return MARU_OK;
}

void follower_inherit(struct follower *f, struct follower *old) {
    struct validity *its = f->validity;
    f->validity = old->validity;
    old->validity = its;
    validity_forget(f->validity);
}

struct validity_result follower_judge(struct follower *f) {
    const maru_time known = mirror_now(f->mirror) - f->window_us;
    validity_judge(f->validity, mirror_look(f->mirror), known);
    return validity_look(f->validity);
}
