#include "wire/sparkplug/payload_value.h"

#include <inttypes.h>
#include <string.h>

#include "base/status.h"

// Whole numbers come in fields that know no sign: Int8 to Int32 in 32 bits, Int64 in 64. Senders agree
// on two's complement, but not on its width: -5 as Int8 is seen as 0xFB and as 0xFFFFFFFB. Both are
// read; anything else that does not fit the type is refused. UInt32 is 32 bits in the specification and
// 64 in older libraries, so the field that a number came in is never held against it.
//
// Arrays are bytes, packed little-endian; a BooleanArray is a count in 4 bytes and then bits, the
// highest first; a StringArray is texts that each end in a 0. (The examples of the specification for
// FloatArray and DoubleArray are big-endian, against its own text, and its DateTimeArray has 6 bytes a
// time instead of 8: the text is followed, as other implementations do.)
//
// Source: Sparkplug 3.0.0, clauses 6.4.8 and 6.4.16.

enum { STALE_CODE = 500, STALE_QUALITY = 0x14 }; // OPC: bad, the last known value

// ---- numbers

static uint32_t bits_of(uint32_t type) {
    switch (type) {
    case PAYLOAD_INT8:
    case PAYLOAD_UINT8:
        return 8;
    case PAYLOAD_INT16:
    case PAYLOAD_UINT16:
        return 16;
    case PAYLOAD_INT32:
    case PAYLOAD_UINT32:
        return 32;
    default:
        return 64;
    }
}

static bool is_signed_type(uint32_t type) { return type >= PAYLOAD_INT8 && type <= PAYLOAD_INT64; }

static bool is_whole_type(uint32_t type) {
    return (type >= PAYLOAD_INT8 && type <= PAYLOAD_UINT64) || type == PAYLOAD_DATE_TIME;
}

static bool is_text_type(uint32_t type) {
    return type == PAYLOAD_STRING || type == PAYLOAD_TEXT || type == PAYLOAD_UUID;
}

static bool is_array_type(uint32_t type) {
    return type >= PAYLOAD_INT8_ARRAY && type <= PAYLOAD_DATE_TIME_ARRAY;
}

static int64_t as_signed(uint64_t number, uint32_t n_bit) {
    const uint64_t sign = UINT64_C(1) << (n_bit - 1);
    const uint64_t low = n_bit == 64 ? number : number & (2 * sign - 1);
    return low & sign ? -(int64_t)(~low & (sign - 1)) - 1 : (int64_t)low;
}

// The number that `bits` of a field of n_field bits mean as this type, as 64 bits of two's complement.
static bool whole_number(uint32_t type, uint64_t bits, uint32_t n_field, uint64_t *number) {
    const uint32_t n_bit = bits_of(type);
    const bool is_narrow = n_bit == 64 || bits >> n_bit == 0;
    if (!is_signed_type(type)) {
        *number = bits;
        return is_narrow;
    }
    const int64_t wide = as_signed(bits, n_field);
    *number = (uint64_t)(is_narrow ? as_signed(bits, n_bit) : wide);
    return is_narrow || (wide < 0 && wide >= -(INT64_C(1) << (n_bit - 1)));
}

static bool is_number_kind(const struct payload_value *value) {
    return value->kind == PAYLOAD_HAS_INT || value->kind == PAYLOAD_HAS_LONG;
}

static bool real_number(const struct payload_value *value, double *number) {
    if (value->kind == PAYLOAD_HAS_FLOAT) {
        *number = (double)value->single;
        return true;
    }
    *number = value->real;
    return value->kind == PAYLOAD_HAS_DOUBLE;
}

// ---- JSON

static void add_json_text(struct text *out, struct payload_text text) {
    text_addz(out, "\"");
    size_t begin = 0;
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.bytes[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != 0x7F) {
            continue;
        }
        text_add(out, text.bytes + begin, i - begin);
        text_addf(out, c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
        begin = i + 1;
    }
    if (text.n > begin) {
        text_add(out, text.bytes + begin, text.n - begin);
    }
    text_addz(out, "\"");
}

