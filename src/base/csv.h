// Separated text in (RFC 4180 with any one-byte separator): push bytes, get rows.
//
// Quoted fields may hold separators, line breaks and "" for a quote. LF, CRLF and a missing last
// line break are read alike; a UTF-8 byte order mark at the start is skipped; a blank line is a row
// with one empty field. With quotes off (AutoSched's tab text) a quote is an ordinary byte. NUL
// bytes and control characters other than tab are refused.
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "maru/status.h"

enum { CSV_MAX_FIELDS = 20000, CSV_MAX_ROW_BYTES = 1 << 20 };

struct csv_field {
    const char
        *bytes; // in the arena, 0-terminated, surrounding blanks removed unless it was quoted
    uint32_t n;
};

struct csv_row {
    uint32_t line; // 1-based line of the file where the row starts
    uint32_t n_field;
    const struct csv_field *field; // (n_field), in the arena
};

struct csv_reader {
    char separator;
    bool quotes;
    bool at_start;
    uint32_t line; // of the next row
};

void csv_init(struct csv_reader *reader, char separator, bool quotes);

// Read one row from the start of bytes. `is_last`: no more bytes will come.
//   out     *row and *n_used bytes of input (the row with its line break)
//   errors  MARU_MORE: the row is not complete, or with is_last there is nothing left; nothing is
//   used or touched.
//           MARU_E_INPUT with line and field: a bad byte, an open or misplaced quote. MARU_E_LIMIT.
maru_status csv_next(struct csv_reader *reader, const char *bytes, size_t n, bool is_last,
                     struct arena *arena, struct csv_row *row, size_t *n_used, maru_error *err);

#endif
