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
    X(DEPENDENCE_WORD, "{1}: {2} is {3}, otherwise {4}", "{1}일 때 {2}[은/는] {3}, 아닐 때 {4}입니다")
// clang-format on

#endif
