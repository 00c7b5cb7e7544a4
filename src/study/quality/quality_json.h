// Everything that a quality report knows, as JSON: what was understood, the sentences, and every number behind them.
#ifndef STUDY_QUALITY_JSON_H
#define STUDY_QUALITY_JSON_H

#include "study/quality/quality_file.h"

//   in      title: of the file, any text
//   source  the shape: QualityAnswer in docs/openapi.json
void quality_json(struct text *out, const struct quality_answer *answer, const char *title);

#endif
