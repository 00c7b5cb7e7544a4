#include "wire/sparkplug/payload.h"

#include <assert.h>
#include <string.h>

#include "base/status.h"
#include "wire/sparkplug/protobuf.h"

// Each message of the specification is a shape: a table of its fields, where they lie in the struct,
// and of what kind they are. One reader and one writer walk the tables, so both know the same.
//
// Why no library: generated readers (protobuf-c among them) call themselves for each nested message
// without a limit, and a template holds metrics that hold templates. A few KiB from a stranger are
// then enough to run off the stack of the host. Here depth counts against PAYLOAD_MAX_DEPTH, metrics
// against PAYLOAD_MAX_METRICS wherever they are nested, and all memory against the arena's cap.
//
// A message is walked twice: the first walk counts what repeats, the second fills arrays of just that
// size. Texts stay where the input has them. A field that does not repeat and comes twice, or a second
// value, is refused: protobuf would let the last one win, and what a sender meant cannot be known.
//
// Source: Sparkplug 3.0.0 (Eclipse, 2022), clause 6.4.

enum what {
    NUMBER32,
    NUMBER64,
    FLAG,
    TEXT,
    MESSAGE,
    LIST_NUMBER32,
    LIST_TEXT,
    LIST_MESSAGE,
    VALUE
};

enum { MOST_FORMS = 20 };

struct form {
    uint8_t number;
    uint8_t what;  // enum what
    uint8_t kind;  // enum payload_kind of a VALUE
    bool is_bytes; // a TEXT that need not be UTF-8
    uint16_t at;   // where the member lies in the struct
    const struct shape *of;
};

struct reading;

struct shape {
    const struct form *form; // by number
    uint8_t n_form;
    bool has_lists;
    uint16_t size;
    maru_status (*check)(struct reading *reading, const void *message, size_t origin);
};

struct reading {
    struct arena *arena;
    uint32_t n_metric;
    maru_error *err;
};

static maru_status wrong(const struct reading *reading, size_t origin, const char *what) {
    return fail_at(reading->err, MARU_E_INPUT, NULL, 0, (uint32_t)origin + 1, "%s", what);
}

// ---- shapes

static maru_status check_metric(struct reading *reading, const void *message, size_t origin);
static maru_status check_properties(struct reading *reading, const void *message, size_t origin);
static maru_status check_data_set(struct reading *reading, const void *message, size_t origin);

static const struct shape property_shape, properties_shape, properties_list_shape, metadata_shape,
    element_shape, row_shape, data_set_shape, parameter_shape, template_shape, metric_shape;

#define AT(type, member) offsetof(struct type, member)
#define VALUES_OF(type, first)                                                                     \
    {(first), VALUE, PAYLOAD_HAS_INT, false, AT(type, value), NULL},                               \
        {(first) + 1, VALUE, PAYLOAD_HAS_LONG, false, AT(type, value), NULL},                      \
        {(first) + 2, VALUE, PAYLOAD_HAS_FLOAT, false, AT(type, value), NULL},                     \
        {(first) + 3, VALUE, PAYLOAD_HAS_DOUBLE, false, AT(type, value), NULL},                    \
        {(first) + 4, VALUE, PAYLOAD_HAS_FLAG, false, AT(type, value), NULL}, {                    \
        (first) + 5, VALUE, PAYLOAD_HAS_TEXT, false, AT(type, value), NULL                         \
    }
#define SHAPE(name, type, lists, checked)                                                          \
    static const struct shape name##_shape = {name##_forms,                                        \
                                              sizeof name##_forms / sizeof(struct form), lists,    \
                                              sizeof(struct type), checked}

static const struct form property_forms[] = {
    {1, NUMBER32, 0, false, AT(payload_property, type), NULL},
    {2, FLAG, 0, false, AT(payload_property, is_null), NULL},
    VALUES_OF(payload_property, 3),
    {9, VALUE, PAYLOAD_HAS_PROPERTIES, false, AT(payload_property, value), &properties_shape},
    {10, VALUE, PAYLOAD_HAS_PROPERTIES_LIST, false, AT(payload_property, value),
     &properties_list_shape},
};
SHAPE(property, payload_property, false, NULL);

static const struct form properties_forms[] = {
    {1, LIST_TEXT, 0, false, AT(payload_properties, keys), NULL},
    {2, LIST_MESSAGE, 0, false, AT(payload_properties, values), &property_shape},
};
SHAPE(properties, payload_properties, true, check_properties);

