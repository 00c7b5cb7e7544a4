// What somebody asks of a training, as JSON: the options of `maru train` with _ for -, and the dataset. It is kept with its run as it was
// understood, and read again when the run is done.
#ifndef SERVE_TRAINING_REQUEST_H
#define SERVE_TRAINING_REQUEST_H

#include "base/text.h"
#include "maru/status.h"

enum { REQUEST_MAX_WISH_BYTES = 1000, REQUEST_MAX_WISHES = 1000 }; // of one text; of one list

struct json_t;
struct model_asking;

struct training_request {
    struct json_t *json; // owns the texts
    const char *dataset; // its id
    const char *name;    // of a new model; NULL: not said
    struct json_t *feed; // the same
    struct text kept;    // the training alone, as JSON
    struct model_asking *asking;
};

// Read the body of a request; is_new: name and feed may stand in it.
//   memory  training_request_fini frees, also after an error
//   errors  MARU_E_INPUT: err->file is the JSON pointer of the fault
MARU_MUST_USE maru_status training_request_read(struct training_request *out, const char *bytes,
                                                size_t n, bool is_new, maru_error *err);
void training_request_fini(struct training_request *request); // accepts an all-zero one

#endif
