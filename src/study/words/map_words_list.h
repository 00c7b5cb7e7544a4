// Words of models of wafer maps: name, English, Korean. As in words_list.h.
#ifndef STUDY_MAP_WORDS_LIST_H
#define STUDY_MAP_WORDS_LIST_H

// clang-format off
#define MAP_WORDS(X) \
    X(MAPS_TITLE, "Patterns of wafer maps ({1}), from {2}", "웨이퍼 맵 패턴({1}), 자료: {2}") \
    X(MAPS_LEARNED, "Learned from {1} maps, tried once on {2} others ({3}); {4} lots.", "맵 {1}장에서 배우고, 따로 둔 {2}장({3})으로 한 번 시험했습니다. 로트 {4}개.") \
    X(MAPS_LEFT_OUT, "{1} maps say no pattern, {2} one that is too rare: they were left out.", "패턴이 적히지 않은 맵 {1}장과 패턴이 너무 드문 맵 {2}장은 뺐습니다.") \
    X(MAPS_GOOD_BIN, "A die is good where \"{1}\" is {2}, or a word that says so.", "{1} 열의 값이 {2}이거나 양품이라는 말이면 양품 다이으로 봅니다.") \
    X(MAPS_PATTERN, "pattern", "패턴") \
    X(MAPS_TRAIN, "learned", "배운 맵") \
    X(MAPS_TEST, "tried", "시험한 맵") \
    X(MAPS_F1, "F1", "F1")
// clang-format on

#endif
