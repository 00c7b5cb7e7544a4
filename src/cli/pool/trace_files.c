#include "cli/pool/trace_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/status.h"
#include "io/files.h"
#include "study/words/korean.h"

// A trace of the 2023 data stands beside its nodes, and the folder has a trace that is meant where none is named. Other traces need
// --nodes.

static const char openb_nodes[] = "openb_node_list_gpu_node.csv";
static const char openb_jobs[] = "openb_pod_list_default.csv";

static bool is_folder(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static bool is_there(const char *path) {
    struct stat found;
    return stat(path, &found) == 0;
}

static void find_files(struct trace_files *files, const char *trace, const char *nodes) {
    const char *const slash = strrchr(trace, '/');
    if (is_folder(trace)) {
        files_join(&files->jobs_path, trace, openb_jobs);
        files_join(&files->nodes_path, trace, openb_nodes);
    } else {
        text_addz(&files->jobs_path, trace);
        text_add(&files->nodes_path, trace, slash ? (size_t)(slash + 1 - trace) : 0);
        text_addz(&files->nodes_path, openb_nodes);
    }
    if (nodes) {
        text_clear(&files->nodes_path);
        text_addz(&files->nodes_path, nodes);
    }
}

static maru_status read_table(const char *path, struct text *text, struct replay_table *table,
                              maru_error *err) {
    const maru_status st = files_read(path, text, err);
    *table = (struct replay_table){path, text->bytes ? text->bytes : "", text->n_bytes};
    return st;
}

static maru_status read_all(struct trace_files *files, const struct pool_values *values,
                            maru_error *err) {
    struct replay_sources *const to = &files->sources;
    maru_status st = read_table(files->nodes_path.bytes, &files->nodes, &to->nodes, err);
    st = st == MARU_OK ? read_table(files->jobs_path.bytes, &files->jobs, &to->jobs, err) : st;
    st = st == MARU_OK && values->prices
             ? read_table(values->prices, &files->prices, &to->prices, err)
             : st;
    st = st == MARU_OK && values->accounts
             ? read_table(values->accounts, &files->accounts, &to->accounts, err)
             : st;
    return st == MARU_OK && values->events
               ? read_table(values->events, &files->events, &to->events, err)
               : st;
}

int trace_files_open(struct trace_files *files, const struct call *call) {
    const struct pool_values *const values = call->args.values;
    const char *const trace = call->args.word[1];
    maru_error err = {0};
    *files = (struct trace_files){0};
    text_init(&files->nodes_path, 1 << 16);
    text_init(&files->jobs_path, 1 << 16);
    text_init(&files->nodes, REPLAY_MAX_TABLE_BYTES);
    text_init(&files->jobs, REPLAY_MAX_TABLE_BYTES);
    text_init(&files->prices, REPLAY_MAX_TABLE_BYTES);
    text_init(&files->accounts, REPLAY_MAX_TABLE_BYTES);
    text_init(&files->events, REPLAY_MAX_TABLE_BYTES);
    const char *const name = strrchr(trace, '/');
    files->sources =
        (struct replay_sources){.form = values->form,
                                .title = name && name[1] ? name + 1 : trace,
                                .inflate = values->inflate,
                                .checkpoints = values->checkpoints || values->checkpoint_every,
                                .failures = values->failures,
                                .seed = values->seed};
    const char *const every = values->checkpoint_every;
    if (every && (!pool_span_read(every, strlen(every), &files->sources.checkpoint_us) ||
                  files->sources.checkpoint_us <= 0)) {
        (void)fail(&err, MARU_E_USAGE, "--checkpoint-every has to be a time: 30m, 1h");
        return verb_refuse(call, &err);
    }
    find_files(files, trace, values->nodes);
    if (!values->nodes && is_there(trace) && !is_there(files->nodes_path.bytes)) {
        return verb_refuse_word(call, MARU_E_USAGE, W_REPLAY_NO_NODES, (const char *const[]){NULL});
    }
    return read_all(files, values, &err) == MARU_OK ? EXIT_GOOD : verb_refuse(call, &err);
}

void trace_files_close(struct trace_files *files) {
    text_fini(&files->nodes_path);
    text_fini(&files->jobs_path);
    text_fini(&files->nodes);
    text_fini(&files->jobs);
    text_fini(&files->prices);
    text_fini(&files->accounts);
    text_fini(&files->events);
}

int trace_files_refuse(const struct call *call, const struct sheet_faults *faults,
                       const maru_error *err) {
    for (uint32_t i = 1; !call->json && i < faults->n && i < SHEET_MAX_FAULTS; i++) {
        struct text line; // the first is in err
        text_init(&line, 1 << 14);
        text_addf(&line, "%s:%u:%u: ", err->file, faults->item[i].row, faults->item[i].column);
        sentence_add(&line, call->lang, faults->item[i].text);
        fprintf(stderr, "%s\n", line.bytes ? line.bytes : "");
        text_fini(&line);
    }
    return verb_refuse(call, err);
}
