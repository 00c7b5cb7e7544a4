#include "control/alarms/alarms.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/alarms/alarm_timers.h"
#include "signal/sample.h"

// The path of a sample:
//
//     sample -> leaves of its signal -> condition of their alarm -> delay -> active -> settle -> changes
//
// A leaf that does not change ends the path, which is nearly always. What an alarm is shown as is a
// function of its flags, its shelf and the causes above it (alarms_state_of); settle compares that with
// what is shown, annunciates where an alarm gets visible and active, and tells. So an alarm is never two
// things at once, and whatever hides one and lets it go again takes the same way.
//
// Times: a condition becomes true at the time of its sample, and its delay ends at that time plus the
// delay. Before a later change of the condition is looked at, delays that ended until then are; so late
// hearing does not change what comes of the samples. Timers are fired in the order of (due, number).

struct alarms_options alarms_usual(void) {
    const maru_time minute_us = INT64_C(60) * 1000000;
    return (struct alarms_options){
        .flood_window_us = 10 * minute_us,
        .flood_begins = 10,
        .flood_ends = 5,
        .flood_hides = N_ALARM_PRIORITY,
        .chatter_us = minute_us,
        .standing_us = 1440 * minute_us,
        .longest_shelf_us = 480 * minute_us,
    };
}

const char *alarm_state_name(enum alarm_state state, bool is_korean) {
    static const char *const name[2][N_ALARM_STATE] = {{
#define X(state, english, korean) english,
                                                           ALARM_STATES(X)
#undef X
                                                       },
                                                       {
#define X(state, english, korean) korean,
                                                           ALARM_STATES(X)
#undef X
                                                       }};
    return (unsigned)state < N_ALARM_STATE ? name[is_korean][state] : "";
}

// ---- memory

size_t alarms_lay_out(struct alarms *alarms, unsigned char *block) {
    const size_t n_alarm = alarms->n_alarm, n_signal = alarms->n_signal;
    const size_t n_leaf = alarms->n_leaf, n_operator = alarms->n_operator;
    const size_t n_timer = alarms->n_timer;
    size_t at = 0;
#define X(type, name, count)                                                                       \
    alarms->name = block ? (void *)(block + at) : NULL;                                            \
    at += ((count) * sizeof(type) + 7) / 8 * 8;
    ALARMS_ARRAYS(X)
#undef X
    return at;
}

static maru_status check_options(const struct alarms_options *o, maru_error *err) {
    const maru_time longest_us = ALARMS_MAX_TIME / 8;
    const bool is_span[] = {
        o->flood_window_us > 0 && o->flood_window_us<longest_us, o->chatter_us> 0 &&
            o->chatter_us<longest_us, o->standing_us> 0 &&
            o->standing_us<longest_us, o->longest_shelf_us> 0 && o->longest_shelf_us < longest_us,
    };
    for (size_t i = 0; i < sizeof is_span / sizeof *is_span; i++) {
        if (!is_span[i]) {
            return fail(err, MARU_E_USAGE, "a span of time of the alarms is out of range");
        }
    }
    if (o->flood_begins < 1 || o->flood_begins > ALARMS_MAX_FLOOD || o->flood_ends < 1 ||
        o->flood_ends > o->flood_begins || o->flood_hides > N_ALARM_PRIORITY) {
        return fail(err, MARU_E_USAGE, "a flood begins above 1 to %d alarms and ends below as many",
                    ALARMS_MAX_FLOOD);
    }
    return MARU_OK;
}

