"""The ranked methods in groups: by family, or as they are ranked with what does not go last; it knows no screen."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.flow.wizard_methods import Offer

BY_RANK, BY_FAMILY = "rank", "family"
TOO_BIG = "Too large for this machine"
REFUSED = "Do not go with the rest"


def groups(offers: Sequence[Offer], order: str = BY_RANK) -> list[tuple[str, list[Offer]]]:
    """Return ``offers`` under headings, best first; what does not fit and what is refused come last in any order.

    Args:
        offers: every method, best first.
        order: ``rank`` for one list, ``family`` for a group a family, that of the best method first.
    """
    found: dict[str, list[Offer]] = {}
    for offer in offers:
        if offer.place:
            found.setdefault(offer.family if order == BY_FAMILY else "", []).append(offer)
    last = {TOO_BIG: [o for o in offers if not o.place and o.usable], REFUSED: [o for o in offers if not o.usable]}
    return [*found.items(), *((title, held) for title, held in last.items() if held)]


def passes(offer: Offer, words: str, *, fits: bool = False, adapter: bool = False, mergeable: bool = False) -> bool:
    """Tell whether ``offer`` has all of ``words`` and every quality that is asked for."""
    text = f"{offer.title} {offer.family} {offer.line} {offer.id}".lower()
    return (
        all(word in text for word in words.lower().split())
        and (not fits or offer.place > 0)
        and (not adapter or offer.adapter)
        and (not mergeable or offer.mergeable)
    )
