#include "study/words/option_words.h"

#include <stdlib.h>
#include <string.h>

#include "sim/rule/rule.h"
#include "study/json_writer.h"

// The English stands in the table of the options itself (sim/options.h); here is the Korean, by name. A test
// finds an option that has none.

static const struct korean {
    const char *name, *meaning, *choices; // NULL: as in English
} korean[] = {
    {"rule", "대기 로트를 고르는 순서. 모든 설비 그룹에 적용", "docs/RULES.md의 규칙, 또는 plant"},
    {"rule:GROUP", "한 설비 그룹에만 적용하는 순서", "docs/RULES.md의 규칙"},
    {"queue_rule", "대기 시간 제한이 걸린 로트를 얼마나 급하게 볼지. 준비교체 다음에 비교", NULL},
    {"tool_choice", "비어 있는 설비가 여럿일 때 어느 설비가 로트를 받을지", NULL},
    {"cascade_choice",
     "비어 있는 연속 투입 설비의 순서: 마지막으로 로트를 청한 때, 자리가 난 때, 빈 설비 먼저, 바쁜 "
     "설비 먼저, "
     "또는 자리가 있는 동안 차례 유지",
     NULL},
    {"rank_setup", "순서를 정할 때 셈하는 준비교체 시간: 교체 표의 것만, 또는 공정 경로의 것까지",
     NULL},
    {"wake_setup", "비어 있는 설비 가운데 하나를 깨울 때 셈하는 준비교체 시간", NULL},
    {"min_run",
     "최소 연속 작업: 설비가 그 준비 상태를 지킴, 긴급 로트는 깰 수 있음, 기다리는 로트가 없으면 "
     "깰 수 있음, 쓰지 않음",
     NULL},
    {"min_run_count", "최소 연속 작업에 로트를 세는 때: 설비에서 나올 때, 또는 들어갈 때", NULL},
    {"min_run_pick", "최소 연속 작업이 있는 설비: 지금 준비 상태와 같은 로트 먼저, 또는 순서대로",
     NULL},
    {"cascade_entry",
     "연속 투입 설비가 다음 로트를 받는 때: 안에 한 로트만 남았을 때, 또는 첫 자리가 비었을 때",
     NULL},
    {"cascade_setup", "연속 투입 설비의 준비교체: 안에 로트가 있어도 함께, 또는 비었을 때만", NULL},
    {"pm_first", "설비 N대 가운데 k번째의 첫 보전: 첫 시각 × k / N으로 나누어, 또는 모두 한꺼번에",
     NULL},
    {"pm_repeat", "달력 보전의 반복 기준: 예정일에서 예정일까지, 또는 끝난 때부터", NULL},
    {"failure_in_pm", "보전 중에 일어난 고장: 미룸, 없던 일로 함, 겹침", NULL},
    {"failure_job", "고장의 시작: 하던 작업이 끝난 뒤, 또는 작업을 멈추었다가 수리 뒤에 이어서",
     NULL},
    {"batch_start", "배치의 시작: 최소 크기가 차면, 또는 최대 크기를 기다려서", NULL},
    {"queue_time_at",
     "대기 시간 제한이 끝나는 때: 설비가 로트를 받을 때, 또는 준비교체와 적재가 끝난 뒤", NULL},
    {"reserve", "설비를 예약하는 로트: 긴급 표시된 로트, 없음, reserve_priority 이상인 로트", NULL},
    {"reserve_priority", "reserve=priority일 때 설비를 예약하는 가장 낮은 우선순위", NULL},
    {"min_run_patience",
     "빈 설비가 최소 연속 작업을 기다리다가 다른 준비교체로 넘어가기까지의 시간(h)", NULL},
    {"max_lot", "동시에 공장 안에 있을 수 있는 로트 수. 넘으면 실행을 멈춤", NULL},
    {"qts_pilot_days", "queue_rule=qts: 흐름 배수를 재는 예비 실행의 일수", NULL},
    {"load", "계획 대비 투입량(%). 납기까지의 여유는 그대로", NULL},
};

static const struct korean *korean_of(const maru_option *option) {
    for (size_t i = 0; i < sizeof korean / sizeof korean[0]; i++) {
        if (strcmp(korean[i].name, option->name) == 0) {
            return &korean[i];
        }
    }
    return NULL;
}

const char *option_meaning(const maru_option *option, enum lang lang) {
    const struct korean *its = lang == LANG_KO ? korean_of(option) : NULL;
    return its ? its->meaning : option->meaning;
}

const char *option_choices(const maru_option *option, enum lang lang) {
    const struct korean *its = lang == LANG_KO ? korean_of(option) : NULL;
    return its && its->choices ? its->choices : option->choices;
}

// ---- JSON

// "first | last": its words in a list.
static void add_choices(struct json *json, const char *choices) {
    char word[64];
    for (const char *at = choices; *at;) {
        const size_t n = strcspn(at, " |");
        if (n > 0 && n < sizeof word) {
            memcpy(word, at, n);
            word[n] = '\0';
            json_add_string(json, NULL, word);
        }
        at += n;
        at += strspn(at, " |");
    }
}

static void add_value(struct json *json, const maru_option *option) {
    const char *to = strstr(option->choices, " to ");
    if (strncmp(option->name, "rule", 4) == 0) { // a text; these have names
        json_add_string(json, "kind", "rule");
        json_open_list(json, "choices");
        if (strcmp(option->value, "plant") == 0) {
            json_add_string(json, NULL, "plant");
        }
        for (size_t i = 0; rule_shorthand_at(i); i++) {
            json_add_string(json, NULL, rule_shorthand_at(i));
        }
        json_close(json);
    } else if (to) {
        json_add_string(json, "kind", "number");
        json_add_integer(json, "lowest", strtoll(option->choices, NULL, 10));
        json_add_integer(json, "highest", strtoll(to + 4, NULL, 10));
    } else {
        json_add_string(json, "kind", "choice");
        json_open_list(json, "choices");
        add_choices(json, option->choices);
        json_close(json);
    }
}

void options_add_json(struct text *out) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_open_list(&json, "items");
    for (size_t i = 0; i < maru_option_count(); i++) {
        const maru_option *option = maru_option_at(i);
        json_open_object(&json, NULL);
        json_add_string(&json, "name", option->name);
        json_add_string(&json, "default", option->value);
        add_value(&json, option);
        json_open_object(&json, "meaning");
        json_add_string(&json, "ko", option_meaning(option, LANG_KO));
        json_add_string(&json, "en", option_meaning(option, LANG_EN));
        json_close(&json);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
}
