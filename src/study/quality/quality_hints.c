// One table says which hints there are. Values are strict: the whole of one must be what is asked for. A column stands before the
// last equals sign, so that names may have such signs themselves.
#include "study/quality/quality_hints.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"

void quality_hints_init(struct quality_hints *hints) {
    *hints = (struct quality_hints){.sheet = sheet_no_hints(), .seed = quality_usual().seed};
    arena_init(&hints->arena, QUALITY_MAX_HINT_BYTES);
}

void quality_hints_fini(struct quality_hints *hints) {
    arena_fini(&hints->arena);
    *hints = (struct quality_hints){0};
}

// ---- names

static const char *const kind_name[N_FRAME_KIND] = {[FRAME_EMPTY] = "none",
                                                    [FRAME_NUMBER] = "number",
                                                    [FRAME_WORD] = "word",
                                                    [FRAME_TIME] = "time",
                                                    [FRAME_TEXT] = "text"};

static const struct {
    const char *name;
    char sign;
} separators[] = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"bar", '|'}, {"blank", ' '}};

const char *quality_kind_name(enum frame_kind kind) { return kind_name[kind]; }

const char *quality_separator_name(char separator) {
    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
        if (separators[i].sign == separator) {
            return separators[i].name;
        }
    }
    return NULL;
}

// ---- values

// Room for one more at the end of a list of n, which is made when its first one comes.
static maru_status make_room(struct quality_hints *hints, void **list, size_t n, size_t size,
                             maru_error *err) {
    if (n == QUALITY_MAX_HINTS) {
        return fail(err, MARU_E_LIMIT, "at most %d hints are possible", QUALITY_MAX_HINTS);
    }
    *list = *list ? *list : arena_take(&hints->arena, QUALITY_MAX_HINTS, size);
    return *list ? MARU_OK : arena_refusal(&hints->arena, err);
}

static maru_status copy_text(struct quality_hints *hints, const char *bytes, size_t n,
                             const char **out, maru_error *err) {
    const char *copy = arena_text(&hints->arena, bytes, n);
    if (!copy) {
        return arena_refusal(&hints->arena, err);
    }
    *out = copy;
    return MARU_OK;
}

static maru_status take_role(struct quality_hints *hints, const char *column, enum role role,
                             maru_error *err) {
    struct role_hint hint = {.role = (uint8_t)role};
    void *list = hints->role;
    maru_status st = make_room(hints, &list, hints->n_role, sizeof hint, err);
    st = st == MARU_OK ? copy_text(hints, column, strlen(column), &hint.column, err) : st;
    hints->role = list;
    if (st == MARU_OK) {
        hints->role[hints->n_role++] = hint;
    }
    return st;
}

static bool read_side(const char *bytes, size_t n, double *out) {
    *out = (double)NAN;
    return n == 0 || number_double(bytes, n, out);
}

// "두께=1.2..1.4", "x=..5": either side may be open.
static maru_status take_limit(struct quality_hints *hints, const char *text, maru_error *err) {
    const char *equals = strrchr(text, '=');
    const char *dots = equals ? strstr(equals, "..") : NULL;
    struct quality_limit limit = {0};
    if (!dots || equals == text ||
        !read_side(equals + 1, (size_t)(dots - equals - 1), &limit.lower) ||
        !read_side(dots + 2, strlen(dots + 2), &limit.upper) ||
        (isnan(limit.lower) && isnan(limit.upper))) {
        return fail(err, MARU_E_INPUT, "limits are written COLUMN=LOW..HIGH, not \"%.200s\"", text);
    }
    void *list = hints->limit;
    maru_status st = make_room(hints, &list, hints->n_limit, sizeof limit, err);
    st = st == MARU_OK ? copy_text(hints, text, (size_t)(equals - text), &limit.column, err) : st;
    hints->limit = list;
    if (st == MARU_OK) {
        hints->limit[hints->n_limit++] = limit;
    }
    return st;
}

static maru_status take_kind(struct quality_hints *hints, const char *text, maru_error *err) {
    const char *equals = strrchr(text, '=');
    uint8_t kind = 0;
    while (equals && kind < N_FRAME_KIND && strcmp(kind_name[kind], equals + 1) != 0) {
        kind++;
    }
    if (!equals || equals == text || kind == N_FRAME_KIND) {
        return fail(err, MARU_E_INPUT,
                    "a kind is written COLUMN=number, word, text, time or none, not \"%.200s\"",
                    text);
    }
    struct sheet_kind hint = {.kind = kind};
    void *list = hints->kind;
    maru_status st = make_room(hints, &list, hints->sheet.n_kind, sizeof hint, err);
    st = st == MARU_OK ? copy_text(hints, text, (size_t)(equals - text), &hint.name, err) : st;
    hints->sheet.kind = hints->kind = list;
    if (st == MARU_OK) {
        hints->kind[hints->sheet.n_kind++] = hint;
    }
    return st;
}

static maru_status take_separator(struct quality_hints *hints, const char *text, maru_error *err) {
    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
        const char sign[] = {separators[i].sign, '\0'};
        if (strcmp(text, separators[i].name) == 0 || strcmp(text, sign) == 0) {
            hints->sheet.separator = separators[i].sign;
            return MARU_OK;
        }
    }
    return fail(err, MARU_E_INPUT,
                "a separator is comma, semicolon, tab, bar or blank, not \"%.40s\"", text);
}

