#include "live/fake/life.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/random.h"
#include "base/status.h"
#include "live/fake/life_inside.h"
#include "plant/plant.h"
#include "sim/twin.h"

// Two twins of one seed run: one at the time that is told, and one ahead of it, so that it is known which
// tools will fail in the next two hours, and their sensors can show it before.
//
// The trace of the first gives lots and tools as they move. What a tool is doing after an event is taken from
// the state at the event itself; several events of one moment (a batch that ends, the next that begins) become
// one change, told when time goes on (settle). The end of a setup is no event of the twin; it, and the warnings
// before failures, are moments that a tool waits for (due_us).

// ---- names

static const struct life_tag_kind own_tags[] = {
#define X(name, told, type) {told, "", type, 0},
    LIFE_TAGS(X)
#undef X
};
static const struct life_tag_kind process_tags[] = {
#define X(name, told, unit, off, idle, low, high, tau, noise, wear, failure, deadband, ...)        \
    {"Process/" told, unit, SAMPLE_DOUBLE, deadband},
    FAKE_VARIABLES(X)
#undef X
};

const struct life_tag_kind *life_tag_kind(enum life_tag tag) {
    return tag < LIFE_TAG_PROCESS ? &own_tags[tag] : &process_tags[tag - LIFE_TAG_PROCESS];
}

const char *life_state_word(maru_tool_state state) {
    static const char *const word[] = {"standby",     "productive", "setup",        "engineering",
                                       "maintenance", "failed",     "non-scheduled"};
    return (size_t)state < sizeof word / sizeof word[0] ? word[state] : "not known";
}

const char *life_event_name(enum life_event_kind kind) {
    static const char *const name[N_LIFE_EVENT_KIND] = {
        "lot_released", "lot_arrived", "lot_started", "lot_finished", "lot_rework",
        "lot_skipped",  "lot_done",    "tool_state",  "alarm_set",    "alarm_cleared"};
    return kind < N_LIFE_EVENT_KIND ? name[kind] : "";
}

void life_alarm_text(int code, char out[LIFE_MAX_TEXT_BYTES]) {
    out[0] = '\0';
    if (code >= ALARM_WARNING && code < ALARM_INTERLOCK) {
        const bool is_warning = code < ALARM_FAILURE;
        const int variable = code - (is_warning ? ALARM_WARNING : ALARM_FAILURE);
        if (variable >= 0 && variable < N_FAKE_VARIABLE) {
            const struct fake_variable_kind *kind = &fake_variable_kinds[variable];
            const char *side = kind->by_failure < 0 ? (is_warning ? "low" : "low-low")
                                                    : (is_warning ? "high" : "high-high");
            snprintf(out, LIFE_MAX_TEXT_BYTES, "%s %s", kind->name, side);
        }
    } else if (code == ALARM_INTERLOCK) {
        snprintf(out, LIFE_MAX_TEXT_BYTES, "Interlock");
    }
}

void life_recipe(const maru_plant *plant, uint32_t step, char out[LIFE_NAME_BYTES]) {
    const struct plant_route *route = &plant->route[plant->step[step].route];
    snprintf(out, LIFE_NAME_BYTES, "%.*s.%u", LIFE_NAME_BYTES - 16, route->name,
             step - route->first_step + 1);
}

void life_tool_name(const maru_plant *plant, uint32_t tool, char out[LIFE_MAX_TEXT_BYTES]) {
    const struct plant_group *group = &plant->group[plant->tool_group[tool]];
    snprintf(out, LIFE_MAX_TEXT_BYTES, "%.*s/%u", LIFE_MAX_TEXT_BYTES - 16, group->name,
             tool - group->first_tool + 1);
}

// A lot by its stock's name, or by its product and number.
static const char *lot_name(const struct life *life, uint32_t lot, char out[LIFE_NAME_BYTES]) {
    const maru_plant *plant = life->plant;
    if (lot < plant->n_stock && plant->stock[lot].name && plant->stock[lot].name[0]) {
        snprintf(out, LIFE_NAME_BYTES, "%.*s", LIFE_NAME_BYTES - 1, plant->stock[lot].name);
    } else {
        snprintf(out, LIFE_NAME_BYTES, "%.*s-%u", LIFE_NAME_BYTES - 16,
                 plant->product[life->lot[lot].product].name, lot);
    }
    return out;
}

