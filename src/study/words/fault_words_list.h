// Words of models of process faults: name, English, Korean. As in words_list.h.
#ifndef STUDY_FAULT_WORDS_LIST_H
#define STUDY_FAULT_WORDS_LIST_H

// clang-format off
#define FAULT_WORDS(X) \
    X(FAULTS_TITLE, "What is wrong with the process, from {1}", "공정에 무슨 이상이 있는가, 자료: {1}") \
    X(FAULTS_ROWS, "It watches {2} columns and learned from {1} normal rows; {3} runs, {4} faults.", "열 {2}개를 봅니다. 정상 {1}행에서 배웠습니다. 가동 {3}번, 고장 {4}가지.") \
    X(FAULTS_NORMAL, "Normal is where \"{1}\" says {2}.", "\"{1}\" 열의 값이 {2}이면 정상으로 봅니다.") \
    X(FAULTS_LEFT_OUT, "{1} rows were left out.", "{1}행은 뺐습니다.") \
    X(FAULTS_FALSE, "Of normal rows {1} may raise an alarm; of {2} that it had not seen {3} did ({4} to {5}).", "정상 행의 {1}까지 알람이 나도 됩니다. 본 적 없는 정상 {2}행에서는 {3}[이/가] 알람을 냈습니다({4} ~ {5}).") \
    X(FAULTS_SEEN, "Of faulty rows {1} raise an alarm ({2} to {3}; mean over the faults).", "고장 행의 {1}[이/가] 알람을 냅니다({2} ~ {3}, 고장별 평균).") \
    X(FAULTS_RIGHT, "Of alarms set aside {1} got the right name ({2} to {3}), {4} were called unknown.", "따로 둔 알람의 {1}[이/가] 제 이름을 얻었고({2} ~ {3}), {4}[은/는] 모르는 고장이라고 했습니다.") \
    X(FAULTS_NEW, "Of alarms of faults left out of learning {1} were called unknown ({2} to {3}).", "배우지 않게 한 고장의 알람은 {1}[을/를] 모르는 고장이라고 했습니다({2} ~ {3}).") \
    X(FAULTS_AT_ONCE, "Seen at once: {1}.", "바로 보이는 고장: {1}.") \
    X(FAULTS_LATE, "Seen late: {1}.", "늦게 보이는 고장: {1}.") \
    X(FAULTS_AFTER, "{1} after {2} samples", "{1}[은/는] 표본 {2}개 뒤") \
    X(FAULTS_HARDLY, "Hardly seen: {1}.", "거의 보이지 않는 고장: {1}.") \
    X(FAULTS_TAKEN, "Often taken for another: {1}.", "다른 고장으로 자주 잘못 아는 고장: {1}.") \
    X(FAULTS_FOR, "{1} for {2} ({3})", "{1}[을/를] {2}[으로/로] ({3})") \
    X(FAULTS_EACH, "Fault by fault", "고장별로") \
    X(FAULTS_FAULT, "fault", "고장") \
    X(FAULTS_N_ROW, "rows", "행") \
    X(FAULTS_N_RUN, "times", "횟수") \
    X(FAULTS_ALARMS, "alarms", "알람") \
    X(FAULTS_FIRST, "first alarm", "첫 알람") \
    X(FAULTS_NAMED, "right name", "맞은 이름") \
    X(FAULTS_UNKNOWN, "unknown", "모름") \
    X(FAULTS_TAKEN_FOR, "taken for", "잘못 안 이름") \
    X(FAULTS_NOW, "at once", "바로") \
    X(FAULTS_NEVER, "none", "없음") \
    X(FAULTS_SAMPLES, "{1} samples", "표본 {1}개") \
    X(FAULTS_WHY_QUIET, "As when all is well: {1} of the limit.", "정상일 때와 같습니다. 한계의 {1}입니다.") \
    X(FAULTS_WHY_ALARM, "Not as when all is well, {1} times the limit, mostly by {2}.", "정상일 때와 다릅니다. 한계의 {1}배이고, {2}[이/가] 가장 크게 말합니다.") \
    X(FAULTS_WHY_BARE, "Not as when all is well, {1} times the limit.", "정상일 때와 다릅니다. 한계의 {1}배입니다.") \
    X(FAULTS_WHY_NAME, "It looks like {1} ({2}).", "{1}[으로/로] 보입니다({2}).") \
    X(FAULTS_WHY_UNKNOWN, "It is none of the known faults for sure; {1} is nearest.", "아는 고장이라고 할 수 없습니다. 가장 가까운 것은 {1}입니다.")
// clang-format on

#endif
