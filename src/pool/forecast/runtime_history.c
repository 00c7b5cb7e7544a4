#include "pool/forecast/runtime_history.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Groups are found by a hash table of their keys whose entries are numbers of groups; runs and comings are rings. Everything
// is in flat arrays, so a copy is three memcpy.

#define DAY_US INT64_C(86400000000)
#define HOUR_US INT64_C(3600000000)
#define NO_ACCOUNT UINT32_MAX
enum {
    LEVELS = 5,
    SLOTS = 2 * RUNTIMES_MAX_GROUPS,
    ANY = 511,
    NO_LIMIT = 510,
    BEHIND = 2,
    MAX_HOURS = 100000
};

struct past_run {
    int64_t run_us, left_us; // left_us INT64_MAX: without limit
};
struct group {
    uint32_t account;
    uint32_t n, next; // runs kept; where the next goes
    uint32_t kind;    // kind_of
    uint64_t fed;     // when, in turns
    struct past_run run[RUNTIMES_MAX_RUNS];
};
struct coming {
    int64_t at_us;
    struct pool_ask ask;
};

struct runtime_history {
    struct group *group;   // (cap_group)
    struct coming *coming; // (RUNTIMES_MAX_COMINGS)
    uint32_t n_group, cap_group, n_coming, next_coming;
    uint64_t turn;
    uint16_t slot[SLOTS]; // 1 + number of a group, 0: free
};

// ---- making

maru_status runtimes_new(struct runtime_history **out, maru_error *err) {
    struct runtime_history *const it = alloc_new(1, sizeof *it);
    if (it) {
        it->coming = alloc_new(RUNTIMES_MAX_COMINGS, sizeof *it->coming);
    }
    if (!it || !it->coming) {
        runtimes_free(it);
        return fail(err, MARU_E_MEMORY, "no memory for what jobs did before");
    }
    *out = it;
    return MARU_OK;
}

void runtimes_free(struct runtime_history *history) {
    if (history) {
        alloc_free(history->group);
        alloc_free(history->coming);
        alloc_free(history);
    }
}

maru_status runtimes_copy(const struct runtime_history *history, struct runtime_history **out,
                          maru_error *err) {
    struct runtime_history *copy = NULL;
    maru_status st = runtimes_new(&copy, err);
    if (st != MARU_OK) {
        return st;
    }
    struct group *const group = alloc_new((size_t)history->n_group + 1, sizeof *group);
    if (!group) {
        runtimes_free(copy);
        return fail(err, MARU_E_MEMORY, "no memory for what jobs did before");
    }
    struct coming *const coming = copy->coming;
    *copy = *history;
    copy->group = group;
    copy->coming = coming;
    copy->cap_group = history->n_group + 1;
    if (history->n_group) {
        memcpy(group, history->group, history->n_group * sizeof *group);
    }
    memcpy(coming, history->coming, history->n_coming * sizeof *coming);
    *out = copy;
    return MARU_OK;
}

// ---- groups

static uint32_t size_of(const struct pool_ask *ask) {
    const uint64_t milli = (uint64_t)ask->n_part * ask->want.n_gpu * ask->want.gpu_milli;
    uint32_t size = milli == 0 ? 0 : milli < GPU_WHOLE ? 1 : 2;
    for (uint64_t gpus = milli / GPU_WHOLE; gpus > 1; gpus /= 2) {
        size++;
    }
    return size;
}

// How much a run is given, four steps to each doubling: people ask for round numbers, and a tenth of an hour says nothing of what a tenth
// of a day is.
static uint32_t limit_of(int64_t left_us) {
    if (left_us == INT64_MAX) {
        return NO_LIMIT;
    }
    uint64_t us = left_us > 4 ? (uint64_t)left_us : 4;
    uint32_t doublings = 0;
    for (; us >= 8; us /= 2) {
        doublings++;
    }
    return 4 * doublings + (uint32_t)(us - 4);
}

static uint32_t kind_of(uint32_t limit, uint32_t size) { return limit << 9 | size; }

static uint32_t hash_of(uint32_t account, uint32_t kind) {
    const uint64_t x = ((uint64_t)account << 18 | kind) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)((x ^ x >> 29) * UINT64_C(0xBF58476D1CE4E5B9) >> 40) % SLOTS;
}

// The slot of a group, or the free one where it would stand.
static uint32_t find_slot(const struct runtime_history *it, uint32_t account, uint32_t kind) {
    uint32_t at = hash_of(account, kind);
    for (; it->group && it->slot[at]; at = (at + 1) % SLOTS) {
        const struct group *group = &it->group[it->slot[at] - 1];
        if (group->account == account && group->kind == kind) {
            break;
        }
    }
    return at;
}