maru_status alarms_init(struct alarms *alarms, const struct alarm_table *table,
                        const struct alarms_options *options, maru_time start_us, maru_error *err) {
    const maru_status st = check_options(options, err);
    if (st != MARU_OK) {
        return st;
    }
    if (start_us > ALARMS_MAX_TIME / 2 || start_us < -ALARMS_MAX_TIME / 2) {
        return fail(err, MARU_E_RANGE, "the time is out of range");
    }
    struct alarms a = {.table = table,
                       .options = *options,
                       .now_us = start_us,
                       .n_alarm = table->n_alarm,
                       .n_signal = table->n_signal,
                       .n_leaf = table->n_leaf,
                       .n_operator = table->n_operator};
    a.n_timer = N_ALARM_TIMER * a.n_alarm + a.n_leaf + a.n_operator;
    a.block_bytes = alarms_lay_out(&a, NULL);
    a.block = alloc_new(a.block_bytes + 8, 1);
    if (!a.block) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    alarms_lay_out(&a, a.block);
    for (uint32_t i = 0; i < a.n_signal; i++) {
        a.signal_us[i] = start_us;
    }
    for (uint32_t i = 0; i < a.n_leaf; i++) {
        a.leaf_us[i] = INT64_MIN; // no sample yet
    }
    for (uint32_t i = 0; i < a.n_alarm; i++) {
        a.went_us[i] = INT64_MIN / 2;
    }
    for (uint32_t i = 0; i < 3 * a.n_alarm; i++) {
        a.came_us[i] = INT64_MIN / 2;
    }
    for (uint32_t i = 0; i < (ALARMS_MAX_FLOOD + 1) * a.n_operator; i++) {
        a.flood_us[i] = INT64_MIN / 2;
    }
    for (uint32_t i = 0; i < a.n_timer; i++) {
        a.timer_at[i] = ALARM_NONE;
    }
    for (uint32_t i = 0; i < a.n_leaf; i++) {
        if (table->leaf[i].kind == CONDITION_SILENT) {
            alarm_timer_set(&a, alarm_timer_of_leaf(&a, i), start_us + table->leaf[i].span_us);
        }
    }
    for (uint32_t i = 0; i < a.n_alarm; i++) { // `not ...` is true from the start
        const struct alarm_def *def = &table->alarm[i];
        if (condition_is_true(table->code + def->first_code, def->n_code, 0)) {
            a.flags[i] |= ALARM_IS_TRUE;
            alarm_timer_set(&a, alarm_timer_of(&a, TIMER_DELAY, i), start_us + def->on_us);
        }
    }
    *alarms = a;
    return MARU_OK;
}

void alarms_fini(struct alarms *alarms) {
    if (alarms) {
        alloc_free(alarms->block);
        *alarms = (struct alarms){0};
    }
}

void alarms_listen(struct alarms *alarms, alarms_tell tell, void *context) {
    alarms->tell = tell;
    alarms->context = context;
}

// ---- what is shown

struct reason {
    maru_time at_us;
    uint32_t who, note;
    uint8_t why;
};

uint8_t alarms_state_of(const struct alarms *alarms, uint32_t alarm) {
    const uint8_t flags = alarms->flags[alarm];
    if (flags & ALARM_IS_OUT) {
        return ALARM_OUT_OF_SERVICE;
    }
    if (alarms->shelf_us[alarm] != 0) {
        return ALARM_SHELVED;
    }
    const bool is_hidden = alarms->n_above[alarm] > 0 || (flags & ALARM_IS_FLOODED) != 0;
    if (flags & ALARM_IS_ACTIVE) {
        if (is_hidden) {
            return ALARM_SUPPRESSED;
        }
        return flags & ALARM_IS_OPEN ? ALARM_UNACKED : ALARM_ACKED;
    }
    return flags & ALARM_IS_OPEN && !is_hidden ? ALARM_RETURNED : ALARM_NORMAL;
}

static void tell(const struct alarms *a, const struct alarm_change *change) {
    if (a->tell) {
        a->tell(a->context, change);
    }
}

static void tell_news(const struct alarms *a, uint32_t alarm, enum alarm_news news, maru_time at_us,
                      uint32_t n) {
    tell(a, &(struct alarm_change){.at_us = at_us,
                                   .alarm = alarm,
                                   .news = (uint8_t)news,
                                   .from = a->shown[alarm],
                                   .to = a->shown[alarm],
                                   .n = n});
}

// Puts a time in front of the latest ones; they never go back.
static void push_time(int64_t *ring, uint32_t n, maru_time at_us) {
    at_us = at_us > ring[0] ? at_us : ring[0];
    memmove(ring + 1, ring, (n - 1) * sizeof *ring);
    ring[0] = at_us;
}

static void count_chatter(struct alarms *a, uint32_t alarm, maru_time at_us) {
    int64_t *ring = a->came_us + 3 * (size_t)alarm;
    push_time(ring, ALARMS_CHATTER, at_us);
    const bool chatters = ring[0] - ring[ALARMS_CHATTER - 1] <= a->options.chatter_us;
    if (chatters && !(a->flags[alarm] & ALARM_IS_CHATTERING)) {
        a->flags[alarm] |= ALARM_IS_CHATTERING;
        tell_news(a, alarm, ALARM_CHATTERS, at_us, ALARMS_CHATTER);
    }
    if (a->flags[alarm] & ALARM_IS_CHATTERING) {
        alarm_timer_set(a, alarm_timer_of(a, TIMER_CHATTER, alarm),
                        ring[0] + a->options.chatter_us);
    }
}

