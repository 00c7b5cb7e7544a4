// What the parts of the reader of workbooks share.
#ifndef IO_WORKBOOK_INSIDE_H
#define IO_WORKBOOK_INSIDE_H

#include "io/workbook.h"

enum workbook_form { WORKBOOK_PLAIN, WORKBOOK_DATE, WORKBOOK_CLOCK };

struct workbook_format { // a number format of its own
    uint32_t id;
    uint8_t form; // enum workbook_form
};

struct workbook_string {
    const char *bytes;
    uint32_t n;
};

struct workbook_job {
    const char *bytes;
    size_t n;
    struct workbook *book;
    struct arena arena; // strings and styles
    uint32_t n_string, cap_string;
    struct workbook_string *string; // (n_string), on the heap
    uint32_t n_format, cap_format;
    struct workbook_format *format; // (n_format), on the heap
    uint32_t n_style, cap_style;
    uint8_t *style; // (n_style) enum workbook_form, on the heap
    bool is_1904;
    uint64_t n_unpacked; // of all parts so far
    maru_error *err;
};

// What a part of the workbook is handed to, piece by piece. Names are without their namespace.
struct workbook_handler {
    maru_status (*begin)(void *context, const char *name, const char **attribute);
    maru_status (*end)(void *context, const char *name);
    maru_status (*text)(void *context, const char *bytes, size_t n);
    void *context;
};

// Read one part. *is_there false: there is none of this path.
maru_status workbook_read_part(struct workbook_job *job, const char *path,
                               const struct workbook_handler *handler, bool *is_there);

// The value of an attribute, NULL where it has none. `name` is without its namespace.
const char *workbook_attribute(const char **attribute, const char *name);

// What a number format shows numbers as: by its number, or by its code.
enum workbook_form workbook_form_of(uint32_t id);
enum workbook_form workbook_form_of_code(const char *code);

// Days since the start of the workbook's calendar as a date or time of day. False: there is no such day.
bool workbook_add_day(struct text *text, double day, enum workbook_form form, bool is_1904);

// One worksheet as CSV into the workbook's text, which is empty before.
maru_status workbook_read_sheet(struct workbook_job *job, const char *path);

// Doubles the room of a table on the heap where it is full.
bool workbook_make_room(void **table, uint32_t n, uint32_t *cap, size_t size);

#endif
