#include "wire/sheet/spreadsheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/text.h"

// A reading and its table as text, in which nothing is ambiguous.

#define T0 INT64_C(1761890707000000) // 2025-10-31 15:05:07 in Seoul

static void show_column(const struct frame *frame, const struct sheet_reading *reading, uint32_t k,
                        struct text *out) {
    static const char letter[] = "-nwtx";
    const struct frame_column *c = &frame->column[k];
    const struct sheet_column *said = &reading->column[k];
    text_addf(out, "%s[%s]%c", c->name, c->unit, letter[c->kind]);
    if (c->kind == FRAME_TIME) {
        text_addf(out, ":%s%s", moment_form_name((enum moment_form)said->form),
                  said->is_ambiguous ? "?" : "");
    }
    if (said->clock_column > 0) {
        text_addf(out, "+%u", said->clock_column);
    }
    if (said->lower == said->lower || said->upper == said->upper) {
        text_addf(out, "{%g,%g}", said->lower, said->upper);
    }
    for (uint32_t i = 0; i < said->n_shown; i++) {
        text_addf(out, "!%u'%s'", said->odd[i].line, said->odd[i].text);
    }
    text_addz(out, " ");
}

static void show_cell(const struct frame_column *c, uint32_t row, struct text *out) {
    if (c->kind == FRAME_NUMBER && c->number[row] == c->number[row]) {
        text_add_double(out, c->number[row]);
    } else if (c->kind == FRAME_TIME && c->time[row] != FRAME_NO_TIME) {
        text_addf(out, "@%" PRId64, (c->time[row] - T0) / 1000000);
    } else if (c->word && c->word[row] != FRAME_NO_WORD) {
        text_addf(out, "'%s'", c->words.name[c->word[row]]);
    } else {
        text_addz(out, "~");
    }
    text_addz(out, " ");
}

static void show(const struct frame *frame, const struct sheet_reading *reading, struct text *out) {
    const char *const separator = reading->separator == '\t' ? "t" : "";
    text_addf(out, "%.1s%c%c%s", separator[0] ? separator : (char[2]){reading->separator, 0},
              reading->decimal, reading->thousands ? reading->thousands : '0',
              reading->is_ambiguous ? "?" : "");
    text_addf(out, " head %u", reading->n_head);
    for (uint32_t i = 0; i < reading->n_shown; i++) {
        text_addf(out, " %u:%s", reading->left_out[i].line,
                  sheet_why_name((enum sheet_why)reading->left_out[i].why));
    }
    if (reading->n_beyond > 0) {
        text_addf(out, " beyond %u", reading->beyond_line);
    }
    text_addz(out, "\n");
    for (uint32_t k = 0; k < frame->n_column; k++) {
        show_column(frame, reading, k, out);
    }
    for (uint32_t row = 0; row < frame->n_row; row++) {
        text_addf(out, "\n%u: ", frame->line[row]);
        for (uint32_t k = 0; k < frame->n_column; k++) {
            show_cell(&frame->column[k], row, out);
        }
    }
    text_addz(out, "\n");
}

enum { CAP_BYTES = 1 << 30 };

static void show_with(const char *bytes, size_t n, const struct sheet_hints *hints,
                      struct text *out) {
    struct frame frame = {0};
    struct sheet_reading reading = {0};
    maru_error err = {0};
    const maru_status st = sheet_to_frame(bytes, n, hints, CAP_BYTES, &frame, &reading, &err);
    if (st == MARU_OK) {
        show(&frame, &reading, out);
    } else {
        text_addf(out, "%s %u:%u %s\n", maru_status_name(st), err.row, err.column, err.text);
        assert_true(!frame.column && !reading.column);
    }
    frame_fini(&frame);
    sheet_reading_fini(&reading);
    assert_int_equal(out->status, MARU_OK);
}

struct sheet_case {
    const char *what, *text, *want;
};

