#include "connect/fake/fake_frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

// Frames of each protocol by its specification: their length from their first bytes, and where data begin.

static const struct {
    enum fake_framing framing;
    const char *bytes;
    size_t n, head; // head: bytes that tell the length
    size_t begin;   // of the data, 0: it has none
} frames[] = {
    {FAKE_FRAMES_MQTT,
     "\x30\x0a\x00\x03"
     "a/bHELLO",
     12, 2, 7},
    {FAKE_FRAMES_MQTT,
     "\x32\x0c\x00\x03"
     "a/b\x00\x01HELLO",
     14, 2, 9}, // QoS 1: with its number
    {FAKE_FRAMES_MQTT, "\xd0\x00", 2, 2, 0},
    {FAKE_FRAMES_MQTT, "\x10\x8c\x00\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", 15, 3, 0},
    {FAKE_FRAMES_MODBUS, "\x00\x01\x00\x00\x00\x05\x01\x03\x02\x00\x2a", 11, 6, 7},
    {FAKE_FRAMES_HSMS, "\x00\x00\x00\x0a\xff\xff\x00\x00\x00\x01\x00\x00\x00\x07", 14, 4, 0},
    {FAKE_FRAMES_HSMS, "\x00\x00\x00\x0d\x00\x01\x81\x0d\x00\x00\x00\x00\x00\x07\x01\x01\x00", 17,
     4, 14},
    {FAKE_FRAMES_OPCUA, "HELF\x0c\x00\x00\x00\x00\x00\x00\x00", 12, 8, 0},
    {FAKE_FRAMES_OPCUA,
     "MSGF\x1a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00xy", 26,
     8, 24},
};

static void lengths(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        const uint8_t *bytes = (const uint8_t *)frames[i].bytes;
        for (size_t n = 0; n <= frames[i].n; n++) {
            const size_t want = n < frames[i].head ? 0 : frames[i].n;
            if (fake_frame_bytes(frames[i].framing, bytes, n) != want) {
                fail_msg("frame %zu, %zu bytes: %zu, want %zu", i, n,
                         fake_frame_bytes(frames[i].framing, bytes, n), want);
            }
        }
        size_t begin = 0;
        const bool is_data = fake_frame_is_data(frames[i].framing, bytes, frames[i].n, &begin);
        assert_int_equal(is_data, frames[i].begin > 0);
        assert_true(!is_data || begin == frames[i].begin);
    }
}

static void strangers(void **state) {
    (void)state;
    const uint8_t none[] = "GET / HTTP/1.1\r\n";
    const uint8_t endless[] = {0x30, 0xff, 0xff, 0xff, 0xff, 0x01};
    const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff};
    const uint8_t small[] = "MSGF\x07\x00\x00\x00";
    assert_true(fake_frame_bytes(FAKE_FRAMES_MODBUS, none, 16) == SIZE_MAX);
    assert_true(fake_frame_bytes(FAKE_FRAMES_MQTT, endless, 6) == SIZE_MAX);
    assert_true(fake_frame_bytes(FAKE_FRAMES_HSMS, huge, 4) == SIZE_MAX);
    assert_true(fake_frame_bytes(FAKE_FRAMES_OPCUA, small, 8) == SIZE_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lengths), cmocka_unit_test(strangers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
