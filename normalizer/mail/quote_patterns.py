"""How mail programs announce the past, as tables: one row per language or program.

Kept apart from the rules that use them, so that a language is added without reading any code.
"""

import re

# Verbs of "On <date>, <name> wrote:" as the programs print them, right before the colon ...
WROTE_LAST = (
    r"wrote|writes|has written|sent the following",
    r"schrieb|geschrieben|schrieb folgendes",
    r"a écrit|a ecrit|écrivait",
    r"escribió|escribio|ha escrito",
    r"escreveu|escreveram",
    r"ha scritto|scrive",
    r"schreef|geschreven",
    r"пишет|писал\(?а?\)?|написал\(?а?\)?|писав\(?ла\)?|пише|написав",
    r"napisał\(?a?\)?|napisała|pisze|napisano",
    r"skrev|skrevet",
    r"kirjoitti",
    r"napsal\(?a?\)?|napísal\(?a?\)?",
    r"írta",
    r"yazdı|şunu yazdı",
    r"έγραψε",
    r"a scris",
    r"写道|寫道|撰写|来信写道",
    r"さんは書きました|さんが書きました|は書きました|のメッセージ|のメール",
    r"작성|님이 작성",
    r"đã viết",
    r"menulis",
    r"va escriure",
    r"napisao(?: je)?|je napisal",
)
# ... or with the name (and the date) after the verb.
WROTE_THEN_NAME = r"schrieb|schreef|skrev|escribió|kirjoitti|pisze|написал|пишет"
WROTE_LINE = re.compile(
    rf"(?:{'|'.join(WROTE_LAST)})\s*[:：]$|\b(?:{WROTE_THEN_NAME})\b[^\n]{{0,160}}[:：]$", re.I
)
# Words (or a date) with which such a line begins.
WROTE_START = re.compile(
    r"^\W{0,4}(?:on|am|le|el|em|il|op|den|dne|dnia|w dniu|pe|at|in article|in message|quoting|в|"
    r"om|v|mon|tue|wed|thu|fri|sat|sun|ср|чт|пт|пн|вт|сб|вс|в письме|a)\b[^\n]*[\d@]|"
    r"^\W{0,4}(?:在|于|於|\d{1,4}\s?(?:[./年-]|\w{3,}))",
    re.I,
)
# A line that ends in somebody's address and a colon, with a date in it: Gmail in any language.
DATED_ADDRESS = re.compile(r"\d[^\n]{4,200}<[^<>\s]+@[^<>\s]+>[^\n]{0,24}[:：]\s*$")
# Old Gmail and others: "2012/1/5 Name <name@x>" alone.
DATE_THEN_ADDRESS = re.compile(
    r"^\s*\d{4}[/-]\d{1,2}[/-]\d{1,2},?\s[^\n]{0,80}<[^<>\s]+@[^<>\s]+>\s*:?\s*$"
)

# "-----Original Message-----" and its kin; a line of its own.
SEPARATOR = re.compile(
    r"^[\s>*]*(?:[-_=*—–]{2,}\s*"
    r"(?:original message|original|forwarded message|forwarded by[^\n]{0,80}|reply message|"
    r"reply separator|mensaje original|mensaje reenviado|"
    r"ursprüngliche nachricht|ursprungliche nachricht|original[- ]?nachricht|"
    r"weitergeleitete nachricht|"
    r"message d'origine|message d’origine|message original|message transféré|message initial|"
    r"mensagem original|mensagem encaminhada|messaggio originale|messaggio inoltrato|"
    r"oorspronkelijk bericht|origineel bericht|doorgestuurd bericht|"
    r"исходное сообщение|пересылаемое сообщение|оригинальное сообщение|"
    r"wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|"
    r"ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|opprinnelig melding|"
    r"alkuperäinen viesti|původní zpráva|eredeti üzenet|özgün ileti|orijinal mesaj|"
    r"原始邮件|原始郵件|邮件原件|转发邮件信息|轉寄郵件|回复的原邮件|回复邮件信息|原邮件|"
    r"元のメッセージ|原始メッセージ|転送されたメッセージ|원본 메일|원본 메시지|thư gốc)"
    r"\s*[-_=*—–]{2,}|[-_]{3,}\s*reply above this line.*|#+-? ?please type your reply above.*)\s*$",
    re.I,
)
REPLY_ABOVE = re.compile(
    r"^\W*(?:please )?(?:type your reply|reply|write|type) above this line\W*$", re.I
)
UNDERLINE = re.compile(r"^[\s>*]*(?:_{10,}|-{20,}|={20,})\s*$")