// clang-format off
static const struct sheet_case cases[] = {
    {"plain",
     "lot,temp,ok\nA1,20.5,OK\nA2,21,NG\nA3,,OK\n",
     ",.0 head 1\n"
     "lot[]x temp[]n ok[]w \n"
     "2: 'A1' 20.5 'OK' \n"
     "3: 'A2' 21 'NG' \n"
     "4: 'A3' ~ 'OK' \n"},
    {"limits: a row of them, below a title and above units",
     "품번,BRKT-2291,,,\n항목,내경,외경,높이,평행도\n규격,10.00±0.05,24.9 ~ 25.1,8.0 +0.2/-0.1,0.03 이하\n단위,mm,mm,mm,mm\n1,10.01,25.02,8.05,0.012\n2,10.02,25.01,8.02,0.014\n",
     ",.0 head 2 1:title 3:limits\n"
     "항목[]n 내경[mm]n{9.95,10.05} 외경[mm]n{24.9,25.1} 높이[mm]n{7.9,8.2} 평행도[mm]n{nan,0.03} \n"
     "5: 1 10.01 25.02 8.05 0.012 \n"
     "6: 2 10.02 25.01 8.02 0.014 \n"},
    {"limits: two rows, decimal comma",
     "Nr;Dicke;Breite\nLSL;1,5;\nUSL;2,5;40\n1;1,92;39,1\n2;2,25;39,5\n",
     ";,0 head 1 2:limits 3:limits\n"
     "Nr[]n Dicke[]n{1.5,2.5} Breite[]n{nan,40} \n"
     "4: 1 1.92 39.1 \n"
     "5: 2 2.25 39.5 \n"},
    {"limits: in names; what only looks like them",
     "두께 2.0±0.1,폭(9.9~10.1) mm,회전(1/min),비율(≥20),x1~x3,규격\n2.01,10,1200,25,1,1.5\n2.02,10.1,1201,26,2,1.6\n",
     ",.0 head 1\n"
     "두께 2.0±0.1[]n{1.9,2.1} 폭(9.9~10.1) mm[]n 회전[1/min]n 비율[]n{20,nan} x1~x3[]n 규격[]n \n"
     "2: 2.01 10 1200 25 1 1.5 \n"
     "3: 2.02 10.1 1201 26 2 1.6 \n"},
    {"no header",
     "1.5,2,3\n2.5,3,4\n3.5,4,5\n",
     ",.0 head 0\n"
     "column 1[]n column 2[]n column 3[]n \n"
     "1: 1.5 2 3 \n"
     "2: 2.5 3 4 \n"
     "3: 3.5 4 5 \n"},
    {"decimal comma, thousands",
     "Los;Druck (bar);Menge\nA;1,5;1.234\nB;2,25;2.345.678\nC;-;12\n",
     ";,. head 1\n"
     "Los[]x Druck[bar]n Menge[]n \n"
     "2: 'A' 1.5 1234 \n"
     "3: 'B' 2.25 2345678 \n"
     "4: 'C' ~ 12 \n"},
    {"thousands and quotes",
     "name,sales,rate\n\"Kim, A\",\"1,234\",3.5%\n\"Lee\",\"12,345\",4%\nPark,7,0.5 %\nCho,8,n/a\n",
     ",., head 1\n"
     "name[]x sales[]n rate[%]n \n"
     "2: 'Kim, A' 1234 3.5 \n"
     "3: 'Lee' 12345 4 \n"
     "4: 'Park' 7 0.5 \n"
     "5: 'Cho' 8 ~ \n"},
    {"title, merged header, units, totals",
     "생산 실적 2025년 10월,,,,\n,,,,\n로트,온도,,압력,판정\n,상,하,,\n,℃,℃,bar,\nL1,181.2,180.1,2.1,양품\nL2,182.2,181.1,2.2,불량\nL3,183.2,182.1,2.3,양품\n소계,546.6,543.3,6.6,\nL4,181.2,180.1,2.1,양품\nL5,182.2,181.1,2.2,불량\n합계,,,,\n\n※ 비고: 야간 근무 제외,,,,\n",
     ",.0 head 3 1:title 9:total 12:total 14:note\n"
     "로트[]x 온도/상[℃]n 온도/하[℃]n 압력[bar]n 판정[]w \n"
     "6: 'L1' 181.2 180.1 2.1 '양품' \n"
     "7: 'L2' 182.2 181.1 2.2 '불량' \n"
     "8: 'L3' 183.2 182.1 2.3 '양품' \n"
     "10: 'L4' 181.2 180.1 2.1 '양품' \n"
     "11: 'L5' 182.2 181.1 2.2 '불량' \n"},
    {"units in brackets, duplicate names, empty column",
     "LOT No,두께(mm),두께(mm),비고,,\n0012,1.01,1.02,,,\n0013,1.03,1.04,,,\n0014,1.01,x1.0,,,\n",
     ",.0 head 1\n"
     "LOT No[]x 두께[mm]n 두께#2[mm]n!4'x1.0' 비고[]- \n"
     "2: '0012' 1.01 1.02 ~ \n"
     "3: '0013' 1.03 1.04 ~ \n"
     "4: '0014' 1.01 ~ ~ \n"},
    {"units in an upper row",
     "로트,온도(℃),\n,상,하 [K]\nL1,1.5,2.5\nL2,1.6,2.6\nL3,1.7,2.7\n",
     ",.0 head 2\n"
     "로트[]x 온도/상[℃]n 온도/하[K]n \n"
     "3: 'L1' 1.5 2.5 \n"
     "4: 'L2' 1.6 2.6 \n"
     "5: 'L3' 1.7 2.7 \n"},
    {"dates and clocks",
     "날짜,시간,값\n2025-10-31,15:05:07,1\n2025-11-01,15:05:07,2\n2025-11-02,오후 3:05:07,3\n",
     ",.0 head 1\n"
     "날짜[]t:ymd+2 값[]n \n"
     "2: @0 1 \n"
     "3: @86400 2 \n"
     "4: @172800 3 \n"},
    {"short years",
     "일자\t값\n25.10.31\t1\n25.11.01\t2\n25.11.02\t3\n",
     "t.0 head 1\n"
     "일자[]t:yy 값[]n \n"
     "2: @-54307 1 \n"
     "3: @32093 2 \n"
     "4: @118493 3 \n"},
    {"american",
     "Date,V\n10/31/2025 3:05 PM,1\n11/01/2025 3:05 오후,2\n10/31/2025 오후 3:05,3\n",
     ",.0 head 1\n"
     "Date[]t:mdy V[]n \n"
     "2: @-7 1 \n"
     "3: @86393 2 \n"
     "4: @-7 3 \n"},
    {"ambiguous",
     "Date,V\n3/4/2025,1\n5/6/2025,2\n",
     ",.0 head 1\n"
     "Date[]t:mdy? V[]n \n"
     "2: @-20876707 1 \n"
     "3: @-15433507 2 \n"},
    {"european",
     "Datum;Wert\n31.10.2025 15:05;1,5\n01.11.2025 15:05;2,5\n02.11.2025 15:05;3,5\n",
     ";,0 head 1\n"
     "Datum[]t:dmy Wert[]n \n"
     "2: @-7 1.5 \n"
     "3: @86393 2.5 \n"
     "4: @172793 3.5 \n"},
    {"korean dates",
     "일시,값\n2025년 10월 31일 오후 3시 5분,1\n2025. 11. 1. 오후 3:05:07,2\n2025/11/02 15:05,3\n",
     ",.0 head 1\n"
     "일시[]t:ymd 값[]n \n"
     "2: @-7 1 \n"
     "3: @86400 2 \n"
     "4: @172793 3 \n"},
    {"serials",
     "일시,전류 [A]\n45961.628553240742,1.5\n45962.628553240742,1.6\n45963.5,1.7\n",
     ",.0 head 1\n"
     "일시[]t:excel 전류[A]n \n"
     "2: @0 1.5 \n"
     "3: @86400 1.6 \n"
     "4: @161693 1.7 \n"},
    {"compact days",
     "date,v\n20251031,1\n20251101,2\n20251102,3\n",
     ",.0 head 1\n"
     "date[]t:ymd v[]n \n"
     "2: @-54307 1 \n"
     "3: @32093 2 \n"
     "4: @118493 3 \n"},
    {"hours are no days",
     "설비,운전시간(h)\nA,45961\nB,45962\nA,45963\nB,1\n",
     ",.0 head 1\n"
     "설비[]w 운전시간[h]n \n"
     "2: 'A' 45961 \n"
     "3: 'B' 45962 \n"
     "4: 'A' 45963 \n"
     "5: 'B' 1 \n"},
    {"machines",
     "호기,line,등급,값\n1,1,3,0.1\n2,1,3,0.2\n1,2,2,0.3\n2,2,2,0.4\n1,1,1,0.5\n2,1,1,0.6\n",
     ",.0 head 1\n"
     "호기[]w line[]w 등급[]w 값[]n \n"
     "2: '1' '1' '3' 0.1 \n"
     "3: '2' '1' '3' 0.2 \n"
     "4: '1' '2' '2' 0.3 \n"
     "5: '2' '2' '2' 0.4 \n"
     "6: '1' '1' '1' 0.5 \n"
     "7: '2' '1' '1' 0.6 \n"},
    {"lots that look like numbers",
     "LOT,바코드,v\n20251031001,8801234567893,1\n20251031002,8801234567894,2\n20251031003,8801234567895,3\n",
     ",.0 head 1\n"
     "LOT[]x 바코드[]x v[]n \n"
     "2: '20251031001' '8801234567893' 1 \n"
     "3: '20251031002' '8801234567894' 2 \n"
     "4: '20251031003' '8801234567895' 3 \n"},
    {"flags are numbers",
     "Machine failure,v\n0,1\n1,2\n0,3\n0,4\n",
     ",.0 head 1\n"
     "Machine failure[]n v[]n \n"
     "2: 0 1 \n"
     "3: 1 2 \n"
     "4: 0 3 \n"
     "5: 0 4 \n"},
    {"missing words",
     "a,b,c\n1,결측,#DIV/0!\n측정불가,2,#N/A\nnull,NaN,3\n4,5,6\n",
     ",.0 head 1\n"
     "a[]n b[]n c[]n \n"
     "2: 1 ~ ~ \n"
     "3: ~ 2 ~ \n"
     "4: ~ ~ 3 \n"
     "5: 4 5 6 \n"},
    {"none is a word among words",
     "defect,v\nnone,1\nscratch,2\nnone,none\nnone,3\nring,4\nring,5\n",
     ",.0 head 1\n"
     "defect[]w v[]n \n"
     "2: 'none' 1 \n"
     "3: 'scratch' 2 \n"
     "4: 'none' ~ \n"
     "5: 'none' 3 \n"
     "6: 'ring' 4 \n"
     "7: 'ring' 5 \n"},
    {"odd cells",
     "a,b,c\n1,< 0.01,x\n2,3,(12)\n3,5,-4\n4,6,5\n",
     ",.0 head 1\n"
     "a[]n b[]n!2'< 0.01' c[]n!2'x' \n"
     "2: 1 ~ ~ \n"
     "3: 2 3 -12 \n"
     "4: 3 5 -4 \n"
     "5: 4 6 5 \n"},
    {"units behind",
     "a,b\n82.1 °C,5 mm\n82.2°C,5.1 mm\n82.3 °C,6 cm\n82.4 °C,5.5 mm\n",
     ",.0 head 1\n"
     "a[°C]n b[mm]n!4'6 cm' \n"
     "2: 82.1 5 \n"
     "3: 82.2 5.1 \n"
     "4: 82.3 ~ \n"
     "5: 82.4 5.5 \n"},
    {"money",
     "a,b\n\"₩1,234\",$5\n\"₩2,345,678\",-$6.5\n₩12,(7.5)\n",
     ",., head 1\n"
     "a[]n b[]n \n"
     "2: 1234 5 \n"
     "3: 2345678 -6.5 \n"
     "4: 12 -7.5 \n"},
    {"blanks",
     "1.5  2.5 -1\n1.6  2.6 1\n 1.7  2.7 -1\n",
     " .0 head 0\n"
     "column 1[]n column 2[]n column 3[]n \n"
     "1: 1.5 2.5 -1 \n"
     "2: 1.6 2.6 1 \n"
     "3: 1.7 2.7 -1 \n"},
    {"quoted breaks",
     "\"품명\n(한글)\",\"측정값\r\n(mm)\"\r\n\"a\r\nb\",1\r\nc,2\r\n",
     ",.0 head 1\n"
     "품명 (한글)[]x 측정값[mm]n \n"
     "4: 'a\r\n"
     "b' 1 \n"
     "6: 'c' 2 \n"},
    {"header again",
     "a,b\n1,2\n3,4\na,b\n5,6\n7,8\n",
     ",.0 head 1 4:header again\n"
     "a[]n b[]n \n"
     "2: 1 2 \n"
     "3: 3 4 \n"
     "5: 5 6 \n"
     "6: 7 8 \n"},
    {"one row",
     "a,b\n1,2\n",
     "input 2:0 there is one row of data alone: nothing can be compared\n"},
    {"one line",
     "a,b\n",
     "input 0:0 there is no row of data below the header\n"},
    {"nothing",
     "\n\n,,\n",
     "input 0:0 there is nothing in the table\n"},
    {"no byte",
     "",
     "input 0:0 the file is empty\n"},
    {"no text",
     "a,b\n1,\xFF\n",
     "input 0:0 a file that is not UTF-8\n"},
    {"all missing",
     "a,b\n-,N/A\n,\n-,-\n",
     "input 0:0 no cell of the table has a value\n"},
    {"one column",
     "값\n1\n2\n3\n",
     ",.0 head 1\n"
     "값[]n \n"
     "2: 1 \n"
     "3: 2 \n"
     "4: 3 \n"},
    {"told by the file",
     "sep=;\na;b\n1;2,5\n3;4,5\n",
     ";,0 head 1 1:title\n"
     "a[]n b[]n \n"
     "3: 1 2.5 \n"
     "4: 3 4.5 \n"},
    {"words alone",
     "이름,부서,비고\n김,품질,없음\n이,생산,좋음\n박,품질,나쁨\n",
     ",.0 head 1\n"
     "이름[]x 부서[]w 비고[]x \n"
     "2: '김' '품질' '없음' \n"
     "3: '이' '생산' '좋음' \n"
     "4: '박' '품질' '나쁨' \n"},
    {"tabs and inches",
     "size\tn\n5\" wafer\t1\n6\" wafer\t2\n5\" wafer\t3\n",
     "t.0 head 1\n"
     "size[]w n[]n \n"
     "2: '5\" wafer' 1 \n"
     "3: '6\" wafer' 2 \n"
     "4: '5\" wafer' 3 \n"},
    {"a stray cell",
     "a,b,c\n1,2,3\n4,5,6\n7,8,9\n1,2,3,stray\n",
     ",.0 head 1\n"
     "a[]n b[]n c[]n column 4[]x \n"
     "2: 1 2 3 ~ \n"
     "3: 4 5 6 ~ \n"
     "4: 7 8 9 ~ \n"
     "5: 1 2 3 'stray' \n"},
    {"columns counted",
     "0,1,2,3\n5.5,6,7,8\n9,1,2,3\n5,5,5,5\n",
     ",.0 head 1\n"
     "0[]n 1[]n 2[]n 3[]n \n"
     "2: 5.5 6 7 8 \n"
     "3: 9 1 2 3 \n"
     "4: 5 5 5 5 \n"},
    {"author above",
     "작성자,홍길동,,,,\n작성일,2025-10-31,,,,\nLOT,a,b,c,d,e\nL1,1,2,3,4,5\nL2,2,3,4,5,6\nL3,2,3,4,5,6\n",
     ",.0 head 1 1:title 2:title\n"
     "LOT[]x a[]n b[]n c[]n d[]n e[]n \n"
     "4: 'L1' 1 2 3 4 5 \n"
     "5: 'L2' 2 3 4 5 6 \n"
     "6: 'L3' 2 3 4 5 6 \n"},
    {"a table of averages",
     "항목,통계,값\n두께,평균,1\n두께,평균,2\n두께,평균,3\n두께,평균,4\n",
     ",.0 head 1\n"
     "항목[]w 통계[]w 값[]n \n"
     "2: '두께' '평균' 1 \n"
     "3: '두께' '평균' 2 \n"
     "4: '두께' '평균' 3 \n"
     "5: '두께' '평균' 4 \n"},
    {"an open quote",
     "a,b\n1,\"2\n3,4\n",
     "input 2:2 the quote that opens this field is never closed\n"},
};
// clang-format on

