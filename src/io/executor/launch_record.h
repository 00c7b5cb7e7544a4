// What is kept of a launch on disk, and whether somebody tends it. STATE/launches/ID holds `spec` (what is to be done), `started` (it
// was begun: never again), `stop` (it is to end) and `end` (how it ended); STATE/locks/ID is held locked by whoever starts or tends
// it. The kernel gives the lock back when that process ends, however it ends, so a free lock without `end` means a launch that was lost.
#ifndef IO_EXECUTOR_LAUNCH_RECORD_H
#define IO_EXECUTOR_LAUNCH_RECORD_H

#include "base/text.h"
#include "io/executor/executor.h"

enum { LAUNCH_PATH_BYTES = 4096, LAUNCH_RECORD_BYTES = 4096, LAUNCH_RECORD_VERSION = 2 };

// STATE/launches/ID/NAME, STATE/launches/ID where name is NULL; STATE/locks/ID.
struct launch_path {
    char text[LAUNCH_PATH_BYTES];
};
struct launch_path launch_path_of(const char *state, const char *id, const char *name);
struct launch_path launch_lock_path(const char *state, const char *id);

// Open the lock of a launch, making it where it is not there.
//   out     *file: an open file, closed on exec; *is_mine: it was free, and is held through this file and its copies
//   errors  MARU_E_IO
MARU_MUST_USE maru_status launch_lock(const char *state, const char *id, int *file, bool *is_mine,
                                      maru_error *err);
// Does any process hold it? last_seen_us: when its holder said so last (launch_lock_touch); 0 where there is no lock.
MARU_MUST_USE maru_status launch_is_tended(const char *state, const char *id, bool *is_tended,
                                           int64_t *last_seen_us, maru_error *err);
void launch_lock_touch(int file);

// `started` and `end` are one record: what executor_look tells. What is not there: *is_there false.
//   errors  MARU_E_IO; MARU_E_INPUT: it is damaged
MARU_MUST_USE maru_status launch_record_write(const char *path, const struct launch_look *look,
                                              maru_error *err);
MARU_MUST_USE maru_status launch_record_read(const char *path, struct launch_look *out,
                                             bool *is_there, maru_error *err);
// The same as bytes.
MARU_MUST_USE maru_status launch_record_pack(struct text *out, const struct launch_look *look,
                                             maru_error *err);
MARU_MUST_USE maru_status launch_record_unpack(const void *bytes, size_t n, struct launch_look *out,
                                               maru_error *err);

// `stop`: how long it still may take.
MARU_MUST_USE maru_status launch_stop_write(const char *path, int64_t grace_us, maru_error *err);
MARU_MUST_USE maru_status launch_stop_unpack(const void *bytes, size_t n, int64_t *grace_us,
                                             maru_error *err);
MARU_MUST_USE maru_status launch_stop_read(const char *path, int64_t *grace_us, bool *is_there,
                                           maru_error *err);

#endif
