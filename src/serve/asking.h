// A run as JSON of the API, read into an enquiry.
#ifndef SERVE_ASKING_H
#define SERVE_ASKING_H

#include "study/enquiry.h"

struct json_t;

struct asking {
    struct json_t *json; // owns the texts
    const char *plant, *name;
    int64_t version;        // 0: the newest
    struct enquiry enquiry; // without the plant
};

// Read the body of POST /v1/runs.
//   memory  asking_fini frees, also after an error
//   errors  MARU_E_INPUT: err->file is the JSON pointer of the fault
MARU_MUST_USE maru_status asking_read(struct asking *asking, const char *bytes, size_t n,
                                      maru_error *err);
void asking_fini(struct asking *asking);

#endif