static void count_flood(struct alarms *a, uint32_t operator_, maru_time at_us) {
    int64_t *ring = a->flood_us + (size_t)operator_ * (ALARMS_MAX_FLOOD + 1);
    push_time(ring, ALARMS_MAX_FLOOD + 1, at_us);
    a->flood_came[operator_] += a->in_flood[operator_];
    if (!a->in_flood[operator_] &&
        ring[0] - ring[a->options.flood_begins] < a->options.flood_window_us) {
        a->in_flood[operator_] = 1;
        a->flood_came[operator_] = a->options.flood_begins + 1;
        a->flood_hidden[operator_] = 0;
        tell(a, &(struct alarm_change){.at_us = at_us,
                                       .alarm = operator_,
                                       .news = ALARM_FLOOD_BEGINS,
                                       .n = a->flood_came[operator_]});
    }
    if (a->in_flood[operator_]) {
        alarm_timer_set(a, alarm_timer_of_operator(a, operator_),
                        ring[a->options.flood_ends - 1] + a->options.flood_window_us);
    }
}

// The alarm gets visible while it is active.
static void annunciate(struct alarms *a, uint32_t alarm, maru_time at_us) {
    const struct alarm_def *def = &a->table->alarm[alarm];
    a->flags[alarm] |= (uint8_t)(ALARM_IS_TOLD | (def->needs_ack ? ALARM_IS_OPEN : 0));
    a->n_came[alarm]++;
    a->level[alarm] = 0;
    if (def->needs_ack && def->escalate_us > 0) {
        alarm_timer_set(a, alarm_timer_of(a, TIMER_ESCALATE, alarm), at_us + def->escalate_us);
    }
    alarm_timer_set(a, alarm_timer_of(a, TIMER_STANDING, alarm), at_us + a->options.standing_us);
}

static void close_alarm(struct alarms *a, uint32_t alarm) { // nothing to acknowledge any more
    a->flags[alarm] &= (uint8_t)~ALARM_IS_OPEN;
    alarm_timer_stop(a, alarm_timer_of(a, TIMER_ESCALATE, alarm));
}

// The alarm that is active itself and stands highest above this one: it gets the count.
static uint32_t highest_cause(const struct alarms *a, uint32_t alarm) {
    uint32_t found = ALARM_NONE;
    for (uint32_t k = a->table->alarm[alarm].cause; k != ALARM_NONE; k = a->table->alarm[k].cause) {
        const uint8_t flags = a->flags[k];
        found = (flags & ALARM_IS_ACTIVE) && !(flags & ALARM_IS_OUT) ? k : found;
    }
    return found;
}

static void count_hidden(struct alarms *a, uint32_t alarm) {
    const uint32_t operator_ = a->table->alarm[alarm].operator_;
    const uint32_t cause = highest_cause(a, alarm);
    a->n_hidden[alarm]++;
    a->flood_hidden[operator_] += a->in_flood[operator_];
    if (cause != ALARM_NONE) {
        a->n_effects_hidden[cause]++;
    }
}

// Is it to be kept back now that it would be told, because of a flood?
static bool is_for_later(const struct alarms *a, uint32_t alarm) {
    const struct alarm_def *def = &a->table->alarm[alarm];
    return a->in_flood[def->operator_] && def->priority >= a->options.flood_hides;
}

