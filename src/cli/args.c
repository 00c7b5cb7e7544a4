#include "cli/args.h"

#include "base/number.h"
#include "base/status.h"
#include "pool/trace/pool_sheet.h"

#include <string.h>

// Nearness of names is the Damerau distance (a letter more, less, other, or two swapped), so that
// --warmpu finds --warmup; up to a third of the longer name's letters may differ.

enum { NEAR_MAX = 24 };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static size_t distance(const char *a, const char *b) {
    const size_t n = strlen(a), m = strlen(b);
    size_t row[3][NEAR_MAX + 1];
    if (n > NEAR_MAX || m > NEAR_MAX) {
        return NEAR_MAX;
    }
    for (size_t j = 0; j <= m; j++) {
        row[0][j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3];
        const size_t *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = before[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(now[j], least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least(now[j], earlier[j - 2] + 1);
            }
        }
    }
    return row[n % 3][m];
}

const char *args_nearest(const char *wanted, const void *names, size_t n, size_t stride) {
    const char *best = NULL;
    size_t best_distance = NEAR_MAX;
    for (size_t i = 0; i < n; i++) {
        const char *name = *(const char *const *)((const char *)names + i * stride);
        const size_t longer = strlen(name) > strlen(wanted) ? strlen(name) : strlen(wanted);
        const bool is_start = strlen(wanted) > 2 && strncmp(name, wanted, strlen(wanted)) == 0;
        const size_t d = is_start ? 1 : distance(wanted, name);
        if (d < best_distance && d <= (longer + 2) / 3) {
            best = name;
            best_distance = d;
        }
    }
    return best;
}

bool args_span(const char *text, maru_time *out) {
    static const struct {
        const char *name;
        int64_t us;
    } unit[] = {{"", 86400000000},        {"d", 86400000000},       {"day", 86400000000},
                {"days", 86400000000},    {"h", 3600000000},        {"hr", 3600000000},
                {"hour", 3600000000},     {"hours", 3600000000},    {"min", 60000000},
                {"s", 1000000},           {"sec", 1000000},         {"w", 604800000000},
                {"week", 604800000000},   {"weeks", 604800000000},  {"y", 31536000000000},
                {"year", 31536000000000}, {"years", 31536000000000}};
    const size_t n_number = strspn(text, "0123456789.");
    const char *name = text + n_number + strspn(text + n_number, " ");
    for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
        if (strcmp(name, unit[i].name) == 0) {
            return number_scaled(text, n_number, unit[i].us, out);
        }
    }
    return false;
}

// Plain numbers are days here, minutes for sbatch and seconds in traces: whoever writes one is asked which.
static bool read_time(const char *text, maru_time *out) {
    const size_t n = strlen(text);
    return n > 0 && strspn(text, "0123456789.") < n &&
           (args_span(text, out) || pool_span_read(text, n, out));
}

static bool read_share(const char *text, double *out) {
    size_t n = strlen(text);
    double scale = 1;
    if (n > 0 && text[n - 1] == '%') {
        scale = 0.01;
        n--;
        n -= n > 0 && text[n - 1] == ' ';
    }
    double value = 0;
    if (!number_double(text, n, &value) || !(value * scale > 0 && value * scale < 1)) {
        return false;
    }
    *out = value * scale;
    return true;
}

// One sentence in the caller's language as an error.
static maru_status refuse(maru_error *err, enum lang lang, enum word id,
                          const char *const *arguments) {
    struct text text;
    text_init(&text, MARU_ERROR_TEXT_BYTES);
    words_add(&text, lang, id, arguments);
    fail(err, MARU_E_USAGE, "%s", text.bytes ? text.bytes : "");
    text_fini(&text);
    return MARU_E_USAGE;
}

static bool read_value(const struct option *option, void *values, const char *text) {
    void *at = (char *)values + option->offset;
    int64_t count = 0;
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)at = true;
        return true;
    case OPTION_TEXT:
        *(const char **)at = text;
        return true;
    case OPTION_COUNT:
        if (!number_int64(text, strlen(text), &count) || count < 0 ||
            (uint64_t)count < option->lowest || (uint64_t)count > option->highest) {
            return false;
        }
        *(uint64_t *)at = (uint64_t)count;
        return true;
    case OPTION_SPAN:
        return args_span(text, at);
    case OPTION_TIME:
        return read_time(text, at);
    case OPTION_SHARE:
        return read_share(text, at);
    case OPTION_REAL: {
        double value = 0;
        if (!number_double(text, strlen(text), &value) || !(value > 0)) {
            return false;
        }
        *(double *)at = value;
        return true;
    }
    case OPTION_LIST: {
        struct option_list *list = at;
        if (list->n == ARGS_MAX_LIST) {
            return false;
        }
        list->text[list->n++] = text;
        return true;
    }
    }
    return false;
}

static enum word expected(enum option_kind kind) {
    switch (kind) {
    case OPTION_COUNT:
        return W_WANT_COUNT;
    case OPTION_SPAN:
        return W_WANT_SPAN;
    case OPTION_TIME:
        return W_WANT_TIME;
    case OPTION_SHARE:
        return W_WANT_SHARE;
    case OPTION_REAL:
        return W_WANT_REAL;
    case OPTION_LIST:
        return W_WANT_FEWER;
    case OPTION_FLAG:
    case OPTION_TEXT:
        break;
    }
    return W_WANT_TEXT;
}

