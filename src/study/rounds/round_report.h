// A round as a page to read and to print, in both languages.
#ifndef STUDY_ROUND_REPORT_H
#define STUDY_ROUND_REPORT_H

#include "study/rounds/round_asking.h"

// The award of an answer: what leads, supply and demand by quarter, classes, regions, power at the sites, what is in the way, each
// decision. Errors stick in `out`.
//   in      lang: that is shown first
//   cost    some hundred bytes a decision
void round_report(struct text *out, struct round_answer *answer, enum lang lang);

#endif
