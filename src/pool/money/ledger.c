#include "pool/money/ledger.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"

// Entries stand in one array. A table of slots finds an entry by (kind, key, attempt): of charges it is the newest of its attempt,
// and `previous` leads to those before it. Beside them grants and spendings are kept as credits.c takes them.

const char *const ledger_kind_names[LEDGER_KINDS] = {"grant", "charge", "refund", "adjustment",
                                                     "expiry"};

static const uint32_t no_entry = UINT32_MAX;

struct ledger {
    struct ledger_entry *entry; // (n)
    uint32_t *previous;         // (n) charge of the same attempt before it
    int64_t *returned;          // (n) of a charge: what refunds gave back of it
    uint32_t *slot;             // (n_slot), 0: free, else 1 + entry
    struct credit_grant *grant; // (n_grant)
    struct credit_spend *spend; // (n_spend)
    uint32_t *parent;           // (n_account)
    uint32_t n, cap, n_slot, n_account, n_grant, cap_grant, n_spend, cap_spend;
};

maru_status ledger_new(const uint32_t *parent, uint32_t n_account, struct ledger **out,
                       maru_error *err) {
    for (uint32_t i = 1; i < n_account; i++) {
        if (parent[i] >= i) {
            return fail(err, MARU_E_RANGE, "parents of accounts come before them");
        }
    }
    if (n_account == 0) {
        return fail(err, MARU_E_RANGE, "parents of accounts come before them");
    }
    struct ledger *ledger = alloc_new(1, sizeof *ledger);
    if (ledger && (ledger->parent = alloc_new(n_account, sizeof *ledger->parent)) != NULL) {
        memcpy(ledger->parent, parent, n_account * sizeof *parent);
        ledger->n_account = n_account;
        *out = ledger;
        return MARU_OK;
    }
    ledger_free(ledger);
    return fail(err, MARU_E_MEMORY, "no memory");
}

void ledger_free(struct ledger *ledger) {
    if (ledger) {
        alloc_free(ledger->entry);
        alloc_free(ledger->previous);
        alloc_free(ledger->returned);
        alloc_free(ledger->slot);
        alloc_free(ledger->grant);
        alloc_free(ledger->spend);
        alloc_free(ledger->parent);
        alloc_free(ledger);
    }
}

// ---- finding

