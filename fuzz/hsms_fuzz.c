#include "target.h"

#include "base/text.h"
#include "wire/secs/session.h"

#include <string.h>

// What a peer may send on one connection, in one piece and cut up.
//
// The first byte chooses the side, what we have asked before, and the size of the pieces; the rest is what
// comes. Properties: any split gives the same events and the same bytes to send; what we send are whole
// frames with nothing but answers to what came; a reply closes one transaction; no event is left when the
// session says so, and its deadline then lies ahead.

enum { MAX_BYTES = 1 << 26, N_ASKED = 3, NOW = 1000000 };

static void show_event(const struct hsms_event *event, struct text *out) {
    text_addf(out, "%d %d %d %llu ", (int)event->kind, (int)event->why, (int)event->end,
              (unsigned long long)event->token);
    if (event->kind == HSMS_PRIMARY || event->kind == HSMS_REPLY) {
        hsms_print(&event->frame, out);
    }
    text_addz(out, "\n");
}

static void pull(struct hsms_session *session, struct text *out) {
    struct hsms_event event;
    uint32_t n_open = hsms_session_open(session);
    while (hsms_session_next(session, NOW, &event)) {
        show_event(&event, out);
        const uint32_t n_now = hsms_session_open(session);
        must(event.kind != HSMS_REPLY || (event.has_token && n_now < n_open));
        n_open = n_now;
    }
    must(hsms_session_deadline(session) > NOW);
}

static void take_output(struct hsms_session *session, struct text *out) {
    size_t n = 0;
    const uint8_t *bytes = hsms_session_output(session, &n);
    while (n > 0) {
        struct hsms_frame frame;
        size_t n_used = 0;
        must(hsms_next(bytes, n, 1 << 20, &frame, &n_used, NULL) == MARU_OK);
        hsms_print(&frame, out);
        text_addf(out, "#%u\n", (unsigned)frame.header.system);
        hsms_session_sent(session, n_used);
        bytes = hsms_session_output(session, &n);
    }
}

static void play(uint8_t how, const uint8_t *bytes, size_t n, size_t n_piece, struct text *out) {
    struct hsms_settings set;
    hsms_settings_usual(&set);
    set.is_active = (how & 1) != 0;
    set.max_frame_bytes = 1 << 12;
    struct hsms_session *session = NULL;
    must(hsms_session_new(&set, &session, NULL) == MARU_OK);
    pull(session, out);
    hsms_session_opened(session, NOW);
    pull(session, out);
    bool has_asked = (how & 2) == 0;
    for (size_t at = 0; at < n;) {
        const size_t n_now = n - at < n_piece ? n - at : n_piece;
        must(hsms_session_receive(session, bytes + at, n_now, NOW, NULL) == MARU_OK);
        pull(session, out);
        at += n_now;
        // Where the pieces differ, asking may not: it is done before or after all of it.
        if (!has_asked && at == n && hsms_session_is_selected(session)) {
            has_asked = true;
            const struct hsms_message message = {1, 1, NULL, 0};
            for (uint64_t k = 0; k < N_ASKED; k++) {
                must(hsms_session_ask(session, NOW, &message, k, NULL, NULL) == MARU_OK);
            }
            must(hsms_session_receive(session, bytes, n < 4096 ? n : 4096, NOW, NULL) == MARU_OK);
            pull(session, out);
        }
    }
    take_output(session, out);
    hsms_session_closed(session, NOW);
    pull(session, out);
    must(hsms_session_open(session) == 0 && !hsms_session_is_selected(session));
    must(out->status == MARU_OK);
    hsms_session_free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    struct text whole, split;
    text_init(&whole, MAX_BYTES);
    text_init(&split, MAX_BYTES);
    play(bytes[0], bytes + 1, n - 1, HSMS_MAX_RECEIVE_BYTES, &whole);
    play(bytes[0], bytes + 1, n - 1, (size_t)(bytes[0] >> 2) + 1, &split);
    must(whole.n_bytes == split.n_bytes && memcmp(whole.bytes, split.bytes, whole.n_bytes) == 0);
    text_fini(&whole);
    text_fini(&split);
    return 0;
}
