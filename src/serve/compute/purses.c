#include "serve/compute/purses.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "serve/compute/compute_inside.h"
#include "serve/log.h"

// A look at a purse is one transaction: grants and budgets as they stand, a forecast with all that runs (pool/money/burn.h), charges up to
// now or to the last credit, warnings. The forecast stays exact until a run begins or ends or money changes, so the next look is at the
// next signal, the next change of a grant or a budget, or a minute later, so that a crash loses nothing: a charge goes on
// from where the last one that is kept has ended.

enum { MINUTE_US = 60000000, TRY_AGAIN_US = 5000000, PRICE_BYTES = 64 << 20 };

struct held {
    char account[JOB_MAX_PROJECT + 1]; // "": the tenant
};
struct purse {
    char tenant[STORE_TENANT_BYTES];
    bool is_touched; // look at it in the next turn
    bool is_money_new;
    bool is_on_credits;
    int64_t next_us;   // look then
    int64_t change_us; // a grant or a budget begins or ends then
    int64_t empty_us;
    struct held *held; // (n_held)
    size_t n_held, cap_held;
};

// ---- purses by tenant

static struct purse *find(const struct compute *compute, const char *tenant) {
    for (size_t i = 0; i < compute->n_purse; i++) {
        if (strcmp(compute->purse[i]->tenant, tenant) == 0) {
            return compute->purse[i];
        }
    }
    return NULL;
}

static struct purse *add(struct compute *compute, const char *tenant) {
    struct purse *made = alloc_new(1, sizeof *made);
    if (made && compute->n_purse == compute->cap_purse) {
        const size_t cap = compute->cap_purse ? compute->cap_purse * 2 : 16;
        struct purse **larger = alloc_resize(compute->purse, cap, sizeof(struct purse *));
        if (!larger) {
            alloc_free(made);
            return NULL;
        }
        compute->purse = larger;
        compute->cap_purse = cap;
    }
    if (made) {
        *made = (struct purse){.change_us = INT64_MAX, .empty_us = BURN_NEVER};
        snprintf(made->tenant, sizeof made->tenant, "%s", tenant);
        pthread_mutex_lock(&compute->lock);
        compute->purse[compute->n_purse++] = made;
        pthread_mutex_unlock(&compute->lock);
    }
    return made;
}

void purse_touch(struct compute *compute, const char *tenant) {
    struct purse *purse = find(compute, tenant);
    purse = purse ? purse : add(compute, tenant);
    if (purse) {
        purse->is_touched = true;
    } else {
        log_say(LOG_ERROR, "credits untold", "no memory");
    }
}

void purses_touch_all(struct compute *compute) {
    compute->is_priced = false;
    for (size_t i = 0; i < compute->n_job; i++) {
        if (!find(compute, compute->job[i]->tenant)) {
            purse_touch(compute, compute->job[i]->tenant);
        }
    }
    for (size_t i = 0; i < compute->n_purse; i++) {
        compute->purse[i]->is_touched = compute->purse[i]->is_money_new = true;
    }
}

void purse_remove(struct compute *compute, const char *tenant) {
    for (size_t i = 0; i < compute->n_purse; i++) {
        struct purse *purse = compute->purse[i];
        if (strcmp(purse->tenant, tenant) == 0) {
            pthread_mutex_lock(&compute->lock);
            compute->purse[i] = compute->purse[--compute->n_purse];
            pthread_mutex_unlock(&compute->lock);
            alloc_free(purse->held);
            alloc_free(purse);
            return;
        }
    }
}

void purses_free(struct compute *compute) {
    for (size_t i = 0; i < compute->n_purse; i++) {
        alloc_free(compute->purse[i]->held);
        alloc_free(compute->purse[i]);
    }
    alloc_free(compute->purse);
    arena_fini(&compute->price_arena);
}

// ---- holding

static bool is_held_itself(const struct purse *purse, const char *account) {
    for (size_t i = 0; purse && i < purse->n_held; i++) {
        if (strcmp(purse->held[i].account, account) == 0) {
            return true;
        }
    }
    return false;
}

