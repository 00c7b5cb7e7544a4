// A training as a run: a dataset of the store becomes a version of a model. The version and the run's end are one transaction, so a training that a
// kill cuts off is done again, to the same bytes.
#ifndef SERVE_MODEL_TRAINING_H
#define SERVE_MODEL_TRAINING_H

#include "store/tenant.h"
#include "study/enquiry.h"

struct model_file;

// A version as it is about to be kept: its bytes, and what is said of them.
struct made_version {
    struct text bytes, facts;
    struct model_file *file;
    char dataset[STORE_ID_BYTES];
    struct new_version version; // of the above; its bytes are NULL until made_version_read
};

void made_version_init(struct made_version *out);
// What the bytes are: whether a model, of what, and whether it may lead.
//   in      out->bytes; by, dataset and run outlive it
//   memory  made_version_fini frees, also after an error
//   errors  of model_file_open; MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status made_version_read(struct made_version *out, const char *by,
                                            const char *dataset, const char *run, maru_error *err);
void made_version_fini(struct made_version *made); // accepts an all-zero one

struct training_plan {
    const char *run, *by;
    const char *request; // JSON as struct training_request keeps it
    // false: stop. share NaN: there is nothing new
    bool (*progress)(void *context, double share, const char *what);
    void *context;
};

// Train.
//   out     answer: the card and one sentence, answer_fini frees it; made: as above
//   errors  MARU_E_STOPPED; MARU_E_USAGE: the dataset is gone; of the training
MARU_MUST_USE maru_status model_training_do(const struct training_plan *plan, struct tenant *tenant,
                                            struct answer *answer, struct made_version *made,
                                            maru_error *err);

// Bytes of memory that a training will take, about: by the size of its data. `request`: as above.
uint64_t model_training_weigh(struct tenant *tenant, const char *request);

#endif
