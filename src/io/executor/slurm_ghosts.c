#include "io/executor/slurm_ghosts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/clock.h"
#include "io/executor/slurm_record.h"

// A forgotten launch has no record that would say where its folder is; Slurm still knows it. What the script has left there names the job by
// its number, so no other one is ever cancelled.

enum { A_CALL = 8, MAX_SAID_BYTES = 16 << 10, MAX_SCRIPT_BYTES = 4 << 20 };

// What a command says of a job, as a text of our own.
static bool ask(const struct slurm_host *host, const char *const word[], struct slurm_said *said) {
    maru_error none;
    return slurm_run(host, word, said, &none) == MARU_OK && said->out.n_bytes > 0;
}

static bool find_folder(const struct slurm_host *host, uint64_t number, struct slurm_record *out) {
    char jobs[48];
    const char *const word[] = {"squeue", "--noheader", jobs, "--format=%Z", NULL};
    struct slurm_said said;
    snprintf(jobs, sizeof jobs, "--jobs=%" PRIu64, number);
    slurm_said_init(&said, MAX_SAID_BYTES);
    bool is_found = ask(host, word, &said);
    if (is_found) {
        const size_t n = strcspn(said.out.bytes, "\n");
        is_found = said.out.bytes[0] == '/' && n < sizeof out->folder;
        snprintf(out->folder, sizeof out->folder, "%.*s", is_found ? (int)n : 0, said.out.bytes);
    }
    slurm_said_fini(&said);
    return is_found;
}

// Slurm keeps the script of an array, and in it stands which launch each task is.
static bool find_task(const struct slurm_host *host, struct slurm_which which,
                      struct slurm_record *out, char id[LAUNCH_ID_BYTES]) {
    char job[32];
    const char *const word[] = {"scontrol", "write", "batch_script", job, "-", NULL};
    struct slurm_said said;
    struct slurm_tasked tasked;
    snprintf(job, sizeof job, "%" PRIu64, which.number);
    slurm_said_init(&said, MAX_SCRIPT_BYTES);
    const bool is_found = ask(host, word, &said) &&
                          slurm_find_task(said.out.bytes, said.out.n_bytes, which.task, &tasked) &&
                          tasked.n_id < LAUNCH_ID_BYTES && tasked.n_folder < sizeof out->folder;
    if (is_found) {
        snprintf(id, LAUNCH_ID_BYTES, "%.*s", (int)tasked.n_id, tasked.id);
        snprintf(out->folder, sizeof out->folder, "%.*s", (int)tasked.n_folder, tasked.folder);
    }
    slurm_said_fini(&said);
    return is_found && launch_id_is_good(id);
}

// Tasks that somebody asks for.
struct asked_for {
    const char *state;
    struct slurm_jobs list; // name, without the mark, and task
    bool is_whole;
};

static bool gather(void *context, const char *id) {
    struct asked_for *asked = context;
    struct slurm_record record;
    bool is_there = false;
    maru_error none;
    asked->is_whole = slurm_record_read(asked->state, id, &record, &is_there, &none) == MARU_OK;
    if (asked->is_whole && is_there && !record.has_end && record.array[0]) {
        struct slurm_job job = {.which = {1, record.task}};
        memcpy(job.name, record.array, sizeof job.name);
        asked->is_whole = slurm_jobs_add(&asked->list, &job, &none) == MARU_OK;
    }
    return asked->is_whole;
}

static int by_task(const void *a, const void *b) {
    const struct slurm_job *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->which.task > y->which.task) - (x->which.task < y->which.task);
}

static void gather_all(const char *state, struct asked_for *asked) {
    maru_error none;
    *asked = (struct asked_for){.state = state, .is_whole = true};
    if (slurm_record_each(state, gather, asked, &none) != MARU_OK) {
        asked->is_whole = false;
    }
    if (asked->list.n > 1) {
        qsort(asked->list.row, asked->list.n, sizeof *asked->list.row, by_task);
    }
}

// `name` is without the mark.
static bool is_task_asked_for(const struct asked_for *asked, const struct slurm_job *job,
                              const char *name) {
    struct slurm_job key = {.which = job->which};
    snprintf(key.name, sizeof key.name, "%s", name);
    return !asked->is_whole || (asked->list.n > 0 && bsearch(&key, asked->list.row, asked->list.n,
                                                             sizeof key, by_task) != NULL);
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
                        const char *name) {
    struct slurm_record record = {.number = job->which.number};
    struct slurm_left left;
    char id[LAUNCH_ID_BYTES];
    snprintf(id, sizeof id, "%.*s", LAUNCH_ID_BYTES - 1, name);
    const bool is_found = job->which.task == SLURM_NO_TASK
                              ? find_folder(host, job->which.number, &record)
                              : find_task(host, job->which, &record, id);
    if (!is_found) {
        return;
    }
    slurm_record_left(&record, id, &left);
    if (left.number == job->which.number && clock_unix_us() - left.at_us > SLURM_OVERDUE_US) {
        slurm_cancel(host, job->which, NULL);
    }
}

void slurm_ghosts_end(const struct slurm_host *host, const struct slurm_queue *queue,
                      const char *state, size_t *at) {
    const size_t n_mark = strlen(queue->mark) + 1;
    size_t n_asked = 0, i = *at < queue->now.n ? *at : 0;
    struct asked_for asked;
    gather_all(state, &asked);
    for (; i < queue->now.n && n_asked < A_CALL; i++) {
        const struct slurm_job *job = &queue->now.row[i];
        const char *name = job->name + n_mark;
        const bool is_task = job->which.task != SLURM_NO_TASK;
        if (job->state == SLURM_RUNS &&
            (is_task ? !is_task_asked_for(&asked, job, name) : is_done_with(state, name))) {
            end_if_over(host, job, name);
            n_asked++;
        }
    }
    *at = i;
    slurm_jobs_fini(&asked.list);
}