static void test_sheets_as_they_are_kept(void **state) {
    (void)state;
    const bool is_shown = getenv("SHOW_SHEETS") != NULL;
    uint32_t n_bad = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out;
        text_init(&out, 1 << 20);
        const struct sheet_hints hints = sheet_no_hints();
        show_with(cases[i].text, strlen(cases[i].text), &hints, &out);
        if (is_shown || strcmp(out.bytes, cases[i].want) != 0) {
            print_message("%s:\n%s--- want\n%s\n", cases[i].what, out.bytes, cases[i].want);
            n_bad += strcmp(out.bytes, cases[i].want) != 0;
        }
        text_fini(&out);
    }
    assert_int_equal(n_bad, 0);
}

// A law: hints that say what was understood change nothing.
static void test_what_was_understood_as_hints_gives_the_same(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame frame = {0};
        struct sheet_reading reading = {0};
        struct sheet_hints hints = sheet_no_hints();
        struct text out;
        text_init(&out, 1 << 20);
        if (sheet_to_frame(cases[i].text, strlen(cases[i].text), &hints, CAP_BYTES, &frame,
                           &reading, NULL) == MARU_OK) {
            struct sheet_kind kind[16];
            assert_true(frame.n_column <= 16);
            for (uint32_t k = 0; k < frame.n_column; k++) {
                kind[k] = (struct sheet_kind){frame.column[k].name, frame.column[k].kind};
                assert_int_equal(frame_find(&frame, frame.column[k].name), k);
            }
            hints.separator = reading.separator;
            hints.decimal = reading.decimal;
            hints.first_line = reading.first_line;
            hints.kind = kind;
            hints.n_kind = frame.n_column;
            show_with(cases[i].text, strlen(cases[i].text), &hints, &out);
            // Who says it is no longer in doubt.
            const char *doubt = strchr(cases[i].want, '?');
            const bool is_first_line = doubt && doubt < strchr(cases[i].want, '\n');
            if (!is_first_line && strcmp(out.bytes, cases[i].want) != 0) {
                fail_msg("%s: %s--- want\n%s", cases[i].what, out.bytes, cases[i].want);
            }
        }
        text_fini(&out);
        frame_fini(&frame);
        sheet_reading_fini(&reading);
    }
}

