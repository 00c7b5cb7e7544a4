#include "serve/api/listing.h"
#include "serve/http/request.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "io/files.h"
#include "serve/api/form.h"
#include "serve/compute/compute.h"
#include "serve/compute/job_folder.h"
#include "serve/compute/job_request.h"
#include "serve/compute/wait_words.h"
#include "store/jobs/kept_jobs.h"
#include "store/kept_money.h"
#include "study/words/korean.h"

// Jobs over HTTP: handed in, looked at, ended, and what came of them.

enum { CHUNK_BYTES = 4 << 20, MAX_LISTED_FILES = 1000, PATH_BYTES = 1 << 13 };

// ---- as JSON

static void add_time_us(struct json *json, const char *key, int64_t unix_us) {
    if (unix_us > 0) {
        request_add_time(json, key, unix_us / 1000);
    }
}

// JSON that was kept, on one line: a line break stands between its tokens, never inside a text.
static void add_line(struct json *json, const char *key, const char *value) {
    struct text line;
    text_init(&line, JOBS_MAX_REQUEST_BYTES + 1);
    for (const char *at = value; *at;) {
        const size_t n = strcspn(at, "\r\n");
        text_add(&line, at, n);
        at += n;
        at += strspn(at, "\r\n");
        at += at > value && (at[-1] == '\n' || at[-1] == '\r') ? strspn(at, " \t") : 0;
    }
    json_add_raw(json, key, line.status == MARU_OK && line.bytes ? line.bytes : value);
    text_fini(&line);
}

static void add_both(struct json *json, const struct compute_look *look) {
    struct text en, ko;
    text_init(&en, 1024);
    text_init(&ko, 1024);
    if (look->refused[0]) {
        sentence_add(&en, LANG_EN, look->refused);
        sentence_add(&ko, LANG_KO, look->refused);
    } else if (look->is_elsewhere) {
        wait_elsewhere_sentence(&en, look->reason, LANG_EN);
        wait_elsewhere_sentence(&ko, look->reason, LANG_KO);
    } else {
        wait_sentence(&en, &look->why, LANG_EN);
        wait_sentence(&ko, &look->why, LANG_KO);
    }
    json_open_object(json, "sentence");
    json_add_string(json, "en", en.bytes);
    json_add_string(json, "ko", ko.bytes);
    json_close(json);
    text_fini(&en);
    text_fini(&ko);
}

static void add_waiting(struct json *json, const struct compute_look *look) {
    json_open_object(json, "waiting");
    const int64_t planned_us = look->is_elsewhere ? look->expected_us : look->why.planned_us;
    json_add_string(json, "reason",
                    look->refused[0]     ? wait_refused_word
                    : look->is_elsewhere ? wait_elsewhere_word
                                         : wait_reason_word(look->why.reason));
    add_both(json, look);
    json_add_count(json, "ahead", look->why.n_ahead);
    if (look->blocker[0]) {
        json_add_string(json, "behind", look->blocker);
    }
    if (!look->refused[0] && planned_us > 0 && planned_us < INT64_MAX) {
        request_add_time(json, "planned", planned_us / 1000);
    }
    if (look->reason[0]) {
        json_add_string(json, "executor", look->reason);
    }
    json_close(json);
}

static void add_failure(struct json *json, const struct job_row *row) {
    if (row->reason[0]) {
        json_add_string(json, "reason", row->reason);
    }
    if (row->what[0]) {
        struct text ko;
        text_init(&ko, 1 << 12);
        korean_add(&ko, row->what);
        json_open_object(json, "what");
        json_add_string(json, "en", row->what);
        json_add_string(json, "ko", ko.bytes ? ko.bytes : row->what);
        json_close(json);
        text_fini(&ko);
    }
    if (row->state == JOB_DONE || row->state == JOB_FAILED) {
        json_add_integer(json, "exit_code", row->exit_code);
    }
}

static void add_job_members(struct json *json, struct server *server, const char *tenant,
                            const struct job_row *row) {
    struct compute_look look;
    const bool is_live = row->state <= JOB_RUNNING && server->compute &&
                         compute_look(server->compute, tenant, row->id, &look);
    json_add_string(json, "id", row->id);
    json_add_string(json, "name", row->name);
    json_add_string(json, "project", row->project);
    json_add_string(json, "by", row->by);
    json_add_string(json, "batch", row->batch);
    json_add_integer(json, "index", row->place);
    json_add_string(json, "state", job_state_name(row->state));
    if (is_live) {
        json_add_string(json, "phase", job_phase_names[look.phase]);
        json_add_bool(json, "borrowed", look.is_borrowed);
        if (look.stop[0]) {
            json_add_string(json, "stopping", look.stop);
        }
        if (look.phase == PHASE_QUEUED || look.phase == PHASE_STARTING || look.refused[0]) {
            add_waiting(json, &look);
        }
    }
    json_add_bool(json, "cancelling", row->is_cancelled && row->state <= JOB_RUNNING);
    add_failure(json, row);
    json_add_integer(json, "attempts", row->n_attempt);
    add_time_us(json, "created", row->created_us);
    add_time_us(json, "started", row->started_us);
    add_time_us(json, "ended", row->ended_us);
    add_line(json, "request", row->request);
}

