"""The exact words to which people consent, in the reader's language; what is kept is what they read."""

from flask_babel import gettext

#: For how many days the details of somebody who was declined are kept.
FORGOTTEN_AFTER_DAYS = 90


def _(text: str, **facts: object) -> str:
    return str(gettext(text, **facts))


def uses(community: str) -> tuple[str, ...]:
    """Say what details are used for, a sentence for each thing."""
    return (
        _("Coordinators use them to reach you, and to bring you together with your neighbours."),
        _("Members with whom you give or receive hours see your name, and the books keep the hours."),
        _("How you can be reached only coordinators see, until you decide otherwise."),
        _("%(community)s gives nothing of it to anybody outside.", community=community),
        _(
            "Who is not accepted is forgotten after %(days)s days. Whoever has joined can leave at any time.",
            days=FORGOTTEN_AFTER_DAYS,
        ),
    )


def use_tick(community: str) -> str:
    """Say yes to the use of details."""
    return _(
        "I agree that %(community)s uses my details for this, and for nothing else.", community=community
    )


def use_wording(community: str) -> str:
    """Give the whole text about the use of details, as it is kept."""
    return "\n".join((*uses(community), use_tick(community)))


def health_wording() -> str:
    """Say yes to notes about one's health."""
    return _(
        "I agree that coordinators write down what I tell them about my health so that nobody comes to harm, "
        "for example an allergy. Without this nothing of the kind is written down, and I can join all the "
        "same. I can withdraw it at any time."
    )


def health_wording_for(guarded: str | None) -> str:
    """Say yes to notes about one's health; for somebody under 18, who is named, the guardian says it."""
    return health_wording() if guarded is None else _guardian_health(guarded)


def guardian_wording(community: str, name: str, *, health: bool) -> str:
    """Say yes, as a guardian, to the membership of somebody under 18."""
    consent = _(
        "I am the guardian of %(name)s. I agree that %(name)s becomes a member of %(community)s, and that "
        "the details are used as it is said here. Messages about exchanges go to me, too, where I have given "
        "an e-mail address. Nothing is paid without me. I can withdraw this at any time.",
        name=name,
        community=community,
    )
    parts = (*uses(community), consent, *((_guardian_health(name),) if health else ()))
    return "\n".join(parts)


def _guardian_health(name: str) -> str:
    return _(
        "I also agree that coordinators write down what they are told about the health of %(name)s so that "
        "nobody comes to harm. This can be withdrawn at any time.",
        name=name,
    )
