"""The page in a real browser: it stands alone, it can be read on a telephone, in the dark, by keyboard, on paper."""

from __future__ import annotations

import base64
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Chromium

TAB, ENTER = 9, 13
ENOUGH = 4.5
"""The contrast of text that WCAG asks for."""

WIDER = """[...document.querySelectorAll('body *')].filter(element => {
    const box = element.getBoundingClientRect();
    return box.right > innerWidth + 1 && !element.closest('.scroll, pre, .hidden');
}).map(element => element.outerHTML.slice(0, 120))"""

# The background is that of the nearest element that has one; a gradient's colours are both tried.
CONTRASTS = """(() => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d');
    const light = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const part = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(one => one / 255)
            .map(one => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
    };
    const behind = element => {
        for (; element; element = element.parentElement) {
            const style = getComputedStyle(element);
            const image = style.backgroundImage.match(/rgba?\\([^)]*\\)/g);
            if (image) return image;
            if (!/rgba\\(.*, 0\\)|transparent/.test(style.backgroundColor)) return [style.backgroundColor];
        }
        return ['white'];
    };
    const poor = [];
    let seen = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const told = walker.currentNode.data.trim() && element.checkVisibility();
        if (!told || element.closest('.hidden, .skip, style')) continue;
        const style = getComputedStyle(element);
        const colour = element.closest('svg') ? style.fill : style.color;
        for (const ground of behind(element)) {
            const [dark, bright] = [light(colour), light(ground)].sort((a, b) => a - b);
            const contrast = (bright + 0.05) / (dark + 0.05);
            seen += 1;
            if (contrast < %s) poor.push([contrast, colour, ground, element.outerHTML.slice(0, 120)]);
        }
    }
    return {seen, poor};
})()"""


def opened_all(chromium: Chromium) -> None:
    chromium.ask("document.querySelectorAll('details').forEach(one => { one.open = true })")


def complaints(chromium: Chromium) -> list[dict[str, Any]]:
    kinds = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
    return [event for event in chromium.told if event.get("method") in kinds]


def requests(chromium: Chromium) -> list[str]:
    sent = [event for event in chromium.told if event.get("method") == "Network.requestWillBeSent"]
    return [event["params"]["request"]["url"] for event in sent]


