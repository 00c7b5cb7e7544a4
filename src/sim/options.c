#include "sim/options.h"

#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"

// Two X-macro lists (choices and numbers) are the only place where an option is written down: the
// struct, its defaults, its text form and the table for documents all come from them.

static const maru_option OPTIONS[] = {
    {"rule", "plant", "a rule of docs/RULES.md, or plant",
     "order in which waiting lots are taken, for all tool groups"},
    {"rule:GROUP", "", "a rule of docs/RULES.md", "the same for one tool group"},
#define X(field, name, first, choices, meaning) {name, first, choices, meaning},
    OPTION_CHOICES(X)
#undef X
#define X(field, name, first, lowest, highest, meaning)                                            \
    {name, #first, #lowest " to " #highest, meaning},
        OPTION_NUMBERS(X)
#undef X
};

size_t maru_option_count(void) { return sizeof OPTIONS / sizeof OPTIONS[0]; }

const maru_option *maru_option_at(size_t index) {
    return index < maru_option_count() ? &OPTIONS[index] : NULL;
}

maru_options *maru_options_new(void) {
    maru_options *options = alloc_new(1, sizeof *options);
    if (!options) {
        return NULL;
    }
#define X(field, name, first, lowest, highest, meaning) options->field = (first);
    OPTION_NUMBERS(X)
#undef X
    return options; // a choice of 0 is the first of its list: the default
}

void maru_options_free(maru_options *options) { alloc_free(options); }

// The place of `value` in "a | b | c", -1 when it is not there.
static int find_choice(const char *choices, const char *value) {
    const size_t n_value = strlen(value);
    int place = 0;
    const char *at = choices;
    while (*at) {
        const size_t n = strcspn(at, " ");
        if (n == n_value && memcmp(at, value, n) == 0) {
            return place;
        }
        at += n;
        at += strspn(at, " |");
        place++;
    }
    return -1;
}

static maru_status set_choice(uint8_t *field, const char *name, const char *choices,
                              const char *value, maru_error *err) {
    const int place = find_choice(choices, value);
    if (place < 0) {
        return fail(err, MARU_E_USAGE, "option %s cannot be '%.60s'; choose one of: %s", name,
                    value, choices);
    }
    *field = (uint8_t)place;
    return MARU_OK;
}

static maru_status set_number(int64_t *field, const char *name, int64_t lowest, int64_t highest,
                              const char *value, maru_error *err) {
    int64_t number = 0;
    if (!number_int64(value, strlen(value), &number) || number < lowest || number > highest) {
        return fail(err, MARU_E_USAGE,
                    "option %s cannot be '%.60s'; give a whole number from %lld to %lld", name,
                    value, (long long)lowest, (long long)highest);
    }
    *field = number;
    return MARU_OK;
}

static maru_status check_rule(const char *value, size_t room, maru_error *err) {
    struct rule rule;
    if (strlen(value) >= room) {
        return fail(err, MARU_E_LIMIT, "the rule is longer than %zu bytes", room - 1);
    }
    return rule_compile(value, &rule, err);
}

static maru_status set_group_rule(maru_options *options, const char *group, const char *value,
                                  maru_error *err) {
    if (options->n_group_rule >= OPTIONS_MAX_GROUP_RULE || strlen(group) >= OPTIONS_NAME_BYTES) {
        return fail(err, MARU_E_LIMIT, "at most %d rules of tool groups, with names below %d bytes",
                    OPTIONS_MAX_GROUP_RULE, OPTIONS_NAME_BYTES);
    }
    const maru_status st = check_rule(value, sizeof options->group_rule[0].rule, err);
    if (st == MARU_OK) {
        memcpy(options->group_rule[options->n_group_rule].group, group, strlen(group) + 1);
        memcpy(options->group_rule[options->n_group_rule].rule, value, strlen(value) + 1);
        options->n_group_rule++;
    }
    return st;
}

maru_status maru_options_set(maru_options *options, const char *name, const char *value,
                             maru_error *err) {
    if (strcmp(name, "rule") == 0) {
        if (strcmp(value, "plant") == 0) {
            options->rule[0] = '\0';
            return MARU_OK;
        }
        const maru_status st = check_rule(value, sizeof options->rule, err);
        if (st == MARU_OK) {
            memcpy(options->rule, value, strlen(value) + 1);
        }
        return st;
    }
    if (strncmp(name, "rule:", 5) == 0) {
        return set_group_rule(options, name + 5, value, err);
    }
#define X(field, its_name, first, choices, meaning)                                                \
    if (strcmp(name, its_name) == 0) {                                                             \
        return set_choice(&options->field, its_name, choices, value, err);                         \
    }
    OPTION_CHOICES(X)
#undef X
#define X(field, its_name, first, lowest, highest, meaning)                                        \
    if (strcmp(name, its_name) == 0) {                                                             \
        return set_number(&options->field, its_name, lowest, highest, value, err);                 \
    }
    OPTION_NUMBERS(X)
#undef X
    return fail(err, MARU_E_USAGE, "there is no option '%.60s'; `maru help options` lists them",
                name);
}
