#include "wire/secs/gem.h"

#include "base/alloc.h"
#include "wire/secs/gem_ask.h"
#include "wire/secs/trial_host.h"

static void expect_log(struct trial *t, const char *want) {
    if (strcmp(t->log.bytes ? t->log.bytes : "", want) != 0) {
        fail_msg("'%s', want '%s'", t->log.bytes ? t->log.bytes : "", want);
    }
    text_clear(&t->log);
}

// The next frame of ours that was not looked at, as text; gives its system bytes.
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

static void select_as_passive(struct trial *t) {
    hsms_session_opened(t->session, t->now);
    feed(t, &(struct hsms_header){0xFFFF, 0, 0, 0, HSMS_SELECT_REQ, 1}, NULL, 0);
    (void)expect_sent(t, "Select.rsp status 0");
}

// ---- the set-up

#define SMALL                                                                                      \
    "row,id,name,kind,unit,list,means,value,low,high\nsetting,,device,,,,,1,,\n"                   \
    "setting,,linktest,,,,,0,,\n"                                                                  \
    "variable,10,P,SV,Pa,,,,,\nvariable,RCP,R,SV,,,recipe,,,\nvariable,12,Lot,SV,,,lot,,,\n"       \
    "variable,13,Slot,SV,,,substrate,,,\nvariable,14,Port,SV,,,location,,,\n"                      \
    "variable,15,Ctl,SV,,,control state,,,\n"                                                      \
    "report,1,,,,10 RCP,,,,\nreport,2,,,,12 13 14,,,,\nreport,3,,,,15,,,,\n"                       \
    "event,100,Start,,,1 2,lot start,,,\nevent,101,Alone,,,,,,,\nevent,102,Move,,,2,move,,,\n"     \
    "event,103,Ctl,,,3,,,,\n"                                                                      \
    "trace,7,,,,10 12,,0.5,2,10\nalarm,9,Too hot,4,,,,,,\n"

static void answer(struct trial *t, const char *sent, uint8_t stream, uint8_t function,
                   const char *item) {
    say(t, stream, function, false, expect_sent(t, sent), item);
}

static void start_ready(struct trial *t, const char *csv) {
    start(t, csv);
    select_as_passive(t);
    answer(t, "S1F13 W <L [0]>", 1, 14, "<L <B 0x00> <L <A \"X\"> <A \"1\">>>");
    answer(t, "S1F1 W", 1, 2, "<L>");
    text_clear(&t->log);
    text_addz(&t->log, "");
}

static void sets_up_a_tool(void **state) {
    (void)state;
    struct trial t;
    start(&t, SMALL "setting,,set clock,,,,,yes,,\n");
    select_as_passive(&t);
    answer(&t, "S1F13 W <L [0]>", 1, 14, "<L <B 0x00> <L>>");
    answer(&t, "S1F17 W", 1, 18, "<B 0x00>");
    answer(&t, "S2F31 W <A \"2026010200040500\">", 2, 32, "<B 0x00>");
    answer(&t, "S2F37 W <L [2] <BOOLEAN FALSE> <L [0]>>", 2, 38, "<B 0x00>");
    answer(&t, "S2F33 W <L [2] <U4 0> <L [0]>>", 2, 34, "<B 0x00>");
    answer(&t,
           "S2F33 W <L [2] <U4 0> <L [3] <L [2] <U4 1> <L [2] <U4 10> <A \"RCP\">>> <L [2] <U4 2> "
           "<L [3] <U4 12> <U4 13> <U4 14>>> <L [2] <U4 3> <L [1] <U4 15>>>>>",
           2, 34, "<B 0x00>");
    answer(&t, "S2F35 W <L [2] <U4 0> <L [1] <L [2] <U4 100> <L [2] <U4 1> <U4 2>>>>>", 2, 36,
           "<B 0x04>");
    answer(&t,
           "S2F35 W <L [2] <U4 0> <L [2] <L [2] <U4 102> <L [1] <U4 2>>> <L [2] <U4 103> <L [1] "
           "<U4 3>>>>>",
           2, 36, "<U1 0>"); // some answer with U1
    answer(&t, "S2F37 W <L [2] <BOOLEAN TRUE> <L [4] <U4 100> <U4 101> <U4 102> <U4 103>>>", 2, 38,
           "<B 0x00>");
    answer(&t, "S5F3 W <L [2] <B 0x80> <U4>>", 5, 4, "<B 0x00>");
    answer(&t, "S2F23 W <L [5] <U4 7> <A \"00000050\"> <U4 10> <U4 2> <L [2] <U4 10> <U4 12>>>", 2,
           24, "<B 0x00>");
    answer(&t, "S6F23 W <U1 0>", 6, 0, "");
    expect_log(&t, "COMMUNICATION 1\nCONTROL 2 on-line\n"
                   "PROBLEM S2F36 4 at least one event does not exist\nREADY 1\n");
    expect_nothing_sent(&t);
    end(&t);
}