// Take one out of the table: those behind it move up, as linear probing wants it.
static void drop_slot(struct runtime_history *it, uint32_t at) {
    for (uint32_t next = (at + 1) % SLOTS; it->slot[next]; next = (next + 1) % SLOTS) {
        const struct group *group = &it->group[it->slot[next] - 1];
        const uint32_t home = hash_of(group->account, group->kind);
        if ((next + SLOTS - home) % SLOTS >= (next + SLOTS - at) % SLOTS) {
            it->slot[at] = it->slot[next];
            at = next;
        }
    }
    it->slot[at] = 0;
}

static uint32_t stalest(const struct runtime_history *it) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < it->n_group; i++) {
        best = it->group[i].fed < it->group[best].fed ? i : best;
    }
    return best;
}

static struct group *group_for(struct runtime_history *it, uint32_t account, uint32_t kind) {
    uint32_t at = find_slot(it, account, kind);
    if (it->slot[at]) {
        return &it->group[it->slot[at] - 1];
    }
    uint32_t number = it->n_group;
    if (number == RUNTIMES_MAX_GROUPS) {
        number = stalest(it);
        drop_slot(it, find_slot(it, it->group[number].account, it->group[number].kind));
        at = find_slot(it, account, kind);
    } else if (number >= it->cap_group) {
        const uint32_t cap = it->cap_group * 2 + 16;
        struct group *const more = alloc_resize(it->group, cap, sizeof *more);
        if (!more) {
            return NULL;
        }
        it->group = more;
        it->cap_group = cap;
    }
    it->n_group += number == it->n_group;
    it->slot[at] = (uint16_t)(number + 1);
    it->group[number] = (struct group){.account = account, .kind = kind};
    return &it->group[number];
}

struct group_key {
    uint32_t account, kind;
};
// The groups of a run that is given so much, the narrowest first.
static void keys_of(const struct pool_ask *ask, int64_t left_us, struct group_key key[LEVELS]) {
    const uint32_t limit = limit_of(left_us);
    key[0] = (struct group_key){ask->account, kind_of(limit, size_of(ask))};
    key[1] = (struct group_key){ask->account, kind_of(limit, ANY)};
    key[2] = (struct group_key){NO_ACCOUNT, kind_of(limit, ANY)};
    key[3] = (struct group_key){ask->account, kind_of(ANY, ANY)};
    key[4] = (struct group_key){NO_ACCOUNT, kind_of(ANY, ANY)};
}

maru_status runtimes_end(struct runtime_history *history, const struct pool_ask *ask,
                         int64_t left_us, int64_t run_us, maru_error *err) {
    struct group_key key[LEVELS];
    keys_of(ask, left_us, key);
    history->turn++;
    for (uint32_t level = 0; level < LEVELS; level++) {
        struct group *const group = group_for(history, key[level].account, key[level].kind);
        if (!group) {
            return fail(err, MARU_E_MEMORY, "no memory for what jobs did before");
        }
        group->run[group->next] = (struct past_run){run_us > 0 ? run_us : 0, left_us};
        group->next = (group->next + 1) % RUNTIMES_MAX_RUNS;
        group->n += group->n < RUNTIMES_MAX_RUNS;
        group->fed = history->turn;
    }
    return MARU_OK;
}

// ---- how long

// What a run before is for a job with this limit: as large a share of it.
static int64_t scaled(const struct past_run *run, int64_t left_us) {
    if (left_us == INT64_MAX || run->left_us == INT64_MAX || run->left_us <= 0) {
        return run->run_us < left_us ? run->run_us : left_us;
    }
    const double share = (double)run->run_us / (double)run->left_us;
    return share < 1 ? (int64_t)(share * (double)left_us) : left_us;
}

static uint32_t count_longer(const struct group *group, int64_t left_us, int64_t ran_us) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < group->n; i++) {
        n += scaled(&group->run[i], left_us) > ran_us;
    }
    return n;
}

static int64_t pick_longer(const struct group *group, int64_t left_us, int64_t ran_us, uint32_t k) {
    for (uint32_t i = 0; i < group->n; i++) {
        const int64_t us = scaled(&group->run[i], left_us);
        if (us > ran_us && k-- == 0) {
            return us;
        }
    }
    return left_us;
}

