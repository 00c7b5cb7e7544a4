#include "wire/secs/equipment.h"

#include "base/alloc.h"
#include "wire/secs/gem.h"
#include "wire/secs/gem_ask.h"
#include "wire/secs/item_text.h"
#include "wire/secs/trial_etch.h"

static const int64_t SECOND = 1000000;

struct trial {
    struct profile *profile;
    struct equipment *tool;
    struct hsms_session *session;
    maru_time now;
    struct trial_log *sent;
    uint32_t n_said[16]; // outputs by kind
};

static void run(struct trial *t) {
    struct equipment_output o;
    while (equipment_next(t->tool, t->now, &o)) {
        t->n_said[o.kind]++;
    }
    trial_collect(t->sent, t->session);
}

static void start(struct trial *t, const char *csv) {
    *t = (struct trial){.now = INT64_C(1767312245000000)}; // 2026-01-02 00:04:05
    t->sent = calloc(1, sizeof *t->sent);
    assert_non_null(t->sent);
    t->profile = trial_profile(csv);
    assert_int_equal(equipment_new(t->profile, &t->tool, NULL), MARU_OK);
    t->session = equipment_session(t->tool);
}

static void end(struct trial *t) {
    trial_log_fini(t->sent);
    free(t->sent);
    equipment_free(t->tool);
    profile_free(t->profile);
}

static void feed(struct trial *t, const struct hsms_header *header, const void *body, uint32_t n) {
    struct text bytes;
    text_init(&bytes, TRIAL_BYTES);
    hsms_put(&bytes, header, body, n);
    size_t at = 0;
    while (at < bytes.n_bytes) {
        const size_t left = bytes.n_bytes - at;
        const size_t piece = left < HSMS_MAX_RECEIVE_BYTES ? left : HSMS_MAX_RECEIVE_BYTES;
        assert_int_equal(hsms_session_receive(t->session, (const uint8_t *)bytes.bytes + at, piece,
                                              t->now, NULL),
                         MARU_OK);
        run(t);
        at += piece;
    }
    text_fini(&bytes);
}

static void say(struct trial *t, uint8_t stream, uint8_t function, uint32_t system,
                const char *item) {
    struct text body;
    text_init(&body, TRIAL_BYTES);
    if (item[0] != '\0') {
        maru_error err = {0};
        if (secs_read_text(item, strlen(item), &body, &err) != MARU_OK) {
            fail_msg("%s: %s", item, err.text);
        }
    }
    const struct hsms_header header = hsms_data(1, stream, function, function % 2 == 1, system);
    feed(t, &header, body.bytes, (uint32_t)body.n_bytes);
    text_fini(&body);
}

static uint32_t expect_sent(struct trial *t, const char *want) {
    uint32_t i = 0;
    while (i < t->sent->n_sent && t->sent->sent[i].is_taken) {
        i++;
    }
    if (i == t->sent->n_sent) {
        fail_msg("nothing sent, want '%s'", want);
    }
    struct text got;
    text_init(&got, TRIAL_BYTES);
    hsms_print(&t->sent->sent[i].frame, &got);
    if (strcmp(got.bytes, want) != 0) {
        fail_msg("sent '%s', want '%s'", got.bytes, want);
    }
    text_fini(&got);
    t->sent->sent[i].is_taken = true;
    return t->sent->sent[i].frame.header.system;
}

static void expect_nothing_sent(const struct trial *t) {
    for (uint32_t i = 0; i < t->sent->n_sent; i++) {
        if (!t->sent->sent[i].is_taken) {
            fail_msg("sent S%uF%u", hsms_stream(&t->sent->sent[i].frame.header),
                     hsms_function(&t->sent->sent[i].frame.header));
        }
    }
}

static void communicate(struct trial *t) {
    hsms_session_opened(t->session, t->now);
    feed(t, &(struct hsms_header){0xFFFF, 0, 0, 0, HSMS_SELECT_REQ, 1}, NULL, 0);
    (void)expect_sent(t, "Select.rsp status 0");
    say(t, 1, 14, expect_sent(t, "S1F13 W <L [2] <A \"MARU-ETCH\"> <A \"1.2.0\">>"),
        "<L <B 0x00> <L>>");
    assert_true(equipment_is_communicating(t->tool));
}

#define PLAIN ETCH_TOOL "setting,,linktest,,,,,0,,\nsetting,,device,,,,,1,,\n"

// ---- what it answers

struct asked {
    uint8_t stream, function;
    const char *item, *answer;
};

