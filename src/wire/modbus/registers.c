#include "wire/modbus/registers.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/number.h"
#include "base/status.h"
#include "base/text.h"

// Table in. A number of one, two or four registers is put together as bytes, the highest first, by the
// order that its row says; with four registers the letters stand for
//
//     ABCD   as it comes                        DCBA   all bytes reversed
//     BADC   the two bytes of each register     CDAB   the registers reversed
//            reversed
//
// so each order undoes itself, and one function serves reading and writing.
//
// Source: Modbus Application Protocol Specification V1.1b3 (modbus.org), clauses 4.3 and 6.1 to 6.4: 125
// registers or 2000 bits a read. Word orders are the makers' own.

enum column { NAME, UNIT_ID, KIND, ADDRESS, TYPE, ORDER, SCALE, OFFSET, UNIT, PERIOD, N_COLUMN };

static const char *const column_name[N_COLUMN] = {
    "name", "unit_id", "kind", "address", "type", "order", "scale", "offset", "unit", "period_ms"};

static const uint8_t words_of[N_REGISTERS_TYPE] = {1, 1, 1, 2, 2, 4, 4, 2, 4, 1, 0};

struct making {
    uint32_t line;
    uint32_t place[N_COLUMN]; // the field of each column, from 1; 0: there is none
    maru_error *err;
};

static maru_status wrong(const struct making *making, enum column column, const char *what) {
    return fail_at(making->err, MARU_E_INPUT, NULL, making->line, making->place[column], "%s",
                   what);
}

// ---- rows

static uint32_t find_word(const char *word, const char *const *list, uint32_t n) {
    uint32_t i = 0;
    while (i < n && strcmp(word, list[i]) != 0) {
        i++;
    }
    return i;
}

// A whole number from `least` to `most`; `usual` where the cell is empty.
static bool read_whole(const char *cell, int64_t least, int64_t most, int64_t usual, int64_t *out) {
    *out = usual;
    return cell[0] == '\0' ? usual >= least
                           : number_int64(cell, strlen(cell), out) && *out >= least && *out <= most;
}

static bool read_real(const char *cell, double usual, double *out) {
    *out = usual;
    return cell[0] == '\0' || number_double(cell, strlen(cell), out);
}

static bool starts(const char *cell, const char *word, const char **rest) {
    const size_t n = strlen(word);
    if (strncmp(cell, word, n) != 0 || cell[n] != ' ') {
        return false;
    }
    *rest = cell + n + 1;
    return true;
}

static bool read_type(const char *cell, struct register_point *point) {
    static const char *const types[] = {"bool", "u16", "i16", "u32", "i32",
                                        "u64",  "i64", "f32", "f64"};
    const char *rest = NULL;
    int64_t number = 0;
    point->type = (uint8_t)find_word(cell, types, 9);
    if (point->type == 9 && starts(cell, "bit", &rest)) {
        point->type = REGISTERS_BIT;
        if (!read_whole(rest, 0, 15, -1, &number)) {
            return false;
        }
        point->bit = (uint8_t)number;
    } else if (point->type == 9 && starts(cell, "string", &rest)) {
        point->type = REGISTERS_STRING;
        if (!read_whole(rest, 1, INT64_C(2) * REGISTERS_MAX_READ, -1, &number)) {
            return false;
        }
        point->n_bytes = (uint16_t)number;
        point->n_word = (uint16_t)((number + 1) / 2);
        return true;
    } else if (point->type == 9) {
        return false;
    }
    point->n_word = words_of[point->type];
    return true;
}

static bool is_bits(const struct register_point *point) {
    return point->kind == REGISTERS_COIL || point->kind == REGISTERS_DISCRETE;
}

static bool is_name(const char *cell) {
    const size_t n = strlen(cell);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)cell[i] < 0x20) {
            return false;
        }
    }
    return n > 0 && n <= REGISTERS_MAX_NAME_BYTES;
}

