#include "connect/fake/fake_frames.h"

#include <string.h>

// MQTT 3.1.1, 2.2: a byte of type, the length of what follows in 1 to 4 bytes of 7 bits, the lowest first.
// Modbus TCP: transaction and protocol (0), then the length of what follows. HSMS (SEMI E37, 7): four bytes of
// length, then a head of 10; data messages have SType 0. OPC UA (Part 6, 7.1.2): three letters of type, one of
// chunk, the length of all, the lowest byte first; 24 bytes of head before the body of a symmetric message.

enum { MQTT_PUBLISH = 3, MODBUS_HEAD = 7, HSMS_HEAD = 14, OPCUA_HEAD = 24 };

static size_t bounded(size_t n) { return n <= FAKE_MAX_FRAME_BYTES ? n : SIZE_MAX; }

static size_t mqtt_bytes(const uint8_t *bytes, size_t n) {
    size_t left = 0;
    for (size_t i = 1; i < n && i <= 4; i++) {
        left |= (size_t)(bytes[i] & 0x7F) << (7 * (i - 1));
        if (bytes[i] < 0x80) {
            return bounded(1 + i + left);
        }
    }
    return n > 4 ? SIZE_MAX : 0;
}

size_t fake_frame_bytes(enum fake_framing framing, const uint8_t *bytes, size_t n) {
    switch (framing) {
    case FAKE_FRAMES_MQTT:
        return mqtt_bytes(bytes, n);
    case FAKE_FRAMES_MODBUS:
        if (n < 6) {
            return 0;
        }
        return bytes[2] == 0 && bytes[3] == 0 ? 6 + ((size_t)bytes[4] << 8 | bytes[5]) : SIZE_MAX;
    case FAKE_FRAMES_HSMS:
        if (n < 4) {
            return 0;
        }
        return bounded(4 + ((size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 |
                            (size_t)bytes[2] << 8 | bytes[3]));
    case FAKE_FRAMES_OPCUA:
        break;
    }
    if (n < 8) {
        return 0;
    }
    const size_t all =
        (size_t)bytes[7] << 24 | (size_t)bytes[6] << 16 | (size_t)bytes[5] << 8 | bytes[4];
    return all >= 8 ? bounded(all) : SIZE_MAX;
}

static bool mqtt_is_data(const uint8_t *bytes, size_t n, size_t *begin) {
    size_t at = 1;
    while (at < n && bytes[at] >= 0x80) {
        at++;
    }
    at++;
    if (bytes[0] >> 4 != MQTT_PUBLISH || at + 2 > n) {
        return false;
    }
    const size_t topic = (size_t)bytes[at] << 8 | bytes[at + 1];
    *begin = at + 2 + topic + ((bytes[0] & 6) != 0 ? 2 : 0); // a number where QoS is above 0
    return *begin < n;
}

bool fake_frame_is_data(enum fake_framing framing, const uint8_t *bytes, size_t n, size_t *begin) {
    switch (framing) {
    case FAKE_FRAMES_MQTT:
        return mqtt_is_data(bytes, n, begin);
    case FAKE_FRAMES_MODBUS:
        *begin = MODBUS_HEAD;
        return n > MODBUS_HEAD;
    case FAKE_FRAMES_HSMS:
        *begin = HSMS_HEAD;
        return n > HSMS_HEAD && bytes[9] == 0;
    case FAKE_FRAMES_OPCUA:
        break;
    }
    *begin = OPCUA_HEAD;
    return n > OPCUA_HEAD && memcmp(bytes, "MSG", 3) == 0;
}
