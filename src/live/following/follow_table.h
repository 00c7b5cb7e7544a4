// What the names of a floor mean for its plant: a table that engineers write where the usual names do not do.
//
// Each row says of one event, tool, step or product what the floor's name for it means. Columns and words:
// docs/TWIN.md.
#ifndef LIVE_FOLLOW_TABLE_H
#define LIVE_FOLLOW_TABLE_H

#include "base/arena.h"
#include "base/text.h"
#include "control/equipment/name_list.h"
#include "maru/plant.h"
#include "sim/follow/told.h"

// clang-format off
// X(name, English, Korean): what a row is about.
#define FOLLOW_ABOUT(X) \
    X(EVENT, "event", "이벤트") \
    X(TOOL, "tool", "설비") \
    X(STEP, "step", "공정") \
    X(PRODUCT, "product", "제품")

// X(name, English, Korean): what an event means: a told_kind, the state that its value names, or nothing.
#define FOLLOW_MEANINGS(X) \
    X(RELEASED, "released", "투입") \
    X(ENDED, "ended", "완공") \
    X(REWORK, "rework", "재작업") \
    X(SKIPPED, "skipped", "건너뜀") \
    X(FINISHED, "finished", "출하") \
    X(SCRAPPED, "scrapped", "폐기") \
    X(UP, "up", "복구") \
    X(SENT, "sent", "이동") \
    X(ARRIVED, "arrived", "도착") \
    X(FREED, "freed", "보류해제") \
    X(SETUP, "setup", "준비교체") \
    X(STARTED, "started", "착공") \
    X(HELD, "held", "보류") \
    X(DOWN, "down", "고장") \
    X(MAINTENANCE, "maintenance", "보전") \
    X(STATE, "state", "상태") \
    X(NOTHING, "nothing", "무시")
// clang-format on

enum follow_about {
#define X(name, english, korean) FOLLOW_##name,
    FOLLOW_ABOUT(X)
#undef X
        N_FOLLOW_ABOUT
};

enum follow_meaning { // the first are the kinds of told.h, in their order
#define X(name, english, korean) FOLLOW_MEANS_##name,
    FOLLOW_MEANINGS(X)
#undef X
        N_FOLLOW_MEANING
};

enum {
    FOLLOW_MAX_NAME_BYTES = 255,
    FOLLOW_MAX_TABLE_BYTES = 64 << 20, // of its names in memory
};

struct follow_row {
    uint8_t about, meaning; // meaning: of an event
    uint32_t line;
    const char *name, *means; // means: as it is written
};

struct follow_table {
    struct arena arena;
    struct name_list keys;  // about, name
    struct follow_row *row; // (keys.n)
};

// Read a table in CSV. All that is wrong is said in faults. What the plant has is not looked at here.
//   in      UTF-8
//   out     *out: follow_table_fini gives it back; set only with MARU_OK
//   errors  MARU_E_INPUT: at least one MARU_FAULT is in faults; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status follow_table_read(const char *file, const char *bytes, size_t n,
                                            maru_faults *faults, struct follow_table *out,
                                            maru_error *err);
void follow_table_fini(struct follow_table *table); // accepts an all-zero one

// Write it as a table that reads back the same.
void follow_table_write(const struct follow_table *table, struct text *out);
void follow_table_write_row(const struct follow_row *row, struct text *out); // one row of it

// The row about a name; NULL: there is none.
const struct follow_row *follow_table_find(const struct follow_table *table,
                                           enum follow_about about, const char *name);

#endif
