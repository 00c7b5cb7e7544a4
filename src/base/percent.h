// Bytes written as %3B, as RFC 3986 has it: names inside texts that give some bytes a meaning of their own, which are settings
// and the paths of addresses.
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include <stdbool.h>

#include "base/text.h"

// Take the text apart where it stands; it gets no longer. A % that no two hex digits follow stands for itself.
//   errors  false: a byte would be 0, and the text is as it was
MARU_MUST_USE bool percent_decode(char *text);

// Append a text so that percent_decode gives it back: each % and each byte of `reserved` is written as %XX, and so are
// blanks at its ends.
void percent_add(struct text *out, const char *text, const char *reserved);

#endif
