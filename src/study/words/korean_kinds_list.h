// Sentences of models of any kind and of what is asked of training, in Korean. As in korean_list.h.
#ifndef STUDY_KOREAN_KINDS_LIST_H
#define STUDY_KOREAN_KINDS_LIST_H

// clang-format off
#define KOREAN_KINDS(X) \
    X("this kind of model has no ONNX here", "이 종류의 모델은 ONNX로 쓸 수 없습니다") \
    X("this kind of model does not answer rows one by one", "이 종류의 모델은 행 하나하나에 답하지 않습니다") \
    X("trees and nets", "트리와 신경망") \
    X("{1} lives, and fewer than {2} say nothing", "수명이 {1}개입니다. {2}개보다 적으면 아무것도 말할 수 없습니다") \
    X("more than {1} lives", "수명이 {1}개를 넘습니다") \
    X("lives without two ages of failures say nothing", "고장 난 나이가 두 가지도 없어 아무것도 말할 수 없습니다") \
    X("costs of a failure and of a replacement are above 0", "고장과 교체의 비용은 0보다 커야 합니다") \
    X("how far ahead is a length of time above 0", "얼마나 앞을 볼지는 0보다 큰 시간이어야 합니다") \
    X("lives need --order, the column of their ages", "수명을 배우려면 나이 열을 --order로 알려 주세요") \
    X("the one said to fail first does", "먼저 고장 난다고 한 쪽이 먼저 나는 비율") \
    X("{1} rows, and fewer than {2} say nothing", "{1}행입니다. {2}행보다 적으면 아무것도 말할 수 없습니다") \
    X("the level of good rows lies between 0.5 and 1", "양품 행의 수준은 0.5와 1 사이입니다") \
    X("alarms that got the right name", "알람에 붙은 이름이 맞은 비율") \
    X("faulty rows that raise an alarm", "고장 행 가운데 알람이 난 비율") \
    X("false alarms of normal rows", "정상 행의 거짓 알람 비율") \
    X("later rows called odd", "나중 행 가운데 이상하다고 한 비율") \
    X("training knows no \"{1}\"", "학습에는 \"{1}\" 같은 항목이 없습니다") \
    X("{1} is a number, not \"{2}\"", "{1}[은/는] \"{2}\"[이/가] 아니라 수여야 합니다")
// clang-format on

#endif
