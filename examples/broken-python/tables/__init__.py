"""Tables of plain text."""

from .render import render

__all__ = ["render"]
