#include "plant/soundness.h"

#include <stdio.h>

// Where tools stand: the number of each row within its group, and no tool at two places. Whether
// bodies overlap is not asked: real tools share walls, and stand below and above each other.

// Tools are numbered group by group; first[g] is the first one of group g.
static uint32_t *number_tools(struct draft *draft, uint64_t *n_tool) {
    const uint32_t n = draft->rows[TABLE_GROUP].n;
    uint32_t *first = arena_take(&draft->arena, n + 1, sizeof *first);
    draft->is_short = draft->is_short || !first;
    *n_tool = 0;
    for (uint32_t g = 0; first && g < n && *n_tool <= PLANT_MAX_TOOLS; g++) {
        const struct draft_group *group = draft_row(draft, TABLE_GROUP, g);
        first[g] = (uint32_t)*n_tool;
        *n_tool += group->n_tool;
    }
    return first;
}

// Does the row place a tool that is there? One that waits for a group at fault says nothing.
static bool has_tool(struct draft *draft, struct draft_place *place) {
    if (place->group == PLANT_NONE || is_bad(&place->at, PLACE_NUMBER)) {
        return false;
    }
    const struct draft_group *group = draft_row(draft, TABLE_GROUP, place->group);
    if (is_bad(&group->at, GROUP_COUNT)) {
        return false;
    }
    if (group->is_delay != 0) {
        draft_fault(draft, MARU_WARNING, &place->at, PLACE_TOOLS, "a group of the kind tool",
                    "a delay has no body: the row has no effect");
        return false;
    }
    if (place->number > group->n_tool) {
        char right[64];
        snprintf(right, sizeof right, "1 to %u, or a larger count in the tool table",
                 group->n_tool);
        draft_fault(draft, MARU_FAULT, &place->at, PLACE_NUMBER, right,
                    "the tool group has no tool of this number");
        return false;
    }
    return true;
}

void draft_check_places(struct draft *draft) {
    if (draft->rows[TABLE_PLACE].n == 0) {
        return;
    }
    uint64_t n_tool = 0;
    const uint32_t *first = number_tools(draft, &n_tool);
    if (!first || n_tool > PLANT_MAX_TOOLS) {
        return; // too many tools were said
    }
    uint32_t *row_of = arena_take(&draft->arena, (size_t)n_tool + 1, sizeof *row_of); // from 1
    draft->is_short = draft->is_short || !row_of;
    for (uint32_t i = 0; row_of && i < draft->rows[TABLE_PLACE].n; i++) {
        struct draft_place *place = draft_row(draft, TABLE_PLACE, i);
        if (!has_tool(draft, place)) {
            place->group = PLANT_NONE;
            continue;
        }
        place->tool = first[place->group] + place->number - 1;
        const uint32_t known = row_of[place->tool];
        row_of[place->tool] = known > 0 ? known : i + 1;
        if (known > 0) {
            const struct draft_place *other = draft_row(draft, TABLE_PLACE, known - 1);
            draft_fault(draft, MARU_FAULT, &place->at, PLACE_NUMBER, "each tool once",
                        "line %u gives this tool its place already", other->at.line);
        }
    }
}
