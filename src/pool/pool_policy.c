#include "pool/pool_policy.h"

#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "base/toml.h"

// One table of keys says how each is read, checked and written, so that what is written reads back the same. A span of
// time is a text, a whole number with its unit: "7d", "12h", "30min", "90s", "250ms", "10us".

enum field_kind { FIELD_WORD, FIELD_COUNT, FIELD_SPAN, FIELD_BOOL, FIELD_LARGE };

static const char *const backfill_words[BACKFILL_RULES] = {"none", "easy"};
static const char *const reclaim_words[RECLAIM_RULES] = {"none", "borrowed", "priority"};
static const char *const guarantee_words[GUARANTEE_RULES] = {"quota", "private"};
static const char *const shed_words[SHED_ORDERS] = {"borrowed", "youngest", "largest"};
struct field {
    const char *key;
    enum field_kind kind;
    size_t at;               // in struct pool_policy
    const char *const *word; // (n_word) of FIELD_WORD
    int64_t most;            // of FIELD_COUNT; of FIELD_WORD: how many words
};
#define AT(member) offsetof(struct pool_policy, member)
static const struct field fields[] = {
    {"placement", FIELD_WORD, AT(placement), placement_rule_names, PLACEMENT_RULES},
    {"backfill", FIELD_WORD, AT(backfill), backfill_words, BACKFILL_RULES},
    {"reclaim", FIELD_WORD, AT(reclaim), reclaim_words, RECLAIM_RULES},
    {"guarantee", FIELD_WORD, AT(guarantee), guarantee_words, GUARANTEE_RULES},
    {"shed", FIELD_WORD, AT(shed), shed_words, SHED_ORDERS},
    {"backfill_depth", FIELD_COUNT, AT(backfill_depth), NULL, 1000000},
    {"half_life", FIELD_SPAN, AT(half_life_us), NULL, 0},
    {"memory_thousandths", FIELD_COUNT, AT(memory_milli), NULL, 1000},
    {"longest_wait", FIELD_SPAN, AT(longest_wait_us), NULL, 0},
    {"grace", FIELD_SPAN, AT(grace_us), NULL, 0},
    {"protect", FIELD_SPAN, AT(protect_us), NULL, 0},
    {"can_borrow", FIELD_BOOL, AT(can_borrow), NULL, 0},
    {"cap_watts", FIELD_LARGE, AT(cap_watts), NULL, 0},
    {"seed", FIELD_LARGE, AT(seed), NULL, 0},
};
enum { N_FIELD = sizeof fields / sizeof fields[0] };

static const struct unit {
    const char *name;
    int64_t us;
} units[] = {
    {"d", INT64_C(86400000000)}, {"h", INT64_C(3600000000)}, {"min", INT64_C(60000000)},
    {"s", INT64_C(1000000)},     {"ms", INT64_C(1000)},      {"us", INT64_C(1)},
};
enum { N_UNIT = sizeof units / sizeof units[0] };

void pool_policy_default(struct pool_policy *policy) {
    *policy = (struct pool_policy){
        .placement = PLACEMENT_FGD,
        .backfill = BACKFILL_EASY,
        .reclaim = RECLAIM_BORROWED,
        .guarantee = GUARANTEE_QUOTA,
        .shed = SHED_BORROWED,
        .backfill_depth = 100,
        .half_life_us = 7 * units[0].us,
        .memory_milli = 500,
        .longest_wait_us = 7 * units[0].us,
        .grace_us = 2 * units[2].us,
        .protect_us = 10 * units[2].us,
        .can_borrow = true,
        .seed = 1,
    };
}

static bool read_span(const char *text, int64_t *out) {
    const size_t n_digit = strspn(text, "0123456789");
    int64_t n = 0;
    if (n_digit == 0 || !number_int64(text, n_digit, &n)) {
        return false;
    }
    for (size_t i = 0; i < N_UNIT; i++) {
        if (strcmp(text + n_digit, units[i].name) == 0 && n <= INT64_MAX / units[i].us) {
            *out = n * units[i].us;
            return true;
        }
    }
    return strcmp(text, "0") == 0;
}

struct policy_reading {
    struct pool_policy policy;
};

// Texts that would be right, as far as they fit.
static void list_words(const struct field *field, char *out, size_t size) {
    size_t at = 0;
    for (int64_t i = 0; i < field->most && at + 1 < size; i++) {
        const size_t n = strlen(field->word[i]);
        if (at + n + 3 < size) {
            memcpy(out + at, i ? ", " : "", i ? 2 : 0);
            at += i ? 2 : 0;
            memcpy(out + at, field->word[i], n);
            at += n;
        }
    }
    out[at] = '\0';
}

