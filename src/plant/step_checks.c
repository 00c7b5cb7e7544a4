#include <stdio.h>

#include "plant/dialect/sheet.h"
#include "plant/resolve.h"
#include "plant/soundness.h"

// Steps name other steps of their route by number: the tool kept for one, rework back to one, a
// queue-time limit up to one. Each must exist, stand on the right side, and mean something together
// with the rest of the row.

struct place {
    struct draft *draft;
    const struct draft_entity *route;
    struct draft_step *step;
    uint32_t number; // of the step in its route
};

static void fault(const struct place *p, int field, const char *right, const char *wrong) {
    draft_fault(p->draft, MARU_FAULT, &p->step->at, field, right, "%s", wrong);
}

static void warn(const struct place *p, int field, const char *right, const char *wrong) {
    draft_fault(p->draft, MARU_WARNING, &p->step->at, field, right, "%s", wrong);
}

static const struct draft_step *step_at(const struct place *p, uint32_t number) {
    return draft_row(p->draft, TABLE_STEP, p->route->row + number - 1);
}

static const struct draft_group *group_of(const struct place *p, const struct draft_step *step) {
    return step->group != PLANT_NONE ? draft_row(p->draft, TABLE_GROUP, step->group) : NULL;
}

// Is the number, where given, one of a later (or earlier) step? Says so when not.
static bool is_target(const struct place *p, int field, uint32_t number, bool is_later) {
    if (number == 0 || is_bad(&p->step->at, field)) {
        return false;
    }
    char right[96];
    const uint32_t lowest = is_later ? p->number + 1 : 1;
    const uint32_t highest = is_later ? p->route->n_row : p->number - 1;
    if (lowest > highest) {
        fault(p, field,
              is_later ? "nothing: this is the last step" : "nothing: this is the first step",
              is_later ? "there is no later step" : "there is no earlier step");
        return false;
    }
    snprintf(right, sizeof right, "the number of %s step of this route: %u to %u",
             is_later ? "a later" : "an earlier", lowest, highest);
    if (number > p->route->n_row) {
        fault(p, field, right, "the route has no such step");
        return false;
    }
    if (number < lowest || number > highest) {
        fault(p, field, right, is_later ? "not a later step" : "not an earlier step");
        return false;
    }
    return true;
}

// Two cells that go together: says so when only one of them is there. True when both are.
static bool is_pair(const struct place *p, int one, int other, const char *right) {
    const struct source *at = &p->step->at;
    if (is_bad(at, one) || is_bad(at, other)) {
        return false;
    }
    if (is_given(at, one) && !is_given(at, other)) {
        fault(p, other, right, "the cell is empty");
    } else if (!is_given(at, one) && is_given(at, other)) {
        fault(p, one, right, "the cell is empty");
    }
    return is_given(at, one) && is_given(at, other);
}

static void check_tools(const struct place *p) {
    const struct draft_group *group = group_of(p, p->step);
    if (group && group->n_tool == 0 && !is_bad(&group->at, GROUP_COUNT)) {
        fault(p, STEP_TOOLS, "a tool group with 1 tool or more", "the tool group has no tools");
    }
}

static void check_batch(const struct place *p) {
    struct draft_step *s = p->step;
    if (is_bad(&s->at, STEP_PER) || is_bad(&s->at, STEP_BATCH_MIN) ||
        is_bad(&s->at, STEP_BATCH_MAX)) {
        return;
    }
    if (s->per != PER_BATCH) {
        const int field = s->batch_max > 0 ? STEP_BATCH_MAX : STEP_BATCH_MIN;
        if (s->batch_min > 0 || s->batch_max > 0) {
            fault(p, field, "batch sizes on steps per batch only",
                  "a batch size, but the time is not per batch");
        }
        return;
    }
    if (s->batch_max == 0) {
        fault(p, STEP_BATCH_MAX, "the number of wafers that fit into a batch",
              "a step per batch without its size");
        return;
    }
    s->batch_min = s->batch_min > 0 ? s->batch_min : 1;
    if (s->batch_min > s->batch_max) {
        char right[64];
        snprintf(right, sizeof right, "at most the largest batch, %u wafers", s->batch_max);
        fault(p, STEP_BATCH_MIN, right, "the smallest batch is above the largest");
    }
}

