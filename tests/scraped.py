"""What a scrape of /metrics has brought."""

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


def samples(text: str) -> list[Sample]:
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def value(text: str, name: str, **labels: str) -> float:
    [found] = [one for one in samples(text) if one.name == name and one.labels == labels]
    return found.value
