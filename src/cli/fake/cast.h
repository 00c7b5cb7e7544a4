// The protocols that a plant is played in: opened together, given the same values, closed together.
#ifndef CLI_FAKE_CAST_H
#define CLI_FAKE_CAST_H

#include "base/text.h"
#include "cli/fake/gates.h"
#include "cli/fake/stage.h"
#include "connect/fake/fake_modbus.h"
#include "connect/fake/fake_opcua.h"
#include "connect/fake/fake_secs.h"
#include "connect/fake/fake_sparkplug.h"
#include "live/fake/fault_table.h"
#include "study/json_writer.h"

enum cast_whom {
    CAST_ALL,
    CAST_WITH_PAST,    // those that can tell what was: Sparkplug B
    CAST_WITHOUT_PAST, // those that tell only what is
};

struct cast_options {
    const struct stage *stage;
    const struct fault_table *faults;
    int64_t wall_us;  // when the time of the faults begins, since 1970
    const char *bind; // address that servers listen at
    int modbus;       // port, 0: not asked for
    int opcua;        // port, 0: not asked for
    const char *gateway;
    const struct fake_secs_options *secs;   // NULL: not asked for
    const char *sparkplug, *ca_file, *host; // sparkplug: a URL, NULL: not asked for
    bool has_past;                          // a past is told first: cast_turn(CAST_ALL) ends it
};

struct cast_look {
    struct fake_sparkplug_look sparkplug;
    struct fake_modbus_look modbus;
    struct fake_secs_look secs;
    struct fake_opcua_look opcua;
    struct fake_relay_look link[N_FAULT_LINK];
};

struct cast;

//   memory  cast_close; the options must outlive it
//   errors  as those of the protocols
MARU_MUST_USE maru_status cast_open(const struct cast_options *options, struct cast **out,
                                    maru_error *err);

// From now on values go to these.
void cast_turn(struct cast *cast, enum cast_whom whom);

// Tell values: news to all, those that are no news to the protocols that are asked for the present value.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status cast_put(struct cast *cast, const struct fake_value *news, size_t n_news,
                                   const struct fake_value *quiet, size_t n_quiet, maru_error *err);

void cast_look(struct cast *cast, struct cast_look *out);

// Accepts NULL.
//   out     *last, unless NULL
void cast_close(struct cast *cast, struct cast_look *last);

// Append what was sent, as members of an open object.
void cast_add_json(struct json *json, const struct cast_look *look);

#endif