@pytest.mark.parametrize("name", ["busy", "hostile", "swept", "paired"])
def test_nothing_is_loaded_and_nothing_is_complained_of(
    name: str, chromium: Chromium, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(name)
    chromium.look(1280)
    chromium.open(path)
    opened_all(chromium)
    assert requests(chromium) == [path.as_uri()]
    assert complaints(chromium) == []


def test_what_a_hostile_target_said_is_shown_and_never_done(chromium: Chromium, hostile: Path) -> None:
    chromium.open(hostile)
    assert chromium.ask("document.title").startswith("ftstress: ")
    assert chromium.ask("document.scripts.length + document.images.length + document.forms.length") == 0
    assert (
        chromium.ask(
            "[...document.querySelectorAll('*')].flatMap(one => [...one.attributes])"
            ".filter(one => /^on|^src/.test(one.name)).length"
        )
        == 0
    )
    messages = chromium.ask("[...document.querySelectorAll('.message')].map(one => one.innerText)")
    assert "</script><script>document.title='taken'</script>" in messages
    assert "\\x00\\x07\\x1b[2J\\x7f\\x9b31m" in messages
    assert "broken \\ud800 UTF-8 \\udcff" in messages


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("name", ["busy", "hostile", "swept", "paired"])
def test_the_page_itself_is_never_wider_than_the_screen(
    width: int, name: str, chromium: Chromium, request: pytest.FixtureRequest
) -> None:
    chromium.look(width)
    chromium.open(request.getfixturevalue(name))
    opened_all(chromium)
    assert chromium.ask("innerWidth") == width
    assert chromium.ask(WIDER) == []
    assert chromium.ask("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["busy", "swept", "paired"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_in_light_and_in_the_dark(
    scheme: str, name: str, chromium: Chromium, request: pytest.FixtureRequest
) -> None:
    chromium.look(1280, scheme)
    chromium.open(request.getfixturevalue(name))
    opened_all(chromium)
    contrasts = chromium.ask(CONTRASTS % ENOUGH)
    assert contrasts["seen"] > 150
    assert contrasts["poor"] == []
    brightness = chromium.ask("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(brightness) < 64) == (scheme == "dark")


def test_the_keyboard_reaches_everything_in_reading_order_and_shows_where_it_is(
    chromium: Chromium, busy: Path
) -> None:
    chromium.look(1280)
    chromium.open(busy)
    chromium.press("Tab", TAB)
    assert chromium.ask("document.activeElement.innerText") == "Skip to the report"
    assert chromium.ask("document.activeElement.getBoundingClientRect().top") >= 0
    chromium.press("Enter", ENTER)
    assert chromium.ask("document.activeElement.id") == "content"
    wanted = chromium.ask(
        "[...document.querySelectorAll('main a, main summary, main [tabindex=\"0\"]')]"
        ".filter(one => one.checkVisibility()).length"
    )
    places, seen = [], 0
    for _ in range(wanted):
        chromium.press("Tab", TAB)
        place, inside, visible, outline = chromium.ask(
            "(() => { const one = document.activeElement, box = one.getBoundingClientRect();"
            "return [[...document.querySelectorAll('*')].indexOf(one), !!one.closest('main'),"
            "box.width > 0 && box.bottom > 0 && box.top < innerHeight, getComputedStyle(one).outlineStyle] })()"
        )
        assert inside and visible and outline == "solid"
        places.append(place)
        seen += 1
    assert seen == wanted > 20
    assert places == sorted(set(places))


def test_a_link_to_a_finding_leads_to_it(chromium: Chromium, busy: Path) -> None:
    chromium.look(360)
    chromium.open(busy)
    id = chromium.ask("[...document.querySelectorAll('article')].at(-1).id")
    chromium.open(busy, f"#{id}")
    top = chromium.ask(f"document.getElementById('{id}').getBoundingClientRect().top")
    assert 0 <= top < 400
    assert chromium.ask("document.querySelector(':target').id") == id


@pytest.mark.parametrize("name", ["busy", "swept", "paired"])
def test_headings_have_an_order_and_every_box_that_scrolls_has_a_name(
    name: str, chromium: Chromium, request: pytest.FixtureRequest
) -> None:
    chromium.open(request.getfixturevalue(name))
    levels = chromium.ask("[...document.querySelectorAll('h1, h2, h3, h4')].map(one => +one.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    nameless = "[tabindex='0']:not([aria-label]), svg[role=img]:not([aria-label]), a:empty"
    assert chromium.ask(f'document.querySelectorAll("{nameless}").length') == 0


def test_details_are_on_paper_though_they_are_closed_on_the_screen(chromium: Chromium, busy: Path) -> None:
    chromium.look(1280)
    chromium.open(busy)
    shown = "[...document.querySelectorAll('details:not([open]) pre')].filter(one => one.checkVisibility()).length"
    assert chromium.ask(shown) == 0
    chromium.do("Emulation.setEmulatedMedia", media="print")
    try:
        assert chromium.ask(shown) > 0
        assert base64.b64decode(chromium.do("Page.printToPDF")["data"]).startswith(b"%PDF")
    finally:
        chromium.do("Emulation.setEmulatedMedia", media="")


def test_the_chart_has_ink_where_samples_were_made(chromium: Chromium, busy: Path) -> None:
    """A picture of the page: the chart's line has its colour in it, and each mark stands inside its lane."""
    chromium.look(1280)
    chromium.open(busy)
    box = chromium.ask(
        "(({x, y, width, height}) => ({x, y, width, height}))"
        "(document.querySelector('.line').getBoundingClientRect())"
    )
    assert box["width"] > 600 and box["height"] > 100
    outside = chromium.ask(
        "[...document.querySelectorAll('.lane .mark')].filter(one => { const a = one.getBoundingClientRect(),"
        "b = one.parentElement.getBoundingClientRect(); return a.top < b.top - 1 || a.bottom > b.bottom + 1"
        "|| a.left < b.left - 10 || a.right > b.right + 10 }).length"
    )
    assert (outside, chromium.ask("document.querySelectorAll('.lane .mark').length")) == (0, 3)
    clip = box | {"scale": 1}
    image = base64.b64decode(chromium.do("Page.captureScreenshot", clip=clip)["data"])
    assert image.startswith(b"\x89PNG") and len(image) > 500


def test_of_60_operations_no_pair_and_no_name_is_cut_off(chromium: Chromium, paired: Path) -> None:
    chromium.look(1280)
    chromium.open(paired)
    opened_all(chromium)
    lost = chromium.ask(
        "[...document.querySelectorAll('.matrix td, .matrix th[scope=row], .matrix th span')].filter(one => {"
        "const a = one.getBoundingClientRect(), b = one.closest('.scroll').getBoundingClientRect();"
        "return a.width < 8 || a.height < 8 || a.left < b.left || a.right > b.right || a.bottom > b.bottom })"
        ".map(one => one.outerHTML)"
    )
    assert lost == []
    assert chromium.ask("document.querySelectorAll('.matrix td').length") == 2 * 60 * 61 / 2
    names = "[...document.querySelectorAll('.matrix')].map(one => one.querySelectorAll('th').length).join()"
    assert chromium.ask(names) == "120,120"