struct told_charge { // of an attempt
    uint32_t attempt;
    struct money money;
};
struct told_jobs {
    struct list list; // or, of one
    struct json json;
    struct told_charge *charge; // (n_charge) by attempt
    size_t n_charge, cap_charge;
    struct server *server;
    const char *tenant;
    char batch[STORE_ID_BYTES];
};

static maru_status list_job(void *context, const struct job_row *row, maru_error *err) {
    struct told_jobs *told = context;
    (void)err;
    json_open_object(&told->list.json, NULL);
    add_job_members(&told->list.json, told->server, told->tenant, row);
    json_close(&told->list.json);
    told->list.n++;
    snprintf(told->list.last, sizeof told->list.last, "%s", row->id);
    return MARU_OK;
}

static bool is_state(const char *name) {
    enum job_state state;
    return !*name || strcmp(name, "open") == 0 || job_state_find(name, &state);
}

maru_status api_list_jobs(struct request *request, maru_error *err) {
    struct page page;
    struct told_jobs told = {.server = request->server, .tenant = request->who.tenant};
    const struct job_filter filter = {.project = request_query(request, "project"),
                                      .batch = request_query(request, "batch"),
                                      .state = request_query(request, "state")};
    if (!is_state(filter.state)) {
        return request_refuse(request, 400, err,
                              "a state is open, waiting, running, done, failed or cancelled");
    }
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&told.list, &request->out, page.limit);
        st = tenant_each_job(request->tenant, &filter, &page, list_job, &told, err);
        list_end(&told.list);
    }
    return st;
}

static maru_status add_attempt(void *context, const struct attempt_row *row, maru_error *err) {
    struct told_jobs *told = context;
    struct json *json = &told->json;
    (void)err;
    json_open_object(json, NULL);
    json_add_integer(json, "number", row->number);
    json_add_string(json, "launch", row->launch);
    add_line(json, "parts", row->parts);
    add_time_us(json, "begun", row->begun_us);
    add_time_us(json, "started", row->started_us);
    add_time_us(json, "ended", row->ended_us);
    if (row->stop[0]) {
        json_add_string(json, "stopped_for", row->stop);
    }
    if (row->state == ATTEMPT_ENDED) {
        json_add_string(json, "end", row->end);
        json_add_integer(json, "exit_code", row->exit_code);
        if (row->cpu_us >= 0) {
            json_add_number(json, "cpu_s", (double)row->cpu_us * 1e-6);
        }
        if (row->memory_bytes >= 0) {
            json_add_integer(json, "memory_bytes", row->memory_bytes);
        }
        if (row->gpu_busy_milli >= 0) {
            json_add_number(json, "gpu_busy", (double)row->gpu_busy_milli * 1e-3);
            json_add_number(json, "gpu_kwh", (double)row->gpu_energy_mj / 3.6e9);
        }
    }
    for (size_t i = 0; i < told->n_charge; i++) {
        if (told->charge[i].attempt == row->number) {
            json_add_number(json, "credits", (double)told->charge[i].money.credits_micro * 1e-6);
            json_add_number(json, "krw", (double)told->charge[i].money.krw_milli * 1e-3);
        }
    }
    json_close(json);
    return MARU_OK;
}

static maru_status see_charge(void *context, uint32_t attempt, const struct money *money,
                              maru_error *err) {
    struct told_jobs *told = context;
    if (told->n_charge == told->cap_charge) {
        const size_t cap = told->cap_charge ? told->cap_charge * 2 : 16;
        struct told_charge *larger = alloc_resize(told->charge, cap, sizeof *larger);
        if (!larger) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        told->charge = larger;
        told->cap_charge = cap;
    }
    told->charge[told->n_charge++] = (struct told_charge){attempt, *money};
    return MARU_OK;
}

