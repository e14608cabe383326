"""Which role may do what: one table, which every guard looks up."""

from typing import Final

from timebank.errors import N_

MEMBER: Final = "member"
COORDINATOR: Final = "coordinator"
TREASURER: Final = "treasurer"
STEWARD: Final = "steward"
AUDITOR: Final = "auditor"
#: Somebody whom a member trusts, or who has not said yet for whom they are here.
HAND: Final = "hand"

#: The roles that an office gives; being a member, or acting for one, comes from the membership itself.
OFFICES: Final = (COORDINATOR, TREASURER, STEWARD, AUDITOR)

#: Offices that count only where whoever holds them has signed in with a second factor; else they sleep.
NEED_SECOND_FACTOR: Final = frozenset({TREASURER, STEWARD})
#: What somebody may all the same whose only part here is an office that sleeps.
OPEN_ASLEEP: Final = frozenset({"see-home", "keep-own-sign-in"})

ROLE_LABELS: Final = {
    MEMBER: N_("Member"),
    COORDINATOR: N_("Coordinator"),
    TREASURER: N_("Treasurer"),
    STEWARD: N_("Steward"),
    AUDITOR: N_("Auditor"),
    HAND: N_("Trusted person, within what the member has ticked"),
}

#: Anybody who has a part in the community, whichever it is.
_EVERYBODY = frozenset(ROLE_LABELS)
_OFFICERS = frozenset(OFFICES)
_INSIDE = _OFFICERS | {MEMBER}

RIGHTS: Final[dict[str, frozenset[str]]] = {
    # About oneself.
    "see-home": _EVERYBODY,
    "keep-own-sign-in": _EVERYBODY,
    "choose-for-whom": _EVERYBODY,
    "log-hours": frozenset({MEMBER, HAND}),
    "say-who-it-was": frozenset({MEMBER, COORDINATOR}),
    "withdraw-exchanges": frozenset({MEMBER, HAND}),
    "answer-exchanges": frozenset({MEMBER, HAND}),
    "see-own-statement": frozenset({MEMBER, HAND}),
    "see-own-standing": frozenset({MEMBER}),
    "keep-own-absence": frozenset({MEMBER}),
    "keep-own-consents": frozenset({MEMBER}),
    "leave": frozenset({MEMBER}),
    "keep-own-contacts": frozenset({MEMBER}),
    "keep-own-data": frozenset({MEMBER}),
    "reach-members": frozenset({MEMBER}),
    "see-own-hands": frozenset({MEMBER}),
    "name-trusted": frozenset({MEMBER}),
    # About others' hours.
    "log-for-others": frozenset({COORDINATOR}),
    "keep-standing": frozenset({COORDINATOR}),
    "answer-for-others": frozenset({COORDINATOR}),
    "settle-disputes": frozenset({COORDINATOR}),
    "reverse-exchanges": frozenset({COORDINATOR}),
    "see-exchanges": _OFFICERS,
    "see-statements": _OFFICERS,
    # About pools.
    "see-pools": _INSIDE,
    "give-to-pools": frozenset({MEMBER}),
    "give-for-others": frozenset({COORDINATOR}),
    "grant-from-pools": frozenset({COORDINATOR}),
    "take-back-from-pools": frozenset({COORDINATOR}),
    "open-pools": frozenset({COORDINATOR, STEWARD}),
    "see-pool-names": frozenset({COORDINATOR, AUDITOR}),
    # About hours between this community and others on the install.
    "give-across": frozenset({MEMBER}),
    "see-between": _OFFICERS,
    "take-back-across": frozenset({COORDINATOR, TREASURER}),
    "agree-on-hours": frozenset({STEWARD}),
    # About presents.
    "give-to-members": frozenset({MEMBER}),
    # About members.
    "see-members": _OFFICERS,
    "enter-members": frozenset({COORDINATOR, STEWARD}),
    "give-sign-ins": frozenset({COORDINATOR, STEWARD}),
    "set-limits": frozenset({COORDINATOR}),
    "suspend-members": frozenset({COORDINATOR, STEWARD}),
    "set-absences": frozenset({COORDINATOR}),
    "part-from-members": frozenset({COORDINATOR}),
    "join-records": frozenset({COORDINATOR}),
    "reset-second-steps": frozenset({STEWARD}),
    # About insurances and licences.
    "see-own-licences": frozenset({MEMBER}),
    "see-licences": frozenset({COORDINATOR, STEWARD}),
    "keep-licences": frozenset({COORDINATOR}),
    "keep-licence-kinds": frozenset({COORDINATOR, STEWARD}),
    "see-contacts": frozenset({COORDINATOR}),
    "write-contacts": frozenset({COORDINATOR}),
    "set-hands": frozenset({COORDINATOR}),
    "settle-shares": frozenset({COORDINATOR}),
    "answer-applications": frozenset({COORDINATOR}),
    "invite": frozenset({COORDINATOR}),
    "answer-data-requests": frozenset({COORDINATOR, STEWARD}),
    # About money.
    "see-money": frozenset({TREASURER, AUDITOR}),
    "give-back-payments": frozenset({TREASURER}),
    "keep-journal": frozenset({TREASURER}),
    "write-down-gifts": frozenset({TREASURER}),
    "keep-funds": frozenset({STEWARD, TREASURER}),
    "spend-from-funds": frozenset({TREASURER}),
    "change-purposes": frozenset({TREASURER}),
    "ask-for-gifts": frozenset({STEWARD}),
    # About fees.
    "see-own-fee": frozenset({MEMBER}),
    "pay-fees": frozenset({MEMBER}),
    "see-fees": frozenset({COORDINATOR, TREASURER, AUDITOR}),
    "take-fees": frozenset({TREASURER}),
    "let-off-fees": frozenset({COORDINATOR}),
    "start-fees": frozenset({COORDINATOR, TREASURER}),
    "keep-plans": frozenset({STEWARD}),
    "keep-rates": frozenset({STEWARD}),
    "see-own-support": frozenset({MEMBER}),
    "buy-tickets": frozenset({MEMBER}),
    "pay-own-support": frozenset({MEMBER}),
    "keep-own-support": frozenset({MEMBER}),
    "log-own-visits": frozenset({MEMBER}),
    "see-support": frozenset({COORDINATOR, TREASURER, AUDITOR}),
    "settle-support": frozenset({TREASURER}),
    # Whoever may write visits down, or settle what is owed for them.
    "enter-tickets": frozenset({COORDINATOR, TREASURER}),
    "print-receipts": frozenset({TREASURER}),
    "set-up-receipts": frozenset({STEWARD}),
    # About the community.
    "see-settings": _OFFICERS,
    "change-settings": frozenset({STEWARD}),
    "handle-leaks": frozenset({STEWARD}),
    "give-offices": frozenset({STEWARD}),
    "see-audit": frozenset({STEWARD, AUDITOR}),
    "see-later-work": _OFFICERS,
    "do-work-again": frozenset({COORDINATOR, STEWARD}),
}