static void test_hints_win(void **state) {
    (void)state;
    static const struct sheet_kind words[] = {{"b", FRAME_WORD}, {"a", FRAME_TEXT}};
    static const struct {
        struct sheet_hints hints;
        const char *text, *want;
    } told[] = {
        {{.form = MOMENT_DMY},
         "d,v\n3/4/2025,1\n5/6/2025,2\n",
         ",.0 head 1\nd[]t:dmy v[]n \n2: @-18252307 1 \n3: @-12809107 2 \n"},
        {{.form = N_MOMENT_FORM, .decimal = ','},
         "a\tb\n1,234\t1\n2,345\t2\n",
         "t,0 head 1\na[]n b[]n \n2: 1.234 1 \n3: 2.345 2 \n"},
        {{.form = N_MOMENT_FORM, .separator = ';'},
         "a,b;c\n1,2;3\n4,5;6\n",
         ";,0 head 1\na,b[]n c[]n \n2: 1.2 3 \n3: 4.5 6 \n"},
        {{.form = N_MOMENT_FORM, .first_line = 3},
         "a,b\n1,2\n3,4\n5,6\n",
         ",.0 head 0 1:title 2:title\ncolumn 1[]n column 2[]n \n3: 3 4 \n4: 5 6 \n"},
        {{.form = N_MOMENT_FORM, .kind = words, .n_kind = 2},
         "a,b\n1,2\n3,4\n",
         ",.0 head 1\na[]x b[]w \n2: '1' '2' \n3: '3' '4' \n"},
        {{.form = N_MOMENT_FORM, .keeps_totals = true},
         "a,b\nx,2\ny,4\n합계,6\n",
         ",.0 head 1\na[]x b[]n \n2: 'x' 2 \n3: 'y' 4 \n4: '합계' 6 \n"},
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct text out;
        text_init(&out, 1 << 16);
        show_with(told[i].text, strlen(told[i].text), &told[i].hints, &out);
        if (strcmp(out.bytes, told[i].want) != 0) {
            fail_msg("%zu: %s--- want\n%s", i, out.bytes, told[i].want);
        }
        text_fini(&out);
    }
}

