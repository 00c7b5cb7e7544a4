#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "study/words/korean.h"
#include "study/words/korean_list.h"

#include <string.h>

static void sentences_find_their_korean(void **state) {
    (void)state;
    static const struct {
        const char *english, *korean;
        bool is_known;
    } cases[] = {
        {"the cell is empty", "칸이 비어 있습니다", true},
        {"there is no such name: not a tool group", "그런 이름이 없습니다: 설비 그룹이 아닙니다",
         true},
        {"there is no such name: not a product", "그런 이름이 없습니다: 제품이 아닙니다", true},
        {"did you mean Litho?", "Litho를 말하려던 것입니까?", true},
        {"did you mean 인쇄기?", "인쇄기를 말하려던 것입니까?", true},
        {"did you mean a: b?", "a: b를 말하려던 것입니까?", true},
        {"the tools are down all the time (103.2 %)", "설비가 언제나 멈추어 있습니다(103.2 %)",
         true},
        {"the releases ask for 103.2 % of what 오븐 can do",
         "투입 계획이 오븐 능력의 103.2 %를 요구합니다", true},
        {"the number of a later step of this route: 2 to 9",
         "이 공정 경로에서 뒤에 오는 공정의 번호: 2부터 9까지", true},
        {"'x': not a number: 0 or more", "'x': 수가 아닙니다: 0 이상", true},
        {"/days: a number from 0 to 36500 is wanted", "/days: 0부터 36500까지의 수여야 합니다",
         true},
        {"load: option load cannot be 'x'; give a whole number from 1 to 1000",
         "load: load 옵션은 'x'가 될 수 없습니다. 1부터 1000까지의 정수를 적으세요", true},
        {"unknown name 'x' (character 7)", "모르는 이름 'x'(7번째 글자)", true},
        {"rule: '=' means nothing here: write == to compare",
         "rule: 여기에서 '='는 뜻이 없습니다: 비교는 ==로 적으세요", true},
        {"'fifo' cannot stand here: did you mean 'cr'?",
         "여기에는 'fifo'를 쓸 수 없습니다: 'cr'을 말하려던 것입니까?", true},
        {"an operator is missing: write 2 * due", "연산자가 없습니다: 2 * due로 적으세요", true},
        {"the ranking of 노광: nor: fifo cannot be used: the rule is too long: at most 9 bytes",
         "노광: nor: fifo의 순위를 쓸 수 없습니다: 규칙이 너무 깁니다: 9바이트까지입니다", true},
        {"cannot open /a/b: No such file or directory",
         "/a/b를 열 수 없습니다: 그런 파일이나 폴더가 없습니다", true},
        {"tenants/a.db in the backup is damaged", "백업 안의 tenants/a.db가 손상되었습니다", true},
        {"no memory for 12 runs", "메모리가 모자랍니다", true},
        {"what nobody has translated", "what nobody has translated", false},
        {"did you mean ?", "did you mean ?", false}, // nothing stands at the place
        {"the cell is empty!", "the cell is empty!", false},
        {"", "", false},
        {": ", ": ", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out;
        text_init(&out, 1 << 12);
        const bool is_known = korean_add(&out, cases[i].english);
        const char *got = out.bytes ? out.bytes : "";
        if (strcmp(got, cases[i].korean) != 0 || is_known != cases[i].is_known) {
            fail_msg("%s: got '%s', want '%s'", cases[i].english, got, cases[i].korean);
        }
        text_fini(&out);
    }
}

// A pattern with letters in its places is found again, and every place that the Korean names is there.
static void every_pattern_finds_itself(void **state) {
    (void)state;
    static const char *const all[][2] = {
#define X(english, korean) {english, korean},
        KOREAN_SENTENCES(X)
#undef X
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char sentence[1024], *to = sentence;
        struct text out;
        text_init(&out, 1 << 12);
        for (const char *at = all[i][0]; *at; at++) {
            const bool is_place = at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}';
            *to++ = is_place ? 'Q' : *at;
            at += is_place ? 2 : 0;
        }
        *to = '\0';
        if (!korean_add(&out, sentence) || strchr(out.bytes, '{') != strstr(out.bytes, "{\"")) {
            fail_msg("%s: '%s'", sentence, out.bytes);
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(all[k][0], all[i][0]) == 0) {
                fail_msg("%s stands twice", all[i][0]);
            }
        }
        text_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_find_their_korean),
        cmocka_unit_test(every_pattern_finds_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