static const struct form properties_list_forms[] = {
    {1, LIST_MESSAGE, 0, false, AT(payload_properties_list, sets), &properties_shape},
};
SHAPE(properties_list, payload_properties_list, true, NULL);

static const struct form metadata_forms[] = {
    {1, FLAG, 0, false, AT(payload_metadata, is_multi_part), NULL},
    {2, TEXT, 0, false, AT(payload_metadata, content_type), NULL},
    {3, NUMBER64, 0, false, AT(payload_metadata, size), NULL},
    {4, NUMBER64, 0, false, AT(payload_metadata, seq), NULL},
    {5, TEXT, 0, false, AT(payload_metadata, file_name), NULL},
    {6, TEXT, 0, false, AT(payload_metadata, file_type), NULL},
    {7, TEXT, 0, false, AT(payload_metadata, md5), NULL},
    {8, TEXT, 0, false, AT(payload_metadata, description), NULL},
};
SHAPE(metadata, payload_metadata, false, NULL);

static const struct form element_forms[] = {VALUES_OF(payload_element, 1)};
SHAPE(element, payload_element, false, NULL);

static const struct form row_forms[] = {
    {1, LIST_MESSAGE, 0, false, AT(payload_row, elements), &element_shape},
};
SHAPE(row, payload_row, true, NULL);

static const struct form data_set_forms[] = {
    {1, NUMBER64, 0, false, AT(payload_data_set, n_column), NULL},
    {2, LIST_TEXT, 0, false, AT(payload_data_set, columns), NULL},
    {3, LIST_NUMBER32, 0, false, AT(payload_data_set, types), NULL},
    {4, LIST_MESSAGE, 0, false, AT(payload_data_set, rows), &row_shape},
};
SHAPE(data_set, payload_data_set, true, check_data_set);

static const struct form parameter_forms[] = {
    {1, TEXT, 0, false, AT(payload_parameter, name), NULL},
    {2, NUMBER32, 0, false, AT(payload_parameter, type), NULL},
    VALUES_OF(payload_parameter, 3),
};
SHAPE(parameter, payload_parameter, false, NULL);

static const struct form template_forms[] = {
    {1, TEXT, 0, false, AT(payload_template, version), NULL},
    {2, LIST_MESSAGE, 0, false, AT(payload_template, metrics), &metric_shape},
    {3, LIST_MESSAGE, 0, false, AT(payload_template, parameters), &parameter_shape},
    {4, TEXT, 0, false, AT(payload_template, reference), NULL},
    {5, FLAG, 0, false, AT(payload_template, is_definition), NULL},
};
SHAPE(template, payload_template, true, NULL);

static const struct form metric_forms[] = {
    {PAYLOAD_METRIC_NAME, TEXT, 0, false, AT(payload_metric, name), NULL},
    {PAYLOAD_METRIC_ALIAS, NUMBER64, 0, false, AT(payload_metric, alias), NULL},
    {PAYLOAD_METRIC_TIMESTAMP, NUMBER64, 0, false, AT(payload_metric, timestamp_ms), NULL},
    {PAYLOAD_METRIC_TYPE, NUMBER32, 0, false, AT(payload_metric, type), NULL},
    {PAYLOAD_METRIC_HISTORICAL, FLAG, 0, false, AT(payload_metric, is_historical), NULL},
    {PAYLOAD_METRIC_TRANSIENT, FLAG, 0, false, AT(payload_metric, is_transient), NULL},
    {PAYLOAD_METRIC_NULL, FLAG, 0, false, AT(payload_metric, is_null), NULL},
    {PAYLOAD_METRIC_METADATA, MESSAGE, 0, false, AT(payload_metric, metadata), &metadata_shape},
    {PAYLOAD_METRIC_PROPERTIES, MESSAGE, 0, false, AT(payload_metric, properties),
     &properties_shape},
    VALUES_OF(payload_metric, 10),
    {16, VALUE, PAYLOAD_HAS_BYTES, true, AT(payload_metric, value), NULL},
    {17, VALUE, PAYLOAD_HAS_DATA_SET, false, AT(payload_metric, value), &data_set_shape},
    {18, VALUE, PAYLOAD_HAS_TEMPLATE, false, AT(payload_metric, value), &template_shape},
};
SHAPE(metric, payload_metric, false, check_metric);

