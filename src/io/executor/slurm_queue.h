// What squeue and sacct have said last, for all launches at once: one call tells of all jobs of all tenants.
#ifndef IO_EXECUTOR_SLURM_QUEUE_H
#define IO_EXECUTOR_SLURM_QUEUE_H

#include "io/executor/slurm_command.h"
#include "io/executor/slurm_script.h"
#include "io/executor/slurm_text.h"

struct slurm_wanted { // a job that accounting is asked for
    struct slurm_which which;
    char array
        [SLURM_NAME_BYTES]; // a task: accounting has what is left of an array of this name, and not this task
    int64_t asked_us,
        missing_since_us; // 0: never; since when accounting has answered, and told of no end
    bool is_over;         // what it has said will stay
};

struct slurm_queue {
    char mark[SLURM_MARK_BYTES];
    struct slurm_jobs now;       // ours, in the order of (name, task, number)
    struct slurm_jobs past;      // of `wanted`, in the order of (number, task, time)
    struct slurm_wanted *wanted; // (n_wanted) in the order of (number, task)
    size_t n_wanted, cap_wanted;
    int64_t asked_us, failed_us, past_failed_us; // 0: never
    uint64_t changes; // goes up when a job came, went or changed its state
};

void slurm_queue_init(struct slurm_queue *queue, const char *mark);
void slurm_queue_fini(struct slurm_queue *queue);

// Ask, unless that was done less than fresh_us ago; 0: ask in any case. One that did not answer is left alone for some seconds.
//   errors  MARU_E_IO, MARU_E_INPUT, MARU_E_LIMIT: Slurm does not answer, or not so that it is understood; MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_queue_refresh(struct slurm_queue *queue,
                                              const struct slurm_host *host, int64_t fresh_us,
                                              maru_error *err);
void slurm_queue_is_old(
    struct slurm_queue *queue); // what is known is from before something that was done

// A launch in Slurm: the name of its job, or of the array that it is a task of.
struct slurm_name {
    char job[SLURM_NAME_BYTES];
    int32_t task; // SLURM_NO_TASK: a job of its own
};
// The jobs of a launch, *n of them in the order of their numbers; NULL: none.
//   memory  until the next call
const struct slurm_job *slurm_queue_find(const struct slurm_queue *queue,
                                         const struct slurm_name *name, size_t *n);

// What accounting knows of a job, which is asked for it at most once a second, together with all others that are wanted.
//   out     row NULL: it does not know it; missing_us: for how long it has answered without telling of an end; is_cut: somebody has
//           taken it out of its array, of which accounting knows, before it began: Slurm keeps nothing of such a task
//   memory  until the next call
//   errors  as slurm_queue_refresh
struct slurm_past {
    const struct slurm_job *row; // (n)
    size_t n;
    int64_t missing_us;
    bool is_cut;
};
MARU_MUST_USE maru_status slurm_queue_past(struct slurm_queue *queue, const struct slurm_host *host,
                                           uint64_t number, const struct slurm_name *name,
                                           struct slurm_past *out, maru_error *err);
bool slurm_queue_want(struct slurm_queue *queue, struct slurm_which which); // false: no memory
void slurm_queue_drop(struct slurm_queue *queue,
                      struct slurm_which which); // it is no longer asked for

// All that accounting has of a name since a time, of an array also its tasks.
//   memory  *out, which the caller has zeroed, slurm_jobs_fini
//   errors  as slurm_queue_refresh
MARU_MUST_USE maru_status slurm_queue_ask_name(const struct slurm_host *host, const char *name,
                                               int64_t since_us, struct slurm_jobs *out,
                                               maru_error *err);

// scancel, with such options; what comes of it, the next look shows.
//   in      signal: may be NULL
void slurm_cancel(const struct slurm_host *host, struct slurm_which which, const char *signal);
// The same only if it still waits.
void slurm_cancel_waiting(const struct slurm_host *host, struct slurm_which which);

#endif
