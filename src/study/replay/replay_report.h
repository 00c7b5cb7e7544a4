// A replay of several policies as one page without scripts, requests or other files, in Korean or English.
#ifndef STUDY_REPLAY_REPORT_H
#define STUDY_REPLAY_REPORT_H

#include "study/replay/replay_output.h"

// Append the page. lang: the language it opens in.
//   errors  MARU_E_MEMORY, MARU_E_LIMIT
MARU_MUST_USE maru_status replay_add_report(struct text *out, const struct replay_study *study,
                                            enum lang lang, maru_error *err);

#endif