static const struct form payload_forms[] = {
    {PAYLOAD_TIMESTAMP, NUMBER64, 0, false, AT(payload, timestamp_ms), NULL},
    {PAYLOAD_METRICS, LIST_MESSAGE, 0, false, AT(payload, metrics), &metric_shape},
    {PAYLOAD_SEQ, NUMBER64, 0, false, AT(payload, seq), NULL},
    {PAYLOAD_UUID_ID, TEXT, 0, false, AT(payload, uuid), NULL},
    {PAYLOAD_BODY, TEXT, 0, true, AT(payload, body), NULL},
};
SHAPE(payload, payload, true, NULL);

// ---- what holds between fields

static maru_status check_metric(struct reading *reading, const void *message, size_t origin) {
    const struct payload_metric *metric = message;
    if (metric->name.n > PAYLOAD_MAX_NAME_BYTES) {
        return fail_at(reading->err, MARU_E_LIMIT, NULL, 0, (uint32_t)origin + 1,
                       "a metric's name has more than %d bytes", PAYLOAD_MAX_NAME_BYTES);
    }
    return MARU_OK;
}

static maru_status check_properties(struct reading *reading, const void *message, size_t origin) {
    const struct payload_properties *properties = message;
    return properties->keys.n == properties->values.n
               ? MARU_OK
               : wrong(reading, origin, "a property set with more keys than values, or fewer");
}

static maru_status check_data_set(struct reading *reading, const void *message, size_t origin) {
    const struct payload_data_set *set = message;
    bool fits = set->columns.n == set->n_column && set->types.n == set->n_column;
    const struct payload_row *row = set->rows.item;
    for (uint32_t i = 0; fits && i < set->rows.n; i++) {
        fits = row[i].elements.n == set->n_column;
    }
    return fits ? MARU_OK : wrong(reading, origin, "a data set whose rows do not fit its columns");
}

// ---- reading

static const struct form *find_form(const struct shape *shape, uint32_t number) {
    for (uint32_t i = 0; i < shape->n_form; i++) {
        if (shape->form[i].number == number) {
            return &shape->form[i];
        }
    }
    return NULL;
}

static uint8_t wire_of(const struct form *form) {
    if (form->what == VALUE) {
        switch ((enum payload_kind)form->kind) {
        case PAYLOAD_HAS_INT:
        case PAYLOAD_HAS_LONG:
        case PAYLOAD_HAS_FLAG:
            return PROTOBUF_VARINT;
        case PAYLOAD_HAS_FLOAT:
            return PROTOBUF_FIXED32;
        case PAYLOAD_HAS_DOUBLE:
            return PROTOBUF_FIXED64;
        case PAYLOAD_HAS_NOTHING:
        case PAYLOAD_HAS_TEXT:
        case PAYLOAD_HAS_BYTES:
        case PAYLOAD_HAS_DATA_SET:
        case PAYLOAD_HAS_TEMPLATE:
        case PAYLOAD_HAS_PROPERTIES:
        case PAYLOAD_HAS_PROPERTIES_LIST:
        default:
            return PROTOBUF_BYTES;
        }
    }
    const bool is_number = form->what == NUMBER32 || form->what == NUMBER64 || form->what == FLAG;
    return is_number || form->what == LIST_NUMBER32 ? PROTOBUF_VARINT : PROTOBUF_BYTES;
}

static bool is_list(const struct form *form) {
    return form->what == LIST_NUMBER32 || form->what == LIST_TEXT || form->what == LIST_MESSAGE;
}

static bool is_packed(const struct form *form, const struct protobuf_field *field) {
    return form->what == LIST_NUMBER32 && field->wire == PROTOBUF_BYTES;
}

static uint32_t count_packed(const struct protobuf_field *field) {
    uint32_t n = 0;
    for (size_t i = 0; i < field->n; i++) {
        n += field->bytes[i] < 0x80;
    }
    return n;
}

static size_t item_size(const struct form *form) {
    return form->what == LIST_TEXT       ? sizeof(struct payload_text)
           : form->what == LIST_NUMBER32 ? sizeof(uint32_t)
                                         : form->of->size;
}

