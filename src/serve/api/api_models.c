#include "serve/api/asked_sheet.h"
#include "serve/api/listing.h"
#include "serve/api/told_model.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "serve/api/fields.h"
#include "serve/floor/floors.h"
#include "serve/models/model_feed.h"
#include "serve/models/model_training.h"
#include "serve/models/training_request.h"

// Models of a tenant: trained or brought, named, fed, switched, removed. What lives on the floor learns of each change before the answer
// goes out.

enum { MODEL_NAME_BYTES = 100, NAME_TRIES = 100 };

static void renew(struct request *request) {
    floors_renew(request->server->floors, request->who.tenant);
}

static maru_status list_model(void *context, const struct model_row *row, maru_error *err) {
    struct list *list = context;
    (void)err;
    json_open_object(&list->json, NULL);
    model_add_members(&list->json, row);
    json_close(&list->json);
    list->n++;
    snprintf(list->last, sizeof list->last, "%s", row->id);
    return MARU_OK;
}

maru_status api_list_models(struct request *request, maru_error *err) {
    struct page page;
    struct list list;
    maru_status st = request_page(request, &page, err);
    if (st == MARU_OK) {
        list_begin(&list, &request->out, page.limit);
        st = tenant_each_model(request->tenant, &page, list_model, &list, err);
        list_end(&list);
    }
    return st;
}

maru_status api_get_model(struct request *request, maru_error *err) {
    return model_tell(request, request->param[0], err);
}

// A file may be large, what is asked as JSON may not: parsed it takes many times its bytes.
static maru_status check_json(struct request *request, maru_error *err) {
    return request->body.n_bytes > REQUEST_MAX_JSON_BYTES
               ? request_refuse(request, 413, err, "at most %u bytes are taken here",
                                (unsigned)REQUEST_MAX_JSON_BYTES)
               : MARU_OK;
}

// ---- names and feeds

struct model_texts {
    char name[STORE_NAME_BYTES];
    struct text feed;
};

// A name is part of names of signals.
static maru_status take_name(const char *name, struct model_texts *out, maru_error *err) {
    size_t n = 0;
    while ((unsigned char)name[n] >= ' ' && name[n] != 127 && name[n] != '/') {
        n++;
    }
    if (n == 0 || name[n] != '\0' || n > MODEL_NAME_BYTES) {
        return field_wrong(err, "/name", "a name without / is wanted");
    }
    snprintf(out->name, sizeof out->name, "%s", name);
    return MARU_OK;
}

// null: it is fed with nothing.
static maru_status take_feed(json_t *feed, struct model_texts *out, maru_error *err) {
    struct model_feed read = {0};
    text_clear(&out->feed);
    if (json_is_null(feed)) {
        return MARU_OK;
    }
    const maru_status st = model_feed_take(feed, &read, err);
    if (st == MARU_OK) {
        model_feed_write(&read, &out->feed);
    }
    return st == MARU_OK && out->feed.status != MARU_OK ? fail(err, MARU_E_MEMORY, "no memory")
                                                        : st;
}

static const char *feed_of(const struct model_texts *texts) {
    return texts->feed.bytes ? texts->feed.bytes : "";
}

// ---- made

struct base_name {
    char text[STORE_NAME_BYTES];
};

static maru_status take_base(void *context, const struct dataset_row *row, maru_error *err) {
    struct base_name *base = context;
    (void)err;
    snprintf(base->text, sizeof base->text, "%s", row->name);
    return MARU_OK;
}

// "press.csv" becomes "press", and the n-th of this name "press n". Cut at a letter.
static void name_after(const struct base_name *base, int n, char out[STORE_NAME_BYTES]) {
    char stem[STORE_NAME_BYTES];
    snprintf(stem, sizeof stem, "%s", base->text);
    char *dot = strrchr(stem, '.');
    if (dot && dot > stem) {
        *dot = '\0';
    }
    size_t length = strlen(stem);
    for (size_t i = 0; i < length; i++) {
        stem[i] = (char)(stem[i] == '/' ? '-' : stem[i]);
    }
    while (length > MODEL_NAME_BYTES - 8 || (length > 0 && !text_is_utf8(stem, length))) {
        length--;
    }
    stem[length] = '\0';
    if (n > 1) {
        snprintf(out, STORE_NAME_BYTES, "%.100s %d", length > 0 ? stem : "model", n);
    } else {
        snprintf(out, STORE_NAME_BYTES, "%.100s", length > 0 ? stem : "model");
    }
}

struct making {
    struct model_texts texts;
    struct base_name base; // where nobody has said a name
    bool is_named;
    const struct run_row *run;
    const struct new_version *version;
    char id[2][STORE_ID_BYTES];
};

