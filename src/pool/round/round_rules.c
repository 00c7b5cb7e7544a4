#include "pool/round/round_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "base/toml.h"

// A key is looked up in one table, which also writes the file, so what is written is read back. Weights and quarters are their own.

enum { FIRST_YEAR = 2000, LAST_YEAR = 2199 };
static const char weight_prefix[] = "weight_";

enum rule_kind { RULE_COUNT, RULE_MILLI, RULE_POINTS };
struct rule {
    const char *key;
    enum rule_kind kind;
    size_t offset;                    // of a uint32_t; RULE_POINTS: of an int64_t
    uint32_t highest, standard, unit; // written value times unit is kept
};
#define AT(member) offsetof(struct round_rules, member)
static const struct rule rules_known[] = {
    {"institution_percent", RULE_MILLI, AT(institution_milli), 100, ROUND_WHOLE, 10},
    {"site_bonus", RULE_MILLI, AT(site_bonus_milli), ROUND_MAX_POINTS, 0, ROUND_WHOLE},
    {"least_points", RULE_POINTS, AT(least_points_milli), ROUND_MAX_POINTS, 0, ROUND_WHOLE},
    {"idle_percent", RULE_MILLI, AT(idle_milli), 100, 50, 10},
    {"warn_days", RULE_COUNT, AT(warn_days), 366, 14, 1},
    {"reclaim_days", RULE_COUNT, AT(reclaim_days), 366, 14, 1},
    {"nodes", RULE_COUNT, AT(nodes), ROUND_MAX_NODES, 20000, 1},
};
enum { N_RULE = sizeof rules_known / sizeof rules_known[0] };

static void set_rule(struct round_rules *rules, const struct rule *rule, int64_t value) {
    char *at = (char *)rules + rule->offset;
    const uint32_t small = (uint32_t)value;
    if (rule->kind == RULE_POINTS) {
        memcpy(at, &value, sizeof value);
    } else {
        memcpy(at, &small, sizeof small);
    }
}

static int64_t get_rule(const struct round_rules *rules, const struct rule *rule) {
    const char *at = (const char *)rules + rule->offset;
    int64_t value = 0;
    uint32_t small = 0;
    if (rule->kind == RULE_POINTS) {
        memcpy(&value, at, sizeof value);
        return value;
    }
    memcpy(&small, at, sizeof small);
    return small;
}

void round_rules_default(struct round_rules *rules) {
    *rules = (struct round_rules){
        .title = "", .seed = 1, .first_year = 2026, .first_quarter = 1, .n_quarter = 4};
    for (size_t i = 0; i < N_RULE; i++) {
        set_rule(rules, &rules_known[i], rules_known[i].standard);
    }
}

// ---- quarters

bool round_quarter_read(const char *bytes, size_t n, uint32_t *out) {
    int64_t year = 0, quarter = 0;
    if (n != 6 || bytes[4] != 'Q' || bytes[0] == '+' || bytes[0] == '-' ||
        !number_int64(bytes, 4, &year) || bytes[5] < '1' || bytes[5] > '4') {
        return false;
    }
    quarter = bytes[5] - '1';
    *out = (uint32_t)(4 * year + quarter);
    return year >= FIRST_YEAR && year <= LAST_YEAR;
}

static uint32_t first_of(const struct round_rules *rules) {
    return 4 * rules->first_year + rules->first_quarter - 1;
}

void round_quarter_write(struct text *out, const struct round_rules *rules, uint32_t quarter) {
    const uint32_t at = first_of(rules) + quarter;
    text_addf(out, "%uQ%u", at / 4, at % 4 + 1);
}

