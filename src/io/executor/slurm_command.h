// One command of Slurm, run to its end or until its time is up. Its environment is ours alone: where Slurm's files are, UTC, English.
#ifndef IO_EXECUTOR_SLURM_COMMAND_H
#define IO_EXECUTOR_SLURM_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { SLURM_PATH_BYTES = 4096 };

struct slurm_host {                // where commands are, and how long one may take
    char folder[SLURM_PATH_BYTES]; // of the programs; "": they are found in PATH
    char conf[SLURM_PATH_BYTES];   // SLURM_CONF; "": Slurm's own choice
    int64_t timeout_us;
};

struct slurm_said { // what came of it
    struct text out, err;
    int code;     // its exit status; 128 + the signal that ended it
    bool is_late; // it was ended by us
};
void slurm_said_init(struct slurm_said *said, size_t max_bytes);
void slurm_said_fini(struct slurm_said *said);

// Run word[0] (a name, without a folder) with its words, the last of which is NULL, and nothing on its standard input.
//   errors  MARU_E_IO: it could not be started, ended otherwise than with 0, or took too long; the first line that it said is in err
//   threads any
MARU_MUST_USE maru_status slurm_run(const struct slurm_host *host, const char *const word[],
                                    struct slurm_said *said, maru_error *err);

// The same with files as its standard streams, and one that it keeps open as long as it lives: so a lock on it tells whether it does.
//   out     *code as in slurm_said; it is ended when the time is up
//   errors  MARU_E_IO: it could not be started
struct slurm_streams {
    int in, out, err, held;
};
MARU_MUST_USE maru_status slurm_run_with(const struct slurm_host *host, const char *const word[],
                                         struct slurm_streams streams, int *code, bool *is_late,
                                         maru_error *err);

#endif
