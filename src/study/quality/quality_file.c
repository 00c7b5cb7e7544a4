// A workbook's sheet is text of commas; the character set of a text is found; then the reader of spreadsheets does its work. Text is
// given back as soon as the frame is there, so that a file is in memory once.
#include "study/quality/quality_file.h"

#include "base/alloc.h"
#include "base/status.h"

#include <string.h>

// Old programs on a Mac end lines with a carriage return alone. NULL: this text does not, or there is no memory.
static char *mend_breaks(const char *bytes, size_t n, maru_status *st) {
    if (n == 0 || memchr(bytes, '\n', n) || !memchr(bytes, '\r', n)) {
        return NULL;
    }
    char *mended = alloc_new(n, 1);
    *st = mended ? MARU_OK : MARU_E_MEMORY;
    for (size_t i = 0; mended && i < n; i++) {
        mended[i] = bytes[i] == '\r' ? '\n' : bytes[i];
    }
    return mended;
}

static maru_status read_text(const char *bytes, size_t n, const struct sheet_hints *hints,
                             size_t cap_bytes, struct quality_file *file, maru_error *err) {
    struct charset_text text = {0};
    maru_status st = charset_decode(bytes, n, &text, err);
    char *mended = st == MARU_OK ? mend_breaks(text.bytes, text.n, &st) : NULL;
    if (st == MARU_OK) {
        file->charset = (uint8_t)text.was;
        file->has_mark = text.has_mark;
        st = sheet_to_frame(mended ? mended : text.bytes, text.n, hints, cap_bytes, &file->frame,
                            &file->reading, err);
    } else if (st == MARU_E_MEMORY) {
        st = fail(err, st, "no memory");
    }
    alloc_free(mended);
    charset_fini(&text);
    return st;
}

static maru_status read_workbook(const char *bytes, size_t n, const struct quality_hints *hints,
                                 size_t cap_bytes, struct quality_file *file, maru_error *err) {
    struct sheet_hints sheet = hints->sheet;
    sheet.separator = ',';
    file->is_workbook = true;
    maru_status st = workbook_read(bytes, n, hints->sheet_name, cap_bytes, &file->workbook, err);
    if (st == MARU_OK) {
        const struct text *csv = &file->workbook.csv;
        st = read_text(csv->bytes, csv->n_bytes, &sheet, cap_bytes, file, err);
    }
    text_fini(&file->workbook.csv);
    return st;
}

// A hint about a column that is not there would be passed over by the reader.
static maru_status check_columns(const struct quality_hints *hints, const struct frame *frame,
                                 maru_error *err) {
    for (uint32_t i = 0; i < hints->sheet.n_kind; i++) {
        if (frame_find(frame, hints->kind[i].name) == UINT32_MAX) {
            return fail(err, MARU_E_INPUT, "there is no column \"%.200s\"", hints->kind[i].name);
        }
    }
    return MARU_OK;
}

maru_status quality_file_open(const char *bytes, size_t n, const struct quality_hints *hints,
                              size_t cap_bytes, struct quality_file *out, maru_error *err) {
    struct quality_file file = {0};
    maru_status st = MARU_OK;
    if (workbook_is(bytes, n)) {
        st = read_workbook(bytes, n, hints, cap_bytes, &file, err);
    } else if (hints->sheet_name) {
        st = fail(err, MARU_E_INPUT, "only an .xlsx or .ods has sheets");
    } else {
        st = read_text(bytes, n, &hints->sheet, cap_bytes, &file, err);
    }
    st = st == MARU_OK ? check_columns(hints, &file.frame, err) : st;
    if (st != MARU_OK) {
        quality_file_close(&file);
        return st;
    }
    *out = file;
    return MARU_OK;
}

void quality_file_close(struct quality_file *file) {
    frame_fini(&file->frame);
    sheet_reading_fini(&file->reading);
    workbook_fini(&file->workbook);
    *file = (struct quality_file){0};
}

maru_status quality_ask(const char *bytes, size_t n, const struct quality_hints *hints,
                        size_t cap_bytes, struct quality_answer *out, maru_error *err) {
    struct quality_options options = quality_hints_options(hints);
    *out = (struct quality_answer){0};
    maru_status st = quality_file_open(bytes, n, hints, cap_bytes, &out->file, err);
    options.reading = &out->file.reading;
    st = st == MARU_OK ? quality_find(&out->file.frame, &options, &out->quality, err) : st;
    st = st == MARU_OK ? told_find(&out->quality, &out->told, err) : st;
    if (st != MARU_OK) {
        quality_answer_fini(out);
    }
    return st;
}

void quality_answer_fini(struct quality_answer *answer) {
    told_fini(&answer->told);
    quality_fini(&answer->quality);
    quality_file_close(&answer->file);
}