static void check_interval(const struct place *p) {
    struct draft_step *s = p->step;
    const int field =
        s->per == PER_WAFER && p->draft->sheet[s->at.sheet].column_of[STEP_WAFER_INTERVAL] > 0
            ? STEP_WAFER_INTERVAL
            : STEP_INTERVAL;
    if (s->interval == 0 || is_bad(&s->at, field)) {
        return;
    }
    const struct draft_group *group = group_of(p, s);
    if (s->per == PER_BATCH) {
        fault(p, field, "nothing: batches do not follow each other inside a tool",
              "an interval on a step per batch");
    } else if (!is_bad(&s->at, STEP_TIME) && (double)s->interval > dist_mean(&s->time)) {
        fault(p, field, "at most the time of the step",
              "the next one would enter after this one has left: the interval is above the time");
    } else if (group && group->is_cascade == 0) {
        warn(p, field, "a cascading tool group, or no interval",
             "the tool group does not cascade: the interval has no effect");
    }
}

static void check_setup(const struct place *p) {
    const struct draft_step *s = p->step;
    if (s->setup_name == 0 && !is_bad(&s->at, STEP_SETUP)) {
        if (s->setup_time.kind != DIST_NONE) {
            warn(p, STEP_SETUP_TIME, "a setup, or no time for it",
                 "the step needs no setup: the time has no effect");
        } else if (s->setup_always != 0) {
            warn(p, STEP_SETUP_WHEN, "a setup, or nothing",
                 "the step needs no setup: this has no effect");
        }
    }
}

static void check_keep(const struct place *p, uint32_t *kept_from) {
    const uint32_t number = p->step->keep_for;
    if (!is_target(p, STEP_KEEP_FOR, number, true)) {
        return;
    }
    const struct draft_step *to = step_at(p, number);
    if (to->group != p->step->group && to->group != PLANT_NONE && p->step->group != PLANT_NONE) {
        char right[2 * PLANT_MAX_NAME_BYTES];
        snprintf(right, sizeof right, "a step of the same tool group, %s",
                 draft_text(p->draft, p->step->tools));
        fault(p, STEP_KEEP_FOR, right, "the same tool cannot be used: it is another tool group");
        return;
    }
    if (kept_from[number - 1] > 0) {
        char right[96];
        snprintf(right, sizeof right, "one step that keeps its tool for step %u; step %u does",
                 number, kept_from[number - 1]);
        fault(p, STEP_KEEP_FOR, right, "another step keeps its tool for this step already");
        return;
    }
    kept_from[number - 1] = p->number;
}

static void check_rework(const struct place *p) {
    const struct draft_step *s = p->step;
    const bool both = is_pair(p, STEP_REWORK, STEP_REWORK_TO,
                              "a share of lots and the step that they go back to");
    if (!both || !is_target(p, STEP_REWORK_TO, s->rework_to, false)) {
        return;
    }
    if (s->rework * s->sampling >= 1) {
        fault(p, STEP_REWORK, "less than all lots", "every lot goes back, so none ever goes on");
    }
}

static void check_queue(const struct place *p) {
    const struct draft_step *s = p->step;
    const bool both =
        is_pair(p, STEP_QUEUE_LIMIT, STEP_QUEUE_TO, "a longest time and the step it ends at");
    if (!both || !is_target(p, STEP_QUEUE_TO, s->queue_to, true)) {
        return;
    }
    const struct draft_step *to = step_at(p, s->queue_to);
    if (s->queue == 0) {
        warn(p, STEP_QUEUE_LIMIT, "a time above 0", "no lot can meet a limit of no time");
    }
    if (s->sampling < 1) {
        warn(p, STEP_SAMPLING, "all lots",
             "a queue-time limit begins here, but some lots skip the step");
    }
    if (to->sampling < 1) {
        warn(p, STEP_QUEUE_TO, "a step that all lots do",
             "the limit ends at a step that some lots skip");
    }
}

static void check_sampling(const struct place *p) {
    if (p->step->sampling == 0 && !is_bad(&p->step->at, STEP_SAMPLING)) {
        draft_fault(p->draft, MARU_NOTE, &p->step->at, STEP_SAMPLING, "a share above 0",
                    "no lot ever does this step");
    }
}

void draft_check_steps(struct draft *draft) {
    const uint32_t n_step = draft->rows[TABLE_STEP].n;
    uint32_t *kept_from = arena_take(&draft->arena, n_step + 1, sizeof *kept_from);
    if (!kept_from) {
        draft->is_short = true;
        return;
    }
    for (uint32_t r = 0; r < draft->route.n; r++) {
        const struct draft_entity *route = &draft->route.item[r];
        for (uint32_t k = 0; k < route->n_row; k++) {
            const struct place p = {draft, route, draft_row(draft, TABLE_STEP, route->row + k),
                                    k + 1};
            check_tools(&p);
            check_batch(&p);
            check_interval(&p);
            check_setup(&p);
            check_keep(&p, kept_from + route->row);
            check_rework(&p);
            check_sampling(&p);
            check_queue(&p);
        }
    }
}
