#include "base/csv.h"

#include "base/alloc.h"
#include "base/random.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// How much of the input the reader sees at first, and how much more each time it asks.
struct pace {
    size_t n_first, n_more;
};

static const struct pace at_once = {SIZE_MAX, 1};

static void show_row(const struct csv_row *row, struct text *out) {
    text_addf(out, "%u", row->line);
    for (uint32_t i = 0; i < row->n_field; i++) {
        assert_int_equal(strlen(row->field[i].bytes), row->field[i].n);
        text_addf(out, "[%s]", row->field[i].bytes);
    }
    text_addz(out, ";");
}

// All rows as text: `1[a][b];2[c];`, and at the end `!status line:field` for an error.
static void show(struct csv_reader reader, const char *bytes, size_t n, struct pace pace,
                 struct text *out) {
    struct arena arena;
    arena_init(&arena, 1 << 24);
    size_t n_seen = pace.n_first < n ? pace.n_first : n;
    size_t at = 0;
    for (;;) {
        struct csv_row row = {0};
        size_t n_used = 0;
        maru_error err = {0};
        const size_t n_arena = arena.used_bytes;
        const maru_status st =
            csv_next(&reader, bytes + at, n_seen - at, n_seen == n, &arena, &row, &n_used, &err);
        if (st == MARU_OK) {
            show_row(&row, out);
            at += n_used;
        } else if (st != MARU_MORE) {
            text_addf(out, "!%s %u:%u", maru_status_name(st), err.row, err.column);
            assert_true(err.text[0] != '\0');
            break;
        } else {
            assert_true(!row.field && n_used == 0 && arena.used_bytes == n_arena);
            if (n_seen == n) {
                break;
            }
            n_seen = n - n_seen > pace.n_more ? n_seen + pace.n_more : n;
        }
    }
    arena_fini(&arena);
}

struct csv_case {
    const char *input;
    const char *want;
    char separator;
    bool no_quotes;
};

static const struct csv_case cases[] = {
    {"", "", ',', false},
    {"a", "1[a];", ',', false},
    {"a\n", "1[a];", ',', false},
    {"a\r\n", "1[a];", ',', false},
    {"a,b\nc,d", "1[a][b];2[c][d];", ',', false},
    {"a,b\r\nc,d\r\n", "1[a][b];2[c][d];", ',', false},
    {"a,\n,\n,,b", "1[a][];2[][];3[][][b];", ',', false},
    {"a,", "1[a][];", ',', false},
    {"\n\na\n\n", "1[];2[];3[a];4[];", ',', false},
    {"  \t \nx", "1[];2[x];", ',', false},
    {" a b \t, c\t\n", "1[a b][c];", ',', false},
    {"\xEF\xBB\xBFlot,step\n", "1[lot][step];", ',', false},
    {"\xEF\xBB\xBF", "", ',', false},
    {"\xEF\xBB\xBF\xEF\xBB\xBF", "1[\xEF\xBB\xBF];", ',', false},
    {"\xEF\xBB\xBF\"a\"\n", "1[a];", ',', false},
    {"a\n\xEF\xBB\xBF", "1[a];2[\xEF\xBB\xBF];", ',', false},
    {"\xEF\xBB", "1[\xEF\xBB];", ',', false},
    {"\xEFx\n", "1[\xEFx];", ',', false},
    {"\"a,b\",c\n", "1[a,b][c];", ',', false},
    {"\"\"", "1[];", ',', false},
    {"\"\",\"\"\n", "1[][];", ',', false},
    {"\" a \"\n", "1[ a ];", ',', false},
    {"  \" a \"\t , b\n", "1[ a ][b];", ',', false},
    {"\"he said \"\"go\"\"\"\n", "1[he said \"go\"];", ',', false},
    {"\"\"\"\"\n", "1[\"];", ',', false},
    {"\"\"\"\"\"\"", "1[\"\"];", ',', false},
    {"\"a\nb\r\nc\",d\ne", "1[a\nb\r\nc][d];4[e];", ',', false},
    {"a;b,c\n", "1[a][b,c];", ';', false},
    {"a\tb c\t\t d \n", "1[a][b c][][d];", '\t', false},
    {"\ta\n", "1[][a];", '\t', false},
    {"say \"hi\"\t\"x\n", "1[say \"hi\"][\"x];", '\t', true},
    {"\xB0\xA1,\xEA\xB0\x80\n", "1[\xB0\xA1][\xEA\xB0\x80];", ',', false}, // any bytes above ASCII
    {"a\nb,\x01\n", "1[a];!input 2:2", ',', false},
    {"\x7F", "!input 1:1", ',', false},
    {"a\rb\n", "!input 1:1", ',', false},
    {"a\r", "!input 1:1", ',', false},
    {"a,b\r\r\n", "!input 1:2", ',', false},
    {"\"a\rb\"\n", "!input 1:1", ',', false},
    {"\"a\r", "!input 1:1", ',', false},
    {"\"a\nb\n\x02\"", "!input 3:1", ',', false},
    {"a,b\"c\"\n", "!input 1:2", ',', false},
    {"\"a\"b\n", "!input 1:1", ',', false},
    {"\"a\" \"b\"\n", "!input 1:1", ',', false},
    {"x,\"a\"\x03\n", "!input 1:2", ',', false},
    {"x\ny,\"a\nb", "1[x];!input 2:2", ',', false},
    {"\"", "!input 1:1", ',', false},
    {"\"\"\"", "!input 1:1", ',', false},
};

