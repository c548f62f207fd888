"""How mail systems word their failures, as tables: for reports that follow no standard."""

import re

SENDER = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|mail(?:er)?\.?delivery|bounces?|"
    r"mailadmin|mail-?system|microsoftexchange[0-9a-f]*|no-?reply-?mail-?delivery|"
    r"(?:\w+_)?smtp_mail_service|delivery-?(?:failure|status)?|ndr)(?:[@+.\\-]|$)",
    re.I,
)
SUBJECT = re.compile(
    r"undeliver|non[- ]?deliver|not deliver|couldn.?t be delivered|could not be delivered|"
    r"deliver\w*[: -]+(?:fail|status|report|problem|error|notif|delay|has been delayed)|"
    r"fail\w* (?:delivery|notice|mail|to deliver)|failed mail|delivery (?:has )?failed|"
    r"mail (?:delivery|system error|failure|could not)|mail.{0,20}(?:rejected|undelivered)|"
    r"error during delivery|return(?:ed|ing) (?:mail|message|to sender)|returned e?-?mail|"
    r"unzustellbar|nicht zugestellt|unzustellbarkeits|zustellung|fehlgeschlagen|"
    r"non remis|échec de (?:la )?(?:remise|distribution)|non distribu|impossible de remettre|"
    r"no se puede entregar|no entregad|error de entrega|devuelto|"
    r"não entregue|falha na entrega|devolvida|mancata consegna|consegna non|non recapitabile|"
    r"onbestelbaar|niet bezorgd|kan inte levereras|kunne ikke leveres|niedoręcz|nie dostarczono|"
    r"не доставлен|недоставлен|не может быть доставлен|退信|未送达|无法投递|传输失败|無法傳遞|"
    r"配信(?:不能|できません|エラー)|送信できません|반송|전송 ?실패|mailbox (?:full|unavailable)|"
    r"(?:over|exceeded) quota|warning.{0,40}(?:delay|unable|not been|still|could not)|"
    r"(?:message|mail) (?:status|delayed|delay)|automatically rejected|nameserver error",
    re.I,
)
FAILED = re.compile(
    r"(?:could|can|was|were|would|did|does|has|have|is|are)(?: ?n[o']t| not|not)(?: yet)?(?: been)?"
    r"(?: be)? (?:able to deliver|deliver|reach|be reached|be sent|accepted|receive|final|exist)|"
    r"\bunable to (?:deliver|send|relay)|undeliver|not delivered|non-?delivery|"
    r"delivery (?:failed|failure|error|to the following|has failed|of .{0,60} failed)|"
    r"failed (?:recipient|delivery|address)|following (?:\w+ ){0,3}(?:failed|errors?)|"
    r"permanent(?:ly)? (?:fatal )?(?:error|fail)|fatal error|gave up|given up|giving up|"
    r"user unknown|unknown (?:user|recipient|address|local|or illegal)|no such (?:user|recipient|"
    r"mailbox|address|person)|invalid (?:recipient|mailbox|address|user|final)|"
    r"(?:mailbox|mailfolder|account|inbox) (?:is |has )?(?:full|unavailable|been disabled|disabled|"
    r"over|exceed|not found|does)|(?:over|exceed\w*)(?: \w+){0,3} quota|quota exceeded|"
    r"doesn'?t have a|no mailbox|not listed|not a valid|not exactly match|not accepting mail|"
    r"address(?:es)? (?:rejected|had|failed)|has been (?:returned|rejected|refused)|rejected|"
    r"returned to sender|rcpt to|transcript of session|could not be found|"
    r"nicht (?:zugestellt|zustell|zugeordnet|erreich)|unbekannt|unzustellbar|"
    r"quota violation|delivery problems?|error was detected|was aborted|user not known|not known|"
    r"n'a pas pu|n’a pas pu|pas (?:été )?(?:remis|délivré|distribué)|"
    r"no (?:se )?(?:pudo|ha podido|se ha podido|ha sido)|não (?:foi|pôde|pode)|"
    r"non (?:è stato|può|e' stato|recapit)|kon niet|niet worden|kunde inte|kunne ikke|"
    r"nie (?:można|udało|mogła|została)|невозможно|не (?:может|удалось|была|был)|"
    r"无法|無法|失败|失敗|不存在|退回|未能|配信(?:でき|され)|送信でき|できませんでした|없습니다|실패",
    re.I,
)
# A sentence that only a mail system writes.
STATEMENT = re.compile(
    r"(?:your|this|the|a) (?:e-?mail|message)\b[\s\S]{0,200}?\bnot(?: yet)?(?: been| be)? "
    r"(?:delivered|reach)",
    re.I,
)
DELAYED = re.compile(
    r"\b(?:has|have) not yet been|not been delivered yet|\bdelayed\b|\bdelay\b|"
    r"will (?:be retried|keep trying|continue|retry|try again|be repeated)|still (?:trying|being)|"
    r"(?:delivery|further) attempts? will|no (?:need|action).{0,30}(?:resend|required)|"
    r"do not need to resend|could not be delivered for|warning(?: message)? only|"
    r"not able to (?:be )?deliver\w* (?:it )?(?:yet|so far)|"
    r"temporar(?:y|ily) (?:problem|failure)s?|"
    r"vorübergehend|noch nicht zugestellt|retardé|retrasad|ritardo|vertraagd|försenad|"
    r"opóźni|задержан|延迟|延遲|遅延",
    re.I,
)
GAVE_UP = re.compile(
    r"given up|gave up|giving up|permanent|not going to try|has been returned|"
    r"after \d+ attempt|too long in the queue|been in the queue too long|could not be delivered "
    r"after|final|will not be retried|attempts have failed|failed \d+ attempts",
    re.I,
)
# Where the report ends and the returned mail begins.
RETURNED = re.compile(
    r"^[\s>*|]*(?:-{2,}|={3,}|_{3,}|\*{3,})?[\s>*]*(?:"
    r"below (?:this|the next) line|below is|this is a copy of|"
    r"(?:here is )?(?:a )?copy of (?:the|your)"
    r"|(?:the )?(?:text of )?(?:your )?(?:original|returned|unsent|undelivered|old|rejected) "
    r"(?:e?-?mail|message|text)|returned mail|unsent message|start of returned|"
    r"(?:the )?headers? of (?:the|your)|message header|"
    r"original (?:message )?header|(?:the )?(?:first|beginning)(?: part)? of (?:the|your)|"
    r"begin(?:ning)? (?:of )?(?:returned|original|message)|"
    r"-+ ?message text|full (?:text|message)|old message|original message|"
    r"your message (?:follows|reads)|the message (?:you sent|follows)|unsent|"
    r"ursprüngliche nachricht|originalnachricht|message original|mensaje original|"
    r"mensagem original|messaggio originale|ниже этой|копия|原邮件(?!信息)|原信(?!息)|附件中的|"
    r"(?:return-path|received|x-sender|mime-version|message-id): )",
    re.I,
)
# Lines that name people to ask, not people who were not reached.
CONTACT = re.compile(
    r"contact|assistance|please (?:send|write|e-?mail)|questions|system administrator|"
    r"for (?:further |more )?help|report this|postmaster|"
    r"^\s*(?:from|sender|return-path|reply-to)\s*:|"
    r"addressed from|accepting mail from|message from|sent by|mail from:|abuse@",
    re.I,
)
# A line that states a recipient. Group 1 is the address; tried in this order, first hit wins.
RECIPIENT_LINES = tuple(
    re.compile(pattern, re.I | re.M)
    for pattern in (
        r"^\s*(?:original-|final-|failed |intended |bad |invalid )*"
        r"(?:recipients?|error-for|empfänger|destinataires?|destinatari[oi]|destinatário|ontvanger|"
        r"получатель|odbiorca|adresat|mottagare|收件人|收件者|宛先)(?:\(s\))?\s*[:=：]\s*"
        r"(?:\[?(?:rfc822|smtp)[;:]\s*)?<?([^\s<>;:\[\]\"'，、]+@[^\s<>;:\[\]\"'，、]+)",
        r"dda:(?:smtp|rfc-?822)=([^\s<>;:]+@[^\s<>;:]+)",
        r"^[ \t]*[-*•>]{0,3}[ \t]*<([^<>\s]+@[^<>\s]+)>[ \t]*(?:[:;,.(\-—]|\r?$)",
        r"^[ \t]*[\"']?<?([^\s<>:;,\"'()\[\]=]+@[^\s<>:;,\"'()\[\]=]+)>?[\"']?[ \t]*(?::|;|\.{3}|"
        r"\r?$|on \w{3},|\()",
        r"^[ \t]*[-*\"'•>]{1,6}[ \t]*<?([^\s<>:;,\"'()]+@[^\s<>:;,\"'()]+?)>?[\"']?"
        r"[ \t]*(?:$|[:;(])",
        r"^[ \t]*\"?[^<>\n\"]{1,80}\"?[ \t]*<([^<>\s]+@[^<>\s]+)>[ \t]*\r?$",
    )
)
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&*+/=?^_{|}~.'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
SMTP_REPLY = re.compile(r"(?<![\d.])[45]\d\d[ -]#?(?:[45]\.\d{1,3}\.\d{1,3})?[^\n]{0,200}")
ENHANCED = re.compile(r"(?:[#(\s:]|\b[45]\d\d[ -])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
# An alias that led to the failing address ("expanded from"): what the sender had written to.
EXPANDED = re.compile(r"\((?:expanded|generated) from:?\s*<?([^<>\s()]+@[^<>\s()]+?)>?\)", re.I)
# Names without a domain, on lines of their own under such a title, belong to the reporting host.
BARE_NAMES = re.compile(
    r"following (?:recipients?|address|users?)[^\n]*\n\s*\n?"
    r"((?:[ \t]+[\w.+-]{2,64}[ \t]*(?:\n|$))+)",
    re.I,
)
