// One page that holds all of a study: sentence, charts, tables; Korean and English; no other file
// needed.
#ifndef STUDY_REPORT_H
#define STUDY_REPORT_H

#include "study/comparison.h"
#include "study/study.h"

enum { REPORT_MAX_BYTES = 1 << 28 };

// Append the page. lang: the language it opens in.
//   errors  MARU_E_STOPPED: there is nothing to tell; MARU_E_MEMORY, MARU_E_LIMIT
MARU_MUST_USE maru_status report_add(struct text *out, const struct study *study, enum lang lang,
                                     maru_error *err);
MARU_MUST_USE maru_status report_add_comparison(struct text *out,
                                                const struct comparison *comparison, enum lang lang,
                                                maru_error *err);

// The same into a file.
MARU_MUST_USE maru_status report_write(const struct study *study, const char *path, enum lang lang,
                                       maru_error *err);
MARU_MUST_USE maru_status report_write_comparison(const struct comparison *comparison,
                                                  const char *path, enum lang lang,
                                                  maru_error *err);

// ---- what both reports have ----

void report_begin(struct text *out, const maru_plant *plant, const char *folder, enum word kind,
                  enum lang lang);
void report_add_facts(struct text *out, const maru_plant *plant, maru_time warmup_us,
                      maru_time until_us, uint64_t seed, size_t n_rep);
void report_add_terms(struct text *out, const enum word *term, size_t n);
void report_add_foot(struct text *out, const char *digest);

#endif