// ---- telling

static void tell_event(struct life *life, const struct life_event *event) {
    if (life->sink && life->sink->event) {
        life->n_event++;
        life->sink->event(life->sink->of, event);
    }
}

static struct life_event of_tool(enum life_event_kind kind, uint32_t tool, maru_time at_us) {
    return (struct life_event){
        .kind = kind, .at_us = at_us, .tool = tool, .step = MARU_NONE, .due_us = INT64_MAX};
}

static void tell_lot(struct life *life, enum life_event_kind kind, const maru_event *event,
                     uint32_t scrap) {
    char name[LIFE_NAME_BYTES];
    const struct life_lot *lot = &life->lot[event->lot];
    if (kind == LIFE_LOT_DONE) {
        life->n_done++;
    }
    tell_event(life, &(struct life_event){.kind = kind,
                                          .at_us = event->time_us,
                                          .tool = event->tool,
                                          .lot = lot_name(life, event->lot, name),
                                          .product = life->plant->product[lot->product].name,
                                          .step = event->step,
                                          .wafers = lot->wafers,
                                          .scrap = scrap,
                                          .priority = lot->priority,
                                          .due_us = lot->due_us});
}

static uint64_t hash_of(const struct sample *sample) { // FNV-1a; never 0
    const unsigned char *bytes = sample->type == SAMPLE_TEXT
                                     ? (const unsigned char *)sample->value.text
                                     : (const unsigned char *)&sample->value.integer;
    const size_t n = sample->type == SAMPLE_TEXT ? sample->n_text : sizeof sample->value.integer;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash | 1;
}

static void tell(struct life *life, uint32_t tool, enum life_tag tag, const struct sample *sample) {
    uint64_t *told = &life->tool[tool].told[tag];
    const uint64_t hash = hash_of(sample);
    if (hash != *told) {
        *told = hash;
        if (life->sink && life->sink->change) {
            life->sink->change(life->sink->of, tool, tag, sample);
        }
    }
}

static void tell_integer(struct life *life, uint32_t tool, enum life_tag tag, int64_t value,
                         maru_time at_us) {
    tell(life, tool, tag,
         &(struct sample){.at_us = at_us,
                          .type = SAMPLE_INTEGER,
                          .quality = QUALITY_GOOD,
                          .value = {.integer = value}});
}

static void tell_text(struct life *life, uint32_t tool, enum life_tag tag, const char *value,
                      maru_time at_us) {
    tell(life, tool, tag,
         &(struct sample){.at_us = at_us,
                          .type = SAMPLE_TEXT,
                          .quality = QUALITY_GOOD,
                          .n_text = (uint32_t)strlen(value),
                          .value = {.text = value}});
}

static void tell_job(struct life *life, uint32_t tool, maru_time at_us) {
    const struct life_tool *t = &life->tool[tool];
    char lots[LIFE_MAX_TEXT_BYTES] = "", name[LIFE_NAME_BYTES], recipe[LIFE_NAME_BYTES] = "";
    char step[16] = "";
    size_t n = 0;
    for (uint32_t i = 0; i < t->n_lot && i < LIFE_LOTS_NAMED; i++) {
        const size_t left = sizeof lots - n;
        const int more =
            snprintf(lots + n, left, "%s%s", i > 0 ? "+" : "", lot_name(life, t->lot[i], name));
        if (more < 0 || (size_t)more >= left) {
            lots[n] = '\0'; // the names that have room, whole
            break;
        }
        n += (size_t)more;
    }
    const char *product = "";
    if (t->n_lot > 0) {
        const struct plant_step *at = &life->plant->step[t->step];
        product = life->plant->product[life->lot[t->lot[0]].product].name;
        life_recipe(life->plant, t->step, recipe);
        snprintf(step, sizeof step, "%u", t->step - life->plant->route[at->route].first_step + 1);
    }
    tell_text(life, tool, LIFE_TAG_LOT, lots, at_us);
    tell_integer(life, tool, LIFE_TAG_N_LOT, t->n_lot, at_us);
    tell_text(life, tool, LIFE_TAG_PRODUCT, product, at_us);
    tell_text(life, tool, LIFE_TAG_STEP, step, at_us);
    tell_text(life, tool, LIFE_TAG_RECIPE, recipe, at_us);
}