// Quirks of a tool are settings of its table.
static void quirks(void **state) {
    (void)state;
    struct trial t;
    start(&t, SMALL "setting,,id kind,,,,,U2,,\nsetting,,data id kind,,,,,U1,,\n"
                    "setting,,reports a message,,,,,2,,\nsetting,,clear reports,,,,,no,,\n"
                    "setting,,go online,,,,,no,,\nsetting,,name in s1f13,,,,,yes,,\n"
                    "setting,,model,,,,,M,,\nsetting,,version,,,,,V,,\n"
                    "setting,,enable all events,,,,,yes,,\nsetting,,enable alarms,,,,,no,,\n"
                    "setting,,ask for spooled,,,,,no,,\nsetting,,command,,,,,49,,\n");
    select_as_passive(&t);
    answer(&t, "S1F13 W <L [2] <A \"M\"> <A \"V\">>", 1, 14, "<L <B 0x00> <L>>");
    answer(&t, "S1F1 W", 1, 2, "<L>");
    answer(&t,
           "S2F33 W <L [2] <U1 0> <L [2] <L [2] <U2 1> <L [2] <U2 10> <A \"RCP\">>> <L [2] <U2 2> "
           "<L [3] <U2 12> <U2 13> <U2 14>>>>>",
           2, 34, "<B 0x00>");
    answer(&t, "S2F33 W <L [2] <U1 0> <L [1] <L [2] <U2 3> <L [1] <U2 15>>>>>", 2, 34, "<B 0x00>");
    answer(&t, "S2F35 W <L [2] <U1 0> <L [1] <L [2] <U2 100> <L [2] <U2 1> <U2 2>>>>>", 2, 36,
           "<B 0x00>");
    answer(&t,
           "S2F35 W <L [2] <U1 0> <L [2] <L [2] <U2 102> <L [1] <U2 2>>> <L [2] <U2 103> <L [1] "
           "<U2 3>>>>>",
           2, 36, "<B 0x00>");
    answer(&t, "S2F37 W <L [2] <BOOLEAN TRUE> <L [0]>>", 2, 38, "<B 0x00>");
    answer(&t, "S2F23 W <L [5] <U2 7> <A \"00000050\"> <U4 10> <U4 2> <L [2] <U2 10> <U2 12>>>", 2,
           24, "<B 0x00>");
    expect_log(&t, "COMMUNICATION 1\nCONTROL 2 on-line\nREADY 0\n");
    struct text body;
    text_init(&body, 1000);
    const struct gem_named_value speed = {"SPEED", (const uint8_t *)"\xA5\x01\x03", 3};
    gem_put_command(&body, t.profile, "START", &speed, 1);
    assert_int_equal(gem_host_ask(t.host, 2, 49, &body, 5, NULL), MARU_OK);
    run(&t);
    answer(&t, "S2F49 W <L [4] <U1 0> <A> <A \"START\"> <L [1] <L [2] <A \"SPEED\"> <U1 3>>>>", 2,
           50, "<L <B 0x03> <L>>");
    expect_log(&t, "REPLY S2F50 3 #5 outcome 0 at least one parameter is invalid\n");
    text_fini(&body);
    end(&t);
}