bool purse_is_held(const struct compute *compute, const char *tenant, const char *project) {
    const struct purse *purse = find(compute, tenant);
    return is_held_itself(purse, "") || is_held_itself(purse, project);
}

static void hold_in_pool(struct compute *compute, const struct purse *purse) {
    const struct accounts *accounts = &compute->world->accounts;
    const size_t n = strlen(purse->tenant);
    const int64_t now_us = clock_unix_us();
    for (uint32_t i = 1; i < accounts->n; i++) {
        const char *name = accounts->row[i].name;
        if (strncmp(name, purse->tenant, n) == 0 && (name[n] == '\0' || name[n] == '/')) {
            pool_hold(compute->pool, now_us, i, is_held_itself(purse, name[n] ? name + n + 1 : ""));
        }
    }
}

void purses_hold(struct compute *compute) {
    pthread_mutex_lock(&compute->lock);
    for (size_t i = 0; i < compute->n_purse; i++) {
        hold_in_pool(compute, compute->purse[i]);
    }
    pthread_mutex_unlock(&compute->lock);
}

static void add_held(struct compute *compute, struct purse *purse, const char *account) {
    if (is_held_itself(purse, account)) {
        return;
    }
    pthread_mutex_lock(&compute->lock);
    if (purse->n_held == purse->cap_held) {
        const size_t cap = purse->cap_held ? purse->cap_held * 2 : 4;
        struct held *larger = alloc_resize(purse->held, cap, sizeof *larger);
        purse->held = larger ? larger : purse->held;
        purse->cap_held = larger ? cap : purse->cap_held;
    }
    if (purse->n_held < purse->cap_held) { // else it is held at the next look
        snprintf(purse->held[purse->n_held++].account, sizeof purse->held->account, "%s", account);
    }
    pthread_mutex_unlock(&compute->lock);
}

int64_t purses_next_us(const struct compute *compute) {
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < compute->n_purse; i++) {
        const struct purse *purse = compute->purse[i];
        next = purse->is_on_credits && purse->next_us < next ? purse->next_us : next;
    }
    return next;
}

// ---- prices

maru_status purse_load_prices(struct store *store, struct arena *arena, struct prices *out,
                              maru_error *err) {
    struct prices kept;
    maru_status st = store_load_prices(store, arena, &kept, err);
    struct price_line *line =
        st == MARU_OK ? arena_take(arena, (size_t)kept.n + 1, sizeof *line) : NULL;
    if (!line) {
        return st == MARU_OK ? arena_refusal(arena, err) : st;
    }
    uint32_t n = 0;
    bool is_free_first = kept.n > 0 && kept.n < PRICES_MAX_ROWS;
    for (uint32_t i = 0; i < kept.n_resource; i++) {
        for (uint32_t k = kept.first[i]; k < kept.first[i + 1]; k++) {
            line[n++] = (struct price_line){kept.name[i], kept.row[k].from_us, kept.row[k].an_hour};
            is_free_first = is_free_first && (i != PRICE_OTHER || kept.row[k].from_us > 0);
        }
    }
    if (is_free_first) {
        line[n++] = (struct price_line){"*", 0, {0, 0}};
    }
    return prices_make(line, n, arena, out, err);
}

maru_status purses_read_prices(struct compute *compute, maru_error *err) {
    struct arena arena;
    struct prices prices;
    arena_init(&arena, PRICE_BYTES);
    const maru_status st = purse_load_prices(compute->store, &arena, &prices, err);
    if (st != MARU_OK) {
        arena_fini(&arena);
        return st;
    }
    arena_fini(&compute->price_arena);
    compute->price_arena = arena;
    compute->prices = prices;
    compute->is_priced = true;
    return MARU_OK;
}

// ---- what runs costs

enum { MOST_TYPES = CLUSTER_MAX_TYPES + 1 };

