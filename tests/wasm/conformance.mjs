// Runs tests/conformance/*.edn on a loaded module. What is written in these files is said in
// tests/conformance/README.md; tests/conformance/script.cc is the same reader in C++.
import { readdirSync, readFileSync } from "node:fs";

import { get, read, readAll } from "./edn.mjs";

const FOLDER = new URL("../conformance/", import.meta.url);

const isQuery = (form) =>
  (form.kind === "[" || form.kind === "(") && form.items[0]?.text === ":find";
const isAtom = (form, text) => form.kind === "atom" && form.text === text;

// A request as the pipe takes it: the keys that were left out put in.
function inFull(form) {
  if (isQuery(form)) return `{:op :q :id "db" :query ${form.text}}`;
  let more = "";
  if (!get(form, ":op")) more += get(form, ":tx") ? ":op :transact " : ":op :q ";
  if (!get(form, ":id") && !get(form, ":db")) more += ':id "db" ';
  return `{${more}${form.text.slice(1)}`;
}

function readScript(source) {
  const questions = [];
  let title = "";
  const forms = readAll(source);
  for (let i = 0; i < forms.length; i += 1) {
    const form = forms[i];
    if (form.kind === "string") {
      title = form.text;
    } else if (isAtom(form, "=>") || isAtom(form, "!!")) {
      Object.assign(questions.at(-1), { wants: form.text, wanted: forms[(i += 1)].text });
    } else {
      questions.push({ title, request: inFull(form), wants: "success" });
    }
  }
  return questions;
}

const isRest = (items) => items.length >= 2 && isAtom(items.at(-2), "&") && isAtom(items.at(-1), "_");

function matchInOrder(wanted, got) {
  if (isRest(wanted)) {
    const named = wanted.slice(0, -2);
    return got.length >= named.length && matchInOrder(named, got.slice(0, named.length));
  }
  return wanted.length === got.length && wanted.every((item, i) => matches(item, got[i]));
}

// Each wanted item takes the first that it matches; exact items choose before those with a `_`.
function matchInAnyOrder(wanted, got) {
  if (wanted.length !== got.length) return false;
  const left = [...got];
  const isOpen = (item) => item.text.includes("_");
  for (const item of [...wanted.filter((w) => !isOpen(w)), ...wanted.filter(isOpen)]) {
    const taken = left.findIndex((other) => matches(item, other));
    if (taken < 0) return false;
    left.splice(taken, 1);
  }
  return true;
}

function matchMap(wanted, got) {
  const isOpen = get(wanted, "&") !== undefined;
  const named = wanted.items.length - (isOpen ? 2 : 0);
  if (isOpen ? got.items.length < named : got.items.length !== named) return false;
  for (let i = 0; i < wanted.items.length; i += 2) {
    if (isAtom(wanted.items[i], "&")) continue;
    const found = get(got, wanted.items[i].text);
    if (found === undefined || !matches(wanted.items[i + 1], found)) return false;
  }
  return true;
}

function matches(wanted, got) {
  if (isAtom(wanted, "_")) return true;
  if (wanted.kind === "tag" && wanted.tag === "bag") {
    return (got.kind === "[" || got.kind === "(") && matchInAnyOrder(wanted.item.items, got.items);
  }
  if (wanted.kind !== got.kind) return false;
  if (wanted.kind === "[" || wanted.kind === "(") return matchInOrder(wanted.items, got.items);
  if (wanted.kind === "#{") return matchInAnyOrder(wanted.items, got.items);
  if (wanted.kind === "{") return matchMap(wanted, got);
  return wanted.text === got.text;
}

// Runs every file; `ask` takes a request and gives the answer. Gives how many cases failed.
export function runConformance(ask) {
  // A value the way the module prints it: asked for, it comes back so.
  const printed = (text) => get(read(ask(`{:op :q :query [:find ?x . :in ?x] :args [${text}]}`)), ":ok");
  const isRight = ({ wants, wanted }, answer) => {
    const ok = get(answer, ":ok");
    if (wants === "success") return ok !== undefined;
    if (wants === "!!") return get(get(answer, ":error") ?? answer, ":code")?.text === wanted;
    return ok !== undefined && matches(printed(wanted), ok);
  };

  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".edn")).sort();
  let cases = 0;
  let failures = 0;
  for (const name of names) {
    for (const question of readScript(readFileSync(new URL(name, FOLDER), "utf8"))) {
      const answer = ask(question.request);
      if (question.wants !== "success") cases += 1;
      if (isRight(question, read(answer))) continue;
      failures += 1;
      console.log(`FAIL ${name}: ${question.title}\n     asked  ${question.request}`);
      console.log(`     wanted ${question.wanted ?? "success"}\n     got    ${answer}`);
    }
    ask("{:op :delete-all}");
  }
  console.log(`${cases} cases in ${names.length} files, in WebAssembly`);
  return failures;
}
