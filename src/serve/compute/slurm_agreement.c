#include "serve/compute/slurm_agreement.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/executor/slurm_script.h"
#include "serve/compute/purses.h"
#include "store/jobs/kept_jobs.h"

// sacct's text first, which says what time is looked at; then the attempts of all tenants that ended in it, each with what its launch was
// charged, less what was given back; then what each should have cost by the row of sacct with its name.

enum { ARENA_BYTES = 512 << 20, MOST_TYPES = 16, LAUNCH_BYTES = 128 };

struct ran { // of a row of maru's
    struct price_use use;
    int64_t first_us; // the tenant's first grant; INT64_MAX: it has none
    bool is_cut;
};

struct gathering {
    struct slurm_agreement *out;
    struct store *store;
    const struct sacct_asked *asked;
    struct arena arena;
    struct prices prices;
    struct ran *ran; // (out->n_maru)
    uint32_t cap;
    uint32_t *row_of;  // (launches) the row of maru's, and one; 0: none
    size_t cap_launch; // of row_of
    uint32_t *
        same_as; // (n_same) of launches that sacct tells as tasks of arrays: the launch, and one; 0: not known
    uint32_t n_same;
    const char *tenant;
    int64_t first_us;
};

void slurm_agreement_fini(struct slurm_agreement *agreement) {
    sacct_runs_fini(&agreement->sacct);
    alloc_free(agreement->maru);
    *agreement = (struct slurm_agreement){0};
}

// ---- what attempts held

static uint64_t count_of(const json_t *part, const char *key) {
    const json_int_t value = json_integer_value(json_object_get(part, key));
    return value > 0 ? (uint64_t)value : 0;
}

static uint64_t gpu_milli_of(const json_t *part) {
    uint64_t n = 0;
    for (uint64_t left = count_of(part, "gpus") & 0xffff; left; left &= left - 1) {
        n++;
    }
    return n * count_of(part, "gpu_milli");
}

struct held {
    struct price_gpus gpus[MOST_TYPES];
    struct price_use use;
    uint64_t gpu_milli;
};

static void add_part(const struct prices *prices, const json_t *part, struct held *held) {
    const char *type = json_string_value(json_object_get(part, "type"));
    const uint32_t resource = prices_find(prices, type ? type : "");
    const uint64_t milli = gpu_milli_of(part);
    uint32_t i = 0;
    while (i < held->use.n_gpus && held->gpus[i].resource != resource) {
        i++;
    }
    held->use.cpu_milli += count_of(part, "cpu_milli");
    held->use.memory_mib += count_of(part, "memory_mib");
    held->gpu_milli += milli;
    if (milli > 0 && i < MOST_TYPES) {
        held->gpus[i].resource = resource;
        held->gpus[i].milli += milli;
        held->use.n_gpus = i == held->use.n_gpus ? i + 1 : held->use.n_gpus;
    }
}

static maru_status read_held(struct gathering *g, const char *parts, struct held *held,
                             maru_error *err) {
    json_t *list = json_loads(parts, 0, NULL);
    *held = (struct held){.gpu_milli = 0};
    for (size_t i = 0; i < json_array_size(list); i++) {
        add_part(&g->prices, json_array_get(list, i), held);
    }
    json_decref(list);
    struct price_gpus *gpus = arena_take(&g->arena, held->use.n_gpus + 1, sizeof *gpus);
    if (!gpus) {
        return arena_refusal(&g->arena, err);
    }
    memcpy(gpus, held->gpus, held->use.n_gpus * sizeof *gpus);
    held->use.gpus = gpus;
    return MARU_OK;
}

// ---- rows

