"""Proofs about vectors of any number n of components.

Two sides are equal when they have the same normal form (:mod:`normal_form`). An inequality is read as one between a few
real numbers (:mod:`bounds`) and proved there, by its visible sign or by the engine for real numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from ..budget import Undecided, budget
from ..cases import case_split, points
from ..cases.answers import Answer
from ..cases.sign_rules import ALL, NOT_NEGATIVE
from ..decide.decision import Decision
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..language.syntax import Connective, Formula, Relation, Statement, conjuncts
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..verdicts import Evidence
from . import naming, numbered, segments
from .algebra import Matrix, Vectors, is_vector
from .bounds import Reading, term_by_term, visible_signs
from .normal_form import Sums, canonical, positive_number, readable
from .points import at_dimension, real, sides_of, to_zero
from .reader import VectorStatement
from .words import EntryRelation

NUMBER_STEPS = 8_000
"""Steps spent on one inequality between real numbers."""


class Prover:
    """Proofs for every n, with what the condition says."""

    def __init__(self, statement: VectorStatement) -> None:
        self.statement = statement
        self.vectors: Vectors = statement.vectors
        self.conditions = [] if statement.where is None else conjuncts(statement.where)
        self.signs: dict[str, int] = {}
        self.least = numbered.least_dimension(self.vectors)
        self.numbers: tuple[int, ...] = ()
        """The numbers that the generic components stand for in the relation at hand."""
        for condition in self.conditions:
            self._learn(condition)
        self.sums = Sums(self.vectors, self.signs)

    def _learn(self, r: Formula) -> None:
        """The sign of a parameter, or the least number of components, that a condition gives."""
        if not isinstance(r, Relation) or r.op == "!=":
            return
        difference = real(r.lhs) - real(r.rhs)
        names = self.vectors.names(difference)
        if len(names) != 1 or ex.free_names(difference) != names:
            return
        (name,) = names
        for flip in (1, -1):
            rest = canonical(flip * difference - ex.name(name)).value
            if rest is None:
                continue
            op = r.op if flip > 0 else {"<": ">", "<=": ">="}.get(r.op, r.op.replace(">", "<"))
            bound = -rest
            if name == "n" and op in (">", ">=", "=="):
                whole = int(bound.p // bound.q) if op == ">" else int((bound.p - 1) // bound.q)
                self.least = max(self.least, whole + 1)
            elif "[" not in name and name != "n":
                if (op == ">" and bound >= 0) or (op in (">=", "==") and bound > 0):
                    self.signs[name] = 1
                elif (op == "<" and bound <= 0) or (op in ("<=", "==") and bound < 0):
                    self.signs[name] = -1

    def require_whole_space(self) -> None:
        """Check that functions said to be convex or Lipschitz are defined for every vector. Raises Undecided."""
        for body in self.statement.whole_space:
            vectors = map(naming.vector_of, filter(naming.is_row, self.vectors.names(body)))
            components = {v: [ex.name(f"{v}[{i}]") for i in range(2)] for v in vectors}
            known = {name: sign * positive_number(name) for name, sign in self.signs.items()}
            if not calculus.substitute(self.vectors.expand(body, 2, components), known).total:
                raise Undecided("a function that is not visibly defined for every vector")

    def prove(self, formula: Formula) -> Answer:
        """The proof; its evidence is exact where it needed normal forms alone. Raises Undecided where there is none."""
        if isinstance(formula, Relation):
            return self._relation(formula)
        assert isinstance(formula, Connective)
        if formula.op == "and":
            return _all([self.prove(part) for part in formula.parts])
        if formula.op == "or":
            for part in formula.parts:
                with suppress(Undecided):
                    return self.prove(part)
        raise Undecided("a statement about vectors that is no conjunction of relations")

    def _relation(self, r: Relation) -> Answer:
        """One relation: numbered components as any, for vectors that have them."""
        if not (numbers := numbered.numbers_in(self.vectors, r)):
            return self._general(r)
        general = numbered.general(self.vectors, r, numbers)
        self.numbers = numbers
        try:
            return self._general(general).after(f"{r.text}: no component differs from another")
        finally:
            self.numbers = ()

    def _general(self, r: Relation) -> Answer:
        """One relation: upper side and bound as they stand, the spectral norm through the rows, or both squared."""
        lhs, rhs = real(r.lhs), real(r.rhs)
        least = 2 if isinstance(r, EntryRelation) else self.least
        if r.op == "==":
            with suppress(Undecided):
                return self._holds(lhs - rhs, r.op, r.text, least)
            return self._squared(lhs, rhs, r.op, r.text, least)
        if r.op == "!=":
            with suppress(Undecided):
                return self._holds(lhs - rhs, "<", r.text, least)
            return self._holds(lhs - rhs, ">", r.text, least)
        upper, bound = (lhs, rhs) if r.op[0] == "<" else (rhs, lhs)
        op = ">" + r.op[1:]
        if (matrix := self._of_matrix(upper, ("spectral_norm", "lipschitz"))) is not None:
            return self._norm(matrix, bound, op, r.text)
        if (matrix := self._of_matrix(bound, ("smallest_eigenvalue",))) is not None:
            return self._smallest(matrix, upper, op, r.text)
        if self._of_matrix(bound, ("spectral_norm",)) is not None:
            return self._holds(-upper, op, r.text, least)  # a norm is at least 0
        with suppress(Undecided):
            return self._on_segment(upper, bound, op, r.text)
        try:
            return self._holds(lhs - rhs, r.op, r.text, least)
        except Undecided as reason:
            for attempt in (lambda: self._squared(upper, bound, op, r.text, least), lambda: self._beyond_one(r)):
                with suppress(Undecided, Undefined):
                    return attempt()
            raise reason from None

    def _on_segment(self, upper: Expr, bound: Expr, op: str, text: str) -> Answer:
        """The change of a function between two vectors, by its derivatives (:mod:`segments`). Raises Undecided."""
        compared = segments.comparison(self.sums, upper, bound)
        if compared is None or op != ">=":
            raise Undecided(text)
        f, vector, c = compared.change.function, compared.change.vector, compared.factor
        # Between the two vectors a condition on vectors need not hold.
        numbers = [condition for condition in self.conditions if not self._is_about_vectors(condition)]
        where = Connective("and", tuple(numbers)) if numbers else None
        prover = Prover(replace(self.statement, where=where, whole_space=(f,)))
        prover.require_whole_space()
        jacobian = self.vectors.jacobian(f, vector)
        note = f"{text}: a difference is the Jacobian's mean between two vectors times that of the vectors"
        if is_vector(f):
            if compared.distance != "norm":
                raise Undecided(text)
            return prover._norm(jacobian, c, ">=", "its spectral norm").after(note)
        gradient = jacobian.on_diagonal()
        if compared.distance == "norm":
            length = ex.sqrt(self.vectors.sum(gradient**2))
            return prover._relation(Relation("<=", length, c, "the gradient's norm")).after(note)
        sign, notes = prover._sign(gradient, 1)
        total = sign * self.vectors.sum(gradient)
        if compared.distance == "max" and sign < 0:
            raise Undecided(text)
        relation = Relation("==" if compared.distance == "max" else "<=", total, c, "the gradient's sum")
        return prover._relation(relation).after(note, *notes)

    def _is_about_vectors(self, condition: Formula) -> bool:
        """Whether a condition restricts vectors, or is none of a form that is read here."""
        if not isinstance(condition, Relation):
            return True
        sides = real(condition.lhs), real(condition.rhs)
        return any("[" in name for side in sides for name in self.vectors.names(side))

    def _squared(self, upper: Expr, bound: Expr, op: str, text: str, least: int) -> Answer:
        """u <= c and -u <= c follow from c >= 0 and u^2 <= c^2; u = c from u, c >= 0 and u^2 = c^2."""
        upper = upper.args[0] if upper.op == "abs" else upper
        sides = [bound, upper] if op == "==" else [bound]
        signs = [self._holds(side, ">=" if op == "==" else op, f"{text}, a side and 0", least) for side in sides]
        return _all([*signs, self._holds(bound**2 - upper**2, op, f"{text}, squares", least)])

    def _beyond_one(self, r: Relation) -> Answer:
        """One component by itself, then two or more. Raises Undecided."""
        if self.least > 1 or isinstance(r, EntryRelation):
            raise Undecided(r.text)
        single = at_dimension(replace(self.statement, formula=r), 1)
        if not any(_nowhere_defined(side) for side in sides_of(single.formula)):
            if not Decision(single).run().truth:
                raise Undecided(f"{r.text} for n = 1")
        self.least = 2
        try:
            return self._relation(r).after("n = 1 is decided by itself; from here n >= 2:")
        finally:
            self.least = 1

    def _holds(self, difference: Expr, op: str, text: str, least: int) -> Answer:
        """Prove `difference op 0` for vectors of at least `least` components. Raises Undecided."""
        sums = self.sums
        normal = sums.normal(difference)
        if normal is ex.ZERO or normal_form.is_zero(normal):
            if op not in ("==", "<=", ">="):
                raise Undecided(f"{text}: both sides are equal")
            note = f"{text}: both sides have the same normal form, for every n"
            return Answer(True, (note,), evidence=Evidence.EXACT)
        if op == "==":
            raise Undecided(f"{text}: left - right = {to_text(readable(normal))[:300]}, not known to be 0")
        reasons: list[str] = []
        for reading in self._readings(sums, normal, max(least, self.least), reasons):
            left = reading.expr
            conditions = [*reading.conditions, *self._known(sums, reading)]
            shown = f"{text}: left - right = {to_text(readable(left))}"
            try:
                self._settle(Relation(op, left, ex.ZERO, text), conditions, reading.least)
            except (Undecided, Undefined) as reason:
                reasons.append(str(reason))
                continue
            return Answer(True, (*reading.notes, shown), evidence=Evidence.ENCLOSURE)
        raise Undecided(reasons[0] if reasons else text)

    def _readings(self, sums: Sums, normal: Expr, least: int, reasons: list[str]) -> Iterator[Reading]:
        """The ways to read an inequality between sums as one between numbers."""
        attempts = [
            lambda: [Reading(normal, sums.bodies, least).read()],
            lambda: term_by_term(normal, sums.bodies, least),
            lambda: term_by_term(canonical(ex.exp(normal) - 1), sums.bodies, least),
        ]
        for attempt in attempts:
            try:
                yield from attempt()
            except Undecided as reason:
                reasons.append(str(reason))

    def _known(self, sums: Sums, reading: Reading) -> Iterator[Relation]:
        """The statement's condition in the variables of the reading, as far as it is a condition on each component."""
        for condition in self.conditions:
            if isinstance(condition, Relation) and not isinstance(condition, EntryRelation):
                if numbered.numbers_in(self.vectors, condition):
                    try:
                        condition = numbered.general(self.vectors, condition, self.numbers)
                    except Undecided:
                        continue  # it is about other components than those at hand
                e = reading.rewritten(sums.normal(real(condition.lhs) - real(condition.rhs)))
                yield Relation(condition.op, e, ex.ZERO, condition.text)

    def _settle(self, goal: Relation, conditions: Sequence[Relation], least: int) -> None:
        """Prove a relation between real numbers under conditions. Raises Undecided."""
        left = real(goal.lhs)
        signs = visible_signs(left, conditions, least)
        if signs and all(ex.holds(goal.op, sign) for sign in signs):
            return
        names = ex.free_names(left)
        useful = tuple(c for c in conditions if ex.free_names(real(c.lhs)) & names == ex.free_names(real(c.lhs)))
        where = Connective("and", useful) if useful else None
        shown = f"{to_text(readable(left))} {goal.op} 0"
        with budget(NUMBER_STEPS):
            if len(names) > 1:
                question = points.Question(to_zero(goal), to_zero(where), tuple(sorted(names)))
                case_split.CaseSplit(question).run()
            elif not Decision(Statement(shown, goal, {}, where)).run().truth:
                raise Undecided(f"{goal.text}: {shown} does not follow from what is known of the sums")

    def _of_matrix(self, side: Expr, kinds: tuple[str, ...]) -> Matrix | None:
        """The matrix of which a side is the norm or an eigenvalue."""
        aggregate = self.vectors.aggregates.get(side.args[0]) if side.op == "name" else None
        if aggregate is None or aggregate.kind not in kinds:
            return None
        return aggregate.body if isinstance(aggregate.body, Matrix) else None

    def _norm(self, m: Matrix, bound: Expr, op: str, text: str) -> Answer:
        """Bound a spectral norm from above, by the eigenvalues where they are known, else by the rows."""
        eigenvalues = self._eigenvalues(m)
        if eigenvalues is None and not m.terms:
            self._require_number(bound, text)
            sides = [self._holds(bound - sign * m.diagonal, op, text, 1) for sign in (1, -1)]
            return _all(sides).after("the matrix is diagonal, and its entries are its eigenvalues")
        if eigenvalues is None:
            with suppress(Undecided):
                return self._by_terms(m, bound, op, text)
            self._require_number(bound, text)
            *signs, notes = self._row_signs(m, text)
            rows = signs[0] * m.on_diagonal() + signs[1] * (self.vectors.row_sums(m) - m.on_diagonal())
            note = "so its spectral norm is at most the largest sum of absolute values along a row"
            return self._holds(bound - rows, op, text, 1).after(*notes, note)
        values, note = eigenvalues
        proofs: list[Answer] = []
        for value in values:
            try:
                proofs.append(_all([self._holds(bound - v, op, text, 1) for v in (value, -value)]))
            except Undecided:
                proofs.append(self._squared(value, bound, op, text, 1))
        return _all(proofs).after(note)

    def _by_terms(self, m: Matrix, bound: Expr, op: str, text: str) -> Answer:
        """The norm of a diagonal c I plus products l r^T is at most abs(c) + norm(l) norm(r) for each."""
        if is_vector(self.sums.normal(m.diagonal)):
            raise Undecided(text)
        lengths = [[ex.sqrt(self.vectors.sum(side**2)) for side in term] for term in m.terms]
        rest = bound - ex.add(*(ex.mul(*pair) for pair in lengths))
        sides = [self._holds(rest - sign * m.diagonal, op, text, 1) for sign in (1, -1)]
        return _all(sides).after("the norm of a product of a column and a row is the product of their lengths")

    def _smallest(self, m: Matrix, bound: Expr, op: str, text: str) -> Answer:
        """Bound the eigenvalues from below."""
        eigenvalues = self._eigenvalues(m)
        if eigenvalues is None:
            self._require_number(bound, text)
            _, sign, notes = self._row_signs(m, text)
            on = m.on_diagonal()
            values = [on - sign * (self.vectors.row_sums(m) - on)]
            note = "so an eigenvalue is at least a diagonal entry less the other absolute values of its row"
            notes = (*notes, note)
        else:
            values, note = eigenvalues
            notes = (note,)
        return _all([self._holds(value - bound, op, text, 1) for value in values]).after(*notes)

    def _require_number(self, bound: Expr, text: str) -> None:
        """That a bound is the same for every component: the largest row may be another than the one compared."""
        if is_vector(self.sums.normal(bound)):
            raise Undecided(f"{text}: a bound that depends on the component")

    def _eigenvalues(self, m: Matrix) -> tuple[list[Expr], str] | None:
        """A superset of the eigenvalues of c I plus multiples of u u^T, all u orthogonal, and a sentence about them;
        None for any other m.
        """
        sums = self.sums
        vectors: list[Expr] = []
        try:
            base = sums.normal(m.diagonal)
            if is_vector(base):
                return None
            values = [base]
            for left, right in m.terms:
                u = sums.normal(right)
                multiple = canonical(sums.normal(left) / u)
                if is_vector(multiple) or any(sums.total(canonical(u * w)) is not ex.ZERO for w in vectors):
                    return None
                vectors.append(u)
                values.append(canonical(base + sums.total(sums.normal(left * right))))
        except Undecided:
            return None
        shown = ", ".join(to_text(readable(value)) for value in values)
        return values, f"the matrix is symmetric, and its eigenvalues are among {shown}"

    def _row_signs(self, m: Matrix, text: str) -> tuple[int, int, tuple[str, ...]]:
        """The signs of a symmetric matrix on and off its diagonal, and the sentences that show them."""
        off = m.off_diagonal()
        try:
            symmetry = self._holds(off - m.transposed().off_diagonal(), "==", "symmetry", 2)
        except Undecided:
            raise Undecided(f"{text}: the spectral norm of a matrix that is not visibly symmetric") from None
        (on_sign, on_notes), (off_sign, off_notes) = self._sign(m.on_diagonal(), 1), self._sign(off, 2)
        return on_sign, off_sign, (*symmetry.notes, *on_notes, *off_notes)

    def _sign(self, e: Expr, least: int) -> tuple[int, list[str]]:
        """The sign of a matrix entry, where it can be read off, and the sentences that show it."""
        normal = self.sums.normal(e)
        reading = Reading(normal, self.sums.bodies, max(least, self.least)).read()
        signs = visible_signs(reading.expr, [*reading.conditions, *self._known(self.sums, reading)], reading.least)
        if signs == ALL:
            raise Undecided("entries of a matrix whose sign is not decided")
        note = f"matrix entries {to_text(readable(reading.expr))} keep one sign"
        return 1 if signs <= NOT_NEGATIVE else -1, [*reading.notes, note]


def _all(proofs: Sequence[Answer]) -> Answer:
    """Several proofs as one, exact where all are."""
    exact_only = all(proof.evidence is Evidence.EXACT for proof in proofs)
    notes = tuple(note for proof in proofs for note in proof.notes)
    return Answer(True, notes, evidence=Evidence.EXACT if exact_only else Evidence.ENCLOSURE)


def _nowhere_defined(e: Expr) -> bool:
    """Whether a constant in the expression has no value, such as the 1/0 of a vector of one component less its mean."""
    if e.op in ("if", "derivative"):
        return False
    if ex.free_names(e):
        return any(map(_nowhere_defined, ex.children(e)))
    try:
        points.value(e, {})
    except Undefined:
        return True
    return False
