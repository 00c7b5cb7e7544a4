#include "target.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "learn/nets/conv_net.h"

// A net as bytes. The first byte tells how the rest is meant: even, as it stands; odd, without its digest, which is put behind it here:
// in a net with one of its own hardly any change is read.
//
// Properties: a net that is read is written as the same bytes, and answers a picture without leaving its memory.

enum { MAX_BYTES = 1 << 22 };

static void add_digest(struct text *text) {
    struct digest digest;
    digest_init(&digest);
    digest_bytes(&digest, text->bytes, text->n_bytes);
    for (int i = 0; i < 16; i++) {
        const char byte = (char)(digest.lane[i / 8] >> (i % 8 * 8) & 0xFF);
        text_add(text, &byte, 1);
    }
}

static void check(const char *bytes, size_t n) {
    struct conv_net *net = NULL;
    maru_error err = {0};
    if (conv_read(bytes, n, &net, &err) != MARU_OK) {
        must(!net && err.text[0] != '\0');
        return;
    }
    struct text again;
    text_init(&again, MAX_BYTES);
    must(conv_write(net, &again, NULL) == MARU_OK);
    must(again.n_bytes == n && memcmp(again.bytes, bytes, n) == 0);
    text_fini(&again);
    const struct conv_shape shape = conv_shape_of(net);
    if (shape.side <= 16) {
        float *picture =
            alloc_new((size_t)shape.side * shape.side * shape.n_channel, sizeof(float));
        float *scratch = alloc_new(conv_scratch_floats(net), sizeof(float));
        float margin[CONV_MAX_CLASSES];
        must(picture && scratch);
        conv_answer(net, picture, scratch, margin);
        alloc_free(picture);
        alloc_free(scratch);
    }
    conv_free(net);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n < 2 || n > MAX_BYTES / 2) {
        return 0;
    }
    struct text text;
    text_init(&text, MAX_BYTES);
    text_add(&text, (const char *)bytes + 1, n - 1);
    if (bytes[0] % 2 == 1) {
        add_digest(&text);
    }
    check(text.bytes, text.n_bytes);
    text_fini(&text);
    return 0;
}
