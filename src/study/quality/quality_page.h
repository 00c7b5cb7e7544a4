// A quality report as one page without scripts, in Korean and English, to be printed on A4 or sent.
#ifndef STUDY_QUALITY_PAGE_H
#define STUDY_QUALITY_PAGE_H

#include "study/quality/sentences.h"

// in: title: of the file, any text
void quality_page(struct text *out, const struct quality *quality, const struct told *told,
                  const char *title, enum lang lang);

#endif