// n_column names and three rows of numbers.
static void make_wide(uint32_t n_column, struct text *out) {
    for (uint32_t k = 0; k < n_column; k++) {
        text_addf(out, "%sc%u", k > 0 ? "," : "", k % 1000); // each name many times
    }
    for (uint32_t row = 0; row < 3; row++) {
        text_addz(out, "\n");
        for (uint32_t k = 0; k < n_column; k++) {
            text_addf(out, "%s%u", k > 0 ? "," : "", row + k % 10);
        }
    }
    text_addz(out, "\n");
}

static void test_wide_sheets(void **state) {
    (void)state;
    static const struct {
        uint32_t n_column;
        maru_status want;
    } wide[] = {{600, MARU_OK}, {20000, MARU_OK}, {20001, MARU_E_LIMIT}, {1000000, MARU_E_LIMIT}};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        struct text text;
        struct frame frame = {0};
        struct sheet_reading reading = {0};
        maru_error err = {0};
        const struct sheet_hints hints = sheet_no_hints();
        text_init(&text, 1 << 28);
        make_wide(wide[i].n_column, &text);
        assert_int_equal(text.status, MARU_OK);
        assert_int_equal(
            sheet_to_frame(text.bytes, text.n_bytes, &hints, CAP_BYTES, &frame, &reading, &err),
            wide[i].want);
        if (wide[i].want == MARU_OK) {
            assert_int_equal(frame.n_column, wide[i].n_column);
            assert_string_equal(frame.column[wide[i].n_column - 1].name,
                                wide[i].n_column == 600 ? "c599" : "c999#20");
            assert_true(frame.column[wide[i].n_column - 1].number[2] == 11);
        } else {
            assert_string_equal(err.text, "the row has more than 20000 fields");
            assert_int_equal(err.row, 1);
        }
        frame_fini(&frame);
        sheet_reading_fini(&reading);
        text_fini(&text);
    }
}

