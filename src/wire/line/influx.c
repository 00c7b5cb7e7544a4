#include "wire/line/influx.h"

#include <string.h>

#include "base/number.h"
#include "base/status.h"
#include "base/text.h"

// First the end of a line is found, then the line is read whole. The end is the first line break
// outside of quotes, and quotes are quotes only in the value of a field, behind a `=`:
//
//     head     measurement, tags        up to the first space without a backslash
//     fields   key=value,...            in which "..." may hold anything, line breaks too
//     tail     the timestamp
//
// A quote that is never closed would take all lines behind it with it; so where the input or the
// longest line ends inside of quotes, the line ends at its first line break, and is refused.
//
// Backslash: \, \= and \space in names, \" and \\ in texts; before anything else it is itself.
//
// Source: InfluxDB v2, line protocol (docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol).

static const char usual_name[] = "{measurement}/{tags}/{field}";

struct piece {
    const char *bytes;
    size_t n;
};

struct pair {
    struct piece key, value;
};

struct parse {
    const struct influx_options *options;
    const char *bytes;
    size_t n, at;
    struct arena *arena;
    maru_error *err;
    struct piece measurement;
    struct pair tag[INFLUX_MAX_TAGS]; // (n_tag), by key
    uint32_t n_tag;
    struct pair field[INFLUX_MAX_FIELDS]; // (n_field)
    uint32_t n_field;
    bool is_out_of_memory;
};

// ---- templates

// The placeholder at `at`, from behind its brace to the one that closes it; NULL: it is not closed.
static const char *placeholder(const char *at, struct piece *inside) {
    const char *end = strchr(at + 1, '}');
    if (end) {
        *inside = (struct piece){at + 1, (size_t)(end - at) - 1};
    }
    return end;
}

static bool is_piece(struct piece piece, const char *zero_terminated) {
    const size_t n = strlen(zero_terminated);
    return piece.n == n && (n == 0 || memcmp(piece.bytes, zero_terminated, n) == 0);
}

static bool begins(struct piece piece, const char *start) {
    const size_t n = strlen(start);
    return piece.n > n && memcmp(piece.bytes, start, n) == 0;
}

maru_status influx_check_name(const char *name, maru_error *err) {
    bool has_field = false;
    for (const char *at = strchr(name, '{'); at; at = strchr(at + 1, '{')) {
        struct piece inside = {0};
        if (!placeholder(at, &inside) ||
            !(is_piece(inside, "measurement") || is_piece(inside, "tags") ||
              is_piece(inside, "field") || begins(inside, "tag:"))) {
            return fail(err, MARU_E_USAGE,
                        "a name is made of measurement, tags, tag:KEY and field, each in braces");
        }
        has_field = has_field || is_piece(inside, "field");
    }
    return has_field
               ? MARU_OK
               : fail(err, MARU_E_USAGE, "without field in braces all fields have the same name");
}

void influx_init(struct influx_reader *reader, const struct influx_options *options) {
    *reader = (struct influx_reader){.options = *options, .line = 1};
    if (!reader->options.name) {
        reader->options.name = usual_name;
    }
}

// ---- the end of a line

enum part { HEAD, FIELDS, TAIL };

// Bytes of the line that begins here, without its line break. MORE: it does not end here.
static maru_status find_end(const char *bytes, size_t n, bool is_last, size_t *n_line) {
    enum part part = HEAD;
    bool is_quoted = false;
    const bool is_comment = n > 0 && bytes[0] == '#';
    const size_t most = n < INFLUX_MAX_LINE_BYTES + 1 ? n : INFLUX_MAX_LINE_BYTES + 1;
    for (size_t i = 0; i < most; i++) {
        const char c = bytes[i];
        if (c == '\n' && !is_quoted) {
            *n_line = i;
            return MARU_OK;
        }
        if (is_comment) {
            continue;
        }
        if (c == '\\' && i + 1 < most && bytes[i + 1] != '\n') {
            i++;
        } else if (part == HEAD && c == ' ') {
            part = FIELDS;
        } else if (part == FIELDS && c == '"') {
            is_quoted = is_quoted ? false : bytes[i - 1] == '=';
        } else if (part == FIELDS && c == ' ' && !is_quoted) {
            part = TAIL;
        }
    }
    if (most == n && !is_last) {
        return MARU_MORE;
    }
    const char *end = is_quoted || most < n ? memchr(bytes, '\n', n) : NULL;
    if (!end && most < n && !is_last) {
        return MARU_MORE; // far too long, and still its end is not here
    }
    *n_line = end ? (size_t)(end - bytes) : n;
    return MARU_OK;
}

