// Jobs on a cluster that Slurm schedules, by its own commands: sbatch, squeue, sacct, scancel, sinfo.
//
// A launch is a job named MARK.ID of the account MARK_TENANT_PROJECT (slurm_accounts.h). Its folder has to be the same path on this
// machine and on the nodes, on a file system with hard links. Slurm's accounting (slurmdbd) has to be there: it alone knows for sure
// how a job ended. All jobs are this process's user's; bubblewrap on the nodes keeps tenants apart.
#ifndef IO_EXECUTOR_SLURM_EXECUTOR_H
#define IO_EXECUTOR_SLURM_EXECUTOR_H

#include "io/executor/executor.h"

enum slurm_accounts_mode {
    SLURM_ACCOUNTS_SET, // brought to what executor_set_accounts says; nodes to what executor_set_nodes says
    SLURM_ACCOUNTS_PLAN, // what would be changed is told, and not done
    SLURM_ACCOUNTS_OFF,  // somebody else makes them
};

struct slurm_settings { // a text that is NULL or "", a number that is 0: what stands behind it
    const char *state; // a folder of this executor's own, on a disk of this machine; has to be said
    const char *mark;  // "maru": names of jobs and accounts begin with it
    const char *programs;  // folder of Slurm's commands: /usr/bin, /usr/local/bin or /opt/slurm/bin
    const char *conf;      // SLURM_CONF: Slurm's own choice
    const char *partition; // Slurm's own choice
    const char *bwrap;     // "bwrap": bubblewrap on the nodes
    enum slurm_accounts_mode accounts;
    const char *program; // that jobs find as maru; NULL: this one (/proc/self/exe)
    bool is_bare; // jobs run without it: a tenant's job can then do what this process's user can
    uint64_t log_bytes; // 64 MiB: cap of each of out and err
    int64_t timeout_us; // 30 s: of one command
    int64_t fresh_us;   // 1 s: how old what is told of the queue may be
    int64_t settle_us;  // 30 s: until accounting tells of a job that Slurm has taken
    int64_t
        lost_us; // 1 h: how long queue and accounting both have to know nothing of a job that has begun until it counts as lost
};

// Slurm itself is asked nothing yet, and may be down.
//   memory  executor_close
//   errors  MARU_E_INPUT: a setting; MARU_E_IO: the state folder; MARU_E_MEMORY
//   threads any may call its functions
MARU_MUST_USE maru_status slurm_open(const struct slurm_settings *settings, struct executor **out,
                                     maru_error *err);

#endif
