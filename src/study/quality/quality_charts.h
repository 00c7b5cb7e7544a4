// Control charts over the periods of a spreadsheet: which are out of control, and since when? Limits come from the first periods and
// judge the later ones: a p chart of the share of bad units, an I-MR chart of the mean of each measured column.
#ifndef STUDY_QUALITY_CHARTS_H
#define STUDY_QUALITY_CHARTS_H

#include "study/quality/quality.h"

enum {
    QUALITY_REFERENCE_LEAST = 8, // periods that limits come from, at least
    QUALITY_JUDGED_LEAST = 4     // and periods that are judged
};

// Charts of a report that has its periods and columns.
//   out     quality->rate_chart, quality->chart (n_column), quality->n_chart_out, quality->n_chart_weak
//   memory  in the arena
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
//   source  D. B. Laney, Improved control charts for attributes, Quality Engineering 14 (2002) 531-537 (p chart of periods that differ
//           more than chance); G. J. Hahn, Factors for calculating two-sided prediction intervals, JASA 64 (1969) 878-888 (limits
//           of few points)
MARU_MUST_USE maru_status quality_charts_find(struct quality *quality, maru_error *err);

#endif
