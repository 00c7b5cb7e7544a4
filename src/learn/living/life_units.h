// The units of a model of remaining life at work, by name: each with the life that it lives and the one before. As many as memory is set
// aside for; where another one comes, the unit that was heard of longest ago is forgotten.
#ifndef LEARN_LIFE_UNITS_H
#define LEARN_LIFE_UNITS_H

#include "learn/living/unit_past.h"

enum {
    LIFEUNITS_MAX = 2000,
    LIFEUNITS_MAX_BYTES = 24 << 20, // of all lives
    LIFEUNITS_NAME_BYTES = 512,     // with its end; longer names are cut
};

struct life_of_unit {
    char name[LIFEUNITS_NAME_BYTES];
    struct unit_past *now, *before; // before NULL: no life has ended
    maru_time ended_us;             // of the life before, INT64_MIN: none
    maru_time last_us;              // of the last window
    bool is_judged;                 // the life before was compared with what was said of it
};

struct life_units {
    const struct unit_scale *scale;
    struct life_of_unit **unit; // (n), names rise
    uint32_t n, most;
};

void life_units_init(struct life_units *units, const struct unit_scale *scale);
void life_units_fini(struct life_units *units); // accepts an all-zero one

struct life_of_unit *life_units_find(const struct life_units *units, const char *name); // or NULL

// The unit of a window, made where it is new.
//   out     *out NULL: there is no room, and all units were heard of later
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status life_units_get(struct life_units *units, const char *name,
                                         maru_time at_us, struct life_of_unit **out,
                                         maru_error *err);

void life_units_write(const struct life_units *units, struct text *out);
// By one that has none. Bytes are hostile: in->is_bad tells.
MARU_MUST_USE maru_status life_units_read(struct life_units *units, struct binary *in,
                                          maru_error *err);

#endif
