"""Documents that somebody would send to hurt: each small, each meant to cost far more than it weighs."""

from collections.abc import Mapping

SELECTION = "id body"


def doubling_fragments(levels: int = 30) -> str:
    """695 bytes that expand to 2^30 fields."""
    chain = " ".join(f"fragment F{n} on Author {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return f"{{ viewer {{ ...F0 }} }} {chain} fragment F{levels} on Author {{ name }}"


def doubling_fields(levels: int = 25) -> str:
    """Every level asks for the next twice, under two names."""
    chain = " ".join(
        f"fragment F{n} on Post {{ a: comments {{ nodes {{ ...F{n + 1} }} }}"
        f" b: comments {{ nodes {{ ...F{n + 1} }} }} }}"
        for n in range(levels)
    )
    return f"{{ posts {{ nodes {{ ...F0 }} }} }} {chain} fragment F{levels} on Post {{ id }}"


def empty_doubling(levels: int = 30) -> str:
    """Fragments that double and hold nothing but `__typename`."""
    chain = " ".join(f"fragment F{n} on Author {{ ... {{ ...F{n + 1} }} ...F{n + 1} }}" for n in range(levels))
    return f"{{ viewer {{ ...F0 }} }} {chain} fragment F{levels} on Author {{ __typename }}"


def cycle(size: int = 80) -> str:
    """Fragments in a circle."""
    chain = " ".join(f"fragment F{n} on Author {{ ...F{(n + 1) % size} }}" for n in range(size))
    return f"{{ viewer {{ ...F0 }} }} {chain}"


def web(size: int = 20) -> str:
    """Fragments that each spread all the others."""
    spreads = " ".join(f"...F{n}" for n in range(size))
    return "{ viewer { ...F0 } } " + " ".join(f"fragment F{n} on Author {{ {spreads} }}" for n in range(size))


def aliases(count: int = 300) -> str:
    """One field under many names."""
    return "{ " + " ".join(f"a{n}: hello" for n in range(count)) + " }"


def same_field(count: int = 900) -> str:
    """One field very often, to be merged."""
    return "{ viewer { " + "name " * count + "} }"


def overlapping(width: int = 28) -> str:
    """Many selections of one field, whose sub-selections all have to be compared."""
    block = " ".join("posts { nodes { id body author { name } } }" for _ in range(width))
    return f"{{ {block} }}"


def overlapping_fragments(count: int = 60) -> str:
    """Fragments that all have to be compared with each other."""
    spreads = " ".join(f"...F{n}" for n in range(count))
    bodies = " ".join(f"fragment F{n} on Post {{ id x: body }}" for n in range(count))
    return f"{{ posts {{ nodes {{ {spreads} }} }} }} {bodies}"


def overlapping_nested(depth: int = 7) -> str:
    """Each level twice, without aliases, so that everything merges with everything."""
    inner = SELECTION
    for _ in range(depth):
        inner = (
            f"comments {{ nodes {{ {inner} }} }}"
            if len(inner) > 2500
            else f"author {{ posts {{ nodes {{ {inner} }} }} }} " * 2
        )
    return f"{{ posts {{ nodes {{ {inner} }} }} }}"


def conflicts(count: int = 90) -> str:
    """Everything conflicts with everything."""
    return "{ " + " ".join(f"x: echo(number: {n})" for n in range(count)) + " }"


def directives(count: int = 190) -> str:
    """One field with many directives."""
    return "{ hello " + "@skip(if: false) " * count + "}"


def unknown_directives(count: int = 480) -> str:
    """Many directives that do not exist."""
    return "{ hello " + " ".join(f"@d{n}" for n in range(count)) + " }"


def deep(levels: int = 190) -> str:
    """Straight down."""
    return "{ viewer " + "{ posts { nodes { author " * (levels // 3) + "{ name }" + " } } }" * (levels // 3) + " }"


def very_deep() -> str:
    """Down until the parser has had enough."""
    return "{ a " * 490


def deep_value(levels: int = 450) -> str:
    """A list in a list in a list."""
    return "{ echo(text: " + "[" * levels + "]" * levels + ") }"


def deep_object(levels: int = 90) -> str:
    """An input within an input."""
    return "{ echo(tree: " + '{ name: "x" children: [' * levels + "]}" * levels + ") }"


def wide_list(count: int = 900) -> str:
    """A literal list."""
    return "{ nodes(ids: [" + '"a" ' * count + "]) { id } }"


def one_long_string() -> str:
    """A token of 14,900 characters."""
    return '{ echo(text: "' + "x" * 14_900 + '") }'


def one_long_name() -> str:
    """A name of 14,900 characters, which exists nowhere."""
    return "{ " + "x" * 14_900 + " }"


def escapes() -> str:
    """A string that is nothing but escapes."""
    return '{ echo(text: "' + "\\u4f60" * 2_400 + '") }'


def block_string() -> str:
    """A block string of many lines, each to be dedented."""
    return '{ echo(text: """' + " \n" * 7_000 + '""") }'


def comments(count: int = 990) -> str:
    """Comments, which are no tokens."""
    return "#x\n" * count + "{ hello }"


def commas() -> str:
    """Nothing but what is ignored."""
    return "," * 14_900 + "{ hello }"


def unicode_names() -> str:
    """Names no GraphQL has."""
    return "{ 你好" + "🏃" * 3_000 + " }"


def unknown_fields(count: int = 450) -> str:
    """Fields that almost exist, so that suggestions would be looked for."""
    return "{ " + " ".join(f"hell{n}" for n in range(count)) + " }"


def unknown_types(count: int = 140) -> str:
    """Fragments on types that do not exist."""
    return "{ " + " ".join(f"... on Pots{n} {{ id }}" for n in range(count)) + " }"


def variables(count: int = 190) -> str:
    """Many variables, none of them used."""
    return "query (" + " ".join(f"$v{n}: Int = {n}" for n in range(count)) + ") { hello }"


def used_variables(count: int = 90) -> str:
    """Fragments that all use variables, asked for by many operations: each has to be checked with each."""
    operations = " ".join(f"query Q{n}($a: Int) {{ ...F }}" for n in range(count))
    return operations + " fragment F on Query { posts(first: $a) { nodes { id } } }"


def operations(count: int = 160) -> str:
    """Many operations, of which one runs."""
    return " ".join(f"query Q{n} {{ hello }}" for n in range(count))


def spread_by_all(fragments: int = 25, operations: int = 25) -> str:
    """Many operations over one chain of fragments."""
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} hello }}" for n in range(fragments))
    asked = " ".join(f"query Q{n} {{ ...F0 }}" for n in range(operations))
    return f"{asked} {chain} fragment F{fragments} on Query {{ hello }}"


