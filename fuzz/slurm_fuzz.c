#include "target.h"

#include <string.h>

#include "base/alloc.h"
#include "io/executor/slurm_account_text.h"
#include "io/executor/slurm_end.h"

// What Slurm's commands say. The first byte chooses the reader. Properties: what is refused has a sentence; a text is read the same each
// time, and cut within its last line it is refused, so that a command which broke off is never taken for its answer; what is told lies in its
// bounds, and of each job an end can be told.

enum { READERS = 7 };

static void must_be_text(const char *bytes, size_t cap) { must(memchr(bytes, '\0', cap) != NULL); }

static maru_status see_node(void *context, const struct executor_node *node, maru_error *err) {
    size_t *n = context;
    (void)err;
    must(node->name[0] != '\0');
    must_be_text(node->reason, sizeof node->reason);
    must(node->is_up || node->reason[0] != '\0');
    ++*n;
    return MARU_OK;
}

static bool see_name(void *context, const char *name) {
    size_t *n = context;
    must(strlen(name) < LAUNCH_MAX_NODE_BYTES);
    return ++*n > 0;
}

static void look_at_jobs(const struct slurm_jobs *jobs) {
    for (size_t i = 0; i < jobs->n; i++) {
        const struct slurm_job *job = &jobs->row[i];
        struct launch_look look;
        size_t n = 0;
        must_be_text(job->name, sizeof job->name);
        must_be_text(job->reason, sizeof job->reason);
        must_be_text(job->nodes, sizeof job->nodes);
        must(job->which.number > 0 && job->which.task >= SLURM_NO_TASK &&
             job->last_task >= SLURM_NO_TASK && job->started_us >= 0 && job->ended_us >= 0);
        must(job->state != SLURM_WAITS || job->started_us == 0);
        must(slurm_each_name(job->nodes, 1000, see_name, &n) || n <= 1000);
        slurm_end_of(job, 1, (struct slurm_asked){.memory_mib = 1}, &look);
        must(look.state == LAUNCH_ENDED && look.exit_code >= 0 && look.exit_code <= 255);
    }
}

static maru_status read_once(int reader, const char *bytes, size_t n, size_t *n_row,
                             maru_error *err) {
    struct slurm_jobs jobs = {0};
    struct slurm_accounts accounts = {0};
    maru_status st = MARU_OK;
    *n_row = 0;
    if (reader == 0 || reader == 1) {
        st = (reader == 0 ? slurm_read_squeue : slurm_read_sacct)(bytes, n, &jobs, err);
        look_at_jobs(&jobs);
        *n_row = jobs.n;
    } else if (reader == 2) {
        st = slurm_read_sinfo(bytes, n, see_node, n_row, err);
    } else {
        st = (reader == 3 ? slurm_read_account_list : slurm_read_assoc_list)(bytes, n, &accounts,
                                                                             err);
        *n_row = accounts.n;
    }
    for (size_t i = 0; i < accounts.n; i++) {
        must_be_text(accounts.row[i].group, SLURM_TRES_BYTES);
        must(slurm_tres_of(accounts.row[i].group, "gres/gpu") >= -1);
    }
    slurm_jobs_fini(&jobs);
    slurm_accounts_fini(&accounts);
    return st;
}

static void look_at_words(const char *bytes, size_t n) {
    char word[1024], name[LAUNCH_MAX_NODE_BYTES], type[64];
    int64_t us = 0;
    uint64_t number = 0;
    uint32_t n_gpu = 0;
    size_t n_name = 0;
    if (n >= sizeof word) {
        return;
    }
    memcpy(word, bytes, n);
    word[n] = '\0';
    must(!slurm_read_time(word, &us) || us >= 0);
    must(!slurm_read_span(word, &us) || us >= -1);
    must(!slurm_read_size(word, &us) || us >= -1);
    (void)slurm_first_node(word, name);
    slurm_read_gres(word, type, &n_gpu);
    must(n_gpu <= UINT16_MAX);
    (void)slurm_each_name(word, 100, see_name, &n_name);
    must(n_name <= 100);
    must(!slurm_read_number(bytes, n, &number) || number > 0);
    (void)slurm_read_config(bytes, n, "ClusterName", name, sizeof name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    const int reader = bytes[0] % READERS;
    const char *text = (const char *)bytes + 1;
    size_t n_row = 0, n_again = 0;
    maru_error err = {0};
    n--;
    if (reader >= 5) {
        look_at_words(text, n);
        return 0;
    }
    const maru_status st = read_once(reader, text, n, &n_row, &err);
    must(st == MARU_OK || err.text[0] != '\0');
    must(read_once(reader, text, n, &n_again, &err) == st && n_again == n_row);
    if (st == MARU_OK && n > 1) {
        must(read_once(reader, text, n - 1, &n_again, &err) != MARU_OK || text[n - 2] == '\n');
    }
    return 0;
}
