// Sentences of models of wafer maps, in Korean. As in korean_list.h.
#ifndef STUDY_KOREAN_MAPS_LIST_H
#define STUDY_KOREAN_MAPS_LIST_H

// clang-format off
#define KOREAN_MAPS(X) \
    X("trees and a net", "트리와 합성곱 신경망") \
    X("a table of wafer maps has a row for each die, and columns called wafer, x, y, bin and pattern: there is no {1}", "웨이퍼 맵 표에는 칩마다 한 행이 있고 wafer, x, y, bin, pattern(웨이퍼, x좌표, y좌표, 빈, 패턴) 열이 있어야 하는데 {1} 열이 없습니다") \
    X("more than {1} patterns", "패턴이 {1}가지보다 많습니다") \
    X("{1} wafer maps with {2} patterns: at least {3} maps are needed, and two patterns with {4} of them", "패턴 {2}가지의 웨이퍼 맵이 {1}장입니다. 맵은 {3}장 이상, {4}장 이상인 패턴은 두 가지가 있어야 합니다")
// clang-format on

#endif
