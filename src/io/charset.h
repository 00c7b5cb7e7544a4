// What people save as text, as UTF-8: whatever character set their spreadsheet wrote.
#ifndef IO_CHARSET_H
#define IO_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "maru/status.h"

enum charset { CHARSET_UTF8, CHARSET_UTF16_LE, CHARSET_UTF16_BE, CHARSET_CP949, N_CHARSET };

struct charset_text {
    const char *bytes; // UTF-8, without a byte order mark: those given, or `own`
    size_t n;
    char *own;     // NULL where the bytes given are UTF-8 already
    bool has_mark; // there was a byte order mark
    enum charset was;
};

// "UTF-8", "UTF-16LE", "UTF-16BE", "CP949".
//   memory  static
const char *charset_name(enum charset charset);

// Tell which character set a text is in, and make it UTF-8. A byte order mark decides; else bytes of zero at every other place
// say UTF-16; else UTF-8 where all of it is; else CP949, which contains EUC-KR.
//   out     *text, whose bytes may be those given: they must outlive it
//   in      bytes: NULL is no bytes
//   memory  charset_fini frees
//   errors  MARU_E_INPUT with the line: none of these; MARU_E_MEMORY
//   cost    one look over the bytes; one copy where they are no UTF-8
MARU_MUST_USE maru_status charset_decode(const char *bytes, size_t n, struct charset_text *text,
                                         maru_error *err);
void charset_fini(struct charset_text *text); // accepts an all-zero one

#endif
