#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "pool/round/round_rules.h"
#include "serve/api/fields.h"
#include "serve/api/told_faults.h"
#include "serve/http/request.h"
#include "serve/rounds/kept_round.h"
#include "serve/rounds/round_applying.h"
#include "serve/rounds/round_use.h"
#include "serve/rounds/round_watching.h"
#include "study/json_writer.h"
#include "study/rounds/round_examples.h"
#include "study/rounds/round_figures.h"
#include "study/rounds/round_report.h"

// Rounds over HTTP: the tables, applications, decisions. Everybody sees that a round is there and what it offers; tables, other
// tenants' applications and the record are the operator's of this server.

enum { MANY_ROUNDS = 1000, TOLD_RECORD_BYTES = 1 << 14 };

static maru_status load(struct request *request, struct kept_round *round, maru_error *err) {
    return kept_round_load(request->server->store, request->param[0], round, err);
}

// What was awarded, or, before that, the tables alone.
struct reading {
    struct kept_round kept;
    struct round_answer answer;
    maru_faults *faults;
    bool is_awarded;
};

static maru_status read_answer(struct reading *r, maru_error *err) {
    const struct round_place place = kept_round_place(&r->kept);
    r->is_awarded = kept_round_state(&r->kept, 0) >= ROUND_AWARDED;
    r->faults = maru_faults_new();
    r->answer = (struct round_answer){0};
    return !r->faults      ? fail(err, MARU_E_MEMORY, "no memory")
           : r->is_awarded ? round_answer_read(&r->answer, &place, &r->kept.facts, r->faults, err)
                           : round_folder_read(&place, NULL, r->faults, &r->answer.tables, err);
}

static void reading_fini(struct reading *r) {
    round_answer_fini(&r->answer);
    maru_faults_free(r->faults);
    kept_round_fini(&r->kept);
}

// ---- a round as JSON

static void add_item(struct json *json, const struct reading *r) {
    const struct round *round = &r->answer.tables.round;
    uint64_t asked = 0, awarded = 0;
    uint32_t n_awarded = 0;
    for (uint32_t a = 0; a < round->n_application; a++) {
        asked += round_peak(round, NULL, a);
        awarded += r->is_awarded ? round_peak(round, r->answer.award.gpus, a) : 0;
        n_awarded += r->is_awarded && r->answer.award.site[a] != ROUND_NONE;
    }
    json_add_string(json, "round", r->kept.id);
    json_add_string(json, "title", round->rules.title);
    json_add_string(json, "state", round_state_names[kept_round_state(&r->kept, clock_unix_ms())]);
    if (r->kept.closes_ms > 0) {
        request_add_time(json, "closes", r->kept.closes_ms);
    }
    json_add_count(json, "applications", round->n_application);
    json_add_count(json, "asked_gpus", asked);
    json_add_count(json, "awarded_applications", n_awarded);
    json_add_count(json, "awarded_gpus", awarded);
}

maru_status api_list_rounds(struct request *request, maru_error *err) {
    char(*id)[ROUND_MAX_ID + 1] = alloc_new(MANY_ROUNDS, sizeof *id);
    uint32_t n = 0;
    struct json json;
    maru_status st = id ? kept_round_each(request->server->store, id, MANY_ROUNDS, &n, err)
                        : fail(err, MARU_E_MEMORY, "no memory");
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    for (uint32_t i = n; st == MARU_OK && i > 0; i--) {
        struct reading *r = alloc_new(1, sizeof *r);
        maru_error why = {0};
        if (!r) {
            st = fail(err, MARU_E_MEMORY, "no memory");
        } else if (kept_round_load(request->server->store, id[i - 1], &r->kept, &why) == MARU_OK &&
                   read_answer(r, &why) == MARU_OK) { // one that cannot be read hides no other
            json_open_object(&json, NULL);
            add_item(&json, r);
            json_close(&json);
        }
        if (r) {
            reading_fini(r);
        }
        alloc_free(r);
    }
    json_close(&json);
    json_close(&json);
    alloc_free(id);
    return st;
}

