#include "io/executor/slurm_end.h"

#include <signal.h>
#include <string.h>

#include "io/executor/slurm_script.h"

// A job's script ends itself with a signal of its own where the launch did not just end (slurm_script.h); all others are those of the
// command. Where a controller does not hear in time that a node has begun a job it ends the job as FAILED with 1, begun or not; the
// script then has left no word of its own end, and the launch is one that its node lost. A job that was put back into the queue counts as the run that it had: the script lets it run no second time.

enum { CODE_OF_SIGNAL = 128 };

static void say(struct launch_look *out, const char *what) {
    const size_t n = strnlen(what, sizeof out->what - 1);
    memcpy(out->what, what, n);
    out->what[n] = '\0';
}

static enum launch_end by_own_signal(const struct slurm_job *job, struct launch_look *out) {
    switch (job->exit_signal) {
    case SLURM_ENDED_TWICE:
        say(out, "another job of Slurm runs this launch");
        return END_FAILED;
    case SLURM_ENDED_FOLDER:
        say(out, "its folder cannot be entered or written on the node");
        return END_FAILED;
    case SLURM_ENDED_PROGRAM:
        say(out, "there is no such program on the node");
        return END_FAILED;
    case SLURM_ENDED_LIMIT:
        out->exit_code = CODE_OF_SIGNAL + SIGKILL;
        return END_LIMIT;
    case SLURM_ENDED_AGAIN:
        return END_NODE;
    case SLURM_ENDED_TAKEN:
        out->exit_code = CODE_OF_SIGNAL + SIGKILL;
        return END_TAKEN;
    default:
        return END_EXIT;
    }
}

static bool took_more(const struct slurm_job *job, uint32_t memory_mib) {
    return memory_mib > 0 && job->exit_signal == SIGKILL &&
           job->max_memory_bytes > (int64_t)memory_mib << 20;
}

static enum launch_end by_state(const struct slurm_job *job, struct slurm_asked asked,
                                struct launch_look *out) {
    const bool is_signal = job->exit_signal > 0;
    out->exit_code = is_signal ? job->exit_signal : job->exit_code;
    switch (job->state) {
    case SLURM_NODE_GONE:
        return END_NODE;
    case SLURM_TAKEN:
        out->exit_code = CODE_OF_SIGNAL + SIGKILL;
        return asked.is_stopped ? END_STOPPED : END_TAKEN;
    case SLURM_NO_MEMORY:
        return END_MEMORY;
    case SLURM_TIMED_OUT:
        out->exit_code = CODE_OF_SIGNAL + SIGKILL;
        return END_LIMIT;
    case SLURM_WAITS:
    case SLURM_RUNS:
    case SLURM_COMPLETED:
    case SLURM_FAILED:
    case SLURM_CANCELLED:
        break;
    }
    const enum launch_end own = by_own_signal(job, out);
    if (own != END_EXIT) {
        const bool is_other = asked.is_stopped || job->state == SLURM_CANCELLED;
        return own == END_TAKEN && is_other ? END_STOPPED : own;
    }
    if (took_more(job, asked.memory_mib)) {
        return END_MEMORY;
    }
    if (asked.has_begun && !asked.is_stopped && job->started_us == 0) {
        return END_NODE; // put back into the queue, and taken out of it
    }
    if (asked.is_stopped || job->state == SLURM_CANCELLED) {
        out->exit_code = is_signal ? CODE_OF_SIGNAL + job->exit_signal : job->exit_code;
        return END_STOPPED;
    }
    if (job->state == SLURM_FAILED && !is_signal && job->exit_code == 1 && !asked.has_left) {
        return END_NODE;
    }
    if (job->started_us == 0 && job->state == SLURM_FAILED) {
        say(out, "Slurm could not start it");
        return END_FAILED;
    }
    return is_signal ? END_SIGNAL : END_EXIT;
}

// A controller that was killed may not know that a job has ended, and give it up or be told to cancel it much later: then what the
// script said of its end is true.
static void believe_script(struct slurm_job *job, const struct slurm_asked *asked) {
    const bool is_given_up = job->state == SLURM_CANCELLED || job->state == SLURM_NODE_GONE ||
                             job->state == SLURM_TIMED_OUT || job->state == SLURM_TAKEN;
    if (asked->has_left && is_given_up && job->ended_us - asked->left_us > SLURM_GIVEN_UP_US) {
        job->exit_code = asked->left_code;
        job->exit_signal = asked->left_signal;
        job->state = job->exit_code || job->exit_signal ? SLURM_FAILED : SLURM_COMPLETED;
    }
}

void slurm_end_of(const struct slurm_job *row, size_t n, struct slurm_asked asked,
                  struct launch_look *out) {
    struct slurm_job last = row[n - 1];
    const struct slurm_job *job = &last;
    believe_script(&last, &asked);
    *out = (struct launch_look){.state = LAUNCH_ENDED};
    out->end = by_state(job, asked, out);
    for (size_t i = 0; i + 1 < n; i++) {
        if (row[i].started_us > 0 &&
            (job->started_us == 0 || job->exit_signal == SLURM_ENDED_AGAIN)) {
            job = &row[i];
            out->end = END_NODE;
            break;
        }
    }
    out->submitted_us = row[0].submitted_us;
    out->started_us = job->started_us;
    out->ended_us = job->ended_us;
    out->cpu_us = job->cpu_us;
    out->max_memory_bytes = job->max_memory_bytes;
    memcpy(out->node, job->node, sizeof out->node);
}