static maru_status read_numbers(const struct making *making, const char *const cell[N_COLUMN],
                                struct register_point *point) {
    int64_t number = 0;
    if (!read_whole(cell[UNIT_ID], 0, 255, 1, &number)) {
        return wrong(making, UNIT_ID, "a unit id is a whole number from 0 to 255");
    }
    point->unit_id = (uint8_t)number;
    if (!read_whole(cell[ADDRESS], 0, 65536 - point->n_word, -1, &number)) {
        return wrong(making, ADDRESS,
                     "an address is a whole number from 0 to 65535, behind it room "
                     "for the whole value");
    }
    point->address = (uint16_t)number;
    if (!read_whole(cell[PERIOD], 1, REGISTERS_MAX_PERIOD_MS, 1000, &number)) {
        return wrong(making, PERIOD, "a period is a whole number of ms, from 1 to a day");
    }
    point->period_us = number * 1000;
    if (!read_real(cell[SCALE], 1, &point->scale) || point->scale == 0) {
        return wrong(making, SCALE, "a scale is a number other than 0");
    }
    return read_real(cell[OFFSET], 0, &point->offset) ? MARU_OK
                                                      : wrong(making, OFFSET, "not a number");
}

static maru_status read_row(const struct making *making, const struct csv_row *line,
                            struct register_point *point) {
    static const char *const kinds[] = {"coil", "discrete", "holding", "input"};
    static const char *const orders[] = {"ABCD", "DCBA", "BADC", "CDAB"};
    const char *cell[N_COLUMN];
    for (int i = 0; i < N_COLUMN; i++) {
        const uint32_t place = making->place[i];
        cell[i] = place > 0 && place <= line->n_field ? line->field[place - 1].bytes : "";
    }
    point->name = cell[NAME];
    point->unit = cell[UNIT];
    point->kind = (uint8_t)find_word(cell[KIND], kinds, 4);
    point->order = (uint8_t)(cell[ORDER][0] ? find_word(cell[ORDER], orders, 4) : REGISTERS_ABCD);
    if (!is_name(cell[NAME])) {
        return wrong(making, NAME,
                     "the name of the signal is missing, too long or has a line break");
    }
    if (point->kind == 4) {
        return wrong(making, KIND, "coil, discrete, holding or input");
    }
    if (!read_type(cell[TYPE], point)) {
        return wrong(
            making, TYPE,
            "bool, u16, i16, u32, i32, u64, i64, f32, f64, bit 0 to bit 15, or string 1 to "
            "string 250");
    }
    if (is_bits(point) && point->type != REGISTERS_BOOL) {
        return wrong(making, TYPE, "a coil or discrete input is a bool");
    }
    if (point->order == 4) {
        return wrong(making, ORDER, "ABCD, DCBA, BADC, CDAB or nothing");
    }
    return read_numbers(making, cell, point);
}

static maru_status read_head(struct making *making, const struct csv_row *line) {
    for (uint32_t k = 0; k < line->n_field; k++) {
        const uint32_t i = find_word(line->field[k].bytes, column_name, N_COLUMN);
        if (i == N_COLUMN || making->place[i] > 0) {
            return fail_at(making->err, MARU_E_INPUT, NULL, line->line, k + 1,
                           "a column that is not known, or comes twice");
        }
        making->place[i] = k + 1;
    }
    return making->place[NAME] && making->place[KIND] && making->place[ADDRESS] &&
                   making->place[TYPE]
               ? MARU_OK
               : fail_at(making->err, MARU_E_INPUT, NULL, line->line, 0,
                         "the columns name, kind, address and type are wanted");
}

