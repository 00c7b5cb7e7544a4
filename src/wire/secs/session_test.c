#include "wire/secs/session.h"

#include "base/alloc.h"
#include "base/random.h"
#include "wire/secs/trial_frames.h"

static const int64_t SECOND = 1000000;

// What happens to a session, told as text: `SELECTED `, `<S1F1 `, `>S1F2 `. Time stands still unless moved.
struct trial {
    struct hsms_session *session;
    maru_time now;
    struct text log;
};

static void trial_start(struct trial *t, const struct hsms_settings *settings) {
    *t = (struct trial){.now = 1000 * SECOND};
    maru_error err = {0};
    assert_int_equal(hsms_session_new(settings, &t->session, &err), MARU_OK);
    text_init(&t->log, TRIAL_BYTES);
    text_addz(&t->log, "");
}

static void trial_end(struct trial *t) {
    hsms_session_free(t->session);
    text_fini(&t->log);
}

static struct hsms_settings passive(void) {
    struct hsms_settings set;
    hsms_settings_usual(&set);
    set.device = 1;
    set.linktest_us = 0;
    set.first_system = 100;
    return set;
}

static struct hsms_settings active(void) {
    struct hsms_settings set = passive();
    set.is_active = true;
    return set;
}

static const char *const why_names[] = {"stype", "ptype", "not-open", "not-selected", "other"};

static void show_event(struct trial *t, const struct hsms_event *e) {
    switch (e->kind) {
    case HSMS_CONNECT:
        text_addz(&t->log, "CONNECT ");
        break;
    case HSMS_SELECTED:
        text_addz(&t->log, "SELECTED ");
        break;
    case HSMS_DESELECTED:
        text_addz(&t->log, "DESELECTED ");
        break;
    case HSMS_PRIMARY:
    case HSMS_REPLY:
        text_addf(&t->log, "<S%uF%u", hsms_stream(&e->frame.header),
                  hsms_function(&e->frame.header));
        text_addf(&t->log, e->kind == HSMS_REPLY ? ":%u " : " ", (unsigned)e->token);
        break;
    case HSMS_NO_REPLY:
        text_addf(&t->log, "T3:%u ", (unsigned)e->token);
        break;
    case HSMS_REJECTED:
        text_addf(&t->log, "REJECTED %u", e->frame.header.byte3);
        text_addf(&t->log, e->has_token ? ":%u " : " ", (unsigned)e->token);
        break;
    case HSMS_REFUSED:
        text_addf(&t->log, "REFUSED %s ", why_names[e->why]);
        break;
    case HSMS_CLOSED:
        text_addf(&t->log, "CLOSED %u ", (unsigned)e->end);
        break;
    }
}

// Pulls all events and takes all output.
static void run(struct trial *t) {
    struct hsms_event event;
    while (hsms_session_next(t->session, t->now, &event)) {
        show_event(t, &event);
    }
    struct text room;
    text_init(&room, TRIAL_BYTES);
    struct hsms_frame frame = {0};
    while (trial_take(t->session, &room, &frame)) {
        text_addz(&t->log, ">");
        hsms_print(&frame, &t->log);
        text_addf(&t->log, "#%u ", (unsigned)frame.header.system);
    }
    text_fini(&room);
}

static void expect(struct trial *t, const char *want) {
    run(t);
    if (strcmp(t->log.bytes ? t->log.bytes : "", want) != 0) {
        fail_msg("'%s', want '%s'", t->log.bytes ? t->log.bytes : "", want);
    }
    text_clear(&t->log);
}

static void feed(struct trial *t, const struct hsms_header *header, const void *body, uint32_t n) {
    struct text bytes;
    text_init(&bytes, TRIAL_BYTES);
    hsms_put(&bytes, header, body, n);
    assert_int_equal(
        hsms_session_receive(t->session, (const uint8_t *)bytes.bytes, bytes.n_bytes, t->now, NULL),
        MARU_OK);
    text_fini(&bytes);
}

static void feed_control(struct trial *t, uint8_t stype, uint8_t byte2, uint8_t byte3,
                         uint32_t system) {
    feed(t, &(struct hsms_header){0xFFFF, byte2, byte3, 0, stype, system}, NULL, 0);
}