// Days from civil dates: Hinnant, chrono-compatible low-level date algorithms.
int32_t round_quarter_day(const struct round_rules *rules, uint32_t quarter) {
    const uint32_t at = first_of(rules) + quarter;
    const int32_t month = (int32_t)(at % 4) * 3 + 1;
    const int32_t year = (int32_t)(at / 4) - (month <= 2);
    const int32_t era = year / 400, of_era = year - era * 400;
    const int32_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// ---- reading

struct reading {
    struct round_rules *rules;
    bool seen[N_RULE], has_first, has_last, has_seed, has_title, has_site;
    uint32_t last;
};

static maru_status wrong(const struct toml_entry *entry, maru_error *err, const char *right) {
    return fail_at(err, MARU_E_INPUT, "", entry->row, entry->column, "%s: %s", entry->key, right);
}

static maru_status once(const struct toml_entry *entry, bool *seen, maru_error *err) {
    if (*seen) {
        return wrong(entry, err, "each key once");
    }
    *seen = true;
    return MARU_OK;
}

static maru_status read_weight(struct reading *r, const struct toml_entry *entry, maru_error *err) {
    struct round_rules *rules = r->rules;
    const char *name = entry->key + sizeof weight_prefix - 1;
    for (uint32_t i = 0; i < rules->n_criterion; i++) {
        if (strcmp(rules->criterion[i].name, name) == 0) {
            return wrong(entry, err, "each key once");
        }
    }
    if (name[0] == '\0' || entry->kind != TOML_INTEGER || entry->integer < 0 ||
        entry->integer > ROUND_MAX_WEIGHT) {
        return wrong(entry, err, "a weight is a whole number from 0 to 1000");
    }
    if (rules->n_criterion == ROUND_MAX_CRITERIA) {
        return wrong(entry, err, "there can be 16 criteria");
    }
    struct round_criterion *criterion = &rules->criterion[rules->n_criterion++];
    snprintf(criterion->name, sizeof criterion->name, "%s", name);
    criterion->weight = (uint32_t)entry->integer;
    return MARU_OK;
}

static maru_status read_quarter(const struct toml_entry *entry, uint32_t *out, maru_error *err) {
    return entry->kind == TOML_TEXT && round_quarter_read(entry->text, strlen(entry->text), out)
               ? MARU_OK
               : wrong(entry, err, "a quarter such as \"2026Q3\" is wanted");
}

static maru_status read_known(struct reading *r, const struct toml_entry *entry, size_t i,
                              maru_error *err) {
    const struct rule *rule = &rules_known[i];
    int64_t value = 0;
    if (!number_scaled(entry->text, strlen(entry->text), rule->unit, &value) || value < 0 ||
        value > (int64_t)rule->highest * rule->unit ||
        (rule->kind == RULE_COUNT && entry->kind != TOML_INTEGER)) {
        return fail_at(err, MARU_E_INPUT, "", entry->row, entry->column,
                       "%s: a number from %d to %u is wanted", entry->key, 0, rule->highest);
    }
    set_rule(r->rules, rule, value);
    return once(entry, &r->seen[i], err);
}

static maru_status see_entry(void *context, const struct toml_entry *entry, maru_error *err) {
    struct reading *r = context;
    struct round_rules *rules = r->rules;
    uint32_t quarter = 0;
    for (size_t i = 0; i < N_RULE; i++) {
        if (strcmp(entry->key, rules_known[i].key) == 0) {
            return read_known(r, entry, i, err);
        }
    }
    if (strncmp(entry->key, weight_prefix, sizeof weight_prefix - 1) == 0) {
        return read_weight(r, entry, err);
    }
    if (strcmp(entry->key, "title") == 0) {
        if (entry->kind != TOML_TEXT || strlen(entry->text) >= sizeof rules->title) {
            return wrong(entry, err, "a text of less than 128 bytes is wanted");
        }
        snprintf(rules->title, sizeof rules->title, "%s", entry->text);
        return once(entry, &r->has_title, err);
    }
    if (strcmp(entry->key, "seed") == 0) {
        if (entry->kind != TOML_INTEGER || entry->integer < 0) {
            return wrong(entry, err, "a whole number, 0 or more, is wanted");
        }
        rules->seed = (uint64_t)entry->integer;
        return once(entry, &r->has_seed, err);
    }
    if (strcmp(entry->key, "site") == 0) {
        rules->is_site_binding = strcmp(entry->text, "only") == 0;
        return entry->kind != TOML_TEXT ||
                       (!rules->is_site_binding && strcmp(entry->text, "prefer") != 0)
                   ? wrong(entry, err, "\"prefer\" or \"only\" is wanted")
                   : once(entry, &r->has_site, err);
    }
    if (strcmp(entry->key, "first_quarter") == 0) {
        const maru_status st = read_quarter(entry, &quarter, err);
        rules->first_year = quarter / 4;
        rules->first_quarter = quarter % 4 + 1;
        return st == MARU_OK ? once(entry, &r->has_first, err) : st;
    }
    if (strcmp(entry->key, "last_quarter") == 0) {
        const maru_status st = read_quarter(entry, &r->last, err);
        return st == MARU_OK ? once(entry, &r->has_last, err) : st;
    }
    return wrong(entry, err, "there is no rule of this name");
}

maru_status round_rules_read(struct round_rules *rules, const char *bytes, size_t n,
                             maru_error *err) {
    struct reading r = {.rules = rules};
    round_rules_default(rules);
    const maru_status st = toml_read(bytes, n, see_entry, &r, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t first = first_of(rules);
    const uint32_t last = r.has_last ? r.last : first + 3;
    if (last < first || last - first >= ROUND_MAX_QUARTERS) {
        return fail_at(err, MARU_E_INPUT, "", 1, 1,
                       "last_quarter: from the first quarter on, at most %d quarters",
                       ROUND_MAX_QUARTERS);
    }
    rules->n_quarter = last - first + 1;
    return MARU_OK;
}

// ---- writing

static void write_text(struct text *out, const char *key, const char *value) {
    text_addf(out, "%s = \"", key);
    for (const char *at = value; *at; at++) {
        const unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\') {
            text_addf(out, "\\%c", c);
        } else if (c < 0x20 || c == 0x7F) {
            text_addf(out, "\\u%04X", c);
        } else {
            text_add(out, at, 1);
        }
    }
    text_addz(out, "\"\n");
}

// Thousandths as a text that number_scaled reads: TOML's fractions are not read here (base/toml.h).
static void write_milli(struct text *out, const char *key, int64_t value, uint32_t unit) {
    if (value % unit == 0) {
        text_addf(out, "%s = %lld\n", key, (long long)(value / unit));
    } else {
        text_addf(out, "%s = \"", key);
        text_add_fixed(out, (double)value / unit, unit == 10 ? 1 : 3);
        text_addz(out, "\"\n");
    }
}

static void write_quarter(struct text *out, const char *key, const struct round_rules *rules,
                          uint32_t quarter) {
    text_addf(out, "%s = \"", key);
    round_quarter_write(out, rules, quarter);
    text_addz(out, "\"\n");
}

void round_rules_write(struct text *out, const struct round_rules *rules) {
    write_text(out, "title", rules->title);
    text_addf(out, "%s = %llu\n", "seed", (unsigned long long)rules->seed);
    write_quarter(out, "first_quarter", rules, 0);
    write_quarter(out, "last_quarter", rules, rules->n_quarter - 1);
    write_text(out, "site", rules->is_site_binding ? "only" : "prefer");
    for (size_t i = 0; i < N_RULE; i++) {
        write_milli(out, rules_known[i].key, get_rule(rules, &rules_known[i]), rules_known[i].unit);
    }
    for (uint32_t i = 0; i < rules->n_criterion; i++) {
        text_addf(out, "%s%s = %u\n", weight_prefix, rules->criterion[i].name,
                  rules->criterion[i].weight);
    }
}
