// A sample as the API tells it.
#ifndef SERVE_SAMPLE_JSON_H
#define SERVE_SAMPLE_JSON_H

#include "base/text.h"
#include "signal/sample.h"

// Its value: a number, true or false, a text; null for NaN and infinity.
void sample_add_value(struct text *out, const struct sample *sample);

// [at, value, quality]: seconds since 1970 with microseconds, 0 to 255.
void sample_add_json(struct text *out, const struct sample *sample);

#endif