static const struct asked asked[] = {
    {1, 3, "<L <U4 1002> <A \"9\">>", "S1F4 <L [2] <B 0x05> <L [0]>>"},
    {1, 3, "<L <L>>", "S9F7"},
    {1, 3, "<A \"x\">", "S9F7"},
    {1, 11, "<L <U1 9>>", "S1F12 <L [1] <L [3] <U1 9> <A> <A>>>"},
    {1, 17, "", "S1F18 <B 0x02>"},
    {1, 99, "", "S9F5"},
    {2, 15, "<L <L <U4 6001> <A \"x\">>>", "S2F16 <B 0x03>"},
    {2, 15, "<L <L <U4 2001> <F4 1>>>", "S2F16 <B 0x01>"}, // no constant
    {2, 15, "<L <U4 6001>>", "S9F7"},
    {2, 25, "", "S2F26"},
    {2, 31, "<A \"20260102\">", "S2F32 <B 0x01>"},
    {2, 31, "<U4 1>", "S9F7"},
    {2, 33, "<L <U4 0> <L <L <U4 1>>>>", "S9F7"},
    {2, 33, "<L <U4 0> <L <L <U4 1> <L <L>>>>>", "S9F7"},
    {2, 35, "<L <U4 0> <L <L <U4 4001> <U4 1>>>>", "S9F7"},
    {2, 37, "<L <BOOLEAN TRUE> <U4 1>>", "S9F7"},
    {2, 37, "<L <U1 1> <L <A \"4001\">>>", "S2F38 <B 0x00>"}, // quirks of a host
    {2, 23, "<L <U4 1> <A \"006100\"> <U4 1> <U4 1> <L>>", "S2F24 <B 0x03>"},
    {2, 23, "<L <U4 1> <A \"000001\"> <U4 2> <U4 0> <L>>", "S2F24 <B 0x05>"},
    {2, 41, "<L <A \"START\"> <L <L <A \"X\"> <U1 1>>>>",
     "S2F42 <L [2] <B 0x03> <L [1] <L [2] <A \"X\"> <B 0x01>>>>"},
    {2, 41, "<L <A \"START\"> <L <U1 1>>>", "S9F7"},
    {2, 49, "<L <U4 0> <A> <A \"STOP\"> <L>>", "S2F50 <L [2] <B 0x04> <L [0]>>"},
    {2, 43, "<L <L <U1 1> <L>>>", "S2F44 <L [2] <B 0x01> <L [0]>>"},
    {2, 43, "<L <L <U1 6> <L>>>", "S2F44 <L [2] <B 0x00> <L [0]>>"},
    {5, 3, "<L <B 0x80> <U4>>", "S5F4 <B 0x00>"},
    {5, 3, "<L <B 0x80> <U4 7>>", "S5F4 <B 0x01>"},
    {5, 5, "<U4 501 9>",
     "S5F6 <L [2] <L [3] <B 0x04> <U4 501> <A \"Chamber pressure above limit\">> <L [3] <B> <U4 9> "
     "<A>>>"},
    {5, 5, "<L <L>>", "S9F7"},
    {5, 7, "", "S5F8 <L [0]>"},
    {6, 15, "<U4 77>", "S6F16 <L [3] <U4 0> <U4 77> <L [0]>>"},
    {6, 19, "<U4 77>", "S6F20 <L [0]>"},
    {6, 23, "<U1 0>", "S6F24 <B 0x02>"},
    {6, 23, "<U1 7>", "S9F7"},
    {7, 1, "<L <A \"P\"> <U4 100>>", "S7F2 <B 0x00>"},
    {7, 5, "<A \"P\">", "S7F6 <L [0]>"},
    {7, 17, "<L <A \"P\">>", "S7F18 <B 0x04>"},
    {7, 19, "", "S7F20 <L [0]>"},
    {10, 5, "<L <B 0x00> <L <A \"a\"> <A \"b\">>>", "S10F6 <B 0x00>"},
    {10, 3, "<L <B 0x07> <A \"a\">>", "S10F4 <B 0x02>"},
    {14, 1, "<L>", "S9F3"},
};

static void answers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct trial t;
        start(&t, PLAIN);
        communicate(&t);
        say(&t, asked[i].stream, asked[i].function, 1000, asked[i].item);
        if (asked[i].answer[1] == '9') {
            char want[128];
            snprintf(want, sizeof want,
                     "%s <B 0x00 0x01 0x%02X 0x%02X 0x00 0x00 0x00 0x00 0x03 0xE8>",
                     asked[i].answer, (unsigned)(asked[i].stream | 0x80), asked[i].function);
            (void)expect_sent(&t, want);
        } else {
            assert_int_equal(expect_sent(&t, asked[i].answer), 1000);
        }
        expect_nothing_sent(&t);
        end(&t);
    }
}

