"""A whole table."""

from .cells import align, is_number, shorten


def widths(rows, most):
    """The width of each column: that of its longest cell, but no more than allowed."""
    columns = max(len(row) for row in rows)
    found = [0] * columns
    for row in rows:
        for index, cell in enumerate(row):
            found[index] = max(found[index], len(cell))
    return [min(width, most) for width in found]


def line(row, column_widths):
    """One row of text; missing cells are empty."""
    cells = list(row) + [""] * (len(column_widths) - len(row))
    parts = []
    for cell, width in zip(cells, column_widths):
        side = "right" if is_number(cell) else "left"
        parts.append(align(shorten(cell, width), width, side))
    return "| " + " | ".join(parts) + " |"


def rule(column_widths):
    """The line between the head and the body."""
    return "|" + "|".join("-" * (width + 1) for width in column_widths) + "|"


def render(rows, most=20):
    """The rows as a table; the first row is the head."""
    rows = [[str(cell) for cell in row] for row in rows]
    if not rows:
        return ""
    column_widths = widths(rows, most)
    head, *body = [line(row, column_widths) for row in rows]
    return "\n".join([head, rule(column_widths), *body])
