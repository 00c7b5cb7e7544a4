#include "cli/pool/on_pool.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/status.h"
#include "cli/job/job_verbs.h"
#include "io/progress.h"
#include "io/stop.h"
#include "study/words/numerals.h"

// All that is known of the work is on the server: which parts are done, and in a variable of each job the digest of what was asked, so that
// --attach never mixes work. Each look asks for all parts of the array, a page at a time; a part that is done is fetched at that look.

enum {
    LOOK_MS = 500, // for each page of parts
    RETRIES = 3,
    MOST_AGAIN = 3,
    LINE_BYTES = 512,
    JOBS_A_LOOK = 100000 // more than a server lets be handed in
};

static const char work_variable[] = "MARU_WORK";

maru_status on_where(const struct call *call, enum on_where *out, maru_error *err) {
    const struct pool_values *values = call->args.values;
    const bool is_attached = args_given(&call->args, "attach");
    if (strcmp(values->on, "part") == 0 && !is_attached) {
        *out = ON_PART;
    } else if (strcmp(values->on, "pool") == 0 || (is_attached && !args_given(&call->args, "on"))) {
        *out = ON_POOL;
    } else if (strcmp(values->on, "here") == 0 && !is_attached) {
        *out = ON_HERE;
    } else {
        return fail(err, MARU_E_USAGE, "--on: here or pool is wanted");
    }
    return MARU_OK;
}

struct pooled { // one call
    struct call *call;
    const struct pool_work *work;
    struct remote *remote;
    char batch[64];
    json_t *command;
    char digest[33]; // of the work
    uint32_t n_thread;
    size_t n_part, n_taken;
    unsigned n_page; // of the last look
    bool *is_taken;  // (n_part)
    bool *is_ending; // (n_part) was being cancelled when it was taken up
    unsigned char *n_again;
    struct progress progress;
};

// ---- the command of a part

static bool is_in(const char *name, const char *const *list) {
    for (; list && *list; list++) {
        if (strcmp(name, *list) == 0) {
            return true;
        }
    }
    return false;
}

static void add_word(json_t *list, struct text *word) {
    json_array_append_new(list, json_stringn(word->bytes ? word->bytes : "", word->n_bytes));
    text_clear(word);
}

// One option that was given, as the command line has it; what was read is written so that it is read as the same.
static void add_option(json_t *list, const struct option *option, const void *values) {
    const void *at = (const char *)values + option->offset;
    const struct option_list *many = at;
    struct text word;
    text_init(&word, INT32_MAX);
    text_addf(&word, "--%s%s", option->name, option->kind == OPTION_FLAG ? "" : "=");
    switch (option->kind) {
    case OPTION_FLAG:
        break;
    case OPTION_TEXT:
        text_addz(&word, *(const char *const *)at);
        break;
    case OPTION_COUNT:
        text_addf(&word, "%llu", (unsigned long long)*(const uint64_t *)at);
        break;
    case OPTION_SPAN:
    case OPTION_TIME:
        text_addf(&word, "%lld.%06lld s", (long long)(*(const maru_time *)at / 1000000),
                  (long long)(*(const maru_time *)at % 1000000));
        break;
    case OPTION_SHARE:
    case OPTION_REAL:
        text_add_double(&word, *(const double *)at);
        break;
    case OPTION_LIST:
        for (size_t i = 0; i + 1 < many->n; i++) { // the last one is added below, as all others
            text_addz(&word, many->text[i]);
            add_word(list, &word);
            text_addf(&word, "--%s=", option->name);
        }
        text_addz(&word, many->text[many->n - 1]);
        break;
    }
    add_word(list, &word);
    text_fini(&word);
}

static void add_words(json_t *list, const char *const *word) {
    for (; word && *word; word++) {
        json_array_append_new(list, json_string(*word));
    }
}

