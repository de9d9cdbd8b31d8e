"""The language a guest is written to in: an ISO 639-1 code (R-CRM-1, R-IO-1; source: ours).

Doors and files say `it`, `it-IT`, `ita`, `Italiano`, `włoski`, `Anglais (Canada)`; what is no language we know is None.
"""

from __future__ import annotations

import re
from typing import Final

from crm import search_text

CODE_LENGTH: Final = 2
CODES: Final = frozenset(
    str.split(
        """
        aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
        eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
        jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
        nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq
        sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
        """
    )
)
_TAG: Final = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]{1,8})*")

# Code: ISO 639-2 codes and names in Italian, French, Polish, English, German, Spanish and the language itself.
_NAMES: Final = {
    "it": "ita italiano italiana italien italienne wloski italian italienisch",
    "fr": "fra fre francese francais francaise francuski french franzosisch frances",
    "pl": "pol polacco polonais polonaise polski polish polnisch polaco",
    "en": "eng inglese anglais anglaise angielski english englisch ingles",
    "de": "deu ger tedesco allemand allemande niemiecki german deutsch aleman",
    "es": "spa spagnolo espagnol espagnole hiszpanski spanish spanisch espanol castellano castigliano castilian",
    "pt": "por portoghese portugais portugaise portugalski portuguese portugiesisch portugues",
    "nl": "nld dut olandese neerlandais neerlandaise hollandais niderlandzki holenderski dutch niederlandisch"
    " nederlands holandes neerlandes fiammingo flamand flemish",
    "ru": "rus russo russe rosyjski russian russisch ruso русскии",
    "uk": "ukr ucraino ukrainien ukrainienne ukrainski ukrainian ukrainisch ucraniano українська",
    "cs": "ces cze ceco tcheque czeski czech tschechisch checo cestina",
    "sk": "slk slo slovacco slovaque slowacki slovak slowakisch eslovaco slovencina",
    "sl": "slv sloveno slovene slowenski slovenian slowenisch esloveno slovenscina",
    "hr": "hrv croato croate chorwacki croatian kroatisch croata hrvatski",
    "ro": "ron rum romeno rumeno roumain roumaine rumunski romanian rumanisch rumano romana",
    "hu": "hun ungherese hongrois hongroise wegierski hungarian ungarisch hungaro magyar",
    "sv": "swe svedese suedois suedoise szwedzki swedish schwedisch sueco svenska",
    "da": "dan danese danois danoise dunski danish danisch danes dansk",
    "no": "nor norvegese norvegien norvegienne norweski norwegian norwegisch noruego norsk",
    "fi": "fin finlandese finnois finlandais finski finnish finnisch finlandes suomi",
    "el": "ell gre greco grec grecque grecki greek griechisch griego ελληνικα",
    "tr": "tur turco turc turque turecki turkish turkisch turkce",
    "ar": "ara arabo arabe arabski arabic arabisch العربية",
    "he": "heb ebraico hebreu hebrajski hebrew hebraisch hebreo עברית",
    "zh": "zho chi cinese chinois chinoise chinski chinese chinesisch chino mandarin 中文",
    "ja": "jpn giapponese japonais japonaise japonski japanese japanisch japones 日本語",
    "ko": "kor coreano coreen coreenne koreanski korean koreanisch 한국어",
    "ca": "cat catalano catalan catalane katalonski katalanisch catala",
    "sq": "sqi alb albanese albanais albanaise albanski albanian albanisch albanes shqip",
    "lt": "lit lituano lituanien litewski lithuanian litauisch lietuviu",
}
_BY_NAME: Final = {search_text.fold(name): code for code, names in _NAMES.items() for name in names.split()}


def parse(text: str | None) -> str | None:
    """The ISO 639-1 code that a tag, code or name of a language means, else None."""
    folded = search_text.fold(text or "").strip()
    tag = _TAG.fullmatch(folded)
    if tag and tag[1] in CODES:
        return tag[1]
    names = search_text.words(folded.partition("(")[0])
    return _BY_NAME.get(names[0]) if len(names) == 1 else None
