// Files and folders, whole: read up to a limit, written so that a reader sees the old file or the
// new one, never half.
#ifndef IO_FILES_H
#define IO_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "maru/status.h"

// Read a whole file into `out`, an initialised text whose cap is the limit.
//   errors  MARU_E_IO with the system's reason, MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status files_read(const char *path, struct text *out, maru_error *err);

// Write a whole file: into a new one beside it, which then takes its name, on the disk before this
// returns. What is not a regular file (a pipe, /dev/stdout) is written straight.
//   errors  MARU_E_IO: `path` is as it was
MARU_MUST_USE maru_status files_replace(const char *path, const void *bytes, size_t n,
                                        maru_error *err);

// Write n bytes to an open file, however often the system has to be asked; false with errno.
MARU_MUST_USE bool files_write_all(int file, const char *bytes, size_t n);

// Make a folder, and those above it where they are missing. A folder that is there already is fine.
MARU_MUST_USE maru_status files_make_folder(const char *path, maru_error *err);

// True when there is nothing in the folder, or no such folder.
MARU_MUST_USE maru_status files_is_empty(const char *folder, bool *is_empty, maru_error *err);

// folder/name in `out`, which is cleared first.
void files_join(struct text *out, const char *folder, const char *name);

#endif
