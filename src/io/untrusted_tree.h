// A folder that somebody else writes into, as a job does: read and removed without ever leaving it.
//
// Nothing is followed: neither symbolic links nor "..". Names may be anything, folders may be as deep as they like.
#ifndef IO_UNTRUSTED_TREE_H
#define IO_UNTRUSTED_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum { TREE_MAX_DEPTH = 32, TREE_MAX_PATH = 1024, TREE_MAX_MEASURED = 128 };

// Open a regular file below the folder for reading.
//   out     *file, which the caller closes; *n_bytes of it
//   errors  MARU_E_USAGE: there is no such file, or it is none of this folder; MARU_E_IO
MARU_MUST_USE maru_status tree_open_file(const char *folder, const char *path, int *file,
                                         int64_t *n_bytes, maru_error *err);

struct tree_file {
    const char *path; // below the folder, UTF-8
    int64_t n_bytes, changed_us;
};
typedef maru_status (*tree_see)(void *context, const struct tree_file *file, maru_error *err);
// Regular files whose names are UTF-8, at most `most` and not deeper than TREE_MAX_DEPTH, folder by folder; what begins with a
// point in the folder itself is left out.
//   out     *is_all: there are no more
MARU_MUST_USE maru_status tree_each_file(const char *folder, uint32_t most, tree_see see,
                                         void *context, bool *is_all, maru_error *err);

// Bytes on the disk of all that is below the folder, whatever it is called; of at most `most` entries, and not deeper than
// TREE_MAX_MEASURED folders. 0 where there is no such folder.
uint64_t tree_measure(const char *folder, uint32_t most);

// Remove the folder with all that is in it. One that is not there is fine.
MARU_MUST_USE maru_status tree_remove(const char *folder, maru_error *err);

#endif
