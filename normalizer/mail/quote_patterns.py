"""How mail programs announce the past, as tables: one row per language or program.

Kept apart from the rules that use them, so that a language is added without reading any code.
"""

import re

# Verbs of "On <date>, <name> wrote:" as the programs print them, right before the colon ...
WROTE_LAST = (
    r"wrote|writes|has written|sent the following|said",
    r"schrieb|geschrieben|schrieb folgendes",
    r"a écrit|a ecrit|écrivait|ecrit",
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
    r"写道|寫道|撰写|来信写道|写到",
    r"さんは書きました|さんが書きました|は書きました|のメッセージ|のメール",
    r"작성|님이 작성",
    r"đã viết",
    r"menulis",
    r"va escriure",
    r"napisao(?: je)?|je napisal",
)
# ... or with the name (and the date) after the verb.
WROTE_THEN_NAME = (
    r"schrieb|schreef|skrev|escribió|kirjoitti|pisze|написал|пишет|escreveu|írta|napisana przez"
)
WROTE_LINE = re.compile(
    rf"(?:{'|'.join(WROTE_LAST)})\s*[:：]$|\b(?:{WROTE_THEN_NAME})\b[^\n]{{0,160}}[:：]$", re.I
)
# Words (or a date) with which such a line begins.
WROTE_START = re.compile(
    r"^\W{0,4}(?:on|am|le|el|em|il|op|den|dne|dnia|w dniu|pe|at|in article|in message|quoting|в|"
    r"om|v|mon|tue|wed|thu|fri|sat|sun|ср|чт|пт|пн|вт|сб|вс|в письме|a|no dia|às|wiadomość)"
    r"\b[^\n]*[\d@]|"
    r"^\W{0,4}(?:在|于|於|\d{1,4}\s?(?:[./年-]|\w{3,}))",
    re.I,
)
# A day and a minute, in any order of their figures: with a verb they make an announcement.
_DAY = (
    r"\d{1,4}\s?[./年-]\s?\d{1,2}\s?[./月-]\s?\d{1,4}|"
    r"\b\d{1,2}(?:st|nd|rd|th)?\.? (?:de )?[^\W\d_]{3,12}\.?,? (?:de )?\d{4}|"
    r"\b[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
)
_MINUTE = r"\d{1,2}\s?[:.h時时]\s?\d{2}"
DATED = re.compile(rf"(?:{_DAY})[^\n]{{0,60}}{_MINUTE}|{_MINUTE}[^\n]{{0,60}}(?:{_DAY})", re.I)
# A line that ends in somebody's address and a colon, with a date in it: Gmail in any language.
DATED_ADDRESS = re.compile(r"\d[^\n]{4,200}<[^<>\s]+@[^<>\s]+>[^\n]{0,24}[:：]\s*$")
# The same without angle brackets (Tuta, Yandex), where day and minute must both be told.
ADDRESS_LAST = re.compile(r"[\s(][^<>\s()@]+@[^<>\s()@]+\)?\s*[:：]\s*$")
# Webmailers that name only whom they quote.
QUOTING = re.compile(
    r"^\W{0,3}(?:quoting|zitat von|citando(?: a)?|citation de|citaat van|citerar|citat från|"
    r"цитирую|"
    r"cytowanie|引用)\s[^\n]{0,120}@[^\n]{1,80}[:：]$",
    re.I,
)
# Old Gmail and others: "2012/1/5 Name <name@x>" alone.
DATE_THEN_ADDRESS = re.compile(
    r"^\s*\d{4}[/-]\d{1,2}[/-]\d{1,2},?\s[^\n]{0,80}<[^<>\s]+@[^<>\s]+>\s*:?\s*$"
)

# Signs of which programs draw rules.
_RULE = r"[-_=*—–‐‑─]"