static maru_status refuse_value(const struct option *option, enum lang lang, const char *text,
                                maru_error *err) {
    if (option->kind == OPTION_COUNT) {
        char range[48];
        struct text buffer;
        text_init(&buffer, sizeof range - 1);
        text_addf(&buffer, "%llu … %llu", (unsigned long long)option->lowest,
                  (unsigned long long)option->highest);
        const maru_status st = refuse(
            err, lang, W_BAD_COUNT, (const char *const[]){option->name, text, buffer.bytes, NULL});
        text_fini(&buffer);
        return st;
    }
    return refuse(
        err, lang, W_BAD_VALUE,
        (const char *const[]){option->name, text, word(lang, expected(option->kind)), NULL});
}

// The option that argv names; n_name: letters of its long name, 0 for a one-letter name.
static size_t find_option(const struct args *args, const char *name, size_t n_name) {
    for (size_t i = 0; i < args->n_option; i++) {
        const struct option *option = &args->option[i];
        const bool is_it =
            n_name > 0 ? strlen(option->name) == n_name && strncmp(option->name, name, n_name) == 0
                       : option->letter != '\0' && option->letter == name[0] && name[1] == '\0';
        if (is_it) {
            return i;
        }
    }
    return args->n_option;
}

static maru_status refuse_name(const struct args *args, enum lang lang, const char *argument,
                               maru_error *err) {
    const char *name = argument + strspn(argument, "-");
    char wanted[NEAR_MAX + 1] = "";
    const size_t n = strcspn(name, "=");
    memcpy(wanted, name, least(n, NEAR_MAX));
    const char *near =
        args_nearest(wanted, &args->option[0].name, args->n_option, sizeof args->option[0]);
    if (near) {
        return refuse(err, lang, W_NO_OPTION_NEAR, (const char *const[]){argument, near, NULL});
    }
    return refuse(err, lang, W_NO_OPTION, (const char *const[]){argument, NULL});
}

// Read the option at argv[0]; *n_used counts it and its value.
static maru_status read_option(struct args *args, enum lang lang, int argc, char **argv,
                               int *n_used, maru_error *err) {
    const bool is_long = argv[0][1] == '-';
    const char *name = argv[0] + (is_long ? 2 : 1);
    const char *equals = is_long ? strchr(name, '=') : NULL;
    const size_t n_name = !is_long ? 0 : equals ? (size_t)(equals - name) : strlen(name);
    const size_t i = find_option(args, name, n_name);
    if (i == args->n_option) {
        return refuse_name(args, lang, argv[0], err);
    }
    const struct option *option = &args->option[i];
    const char *value = equals ? equals + 1 : NULL;
    *n_used = 1;
    if (option->kind == OPTION_FLAG) {
        if (value) {
            return refuse(err, lang, W_NO_VALUE_WANTED, (const char *const[]){option->name, NULL});
        }
    } else if (!value) {
        if (argc < 2 || strncmp(argv[1], "--", 2) == 0) {
            return refuse(err, lang, W_VALUE_MISSING,
                          (const char *const[]){option->name, option->shape, NULL});
        }
        value = argv[1];
        *n_used = 2;
    }
    if (!read_value(option, args->values, value)) {
        return refuse_value(option, lang, value, err);
    }
    args->given |= (uint64_t)1 << i;
    return MARU_OK;
}

maru_status args_read(struct args *args, enum lang lang, int argc, char **argv, maru_error *err) {
    for (size_t i = 0; i < args->n_option; i++) {
        const struct option *option = &args->option[i];
        if (option->standard && !read_value(option, args->values, option->standard)) {
            return refuse_value(option, lang, option->standard, err);
        }
    }
    bool only_words = false;
    for (int i = 0; i < argc;) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            if (args->takes_command) {
                args->command = argv + i + 1;
                args->n_command = (size_t)(argc - i - 1);
                return MARU_OK;
            }
            only_words = true;
            i++;
        } else if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0') {
            int n_used = 0;
            const maru_status st = read_option(args, lang, argc - i, argv + i, &n_used, err);
            if (st != MARU_OK) {
                return st;
            }
            i += n_used;
        } else {
            if (args->n_word == ARGS_MAX_WORDS) {
                return refuse(err, lang, W_TOO_MANY_WORDS, (const char *const[]){argv[i], NULL});
            }
            args->word[args->n_word++] = argv[i++];
        }
    }
    return MARU_OK;
}

bool args_given(const struct args *args, const char *name) {
    const size_t i = find_option(args, name, strlen(name));
    return i < args->n_option && (args->given >> i & 1) != 0;
}

maru_status args_set(struct args *args, enum lang lang, const char *name, const char *value,
                     maru_error *err) {
    const size_t i = find_option(args, name, strlen(name));
    if (i == args->n_option || args_given(args, name)) {
        return MARU_OK;
    }
    const struct option *option = &args->option[i];
    if (option->kind == OPTION_FLAG) {
        const bool is_on = strcmp(value, "true") == 0;
        if (!is_on && strcmp(value, "false") != 0) {
            return refuse(err, lang, W_BAD_VALUE,
                          (const char *const[]){name, value, "true | false", NULL});
        }
        *(bool *)((char *)args->values + option->offset) = is_on;
    } else if (!read_value(option, args->values, value)) {
        return refuse_value(option, lang, value, err);
    }
    args->given |= (uint64_t)1 << i;
    return MARU_OK;
}
