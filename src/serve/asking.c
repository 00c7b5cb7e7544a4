#include "serve/asking.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "store/store.h"

static maru_status wrong(maru_error *err, const char *pointer, const char *right) {
    return fail_at(err, MARU_E_INPUT, pointer, 0, 0, "%s: %s", pointer, right);
}

static maru_status read_text(const json_t *json, const char *key, size_t max, const char **out,
                             maru_error *err) {
    const json_t *value = json_object_get(json, key);
    if (!value) {
        return MARU_OK;
    }
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", key);
    if (!json_is_string(value) || json_string_length(value) > max ||
        strlen(json_string_value(value)) != json_string_length(value)) {
        return wrong(err, pointer, "a text is wanted that is not too long");
    }
    *out = json_string_value(value);
    return MARU_OK;
}

static maru_status read_days(const json_t *json, const char *key, double first, maru_time *out,
                             maru_error *err) {
    const json_t *value = json_object_get(json, key);
    const double days = value ? json_number_value(value) : first;
    if ((value && !json_is_number(value)) || !(days >= 0 && days <= 36500)) {
        return wrong(err, strcmp(key, "days") == 0 ? "/days" : "/warmup_days",
                     "days from 0 to 36500 are wanted");
    }
    *out = (maru_time)llround(days * (double)MARU_DAY);
    return MARU_OK;
}

static maru_status read_count(const json_t *json, const char *key, int64_t first, int64_t lowest,
                              int64_t highest, int64_t *out, maru_error *err) {
    const json_t *value = json_object_get(json, key);
    const int64_t count = value ? json_integer_value(value) : first;
    if ((value && !json_is_integer(value)) || count < lowest || count > highest) {
        char pointer[64], right[80];
        snprintf(pointer, sizeof pointer, "/%s", key);
        snprintf(right, sizeof right, "a whole number from %lld to %lld is wanted",
                 (long long)lowest, (long long)highest);
        return wrong(err, pointer, right);
    }
    *out = count;
    return MARU_OK;
}

static maru_status read_options(json_t *json, struct enquiry *enquiry, maru_error *err) {
    json_t *options = json_object_get(json, "options");
    if (!options) {
        return MARU_OK;
    }
    if (!json_is_object(options) || json_object_size(options) > ENQUIRY_MAX_SETTINGS) {
        return wrong(err, "/options", "an object of at most 64 texts is wanted");
    }
    const char *name;
    json_t *value;
    json_object_foreach(options, name, value) {
        if (!json_is_string(value)) {
            return wrong(err, "/options", "each value is a text, such as \"100\"");
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
        return wrong(err, "/variants", "a list of 2 to 8 texts is wanted");
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(variants, i);
        if (!json_is_string(value) || json_string_length(value) > 2000) {
            return wrong(err, "/variants", "each variant is a text such as \"rule=cr\"");
        }
        enquiry->variant[enquiry->n_variant++] = json_string_value(value);
    }
    return MARU_OK;
}

static maru_status refuse_unknown(json_t *json, maru_error *err) {
    static const char *const known[] = {"plant", "version",     "name",
                                        "days",  "warmup_days", "replications",
                                        "seed",  "options",     "variants"};
    const char *name;
    json_t *value;
    json_object_foreach(json, name, value) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            is_known = is_known || strcmp(name, known[i]) == 0;
        }
        if (!is_known) {
            return fail_at(err, MARU_E_INPUT, "/", 0, 0,
                           "'%.60s' is not known here: plant, version, name, days, warmup_days, "
                           "replications, seed, options and variants are",
                           name);
        }
    }
    return MARU_OK;
}

maru_status asking_read(struct asking *asking, const char *bytes, size_t n, maru_error *err) {
    json_error_t why;
    int64_t n_rep = 1, seed = 1;
    struct enquiry *enquiry = &asking->enquiry;
    *asking = (struct asking){.name = ""};
    asking->json = json_loadb(n > 0 ? bytes : "", n, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(asking->json)) {
        return fail_at(err, MARU_E_INPUT, "/", asking->json ? 0 : (uint32_t)why.line,
                       asking->json ? 0 : (uint32_t)why.column, "%s",
                       asking->json ? "an object is wanted" : why.text);
    }
    maru_status st = refuse_unknown(asking->json, err);
    st = st == MARU_OK ? read_text(asking->json, "plant", 32, &asking->plant, err) : st;
    st = st == MARU_OK ? read_text(asking->json, "name", STORE_NAME_BYTES - 4, &asking->name, err)
                       : st;
    st = st == MARU_OK ? read_count(asking->json, "version", 0, 0, 100000000, &asking->version, err)
                       : st;
    st = st == MARU_OK ? read_count(asking->json, "replications", 1, 1, RUNS_MAX, &n_rep, err) : st;
    st = st == MARU_OK ? read_count(asking->json, "seed", 1, 0, INT64_MAX, &seed, err) : st;
    st = st == MARU_OK ? read_days(asking->json, "days", 365, &enquiry->until_us, err) : st;
    st = st == MARU_OK ? read_days(asking->json, "warmup_days", 0, &enquiry->warmup_us, err) : st;
    st = st == MARU_OK ? read_options(asking->json, enquiry, err) : st;
    st = st == MARU_OK ? read_variants(asking->json, enquiry, err) : st;
    if (st == MARU_OK && !asking->plant) {
        st = wrong(err, "/plant", "the id of a plant is wanted");
    }
    if (st == MARU_OK && enquiry->n_variant > 0 && n_rep < 2) {
        st = wrong(err, "/replications", "a comparison wants at least 2");
    }
    enquiry->n_rep = (size_t)n_rep;
    enquiry->seed = (uint64_t)seed;
    return st;
}

void asking_fini(struct asking *asking) {
    json_decref(asking->json);
    asking->json = NULL;
}
