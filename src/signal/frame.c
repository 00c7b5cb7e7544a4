#include "signal/frame.h"

#include <math.h>
#include <string.h>

#include "base/status.h"

// Arrays are taken from one arena, so that a frame is given back as a whole; words have tables of their own, since they grow.

enum { FRAME_MAX_WORD_BYTES = 256 << 20 };

maru_status frame_init(struct frame *frame, uint32_t n_row, uint32_t n_column, size_t cap_bytes,
                       maru_error *err) {
    if (n_row > FRAME_MAX_ROWS || n_column > FRAME_MAX_COLUMNS) {
        return fail(err, MARU_E_LIMIT, "a table has at most %d rows and %d columns, not %u and %u",
                    FRAME_MAX_ROWS, FRAME_MAX_COLUMNS, n_row, n_column);
    }
    struct frame made = {.n_row = n_row, .n_column = n_column};
    arena_init(&made.arena, cap_bytes);
    made.column = arena_take(&made.arena, (size_t)n_column + 1, sizeof *made.column);
    made.line = arena_take(&made.arena, (size_t)n_row + 1, sizeof *made.line);
    if (!made.column || !made.line) {
        const maru_status st = arena_refusal(&made.arena, err);
        arena_fini(&made.arena);
        return st;
    }
    for (uint32_t i = 0; i < n_column; i++) {
        made.column[i].name = "";
        made.column[i].unit = "";
        names_init(&made.column[i].words, FRAME_MAX_WORD_BYTES);
    }
    *frame = made;
    return MARU_OK;
}

void frame_fini(struct frame *frame) {
    for (uint32_t i = 0; i < frame->n_column; i++) {
        names_fini(&frame->column[i].words);
    }
    arena_fini(&frame->arena);
    *frame = (struct frame){0};
}

maru_status frame_make_column(struct frame *frame, uint32_t column, enum frame_kind kind,
                              maru_error *err) {
    struct frame_column *made = &frame->column[column];
    const size_t n = (size_t)frame->n_row + 1;
    double *number = NULL;
    uint32_t *word = NULL;
    maru_time *time = NULL;
    if (kind == FRAME_NUMBER) {
        number = arena_take(&frame->arena, n, sizeof *number);
    } else if (kind == FRAME_WORD || kind == FRAME_TEXT) {
        word = arena_take(&frame->arena, n, sizeof *word);
    } else if (kind == FRAME_TIME) {
        time = arena_take(&frame->arena, n, sizeof *time);
    }
    if (kind != FRAME_EMPTY && !number && !word && !time) {
        return arena_refusal(&frame->arena, err);
    }
    for (size_t i = 0; i < n; i++) {
        if (number) {
            number[i] = (double)NAN;
        } else if (word) {
            word[i] = FRAME_NO_WORD;
        } else if (time) {
            time[i] = FRAME_NO_TIME;
        }
    }
    made->kind = (uint8_t)kind;
    made->number = number;
    made->word = word;
    made->time = time;
    made->n_missing = frame->n_row;
    return MARU_OK;
}

uint32_t frame_find(const struct frame *frame, const char *name) {
    for (uint32_t i = 0; i < frame->n_column; i++) {
        if (strcmp(frame->column[i].name, name) == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}
