#include "control/equipment/oee.h"

#include <math.h>

#include "base/status.h"

// Times come from the states, units from the counts, and what is left between them is speed:
//
//     span = not known + not scheduled + engineering + planned stops + breakdowns + setups
//          + waiting + minor stops + productive
//     productive = reduced speed + start-up losses + defects + theoretical time of good units
//
// Reduced speed is what remains, and below 0 where units came faster than their ideal time.
// A standby is a minor stop by its whole length, also where a window cuts it: the walk begins and ends
// a minor stop's length outside.

static const char *const names[2][N_OEE_LOSS] = {{
#define X(name, is_big, english, korean) english,
                                                     OEE_LOSSES(X)
#undef X
                                                 },
                                                 {
#define X(name, is_big, english, korean) korean,
                                                     OEE_LOSSES(X)
#undef X
                                                 }};

static const bool big[N_OEE_LOSS] = {
#define X(name, is_big, english, korean) is_big,
    OEE_LOSSES(X)
#undef X
};

const char *oee_loss_name(enum oee_loss loss, bool is_korean) {
    return (unsigned)loss < N_OEE_LOSS ? names[is_korean][loss] : "";
}

bool oee_loss_is_big(enum oee_loss loss) { return (unsigned)loss < N_OEE_LOSS && big[loss]; }

// ---- sums

struct window {
    maru_time from_us, to_us;
};

static maru_time clip(const struct window *w, maru_time from_us, maru_time to_us) {
    from_us = from_us > w->from_us ? from_us : w->from_us;
    to_us = to_us < w->to_us ? to_us : w->to_us;
    return to_us > from_us ? to_us - from_us : 0;
}

static enum oee_loss loss_of(uint8_t substate) {
    switch (e10_state_of(substate)) {
    case E10_NON_SCHEDULED:
        return OEE_NON_SCHEDULED;
    case E10_ENGINEERING:
        return OEE_ENGINEERING;
    case E10_SCHEDULED_DOWN:
        return substate == E10_SUB_SETUP ? OEE_SETUP : OEE_PLANNED_STOP;
    case E10_UNSCHEDULED_DOWN:
        return OEE_BREAKDOWN;
    case E10_STANDBY:
        return OEE_WAIT; // or a minor stop: its length decides
    case E10_PRODUCTIVE:
        return OEE_SPEED; // what it makes is taken off later
    case E10_UNKNOWN:
    case N_E10_STATE:
    default:
        return OEE_UNKNOWN;
    }
}

struct stretch { // neighbors of the same loss
    maru_time from_us, to_us;
    enum oee_loss loss;
};

static void add_stretch(const struct stretch *s, const struct window *w,
                        const struct oee_options *options, struct oee_sums *sums) {
    const bool is_minor = s->loss == OEE_WAIT && s->to_us - s->from_us < options->minor_stop_us;
    const enum oee_loss loss = is_minor ? OEE_MINOR_STOP : s->loss;
    sums->loss_us[loss] += (double)clip(w, s->from_us, s->to_us);
    const bool begins_here = s->from_us >= w->from_us && s->from_us < w->to_us;
    sums->n_loss[loss] += begins_here && loss != OEE_SPEED;
}

static void add_times(const struct timeline *timeline, const struct oee_options *options,
                      const struct window *w, struct oee_sums *sums) {
    struct stretch s = {w->from_us, w->from_us, N_OEE_LOSS};
    const struct timeline_walk all = timeline_walk(timeline, w->from_us - options->minor_stop_us,
                                                   w->to_us + options->minor_stop_us);
    struct schedule_walk walk = schedule_walk(&all, options->shifts);
    for (struct timeline_interval at; schedule_next(&walk, &at);) {
        const enum oee_loss loss = loss_of(at.substate);
        if (loss != s.loss && s.loss != N_OEE_LOSS) {
            add_stretch(&s, w, options, sums);
        }
        s.from_us = loss == s.loss ? s.from_us : at.from_us;
        s.to_us = at.to_us;
        s.loss = loss;
        sums->substate_us[at.substate] += clip(w, at.from_us, at.to_us);
    }
    if (s.loss != N_OEE_LOSS) {
        add_stretch(&s, w, options, sums);
    }
}