static void add_hex(struct text *out, struct payload_text bytes) {
    static const char digit[] = "0123456789abcdef";
    for (uint32_t i = 0; i < bytes.n; i++) {
        const unsigned char c = (unsigned char)bytes.bytes[i];
        const char pair[2] = {digit[c >> 4], digit[c & 15]};
        text_add(out, pair, sizeof pair);
    }
}

static void add_hex_text(struct text *out, struct payload_text bytes) {
    text_addz(out, "\"");
    add_hex(out, bytes);
    text_addz(out, "\"");
}

static void add_whole(struct text *out, uint32_t type, uint64_t number) {
    if (is_signed_type(type)) {
        text_addf(out, "%" PRId64, (int64_t)number);
    } else {
        text_addf(out, "%" PRIu64, number);
    }
}

static void add_key(struct text *out, bool *is_first, const char *key) {
    text_addf(out, "%s\"%s\":", *is_first ? "" : ",", key);
    *is_first = false;
}

// ---- arrays

static uint64_t little_endian(const char *bytes, uint32_t n) {
    uint64_t number = 0;
    for (uint32_t i = 0; i < n; i++) {
        number |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    }
    return number;
}

static void add_array_item(struct text *out, uint32_t type, uint64_t bits) {
    if (type == PAYLOAD_FLOAT_ARRAY) {
        const uint32_t low = (uint32_t)bits;
        float single = 0;
        memcpy(&single, &low, sizeof single);
        text_add_double(out, (double)single);
    } else if (type == PAYLOAD_DOUBLE_ARRAY) {
        double real = 0;
        memcpy(&real, &bits, sizeof real);
        text_add_double(out, real);
    } else if (type == PAYLOAD_DATE_TIME_ARRAY) {
        add_whole(out, PAYLOAD_DATE_TIME, bits);
    } else {
        const uint32_t item = type - PAYLOAD_INT8_ARRAY + PAYLOAD_INT8;
        uint64_t number = 0;
        if (whole_number(item, bits, bits_of(item), &number)) {
            add_whole(out, item, number);
        }
    }
}

static uint32_t item_bytes(uint32_t type) {
    if (type == PAYLOAD_FLOAT_ARRAY) {
        return 4;
    }
    return type >= PAYLOAD_DOUBLE_ARRAY ? 8 : bits_of(type - PAYLOAD_INT8_ARRAY + PAYLOAD_INT8) / 8;
}

static bool add_bools(struct text *out, struct payload_text bytes) {
    if (bytes.n < 4) {
        return bytes.n == 0;
    }
    const uint64_t n = little_endian(bytes.bytes, 4);
    if ((n + 7) / 8 != bytes.n - 4) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        const bool is_set = (unsigned char)bytes.bytes[4 + i / 8] & 0x80 >> i % 8;
        text_addf(out, "%s%s", i > 0 ? "," : "", is_set ? "true" : "false");
    }
    return true;
}

static bool add_texts(struct text *out, struct payload_text bytes) {
    if (!text_is_utf8(bytes.bytes, bytes.n) || (bytes.n > 0 && bytes.bytes[bytes.n - 1] != '\0')) {
        return false;
    }
    for (uint32_t at = 0; at < bytes.n;) {
        const char *end = memchr(bytes.bytes + at, '\0', bytes.n - at);
        const uint32_t n = (uint32_t)(end - (bytes.bytes + at));
        text_addz(out, at > 0 ? "," : "");
        add_json_text(out, (struct payload_text){bytes.bytes + at, n});
        at += n + 1;
    }
    return true;
}

// False: bytes that are no array of this type; what was added is of no use.
static bool add_array(struct text *out, uint32_t type, struct payload_text bytes) {
    text_addz(out, "[");
    bool fits = true;
    if (type == PAYLOAD_BOOLEAN_ARRAY) {
        fits = add_bools(out, bytes);
    } else if (type == PAYLOAD_STRING_ARRAY) {
        fits = add_texts(out, bytes);
    } else {
        const uint32_t n_item = item_bytes(type);
        fits = bytes.n % n_item == 0;
        for (uint32_t at = 0; fits && at < bytes.n; at += n_item) {
            text_addz(out, at > 0 ? "," : "");
            add_array_item(out, type, little_endian(bytes.bytes + at, n_item));
        }
    }
    text_addz(out, "]");
    return fits;
}

