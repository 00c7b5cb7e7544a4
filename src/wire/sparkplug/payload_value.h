// What a value of Sparkplug B means: as a sample, as JSON text, and back from a sample.
#ifndef WIRE_SPARKPLUG_PAYLOAD_VALUE_H
#define WIRE_SPARKPLUG_PAYLOAD_VALUE_H

#include "base/arena.h"
#include "base/text.h"
#include "signal/sample.h"
#include "wire/sparkplug/payload.h"

// The value as a sample. Whole numbers and DateTime (as it came, in ms) are integers; a UInt64 from
// 2^63 on is the nearest double; bytes are hexadecimal text; arrays, data sets, templates and
// property sets are JSON text. A null is bad, NaN where it is a double, else 0 or no text.
//   out     *sample, all but its time
//   memory  a text lies in the arena, or where the payload has it
//   errors  MARU_E_INPUT: a value that is not of its type, or a type that is unknown. MARU_E_RANGE: a
//           number outside its type. MARU_E_LIMIT: text of more than SAMPLE_MAX_TEXT_BYTES
maru_status payload_sample(uint32_t type, bool is_null, const struct payload_value *value,
                           struct arena *arena, struct sample *sample, maru_error *err);

// Give a sample as a value of a simple type (Int8 to UUID).
//   memory  a text lies where the sample has it
//   errors  MARU_E_RANGE: the number does not fit the type. MARU_E_USAGE: a text for a number or the
//           other way round, or a type that is not simple
maru_status payload_value_of(uint32_t type, const struct sample *sample,
                             struct payload_value *value, maru_error *err);

// Append a value, or a whole payload, as JSON. What does not fit its type becomes null; so do NaN and
// infinite numbers.
void payload_value_json(uint32_t type, bool is_null, const struct payload_value *value,
                        struct text *out);
void payload_json(const struct payload *payload, struct text *out);

// OPC's quality byte for a metric's property "Quality" (0 bad, 192 good, 500 stale); QUALITY_GOOD where
// it has none.
uint8_t payload_quality(const struct payload_properties *properties);

// The unit that a metric's properties say: engUnit, as Ignition and MQTT Engine have it, Engineering Units, as some gateways do, or unit;
// blanks, underscores and the case of letters do not count. {"", 0} where there is none, or none that can be shown.
//   memory  lies where the properties have it
struct payload_text payload_unit(const struct payload_properties *properties);

#endif
