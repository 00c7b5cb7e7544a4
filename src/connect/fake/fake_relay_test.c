#include "connect/fake/fake_relay.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "connect/reach.h"
#include "io/clock.h"

// A host behind a gate gets what the equipment says, message by message, and of each fault what it says.

enum { FRAME_BYTES = 12, N_FRAME = 400 };

struct line { // equipment -> relay -> host, as HSMS would be
    struct fake_relay *relay;
    int listening, equipment, host;
};

static void put_frame(uint8_t bytes[4 + FRAME_BYTES], uint16_t number) {
    memset(bytes, 0, 4 + FRAME_BYTES);
    bytes[3] = FRAME_BYTES; // a head of 10 and two bytes of data, SType 0
    bytes[14] = (uint8_t)(number >> 8);
    bytes[15] = (uint8_t)number;
}

static int accept_soon(int listening, int ms) {
    struct pollfd file = {.fd = listening, .events = POLLIN};
    return poll(&file, 1, ms) > 0 ? accept(listening, NULL, NULL) : -1;
}

static struct line line_of(const struct fake_link_fault *fault, uint32_t n_fault) {
    struct line line = {.host = -1};
    const struct fake_relay_options options = {
        .framing = FAKE_FRAMES_HSMS, .fault = fault, .n_fault = n_fault, .seed = 7};
    int host_port = 0, port = 0;
    assert_int_equal(reach_listen("127.0.0.1", 0, &line.listening, &host_port, NULL), MARU_OK);
    assert_int_equal(fake_relay_open(&options, &line.relay, NULL), MARU_OK);
    const struct fake_gate gate = {
        .part = "Etch/1", .address = "127.0.0.1", .host = "127.0.0.1", .host_port = host_port};
    assert_int_equal(fake_relay_add(line.relay, &gate, &port, NULL), MARU_OK);
    assert_int_equal(reach_connect("127.0.0.1", port, &line.equipment, NULL), MARU_OK);
    line.host = accept_soon(line.listening, 1000);
    return line;
}

static void line_end(struct line *line, struct fake_relay_look *last) {
    fake_relay_close(line->relay, last);
    close(line->equipment);
    close(line->listening);
    if (line->host >= 0) {
        close(line->host);
    }
}

static void say_all(const struct line *line) {
    for (int i = 0; i < N_FRAME; i++) {
        uint8_t bytes[4 + FRAME_BYTES];
        put_frame(bytes, (uint16_t)i);
        // in pieces, so that the relay has to put messages together
        assert_int_equal(send(line->equipment, bytes, 5, MSG_NOSIGNAL), 5);
        assert_int_equal(send(line->equipment, bytes + 5, 11, MSG_NOSIGNAL), 11);
    }
}

// Whole frames that the host got until nothing came for a while.
static size_t hear(int host, uint8_t *bytes, size_t room, int quiet_ms) {
    size_t n = 0;
    struct pollfd file = {.fd = host, .events = POLLIN};
    while (n < room && poll(&file, 1, quiet_ms) > 0) {
        const ssize_t got = recv(host, bytes + n, room - n, 0);
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
    }
    assert_int_equal(n % (4 + FRAME_BYTES), 0);
    return n / (4 + FRAME_BYTES);
}

static unsigned number_at(const uint8_t *bytes, size_t i) {
    const uint8_t *at = bytes + i * (4 + FRAME_BYTES) + 14;
    return (unsigned)at[0] << 8 | at[1];
}

static uint8_t heard[4 * N_FRAME * (4 + FRAME_BYTES)];

static void without_faults_all_passes(void **state) {
    (void)state;
    struct fake_relay_look look;
    const struct fake_link_fault other = {
        .harm = FAKE_HARM_REPEAT, .part = "Etch/2", .until_us = INT64_MAX, .share = 1};
    struct line line = line_of(&other, 1);
    assert_true(line.host >= 0);
    say_all(&line);
    assert_int_equal(hear(line.host, heard, sizeof heard, 300), N_FRAME);
    for (size_t i = 0; i < N_FRAME; i++) {
        assert_int_equal(number_at(heard, i), i);
    }
    assert_int_equal(send(line.host, "any bytes", 9, MSG_NOSIGNAL),
                     9); // the other way they only pass
    uint8_t back[16];
    struct pollfd file = {.fd = line.equipment, .events = POLLIN};
    assert_int_equal(poll(&file, 1, 2000), 1);
    assert_int_equal(recv(line.equipment, back, sizeof back, 0), 9);
    assert_memory_equal(back, "any bytes", 9);
    line_end(&line, &look);
    assert_int_equal(look.n_frame, N_FRAME);
    assert_int_equal(look.n_pair, 1);
}