struct cost_run {
    struct live_job *job;
    int64_t started_us, ended_us; // ended_us 0: it runs
    struct price_gpus gpus[MOST_TYPES];
    struct price_use use;
    int64_t base_us; // charged from then on: its start, or the tenant's first grant
    uint32_t burn;   // its row in the forecast, UINT32_MAX: nothing of it is charged yet
};

static uint32_t bits_of(uint16_t bits) {
    uint32_t n = 0;
    for (uint32_t left = bits; left; left &= left - 1) {
        n++;
    }
    return n;
}

static void add_gpus(struct cost_run *run, uint32_t resource, uint64_t milli) {
    uint32_t i = 0;
    while (i < run->use.n_gpus && run->gpus[i].resource != resource) {
        i++;
    }
    if (i < MOST_TYPES && milli > 0) {
        run->gpus[i].resource = resource;
        run->gpus[i].milli += milli;
        run->use.n_gpus = i == run->use.n_gpus ? i + 1 : run->use.n_gpus;
    }
}

// What it holds; a part on a node that is not known has the type that was asked for.
static void fill_use(const struct compute *compute, struct cost_run *run) {
    const struct live_job *job = run->job;
    const struct cluster *cluster = &compute->world->cluster;
    run->use = (struct price_use){0};
    memset(run->gpus, 0, sizeof run->gpus);
    for (uint32_t i = 0; i < job->ask.n_part; i++) {
        const struct pool_part *part = &job->part[i];
        const uint8_t type =
            part->node < cluster->n_node ? cluster->node[part->node].type : CLUSTER_NO_TYPE;
        add_gpus(run,
                 prices_find(&compute->prices, type == CLUSTER_NO_TYPE ? job->needs.gpu_type
                                                                       : cluster->type[type].name),
                 (uint64_t)bits_of(part->gpus) * part->gpu_milli);
        run->use.cpu_milli += part->cpu_milli;
        run->use.memory_mib += part->memory_mib;
    }
    run->use.gpus = run->gpus;
}

// ---- a look

struct looking {
    struct compute *compute;
    struct purse *purse;
    int64_t now_us;
    struct cost_run *run; // (n_run)
    size_t n_run;
    const struct live_job *ended; // only this one is charged; NULL: all, and people are warned
    // as the ledger says
    struct kept_grants grants;
    struct burn_run *burn;       // (n_burn)
    int64_t *stop;               // (n_burn) when each has to have ended
    struct burn_budget *budget;  // (n_budget)
    int64_t *amount, *budget_at; // (n_budget) of the budget, and when it is spent
    const char **name;           // (n_name) of accounts, 0 is the tenant
    uint32_t *parent;            // (n_name)
    size_t n_burn, n_budget, n_name;
    struct arena arena;
    struct burn_told told;
};

static bool take_room(struct looking *look) {
    struct arena *arena = &look->arena;
    const size_t n = look->n_run + 1, n_budget = MONEY_MAX_BUDGETS;
    look->burn = arena_take(arena, n, sizeof *look->burn);
    look->stop = arena_take(arena, n, sizeof *look->stop);
    look->budget = arena_take(arena, n_budget, sizeof *look->budget);
    look->amount = arena_take(arena, n_budget, sizeof *look->amount);
    look->budget_at = arena_take(arena, n_budget, sizeof *look->budget_at);
    look->name = arena_take(arena, n + n_budget + 1, sizeof *look->name);
    look->parent = arena_take(arena, n + n_budget + 1, sizeof *look->parent);
    if (look->name) {
        look->name[look->n_name++] = "";
    }
    return look->burn && look->stop && look->budget && look->amount && look->budget_at &&
           look->name && look->parent;
}

// Every account is right below the tenant.
static uint32_t number_of(struct looking *look, const char *account) {
    uint32_t i = 0;
    while (i < look->n_name && strcmp(look->name[i], account) != 0) {
        i++;
    }
    if (i == look->n_name) {
        look->name[look->n_name++] = account;
    }
    return i;
}