// ---- names and values

static maru_status wrong(const struct parse *parse, const char *what) {
    return fail_at(parse->err, MARU_E_INPUT, NULL, 0, (uint32_t)parse->at + 1, "%s", what);
}

// Moves to the first of these bytes that has no backslash, or to the end.
static struct piece until(struct parse *parse, const char *stops) {
    const size_t begin = parse->at;
    while (parse->at < parse->n && !strchr(stops, parse->bytes[parse->at])) {
        parse->at += parse->bytes[parse->at] == '\\' && parse->at + 1 < parse->n ? 2 : 1;
    }
    return (struct piece){parse->bytes + begin, parse->at - begin};
}

static bool is_at(const struct parse *parse, char c) {
    return parse->at < parse->n && parse->bytes[parse->at] == c;
}

// Copies without the backslashes that stand before one of these; gives the number of bytes.
static size_t unescape(struct piece from, const char *escaped, char *to) {
    size_t n = 0;
    for (size_t i = 0; i < from.n; i++) {
        if (from.bytes[i] == '\\' && i + 1 < from.n && from.bytes[i + 1] != '\0' &&
            strchr(escaped, from.bytes[i + 1])) {
            i++;
        }
        to[n++] = from.bytes[i];
    }
    return n;
}

static bool is_same(struct piece a, struct piece b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.bytes, b.bytes, a.n) == 0);
}

