"""The server's share of a trace, told to OpenTelemetry, for who follows requests through systems.

One span for each request, with what the journal may know: the route's template, the status and
the name of the request. The ready-made instrumentation for ASGI would add the client's address,
the path as it was asked for, the query and the browser, which nothing here writes down. Where
spans go is said by OpenTelemetry's own variables, such as ``OTEL_EXPORTER_OTLP_ENDPOINT``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import palote
from palote.errors import MissingExtra
from palote.surfaces.web.metrics import METHODS
from palote.surfaces.web.proxies import REQUEST_ID

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

__all__ = ["tracing"]

PARENT = ("traceparent", "tracestate")
"""Headers of W3C's Trace Context: of which trace the request is a part."""


def tracing(exporter: SpanExporter | None = None) -> Middleware:
    """Return the middleware that tells of each request.

    Args:
        exporter: takes the spans; OTLP over HTTP, as the environment says, if not given.

    Raises:
        MissingExtra: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise MissingExtra("otel", "Tracing") from error
    name = os.environ.get("OTEL_SERVICE_NAME", "palote")
    about = Resource.create({"service.name": name, "service.version": palote.__version__})
    provider = TracerProvider(resource=about)
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
    return Middleware(Tracing, provider=provider)


class Tracing:
    """ASGI middleware that makes a span of each request.

    Args:
        app: the application behind it, which names requests (`Journal`).
        provider: where spans go.
    """

    def __init__(self, app: ASGIApp, provider: TracerProvider) -> None:
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self.app = app
        self._provider = provider
        self._tracer = provider.get_tracer("palote", palote.__version__)
        self._extract = TraceContextTextMapPropagator().extract
        self._kind, self._error = SpanKind.SERVER, StatusCode.ERROR

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; tell how it went."""
        if scope["type"] == "lifespan":
            try:
                await self.app(scope, receive, send)
            finally:
                self._provider.shutdown()
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        headers = Headers(scope=scope)
        parent = self._extract({key: headers[key] for key in PARENT if key in headers})
        with self._tracer.start_as_current_span(method, parent, self._kind) as span:

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    status = message["status"]
                    span.set_attribute("http.response.status_code", status)
                    name = Headers(raw=message["headers"]).get(REQUEST_ID, "")
                    span.set_attribute("palote.request_id", name)
                    if status >= 500:
                        span.set_status(self._error)
                await send(message)

            span.set_attribute("http.request.method", method)
            await self.app(scope, receive, noting)
            route = getattr(scope.get("route"), "path", None)
            if route is not None:
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