static maru_status load_budget(void *context, const struct budget_row *row, maru_error *err) {
    struct looking *look = context;
    const char *account = arena_text(&look->arena, row->account, strlen(row->account));
    if (!account) {
        return arena_refusal(&look->arena, err);
    }
    if (look->n_budget < MONEY_MAX_BUDGETS && row->until_us > look->now_us - MINUTE_US) {
        look->amount[look->n_budget] = row->amount_micro;
        look->budget[look->n_budget++] = (struct burn_budget){.account = number_of(look, account),
                                                              .from_us = row->from_us,
                                                              .until_us = row->until_us,
                                                              .left_micro = row->amount_micro};
    }
    return MARU_OK;
}

static maru_status load_budgets(struct looking *look, struct database *database, maru_error *err) {
    maru_status st = money_each_budget(database, load_budget, look, err);
    for (size_t i = 0; st == MARU_OK && i < look->n_budget; i++) {
        struct burn_budget *budget = &look->budget[i];
        int64_t spent = 0;
        st = money_spent(database, look->name[budget->account], budget->from_us, budget->until_us,
                         &spent, err);
        budget->left_micro -= spent;
    }
    return st;
}

static int64_t first_grant(const struct kept_grants *grants) {
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < grants->n; i++) {
        first = grants->grant[i].from_us < first ? grants->grant[i].from_us : first;
    }
    return first;
}

static maru_status add_burn(struct looking *look, struct cost_run *run, struct database *database,
                            maru_error *err) {
    const int64_t first = first_grant(&look->grants);
    run->base_us = run->started_us > first ? run->started_us : first;
    run->burn = UINT32_MAX;
    if (run->base_us > look->now_us) {
        return MARU_OK;
    }
    int64_t charged_us = run->base_us;
    const maru_status st = money_charged_until(database, run->job->id, (uint32_t)run->job->attempt,
                                               run->base_us, &charged_us, err);
    const int64_t limit_us = run->started_us + run->job->ask.limit_us,
                  soon_us = look->now_us + TRY_AGAIN_US;
    charged_us = charged_us > run->base_us ? charged_us : run->base_us;
    run->burn = (uint32_t)look->n_burn;
    look->burn[look->n_burn++] =
        (struct burn_run){.use = run->use,
                          .account = number_of(look, run->job->project),
                          .started_us = run->base_us,
                          .charged_us = charged_us < look->now_us ? charged_us : look->now_us,
                          .ends_us = run->ended_us        ? run->ended_us
                                     : limit_us > soon_us ? limit_us
                                                          : soon_us};
    return st;
}

// How the money stands, and when it ends.
static maru_status forecast(struct looking *look, struct database *database, maru_error *err) {
    maru_status st = money_settle(database, look->now_us, &look->grants, err);
    if (st != MARU_OK || look->grants.n == 0) {
        return st;
    }
    st = load_budgets(look, database, err);
    for (size_t i = 0; st == MARU_OK && i < look->n_run; i++) {
        st = add_burn(look, &look->run[i], database, err);
    }
    const struct burn_asked asked = {.prices = &look->compute->prices,
                                     .grant = look->grants.grant,
                                     .left = look->grants.left,
                                     .run = look->burn,
                                     .budget = look->budget,
                                     .parent = look->parent,
                                     .now_us = look->now_us,
                                     .debt_micro = look->grants.state.debt_micro,
                                     .n_grant = (uint32_t)look->grants.n,
                                     .n_run = (uint32_t)look->n_burn,
                                     .n_budget = (uint32_t)look->n_budget,
                                     .n_account = (uint32_t)look->n_name};
    look->told = (struct burn_told){.budget = look->budget_at, .run_stop = look->stop};
    return st == MARU_OK ? burn_forecast(&asked, &look->told, err) : st;
}