def introspection(count: int = 8) -> str:
    """The schema, several times over."""
    one = "types { name fields { name args { name type { name } } type { name ofType { name } } } }"
    return "{ " + " ".join(f"s{n}: __schema {{ {one} }}" for n in range(count)) + " }"


def introspection_circle() -> str:
    """Types of fields of types of fields."""
    return "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"


def unclosed() -> str:
    """Opened and never closed."""
    return "{ viewer { name " * 200


def expensive() -> str:
    """Within all limits but one: it would return a million objects."""
    return (
        "{ posts(first: 100) { nodes { comments(first: 100) { nodes { comments(first: 100) { nodes { id } } } } } } }"
    )


CORPUS: Mapping[str, str] = {
    make.__name__: make()
    for make in (
        doubling_fragments,
        doubling_fields,
        empty_doubling,
        cycle,
        web,
        aliases,
        same_field,
        overlapping,
        overlapping_fragments,
        overlapping_nested,
        conflicts,
        directives,
        unknown_directives,
        deep,
        very_deep,
        deep_value,
        deep_object,
        wide_list,
        one_long_string,
        one_long_name,
        escapes,
        block_string,
        comments,
        commas,
        unicode_names,
        unknown_fields,
        unknown_types,
        variables,
        used_variables,
        operations,
        spread_by_all,
        introspection,
        introspection_circle,
        unclosed,
        expensive,
    )
}
