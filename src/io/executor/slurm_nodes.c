#include "io/executor/slurm_nodes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "io/executor/slurm_obey.h"
#include "io/executor/slurm_record.h"
#include "io/executor/slurm_text.h"
#include "io/files.h"

// Node by node as sinfo tells them: those that are to be drained and take jobs, and those that are ours and are to work again.

enum { MAX_SAID_BYTES = 64 << 20, WORD_BYTES = 256 };

struct setting {
    const char *mark;
    const struct executor_order *order; // (n)
    size_t n;
    struct slurm_obeying obeying;
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
    const size_t n = strlen(setting->mark);
    return at && strncmp(at + 2, setting->mark, n) == 0 && strncmp(at + 2 + n, ": ", 2) == 0
               ? at + n + 4
               : NULL;
}

// One line without quotes, as scontrol reads it.
static void make_reason(const struct setting *setting, const char *text, char out[WORD_BYTES]) {
    const char *own =
        own_reason(setting, text); // it was drained by us, and somebody has resumed it
    snprintf(out, WORD_BYTES, "Reason=%s: %.99s", setting->mark, own ? own : text);
    for (char *at = out; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == '"' || *at == '\'' || *at == '\\') {
            *at = ' ';
        }
    }
}

static maru_status see_node(void *context, const struct executor_node *node, maru_error *err) {
    struct setting *setting = context;
    const struct executor_order *order = find(setting, node->name);
    char name[WORD_BYTES], reason[WORD_BYTES];
    snprintf(name, sizeof name, "NodeName=%s", node->name);
    if (order && node->is_up) {
        make_reason(setting, order->reason, reason);
        return slurm_obey(
            &setting->obeying,
            (const char *const[]){"scontrol", "update", name, "State=DRAIN", reason, NULL}, err);
    }
    if (!order && own_reason(setting, node->reason)) {
        return slurm_obey(&setting->obeying,
                          (const char *const[]){"scontrol", "update", name, "State=RESUME", NULL},
                          err);
    }
    return MARU_OK;
}

maru_status slurm_nodes_set(const struct slurm_draining *draining,
                            const struct executor_order *order, size_t n, executor_see_change see,
                            void *context, maru_error *err) {
    static const char *const word[] = {
        "sinfo", "--noheader", "--all", "--Node", ("--format=" SLURM_SINFO_FORMAT), NULL};
    struct setting setting = {
        .mark = draining->mark,
        .order = order,
        .n = n,
        .obeying = {
            .host = draining->host, .is_plan = draining->is_plan, .see = see, .context = context}};
    struct slurm_said said;
    slurm_said_init(&said, MAX_SAID_BYTES);
    maru_status st = slurm_run(draining->host, word, &said, err);
    st = st == MARU_OK ? slurm_read_sinfo(said.out.bytes, said.out.n_bytes, see_node, &setting, err)
                       : st;
    slurm_said_fini(&said);
    return slurm_obeyed(&setting.obeying, st, err);
}

// What it was made of is kept, so that a server which begins while Slurm is away knows the nodes of its jobs.

struct unseen {
    executor_see_node see;
    void *context;
};

static maru_status see_unseen(void *context, const struct executor_node *node, maru_error *err) {
    const struct unseen *unseen = context;
    struct executor_node seen = *node;
    seen.is_up = false;
    snprintf(seen.reason, sizeof seen.reason, "Slurm does not answer");
    return unseen->see(unseen->context, &seen, err);
}

static void keep_nodes(const struct slurm_listing *listing, const struct text *said) {
    char path[SLURM_RECORD_PATH_BYTES];
    maru_error none; // what is not kept now, is at the next time
    if (slurm_path(listing->state, ".nodes", path) && said->n_bytes > 0) {
        (void)!files_replace(path, said->bytes, said->n_bytes, &none);
    }
}

static maru_status nodes_before(const struct slurm_listing *listing, struct text *said,
                                struct unseen *unseen, maru_error *err) {
    char path[SLURM_RECORD_PATH_BYTES];
    text_clear(said);
    if (!slurm_path(listing->state, ".nodes", path) || access(path, F_OK) != 0) {
        return MARU_OK; // none is known yet
    }
    const maru_status st = files_read(path, said, err);
    return st == MARU_OK ? slurm_read_sinfo(said->bytes, said->n_bytes, see_unseen, unseen, err)
                         : st;
}

maru_status slurm_nodes_each(const struct slurm_listing *listing, executor_see_node see,
                             void *context, maru_error *err) {
    char partition[300];
    const char *word[8] = {"sinfo", "--noheader", "--all", "--Node",
                           ("--format=" SLURM_SINFO_FORMAT)};
    if (listing->partition[0]) {
        snprintf(partition, sizeof partition, "--partition=%s", listing->partition);
        word[5] = partition;
    }
    struct slurm_said said;
    slurm_said_init(&said, MAX_SAID_BYTES);
    const maru_status ran = slurm_run(listing->host, word, &said, err);
    maru_status st = ran;
    if (ran == MARU_OK) {
        st = slurm_read_sinfo(said.out.bytes, said.out.n_bytes, see, context, err);
        keep_nodes(listing, &said.out);
    } else if (ran != MARU_E_MEMORY) {
        struct unseen unseen = {see, context};
        st = nodes_before(listing, &said.out, &unseen, err);
    }
    slurm_said_fini(&said);
    return st;
}
