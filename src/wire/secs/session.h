// One HSMS-SS connection (SEMI E37, E37.1) as a state machine without sockets or clock.
//
// Bytes, the connection's ups and downs and the time go in; bytes to send and events come out. Events are
// pulled: after each call that puts something in, call hsms_session_next until it says false, then send
// what hsms_session_output shows, and sleep until hsms_session_deadline. A port that many tools connect to
// is one session for each connection.
//
//     down --CONNECT, opened--> up --Select--> selected --Separate, Tn, closed--> down     CLOSED says why
//
// A transaction is known by who opened it and its system bytes, so that replies may come in any order and
// both sides may use the same numbers.
#ifndef WIRE_SECS_SESSION_H
#define WIRE_SECS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "maru/status.h"
#include "wire/secs/hsms.h"

enum {
    HSMS_ANY_DEVICE = 0xFFFF, // take the device id of the peer's first data message; 0 until then
    HSMS_MAX_OPEN = 1024,     // transactions of ours that wait for a reply
    HSMS_MAX_RECEIVE_BYTES = 1 << 16, // in one call
    HSMS_MAX_UNSENT_BYTES = 1 << 27,
};

struct hsms_settings {
    bool is_active; // opens the connection and selects; else both are the peer's
    uint16_t device;
    int64_t t3_us;       // reply
    int64_t t5_us;       // between two attempts to connect
    int64_t t6_us;       // reply to a control message
    int64_t t7_us;       // not selected
    int64_t t8_us;       // between two bytes of a frame
    int64_t linktest_us; // between two linktests of ours; 0 for none
    uint32_t max_frame_bytes;
    uint32_t max_open;     // 1 to HSMS_MAX_OPEN
    uint32_t first_system; // system bytes of our first message
};

enum hsms_event_kind {
    HSMS_CONNECT,    // active: open a connection now, then call opened or closed
    HSMS_SELECTED,   // data may flow
    HSMS_DESELECTED, // and no more; the connection stays
    HSMS_PRIMARY,    // a message of the peer's own: frame
    HSMS_REPLY,      // to ours with `token`: frame
    HSMS_NO_REPLY,   // T3 is over for ours with `token`: frame.header, no body
    HSMS_REJECTED, // the peer rejected: frame is its Reject.req; token and has_token where it was data
    HSMS_REFUSED, // we refused or ignored what came: frame, why
    HSMS_CLOSED,  // the connection is over: send what is left, close it; all that was open is lost
};

enum hsms_why { // of HSMS_REFUSED
    HSMS_WHY_STYPE,
    HSMS_WHY_PTYPE,
    HSMS_WHY_NOT_OPEN, // a reply to nothing that is open: too late, or never asked for
    HSMS_WHY_NOT_SELECTED,
    HSMS_WHY_OTHER_REPLY, // a reply whose stream or function does not fit; the transaction stays open
};

enum hsms_end { // of HSMS_CLOSED
    HSMS_END_BY_PEER,
    HSMS_END_SEPARATED, // by the peer
    HSMS_END_BY_US,
    HSMS_END_NO_CONNECTION, // it could not be opened
    HSMS_END_NOT_SELECTED,  // the peer refused to select
    HSMS_END_T6,
    HSMS_END_T7,
    HSMS_END_T8,
    HSMS_END_BAD_FRAME, // length below a header's
    HSMS_END_LONG_FRAME,
    HSMS_END_OUT_OF_STEP, // the peer says that we are not selected
    HSMS_END_UNSENT,      // the peer takes nothing, or there is no memory
    N_HSMS_END
};

struct hsms_event {
    enum hsms_event_kind kind;
    maru_time at_us;
    struct hsms_frame frame; // memory: the session's, until its next call
    uint64_t token;
    bool has_token;
    bool is_other_device; // the message names a device that is not ours
    enum hsms_why why;
    enum hsms_end end;
};

struct hsms_session;