# "-----Original Message-----" and its kin, as each language words it.
_ORIGINAL = (
    r"original message|original|reply message|replied message|reply separator|quoted text",
    r"ursprüngliche (?:nachricht|mail|e-mail)|ursprungliche nachricht|original[- ]?(?:nachricht|"
    r"mail)",
    r"message d['’]origine|(?:message|mail|e-mail|courriel) (?:original|initial)|courrier original",
    r"mensaje original|correo original",
    r"mensagem original",
    r"messaggio originale|messaggio di origine",
    r"oorspronkelijk(?: bericht|e e-mail)|origineel bericht|oorspronkelijke bericht",
    r"исходное сообщение|оригинальное сообщение|исходное письмо",
    r"wiadomość oryginalna|oryginalna wiadomość|pierwotna wiadomość",
    r"ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|opprinnelig melding",
    r"alkuperäinen viesti|původní zpráva|původní e-mail|eredeti üzenet|özgün ileti|orijinal mesaj",
    r"原始邮件|原始郵件|原郵件|邮件原件|回复的原邮件|回复邮件信息|原邮件|原信件",
    r"元のメッセージ|原始メッセージ|元のメール|원본 메일|원본 메시지|thư gốc|oorspronkelijk",
)
SEPARATOR = re.compile(
    rf"^[\s>*]*(?:{_RULE}{{2,}}+\s*(?:{'|'.join(_ORIGINAL)})\s*:?\s*{_RULE}{{2,}}+|"
    rf"{_RULE}{{2,}}+[^\n]{{1,160}}(?:{'|'.join(WROTE_LAST)})\s*:?\s*{_RULE}{{2,}}+|"
    r"[-_]{3,}\s*reply above this line.*|#+-? ?please type your reply above.*)\s*$",
    re.I,
)
# A Notes client: "Mira Okafor ---06/01/2026 10:00:00---the first words of the mail".
NOTES_LINE = re.compile(
    r"^[^\n-]{1,80}-{3}\s?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}[ T]\d{1,2}[:.]\d{2}[^\n]{0,16}-{3}"
)
# What another helpdesk asks for in its mails; everything under it is that helpdesk's.
REPLY_ABOVE = re.compile(
    r"^\W*(?:"
    r"(?:please )?(?:type your reply|reply|write|type|"
    r"respond)(?: \w+){0,2} above this line[^\n]{0,40}|"
    r"(?:bitte )?(?:antworten|schreiben) sie (?:bitte )?(?:ihre antwort )?(?:oberhalb|über) "
    r"diese[rn] (?:linie|zeile)|"
    r"(?:veuillez )?(?:répondre|répondez|écrire|écrivez|"
    r"saisir)(?: \S+){0,3} au[- ]dessus de cette ligne|"
    r"(?:por favor,? )?(?:responda|escriba|escribe)(?: \S+){0,3} (?:por encima|encima|"
    r"arriba) de esta "
    r"línea|"
    r"(?:por favor,? )?(?:responda|escreva|digite)(?: \S+){0,3} acima desta linha|"
    r"(?:rispondi|rispondere|scrivi|scrivere)(?: \S+){0,3} (?:al di )?sopra (?:a )?questa (?:riga|"
    r"linea)|"
    r"(?:gelieve )?(?:antwoord|typ|schrijf|reageer)(?: \S+){0,4} boven deze (?:regel|"
    r"lijn)(?: \S+){0,2}|"
    r"(?:пожалуйста,? )?(?:ответьте|напишите|введите)(?: \S+){0,3} (?:над|выше) этой (?:чертой|"
    r"строки|"
    r"строкой|линией|линии)|"
    r"(?:odpowiedz|napisz|wpisz)(?: \S+){0,3} (?:nad|powyżej) (?:tej|tą) (?:linii|linią)|"
    r"(?:svara|skriv)(?: \S+){0,3} ovanför (?:den här|denna) (?:raden|linjen)|"
    r"请在此(?:行|线)(?:以上|上方|之上)(?:回复|输入)[^\n]{0,12}|請在此(?:行|線)(?:以上|"
    r"上方)(?:回覆|輸入)[^\n]{0,12}|"
    r"この(?:行|線)より上に[^\n]{0,24}"
    r")\W*$",
    re.I,
)
UNDERLINE = re.compile(r"^[\s>*]*(?:_{10,}|-{20,}|={20,}|─{10,})\s*$")

