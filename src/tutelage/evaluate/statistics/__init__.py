"""Statistics that can be trusted: every figure has an interval, and rows are joined by their question's id.

    joined          rows by question id: doubles refused, what is missing counted
    interval        what an interval is; quantiles; the normal, Student and Wilson intervals
    rates           win rate, its error, and the smallest difference that a set of questions can show
    logistic        logistic regression by Newton's method, many fits at once
    design          the rows and regressors of a length-controlled fit, and of any resample of them
    length_control  the length-controlled win rate
    published       the same exactly as the original program computes it, its defect included
    recovered       judgements that are known only through a fit to them
    bootstrap       resampling of questions, with refit
    paired          two models on the questions that both answered
    selection       the price of having chosen the best of several
    agreement       a judge against people, and a win rate corrected by it
    difficulty      how hard each question is, from one's own models
    position        does the judge look at the order?
    bradley_terry   one scale for several models

Rates, differences and their intervals are in percent (0 to 100); preferences are in [0, 1], 1 where the
model wins. A preference that is ``None`` or NaN is missing: it is counted, and never a tie.
"""
