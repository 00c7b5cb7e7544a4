// What allocation rounds refuse, in Korean: src/pool/round and src/rounds. As in korean_list.h.
#ifndef STUDY_KOREAN_ROUNDS_LIST_H
#define STUDY_KOREAN_ROUNDS_LIST_H

// clang-format off
#define KOREAN_ROUNDS(X) \
    X("{1} stands where it may not", "{1}[은/는] 허용되지 않은 사이트에 있습니다") \
    X("{1} has too few points to get anything", "{1}[은/는] 점수가 모자라 배정받을 수 없습니다") \
    X("{1} gets more than it asks for", "{1}[이/가] 신청한 것보다 많이 받습니다") \
    X("{1} gets less than is useful", "{1}[이/가] 최소 수량보다 적게 받습니다") \
    X("{1} is awarded nothing", "{1}의 배정량이 0입니다") \
    X("more {1} than there are at {2}", "{2}에 있는 것보다 {1}[을/를] 많이 배정했습니다") \
    X("{1} cannot be cooled", "{1}의 냉각 용량을 넘습니다") \
    X("{1} draws more power than it has", "{1}의 전력 한도를 넘습니다") \
    X("{1} gets more than its ceiling", "{1}[이/가] 상한보다 많이 받습니다") \
    X("{1} gets less than its floor", "{1}[이/가] 하한보다 적게 받습니다") \
    X("{1} gets more than one institution may", "{1}[이/가] 한 기관의 한도보다 많이 받습니다") \
    X("an award that is not worth what it says", "배정의 값이 적힌 것과 다릅니다") \
    X("each key once", "키는 한 번씩만 적습니다") \
    X("a weight is a whole number from 0 to 1000", "가중치는 0부터 1000까지의 정수입니다") \
    X("there can be 16 criteria", "평가 항목은 16개까지입니다") \
    X("a quarter such as \"2026Q3\" is wanted", "\"2026Q3\" 같은 분기를 적으십시오") \
    X("a text of less than 128 bytes is wanted", "128바이트보다 짧은 글을 적으십시오") \
    X("a whole number, 0 or more, is wanted", "0 이상의 정수를 적으십시오") \
    X("\"prefer\" or \"only\" is wanted", "\"prefer\"나 \"only\"를 적으십시오") \
    X("there is no rule of this name", "그런 이름의 규칙이 없습니다") \
    X("last_quarter: from the first quarter on, at most {1} quarters", "last_quarter: 첫 분기부터 {1}분기까지 쓸 수 있습니다") \
    X("there is no example '{1}': small, national_2026, korea_260k", "'{1}' 예제는 없습니다: small, national_2026, korea_260k") \
    X("this round is not awarded yet", "아직 배정하지 않은 회차입니다") \
    X("this round is leased already", "이미 임대한 회차입니다") \
    X("the database of {1} does not answer: its use is not known", "{1}의 데이터베이스가 응답하지 않아 사용량을 알 수 없습니다") \
    X("this round is not leased yet", "아직 임대하지 않은 회차입니다") \
    X("an object of texts by the names of tables is wanted", "표 이름마다 글을 담은 객체를 보내십시오") \
    X("1 to 24 small letters, digits and '-' are wanted", "영문 소문자, 숫자, '-'로 1자에서 24자까지 적으십시오") \
    X("this round has no such table", "이 회차에는 그런 표가 없습니다") \
    X("this round is awarded: its tables stand", "배정한 회차의 표는 바꿀 수 없습니다") \
    X("the table is wanted as a text", "표를 글로 보내십시오") \
    X("this round takes no more applications", "이 회차는 더 신청을 받지 않습니다") \
    X("the round that is kept is damaged", "저장된 회차가 손상되었습니다") \
    X("there is no such round", "그런 회차가 없습니다") \
    X("there is a round of this name already", "같은 이름의 회차가 이미 있습니다") \
    X("a list of 1 to 64 lines is wanted", "신청 줄을 1개에서 64개까지 보내십시오") \
    X("there is no column 'application'", "'application' 열이 없습니다") \
    X("this round is leased: its award stands", "임대한 회차의 배정은 바꿀 수 없습니다") \
    X("another award is being solved: ask again later", "다른 배정을 계산하고 있습니다. 나중에 다시 요청하십시오") \
    X("the award was stopped before it was found", "배정을 구하기 전에 멈추었습니다") \
    X("no award of this round is being solved", "지금 계산하고 있는 배정이 없는 회차입니다") \
    X("the solver gave up before it had a bound", "한계값을 구하기 전에 계산이 끝났습니다") \
    X("the solver gave up before it had an award", "배정을 구하기 전에 계산이 끝났습니다") \
    X("this is no such number", "이런 수를 쓸 수 없습니다") \
    X("a number from 0 to {1}", "0부터 {1}까지의 수") \
    X("a quarter such as 2026Q3", "2026Q3 같은 분기") \
    X("this is no quarter", "분기가 아닙니다") \
    X("a quarter of the round (round.toml)", "이 배정의 기간에 드는 분기 (round.toml)") \
    X("it is not in the round", "이 배정의 기간 밖입니다") \
    X("a name of 1 to 127 bytes", "1바이트에서 127바이트 사이의 이름") \
    X("this is no name", "이름이 아닙니다") \
    X("at most {1} different names", "서로 다른 이름 {1}개까지") \
    X("there are too many", "너무 많습니다") \
    X("a name of {1}", "{1}에 있는 이름") \
    X("there is no such name", "그런 이름이 없습니다") \
    X("each type once", "종류마다 한 번") \
    X("it stands above already", "위에 이미 있습니다") \
    X("1 or more: power at the meter over power of the servers", "1 이상: 계량기 전력을 서버 전력으로 나눈 값") \
    X("no site has such a PUE", "이런 PUE는 있을 수 없습니다") \
    X("one PUE a site, or nothing", "사이트마다 PUE 하나, 또는 비워 두기") \
    X("a row above says another one", "위의 행에는 다른 값이 있습니다") \
    X("at most 10000000 GPUs of a type at a site", "사이트마다 한 종류의 GPU는 10000000개까지") \
    X("with the rows above there are more", "위의 행과 더하면 넘습니다") \
    X("a floor that is not above the ceiling", "상한보다 높지 않은 하한") \
    X("no award could be between them", "그 사이에 들 배정이 없습니다") \
    X("nothing, or what the first row of the application says", "비워 두거나 신청의 첫 행과 같은 값") \
    X("it says something else", "첫 행과 다릅니다") \
    X("a quarter that is not before the first", "시작보다 앞서지 않은 분기") \
    X("it ends too early", "시작보다 먼저 끝납니다") \
    X("at most what is asked for", "신청한 수량 이하") \
    X("it is more than 'gpus'", "'gpus'보다 많습니다") \
    X("at most 200000 rows", "200000행까지") \
    X("a criterion of round.toml: weight_NAME = ...", "round.toml의 평가 항목: weight_이름 = ...") \
    X("there is no such criterion", "그런 평가 항목이 없습니다") \
    X("this file, as maru round new writes it", "maru round new가 만드는 것과 같은 파일") \
    X("the file is missing", "파일이 없습니다") \
    X("keys and values as docs/POOL.md has them", "docs/POOL.md에 있는 키와 값") \
    X("a row of the record has another number of cells", "기록의 행에 칸 수가 다릅니다") \
    X("a row of the record was changed, added or taken out", "기록의 행이 바뀌었거나 더해졌거나 빠졌습니다") \
    X("type, from and until of a row of applications.csv", "applications.csv의 한 행과 같은 종류, 시작, 끝") \
    X("a name of applications.csv", "applications.csv에 있는 이름") \
    X("a name of sites.csv", "sites.csv에 있는 이름") \
    X("the application has no such row", "그 신청에 이런 행이 없습니다") \
    X("at most what is asked for; 0 without a site", "신청한 수량 이하, 사이트가 없으면 0") \
    X("this cannot be awarded", "이렇게 배정할 수 없습니다") \
    X("one site for all rows of an application", "한 신청의 모든 행에 사이트 하나") \
    X("a name of the tables of the round", "배정의 표에 있는 이름") \
    X("a day such as 2026-03-31", "2026-03-31 같은 날짜") \
    X("this is no day", "날짜가 아닙니다") \
    X("a whole number from 1 to 10000000", "1부터 10000000까지의 정수") \
    X("a day that is not before the first", "시작보다 앞서지 않은 날짜") \
    X("there are more than {1} leases", "임대가 {1}건을 넘습니다") \
    X("GPU hours of that day, 0 or more", "그날의 GPU 시간, 0 이상") \
    X("there are more than {1} rows of use", "사용량이 {1}행을 넘습니다") \
    X("there is something in this folder already", "이 폴더에 이미 무언가 있습니다") \
    X("the first line has to be that of applications.csv", "첫 줄이 applications.csv의 첫 줄과 같아야 합니다") \
    X("an application of this file is there already", "이 파일의 신청이 이미 있습니다")
// clang-format on

#endif
