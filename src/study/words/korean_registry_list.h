// What kept datasets and models refuse, and what the audit log says of them, in Korean: src/store, src/serve/models, src/serve/api.
#ifndef STUDY_KOREAN_REGISTRY_LIST_H
#define STUDY_KOREAN_REGISTRY_LIST_H

// clang-format off
#define KOREAN_REGISTRY(X) \
    X("there is no such model", "그런 모델이 없습니다") \
    X("there is no such model, or no such version of it", "그런 모델이 없거나, 그 모델에 그런 버전이 없습니다") \
    X("there is no such dataset", "그런 자료가 없습니다") \
    X("this model has no version yet", "이 모델에는 아직 버전이 없습니다") \
    X("the id of a dataset is wanted", "자료의 id가 필요합니다") \
    X("a list of texts is wanted", "문자열 목록이 필요합니다") \
    X("format: json or csv is wanted", "format: json이나 csv가 필요합니다") \
    X("a model is wanted: a file that maru train has written", "모델이 필요합니다: maru train이 만든 파일을 보내십시오") \
    X("champion, challenger, candidate or retired is wanted", "champion, challenger, candidate, retired 가운데 하나가 필요합니다") \
    X("there are {1} datasets already: delete one first", "자료가 이미 {1}개 있습니다. 먼저 하나를 지우십시오") \
    X("a dataset has at least a byte, and at most {1} MiB", "자료는 비어 있지 않아야 하며 {1}MiB를 넘을 수 없습니다") \
    X("a model has at least a byte, and at most {1} MiB", "모델은 비어 있지 않아야 하며 {1}MiB를 넘을 수 없습니다") \
    X("this model has {1} versions: start a new one", "이 모델에는 버전이 {1}개 있습니다. 새 모델을 시작하십시오") \
    X("there are {1} models already: delete one first", "모델이 이미 {1}개 있습니다. 먼저 하나를 지우십시오") \
    X("there is already a model '{1}'", "'{1}'이라는 모델이 이미 있습니다") \
    X("this model has no champion", "이 모델에는 챔피언이 없습니다") \
    X("there was no champion before this one", "이 챔피언 앞에는 챔피언이 없었습니다") \
    X("version {1}, {2}, {3}", "버전 {1}, {2}, {3}") \
    X("version {1} as {2}", "버전 {1}, {2}") \
    X("keep model version", "모델 버전 보관") \
    X("switch model on", "모델 사용") \
    X("switch model off", "모델 사용 중지") \
    X("roll back model", "모델 되돌리기")
// clang-format on

#endif
