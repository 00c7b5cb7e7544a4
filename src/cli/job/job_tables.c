// maru job list, show and top: jobs and the pool as tables.

#include "cli/job/job_verbs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "io/clock.h"
#include "io/stop.h"
#include "io/terminal.h"

enum { OUT_BYTES = 1 << 24, REFRESH_MS = 2000, SHOWN = 20 };

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static enum table_style style_of(const char *state) {
    return strcmp(state, "failed") == 0    ? STYLE_BAD
           : strcmp(state, "running") == 0 ? STYLE_GOOD
           : strcmp(state, "done") == 0    ? STYLE_DIM
                                           : STYLE_PLAIN;
}

static const char *state_word(const struct call *call, const char *state) {
    static const struct {
        const char *name;
        enum word word;
    } words[] = {{"waiting", W_JOB_STATE_WAITING},
                 {"running", W_JOB_STATE_RUNNING},
                 {"done", W_JOB_STATE_DONE},
                 {"failed", W_JOB_STATE_FAILED},
                 {"cancelled", W_JOB_STATE_CANCELLED}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(state, words[i].name) == 0) {
            return word(call->lang, words[i].word);
        }
    }
    return state;
}

static void add_number(struct table *table, double value) {
    char text[32];
    snprintf(text, sizeof text, "%.6g", value);
    table_add(table, STYLE_PLAIN, text);
}

// ---- list

static void add_jobs(const struct call *call, const json_t *list, struct text *out) {
    struct table table;
    size_t i;
    const json_t *job;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_JOB));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_NAME));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_PROJECT));
    table_column(&table, ALIGN_RIGHT, "GPU");
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_STATE));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_WHY));
    json_array_foreach(json_object_get(list, "items"), i, job) {
        const char *state = text_of(job, "state");
        const char *why =
            job_sentence(call, json_object_get(json_object_get(job, "waiting"), "sentence"));
        const char *what = job_sentence(call, json_object_get(job, "what"));
        table_add(&table, STYLE_PLAIN, text_of(job, "id"));
        table_add(&table, STYLE_PLAIN, text_of(job, "name"));
        table_add(&table, STYLE_PLAIN, text_of(job, "project"));
        add_number(&table,
                   json_number_value(json_object_get(json_object_get(job, "request"), "gpus")));
        table_add(&table, style_of(state), state_word(call, state));
        table_add(&table, STYLE_DIM, why[0] ? why : what[0] ? what : text_of(job, "reason"));
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

static void list_path(const struct job_values *values, struct text *path) {
    text_addz(path, "/v1/jobs?limit=200");
    if (values->project) {
        text_addz(path, "&project=");
        remote_add_part(path, values->project);
    }
    if (values->state) {
        text_addz(path, "&state=");
        remote_add_part(path, values->state);
    }
}

int job_list(struct call *call, struct remote *remote) {
    struct text path, out;
    maru_error err = {0};
    text_init(&path, 1 << 12);
    list_path(call->args.values, &path);
    int status = EXIT_GOOD;
    if (call->json) {
        status = job_print_raw(call, remote, path.bytes);
    } else {
        json_t *list = job_fetch(remote, path.bytes, &err);
        text_init(&out, OUT_BYTES);
        if (!list) {
            status = verb_refuse(call, &err);
        } else if (json_array_size(json_object_get(list, "items")) == 0) {
            verb_note(call, W_JOB_NONE, (const char *const[]){NULL});
        } else {
            add_jobs(call, list, &out);
            status = verb_print(call, &out, EXIT_GOOD);
        }
        text_fini(&out);
        json_decref(list);
    }
    text_fini(&path);
    return status;
}

// ---- show

static void add_line(struct text *out, const char *name, const char *value) {
    if (value[0]) {
        struct text safe;
        text_init(&safe, 1 << 14);
        table_add_safe(&safe, value);
        text_addf(out, "  %s: %s\n", name, safe.bytes ? safe.bytes : "");
        text_fini(&safe);
    }
}

static void add_tries(const struct call *call, const json_t *job, struct text *out) {
    size_t i;
    const json_t *one;
    struct table table;
    table_init(&table);
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_JOB_COLUMN_TRY));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_NODE));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_STARTED));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_ENDED));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_END));
    json_array_foreach(json_object_get(job, "tries"), i, one) {
        add_number(&table, json_number_value(json_object_get(one, "number")));
        table_add(&table, STYLE_PLAIN,
                  text_of(json_array_get(json_object_get(one, "parts"), 0), "node"));
        table_add(&table, STYLE_PLAIN, text_of(one, "started"));
        table_add(&table, STYLE_PLAIN, text_of(one, "ended"));
        table_add(&table, STYLE_PLAIN, text_of(one, "end"));
    }
    if (i > 0) {
        (void)table_print(&table, call->look, out);
    }
    table_fini(&table);
}