// Nobody ran so long: anything up to the limit; without one, the longer it runs the longer it goes on.
static int64_t beyond(int64_t left_us, int64_t ran_us, uint32_t draw) {
    const double u = random_open((uint64_t)draw << 32);
    if (left_us != INT64_MAX) {
        return left_us <= ran_us ? left_us : ran_us + (int64_t)(u * (double)(left_us - ran_us)) + 1;
    }
    const double us = ((double)ran_us + 60e6) / u;
    return us < 9e18 ? (int64_t)us : INT64_MAX - 1;
}

int64_t runtimes_draw(const struct runtime_history *history, const struct pool_ask *ask,
                      int64_t left_us, int64_t ran_us, const struct random_block *luck) {
    struct group_key key[LEVELS];
    keys_of(ask, left_us, key);
    for (uint32_t level = 0; level < LEVELS; level++) {
        const uint32_t slot =
            history->slot[find_slot(history, key[level].account, key[level].kind)];
        const struct group *group = slot ? &history->group[slot - 1] : NULL;
        const uint32_t n = group ? count_longer(group, left_us, ran_us) : 0;
        const bool is_last = level == LEVELS - 1; // the word has a die for each level but it
        if (n > 0 && (is_last || (luck->word[0] >> 8 * level & 255) * (n + BEHIND) < 256 * n)) {
            return pick_longer(group, left_us, ran_us,
                               (uint32_t)((uint64_t)luck->word[1] * n >> 32));
        }
    }
    return beyond(left_us, ran_us, luck->word[2]);
}

// ---- what comes

void runtimes_come(struct runtime_history *history, int64_t now_us, const struct pool_ask *ask) {
    history->coming[history->next_coming] = (struct coming){now_us, *ask};
    history->next_coming = (history->next_coming + 1) % RUNTIMES_MAX_COMINGS;
    history->n_coming += history->n_coming < RUNTIMES_MAX_COMINGS;
}

static const struct coming *coming_at(const struct runtime_history *it, uint32_t i) {
    return &it->coming[it->n_coming < RUNTIMES_MAX_COMINGS
                           ? i
                           : (it->next_coming + i) % RUNTIMES_MAX_COMINGS];
}

// The first that came at or behind a moment.
static uint32_t first_behind(const struct runtime_history *it, int64_t at_us) {
    uint32_t low = 0, high = it->n_coming;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (coming_at(it, mid)->at_us < at_us) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

// An hour of the past for the one that begins at from_us: at the same hour of a day that is known whole, else any.
static int64_t draw_hour(const struct comings *it, int64_t from_us) {
    const int64_t first_us = coming_at(it->history, 0)->at_us;
    const int64_t last_us =
        it->now_us - HOUR_US; // where an hour that is known begins at the latest
    const struct random_block luck = random_at(it->seed, it->n_hour, 0);
    if (last_us <= first_us) { // a burst of seconds is no rate: it comes once an hour
        return first_us;
    }
    const int64_t least = (from_us - last_us + DAY_US - 1) / DAY_US;
    const int64_t most = (from_us - first_us) / DAY_US;
    if (least <= most) {
        const uint64_t n = (uint64_t)(most - least) + 1;
        return from_us - (least + (int64_t)((luck.word[0] * n) >> 32)) * DAY_US;
    }
    const double u = random_open((uint64_t)luck.word[0] << 32 | luck.word[1]);
    return first_us + (int64_t)(u * (double)(last_us - first_us));
}

// The hour that has the next: `at` is of it, or there is none for long.
static void settle(struct comings *it) {
    while (it->at == it->n_of_hour && it->n_hour < MAX_HOURS) {
        const int64_t from_us = it->now_us + (int64_t)it->n_hour * HOUR_US;
        const int64_t past_us = draw_hour(it, from_us);
        it->n_hour++;
        it->at = first_behind(it->history, past_us);
        it->n_of_hour = first_behind(it->history, past_us + HOUR_US);
        it->shift_us = from_us - past_us;
    }
}

void comings_begin(struct comings *comings, const struct runtime_history *history, int64_t now_us,
                   const struct random_block *luck) {
    *comings = (struct comings){.history = history,
                                .now_us = now_us,
                                .seed = (uint64_t)luck->word[0] << 32 | luck->word[1]};
    if (history->n_coming >= 2 && coming_at(history, 0)->at_us < now_us) {
        settle(comings);
    }
}

int64_t comings_next_us(const struct comings *comings) {
    return comings->at < comings->n_of_hour
               ? coming_at(comings->history, comings->at)->at_us + comings->shift_us
               : INT64_MAX;
}

const struct pool_ask *comings_take(struct comings *comings) {
    const struct pool_ask *ask = &coming_at(comings->history, comings->at)->ask;
    comings->at++;
    settle(comings);
    return ask;
}
