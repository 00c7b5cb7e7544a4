#include "io/executor/slurm_qos_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/text.h"

// A small sacctmgr of our own, as in slurm_account_plan_test.c: QOS with what orders say of them, and of each account what it may use, which
// those below inherit.

enum { MAX_QOS = 32, TENANTS = 4 };

struct fake {
    struct slurm_qos qos[MAX_QOS];
    struct slurm_allowed allowed[2 * TENANTS + 2];
    size_t n_qos, n_allowed, n_order;
    const char *used; // a QOS that a job has; NULL: none
    struct text told;
};

static const char *value_of(const char *word, const char *key) {
    const size_t n = strlen(key);
    return word && strncmp(word, key, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static void add_word(char *list, size_t cap, const char *word, size_t n_word) {
    const size_t n = strlen(list);
    char one[256];
    snprintf(one, sizeof one, "%.*s", (int)n_word, word);
    if (!slurm_list_has(list, one)) {
        snprintf(list + n, cap - n, "%s%s", n > 0 ? "," : "", one);
    }
}

static void remove_word(char *list, const char *word) {
    char left[SLURM_LIST_BYTES] = "";
    for (const char *at = list; *at != '\0';) {
        const size_t n = strcspn(at, ",");
        if (n != strlen(word) || strncmp(at, word, n) != 0) {
            add_word(left, sizeof left, at, n);
        }
        at += n + (at[n] == ',');
    }
    memcpy(list, left, strlen(left) + 1);
}

static void set_group(char *group, size_t cap, const char *value) {
    for (const char *at = value; *at != '\0';) {
        const size_t n = strcspn(at, ","), n_name = strcspn(at, "=");
        char name[128], left[SLURM_TRES_BYTES] = "";
        snprintf(name, sizeof name, "%.*s", (int)n_name, at);
        for (const char *old = group; *old != '\0';) {
            const size_t m = strcspn(old, ",");
            if (strncmp(old, name, n_name) != 0 || old[n_name] != '=') {
                add_word(left, sizeof left, old, m);
            }
            old += m + (old[m] == ',');
        }
        snprintf(group, cap, "%s", left);
        if (strncmp(at + n_name, "=-1", 3) != 0) {
            add_word(group, cap, at, n);
        }
        at += n + (at[n] == ',');
    }
}

static struct slurm_qos *qos_of(struct fake *fake, const char *name) {
    for (size_t i = 0; i < fake->n_qos; i++) {
        if (strcmp(fake->qos[i].name, name) == 0) {
            return &fake->qos[i];
        }
    }
    fail_msg("no QOS %s", name);
    abort(); // unreached, which not every reader of code knows
}

static void set_one(struct fake *fake, struct slurm_qos *row, const char *word) {
    const char *value = NULL;
    if ((value = value_of(word, "description"))) {
        snprintf(row->description, sizeof row->description, "%s", value);
    } else if ((value = value_of(word, "GrpTRES"))) {
        set_group(row->group, sizeof row->group, value);
    } else if ((value = value_of(word, "GraceTime"))) {
        row->grace_s = strtol(value, NULL, 10);
    } else if ((value = value_of(word, "PreemptMode"))) {
        snprintf(row->mode, sizeof row->mode, "%s", value);
    } else if ((value = value_of(word, "Preempt")) || (value = value_of(word, "Preempt+"))) {
        (void)qos_of(fake, value); // sacctmgr refuses one that is not there
        add_word(row->preempt, sizeof row->preempt, value, strlen(value));
    } else if ((value = value_of(word, "Preempt-"))) {
        remove_word(row->preempt, value);
    } else {
        assert_non_null(value_of(word, "priority"));
    }
}

static void allow(struct fake *fake, const char *account, const char *list) {
    const bool is_all = strcmp(account, "maru") == 0;
    const size_t n_account = strlen(account);
    for (size_t i = 0; i < fake->n_allowed; i++) {
        struct slurm_allowed *row = &fake->allowed[i];
        const bool is_below = strncmp(row->account, account, n_account) == 0 &&
                              (row->account[n_account] == '_' || row->account[n_account] == '\0');
        for (const char *at = list; (is_all || is_below) && *at != '\0';) {
            const size_t n = strcspn(at, ",");
            add_word(row->qos, sizeof row->qos, at, n);
            at += n + (at[n] == ',');
        }
    }
}

static void delete_qos(struct fake *fake, const char *name) {
    struct slurm_qos *gone = qos_of(fake, name);
    *gone = fake->qos[--fake->n_qos];
    for (size_t i = 0; i < fake->n_allowed; i++) {
        remove_word(fake->allowed[i].qos, name);
    }
    for (size_t i = 0; i < fake->n_qos; i++) {
        remove_word(fake->qos[i].preempt, name);
    }
}

static maru_status obey(void *context, const char *const word[], maru_error *err) {
    struct fake *fake = context;
    (void)err;
    fake->n_order++;
    for (size_t i = 3; word[i]; i++) {
        text_addf(&fake->told, "%s%s", i > 3 ? " " : "", word[i]);
    }
    text_addz(&fake->told, "\n");
    const char *verb = word[3] ? word[3] : "", *what = verb[0] && word[4] ? word[4] : "";
    if (strcmp(verb, "add") == 0) {
        assert_true(fake->n_qos < MAX_QOS);
        struct slurm_qos *row = &fake->qos[fake->n_qos++];
        *row = (struct slurm_qos){.grace_s = 0, .mode = "cluster"};
        snprintf(row->name, sizeof row->name, "%s", word[5]);
        for (size_t i = 6; word[i]; i++) {
            set_one(fake, row, word[i]);
        }
    } else if (strcmp(verb, "delete") == 0) {
        delete_qos(fake, value_of(word[6], "name"));
    } else if (strcmp(what, "qos") == 0) {
        struct slurm_qos *row = qos_of(fake, value_of(word[6], "name"));
        for (size_t i = 8; word[i]; i++) {
            set_one(fake, row, word[i]);
        }
    } else {
        allow(fake, value_of(word[6], "name"), value_of(word[9], "QosLevel+"));
    }
    return MARU_OK;
}

static bool is_used(void *context, const char *qos) {
    const char *const *used = context;
    return *used && strcmp(*used, qos) == 0;
}

static maru_status plan(struct fake *fake, const struct executor_guarantees *want,
                        maru_error *err) {
    struct fake before = *fake; // the plan looks at what was there when it was made
    const struct slurm_qos_now now = {.qos = before.qos,
                                      .allowed = before.allowed,
                                      .n_qos = before.n_qos,
                                      .n_allowed = before.n_allowed};
    const struct slurm_qos_asked asked = {"maru", "west", &now, is_used, &before.used};
    fake->n_order = 0;
    text_clear(&fake->told);
    return slurm_plan_qos(&asked, want, obey, fake, err);
}

static void begin(struct fake *fake) {
    static const char *const names[] = {"maru",         "maru_t0",      "maru_t0_base",
                                        "maru_t1",      "maru_t1_base", "maru_t2",
                                        "maru_t2_base", "maru_t3",      "maru_t3_base"};
    *fake = (struct fake){.n_order = 0};
    text_init(&fake->told, 1 << 16);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(fake->allowed[fake->n_allowed++].account, SLURM_ACCOUNT_BYTES, "%s", names[i]);
    }
}

static const struct executor_limit eight[] = {{"h100", 8}, {"", 8}}, six[] = {{"h100", 6}, {"", 6}},
                                   two[] = {{"h100", 2}, {"", 2}};

static void what_is_ordered(void **state) {
    const struct executor_guarantee row[] = {{"t0", "", six, 2}, {"t0", "base", two, 2}};
    struct executor_guarantees want = {.row = row,
                                       .n = 2,
                                       .loose = eight,
                                       .n_loose = 2,
                                       .grace_us = 7500000,
                                       .is_taken_back = true};
    struct fake fake;
    maru_error err = {0};
    (void)state;
    begin(&fake);
    assert_int_equal(plan(&fake, &(struct executor_guarantees){.n = 0}, &err), MARU_OK);
    assert_int_equal(fake.n_order, 0); // nobody is guaranteed anything: no QOS at all
    assert_int_equal(plan(&fake, &want, &err), MARU_OK);
    assert_string_equal(
        fake.told.bytes,
        "add qos maru-borrow description=maru:maru-borrow priority=0 GraceTime=8 "
        "PreemptMode=cancel\n"
        "add qos maru-firm description=maru:maru-firm priority=0 "
        "GrpTRES=gres/gpu:h100=8,gres/gpu=8\n"
        "add qos maru_t0 description=maru:maru_t0 priority=1000 GrpTRES=gres/gpu:h100=6,gres/gpu=6 "
        "Preempt=maru-borrow\n"
        "add qos maru_t0_base description=maru:maru_t0_base priority=1000 "
        "GrpTRES=gres/gpu:h100=2,gres/gpu=2 "
        "Preempt=maru-borrow\n"
        "modify account where name=maru cluster=west set QosLevel+=maru-borrow,maru-firm\n"
        "modify account where name=maru_t0 cluster=west set QosLevel+=maru_t0\n"
        "modify account where name=maru_t0_base cluster=west set QosLevel+=maru_t0_base\n");
    assert_int_equal(plan(&fake, &want, &err), MARU_OK);
    assert_int_equal(fake.n_order, 0);
    want.n = 1; // the project's goes once no job has it
    want.is_taken_back = false;
    fake.used = "maru_t0_base";
    assert_int_equal(plan(&fake, &want, &err), MARU_OK);
    assert_string_equal(fake.told.bytes,
                        "modify qos where name=maru_t0 set Preempt-=maru-borrow\n");
    fake.used = NULL;
    assert_int_equal(plan(&fake, &want, &err), MARU_OK);
    assert_string_equal(fake.told.bytes, "delete qos where name=maru_t0_base\n");
    text_fini(&fake.told);
}

// The law: whatever there was and whatever is wanted, a plan that was carried out leaves nothing to do; QOS of others stay as they are.
static void a_second_plan_is_empty(void **state) {
    static const char *const tenant[TENANTS] = {"t0", "t1", "t2", "t3"};
    static const struct executor_limit *const limit[] = {two, six, eight};
    struct fake fake;
    uint64_t luck = 0;
    size_t n_all = 0;
    (void)state;
    begin(&fake);
    const struct slurm_qos others = {
        .name = "maru_lab", .description = "the lab's", .group = "cpu=4", .grace_s = 3};
    fake.qos[fake.n_qos++] = others;
    for (int round = 0; round < 300; round++) {
        struct executor_guarantee row[2 * TENANTS];
        struct executor_guarantees want = {.row = row, .loose = two, .n_loose = 2};
        const uint64_t bits = random_at(3, 1, luck++).word[0];
        maru_error err = {0};
        for (size_t i = 0; i < 2 * (size_t)TENANTS; i++) {
            if (bits >> i & 1) {
                row[want.n++] = (struct executor_guarantee){tenant[i / 2], i % 2 ? "base" : "",
                                                            limit[(bits >> (8 + i)) % 3], 2};
            }
        }
        want.grace_us = (int64_t)(bits >> 20 & 3) * 1000000;
        want.is_taken_back = bits >> 22 & 1;
        assert_int_equal(plan(&fake, &want, &err), MARU_OK);
        n_all += fake.n_order;
        assert_int_equal(plan(&fake, &want, &err), MARU_OK);
        if (fake.n_order > 0) {
            fail_msg("round %d: %s", round, fake.told.bytes);
        }
        assert_int_equal(fake.n_qos, want.n > 0 ? want.n + 3 : 1);
        assert_memory_equal(qos_of(&fake, "maru_lab"), &others, sizeof others);
    }
    assert_true(n_all > 1000);
    text_fini(&fake.told);
}

static void others_are_not_touched(void **state) {
    const struct executor_guarantee row[] = {{"t0", "", two, 2}};
    const struct executor_guarantees want = {.row = row, .n = 1, .loose = two, .n_loose = 2};
    struct fake fake;
    maru_error err = {0};
    (void)state;
    begin(&fake);
    fake.qos[fake.n_qos++] = (struct slurm_qos){.name = "maru_t0", .description = "maru"};
    assert_int_equal(plan(&fake, &want, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, "maru_t0 is somebody else's"));
    assert_null(strstr(fake.told.bytes, "maru_t0"));
    text_fini(&fake.told);
}

static const char qos_text[] = "normal|00:00:00||cluster||Normal | default\n"
                               "maru-borrow|1-00:00:08||cancel||maru\n"
                               "maru_a|odd|maru-borrow,x|cluster|gres/gpu=8,cpu=4|of|others\n"
                               "marux|00:00:00||cluster||maru\n";
static const char allowed_text[] = "root||normal\n"
                                   "maru||normal,maru-borrow\n"
                                   "maru_a||x,maru_a,marux,maru-borrow\n"
                                   "maru_a|robot|maru_a\n"
                                   "marux||maru_a\n";

// Only what may be ours is kept; each text cut within a line is refused.
static void lists_are_read(void **state) {
    struct slurm_qos_now now = {0};
    maru_error err = {0};
    (void)state;
    assert_int_equal(slurm_read_qos_list(qos_text, sizeof qos_text - 1, "maru", &now, &err),
                     MARU_OK);
    assert_int_equal(
        slurm_read_allowed_list(allowed_text, sizeof allowed_text - 1, "maru", &now, &err),
        MARU_OK);
    assert_int_equal(now.n_qos, 2);
    assert_string_equal(now.qos[0].name, "maru-borrow");
    assert_int_equal(now.qos[0].grace_s, 86408);
    assert_string_equal(now.qos[0].mode, "cancel");
    assert_string_equal(now.qos[1].description, "of|others");
    assert_int_equal(now.qos[1].grace_s, -1);
    assert_true(slurm_list_has(now.qos[1].preempt, "maru-borrow") &&
                !slurm_list_has(now.qos[1].preempt, "maru"));
    assert_int_equal(now.n_allowed, 2);
    assert_string_equal(now.allowed[0].qos, "maru-borrow");
    assert_string_equal(now.allowed[1].qos, "maru_a,maru-borrow");
    slurm_qos_fini(&now);
    for (size_t n = 0; n < sizeof qos_text - 1; n++) {
        const bool is_whole = n == 0 || qos_text[n - 1] == '\n';
        const maru_status st = slurm_read_qos_list(qos_text, n, "maru", &now, &err);
        assert_int_equal(st, is_whole ? MARU_OK : MARU_E_INPUT);
        slurm_qos_fini(&now);
    }
}

static void see_lack(void *context, const char *sentence) {
    size_t *n = context;
    assert_true(sentence[0] != '\0');
    ++*n;
}

static size_t lacks_of(const char *config) {
    size_t n = 0;
    slurm_each_lack(config, strlen(config), see_lack, &n);
    return n;
}

static void settings_are_told(void **state) {
    (void)state;
    assert_int_equal(lacks_of("PreemptType             = preempt/qos\n"
                              "SlurmctldParameters     = a,preempt_send_user_signal\n"
                              "AccountingStorageEnforce = associations,limits,qos\n"
                              "PriorityWeightQOS       = 1000\n"),
                     0);
    assert_int_equal(lacks_of("PreemptType             = preempt/none\n"
                              "SlurmctldParameters     = (null)\n"
                              "AccountingStorageEnforce = associations\n"
                              "PriorityWeightQOS       = 0\n"),
                     4);
    assert_int_equal(lacks_of(""), 0);
    assert_int_equal(lacks_of("PreemptTypeX = a\nPreemptType"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_ordered),        cmocka_unit_test(a_second_plan_is_empty),
        cmocka_unit_test(others_are_not_touched), cmocka_unit_test(lists_are_read),
        cmocka_unit_test(settings_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
