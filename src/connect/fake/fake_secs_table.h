// The kind of tool that fake GEM equipment is: its table, and what stands where in it.
#ifndef CONNECT_FAKE_SECS_TABLE_H
#define CONNECT_FAKE_SECS_TABLE_H

#include "connect/fake/fake_secs.h"
#include "wire/secs/profile.h"

// Index in the profile of a tool's tag, by its number among its tags.
uint32_t fake_secs_variable(uint32_t tag);

// The event that says that a tool is in this state now; PROFILE_NONE: there is none.
uint32_t fake_secs_state_event(const struct profile *profile, const struct sample *state);

// Append a value as an item: A, U4 or I8, F8, BOOLEAN.
void fake_secs_put_value(struct text *out, const struct sample *sample);

#endif