// Did the tool come out of a stop less than startup_us ago?
static bool is_startup(const struct timeline *timeline, const struct oee_options *options,
                       maru_time at_us) {
    const struct timeline_walk all = timeline_walk(timeline, at_us - options->startup_us, at_us);
    struct schedule_walk walk = schedule_walk(&all, options->shifts);
    for (struct timeline_interval at; schedule_next(&walk, &at);) {
        const enum e10_state state = e10_state_of(at.substate);
        if (state == E10_SCHEDULED_DOWN || state == E10_UNSCHEDULED_DOWN ||
            state == E10_NON_SCHEDULED) {
            return true;
        }
    }
    return false;
}

static void add_units(const struct timeline *timeline, const struct yield_log *log,
                      const struct oee_options *options, const struct window *w,
                      struct oee_sums *sums) {
    for (uint32_t i = yield_log_find(log, w->from_us); i < log->n && log->yield[i].at_us < w->to_us;
         i++) {
        const struct yield *y = &log->yield[i];
        const uint64_t n_bad = (uint64_t)y->scrap + y->rework;
        const maru_time ideal_us = y->item < options->n_item ? options->ideal_us[y->item] : 0;
        sums->good += y->good;
        sums->scrap += y->scrap;
        sums->rework += y->rework;
        sums->n_unpriced += ideal_us > 0 ? 0 : y->good + n_bad;
        const double good_us = (double)y->good * (double)ideal_us;
        const double bad_us = (double)n_bad * (double)ideal_us;
        const enum oee_loss loss =
            n_bad > 0 && is_startup(timeline, options, y->at_us) ? OEE_STARTUP : OEE_DEFECT;
        sums->loss_us[loss] += bad_us;
        sums->n_loss[loss] += n_bad;
        sums->loss_us[OEE_SPEED] -= good_us + bad_us;
        sums->effective_us += good_us;
        sums->ideal_us += good_us + bad_us;
    }
}

maru_status oee_add(const struct timeline *timeline, const struct yield_log *log,
                    const struct oee_options *options, maru_time from_us, maru_time to_us,
                    struct oee_sums *sums, maru_error *err) {
    if (from_us > to_us || from_us < -TIMELINE_MAX_TIME || to_us > TIMELINE_MAX_TIME ||
        options->minor_stop_us < 0 || options->minor_stop_us > TIMELINE_MAX_TIME ||
        options->startup_us < 0 || options->startup_us > TIMELINE_MAX_TIME) {
        return fail(err, MARU_E_RANGE, "the time to sum up is out of range");
    }
    if ((timeline->is_folded && from_us < timeline->base_us) ||
        (log->is_folded && from_us <= log->base_us)) {
        return fail(err, MARU_E_RANGE,
                    "the time to sum up begins before what is kept of this tool");
    }
    const struct window w = {from_us, to_us};
    sums->span_us += to_us - from_us;
    add_times(timeline, options, &w, sums);
    add_units(timeline, log, options, &w, sums);
    reliability_add(timeline, options->shifts, from_us, to_us, &sums->reliability);
    return MARU_OK;
}

static void join_reliability(struct reliability_sums *sums, const struct reliability_sums *more) {
    sums->n_failure += more->n_failure;
    sums->n_failure_productive += more->n_failure_productive;
    sums->n_attended += more->n_attended;
    sums->n_stop += more->n_stop;
    sums->productive_us += more->productive_us;
    sums->uptime_us += more->uptime_us;
    sums->failed_us += more->failed_us;
    sums->repair_us += more->repair_us;
    sums->unmanned_us += more->unmanned_us;
    sums->down_us += more->down_us;
}

void oee_join(struct oee_sums *sums, const struct oee_sums *more) {
    sums->span_us += more->span_us;
    for (uint32_t i = 0; i < N_E10_SUBSTATE; i++) {
        sums->substate_us[i] += more->substate_us[i];
    }
    for (uint32_t i = 0; i < N_OEE_LOSS; i++) {
        sums->loss_us[i] += more->loss_us[i];
        sums->n_loss[i] += more->n_loss[i];
    }
    sums->good += more->good;
    sums->scrap += more->scrap;
    sums->rework += more->rework;
    sums->n_unpriced += more->n_unpriced;
    sums->ideal_us += more->ideal_us;
    sums->effective_us += more->effective_us;
    join_reliability(&sums->reliability, &more->reliability);
}

