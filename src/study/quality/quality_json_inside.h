// What the parts of the JSON of a quality report share.
#ifndef STUDY_QUALITY_JSON_INSIDE_H
#define STUDY_QUALITY_JSON_INSIDE_H

#include "study/json_writer.h"
#include "study/quality/quality_file.h"

// "reading": signs, lines and character set of the file.
void quality_json_add_reading(struct json *json, const struct quality_file *file);
// "target": the verdict, and what of it is bad.
void quality_json_add_target(struct json *json, const struct quality *q);
// "columns": each with kind, role, reason, odd cells and examples.
void quality_json_add_columns(struct json *json, const struct quality *q);

#endif
