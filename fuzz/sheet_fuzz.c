#include "target.h"

#include <string.h>

#include "wire/sheet/spreadsheet.h"

// A spreadsheet as text. The first byte chooses what is told from the start; the rest is the text.
//
// Properties: what was understood, given as hints, gives the same table again, cell by cell; counts of cells without a value are
// right; lines of rows grow; names are found where they stand.

enum { MAX_FRAME_BYTES = 1 << 28, MAX_KINDS = 4096 };

static bool is_missing(const struct frame_column *column, uint32_t row) {
    switch ((enum frame_kind)column->kind) {
    case FRAME_NUMBER:
        return column->number[row] != column->number[row];
    case FRAME_TIME:
        return column->time[row] == FRAME_NO_TIME;
    case FRAME_WORD:
    case FRAME_TEXT:
        must(column->word[row] == FRAME_NO_WORD || column->word[row] < column->words.n);
        return column->word[row] == FRAME_NO_WORD;
    case FRAME_EMPTY:
    case N_FRAME_KIND:
    default:
        return true;
    }
}

static void check_frame(const struct frame *frame, const struct sheet_reading *reading) {
    must(frame->n_row >= 2 && frame->n_column >= 1 && reading->n_column == frame->n_column);
    for (uint32_t row = 0; row < frame->n_row; row++) {
        must(frame->line[row] >= reading->first_line);
        must(row == 0 || frame->line[row] > frame->line[row - 1]);
    }
    for (uint32_t k = 0; k < frame->n_column; k++) {
        const struct frame_column *column = &frame->column[k];
        uint32_t n_missing = 0;
        for (uint32_t row = 0; row < frame->n_row; row++) {
            n_missing += is_missing(column, row);
        }
        must(n_missing == column->n_missing && column->n_odd <= n_missing);
        must(frame_find(frame, column->name) == k);
        must(reading->column[k].n_shown <= column->n_odd);
        must(column->kind != FRAME_TIME || reading->column[k].form < N_MOMENT_FORM);
    }
}

static void check_same_cell(const struct frame_column *a, const struct frame_column *b,
                            uint32_t row) {
    if (a->kind == FRAME_NUMBER) {
        must(memcmp(&a->number[row], &b->number[row], sizeof(double)) == 0);
    } else if (a->kind == FRAME_TIME) {
        must(a->time[row] == b->time[row]);
    } else if (a->kind != FRAME_EMPTY) {
        must(a->word[row] == b->word[row]);
        must(a->word[row] == FRAME_NO_WORD ||
             strcmp(a->words.name[a->word[row]], b->words.name[b->word[row]]) == 0);
    }
}

static void check_same(const struct frame *a, const struct frame *b) {
    must(a->n_row == b->n_row && a->n_column == b->n_column);
    for (uint32_t k = 0; k < a->n_column; k++) {
        const struct frame_column *left = &a->column[k];
        const struct frame_column *right = &b->column[k];
        must(left->kind == right->kind && strcmp(left->name, right->name) == 0);
        must(strcmp(left->unit, right->unit) == 0 && left->n_odd == right->n_odd);
        for (uint32_t row = 0; row < a->n_row; row++) {
            must(a->line[row] == b->line[row]);
            check_same_cell(left, right, row);
        }
    }
}

// Once more, with what was understood as hints.
static void check_again(const char *bytes, size_t n, struct sheet_hints hints,
                        const struct frame *frame, const struct sheet_reading *reading) {
    static struct sheet_kind kind[MAX_KINDS];
    struct frame again = {0};
    struct sheet_reading read_again = {0};
    hints.separator = reading->separator;
    hints.decimal = reading->decimal;
    hints.first_line = reading->first_line;
    hints.kind = kind;
    for (uint32_t k = 0; k < frame->n_column && k < MAX_KINDS; k++) {
        kind[k] = (struct sheet_kind){frame->column[k].name, frame->column[k].kind};
        hints.n_kind = k + 1;
    }
    must(sheet_to_frame(bytes, n, &hints, MAX_FRAME_BYTES, &again, &read_again, NULL) == MARU_OK);
    check_same(frame, &again);
    frame_fini(&again);
    sheet_reading_fini(&read_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    static const char separators[] = {0, ';', '\t', ' '};
    struct sheet_hints hints = sheet_no_hints();
    struct frame frame = {0};
    struct sheet_reading reading = {0};
    maru_error err = {0};
    hints.separator = separators[bytes[0] & 3];
    hints.decimal = (bytes[0] & 4) != 0 ? ',' : '\0';
    hints.keeps_totals = (bytes[0] & 8) != 0;
    hints.first_line = bytes[0] >> 6;
    const char *text = (const char *)bytes + 1;
    const maru_status st =
        sheet_to_frame(text, n - 1, &hints, MAX_FRAME_BYTES, &frame, &reading, &err);
    if (st == MARU_OK) {
        check_frame(&frame, &reading);
        check_again(text, n - 1, hints, &frame, &reading);
    } else {
        must(!frame.column && !reading.column && err.text[0] != '\0');
    }
    frame_fini(&frame);
    sheet_reading_fini(&reading);
    return 0;
}