static void waits_for_a_tool_off_line(void **state) {
    (void)state;
    struct trial t;
    start(&t, SMALL);
    select_as_passive(&t);
    answer(&t, "S1F13 W <L [0]>", 1, 14, "<L <B 0x00> <L>>");
    answer(&t, "S1F17 W", 1, 18, "<B 0x01>");
    expect_log(&t, "COMMUNICATION 1\nPROBLEM S1F18 1 not allowed\nCONTROL 1 off-line\n");
    assert_int_equal(gem_host_deadline(t.host), t.now + 60000000);
    t.now += 60000000; // it is asked again
    run(&t);
    answer(&t, "S1F17 W", 1, 0, "");
    expect_log(&t, "PROBLEM S1F18 aborted by the equipment\n");
    say(&t, 1, 1, true, 77, ""); // it tries to go on-line: so must we
    assert_int_equal(expect_sent(&t, "S1F2 <L [0]>"), 77);
    answer(&t, "S1F17 W", 1, 18, "<B 0x02>");
    expect_log(&t, "CONTROL 2 on-line\n");
    (void)expect_sent(&t, "S2F37 W <L [2] <BOOLEAN FALSE> <L [0]>>");
    end(&t);
}

static void communications_from_either_side(void **state) {
    (void)state;
    struct trial t;
    start(&t, SMALL QUIET);
    select_as_passive(&t);
    answer(&t, "S1F13 W <L [0]>", 1, 14, "<L <B 0x01> <L>>"); // denied: again later
    expect_log(&t, "PROBLEM S1F14 1 communications are not established yet\n");
    assert_int_equal(gem_host_deadline(t.host), t.now + 10000000);
    t.now += 10000000;
    run(&t);
    const uint32_t system = expect_sent(&t, "S1F13 W <L [0]>");
    say(&t, 1, 13, true, 5, "<L <A \"X\"> <A \"1\">>"); // the tool's own crosses it
    assert_int_equal(expect_sent(&t, "S1F14 <L [2] <B 0x00> <L [0]>>"), 5);
    (void)expect_sent(&t, "S1F1 W");
    expect_log(&t, "COMMUNICATION 1\n");
    say(&t, 1, 14, false, system, "<L <B 0x01> <L>>"); // no matter now
    expect_log(&t, "");
    assert_true(gem_host_is_communicating(t.host));
    t.now += 45000000;
    run(&t); // T3 of S1F1
    expect_log(&t, "PROBLEM S1F2 no reply in time (T3)\n");
    end(&t);
}

static void a_tool_without_s1f13(void **state) {
    (void)state;
    struct trial t;
    start(&t, SMALL QUIET);
    select_as_passive(&t);
    const uint32_t system = expect_sent(&t, "S1F13 W <L [0]>");
    struct hsms_header header = hsms_data(1, 1, 13, true, system);
    uint8_t bytes[12] = {0x21, 10};
    hsms_header_bytes(&header, bytes + 2);
    header = hsms_data(1, 9, 5, false, 900);
    feed(&t, &header, bytes, sizeof bytes);
    expect_log(&t, "PROBLEM S9F5 unknown function\nCOMMUNICATION 1\n");
    end(&t);
}

// ---- what a tool says

static void events_have_names(void **state) {
    (void)state;
    struct trial t;
    start_ready(&t, SMALL QUIET);
    say(&t, 6, 11, true, 50,
        "<L <U4 1> <U2 100> <L <L <U1 1> <L <F4 1.5> <A \"R7\">>> <L <A \"2\"> <L <A \"LOT-1\"> "
        "<U1 3> <A \"LP2\">>>>>");
    (void)expect_sent(&t,
                      "S2F37 W <L [2] <BOOLEAN TRUE> <L [4] <U4 100> <U4 101> <U4 102> <U4 103>>>");
    assert_int_equal(expect_sent(&t, "S6F12 <B 0x00>"), 50);
    expect_log(&t, "SAMPLE P[0]=1.5\nSAMPLE R[0]=R7\nSAMPLE Lot[0]=LOT-1\nSAMPLE Slot[0]=3\n"
                   "SAMPLE Port[0]=LP2\nEVENT 100 Start (lot start) LOT-1/3/R7 5\n");
    say(&t, 6, 11, false, 51, "<L <U4 1> <U4 999> <L <L <U4 55> <L <U1 1>>>>>"); // unknown, no W
    expect_log(&t, "PROBLEM S6F11 a report is not as the table of the tool has it\n"
                   "EVENT 999  () // 1\n");
    say(&t, 6, 13, true, 52,
        "<L <U4 1> <U4 102> <L <L <U4 2> <L <L <U4 12> <A \"L9\">> <L <U4 10> <F8 2.5>>>>>>");
    (void)expect_sent(&t, "S6F14 <B 0x00>");
    expect_log(&t, "SAMPLE Lot[0]=L9\nSAMPLE P[0]=2.5\nEVENT 102 Move (move) L9// 2\n");
    say(&t, 6, 11, true, 53, "<L <U4 1> <U4 103> <L <L <U4 3> <L <B 0x05>>>>>");
    (void)expect_sent(&t, "S6F12 <B 0x00>");
    expect_log(&t, "SAMPLE Ctl[0]=5\nCONTROL 4 remote\nEVENT 103 Ctl () // 1\n");
    end(&t);
}

