// A spreadsheet that comes with a request: as the body itself, or as the one file of a form. What is said of it stands in the query, or in
// fields of the form with the same names.
#ifndef SERVE_ASKED_SHEET_H
#define SERVE_ASKED_SHEET_H

#include "serve/api/form.h"
#include "serve/http/request.h"

struct asked_sheet {
    const char *bytes; // (n) of the body; NULL: no file has come
    size_t n;
    char title[FORM_FILE_BYTES]; // ?file=, else the file's name in the form; "": it has none
};

// Told each name and value but lang, format and file, the query first; n bytes without a 0 behind them.
typedef maru_status (*asked_sheet_see)(void *context, const char *name, const char *value, size_t n,
                                       maru_error *err);

//   memory  out lasts as long as the body
//   errors  MARU_E_INPUT: no file, two of them, a form that is none; those of `see`
MARU_MUST_USE maru_status asked_sheet_read(struct request *request, asked_sheet_see see,
                                           void *context, struct asked_sheet *out, maru_error *err);

// The same without the demand for a file.
MARU_MUST_USE maru_status asked_form_read(struct request *request, asked_sheet_see see,
                                          void *context, struct asked_sheet *out, maru_error *err);
// Is the body a form?
bool asked_form_is(const struct request *request);

#endif