static void add_supply(struct json *json, const struct round *round) {
    json_open_list(json, "supply");
    for (uint32_t s = 0; s < round->n_site; s++) {
        for (uint32_t t = 0; t < round->n_type; t++) {
            for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
                const int64_t gpus = round->stock[round_stock_at(round, s, t, q)];
                struct text quarter;
                text_init(&quarter, 64);
                round_quarter_write(&quarter, &round->rules, q);
                json_open_object(json, NULL);
                json_add_string(json, "quarter", quarter.bytes);
                json_add_string(json, "type", round->type[t].name);
                json_add_integer(json, "gpus", gpus);
                json_add_string(json, "site", round->site[s].name);
                json_close(json);
                text_fini(&quarter);
            }
        }
    }
    json_close(json);
}

static void add_groups(struct json *json, const char *key, const struct round_group *group,
                       uint32_t n) {
    json_open_list(json, key);
    for (uint32_t i = 0; i < n; i++) {
        json_add_string(json, NULL, group[i].name);
    }
    json_close(json);
}

static void add_files(struct json *json, const struct kept_round *kept) {
    json_open_list(json, "files");
    for (uint32_t i = 0; i < ROUND_KEPT_FILES; i++) {
        if (kept->memory.has[i]) {
            json_add_string(json, NULL, round_kept_names[i]);
        }
    }
    json_close(json);
}

// The last rows of the record, as they stand there.
static void add_record(struct json *json, const struct kept_round *kept) {
    const struct text *record = &kept->memory.file[round_kept_find("record.csv")];
    const size_t n = record->n_bytes;
    size_t from = n > TOLD_RECORD_BYTES ? n - TOLD_RECORD_BYTES : 0;
    json_open_list(json, "record");
    while (from < n) {
        const char *end = memchr(record->bytes + from, '\n', n - from);
        const size_t length = end ? (size_t)(end - record->bytes) - from : n - from;
        struct text row;
        text_init(&row, TOLD_RECORD_BYTES + 1);
        text_add(&row, record->bytes + from, length);
        const bool is_whole = from == 0 || record->bytes[from - 1] == '\n';
        if (is_whole && from > 0) { // the first is the header
            json_add_string(json, NULL, row.bytes ? row.bytes : "");
        }
        text_fini(&row);
        from += length + 1;
    }
    json_close(json);
}

// Warnings and reclaims in their order: all that concern who asks.
struct telling_events {
    const struct round *round;
    const char *institution; // NULL: all
    struct json *json;
};

static maru_status add_event(void *context, const struct round_record_row *row, maru_error *err) {
    const struct telling_events *t = context;
    struct lease_event event;
    (void)err;
    if (!round_event_read(t->round, row, &event) ||
        (t->institution && strcmp(t->institution, row->subject) != 0)) {
        return MARU_OK;
    }
    struct text day;
    text_init(&day, 64);
    round_day_write(&day, event.day);
    json_open_object(t->json, NULL);
    json_add_string(t->json, "time", row->time);
    json_add_string(t->json, "what", row->what);
    json_add_string(t->json, "institution", row->subject);
    json_add_string(t->json, "type", t->round->type[event.type].name);
    json_add_string(t->json, "day", day.bytes);
    json_add_count(t->json, "idle_days", event.idle_days);
    json_add_count(t->json, "gpus", event.gpus);
    json_add_count(t->json, "kept", event.kept);
    json_close(t->json);
    text_fini(&day);
    return MARU_OK;
}

static void add_events(struct request *request, struct json *json, const struct reading *r) {
    const char *own = request_is_operator(request) ? NULL : request->who.tenant;
    const struct text *record = &r->kept.memory.file[round_kept_find("record.csv")];
    struct telling_events telling = {&r->answer.tables.round, own, json};
    json_open_list(json, "events");
    const bool is_whole = round_record_each(record, add_event, &telling, NULL) == MARU_OK;
    json_close(json);
    if (!own) {
        json_add_bool(json, "record_whole", is_whole);
    }
    watching_add(json, request->server->watching, r->kept.id, own);
}

static void add_round(struct request *request, struct json *json, const struct reading *r) {
    const struct round *round = &r->answer.tables.round;
    json_open_object(json, NULL);
    add_item(json, r);
    add_supply(json, round);
    add_groups(json, "classes", round->class_, round->n_class);
    add_groups(json, "regions", round->region, round->n_region);
    const struct text *rules = &r->kept.memory.file[ROUND_FILE_RULES];
    json_open_object(json, "rules");
    json_add_string(json, "text", rules->bytes ? rules->bytes : "");
    json_close(json);
    add_events(request, json, r);
    if (request_is_operator(request)) {
        json_add_integer(json, "version", r->kept.version);
        json_add_bool(json, "applied", r->kept.is_applied);
        add_files(json, &r->kept);
        add_record(json, &r->kept);
    }
    json_close(json);
}