static void traces_are_spread_over_their_time(void **state) {
    (void)state;
    struct trial t;
    start_ready(&t, SMALL QUIET);
    say(&t, 6, 1, false, 1, "<L <U4 7> <U4 2> <A \"x\"> <L <F4 1> <A \"a\"> <F4 2> <A \"b\">>>");
    expect_log(&t, "SAMPLE P[0]=1\nSAMPLE Lot[0]=a\nSAMPLE P[0]=2\nSAMPLE Lot[0]=b\n");
    struct text body;
    text_init(&body, 1000);
    const char *item = "<L <U4 7> <U4 2> <A \"x\"> <L <F4 1> <A \"a\"> <F4 2> <A \"b\">>>";
    assert_int_equal(secs_read_text(item, strlen(item), &body, NULL), MARU_OK);
    struct text bytes;
    text_init(&bytes, 1000);
    const struct hsms_header header = hsms_data(1, 6, 1, false, 2);
    hsms_put(&bytes, &header, body.bytes, (uint32_t)body.n_bytes);
    assert_int_equal(
        hsms_session_receive(t.session, (const uint8_t *)bytes.bytes, bytes.n_bytes, t.now, NULL),
        MARU_OK);
    struct gem_output o;
    const maru_time at[] = {t.now - 500000, t.now - 500000, t.now, t.now};
    for (uint32_t i = 0; i < 4; i++) {
        assert_true(gem_host_next(t.host, t.now, &o));
        assert_true(o.kind == GEM_SAMPLE && o.sample.at_us == at[i] && o.at_us == at[i]);
    }
    text_fini(&body);
    text_fini(&bytes);
    end(&t);
}

struct heard {
    uint8_t stream, function;
    const char *item, *answer, *log;
};

