#include "io/executor/executor.h"

#include <string.h>

#include "base/status.h"

// What each kind may take for granted is looked at here once: an id that is a plain file name, texts that are UTF-8 and fit into what
// Linux hands to a program, names of files without a way out of their folder.

enum { LAST_SIGNAL = 64, MAX_NAME_BYTES = 255 };

bool launch_id_is_good(const char *id) {
    const size_t n = id ? strnlen(id, LAUNCH_ID_BYTES) : 0;
    if (n == 0 || n >= LAUNCH_ID_BYTES || id[0] == '-') {
        return false;
    }
    return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

// One text of a launch, counted into *n_bytes.
static maru_status check_text(const char *text, size_t *n_bytes, maru_error *err) {
    const size_t n = text ? strnlen(text, LAUNCH_MAX_WORD_BYTES) : 0;
    if (!text || n >= LAUNCH_MAX_WORD_BYTES || !text_is_utf8(text, n)) {
        return fail(err, MARU_E_INPUT,
                    "words and variables of a job are UTF-8, below %d bytes each",
                    LAUNCH_MAX_WORD_BYTES);
    }
    *n_bytes += n + 1;
    return *n_bytes <= LAUNCH_MAX_TEXT_BYTES
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "command, variables and files have more than %d bytes",
                      LAUNCH_MAX_TEXT_BYTES);
}

static maru_status check_list(const char *const *list, size_t max, size_t *n_bytes,
                              maru_error *err) {
    for (size_t i = 0; list && list[i]; i++) {
        if (i >= max) {
            return fail(err, MARU_E_INPUT, "a command has at most %d words, a job %d variables",
                        LAUNCH_MAX_WORDS, LAUNCH_MAX_VARIABLES);
        }
        const maru_status st = check_text(list[i], n_bytes, err);
        if (st != MARU_OK) {
            return st;
        }
    }
    return MARU_OK;
}

static maru_status check_env(const char *const *env, maru_error *err) {
    for (size_t i = 0; env && env[i]; i++) {
        const char *equals = strchr(env[i], '=');
        if (!equals || equals == env[i]) {
            return fail(err, MARU_E_INPUT, "NAME=VALUE is asked, not %.80s", env[i]);
        }
    }
    return MARU_OK;
}

static bool is_absolute(const char *path) { return path && path[0] == '/'; }

