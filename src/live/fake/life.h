// The life of a plant's tools and lots as its equipment would tell it: a twin runs, and what happens in it
// becomes values of tags and events, each with its time.
//
//     life_new -> life_run, life_measure, life_run, ... -> life_free
//
// The same model, options and seed tell the same, in whatever pieces it is run; after life_run the states of
// tools are the twin's. Times are the plant's, us since its start.
//
//   threads  one at a time
#ifndef LIVE_FAKE_LIFE_H
#define LIVE_FAKE_LIFE_H

#include <stddef.h>

#include "live/fake/process.h"
#include "live/history.h"
#include "signal/sample.h"

enum {
    LIFE_MAX_LOTS = 10 * 1000 * 1000, // that were ever released
    LIFE_MAX_TEXT_BYTES = 256,        // of a value
    LIFE_NAME_BYTES = 128,            // of a lot or recipe, with its 0
};

// What a tool tells besides its process variables, whose tags follow in their order.
#define LIFE_TAGS(X)                                                                               \
    X(STATE, "State", SAMPLE_TEXT)                                                                 \
    X(STATE_CODE, "StateCode", SAMPLE_INTEGER) /* maru_tool_state */                               \
    X(LOT, "Job/Lot", SAMPLE_TEXT)             /* several: with a + between */                     \
    X(N_LOT, "Job/Lots", SAMPLE_INTEGER)                                                           \
    X(PRODUCT, "Job/Product", SAMPLE_TEXT)                                                         \
    X(STEP, "Job/Step", SAMPLE_TEXT)                                                               \
    X(RECIPE, "Job/Recipe", SAMPLE_TEXT)                                                           \
    X(WAFERS, "Count/Wafers", SAMPLE_INTEGER)                                                      \
    X(GOOD, "Count/Good", SAMPLE_INTEGER)                                                          \
    X(SCRAP, "Count/Scrap", SAMPLE_INTEGER)                                                        \
    X(ALARM_CODE, "Alarm/Code", SAMPLE_INTEGER) /* 0: none */                                      \
    X(ALARM, "Alarm/Text", SAMPLE_TEXT)

enum life_tag {
#define X(name, told, type) LIFE_TAG_##name,
    LIFE_TAGS(X)
#undef X
        LIFE_TAG_PROCESS,
    N_LIFE_TAG = LIFE_TAG_PROCESS + N_FAKE_VARIABLE
};

struct life_tag_kind {
    const char *name, *unit; // "Process/Vibration", "mm/s"
    enum sample_type type;
    double deadband; // 0: every change counts
};
//   memory  static
const struct life_tag_kind *life_tag_kind(enum life_tag tag);

// "productive", ...: the words of the E10 states, as docs/EQUIPMENT.md has them.
const char *life_state_word(maru_tool_state state);

// Alarms: one of a failure is ALARM_FAILURE and its variable, or ALARM_INTERLOCK where none announced it; a
// warning before it ALARM_WARNING and its variable.
enum { ALARM_WARNING = 100, ALARM_FAILURE = 200, ALARM_INTERLOCK = 300 };
// "Vibration high-high"; "" for code 0.
void life_alarm_text(int code, char out[LIFE_MAX_TEXT_BYTES]);

enum life_event_kind {
    LIFE_LOT_RELEASED,
    LIFE_LOT_ARRIVED,  // at a tool group, and waits
    LIFE_LOT_STARTED,  // a tool has taken it
    LIFE_LOT_FINISHED, // with the step: it leaves the tool
    LIFE_LOT_REWORK,   // and goes back to this step
    LIFE_LOT_SKIPPED,  // this step, by sampling
    LIFE_LOT_DONE,     // and leaves the plant
    LIFE_TOOL_STATE,
    LIFE_ALARM_SET,
    LIFE_ALARM_CLEARED,
    N_LIFE_EVENT_KIND
};
// "lot_released", ...
const char *life_event_name(enum life_event_kind kind);

struct life_event {
    enum life_event_kind kind;
    maru_time at_us;
    uint32_t tool;             // MARU_NONE: at none
    const char *lot, *product; // NULL: of none
    uint32_t step;             // plant-wide, MARU_NONE: at none
    uint32_t wafers, scrap;    // of a lot; scrap: what this step has spoilt
    int32_t priority;
    maru_time due_us; // of a lot that is released, INT64_MAX: never
    maru_tool_state state;
    int code; // of an alarm
};

// Called from within life_run, in the order of time; what they get is valid during the call.
struct life_sink {
    void *of;
    void (*change)(void *of, uint32_t tool, enum life_tag tag, const struct sample *sample);
    void (*event)(void *of, const struct life_event *event); // may be NULL, as may change
};

struct life_options {
    const maru_model *model; // must outlive it
    uint64_t seed;
    maru_time begin_us;      // the twin runs there first, untold
    const struct acts *acts; // done to tools from outside; copied; NULL: nothing
};

struct life;

// A life at begin_us.
//   memory  life_free
//   errors  as maru_sim_run; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status life_new(const struct life_options *options, struct life **out,
                                   maru_error *err);
void life_free(struct life *life); // accepts NULL

// Tell everything as it stands: all tags but those of the process, and the lots on the floor as
// released, and where they are.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status life_tell(struct life *life, const struct life_sink *sink,
                                    maru_error *err);

// Tell all tags but those of the process as they stand, though they were told.
void life_show(struct life *life, const struct life_sink *sink);

// Go on, and tell what happens.
//   errors  as maru_sim_run, MARU_E_LIMIT, MARU_E_MEMORY: it goes no further
MARU_MUST_USE maru_status life_run(struct life *life, maru_time until_us,
                                   const struct life_sink *sink, maru_error *err);

// The process variables of a tool now.
void life_measure(const struct life *life, uint32_t tool, double value[N_FAKE_VARIABLE]);

maru_time life_now(const struct life *life);
maru_tool_state life_tool_state(const struct life *life, uint32_t tool);
// Lots on the floor; lots that were done, and events told, so far.
uint32_t life_lot_count(const struct life *life);
uint64_t life_done_count(const struct life *life);
uint64_t life_event_count(const struct life *life);

// Lots on the floor by tool group: on their way to it, waiting, in its tools.
//   out     (groups of the plant)
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status life_count_lots(const struct life *life, uint32_t *out, maru_error *err);

// The recipe of a step: "ROUTE.3".
void life_recipe(const maru_plant *plant, uint32_t step, char out[LIFE_NAME_BYTES]);
// A tool by its name in the plant: "GROUP/3".
void life_tool_name(const maru_plant *plant, uint32_t tool, char out[LIFE_MAX_TEXT_BYTES]);

#endif