static void messages_are_repeated_and_swapped(void **state) {
    (void)state;
    struct fake_relay_look look;
    const struct fake_link_fault fault[] = {
        {.harm = FAKE_HARM_REPEAT, .part = "", .until_us = INT64_MAX, .share = 0.2},
        {.harm = FAKE_HARM_REORDER, .part = "Etch/1", .until_us = INT64_MAX, .share = 0.2}};
    struct line line = line_of(fault, 2);
    say_all(&line);
    const size_t n = hear(line.host, heard, sizeof heard, 1500);
    size_t n_of[N_FRAME] = {0}, n_back = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(number_at(heard, i) < N_FRAME);
        n_of[number_at(heard, i)]++;
        n_back += i > 0 && number_at(heard, i) < number_at(heard, i - 1);
    }
    line_end(&line, &look);
    for (size_t i = 0; i < N_FRAME; i++) {
        assert_true(n_of[i] == 1 || n_of[i] == 2); // nothing is lost
    }
    assert_int_equal(n, N_FRAME + look.n_harm[FAKE_HARM_REPEAT]);
    assert_true(look.n_harm[FAKE_HARM_REPEAT] > 40 && look.n_harm[FAKE_HARM_REPEAT] < 120);
    assert_true(look.n_harm[FAKE_HARM_REORDER] > 30 && look.n_harm[FAKE_HARM_REORDER] < 120);
    assert_true(n_back > 20);
}

static void messages_are_spoilt(void **state) {
    (void)state;
    struct fake_relay_look look;
    const struct fake_link_fault fault = {
        .harm = FAKE_HARM_MALFORMED, .part = "", .until_us = INT64_MAX, .share = 0.25};
    struct line line = line_of(&fault, 1);
    say_all(&line);
    assert_int_equal(hear(line.host, heard, sizeof heard, 300), N_FRAME);
    size_t n_wrong = 0;
    for (size_t i = 0; i < N_FRAME; i++) {
        uint8_t right[4 + FRAME_BYTES];
        put_frame(right, (uint16_t)i);
        assert_memory_equal(heard + i * sizeof right, right, 14); // heads are whole
        n_wrong += number_at(heard, i) != i;
    }
    line_end(&line, &look);
    assert_int_equal(n_wrong, look.n_harm[FAKE_HARM_MALFORMED]);
    assert_true(n_wrong > 60 && n_wrong < 140);
}

static void messages_are_late(void **state) {
    (void)state;
    const struct fake_link_fault fault = {
        .harm = FAKE_HARM_DELAY, .part = "", .until_us = INT64_MAX, .delay_us = 400000};
    struct line line = line_of(&fault, 1);
    const int64_t begin = clock_unix_us();
    say_all(&line);
    struct pollfd file = {.fd = line.host, .events = POLLIN};
    assert_int_equal(poll(&file, 1, 5000), 1);
    assert_true(clock_unix_us() - begin >= 400000);
    assert_int_equal(hear(line.host, heard, sizeof heard, 1000), N_FRAME);
    assert_int_equal(number_at(heard, N_FRAME - 1), N_FRAME - 1);
    line_end(&line, NULL);
}

// A line that is cut stays cut until the fault is over.
static void lines_are_cut(void **state) {
    (void)state;
    const int64_t now = clock_unix_us();
    struct fake_relay_look look;
    const struct fake_link_fault fault = {
        .harm = FAKE_HARM_DROP, .part = "", .from_us = now + 500000, .until_us = now + 1500000};
    struct line line = line_of(&fault, 1);
    assert_true(line.host >= 0);
    uint8_t byte;
    struct pollfd file = {.fd = line.equipment, .events = POLLIN};
    assert_int_equal(poll(&file, 1, 3000), 1);
    assert_true(recv(line.equipment, &byte, 1, 0) <= 0);
    assert_true(clock_unix_us() >= now + 500000);
    struct sockaddr_storage where;
    socklen_t n = sizeof where;
    assert_int_equal(getpeername(line.host, (struct sockaddr *)&where, &n) == 0 ||
                         recv(line.host, &byte, 1, 0) <= 0,
                     1);
    while (clock_unix_us() < now + 1600000) {
        (void)poll(NULL, 0, 50);
    }
    fake_relay_look(line.relay, &look);
    assert_int_equal(look.n_harm[FAKE_HARM_DROP], 1);
    line_end(&line, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_faults_all_passes),
        cmocka_unit_test(messages_are_repeated_and_swapped),
        cmocka_unit_test(messages_are_spoilt),
        cmocka_unit_test(messages_are_late),
        cmocka_unit_test(lines_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
