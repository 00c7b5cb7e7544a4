# bash completion for maru: verbs from here, options from `maru help VERB`
_maru() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
    local verbs='alarms audit backup bench check compare credits fake help import job models new pool predict quality restore round scene serve sim store tenant token train version' list=''
    COMPREPLY=()
    case $COMP_CWORD:$verb:$before:$word in
    1:*) list=$verbs ;;
    *:*:-*:-*) list=options ;;
    *:*:--csv:*) ;;
    *:train:--goal:*) list='yes-no class number life survival odd wafer faults' ;;
    *:*:--rule:*) list='fifo spt edd cr odd' ;;
    *:*:--lang:*) list='ko en' ;;
    *:job:--state:*) list='open waiting running done failed cancelled' ;;
    *:job:--signal:*) list='TERM INT USR1 USR2 HUP' ;;
    *:credits:--format:*) list='csv html' ;;
    *:pool:--form:*) list='openb sacct plain' ;;
    *:pool:--ties:*) list='random lowest' ;;
    *:*:--on:*) list='here pool' ;;
    *:*:--clock:*) list='wall plant' ;;
    *:*:--separator:*) list='comma semicolon tab bar blank' ;;
    *:*:--decimal:*) list='. ,' ;;
    *:*:--dates:*) list='ymd mdy dmy yy excel s ms us ns' ;;
    *:*:--role:*) list='viewer engineer operator admin' ;;
    *:*:--*:*)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    *:*:*:-*) list=options ;;
    2:help:*) list=$verbs ;;
    2:new:*) list=fab ;;
    2:bench:*) list=learn ;;
    2:job:*) list='submit list show why logs cancel retry get top' ;;
    2:models:*) list=show ;;
    2:pool:*) list='replay placement trace drain undrain' ;;
    2:credits:*) list='show entries budget grant price owned-cost usage agree' ;;
    2:round:*) list='new apply score award lease watch reclaim' ;;
    2:round:*) list='new apply score award report lease watch reclaim' ;;
    2:tenant:*) list='add list remove' ;;
    2:token:*) list='new list revoke' ;;
    2:alarms:*) list=tune ;;
    2:audit:*) list='list verify' ;;
    2:store:*) list=copy ;;
    3:credits:* | 3:pool:* | 2:restore:* | 2:quality:* | 2:train:* | *:predict:* | 3:models:*)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    esac
    if [ "$list" = options ]; then
        list=$("${COMP_WORDS[0]}" help "$verb" 2>/dev/null | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+')
    fi
    if [ -n "$list" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$list" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
    fi
}
complete -o filenames -F _maru maru
