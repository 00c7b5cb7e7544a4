#include "io/executor/slurm_qos_text.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"

// As slurm_account_text.c. The description, which people choose, is the last column: it may have a | in it. What a QOS of others says of
// its grace in words of its own is no fault.

enum { QOS_FIELDS = 6, ALLOWED_FIELDS = 3 };
#define SECOND_US INT64_C(1000000)

void slurm_qos_fini(struct slurm_qos_now *now) {
    alloc_free(now->qos);
    alloc_free(now->allowed);
    *now = (struct slurm_qos_now){0};
}

static void cut_to(const char *text, char *out, size_t cap) {
    const size_t n = strnlen(text, cap - 1);
    memcpy(out, text, n);
    out[n] = '\0';
}

static bool may_be_ours(const char *name, const char *mark) {
    const size_t n = strlen(mark);
    return strncmp(name, mark, n) == 0 && (name[n] == '-' || name[n] == '_');
}

static maru_status grow(void **rows, size_t *cap, size_t n, size_t size, maru_error *err) {
    if (n < *cap) {
        return MARU_OK;
    }
    if (n >= SLURM_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "Slurm tells of more than %d accounts", SLURM_MAX_ROWS);
    }
    const size_t larger = *cap > 0 ? *cap * 2 : 16;
    void *grown = alloc_resize(*rows, larger, size);
    if (!grown) {
        return fail(err, MARU_E_MEMORY, "no memory for Slurm's accounts");
    }
    *rows = grown;
    *cap = larger;
    return MARU_OK;
}

static maru_status add_qos(char *const field[], const char *mark, struct slurm_qos_now *out,
                           maru_error *err) {
    if (!may_be_ours(field[0], mark) || strlen(field[0]) >= LAUNCH_QOS_BYTES) {
        return MARU_OK;
    }
    void *rows = out->qos;
    const maru_status st = grow(&rows, &out->cap_qos, out->n_qos, sizeof *out->qos, err);
    out->qos = rows;
    if (st != MARU_OK) {
        return st;
    }
    struct slurm_qos *row = &out->qos[out->n_qos++];
    int64_t grace_us = -1;
    *row = (struct slurm_qos){.grace_s = slurm_read_span(field[1], &grace_us) && grace_us >= 0
                                             ? grace_us / SECOND_US
                                             : -1};
    cut_to(field[0], row->name, sizeof row->name);
    cut_to(field[2], row->preempt, sizeof row->preempt);
    cut_to(field[3], row->mode, sizeof row->mode);
    cut_to(field[4], row->group, sizeof row->group);
    cut_to(field[5], row->description, sizeof row->description);
    return MARU_OK;
}

// The names of a list that may be ours.
static void keep_own(const char *list, const char *mark, char out[SLURM_LIST_BYTES]) {
    size_t n = 0;
    out[0] = '\0';
    for (const char *at = list; *at != '\0';) {
        const size_t n_name = strcspn(at, ",");
        if (may_be_ours(at, mark) && n + n_name + 2 < SLURM_LIST_BYTES) {
            if (n > 0) {
                out[n++] = ',';
            }
            memcpy(out + n, at, n_name);
            n += n_name;
            out[n] = '\0';
        }
        at += n_name + (at[n_name] == ',');
    }
}

static maru_status add_allowed(char *const field[], const char *mark, struct slurm_qos_now *out,
                               maru_error *err) {
    const bool is_ours = strcmp(field[0], mark) == 0 || may_be_ours(field[0], mark);
    if (!is_ours || field[1][0] != '\0' || strlen(field[0]) >= SLURM_ACCOUNT_BYTES) {
        return MARU_OK;
    }
    void *rows = out->allowed;
    const maru_status st =
        grow(&rows, &out->cap_allowed, out->n_allowed, sizeof *out->allowed, err);
    out->allowed = rows;
    if (st != MARU_OK) {
        return st;
    }
    struct slurm_allowed *row = &out->allowed[out->n_allowed++];
    cut_to(field[0], row->account, sizeof row->account);
    keep_own(field[2], mark, row->qos);
    return MARU_OK;
}

typedef maru_status (*add_row)(char *const field[], const char *mark, struct slurm_qos_now *out,
                               maru_error *err);

static maru_status read_list(struct slurm_lines lines, const char *mark, size_t n_field,
                             add_row add, struct slurm_qos_now *out, maru_error *err) {
    char line[SLURM_MAX_LINE_BYTES], *field[QOS_FIELDS];
    for (;;) {
        maru_status st = slurm_next_line(&lines, line, sizeof line, err);
        if (st != MARU_OK) {
            return st == MARU_MORE ? MARU_OK : st;
        }
        if (!slurm_cut(line, field, n_field)) {
            return fail_at(err, MARU_E_INPUT, "", lines.row, 0,
                           "Slurm's answer has a line with another number of columns");
        }
        st = add(field, mark, out, err);
        if (st != MARU_OK) {
            return st;
        }
    }
}

maru_status slurm_read_qos_list(const char *bytes, size_t n, const char *mark,
                                struct slurm_qos_now *out, maru_error *err) {
    return read_list((struct slurm_lines){.bytes = bytes, .n = n}, mark, QOS_FIELDS, add_qos, out,
                     err);
}

maru_status slurm_read_allowed_list(const char *bytes, size_t n, const char *mark,
                                    struct slurm_qos_now *out, maru_error *err) {
    return read_list((struct slurm_lines){.bytes = bytes, .n = n}, mark, ALLOWED_FIELDS,
                     add_allowed, out, err);
}

bool slurm_list_has(const char *list, const char *word) {
    const size_t n_word = strlen(word);
    for (const char *at = list; *at != '\0';) {
        const size_t n = strcspn(at, ",");
        if (n == n_word && strncasecmp(at, word, n) == 0) {
            return true;
        }
        at += n + (at[n] == ',');
    }
    return false;
}

void slurm_each_lack(const char *bytes, size_t n, executor_see_lack see, void *context) {
    static const struct {
        const char *key, *word, *sentence; // the value is this word, or a list that has it
        bool is_not;                       // it is a fault that it has it
    } wants[] = {
        {"PreemptType", "preempt/qos",
         "Slurm takes nothing back for those inside their guarantee: PreemptType is not "
         "preempt/qos",
         false},
        {"SlurmctldParameters", "preempt_send_user_signal",
         "Slurm takes back without the checkpoint signal: SlurmctldParameters has no "
         "preempt_send_user_signal",
         false},
        {"PriorityWeightQOS", "0",
         "Slurm does not put those inside their guarantee first: PriorityWeightQOS is 0", true},
        {"AccountingStorageEnforce", "limits",
         "Slurm does not keep limits and guarantees: AccountingStorageEnforce has no limits",
         false},
    };
    char value[SLURM_TRES_BYTES];
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        if (slurm_read_config(bytes, n, wants[i].key, value, sizeof value) &&
            slurm_list_has(value, wants[i].word) == wants[i].is_not) {
            see(context, wants[i].sentence);
        }
    }
}
