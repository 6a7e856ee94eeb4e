"""Plain values as TOML 1.0 text (the standard library only reads it)."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import BugError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["to_toml"]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+\Z")


def to_toml(data: Mapping[str, Any]) -> str:
    """TOML of a table of str, bool, int, float, dates, lists and tables; plain values before tables.

    Raises:
        BugError: a value of a kind that TOML does not have.
    """
    lines = [f"{_key(name)} = {_value(value)}" for name, value in data.items() if not isinstance(value, dict)]
    for name, value in data.items():
        if isinstance(value, dict):
            lines += ["", f"[{_key(name)}]"]
            lines += [f"{_key(inner)} = {_value(entry)}" for inner, entry in value.items()]
    return "\n".join(lines).lstrip("\n") + "\n"


def _key(name: str) -> str:
    return name if _BARE.match(name) else _text(name)


def _text(value: str) -> str:
    # JSON's escapes are TOML's, but TOML also wants DEL escaped, and neither has lone surrogates.
    safe = value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(safe, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int() | float():
            return repr(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case list():
            return f"[{', '.join(_value(entry) for entry in value)}]"
        case dict():
            return "{" + ", ".join(f"{_key(name)} = {_value(entry)}" for name, entry in value.items()) + "}"
        case _:
            msg = f"A value of type {type(value).__name__} has no place in TOML."
            raise BugError(msg)
