// What a job says, from a pipe into a file that never grows beyond its cap. What does not fit is read and forgotten, so that the
// job goes on, and a last line says how much it was.
#ifndef IO_EXECUTOR_JOB_LOG_H
#define IO_EXECUTOR_JOB_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/status.h"

enum { JOB_LOG_TAIL_BYTES = 200 };

struct job_log {
    int pipe, file;      // what is read, without waiting; what is written
    uint64_t left_bytes; // that still fit
    uint64_t cut_bytes;
    char tail[JOB_LOG_TAIL_BYTES]; // of what came last
    uint32_t n_tail;
};

// FOLDER/NAME, behind what is there from earlier launches. Links and pipes in its place are not followed.
//   in      folder: an open folder
//   out     *to_job: the end of the pipe that the job gets; the caller closes it
//   errors  MARU_E_IO
MARU_MUST_USE maru_status job_log_open(struct job_log *log, int folder, const char *name,
                                       uint64_t max_bytes, int *to_job, maru_error *err);
// Take what has come; false when nobody is left who could write.
bool job_log_take(struct job_log *log);
void job_log_close(struct job_log *log);
// The last line that is not empty; 0 behind.
void job_log_last_line(const struct job_log *log, char *out, uint32_t n);

#endif
