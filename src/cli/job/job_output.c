// maru job logs and maru job get: what comes of a job, as it comes.

#include "cli/job/job_verbs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "io/files.h"
#include "io/progress.h"
#include "io/stop.h"

enum { LOOK_EVERY_MS = 400 };

// ---- logs

struct tail {
    struct call *call;
    struct remote *remote;
    const char *id, *stream;
    int64_t from;
    int to; // an open file
};

// Write what is new; *is_all: there was nothing more.
static maru_status drain(struct tail *tail, bool *is_all, maru_error *err) {
    struct text path, answer;
    text_init(&path, 1 << 12);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    job_path(&path, tail->id, "/log?stream=");
    text_addf(&path, "%s&from=%lld", tail->stream, (long long)tail->from);
    maru_status st = remote_get(tail->remote, path.bytes, &answer, err);
    if (st == MARU_OK) {
        tail->from += (int64_t)answer.n_bytes;
        *is_all = answer.n_bytes == 0;
        if (answer.n_bytes > 0 && !files_write_all(tail->to, answer.bytes, answer.n_bytes)) {
            st = fail(err, MARU_E_IO, "the log cannot be written");
        }
    }
    text_fini(&path);
    text_fini(&answer);
    return st;
}

// A job's state, and its line of why it waits where that is another than before.
static maru_status look(struct tail *tail, char state[32], char *said, size_t n_said,
                        maru_error *err) {
    struct text path;
    text_init(&path, 1 << 12);
    job_path(&path, tail->id, "");
    json_t *job = job_fetch(tail->remote, path.bytes, err);
    text_fini(&path);
    if (!job) {
        return err->code;
    }
    const char *name = json_string_value(json_object_get(job, "state"));
    snprintf(state, 32, "%s", name ? name : "");
    const json_t *waiting = json_object_get(job, "waiting");
    const char *behind = json_string_value(json_object_get(waiting, "reason"));
    const char *why = job_sentence(tail->call, json_object_get(waiting, "sentence"));
    if (behind && strcmp(behind, "none") != 0 && strcmp(why, said) != 0) {
        snprintf(said, n_said, "%s", why);
        verb_note(tail->call, W_JOB_WAITS, (const char *const[]){why, NULL});
    }
    const json_t *code = json_object_get(job, "exit_code");
    if (strcmp(state, "failed") == 0 && tail->to == STDOUT_FILENO) {
        char number[24];
        const char *failed_by = json_string_value(json_object_get(job, "reason"));
        const char *what = job_sentence(tail->call, json_object_get(job, "what"));
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(code));
        verb_note(tail->call, W_JOB_FAILED,
                  (const char *const[]){failed_by ? failed_by : "", number, what, NULL});
    }
    json_decref(job);
    return MARU_OK;
}

static bool has_ended(const char *state) {
    return strcmp(state, "waiting") != 0 && strcmp(state, "running") != 0;
}

int job_print_log(struct call *call, struct remote *remote, const char *id, bool follow) {
    const struct job_values *values = call->args.values;
    struct tail tail = {.call = call,
                        .remote = remote,
                        .id = id,
                        .stream = values->err_stream ? "err" : "out",
                        .to = STDOUT_FILENO};
    struct tail errors = tail;
    errors.stream = "err";
    errors.to = STDERR_FILENO;
    maru_error err = {0};
    char state[32] = "done", said[512] = "";
    maru_status st = MARU_OK;
    bool is_over = false;
    while (st == MARU_OK && !is_over && !stop_asked()) {
        bool is_all = false, is_all_err = true;
        st = follow ? look(&tail, state, said, sizeof said, &err) : MARU_OK;
        do { // both streams until there is no more of either
            st = st == MARU_OK ? drain(&tail, &is_all, &err) : st;
            if (st == MARU_OK && follow && !values->err_stream) {
                st = drain(&errors, &is_all_err, &err);
            }
        } while (st == MARU_OK && (!is_all || !is_all_err));
        is_over = !follow || has_ended(state);
        if (!is_over) {
            usleep(LOOK_EVERY_MS * 1000);
        }
    }
    if (st != MARU_OK) {
        return verb_refuse(call, &err);
    }
    return !follow || strcmp(state, "done") == 0 ? EXIT_GOOD : EXIT_NO;
}

