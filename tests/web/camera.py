"""What the tests of the camera's tab share: starting it, a camera that the test draws, counting."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from playwright.sync_api import Page, expect

from .conftest import Picture, encoded
from .film import Paper

NAMES = ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]
NO_DIGIT = "No digit"


def start(page: Page) -> None:
    """Open the camera's tab and start the camera, which the person allows."""
    page.context.grant_permissions(["camera"])
    page.get_by_role("tab", name="Camera").click()
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("[data-part=guide]")).to_be_visible()


def headline(page: Page, text: str) -> None:
    expect(page.locator("[data-part=headline]")).to_have_text(text)


def listed(page: Page, *digits: str) -> None:
    expect(page.locator("[data-part=list] li")).to_have_text(list(digits))


def track_state(page: Page) -> str:
    """Of the track that the camera's tab got last: "live" or "ended"."""
    return str(page.evaluate("window.tracks.at(-1).readyState"))


def watch(page: Page) -> None:
    """Keep the camera's tracks, and when readings were asked for and answered."""
    page.evaluate("""() => {
        window.tracks = [];
        const devices = navigator.mediaDevices;
        const open = devices.getUserMedia.bind(devices);
        devices.getUserMedia = async (wish) => {
            const stream = await open(wish);
            window.tracks.push(stream.getVideoTracks()[0]);
            return stream;
        };
        window.asked = [];
        window.most = 0;
        let now = 0;
        const plain = window.fetch;
        window.fetch = async (path, init) => {
            if (!String(path).includes("/api/read")) return plain(path, init);
            window.asked.push(performance.now());
            window.most = Math.max(window.most, ++now);
            try {
                return await plain(path, init);
            } finally {
                now -= 1;
            }
        };
    }""")


def draw_camera(
    page: Page, *scenes: int, share: float = 0.42, also: Mapping[str, Picture] | None = None
) -> None:
    """Put a camera in place of the browser's that shows the bare sheet, or one of the digits.

    Args:
        page: the page.
        scenes: the digits.
        share: height of a digit, of the picture's.
        also: other pictures, by their names.
    """
    paper = Paper()
    pictures = {str(digit): paper.frame(digit, share=share) for digit in scenes}
    pictures |= also or {}
    pictures["bare"] = paper.frame(None)
    urls = {
        name: "data:image/jpeg;base64," + base64.b64encode(encoded(picture, ".jpg")).decode()
        for name, picture in pictures.items()
    }
    page.evaluate(
        """async (urls) => {
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [640, 480];
            const context = canvas.getContext("2d");
            const images = {};
            for (const [name, url] of Object.entries(urls)) {
                images[name] = new Image();
                images[name].src = url;
                await images[name].decode();
            }
            window.scene = "bare";
            let shift = 0;
            setInterval(() => context.drawImage(images[window.scene], (shift ^= 1), 0), 33);
            window.wishes = [];
            navigator.mediaDevices.getUserMedia = async ({ video }) => {
                window.wishes.push(video);
                return canvas.captureStream();
            };
        }""",
        urls,
    )
    watch(page)


def show(page: Page, scene: int | str | None) -> None:
    """Lay another sheet before the drawn camera."""
    page.evaluate("(name) => { window.scene = name; }", "bare" if scene is None else str(scene))


def hide(page: Page, hidden: bool) -> None:
    """Make the page believe that another tab of the browser covers it, or no longer does."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