static bool is_plain_name(const char *name) {
    return name[0] && strlen(name) <= MAX_NAME_BYTES && !strchr(name, '/') &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static maru_status check_files(const struct launch *launch, size_t *n_bytes, maru_error *err) {
    if (launch->n_file > LAUNCH_MAX_FILES) {
        return fail(err, MARU_E_INPUT, "a job reads at most %d files", LAUNCH_MAX_FILES);
    }
    for (size_t i = 0; i < launch->n_file; i++) {
        const struct launch_file *file = &launch->file[i];
        maru_status st = check_text(file->name, n_bytes, err);
        st = st == MARU_OK ? check_text(file->path, n_bytes, err) : st;
        if (st != MARU_OK) {
            return st;
        }
        if (!is_plain_name(file->name) || !is_absolute(file->path)) {
            return fail(err, MARU_E_INPUT, "not a name and an absolute path: %.80s, %.150s",
                        file->name, file->path);
        }
    }
    return MARU_OK;
}

static maru_status check_parts(const struct launch *launch, maru_error *err) {
    if (launch->n_part == 0 || launch->n_part > LAUNCH_MAX_PARTS || !launch->part) {
        return fail(err, MARU_E_INPUT, "a job has 1 to %d parts", LAUNCH_MAX_PARTS);
    }
    for (size_t i = 0; i < launch->n_part; i++) {
        const struct launch_part *part = &launch->part[i];
        if (part->n_gpu > LAUNCH_MAX_GPUS || (part->gpu_milli < 1 && part->n_gpu > 0) ||
            part->gpu_milli > 1000) {
            return fail(err, MARU_E_INPUT, "a part has 0 to %d GPUs, each whole or a share of it",
                        LAUNCH_MAX_GPUS);
        }
    }
    return MARU_OK;
}

static maru_status check_numbers(const struct launch *launch, maru_error *err) {
    if (launch->limit_us <= 0 || launch->grace_us < 0) {
        return fail(err, MARU_E_INPUT,
                    "a job has a limit of time above 0, and a grace not below 0");
    }
    if (launch->checkpoint_signal < 0 || launch->checkpoint_signal > LAST_SIGNAL) {
        return fail(err, MARU_E_INPUT, "there is no signal %d", launch->checkpoint_signal);
    }
    return check_parts(launch, err);
}

maru_status launch_check(const struct launch *launch, maru_error *err) {
    if (!launch_id_is_good(launch->id)) {
        return fail(err, MARU_E_INPUT, "the id of a launch has 1 to %d of a to z, 0 to 9 and -",
                    LAUNCH_ID_BYTES - 1);
    }
    if (!launch->argv || !launch->argv[0] || !launch->argv[0][0]) {
        return fail(err, MARU_E_INPUT, "there is no command");
    }
    if (launch->array && launch->array[0] && !launch_id_is_good(launch->array)) {
        return fail(err, MARU_E_INPUT, "an array is named as a launch is");
    }
    if (!is_absolute(launch->folder)) {
        return fail(err, MARU_E_INPUT, "the folder of a job is an absolute path");
    }
    size_t n_bytes = 0;
    maru_status st = check_text(launch->folder, &n_bytes, err);
    st = st == MARU_OK ? check_list(launch->argv, LAUNCH_MAX_WORDS, &n_bytes, err) : st;
    st = st == MARU_OK ? check_list(launch->env, LAUNCH_MAX_VARIABLES, &n_bytes, err) : st;
    st = st == MARU_OK ? check_env(launch->env, err) : st;
    st = st == MARU_OK ? check_files(launch, &n_bytes, err) : st;
    return st == MARU_OK ? check_numbers(launch, err) : st;
}

static maru_status check_id(const char *id, maru_error *err) {
    return launch_id_is_good(id) ? MARU_OK : fail(err, MARU_E_INPUT, "this is no id of a launch");
}

maru_status executor_start(struct executor *executor, const struct launch *launch,
                           maru_error *err) {
    const maru_status st = launch_check(launch, err);
    return st == MARU_OK ? executor->kind->start(executor, launch, err) : st;
}

void executor_start_all(struct executor *executor, const struct launch *launch, size_t n,
                        executor_see_start see, void *context) {
    if (executor->kind->start_all) {
        executor->kind->start_all(executor, launch, n, see, context);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        maru_error err = {0};
        see(context, i, executor_start(executor, &launch[i], &err), &err);
    }
}

maru_status executor_look(struct executor *executor, const char *id, struct launch_look *out,
                          maru_error *err) {
    const maru_status st = check_id(id, err);
    return st == MARU_OK ? executor->kind->look(executor, id, out, err) : st;
}

maru_status executor_stop(struct executor *executor, const char *id, int64_t grace_us,
                          maru_error *err) {
    const maru_status st = check_id(id, err);
    return st == MARU_OK ? executor->kind->stop(executor, id, grace_us > 0 ? grace_us : 0, err)
                         : st;
}

maru_status executor_forget(struct executor *executor, const char *id, maru_error *err) {
    const maru_status st = check_id(id, err);
    return st == MARU_OK ? executor->kind->forget(executor, id, err) : st;
}

maru_status executor_each_node(struct executor *executor, executor_see_node see, void *context,
                               maru_error *err) {
    return executor->kind->each_node(executor, see, context, err);
}

maru_status executor_set_accounts(struct executor *executor, const struct executor_account *account,
                                  size_t n, executor_see_change see, void *context,
                                  maru_error *err) {
    return executor->kind->set_accounts
               ? executor->kind->set_accounts(executor, account, n, see, context, err)
               : MARU_OK;
}

maru_status executor_set_nodes(struct executor *executor, const struct executor_order *order,
                               size_t n, executor_see_change see, void *context, maru_error *err) {
    return executor->kind->set_nodes
               ? executor->kind->set_nodes(executor, order, n, see, context, err)
               : MARU_OK;
}

maru_status executor_set_guarantees(struct executor *executor,
                                    const struct executor_guarantees *want, executor_see_change see,
                                    executor_see_lack lack, void *context, maru_error *err) {
    return executor->kind->set_guarantees
               ? executor->kind->set_guarantees(executor, want, see, lack, context, err)
               : MARU_OK;
}

bool executor_qos_of(struct executor *executor, const struct executor_standing *standing,
                     char out[LAUNCH_QOS_BYTES]) {
    out[0] = '\0';
    return executor->kind->qos_of && executor->kind->qos_of(executor, standing, out);
}

maru_status executor_move(struct executor *executor, const struct executor_move *move, size_t n,
                          executor_see_change see, void *context, maru_error *err) {
    return executor->kind->move ? executor->kind->move(executor, move, n, see, context, err)
                                : MARU_OK;
}

maru_status executor_wait(struct executor *executor, int64_t longest_us, maru_error *err) {
    return executor->kind->wait(executor, longest_us > 0 ? longest_us : 0, err);
}

void executor_close(struct executor *executor) {
    if (executor) {
        executor->kind->close(executor);
    }
}
