#include "sim/options.h"

#include "sim/model.h"
#include "sim/trial.h"

#include <stdio.h>
#include <stdlib.h>

// The table of options is the only place where they are written down, so the tests walk over it:
// each default is what is said, each choice makes another model, each wrong value is refused with
// the right ones, and a refusal touches nothing.

static bool is_choice(const maru_option *option) { return strstr(option->choices, " | ") != NULL; }
static bool is_number(const maru_option *option) { return strstr(option->choices, " to ") != NULL; }

// The index-th of "a | b | c"; false when there are fewer.
static bool choice_at(const maru_option *option, size_t index, char out[64]) {
    const char *at = option->choices;
    for (size_t i = 0; i < index; i++) {
        at = strstr(at, " | ");
        if (!at) {
            return false;
        }
        at += 3;
    }
    const size_t n = strcspn(at, " ");
    assert_true(n > 0 && n < 64);
    memcpy(out, at, n);
    out[n] = '\0';
    return true;
}

// The fingerprint of the model that an option makes, all others at their defaults.
static uint64_t fingerprint_with(const maru_plant *plant, const char *name, const char *value) {
    maru_options *options = maru_options_new();
    assert_non_null(options);
    maru_error err = {0};
    if (name && maru_options_set(options, name, value, &err) != MARU_OK) {
        fail_msg("%s=%s is refused: %s", name, value, err.text);
    }
    maru_model *model = NULL;
    assert_int_equal(maru_model_new(plant, options, &model, &err), MARU_OK);
    const uint64_t fingerprint = model->fingerprint;
    maru_model_free(model);
    maru_options_free(options);
    return fingerprint;
}

static void the_table_is_complete(void **state) {
    (void)state;
    assert_null(maru_option_at(maru_option_count()));
    for (size_t i = 0; i < maru_option_count(); i++) {
        const maru_option *option = maru_option_at(i);
        assert_true(option->name[0] && option->choices[0] && option->meaning[0]);
        assert_true(is_choice(option) || is_number(option) ||
                    strncmp(option->name, "rule", 4) == 0);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(option->name, maru_option_at(k)->name);
        }
    }
}

static void every_choice_can_be_taken_and_makes_another_model(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_line);
    const uint64_t by_default = fingerprint_with(plant, NULL, NULL);
    for (size_t i = 0; i < maru_option_count(); i++) {
        const maru_option *option = maru_option_at(i);
        char choice[64];
        uint64_t seen[16];
        size_t n = 0;
        for (; is_choice(option) && choice_at(option, n, choice); n++) {
            assert_true(n < 16);
            seen[n] = fingerprint_with(plant, option->name, choice);
            for (size_t k = 0; k < n; k++) {
                if (seen[k] == seen[n]) {
                    fail_msg("%s=%s makes the same model as choice %zu", option->name, choice, k);
                }
            }
        }
        if (n > 0) { // the default is the first choice
            choice_at(option, 0, choice);
            assert_string_equal(option->value, choice);
            assert_true(seen[0] == by_default);
        }
    }
    maru_plant_free(plant);
}

static void numbers_hold_to_their_range(void **state) {
    (void)state;
    maru_options *options = maru_options_new();
    assert_non_null(options);
    for (size_t i = 0; i < maru_option_count(); i++) {
        const maru_option *option = maru_option_at(i);
        if (!is_number(option)) {
            continue;
        }
        const long long lowest = strtoll(option->choices, NULL, 10);
        const long long highest = strtoll(strstr(option->choices, " to ") + 4, NULL, 10);
        const long long first = strtoll(option->value, NULL, 10);
        assert_true(lowest < highest && lowest <= first && first <= highest);
        const long long good[] = {lowest, first, highest}, bad[] = {lowest - 1, highest + 1};
        char text[32];
        for (size_t k = 0; k < 3; k++) {
            snprintf(text, sizeof text, "%lld", good[k]);
            assert_int_equal(maru_options_set(options, option->name, text, NULL), MARU_OK);
        }
        for (size_t k = 0; k < 2; k++) {
            snprintf(text, sizeof text, "%lld", bad[k]);
            assert_int_equal(maru_options_set(options, option->name, text, NULL), MARU_E_USAGE);
        }
    }
    maru_options_free(options);
}

static void wrong_values_are_refused_with_the_right_ones(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",  "yes",      "FIRST", " none",          "none ", "1.5", "99999999999999999999",
        "|", "none | x", "to",    "early|when_free"};
    maru_options *options = maru_options_new(), *before = maru_options_new();
    assert_true(options && before);
    for (size_t i = 0; i < maru_option_count(); i++) {
        const maru_option *option = maru_option_at(i);
        if (!is_choice(option) && !is_number(option)) {
            continue;
        }
        for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
            maru_error err = {0};
            if (maru_options_set(options, option->name, wrong[k], &err) != MARU_E_USAGE) {
                fail_msg("%s='%s' is not refused", option->name, wrong[k]);
            }
            assert_int_equal(err.code, MARU_E_USAGE);
            assert_non_null(strstr(err.text, option->name));
            assert_non_null(strstr(err.text, wrong[k]));
            // what would be right: all choices, or both ends of the range
            const char *const dash = strstr(option->choices, " to ");
            assert_non_null(strstr(err.text, dash ? dash + 4 : option->choices));
            assert_memory_equal(options, before, sizeof *options);
        }
    }
    maru_error err = {0};
    assert_int_equal(maru_options_set(options, "no_such", "1", &err), MARU_E_USAGE);
    assert_non_null(strstr(err.text, "no_such"));
    assert_int_equal(maru_options_set(options, "", "1", NULL), MARU_E_USAGE);
    assert_int_equal(maru_options_set(options, "Rule", "fifo", NULL), MARU_E_USAGE);
    assert_memory_equal(options, before, sizeof *options);
    maru_options_free(options);
    maru_options_free(before);
}

