// Sentences of what is odd, of trailing windows and of which fault it is, as korean_list.h has them.
#ifndef STUDY_KOREAN_ODD_LIST_H
#define STUDY_KOREAN_ODD_LIST_H

// clang-format off
#define KOREAN_ODD(X) \
    X("{1} parts, 2 to {2}; shrinkage {3}, 0 to 1", "나눔 {1}개: 2부터 {2}까지, 수축 {3}: 0부터 1까지여야 합니다") \
    X("{1} rows of {2} columns: up to {3} and {4}", "{2}열짜리 행 {1}개: 행은 {3}개, 열은 {4}개까지입니다") \
    X("the columns repeat each other: more shrinkage is needed", "열들이 서로 같은 내용입니다: 수축을 더 크게 하세요") \
    X("{1} columns that move and {2} rows: at least 1 and {3}", "변하는 열 {1}개와 행 {2}개: 열은 1개, 행은 {3}개 이상 필요합니다") \
    X("{1} boosters, 1 to {2}; share lost {3}, 0 to 0.5", "부스터 {1}개: 1부터 {2}까지, 잃는 비율 {3}: 0부터 0.5까지여야 합니다") \
    X("{1} rows of {2} columns and {3} faults, split as {4} rows: at least 1, 1 and 2", \
        "{2}열짜리 행 {1}개와 고장 {3}가지, 나눔은 행 {4}개: 행과 열은 1개, 고장은 2가지 이상이고 나눔과 맞아야 합니다") \
    X("row {1} has fault {2} of {3}", "{1}행의 고장 번호 {2}: 고장은 {3}가지뿐입니다") \
    X("{1} has {2} numbers, not some samples of {3}", "{1}에 수가 {2}개 있습니다: {3}개짜리 표본이 아닙니다") \
    X("number {1} of {2} is none", "{2}의 {1}번째 값은 수가 아닙니다") \
    X("{1} ends before its fault begins", "{1}[은/는] 고장이 시작하기 전에 끝납니다") \
    X("faults are watched by innovations, in up to {1} windows", "고장은 예측하지 못한 변화로 보며, 구간은 {1}개까지입니다") \
    X("\"{1}\" has no values", "\"{1}\" 열에 값이 없습니다") \
    X("\"{1}\" orders nothing: it has no numbers or times", "\"{1}\" 열로는 순서를 정할 수 없습니다: 수나 시각이 없습니다") \
    X("the table has none of the columns of the model", "표에 모델의 열이 하나도 없습니다") \
    X("more than {1} faults", "고장이 {1}가지를 넘습니다") \
    X("no row of \"{1}\" is \"{2}\"", "\"{1}\" 열의 값이 \"{2}\"인 행이 없습니다") \
    X("no word of \"{1}\" is known to mean normal: say which (--normal)", "\"{1}\" 열의 어떤 값이 정상인지 알 수 없습니다: --normal로 알려 주십시오") \
    X("there is no column of numbers to watch", "지켜볼 수의 열이 없습니다") \
    X("more than {1} columns to watch: leave some out", "지켜볼 열이 {1}개를 넘습니다: 몇 개를 빼십시오") \
    X("{1} normal rows, and fewer than {2} say nothing", "정상 행이 {1}개뿐입니다. {2}개는 되어야 말할 수 있습니다") \
    X("no row is normal", "정상인 행이 하나도 없습니다") \
    X("windows of no column", "구간을 볼 열이 없습니다") \
    X("{1} columns and {2} windows: up to {3} and {4}", "열 {1}개와 구간 {2}개: 각각 {3}개와 {4}개까지입니다") \
    X("a window of {1} samples: at least 2", "표본 {1}개짜리 구간: 2개 이상이어야 합니다") \
    X("a window of {1} samples: up to {2}", "표본 {1}개짜리 구간: {2}개까지입니다") \
    X("{1} columns with {2} windows: more than {3} features", "열 {1}개에 구간 {2}개: 특징이 {3}개를 넘습니다")
// clang-format on

#endif