// What was made is counted while the job that made it is still told, so that whoever counts knows of what.
static void tell_tool(struct life *life, uint32_t tool, maru_time at_us) {
    const struct life_tool *t = &life->tool[tool];
    char alarm[LIFE_MAX_TEXT_BYTES];
    life_alarm_text(t->alarm, alarm);
    tell_integer(life, tool, LIFE_TAG_WAFERS, t->good + t->scrap, at_us);
    tell_integer(life, tool, LIFE_TAG_GOOD, t->good, at_us);
    tell_integer(life, tool, LIFE_TAG_SCRAP, t->scrap, at_us);
    tell_text(life, tool, LIFE_TAG_STATE, life_state_word(t->state), at_us);
    tell_integer(life, tool, LIFE_TAG_STATE_CODE, (int64_t)t->state, at_us);
    tell_job(life, tool, at_us);
    tell_integer(life, tool, LIFE_TAG_ALARM_CODE, t->alarm, at_us);
    tell_text(life, tool, LIFE_TAG_ALARM, alarm, at_us);
}

// ---- the state of a tool

static struct life_doing doing_now(const struct life *life, uint32_t tool) {
    const struct tool *t = &life->now.sim->s.tool[tool];
    return (struct life_doing){.setup_until = t->setup_until,
                               .is_down = t->n_down > 0,
                               .is_maintained = (t->flags & TOOL_IN_PM) != 0,
                               .has_job = t->n_job > 0};
}

static maru_tool_state state_at(const struct life_doing *doing, maru_time at_us) {
    return doing->is_down               ? MARU_TOOL_UNSCHEDULED_DOWN
           : doing->is_maintained       ? MARU_TOOL_SCHEDULED_DOWN
           : !doing->has_job            ? MARU_TOOL_STANDBY
           : doing->setup_until > at_us ? MARU_TOOL_SETUP
                                        : MARU_TOOL_PRODUCTIVE;
}

static bool is_down(maru_tool_state state) {
    return state == MARU_TOOL_SCHEDULED_DOWN || state == MARU_TOOL_UNSCHEDULED_DOWN;
}

static void turn_process(struct life *life, uint32_t tool, maru_time at_us) {
    struct life_tool *t = &life->tool[tool];
    const enum process_mode mode = is_down(t->state)                  ? PROCESS_OFF
                                   : t->state == MARU_TOOL_PRODUCTIVE ? PROCESS_RUN
                                                                      : PROCESS_IDLE;
    const uint32_t step = mode == PROCESS_RUN ? t->step : MARU_NONE;
    if (mode != t->mode || step != t->run_step) {
        t->mode = mode;
        t->run_step = step;
        process_turn(&t->process, mode, step, life->wear_us[life->plant->tool_group[tool]], at_us);
    }
}

static void set_alarm(struct life *life, uint32_t tool, int code, maru_time at_us) {
    struct life_tool *t = &life->tool[tool];
    struct life_event event = of_tool(LIFE_ALARM_CLEARED, tool, at_us);
    if (t->alarm == code) {
        return;
    }
    if (t->alarm != 0) {
        event.code = t->alarm;
        tell_event(life, &event);
    }
    t->alarm = code;
    if (code != 0) {
        event.kind = LIFE_ALARM_SET;
        event.code = code;
        tell_event(life, &event);
    }
}