static void programs(void **state) {
    (void)state;
    struct trial t;
    start(&t, PLAIN);
    communicate(&t);
    say(&t, 7, 3, 1, "<L <A \"P1\"> <B 0x01 0x02>>");
    say(&t, 7, 3, 2, "<L <A \"P2\"> <A \"body\">>");
    say(&t, 7, 3, 3, "<L <A \"P1\"> <B 0x03>>"); // again: the later one counts
    for (int i = 0; i < 3; i++) {
        (void)expect_sent(&t, "S7F4 <B 0x00>");
    }
    say(&t, 7, 19, 4, "");
    (void)expect_sent(&t, "S7F20 <L [2] <A \"P2\"> <A \"P1\">>");
    say(&t, 7, 5, 5, "<A \"P1\">");
    (void)expect_sent(&t, "S7F6 <L [2] <A \"P1\"> <B 0x03>>");
    say(&t, 7, 17, 6, "<L <A \"P2\"> <A \"P9\">>"); // one of them is not there: none goes
    (void)expect_sent(&t, "S7F18 <B 0x04>");
    say(&t, 7, 17, 7, "<L <A \"P2\">>");
    (void)expect_sent(&t, "S7F18 <B 0x00>");
    say(&t, 7, 19, 8, "");
    (void)expect_sent(&t, "S7F20 <L [1] <A \"P1\">>");
    say(&t, 7, 17, 9, "<L>");
    (void)expect_sent(&t, "S7F18 <B 0x00>");
    say(&t, 7, 19, 10, "");
    (void)expect_sent(&t, "S7F20 <L [0]>");
    assert_int_equal(t.n_said[EQUIPMENT_PROGRAM], 3);
    end(&t);
}

// A report that goes takes its links with it, and those behind it stay what they are.
static void reports_and_links(void **state) {
    (void)state;
    struct trial t;
    start(&t, PLAIN);
    communicate(&t);
    say(&t, 2, 33, 1,
        "<L <U4 0> <L <L <U4 1> <L <U4 2001>>> <L <U4 2> <L <U4 2002>>> <L <U4 3> <L <U4 "
        "2003>>>>>");
    (void)expect_sent(&t, "S2F34 <B 0x00>");
    say(&t, 2, 35, 2, "<L <U4 0> <L <L <U4 4001> <L <U4 1> <U4 2> <U4 3>>>>>");
    (void)expect_sent(&t, "S2F36 <B 0x00>");
    say(&t, 2, 35, 3, "<L <U4 0> <L <L <U4 4001> <L <U4 1>>>>>");
    (void)expect_sent(&t, "S2F36 <B 0x03>");
    say(&t, 2, 33, 4, "<L <U4 0> <L <L <U4 2> <L>>>>");
    (void)expect_sent(&t, "S2F34 <B 0x00>");
    say(&t, 2, 37, 5, "<L <BOOLEAN TRUE> <L>>");
    (void)expect_sent(&t, "S2F38 <B 0x00>");
    assert_int_equal(equipment_fire(t.tool, profile_event_at(t.profile, "4001"), NULL), MARU_OK);
    run(&t);
    (void)expect_sent(&t, "S6F11 W <L [3] <U4 1> <U4 4001> <L [2] <L [2] <U4 1> <L [1] <F4 12.5>>> "
                          "<L [2] <U4 3> <L [1] <U1 1>>>>>");
    end(&t);
}

// While the link is down, what the host wants spooled is kept; it comes before what is newer.
static void spools(void **state) {
    (void)state;
    struct trial t;
    start(&t, PLAIN);
    communicate(&t);
    say(&t, 2, 43, 1, "<L <L <U1 6> <L>>>");
    (void)expect_sent(&t, "S2F44 <L [2] <B 0x00> <L [0]>>");
    say(&t, 2, 37, 2, "<L <BOOLEAN TRUE> <L <U4 4001> <U4 4002> <U4 4003>>>");
    (void)expect_sent(&t, "S2F38 <B 0x00>");
    say(&t, 5, 3, 3, "<L <B 0x80> <U4>>");
    (void)expect_sent(&t, "S5F4 <B 0x00>");
    hsms_session_closed(t.session, t.now);
    run(&t);
    const uint32_t first = profile_event_at(t.profile, "4001");
    assert_int_equal(equipment_fire(t.tool, first, NULL), MARU_OK);
    assert_int_equal(equipment_fire(t.tool, first + 1, NULL), MARU_OK);
    assert_int_equal(equipment_alarm(t.tool, 0, true, NULL), MARU_OK); // not of a spooled stream
    assert_int_equal(equipment_n_spooled(t.tool), 2);
    communicate(&t);
    assert_int_equal(equipment_fire(t.tool, first + 2, NULL), MARU_OK);
    run(&t);
    expect_nothing_sent(&t);
    assert_int_equal(equipment_n_spooled(t.tool), 3);
    say(&t, 6, 23, 4, "<U1 0>");
    (void)expect_sent(&t, "S6F24 <B 0x00>");
    (void)expect_sent(&t, "S6F11 W <L [3] <U4 1> <U4 4001> <L [0]>>");
    (void)expect_sent(&t, "S6F11 W <L [3] <U4 1> <U4 4002> <L [0]>>");
    (void)expect_sent(&t, "S6F11 W <L [3] <U4 1> <U4 4003> <L [0]>>");
    assert_int_equal(equipment_fire(t.tool, first, NULL), MARU_OK);
    run(&t);
    (void)expect_sent(&t, "S6F11 W <L [3] <U4 1> <U4 4001> <L [0]>>");
    end(&t);
}