static maru_status take_decimal(struct quality_hints *hints, const char *text, maru_error *err) {
    if (strcmp(text, ".") != 0 && strcmp(text, ",") != 0) {
        return fail(err, MARU_E_INPUT, "the decimal sign is . or , but not \"%.40s\"", text);
    }
    hints->sheet.decimal = text[0];
    return MARU_OK;
}

static maru_status take_dates(struct quality_hints *hints, const char *text, maru_error *err) {
    for (int form = 0; form < N_MOMENT_FORM; form++) {
        if (strcmp(text, moment_form_name((enum moment_form)form)) == 0) {
            hints->sheet.form = (uint8_t)form;
            return MARU_OK;
        }
    }
    return fail(err, MARU_E_INPUT,
                "dates are ymd, mdy, dmy, yy, excel, s, ms, us or ns, not \"%.40s\"", text);
}

static maru_status take_first_line(struct quality_hints *hints, const char *text, maru_error *err) {
    int64_t line = 0;
    if (!number_int64(text, strlen(text), &line) || line < 1 || line > FRAME_MAX_ROWS) {
        return fail(err, MARU_E_INPUT,
                    "the first line with data is a whole number from 1, not \"%.40s\"", text);
    }
    hints->sheet.first_line = (uint32_t)line;
    return MARU_OK;
}

static maru_status take_totals(struct quality_hints *hints, const char *text, maru_error *err) {
    const bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0) {
        return fail(err, MARU_E_INPUT, "keep-totals is true or false, not \"%.40s\"", text);
    }
    hints->sheet.keeps_totals = is_true;
    return MARU_OK;
}

static maru_status take_seed(struct quality_hints *hints, const char *text, maru_error *err) {
    int64_t seed = 0;
    if (!number_int64(text, strlen(text), &seed) || seed < 0) {
        return fail(err, MARU_E_INPUT, "a seed is a whole number from 0, not \"%.40s\"", text);
    }
    hints->seed = (uint64_t)seed;
    return MARU_OK;
}

static maru_status take_target(struct quality_hints *hints, const char *text, maru_error *err) {
    return copy_text(hints, text, strlen(text), &hints->target, err);
}

static maru_status take_bad(struct quality_hints *hints, const char *text, maru_error *err) {
    return copy_text(hints, text, strlen(text), &hints->bad, err);
}

static maru_status take_sheet(struct quality_hints *hints, const char *text, maru_error *err) {
    return copy_text(hints, text, strlen(text), &hints->sheet_name, err);
}

// ---- the table

static const struct {
    const char *name;
    uint8_t role; // enum role; N_ROLE: `take` takes it
    maru_status (*take)(struct quality_hints *hints, const char *text, maru_error *err);
} table[] = {
    {"target", N_ROLE, take_target},
    {"bad", N_ROLE, take_bad},
    {"time", ROLE_TIME, NULL},
    {"lot", ROLE_LOT, NULL},
    {"tool", ROLE_TOOL, NULL},
    {"cause", ROLE_INPUT, NULL},
    {"leave-out", ROLE_REMARK, NULL},
    {"limits", N_ROLE, take_limit},
    {"kind", N_ROLE, take_kind},
    {"separator", N_ROLE, take_separator},
    {"decimal", N_ROLE, take_decimal},
    {"dates", N_ROLE, take_dates},
    {"first-line", N_ROLE, take_first_line},
    {"keep-totals", N_ROLE, take_totals},
    {"sheet", N_ROLE, take_sheet},
    {"seed", N_ROLE, take_seed},
};
enum { N_TABLE = sizeof table / sizeof table[0] };

static size_t find(const char *name) {
    size_t i = 0;
    while (i < N_TABLE && strcmp(table[i].name, name) != 0) {
        i++;
    }
    return i;
}

bool quality_hints_has(const char *name) { return find(name) < N_TABLE; }

maru_status quality_hints_take(struct quality_hints *hints, const char *name, const char *value,
                               maru_error *err) {
    const size_t i = find(name);
    if (i == N_TABLE) {
        return fail(err, MARU_E_INPUT, "there is no hint \"%.80s\"", name);
    }
    if (value[0] == '\0') {
        return MARU_OK;
    }
    return table[i].take ? table[i].take(hints, value, err)
                         : take_role(hints, value, (enum role)table[i].role, err);
}

struct quality_options quality_hints_options(const struct quality_hints *hints) {
    struct quality_options options = quality_usual();
    options.seed = hints->seed;
    options.roles.target = hints->target;
    options.roles.bad = hints->bad;
    options.roles.hint = hints->role;
    options.roles.n_hint = hints->n_role;
    options.limit = hints->limit;
    options.n_limit = hints->n_limit;
    // Limits of the target say what is bad.
    for (size_t i = 0; i < hints->n_limit && hints->target; i++) {
        if (strcmp(hints->limit[i].column, hints->target) == 0) {
            options.roles.lower = hints->limit[i].lower;
            options.roles.upper = hints->limit[i].upper;
        }
    }
    return options;
}
