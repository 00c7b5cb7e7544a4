// The charts of a study's report, each an SVG figure in both languages.
#ifndef STUDY_REPORT_CHARTS_H
#define STUDY_REPORT_CHARTS_H

#include "study/study.h"

void report_chart_wip(struct text *out, const struct study *study);
void report_chart_flow(struct text *out, const struct study *study); // lots in and out
void report_chart_histograms(struct text *out,
                             const struct study *study); // flow factor, a panel a class
void report_chart_tools(struct text *out,
                        const struct study *study); // stacked shares of the busiest groups
void report_chart_queues(struct text *out, const struct study *study); // groups against time

#endif