// With the name that was said, or the first after the base that is free.
static maru_status make(struct request *request, struct making *making, maru_error *err) {
    struct model_row row = {
        .name = making->texts.name, .by = request->who.name, .feed = feed_of(&making->texts)};
    maru_status st = MARU_E_RANGE;
    for (int n = 1; st == MARU_E_RANGE && n <= (making->is_named ? 1 : NAME_TRIES); n++) {
        if (!making->is_named) {
            name_after(&making->base, n, making->texts.name);
        }
        st = tenant_add_model(request->tenant, &row, making->run, making->version, making->id, err);
    }
    return st;
}

// model NULL: it is known; run "": there is none.
static maru_status tell_training(struct request *request, const char *model, const char *run,
                                 maru_error *err) {
    struct text its_model, its_run;
    struct json json;
    text_init(&its_model, REQUEST_MAX_ANSWER_BYTES);
    text_init(&its_run, REQUEST_MAX_ANSWER_BYTES);
    maru_status st = model ? model_tell_short(request, model, &its_model, err) : MARU_OK;
    st = st == MARU_OK && run[0]
             ? run_add_json(&its_run, request->server, request->tenant, run, err)
             : st;
    if (st == MARU_OK) {
        json_writer_init(&json, &request->out);
        json_open_object(&json, NULL);
        if (model) {
            json_add_raw(&json, "model", its_model.bytes);
        }
        json_add_raw(&json, "run", its_run.bytes ? its_run.bytes : "null");
        json_close(&json);
    }
    text_fini(&its_model);
    text_fini(&its_run);
    return st;
}

maru_status model_tell_run(struct request *request, const char *run, maru_error *err) {
    return tell_training(request, NULL, run, err);
}

static maru_status take_run(void *context, const struct run_row *row, maru_error *err) {
    (void)err;
    snprintf(context, STORE_ID_BYTES, "%s", row->id); // newest first
    return MARU_OK;
}

maru_status model_tell_made(struct request *request, const char *id, maru_error *err) {
    const struct run_filter filter = {.plant = "", .kind = "train", .state = "", .model = id};
    const struct page page = {.limit = TENANT_MAX_MODEL_VERSIONS, .after = ""};
    char run[STORE_ID_BYTES] = "";
    const maru_status st = tenant_each_run(request->tenant, &filter, &page, take_run, run, err);
    return st == MARU_OK ? tell_training(request, id, run, err) : st;
}

static struct run_row run_of(const struct request *request, const struct training_request *asked) {
    return (struct run_row){.name = "",
                            .model = request->param[0],
                            .kind = "train",
                            .by = request->who.name,
                            .request = asked->kept.bytes};
}

static maru_status find_dataset(struct request *request, const char *id, struct base_name *base,
                                maru_error *err) {
    const maru_status st = tenant_see_one_dataset(request->tenant, id, take_base, base, err);
    return st == MARU_E_USAGE ? request_refuse(request, 422, err, "there is no such dataset") : st;
}

static maru_status have_room(struct request *request, maru_error *err) {
    const maru_status st = jobs_have_room(request->server->jobs, request->who.tenant, err);
    request->status = st == MARU_E_LIMIT ? 429 : request->status;
    return st;
}

static maru_status begin_model(struct request *request, const struct training_request *asked,
                               struct making *making, maru_error *err) {
    making->is_named = asked->name != NULL;
    maru_status st = asked->name ? take_name(asked->name, &making->texts, err) : MARU_OK;
    st = st == MARU_OK && asked->feed ? take_feed(asked->feed, &making->texts, err) : st;
    st = st == MARU_OK ? find_dataset(request, asked->dataset, &making->base, err) : st;
    st = st == MARU_OK ? have_room(request, err) : st;
    st = st == MARU_OK ? make(request, making, err) : st;
    if (st == MARU_OK) {
        st = jobs_add(request->server->jobs, request->who.tenant, making->id[1], err);
        if (st != MARU_OK) { // somebody else was faster
            (void)!tenant_delete_model(request->tenant, making->id[0], request->who.name, NULL);
            request->status = 429;
        }
    }
    return st;
}

static maru_status train_model(struct request *request, maru_error *err) {
    struct training_request asked = {.json = NULL};
    struct making making = {.is_named = false};
    text_init(&making.texts.feed, 1 << 16);
    maru_status st = check_json(request, err);
    st = st == MARU_OK
             ? training_request_read(&asked, request->body.bytes, request->body.n_bytes, true, err)
             : st;
    const struct run_row run = run_of(request, &asked);
    making.run = &run;
    st = st == MARU_OK ? begin_model(request, &asked, &making, err) : st;
    if (st == MARU_OK) {
        request->status = 201;
        st = tell_training(request, making.id[0], making.id[1], err);
    }
    text_fini(&making.texts.feed);
    training_request_fini(&asked);
    return st;
}

