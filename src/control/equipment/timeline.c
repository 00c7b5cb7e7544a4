#include "control/equipment/timeline.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// The points are sorted by time, then by kind, substate, subject and reason: a total order of what
// events say, so that the order of their coming leaves no trace, and equal ones are one.
//
//     folded sums | base: knowledge at base_us | point 0 | point 1 | ... | last: knowledge at the end
//
// Each point carries what holds from it on. A point behind the last continues from `last`; one in
// the past has the fold done again from `base`. What is told of a gap later (BACK_WHOLE) heals the
// LOST before it: the fold looks ahead for that, so a BACK_WHOLE always has the fold done again.
//
// What holds, of all that is open: by hand, not known, unscheduled down, scheduled down, engineering,
// productive, off, standby; of equals the one that began first. A tool that waits for hands (repair
// or maintenance delay) while nobody is scheduled is off.

maru_status timeline_init(struct timeline *timeline, uint32_t max_events, maru_error *err) {
    if (max_events < TIMELINE_MIN_EVENTS || max_events > TIMELINE_MAX_EVENTS) {
        return fail(err, MARU_E_RANGE, "a timeline keeps %d to %d events, not %u",
                    TIMELINE_MIN_EVENTS, TIMELINE_MAX_EVENTS, max_events);
    }
    *timeline = (struct timeline){.max = max_events};
    timeline->before.substate = E10_SUB_NOT_KNOWN;
    return MARU_OK;
}

void timeline_fini(struct timeline *timeline) {
    if (timeline) {
        alloc_free(timeline->point);
        *timeline = (struct timeline){0};
    }
}

// ---- order

