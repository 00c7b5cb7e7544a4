// A spreadsheet in, its answers out as JSON or as a page: for those who know nothing of frames and roles.
#ifndef STUDY_QUALITY_ASKING_H
#define STUDY_QUALITY_ASKING_H

#include <stddef.h>

#include "base/text.h"
#include "study/words/words.h"

struct quality_asking; // what somebody knows better

MARU_MUST_USE maru_status quality_asking_new(struct quality_asking **out, maru_error *err);
void quality_asking_free(struct quality_asking *asking); // accepts NULL

// Take a hint as quality_hints_take does, of n bytes.
//   errors  its own; MARU_E_INPUT: a zero byte
MARU_MUST_USE maru_status quality_asking_take(struct quality_asking *asking, const char *name,
                                              const char *value, size_t n, maru_error *err);

enum quality_format { QUALITY_JSON, QUALITY_PAGE };

struct quality_sheet {   // a file, and how it is told
    const char *bytes;   // (n)
    size_t n, cap_bytes; // cap_bytes: of quality_ask
    const char *title;   // any text
    enum quality_format format;
    enum lang lang; // that a page begins in
};

// Read a file and write all that it says.
//   out     appended to *out
//   errors  of quality_ask
MARU_MUST_USE maru_status quality_asking_answer(const struct quality_asking *asking,
                                                const struct quality_sheet *sheet, struct text *out,
                                                maru_error *err);

#endif
