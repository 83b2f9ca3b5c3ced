"""What this project calls tidy, as functions from a text to its faults: `test_tidy.py` applies them to every file.

Each takes a name to put in front of its faults and returns a list of sentences, empty when there is nothing to say.
"""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

HEADINGS = ("What it pays", "Who pays whom", "How it is worked out", "Example", "Source")
FRAGMENT_FIELDS = ("Rules", "Years", "Areas")
HOUSE = ("core", "rules", "plugins", "tests", "docs")

# Written as patterns, so that this file does not hold the words that it looks for.
MACHINE_WORDS = re.compile(
    r"(?<![\w./-])/(?:work|root|home|Users|opt)/\w"  # somebody's absolute path
    r"|\b[A-Z]:\\Users\\"
    r"|\bpypi\.(?:org|python\.org)|\bpythonhosted\.org|\bregistry\.npmjs\.org|\bdeb\.debian\.org",
)


def project_files(root: Path) -> list[PurePosixPath]:
    """Every file that git tracks or would track, relative to the root; outside a clone, every file but hidden ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [path.relative_to(root).as_posix() for path in root.rglob("*")]
        listed = [name for name in listed if not re.search(r"(^|/)(\.|__pycache__/|build/|dist/)", name)]
    return sorted(PurePosixPath(name) for name in set(listed) if name and (root / name).is_file())


def lengthy_file(name: str, source: str, most_lines: int) -> list[str]:
    """A file should be read in one sitting."""
    lines = len(source.splitlines())
    return [f"{name} has {lines} lines, and {most_lines} is the most: give a part of it its own file"] * (
        lines >= most_lines
    )


def lengthy_functions(name: str, source: str, most_lines: int = 60) -> list[str]:
    """A function should be seen whole on a screen, its docstring included."""
    return [
        f"{name}:{node.lineno} {node.name} has {lines} lines, and {most_lines} is the most: name its parts"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > most_lines
    ]


def missing_docstring(name: str, source: str) -> list[str]:
    """A module says in its first line what it is for."""
    documented = (ast.get_docstring(ast.parse(source)) or "").strip()
    return [] if documented else [f"{name} has no docstring: say in a line what it is for"]


def undescribed_folders(files: Iterable[PurePosixPath], documented_inits: Iterable[PurePosixPath]) -> list[str]:
    """Each folder of the house that holds files says what lives there: README.md, docs' index.md or `__init__`.

    A workspace (a folder with a scheme.toml) says it once, for the folders of data inside it too.
    """
    names = set(files)
    described = {path.parent for path in names if path.name == "README.md"} | {path.parent for path in documented_inits}
    described |= {path.parent for path in names if path.name == "index.md" and path.parts[0] == "docs"}
    workspaces = {path.parent for path in names if path.name == "scheme.toml"}
    folders = {path.parent for path in names if path.parts[0] in HOUSE and len(path.parts) > 1}
    return [
        f"{folder}/ does not say what lives there: give it a README.md, or an __init__.py with a docstring"
        for folder in sorted(folders - described)
        if not workspaces.intersection(folder.parents)
    ]


def machine_words(name: str, text: str) -> list[str]:
    """The project is at home anywhere: no file names a folder of one machine or the host of a package registry."""
    return [
        f"{name}:{number} names a machine or a registry: {found.group()!r}"
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := MACHINE_WORDS.search(line))
    ]


def _only_type_checks(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that name a type in order to tell it apart: `isinstance(x, …)`, `type(x) is …`, `case …():`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, *types]):
                named: list[ast.expr] = types
            case ast.Compare(left=ast.Call(func=ast.Name(id="type")), comparators=comparators):
                named = comparators
            case ast.MatchClass(cls=cls):
                named = [cls]
            case _:
                continue
        for expression in named:
            yield from ast.walk(expression)


def floats(name: str, source: str) -> list[str]:
    """No float comes near money: no literal, and the name `float` only where it is told apart to be refused."""
    tree = ast.parse(source)
    allowed = {id(node) for node in _only_type_checks(tree)}
    faults = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex() as value):
                faults.append(f"{name}:{node.lineno} has the float {value}: write a whole number, Decimal or Fraction")
            case ast.Name(id="float") if id(node) not in allowed:
                faults.append(f"{name}:{node.lineno} uses float: money and rates are exact")
    return faults


def imports_beyond(name: str, source: str, module: str, *, of: str, within: str) -> list[str]:
    """What a module imports of the package `of` outside `within`; `module` is its own dotted name, for relative ones.

    For a package's `__init__`, `module` ends in `.__init__`.
    """
    faults = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=aliases):
                imported = [alias.name for alias in aliases]
            case ast.ImportFrom(module=origin, level=0):
                imported = [origin or ""]
            case ast.ImportFrom(module=origin, level=level):
                imported = [".".join([*module.split(".")[:-level], *([origin] if origin else [])])]
            case _:
                continue
        ours = [target for target in imported if f"{target}.".startswith(f"{of}.")]
        beyond = [target for target in ours if not f"{target}.".startswith(f"{within}.")]
        faults += [f"{name}:{node.lineno} imports {target}, which is outside {within}" for target in beyond]
    return faults


def _is_rule(node: ast.stmt) -> bool:
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    names = [base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in bases]
    return any(name.endswith("Rule") for name in names)


def rule_headings(name: str, source: str) -> list[str]:
    """A rule's docstring has the fixed headings, each at the start of a line and in their order."""
    rules = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and _is_rule(node)]
    faults = [] if rules else [f"{name} holds no class that extends Rule: helpers of rules begin with an underscore"]
    for rule in rules:
        docstring = ast.get_docstring(rule) or ""
        found = re.findall(rf"^[\s#*]*({'|'.join(HEADINGS)})\b", docstring, flags=re.MULTILINE)
        missing = [heading for heading in HEADINGS if heading not in found]
        if missing:
            faults.append(f"{name} {rule.name}'s docstring lacks the heading {', '.join(map(repr, missing))}")
        elif found != list(HEADINGS):
            faults.append(f"{name} {rule.name}'s headings should stand once each, in this order: {', '.join(HEADINGS)}")
    return faults


def rule_modules(files: Iterable[PurePosixPath]) -> list[PurePosixPath]:
    """The files that are a national rule each; a leading underscore marks what rules share."""
    folder = PurePosixPath("rules/tallystick_rules/rules")
    return [path for path in files if path.parent == folder and path.suffix == ".py" and path.name[0] != "_"]


def rules_without_spec(files: Iterable[PurePosixPath]) -> list[str]:
    """A rule, its spec test and its page have the same stem."""
    names = set(files)
    wanted = {rule: PurePosixPath(f"tests/spec/test_{rule.stem}.py") for rule in rule_modules(sorted(names))}
    return [f"{rule} has no spec test: write {spec}" for rule, spec in wanted.items() if spec not in names]


def fragment(name: str, text: str) -> list[str]:
    """A changelog fragment says which rules, years and areas a change touches, and then what changed."""
    head, _, body = text.strip().partition("\n\n")
    faults = [
        f"{name} has no line '{field}: …' at its head: see changelog.d/README.md"
        for field in FRAGMENT_FIELDS
        if not re.search(rf"^{field}: *\S", head, flags=re.MULTILINE)
    ]
    return faults if body.strip() else [*faults, f"{name} does not say what changed"]
