// Why a job waits, as a sentence.
#ifndef SERVE_COMPUTE_WAIT_WORDS_H
#define SERVE_COMPUTE_WAIT_WORDS_H

#include "serve/compute/compute.h"
#include "study/words/words.h"

// A word of the API.
const char *wait_reason_word(enum wait_reason reason);
// Append the sentence.
void wait_sentence(struct text *out, const struct pool_why *why, enum lang lang);

// Of a job in the queue of an executor that schedules by itself; reason: its own word, "": it has said none.
extern const char wait_elsewhere_word[];
void wait_elsewhere_sentence(struct text *out, const char *reason, enum lang lang);

// Of a job that the pool cannot queue as things are; the sentence is the pool's own.
extern const char wait_refused_word[];

// When it starts; what a change of it would bring. Times are those of the server's clock on the wall.
void start_sentence(struct text *out, const struct compute_forecast *forecast, enum lang lang);
void help_sentence(struct text *out, const struct compute_forecast *forecast,
                   const struct forecast_help *help, enum lang lang);

#endif
