"""A script by which bash and zsh complete commands and options."""

from __future__ import annotations

import argparse
from pathlib import Path

from labreport.commands.parser import COMMANDS, COMMON
from labreport.console.terminal import Terminal

_SCRIPT = """\
# In .bashrc or .zshrc: eval "$(labreport completion)"
[ -z "$ZSH_VERSION" ] || {{ autoload -U +X bashcompinit && bashcompinit; }}
_labreport() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" words="{commands} {build}" one
    for one in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$one" in
{cases}
        esac
    done
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _labreport labreport"""


def run(arguments: argparse.Namespace, root: Path, terminal: Terminal) -> int:
    """Print the script."""
    options = {name: " ".join([*one.options.split(), *COMMON, "--help"]) for name, one in COMMANDS.items()}
    cases = "\n".join(f"            {name}) words='{text}'; break ;;" for name, text in options.items())
    terminal.result(_SCRIPT.format(commands=" ".join(COMMANDS), build=options["build"], cases=cases))
    return 0
