// What gzip packed, whole and in memory, up to a limit.
#ifndef IO_GUNZIP_H
#define IO_GUNZIP_H

#include <stddef.h>

#include "base/text.h"
#include "maru/status.h"

// Unpack n bytes of gzip (RFC 1952; members behind each other are joined) to the end of `out`, an initialised text whose cap is the
// limit.
//   errors  MARU_E_INPUT: no gzip, cut off, damaged, or other bytes behind it; MARU_E_LIMIT: more than the cap; MARU_E_MEMORY.
//           What was unpacked until then stays in `out`
//   cost    O(bytes unpacked)
//   source  P. Deutsch, RFC 1952, May 1996
MARU_MUST_USE maru_status gunzip_bytes(const void *bytes, size_t n, struct text *out,
                                       maru_error *err);

// Read a whole file into `out`: unpacked where it is gzip by its first two bytes, otherwise as it stands.
//   errors  those of files_read and gunzip_bytes
MARU_MUST_USE maru_status gunzip_file(const char *path, struct text *out, maru_error *err);

#endif
