#include "learn/roles/role_words.h"

#include <stdint.h>
#include <string.h>

// Each list is one text, words between bars. A name is brought into the same form: small letters, a bar wherever a new word begins.

enum { NAME_BYTES = 512 };

static const char *const lists[N_WORD_LIST] = {
    [WORDS_TARGET] =
        "|판정|불량|합부|양불|검사결과|품질|수율|합격|ng|nok|defect|defects|defective|fail|failed|"
        "failure|pass|"
        "passed|result|judge|judgement|judgment|verdict|target|label|class|quality|yield|pf|y|"
        "ok|reject|rejects|ausbeute|ausschuss|rendement|rebut|양품|歩留|歩留まり|不良|良品|良率|"
        "合格|",
    [WORDS_BAD_NAME] = "|불량|불합격|부적합|이상|ng|nok|defect|defects|defective|fail|failed|"
                       "failure|reject|rejects|bad|ausschuss|rebut|不良|不合格|",
    [WORDS_GOOD_NAME] = "|양품|합격|정상|수율|pass|passed|ok|good|yield|ausbeute|rendement|歩留|"
                        "歩留まり|良品|良率|",
    [WORDS_COUNT_NAME] = "|수|개수|수량|건수|갯수|qty|quantity|count|counts|cnt|pcs|ea|number|"
                         "defects|rejects|anzahl|数|数量|個数|",
    [WORDS_SHARE_NAME] = "|률|율|비율|rate|ratio|percent|pct|share|ppm|率|",
    [WORDS_KIND_NAME] =
        "|불량유형|불량코드|불량명|불량내용|불량현상|불량항목|유형|mode|symptom|defecttype|kind|",
    [WORDS_AMOUNT] =
        "|수량|생산수|생산량|검사수|투입|생산|qty|quantity|total|produced|inspected|"
        "units|input|lotsize|검사수량|생산수량|작업수|menge|gesamt|総数|生産数|数量|总数|",
    [WORDS_TIME_MADE] =
        "|생산|작업|제조|가공|시작|투입|made|start|begin|production|process|processed|",
    [WORDS_LOT] = "|로트|롯트|배치|작업지시|지시번호|차지|묶음|lot|batch|heat|charge|order|wo|coil|"
                  "carrier|foup|",
    [WORDS_YES] = "|y|yes|true|t|1|예|유|있음|발생|해당|有|",
    [WORDS_TOOL] = "|설비|호기|실장기|사출기|압연기|성형기|가공기|프레스|모델|품목|품종|제품|차종|"
                   "라인|기계|장비|금형|캐비티|챔버|작업자|근무조|교대|노즐|헤드|공급|"
                   "자재|원료|재질|등급|line|machine|"
                   "tool|eqp|equipment|station|mold|mould|cavity|chamber|operator|shift|head|"
                   "nozzle|lane|press|spindle|"
                   "supplier|vendor|material|grade|type|product|recipe|",
    [WORDS_IDENTIFIER] =
        "|번호|일련|시리얼|바코드|식별|순번|id|no|serial|sn|barcode|uid|udi|index|idx|row|key|",
    [WORDS_LOWER] = "|하한|최소규격|규격하한|lsl|lower|min|",
    [WORDS_UPPER] = "|상한|최대규격|규격상한|usl|upper|max|",
    [WORDS_AFTER] = "|불량유형|불량코드|불량명|불량내용|불량원인|불량현상|불량사유|원인|조치|"
                    "재작업|폐기|수리|반품|클레임|재검|처리|rework|reworked|"
                    "repair|repaired|scrap|scrapped|disposition|cause|action|mode|symptom|claim|",
    [WORDS_REMARK] = "|비고|메모|특이사항|remark|remarks|comment|comments|memo|note|notes|",
    [WORDS_GOOD] =
        "|ok|o|○|〇|◯|⭕|✓|✔|pass|passed|good|g|p|양품|양|합격|정상|양호|적합|accept|accepted|yes "
        "good|무결함|이상없음|이상 없음|없음|",
    [WORDS_BAD] = "|ng|nok|x|×|✕|✖|✗|✘|╳|❌|fail|failed|bad|f|b|불량|불|불합격|이상|부적합|reject|"
                  "rejected|defect|"
                  "defective|scrap|폐기|결함|",
};

static bool is_small(char c) { return c >= 'a' && c <= 'z'; }
static bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_wide(char c) { return ((unsigned char)c & 0x80) != 0; }

// Kinds of characters between which a word ends: small and capital letters are one, but "tN" of "LotNo" is an end.
static bool is_end(char before, char c) {
    if (is_wide(before) || is_wide(c)) {
        return is_wide(before) != is_wide(c);
    }
    return (is_small(before) && is_capital(c)) || is_digit(before) != is_digit(c);
}

// "|lot|no|"
static void cut(const char *name, char out[NAME_BYTES]) {
    size_t n = 0;
    char before = ' ';
    out[n++] = '|';
    for (size_t i = 0; name[i] != '\0' && n + 3 < NAME_BYTES; i++) {
        const char c = name[i];
        const bool is_part = is_small(c) || is_capital(c) || is_digit(c) || is_wide(c);
        if ((!is_part || (before != ' ' && is_end(before, c))) && out[n - 1] != '|') {
            out[n++] = '|';
        }
        if (is_part) {
            out[n++] = is_capital(c) ? (char)(c | 0x20) : c;
        }
        before = is_part ? c : ' ';
    }
    if (out[n - 1] != '|') {
        out[n++] = '|';
    }
    out[n] = '\0';
}

// Is list[0 .. n), a word with its bars, in the name? A Korean word may be a part of one.
static bool has_word(const char *cut_name, const char *word, size_t n) {
    const bool is_korean = is_wide(word[1]);
    const char *from = is_korean ? word + 1 : word;
    const size_t n_from = is_korean ? n - 2 : n;
    const size_t n_name = strlen(cut_name);
    for (size_t i = 0; i + n_from <= n_name; i++) {
        if (memcmp(cut_name + i, from, n_from) == 0) {
            return true;
        }
    }
    return false;
}

bool words_in_name(enum word_list list, const char *name) {
    char cut_name[NAME_BYTES];
    cut(name, cut_name);
    for (const char *word = lists[list]; word[1] != '\0';) {
        const char *end = strchr(word + 1, '|');
        if (has_word(cut_name, word, (size_t)(end - word) + 1)) {
            return true;
        }
        word = end;
    }
    return false;
}

bool words_is(enum word_list list, const char *cell) {
    char key[64];
    size_t n = 0, last = 0;
    key[n++] = '|';
    for (size_t i = 0; cell[i] != '\0'; i++) {
        if (n + 3 > sizeof key) {
            return false;
        }
        if (cell[i] != ' ' || n > 1) {
            key[n++] = is_capital(cell[i]) ? (char)(cell[i] | 0x20) : cell[i];
        }
        last = cell[i] != ' ' ? n : last;
    }
    n = last > 0 ? last : n;
    key[n++] = '|';
    key[n] = '\0';
    return n > 2 && strstr(lists[list], key) != NULL;
}