// ---- brought as a file

struct brought {
    struct model_texts texts;
    bool is_named;
};

static maru_status take_field(void *context, const char *name, const char *value, size_t n,
                              maru_error *err) {
    struct brought *brought = context;
    char copy[STORE_NAME_BYTES];
    if (strcmp(name, "name") != 0) {
        return fail(err, MARU_E_INPUT, "'%.60s' is not known here; known are: %s", name, "name");
    }
    if (n == 0 || n >= sizeof copy || memchr(value, '\0', n) || !text_is_utf8(value, n)) {
        return field_wrong(err, "/name", "a name without / is wanted");
    }
    memcpy(copy, value, n);
    copy[n] = '\0';
    brought->is_named = true;
    return take_name(copy, &brought->texts, err);
}

// The version that a form brings.
static maru_status read_version(struct request *request, struct brought *brought,
                                struct asked_sheet *sheet, struct made_version *made,
                                maru_error *err) {
    made_version_init(made);
    maru_status st = asked_form_read(request, take_field, brought, sheet, err);
    if (st == MARU_OK && !sheet->bytes) {
        st = fail(err, MARU_E_INPUT, "a model is wanted: a file that maru train has written");
    }
    if (st == MARU_OK) {
        text_add(&made->bytes, sheet->bytes, sheet->n);
        st = made->bytes.status == MARU_OK ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    }
    return st == MARU_OK ? made_version_read(made, request->who.name, "", "", err) : st;
}

static maru_status bring_model(struct request *request, maru_error *err) {
    struct brought brought = {.is_named = false};
    struct asked_sheet sheet;
    struct made_version made;
    struct making making = {.version = &made.version};
    maru_status st = read_version(request, &brought, &sheet, &made, err);
    if (st == MARU_OK) {
        making.texts = brought.texts;
        making.is_named = brought.is_named;
        snprintf(making.base.text, sizeof making.base.text, "%.*s", STORE_NAME_BYTES - 1,
                 sheet.title[0] ? sheet.title : "model");
        st = make(request, &making, err);
    }
    if (st == MARU_OK) {
        request->status = 201;
        st = tell_training(request, making.id[0], "", err);
    }
    made_version_fini(&made);
    return st;
}

maru_status api_create_model(struct request *request, maru_error *err) {
    return asked_form_is(request) ? bring_model(request, err) : train_model(request, err);
}

// ---- one more version

static maru_status see_nothing(void *context, const struct model_row *row, maru_error *err) {
    (void)context, (void)row, (void)err;
    return MARU_OK;
}

static maru_status begin_version(struct request *request, const struct training_request *asked,
                                 char id[STORE_ID_BYTES], maru_error *err) {
    struct base_name base;
    const struct run_row run = run_of(request, asked);
    maru_status st =
        tenant_see_one_model(request->tenant, request->param[0], see_nothing, NULL, err);
    st = st == MARU_OK ? find_dataset(request, asked->dataset, &base, err) : st;
    st = st == MARU_OK ? have_room(request, err) : st;
    st = st == MARU_OK ? tenant_add_run(request->tenant, &run, id, err) : st;
    if (st == MARU_OK) {
        st = jobs_add(request->server->jobs, request->who.tenant, id, err);
        if (st != MARU_OK) { // somebody else was faster
            (void)!tenant_delete_run(request->tenant, id, request->who.name, NULL);
            request->status = 429;
        }
    }
    return st;
}

static maru_status train_version(struct request *request, maru_error *err) {
    struct training_request asked = {.json = NULL};
    char id[STORE_ID_BYTES];
    maru_status st = check_json(request, err);
    st = st == MARU_OK
             ? training_request_read(&asked, request->body.bytes, request->body.n_bytes, false, err)
             : st;
    st = st == MARU_OK ? begin_version(request, &asked, id, err) : st;
    if (st == MARU_OK) {
        request->status = 202;
        st = tell_training(request, NULL, id, err);
    }
    training_request_fini(&asked);
    return st;
}

static maru_status bring_version(struct request *request, maru_error *err) {
    struct brought brought = {.is_named = false};
    struct asked_sheet sheet;
    struct made_version made;
    int64_t number = 0;
    maru_status st = read_version(request, &brought, &sheet, &made, err);
    st = st == MARU_OK ? tenant_add_model_version(request->tenant, request->param[0], &made.version,
                                                  &number, err)
                       : st;
    if (st == MARU_OK) {
        renew(request);
        request->status = 201;
        st = model_version_tell(request, request->param[0], number, NULL, err);
    }
    made_version_fini(&made);
    return st;
}

maru_status api_create_model_version(struct request *request, maru_error *err) {
    return asked_form_is(request) ? bring_version(request, err) : train_version(request, err);
}

// ---- changed

