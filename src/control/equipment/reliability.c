#include "control/equipment/reliability.h"

#include <math.h>
#include <stdbool.h>

#include "base/distribution.h"

// One walk over all that is kept, so that the failure a window begins in is known, and when one that
// began in it was attended; times count in the window alone.
//
// The interval of an MTBF is that of a Poisson rate: r failures in T give 2T / chi2(1 - a/2; 2r + 2) to
// 2T / chi2(a/2; 2r).

// ---- failures

struct failure {
    uint32_t subject;
    bool is_open;     // the tool is down by it, or off or not known since
    bool is_counted;  // it began in the window
    bool is_attended; // a repair has begun
    maru_time unmanned_us;
};

static bool is_down(uint8_t substate) {
    const enum e10_state state = e10_state_of(substate);
    return state == E10_UNSCHEDULED_DOWN || state == E10_SCHEDULED_DOWN;
}

static void count_failure(const struct timeline_interval *at, bool begins_here, uint8_t before,
                          struct failure *failure, struct reliability_sums *sums) {
    if (!failure->is_open || failure->subject != at->subject) {
        *failure =
            (struct failure){.subject = at->subject, .is_open = true, .is_counted = begins_here};
        sums->n_failure += begins_here;
        sums->n_failure_productive += begins_here && e10_state_of(before) == E10_PRODUCTIVE;
    }
    if (at->substate == E10_SUB_REPAIR && !failure->is_attended) {
        failure->is_attended = true;
        sums->n_attended += failure->is_counted;
        sums->unmanned_us += failure->is_counted ? failure->unmanned_us : 0;
    }
    failure->unmanned_us += failure->is_attended ? 0 : at->to_us - at->from_us;
}

static void add_time(uint8_t substate, maru_time us, struct reliability_sums *sums) {
    const enum e10_state state = e10_state_of(substate);
    const bool is_up = state == E10_PRODUCTIVE || state == E10_STANDBY || state == E10_ENGINEERING;
    const bool is_failed = state == E10_UNSCHEDULED_DOWN;
    sums->productive_us += state == E10_PRODUCTIVE ? us : 0;
    sums->uptime_us += is_up ? us : 0;
    sums->down_us += is_down(substate) ? us : 0;
    sums->failed_us += is_failed ? us : 0;
    sums->repair_us += is_failed && substate != E10_SUB_REPAIR_DELAY ? us : 0;
}

// Walks on behind the window, to see when a failure that began in it was attended.
static struct timeline_walk walk_all(const struct timeline *timeline, maru_time from_us,
                                     maru_time to_us) {
    const maru_time since_us = timeline_since(timeline);
    const maru_time last_us =
        timeline->n > 0 ? timeline->point[timeline->n - 1].event.at_us + 1 : to_us;
    return timeline_walk(timeline, since_us < from_us ? since_us : from_us,
                         last_us > to_us ? last_us : to_us);
}

// Is it the edge of what is kept, and not a beginning?
static bool goes_on(const struct timeline *timeline, maru_time at_us) {
    return timeline->is_folded && at_us == timeline->base_us &&
           timeline->before.event.at_us < at_us;
}

void reliability_add(const struct timeline *timeline, const struct shifts *shifts,
                     maru_time from_us, maru_time to_us, struct reliability_sums *sums) {
    struct failure failure = {0};
    uint8_t before = E10_SUB_NOT_KNOWN;
    const struct timeline_walk all = walk_all(timeline, from_us, to_us);
    struct schedule_walk walk = schedule_walk(&all, shifts);
    for (struct timeline_interval at; schedule_next(&walk, &at);) {
        const maru_time begin_us = at.from_us > from_us ? at.from_us : from_us;
        const maru_time end_us = at.to_us < to_us ? at.to_us : to_us;
        const bool begins_here =
            at.from_us >= from_us && at.from_us < to_us && !goes_on(timeline, at.from_us);
        const enum e10_state state = e10_state_of(at.substate);
        if (state == E10_UNSCHEDULED_DOWN) {
            count_failure(&at, begins_here, before, &failure, sums);
        } else if (state != E10_NON_SCHEDULED && state != E10_UNKNOWN) {
            failure.is_open = false;
        }
        add_time(at.substate, end_us > begin_us ? end_us - begin_us : 0, sums);
        sums->n_stop += begins_here && is_down(at.substate) && !is_down(before);
        before = at.substate;
    }
}

static double ratio(double a, uint64_t n) { return n > 0 ? a / (double)n : (double)NAN; }

struct reliability reliability_of(const struct reliability_sums *sums, double level) {
    const uint64_t n = sums->n_failure_productive;
    const double t = (double)sums->productive_us;
    const double tail = 0.5 * (1.0 - level);
    return (struct reliability){
        .mtbf_productive_us = ratio(t, n),
        .mtbf_uptime_us = ratio((double)sums->uptime_us, sums->n_failure),
        .mtbf_least_us = 2.0 * t / chi_square_quantile(1.0 - tail, (double)(2 * n + 2)),
        .mtbf_most_us =
            n > 0 ? 2.0 * t / chi_square_quantile(tail, (double)(2 * n)) : (double)INFINITY,
        .mttr_us = ratio((double)sums->repair_us, sums->n_failure),
        .mean_down_us = ratio((double)sums->failed_us, sums->n_failure),
        .mtta_us = ratio((double)sums->unmanned_us, sums->n_attended),
        .mean_stop_us = ratio((double)sums->down_us, sums->n_stop),
    };
}