int job_show(struct call *call, struct remote *remote) {
    struct text path, out;
    maru_error err = {0};
    text_init(&path, 1 << 12);
    job_path(&path, call->args.word[1], "");
    int status = EXIT_GOOD;
    if (call->json) {
        status = job_print_raw(call, remote, path.bytes);
    } else {
        json_t *job = job_fetch(remote, path.bytes, &err);
        text_init(&out, OUT_BYTES);
        if (job) {
            const json_t *waiting = json_object_get(job, "waiting");
            add_line(&out, word(call->lang, W_JOB_COLUMN_NAME), text_of(job, "name"));
            add_line(&out, word(call->lang, W_JOB_COLUMN_PROJECT), text_of(job, "project"));
            add_line(&out, word(call->lang, W_JOB_COLUMN_STATE),
                     state_word(call, text_of(job, "state")));
            add_line(&out, word(call->lang, W_JOB_COLUMN_WHY),
                     job_sentence(call, json_object_get(waiting, "sentence")));
            add_line(&out, word(call->lang, W_JOB_COLUMN_PLANNED), text_of(waiting, "planned"));
            add_line(&out, word(call->lang, W_JOB_COLUMN_END), text_of(job, "reason"));
            add_line(&out, word(call->lang, W_JOB_COLUMN_WHY),
                     job_sentence(call, json_object_get(job, "what")));
            add_tries(call, job, &out);
            status = verb_print(call, &out, EXIT_GOOD);
        } else {
            status = verb_refuse(call, &err);
        }
        text_fini(&out);
        json_decref(job);
    }
    text_fini(&path);
    return status;
}

// ---- why

// When it starts, and what would help, a line each.
int job_why(struct call *call, struct remote *remote) {
    struct text path, out;
    maru_error err = {0};
    text_init(&path, 1 << 12);
    job_path(&path, call->args.word[1], "/forecast");
    int status = EXIT_GOOD;
    if (call->json) {
        status = job_print_raw(call, remote, path.bytes);
    } else {
        json_t *forecast = job_fetch(remote, path.bytes, &err);
        size_t i;
        const json_t *help;
        text_init(&out, OUT_BYTES);
        text_addf(&out, "%s\n", job_sentence(call, json_object_get(forecast, "sentence")));
        json_array_foreach(json_object_get(forecast, "helps"), i, help) {
            text_addf(&out, "  %s\n", job_sentence(call, json_object_get(help, "sentence")));
        }
        status = forecast ? verb_print(call, &out, EXIT_GOOD) : verb_refuse(call, &err);
        text_fini(&out);
        json_decref(forecast);
    }
    text_fini(&path);
    return status;
}

// ---- top

// A GPU each: full, shared, free.
static void add_bar(struct text *out, const json_t *gpus) {
    size_t i;
    const json_t *gpu;
    json_array_foreach(gpus, i, gpu) {
        const double used = json_number_value(json_object_get(gpu, "used"));
        text_addz(out, used >= 0.999 ? "█" : used > 0 ? "▄" : "·");
    }
}

