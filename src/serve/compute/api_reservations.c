#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "serve/api/fields.h"
#include "serve/compute/compute.h"
#include "serve/compute/pool_documents.h"
#include "serve/http/request.h"
#include "study/json_writer.h"

// Nodes that are kept free for an account for a time. The operator of the server sets the table as a whole; who else asks sees his own.

enum { ARENA_BYTES = 256 << 20 };

// ---- telling

static const char *state_of(const struct reservation *row, int64_t now_us) {
    return row->until_us <= now_us ? "over" : row->from_us <= now_us ? "now" : "coming";
}

static void add_row(struct json *json, const struct reservation *row, int64_t now_us) {
    json_open_object(json, NULL);
    json_add_string(json, "name", row->name);
    json_add_string(json, "account", row->account);
    json_open_list(json, "nodes");
    for (uint32_t i = 0; i < row->n_node; i++) {
        json_add_string(json, NULL, row->node[i]);
    }
    json_close(json);
    request_add_time(json, "from", row->from_us / 1000);
    request_add_time(json, "until", row->until_us / 1000);
    json_add_string(json, "state", state_of(row, now_us));
    json_close(json);
}

static bool may_see(const struct request *request, const struct reservation *row) {
    const size_t n = strlen(request->who.tenant);
    return request_is_operator(request) || (strncmp(row->account, request->who.tenant, n) == 0 &&
                                            (row->account[n] == '\0' || row->account[n] == '/'));
}

maru_status api_get_pool_reservations(struct request *request, maru_error *err) {
    struct reservation_table table;
    struct document_told told = {0};
    struct arena arena;
    struct json json;
    const int64_t now_us = clock_unix_us();
    arena_init(&arena, ARENA_BYTES);
    const maru_status st =
        pool_reservations_load(request->server->store, &arena, &table, &told, err);
    if (st == MARU_OK) {
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        document_tell(request, &json, &told);
        json_open_list(&json, "rows");
        for (uint32_t i = 0; i < table.n; i++) {
            if (may_see(request, &table.row[i])) {
                add_row(&json, &table.row[i], now_us);
            }
        }
        json_close(&json);
        json_close(&json);
    }
    arena_fini(&arena);
    return st;
}

// ---- being told

static maru_status read_moment(const json_t *row, const char *key, int64_t *out, maru_error *err) {
    const char *text = json_string_value(json_object_get(row, key));
    return text && civil_read(text, strlen(text), CIVIL_SEOUL_MIN, out)
               ? MARU_OK
               : field_wrong(err, "/rows",
                             "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
}

static maru_status read_nodes(const json_t *row, struct arena *arena, struct reservation *out,
                              maru_error *err) {
    const json_t *list = json_object_get(row, "nodes");
    const size_t n = json_array_size(list);
    const char **node = arena_take(arena, n + 1, sizeof *node);
    if (!node) {
        return arena_refusal(arena, err);
    }
    for (size_t i = 0; i < n; i++) {
        node[i] = json_string_value(json_array_get(list, i));
        if (!node[i]) {
            return field_wrong(err, "/rows", "nodes are a list of names");
        }
    }
    out->node = node;
    out->n_node = n <= RESERVATION_MAX_NODES ? (uint32_t)n : RESERVATION_MAX_NODES + 1;
    return MARU_OK;
}

static maru_status read_row(const json_t *row, struct arena *arena, struct reservation *out,
                            maru_error *err) {
    *out = (struct reservation){.name = "", .account = ""};
    maru_status st =
        json_is_object(row) ? MARU_OK : field_wrong(err, "/rows", "a list of objects is wanted");
    st = st == MARU_OK ? field_text(row, "name", RESERVATION_MAX_NAME, &out->name, err) : st;
    st = st == MARU_OK ? field_text(row, "account", 2 * ACCOUNTS_MAX_NAME + 1, &out->account, err)
                       : st;
    st = st == MARU_OK ? read_moment(row, "from", &out->from_us, err) : st;
    st = st == MARU_OK ? read_moment(row, "until", &out->until_us, err) : st;
    return st == MARU_OK ? read_nodes(row, arena, out, err) : st;
}

static maru_status read_rows(const json_t *rows, struct arena *arena, struct reservation_table *out,
                             maru_error *err) {
    const size_t n = json_array_size(rows);
    if (!json_is_array(rows) || n > RESERVATIONS_MAX) {
        return field_wrong(err, "/rows", "a list of at most 4096 reservations is wanted");
    }
    struct reservation *row = arena_take(arena, n + 1, sizeof *row);
    maru_status st = row ? MARU_OK : arena_refusal(arena, err);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        st = read_row(json_array_get(rows, i), arena, &row[i], err);
    }
    return st == MARU_OK ? reservation_table_make(row, (uint32_t)n, arena, out, err) : st;
}

static maru_status keep(struct request *request, const struct reservation_table *table,
                        int64_t version, maru_error *err) {
    struct text text;
    text_init(&text, RESERVATIONS_MAX_TABLE_BYTES);
    reservation_table_write(&text, table, CIVIL_SEOUL_MIN);
    const maru_status st = pool_document_keep(request->server->store, pool_reservations_document,
                                              request->who.name, &text, &version, err);
    text_fini(&text);
    if (st == MARU_OK) {
        compute_renew(request->server->compute);
    }
    return st;
}

maru_status api_put_pool_reservations(struct request *request, maru_error *err) {
    static const char *const known[] = {"rows", "version", NULL};
    struct reservation_table table = {0};
    struct arena arena;
    json_t *fields = NULL;
    int64_t version = 0;
    maru_status st = compute_require(request, err);
    if (st != MARU_OK) {
        return st;
    }
    arena_init(&arena, ARENA_BYTES);
    st = fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_count(fields, "version", 0, INT64_MAX, &version, err) : st;
    st = st == MARU_OK ? read_rows(json_object_get(fields, "rows"), &arena, &table, err) : st;
    if (st == MARU_OK && table.n > 0) {
        st = compute_reserves(request->server->compute, err);
        request->status = st == MARU_OK ? request->status : 422;
    }
    st = st == MARU_OK ? keep(request, &table, version, err) : st;
    fields_close(fields);
    arena_fini(&arena);
    return st == MARU_OK ? api_get_pool_reservations(request, err) : st;
}
