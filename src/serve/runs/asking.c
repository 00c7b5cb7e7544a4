#include "serve/runs/asking.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "serve/api/fields.h"
#include "store/store.h"

static maru_status read_days(const json_t *json, const char *key, double days, maru_time *out,
                             maru_error *err) {
    const maru_status st = field_number(json, key, 0, 36500, &days, err);
    *out = (maru_time)llround(days * (double)MARU_DAY);
    return st;
}

static maru_status read_options(json_t *json, struct enquiry *enquiry, maru_error *err) {
    json_t *options = json_object_get(json, "options");
    if (!options) {
        return MARU_OK;
    }
    if (!json_is_object(options) || json_object_size(options) > ENQUIRY_MAX_SETTINGS) {
        return field_wrong(err, "/options", "an object of at most 64 texts is wanted");
    }
    const char *name;
    json_t *value;
    json_object_foreach(options, name, value) {
        if (!json_is_string(value)) {
            return field_wrong(err, "/options", "each value is a text, such as \"100\"");
        }
        enquiry->setting[enquiry->n_setting++] =
            (struct setting){.name = name, .value = json_string_value(value)};
    }
    return MARU_OK;
}

static maru_status read_variants(json_t *json, struct enquiry *enquiry, maru_error *err) {
    json_t *variants = json_object_get(json, "variants");
    if (!variants) {
        return MARU_OK;
    }
    const size_t n = json_array_size(variants);
    if (n < 2 || n > COMPARISON_MAX_VARIANTS) {
        return field_wrong(err, "/variants", "a list of 2 to 8 texts is wanted");
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(variants, i);
        if (!json_is_string(value) || json_string_length(value) > 2000) {
            return field_wrong(err, "/variants", "each variant is a text such as \"rule=cr\"");
        }
        enquiry->variant[enquiry->n_variant++] = json_string_value(value);
    }
    return MARU_OK;
}

static const char *const known[] = {"plant",        "version", "name",    "days",     "warmup_days",
                                    "replications", "seed",    "options", "variants", NULL};

maru_status asking_read(struct asking *asking, const char *bytes, size_t n, maru_error *err) {
    int64_t n_rep = 1, seed = 1;
    struct enquiry *enquiry = &asking->enquiry;
    *asking = (struct asking){.name = ""};
    maru_status st = fields_open(&asking->json, bytes, n, known, err);
    st = st == MARU_OK ? field_text(asking->json, "plant", 32, &asking->plant, err) : st;
    st = st == MARU_OK ? field_text(asking->json, "name", STORE_NAME_BYTES - 4, &asking->name, err)
                       : st;
    st = st == MARU_OK ? field_count(asking->json, "version", 0, 100000000, &asking->version, err)
                       : st;
    st = st == MARU_OK ? field_count(asking->json, "replications", 1, RUNS_MAX, &n_rep, err) : st;
    st = st == MARU_OK ? field_count(asking->json, "seed", 0, INT64_MAX, &seed, err) : st;
    st = st == MARU_OK ? read_days(asking->json, "days", 365, &enquiry->until_us, err) : st;
    st = st == MARU_OK ? read_days(asking->json, "warmup_days", 0, &enquiry->warmup_us, err) : st;
    st = st == MARU_OK ? read_options(asking->json, enquiry, err) : st;
    st = st == MARU_OK ? read_variants(asking->json, enquiry, err) : st;
    if (st == MARU_OK && !asking->plant) {
        st = field_wrong(err, "/plant", "the id of a plant is wanted");
    }
    if (st == MARU_OK && enquiry->n_variant > 0 && n_rep < 2) {
        st = field_wrong(err, "/replications", "a comparison wants at least 2");
    }
    enquiry->n_rep = (size_t)n_rep;
    enquiry->seed = (uint64_t)seed;
    return st;
}

maru_status asked_name_read(struct asked_name *asked, const char *bytes, size_t n,
                            maru_error *err) {
    static const char *const members[] = {"name", NULL};
    *asked = (struct asked_name){0};
    maru_status st = fields_open(&asked->json, bytes, n, members, err);
    st = st == MARU_OK ? field_text(asked->json, "name", STORE_NAME_BYTES - 4, &asked->name, err)
                       : st;
    return st == MARU_OK && !asked->name ? field_wrong(err, "/name", "a name is wanted") : st;
}

void asked_name_fini(struct asked_name *asked) {
    fields_close(asked->json);
    asked->json = NULL;
}

void asking_fini(struct asking *asking) {
    fields_close(asking->json);
    asking->json = NULL;
}
