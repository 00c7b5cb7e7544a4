// Codes of answers and the text of times, as SEMI E5 and E30 give them.
#ifndef WIRE_SECS_GEM_CODE_H
#define WIRE_SECS_GEM_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/status.h"
#include "wire/secs/item.h"

enum { GEM_TIME_BYTES = 17 }; // of the longest time, with its 0

// The code of an answer such as S2F34 (DRACK) or S2F42 (HCACK, the first of two).
//   out  false where this kind of answer has none, or the item is of another shape
bool gem_code_of(uint8_t stream, uint8_t function, const struct secs_item *item, int32_t *code);

// What a code says, "" for good and for codes that the standards leave to the tool.
//   memory  static
const char *gem_code_text(uint8_t stream, uint8_t function, int32_t code);

// What an S9 message says, "" for what is none.
//   memory  static
const char *gem_error_text(uint8_t function);

// The time as YYMMDDhhmmss, YYYYMMDDhhmmss or YYYYMMDDhhmmsscc (digits: 12, 14, 16).
//   in   us since 1970-01-01 UTC, with the tool's offset from UTC added; years 1970 to 9999
void gem_time_text(maru_time at_us, int64_t digits, char out[GEM_TIME_BYTES]);

// And back, by its length; with 12 digits, years 70 to 99 are 1970 to 1999. False where it is no time.
bool gem_time_read(const uint8_t *text, uint32_t n, maru_time *at_us);

#endif
