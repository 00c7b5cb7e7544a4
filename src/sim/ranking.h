// A rule made ready for the lists of waiting lots of one tool group.
#ifndef SIM_RANKING_H
#define SIM_RANKING_H

#include "sim/model.h"

// Compile a rule with the urgency of queue-time limits in its place, and find which numbers are kept with a lot for it.
// ranks_setup: some setup of the group takes time.
//   errors  those of rule_compile; MARU_E_LIMIT: too many criteria, or too many that keep a number
MARU_MUST_USE maru_status ranking_build(enum option_queue_rule queue_rule, bool ranks_setup,
                                        const char *text, struct group_rule *out, maru_error *err);

#endif
