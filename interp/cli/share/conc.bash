# SPDX-License-Identifier: MIT
# Completion of conc for bash.

_conc_files() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -X '!*.conc' -- "$1"; compgen -d -- "$1")
}

_conc_words() {
    mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

_conc() {
    local word=${COMP_WORDS[COMP_CWORD]} command='' i
    COMPREPLY=()
    # What stands before the word: a command, or a script, whose arguments are its own affair.
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --timeout | --max-memory | --format) ((++i)) ;;
        -*) ;;
        *)
            command=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    case $command in
    '')
        case ${COMP_WORDS[COMP_CWORD - 1]} in
        -e | -p | --timeout | --max-memory) return ;;
        --format)
            _conc_words "$word" 'json text'
            return
            ;;
        esac
        if [[ $word == -* ]]; then
            _conc_words "$word" '-c -e -i -p --timeout --max-memory --format --no-warnings --help --version'
            return
        fi
        _conc_files "$word"
        ((COMP_CWORD > 1)) || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(
            compgen -W 'run fmt doc explain test' -- "$word")
        ;;
    run)
        if [[ $word == -* ]]; then
            _conc_words "$word" '--timeout --max-memory --format --no-warnings'
        elif ((i == COMP_CWORD - 1)) || [[ ${COMP_WORDS[COMP_CWORD - 1]} == -* ]]; then
            _conc_files "$word"
        else
            compopt -o default 2>/dev/null
        fi
        ;;
    fmt)
        if [[ $word == -* ]]; then
            _conc_words "$word" '-w --check'
        else
            _conc_files "$word"
        fi
        ;;
    test)
        case ${COMP_WORDS[COMP_CWORD - 1]} in
        --filter | --jobs | -j | --repeat | --timeout | --max-memory) return ;;
        --junit)
            compopt -o default 2>/dev/null
            return
            ;;
        esac
        if [[ $word == -* ]]; then
            _conc_words "$word" '--filter --jobs -j --repeat --shuffle --timeout --max-memory --tap --junit --verbose -v'
        else
            _conc_files "$word"
        fi
        ;;
    doc) _conc_words "$word" "$("${COMP_WORDS[0]}" doc --names 2>/dev/null)" ;;
    explain) _conc_words "$word" "$("${COMP_WORDS[0]}" explain 2>/dev/null | sed -n 's/^    \([^ ]*\) .*/\1/p')" ;;
    *) compopt -o default 2>/dev/null ;;
    esac
}

complete -F _conc conc
