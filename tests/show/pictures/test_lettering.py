"""Text of names that nobody foresaw."""

from tmformer.show.pictures.lettering import LEFT_TO_RIGHT, drawable, legible, steady, wrapped


def test_what_does_not_print_is_escaped_and_what_prints_is_kept():
    assert legible("$a_1$ <b>&") == "$a_1$ <b>&"
    assert legible("a\x1b[31m\u202e\ud800") == "a\\x1b[31m\\u202e\\ud800"


def test_what_the_font_does_not_have_is_spelt_out():
    assert drawable("a状", str.isascii) == "a\\u72b6"
    assert drawable(f"a\n{LEFT_TO_RIGHT}", str.isascii) == f"a\n{LEFT_TO_RIGHT}"


def test_no_line_is_wider_than_the_room_and_no_character_is_lost():
    text = "one two " + "x" * 50 + " three"
    lines = wrapped(text, 12, len)
    assert max(map(len, lines)) <= 12
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert wrapped("", 5, len) == []


def test_words_from_right_to_left_stay_where_they_are():
    assert steady("plain, 4") == "plain, 4"
    assert steady("אב, 4 x גד") == LEFT_TO_RIGHT + "אב" + LEFT_TO_RIGHT + ", 4 x גד" + LEFT_TO_RIGHT
