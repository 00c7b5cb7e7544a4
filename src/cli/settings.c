#include "cli/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/toml.h"
#include "io/files.h"

// A key of the file is an option of `maru serve` without its dashes, and its value is read as that of the
// option is. So there is one table of what can be said, and one reading of each value.

static const struct {
    const char *option, *variable;
} variables[] = {
    {"config", "MARU_CONFIG"},
    {"data", "MARU_DIR"},
    {"store", "MARU_STORE"},
    {"listen", "MARU_LISTEN"},
    {"tls-cert", "MARU_TLS_CERT"},
    {"tls-key", "MARU_TLS_KEY"},
    {"insecure", "MARU_INSECURE"},
    {"page", "MARU_PAGE"},
    {"workers", "MARU_WORKERS"},
    {"log-level", "MARU_LOG_LEVEL"},
    {"patience", "MARU_PATIENCE"},
    {"quota", "MARU_QUOTA"},
    {"training-memory", "MARU_TRAINING_MEMORY"},
    {"keep-samples", "MARU_KEEP_SAMPLES"},
    {"keep-minutes", "MARU_KEEP_MINUTES"},
    {"keep-hours", "MARU_KEEP_HOURS"},
    {"folders", "MARU_FOLDERS"},
    {"jobs", "MARU_JOBS"},
    {"bare-jobs", "MARU_BARE_JOBS"},
    {"job-disk", "MARU_JOB_DISK"},
    {"control-group", "MARU_CONTROL_GROUP"},
    {"keep-jobs", "MARU_KEEP_JOBS"},
    {"watch-rounds", "MARU_WATCH_ROUNDS"},
    {"executor", "MARU_EXECUTOR"},
    {"slurm-conf", "MARU_SLURM_CONF"},
    {"slurm-programs", "MARU_SLURM_PROGRAMS"},
    {"slurm-partition", "MARU_SLURM_PARTITION"},
    {"slurm-mark", "MARU_SLURM_MARK"},
    {"slurm-accounts", "MARU_SLURM_ACCOUNTS"},
};

static maru_status read_environment(struct call *call, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i].variable);
        if (value && value[0]) {
            st = args_set(&call->args, call->lang, variables[i].option, value, err);
        }
        if (st != MARU_OK) {
            return fail_at(err, st, variables[i].variable, 0, 0, "%s", err->text);
        }
    }
    return st;
}

// ---- the file

struct reading {
    struct settings *settings;
    struct call *call;
    const char *path;
};

static const struct option *find(const char *key) {
    for (size_t i = 0; i < verb_serve.n_option; i++) {
        if (strcmp(verb_serve.option[i].name, key) == 0 && strcmp(key, "config") != 0) {
            return &verb_serve.option[i];
        }
    }
    return NULL;
}

static maru_status refuse_key(const struct reading *reading, const struct toml_entry *entry,
                              maru_error *err) {
    const char *near = args_nearest(entry->key, &verb_serve.option[0].name, verb_serve.n_option,
                                    sizeof verb_serve.option[0]);
    return near ? fail_at(err, MARU_E_INPUT, reading->path, entry->row, 0,
                          "there is no setting '%s': did you mean '%s'?", entry->key, near)
                : fail_at(err, MARU_E_INPUT, reading->path, entry->row, 0,
                          "there is no setting '%s': `maru help serve` lists the options",
                          entry->key);
}

static bool fits(const struct option *option, enum toml_kind kind) {
    return kind == (option->kind == OPTION_FLAG    ? TOML_BOOL
                    : option->kind == OPTION_COUNT ? TOML_INTEGER
                                                   : TOML_TEXT);
}

static maru_status keep(struct settings *settings, const char *text, const char **out,
                        maru_error *err) {
    const size_t n = strlen(text) + 1;
    char *copy = settings->n_kept < SETTINGS_MAX_TEXTS ? alloc_new(n, 1) : NULL;
    if (!copy) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(copy, text, n);
    settings->kept[settings->n_kept++] = copy;
    *out = copy;
    return MARU_OK;
}

static maru_status see(void *context, const struct toml_entry *entry, maru_error *err) {
    const struct reading *reading = context;
    const struct option *option = find(entry->key);
    const char *value = NULL;
    if (!option) {
        return refuse_key(reading, entry, err);
    }
    if (!fits(option, entry->kind)) {
        return fail_at(err, MARU_E_INPUT, reading->path, entry->row, entry->column, "%s: %s",
                       entry->key,
                       option->kind == OPTION_FLAG    ? "true or false is wanted"
                       : option->kind == OPTION_COUNT ? "a whole number without quotes is wanted"
                                                      : "a text in quotes is wanted");
    }
    maru_status st = keep(reading->settings, entry->text, &value, err);
    if (st == MARU_OK) {
        st = args_set(&reading->call->args, reading->call->lang, entry->key, value, err);
        if (st != MARU_OK) {
            st = fail_at(err, MARU_E_INPUT, reading->path, entry->row, entry->column, "%s",
                         err->text);
        }
    }
    return st;
}

// The value of --config, which every verb that reads settings has.
static const char *config_of(const struct call *call) {
    for (size_t i = 0; i < call->args.n_option; i++) {
        const struct option *option = &call->args.option[i];
        if (strcmp(option->name, "config") == 0) {
            return *(const char *const *)((const char *)call->args.values + option->offset);
        }
    }
    return NULL;
}

maru_status settings_apply(struct settings *settings, struct call *call, maru_error *err) {
    *settings = (struct settings){.n_kept = 0};
    maru_status st = read_environment(call, err);
    struct reading reading = {settings, call, st == MARU_OK ? config_of(call) : NULL};
    if (st != MARU_OK || !reading.path) {
        return st;
    }
    struct text bytes;
    text_init(&bytes, SETTINGS_MAX_FILE_BYTES);
    st = files_read(reading.path, &bytes, err);
    if (st == MARU_OK) {
        st = toml_read(bytes.bytes ? bytes.bytes : "", bytes.n_bytes, see, &reading, err);
        if (st != MARU_OK && err->file[0] == '\0') {
            st = fail_at(err, st, reading.path, err->row, err->column, "%s", err->text);
        }
    }
    text_fini(&bytes);
    return st;
}

void settings_fini(struct settings *settings) {
    while (settings->n_kept > 0) {
        alloc_free(settings->kept[--settings->n_kept]);
    }
}