// All but the number of threads, which no figure depends on.
static json_t *command_of(const struct call *call, const struct pool_work *work) {
    static const char *const own[] = {"on",    "attach", "project", "part-time", "part-memory",
                                      "url",   "token",  "parts",   "threads",   "json",
                                      "quiet", "help",   "lang",    NULL};
    json_t *list = json_array();
    add_words(list, (const char *const[]){"maru", call->verb->name, NULL});
    add_words(list, work->words);
    for (size_t i = 0; i < call->args.n_option; i++) {
        const struct option *option = &call->args.option[i];
        if ((call->args.given >> i & 1) && !is_in(option->name, own) &&
            !is_in(option->name, work->skip)) {
            add_option(list, option, call->args.values);
        }
    }
    add_words(list, work->more);
    add_words(list, (const char *const[]){"--quiet", NULL});
    return list;
}

static maru_status make_command(struct pooled *p, maru_error *err) {
    struct digest digest;
    p->command = command_of(p->call, p->work);
    char *words = json_dumps(p->command, JSON_COMPACT);
    if (!words) {
        return fail(err, MARU_E_INPUT, "words of a command are UTF-8");
    }
    digest_init(&digest);
    digest_bytes(&digest, p->work->digest, strlen(p->work->digest));
    digest_bytes(&digest, words, strlen(words));
    digest_hex(&digest, p->digest);
    free(words);
    return MARU_OK;
}

// ---- handing in

// Processors of the pool and of its largest node; 0 where it does not say.
static void count_processors(struct pooled *p, double *all, double *largest) {
    maru_error err = {0};
    json_t *pool = job_fetch(p->remote, "/v1/pool", &err);
    size_t i;
    const json_t *node;
    *all = *largest = 0;
    json_array_foreach(json_object_get(pool, "nodes"), i, node) {
        const char *state = json_string_value(json_object_get(node, "state"));
        const double n = json_number_value(json_object_get(node, "cpus"));
        if (state && strcmp(state, "up") == 0) {
            *all += n;
            *largest = n > *largest ? n : *largest;
        }
    }
    json_decref(pool);
}

// How many threads a part has, and how many parts there are where nobody says it: one for each processor.
static size_t choose_parts(struct pooled *p) {
    const struct pool_values *values = p->call->args.values;
    double all = 0, largest = 0;
    count_processors(p, &all, &largest);
    const uint32_t most = largest < 1                       ? 1
                          : largest < ON_POOL_USUAL_THREADS ? (uint32_t)largest
                                                            : ON_POOL_USUAL_THREADS;
    p->n_thread = p->work->n_thread > 0 ? p->work->n_thread : most;
    const double n = all / p->n_thread;
    const size_t usual = n < 1                ? ON_POOL_USUAL_PARTS
                         : n < WORK_MAX_PARTS ? (size_t)n
                                              : WORK_MAX_PARTS;
    const size_t n_part = values->parts > 0 ? (size_t)values->parts : usual;
    return n_part < p->work->n_most ? n_part : p->work->n_most;
}

static json_t *job_of(const struct pooled *p, size_t n_part, maru_error *err) {
    const struct pool_values *values = p->call->args.values;
    int64_t mib = 0;
    if (values->part_memory && !job_read_mib(values->part_memory, &mib)) {
        (void)!fail(err, MARU_E_USAGE, "--%s: a size such as 8G or 512M is wanted", "part-memory");
        return NULL;
    }
    char name[64], threads[32];
    snprintf(name, sizeof name, "maru %s", p->call->verb->name);
    snprintf(threads, sizeof threads, "--threads=%u", (unsigned)p->n_thread);
    add_words(p->command, (const char *const[]){threads, NULL});
    json_t *job = json_pack(
        "{s:s, s:O, s:i, s:i, s:b, s:i, s:I, s:{s:s}}", "name", name, "command", p->command,
        "array", (int)n_part, "retries", RETRIES, "can_stop", 1, "cpus", (int)p->n_thread, "time_s",
        (json_int_t)((values->part_time + 999999) / 1000000), "env", work_variable, p->digest);
    if (!job) {
        (void)!fail(err, MARU_E_MEMORY, "no memory");
        return NULL;
    }
    if (mib > 0) {
        json_object_set_new(job, "memory_mib", json_integer(mib));
    }
    if (values->project) {
        json_object_set_new(job, "project", json_string(values->project));
    }
    return job;
}

