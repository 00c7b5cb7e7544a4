// A growing UTF-8 text in memory with a cap: what reports, tables, JSON and CSV are written into.
//
// Errors stick: after a failed append every later append does nothing, and text.status tells. So a
// writer checks once.
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maru/status.h"

struct text {
    char *bytes; // n_bytes of content and a 0 behind it; NULL while empty
    size_t n_bytes;
    size_t cap_bytes; // allocated
    size_t max_bytes; // the creator's cap
    maru_status status;
};

void text_init(struct text *text, size_t max_bytes);
void text_fini(struct text *text);
void text_clear(struct text *text); // keeps the memory, forgets the status

void text_add(struct text *text, const char *bytes, size_t n);
void text_addz(struct text *text, const char *zero_terminated);
void text_addf(struct text *text, const char *format, ...) MARU_PRINTF(2, 3); // no %f: locale

// The shortest decimal that reads back as the same double ("0.1", "1e300", "-0"); nan and inf are
// written as null.
void text_add_double(struct text *text, double value);

// With n_decimal (0 to 17) digits behind the point, correctly rounded; no "-0.00"; nan and inf are
// written as null.
void text_add_fixed(struct text *text, double value, int n_decimal);

// A JSON string with its quotes (`<` as \u003c, so that it may stand in a <script>); a CSV field
// (RFC 4180), quoted where it must be; text inside HTML or SVG. In JSON and HTML each byte that is
// not UTF-8 becomes U+FFFD.
void text_add_json(struct text *text, const char *zero_terminated);
void text_add_csv(struct text *text, const char *zero_terminated);
void text_add_html(struct text *text, const char *zero_terminated);

// True when the n bytes are valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
bool text_is_utf8(const char *bytes, size_t n);

#endif