# A mail that is passed on: what stands under it is no past of this thread, nobody here has seen it.
FORWARDED = re.compile(
    rf"^[\s>*]*(?:{_RULE}{{2,}}+\s*(?:"
    r"(?:begin )?forwarded (?:message|mail|e-mail)|forwarded by[^\n]{0,80}|forward(?:ed)?|"
    r"weitergeleitete (?:nachricht|e-mail)|weitergeleitet von[^\n]{0,80}|"
    r"(?:message|mail|e-mail) (?:transféré|réexpédié)|message transfere|"
    r"mensaje reenviado|mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato|"
    r"doorgestuurd bericht|"
    r"пересылаемое (?:сообщение|письмо)|пересланное сообщение|перенаправленное сообщение|"
    r"wiadomość przekazana(?: dalej)?|przekazana wiadomość|przesłana wiadomość|"
    r"vidarebefordrat (?:meddelande|brev)|videresendt (?:meddelelse|melding)|välitetty viesti|"
    r"přeposlaná zpráva|iletilen mesaj|iletilmiş mesaj|"
    r"转发邮件信息|转发的(?:邮件|消息)|轉寄郵件|轉寄的郵件|轉發郵件|"
    r"転送(?:された)?メッセージ|転送メール|전달된 메시지"
    rf")\s*:?\s*{_RULE}{{2,}}+|"
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|"
    r"début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|"
    r"início da mensagem (?:re)?encaminhada|inizio (?:del )?messaggio inoltrato|"
    r"begin doorgestuurd bericht|начало (?:переадресованного|пересылаемого) сообщения|"
    r"(?:rozpoczęcie|początek) przekazywanej wiadomości|vidarebefordrat (?:brev|meddelande)|"
    r"start på videresendt besked|下面是被转发的邮件|开始转发的邮件|以下是轉寄的郵件|開始轉寄郵件|"
    r"転送されたメッセージ|以下は転送されたメッセージです)\s*[:：])\s*$",
    re.I,
)
# Subjects of mails that are passed on; an answer to one begins with an answer's prefix instead.
FORWARD_SUBJECT = re.compile(
    r"^\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|fw|wg|tr|rv|enc|i|dw|doorst|vb|vs|vl|pd|pdl|"
    r"转发|轉寄|轉發|転送|fwd: ?)\s*[:：]",
    re.I,
)