// A round that was loaded, or the faults of its tables. Takes the round over.
static maru_status tell(struct request *request, struct reading *r, maru_error *err) {
    struct json json;
    maru_status st = read_answer(r, err);
    if (st == MARU_OK) {
        json_writer_init(&json, &request->out);
        add_round(request, &json, r);
    } else if (st == MARU_E_INPUT && maru_faults_count(r->faults, MARU_FAULT) > 0) {
        told_faults_refuse(request, r->faults, err);
        st = MARU_OK;
    }
    return st;
}

maru_status api_get_round(struct request *request, maru_error *err) {
    struct reading *r = alloc_new(1, sizeof *r);
    if (!r) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = load(request, &r->kept, err);
    st = st == MARU_OK ? tell(request, r, err) : st;
    reading_fini(r);
    alloc_free(r);
    return st;
}

// ---- made and changed

static maru_status read_closes(const json_t *fields, int64_t *ms, maru_error *err) {
    const char *text = NULL;
    int64_t us = 0;
    const maru_status st = field_text(fields, "closes", 64, &text, err);
    if (st != MARU_OK || !text) {
        return st;
    }
    if (!civil_read(text, strlen(text), CIVIL_SEOUL_MIN, &us) || us <= 0) {
        return field_wrong(err, "/closes",
                           "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
    }
    *ms = us / 1000;
    return MARU_OK;
}

static maru_status take_files(struct kept_round *kept, json_t *files, maru_error *err) {
    const char *name;
    json_t *value;
    if (files && !json_is_object(files)) {
        return field_wrong(err, "/files", "an object of texts by the names of tables is wanted");
    }
    json_object_foreach(files, name, value) {
        const uint32_t i = round_kept_find(name);
        if (i >= ROUND_FILES || !json_is_string(value)) {
            return field_wrong(err, "/files",
                               "an object of texts by the names of tables is wanted");
        }
        text_clear(&kept->memory.file[i]);
        text_add(&kept->memory.file[i], json_string_value(value), json_string_length(value));
        kept->memory.has[i] = true;
    }
    return MARU_OK;
}

// Tables that were not sent are those of the small example; nobody has applied yet.
static maru_status fill(struct kept_round *kept, const char *example, json_t *files,
                        maru_error *err) {
    struct text file[ROUND_FILES];
    for (int i = 0; i < ROUND_FILES; i++) {
        text_init(&file[i], ROUNDS_MAX_FILE_BYTES);
    }
    maru_status st = round_example(example[0] ? example : "small", file, err);
    for (int i = 0; st == MARU_OK && i < ROUND_FILES; i++) {
        const bool is_handed_in = i == ROUND_FILE_APPLICATIONS || i == ROUND_FILE_SCORES;
        if (file[i].n_bytes > 0 && (example[0] || !is_handed_in)) {
            text_add(&kept->memory.file[i], file[i].bytes, file[i].n_bytes);
            kept->memory.has[i] = true;
        }
    }
    if (st == MARU_OK && !kept->memory.has[ROUND_FILE_APPLICATIONS]) {
        text_addz(&kept->memory.file[ROUND_FILE_APPLICATIONS],
                  "application,institution,class,region,purpose,readiness,priority,site,type,from,"
                  "until,gpus,least\n");
        kept->memory.has[ROUND_FILE_APPLICATIONS] = true;
    }
    st = st == MARU_OK ? take_files(kept, files, err) : st;
    for (int i = 0; i < ROUND_FILES; i++) {
        text_fini(&file[i]);
    }
    return st;
}

static maru_status set_title(struct kept_round *kept, const char *title, maru_error *err) {
    struct text *text = &kept->memory.file[ROUND_FILE_RULES];
    struct round_rules rules;
    const maru_status st =
        round_rules_read(&rules, text->bytes ? text->bytes : "", text->n_bytes, err);
    if (st == MARU_OK && title[0]) {
        snprintf(rules.title, sizeof rules.title, "%s", title);
        text_clear(text);
        round_rules_write(text, &rules);
    }
    return st;
}

maru_status api_create_round(struct request *request, maru_error *err) {
    static const char *const known[] = {"round", "title", "closes", "example", "files", NULL};
    const char *id = "", *title = "", *example = "";
    struct reading *r = alloc_new(1, sizeof *r);
    json_t *fields = NULL;
    if (!r) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_text(fields, "round", ROUND_MAX_ID, &id, err) : st;
    st = st == MARU_OK ? field_text(fields, "title", ROUND_MAX_TITLE, &title, err) : st;
    st = st == MARU_OK ? field_text(fields, "example", 64, &example, err) : st;
    kept_round_init(&r->kept, id);
    if (st == MARU_OK && !kept_round_is_id(id)) {
        st = field_wrong(err, "/round", "1 to 24 small letters, digits and '-' are wanted");
    }
    st = st == MARU_OK ? read_closes(fields, &r->kept.closes_ms, err) : st;
    st = st == MARU_OK ? fill(&r->kept, example, json_object_get(fields, "files"), err) : st;
    st = st == MARU_OK ? set_title(&r->kept, title, err) : st;
    st = st == MARU_OK ? tell(request, r, err) : st;
    if (st == MARU_OK && request->status == 0) {
        st = kept_round_keep(request->server->store, &r->kept, request->who.name, err);
        request->status = st == MARU_OK ? 201 : st == MARU_E_RANGE ? 409 : 0;
    }
    fields_close(fields);
    reading_fini(r);
    alloc_free(r);
    return st;
}

maru_status api_get_round_file(struct request *request, maru_error *err) {
    struct kept_round kept;
    maru_status st = load(request, &kept, err);
    const uint32_t i = round_kept_find(request->param[1]);
    if (st == MARU_OK && (i == ROUND_KEPT_FILES || !kept.memory.has[i])) {
        st = fail(err, MARU_E_USAGE, "this round has no such table");
    }
    if (st == MARU_OK) {
        text_add(&request->out, kept.memory.file[i].bytes ? kept.memory.file[i].bytes : "",
                 kept.memory.file[i].n_bytes);
        request->type =
            i == ROUND_FILE_RULES ? "text/plain; charset=utf-8" : "text/csv; charset=utf-8";
    }
    kept_round_fini(&kept);
    return st;
}

// Tables until the award; what was used elsewhere at any time.
static maru_status may_put(const struct kept_round *kept, uint32_t file, maru_error *err) {
    const bool is_use = file == round_kept_find("usage.csv");
    if (file >= ROUND_FILES && !is_use) {
        return fail(err, MARU_E_USAGE, "this round has no such table");
    }
    return is_use || kept_round_state(kept, 0) < ROUND_AWARDED
               ? MARU_OK
               : fail(err, MARU_E_RANGE, "this round is awarded: its tables stand");
}

maru_status api_put_round_file(struct request *request, maru_error *err) {
    static const char *const known[] = {"text", NULL};
    struct reading *r = alloc_new(1, sizeof *r);
    const uint32_t i = round_kept_find(request->param[1]);
    const char *text = NULL;
    json_t *fields = NULL;
    if (!r) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = load(request, &r->kept, err);
    st = st == MARU_OK ? may_put(&r->kept, i, err) : st;
    st = st == MARU_OK
             ? fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err)
             : st;
    st = st == MARU_OK ? field_text(fields, "text", ROUNDS_MAX_FILE_BYTES, &text, err) : st;
    if (st == MARU_OK && !text) {
        st = field_wrong(err, "/text", "the table is wanted as a text");
    }
    if (st == MARU_OK) {
        text_clear(&r->kept.memory.file[i]);
        text_addz(&r->kept.memory.file[i], text);
        r->kept.memory.has[i] = true;
        st = tell(request, r, err);
    }
    if (st == MARU_OK && request->status == 0 && i >= ROUND_FILES) {
        st = round_use_read(&r->kept, r->faults, err);
        if (st == MARU_E_INPUT && maru_faults_count(r->faults, MARU_FAULT) > 0) {
            told_faults_refuse(request, r->faults, err);
            st = MARU_OK;
        }
    }
    if (st == MARU_OK && request->status == 0) {
        st = kept_round_keep(request->server->store, &r->kept, request->who.name, err);
    }
    request->status = st == MARU_E_RANGE ? 409 : request->status;
    fields_close(fields);
    reading_fini(r);
    alloc_free(r);
    return st;
}

