// What a model of odd rows warns of: name, key, English, Korean.
#ifndef LEARN_ODD_MODEL_LIST_H
#define LEARN_ODD_MODEL_LIST_H

// clang-format off
#define ODD_WARNINGS(X) \
    X(NO_TIME, "no_time", "No time is known: rows were taken in the order in which they stand.", "시각을 알 수 없어 행이 놓인 순서를 시간 순서로 보았습니다.") \
    X(MOVED, "moved", "Later rows are odder than they should be: the line has moved on.", "나중 행이 정해 둔 비율보다 자주 이상합니다. 라인이 달라졌습니다.") \
    X(FEW_ROWS, "few_rows", "There are too few rows to tell so rare an oddity.", "행이 적어 이만큼 드문 이상은 가려낼 수 없습니다.") \
    X(NO_MATCH, "no_match", "The odd rows are not surely those that the label calls bad.", "이상한 행이 불량으로 적힌 행이라고는 확신할 수 없습니다.")
// clang-format on

#endif