// How long a failure can be seen coming, and where; a pure function of the tool and the failure's time.
static void set_trouble(struct life *life, uint32_t tool, maru_time fail_us) {
    struct life_tool *t = &life->tool[tool];
    const struct random_block luck =
        random_at(life->seed, (uint64_t)LIFE_STREAM_TROUBLE << 40 | tool, (uint64_t)fail_us);
    const bool is_announced = luck.word[0] % 100 < LIFE_ANNOUNCED_PERCENT;
    const maru_time more_us = LIFE_AHEAD_US - LIFE_LEAST_RISE_US;
    const maru_time length_us =
        LIFE_LEAST_RISE_US + (maru_time)(((uint64_t)more_us * luck.word[1]) >> 32);
    t->trouble =
        (struct process_trouble){.fail_us = fail_us,
                                 .length_us = is_announced ? length_us : 0,
                                 .variable = (enum fake_variable)(luck.word[2] % N_FAKE_VARIABLE)};
    t->has_trouble = true;
    // The rise has gone a half of its way when its square root has: at 1 - sqrt(1/2) before the end.
    t->warn_us =
        is_announced ? fail_us - (maru_time)(0.29289321881345254 * (double)length_us) : INT64_MAX;
}

// The trouble of a tool is over: the next one that is known, if any.
static void next_trouble(struct life *life, uint32_t tool, maru_time after_us) {
    struct life_tool *t = &life->tool[tool];
    t->has_trouble = false;
    t->warn_us = INT64_MAX;
    for (size_t i = 0; i < life->n_coming; i++) {
        if (life->coming[i].tool == tool && life->coming[i].at_us > after_us) {
            set_trouble(life, tool, life->coming[i].at_us);
            return;
        }
    }
}

static void on_down(struct life *life, uint32_t tool, maru_time at_us) {
    const struct life_tool *t = &life->tool[tool];
    const bool is_announced =
        t->has_trouble && t->trouble.fail_us == at_us && t->trouble.length_us > 0;
    set_alarm(life, tool, is_announced ? ALARM_FAILURE + (int)t->trouble.variable : ALARM_INTERLOCK,
              at_us);
}

static void on_up(struct life *life, uint32_t tool, maru_tool_state before, maru_time at_us) {
    process_renew(&life->tool[tool].process,
                  before == MARU_TOOL_SCHEDULED_DOWN ? LIFE_WEAR_MAINTAINED : LIFE_WEAR_REPAIRED,
                  at_us);
    set_alarm(life, tool, 0, at_us);
}

static void on_state(struct life *life, uint32_t tool, maru_tool_state before, maru_time at_us) {
    const maru_tool_state state = life->tool[tool].state;
    if (is_down(before) && !is_down(state)) {
        on_up(life, tool, before, at_us);
    }
    if (state == MARU_TOOL_UNSCHEDULED_DOWN) {
        on_down(life, tool, at_us);
    } else if (before == MARU_TOOL_UNSCHEDULED_DOWN) {
        set_alarm(life, tool, 0, at_us);
    }
    struct life_event event = of_tool(LIFE_TOOL_STATE, tool, at_us);
    event.state = state;
    tell_event(life, &event);
}

static void plan_due(struct life *life, uint32_t tool, maru_time after_us) {
    struct life_tool *t = &life->tool[tool];
    t->due_us = t->warn_us > after_us ? t->warn_us : INT64_MAX;
    if (t->doing.has_job && t->doing.setup_until > after_us && t->doing.setup_until < t->due_us) {
        t->due_us = t->doing.setup_until;
    }
    life->due_us = t->due_us < life->due_us ? t->due_us : life->due_us;
}

// A tool as it is after all that happened to it at a time.
static void tell_change(struct life *life, uint32_t tool, maru_time at_us) {
    struct life_tool *t = &life->tool[tool];
    const maru_tool_state before = t->state;
    t->is_touched = false;
    t->state = state_at(&t->doing, at_us);
    if (t->state != before) {
        on_state(life, tool, before, at_us);
    }
    if (t->has_trouble && t->warn_us == at_us && !is_down(t->state)) {
        set_alarm(life, tool, ALARM_WARNING + (int)t->trouble.variable, at_us);
    }
    if (t->has_trouble && t->trouble.fail_us <= at_us) {
        next_trouble(life, tool, at_us);
    }
    turn_process(life, tool, at_us);
    tell_tool(life, tool, at_us);
    plan_due(life, tool, at_us);
}

static void touch(struct life *life, uint32_t tool) {
    struct life_tool *t = &life->tool[tool];
    if (!t->is_touched) {
        t->is_touched = true;
        life->touched[life->n_touched++] = tool;
    }
}

