#include "io/executor/slurm_account_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/executor/slurm_script.h"

// An account is made with its share alone; limits follow in an order of their own, so that a cluster which does not count a type of GPU
// (AccountingStorageTRES) has its accounts all the same. Of limits only those are set that are other than they should be; those of
// things that maru does not know (memory, licenses) stay as somebody has set them.

enum { MINUTE_S = 60, SLACK_MINUTES = 2 };

static const struct slurm_account *find(const struct slurm_accounts *rows, const char *name,
                                        const char *user) {
    for (size_t i = 0; i < rows->n; i++) {
        if (strcmp(rows->row[i].name, name) == 0 && strcmp(rows->row[i].user, user) == 0) {
            return &rows->row[i];
        }
    }
    return NULL;
}

struct planning {
    const struct slurm_accounts_now *now;
    slurm_see_order see;
    void *context;
    struct slurm_order order;
};

static maru_status give(struct planning *plan, maru_error *err) {
    return plan->order.is_whole ? plan->see(plan->context, plan->order.word, err)
                                : fail(err, MARU_E_INPUT,
                                       "an account has a name or limits that "
                                       "are too long for Slurm");
}

// The account itself, below its parent; one of the same name that is not ours is refused.
static maru_status plan_account(struct planning *plan, const char *name, const char *parent,
                                uint32_t weight, maru_error *err) {
    const struct slurm_accounts_now *now = plan->now;
    const struct slurm_account *known = find(now->account, name, "");
    if (known && strcmp(known->organization, now->mark) != 0) {
        return fail(err, MARU_E_INPUT,
                    "Slurm's account %s is somebody else's: its organization is %s, not %s", name,
                    known->organization, now->mark);
    }
    if (known && find(now->assoc, name, "")) {
        return MARU_OK;
    }
    slurm_order_begin(&plan->order, "add", "account");
    slurm_order_add(&plan->order, "%s", name);
    slurm_order_add(&plan->order, "cluster=%s", now->cluster);
    if (parent) {
        slurm_order_add(&plan->order, "parent=%s", parent);
        slurm_order_add(&plan->order, "fairshare=%u", weight > 0 ? weight : 1);
    }
    slurm_order_add(&plan->order, "description=%s", now->mark);
    slurm_order_add(&plan->order, "organization=%s", now->mark);
    return give(plan, err);
}

static void set_count(struct slurm_order *order, const char *key, int64_t is, int64_t wanted) {
    if (is != wanted) {
        slurm_order_add(order, "%s=%" PRId64, key, wanted);
    }
}

static int64_t or_none(int64_t value) { return value > 0 ? value : -1; }

// Slurm is asked for whole minutes, and for a little more than a launch may take (slurm_script.c).
static int64_t wall_minutes(int64_t job_max_us) {
    return job_max_us > 0 ? (job_max_us + 59999999) / 60000000 + SLACK_MINUTES : -1;
}

static maru_status plan_limits(struct planning *plan, const char *name,
                               const struct executor_account *want, maru_error *err) {
    static const struct slurm_account none = {.share = -1, .max_running = -1, .max_wall_s = -1};
    const struct slurm_account *is = find(plan->now->assoc, name, "");
    struct slurm_order *order = &plan->order;
    slurm_order_begin(order, "modify", "account");
    slurm_order_add(order, "where");
    slurm_order_add(order, "name=%s", name);
    slurm_order_add(order, "cluster=%s", plan->now->cluster);
    slurm_order_add(order, "set");
    const size_t n_before = order->n;
    if (is) { // a new one has its share
        set_count(order, "fairshare", is->share, want->weight > 0 ? want->weight : 1);
    }
    is = is ? is : &none;
    set_count(order, "GrpJobs", is->max_running, or_none(want->max_running));
    const int64_t minutes = is->max_wall_s < 0 ? -1 : is->max_wall_s / MINUTE_S;
    set_count(order, "MaxWall", minutes, wall_minutes(want->job_max_us));
    const int64_t most = or_none(want->job_max_gpus);
    if (slurm_tres_of(is->job, "gres/gpu") != most) {
        slurm_order_add(order, "MaxTRES=gres/gpu=%" PRId64, most);
    }
    char group[SLURM_ORDER_WORD_BYTES] = "";
    for (size_t i = 0; i < want->n_limit; i++) {
        slurm_tres_add(group, sizeof group, is->group, &want->limit[i]);
    }
    if (group[0] != '\0') {
        slurm_order_add(order, "GrpTRES=%s", group);
    }
    return order->n > n_before ? give(plan, err) : MARU_OK;
}

static maru_status plan_user(struct planning *plan, const char *name, maru_error *err) {
    if (find(plan->now->assoc, name, plan->now->user)) {
        return MARU_OK;
    }
    slurm_order_begin(&plan->order, "add", "user");
    slurm_order_add(&plan->order, "%s", plan->now->user);
    slurm_order_add(&plan->order, "cluster=%s", plan->now->cluster);
    slurm_order_add(&plan->order, "account=%s", name);
    return give(plan, err);
}

static maru_status plan_one(struct planning *plan, const struct executor_account *want,
                            maru_error *err) {
    char name[SLURM_ACCOUNT_BYTES], parent[SLURM_ACCOUNT_BYTES];
    const char *mark = plan->now->mark;
    const bool is_project = want->project && want->project[0];
    snprintf(parent, sizeof parent, "%s", mark);
    if (!slurm_account_name(mark, want->tenant, want->project, name, sizeof name) ||
        (is_project && !slurm_account_name(mark, want->tenant, NULL, parent, sizeof parent))) {
        return fail(err, MARU_E_INPUT,
                    "Slurm has no account for tenant %.60s, project %.60s: letters, digits and - "
                    "are possible",
                    want->tenant, is_project ? want->project : "");
    }
    maru_status st = plan_account(plan, name, parent, want->weight, err);
    st = st == MARU_OK ? plan_limits(plan, name, want, err) : st;
    return st == MARU_OK && is_project ? plan_user(plan, name, err) : st;
}

maru_status slurm_plan_accounts(const struct slurm_accounts_now *now,
                                const struct executor_account *want, size_t n, slurm_see_order see,
                                void *context, maru_error *err) {
    struct planning plan = {.now = now, .see = see, .context = context};
    maru_status st = n > 0 ? plan_account(&plan, now->mark, NULL, 0, err) : MARU_OK;
    for (size_t i = 0; i < n && st == MARU_OK; i++) {
        st = plan_one(&plan, &want[i], err);
    }
    return st;
}
