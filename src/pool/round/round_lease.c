#include "pool/round/round_lease.h"

#include "base/alloc.h"
#include "base/status.h"
#include "base/wide.h"
#include "pool/round/round_rules.h"

// Leases and uses are sorted by their institution and type; each such pair is walked day by day with both in hand.

enum { HOURS = 24, MILLI = 1000, WEEK = 7 };

int64_t lease_credits(const struct round_type *type, uint32_t gpus, int32_t n_day) {
    return type->credits_milli_h * HOURS * n_day * (int64_t)gpus;
}

uint32_t round_leases(const struct round *round, const struct round_award *award,
                      struct lease *lease) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < round->n_line; i++) {
        const struct round_line *line = &round->line[i];
        if (award->site[line->application] == ROUND_NONE || award->gpus[i] == 0) {
            continue;
        }
        const int32_t from = round_quarter_day(&round->rules, line->from);
        const int32_t until = round_quarter_day(&round->rules, line->last + 1);
        lease[n++] = (struct lease){
            .application = line->application,
            .institution = round->application[line->application].institution,
            .type = line->type,
            .site = award->site[line->application],
            .gpus = award->gpus[i],
            .from_day = from,
            .until_day = until,
            .credits_milli = lease_credits(&round->type[line->type], award->gpus[i], until - from)};
    }
    return n;
}

// ---- watching

struct walk {
    const struct lease_world *world;
    uint32_t *lease, *use; // (n) sorted
    int32_t last_day;      // no lease goes beyond it
    lease_see see;
    void *context;
};

static int64_t pair_of(uint32_t institution, uint32_t type) {
    return (int64_t)institution * ROUND_MAX_TYPES + type;
}

static maru_status sort_all(struct walk *w, maru_error *err) {
    const struct lease_world *world = w->world;
    const size_t n = (size_t)(world->n_lease > world->n_use ? world->n_lease : world->n_use) + 1;
    struct round_key *key = alloc_new(n, sizeof *key);
    if (!key) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < world->n_lease; i++) {
        w->lease[i] = i;
        key[i] = (struct round_key){pair_of(world->lease[i].institution, world->lease[i].type), i};
    }
    maru_status st = round_sort(w->lease, world->n_lease, key, err);
    for (uint32_t i = 0; i < world->n_use; i++) {
        const struct lease_use *use = &world->use[i];
        w->use[i] = i;
        key[i] = (struct round_key){pair_of(use->institution, use->type),
                                    (uint64_t)((int64_t)use->day + (INT64_C(1) << 40))};
    }
    st = st == MARU_OK ? round_sort(w->use, world->n_use, key, err) : st;
    alloc_free(key);
    return st;
}

struct streak {
    uint32_t days;
    int64_t most; // thousandths of GPU hours on one of them
    int32_t told_day;
};
static const struct streak no_streak = {0, 0, LEASE_UNTOLD};

static maru_status warn(const struct walk *w, struct streak *streak, struct lease_event *event,
                        maru_error *err) {
    event->kind = LEASE_WARNED;
    event->kept = event->gpus;
    const maru_status st = w->see(w->context, event, err);
    streak->told_day = w->world->told ? w->world->told(w->context, event) : event->day + 1;
    return st;
}

static bool is_due(const struct round_rules *rules, const struct streak *streak, int32_t day) {
    const uint32_t limit = rules->warn_days + rules->reclaim_days;
    return limit > 0 && streak->days >= limit &&
           (rules->warn_days == 0 ||
            (streak->told_day != LEASE_UNTOLD &&
             (int64_t)day + 1 >= (int64_t)streak->told_day + rules->reclaim_days));
}

// One day of a pair.
static maru_status see_day(const struct walk *w, struct streak *streak, struct lease_event *event,
                           int64_t used, maru_error *err) {
    const struct round_rules *rules = &w->world->round->rules;
    const int64_t all = (int64_t)event->gpus * HOURS * MILLI;
    const bool is_idle = (wide_i128)used * ROUND_WHOLE < (wide_i128)all * rules->idle_milli;
    if (!is_idle || event->gpus == 0) {
        *streak = no_streak;
        return MARU_OK;
    }
    streak->days++;
    streak->most = used > streak->most ? used : streak->most;
    event->idle_days = streak->days;
    maru_status st = streak->days == rules->warn_days && rules->warn_days > 0
                         ? warn(w, streak, event, err)
                         : MARU_OK;
    if (st == MARU_OK && is_due(rules, streak, event->day)) {
        const int64_t a_day = (int64_t)HOURS * MILLI;
        const int64_t kept = (streak->most + a_day - 1) / a_day;
        event->kind = LEASE_RECLAIMED;
        event->kept = kept < event->gpus ? (uint32_t)kept : event->gpus;
        st = w->see(w->context, event, err);
        *streak = no_streak;
    }
    return st;
}

