#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "pool/money/civil_date.h"
#include "serve/api/fields.h"
#include "serve/compute/compute.h"
#include "serve/compute/slurm_agreement.h"
#include "serve/http/request.h"
#include "study/json_writer.h"

// Attempts and charges of all tenants beside what sacct has printed, for an operator of this server. Nothing is changed by it.

enum { MOST_TOLD = 1000, MOST_MARK = 32, MOST_DATE = 40, MOST_OFFSET = 14 * 60 };

struct telling {
    struct json json;
    struct slurm_agreement agreement;
    uint32_t n_told;
};

static maru_status read_moment(const struct json_t *fields, const char *key, int64_t *out,
                               maru_error *err) {
    const char *text = NULL;
    char pointer[32];
    const maru_status st = field_text(fields, key, MOST_DATE, &text, err);
    if (st != MARU_OK || !text || civil_read(text, strlen(text), CIVIL_SEOUL_MIN, out)) {
        return st;
    }
    snprintf(pointer, sizeof pointer, "/%s", key);
    return field_wrong(err, pointer, "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
}

static bool is_mark(const char *mark) {
    return mark[0] && strspn(mark, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(mark);
}

static maru_status read_asked(const struct json_t *fields, struct sacct_asked *asked,
                              const char **text, maru_error *err) {
    int64_t offset_min = CIVIL_SEOUL_MIN;
    maru_status st = field_text(fields, "text", REQUEST_MAX_UPLOAD_BYTES, text, err);
    st = st == MARU_OK ? field_text(fields, "mark", MOST_MARK, &asked->mark, err) : st;
    st = st == MARU_OK ? read_moment(fields, "from", &asked->from_us, err) : st;
    st = st == MARU_OK ? read_moment(fields, "until", &asked->until_us, err) : st;
    st = st == MARU_OK
             ? field_count(fields, "offset_min", -MOST_OFFSET, MOST_OFFSET, &offset_min, err)
             : st;
    asked->offset_min = (int32_t)offset_min;
    if (st == MARU_OK && !*text) {
        st = field_wrong(err, "/text", "what sacct -P has printed is wanted");
    }
    return st == MARU_OK && !is_mark(asked->mark)
               ? field_wrong(err, "/mark", "letters a to z and digits are wanted")
               : st;
}

static void add_row(struct json *json, const char *key, const struct agreement_row *row) {
    if (!row) {
        json_add_raw(json, key, "null");
        return;
    }
    json_open_object(json, key);
    json_add_string(json, "account", row->account);
    request_add_time(json, "from", row->from_us / 1000);
    request_add_time(json, "until", row->until_us / 1000);
    json_add_number(json, "gpus", (double)row->gpu_milli / 1000);
    if (row->credits_micro == AGREEMENT_NO_CREDITS) {
        json_add_raw(json, "credits", "null");
    } else {
        json_add_number(json, "credits", (double)row->credits_micro * 1e-6);
    }
    json_close(json);
}

static maru_status see(void *context, const struct agreement_difference *difference,
                       maru_error *err) {
    struct telling *telling = context;
    struct json *json = &telling->json;
    (void)err;
    if (telling->n_told++ < MOST_TOLD) {
        json_open_object(json, NULL);
        json_add_string(json, "kind", agreement_kind_names[difference->kind]);
        json_add_string(json, "launch", telling->agreement.sacct.launch.name[difference->job]);
        add_row(json, "maru", difference->maru);
        add_row(json, "sacct", difference->sacct);
        json_close(json);
    }
    return MARU_OK;
}

static void add_sums(struct telling *telling) {
    const struct slurm_agreement *agreement = &telling->agreement;
    const struct agreement_told *told = &agreement->told;
    struct json *json = &telling->json;
    request_add_time(json, "from", agreement->from_us / 1000);
    request_add_time(json, "until", agreement->until_us / 1000);
    json_add_count(json, "same", told->n_same);
    json_add_count(json, "different", told->n_different);
    json_add_integer(json, "maru_gpu_s", told->maru_gpu_s);
    json_add_integer(json, "sacct_gpu_s", told->sacct_gpu_s);
    json_add_count(json, "cut", agreement->n_cut);
    json_add_count(json, "open", agreement->sacct.n_open);
    json_add_count(json, "outside", agreement->sacct.n_outside);
    json_add_count(json, "others", agreement->sacct.n_other);
}

maru_status api_compare_sacct(struct request *request, maru_error *err) {
    static const char *const known[] = {"text", "mark", "from", "until", "offset_min", NULL};
    struct sacct_asked asked = {.mark = "maru", .from_us = INT64_MIN, .until_us = INT64_MAX};
    struct telling telling = {.n_told = 0};
    struct json_t *fields = NULL;
    const char *text = NULL;
    maru_status st = compute_require(request, err);
    st = st == MARU_OK
             ? fields_open(&fields, request->body.bytes, request->body.n_bytes, known, err)
             : st;
    st = st == MARU_OK ? read_asked(fields, &asked, &text, err) : st;
    if (st == MARU_OK) {
        json_writer_init(&telling.json, &request->out);
        json_open_object(&telling.json, NULL);
        json_open_list(&telling.json, "differences");
        st = slurm_agreement_make(request->server->store, text, &asked, see, &telling,
                                  &telling.agreement, err);
    }
    if (st == MARU_OK) {
        json_close(&telling.json);
        add_sums(&telling);
        json_close(&telling.json);
    } else {
        text_clear(&request->out);
    }
    slurm_agreement_fini(&telling.agreement);
    fields_close(fields);
    return st;
}
