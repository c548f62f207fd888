"""Which organisation a mail domain tells of; pure."""

from collections.abc import Mapping

from msgspec.structs import replace

from normalizer.trust.domains import a_label, domain_of, organisation
from ticketing.errors import Invalid
from ticketing.model import Contact
from ticketing.people.model import OrganisationId

MAX_DOMAINS = 100
# Where anybody can have an address: it tells of no company. No maintained library has such a list
# (those there are know throw-away addresses); these serve nearly all private mail.
_PUBLIC = """
126.com 139.com 163.com 189.cn aliyun.com aol.com att.net bellsouth.net bk.ru bluewin.ch
bol.com.br btinternet.com centurylink.net charter.net comcast.net cox.net daum.net docomo.ne.jp
earthlink.net email.com email.cz ezweb.ne.jp fastmail.com fastmail.fm foxmail.com free.fr
freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com
hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com
inbox.ru interia.pl kakao.com laposte.net libero.it list.ru live.ca live.co.uk live.com
live.com.au live.de live.fr live.nl mac.com mail.com mail.de mail.ru mailbox.org me.com msn.com
nate.com naver.com o2.pl onet.pl online.de orange.fr outlook.com outlook.de outlook.es outlook.fr
outlook.jp passport.com pm.me posteo.de posteo.net proton.me protonmail.ch protonmail.com qq.com
rambler.ru rediffmail.com rocketmail.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.cn
sina.com sky.com softbank.ne.jp sohu.com sympatico.ca t-online.de talktalk.net telenet.be
terra.com.br tiscali.it tuta.com tuta.io tutanota.com ukr.net uol.com.br verizon.net vip.163.com
vip.qq.com virgilio.it virginmedia.com wanadoo.fr web.de wp.pl ya.ru yahoo.ca yahoo.co.in
yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.de yahoo.es
yahoo.fr yahoo.it yandex.com yandex.ru yeah.net ymail.com ziggo.nl zoho.com zohomail.com
"""
PUBLIC = frozenset(_PUBLIC.split())


def domains_of(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Mail domains in canonical form; Invalid for what is none, or is everybody's."""
    domains = {a_label(text.strip().removeprefix("@")): text for text in texts}
    if len(domains) > MAX_DOMAINS:
        raise Invalid("domains", f"at most {MAX_DOMAINS}")
    for domain, text in domains.items():
        if not organisation(domain):
            raise Invalid("domains", f"{text[:80]!r} is not a mail domain")
        if domain in PUBLIC:
            raise Invalid("domains", f"anybody can have an address of {domain}")
    return tuple(domains)


def joins(contact: Contact, domains: Mapping[str, OrganisationId]) -> Contact:
    """With the organisation that a verified mail address of theirs tells of, if they had none."""
    if contact.organisation_id or not domains:
        return contact
    for point in contact.points:
        if point.verified and point.family == "mailto":
            found = domains.get(domain_of(point.value))
            if found is not None:
                return replace(contact, organisation_id=found)
    return contact