// More rows than are looked at: odd cells, other widths and late kinds are seen all the same.
static void test_long_sheets(void **state) {
    (void)state;
    enum { N_ROW = 5000 };
    struct text text;
    text_init(&text, 1 << 24);
    text_addz(&text, "id,v,grade\n");
    for (uint32_t i = 0; i < N_ROW; i++) {
        text_addf(&text, "S%05u,%u.5,%s%s\n", i, i, i % 2 ? "A" : "B", i >= 4990 ? ",x" : "");
        if (i % 1000 == 999) {
            text_addf(&text, "소계,%u,\n\n", i);
        }
    }
    text_addz(&text, "broken,?,A\n");
    struct frame frame = {0};
    struct sheet_reading reading = {0};
    const struct sheet_hints hints = sheet_no_hints();
    assert_int_equal(
        sheet_to_frame(text.bytes, text.n_bytes, &hints, CAP_BYTES, &frame, &reading, NULL),
        MARU_OK);
    assert_int_equal(frame.n_row, N_ROW + 1);
    assert_int_equal(reading.n_left_out[SHEET_TOTAL], 5);
    assert_int_equal(reading.n_blank, 5);
    assert_int_equal(reading.n_beyond, 10);
    assert_int_equal(reading.beyond_line, 4990 + 2 + 8);
    assert_int_equal(frame.column[0].kind, FRAME_TEXT);
    assert_int_equal(frame.column[1].kind, FRAME_NUMBER);
    assert_int_equal(frame.column[2].kind, FRAME_WORD);
    assert_int_equal(frame.column[2].words.n, 2);
    assert_int_equal(frame.column[1].n_odd, 1);
    assert_int_equal(reading.column[1].odd[0].line, N_ROW + 12);
    assert_string_equal(reading.column[1].odd[0].text, "?");
    for (uint32_t i = 0; i < N_ROW; i++) {
        assert_true(frame.column[1].number[i] == i + 0.5);
        assert_int_equal(frame.line[i], i + 2 + i / 1000 * 2);
    }
    frame_fini(&frame);
    sheet_reading_fini(&reading);
    text_fini(&text);
}