// What the host does with each message; docs/SECS.md has the malformed ones as a table.
static const struct heard heard[] = {
    {1, 1, "", "S1F2 <L [0]>", ""},
    {2, 17, "", "S2F18 <A \"2026010200040500\">", ""},
    {2, 25, "<B 0x01 0x02>", "S2F26 <B 0x01 0x02>", ""},
    {5, 1, "<L <B 0x84> <U4 9> <A \"hot\">>", "S5F2 <B 0x00>", "ALARM 4 9 set hot\n"},
    {5, 1, "<L <U1 4> <A \"9\"> <A>>", "S5F2 <B 0x00>", "ALARM 4 9 clear Too hot\n"},
    {5, 1, "<L <B 0x84> <L>>", "S5F2 <B 0x01>",
     "PROBLEM S5F1 the message is not of the shape that it should have\n"},
    {5, 1, "", "S5F2 <B 0x01>",
     "PROBLEM S5F1 the message is not of the shape that it should have\n"},
    {6, 11, "<L <U4 1> <U4 100>>", "S6F12 <B 0x01>",
     "PROBLEM S6F11 the message is not of the shape that it should have\n"},
    {6, 11, "<L <U4 1> <U4 100> <L <U4 1>>>", "S6F12 <B 0x01>",
     "PROBLEM S6F11 the message is not of the shape that it should have\n"},
    {6, 11, "<L <U4 1> <U4 1 2> <L>>", "S6F12 <B 0x01>",
     "PROBLEM S6F11 the message is not of the shape that it should have\n"},
    {6, 1, "<L <U4 7> <U4 1> <A> <L <U4 1>>>", "S6F2 <B 0x00>",
     "PROBLEM S6F1 a trace is not as the table of the tool has it\n"},
    {6, 1, "<U4 1>", "S6F2 <B 0x01>",
     "PROBLEM S6F1 the message is not of the shape that it should have\n"},
    {6, 9, "<L>", "S6F10 <B 0x00>", "MESSAGE S6F9\n"},
    {7, 1, "<L <A \"P\"> <U4 10>>", "S7F2 <B 0x00>", ""},
    {7, 3, "<L <A \"P\"> <B 0x01>>", "S7F4 <B 0x00>", "PROGRAM\n"},
    {7, 5, "<A \"P\">", "S7F6 <L [0]>", ""},
    {10, 1, "<L <B 0x02> <A \"hello\">>", "S10F2 <B 0x00>", "TERMINAL 2 hello\n"},
    {10, 1, "<L <B 0x00> <A 0xB0 0x00 \"x\">>", "S10F2 <B 0x00>", "TERMINAL 0 ??x\n"},
    {10, 1, "<L <B 0x02> <U4 1>>", "S10F2 <B 0x01>",
     "PROBLEM S10F1 the message is not of the shape that it should have\n"},
    {3, 17, "<L>", "S3F0", "MESSAGE S3F17\n"},
    {99, 99, "", "S99F0", "MESSAGE S99F99\n"},
};

static void messages_and_their_answers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof heard / sizeof *heard; i++) {
        const struct heard *c = &heard[i];
        struct trial t;
        start_ready(&t, SMALL QUIET "setting,,enable all events,,,,,yes,,\n");
        (void)expect_sent(&t, "S2F37 W <L [2] <BOOLEAN TRUE> <L [0]>>");
        say(&t, c->stream, c->function, true, 1234, c->item);
        assert_int_equal(expect_sent(&t, c->answer), 1234);
        expect_nothing_sent(&t);
        expect_log(&t, c->log);
        say(&t, c->stream, c->function, false, 1235, c->item); // no answer is wanted: none comes
        expect_nothing_sent(&t);
        end(&t);
    }
    struct trial t;
    start_ready(&t, SMALL QUIET "setting,,enable all events,,,,,yes,,\n");
    (void)expect_sent(&t, "S2F37 W <L [2] <BOOLEAN TRUE> <L [0]>>");
    const struct hsms_header header = hsms_data(1, 6, 11, true, 9);
    feed(&t, &header, "\x01\x03\xB1", 3); // broken bytes
    (void)expect_sent(&t, "S6F0");
    expect_log(&t, "PROBLEM S6F11 a list of 3 items at 0, but only 1 bytes follow\n");
    const struct hsms_header other = hsms_data(2, 1, 1, true, 9);
    feed(&t, &other, NULL, 0);
    (void)expect_sent(&t, "S1F2 <L [0]>");
    expect_log(&t, "PROBLEM S1F1 2 messages come from another device id\n");
    end(&t);
}

// ---- requests

static void put_item(struct text *body, const char *item) {
    assert_int_equal(secs_read_text(item, strlen(item), body, NULL), MARU_OK);
}

