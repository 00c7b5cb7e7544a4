// A spreadsheet as bytes becomes a table and its answers: the one place that the command and the server open one.
//
//     bytes -> workbook (.xlsx) -> UTF-8 -> frame, reading -> quality -> sentences
#ifndef STUDY_QUALITY_FILE_H
#define STUDY_QUALITY_FILE_H

#include "io/charset.h"
#include "io/workbook/workbook.h"
#include "study/quality/quality_hints.h"
#include "study/quality/sentences.h"

struct quality_file {
    bool is_workbook;
    struct workbook workbook; // its sheets; without its text
    uint8_t charset;          // enum charset
    bool has_mark;            // there was a byte order mark
    struct frame frame;
    struct sheet_reading reading;
};

// Read a file.
//   in      cap_bytes: of a workbook's text and of the frame, each
//   memory  quality_file_close; the bytes may go
//   errors  of workbook_read, charset_decode, sheet_to_frame; MARU_E_INPUT: a hint is of no sheet or of no column
MARU_MUST_USE maru_status quality_file_open(const char *bytes, size_t n,
                                            const struct quality_hints *hints, size_t cap_bytes,
                                            struct quality_file *out, maru_error *err);
void quality_file_close(struct quality_file *file); // accepts an all-zero one

struct quality_answer {
    struct quality_file file;
    struct quality quality;
    struct told told;
};

// Read a file and answer all of it.
//   in      cap_bytes: as quality_file_open's
//   out     *out, which stays where it is: parts of it know each other
//   memory  quality_answer_fini; the hints outlive it
//   errors  of quality_file_open, quality_find, told_find; *out is all-zero
MARU_MUST_USE maru_status quality_ask(const char *bytes, size_t n,
                                      const struct quality_hints *hints, size_t cap_bytes,
                                      struct quality_answer *out, maru_error *err);
void quality_answer_fini(struct quality_answer *answer); // accepts an all-zero one

#endif