static maru_status grow(struct gathering *g, maru_error *err) {
    struct slurm_agreement *out = g->out;
    if (out->n_maru < g->cap) {
        return MARU_OK;
    }
    if (out->n_maru >= SACCT_MAX_RUNS) {
        return fail(err, MARU_E_LIMIT, "more than %d runs to compare", SACCT_MAX_RUNS);
    }
    const uint32_t cap = g->cap > 0 ? g->cap * 2 : 256;
    struct agreement_row *row = alloc_resize(out->maru, cap, sizeof *row);
    out->maru = row ? row : out->maru;
    struct ran *ran = row ? alloc_resize(g->ran, cap, sizeof *ran) : NULL;
    g->ran = ran ? ran : g->ran;
    g->cap = ran ? cap : g->cap;
    return ran ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

static maru_status note_launch(struct gathering *g, uint32_t launch, uint32_t row,
                               maru_error *err) {
    if (launch >= g->cap_launch) {
        const size_t cap = (size_t)launch * 2 + 256;
        uint32_t *grown = alloc_resize(g->row_of, cap, sizeof *grown);
        if (!grown) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        memset(grown + g->cap_launch, 0, (cap - g->cap_launch) * sizeof *grown);
        g->row_of = grown;
        g->cap_launch = cap;
    }
    g->row_of[launch] = row + 1;
    return MARU_OK;
}

// A task of an array is told by the array and its place in it.
static void note_task(struct gathering *g, const struct use_row *use, uint32_t launch) {
    char name[LAUNCH_BYTES];
    const int n = snprintf(name, sizeof name, "%s-%lld_%lld", use->batch,
                           (long long)use->attempt->number, (long long)use->place);
    const uint32_t task = names_find(&g->out->sacct.launch, name, (size_t)n);
    if (task < g->n_same) {
        g->same_as[task] = launch + 1;
    }
}

static void name_tasks(struct gathering *g) {
    struct sacct_runs *sacct = &g->out->sacct;
    for (uint32_t i = 0; i < sacct->n; i++) {
        const uint64_t job = sacct->row[i].job;
        sacct->row[i].job = g->same_as[job] > 0 ? g->same_as[job] - 1 : job;
    }
}

static const char *account_of(struct gathering *g, const char *project) {
    char name[SACCT_NAME_BYTES];
    return slurm_account_name(g->asked->mark, g->tenant, project, name, sizeof name)
               ? arena_text(&g->arena, name, strlen(name))
               : arena_text(&g->arena, project, strlen(project));
}

static maru_status see_use(void *context, const struct use_row *use, maru_error *err) {
    struct gathering *g = context;
    const struct attempt_row *attempt = use->attempt;
    struct slurm_agreement *out = g->out;
    struct held held;
    uint32_t launch = 0;
    if (attempt->state != ATTEMPT_ENDED || attempt->started_us <= 0 ||
        attempt->ended_us < attempt->started_us || attempt->ended_us < out->from_us ||
        attempt->ended_us >= out->until_us) {
        return MARU_OK;
    }
    maru_status st = grow(g, err);
    st = st == MARU_OK
             ? names_add(&out->sacct.launch, attempt->launch, strlen(attempt->launch), &launch, err)
             : st;
    st = st == MARU_OK ? note_launch(g, launch, out->n_maru, err) : st;
    if (st == MARU_OK) {
        note_task(g, use, launch);
    }
    st = st == MARU_OK ? read_held(g, attempt->parts, &held, err) : st;
    const char *account = st == MARU_OK ? account_of(g, use->project) : NULL;
    if (!account) {
        return st == MARU_OK ? arena_refusal(&g->arena, err) : st;
    }
    g->ran[out->n_maru] = (struct ran){held.use, g->first_us, strcmp(attempt->stop, "budget") == 0};
    out->maru[out->n_maru++] = (struct agreement_row){.job = launch,
                                                      .account = account,
                                                      .from_us = attempt->started_us,
                                                      .until_us = attempt->ended_us,
                                                      .gpu_milli = held.gpu_milli};
    return MARU_OK;
}

// ---- the ledger

static maru_status see_grant(void *context, const struct credit_row *row, maru_error *err) {
    struct gathering *g = context;
    (void)err;
    g->first_us = row->at_us < g->first_us ? row->at_us : g->first_us;
    return MARU_OK;
}

static maru_status see_credit(void *context, const struct credit_row *row, maru_error *err) {
    struct gathering *g = context;
    char name[LAUNCH_BYTES];
    (void)err;
    if (row->kind != LEDGER_CHARGE && row->kind != LEDGER_REFUND) {
        return MARU_OK;
    }
    const int n = snprintf(name, sizeof name, "%s-%u", row->job, (unsigned)row->attempt);
    const uint32_t launch = names_find(&g->out->sacct.launch, name, (size_t)n);
    if (launch < g->cap_launch && g->row_of[launch] > 0) {
        g->out->maru[g->row_of[launch] - 1].credits_micro +=
            row->kind == LEDGER_CHARGE ? row->amount.credits_micro : -row->amount.credits_micro;
    }
    return MARU_OK;
}

static maru_status read_tenant(struct gathering *g, struct tenant *tenant, maru_error *err) {
    g->first_us = INT64_MAX;
    maru_status st = tenant_each_grant(tenant, see_grant, g, err);
    st = st == MARU_OK ? tenant_each_use(tenant, g->out->from_us, see_use, g, err) : st;
    return st == MARU_OK && g->first_us < INT64_MAX
               ? tenant_each_credit(tenant, INT64_MIN, INT64_MAX, see_credit, g, err)
               : st;
}

static maru_status see_tenant(void *context, const struct tenant_row *row, maru_error *err) {
    struct gathering *g = context;
    struct tenant *tenant = NULL;
    maru_status st = store_hold(g->store, row->name, &tenant, err);
    if (st == MARU_OK) {
        g->tenant = row->name;
        st = read_tenant(g, tenant, err);
        store_release(g->store, tenant);
    }
    return st == MARU_E_USAGE ? MARU_OK : st; // it went meanwhile
}

// ---- what it should have cost

static maru_status price_row(struct gathering *g, struct agreement_row *row, maru_error *err) {
    const uint32_t at = row->job < g->cap_launch ? g->row_of[row->job] : 0;
    struct money money = {0};
    if (at == 0) {
        return MARU_OK; // maru does not know it
    }
    const struct ran *ran = &g->ran[at - 1];
    const int64_t from_us = row->from_us > ran->first_us ? row->from_us : ran->first_us;
    const struct price_span span = {from_us, from_us, row->until_us};
    maru_status st = MARU_OK;
    if (g->prices.n > 0 && from_us < row->until_us) {
        st = prices_charge(&g->prices, &ran->use, &span, &money, err);
    }
    row->credits_micro = money.credits_micro;
    if (ran->is_cut) {
        g->out->n_cut++;
        row->credits_micro = AGREEMENT_NO_CREDITS;
    }
    return st;
}

static maru_status gather(struct gathering *g, maru_error *err) {
    struct sacct_runs *sacct = &g->out->sacct;
    g->n_same = sacct->launch.n;
    g->same_as = alloc_new((size_t)g->n_same + 1, sizeof *g->same_as);
    maru_status st = g->same_as ? purse_load_prices(g->store, &g->arena, &g->prices, err)
                                : fail(err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? store_visit_tenants(g->store, see_tenant, g, err) : st;
    if (st == MARU_OK) {
        name_tasks(g);
    }
    for (uint32_t i = 0; st == MARU_OK && i < sacct->n; i++) {
        st = price_row(g, &sacct->row[i], err);
    }
    return st;
}

// Without a time of its own the text says what is compared.
static void choose_time(const struct sacct_asked *asked, struct slurm_agreement *out) {
    out->from_us = asked->from_us > INT64_MIN ? asked->from_us : out->sacct.first_us;
    out->until_us = asked->until_us < INT64_MAX ? asked->until_us
                    : out->sacct.n > 0          ? out->sacct.last_us + 1000000
                                                : out->from_us;
}

maru_status slurm_agreement_make(struct store *store, const char *text,
                                 const struct sacct_asked *asked, agreement_see see, void *context,
                                 struct slurm_agreement *out, maru_error *err) {
    struct gathering g = {.out = out, .store = store, .asked = asked};
    *out = (struct slurm_agreement){0};
    arena_init(&g.arena, ARENA_BYTES);
    maru_status st = sacct_runs_read(text, strlen(text), asked, &out->sacct, err);
    if (st == MARU_OK) {
        choose_time(asked, out);
        st = gather(&g, err);
    }
    const struct agreement_sides sides = {out->maru, out->sacct.row, out->n_maru, out->sacct.n};
    st = st == MARU_OK ? agreement_check(&sides, see, context, &out->told, err) : st;
    arena_fini(&g.arena);
    alloc_free(g.ran);
    alloc_free(g.row_of);
    alloc_free(g.same_as);
    return st;
}