static maru_status hand_in(struct pooled *p, maru_error *err) {
    const size_t n_part = choose_parts(p);
    char key[REMOTE_KEY_BYTES];
    struct text answer;
    remote_make_key(key);
    json_t *job = job_of(p, n_part, err);
    if (!job) {
        return err->code;
    }
    char *json = json_dumps(job, JSON_COMPACT);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    const struct remote_ask ask = {.method = "POST",
                                   .path = "/v1/jobs",
                                   .json = json ? json : "",
                                   .file = p->work->file,
                                   .n_file = p->work->n_file,
                                   .key = key};
    maru_status st = remote_do(p->remote, &ask, &answer, err);
    json_t *told = st == MARU_OK
                       ? json_loadb(answer.bytes ? answer.bytes : "", answer.n_bytes, 0, NULL)
                       : NULL;
    const char *id = json_string_value(json_object_get(told, "id"));
    if (id) {
        snprintf(p->batch, sizeof p->batch, "%s", id);
    } else if (st == MARU_OK) {
        st = fail(err, MARU_E_IO, "the server's answer is no JSON");
    }
    json_decref(told);
    text_fini(&answer);
    free(json);
    json_decref(job);
    return st;
}

// ---- looking

static maru_status again(struct pooled *p, size_t part, const char *id, maru_error *err) {
    struct text path, answer;
    char key[REMOTE_KEY_BYTES];
    remote_make_key(key);
    text_init(&path, 1 << 12);
    text_init(&answer, REMOTE_MAX_ANSWER_BYTES);
    job_path(&path, id, "/retry");
    const struct remote_ask ask = {.method = "POST", .path = path.bytes, .json = "", .key = key};
    const maru_status st = remote_do(p->remote, &ask, &answer, err);
    p->n_again[part]++;
    text_fini(&answer);
    text_fini(&path);
    return st;
}

// A file of a job as a whole: it comes in pieces.
static maru_status fetch(struct pooled *p, const char *id, struct text *bytes, maru_error *err) {
    struct text path, piece;
    maru_status st = MARU_OK;
    text_init(&path, 1 << 12);
    text_init(&piece, REMOTE_MAX_ANSWER_BYTES);
    do {
        text_clear(&path);
        job_path(&path, id, "/files/");
        remote_add_part(&path, p->work->left);
        text_addf(&path, "?from=%zu", bytes->n_bytes);
        st = remote_get(p->remote, path.bytes, &piece, err);
        text_add(bytes, piece.bytes ? piece.bytes : "", st == MARU_OK ? piece.n_bytes : 0);
    } while (st == MARU_OK && piece.n_bytes > 0 && bytes->status == MARU_OK);
    if (st == MARU_OK && bytes->status != MARU_OK) {
        st = fail(err, bytes->status, "no memory for a part of the work");
    }
    text_fini(&piece);
    text_fini(&path);
    return st;
}

// What a part that is done has left. One that left nothing, or something else, is run again.
static maru_status take_part(struct pooled *p, size_t part, const char *id, maru_error *err) {
    struct text bytes;
    text_init(&bytes, INT32_MAX);
    maru_status st = fetch(p, id, &bytes, err);
    if (st == MARU_E_USAGE) {
        st = fail(err, MARU_E_INPUT, "a part of the work has left nothing");
    } else if (st == MARU_OK) {
        st = p->work->take(p->work->context, part, &bytes, err);
    }
    text_fini(&bytes);
    if (st == MARU_OK) {
        p->is_taken[part] = true;
        p->n_taken++;
    } else if (st == MARU_E_INPUT && p->n_again[part] < MOST_AGAIN) {
        st = again(p, part, id, err);
    }
    return st;
}