static void traces(void **state) {
    (void)state;
    struct trial t;
    start(&t, PLAIN);
    communicate(&t);
    say(&t, 2, 23, 1, "<L <U4 1> <A \"00000050\"> <U4 5> <U4 2> <L <U4 2001> <U4 2003>>>");
    (void)expect_sent(&t, "S2F24 <B 0x00>");
    expect_nothing_sent(&t);
    for (uint32_t k = 1; k <= 5; k++) {
        assert_int_equal(equipment_deadline(t.tool), t.now + SECOND / 2);
        t.now += SECOND / 2;
        run(&t);
    }
    (void)expect_sent(&t,
                      "S6F1 <L [4] <U4 1> <U4 2> <A \"2026010200040600\"> <L [4] <F4 12.5> <U1 1> "
                      "<F4 12.5> <U1 1>>>");
    (void)expect_sent(&t,
                      "S6F1 <L [4] <U4 1> <U4 4> <A \"2026010200040700\"> <L [4] <F4 12.5> <U1 1> "
                      "<F4 12.5> <U1 1>>>");
    (void)expect_sent(&t, "S6F1 <L [4] <U4 1> <U4 5> <A \"2026010200040750\"> <L [2] <F4 12.5> <U1 "
                          "1>>>"); // the last, though the group is not full
    assert_int_equal(equipment_deadline(t.tool), INT64_MAX);
    say(&t, 2, 23, 2, "<L <U4 1> <A \"000001\"> <U4 5> <U4 1> <L <U4 2001>>>");
    say(&t, 2, 23, 3, "<L <U4 1> <A \"000001\"> <U4 0> <U4 1> <L>>");
    t.now += 10 * SECOND;
    run(&t);
    (void)expect_sent(&t, "S2F24 <B 0x00>");
    (void)expect_sent(&t, "S2F24 <B 0x00>");
    expect_nothing_sent(&t);
    end(&t);
}

static void control_states(void **state) {
    (void)state;
    struct trial t;
    start(&t, PLAIN);
    communicate(&t);
    say(&t, 1, 15, 1, "");
    (void)expect_sent(&t, "S1F16 <B 0x00>");
    say(&t, 1, 3, 2, "<L>"); // off-line: nothing but S1F13 and S1F17
    (void)expect_sent(&t, "S1F0");
    say(&t, 1, 17, 3, "");
    (void)expect_sent(&t, "S1F18 <B 0x00>");
    assert_int_equal(equipment_switch(t.tool, EQUIPMENT_OFFLINE, NULL), MARU_OK);
    say(&t, 1, 17, 4, "");
    (void)expect_sent(&t, "S1F18 <B 0x01>");
    assert_int_equal(equipment_switch(t.tool, EQUIPMENT_ATTEMPTS_ONLINE, NULL), MARU_OK);
    run(&t);
    say(&t, 1, 0, expect_sent(&t, "S1F1 W"), "");
    assert_int_equal(equipment_control_state(t.tool), EQUIPMENT_OFFLINE);
    assert_int_equal(equipment_switch(t.tool, EQUIPMENT_ATTEMPTS_ONLINE, NULL), MARU_OK);
    run(&t);
    say(&t, 1, 2, expect_sent(&t, "S1F1 W"), "<L>");
    assert_int_equal(equipment_control_state(t.tool), EQUIPMENT_REMOTE);
    assert_int_equal(equipment_switch(t.tool, EQUIPMENT_HOST_OFFLINE, NULL), MARU_E_USAGE);
    end(&t);
}

static void raises_a_timeout(void **state) {
    (void)state;
    struct trial t;
    start(&t, PLAIN);
    communicate(&t);
    assert_int_equal(equipment_say(t.tool, 0, "hello", NULL), MARU_OK);
    run(&t);
    (void)expect_sent(&t, "S10F1 W <L [2] <B 0x00> <A \"hello\">>");
    t.now += 45 * SECOND;
    run(&t);
    (void)expect_sent(&t, "S9F9 <B 0x00 0x01 0x8A 0x01 0x00 0x00 0x00 0x00 0x00 0x02>");
    assert_int_equal(t.n_said[EQUIPMENT_NO_REPLY], 1);
    end(&t);
}

