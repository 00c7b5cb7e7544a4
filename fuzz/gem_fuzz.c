#include "target.h"

#include "wire/secs/equipment.h"
#include "wire/secs/gem.h"

// Messages of any kind and content to our host and to our equipment, which both communicate already.
//
// The first byte chooses who listens; then each message is: stream and W, function (with bit 7: a reply to
// the last of ours), length (2 bytes), body. Properties: a primary that wants an answer gets one that
// carries its system bytes, or S9; one that wants none gets none; whatever is sent has a whole item or
// nothing in it; each request of the host comes back once, at the latest when the connection ends.

enum { MAX_BYTES = 1 << 26, MAX_MESSAGES = 200 };

static const char table[] =
    "row,id,name,kind,unit,list,means,value,low,high\n"
    "setting,,linktest,,,,,0,,\nsetting,,device,,,,,1,,\nsetting,,model,,,,,M,,\n"
    "variable,1,Clock,SV,,,clock,,,\nvariable,2,P,SV,Pa,,,<F4 "
    "1.5>,,\nvariable,R,Rcp,DV,,,recipe,,,\n"
    "variable,3,L,SV,,,lot,<L <U1 1> <A>>,,\nvariable,4,C,EC,,,,<U4 5>,0,9\n"
    "variable,5,S,SV,,,control state,,,\n"
    "report,1,,,,1 2,,,,\nreport,2,,,,3 R 5,,,,\nevent,1,a,,,1 2,lot "
    "start,,,\nevent,2,b,,,2,remote,,,\n"
    "alarm,1,hot,4,,,,,,\ntrace,1,,,,1 2,,1,1,5\ncommand,,GO,,,A B,,1,,\n";

struct trial {
    bool is_host;
    struct gem_host *host;
    struct equipment *tool;
    struct hsms_session *session;
    maru_time now;
    uint32_t last;             // system bytes of our last primary
    uint32_t n_reply, n_error; // sent since the last message
    uint32_t wanted;           // system bytes of the message
    uint64_t n_asked, n_back;
};

static void look_at_frame(struct trial *t, const struct hsms_frame *frame) {
    struct arena arena;
    arena_init(&arena, MAX_BYTES);
    const struct secs_item *root = NULL;
    must(secs_decode(frame->body, frame->n_body, &arena, &root, NULL) == MARU_OK);
    arena_fini(&arena);
    if (frame->header.stype != HSMS_DATA) {
        return;
    }
    if (hsms_function(&frame->header) % 2 == 0) {
        must(!hsms_wants_reply(&frame->header) && frame->header.system == t->wanted);
        t->n_reply++;
    } else if (hsms_stream(&frame->header) == 9) {
        t->n_error++;
    } else {
        t->last = frame->header.system;
    }
}

static void pull(struct trial *t) {
    if (t->is_host) {
        struct gem_output o;
        while (gem_host_next(t->host, t->now, &o)) {
            t->n_back += o.kind == GEM_REPLY;
            must(o.id && o.name && o.text && o.lot && o.recipe && o.substrate && o.location);
        }
    } else {
        struct equipment_output o;
        while (equipment_next(t->tool, t->now, &o)) {
            if (o.kind == EQUIPMENT_COMMAND) {
                must(equipment_fire(t->tool, 0, NULL) == MARU_OK);
            }
        }
    }
    size_t n = 0;
    const uint8_t *bytes = hsms_session_output(t->session, &n);
    while (n > 0) {
        struct hsms_frame frame;
        size_t n_used = 0;
        must(hsms_next(bytes, n, 1 << 24, &frame, &n_used, NULL) == MARU_OK);
        look_at_frame(t, &frame);
        hsms_session_sent(t->session, n_used);
        bytes = hsms_session_output(t->session, &n);
    }
}

static void feed(struct trial *t, const struct hsms_header *header, const void *body, uint32_t n) {
    struct text bytes;
    text_init(&bytes, MAX_BYTES);
    hsms_put(&bytes, header, body, n);
    for (size_t at = 0; at < bytes.n_bytes; at += HSMS_MAX_RECEIVE_BYTES) {
        const size_t left = bytes.n_bytes - at;
        must(hsms_session_receive(t->session, (const uint8_t *)bytes.bytes + at,
                                  left < HSMS_MAX_RECEIVE_BYTES ? left : HSMS_MAX_RECEIVE_BYTES,
                                  t->now, NULL) == MARU_OK);
        pull(t);
    }
    text_fini(&bytes);
}

static void start(struct trial *t, const struct profile *profile) {
    if (t->is_host) {
        must(gem_host_new(profile, &t->host, NULL) == MARU_OK);
        t->session = gem_host_session(t->host);
    } else {
        must(equipment_new(profile, &t->tool, NULL) == MARU_OK);
        t->session = equipment_session(t->tool);
    }
    pull(t);
    hsms_session_opened(t->session, t->now);
    feed(t, &(struct hsms_header){0xFFFF, 0, 0, 0, HSMS_SELECT_REQ, 9}, NULL, 0);
    const struct hsms_header s1f14 = hsms_data(1, 1, 14, false, t->last);
    feed(t, &s1f14, "\x01\x02\x21\x01\x00\x01\x00", 7);
}

static void one_message(struct trial *t, uint8_t first, uint8_t second, const uint8_t *body,
                        uint32_t n, uint32_t system) {
    const bool is_reply = (second & 0x80) != 0 && second % 2 == 0;
    const bool wants = (first & 0x80) != 0 && second % 2 == 1;
    const struct hsms_header header =
        hsms_data(1, first, second & 0x7F, wants, is_reply ? t->last : system);
    const bool is_primary = hsms_function(&header) % 2 == 1;
    t->n_reply = t->n_error = 0;
    t->wanted = header.system;
    feed(t, &header, body, n);
    if (is_primary && hsms_stream(&header) != 9) {
        must(t->n_reply <= (wants ? 1U : 0U));
        must(!wants || t->n_reply + t->n_error == 1);
    } else {
        must(t->n_reply == 0 || hsms_stream(&header) == 9);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    struct profile *profile = NULL;
    must(profile_read(table, sizeof table - 1, &profile, NULL) == MARU_OK);
    struct trial t = {.is_host = (bytes[0] & 1) != 0, .now = INT64_C(1700000000000000)};
    start(&t, profile);
    const uint8_t step = bytes[0] >> 1;
    bytes++;
    n--;
    for (uint32_t k = 0; n >= 4 && k < MAX_MESSAGES; k++) {
        uint32_t n_body = (uint32_t)bytes[2] << 8 | bytes[3];
        n_body = n_body < n - 4 ? n_body : (uint32_t)(n - 4);
        one_message(&t, bytes[0], bytes[1], bytes + 4, n_body, 0x80000000U + k);
        bytes += 4 + n_body;
        n -= 4 + n_body;
        t.wanted = 0;
        t.now += (maru_time)step * 10000;
        if (t.is_host && k % 3 == 0 && gem_host_ask(t.host, 1, 3, NULL, k, NULL) == MARU_OK) {
            t.n_asked++;
        }
        pull(&t);
        must((t.is_host ? gem_host_deadline(t.host) : equipment_deadline(t.tool)) > t.now);
    }
    hsms_session_closed(t.session, t.now);
    pull(&t);
    must(t.n_back == t.n_asked);
    gem_host_free(t.host);
    equipment_free(t.tool);
    profile_free(profile);
    return 0;
}
