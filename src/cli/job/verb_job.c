// maru job: work for the pool of a maru server: submit, list, show, why, logs, cancel, retry, files, get, top.
//
// Exit status 0: done; 1: the job that was followed has failed or was cancelled; 3: the server refuses, or does not answer.

#include "cli/job/job_verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/stop.h"

// ---- in common

void job_path(struct text *out, const char *id, const char *rest) {
    text_addz(out, "/v1/jobs/");
    remote_add_part(out, id);
    text_addz(out, rest);
}

json_t *job_fetch(struct remote *remote, const char *path, maru_error *err) {
    struct text answer;
    json_t *json = NULL;
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    if (remote_get(remote, path, &answer, err) == MARU_OK) {
        json = json_loadb(answer.bytes ? answer.bytes : "", answer.n_bytes, 0, NULL);
        if (!json) {
            (void)!fail(err, MARU_E_IO, "the server's answer is no JSON");
        }
    }
    text_fini(&answer);
    return json;
}

const char *job_sentence(const struct call *call, const json_t *both) {
    const char *text =
        json_string_value(json_object_get(both, call->lang == LANG_KO ? "ko" : "en"));
    return text ? text : "";
}

int job_print_raw(const struct call *call, struct remote *remote, const char *path) {
    struct text answer;
    maru_error err = {0};
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    const maru_status st = remote_get(remote, path, &answer, &err);
    const int status =
        st == MARU_OK ? verb_print(call, &answer, EXIT_GOOD) : verb_refuse(call, &err);
    text_fini(&answer);
    return status;
}

// ---- cancel, retry, logs

static int post(struct call *call, struct remote *remote, const char *rest, enum word done) {
    const char *id = call->args.word[1];
    struct text path, answer;
    maru_error err = {0};
    text_init(&path, 1 << 12);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    job_path(&path, id, rest);
    char key[REMOTE_KEY_BYTES];
    remote_make_key(key);
    const struct remote_ask ask = {.method = "POST", .path = path.bytes, .json = "", .key = key};
    int status = EXIT_GOOD;
    if (remote_do(remote, &ask, &answer, &err) != MARU_OK) {
        status = verb_refuse(call, &err);
    } else if (call->json) {
        status = verb_print(call, &answer, EXIT_GOOD);
    } else {
        verb_note(call, done, (const char *const[]){id, NULL});
    }
    text_fini(&path);
    text_fini(&answer);
    return status;
}

static maru_status cancel_one(struct remote *remote, const char *id, maru_error *err) {
    struct text path, answer;
    char key[REMOTE_KEY_BYTES];
    text_init(&path, 1 << 12);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    job_path(&path, id, "/cancel");
    remote_make_key(key);
    const struct remote_ask ask = {.method = "POST", .path = path.bytes, .json = "", .key = key};
    const maru_status st = remote_do(remote, &ask, &answer, err);
    text_fini(&answer);
    text_fini(&path);
    return st;
}

// One page of open jobs of an array; *n grows by those that are being cancelled.
static maru_status cancel_page(struct remote *remote, const char *batch, size_t *n,
                               maru_error *err) {
    struct text path;
    text_init(&path, 1 << 12);
    text_addz(&path, "/v1/jobs?state=open&limit=200&batch=");
    remote_add_part(&path, batch);
    json_t *list = job_fetch(remote, path.bytes, err);
    text_fini(&path);
    maru_status st = list ? MARU_OK : err->code;
    size_t i;
    const json_t *job;
    json_array_foreach(json_object_get(list, "items"), i, job) {
        const char *id = json_string_value(json_object_get(job, "id"));
        if (st == MARU_OK && id && !json_is_true(json_object_get(job, "cancelling"))) {
            st = cancel_one(remote, id, err);
            ++*n;
        }
    }
    json_decref(list);
    return st;
}

// All jobs of the array that a job is of. What is open is asked for until nothing new is there, as a page has only so many.
static int cancel_array(struct call *call, struct remote *remote) {
    struct text path;
    maru_error err = {0};
    size_t n = 0;
    text_init(&path, 1 << 12);
    job_path(&path, call->args.word[1], "");
    json_t *job = job_fetch(remote, path.bytes, &err);
    const char *batch = json_string_value(json_object_get(job, "batch"));
    maru_status st = batch ? MARU_OK : err.code;
    for (size_t before = 1; st == MARU_OK && before != n && !stop_asked();) {
        before = n;
        st = cancel_page(remote, batch, &n, &err);
    }
    int status = EXIT_GOOD;
    if (st != MARU_OK) {
        status = verb_refuse(call, &err);
    } else {
        char count[24];
        snprintf(count, sizeof count, "%zu", n);
        verb_note(call, W_JOB_CANCELLED_MANY, (const char *const[]){batch, count, NULL});
    }
    json_decref(job);
    text_fini(&path);
    return status;
}

static int job_cancel(struct call *call, struct remote *remote) {
    const struct job_values *values = call->args.values;
    return values->all ? cancel_array(call, remote)
                       : post(call, remote, "/cancel", W_JOB_CANCELLED);
}

static int job_retry(struct call *call, struct remote *remote) {
    return post(call, remote, "/retry", W_JOB_RETRIED);
}

static int job_logs(struct call *call, struct remote *remote) {
    const struct job_values *values = call->args.values;
    return job_print_log(call, remote, call->args.word[1], values->follow);
}

// ---- the verb