static maru_status walk_pair(const struct walk *w, uint32_t first, uint32_t end, uint32_t *use,
                             maru_error *err) {
    const struct lease_world *world = w->world;
    const struct lease *lease = &world->lease[w->lease[first]];
    const int64_t pair = pair_of(lease->institution, lease->type);
    struct streak streak = no_streak;
    struct lease_event stands = {.kind = LEASE_STANDS};
    maru_status st = MARU_OK;
    for (int32_t day = world->first_day; st == MARU_OK && day <= w->last_day; day++) {
        struct lease_event event = {
            .institution = lease->institution, .type = lease->type, .day = day};
        int64_t used = 0;
        for (uint32_t i = first; i < end; i++) {
            const struct lease *one = &world->lease[w->lease[i]];
            event.gpus += one->from_day <= day && day < one->until_day ? one->gpus : 0;
        }
        for (; *use < world->n_use; (*use)++) {
            const struct lease_use *one = &world->use[w->use[*use]];
            const int64_t its = pair_of(one->institution, one->type);
            if (its > pair || (its == pair && one->day > day)) {
                break;
            }
            used += its == pair && one->day == day ? one->milli_hours : 0;
        }
        st = see_day(w, &streak, &event, used, err);
        stands.gpus = event.gpus;
        stands.used += day > w->last_day - WEEK ? used : 0;
        stands.leased += day > w->last_day - WEEK ? (int64_t)event.gpus * HOURS * MILLI : 0;
    }
    stands.institution = lease->institution;
    stands.type = lease->type;
    stands.day = w->last_day;
    stands.idle_days = streak.days;
    stands.kept = stands.gpus;
    stands.told_day = streak.told_day;
    return st == MARU_OK && stands.gpus > 0 ? w->see(w->context, &stands, err) : st;
}

maru_status lease_watch(const struct lease_world *world, lease_see see, void *context,
                        maru_error *err) {
    struct walk w = {.world = world, .see = see, .context = context};
    w.lease = alloc_new((size_t)world->n_lease + 1, sizeof *w.lease);
    w.use = alloc_new((size_t)world->n_use + 1, sizeof *w.use);
    maru_status st = w.lease && w.use ? sort_all(&w, err) : fail(err, MARU_E_MEMORY, "no memory");
    uint32_t use = 0;
    for (uint32_t i = 0; i < world->n_lease; i++) {
        const int32_t last = world->lease[i].until_day - 1;
        w.last_day = i == 0 || last > w.last_day ? last : w.last_day;
    }
    w.last_day = w.last_day < world->last_day ? w.last_day : world->last_day;
    for (uint32_t first = 0, end = 0; st == MARU_OK && first < world->n_lease; first = end) {
        const struct lease *lease = &world->lease[w.lease[first]];
        for (end = first;
             end < world->n_lease && world->lease[w.lease[end]].institution == lease->institution &&
             world->lease[w.lease[end]].type == lease->type;
             end++) {
        }
        st = walk_pair(&w, first, end, &use, err);
    }
    alloc_free(w.lease);
    alloc_free(w.use);
    return st;
}

// Cut a lease at a day, and go on with `kept` of its GPUs; gives how many leases that made: 0 where nothing of it stays.
static uint32_t cut(const struct round_type *type, const struct lease *lease, int32_t end,
                    uint32_t kept, struct lease out[2]) {
    uint32_t n = 0;
    if (lease->from_day < end) {
        out[n] = *lease;
        out[n].until_day = end;
        n++;
    }
    if (kept > 0) {
        out[n] = *lease;
        out[n].gpus = kept;
        out[n].from_day = lease->from_day < end ? end : lease->from_day;
        n++;
    }
    for (uint32_t i = 0; i < n; i++) {
        out[i].credits_milli = lease_credits(type, out[i].gpus, out[i].until_day - out[i].from_day);
    }
    return n;
}

void lease_reclaim(const struct round *round, const struct lease_event *event, int32_t day,
                   struct lease *lease, uint32_t *n) {
    uint32_t left = event->kept, n_more = 0, n_left = 0;
    const uint32_t n_before = *n;
    const int32_t end = day + 1;
    for (uint32_t i = 0; i < n_before; i++) {
        const struct lease one = lease[i];
        const bool is_meant = one.institution == event->institution && one.type == event->type &&
                              one.until_day > end && one.from_day <= end;
        const uint32_t kept = one.gpus < left ? one.gpus : left;
        struct lease part[2] = {one, one};
        uint32_t n_part = 1;
        if (is_meant) {
            left -= kept;
            n_part = kept < one.gpus ? cut(&round->type[one.type], &one, end, kept, part) : 1;
        }
        if (n_part > 0) {
            lease[n_left++] = part[0];
        }
        if (n_part > 1) {
            lease[n_before + n_more++] = part[1];
        }
    }
    for (uint32_t i = 0; i < n_more; i++) { // behind those that stand in front
        lease[n_left + i] = lease[n_before + i];
    }
    *n = n_left + n_more;
}
