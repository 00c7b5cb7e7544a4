// Faults of sensors and clocks, put on what a tool measures, before any protocol sees it.
//
// A value depends on the table, the seed, and the values that came before, and on nothing else.
#ifndef LIVE_FAKE_DISTURB_H
#define LIVE_FAKE_DISTURB_H

#include "live/fake/fault_table.h"
#include "live/history.h"
#include "signal/sample.h"

struct disturb;

//   memory  disturb_free; the table must outlive it
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status disturb_new(const struct fault_table *table, uint64_t seed,
                                      uint32_t n_tool, struct disturb **out, maru_error *err);
void disturb_free(struct disturb *disturb); // accepts NULL

// From now on it is so long since the fake began: times never go back.
void disturb_go(struct disturb *disturb, maru_time since_us);

// What is told of a tool's value instead: `value` of a variable; the time of anything it tells.
double disturb_value(struct disturb *disturb, uint32_t tool, enum fake_variable variable,
                     double value);
maru_time disturb_time(const struct disturb *disturb, uint32_t tool, maru_time at_us);

// Tools that fail by the table, as acts of a life that begins at begin_us and is played at this speed.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status disturb_acts(const struct fault_table *table, const maru_plant *plant,
                                       maru_time begin_us, double speed, struct acts *acts,
                                       maru_error *err);

#endif