static maru_status refuse_value(const struct field *field, const struct toml_entry *entry,
                                maru_error *err) {
    char words[200];
    switch (field->kind) {
    case FIELD_WORD:
        list_words(field, words, sizeof words);
        return fail_at(err, MARU_E_INPUT, "", entry->row, entry->column,
                       "%s: one of these in quotes is wanted: %s", entry->key, words);
    case FIELD_COUNT:
        return fail_at(err, MARU_E_INPUT, "", entry->row, entry->column,
                       "%s: a whole number from 0 to %lld is wanted", entry->key,
                       (long long)field->most);
    case FIELD_SPAN:
        return fail_at(
            err, MARU_E_INPUT, "", entry->row, entry->column,
            "%s: a time in quotes is wanted, such as \"90s\", \"30min\", \"12h\" or \"7d\"",
            entry->key);
    case FIELD_BOOL:
        return fail_at(err, MARU_E_INPUT, "", entry->row, entry->column,
                       "%s: true or false is wanted", entry->key);
    case FIELD_LARGE:
        break;
    }
    return fail_at(err, MARU_E_INPUT, "", entry->row, entry->column,
                   "%s: a whole number from 0 is wanted", entry->key);
}

static bool read_value(const struct field *field, const struct toml_entry *entry, void *to) {
    switch (field->kind) {
    case FIELD_WORD:
        for (int64_t i = 0; entry->kind == TOML_TEXT && i < field->most; i++) {
            if (strcmp(entry->text, field->word[i]) == 0) {
                const unsigned value = (unsigned)i; // an enum is as wide
                memcpy(to, &value, sizeof value);
                return true;
            }
        }
        return false;
    case FIELD_COUNT: {
        const uint32_t value = (uint32_t)entry->integer;
        const bool is_good =
            entry->kind == TOML_INTEGER && entry->integer >= 0 && entry->integer <= field->most;
        memcpy(to, &value, is_good ? sizeof value : 0);
        return is_good;
    }
    case FIELD_SPAN: {
        int64_t value = 0;
        const bool is_good = entry->kind == TOML_TEXT && read_span(entry->text, &value);
        memcpy(to, &value, is_good ? sizeof value : 0);
        return is_good;
    }
    case FIELD_BOOL:
        memcpy(to, &entry->boolean, entry->kind == TOML_BOOL ? sizeof(bool) : 0);
        return entry->kind == TOML_BOOL;
    case FIELD_LARGE:
        break;
    }
    const uint64_t value = (uint64_t)entry->integer;
    const bool is_good = entry->kind == TOML_INTEGER && entry->integer >= 0;
    memcpy(to, &value, is_good ? sizeof value : 0);
    return is_good;
}

static maru_status see_key(void *context, const struct toml_entry *entry, maru_error *err) {
    struct policy_reading *reading = context;
    for (size_t i = 0; i < N_FIELD; i++) {
        if (strcmp(entry->key, fields[i].key) == 0) {
            return read_value(&fields[i], entry, (char *)&reading->policy + fields[i].at)
                       ? MARU_OK
                       : refuse_value(&fields[i], entry, err);
        }
    }
    char keys[260];
    size_t at = 0;
    for (size_t i = 0; i < N_FIELD; i++) {
        const size_t n = strlen(fields[i].key);
        if (at + n + 3 < sizeof keys) {
            memcpy(keys + at, i ? ", " : "", i ? 2 : 0);
            at += i ? 2 : 0;
            memcpy(keys + at, fields[i].key, n);
            at += n;
        }
    }
    keys[at] = '\0';
    return fail_at(err, MARU_E_INPUT, "", entry->row, 1, "no rule is called '%.40s': %s",
                   entry->key, keys);
}

maru_status pool_policy_read(struct pool_policy *policy, const char *bytes, size_t n,
                             maru_error *err) {
    struct policy_reading reading;
    memset(&reading, 0, sizeof reading);
    pool_policy_default(&reading.policy);
    const maru_status st = toml_read(bytes, n, see_key, &reading, err);
    if (st == MARU_OK) {
        *policy = reading.policy;
    }
    return st;
}

static void write_span(struct text *out, int64_t us) {
    size_t i = 0;
    while (i + 1 < N_UNIT && us % units[i].us) {
        i++;
    }
    i = us ? i : 3;
    text_addf(out, "\"%lld%s\"", (long long)(us / units[i].us), units[i].name);
}

static void write_value(struct text *out, const struct field *field, const void *from) {
    unsigned word = 0;
    uint32_t count = 0;
    int64_t span = 0;
    uint64_t large = 0;
    bool flag = false;
    switch (field->kind) {
    case FIELD_WORD:
        memcpy(&word, from, sizeof word);
        text_addf(out, "\"%s\"", field->word[word]);
        break;
    case FIELD_COUNT:
        memcpy(&count, from, sizeof count);
        text_addf(out, "%u", count);
        break;
    case FIELD_SPAN:
        memcpy(&span, from, sizeof span);
        write_span(out, span);
        break;
    case FIELD_BOOL:
        memcpy(&flag, from, sizeof flag);
        text_addz(out, flag ? "true" : "false");
        break;
    case FIELD_LARGE:
        memcpy(&large, from, sizeof large);
        text_addf(out, "%llu", (unsigned long long)large);
        break;
    }
}

void pool_policy_write(struct text *out, const struct pool_policy *policy) {
    for (size_t i = 0; i < N_FIELD; i++) {
        text_addf(out, "%s = ", fields[i].key);
        write_value(out, &fields[i], (const char *)policy + fields[i].at);
        text_addz(out, "\n");
    }
}
