// What the arithmetic of models refuses, in Korean: src/learn/measures, splits, calibration, conformal, drift and survival.
#ifndef STUDY_KOREAN_DOUBT_LIST_H
#define STUDY_KOREAN_DOUBT_LIST_H

// clang-format off
#define KOREAN_DOUBT(X) \
    X("{1} words, at most {2}", "낱말이 {1}개인데 {2}개까지 됩니다") \
    X("row {1} has word {2}, there are {3}", "{1}번째 행의 낱말 번호가 {2}인데 낱말은 {3}개입니다") \
    X("{1} errors are too few to watch by, at least {2}", "오차 {1}개로는 감시할 수 없습니다. {2}개 이상이어야 합니다") \
    X("no watch of slack {1} and run length {2}", "여유 {1}, 평균 런 길이 {2}(으)로는 감시할 수 없습니다") \
    X("error {1} is not finite, or not in order", "{1}번째 오차가 유한한 수가 아니거나 순서가 맞지 않습니다") \
    X("row {1} has no probability", "{1}번째 행에 확률이 없습니다") \
    X("a column's past that contradicts itself", "앞뒤가 맞지 않는 열의 기준 자료입니다") \
    X("widths that contradict themselves", "앞뒤가 맞지 않는 구간 폭입니다") \
    X("there are no lives", "수명 자료가 없습니다") \
    X("life {1} has no age above 0, or no end", "{1}번째 수명이 0보다 크지 않거나 끝난 상태를 알 수 없습니다") \
    X("life {1} was first watched after its end", "{1}번째 수명은 끝난 뒤에야 관찰을 시작했습니다") \
    X("{1} groups, can be 2 to {2}", "그룹이 {1}개인데 2개부터 {2}개까지 됩니다") \
    X("no two groups were at risk of the same failure", "같은 고장 시점에 비교할 그룹이 둘 이상 없습니다") \
    X("{1} columns, can be 1 to {2}", "열이 {1}개인데 1개부터 {2}개까지 됩니다") \
    X("no regression of ridge {1} and level {2}", "벌점 {1}, 신뢰 수준 {2}(으)로는 회귀를 할 수 없습니다") \
    X("nothing has failed yet", "아직 고장 난 것이 없습니다") \
    X("row {1} has a value that is not finite", "{1}번째 행에 유한하지 않은 값이 있습니다") \
    X("a column separates those who fail: a ridge is needed", "한 열이 고장 난 것을 완전히 가릅니다: 벌점이 필요합니다") \
    X("failures of fewer than two different ages", "서로 다른 고장 시점이 둘보다 적습니다") \
    X("the likelihood of these lives has no maximum", "이 수명 자료의 가능도에는 최댓값이 없습니다") \
    X("costs of {1} planned and {2} of a failure say nothing", "계획 교체 비용 {1}, 고장 비용 {2}(으)로는 정할 수 없습니다") \
    X("there are no intervals of level {1}", "신뢰 수준 {1}의 구간은 없습니다") \
    X("{1} categories, at most {2}", "범주가 {1}개인데 {2}개까지 됩니다") \
    X("row {1} has no finite value, or ends in the wrong order", "{1}번째 행의 값이 유한한 수가 아니거나 위아래가 바뀌었습니다") \
    X("row {1} has no scale above 0", "{1}번째 행의 크기가 0보다 크지 않습니다") \
    X("row {1} has category {2}, there are {3}", "{1}번째 행의 범주 번호가 {2}인데 범주는 {3}개입니다") \
    X("there are no sets of level {1}", "신뢰 수준 {1}의 집합은 없습니다") \
    X("no intervals of level {1} by {2} scores at speed {3}", "신뢰 수준 {1}, 점수 {2}개, 속도 {3}(으)로는 구간을 만들 수 없습니다") \
    X("score {1} is not finite", "{1}번째 점수가 유한한 수가 아닙니다") \
    X("a score is not finite", "점수가 유한한 수가 아닙니다") \
    X("a state of intervals that contradicts itself", "앞뒤가 맞지 않는 구간 상태입니다") \
    X("an interval of level {1} from {2} rounds", "신뢰 수준 {1}, 반복 {2}번으로는 구간을 구할 수 없습니다") \
    X("there are no rows to draw from", "뽑을 행이 없습니다") \
    X("there are no rows to calibrate with", "보정할 행이 없습니다") \
    X("row {1} has no finite margin", "{1}번째 행의 마진이 유한한 수가 아닙니다") \
    X("margins lie too far apart to calibrate", "마진의 차이가 너무 커서 보정할 수 없습니다") \
    X("there is no such way to calibrate", "그런 보정 방법은 없습니다") \
    X("a calibration that contradicts itself", "앞뒤가 맞지 않는 보정입니다") \
    X("{1} bins, at most {2}", "구간이 {1}개인데 {2}개까지 됩니다") \
    X("row {1} has no probability, or no truth", "{1}번째 행에 확률이나 정답이 없습니다") \
    X("costs of {1} and {2} say nothing", "비용 {1}[와/과] {2}(으)로는 정할 수 없습니다") \
    X("a curve of {1} thresholds from {2} rounds, level {3}", "임계값 {1}개, 반복 {2}번, 신뢰 수준 {3}(으)로는 비용 곡선을 구할 수 없습니다") \
    X("row {1} is in cluster {2}, there are {3}", "{1}번째 행의 묶음 번호가 {2}인데 묶음은 {3}개입니다") \
    X("{1} classes, at most {2}", "클래스가 {1}개인데 {2}개까지 됩니다") \
    X("row {1} has class {2}, there are {3}", "{1}번째 행의 클래스 번호가 {2}인데 클래스는 {3}개입니다") \
    X("row {1} has no score", "{1}번째 행에 점수가 없습니다") \
    X("row {1} has a truth that is neither 0 nor 1", "{1}번째 행의 정답이 0도 1도 아닙니다") \
    X("{1} folds, can be {2} to {3}", "폴드가 {1}개인데 {2}개부터 {3}개까지 됩니다") \
    X("a time or gap where it has no meaning", "시간이나 간격을 쓸 수 없는 나누기입니다") \
    X("rows by chance tear groups apart", "무작위로 나누면 그룹이 찢어집니다") \
    X("there are no groups to go by", "나눌 그룹이 없습니다") \
    X("strata are for rows by chance alone", "층은 무작위로 나눌 때만 쓸 수 있습니다") \
    X("row {1} is in group {2}, there are {3}", "{1}번째 행의 그룹 번호가 {2}인데 그룹은 {3}개입니다") \
    X("{1} folds need as many times, there are {2}", "폴드 {1}개에는 서로 다른 시각이 {1}개 이상 필요한데 {2}개입니다") \
    X("{1} folds need as many groups, there are {2}", "폴드 {1}개에는 그룹이 {1}개 이상 필요한데 {2}개입니다") \
    X("{1} folds of {2} rows", "행 {2}개로는 폴드 {1}개를 만들 수 없습니다")
// clang-format on

#endif
