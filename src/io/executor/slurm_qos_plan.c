#include "io/executor/slurm_qos_plan.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/status.h"
#include "io/executor/slurm_script.h"

// What is borrowed comes first, since the others name it. A QOS is made with all that it has; of one that is there only what is other than it
// should be is set.

enum { PRIORITY_INSIDE = 1000, PRIORITY_BESIDE = 0 };

struct planning {
    const struct slurm_qos_asked *asked;
    const struct executor_guarantees *want;
    slurm_see_order see;
    void *context;
    char borrow[LAUNCH_QOS_BYTES], firm[LAUNCH_QOS_BYTES];
    struct slurm_order order;
};

void slurm_firm_name(const char *mark, char out[LAUNCH_QOS_BYTES]) {
    snprintf(out, LAUNCH_QOS_BYTES, "%.*s-firm", SLURM_MARK_BYTES, mark);
}

static maru_status give(struct planning *plan, maru_error *err) {
    return plan->order.is_whole ? plan->see(plan->context, plan->order.word, err)
                                : fail(err, MARU_E_INPUT,
                                       "an account has a name or limits that "
                                       "are too long for Slurm");
}

static const struct slurm_qos *find_qos(const struct planning *plan, const char *name) {
    const struct slurm_qos_now *now = plan->asked->now;
    for (size_t i = 0; i < now->n_qos; i++) {
        if (strcmp(now->qos[i].name, name) == 0) {
            return &now->qos[i];
        }
    }
    return NULL;
}

static bool is_ours(const struct planning *plan, const struct slurm_qos *qos) {
    const size_t n = strlen(plan->asked->mark);
    return strncmp(qos->description, plan->asked->mark, n) == 0 && qos->description[n] == ':' &&
           strcmp(qos->description + n + 1, qos->name) == 0;
}

struct shape { // of a QOS
    const char *name;
    const struct executor_limit *limit; // (n_limit)
    size_t n_limit;
    int priority;
    bool is_borrowed, has_back;
};

static void add_shape(struct planning *plan, const struct shape *shape,
                      const struct slurm_qos *is) {
    struct slurm_order *order = &plan->order;
    char group[SLURM_ORDER_WORD_BYTES] = "";
    const int64_t grace_s = (plan->want->grace_us + 999999) / 1000000;
    for (size_t i = 0; i < shape->n_limit; i++) {
        slurm_tres_add(group, sizeof group, is->group, &shape->limit[i]);
    }
    if (group[0] != '\0') {
        slurm_order_add(order, "GrpTRES=%s", group);
    }
    if (shape->is_borrowed && is->grace_s != grace_s) {
        slurm_order_add(order, "GraceTime=%lld", (long long)grace_s);
    }
    if (shape->is_borrowed && strcasecmp(is->mode, "cancel") != 0) {
        slurm_order_add(order, "PreemptMode=cancel");
    }
    if (shape->has_back != slurm_list_has(is->preempt, plan->borrow)) {
        slurm_order_add(order, "Preempt%s=%s",
                        !shape->has_back ? "-"
                        : is->preempt[0] ? "+"
                                         : "",
                        plan->borrow);
    }
}

static maru_status plan_shape(struct planning *plan, const struct shape *shape, maru_error *err) {
    static const struct slurm_qos none = {.grace_s = -1};
    const struct slurm_qos *is = find_qos(plan, shape->name);
    if (is && !is_ours(plan, is)) {
        return fail(err, MARU_E_INPUT,
                    "Slurm's QOS %s is somebody else's: its description is %.60s, not %s:%s",
                    shape->name, is->description, plan->asked->mark, shape->name);
    }
    if (is) {
        slurm_order_begin(&plan->order, "modify", "qos");
        slurm_order_add(&plan->order, "where");
        slurm_order_add(&plan->order, "name=%s", shape->name);
        slurm_order_add(&plan->order, "set");
        const size_t n_before = plan->order.n;
        add_shape(plan, shape, is);
        return plan->order.n > n_before ? give(plan, err) : MARU_OK;
    }
    slurm_order_begin(&plan->order, "add", "qos");
    slurm_order_add(&plan->order, "%s", shape->name);
    slurm_order_add(&plan->order, "description=%s:%s", plan->asked->mark, shape->name);
    slurm_order_add(&plan->order, "priority=%d", shape->priority);
    add_shape(plan, shape, &none);
    return give(plan, err);
}

static bool name_row(const struct planning *plan, const struct executor_guarantee *row,
                     char out[LAUNCH_QOS_BYTES]) {
    return slurm_account_name(plan->asked->mark, row->tenant, row->project, out, LAUNCH_QOS_BYTES);
}

