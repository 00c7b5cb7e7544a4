#include "io/executor/slurm_obey.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"

// Options of the command itself (--immediate) are not told: what is told can be read, and typed.

enum { CHANGE_BYTES = 2048, MAX_SAID_BYTES = 1 << 20 };

maru_status slurm_obey(void *context, const char *const word[], maru_error *err) {
    struct slurm_obeying *obeying = context;
    char change[CHANGE_BYTES] = "";
    size_t n = 0;
    for (size_t i = 0; word[i] && n < sizeof change; i++) {
        if (strncmp(word[i], "--", 2) != 0) {
            n += (size_t)snprintf(change + n, sizeof change - n, "%s%s", i > 0 ? " " : "", word[i]);
        }
    }
    obeying->see(obeying->context, change);
    if (obeying->is_plan) {
        return MARU_OK;
    }
    struct slurm_said said;
    maru_error why = {0};
    slurm_said_init(&said, MAX_SAID_BYTES);
    const maru_status st = slurm_run(obeying->host, word, &said, &why);
    slurm_said_fini(&said);
    if (st != MARU_OK && obeying->status == MARU_OK) {
        obeying->status = st;
        obeying->err = why;
    }
    return st == MARU_E_MEMORY ? fail(err, st, "no memory for Slurm's accounts") : MARU_OK;
}

maru_status slurm_obeyed(const struct slurm_obeying *obeying, maru_status st, maru_error *err) {
    return st == MARU_OK && obeying->status != MARU_OK
               ? fail(err, obeying->status, "%s", obeying->err.text)
               : st;
}