static void no_memory(void **state) {
    (void)state;
    struct profile *profile = trial_profile(PLAIN);
    maru_status st = MARU_E_MEMORY;
    for (uint64_t k = 0; st != MARU_OK; k++) {
        struct equipment *tool = NULL;
        alloc_fail_after(k);
        st = equipment_new(profile, &tool, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_true(st == MARU_OK || (st == MARU_E_MEMORY && !tool));
        assert_true(k < 200);
        equipment_free(tool);
    }
    profile_free(profile);
}

// ---- our host and our equipment, both ends of one line

static size_t carry(struct hsms_session *from, struct hsms_session *to, maru_time now) {
    size_t n = 0;
    const uint8_t *bytes = hsms_session_output(from, &n);
    n = n < 1000 ? n : 1000; // in pieces, so that frames are cut
    if (n > 0) {
        assert_int_equal(hsms_session_receive(to, bytes, n, now, NULL), MARU_OK);
        hsms_session_sent(from, n);
    }
    return n;
}

struct line {
    struct gem_host *host;
    struct equipment *tool;
    maru_time now;
    struct text log;
};

static void move(struct line *line) {
    size_t n = 1;
    while (n > 0) {
        struct gem_output o;
        struct equipment_output said;
        while (gem_host_next(line->host, line->now, &o)) {
            if (o.kind == GEM_EVENT) {
                text_addf(&line->log, "%s:%s:%s ", o.name, o.lot, o.substrate);
            } else if (o.kind == GEM_SAMPLE) {
                text_addf(&line->log, "%s ", o.name);
            } else if (o.kind == GEM_READY || o.kind == GEM_PROBLEM || o.kind == GEM_GAP) {
                text_addf(&line->log, "%s%d ",
                          o.kind == GEM_READY ? "READY"
                          : o.kind == GEM_GAP ? "GAP"
                                              : "PROBLEM",
                          (int)o.code);
            } else if (o.kind == GEM_ALARM) {
                text_addf(&line->log, "ALARM:%s ", o.text);
            }
        }
        while (equipment_next(line->tool, line->now, &said)) {
        }
        n = carry(gem_host_session(line->host), equipment_session(line->tool), line->now) +
            carry(equipment_session(line->tool), gem_host_session(line->host), line->now);
    }
}

static void expect_line(struct line *line, const char *want) {
    move(line);
    if (strcmp(line->log.bytes ? line->log.bytes : "", want) != 0) {
        fail_msg("'%s', want '%s'", line->log.bytes ? line->log.bytes : "", want);
    }
    text_clear(&line->log);
    text_addz(&line->log, "");
}

static void host_and_equipment(void **state) {
    (void)state;
    struct profile *h =
        trial_profile(ETCH_HOST "setting,,active,,,,,yes,,\nsetting,,device,,,,,1,,\n"
                                "trace,T,,,,2001,,1,1,2\n");
    struct profile *e = trial_profile(PLAIN);
    struct line line = {.now = 50 * SECOND};
    text_init(&line.log, TRIAL_BYTES);
    assert_int_equal(gem_host_new(h, &line.host, NULL), MARU_OK);
    assert_int_equal(equipment_new(e, &line.tool, NULL), MARU_OK);
    move(&line);
    hsms_session_opened(gem_host_session(line.host), line.now);
    hsms_session_opened(equipment_session(line.tool), line.now);
    expect_line(&line, "READY0 ");
    assert_int_equal(gem_host_control(line.host), GEM_ONLINE);
    assert_int_equal(
        equipment_set(line.tool, profile_variable_at(e, "2004"), "\x41\x02L9", 4, NULL), MARU_OK);
    assert_int_equal(equipment_fire(line.tool, profile_event_at(e, "4001"), NULL), MARU_OK);
    assert_int_equal(equipment_fire(line.tool, profile_event_at(e, "4101"), NULL), MARU_OK); // off
    expect_line(&line, "Clock LotId LotStarted:L9: ");
    assert_int_equal(equipment_alarm(line.tool, 1, true, NULL), MARU_OK);
    expect_line(&line, "ALARM:Door is open ");
    line.now += SECOND;
    expect_line(&line, "ChamberPressure ");
    assert_int_equal(equipment_switch(line.tool, EQUIPMENT_LOCAL, NULL), MARU_OK);
    expect_line(&line, "ControlStateLocal:: ");
    assert_int_equal(gem_host_control(line.host), GEM_LOCAL);
    // The host wants events kept; the line breaks, and what happened meanwhile comes afterwards.
    struct text body;
    text_init(&body, 100);
    const uint8_t stream = 6;
    gem_put_spooled(&body, &stream, 1);
    assert_int_equal(gem_host_ask(line.host, 2, 43, &body, 1, NULL), MARU_OK);
    text_fini(&body);
    expect_line(&line, "");
    hsms_session_closed(gem_host_session(line.host), line.now);
    hsms_session_closed(equipment_session(line.tool), line.now);
    expect_line(&line, "GAP1 ");
    assert_int_equal(equipment_fire(line.tool, profile_event_at(e, "4003"), NULL), MARU_OK);
    line.now += 10 * SECOND;
    expect_line(&line, "");
    hsms_session_opened(gem_host_session(line.host), line.now);
    hsms_session_opened(equipment_session(line.tool), line.now);
    expect_line(&line, "READY0 GAP0 Clock LotId LotDone:L9: ");
    gem_host_free(line.host);
    equipment_free(line.tool);
    profile_free(h);
    profile_free(e);
    text_fini(&line.log);
}

// ---- recorded conversations: our equipment in the place of theirs

// What the tool measured is taken from their answers; all else must come out by itself.
static bool is_measured(const char *id) {
    static const char *const ids[] = {"2001", "2003", "2004", "2007"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (strcmp(ids[i], id) == 0) {
            return true;
        }
    }
    return false;
}

static void set_item(struct trial *t, uint32_t variable, const struct secs_item *item) {
    struct text bytes;
    text_init(&bytes, TRIAL_BYTES);
    secs_put_item(&bytes, item);
    assert_int_equal(equipment_set(t->tool, variable, bytes.bytes, bytes.n_bytes, NULL), MARU_OK);
    text_fini(&bytes);
}

// The clock of the tool stood at this text.
static void set_now(struct trial *t, const struct secs_item *text) {
    maru_time at = 0;
    if (secs_is_text(text) && gem_time_read(text->bytes, text->n, &at) && text->n == 16) {
        t->now = at > t->now ? at : t->now;
    }
}

static void prepare_status(struct trial *t, const struct secs_item *ids,
                           const struct secs_item *values, bool sets_clock) {
    for (uint32_t i = 0; i < values->n; i++) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        if (ids && ids->n > 0) {
            assert_true(profile_id_of(secs_child(ids, i), id));
        } else {
            snprintf(id, sizeof id, "%s", t->profile->variable[i].id);
        }
        if (is_measured(id)) {
            set_item(t, profile_variable_at(t->profile, id), secs_child(values, i));
        } else if (strcmp(id, "1001") == 0 && sets_clock) {
            set_now(t, secs_child(values, i));
        }
    }
}