// Makes an array for each list of the message: item[i] belongs to form[i].
static maru_status make_lists(struct reading *reading, const struct shape *shape,
                              struct protobuf_reader reader, void *item[MOST_FORMS]) {
    uint32_t count[MOST_FORMS] = {0};
    struct protobuf_field field;
    maru_status st = MARU_OK;
    while ((st = protobuf_next(&reader, &field, reading->err)) == MARU_OK) {
        const struct form *form = find_form(shape, field.number);
        if (form) {
            count[form - shape->form] += is_packed(form, &field) ? count_packed(&field) : 1;
        }
    }
    for (uint32_t i = 0; st == MARU_MORE && i < shape->n_form; i++) {
        if (is_list(&shape->form[i]) && count[i] > 0) {
            item[i] = arena_take(reading->arena, count[i], item_size(&shape->form[i]));
            st = item[i] ? MARU_MORE : arena_refusal(reading->arena, reading->err);
        }
    }
    return st == MARU_MORE ? MARU_OK : st;
}

static maru_status read_message(struct reading *reading, const struct shape *shape,
                                struct protobuf_reader reader, uint32_t depth, void *to);

static maru_status read_text(struct reading *reading, const struct protobuf_field *field,
                             bool is_bytes, struct payload_text *to) {
    if (!is_bytes && !text_is_utf8((const char *)field->bytes, field->n)) {
        return wrong(reading, field->origin, "a text that is not UTF-8");
    }
    *to = (struct payload_text){(const char *)field->bytes, (uint32_t)field->n};
    return MARU_OK;
}

static maru_status read_inner(struct reading *reading, const struct shape *shape,
                              const struct protobuf_field *field, uint32_t depth, void *to) {
    if (shape == &metric_shape && ++reading->n_metric > PAYLOAD_MAX_METRICS) {
        return fail_at(reading->err, MARU_E_LIMIT, NULL, 0, (uint32_t)field->origin + 1,
                       "there are more than %d metrics", PAYLOAD_MAX_METRICS);
    }
    const struct protobuf_reader inner = {field->bytes, field->n, 0, field->origin};
    return read_message(reading, shape, inner, depth + 1, to);
}

// A message of its own in the arena.
static maru_status read_apart(struct reading *reading, const struct form *form,
                              const struct protobuf_field *field, uint32_t depth, const void **to) {
    void *message = arena_take(reading->arena, 1, form->of->size);
    if (!message) {
        return arena_refusal(reading->arena, reading->err);
    }
    *to = message;
    return read_inner(reading, form->of, field, depth, message);
}

static maru_status read_value(struct reading *reading, const struct form *form,
                              const struct protobuf_field *field, uint32_t depth,
                              struct payload_value *to) {
    if (to->kind != PAYLOAD_HAS_NOTHING) {
        return wrong(reading, field->origin, "two values where one is wanted");
    }
    to->kind = form->kind;
    if (form->of) {
        const void *message = NULL;
        const maru_status st = read_apart(reading, form, field, depth, &message);
        to->data_set = message; // all pointers of the union are one
        return st;
    }
    switch ((enum payload_kind)form->kind) {
    case PAYLOAD_HAS_INT:
        to->number = field->value & UINT32_MAX; // as protobuf does: negative ones come in 64 bits
        return MARU_OK;
    case PAYLOAD_HAS_LONG:
        to->number = field->value;
        return MARU_OK;
    case PAYLOAD_HAS_FLAG:
        to->number = field->value != 0;
        return MARU_OK;
    case PAYLOAD_HAS_FLOAT: {
        const uint32_t bits = (uint32_t)field->value;
        memcpy(&to->single, &bits, sizeof bits);
        return MARU_OK;
    }
    case PAYLOAD_HAS_DOUBLE:
        memcpy(&to->real, &field->value, sizeof field->value);
        return MARU_OK;
    case PAYLOAD_HAS_NOTHING:
    case PAYLOAD_HAS_TEXT:
    case PAYLOAD_HAS_BYTES:
    case PAYLOAD_HAS_DATA_SET:
    case PAYLOAD_HAS_TEMPLATE:
    case PAYLOAD_HAS_PROPERTIES:
    case PAYLOAD_HAS_PROPERTIES_LIST:
    default:
        return read_text(reading, field, form->is_bytes, &to->text);
    }
}