static void requests_come_back(void **state) {
    (void)state;
    struct trial t;
    start_ready(&t, SMALL QUIET "setting,,enable all events,,,,,yes,,\nsetting,,open,,,,,2,,\n");
    answer(&t, "S2F37 W <L [2] <BOOLEAN TRUE> <L [0]>>", 2, 38, "<B 0x00>");
    say(&t, 2, 24, false,
        expect_sent(&t, "S2F23 W <L [5] <U4 7> <A \"00000050\"> <U4 10> <U4 2> <L "
                        "[2] <U4 10> <U4 12>>>"),
        "<B 0x00>");
    text_clear(&t.log);
    struct text body;
    text_init(&body, 1000);
    const char *const ids[] = {"10", "RCP", "77"};
    gem_put_ids(&body, t.profile, ids, 3);
    assert_int_equal(gem_host_ask(t.host, 1, 3, &body, 1, NULL), MARU_OK);
    assert_int_equal(gem_host_ask(t.host, 1, 15, NULL, 2, NULL), MARU_OK);
    assert_int_equal(gem_host_ask(t.host, 5, 5, NULL, 3, NULL), MARU_OK);
    assert_int_equal(gem_host_ask(t.host, 5, 7, NULL, 4, NULL), MARU_OK);
    run(&t);
    const uint32_t s1f3 = expect_sent(&t, "S1F3 W <L [3] <U4 10> <A \"RCP\"> <U4 77>>");
    const uint32_t s1f15 = expect_sent(&t, "S1F15 W");
    expect_nothing_sent(&t); // two may be open
    say(&t, 1, 16, false, s1f15, "<B 0x00>");
    expect_log(&t, "CONTROL 1 off-line\nREPLY S1F16 0 #2 outcome 0 \n");
    const uint32_t s5f5 = expect_sent(&t, "S5F5 W");
    say(&t, 1, 4, false, s1f3, "<L <F4 1.5 2.5> <A \"R7\"> <L>>");
    expect_log(&t, "SAMPLE P[0]=1.5\nSAMPLE P[1]=2.5\nSAMPLE R[0]=R7\n"
                   "REPLY S1F4 #1 outcome 0 \n");
    say(&t, 5, 0, false, s5f5, "");
    expect_log(&t, "REPLY S5F6 #3 outcome 1 \n");
    const uint32_t s5f7 = expect_sent(&t, "S5F7 W");
    struct hsms_header header = hsms_data(1, 5, 7, true, s5f7);
    uint8_t bytes[12] = {0x21, 10};
    hsms_header_bytes(&header, bytes + 2);
    header = hsms_data(1, 9, 5, false, 900);
    feed(&t, &header, bytes, sizeof bytes);
    expect_log(&t, "PROBLEM S9F5 unknown function\nREPLY S5F8 5 #4 outcome 4 unknown function\n");
    feed(&t, &header, bytes, sizeof bytes); // once more: nothing is open
    expect_log(&t, "PROBLEM S9F5 unknown function\n");
    text_clear(&body);
    put_item(&body, "<U4 100>");
    assert_int_equal(gem_host_ask(t.host, 6, 15, &body, 5, NULL), MARU_OK);
    run(&t);
    answer(&t, "S6F15 W <U4 100>", 6, 16,
           "<L <U4 1> <U4 100> <L <L <U4 1> <L <F4 3> <A \"R8\">>>>>");
    expect_log(&t, "SAMPLE P[0]=3\nSAMPLE R[0]=R8\nEVENT 100 Start (lot start) //R8 2\n"
                   "REPLY S6F16 #5 outcome 0 \n");
    assert_int_equal(gem_host_ask(t.host, 1, 1, NULL, 6, NULL), MARU_OK);
    run(&t);
    t.now += 45000000;
    run(&t);
    expect_log(&t, "REPLY S1F2 #6 outcome 2 \n");
    text_fini(&body);
    end(&t);
}

static void a_gap_is_told(void **state) {
    (void)state;
    struct trial t;
    start_ready(&t, SMALL QUIET "setting,,enable all events,,,,,yes,,\n");
    assert_int_equal(gem_host_ask(t.host, 1, 1, NULL, 6, NULL), MARU_OK);
    run(&t);
    hsms_session_closed(t.session, t.now);
    run(&t);
    expect_log(&t, "REPLY S1F2 #6 outcome 5 \nCOMMUNICATION 0 closed by the equipment\n"
                   "GAP 1 closed by the equipment\nCONTROL 0 unknown\n"
                   "CLOSED 0 closed by the equipment\n");
    for (uint32_t i = 0; i < t.sent->n_sent; i++) {
        t.sent->sent[i].is_taken = true;
    }
    select_as_passive(&t);
    answer(&t, "S1F13 W <L [0]>", 1, 14, "<L <B 0x00> <L>>");
    answer(&t, "S1F1 W", 1, 2, "<L>");
    answer(&t, "S2F37 W <L [2] <BOOLEAN TRUE> <L [0]>>", 2, 38, "<B 0x00>");
    answer(&t, "S2F23 W <L [5] <U4 7> <A \"00000050\"> <U4 10> <U4 2> <L [2] <U4 10> <U4 12>>>", 2,
           24, "<B 0x00>");
    expect_log(&t, "COMMUNICATION 1\nCONTROL 2 on-line\nREADY 0\nGAP 0\n");
    end(&t);
}