#: What a member can tick for somebody they trust, and the rights that each tick gives. What is kept of a
#: hand are these names: a new line here is a new tick, and a name that is no longer here gives nothing.
TICKS: Final[dict[str, frozenset[str]]] = {
    "log": frozenset({"log-hours", "withdraw-exchanges"}),
    "answer": frozenset({"answer-exchanges", "withdraw-exchanges"}),
    "read": frozenset({"see-own-statement"}),
}
TICK_LABELS: Final[dict[str, str]] = {
    "log": N_("Log hours for me"),
    "answer": N_("Answer for me what is to be confirmed"),
    "read": N_("Read my balance and statement"),
}
#: Rights that a trusted person has only where it is ticked.
TICKED: Final = frozenset().union(*TICKS.values())


#: What each right lets somebody do, as a page tells it to everybody here.
RIGHT_LABELS: Final[dict[str, str]] = {
    "see-home": N_("See the first page"),
    "keep-own-sign-in": N_("Keep their own sign-in: password, second step and language"),
    "log-hours": N_("Log hours that they gave or received"),
    "choose-for-whom": N_("Choose for whom they are here, where they act for others, too"),
    "say-who-it-was": N_("Say which person it was who gave or received for a household or an organisation"),
    "withdraw-exchanges": N_("Withdraw hours that are not booked yet"),
    "answer-exchanges": N_("Confirm or decline hours that they received"),
    "see-own-statement": N_("Read, print and download their own statement"),
    "log-for-others": N_("Log hours for others, as they were told"),
    "keep-standing": N_(
        "Write down what is arranged for weeks to come, and confirm a month from its signed sheet"
    ),
    "see-own-standing": N_("See what is arranged with them"),
    "answer-for-others": N_("Answer for a member, as they were told"),
    "settle-disputes": N_("See what waits for a coordinator, and settle it"),
    "reverse-exchanges": N_("Reverse hours that were booked, with a reason"),
    "see-exchanges": N_("See every exchange"),
    "see-statements": N_("Read every member's statement"),
    "see-pools": N_("See the pools and what comes and goes there"),
    "give-to-pools": N_("Give hours to a pool"),
    "give-to-members": N_("Give hours that they have to another member"),
    "give-for-others": N_("Give a member's hours to a pool, as they were told"),
    "grant-from-pools": N_("Grant hours from a pool, with a reason"),
    "take-back-from-pools": N_("Take back what a pool was given or granted, with a reason"),
    "open-pools": N_("Open and close pools"),
    "see-pool-names": N_("See who gave to a pool, also where the name is hidden"),
    "give-across": N_("Give hours to a member of another community, where the two have agreed"),
    "see-between": N_("See what is owed between this community and others, and what was given across"),
    "take-back-across": N_("Take back hours that were given across, with a reason"),
    "agree-on-hours": N_("Agree with other communities on hours between them, and end that"),
    "keep-own-absence": N_("Say until when they are away"),
    "leave": N_("Leave the community"),
    "keep-own-contacts": N_("Say how they are reached, and who may see it"),
    "keep-own-data": N_("Take along what is known of them, and ask to see, correct, stop or erase it"),
    "answer-data-requests": N_("Answer what members ask about their data, print it for them, and erase them"),
    "handle-leaks": N_("Write down that data got out, report it, and tell those concerned"),
    "reach-members": N_("See how other members are reached, as far as those allow it"),
    "see-contacts": N_("See how a member is reached, which the member can read about"),
    "write-contacts": N_("Write down how a member is reached, as they were told"),
    "see-own-hands": N_("See who acts for them, and what was done"),
    "name-trusted": N_("Name somebody they trust to act for them, and end it"),
    "set-absences": N_("Write down until when a member is away"),
    "part-from-members": N_("Let a member leave, write down a death, and take somebody back"),
    "set-hands": N_(
        "Say who acts for a household or an organisation, and write down and end whom a member trusts"
    ),
    "see-money": N_("See payments, gifts and who gave them, and how the money at Stripe stands"),
    "give-back-payments": N_("Give back what was paid by card or konbini"),
    "write-down-gifts": N_("Write down gifts that came in cash, by transfer or in kind, and take them back"),
    "keep-journal": N_("Write entries into the books by hand, and take them back"),
    "keep-funds": N_("Open and end funds, and write what their money is for"),
    "spend-from-funds": N_("Write down what was spent of a fund, and take it back"),
    "change-purposes": N_(
        "Ask givers whether what is left in a fund may be for something else, and do as they answer"
    ),
    "print-receipts": N_("Print receipts, for the post or as a copy"),
    "set-up-receipts": N_("Say who issues receipts, by which stamp, and the words for tax on them"),
    "ask-for-gifts": N_("Say how the community asks for gifts, and write who takes the money"),
    "see-own-fee": N_("See until when their fee is paid, and what was paid"),
    "pay-fees": N_("Pay their fee by card or konbini, and another member's as a gift"),
    "see-fees": N_("See until when members' fees are paid"),
    "take-fees": N_("Write down a fee that came in cash or by transfer, and take it back"),
    "let-off-fees": N_("Ask no fee of a member for a year, without a reason"),
    "start-fees": N_("Begin a payment of a fee for a member who is at the desk"),
    "keep-plans": N_("Say what a membership costs, and how years are counted"),
    "see-own-support": N_("See what they owe for help, and are owed as thanks"),
    "keep-own-support": N_("Say what they take for help, and give thanks away that they are owed"),
    "log-own-visits": N_("Log help that is paid for, and answer what others log of it"),
    "pay-own-support": N_("Pay what they owe for help by card or konbini"),
    "buy-tickets": N_("Buy tickets for help, or top up a prepaid balance, by card or konbini"),
    "see-support": N_("See visits that are paid for, what members owe and are owed"),
    "settle-support": N_("Write down what members paid for help, or were paid as thanks"),
    "enter-tickets": N_("Enter tickets that came in, for what members owe for help, and take that back"),
    "keep-rates": N_("Say who provides help that is paid for, and what an hour of it costs"),
    "settle-shares": N_("Move to whoever has left a household their own hours"),
    "join-records": N_("Find members who were entered twice, and join the two records"),
    "keep-own-consents": N_("See what they have consented to, and withdraw it"),
    "answer-applications": N_("Accept or decline who wants to join, and write down what a guardian signed"),
    "invite": N_("Invite people who are members at once"),
    "see-members": N_("See the list of members"),
    "enter-members": N_("Enter members"),
    "give-sign-ins": N_("Let a member sign in"),
    "set-limits": N_("Set a member's own limit, with a reason"),
    "suspend-members": N_("Suspend a member, with a reason, and end that"),
    "reset-second-steps": N_("Take away a second step that somebody has lost"),
    "see-own-licences": N_("See what is written down of their own insurances and licences"),
    "see-licences": N_("See members' insurances and licences, and when they run out"),
    "keep-licences": N_("Write down members' insurances and licences, as they have seen them"),
    "keep-licence-kinds": N_("Keep the list of insurances and licences that the community asks for"),
    "see-settings": N_("See the settings"),
    "change-settings": N_("Change the settings and everybody's limits"),
    "give-offices": N_("Give and take offices"),
    "see-audit": N_("Read the audit trail: who did what, when and from where"),
    "see-later-work": N_("See later work: what waits, and what went wrong"),
    "do-work-again": N_("Have later work tried again"),
}


def allows(right: str, roles: frozenset[str], ticks: frozenset[str] = frozenset()) -> bool:
    """Say whether somebody of these roles has the right; a right that is not in the table is a mistake.

    A trusted person has of what can be ticked only what is.
    """
    holders = RIGHTS[right]
    if not holders.isdisjoint(roles - {HAND}):
        return True
    return HAND in holders & roles and (right not in TICKED or right in given_by(ticks))


def given_by(ticks: frozenset[str]) -> frozenset[str]:
    """Tell the rights that ticks give."""
    return frozenset().union(*(TICKS.get(tick, frozenset()) for tick in ticks))
