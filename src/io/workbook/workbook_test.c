#include "io/workbook/workbook.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/workbook/trial_zip.h"
#include "io/workbook/workbook_inside.h"

enum { MAX_PARTS = 12 };

#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define RELS "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\""
#define R "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define SHEET(rows) "<worksheet " MAIN "><sheetData>" rows "</sheetData></worksheet>"

static const char book[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><workbook " MAIN " xmlns:r=\"" R "\"><sheets>"
    "<sheet name=\"표지\" sheetId=\"1\" r:id=\"rId1\"/>"
    "<sheet name=\"숨김\" sheetId=\"2\" state=\"hidden\" r:id=\"rId2\"/>"
    "<sheet name=\"측정\" sheetId=\"3\" r:id=\"rId3\"/></sheets></workbook>";
static const char relations[] =
    "<Relationships " RELS ">"
    "<Relationship Id=\"rId1\" Type=\"" R "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"" R "/worksheet\" Target=\"worksheets/sheet2.xml\"/>"
    "<Relationship Id=\"rId3\" Type=\"" R "/worksheet\" Target=\"/xl/worksheets/sheet3.xml\"/>"
    "<Relationship Id=\"rId4\" Type=\"" R "/sharedStrings\" Target=\"sharedStrings.xml\"/>"
    "<Relationship Id=\"rId5\" Type=\"" R "/styles\" Target=\"styles.xml\"/></Relationships>";
static const char strings[] =
    "<sst " MAIN "><si><t>로트</t></si><si><r><t>온</t></r><r><t>도</t></r></si>"
    "<si><t>a,\"b\"\nc</t><rPh sb=\"0\" eb=\"1\"><t>read aloud</t></rPh></si></sst>";
static const char styles[] =
    "<styleSheet " MAIN "><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;년&quot;\\ m\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"[Red]0.00;&quot;day&quot;\"/></numFmts>"
    "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/>"
    "<xf numFmtId=\"22\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf "
    "numFmtId=\"20\"/></cellXfs>"
    "</styleSheet>";
static const char cells[] = SHEET(
    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c></row>"
    "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>2</v></c><c r=\"B3\"><v>0.10000000000000001</v></c>"
    "<c r=\"C3\" s=\"1\"><v>45961.628553240742</v></c><c r=\"D3\" s=\"2\"><v>45961</v></c></row>"
    "<row><c s=\"3\"><v>45961</v></c><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#DIV/0!</v></c>"
    "<c t=\"inlineStr\"><is><t>직접</t></is></c><c t=\"str\"><f>A1&amp;\"x\"</f><v>글</v></c>"
    "<c s=\"4\"><v>0.5</v></c><c><f>A1</f></c></row>");
static const char want[] =
    "\"로트\",,\"온도\"\n\n\"a,\"\"b\"\" c\",0.1,2025-10-31 15:05:07,2025-10-31\n"
    "45961,TRUE,\"#DIV/0!\",\"직접\",\"글\",12:00:00\n";

static const struct part whole[] = {
    {"[Content_Types].xml", "<Types/>"},
    {"xl/workbook.xml", book},
    {"xl/_rels/workbook.xml.rels", relations},
    {"xl/sharedStrings.xml", strings},
    {"xl/styles.xml", styles},
    {"xl/worksheets/sheet1.xml", SHEET("")},
    {"xl/worksheets/sheet2.xml", SHEET("<row><c><v>7</v></c></row>")},
    {"xl/worksheets/sheet3.xml", cells},
    {0},
};

static void test_reads_what_programs_write(void **state) {
    (void)state;
    struct text file;
    struct workbook found = {0};
    maru_error err = {0};
    zip(whole, &file);
    assert_true(workbook_is(file.bytes, file.n_bytes));
    const maru_status st = workbook_read(file.bytes, file.n_bytes, NULL, CAP_BYTES, &found, &err);
    if (st != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(found.csv.bytes, want);
    assert_int_equal(found.n_sheet, 3);
    assert_int_equal(found.chosen, 2);
    assert_string_equal(found.sheet[2].name, "측정");
    assert_true(found.sheet[1].is_hidden && !found.sheet[0].is_hidden);
    assert_int_equal(found.n_without_value, 1);
    workbook_fini(&found);
    assert_int_equal(workbook_read(file.bytes, file.n_bytes, "숨김", CAP_BYTES, &found, &err),
                     MARU_OK);
    assert_string_equal(found.csv.bytes, "7\n");
    workbook_fini(&found);
    text_fini(&file);
}

// One part of the whole is another, or with NULL is not there.
static void zip_with(const char *path, const char *text, struct text *out) {
    struct part part[MAX_PARTS] = {{0}};
    size_t n = 0;
    for (const struct part *p = whole; p->path; p++) {
        const bool is_it = strcmp(p->path, path) == 0;
        if (!is_it || text) {
            part[n++] = (struct part){p->path, is_it ? text : p->text};
        }
    }
    zip(part, out);
}

static const struct {
    const char *path, *text, *sheet, *want;
} bad[] = {
    {"", NULL, "없음", "the workbook has no sheet '없음'"},
    {"", NULL, "표지", "the sheet '표지' has no value"},
    {"xl/workbook.xml", NULL, NULL, "this zip is no workbook"},
    {"xl/_rels/workbook.xml.rels", NULL, NULL, "a part of the workbook is missing"},
    {"xl/worksheets/sheet3.xml", NULL, NULL, "a part of the workbook is missing"},
    {"xl/sharedStrings.xml", NULL, NULL, "names a text that is not there"},
    {"xl/worksheets/sheet3.xml", "<worksheet><sheetData><row>", NULL, "its XML is wrong"},
    {"xl/worksheets/sheet3.xml", SHEET(""), NULL, "no sheet of the workbook has a value"},
    {"xl/worksheets/sheet3.xml", SHEET("<row r=\"1000000000\"/>"), NULL, "at most 1048576 rows"},
    {"xl/worksheets/sheet3.xml", SHEET("<row r=\"2\"/><row r=\"1\"/>"), NULL, "out of order"},
    {"xl/worksheets/sheet3.xml", SHEET("<row r=\"1\"><c r=\"ZZZZZ1\"/></row>"), NULL,
     "without a place"},
    {"xl/worksheets/sheet3.xml", SHEET("<row r=\"1\"><c r=\"B1\"/><c r=\"A2\"/></row>"), NULL,
     "without a place"},
    {"xl/worksheets/sheet3.xml",
     "<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]><worksheet>&d;</worksheet>", NULL,
     "document type"},
    {"xl/sharedStrings.xml", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><sst/>", NULL,
     "document type"},
};

static void test_refuses_with_a_reason(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct text file;
        struct workbook found = {0};
        maru_error err = {0};
        zip_with(bad[i].path, bad[i].text, &file);
        const maru_status st =
            workbook_read(file.bytes, file.n_bytes, bad[i].sheet, CAP_BYTES, &found, &err);
        if (st == MARU_OK || !strstr(err.text, bad[i].want)) {
            fail_msg("case %zu: %s, want %s", i, err.text, bad[i].want);
        }
        assert_null(found.sheet);
        text_fini(&file);
    }
}

static void test_says_what_is_no_xlsx(void **state) {
    (void)state;
    struct workbook found = {0};
    maru_error err = {0};
    static const char old[600] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    char locked[600];
    memcpy(locked, old, sizeof old);
    memcpy(locked + 400, "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 32);
    assert_int_equal(workbook_read(old, sizeof old, NULL, CAP_BYTES, &found, &err), MARU_E_INPUT);
    assert_non_null(strstr(err.text, ".xls of before 2007"));
    assert_int_equal(workbook_read(locked, sizeof locked, NULL, CAP_BYTES, &found, &err),
                     MARU_E_INPUT);
    assert_non_null(strstr(err.text, "encrypted"));
    assert_int_equal(workbook_read("a,b\n1,2\n", 8, NULL, CAP_BYTES, &found, &err), MARU_E_INPUT);
    assert_false(workbook_is("a,b\n1,2\n", 8));
}

// Each cut of a workbook is refused: the directory of a zip stands at its end.
static void test_refuses_each_cut(void **state) {
    (void)state;
    struct text file;
    zip(whole, &file);
    for (size_t n = 0; n + 22 < file.n_bytes; n += 7) { // 22: the end of the directory
        struct workbook found = {0};
        maru_error err = {0};
        const maru_status st = workbook_read(file.bytes, n, NULL, CAP_BYTES, &found, &err);
        assert_true(st != MARU_OK && err.text[0] != '\0');
        workbook_fini(&found);
    }
    text_fini(&file);
}

static void test_refuses_bombs(void **state) {
    (void)state;
    const size_t n = (size_t)200 << 20;
    char *blanks = malloc(n + 1);
    assert_non_null(blanks);
    memset(blanks, ' ', n);
    blanks[n] = '\0';
    memcpy(blanks, "<worksheet>", 11);
    struct text file;
    struct workbook found = {0};
    maru_error err = {0};
    zip_with("xl/worksheets/sheet3.xml", blanks, &file);
    free(blanks);
    assert_int_equal(workbook_read(file.bytes, file.n_bytes, NULL, CAP_BYTES, &found, &err),
                     MARU_E_LIMIT);
    assert_non_null(strstr(err.text, "unpacks to more than"));
    text_fini(&file);
    zip(whole, &file);
    assert_int_equal(workbook_read(file.bytes, file.n_bytes, NULL, 20, &found, &err), MARU_E_LIMIT);
    text_fini(&file);
}

// ---- sheets of several blocks

enum { N_LONG = 40000 };

// How the rows of a long sheet are written, and what stands between them.
static const struct {
    const char *row, *between; // row: %u is its number
    const char *begin, *end;
} long_sheets[] = {
    {"<row r=\"%u\">", "", "<worksheet " MAIN "><sheetData>", "</sheetData></worksheet>"},
    {"<row>", "", "<worksheet><sheetData>", "</sheetData></worksheet>"},
    {"<row r='%u'>", "<!-- <row r=\"1\"> -->", "<worksheet><sheetData>",
     "</sheetData></worksheet>"},
    {"<row\nr=\"%u\">", "<?row <row ?>", "<worksheet><sheetData>", "</sheetData></worksheet>"},
    {"<row r=\"%u\">", "<rowBreak/><v><![CDATA[<row r=\"1\"><c>]]></v>", "<worksheet><sheetData>",
     "</sheetData></worksheet>"},
    {"<row r=\"%u\">", "</sheetData><sheetData>", "<worksheet><sheetData>",
     "</sheetData></worksheet>"},
    {"<row r=\"%u\">", "</sheetData><other><a/></other><sheetData>",
     "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><worksheet><sheetData>",
     "</sheetData></worksheet>"},
};

static void add_long_sheet(struct text *sheet, size_t kind, uint32_t wrong_row, const char *wrong) {
    text_addz(sheet, long_sheets[kind].begin);
    for (uint32_t i = 1; i <= N_LONG; i++) {
        const char *row = long_sheets[kind].row;
        const char *number = strchr(row, '%');
        text_add(sheet, row, number ? (size_t)(number - row) : strlen(row));
        if (number) {
            text_addf(sheet, "%u%s", i == wrong_row ? i - 1 : i, number + 2);
        }
        text_addf(sheet,
                  "<c><v>%u</v></c><c/><c t=\"s\"><v>%u</v></c><c s=\"1\"><v>%u.5</v></c></row>",
                  i * 2654435761U % 10007, i % 2, 45000 + i % 1000);
        text_addz(sheet, i == wrong_row ? wrong : long_sheets[kind].between);
    }
    text_addz(sheet, long_sheets[kind].end);
}

static void add_long_text(struct text *csv) {
    for (uint32_t i = 1; i <= N_LONG; i++) {
        text_addf(csv, "%u,,\"%s\",", i * 2654435761U % 10007, i % 2 == 0 ? "로트" : "온도");
        assert_true(workbook_add_day(csv, 45000 + i % 1000 + 0.5, WORKBOOK_DATE, false));
        text_add(csv, "\n", 1);
    }
}

// A law: however the rows are written, and wherever the sheet is cut, the text is the same.
static void test_long_sheets_are_the_same(void **state) {
    (void)state;
    struct text expected;
    text_init(&expected, CAP_BYTES);
    add_long_text(&expected);
    for (size_t k = 0; k < sizeof long_sheets / sizeof *long_sheets; k++) {
        struct text sheet, file;
        struct workbook found = {0};
        maru_error err = {0};
        text_init(&sheet, CAP_BYTES);
        add_long_sheet(&sheet, k, 0, "");
        assert_true(sheet.n_bytes > (size_t)3 << 20);
        zip_with("xl/worksheets/sheet3.xml", sheet.bytes, &file);
        if (workbook_read(file.bytes, file.n_bytes, NULL, CAP_BYTES, &found, &err) != MARU_OK) {
            fail_msg("kind %zu: %s", k, err.text);
        }
        assert_int_equal(found.n_cell, 3 * N_LONG);
        assert_int_equal(found.csv.n_bytes, expected.n_bytes);
        assert_memory_equal(found.csv.bytes, expected.bytes, expected.n_bytes);
        workbook_fini(&found);
        text_fini(&file);
        text_fini(&sheet);
    }
    text_fini(&expected);
}

static void test_long_sheets_say_what_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *wrong, *want;
        size_t cap_bytes;
    } cases[] = {
        {"", "out of order at row 29999", CAP_BYTES},
        {"<c>", "without a place", CAP_BYTES},
        {"<a>", "its XML is wrong", CAP_BYTES},
        {"<row r=\"30001\"><c r=\"A30001\" t=\"s\"><v>9</v></c></row>", "in row 30001 names a text",
         CAP_BYTES},
        {"<row r=\"9999999\"/>", "at most 1048576 rows", CAP_BYTES},
        {"", "more than 1000000 bytes of text", 1000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text sheet, file;
        struct workbook found = {0};
        maru_error err = {0};
        text_init(&sheet, CAP_BYTES);
        add_long_sheet(&sheet, i == 0 || i == 5 ? 0 : 1, 30000, cases[i].wrong);
        zip_with("xl/worksheets/sheet3.xml", sheet.bytes, &file);
        assert_int_not_equal(
            workbook_read(file.bytes, file.n_bytes, NULL, cases[i].cap_bytes, &found, &err),
            MARU_OK);
        if (!strstr(err.text, cases[i].want)) {
            fail_msg("case %zu: %s", i, err.text);
        }
        text_fini(&file);
        text_fini(&sheet);
    }
}

static void test_reads_dates_and_durations(void **state) {
    (void)state;
    static const struct {
        const char *text, *want; // "": none
        bool is_time;
    } cases[] = {
        {"2024-02-29", "2024-02-29", false},
        {"2023-02-29", "", false},
        {"2023-13-01", "", false},
        {"1899-12-30", "1899-12-30", false},
        {"2025-10-31T00:00:00", "2025-10-31", false},
        {"2025-12-31T23:59:59.9996", "2026-01-01", false},
        {"2025-10-31T01:02:03.25", "2025-10-31 01:02:03.250", false},
        {"2025-10-31T24:00:00", "", false},
        {"2025-10-31T10:00", "", false},
        {"2025-10-31Z", "", false},
        {"-0044-03-15", "", false},
        {"PT0S", "00:00:00", true},
        {"PT5M", "00:05:00", true},
        {"PT23H59M59.9996S", "1", true},
        {"PT12H30M00.5S", "12:30:00.500", true},
        {"PT48H", "2", true},
        {"PT", "", true},
        {"P1D", "", true},
        {"-PT1H", "", true},
        {"PT1M1H", "", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text;
        text_init(&text, 64);
        const bool is = cases[i].is_time ? workbook_add_time_text(&text, cases[i].text)
                                         : workbook_add_date_text(&text, cases[i].text);
        if (is != (cases[i].want[0] != '\0') || (is && strcmp(text.bytes, cases[i].want) != 0)) {
            fail_msg("%s: %s", cases[i].text, text.n_bytes > 0 ? text.bytes : "none");
        }
        text_fini(&text);
    }
}

// A law: days follow each other as in the calendar, for four hundred years and in both systems.
static void test_days_follow_each_other(void **state) {
    (void)state;
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int day = 1462; // 1904-01-01
    for (int year = 1904; year < 2304; year++) {
        const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            for (int k = 1; k <= length[month - 1] + (month == 2 && is_leap); k++, day++) {
                struct text text, other, expected;
                text_init(&text, 64);
                text_init(&other, 64);
                text_init(&expected, 64);
                text_addf(&expected, "%04d-%02d-%02d 18:00:00", year, month, k);
                assert_true(workbook_add_day(&text, day + 0.75, WORKBOOK_DATE, false));
                assert_true(workbook_add_day(&other, day - 1462 + 0.75, WORKBOOK_DATE, true));
                assert_string_equal(text.bytes, expected.bytes);
                assert_string_equal(other.bytes, expected.bytes);
                text_fini(&text);
                text_fini(&other);
                text_fini(&expected);
            }
        }
    }
    assert_int_equal(day, 1462 + 146097);
}

static void test_days_of_both_systems(void **state) {
    (void)state;
    static const struct {
        double day;
        enum workbook_form form;
        bool is_1904;
        const char *want; // "": no such day
    } days[] = {
        {1, WORKBOOK_DATE, false, "1900-01-01"},
        {59, WORKBOOK_DATE, false, "1900-02-28"},
        {60, WORKBOOK_DATE, false, ""},
        {61, WORKBOOK_DATE, false, "1900-03-01"},
        {0, WORKBOOK_DATE, true, "1904-01-01"},
        {44499, WORKBOOK_DATE, true, "2025-10-31"},
        {2958465, WORKBOOK_DATE, false, "9999-12-31"},
        {2958466, WORKBOOK_DATE, false, ""},
        {-1, WORKBOOK_DATE, false, ""},
        {0.25, WORKBOOK_CLOCK, false, "06:00:00"},
        {0.5000000058, WORKBOOK_CLOCK, false, "12:00:00.001"},
        {45961.25, WORKBOOK_CLOCK, false, "2025-10-31 06:00:00"},
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct text text;
        text_init(&text, 64);
        const bool is_day = workbook_add_day(&text, days[i].day, days[i].form, days[i].is_1904);
        assert_int_equal(is_day, days[i].want[0] != '\0');
        if (is_day) {
            assert_string_equal(text.bytes, days[i].want);
        }
        text_fini(&text);
    }
}

static void test_tells_formats_of_dates(void **state) {
    (void)state;
    static const struct {
        const char *code;
        enum workbook_form form;
    } codes[] = {
        {"yyyy-mm-dd", WORKBOOK_DATE},
        {"yyyy\\-mm\\-dd\\ hh:mm:ss", WORKBOOK_DATE},
        {"[$-412]yyyy\"년\" m\"월\" d\"일\"", WORKBOOK_DATE},
        {"mmm", WORKBOOK_DATE},
        {"h:mm AM/PM", WORKBOOK_CLOCK},
        {"mm:ss.0", WORKBOOK_CLOCK},
        {"[h]:mm:ss", WORKBOOK_PLAIN},
        {"[hh]:mm", WORKBOOK_PLAIN},
        {"General", WORKBOOK_PLAIN},
        {"0.00E+00", WORKBOOK_PLAIN},
        {"#,##0 \"days\"", WORKBOOK_PLAIN},
        {"[Red]#,##0;[Blue]-#,##0", WORKBOOK_PLAIN},
        {"0_d", WORKBOOK_PLAIN},
        {"\"open", WORKBOOK_PLAIN},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (workbook_form_of_code(codes[i].code) != codes[i].form) {
            fail_msg("%s: %d", codes[i].code, (int)workbook_form_of_code(codes[i].code));
        }
    }
}

static void test_survives_no_memory(void **state) {
    (void)state;
    struct text file;
    zip(whole, &file);
    for (uint64_t n = 0;; n++) {
        struct workbook found = {0};
        alloc_fail_after(n);
        const maru_status st =
            workbook_read(file.bytes, file.n_bytes, NULL, CAP_BYTES, &found, NULL);
        alloc_fail_after(UINT64_MAX);
        workbook_fini(&found);
        if (st == MARU_OK) {
            assert_true(n > 5);
            break;
        }
        assert_true(st == MARU_E_MEMORY || st == MARU_E_LIMIT);
    }
    text_fini(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_programs_write),
        cmocka_unit_test(test_refuses_with_a_reason),
        cmocka_unit_test(test_says_what_is_no_xlsx),
        cmocka_unit_test(test_refuses_each_cut),
        cmocka_unit_test(test_refuses_bombs),
        cmocka_unit_test(test_long_sheets_are_the_same),
        cmocka_unit_test(test_long_sheets_say_what_is_wrong),
        cmocka_unit_test(test_reads_dates_and_durations),
        cmocka_unit_test(test_days_follow_each_other),
        cmocka_unit_test(test_days_of_both_systems),
        cmocka_unit_test(test_tells_formats_of_dates),
        cmocka_unit_test(test_survives_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
