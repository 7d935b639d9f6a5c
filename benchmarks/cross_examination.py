"""The cost of the cross-examination: the processor time of the built-in ledgers with it, and its share.

Run: python benchmarks/cross_examination.py [LEDGER ...]. Nothing is taken from the cache. Prints the time of every
claim's proofs and of their cross-examination, the dearest ones, and how many proofs were examined without an opinion.
Exits 1 when the share is above 10 % or anything is unsound.
"""

from __future__ import annotations

import os
import sys
import time

os.environ["GRADPROOF_CACHE"] = "off"

from gradproof.proofs.cross_examination import examine
from gradproof.proofs.ledger import builtin_ledgers, load, verify
from gradproof.proofs.verdicts import Verdict

ALLOWED = 0.10
SHOWN = 5


def main(paths: list[str]) -> int:
    """The whole run; the exit status."""
    ledgers = [load(path) for path in paths] or builtin_ledgers()
    examined: list[tuple[float, str]] = []
    contradiction = examine.contradiction

    def timed(text: str, *question):
        started = time.process_time()
        try:
            return contradiction(text, *question)
        finally:
            examined.append((time.process_time() - started, text))

    examine.contradiction = timed
    claims = [(ledger, claim) for ledger in ledgers for claim in ledger.claims]
    started = time.process_time()
    results = [verify(claim, ledger) for ledger, claim in claims]
    total = time.process_time() - started
    cost = sum(seconds for seconds, _ in examined)
    unsound = [result.claim.id for result in results if result.verdict is Verdict.UNSOUND]
    print(f"{len(claims)} claims: {total:.2f} s of processor time, {len(examined)} proofs cross-examined in {cost:.2f} s: "
          f"{cost / total:.1%} of it")  # fmt: skip
    for seconds, text in sorted(examined, reverse=True)[:SHOWN]:
        print(f"{1000 * seconds:6.0f} ms  {text[:100]}")
    for identifier in unsound:
        print(f"UNSOUND {identifier}")
    return int(cost > ALLOWED * total or bool(unsound))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
