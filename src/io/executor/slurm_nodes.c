#include "io/executor/slurm_nodes.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/executor/slurm_text.h"

// Node by node as sinfo tells them: those that are to be drained and take jobs, and those that are ours and are to work again.

enum {
    MAX_SAID_BYTES = 64 << 20,
    MAX_ANSWER_BYTES = 16 << 10,
    WORD_BYTES = 256,
    CHANGE_BYTES = 600
};

struct setting {
    const struct slurm_draining *draining;
    const struct executor_order *order; // (n)
    size_t n;
    executor_see_change see;
    void *context;
    maru_status status; // of the first that was refused
    maru_error err;
};

static const struct executor_order *find(const struct setting *setting, const char *node) {
    for (size_t i = 0; i < setting->n; i++) {
        if (strcmp(setting->order[i].node, node) == 0) {
            return &setting->order[i];
        }
    }
    return NULL;
}

// What stands behind "MARK: " in a reason; NULL: it is not ours.
static const char *own_reason(const struct setting *setting, const char *reason) {
    const char *at = strncmp(reason, "drain", 5) == 0 ? strstr(reason, ": ") : NULL;
    const size_t n = strlen(setting->draining->mark);
    return at && strncmp(at + 2, setting->draining->mark, n) == 0 &&
                   strncmp(at + 2 + n, ": ", 2) == 0
               ? at + n + 4
               : NULL;
}

// One line without quotes, as scontrol reads it.
static void make_reason(const struct setting *setting, const char *text, char out[WORD_BYTES]) {
    const char *own =
        own_reason(setting, text); // it was drained by us, and somebody has resumed it
    snprintf(out, WORD_BYTES, "Reason=%s: %.99s", setting->draining->mark, own ? own : text);
    for (char *at = out; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == '"' || *at == '\'' || *at == '\\') {
            *at = ' ';
        }
    }
}

static maru_status obey(struct setting *setting, const char *const word[], maru_error *err) {
    char change[CHANGE_BYTES] = "";
    size_t n = 0;
    for (size_t i = 0; word[i] && n < sizeof change; i++) {
        n += (size_t)snprintf(change + n, sizeof change - n, "%s%s", i > 0 ? " " : "", word[i]);
    }
    setting->see(setting->context, change);
    if (setting->draining->is_plan) {
        return MARU_OK;
    }
    struct slurm_said said;
    maru_error why = {0};
    slurm_said_init(&said, MAX_ANSWER_BYTES);
    const maru_status st = slurm_run(setting->draining->host, word, &said, &why);
    slurm_said_fini(&said);
    if (st != MARU_OK && setting->status == MARU_OK) {
        setting->status = st;
        setting->err = why;
    }
    return st == MARU_E_MEMORY ? fail(err, st, "no memory") : MARU_OK;
}

static maru_status see_node(void *context, const struct executor_node *node, maru_error *err) {
    struct setting *setting = context;
    const struct executor_order *order = find(setting, node->name);
    char name[WORD_BYTES], reason[WORD_BYTES];
    snprintf(name, sizeof name, "NodeName=%s", node->name);
    if (order && node->is_up) {
        make_reason(setting, order->reason, reason);
        return obey(setting,
                    (const char *const[]){"scontrol", "update", name, "State=DRAIN", reason, NULL},
                    err);
    }
    if (!order && own_reason(setting, node->reason)) {
        return obey(setting,
                    (const char *const[]){"scontrol", "update", name, "State=RESUME", NULL}, err);
    }
    return MARU_OK;
}

maru_status slurm_nodes_set(const struct slurm_draining *draining,
                            const struct executor_order *order, size_t n, executor_see_change see,
                            void *context, maru_error *err) {
    static const char *const word[] = {
        "sinfo", "--noheader", "--all", "--Node", ("--format=" SLURM_SINFO_FORMAT), NULL};
    struct setting setting = {
        .draining = draining, .order = order, .n = n, .see = see, .context = context};
    struct slurm_said said;
    slurm_said_init(&said, MAX_SAID_BYTES);
    maru_status st = slurm_run(draining->host, word, &said, err);
    st = st == MARU_OK ? slurm_read_sinfo(said.out.bytes, said.out.n_bytes, see_node, &setting, err)
                       : st;
    slurm_said_fini(&said);
    return st == MARU_OK && setting.status != MARU_OK
               ? fail(err, setting.status, "%s", setting.err.text)
               : st;
}