static const struct trial_frame *reply_to(const struct trial_talk *talk, uint32_t i) {
    for (uint32_t k = i + 1; k < talk->n; k++) {
        const struct trial_frame *f = &talk->frame[k];
        if (!f->is_remark && !f->is_by_host && f->frame.header.stype == HSMS_DATA &&
            f->frame.header.system == talk->frame[i].frame.header.system &&
            !trial_is_primary(&f->frame.header)) {
            return f;
        }
    }
    return NULL;
}

static void prepare(struct trial *t, const struct trial_talk *talk, uint32_t i,
                    struct arena *arena) {
    const struct hsms_frame *frame = &talk->frame[i].frame;
    const int sf = hsms_stream(&frame->header) * 100 + hsms_function(&frame->header);
    const struct trial_frame *reply =
        frame->header.stype == HSMS_DATA && (sf == 103 || sf == 217) ? reply_to(talk, i) : NULL;
    const struct secs_item *ids = NULL;
    if (!reply || secs_decode(frame->body, frame->n_body, arena, &ids, NULL) != MARU_OK) {
        return;
    }
    const struct secs_item *values = trial_decode(reply->frame.body, reply->frame.n_body, arena);
    if (sf == 217) {
        set_now(t, values);
    } else {
        // In `clock` the host has set the tool's clock, which then runs on by itself.
        maru_time at = 0;
        const bool is_set =
            secs_is_text(secs_child(values, 0)) &&
            gem_time_read(secs_child(values, 0)->bytes, secs_child(values, 0)->n, &at) &&
            at < INT64_C(1767400000000000);
        if (is_set && secs_child(values, 0)->n == 16) {
            t->now += 90000; // the hundredths that had gone by
        }
        prepare_status(t, ids, values, !is_set);
    }
}

// Sets the variables to what their event shows, and fires it.
static void fire_as_they(struct trial *t, const struct secs_item *root) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    assert_true(profile_id_of(secs_child(root, 1), id));
    const uint32_t event = profile_event_at(t->profile, id);
    const enum profile_meaning means = t->profile->event[event].means;
    const struct secs_item *reports = secs_child(root, 2);
    for (uint32_t i = 0; i < reports->n; i++) {
        const struct secs_item *values = secs_child(secs_child(reports, i), 1);
        for (uint32_t k = 0; k < values->n; k++) {
            // A time of the day is the tool's clock, whatever else is a variable with a value of that kind.
            set_now(t, secs_child(values, k));
        }
    }
    run(t);
    if (means == MEANS_LOCAL || means == MEANS_REMOTE || means == MEANS_OFFLINE) {
        int64_t control = 0;
        const struct secs_item *value = secs_child(secs_child(secs_child(reports, 0), 1), 0);
        assert_true(secs_integer(value, 0, &control));
        assert_int_equal(equipment_switch(t->tool, (enum equipment_control)control, NULL), MARU_OK);
    } else {
        assert_int_equal(equipment_fire(t->tool, event, NULL), MARU_OK);
    }
}

