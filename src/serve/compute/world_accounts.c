#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"
#include "serve/log.h"

// Accounts and policy of a world. Who has used the pool stays known, so that what is remembered of his use is not lost with his last job.

enum {
    MOST_KNOWN = ACCOUNTS_MAX / 4
}; // with their tenants and the rows of the table: below ACCOUNTS_MAX

// ---- who is known

static int compare(const struct known_account *known, const char *tenant, const char *project) {
    const int order = strcmp(known->tenant, tenant);
    return order ? order : strcmp(known->project, project);
}

static size_t place_of(const struct compute *compute, const char *tenant, const char *project) {
    size_t low = 0, high = compute->n_known;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare(&compute->known[middle], tenant, project) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// Those of jobs that have not ended: the others are forgotten where there are too many.
static void forget_idle(struct compute *compute) {
    size_t n = 0;
    for (size_t i = 0; i < compute->n_known; i++) {
        bool is_in_use = false;
        for (size_t k = 0; !is_in_use && k < compute->n_job; k++) {
            is_in_use =
                compare(&compute->known[i], compute->job[k]->tenant, compute->job[k]->project) == 0;
        }
        if (is_in_use) {
            compute->known[n++] = compute->known[i];
        }
    }
    compute->n_known = n;
}

maru_status known_add(struct compute *compute, const char *tenant, const char *project,
                      maru_error *err) {
    size_t at = place_of(compute, tenant, project);
    if (at < compute->n_known && compare(&compute->known[at], tenant, project) == 0) {
        return MARU_OK;
    }
    if (compute->n_known == MOST_KNOWN) {
        forget_idle(compute);
        at = place_of(compute, tenant, project);
    }
    if (compute->n_known == compute->cap_known) {
        const size_t cap = compute->cap_known ? compute->cap_known * 2 : 64;
        struct known_account *larger = alloc_resize(compute->known, cap, sizeof *larger);
        if (!larger) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        compute->known = larger;
        compute->cap_known = cap;
    }
    memmove(compute->known + at + 1, compute->known + at,
            (compute->n_known - at) * sizeof *compute->known);
    struct known_account *its = &compute->known[at];
    snprintf(its->tenant, sizeof its->tenant, "%s", tenant);
    snprintf(its->project, sizeof its->project, "%s", project);
    compute->n_known++;
    return MARU_OK;
}

void known_remove_tenant(struct compute *compute, const char *tenant) {
    size_t n = 0;
    for (size_t i = 0; i < compute->n_known; i++) {
        if (strcmp(compute->known[i].tenant, tenant) != 0) {
            compute->known[n++] = compute->known[i];
        }
    }
    compute->n_known = n;
}

// ---- accounts

void world_complain(const char *what, const struct document_told *told,
                    const struct document_told *before) {
    if (told->fault.code != MARU_OK && (!before || before->newest != told->newest)) {
        struct log_line line;
        log_open(&line, LOG_ERROR, what);
        log_add_integer(&line, "version", told->newest);
        log_add_integer(&line, "holds", told->holds);
        log_add_string(&line, "detail", told->fault.text);
        log_close(&line);
    }
}

static maru_status know_all(struct compute *compute, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < compute->n_job; i++) {
        st = known_add(compute, compute->job[i]->tenant, compute->job[i]->project, err);
    }
    return st;
}

maru_status world_make_accounts(struct world *world, struct compute *compute, maru_error *err) {
    struct accounts_table table;
    const int64_t now_us = clock_unix_us();
    maru_status st = know_all(compute, err);
    struct account_member *member =
        st == MARU_OK ? alloc_new(compute->n_known + 1, sizeof *member) : NULL;
    if (!member) {
        return st == MARU_OK ? fail(err, MARU_E_MEMORY, "no memory") : st;
    }
    for (size_t i = 0; i < compute->n_known; i++) {
        member[i] = (struct account_member){compute->known[i].tenant, compute->known[i].project};
    }
    st = pool_accounts_load(compute->store, &world->arena, &table, &world->accounts_told, err);
    if (st == MARU_OK) {
        const struct accounts_asked asked = {.table = &table,
                                             .member = member,
                                             .n_member = (uint32_t)compute->n_known,
                                             .cluster = &world->cluster,
                                             .at_us = now_us};
        st = accounts_table_at(&asked, &world->arena, &world->accounts, &world->guarantees_told,
                               err);
        world->next_us = accounts_table_next(&table, now_us);
    }
    alloc_free(member);
    world_complain("accounts unread", &world->accounts_told,
                   compute->world ? &compute->world->accounts_told : NULL);
    return st;
}

maru_status world_read_policy(struct world *world, struct compute *compute, maru_error *err) {
    const maru_status st =
        pool_policy_load(compute->store, &world->policy, &world->policy_told, err);
    world_complain("policy unread", &world->policy_told,
                   compute->world ? &compute->world->policy_told : NULL);
    return st;
}
