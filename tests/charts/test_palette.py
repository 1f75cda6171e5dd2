from tutelage.charts.palette import (
    DARK_FAINT,
    DARK_INK,
    DARK_PAPER,
    DASHES,
    FAINT,
    HUES,
    INK,
    ON_HUES,
    PAPER,
    STYLE,
    TINT,
    hue,
    key_of,
)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_all_text_can_be_read_on_its_ground() -> None:
    grounds = [(INK, PAPER), (FAINT, PAPER), (DARK_INK, DARK_PAPER), (DARK_FAINT, DARK_PAPER)]
    for ink, ground in [*grounds, *zip(ON_HUES, HUES, strict=True)]:
        assert contrast(ink, ground) >= 4.5


def test_tints_leave_the_ink_legible_in_light_and_dark() -> None:
    for colour in HUES:
        for ink, paper in ((INK, PAPER), (DARK_INK, DARK_PAPER)):
            mixed = [
                round(TINT * int(colour[at : at + 2], 16) + (1 - TINT) * int(paper[at : at + 2], 16))
                for at in (1, 3, 5)
            ]
            assert contrast(ink, "#" + "".join(f"{each:02x}" for each in mixed)) >= 4.5


def test_series_have_letters_and_colours_without_end() -> None:
    assert [key_of(place) for place in (0, 25, 26, 52)] == ["A", "Z", "A2", "A3"]
    assert [hue(place) for place in (0, 6, 7)] == [1, 7, 1]
    assert len(set(DASHES)) == len(HUES)


def test_every_colour_can_be_set_by_the_page() -> None:
    for name in ("ink", "faint", "paper", *range(1, 8)):
        assert f"var(--chart-{name},#" in STYLE