static int compare(struct piece a, struct piece b) {
    const size_t n = a.n < b.n ? a.n : b.n;
    const int order = n > 0 ? memcmp(a.bytes, b.bytes, n) : 0;
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static maru_status read_tag(struct parse *parse) {
    parse->at++;
    struct pair tag = {.key = until(parse, ",= ")};
    if (tag.key.n == 0 || !is_at(parse, '=')) {
        return wrong(parse, "a tag is key=value");
    }
    parse->at++;
    tag.value = until(parse, ",= ");
    if (tag.value.n == 0 || is_at(parse, '=')) {
        return wrong(parse, "a tag is key=value");
    }
    if (parse->n_tag == INFLUX_MAX_TAGS) {
        return fail_at(parse->err, MARU_E_LIMIT, NULL, 0, (uint32_t)parse->at + 1,
                       "there are more than %d tags", INFLUX_MAX_TAGS);
    }
    uint32_t place = parse->n_tag;
    while (place > 0 && compare(tag.key, parse->tag[place - 1].key) < 0) {
        parse->tag[place] = parse->tag[place - 1];
        place--;
    }
    if (place > 0 && is_same(tag.key, parse->tag[place - 1].key)) {
        return wrong(parse, "the same tag twice");
    }
    parse->tag[place] = tag;
    parse->n_tag++;
    return MARU_OK;
}

static maru_status read_head(struct parse *parse) {
    parse->measurement = until(parse, ", ");
    if (parse->measurement.n == 0) {
        return wrong(parse, "the name of the measurement is missing");
    }
    while (is_at(parse, ',')) {
        const maru_status st = read_tag(parse);
        if (st != MARU_OK) {
            return st;
        }
    }
    return parse->at < parse->n
               ? MARU_OK
               : wrong(parse, "fields are missing: behind a space, key=value and commas");
}

// A text up to the quote that closes it; its quotes stay with it, to tell it from a number.
static maru_status read_quoted(struct parse *parse, struct piece *value) {
    const size_t begin = parse->at++;
    while (parse->at < parse->n && parse->bytes[parse->at] != '"') {
        parse->at += parse->bytes[parse->at] == '\\' && parse->at + 1 < parse->n ? 2 : 1;
    }
    if (parse->at >= parse->n) {
        parse->at = begin;
        return wrong(parse, "a quote that is never closed");
    }
    parse->at++;
    *value = (struct piece){parse->bytes + begin, parse->at - begin};
    return MARU_OK;
}

static maru_status read_field(struct parse *parse) {
    struct pair field = {.key = until(parse, ",= ")};
    if (field.key.n == 0 || !is_at(parse, '=')) {
        return wrong(parse, "a field is key=value");
    }
    parse->at++;
    if (is_at(parse, '"')) {
        const maru_status st = read_quoted(parse, &field.value);
        if (st != MARU_OK) {
            return st;
        }
    } else {
        field.value = until(parse, ", ");
    }
    for (uint32_t i = 0; i < parse->n_field; i++) {
        if (is_same(field.key, parse->field[i].key)) {
            return wrong(parse, "the same field twice");
        }
    }
    if (parse->n_field == INFLUX_MAX_FIELDS) {
        return fail_at(parse->err, MARU_E_LIMIT, NULL, 0, (uint32_t)parse->at + 1,
                       "there are more than %d fields", INFLUX_MAX_FIELDS);
    }
    parse->field[parse->n_field++] = field;
    return MARU_OK;
}

static maru_status read_fields(struct parse *parse) {
    do {
        parse->at++; // the space, or a comma
        const maru_status st = read_field(parse);
        if (st != MARU_OK) {
            return st;
        }
    } while (is_at(parse, ','));
    return parse->at == parse->n || is_at(parse, ' ')
               ? MARU_OK
               : wrong(parse, "a comma or a space is wanted behind a field");
}

static maru_status read_time(struct parse *parse, maru_time *at_us) {
    while (is_at(parse, ' ')) {
        parse->at++;
    }
    *at_us = parse->options->now;
    if (parse->at == parse->n) {
        return MARU_OK;
    }
    int64_t count = 0;
    const char *digits = parse->bytes + parse->at;
    if (!number_int64(digits, parse->n - parse->at, &count) || digits[0] == '+') {
        return wrong(parse, "the time is not a whole number");
    }
    static const int64_t us[] = {0, 1, 1000, 1000000};
    if (parse->options->precision == INFLUX_NS) {
        *at_us = count / 1000 - (count % 1000 < 0);
        return MARU_OK;
    }
    const int64_t unit = us[parse->options->precision];
    if (count > INT64_MAX / unit || count < INT64_MIN / unit) {
        return wrong(parse, "the time is too far away: is the precision right?");
    }
    *at_us = count * unit;
    return MARU_OK;
}

// ---- samples

static bool is_bool(struct piece piece, struct sample *sample) {
    static const char *const word[] = {"t", "T", "true",  "True",  "TRUE",
                                       "f", "F", "false", "False", "FALSE"};
    for (size_t i = 0; i < 10; i++) {
        if (is_piece(piece, word[i])) {
            sample->type = SAMPLE_BOOL;
            sample->value.integer = i < 5;
            return true;
        }
    }
    return false;
}

static bool is_whole(struct piece piece, struct sample *sample) {
    const char suffix = piece.n > 1 ? piece.bytes[piece.n - 1] : '\0';
    const size_t n = piece.n - 1;
    sample->type = SAMPLE_INTEGER;
    if (suffix == 'i') {
        return number_int64(piece.bytes, n, &sample->value.integer);
    }
    if (suffix != 'u' || piece.bytes[0] < '0' || piece.bytes[0] > '9') {
        return false;
    }
    if (number_int64(piece.bytes, n, &sample->value.integer)) {
        return true;
    }
    for (size_t i = 0; i < n; i++) { // beyond int64: the nearest double, if it is below 2^64
        if (piece.bytes[i] < '0' || piece.bytes[i] > '9') {
            return false;
        }
    }
    sample->type = SAMPLE_DOUBLE;
    return n <= 20 && number_double(piece.bytes, n, &sample->value.number) &&
           sample->value.number <= 18446744073709551616.0;
}

static maru_status make_text(struct parse *parse, struct piece quoted, struct sample *sample) {
    char *copy = arena_take(parse->arena, quoted.n, 1);
    if (!copy) {
        parse->is_out_of_memory = true;
        return arena_refusal(parse->arena, parse->err);
    }
    const struct piece inside = {quoted.bytes + 1, quoted.n - 2};
    const size_t n = unescape(inside, "\"\\", copy);
    if (n > SAMPLE_MAX_TEXT_BYTES) {
        return fail(parse->err, MARU_E_LIMIT, "a text of more than %d bytes",
                    SAMPLE_MAX_TEXT_BYTES);
    }
    sample->type = SAMPLE_TEXT;
    sample->value.text = copy;
    sample->n_text = (uint32_t)n;
    return MARU_OK;
}

static maru_status make_sample(struct parse *parse, struct piece value, struct sample *sample) {
    parse->at = (size_t)(value.bytes - parse->bytes); // where a fault would be
    sample->quality = QUALITY_GOOD;
    if (value.n > 0 && value.bytes[0] == '"') {
        return make_text(parse, value, sample);
    }
    if (is_bool(value, sample) || is_whole(value, sample)) {
        return MARU_OK;
    }
    sample->type = SAMPLE_DOUBLE;
    return number_double(value.bytes, value.n, &sample->value.number)
               ? MARU_OK
               : wrong(parse, "not a value: 1.5, 3i, 3u, true or \"text\" is wanted");
}

// ---- names

struct name {
    char bytes[INFLUX_MAX_NAME_BYTES + 1];
    size_t n;
    bool is_long;
};

static void add(struct name *name, struct piece piece, const char *escaped) {
    if (piece.n > INFLUX_MAX_NAME_BYTES - name->n) {
        name->is_long = true;
        return;
    }
    name->n += unescape(piece, escaped, name->bytes + name->n);
}

static bool is_in_template(const char *name, struct piece key) {
    for (const char *at = strchr(name, '{'); at; at = strchr(at + 1, '{')) {
        struct piece inside = {0};
        if (placeholder(at, &inside) && begins(inside, "tag:") &&
            is_same((struct piece){inside.bytes + 4, inside.n - 4}, key)) {
            return true;
        }
    }
    return false;
}

static void add_tags(struct parse *parse, struct name *name) {
    bool is_first = true;
    for (uint32_t i = 0; i < parse->n_tag; i++) {
        if (is_in_template(parse->options->name, parse->tag[i].key)) {
            continue;
        }
        add(name, (struct piece){",", is_first ? 0 : 1}, "");
        add(name, parse->tag[i].key, ",= ");
        add(name, (struct piece){"=", 1}, "");
        add(name, parse->tag[i].value, ",= ");
        is_first = false;
    }
    if (is_first && name->n > 0 && name->bytes[name->n - 1] == '/') {
        name->n--;
    }
}

static bool add_tag(struct parse *parse, struct piece key, struct name *name) {
    for (uint32_t i = 0; i < parse->n_tag; i++) {
        if (is_same(parse->tag[i].key, key)) {
            add(name, parse->tag[i].value, ",= ");
            return true;
        }
    }
    return false;
}

static bool has_controls(const struct name *name) {
    for (size_t i = 0; i < name->n; i++) {
        const unsigned char c = (unsigned char)name->bytes[i];
        if (c < 0x20 || c == 0x7F) {
            return true;
        }
    }
    return false;
}

static maru_status fill_template(struct parse *parse, struct piece field, struct name *name) {
    for (const char *at = parse->options->name; *at;) {
        struct piece inside = {0};
        const char *end = *at == '{' ? placeholder(at, &inside) : NULL;
        if (!end) {
            add(name, (struct piece){at++, 1}, "");
            continue;
        }
        at = end + 1;
        if (is_piece(inside, "measurement")) {
            add(name, parse->measurement, ", ");
        } else if (is_piece(inside, "field")) {
            add(name, field, ",= ");
        } else if (is_piece(inside, "tags")) {
            add_tags(parse, name);
        } else if (!add_tag(parse, (struct piece){inside.bytes + 4, inside.n - 4}, name)) {
            return fail(parse->err, MARU_E_INPUT, "the tag %.*s is missing, which is in the name",
                        (int)(inside.n - 4), inside.bytes + 4);
        }
    }
    return MARU_OK;
}

static maru_status make_name(struct parse *parse, struct piece field, struct influx_sample *out) {
    struct name name = {.n = 0};
    const maru_status st = fill_template(parse, field, &name);
    if (st != MARU_OK) {
        return st;
    }
    if (name.is_long) {
        return fail(parse->err, MARU_E_LIMIT, "a name of more than %d bytes",
                    INFLUX_MAX_NAME_BYTES);
    }
    if (name.n == 0 || has_controls(&name)) {
        return fail(parse->err, MARU_E_INPUT, "a name with characters that cannot be shown");
    }
    out->name = arena_text(parse->arena, name.bytes, name.n);
    out->n_name = (uint32_t)name.n;
    parse->is_out_of_memory = parse->is_out_of_memory || !out->name;
    return out->name ? MARU_OK : arena_refusal(parse->arena, parse->err);
}

// ---- lines

static maru_status make_samples(struct parse *parse, maru_time at_us, struct influx_line *line) {
    struct influx_sample *sample = arena_take(parse->arena, parse->n_field, sizeof *sample);
    if (!sample) {
        parse->is_out_of_memory = true;
        return arena_refusal(parse->arena, parse->err);
    }
    for (uint32_t i = 0; i < parse->n_field; i++) {
        sample[i].sample.at_us = at_us;
        maru_status st = make_sample(parse, parse->field[i].value, &sample[i].sample);
        st = st == MARU_OK ? make_name(parse, parse->field[i].key, &sample[i]) : st;
        if (st != MARU_OK) {
            return st;
        }
    }
    line->n = parse->n_field;
    line->sample = sample;
    return MARU_OK;
}

static maru_status read_line(struct parse *parse, struct influx_line *line) {
    // cppcheck-suppress ctuuninitvar; the caller sets field by field, the tables are filled as they are used
    if (parse->n > INFLUX_MAX_LINE_BYTES) {
        return fail(parse->err, MARU_E_LIMIT, "a line of more than %d bytes",
                    INFLUX_MAX_LINE_BYTES);
    }
    if (!text_is_utf8(parse->bytes, parse->n) || memchr(parse->bytes, '\0', parse->n)) {
        return fail(parse->err, MARU_E_INPUT, "a line that is not UTF-8");
    }
    maru_time at_us = 0;
    maru_status st = read_head(parse);
    st = st == MARU_OK ? read_fields(parse) : st;
    st = st == MARU_OK ? read_time(parse, &at_us) : st;
    return st == MARU_OK ? make_samples(parse, at_us, line) : st;
}

static bool is_blank(const char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != ' ' && bytes[i] != '\t') {
            return false;
        }
    }
    return true;
}

