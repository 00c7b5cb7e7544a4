#include "wire/secs/hsms.h"

#include "base/arena.h"
#include "base/status.h"
#include "wire/secs/item_text.h"

#include <string.h>

// A frame is believed once its 4 length bytes are there and say a length within the limit; a stream whose
// length bytes are wrong has no next frame to go on with, so both errors are final for the connection.

enum { MAX_PRINTED_BYTES = 1 << 27 }; // of the items of one body

static uint32_t read_u32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void write_u32(uint8_t *p, uint32_t value) {
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

struct hsms_header hsms_header_read(const uint8_t bytes[HSMS_HEADER_BYTES]) {
    return (struct hsms_header){
        .session = (uint16_t)(bytes[0] << 8 | bytes[1]),
        .byte2 = bytes[2],
        .byte3 = bytes[3],
        .ptype = bytes[4],
        .stype = bytes[5],
        .system = read_u32(bytes + 6),
    };
}

void hsms_header_bytes(const struct hsms_header *header, uint8_t out[HSMS_HEADER_BYTES]) {
    out[0] = (uint8_t)(header->session >> 8);
    out[1] = (uint8_t)header->session;
    out[2] = header->byte2;
    out[3] = header->byte3;
    out[4] = header->ptype;
    out[5] = header->stype;
    write_u32(out + 6, header->system);
}

maru_status hsms_next(const uint8_t *bytes, size_t n, uint32_t max_bytes, struct hsms_frame *frame,
                      size_t *n_used, maru_error *err) {
    if (n < HSMS_LENGTH_BYTES) {
        return MARU_MORE;
    }
    const uint32_t length = read_u32(bytes);
    if (length < HSMS_HEADER_BYTES) {
        return fail_at(err, MARU_E_INPUT, NULL, 0, 1,
                       "a frame of %u bytes, which is shorter than its header", (unsigned)length);
    }
    if (length > max_bytes) {
        return fail_at(err, MARU_E_LIMIT, NULL, 0, 1, "a frame of %u bytes, %u are allowed",
                       (unsigned)length, (unsigned)max_bytes);
    }
    if (length > n - HSMS_LENGTH_BYTES) {
        return MARU_MORE;
    }
    frame->header = hsms_header_read(bytes + HSMS_LENGTH_BYTES);
    frame->body = bytes + HSMS_LENGTH_BYTES + HSMS_HEADER_BYTES;
    frame->n_body = length - HSMS_HEADER_BYTES;
    *n_used = HSMS_LENGTH_BYTES + (size_t)length;
    return MARU_OK;
}

void hsms_put(struct text *out, const struct hsms_header *header, const void *body,
              uint32_t n_body) {
    uint8_t head[HSMS_LENGTH_BYTES + HSMS_HEADER_BYTES];
    if (n_body > HSMS_MAX_FRAME_BYTES) {
        out->status = out->status == MARU_OK ? MARU_E_LIMIT : out->status;
        return;
    }
    write_u32(head, HSMS_HEADER_BYTES + n_body);
    hsms_header_bytes(header, head + HSMS_LENGTH_BYTES);
    // All or nothing, so that a buffer that is full never holds half a frame.
    const size_t before = out->n_bytes;
    text_add(out, (const char *)head, sizeof head);
    text_add(out, body, n_body);
    if (out->status != MARU_OK) {
        out->n_bytes = before;
    }
}

static const char *const type_names[] = {
    [HSMS_SELECT_REQ] = "Select.req",     [HSMS_SELECT_RSP] = "Select.rsp",
    [HSMS_DESELECT_REQ] = "Deselect.req", [HSMS_DESELECT_RSP] = "Deselect.rsp",
    [HSMS_LINKTEST_REQ] = "Linktest.req", [HSMS_LINKTEST_RSP] = "Linktest.rsp",
    [HSMS_REJECT_REQ] = "Reject.req",     [HSMS_SEPARATE_REQ] = "Separate.req",
};

static void print_control(const struct hsms_header *h, struct text *out) {
    const size_t n_name = sizeof type_names / sizeof *type_names;
    if (h->stype >= n_name || !type_names[h->stype]) {
        text_addf(out, "type %u", (unsigned)h->stype);
        return;
    }
    text_addz(out, type_names[h->stype]);
    if (h->stype == HSMS_SELECT_RSP || h->stype == HSMS_DESELECT_RSP) {
        text_addf(out, " status %u", (unsigned)h->byte3);
    } else if (h->stype == HSMS_REJECT_REQ) {
        text_addf(out, " of type %u reason %u", (unsigned)h->byte2, (unsigned)h->byte3);
    }
}

void hsms_print(const struct hsms_frame *frame, struct text *out) {
    const struct hsms_header *h = &frame->header;
    if (h->stype != HSMS_DATA) {
        print_control(h, out);
        return;
    }
    text_addf(out, "S%uF%u%s", (unsigned)hsms_stream(h), (unsigned)hsms_function(h),
              hsms_wants_reply(h) ? " W" : "");
    struct arena arena;
    arena_init(&arena, MAX_PRINTED_BYTES);
    const struct secs_item *root = NULL;
    maru_error err = {0};
    if (secs_decode(frame->body, frame->n_body, &arena, &root, &err) != MARU_OK) {
        text_addf(out, " (malformed: %s)", err.text);
    } else if (root) {
        text_addz(out, " ");
        secs_print(root, true, out);
    }
    arena_fini(&arena);
}
