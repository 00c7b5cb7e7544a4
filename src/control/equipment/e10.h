// The states that a tool can be in, as SEMI E10 divides its time, and their words.
//
// Six basic states with substates; what E10 does not have is UNKNOWN: time of which nobody knows,
// because the link was lost or nothing was said yet. It is counted on its own, never as standby.
#ifndef CONTROL_E10_H
#define CONTROL_E10_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/equipment/e10_list.h"

enum e10_state {
#define X(name, english, korean) E10_##name,
    E10_STATES(X)
#undef X
        N_E10_STATE
};

enum e10_substate {
#define X(name, state, english, korean) E10_SUB_##name,
    E10_SUBSTATES(X)
#undef X
        N_E10_SUBSTATE
};

enum { E10_MAX_WORD_BYTES = 64 };

// The state that a substate belongs to; E10_UNKNOWN for what is none.
enum e10_state e10_state_of(uint8_t substate);

// Their names, "" for what is none.
//   memory  static, UTF-8
const char *e10_state_name(enum e10_state state, bool is_korean);
const char *e10_substate_name(uint8_t substate, bool is_korean);

// The substate that a word means: a state ("standby", "유휴"), a substate ("repair"), both with a
// colon or slash between ("unscheduled down: repair"), or a word of E10_WORDS ("pm"). Blanks, - and
// _ do not count, nor does the case of ASCII letters.
//   errors  false leaves *substate untouched
bool e10_read(const char *bytes, size_t n, uint8_t *substate);

// What SEMI E116 reports: the EPT state (0 idle, 1 busy, 2 blocked) and, while busy, the type of the
// task (4 equipment maintenance, 5 equipment diagnostics; all others are work).
//   errors  false for what E116 does not have
//   source  SEMI E116, EPT states and task types
bool e10_of_ept(int64_t ept_state, int64_t task_type, uint8_t *substate);

#endif