static void tell_touched(struct life *life) {
    for (uint32_t i = 0; i < life->n_touched; i++) {
        tell_change(life, life->touched[i], life->touched_us);
    }
    life->n_touched = 0;
}

// Touch the tools that wait for this time, and find the next one that is waited for.
static void touch_due(struct life *life, maru_time at_us) {
    life->touched_us = at_us;
    life->due_us = INT64_MAX;
    for (uint32_t i = 0; i < life->plant->n_tool; i++) {
        const maru_time due_us = life->tool[i].due_us;
        if (due_us == at_us) {
            touch(life, i);
        } else if (due_us < life->due_us) {
            life->due_us = due_us;
        }
    }
}

// Time goes on to at_us: tell what happened before, and what was waited for up to then.
static void settle(struct life *life, maru_time at_us) {
    if (life->touched_us < at_us) {
        tell_touched(life);
    }
    while (life->due_us < at_us) {
        touch_due(life, life->due_us);
        tell_touched(life);
    }
    if (life->due_us == at_us) {
        touch_due(life, at_us);
    }
    life->touched_us = at_us;
}

// ---- what the twin tells

static bool keep_lot(struct life *life, uint32_t lot, const struct life_lot *its) {
    if (lot >= life->lot_room) {
        const uint32_t room = lot + lot / 2 + 1024;
        void *grown = lot < LIFE_MAX_LOTS ? alloc_resize(life->lot, room, sizeof *life->lot) : NULL;
        if (!grown) {
            life->status = fail(&life->err, lot < LIFE_MAX_LOTS ? MARU_E_MEMORY : MARU_E_LIMIT,
                                "no memory for %u lots", room);
            return false;
        }
        life->lot = grown;
        memset(life->lot + life->lot_room, 0, (room - life->lot_room) * sizeof *life->lot);
        life->lot_room = room;
    }
    life->lot[lot] = *its;
    return true;
}

static void on_release(struct life *life, const maru_event *event) {
    const struct maru_sim *sim = life->now.sim;
    for (uint32_t i = 0; i < sim->s.head->n_lot_room; i++) {
        const struct lot *lot = &sim->s.lot[i];
        if (lot->serial == event->lot && lot->flags & LOT_IN_PLANT) {
            const struct life_lot its = {.due_us = lot->due,
                                         .product = event->product,
                                         .wafers = lot->wafers,
                                         .priority = sim->model->class_priority[lot->class_]};
            if (keep_lot(life, event->lot, &its)) {
                tell_lot(life, LIFE_LOT_RELEASED, event, 0);
            }
            return;
        }
    }
}

static void put_in(struct life_tool *tool, uint32_t lot, uint32_t step) {
    if (tool->n_lot < LIFE_LOTS_NAMED) {
        tool->lot[tool->n_lot] = lot;
    }
    tool->n_lot++;
    tool->step = step;
}

static void take_out(struct life_tool *tool, uint32_t lot) {
    const uint32_t n = tool->n_lot < LIFE_LOTS_NAMED ? tool->n_lot : LIFE_LOTS_NAMED;
    uint32_t i = 0;
    while (i < n && tool->lot[i] != lot) {
        i++;
    }
    if (i < n) {
        memmove(&tool->lot[i], &tool->lot[i + 1], (n - i - 1) * sizeof tool->lot[0]);
    }
    tool->n_lot -= tool->n_lot > 0;
}

// Wafers that a worn tool, or one about to fail, has spoilt.
static uint32_t spoilt(const struct life *life, const maru_event *event) {
    const struct life_tool *t = &life->tool[event->tool];
    const double rise = process_rise(t->has_trouble ? &t->trouble : NULL, event->time_us);
    const double share = LIFE_SCRAP +
                         LIFE_SCRAP_BY_WEAR * process_wear(&t->process, event->time_us) +
                         LIFE_SCRAP_BY_RISE * rise;
    uint32_t n = 0;
    for (uint32_t wafer = 0; wafer < life->lot[event->lot].wafers; wafer++) {
        const struct random_block luck =
            random_at(life->seed ^ (uint64_t)event->time_us,
                      (uint64_t)LIFE_STREAM_SCRAP << 40 | event->lot, wafer);
        n += random_open((uint64_t)luck.word[0] << 32 | luck.word[1]) < share;
    }
    return n;
}