// ---- applications

// Somebody else may hand in at the same time: then it is read again.
enum { TIMES_TRIED = 16 };

static maru_status apply_once(struct request *request, bool *is_refused, maru_error *err) {
    struct kept_round kept;
    maru_faults *faults = maru_faults_new();
    maru_status st = load(request, &kept, err);
    *is_refused = false;
    if (st == MARU_OK && kept_round_state(&kept, clock_unix_ms()) != ROUND_OPEN) {
        *is_refused = true;
        st = fail(err, MARU_E_RANGE, "this round takes no more applications");
    }
    st = st == MARU_OK && !faults ? fail(err, MARU_E_MEMORY, "no memory") : st;
    st = st == MARU_OK ? round_applying_put(&kept, request->who.tenant, &request->body, faults, err)
                       : st;
    if (st == MARU_E_INPUT && maru_faults_count(faults, MARU_FAULT) > 0) {
        told_faults_refuse(request, faults, err);
        st = MARU_OK;
    } else if (st == MARU_OK) {
        st = kept_round_keep(request->server->store, &kept, request->who.tenant, err);
    }
    maru_faults_free(faults);
    kept_round_fini(&kept);
    return st;
}

maru_status api_create_application(struct request *request, maru_error *err) {
    maru_status st = MARU_E_RANGE;
    bool is_refused = false;
    for (int i = 0; st == MARU_E_RANGE && !is_refused && i < TIMES_TRIED; i++) {
        st = apply_once(request, &is_refused, err);
    }
    if (st == MARU_OK && request->status == 0) {
        request->status = 201;
        return api_list_applications(request, err);
    }
    request->status = st == MARU_E_RANGE ? 409 : request->status;
    return st;
}

