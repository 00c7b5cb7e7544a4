#include "wire/secs/equipment.h"

#include "base/alloc.h"
#include "wire/secs/gem.h"
#include "wire/secs/gem_ask.h"
#include "wire/secs/trial_tool.h"

static const int64_t SECOND = 1000000;

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
