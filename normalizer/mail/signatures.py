"""The signature under a text: from a `-- ` line on, or the line that a phone or web mail adds.

A device's line must name the device or the program: "Sent via courier" is a customer's sentence.
"""

import re

from normalizer.mail.html_text import Line

_LINES = 25  # a longer "signature" is text
_DEVICE_REACH = 4
_MAX_DEVICE_LINE = 140

_DASHES = re.compile(r"^(?:-- ?|—|–|__|-{2,3} ?)$")
_DEVICES = (
    r"iphone|ipad|ipod|apple watch|android|galaxy|samsung|huawei|honor|xiaomi|redmi|oppo|vivo|"
    r"realme|"
    r"oneplus|nokia|motorola|pixel|xperia|blackberry|windows ?phone|smartphone|mobile|mobil|handy|"
    r"smart ?phone|cell ?phone|phone|tablet|teléfono|telefone|telefono|telefon|téléphone|celular|"
    r"móvil|telemóvel|cellulare|portable|telefoon|mobiel|mobiltelefon|komórk|смартфон|телефон|"
    r"мобильн|手机|手機|移动设备|行動裝置|スマートフォン|携帯|スマホ|휴대폰|"
    r"outlook|gmail|inbox by|google mail|yahoo|ymail|aol|gmx|web\.de|t-online|freenet|ionos|orange|"
    r"proton ?mail|proton|tuta(?:nota)?|fastmail|zoho|mail\.ru|яндекс|yandex|почт|icloud|"
    r"mail for windows|mail for|mail für|mail voor|windows mail|mail app|the mail|thunderbird|k-9|"
    r"aquamail|bluemail|blue mail|boxer|spark\b|sparrow|airmail|mailbird|mailspring|em client|"
    r"hotmail|live\.com|courrier|correo para|correio para|email para|posta per|poczta|e-post|"
    r"qq邮箱|qq邮件|qq郵箱|网易|網易|163|126邮箱|foxmail|邮箱|郵箱|邮件|钉钉|飞书|企业微信|ヤフー|"
    r"メール"
)
# A piece of a verb of every alternative below: most lines have none, and are done with.
_STEMS = (
    *("sent", "get ", "download", "try ", "written", "typed", "composed", "on the go", "outlook"),
    *(
        "gesendet",
        "geschickt",
        "verschickt",
        "geschrieben",
        "envoy",
        "écrit",
        "provenance",
        "envia",
    ),
    *(
        "invia",
        "scritto",
        "spedito",
        "verzonden",
        "verstuurd",
        "gestuurd",
        "geschreven",
        "skick",
        "sendt",
    ),
    *(
        "lähet",
        "wysła",
        "napisane",
        "отправ",
        "надіслано",
        "odesl",
        "küldve",
        "gönder",
        "yahoo mail",
    ),
    *("发", "發", "来自", "送", "傳", "보", "客户端", "客戶端"),
)
_SENT_FROM = (
    # "Sent from my iPhone", one row a language: verb first ...
    r"(?:sent|written|typed|composed) (?:from|via|with|using|by|on)",
    r"gesendet (?:von|mit|über)|verschickt (?:von|mit)|geschrieben (?:von|mit|auf)",
    r"(?:envoyé|écrit) (?:de|depuis|à partir|avec|via|par)|provenance\s*:",
    r"enviad[oa] (?:desde|do|da|de|a partir|con|com|por|pelo|via)",
    r"(?:inviato|scritto|spedito) (?:da|dal|dallo|dalla|con|tramite)\b",
    r"(?:verzonden|verstuurd|gestuurd|geschreven) (?:vanaf|vanuit|met|van|via|door)",
    r"(?:skickat|skickades|skickad|sendt|sendte) (?:från|fra|med|via)|lähetetty",
    r"(?:wysłano|wysłane|wysłana) (?:z|ze|za|przez|za pomocą)|napisane na",
    r"отправлено (?:с|со|из|через)|отправлен[оа]? (?:с|из)|надіслано (?:з|із)",
    r"发自|發自|来自 ?(?:我的|qq|网易|foxmail|126|163)|发送自|發送自",
    r"odesláno z|küldve|şuradan gönderildi",
)
_SENT_LAST = (
    # ... or verb last.
    r"gesendet|geschickt|verschickt|verzonden|verstuurd|から送信(?:されました|しています|します)?|"
    r"より送信|"
    r"에서 보냄|에서 보낸 메일|发送|傳送|gönderildi|客户端|客戶端"
)
_GET_OUTLOOK = (
    r"(?:get|download|try) (?:outlook|the outlook|bluemail|yahoo mail|proton)|"
    r"outlook (?:für|voor|pour|para|per|for|för|dla) \S+ (?:beziehen|herunterladen|downloaden|"
    r"laden|を)|"
    r"(?:holen sie sich|laden sie|beziehen sie) (?:sich )?(?:die )?outlook|"
    r"(?:télécharger|téléchargez|obtenir|obtenez) outlook|"
    r"(?:obtener|obtén|descargar|obter|obtenha|baixar|baixe|transferir)(?: o| el)? outlook|"
    r"(?:scarica|ottieni|ottenere) outlook|(?:download|haal|verkrijg) outlook|"
    r"(?:скачать|скачайте|получить|загрузить) outlook|"
    r"(?:pobierz|uzyskaj)(?: aplikację| program)? outlook|(?:hämta|skaffa|ladda ned) outlook|"
    r"(?:获取|下载|取得|下載) .{0,12}outlook|outlook .{0,16}を(?:入手|ダウンロード)|(?:hent|"
    r"få) outlook"
)
_DEVICE_LINE = re.compile(
    rf"^\W{{0,4}}(?:(?:{'|'.join(_SENT_FROM)}).{{0,60}}(?:{_DEVICES}).{{0,26}}|"
    rf"(?:von|vom|met|vanaf|mit) .{{0,30}}(?:{_DEVICES}).{{0,50}}(?:{_SENT_LAST}).{{0,6}}|"
    rf".{{0,20}}(?:{_DEVICES}).{{0,20}}(?:{_SENT_LAST}).{{0,4}}|"
    rf"(?:{_GET_OUTLOOK})\b.{{0,60}}|"
    r"diese (?:nachricht|e-mail) wurde von .{2,60} gesendet.{0,2}|"
    r"sent with tuta(?:nota)?\b.{0,50}|yahoo mail: search, organi[sz]e, conquer.{0,40})\W{0,3}$",
    re.I,
)
_ON_THE_GO = re.compile(
    r"^\W{0,4}(?:von unterwegs gesendet|sent on the go|envoyé en déplacement)\W{0,3}$", re.I
)


