#include <string.h>

#include "base/number.h"
#include "wire/sheet/sheet_inside.h"

// What one cell of a spreadsheet may say. Words are written as they are typed in Korean and English offices; a header is asked for
// words inside of it, a cell must be the word.

#define COUNT(words) (sizeof(words) / sizeof *(words))

// Behind numbers and in rows of units. Letters in their own case: mV is no MV.
bool sheet_is_unit(const char *cell, size_t n) {
    static const char units[] = " % ％ ℃ °C ° ℉ °F K C mm cm m km um µm μm ㎛ nm ㎚ ㎜ ㎝ Å A inch "
                                "in mil mm2 mm² cm2 cm² m2 m² m3 m³ L l mL ml cc "
                                "t ton kg ㎏ g mg ug µg lb N kN kgf tf Nm N.m N·m kgf.cm kgf·cm "
                                "N/mm2 N/mm² kgf/cm2 kgf/cm² Pa hPa kPa MPa GPa bar mbar "
                                "psi Torr torr mTorr mmHg atm V mV kV mA uA µA W kW MW Wh kWh J kJ "
                                "Hz kHz MHz GHz ohm Ω Ω kΩ F uF µF nF pF H T dB dBm "
                                "rpm RPM rad deg m/s m/s2 m/s² mm/s m/min mm/min km/h L/min l/min "
                                "LPM lpm m3/h m³/h sccm SCCM slm ppm ppb PPM s sec ms us "
                                "µs min h hr hrs day days mol mol/L g/cm3 g/cm³ kg/m3 kg/m³ g/m2 "
                                "g/m² HRC HV HB lx cd lm EA ea pcs 개 본 장 매 회 초 분 "
                                "시간 일 원 천원 도 ";
    const char *at = units;
    if (n == 0 || n > 12 || memchr(cell, ' ', n)) {
        return false;
    }
    while (*at) {
        const char *end = strchr(at + 1, ' ');
        if (!end) {
            return false;
        }
        if ((size_t)(end - at - 1) == n && memcmp(at + 1, cell, n) == 0) {
            return true;
        }
        at = end;
    }
    return false;
}

bool sheet_is_missing(const char *cell, size_t n) {
    static const char *const none[] = {"none"};
    return n == 0 || (n < 16 && cell_is_missing(cell, n) && !cell_is_one_of(cell, n, none, 1));
}

// ---- numbers

static bool skip_text(const char **cell, size_t *n, const char *text) {
    const size_t n_text = strlen(text);
    if (n_text > *n || memcmp(*cell, text, n_text) != 0) {
        return false;
    }
    *cell += n_text;
    *n -= n_text;
    return true;
}

static void trim(const char **cell, size_t *n) {
    while (skip_text(cell, n, " ") || skip_text(cell, n, "\xC2\xA0")) {
    }
    while (*n > 0 && ((*cell)[*n - 1] == ' ')) {
        (*n)--;
    }
}

// A number, with a minus as typesetters write it, a currency before it.
static bool read_bare(struct cell_signs signs, const char *cell, size_t n, double *number) {
    static const char *const currency[] = {
        "\xE2\x82\xA9", "\xEF\xBF\xA6", "$",
        "\xE2\x82\xAC", "\xC2\xA5",     "\\"}; // won, full-width won, $, euro, yen
    bool is_negative = skip_text(&cell, &n, "\xE2\x88\x92");
    if (!is_negative && n > 1 && cell[0] == '-' && (cell[1] < '0' || cell[1] > '9')) {
        is_negative = skip_text(&cell, &n, "-");
    }
    for (size_t i = 0; i < COUNT(currency); i++) {
        if (skip_text(&cell, &n, currency[i])) {
            trim(&cell, &n);
            break;
        }
    }
    if (n == 0 || (is_negative && (cell[0] == '-' || cell[0] == '+')) ||
        !cell_number(signs, cell, n, number)) {
        return false;
    }
    *number = is_negative ? -*number : *number;
    return true;
}