// Brings what is shown in line with what is known, and tells.
static void settle(struct alarms *a, uint32_t alarm, const struct reason *reason) {
    uint8_t to = alarms_state_of(a, alarm);
    const uint8_t from = a->shown[alarm];
    bool is_new = (to == ALARM_ACKED || to == ALARM_UNACKED) && !(a->flags[alarm] & ALARM_IS_TOLD);
    if (is_new && is_for_later(a, alarm)) {
        a->flags[alarm] |= ALARM_IS_FLOODED;
        to = ALARM_SUPPRESSED;
        is_new = false;
    }
    if (is_new) {
        annunciate(a, alarm, reason->at_us);
        to = alarms_state_of(a, alarm);
    } else if (to != ALARM_ACKED && to != ALARM_UNACKED) {
        a->flags[alarm] &= (uint8_t)~ALARM_IS_TOLD;
        alarm_timer_stop(a, alarm_timer_of(a, TIMER_STANDING, alarm));
    }
    if (to != ALARM_RETURNED && to != ALARM_UNACKED) {
        close_alarm(a, alarm);
    }
    if (to != from || is_new) {
        a->shown[alarm] = to;
        if (to == ALARM_SUPPRESSED) {
            count_hidden(a, alarm);
        }
        tell(a, &(struct alarm_change){.at_us = reason->at_us,
                                       .alarm = alarm,
                                       .who = reason->who,
                                       .note = reason->note,
                                       .from = from,
                                       .to = to,
                                       .why = reason->why});
    }
    if (is_new) {
        count_chatter(a, alarm, reason->at_us);
        count_flood(a, a->table->alarm[alarm].operator_, reason->at_us);
    }
}

// ---- causes

static bool is_cause(const struct alarms *a, uint32_t alarm) {
    return (a->flags[alarm] & (ALARM_IS_ACTIVE | ALARM_IS_OUT)) == ALARM_IS_ACTIVE;
}

// The alarm has begun (by 1) or ceased (by -1) to be a cause: all that follow from it hear of it. As deep
// as causes go, ALARMS_MAX_CAUSES.
static void spread(struct alarms *a, uint32_t alarm, int by, maru_time at_us) {
    const struct reason reason = {.at_us = at_us, .why = ALARM_BY_CAUSE};
    const uint32_t *first = a->table->effect_first;
    for (uint32_t i = first[alarm]; i < first[alarm + 1]; i++) {
        const uint32_t effect = a->table->effect[i];
        a->n_above[effect] = (uint8_t)(a->n_above[effect] + by);
        settle(a, effect, &reason);
        spread(a, effect, by, at_us);
    }
}

// ---- active and not

static void set_active(struct alarms *a, uint32_t alarm, bool is_active, maru_time at_us) {
    const struct reason reason = {.at_us = at_us, .why = ALARM_BY_SIGNAL};
    const bool was_cause = is_cause(a, alarm);
    if (is_active) {
        a->flags[alarm] |= ALARM_IS_ACTIVE;
    } else {
        a->flags[alarm] &= (uint8_t) ~(ALARM_IS_ACTIVE | ALARM_IS_FLOODED);
        a->went_us[alarm] = at_us;
    }
    const bool now_cause = is_cause(a, alarm);
    if (now_cause && !was_cause) { // what follows from it is kept back first
        spread(a, alarm, 1, at_us);
    }
    settle(a, alarm, &reason);
    if (was_cause && !now_cause) {
        spread(a, alarm, -1, at_us);
    }
}

static void end_delay(struct alarms *a, uint32_t alarm, maru_time due_us) {
    const uint32_t timer = alarm_timer_of(a, TIMER_DELAY, alarm);
    alarm_timer_stop(a, timer);
    set_active(a, alarm, (a->flags[alarm] & ALARM_IS_TRUE) != 0, due_us);
}

// The condition has changed at at_us.
static void set_true(struct alarms *a, uint32_t alarm, bool is_true, maru_time at_us) {
    const struct alarm_def *def = &a->table->alarm[alarm];
    const uint32_t timer = alarm_timer_of(a, TIMER_DELAY, alarm);
    if (a->timer_at[timer] != ALARM_NONE && a->due_us[timer] <= at_us) {
        end_delay(a, alarm, a->due_us[timer]); // it had been true, or not, for long enough before
    }
    a->flags[alarm] =
        (uint8_t)(is_true ? a->flags[alarm] | ALARM_IS_TRUE : a->flags[alarm] & ~ALARM_IS_TRUE);
    if (is_true == ((a->flags[alarm] & ALARM_IS_ACTIVE) != 0)) {
        alarm_timer_stop(a, timer);
        return;
    }
    maru_time due_us = at_us + (is_true ? def->on_us : def->off_us);
    const maru_time dead_us = a->went_us[alarm] + def->dead_us;
    due_us = is_true && dead_us > due_us ? dead_us : due_us;
    if (due_us <= at_us) {
        end_delay(a, alarm, at_us);
    } else {
        alarm_timer_set(a, timer, due_us);
    }
}