// Why a part has failed, with the last line that it said.
static maru_status refuse_part(struct pooled *p, size_t part, const json_t *job, maru_error *err) {
    const char *id = json_string_value(json_object_get(job, "id"));
    const char *state = json_string_value(json_object_get(job, "state"));
    const char *reason = json_string_value(json_object_get(job, "reason"));
    char line[LINE_BYTES] = "";
    struct text path, log;
    text_init(&path, 1 << 12);
    text_init(&log, REMOTE_MAX_ANSWER_BYTES);
    job_path(&path, id, "/log?stream=err");
    if (remote_get(p->remote, path.bytes, &log, NULL) == MARU_OK && log.n_bytes > 0) {
        size_t end = log.n_bytes;
        while (end > 0 && log.bytes[end - 1] == '\n') {
            end--;
        }
        size_t begin = end;
        while (begin > 0 && log.bytes[begin - 1] != '\n' && end - begin < 200) {
            begin--;
        }
        snprintf(line, sizeof line, "%.*s", (int)(end - begin), log.bytes + begin);
    }
    text_fini(&log);
    text_fini(&path);
    if (reason && strcmp(reason, "memory") == 0) {
        return fail(err, MARU_E_IO,
                    "part %zu of the work, job %.40s, had too little memory: give it more with "
                    "--part-memory",
                    part + 1, id);
    }
    return fail(err, MARU_E_IO, "part %zu of the work, job %.40s, has ended as %.20s %.20s: %.200s",
                part + 1, id, state, reason ? reason : "", line[0] ? line : "it said nothing");
}

// Is it this work, in as many parts as are there?
static maru_status check_work(struct pooled *p, const json_t *items, maru_error *err) {
    const json_t *request = json_object_get(json_array_get(items, 0), "request");
    const char *digest =
        json_string_value(json_object_get(json_object_get(request, "env"), work_variable));
    const json_t *array = json_object_get(request, "array");
    const json_int_t n = array ? json_integer_value(array) : 1;
    if (json_array_size(items) == 0) {
        return fail(err, MARU_E_USAGE, "there is no job %.60s", p->batch);
    }
    if (!digest || strcmp(digest, p->digest) != 0) {
        return fail(err, MARU_E_USAGE,
                    "job %.60s is other work: the same command, tables and version are wanted",
                    p->batch);
    }
    if (n < 1 || (size_t)n > p->work->n_most || (size_t)n != json_array_size(items)) {
        return fail(err, MARU_E_USAGE, "parts of job %.60s are gone: hand it in again", p->batch);
    }
    p->n_part = (size_t)n;
    p->is_taken = alloc_new(p->n_part, sizeof *p->is_taken);
    p->is_ending = alloc_new(p->n_part, sizeof *p->is_ending);
    p->n_again = alloc_new(p->n_part, sizeof *p->n_again);
    if (!p->is_taken || !p->is_ending || !p->n_again) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    return p->work->begin(p->work->context, p->n_part, err);
}

static maru_status see_part(struct pooled *p, const json_t *job, bool is_first, maru_error *err) {
    const char *id = json_string_value(json_object_get(job, "id"));
    const char *state = json_string_value(json_object_get(job, "state"));
    const json_int_t part = json_integer_value(json_object_get(job, "index"));
    if (!id || !state || part < 0 || (size_t)part >= p->n_part) {
        return fail(err, MARU_E_IO, "the server's answer is no JSON");
    }
    const bool has_failed = strcmp(state, "failed") == 0 || strcmp(state, "cancelled") == 0;
    if (p->is_taken[part]) {
        return MARU_OK;
    }
    if (is_first && json_is_true(json_object_get(job, "cancelling"))) {
        p->is_ending[part] = true;
    }
    if (has_failed && (is_first || p->is_ending[part])) { // of work that is taken up again
        p->is_ending[part] = false;
        return again(p, (size_t)part, id, err);
    }
    if (has_failed) {
        return refuse_part(p, (size_t)part, job, err);
    }
    return strcmp(state, "done") == 0 ? take_part(p, (size_t)part, id, err) : MARU_OK;
}

