#include "serve/models/model_training.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "serve/models/training_request.h"
#include "study/json_writer.h"
#include "study/models/model_asking.h"

#define JOB_MAX_TRAINING_BYTES ((size_t)4 << 30)
enum { FACTS_BYTES = 1 << 16, SENTENCE_BYTES = 1 << 14 };

// ---- what a version is

void made_version_init(struct made_version *out) {
    *out = (struct made_version){.file = NULL};
    text_init(&out->bytes, TENANT_MAX_MODEL_BYTES);
    text_init(&out->facts, FACTS_BYTES);
}

void made_version_fini(struct made_version *made) {
    model_file_close(made->file);
    text_fini(&made->bytes);
    text_fini(&made->facts);
    *made = (struct made_version){.file = NULL};
}

static void add_headline(struct json *json, const struct model_headline *headline) {
    if (!headline->name) {
        json_add_string(json, "headline", NULL);
        return;
    }
    json_open_object(json, "headline");
    json_add_string(json, "name", headline->name);
    json_add_string(json, "name_ko", headline->name_ko);
    json_add_number(json, "value", headline->value);
    json_add_number(json, "low", headline->low);
    json_add_number(json, "high", headline->high);
    json_add_number(json, "constant", headline->constant);
    json_add_bool(json, "is_less_better", headline->is_less_better);
    json_add_bool(json, "is_share", headline->is_share);
    json_close(json);
}

static void add_facts(struct text *out, const struct model_facts *facts) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    add_headline(&json, &facts->headline);
    json_open_list(&json, "warnings");
    for (uint32_t i = 0; i < facts->n_warning; i++) {
        json_add_string(&json, NULL, facts->warning[i]);
    }
    json_close(&json);
    json_close(&json);
}

maru_status made_version_read(struct made_version *out, const char *by, const char *dataset,
                              const char *run, maru_error *err) {
    const maru_status st = model_file_open(out->bytes.bytes, out->bytes.n_bytes, &out->file, err);
    if (st != MARU_OK) {
        return st;
    }
    const struct model_facts facts = model_file_facts(out->file);
    add_facts(&out->facts, &facts);
    out->version = (struct new_version){.row = {.goal = facts.goal,
                                                .target = facts.target,
                                                .unit = facts.unit,
                                                .kind = facts.kind,
                                                .program = facts.version,
                                                .fingerprint = facts.fingerprint,
                                                .data = facts.data,
                                                .facts = out->facts.bytes,
                                                .by = by,
                                                .dataset = dataset,
                                                .run = run,
                                                .n_bytes = (int64_t)out->bytes.n_bytes},
                                        .bytes = out->bytes.bytes,
                                        .may_lead = facts.is_better};
    return out->facts.status == MARU_OK ? MARU_OK
                                        : fail(err, out->facts.status, "the card is too large");
}

// ---- the run

struct dataset_name {
    char text[STORE_NAME_BYTES];
};

static maru_status take_name(void *context, const struct dataset_row *row, maru_error *err) {
    struct dataset_name *name = context;
    (void)err;
    snprintf(name->text, sizeof name->text, "%s", row->name);
    return MARU_OK;
}

// Measured for tables of 100 000 to 500 000 cells: 41 to 102 MiB, which are 9 to 20 times the bytes of their file beyond what the
// libraries take. A table has at most JOB_MAX_TRAINING_BYTES, and what is fitted to it as much.
enum { WEIGHT_OF_LIBRARIES_MIB = 64, WEIGHT_OF_A_BYTE = 24 };

static maru_status take_size(void *context, const struct dataset_row *row, maru_error *err) {
    (void)err;
    *(int64_t *)context = row->n_bytes;
    return MARU_OK;
}

uint64_t model_training_weigh(struct tenant *tenant, const char *request_text) {
    struct training_request request;
    int64_t n_bytes = 0;
    if (training_request_read(&request, request_text, strlen(request_text), false, NULL) ==
        MARU_OK) {
        (void)!tenant_see_one_dataset(tenant, request.dataset, take_size, &n_bytes, NULL);
    }
    training_request_fini(&request);
    const uint64_t bytes = ((uint64_t)WEIGHT_OF_LIBRARIES_MIB << 20) +
                           (n_bytes > 0 ? (uint64_t)n_bytes : 0) * WEIGHT_OF_A_BYTE;
    return bytes < 2 * JOB_MAX_TRAINING_BYTES ? bytes : 2 * JOB_MAX_TRAINING_BYTES;
}

static maru_status train(const struct training_plan *plan, const struct training_request *request,
                         struct tenant *tenant, struct text *model, maru_error *err) {
    struct dataset_name name = {""};
    struct text bytes;
    text_init(&bytes, TENANT_MAX_DATASET_BYTES);
    if (!plan->progress(plan->context, 0, "reading the table")) {
        return fail(err, MARU_E_STOPPED, "stopped");
    }
    maru_status st = tenant_see_one_dataset(tenant, request->dataset, take_name, &name, err);
    st = st == MARU_OK ? tenant_get_dataset(tenant, request->dataset, &bytes, err) : st;
    if (st == MARU_OK) {
        const struct asked_training training = {.bytes = bytes.bytes,
                                                .n = bytes.n_bytes,
                                                .cap_bytes = JOB_MAX_TRAINING_BYTES,
                                                .title = name.text,
                                                .progress = plan->progress,
                                                .context = plan->context};
        st = model_asking_train(request->asking, &training, model, err);
    }
    text_fini(&bytes);
    return st;
}

static maru_status tell(const struct made_version *made, struct answer *answer, maru_error *err) {
    const struct model_facts facts = model_file_facts(made->file);
    model_file_add_json(made->file, &answer->json);
    model_facts_add_sentence(&answer->sentence_ko, &facts, LANG_KO);
    model_facts_add_sentence(&answer->sentence_en, &facts, LANG_EN);
    return answer->json.status == MARU_OK ? MARU_OK
                                          : fail(err, answer->json.status, "the card is too large");
}

maru_status model_training_do(const struct training_plan *plan, struct tenant *tenant,
                              struct answer *answer, struct made_version *made, maru_error *err) {
    struct training_request request;
    text_init(&answer->json, ENQUIRY_MAX_ANSWER_BYTES);
    text_init(&answer->sentence_ko, SENTENCE_BYTES);
    text_init(&answer->sentence_en, SENTENCE_BYTES);
    text_init(&answer->report_ko, 1);
    text_init(&answer->report_en, 1);
    made_version_init(made);
    maru_status st =
        training_request_read(&request, plan->request, strlen(plan->request), false, err);
    st = st == MARU_OK ? train(plan, &request, tenant, &made->bytes, err) : st;
    if (st == MARU_OK) {
        snprintf(made->dataset, sizeof made->dataset, "%s", request.dataset);
        st = made_version_read(made, plan->by, made->dataset, plan->run, err);
    }
    st = st == MARU_OK ? tell(made, answer, err) : st;
    training_request_fini(&request);
    return st;
}