static void set_leaf(struct alarms *a, uint32_t leaf, bool is_true, maru_time at_us) {
    const uint32_t alarm = a->table->leaf_alarm[leaf];
    const struct alarm_def *def = &a->table->alarm[alarm];
    const uint32_t bit = UINT32_C(1) << (leaf - def->first_leaf);
    a->leaves[alarm] = is_true ? a->leaves[alarm] | bit : a->leaves[alarm] & ~bit;
    const bool holds =
        condition_is_true(a->table->code + def->first_code, def->n_code, a->leaves[alarm]);
    if (holds != ((a->flags[alarm] & ALARM_IS_TRUE) != 0)) {
        set_true(a, alarm, holds, at_us);
    }
}

static bool leaf_is_true(const struct alarms *a, uint32_t leaf) {
    const uint32_t alarm = a->table->leaf_alarm[leaf];
    return (a->leaves[alarm] >> (leaf - a->table->alarm[alarm].first_leaf) & 1) != 0;
}

// ---- samples

// A change within the span, judged block by block: from the sample that opened the block to this one, in
// proportion; and at once where it is already too much.
static bool judge_rate(struct alarms *a, uint32_t i, maru_time at_us, double value, bool was) {
    const struct condition_leaf *leaf = &a->table->leaf[i];
    const maru_time from_us = a->leaf_us[i];
    if (from_us == INT64_MIN) {
        a->leaf_us[i] = at_us;
        a->leaf_value[i] = value;
        return false;
    }
    double change = value - a->leaf_value[i];
    change = leaf->kind == CONDITION_FALLS ? -change : change;
    change = leaf->kind == CONDITION_CHANGES ? fabs(change) : change;
    if (at_us - from_us < leaf->span_us) {
        return was || change > leaf->high;
    }
    a->leaf_us[i] = at_us;
    a->leaf_value[i] = value;
    return change * ((double)leaf->span_us / (double)(at_us - from_us)) > leaf->high;
}

static bool judge(struct alarms *a, uint32_t i, maru_time at_us, double value, bool was) {
    const struct condition_leaf *leaf = &a->table->leaf[i];
    const double band = was ? leaf->deadband : 0.0;
    switch ((enum condition_kind)leaf->kind) {
    case CONDITION_ABOVE:
        return value > leaf->high - band;
    case CONDITION_BELOW:
        return value < leaf->low + band;
    case CONDITION_OUTSIDE:
        return value > leaf->high - band || value < leaf->low + band;
    case CONDITION_EQUAL:
        return value == leaf->high;
    case CONDITION_RISES:
    case CONDITION_FALLS:
    case CONDITION_CHANGES:
        return judge_rate(a, i, at_us, value, was);
    case CONDITION_SILENT:
    case CONDITION_BAD:
    case N_CONDITION_KIND:
    default:
        return false; // a good sample is neither
    }
}

// A signal that had been silent for long enough before this sample was so, even if nobody has looked.
static void end_silence(struct alarms *a, uint32_t i, maru_time before_us, maru_time at_us) {
    const maru_time span_us = a->table->leaf[i].span_us;
    if (at_us - before_us >= span_us && !leaf_is_true(a, i)) {
        set_leaf(a, i, true, before_us + span_us);
    }
    if (leaf_is_true(a, i)) {
        set_leaf(a, i, false, at_us);
        alarm_timer_set(a, alarm_timer_of_leaf(a, i), at_us + span_us);
    }
}

maru_status alarms_sample(struct alarms *alarms, uint32_t signal, maru_time at_us, double value,
                          uint8_t quality, maru_error *err) {
    struct alarms *a = alarms;
    if (signal >= a->n_signal) {
        return fail(err, MARU_E_RANGE, "there is no signal %u", signal);
    }
    if (at_us > ALARMS_MAX_TIME || at_us < -ALARMS_MAX_TIME) {
        return fail(err, MARU_E_RANGE, "the time is out of range");
    }
    a->n_sample++;
    const maru_time before_us = a->signal_us[signal];
    if (at_us < before_us) {
        a->n_late++;
        return MARU_OK;
    }
    a->signal_us[signal] = at_us;
    const bool is_bad = quality < QUALITY_UNCERTAIN || isnan(value);
    const uint32_t *first = a->table->signal_first;
    for (uint32_t k = first[signal]; k < first[signal + 1]; k++) {
        const uint32_t i = a->table->signal_leaf[k];
        const uint8_t kind = a->table->leaf[i].kind;
        if (kind == CONDITION_SILENT) {
            end_silence(a, i, before_us, at_us);
            continue;
        }
        if (is_bad && kind != CONDITION_BAD) {
            continue; // a bad sample says nothing of the value: what was true stays
        }
        const bool was = leaf_is_true(a, i);
        const bool is = kind == CONDITION_BAD ? is_bad : judge(a, i, at_us, value, was);
        if (is != was) {
            set_leaf(a, i, is, at_us);
        }
    }
    return MARU_OK;
}

