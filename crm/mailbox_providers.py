"""The mailbox domains guests in our countries use, and the one that a mistyped domain was meant to be (R-ID-5; ours).

Spelling only: a domain is compared with `PROVIDERS`, whose order is the order of preference. A provider's own domain is
never a typo of another's (gmx.com and gmx.net, mail.com and gmail.com, ymail.com and live.it all exist).
"""

from __future__ import annotations

from typing import Final

_EVERYWHERE: Final = tuple(
    f"{name}.{end}"
    for name in ("hotmail", "outlook", "yahoo", "live")
    for end in ("com", "it", "fr", "de", "es", "co.uk", "ca", "be", "pl", "nl", "at", "ch")
)
PROVIDERS: Final[tuple[str, ...]] = (
    "gmail.com",
    *_EVERYWHERE,
    *str.split("""
    libero.it virgilio.it alice.it tiscali.it tin.it tim.it inwind.it iol.it fastwebnet.it email.it poste.it aruba.it
    pec.it legalmail.it vodafone.it teletu.it windtre.it tiscali.co.uk
    wp.pl o2.pl onet.pl onet.eu op.pl vp.pl poczta.onet.pl interia.pl interia.eu interia.com gazeta.pl tlen.pl go2.pl
    poczta.fm autograf.pl orange.pl spoko.pl buziaczek.pl
    orange.fr free.fr laposte.net wanadoo.fr sfr.fr neuf.fr numericable.fr bbox.fr club-internet.fr
    gmx.de gmx.net gmx.com gmx.at gmx.ch gmx.fr gmx.es gmx.co.uk web.de t-online.de freenet.de arcor.de mail.de
    email.de posteo.de mailbox.org
    btinternet.com sky.com virginmedia.com talktalk.net ntlworld.com blueyonder.co.uk
    telefonica.net terra.es movistar.es wanadoo.es orange.es
    videotron.ca sympatico.ca bell.net bellnet.ca rogers.com shaw.ca telus.net cogeco.ca
    bluewin.ch skynet.be telenet.be ziggo.nl
    icloud.com me.com mac.com googlemail.com ymail.com rocketmail.com msn.com aol.com aol.it aol.fr aol.de aol.co.uk
    mail.com email.com fastmail.com zoho.com protonmail.com proton.me pm.me tutanota.com hey.com duck.com
    comcast.net verizon.net att.net sbcglobal.net yandex.com yandex.ru mail.ru qq.com 163.com
    """),
)
_KNOWN: Final = frozenset(PROVIDERS)

# Other people's domains that are one slip away from a provider's.
_NEIGHBORS: Final = frozenset(("libera.it", "ail.com", "hotmail.com.it"))

# Two slips at once, seen in guest lists.
_SEEN: Final = {
    "gimal.com": "gmail.com",
    "gmil.it": "gmail.com",
    "gmal.it": "gmail.com",
    "gmial.it": "gmail.com",
    "hotamil.it": "hotmail.it",
    "homail.it": "hotmail.it",
    "yaoh.it": "yahoo.it",
}

# What people hit when they mean the end of a domain; none of these is a top-level domain of itself.
_ENDS: Final = {
    **dict.fromkeys(str.split("con cmo ocm vom xom comm coom ccom cpm comn conm cim cok c0m"), "com"),
    **dict.fromkeys(str.split("ut iy itt iit ot"), "it"),
    **dict.fromkeys(str.split("nte nrt ent bet neet nett"), "net"),
    **dict.fromkeys(str.split("ogr orf rog prg orgg"), "org"),
    **dict.fromkeys(str.split("ffr frr rf"), "fr"),
    **dict.fromkeys(str.split("pll lp ppl"), "pl"),
}
_GOOGLE: Final = ("gmail", "googlemail")
_SHORTEST_GUESSED_NAME: Final = 5
_TOO_FAR: Final = 9


def meant_by_existing(domain: str) -> str | None:
    """The provider that `domain`, which may well exist, was probably meant to be: one slip away from it."""
    if domain in _KNOWN or domain in _NEIGHBORS:
        return None
    if domain in _SEEN:
        return _SEEN[domain]
    name = domain.partition(".")[0]
    if name in _GOOGLE:
        return f"{name}.com"
    return next((known for known in PROVIDERS if _is_slip(domain, known)), None)


def meant_by_impossible(domain: str) -> str | None:
    """What `domain`, which cannot exist, was probably meant to be: a provider, else its own name with another end."""
    name, _, end = domain.partition(".")
    distance, rank = min((_distance(name, end, known), rank) for rank, known in enumerate(PROVIDERS))
    if distance < _TOO_FAR:
        return PROVIDERS[rank]
    head, _, last = domain.rpartition(".")
    return f"{head}.{_ENDS[last]}" if head and last in _ENDS else None


def one_slip_apart(left: str, right: str) -> bool:
    """True when one letter added, dropped, replaced or swapped with its neighbor turns `left` into `right`."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    pairs = enumerate(zip(left, right, strict=False))
    start = next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))
    rest, goal = left[start:], right[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return goal in (swapped, goal[:1] + rest[1:], rest[1:]) or rest == goal[1:]


def _is_slip(domain: str, known: str) -> bool:
    # Short names and another first letter make other words: email, ymail, malice.
    is_guessable = len(known.partition(".")[0]) >= _SHORTEST_GUESSED_NAME and domain[0] == known[0]
    return is_guessable and one_slip_apart(domain, known)


def _distance(name: str, end: str, known: str) -> int:
    known_name, _, known_end = known.partition(".")
    is_same_end = end == known_end or _ENDS.get(end) == known_end
    if not end and (name == known.replace(".", "") or one_slip_apart(name, known.replace(".", ""))):
        return 1
    if name == known_name:
        return 1 if is_same_end or one_slip_apart(end, known_end) else 3
    is_guessable = len(known_name) >= _SHORTEST_GUESSED_NAME and name[:1] == known_name[0]
    return 2 if is_same_end and is_guessable and one_slip_apart(name, known_name) else _TOO_FAR
