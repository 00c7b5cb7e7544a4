// maru pool replay TRACE --policy a.toml --policy b.toml: who would have waited how long, under policies that are only tried.

#include <string.h>

#include "cli/pool/pool_watch.h"
#include "cli/pool/trace_files.h"
#include "io/files.h"
#include "study/replay/replay_report.h"

enum { OUT_BYTES = 1 << 28, POLICY_BYTES = 1 << 20 };

static maru_status add_policy(struct replay_study *study, const char *path, maru_error *err) {
    struct text file;
    const char *const slash = strrchr(path, '/');
    text_init(&file, POLICY_BYTES);
    maru_status st = files_read(path, &file, err);
    st = st == MARU_OK ? replay_study_add(study, slash ? slash + 1 : path,
                                          file.bytes ? file.bytes : "", file.n_bytes, err)
                       : st;
    text_fini(&file);
    return st;
}

static maru_status run_all(const struct call *call, struct replay_study *study, maru_error *err) {
    const struct pool_values *const values = call->args.values;
    struct pool_watch watch;
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < values->policy.n; i++) {
        st = add_policy(study, values->policy.text[i], err);
    }
    if (st == MARU_OK && values->policy.n == 0) {
        st = replay_study_add(study, "standard", "", 0, err);
    }
    if (st == MARU_OK) {
        pool_watch_open(&watch, call);
        st = replay_study_run(study, pool_watch_go_on, &watch, err);
        pool_watch_close(&watch);
    }
    return st;
}

static maru_status write_files(const struct call *call, const struct replay_study *study,
                               maru_error *err) {
    const struct pool_values *const values = call->args.values;
    struct text page;
    maru_status st = MARU_OK;
    text_init(&page, OUT_BYTES);
    if (values->html) {
        st = replay_add_report(&page, study, call->lang, err);
        st = st == MARU_OK ? pool_write(values->html, &page, err) : st;
    }
    if (st == MARU_OK && values->csv) {
        text_clear(&page);
        replay_add_csv(&page, study);
        st = pool_write(values->csv, &page, err);
    }
    text_fini(&page);
    return st;
}

static int tell(struct call *call, const struct replay_study *study) {
    const struct pool_values *const values = call->args.values;
    struct text out;
    maru_error err = {0};
    if (write_files(call, study, &err) != MARU_OK) {
        return verb_refuse(call, &err);
    }
    text_init(&out, OUT_BYTES);
    if (call->json) {
        struct json json;
        json_writer_init(&json, &out);
        json_open_object(&json, NULL);
        replay_add_json(&json, study);
        json_close(&json);
    } else if (!call->quiet) {
        struct pool_saying saying = {&out, call};
        replay_lead(study, pool_say, &saying);
        replay_add_tables(&out, study, call->lang, call->look);
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    if (values->html) {
        verb_note(call, W_REPORT_WRITTEN, (const char *const[]){values->html, NULL});
    }
    return status;
}

int pool_run_replay(struct call *call) {
    struct trace_files files;
    struct replay_study study = {0};
    struct sheet_faults faults = {0};
    maru_error err = {0};
    int status = trace_files_open(&files, call);
    if (status == EXIT_GOOD) {
        maru_status st = replay_study_open(&study, &files.sources, &faults, &err);
        st = st == MARU_OK ? run_all(call, &study, &err) : st;
        status = st == MARU_OK ? tell(call, &study) : trace_files_refuse(call, &faults, &err);
    }
    replay_study_close(&study);
    trace_files_close(&files);
    return status;
}
