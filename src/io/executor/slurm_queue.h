// What squeue and sacct have said last, for all launches at once: one call tells of all jobs of all tenants.
#ifndef IO_EXECUTOR_SLURM_QUEUE_H
#define IO_EXECUTOR_SLURM_QUEUE_H

#include "io/executor/slurm_command.h"
#include "io/executor/slurm_script.h"
#include "io/executor/slurm_text.h"

struct slurm_wanted { // a job that accounting is asked for
    uint64_t number;
    int64_t asked_us,
        missing_since_us; // 0: never; since when accounting has answered, and told of no end
    bool is_over;         // what it has said will stay
};

struct slurm_queue {
    char mark[SLURM_MARK_BYTES];
    struct slurm_jobs now;       // ours, in the order of (name, number)
    struct slurm_jobs past;      // of `wanted`, in the order of (number, time)
    struct slurm_wanted *wanted; // (n_wanted)
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

// The jobs of a name, *n of them in the order of their numbers; NULL: none.
//   memory  until the next call
const struct slurm_job *slurm_queue_find(const struct slurm_queue *queue, const char *name,
                                         size_t *n);

// What accounting knows of a job, which is asked for it at most once a second, together with all others that are wanted.
//   out     row NULL: it does not know it; missing_us: for how long it has answered without telling of an end
//   memory  until the next call
//   errors  as slurm_queue_refresh
struct slurm_past {
    const struct slurm_job *row; // (n)
    size_t n;
    int64_t missing_us;
};
MARU_MUST_USE maru_status slurm_queue_past(struct slurm_queue *queue, const struct slurm_host *host,
                                           uint64_t number, const char *name,
                                           struct slurm_past *out, maru_error *err);
bool slurm_queue_want(struct slurm_queue *queue, uint64_t number); // false: no memory
void slurm_queue_drop(struct slurm_queue *queue, uint64_t number); // it is no longer asked for

// The first job of a name in accounting since a time; *number 0: none.
//   errors  as slurm_queue_refresh
MARU_MUST_USE maru_status slurm_queue_ask_name(const struct slurm_host *host, const char *name,
                                               int64_t since_us, uint64_t *number, maru_error *err);

// scancel, with such options; what comes of it, the next look shows.
//   in      how, signal: may be NULL
void slurm_cancel(const struct slurm_host *host, uint64_t number, const char *how,
                  const char *signal);

#endif
