#include "serve/rounds/kept_round.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

static const char prefix[] = "round ";
const char *const round_state_names[] = {"open", "closed", "awarded", "leased"};

enum { DOCUMENT_NAME_BYTES = sizeof prefix + ROUND_MAX_ID };

bool kept_round_is_id(const char *id) {
    const size_t n = strlen(id);
    return n > 0 && n <= ROUND_MAX_ID && id[0] != '-' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

void kept_round_init(struct kept_round *round, const char *id) {
    *round = (struct kept_round){.is_applied = true};
    snprintf(round->id, sizeof round->id, "%s", id);
    round_memory_init(&round->memory);
}

void kept_round_fini(struct kept_round *round) {
    json_decref(round->credits);
    round->credits = NULL;
    round_memory_fini(&round->memory);
}

struct round_place kept_round_place(struct kept_round *round) {
    return (struct round_place){NULL, &round->memory};
}

static bool has_file(const struct kept_round *round, const char *name) {
    return round->memory.has[round_kept_find(name)];
}

enum round_state kept_round_state(const struct kept_round *round, int64_t now_ms) {
    return has_file(round, "leases.csv")                        ? ROUND_LEASED
           : has_file(round, "awards.csv")                      ? ROUND_AWARDED
           : round->closes_ms > 0 && now_ms >= round->closes_ms ? ROUND_CLOSED
                                                                : ROUND_OPEN;
}

// ---- the document

static maru_status read_document(struct kept_round *round, const struct text *text,
                                 maru_error *err) {
    json_t *all = json_loadb(text->bytes ? text->bytes : "", text->n_bytes, 0, NULL);
    const json_t *files = json_object_get(all, "files");
    maru_status st = files ? MARU_OK : fail(err, MARU_E_IO, "the round that is kept is damaged");
    for (uint32_t i = 0; st == MARU_OK && i < ROUND_KEPT_FILES; i++) {
        const json_t *file = json_object_get(files, round_kept_names[i]);
        if (json_is_string(file)) {
            text_add(&round->memory.file[i], json_string_value(file), json_string_length(file));
            round->memory.has[i] = true;
            st = round->memory.file[i].status;
        }
    }
    round->closes_ms = json_integer_value(json_object_get(all, "closes"));
    round->leased_ms = json_integer_value(json_object_get(all, "leased"));
    round->is_applied = json_is_true(json_object_get(all, "applied"));
    round->facts.bound = json_integer_value(json_object_get(all, "bound"));
    round->facts.is_exact = json_is_true(json_object_get(all, "proven"));
    round->facts.is_lot_settled = json_is_true(json_object_get(all, "lot"));
    round->credits = json_incref(json_object_get(all, "credits"));
    json_decref(all);
    return st;
}

static json_t *make_document(const struct kept_round *round) {
    json_t *files = json_object();
    for (uint32_t i = 0; i < ROUND_KEPT_FILES; i++) {
        const struct text *file = &round->memory.file[i];
        if (round->memory.has[i]) {
            json_object_set_new(files, round_kept_names[i],
                                json_stringn(file->bytes ? file->bytes : "", file->n_bytes));
        }
    }
    json_t *all =
        json_pack("{s:I, s:I, s:b, s:I, s:b, s:b, s:o}", "closes", (json_int_t)round->closes_ms,
                  "leased", (json_int_t)round->leased_ms, "applied", round->is_applied, "bound",
                  (json_int_t)round->facts.bound, "proven", round->facts.is_exact, "lot",
                  round->facts.is_lot_settled, "files", files);
    if (round->credits) {
        json_object_set(all, "credits", round->credits);
    }
    return all;
}

static maru_status see_version(void *context, const struct document_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)context = row->number;
    return MARU_OK;
}

maru_status kept_round_load(struct store *store, const char *id, struct kept_round *out,
                            maru_error *err) {
    char name[DOCUMENT_NAME_BYTES];
    struct tenant *local = NULL;
    struct text text;
    kept_round_init(out, id);
    if (!kept_round_is_id(id)) {
        return fail(err, MARU_E_USAGE, "there is no such round");
    }
    snprintf(name, sizeof name, "%s%s", prefix, id);
    text_init(&text, TENANT_MAX_DOCUMENT_BYTES);
    maru_status st = store_hold(store, "local", &local, err);
    if (st == MARU_OK) {
        st = tenant_get_document(local, name, 0, &text, see_version, &out->version, err);
        st = st == MARU_E_USAGE ? fail(err, st, "there is no such round") : st;
        store_release(store, local);
    }
    st = st == MARU_OK ? read_document(out, &text, err) : st;
    text_fini(&text);
    return st;
}

static maru_status add_version(struct store *store, const struct document_row *row,
                               const char *bytes, int64_t *number, maru_error *err) {
    struct tenant *local = NULL;
    int64_t newest = 0;
    maru_status st = store_hold(store, "local", &local, err);
    if (st != MARU_OK) {
        return st;
    }
    if (*number == 0 &&
        tenant_get_document(local, row->name, 0, NULL, see_version, &newest, NULL) == MARU_OK) {
        st = fail(err, MARU_E_RANGE, "there is a round of this name already");
    }
    st = st == MARU_OK ? tenant_add_document(local, row, bytes, number, err) : st;
    store_release(store, local);
    return st;
}

maru_status kept_round_keep(struct store *store, struct kept_round *round, const char *by,
                            maru_error *err) {
    char name[DOCUMENT_NAME_BYTES];
    json_t *all = make_document(round);
    char *bytes = all ? json_dumps(all, JSON_COMPACT) : NULL;
    maru_status st = bytes ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    snprintf(name, sizeof name, "%s%s", prefix, round->id);
    if (st == MARU_OK) {
        const struct document_row row = {.name = name, .by = by, .n_bytes = (int64_t)strlen(bytes)};
        st = add_version(store, &row, bytes, &round->version, err);
    }
    free(bytes);
    json_decref(all);
    return st;
}

struct listing {
    char (*id)[ROUND_MAX_ID + 1];
    uint32_t most, n;
};

static maru_status list_one(void *context, const struct document_row *row, maru_error *err) {
    struct listing *list = context;
    const size_t n = sizeof prefix - 1;
    (void)err;
    if (strncmp(row->name, prefix, n) == 0 && kept_round_is_id(row->name + n) &&
        list->n < list->most) {
        snprintf(list->id[list->n++], ROUND_MAX_ID + 1, "%s", row->name + n);
    }
    return MARU_OK;
}

maru_status kept_round_each(struct store *store, char (*id)[ROUND_MAX_ID + 1], uint32_t most,
                            uint32_t *n, maru_error *err) {
    struct listing list = {id, most, 0};
    struct tenant *local = NULL;
    maru_status st = store_hold(store, "local", &local, err);
    if (st == MARU_OK) {
        st = tenant_each_document(local, list_one, &list, err);
        store_release(store, local);
    }
    *n = list.n;
    return st;
}