// E37's typical values: T3 45 s, T5 10 s, T6 5 s, T7 10 s, T8 5 s; passive, any device, a linktest a minute.
void hsms_settings_usual(struct hsms_settings *settings);

// A session that is down.
//   memory  *out is the caller's, hsms_session_free
//   errors  MARU_E_USAGE: a setting out of range; MARU_E_MEMORY
MARU_MUST_USE maru_status hsms_session_new(const struct hsms_settings *settings,
                                           struct hsms_session **out, maru_error *err);
void hsms_session_free(struct hsms_session *session);

// Other times, longest frame and device from here on: of a session that began before it was known which tool it is with. Who opens
// the connection and max_open stay.
//   errors  MARU_E_USAGE: a setting out of range; all is as it was
MARU_MUST_USE maru_status hsms_session_change(struct hsms_session *session,
                                              const struct hsms_settings *settings,
                                              maru_error *err);

// The connection is open; it is closed, or could not be opened. Times never go back.
void hsms_session_opened(struct hsms_session *session, maru_time now_us);
void hsms_session_closed(struct hsms_session *session, maru_time now_us);

// Bytes that came, at most HSMS_MAX_RECEIVE_BYTES a call; copied.
//   errors  MARU_E_LIMIT: too many, or the events of earlier calls were not pulled; MARU_E_MEMORY.
//           Nothing is taken
MARU_MUST_USE maru_status hsms_session_receive(struct hsms_session *session, const uint8_t *bytes,
                                               size_t n, maru_time now_us, maru_error *err);

// The next event; false when there is none before more bytes or a later time.
MARU_MUST_USE bool hsms_session_next(struct hsms_session *session, maru_time now_us,
                                     struct hsms_event *event);

// When hsms_session_next must be called again if nothing happens; INT64_MAX for never.
maru_time hsms_session_deadline(const struct hsms_session *session);

// Bytes to send, and how many were sent.
//   memory  the session's, until its next call
const uint8_t *hsms_session_output(const struct hsms_session *session, size_t *n);
void hsms_session_sent(struct hsms_session *session, size_t n);

struct hsms_message {
    uint8_t stream, function;
    const void *body; // (n_body)
    uint32_t n_body;
};

// Send a primary that wants a reply; REPLY, NO_REPLY or REJECTED will bring the token back, or CLOSED ends it.
//   out     *system, its system bytes (may be NULL)
//   errors  MARU_E_IO: not selected; MARU_E_LIMIT: max_open are open, or too much is unsent
MARU_MUST_USE maru_status hsms_session_ask(struct hsms_session *session, maru_time now_us,
                                           const struct hsms_message *message, uint64_t token,
                                           uint32_t *system, maru_error *err);

// Send a primary that wants none. Answer one of the peer's (its session id and system bytes are taken
// over). Errors as above.
MARU_MUST_USE maru_status hsms_session_tell(struct hsms_session *session,
                                            const struct hsms_message *message, maru_error *err);
MARU_MUST_USE maru_status hsms_session_answer(struct hsms_session *session,
                                              const struct hsms_header *primary,
                                              const struct hsms_message *message, maru_error *err);

// Wait no longer for the reply to ours with this stream, function and system bytes.
//   out  its token; false where none is open
bool hsms_session_abandon(struct hsms_session *session, const struct hsms_header *primary,
                          uint64_t *token);

// Control messages of ours. Each does nothing where it has no place: separate and deselect need a selected
// session, linktest an open connection and none under way.
void hsms_session_separate(struct hsms_session *session, maru_time now_us);
void hsms_session_deselect(struct hsms_session *session, maru_time now_us);
void hsms_session_select(struct hsms_session *session, maru_time now_us);
void hsms_session_linktest(struct hsms_session *session, maru_time now_us);

bool hsms_session_is_selected(const struct hsms_session *session);
uint32_t hsms_session_open(const struct hsms_session *session); // transactions of ours
uint16_t hsms_session_device(const struct hsms_session *session);

// Why a connection ended, in a few words.
//   memory  static
const char *hsms_end_text(enum hsms_end end);

#endif