def without_signature(lines: list[Line]) -> tuple[str, str]:
    """(text, signature). One that the mail program marked, when nothing but it follows; else by
    its look.
    """
    texts = [line.with_links for line in lines]
    at = next((at for at, line in enumerate(lines) if line.signs), None)
    if at and len(lines) - at <= _LINES and any(text.strip() for text in texts[:at]):
        before, dashes = split_signature(texts[:at])
        return before, _joined([dashes, *texts[at:]])
    return split_signature(texts)


def split_signature(lines: list[str]) -> tuple[str, str]:
    """The text, and the signature under it: from the first `-- ` line near the end on, or the
    line that a device adds.
    """
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    near = range(max(0, end - _LINES), end)
    found = next((at for at in near if _DASHES.match(_plain(lines[at]))), None)
    if found is None:
        last = near[-_DEVICE_REACH:]
        found = next((at for at in last if is_device_line(_plain(lines[at]))), None)
    if found is None:
        return _joined(lines[:end]), ""
    return _joined(lines[:found]), _joined(lines[found:end])


def is_device_line(line: str) -> bool:
    """Whether a phone, a web mail or a mail program wrote it under every mail."""
    text = line.strip()
    if not text or len(text) > _MAX_DEVICE_LINE:
        return False
    words = text.lower()
    if not any(stem in words for stem in _STEMS):
        return False
    return bool(_DEVICE_LINE.match(text) or _ON_THE_GO.match(text))


def _plain(line: str) -> str:
    return line.replace("\xa0", " ").rstrip("\r")


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