// ---- get

static int list_files(struct call *call, struct remote *remote, const char *id) {
    struct text path, out;
    struct table table;
    maru_error err = {0};
    text_init(&path, 1 << 12);
    job_path(&path, id, "/files");
    json_t *json = call->json ? NULL : job_fetch(remote, path.bytes, &err);
    int status = EXIT_GOOD;
    if (call->json) {
        status = job_print_raw(call, remote, path.bytes);
    } else if (!json) {
        status = verb_refuse(call, &err);
    } else {
        size_t i;
        const json_t *file;
        table_init(&table);
        table_column(&table, ALIGN_LEFT, word(call->lang, W_JOB_COLUMN_FILE));
        table_column(&table, ALIGN_RIGHT, word(call->lang, W_JOB_COLUMN_BYTES));
        json_array_foreach(json_object_get(json, "items"), i, file) {
            char bytes[24];
            snprintf(bytes, sizeof bytes, "%lld",
                     (long long)json_integer_value(json_object_get(file, "bytes")));
            table_add(&table, STYLE_PLAIN, json_string_value(json_object_get(file, "name")));
            table_add(&table, STYLE_PLAIN, bytes);
        }
        text_init(&out, 1 << 24);
        (void)table_print(&table, call->look, &out);
        status = verb_print(call, &out, EXIT_GOOD);
        text_fini(&out);
        table_fini(&table);
    }
    json_decref(json);
    text_fini(&path);
    return status;
}

static maru_status fetch_piece(struct remote *remote, const char *id, const char *name,
                               int64_t from, struct text *answer, maru_error *err) {
    struct text path;
    text_init(&path, 1 << 14);
    job_path(&path, id, "/files/");
    remote_add_part(&path, name);
    text_addf(&path, "?from=%lld", (long long)from);
    const maru_status st = remote_get(remote, path.bytes, answer, err);
    text_fini(&path);
    return st;
}

static maru_status fetch_file(struct call *call, struct remote *remote, int to, maru_error *err) {
    struct progress progress;
    struct text answer;
    int64_t from = 0;
    maru_status st = MARU_OK;
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    progress_open(&progress, !call->quiet);
    do {
        st = fetch_piece(remote, call->args.word[1], call->args.word[2], from, &answer, err);
        if (st == MARU_OK && answer.n_bytes > 0 &&
            !files_write_all(to, answer.bytes, answer.n_bytes)) {
            st = fail(err, MARU_E_IO, "the file cannot be written");
        }
        from += (int64_t)answer.n_bytes;
        const int64_t whole = remote_whole_bytes(remote);
        progress_draw(&progress, whole > 0 ? (double)from / (double)whole : 1, call->args.word[2]);
    } while (st == MARU_OK && answer.n_bytes > 0 && !stop_asked());
    progress_close(&progress);
    text_fini(&answer);
    return st;
}

int job_get(struct call *call, struct remote *remote) {
    const struct job_values *values = call->args.values;
    maru_error err = {0};
    if (call->args.n_word == 2) {
        return list_files(call, remote, call->args.word[1]);
    }
    const int to = values->out ? open(values->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
                               : STDOUT_FILENO;
    maru_status st = to >= 0 ? fetch_file(call, remote, to, &err)
                             : fail(&err, MARU_E_IO, "%s cannot be written", values->out);
    if (values->out && to >= 0 && close(to) != 0 && st == MARU_OK) {
        st = fail(&err, MARU_E_IO, "%s cannot be written", values->out);
    }
    return st == MARU_OK ? EXIT_GOOD : verb_refuse(call, &err);
}
