// Bytes of our own kinds of models and states: a name of eight letters, a version, what they hold (binary.h), and a digest of all that.
#ifndef BASE_SEALED_H
#define BASE_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/binary.h"
#include "maru/status.h"

enum { SEALED_NAME_BYTES = 8, SEALED_HEAD_BYTES = 12, SEALED_TAIL_BYTES = 16 };

// Name and version, appended; what is held follows, then sealed_end.
//   in      name of SEALED_NAME_BYTES letters
//   out     where it begins in `out`
size_t sealed_begin(struct text *out, const char *name, uint32_t version);

// The digest of all from `from` on, behind it.
//   errors  what sticks to `out`
MARU_MUST_USE maru_status sealed_end(struct text *out, size_t from, maru_error *err);

// Do the bytes begin with this name?
bool sealed_is(const void *bytes, size_t n, const char *name);

// Name, version and digest are right: what they hold, and the digest in hex, which names them.
//   out     *held lies in `bytes`
//   errors  MARU_E_INPUT: another name, another version, changed or cut off
MARU_MUST_USE maru_status sealed_open(const void *bytes, size_t n, const char *name,
                                      uint32_t version, struct binary *held, char fingerprint[33],
                                      maru_error *err);

#endif
