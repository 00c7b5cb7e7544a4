// Sentences of jobs: of the server that runs them and of the command that hands them in, as korean_list.h has them.
#ifndef STUDY_KOREAN_JOBS_LIST_H
#define STUDY_KOREAN_JOBS_LIST_H

// clang-format off
#define KOREAN_JOBS(X) \
    X("there is no such job", "그런 작업이 없습니다") \
    X("{1} jobs wait or run already; a tenant may have {2}", "이미 작업 {1}개가 기다리거나 실행 중입니다: 테넌트마다 {2}개까지입니다") \
    X("it waits for a job '{1}' that is not there", "먼저 끝나야 할 작업 '{1}'[이/가] 없습니다") \
    X("1 to {1} jobs at once, which wait for at most {2} others", "한 번에 작업 1~{1}개를 낼 수 있고, 먼저 끝나야 할 작업은 {2}개까지입니다") \
    X("the job has not ended: cancel it first", "작업이 아직 끝나지 않았습니다: 먼저 취소하십시오") \
    X("there is no such job, or it has ended", "그런 작업이 없거나 이미 끝났습니다") \
    X("there is no such job, or it does not wait", "그런 작업이 없거나 기다리는 중이 아닙니다") \
    X("there is no such attempt", "그런 시도가 없습니다") \
    /* what a job is asked with */ \
    X("a list of 1 to 1000 texts is wanted", "문자열 1~1000개의 목록이어야 합니다") \
    X("each word of the command is a text", "명령의 낱말은 모두 문자열이어야 합니다") \
    X("its first word is the program", "첫 낱말은 실행할 프로그램입니다") \
    X("a command or a script is wanted, one of both", "명령과 스크립트 가운데 하나만 있어야 합니다") \
    X("its first line says who reads it, such as #!/bin/bash", "첫 줄에 #!/bin/bash처럼 실행할 프로그램을 적으십시오") \
    X("an object of at most 200 texts is wanted", "문자열을 200개까지 담은 객체여야 합니다") \
    X("names of letters, digits and _, with texts", "이름은 영문자, 숫자, _로 쓰고 값은 문자열이어야 합니다") \
    X("a list of at most 100 jobs is wanted", "작업을 100개까지 담은 목록이어야 합니다") \
    X("each is {\"job\": ID, \"needs\": \"success\" or \"end\"}", "항목은 {\"job\": ID, \"needs\": \"success\" 또는 \"end\"}입니다") \
    X("a share is of one GPU: gpus has to be 1", "GPU를 나누어 쓰려면 gpus가 1이어야 합니다") \
    X("each node has as many GPUs: gpus is a multiple of it", "노드마다 GPU 수가 같아야 하므로 gpus는 nodes의 배수여야 합니다") \
    X("TERM, INT, USR1, USR2 or HUP is wanted", "TERM, INT, USR1, USR2, HUP 가운데 하나여야 합니다") \
    X("lower case letters, digits and -, a letter or digit first", "영문 소문자, 숫자, -로 쓰고 영문자나 숫자로 시작해야 합니다") \
    X("a job is asked with at most {1} bytes", "작업 요청은 {1}바이트까지입니다") \
    X("this pool has no GPUs: ask for CPUs alone (gpus: 0)", "이 풀에는 GPU가 없습니다: CPU만 요청하십시오(gpus: 0)") \
    X("this pool has no such GPU: '{1}' with {2} MiB; its types are seen with maru job top", "이 풀에 그런 GPU가 없습니다: '{1}', {2} MiB. 있는 종류는 maru job top으로 볼 수 있습니다") \
    X("a node has at most {1} such GPUs: ask for more nodes", "한 노드에 그런 GPU는 {1}개까지입니다: 노드를 더 요청하십시오") \
    /* the server */ \
    X("a state is open, waiting, running, done, failed or cancelled", "상태는 open, waiting, running, done, failed, cancelled 가운데 하나입니다") \
    X("jobs are scheduled by Slurm here: reserve its nodes with scontrol", "여기서는 Slurm이 작업을 스케줄링합니다. scontrol로 노드를 예약하십시오") \
    X("this server runs no jobs", "이 서버는 작업을 실행하지 않습니다") \
    X("none were asked for (--jobs)", "작업 폴더를 정하지 않았습니다(--jobs)") \
    X("at most {1} files go with a job", "작업과 함께 보낼 수 있는 파일은 {1}개까지입니다") \
    X("'{1}': the name of a file has no / and no point at its beginning", "'{1}': 파일 이름에는 /를 쓸 수 없고 점으로 시작할 수 없습니다") \
    X("the form has no part 'job' with the job as JSON", "양식에 작업을 JSON으로 적은 'job' 항목이 없습니다") \
    X("job, files", "job, files") \
    X("from is wanted as a number of bytes", "from은 바이트 수여야 합니다") \
    X("the file cannot be read", "파일을 읽을 수 없습니다") \
    X("stream is out or err", "stream은 out이나 err입니다") \
    X("the folder's path is too long", "폴더 경로가 너무 깁니다") \
    X("a node that it runs on is gone", "실행하던 노드가 없어졌습니다") \
    X("a job that it needs has not succeeded", "먼저 성공해야 할 작업이 성공하지 못했습니다") \
    X("no memory for a thread", "스레드를 만들 메모리가 없습니다") \
    /* the command */ \
    X("the log cannot be written", "로그를 쓸 수 없습니다") \
    X("the file cannot be written", "파일을 쓸 수 없습니다") \
    X("{1} cannot be written", "{1}에 쓸 수 없습니다") \
    X("--{1}: a size such as 8G or 512M is wanted", "--{1}: 8G나 512M 같은 크기여야 합니다") \
    X("{1}: a script is text in UTF-8", "{1}: 스크립트는 UTF-8 글이어야 합니다") \
    X("--env: NAME=VALUE is wanted", "--env: 이름=값으로 적으십시오") \
    X("--priority: a whole number is wanted", "--priority: 정수여야 합니다") \
    X("'{1}': a URL such as http://127.0.0.1:7070 is wanted", "'{1}': http://127.0.0.1:7070 같은 주소여야 합니다") \
    X("the server answers with status {1}", "서버가 상태 {1}로 답합니다") \
    X("the answer is longer than {1} bytes", "답이 {1}바이트보다 깁니다") \
    X("{1} does not answer: {2}", "{1}[이/가] 답하지 않습니다: {2}") \
    X("the server's answer is no JSON", "서버의 답이 JSON이 아닙니다") \
    /* --on pool */ \
    X("--on: here or pool is wanted", "--on: here(이 컴퓨터)나 pool(풀)이어야 합니다") \
    X("--on part is for the jobs of --on pool", "--on part는 --on pool이 낸 작업이 씁니다") \
    X("--{1} is for this machine: leave --on pool out", "--{1}[은/는] 이 컴퓨터에서만 됩니다: --on pool을 빼십시오") \
    X("a variant with a plant of its own is for this machine: leave --on pool out", "공장이 따로인 변형은 이 컴퓨터에서만 됩니다: --on pool을 빼십시오") \
    X("words of a command are UTF-8", "명령의 단어는 UTF-8이어야 합니다") \
    X("a part of the work has left nothing", "일의 조각이 아무것도 남기지 않았습니다") \
    X("part {1} of the work, job {2}, had too little memory: give it more with --part-memory", "일의 {1}번째 조각(작업 {2})에 메모리가 모자랐습니다: --part-memory로 더 주십시오") \
    X("it said nothing", "아무 말도 남기지 않았습니다") \
    X("part {1} of the work, job {2}, has ended as {3} {4}: {5}", "일의 {1}번째 조각(작업 {2})이 {3} {4}[으로/로] 끝났습니다: {5}") \
    X("there is no job {1}", "작업 {1}[이/가] 없습니다") \
    X("job {1} is other work: the same command, tables and version are wanted", "작업 {1}[은/는] 다른 일입니다: 명령, 표, 버전이 같아야 합니다") \
    X("parts of job {1} are gone: hand it in again", "작업 {1}의 조각이 없어졌습니다: 다시 맡기십시오")
// clang-format on

#endif