static maru_status add_one(void *context, const struct job_row *row, maru_error *err) {
    struct told_jobs *told = context;
    (void)err;
    snprintf(told->batch, sizeof told->batch, "%s", row->batch);
    add_job_members(&told->json, told->server, told->tenant, row);
    return MARU_OK;
}

static maru_status tell_job(struct request *request, const char *id, maru_error *err) {
    struct told_jobs told = {.server = request->server, .tenant = request->who.tenant};
    json_writer_init(&told.json, &request->out);
    json_open_object(&told.json, NULL);
    maru_status st = tenant_see_one_job(request->tenant, id, add_one, &told, err);
    st = st == MARU_OK ? tenant_each_charged(request->tenant, id, see_charge, &told, err) : st;
    json_open_list(&told.json, "tries");
    st = st == MARU_OK ? tenant_each_attempt(request->tenant, id, 0, add_attempt, &told, err) : st;
    json_close(&told.json);
    json_close(&told.json);
    alloc_free(told.charge);
    return st;
}

maru_status api_get_job(struct request *request, maru_error *err) {
    return tell_job(request, request->param[0], err);
}

static maru_status add_id(void *context, const struct job_row *row, maru_error *err) {
    struct told_jobs *told = context;
    (void)err;
    json_add_string(&told->json, NULL, row->id);
    snprintf(told->list.last, sizeof told->list.last, "%s", row->id);
    told->list.n++;
    return MARU_OK;
}

maru_status job_tell_batch(struct request *request, const char *batch, maru_error *err) {
    struct told_jobs told = {.server = request->server, .tenant = request->who.tenant};
    const struct job_filter filter = {.project = "", .batch = batch, .state = ""};
    struct page page = {.limit = JOBS_MAX_ARRAY, .after = ""};
    json_writer_init(&told.json, &request->out);
    json_open_object(&told.json, NULL);
    json_add_string(&told.json, "id", batch);
    json_open_list(&told.json, "jobs");
    const maru_status st = tenant_each_job(request->tenant, &filter, &page, add_id, &told, err);
    json_close(&told.json);
    json_close(&told.json);
    return st;
}

// ---- handing in

struct sent { // what came in the body
    const char *json;
    size_t n_json;
    struct job_file *file; // (n_file)
    size_t n_file;
    char (*name)[JOB_MAX_FILE_NAME + 1]; // (JOB_MAX_FILES)
};

// A part named "job" is the JSON, each other one a file.
static maru_status see_part(void *context, const struct form_part *part, maru_error *err) {
    struct sent *sent = context;
    if (strcmp(part->name, "job") == 0 && part->file[0] == '\0') {
        sent->json = part->bytes;
        sent->n_json = part->n;
        return MARU_OK;
    }
    if (part->file[0] == '\0') {
        return fail(err, MARU_E_INPUT, "'%.60s' is not known here; known are: %s", part->name,
                    "job, files");
    }
    if (sent->n_file == JOB_MAX_FILES || strlen(part->file) > JOB_MAX_FILE_NAME) {
        return fail(err, MARU_E_LIMIT, "at most %d files go with a job", JOB_MAX_FILES);
    }
    char *name = sent->name[sent->n_file];
    snprintf(name, JOB_MAX_FILE_NAME + 1, "%s", part->file);
    sent->file[sent->n_file++] = (struct job_file){name, part->bytes, part->n};
    return MARU_OK;
}

static maru_status read_sent(struct request *request, struct sent *sent, maru_error *err) {
    char boundary[FORM_BOUNDARY_BYTES];
    const char *body = request->body.bytes ? request->body.bytes : "";
    form_find_boundary(request_header(request, "Content-Type"), boundary);
    if (boundary[0] == '\0') {
        sent->json = body;
        sent->n_json = request->body.n_bytes;
        return MARU_OK;
    }
    sent->file = alloc_new(JOB_MAX_FILES, sizeof *sent->file);
    sent->name = alloc_new(JOB_MAX_FILES, sizeof *sent->name);
    if (!sent->file || !sent->name) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = form_each(body, request->body.n_bytes, boundary, see_part, sent, err);
    return st == MARU_OK && !sent->json
               ? fail(err, MARU_E_INPUT, "the form has no part 'job' with the job as JSON")
               : st;
}