static maru_status read_packed(struct reading *reading, const struct protobuf_field *field,
                               struct payload_list *list, uint32_t *item) {
    // Read as the fields of a message would be, but for the keys: `value` is all there is.
    size_t at = 0;
    while (at < field->n) {
        uint64_t value = 0;
        uint32_t shift = 0;
        uint8_t byte = 0x80;
        for (; byte >= 0x80 && at < field->n && shift < 64; shift += 7) {
            byte = field->bytes[at++];
            value |= (uint64_t)(byte & 0x7F) << shift;
        }
        if (byte >= 0x80) {
            return wrong(reading, field->origin + at, "the message ends inside a number");
        }
        item[list->n++] = (uint32_t)value;
    }
    return MARU_OK;
}

static maru_status read_item(struct reading *reading, const struct form *form,
                             const struct protobuf_field *field, uint32_t depth,
                             struct payload_list *list, void *item) {
    list->item = item;
    if (is_packed(form, field)) {
        return read_packed(reading, field, list, item);
    }
    const uint32_t i = list->n++;
    if (form->what == LIST_NUMBER32) {
        ((uint32_t *)item)[i] = (uint32_t)field->value;
        return MARU_OK;
    }
    if (form->what == LIST_TEXT) {
        return read_text(reading, field, false, &((struct payload_text *)item)[i]);
    }
    return read_inner(reading, form->of, field, depth, (char *)item + (size_t)i * form->of->size);
}

static maru_status read_single(struct reading *reading, const struct form *form,
                               const struct protobuf_field *field, uint32_t depth, void *member) {
    switch ((enum what)form->what) {
    case NUMBER32:
        *(uint32_t *)member = (uint32_t)field->value;
        return MARU_OK;
    case NUMBER64:
        *(uint64_t *)member = field->value;
        return MARU_OK;
    case FLAG:
        *(bool *)member = field->value != 0;
        return MARU_OK;
    case TEXT:
        return read_text(reading, field, form->is_bytes, member);
    case VALUE:
        return read_value(reading, form, field, depth, member);
    case MESSAGE:
    case LIST_NUMBER32:
    case LIST_TEXT:
    case LIST_MESSAGE:
    default:
        return read_apart(reading, form, field, depth, member);
    }
}

static maru_status read_message(struct reading *reading, const struct shape *shape,
                                struct protobuf_reader reader, uint32_t depth, void *to) {
    assert(shape->n_form <= MOST_FORMS);
    if (depth > PAYLOAD_MAX_DEPTH) {
        return fail_at(reading->err, MARU_E_LIMIT, NULL, 0, (uint32_t)reader.origin + 1,
                       "messages nested more than %d deep", PAYLOAD_MAX_DEPTH);
    }
    void *item[MOST_FORMS] = {0};
    maru_status st = shape->has_lists ? make_lists(reading, shape, reader, item) : MARU_OK;
    uint32_t *has = to; // the first member of every message
    struct protobuf_field field;
    while (st == MARU_OK && (st = protobuf_next(&reader, &field, reading->err)) == MARU_OK) {
        const struct form *form = find_form(shape, field.number);
        if (!form) {
            continue;
        }
        if (field.wire != wire_of(form) && !is_packed(form, &field)) {
            st = wrong(reading, field.origin, "a field of a kind that it cannot have");
        } else if (is_list(form)) {
            st = read_item(reading, form, &field, depth, (void *)((char *)to + form->at),
                           item[form - shape->form]);
        } else if (*has & 1U << form->number) {
            st = wrong(reading, field.origin, "a field that may come once comes twice");
        } else {
            st = read_single(reading, form, &field, depth, (char *)to + form->at);
        }
        *has |= 1U << form->number;
    }
    if (st != MARU_MORE) {
        return st;
    }
    return shape->check ? shape->check(reading, to, reader.origin) : MARU_OK;
}

maru_status payload_read(const void *bytes, size_t n, struct arena *arena, struct payload *payload,
                         maru_error *err) {
    if (n > PAYLOAD_MAX_BYTES) {
        return fail(err, MARU_E_LIMIT, "a payload of more than %d bytes", PAYLOAD_MAX_BYTES);
    }
    struct reading reading = {arena, 0, err};
    struct payload found = {0};
    const maru_status st = read_message(
        &reading, &payload_shape, (struct protobuf_reader){.bytes = bytes, .n = n}, 0, &found);
    if (st == MARU_OK) {
        *payload = found;
    }
    return st;
}

// ---- writing

static void write_message(const struct shape *shape, const void *from, struct text *out);

static void write_inner(const struct form *form, const void *message, struct text *out) {
    const size_t opened = protobuf_open(out, form->number);
    write_message(form->of, message, out);
    protobuf_close(out, opened);
}