static maru_status charge_run(const struct looking *look, const struct cost_run *run,
                              struct database *database, maru_error *err) {
    const int64_t end_us = run->ended_us ? run->ended_us : look->now_us;
    if (run->burn == UINT32_MAX) {
        return MARU_OK;
    }
    const int64_t stop_us = look->stop[run->burn];
    const struct charge_asked asked = {.job = run->job->id,
                                       .account = run->job->project,
                                       .attempt = (uint32_t)run->job->attempt,
                                       .started_us = run->base_us,
                                       .until_us = stop_us < end_us ? stop_us : end_us,
                                       .prices = &look->compute->prices,
                                       .use = &run->use};
    struct money charged;
    const maru_status st = money_charge(database, &asked, &charged, err);
    return st == MARU_OK && run->ended_us ? money_give_back(database, &asked, err) : st;
}

// ---- warnings

static void say_warning(const struct looking *look, const char *account, uint32_t level) {
    struct log_line line;
    log_open(&line, LOG_WARN, "credits warning");
    log_add_string(&line, "tenant", look->purse->tenant);
    log_add_string(&line, "budget", account);
    log_add_integer(&line, "percent", credit_warning_milli[level - 1] / 10);
    log_close(&line);
}

static maru_status warn(const struct looking *look, struct database *database, const char *subject,
                        const char *account, uint32_t level, maru_error *err) {
    bool is_first = false;
    maru_status st = MARU_OK;
    if (level > 0) { // what was passed at once is said once
        st = money_warn(database, subject, level, look->now_us, &is_first, err);
    }
    if (st == MARU_OK && is_first) {
        say_warning(look, account, level);
    }
    return st;
}

// The grants of now are told by when the last of them began: with another grant people are warned anew.
static maru_status warn_all(const struct looking *look, struct database *database,
                            maru_error *err) {
    char subject[MONEY_WARNED_BYTES];
    const struct credit_state *state = &look->grants.state;
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < look->grants.n; i++) {
        const struct credit_grant *grant = &look->grants.grant[i];
        if (grant->from_us <= look->now_us && look->now_us < grant->until_us) {
            last = grant->from_us > last ? grant->from_us : last;
        }
    }
    snprintf(subject, sizeof subject, "grants %lld", (long long)last);
    maru_status st =
        last == INT64_MIN
            ? MARU_OK
            : warn(look, database, subject, "",
                   credit_warning(state->in_force_spent_micro, state->in_force_micro), err);
    for (size_t i = 0; st == MARU_OK && i < look->n_budget; i++) {
        const struct burn_budget *budget = &look->budget[i];
        const char *account = look->name[budget->account];
        if (budget->from_us <= look->now_us && look->now_us < budget->until_us) {
            snprintf(subject, sizeof subject, "budget:%s %lld", account,
                     (long long)budget->from_us);
            st = warn(look, database, subject, account,
                      credit_warning(look->amount[i] - budget->left_micro, look->amount[i]), err);
        }
    }
    return st;
}

// ---- in the database

static maru_status look_in(struct looking *look, struct database *database, maru_error *err) {
    maru_status st = forecast(look, database, err);
    if (st != MARU_OK || look->grants.n == 0) {
        return st;
    }
    for (size_t i = 0; st == MARU_OK && i < look->n_run; i++) {
        if (!look->ended || look->run[i].job == look->ended) {
            st = charge_run(look, &look->run[i], database, err);
        }
    }
    return st == MARU_OK && !look->ended ? warn_all(look, database, err) : st;
}

static maru_status look_whole(struct tenant *tenant, void *context, maru_error *err) {
    struct database *database = &tenant->database;
    database_enter(database);
    maru_status st = database_begin(database, err);
    st = st == MARU_OK ? look_in(context, database, err) : st;
    return database_leave(database, st, err);
}

