"""A baseline: rows by setting, of one platform or several, and the row that a result is to be compared with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ...proofs.enclosures.formats import Format
from ..checking.results import CheckResult
from ..implementation import Implementation
from ..targets.versions import libraries
from ..trials.trial import Effort, Options
from .rows import Key, Row, key_of, row_of
from .settings import Setting, setting_of


@dataclass(frozen=True)
class Scope:
    """The functions that a check was asked for: rows in it that have no result are gone. None: all."""

    activations: Collection[str] | None = None
    orders: Collection[int] | None = None
    dtypes: Collection[str] | None = None

    def holds(self, key: Key) -> bool:
        """Whether a check with this scope has a result for the row of this name."""
        return (
            (self.activations is None or key.activation in self.activations)
            and (self.orders is None or key.order in self.orders)
            and (self.dtypes is None or key.dtype in self.dtypes)
        )


EVERYTHING = Scope()


@dataclass(frozen=True)
class Baseline:
    """Rows by setting and name."""

    rows: Mapping[Setting, Mapping[Key, Row]] = field(default_factory=lambda: MappingProxyType({}))

    def __reduce__(self) -> tuple[type[Baseline], tuple[dict[Setting, dict[Key, Row]]]]:
        """The form in which it is sent to the processes that share a pack's check."""
        return Baseline, ({setting: dict(rows) for setting, rows in self.rows.items()},)

    def nearest(self, key: Key, here: Setting) -> tuple[Setting, Row] | None:
        """The row of this name in the setting nearest to another, or None where no setting has it."""
        settings = [setting for setting, rows in self.rows.items() if key in rows]
        if not settings:
            return None
        setting = min(settings, key=lambda s: (here.distance(s), s.platform, s.versions))
        return setting, self.rows[setting][key]

    def effort(self, implementation: Implementation, fmt: Format, options: Options) -> Effort | None:
        """The extent of the check that a row was made with; None for what has no row. An option of `checks`."""
        here = setting_of(implementation.target, libraries(implementation))
        row = self.nearest(key_of(implementation, fmt, options), here)
        return None if row is None else row[1].effort

    def gone(self, results: Sequence[CheckResult], scope: Scope) -> Iterator[tuple[Setting, Key]]:
        """The rows that a check within this scope should have had a result for and has not."""
        checked = [row_of(result).key for result in results]
        functions = {key.function for key in checked}
        asked = {(key.target, tuple(pair for pair in key.asked if pair[0] != "exhaustive")) for key in checked}
        nearest = {found[0] for key, here in zip(checked, map(_here, results), strict=True)
                   if (found := self.nearest(key, here)) is not None}  # fmt: skip
        for setting in nearest:
            for key in self.rows[setting]:
                same = (key.target, tuple(pair for pair in key.asked if pair[0] != "exhaustive")) in asked
                if same and scope.holds(key) and key.function not in functions:
                    yield setting, key

    def updated(self, results: Sequence[CheckResult], scope: Scope = EVERYTHING) -> Baseline:
        """The baseline with the rows of results in place of those they replace, and without those that are gone.

        Of several results for one row the worse counts, in everything. Other platforms and versions of frameworks
        stay as they are.
        """
        rows: dict[Setting, dict[Key, Row]] = {setting: dict(some) for setting, some in self.rows.items()}
        for setting, key in self.gone(results, scope):
            rows[setting].pop(key, None)
        new: dict[Setting, dict[Key, Row]] = {}
        for result in results:
            row, some = row_of(result), new.setdefault(_here(result), {})
            some[row.key] = some[row.key] | row if row.key in some else row
        for here, some in new.items():
            for setting in [s for s in rows if (s.platform, s.frameworks) == (here.platform, here.frameworks)]:
                rows[setting] = {key: row for key, row in rows[setting].items() if key not in some}
            rows[here] = rows.get(here, {}) | some
        return Baseline({setting: some for setting, some in rows.items() if some})


def settings_of(results: Iterable[CheckResult]) -> tuple[Setting, ...]:
    """The settings of results on this machine, each once."""
    return tuple(dict.fromkeys(map(_here, results)))


def _here(result: CheckResult) -> Setting:
    return setting_of(result.target, result.versions)
