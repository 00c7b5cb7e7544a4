// SECS-II items as text that a person can read and type: `<L [2] <U4 1 2> <A "LOT" 0x0D>>`.
//
//     A J C2    runs of bytes 20 to 7E but the quote in quotes, any other byte as 0xNN; no escapes
//     B         0xNN     BOOLEAN   TRUE FALSE     U I   decimal
//     F         the shortest decimal that reads back to the same bits, inf, -inf, nan
//     L         [COUNT] and its items; the count may be left out when it is read
#ifndef WIRE_SECS_ITEM_TEXT_H
#define WIRE_SECS_ITEM_TEXT_H

#include "wire/secs/item.h"

enum {
    SECS_MAX_SHOWN = 512, // values of an item that a short text shows all of
    SECS_N_SHOWN = 64,    // and how many of a longer one
};

// Append the item and what it holds; with is_short, an item of more than SECS_MAX_SHOWN values shows
// SECS_N_SHOWN of them and ends in `... N in all`.
void secs_print(const struct secs_item *item, bool is_short, struct text *out);

// Read the text of one item, with blanks and line breaks between words, and append its bytes.
//   errors  MARU_E_INPUT with line and column (in bytes), MARU_E_LIMIT, MARU_E_MEMORY; `out` is as it
//           was, but that it may have a status of its own after the last two
MARU_MUST_USE maru_status secs_read_text(const char *bytes, size_t n, struct text *out,
                                         maru_error *err);

#endif
