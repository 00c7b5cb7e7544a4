// What the files of the Slurm executor share.
#ifndef IO_EXECUTOR_SLURM_INSIDE_H
#define IO_EXECUTOR_SLURM_INSIDE_H

#include <pthread.h>

#include "io/executor/slurm_accounts.h"
#include "io/executor/slurm_command.h"
#include "io/executor/slurm_executor.h"
#include "io/executor/slurm_queue.h"
#include "io/executor/slurm_record.h"
#include "io/executor/slurm_script.h"

struct slurm_executor {
    struct executor base;
    struct slurm_host host;
    struct slurm_shape shape;
    char state[SLURM_RECORD_PATH_BYTES], mark[SLURM_MARK_BYTES], partition[256],
        bwrap[SLURM_PATH_BYTES], program[SLURM_RECORD_PATH_BYTES];
    char cluster[SLURM_ACCOUNT_BYTES];
    enum slurm_accounts_mode accounts;
    bool has_qos; // they are set, so launches may name them
    int64_t fresh_us, settle_us, lost_us;
    pthread_mutex_t mutex; // over the queue and what is below
    struct slurm_queue queue;
    int64_t swept_us;
    size_t swept_to;
    uint32_t array_size; // tasks that Slurm takes as one array; 0: not asked yet, 1: none
    uint32_t n_together; // that are handed in at once; less where Slurm's limits refuse more
    char unfound[SLURM_NAME_BYTES]; // neither queue nor accounting had a job of this name
    int64_t unfound_us;             // when they were asked
};

// What a launch is called in Slurm; `record` has been read, or made.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status slurm_name_of(const struct slurm_executor *slurm, const char *id,
                                        const struct slurm_record *record, struct slurm_name *out,
                                        maru_error *err);
// A launch that may have been submitted, with its lock and the mutex held: where Slurm has it, it gets its number.
//   errors  MARU_E_IO: that is not known now
MARU_MUST_USE maru_status slurm_take_up(struct slurm_executor *slurm, const struct slurm_name *name,
                                        struct slurm_record *record, maru_error *err);

// executor_start, executor_start_all
maru_status slurm_start(struct executor *executor, const struct launch *launch, maru_error *err);
void slurm_start_all(struct executor *executor, const struct launch *launch, size_t n,
                     executor_see_start see, void *context);

#endif