// Files are kept first, so that a job that is kept has them; jobs are known to the pool last, which would find them at its next start.
static maru_status keep_jobs(struct request *request, const struct sent *sent,
                             const struct job_request *asked, char (*id)[STORE_ID_BYTES],
                             maru_error *err) {
    struct compute *compute = request->server->compute;
    const size_t n = (size_t)asked->n_array;
    char *json = alloc_new(sent->n_json + 1, 1);
    if (!json) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memcpy(json, sent->json, sent->n_json);
    const struct new_job job = {.name = asked->name,
                                .project = asked->project,
                                .by = request->who.name,
                                .request = json,
                                .after = asked->after,
                                .n_after = asked->n_after};
    maru_status st = job_folder_keep_files(compute_folder(compute), request->who.tenant, id[0],
                                           sent->file, sent->n_file, err);
    if (st == MARU_OK) {
        st = tenant_add_jobs(request->tenant, &job, n, id, err);
        if (st != MARU_OK) {
            job_folder_drop_files(compute_folder(compute), request->who.tenant, id[0]);
        }
    }
    if (st == MARU_OK) {
        compute_tell_all(compute, request->who.tenant, (const char(*)[STORE_ID_BYTES])id, n);
    }
    alloc_free(json);
    return st;
}

static maru_status submit(struct request *request, const struct sent *sent, maru_error *err) {
    struct job_request asked;
    char(*id)[STORE_ID_BYTES] = NULL;
    maru_status st = job_request_read(&asked, sent->json, sent->n_json, err);
    st = st == MARU_OK ? compute_could(request->server->compute, &asked.needs, err) : st;
    if (st == MARU_OK && asked.needs.reservation[0]) {
        st = compute_could_reserve(request->server->compute, request->who.tenant, asked.project,
                                   asked.needs.reservation, err);
    }
    if (st == MARU_E_RANGE) {
        request->status = 422;
    }
    if (st == MARU_OK) {
        id = alloc_new((size_t)asked.n_array, sizeof *id);
        st = id ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    for (int64_t i = 0; st == MARU_OK && i < asked.n_array; i++) {
        store_make_id(id[i]);
    }
    st = st == MARU_OK ? keep_jobs(request, sent, &asked, id, err) : st;
    if (st == MARU_OK) {
        request->status = 201;
        st = job_tell_batch(request, id[0], err);
    } else if (st == MARU_E_USAGE) {
        request->status = 422; // a job that it waits for is not there
    }
    alloc_free(id);
    job_request_fini(&asked);
    return st;
}

// What all jobs of a tenant have left in their folders is held against the same quota as its file.
static maru_status have_room(struct request *request, maru_error *err) {
    const uint64_t quota = (uint64_t)request->server->quota_bytes;
    const uint64_t n =
        job_folder_measure(compute_folder(request->server->compute), request->who.tenant);
    return n < quota ? MARU_OK
                     : request_refuse(request, 507, err,
                                      "your jobs keep %lld MiB in their folders, and %lld MiB is "
                                      "what you may: delete jobs that have ended",
                                      (long long)(n >> 20), (long long)(quota >> 20));
}

maru_status api_create_job(struct request *request, maru_error *err) {
    struct sent sent = {0};
    maru_status st = compute_require(request, err);
    st = st == MARU_OK ? have_room(request, err) : st;
    st = st == MARU_OK ? read_sent(request, &sent, err) : st;
    st = st == MARU_OK ? submit(request, &sent, err) : st;
    alloc_free(sent.file);
    alloc_free(sent.name);
    return st;
}

// ---- what people want of a job

maru_status api_cancel_job(struct request *request, maru_error *err) {
    bool is_open = false;
    maru_status st = compute_require(request, err);
    if (st == MARU_OK) {
        st =
            tenant_cancel_job(request->tenant, request->param[0], request->who.name, &is_open, err);
    }
    if (st == MARU_OK && is_open) {
        compute_tell(request->server->compute, request->who.tenant, request->param[0]);
    }
    return st == MARU_OK ? tell_job(request, request->param[0], err) : st;
}

maru_status api_retry_job(struct request *request, maru_error *err) {
    maru_status st = compute_require(request, err);
    st = st == MARU_OK
             ? tenant_retry_job(request->tenant, request->param[0], request->who.name, err)
             : st;
    if (st == MARU_OK) {
        compute_tell(request->server->compute, request->who.tenant, request->param[0]);
        st = tell_job(request, request->param[0], err);
    }
    return st;
}

struct batch_of {
    char batch[STORE_ID_BYTES];
    size_t n;
};

static maru_status see_batch(void *context, const struct job_row *row, maru_error *err) {
    struct batch_of *of = context;
    (void)err;
    snprintf(of->batch, sizeof of->batch, "%s", row->batch);
    of->n++;
    return MARU_OK;
}

// The files that were sent go with the last job of the batch.
maru_status api_delete_job(struct request *request, maru_error *err) {
    struct batch_of of = {.n = 0}, left = {.n = 0};
    const char *id = request->param[0];
    maru_status st = compute_require(request, err);
    st = st == MARU_OK ? tenant_see_one_job(request->tenant, id, see_batch, &of, err) : st;
    st = st == MARU_OK ? tenant_delete_job(request->tenant, id, request->who.name, err) : st;
    if (st == MARU_OK) {
        const struct job_filter filter = {.project = "", .batch = of.batch, .state = ""};
        const struct page page = {.limit = 1, .after = ""};
        st = tenant_each_job(request->tenant, &filter, &page, see_batch, &left, err);
    }
    if (st == MARU_OK) {
        st = job_folder_remove(compute_folder(request->server->compute), request->who.tenant, id,
                               left.n == 0 ? of.batch : NULL, err);
        request->status = 204;
    }
    return st;
}

// ---- what came of it

static maru_status read_chunk(struct request *request, int file, int64_t n_bytes, maru_error *err) {
    int64_t from = 0;
    const char *asked = request_query(request, "from");
    if (asked[0] && (!number_int64(asked, strlen(asked), &from) || from < 0)) {
        return fail(err, MARU_E_INPUT, "from is wanted as a number of bytes");
    }
    char *buffer = alloc_new(CHUNK_BYTES, 1);
    const ssize_t n = buffer ? pread(file, buffer, CHUNK_BYTES, (off_t)from) : -1;
    if (n > 0) {
        text_add(&request->out, buffer, (size_t)n);
    }
    request->n_whole = n_bytes;
    alloc_free(buffer);
    return n >= 0 ? MARU_OK : fail(err, MARU_E_IO, "the file cannot be read");
}

static maru_status find_job(struct request *request, maru_error *err) {
    struct batch_of of = {.n = 0};
    const maru_status st = compute_require(request, err);
    return st == MARU_OK
               ? tenant_see_one_job(request->tenant, request->param[0], see_batch, &of, err)
               : st;
}

static maru_status give_file(struct request *request, const char *below, const char *path,
                             maru_error *err) {
    struct text folder;
    int file = -1;
    int64_t n_bytes = 0;
    text_init(&folder, PATH_BYTES);
    job_folder_path(&folder, compute_folder(request->server->compute), request->who.tenant,
                    request->param[0], below);
    maru_status st = tree_open_file(folder.bytes, path, &file, &n_bytes, err);
    text_fini(&folder);
    if (st == MARU_OK) {
        st = read_chunk(request, file, n_bytes, err);
        close(file);
    }
    return st;
}

maru_status api_get_job_log(struct request *request, maru_error *err) {
    const char *stream = request_query(request, "stream");
    const bool is_err = strcmp(stream, "err") == 0;
    maru_status st = find_job(request, err);
    if (st == MARU_OK && stream[0] && !is_err && strcmp(stream, "out") != 0) {
        return fail(err, MARU_E_INPUT, "stream is out or err");
    }
    if (st == MARU_OK) {
        st = give_file(request, NULL, is_err ? "err" : "out", err);
        if (st == MARU_E_USAGE) { // it has not begun: nothing is said yet
            st = MARU_OK;
        }
        request->type = "text/plain; charset=utf-8";
    }
    return st;
}

static maru_status add_file(void *context, const struct tree_file *file, maru_error *err) {
    struct json *json = context;
    (void)err;
    json_open_object(json, NULL);
    json_add_string(json, "name", file->path);
    json_add_integer(json, "bytes", file->n_bytes);
    request_add_time(json, "changed", file->changed_us / 1000);
    json_close(json);
    return MARU_OK;
}

maru_status api_list_job_files(struct request *request, maru_error *err) {
    struct text folder;
    struct json json;
    bool is_all = false;
    maru_status st = find_job(request, err);
    if (st != MARU_OK) {
        return st;
    }
    text_init(&folder, PATH_BYTES);
    job_folder_path(&folder, compute_folder(request->server->compute), request->who.tenant,
                    request->param[0], "work");
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    st = tree_each_file(folder.bytes, MAX_LISTED_FILES, add_file, &json, &is_all, err);
    json_close(&json);
    json_add_bool(&json, "all", is_all);
    json_close(&json);
    text_fini(&folder);
    return st;
}

maru_status api_get_job_file(struct request *request, maru_error *err) {
    maru_status st = find_job(request, err);
    st = st == MARU_OK ? give_file(request, "work", request->param[1], err) : st;
    request->type = "application/octet-stream";
    snprintf(request->disposition, sizeof request->disposition, "attachment");
    return st;
}
