// Sentences of models of any kind and of what is asked of training, in Korean. As in korean_list.h.
#ifndef STUDY_KOREAN_KINDS_LIST_H
#define STUDY_KOREAN_KINDS_LIST_H

// clang-format off
#define KOREAN_KINDS(X) \
    X("this kind of model has no ONNX here", "이 종류의 모델은 ONNX로 쓸 수 없습니다") \
    X("this kind of model does not answer rows one by one", "이 종류의 모델은 행 하나하나에 답하지 않습니다") \
    X("trees and nets", "트리와 신경망") \
    X("training knows no \"{1}\"", "학습에는 \"{1}\" 같은 항목이 없습니다") \
    X("{1} is a number, not \"{2}\"", "{1}[은/는] \"{2}\"[이/가] 아니라 수여야 합니다")
// clang-format on

#endif
