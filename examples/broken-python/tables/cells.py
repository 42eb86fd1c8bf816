"""One cell of a table."""


def shorten(text, width):
    """The text, or as much of it as fits into the width, ended by three dots."""
    if len(text) < width:
        return text
    if width <= 3:
        return "." * width
    return text[: width - 3] + "..."


def align(text, width, side="left"):
    """The text, padded with spaces to the width."""
    space = width - len(text)
    if side == "right":
        return " " * space + text
    if side == "center":
        before = space // 2
        return " " * before + text + " " * (space - before)
    return text + " " * space


def is_number(text):
    """Whether a cell is a number, which stands on the right."""
    try:
        float(text)
    except ValueError:
        return False
    return True
