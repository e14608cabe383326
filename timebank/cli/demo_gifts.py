"""What the demo community asks gifts for; every text reads in both languages."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import TERMINAL
from timebank.cli.demo_data import ADDRESS
from timebank.cli.demo_data import TELEPHONE
from timebank.communities.models import Community
from timebank.donations.by_hand import Brought
from timebank.donations.by_hand import write_down
from timebank.donations.in_kind import BroughtInKind
from timebank.donations.in_kind import write_down_in_kind
from timebank.donations.models import CASH
from timebank.donations.models import MEMORY
from timebank.donations.models import TRANSFER
from timebank.donations.service import change_rule
from timebank.donations.service import rule_of
from timebank.funds.models import Fund
from timebank.funds.service import open_fund
from timebank.payments.particulars import change_particulars
from timebank.receipts.issuer import add_tax_words
from timebank.receipts.issuer import change_issuer

#: Short name, name, and what the money is for.
FUNDS: Final = (
    (
        "meal",
        "お弁当の会 / The meal round",
        """火曜と金曜のお弁当の材料と容器に使います。500円で一食分です。
Ingredients and boxes for suppers on Tuesdays and Fridays. ¥500 is one meal.""",
    ),
    (
        "car",
        "送り迎えの車 / The car for rides",
        "通院の送り迎えに使う車の燃料と保険です。\nFuel and insurance of the car for rides to the doctor.",
    ),
)
WORDS: Final = """ご近所の助け合いを、お金でも支えていただけます。
Neighbours help each other here. You can help them with money, too."""
PARTICULARS: Final = {
    "seller": "Kadoma たすけあい",
    "responsible": "山本 桜 / Sakura Yamamoto",
    "address": ADDRESS,
    "telephone": f"{TELEPHONE}（平日 10–16 時 / weekdays 10–16）",
    "email": "office@kadoma.example",
    "extra_costs": "ありません。 / Nothing besides the amount shown.",
    "ways_to_pay": "カード、コンビニ、現金。 / Card, konbini, cash.",
    "when_due": "カードはその場で、コンビニは3日以内。 / A card at once, a konbini within 3 days.",
    "when_delivered": "寄付に返礼はありません。 / A gift has no return.",
    "stepping_back": (
        "まちがえた寄付は14日以内にご連絡ください。お返しします。 / "
        "A gift by mistake? Write to us within 14 days, and you have it back."
    ),
}
#: Who issues receipts, where that is, and what stands on those for gifts.
ISSUER: Final = "Kadoma たすけあい"
SEAT: Final = f"{ADDRESS}\n電話 {TELEPHONE}"
TAX_WORDS: Final = "この領収書は、寄附金控除の対象になりません。"


def ask_for_gifts(session: Session, *, community: Community) -> None:
    """Open the page for gifts, the funds they are for, and say who takes the money."""
    funds = {
        slug: open_fund(session, community=community, slug=slug, name=name, purpose=purpose, actor=TERMINAL)
        for slug, name, purpose in FUNDS
    }
    rule = rule_of(session, community=community)
    change_rule(
        session,
        community=community,
        rule=replace(rule, open=True, words=WORDS, suggested=(500, 1000, 3000, 5000), konbini=True),
        actor=TERMINAL,
    )
    change_particulars(session, community=community, facts=PARTICULARS, actor=TERMINAL)
    _set_up_receipts(session, community)
    _give_by_hand(session, community, funds["car"])


def _give_by_hand(session: Session, community: Community, car: Fund) -> None:
    """Have been given by hand what every community knows: a coin box, a transfer, and a bag of rice."""
    today = clock.today(community.time_zone)
    box = Brought(
        amount_minor=12_340,
        way=CASH,
        given_on=today - timedelta(days=9),
        fund=None,
        message="夏祭りの募金箱 / The coin box of the summer festival",
        key="demo:coin-box",
    )
    shop = Brought(
        amount_minor=30_000,
        way=TRANSFER,
        given_on=today - timedelta(days=4),
        fund=car,
        name="森田商店 / Morita Store",
        reading="もりたしょうてん",
        organisation=True,
        address=ADDRESS,
        wants_receipt=True,
        dedication=MEMORY,
        dedicated_to="森田 義男 / Yoshio Morita",
        key="demo:transfer",
    )
    for gift in (box, shop):
        write_down(session, community=community, gift=gift, actor=TERMINAL)
    rice = BroughtInKind(
        what="米10キロ / 10 kg of rice",
        given_on=today - timedelta(days=2),
        name="松本 千代 / Chiyo Matsumoto",
        reading="まつもと ちよ",
        activity="お花見 / Cherry blossom picnic",
        key="demo:rice",
    )
    write_down_in_kind(session, community=community, gift=rice, actor=TERMINAL)


def _set_up_receipts(session: Session, community: Community) -> None:
    """Say who issues receipts, and what those for gifts say for the tax office."""
    change_issuer(session, community=community, name=ISSUER, seat=SEAT, actor=TERMINAL)
    add_tax_words(
        session,
        community=community,
        words=TAX_WORDS,
        valid_from=community.started_on,
        valid_until=None,
        actor=TERMINAL,
    )
