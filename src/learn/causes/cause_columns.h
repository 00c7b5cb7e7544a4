// Columns as small codes, so that a search over all cuts is a search over sets of codes: numbers in at most 32 bins, words by their
// frequency, and a code for no value.
#ifndef LEARN_CAUSE_COLUMNS_H
#define LEARN_CAUSE_COLUMNS_H

#include "learn/causes/cause_rows.h"

enum {
    CAUSE_MAX_BINS = 32,
    CAUSE_CODES = 64, // 0 to 31 bins, or 0 to 61 words
    CAUSE_OTHER = 62,
    CAUSE_MISSING_CODE = 63
};

struct cause_column {
    const struct frame_column *from;
    uint32_t column; // of the frame
    bool is_word;
    uint32_t n_code;       // bins, or words looked at one by one
    double *edge;          // (n_code - 1) bin b holds edge[b - 1] < value <= edge[b]
    uint32_t *word;        // (n_code) most frequent first
    uint8_t *code_of_word; // (words)
};

// Codes of a column by its early rows. *is_left_out: it has no value, one value, or is none of numbers and words.
//   memory  scratch: (n) doubles
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status cause_column_make(const struct cause_rows *rows,
                                            const struct frame *frame, uint32_t column,
                                            double *scratch, struct arena *arena,
                                            struct cause_column *out, bool *is_left_out,
                                            maru_error *err);

// Which code a row of the frame has.
uint8_t cause_column_code(const struct cause_column *column, uint32_t row);

#endif