// A lot that nobody has seen begin counts for nothing: units without the time they took would make a tool look faster
// than it can be.
static void on_end(struct life *life, const maru_event *event) {
    struct life_tool *t = &life->tool[event->tool];
    struct life_lot *lot = &life->lot[event->lot];
    const uint32_t scrap = spoilt(life, event);
    if (!lot->is_unseen) {
        t->scrap += scrap;
        t->good += lot->wafers - scrap;
    }
    lot->is_unseen = false;
    take_out(t, event->lot);
    tell_lot(life, LIFE_LOT_FINISHED, event, scrap);
}

static void on_event(void *of, const maru_event *event) {
    struct life *life = of;
    if (life->status != MARU_OK) {
        return;
    }
    settle(life, event->time_us);
    switch (event->kind) {
    case MARU_EV_RELEASE:
        on_release(life, event);
        break;
    case MARU_EV_ARRIVE:
        tell_lot(life, LIFE_LOT_ARRIVED, event, 0);
        break;
    case MARU_EV_START:
        put_in(&life->tool[event->tool], event->lot, event->step);
        tell_lot(life, LIFE_LOT_STARTED, event, 0);
        break;
    case MARU_EV_END:
        on_end(life, event);
        break;
    case MARU_EV_SKIP:
        tell_lot(life, LIFE_LOT_SKIPPED, event, 0);
        break;
    case MARU_EV_REWORK:
        tell_lot(life, LIFE_LOT_REWORK, event, 0);
        break;
    case MARU_EV_FINISH:
        tell_lot(life, LIFE_LOT_DONE, event, 0);
        break;
    case MARU_EV_SETUP:
    case MARU_EV_FAIL:
    case MARU_EV_MAINTENANCE:
    case MARU_EV_UP:
    case MARU_EV_LATE_QUEUE:
        break;
    }
    if (event->tool != MARU_NONE) {
        touch(life, event->tool);
        life->tool[event->tool].doing = doing_now(life, event->tool);
    }
}

// ---- the twin ahead

static void on_event_ahead(void *of, const maru_event *event) {
    struct life *life = of;
    if (event->kind != MARU_EV_FAIL || life->status != MARU_OK ||
        life->ahead.sim->s.tool[event->tool].n_down > 1) {
        return;
    }
    if (life->n_coming == life->coming_room) {
        const size_t room = 2 * life->coming_room + 64;
        void *grown = alloc_resize(life->coming, room, sizeof *life->coming);
        if (!grown) {
            life->status = fail(&life->err, MARU_E_MEMORY, "no memory");
            return;
        }
        life->coming = grown;
        life->coming_room = room;
    }
    life->coming[life->n_coming++] = (struct life_coming){event->time_us, event->tool};
    if (!life->tool[event->tool].has_trouble) {
        set_trouble(life, event->tool, event->time_us);
        plan_due(life, event->tool, maru_sim_now(life->now.sim));
    }
}

static void forget_past(struct life *life) {
    const maru_time now = maru_sim_now(life->now.sim);
    size_t n = 0;
    for (size_t i = 0; i < life->n_coming; i++) {
        if (life->coming[i].at_us > now) {
            life->coming[n++] = life->coming[i];
        }
    }
    life->n_coming = n;
}

maru_status life_run(struct life *life, maru_time until_us, const struct life_sink *sink,
                     maru_error *err) {
    life->sink = sink;
    forget_past(life);
    maru_status st = moment_go(&life->ahead, &life->acts, until_us + LIFE_AHEAD_US, err);
    st = st == MARU_OK ? moment_go(&life->now, &life->acts, until_us, err) : st;
    if (st == MARU_OK && life->status == MARU_OK) {
        settle(life, until_us);
        tell_touched(life);
    }
    life->sink = NULL;
    if (life->status != MARU_OK && st == MARU_OK) {
        if (err) {
            *err = life->err;
        }
        st = life->status;
    }
    return st;
}

// ---- beginning