// Where nothing is cleared, what the tool has already is as good as taken; where all was cleared, it is not.
static void takes_what_is_there(void **state) {
    (void)state;
    static const char *const clear[] = {"no", "yes"};
    for (int does_clear = 0; does_clear < 2; does_clear++) {
        char csv[1000];
        struct trial t;
        snprintf(csv, sizeof csv,
                 "row,id,name,kind,unit,list,means,value,low,high\nsetting,,device,,,,,1,,\n"
                 "setting,,linktest,,,,,0,,\nsetting,,spool,,,,,yes,,\n"
                 "setting,,clear reports,,,,,%s,,\nsetting,,enable alarms,,,,,no,,\n"
                 "setting,,ask for spooled,,,,,no,,\n"
                 "variable,1,P,SV,,,,,,\nreport,1,,,,1,,,,\nevent,100,Start,,,1,,,,\n",
                 clear[does_clear]);
        start(&t, csv);
        select_as_passive(&t);
        answer(&t, "S1F13 W <L [0]>", 1, 14, "<L <B 0x00> <L>>");
        answer(&t, "S1F17 W", 1, 18, "<B 0x02>");
        if (does_clear) {
            answer(&t, "S2F37 W <L [2] <BOOLEAN FALSE> <L [0]>>", 2, 38, "<B 0x00>");
            answer(&t, "S2F33 W <L [2] <U4 0> <L [0]>>", 2, 34, "<B 0x00>");
        }
        answer(&t, "S2F33 W <L [2] <U4 0> <L [1] <L [2] <U4 1> <L [1] <U4 1>>>>>", 2, 34,
               "<B 0x03>");
        answer(&t, "S2F35 W <L [2] <U4 0> <L [1] <L [2] <U4 100> <L [1] <U4 1>>>>>", 2, 36,
               "<B 0x03>");
        answer(&t, "S2F37 W <L [2] <BOOLEAN TRUE> <L [1] <U4 100>>>", 2, 38, "<B 0x00>");
        answer(&t, "S2F43 W <L [2] <L [2] <U1 5> <L [0]>> <L [2] <U1 6> <L [0]>>>", 2, 44,
               "<L <B 0x00> <L>>");
        assert_non_null(strstr(t.log.bytes, does_clear ? "READY 2" : "READY 0"));
        end(&t);
    }
}

// A tool that names itself gets the table of its kind before anything of a table is sent.
static void becomes_another_kind(void **state) {
    (void)state;
    struct trial t;
    start(&t, SMALL QUIET);
    struct profile *other =
        trial_profile("row,id,name,kind,unit,list,means,value,low,high\nsetting,,frame,,,,,2048,,\n"
                      "setting,,linktest,,,,,0,,\nvariable,5,Step,SV,,,step,,,\n"
                      "report,8,,,,5,,,,\nevent,900,Begin,,,8,,,,\n" QUIET);
    select_as_passive(&t);
    const uint32_t s1f13 = expect_sent(&t, "S1F13 W <L [0]>");
    struct text body, bytes;
    text_init(&body, 1000);
    text_init(&bytes, 1000);
    put_item(&body, "<L <B 0x00> <L <A \"ETCH-9\"> <A \"2.0\">>>");
    const struct hsms_header header = hsms_data(1, 1, 14, false, s1f13);
    hsms_put(&bytes, &header, body.bytes, (uint32_t)body.n_bytes);
    assert_int_equal(
        hsms_session_receive(t.session, (const uint8_t *)bytes.bytes, bytes.n_bytes, t.now, NULL),
        MARU_OK);
    struct gem_output o;
    assert_true(gem_host_next(t.host, t.now, &o));
    assert_int_equal(o.kind, GEM_COMMUNICATION);
    assert_string_equal(o.name, "ETCH-9");
    assert_string_equal(o.id, "2.0");
    assert_int_equal(gem_host_become(t.host, other, NULL), MARU_OK);
    run(&t);
    answer(&t, "S1F1 W", 1, 2, "<L>");
    answer(&t, "S2F37 W <L [2] <BOOLEAN TRUE> <L [1] <U4 900>>>", 2, 38, "<B 0x00>");
    text_clear(&t.log);
    say(&t, 6, 11, false, 3, "<L <U4 1> <U4 900> <L <L <U4 8> <L <A \"etch 3\">>>>>");
    expect_log(&t, "SAMPLE Step[0]=etch 3\nEVENT 900 Begin () // 1\n");
    const uint8_t long_frame[4] = {0, 0, 0x10, 0}; // 4096 bytes, more than its table allows
    assert_int_equal(hsms_session_receive(t.session, long_frame, 4, t.now, NULL), MARU_OK);
    run(&t);
    assert_non_null(strstr(t.log.bytes, "CLOSED"));
    text_fini(&body);
    text_fini(&bytes);
    end(&t);
    profile_free(other);
}