// ---- figures

static double share(double a, double b) { return b > 0.0 ? a / b : (double)NAN; }

struct oee oee_of(const struct oee_sums *sums) {
    double state_us[N_E10_STATE] = {0};
    for (uint32_t i = 0; i < N_E10_SUBSTATE; i++) {
        state_us[e10_state_of((uint8_t)i)] += (double)sums->substate_us[i];
    }
    const double productive = state_us[E10_PRODUCTIVE];
    const double up = productive + state_us[E10_STANDBY] + state_us[E10_ENGINEERING];
    const double operations = up + state_us[E10_SCHEDULED_DOWN] + state_us[E10_UNSCHEDULED_DOWN];
    const double total = operations + state_us[E10_NON_SCHEDULED];
    const double setup = (double)sums->substate_us[E10_SUB_SETUP];
    const double planned = state_us[E10_SCHEDULED_DOWN] - setup + state_us[E10_ENGINEERING];
    const double busy = operations - planned;
    const double made = (double)sums->good + (double)sums->scrap + (double)sums->rework;

    struct oee f = {
        .availability = share(up, total),
        .operational = share(productive, up),
        .rate = share(sums->ideal_us, productive),
        .quality = share(sums->effective_us, sums->ideal_us),
        .oee = share(sums->effective_us, total),
        .iso_availability = share(productive, busy),
        .iso_effectiveness = share(sums->ideal_us, productive),
        .iso_quality = share((double)sums->good, made),
        .uptime = share(up, operations),
        .utilization = share(productive, operations),
        .total_utilization = share(productive, total),
        .known = share(total, (double)sums->span_us),
        .busy_us = (maru_time)busy,
        .is_too_fast = sums->ideal_us > productive,
    };
    f.performance = f.operational * f.rate;
    f.iso_oee = f.iso_availability * f.iso_effectiveness * f.iso_quality;
    f.iso_nee = share(productive + setup, busy) * f.iso_effectiveness * f.iso_quality;
    return f;
}

uint32_t oee_rank(const struct oee_sums *sums, enum oee_loss order[N_OEE_LOSS]) {
    uint32_t n_above = 0;
    for (uint32_t i = 0; i < N_OEE_LOSS; i++) {
        n_above += sums->loss_us[i] > 0.0;
        uint32_t at = i;
        for (; at > 0 && sums->loss_us[order[at - 1]] < sums->loss_us[i]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = (enum oee_loss)i;
    }
    return n_above;
}

// ---- reasons

// Moves an entry that has grown up to its place.
static void rise(struct oee_reason *reason, uint32_t at) {
    for (; at > 0 && reason[at - 1].us < reason[at].us; at--) {
        const struct oee_reason swap = reason[at - 1];
        reason[at - 1] = reason[at];
        reason[at] = swap;
    }
}

// Where an interval goes: its own entry, a new one, or the rest.
static uint32_t place_of(const struct timeline_interval *at, struct oee_reason *reason,
                         uint32_t max_reasons, uint32_t *n) {
    uint32_t rest = *n;
    for (uint32_t i = 0; i < *n; i++) {
        if (reason[i].substate == at->substate && reason[i].reason == at->reason) {
            return i;
        }
        rest = reason[i].substate == N_E10_SUBSTATE ? i : rest;
    }
    if (rest < *n) {
        return rest;
    }
    const bool is_last = *n + 1 >= max_reasons;
    reason[*n] = (struct oee_reason){.reason = is_last ? 0 : at->reason,
                                     .substate = is_last ? N_E10_SUBSTATE : at->substate};
    return (*n)++;
}

void oee_reasons(const struct timeline *timeline, const struct shifts *shifts, maru_time from_us,
                 maru_time to_us, struct oee_reason *reason, uint32_t max_reasons, uint32_t *n) {
    const struct timeline_walk all = timeline_walk(timeline, from_us, to_us);
    struct schedule_walk walk = schedule_walk(&all, shifts);
    for (struct timeline_interval at; schedule_next(&walk, &at);) {
        if (e10_state_of(at.substate) != E10_PRODUCTIVE) {
            const uint32_t i = place_of(&at, reason, max_reasons, n);
            reason[i].us += at.to_us - at.from_us;
            reason[i].n++;
            rise(reason, i);
        }
    }
}