static maru_status plan_shapes(struct planning *plan, maru_error *err) {
    const struct executor_guarantees *want = plan->want;
    maru_status st = plan_shape(
        plan,
        &(struct shape){.name = plan->borrow, .priority = PRIORITY_BESIDE, .is_borrowed = true},
        err);
    st = st == MARU_OK ? plan_shape(plan,
                                    &(struct shape){.name = plan->firm,
                                                    .limit = want->loose,
                                                    .n_limit = want->n_loose,
                                                    .priority = PRIORITY_BESIDE},
                                    err)
                       : st;
    for (size_t i = 0; i < want->n && st == MARU_OK; i++) {
        char name[LAUNCH_QOS_BYTES];
        if (!name_row(plan, &want->row[i], name)) {
            return fail(err, MARU_E_INPUT,
                        "Slurm has no account for tenant %.60s, project %.60s: letters, digits and "
                        "- are possible",
                        want->row[i].tenant, want->row[i].project ? want->row[i].project : "");
        }
        const struct shape shape = {.name = name,
                                    .limit = want->row[i].limit,
                                    .n_limit = want->row[i].n_limit,
                                    .priority = PRIORITY_INSIDE,
                                    .has_back = want->is_taken_back};
        st = plan_shape(plan, &shape, err);
    }
    return st;
}

// What an account may use, as far as it is not so.
static maru_status plan_allowed(struct planning *plan, const char *account, const char *list,
                                const char *const name[], maru_error *err) {
    char missing[3 * LAUNCH_QOS_BYTES] = "";
    for (size_t i = 0, n = 0; name[i]; i++) {
        if (!slurm_list_has(list, name[i])) {
            n += (size_t)snprintf(missing + n, sizeof missing - n, "%s%s", n > 0 ? "," : "",
                                  name[i]);
        }
    }
    if (missing[0] == '\0') {
        return MARU_OK;
    }
    slurm_order_begin(&plan->order, "modify", "account");
    slurm_order_add(&plan->order, "where");
    slurm_order_add(&plan->order, "name=%s", account);
    slurm_order_add(&plan->order, "cluster=%s", plan->asked->cluster);
    slurm_order_add(&plan->order, "set");
    slurm_order_add(&plan->order, "QosLevel+=%s", missing);
    return give(plan, err);
}

static bool is_wanted(const struct planning *plan, const char *name) {
    char its[LAUNCH_QOS_BYTES];
    if (plan->want->n > 0 && (strcmp(name, plan->borrow) == 0 || strcmp(name, plan->firm) == 0)) {
        return true;
    }
    for (size_t i = 0; i < plan->want->n; i++) {
        if (name_row(plan, &plan->want->row[i], its) && strcmp(its, name) == 0) {
            return true;
        }
    }
    return false;
}

// The account above all inherits what it has to those below; one that has a list of its own is told itself, which is seen the next time.
static maru_status plan_accounts(struct planning *plan, maru_error *err) {
    const struct slurm_qos_now *now = plan->asked->now;
    const char *const beside[] = {plan->borrow, plan->firm, NULL};
    bool has_all = false;
    maru_status st = MARU_OK;
    for (size_t i = 0; i < now->n_allowed && st == MARU_OK; i++) {
        const struct slurm_allowed *row = &now->allowed[i];
        if (strcmp(row->account, plan->asked->mark) == 0) {
            has_all =
                slurm_list_has(row->qos, plan->borrow) && slurm_list_has(row->qos, plan->firm);
            st = plan_allowed(plan, row->account, row->qos, beside, err);
        }
    }
    for (size_t i = 0; i < now->n_allowed && st == MARU_OK; i++) {
        const struct slurm_allowed *row = &now->allowed[i];
        // The QOS of a guarantee is called as the account that has it.
        const bool has_own =
            strcmp(row->account, plan->asked->mark) != 0 && is_wanted(plan, row->account);
        const char *const own[] = {row->account, NULL};
        st = has_all ? plan_allowed(plan, row->account, row->qos, beside, err) : st;
        st = st == MARU_OK && has_own ? plan_allowed(plan, row->account, row->qos, own, err) : st;
    }
    return st;
}

static maru_status plan_removals(struct planning *plan, maru_error *err) {
    const struct slurm_qos_asked *asked = plan->asked;
    maru_status st = MARU_OK;
    for (size_t i = 0; i < asked->now->n_qos && st == MARU_OK; i++) {
        const struct slurm_qos *row = &asked->now->qos[i];
        if (is_ours(plan, row) && !is_wanted(plan, row->name) &&
            !asked->is_used(asked->context, row->name)) {
            slurm_order_begin(&plan->order, "delete", "qos");
            slurm_order_add(&plan->order, "where");
            slurm_order_add(&plan->order, "name=%s", row->name);
            st = give(plan, err);
        }
    }
    return st;
}

maru_status slurm_plan_qos(const struct slurm_qos_asked *asked,
                           const struct executor_guarantees *want, slurm_see_order see,
                           void *context, maru_error *err) {
    struct planning plan = {.asked = asked, .want = want, .see = see, .context = context};
    slurm_borrow_name(asked->mark, plan.borrow);
    slurm_firm_name(asked->mark, plan.firm);
    maru_status st = want->n > 0 ? plan_shapes(&plan, err) : MARU_OK;
    st = st == MARU_OK && want->n > 0 ? plan_accounts(&plan, err) : st;
    return st == MARU_OK ? plan_removals(&plan, err) : st;
}
