"""The server's spans: one for each request, in the asker's trace, with nothing that was sent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import pytest

from palote import Settings
from palote.errors import MissingExtra
from palote.surfaces.web import app as building
from palote.surfaces.web import create_app
from palote.surfaces.web.tracing import tracing

from .learning import SEVEN, Asker, Body

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_span_for_each_request_in_the_trace_of_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    exporter = memory.InMemorySpanExporter()
    middleware = tracing(exporter)
    monkeypatch.setattr(building, "tracing", lambda: middleware)
    provider = cast("TracerProvider", middleware.kwargs["provider"])
    app = create_app(Settings(tracing=True))
    inside = {"traceparent": f"00-{TRACE}-{PARENT}-01", "user-agent": "a-secret"}
    read = Asker(app, headers=inside).ask("POST", "/api/read", Body(image=SEVEN), expect="digit")
    lost = Asker(app).ask("GET", "/a-secret/path", None, token="a-secret")
    assert (read.status_code, lost.status_code) == (200, 404)
    provider.force_flush()
    first, second = exporter.get_finished_spans()
    assert first.name == "POST /api/read" and first.attributes == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/api/read",
        "palote.request_id": read.headers["x-request-id"],
    }
    assert f"{first.context.trace_id:032x}" == TRACE and f"{first.parent.span_id:016x}" == PARENT
    assert second.name == "GET" and second.parent is None
    assert "secret" not in first.to_json() + second.to_json()
    assert first.resource.attributes["service.name"] == "palote"
    provider.shutdown()


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(MissingExtra, match=r"palote\[otel\]"):
        create_app(Settings(tracing=True))


def test_nothing_is_traced_unless_it_is_asked_for() -> None:
    assert not any("Tracing" in str(one) for one in create_app().user_middleware)


def test_nothing_is_told_where_the_environment_sets_telemetry_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    exporter, provider = memory.InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    asker = Asker(create_app(), headers={"user-agent": "a-secret"})
    assert asker.ask("GET", "/a-secret/path", None, token="a-secret").status_code == 404
    assert exporter.get_finished_spans() == ()
