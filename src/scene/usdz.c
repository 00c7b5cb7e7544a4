#include "scene/usdz.h"

#include <string.h>

// Numbers are little endian.
//
//     local header 30, name, extra field: padding up to a multiple of 64; the file as it is;
//     central directory: header 46, name; end of the directory 22
//
// Nothing is compressed or encrypted, so that a reader can map the file and use it in place. The
// date is 1980-01-01, the first that a zip can say: the same scene gives the same bytes.
// Sources: PKWARE APPNOTE 6.3; OpenUSD, Usdz File Format Specification.

enum {
    ALIGNMENT = 64,
    LOCAL_BYTES = 30,
    EXTRA_HEAD_BYTES = 4,
    VERSION = 10,
    FIRST_DATE = 1 << 5 | 1, // month and day; the year counts from 1980
    PADDING_ID = 0x1986,     // what USD's own writer calls it
};

static void add16(struct text *out, uint32_t value) {
    const char bytes[2] = {(char)(value & 0xff), (char)(value >> 8 & 0xff)};
    text_add(out, bytes, sizeof bytes);
}

static void add32(struct text *out, uint32_t value) {
    add16(out, value & 0xffff);
    add16(out, value >> 16);
}

// CRC-32 of ISO 3309, four bits at a time.
static uint32_t checksum(const char *bytes, size_t n) {
    uint32_t table[16];
    for (uint32_t i = 0; i < 16; i++) {
        table[i] = i;
        for (int k = 0; k < 4; k++) {
            table[i] = table[i] >> 1 ^ ((table[i] & 1) != 0 ? 0xEDB88320 : 0);
        }
    }
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= (unsigned char)bytes[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

// What both headers of a file say alike: version needed, flags, method, time, date, checksum,
// sizes, length of the name.
static void add_facts(struct text *out, const char *name, uint32_t crc, uint32_t n_bytes) {
    add16(out, VERSION);
    add16(out, 0);
    add16(out, 0); // stored
    add16(out, 0);
    add16(out, FIRST_DATE);
    add32(out, crc);
    add32(out, n_bytes);
    add32(out, n_bytes);
    add16(out, (uint32_t)strlen(name));
}

static void add_padding(struct text *out, const char *name) {
    static const char zeros[ALIGNMENT];
    const size_t head = LOCAL_BYTES + strlen(name) + EXTRA_HEAD_BYTES;
    const uint32_t padding = (uint32_t)((ALIGNMENT - head % ALIGNMENT) % ALIGNMENT);
    add16(out, EXTRA_HEAD_BYTES + padding);
    text_addz(out, name);
    add16(out, PADDING_ID);
    add16(out, padding);
    text_add(out, zeros, padding);
}

void usdz_pack(struct text *out, const char *name, const struct text *content) {
    if (content->status != MARU_OK) {
        out->status = content->status;
        return;
    }
    const uint32_t n_bytes = (uint32_t)content->n_bytes;
    const uint32_t crc = checksum(content->bytes, content->n_bytes);
    text_add(out, "PK\3\4", 4);
    add_facts(out, name, crc, n_bytes);
    add_padding(out, name);
    text_add(out, content->bytes, content->n_bytes);
    const size_t directory = out->n_bytes;
    text_add(out, "PK\1\2", 4);
    add16(out, VERSION);
    add_facts(out, name, crc, n_bytes);
    add16(out, 0); // extra field, comment, disk, attributes
    add16(out, 0);
    add16(out, 0);
    add16(out, 0);
    add32(out, 0);
    add32(out, 0); // where the local header is
    text_addz(out, name);
    const size_t end = out->n_bytes;
    text_add(out, "PK\5\6", 4);
    add32(out, 0); // disks
    add16(out, 1);
    add16(out, 1);
    add32(out, (uint32_t)(end - directory));
    add32(out, (uint32_t)directory);
    add16(out, 0);
}