static void write_value(const struct form *form, const struct payload_value *value,
                        struct text *out) {
    if (value->kind != form->kind) {
        return;
    }
    if (form->of) {
        write_inner(form, value->data_set, out); // all pointers of the union are one
    } else if (form->kind == PAYLOAD_HAS_FLOAT) {
        uint32_t bits = 0;
        memcpy(&bits, &value->single, sizeof bits);
        protobuf_add_fixed32(out, form->number, bits);
    } else if (form->kind == PAYLOAD_HAS_DOUBLE) {
        uint64_t bits = 0;
        memcpy(&bits, &value->real, sizeof bits);
        protobuf_add_fixed64(out, form->number, bits);
    } else if (form->kind == PAYLOAD_HAS_TEXT || form->kind == PAYLOAD_HAS_BYTES) {
        protobuf_add_bytes(out, form->number, value->text.bytes, value->text.n);
    } else {
        protobuf_add_number(out, form->number, value->number);
    }
}

static void write_list(const struct form *form, const struct payload_list *list, struct text *out) {
    for (uint32_t i = 0; i < list->n; i++) {
        if (form->what == LIST_NUMBER32) {
            protobuf_add_number(out, form->number, ((const uint32_t *)list->item)[i]);
        } else if (form->what == LIST_TEXT) {
            const struct payload_text *text = (const struct payload_text *)list->item + i;
            protobuf_add_bytes(out, form->number, text->bytes, text->n);
        } else {
            write_inner(form, (const char *)list->item + (size_t)i * form->of->size, out);
        }
    }
}

static void write_single(const struct form *form, const void *member, struct text *out) {
    if (form->what == NUMBER32) {
        protobuf_add_number(out, form->number, *(const uint32_t *)member);
    } else if (form->what == NUMBER64) {
        protobuf_add_number(out, form->number, *(const uint64_t *)member);
    } else if (form->what == FLAG) {
        protobuf_add_number(out, form->number, *(const bool *)member);
    } else if (form->what == TEXT) {
        const struct payload_text *text = member;
        protobuf_add_bytes(out, form->number, text->bytes, text->n);
    } else {
        write_inner(form, *(const void *const *)member, out);
    }
}

static void write_message(const struct shape *shape, const void *from, struct text *out) {
    const uint32_t has = *(const uint32_t *)from;
    for (uint32_t i = 0; i < shape->n_form; i++) {
        const struct form *form = &shape->form[i];
        const void *member = (const char *)from + form->at;
        if (is_list(form)) {
            write_list(form, member, out);
        } else if (form->what == VALUE) {
            write_value(form, member, out);
        } else if (has & 1U << form->number) {
            write_single(form, member, out);
        }
    }
}

void payload_write(const struct payload *payload, struct text *out) {
    write_message(&payload_shape, payload, out);
}

// ---- names

const struct payload_property *payload_find_property(const struct payload_properties *properties,
                                                     const char *key) {
    if (!properties) {
        return NULL;
    }
    const struct payload_text *keys = properties->keys.item;
    for (uint32_t i = 0; i < properties->keys.n; i++) {
        if (payload_text_is(keys[i], key)) {
            return (const struct payload_property *)properties->values.item + i;
        }
    }
    return NULL;
}

const char *payload_type_name(uint32_t type) {
    static const char *const name[N_PAYLOAD_TYPE] = {
        "Unknown",       "Int8",
        "Int16",         "Int32",
        "Int64",         "UInt8",
        "UInt16",        "UInt32",
        "UInt64",        "Float",
        "Double",        "Boolean",
        "String",        "DateTime",
        "Text",          "UUID",
        "DataSet",       "Bytes",
        "File",          "Template",
        "PropertySet",   "PropertySetList",
        "Int8Array",     "Int16Array",
        "Int32Array",    "Int64Array",
        "UInt8Array",    "UInt16Array",
        "UInt32Array",   "UInt64Array",
        "FloatArray",    "DoubleArray",
        "BooleanArray",  "StringArray",
        "DateTimeArray",
    };
    return name[type < N_PAYLOAD_TYPE ? type : PAYLOAD_UNKNOWN];
}

bool payload_text_is(struct payload_text text, const char *zero_terminated) {
    const size_t n = strlen(zero_terminated);
    return text.n == n && (n == 0 || memcmp(text.bytes, zero_terminated, n) == 0);
}
