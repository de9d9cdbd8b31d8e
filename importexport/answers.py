"""Words in a consent column, in six languages and as common tools write them (R-IO-3, R-CONSENT-2).

"No" is a box left unticked and changes nothing; only a word that says the guest unsubscribed is an unsubscription,
which nobody but the guest can undo.
"""

from __future__ import annotations

import enum

from importexport.columns import normalized
from importexport.reasons import CellError, ReasonCode


class Answer(enum.StrEnum):
    SUBSCRIBED = "subscribed"
    IMPLIED = "implied"
    NOT_TICKED = "not_ticked"
    UNSUBSCRIBED = "unsubscribed"


_WORDS: dict[Answer, str] = {
    Answer.SUBSCRIBED: (
        "si|s|yes|y|true|vero|1|x|tak|t|prawda|oui|o|vrai|verdadero|ja|j|wahr|ok|on|subscribed|subscribe|"
        "explicit|esplicito|explicite|explicito|explizit|wyrazna|iscritto|iscritta|iscritti|abonne|abonnee|"
        "inscrit|inscrite|zapisany|zapisana|suscrito|suscrita|abonniert|angemeldet|opt in|optin|opted in|"
        "granted|accettato|acconsente|consente|accepte|acceptee|accepted|accorde|aceptado|zgoda|wyrazona|"
        "zgoda wyrazona|akceptuje|eingewilligt|zugestimmt|confirmed|confermato|active|attivo|marketing"
    ),
    Answer.IMPLIED: "implied|implicito|implicite|implizit|domniemana|domyslna|tacit|tacite|tacito|stillschweigend",
    Answer.NOT_TICKED: (
        "no|n|false|falso|0|nie|falsz|non|faux|nein|falsch|off|none|nessuno|nessuna|aucun|aucune|brak|"
        "ninguno|keine|keiner|never subscribed|not subscribed|non iscritto|non abonne|niezapisany|"
        "no suscrito|nicht abonniert|pending|in attesa|non subscribed|nonsubscribed|transactional|unknown|"
        "sconosciuto|inconnu|nieznany"
    ),
    Answer.UNSUBSCRIBED: (
        "unsubscribed|unsubscribe|disiscritto|disiscritta|disiscritti|cancellato|cancellata|desabonne|"
        "desabonnee|desinscrit|desinscrite|wypisany|wypisana|wypisani|zrezygnowal|zrezygnowala|rezygnacja|"
        "zgoda wycofana|wycofana|wycofano|cofnieta|desuscrito|desuscrita|dado de baja|dada de baja|baja|"
        "abgemeldet|abbestellt|widerrufen|opt out|optout|opted out|revoked|revocato|revoque|retire|withdrawn|"
        "stop|arret|cleaned|complained|complaint|spam|spam complaint|blocklisted|blacklisted|bounced|"
        "hard bounce|do not contact|archived unsubscribed"
    ),
}
_ANSWERS: dict[str, Answer] = {word: answer for answer, words in _WORDS.items() for word in words.split("|")}
_TICKS = {
    "✓": Answer.SUBSCRIBED,
    "✔": Answer.SUBSCRIBED,
    "☑": Answer.SUBSCRIBED,
    "✗": Answer.NOT_TICKED,
    "-": Answer.NOT_TICKED,
}


def read_consent(text: str) -> Answer | None:
    """What a cell of a consent column says; None when it is blank. Raises `CellError` for an unknown word."""
    cell = text.strip()
    if not cell:
        return None
    answer = _TICKS.get(cell) or _ANSWERS.get(normalized(cell))
    if answer is None:
        raise CellError(ReasonCode.CONSENT_UNKNOWN)
    return answer


def read_unsubscribed(text: str) -> Answer | None:
    """What a cell of a column headed "unsubscribed" says: yes, a word for it, or the date when it happened."""
    cell = text.strip()
    if not cell:
        return None
    answer = _TICKS.get(cell) or _ANSWERS.get(normalized(cell))
    if answer is Answer.NOT_TICKED:
        return None
    if answer in (Answer.SUBSCRIBED, Answer.UNSUBSCRIBED) or any(letter.isdigit() for letter in cell):
        return Answer.UNSUBSCRIBED
    raise CellError(ReasonCode.CONSENT_UNKNOWN)
