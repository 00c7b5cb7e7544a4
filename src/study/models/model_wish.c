// One table says which wishes there are; what it has not is a hint of the spreadsheet's reader.

#include "study/models/model_wish.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"

enum { NAME_BYTES = 32 };

void model_wish_init(struct model_wish *wish) {
    *wish = (struct model_wish){.cost_miss = (double)NAN,
                                .cost_alarm = (double)NAN,
                                .level = (double)NAN,
                                .cap = (double)NAN,
                                .seed = 1};
    quality_hints_init(&wish->hints);
}

void model_wish_fini(struct model_wish *wish) {
    quality_hints_fini(&wish->hints);
    *wish = (struct model_wish){0};
}

// ---- values

static maru_status take_text(struct model_wish *wish, const char *text, const char **out,
                             maru_error *err) {
    const char *copy = arena_text(&wish->hints.arena, text, strlen(text));
    if (!copy) {
        return arena_refusal(&wish->hints.arena, err);
    }
    *out = copy;
    return MARU_OK;
}

static maru_status take_setting(struct model_wish *wish, const char *text, maru_error *err) {
    if (wish->n_setting == WISH_MAX_SETTINGS) {
        return fail(err, MARU_E_LIMIT, "more than %d settings", WISH_MAX_SETTINGS);
    }
    const maru_status st = take_text(wish, text, &wish->setting[wish->n_setting], err);
    wish->n_setting += st == MARU_OK;
    return st;
}

static maru_status take_number(const char *name, const char *text, double *out, maru_error *err) {
    double value;
    if (!number_double(text, strlen(text), &value) || !isfinite(value)) {
        return fail(err, MARU_E_INPUT, "%s is a number, not \"%.40s\"", name, text);
    }
    *out = value;
    return MARU_OK;
}

static maru_status take_seed(struct model_wish *wish, const char *text, maru_error *err) {
    int64_t seed;
    if (!number_int64(text, strlen(text), &seed) || seed < 0) {
        return fail(err, MARU_E_INPUT, "a seed is a whole number from 0, not \"%.40s\"", text);
    }
    wish->seed = (uint64_t)seed;
    return MARU_OK;
}

// ---- the table

enum wish_kind { WISH_TEXT, WISH_NUMBER, WISH_SETTING, WISH_SEED };

static const struct {
    const char *name;
    enum wish_kind kind;
    size_t offset; // WISH_TEXT, WISH_NUMBER
} table[] = {
    {"goal", WISH_TEXT, offsetof(struct model_wish, goal)},
    {"split", WISH_TEXT, offsetof(struct model_wish, split)},
    {"kind", WISH_TEXT, offsetof(struct model_wish, kind)},
    {"unit", WISH_TEXT, offsetof(struct model_wish, unit)},
    {"order", WISH_TEXT, offsetof(struct model_wish, order)},
    {"normal", WISH_TEXT, offsetof(struct model_wish, normal)},
    {"setting", WISH_SETTING, 0},
    {"cost-miss", WISH_NUMBER, offsetof(struct model_wish, cost_miss)},
    {"cost-alarm", WISH_NUMBER, offsetof(struct model_wish, cost_alarm)},
    {"level", WISH_NUMBER, offsetof(struct model_wish, level)},
    {"cap", WISH_NUMBER, offsetof(struct model_wish, cap)},
    {"seed", WISH_SEED, 0},
};
enum { N_TABLE = sizeof table / sizeof table[0] };

static const char *const of_hints[] = {"target",    "bad",   "time", "limits",
                                       "leave-out", "cause", "sheet"};

static size_t find(const char *name) {
    size_t i = 0;
    while (i < N_TABLE && strcmp(table[i].name, name) != 0) {
        i++;
    }
    return i;
}

static bool is_hint(const char *name) {
    bool is = false;
    for (size_t i = 0; i < sizeof of_hints / sizeof *of_hints; i++) {
        is = is || strcmp(of_hints[i], name) == 0;
    }
    return is;
}

// The name with - for each _; "" where it is too long for any.
static void plain_name(const char *name, char out[NAME_BYTES]) {
    size_t n = strlen(name);
    n = n < NAME_BYTES ? n : 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = (char)(name[i] == '_' ? '-' : name[i]);
    }
    out[n] = '\0';
}

bool model_wish_has(const char *name) {
    char plain[NAME_BYTES];
    plain_name(name, plain);
    return find(plain) < N_TABLE || is_hint(plain);
}

maru_status model_wish_take(struct model_wish *wish, const char *name, const char *value,
                            maru_error *err) {
    char plain[NAME_BYTES];
    plain_name(name, plain);
    if (is_hint(plain)) {
        return quality_hints_take(&wish->hints, plain, value, err);
    }
    const size_t i = find(plain);
    if (i == N_TABLE) {
        return fail(err, MARU_E_INPUT, "training knows no \"%.80s\"", name);
    }
    if (!value[0]) {
        return MARU_OK;
    }
    void *field = (char *)wish + table[i].offset;
    switch (table[i].kind) {
    case WISH_TEXT:
        return take_text(wish, value, field, err);
    case WISH_NUMBER:
        return take_number(plain, value, field, err);
    case WISH_SETTING:
        return take_setting(wish, value, err);
    case WISH_SEED:
    default:
        return take_seed(wish, value, err);
    }
}