static maru_time wear_of(const maru_plant *plant, uint32_t group) {
    double least = 0;
    for (uint32_t i = 0; i < plant->n_downtime; i++) {
        const struct plant_downtime *down = &plant->downtime[i];
        const double every = down->group == group && !down->by_wafers ? dist_mean(&down->every) : 0;
        if (every > 0 && down->kind == DOWN_MAINTENANCE && (least <= 0 || every < least)) {
            least = every;
        }
    }
    return least >= (double)MARU_HOUR ? (maru_time)least : LIFE_USUAL_WEAR_US;
}

static void begin_tool(struct life *life, uint32_t tool, maru_time at_us) {
    struct life_tool *t = &life->tool[tool];
    const struct random_block luck =
        random_at(life->seed, (uint64_t)LIFE_STREAM_WEAR << 40 | tool, 0);
    t->doing = doing_now(life, tool);
    t->state = state_at(&t->doing, at_us);
    t->mode = PROCESS_OFF;
    t->run_step = MARU_NONE;
    t->warn_us = INT64_MAX;
    t->due_us = INT64_MAX;
    t->alarm = t->state == MARU_TOOL_UNSCHEDULED_DOWN ? ALARM_INTERLOCK : 0;
    process_init(&t->process, life->seed, tool, life->plant->tool_group[tool], at_us - MARU_HOUR);
    t->process.wear = 0.8 * random_open((uint64_t)luck.word[0] << 32 | luck.word[1]);
    turn_process(life, tool, at_us - MARU_HOUR);
    plan_due(life, tool, at_us);
}

static maru_status begin_lots(struct life *life, maru_error *err) {
    const uint32_t n = maru_sim_lot_count(life->now.sim);
    maru_lot_now *lot = alloc_new((size_t)n + 1, sizeof *lot);
    if (!lot) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_sim_look_at_lots(life->now.sim, lot);
    for (uint32_t i = 0; i < n; i++) {
        const struct life_lot its = {.due_us = lot[i].due_us,
                                     .product = lot[i].product,
                                     .wafers = lot[i].wafers,
                                     .priority = lot[i].priority,
                                     .is_unseen = lot[i].where == MARU_LOT_IN_TOOL};
        if (!keep_lot(life, lot[i].lot, &its)) {
            break;
        }
        if (lot[i].where == MARU_LOT_IN_TOOL) {
            put_in(&life->tool[lot[i].tool], lot[i].lot, lot[i].step);
        }
    }
    alloc_free(lot);
    if (life->status != MARU_OK && err) {
        *err = life->err;
    }
    return life->status;
}

static maru_status begin(struct life *life, const struct life_options *options, maru_error *err) {
    const maru_plant *plant = life->plant;
    life->tool = alloc_new((size_t)plant->n_tool + 1, sizeof *life->tool);
    life->touched = alloc_new((size_t)plant->n_tool + 1, sizeof *life->touched);
    life->wear_us = alloc_new((size_t)plant->n_group + 1, sizeof *life->wear_us);
    if (!life->tool || !life->touched || !life->wear_us) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t g = 0; g < plant->n_group; g++) {
        life->wear_us[g] = wear_of(plant, g);
    }
    const struct acts none = {0};
    maru_status st = acts_copy(options->acts ? options->acts : &none, &life->acts, err);
    st = st == MARU_OK ? maru_sim_new(options->model, options->seed, &life->now.sim, err) : st;
    life->now.acted_us = -1;
    st = st == MARU_OK ? moment_go(&life->now, &life->acts, options->begin_us, err) : st;
    st = st == MARU_OK ? maru_sim_copy(life->now.sim, &life->ahead.sim, err) : st;
    st = st == MARU_OK ? begin_lots(life, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    life->ahead.acted_us = life->now.acted_us;
    for (uint32_t tool = 0; tool < plant->n_tool; tool++) {
        begin_tool(life, tool, options->begin_us);
    }
    maru_sim_set_trace(life->now.sim, on_event, life);
    maru_sim_set_trace(life->ahead.sim, on_event_ahead, life);
    return life_run(life, options->begin_us, NULL, err);
}

maru_status life_new(const struct life_options *options, struct life **out, maru_error *err) {
    struct life *life = alloc_new(1, sizeof *life);
    if (!life) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    life->plant = maru_model_plant(options->model);
    life->seed = options->seed;
    life->due_us = INT64_MAX;
    const maru_status st = begin(life, options, err);
    if (st != MARU_OK) {
        life_free(life);
        return st;
    }
    *out = life;
    return MARU_OK;
}