static int compare_u64(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

static int compare(const struct timeline_event *a, const struct timeline_event *b) {
    if (a->at_us != b->at_us) {
        return a->at_us < b->at_us ? -1 : 1;
    }
    int order = compare_u64(a->kind, b->kind);
    order = order != 0 ? order : compare_u64(a->substate, b->substate);
    order = order != 0 ? order : compare_u64(a->subject, b->subject);
    return order != 0 ? order : compare_u64(a->reason, b->reason);
}

// The first point that is not before the event.
static uint32_t find(const struct timeline *timeline, const struct timeline_event *event) {
    uint32_t low = 0, high = timeline->n;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (compare(&timeline->point[mid].event, event) < 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

// The first point after a moment.
static uint32_t find_after(const struct timeline *timeline, maru_time at_us) {
    uint32_t low = 0, high = timeline->n;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (timeline->point[mid].event.at_us <= at_us) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

// ---- what one event changes

static bool is_delay(uint8_t substate) {
    return substate == E10_SUB_REPAIR_DELAY || substate == E10_SUB_SCHEDULED_DELAY;
}

static int rank(uint8_t substate) {
    switch (e10_state_of(substate)) {
    case E10_UNSCHEDULED_DOWN:
        return 6;
    case E10_SCHEDULED_DOWN:
        return 5;
    case E10_ENGINEERING:
        return 4;
    case E10_PRODUCTIVE:
        return 3;
    case E10_NON_SCHEDULED:
        return 2;
    case E10_STANDBY:
        return 1;
    case E10_UNKNOWN:
    case N_E10_STATE:
    default:
        return 0;
    }
}

static void close_at(struct timeline_knowledge *know, uint32_t i) {
    know->n_open--;
    memmove(&know->open[i], &know->open[i + 1], (know->n_open - i) * sizeof know->open[0]);
}

static void close_state(struct timeline_knowledge *know, enum e10_state state) {
    for (uint32_t i = know->n_open; i-- > 0;) {
        if (e10_state_of(know->open[i].substate) == state) {
            close_at(know, i);
        }
    }
}

// The open thing of this state and subject; n_open: none.
static uint32_t find_open(const struct timeline_knowledge *know,
                          const struct timeline_event *event) {
    uint32_t i = 0;
    while (i < know->n_open &&
           (know->open[i].subject != event->subject ||
            e10_state_of(know->open[i].substate) != e10_state_of(event->substate))) {
        i++;
    }
    return i;
}

// Is it down, in engineering or off?
static bool cannot_work(const struct timeline_knowledge *know) {
    for (uint32_t i = 0; i < know->n_open; i++) {
        const enum e10_state state = e10_state_of(know->open[i].substate);
        if (state != E10_PRODUCTIVE && state != E10_STANDBY && state != E10_UNKNOWN) {
            return true;
        }
    }
    return false;
}

static void begin(struct timeline_knowledge *know, const struct timeline_event *event) {
    const struct timeline_open open = {event->at_us, event->subject, event->reason,
                                       event->substate};
    const uint32_t i = find_open(know, event);
    if (i < know->n_open) { // goes on in another substate: a repair after the wait for it
        const maru_time since_us = know->open[i].since_us;
        know->open[i] = open;
        know->open[i].since_us = since_us;
        return;
    }
    if (e10_state_of(event->substate) == E10_PRODUCTIVE && cannot_work(know)) {
        know->n_contradiction++;
    }
    if (know->n_open == TIMELINE_MAX_OPEN) {
        know->n_too_many++;
        return;
    }
    know->open[know->n_open++] = open;
}

// Is everything told of what happened since the LOST at point i?
static bool is_healed(const struct timeline *timeline, uint32_t i) {
    for (uint32_t k = i + 1; k < timeline->n; k++) {
        const uint8_t kind = timeline->point[k].event.kind;
        if (kind == TIMELINE_BACK || kind == TIMELINE_BACK_WHOLE) {
            return kind == TIMELINE_BACK_WHOLE;
        }
    }
    return false;
}

static void apply(const struct timeline *timeline, uint32_t i, struct timeline_knowledge *know) {
    const struct timeline_event *event = &timeline->point[i].event;
    uint32_t k = 0;
    switch ((enum timeline_kind)event->kind) {
    case TIMELINE_BACK:
    case TIMELINE_BACK_WHOLE:
        know->is_lost = false;
        break;
    case TIMELINE_END:
        k = find_open(know, event);
        know->n_stray += k == know->n_open;
        if (k < know->n_open) {
            close_at(know, k);
        }
        know->is_known = know->is_known || !know->is_lost;
        break;
    case TIMELINE_HAND_END:
        know->is_by_hand = false;
        break;
    case TIMELINE_SAY:
        know->n_open = 0;
        begin(know, event);
        know->is_known = know->is_known || !know->is_lost;
        break;
    case TIMELINE_BEGIN:
        begin(know, event);
        know->is_known = know->is_known || !know->is_lost;
        break;
    case TIMELINE_HAND:
        know->is_by_hand = true;
        know->hand =
            (struct timeline_open){event->at_us, event->subject, event->reason, event->substate};
        break;
    case TIMELINE_LOST:
        if (!is_healed(timeline, i)) {
            know->is_lost = true;
            know->is_known = false;
            close_state(know, E10_PRODUCTIVE); // what ran then may be gone by the time we hear
        }
        break;
    case N_TIMELINE_KIND:
    default:
        assert(0); // timeline_put has looked at it
    }
}

// ---- what holds

static struct timeline_open what_holds(const struct timeline_knowledge *know) {
    if (know->is_by_hand) {
        return know->hand;
    }
    if (!know->is_known) {
        return (struct timeline_open){.substate = E10_SUB_NOT_KNOWN};
    }
    const struct timeline_open *best = NULL, *off = NULL;
    for (uint32_t i = 0; i < know->n_open; i++) { // in the order of their beginning
        const struct timeline_open *open = &know->open[i];
        best = !best || rank(open->substate) > rank(best->substate) ? open : best;
        off = !off && e10_state_of(open->substate) == E10_NON_SCHEDULED ? open : off;
    }
    if (best && off && is_delay(best->substate)) {
        return *off;
    }
    return best ? *best : (struct timeline_open){.substate = E10_SUB_IDLE};
}

static void settle(struct timeline_point *point, const struct timeline_knowledge *know) {
    const struct timeline_open holds = what_holds(know);
    point->substate = holds.substate;
    point->subject = holds.subject;
    point->reason = holds.reason;
}

static void fold_again(struct timeline *timeline) {
    timeline->last = timeline->base;
    for (uint32_t i = 0; i < timeline->n; i++) {
        apply(timeline, i, &timeline->last);
        settle(&timeline->point[i], &timeline->last);
    }
}

// ---- putting

static bool grow(struct timeline *timeline) {
    if (timeline->n < timeline->cap) {
        return true;
    }
    uint32_t cap = timeline->cap > 0 ? timeline->cap * 2 : TIMELINE_MIN_EVENTS;
    cap = cap < timeline->max ? cap : timeline->max;
    struct timeline_point *point = alloc_resize(timeline->point, cap, sizeof *point);
    if (point) {
        timeline->point = point;
        timeline->cap = cap;
    }
    return point != NULL;
}

static maru_status check(const struct timeline_event *event, maru_error *err) {
    if (event->kind >= N_TIMELINE_KIND) {
        return fail(err, MARU_E_INPUT, "there is no event of kind %u", (unsigned)event->kind);
    }
    if (event->substate >= N_E10_SUBSTATE) {
        return fail(err, MARU_E_INPUT, "there is no state %u", (unsigned)event->substate);
    }
    if (event->at_us > TIMELINE_MAX_TIME || event->at_us < -TIMELINE_MAX_TIME) {
        return fail(err, MARU_E_RANGE, "the time of the event is out of range");
    }
    return MARU_OK;
}

// Adds the time from base_us to `until_us`, in which `before` holds, to the sums.
static void fold_time(struct timeline *timeline, maru_time until_us) {
    timeline->folded_us[timeline->before.substate] += until_us - timeline->base_us;
    timeline->base_us = until_us;
}

static void fold_points(struct timeline *timeline, uint32_t n) {
    if (n > 0 && !timeline->is_folded) {
        timeline->is_folded = true;
        timeline->base_us = timeline->point[0].event.at_us;
        timeline->since_us = timeline->base_us;
    }
    for (uint32_t i = 0; i < n; i++) {
        apply(timeline, i, &timeline->base);
        fold_time(timeline, timeline->point[i].event.at_us);
        timeline->before = timeline->point[i];
    }
    timeline->n -= n;
    if (n > 0) {
        memmove(timeline->point, timeline->point + n, timeline->n * sizeof *timeline->point);
    }
}

maru_status timeline_put(struct timeline *timeline, const struct timeline_event *event,
                         maru_error *err) {
    const maru_status st = check(event, err);
    if (st != MARU_OK) {
        return st;
    }
    if (timeline->is_folded && event->at_us < timeline->base_us) {
        timeline->n_too_late++;
        return fail(err, MARU_E_RANGE, "the event is older than what is kept of this tool");
    }
    const uint32_t at = find(timeline, event);
    if (at < timeline->n && compare(&timeline->point[at].event, event) == 0) {
        timeline->n_repeated++;
        return MARU_OK;
    }
    if (timeline->n == timeline->max) {
        fold_points(timeline, timeline->max / 4);
        return timeline_put(timeline, event, err);
    }
    if (!grow(timeline)) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    memmove(timeline->point + at + 1, timeline->point + at,
            (timeline->n - at) * sizeof *timeline->point);
    timeline->point[at] = (struct timeline_point){.event = *event};
    timeline->n++;
    if (at + 1 == timeline->n && event->kind != TIMELINE_BACK_WHOLE) {
        apply(timeline, at, &timeline->last);
        settle(&timeline->point[at], &timeline->last);
    } else {
        fold_again(timeline);
    }
    return MARU_OK;
}

void timeline_take_back(struct timeline *timeline, maru_time at_us) {
    const uint32_t from = find_after(timeline, at_us - 1);
    uint32_t n = from;
    for (uint32_t i = from; i < timeline->n; i++) {
        const struct timeline_event *event = &timeline->point[i].event;
        if (event->at_us != at_us || event->kind != TIMELINE_SAY) {
            timeline->point[n++] = timeline->point[i];
        }
    }
    if (n < timeline->n) {
        timeline->n = n;
        fold_again(timeline);
    }
}

void timeline_forget(struct timeline *timeline, maru_time until_us) {
    fold_points(timeline, find_after(timeline, until_us));
    if (timeline->is_folded && until_us > timeline->base_us && until_us <= TIMELINE_MAX_TIME) {
        fold_time(timeline, until_us);
    }
}

// ---- reading

maru_time timeline_since(const struct timeline *timeline) {
    if (timeline->is_folded) {
        return timeline->since_us;
    }
    return timeline->n > 0 ? timeline->point[0].event.at_us : INT64_MAX;
}

// What holds behind the first `n` points.
static const struct timeline_point *holding(const struct timeline *timeline, uint32_t n) {
    return n > 0 ? &timeline->point[n - 1] : &timeline->before;
}

static bool is_same(const struct timeline_point *a, const struct timeline_point *b) {
    return a->substate == b->substate && a->subject == b->subject && a->reason == b->reason;
}

struct timeline_interval timeline_at(const struct timeline *timeline, maru_time at_us) {
    if (timeline->is_folded && at_us < timeline->base_us) {
        return (struct timeline_interval){at_us, at_us, 0, 0, E10_SUB_NOT_KNOWN};
    }
    const uint32_t after = find_after(timeline, at_us);
    const struct timeline_point *now = holding(timeline, after);
    uint32_t first = after;
    while (first > 0 && is_same(holding(timeline, first - 1), now)) {
        first--;
    }
    const maru_time begin_us = timeline->is_folded ? timeline->base_us : at_us;
    return (struct timeline_interval){first > 0 ? timeline->point[first - 1].event.at_us : begin_us,
                                      at_us, now->subject, now->reason, now->substate};
}

struct timeline_walk timeline_walk(const struct timeline *timeline, maru_time from_us,
                                   maru_time to_us) {
    const bool is_cut = timeline->is_folded && from_us < timeline->base_us;
    const maru_time at_us = is_cut ? timeline->base_us : from_us;
    return (struct timeline_walk){timeline, at_us, to_us, find_after(timeline, at_us)};
}

bool timeline_next(struct timeline_walk *walk, struct timeline_interval *out) {
    const struct timeline *timeline = walk->timeline;
    if (walk->at_us >= walk->to_us) {
        return false;
    }
    const struct timeline_point *now = holding(timeline, walk->next);
    while (walk->next < timeline->n && is_same(&timeline->point[walk->next], now)) {
        walk->next++;
    }
    maru_time until_us = walk->to_us;
    if (walk->next < timeline->n && timeline->point[walk->next].event.at_us < until_us) {
        until_us = timeline->point[walk->next].event.at_us;
    }
    *out =
        (struct timeline_interval){walk->at_us, until_us, now->subject, now->reason, now->substate};
    walk->at_us = until_us;
    walk->next = find_after(timeline, until_us); // the last of several at one moment holds
    return true;
}

maru_status timeline_sum(const struct timeline *timeline, maru_time from_us, maru_time to_us,
                         maru_time us[N_E10_SUBSTATE], maru_error *err) {
    if (from_us > to_us) {
        return fail(err, MARU_E_RANGE, "the time to sum up ends before it begins");
    }
    if (from_us < -TIMELINE_MAX_TIME || to_us > TIMELINE_MAX_TIME) {
        return fail(err, MARU_E_RANGE, "the time to sum up is out of range");
    }
    if (timeline->is_folded && from_us < timeline->base_us) {
        return fail(err, MARU_E_RANGE,
                    "the time to sum up begins before what is kept of this tool");
    }
    struct timeline_walk walk = timeline_walk(timeline, from_us, to_us);
    for (struct timeline_interval at; timeline_next(&walk, &at);) {
        us[at.substate] += at.to_us - at.from_us;
    }
    return MARU_OK;
}