struct change {
    struct model_texts texts;
    bool has_texts, has_use, is_on;
};

static maru_status take_present(void *context, const struct model_row *row, maru_error *err) {
    struct change *change = context;
    snprintf(change->texts.name, sizeof change->texts.name, "%s", row->name);
    text_addz(&change->texts.feed, row->feed);
    return change->texts.feed.status == MARU_OK ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

static maru_status read_change(const struct request *request, struct change *change,
                               maru_error *err) {
    static const char *const known[] = {"name", "feed", "is_on", NULL};
    json_t *body = NULL;
    const char *name = NULL;
    maru_status st = fields_open(&body, request->body.bytes, request->body.n_bytes, known, err);
    st = st == MARU_OK ? field_text(body, "name", MODEL_NAME_BYTES, &name, err) : st;
    st = st == MARU_OK ? field_bool(body, "is_on", &change->is_on, err) : st;
    st = st == MARU_OK && name ? take_name(name, &change->texts, err) : st;
    json_t *feed = json_object_get(body, "feed");
    st = st == MARU_OK && feed ? take_feed(feed, &change->texts, err) : st;
    change->has_texts = name || feed;
    change->has_use = json_object_get(body, "is_on") != NULL;
    fields_close(body);
    return st;
}

static maru_status write_change(struct request *request, const struct change *change,
                                maru_error *err) {
    const struct model_row row = {.id = request->param[0],
                                  .name = change->texts.name,
                                  .by = request->who.name,
                                  .feed = feed_of(&change->texts),
                                  .is_on = change->is_on,
                                  .reason = change->is_on ? "" : "person",
                                  .set_by = request->who.name};
    maru_status st = change->has_texts ? tenant_change_model(request->tenant, &row, err) : MARU_OK;
    return st == MARU_OK && change->has_use ? tenant_use_model(request->tenant, &row, err) : st;
}

maru_status api_change_model(struct request *request, maru_error *err) {
    struct change change = {.is_on = true};
    text_init(&change.texts.feed, 1 << 16);
    maru_status st =
        tenant_see_one_model(request->tenant, request->param[0], take_present, &change, err);
    st = st == MARU_OK ? read_change(request, &change, err) : st;
    st = st == MARU_OK ? write_change(request, &change, err) : st;
    if (st == MARU_OK) {
        renew(request);
        st = model_tell(request, request->param[0], err);
    }
    text_fini(&change.texts.feed);
    return st;
}

// ---- removed

static maru_status take_training(void *context, const struct model_row *row, maru_error *err) {
    (void)err;
    snprintf(context, STORE_ID_BYTES, "%s", row->training);
    return MARU_OK;
}

maru_status api_delete_model(struct request *request, maru_error *err) {
    char training[STORE_ID_BYTES] = "";
    const char *id = request->param[0];
    maru_status st = tenant_see_one_model(request->tenant, id, take_training, training, err);
    while (st == MARU_OK && training[0] &&
           jobs_cancel(request->server->jobs, request->who.tenant, training)) {
        st = tenant_delete_run(request->tenant, training, request->who.name, err);
        st = st == MARU_OK ? tenant_see_one_model(request->tenant, id, take_training, training, err)
                           : st;
    }
    st = st == MARU_OK ? tenant_delete_model(request->tenant, id, request->who.name, err) : st;
    if (st == MARU_OK) {
        renew(request);
        request->status = 204;
    }
    return st;
}

// ---- roles

maru_status api_promote_model(struct request *request, maru_error *err) {
    static const char *const known[] = {"as", NULL};
    json_t *body = NULL;
    const char *as = "";
    int64_t number = 0;
    maru_status st = model_version_number(request->param[1], &number, err);
    st = st == MARU_OK ? fields_open(&body, request->body.bytes, request->body.n_bytes, known, err)
                       : st;
    st = st == MARU_OK ? field_text(body, "as", 20, &as, err) : st;
    int role = 0;
    while (role < N_MODEL_ROLE && strcmp(model_role_name((enum model_role)role), as) != 0) {
        role++;
    }
    fields_close(body);
    if (st == MARU_OK && role == N_MODEL_ROLE) {
        st = field_wrong(err, "/as", "champion, challenger, candidate or retired is wanted");
    }
    st = st == MARU_OK ? tenant_promote_model(request->tenant, request->param[0], number,
                                              (enum model_role)role, request->who.name, err)
                       : st;
    if (st == MARU_OK) {
        renew(request);
        st = model_tell(request, request->param[0], err);
    }
    return st;
}

maru_status api_roll_back_model(struct request *request, maru_error *err) {
    maru_status st =
        tenant_roll_back_model(request->tenant, request->param[0], request->who.name, err);
    if (st == MARU_OK) {
        renew(request);
        st = model_tell(request, request->param[0], err);
    }
    return st;
}
