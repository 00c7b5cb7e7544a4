// Where one message of a protocol ends and the next begins, in the bytes of its connection.
#ifndef CONNECT_FAKE_FRAMES_H
#define CONNECT_FAKE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fake_framing { FAKE_FRAMES_MQTT, FAKE_FRAMES_MODBUS, FAKE_FRAMES_HSMS, FAKE_FRAMES_OPCUA };

enum { FAKE_MAX_FRAME_BYTES = 64 << 20 };

// Bytes of the first message; 0: more are needed to say, SIZE_MAX: these are none of this protocol. The message
// itself may not be whole yet.
size_t fake_frame_bytes(enum fake_framing framing, const uint8_t *bytes, size_t n);

// Does a whole message carry data, so that losing its order or its sense harms no session by itself? And the
// first byte of it that is data and not head.
bool fake_frame_is_data(enum fake_framing framing, const uint8_t *bytes, size_t n, size_t *begin);

#endif