// Which variables a report of theirs has, by what the host had defined: id and variables of each S2F33.
struct defined {
    uint32_t n;
    struct {
        char id[PROFILE_MAX_ID_BYTES + 1];
        uint32_t n, variable[8];
    } report[32];
};

static void note_reports(struct trial *t, struct defined *defined, const struct secs_item *root) {
    const struct secs_item *list = secs_child(root, 1);
    for (uint32_t i = 0; list && i < list->n; i++) {
        const struct secs_item *row = secs_child(list, i);
        const struct secs_item *ids = secs_child(row, 1);
        if (!ids || ids->n == 0 || ids->n > 8 || defined->n == 32) {
            continue;
        }
        assert_true(profile_id_of(secs_child(row, 0), defined->report[defined->n].id));
        for (uint32_t k = 0; k < ids->n; k++) {
            char id[PROFILE_MAX_ID_BYTES + 1];
            assert_true(profile_id_of(secs_child(ids, k), id));
            defined->report[defined->n].variable[k] = profile_variable_at(t->profile, id);
        }
        defined->report[defined->n++].n = ids->n;
    }
}

static void set_reported(struct trial *t, const struct defined *defined,
                         const struct secs_item *reports) {
    for (uint32_t i = 0; i < reports->n; i++) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        assert_true(profile_id_of(secs_child(secs_child(reports, i), 0), id));
        const struct secs_item *values = secs_child(secs_child(reports, i), 1);
        for (uint32_t r = 0; r < defined->n; r++) {
            for (uint32_t k = 0; strcmp(defined->report[r].id, id) == 0 &&
                                 k < defined->report[r].n && k < values->n;
                 k++) {
                const uint32_t v = defined->report[r].variable[k];
                if (v != PROFILE_NONE && t->profile->variable[v].means != MEANS_CLOCK) {
                    set_item(t, v, secs_child(values, k));
                }
            }
            if (strcmp(defined->report[r].id, id) == 0) {
                break; // the first definition counts, later ones were refused
            }
        }
    }
}

// What theirs began is begun here, unless ours has done so already.
static void begin_as_they(struct trial *t, const struct trial_frame *f, struct defined *defined,
                          struct arena *arena) {
    const struct hsms_header *h = &f->frame.header;
    const int sf = hsms_stream(h) * 100 + hsms_function(h);
    int64_t code = 0;
    if (h->stype == HSMS_LINKTEST_REQ) {
        hsms_session_linktest(t->session, t->now);
    } else if (h->stype == HSMS_SEPARATE_REQ) {
        hsms_session_separate(t->session, t->now);
    }
    if (h->stype != HSMS_DATA || sf == 113 || hsms_stream(h) == 9) {
        t->now += sf == 909 ? 2 * SECOND : 0;
        run(t);
        return;
    }
    const struct secs_item *root = trial_decode(f->frame.body, f->frame.n_body, arena);
    if (sf == 611) {
        set_reported(t, defined, secs_child(root, 2));
        fire_as_they(t, root);
    } else if (sf == 501) {
        char id[PROFILE_MAX_ID_BYTES + 1];
        assert_true(secs_integer(secs_child(root, 0), 0, &code));
        assert_true(profile_id_of(secs_child(root, 1), id));
        assert_int_equal(
            equipment_alarm(t->tool, profile_alarm_at(t->profile, id), code >= 128, NULL), MARU_OK);
    } else if (sf == 101 && equipment_control_state(t->tool) == EQUIPMENT_OFFLINE) {
        assert_int_equal(equipment_switch(t->tool, EQUIPMENT_ATTEMPTS_ONLINE, NULL), MARU_OK);
    } else {
        struct text body;
        text_init(&body, TRIAL_BYTES);
        if (root) {
            secs_put_item(&body, root);
        }
        assert_int_equal(equipment_tell(t->tool, hsms_stream(h), hsms_function(h),
                                        hsms_wants_reply(h), &body, NULL),
                         MARU_OK);
        text_fini(&body);
    }
    run(t);
}

struct conversation {
    const char *name, *extra;
    uint32_t but[10]; // lines of theirs that ours does not say so
};

#define OFF "setting,,linktest,,,,,0,,\nsetting,,open,,,,,64,,\nsetting,,control,,,,,3,,\n"
#define OPEN OFF "setting,,answer off-line,,,,,yes,,\nsetting,,terminals,,,,,2,,\n"
#define DEVICE_1 OPEN "setting,,device,,,,,1,,\n"

