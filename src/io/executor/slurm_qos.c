#include "io/executor/slurm_qos.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/executor/slurm_obey.h"

// What is there is asked for each time. scontrol takes many jobs at once, and moves those that it can when others have begun meanwhile.

enum { MAX_SAID_BYTES = 64 << 20, MOVES_A_CALL = 200, NUMBER_BYTES = 40 };

static bool is_used(void *context, const char *qos) {
    const struct slurm_queue *queue = context;
    for (size_t i = 0; i < queue->now.n; i++) {
        const struct slurm_job *job = &queue->now.row[i];
        const bool is_open = job->state == SLURM_WAITS || job->state == SLURM_RUNS;
        if (is_open && strcmp(job->qos, qos) == 0) {
            return true;
        }
    }
    return false;
}

static maru_status ask(const struct slurm_accounting *accounting, struct slurm_said *said,
                       struct slurm_qos_now *now, maru_error *err) {
    char cluster[SLURM_ACCOUNT_BYTES + 16];
    snprintf(cluster, sizeof cluster, "cluster=%s", accounting->cluster);
    const char *const qos[] = {
        "sacctmgr", "--noheader", "--parsable2", "show", "qos", ("format=" SLURM_QOS_FORMAT), NULL};
    const char *const assocs[] = {"sacctmgr",
                                  "--noheader",
                                  "--parsable2",
                                  "show",
                                  "assoc",
                                  cluster,
                                  ("format=" SLURM_ALLOWED_FORMAT),
                                  NULL};
    const char *mark = accounting->mark;
    maru_status st = slurm_run(accounting->host, qos, said, err);
    st = st == MARU_OK ? slurm_read_qos_list(said->out.bytes, said->out.n_bytes, mark, now, err)
                       : st;
    st = st == MARU_OK ? slurm_run(accounting->host, assocs, said, err) : st;
    return st == MARU_OK
               ? slurm_read_allowed_list(said->out.bytes, said->out.n_bytes, mark, now, err)
               : st;
}

maru_status slurm_qos_set(const struct slurm_accounting *accounting,
                          const struct slurm_queue *queue, const struct executor_guarantees *want,
                          executor_see_change see, executor_see_lack lack, void *context,
                          maru_error *err) {
    static const char *const config[] = {"scontrol", "show", "config", NULL};
    struct slurm_said said;
    struct slurm_qos_now now = {0};
    slurm_said_init(&said, MAX_SAID_BYTES);
    maru_status st = slurm_run(accounting->host, config, &said, err);
    if (st == MARU_OK && !accounting->cluster[0] &&
        !slurm_read_config(said.out.bytes, said.out.n_bytes, "ClusterName", accounting->cluster,
                           SLURM_ACCOUNT_BYTES)) {
        st = fail(err, MARU_E_IO, "Slurm does not say what its cluster is called");
    }
    if (st == MARU_OK && want->n > 0 && want->is_taken_back) {
        slurm_each_lack(said.out.bytes, said.out.n_bytes, lack, context);
    }
    st = st == MARU_OK ? ask(accounting, &said, &now, err) : st;
    if (st == MARU_OK) {
        union { // is_used changes nothing
            const struct slurm_queue *given;
            void *taken;
        } used = {.given = queue};
        const struct slurm_qos_asked asked = {.mark = accounting->mark,
                                              .cluster = accounting->cluster,
                                              .now = &now,
                                              .is_used = is_used,
                                              .context = used.taken};
        struct slurm_obeying obeying = {.host = accounting->host,
                                        .is_plan = accounting->is_plan,
                                        .see = see,
                                        .context = context};
        st = slurm_plan_qos(&asked, want, slurm_obey, &obeying, err);
        st = slurm_obeyed(&obeying, st, err);
    }
    slurm_qos_fini(&now);
    slurm_said_fini(&said);
    return st;
}

// A job that has begun since it was looked at stays as it is; one that is over is none.
static bool is_refusal(const char *text) {
    return !strstr(text, "longer pending") && !strstr(text, "nvalid job") &&
           !strstr(text, "already ") && !strstr(text, "finished");
}

struct moving {
    char jobs[MOVES_A_CALL * NUMBER_BYTES + 16], qos[LAUNCH_QOS_BYTES + 8];
    size_t n, n_bytes;
};

static maru_status give(struct moving *moving, struct slurm_obeying *obeying, maru_error *err) {
    const char *const word[] = {"scontrol", "update", moving->jobs, moving->qos, NULL};
    const maru_status before = obeying->status;
    maru_status st = moving->n > 0 ? slurm_obey(obeying, word, err) : MARU_OK;
    if (before == MARU_OK && obeying->status == MARU_E_IO && !is_refusal(obeying->err.text)) {
        obeying->status = MARU_OK;
    }
    moving->n = 0;
    return st;
}

maru_status slurm_qos_move(const struct slurm_accounting *accounting, const struct slurm_move *move,
                           size_t n, executor_see_change see, void *context, maru_error *err) {
    struct slurm_obeying obeying = {
        .host = accounting->host, .is_plan = accounting->is_plan, .see = see, .context = context};
    struct moving moving = {.n = 0};
    maru_status st = MARU_OK;
    const char *qos = "";
    for (size_t i = 0; i < n && st == MARU_OK; i++) {
        char which[NUMBER_BYTES + 1];
        if (moving.n == MOVES_A_CALL || strcmp(qos, move[i].qos) != 0) {
            st = give(&moving, &obeying, err);
        }
        if (moving.n == 0) {
            qos = move[i].qos;
            moving.n_bytes = (size_t)snprintf(moving.jobs, sizeof moving.jobs, "JobId=");
            snprintf(moving.qos, sizeof moving.qos, "QOS=%s", qos);
        }
        slurm_write_which(move[i].which, which, sizeof which);
        moving.n_bytes +=
            (size_t)snprintf(moving.jobs + moving.n_bytes, sizeof moving.jobs - moving.n_bytes,
                             "%s%s", moving.n > 0 ? "," : "", which);
        moving.n++;
    }
    st = st == MARU_OK ? give(&moving, &obeying, err) : st;
    return slurm_obeyed(&obeying, st, err);
}
