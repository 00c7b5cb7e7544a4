#include <string.h>

#include "io/workbook/trial_zip.h"
#include "io/workbook/workbook.h"

#define ODS(styles, tables)                                                                        \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"o\" "       \
    "xmlns:table=\"t\" xmlns:text=\"x\" xmlns:calcext=\"c\" xmlns:style=\"s\"><office:automatic-"  \
    "styles>" styles "</office:automatic-styles><office:body><office:spreadsheet>" tables          \
    "</office:spreadsheet></office:body></office:document-content>"
#define CELL(type, value) "<table:table-cell office:value-type=\"" type "\" " value "/>"
#define WORDS(words)                                                                               \
    "<table:table-cell office:value-type=\"string\"><text:p>" words "</text:p></table:table-cell>"
#define ROW(cells) "<table:table-row>" cells "</table:table-row>"
#define TABLE(name, rows) "<table:table table:name=\"" name "\">" rows "</table:table>"
#define ONE(cell) ODS("", TABLE("a", ROW(cell)))

static void zip_ods(const char *content, const char *manifest, const char *type, struct text *out) {
    const struct part part[] = {
        {"mimetype", type}, {"content.xml", content}, {"META-INF/manifest.xml", manifest}, {0}};
    zip(part, out);
}

static const char ods_type[] = "application/vnd.oasis.opendocument.spreadsheet";

static maru_status read_ods(const char *content, const char *sheet, struct workbook *found,
                            maru_error *err) {
    struct text file;
    zip_ods(content, "<manifest/>", ods_type, &file);
    const maru_status st = workbook_read(file.bytes, file.n_bytes, sheet, CAP_BYTES, found, err);
    text_fini(&file);
    return st;
}

static const char open_document[] = ODS(
    "<style:style style:name=\"ta1\" style:family=\"table\"><style:table-properties "
    "table:display=\"true\"/></style:style><style:style style:name=\"ta2\" "
    "style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style>",
    "<table:tracked-changes><table:deletion><table:table-row><table:table-cell "
    "office:value-type=\"float\" office:value=\"9\"/></table:table-row></table:deletion>"
    "</table:tracked-changes>"
    "<table:table table:name=\"숨김\" table:style-name=\"ta2\">" ROW(CELL(
        "float",
        "office:value=\"7\"")) "</table:table>"
                               "<table:table table:name=\"표지\" "
                               "table:style-name=\"ta1\">"
                               "<table:table-row "
                               "table:number-rows-repeated=\"1048576\"><table:table-"
                               "cell "
                               "table:number-columns-repeated=\"16384\"/></"
                               "table:table-row></table:table>"
                               "<table:table "
                               "table:name=\"측정\"><office:forms/"
                               "><table:table-column "
                               "table:number-columns-repeated=\"5\"/"
                               "><table:table-header-rows><table:table-row>"
                               "<table:table-cell office:value-type=\"string\" "
                               "table:number-columns-spanned=\"2\"><office:"
                               "annotation>"
                               "<text:p>a "
                               "note</text:p></"
                               "office:annotation><text:p>로<text:span>트</"
                               "text:span></text:p></table:table-cell>"
                               "<table:covered-table-cell "
                               "office:value-type=\"string\"><text:p>under</text:p></"
                               "table:covered-table-cell>"
                               "<table:table-cell "
                               "office:value-type=\"string\"><draw:frame><draw:text-"
                               "box><text:p>drawn</text:p>"
                               "</draw:text-box></"
                               "draw:frame><text:p>a,&quot;b&quot;</text:p><text:p> "
                               "c<text:s text:c=\"2\"/>d\n  e "
                               "</text:p></table:table-cell>"
                               "</table:table-row></table:table-header-rows>"
                               "<table:table-row "
                               "table:number-rows-repeated=\"2\"><table:table-cell/"
                               "></table:table-row>"
                               "<table:table-row-group><table:table-row "
                               "table:number-rows-repeated=\"2\"><table:table-cell/>"
                               "<table:table-cell office:value-type=\"float\" "
                               "office:value=\"0.10000000000000001\" "
                               "calcext:value-type=\"float\" "
                               "table:number-columns-repeated=\"2\"><text:p>0.1</"
                               "text:p></table:table-cell>" CELL(
                                   "percentage",
                                   "offic"
                                   "e:"
                                   "value"
                                   "=\"0."
                                   "05\"") "</table:table-row></"
                                           "table:table-row-group>" ROW(
                                               CELL("date",
                                                    "office:date-"
                                                    "value="
                                                    "\"2025-10-"
                                                    "31\"") CELL("dat"
                                                                 "e",
                                                                 "offi"
                                                                 "ce:"
                                                                 "date"
                                                                 "-val"
                                                                 "ue="
                                                                 "\"20"
                                                                 "25-"
                                                                 "10-"
                                                                 "31T1"
                                                                 "5:"
                                                                 "05:"
                                                                 "06."
                                                                 "9996"
                                                                 "0000"
                                                                 "0\"") CELL("time",
                                                                             "office:time-value="
                                                                             "\"PT15H05M07S\"")
                                                   CELL("time",
                                                        "office:"
                                                        "time-"
                                                        "value="
                                                        "\"PT36H00"
                                                        "M00S\"") CELL("boolean", "office:"
                                                                                  "boolean-"
                                                                                  "value="
                                                                                  "\"true\"")
                                                       CELL(
                                                           "curr"
                                                           "enc"
                                                           "y",
                                                           "offi"
                                                           "ce:"
                                                           "curr"
                                                           "ency"
                                                           "=\"K"
                                                           "RW\""
                                                           " "
                                                           "offi"
                                                           "ce:"
                                                           "valu"
                                                           "e="
                                                           "\"12"
                                                           "00"
                                                           "\"") "<table:"
                                                                 "table-cell "
                                                                 "office:"
                                                                 "value-type="
                                                                 "\"string\" "
                                                                 "office:"
                                                                 "string-"
                                                                 "value=\"\" "
                                                                 "calcext:"
                                                                 "value-type="
                                                                 "\"error\"><"
                                                                 "text:p>#"
                                                                 "DIV/0!</"
                                                                 "text:p></"
                                                                 "table:"
                                                                 "table-cell>"
                                                                 "<table:"
                                                                 "table-cell "
                                                                 "table:"
                                                                 "formula="
                                                                 "\"of:=[.A1]"
                                                                 "\"/>"
                                                                 "<table:"
                                                                 "table-cell "
                                                                 "table:"
                                                                 "number-"
                                                                 "columns-"
                                                                 "repeated="
                                                                 "\"16376\"/"
                                                                 ">") "<table"
                                                                      ":table"
                                                                      "-row "
                                                                      "table:"
                                                                      "number"
                                                                      "-rows-"
                                                                      "repeat"
                                                                      "ed="
                                                                      "\"1048"
                                                                      "570\">"
                                                                      "<table"
                                                                      ":table"
                                                                      "-cell "
                                                                      "table:"
                                                                      "number"
                                                                      "-colum"
                                                                      "ns-"
                                                                      "repeat"
                                                                      "ed="
                                                                      "\"1638"
                                                                      "4\"/"
                                                                      "></"
                                                                      "table:"
                                                                      "table-"
                                                                      "row></"
                                                                      "table:"
                                                                      "table"
                                                                      ">" TABLE(
                                                                          "끝",
                                                                          ROW(WORDS(
                                                                              "last"))) "<table:"
                                                                                        "named-"
                                                                                        "expression"
                                                                                        "s/"
                                                                                        "><table:"
                                                                                        "dde-links>"
                                                                                        "<table:"
                                                                                        "dde-"
                                                                                        "link"
                                                                                        ">" TABLE(
                                                                                            "dd"
                                                                                            "e",
                                                                                            ROW(WORDS(
                                                                                                "x"))) "</table:dde-link></table:dde-links>");

