"""Names and values of a request, however a simple gateway sends them."""

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from connectors.contract import WebhookRequest
from connectors.errors import Malformed
from connectors.kit.decoding import decode_json

Pairs = list[tuple[str, str]]


def form_pairs(request: WebhookRequest) -> Pairs:
    """All pairs of a form body in their order, empty values and repeated names included."""
    if request.media_type == "multipart/form-data":
        return _multipart(request)
    try:
        text = request.body.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"the form is not UTF-8: {error.reason}") from error
    return parse_qsl(text, keep_blank_values=True)


def flat_fields(request: WebhookRequest) -> dict[str, str]:
    """Query and form, flat JSON object or XML document, as text; the body wins over the query."""
    fields = dict(request.query)
    if request.media_type.endswith("json"):
        fields.update(_json(request.body))
    elif request.media_type.endswith("xml"):
        fields.update(xml_leaves(request.body))
    elif request.media_type in FORMS or (not request.media_type and b"=" in request.body):
        fields.update(form_pairs(request))
    return fields


FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


def _json(body: bytes) -> dict[str, str]:
    values = decode_json(body or b"{}", dict[str, object], "a JSON object")
    plain = {name: value for name, value in values.items() if isinstance(value, str | int | float)}
    return {name: str(value) for name, value in plain.items()}


def xml_leaves(body: bytes) -> dict[str, str]:
    """The leaves of a small document, by their names without namespace (SOAP's wrapping aside)."""
    if b"<!" in body.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise Malformed("XML with a document type is not read")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no DTD, so no entities to expand
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Malformed(f"not XML: {error}") from error
    return {leaf.tag.rpartition("}")[2]: leaf.text or "" for leaf in root.iter() if not len(leaf)}


def _multipart(request: WebhookRequest) -> Pairs:
    """The text fields of a form; its files are not for us."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    if not message.is_multipart():
        raise Malformed("the multipart form has no parts")
    try:
        return [
            (str(part.get_param("name", header="content-disposition")), part.get_content())
            for part in message.iter_parts()
            if part.get_content_maintype() == "text" and part.get_filename() is None
        ]
    except LookupError as error:
        raise Malformed(f"the multipart form has an unknown charset: {error}") from error
