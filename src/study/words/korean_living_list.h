// Sentences of models at work, in Korean, as korean_list.h has them: src/learn/living, src/serve/floor/model_*.
#ifndef STUDY_KOREAN_LIVING_LIST_H
#define STUDY_KOREAN_LIVING_LIST_H

// clang-format off
#define KOREAN_LIVING(X) \
    X("no watch of inputs by {1} rows every {2}", "행 {1}개를 {2}개마다 보는 입력 감시는 할 수 없습니다") \
    X("the state of a model is damaged, or of another version", "모델의 상태가 손상되었거나 다른 버전의 것입니다") \
    X("the state of another model", "다른 모델의 상태입니다") \
    X("the state of a model contradicts itself", "모델의 상태가 서로 맞지 않습니다") \
    X("no watch of errors by {1} rows", "행 {1}개로 오차를 감시할 수 없습니다") \
    X("no truth for an answer of this kind", "이런 답에 맞는 실제 값이 아닙니다") \
    X("there is none of the columns of the model, such as \"{1}\"", "모델이 보는 열이 하나도 없습니다. 예: \"{1}\"") \
    X("the state of the models is too large to be kept", "모델들의 상태가 너무 커서 저장할 수 없습니다") \
    X("more than {1} tools of a model", "한 모델의 설비가 {1}대를 넘습니다") \
    X("its errors are larger than they were in training: {1} on average, {2} then", "오차가 학습 때보다 커졌습니다. 최근 평균 {1}, 학습 때 {2}") \
    X("its inputs are no longer those of training, above all {1}", "들어오는 값이 학습 때와 달라졌습니다. 가장 크게 달라진 것: {1}") \
    X("its intervals hold less often than they say: {1}, {2} were promised", "구간이 말한 것보다 덜 맞습니다. 맞은 비율 {1}, 약속한 비율 {2}") \
    X("most of what comes is odd to it: {1}, where {2} were promised", "들어오는 것의 대부분이 모델에게 이상합니다. 이상한 비율 {1}, 약속한 비율 {2}") \
    X("most of what comes is odd to it: {1}, where {2} were promised, above all by {3}", "들어오는 것의 대부분이 모델에게 이상합니다. 이상한 비율 {1}, 약속한 비율 {2}. 가장 자주 이상한 것: {3}") \
    X("windows do not say the age of a unit, \"{1}\", and it is not counted in hours", "구간에 개체의 나이(\"{1}\")가 없고, 나이를 시간으로 세지도 않습니다") \
    X("an object with event is wanted", "event가 있는 객체여야 합니다") \
    X("most of what comes has words that it has never seen", "들어오는 것의 대부분에 학습 때 없던 낱말이 있습니다")
// clang-format on

#endif