static void feed_data(struct trial *t, uint8_t stream, uint8_t function, bool wants,
                      uint32_t system) {
    const struct hsms_header header = hsms_data(1, stream, function, wants, system);
    feed(t, &header, NULL, 0);
}

static void ask(struct trial *t, uint8_t stream, uint8_t function, uint64_t token) {
    const struct hsms_message message = {stream, function, NULL, 0};
    assert_int_equal(hsms_session_ask(t->session, t->now, &message, token, NULL, NULL), MARU_OK);
}

// Open and selected, with nothing left to see.
static void start_selected(struct trial *t, const struct hsms_settings *settings) {
    trial_start(t, settings);
    run(t);
    hsms_session_opened(t->session, t->now);
    run(t);
    if (settings->is_active) {
        feed_control(t, HSMS_SELECT_RSP, 0, 0, settings->first_system);
    } else {
        feed_control(t, HSMS_SELECT_REQ, 0, 0, 7);
    }
    run(t);
    assert_true(hsms_session_is_selected(t->session));
    text_clear(&t->log);
}

static void both_ways_to_select(void **state) {
    (void)state;
    struct trial t;
    struct hsms_settings set = passive();
    trial_start(&t, &set);
    expect(&t, "");
    assert_int_equal(hsms_session_deadline(t.session), INT64_MAX);
    hsms_session_opened(t.session, t.now);
    expect(&t, "");
    feed_control(&t, HSMS_SELECT_REQ, 0, 0, 7);
    expect(&t, "SELECTED >Select.rsp status 0#7 ");
    feed_control(&t, HSMS_SELECT_REQ, 0, 0, 8); // once more
    expect(&t, ">Select.rsp status 1#8 ");
    feed_control(&t, HSMS_SEPARATE_REQ, 0, 0, 9);
    expect(&t, "CLOSED 1 ");
    trial_end(&t);

    set = active();
    trial_start(&t, &set);
    expect(&t, "CONNECT ");
    expect(&t, "");
    hsms_session_opened(t.session, t.now);
    expect(&t, ">Select.req#100 ");
    feed_control(&t, HSMS_SELECT_RSP, 0, 0, 100);
    expect(&t, "SELECTED ");
    hsms_session_separate(t.session, t.now);
    expect(&t, "CLOSED 2 >Separate.req#101 ");
    trial_end(&t);
}

static void select_refused(void **state) {
    (void)state;
    for (uint8_t status = 0; status < 4; status++) {
        struct trial t;
        const struct hsms_settings set = active();
        trial_start(&t, &set);
        run(&t);
        hsms_session_opened(t.session, t.now);
        run(&t);
        text_clear(&t.log);
        feed_control(&t, HSMS_SELECT_RSP, 0, status, 100);
        expect(&t, status < 2 ? "SELECTED " : "CLOSED 4 ");
        trial_end(&t);
    }
    struct trial t;
    const struct hsms_settings set = active();
    trial_start(&t, &set);
    hsms_session_opened(t.session, t.now);
    run(&t);
    text_clear(&t.log);
    feed_control(&t, HSMS_REJECT_REQ, HSMS_SELECT_REQ, 1, 100);
    expect(&t, "CLOSED 4 ");
    trial_end(&t);
}

