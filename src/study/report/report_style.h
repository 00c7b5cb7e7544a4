// The style sheet of the reports.
#ifndef STUDY_REPORT_STYLE_H
#define STUDY_REPORT_STYLE_H

extern const char *const report_style[]; // parts of it, a null pointer behind the last

#endif
