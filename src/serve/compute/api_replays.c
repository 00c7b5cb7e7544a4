#include <jansson.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "serve/api/fields.h"
#include "serve/compute/compute.h"
#include "serve/compute/own_trace.h"
#include "serve/compute/pool_documents.h"
#include "serve/compute/replays.h"
#include "serve/http/problem.h"
#include "serve/http/request.h"
#include "store/kept_money.h"
#include "study/json_writer.h"

// Policies tried before they are used: on the pool's own jobs so far, or on a trace that somebody sends, always on the pool's nodes and with
// its accounts. All that can be wrong is refused at once; only playing takes place in the background.

enum {
    NODES_BYTES = 64 << 20,
    ARENA_BYTES = 256 << 20,
    POLICY_BYTES = 64 << 10,
    WORDS_BYTES = 64,
};

struct asked_replay {
    json_t *fields;
    const char *trace, *text, *events, *failures, *every; // of the fields
    int64_t checkpoint_us;
    double inflate;
    bool checkpoints;
    struct text nodes, accounts, prices;
};

static maru_status read_outages(struct asked_replay *asked, maru_error *err) {
    const json_t *const fields = asked->fields;
    maru_status st = field_text(fields, "events", REQUEST_MAX_UPLOAD_BYTES, &asked->events, err);
    st = st == MARU_OK ? field_text(fields, "failures", WORDS_BYTES, &asked->failures, err) : st;
    st = st == MARU_OK ? field_text(fields, "checkpoint_every", WORDS_BYTES, &asked->every, err)
                       : st;
    if (st == MARU_OK && asked->every &&
        (!pool_span_read(asked->every, strlen(asked->every), &asked->checkpoint_us) ||
         asked->checkpoint_us <= 0)) {
        return field_wrong(err, "/checkpoint_every", "a time is wanted: 30m, 1h");
    }
    return st;
}

