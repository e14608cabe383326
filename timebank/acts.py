"""What each thing is called that somebody can do on our pages, as the audit trail tells it."""

from typing import Final

from timebank.errors import N_

#: By the page's name in the program. A test finds every page that changes something.
ACTS: Final[dict[str, str]] = {
    "people.sign_out": N_("Signed out"),
    "people.go_on": N_("Was shown a form once more"),
    "people.end_sign_in": N_("Ended a sign-in of theirs elsewhere"),
    "people.end_other_sign_ins": N_("Ended all sign-ins of theirs elsewhere"),
    "links.ask": N_("Asked for a link to sign in"),
    "links.use": N_("Signed in by a link"),
    "people.change_password": N_("Changed their password"),
    "people.change_language": N_("Chose a language"),
    "exchanges.log": N_("Logged hours"),
    "exchanges.joint": N_("Logged hours of several people"),
    "exchanges.confirm": N_("Confirmed hours"),
    "exchanges.decline": N_("Said that hours are not right"),
    "exchanges.withdraw": N_("Withdrew hours"),
    "exchanges.dispute": N_("Asked a coordinator to look"),
    "desk.for_others": N_("Logged hours for others"),
    "desk.slips": N_("Entered a slip"),
    "desk.answer": N_("Answered for a receiver"),
    "desk.settle": N_("Booked as both sides agreed"),
    "desk.close": N_("Booked without those who had not answered"),
    "desk.withdraw": N_("Withdrew hours for others"),
    "desk.reverse": N_("Reversed hours"),
    "pools.open_one": N_("Opened a pool"),
    "pools.give": N_("Gave hours to a pool"),
    "pools.give_for": N_("Gave a member's hours to a pool"),
    "pools.grant": N_("Granted hours from a pool"),
    "pools.take_back": N_("Took back what a pool was given or granted"),
    "pools.close": N_("Closed a pool"),
    "pools.reopen": N_("Reopened a pool"),
    "members.enter": N_("Entered a member"),
    "members.limit": N_("Set a member's limit"),
    "members.suspend": N_("Suspended a member"),
    "members.resume": N_("Ended a suspension"),
    "members.give_sign_in": N_("Gave a member a sign-in"),
    "codes.give": N_("Gave a member a one-time code"),
    "members.offices": N_("Gave or took offices"),
    "members.limits": N_("Changed everybody's limits"),
    "communities.change": N_("Changed the settings"),
    "communities.kinds": N_("Added a kind of help"),
    "communities.retire_kind": N_("Offered a kind of help no longer"),
    "later.again": N_("Had later work tried again"),
}
