#include "io/executor/slurm_ghosts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/clock.h"
#include "io/executor/slurm_record.h"

// A forgotten launch has no record that would say where its folder is; Slurm still knows it. What the script has left there names the job by
// its number, so no other one is ever cancelled.

enum { A_CALL = 8, MAX_SAID_BYTES = 16 << 10 };

static bool find_folder(const struct slurm_host *host, uint64_t number, struct slurm_record *out) {
    char jobs[48];
    const char *const word[] = {"squeue", "--noheader", jobs, "--format=%Z", NULL};
    struct slurm_said said;
    maru_error none;
    snprintf(jobs, sizeof jobs, "--jobs=%" PRIu64, number);
    slurm_said_init(&said, MAX_SAID_BYTES);
    bool is_found = slurm_run(host, word, &said, &none) == MARU_OK && said.out.n_bytes > 0;
    if (is_found) {
        const size_t n = strcspn(said.out.bytes, "\n");
        is_found = said.out.bytes[0] == '/' && n < sizeof out->folder;
        snprintf(out->folder, sizeof out->folder, "%.*s", is_found ? (int)n : 0, said.out.bytes);
    }
    slurm_said_fini(&said);
    return is_found;
}

// Nobody asks for it any more.
static bool is_done_with(const char *state, const char *id) {
    struct slurm_record record;
    bool is_there = false;
    maru_error none;
    return launch_id_is_good(id) &&
           slurm_record_read(state, id, &record, &is_there, &none) == MARU_OK &&
           (!is_there || record.has_end);
}

static void end_if_over(const struct slurm_host *host, const struct slurm_job *job,
                        const char *id) {
    struct slurm_record record = {.number = job->number};
    struct slurm_left left;
    if (!find_folder(host, job->number, &record)) {
        return;
    }
    slurm_record_left(&record, id, &left);
    if (left.number == job->number && clock_unix_us() - left.at_us > SLURM_OVERDUE_US) {
        slurm_cancel(host, job->number, NULL, NULL);
    }
}

void slurm_ghosts_end(const struct slurm_host *host, const struct slurm_queue *queue,
                      const char *state, size_t *at) {
    const size_t n_mark = strlen(queue->mark) + 1;
    size_t n_asked = 0, i = *at < queue->now.n ? *at : 0;
    for (; i < queue->now.n && n_asked < A_CALL; i++) {
        const struct slurm_job *job = &queue->now.row[i];
        if (job->state == SLURM_RUNS && is_done_with(state, job->name + n_mark)) {
            end_if_over(host, job, job->name + n_mark);
            n_asked++;
        }
    }
    *at = i;
}
