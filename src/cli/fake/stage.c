#include "cli/fake/stage.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "plant/plant.h"

// An area is an edge node; one with many tools is several. The floor is the node "MES", a load test the node
// "Flood". Names lose what no topic may have (/ + #); where two become the same the number of the group is
// put behind.

enum { ARENA_BYTES = 1 << 30, NAME_BYTES = 250 };

// A name without what a topic may not have.
static const char *clean(struct stage *stage, const char *name, size_t n_most) {
    const size_t n = strlen(name) < n_most ? strlen(name) : n_most;
    char *copy = arena_text(&stage->arena, name, n);
    for (size_t i = 0; copy && i < n; i++) {
        const unsigned char c = (unsigned char)copy[i];
        if (c < 0x20 || c == 0x7F || c == '/' || c == '+' || c == '#') {
            copy[i] = '-';
        }
    }
    while (copy && !text_is_utf8(copy, strlen(copy))) { // cut inside a letter
        copy[strlen(copy) - 1] = '\0';
    }
    return copy;
}

static const char *numbered(struct stage *stage, const char *name, const char *between,
                            uint32_t number) {
    char text[2 * NAME_BYTES];
    if (!name) {
        return NULL;
    }
    const int n = snprintf(text, sizeof text, "%s%s%u", name, between, number);
    return arena_text(&stage->arena, text, (size_t)n);
}