static void add_sentences(struct json *json, const struct reading *r, uint32_t a,
                          const struct round_why *why) {
    const struct round_told told = round_answer_told(&r->answer);
    json_open_object(json, "sentence");
    for (enum lang lang = LANG_EN; lang < N_LANG; lang++) {
        struct text said;
        text_init(&said, ROUND_TEXT_BYTES);
        round_sentence(&said, lang, &told, a, why);
        json_add_string(json, lang == LANG_KO ? "ko" : "en", said.bytes ? said.bytes : "");
        text_fini(&said);
    }
    json_close(json);
}

static void add_lines(struct json *json, const struct reading *r,
                      const struct round_application *it) {
    const struct round *round = &r->answer.tables.round;
    json_open_list(json, "lines");
    for (uint32_t k = it->first_line; k < it->first_line + it->n_line; k++) {
        const struct round_line *line = &round->line[k];
        const uint32_t quarter[] = {line->from, line->last};
        json_open_object(json, NULL);
        json_add_string(json, "type", round->type[line->type].name);
        for (int i = 0; i < 2; i++) {
            struct text name;
            text_init(&name, 64);
            round_quarter_write(&name, &round->rules, quarter[i]);
            json_add_string(json, i == 0 ? "from" : "until", name.bytes);
            text_fini(&name);
        }
        json_add_count(json, "gpus", line->gpus);
        json_add_count(json, "least", line->least);
        if (r->is_awarded) {
            json_add_count(json, "awarded", r->answer.award.gpus[k]);
        }
        json_close(json);
    }
    json_close(json);
}

// What the points of an application are made of: each criterion's part of the weights, and the bonus of class and region.
static void add_scores(struct json *json, const struct reading *r, uint32_t a) {
    const struct round *round = &r->answer.tables.round;
    const struct round_rules *rules = &round->rules;
    const struct round_application *it = &round->application[a];
    double weights = 0;
    for (uint32_t i = 0; i < rules->n_criterion; i++) {
        weights += rules->criterion[i].weight;
    }
    json_open_list(json, "scores");
    for (uint32_t i = 0; i < rules->n_criterion; i++) {
        const double weight = rules->criterion[i].weight;
        const double score =
            (double)r->answer.tables.score[(size_t)a * rules->n_criterion + i] / ROUND_WHOLE;
        json_open_object(json, NULL);
        json_add_string(json, "criterion", rules->criterion[i].name);
        json_add_number(json, "weight", weight);
        json_add_number(json, "score", score);
        json_add_number(json, "adds", weights > 0 ? score * weight / weights : 0);
        json_close(json);
    }
    json_close(json);
    json_add_number(
        json, "bonus",
        (double)(round->class_[it->class_].bonus_milli + round->region[it->region].bonus_milli) /
            ROUND_WHOLE);
}

