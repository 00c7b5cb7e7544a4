// Sentences of the accounts of a pool, its credits, nodes and usage, as korean_list.h has them.
#ifndef STUDY_KOREAN_ACCOUNTS_LIST_H
#define STUDY_KOREAN_ACCOUNTS_LIST_H

// clang-format off
#define KOREAN_ACCOUNTS(X) \
    X("'{1}' is no type of GPU", "'{1}'[은/는] GPU 종류가 아닙니다") \
    X("at most {1} GPUs of a type", "한 종류의 GPU는 {1}개까지입니다") \
    X("'{1}' is said twice", "'{1}'[이/가] 두 번 나옵니다") \
    X("a lease is called by at most {1} letters, digits and signs", "임대의 이름은 영문자, 숫자, 기호로 {1}자까지입니다") \
    X("the lease ends before it begins", "임대가 시작하기 전에 끝납니다") \
    X("a lease has a guarantee, from and until; the rest belongs into the account's own row", "임대에는 보장량, 시작, 끝만 적습니다: 나머지는 계정 자신의 행에 적으십시오") \
    X("from and until are of a lease: its name is wanted", "시작과 끝은 임대에만 있습니다: 임대의 이름을 적으십시오") \
    X("an account is a tenant or tenant/project: lower case letters, digits and -, at most {1} each", "계정은 테넌트 또는 테넌트/프로젝트입니다: 각각 영문 소문자, 숫자, -로 {1}자까지입니다") \
    X("the longest job is from 0 to {1} hours", "가장 긴 작업은 0시간부터 {1}시간까지입니다") \
    X("a table of accounts has at most {1} rows", "계정표의 행은 {1}개까지입니다") \
    X("a table of accounts has at most {1} MiB", "계정표는 {1} MiB까지입니다") \
    X("'{1}' has another row like this one", "'{1}'에 이와 같은 행이 또 있습니다") \
    X("'{1}' is no number of GPUs of a type: such as h100:4 a100:2", "'{1}'[은/는] 종류별 GPU 수가 아닙니다: h100:4 a100:2처럼 적습니다") \
    X("a table of accounts needs the column account", "계정표에는 계정 열이 있어야 합니다") \
    /* the server */ \
    X("{1} GPUs of type '{2}' are guaranteed, the cluster has {3}", "'{2}' GPU의 보장량이 {1}개인데 클러스터에는 {3}개 있습니다") \
    X("guarantees are cut", "보장량을 비례하여 줄였습니다") \
    X("GPUs of type '{1}' are guaranteed, and no node has any", "'{1}' GPU를 보장했지만 어느 노드에도 없습니다") \
    X("at most {1} nodes are out of work", "점검 중인 노드는 {1}개까지입니다") \
    X("GPUs are an object of numbers by type", "GPU는 종류별 개수를 적은 객체입니다") \
    X("a list of objects is wanted", "객체의 목록이어야 합니다") \
    X("a text or a list of rows is wanted, one of both", "text와 rows 가운데 하나만 있어야 합니다") \
    X("up, drained or down is wanted", "up, drained, down 가운데 하나여야 합니다") \
    X("one line of text is wanted", "한 줄의 글이어야 합니다") \
    /* reservations */ \
    X("a reservation is called by at most {1} lower case letters, digits and -", "예약의 이름은 영문 소문자, 숫자, -로 {1}자까지입니다") \
    X("the reservation ends before it begins", "예약이 시작하기 전에 끝납니다") \
    X("a reservation has 1 to {1} nodes", "예약의 노드는 1개부터 {1}개까지입니다") \
    X("'{1}' is no name of a node", "'{1}'[은/는] 노드 이름이 될 수 없습니다") \
    X("node '{1}' is named twice", "노드 '{1}'[이/가] 두 번 나옵니다") \
    X("node '{1}' is reserved by '{2}' and '{3}' for the same time", "노드 '{1}'[을/를] '{2}'[와/과] '{3}'[이/가] 같은 시간에 예약했습니다") \
    X("there are two reservations called '{1}'", "이름이 '{1}'인 예약이 둘입니다") \
    X("a table of reservations has the columns name, account, nodes, from and until", "예약표에는 이름, 계정, 노드, 시작, 끝 열이 있어야 합니다") \
    X("a table of reservations has at most {1} MiB", "예약표는 {1} MiB까지입니다") \
    X("nodes are a list of names", "노드는 이름의 목록이어야 합니다") \
    X("a list of at most 4096 reservations is wanted", "예약은 4096건 이하의 목록이어야 합니다") \
    X("project '{1}' has no reservation '{2}'", "'{1}' 프로젝트에는 '{2}' 예약이 없습니다") \
    X("there is no such node", "그런 노드가 없습니다") \
    X("more than {1} runs in this time", "이 기간의 실행이 {1}개를 넘습니다") \
    X("months: a number from 1 to {1} is wanted", "months: 1부터 {1}까지의 수여야 합니다") \
    X("format is json, csv or html", "format은 json, csv, html 가운데 하나입니다") \
    X("'{1}' is no number of credits", "'{1}'[은/는] 크레딧 수가 아닙니다") \
    X("your jobs keep {1} MiB in their folders, and {2} MiB is what you may: delete jobs that have ended", "작업 폴더에 {1} MiB를 두었는데 {2} MiB까지 둘 수 있습니다: 끝난 작업을 지우십시오") \
    X("credits are wanted: what one costs an hour", "크레딧이 필요합니다: 하나의 시간당 가격입니다") \
    X("limit: a number from 1 to {1} is wanted", "limit: 1부터 {1}까지의 수여야 합니다") \
    X("a grant has a tenant and an id of its own", "지급에는 테넌트와 그 지급만의 id가 있어야 합니다") \
    X("how many credits are granted is wanted", "지급할 크레딧이 필요합니다") \
    X("'{1}' is no number of GPUs", "'{1}'[은/는] GPU 수가 아닙니다") \
    X("what sacct -P has printed is wanted", "sacct -P가 출력한 것이 필요합니다") \
    X("letters a to z and digits are wanted", "a부터 z까지의 글자와 숫자여야 합니다") \
    X("how many credits may be spent is wanted", "쓸 수 있는 크레딧이 필요합니다")
// clang-format on

#endif
