// Words of models of any kind: name, English, Korean. As in words_list.h.
#ifndef STUDY_KIND_WORDS_LIST_H
#define STUDY_KIND_WORDS_LIST_H

// clang-format off
#define KIND_WORDS(X) \
    /* how answers go with a column: {1} the column, {2} what is answered */ \
    X(DEPENDENCE, "How its answers go with each column, the others as they are", "다른 열은 그대로 둘 때, 열마다 답이 어떻게 달라지는가") \
    X(DEPENDENCE_BAD, "the share of bad ones", "불량 비율") \
    X(DEPENDENCE_CLASS, "the share of \"{1}\"", "\"{1}\" 비율") \
    X(DEPENDENCE_FLAT, "{1}: {2} hardly changes, {3} to {4}", "{1}: {2}[은/는] {3} ~ {4}[으로/로] 거의 달라지지 않습니다") \
    X(DEPENDENCE_RISE, "{1}: from {3} to {4}, {2} rises from {5} to {6}", "{1}: {3}에서 {4}까지 {2}[이/가] {5}에서 {6}[으로/로] 높아집니다") \
    X(DEPENDENCE_FALL, "{1}: from {3} to {4}, {2} falls from {5} to {6}", "{1}: {3}에서 {4}까지 {2}[이/가] {5}에서 {6}[으로/로] 낮아집니다") \
    X(DEPENDENCE_BELOW, "; below that it hardly changes", ". 그 아래에서는 거의 달라지지 않습니다") \
    X(DEPENDENCE_ABOVE, "; above that it changes no more", ". 그 위에서는 더 달라지지 않습니다") \
    X(DEPENDENCE_BEYOND, "; below and above that it hardly changes", ". 그 아래와 위에서는 거의 달라지지 않습니다") \
    X(DEPENDENCE_VALLEY, "{1}: around {3}, {2} is lowest with {4}; at {5} it is {6}, at {7} {8}", "{1}: {2}[은/는] {3} 부근에서 {4}[으로/로] 가장 낮고, {5}에서 {6}, {7}에서 {8}입니다") \
    X(DEPENDENCE_PEAK, "{1}: around {3}, {2} is highest with {4}; at {5} it is {6}, at {7} {8}", "{1}: {2}[은/는] {3} 부근에서 {4}[으로/로] 가장 높고, {5}에서 {6}, {7}에서 {8}입니다") \
    X(DEPENDENCE_WORD, "{1}: {2} is {3}, otherwise {4}", "{1}일 때 {2}[은/는] {3}, 아닐 때 {4}입니다") \
    /* how long units live */ \
    X(SURVIVAL_TITLE, "How long units live, by {1}, from {2}", "{1}[으로/로] 본 수명, 자료: {2}") \
    X(SURVIVAL_LIVES, "{1} lives, {2} ended in a failure, the others were still running.", "수명 {1}개 가운데 {2}개가 고장으로 끝났고 나머지는 아직 돌고 있었습니다.") \
    X(SURVIVAL_LEFT_OUT, "{1} rows without an age above 0 were left out.", "나이가 0보다 크지 않은 {1}행은 뺐습니다.") \
    X(SURVIVAL_WEAR, "Units wear out: the older, the sooner they fail (shape {1}, {2} to {3}).", "닳아서 고장 납니다. 오래될수록 고장이 잦습니다(형상 {1}, {2} ~ {3}).") \
    X(SURVIVAL_EARLY, "Units fail early: who has come so far fails less (shape {1}, {2} to {3}).", "초기 고장이 많습니다. 오래 버틴 것일수록 고장이 드뭅니다(형상 {1}, {2} ~ {3}).") \
    X(SURVIVAL_CHANCE, "Whether units wear is not sure: age may not matter (shape {1}, {2} to {3}).", "닳는지는 확실하지 않습니다. 나이와 상관없을 수 있습니다(형상 {1}, {2} ~ {3}).") \
    X(SURVIVAL_TENTH, "A tenth has failed by {1} {4} ({2} to {3}).", "10 %가 {1} {4}까지 고장 납니다({2} ~ {3}).") \
    X(SURVIVAL_HALF, "Half have failed by {1} {4} ({2} to {3}).", "절반이 {1} {4}까지 고장 납니다({2} ~ {3}).") \
    X(SURVIVAL_REPLACE, "Replace at {1} {2}: it saves {3} of the cost ({4} to {5}), and {6} of units get that far. A failure costs {7}, a planned replacement {8}.", "{1} {2}에 교체하십시오. 비용이 {3}({4} ~ {5}) 줄고, 그때까지 {6}[이/가] 남습니다. 고장 비용 {7}, 계획 교체 비용 {8} 기준입니다.") \
    X(SURVIVAL_RUN_ON, "Planned replacement does not pay: run until it fails. A failure costs {1}, a planned replacement {2}.", "계획 교체는 이득이 없습니다. 고장 날 때까지 쓰십시오. 고장 비용 {1}, 계획 교체 비용 {2} 기준입니다.") \
    X(SURVIVAL_UNSURE, "That it pays is not sure.", "이득인지는 확실하지 않습니다.") \
    X(SURVIVAL_ORDER, "Of two lives held out, the one said to fail first did so in {1} ({2} to {3}; by chance 50 %).", "따로 둔 두 수명 가운데 먼저 고장 난다고 한 쪽이 먼저 난 비율은 {1}입니다({2} ~ {3}, 우연이면 50 %).") \
    X(SURVIVAL_HELD, "{1} of lives held out ended within their intervals ({2} to {3}; it should be {4}).", "따로 둔 수명의 {1}[이/가] 구간 안에서 끝났습니다({2} ~ {3}, {4}[이/가] 되어야 합니다).") \
    X(SURVIVAL_GROUPS, "Lives by {1}", "{1}[으로/로] 나눈 수명") \
    X(SURVIVAL_GROUPS_DIFFER, "They differ surely (p {1}).", "확실히 다릅니다(p {1}).") \
    X(SURVIVAL_GROUPS_ALIKE, "They do not surely differ (p {1}).", "확실히 다르다고 할 수 없습니다(p {1}).") \
    X(SURVIVAL_GROUP, "group", "그룹") \
    X(SURVIVAL_N, "lives", "수명") \
    X(SURVIVAL_FAILED, "failed", "고장") \
    X(SURVIVAL_MEDIAN, "half by", "절반이 고장 나는 나이") \
    X(SURVIVAL_EFFECTS, "What shortens lives", "무엇이 수명을 줄이는가") \
    X(SURVIVAL_STEP, "for so much more", "이만큼 늘면") \
    X(SURVIVAL_RATIO, "hazard, times", "고장률 배수") \
    X(SURVIVAL_P, "p", "p") \
    X(SURVIVAL_CHANGES, "changes with age", "나이에 따라 달라짐") \
    /* odd rows */ \
    X(ODD_TITLE, "Which rows are odd, from {1}", "어느 행이 이상한가, 자료: {1}") \
    X(ODD_ROWS, "Learned from {1} rows with {3} columns that move, tried once on {2} later ones.", "움직이는 열이 {3}개인 {1}행에서 배우고 나중 {2}행으로 한 번 시험했습니다.") \
    X(ODD_ALPHA, "Of good rows {1} may be called odd.", "양품 행의 {1}[을/를] 이상하다고 할 수 있습니다.") \
    X(ODD_LATER, "Of the later rows {1} were called odd ({2} to {3}).", "나중 행의 {1}[을/를] 이상하다고 했습니다({2} ~ {3}).") \
    X(ODD_LABEL, "Are they those that \"{1}\" calls bad? It was not looked at to learn.", "\"{1}\" 열이 불량이라고 한 행인가? 배울 때는 보지 않았습니다.") \
    X(ODD_BAD_OF_ODD, "Of the odd ones {1} are bad ({2} to {3}).", "이상한 행 가운데 불량은 {1}입니다({2} ~ {3}).") \
    X(ODD_BAD_OF_OTHERS, "Of the others {1} are bad ({2} to {3}).", "나머지 가운데 불량은 {1}입니다({2} ~ {3}).") \
    X(ODD_AUC, "Bad rows are odder than good ones with AUC {1} ({2} to {3}; by chance 0.5).", "불량 행이 양품 행보다 더 이상한 정도(AUC)는 {1}입니다({2} ~ {3}, 우연이면 0.5).") \
    X(ODD_COLUMNS, "What made later rows odd", "나중 행을 이상하게 만든 열") \
    X(ODD_TIMES, "rows", "행")
// clang-format on

#endif
