"""How a fault of the program is told: its kind and its place, never its message, which may hold anything."""


def place_of(error: BaseException) -> str:
    """Return kind and place of an exception, such as `KeyError in issuer.api:12`."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        place = f" in {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}{place}"
