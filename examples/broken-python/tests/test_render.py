import unittest

from tables import render
from tables.render import rule, widths


class WidthsTest(unittest.TestCase):
    def test_the_longest_cell_decides(self):
        self.assertEqual(widths([["name", "n"], ["tea", "120"]], 20), [4, 3])

    def test_no_column_is_wider_than_allowed(self):
        self.assertEqual(widths([["a very long name"]], 8), [8])

    def test_rows_may_be_shorter_than_others(self):
        self.assertEqual(widths([["a"], ["b", "cc"]], 20), [1, 2])


class RuleTest(unittest.TestCase):
    def test_it_spans_each_cell_and_the_spaces_around_it(self):
        self.assertEqual(rule([3, 1]), "|-----|---|")


class RenderTest(unittest.TestCase):
    def test_no_rows_are_no_table(self):
        self.assertEqual(render([]), "")

    def test_words_stand_left_and_numbers_right(self):
        table = render([["item", "price"], ["green tea", 4], ["pot", 12.5]])
        self.assertEqual(
            table.split("\n"),
            [
                "| item      | price |",
                "|-----------|-------|",
                "| green tea |     4 |",
                "| pot       |  12.5 |",
            ],
        )


if __name__ == "__main__":
    unittest.main()