// Number and unit; *n_unit 0: it had none.
static bool read_measured(struct cell_signs signs, const char *cell, size_t n, double *number,
                          const char **unit, size_t *n_unit) {
    size_t at = n; // behind the last digit
    while (at > 0 && (cell[at - 1] < '0' || cell[at - 1] > '9')) {
        at--;
    }
    const char *rest = cell + at;
    size_t n_rest = n - at;
    trim(&rest, &n_rest);
    if (at == 0 || n_rest == 0) {
        return read_bare(signs, cell, n, number);
    }
    *unit = rest;
    *n_unit = n_rest;
    return sheet_is_unit(rest, n_rest) && read_bare(signs, cell, at, number);
}

bool sheet_number(struct cell_signs signs, const char *cell, size_t n, double *number,
                  const char **unit, size_t *n_unit) {
    *n_unit = 0;
    if (signs.decimal == '.' && number_double(cell, n, number)) {
        return true;
    }
    trim(&cell, &n);
    if (n == 0 || n > 64) {
        return false;
    }
    if (n > 2 && cell[0] == '(' && cell[n - 1] == ')' && cell[1] != '-' && cell[1] != '+') {
        const bool is_number = read_measured(signs, cell + 1, n - 2, number, unit, n_unit);
        *number = is_number ? -*number : *number;
        return is_number;
    }
    return read_measured(signs, cell, n, number, unit, n_unit);
}

// ---- words

static bool ends_with_any(const char *cell, size_t n, const char *const *words, size_t n_word) {
    for (size_t i = 0; i < n_word; i++) {
        const size_t n_one = strlen(words[i]);
        if (n > n_one && memcmp(cell + n - n_one, words[i], n_one) == 0) {
            return true;
        }
    }
    return false;
}

bool sheet_is_total(const char *cell, size_t n) {
    static const char *const words[] = {
        "total",
        "totals",
        "grand total",
        "subtotal",
        "sub total",
        "sub-total",
        "sum",
        "average",
        "avg",
        "avg.",
        "mean",
        "std",
        "std dev",
        "stdev",
        "\xEA\xB3\x84",                                     // 계
        "\xED\x95\xA9 \xEA\xB3\x84",                        // 합 계
        "\xEC\xB4\x9D \xEA\xB3\x84",                        // 총 계
        "\xEC\x86\x8C \xEA\xB3\x84",                        // 소 계
        "\xED\x8F\x89 \xEA\xB7\xA0",                        // 평 균
        "\xED\x91\x9C\xEC\xA4\x80\xED\x8E\xB8\xEC\xB0\xA8", // 표준편차
        "\xEC\xB5\x9C\xEB\x8C\x93\xEA\xB0\x92",
        "\xEC\xB5\x9C\xEC\x86\x9F\xEA\xB0\x92", // 최댓값 최솟값
        "\xEC\xB5\x9C\xEB\x8C\x80\xEA\xB0\x92",
        "\xEC\xB5\x9C\xEC\x86\x8C\xEA\xB0\x92", // 최대값 최소값
    };
    static const char *const ends[] = {"\xED\x95\xA9\xEA\xB3\x84",
                                       "\xEC\xB4\x9D\xEA\xB3\x84", // 합계 총계
                                       "\xEC\x86\x8C\xEA\xB3\x84",
                                       "\xEB\x88\x84\xEA\xB3\x84", // 소계 누계
                                       "\xED\x8F\x89\xEA\xB7\xA0",
                                       " Total",
                                       " total",
                                       " TOTAL", // 평균
                                       " Subtotal",
                                       " subtotal"};
    while (n > 0 && (cell[n - 1] == ':' || cell[n - 1] == ' ')) {
        n--;
    }
    if (n == 0 || n > 60) {
        return false;
    }
    for (size_t i = 0; i < 5; i++) { // the Korean ends are words of their own, too
        if (strlen(ends[i]) == n && memcmp(cell, ends[i], n) == 0) {
            return true;
        }
    }
    return cell_is_one_of(cell, n, words, COUNT(words)) ||
           ends_with_any(cell, n, ends, COUNT(ends));
}