static void replies_in_any_order(void **state) {
    (void)state;
    struct trial t;
    const struct hsms_settings set = passive();
    start_selected(&t, &set);
    ask(&t, 1, 3, 33);
    ask(&t, 1, 1, 11);
    ask(&t, 2, 13, 213);
    expect(&t, ">S1F3 W#100 >S1F1 W#101 >S2F13 W#102 ");
    feed_data(&t, 6, 11, true, 101); // the peer's own number, the same as one of ours
    feed_data(&t, 2, 14, false, 102);
    feed_data(&t, 1, 2, false, 101);
    feed_data(&t, 1, 2, false, 101); // again
    feed_data(&t, 1, 2, false, 100); // not what was asked
    feed_data(&t, 1, 4, false, 100);
    expect(&t, "<S6F11 <S2F14:213 <S1F2:11 REFUSED not-open REFUSED other <S1F4:33 ");
    assert_int_equal(hsms_session_open(t.session), 0);
    ask(&t, 5, 5, 55); // an abort is an answer
    run(&t);
    text_clear(&t.log);
    feed_data(&t, 5, 0, false, 103);
    expect(&t, "<S5F0:55 ");
    uint64_t token = 0;
    ask(&t, 5, 5, 56);
    struct hsms_header header = hsms_data(1, 5, 7, true, 104);
    assert_false(hsms_session_abandon(t.session, &header, &token));
    header.byte3 = 5;
    assert_true(hsms_session_abandon(t.session, &header, &token));
    assert_int_equal(token, 56);
    assert_false(hsms_session_abandon(t.session, &header, &token));
    trial_end(&t);
}

static void as_many_open_as_allowed(void **state) {
    (void)state;
    struct trial t;
    struct hsms_settings set = passive();
    set.max_open = 2;
    start_selected(&t, &set);
    ask(&t, 1, 1, 1);
    ask(&t, 1, 1, 2);
    const struct hsms_message message = {1, 1, NULL, 0};
    maru_error err = {0};
    assert_int_equal(hsms_session_ask(t.session, t.now, &message, 3, NULL, &err), MARU_E_LIMIT);
    feed_data(&t, 1, 2, false, 100);
    run(&t);
    assert_int_equal(hsms_session_ask(t.session, t.now, &message, 3, NULL, &err), MARU_OK);
    trial_end(&t);
}

// What has no place here is answered as E37 says, and the session goes on.
static void refusals(void **state) {
    (void)state;
    struct trial t;
    const struct hsms_settings set = passive();
    trial_start(&t, &set);
    feed_control(&t, HSMS_LINKTEST_REQ, 0, 0, 1); // before anything is open: not heard
    expect(&t, "");
    hsms_session_opened(t.session, t.now);
    feed_control(&t, HSMS_LINKTEST_REQ, 0, 0, 1);
    feed_data(&t, 1, 1, true, 2);
    feed_control(&t, HSMS_DESELECT_REQ, 0, 0, 3);
    feed_control(&t, 8, 0, 0, 4);
    feed(&t, &(struct hsms_header){1, 0x81, 1, 5, 0, 5}, NULL, 0);
    feed_control(&t, HSMS_LINKTEST_RSP, 0, 0, 6);
    feed_control(&t, HSMS_REJECT_REQ, 0, 4, 7);
    expect(&t, "REFUSED not-selected REFUSED stype REFUSED ptype REFUSED not-open REJECTED 4 "
               ">Linktest.rsp#1 >Reject.req of type 0 reason 4#2 >Deselect.rsp status 1#3 "
               ">Reject.req of type 8 reason 1#4 >Reject.req of type 5 reason 2#5 "
               ">Reject.req of type 6 reason 3#6 ");
    const struct hsms_message message = {1, 1, NULL, 0};
    assert_int_equal(hsms_session_ask(t.session, t.now, &message, 3, NULL, NULL), MARU_E_IO);
    assert_int_equal(hsms_session_tell(t.session, &message, NULL), MARU_E_IO);
    trial_end(&t);
}

static void rejected_messages(void **state) {
    (void)state;
    struct trial t;
    const struct hsms_settings set = passive();
    start_selected(&t, &set);
    ask(&t, 1, 1, 5);
    run(&t);
    text_clear(&t.log);
    feed_control(&t, HSMS_REJECT_REQ, 0, 1, 100);
    expect(&t, "REJECTED 1:5 ");
    ask(&t, 1, 1, 6);
    run(&t);
    text_clear(&t.log);
    feed_control(&t, HSMS_REJECT_REQ, 0, HSMS_NOT_SELECTED, 101);
    expect(&t, "REJECTED 4:6 CLOSED 10 "); // it thinks that we are not selected: begin anew
    trial_end(&t);
}

