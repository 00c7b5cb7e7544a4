#!/usr/bin/env bash
# The man page is clean, and it, `maru help` and the completion speak of the same verbs and options.
set -euo pipefail

page=docs/maru.1
. tools/completion/maru.bash
complete_after() { # words of the line so far; what is offered for the next, one a line
    COMP_WORDS=("$MARU" "$@")
    COMP_CWORD=$#
    _maru
    printf '%s\n' "${COMPREPLY[@]}" | sort -u
}
same() { # what, name, list, name, list
    [ -n "$3" ] && [ "$3" = "$5" ] && return
    printf '%s differ\n%s: %s\n%s: %s\n' "$1" "$2" "$(tr '\n' ' ' <<<"$3")" "$4" "$(tr '\n' ' ' <<<"$5")"
    exit 1
}

verbs=$(sed -n '/^\.Sh COMMANDS/,/^\.Sh /s/^\.It Nm maru \([a-z]*\).*/\1/p' $page | sort -u)
same verbs 'man page' "$verbs" completion "$(complete_after '')"
for verb in $verbs; do
    help=$("$MARU" help "$verb" --lang en) || { echo "maru help $verb fails"; exit 1; }
    options=$(grep -oE '^ +(-[a-z], )?--[a-z-]+' <<<"$help" | grep -oE -- '--[a-z-]+' | sort -u)
    same "options of $verb" 'maru help' "$options" completion "$(complete_after "$verb" --)"
    for option in $options; do
        grep -qE "Fl ${option#-}( |$)" $page || { echo "the man page does not speak of $option of $verb"; exit 1; }
    done
done
if command -v mandoc >/dev/null; then
    mandoc -T lint -W warning $page
fi