static const size_t n_case = sizeof cases / sizeof *cases;

static struct csv_reader reader_for(const struct csv_case *c) {
    struct csv_reader reader;
    csv_init(&reader, c->separator, !c->no_quotes);
    return reader;
}

static void expect(size_t i, struct pace pace) {
    const struct csv_case *c = &cases[i];
    const size_t n = strlen(c->input);
    char *exact = malloc(n + 1); // not 0-terminated, so that a sanitizer sees a read behind the end
    assert_non_null(exact);
    memcpy(exact, c->input, n);
    struct text got;
    text_init(&got, 100000);
    text_addz(&got, "=");
    show(reader_for(c), exact, n, pace, &got);
    if (strcmp(got.bytes + 1, c->want) != 0) {
        fail_msg("row %zu, pace %zu+%zu: '%s', want '%s'", i, pace.n_first, pace.n_more,
                 got.bytes + 1, c->want);
    }
    text_fini(&got);
    free(exact);
}

static void rows_and_errors(void **state) {
    (void)state;
    for (size_t i = 0; i < n_case; i++) {
        expect(i, at_once);
    }
}

// The law of a push parser: however the input is cut, the rows and errors are the same.
static void any_split_gives_the_same(void **state) {
    (void)state;
    for (size_t i = 0; i < n_case; i++) {
        for (size_t cut = 0; cut <= strlen(cases[i].input); cut++) {
            expect(i, (struct pace){cut, SIZE_MAX});
        }
        for (size_t n_more = 1; n_more < 4; n_more++) {
            expect(i, (struct pace){0, n_more});
        }
    }
}

static void each_prefix_of_a_row_asks_for_more(void **state) {
    (void)state;
    static const char row_text[] = "\xEF\xBB\xBF lot 1 ,\"a \"\"b\"\"\r\nc\" ,,12.5\r\n";
    const size_t n_whole = sizeof row_text - 1;
    struct arena arena;
    arena_init(&arena, 1000);
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    struct csv_row row = {0};
    size_t n_used = 0;
    maru_error err = {0};
    for (size_t n = 0; n < n_whole; n++) {
        assert_int_equal(csv_next(&reader, row_text, n, false, &arena, &row, &n_used, &err),
                         MARU_MORE);
        assert_null(row.field);
        assert_int_equal(n_used, 0);
        assert_int_equal(err.code, MARU_OK);
        assert_int_equal(arena.used_bytes, 0);
        assert_true(reader.at_start);
    }
    assert_int_equal(csv_next(&reader, row_text, n_whole, false, &arena, &row, &n_used, &err),
                     MARU_OK);
    assert_int_equal(n_used, n_whole);
    assert_int_equal(row.n_field, 4);
    assert_int_equal(reader.line, 3);
    arena_fini(&arena);
}

static const char *random_field(uint64_t row, uint64_t column, char room[16]) {
    static const char *const piece[] = {"a",  " ", "\"", ",", "\n", "\r\n", "\xEA\xB0\x80",
                                        "\t", ";", "1.5"};
    const struct random_block r = random_at(21, row, column);
    room[0] = '\0';
    for (uint32_t i = 0; i < r.word[0] % 5; i++) {
        const char *next = piece[random_at(22, row, column * 8 + i).word[0] % 10];
        memcpy(room + strlen(room), next, strlen(next) + 1);
    }
    return room;
}

