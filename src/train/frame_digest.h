// The fingerprint of a table: of the names, kinds and values of all its columns.
#ifndef TRAIN_FRAME_DIGEST_H
#define TRAIN_FRAME_DIGEST_H

#include "signal/frame.h"

// 32 hex digits and a 0; the same table gives the same on every machine.
void frame_digest(const struct frame *frame, char out[33]);

#endif
