// The part of TOML 1.0 that a file of settings needs: one `key = value` a line, and comments.
//
// Keys are bare (letters, digits, - and _). Values are "texts" with TOML's escapes, 'literal texts',
// whole numbers in decimal, true and false. What else TOML has (tables, lists, times, fractions, texts
// over many lines) is refused with its place, so nothing that is accepted means anything else in TOML.
#ifndef BASE_TOML_H
#define BASE_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

enum { TOML_MAX_KEY_BYTES = 64, TOML_MAX_TEXT_BYTES = 4096, TOML_MAX_ENTRIES = 256 };

enum toml_kind { TOML_TEXT, TOML_INTEGER, TOML_BOOL };

struct toml_entry {
    uint32_t row, column; // of the value
    enum toml_kind kind;
    char key[TOML_MAX_KEY_BYTES];
    char text[TOML_MAX_TEXT_BYTES]; // UTF-8; of a number or bool: as written
    int64_t integer;
    bool boolean;
};
typedef maru_status (*toml_see)(void *context, const struct toml_entry *entry, maru_error *err);

// Read all bytes; see(context, entry) for each entry as it stands there. What it refuses ends the reading.
//   errors  MARU_E_INPUT with row and column (in bytes), MARU_E_LIMIT, what `see` gives
MARU_MUST_USE maru_status toml_read(const char *bytes, size_t n, toml_see see, void *context,
                                    maru_error *err);

#endif