// ---- what holds other values

static void add_properties(struct text *out, const struct payload_properties *properties) {
    const struct payload_text *key = properties->keys.item;
    const struct payload_property *property = properties->values.item;
    text_addz(out, "{");
    for (uint32_t i = 0; i < properties->keys.n; i++) {
        text_addz(out, i > 0 ? "," : "");
        add_json_text(out, key[i]);
        text_addz(out, ":");
        payload_value_json(property[i].type, property[i].is_null, &property[i].value, out);
    }
    text_addz(out, "}");
}

static void add_properties_list(struct text *out, const struct payload_properties_list *list) {
    const struct payload_properties *set = list->sets.item;
    text_addz(out, "[");
    for (uint32_t i = 0; i < list->sets.n; i++) {
        text_addz(out, i > 0 ? "," : "");
        add_properties(out, &set[i]);
    }
    text_addz(out, "]");
}

static void add_data_set(struct text *out, const struct payload_data_set *set) {
    const struct payload_text *column = set->columns.item;
    const uint32_t *type = set->types.item;
    const struct payload_row *row = set->rows.item;
    text_addz(out, "{\"columns\":[");
    for (uint32_t i = 0; i < set->n_column; i++) {
        text_addz(out, i > 0 ? "," : "");
        add_json_text(out, column[i]);
    }
    text_addz(out, "],\"types\":[");
    for (uint32_t i = 0; i < set->n_column; i++) {
        text_addf(out, "%s\"%s\"", i > 0 ? "," : "", payload_type_name(type[i]));
    }
    text_addz(out, "],\"rows\":[");
    for (uint32_t i = 0; i < set->rows.n; i++) {
        const struct payload_element *element = row[i].elements.item;
        text_addz(out, i > 0 ? ",[" : "[");
        for (uint32_t k = 0; k < set->n_column; k++) {
            text_addz(out, k > 0 ? "," : "");
            payload_value_json(type[k], false, &element[k].value, out);
        }
        text_addz(out, "]");
    }
    text_addz(out, "]}");
}

static void add_metadata(struct text *out, const struct payload_metadata *metadata) {
    static const char *const key[] = {"content_type", "file_name", "file_type", "md5",
                                      "description"};
    const struct payload_text *text[] = {&metadata->content_type, &metadata->file_name,
                                         &metadata->file_type, &metadata->md5,
                                         &metadata->description};
    static const uint8_t number[] = {2, 5, 6, 7, 8};
    bool is_first = true;
    text_addz(out, "{");
    if (metadata->has & 1U << 1) {
        add_key(out, &is_first, "is_multi_part");
        text_addz(out, metadata->is_multi_part ? "true" : "false");
    }
    if (metadata->has & 1U << 3) {
        add_key(out, &is_first, "size");
        text_addf(out, "%" PRIu64, metadata->size);
    }
    if (metadata->has & 1U << 4) {
        add_key(out, &is_first, "seq");
        text_addf(out, "%" PRIu64, metadata->seq);
    }
    for (size_t i = 0; i < sizeof number; i++) {
        if (metadata->has & 1U << number[i]) {
            add_key(out, &is_first, key[i]);
            add_json_text(out, *text[i]);
        }
    }
    text_addz(out, "}");
}

