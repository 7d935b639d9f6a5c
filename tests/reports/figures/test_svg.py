"""Plots as text: round ticks, curves that stay in their frame, words of strangers that stay words."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from gradproof.reports.figures.svg import Panel, power, round_ticks


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (-5, 5, 5, [-4, -2, 0, 2, 4]),
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-0.17, 5.3, 3, [0, 2, 4]),
        (0.123, 0.127, 4, [0.123, 0.124, 0.125, 0.126, 0.127]),
        (-1e-4, 5e-4, 6, [-1e-4, 0, 1e-4, 2e-4, 3e-4, 4e-4, 5e-4]),
        (1, 1, 5, []),
    ],
)
def test_ticks_are_round(low, high, most, ticks):
    assert round_ticks(low, high, most) == ticks


def test_decades_are_whole():
    assert round_ticks(-3, 0.2, 8, whole=True) == [-3, -2, -1, 0]
    assert [power(k) for k in (-12, 0, 3)] == ["10⁻¹²", "1", "10³"]


@pytest.fixture
def panel():
    return Panel((200, 100), (0, 10), (0, 1), margins=(20, 0, 0, 0))


def test_the_data_is_where_it_belongs(panel):
    panel.line([(0, 0), (5, 0.5), (10, 1)], "blue")
    panel.dot(10, 1, "red")
    assert 'd="M0 100L90 50L180 0"' in panel.svg("a line")
    assert 'cx="200" cy="0"' in panel.svg("a line")


def test_what_is_beyond_the_frame_is_cut_off_or_left_out(panel):
    panel.line([(0, 0), (5, 1e300)], "blue")
    panel.dot(11, 0.5, "red")
    drawn = panel.svg("a pole")
    assert "L90 -400" in drawn and "circle" not in drawn
    assert drawn.count("<svg") == 2, "the inner one cuts off"


def test_words_are_words(panel):
    panel.text(0, 0, '<script>"&\x1b[31m')
    panel.label(0, 0, "<b>")
    root = ElementTree.fromstring(panel.svg('"><script>'))
    assert root.attrib["aria-label"] == '"><script>'
    assert {re.sub(r".*}", "", each.tag) for each in root.iter()} == {"svg", "text"}
    assert [each.text for each in root.iter("text")] == ['<script>"&\\x1b[31m', "<b>"]


def test_labels_at_the_right_do_not_overlap(panel):
    panel.labels_at_the_right([(0.5, "a", "red"), (0.51, "b", "blue"), (0.49, "c", "green"), (-9, "d", "teal")])
    heights = [float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)"', panel.svg("labels"))]
    assert len(heights) == 4
    assert all(after - before >= 12.9 for before, after in pairwise(heights))