// The runs of the tenant; of `ended` its end.
static maru_status collect(struct looking *look, int64_t started_us, int64_t ended_us,
                           maru_error *err) {
    struct compute *compute = look->compute;
    look->run = arena_take(&look->arena, compute->n_job + 1, sizeof *look->run);
    if (!look->run) {
        return arena_refusal(&look->arena, err);
    }
    for (size_t i = 0; i < compute->n_job; i++) {
        struct live_job *job = compute->job[i];
        const bool is_end = job == look->ended;
        if (strcmp(job->tenant, look->purse->tenant) == 0 &&
            (is_end || (job->phase >= PHASE_RUNNING && job->started_us > 0))) {
            struct cost_run *run = &look->run[look->n_run++];
            run->job = job;
            run->started_us = is_end ? started_us : job->started_us;
            run->ended_us = is_end ? ended_us : 0;
            fill_use(compute, run);
        }
    }
    return take_room(look) ? MARU_OK : arena_refusal(&look->arena, err);
}

static void looking_fini(struct looking *look) {
    kept_grants_fini(&look->grants);
    arena_fini(&look->arena);
}

maru_status purse_charge_end(struct compute *compute, const struct live_job *job,
                             int64_t started_us, int64_t ended_us, struct database *database,
                             maru_error *err) {
    struct looking look = {.compute = compute, .ended = job};
    purse_touch(compute, job->tenant);
    look.purse = find(compute, job->tenant);
    // One that ends in the second of its beginning, as Slurm counts, has cost nothing: what was charged while it ran is given back.
    if (compute->prices.n == 0 || !look.purse || started_us <= 0 || ended_us < started_us) {
        return MARU_OK;
    }
    const int64_t now_us = clock_unix_us();
    look.now_us = now_us > ended_us ? now_us : ended_us;
    arena_init(&look.arena, PRICE_BYTES);
    maru_status st = collect(&look, started_us, ended_us, err);
    st = st == MARU_OK ? look_in(&look, database, err) : st;
    looking_fini(&look);
    return st;
}

// ---- what follows

// Whose credits end when a run has to: the tenant's, or those of a budget.
static const char *ending_account(const struct looking *look, const struct burn_run *run,
                                  int64_t stop_us) {
    for (size_t i = 0; stop_us != look->told.empty_us && i < look->n_budget; i++) {
        const struct burn_budget *budget = &look->budget[i];
        if (look->budget_at[i] == stop_us &&
            (budget->account == 0 || budget->account == run->account)) {
            return look->name[budget->account];
        }
    }
    return "";
}

// Its signal now, its end when the credits end: burn_plan. Gives when something is to be done with it.
static int64_t stop_run(struct looking *look, struct cost_run *run) {
    struct live_job *job = run->job;
    const int64_t stop_us = run->burn == UINT32_MAX ? BURN_NEVER : look->stop[run->burn];
    const int64_t grace_us =
        job->ask.grace_us ? job->ask.grace_us : look->compute->world->policy.grace_us;
    const struct burn_stop plan = burn_plan(look->now_us, stop_us, grace_us);
    if (stop_us == BURN_NEVER || job->is_cut) {
        return INT64_MAX;
    }
    if (plan.signal_us > look->now_us) {
        return plan.signal_us;
    }
    add_held(look->compute, look->purse, ending_account(look, &look->burn[run->burn], stop_us));
    pthread_mutex_lock(&look->compute->lock);
    job->is_cut = true;
    job->stop_grace_us = plan.end_us - look->now_us > 1 ? plan.end_us - look->now_us : 1;
    job->is_stopped = false;
    job->stop = job->stop[0] ? job->stop : dispatch_stop_words[STOP_BUDGET];
    job->phase = job->phase == PHASE_RUNNING ? PHASE_STOPPING : job->phase;
    pthread_mutex_unlock(&look->compute->lock);
    return INT64_MAX;
}

static int64_t next_change(const struct looking *look) {
    const struct credit_book book = {look->grants.grant, NULL, look->grants.n, 0};
    int64_t next = credits_next_change(&book, look->now_us);
    for (size_t i = 0; i < look->n_budget; i++) {
        const int64_t edge[2] = {look->budget[i].from_us, look->budget[i].until_us};
        for (int k = 0; k < 2; k++) {
            next = edge[k] > look->now_us && edge[k] < next ? edge[k] : next;
        }
    }
    return next;
}