// Points are told to applicants with the decision: before that reviewers may still be at work.
static void add_application(struct json *json, struct reading *r, uint32_t a, bool is_operator) {
    const struct round *round = &r->answer.tables.round;
    const struct round_application *it = &round->application[a];
    json_open_object(json, NULL);
    json_add_string(json, "application", it->id);
    json_add_string(json, "institution", round->institution[it->institution]);
    json_add_string(json, "class", round->class_[it->class_].name);
    json_add_string(json, "region", round->region[it->region].name);
    json_add_string(json, "purpose", it->purpose);
    json_add_string(json, "wished", it->site == ROUND_NONE ? NULL : round->site[it->site].name);
    json_add_count(json, "priority", it->priority);
    json_add_count(json, "readiness", it->readiness);
    if (is_operator || r->is_awarded) {
        json_add_number(json, "points", (double)it->points_milli / ROUND_WHOLE);
        add_scores(json, r, a);
    }
    json_add_count(json, "asked", round_peak(round, NULL, a));
    add_lines(json, r, it);
    if (r->is_awarded) {
        struct round_why why;
        const uint32_t site = r->answer.award.site[a];
        round_why(&r->answer.reasons, a, &why);
        json_add_count(json, "awarded", round_peak(round, r->answer.award.gpus, a));
        json_add_count(json, "rank", why.rank);
        json_add_string(json, "site", site == ROUND_NONE ? NULL : round->site[site].name);
        add_sentences(json, r, a, &why);
    }
    json_close(json);
}

static maru_status list_applications(struct request *request, struct reading *r,
                                     const struct page *page, maru_error *err) {
    const struct round *round = &r->answer.tables.round;
    uint32_t *order = alloc_new((size_t)round->n_application + 1, sizeof *order);
    const uint32_t from = page->after[0] ? (uint32_t)store_before(page) : 0;
    uint32_t n = 0, n_told = 0;
    struct json json;
    maru_status st = order ? round_rank(round, order, err) : fail(err, MARU_E_MEMORY, "no memory");
    json_writer_init(&json, &request->out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    for (uint32_t i = 0; st == MARU_OK && i < round->n_application; i++) {
        const uint32_t its = round->application[order[i]].institution;
        if (request_is_operator(request) ||
            strcmp(round->institution[its], request->who.tenant) == 0) {
            if (n >= from && n_told < page->limit) {
                add_application(&json, r, order[i], request_is_operator(request));
                n_told++;
            }
            n++;
        }
    }
    json_close(&json);
    json_add_count(&json, "applications", n);
    if (from + n_told < n) {
        char next[24];
        snprintf(next, sizeof next, "%u", from + n_told);
        json_add_string(&json, "next", next);
    }
    json_close(&json);
    alloc_free(order);
    return st;
}

maru_status api_list_applications(struct request *request, maru_error *err) {
    struct reading *r = alloc_new(1, sizeof *r);
    struct page page;
    if (!r) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = load(request, &r->kept, err);
    st = st == MARU_OK ? request_page(request, &page, err) : st;
    st = st == MARU_OK ? read_answer(r, err) : st;
    text_clear(&request->out);
    st = st == MARU_OK ? list_applications(request, r, &page, err) : st;
    reading_fini(r);
    alloc_free(r);
    return st;
}

maru_status api_get_round_report(struct request *request, maru_error *err) {
    struct reading *r = alloc_new(1, sizeof *r);
    if (!r) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    maru_status st = load(request, &r->kept, err);
    if (st == MARU_OK && kept_round_state(&r->kept, 0) < ROUND_AWARDED) {
        st = request_refuse(request, 409, err, "this round is not awarded yet");
    }
    st = st == MARU_OK ? read_answer(r, err) : st;
    if (st == MARU_OK) {
        round_report(&request->out, &r->answer, request_language(request));
        request->type = "text/html; charset=utf-8";
        st = request->out.status == MARU_OK
                 ? MARU_OK
                 : fail(err, request->out.status, "the report is too large");
    }
    reading_fini(r);
    alloc_free(r);
    return st;
}
