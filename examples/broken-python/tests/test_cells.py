import unittest

from tables.cells import align, is_number, shorten


class ShortenTest(unittest.TestCase):
    def test_a_short_text_stays(self):
        self.assertEqual(shorten("tea", 10), "tea")

    def test_a_text_that_just_fits_stays(self):
        self.assertEqual(shorten("teapot", 6), "teapot")

    def test_a_long_text_ends_in_dots(self):
        self.assertEqual(shorten("a long description", 10), "a long ...")

    def test_a_very_narrow_column_shows_dots(self):
        self.assertEqual(shorten("teapot", 2), "..")


class AlignTest(unittest.TestCase):
    def test_left(self):
        self.assertEqual(align("tea", 5), "tea  ")

    def test_right(self):
        self.assertEqual(align("12", 5, "right"), "   12")

    def test_center_leaves_the_odd_space_behind(self):
        self.assertEqual(align("ab", 5, "center"), " ab  ")


class NumberTest(unittest.TestCase):
    def test_numbers_are_told_from_words(self):
        self.assertTrue(is_number("-3.5"))
        self.assertFalse(is_number("3 apples"))


if __name__ == "__main__":
    unittest.main()
