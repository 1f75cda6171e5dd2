# The verbs of the house; `just` lists them. Each works in an activated environment.

# list the verbs
default:
    @just --list

# install everything that development needs
setup:
    pip install -c constraints.txt -e ".[local,dev]"
    pre-commit install

# put files into the house's format
fmt:
    ruff format .
    ruff check --fix .

# style, complexity, and which room may import which
lint:
    ruff check .
    ruff format --check .
    lint-imports

# types, strictly
types:
    mypy --strict

# the tests; `just test tests/recipe` runs a part
test *what:
    pytest {{what}}

# the tests that take minutes
slow:
    pytest -m slow

# the code in the documentation, and the house rules
docs:
    pytest -n 0 tests/test_docs.py tests/test_house.py

# what has to pass before a change lands
check: lint types test

# the same in a fresh environment, as it runs elsewhere
fresh:
    .ci/run
