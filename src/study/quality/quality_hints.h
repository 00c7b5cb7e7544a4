// What somebody knows better than the reader of a spreadsheet, as names and values: options of the command and fields of a
// request are the same list, taken the same way.
#ifndef STUDY_QUALITY_HINTS_H
#define STUDY_QUALITY_HINTS_H

#include "study/quality/quality.h"

enum { QUALITY_MAX_HINTS = 2000, QUALITY_MAX_HINT_BYTES = 1 << 20 };

struct quality_hints {
    struct arena arena; // all texts and lists
    struct sheet_hints sheet;
    const char *sheet_name; // of an .xlsx; NULL: the first with a value
    const char *target, *bad;
    struct role_hint *role; // (n_role)
    struct sheet_kind *kind;
    struct quality_limit *limit; // (n_limit)
    size_t n_role, n_limit;
    uint64_t seed;
};

// Hints that say nothing.
//   memory  quality_hints_fini
void quality_hints_init(struct quality_hints *hints);
void quality_hints_fini(struct quality_hints *hints); // accepts an all-zero one

// Is there a hint of this name?
bool quality_hints_has(const char *name);

// Take one more hint; an empty value says nothing.
//   in      target, time, lot, tool, leave-out, cause: a column; bad: its value; limits: COLUMN=LOW..HIGH; kind:
//           COLUMN=number|word|text|time|none; separator: comma, semicolon, tab, bar, blank; decimal: . or ,; dates: a form of
//           wire/csv/moment.h; first-line: with data, from 1; keep-totals: true, false; sheet: of an .xlsx; seed
//   memory  the value is copied
//   errors  MARU_E_INPUT: no such hint, or it makes no sense; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status quality_hints_take(struct quality_hints *hints, const char *name,
                                             const char *value, maru_error *err);

// As options of quality_find.
//   memory  those of the hints, which outlive it
struct quality_options quality_hints_options(const struct quality_hints *hints);

// "number", "word", "text", "time", "none".
//   memory  static
const char *quality_kind_name(enum frame_kind kind);
// "comma", "semicolon", "tab", "bar", "blank"; NULL: none of these.
const char *quality_separator_name(char separator);

#endif
