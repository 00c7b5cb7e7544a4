// What models of remaining life refuse, in Korean: src/learn/history, src/learn/nets and src/train/unit_life.
#ifndef STUDY_KOREAN_LIFE_LIST_H
#define STUDY_KOREAN_LIFE_LIST_H

// clang-format off
#define KOREAN_LIFE(X) \
    X("there are no rows to find operating regimes in", "운전 조건을 찾을 행이 없습니다") \
    X("more than {1} settings", "설정 열이 {1}개를 넘습니다") \
    X("operating regimes that contradict themselves", "앞뒤가 맞지 않는 운전 조건입니다") \
    X("operating regimes that are no numbers", "운전 조건에 수가 아닌 값이 있습니다") \
    X("the order of a row is missing", "행의 순서 값이 비어 있습니다") \
    X("two rows of one unit have the same order", "한 설비의 두 행이 같은 순서 값을 가집니다") \
    X("more than {1} units", "설비가 {1}대를 넘습니다") \
    X("no column varies, settings aside: there is nothing to learn", "설정을 빼면 변하는 열이 없어 학습할 것이 없습니다") \
    X("a row that is not behind the one before it", "앞 행보다 뒤에 오지 않는 행입니다") \
    X("columns of a history that contradict themselves", "이력의 열이 앞뒤가 맞지 않습니다") \
    X("a history whose settings contradict themselves", "이력의 설정 열이 앞뒤가 맞지 않습니다") \
    X("a history that has no numbers", "이력에 수가 아닌 값이 있습니다") \
    X("the model does not fit", "모델을 담을 자리가 모자랍니다") \
    X("an option of the net is outside its range", "신경망 설정값이 범위를 벗어났습니다") \
    X("what is to be predicted is no number, or a weight is below 0", "예측할 값이 수가 아니거나 가중치가 0보다 작습니다") \
    X("no net that this version knows", "이 버전이 아는 신경망이 아닙니다") \
    X("the net is cut off, too long, or has a value that is no number", "신경망이 잘렸거나, 너무 길거나, 수가 아닌 값이 있습니다") \
    X("more than {1} nets", "신경망이 {1}개를 넘습니다") \
    X("a unit without a row has no remaining life", "행이 없는 설비에는 남은 수명이 없습니다") \
    X("a model of life that contradicts itself", "앞뒤가 맞지 않는 수명 모델입니다") \
    X("no model of life that this version knows", "이 버전이 아는 수명 모델이 아닙니다") \
    X("an option of remaining life is outside its range", "남은 수명의 설정값이 범위를 벗어났습니다") \
    X("more than {1} ages", "나이가 {1}개를 넘습니다") \
    X("units live no time at all, or without end", "설비의 수명이 0이거나 끝이 없습니다") \
    X("more than {1} features of all rows", "모든 행의 특징 값이 {1}개를 넘습니다") \
    X("remaining life is learned from {1} units or more", "남은 수명은 설비 {1}대 이상에서 학습합니다") \
    X("more than {1} rows of engines", "엔진 행이 {1}개를 넘습니다") \
    X("a line of engines is a unit, a cycle and 24 numbers", "엔진의 한 줄은 번호, 사이클, 수 24개입니다") \
    X("there are no engines", "엔진이 없습니다") \
    X("a number a line is wanted, one for each test engine", "한 줄에 수 하나씩, 시험 엔진마다 하나가 있어야 합니다") \
    X("no such set of engines", "그런 엔진 자료가 없습니다")

#endif