void life_free(struct life *life) {
    if (life) {
        moment_fini(&life->now);
        moment_fini(&life->ahead);
        acts_fini(&life->acts);
        alloc_free(life->tool);
        alloc_free(life->touched);
        alloc_free(life->wear_us);
        alloc_free(life->lot);
        alloc_free(life->coming);
        alloc_free(life);
    }
}

// ---- looking

static void tell_lot_on_floor(struct life *life, const maru_lot_now *lot, maru_time at_us) {
    const maru_event event = {.time_us = at_us,
                              .lot = lot->lot,
                              .tool = MARU_NONE,
                              .step = lot->step,
                              .product = lot->product};
    tell_lot(life, LIFE_LOT_RELEASED, &event, 0);
    if (lot->where == MARU_LOT_MOVING) {
        return;
    }
    tell_lot(life, LIFE_LOT_ARRIVED, &event, 0);
    if (lot->where == MARU_LOT_IN_TOOL) {
        maru_event started = event;
        started.tool = lot->tool;
        tell_lot(life, LIFE_LOT_STARTED, &started, 0);
    }
}

maru_status life_tell(struct life *life, const struct life_sink *sink, maru_error *err) {
    const maru_time now = life_now(life);
    const uint32_t n = maru_sim_lot_count(life->now.sim);
    maru_lot_now *lot = alloc_new((size_t)n + 1, sizeof *lot);
    if (!lot) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    life->sink = sink;
    maru_sim_look_at_lots(life->now.sim, lot);
    for (uint32_t i = 0; i < n; i++) {
        tell_lot_on_floor(life, &lot[i], now);
    }
    alloc_free(lot);
    for (uint32_t tool = 0; tool < life->plant->n_tool; tool++) {
        memset(life->tool[tool].told, 0, sizeof life->tool[tool].told);
        struct life_event event = of_tool(LIFE_TOOL_STATE, tool, now);
        event.state = life->tool[tool].state;
        tell_event(life, &event);
        tell_tool(life, tool, now);
    }
    life->sink = NULL;
    return MARU_OK;
}

void life_show(struct life *life, const struct life_sink *sink) {
    life->sink = sink;
    for (uint32_t tool = 0; tool < life->plant->n_tool; tool++) {
        memset(life->tool[tool].told, 0, sizeof life->tool[tool].told);
        tell_tool(life, tool, life_now(life));
    }
    life->sink = NULL;
}

void life_measure(const struct life *life, uint32_t tool, double value[N_FAKE_VARIABLE]) {
    const struct life_tool *t = &life->tool[tool];
    for (int v = 0; v < N_FAKE_VARIABLE; v++) {
        value[v] = process_value(&t->process, (enum fake_variable)v,
                                 t->has_trouble ? &t->trouble : NULL, life_now(life));
    }
}

maru_time life_now(const struct life *life) { return maru_sim_now(life->now.sim); }

maru_tool_state life_tool_state(const struct life *life, uint32_t tool) {
    return life->tool[tool].state;
}

uint32_t life_lot_count(const struct life *life) { return maru_sim_lot_count(life->now.sim); }
uint64_t life_done_count(const struct life *life) { return life->n_done; }
uint64_t life_event_count(const struct life *life) { return life->n_event; }

maru_status life_count_lots(const struct life *life, uint32_t *out, maru_error *err) {
    const maru_sim *sim = life->now.sim;
    const maru_plant *plant = maru_model_plant(maru_sim_model(sim));
    const uint32_t n = maru_sim_lot_count(sim);
    maru_lot_now *lot = alloc_new((size_t)n + 1, sizeof *lot);
    if (!lot) {
        return fail(err, MARU_E_MEMORY, "no memory to look at a twin");
    }
    maru_sim_look_at_lots(sim, lot);
    memset(out, 0, plant->n_group * sizeof *out);
    for (uint32_t i = 0; i < n; i++) {
        out[lot[i].group]++;
    }
    alloc_free(lot);
    return MARU_OK;
}
