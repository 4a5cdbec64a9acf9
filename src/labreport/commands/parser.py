"""From the words of the command line to one command and its arguments; every mistake is one line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from labreport.commands.declared import COMMANDS
from labreport.commands.options import COMMON, OPTIONS, add, takes_value
from labreport.errors import UsageError
from labreport.program import VERSION, called
from labreport.suggest import did_you_mean, nearest
from labreport.texts import enumeration

_DESCRIPTION = "Carry out the experiments, answer the questions, write the report."
_EPILOG = """\
commands ({program} COMMAND --help explains one):
{commands}

exit codes: 0 done, 1 something failed or is stale, 2 bad usage or input,
130 and 143 interrupted"""


@dataclass(frozen=True)
class Command:
    """What is to be done, and with what."""

    name: str
    arguments: argparse.Namespace


class Parser(argparse.ArgumentParser):
    """The parser of one command."""

    def error(self, message: str) -> NoReturn:
        """One line for what argparse says in its own words."""
        if found := re.fullmatch(r"argument (\S+): expected .*argument", message):
            raise UsageError(f"{found[1]} needs a value; see {self.prog} --help.")
        if found := re.fullmatch(r"argument (\S+): ignored explicit argument (.*)", message):
            raise UsageError(f"{found[1]} takes no value; got {found[2]}.")
        if found := re.fullmatch(r"the following arguments are required: (.*)", message):
            raise UsageError(f"{self.prog.split()[-1]} needs a {found[1]}; see {self.prog} --help.")
        raise UsageError(f"{message}; see {self.prog} --help.")


def parse(argv: Sequence[str]) -> Command:
    """The command that `argv` asks for. Raises `UsageError`, or `SystemExit` after help or version."""
    words = _other_spellings(list(argv))
    place = _first_name(words)
    named = place is not None and words[place] in COMMANDS
    name = words[place] if named and place is not None else "build"
    if named and place is not None:
        if COMMANDS[name].tail:
            return _with_tail(name, words[:place], words[place + 1 :])
        del words[place]
    parser = parser_of(name, top=not named)
    try:
        arguments, extra = parser.parse_known_intermixed_args(words)
        _refuse(parser, name, extra)
    except UsageError:
        mistyped = words[place] if place is not None and not named else ""
        if nearest(mistyped, COMMANDS):
            raise unknown_command_or_name(mistyped, ()) from None
        raise
    return Command(name, arguments)


def parser_of(name: str, top: bool = False) -> Parser:
    """The parser of a command; with `top`, its help is that of the whole program."""
    declared = COMMANDS[name]
    program = called() if top else f"{called()} {name}"
    listed = "\n".join(f"  {command:10} {one.does}" for command, one in COMMANDS.items())
    parser = Parser(
        prog=program,
        usage=f"{program} [COMMAND] [NAME ...] [OPTIONS]" if top else None,
        description=_DESCRIPTION if top else f"{declared.does[0].upper()}{declared.does[1:]}.",
        epilog=_EPILOG.format(program=called(), commands=listed) if top else declared.tail or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if declared.word and declared.words:
        parser.add_argument("words", nargs=declared.words, metavar=declared.word, help=declared.meaning)
    elif declared.word:
        parser.add_argument("word", metavar=declared.word, help=declared.meaning)
    elif declared.tail:
        parser.usage = f"{called()} [OPTIONS] {name} [WORD ...]"
    add(parser, *declared.options, *COMMON)
    parser.add_argument("--version", action="version", version=f"labreport {VERSION}")
    return parser


def unknown_command_or_name(word: str, names: Sequence[str]) -> UsageError:
    """The error for a first word that is neither a command nor a name in the project."""
    meant = did_you_mean(word, [*COMMANDS, *names])
    return UsageError(f"unknown command or name {word!r}{meant} See {called()} --help.")


def _with_tail(name: str, before: list[str], tail: list[str]) -> Command:
    parser = parser_of(name)
    if "--help" in tail or "-h" in tail:
        before = ["--help"]
    arguments, extra = parser.parse_known_intermixed_args(before)
    _refuse(parser, name, extra)
    arguments.words = tail
    return Command(name, arguments)


def _refuse(parser: Parser, name: str, extra: Sequence[str]) -> None:
    """Raise `UsageError` for the first word that the command does not take."""
    for word in extra:
        option = word.partition("=")[0]
        if not option.startswith("-"):
            raise UsageError(f"{name} does not take {word!r}; see {parser.prog} --help.")
        if option in OPTIONS:
            takers = [other for other, one in COMMANDS.items() if option in one.options]
            raise UsageError(f"{name} does not take {option}; {enumeration(takers)} {_verb(takers)}.")
        known = [known for known in _options(parser) if known.startswith("--")]
        found = nearest(option, known)
        meant = f"; did you mean {found}?" if found else f"; see {parser.prog} --help."
        raise UsageError(f"unknown option {option}{meant}")


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [option for action in parser._actions for option in action.option_strings]


def _verb(takers: Sequence[Any]) -> str:
    return "do" if len(takers) > 1 else "does"


def _other_spellings(words: list[str]) -> list[str]:
    """`help NAME` is `NAME --help`, and `--show-code NAME` is the command `show-code NAME`."""
    if words[:1] == ["help"]:
        return [*words[1:], "--help"]
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if word == "--" or (word in COMMANDS and COMMANDS[word].tail):
            break
        if option == "--show-code":
            return ["show-code", *([value] if equals else []), *words[:place], *words[place + 1 :]]
    return words


def _first_name(words: Sequence[str]) -> int | None:
    """The place of the first word that is neither an option nor an option's value."""
    value = False
    for place, word in enumerate(words):
        if word == "--":
            return None
        if value and not word.startswith("--"):
            value = False
        elif word.startswith("-"):
            value = takes_value(word)
        else:
            return place
    return None
