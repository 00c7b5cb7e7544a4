// What sacctmgr says of QOS, and what Slurm's settings make of them. Pure.
#ifndef IO_EXECUTOR_SLURM_QOS_TEXT_H
#define IO_EXECUTOR_SLURM_QOS_TEXT_H

#include "io/executor/slurm_account_text.h"

// sacctmgr show qos / show assoc, with these columns. Of the first only rows are kept whose name may be ours: MARK and a - or _ behind it;
// of the second those of our accounts without a user, and in their lists those names.
#define SLURM_QOS_FORMAT "Name,GraceTime,Preempt,PreemptMode,GrpTRES,Descr"
#define SLURM_ALLOWED_FORMAT "Account,User,QOS"
enum { SLURM_LIST_BYTES = 4096 };
struct slurm_qos {
    char name[LAUNCH_QOS_BYTES], description[SLURM_ACCOUNT_BYTES], mode[64];
    char preempt[SLURM_TRES_BYTES], group[SLURM_TRES_BYTES];
    int64_t grace_s; // -1: none that is known
};
struct slurm_allowed {
    char account[SLURM_ACCOUNT_BYTES];
    char qos[SLURM_LIST_BYTES]; // "maru-borrow,maru_vision"
};
struct slurm_qos_now {
    struct slurm_qos *qos;         // (n_qos)
    struct slurm_allowed *allowed; // (n_allowed)
    size_t n_qos, cap_qos, n_allowed, cap_allowed;
};
void slurm_qos_fini(struct slurm_qos_now *now);
//   memory  *out, which the caller has zeroed, slurm_qos_fini
//   errors  MARU_E_INPUT: a line that is none, or the last one cut short, err->row; MARU_E_LIMIT; MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_read_qos_list(const char *bytes, size_t n, const char *mark,
                                              struct slurm_qos_now *out, maru_error *err);
MARU_MUST_USE maru_status slurm_read_allowed_list(const char *bytes, size_t n, const char *mark,
                                                  struct slurm_qos_now *out, maru_error *err);
// Is the word in a list with commas?
bool slurm_list_has(const char *list, const char *word);
// Each setting of `scontrol show config` that keeps guarantees from being what they are elsewhere.
void slurm_each_lack(const char *bytes, size_t n, executor_see_lack see, void *context);

#endif