// ---- time

static void fire_silence(struct alarms *a, uint32_t leaf, maru_time due_us) {
    const maru_time heard_us = a->signal_us[a->table->leaf[leaf].signal];
    const maru_time span_us = a->table->leaf[leaf].span_us;
    if (heard_us + span_us > due_us) {
        alarm_timer_set(a, alarm_timer_of_leaf(a, leaf), heard_us + span_us);
    } else if (!leaf_is_true(a, leaf)) {
        set_leaf(a, leaf, true, due_us);
    }
}

static void end_flood(struct alarms *a, uint32_t operator_, maru_time at_us) {
    const struct reason reason = {.at_us = at_us, .why = ALARM_BY_FLOOD};
    a->in_flood[operator_] = 0;
    tell(a, &(struct alarm_change){.at_us = at_us,
                                   .alarm = operator_,
                                   .news = ALARM_FLOOD_ENDS,
                                   .n = a->flood_came[operator_],
                                   .n_hidden = a->flood_hidden[operator_]});
    for (uint32_t i = 0; i < a->n_alarm; i++) {
        if (a->table->alarm[i].operator_ == operator_ && (a->flags[i] & ALARM_IS_FLOODED)) {
            a->flags[i] &= (uint8_t)~ALARM_IS_FLOODED;
            settle(a, i, &reason);
        }
    }
}

static void escalate(struct alarms *a, uint32_t alarm, maru_time due_us) {
    a->level[alarm]++;
    tell_news(a, alarm, ALARM_ESCALATED, due_us, a->level[alarm]);
    if (a->level[alarm] < ALARMS_MAX_LEVEL) {
        alarm_timer_set(a, alarm_timer_of(a, TIMER_ESCALATE, alarm),
                        due_us + a->table->alarm[alarm].escalate_us);
    }
}

static void fire_of_alarm(struct alarms *a, enum alarm_timer kind, uint32_t alarm,
                          maru_time due_us) {
    const struct reason by_time = {.at_us = due_us, .why = ALARM_BY_TIME};
    switch (kind) {
    case TIMER_DELAY:
        end_delay(a, alarm, due_us);
        break;
    case TIMER_ESCALATE:
        escalate(a, alarm, due_us);
        break;
    case TIMER_SHELF:
        a->shelf_us[alarm] = 0;
        settle(a, alarm, &by_time);
        break;
    case TIMER_STANDING:
        tell_news(a, alarm, ALARM_STANDS, due_us, a->n_came[alarm]);
        break;
    case TIMER_CHATTER:
        a->flags[alarm] &= (uint8_t)~ALARM_IS_CHATTERING;
        tell_news(a, alarm, ALARM_CHATTERS_NO_MORE, due_us, a->n_came[alarm]);
        break;
    case N_ALARM_TIMER:
    default:
        break;
    }
}

static void fire(struct alarms *a, uint32_t timer) {
    const maru_time due_us = a->due_us[timer];
    alarm_timer_stop(a, timer);
    const uint32_t n_of_alarms = N_ALARM_TIMER * a->n_alarm;
    if (timer < n_of_alarms) {
        fire_of_alarm(a, (enum alarm_timer)(timer / a->n_alarm), timer % a->n_alarm, due_us);
    } else if (timer < n_of_alarms + a->n_leaf) {
        fire_silence(a, timer - n_of_alarms, due_us);
    } else {
        end_flood(a, timer - n_of_alarms - a->n_leaf, due_us);
    }
}

maru_status alarms_advance(struct alarms *alarms, maru_time now_us, maru_error *err) {
    if (now_us > ALARMS_MAX_TIME || now_us < -ALARMS_MAX_TIME) {
        return fail(err, MARU_E_RANGE, "the time is out of range");
    }
    while (alarms->n_heap > 0 && alarms->due_us[alarms->heap[0]] <= now_us) {
        fire(alarms, alarms->heap[0]);
    }
    alarms->now_us = now_us > alarms->now_us ? now_us : alarms->now_us;
    return MARU_OK;
}