static void add_metric(struct text *out, const struct payload_metric *metric) {
    bool is_first = true;
    text_addz(out, "{");
    if (metric->has & 1U << PAYLOAD_METRIC_NAME) {
        add_key(out, &is_first, "name");
        add_json_text(out, metric->name);
    }
    if (metric->has & 1U << PAYLOAD_METRIC_ALIAS) {
        add_key(out, &is_first, "alias");
        text_addf(out, "%" PRIu64, metric->alias);
    }
    if (metric->has & 1U << PAYLOAD_METRIC_TIMESTAMP) {
        add_key(out, &is_first, "timestamp");
        text_addf(out, "%" PRIu64, metric->timestamp_ms);
    }
    if (metric->has & 1U << PAYLOAD_METRIC_TYPE) {
        add_key(out, &is_first, "type");
        text_addf(out, "\"%s\"", payload_type_name(metric->type));
    }
    if (metric->is_historical) {
        add_key(out, &is_first, "is_historical");
        text_addz(out, "true");
    }
    if (metric->is_transient) {
        add_key(out, &is_first, "is_transient");
        text_addz(out, "true");
    }
    if (metric->metadata) {
        add_key(out, &is_first, "metadata");
        add_metadata(out, metric->metadata);
    }
    if (metric->properties) {
        add_key(out, &is_first, "properties");
        add_properties(out, metric->properties);
    }
    add_key(out, &is_first, "value");
    payload_value_json(metric->type, metric->is_null, &metric->value, out);
    text_addz(out, "}");
}

static void add_metrics(struct text *out, const struct payload_list *metrics) {
    const struct payload_metric *metric = metrics->item;
    text_addz(out, "[");
    for (uint32_t i = 0; i < metrics->n; i++) {
        text_addz(out, i > 0 ? "," : "");
        add_metric(out, &metric[i]);
    }
    text_addz(out, "]");
}

static void add_template(struct text *out, const struct payload_template *templ) {
    const struct payload_parameter *parameter = templ->parameters.item;
    text_addf(out, "{\"is_definition\":%s", templ->is_definition ? "true" : "false");
    if (templ->reference.n > 0) {
        text_addz(out, ",\"reference\":");
        add_json_text(out, templ->reference);
    }
    if (templ->version.n > 0) {
        text_addz(out, ",\"version\":");
        add_json_text(out, templ->version);
    }
    text_addz(out, ",\"parameters\":{");
    for (uint32_t i = 0; i < templ->parameters.n; i++) {
        text_addz(out, i > 0 ? "," : "");
        add_json_text(out, parameter[i].name);
        text_addz(out, ":");
        payload_value_json(parameter[i].type, false, &parameter[i].value, out);
    }
    text_addz(out, "},\"metrics\":");
    add_metrics(out, &templ->metrics);
    text_addz(out, "}");
}

// ---- one value

// True: the value is one of those that hold others, and was added if it is of its type.
static bool add_holder(uint32_t type, const struct payload_value *value, struct text *out) {
    switch ((enum payload_kind)value->kind) {
    case PAYLOAD_HAS_DATA_SET:
        if (type == PAYLOAD_DATA_SET) {
            add_data_set(out, value->data_set);
            return true;
        }
        return false;
    case PAYLOAD_HAS_TEMPLATE:
        if (type == PAYLOAD_TEMPLATE) {
            add_template(out, value->templ);
            return true;
        }
        return false;
    case PAYLOAD_HAS_PROPERTIES:
        if (type == PAYLOAD_PROPERTY_SET) {
            add_properties(out, value->properties);
            return true;
        }
        return false;
    case PAYLOAD_HAS_PROPERTIES_LIST:
        if (type == PAYLOAD_PROPERTY_SET_LIST) {
            add_properties_list(out, value->properties_list);
            return true;
        }
        return false;
    case PAYLOAD_HAS_NOTHING:
    case PAYLOAD_HAS_INT:
    case PAYLOAD_HAS_LONG:
    case PAYLOAD_HAS_FLOAT:
    case PAYLOAD_HAS_DOUBLE:
    case PAYLOAD_HAS_FLAG:
    case PAYLOAD_HAS_TEXT:
    case PAYLOAD_HAS_BYTES:
    default:
        return false;
    }
}