bool sheet_is_judgement(const char *cell, size_t n) {
    static const char *const words[] = {
        "ok",
        "ng",
        "yes",
        "no",
        "y",
        "n",
        "true",
        "false",
        "pass",
        "fail",
        "good",
        "bad",
        "o",
        "x",
        "p",
        "f",
        "on",
        "off",
        "normal",
        "defect",
        "accept",
        "reject",
        "\xEC\x96\x91\xED\x92\x88",
        "\xEB\xB6\x88\xEB\x9F\x89", // 양품 불량
        "\xEC\x96\x91",
        "\xEB\xB6\x88", // 양 불
        "\xED\x95\xA9\xEA\xB2\xA9",
        "\xEB\xB6\x88\xED\x95\xA9\xEA\xB2\xA9", // 합격 불합격
        "\xEC\xA0\x95\xEC\x83\x81",
        "\xEB\xB9\x84\xEC\xA0\x95\xEC\x83\x81", // 정상 비정상
        "\xEC\x9D\xB4\xEC\x83\x81",
        "\xEC\xA0\x81\xED\x95\xA9",             // 이상 적합
        "\xEB\xB6\x80\xEC\xA0\x81\xED\x95\xA9", // 부적합
        "\xEC\x98\x88",
        "\xEC\x95\x84\xEB\x8B\x88\xEC\x98\xA4", // 예 아니오
    };
    return n > 0 && n < 16 && cell_is_one_of(cell, n, words, COUNT(words));
}

bool sheet_says_date(const char *cell, size_t n) {
    static const char *const inside[] = {"date",
                                         "timestamp",
                                         "\xEC\x9D\xBC\xEC\x8B\x9C",         // 일시
                                         "\xEB\x82\xA0\xEC\xA7\x9C",         // 날짜
                                         "\xEC\x8B\x9C\xEA\xB0\x81",         // 시각
                                         "\xEC\x9D\xBC\xEC\x9E\x90"};        // 일자
    static const char *const whole[] = {"time", "\xEC\x8B\x9C\xEA\xB0\x84"}; // 시간
    return cell_has_any(cell, n, inside, COUNT(inside)) ||
           cell_is_one_of(cell, n, whole, COUNT(whole));
}

// Is one of these words in it, and no letter of the alphabet beside it? So "line" is in "Line 2" and not in "linear".
static bool has_word(const char *cell, size_t n, const char *const *words, size_t n_word) {
    for (size_t i = 0; i < n_word; i++) {
        const size_t n_one = strlen(words[i]);
        for (size_t at = 0; at + n_one <= n; at++) {
            const unsigned char before = at > 0 ? (unsigned char)(cell[at - 1] | 0x20) : ' ';
            const unsigned char behind =
                at + n_one < n ? (unsigned char)(cell[at + n_one] | 0x20) : ' ';
            const bool is_latin = (unsigned char)words[i][0] < 0x80;
            if (is_latin &&
                ((before >= 'a' && before <= 'z') || (behind >= 'a' && behind <= 'z'))) {
                continue;
            }
            if (cell_is_one_of(cell + at, n_one, &words[i], 1)) {
                return true;
            }
        }
    }
    return false;
}

