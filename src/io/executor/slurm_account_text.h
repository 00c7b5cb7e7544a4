// What sacctmgr says of accounts, as records. Pure.
#ifndef IO_EXECUTOR_SLURM_ACCOUNT_TEXT_H
#define IO_EXECUTOR_SLURM_ACCOUNT_TEXT_H

#include "io/executor/slurm_text.h"

// What sacctmgr knows of accounts: sacctmgr show account / show assoc, with these columns. Texts are cut to what ours can be.
#define SLURM_ACCOUNT_FORMAT "Account,Organization"
#define SLURM_ASSOC_FORMAT "Account,User,ParentName,Share,GrpJobs,MaxWall,GrpTRES,MaxTRES"
enum { SLURM_ACCOUNT_BYTES = 128, SLURM_TRES_BYTES = 1024 };
struct slurm_account { // a row of either; show account has name and organization alone
    char name[SLURM_ACCOUNT_BYTES], organization[SLURM_ACCOUNT_BYTES], user[SLURM_ACCOUNT_BYTES],
        parent[SLURM_ACCOUNT_BYTES];
    char group[SLURM_TRES_BYTES], job[SLURM_TRES_BYTES]; // "gres/gpu:h100=8,cpu=4"
    int64_t share, max_running, max_wall_s;              // -1: none
};
struct slurm_accounts {
    struct slurm_account *row; // (n), in the order of the text
    size_t n, cap;
};
void slurm_accounts_fini(struct slurm_accounts *accounts);
//   memory  *out, which the caller has zeroed, slurm_accounts_fini
//   errors  MARU_E_INPUT: a line that is none, or the last one cut short, err->row; MARU_E_LIMIT; MARU_E_MEMORY
MARU_MUST_USE maru_status slurm_read_account_list(const char *bytes, size_t n,
                                                  struct slurm_accounts *out, maru_error *err);
MARU_MUST_USE maru_status slurm_read_assoc_list(const char *bytes, size_t n,
                                                struct slurm_accounts *out, maru_error *err);
// The number behind NAME= in such a list; -1: it is not there.
int64_t slurm_tres_of(const char *list, const char *name);
// The first word behind a key of scontrol show config ("ClusterName             = maru"); false: it is not there, or does not fit.
bool slurm_read_config(const char *bytes, size_t n, const char *key, char *out, size_t cap);

#endif
