// Which of a plant's tools are played, and what they show: from a life's tools and tags to the devices and
// tags of the protocols.
#ifndef CLI_FAKE_STAGE_H
#define CLI_FAKE_STAGE_H

#include "base/arena.h"
#include "connect/fake/fake_plan.h"
#include "live/fake/life.h"

// What the floor as a whole tells, as a manufacturing execution system would: tags of a node of their own.
#define STAGE_TAGS(X)                                                                              \
    X(EVENT, "Event", "", SAMPLE_TEXT)                                                             \
    X(EVENTS, "Events", "", SAMPLE_INTEGER)                                                        \
    X(LOTS, "Lots", "", SAMPLE_INTEGER)                                                            \
    X(DONE, "Done", "", SAMPLE_INTEGER)                                                            \
    X(PLANT_TIME, "Plant/Time", "s", SAMPLE_DOUBLE)                                                \
    X(PLANT_SPEED, "Plant/Speed", "", SAMPLE_DOUBLE)

enum stage_tag {
#define X(name, told, unit, type) STAGE_TAG_##name,
    STAGE_TAGS(X)
#undef X
        N_STAGE_TAG
};

enum {
    STAGE_MAX_TOOLS_OF_NODE = 500,
    STAGE_MAX_FLOOD = 1000, // tags of a load test
    STAGE_FLOOD_DEVICE_TAGS = 100,
};

struct stage {
    struct arena arena;
    struct fake_plan plan;
    uint32_t *tool;        // (n_tool) of the plant, in the order of the devices
    uint32_t *tool_device; // (tools of the plant) PLANT_NONE: not played
    uint32_t n_tool;
    uint32_t floor_tag; // the first of STAGE_TAGS
    uint32_t flood_tag, n_flood;
};

// Play n_tool tools (0: all), spread over the groups; with n_flood tags of a load test more.
//   memory  stage_fini, also after an error; the plant must outlive it
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status stage_init(struct stage *stage, const maru_plant *plant, uint32_t n_tool,
                                     uint32_t n_flood, maru_error *err);
void stage_fini(struct stage *stage);

// The tag of a life's tool, UINT32_MAX where it is not played.
uint32_t stage_tag_of(const struct stage *stage, uint32_t tool, enum life_tag tag);

#endif