maru_status registers_read(const char *bytes, size_t n, struct arena *arena,
                           struct register_table *table, maru_error *err) {
    struct making making = {.err = err};
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    if (!text_is_utf8(bytes, n)) {
        return fail(err, MARU_E_INPUT, "a table that is not UTF-8");
    }
    struct register_point *point = arena_take(arena, REGISTERS_MAX_POINTS, sizeof *point);
    if (!point) {
        return arena_refusal(arena, err);
    }
    uint32_t n_point = 0;
    for (bool is_head = true;; is_head = false) {
        struct csv_row line;
        size_t n_used = 0;
        maru_status st = csv_next(&reader, bytes, n, true, arena, &line, &n_used, err);
        if (st == MARU_MORE) {
            break;
        }
        if (st != MARU_OK) {
            return st;
        }
        bytes += n_used;
        n -= n_used;
        making.line = line.line;
        if (is_head) {
            st = read_head(&making, &line);
        } else if (line.n_field > 1 || line.field[0].n > 0) {
            st = n_point < REGISTERS_MAX_POINTS
                     ? read_row(&making, &line, &point[n_point++])
                     : fail_at(err, MARU_E_LIMIT, NULL, line.line, 0,
                               "the table has more than %d rows", REGISTERS_MAX_POINTS);
        }
        if (st != MARU_OK) {
            return st;
        }
    }
    if (making.place[NAME] == 0) {
        return fail(err, MARU_E_INPUT, "the table is empty");
    }
    *table = (struct register_table){n_point, point};
    return MARU_OK;
}

// ---- decoding

static uint16_t swap_bytes(uint16_t word) { return (uint16_t)(word << 8 | word >> 8); }

// Registers as they come into registers with the highest first, or back.
static void put_in_order(const uint16_t *from, uint32_t n, enum registers_order order,
                         uint16_t *to) {
    const bool is_reversed = order == REGISTERS_DCBA || order == REGISTERS_CDAB;
    const bool is_swapped = order == REGISTERS_DCBA || order == REGISTERS_BADC;
    for (uint32_t i = 0; i < n; i++) {
        const uint16_t word = from[is_reversed ? n - 1 - i : i];
        to[i] = is_swapped ? swap_bytes(word) : word;
    }
}

static uint64_t join(const uint16_t *word, uint32_t n) {
    uint64_t bits = 0;
    for (uint32_t i = 0; i < n; i++) {
        bits = bits << 16 | word[i];
    }
    return bits;
}

static int64_t sign_extend(uint64_t bits, uint32_t n_bit) {
    assert(n_bit >= 16 && n_bit <= 64);
    const uint64_t sign = UINT64_C(1) << (n_bit - 1);
    const uint64_t low = n_bit == 64 ? bits : bits & (2 * sign - 1);
    return low & sign ? -(int64_t)(~low & (sign - 1)) - 1 : (int64_t)low;
}

static void make_real(const struct register_point *point, double raw, struct sample *sample) {
    sample->type = SAMPLE_DOUBLE;
    sample->value.number = raw * point->scale + point->offset;
    if (!isfinite(sample->value.number)) {
        sample->quality = QUALITY_BAD;
    }
}

static void make_whole(const struct register_point *point, bool is_signed, uint64_t bits,
                       struct sample *sample) {
    const int64_t whole = is_signed ? sign_extend(bits, 16U * point->n_word) : (int64_t)bits;
    const bool is_wide = !is_signed && bits > INT64_MAX;
    if (point->scale == 1 && point->offset == 0 && !is_wide) {
        sample->type = SAMPLE_INTEGER;
        sample->value.integer = whole;
    } else {
        make_real(point, is_wide ? (double)bits : (double)whole, sample);
    }
}

// A text ends at its first 0, and blanks behind it are filling.
static maru_status make_string(const struct register_point *point, const uint16_t *word,
                               struct arena *arena, struct sample *sample) {
    char bytes[2 * REGISTERS_MAX_READ] = {0};
    const bool is_swapped = point->order == REGISTERS_DCBA || point->order == REGISTERS_BADC;
    for (size_t i = 0; i < point->n_word; i++) {
        const uint16_t w = is_swapped ? swap_bytes(word[i]) : word[i];
        bytes[2 * i] = (char)(w >> 8);
        bytes[2 * i + 1] = (char)(w & 0xFF);
    }
    size_t n = 0;
    while (n < point->n_bytes && bytes[n] != '\0') {
        n++;
    }
    while (n > 0 && bytes[n - 1] == ' ') {
        n--;
    }
    sample->type = SAMPLE_TEXT;
    sample->value.text = "";
    if (!text_is_utf8(bytes, n)) {
        sample->quality = QUALITY_BAD;
        return MARU_OK;
    }
    sample->value.text = arena_text(arena, bytes, n);
    sample->n_text = (uint32_t)n;
    return sample->value.text ? MARU_OK : arena_refusal(arena, NULL);
}