bool sheet_says_class(const char *cell, size_t n) {
    static const char *const words[] = {
        "line",
        "cavity",
        "cav",
        "grade",
        "class",
        "machine",
        "tool",
        "chamber",
        "shift",
        "head",
        "mold",
        "mould",
        "model",
        "type",
        "operator",
        "code",
        "station",
        "nozzle",
        "slot",
        "product",
        "group",
        "plant",
        "unit no",
        "equipment",
        "eqp",
        "furnace",
        "\xED\x98\xB8\xEA\xB8\xB0",             // 호기
        "\xEB\x9D\xBC\xEC\x9D\xB8",             // 라인
        "\xEC\xBA\x90\xEB\xB9\x84\xED\x8B\xB0", // 캐비티
        "\xEB\x93\xB1\xEA\xB8\x89",             // 등급
        "\xEC\x84\xA4\xEB\xB9\x84",             // 설비
        "\xEC\xB1\x94\xEB\xB2\x84",             // 챔버
        "\xEA\xB7\xBC\xEB\xAC\xB4",             // 근무
        "\xEA\xB8\x88\xED\x98\x95",             // 금형
        "\xEB\xAA\xA8\xEB\x8D\xB8",             // 모델
        "\xEC\x9C\xA0\xED\x98\x95",             // 유형
        "\xEC\x9E\x91\xEC\x97\x85\xEC\x9E\x90", // 작업자
        "\xEC\xBD\x94\xEB\x93\x9C",             // 코드
        "\xEA\xB5\xAC\xEB\xB6\x84",             // 구분
        "\xEA\xB3\xB5\xEC\xA0\x95",             // 공정
        "\xEC\xA0\x9C\xED\x92\x88",             // 제품
        "\xED\x92\x88\xEB\xB2\x88",             // 품번
    };
    return n < 128 && has_word(cell, n, words, COUNT(words));
}

bool sheet_says_serial(const char *cell, size_t n) {
    static const char *const words[] = {
        "lot",
        "sn",
        "s/n",
        "serial",
        "barcode",
        "bar code",
        "wafer id",
        "lot id",
        "lotid",
        "lotno",
        "udi",
        "uid",
        "uuid",
        "id",
        "\xEB\xA1\x9C\xED\x8A\xB8",                         // 로트
        "\xEB\xB0\x94\xEC\xBD\x94\xEB\x93\x9C",             // 바코드
        "\xEC\x8B\x9C\xEB\xA6\xAC\xEC\x96\xBC",             // 시리얼
        "\xEC\x9D\xBC\xEB\xA0\xA8\xEB\xB2\x88\xED\x98\xB8", // 일련번호
        "\xEA\xB4\x80\xEB\xA6\xAC\xEB\xB2\x88\xED\x98\xB8", // 관리번호
    };
    return n < 128 && has_word(cell, n, words, COUNT(words));
}

// ---- times

bool sheet_may_be_date(const char *cell, size_t n) {
    const bool begins_as_one = n > 0 && cell[0] >= '0' && cell[0] <= '9';
    if (n < 6 || n >= 48) {
        return false;
    }
    if (!begins_as_one) {
        return moment_has_month(cell, n);
    }
    uint32_t n_between = 0; // signs that stand between the parts of a date
    for (size_t i = 1; i < n && i < 12; i++) {
        const unsigned char c = (unsigned char)cell[i];
        n_between += c == '-' || c == '/' || c == '.' || c > 0x7F;
    }
    return n_between >= 2 || moment_has_month(cell, n);
}

bool sheet_is_date(const char *cell, size_t n, enum moment_form form, bool *has_clock) {
    maru_time at_us = 0;
    if (!moment_read(cell, n, form, 0, &at_us)) {
        return false;
    }
    *has_clock = memchr(cell, ':', n) || at_us % INT64_C(86400000000) != 0;
    return true;
}

bool sheet_is_clock(const char *cell, size_t n) {
    maru_time at_us = 0;
    char both[48] = "2000-01-01 ";
    if (n < 3 || n > 24 || (!memchr(cell, ':', n) && (unsigned char)cell[n - 1] < 0x80)) {
        return false;
    }
    memcpy(both + 11, cell, n);
    return moment_read(both, 11 + n, MOMENT_YMD, 0, &at_us);
}
