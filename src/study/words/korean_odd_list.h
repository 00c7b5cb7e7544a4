// Sentences of what is odd, of trailing windows and of which fault it is, as korean_list.h has them.
#ifndef STUDY_KOREAN_ODD_LIST_H
#define STUDY_KOREAN_ODD_LIST_H

// clang-format off
#define KOREAN_ODD(X) \
    X("{1} parts, 2 to {2}; shrinkage {3}, 0 to 1", "나눔 {1}개: 2부터 {2}까지, 수축 {3}: 0부터 1까지여야 합니다") \
    X("{1} rows of {2} columns: up to {3} and {4}", "{2}열짜리 행 {1}개: 행은 {3}개, 열은 {4}개까지입니다") \
    X("the columns repeat each other: more shrinkage is needed", "열들이 서로 같은 내용입니다: 수축을 더 크게 하세요") \
    X("{1} columns that move and {2} rows: at least 1 and {3}", "변하는 열 {1}개와 행 {2}개: 열은 1개, 행은 {3}개 이상 필요합니다") \
    X("windows of no column", "구간을 볼 열이 없습니다") \
    X("{1} columns and {2} windows: up to {3} and {4}", "열 {1}개와 구간 {2}개: 각각 {3}개와 {4}개까지입니다") \
    X("a window of {1} samples: at least 2", "표본 {1}개짜리 구간: 2개 이상이어야 합니다") \
    X("a window of {1} samples: up to {2}", "표본 {1}개짜리 구간: {2}개까지입니다") \
    X("{1} columns with {2} windows: more than {3} features", "열 {1}개에 구간 {2}개: 특징이 {3}개를 넘습니다")
// clang-format on

#endif