// ---- people

static maru_status check_person(const struct alarms *a, uint32_t alarm, maru_time at_us,
                                maru_error *err) {
    if (alarm >= a->n_alarm) {
        return fail(err, MARU_E_RANGE, "there is no alarm %u", alarm);
    }
    if (at_us > ALARMS_MAX_TIME || at_us < -ALARMS_MAX_TIME) {
        return fail(err, MARU_E_RANGE, "the time is out of range");
    }
    return MARU_OK;
}

maru_status alarms_ack(struct alarms *alarms, uint32_t alarm, maru_time at_us, uint32_t who,
                       uint32_t note, maru_error *err) {
    const maru_status st = check_person(alarms, alarm, at_us, err);
    if (st != MARU_OK) {
        return st;
    }
    if (!(alarms->flags[alarm] & ALARM_IS_OPEN)) {
        return fail(err, MARU_E_USAGE, "there is nothing to acknowledge");
    }
    close_alarm(alarms, alarm);
    settle(alarms, alarm, &(struct reason){at_us, who, note, ALARM_BY_PERSON});
    return MARU_OK;
}

maru_status alarms_shelve(struct alarms *alarms, uint32_t alarm, maru_time at_us,
                          maru_time until_us, uint32_t who, uint32_t note, maru_error *err) {
    const maru_status st = check_person(alarms, alarm, at_us, err);
    if (st != MARU_OK) {
        return st;
    }
    const bool is_far = until_us > ALARMS_MAX_TIME || until_us == 0;
    if (until_us <= at_us || is_far || until_us - at_us > alarms->options.longest_shelf_us) {
        return fail(err, MARU_E_USAGE,
                    "a shelf ends after it begins, and not later than the longest one allowed");
    }
    if (alarms->flags[alarm] & ALARM_IS_OUT) {
        return fail(err, MARU_E_USAGE, "the alarm is out of service");
    }
    alarms->shelf_us[alarm] = until_us;
    alarm_timer_set(alarms, alarm_timer_of(alarms, TIMER_SHELF, alarm), until_us);
    settle(alarms, alarm, &(struct reason){at_us, who, note, ALARM_BY_PERSON});
    return MARU_OK;
}

maru_status alarms_unshelve(struct alarms *alarms, uint32_t alarm, maru_time at_us, uint32_t who,
                            uint32_t note, maru_error *err) {
    const maru_status st = check_person(alarms, alarm, at_us, err);
    if (st != MARU_OK) {
        return st;
    }
    if (alarms->shelf_us[alarm] == 0) {
        return fail(err, MARU_E_USAGE, "the alarm is not shelved");
    }
    alarms->shelf_us[alarm] = 0;
    alarm_timer_stop(alarms, alarm_timer_of(alarms, TIMER_SHELF, alarm));
    settle(alarms, alarm, &(struct reason){at_us, who, note, ALARM_BY_PERSON});
    return MARU_OK;
}

maru_status alarms_set_service(struct alarms *alarms, uint32_t alarm, bool is_in, maru_time at_us,
                               uint32_t who, uint32_t note, maru_error *err) {
    const maru_status st = check_person(alarms, alarm, at_us, err);
    if (st != MARU_OK) {
        return st;
    }
    if (is_in == !(alarms->flags[alarm] & ALARM_IS_OUT)) {
        return fail(err, MARU_E_USAGE, "the alarm is so already");
    }
    const bool was_cause = is_cause(alarms, alarm);
    if (is_in) {
        alarms->flags[alarm] &= (uint8_t)~ALARM_IS_OUT;
    } else {
        alarms->flags[alarm] |= ALARM_IS_OUT;
        alarms->shelf_us[alarm] = 0;
        alarm_timer_stop(alarms, alarm_timer_of(alarms, TIMER_SHELF, alarm));
    }
    const bool now_cause = is_cause(alarms, alarm);
    if (now_cause && !was_cause) {
        spread(alarms, alarm, 1, at_us);
    }
    settle(alarms, alarm, &(struct reason){at_us, who, note, ALARM_BY_PERSON});
    if (was_cause && !now_cause) {
        spread(alarms, alarm, -1, at_us);
    }
    return MARU_OK;
}

uint32_t alarms_count(const struct alarms *alarms, enum alarm_state state) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < alarms->n_alarm; i++) {
        n += alarms->shown[i] == state;
    }
    return n;
}
