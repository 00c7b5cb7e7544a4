// A form as browsers send it (multipart/form-data): fields and files, part by part.
#ifndef SERVE_FORM_H
#define SERVE_FORM_H

#include <stddef.h>

#include "maru/status.h"

enum { FORM_NAME_BYTES = 80, FORM_FILE_BYTES = 512, FORM_BOUNDARY_BYTES = 72 };

struct form_part {
    char name[FORM_NAME_BYTES]; // of the field; "": none, or longer than that
    char file[FORM_FILE_BYTES]; // the name of a file with its path, "": it is none
    const char *bytes;          // (n) of the form
    size_t n;
};

typedef maru_status (*form_see)(void *context, const struct form_part *part, maru_error *err);

// The boundary that a Content-Type names, "" where it names none that could be one.
void form_find_boundary(const char *type, char out[FORM_BOUNDARY_BYTES]);

// Hand each part to `see`, which may end it with an error.
//   in      boundary: without the two dashes before it
//   errors  MARU_E_INPUT: it is no form with this boundary, or cut off; those of `see`
//   source  RFC 7578, RFC 2046 (5.1)
MARU_MUST_USE maru_status form_each(const char *bytes, size_t n, const char *boundary, form_see see,
                                    void *context, maru_error *err);

#endif