# Labels of the header block that Outlook and its kin put over the past, by what they mean.
LABELS = {
    "from": (
        r"from|von|de|da|van|från|fra|od|от|от кого|发件人|發件人|寄件者|寄件人|差出人|送信者|"
        r"보낸 사람|보낸사람|lähettäjä|feladó|kimden|gönderen|expéditeur|remitente|mittente|"
        r"remetente|από|від|expeditor|odesílatel"
    ),
    "sent": (
        r"sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|enviada em|enviado em|"
        r"fecha|data|inviato|verzonden|skickat|sendt|dato|wysłano|wysłane|отправлено|дата|"
        r"发送时间|发送日期|发送|發送時間|寄件日期|傳送時間|日期|时间|時間|送信日時|送信日|日時|"
        r"보낸 날짜|날짜|lähetetty|päivämäärä|elküldve|dátum|gönderildi|tarih|odesláno|"
        r"надіслано|trimis|ημερομηνία|datum/zeit"
    ),
    "to": (
        r"to|an|à|a|para|per|aan|till|til|do|кому|收件人|收件者|宛先|받는 사람|받는사람|"
        r"vastaanottaja|címzett|kime|alıcı|destinataire|destinatario|destinatário|pour|komu|către|προς"
    ),
    "subject": (
        r"subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема|"
        r"主题|主題|主旨|件名|제목|aihe|tárgy|konu|předmět|subiect|θέμα"
    ),
    "cc": r"cc|kopie|copie|copia|kopia|kopi|копия|抄送|副本|참조|bilgi|в копии|cópia",
}
LABEL_LINE = re.compile(
    r"^[\s>|]*[*_]{0,2}(?:"
    + "|".join(f"(?P<{name}>{labels})" for name, labels in LABELS.items())
    + r")[*_]{0,2}\s*[:：]\s*[*_]{0,2}\s*",
    re.I,
)
MIN_LABELS = 3
LABEL_REACH = 10

SIGNATURE_LINE = re.compile(r"^(?:-- ?|—|–|__|-{2,3} ?)$")
# A line that a phone or a web mail adds under the text, as one row a language.
DEVICE_LINE = re.compile(
    r"^\W{0,3}(?:sent (?:from|via|with|using) .{2,80}|get outlook for .{2,40}|"
    r"von (?:meinem|unterwegs) .{0,60}gesendet.{0,20}|gesendet (?:von|mit) .{2,60}|"
    r"envoyé (?:de|depuis|à partir) .{2,60}|télécharger outlook .{2,40}|"
    r"enviad[oa] (?:desde|do|de|a partir) .{2,60}|obtener outlook .{2,40}|obter o outlook .{2,40}|"
    r"inviato da .{2,60}|scarica outlook .{2,40}|"
    r"verzonden (?:vanaf|met|van) .{2,60}|verstuurd vanaf .{2,60}|"
    r"skickat från .{2,60}|sendt fra .{2,60}|lähetetty .{2,60}|"
    r"wysłano z .{2,60}|wysłane z .{2,60}|отправлено (?:с|из) .{2,60}|"
    r"发自我的.{1,40}|發自我的.{1,40}|从我的.{1,30}发送|来自.{1,30}客户端|"
    r".{0,20}から送信|.{1,30}에서 보냄|"
    r"diese nachricht wurde von .{2,40} gesendet.*)\W{0,3}$",
    re.I,
)
