#include "io/executor/slurm_account_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

// A small sacctmgr of our own: it does what the orders say, so that a plan can be made again upon its outcome.
struct fake {
    struct slurm_accounts account, assoc;
    struct text told;
    size_t n_order;
};

static struct slurm_account *push(struct slurm_accounts *rows) {
    struct slurm_account *row = realloc(rows->row, (rows->n + 1) * sizeof *row);
    assert_non_null(row);
    rows->row = row;
    row = &rows->row[rows->n++];
    *row = (struct slurm_account){.share = -1, .max_running = -1, .max_wall_s = -1};
    return row;
}

static const char *value_of(const char *word, const char *key) {
    const size_t n = strlen(key);
    return word && strncmp(word, key, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static const char *word_of(const char *word, const char *key) { // that has to be there
    const char *value = value_of(word, key);
    assert_non_null(value);
    return value ? value : "";
}

static void set_tres(char *list, const char *entry) { // one entry a list is enough here
    const char *equals = strrchr(entry, '=');
    snprintf(list, SLURM_TRES_BYTES, "%s", equals && strcmp(equals, "=-1") == 0 ? "" : entry);
}

static void set_one(struct slurm_account *row, const char *word) {
    const char *value = NULL;
    if ((value = value_of(word, "fairshare"))) {
        row->share = strtol(value, NULL, 10);
    } else if ((value = value_of(word, "GrpJobs"))) {
        row->max_running = strtol(value, NULL, 10);
    } else if ((value = value_of(word, "MaxWall"))) {
        row->max_wall_s = strtol(value, NULL, 10) * (value[0] == '-' ? 1 : 60);
    } else if ((value = value_of(word, "GrpTRES"))) {
        set_tres(row->group, value);
    } else if ((value = value_of(word, "MaxTRES"))) {
        set_tres(row->job, value);
    } else if ((value = value_of(word, "parent"))) {
        snprintf(row->parent, sizeof row->parent, "%s", value);
    } else if ((value = value_of(word, "organization"))) {
        snprintf(row->organization, sizeof row->organization, "%s", value);
    }
}

static struct slurm_account *assoc_of(struct fake *fake, const char *name) {
    for (size_t i = 0; i < fake->assoc.n; i++) {
        if (strcmp(fake->assoc.row[i].name, name) == 0 && fake->assoc.row[i].user[0] == '\0') {
            return &fake->assoc.row[i];
        }
    }
    fail_msg("no account %s", name);
    return NULL;
}

static maru_status obey(void *context, const char *const word[], maru_error *err) {
    struct fake *fake = context;
    (void)err;
    fake->n_order++;
    for (size_t i = 3; word[i]; i++) {
        text_addf(&fake->told, "%s%s", i > 3 ? " " : "", word[i]);
    }
    text_addz(&fake->told, "\n");
    if (strcmp(word[3] ? word[3] : "", "modify") == 0) {
        struct slurm_account *row = assoc_of(fake, word_of(word[6], "name"));
        for (size_t i = 9; word[i]; i++) {
            set_one(row, word[i]);
        }
        return MARU_OK;
    }
    struct slurm_account *assoc = push(&fake->assoc);
    if (strcmp(word[4] ? word[4] : "", "user") == 0) {
        snprintf(assoc->user, sizeof assoc->user, "%s", word[5]);
        snprintf(assoc->name, sizeof assoc->name, "%s", word_of(word[7], "account"));
        return MARU_OK;
    }
    struct slurm_account *account = push(&fake->account);
    snprintf(assoc->name, sizeof assoc->name, "%s", word[5]);
    snprintf(account->name, sizeof account->name, "%s", word[5]);
    for (size_t i = 6; word[i]; i++) {
        set_one(assoc, word[i]);
        set_one(account, word[i]);
    }
    return MARU_OK;
}

static maru_status plan(struct fake *fake, const struct executor_account *want, size_t n,
                        maru_error *err) {
    const struct slurm_accounts_now now = {"maru", "west", "robot", &fake->account, &fake->assoc};
    // The plan looks at what was there when it was made.
    struct slurm_accounts account = fake->account, assoc = fake->assoc;
    struct slurm_account *rows = malloc((account.n + 1) * sizeof *rows);
    struct slurm_account *others = malloc((assoc.n + 1) * sizeof *others);
    assert_true(rows && others);
    if (account.n > 0) {
        memcpy(rows, account.row, account.n * sizeof *rows);
    }
    if (assoc.n > 0) {
        memcpy(others, assoc.row, assoc.n * sizeof *others);
    }
    account.row = rows;
    assoc.row = others;
    struct slurm_accounts_now then = now;
    then.account = &account;
    then.assoc = &assoc;
    fake->n_order = 0;
    text_clear(&fake->told);
    const maru_status st = slurm_plan_accounts(&then, want, n, obey, fake, err);
    free(rows);
    free(others);
    return st;
}

static void fini(struct fake *fake) {
    free(fake->account.row);
    free(fake->assoc.row);
    text_fini(&fake->told);
}

static const struct executor_limit eight = {"h100", 8}, none = {"h100", UINT32_MAX};

// The law: whatever there was, a plan that was carried out leaves nothing to do.
static void a_second_plan_is_empty(void **state) {
    struct executor_account want[] = {
        {.tenant = "vision",
         .project = "",
         .weight = 2000,
         .limit = &eight,
         .n_limit = 1,
         .max_running = 5},
        {.tenant = "vision",
         .project = "base",
         .weight = 1000,
         .limit = &none,
         .n_limit = 1,
         .job_max_us = INT64_C(3600000000)},
        {.tenant = "speech",
         .project = "",
         .weight = 1,
         .limit = &none,
         .n_limit = 1,
         .job_max_gpus = 4},
        {.tenant = "speech", .project = "base", .weight = 1000, .limit = &eight, .n_limit = 1},
    };
    struct fake fake = {.n_order = 0};
    maru_error err = {0};
    (void)state;
    text_init(&fake.told, 1 << 16);
    assert_int_equal(plan(&fake, want, 4, &err), MARU_OK);
    assert_string_equal(
        fake.told.bytes,
        "add account maru cluster=west description=maru organization=maru\n"
        "add account maru_vision cluster=west parent=maru fairshare=2000 description=maru "
        "organization=maru\n"
        "modify account where name=maru_vision cluster=west set GrpJobs=5 GrpTRES=gres/gpu:h100=8\n"
        "add account maru_vision_base cluster=west parent=maru_vision fairshare=1000 "
        "description=maru organization=maru\n"
        "modify account where name=maru_vision_base cluster=west set MaxWall=62\n"
        "add user robot cluster=west account=maru_vision_base\n"
        "add account maru_speech cluster=west parent=maru fairshare=1 description=maru "
        "organization=maru\n"
        "modify account where name=maru_speech cluster=west set MaxTRES=gres/gpu=4\n"
        "add account maru_speech_base cluster=west parent=maru_speech fairshare=1000 "
        "description=maru organization=maru\n"
        "modify account where name=maru_speech_base cluster=west set GrpTRES=gres/gpu:h100=8\n"
        "add user robot cluster=west account=maru_speech_base\n");
    assert_int_equal(plan(&fake, want, 4, &err), MARU_OK);
    assert_int_equal(fake.n_order, 0);
    want[0].limit = &none; // a limit that goes, a weight, a job that may take longer
    want[1].weight = 3;
    want[1].job_max_us = 0;
    assert_int_equal(plan(&fake, want, 4, &err), MARU_OK);
    assert_string_equal(
        fake.told.bytes,
        "modify account where name=maru_vision cluster=west set GrpTRES=gres/gpu:h100=-1\n"
        "modify account where name=maru_vision_base cluster=west set fairshare=3 MaxWall=-1\n");
    assert_int_equal(plan(&fake, want, 4, &err), MARU_OK);
    assert_int_equal(fake.n_order, 0);
    fini(&fake);
}

static void others_are_not_touched(void **state) {
    const struct executor_account want[] = {{.tenant = "vision", .project = "", .weight = 1}};
    struct fake fake = {.n_order = 0};
    maru_error err = {0};
    (void)state;
    text_init(&fake.told, 1 << 16);
    snprintf(push(&fake.account)->name, SLURM_ACCOUNT_BYTES,
             "maru_vision"); // without our organization
    snprintf(push(&fake.assoc)->name, SLURM_ACCOUNT_BYTES, "maru_vision");
    assert_int_equal(plan(&fake, want, 1, &err), MARU_E_INPUT);
    assert_null(strstr(fake.told.bytes, "maru_vision"));
    assert_int_equal(plan(&fake, want, 0, &err), MARU_OK); // nobody: nothing
    assert_int_equal(fake.n_order, 0);
    fini(&fake);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_plan_is_empty),
        cmocka_unit_test(others_are_not_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