static void test_reads_opendocument(void **state) {
    (void)state;
    static const char expected[] =
        "\"로트\",,\"a,\"\"b\"\" c  d e\"\n\n\n,0.1,0.1,0.05\n,0.1,0.1,0.05\n"
        "2025-10-31,2025-10-31 15:05:07,15:05:07,1.5,TRUE,1200,\"#DIV/0!\"\n";
    struct workbook found = {0};
    maru_error err = {0};
    if (read_ods(open_document, NULL, &found, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(found.csv.bytes, expected);
    assert_int_equal(found.n_sheet, 4);
    assert_int_equal(found.chosen, 2);
    assert_int_equal(found.n_cell, 2 + 6 + 7);
    assert_int_equal(found.n_without_value, 1);
    assert_true(found.sheet[0].is_hidden && !found.sheet[1].is_hidden);
    assert_string_equal(found.sheet[3].name, "끝");
    workbook_fini(&found);
    assert_int_equal(read_ods(open_document, "숨김", &found, &err), MARU_OK);
    assert_string_equal(found.csv.bytes, "7\n");
    workbook_fini(&found);
}

static void test_refuses_opendocument_with_a_reason(void **state) {
    (void)state;
    static const struct {
        const char *content, *sheet, *want;
    } cases[] = {
        {open_document, "없음", "the workbook has no sheet '없음'"},
        {open_document, "표지", "the sheet '표지' has no value"},
        {ODS("", ""), NULL, "no sheet of the workbook has a value"},
        {ODS("", "<table:table>"), NULL, "its XML is wrong"},
        {"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", NULL, "document type"},
        {ONE("<table:table-cell table:number-columns-repeated=\"0\"/>"), NULL, "without a place"},
        {ONE("<table:table-cell table:number-columns-repeated=\"16384\"/>" WORDS("x")), NULL,
         "at most 1048576 rows and 16384 columns"},
        {ODS("", TABLE("a", "<table:table-row table:number-rows-repeated=\"1048577\">" WORDS(
                                "x") "</table:table-row>")),
         NULL, "at most 1048576 rows"},
        {ODS("", TABLE("a", "<table:table-row table:number-rows-repeated=\"1048576\"/>" ROW(
                                WORDS("x")))),
         NULL, "at most 1048576 rows"},
        {ODS("", TABLE("a", "<table:table-row table:number-rows-repeated=\"1048576\">"
                            "<table:table-cell office:value-type=\"string\" "
                            "table:number-columns-repeated=\"16384\"><text:p>bomb</text:p>"
                            "</table:table-cell></table:table-row>")),
         NULL, "unpacks to more than"},
        {ONE("<table:table-cell><text:p><text:s text:c=\"4000000000\"/></text:p>"
             "</table:table-cell>"),
         NULL, "a cell has more than"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct workbook found = {0};
        maru_error err = {0};
        assert_int_not_equal(read_ods(cases[i].content, cases[i].sheet, &found, &err), MARU_OK);
        if (!strstr(err.text, cases[i].want)) {
            fail_msg("case %zu: %s, want %s", i, err.text, cases[i].want);
        }
    }
}

static void test_says_what_is_no_open_spreadsheet(void **state) {
    (void)state;
    static const struct {
        const char *type, *manifest, *want;
    } cases[] = {
        {"application/vnd.oasis.opendocument.text", "<manifest/>", "no spreadsheet"},
        {"application/vnd.oasis.opendocument.", "<manifest/>", "no spreadsheet"},
        {"application/epub+zip", "<manifest/>", "this zip is no workbook"},
        {ods_type, "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>",
         "encrypted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text file;
        struct workbook found = {0};
        maru_error err = {0};
        zip_ods(ONE(WORDS("x")), cases[i].manifest, cases[i].type, &file);
        assert_int_equal(workbook_read(file.bytes, file.n_bytes, NULL, CAP_BYTES, &found, &err),
                         MARU_E_INPUT);
        if (!strstr(err.text, cases[i].want)) {
            fail_msg("case %zu: %s, want %s", i, err.text, cases[i].want);
        }
        text_fini(&file);
    }
}

// A law: saying a number of times is the same as writing it so often.
static void test_repeated_is_written_out(void **state) {
    (void)state;
    struct text said, written;
    struct workbook one = {0}, other = {0};
    text_init(&said, CAP_BYTES);
    text_init(&written, CAP_BYTES);
    for (unsigned row = 0; row < 40; row++) {
        const unsigned n_row = 1 + row * 7 % 4;
        struct text short_cells, long_cells;
        text_init(&short_cells, CAP_BYTES);
        text_init(&long_cells, CAP_BYTES);
        for (unsigned k = 0; k < row % 6; k++) {
            const unsigned n = 1 + (row + k) % 3;
            const char *cell = (row + k) % 4 == 0 ? ">" : " office:value-type=\"string\">";
            const char *words = (row + k) % 4 == 0 ? "" : "<text:p>w</text:p>";
            text_addf(
                &short_cells,
                "<table:table-cell table:number-columns-repeated=\"%u\"%s%s</table:table-cell>", n,
                cell, words);
            for (unsigned i = 0; i < n; i++) {
                text_addf(&long_cells, "<table:table-cell%s%s</table:table-cell>", cell, words);
            }
        }
        text_addf(&said, "<table:table-row table:number-rows-repeated=\"%u\">%s</table:table-row>",
                  n_row, short_cells.n_bytes > 0 ? short_cells.bytes : "");
        for (unsigned i = 0; i < n_row; i++) {
            text_addf(&written, "<table:table-row>%s</table:table-row>",
                      long_cells.n_bytes > 0 ? long_cells.bytes : "");
        }
        text_fini(&short_cells);
        text_fini(&long_cells);
    }
    struct text document[2];
    for (int k = 0; k < 2; k++) {
        text_init(&document[k], CAP_BYTES);
        text_addf(&document[k], "<d><body><spreadsheet><table>%s</table></spreadsheet></body></d>",
                  k == 0 ? said.bytes : written.bytes);
    }
    assert_int_equal(read_ods(document[0].bytes, NULL, &one, NULL), MARU_OK);
    assert_int_equal(read_ods(document[1].bytes, NULL, &other, NULL), MARU_OK);
    assert_true(one.n_cell > 200);
    assert_int_equal(one.n_cell, other.n_cell);
    assert_string_equal(one.csv.bytes, other.csv.bytes);
    workbook_fini(&one);
    workbook_fini(&other);
    text_fini(&document[0]);
    text_fini(&document[1]);
    text_fini(&said);
    text_fini(&written);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_opendocument),
        cmocka_unit_test(test_refuses_opendocument_with_a_reason),
        cmocka_unit_test(test_says_what_is_no_open_spreadsheet),
        cmocka_unit_test(test_repeated_is_written_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
