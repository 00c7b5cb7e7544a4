#include "target.h"

#include "serve/api/fields.h"
#include "serve/models/training_request.h"
#include "serve/runs/asking.h"
#include "serve/runs/model_options.h"
#include "serve/twins/forecasting.h"

#include <stdlib.h>
#include <string.h>

// Bodies of requests: a run, a forecast, a training, options of a model, the members of any request of a twin; each with
// all numbers in their ranges, or a refusal that says where.

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static void read_forecast(const char *bytes, size_t n) {
    struct forecasting forecasting;
    if (forecasting_read(&forecasting, bytes, n, NULL) == MARU_OK) {
        require(forecasting.n_rep <= FUTURES_MAX && forecasting.time_us >= 0 &&
                forecasting.span_us >= 0);
    }
}

static void read_options(const char *bytes, size_t n) {
    maru_options *options = NULL;
    maru_error err = {0};
    if (model_options_read(bytes, n, &options, &err) == MARU_OK) {
        require(options != NULL);
    } else {
        require(options == NULL && err.text[0] != '\0');
    }
    maru_options_free(options);
}

static void read_members(const char *bytes, size_t n) {
    static const char *const known[] = {"plant", "name", "speed", "time",    "seed",
                                        "kind",  "tool", "for",   "playing", NULL};
    struct json_t *json = NULL;
    maru_error err = {0};
    const char *text = "";
    double number = 0;
    int64_t count = 0;
    bool is = false;
    if (fields_open(&json, bytes, n, known, &err) != MARU_OK) {
        require(err.file[0] == '/' && err.text[0] != '\0');
    } else {
        require(field_text(json, "tool", 30, &text, NULL) != MARU_OK || strlen(text) <= 30);
        require(field_number(json, "speed", 0, 1e7, &number, NULL) != MARU_OK ||
                (number >= 0 && number <= 1e7));
        require(field_count(json, "seed", 0, 100, &count, NULL) != MARU_OK ||
                (count >= 0 && count <= 100));
        (void)!field_bool(json, "playing", &is, NULL);
    }
    fields_close(json);
}

// What is kept of a training is read when it is done: it has to say the same again.
static void read_training(const char *bytes, size_t n) {
    struct training_request asked, again;
    maru_error err = {0};
    if (training_request_read(&asked, bytes, n, true, &err) == MARU_OK) {
        const char *kept = asked.kept.bytes;
        require(asked.dataset[0] && strlen(asked.dataset) <= 32);
        require(training_request_read(&again, kept, asked.kept.n_bytes, false, NULL) == MARU_OK);
        require(strcmp(again.kept.bytes, kept) == 0 && strcmp(again.dataset, asked.dataset) == 0);
        training_request_fini(&again);
    } else {
        require(err.text[0] != '\0' && (err.file[0] == '/' || err.code == MARU_E_LIMIT));
    }
    training_request_fini(&asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    read_forecast((const char *)bytes, n);
    read_options((const char *)bytes, n);
    read_members((const char *)bytes, n);
    read_training((const char *)bytes, n);
    struct asking asking;
    maru_error err = {0};
    if (asking_read(&asking, (const char *)bytes, n, &err) == MARU_OK) {
        const struct enquiry *e = &asking.enquiry;
        require(asking.plant != NULL && strlen(asking.plant) <= 32);
        require(e->n_rep >= 1 && e->n_rep <= RUNS_MAX && e->warmup_us >= 0 && e->until_us >= 0);
        require(e->n_setting <= ENQUIRY_MAX_SETTINGS && e->n_variant <= COMPARISON_MAX_VARIANTS);
        require(e->n_variant != 1 && (e->n_variant == 0 || e->n_rep >= 2));
        for (size_t i = 0; i < e->n_setting; i++) {
            require(e->setting[i].name && e->setting[i].value);
        }
    } else {
        require(err.file[0] == '/' && err.text[0] != '\0');
    }
    asking_fini(&asking);
    return 0;
}
