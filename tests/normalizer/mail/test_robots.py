"""Rules 37 and 38: machines are known by what they say of themselves."""

import pytest

from normalizer.mail.parse import parse_mail


def read(fields: str):
    return parse_mail(f"From: jk@example.org\r\n{fields}\r\n\r\nx".encode())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto-submitted"),
        ("Auto-Submitted: auto-generated; x=y", "auto-submitted"),
        ("X-Auto-Response-Suppress: All", "x-auto-response-suppress"),
        ("X-Autoreply: yes", "x-autoreply"),
        ("X-Autorespond: x", "x-autorespond"),
        ("X-Mail-Autoreply: x", "x-mail-autoreply"),
        ("Precedence: BULK", "precedence"),
        ("Precedence: auto_reply", "precedence"),
        ("X-Precedence: junk", "x-precedence"),
        ("X-Loop: a@b.example", "x-loop"),
        ("List-Id: <news.example>", "list-id"),
        ("List-Unsubscribe: <mailto:u@example.org>", "list-unsubscribe"),
        ("Return-Path: <>", "return-path"),
        ("Subject: Out of Office: back on Monday", "subject"),
        ("Subject: Automatische Antwort: Zelt", "subject"),
        ("Subject: Réponse automatique : tente", "subject"),
        ("Subject: 自动回复: 帐篷", "subject"),
    ],
)
def test_a_robot_is_told_by_each_sign(fields, reason):
    mail = read(fields)
    assert (mail.auto_reply, mail.auto_reply_reason) == (True, reason)


@pytest.mark.parametrize("sender", ["MAILER-DAEMON", "mailer-daemon@example.org"])
def test_a_mail_system_is_told_by_its_name(sender):
    mail = parse_mail(f"From: {sender}\r\n\r\nx".encode())
    assert mail.auto_reply_reason == "sender"


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Autoreply: no",
        "Precedence: first-class",
        "X-MS-Exchange-Inbox-Rules-Loop: a@b.example",
        "Subject: Re: Automatische Antwort: Zelt",
        "Subject: Tent",
        "Return-Path: <jk@example.org>",
    ],
)
def test_people_are_not_robots(fields):
    assert not read(fields).auto_reply


@pytest.mark.parametrize(
    ("fields", "away"),
    [
        ("Auto-Submitted: auto-replied; owner-email=x", True),
        ("Auto-Submitted: auto-replied (vacation)\r\nPrecedence: bulk", True),
        ("Auto-Submitted: auto-generated", False),
        ("X-MS-Exchange-Inbox-Rules-Loop: a@b.example", False),
        ("Subject: Abwesenheitsnotiz: Zelt", True),
        ("Subject: 不在通知", True),
    ],
)
def test_out_of_office_is_told_from_other_robots(fields, away):
    assert read(fields).out_of_office is away


AWAY = [
    "Automatic reply: Tent",
    "Out of Office: Tent",
    "Out of office",
    "Automatische Antwort: Zelt",
    "Abwesenheitsnotiz",
    "Abwesend: Zelt",
    "Abwesenheitsassistent",
    "Ich bin nicht im Büro",
    "Réponse automatique : Tente",
    "Absence du bureau",
    "Message d'absence",
    "Respuesta automática: Tienda",
    "Fuera de la oficina: Tienda",
    "Ausencia de la oficina",
    "Resposta automática: Barraca",
    "Ausência temporária",
    "Fora do escritório",
    "Risposta automatica: Tenda",
    "Fuori ufficio",
    "Assenza dall'ufficio",
    "Automatisch antwoord: Tent",
    "Afwezigheidsbericht",
    "Afwezig",
    "Autosvar: Tält",
    "Automatiskt svar: Tält",
    "Frånvaro",
    "Frånvarande",
    "Odpowiedź automatyczna: Namiot",
    "Autoodpowiedź",
    "Nieobecność",
    "Poza biurem",
    "Автоматический ответ: Палатка",
    "Автоответ: Палатка",
    "Вне офиса",
    "Меня нет в офисе",
    "Automatická odpověď: Stan",
    "自动答复: 帐篷",
    "自动回复：帐篷",
    "自動回覆: 帳篷",
    "自動応答: テント",
    "自動返信: テント",
    "不在通知",
    "자동 회신: 텐트",
    "부재중",
    "Otomatik yanıt: Çadır",
    "Automatisk svar: Telt",
    "Automaattinen vastaus: Teltta",
    "Automatikus válasz: Sátor",
    "Αυτόματη απάντηση: Σκηνή",
    "Автоматична відповідь: Намет",
    "Răspuns automat: Cort",
    "Trả lời tự động: Lều",
    "Poissa toimistosta",
    "Holiday autoreply",
]


@pytest.mark.parametrize("subject", AWAY)
def test_out_of_office_is_known_in_every_language(subject):
    assert read(f"Subject: {subject}").out_of_office
    assert not read(f"Subject: Re: {subject}").out_of_office


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Out of office question",
        "Your office chair",
        "Holiday tent",
        "Antwort auf Ihre Frage",
        "外出用のテント",
        "Auto insurance",
        "My reply",
        "Réponse à votre question",
        "Office party",
        "Abwesenheit der Rechnung im Paket",
    ],
)
def test_a_subject_about_an_office_is_a_persons(subject):
    assert not read(f"Subject: {subject}").out_of_office