void payload_value_json(uint32_t type, bool is_null, const struct payload_value *value,
                        struct text *out) {
    uint64_t number = 0;
    double real = 0;
    const size_t n_before = out->n_bytes;
    bool fits = !is_null;
    if (fits && is_whole_type(type)) {
        fits = is_number_kind(value) &&
               whole_number(type, value->number, value->kind == PAYLOAD_HAS_INT ? 32 : 64, &number);
        if (fits) {
            add_whole(out, type, number);
        }
    } else if (fits && (type == PAYLOAD_FLOAT || type == PAYLOAD_DOUBLE)) {
        fits = real_number(value, &real);
        if (fits) {
            text_add_double(out, real);
        }
    } else if (fits && type == PAYLOAD_BOOLEAN && value->kind == PAYLOAD_HAS_FLAG) {
        text_addz(out, value->number ? "true" : "false");
    } else if (fits && is_text_type(type) && value->kind == PAYLOAD_HAS_TEXT) {
        add_json_text(out, value->text);
    } else if (fits && value->kind == PAYLOAD_HAS_BYTES && is_array_type(type)) {
        fits = add_array(out, type, value->text);
    } else if (fits && value->kind == PAYLOAD_HAS_BYTES &&
               (type == PAYLOAD_BYTES || type == PAYLOAD_FILE)) {
        add_hex_text(out, value->text);
    } else if (fits) {
        fits = add_holder(type, value, out);
    }
    if (!fits && out->status == MARU_OK) {
        out->n_bytes = n_before; // half an array is taken back
        text_addz(out, "null");
    }
}

void payload_json(const struct payload *payload, struct text *out) {
    bool is_first = true;
    text_addz(out, "{");
    if (payload->has & 1U << PAYLOAD_TIMESTAMP) {
        add_key(out, &is_first, "timestamp");
        text_addf(out, "%" PRIu64, payload->timestamp_ms);
    }
    if (payload->has & 1U << PAYLOAD_SEQ) {
        add_key(out, &is_first, "seq");
        text_addf(out, "%" PRIu64, payload->seq);
    }
    if (payload->has & 1U << PAYLOAD_UUID_ID) {
        add_key(out, &is_first, "uuid");
        add_json_text(out, payload->uuid);
    }
    if (payload->has & 1U << PAYLOAD_BODY) {
        add_key(out, &is_first, "body");
        add_hex_text(out, payload->body);
    }
    add_key(out, &is_first, "metrics");
    add_metrics(out, &payload->metrics);
    text_addz(out, "}");
}

// ---- samples

static maru_status not_of_its_type(maru_error *err, uint32_t type) {
    return fail(err, MARU_E_INPUT, "a value that is no %s", payload_type_name(type));
}

static maru_status sample_of_text(struct payload_text text, struct sample *sample,
                                  maru_error *err) {
    if (text.n > SAMPLE_MAX_TEXT_BYTES) {
        return fail(err, MARU_E_LIMIT, "a text of more than %d bytes", SAMPLE_MAX_TEXT_BYTES);
    }
    sample->type = SAMPLE_TEXT;
    sample->value.text = text.bytes;
    sample->n_text = text.n;
    return MARU_OK;
}

// What has no form of its own: its JSON, or for bytes their digits.
static maru_status sample_of_json(uint32_t type, const struct payload_value *value,
                                  struct arena *arena, struct sample *sample, maru_error *err) {
    struct text json;
    text_init(&json, SAMPLE_MAX_TEXT_BYTES + 1);
    const bool is_plain = type == PAYLOAD_BYTES || type == PAYLOAD_FILE;
    maru_status st = MARU_OK;
    if (is_plain && value->kind != PAYLOAD_HAS_BYTES) {
        st = not_of_its_type(err, type);
    } else if (is_plain) {
        add_hex(&json, value->text);
    } else {
        payload_value_json(type, false, value, &json);
    }
    if (st == MARU_OK && json.status != MARU_OK) {
        st = json.status == MARU_E_LIMIT
                 ? fail(err, MARU_E_LIMIT, "a text of more than %d bytes", SAMPLE_MAX_TEXT_BYTES)
                 : fail(err, json.status, "no memory for a text");
    }
    if (st == MARU_OK && json.n_bytes == 4 && memcmp(json.bytes, "null", 4) == 0) {
        st = not_of_its_type(err, type);
    }
    if (st == MARU_OK) {
        char *copy = arena_text(arena, json.bytes ? json.bytes : "", json.n_bytes);
        st = copy ? sample_of_text((struct payload_text){copy, (uint32_t)json.n_bytes}, sample, err)
                  : arena_refusal(arena, err);
    }
    text_fini(&json);
    return st;
}

