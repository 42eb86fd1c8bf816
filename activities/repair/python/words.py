"""Which names are alike, and which are taken for each other."""

import functools

from tables import FAMILIES


def relatives(name):
    return list(dict.fromkeys(other for family in FAMILIES if name in family for other in family if other != name))


@functools.lru_cache(maxsize=100_000)
def pairs(word):
    """The pairs of neighbouring letters, ends included."""
    padded = f" {word[:40].lower()} "
    return frozenset(padded[index : index + 2] for index in range(len(padded) - 1))


def unlikeness(one, two):
    return 1 - 2 * len(pairs(one) & pairs(two)) / (len(pairs(one)) + len(pairs(two)))


def closest(word, words, count):
    others = [other for other in dict.fromkeys(words) if other != word]
    return sorted(others, key=lambda other: unlikeness(word, other))[:count]