// All parts, page after page.
static maru_status fetch_parts(struct pooled *p, json_t *items, maru_error *err) {
    char after[64] = "";
    p->n_page = 0;
    do {
        struct text path;
        text_init(&path, 1 << 12);
        text_addz(&path, "/v1/jobs?limit=200&batch=");
        remote_add_part(&path, p->batch);
        text_addz(&path, after[0] ? "&after=" : "");
        remote_add_part(&path, after);
        json_t *list = job_fetch(p->remote, path.bytes, err);
        text_fini(&path);
        if (!list) {
            return err->code;
        }
        const char *next = json_string_value(json_object_get(list, "next"));
        const int n = snprintf(after, sizeof after, "%s", next ? next : "");
        json_array_extend(items, json_object_get(list, "items"));
        json_decref(list);
        p->n_page++;
        if (n < 0 || (size_t)n >= sizeof after || json_array_size(items) > JOBS_A_LOOK) {
            return fail(err, MARU_E_IO, "the server's answer is no JSON");
        }
    } while (after[0]);
    return MARU_OK;
}

static maru_status look(struct pooled *p, maru_error *err) {
    const bool is_first = p->n_part == 0;
    json_t *items = json_array();
    maru_status st = fetch_parts(p, items, err);
    st = st == MARU_OK && is_first ? check_work(p, items, err) : st;
    for (size_t i = 0; st == MARU_OK && i < json_array_size(items) && !stop_asked(); i++) {
        st = see_part(p, json_array_get(items, i), is_first, err);
    }
    json_decref(items);
    return st;
}

static void draw(struct pooled *p) {
    struct text words;
    text_init(&words, 1 << 10);
    words_add(
        &words, p->call->lang, W_POOL_PROGRESS,
        (const char *const[]){numeral_count(p->n_taken).text, numeral_count(p->n_part).text, NULL});
    progress_draw(&p->progress, p->n_part > 0 ? (double)p->n_taken / (double)p->n_part : 0,
                  words.bytes ? words.bytes : "");
    text_fini(&words);
}

static maru_status wait_for_all(struct pooled *p, maru_error *err) {
    maru_status st = MARU_OK;
    progress_open(&p->progress, !p->call->quiet && !p->call->json);
    do {
        st = look(p, err);
        if (st == MARU_OK && stop_asked()) {
            st = fail(err, MARU_E_STOPPED, "stopped");
        }
        if (st == MARU_OK && p->n_taken < p->n_part) {
            draw(p);
            usleep(LOOK_MS * 1000 * p->n_page);
        }
    } while (st == MARU_OK && p->n_taken < p->n_part);
    progress_close(&p->progress);
    return st;
}

maru_status on_pool(struct call *call, const struct pool_work *work, maru_error *err) {
    const struct pool_values *values = call->args.values;
    struct pooled p = {.call = call, .work = work};
    stop_listen();
    maru_status st = remote_open(call, &p.remote, err);
    st = st == MARU_OK ? make_command(&p, err) : st;
    if (st == MARU_OK && values->attach) {
        snprintf(p.batch, sizeof p.batch, "%s", values->attach);
    } else if (st == MARU_OK) {
        st = hand_in(&p, err);
    }
    if (st == MARU_OK && !values->attach) {
        verb_note(call, W_POOL_SENT, (const char *const[]){p.batch, NULL});
    }
    st = st == MARU_OK ? wait_for_all(&p, err) : st;
    if (st != MARU_OK && p.batch[0] && p.n_part > 0) {
        verb_note(call, W_POOL_LEFT,
                  (const char *const[]){p.batch, numeral_count(p.n_taken).text,
                                        numeral_count(p.n_part).text, NULL});
    }
    json_decref(p.command);
    alloc_free(p.is_taken);
    alloc_free(p.is_ending);
    alloc_free(p.n_again);
    remote_close(p.remote);
    return st;
}