// Each timer is quiet a microsecond before its time and heard at it, and the deadline says when.
static void expect_timer(struct trial *t, int64_t after_us, const char *want) {
    run(t);
    text_clear(&t->log);
    const maru_time from = t->now;
    assert_int_equal(hsms_session_deadline(t->session), from + after_us);
    t->now = from + after_us - 1;
    expect(t, "");
    t->now = from + after_us;
    expect(t, want);
}

static void timers(void **state) {
    (void)state;
    struct trial t;
    struct hsms_settings set = passive();
    start_selected(&t, &set); // T3
    ask(&t, 1, 1, 9);
    expect_timer(&t, 45 * SECOND, "T3:9 ");
    assert_int_equal(hsms_session_deadline(t.session), INT64_MAX);
    feed_data(&t, 1, 2, false, 100); // too late
    expect(&t, "REFUSED not-open ");
    trial_end(&t);

    set = active();
    set.t7_us = 60 * SECOND;
    trial_start(&t, &set); // T5, T6
    run(&t);
    hsms_session_closed(t.session, t.now);
    expect(&t, "CONNECT CLOSED 3 ");
    expect_timer(&t, 10 * SECOND, "CONNECT ");
    hsms_session_opened(t.session, t.now);
    expect_timer(&t, 5 * SECOND, "CLOSED 5 ");
    expect_timer(&t, 10 * SECOND, "CONNECT ");
    trial_end(&t);

    set = passive();
    trial_start(&t, &set); // T7
    hsms_session_opened(t.session, t.now);
    expect_timer(&t, 10 * SECOND, "CLOSED 6 ");
    trial_end(&t);
    start_selected(&t, &set);
    feed_control(&t, HSMS_DESELECT_REQ, 0, 0, 9);
    expect_timer(&t, 10 * SECOND, "CLOSED 6 ");
    trial_end(&t);

    start_selected(&t, &set); // T8
    assert_int_equal(hsms_session_receive(t.session, (const uint8_t *)"\0\0", 2, t.now, NULL),
                     MARU_OK);
    expect_timer(&t, 5 * SECOND, "CLOSED 7 ");
    trial_end(&t);
}

static void linktests(void **state) {
    (void)state;
    struct trial t;
    struct hsms_settings set = passive();
    set.linktest_us = 30 * SECOND;
    start_selected(&t, &set);
    expect_timer(&t, 30 * SECOND, ">Linktest.req#100 ");
    feed_control(&t, HSMS_LINKTEST_RSP, 0, 0, 100);
    expect_timer(&t, 30 * SECOND, ">Linktest.req#101 ");
    feed_control(&t, HSMS_REJECT_REQ, HSMS_LINKTEST_REQ, 1, 101); // it knows none: no more
    expect(&t, "REJECTED 1 ");
    assert_int_equal(hsms_session_deadline(t.session), INT64_MAX);
    trial_end(&t);
    start_selected(&t, &set);
    expect_timer(&t, 30 * SECOND, ">Linktest.req#100 ");
    expect_timer(&t, 5 * SECOND, "CLOSED 5 ");
    trial_end(&t);
}

static void the_peer_goes_away(void **state) {
    (void)state;
    struct trial t;
    const struct hsms_settings set = active();
    start_selected(&t, &set);
    ask(&t, 1, 1, 1);
    run(&t);
    text_clear(&t.log);
    feed_data(&t, 1, 2, false, 101); // arrived whole before the end
    feed_data(&t, 6, 11, true, 5);
    assert_int_equal(hsms_session_receive(t.session, (const uint8_t *)"\0\0\0", 3, t.now, NULL),
                     MARU_OK);
    hsms_session_closed(t.session, t.now);
    expect(&t, "<S1F2:1 <S6F11 CLOSED 0 ");
    assert_int_equal(hsms_session_open(t.session), 0);
    expect_timer(&t, 10 * SECOND, "CONNECT ");
    hsms_session_opened(t.session, t.now);
    expect(&t, ">Select.req#102 ");
    trial_end(&t);
}

