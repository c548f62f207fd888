"""Foreign values as text."""

from typing import Any, TypeAlias

# What came from outside, or is found in it: any JSON value, or bytes.
Value: TypeAlias = Any


def as_text(value: Value) -> str:
    """Text as it stands, numbers in digits, nothing as "". ValueError for objects and lists."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise ValueError(f"{type(value).__name__} where text was expected")
