#include "serve/models/training_request.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "serve/api/fields.h"
#include "study/models/model_asking.h"

// Each member becomes one wish or, where it is a list, one for each of its texts, taken as the command takes its options.

enum form { FORM_TEXT, FORM_LIST, FORM_NUMBER, FORM_COUNT };

static const struct member {
    const char *name;
    enum form form;
} members[] = {
    {"goal", FORM_TEXT},    {"target", FORM_TEXT},      {"bad", FORM_TEXT},
    {"limits", FORM_LIST},  {"time", FORM_TEXT},        {"unit", FORM_TEXT},
    {"order", FORM_TEXT},   {"normal", FORM_TEXT},      {"setting", FORM_LIST},
    {"cause", FORM_LIST},   {"leave_out", FORM_LIST},   {"split", FORM_TEXT},
    {"kind", FORM_TEXT},    {"cost_miss", FORM_NUMBER}, {"cost_alarm", FORM_NUMBER},
    {"level", FORM_NUMBER}, {"cap", FORM_NUMBER},       {"seed", FORM_COUNT},
    {"sheet", FORM_TEXT},
};
enum { N_MEMBER = sizeof members / sizeof members[0] };

static maru_status wrong_at(const struct member *member, const char *right, maru_error *err) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", member->name);
    return field_wrong(err, pointer, right);
}

// The refusal of a wish, at its member.
static maru_status take(const struct member *member, const char *value,
                        struct training_request *out, maru_error *err) {
    maru_error why = {0};
    const maru_status st = model_asking_take(out->asking, member->name, value, &why);
    char pointer[64];
    if (st == MARU_OK) {
        return MARU_OK;
    }
    snprintf(pointer, sizeof pointer, "/%s", member->name);
    return fail_at(err, st == MARU_E_USAGE ? MARU_E_INPUT : st, pointer, 0, 0, "%s", why.text);
}

static bool is_text(const json_t *value) {
    return json_is_string(value) && json_string_length(value) <= REQUEST_MAX_WISH_BYTES &&
           strlen(json_string_value(value)) == json_string_length(value);
}

static maru_status take_list(const struct member *member, const json_t *list,
                             struct training_request *out, maru_error *err) {
    maru_status st = MARU_OK;
    if (!json_is_array(list) || json_array_size(list) > REQUEST_MAX_WISHES) {
        return wrong_at(member, "a list of texts is wanted", err);
    }
    for (size_t i = 0; st == MARU_OK && i < json_array_size(list); i++) {
        const json_t *value = json_array_get(list, i);
        st = is_text(value) ? take(member, json_string_value(value), out, err)
                            : wrong_at(member, "a list of texts is wanted", err);
    }
    return st;
}

static maru_status take_number(const struct member *member, const json_t *value,
                               struct training_request *out, maru_error *err) {
    struct text text;
    if (member->form == FORM_COUNT && !json_is_integer(value)) {
        return wrong_at(member, "a whole number is wanted", err);
    }
    if (!json_is_number(value)) {
        return wrong_at(member, "a number is wanted", err);
    }
    text_init(&text, REQUEST_MAX_WISH_BYTES);
    if (json_is_integer(value)) {
        text_addf(&text, "%lld", (long long)json_integer_value(value));
    } else {
        text_add_double(&text, json_real_value(value));
    }
    const maru_status st = text.status == MARU_OK ? take(member, text.bytes, out, err)
                                                  : fail(err, MARU_E_MEMORY, "no memory");
    text_fini(&text);
    return st;
}

static maru_status take_member(const struct member *member, struct training_request *out,
                               maru_error *err) {
    const json_t *value = json_object_get(out->json, member->name);
    if (!value) {
        return MARU_OK;
    }
    switch (member->form) {
    case FORM_LIST:
        return take_list(member, value, out, err);
    case FORM_NUMBER:
    case FORM_COUNT:
        return take_number(member, value, out, err);
    case FORM_TEXT:
    default:
        return is_text(value) ? take(member, json_string_value(value), out, err)
                              : wrong_at(member, "a text is wanted that is not too long", err);
    }
}

// All but name and feed, its members in the order of their names.
static maru_status keep(struct training_request *out, maru_error *err) {
    json_t *training = json_copy(out->json);
    (void)json_object_del(training, "name"); // which may not be there
    (void)json_object_del(training, "feed");
    char *dumped = json_dumps(training, JSON_COMPACT | JSON_SORT_KEYS);
    if (dumped) {
        text_addz(&out->kept, dumped);
    }
    const bool is_kept = dumped && out->kept.status == MARU_OK;
    free(dumped); // jansson's
    json_decref(training);
    return is_kept ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
}

static maru_status read_members(struct training_request *out, bool is_new, maru_error *err) {
    maru_status st = field_text(out->json, "dataset", 32, &out->dataset, err);
    st = st == MARU_OK && is_new ? field_text(out->json, "name", 100, &out->name, err) : st;
    if (st == MARU_OK && !out->dataset[0]) {
        st = field_wrong(err, "/dataset", "the id of a dataset is wanted");
    }
    st = st == MARU_OK ? model_asking_new(&out->asking, err) : st;
    for (size_t i = 0; st == MARU_OK && i < N_MEMBER; i++) {
        st = take_member(&members[i], out, err);
    }
    return st;
}

maru_status training_request_read(struct training_request *out, const char *bytes, size_t n,
                                  bool is_new, maru_error *err) {
    const char *known[N_MEMBER + 4] = {"dataset"};
    size_t n_known = 1;
    *out = (struct training_request){.dataset = ""};
    text_init(&out->kept, 1 << 20);
    for (size_t i = 0; i < N_MEMBER; i++) {
        known[n_known++] = members[i].name;
    }
    if (is_new) {
        known[n_known++] = "name";
        known[n_known] = "feed";
    }
    maru_status st = fields_open(&out->json, bytes, n, known, err);
    st = st == MARU_OK ? read_members(out, is_new, err) : st;
    out->feed = st == MARU_OK ? json_object_get(out->json, "feed") : NULL;
    return st == MARU_OK ? keep(out, err) : st;
}

void training_request_fini(struct training_request *request) {
    model_asking_free(request->asking);
    text_fini(&request->kept);
    fields_close(request->json);
    *request = (struct training_request){.json = NULL};
}