static void broken_frames(void **state) {
    (void)state;
    static const uint8_t brief[] = {0, 0, 0, 9};
    static const uint8_t huge[] = {0x7F, 0, 0, 0};
    struct trial t;
    const struct hsms_settings set = passive();
    start_selected(&t, &set);
    assert_int_equal(hsms_session_receive(t.session, brief, 4, t.now, NULL), MARU_OK);
    expect(&t, "CLOSED 8 ");
    trial_end(&t);
    start_selected(&t, &set);
    assert_int_equal(hsms_session_receive(t.session, huge, 4, t.now, NULL), MARU_OK);
    expect(&t, "CLOSED 9 ");
    trial_end(&t);
}

static void devices(void **state) {
    (void)state;
    struct trial t;
    struct hsms_settings set = passive();
    set.device = HSMS_ANY_DEVICE;
    start_selected(&t, &set);
    struct hsms_header header = hsms_data(42, 1, 1, true, 5);
    feed(&t, &header, NULL, 0);
    struct hsms_event event;
    assert_true(hsms_session_next(t.session, t.now, &event));
    assert_false(event.is_other_device);
    assert_int_equal(hsms_session_device(t.session), 42);
    header.session = 43;
    feed(&t, &header, NULL, 0);
    assert_true(hsms_session_next(t.session, t.now, &event));
    assert_true(event.is_other_device);
    trial_end(&t);
}

// One side of a recorded conversation, played by a session of ours: it gets what the other side sent, does
// what its side began, and must send what its side sent. System bytes count up from the same number, so the
// bytes are the same; but for the one data message that our host would not send before it is selected.
static void play(bool is_host) {
    struct trial_talk *talk = trial_talk_open("hsms_control.cap");
    struct hsms_settings set = is_host ? active() : passive();
    set.device = 0;
    uint32_t first = 0;
    while (talk->frame[first].is_remark || talk->frame[first].is_by_host != is_host ||
           !trial_is_primary(&talk->frame[first].frame.header)) {
        first++;
    }
    set.first_system = talk->frame[first].frame.header.system;
    struct trial t;
    trial_start(&t, &set);
    hsms_session_opened(t.session, t.now);
    struct text room;
    text_init(&room, TRIAL_BYTES);
    uint32_t n_skipped = 0;
    for (uint32_t i = 0; i < talk->n; i++) {
        const struct trial_frame *f = &talk->frame[i];
        if (f->is_remark) {
            continue;
        }
        struct hsms_event event;
        if (f->is_by_host != is_host) {
            struct hsms_header header = f->frame.header;
            header.system -= trial_is_primary(&header) ? 0 : n_skipped;
            feed(&t, &header, f->frame.body, f->frame.n_body);
            while (hsms_session_next(t.session, t.now, &event)) {
            }
            continue;
        }
        const uint8_t type = f->frame.header.stype;
        if (type == HSMS_DATA) {
            n_skipped++;
            continue;
        }
        if (type == HSMS_LINKTEST_REQ) {
            hsms_session_linktest(t.session, t.now);
        } else if (type == HSMS_DESELECT_REQ) {
            hsms_session_deselect(t.session, t.now);
        } else if (type == HSMS_SELECT_REQ) {
            hsms_session_select(t.session, t.now);
        } else if (type == HSMS_SEPARATE_REQ) {
            hsms_session_separate(t.session, t.now);
        }
        struct hsms_frame frame = {0};
        if (!trial_take(t.session, &room, &frame)) {
            fail_msg("line %u: nothing sent", f->line);
        }
        frame.header.system += trial_is_primary(&frame.header) ? n_skipped : 0;
        uint8_t told[HSMS_HEADER_BYTES], want[HSMS_HEADER_BYTES];
        hsms_header_bytes(&frame.header, told);
        hsms_header_bytes(&f->frame.header, want);
        assert_memory_equal(told, want, sizeof told);
    }
    size_t n_left = 0;
    (void)hsms_session_output(t.session, &n_left);
    assert_int_equal(n_left, 0);
    assert_int_equal(n_skipped, is_host);
    text_fini(&room);
    trial_end(&t);
    trial_talk_close(talk);
}

static void recorded_control(void **state) {
    (void)state;
    play(true);
    play(false);
}