static maru_status decode_words(const struct register_point *point, const uint16_t *word,
                                struct arena *arena, struct sample *sample) {
    uint16_t ordered[4] = {0};
    if (point->type == REGISTERS_STRING) {
        return make_string(point, word, arena, sample);
    }
    put_in_order(word, point->n_word, (enum registers_order)point->order, ordered);
    const uint64_t bits = join(ordered, point->n_word);
    if (point->type == REGISTERS_F32) {
        const uint32_t low = (uint32_t)bits;
        float single = 0;
        memcpy(&single, &low, sizeof single);
        make_real(point, (double)single, sample);
    } else if (point->type == REGISTERS_F64) {
        double real = 0;
        memcpy(&real, &bits, sizeof real);
        make_real(point, real, sample);
    } else if (point->type == REGISTERS_BOOL || point->type == REGISTERS_BIT) {
        sample->type = SAMPLE_BOOL;
        sample->value.integer =
            point->type == REGISTERS_BIT ? (int64_t)(bits >> point->bit & 1) : bits != 0;
    } else {
        const bool is_signed = point->type == REGISTERS_I16 || point->type == REGISTERS_I32 ||
                               point->type == REGISTERS_I64;
        make_whole(point, is_signed, bits, sample);
    }
    return MARU_OK;
}

// What a point's samples are where the read has failed: of the type that they usually are.
static void make_bad(const struct register_point *point, struct sample *sample) {
    const uint64_t nan_bits = UINT64_C(0x7FF8000000000000);
    const bool is_plain = point->scale == 1 && point->offset == 0;
    sample->quality = QUALITY_BAD;
    if (point->type == REGISTERS_STRING) {
        sample->type = SAMPLE_TEXT;
        sample->value.text = "";
    } else if (point->type == REGISTERS_BOOL || point->type == REGISTERS_BIT) {
        sample->type = SAMPLE_BOOL;
    } else if (is_plain && point->type != REGISTERS_F32 && point->type != REGISTERS_F64) {
        sample->type = SAMPLE_INTEGER;
    } else {
        sample->type = SAMPLE_DOUBLE;
        memcpy(&sample->value.number, &nan_bits, sizeof nan_bits);
    }
}

maru_status registers_decode(const struct register_table *table, const struct register_plan *plan,
                             const struct register_block *block,
                             const struct register_content *content, struct arena *arena,
                             struct sample *sample) {
    for (uint32_t i = 0; i < block->n_point; i++) {
        const struct register_point *point = &table->point[plan->order[block->first + i]];
        const uint32_t at = (uint32_t)point->address - block->address;
        struct sample made = {.at_us = content->at_us, .quality = QUALITY_GOOD};
        maru_status st = MARU_OK;
        if (is_bits(point) && content->bit) {
            made.type = SAMPLE_BOOL;
            made.value.integer = content->bit[at] != 0;
        } else if (!is_bits(point) && content->word) {
            st = decode_words(point, content->word + at, arena, &made);
        } else {
            make_bad(point, &made);
        }
        if (st != MARU_OK) {
            return st;
        }
        sample[i] = made;
    }
    return MARU_OK;
}

// ---- encoding

static maru_status no_fit(maru_error *err) {
    return fail(err, MARU_E_RANGE, "the value does not fit into its registers");
}

