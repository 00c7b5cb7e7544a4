// HSMS frames (SEMI E37): 4 bytes of length, a header of 10, then the body of a data message.
//
//     bytes 0-1  session: the device id, FFFF in control messages
//     byte  2    data: bit 7 a reply is wanted, bits 0-6 the stream; Reject.req: what was refused
//     byte  3    data: the function; *.rsp: status; Reject.req: reason
//     byte  4    PType, 0 for SECS-II
//     byte  5    SType, enum hsms_type
//     bytes 6-9  system bytes: a reply carries those of its primary
#ifndef WIRE_SECS_HSMS_H
#define WIRE_SECS_HSMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"

enum hsms_type {
    HSMS_DATA = 0,
    HSMS_SELECT_REQ = 1,
    HSMS_SELECT_RSP = 2,
    HSMS_DESELECT_REQ = 3,
    HSMS_DESELECT_RSP = 4,
    HSMS_LINKTEST_REQ = 5,
    HSMS_LINKTEST_RSP = 6,
    HSMS_REJECT_REQ = 7,
    HSMS_SEPARATE_REQ = 9,
};

enum hsms_reason { // of Reject.req
    HSMS_NO_SUCH_STYPE = 1,
    HSMS_NO_SUCH_PTYPE = 2,
    HSMS_NOT_OPEN = 3,
    HSMS_NOT_SELECTED = 4,
};

enum {
    HSMS_LENGTH_BYTES = 4,
    HSMS_HEADER_BYTES = 10,
    HSMS_CONTROL_SESSION = 0xFFFF,
    HSMS_MAX_FRAME_BYTES = 1 << 26, // the most that a frame limit may be set to
};

struct hsms_header {
    uint16_t session;
    uint8_t byte2, byte3;
    uint8_t ptype, stype;
    uint32_t system;
};

struct hsms_frame {
    struct hsms_header header;
    const uint8_t *body; // (n_body), in the input
    uint32_t n_body;
};

// Of a data message.
static inline uint8_t hsms_stream(const struct hsms_header *header) { return header->byte2 & 0x7F; }
static inline uint8_t hsms_function(const struct hsms_header *header) { return header->byte3; }
static inline bool hsms_wants_reply(const struct hsms_header *header) {
    return (header->byte2 & 0x80) != 0;
}
static inline struct hsms_header hsms_data(uint16_t session, uint8_t stream, uint8_t function,
                                           bool wants_reply, uint32_t system) {
    return (struct hsms_header){session,   (uint8_t)((stream & 0x7F) | (wants_reply ? 0x80 : 0)),
                                function,  0,
                                HSMS_DATA, system};
}

// Take one frame from the start of the bytes.
//   in      max_bytes: the most that may follow the length bytes, 10 to HSMS_MAX_FRAME_BYTES
//   out     *frame, *n_used
//   errors  MARU_MORE: not whole yet; MARU_E_INPUT: shorter than a header; MARU_E_LIMIT: too long. Both as
//           soon as the length is there, and nothing behind it can be read any more
MARU_MUST_USE maru_status hsms_next(const uint8_t *bytes, size_t n, uint32_t max_bytes,
                                    struct hsms_frame *frame, size_t *n_used, maru_error *err);

// The header's bytes, as S9Fx messages carry them.
void hsms_header_bytes(const struct hsms_header *header, uint8_t out[HSMS_HEADER_BYTES]);
struct hsms_header hsms_header_read(const uint8_t bytes[HSMS_HEADER_BYTES]);

// Append a frame.
void hsms_put(struct text *out, const struct hsms_header *header, const void *body,
              uint32_t n_body);

// Append the frame as a line for a log: `S1F3 W <L [1] <U4 1001>>`, `Select.rsp status 0`; long items are
// shown short, a broken body as `(malformed: why)`.
void hsms_print(const struct hsms_frame *frame, struct text *out);

#endif
