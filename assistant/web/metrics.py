"""Counts and times for Prometheus. Labels are names of ours (routes, statuses, channels), never anything a person sent."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from assistant.domain import Answer

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counts of one application."""

    media = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._requests = Counter(
            "care_act_requests", "Requests served", ["method", "route", "status"], registry=registry
        )
        self._request_seconds = Histogram(
            "care_act_request_seconds", "Time to a finished response", ["route"], buckets=_SECONDS, registry=registry
        )
        self._answers = Counter(
            "care_act_answers",
            "Answers by how they ended",
            ["channel", "status", "register", "composer"],
            registry=registry,
        )
        self._step_seconds = Histogram(
            "care_act_step_seconds", "Time of each step of the road", ["step"], buckets=_SECONDS, registry=registry
        )
        self._refused = Counter("care_act_refused", "Requests turned away", ["why"], registry=registry)
        self._away = Counter(
            "care_act_conversations_away", "Times the conversations could not be used", registry=registry
        )
        self._stopped = Counter(
            "care_act_sentences_stopped", "Sentences the checker stopped", ["what_became"], registry=registry
        )
        self._waiting = Gauge("care_act_requests_waiting", "Requests that wait for a worker thread", registry=registry)
        self.in_progress = Gauge("care_act_requests_in_progress", "Requests being served", registry=registry)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was served."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def answered(self, channel: str, answer: Answer) -> None:
        """A question was answered."""
        self._answers.labels(channel, answer.status.value, answer.register.value, answer.composer).inc()
        for step, milliseconds in answer.timings_ms.items():
            self._step_seconds.labels(step).observe(milliseconds / 1000)
        for what_became in answer.stopped:
            self._stopped.labels(what_became).inc()

    def refused(self, why: str) -> None:
        """A request was turned away: limit, origin or key."""
        self._refused.labels(why).inc()

    def conversations_away(self) -> None:
        """The conversations could not be read or written."""
        self._away.inc()

    def text(self, waiting: int) -> bytes:
        """Everything, in the text format of Prometheus. `waiting` is how many requests wait just now for a thread."""
        self._waiting.set(waiting)
        return generate_latest(self._registry)
