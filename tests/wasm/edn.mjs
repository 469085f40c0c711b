// EDN as trees of text, for tests: enough to cut a file into its forms and to compare values that
// stele has printed. An atom is its text; nothing is interpreted.
//
//   { kind: "atom" | "string", text }                        a token as it is written
//   { kind: "[" | "(" | "{" | "#{", items, text }            a collection; a map's keys and values alternate
//   { kind: "tag", tag, item, text }
//
// `text` is always the piece of the source that the form was read from.

const CLOSING = { "[": "]", "(": ")", "{": "}", "#{": "}" };
const DELIMITERS = new Set([..." \t\r\n,;()[]{}\""]);

class Reader {
  constructor(source) {
    this.source = source;
    this.at = 0;
  }

  // Over white space, comments and discarded forms.
  skip() {
    for (;;) {
      const c = this.source[this.at];
      if (c === ";") {
        while (this.at < this.source.length && this.source[this.at] !== "\n") this.at += 1;
      } else if (this.source.startsWith("#_", this.at)) {
        this.at += 2;
        this.form();
      } else if (c !== undefined && " \t\r\n,".includes(c)) {
        this.at += 1;
      } else {
        return;
      }
    }
  }

  // The next form; undefined at the end.
  next() {
    this.skip();
    return this.at < this.source.length ? this.form() : undefined;
  }

  form() {
    this.skip();
    const start = this.at;
    const made = this.unplaced();
    made.text = this.source.slice(start, this.at);
    return made;
  }

  unplaced() {
    const c = this.source[this.at];
    if (this.source.startsWith("#{", this.at)) return this.collection("#{");
    if (c in CLOSING) return this.collection(c);
    if (c === '"') return this.string();
    if (this.source.startsWith('#"', this.at)) {
      this.at += 1;
      return this.string();
    }
    if (c === "#" && this.source[this.at + 1] !== "#") return this.tagged();
    if (c === "'") {
      this.at += 1;
      return { kind: "tag", tag: "'", item: this.form() };
    }
    return { kind: "atom", text: this.token() };
  }

  collection(kind) {
    this.at += kind.length;
    const items = [];
    for (this.skip(); this.source[this.at] !== CLOSING[kind]; this.skip()) {
      if (this.at >= this.source.length) throw new Error(`a ${kind} is not closed`);
      items.push(this.form());
    }
    this.at += 1;
    return { kind, items };
  }

  string() {
    for (this.at += 1; this.source[this.at] !== '"'; this.at += 1) {
      if (this.at >= this.source.length) throw new Error("a text is not closed");
      if (this.source[this.at] === "\\") this.at += 1;
    }
    this.at += 1;
    return { kind: "string" };
  }

  tagged() {
    this.at += 1;
    const tag = this.token();
    return { kind: "tag", tag, item: this.form() };
  }

  token() {
    const start = this.at;
    if (this.source[this.at] === "\\") this.at += 2; // a character may be a delimiter
    while (this.at < this.source.length && !DELIMITERS.has(this.source[this.at])) this.at += 1;
    if (this.at === start) throw new Error(`unreadable: ${this.source.slice(start, start + 20)}`);
    return this.source.slice(start, this.at);
  }
}

export function readAll(source) {
  const reader = new Reader(source);
  const forms = [];
  for (let form; (form = reader.next()) !== undefined; ) forms.push(form);
  return forms;
}

export function read(source) {
  return readAll(source)[0];
}

// The value under a keyword of a map, or undefined.
export function get(map, keyword) {
  for (let i = 0; map.kind === "{" && i < map.items.length; i += 2) {
    if (map.items[i].text === keyword) return map.items[i + 1];
  }
  return undefined;
}