static maru_status sample_of_whole(uint32_t type, const struct payload_value *value,
                                   struct sample *sample, maru_error *err) {
    uint64_t number = 0;
    if (!is_number_kind(value)) {
        return not_of_its_type(err, type);
    }
    if (!whole_number(type, value->number, value->kind == PAYLOAD_HAS_INT ? 32 : 64, &number)) {
        return fail(err, MARU_E_RANGE, "a number outside of what %s holds",
                    payload_type_name(type));
    }
    sample->type = SAMPLE_INTEGER;
    sample->value.integer = (int64_t)number;
    if (!is_signed_type(type) && number > INT64_MAX) {
        sample->type = SAMPLE_DOUBLE;
        sample->value.number = (double)number;
    }
    return MARU_OK;
}

static enum sample_type sample_type_of(uint32_t type) {
    if (is_whole_type(type)) {
        return SAMPLE_INTEGER;
    }
    if (type == PAYLOAD_FLOAT || type == PAYLOAD_DOUBLE) {
        return SAMPLE_DOUBLE;
    }
    return type == PAYLOAD_BOOLEAN ? SAMPLE_BOOL : SAMPLE_TEXT;
}

static void make_null(uint32_t type, struct sample *sample) {
    const uint64_t nan_bits = UINT64_C(0x7FF8000000000000);
    sample->type = (uint8_t)sample_type_of(type);
    sample->quality = QUALITY_BAD;
    if (sample->type == SAMPLE_DOUBLE) {
        memcpy(&sample->value.number, &nan_bits, sizeof nan_bits);
    } else if (sample->type == SAMPLE_TEXT) {
        sample->value.text = "";
    }
}

maru_status payload_sample(uint32_t type, bool is_null, const struct payload_value *value,
                           struct arena *arena, struct sample *sample, maru_error *err) {
    struct sample made = {.at_us = sample->at_us, .quality = QUALITY_GOOD};
    maru_status st = MARU_OK;
    if (type == PAYLOAD_UNKNOWN || type >= N_PAYLOAD_TYPE) {
        return fail(err, MARU_E_INPUT, "a data type that is not in Sparkplug B");
    }
    if (is_null) {
        make_null(type, &made);
    } else if (is_whole_type(type)) {
        st = sample_of_whole(type, value, &made, err);
    } else if (type == PAYLOAD_FLOAT || type == PAYLOAD_DOUBLE) {
        made.type = SAMPLE_DOUBLE;
        st = real_number(value, &made.value.number) ? MARU_OK : not_of_its_type(err, type);
    } else if (type == PAYLOAD_BOOLEAN) {
        made.type = SAMPLE_BOOL;
        made.value.integer = value->kind == PAYLOAD_HAS_FLAG && value->number;
        st = value->kind == PAYLOAD_HAS_FLAG ? MARU_OK : not_of_its_type(err, type);
    } else if (is_text_type(type)) {
        st = value->kind == PAYLOAD_HAS_TEXT ? sample_of_text(value->text, &made, err)
                                             : not_of_its_type(err, type);
    } else {
        st = sample_of_json(type, value, arena, &made, err);
    }
    if (st == MARU_OK) {
        *sample = made;
    }
    return st;
}

// ---- from samples

