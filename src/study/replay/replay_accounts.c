#include "study/replay/replay_accounts.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/accounts_table.h"

// Jobs belong to accounts without children. So a tenant that the trace names alone, and that has projects in the table, gets one more for
// those jobs: the tree is made, looked at, and made again with it.

static const char rest[] = "-";

struct members {
    struct account_member *member; // (n)
    char (*name)[2][ACCOUNTS_MAX_NAME + 1];
    uint32_t n;
};

static maru_status take_names(const struct job_trace *trace, struct members *members,
                              maru_error *err) {
    for (uint32_t i = 0; i < trace->account.n; i++) {
        const char *const name = trace->account.name[i];
        const size_t n = strcspn(name, "/");
        const char *const project = name[n] == '/' ? name + n + 1 : "";
        if (n == 0 || n > ACCOUNTS_MAX_NAME || strlen(project) > ACCOUNTS_MAX_NAME) {
            return fail(err, MARU_E_INPUT,
                        "'%.80s' cannot be an account: tenant or tenant/project, each of at most "
                        "%d bytes",
                        name, ACCOUNTS_MAX_NAME);
        }
        snprintf(members->name[i][0], sizeof members->name[i][0], "%.*s", (int)n, name);
        snprintf(members->name[i][1], sizeof members->name[i][1], "%s", project);
        members->member[i] = (struct account_member){members->name[i][0], members->name[i][1]};
    }
    return MARU_OK;
}

static maru_status make_tree(struct replay_study *study, const struct members *members,
                             const struct accounts_table *table, maru_error *err) {
    const struct job_trace *const trace = &study->trace;
    const struct accounts_asked asked = {
        .table = table,
        .member = members->member,
        .n_member = members->n,
        .cluster = &study->cluster,
        .at_us = trace->n > 0 && trace->has_times ? trace->job[trace->n - 1].submit_us : 0};
    struct accounts_told told;
    maru_status st = accounts_table_at(&asked, &study->arena, &study->accounts, &told, err);
    for (uint32_t i = 0; st == MARU_OK && i < members->n; i++) {
        char name[2 * ACCOUNTS_MAX_NAME + 2];
        snprintf(name, sizeof name, "%s%s%s", members->name[i][0],
                 members->name[i][1][0] ? "/" : "", members->name[i][1]);
        study->account_row[i] = accounts_table_find(&study->accounts, name);
    }
    return st;
}

// Tenants that stand alone and have projects get one.
//   out     *is_any: some did
static maru_status add_rest(struct replay_study *study, struct members *members, bool *is_any,
                            maru_error *err) {
    bool *const has_child = arena_take(&study->arena, study->accounts.n, sizeof *has_child);
    *is_any = false;
    if (!has_child) {
        return arena_refusal(&study->arena, err);
    }
    for (uint32_t i = 1; i < study->accounts.n; i++) {
        has_child[study->accounts.row[i].parent] = true;
    }
    for (uint32_t k = 0; k < members->n; k++) {
        if (members->name[k][1][0] == '\0' && has_child[study->account_row[k]]) {
            snprintf(members->name[k][1], sizeof members->name[k][1], "%s", rest);
            *is_any = true;
        }
    }
    return MARU_OK;
}

maru_status replay_accounts(struct replay_study *study, const struct replay_table *table,
                            struct sheet_faults *faults, maru_error *err) {
    struct accounts_table read;
    struct members members = {.n = study->trace.account.n};
    const size_t n = (size_t)members.n + 1;
    members.member = alloc_new(n, sizeof *members.member);
    members.name = alloc_new(n, sizeof *members.name);
    study->account_row = alloc_new(n, sizeof *study->account_row);
    maru_status st =
        members.member && members.name && study->account_row
            ? accounts_table_read(table->bytes, table->n, 0, &study->arena, &read, faults, err)
            : fail(err, MARU_E_MEMORY, "no memory for the accounts of a replay");
    st = st == MARU_OK ? take_names(&study->trace, &members, err) : st;
    st = st == MARU_OK ? make_tree(study, &members, &read, err) : st;
    bool is_any = false;
    st = st == MARU_OK ? add_rest(study, &members, &is_any, err) : st;
    st = st == MARU_OK && is_any ? make_tree(study, &members, &read, err) : st;
    alloc_free(members.member);
    alloc_free(members.name);
    return st;
}
