#include "io/executor/slurm_account_text.h"

#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"

// As slurm_text.c: strict, line by line. A text that is longer than any of ours is somebody else's, and cut.

enum { ACCOUNT_FIELDS = 2, ASSOC_FIELDS = 8 };
#define SECOND_US INT64_C(1000000)

void slurm_accounts_fini(struct slurm_accounts *accounts) {
    alloc_free(accounts->row);
    *accounts = (struct slurm_accounts){0};
}

static maru_status add(struct slurm_accounts *accounts, struct slurm_account **row,
                       maru_error *err) {
    if (accounts->n == accounts->cap) {
        if (accounts->n >= SLURM_MAX_ROWS) {
            return fail(err, MARU_E_LIMIT, "Slurm tells of more than %d accounts", SLURM_MAX_ROWS);
        }
        const size_t cap = accounts->cap > 0 ? accounts->cap * 2 : 16;
        struct slurm_account *grown = alloc_resize(accounts->row, cap, sizeof *grown);
        if (!grown) {
            return fail(err, MARU_E_MEMORY, "no memory for Slurm's accounts");
        }
        accounts->row = grown;
        accounts->cap = cap;
    }
    *row = &accounts->row[accounts->n++];
    **row = (struct slurm_account){.share = -1, .max_running = -1, .max_wall_s = -1};
    return MARU_OK;
}

static void cut_to(const char *text, char *out, size_t cap) {
    const size_t n = strnlen(text, cap - 1);
    memcpy(out, text, n);
    out[n] = '\0';
}

// A number that is not below 0, "": none.
static bool read_count(const char *text, int64_t *out) {
    *out = -1;
    const size_t n = strlen(text);
    return n == 0 || (strspn(text, "0123456789") == n && number_int64(text, n, out));
}

static maru_status read_account(char *const field[], uint32_t line, struct slurm_account *row,
                                maru_error *err) {
    (void)line;
    (void)err;
    cut_to(field[0], row->name, sizeof row->name);
    cut_to(field[1], row->organization, sizeof row->organization);
    return MARU_OK;
}

static maru_status read_assoc(char *const field[], uint32_t line, struct slurm_account *row,
                              maru_error *err) {
    int64_t wall_us = -1;
    // A share may be the word parent: none of its own.
    const bool has_share = strcmp(field[3], "parent") != 0;
    if ((has_share && !read_count(field[3], &row->share)) ||
        !read_count(field[4], &row->max_running) || !slurm_read_span(field[5], &wall_us)) {
        return fail_at(err, MARU_E_INPUT, "", line, 0,
                       "Slurm's answer has a line with another limit of an account");
    }
    row->max_wall_s = wall_us < 0 ? -1 : wall_us / SECOND_US;
    cut_to(field[0], row->name, sizeof row->name);
    cut_to(field[1], row->user, sizeof row->user);
    cut_to(field[2], row->parent, sizeof row->parent);
    cut_to(field[6], row->group, sizeof row->group);
    cut_to(field[7], row->job, sizeof row->job);
    return MARU_OK;
}

typedef maru_status (*read_row)(char *const field[], uint32_t line, struct slurm_account *row,
                                maru_error *err);

static maru_status read_list(const char *bytes, size_t n, size_t n_field, read_row read,
                             struct slurm_accounts *out, maru_error *err) {
    char line[SLURM_MAX_LINE_BYTES], *field[ASSOC_FIELDS];
    struct slurm_lines lines = {.bytes = bytes, .n = n};
    for (;;) {
        maru_status st = slurm_next_line(&lines, line, sizeof line, err);
        if (st != MARU_OK) {
            return st == MARU_MORE ? MARU_OK : st;
        }
        if (!slurm_cut(line, field, n_field)) {
            return fail_at(err, MARU_E_INPUT, "", lines.row, 0,
                           "Slurm's answer has a line with another number of columns");
        }
        struct slurm_account *row = NULL;
        st = add(out, &row, err);
        st = st == MARU_OK ? read(field, lines.row, row, err) : st;
        if (st != MARU_OK) {
            return st;
        }
    }
}

maru_status slurm_read_account_list(const char *bytes, size_t n, struct slurm_accounts *out,
                                    maru_error *err) {
    return read_list(bytes, n, ACCOUNT_FIELDS, read_account, out, err);
}

maru_status slurm_read_assoc_list(const char *bytes, size_t n, struct slurm_accounts *out,
                                  maru_error *err) {
    return read_list(bytes, n, ASSOC_FIELDS, read_assoc, out, err);
}

int64_t slurm_tres_of(const char *list, const char *name) {
    const size_t n_name = strlen(name);
    for (const char *at = list; *at != '\0';) {
        const size_t n = strcspn(at, ",");
        int64_t value = -1;
        if (n > n_name + 1 && memcmp(at, name, n_name) == 0 && at[n_name] == '=') {
            const size_t digits = n - n_name - 1;
            return strspn(at + n_name + 1, "0123456789") >= digits &&
                           number_int64(at + n_name + 1, digits, &value)
                       ? value
                       : -1;
        }
        at += n + (at[n] == ',');
    }
    return -1;
}

bool slurm_read_config(const char *bytes, size_t n, const char *key, char *out, size_t cap) {
    const size_t n_key = strlen(key);
    char line[SLURM_MAX_LINE_BYTES];
    struct slurm_lines lines = {.bytes = bytes, .n = n};
    maru_error none;
    while (slurm_next_line(&lines, line, sizeof line, &none) == MARU_OK) {
        const char *at = line + strspn(line, " ");
        if (strncmp(at, key, n_key) != 0 || at[n_key + strspn(at + n_key, " ")] != '=') {
            continue;
        }
        at += n_key;
        at += strspn(at, " =");
        const size_t n_value = strcspn(at, " ");
        if (n_value == 0 || n_value >= cap) {
            return false;
        }
        memcpy(out, at, n_value);
        out[n_value] = '\0';
        return true;
    }
    return false;
}
