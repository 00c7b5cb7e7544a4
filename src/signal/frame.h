// A table in memory, column by column, each of one kind: what spreadsheets and windows of signals become before anything is learnt
// from them. Rows are units, lots, windows or moments; a value that is missing is missing, and never a 0.
#ifndef SIGNAL_FRAME_H
#define SIGNAL_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/names.h"
#include "maru/status.h"

enum frame_kind {
    FRAME_EMPTY,  // no value at all
    FRAME_NUMBER, // number[]
    FRAME_WORD,   // word[]: one of a few words, also yes and no
    FRAME_TIME,   // time[]
    FRAME_TEXT,   // word[]: nearly every one another; a remark, a serial number
    N_FRAME_KIND
};

#define FRAME_NO_WORD UINT32_MAX
#define FRAME_NO_TIME INT64_MIN

enum { FRAME_MAX_ROWS = 10000000, FRAME_MAX_COLUMNS = 20000 };

struct frame_column {
    const char *name; // 0-terminated, different in each column of a frame
    const char *unit; // "" where none is known
    uint8_t kind;     // enum frame_kind
    double *number;   // (n_row), NaN: missing
    uint32_t *word;   // (n_row), of words, FRAME_NO_WORD: missing
    maru_time *time;  // (n_row), FRAME_NO_TIME: missing
    struct names words;
    uint32_t n_missing; // cells without a value
    uint32_t
        n_odd; // of them, cells with something that is none of the column's kind ("n/a?" among numbers)
};

struct frame {
    struct arena arena; // all arrays but the words
    uint32_t n_row, n_column;
    struct frame_column *column; // (n_column)
    uint32_t *line;              // (n_row), of the file, from 1; 0: of none
};

// An empty one for n_row rows; columns have no kind yet.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status frame_init(struct frame *frame, uint32_t n_row, uint32_t n_column,
                                     size_t cap_bytes, maru_error *err);
void frame_fini(struct frame *frame); // accepts an all-zero one

// Give a column its kind and its array, all of it missing.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status frame_make_column(struct frame *frame, uint32_t column,
                                            enum frame_kind kind, maru_error *err);

// The column of a name, UINT32_MAX where there is none. O(columns).
uint32_t frame_find(const struct frame *frame, const char *name);

#endif