static void add_nodes(const struct call *call, const json_t *pool, struct text *out) {
    struct table table;
    size_t i;
    const json_t *node;
    table_init(&table);
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_NODE));
    table_column(&table, ALIGN_LEFT, "GPU");
    table_column(&table, ALIGN_LEFT, "");
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_JOB_COLUMN_CPUS));
    table_column(&table, ALIGN_RIGHT, word(call->lang, W_JOB_COLUMN_MEMORY));
    table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_STATE));
    json_array_foreach(json_object_get(pool, "nodes"), i, node) {
        struct text cell;
        const char *state = text_of(node, "state");
        text_init(&cell, 1024);
        add_bar(&cell, json_object_get(node, "gpus"));
        table_add(&table, STYLE_PLAIN, text_of(node, "name"));
        table_add(&table, STYLE_PLAIN, text_of(node, "type"));
        table_add(&table, STYLE_GOOD, cell.bytes ? cell.bytes : "");
        text_clear(&cell);
        text_addf(&cell, "%.6g/%.6g", json_number_value(json_object_get(node, "cpus_free")),
                  json_number_value(json_object_get(node, "cpus")));
        table_add(&table, STYLE_PLAIN, cell.bytes);
        text_clear(&cell);
        text_addf(&cell, "%.3g/%.3g GiB",
                  json_number_value(json_object_get(node, "memory_free_mib")) / 1024,
                  json_number_value(json_object_get(node, "memory_mib")) / 1024);
        table_add(&table, STYLE_PLAIN, cell.bytes);
        table_add(&table, strcmp(state, "up") == 0 ? STYLE_GOOD : STYLE_BAD, state);
        text_fini(&cell);
    }
    (void)table_print(&table, call->look, out);
    table_fini(&table);
}

// What a pool is counted in: GPUs, or CPUs where it has none.
static void add_use(const struct call *call, json_t *pool, struct text *out) {
    double busy = json_number_value(json_object_get(pool, "gpus_busy"));
    double all = json_number_value(json_object_get(pool, "gpus"));
    const bool has_gpus = all > 0;
    size_t i = 0;
    json_t *node = NULL;
    json_array_foreach(json_object_get(pool, "nodes"), i, node) {
        const double cpus = has_gpus ? 0 : json_number_value(json_object_get(node, "cpus"));
        busy += has_gpus ? 0 : cpus - json_number_value(json_object_get(node, "cpus_free"));
        all += cpus;
    }
    char is_busy[32], is_there[32];
    snprintf(is_busy, sizeof is_busy, "%.6g", busy);
    snprintf(is_there, sizeof is_there, "%.6g", all);
    words_add(out, call->lang, has_gpus ? W_JOB_TOP : W_JOB_TOP_CPUS,
              (const char *const[]){is_busy, is_there, NULL});
}

static maru_status add_top(const struct call *call, struct remote *remote, struct text *out,
                           maru_error *err) {
    json_t *pool = job_fetch(remote, "/v1/pool", err);
    json_t *jobs = pool ? job_fetch(remote, "/v1/jobs?state=open&limit=20", err) : NULL;
    if (!jobs) {
        json_decref(pool);
        return err->code;
    }
    add_use(call, pool, out);
    text_addz(out, "\n\n");
    add_nodes(call, pool, out);
    text_addz(out, "\n");
    if (json_array_size(json_object_get(jobs, "items")) > 0) {
        add_jobs(call, jobs, out);
    } else {
        text_addf(out, "  %s\n", word(call->lang, W_JOB_NONE));
    }
    json_decref(pool);
    json_decref(jobs);
    return MARU_OK;
}

int job_top(struct call *call, struct remote *remote) {
    const struct job_values *values = call->args.values;
    const bool is_live = terminal_is_there() && !values->once && !call->json;
    int status = EXIT_GOOD;
    if (call->json) {
        return job_print_raw(call, remote, "/v1/pool");
    }
    do {
        struct text out;
        maru_error err = {0};
        text_init(&out, OUT_BYTES);
        text_addz(&out, is_live ? "\033[H\033[2J" : "");
        status = add_top(call, remote, &out, &err) == MARU_OK ? verb_print(call, &out, EXIT_GOOD)
                                                              : verb_refuse(call, &err);
        text_fini(&out);
        for (int slept = 0; is_live && slept < REFRESH_MS && !stop_asked(); slept += 100) {
            usleep(100000);
        }
    } while (is_live && status == EXIT_GOOD && !stop_asked());
    return status;
}