static uint64_t mix(const struct ledger_entry *entry) {
    uint64_t x = entry->key ^ (uint64_t)entry->kind << 56 ^ (uint64_t)entry->attempt << 32;
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

static bool is_same_name(const struct ledger_entry *a, const struct ledger_entry *b) {
    return a->kind == b->kind && a->key == b->key &&
           (a->kind != LEDGER_CHARGE || a->attempt == b->attempt);
}

// The slot of an entry of this name, or the free one where it would stand. There is a free one.
static uint32_t *find_slot(const struct ledger *ledger, const struct ledger_entry *entry) {
    struct ledger_entry name = *entry;
    name.attempt = name.kind == LEDGER_CHARGE ? name.attempt : 0;
    uint32_t at = (uint32_t)mix(&name) & (ledger->n_slot - 1);
    while (ledger->slot[at] && !is_same_name(&ledger->entry[ledger->slot[at] - 1], &name)) {
        at = (at + 1) & (ledger->n_slot - 1);
    }
    return &ledger->slot[at];
}

static uint32_t find(const struct ledger *ledger, const struct ledger_entry *entry) {
    return ledger->n_slot ? *find_slot(ledger, entry) - 1 : no_entry; // 0 - 1: none
}

// The charge of an attempt that begins at this moment.
static uint32_t find_charge(const struct ledger *ledger, uint64_t job, uint32_t attempt,
                            int64_t at_us) {
    const struct ledger_entry name = {.kind = LEDGER_CHARGE, .key = job, .attempt = attempt};
    uint32_t i = find(ledger, &name);
    while (i != no_entry && ledger->entry[i].at_us != at_us) {
        i = ledger->previous[i];
    }
    return i;
}

bool ledger_charged_until(const struct ledger *ledger, uint64_t job, uint32_t attempt,
                          int64_t *until_us) {
    const struct ledger_entry name = {.kind = LEDGER_CHARGE, .key = job, .attempt = attempt};
    const uint32_t i = find(ledger, &name);
    if (i != no_entry) {
        *until_us = ledger->entry[i].until_us;
    }
    return i != no_entry;
}

// ---- room

static bool grow_entries(struct ledger *ledger) {
    const uint32_t cap = ledger->cap ? 2 * ledger->cap : 64;
    struct ledger_entry *entry = alloc_resize(ledger->entry, cap, sizeof *entry);
    ledger->entry = entry ? entry : ledger->entry;
    uint32_t *previous = alloc_resize(ledger->previous, cap, sizeof *previous);
    ledger->previous = previous ? previous : ledger->previous;
    int64_t *returned = alloc_resize(ledger->returned, cap, sizeof *returned);
    ledger->returned = returned ? returned : ledger->returned;
    ledger->cap = entry && previous && returned ? cap : ledger->cap;
    return entry && previous && returned;
}

static bool grow_grants(struct ledger *ledger) {
    const uint32_t cap = ledger->cap_grant ? 2 * ledger->cap_grant : 16;
    struct credit_grant *grant = alloc_resize(ledger->grant, cap, sizeof *grant);
    ledger->grant = grant ? grant : ledger->grant;
    ledger->cap_grant = grant ? cap : ledger->cap_grant;
    return grant != NULL;
}

static bool grow_spends(struct ledger *ledger) {
    const uint32_t cap = ledger->cap_spend ? 2 * ledger->cap_spend : 64;
    struct credit_spend *spend = alloc_resize(ledger->spend, cap, sizeof *spend);
    ledger->spend = spend ? spend : ledger->spend;
    ledger->cap_spend = spend ? cap : ledger->cap_spend;
    return spend != NULL;
}

static bool grow_slots(struct ledger *ledger) {
    const uint32_t n_slot = ledger->n_slot ? 2 * ledger->n_slot : 64;
    uint32_t *slot = alloc_new(n_slot, sizeof *slot), *old = ledger->slot;
    if (!slot) {
        return false;
    }
    ledger->slot = slot;
    ledger->n_slot = n_slot;
    for (uint32_t i = 0; i < ledger->n; i++) { // a later charge takes the place of an earlier one
        *find_slot(ledger, &ledger->entry[i]) = i + 1;
    }
    alloc_free(old);
    return true;
}

// Room for one more of everything.
static maru_status make_room(struct ledger *ledger, maru_error *err) {
    if (ledger->n == LEDGER_MAX_ENTRIES) {
        return fail(err, MARU_E_LIMIT, "a ledger has at most %d entries", LEDGER_MAX_ENTRIES);
    }
    const bool is_good = (ledger->n < ledger->cap || grow_entries(ledger)) &&
                         (ledger->n_grant < ledger->cap_grant || grow_grants(ledger)) &&
                         (ledger->n_spend < ledger->cap_spend || grow_spends(ledger)) &&
                         (ledger->n < ledger->n_slot / 2 || grow_slots(ledger));
    return is_good ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

// ---- adding

static bool is_same(const struct ledger_entry *a, const struct ledger_entry *b) {
    return a->account == b->account && a->at_us == b->at_us && a->until_us == b->until_us &&
           a->job == b->job && a->attempt == b->attempt &&
           a->amount.credits_micro == b->amount.credits_micro &&
           a->amount.krw_milli == b->amount.krw_milli;
}

static maru_status check_entry(const struct ledger *ledger, const struct ledger_entry *entry,
                               maru_error *err) {
    const int64_t amount = entry->amount.credits_micro;
    const bool is_signed = entry->kind == LEDGER_ADJUSTMENT;
    if (entry->kind >= LEDGER_EXPIRY || entry->account >= ledger->n_account) {
        return fail(err, MARU_E_RANGE, "no such kind of entry, or no such account");
    }
    if (amount > CREDITS_MAX_AMOUNT || amount < (is_signed ? -CREDITS_MAX_AMOUNT : 0)) {
        return fail(err, MARU_E_RANGE, "an amount that an entry cannot have");
    }
    const bool has_time =
        entry->kind == LEDGER_GRANT || entry->kind == LEDGER_CHARGE || (is_signed && amount > 0);
    if (has_time && entry->until_us <= entry->at_us) {
        return fail(err, MARU_E_RANGE, "an entry that ends before it begins");
    }
    const bool is_grant = entry->kind == LEDGER_GRANT || (is_signed && amount > 0);
    return !is_grant || ledger->n_grant < CREDITS_MAX_GRANTS
               ? MARU_OK
               : fail(err, MARU_E_LIMIT, "more than %d grants of credits", CREDITS_MAX_GRANTS);
}

// Is it there already? MARU_MORE: it is not.
static maru_status look_for(const struct ledger *ledger, const struct ledger_entry *entry,
                            maru_error *err) {
    const uint32_t known = find(ledger, entry);
    if (known == no_entry) {
        return MARU_MORE;
    }
    if (entry->kind != LEDGER_CHARGE) {
        return is_same(&ledger->entry[known], entry)
                   ? MARU_OK
                   : fail(err, MARU_E_RANGE, "an entry of this name says something else");
    }
    const int64_t charged_us = ledger->entry[known].until_us;
    if (entry->at_us == charged_us) {
        return MARU_MORE;
    }
    const uint32_t same = find_charge(ledger, entry->key, entry->attempt, entry->at_us);
    if (same != no_entry && is_same(&ledger->entry[same], entry)) {
        return MARU_OK;
    }
    return fail(err, MARU_E_RANGE,
                entry->at_us > charged_us ? "a gap between two charges of one attempt"
                                          : "two charges of one attempt for the same time");
}

static maru_status take_refund(struct ledger *ledger, const struct ledger_entry *entry,
                               maru_error *err) {
    const uint32_t charge = find_charge(ledger, entry->job, entry->attempt, entry->at_us);
    if (charge == no_entry) {
        return fail(err, MARU_E_RANGE, "no charge of this job begins at this time");
    }
    const int64_t amount = ledger->entry[charge].amount.credits_micro;
    if (entry->amount.credits_micro > amount - ledger->returned[charge]) {
        return fail(err, MARU_E_RANGE, "more is given back than was charged");
    }
    ledger->returned[charge] += entry->amount.credits_micro;
    return MARU_OK;
}

// Grants and spendings for credits.c.
static void keep_credits(struct ledger *ledger, const struct ledger_entry *entry) {
    const int64_t amount = entry->amount.credits_micro;
    if (entry->kind == LEDGER_GRANT || (entry->kind == LEDGER_ADJUSTMENT && amount > 0)) {
        ledger->grant[ledger->n_grant++] =
            (struct credit_grant){entry->key, amount, entry->at_us, entry->until_us};
    } else {
        const int64_t spent = entry->kind == LEDGER_CHARGE ? amount : -amount;
        const struct credit_spend spend = {entry->at_us,
                                           entry->kind == LEDGER_ADJUSTMENT ? -amount : spent};
        ledger->spend[ledger->n_spend++] = spend;
    }
}

maru_status ledger_add(struct ledger *ledger, const struct ledger_entry *entry, bool *is_new,
                       maru_error *err) {
    maru_status st = check_entry(ledger, entry, err);
    st = st == MARU_OK ? look_for(ledger, entry, err) : st;
    if (st != MARU_MORE) {
        if (st == MARU_OK && is_new) {
            *is_new = false;
        }
        return st;
    }
    st = make_room(ledger, err);
    if (st == MARU_OK && entry->kind == LEDGER_REFUND) {
        st = take_refund(ledger, entry, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t i = ledger->n++;
    uint32_t *slot = find_slot(ledger, entry);
    ledger->previous[i] = *slot - 1;
    ledger->returned[i] = 0;
    ledger->entry[i] = *entry;
    *slot = i + 1;
    keep_credits(ledger, entry);
    if (is_new) {
        *is_new = true;
    }
    return MARU_OK;
}

// ---- looking

const struct ledger_entry *ledger_entries(const struct ledger *ledger, uint32_t *n) {
    *n = ledger->n;
    return ledger->entry;
}

struct credit_book ledger_book(const struct ledger *ledger) {
    return (struct credit_book){ledger->grant, ledger->spend, ledger->n_grant, ledger->n_spend};
}

int64_t ledger_spent(const struct ledger *ledger, uint32_t account, int64_t from_us,
                     int64_t until_us) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < ledger->n; i++) {
        const struct ledger_entry *entry = &ledger->entry[i];
        uint32_t who = entry->account;
        if (entry->kind != LEDGER_CHARGE || entry->at_us < from_us || entry->at_us >= until_us) {
            continue;
        }
        while (who != account && who != 0) {
            who = ledger->parent[who];
        }
        sum += who == account ? entry->amount.credits_micro - ledger->returned[i] : 0;
    }
    return sum;
}

maru_status ledger_expiries(const struct ledger *ledger, int64_t at_us, struct ledger_entry *entry,
                            uint32_t *n, maru_error *err) {
    struct credit_left *left = alloc_new((size_t)ledger->n_grant + 1, sizeof *left);
    const struct credit_book book = ledger_book(ledger);
    struct credit_state state;
    if (!left) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = credits_settle(&book, at_us, left, &state, err);
    uint32_t n_expired = 0;
    for (uint32_t i = 0; st == MARU_OK && i < ledger->n_grant; i++) {
        if (left[i].expired_micro > 0) {
            entry[n_expired++] =
                (struct ledger_entry){.kind = LEDGER_EXPIRY,
                                      .key = ledger->grant[i].key,
                                      .at_us = ledger->grant[i].until_us,
                                      .until_us = ledger->grant[i].until_us,
                                      .amount = {.credits_micro = -left[i].expired_micro}};
        }
    }
    alloc_free(left);
    if (st == MARU_OK) {
        *n = n_expired;
    }
    return st;
}
