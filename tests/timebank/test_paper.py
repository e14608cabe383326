"""What goes onto paper beside words."""

import re

from timebank.paper import qr_code


def test_a_square_is_drawn_without_a_style_of_its_own() -> None:
    drawn = str(qr_code("http://127.0.0.1:8000/kadoma/sign-in?a=<b>"))
    assert drawn.startswith("<svg ")
    assert "style" not in drawn
    assert "kadoma" not in drawn
    assert re.search(r'class="qrline" stroke="#000" d="M', drawn)
