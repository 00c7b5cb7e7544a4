// What is kept on disk of a launch that was handed to Slurm, so that a crash at any moment starts nothing twice and loses nothing.
//
// STATE/ID is its folder: `launch` what it is, written before anything is submitted; `tried` when it was submitted last, as long as
// nothing is known of how that went; `answer` what sbatch said, to which sbatch itself writes, so that it stands even where nobody
// was left to read it; `stop` that it is to end; `end` how it ended. `lock` is held by whoever submits, and by sbatch too.
// Of launches that were handed in together `tried`, `answer`, `said` and `lock` are one file with many names: sbatch answers them all at
// once, and what becomes of one of them later replaces its own name alone.
#ifndef IO_EXECUTOR_SLURM_RECORD_H
#define IO_EXECUTOR_SLURM_RECORD_H

#include "io/executor/executor.h"
#include "io/executor/slurm_text.h"

enum { SLURM_RECORD_PATH_BYTES = 4096, SLURM_RECORD_MAX_BYTES = 16 << 10 };

struct slurm_record {
    char path[SLURM_RECORD_PATH_BYTES];   // STATE/ID
    char folder[SLURM_RECORD_PATH_BYTES]; // of the launch
    int64_t limit_us, grace_us, made_us;
    uint32_t memory_mib;
    char array[SLURM_NAME_BYTES]; // "": it is a job of its own; else the array that it is a task of
    int32_t task;                 // in it, SLURM_NO_TASK
    uint64_t number;              // Slurm's, of the job or the array; 0: not known
    int64_t tried_us;             // 0: never, or it was refused
    int64_t stop_us, stop_grace_us; // stop_us 0: it is not to end
    bool stop_is_sent;
    bool has_end;
    struct launch_look end;
};

//   out     *is_there: false where no launch of this id is known; then *out has nothing but its path
//   errors  MARU_E_IO; MARU_E_INPUT: it is damaged
MARU_MUST_USE maru_status slurm_record_read(const char *state, const char *id,
                                            struct slurm_record *out, bool *is_there,
                                            maru_error *err);
// Keep a launch; one that is there already stays as it is.
//   errors  MARU_E_IO
MARU_MUST_USE maru_status slurm_record_make(const char *state, const struct launch *launch,
                                            int64_t now_us, maru_error *err);

// The same for many, which are tasks of one array, up to the point where they are on disk under another name: slurm_record_show then
// lets them be seen. In between, and afterwards, who calls waits until the disk has them (syncfs).
MARU_MUST_USE maru_status slurm_record_prepare(const char *state, const struct launch *launch,
                                               const char *array, int32_t task, int64_t now_us,
                                               maru_error *err);
MARU_MUST_USE maru_status slurm_record_show(const struct slurm_record *record, maru_error *err);
// Give a file another name, `name` of this launch, in place of what was there.
MARU_MUST_USE maru_status slurm_record_link(const struct slurm_record *record, const char *file,
                                            const char *name, maru_error *err);

// Take the lock of a launch's folder, which has to be there.
//   out     *file: -1 where another process has it
//   errors  MARU_E_IO
MARU_MUST_USE maru_status slurm_record_lock(const struct slurm_record *record, int *file,
                                            maru_error *err);

// An attempt begins; with 0: nothing came of the last one, for sure.
MARU_MUST_USE maru_status slurm_record_try(struct slurm_record *record, int64_t now_us,
                                           maru_error *err);
MARU_MUST_USE maru_status slurm_record_answer(struct slurm_record *record, uint64_t number,
                                              maru_error *err);
// Nothing came of what was answered: it may be submitted again.
MARU_MUST_USE maru_status slurm_record_lost(struct slurm_record *record, maru_error *err);
MARU_MUST_USE maru_status slurm_record_stop(struct slurm_record *record, int64_t now_us,
                                            int64_t grace_us, bool is_sent, maru_error *err);
MARU_MUST_USE maru_status slurm_record_end(struct slurm_record *record,
                                           const struct launch_look *look, maru_error *err);
MARU_MUST_USE maru_status slurm_record_drop(const struct slurm_record *record, maru_error *err);

// Who has the claim of a launch (slurm_script.h): the number of a job, 0 where none has. A link or what is too long is none.
uint64_t slurm_record_claim(const struct slurm_record *record, const char *id);
// When it was taken, as the node's clock had it, in whole seconds; 0: it was not.
int64_t slurm_record_begun_us(const struct slurm_record *record, const char *id);
// What the script of a job has said of its own end; number 0: nothing.
struct slurm_left {
    uint64_t number;
    int64_t at_us;
    int code, signal; // at most one is not 0
};
void slurm_record_left(const struct slurm_record *record, const char *id, struct slurm_left *out);

// Each launch that is kept, in no order; see returns false to end.
typedef bool (*slurm_see_id)(void *context, const char *id);
MARU_MUST_USE maru_status slurm_record_each(const char *state, slurm_see_id see, void *context,
                                            maru_error *err);

// PATH/NAME; false: it does not fit.
bool slurm_path(const char *folder, const char *name, char out[SLURM_RECORD_PATH_BYTES]);

#endif