static maru_status whole_value(uint32_t type, const struct sample *sample,
                               struct payload_value *value, maru_error *err) {
    const int64_t number = sample->value.integer;
    const uint32_t n_bit = bits_of(type);
    bool fits = true;
    if (is_signed_type(type) && n_bit < 64) {
        fits = number >= -(INT64_C(1) << (n_bit - 1)) && number < INT64_C(1) << (n_bit - 1);
    } else if (!is_signed_type(type)) {
        fits = number >= 0 && (n_bit == 64 || number >> n_bit == 0);
    }
    if (!fits) {
        return fail(err, MARU_E_RANGE, "a number outside of what %s holds",
                    payload_type_name(type));
    }
    const bool is_long = n_bit == 64;
    value->kind = is_long ? PAYLOAD_HAS_LONG : PAYLOAD_HAS_INT;
    value->number = is_long ? (uint64_t)number : (uint64_t)number & UINT32_MAX;
    return MARU_OK;
}

maru_status payload_value_of(uint32_t type, const struct sample *sample,
                             struct payload_value *value, maru_error *err) {
    struct payload_value made = {0};
    const bool is_number = sample->type != SAMPLE_TEXT;
    maru_status st = MARU_OK;
    if (is_whole_type(type) && is_number && sample->type != SAMPLE_DOUBLE) {
        st = whole_value(type, sample, &made, err);
    } else if (type == PAYLOAD_DOUBLE && is_number) {
        made.kind = PAYLOAD_HAS_DOUBLE;
        made.real = sample_number(sample);
    } else if (type == PAYLOAD_FLOAT && is_number) {
        made.kind = PAYLOAD_HAS_FLOAT;
        made.single = (float)sample_number(sample);
    } else if (type == PAYLOAD_BOOLEAN && sample->type == SAMPLE_BOOL) {
        made.kind = PAYLOAD_HAS_FLAG;
        made.number = sample->value.integer != 0;
    } else if (is_text_type(type) && !is_number) {
        made.kind = PAYLOAD_HAS_TEXT;
        made.text = (struct payload_text){sample->value.text, sample->n_text};
    } else {
        st = fail(err, MARU_E_USAGE, "a %s cannot be sent as %s",
                  sample_type_name((enum sample_type)sample->type), payload_type_name(type));
    }
    if (st == MARU_OK) {
        *value = made;
    }
    return st;
}

uint8_t payload_quality(const struct payload_properties *properties) {
    const struct payload_property *quality = payload_find_property(properties, "Quality");
    if (!quality || quality->is_null || !is_number_kind(&quality->value)) {
        return QUALITY_GOOD;
    }
    if (quality->value.number == STALE_CODE) {
        return STALE_QUALITY;
    }
    return quality->value.number <= UINT8_MAX ? (uint8_t)quality->value.number : QUALITY_BAD;
}

// Is it this word, blanks, underscores and the case of letters aside?
static bool is_key(struct payload_text key, const char *word) {
    for (uint32_t i = 0; i < key.n; i++) {
        const char c = key.bytes[i];
        if (c != ' ' && c != '_' && *word++ != (char)(c >= 'A' && c <= 'Z' ? c + 32 : c)) {
            return false;
        }
    }
    return *word == '\0';
}

static bool can_be_shown(struct payload_text text) {
    for (uint32_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.bytes[i];
        if (c < 0x20 || c == 0x7F) {
            return false;
        }
    }
    return text.n > 0 && text.n <= PAYLOAD_MAX_UNIT_BYTES;
}

struct payload_text payload_unit(const struct payload_properties *properties) {
    static const char *const word[] = {"engunit",          "engunits", "engineeringunit",
                                       "engineeringunits", "unit",     "units"};
    const struct payload_text *key = properties ? properties->keys.item : NULL;
    const struct payload_property *value = properties ? properties->values.item : NULL;
    for (size_t k = 0; properties && k < sizeof word / sizeof *word; k++) {
        for (uint32_t i = 0; i < properties->keys.n; i++) {
            if (is_key(key[i], word[k]) && !value[i].is_null &&
                value[i].value.kind == PAYLOAD_HAS_TEXT && can_be_shown(value[i].value.text)) {
                return value[i].value.text;
            }
        }
    }
    return (struct payload_text){"", 0};
}
