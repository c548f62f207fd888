"""The language of what was written."""

import pytest

from normalizer.mail.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, the tent that you sent is not the one I have ordered", "en"),
        ("Hallo, ich habe das Zelt nicht bekommen und bitte um Antwort", "de"),
        ("Bonjour, je n'ai pas reçu la tente et je vous prie de répondre", "fr"),
        ("Hola, no he recibido la tienda que compré en su página", "es"),
        ("Olá, não recebi a barraca que comprei no seu site", "pt"),
        ("Buongiorno, non ho ricevuto la tenda che ho ordinato, grazie", "it"),
        ("Hallo, ik heb de tent nog niet ontvangen en dat is niet goed", "nl"),
        ("Hej, jag har inte fått tältet som jag köpte av er", "sv"),
        ("Здравствуйте, я не получил палатку и жду ответа", "ru"),
        ("Dzień dobry, nie otrzymałem namiotu i proszę o odpowiedź", "pl"),
        ("你好，我的帐篷还没有到", "zh"),
        ("テントがまだ届いていません", "ja"),
        ("텐트가 아직 도착하지 않았습니다", "ko"),
        ("42", ""),
        ("", ""),
    ],
)
def test_languages_are_told_apart(text, language):
    assert detect_language(text) == language
