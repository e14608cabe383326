"""Has people ask to join the demo community, and an invitation hang at its gathering place."""

from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.joining.invitations import NewInvitation
from timebank.joining.invitations import make_invitation
from timebank.joining.newcomers import GuardianNamed
from timebank.joining.newcomers import Newcomer
from timebank.joining.service import apply

NOTE: Final = "ふれあいの家の貼り紙"
_PLACES, _DAYS = 20, 90
#: What they read and said yes to, as the page says it in Japanese.
_WORDING = "Kadoma たすけあいがわたしの情報をこの目的だけに使うことに同意します。"


def ask_to_join(session: Session, *, community: Community, actor: Actor) -> None:
    """Let one neighbour ask to join, and a pupil whose guardian has yet to consent; hang up an invitation."""
    today = clock.today(community.time_zone)
    for newcomer in (
        Newcomer(
            key="demo:join:1",
            name="小林 さくら",
            reading="こばやし さくら",
            telephone="06-0000-0021",
            email="sakura@kadoma.example",
            could_do="パソコンの使い方をお教えできます。土曜日の午後なら動けます。",
            would_help="引っ越してきたばかりなので、町のことを教えてもらえると助かります。",
            language="ja",
            wording=_WORDING,
            consented_on=today,
        ),
        Newcomer(
            key="demo:join:2",
            name="藤田 蓮",
            reading="ふじた れん",
            other_way="母に伝えてください",
            could_do="犬の散歩",
            language="ja",
            wording=_WORDING,
            consented_on=today,
            guardian=GuardianNamed("藤田 真理子", "06-0000-0022(夜7時から)", "mariko@kadoma.example"),
        ),
    ):
        apply(session, community=community, newcomer=newcomer)
    new = NewInvitation(key="demo:join:3", note=NOTE, uses=_PLACES, good_until=today + timedelta(days=_DAYS))
    make_invitation(session, community=community, new=new, actor=actor)
