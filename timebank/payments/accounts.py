"""Which gateway is a community's: by its own keys, or by the bare ones where it is the only community."""

from functools import lru_cache

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.payments.gateway import Gateway
from timebank.stripe_settings import StripeKeys
from timebank.stripe_settings import StripeSettings


def gateway_of(session: Session, *, community: Community, settings: StripeSettings) -> Gateway | None:
    """Give what speaks to a community's account at Stripe; None where it takes no cards."""
    if not settings.keys:
        return None
    alone = session.scalars(select(func.count(Community.id))).one() == 1
    keys = settings.keys_of(community.slug, alone=alone)
    return None if keys is None else _gateway(keys, settings.api_base)


@lru_cache(maxsize=64)
def _gateway(keys: StripeKeys, api_base: str) -> Gateway:
    # One for each account: it keeps its connections to Stripe open.
    return Gateway(keys, api_base)