static bool is_taken(const struct stage *stage, uint32_t n, const char *name) {
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(stage->plan.device[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

// ---- who plays

static maru_status choose_tools(struct stage *stage, const maru_plant *plant, uint32_t n_wanted,
                                maru_error *err) {
    uint32_t *all = arena_take(&stage->arena, (size_t)plant->n_tool + 1, sizeof *all);
    stage->tool = arena_take(&stage->arena, (size_t)plant->n_tool + 1, sizeof *stage->tool);
    stage->tool_device =
        arena_take(&stage->arena, (size_t)plant->n_tool + 1, sizeof *stage->tool_device);
    if (!all || !stage->tool || !stage->tool_device) {
        return arena_refusal(&stage->arena, err);
    }
    uint32_t n = 0;
    for (uint32_t area = 0; area <= plant->n_area; area++) { // those of a node together
        for (uint32_t tool = 0; tool < plant->n_tool; tool++) {
            const struct plant_group *group = &plant->group[plant->tool_group[tool]];
            const uint32_t its = group->area < plant->n_area ? group->area : plant->n_area;
            if (its == area && !group->is_delay) {
                all[n++] = tool;
            }
        }
    }
    stage->n_tool = n_wanted > 0 && n_wanted < n ? n_wanted : n;
    for (uint32_t i = 0; i < stage->n_tool; i++) {
        stage->tool[i] = all[(uint64_t)i * n / stage->n_tool];
    }
    return MARU_OK;
}

// ---- what they show

static maru_status add_tool(struct stage *stage, const maru_plant *plant, uint32_t i,
                            uint32_t *n_of_area, struct fake_device *device, maru_error *err) {
    const uint32_t tool = stage->tool[i];
    const struct plant_group *group = &plant->group[plant->tool_group[tool]];
    char name[LIFE_MAX_TEXT_BYTES];
    const bool has_area = group->area < plant->n_area;
    const uint32_t area = has_area ? group->area : plant->n_area;
    const char *node = clean(stage, has_area ? plant->area[area].name : "Floor", NAME_BYTES - 10);
    const uint32_t part = n_of_area[area]++ / STAGE_MAX_TOOLS_OF_NODE;
    if (part > 0) {
        node = numbered(stage, node, " ", part + 1);
    }
    const char *own = clean(stage, group->name, NAME_BYTES - 30);
    own = numbered(stage, own, "-", tool - group->first_tool + 1);
    if (own && is_taken(stage, i, own)) {
        own = numbered(stage, own, " ", plant->tool_group[tool]);
    }
    life_tool_name(plant, tool, name);
    *device = (struct fake_device){.node = node,
                                   .name = own,
                                   .tool = arena_text(&stage->arena, name, strlen(name)),
                                   .first_tag = i * N_LIFE_TAG,
                                   .n_tag = N_LIFE_TAG};
    return node && own && device->tool ? MARU_OK : arena_refusal(&stage->arena, err);
}

static uint8_t role_of(enum life_tag tag) {
    switch (tag) {
    case LIFE_TAG_STATE:
        return FAKE_ROLE_STATE;
    case LIFE_TAG_LOT:
        return FAKE_ROLE_LOT;
    case LIFE_TAG_PRODUCT:
        return FAKE_ROLE_PRODUCT;
    case LIFE_TAG_STEP:
        return FAKE_ROLE_STEP;
    case LIFE_TAG_RECIPE:
        return FAKE_ROLE_RECIPE;
    case LIFE_TAG_ALARM_CODE:
        return FAKE_ROLE_ALARM;
    case LIFE_TAG_STATE_CODE:
    case LIFE_TAG_N_LOT:
    case LIFE_TAG_WAFERS:
    case LIFE_TAG_GOOD:
    case LIFE_TAG_SCRAP:
    case LIFE_TAG_ALARM:
    case LIFE_TAG_PROCESS:
    case N_LIFE_TAG:
        break;
    }
    return FAKE_ROLE_NONE;
}

static void add_tags(struct stage *stage, struct fake_tag *tag, uint32_t *tag_device) {
    static const struct fake_tag floor[] = {
#define X(name, told, unit, type) {told, unit, type, FAKE_ROLE_NONE, 0},
        STAGE_TAGS(X)
#undef X
    };
    for (uint32_t i = 0; i < stage->n_tool; i++) {
        for (int t = 0; t < N_LIFE_TAG; t++) {
            const struct life_tag_kind *kind = life_tag_kind((enum life_tag)t);
            const uint32_t at = i * N_LIFE_TAG + (uint32_t)t;
            tag[at] = (struct fake_tag){.name = kind->name,
                                        .unit = kind->unit,
                                        .type = (uint8_t)kind->type,
                                        .role = role_of((enum life_tag)t),
                                        .deadband = kind->deadband};
            tag_device[at] = i;
        }
    }
    for (uint32_t t = 0; t < N_STAGE_TAG; t++) {
        tag[stage->floor_tag + t] = floor[t];
        tag_device[stage->floor_tag + t] = stage->n_tool;
    }
}

// Codes of alarms that have a text: SEMI E5 calls a warning of a parameter 3, its error 4, and a stop for the
// equipment's safety 2.
static bool add_alarms(struct stage *stage) {
    struct fake_alarm *alarm = arena_take(&stage->arena, ALARM_INTERLOCK + 1, sizeof *alarm);
    uint32_t n = 0;
    for (int code = 1; alarm && code <= ALARM_INTERLOCK; code++) {
        char text[LIFE_MAX_TEXT_BYTES];
        life_alarm_text(code, text);
        if (text[0] != '\0') {
            alarm[n].code = code;
            alarm[n].category = code < ALARM_FAILURE ? 3 : code < ALARM_INTERLOCK ? 4 : 2;
            snprintf(alarm[n].text, sizeof alarm[n].text, "%.63s", text);
            n++;
        }
    }
    stage->plan.alarm = alarm;
    stage->plan.n_alarm = n;
    return alarm != NULL;
}

static maru_status add_flood(struct stage *stage, struct fake_device *device, struct fake_tag *tag,
                             uint32_t *tag_device, maru_error *err) {
    for (uint32_t i = 0; i < stage->n_flood; i++) {
        const uint32_t d = i / STAGE_FLOOD_DEVICE_TAGS, at = stage->flood_tag + i;
        if (i % STAGE_FLOOD_DEVICE_TAGS == 0) {
            device[d] = (struct fake_device){.node = "Flood",
                                             .name = numbered(stage, "Source", "-", d + 1),
                                             .tool = "",
                                             .first_tag = at};
        }
        device[d].n_tag++;
        tag[at] = (struct fake_tag){
            .name = numbered(stage, "Counter", "-", i + 1), .unit = "", .type = SAMPLE_INTEGER};
        tag_device[at] = stage->n_tool + 1 + d;
        if (!device[d].name || !tag[at].name) {
            return arena_refusal(&stage->arena, err);
        }
    }
    return MARU_OK;
}

maru_status stage_init(struct stage *stage, const maru_plant *plant, uint32_t n_tool,
                       uint32_t n_flood, maru_error *err) {
    *stage = (struct stage){.n_flood = n_flood};
    arena_init(&stage->arena, ARENA_BYTES);
    maru_status st = choose_tools(stage, plant, n_tool, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n_device =
        stage->n_tool + 1 + (n_flood + STAGE_FLOOD_DEVICE_TAGS - 1) / STAGE_FLOOD_DEVICE_TAGS;
    stage->floor_tag = stage->n_tool * N_LIFE_TAG;
    stage->flood_tag = stage->floor_tag + N_STAGE_TAG;
    const uint32_t n_tag = stage->flood_tag + n_flood;
    struct fake_device *device = arena_take(&stage->arena, n_device, sizeof *device);
    struct fake_tag *tag = arena_take(&stage->arena, n_tag, sizeof *tag);
    uint32_t *tag_device = arena_take(&stage->arena, n_tag, sizeof *tag_device);
    uint32_t *n_of_area = arena_take(&stage->arena, (size_t)plant->n_area + 1, sizeof *n_of_area);
    const char *name = clean(stage, plant->name, NAME_BYTES);
    if (!device || !tag || !tag_device || !n_of_area || !name) {
        return arena_refusal(&stage->arena, err);
    }
    stage->plan = (struct fake_plan){.plant = name[0] != '\0' ? name : "plant",
                                     .device = device,
                                     .tag = tag,
                                     .tag_device = tag_device,
                                     .n_device = n_device,
                                     .n_tag = n_tag};
    memset(stage->tool_device, 0xFF, plant->n_tool * sizeof *stage->tool_device);
    for (uint32_t i = 0; st == MARU_OK && i < stage->n_tool; i++) {
        st = add_tool(stage, plant, i, n_of_area, &device[i], err);
        stage->tool_device[stage->tool[i]] = i;
    }
    device[stage->n_tool] = (struct fake_device){
        .node = "MES", .name = "", .tool = "", .first_tag = stage->floor_tag, .n_tag = N_STAGE_TAG};
    add_tags(stage, tag, tag_device);
    if (!add_alarms(stage)) {
        return arena_refusal(&stage->arena, err);
    }
    return st == MARU_OK ? add_flood(stage, device + stage->n_tool + 1, tag, tag_device, err) : st;
}

void stage_fini(struct stage *stage) { arena_fini(&stage->arena); }

uint32_t stage_tag_of(const struct stage *stage, uint32_t tool, enum life_tag tag) {
    const uint32_t device = stage->tool_device[tool];
    return device == UINT32_MAX ? UINT32_MAX : device * N_LIFE_TAG + (uint32_t)tag;
}
