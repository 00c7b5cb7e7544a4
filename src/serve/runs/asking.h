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

// {"name": "..."}, of a PATCH.
struct asked_name {
    struct json_t *json; // owns the text
    const char *name;
};
//   memory  asked_name_fini frees, also after an error
//   errors  MARU_E_INPUT, as above
MARU_MUST_USE maru_status asked_name_read(struct asked_name *asked, const char *bytes, size_t n,
                                          maru_error *err);
void asked_name_fini(struct asked_name *asked);

#endif