static uint32_t count_breaks(const char *bytes, size_t n) {
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += bytes[i] == '\n';
    }
    return count;
}

maru_status influx_next(struct influx_reader *reader, const char *bytes, size_t n, bool is_last,
                        struct arena *arena, struct influx_line *line, size_t *n_used) {
    size_t at = 0;
    uint32_t row = reader->line;
    for (;;) {
        size_t n_line = 0;
        if (at == n || find_end(bytes + at, n - at, is_last, &n_line) != MARU_OK) {
            return MARU_MORE;
        }
        const char *begin = bytes + at;
        const size_t n_all = n_line + (n_line < n - at);
        n_line -= n_line > 0 && begin[n_line - 1] == '\r';
        at += n_all;
        if (is_blank(begin, n_line) || begin[0] == '#') {
            row += count_breaks(begin, n_all);
            continue;
        }
        struct influx_line made = {.line = row};
        struct parse
            parse; // not zeroed as a whole: its tables are large, and filled as they are used
        parse.options = &reader->options;
        parse.bytes = begin;
        parse.n = n_line;
        parse.at = 0;
        parse.arena = arena;
        parse.err = &made.error;
        parse.n_tag = 0;
        parse.n_field = 0;
        parse.is_out_of_memory = false;
        made.status = read_line(&parse, &made);
        if (parse.is_out_of_memory) {
            return made.status;
        }
        made.error.row = made.status == MARU_OK ? 0 : row;
        *line = made;
        *n_used = at;
        reader->line = row + count_breaks(begin, n_all);
        return MARU_OK;
    }
}