static void test_survives_no_memory(void **state) {
    (void)state;
    const char *const text = cases[4].text; // of all cases the one with most in it
    const struct sheet_hints hints = sheet_no_hints();
    for (uint64_t n = 0;; n++) {
        struct frame frame = {0};
        struct sheet_reading reading = {0};
        alloc_fail_after(n);
        const maru_status st =
            sheet_to_frame(text, strlen(text), &hints, CAP_BYTES, &frame, &reading, NULL);
        alloc_fail_after(UINT64_MAX);
        frame_fini(&frame);
        sheet_reading_fini(&reading);
        if (st == MARU_OK) {
            assert_true(n > 10);
            return;
        }
        assert_int_equal(st, MARU_E_MEMORY);
    }
}

static void test_says_what_is_too_large(void **state) {
    (void)state;
    struct frame frame = {0};
    struct sheet_reading reading = {0};
    maru_error err = {0};
    const struct sheet_hints hints = sheet_no_hints();
    assert_int_equal(sheet_to_frame("a,b\n1,2\n3,4\n", 12, &hints, 64, &frame, &reading, &err),
                     MARU_E_LIMIT);
    assert_true(err.text[0] != '\0');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sheets_as_they_are_kept),
        cmocka_unit_test(test_what_was_understood_as_hints_gives_the_same),
        cmocka_unit_test(test_hints_win),
        cmocka_unit_test(test_wide_sheets),
        cmocka_unit_test(test_long_sheets),
        cmocka_unit_test(test_survives_no_memory),
        cmocka_unit_test(test_says_what_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