static maru_status read_asked(const struct request *request, struct asked_replay *asked,
                              maru_error *err) {
    static const char *const known[] = {"policies",    "trace",  "text",     "inflate",
                                        "checkpoints", "events", "failures", "checkpoint_every",
                                        NULL};
    json_t **fields = &asked->fields;
    maru_status st = fields_open(fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_text(*fields, "trace", 16, &asked->trace, err) : st;
    st = st == MARU_OK ? field_text(*fields, "text", REQUEST_MAX_UPLOAD_BYTES, &asked->text, err)
                       : st;
    st = st == MARU_OK
             ? field_number(*fields, "inflate", 0.001, REPLAY_MAX_INFLATE, &asked->inflate, err)
             : st;
    st = st == MARU_OK ? field_bool(*fields, "checkpoints", &asked->checkpoints, err) : st;
    st = st == MARU_OK ? read_outages(asked, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    const bool is_own = strcmp(asked->trace, "own") == 0;
    if (!is_own && strcmp(asked->trace, "plain") != 0 && strcmp(asked->trace, "sacct") != 0) {
        return field_wrong(err, "/trace", "own, plain or sacct is wanted");
    }
    return is_own == (asked->text == NULL)
               ? MARU_OK
               : field_wrong(err, "/text", "a trace as a text, where it is not the pool's own");
}

static maru_status fill(void *context, const struct cluster *cluster, struct job_trace *trace,
                        maru_error *err) {
    const struct request *const request = context;
    return own_trace_fill(request->server->store, cluster, trace, err);
}

static maru_status write_accounts(struct store *store, struct text *out, maru_error *err) {
    struct accounts_table table;
    struct document_told told = {0};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const maru_status st = pool_accounts_load(store, &arena, &table, &told, err);
    if (st == MARU_OK) {
        accounts_table_write(out, &table, 0);
    }
    arena_fini(&arena);
    return st == MARU_OK && out->status != MARU_OK ? fail(err, out->status, "no memory") : st;
}

// Nothing where there are no prices.
static maru_status write_prices(struct store *store, struct text *out, maru_error *err) {
    struct prices prices;
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const maru_status st = store_load_prices(store, &arena, &prices, err);
    if (st == MARU_OK && prices.n > 0) {
        prices_write(out, &prices, 0);
    }
    arena_fini(&arena);
    return st == MARU_OK && out->status != MARU_OK ? fail(err, out->status, "no memory") : st;
}

static maru_status open_study(struct request *request, struct asked_replay *asked,
                              struct replay_study *study, maru_error *err) {
    struct sheet_faults faults = {0};
    own_nodes_write(request->server->compute, &asked->nodes);
    maru_status st = write_accounts(request->server->store, &asked->accounts, err);
    st = st == MARU_OK ? write_prices(request->server->store, &asked->prices, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    const struct replay_sources sources = {
        .nodes = {"nodes", asked->nodes.bytes, asked->nodes.n_bytes},
        .jobs = {"trace", asked->text, asked->text ? strlen(asked->text) : 0},
        .prices = {"prices", asked->prices.bytes, asked->prices.n_bytes},
        .accounts = {"accounts", asked->accounts.bytes, asked->accounts.n_bytes},
        .events = {"events", asked->events, asked->events ? strlen(asked->events) : 0},
        .failures = asked->failures,
        .checkpoint_us = asked->checkpoint_us,
        .form = asked->text ? asked->trace : NULL,
        .fill = asked->text ? NULL : fill,
        .context = request,
        .title = asked->text ? asked->trace : "maru",
        .inflate = asked->inflate,
        .checkpoints = asked->checkpoints || asked->every,
        .seed = 1};
    return replay_study_open(study, &sources, &faults, err);
}

static maru_status add_policies(const struct asked_replay *asked, struct replay_study *study,
                                maru_error *err) {
    const json_t *const list = json_object_get(asked->fields, "policies");
    const size_t n = json_array_size(list);
    if (!json_is_array(list) || n < 1 || n > REPLAY_MAX_POLICIES) {
        return field_wrong(err, "/policies", "a list of 1 to 4 policies is wanted");
    }
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        const json_t *const one = json_array_get(list, i);
        const char *const name = json_string_value(json_object_get(one, "name"));
        const char *const text = json_string_value(json_object_get(one, "text"));
        if (!name || !text || !*name || strlen(name) >= REPLAY_MAX_POLICY_NAME ||
            strlen(text) > POLICY_BYTES) {
            return field_wrong(err, "/policies", "each has a name and a text");
        }
        st = replay_study_add(study, name, text, strlen(text), err);
    }
    return st;
}

maru_status api_create_replay(struct request *request, maru_error *err) {
    struct asked_replay asked = {.trace = "own", .inflate = 1};
    struct json json;
    char id[STORE_ID_BYTES] = "";
    maru_status st = compute_require(request, err);
    struct replay_study *study = st == MARU_OK ? alloc_new(1, sizeof *study) : NULL;
    if (!study) {
        return st != MARU_OK ? st : fail(err, MARU_E_MEMORY, "no memory");
    }
    text_init(&asked.nodes, NODES_BYTES);
    text_init(&asked.accounts, NODES_BYTES);
    text_init(&asked.prices, NODES_BYTES);
    st = read_asked(request, &asked, err);
    st = st == MARU_OK ? open_study(request, &asked, study, err) : st;
    st = st == MARU_OK ? add_policies(&asked, study, err) : st;
    if (st == MARU_OK && (study->trace.n == 0 || !study->trace.has_times)) {
        st = fail(err, MARU_E_INPUT,
                  study->trace.n == 0
                      ? "no job has ended here yet: send a trace"
                      : "the trace does not say when its jobs came: it can be inflated, not "
                        "replayed");
    }
    if (st == MARU_OK) {
        st = replays_add(request->server->replays, study, id, err);
    } else {
        replay_study_close(study);
        alloc_free(study);
    }
    if (st == MARU_OK) {
        request->status = 202;
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        json_add_string(&json, "id", id);
        json_close(&json);
    }
    fields_close(asked.fields);
    text_fini(&asked.nodes);
    text_fini(&asked.accounts);
    text_fini(&asked.prices);
    return st;
}

static void add_look(struct request *request, const struct replay_look *look,
                     const struct text *result) {
    static const char *const states[] = {"running", "running", "done", "failed"};
    struct json json;
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_add_string(&json, "id", request->param[0]);
    json_add_string(&json, "state", states[look->state]);
    json_add_number(&json, "progress", look->progress);
    if (look->state == REPLAY_FAILED) {
        problem_add_kept(&json, "problem", "The replay failed", 422, &look->problem);
    }
    if (result->n_bytes > 0) {
        json_add_raw(&json, "result", result->bytes);
    }
    json_close(&json);
}

maru_status api_get_replay(struct request *request, maru_error *err) {
    const char *const format = request_query(request, "format");
    const bool is_page = strcmp(format, "html") == 0;
    struct replay_look look;
    struct text result;
    if (format[0] && !is_page && strcmp(format, "json") != 0) {
        return request_refuse(request, 400, err, "the format is json or html");
    }
    text_init(&result, REPLAYS_MAX_TEXT);
    maru_status st =
        replays_look(request->server->replays, request->param[0], &look,
                     is_page ? REPLAY_PAGE : REPLAY_JSON, request_language(request), &result, err);
    if (st == MARU_OK && result.status != MARU_OK) {
        st = fail(err, result.status, "no memory");
    } else if (st == MARU_OK && is_page && look.state != REPLAY_DONE) {
        st = request_refuse(request, 409, err, "the replay has not ended well: there is no report");
    } else if (st == MARU_OK && is_page) {
        request->type = "text/html; charset=utf-8";
        text_add(&request->out, result.bytes, result.n_bytes);
    } else if (st == MARU_OK) {
        add_look(request, &look, &result);
    }
    text_fini(&result);
    return st;
}
