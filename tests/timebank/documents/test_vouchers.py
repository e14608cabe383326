"""Receipts of others are kept as they came, and shown without what a camera writes beside the picture."""

import contextlib
import io
import zlib

import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

import ledger
from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import written
from tests.databases import as_owner
from tests.pictures import a_jpeg
from tests.pictures import a_png
from timebank.communities.models import Community
from timebank.documents import photographs
from timebank.documents import vouchers
from timebank.documents.models import JPEG
from timebank.documents.models import LARGEST
from timebank.documents.models import LARGEST_VOUCHER
from timebank.documents.models import PDF
from timebank.documents.models import Voucher
from timebank.documents.proof import check_documents
from timebank.documents.service import FileMissing
from timebank.errors import Refusal

A_PDF = b"%PDF-1.7\n%%EOF\n"
ORIENTATION, MAKER, GPS, LATITUDE = 0x0112, 0x010F, 0x8825, 2


def a_photograph(width: int = 400, height: int = 200) -> bytes:
    """Make a photograph that lies on its side, and says where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKER] = "A telephone"
    exif.get_ifd(GPS)[LATITUDE] = (34.0, 43.0, 12.0)
    made = io.BytesIO()
    # The upper half is red.
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width, height // 2))
    picture.save(made, "JPEG", exif=exif, comment=b"a note about somebody")
    return made.getvalue()


def keep(session: Session, community: Community, content: bytes) -> Voucher:
    return vouchers.keep_voucher(session, community=community, content=content, actor=COORDINATOR)


def test_what_is_shown_is_the_picture_alone_and_upright(session: Session) -> None:
    community, original = a_community(session), a_photograph()
    kept = keep(session, community, original)
    kind, shown = vouchers.shown_of(session, community=community, voucher_id=kept.id)
    assert (kind, kept.media_type, kept.content, kept.actor) == (JPEG, JPEG, original, str(COORDINATOR))
    with Image.open(io.BytesIO(shown)) as picture:
        assert picture.size == (200, 400)
        assert not picture.getexif()
        assert "comment" not in picture.info
        red, white = picture.getpixel((190, 200)), picture.getpixel((10, 200))
    assert isinstance(red, tuple)
    assert isinstance(white, tuple)
    assert red[0] > 200 > red[1]
    assert min(white) > 200
    with Image.open(io.BytesIO(original)) as picture:
        assert picture.getexif().get_ifd(GPS)


def test_what_a_telephone_appends_does_no_harm_and_points_without_colour_are_paper(session: Session) -> None:
    community = a_community(session)
    # Some telephones write data of their own behind the end of the picture.
    assert keep(session, community, a_photograph() + b"SEFH and more").shown_id
    kept = keep(session, community, a_png())
    _kind, shown = vouchers.shown_of(session, community=community, voucher_id=kept.id)
    with Image.open(io.BytesIO(shown)) as picture:
        corner = picture.getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert min(corner) > 200


def test_a_large_photograph_is_shown_smaller() -> None:
    shown = photographs.shown_picture(a_photograph(5000, 2500))
    with Image.open(io.BytesIO(shown)) as picture:
        assert max(picture.size) == 2000
    noise = Image.effect_noise((3000, 3000), 200).convert("RGB")
    made = io.BytesIO()
    noise.save(made, "JPEG", quality=95)
    assert len(photographs.shown_picture(made.getvalue())) <= LARGEST


def test_a_camera_that_writes_carelessly_beside_its_picture_does_no_harm() -> None:
    good = a_photograph()
    begins = good.index(b"MM")
    shown = 0
    for at in range(begins, begins + 60):
        for value in (0, 7, 255):
            careless = good[:at] + bytes([value]) + good[at + 1 :]
            with contextlib.suppress(photographs.PhotographBroken):
                shown += bool(photographs.shown_picture(careless))
    assert shown > 100


def test_a_long_receipt_is_not_read_whole() -> None:
    made = io.BytesIO()
    Image.new("RGB", (2400, 12_000), "white").save(made, "JPEG")
    with Image.open(io.BytesIO(photographs.shown_picture(made.getvalue()))) as picture:
        assert picture.size == (400, 2000)


def test_greys_of_two_bytes_are_greys() -> None:
    made = io.BytesIO()
    Image.new("I;16", (20, 20), 20_000).save(made, "PNG")
    with Image.open(io.BytesIO(photographs.shown_picture(made.getvalue()))) as picture:
        grey = picture.getpixel((5, 5))
    assert isinstance(grey, tuple)
    assert 70 < grey[0] < 90


def test_the_same_bytes_are_kept_once_and_in_their_community_only(session: Session) -> None:
    here, there = a_community(session), a_community(session)
    kept = keep(session, here, a_png())
    assert keep(session, here, a_png()).id == kept.id
    assert keep(session, there, a_png()).id != kept.id
    with pytest.raises(NoResultFound):
        vouchers.shown_of(session, community=there, voucher_id=kept.id)


def test_a_pdf_is_kept_and_shown_as_it_came(session: Session) -> None:
    community = a_community(session)
    kept = keep(session, community, A_PDF)
    assert kept.shown_id is None
    assert vouchers.shown_of(session, community=community, voucher_id=kept.id) == (PDF, A_PDF)


def a_bomb() -> bytes:
    """Make a small file that says that it is 30,000 points wide and high."""
    return a_png(data=zlib.compress(b"\0" * 1000)).replace(a_png()[8:33], _head(30_000))


def _head(side: int) -> bytes:
    head = b"IHDR" + side.to_bytes(4, "big") * 2 + bytes((8, 6, 0, 0, 0))
    return (13).to_bytes(4, "big") + head + zlib.crc32(head).to_bytes(4, "big")


def a_fine_one() -> bytes:
    """Make one that says that it is 6,000 points wide and high: less than a bomb, more than is read."""
    return a_png().replace(a_png()[8:33], _head(6_000))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileMissing),
        (b"x", vouchers.NoVoucher),
        (b"GIF89a", vouchers.NoVoucher),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", vouchers.NoVoucher),
        (b"%PDF-1.7 and no end", vouchers.NoVoucher),
        (a_png()[:8], vouchers.NoVoucher),
        (a_png()[:60], vouchers.NoVoucher),
        (a_photograph()[:400], vouchers.NoVoucher),
        (a_jpeg(), vouchers.NoVoucher),
        (a_bomb(), vouchers.NoVoucher),
        (a_fine_one(), vouchers.VoucherTooFine),
        (b"\xff\xd8\xff" + bytes(LARGEST_VOUCHER), vouchers.VoucherTooLarge),
    ],
    ids=(
        "nothing",
        "x",
        "gif",
        "svg",
        "half a pdf",
        "a head",
        "half a png",
        "half a jpeg",
        "no jpeg",
        "a bomb",
        "too fine",
        "too large",
    ),
)
def test_what_is_no_receipt_is_refused(session: Session, content: bytes, refusal: type[Refusal]) -> None:
    community = a_community(session)
    with pytest.raises(refusal):
        keep(session, community, content)


def test_vouchers_stay_as_they_are_and_the_proof_names_one_that_is_not(
    engine: Engine, database_url: str
) -> None:
    number = written(engine, lambda session: keep(session, a_community(session), A_PDF).id)
    for statement in ("UPDATE voucher SET actor = 'x'", "DELETE FROM voucher"):
        change = text(statement)
        with (
            pytest.raises(DatabaseError, match=r"voucher|final|permission denied"),
            engine.begin() as connection,
        ):
            connection.execute(change)
    assert written(engine, check_documents) == []
    owner = ledger.connect(as_owner(database_url))
    on = " ON voucher" if owner.dialect.name == "postgresql" else ""
    with owner.begin() as connection:
        connection.execute(text(f"DROP TRIGGER voucher_stays{on}"))
        row = {"content": A_PDF.replace(b"1.7", b"1.4"), "id": number}
        connection.execute(text("UPDATE voucher SET content = :content WHERE id = :id"), row)
    owner.dispose()
    assert written(engine, check_documents) == [
        f"voucher {number} is not what was kept: its hash is another one"
    ]
