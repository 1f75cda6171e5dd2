"""Whether two final answers in mathematics mean the same, without a computer algebra system.

final_answer(text)     → Final(text, way)     the last box, or what "the answer is" announces
same(answer, right)    → bool                 equal in meaning: numbers exactly, expressions at sample points
"""

from tutelage.evaluate.mathematics.final import Final, final_answer
from tutelage.evaluate.mathematics.sameness import same

__all__ = ["Final", "final_answer", "same"]
