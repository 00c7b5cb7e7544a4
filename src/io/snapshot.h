// A saved state on disk: a header that says what it is, how long it is and what its digest is, then
// the bytes.
#ifndef IO_SNAPSHOT_H
#define IO_SNAPSHOT_H

#include <stddef.h>

#include "base/text.h"
#include "maru/status.h"

enum { SNAPSHOT_VERSION = 1, SNAPSHOT_HEADER_BYTES = 64 };

// Append n bytes with their header.
//   errors  MARU_E_MEMORY
MARU_MUST_USE maru_status snapshot_add(struct text *out, const void *bytes, size_t n,
                                       maru_error *err);

// Write n bytes with their header; the file is replaced as a whole (io/files.h).
MARU_MUST_USE maru_status snapshot_write(const char *path, const void *bytes, size_t n,
                                         maru_error *err);

// Read a file back into `out` (an initialised text whose cap is the limit), without its header.
//   errors  MARU_E_INPUT: no snapshot, of another version, cut off, or its bytes have changed;
//   MARU_E_IO, MARU_E_LIMIT
MARU_MUST_USE maru_status snapshot_read(const char *path, struct text *out, maru_error *err);

// The same for bytes in memory: where the state is in them. name: for the sentence of a refusal.
MARU_MUST_USE maru_status snapshot_open(const char *name, const void *bytes, size_t n,
                                        const void **state, size_t *n_state, maru_error *err);

#endif