static void follow(struct looking *look) {
    struct purse *purse = look->purse;
    purse->change_us = next_change(look);
    purse->next_us = purse->change_us;
    if (look->grants.state.balance_micro <= 0) {
        add_held(look->compute, purse, "");
    }
    for (size_t i = 0; i < look->n_budget; i++) {
        const struct burn_budget *budget = &look->budget[i];
        if (budget->from_us <= look->now_us && look->now_us < budget->until_us &&
            budget->left_micro <= 0) {
            add_held(look->compute, purse, look->name[budget->account]);
        }
    }
    for (size_t i = 0; i < look->n_run; i++) {
        const int64_t next = stop_run(look, &look->run[i]);
        purse->next_us = next < purse->next_us ? next : purse->next_us;
    }
    if (look->n_run > 0 && look->now_us + MINUTE_US < purse->next_us) {
        purse->next_us = look->now_us + MINUTE_US;
    }
}

static void complain(const struct purse *purse, const maru_error *err) {
    struct log_line line;
    log_open(&line, LOG_ERROR, "credits unread");
    log_add_string(&line, "tenant", purse->tenant);
    log_add_string(&line, "detail", err->text);
    log_close(&line);
}

static void look_at(struct compute *compute, struct purse *purse, int64_t now_us) {
    struct looking look = {.compute = compute, .purse = purse, .now_us = now_us};
    maru_error err = {0};
    arena_init(&look.arena, PRICE_BYTES);
    maru_status st = collect(&look, 0, 0, &err);
    st = st == MARU_OK && compute->prices.n > 0
             ? dispatch_in_tenant(compute, purse->tenant, look_whole, &look, &err)
             : st;
    if (st != MARU_OK && st != MARU_E_USAGE) { // USAGE: the tenant is gone
        complain(purse, &err);
        purse->next_us = now_us + TRY_AGAIN_US;
        looking_fini(&look);
        return;
    }
    const bool was_held = purse->n_held > 0;
    pthread_mutex_lock(&compute->lock);
    if (purse->is_money_new || now_us >= purse->change_us) {
        purse->n_held = 0;
    }
    purse->is_touched = purse->is_money_new = false;
    purse->next_us = purse->change_us = INT64_MAX;
    purse->is_on_credits = look.grants.n > 0;
    purse->empty_us = purse->is_on_credits ? look.told.empty_us : BURN_NEVER;
    pthread_mutex_unlock(&compute->lock);
    if (purse->is_on_credits) {
        follow(&look);
    }
    if (was_held || purse->n_held > 0) {
        pthread_mutex_lock(&compute->lock);
        hold_in_pool(compute, purse);
        pthread_mutex_unlock(&compute->lock);
    }
    looking_fini(&look);
}

void purses_turn(struct compute *compute) {
    const int64_t now_us = clock_unix_us();
    maru_error err = {0};
    if (!compute->is_priced && purses_read_prices(compute, &err) != MARU_OK) {
        log_say(LOG_ERROR, "prices unread", err.text); // those that are known hold
    }
    // What was to be done next was said by a clock that has been set back since: it is said anew.
    const bool is_set_back = now_us < compute->purses_us;
    compute->purses_us = now_us;
    for (size_t i = 0; i < compute->n_purse; i++) {
        struct purse *purse = compute->purse[i];
        if (purse->is_touched || is_set_back || now_us >= purse->next_us) {
            look_at(compute, purse, now_us);
        }
    }
}

bool compute_look_purse(struct compute *compute, const char *tenant, struct compute_purse *out) {
    pthread_mutex_lock(&compute->lock);
    const struct purse *purse = find(compute, tenant);
    const bool is_there = purse && purse->is_on_credits;
    if (is_there) {
        *out = (struct compute_purse){purse->empty_us, is_held_itself(purse, "")};
    }
    pthread_mutex_unlock(&compute->lock);
    return is_there;
}
