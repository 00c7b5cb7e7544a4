#include "io/executor/slurm_accounts.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "io/executor/slurm_obey.h"

// What is there is asked for each time, so that what an operator changed by hand is seen, and a repetition does nothing.

enum { MAX_SAID_BYTES = 64 << 20, USER_BYTES = 256, PASSWD_BYTES = 16 << 10 };

static maru_status ask_cluster(const struct slurm_accounting *accounting, struct slurm_said *said,
                               maru_error *err) {
    static const char *const word[] = {"scontrol", "show", "config", NULL};
    if (accounting->cluster[0]) {
        return MARU_OK;
    }
    const maru_status st = slurm_run(accounting->host, word, said, err);
    if (st != MARU_OK) {
        return st;
    }
    return slurm_read_config(said->out.bytes, said->out.n_bytes, "ClusterName", accounting->cluster,
                             SLURM_ACCOUNT_BYTES)
               ? MARU_OK
               : fail(err, MARU_E_IO, "Slurm does not say what its cluster is called");
}

static maru_status ask(const struct slurm_accounting *accounting, struct slurm_said *said,
                       struct slurm_accounts *account, struct slurm_accounts *assoc,
                       maru_error *err) {
    char cluster[SLURM_ACCOUNT_BYTES + 16];
    static const char *const accounts[] = {"sacctmgr",    "--noheader",
                                           "--parsable2", "show",
                                           "account",     ("format=" SLURM_ACCOUNT_FORMAT),
                                           NULL};
    const char *const assocs[] = {"sacctmgr",
                                  "--noheader",
                                  "--parsable2",
                                  "show",
                                  "assoc",
                                  cluster,
                                  ("format=" SLURM_ASSOC_FORMAT),
                                  NULL};
    maru_status st = slurm_run(accounting->host, accounts, said, err);
    st = st == MARU_OK ? slurm_read_account_list(said->out.bytes, said->out.n_bytes, account, err)
                       : st;
    snprintf(cluster, sizeof cluster, "cluster=%s", accounting->cluster);
    st = st == MARU_OK ? slurm_run(accounting->host, assocs, said, err) : st;
    return st == MARU_OK ? slurm_read_assoc_list(said->out.bytes, said->out.n_bytes, assoc, err)
                         : st;
}

static maru_status own_name(char out[USER_BYTES], maru_error *err) {
    struct passwd entry, *found = NULL;
    char bytes[PASSWD_BYTES];
    if (getpwuid_r(getuid(), &entry, bytes, sizeof bytes, &found) != 0 || !found ||
        strlen(found->pw_name) >= USER_BYTES) {
        return fail(err, MARU_E_IO,
                    "the user that this server runs as has no name: Slurm needs one");
    }
    snprintf(out, USER_BYTES, "%s", found->pw_name);
    return MARU_OK;
}

maru_status slurm_accounts_set(const struct slurm_accounting *accounting,
                               const struct executor_account *want, size_t n,
                               executor_see_change see, void *context, maru_error *err) {
    struct slurm_said said;
    struct slurm_accounts account = {0}, assoc = {0};
    char user[USER_BYTES];
    slurm_said_init(&said, MAX_SAID_BYTES);
    maru_status st = own_name(user, err);
    st = st == MARU_OK ? ask_cluster(accounting, &said, err) : st;
    st = st == MARU_OK ? ask(accounting, &said, &account, &assoc, err) : st;
    if (st == MARU_OK) {
        const struct slurm_accounts_now now = {.mark = accounting->mark,
                                               .cluster = accounting->cluster,
                                               .user = user,
                                               .account = &account,
                                               .assoc = &assoc};
        struct slurm_obeying obeying = {.host = accounting->host,
                                        .is_plan = accounting->is_plan,
                                        .see = see,
                                        .context = context};
        st = slurm_plan_accounts(&now, want, n, slurm_obey, &obeying, err);
        st = slurm_obeyed(&obeying, st, err);
    }
    slurm_accounts_fini(&account);
    slurm_accounts_fini(&assoc);
    slurm_said_fini(&said);
    return st;
}