static maru_status encode_string(const struct register_point *point, const struct sample *sample,
                                 uint16_t *word, maru_error *err) {
    const bool is_swapped = point->order == REGISTERS_DCBA || point->order == REGISTERS_BADC;
    if (sample->n_text > point->n_bytes) {
        return no_fit(err);
    }
    for (uint32_t i = 0; i < point->n_word; i++) {
        uint16_t pair = 0;
        for (uint32_t k = 2 * i; k < 2 * i + 2; k++) {
            const char c = k < sample->n_text ? sample->value.text[k] : '\0';
            pair = (uint16_t)(pair << 8 | (unsigned char)c);
        }
        word[i] = is_swapped ? swap_bytes(pair) : pair;
    }
    return MARU_OK;
}

// The number that the registers hold for this value; false: it does not fit.
static bool raw_whole(const struct register_point *point, const struct sample *sample,
                      uint64_t *bits) {
    const bool is_signed = point->type == REGISTERS_I16 || point->type == REGISTERS_I32 ||
                           point->type == REGISTERS_I64;
    const uint32_t n_bit = 16U * point->n_word;
    if (sample->type != SAMPLE_DOUBLE && point->scale == 1 && point->offset == 0) {
        const int64_t whole = sample->value.integer;
        const bool is_wide = n_bit == 64;
        *bits = (uint64_t)whole;
        return is_signed ? is_wide || (whole >= -(INT64_C(1) << (n_bit - 1)) &&
                                       whole < INT64_C(1) << (n_bit - 1))
                         : whole >= 0 && (is_wide || whole >> n_bit == 0);
    }
    const double raw = round((sample_number(sample) - point->offset) / point->scale);
    const double top = ldexp(1, (int)n_bit - (is_signed ? 1 : 0));
    if (!(raw >= (is_signed ? -top : 0) && raw < top)) {
        return false; // NaN too
    }
    *bits = raw < 0 ? (uint64_t)(int64_t)raw : (uint64_t)raw;
    return true;
}

static bool raw_bits(const struct register_point *point, const struct sample *sample,
                     uint64_t *bits) {
    if (point->type != REGISTERS_F32 && point->type != REGISTERS_F64) {
        return raw_whole(point, sample, bits);
    }
    const double raw = (sample_number(sample) - point->offset) / point->scale;
    const float single = (float)raw;
    if (point->type == REGISTERS_F64) {
        memcpy(bits, &raw, sizeof raw);
        return isfinite(raw);
    }
    uint32_t low = 0;
    memcpy(&low, &single, sizeof low);
    *bits = low;
    return isfinite(single);
}

maru_status registers_encode(const struct register_point *point, const struct sample *sample,
                             uint16_t *word, maru_error *err) {
    if ((point->type == REGISTERS_STRING) != (sample->type == SAMPLE_TEXT)) {
        return fail(err, MARU_E_USAGE, "a text for a number, or a number for a text");
    }
    if (point->type == REGISTERS_STRING) {
        return encode_string(point, sample, word, err);
    }
    const bool is_set = sample_number(sample) != 0;
    if (point->type == REGISTERS_BIT) {
        const uint16_t bit = (uint16_t)(1U << point->bit);
        const bool is_swapped = point->order == REGISTERS_DCBA || point->order == REGISTERS_BADC;
        const uint16_t mask = is_swapped ? swap_bytes(bit) : bit;
        word[0] = (uint16_t)(is_set ? word[0] | mask : word[0] & ~mask);
        return MARU_OK;
    }
    uint64_t bits = is_set;
    if (point->type != REGISTERS_BOOL && !raw_bits(point, sample, &bits)) {
        return no_fit(err);
    }
    uint16_t ordered[4] = {0};
    for (uint32_t i = 0; i < point->n_word; i++) {
        ordered[i] = (uint16_t)(bits >> (16 * (point->n_word - 1U - i)) & 0xFFFF);
    }
    if (is_bits(point)) {
        word[0] = ordered[0];
    } else {
        put_in_order(ordered, point->n_word, (enum registers_order)point->order, word);
    }
    return MARU_OK;
}
