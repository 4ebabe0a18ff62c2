# SPDX-License-Identifier: MIT
# Completion of conc for fish.

# True while neither a command nor a script stands there.
function __conc_needs_command
    set -l words (commandline -opc)
    test (count $words) -eq 1
end

function __conc_before_script
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or return 1
    end
end

function __conc_scripts
    __fish_complete_suffix .conc
end

function __conc_errors
    conc explain 2>/dev/null | string match -rg '^    (\S+)'
end

function __conc_names
    conc doc --names 2>/dev/null
end

complete -c conc -f -n __conc_needs_command -a run -d 'Run a script'
complete -c conc -f -n __conc_needs_command -a fmt -d 'Print scripts in the one style'
complete -c conc -f -n __conc_needs_command -a doc -d 'What there is, or all of one name'
complete -c conc -f -n __conc_needs_command -a explain -d 'Tell more on an error'
complete -c conc -f -n __conc_needs_command -a test -d 'Run the test blocks of scripts'
complete -c conc -f -n __conc_before_script -a '(__conc_scripts)'
complete -c conc -n __conc_before_script -s c -r -d 'Only check the syntax and the names'
complete -c conc -n __conc_before_script -s i -d 'Go on at a prompt after the script'
complete -c conc -n __conc_before_script -s e -x -d 'Run a text'
complete -c conc -n __conc_before_script -s p -x -d 'Print the value of an expression'
complete -c conc -n __conc_before_script -s h -l help -d 'Print a summary of the command'
complete -c conc -n __conc_before_script -s V -l version -d 'Print the version'
complete -c conc -n '__conc_before_script; or __fish_seen_subcommand_from run' -l timeout -x -d 'End a run that takes longer'
complete -c conc -n '__conc_before_script; or __fish_seen_subcommand_from run test' -l max-memory -x -d 'MemoryError beyond this size'
complete -c conc -n '__conc_before_script; or __fish_seen_subcommand_from run' -l format -x -a 'json text' -d 'How errors are shown'
complete -c conc -n '__conc_before_script; or __fish_seen_subcommand_from run' -l no-warnings -d 'Print errors only'
complete -c conc -f -n '__fish_seen_subcommand_from run fmt test' -a '(__conc_scripts)'
complete -c conc -n '__fish_seen_subcommand_from fmt' -s w -d 'Write them back'
complete -c conc -n '__fish_seen_subcommand_from fmt' -l check -d 'Only name those that would change'
complete -c conc -f -n '__fish_seen_subcommand_from doc' -a '(__conc_names)'
complete -c conc -f -n '__fish_seen_subcommand_from explain' -a '(__conc_errors)'
complete -c conc -n '__fish_seen_subcommand_from test' -l filter -x -d 'Only tests whose name contains a text'
complete -c conc -n '__fish_seen_subcommand_from test' -s j -l jobs -x -d 'So many at a time'
complete -c conc -n '__fish_seen_subcommand_from test' -l repeat -x -d 'Each test so many times'
complete -c conc -n '__fish_seen_subcommand_from test' -l shuffle -d 'In another order'
complete -c conc -n '__fish_seen_subcommand_from test' -l timeout -x -d 'A test that takes longer fails'
complete -c conc -n '__fish_seen_subcommand_from test' -l tap -d 'Results as TAP'
complete -c conc -n '__fish_seen_subcommand_from test' -l junit -r -d 'Results as XML, too'
complete -c conc -n '__fish_seen_subcommand_from test' -s v -l verbose -d 'Name the tests that passed, too'
