"""The reports in a real browser: they fetch nothing, fit a phone, and axe finds nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from palote import Settings
from palote.evaluation import NOTHING
from palote.train import compare, report
from palote.train.comparison import Comparison
from palote.train.measure import measure
from tests.readings import judged, run_folder

WRONG = {4: 9, 14: 9, 24: NOTHING, 7: 1}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    sets = judged(wrong=WRONG), judged("pen", wrong=WRONG)
    first = measure("default", sets, Settings())
    second = replace(
        measure("default", [judged(), judged("pen", wrong={3: 8})], Settings()),
        name="a-network-with-a-rather-long-name-of-its-own",
        parameters=3_000_000,
        command="palote train mobilenet --data mnist --data pen --epochs 20 --seed 2026",
    )
    found = Comparison((first, second), ("mnist", "pen"), {"gone": "It was not there."})
    return {
        "report": report.write(run_folder(folder / "run", *sets)),
        "comparison": compare.write(folder / "compare", found),
    }


@pytest.mark.parametrize("name", ["report", "comparison"])
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_a_report(
    browser: Browser, pages: dict[str, Path], name: str, width: int, dark: bool
) -> None:
    asked: list[str] = []
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith("data:")] == [pages[name].as_uri()]
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(16, 25, 22)" if dark else "rgb(244, 238, 224)")
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    context.close()
