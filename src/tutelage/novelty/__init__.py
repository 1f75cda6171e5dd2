"""The exact ROUGE-L index: which kept text is too similar to a new one?

Decisions are those of a loop that scores every pair with ``rouge_score`` (Lin 2004; used so by Self-Instruct,
Wang et al. 2023, and Explore-Instruct, Wan et al. 2023), rounding at ties included, without the loop:

1.  F > threshold becomes ``LCS >= need[m][n]``, an integer found with ``rouge_score``'s own arithmetic.
2.  A longest common subsequence is at most the overlap of the two bags of words. Sorted rarest first, two
    bags with enough overlap share an element among the first few of each (prefix filter; Chaudhuri, Ganti and
    Kaushik 2006), at positions that leave room for the rest (PPJoin; Xiao et al. 2008). Repeated words are
    numbered, so that bags become sets; order of first appearance stands for rarity, so the order never has to
    be rebuilt.
3.  A signature bounds the overlap of what is left, then bit-parallel LCS (Hyyrö 2004) decides.

Only kept texts are indexed, so a stream of near-copies stays cheap. Four searches decide alike:

    plain       pure Python                      some thousands of texts, nothing to install
    compiled    numba (extra ``fast``)           streams and batches of any size
    vectorised  numpy + rapidfuzz                batches, where numba is absent
    brute       rapidfuzz, every pair            the oracle of the tests, and tiny vocabularies
"""

from tutelage.novelty.index import Index, Match, Search, Tokens
from tutelage.novelty.rule import Hit, rouge_l

__all__ = ["Hit", "Index", "Match", "Search", "Tokens", "rouge_l"]
