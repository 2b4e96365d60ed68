"""What is measured must also be right."""


class NotMeasured(Exception):
    """Something else happened than what was to be measured."""


def require(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise NotMeasured(otherwise)
