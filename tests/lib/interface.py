# SPDX-License-Identifier: LGPL-2.1-or-later
"""An interface as its .varlink file describes it, and sample values of its types, for tests that derive their calls from it."""
import re

TOKEN = re.compile(r"->|\[\]|[()\[\]?,:]|[A-Za-z][A-Za-z0-9_.-]*")


class Interface:
    """members: {(keyword, name): type}; the type of a method is that of its parameters, its reply is ("reply", name). A type
    is a word, or a tuple (form, inner): form is "?", "[]", "map", "struct" (inner: {name: type}) or "enum" (words)."""

    def __init__(self, text):
        text = re.sub(r"#.*", "", text)
        rest = TOKEN.sub("", text).strip()
        if rest:
            raise ValueError(f"not understood: {rest[:40]}")
        self.tokens, self.members = TOKEN.findall(text), {}
        self.expect("interface")
        self.name = self.take()
        while self.tokens:
            word, name = self.take(), self.take()
            if (word, name) in self.members or word not in ("type", "method", "error"):
                raise ValueError(f"{word} {name}: unknown, or twice")
            self.members[word, name] = self.type()
            if word == "method":
                self.expect("->")
                self.members["reply", name] = self.type()

    def take(self):
        return self.tokens.pop(0)

    def expect(self, word):
        if self.take() != word:
            raise ValueError(f"{word} is missing before {' '.join(self.tokens[:3])}")

    def type(self):
        word = self.take()
        if word == "?":
            return "?", self.type()
        if word == "[]":
            return "[]", self.type()
        if word == "[":
            self.expect("string")
            self.expect("]")
            return "map", self.type()
        if word != "(":
            return word
        fields, words = {}, []
        while self.tokens[0] != ")":
            name = self.take()
            if self.tokens[0] == ":":
                self.take()
                fields[name] = self.type()
            else:
                words.append(name)
            if self.tokens[0] == ",":
                self.take()
        self.take()
        return ("enum", tuple(words)) if words else ("struct", fields)

    def methods(self):
        """Returns {name: {parameter: type}}."""
        return {name: kind[1] for (word, name), kind in self.members.items() if word == "method"}

    def sample(self, kind):
        """Returns a value of the type, and a list of (path, word) for the leaves of the value."""
        if isinstance(kind, str):
            if ("type", kind) in self.members:
                return self.sample(self.members["type", kind])
            return {"string": "a", "int": 1, "float": 1.0, "bool": False}[kind], [((), kind)]
        form, inner = kind
        if form == "?":
            return self.sample(inner)
        if form == "enum":
            return inner[0], [((), "enum")]
        if form == "struct":
            samples = {name: self.sample(field) for name, field in inner.items()}
            return ({name: value for name, (value, _) in samples.items()},
                    [((name, *path), leaf) for name, (_, leaves) in samples.items() for path, leaf in leaves])
        value, leaves = self.sample(inner)
        key = 0 if form == "[]" else "k"
        return [value] if form == "[]" else {key: value}, [((key, *path), leaf) for path, leaf in leaves]

    def needed(self, method):
        """Returns the parameters that a call of the method must have, with sample values. A descriptor is the first one."""
        return {name: 0 if name.endswith("FileDescriptor") else self.sample(kind)[0]
                for name, kind in self.methods()[method].items() if kind[0] != "?"}