static const struct remote_verb subs[] = {
    {"submit", 0, 0, job_submit}, {"list", 0, 0, job_list},     {"show", 1, 1, job_show},
    {"logs", 1, 1, job_logs},     {"cancel", 1, 1, job_cancel}, {"retry", 1, 1, job_retry},
    {"why", 1, 1, job_why},       {"get", 1, 2, job_get},       {"top", 0, 0, job_top}};

static int run_job(struct call *call) {
    return remote_run_verb(call, subs, sizeof subs / sizeof subs[0]);
}

#define AT(member) offsetof(struct job_values, member)
static const struct option options[] = {
    REMOTE_OPTIONS,
    {"gpus", 'g', OPTION_COUNT, AT(gpus), "N", NULL, W_HELP_GPUS, 0, 65536},
    {"gpu-type", 0, OPTION_TEXT, AT(gpu_type), "TYPE", NULL, W_HELP_GPU_TYPE, 0, 0},
    {"gpu-memory", 0, OPTION_TEXT, AT(gpu_memory), "SIZE", NULL, W_HELP_GPU_MEMORY, 0, 0},
    {"gpu-share", 0, OPTION_SHARE, AT(gpu_share), "SHARE", NULL, W_HELP_GPU_SHARE, 0, 0},
    {"nodes", 0, OPTION_COUNT, AT(nodes), "N", NULL, W_HELP_NODES, 1, 65536},
    {"cpus", 0, OPTION_REAL, AT(cpus), "N", NULL, W_HELP_CPUS, 0, 0},
    {"memory", 0, OPTION_TEXT, AT(memory), "SIZE", NULL, W_HELP_MEMORY, 0, 0},
    {"time", 't', OPTION_TIME, AT(time), "TIME", "1 h", W_HELP_TIME, 0, 0},
    {"project", 'p', OPTION_TEXT, AT(project), "PROJECT", NULL, W_HELP_PROJECT, 0, 0},
    {"name", 0, OPTION_TEXT, AT(name), "NAME", NULL, W_HELP_JOB_NAME, 0, 0},
    {"script", 's', OPTION_TEXT, AT(script), "FILE", NULL, W_HELP_SCRIPT, 0, 0},
    {"file", 0, OPTION_LIST, AT(file), "FILE", NULL, W_HELP_JOB_FILE, 0, 0},
    {"env", 0, OPTION_LIST, AT(env), "NAME=VALUE", NULL, W_HELP_ENV, 0, 0},
    {"after", 0, OPTION_LIST, AT(after), "JOB", NULL, W_HELP_AFTER, 0, 0},
    {"array", 0, OPTION_COUNT, AT(array), "N", NULL, W_HELP_ARRAY, 1, 10000},
    {"priority", 0, OPTION_TEXT, AT(priority), "N", NULL, W_HELP_PRIORITY, 0, 0},
    {"reservation", 0, OPTION_TEXT, AT(reservation), "NAME", NULL, W_HELP_RESERVATION, 0, 0},
    {"retries", 0, OPTION_COUNT, AT(retries), "N", NULL, W_HELP_RETRIES, 0, 100},
    {"network", 0, OPTION_FLAG, AT(network), NULL, NULL, W_HELP_NETWORK, 0, 0},
    {"checkpoints", 0, OPTION_FLAG, AT(checkpoints), NULL, NULL, W_HELP_CHECKPOINTS, 0, 0},
    {"can-stop", 0, OPTION_FLAG, AT(can_stop), NULL, NULL, W_HELP_CAN_STOP, 0, 0},
    {"signal", 0, OPTION_TEXT, AT(signal), "SIGNAL", NULL, W_HELP_SIGNAL, 0, 0},
    {"grace", 0, OPTION_TIME, AT(grace), "TIME", NULL, W_HELP_GRACE, 0, 0},
    {"key", 0, OPTION_TEXT, AT(key), "KEY", NULL, W_HELP_KEY, 0, 0},
    {"follow", 'f', OPTION_FLAG, AT(follow), NULL, NULL, W_HELP_FOLLOW, 0, 0},
    {"stderr", 0, OPTION_FLAG, AT(err_stream), NULL, NULL, W_HELP_STDERR, 0, 0},
    {"state", 0, OPTION_TEXT, AT(state), "STATE", NULL, W_HELP_STATE, 0, 0},
    {"out", 'o', OPTION_TEXT, AT(out), "FILE", NULL, W_HELP_JOB_OUT, 0, 0},
    {"once", 0, OPTION_FLAG, AT(once), NULL, NULL, W_HELP_ONCE, 0, 0},
    {"all", 'a', OPTION_FLAG, AT(all), NULL, NULL, W_HELP_WHOLE_ARRAY, 0, 0},
};
#undef AT
static const char *const examples[] = {
    "maru job submit --gpus 4 --time 2h --project vision -f -- python3 train.py",
    "maru job submit --script train.sh --file data.csv --gpus 1 --checkpoints",
    "maru job list --state open",
    "maru job logs -f 01j9p3kz7q2m4n6r8t0v2w",
    "maru job get 01j9p3kz7q2m4n6r8t0v2w model.bin -o model.bin",
    "maru job top",
    NULL};

const struct verb verb_job = {.name = "job",
                              .synopsis = "submit [--gpus N] [--time TIME] ... -- COMMAND | list | "
                                          "show JOB | why JOB | logs [-f] JOB | "
                                          "cancel JOB | retry JOB | get JOB [FILE] | top",
                              .purpose = W_JOB_PURPOSE,
                              .option = options,
                              .n_option = sizeof options / sizeof options[0],
                              .n_value_bytes = sizeof(struct job_values),
                              .min_words = 1,
                              .max_words = 3,
                              .takes_command = true,
                              .example = examples,
                              .run = run_job};
