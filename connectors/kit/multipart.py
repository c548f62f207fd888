"""Forms with files as a stream (RFC 7578): no file is ever whole in memory."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping

import msgspec


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a form."""

    name: str
    media_type: str
    open: Callable[[], AsyncIterator[bytes]]


async def multipart(
    boundary: str,
    fields: Mapping[str, str],
    files: Mapping[str, Upload] | Iterable[tuple[str, Upload]],
) -> AsyncIterator[bytes]:
    """The body; its content type is ``multipart/form-data; boundary=...``. Names of files may
    repeat when they come as pairs.
    """
    for name, value in fields.items():
        yield _head(boundary, f'name="{_quoted(name)}"', "") + value.encode() + b"\r\n"
    for name, file in files.items() if isinstance(files, Mapping) else files:
        about = f'name="{_quoted(name)}"; filename="{_quoted(file.name)}"'
        yield _head(boundary, about, file.media_type)
        async for piece in file.open():
            yield piece
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _head(boundary: str, about: str, media_type: str) -> bytes:
    kind = f"Content-Type: {media_type}\r\n" if media_type else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {about}\r\n{kind}\r\n".encode()


def _quoted(text: str) -> str:
    """Quotes and line ends percent-encoded, as browsers do (HTML, multipart/form-data)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
