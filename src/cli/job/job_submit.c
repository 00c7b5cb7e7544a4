// maru job submit: a command or a script becomes a job of the server.
//
// The key that lets the server see a repeated request is made once for each call; with --key it is the caller's, so that a program that
// was killed can submit again and get the same job.

#include "cli/job/job_verbs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "io/files.h"

enum { MAX_FILE_BYTES = 60 << 20 };

// ---- sizes

bool job_read_mib(const char *text, int64_t *out) {
    static const struct {
        const char *unit;
        double mib;
    } units[] = {{"", 1},      {"M", 1},      {"MB", 1},          {"MiB", 1},          {"G", 1024},
                 {"GB", 1024}, {"GiB", 1024}, {"T", 1024 * 1024}, {"TiB", 1024 * 1024}};
    const size_t n = strspn(text, "0123456789.");
    const char *unit = text + n + strspn(text + n, " ");
    double value = 0;
    if (!number_double(text, n, &value) || !(value > 0 && value < 1e9)) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].unit) == 0) {
            *out = (int64_t)ceil(value * units[i].mib);
            return true;
        }
    }
    return false;
}

static maru_status set_size(json_t *job, const char *key, const char *option, const char *text,
                            maru_error *err) {
    int64_t mib = 0;
    if (!text) {
        return MARU_OK;
    }
    if (!job_read_mib(text, &mib)) {
        return fail(err, MARU_E_USAGE, "--%s: a size such as 8G or 512M is wanted", option);
    }
    json_object_set_new(job, key, json_integer(mib));
    return MARU_OK;
}

// ---- the job as JSON

static void set_text(json_t *job, const char *key, const char *text) {
    if (text) {
        json_object_set_new(job, key, json_string(text));
    }
}

static maru_status set_script(const struct job_values *values, json_t *job, maru_error *err) {
    struct text script;
    if (!values->script) {
        return MARU_OK;
    }
    text_init(&script, 256 << 10);
    maru_status st = files_read(values->script, &script, err);
    if (st == MARU_OK) {
        json_t *text = json_stringn(script.bytes ? script.bytes : "", script.n_bytes);
        st = text ? MARU_OK
                  : fail(err, MARU_E_INPUT, "%s: a script is text in UTF-8", values->script);
        json_object_set_new(job, "script", text ? text : json_null());
    }
    text_fini(&script);
    return st;
}

static maru_status set_env(const struct job_values *values, json_t *job, maru_error *err) {
    json_t *env = json_object();
    for (size_t i = 0; i < values->env.n; i++) {
        const char *equals = strchr(values->env.text[i], '=');
        char name[128];
        if (!equals || equals - values->env.text[i] >= (long)sizeof name) {
            json_decref(env);
            return fail(err, MARU_E_USAGE, "--env: NAME=VALUE is wanted");
        }
        snprintf(name, sizeof name, "%.*s", (int)(equals - values->env.text[i]),
                 values->env.text[i]);
        json_object_set_new(env, name, json_string(equals + 1));
    }
    json_object_set_new(job, "env", env);
    return MARU_OK;
}

// "ID" after its success, "ID:end" after its end.
static void set_after(const struct job_values *values, json_t *job) {
    json_t *list = json_array();
    for (size_t i = 0; i < values->after.n; i++) {
        const char *text = values->after.text[i];
        const size_t n = strcspn(text, ":");
        json_array_append_new(list, json_pack("{s:s#, s:s}", "job", text, (int)n, "needs",
                                              strcmp(text + n, ":end") == 0 ? "end" : "success"));
    }
    json_object_set_new(job, "after", list);
}

static void set_command(const struct call *call, json_t *job) {
    json_t *list = json_array();
    for (size_t i = 0; i < call->args.n_command; i++) {
        json_array_append_new(list, json_string(call->args.command[i]));
    }
    if (call->args.n_command > 0) {
        json_object_set_new(job, "command", list);
    } else {
        json_decref(list);
    }
}

static maru_status set_priority(const struct job_values *values, json_t *job, maru_error *err) {
    int64_t priority = 0;
    if (!values->priority) {
        return MARU_OK;
    }
    if (!number_int64(values->priority, strlen(values->priority), &priority)) {
        return fail(err, MARU_E_USAGE, "--priority: a whole number is wanted");
    }
    json_object_set_new(job, "priority", json_integer(priority));
    return MARU_OK;
}

