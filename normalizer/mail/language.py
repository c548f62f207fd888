"""The language of a text, from its script and its commonest words. "" when unsure."""

import re
from collections import Counter

_SAMPLE = 4000
_WORD_SAMPLE = 1500
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_SCRIPT_SHARE = 0.08
_STOP_WORDS = {
    "en": "the and you for is are this that with have not was your of to in it be we my please can",
    "de": "der die das und ist nicht ich sie mit ein eine für auf wir bitte den dem es im von zu",
    "fr": "le la les et est pas vous je une un des pour que nous dans avec sur votre merci du ce",
    "es": "el la los las y es no que por para una un con su mi me gracias del se lo en de está",
    "pt": "o a os as e é não que por para uma um com seu meu obrigado do da em no na você está",
    "it": "il la le gli e è non che per una un con di del della grazie sono in mi ho questo si",
    "nl": "de het een en is niet ik je u voor met van op te dat wij zijn aan bij graag mijn deze",
    "sv": "och är det att inte jag en ett för med på av som vi har till den hej kan min tack",
    "da": "og er det at ikke jeg en et for med på af som vi har til den hej kan min tak der",
    "no": "og er det at ikke jeg en et for med på av som vi har til den hei kan min takk når",
    "fi": "ja on ei se että en minä kun hän olen mutta ovat tämä kiitos voi niin kanssa myös",
    "pl": "i jest nie się na to że w z do dla proszę mam czy jak dziękuję od po za przez ma",
    "cs": "a je se na to že v z do pro prosím mám jak děkuji od po za jsem ale by není",
    "tr": "ve bir bu için ile de da ne ben çok var değil teşekkürler mi olarak gibi ama benim",
    "ru": "и в не на я что с по это для вы как у от мы за но все есть был спасибо",
    "uk": "і в не на я що з по це для ви як у від ми за але все є був дякую та",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in _STOP_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_language)
_ENOUGH = 2


def detect_language(text: str) -> str:
    """An ISO 639-1 code, or "" for texts too short or too mixed to tell."""
    sample = text[:_SAMPLE]
    if not sample.isascii():
        letters = len(sample) or 1
        for language, script in _SCRIPTS:
            if len(script.findall(sample)) / letters > _SCRIPT_SHARE:
                return language
    scores = Counter(
        language
        for word in _WORD.findall(sample[:_WORD_SAMPLE].lower())
        for language in _LANGUAGES_OF.get(word, ())
    ).most_common(2)
    if not scores or scores[0][1] < _ENOUGH:
        return ""
    unsure = len(scores) > 1 and scores[0][1] == scores[1][1]
    return "" if unsure else scores[0][0]
