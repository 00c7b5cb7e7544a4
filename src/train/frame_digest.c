#include "train/frame_digest.h"

#include <string.h>

#include "base/digest.h"

static void add_column(struct digest *digest, const struct frame *frame,
                       const struct frame_column *column) {
    digest_bytes(digest, column->name, strlen(column->name));
    digest_u64(digest, column->kind);
    for (uint32_t i = 0; i < frame->n_row; i++) {
        if (column->kind == FRAME_NUMBER) {
            digest_double(digest, column->number[i]);
        } else if (column->kind == FRAME_TIME) {
            digest_i64(digest, column->time[i]);
        } else if (column->kind != FRAME_EMPTY && column->word[i] != FRAME_NO_WORD) {
            const uint32_t word = column->word[i];
            digest_bytes(digest, column->words.name[word], column->words.n_byte[word]);
        } else {
            digest_u64(digest, 0);
        }
    }
}

void frame_digest(const struct frame *frame, char out[33]) {
    struct digest digest;
    digest_init(&digest);
    for (uint32_t c = 0; c < frame->n_column; c++) {
        add_column(&digest, frame, &frame->column[c]);
    }
    digest_hex(&digest, out);
}