// The law: however the bytes are cut, the same events and answers.
static void show_stream(const struct trial_talk *talk, uint64_t seed, struct text *out) {
    struct text bytes;
    text_init(&bytes, TRIAL_BYTES);
    for (uint32_t i = 0; i < talk->n; i++) {
        if (!talk->frame[i].is_remark && talk->frame[i].is_by_host) {
            text_add(&bytes, (const char *)talk->frame[i].bytes, talk->frame[i].n);
        }
    }
    struct trial t;
    const struct hsms_settings set = passive();
    trial_start(&t, &set);
    hsms_session_opened(t.session, t.now);
    size_t at = 0;
    for (uint64_t k = 0; at < bytes.n_bytes; k++) {
        size_t n = seed == 0 ? 60000 : 1 + random_at(seed, 1, k).word[0] % (seed * 7);
        n = n < bytes.n_bytes - at ? n : bytes.n_bytes - at;
        assert_int_equal(
            hsms_session_receive(t.session, (const uint8_t *)bytes.bytes + at, n, t.now, NULL),
            MARU_OK);
        struct hsms_event event;
        while (hsms_session_next(t.session, t.now, &event)) {
            show_event(&t, &event);
        }
        at += n;
    }
    run(&t);
    text_add(out, t.log.bytes, t.log.n_bytes);
    trial_end(&t);
    text_fini(&bytes);
}

static void any_split_gives_the_same(void **state) {
    (void)state;
    static const char *const names[] = {"interleaved.cap", "errors.cap", "hsms_control.cap"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct trial_talk *talk = trial_talk_open(names[i]);
        struct text want;
        text_init(&want, TRIAL_BYTES);
        show_stream(talk, 0, &want);
        for (uint64_t seed = 1; seed < 8; seed++) {
            struct text got;
            text_init(&got, TRIAL_BYTES);
            show_stream(talk, seed, &got);
            assert_string_equal(got.bytes, want.bytes);
            text_fini(&got);
        }
        assert_true(want.n_bytes > 50);
        text_fini(&want);
        trial_talk_close(talk);
    }
}

static void bad_settings_and_no_memory(void **state) {
    (void)state;
    struct hsms_session *session = NULL;
    struct hsms_settings set = passive();
    set.t6_us = 0;
    assert_int_equal(hsms_session_new(&set, &session, NULL), MARU_E_USAGE);
    set = passive();
    set.max_open = HSMS_MAX_OPEN + 1;
    assert_int_equal(hsms_session_new(&set, &session, NULL), MARU_E_USAGE);
    set = passive();
    for (uint64_t k = 0; k < 2; k++) {
        alloc_fail_after(k);
        assert_int_equal(hsms_session_new(&set, &session, NULL), MARU_E_MEMORY);
        alloc_fail_after(UINT64_MAX);
    }
    struct trial t;
    trial_start(&t, &set); // no memory for what it has to send
    hsms_session_opened(t.session, t.now);
    feed_control(&t, HSMS_SELECT_REQ, 0, 0, 7);
    alloc_fail_after(0);
    struct hsms_event event;
    assert_true(hsms_session_next(t.session, t.now, &event));
    alloc_fail_after(UINT64_MAX);
    assert_int_equal(event.kind, HSMS_CLOSED);
    assert_int_equal(event.end, HSMS_END_UNSENT);
    assert_true(strlen(hsms_end_text(event.end)) > 0);
    trial_end(&t);
    hsms_session_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_to_select),
        cmocka_unit_test(select_refused),
        cmocka_unit_test(replies_in_any_order),
        cmocka_unit_test(as_many_open_as_allowed),
        cmocka_unit_test(refusals),
        cmocka_unit_test(rejected_messages),
        cmocka_unit_test(timers),
        cmocka_unit_test(linktests),
        cmocka_unit_test(the_peer_goes_away),
        cmocka_unit_test(broken_frames),
        cmocka_unit_test(devices),
        cmocka_unit_test(recorded_control),
        cmocka_unit_test(any_split_gives_the_same),
        cmocka_unit_test(bad_settings_and_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