static void set_numbers(const struct call *call, json_t *job) {
    const struct job_values *values = call->args.values;
    const struct {
        const char *option, *key;
        int64_t value;
    } counts[] = {{"gpus", "gpus", (int64_t)values->gpus},
                  {"nodes", "nodes", (int64_t)values->nodes},
                  {"array", "array", (int64_t)values->array},
                  {"retries", "retries", (int64_t)values->retries},
                  {"grace", "grace_s", (values->grace + 999999) / 1000000}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (args_given(&call->args, counts[i].option)) {
            json_object_set_new(job, counts[i].key, json_integer(counts[i].value));
        }
    }
    json_object_set_new(job, "time_s", json_integer((values->time + 999999) / 1000000));
    if (args_given(&call->args, "cpus")) {
        json_object_set_new(job, "cpus", json_real(values->cpus));
    }
    if (args_given(&call->args, "gpu-share")) {
        json_object_set_new(job, "gpu_share", json_real(values->gpu_share));
        if (!args_given(&call->args, "gpus")) {
            json_object_set_new(job, "gpus", json_integer(1));
        }
    }
    if (values->network) {
        json_object_set_new(job, "network", json_true());
    }
    if (values->checkpoints) {
        json_object_set_new(job, "checkpoints", json_true());
    }
    if (values->can_stop) {
        json_object_set_new(job, "can_stop", json_true());
    }
}

static json_t *make_job(const struct call *call, maru_error *err) {
    const struct job_values *values = call->args.values;
    json_t *job = json_object();
    set_text(job, "name", values->name);
    set_text(job, "reservation", values->reservation);
    set_text(job, "project", values->project);
    set_text(job, "gpu_type", values->gpu_type);
    set_text(job, "checkpoint_signal", values->signal);
    set_command(call, job);
    set_after(values, job);
    set_numbers(call, job);
    maru_status st = set_script(values, job, err);
    st = st == MARU_OK ? set_env(values, job, err) : st;
    st = st == MARU_OK ? set_priority(values, job, err) : st;
    st = st == MARU_OK ? set_size(job, "memory_mib", "memory", values->memory, err) : st;
    st =
        st == MARU_OK ? set_size(job, "gpu_memory_mib", "gpu-memory", values->gpu_memory, err) : st;
    if (st != MARU_OK) {
        json_decref(job);
        return NULL;
    }
    return job;
}

// ---- files that go with it

struct files {
    struct text bytes[ARGS_MAX_LIST];
    struct remote_file file[ARGS_MAX_LIST];
    size_t n;
};

static maru_status read_files(const struct job_values *values, struct files *files,
                              maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < values->file.n; i++) {
        const char *path = values->file.text[i], *slash = strrchr(path, '/');
        struct text *bytes = &files->bytes[files->n];
        text_init(bytes, MAX_FILE_BYTES);
        st = files_read(path, bytes, err);
        files->file[files->n++] = (struct remote_file){
            slash ? slash + 1 : path, bytes->bytes ? bytes->bytes : "", bytes->n_bytes};
    }
    return st;
}

// ---- what is said

static int say_submitted(struct call *call, struct remote *remote, const struct text *answer) {
    const struct job_values *values = call->args.values;
    json_t *json = json_loadb(answer->bytes, answer->n_bytes, 0, NULL);
    const char *id = json_string_value(json_object_get(json, "id"));
    char n[24];
    int status = EXIT_GOOD;
    snprintf(n, sizeof n, "%zu", json_array_size(json_object_get(json, "jobs")));
    if (call->json) {
        status = values->follow ? EXIT_GOOD : verb_print(call, answer, EXIT_GOOD);
    } else if (id) {
        verb_note(call, strcmp(n, "1") == 0 ? W_JOB_SUBMITTED : W_JOB_SUBMITTED_MANY,
                  (const char *const[]){id, n, NULL});
        if (!values->follow) { // for scripts: the id alone
            struct text line;
            text_init(&line, 256);
            text_addf(&line, "%s\n", id);
            status = verb_print(call, &line, EXIT_GOOD);
            text_fini(&line);
        }
    }
    if (id && values->follow) {
        status = job_print_log(call, remote, id, true);
    }
    json_decref(json);
    return status;
}

int job_submit(struct call *call, struct remote *remote) {
    const struct job_values *values = call->args.values;
    struct files *files = alloc_new(1, sizeof *files);
    struct text answer;
    maru_error err = {0};
    char key[REMOTE_KEY_BYTES];
    if (!files) {
        return verb_refuse(call, &(maru_error){.code = MARU_E_MEMORY, .text = "no memory"});
    }
    remote_make_key(key);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    json_t *job = make_job(call, &err);
    maru_status st = job ? read_files(values, files, &err) : err.code;
    char *json = st == MARU_OK ? json_dumps(job, JSON_COMPACT) : NULL;
    if (st == MARU_OK) {
        const struct remote_ask ask = {.method = "POST",
                                       .path = "/v1/jobs",
                                       .json = json,
                                       .file = files->file,
                                       .n_file = files->n,
                                       .key = values->key ? values->key : key};
        st = remote_do(remote, &ask, &answer, &err);
    }
    const int status =
        st == MARU_OK ? say_submitted(call, remote, &answer) : verb_refuse(call, &err);
    for (size_t i = 0; i < files->n; i++) {
        text_fini(&files->bytes[i]);
    }
    alloc_free(files);
    free(json);
    json_decref(job);
    text_fini(&answer);
    return status;
}