# "My answers stand in your text": then the past, marked or not, is part of the reply.
BELOW = (
    *("below", "inline", "in-line", " red", " blue", " green", " bold", "unten", "im text", " rot"),
    *(" blau", "ci-dessous", "le texte", "rouge", "bleu", "abajo", "rojo", "azul", "texto"),
    *("abaixo", "vermelho", "sotto", "rosso", "testo", "onder", "rood", "blauw", "tekst", "ниже"),
    *("тексте", "красным", "синим", "poniżej", "tekście", "czerwono", "nedan", "texten", "rött"),
    *(
        "下文",
        "下方",
        "下面",
        "如下",
        "正文",
        "红",
        "紅",
        "蓝",
        "文中",
        "以下",
        "下記",
        "赤字",
        "青字",
    ),
    "インライン",
)
ANSWERS_BELOW = re.compile(
    r"\b(?:(?:see|find|read)\W+(?:\w+\W+){0,5}(?:below|inline|in[- ]line|in (?:red|blue|green|"
    r"bold))|"
    r"(?:my )?(?:answers?|replies|comments?|responses?)(?: \w+){0,3} (?:below|inline|in[- ]line|"
    r"in (?:red|blue|green|bold)))\b|"
    r"\b(?:siehe|s\.)\W+(?:\w+\W+){0,3}(?:unten|im text|inline)\b|"
    r"\b(?:meine )?(?:antwort(?:en)?|anmerkung(?:en)?|kommentare?)\W+(?:\w+\W+){0,4}(?:unten|"
    r"im text|"
    r"inline|in rot|in blau)\b|"
    r"\b(?:voir|mes réponses|mes commentaires)\W+(?:\w+\W+){0,4}(?:ci-dessous|dans le texte|"
    r"en rouge|"
    r"en bleu)|"
    r"\b(?:mis |ver )(?:\w+\W+){0,3}(?:abajo|más abajo|en rojo|en azul|en el texto)\b|"
    r"\b(?:minhas respostas|respondi|ver respostas|segue)\W+(?:\w+\W+){0,3}(?:abaixo|em vermelho|"
    r"em azul|no texto)\b|"
    r"\b(?:vedi|rispondo|le mie risposte)\W+(?:\w+\W+){0,3}(?:sotto|in rosso|in blu|nel testo)\b|"
    r"\b(?:zie|mijn antwoorden|mijn opmerkingen)\W+(?:\w+\W+){0,4}(?:hieronder|onder|in rood|"
    r"in blauw|"
    r"in de tekst)\b|"
    r"(?:см\.|смотрите|ответы|отвечаю|мои ответы)\W+(?:\w+\W+){0,3}(?:ниже|в тексте|красным|синим)|"
    r"\b(?:patrz|zobacz|moje odpowiedzi|odpowiedzi)\W+(?:\w+\W+){0,3}(?:poniżej|w tekście|"
    r"na czerwono)|"
    r"\b(?:se|mina svar|svarar)\W+(?:\w+\W+){0,3}(?:nedan|i texten|i rött|inline)\b|"
    r"(?:回复|答复|回答|批注|意见|见|請見|请见|请看|詳見|详见)[^\n]{0,8}(?:下文|下方|下面|如下|"
    r"正文|红字|红色|紅字|紅色|蓝字|"
    r"蓝色|文中)|"
    r"(?:以下|下記|文中|本文中|赤字|青字|インライン)(?:に|にて|で)[^\n]{0,10}(?:回答|返信|コメント|"
    r"返答)",
    re.I,
)

# Labels of the header block that Outlook and its kin put over the past, by what they mean.
LABELS = {
    "from": (
        r"from|von|de|da|van|från|fra|od|от|от кого|发件人|發件人|寄件者|寄件人|發送者|差出人|"
        r"送信者|"
        r"보낸 사람|보낸사람|lähettäjä|feladó|kimden|gönderen|expéditeur|remitente|mittente|"
        r"remetente|από|від|expeditor|odesílatel"
    ),
    "sent": (
        r"sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviados?|enviado el|enviada|"
        r"enviada em|"
        r"enviado em|sent on|received|empfangen|reçu|recibido|recebido|ricevuto|ontvangen|"
        r"fecha|data|inviato|verzonden|skickat|sendt|dato|wysłano|wysłane|отправлено|дата|"
        r"发送时间|发送日期|发送|發送時間|寄件日期|傳送時間|日期|时间|時間|送信日時|送信日|日時|"
        r"보낸 날짜|날짜|lähetetty|päivämäärä|elküldve|dátum|gönderildi|tarih|odesláno|"
        r"надіслано|trimis|ημερομηνία|datum/zeit"
    ),
    "to": (
        r"to|an|à|a|para|per|aan|till|til|do|кому|收件人|收件者|宛先|받는 사람|받는사람|"
        r"vastaanottaja|címzett|kime|alıcı|destinataire|destinatario|destinatário|pour|komu|către|"
        r"προς"
    ),
    "subject": (
        r"subject|betreff|objet|asunto|assunto|oggetto|ogg|onderwerp|titre|ämne|emne|temat|тема|"
        r"主\s*题|主\s*題|主旨|件名|제목|aihe|tárgy|konu|předmět|subiect|θέμα"
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
# Old Notes clients print the labels alone on their lines, without a colon.
TABLE_TO = frozenset(
    {"to", "an", "à", "a", "para", "per", "aan", "till", "do", "кому", "宛先", "收件人"}
)
TABLE_SUBJECT = frozenset({
    "subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "ämne", "temat",
    "тема", "件名", "主题",
})  # fmt: skip