// The law of writer and reader: what text_add_csv writes is what csv_next reads.
static void written_rows_read_back(void **state) {
    (void)state;
    struct text text;
    text_init(&text, 1 << 20);
    for (uint64_t i = 0; i < 2000; i++) {
        for (uint64_t k = 0; k < 1 + i % 6; k++) {
            char room[16];
            text_addz(&text, k > 0 ? "," : "");
            text_add_csv(&text, random_field(i, k, room));
        }
        text_addz(&text, i % 2 == 0 ? "\n" : "\r\n");
    }
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    size_t at = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        struct csv_row row;
        size_t n_used = 0;
        assert_int_equal(csv_next(&reader, text.bytes + at, text.n_bytes - at, true, &arena, &row,
                                  &n_used, NULL),
                         MARU_OK);
        assert_int_equal(row.n_field, 1 + i % 6);
        for (uint32_t k = 0; k < row.n_field; k++) {
            char room[16];
            assert_string_equal(row.field[k].bytes, random_field(i, k, room));
        }
        at += n_used;
    }
    assert_int_equal(at, text.n_bytes);
    arena_fini(&arena);
    text_fini(&text);
}

static void fields_are_limited(void **state) {
    (void)state;
    char line[CSV_MAX_FIELDS + 1];
    memset(line, ',', sizeof line);
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct csv_row row;
    size_t n_used = 0;
    maru_error err;
    assert_int_equal(csv_next(&reader, line, CSV_MAX_FIELDS - 1, true, &arena, &row, &n_used, &err),
                     MARU_OK);
    assert_int_equal(row.n_field, CSV_MAX_FIELDS);
    for (int is_last = 0; is_last < 2; is_last++) {
        assert_int_equal(
            csv_next(&reader, line, CSV_MAX_FIELDS, is_last, &arena, &row, &n_used, &err),
            MARU_E_LIMIT);
        assert_int_equal(err.column, CSV_MAX_FIELDS + 1);
    }
    arena_fini(&arena);
}

struct size_case {
    size_t n;
    const char *end; // written over the last bytes
    bool is_last;
    maru_status want;
};

static void row_bytes_are_limited(void **state) {
    (void)state;
    static const struct size_case sizes[] = {
        {CSV_MAX_ROW_BYTES - 1, "", false, MARU_MORE},
        {CSV_MAX_ROW_BYTES, "", false, MARU_MORE},
        {CSV_MAX_ROW_BYTES, "", true, MARU_OK},
        {CSV_MAX_ROW_BYTES, "\n", false, MARU_OK},
        {CSV_MAX_ROW_BYTES, "\r\n", false, MARU_OK},
        {CSV_MAX_ROW_BYTES + 1, "\n", false, MARU_E_LIMIT},
        {CSV_MAX_ROW_BYTES + 1, "\r\n", false, MARU_E_LIMIT},
        {CSV_MAX_ROW_BYTES + 1, "", true, MARU_E_LIMIT},
        {CSV_MAX_ROW_BYTES + 1, "", false, MARU_E_LIMIT},
    };
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
        const struct size_case *c = &sizes[i / 2];
        char *line = malloc(c->n);
        assert_non_null(line);
        memset(line, 'x', c->n);
        const size_t n_end = strlen(c->end);
        memcpy(line + c->n - n_end, c->end, n_end);
        if (i % 2 == 1) { // the same as one quoted field
            line[0] = '"';
            line[c->n - n_end - 1] = '"';
        }
        struct csv_reader reader;
        csv_init(&reader, ',', true);
        struct arena arena;
        arena_init(&arena, 1 << 22);
        struct csv_row row;
        size_t n_used = 0;
        maru_error err;
        const maru_status st =
            csv_next(&reader, line, c->n, c->is_last, &arena, &row, &n_used, &err);
        if (st != c->want) {
            fail_msg("row %zu: %s, want %s", i, maru_status_name(st), maru_status_name(c->want));
        }
        arena_fini(&arena);
        free(line);
    }
}

static void a_full_arena_and_a_failing_allocation_leave_nothing(void **state) {
    (void)state;
    static const char line[] = "one,two,three\n";
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    for (int without_memory = 0; without_memory < 2; without_memory++) {
        struct arena arena;
        arena_init(&arena, without_memory ? 1000 : 16);
        alloc_fail_after(without_memory ? 0 : UINT64_MAX);
        struct csv_row row = {0};
        size_t n_used = 0;
        maru_error err;
        const maru_status st =
            csv_next(&reader, line, sizeof line - 1, true, &arena, &row, &n_used, &err);
        alloc_fail_after(UINT64_MAX);
        assert_int_equal(st, without_memory ? MARU_E_MEMORY : MARU_E_LIMIT);
        assert_int_equal(err.row, 1);
        assert_true(!row.field && n_used == 0 && arena.used_bytes == 0 && reader.line == 1);
        arena_fini(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_errors),
        cmocka_unit_test(any_split_gives_the_same),
        cmocka_unit_test(each_prefix_of_a_row_asks_for_more),
        cmocka_unit_test(written_rows_read_back),
        cmocka_unit_test(fields_are_limited),
        cmocka_unit_test(row_bytes_are_limited),
        cmocka_unit_test(a_full_arena_and_a_failing_allocation_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