static void defaults_are_those_of_no_options_at_all(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_line);
    maru_model *model = NULL;
    assert_int_equal(maru_model_new(plant, NULL, &model, NULL), MARU_OK);
    assert_true(model->fingerprint == fingerprint_with(plant, NULL, NULL));
    maru_model_free(model);
    for (size_t i = 0; i < maru_option_count(); i++) { // saying a default changes nothing
        const maru_option *option = maru_option_at(i);
        if (strcmp(option->name, "rule:GROUP") != 0) {
            assert_true(fingerprint_with(plant, option->name, option->value) ==
                        fingerprint_with(plant, NULL, NULL));
        }
    }
    maru_plant_free(plant);
}

static void rules_are_checked_when_they_are_set(void **state) {
    (void)state;
    maru_options *options = maru_options_new(), *before = maru_options_new();
    assert_true(options && before);
    maru_error err = {0};
    assert_int_equal(maru_options_set(options, "rule", "priority desc, wat", &err), MARU_E_USAGE);
    assert_int_equal(err.column, 16);
    assert_int_equal(maru_options_set(options, "rule:Press", "due -", &err), MARU_E_USAGE);
    static char text[RULE_MAX_TEXT + 64];
    memset(text, ' ', sizeof text - 1);
    assert_int_equal(maru_options_set(options, "rule", text, &err), MARU_E_LIMIT);
    assert_int_equal(maru_options_set(options, "rule:Press", text, &err), MARU_E_LIMIT);
    assert_memory_equal(options, before, sizeof *options);
    assert_int_equal(maru_options_set(options, "rule", "edd", NULL), MARU_OK);
    assert_string_equal(options->rule, "edd");
    assert_int_equal(maru_options_set(options, "rule", "plant", NULL), MARU_OK);
    assert_string_equal(options->rule, "");
    maru_options_free(options);
    maru_options_free(before);
}

static void rules_of_groups(void **state) {
    (void)state;
    maru_plant *plant = trial_plant(trial_line);
    maru_options *options = maru_options_new();
    assert_non_null(options);
    maru_error err = {0};
    maru_model *model = NULL;
    assert_int_equal(maru_options_set(options, "rule:Nowhere", "edd", NULL), MARU_OK);
    assert_int_equal(maru_model_new(plant, options, &model, &err), MARU_E_USAGE);
    assert_non_null(strstr(err.text, "Nowhere"));
    maru_options_free(options);
    // the last word counts, and saying it twice is as saying it once
    options = trial_options("rule:Press=edd; rule:Test=spt; rule:Press=cr");
    assert_int_equal(maru_model_new(plant, options, &model, NULL), MARU_OK);
    const struct group_rule *press = &model->rule[model->group[model->hop[0].group].rule];
    assert_int_equal(press->rule.criterion[1].kind, RULE_CR);
    maru_model_free(model);
    maru_options_free(options);
    // as many as there is room for, and names that fit
    options = maru_options_new();
    assert_non_null(options);
    char name[OPTIONS_NAME_BYTES + 16];
    for (int i = 0; i < OPTIONS_MAX_GROUP_RULE; i++) {
        snprintf(name, sizeof name, "rule:G%d", i);
        assert_int_equal(maru_options_set(options, name, "fifo", NULL), MARU_OK);
    }
    assert_int_equal(maru_options_set(options, "rule:one_more", "fifo", &err), MARU_E_LIMIT);
    maru_options_free(options);
    options = maru_options_new();
    assert_non_null(options);
    memset(name, 'n', sizeof name);
    memcpy(name, "rule:", 5);
    name[5 + OPTIONS_NAME_BYTES] = '\0';
    assert_int_equal(maru_options_set(options, name, "fifo", &err), MARU_E_LIMIT);
    name[5 + OPTIONS_NAME_BYTES - 1] = '\0';
    assert_int_equal(maru_options_set(options, name, "fifo", &err), MARU_OK);
    maru_options_free(options);
    maru_plant_free(plant);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_complete),
        cmocka_unit_test(every_choice_can_be_taken_and_makes_another_model),
        cmocka_unit_test(numbers_hold_to_their_range),
        cmocka_unit_test(wrong_values_are_refused_with_the_right_ones),
        cmocka_unit_test(defaults_are_those_of_no_options_at_all),
        cmocka_unit_test(rules_are_checked_when_they_are_set),
        cmocka_unit_test(rules_of_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