static void requests_have_a_limit(void **state) {
    (void)state;
    struct trial t;
    start(&t, SMALL);
    for (uint64_t i = 0; i < GEM_MAX_REQUESTS; i++) {
        assert_int_equal(gem_host_ask(t.host, 1, 1, NULL, i, NULL), MARU_OK);
    }
    assert_int_equal(gem_host_ask(t.host, 1, 1, NULL, 0, NULL), MARU_E_LIMIT);
    end(&t);
}

static void no_memory(void **state) {
    (void)state;
    struct profile *profile = trial_profile(SMALL);
    struct gem_host *host = NULL;
    for (uint64_t k = 0; k < 3; k++) {
        alloc_fail_after(k);
        const maru_status st = gem_host_new(profile, &host, NULL);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(st, MARU_E_MEMORY);
    }
    profile_free(profile);
    // An event whose k-th request of memory fails is told as lost, or is whole.
    bool is_whole = false;
    for (uint64_t k = 0; !is_whole; k++) {
        struct trial t;
        start_ready(&t, SMALL QUIET);
        struct text body, bytes;
        text_init(&body, 1000);
        text_init(&bytes, 1000);
        put_item(&body, "<L <U4 1> <U2 100> <L <L <U1 1> <L <F4 1.5> <A \"R7\">>>>>");
        const struct hsms_header header = hsms_data(1, 6, 11, true, 2);
        hsms_put(&bytes, &header, body.bytes, (uint32_t)body.n_bytes);
        assert_int_equal(hsms_session_receive(t.session, (const uint8_t *)bytes.bytes,
                                              bytes.n_bytes, t.now, NULL),
                         MARU_OK);
        uint32_t n[16] = {0};
        struct gem_output o;
        alloc_fail_after(k);
        while (gem_host_next(t.host, t.now, &o)) {
            n[o.kind]++;
        }
        alloc_fail_after(UINT64_MAX);
        while (gem_host_next(t.host, t.now, &o)) {
            n[o.kind]++;
        }
        is_whole = n[GEM_EVENT] == 1 && n[GEM_PROBLEM] == 0 && n[GEM_SAMPLE] == 2;
        assert_true(is_whole || n[GEM_PROBLEM] > 0 || n[GEM_CLOSED] > 0);
        assert_true(k < 50);
        text_fini(&body);
        text_fini(&bytes);
        end(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_up_a_tool),
        cmocka_unit_test(quirks),
        cmocka_unit_test(waits_for_a_tool_off_line),
        cmocka_unit_test(communications_from_either_side),
        cmocka_unit_test(a_tool_without_s1f13),
        cmocka_unit_test(events_have_names),
        cmocka_unit_test(traces_are_spread_over_their_time),
        cmocka_unit_test(messages_and_their_answers),
        cmocka_unit_test(requests_come_back),
        cmocka_unit_test(a_gap_is_told),
        cmocka_unit_test(takes_what_is_there),
        cmocka_unit_test(becomes_another_kind),
        cmocka_unit_test(requests_have_a_limit),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