static const struct conversation conversations[] = {
    {"establish", OPEN "setting,,device,,,,,0,,\n", {0}},
    {"establish_equipment_active",
     OPEN "setting,,active,,,,,yes,,\nsetting,,device,,,,,7,,\n",
     {0}},
    {"are_you_there", DEVICE_1, {0}},
    {"status", DEVICE_1, {0}},
    {"constants", DEVICE_1, {0}},
    {"clock", DEVICE_1, {0}},
    {"events", DEVICE_1, {0}},
    {"remote_command", DEVICE_1, {45}}, // ours names the parameter that is wrong
    {"terminal", DEVICE_1, {0}},
    {"online_offline", DEVICE_1, {0}},
    {"trace", DEVICE_1, {10, 11, 12, 15}}, // the values are their chamber's
    // Stream 12 is not known at all here; an unknown alarm is listed as such (E5) and not aborted; the
    // system bytes in S9F9 are ours.
    {"errors", DEVICE_1 "setting,,t3,,,,,2,,\n", {17, 25, 29}},
    {"loopback", DEVICE_1, {0}},
    {"interleaved", DEVICE_1, {42, 60, 69}}, // theirs lists an alarm as set once S5F2 has come
    {"reconnect", DEVICE_1, {0}},
};

// S1F3 and S5F5 are given when theirs has answered it: theirs takes its time on purpose, ours does not.
static bool is_status_request(const struct trial_frame *f) {
    return !f->is_remark && f->is_by_host && f->frame.header.stype == HSMS_DATA &&
           ((f->frame.header.byte2 == 0x81 && f->frame.header.byte3 == 3) ||
            (f->frame.header.byte2 == 0x85 && f->frame.header.byte3 == 5));
}

static void feed_status_request(struct trial *t, const struct trial_talk *talk, uint32_t reply,
                                struct arena *arena) {
    for (uint32_t i = 0; i < reply; i++) {
        const struct trial_frame *f = &talk->frame[i];
        if (is_status_request(f) && reply_to(talk, i) == &talk->frame[reply]) {
            prepare(t, talk, i, arena);
            feed(t, &f->frame.header, f->frame.body, f->frame.n_body);
        }
    }
}

static bool is_left_out(const struct conversation *c, uint32_t line) {
    for (size_t i = 0; i < sizeof c->but / sizeof *c->but; i++) {
        if (c->but[i] == line) {
            return true;
        }
    }
    return false;
}

static void play(const struct conversation *c) {
    char file[64];
    char csv[8192];
    snprintf(file, sizeof file, "%s.cap", c->name);
    snprintf(csv, sizeof csv, "%s%s", ETCH_TOOL, c->extra);
    struct trial_talk *talk = trial_talk_open(file);
    struct trial t;
    struct arena arena;
    struct defined defined = {0};
    arena_init(&arena, TRIAL_BYTES);
    start(&t, csv);
    t.now = INT64_C(1795291920000000); // 2026-11-21 20:12, shortly before the recording
    run(&t);
    for (uint32_t i = 0; i < talk->n; i++) {
        const struct trial_frame *f = &talk->frame[i];
        struct hsms_header header = f->frame.header;
        if (f->is_remark) {
            if (hsms_session_is_selected(t.session)) {
                hsms_session_closed(t.session, t.now);
                run(&t);
            }
            t.now += 20 * SECOND;
            run(&t);
            t.sent->n_map = 0;
            hsms_session_opened(t.session, t.now);
            run(&t);
        } else if (is_status_request(f) && reply_to(talk, i)) {
            continue;
        } else if (f->is_by_host) {
            prepare(&t, talk, i, &arena);
            const struct secs_item *root = NULL;
            if (header.stype == 0 && header.byte2 == 0x82 && header.byte3 == 33 &&
                secs_decode(f->frame.body, f->frame.n_body, &arena, &root, NULL) == MARU_OK) {
                note_reports(&t, &defined, root);
            }
            if (trial_is_primary(&header) || trial_map(t.sent, &header.system)) {
                feed(&t, &header, f->frame.body, f->frame.n_body);
            }
        } else if (!is_left_out(c, f->line)) {
            feed_status_request(&t, talk, i, &arena);
            if (trial_is_primary(&header) && trial_find(t.sent, &f->frame) == t.sent->n_sent) {
                begin_as_they(&t, f, &defined, &arena);
            }
            trial_match(t.sent, f);
        }
    }
    arena_fini(&arena);
    end(&t);
    trial_talk_close(talk);
}

static void recorded_conversations(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++) {
        play(&conversations[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(programs),
        cmocka_unit_test(reports_and_links),
        cmocka_unit_test(spools),
        cmocka_unit_test(traces),
        cmocka_unit_test(control_states),
        cmocka_unit_test(raises_a_timeout),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(host_and_equipment),
        cmocka_unit_test(recorded_conversations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
