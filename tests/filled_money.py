"""The forms about money, filled in: gifts, fees, receipts and funds."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from tests.filled import DAY
from tests.filled import REASON
from tests.filled import Filled
from tests.filled import key
from tests.house import House
from tests.pictures import a_png
from timebank import clock
from timebank.banks.queries import next_bank_day

#: Until when somebody can still answer.
A_DAY_TO_COME = (clock.today("Asia/Tokyo") + timedelta(days=20)).isoformat()
PLAN = {
    "name": "Reduced",
    "words": "Nobody asks why",
    "fee": "1000",
    "for_kind": "person",
    "carries": "vote",
    "refund": "Nothing",
    "open": "y",
}


RATE = {
    "kind": "0",
    "paid": "money",
    "price": "800",
    "thanks": "600",
    "unit": "30",
    "least": "1:00",
    "evening_from": "18:00",
    "evening_until": "08:00",
    "evening_price": "200",
    "evening_thanks": "100",
    "weekend_price": "100",
    "weekend_thanks": "",
    "second_price": "400",
    "second_thanks": "300",
    "first_price": "500",
    "first_thanks": "",
    "late_price": "400",
    "late_thanks": "200",
    "door_price": "800",
    "door_thanks": "600",
    "way_by": "trip",
    "way": "150",
    "tax_class": "standard",
    "is_business": "y",
    "words": "With a car",
}


ACCOUNT = {
    "bank_code": "9900",
    "branch_code": "",
    "kind": "ordinary",
    "number": "10530-12345671",
    "holder": "やまだ はな",
}
PAYING = {
    "consignor_code": "0123456789",
    "consignor": "カドマ タスケアイ",
    "bank_code": "9900",
    "branch_code": "058",
    "kind": "ordinary",
    "number": "7654321",
}


def today() -> str:
    """Give the day on which help is paid for in the house, whether a test sets the clock or not."""
    return clock.today("Asia/Tokyo").isoformat()


def a_stamp(_house: House) -> dict[str, Any]:
    """Give a picture as a browser sends it; each time anew, for it is read to its end."""
    return {"file": (BytesIO(a_png()), "stamp.png")}


def a_receipt(_house: House) -> dict[str, Any]:
    """Give a receipt that was photographed today, as a browser sends it."""
    return {"file": (BytesIO(a_png()), "receipt.png"), "spent_on": today()}


#: In an order in which each of them succeeds.
MONEY: dict[str, Filled] = {
    "fee_receipts.own": Filled("other", {"name": "Hana", "address": "4-5-6 Honmachi"}),
    "fee_receipts.issue": Filled("treasurer", {"name": "Hana", "address": ""}, on="of a fee"),
    "gifts.receipt": Filled("treasurer", {"name": "Hana", "address": "4-5-6 Honmachi"}),
    "gifts.receipt_for_year": Filled(
        "treasurer", {"name": "Hana", "address": "4-5-6 Honmachi"}, on="wishes none"
    ),
    "year_sheets.issue_one": Filled("treasurer", {}, on="for the year"),
    "year_sheets.issue_all": Filled("treasurer", {}),
    "donations.give": Filled(
        "stranger",
        key(25)
        | {
            "amount": "another",
            "other": "3,000",
            "every": "",
            "fund": "0",
            "name": "Hana",
            "email": "",
            "message": "Thanks",
        }
        | {"address": "4-5-6 Honmachi", "reading": "はな", "dedication": "memory", "dedicated_to": "Taro"},
    ),
    "givers.show": Filled("auditor", {}),
    "givers.file": Filled("auditor", {}),
    "gifts.write_down": Filled(
        "treasurer",
        key(27)
        | {"amount": "1200", "way": "cash", "given_on": "2026-04-10", "fund": "0", "member": "", "email": ""}
        | {"name": "Hana", "reading": "はな", "address": "4-5-6 Honmachi", "message": "For the cooks"}
        | {"dedication": "honour", "dedicated_to": "The cooks"},
    ),
    "gifts.take_back": Filled("treasurer", REASON),
    "identify_gifts.identify": Filled(
        "treasurer",
        key(41)
        | {"fund": "0", "member": "", "name": "Hana", "reading": "はな", "address": "4-5-6 Honmachi"}
        | {"email": ""},
    ),
    "identify_fees.identify": Filled(
        "treasurer", key(42) | {"other": "003", "plan": "1", "years": "1"}, on="a fee"
    ),
    "gifts.write_down_in_kind": Filled(
        "treasurer",
        key(28)
        | {"what": "10 kg of rice", "given_on": "2026-04-10", "fund": "0", "activity": "Summer festival"}
        | {"member": "", "name": "Hana", "reading": "はな", "address": "4-5-6 Honmachi"},
    ),
    "gifts.take_back_in_kind": Filled("treasurer", REASON),
    "donations.pay": Filled("stranger", {}),
    "donations.rule": Filled(
        "steward",
        {
            "open": "y",
            "suggested": "1000 3000",
            "least": "300",
            "words": "A meal for a neighbour",
            "konbini": "y",
        },
    ),
    "payments.change": Filled(
        "steward",
        {
            "seller": "Kadoma neighbours",
            "responsible": "Hana Yamada",
            "address": "1-2 Honmachi",
            "telephone": "06-1111-1111",
            "email": "office@kadoma.example",
            "extra_costs": "Nothing",
            "ways_to_pay": "Card",
            "when_due": "At once",
            "when_delivered": "A gift has no return",
            "stepping_back": "Within 14 days",
        },
    ),
    "memberships.pay": Filled("other", key(27) | {"plan": "1", "years": "2", "other": ""}),
    "memberships.go_on": Filled("stranger", {}, on="fee"),
    "fees.take": Filled(
        "treasurer",
        key(28)
        | {"other": "003", "plan": "1", "years": "1", "amount": "3000", "way": "transfer", "paid_on": DAY}
        | {"payer": ""},
    ),
    "fees.start": Filled("coordinator", key(40) | {"plan": "1", "years": "1"}),
    "fees.take_back": Filled("treasurer", REASON),
    "fees.let_off": Filled("coordinator", key(29) | {"plan": "2"}),
    "fees.ask_again": Filled("coordinator", {}, on="free"),
    "plans.open_one": Filled("steward", PLAN | {"slug": "reduced"}),
    "plans.change": Filled("steward", PLAN | {"name": "Usual"}),
    "plans.rule": Filled(
        "steward",
        {"years": "rolling", "early_days": "0", "grace_days": "30", "days_before": "30", "days_after": "0"}
        | {"bank": "Honmachi Bank 1234567", "post_office": "00920-1-23456", "konbini": "y"},
    ),
    "visits.write_down": Filled(
        "coordinator",
        key(43)
        | {
            "giver": "002",
            "receiver": "003",
            "kind": "0",
            "begins": "09:00",
            "hours": "1",
        }
        | {"km": "3", "first": "y", "description": "The garden", "pays": "bill", "paid_hours": ""}
        | {"numbers": ""}
        | {"takes": "thanks", "thanked_hours": "0:30", "heard": "slip"},
        fresh=lambda _house: {"date": today()},
    ),
    "amending.takes": Filled("giver", key(61) | {"takes": "nothing"}, on="taken otherwise"),
    "amending.visit": Filled(
        "coordinator",
        key(62)
        | {"giver": "001", "receiver": "002", "kind": "0", "begins": "09:00", "hours": "1:30", "km": ""}
        | {"description": "The garden", "pays": "bill", "numbers": "", "paid_hours": ""}
        | {"takes": "thanks", "thanked_hours": "", "reason": "It was shorter", "heard": "slip"},
        on="to be amended",
        fresh=lambda _house: {"date": today()},
    ),
    "cancelled.write_down": Filled(
        "coordinator",
        key(66)
        | {"giver": "002", "receiver": "003", "kind": "0", "begins": "00:00", "how": "door"}
        | {"takes": "nothing", "heard": "telephone", "again": "y"},
        fresh=lambda _house: {"date": today()},
    ),
    "cancelled.take_back": Filled("coordinator", REASON),
    "thanks.give": Filled(
        "giver",
        key(49)
        | {"amount": "100", "fund": "1", "name_hidden": "y", "wants_receipt": "y", "address": "4-5-6"},
    ),
    "settlement.envelopes": Filled(
        "treasurer",
        key(51),
        fresh=lambda house: {
            "shown": f"{house.here['member_id']['giver']}:100",
            "who": str(house.here["member_id"]["giver"]),
            "paid_on": today(),
        },
    ),
    "thanks.usual": Filled("giver", {"takes": "nothing"}),
    "thanks.usual_of": Filled("coordinator", {"takes": "hours"}, on="other"),
    "thanks.give_for": Filled("treasurer", key(50) | {"amount": "100", "fund": "0", "address": ""}),
    "help_bills.send_out": Filled(
        "treasurer", {}, fresh=lambda house: {"who": str(house.here["member_id"]["other"])}
    ),
    "help_payments.begin": Filled("other", {}),
    "help_payments.pay_bill": Filled("stranger", {}),
    "help_payments.go_on": Filled("stranger", {}, on="help"),
    "tickets.buy": Filled("other", key(46) | {"offer": "1"}),
    "tickets.go_on": Filled("stranger", {}, on="tickets"),
    "ticket_receipts.own": Filled("giver", {"name": "Hana", "address": "4-5-6 Honmachi"}),
    "ticket_receipts.issue": Filled("treasurer", {"name": "Hana", "address": ""}, on="a mistake"),
    "ticket_desk.sell": Filled(
        "treasurer",
        key(47) | {"buyer": "003", "offer": "1", "way": "transfer"},
        fresh=lambda _house: {"paid_on": today()},
    ),
    "ticket_desk.give_back": Filled(
        "treasurer",
        key(48) | {"tickets": "2", "way": "cash", "reason": "Moves away"},
        fresh=lambda _house: {"given_on": today()},
    ),
    "ticket_desk.take_back": Filled("treasurer", REASON, on="a mistake"),
    "ticket_piles.enter": Filled(
        "coordinator", key(69) | {"numbers": "32"}, fresh=lambda _house: {"came_on": today()}
    ),
    "ticket_piles.take_back": Filled("treasurer", REASON),
    "ticket_offers.index": Filled(
        "steward", {"konbini": "y", "refunds": "y", "limit": "5000000", "days": "03-31 09-30"}
    ),
    "ticket_offers.open_one": Filled(
        "steward", {"name": "Five", "tickets": "5", "face": "400", "months": "6", "on_paper": "y"}
    ),
    "ticket_offers.close": Filled("steward", {}),
    "prepaid.top_up": Filled("other", key(160) | {"amount": "3000"}),
    "prepaid.go_on": Filled("stranger", {}, on="prepaid"),
    "prepaid_desk.top_up": Filled(
        "treasurer",
        key(161) | {"member": "003", "amount": "3000", "way": "transfer"},
        fresh=lambda _house: {"paid_on": today()},
    ),
    "prepaid_desk.give_back": Filled(
        "treasurer",
        key(162) | {"amount": "500", "way": "cash", "reason": "Moves away"},
        fresh=lambda _house: {"given_on": today()},
    ),
    "prepaid_desk.take_back": Filled("treasurer", REASON),
    "prepaid_rules.index": Filled(
        "steward", {"offered": "y", "least": "500", "most": "30000", "konbini": "y", "refunds": "y"}
    ),
    "expenses.tell": Filled(
        "giver",
        key(52)
        | {
            "what": "Bread",
            "kind": "goods",
            "amount": "480",
            "borne_by": "receiver",
            "no_receipt_because": "",
        },
        on="paid for",
        fresh=a_receipt,
    ),
    "expenses.write_down": Filled(
        "coordinator",
        key(53)
        | {"what": "To the doctor", "kind": "parking", "carrying": "y", "note": "An hour at the doctor's"}
        | {"amount": "200", "borne_by": "group", "no_receipt_because": "a meter"},
        on="paid for",
        fresh=lambda _house: {"spent_on": today()},
    ),
    "expenses.accept": Filled("coordinator", {"borne_by": "receiver"}, on="waits"),
    "expenses.decline": Filled("coordinator", REASON, on="waits, too"),
    "expenses.take_back": Filled("coordinator", REASON),
    "settlement.rule": Filled("steward", {}),
    "settlement.close": Filled("treasurer", {"month": "2025-12"}),
    "settlement.withdraw": Filled("treasurer", {"month": "2025-11"}),
    "banks.own": Filled("other", ACCOUNT),
    "banks.own_away": Filled("other", {}),
    "banks.of_member": Filled("treasurer", ACCOUNT, on="other"),
    "banks.away": Filled("treasurer", {}, on="other"),
    "banks.paying": Filled("treasurer", PAYING),
    "transfers.new": Filled(
        "treasurer",
        key(54) | {"looked": "y"},
        fresh=lambda house: {
            "shown": f"{house.here['member_id']['giver']}:20",
            "who": str(house.here["member_id"]["giver"]),
            "pays_on": next_bank_day(clock.today("Asia/Tokyo")).isoformat(),
        },
    ),
    "transfers.has_paid": Filled("treasurer", {}, on="under way", fresh=lambda _house: {"paid_on": today()}),
    "transfers.throw_away": Filled("treasurer", REASON, on="to be thrown away"),
    "transfers.came_back": Filled("treasurer", REASON, fresh=lambda _house: {"paid_on": today()}),
    "visits.pays": Filled(
        "treasurer",
        key(44) | {"amount": "100", "way": "cash"},
        on="other",
        fresh=lambda _house: {"paid_on": today()},
    ),
    "visits.is_paid": Filled(
        "treasurer",
        key(45) | {"amount": "100", "way": "transfer"},
        fresh=lambda _house: {"paid_on": today()},
    ),
    "visits.take_back": Filled("treasurer", REASON),
    "rate_settings.set_terms": Filled(
        "steward",
        {"starts_on": A_DAY_TO_COME, "provider": "member", "registration": "Registered", "late_hours": "24"}
        | {"wage": "1100", "standard": "10", "reduced": "8", "tax_number": "T1234567890123"},
    ),
    "rate_settings.drop_terms": Filled("steward", {}),
    "rate_settings.keeping": Filled("steward", {"words": "As far as we can."}),
    "rate_settings.set_rate": Filled("steward", RATE | {"starts_on": A_DAY_TO_COME}),
    "rate_settings.drop_rate": Filled("steward", {}),
    "gift_receipts.show": Filled(
        "stranger", {"name": "Hana", "address": "4-5-6 Honmachi"}, on="without a receipt"
    ),
    "receipts.print_one": Filled("treasurer", {}, on="printed"),
    "receipts.print_waiting": Filled("treasurer", {}),
    "receipt_settings.change": Filled("steward", {"name": "Kadoma association", "seat": "9-9 Suehirocho"}),
    "receipt_settings.stamp": Filled("steward", {}, fresh=a_stamp),
    "receipt_settings.stamp_off": Filled("steward", {}),
    "receipt_settings.end_words": Filled("steward", {"valid_until": "2027-03-31"}),
    "receipt_settings.add_words": Filled(
        "steward", {"words": "By certification 123", "valid_from": "2027-04-01", "valid_until": "2028-03-31"}
    ),
    "journal.write": Filled(
        "treasurer",
        key(90)
        | {"words": "Rent", "account_1": "expenses:office:rent", "debit_1": "500", "credit_1": ""}
        | {"account_2": "bank:main", "debit_2": "", "credit_2": "500"}
        | {f"{what}_{n}": "" for n in range(3, 13) for what in ("account", "debit", "credit")},
        fresh=lambda _house: {"posted_on": today()},
    ),
    "journal.by_template": Filled(
        "treasurer",
        key(91) | {"what": "rent", "amount": "500", "words": "Rent"},
        fresh=lambda _house: {"posted_on": today()},
    ),
    "journal.take_back": Filled("treasurer", REASON),
    "journal.accounts": Filled("treasurer", {"name": "Van", "slug": "van", "sort": "assets"}),
    "funds.open_one": Filled("steward", {"slug": "snow", "name": "Snow", "purpose": "Clearing it away"}),
    "funds.change": Filled("treasurer", {"name": "Supper", "purpose": "A meal for a neighbour"}),
    "funds.spend": Filled(
        "treasurer",
        key(26) | {"amount": "700", "words": "Boxes", "nature": "equipment", "spent_on": "2026-04-10"},
    ),
    "funds.take_back": Filled("treasurer", REASON),
    "purposes.ask": Filled(
        "treasurer",
        {"to_fund": "1", "decision": "The car is sold", "decided_by": "The yearly meeting"}
        | {"decided_on": DAY, "answer_by": A_DAY_TO_COME},
        on="sold",
    ),
    "purpose_answers.answer": Filled("stranger", {"answer": "agreed"}),
    "purposes.told": Filled("treasurer", {"answer": "back", "heard": "slip"}),
    "purposes.settle": Filled("treasurer", {}, on="answered"),
    "purposes.give_up": Filled("treasurer", {}),
    "purposes.hand_back": Filled(
        "treasurer", {"way": "cash", "handed_on": "2026-04-10"}, on="to be handed back"
    ),
    "funds.end": Filled("treasurer", {"reason": "No cook"}),
    "funds.take_up": Filled("treasurer", {}, on="ended"),
}
